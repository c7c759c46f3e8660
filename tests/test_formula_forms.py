"""The one form of a formula: what programs write differently is alike, and no text takes long."""

from __future__ import annotations

from time import perf_counter

import pytest

from hrge_xl.intake.formula_forms import Anchor, normal_form

HERE = Anchor(3, 2)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SUM($A$1:B3)", "sum( $A$1 : B3 )"),
        ("'Part 1'!A1+Lists!B2", "'part 1'!A1+'Lists'!B2"),
        ("_xlfn.TEXTJOIN(1.0,TRUE,A1)", "TEXTJOIN(1,TRUE(),A1)"),
        ("[0]!name&A1:A1", "!NAME&A1"),
    ],
)
def test_programs_write_one_formula_in_several_ways(one: str, other: str) -> None:
    assert normal_form(one, HERE) == normal_form(other, HERE)


@pytest.mark.parametrize(
    ("one", "other"), [("A1", "$A1"), ("A1", "A2"), ('"a b"', '"ab"'), ("'Part 1'!A1", "'Part 2'!A1")]
)
def test_what_means_something_else_is_not_alike(one: str, other: str) -> None:
    assert normal_form(one, HERE) != normal_form(other, HERE)


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
