"""The validation report as a workbook: every finding on one sheet, to be worked through."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from ...dataset.reconciliation import WORDS as BECAME
from ...errors import LimitError
from ...words import CELL_LIMIT, beginning, direction, fits_a_cell
from ...workbook.styles import ink_on
from ..document import (
    SEVERITIES,
    VERDICTS,
    Document,
    FileRow,
    FindingRow,
    IdentityRow,
    MatrixRow,
    by_sheet_and_rule,
    by_team,
    is_waived,
    place_of,
)
from ..report_words import WORKBOOK, in_language
from ..shown_text import fill, visible

SUFFIX = "xlsx"
STATUSES = ("open", "asked", "corrected", "accepted_as_it_is", "no_error")
Words = Mapping[str, str]
MOST_LETTERS = 31  # of the name of a sheet
MOST_LINKS = 65_000
MOST_ROWS = 1_048_575
NUMBERS = {
    "received", *VERDICTS, *BECAME, "errors", "warnings", "infos", "waived", "files", "files_run", "files_not_run",
    "found", "answered", "required", "share", "number", "size",
}  # columns of numbers, whose headings stand above their digits  # fmt: skip
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_TINTS = {
    "": None,
    "error": "#FBE4E2",
    "warning": "#FFF1D6",
    "info": "#E4EEF8",
    "refused": "#FBE4E2",
    "returned": "#FFF1D6",
    "accepted": "#E3F2E6",
}
_BODY = {"valign": "top", "font_name": "Calibri", "bottom": 1, "bottom_color": "#D5DCE3"}
A4 = 9
LETTERS_ACROSS = 135  # that fit across a page on its side, in the usual font at full size
ROWS_DOWN = 30  # of the usual height, likewise
LEAST_SCALE = 65  # percent: below it nobody reads a page


class Link(NamedTuple):
    """A text that leads to another sheet of the workbook."""

    text: str
    target: str


class Tinted(NamedTuple):
    """A word on a ground of its own."""

    text: str
    tint: str


Cell = str | int | float | Link | Tinted | None  # the only numbers with decimals are shares
# the columns of a sheet with their widths, by the keys of the words that head them
Columns = Mapping[str, int]


def render(document: Document) -> bytes:
    """Give the report as the bytes of a workbook; the same document gives the same bytes."""
    target = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(target, options) as book:
        started = datetime.fromisoformat(document["run"]["started"]).replace(tzinfo=None)
        words = in_language(WORKBOOK, document["run"]["language"])
        book.set_properties({"title": words["title"], "created": started})
        _Report(book, document, words).draw()
    return target.getvalue()


class _Report:
    """Draws the sheets; holds the formats and where each code and file stands."""

    def __init__(self, book: xlsxwriter.Workbook, document: Document, words: Words) -> None:
        self.book, self.words = book, words
        self.right_to_left = direction(document["run"]["language"]) == "rtl"
        self.document, self.files = document, document["files"]
        self.countries = document["names"]["countries"]
        self.formats = {name: self._format(tint) for name, tint in _TINTS.items()}
        self.quoted = {name: self._format(tint, quote=True) for name, tint in _TINTS.items()}
        self.bold = book.add_format({"bold": True, "valign": "top", "font_name": "Calibri"})
        self.title = book.add_format({"bold": True, "font_size": 18, "font_name": "Calibri"})
        self.plain = book.add_format({"valign": "top", "font_name": "Calibri"})
        head = {
            "bold": True, "valign": "vcenter", "font_name": "Calibri", "bg_color": "#E9EDF1", "bottom": 1,
            "text_wrap": True,
        }  # fmt: skip
        self.header = book.add_format(head)
        self.header_of_numbers = book.add_format(head | {"align": "right"})
        self.link = book.add_format({**_BODY, "font_color": "#0B4F8A", "underline": 1})
        self.percent = book.add_format({**_BODY, "num_format": "0%_)"})
        self.code_rows = {row["code"]: at for at, row in enumerate(document["codes"], 1)}

    def _format(self, tint: str | None, quote: bool = False) -> Format:
        settings: dict[str, object] = {**_BODY, "text_wrap": True, "num_format": "#,##0_)"}
        if tint:
            settings |= {"bg_color": tint, "font_color": "#000000"}
        if quote:
            settings["quote_prefix"] = True
        return self.book.add_format(settings)

    def draw(self) -> None:
        """Draw every sheet."""
        sheets: dict[str, Callable[[], None]] = {
            "files": self._files,
            "by_team": self._by_team,
            "by_rule": self._by_rule,
            **({"matrices": self._matrices} if self.document["matrices"] else {}),
            "findings": self._findings,
            "checks": self._checks,
            "not_checked": self._not_checked,
            "unplaced": self._unplaced,
            "waivers": self._waivers,
            "decisions": self._decisions,
            "codes": self._codes,
        }
        self._summary(sheets)
        for draw in sheets.values():
            draw()

    def _sheet(self, name: str) -> Worksheet:
        sheet = self.book.add_worksheet(beginning(name, MOST_LETTERS))
        if self.right_to_left:
            sheet.right_to_left()
        return sheet

    def write(self, sheet: Worksheet, row: int, column: int, value: Cell) -> None:
        """Write a value: a number as a number, every text as text; links only as far as Excel has any."""
        tint = value.tint if isinstance(value, Tinted) else ""
        text = value.text if isinstance(value, Link | Tinted) else value
        shown = _fit(self.words, visible(text)) if isinstance(text, str) else ""
        if isinstance(value, Link) and row <= MOST_LINKS:
            sheet.write_url(row, column, f"internal:{value.target}", self.link, shown)
            return
        if text is None:
            done = sheet.write_blank(row, column, None, self.formats[tint])
        elif not isinstance(text, str):
            look = self.percent if isinstance(text, float) else self.formats[tint]
            done = sheet.write_number(row, column, text, look)
        else:
            looks = self.quoted if shown.startswith(_FORMULA_STARTS) else self.formats
            done = sheet.write_string(row, column, shown, looks[tint])
        if done != 0:
            raise LimitError(
                f"The report does not fit into a worksheet: row {row + 1} of “{sheet.get_name()}”."
            )

    def table(
        self, name: str, sheet: Worksheet, columns: Columns, rows: Iterable[Mapping[str, Any]], count: int,
        frozen: int = 0,
    ) -> None:  # fmt: skip
        """Make a table with a filter, frozen headers, and printed pages with the columns that can be read on them."""
        headers, last = [self.words[key] for key in columns], max(count, 1)
        looks = (self.header_of_numbers if key in NUMBERS else self.header for key in columns)
        heads = [
            {"header": header, "header_format": look}
            for header, look in zip(_told_apart(headers), looks, strict=True)
        ]
        sheet.add_table(0, 0, last, len(headers) - 1, {
            "name": name, "columns": heads, "style": "Table Style Light 1", "banded_rows": False,
        })  # fmt: skip
        widths = [*columns.values()]
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, frozen)
        sheet.set_landscape()
        sheet.set_margins(left=0.5, right=0.5)
        sheet.fit_to_pages(1, 0)
        _with_numbers(sheet)
        sheet.print_area(0, 0, last, _readable(widths) - 1)
        sheet.repeat_rows(0)
        for at, row in enumerate(rows, 1):
            for column, key in enumerate(columns):
                self.write(sheet, at, column, row[key])

    def _list(self, key: str, columns: Columns, rows: Iterable[Mapping[str, Any]], frozen: int = 0) -> None:
        """Draw a sheet that is one plain table."""
        name, found = key.title().replace("_", ""), [*rows]
        self.table(name, self._sheet(self.words[key]), columns, found, len(found), frozen)

    def _summary(self, sheets: Iterable[str]) -> None:
        sheet = self._sheet(self.words["summary"])
        run, summary = self.document["run"], {**self.document["summary"]}
        sheet.set_column(0, 0, 28)
        sheet.set_column(1, 1, 90)
        sheet.write_string(0, 0, self.words["title"], self.title)
        sheet.write_string(1, 0, _fit(self.words, visible(run["spec_title"])), self.plain)
        sheet.write_string(2, 0, self.words["intro"], self.plain)
        facts: dict[str, Any] = {
            **{key: summary[key] for key in ("files", *VERDICTS, *BECAME)},
            **{f"{key}s": summary[key] for key in SEVERITIES},
            "waived": summary["waived"],
            "others": self.words["count"].format(**self.document["summary"]["other"]),
            "run_id": run["id"],
            "started": run["started"],
            "today": run["today"],
            "engine": f"hrge_xl {run['engine_version']}",
            "spec": f"{run['spec']} {run['spec_version']}",
            "spec_digest": run["spec_digest"],
            "round": run["round"],
            "command": run["command"],
            "redacted": self.words["yes" if run["redacted"] else "no"],
            "completeness": self.words["no_cap"].format(limit=f"{CELL_LIMIT:,}"),
        }
        left = self.book.add_format({"align": "left", "valign": "top", "font_name": "Calibri", "bold": True})
        for row, (key, value) in enumerate(facts.items(), 4):
            sheet.write_string(row, 0, self.words[key], self.bold)
            if isinstance(value, int):
                sheet.write_number(row, 1, value, left)
            else:
                self.write(sheet, row, 1, value)
        for row, key in enumerate(sheets, 5 + len(facts)):
            self.write(sheet, row, 0, Link(self.words[key], f"'{self.words[key]}'!A1"))
        sheet.set_portrait()
        sheet.fit_to_pages(1, 1)
        _with_numbers(sheet)

    def _files(self) -> None:
        columns = {
            "team": 10, "country": 10, "file": 40, "verdict": 11, "file_status": 15, "signature": 11, "answered": 10,
            "required": 10, "share": 10, "errors": 8, "warnings": 10, "infos": 8, "waived": 8, "why_not": 40,
            "arrived": 12, "arrival": 12, "late_day": 12, "late_by": 12, "checked": 12, "sha256": 68, "period": 14,
            "saved": 22, "copy_of": 40, "submission": 19, "size": 11, "language": 10, "round": 12, "spec_version": 13,
            "copy": 16, "issued": 12,
        }  # fmt: skip
        self._list("files", columns, map(self._file, self.files), frozen=3)

    def _file(self, file: FileRow) -> dict[str, Any]:
        """Give the cells of a file: what the document says of it, some of it in words."""
        words, identity = self.words, file["identity"]
        answered, required = (
            sum(row[key] for row in file["completeness"]) for key in ("answered", "required")
        )
        cells: dict[str, Any] = {**dict.fromkeys(IdentityRow.__annotations__), **file, **(identity or {})}
        days = {key: words[f"day_{cells[key]}"] for key in ("arrival", "late_by") if cells[key]}
        return {
            **cells,
            **days,
            "team": self._team(file),
            "country": self.countries.get(cells["country"] or "", cells["country"]),
            "file": file["path"],
            "verdict": Tinted(words[file["verdict"]], file["verdict"]),
            "file_status": words[file["status"]],
            "signature": words[identity["signature"] if identity else "no_identity"],
            "answered": answered,
            "required": required,
            "share": answered / required if required else None,
            "waived": file["counts"]["waived"],
            "why_not": None if file["counted"] else file["reason"],
            **{f"{key}s": file["counts"][key] for key in SEVERITIES},
        }

    def _by_team(self) -> None:
        """Write what came from each team, what became of it, and the findings of what counts; the last row adds up."""
        counting = [(at, file) for at, file in enumerate(self.files) if file["counted"]]
        findings = {group.title: group.counts for group in by_team(counting, self._team, self.countries)}
        rows: list[dict[str, Any]] = [
            {"team": group.title, "country": ", ".join(group.names)}
            | self._became([self.files[at] for at in group.files])
            | {f"{key}s": findings.get(group.title, {}).get(key, 0) for key in SEVERITIES}
            for group in by_team(enumerate(self.files), self._team, self.countries)
        ]
        keys = ("received", *VERDICTS, *BECAME, "errors", "warnings", "infos")
        if rows:
            sums = {key: sum(row[key] for row in rows) for key in keys}
            rows.append({"team": self.words["all"], "country": None, **sums})
        self._list("by_team", {"team": 14, "country": 18, **dict.fromkeys(keys, 11)}, rows)

    def _became(self, files: Sequence[FileRow]) -> dict[str, int]:
        """Count the files received, what they are, and what became of those that could be read."""
        verdicts, statuses = (
            Counter(file["verdict"] for file in files),
            Counter(file["status"] for file in files),
        )
        return {
            "received": len(files),
            **{key: verdicts[key] for key in VERDICTS},
            **{key: statuses["counts" if key == "counted" else key] for key in BECAME},
        }

    def _team(self, file: FileRow) -> str:
        return file["identity"]["team"] if file["identity"] else self.words["none"]

    def _by_rule(self) -> None:
        counting = [(at, file) for at, file in enumerate(self.files) if file["counted"]]
        rows = (
            {"code": group.title, "name": ", ".join(group.names), "files": len(group.files)}
            | {f"{key}s": count for key, count in group.counts.items()}
            for group in by_sheet_and_rule(counting, "", {})[1]
        )
        columns = {"code": 12, "name": 44, "errors": 10, "warnings": 10, "infos": 10, "files": 10}
        self._list("by_rule", columns, rows)

    def _matrices(self) -> None:
        """Every matrix as on the sheets of the workbook: the highest step on top, each cell with its level in words."""
        sheet, row, blocks = self._sheet(self.words["matrices"]), 0, []
        steps = max(len(matrix["across"]) for matrix in self.document["matrices"])
        widths = (34, *(16 for _ in range(steps)))
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        for matrix in self.document["matrices"]:
            last = self._matrix(sheet, row, matrix)
            blocks.append((row, last))
            row = last + 2
        _in_blocks(sheet, widths, blocks)

    def _matrix(self, sheet: Worksheet, top: int, matrix: MatrixRow) -> int:
        """Draw one matrix below a row; gives its last row."""
        period = f" · {matrix['period']}" if matrix["period"] else ""
        sheet.write_string(top, 0, visible(f"{matrix['title']}{period}"), self.bold)
        sheet.write_string(top + 1, 0, f"{matrix['down_label']} ↓ · {matrix['across_label']}", self.header)
        for column, (_, label) in enumerate(matrix["across"], 1):
            sheet.write_string(top + 1, column, visible(label), self.header)
        levels = {level["code"]: self._level(level) for level in matrix["levels"]}
        cells = {(cell["down"], cell["across"]): cell for cell in matrix["cells"]}
        for row, (down, label) in enumerate(reversed(matrix["down"]), top + 2):
            sheet.write_string(row, 0, visible(label), self.header)
            for column, (across, _) in enumerate(matrix["across"], 1):
                cell = cells[down, across]
                sheet.write_number(row, column, cell["count"], levels[cell["level"]])
        return top + 1 + len(matrix["down"])

    def _level(self, level: Mapping[str, str]) -> Format:
        """Give the format of a count at a level: in its colour, with its word."""
        word, ground = visible(level["label"]).replace('"', "'"), fill(level["colour"])
        return self.book.add_format({
            "num_format": f'0" {word}"', "align": "center", "border": 1, "border_color": "#FFFFFF",
            "bg_color": ground, "font_color": ink_on(ground),
            "font_name": "Calibri",
        })  # fmt: skip

    def _findings(self) -> None:
        """Write every finding, on as many sheets as they need."""
        columns = {
            "number": 6, "severity": 10, "code": 8, "team": 9, "place": 22, "question": 32, "value": 22, "message": 38,
            "remedy": 34, "suggestion": 14, "status": 17, "comment": 28, "waiver": 34, "file_status": 15, "file": 40,
            "name": 22, "sheet": 20, "cell": 9, "tool": 9, "row": 13, "field": 13,
        }  # fmt: skip
        found = [(file, finding) for file in self.files for finding in file["findings"]]
        status = [*columns].index("status")
        for part, start in enumerate(range(0, max(len(found), 1), MOST_ROWS), 1):
            sheet = self._sheet(self.words["findings"] if part == 1 else f"{self.words['findings']} {part}")
            some = found[start : start + MOST_ROWS]
            rows = (self._finding(number, *pair) for number, pair in enumerate(some, start + 1))
            self.table(f"Findings{part}", sheet, columns, rows, len(some), frozen=3)
            sheet.data_validation(1, status, max(len(some), 1), status, {
                "validate": "list", "source": [self.words[key] for key in STATUSES],
                "input_title": self.words["status_title"], "input_message": self.words["status_help"],
                "error_title": self.words["status_title"],
                "error_message": self.words["status_error"],
            })  # fmt: skip

    def _finding(self, number: int, file: FileRow, finding: FindingRow) -> dict[str, Any]:
        words, code = self.words, finding["code"]
        target = self.code_rows.get(code)
        return {
            **finding,
            "number": number,
            "code": code if target is None else Link(code, f"'{words['codes']}'!A{target + 1}"),
            "severity": Tinted(words[finding["severity"]], finding["severity"]),
            "team": self._team(file),
            "file_status": words[file["status"]],
            "place": place_of(finding),
            "question": finding["label"],
            "status": words["accepted_as_it_is" if is_waived(finding) else "open"],
            "comment": None,
            "waiver": _waiver(words, finding),
            "file": file["path"],
        }

    def _checks(self) -> None:
        run, missed, found = Counter[str](), Counter[str](), Counter[str]()
        for file in self.files:
            run.update(file["checks"]["run"])
            missed.update({skip["code"] for skip in file["checks"]["not_run"]})
            for finding in file["findings"]:
                found[finding["code"]] += file["counted"]
        rows = (
            {"code": code, "files_run": run[code], "files_not_run": missed[code], "found": found[code]}
            for code in sorted({*run, *missed, *found})
        )
        self._list("checks", {"code": 12, "files_run": 16, "files_not_run": 18, "found": 12}, rows)

    def _not_checked(self) -> None:
        rows = (
            {**skip, "team": self._team(file), "file": file["path"]}
            for file in self.files
            for skip in file["checks"]["not_run"]
        )
        self._list("not_checked", {"team": 12, "file": 44, "code": 12, "why": 70}, rows)

    def _unplaced(self) -> None:
        rows = (
            {
                "team": self._team(file),
                "file": file["path"],
                "place": f"{item['sheet']}!{item['cell']}",
                "text": self.words["withheld"] if item["text"] is None else item["text"],
            }
            for file in self.files
            for item in file["unplaced"]
        )
        self._list("unplaced", {"team": 12, "file": 44, "place": 28, "text": 70}, rows)

    def _waivers(self) -> None:
        columns = {
            "number": 6, "state": 11, "code": 10, "file": 40, "sheet": 20, "cell": 9, "reason": 50, "by": 22, "day": 12,
            "until": 12, "withdrawn": 12, "withdrawn_by": 22, "sha256": 68,
        }  # fmt: skip
        rows = ({**row, "state": self.words[row["state"]]} for row in self.document["waivers"])
        self._list("waivers", columns, rows)

    def _decisions(self) -> None:
        rows = (
            {**row, "number": row["n"], "choice": self.words[row["choice"]]}
            for row in self.document["decisions"]
        )
        columns = {"number": 6, "choice": 12, "file": 40, "submission": 19, "reason": 50, "by": 22, "day": 12}
        self._list("decisions", columns, rows)

    def _codes(self) -> None:
        rows = ({**row, "severity": self.words[row["severity"]]} for row in self.document["codes"])
        columns = {"code": 10, "name": 26, "severity": 12, "why": 52, "example": 44, "remedy": 52}
        self._list("codes", columns, rows)


def _told_apart(headers: Sequence[str]) -> list[str]:
    """Give heads that differ, as a table needs them: where a language has one word for two, the second is numbered."""
    seen: dict[str, int] = {}
    told = []
    for header in headers:
        count = seen[header.casefold()] = seen.get(header.casefold(), 0) + 1
        told.append(header if count == 1 else f"{header} {count}")
    return told


def _fit(words: Words, text: str) -> str:
    """Cut a text that a cell cannot hold, and say so in its last words."""
    if fits_a_cell(text):
        return text
    note = words["cut"].format(count=f"{len(text):,}")
    return beginning(text, CELL_LIMIT - len(note)) + note


def _waiver(words: Words, finding: FindingRow) -> str | None:
    """Give the waiver of a finding in a line; its number leads to the sheet of waivers."""
    row = finding["waiver"]
    if row is None:
        return None
    until = f", {words['until'].lower()} {row['until']}" if row["until"] else ""
    return f"{row['number']}: {words[row['state']]}: {row['reason']} ({row['by']}, {row['day']}{until})"


# how the sheets print: A4, titles repeated, page numbers, and letters that can still be read


def _in_blocks(sheet: Worksheet, widths: Sequence[int], blocks: Sequence[tuple[int, int]]) -> None:
    """Print blocks of rows, first and last, none of them cut by the end of a page.

    Excel heeds breaks only where it does not fit a sheet to pages, so the scale is worked out here.
    """
    scale = max(LEAST_SCALE, min(100, LETTERS_ACROSS * 100 // sum(widths)))
    room, top, breaks = ROWS_DOWN * 100 // scale, 0, []
    for first, last in blocks:
        if last - top >= room:
            breaks.append(first)
            top = first
    sheet.set_landscape()
    sheet.set_print_scale(scale)
    sheet.set_h_pagebreaks(breaks)
    _with_numbers(sheet)


def _readable(widths: Sequence[int]) -> int:
    """Count the first columns that a page takes at a size that can be read."""
    room = LETTERS_ACROSS * 100 // LEAST_SCALE
    return next((at for at in range(len(widths)) if sum(widths[: at + 1]) > room), len(widths))


def _with_numbers(sheet: Worksheet) -> None:
    sheet.set_paper(A4)
    sheet.set_footer("&L&A&R&P / &N")
