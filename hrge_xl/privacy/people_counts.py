"""Every count of people in the cells of returns, and what ties these cells to each other.

`PeopleAnswers` are the answers that such counts are made of, `PeopleCounts` the counts, and `IndicatorRows` what a
register of indicator values says of some of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from ..answers.submission import ONLY_ROW
from ..core.work import grouped
from ..dataset.schema import Record, Schema, field_column
from ..language import Call, Expr, Literal, Over, Ref, parts
from ..language.function import ref_of
from ..language.functions.choices import LookUp
from ..language.functions.rows import Nth, Terms, terms
from ..spec.compiled import FieldKey
from ..spec.model import Spec
from ..spec.supplements import IndicatorFigures
from .people_fields import Equation, PeopleFields
from .suppression import AdditiveRelation, difference


class CellFigure(NamedTuple):
    """A figure in a cell of a return."""

    submission: str
    tool: str
    row: str
    field: str

    @classmethod
    def of(cls, record: Record, field: str | None) -> CellFigure:
        """Return the answer to a field in the row that a record is about."""
        return cls(record["submission"], record["tool"], record["row_code"], field or "")

    @property
    def key(self) -> FieldKey:
        """The field that it answers, by tool and code."""
        return self.tool, self.field


class TotalFigure(NamedTuple):
    """A figure over several returns: of what kind, and which one."""

    kind: str
    key: tuple[str | None, ...]


Figure = CellFigure | TotalFigure


# the answers that such figures are made of


class PeopleAnswers:
    """The answers to fields that count people, are calculated from such, or are tied to them.

    `numbers` holds what could be read as a number, `unread` the cells asked for a count in which something else
    stands, and `cells` those of each field.
    """

    def __init__(self, answers: Iterable[Record], fields: PeopleFields) -> None:
        self.numbers: dict[CellFigure, float] = {}
        self.unread: set[CellFigure] = set()
        self.cells: dict[FieldKey, list[CellFigure]] = defaultdict(list)
        self._rows: dict[tuple[str, str], dict[str, None]] = defaultdict(
            dict
        )  # of each sheet of a return
        self._points_to: dict[CellFigure, str | None] = {}
        needed_fields = fields.all | fields.references
        for record in answers:
            cell = CellFigure(record["submission"], record["tool"], record["row"], record["field"])
            if cell.key not in needed_fields:
                continue
            if cell.key in fields.references:
                self._points_to[cell] = record["code"]
                continue
            self.cells[cell.key].append(cell)
            self._rows[cell.submission, cell.tool][cell.row] = None
            if record["number"] is not None:
                self.numbers[cell] = record["number"]
            elif cell.key in fields.asked:
                self.unread.add(cell)

    def rows_of(self, tool: str) -> Iterator[CellFigure]:
        """Yield a cell without a field for each row of a sheet in which people are counted."""
        for (submission, sheet), rows in self._rows.items():
            yield from (CellFigure(submission, tool, row, "") for row in rows if sheet == tool)

    def read_by(self, expression: Expr, at: CellFigure) -> Iterator[CellFigure]:
        """Yield the cells that an expression reads when it stands in the row of a cell."""
        if isinstance(expression, Ref):
            if not expression.last:  # else it is in no return of this round
                row = ONLY_ROW if expression.single else at.row
                yield CellFigure(at.submission, expression.tool, row, expression.code)
        elif isinstance(expression, Over):
            rows = self._rows.get((at.submission, expression.tool), ())
            if expression.inner is None:
                return
            for row in rows:
                yield from self.read_by(
                    expression.inner, at._replace(tool=expression.tool, row=row)
                )
        elif isinstance(expression, Call) and isinstance(expression.function, Nth):
            number, field = expression.args  # which row it is may differ: any of them
            yield from self.read_by(number, at)
            yield from self.read_by(
                Over(expression.function, ref_of(field).tool, field, field.type), at
            )
        elif isinstance(expression, Call) and isinstance(expression.function, LookUp):
            reference, field = expression.args
            (reference_cell,) = self.read_by(reference, at)
            named = self._points_to.get(reference_cell)
            if named is not None:
                yield from self.read_by(field, at._replace(row=named))
        else:
            for part in parts(expression):
                yield from self.read_by(part, at)


# the counts


class PeopleCounts:
    """The counts that are asked for, those that are calculated from them, and those that follow from them.

    `numbers` holds the counts, `sums` what adds up among them, and `inputs`, for each cell that is worked out in
    another way (a share, a word), the cells that it would give away. Of the `signed` counts nobody knows that they
    are more than nought.
    """

    def __init__(
        self, fields: PeopleFields, answers: PeopleAnswers, indicators: IndicatorRows | None
    ) -> None:
        self._fields = fields
        self._answers = answers
        self._indicators = indicators
        self.numbers: dict[Figure, float] = {
            cell: number for cell, number in answers.numbers.items() if self._is_count(cell)
        }
        self.sums: list[AdditiveRelation[Figure]] = []
        self.signed: set[Figure] = set()
        self.inputs: dict[CellFigure, list[CellFigure]] = {}
        for value, numerator, denominator, factor in indicators.ratios() if indicators else ():
            self._take_ratio(value, numerator, denominator, factor)
        for total, split in indicators.splits() if indicators else ():
            self._take_sum(
                AdditiveRelation(total, tuple(part for part in split if self._is_there(part)))
            )
        self._take_formulas(fields.calculated)
        for equation in fields.equations:
            for at in answers.rows_of(equation.tool):
                self._take_equation(equation, at)
        self._take_formulas(fields.from_tied)

    def is_unread(self, cell: CellFigure) -> bool:
        """Say whether something stands there, where people are counted, that could not be read as a number."""
        return cell in self._answers.unread and not self._is_harmless(cell)

    def _is_count(self, cell: CellFigure) -> bool:
        """Say whether a cell is asked for a count of people."""
        is_rate = self._indicators is not None and self._indicators.is_rate(cell)
        return cell.key in self._fields.asked and not is_rate and not self._is_harmless(cell)

    def _is_harmless(self, cell: CellFigure) -> bool:
        return self._indicators is not None and self._indicators.is_harmless(cell)

    def _is_there(self, cell: CellFigure) -> bool:
        """Say whether a count is known, or unread and so perhaps left over by others."""
        return cell in self.numbers or (cell in self._answers.unread and self._is_count(cell))

    # indicators

    def _take_ratio(
        self, value: CellFigure, numerator: CellFigure, denominator: CellFigure, factor: float
    ) -> None:
        """Take in that of value, numerator and denominator two give away the third, even one that is not filled in."""
        ratio = self._answers.numbers.get(value)
        if ratio is None:
            return
        self.inputs[value] = [numerator, denominator]
        over = self.numbers.get(numerator)
        under = self.numbers.get(denominator)
        if over is None and under is not None:
            self.numbers[numerator] = float(round(ratio * under / factor))
        elif under is None and over is not None and ratio:
            self.numbers[denominator] = float(round(over * factor / ratio))

    def _take_sum(self, added: AdditiveRelation[Figure]) -> None:
        """Take in what adds up; a single count in it that could not be read is what the others leave."""
        unknown = [
            cell for cell in added.keys if isinstance(cell, CellFigure) and cell not in self.numbers
        ]
        if len(unknown) == 1 and self._is_there(unknown[0]):
            remainder = difference(added, self.numbers)
            self.numbers[unknown[0]] = remainder if unknown[0] in added.parts else -remainder
        self.sums.append(added)

    # formulas

    def _take_formulas(self, formulas: Mapping[FieldKey, Expr]) -> None:
        for key, formula in formulas.items():
            formula_terms = None if key in self._fields.from_tied else terms(formula)
            for at in self._answers.cells[key]:
                self._take_calculated(at, formula, formula_terms)

    def _take_calculated(self, at: CellFigure, formula: Expr, formula_terms: Terms | None) -> None:
        """Take in a calculated answer: a sum of counts is a count, anything else gives away what it was made of."""
        read = self._known(formula, at)
        number = self._answers.numbers.get(at)
        if not read:
            return
        if formula_terms is None or number is None or any(cell in self.inputs for cell in read):
            self.inputs.setdefault(at, []).extend(read)
            return
        added = tuple(cell for cell in self._cells(formula_terms, at, 1) if cell in read)
        subtracted = tuple(cell for cell in self._cells(formula_terms, at, -1) if cell in read)
        self.numbers[at] = number
        # numbers of the spec, and of whom nobody counts
        published = difference(AdditiveRelation[Figure](at, added, subtracted), self.numbers)
        self.sums.append(AdditiveRelation(at, added, subtracted, published))
        if subtracted or published or not self.signed.isdisjoint(added):
            self.signed.add(at)

    def _known(self, expression: Expr, at: CellFigure) -> list[CellFigure]:
        """Return the cells that an expression reads and that say something about people."""
        read = dict.fromkeys(self._answers.read_by(expression, at))
        numbers = self._answers.numbers
        return [
            cell
            for cell in read
            if (cell in self.numbers and cell in numbers) or cell in self.inputs
        ]

    def _cells(self, formula_terms: Terms, at: CellFigure, sign: int) -> tuple[CellFigure, ...]:
        """Return the counts that are added, or that are taken away."""
        read = (
            cell
            for term in formula_terms
            if term.sign == sign
            for cell in self._answers.read_by(term.of, at)
        )
        return tuple(cell for cell in read if self._is_there(cell))

    # equations

    def _take_equation(self, equation: Equation, at: CellFigure) -> None:
        """Take in that counts which are equal add up, and that another number gives away the counts it is held to."""
        read = dict.fromkeys(
            cell for side in equation.sides for cell in self._answers.read_by(side, at)
        )
        tied = [
            cell for cell in read if cell.key in self._fields.tied and cell in self._answers.numbers
        ]
        added = None if equation.terms is None else self._sum_to_nought(equation.terms, at)
        if added is not None and not tied:
            self._take_sum(added)
        elif equation.terms is None or (added is not None and not difference(added, self.numbers)):
            counts = [cell for side in equation.sides for cell in self._known(side, at)]
            for cell in tied:
                self.inputs.setdefault(cell, []).extend(counts)

    def _sum_to_nought(
        self, equation_terms: Terms, at: CellFigure
    ) -> AdditiveRelation[Figure] | None:
        """Return terms that come to nought as the sum of one of them; None where no count is among them."""
        added = self._cells(equation_terms, at, 1)
        subtracted = self._cells(equation_terms, at, -1)
        published = self._published(equation_terms, at)
        if len(subtracted) == 1 or not added:
            added, subtracted, published = subtracted, added, -published
        return AdditiveRelation(added[0], subtracted, added[1:], -published) if added else None

    def _published(self, equation_terms: Terms, at: CellFigure) -> float:
        """Return what those terms come to that count nobody: numbers of the spec, and other answers."""
        total = 0.0
        for term in equation_terms:
            if isinstance(term.of, Literal):
                total += term.sign * float(term.of.value)
            for cell in self._answers.read_by(term.of, at):
                if not self._is_there(cell):
                    total += term.sign * self._answers.numbers.get(cell, 0.0)
        return total


# the rows of the register of indicator values, and the rows of the framework that these are about

Tables = Mapping[str, Iterable[Record]]
Period = tuple[str, str]  # indicator and period
BASELINE = "baseline"
TARGET = "target"


class IndicatorRows:
    """Every value of an indicator, and what its row of the framework says of it."""

    def __init__(
        self, schema: Schema, spec: Spec, figures: IndicatorFigures, tables: Tables
    ) -> None:
        self.figures = figures
        self._spec = spec
        about = spec.tool[figures.tool].fields[figures.of].to
        self._framework_tools = [tool for tool in about if spec.tool[tool].fields]
        self._rows = {
            (row["submission"], row["tool"], row["row_code"]): row
            for name in dict.fromkeys(
                schema.wide[tool].name for tool in (figures.tool, *self._framework_tools)
            )
            for row in tables[name]
        }
        self.values = list(tables.get("indicator_values", ()))
        self._kinds = {(row["submission"], row["row_code"]): row["kind"] for row in self.values}

    @cached_property
    def counted(self) -> dict[Period, list[Record]]:
        """Return the values that count, by indicator and period."""
        return grouped(
            ((value["indicator"], value["value_period"]), value)
            for value in self.values
            if value["counted"]
        )

    def cells_of(self, value: Record) -> Iterator[CellFigure]:
        """Yield the cells that a value stands in: typed, or calculated where it is not."""
        return (
            CellFigure.of(value, code)
            for code in (self.figures.value, self.figures.calculated)
            if code
        )

    def cells_behind(self, line: Record) -> Iterator[CellFigure]:
        """Yield the cells of the values that count in a line of the indicators."""
        for value in self.counted.get((line["indicator"], line["value_period"]), ()):
            yield from self.cells_of(value)

    @property
    def _register(self) -> Iterator[Record]:
        """Yield the rows of the register, whether their values count or not."""
        return (row for (_, tool, _), row in self._rows.items() if tool == self.figures.tool)

    def is_harmless(self, cell: CellFigure) -> bool:
        """Say whether a row is about things, or about people who need no protection."""
        row = self._rows.get(cell[:3])
        return row is not None and row["refers_to"] in self.figures.harmless

    def is_rate(self, cell: CellFigure) -> bool:
        """Say whether a value or baseline is of a kind that does not count."""
        figures = self.figures
        row = self._rows.get(cell[:3])
        if row is None or cell.field not in (figures.value, figures.baseline):
            return False
        kind = self._kind(cell, row)
        return kind is not None and kind not in figures.sums

    def _kind(self, cell: CellFigure, row: Record) -> str | None:
        """Return the kind of value of a row of the register, or of the row that it is about."""
        column = field_column(self.figures.kind)
        if cell.tool != self.figures.tool:
            return row.get(column)
        stated_kind = self._kinds.get((cell.submission, cell.row))
        return stated_kind or (self._framework(row) or row).get(column)

    def _framework(self, value: Record) -> Record | None:
        """Return the row that a value is about."""
        row = self._rows.get((value["submission"], self.figures.tool, value["row_code"]))
        code = row[field_column(self.figures.of)] if row else None
        rows = (self._rows.get((value["submission"], tool, code)) for tool in self._framework_tools)
        return next((framework_row for framework_row in rows if framework_row), None)

    def aims(self, value: Record) -> dict[str, CellFigure]:
        """Return the cells of a value's baseline and target, in its own row or in the one that it is about."""
        rows = [row for row in (self._framework(value), value) if row is not None]
        return {
            name: CellFigure.of(row, code)
            for row in rows
            for name, code in ((BASELINE, self.figures.baseline), (TARGET, self.figures.target))
            if code is not None and code in self._spec.tool[row["tool"]].fields
        }

    def ratios(self) -> Iterator[tuple[CellFigure, CellFigure, CellFigure, float]]:
        """Yield every value that is a percentage or a rate, with numerator, denominator and factor."""
        figures = self.figures
        for row in self._register:
            value, numerator, denominator = (
                CellFigure.of(row, code)
                for code in (figures.value, figures.numerator, figures.denominator)
            )
            factor = figures.ratios.get(self._kind(value, row) or "")
            if factor is not None and not self.is_harmless(value):
                yield value, numerator, denominator, factor

    def splits(self) -> Iterator[tuple[CellFigure, list[CellFigure]]]:
        """Yield every count with the cells that add up to it: of a split of the value itself also the numerator."""
        for row in self._register:
            for split in self.figures.splits:
                whole_ones = (
                    (split.of,) if split.of else (self.figures.value, self.figures.numerator)
                )
                for whole in filter(None, whole_ones):
                    yield (
                        CellFigure.of(row, whole),
                        [CellFigure.of(row, code) for code in split.parts],
                    )

    def restated(self) -> Iterator[tuple[CellFigure, CellFigure]]:
        """Yield pairs of cells in which a team states one value, one baseline or one target twice."""
        first: dict[tuple[str, ...], CellFigure] = {}
        fields = self._spec.tool[self.figures.tool].fields
        for value in sorted(self.values, key=lambda value: not value["counted"]):
            whose = value["team"], value["country"], value["indicator"]
            cells = [(value["value_period"], CellFigure.of(value, code)) for code in fields]
            cells += [("", cell) for cell in self.aims(value).values()]
            for period, cell in cells:
                first_cell = first.setdefault((*whose, period, cell.field), cell)
                if first_cell != cell:
                    yield cell, first_cell
