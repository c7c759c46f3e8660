"""Every count of people in the cells of returns, and what ties these cells to each other."""

from __future__ import annotations

from collections.abc import Mapping

from ..language import Expr, Literal
from ..language.linear import Terms, terms
from ..spec.compiled import FieldKey
from .answers import PeopleAnswers
from .figures import Cell, Figure
from .formulas import Equation
from .indicator_rows import IndicatorRows, Ratio
from .people_fields import PeopleFields
from .suppression import Sum, rest


class PeopleCounts:
    """The counts that are asked for, those that are calculated from them, and those that follow from them.

    `numbers` holds the counts, `sums` what adds up among them, and `inputs`, for each cell that is worked out in
    another way (a share, a word), the cells that it would give away. Of the `signed` counts nobody knows that they
    are more than nought.
    """

    def __init__(
        self, fields: PeopleFields, answers: PeopleAnswers, indicators: IndicatorRows | None
    ) -> None:
        self._fields, self._answers, self._indicators = fields, answers, indicators
        self.numbers: dict[Figure, float] = {
            cell: number for cell, number in answers.numbers.items() if self._is_count(cell)
        }
        self.sums: list[Sum[Figure]] = []
        self.signed: set[Figure] = set()
        self.inputs: dict[Cell, list[Cell]] = {}
        if indicators is not None:
            self._take_indicators(indicators)
        self._take_formulas(fields.calculated)
        for equation in fields.equations:
            for at in answers.rows_of(equation.tool):
                self._take_equation(equation, at)
        self._take_formulas(fields.from_tied)

    def is_unread(self, cell: Cell) -> bool:
        """Say whether something stands there, where people are counted, that could not be read as a number."""
        return cell in self._answers.unread and not self._is_harmless(cell)

    def _is_count(self, cell: Cell) -> bool:
        """Say whether a cell is asked for a count of people."""
        is_rate = self._indicators is not None and self._indicators.is_rate(cell)
        return cell.key in self._fields.asked and not is_rate and not self._is_harmless(cell)

    def _is_harmless(self, cell: Cell) -> bool:
        return self._indicators is not None and self._indicators.is_harmless(cell)

    def _is_there(self, cell: Cell) -> bool:
        """Say whether a count is known, or unread and so perhaps left over by others."""
        return cell in self.numbers or (cell in self._answers.unread and self._is_count(cell))

    # indicators

    def _take_indicators(self, indicators: IndicatorRows) -> None:
        for ratio in indicators.ratios():
            self._take_ratio(ratio)
        for total, parts in indicators.splits():
            self._take_sum(Sum(total, tuple(part for part in parts if self._is_there(part))))

    def _take_ratio(self, ratio: Ratio) -> None:
        """Take in that of value, numerator and denominator two give away the third, even one that is not filled in."""
        value, factor = self._answers.numbers.get(ratio.value), ratio.factor
        if value is None:
            return
        self.inputs[ratio.value] = [ratio.numerator, ratio.denominator]
        over, under = (self.numbers.get(cell) for cell in (ratio.numerator, ratio.denominator))
        if over is None and under is not None:
            self.numbers[ratio.numerator] = float(round(value * under / factor))
        elif under is None and over is not None and value:
            self.numbers[ratio.denominator] = float(round(over * factor / value))

    def _take_sum(self, added: Sum[Figure]) -> None:
        """Take in what adds up; a single count in it that could not be read is what the others leave."""
        unknown = [cell for cell in added.keys if isinstance(cell, Cell) and cell not in self.numbers]
        if len(unknown) == 1 and self._is_there(unknown[0]):
            left = rest(added, self.numbers)
            self.numbers[unknown[0]] = left if unknown[0] in added.parts else -left
        self.sums.append(added)

    # formulas

    def _take_formulas(self, formulas: Mapping[FieldKey, Expr]) -> None:
        for key, formula in formulas.items():
            how = None if key in self._fields.from_tied else terms(formula)
            for at in self._answers.cells[key]:
                self._take_calculated(at, formula, how)

    def _take_calculated(self, at: Cell, formula: Expr, how: Terms | None) -> None:
        """Take in a calculated answer: a sum of counts is a count, anything else gives away what it was made of."""
        read, number = self._known(formula, at), self._answers.numbers.get(at)
        if how is None or number is None or any(cell in self.inputs for cell in read):
            if read:
                self.inputs.setdefault(at, []).extend(read)
        elif read:
            self._take_calculated_sum(at, number, how, read)

    def _take_calculated_sum(self, at: Cell, number: float, how: Terms, read: list[Cell]) -> None:
        added, taken = (
            tuple(cell for cell in self._cells(how, at, sign) if cell in read) for sign in (1, -1)
        )
        self.numbers[at] = number
        known = rest(
            Sum[Figure](at, added, taken), self.numbers
        )  # numbers of the spec, and of whom nobody counts
        self.sums.append(Sum(at, added, taken, known))
        if taken or known or not self.signed.isdisjoint(added):
            self.signed.add(at)

    def _known(self, expression: Expr, at: Cell) -> list[Cell]:
        """Return the cells that an expression reads and that say something about people."""
        read, given = dict.fromkeys(self._answers.read_by(expression, at)), self._answers.numbers
        return [cell for cell in read if (cell in self.numbers and cell in given) or cell in self.inputs]

    def _cells(self, how: Terms, at: Cell, sign: int) -> tuple[Cell, ...]:
        """Return the counts that are added, or that are taken away."""
        read = (cell for term in how if term.sign == sign for cell in self._answers.read_by(term.of, at))
        return tuple(cell for cell in read if self._is_there(cell))

    # equations

    def _take_equation(self, equation: Equation, at: Cell) -> None:
        """Take in that counts which are equal add up, and that another number gives away the counts it is held to."""
        read = dict.fromkeys(cell for side in equation.sides for cell in self._answers.read_by(side, at))
        tied = [cell for cell in read if cell.key in self._fields.tied and cell in self._answers.numbers]
        added = None if equation.terms is None else self._sum_to_nought(equation.terms, at)
        if added is not None and not tied:
            self._take_sum(added)
        elif equation.terms is None or (added is not None and not rest(added, self.numbers)):
            counts = [cell for side in equation.sides for cell in self._known(side, at)]
            for cell in tied:
                self.inputs.setdefault(cell, []).extend(counts)

    def _sum_to_nought(self, how: Terms, at: Cell) -> Sum[Figure] | None:
        """Return terms that come to nought as the sum of one of them; None where no count is among them."""
        added, taken, known = self._cells(how, at, 1), self._cells(how, at, -1), self._published(how, at)
        if len(taken) == 1 or not added:
            added, taken, known = taken, added, -known
        return Sum(added[0], taken, added[1:], -known) if added else None

    def _published(self, how: Terms, at: Cell) -> float:
        """Return what those terms come to that count nobody: numbers of the spec, and other answers."""
        found = 0.0
        for term in how:
            if isinstance(term.of, Literal):
                found += term.sign * float(term.of.value)
            for cell in self._answers.read_by(term.of, at):
                found += 0.0 if self._is_there(cell) else term.sign * self._answers.numbers.get(cell, 0.0)
        return found
