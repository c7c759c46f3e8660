"""From submissions to findings: each at its exact cell with its exact code, and nothing else."""

from __future__ import annotations

import shutil
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hrge_xl import load
from tests.answers import TODAY
from tests.broken_specs import damage
from tests.build_submission import submission
from tests.face import (
    Layout,
    Outcome,
    Rule,
    Severity,
    State,
    Submission,
    Verdict,
    address,
    build,
    find,
    kind_called,
    said,
)
from tests.in_words import in_words
from tests.read_and_check import calculated, check
from tests.tables import table
from tests.test_evaluator import LAYOUT as SMALL_LAYOUT
from tests.test_evaluator import SPEC as SMALL

STAMP_DAMAGED = kind_called("stamp-damaged")
DROPDOWN_LOST = kind_called("dropdown-lost")
SHEET_MISSING = kind_called("sheet-missing")

EXAMPLE = load("example")
LAYOUT = build(EXAMPLE, "en")
FRENCH = build(EXAMPLE, "fr")


def plan(code: str) -> tuple[str, str, str]:
    return "PLAN", "1", f"PLN_{code}"


def risk(code: str, row: str = "K-01") -> tuple[str, str, str]:
    return "R1", row, f"RSK_{code}"


CLEAN: dict[tuple[str, str, str], Any] = {
    plan("01"): "WS-07",
    plan("02"): "PAK",
    plan("03"): "To train the staff of shelters.",
    plan("04"): date(2026, 3, 1),
    plan("05"): date(2026, 3, 3),
    plan("06"): 40,
    plan("07"): 20,
    plan("08"): 1000.0,
    plan("11"): "N",
    plan("13"): ("WOM", "MEN"),
    plan("14"): 25,
    ("PLAN", "C1", "USE_01"): "Y",
    ("PLAN", "R1", "USE_01"): "Y",
    ("C1", "C1_01", "CHK_01"): "Y",
    ("C1", "C1_02", "CHK_01"): "Y",
    ("C1", "C1_03", "CHK_01"): "Y",
    risk("01"): "Few come",
    risk("02"): ("WOM",),
    risk("03"): 2,
    risk("04"): 2,
    risk("05"): "Moderate",
    risk("06"): "RED",
    risk("07"): "Send reminders",
    risk("08"): "C1_02",
}


def outcome(returned: Submission, layout: Layout = LAYOUT) -> Outcome:
    return check([(returned, layout)], today=TODAY, in_sheets=True)[0]


def found(result: Outcome) -> list[tuple[str, str | None]]:
    return [(finding.code, finding.cell) for finding in result.findings]


def changed(changes: dict[Any, dict[str, Any]] | None = None, **answers: Any) -> Outcome:
    """The clean submission with other answers (None takes one away) or other attributes of them."""
    values = CLEAN | answers.pop("also", {})
    kept = {key: value for key, value in values.items() if value is not None}
    return outcome(submission(LAYOUT, kept, changes, **answers))


def at(code: str, row: str = "1", tool: str = "PLAN", part: int = 0) -> str:
    return address(*LAYOUT.slots[tool, row, code].cells[part])


def test_a_workbook_filled_in_sensibly_has_no_findings() -> None:
    result = changed()
    assert found(result) == []
    assert {verdict.code for verdict in result.verdicts.values()} == {""}
    assert set(result.verdicts) == {
        key for key, slot in LAYOUT.slots.items() if slot.check is not None
    }
    assert calculated(result) == {plan("14"): 25.0, risk("05"): "M"}


def test_a_blank_workbook_asks_for_the_form_only() -> None:
    result = outcome(submission(LAYOUT, {}))
    assert Counter(finding.code for finding in result.findings) == {"V001": 8}
    assert {finding.tool for finding in result.findings} == {"PLAN"}
    assert calculated(result) == {}


def test_what_is_compared_with_a_missing_answer_is_not_accused() -> None:
    assert found(changed(also={plan("06"): None, plan("14"): None})) == [("V001", at("PLN_06"))]


# one answer: what is wrong, the finding at its cell, and the verdict of its check cell

