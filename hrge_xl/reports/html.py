"""The validation report for auditors: one HTML file that needs no network and no scripts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from markupsafe import Markup

from .document import Document, FileRow, FindingRow, MatrixCell, MatrixRow, WaiverRow
from .page import asset, colours, css_text, environment, pale, policy

# Every word of the page by language; "dir" is the direction of the page itself. A name that ends in
# _1 or _n is for one and for many.
WORDS: dict[str, dict[str, str]] = {
    "en": {
        "dir": "ltr",
        "title": "Validation report",
        "skip": "Skip to the summary",
        "contents": "Contents",
        "print": "Print this report",
        "summary": "Summary",
        "about": "How this report was made",
        "lead": "{files}: {accepted} accepted, {returned} returned, {refused} refused. {findings} in all.",
        "file_1": "{n} file",
        "file_n": "{n} files",
        "finding_1": "{n} finding",
        "finding_n": "{n} findings",
        "error_1": "{n} error",
        "error_n": "{n} errors",
        "warning_1": "{n} warning",
        "warning_n": "{n} warnings",
        "info_1": "{n} info",
        "info_n": "{n} info",
        "waived_1": "{n} waived",
        "waived_n": "{n} waived",
        "team_1": "{n} team",
        "team_n": "{n} teams",
        "row_1": "{n} row",
        "row_n": "{n} rows",
        "cell_1": "{n} text",
        "cell_n": "{n} texts",
        "time_1": "{n} time",
        "time_n": "{n} times",
        "byte_1": "{n} byte",
        "byte_n": "{n} bytes",
        "check_1": "{n} check",
        "check_n": "{n} checks",
        "files": "Files",
        "files_read": "Files",
        "files_text": "read for this report",
        "accepted": "Accepted",
        "accepted_text": "may go into the dataset",
        "returned": "Returned",
        "returned_text": "to be corrected by the team",
        "refused": "Refused",
        "refused_text": "could not be read as a return",
        "error": "Error",
        "errors": "Errors",
        "errors_text": "the file goes back to the team",
        "warning": "Warning",
        "warnings": "Warnings",
        "warnings_text": "somebody should look",
        "info": "Info",
        "infos": "Info",
        "infos_text": "what was normalised or noted",
        "waived_card": "Waived",
        "waived_card_text": "of these findings, accepted as they are",
        "share": "Verdicts: {accepted} accepted, {returned} returned, {refused} refused.",
        "run_id": "Report",
        "run_id_text": "the digest of everything that went in: the same input gives the same report",
        "started": "Started",
        "today": "Dates measured against",
        "engine": "Program",
        "spec": "Spec",
        "spec_digest": "Digest of the spec",
        "round": "Round",
        "command": "Command",
        "redacted": "Redaction",
        "redacted_yes": "Values of cells are withheld in this report.",
        "redacted_no": "None: values of cells are shown as they stand in the files.",
        "complete": "Completeness of this report",
        "complete_text": "There is no cap: every one of the {findings} is listed.",
        "complete_long": "Texts of more than {limit} characters are folded, and can be opened in place.",
        "complete_marks": "Characters that cannot be seen are replaced by their picture, such as ␇.",
        "complete_remedy": "A remedy that is the general one of its code is given once, on its page.",
        "all_files": "All files",
        "all_files_caption": "One line a file; the name leads to its section.",
        "team": "Team",
        "no_team": "(no team)",
        "file": "File",
        "verdict": "Verdict",
        "signature": "Signature",
        "valid": "Valid",
        "invalid": "Not valid",
        "unsigned": "Unsigned",
        "unchecked": "Not checked",
        "no_identity": "No identity",
        "completeness": "Required answers",
        "of": "{answered} of {required}",
        "none_required": "none asked",
        "not_counted": "not counted",
        "no_progress": "Nothing could be counted.",
        "hash": "SHA-256",
        "no_hash": "not read",
        "by_team": "By team",
        "by_team_caption": "Files and findings of each team.",
        "by_sheet": "By sheet",
        "by_sheet_caption": "Findings on each sheet, over all files.",
        "by_rule": "By rule",
        "by_rule_caption": "Findings by code; the code leads to its page, which lists the files.",
        "country": "Country",
        "sheet": "Sheet",
        "whole_file": "(the file as a whole)",
        "code": "Code",
        "name": "Name",
        "severity": "Severity",
        "findings": "Findings",
        "nothing_found": "Nothing was found.",
        "matrices": "Risk matrices",
        "matrix_text": "Rows of the accepted and returned files of {teams}, on {tools}.",
        "matrix_empty": "No row of {tools} in the accepted and returned files stands in this matrix.",
        "matrix_caption": "{title}: number of rows at each crossing of {down} (down) and {across} (across).",
        "matrix_region": "Risk matrix: {title}",
        "levels": "Levels",
        "level_count": "{label}: {rows}",
        "matrix_rows": "Rows behind the figures",
        "matrix_cell": "{down} × {across}: {rows}, level {level}",
        "matrix_row": "row {row}",
        "back_matrix": "Back to the matrix",
        "no_matrices": "The spec has no risk matrix.",
        "not_checked": "What was not checked, and why",
        "not_checked_caption": "Checks that did not run, with the files they concern.",
        "all_checked": "Every check ran on every file.",
        "why": "Why",
        "unplaced": "Text without a place",
        "unplaced_text": "Text outside every cell that belongs to a question: kept, and judged by nobody.",
        "unplaced_caption": "Every such text, with the file and the cell that it stands in.",
        "no_unplaced": "No text stood outside the cells that belong to a question.",
        "waivers": "Accepted exceptions (waivers)",
        "waivers_text": "A waiver accepts findings of one file as they are. They stay in every list and count; "
        "a file whose every error is waived is accepted. Expired and withdrawn waivers accept nothing.",
        "no_waivers": "No finding of these files was ever waived.",
        "number": "No.",
        "state": "State",
        "active": "In force",
        "expired": "Expired",
        "withdrawn": "Withdrawn",
        "withdrawn_when": "{day}, {by}",
        "accepted_by": "Accepted by",
        "day": "On",
        "until": "Until",
        "no_end": "no end",
        "waiver_active": "Waived: {reason} ({by}, {day})",
        "waiver_expired": "The waiver has expired: {reason} ({by}, until {until})",
        "waiver_link": "waiver {n}",
        "place": "Place",
        "text": "Text",
        "each_file": "File by file",
        "filter": "Filter and sort the findings",
        "any": "All",
        "search": "Search in all texts",
        "sort": "Order of the findings",
        "sort_found": "As found",
        "sort_severity": "Severity",
        "sort_code": "Code",
        "sort_place": "Sheet and cell",
        "sort_question": "Question",
        "reset": "Show everything",
        "open_all": "Open all files",
        "close_all": "Close all files",
        "shown": "{shown} of {all} findings shown, in {files} of {allfiles} files.",
        "identity": "Identity",
        "language": "Language",
        "version": "Version of the spec",
        "copy": "Copy",
        "issued": "Issued",
        "size": "Size",
        "identity_none": "No identity was read from this file.",
        "per_sheet": "Completeness per sheet",
        "per_sheet_caption": "Required answers given on each sheet.",
        "problems": "Errors",
        "checks": "Checks",
        "checks_run": "{checks} ran",
        "checks_none": "No check ran.",
        "checks_not_run": "Did not run:",
        "codes_column": "Codes",
        "question": "Question",
        "value": "What stands there",
        "reason": "Reason",
        "remedy": "What to do",
        "blank": "blank",
        "withheld": "withheld",
        "suggestion": "Did you mean “{text}”?",
        "see_code": "See {code}.",
        "codes": "What each code means",
        "codes_text": "Every code that occurs in this report.",
        "no_codes": "No code occurs in this report.",
        "code_why": "Why it matters",
        "code_example": "Example",
        "code_remedy": "What to do",
        "code_found": "Found",
        "code_found_text": "{times}, in {files}",
        "code_not_found": "not in these files",
        "footer": "Made by hrge_xl {version} from the files named above. Report {id}.",
        "page": "Report {id}",
    }
}
RIGHT_TO_LEFT = frozenset({"ar", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"})
SEVERITIES = ("error", "warning", "info")
VERDICTS = ("accepted", "returned", "refused")
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
        self.sheets, self.rules = self._groups()
        self.teams = self._teams()

    def _groups(self) -> tuple[list[Group], list[Group]]:
        sheets: dict[str, Group] = {}
        rules: dict[str, Group] = {}
        for at, file in enumerate(self.document["files"]):
            for finding in file["findings"]:
                tool = finding["tool"] or finding["sheet"] or ""
                sheet = sheets.setdefault(tool, Group(tool))
                sheet.names[finding["sheet"] or self.words["whole_file"]] = None
                sheet.add(at, finding)
                rule = rules.setdefault(finding["code"], Group(finding["code"]))
                rule.names[finding["name"]] = None
                rule.add(at, finding)
        return [sheets[key] for key in sorted(sheets)], [rules[key] for key in sorted(rules)]

    def _teams(self) -> list[Group]:
        teams: dict[str, Group] = {}
        for at, file in enumerate(self.document["files"]):
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
        """The findings of one code."""
        return next((group for group in self.rules if group.title == code), Group(code))

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
        return "rtl" if self.language(file).split("-")[0].lower() in RIGHT_TO_LEFT else "ltr"

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
    """The words of the page, in English where the language has none; `lang` says which they are."""
    chosen = language if language in WORDS else "en"
    return {**WORDS["en"], **WORDS[chosen], "lang": chosen}
