"""What a column can hold, by its description and the spec: values, patterns, figures, and which answers are right.

The description of a data package and the schemas of frames are both made of this.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, NamedTuple

from ..core.numerals import from_serial
from ..fields import ColumnKind, Field, kind_of
from ..spec.model import RegisterBlock, Spec, Tool
from ..spec.scope import entries as entries_of
from .dimensions import entries
from .schema import Schema, list_of
from .table import INTEGER, Column, Table


def values(schema: Schema, table: Table, column: Column) -> tuple[str, ...]:
    """Give the values that a column can have; nothing where they are many, or several stand in one text."""
    fields = column.fields.values()
    if fields:
        # a number beyond its scale has no label, nor has a code that is from no list
        listed = all(
            kind_of(field) is ColumnKind.CODE and (list_of(field) or column.label_of) for field in fields
        )
        several = not listed or any(field.several for field in fields)
        return () if several else _entries(schema, column, labels=bool(column.label_of))
    risks = schema.spec.figures.risks if schema.spec else None
    further = risks.by if risks and column.name == "breakdown" else ()
    return (*column.values, *codes_of(schema, column.list), *further)


def pattern(schema: Schema, column: Column) -> str | None:
    """Give the pattern that the texts of a column follow: hashes, and several codes in one text."""
    if column.label_of or not any(field.several for field in column.fields.values()):
        return None if column.fields else column.pattern or None
    code = "|".join(map(re.escape, _entries(schema, column)))
    return f"({code})(;({code}))*"


def _entries(schema: Schema, column: Column, *, labels: bool = False) -> tuple[str, ...]:
    """Give the codes of all lists that the fields of a column draw on, or the labels of these."""
    lists = dict.fromkeys(map(list_of, column.fields.values()))
    return tuple(dict.fromkeys(text for name in lists for text in codes_of(schema, name, labels=labels)))


def codes_of(schema: Schema, name: str | None, *, labels: bool = False) -> tuple[str, ...]:
    """Give the codes of a list, or their labels; none without one."""
    spec = schema.spec
    if spec is None or not name:
        return ()
    return tuple(label if labels else code for code, label in entries(spec, name))


def least_and_most(column: Column) -> tuple[float | None, float | None]:
    """Give the least and the greatest figure that a column can have, whatever teams answer."""
    return None if column.maximum is None and column.kind != INTEGER else 0, column.maximum


class RightAnswers(NamedTuple):
    """What answers to a question are right. What is not is an answer all the same, with a finding."""

    minimum: float | date | None = None
    maximum: float | date | None = None
    whole: bool = False
    steps: tuple[float, ...] = ()
    characters: int | None = None
    words: int | None = None
    required: bool = False  # in every row in use


def right_answers(schema: Schema, column: Column) -> RightAnswers | None:
    """Give what a question asks for, the widest where it stands on several sheets; None for any other column."""
    spec = schema.spec
    if spec is None or not column.fields or column.label_of:
        return None
    return _widest([_asked(spec, spec.tool[tool], field) for tool, field in column.fields.items()])


def _asked(spec: Spec, tool: Tool, field: Field) -> RightAnswers:
    limits, name = field.type.limits(field), field.vocabulary if field.type.stepped else None
    # of the answer, not of its text
    ends = (None, None) if limits.type == "length" else (limits.low, limits.high)
    least, most = (None if figure is None else _end(field, figure) for figure in ends)
    steps = tuple(map(float, entries_of(spec, name)))
    whole = limits.type == "whole" or field.type.stepped
    required = _in_every_row(spec, tool, field)
    return RightAnswers(least, most, whole, steps, field.characters, field.words, required)


def _in_every_row(spec: Spec, tool: Tool, field: Field) -> bool:
    """Say whether a field is required in every row in use, whatever else is answered, ticked or issued."""
    blocks, conditional = tool.field_blocks, field.relevant is not None or field.to
    asked_anyway = spec.tick_of(tool.code) is None
    return (
        field.required == "always"
        and not conditional
        and len(blocks) == 1
        and (asked_anyway or isinstance(blocks[0], RegisterBlock))
    )


def _end(field: Field, figure: float) -> float | date | None:
    return from_serial(figure) if kind_of(field) is ColumnKind.DATE else figure


def _widest(found: Sequence[RightAnswers]) -> RightAnswers:
    """Give what holds on all of several sheets."""
    least, most, whole, steps, characters, words, required = zip(*found, strict=True)
    return RightAnswers(
        _furthest(min, least), _furthest(max, most), all(whole),
        tuple(sorted({step for some in steps for step in some})) if all(steps) else (),
        _furthest(max, characters), _furthest(max, words), all(required),
    )  # fmt: skip


def _furthest(which: Callable[..., Any], ends: Sequence[Any]) -> Any:
    """Give the end of the widest range; None where one has no end."""
    return None if None in ends else which(ends)
