"""What people who know formulas from Excel write by habit, and what they are told to write instead."""

from __future__ import annotations

import pytest

from tests.face import wrong_syntax

SIGN = "(at character 8 of the expression)."


@pytest.mark.parametrize(
    ("text", "reason", "remedy"),
    [
        ("PLN_11 <> 'Y'", f"<> is not a comparison here {SIGN}", "Write != in its place."),
        ("PLN_11 = 'Y'", f"A single = compares nothing {SIGN}", "Write == in its place."),
        ("PLN_06 => 5", f"=> is not a comparison {SIGN}", "Write >= or <=."),
        ("PLN_06 ≥ 5", f"≥ is not a sign of the rule language {SIGN}", "Write >=, <= or !=."),
        ("'“' == “Y”", f"“ is not a quotation mark here {SIGN}", "Write ' on both sides of the text."),
        ("PLN_11 && PLN_12", f"&& joins no conditions {SIGN}", "Write and, or or."),
        ("PLN_11 AND PLN_12", f"AND is Excel's word {SIGN}", "Write and, or, not, … if … else …"),
        ("IF(A; 1", "IF is Excel's word (at character 1 of the expression).", "Write and, or, not, … if … else …"),
        ("sum(A,1; 2)", f"A semicolon separates nothing here {SIGN}", "Write a comma."),
        ("PLN_ > 25% ", "A percentage has no sign here (at character 9 of the expression).", "Write 0.25 for 25 %."),
        ("sum(PLN_06", "The brackets ( and ) do not match in 'sum(PLN_06'.", "Close each that is opened."),
        ("PLN_06]", "The brackets [ and ] do not match in 'PLN_06]'.", "Close each that is opened."),
        ("PLN_11 == 'Y", "A quotation mark is not closed in PLN_11 == 'Y", "Put ' on both sides of the text."),
        ('PLN_11 == "Y', 'A quotation mark is not closed in PLN_11 == "Y', "Put ' on both sides of the text."),
        ("  ", "The expression is empty.", "Write one, or remove the option."),
        ("PLN_06 5", "'PLN_06 5' is not an expression.", "See docs/expressions.md for what can be written."),
        ("PLN_06\ud800", "There is a character in the expression that cannot be typed.", "Write it again."),
    ],
)  # fmt: skip
def test_a_slip_is_told_with_what_to_write(text: str, reason: str, remedy: str) -> None:
    assert wrong_syntax(text) == (reason, remedy)


@pytest.mark.parametrize(
    "text",
    [
        "PLN_06 >= 5 and PLN_11 != 'Y'",
        " PLN_06\n",
        "PLN_11 == 'A <> B; 25% & “C” AND ('",  # in quotation marks everything may stand
        "(" * 90 + "PLN_06" + ")" * 90,
    ],
)
def test_what_is_an_expression_has_no_slip(text: str) -> None:
    assert wrong_syntax(text) is None


@pytest.mark.parametrize("depth", [3_000, 30_000])
def test_what_is_too_deep_to_be_parsed_is_left_to_the_parser(depth: int) -> None:
    assert wrong_syntax("-" * depth + "1") is None
