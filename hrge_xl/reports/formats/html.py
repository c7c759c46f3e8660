"""The validation report for auditors: one HTML file that needs no network and no scripts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from markupsafe import Markup

from ...dataset.reconciliation import WORDS as WORDS_OF_STATUS
from ...dataset.reconciliation import Reconciliation
from ...words import direction, translator
from ..document import DecisionRow, Document, FileRow, FindingRow, MatrixCell, MatrixRow, WaiverRow
from ..html_words import WORDS
from ..page import asset, colours, css_text, environment, pale, policy

SUFFIX = "html"
SEVERITIES = ("error", "warning", "info")
VERDICTS = ("accepted", "returned", "refused")
BECAME = tuple(WORDS_OF_STATUS)
RECONCILED = (*VERDICTS, *BECAME)
LONG_TEXT = 400
OPEN_LIMIT = 400
REMEDY_LIMIT = 5_000

_CELL = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_ANCHOR = re.compile(r"[A-Za-z0-9_.-]+")


def render(document: Document) -> str:
    """Give the whole report as one HTML text; the same document gives the same text."""
    words = _words(document["run"]["language"])
    view = View(document, words)
    style = asset("report.css") + view.style()
    script = asset("report.js")
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            d=document,
            v=view,
            t=words,
            style=Markup(style),
            script=Markup(script),
            policy=policy(style, script),
            severities=SEVERITIES,
        )
    )


@dataclass
class Group:
    """Findings that belong together: how many of each severity, and in which files."""

    title: str
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SEVERITIES, 0))
    files: dict[int, int] = field(default_factory=dict)
    names: dict[str, None] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many findings."""
        return sum(self.counts.values())

    def add(self, file: int, finding: FindingRow) -> None:
        """Count one finding of one file."""
        self.counts[finding["severity"]] += 1
        self.files[file] = self.files.get(file, 0) + 1