UNREAD = {"code": None, "text": None, "number": None, "day": None}
SINGLE: list[tuple[str, Any, dict[str, Any], str, str]] = [
    # field, answer, attributes, code, verdict
    ("PLN_01", None, {}, "V001", "V001"),
    ("PLN_02", "PAK", UNREAD | {"original": "Pakstan", "problem": "V002"}, "V002", "V002"),
    ("PLN_08", 1000, UNREAD | {"original": "ten", "problem": "V003"}, "V003", "V003"),
    ("PLN_06", 40.5, {"problem": "V004"}, "V004", "V004"),
    ("PLN_06", 40.5, {}, "V004", "V004"),
    (
        "FOL_02",
        date(2026, 9, 1),
        UNREAD | {"original": "31 Feb", "problem": "V005"},
        "V005",
        "V005",
    ),
    (
        "FOL_02",
        date(2026, 9, 1),
        UNREAD | {"original": "04/05/2026", "problem": "V006"},
        "V006",
        "V105",
    ),
    (
        "FOL_02",
        date(2026, 9, 1),
        UNREAD | {"original": "1405-01-11", "problem": "V007"},
        "V007",
        "V005",
    ),
    ("PLN_10", 2020, UNREAD | {"original": 1405.0, "problem": "V007"}, "V007", "V008"),
    ("PLN_06", 600, {}, "V008", "V008"),
    ("PLN_08", -1.0, {}, "V008", "V008"),
    ("PLN_09", 1.01, {}, "V008", "V008"),
    ("PLN_10", 1999, {}, "V008", "V008"),
    ("PLN_03", "word " * 40 + "word", {}, "V009", "V009"),
    ("PLN_03", "ຂ" * 241, {}, "V009", "V009"),
    ("PLN_01", "P" * 21, {}, "V010", "V010"),
    ("PLN_01", "x", {"original": "#REF!", "state": State.ERROR}, "V011", "V011"),
    ("PLN_01", "WS-07", {"formula": True}, "V012", ""),
    (
        "PLN_01",
        "x",
        {"original": None, "state": State.NOT_CALCULATED, "formula": True},
        "V013",
        "V013",
    ),
    ("PLN_07", 41, {}, "V014", "V014"),
    ("PLN_08", 1000, UNREAD | {"original": "1,000", "problem": "V018"}, "V018", "V003"),
    ("PLN_02", "PAK", {"original": "باكستان", "notes": ("V101",)}, "V101", "V002"),
    ("PLN_02", "PAK", {"original": "pakistan", "notes": ("V102",)}, "V102", ""),
    ("PLN_08", 1000, {"original": "1000", "notes": ("V104",)}, "V104", "V003"),
    ("FOL_02", date(2026, 9, 1), {"original": "2026-09-01", "notes": ("V105",)}, "V105", "V105"),
    ("PLN_02", "PAK", {"original": "PAK", "notes": ("V106",)}, "V106", "V002"),
    ("PLN_11", "N", {"original": "Nope", "notes": ("V107",)}, "V107", "V002"),
    ("PLN_01", "ask a.b@example.org", {}, "P001", ""),
]


@pytest.mark.parametrize(("field", "answer", "attributes", "code", "verdict"), SINGLE)
def test_each_finding_fires_at_its_cell_and_alone(
    field: str, answer: Any, attributes: dict[str, Any], code: str, verdict: str
) -> None:
    tool, row = ("R1", "K-01") if field.startswith("FOL") else ("PLAN", "1")
    key = (tool, row, field)
    result = changed(
        {key: attributes} if attributes else None, also={key: answer, plan("14"): None}
    )
    assert found(result) == [(code, at(field, row, tool))]
    assert result.verdicts[key].code == verdict
    assert {v.code for k, v in result.verdicts.items() if k != key} == {""}


SILENT = [
    ("PLN_06", 20),
    ("PLN_06", 500),
    ("PLN_09", 0.0),
    ("PLN_09", 1.0),
    ("PLN_10", 2000),
    ("PLN_10", 2100),
    ("PLN_03", "word " * 39 + "word"),
    ("PLN_03", "ຂ" * 240),
    ("PLN_01", "P" * 20),
    ("PLN_07", 1),
    ("PLN_08", 0.0),
    ("PLN_05", date(2026, 3, 1)),
    ("PLN_13", ("WOM",)),
    ("PLN_07", None),
    ("PLN_08", None),
]


@pytest.mark.parametrize(("field", "answer"), SILENT)
def test_what_is_just_within_the_limits_is_silent(field: str, answer: Any) -> None:
    assert found(changed(also={("PLAN", "1", field): answer, plan("14"): None})) == []


def test_digits_of_another_script_are_noted_with_the_number_they_mean() -> None:
    notes = {plan("08"): {"original": "۱۰۰۰", "notes": ("V104", "V103")}}
    assert found(changed(notes)) == [("V104", at("PLN_08")), ("V103", at("PLN_08"))]


def test_a_suggestion_travels_with_the_finding() -> None:
    wrong = {
        plan("02"): UNREAD | {"original": "Pakstan", "problem": "V002", "suggestion": "Pakistan"}
    }
    (finding,) = changed(wrong).findings
    assert (finding.value, finding.suggestion) == ("Pakstan", "Pakistan")
    assert in_words(finding).message == "Country: “Pakstan” is not in the list."


