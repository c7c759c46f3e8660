"""The columns of a table as people read them: heads in words, names beside codes, and what can be folded away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from ..dataset.schema import AGGREGATE_ANSWERS, AGGREGATE_NUMBERS, ANSWERS, Schema, spec_language
from ..dataset.table import BOOLEAN, DATE, INTEGER, NUMBER, TEXT, Cell, Column, Row, Table
from ..fields import Field
from ..words import beginning
from .column_words import CodeLabels, Label, Record

SHARE = "share"  # a number that is shown in percent
NAMED = "_label"  # the codes of columns that hold the names of other columns' codes
MOST_HEAD = 200  # characters of a head: Excel takes 255, and some must be left to tell two heads apart
OF_ANY_ROW = frozenset({ANSWERS.name, AGGREGATE_ANSWERS.name, AGGREGATE_NUMBERS.name})
LABELLED_BY = ("indicator", "field")  # what the column `label` says the name of
STATES = frozenset({"verdict", "status", "severity"})
WIDTHS = {TEXT: 18.0, INTEGER: 9.0, NUMBER: 12.0, BOOLEAN: 9.0, DATE: 12.0}
WIDE, LABELLED, CODE = 44.0, 26.0, 11.0
HEAD_LINES = 3  # over which a head should not go
MOST_WIDTH = 34.0  # that a head asks for


class ReadableColumn(NamedTuple):
    """One column: its code in the dataset, its head, what it holds, and how it is shown."""

    code: str
    head: str
    kind: str
    style: str
    width: float
    folded: bool
    value: Callable[[Row], Cell]


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


def readable_rows(columns: Sequence[ReadableColumn], rows: Iterable[Row]) -> Iterator[Row]:
    """Give the rows of a table as its readable columns show them."""
    values = [column.value for column in columns]
    return (tuple(value(row) for value in values) for row in rows)


class _ReadableColumns:
    """Makes the columns of one table."""

    def __init__(self, schema: Schema, table: Table, labels: CodeLabels) -> None:
        self.table, self.labels, self.say = table, labels, labels.say
        self.translated = labels.language != spec_language(schema.spec)

    def columns(self) -> Iterator[ReadableColumn]:
        """Give every column of the table, and behind it the one with names where it holds codes that have some."""
        for at, column in enumerate(self.table.columns):
            fields = [] if column.label_of else [*column.fields.values()]
            named = self._answers(at, fields) if fields else self._named(column.name)
            yield self._own(at, column, fields, coded=named is not None)
            if named is not None:
                yield self._names(column, fields, named)

    def _own(self, at: int, column: Column, fields: Sequence[Field] | None, *, coded: bool) -> ReadableColumn:
        head = self._head(column, fields)
        has_name = column.name + NAMED in self.table.at or (
            column.name in LABELLED_BY and "label" in self.table.at
        )
        if coded or has_name:
            head = f"{head} ({self.say('Code')})"
        percent = fields[0].type.name == "percent" if fields else bool(column.format)
        width = CODE if coded or (column.name == "code") else WIDE if column.width else WIDTHS[column.kind]
        return ReadableColumn(
            column.name, head, column.kind, SHARE if percent else column.kind, _fitting(width, head),
            column.folded, self._value(at, column.name),
        )  # fmt: skip

    def _names(
        self, column: Column, fields: Sequence[Field] | None, named: Callable[[Row], Cell]
    ) -> ReadableColumn:
        head = self._head(column, fields)
        return ReadableColumn(
            column.name + NAMED, head, TEXT, TEXT, _fitting(LABELLED, head), folded=False, value=named
        )

    def _head(self, column: Column, fields: Sequence[Field] | None) -> str:
        """Name a column: by its question, the words for a column that every dataset has, or its title."""
        if fields:
            text = fields[0].asks(self.labels.language)
        elif column.name.endswith(NAMED):
            text = self.labels.head(column.name.removesuffix(NAMED)) or column.name
        elif column.name == "label" and (
            of := next((name for name in LABELLED_BY if name in self.table.at), "")
        ):
            text = self.labels.head(of)
        else:
            text = self.labels.head(column.name) or column.title or column.name
        return beginning(" ".join(text.split()), MOST_HEAD)

    # names of codes

    def _record(self, label: Label) -> Callable[[Row], Cell]:
        names = self.table.names

        def value(row: Row) -> Cell:
            return label(dict(zip(names, row, strict=True)))

        return value

    def _answers(self, at: int, fields: Sequence[Field]) -> Callable[[Row], Cell] | None:
        """Give the names of the answers to a question; fields of several sheets may have lists of their own."""
        if all(self.labels.answer(field, "") is None for field in fields):
            return None
        by_tool = {code: self.labels.field(code, fields[0].code) or fields[0] for code in self.table.tools}
        answer, tool = self.labels.answer, self.table.at["tool"]
        return lambda row: answer(by_tool[str(row[tool])], row[at])

    def _named(self, name: str) -> Callable[[Row], Cell] | None:
        """Give the names for the codes of a column that every dataset has; nothing where it has no names."""
        at = self.table.at[name]
        if name == "country":
            country = self.labels.country
            return lambda row: country(str(row[at])) if row[at] else None
        if name in STATES and self.table.name in ("submissions", "findings"):
            states = self.labels.states
            return lambda row: states.get(str(row[at]))
        if name == "tool" and "sheet" not in self.table.at:
            sheet = self.labels.sheet
            return lambda row: sheet(str(row[at])) if row[at] else None
        if name == "row" and self._has_items():
            return self._record(self.labels.item)
        if self.table.name == ANSWERS.name and name in ("field", "code"):
            return self._record(self.labels.question if name == "field" else self.labels.entry)
        return None

    def _has_items(self) -> bool:
        """Say whether some rows are fixed ones, which have a label."""
        tools = self.table.tools
        return self.table.name in OF_ANY_ROW or any(tool in tools for tool, _ in self.labels.items)

    # names that the dataset holds in the language of the spec

    def _value(self, at: int, name: str) -> Callable[[Row], Cell]:
        label = self._translated(name) if self.translated else None
        if label is None:
            return lambda row: row[at]
        value = self._record(label)
        return lambda row: value(row) or row[at]

    def _translated(self, name: str) -> Label | None:
        """Give how a name of the dataset is found in another language, by the codes beside it."""
        there, labels = self.table.at, self.labels
        found: dict[str, tuple[str, Label]] = {
            "down_label": ("down", labels.step("down")),
            "across_label": ("across", labels.step("across")),
            "level_label": ("level", labels.level),
            "code_label": ("field", labels.entry),
            "title": ("block", labels.matrix),
            "item": ("item", labels.item if "label" in there else _nothing),
            "section": ("row", labels.section),
        }
        if name == "label":
            return self._label()
        needed, label = found.get(name, ("", _nothing))
        return label if needed in there else None

    def _label(self) -> Label | None:
        there = self.table.at
        if "indicator" in there:
            return self.labels.indicator
        if "field" in there:
            return self.labels.question if self.table.name != "findings" else None
        return self.labels.part if "stage" in there else self.labels.item if "row" in there else None


def _nothing(_: Record) -> str | None:
    return None


def _fitting(width: float, head: str) -> float:
    """Give a width in which the head has few lines."""
    return max(
        width, min(len(head) / HEAD_LINES + 4, MOST_WIDTH), float(max(map(len, head.split()), default=0)) + 2
    )
