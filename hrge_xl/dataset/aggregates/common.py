"""What the tables of figures share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from ...fields import TICK, YES_NO, ColumnKind, Field, kind_of
from ...spec.model import Spec
from ...words import day, translator
from ..schema import spec_language
from ..store import Store

TOTAL, BY_TOOL, BY_COUNTRY = "total", "tool", "country"

Record = dict[str, Any]


def records(store: Store, name: str, *where: Any, columns: Sequence[str] = ()) -> Iterator[Record]:
    """Give the rows of a table by column: all columns, or these where there are many rows."""
    names = columns or store.schema.by_name[name].names
    return (dict(zip(names, row, strict=True)) for row in store.rows(name, *where, columns=columns))


def rounded(value: Any) -> float | None:
    """Round a sum to twelve digits: sums of two databases agree up to their last bits."""
    return None if value is None else float(f"{value:.12g}")


def label_of(spec: Spec, vocabulary: str | None, code: str, language: str | None = None) -> str:
    """Give the label of an entry of a list; the code where it has none."""
    entries = spec.vocabularies[vocabulary].by_code if vocabulary in spec.vocabularies else {}
    return entries[code].label.say(language or spec_language(spec)) if code in entries else code


def said(spec: Spec, field: Field, value: Any, language: str | None = None) -> str:
    """Give a value as people read it: labels in place of codes."""
    tag = language or spec_language(spec)
    if field.vocabulary is not None:
        codes = str(f"{value:g}" if isinstance(value, float) else value).split(";")
        return "; ".join(label_of(spec, field.vocabulary, code, tag) for code in codes)
    if field.list_name in (YES_NO, TICK):
        return translator(tag)("Yes" if value == "Y" else "No")
    if kind_of(field) is ColumnKind.DATE:
        return day(value if isinstance(value, date) else date.fromisoformat(value), tag)
    return f"{value:g}" if isinstance(value, float) else str(value)