@pytest.mark.parametrize(
    ("field", "answer", "message", "remedy"),
    [
        (
            "PLN_09",
            1.01,
            "Share already paid: 101 % is out of range (0 % to 100 %).",
            "Type a percentage (0 % to 100 %).",
        ),
        (
            "PLN_06",
            600,
            "Participants expected: 600 is out of range (1 to 500).",
            "Type a whole number (1 to 500).",
        ),
        (
            "PLN_06",
            2.5,
            "Participants expected: 2.5 is not a whole number.",
            "Type a whole number (1 to 500).",
        ),
        ("PLN_08", -2.5, "Budget: -2.5 is out of range (0 or more).", "Type a number (0 or more)."),
        (
            "PLN_03",
            "word " * 41,
            "Purpose of the workshop: 41 words; at most 40 are allowed.",
            "Shorten the text to at most 40 words.",
        ),
        (
            "PLN_01",
            "x" * 21,
            "Project code: 21 characters; at most 20 are allowed.",
            "Shorten the text to at most 20 characters.",
        ),
        (
            "PLN_04",
            date(1950, 1, 1),
            "First day: 1950-01-01 is out of range (1990-01-01 to 2100-12-31).",
            "Type a value in this range: 1990-01-01 to 2100-12-31.",
        ),
        (
            "PLN_10",
            1990,
            "Year of the last workshop: 1990 is out of range (2000 to 2100).",
            "Type a year (2000 to 2100).",
        ),
    ],
)
def test_a_limit_is_named_with_what_to_type(
    field: str, answer: Any, message: str, remedy: str
) -> None:
    (first, *_) = changed(also={("PLAN", "1", field): answer, plan("14"): None}).findings
    words = in_words(first)
    assert (words.message, words.remedy) == (message, remedy)


@pytest.mark.parametrize(
    ("key", "edit", "message"),
    [
        (
            plan("02"),
            {"original": "PAK", "code": "PAK", "notes": ("V106",)},
            "Country: “PAK” is the code of “Pakistan”, and was read as that.",
        ),
        (
            plan("02"),
            {"original": "باكستان", "code": "PAK", "notes": ("V101",)},
            "Country: “باكستان” is in another language, and was read as “Pakistan”.",
        ),
        (
            plan("09"),
            {"original": "40%", "number": 0.4, "notes": ("V104",)},
            "Share already paid: “40%” was stored as text and read as the number 40 %.",
        ),
        (
            plan("04"),
            {"original": "2026-03-02", "day": date(2026, 3, 2), "notes": ("V105",)},
            "First day: “2026-03-02” was stored as text and read as the date 2026-03-02.",
        ),
    ],
)
def test_what_was_normalised_is_told_with_what_it_was_read_as(
    key: Any, edit: Any, message: str
) -> None:
    assert message in [in_words(finding).message for finding in changed({key: edit}).findings]


def test_spaces_alone_count_as_missing() -> None:
    spaces = {plan("01"): {"original": "   ", "text": ""}}
    assert found(changed(spaces)) == [("V001", at("PLN_01"))]


def test_an_unreadable_number_is_not_also_said_to_break_its_constraint() -> None:
    wrong = {plan("07"): UNREAD | {"original": "ten", "problem": "V003"}}
    assert found(changed(wrong)) == [("V003", at("PLN_07"))]


# several answers


def test_a_missing_choice_of_several_stands_at_its_first_cell() -> None:
    assert found(changed(also={plan("13"): None})) == [("V001", at("PLN_13"))]


def test_each_cell_of_several_is_checked_on_its_own() -> None:
    wrong = {(*plan("13"), 2): UNREAD | {"original": "Adults", "problem": "V002"}}
    result = changed(wrong)
    assert found(result) == [("V002", at("PLN_13", part=1))]
    assert result.verdicts[plan("13")] == Verdict("V002", required=True)


def test_two_unreadable_cells_are_not_the_same_choice() -> None:
    wrong = {(*plan("13"), part): UNREAD | {"original": "?", "problem": "V002"} for part in (1, 2)}
    assert found(changed(wrong)) == [("V002", at("PLN_13")), ("V002", at("PLN_13", part=1))]


def test_chosen_twice_stands_at_the_second_cell_and_is_for_the_reader_only() -> None:
    result = changed(also={plan("13"): ("WOM", "MEN", "WOM")})
    assert found(result) == [("V015", at("PLN_13", part=2))]
    assert result.verdicts[plan("13")].code == ""


# registers, references, conditions


def test_a_row_in_use_asks_for_its_other_answers() -> None:
    result = changed(also={risk("01", "K-03"): "Another"})
    missing = ["RSK_02", "RSK_03", "RSK_04", "RSK_06"]
    assert Counter(found(result)) == Counter(("V001", at(code, "K-03", "R1")) for code in missing)
    assert result.verdicts[risk("02", "K-03")] == Verdict("V001", required=True)
    assert result.verdicts[risk("02", "K-04")] == Verdict("", required=False)


def test_an_answer_makes_another_one_required() -> None:
    assert found(changed(also={plan("11"): "Y"})) == [("V001", at("PLN_12"))]
    assert found(changed(also={risk("07"): None})) == [("V001", at("RSK_07", "K-01", "R1"))]
    assert found(changed(also={risk("07"): None, risk("06"): "ACC"})) == []


