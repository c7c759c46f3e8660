"""Hypothesis strategies for answers that a spec can have."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.face import FIELD_TYPES, FIRST_DAY, LAST_DAY, Answers, Field, FieldType, Layout, Value, tidy_lines

TEXTS = (
    st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n"), min_size=1, max_size=60)
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
