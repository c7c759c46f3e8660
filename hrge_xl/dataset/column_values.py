"""What a column can hold, by the data dictionary and the spec: values, patterns, figures, and which answers are right.

The description of a data package and the schemas of frames are both made of this.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from ..fields import ColumnKind, Field, kind_of
from ..layout.lists import LEVELS
from ..numerals import from_serial
from ..spec.model import RegisterBlock, Spec, Tool
from ..spec.scope import entries as entries_of
from .data_dictionary import VALUES
from .dimensions import entries
from .schema import AGGREGATE_RISKS, LABEL, Schema, field_column, list_of, spec_language
from .table import INTEGER, Column, Table

LEVEL_COLUMNS = ("level", "level_before", "level_after")
HEX = "[0-9a-f]"
PATTERNS: Mapping[str, str] = {
    "submission": HEX + "{16}",
    "superseded_by": HEX + "{16}",
    "sha256": HEX + "{64}",
    "file_sha256": HEX + "{64}",
}
"""How the texts of some columns are written."""
SHARES = ("share",)  # columns of shares of 1


def values(schema: Schema, table: Table, column: Column) -> tuple[str, ...]:
    """Give the values that a column can have; nothing where they are many, or several stand in one text."""
    fields = schema.variants_of(table).get(column.name)
    if fields is not None:
        listed = all(list_of(field) and kind_of(field) is ColumnKind.CODE for field in fields)
        return _codes(schema, fields) if listed and not _several(fields) else ()
    if column.name in LEVEL_COLUMNS:
        return codes_of(schema, LEVELS)
    found = VALUES.get(f"{table.name}.{column.name}", VALUES.get(column.name, {}))
    risks = schema.spec.figures.risks if schema.spec else None
    further = risks.by if risks and table.name == AGGREGATE_RISKS.name and column.name == "by" else ()
    return (*found, *further)


def labels_of(schema: Schema, table: Table, column: Column) -> tuple[str, ...]:
    """Give the labels that a column of labels beside codes can have; nothing for any other, or where several stand."""
    name = column.name.removesuffix(LABEL)
    fields = schema.variants_of(table).get(name, [])
    spec = schema.spec
    if spec is None or name == column.name or not fields or _several(fields):
        return ()
    lists = dict.fromkeys(listed for field in fields if (listed := list_of(field)))
    # a number beyond its scale has no label
    if any(kind_of(field) is not ColumnKind.CODE for field in fields):
        return ()
    return tuple(
        dict.fromkeys(label for each in lists for _, label in entries(spec, each, spec_language(spec)))
    )


def pattern(schema: Schema, table: Table, column: Column) -> str | None:
    """Give the pattern that the texts of a column follow: hashes, and several codes in one text."""
    fields = schema.variants_of(table).get(column.name, [])
    if not _several(fields):
        return None if fields else PATTERNS.get(column.name)
    code = "|".join(map(re.escape, _codes(schema, fields)))
    return f"({code})(;({code}))*"


def least_and_most(column: Column) -> tuple[float | None, float | None]:
    """Give the least and the greatest figure that a column can have, whatever teams answer."""
    if column.name in SHARES:
        return 0, 1
    return (0, None) if column.kind == INTEGER else (None, None)


class Asked(NamedTuple):
    """What answers to a question are right. What is not is an answer all the same, with a finding."""

    minimum: float | date | None = None
    maximum: float | date | None = None
    whole: bool = False
    steps: tuple[float, ...] = ()
    characters: int | None = None
    words: int | None = None
    required: bool = False  # in every row in use


def asked(schema: Schema, table: Table, column: Column) -> Asked | None:
    """Give what a question asks for, the widest where it stands on several sheets; None for any other column."""
    found = [
        _asked(schema, tool, field)
        for tool in (schema.spec.tool[code] for code in table.tools if schema.spec)
        for code, field in tool.fields.items()
        if field_column(code) == column.name
    ]
    return _widest(found) if found else None


def _asked(schema: Schema, tool: Tool, field: Field) -> Asked:
    assert schema.spec is not None
    limits, name = field.type.limits(field), field.vocabulary if field.type.stepped else None
    # of the answer, not of its text
    ends = (None, None) if limits.type == "length" else (limits.low, limits.high)
    least, most = (None if figure is None else _end(field, figure) for figure in ends)
    steps = tuple(map(float, entries_of(schema.spec, name)))
    whole = limits.type == "whole" or field.type.stepped
    required = field.required == "always" and _in_every_row(schema.spec, tool)
    return Asked(least, most, whole, steps, field.characters, field.words, required)


def _in_every_row(spec: Spec, tool: Tool) -> bool:
    """Say whether what is always required is so in every row of a sheet, whichever sheets are ticked."""
    blocks = tool.field_blocks
    asked_anyway = spec.tick_of(tool.code) is None
    return len(blocks) == 1 and (asked_anyway or isinstance(blocks[0], RegisterBlock))


def _end(field: Field, figure: float) -> float | date | None:
    return from_serial(figure) if kind_of(field) is ColumnKind.DATE else figure


def _widest(found: Sequence[Asked]) -> Asked:
    """Give what holds on all of several sheets."""
    steps = {step for each in found for step in each.steps} if all(each.steps for each in found) else ()
    return Asked(
        _furthest(min, [each.minimum for each in found]),
        _furthest(max, [each.maximum for each in found]),
        all(each.whole for each in found),
        tuple(sorted(steps)),
        _furthest(max, [each.characters for each in found]),
        _furthest(max, [each.words for each in found]),
        all(each.required for each in found),
    )


def _furthest(which: Callable[..., Any], ends: Sequence[Any]) -> Any:
    """Give the end of the widest range; None where one has no end."""
    return None if None in ends else which(ends)


def _several(fields: Sequence[Field]) -> bool:
    return any(field.several for field in fields)


def _codes(schema: Schema, fields: Sequence[Field]) -> tuple[str, ...]:
    """Give the codes of all lists that the fields draw on."""
    return tuple(dict.fromkeys(code for field in fields for code in codes_of(schema, list_of(field))))


def codes_of(schema: Schema, name: str | None) -> tuple[str, ...]:
    """Give the codes of a list; none without one."""
    spec = schema.spec
    if spec is None or name is None or (name == LEVELS and spec.matrix is None):
        return ()
    return tuple(code for code, _ in entries(spec, name, spec_language(spec)))
