"""The validation report for auditors: one HTML file that needs no network and no scripts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from itertools import chain

from ...core.words import direction, translator
from ...core.work import grouped
from ...dataset.reconciliation import Reconciliation
from ...dataset.return_status import COUNTS, STATUSES, StatusKind, is_to_be_corrected
from ...findings.causes import ALIKE, Cause, first_screen
from ..document import (
    SEVERITIES,
    VERDICTS,
    Document,
    FileRow,
    FindingRow,
    MatrixCell,
    MatrixRow,
    WaiverRow,
    by_sheet_and_rule,
    by_team,
    causes,
    common_text,
)
from ..page import asset, css_text, foot_rule, level_rules, rendered
from . import TEAM_PAGES

SUFFIX = "html"
MAIN = f"validation.{SUFFIX}"
LARGE = 20_000  # findings, from which on each team has a page of its own
# heads of the table of findings that stand in its cells where it is narrow: all but the first two
HEADS_IN_CELLS = ("Place", "Question", "Content of the cell", "Reason", "What to do")

FileCause = Cause[tuple[FileRow, FindingRow]]
_CELL = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9]+")
_ANCHOR = re.compile(r"[A-Za-z0-9_.-]+")


def render(document: Document) -> str:
    """Return the report as one HTML text, which leads to a page a team where it has many findings.

    The same document gives the same text.
    """
    return _page("report.html.j2", ReportView(document))


def beside(document: Document) -> Iterator[tuple[str, str]]:
    """Yield the pages of the teams, each with its name in the folder of the report; none of a small report."""
    view = ReportView(document)
    for team, href in view.team_pages.items() if view.paged else ():
        yield href, _page("team.html.j2", ReportView(document, team))


def _page(template: str, view: ReportView) -> str:
    style = asset("report.css") + view.style()
    script = asset("report.js")
    return rendered(
        template, view.document["run"]["language"], style, script, d=view.document, v=view
    )


class ReportView:
    """What the templates ask of a document beyond its own data: groups, links, and numbers in words."""

    long_text = 400  # characters, from which on a text is folded
    remedy_limit = 5_000  # findings, above which a general remedy stands with its code alone
    paper_rows = 20  # of each long table on a summary on paper
    severities = SEVERITIES
    verdicts = VERDICTS
    statuses = (*(status.code for status in STATUSES), "refused")
    folder = TEAM_PAGES
    direction = staticmethod(direction)

    def __init__(self, document: Document, page: str | None = None) -> None:
        """Count everything once; `page` is the team that a page is of."""
        self.document = document
        self.say = translator(document["run"]["language"])
        self.page = page
        self.listed = [
            at for at, file in enumerate(document["files"]) if page in (None, self.team(file))
        ]
        files = [(at, document["files"][at]) for at in self.listed]
        self.numbers = {file["path"]: at for at, file in enumerate(document["files"])}
        self.anchors = {
            row["code"]: f"c-{row['code']}" if _ANCHOR.fullmatch(row["code"]) else f"c--{at}"
            for at, row in enumerate(document["codes"])
        }
        self.general = {row["code"]: row["remedy"] for row in document["codes"]}
        self.waivers = {_waiver_key(row): f"w{at}" for at, row in enumerate(document["waivers"])}
        self.total = sum(len(file["findings"]) for _, file in files)
        self.paged = page is None and self.total > LARGE
        self.main = "" if page is None else f"../{MAIN}"
        # the files that hold a content: by its hash, and by dataset and submission
        self.contents: dict[object, list[int]] = grouped(
            (content, at)
            for at, file in enumerate(document["files"])
            for content in (file["sha256"], (file["dataset"], file["submission"]))
        )
        counting = [(at, file) for at, file in files if file["counted"]]
        names = document["names"]
        whole = self.say("(the file as a whole)")
        self.sheets, self.rules = by_sheet_and_rule(counting, whole, names["sheets"])
        self.codes = by_sheet_and_rule(files, whole, names["sheets"])[1]
        self.causes, self.other_causes = first_screen(causes(file for _, file in counting))
        self.teams = by_team(counting, self.team, names["countries"])
        self.team_names = sorted({self.team(file) for _, file in files})
        self.files = [file for _, file in files]
        self.sheet_names = sorted(
            {f["sheet"] for _, file in files for f in file["findings"] if f["sheet"]}
        )

    def text(self, cause: FileCause) -> str:
        """Return what goes for all findings of a cause."""
        findings = [finding for _, finding in cause.items]
        return common_text(findings, self.document["run"]["language"])

    def teams_of(self, cause: FileCause) -> dict[str, Counter[int]]:
        """Return the teams that a cause was found at, the most findings first: how many in each file."""
        teams: dict[str, Counter[int]] = {}
        for file, _ in chain(cause.items, *cause.consequences.values()):
            teams.setdefault(self.team(file), Counter())[self.numbers[file["path"]]] += 1
        ordered = sorted(teams, key=lambda team: -teams[team].total())
        return {team: teams[team] for team in ordered}

    def folded(self, file: FileRow) -> tuple[list[FindingRow], list[FileCause]]:
        """Return the findings of a file that are shown one by one, and the causes that are folded."""
        folded = [cause for cause in causes([file]) if cause.total > ALIKE or cause.consequences]
        behind = {code for cause in folded for code in (cause.code, *cause.consequences)}
        return [row for row in file["findings"] if row["code"] not in behind], folded

    def country(self, file: FileRow) -> str:
        """Return the country of a file by name; empty where it states none, or where the team is called like it."""
        code = file["identity"]["country"] if file["identity"] else None
        name = self.document["names"]["countries"].get(code or "", code or "")
        return "" if name == self.team(file) else name

    def tools_of(self, matrix: MatrixRow) -> str:
        """Return the sheets that a matrix is of, by name."""
        called = self.document["names"]["sheets"]
        return ", ".join(called.get(tool, tool) for tool in matrix["tools"])

    def team(self, file: FileRow) -> str:
        """Return the team of a file, or words for none."""
        return file["identity"]["team"] if file["identity"] else self.say("(no team)")

    @cached_property
    def team_pages(self) -> dict[str, str]:
        """Every team with the address of its page, which tells teams apart whatever their names."""
        names = sorted({self.team(file) for file in self.document["files"]})
        wide = len(str(len(names)))
        return {
            name: f"{TEAM_PAGES}/{at:0{wide}}-{_NOT_PLAIN.sub('-', name)[:40].strip('-') or 'team'}.html"
            for at, name in enumerate(names, 1)
        }

    def file_href(self, at: int) -> str:
        """Return the address of a file: on this page, or on that of its team."""
        if not self.paged and (self.page is None or at in self.listed):
            return f"#f{at}"
        page = self.team_pages[self.team(self.document["files"][at])]
        return f"{page if self.page is None else page.partition('/')[2]}#f{at}"

    def reconciliation(self) -> list[str]:
        """Say what was received and what became of it, one sentence each, in the same words as everywhere."""
        summary = dict(self.document["summary"])
        numbers = {key: summary[key] for key in (*VERDICTS, *(status.part for status in STATUSES))}
        received = Reconciliation(self.document["summary"]["files"], **numbers)  # type: ignore[arg-type]
        return list(received.lines(self.document["run"]["language"]))

    @property
    def to_be_corrected(self) -> int:
        """How many files their teams still have to correct."""
        files = self.document["files"]
        return sum(is_to_be_corrected(file["verdict"], file["status"]) for file in files)

    def became(self) -> list[StatusKind]:
        """List what became of files that could be read, leaving out what became of none."""
        numbers = dict(self.document["summary"])
        return [status for status in STATUSES if numbers[status.part] or status.code == COUNTS]

    def other(self, file: FileRow) -> int | None:
        """Return the number of the file that a file gives way to, meets, or is a copy of."""
        content = file["superseded_by"] if file["copy_of"] is None else file["submission"]
        same = self.contents.get((file["dataset"], content), ())
        return max(
            (at for at in same if self.document["files"][at]["copy_of"] is None), default=None
        )

    def skipped(self) -> list[tuple[list[str], str, tuple[int, ...]]]:
        """List the checks that did not run: those with one reason in the same files together."""
        files = grouped(
            ((skip["code"], skip["why"]), at)
            for at, file in enumerate(self.document["files"])
            for skip in file["checks"]["not_run"]
        )
        codes = grouped(
            ((why, tuple(numbers)), code) for (code, why), numbers in sorted(files.items())
        )
        return [(skipped_codes, why, numbers) for (why, numbers), skipped_codes in codes.items()]

    def reasons(self, file: FileRow) -> dict[str, list[str]]:
        """Return codes of the checks that did not run on one file, by reason."""
        return grouped((skip["why"], skip["code"]) for skip in file["checks"]["not_run"])

    def waiver_anchor(self, waiver: WaiverRow) -> str:
        """Return the anchor of a waiver on the page."""
        return self.waivers[_waiver_key(waiver)]

    def waived_by(self, waiver: WaiverRow) -> int:
        """Count the findings that have this waiver beside them."""
        finding_waivers = (f["waiver"] for file in self.document["files"] for f in file["findings"])
        return sum(finding_waiver == waiver for finding_waiver in finding_waivers)

    def place(self, finding: FindingRow) -> tuple[str, str] | None:
        """Column letters and row number of a finding's cell, where it is one cell."""
        match = _CELL.fullmatch(finding["cell"] or "")
        return (match[1], match[2]) if match else None

    def language(self, file: FileRow) -> str:
        """Return the language that the texts of a file are in."""
        return (
            file["identity"]["language"] if file["identity"] else self.document["run"]["language"]
        )

    def number(self, value: int) -> str:
        """Return a number with its thousands apart."""
        return f"{value:,}"

    def crossings(self, matrix: MatrixRow) -> dict[tuple[str, str], tuple[MatrixCell, int]]:
        """Return the cells of a matrix by their steps, each with the place of its level, which its colour goes by."""
        place = {level["code"]: at for at, level in enumerate(matrix["levels"])}
        return {
            (cell["down"], cell["across"]): (cell, place[cell["level"]]) for cell in matrix["cells"]
        }

    def style(self) -> str:
        """Return the rules that depend on the document: colours of levels, words in boxes, the page footer."""
        heads = [self.say(head) for head in HEADS_IN_CELLS]
        labels = "".join(
            f".f td:nth-child({at})::before{{content:{css_text(head)}}}"
            for at, head in enumerate(heads, 3)
        )
        levels = "".join(
            level_rules(f"m{at}l{level}", row["colour"])
            for at, matrix in enumerate(self.document["matrices"])
            for level, row in enumerate(matrix["levels"])
        )
        foot = foot_rule(self.say("Report {id}").format(**self.document["run"]))
        text_direction = direction(self.document["run"]["language"])
        places = f".f td:nth-child(-n+2){{direction:{text_direction};unicode-bidi:normal}}"
        further = f".long>tbody>tr:nth-child(n+{self.paper_rows + 1})"
        paper = f"@media print{{html:not(:has(#everything:target)) {further}{{display:none}}}}"
        return f"{places}@media screen and (max-width:60rem){{{labels}}}{levels}{paper}{foot}"


def _waiver_key(waiver: WaiverRow) -> tuple[object, ...]:
    """Return what tells waivers apart, also those of two ledgers."""
    return tuple(dict(waiver)[key] for key in ("number", "sha256", "code", "sheet", "cell", "day"))
