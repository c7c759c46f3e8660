"""The sheet's own validation: dropdown or limits, prompt, and a stop alert that says what to do."""

from __future__ import annotations

from typing import Any

from ..errors import LimitError
from ..fields import BEHAVIOURS, list_name
from ..layout import Column, Grid, Layout, column_letters, reference_name
from ..layout.instructions import alert, prompt
from ..numerals import FIRST_DAY, LAST_DAY
from ..spec.model import Field, FieldType
from ..words import Translate, beginning, cell_length, fold, translator
from .pen import PROMPT_LIMIT, broken_lines

TITLE_LIMIT = 32


def validation(
    layout: Layout, grid: Grid, field: Field, column: Column, first_row: int
) -> dict[str, Any] | None:
    """What XlsxWriter needs to validate the cells of a field; None where nothing is to be said."""
    say = translator(layout.language)
    rule = _rule(layout, grid, field, first_row)
    text = prompt_of(layout, field, say)
    if rule is None and not text:
        return None
    options = rule or {"validate": "any"}
    if text:
        options |= {"input_title": _title(field.label.say(layout.language)), "input_message": text}
    if rule is not None:
        options |= {
            "error_title": say("Check this answer")[:TITLE_LIMIT],
            "error_message": broken_lines(alert(field, layout.spec, layout.language)),
            "error_type": "stop",
        }
    return options


def _rule(layout: Layout, grid: Grid, field: Field, first_row: int) -> dict[str, Any] | None:
    if field.type is FieldType.REFERENCE:
        name = reference_name(layout, field)
        return {"validate": "list", "source": f"={name}"} if name else None
    if field.type is FieldType.SCALE:
        steps = list(layout.lists[str(field.vocabulary)].codes)
        return {"validate": "list", "source": steps}
    name = list_name(field)
    if name is not None:
        return {"validate": "list", "source": _list_source(layout, grid, field, name, first_row)}
    limits = BEHAVIOURS[field.type].limits(field)
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


def _list_source(layout: Layout, grid: Grid, field: Field, name: str, first_row: int) -> str:
    """The whole list, or the run of it that belongs to the answer of the parent field in the same row."""
    if field.parent is None:
        return f"=list_{name}"
    parent = next(c for c in grid.columns if c.field is not None and c.field.code == field.parent)
    cell = f"${column_letters(parent.index)}{first_row}"
    start = f"MATCH({cell},parent_{name},0)"
    return f"=INDEX(list_{name},{start}):INDEX(list_{name},{start}+COUNTIF(parent_{name},{cell})-1)"


def prompt_of(layout: Layout, field: Field, say: Translate) -> str:
    """Help and what may be typed, broken into lines, within Excel's limit."""
    own, asked = field.help.say(layout.language), prompt(field, layout.spec, layout.language)
    said = "" if fold(asked) in fold(own) else asked
    parts = [part for part in (own, said, _example(layout, field, say)) if part]
    for keep in range(len(parts), 0, -1):
        text = broken_lines(" ".join(parts[:keep]))
        if len(text) <= PROMPT_LIMIT:
            return text
    if parts:
        raise LimitError(
            f"{field.code}: the prompt has more than {PROMPT_LIMIT} characters. Shorten its help."
        )
    return ""


def _example(layout: Layout, field: Field, say: Translate) -> str:
    example = field.example.say(layout.language)
    return say("Example: {example}").format(example=example) if example else ""


def _title(label: str) -> str:
    """As much of a label as the title of a prompt holds, in whole words."""
    line = " ".join(label.split())
    if cell_length(line) <= TITLE_LIMIT:
        return line
    return beginning(line, TITLE_LIMIT - 1).rsplit(" ", 1)[0].rstrip(" ,;:") + "…"
