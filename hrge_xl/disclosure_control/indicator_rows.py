"""The rows of the register of indicator values, and the rows of the framework that these are about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from ..dataset.aggregates.common import Record
from ..dataset.schema import INDICATOR_VALUES, Schema, field_column
from ..spec.figures import IndicatorFigures, Split
from ..spec.model import Spec
from .figures import Cell

Tables = Mapping[str, Iterable[Record]]
Period = tuple[str, str]  # indicator and period
BASELINE, TARGET = "baseline", "target"


class Ratio(NamedTuple):
    """A value that is worked out from numerator and denominator, with the factor."""

    value: Cell
    numerator: Cell
    denominator: Cell
    factor: float


class IndicatorRows:
    """Every value of an indicator, and what its row of the framework says of it."""

    def __init__(self, schema: Schema, spec: Spec, figures: IndicatorFigures, tables: Tables) -> None:
        self.figures, self._spec = figures, spec
        about = spec.tool[figures.tool].fields[figures.of].to
        self._framework_tools = [tool for tool in about if spec.tool[tool].fields]
        self._rows = {
            (row["submission"], tool, row["row"]): row
            for tool in (figures.tool, *self._framework_tools)
            for row in tables[schema.wide[tool].name]
        }
        self.values = list(tables.get(INDICATOR_VALUES.name, ()))
        self._kinds = {(row["submission"], row["row"]): row["kind"] for row in self.values}

    @cached_property
    def counted(self) -> dict[Period, list[Record]]:
        """Return the values that count, by indicator and period."""
        found: dict[Period, list[Record]] = defaultdict(list)
        for value in self.values:
            if value["counted"]:
                found[value["indicator"], value["period"]].append(value)
        return found

    @property
    def of_value(self) -> tuple[str, ...]:
        """Return the fields that a value stands in: typed, or calculated where it is not."""
        return tuple(code for code in (self.figures.value, self.figures.calculated) if code)

    @property
    def _register(self) -> Iterator[Record]:
        """Yield the rows of the register, whether their values count or not."""
        return (row for (_, tool, _), row in self._rows.items() if tool == self.figures.tool)

    def cell(self, value: Record, code: str | None) -> Cell:
        """Return a cell in the row of a value."""
        return Cell(value["submission"], self.figures.tool, value["row"], code or "")

    def is_harmless(self, cell: Cell) -> bool:
        """Say whether a row is about things, or about people who need no protection."""
        row = self._rows.get(cell[:3])
        return row is not None and row["about"] in self.figures.harmless

    def is_rate(self, cell: Cell) -> bool:
        """Say whether a value or baseline is of a kind that does not count."""
        figures, row = self.figures, self._rows.get(cell[:3])
        if row is None or cell.field not in (figures.value, figures.baseline):
            return False
        kind = self._kind(cell, row)
        return kind is not None and kind not in figures.sums

    def _kind(self, cell: Cell, row: Record) -> str | None:
        """Return the kind of value of a row of the register, or of the row that it is about."""
        column = field_column(self.figures.kind)
        if cell.tool != self.figures.tool:
            return row.get(column)
        known = self._kinds.get((cell.submission, cell.row))
        return known or (self._framework(row) or row).get(column)

    def _framework(self, value: Record) -> Record | None:
        """Return the row that a value is about."""
        row = self._rows.get((value["submission"], self.figures.tool, value["row"]))
        code = row[field_column(self.figures.of)] if row else None
        rows = (self._rows.get((value["submission"], tool, code)) for tool in self._framework_tools)
        return next((found for found in rows if found), None)

    def aims(self, value: Record) -> dict[str, Cell]:
        """Return the cells of a value's baseline and target, in its own row or in the one that it is about."""
        rows = [row for row in (self._framework(value), value) if row is not None]
        return {
            name: Cell(row["submission"], row["tool"], row["row"], code)
            for row in rows
            for name, code in ((BASELINE, self.figures.baseline), (TARGET, self.figures.target))
            if code is not None and code in self._spec.tool[row["tool"]].fields
        }

    def ratios(self) -> Iterator[Ratio]:
        """Yield every value that is a percentage or a rate."""
        figures = self.figures
        for row in self._register:
            value, numerator, denominator = (
                self.cell(row, code) for code in (figures.value, figures.numerator, figures.denominator)
            )
            factor = figures.ratios.get(self._kind(value, row) or "")
            if factor is not None and not self.is_harmless(value):
                yield Ratio(value, numerator, denominator, factor)

    def splits(self) -> Iterator[tuple[Cell, list[Cell]]]:
        """Yield every count with the cells that add up to it: of a split of the value itself also the numerator."""
        for row in self._register:
            for split in self.figures.splits:
                for whole in self._wholes(split):
                    yield self.cell(row, whole), [self.cell(row, code) for code in split.parts]

    def restated(self) -> Iterator[tuple[Cell, Cell]]:
        """Yield pairs of cells in which a team states one value, one baseline or one target twice."""
        first: dict[tuple[str, ...], Cell] = {}
        fields = self._spec.tool[self.figures.tool].fields
        for value in sorted(self.values, key=lambda value: not value["counted"]):
            whose = value["team"], value["country"], value["indicator"]
            cells = [(value["period"], self.cell(value, code)) for code in fields]
            cells += [("", cell) for cell in self.aims(value).values()]
            for period, cell in cells:
                other = first.setdefault((*whose, period, cell.field), cell)
                if other != cell:
                    yield cell, other

    def _wholes(self, split: Split) -> tuple[str, ...]:
        if split.of is not None:
            return (split.of,)
        return tuple(code for code in (self.figures.value, self.figures.numerator) if code)
