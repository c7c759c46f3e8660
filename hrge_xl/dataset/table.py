"""What a table or view of a dataset is: its columns, its key, and the tables that it refers to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
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


class Column(NamedTuple):
    """One column: its name and what it holds; of answers the fields behind it, by the code of their sheet."""

    name: str
    kind: str = TEXT
    title: str = ""
    fields: Mapping[str, Field] = {}
    label_of: str = ""  # the column of codes that it stands beside


class Reference(NamedTuple):
    """Columns whose values are a key of another table; `enforced` where the database sees to it."""

    columns: tuple[str, ...]
    table: str
    key: tuple[str, ...]
    enforced: bool = True


@dataclass(frozen=True)
class Table:
    """One table or view. `key` says which columns make a row unique, and in which order rows are given out."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    about: str = ""
    view: bool = False
    references: tuple[Reference, ...] = ()
    unique: tuple[str, ...] = ()  # a second key
    tools: tuple[str, ...] = ()  # whose rows stand in it, where it is a wide one
    same: tuple[int, int] = (0, 0)  # so many columns at both ends say the same in all rows of a submission
    internal: tuple[str, ...] = ()  # columns that say nothing to readers: they are in no export

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.name for column in self.columns)

    @cached_property
    def at(self) -> dict[str, int]:
        """The position of each column."""
        return {name: position for position, name in enumerate(self.names)}

    @cached_property
    def shown(self) -> Table:
        """The table as it is exported."""
        if not self.internal:
            return self
        columns = tuple(column for column in self.columns if column.name not in self.internal)
        key = self.unique if set(self.key) & set(self.internal) else self.key
        return replace(self, columns=columns, key=key, unique=(), internal=())

    def row(self, **values: Cell) -> Row:
        """Give a row by the names of its columns; those that are not named are empty. Raises KeyError for others."""
        at = self.at
        found: list[Cell] = [None] * len(self.columns)
        for name, value in values.items():
            found[at[name]] = value
        return tuple(found)

    @property
    def of_submissions(self) -> bool:
        """Whether its rows are facts of submissions, and go and come with them."""
        return not self.view and self.key[0] == SUBMISSION_ID


class OnDemand(Mapping[str, Any]):
    """What is made of each table when it is first asked for, by name."""

    def __init__(self, makers: Mapping[str, Callable[[], Any]]) -> None:
        self._makers, self._made = makers, dict[str, Any]()

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


def columns(text: str) -> tuple[Column, ...]:
    """`"submission n:integer …"` as columns."""
    return tuple(
        Column(name, kind or TEXT) for name, _, kind in (part.partition(":") for part in text.split())
    )