class View:
    """What the templates ask of a document beyond its own data: groups, links, and numbers in words."""

    long_text = LONG_TEXT
    remedy_limit = REMEDY_LIMIT

    def __init__(self, document: Document, words: dict[str, str]) -> None:
        """Count everything once."""
        self.document = document
        self.words = words
        self.numbers = {file["path"]: at for at, file in enumerate(document["files"])}
        self.anchors = {
            row["code"]: f"c-{row['code']}" if _ANCHOR.fullmatch(row["code"]) else f"c--{at}"
            for at, row in enumerate(document["codes"])
        }
        self.general = {row["code"]: row["remedy"] for row in document["codes"]}
        self.waivers = {_waiver_key(row): f"w{at}" for at, row in enumerate(document["waivers"])}
        self.total = sum(len(file["findings"]) for file in document["files"])
        self.contents = {
            (file["dataset"], file["submission"]): at
            for at, file in enumerate(document["files"])
            if file["copy_of"] is None
        }
        counting = [(at, file) for at, file in enumerate(document["files"]) if file["counted"]]
        self.sheets, self.rules = self._groups(counting)
        self.codes = self._groups(enumerate(document["files"]))[1]
        self.teams = self._teams(counting)
        self.team_names = sorted({self.team(file) for file in document["files"]})

    def _groups(self, files: Iterable[tuple[int, FileRow]]) -> tuple[list[Group], list[Group]]:
        """The findings of some files by sheet and by code."""
        sheets: dict[str, Group] = {}
        rules: dict[str, Group] = {}
        for at, file in files:
            for finding in file["findings"]:
                tool = finding["tool"] or finding["sheet"] or ""
                sheet = sheets.setdefault(tool, Group(tool))
                sheet.names[finding["sheet"] or self.words["whole_file"]] = None
                sheet.add(at, finding)
                rule = rules.setdefault(finding["code"], Group(finding["code"]))
                rule.names[finding["name"]] = None
                rule.add(at, finding)
        return [sheets[key] for key in sorted(sheets)], [rules[key] for key in sorted(rules)]

    def _teams(self, files: Iterable[tuple[int, FileRow]]) -> list[Group]:
        teams: dict[str, Group] = {}
        for at, file in files:
            team = self.team(file)
            group = teams.setdefault(team, Group(team))
            group.files[at] = len(file["findings"])
            if file["identity"] and file["identity"]["country"]:
                group.names[file["identity"]["country"]] = None
            for severity in SEVERITIES:
                group.counts[severity] += file["counts"][severity]
        return [teams[key] for key in sorted(teams)]

    def team(self, file: FileRow) -> str:
        """The team of a file, or words for none."""
        return file["identity"]["team"] if file["identity"] else self.words["no_team"]

    def rule(self, code: str) -> Group:
        """The findings of one code, in all files."""
        return next((group for group in self.codes if group.title == code), Group(code))

    def reconciliation(self) -> list[str]:
        """What was received and what became of it, a sentence each: as it is said everywhere."""
        numbers = {key: value for key, value in self.document["summary"].items() if key in RECONCILED}
        return list(Reconciliation(self.document["summary"]["files"], **numbers).lines(self.words["lang"]))  # type: ignore[arg-type]

    def became(self) -> list[str]:
        """What became of files that could be read, by the keys of the summary, as far as it became of any."""
        numbers = dict(self.document["summary"])
        return [key for key in BECAME if numbers[key] or key == "counted"]

    def other(self, file: FileRow) -> int | None:
        """The number of the file that a file gives way to, meets, or is a copy of."""
        if file["copy_of"] is not None:
            return self.contents.get((file["dataset"], file["submission"]))
        return self.contents.get((file["dataset"], file["superseded_by"] or ""))

    def dataset(self, number: int) -> str:
        """A dataset in words."""
        row = self.document["run"]["datasets"][number]
        files = sum(file["dataset"] == number + 1 for file in self.document["files"])
        named = f"{row['round']} · " if row["round"] else ""
        return self.say(
            "dataset", n=number + 1, round=named, spec=row["spec"], version=row["spec_version"],
            files=self.count(files, "file"),
        )  # fmt: skip

    def matrix_title(self, matrix: MatrixRow) -> str:
        """The title of a matrix with its period."""
        if not matrix["period"]:
            return matrix["title"]
        return self.say("matrix_title", title=matrix["title"], period=matrix["period"])

    def sheet_names(self) -> list[str]:
        """Names of all sheets with findings, for the filter."""
        names = {f["sheet"] for file in self.document["files"] for f in file["findings"] if f["sheet"]}
        return sorted(names)

    def progress(self, file: FileRow) -> tuple[int, int]:
        """Required answers given and asked over the sheets of a file."""
        rows = file["completeness"]
        return sum(row["answered"] for row in rows), sum(row["required"] for row in rows)

    def skipped(self) -> list[tuple[list[str], str, tuple[int, ...]]]:
        """Checks that did not run: those with one reason in the same files together."""
        files: dict[tuple[str, str], list[int]] = {}
        for at, file in enumerate(self.document["files"]):
            for skip in file["checks"]["not_run"]:
                files.setdefault((skip["code"], skip["why"]), []).append(at)
        codes: dict[tuple[str, tuple[int, ...]], list[str]] = {}
        for code, why in sorted(files):
            codes.setdefault((why, tuple(files[code, why])), []).append(code)
        return [(found, why, numbers) for (why, numbers), found in codes.items()]

    def reasons(self, file: FileRow) -> dict[str, list[str]]:
        """Codes of the checks that did not run on one file, by reason."""
        found: dict[str, list[str]] = {}
        for skip in file["checks"]["not_run"]:
            found.setdefault(skip["why"], []).append(skip["code"])
        return found

    def unplaced(self) -> int:
        """How many texts stand outside every known cell."""
        return sum(len(file["unplaced"]) for file in self.document["files"])

    def waiver_anchor(self, waiver: WaiverRow) -> str:
        """Where a waiver stands on the page."""
        return self.waivers[_waiver_key(waiver)]

    def files_of(self, waiver: WaiverRow) -> list[int]:
        """The numbers of the files that a waiver is about."""
        return [at for at, file in enumerate(self.document["files"]) if file["sha256"] == waiver["sha256"]]

    def decided(self, decision: DecisionRow) -> list[int]:
        """The numbers of the files that a decision is about."""
        wanted = decision["dataset"], decision["submission"]
        return [
            at
            for at, file in enumerate(self.document["files"])
            if (file["dataset"], file["submission"]) == wanted
        ]

    def waived_by(self, waiver: WaiverRow) -> int:
        """How many findings have this waiver beside them."""
        found = (f["waiver"] for file in self.document["files"] for f in file["findings"])
        return sum(each == waiver for each in found)

    def place(self, finding: FindingRow) -> tuple[str, str] | None:
        """Column letters and row number of a finding's cell, where it is one cell."""
        match = _CELL.fullmatch(finding["cell"] or "")
        return (match[1], match[2]) if match else None

    def remedy_shown(self, finding: FindingRow) -> bool:
        """Say whether the remedy stands beside the finding, or once on the page of its code."""
        return self.total <= REMEDY_LIMIT or finding["remedy"] != self.general.get(finding["code"])

    def opened(self, file: FileRow) -> bool:
        """Say whether a file starts unfolded: in a short report every file with findings does."""
        return bool(file["findings"]) and self.total <= OPEN_LIMIT

    def language(self, file: FileRow) -> str:
        """The language that the texts of a file are in."""
        return file["identity"]["language"] if file["identity"] else self.document["run"]["language"]

    def direction(self, file: FileRow) -> str:
        """The direction that the sheets of a file run in."""
        return direction(self.language(file))

    def say(self, key: str, **values: object) -> str:
        """Fill a sentence of the page."""
        return self.words[key].format(**values)

    def number(self, value: int) -> str:
        """Give a number with its thousands apart."""
        return f"{value:,}"

    def count(self, value: int, noun: str) -> str:
        """Give a number with its noun: 1 error, 5 errors."""
        return self.words[f"{noun}_1" if value == 1 else f"{noun}_n"].format(n=self.number(value))

    def counts(self, counts: dict[str, int]) -> str:
        """Give the findings of a file in words."""
        told = (*SEVERITIES, "waived") if counts["waived"] else SEVERITIES
        return ", ".join(self.count(counts[key], key) for key in told)

    def crossing(self, matrix: MatrixRow, down: str, across: str) -> MatrixCell | None:
        """Find one cell of a matrix."""
        return next((c for c in matrix["cells"] if c["down"] == down and c["across"] == across), None)

    def level(self, matrix: MatrixRow, code: str) -> int | None:
        """Find the position of a level in its matrix, which its colour goes by."""
        return next((at for at, level in enumerate(matrix["levels"]) if level["code"] == code), None)

    def level_label(self, matrix: MatrixRow, code: str) -> str:
        """Give the word for a level."""
        return next((level["label"] for level in matrix["levels"] if level["code"] == code), code)

    def level_rows(self, matrix: MatrixRow, code: str) -> int:
        """How many rows stand at one level."""
        return sum(cell["count"] for cell in matrix["cells"] if cell["level"] == code)

    def rows_in(self, matrix: MatrixRow) -> int:
        """How many rows stand in a matrix."""
        return sum(cell["count"] for cell in matrix["cells"])

    def style(self) -> str:
        """Give the rules that depend on the document: colours of levels, words in boxes, the page footer."""
        columns = ("severity", "code", "place", "question", "value", "reason", "remedy")
        labels = "".join(
            f".f td:nth-child({at})::before{{content:{css_text(self.words[key])}}}"
            for at, key in enumerate(columns, 1)
            if at > 2
        )
        levels = "".join(
            f".m{at}l{level}{{{colours(row['colour'])}}}.m{at}l{level}.zero{{{colours(pale(row['colour']))}}}"
            for at, matrix in enumerate(self.document["matrices"])
            for level, row in enumerate(matrix["levels"])
        )
        footer = css_text(self.say("page", id=self.document["run"]["id"]))
        page = f'@bottom-left{{content:{footer}}}@bottom-right{{content:counter(page)" / "counter(pages)}}'
        own = f".f td:nth-child(-n+2){{direction:{self.words['dir']};unicode-bidi:normal}}"
        return f"{own}@media screen and (max-width:60rem){{{labels}}}{levels}@page{{{page}}}\n"


def _waiver_key(waiver: WaiverRow) -> tuple[object, ...]:
    """What tells waivers apart, also those of two ledgers."""
    return tuple(dict(waiver)[key] for key in ("number", "sha256", "code", "sheet", "cell", "day"))


def _words(language: str) -> dict[str, str]:
    """The words of the page in a language, with the language itself and its direction."""
    say = translator(language)
    return {key: say(text) for key, text in WORDS.items()} | {"lang": language, "dir": direction(language)}
