"""The answers that figures about people are made of, by cell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from ..dataset.aggregates.common import Record
from ..language import Call, Expr, Over, Ref, parts
from ..language.functions.choices import LookUp
from ..spec.compiled import FieldKey
from .figures import Cell
from .people_fields import PeopleFields

ONLY_ROW = "1"  # of a form that asks its questions once


class PeopleAnswers:
    """The answers to fields that count people, are calculated from such, or are tied to them.

    `numbers` holds what could be read as a number, `unread` the cells asked for a count in which something else
    stands, and `cells` those of each field.
    """

    def __init__(self, answers: Iterable[Record], fields: PeopleFields) -> None:
        self.numbers: dict[Cell, float] = {}
        self.unread: set[Cell] = set()
        self.cells: dict[FieldKey, list[Cell]] = defaultdict(list)
        self._rows: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)  # of each sheet of a return
        self._points_to: dict[Cell, str | None] = {}
        wanted = fields.all | fields.references
        for record in answers:
            if (record["tool"], record["field"]) in wanted:
                self._take(record, fields)

    def _take(self, record: Record, fields: PeopleFields) -> None:
        cell = Cell(record["submission"], record["tool"], record["row"], record["field"])
        if cell.key in fields.references:
            self._points_to[cell] = record["code"]
            return
        self.cells[cell.key].append(cell)
        self._rows[cell.submission, cell.tool][cell.row] = None
        if record["number"] is not None:
            self.numbers[cell] = record["number"]
        elif cell.key in fields.asked:
            self.unread.add(cell)

    def rows_of(self, tool: str) -> Iterator[Cell]:
        """Yield a cell without a field for each row of a sheet in which people are counted."""
        for (submission, sheet), rows in self._rows.items():
            yield from (Cell(submission, tool, row, "") for row in rows if sheet == tool)

    def read_by(self, expression: Expr, at: Cell) -> Iterator[Cell]:
        """Yield the cells that an expression reads when it stands in the row of a cell."""
        if isinstance(expression, Ref) and expression.last:
            return  # it is in no return of this round
        if isinstance(expression, Ref):
            row = ONLY_ROW if expression.single else at.row
            yield Cell(at.submission, expression.tool, row, expression.code)
        elif isinstance(expression, Over):
            yield from self._read_in_rows(expression, at)
        elif isinstance(expression, Call) and isinstance(expression.function, LookUp):
            yield from self._looked_up(expression, at)
        else:
            for part in parts(expression):
                yield from self.read_by(part, at)

    def _read_in_rows(self, expression: Over, at: Cell) -> Iterator[Cell]:
        for row in self._rows.get((at.submission, expression.tool), ()):
            if expression.inner is not None:
                yield from self.read_by(expression.inner, at._replace(tool=expression.tool, row=row))

    def _looked_up(self, expression: Call, at: Cell) -> Iterator[Cell]:
        reference, field = expression.args
        (way,) = self.read_by(reference, at)
        row = self._points_to.get(way)
        if row is not None:
            yield from self.read_by(field, at._replace(row=row))
