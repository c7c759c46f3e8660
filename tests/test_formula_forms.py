"""The one form of a formula: what programs write differently is alike, and no text takes long."""

from __future__ import annotations

from time import perf_counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.face import Place, counted_from, normal_form

HERE = Place(3, 2)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SUM($A$1:B3)", "sum( $A$1 : B3 )"),
        ("'Part 1'!A1+Lists!B2", "'part 1'!A1+'Lists'!B2"),
        ("_xlfn.TEXTJOIN(1.0,TRUE,A1)", "TEXTJOIN(1,TRUE(),A1)"),
        ("[0]!name&A1:A1", "!NAME&A1"),
        ("SUM(--(A1>0))", "SUM(-(-(A1>0)))"),
        ("--SUM(A1,B2)*2", "-(-SUM(A1,B2))*2"),
        ("1---A1:B2", "1-(-(-A1:B2))"),
        ("MAX($K8:$K8,--list_A)", "MAX($K8,-(-list_A))"),
    ],
)
def test_programs_write_one_formula_in_several_ways(one: str, other: str) -> None:
    assert normal_form(one, HERE) == normal_form(other, HERE)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A1", "$A1"),
        ("A1", "A2"),
        ('"a b"', '"ab"'),
        ("'Part 1'!A1", "'Part 2'!A1"),
        ("--A1^2", "-(-A1^2)"),
        ("--A1+B1", "-(-A1+B1)"),
        ("2-(-A1)", "2--(A1)"),
        ("B2-(A1)", "B2-A1"),
    ],
)
def test_what_means_something_else_is_not_alike(one: str, other: str) -> None:
    assert normal_form(one, HERE) != normal_form(other, HERE)


PIECES = st.sampled_from(
    ["A1", "$A1", "A$1", "$A$1", "B2", "$B$12", "AA10", "SUM(", ")", "+", ",", ":", '"A1"', '"it\'s A1"', "'A1 b'!",
     "'it''s'!", "T11_02", "list_A", "LOG10(", "TRUE()", "FALSE", "1.0", "12", "#REF!"]
)  # fmt: skip
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


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("$A$19", "$A$20"),
        ("$A19", "$B19"),
        ("A$1", "B$1"),
        ("A1", "$A1"),
        ('"A1"', '"A2"'),
        ("'A1'!B2", "'A2'!B2"),
    ],
)
def test_at_a_glance_no_other_formula_is_alike(one: str, other: str) -> None:
    assert counted_from(one, HERE) != counted_from(other, HERE)


@pytest.mark.parametrize(
    ("moved", "anchor"), [('SUM($A5:C$9)&"A3"', Place(5, 2)), ('SUM($A3:E$9)&"A3"', Place(3, 4))]
)
def test_at_a_glance_a_formula_further_on_is_alike(moved: str, anchor: Place) -> None:
    assert counted_from('SUM($A3:C$9)&"A3"', HERE) == counted_from(moved, anchor)


@pytest.mark.parametrize("unit", ["'", '"', "'a", "'''a", "\"'", "(", "A", "1.", " ", "$"])
def test_a_formula_of_any_text_is_taken_apart_about_as_fast_as_an_ordinary_one(unit: str) -> None:
    ordinary = _time("$A$1:" * 3_200)
    assert _time(unit * (16_001 // len(unit))) < 30 * ordinary


def _time(formula: str) -> float:
    """The shortest of three, in seconds."""
    return min(_once(formula) for _ in range(3))


def _once(formula: str) -> float:
    start = perf_counter()
    normal_form(formula, HERE)
    return perf_counter() - start
