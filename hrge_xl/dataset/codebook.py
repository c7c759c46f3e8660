"""The codebook: every question with its type, every code with its label, and the fixed rows of the lists."""

from __future__ import annotations

from collections.abc import Iterator

from ..fields import YES_NO, list_name
from ..layout import build
from ..layout.lists import LEVELS
from ..spec.model import Field, FieldType, Spec, When
from ..words import translator
from .schema import Row, Schema, spec_language


def codebook(schema: Schema) -> list[Row]:
    """One line a question, followed by one line a code that it can be answered with."""
    spec = schema.spec
    if spec is None:
        return []
    lines = (line for tool, _, field in spec.places() for line in _lines(schema, spec, tool.code, field))
    return [(n, *line) for n, line in enumerate(lines, start=1)]


def _lines(schema: Schema, spec: Spec, tool: str, field: Field) -> Iterator[Row]:
    language = spec_language(spec)
    name = LEVELS if field.result == "level" and field.type is FieldType.CALCULATED else list_name(field)
    about = (field.label.say(language), field.type.value, name)
    required = f"when {field.required.when}" if isinstance(field.required, When) else field.required
    tail = (
        field.help.say(language) or None,
        required,
        _unit(field),
        field.restricted,
        schema.wide[tool].name,
    )
    yield (tool, field.code, *about, None, None, *tail)
    for code, label in _codes(spec, field, name, language):
        yield (tool, field.code, *about, code, label, *tail)


def _unit(field: Field) -> str | None:
    """How a figure is written."""
    return {FieldType.PERCENT: "share of 1", FieldType.DATE: "ISO 8601", FieldType.YEAR: "year"}.get(
        field.type
    )


def _codes(spec: Spec, field: Field, name: str | None, language: str) -> Iterator[tuple[str, str]]:
    if name == YES_NO:
        say = translator(language)
        yield from (("Y", say("Yes")), ("N", say("No")))
    elif name == LEVELS and field.type is FieldType.CALCULATED:
        levels = spec.matrix.levels if spec.matrix else ()
        yield from ((level.code, level.label.say(language)) for level in levels)
    elif name is not None:
        yield from ((item.code, item.label.say(language)) for item in spec.vocabularies[name].items)


def items(schema: Schema) -> list[Row]:
    """The fixed rows of the lists, by code."""
    if schema.spec is None:
        return []
    layout = build(schema.spec, spec_language(schema.spec))
    found: list[Row] = []
    for sheet in layout.sheets:
        for grid in sheet.grids:
            section = ""
            for row in grid.rows:
                section = row.label if row.role == "section" else section
                if row.role == "item":
                    found.append((len(found) + 1, sheet.tool.code, row.code, section or None, row.label))
    return found


def labels(schema: Schema) -> dict[tuple[str, str], str]:
    """The label of every question."""
    spec, language = schema.spec, spec_language(schema.spec)
    return {(tool.code, f.code): f.label.say(language) for tool, _, f in spec.places()} if spec else {}


def code_labels(schema: Schema) -> dict[tuple[str, str, str], str]:
    """The label of every code, by tool and field."""
    return {
        (str(tool), str(field), str(code)): str(label)
        for _, tool, field, _, _, _, code, label, *_ in codebook(schema)
        if code is not None
    }
