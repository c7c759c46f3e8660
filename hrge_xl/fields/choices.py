"""Field types with a list: one entry, several, yes or no."""

from __future__ import annotations

from collections.abc import Iterator

from rapidfuzz import fuzz, process

from ..findings.value import NOT_IN_LIST, OTHER_SPELLING, SPELLING_TIDIED, WRONG_PARENT
from ..language import Ref, Type
from ..language.functions.choices import Belongs
from ..language.functions.own import Readable
from ..language.targets import Scope
from ..words import fold, tidy
from .field import Cell, Check, ColumnKind, Field, FieldType, Limits, Reading, Vocabularies

SUGGESTION_CUTOFF = 75
YES_NO = "_YN"


class ChoiceField(FieldType):
    """One entry of a list: the cell shows the label, the data hold the code."""

    name = "choice"
    kind = ColumnKind.CODE
    yields = Type.CODE
    needs = frozenset({"vocabulary"})
    allows = frozenset({"parent", "default"})
    width = 24
    repeats = True

    def list_of(self, field: Field) -> str | None:
        """The list of the spec."""
        return field.vocabulary

    def read(self, field: Field, cell: Cell, lists: Vocabularies) -> Reading:
        """Read the code of the label, in whatever spelling the list knows; else a suggestion."""
        text, name = tidy(cell.as_text()), field.list_name or ""
        meant = lists.spellings[name].get(fold(text))
        if meant is None:
            return Reading(problem=NOT_IN_LIST.code, suggestion=_suggest(text, lists.labels[name]))
        code, note = meant
        if note is None and cell.as_text() not in lists.labels[name]:
            note = SPELLING_TIDIED.code
        return Reading(code=code, notes=(note,) if note else ())

    def limits(self, field: Field) -> Limits:
        """An entry of the list."""
        return Limits("list")

    def readable(self, field: Field, cell: str) -> str:
        """Write whether it is a label of the list."""
        return f"ISNUMBER(MATCH({cell},list_{field.list_name},0))"

    def checks(self, field: Field, value: Ref, scope: Scope) -> Iterator[Check]:
        """An entry of the list, and of that part of it which another answer decides."""
        yield Check(NOT_IN_LIST, Readable().call(value))
        above = scope.find(field.parent) if field.parent is not None else None
        if above is not None:
            yield Check(WRONG_PARENT, Belongs().call(value, above))


class ManyField(ChoiceField):
    """Several entries of a list, one a cell."""

    name = "many"
    yields = Type.MANY
    allows = frozenset({"cells", "default"})
    width = 20
    several = True

    def readable(self, field: Field, cell: str) -> str:
        """Write whether whatever stands in its cells is a label of the list."""
        return f'SUMPRODUCT(({cell}<>"")*ISNA(MATCH({cell},list_{field.list_name},0)))=0'


class YesNoField(ChoiceField):
    """Yes or no."""

    name = "yesno"
    needs = frozenset()
    allows = frozenset({"default"})
    style = "input_centre"
    width = 10

    def list_of(self, field: Field) -> str | None:
        """The two words."""
        return YES_NO

    def read(self, field: Field, cell: Cell, lists: Vocabularies) -> Reading:
        """Read yes or no; a truth value only where it is true, for FALSE may be an untouched tick box."""
        if cell.value is True:
            return Reading(code="Y", notes=(OTHER_SPELLING.code,))
        if cell.value is False:
            return Reading(problem=NOT_IN_LIST.code)
        return super().read(field, cell, lists)


def _suggest(text: str, labels: tuple[str, ...]) -> str | None:
    found = process.extractOne(
        text, labels, scorer=fuzz.WRatio, processor=fold, score_cutoff=SUGGESTION_CUTOFF
    )
    return found[0] if found else None