def test_a_sheet_that_is_not_ticked_asks_for_nothing() -> None:
    blank = {("C1", item, "CHK_01"): None for item in ("C1_01", "C1_02", "C1_03")}
    assert [code for code, _ in found(changed(also=blank))] == ["V001"] * 3
    assert found(changed(also=blank | {("PLAN", "C1", "USE_01"): "N"})) == []
    assert in_words(changed(also=blank).findings[0]).label == "C1_01 Answer"


@pytest.mark.parametrize(
    ("row", "codes"), [("C1_02", []), ("c1_03", []), ("C1_09", ["V016"]), ("K-01", ["V016"])]
)
def test_a_reference_leads_to_a_row_that_exists(row: str, codes: list[str]) -> None:
    result = changed(also={risk("08"): row})
    assert found(result) == [(code, at("RSK_08", "K-01", "R1")) for code in codes]
    assert result.verdicts[risk("08")].code == "".join(codes)


def test_a_reference_to_a_register_needs_a_row_in_use() -> None:
    answers = {("FORM", "1", "FRM_REQ"): "x", ("REG", "R-01", "REG_REF"): "CAT"}
    for target, codes in (("R-01", []), ("R-02", ["V016"]), ("IT1", []), ("IT3", ["V016"])):
        result = outcome(
            submission(SMALL_LAYOUT, answers | {("REG", "R-01", "REG_REF"): target}), SMALL_LAYOUT
        )
        assert [finding.code for finding in result.findings] == codes, target


def test_a_reference_to_sheets_that_were_not_issued_cannot_be_judged() -> None:
    alone = build(EXAMPLE, "en", ["R1"])
    kept = {k: v for k, v in CLEAN.items() if k[0] != "C1" and k[1] != "C1"}
    assert found(outcome(submission(alone, kept | {risk("08"): "C1_99"}), alone)) == []


# rules


def test_a_rule_stands_at_the_first_cell_it_points_to() -> None:
    result = changed(also={plan("05"): date(2026, 2, 1)})
    assert found(result) == [("R-E01", at("PLN_05"))]
    assert result.verdicts[plan("05")] == Verdict("R-E01", required=True)
    (finding,) = result.findings
    assert (finding.name, finding.severity) == ("end-before-start", Severity.ERROR)
    assert (in_words(finding).message, finding.value) == (
        "The end is before the start.",
        "2026-02-01",
    )


def test_a_rule_over_the_rows_of_a_register_finds_its_row() -> None:
    rule = next(rule for rule in EXAMPLE.rules if rule.code == "R-E02")
    high = {risk("03"): 3, risk("04"): 3, risk("05"): "High"}
    result = changed(also=high | {risk("06"): "ACC"})
    assert found(result) == [("R-E02", at(rule.at[0], "K-01", "R1"))]
    assert result.findings[0].severity is Severity.WARNING
    assert found(changed(also=high)) == []


def ruled(*rules: dict[str, Any]) -> Layout:
    checked = tuple(Rule.model_validate(rule) for rule in rules)
    return build(SMALL.model_copy(update={"rules": checked}), "en")


@pytest.mark.parametrize(("severity", "counts"), [("error", True), ("warning", False)])
def test_a_rule_that_asks_for_answers_puts_its_code_in_the_place_of_v001(
    severity: str, counts: bool
) -> None:
    rule = {
        "code": "R-X1",
        "tool": "REG",
        "when": "REG_NA > 5",
        "require": ["REG_TA"],
        "severity": severity,
    }
    layout = ruled(rule | {"message": "{label} is needed, for {REG_NA} is over 5."})
    result = outcome(
        submission(layout, {("FORM", "1", "FRM_REQ"): "x", ("REG", "R-02", "REG_NA"): 6}), layout
    )
    (finding,) = result.findings
    assert (finding.code, finding.row, finding.field) == ("R-X1", "R-02", "REG_TA")
    assert finding.severity is Severity(severity)
    assert in_words(finding, layout).message == "reg_ta is needed, for 6 is over 5."
    assert result.verdicts["REG", "R-02", "REG_TA"] == Verdict("R-X1", required=counts)
    assert (result.sheets["REG"].required, result.sheets["REG"].answered) == (int(counts), 0)


def test_the_first_reason_for_an_answer_gives_the_code() -> None:
    asks = [
        {"code": f"R-X{n}", "tool": tool, "when": when, "require": [field], "message": "m"}
        for n, (tool, when, field) in enumerate(
            [
                ("REC", "filled(REC_NA)", "REC_NB"),
                ("REG", "REG_NA > 1", "REG_TA"),
                ("REG", "REG_NA > 2", "REG_TA"),
            ]
        )
    ]
    layout = ruled(*asks)
    answers = {
        ("FORM", "1", "FRM_REQ"): "x",
        ("REC", "1", "REC_NA"): 1,
        ("REG", "R-01", "REG_NA"): 3,
    }
    result = outcome(submission(layout, answers), layout)
    assert [(f.code, f.field) for f in result.findings] == [("R-X1", "REG_TA"), ("V001", "REC_NB")]


