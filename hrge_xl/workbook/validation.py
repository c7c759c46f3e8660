"""The sheet's own validation: dropdown or limits, prompt, and a stop alert that says what to do."""

from __future__ import annotations

from typing import Any

from ..errors import LimitError
from ..fields import Field
from ..layout import Column, Grid, Layout, column_letters, reference_name
from ..layout.instructions import alert, prompt
from ..numerals import FIRST_DAY, LAST_DAY
from ..words import PROMPT_LIMIT, Translate, beginning, cell_length, fold, translator
from .pen import broken_lines

TITLE_LIMIT = 32


def validation(
    layout: Layout, grid: Grid, field: Field, column: Column, first_row: int
) -> dict[str, Any] | None:
    """Give what XlsxWriter needs to validate the cells of a field; None where there is nothing to say."""
    say = translator(layout.language)
    rule = _rule(layout, grid, field, column, first_row)
    text = prompt_of(layout, field, say)
    if rule is None and not text:
        return None
    options = rule or {"validate": "any"}
    if text:
        options |= {"input_title": _title(field.label.say(layout.language)), "input_message": text}
    if rule is not None:
        options |= {
            "error_title": say("Check this answer")[:TITLE_LIMIT],
            "error_message": broken_lines(alert(field, layout.language)),
            "error_type": "information" if field.type.tolerant else "stop",
        }
    return options


def _rule(layout: Layout, grid: Grid, field: Field, column: Column, first_row: int) -> dict[str, Any] | None:
    if field.to:
        name = reference_name(layout, field)
        return {"validate": "list", "source": f"={name}"} if name else None
    if field.list_name is not None:
        return {"validate": "list", "source": _list_source(layout, grid, field, column, first_row)}
    limits = field.type.limits(field)
    if limits.type == "length":
        return {"validate": "length", "criteria": "<=", "value": int(limits.high or 0)}
    if limits.type == "any":
        return None
    low, high = limits.low, limits.high
    options: dict[str, Any] = {
        "validate": "decimal"
        if limits.type == "date"
        else "integer"
        if limits.type == "whole"
        else limits.type
    }
    if limits.type == "date":
        return {"validate": "date", "criteria": "between", "minimum": FIRST_DAY, "maximum": LAST_DAY}
    if low is not None and high is not None:
        return options | {"criteria": "between", "minimum": low, "maximum": high}
    if low is not None:
        return options | {"criteria": ">=", "value": low}
    if high is not None:
        return options | {"criteria": "<=", "value": high}
    return options | {"criteria": "between", "minimum": -1e15, "maximum": 1e15}


def _list_source(layout: Layout, grid: Grid, field: Field, column: Column, first_row: int) -> str:
    """Write the source: the whole list, or the run of it for the parent's answer in the same row or record."""
    name = field.list_name
    if field.parent is None:
        return f"=list_{name}"
    cell = _parent_cell(grid, field.parent, column, first_row)
    start = f"MATCH({cell},parent_{name},0)"
    return f"=INDEX(list_{name},{start}):INDEX(list_{name},{start}+COUNTIF(parent_{name},{cell})-1)"


def _parent_cell(grid: Grid, code: str, column: Column, first_row: int) -> str:
    if grid.across:
        (place,) = grid.by_row[str(column.record)][code].cells
        return f"${column_letters(place.column)}${place.row}"
    parent = next(c for c in grid.columns if c.field is not None and c.field.code == code)
    return f"${column_letters(parent.index)}{first_row}"


def prompt_of(layout: Layout, field: Field, say: Translate) -> str:
    """Help and what may be typed, broken into lines, within Excel's limit. Raises `LimitError` where they exceed it."""
    own, asked = field.help.say(layout.language), prompt(field, layout.language)
    hint = "" if fold(asked) in fold(own) else asked
    named = (("help", own), ("hint", hint), ("example", _example(layout, field, say)))
    parts = [(name, text) for name, text in named if text]
    for keep in range(len(parts), 0, -1):
        text = broken_lines(" ".join(text for _, text in parts[:keep]))
        if cell_length(text) <= PROMPT_LIMIT:
            return text
    if parts:
        raise LimitError(_too_long(field, parts[0][0], cell_length(text)))
    return ""


def _too_long(field: Field, part: str, count: int) -> str:
    """By how much a prompt is too long, and what of it to shorten."""
    return (
        f"{field.code}: the prompt has {count} characters, {count - PROMPT_LIMIT} more than the {PROMPT_LIMIT} that "
        f"Excel takes. Shorten its {part}."
    )


def _example(layout: Layout, field: Field, say: Translate) -> str:
    example = field.example.say(layout.language)
    return say("Example: {example}").format(example=example) if example else ""


def _title(label: str) -> str:
    """As much of a label as the title of a prompt holds, in whole words."""
    line = " ".join(label.split())
    if cell_length(line) <= TITLE_LIMIT:
        return line
    return beginning(line, TITLE_LIMIT - 1).rsplit(" ", 1)[0].rstrip(" ,;:") + "…"
