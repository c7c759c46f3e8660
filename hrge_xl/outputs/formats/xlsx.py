"""The validation report as a workbook: every finding on one sheet, to be worked through."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import xlsxwriter

from ...core.words import CELL_LIMIT, Translate, translator
from ...dataset.return_status import STATUSES
from ...workbook.plain_sheets import PlainSheet, add_sheet, level_look, new_book
from ..document import (
    CALLED,
    SEVERITIES,
    VERDICTS,
    Document,
    FileRow,
    FindingRow,
    IdentityRow,
    MatrixRow,
    by_sheet_and_rule,
    by_team,
    fill,
    is_waived,
    place_of,
    visible,
)

SUFFIX = "xlsx"
COLUMNS = "xlsx_columns.csv"  # the sheets with their columns
MOST_LINKS = 65_000
MOST_ROWS = 1_048_575
WORKED_THROUGH = ("Open", "Asked the team", "Corrected", "Accepted as it is", "Not an error")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_TINTS = {
    "error": "#FBE4E2",
    "warning": "#FFF1D6",
    "info": "#E4EEF8",
    "refused": "#FBE4E2",
    "returned": "#FFF1D6",
    "accepted": "#E3F2E6",
}
FONT = {"font_name": "Calibri"}
_TOP = {**FONT, "valign": "top"}
_BOLD = {**_TOP, "bold": True}
_BODY = {**_TOP, "bottom": 1, "bottom_color": "#D5DCE3"}
_HEAD = {
    **FONT,
    "bold": True,
    "valign": "vcenter",
    "bg_color": "#E9EDF1",
    "bottom": 1,
    "text_wrap": True,
}
_CELL = {**_BODY, "text_wrap": True, "num_format": "#,##0_)"}
LOOKS: dict[str, dict[str, Any]] = {
    "": _CELL,
    **{name: _CELL | {"bg_color": tint, "font_color": "#000000"} for name, tint in _TINTS.items()},
    "bold": _BOLD,
    "title": _BOLD,
    "title of all": {**FONT, "bold": True, "font_size": 18},
    "plain": _TOP,
    "head": _HEAD,
    "head of numbers": _HEAD | {"align": "right"},
    "link": {**_BODY, "font_color": "#0B4F8A", "underline": 1},
    "share": {**_BODY, "num_format": "0%_)"},
    "left": {**_BOLD, "align": "left"},
}
LETTERS_ACROSS = 135  # that fit across a page on its side, in the usual font at full size
ROWS_DOWN = 30  # of the usual height, likewise
LEAST_SCALE = 65  # percent: below it nobody reads a page


class SheetColumn(NamedTuple):
    """A column of a sheet: its head, its width, and what it holds."""

    head: str
    width: int
    kind: str  # number, share; code and tint: what the document calls by a code; link: leads to the sheet of codes


@cache
def sheets() -> dict[str, dict[str, SheetColumn]]:
    """Return the columns of every sheet; its title stands under no name."""
    text = (resources.files(__package__) / COLUMNS).read_text(encoding="utf-8")
    columns_by_sheet: dict[str, dict[str, SheetColumn]] = {}
    for row in csv.DictReader(text.splitlines()):
        column = SheetColumn(row["head"], int(row["width"] or 0), row["kind"])
        columns_by_sheet.setdefault(row["sheet"], {})[row["column"]] = column
    return columns_by_sheet


def render(document: Document) -> bytes:
    """Return the report as the bytes of a workbook; the same document gives the same bytes."""
    target = io.BytesIO()
    with new_book(target) as book:
        started = datetime.fromisoformat(document["run"]["started"]).replace(tzinfo=None)
        say = translator(document["run"]["language"])
        book.set_properties({"title": say("Validation report"), "created": started})
        _Report(book, document, say).draw()
    return target.getvalue()


class _Report:
    """Draws the sheets; holds the formats and where each code and file stands."""

    def __init__(self, book: xlsxwriter.Workbook, document: Document, say: Translate) -> None:
        self.book = book
        self.say = say
        self.document = document
        self.files = document["files"]
        self.countries = document["names"]["countries"]
        self.formats = {name: book.add_format(look) for name, look in LOOKS.items()}
        quoted = (name for name in LOOKS if name in ("", *_TINTS))
        self.quoted = {
            name: book.add_format({**LOOKS[name], "quote_prefix": True}) for name in quoted
        }
        self.code_rows = {row["code"]: at for at, row in enumerate(document["codes"], 2)}
        self.counting = [(at, file) for at, file in enumerate(self.files) if file["counted"]]

    def draw(self) -> None:
        """Draw every sheet."""
        names = [name for name in sheets() if name != "matrices" or self.document["matrices"]]
        self._summary(names[1:])
        self._list("files", [*map(self._file, self.files)], frozen=3)
        self._list("by_team", self._by_team())
        rules = [
            {"code": group.title, "name": ", ".join(group.names), "files": len(group.files)}
            | {f"{key}s": count for key, count in group.counts.items()}
            for group in by_sheet_and_rule(self.counting, "", {})[1]
        ]
        self._list("by_rule", rules)
        if self.document["matrices"]:
            self._matrices()
        self._findings()
        self._list("checks", self._checks())
        missed = [
            {**skip, **self._of(file)} for file in self.files for skip in file["checks"]["not_run"]
        ]
        self._list("not_checked", missed)
        self._list("unplaced", self._unplaced())
        for name in ("waivers", "decisions", "codes"):
            self._list(name, [dict(row) for row in self.document[name]])

    def title(self, name: str) -> str:
        """Return the title of a sheet."""
        return self.say(sheets()[name][""].head)

    def _sheet(self, title: str) -> PlainSheet:
        sheet = add_sheet(self.book, title, self.document["run"]["language"])
        sheet.set_footer("&L&A&R&P / &N")
        cut = self.say(
            " … [cut here: {count} characters in total; the JSON report has the full text]"
        )
        return PlainSheet(sheet, self.formats, cut)

    def write(self, pen: PlainSheet, row: int, column: int, value: Any, kind: str = "") -> None:
        """Write a value: a number as a number, every text as text; links only as far as Excel has any."""
        look = ""
        if kind == "share":
            look = kind
        elif kind == "tint":
            look = value
        if kind in ("code", "tint") and value is not None:
            value = self.say(CALLED[value])
        if isinstance(value, str):
            value = visible(value)
            if kind == "link" and value in self.code_rows and row <= MOST_LINKS:
                pen.link(row, column, self.title("codes"), value, f"A{self.code_rows[value]}")
                return
        quoted = isinstance(value, str) and value.startswith(_FORMULA_STARTS)
        pen.put(row, column, value, self.quoted[look] if quoted else look)

    def _list(self, name: str, rows: Sequence[Mapping[str, Any]], frozen: int = 0) -> None:
        """Draw a sheet that is one plain table."""
        self._table(
            name.title().replace("_", ""), self._sheet(self.title(name)), name, rows, frozen
        )

    def _table(
        self, table: str, pen: PlainSheet, name: str, rows: Sequence[Mapping[str, Any]], frozen: int
    ) -> None:
        """Make a table with a filter, frozen headers, and printed pages with the columns that can be read on them."""
        sheet = pen.sheet
        last = max(len(rows), 1)
        columns = {key: column for key, column in sheets()[name].items() if key}
        if "country" in columns and not any(row["country"] for row in rows):
            del columns["country"]
        numbers = [column.kind in ("number", "share") for column in columns.values()]
        heads = _distinct_heads([self.say(column.head) for column in columns.values()])
        sheet.add_table(
            0,
            0,
            last,
            len(columns) - 1,
            {
                "name": table,
                "style": "Table Style Light 1",
                "banded_rows": False,
                "columns": [
                    {
                        "header": head,
                        "header_format": self.formats["head of numbers" if right else "head"],
                    }
                    for head, right in zip(heads, numbers, strict=True)
                ],
            },
        )
        widths = [column.width for column in columns.values()]
        for at, width in enumerate(widths):
            sheet.set_column(at, at, width)
        sheet.freeze_panes(1, frozen)
        sheet.set_margins(left=0.5, right=0.5)
        sheet.fit_to_pages(1, 0)
        sheet.print_area(0, 0, last, _readable(widths) - 1)
        sheet.repeat_rows(0)
        for at, row in enumerate(rows, 1):
            for place, (key, column) in enumerate(columns.items()):
                self.write(pen, at, place, row[key], column.kind)

    def _summary(self, names: Sequence[str]) -> None:
        pen = self._sheet(self.title("summary"))
        say = self.say
        run = self.document["run"]
        summary = self.document["summary"]
        pen.sheet.set_column(0, 0, 28)
        pen.sheet.set_column(1, 1, 90)
        intro = say(
            "On the sheet Findings: set the status, write a comment, filter by team, sheet or code."
        )
        pen.put(0, 0, say("Validation report"), "title of all")
        pen.put(1, 0, visible(run["spec_title"]), "plain")
        pen.put(2, 0, intro, "plain")
        no_cap = say(
            "Every finding is listed. A text of more than {limit} characters is cut, and its cell says so."
        )
        facts: dict[str, Any] = {
            **summary,
            **run,
            **{f"{key}s": summary[key] for key in SEVERITIES},  # type: ignore[literal-required]
            "others": say("{error} errors, {warning} warnings, {info} info").format(
                **summary["other"]
            ),
            "run_id": run["id"],
            "engine": f"hrge_xl {run['engine_version']}",
            "spec": f"{run['spec']} {run['spec_version']}",
            "redacted": say("Yes") if run["redacted"] else say("No"),
            "completeness": no_cap.format(limit=f"{CELL_LIMIT:,}"),
        }
        columns = sheets()["summary"]
        for row, key in enumerate([*columns][1:], 4):
            pen.put(row, 0, say(columns[key].head), "bold")
            if isinstance(facts[key], int):
                pen.put(row, 1, facts[key], "left")
            else:
                self.write(pen, row, 1, facts[key])
        for row, name in enumerate(names, 4 + len(columns)):
            pen.link(row, 0, self.title(name))
        pen.sheet.set_portrait()
        pen.sheet.fit_to_pages(1, 1)

    def _file(self, file: FileRow) -> dict[str, Any]:
        """Return the cells of a file: what the document says of it, some of it in words."""
        identity = file["identity"]
        answered, required = (
            sum(row[key] for row in file["completeness"]) for key in ("answered", "required")
        )
        cells: dict[str, Any] = {
            **dict.fromkeys(IdentityRow.__annotations__),
            **file,
            **(identity or {}),
        }
        return {
            **cells,
            **self._of(file),
            "country": self.countries.get(cells["country"] or "", cells["country"]),
            "signature": identity["signature"] if identity else "no identity",
            "answered": answered,
            "required": required,
            "share": answered / required if required else None,
            "waived": file["counts"]["waived"],
            "why_not": None if file["counted"] else file["reason"],
            **{f"{key}s": file["counts"][key] for key in SEVERITIES},
        }

    def _of(self, file: FileRow) -> dict[str, str]:
        """Return what is said of a file beside whatever stands in it."""
        return {"team": self._team(file), "file": file["path"], "file_status": file["status"]}

    def _by_team(self) -> list[dict[str, Any]]:
        """Return what came from each team, what became of it, and the findings of what counts; the last row adds up."""
        findings = {
            group.title: group.counts
            for group in by_team(self.counting, self._team, self.countries)
        }
        rows: list[dict[str, Any]] = []
        for group in by_team(enumerate(self.files), self._team, self.countries):
            files = [self.files[at] for at in group.files]
            seen = Counter(file["status"] for file in files) | Counter(
                file["verdict"] for file in files
            )
            rows.append(
                {"team": group.title, "country": ", ".join(group.names), "received": len(files)}
                | {key: seen[key] for key in VERDICTS}
                | {status.part: seen[status.code] for status in STATUSES}
                | {f"{key}s": findings.get(group.title, {}).get(key, 0) for key in SEVERITIES}
            )
        if rows:
            sums = {
                key: sum(row[key] for row in rows)
                for key, value in rows[0].items()
                if isinstance(value, int)
            }
            rows.append({"team": self.say("All teams"), "country": None, **sums})
        return rows

    def _team(self, file: FileRow) -> str:
        return file["identity"]["team"] if file["identity"] else self.say("(none)")

    def _matrices(self) -> None:
        """Every matrix as on the sheets of the workbook: the highest step on top, each cell with its level in words."""
        pen = self._sheet(self.title("matrices"))
        row = 0
        page = 0
        breaks = []
        steps = max(len(matrix["across"]) for matrix in self.document["matrices"])
        widths = (34, *(16 for _ in range(steps)))
        for column, width in enumerate(widths):
            pen.sheet.set_column(column, column, width)
        # Excel heeds breaks of pages only where it does not fit a sheet to pages, so the scale is worked out here
        scale = max(LEAST_SCALE, min(100, LETTERS_ACROSS * 100 // sum(widths)))
        for matrix in self.document["matrices"]:
            below = self._matrix(pen, row, matrix)
            if below - 1 - page >= ROWS_DOWN * 100 // scale:  # none is cut by the end of a page
                breaks.append(row)
                page = row
            row = below + 1
        pen.sheet.set_print_scale(scale)
        pen.sheet.set_h_pagebreaks(breaks)

    def _matrix(self, pen: PlainSheet, top: int, matrix: MatrixRow) -> int:
        period = f" · {matrix['period']}" if matrix["period"] else ""
        levels: dict[str, Any] = {}
        for level in matrix["levels"]:
            word = visible(level["label"]).replace('"', "'")
            look = {**FONT, **level_look(fill(level["colour"])), "border_color": "#FFFFFF"}
            levels[level["code"]] = self.book.add_format({**look, "num_format": f'0" {word}"'})
        cells = {(cell["down"], cell["across"]): cell for cell in matrix["cells"]}
        down, across = (
            [(code, visible(label)) for code, label in matrix[side]] for side in ("down", "across")
        )
        return pen.heat_map(
            top,
            visible(f"{matrix['title']}{period}"),
            f"{matrix['down_label']} ↓ · {matrix['across_label']}",
            down,
            across,
            {place: cell["count"] for place, cell in cells.items()},
            {place: levels[cell["level"]] for place, cell in cells.items()},
        )

    def _findings(self) -> None:
        """Write every finding, on as many sheets as they need."""
        statuses = [self.say(status) for status in WORKED_THROUGH]
        pairs = [(file, finding) for file in self.files for finding in file["findings"]]
        title = self.title("findings")
        status = [*sheets()["findings"]].index("status") - 1
        for part, start in enumerate(range(0, max(len(pairs), 1), MOST_ROWS), 1):
            pen = self._sheet(title if part == 1 else f"{title} {part}")
            some = pairs[start : start + MOST_ROWS]
            rows = [self._finding(number, *pair) for number, pair in enumerate(some, start + 1)]
            self._table(f"Findings{part}", pen, "findings", rows, frozen=3)
            pen.sheet.data_validation(
                1,
                status,
                max(len(some), 1),
                status,
                {
                    "validate": "list",
                    "source": statuses,
                    "input_title": self.say("Status"),
                    "error_title": self.say("Status"),
                    "input_message": self.say("How far this finding has been dealt with."),
                    "error_message": self.say("Choose from the list."),
                },
            )

    def _finding(self, number: int, file: FileRow, finding: FindingRow) -> dict[str, Any]:
        return {
            **finding,
            **self._of(file),
            "number": number,
            "place": place_of(finding),
            "question": finding["label"],
            "status": self.say("Accepted as it is") if is_waived(finding) else self.say("Open"),
            "comment": None,
            "waiver": self._waiver(finding),
        }

    def _checks(self) -> list[dict[str, Any]]:
        """Return how often each check ran and did not, and what it found in what counts."""
        run = Counter[str]()
        missed = Counter[str]()
        findings = Counter[str]()
        for file in self.files:
            run.update(file["checks"]["run"])
            missed.update({skip["code"] for skip in file["checks"]["not_run"]})
            for finding in file["findings"]:
                findings[finding["code"]] += file["counted"]
        return [
            {
                "code": code,
                "files_run": run[code],
                "files_not_run": missed[code],
                "found": findings[code],
            }
            for code in sorted({*run, *missed, *findings})
        ]

    def _unplaced(self) -> list[dict[str, Any]]:
        return [
            {
                **self._of(file),
                "place": f"{text['sheet']}!{text['cell']}",
                "text": self.say("(withheld)") if text["text"] is None else text["text"],
            }
            for file in self.files
            for text in file["unplaced"]
        ]

    def _waiver(self, finding: FindingRow) -> str | None:
        """Return the waiver of a finding in a line; its number leads to the sheet of waivers."""
        row = finding["waiver"]
        if row is None:
            return None
        until = f", {self.say('Until').lower()} {row['until']}" if row["until"] else ""
        return f"{row['number']}: {self.say(CALLED[row['state']])}: {row['reason']} ({row['by']}, {row['day']}{until})"


def _distinct_heads(headers: Sequence[str]) -> list[str]:
    """Return heads that differ, as a table needs them: where a language has one word for two, the second is
    numbered.
    """
    seen: dict[str, int] = {}
    distinct = []
    for header in headers:
        count = seen[header.casefold()] = seen.get(header.casefold(), 0) + 1
        distinct.append(header if count == 1 else f"{header} {count}")
    return distinct


def _readable(widths: Sequence[int]) -> int:
    """Count the first columns that a page takes, printed at a size that can still be read."""
    room = LETTERS_ACROSS * 100 // LEAST_SCALE
    return next((at for at in range(len(widths)) if sum(widths[: at + 1]) > room), len(widths))
