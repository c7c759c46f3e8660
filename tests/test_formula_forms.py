"""The one form of a formula: what programs write differently is alike."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.face import Place, counted_from, normal_form
from tests.tables import table

HERE = Place(3, 2)


@pytest.mark.parametrize(
    ("one", "other"), table("cases")["programs_write_one_formula_in_several_ways"]
)
def test_programs_write_one_formula_in_several_ways(one: str, other: str) -> None:
    assert normal_form(one, HERE) == normal_form(other, HERE)


@pytest.mark.parametrize(("one", "other"), table("cases")["what_means_something_else_is_not_alike"])
def test_what_means_something_else_is_not_alike(one: str, other: str) -> None:
    assert normal_form(one, HERE) != normal_form(other, HERE)


PIECES = st.sampled_from(
    [
        "A1",
        "$A1",
        "A$1",
        "$A$1",
        "B2",
        "$B$12",
        "AA10",
        "SUM(",
        ")",
        "+",
        ",",
        ":",
        '"A1"',
        '"it\'s A1"',
        "'A1 b'!",
        "'it''s'!",
        "T11_02",
        "list_A",
        "LOG10(",
        "TRUE()",
        "FALSE",
        "1.0",
        "12",
        "#REF!",
    ]
)
ANCHORS = st.builds(Place, st.integers(1, 20), st.integers(1, 30))


@given(st.lists(PIECES, max_size=6), ANCHORS, st.lists(PIECES, max_size=6), ANCHORS)
@example(["$B$12"], HERE, ["$A$1"], HERE)
@example(["A1"], HERE, ["B2"], Place(4, 3))
@example(['"A1"'], HERE, ['"it\'s A1"'], Place(4, 3))
def test_what_is_alike_at_a_glance_is_the_same_formula(
    one: list[str], here: Place, other: list[str], there: Place
) -> None:
    first, second = "".join(one), "".join(other)
    if counted_from(first, here) == counted_from(second, there):
        assert normal_form(first, here) == normal_form(second, there)


@pytest.mark.parametrize(("one", "other"), table("cases")["at_a_glance_no_other_formula_is_alike"])
def test_at_a_glance_no_other_formula_is_alike(one: str, other: str) -> None:
    assert counted_from(one, HERE) != counted_from(other, HERE)


@pytest.mark.parametrize(
    ("moved", "anchor"), [('SUM($A5:C$9)&"A3"', Place(5, 2)), ('SUM($A3:E$9)&"A3"', Place(3, 4))]
)
def test_at_a_glance_a_formula_further_on_is_alike(moved: str, anchor: Place) -> None:
    assert counted_from('SUM($A3:C$9)&"A3"', HERE) == counted_from(moved, anchor)