def test_rules_of_one_code_on_two_sheets_and_rules_for_the_reader() -> None:
    layout = ruled(
        {"code": "R-X2", "tool": "REG", "check": "REG_NA < 5", "at": ["REG_NA"], "message": "m"},
        {"code": "R-X2", "tool": "REC", "check": "REC_NA < 5", "at": ["REC_NA"], "message": "m"},
        {
            "code": "R-X3",
            "tool": "REG",
            "when": "filled(REG_TA)",
            "check": "length(REG_TA) > 5",
            "at": ["REG_TA"],
            "reader_only": "For the example.",
            "message": "m",
        },
        {
            "code": "R-X5",
            "tool": "REG",
            "when": "filled(REG_TB)",
            "check": "matches(REG_TB, '[a-z]+')",
            "at": ["REG_TB"],
            "message": "m",
        },
        {
            "code": "R-X4",
            "tool": "REG",
            "reader_only": "It needs earlier rounds.",
            "at": ["REG_TA"],
            "message": "m",
        },
    )
    answers = {
        ("FORM", "1", "FRM_REQ"): "x",
        ("REG", "R-01", "REG_NA"): 6,
        ("REC", "2", "REC_NA"): 6,
        ("REC", "2", "REC_NB"): 1,
        ("REG", "R-01", "REG_TA"): "A1",
        ("REG", "R-01", "REG_TB"): "A1",
    }
    result = outcome(submission(layout, answers), layout)
    assert [(f.code, f.tool, f.row) for f in result.findings] == [
        ("R-X2", "REG", "R-01"),
        ("R-X3", "REG", "R-01"),
        ("R-X5", "REG", "R-01"),
        ("R-X2", "REC", "2"),
    ]
    assert result.verdicts["REG", "R-01", "REG_NA"].code == "R-X2"
    assert result.verdicts["REC", "2", "REC_NA"].code == "R-X2"
    assert result.verdicts["REG", "R-01", "REG_TA"].code == ""  # the sheet cannot know
    assert result.verdicts["REG", "R-01", "REG_TB"].code == ""
    assert result.checks_not_run == {"R-X4": "It needs earlier rounds."}
    assert {"R-X2", "R-X3"} <= set(result.checks_run)
    small = build(layout.spec, "en", ["REC"])
    not_run = outcome(submission(small, {}), small).checks_not_run
    assert set(not_run) == {"R-X3", "R-X4", "R-X5"}  # R-X2 still runs on the other sheet


def test_the_first_of_several_problems_is_the_verdict() -> None:
    both = changed(also={plan("06"): 600.5, plan("07"): 601, plan("14"): None})
    assert found(both) == [("V004", at("PLN_06")), ("V014", at("PLN_07"))]
    late = changed({plan("05"): {"notes": ("V105",)}}, also={plan("05"): date(2026, 2, 1)})
    assert {code for code, _ in found(late)} == {"V105", "R-E01"}
    assert late.verdicts[plan("05")].code == "V005"


# calculated cells


@pytest.mark.parametrize(
    ("field", "row", "tool", "shown", "formula", "codes"),
    table("cases")["calculated_cells_are_recomputed"],
)
def test_calculated_cells_are_recomputed(
    field: str, row: str, tool: str, shown: Any, formula: bool, codes: list[str]
) -> None:
    key = (tool, row, field)
    result = changed({key: {"formula": formula}}, also={key: shown})
    assert found(result) == [(code, at(field, row, tool)) for code in codes]


def test_a_difference_says_what_comes_out() -> None:
    typed = {risk("05"): {"formula": False}, plan("14"): {"formula": False}}
    calculated, level = changed(typed, also={risk("05"): "Low", plan("14"): 26}).findings
    assert (
        in_words(calculated).message
        == "Budget per person: the cell shows “26”; recalculated, it is “25”."
    )
    assert in_words(level).message == "Level: the cell shows “Low”; recalculated, it is “Moderate”."
    stale = changed(also={risk("05"): "Low"}).findings[0]
    assert "“Low”" in in_words(stale).message
    assert "“Moderate”" in in_words(stale).message


def test_blank_where_blank_comes_out_is_right_and_never_calculated_is_no_finding() -> None:
    blank = {plan("14"): {"original": "", "state": State.EMPTY_TEXT, "number": None}}
    assert found(changed(blank, also={plan("08"): None})) == []
    assert found(changed(blank)) == [("V019", at("PLN_14"))]
    assert (
        found(
            changed({plan("14"): {"original": None, "state": State.NOT_CALCULATED, "number": None}})
        )
        == []
    )
    broken = {plan("14"): {"original": "#DIV/0!", "state": State.ERROR, "number": None}}
    assert found(changed(broken)) == [("V019", at("PLN_14"))]
    assert found(changed(broken, also={plan("08"): None})) == [("V019", at("PLN_14"))]


