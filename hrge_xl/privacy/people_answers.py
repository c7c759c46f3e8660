"""The answers that figures about people are made of, by cell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from ..answers.answer import ONLY_ROW
from ..dataset.schema import Record, restricted_fields
from ..language import Arithmetic, Call, Compare, Expr, Literal, Over, Ref, Type, parts, refs_inside, walk
from ..language.functions.choices import LookUp
from ..language.functions.figures import Absolute
from ..language.functions.rows import Terms, terms
from ..spec.compiled import FieldKey, compiled
from ..spec.model import Spec

# figures about people


class CellFigure(NamedTuple):
    """A figure in a cell of a return."""

    submission: str
    tool: str
    row: str
    field: str

    @classmethod
    def of(cls, record: Record, field: str | None) -> CellFigure:
        """Give the answer to a field in the row that a record is about."""
        return cls(record["submission"], record["tool"], record["row_code"], field or "")

    @classmethod
    def answered(cls, answer: Record) -> CellFigure:
        """Give the cell of a row of `answers`."""
        return cls(answer["submission"], answer["tool"], answer["row"], answer["field"])

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
        self._rows: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)  # of each sheet of a return
        self._points_to: dict[CellFigure, str | None] = {}
        wanted = fields.all | fields.references
        for record in answers:
            if (record["tool"], record["field"]) in wanted:
                self._take(record, fields)

    def _take(self, record: Record, fields: PeopleFields) -> None:
        cell = CellFigure.answered(record)
        if cell.key in fields.references:
            self._points_to[cell] = record["code"]
            return
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
                yield from self.read_by(expression.inner, at._replace(tool=expression.tool, row=row))
        elif isinstance(expression, Call) and isinstance(expression.function, LookUp):
            reference, field = expression.args
            (way,) = self.read_by(reference, at)
            named = self._points_to.get(way)
            if named is not None:
                yield from self.read_by(field, at._replace(row=named))
        else:
            for part in parts(expression):
                yield from self.read_by(part, at)


# which fields of a spec count people


class PeopleFields:
    """The fields that count people, and everything of a spec that bears on them.

    `asked` say so themselves; `calculated` are the formulas that read them, directly or through each other; `tied` are
    other numbers that the `equations` hold against them, and `from_tied` the formulas that read these. By the
    `references` formulas find the rows that they read.
    """

    def __init__(self, spec: Spec) -> None:
        formulas = compiled(spec).formulas
        self.asked = frozenset((tool.code, field.code) for tool, _, field in spec.places() if field.people)
        self.calculated = reading(self.asked, formulas)
        people = self.asked | self.calculated.keys()
        about = [each for each in equations(spec) if not people.isdisjoint(fields_read(*each.sides))]
        self.tied = {key for equation in about for key in numbers_read(spec, *equation.sides)} - people
        self.equations = [
            equation
            for equation in about
            if equation.terms is not None or not self.tied.isdisjoint(fields_read(*equation.sides))
        ]
        self.from_tied = reading(self.tied, formulas)
        self.all = people | self.tied | self.from_tied.keys()
        read = [*self.calculated.values(), *self.from_tied.values()]
        read += [side for equation in self.equations for side in equation.sides]
        self.references = {key for expression in read for key in references_followed(expression)}


def never_shared(spec: Spec) -> set[FieldKey]:
    """Return the fields that must not leave the house: restricted questions, and what is calculated from them."""
    restricted = restricted_fields(spec)
    return restricted | reading(restricted, compiled(spec).formulas).keys()


# what expressions of a spec read, what they add up, and when anybody can see that two sides of them are equal


class Equation(NamedTuple):
    """Two sides that may be equal in a row of a sheet, and whether they are can be seen from findings and blanks.

    `terms` come to nought where the sides are equal; they are None where these do more than add up.
    """

    tool: str
    sides: tuple[Expr, Expr]
    terms: Terms | None


# what they read


def fields_read(*expressions: Expr) -> set[FieldKey]:
    """Return every field that expressions read, in rows of other sheets too."""
    return {ref.key for expression in expressions for ref in refs_inside(expression)}


def numbers_read(spec: Spec, *expressions: Expr) -> set[FieldKey]:
    """Return the fields whose numbers are read, without those that the spec fills in."""
    found = {
        ref.key for expression in expressions for ref in refs_inside(expression) if ref.type is Type.NUMBER
    }
    return {(tool, code) for tool, code in found if not spec.tool[tool].fields[code].fixed}


def references_followed(expression: Expr) -> Iterator[FieldKey]:
    """Yield the fields by which an expression finds a row of another sheet."""
    for part in walk(expression):
        if isinstance(part, Call) and isinstance(part.function, LookUp):
            yield from fields_read(part.args[0])


def reading(fields: Collection[FieldKey], formulas: Mapping[FieldKey, Expr]) -> dict[FieldKey, Expr]:
    """Return the formulas that read some fields, directly or through others; what one reads comes before it."""
    found: dict[FieldKey, Expr] = {}
    seen: set[FieldKey] = set()

    def visit(key: FieldKey) -> None:
        if key in seen or key not in formulas:
            return
        seen.add(key)
        read = sorted(fields_read(formulas[key]))
        for other in read:
            visit(other)
        if any(other in fields or other in found for other in read):
            found[key] = formulas[key]

    for key in formulas:
        visit(key)
    return found


# what is seen to be equal


def equations(spec: Spec) -> Iterator[Equation]:
    """Yield what constraints and rules compare, and what formulas divide by."""
    found = compiled(spec)
    for (tool, _), checks in found.interdependent.items():
        for check in checks:
            yield from _compared(tool, check.holds)
    for parsed in found.rules:
        if parsed.check is not None:
            yield from _compared(parsed.rule.tool, parsed.check)
    for (tool, _), formula in found.formulas.items():
        yield from _divided_by(tool, formula)


def _compared(tool: str, check: Expr) -> Iterator[Equation]:
    """Yield where a check asks whether two sides are equal, or how far they are from each other."""
    if isinstance(check, Compare):
        sides = check.left, check.right
        distances = [
            side.args[0] for side in sides if isinstance(side, Call) and isinstance(side.function, Absolute)
        ]
        if distances:
            yield Equation(tool, sides, terms(distances[0]))
        elif check.op in ("==", "!="):
            yield Equation(tool, sides, terms(Arithmetic("-", *sides, Type.NUMBER)))
    for part in parts(check):
        yield from _compared(tool, part)


def _divided_by(tool: str, formula: Expr) -> Iterator[Equation]:
    """Yield the divisors that add something up: when one is nought, the formula is blank and tells so."""
    if isinstance(formula, Arithmetic) and formula.op == "/":
        divisor = terms(formula.right)
        if divisor is not None:
            yield Equation(tool, (formula.right, Literal(0.0, Type.NUMBER)), divisor)
    for part in parts(formula):
        yield from _divided_by(tool, part)
