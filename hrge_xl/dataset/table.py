"""What a table or view of a dataset is: its columns, its key, and the tables that it refers to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from ..fields import Field

Cell = str | int | float | bool | date | None
Row = tuple[Cell, ...]
Rows = dict[str, list[Row]]
Record = dict[str, Any]  # a row by its columns

TEXT, INTEGER, NUMBER, BOOLEAN, DATE = "text", "integer", "number", "boolean", "date"
# the integer that facts go by; `submission` is the same as hex digits, for people
SUBMISSION_ID = "submission_id"
STAR = "*"  # in a template: the columns that depend on the spec


class Column(NamedTuple):
    """One column, as `tables.yaml` describes it; of answers the fields behind it, by the code of their sheet."""

    name: str
    kind: str = TEXT
    meaning: str = ""
    title: str = ""  # what the spec calls it
    fields: Mapping[str, Field] = {}
    label_of: str = ""  # the column of codes that it stands beside
    head: str = ""
    values: Mapping[str, str] = {}
    list: str = ""
    pattern: str = ""
    maximum: int | None = None
    format: str = ""
    width: str = ""
    folded: bool = False
    names: str = ""
    words: str = ""
    refers: str = ""

    @property
    def description(self) -> str:
        """What it holds; of a question what it asks."""
        return (
            f"The label of `{self.label_of}`: {self.title}" if self.label_of else self.meaning or self.title
        )


class Reference(NamedTuple):
    """A column whose values are a key of another table."""

    column: str
    table: str
    key: str


@dataclass(frozen=True)
class Table:
    """One table or view, as `tables.yaml` describes it. The key is also the order in which rows are given out."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    about: str = ""
    role: str = ""
    view: bool = False
    title: str = ""
    group: str = ""
    repeated: bool = False
    large: bool = False
    needs: str = ""
    unique: tuple[str, ...] = ()  # a second key
    indexes: Mapping[str, str] = field(default_factory=dict)
    internal: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()  # whose rows stand in it, where it is of the spec's sheets
    partial: bool = False  # of these some fields only

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.name for column in self.columns)

    @cached_property
    def at(self) -> dict[str, int]:
        """The position of each column."""
        return {name: position for position, name in enumerate(self.names)}

    @cached_property
    def references(self) -> tuple[Reference, ...]:
        """What it refers to; the database sees to those of tables that are kept."""
        named = ((column.name, *column.refers.split(".")) for column in self.columns if column.refers)
        found = (Reference(*each) for each in named)
        return tuple(each for each in found if (self.name, each.column) != (each.table, each.key))

    @cached_property
    def shown(self) -> Table:
        """The table as it is exported."""
        if not self.internal:
            return self
        key = self.unique if set(self.key) & set(self.internal) else self.key
        return replace(self.without(self.internal), key=key, unique=(), internal=())

    def without(self, names: Iterable[str]) -> Table:
        """Give the table without some columns."""
        return replace(self, columns=tuple(column for column in self.columns if column.name not in names))

    def filled(self, columns: Iterable[Column], **own: Any) -> Table:
        """Give the table that this is the template of: with columns where its star is."""
        star = self.at[STAR]
        return replace(self, columns=(*self.columns[:star], *columns, *self.columns[star + 1 :]), **own)

    def row(self, **values: Cell) -> Row:
        """Give a row by the names of its columns; those that are not named are empty. Raises KeyError for others."""
        if unknown := values.keys() - self.at.keys():
            raise KeyError(*unknown)
        return tuple(map(values.get, self.names))

    @property
    def of_submissions(self) -> bool:
        """Whether its rows are facts of submissions, and go and come with them."""
        return not self.view and self.key[0] == SUBMISSION_ID
