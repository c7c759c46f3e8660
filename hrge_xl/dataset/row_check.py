"""Looks over the rows of a batch before they are written: what does not fit the dataset is a fault of ours.

The rows are facts, which every view is made of: one validation a table. See docs/decisions/0034.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from ..core.numerals import shown
from ..core.program import UnfitRow
from ..core.words import beginning
from ..fields import kind_of
from .column_values import codes_of
from .dimensions import slots_of
from .rows import no_rows
from .schema import ANSWERS_FACT, SLOTS, Schema
from .table import Cell, Row, Rows, Table

if TYPE_CHECKING:  # pandas and pandera are slow to import
    from .frame_schemas import FrameSchema

# what has to stand in `answers_fact` by the cell that an answer is in
SLOT = "the number of a cell that the spec has"
EMPTY = "empty, because its question is answered in another column"
LISTED = "a code of the list that its question is answered from"
VALUES = ("code", "text", "number", "date")  # one of these columns holds what is answered
# the column that a cell has its value in, and the codes that it can have
Takes = tuple[str, frozenset[Cell] | None]
LONGEST = 80  # characters of a value that is told


class RowCheck:
    """Looks over rows of many files of one spec. What depends on the spec only is worked out once."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._schemas: dict[str, FrameSchema] = {}

    def __call__(self, files: Iterable[Rows]) -> list[Rows]:
        """Give the rows of files as they came. Raises `UnfitRow` where one of them has no place in the dataset."""
        rows = list(files)
        further = list(dict.fromkeys(row for each in rows for row in each["slots"]))
        for name in no_rows(self._schema):
            some = further if name == "slots" else [row for each in rows for row in each[name]]
            if some:
                self._look_over(self._schema.by_name[name], some)
                if name == "answers_fact":
                    self._look_over_answers(some, self._known | self._placed(further))
        return rows

    def _look_over(self, table: Table, rows: Sequence[Row]) -> None:
        import pandas as pd

        from .frame_schemas import first_failure, python_schema

        if table.name not in self._schemas:
            self._schemas[table.name] = python_schema(self._schema, table)
        frame = pd.DataFrame(rows, columns=list(table.names), dtype=object)
        failure = first_failure(self._schemas[table.name], frame)
        if failure is not None:
            raise _unfit(table, rows[failure.row], failure.column, failure.why)

    # an answer and its cell

    @cached_property
    def _known(self) -> dict[Cell, Takes]:
        return self._placed(slots_of(self._schema.spec).rows() if self._schema.spec else ())

    def _placed(self, slots: Iterable[Row]) -> dict[Cell, Takes]:
        """Give what cells take, by their numbers."""
        found: dict[Cell, Takes] = {}
        codes: dict[Cell, frozenset[Cell] | None] = {None: None}
        for row in slots:
            slot, tool, name, its_list = (
                row[SLOTS.at[column]] for column in ("slot", "tool", "field", "list")
            )
            assert self._schema.spec is not None
            if its_list not in codes:
                codes[its_list] = frozenset(codes_of(self._schema, str(its_list)))
            kind = kind_of(self._schema.spec.tool[str(tool)].fields[str(name)])
            found[slot] = kind.value, codes[its_list]
        return found

    def _look_over_answers(self, rows: Iterable[Row], cells: Mapping[Cell, Takes]) -> None:
        """Raise `UnfitRow` for the first answer that its cell does not take."""
        slot, code = ANSWERS_FACT.at["slot"], ANSWERS_FACT.at["code"]
        others = {one: [(name, ANSWERS_FACT.at[name]) for name in VALUES if name != one] for one in VALUES}
        for row in rows:
            if row[slot] not in cells:
                raise _unfit(ANSWERS_FACT, row, "slot", SLOT)
            column, codes = cells[row[slot]]
            for name, at in others[column]:
                if row[at] is not None:
                    raise _unfit(ANSWERS_FACT, row, name, EMPTY)
            if codes is not None and row[code] is not None and row[code] not in codes:
                raise _unfit(ANSWERS_FACT, row, "code", LISTED)


def _unfit(table: Table, row: Row, column: str, needed: str) -> UnfitRow:
    value = row[table.at[column]]
    told = "" if value is None else beginning(shown(value), LONGEST)
    return UnfitRow({"column": f"{table.name}.{column}", "value": told, "needed": needed})