# identity, privacy, observations, progress


def test_the_country_of_the_form_is_that_of_the_stamp() -> None:
    assert found(changed(country="PAK")) == []
    result = changed(country="AFG")
    assert found(result) == [("I009", at("PLN_02"))]
    assert "“Pakistan”" in in_words(result.findings[0]).message
    assert "“Afghanistan”" in in_words(result.findings[0]).message


@pytest.mark.parametrize(
    ("period", "said"),
    [
        ((None, None), []),
        ((date(2026, 1, 1), date(2026, 6, 30)), []),
        ((date(2026, 3, 3), date(2026, 6, 30)), []),  # the last day is the first one
        ((date(2026, 3, 4), None), [("I011", at("PLN_05"))]),
        ((None, date(2026, 2, 28)), [("I011", at("PLN_04"))]),
        ((date(2025, 10, 1), date(2025, 12, 31)), [("I011", at("PLN_04"))]),
    ],
)
def test_the_period_of_the_form_touches_that_of_the_round(period: Any, said: list[Any]) -> None:
    result = changed(period=period)
    assert found(result) == said
    assert ("I011" in result.checks_run) == (period != (None, None))
    if period == (date(2025, 10, 1), date(2025, 12, 31)):
        assert in_words(result.findings[0]).message == (
            "First day: 2026-03-01 lies outside the period of the round, 2025-10-01 – 2025-12-31."
        )
    assert found(changed(period=period, also={plan("04"): None, plan("05"): None}))[0][0] == "V001"


@pytest.mark.parametrize(("text", "code"), table("cases")["personal_data_in_texts"])
def test_personal_data_in_texts(text: str, code: str) -> None:
    result = changed(also={risk("01"): text})
    assert found(result) == ([(code, at("RSK_01", "K-01", "R1"))] if code else [])


def test_observations_of_the_reader_are_findings_too() -> None:
    seen = [
        SHEET_MISSING.at("Risks", None, "R1", sheet="Risks"),
        DROPDOWN_LOST.at("Plan", "E7", "PLAN", "1", "PLN_02", cells="E7"),
        STAMP_DAMAGED.at(detail="the copies differ"),
    ]
    result = changed(observations=seen)
    assert [finding.code for finding in result.findings] == ["I005", "S011", "S001"]
    assert (
        in_words(result.findings[0]).message
        == "The stamp of team.xlsx is damaged: the copies differ."
    )
    assert in_words(result.findings[1]).message == "Country: the dropdown list of E7 is gone."
    assert (in_words(result.findings[1]).label, result.findings[1].cell) == ("Country", "E7")


def test_cells_that_have_moved_are_named_where_they_are() -> None:
    where = {"PLAN": {(*plan("01"), 0): "G9"}}
    moved = changed(also={plan("01"): None}, cells=where, sheets={"PLAN": "My plan"})
    assert [(f.code, f.sheet, f.cell) for f in moved.findings] == [("V001", "My plan", "G9")]


def test_cells_that_are_gone_are_not_said_to_be_blank() -> None:
    """The reader has a finding for the missing row or sheet; one for each of its cells would drown it."""
    gone = changed(also={plan("01"): None}, cells={"PLAN": {(*plan("02"), 0): "E7"}})
    assert found(gone) == []


def test_progress_counts_required_answers_and_findings() -> None:
    two_missing = {plan("01"): None, plan("02"): None, plan("13"): ("WOM", "WOM")}
    progress = changed(also=two_missing).sheets
    assert progress["PLAN"][2:] == (8, 6, 2, 1)  # required, answered, errors, warnings
    assert (progress["R1"].required, progress["R1"].answered) == (6, 6)
    assert {tool for tool, sheet in progress.items() if sheet.required is not None} == {
        "PLAN",
        "C1",
        "R1",
    }


def test_checks_that_did_not_run_are_told_with_the_reason() -> None:
    few = build(EXAMPLE, "en", ["C1"])
    result = outcome(submission(few, {}, not_run={"S011": "No XML."}), few)
    why = {code: said(reason) for code, reason in result.checks_not_run.items()}
    assert why == {"S011": "No XML.", "R-E02": "Its sheet is not in this workbook."}
    assert "R-E01" in result.checks_run
    assert "R-E02" not in result.checks_run


# many at once


def test_languages_and_choices_of_tools_in_one_call() -> None:
    late = CLEAN | {plan("05"): date(2026, 2, 1)}
    few = build(EXAMPLE, "en", [])
    short = {k: v for k, v in late.items() if k[0] == "PLAN" and k[2] != "USE_01"}
    french = submission(
        FRENCH, late | {risk("05"): "Modéré", risk("01"): None} | {risk("01"): "x@example.org"}
    )
    results = check(
        [(submission(LAYOUT, late), LAYOUT), (french, FRENCH), (submission(few, short), few)],
        today=TODAY,
    )
    assert [[finding.code for finding in each.findings] for each in results] == [
        ["R-E01"],
        ["R-E01", "P001"],
        ["R-E01"],
    ]
    first = results[1].findings[0]
    words = in_words(first)
    assert (first.sheet, words.label) == ("Plan", "Dernier jour")
    assert (words.message, words.remedy) == (
        "La fin précède le début.",
        "Corrigez l'une des deux dates.",
    )
    assert in_words(results[1].findings[1]).label == "Risque"
    asking = {tool for tool, sheet in results[2].sheets.items() if sheet.required is not None}
    assert asking == {"PLAN"}


