"""The field type of references to rows of other sheets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..findings.value import ROW_NOT_FOUND, SPELLING_TIDIED
from ..language import Ref, Type
from ..language.functions.own import InUse
from ..language.targets import Scope
from ..words import fold_code, tidy
from .field import Cell, Check, ColumnKind, Field, FieldType, Limits, Reading, Sampling, Vocabularies

AROUND_DASH = re.compile(" ?- ?")


class ReferenceField(FieldType):
    """A row of another sheet: the cell shows its code and what it is about, the data hold the code."""

    name = "reference"
    meaning = "a row of another sheet"
    kind = ColumnKind.CODE
    yields = Type.CODE
    needs = frozenset({"to"})
    allows = frozenset({"only"})
    width = 20
    refuses = (ROW_NOT_FOUND,)

    def read(self, field: Field, cell: Cell, lists: Vocabularies) -> Reading:
        """Read the code in front as the row itself writes it; whether that row is in use is a check."""
        text = cell.as_text()
        tables = [lists.rows.get(target, {}) for target in field.to]
        found = (table[head] for head in _heads(text) for table in tables if head in table)
        code = next(found, None)
        if code is None:
            return Reading(code=tidy(text).split(" ")[0])
        same = text.strip(" ").split(" ")[0] == code
        return Reading(code=code, notes=() if same else (SPELLING_TIDIED.code,))

    def limits(self, field: Field) -> Limits:
        """Give a row in use."""
        return Limits("list")

    def checks(self, field: Field, value: Ref, scope: Scope) -> Iterator[Check]:
        """Give a row in use."""
        yield Check(ROW_NOT_FOUND, InUse().call(value))

    def sample(self, field: Field, given: Sampling) -> str | None:
        """Give one of the rows."""
        return given.code


def _heads(text: str) -> Iterator[str]:
    """Give what may be the code in front of a text, the likeliest first."""
    folded = fold_code(text)
    for each in (folded, AROUND_DASH.sub("-", folded)):
        head = each.split(" ")[0]
        yield from (head, head.rstrip(".:,;-)"))
