"""Looks over the rows of a batch before they are written: what does not fit the dataset is a fault of ours.

The rows are facts, which every view is made of: one validation a table. See docs/decisions/0034.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from ..fault_isolation import UnfitRow
from ..fields import kind_of
from ..numerals import shown
from ..words import beginning
from .column_values import codes_of
from .dimensions import slots_of
from .rows import no_rows
from .schema import ANSWERS_FACT, SLOTS, Schema
from .table import Row, Rows, Table

if TYPE_CHECKING:  # pandas and pandera are slow to import
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from .frame_schemas import Failure, FrameSchema

VALUES = ("code", "text", "number", "date")  # one of these columns holds what is answered
SLOT, LISTED = "slot", "listed"
SLOT_SAYS = ("slot", "tool", "field", "list")
KNOWN, UNKNOWN = "known", "unknown"
NEEDED = {  # what has to stand in `answers_fact` by the cell that an answer is in
    SLOT: "the number of a cell that the spec has",
    LISTED: "a code of the list that its question is answered from",
    **dict.fromkeys(VALUES, "empty, because its question is answered in another column"),
}
LONGEST = 80  # characters of a value that is told


class RowCheck:
    """Looks over rows of many files of one spec. What depends on the spec only is worked out once."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._schemas: dict[str, FrameSchema] = {}
        self._further: list[Row] = []  # cells that not every workbook has

    def __call__(self, files: Iterable[Rows]) -> list[Rows]:
        """Give the rows of files as they came. Raises `UnfitRow` where one of them has no place in the dataset."""
        rows = list(files)
        self._further = list(dict.fromkeys(row for each in rows for row in each[SLOTS.name]))
        for name in no_rows(self._schema):
            some = self._further if name == SLOTS.name else [row for each in rows for row in each[name]]
            if some:
                self._look_over(self._schema.by_name[name], some)
        return rows

    def _look_over(self, table: Table, rows: Sequence[Row]) -> None:
        import pandas as pd

        from .frame_schemas import first_failure, python_schema

        if table.name not in self._schemas:
            self._schemas[table.name] = python_schema(self._schema, table)
        frame = pd.DataFrame(rows, columns=list(table.names), dtype=object)
        failure = first_failure(self._schemas[table.name], frame)
        if failure is None and table is ANSWERS_FACT:
            failure = self._cells.failure(frame, self._further)
        if failure is not None:
            raise _unfit(table, rows[failure.row], failure)

    @cached_property
    def _cells(self) -> _Cells:
        return _Cells(self._schema)


class _Cells:
    """The cells of a spec, and what an answer in each of them can be."""

    def __init__(self, schema: Schema) -> None:
        from .frame_schemas import category_schema

        self._schema = schema
        rows = slots_of(schema.spec).rows() if schema.spec else []
        self._lists = sorted({str(row[SLOTS.at["list"]]) for row in rows if row[SLOTS.at["list"]]})
        self._known = self._placed(rows)
        entries = [f"{name}:{code}" for name in self._lists for code in codes_of(schema, name)]
        own = {column: [column] for column in VALUES}
        self._allowed = category_schema({SLOT: [KNOWN], **own, LISTED: entries})

    def _placed(self, slots: Iterable[Row]) -> NDArray[np.int64]:
        """Give numbers of cells in order; under each the column that its value stands in, and its list (-1: none)."""
        import numpy as np

        assert self._schema.spec is not None
        found: dict[int, tuple[int, int]] = {}
        for row in slots:
            slot, tool, name, its_list = (row[SLOTS.at[column]] for column in SLOT_SAYS)
            kind = kind_of(self._schema.spec.tool[str(tool)].fields[str(name)])
            listed = self._lists.index(str(its_list)) if its_list else -1
            found[int(str(slot))] = (VALUES.index(kind.value), listed)
        cells = [(slot, *found[slot]) for slot in sorted(found)]
        return np.array([*zip(*cells, strict=True)], dtype=np.int64).reshape(3, -1)

    def failure(self, answers: pd.DataFrame, further: Sequence[Row]) -> Failure | None:
        """Give the first answer that its cell does not take."""
        from .frame_schemas import first_failure

        found = first_failure(self._allowed, self._categories(answers, further))
        if found is None:
            return None
        return found._replace(
            column="code" if found.column == LISTED else found.column, why=NEEDED[found.column]
        )

    def _categories(self, answers: pd.DataFrame, further: Sequence[Row]) -> pd.DataFrame:
        """For each answer whether its cell is known, what its cell takes in place of each value, and its entry."""
        import numpy as np
        import pandas as pd

        cells = np.concatenate([self._known, self._placed(further)], axis=1)
        cells = cells[:, np.argsort(cells[0], kind="stable")]
        slots = answers[SLOT].to_numpy(dtype=np.int64)
        at = np.minimum(np.searchsorted(cells[0], slots), cells.shape[1] - 1)
        known = cells[0, at] == slots
        columns, lists = (np.where(known, cells[part, at], -1) for part in (1, 2))
        found = {SLOT: _category(np.where(known, 0, 1), [KNOWN, UNKNOWN])}
        for column in VALUES:
            found[column] = _category(np.where(answers[column].notna(), columns, -1), VALUES)
        return pd.DataFrame({**found, LISTED: self._entries(answers["code"], lists)})

    def _entries(self, codes: pd.Series[str], lists: NDArray[np.int64]) -> pd.Categorical[str]:
        """For each answer its list with its code, as one text; nothing where it has not both."""
        import numpy as np
        import pandas as pd

        number, known = pd.factorize(codes)
        listed = (number >= 0) & (lists >= 0)
        pair, pairs = pd.factorize(lists[listed] * len(known) + number[listed])
        entry = np.full(len(codes), -1)
        entry[listed] = pair
        return _category(
            entry, [f"{self._lists[p // len(known)]}:{known[p % len(known)]}" for p in pairs.tolist()]
        )


def _category(numbers: NDArray[np.int64], names: Sequence[str]) -> pd.Categorical[str]:
    """Give names by their numbers; nothing for -1."""
    import pandas as pd

    return pd.Categorical.from_codes(numbers, pd.Index(names))


def _unfit(table: Table, row: Row, failure: Failure) -> UnfitRow:
    value = row[table.at[failure.column]]
    told = "" if value is None else beginning(shown(value), LONGEST)
    return UnfitRow({"column": f"{table.name}.{failure.column}", "value": told, "needed": failure.why})