def test_the_outcome_of_a_file_does_not_depend_on_its_neighbours() -> None:
    others = [
        submission(LAYOUT, {}),
        submission(LAYOUT, CLEAN | {plan("06"): 600, risk("08"): "C1_77"}),
        submission(LAYOUT, CLEAN, {plan("02"): {"notes": ("V106",)}}),
        submission(
            LAYOUT,
            CLEAN | {risk("01", "K-02"): "Few come", risk("06", "K-02"): "ACC"},
            country="IRQ",
        ),
    ]
    together = check([(each, LAYOUT) for each in others * 3], today=TODAY, in_sheets=True)
    for number, each in enumerate(others * 3):
        alone = outcome(each)
        for name in ("findings", "verdicts", "calculated", "sheets", "checks_run"):
            assert getattr(together[number], name) == getattr(alone, name), (number, name)


def test_findings_come_in_the_order_of_the_sheet() -> None:
    result = outcome(submission(LAYOUT, {risk("07", "K-02"): "x", risk("01", "K-01"): "y"}))
    places = [(f.tool, int(str(f.cell)[1:])) for f in result.findings]
    order = {"PLAN": 0, "C1": 1, "R1": 2}
    assert places == sorted(places, key=lambda place: (order[str(place[0])], place[1]))


# marks for no answer

MARKS = (".", "...", "-", "--", "–", "—", "…", "?", "؟", "/", "*", "_", " - ", "-\n")
WORDS_AFTER_ALL = ("n/a", "none", "0", "x", "没", "-5", "no.", "----------", "!")


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("key", [plan("01"), plan("03"), risk("01"), risk("07")], ids="-".join)
def test_a_mark_is_no_answer(key: tuple[str, str, str], mark: str) -> None:
    result = changed({key: {"original": mark, "text": mark.strip()}})
    (finding,) = result.findings
    assert (finding.code, finding.cell, finding.value) == (
        "V001",
        at(key[2], key[1], key[0]),
        mark.strip(),
    )
    assert in_words(finding).message.endswith(
        f": the answer is missing; “{mark.strip()}” is not an answer."
    )
    assert result.verdicts[key] == Verdict("V001", required=True)
    whole = changed().sheets[key[0]]
    assert (result.sheets[key[0]].required, result.sheets[key[0]].answered) == (
        whole.required,
        whole.answered - 1,
    )


@pytest.mark.parametrize("text", WORDS_AFTER_ALL)
def test_whatever_else_is_written_is_an_answer(text: str) -> None:
    assert found(changed(also={plan("01"): text})) == []


def test_where_no_answer_is_required_a_mark_is_none_and_that_is_all() -> None:
    result = changed(also={("C1", "C1_01", "CHK_02"): "-", plan("12"): "-"})
    assert found(result) == []
    assert result.verdicts["C1", "C1_01", "CHK_02"].code == ""


# what check cells show, held against what the answers give


def numbers(result: Outcome, **others: int) -> tuple[Any, ...]:
    """What the check cells show that say what they must, but for some of the plan."""
    return tuple(
        others.get(slot.field.code)
        if slot.field.code in others
        else LAYOUT.messages.encode(
            result.verdicts[key].code,
            slot.order,
            required=result.verdicts[key].required,
            field=slot.field.code,
        )
        for key, slot in LAYOUT.slots.items()
        if slot.check is not None
    )


def shows(code: str, field: str) -> int:
    """What the check cell of a required answer of the plan shows."""
    slot = LAYOUT.slots[plan(field)]
    return LAYOUT.messages.encode(code, slot.order, required=True, field=slot.field.code)


@pytest.mark.parametrize(
    ("others", "also", "said"),
    [
        (
            {"PLN_05": 1000},
            {plan("05"): None},
            "the check of “Last day”: the workbook shows “Nothing to correct” where its answers "
            "give “Fill in this cell”.",
        ),
        (
            {"PLN_04": shows("V001", "04"), "PLN_05": 0},
            {},
            "the check of “First day”: the workbook shows “Fill in this cell (+1)” where its answers give "
            "“Nothing to correct”.",
        ),
        (
            {"PLN_12": 1000},
            {},
            "the check of “Who looks after them”: the workbook shows “Nothing to correct (required)” where its "
            "answers give “Nothing to correct (not required)”.",
        ),
        (
            {"PLN_12": 123456000},
            {},
            "the check of “Who looks after them”: the workbook shows “123456000” where its answers give "
            "“Nothing to correct”.",
        ),
    ],
)
def test_what_a_check_cell_shows_is_told_in_words(
    others: dict[str, int], also: dict[Any, Any], said: str
) -> None:
    result = changed(also=also)
    (told,) = (
        each
        for each in changed(also=also, shown_checks=numbers(result, **others)).findings
        if each.code == "S028"
    )
    assert in_words(told).message == f"{told.cell}, {said}"


