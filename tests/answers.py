"""Answers for tests: what is right, and whatever a field can hold, by Hypothesis; and one full sensible set."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

from hypothesis import strategies as st

from hrge_xl import Spec, load
from tests.face import (
    FIELD_TYPES,
    FIRST_DAY,
    LAST_DAY,
    Answers,
    ColumnKind,
    Field,
    FieldType,
    Layout,
    Slot,
    Value,
    build,
    offered_rows,
    tidy_lines,
)

TODAY = date(2026, 6, 30)
WORDS = (
    st.text(
        st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Co", "Cn", "Zl", "Zp")),
        min_size=1,
        max_size=40,
    )
    .map(tidy_lines)
    .filter(bool)
)


@cache
def spec(name: str) -> Spec:
    """A spec, loaded once."""
    return load(name)


@cache
def layout(name: str, language: str = "en", tools: tuple[str, ...] | None = None) -> Layout:
    """A layout, built once."""
    return build(spec(name), language, tools)


def value(where: Layout, slot: Slot) -> st.SearchStrategy[Value] | None:
    """Valid values of a slot; None for one that nobody fills in."""
    field = slot.field
    if field.calculated:
        return None
    if field.to:
        codes = [
            row.code
            for target in field.to
            if target in where.rows_of
            for row in offered_rows(where.rows_of[target], field)
        ]
        return st.sampled_from(codes) if codes else None
    name = field.list_name
    if field.type.stepped:
        return st.sampled_from([float(code) for code in where.lists[str(name)].codes])
    if name is not None:
        choices = st.sampled_from(where.lists[name].codes)
        if not field.several:
            return choices
        return st.lists(choices, min_size=1, max_size=field.cells, unique=True).map(tuple)
    limits = field.type.limits(field)
    if field.type.kind is ColumnKind.DATE:
        return st.dates(date(2000, 1, 1), date(2050, 12, 31))
    if limits.type == "whole":
        low, high = int(limits.low or 0), int(limits.high or 1_000_000)
        return st.integers(low, high).map(float)
    if limits.type == "decimal":
        low, high = limits.low or 0.0, limits.high or 1e6
        return st.floats(low, high, allow_nan=False).map(lambda number: float(f"{number:.12g}"))
    return WORDS


@st.composite
def answers(draw: st.DrawFn, where: Layout, most: int = 40) -> Answers:
    """Some answers anywhere in a workbook."""
    keys = list(where.slots)
    chosen = draw(st.lists(st.sampled_from(keys), unique=True, max_size=most))
    found: Answers = {}
    for key in chosen:
        strategy = value(where, where.slots[key])
        if strategy is not None:
            found[key] = draw(strategy)
    return found


def plain_value(where: Layout, slot: Slot, number: int = 0) -> Value | None:
    """One dull valid value."""
    field = slot.field
    name = field.list_name
    if field.to:
        rows = [
            row.code
            for target in field.to
            if target in where.rows_of
            for row in offered_rows(where.rows_of[target], field)
        ]
        return rows[0] if rows else None
    if field.type.stepped:
        return float(where.lists[str(name)].codes[number % len(where.lists[str(name)].codes)])
    if name is not None:
        code = where.lists[name].codes[number % len(where.lists[name].codes)]
        return (code,) if field.several else code
    if field.type.kind is ColumnKind.DATE:
        return TODAY - timedelta(days=number)
    limits = field.type.limits(field)
    if limits.type in ("whole", "decimal"):
        return float(limits.low if limits.low is not None else 1)
    return None if field.calculated else f"Answer {number + 1}"


def full(where: Layout, rows: int | None = None) -> Answers:
    """Every cell of a workbook filled, registers up to `rows`."""
    found: Answers = {}
    for number, (key, slot) in enumerate(where.slots.items()):
        position = [row.code for row in where.sheet[key[0]].grids[0].data_rows]
        if rows is not None and key[1] in position and position.index(key[1]) >= rows:
            continue
        one = plain_value(where, slot, number)
        if one is not None:
            found[key] = one
    return found


TEXTS = (
    st.text(
        st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n"),
        min_size=1,
        max_size=60,
    )
    .map(tidy_lines)
    .filter(bool)
)
WHOLE = st.integers(-(10**12), 10**12).map(float)


def value_of(layout: Layout, field: Field, cells: int) -> st.SearchStrategy[Value]:
    """Any answer that one field can have."""
    simple: dict[FieldType, st.SearchStrategy[Value]] = {
        FIELD_TYPES["text"]: TEXTS,
        FIELD_TYPES["long"]: TEXTS,
        FIELD_TYPES["integer"]: WHOLE,
        FIELD_TYPES["decimal"]: st.floats(allow_nan=False, allow_infinity=False),
        FIELD_TYPES["percent"]: st.floats(0, 1),
        FIELD_TYPES["date"]: st.dates(FIRST_DAY, LAST_DAY),
        FIELD_TYPES["year"]: st.integers(1900, 2100).map(float),
        FIELD_TYPES["yesno"]: st.sampled_from(["Y", "N"]),
        FIELD_TYPES["reference"]: st.sampled_from(["C1_01", "C1_02", "C1_03"]),
    }
    if field.type in simple:
        return simple[field.type]
    codes = st.sampled_from(layout.lists[str(field.list_name)].codes)
    if field.type.stepped:
        return codes.map(float)
    if field.several:
        return st.lists(codes, min_size=1, max_size=cells, unique=True).map(tuple)
    return codes


def answers_of(layout: Layout) -> st.SearchStrategy[Answers]:
    """Any set of answers to some of the questions of a layout."""
    slots = [slot for slot in layout.slots.values() if not slot.field.calculated]
    return st.fixed_dictionaries(
        {}, optional={slot.key: value_of(layout, slot.field, len(slot.cells)) for slot in slots}
    )
