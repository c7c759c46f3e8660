"""A table of a dataset on a sheet that people read: heads in words, names beside codes, columns that fold, its rows.

Rows go to the sheet as XML, straight from the dataset: five times faster than cell by cell, and never a formula.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import cache, cached_property
from operator import itemgetter
from typing import Any, NamedTuple

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from ..core.numerals import to_serial
from ..core.words import beginning, country_names, translator
from ..dataset.aggregates.indicators import catalogue_label
from ..dataset.aggregates.risks import part_labels
from ..dataset.dimensions import entries, fixed_rows
from ..dataset.return_status import status_words
from ..dataset.schema import (
    BOOLEAN,
    DATE,
    INTEGER,
    LABEL,
    NUMBER,
    TEXT,
    Cell,
    Record,
    Row,
    Schema,
    Table,
    TableColumn,
    list_of,
)
from ..fields import Field
from ..layout.lists import LEVELS
from ..spec.lookup import has_countries, label_of
from ..spec.model import Spec
from ..workbook.plain_sheets import fitted

SHARE = "share"  # a number that is shown in percent
SHOWN_AS = {
    "percent": SHARE,
    "year": INTEGER,
}  # by the type of a question, or the format of a column
# characters of a head: Excel takes 255, and some must be left to tell two heads apart
MOST_HEAD = 200
OF_ANY_ROW = ("answers", "aggregate_answers", "aggregate_numbers")  # how tables of any rows begin
LABELLED_BY = ("indicator", "field")  # what the column `label` says the name of
WIDTHS = {
    TEXT: 18.0,
    INTEGER: 9.0,
    NUMBER: 12.0,
    BOOLEAN: 9.0,
    DATE: 12.0,
    "code": 11.0,
    "wide": 44.0,
}
OF_NAMES = 26.0  # wide
HEAD_LINES = 3  # over which a head should not go
MOST_WIDTH = 34.0  # that a head asks for
Value = Callable[[Record], Cell]  # what a column shows of a row


class ReadableColumn(NamedTuple):
    """One column: its code in the dataset, its head, what it holds, and how it is shown."""

    code: str
    head: str
    kind: str
    style: str
    width: float
    folded: bool
    value: Value


def readable_columns(schema: Schema, table: Table, labels: CodeLabels) -> list[ReadableColumn]:
    """Return the columns of a table, those with names beside those with codes, each with a head of its own.

    Of countries nothing is said where the spec knows none.
    """
    readable = [
        shown
        for column in table.columns
        if not column.label_of  # its names stand there in the language of the workbook
        if column.fields or not column.name.endswith("country") or has_countries(schema.spec)
        for shown in _shown(schema, table, labels, column)
    ]
    often = Counter(column.head.casefold() for column in readable)
    return [
        column._replace(head=f"{column.head} [{column.code}]")
        if often[column.head.casefold()] > 1
        else column
        for column in readable
    ]


def readable_rows(
    table: Table, columns: Sequence[ReadableColumn], rows: Iterable[Row]
) -> Iterator[Row]:
    """Return the rows of a table as its readable columns show them."""
    names = table.names
    values = [column.value for column in columns]
    records = (dict(zip(names, row, strict=True)) for row in rows)
    return (tuple(value(record) for value in values) for record in records)


def _shown(
    schema: Schema, table: Table, labels: CodeLabels, column: TableColumn
) -> Iterator[ReadableColumn]:
    """Yield a column, and behind it the one with names where it holds codes that have some."""
    fields = [*column.fields.values()]
    names = (
        _of_answers(table, labels, column, fields) if fields else _of_codes(table, labels, column)
    )
    if fields:
        head = fields[0].asks(labels.language)
    else:
        heading = labels.say(column.head) if column.head else labels.states.get(column.name)
        head = heading or column.title or column.name
    plain = head = beginning(" ".join(head.split()), MOST_HEAD)
    labelled = column.name in LABELLED_BY and "label" in table.at
    if names or labelled or (not fields and column.name + LABEL in table.at):
        head = f"{head} ({labels.say('Code')})"
    style = SHOWN_AS.get(fields[0].type.name if fields else column.format, column.kind)
    width = WIDTHS["code" if names else column.width or column.kind]
    value: Value = itemgetter(column.name)
    if column.words and labels.language != schema.language:
        value = _in_words(column.name, getattr(labels, column.words))
    yield ReadableColumn(
        column.name, head, column.kind, style, _fitting(width, head), column.folded, value
    )
    if names:
        width = _fitting(OF_NAMES, plain)
        yield ReadableColumn(
            column.name + LABEL, plain, TEXT, TEXT, width, folded=False, value=names
        )


def _of_answers(
    table: Table, labels: CodeLabels, column: TableColumn, fields: Sequence[Field]
) -> Value | None:
    """Return the names of the answers to a question; fields of several sheets may have lists of their own."""
    if all(labels.answer(field, "") is None for field in fields):
        return None
    by_tool = {code: labels.field(code, fields[0].code) or fields[0] for code in table.tools}
    return lambda row: labels.answer(by_tool[row["tool"]], row[column.name])


def _of_codes(table: Table, labels: CodeLabels, column: TableColumn) -> Value | None:
    """Return the names for the codes of a column that every dataset has; nothing where they stand there already."""
    if not column.names or (column.names == "sheet" and "sheet" in table.at):
        return None
    if column.names == "state":
        return lambda row: labels.states.get(str(row[column.name]))
    fixed = table.name.startswith(OF_ANY_ROW) or any(
        tool in table.tools for tool, _ in labels.items
    )
    return getattr(labels, column.names) if column.names != "item" or fixed else None


def _in_words(name: str, words: Value) -> Value:
    """Return the words for a text of the dataset in another language, else the text."""
    return lambda row: words(row) or row[name]


def _fitting(width: float, head: str) -> float:
    """Return a width in which the head has few lines."""
    longest = max(map(len, head.split()), default=0)
    return max(width, min(len(head) / HEAD_LINES + 4, MOST_WIDTH), float(longest) + 2)


# what codes are called

SEVERITIES: dict[str, str] = {"error": "Error", "warning": "Warning", "info": "Info"}


class CodeLabels:
    """The names of everything that a spec gives a code, in one language, each looked up once.

    What takes a row is named by `tables.yaml`.
    """

    def __init__(self, spec: Spec | None, language: str) -> None:
        self.spec = spec
        self.language = language
        self.tools = spec.tool if spec else {}
        self.say = translator(language)
        self.entries_of = cache(lambda name: dict(entries(spec, name, language)) if spec else {})

    @cached_property
    def states(self) -> dict[str, str]:
        """Words for verdicts, statuses and severities."""
        severities = {code: self.say(word) for code, word in SEVERITIES.items()}
        return {**status_words(self.say), "counts": self.say("Counts"), **severities}

    @cached_property
    def items(self) -> dict[tuple[str, str], tuple[str, str]]:
        """Section and label of every fixed row, by tool and row."""
        rows = fixed_rows(self.spec, self.language) if self.spec else ()
        return {(tool, row): (section, label) for tool, row, section, label in rows}

    def field(self, tool: str, code: str) -> Field | None:
        """Return a question by the codes of its sheet and its own."""
        return self.tools[tool].fields.get(code) if tool in self.tools else None

    def answer(self, field: Field, value: Any) -> str | None:
        """Return the names for the codes of an answer; several stand in one text."""
        name = list_of(field)
        if name is None or value is None:
            return None
        labels = self.entries_of(name)
        codes = f"{value:g}" if isinstance(value, float) else str(value)
        return "; ".join(labels.get(code, code) for code in codes.split(";"))

    def country(self, row: Record) -> str | None:
        """Return the country as the spec names it, else as the language does."""
        code = row["country"]
        if self.spec is None or not code:
            return None
        named = label_of(self.spec, self.spec.countries, code, self.language)
        return named if named != code else country_names(self.language).get(code)

    def sheet(self, row: Record) -> str | None:
        """Return the name of the sheet of a tool."""
        tool = self.tools.get(row["tool"])
        return tool.sheet.say(self.language) if tool else None

    def item(self, row: Record) -> str | None:
        """Return what a fixed row is about."""
        return (
            self.items.get((row["tool"], str(row.get("row_code") or row.get("row"))), ("", ""))[1]
            or None
        )

    def section(self, row: Record) -> str | None:
        """Return the heading that a fixed row stands under."""
        return self.items.get((row["tool"], row["row_code"]), ("", ""))[0] or None

    def listed(self, row: Record) -> str | None:
        """Return the name of an entry of a list."""
        return self.entries_of(row["list"]).get(row["code"])

    def question(self, row: Record) -> str | None:
        """Return what a question asks."""
        field = self.field(row["tool"], row["field"])
        return field.label.say(self.language) if field else None

    def question_down(self, row: Record) -> str | None:
        """Return what the question down a matrix asks."""
        return self.question({**row, "field": row["matrix_row_field"]})

    def question_across(self, row: Record) -> str | None:
        """Return what the question across a matrix asks."""
        return self.question({**row, "field": row["matrix_column_field"]})

    def entry(self, row: Record) -> str | None:
        """Return the name of the entry that a question was answered with."""
        field = self.field(row["tool"], row["field"])
        return self.answer(field, row["code"]) if field else None

    def down(self, row: Record) -> str | None:
        """Return the name of a step down."""
        matrix = self.spec.matrix if self.spec else None
        return self.entries_of(matrix.down).get(str(row["matrix_row"])) if matrix else None

    def across(self, row: Record) -> str | None:
        """Return the name of a step across."""
        matrix = self.spec.matrix if self.spec else None
        return self.entries_of(matrix.across).get(str(row["matrix_column"])) if matrix else None

    def level(self, row: Record) -> str | None:
        """Return the name of a level."""
        return self.entries_of(LEVELS).get(row["level"])

    def part(self, row: Record) -> str | None:
        """Return the name of a part in the breakdown of risks."""
        if self.spec is None or not row["code"]:
            return None
        return part_labels(self.spec, row["breakdown"], self.language).get(row["code"])

    def indicator(self, row: Record) -> str | None:
        """Return the name of an indicator of the catalogue."""
        return (
            catalogue_label(self.spec, row["indicator"], self.language) or None
            if self.spec
            else None
        )


# rows as XML

FONT = {"font_name": "Arial", "font_size": 10}  # of every cell of `data.xlsx`
CUT = " […cut here; the whole text is in dataset.sqlite]"
FIRST_DAY = "1900-03-01"  # before it Excel counts a day that never was
# texts that come again and again, and how long they may be
REMEMBERED = 20_000
SHORT = 80
SPECIAL = re.compile(r"[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_|^\s|\s$|\n")
LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]")
ROWS_AT_ONCE = 1_000


def write_rows(
    sheet: Worksheet, columns: Iterable[tuple[str, Format]], rows: Iterable[Row], first: int = 1
) -> None:
    """Write rows from the one numbered `first` (0 is the top) on; those above are written already. Each column holds
    values of a kind, in a format.

    Days come as ISO text, truth values as 0 and 1.
    """
    cells = [
        _cell(kind, xl_col_to_name(at), look._get_xf_index())
        for at, (kind, look) in enumerate(columns)
    ]
    sheet._write_single_row(first)
    lines = []
    last = first - 1
    for last, row in enumerate(rows, start=first):
        number = last + 1
        texts = [cells[at](number, value) for at, value in enumerate(row) if value is not None]
        lines.append(f'<row r="{number}">{"".join(texts)}</row>')
        if len(lines) == ROWS_AT_ONCE:
            sheet.fh.write("".join(lines))
            lines.clear()
    sheet.fh.write("".join(lines))
    sheet.dim_rowmax = max(sheet.dim_rowmax or 0, last)
    sheet.previous_row = last + 1


def _cell(kind: str, letters: str, style: int) -> Callable[[int, Any], str]:
    """Return the function by which a column writes a value."""
    head = f'<c r="{letters}'
    look = f'" s="{style}"'
    if kind == TEXT:
        remembered: dict[str, str] = {}

        def text(number: int, value: str) -> str:
            shown = remembered.get(value)
            if shown is None:
                shown = inline(value)
                if len(value) <= SHORT and len(remembered) < REMEMBERED:
                    remembered[value] = shown
            return f"{head}{number}{look}{shown}"

        return text
    if kind == DATE:
        return lambda number, value: f"{head}{number}{look}{_day(value)}"
    if kind == BOOLEAN:
        return lambda number, value: f'{head}{number}{look} t="b"><v>{int(value)}</v></c>'
    return lambda number, value: f"{head}{number}{look}><v>{value!r}</v></c>"


def _day(text: str) -> str:
    return (
        inline(text) if text < FIRST_DAY else f"><v>{to_serial(date.fromisoformat(text))}</v></c>"
    )


def inline(text: str) -> str:
    """Return the rest of a cell that holds a text: cut where Excel cuts, escaped as Excel escapes."""
    text = fitted(text, CUT)
    if SPECIAL.search(text) is None:
        return f' t="inlineStr"><is><t>{text}</t></is></c>'
    text = LOOKS_ESCAPED.sub("_x005F_", text)
    text = CONTROL.sub(lambda match: f"_x{ord(match[0]):04X}_", text)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f' t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