def test_the_row_of_a_check_cell_is_named() -> None:
    rule = {
        "code": "R-Y1",
        "tool": "R1",
        "at": ["RSK_06"],
        "check": "RSK_06 != 'RED'",
        "message": "Look at {row}.",
    }
    where = build(
        EXAMPLE.model_copy(update={"rules": (*EXAMPLE.rules, Rule.model_validate(rule))}), "en"
    )
    kept = {key: value for key, value in CLEAN.items() if value is not None}
    only = tuple(
        0 if slot.key == risk("06") else None
        for slot in where.slots.values()
        if slot.check is not None
    )
    (told,) = (
        each
        for each in outcome(submission(where, kept, shown_checks=only), where).findings
        if each.code == "S028"
    )
    assert (
        "the check of “K-01 Response”: the workbook shows “Nothing to correct”"
        in in_words(told, where).message
    )
    assert "“Look at K-01”" in in_words(told, where).message


YES = {plan("11"): "Y", plan("12"): "The hosts"}
SPACES = {plan("11"): {"original": "yes ", "notes": ("V102",)}}


def test_an_answer_that_its_sheet_does_not_understand_decides_nothing_there() -> None:
    """The check of who looks after the children shows that nobody asks for it."""
    as_seen = numbers(changed(also=YES), PLN_11=shows("V002", "11"), PLN_12=0)
    result = changed(SPACES, also=YES, shown_checks=as_seen)
    assert found(result) == [("V102", at("PLN_11"))]


def test_beside_such_an_answer_what_was_falsified_is_told() -> None:
    as_seen = numbers(changed(also=YES), PLN_11=shows("V002", "11"), PLN_12=0)
    wrong = (shows("V001", "01"), *as_seen[1:])
    result = changed(SPACES, also=YES, shown_checks=wrong)
    assert {code for code, _ in found(result)} == {"V102", "S028"}


@pytest.mark.parametrize(
    ("women", "codes"),
    [(None, []), (20, []), (50, ["R-PLN_07"]), (0, ["R-W"])],
)
def test_checks_of_a_field_are_rules(women: int | None, codes: list[str], tmp_path: Path) -> None:
    """Several a field, each with a severity and a message of its own; a blank answer is not checked."""
    spec = Path(shutil.copytree(find("example"), tmp_path / "spec"))
    checks = (
        "checks: [{check: value <= PLN_06, message: 'More of the value than there are.'}, "
        "{check: \"value >= 1 or PLN_01 == 'value'\", when: value < PLN_06, "
        "severity: warning, message: None?, code: R-W}]"
    )
    damage(
        spec, "tools/plan.yaml", "constraint: {check: not (value > PLN_06)", f"{checks}, note: {{x"
    )
    text = (spec / "tools/plan.yaml").read_text("utf-8")
    start = text.index(", note: {x")
    text = text[:start] + "}" + text[text.index("}}}", start) + 3 :]
    (spec / "tools/plan.yaml").write_text(text, "utf-8")
    layout = build(load(spec), "en")
    answers = {key: value for key, value in CLEAN.items() if key != plan("07")}
    found = outcome(
        submission(layout, answers | ({plan("07"): women} if women is not None else {})), layout
    )
    rules = [finding for finding in found.findings if finding.code.startswith("R-")]
    assert [finding.code for finding in rules] == codes
    assert all(finding.field == "PLN_07" for finding in rules)


@pytest.mark.parametrize(
    ("level", "expected", "women", "broken"),
    [(1, None, 20, True), (2, None, 20, False), (2, 10, 20, True), (2, 40, 20, False)],
)
def test_a_check_with_a_blank_operand_is_skipped(
    level: int, expected: int | None, women: int, broken: bool, tmp_path: Path
) -> None:
    """A spec that says `expressions: 2` needs no `not (value > …)`; the others mean what they meant."""
    spec = Path(shutil.copytree(find("example"), tmp_path / "spec"))
    damage(spec, "tools/plan.yaml", "not (value > PLN_06)", "value <= PLN_06")
    damage(spec, "workbook.yaml", "drawing: 4", f"drawing: 4\nexpressions: {level}")
    layout = build(load(spec), "en")
    answers = {key: value for key, value in CLEAN.items() if key not in (plan("06"), plan("14"))}
    if expected is not None:
        answers |= {plan("06"): expected, plan("14"): 1000 / expected}
    found = outcome(submission(layout, answers | {plan("07"): women}), layout)
    assert ("V014" in {finding.code for finding in found.findings}) is broken
