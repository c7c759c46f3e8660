"""The columns of a table as people read them: heads in words, names beside codes, and what can be folded away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import itemgetter
from typing import NamedTuple

from ..core.words import beginning
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
    spec_language,
)
from ..fields import Field
from .column_words import CodeLabels

SHARE = "share"  # a number that is shown in percent
MOST_HEAD = 200  # characters of a head: Excel takes 255, and some must be left to tell two heads apart
OF_ANY_ROW = ("answers", "aggregate_answers", "aggregate_numbers")  # how tables of any rows begin
LABELLED_BY = ("indicator", "field")  # what the column `label` says the name of
WIDTHS = {TEXT: 18.0, INTEGER: 9.0, NUMBER: 12.0, BOOLEAN: 9.0, DATE: 12.0, "code": 11.0, "wide": 44.0}
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
    """Give the columns of a table, those with names beside those with codes, each with a head of its own."""
    found = list(_ReadableColumns(schema, table, labels).columns())
    often = Counter(column.head.casefold() for column in found)
    return [
        column._replace(head=f"{column.head} [{column.code}]")
        if often[column.head.casefold()] > 1
        else column
        for column in found
    ]


def readable_rows(table: Table, columns: Sequence[ReadableColumn], rows: Iterable[Row]) -> Iterator[Row]:
    """Give the rows of a table as its readable columns show them."""
    names, values = table.names, [column.value for column in columns]
    records = (dict(zip(names, row, strict=True)) for row in rows)
    return (tuple(value(record) for value in values) for record in records)


class _ReadableColumns:
    """Makes the columns of one table."""

    def __init__(self, schema: Schema, table: Table, labels: CodeLabels) -> None:
        self.table, self.labels, self.say = table, labels, labels.say
        self.translated = labels.language != spec_language(schema.spec)

    def columns(self) -> Iterator[ReadableColumn]:
        """Give every column of the table, and behind it the one with names where it holds codes that have some."""
        for column in self.table.columns:
            if column.label_of:  # its names stand there in the language of the workbook
                continue
            fields = [*column.fields.values()]
            names, head = (
                self._answers(column, fields) if fields else self._names(column),
                self._head(column, fields),
            )
            yield self._own(column, fields, head, coded=names is not None)
            if names is not None:
                width = _fitting(OF_NAMES, head)
                yield ReadableColumn(column.name + LABEL, head, TEXT, TEXT, width, folded=False, value=names)

    def _own(self, column: TableColumn, fields: Sequence[Field], head: str, *, coded: bool) -> ReadableColumn:
        labelled = column.name in LABELLED_BY and "label" in self.table.at
        if coded or labelled or (not fields and column.name + LABEL in self.table.at):
            head = f"{head} ({self.say('Code')})"
        percent = fields[0].type.name == "percent" if fields else bool(column.format)
        width = WIDTHS["code" if coded else column.width or column.kind]
        words = getattr(self.labels, column.words) if self.translated and column.words else None
        return ReadableColumn(
            column.name, head, column.kind, SHARE if percent else column.kind, _fitting(width, head), column.folded,
            _or_itself(column.name, words) if words else itemgetter(column.name),
        )  # fmt: skip

    def _head(self, column: TableColumn, fields: Sequence[Field]) -> str:
        """Name a column: by its question, the words for a column that every dataset has, or its title."""
        if fields:
            text = fields[0].asks(self.labels.language)
        else:
            known = self.say(column.head) if column.head else self.labels.states.get(column.name)
            text = known or column.title or column.name
        return beginning(" ".join(text.split()), MOST_HEAD)

    def _answers(self, column: TableColumn, fields: Sequence[Field]) -> Value | None:
        """Give the names of the answers to a question; fields of several sheets may have lists of their own."""
        if all(self.labels.answer(field, "") is None for field in fields):
            return None
        by_tool = {code: self.labels.field(code, fields[0].code) or fields[0] for code in self.table.tools}
        return lambda row: self.labels.answer(by_tool[row["tool"]], row[column.name])

    def _names(self, column: TableColumn) -> Value | None:
        """Give the names for the codes of a column that every dataset has; nothing where they stand there already."""
        if not column.names or (column.names == "sheet" and "sheet" in self.table.at):
            return None
        if column.names == "state":
            return lambda row: self.labels.states.get(str(row[column.name]))
        fixed = self.table.name.startswith(OF_ANY_ROW) or any(
            tool in self.table.tools for tool, _ in self.labels.items
        )
        return getattr(self.labels, column.names) if column.names != "item" or fixed else None


def _or_itself(name: str, words: Value) -> Value:
    """Give the words for a text of the dataset in another language, else the text."""
    return lambda row: words(row) or row[name]


def _fitting(width: float, head: str) -> float:
    """Give a width in which the head has few lines."""
    return max(
        width, min(len(head) / HEAD_LINES + 4, MOST_WIDTH), float(max(map(len, head.split()), default=0)) + 2
    )
