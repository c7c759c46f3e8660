"""The validation report as a workbook: every finding on one sheet, to be worked through."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from ...dataset.reconciliation import WORDS as BECAME
from ...errors import LimitError
from ...words import CELL_LIMIT, beginning, direction, fits_a_cell, translator
from ..document import Document, FileRow, FindingRow, MatrixRow, WaiverRow, is_waived, place_of
from ..groups import SEVERITIES, by_sheet_and_rule, by_team
from ..page import ink
from ..shown_text import visible
from ..xlsx_pages import in_blocks, readable, whole, wide
from ..xlsx_words import WORDS

SUFFIX = "xlsx"
RECONCILED = ("accepted", "returned", "refused", *BECAME)
STATUSES = ("open", "asked", "corrected", "accepted_as_it_is", "no_error")
Words = Mapping[str, str]
MOST_LETTERS = 31  # of the name of a sheet
MOST_LINKS = 65_000
MOST_ROWS = 1_048_575
NUMBERS = {
    "received",
    *RECONCILED,
    "errors",
    "warnings",
    "infos",
    "waived",
    "files",
    "files_run",
    "files_not_run",
    "found",
    "answered",
    "required",
    "share",
    "number",
    "size",
}  # columns of numbers, whose headings stand above their digits
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_TINTS = {
    "error": "#FBE4E2",
    "warning": "#FFF1D6",
    "info": "#E4EEF8",
    "refused": "#FBE4E2",
    "returned": "#FFF1D6",
    "accepted": "#E3F2E6",
}
_BODY = {"valign": "top", "font_name": "Calibri", "bottom": 1, "bottom_color": "#D5DCE3"}

Cell = str | int | float | None


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
        say = translator(document["run"]["language"])
        words = {key: say(text) for key, text in WORDS.items()}
        book.set_properties({"title": words["title"], "created": started})
        _Report(book, document, words).draw()
    return target.getvalue()


class _Report:
    """Draws the sheets; holds the formats and where each code and file stands."""

    def __init__(self, book: xlsxwriter.Workbook, document: Document, words: Words) -> None:
        self.book, self.words = book, words
        self.right_to_left = direction(document["run"]["language"]) == "rtl"
        self.document = document
        self.formats = {name: self._format(tint) for name, tint in {"": None, **_TINTS}.items()}
        self.quoted = {name: self._format(tint, quote=True) for name, tint in {"": None, **_TINTS}.items()}
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
        self._summary()
        self._files()
        self._by_team()
        self._by_rule()
        self._matrices()
        self._findings()
        self._checks()
        self._not_checked()
        self._unplaced()
        self._waivers()
        self._decisions()
        self._codes()

    def _sheet(self, name: str) -> Worksheet:
        sheet = self.book.add_worksheet(beginning(name, MOST_LETTERS))
        if self.right_to_left:
            sheet.right_to_left()
        return sheet

    def text(self, sheet: Worksheet, row: int, column: int, value: Cell, tint: str = "") -> None:
        """Write a value: a number as a number, every text as text and nothing else."""
        if value is None:
            done = sheet.write_blank(row, column, None, self.formats[tint])
        elif not isinstance(value, str):
            done = sheet.write_number(row, column, value, self.formats[tint])
        else:
            shown = _fit(self.words, visible(value))
            look = self.quoted if shown.startswith(_FORMULA_STARTS) else self.formats
            done = sheet.write_string(row, column, shown, look[tint])
        if done != 0:
            raise LimitError(
                f"The report does not fit into a worksheet: row {row + 1} of “{sheet.get_name()}”."
            )

    def jump(self, sheet: Worksheet, row: int, column: int, target: str, shown: str) -> None:
        """Write a link to another sheet of this workbook; below the last row for links, its text."""
        if row > MOST_LINKS:
            self.text(sheet, row, column, shown)
            return
        sheet.write_url(row, column, f"internal:{target}", self.link, _fit(self.words, visible(shown)))

    def table(
        self, name: str, sheet: Worksheet, keys: Sequence[str], widths: Sequence[int], rows: int
    ) -> None:
        """Make a table with a filter, frozen headers, and printed pages with the columns that can be read on them."""
        headers = [self.words[key] for key in keys]
        looks = (self.header_of_numbers if key in NUMBERS else self.header for key in keys)
        columns = [
            {"header": header, "header_format": look}
            for header, look in zip(_told_apart(headers), looks, strict=True)
        ]
        sheet.add_table(0, 0, max(rows, 1), len(headers) - 1, {
            "name": name, "columns": columns, "style": "Table Style Light 1", "banded_rows": False,
        })  # fmt: skip
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 0)
        wide(sheet)
        sheet.print_area(0, 0, max(rows, 1), readable(widths) - 1)
        sheet.repeat_rows(0)

    def _summary(self) -> None:
        sheet = self._sheet(self.words["summary"])
        run, summary = self.document["run"], self.document["summary"]
        sheet.set_column(0, 0, 28)
        sheet.set_column(1, 1, 90)
        sheet.write_string(0, 0, self.words["title"], self.title)
        sheet.write_string(1, 0, _fit(self.words, visible(run["spec_title"])), self.plain)
        sheet.write_string(2, 0, self.words["intro"], self.plain)
        facts: list[tuple[str, Cell, str]] = [
            ("files", summary["files"], ""),
            *((key, summary[key], key) for key in ("accepted", "returned", "refused")),
            *((key, _cell(summary, key), "") for key in BECAME),
            *((f"{key}s", _cell(summary, key), key) for key in SEVERITIES),
            ("waived", summary["waived"], ""),
            ("others", self.words["count"].format(**summary["other"]), ""),
            ("run_id", run["id"], ""),
            ("started", run["started"], ""),
            ("today", run["today"], ""),
            ("engine", f"hrge_xl {run['engine_version']}", ""),
            ("spec", f"{run['spec']} {run['spec_version']}", ""),
            ("spec_digest", run["spec_digest"], ""),
            ("round", run["round"], ""),
            ("command", run["command"], ""),
            ("redacted", self.words["yes" if run["redacted"] else "no"], ""),
            ("completeness", self.words["no_cap"].format(limit=f"{CELL_LIMIT:,}"), ""),
        ]
        left = self.book.add_format({"align": "left", "valign": "top", "font_name": "Calibri", "bold": True})
        for row, (key, value, tint) in enumerate(facts, 4):
            sheet.write_string(row, 0, self.words[key], self.bold)
            if isinstance(value, int):
                sheet.write_number(row, 1, value, left)
            else:
                self.text(sheet, row, 1, value, tint)
        for row, key in enumerate(
            (
                "files",
                "by_team",
                "by_rule",
                *(("matrices",) if self.document["matrices"] else ()),
                "findings",
                "checks",
                "not_checked",
                "unplaced",
                "waivers",
                "decisions",
                "codes",
            ),
            5 + len(facts),
        ):
            self.jump(sheet, row, 0, f"'{self.words[key]}'!A1", self.words[key])
        whole(sheet)

    def _files(self) -> None:
        sheet = self._sheet(self.words["files"])
        keys = (
            "team", "country", "file", "verdict", "file_status", "signature", "answered", "required", "share",
            "errors", "warnings", "infos", "waived", "why_not", "arrived", "arrival", "late_day", "late_by", "checked",
            "sha256", "period", "saved", "copy_of", "submission",
            "size", "language", "round", "spec_version", "copy", "issued",
        )  # fmt: skip
        widths = (
            10, 10, 40, 11, 15, 11, 10, 10, 10, 8, 10, 8, 8, 40, 12, 12, 12, 12, 12, 68, 14, 22, 40, 19, 11, 10, 12,
            13, 16, 12,
        )  # fmt: skip
        files, called = self.document["files"], self.document["names"]["countries"]
        self.table("Files", sheet, keys, widths, len(files))
        for row, file in enumerate(files, 1):
            cells = _file_cells(self.words, file)
            cells["country"] = called.get(str(cells["country"] or ""), cells["country"])
            for column, key in enumerate(keys):
                value = cells[key]
                if key == "share" and isinstance(value, float):
                    sheet.write_number(row, column, value, self.percent)
                else:
                    self.text(sheet, row, column, value, file["verdict"] if key == "verdict" else "")
        sheet.freeze_panes(1, 3)

    def _by_team(self) -> None:
        """Write what came from each team, what became of it, and the findings of what counts; the last row adds up."""
        files, called = self.document["files"], self.document["names"]["countries"]
        counting = [(at, file) for at, file in enumerate(files) if file["counted"]]
        findings = {each.title: each.counts for each in by_team(counting, self._team, called)}
        rows: list[list[Cell]] = [
            [group.title, ", ".join(group.names), *self._became([files[at] for at in group.files]),
             *findings.get(group.title, dict.fromkeys(SEVERITIES, 0)).values()]
            for group in by_team(enumerate(files), self._team, called)
        ]  # fmt: skip
        numbers = zip(*(row[2:] for row in rows), strict=True)
        sums = [sum(int(count or 0) for count in column) for column in numbers]
        if rows:
            rows.append([self.words["all"], None, *sums])
        keys = ("team", "country", "received", *RECONCILED, "errors", "warnings", "infos")
        widths = (14, 18, *(11 for _ in keys[2:]))
        self._list("by_team", "ByTeam", keys, widths, rows)

    def _became(self, files: Sequence[FileRow]) -> list[int]:
        """Count the files received, what they are, and what became of those that could be read."""
        verdicts, statuses = (
            Counter(str(dict(file)[key]) for file in files) for key in ("verdict", "status")
        )
        became = [statuses["counts" if key == "counted" else key] for key in RECONCILED[3:]]
        return [len(files), *(verdicts[key] for key in RECONCILED[:3]), *became]

    def _team(self, file: FileRow) -> str:
        return _team(self.words, file)

    def _by_rule(self) -> None:
        counting = [(at, file) for at, file in enumerate(self.document["files"]) if file["counted"]]
        rows: Iterable[list[Cell]] = (
            [group.title, ", ".join(group.names), *group.counts.values(), len(group.files)]
            for group in by_sheet_and_rule(counting, "", {})[1]
        )
        keys = ("code", "name", "errors", "warnings", "infos", "files")
        self._list("by_rule", "ByRule", keys, (12, 44, 10, 10, 10, 10), rows)

    def _matrices(self) -> None:
        """Every matrix as on the sheets of the workbook: the highest step on top, each cell with its level in words."""
        if not self.document["matrices"]:
            return
        sheet, row, blocks = self._sheet(self.words["matrices"]), 0, []
        steps = max(len(matrix["across"]) for matrix in self.document["matrices"])
        widths = (34, *(16 for _ in range(steps)))
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        for matrix in self.document["matrices"]:
            last = self._matrix(sheet, row, matrix)
            blocks.append((row, last))
            row = last + 2
        in_blocks(sheet, widths, blocks)

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
        word = visible(level["label"]).replace('"', "'")
        return self.book.add_format({
            "num_format": f'0" {word}"', "align": "center", "border": 1, "border_color": "#FFFFFF",
            "bg_color": f"#{level['colour'].lstrip('#')}", "font_color": f"#{ink(level['colour'])}",
            "font_name": "Calibri",
        })  # fmt: skip

    def _findings(self) -> None:
        rows = [(file, finding) for file in self.document["files"] for finding in file["findings"]]
        for part, start in enumerate(range(0, max(len(rows), 1), MOST_ROWS), 1):
            name = self.words["findings"] if part == 1 else f"{self.words['findings']} {part}"
            sheet = self._sheet(name)
            self._finding_rows(sheet, f"Findings{part}", rows[start : start + MOST_ROWS], start)

    def _finding_rows(
        self, sheet: Worksheet, name: str, rows: Sequence[tuple[FileRow, FindingRow]], start: int
    ) -> None:
        keys = (
            "number", "severity", "code", "team", "place", "question", "value", "message", "remedy",
            "suggestion", "status", "comment", "waiver", "file_status",
            "file", "name", "sheet", "cell", "tool", "row", "field",
        )  # fmt: skip
        widths = (6, 10, 8, 9, 22, 32, 22, 38, 34, 14, 17, 28, 34, 15, 40, 22, 20, 9, 9, 13, 13)
        self.table(name, sheet, keys, widths, len(rows))
        for row, (file, finding) in enumerate(rows, 1):
            target = self.code_rows.get(finding["code"])
            cells = _finding_cells(self.words, start + row, file, finding)
            for column, key in enumerate(keys):
                if key == "code" and target is not None:
                    self.jump(sheet, row, column, f"'{self.words['codes']}'!A{target + 1}", finding["code"])
                else:
                    tint = finding["severity"] if key == "severity" else ""
                    self.text(sheet, row, column, cells[key], tint)
        status = keys.index("status")
        sheet.data_validation(1, status, max(len(rows), 1), status, {
            "validate": "list", "source": [self.words[key] for key in STATUSES],
            "input_title": self.words["status_title"], "input_message": self.words["status_help"],
            "error_title": self.words["status_title"],
            "error_message": self.words["status_error"],
        })  # fmt: skip
        sheet.freeze_panes(1, 3)

    def _checks(self) -> None:
        run: dict[str, int] = {}
        missed: dict[str, int] = {}
        found: dict[str, int] = {}
        for file in self.document["files"]:
            for code in file["checks"]["run"]:
                run[code] = run.get(code, 0) + 1
            for code in {skip["code"] for skip in file["checks"]["not_run"]}:
                missed[code] = missed.get(code, 0) + 1
            for finding in file["findings"]:
                found[finding["code"]] = found.get(finding["code"], 0) + file["counted"]
        codes = sorted({*run, *missed, *found})
        rows = ((code, run.get(code, 0), missed.get(code, 0), found.get(code, 0)) for code in codes)
        self._list(
            "checks", "Checks", ("code", "files_run", "files_not_run", "found"), (12, 16, 18, 12), rows
        )

    def _not_checked(self) -> None:
        rows = (
            (_team(self.words, file), file["path"], skip["code"], skip["why"])
            for file in self.document["files"]
            for skip in file["checks"]["not_run"]
        )
        self._list("not_checked", "NotChecked", ("team", "file", "code", "why"), (12, 44, 12, 70), rows)

    def _unplaced(self) -> None:
        rows = (
            (
                _team(self.words, file),
                file["path"],
                f"{item['sheet']}!{item['cell']}",
                self.words["withheld"] if item["text"] is None else item["text"],
            )
            for file in self.document["files"]
            for item in file["unplaced"]
        )
        self._list("unplaced", "Unplaced", ("team", "file", "place", "text"), (12, 44, 28, 70), rows)

    def _waivers(self) -> None:
        keys = (
            "number", "state", "code", "file", "sheet", "cell", "reason", "by", "day", "until", "withdrawn",
            "withdrawn_by", "sha256",
        )  # fmt: skip
        widths = (6, 11, 10, 40, 20, 9, 50, 22, 12, 12, 12, 22, 68)
        rows = ([_waiver_cell(self.words, row, key) for key in keys] for row in self.document["waivers"])
        self._list("waivers", "Waivers", keys, widths, rows)

    def _decisions(self) -> None:
        keys = ("number", "choice", "file", "submission", "reason", "by", "day")
        rows = (
            (row["n"], self.words[row["choice"]], *(_cell(row, key) for key in keys[2:]))
            for row in self.document["decisions"]
        )
        self._list("decisions", "Decisions", keys, (6, 12, 40, 19, 50, 22, 12), rows)

    def _codes(self) -> None:
        rows = (
            (row["code"], row["name"], self.words[row["severity"]], row["why"], row["example"], row["remedy"])
            for row in self.document["codes"]
        )
        keys = ("code", "name", "severity", "why", "example", "remedy")
        self._list("codes", "Codes", keys, (10, 26, 12, 52, 44, 52), rows)

    def _list(
        self, key: str, name: str, keys: Sequence[str], widths: Sequence[int], rows: Iterable[Sequence[Cell]]
    ) -> None:
        """Draw a sheet that is one plain table."""
        sheet = self._sheet(self.words[key])
        found = list(rows)
        self.table(name, sheet, keys, widths, len(found))
        for row, values in enumerate(found, 1):
            for column, value in enumerate(values):
                self.text(sheet, row, column, value)


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


def _team(words: Words, file: FileRow) -> str:
    return file["identity"]["team"] if file["identity"] else words["none"]


def _file_cells(words: Words, file: FileRow) -> dict[str, Cell]:
    identity = file["identity"]
    answered = sum(row["answered"] for row in file["completeness"])
    required = sum(row["required"] for row in file["completeness"])
    cells: dict[str, Cell] = {
        "team": _team(words, file),
        "file": file["path"],
        "verdict": words[file["verdict"]],
        "signature": words[identity["signature"] if identity else "no_identity"],
        "answered": answered,
        "required": required,
        "share": answered / required if required else None,
        "sha256": file["sha256"],
        "size": file["size"],
    }
    for key in ("country", "language", "round", "spec_version", "copy", "issued"):
        cells[key] = identity[key] if identity else None
    for key in (
        "arrived", "arrival", "late_day", "late_by", "checked", "period", "saved", "copy_of", "submission",
    ):  # fmt: skip
        cells[key] = _cell(file, key)
    cells |= {key: words[f"day_{file[key]}"] for key in ("arrival", "late_by") if file[key]}
    cells["file_status"], cells["why_not"] = (
        words[file["status"]],
        None if file["counted"] else file["reason"],
    )
    cells["waived"] = file["counts"]["waived"]
    return cells | {f"{key}s": file["counts"][key] for key in SEVERITIES}


def _finding_cells(words: Words, number: int, file: FileRow, finding: FindingRow) -> dict[str, Cell]:
    cells: dict[str, Cell] = {}
    for key in ("code", "value", "message", "remedy", "suggestion", "name", "sheet", "cell", "tool", "row"):
        cells[key] = finding[key]
    cells["field"] = finding["field"]
    return cells | {
        "number": number,
        "severity": words[finding["severity"]],
        "team": _team(words, file),
        "file_status": words[file["status"]],
        "place": place_of(finding),
        "question": finding["label"],
        "status": words["accepted_as_it_is" if is_waived(finding) else "open"],
        "comment": None,
        "waiver": _waiver(words, finding),
        "file": file["path"],
    }


def _waiver_cell(words: Words, row: WaiverRow, key: str) -> Cell:
    return words[row["state"]] if key == "state" else _cell(row, key)


def _cell(row: Mapping[str, object], key: str) -> Cell:
    """Give what a row of the document says under a key, where that is one value."""
    value = row[key]
    assert value is None or isinstance(value, str | int)
    return value


def _waiver(words: Words, finding: FindingRow) -> str | None:
    """Give the waiver of a finding in a line; its number leads to the sheet of waivers."""
    row = finding["waiver"]
    if row is None:
        return None
    until = f", {words['until'].lower()} {row['until']}" if row["until"] else ""
    return f"{row['number']}: {words[row['state']]}: {row['reason']} ({row['by']}, {row['day']}{until})"
