"""Which fields of a spec count people: those that say so, and those that are calculated from them or tied to them."""

from __future__ import annotations

from ..dataset.schema import restricted_fields
from ..spec.compiled import FieldKey, compiled
from ..spec.model import Spec
from .formulas import equations, fields_read, numbers_read, reading, references_followed


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
