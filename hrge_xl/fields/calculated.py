"""The field type of what the sheet works out."""

from __future__ import annotations

from datetime import date

from ..core.numerals import plain_number, to_serial
from ..core.words import tidy
from ..language import Type
from .field import Cell, ColumnKind, Field, FieldType, Reading, Vocabularies

KINDS = {
    "number": ColumnKind.NUMBER, "date": ColumnKind.DATE, "text": ColumnKind.TEXT, "level": ColumnKind.CODE,
}  # fmt: skip


class CalculatedField(FieldType):
    """A formula of the sheet; it is recomputed on return, never believed."""

    name = "calculated"
    meaning = "a formula; never typed, worked out again on return"
    needs = ("formula",)
    allows = ("result", "decimals", "unit", "summary")
    number_format = "General"
    width = 12
    calculated = True

    def read(self, field: Field, cell: Cell, lists: Vocabularies) -> Reading:
        """Read what the sheet shows."""
        if field.result in ("number", "date"):
            number = cell.value if isinstance(cell.value, float | int) else None
            return Reading(number=None if number is None else float(number), problem=None)
        return Reading(text=tidy(cell.as_text()))


def kind_of(field: Field) -> ColumnKind:
    """Give the kind of column that a field's answers stand in."""
    return KINDS[field.result] if field.calculated else field.type.kind


def figure_of(field: Field, written: str) -> float | None:
    """Give the number or serial day that a spec writes for a field; None where it is neither."""
    try:
        if kind_of(field) is ColumnKind.DATE:
            return float(to_serial(date.fromisoformat(written)))
        return plain_number(written) if kind_of(field) is ColumnKind.NUMBER else None
    except ValueError:
        return None


def type_of(field: Field) -> Type:
    """Give the type of a field's answer in expressions; a calculated field takes that of its formula."""
    return Type(field.result) if field.calculated else field.type.yields
