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
from .evidence import Evidence, Guess, Source
from .field import Cell, Check, ColumnKind, Field, FieldType, Limits, Reading, Sample, Sampling, Vocabularies

SUGGESTION_CUTOFF = 75
YES_NO = "_YN"
YES_NO_WORDS = tuple(map(frozenset, (("yes", "no"), ("oui", "non"), ("نعم", "لا"), ("y", "n"), ("sí", "no"))))


class ChoiceField(FieldType):
    """One entry of a list: the cell shows the label, the data hold the code."""

    name = "choice"
    meaning = "one entry of a list; with `parent` the list depends on another field of the row"
    kind = ColumnKind.CODE
    yields = Type.CODE
    needs = frozenset({"vocabulary"})
    allows = frozenset({"parent", "default"})
    width = 16
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

    def guess(self, told: Evidence) -> Guess | None:
        """A dropdown."""
        if told.rule == "list" and told.labels:
            return Guess(Source.RULE, labels=told.labels)
        return None

    def sample(self, field: Field, given: Sampling) -> Sample | None:
        """The next entry of the list."""
        return given.code


class ManyField(ChoiceField):
    """Several entries of a list, one a cell."""

    name = "many"
    meaning = "several entries, one in each of so many `cells`"
    yields = Type.MANY
    allows = frozenset({"cells", "default"})
    width = 12
    several = True

    def readable(self, field: Field, cell: str) -> str:
        """Write whether whatever stands in its cells is a label of the list."""
        return f'SUMPRODUCT((TRIM({cell})<>"")*ISNA(MATCH({cell},list_{field.list_name},0)))=0'

    def guess(self, told: Evidence) -> Guess | None:
        """Nothing says that several cells are one answer."""
        return None

    def sample(self, field: Field, given: Sampling) -> Sample | None:
        """As many entries as there are cells, each once."""
        first = given.code
        return None if first is None else tuple(dict.fromkeys((first, *given.codes)))[: given.cells]


class YesNoField(ChoiceField):
    """Yes or no."""

    name = "yesno"
    meaning = "yes or no"
    needs = frozenset()
    allows = frozenset({"default"})
    style = "input_centre"
    width = 8

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

    def guess(self, told: Evidence) -> Guess | None:
        """A dropdown of the two words, or truth values."""
        if told.rule == "list" and frozenset(each.casefold() for each in told.labels or ()) in YES_NO_WORDS:
            return Guess(Source.RULE, note="yes or no, from its dropdown", special=True)
        if told.values and all(isinstance(value, bool) for value in told.values):
            return Guess(Source.VALUES, note="yes or no, from what stands there", special=True)
        return None


def _suggest(text: str, labels: tuple[str, ...]) -> str | None:
    found = process.extractOne(
        text, labels, scorer=fuzz.WRatio, processor=fold, score_cutoff=SUGGESTION_CUTOFF
    )
    return found[0] if found else None
