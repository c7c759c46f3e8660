"""What an answer in error leaves open is not held against other answers, and is told with its cells."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrge_xl import Spec
from tests.build_submission import submission
from tests.face import (
    Layout,
    Outcome,
    Problem,
    Scope,
    State,
    Unknown,
    address,
    build,
    judge,
    mark_doubts,
    parse_condition,
)
from tests.made_specs import SPECS
from tests.property_tests import examples
from tests.read_and_check import check
from tests.test_checks import CLEAN, LAYOUT, TODAY, changed, found, plan, risk
from tests.test_evaluator import LAYOUT as SMALL_LAYOUT
from tests.test_evaluator import SPEC as SMALL

Key = tuple[str, str, str]


def unread(original: str, problem: str) -> dict[str, Any]:
    return {
        "code": None,
        "text": None,
        "number": None,
        "day": None,
        "original": original,
        "problem": problem,
    }


BROKEN = unread("#REF!", "") | {"state": State.ERROR, "problem": None}


def open_checks(result: Outcome) -> dict[str, str]:
    """The checks that are open somewhere, and where because of what."""
    words = {
        code: str(why)
        for code, why in result.checks_not_run.items()
        if str(why).startswith("Not decided")
    }
    return {
        code: why.removeprefix("Not decided at ").replace(
            ": it depends on answers that are in error themselves", " <-"
        )
        for code, why in words.items()
    }


def between(open_one: Key, cause: Key, where: Layout = LAYOUT) -> str:
    """Where a check is open because of what."""
    return f"{cell(open_one, where)} <-: {cell(cause, where)}."


def cell(key: Key, where: Layout = LAYOUT) -> str:
    """The sheet and the cell of an answer."""
    return f"{where.sheet[key[0]].name}!{address(*where.slots[key].cells[0])}"


@pytest.mark.parametrize(
    ("key", "attributes", "code", "open_ones"),
    [
        (plan("04"), unread("next week", "V005"), "V005", {"R-E01": (plan("05"), plan("04"))}),
        (plan("05"), unread("03/04/2026", "V006"), "V006", {"R-E01": (plan("05"), plan("05"))}),
        (plan("04"), BROKEN, "V011", {"R-E01": (plan("05"), plan("04"))}),
        (plan("06"), unread("many", "V003"), "V003", {"V014": (plan("07"), plan("06"))}),
        (plan("06"), unread("1,234", "V018"), "V018", {"V014": (plan("07"), plan("06"))}),
        (plan("11"), unread("perhaps", "V002"), "V002", {"V001": (plan("12"), plan("11"))}),
        (
            risk("03"),
            unread("often", "V002"),
            "V002",
            {},
        ),  # the response is to reduce it, whatever the level
    ],
)
def test_one_answer_in_error_is_one_finding(
    key: Key, attributes: dict[str, Any], code: str, open_ones: dict[str, tuple[Key, Key]]
) -> None:
    shown = {risk("05"): None, plan("14"): None}  # what the sheet shows where it cannot calculate
    result = changed({key: attributes}, also=shown if key in (plan("06"), risk("03")) else {})
    assert [each for each, _ in found(result)] == [code]
    assert open_checks(result) == {rule: between(*keys) for rule, keys in open_ones.items()}
    assert set(open_ones) <= set(result.checks_run) | {"V014", "V001"}


def test_the_sheet_says_nothing_of_the_other_day_either() -> None:
    """Parity: the rule looks at days only that can be counted, so that the sheet, too, blames one cell alone."""
    result = changed({plan("04"): unread("next week", "V005")})
    assert (result.verdicts[plan("04")].code, result.verdicts[plan("05")].code) == ("V005", "")
    assert [code for code, _ in found(result)] == ["V005"]


def test_what_is_certain_all_the_same_is_said() -> None:
    """High risk, accepted, and the rule fires; that its likelihood is off the scale elsewhere does not matter."""
    more = {
        risk("01", "K-02"): "Rain",
        risk("02", "K-02"): ("WOM",),
        risk("03", "K-02"): 3,
        risk("04", "K-02"): 3,
        risk("05", "K-02"): "High",
        risk("06", "K-02"): "ACC",
        risk("05"): None,
        risk("06"): "ACC",
        risk("07"): None,
    }
    result = changed({risk("03"): unread(9, "V002")}, also=more)
    assert {code for code, _ in found(result)} == {"R-E02", "V002"}
    assert open_checks(result) == {"R-E02": between(risk("06"), risk("03"))}


def test_a_reading_that_is_right_leaves_nothing_open() -> None:
    result = changed({plan("04"): {"notes": ("V105",)}})
    assert open_checks(result) == {}


def test_many_open_places_are_counted() -> None:
    rules = [
        {
            "code": "R-Y1",
            "tool": "REG",
            "severity": "error",
            "at": ["REG_NA"],
            "when": "filled(REG_NA)",
            "check": "REG_NA <= FRM_NA",
            "message": "Too much.",
            "remedy": "Less.",
        }
    ]
    small = build(Spec.model_validate(SPECS["small"] | {"rules": rules}), "en")
    answers: dict[Key, Any] = {("FORM", "1", "FRM_REQ"): "x", ("FORM", "1", "FRM_NA"): 5}
    answers |= {("REG", row.code, "REG_NA"): 7 for row in small.rows_of["REG"].data_rows}
    sure = check([(submission(small, answers), small)], today=TODAY)[0]
    assert [finding.code for finding in sure.findings] == ["R-Y1"] * 4
    changes = {("FORM", "1", "FRM_NA"): unread("five", "V003")}
    result = check([(submission(small, answers, changes), small)], today=TODAY)[0]
    assert [finding.code for finding in result.findings] == ["V003"]
    places = ", ".join(f"Register!{finding.cell}" for finding in sure.findings)
    assert open_checks(result) == {"R-Y1": f"{places} <-: {cell(('FORM', '1', 'FRM_NA'), small)}."}


CONDITIONS = (
    "REG_NA < REG_NB",
    "not (REG_NA < REG_NB)",
    "REG_NA + 1 > REG_NB or REG_CA == 'RED'",
    "filled(REG_NA) and REG_NA == 2",
    "blank(REG_CA) or REG_CB != 'BLUE'",
    "count_of(REG_NA, REG_NB) > 1",
    "unique(REG_CA)",
    "has(REG_MA, 'RED')",
    "level(REG_SA, REG_SB) == 'TOP'",
    "REG_LV >= 'MID'",
    "total(REG_NA, REG_NB) > 3",
    "(REG_NA if REG_CA == 'RED' else REG_NB) > 1",
    "sum('REG', REG_NA) > 4",
    "any_row('REG', REG_CA == 'RED')",
    "count_if('REG', REG_NA > 1) > 1",
    "REG_DA <= REG_DB",
    "REG_TX == 'some'",
    "most(REG_NA, REG_NB) == REG_NA and not has(REG_MA, REG_CA)",
    "round(REG_NA / REG_NB, 1) > 0.6",
    "sqrt(REG_NA) > 1",
    "bands(REG_NA, 1, 'none', 3, 'some', 'all') == 'some'",
    "REG_NA ** REG_NB > 2",
    "count_if('REG', REG_CA == this.REG_CA) > 1",
    "any_row('REG', REG_NA > this.REG_NA)",
    "sum('REG', REG_NA if REG_CA == this.REG_CA else 0) > 2",
    "any_row('REG', row_code() != this.row_code())",
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "NA": st.sampled_from([0, 1, 2, 3]),
    "NB": st.sampled_from([0, 1, 2, 3]),
    "CA": st.sampled_from(["RED", "BLUE"]),
    "CB": st.sampled_from(["RED", "BLUE"]),
    "MA": st.sampled_from([("RED",), ("BLUE",), ("GREEN",)]),
    "SA": st.sampled_from([1, 2, 3]),
    "SB": st.sampled_from([1, 2, 3]),
    "DA": st.dates(TODAY.replace(day=1), TODAY),
    "DB": st.dates(TODAY.replace(day=1), TODAY),
}
PROBLEM = {"N": "V003", "C": "V002", "M": "V002", "S": "V003", "D": "V005"}
ROWS = [row.code for row in SMALL_LAYOUT.rows_of["REG"].data_rows]
CELLS = [("REG", row, f"REG_{name}") for row in ROWS for name in VALUES]


def decided(condition: str, answers: dict[Key, Any], spoilt: set[Key]) -> list[tuple[bool, bool]]:
    """For each row whether a condition holds, and whether that is certain; rows that do not count are not."""
    kinds = {key: PROBLEM[key[2][4]] for key in spoilt}
    changes = {key: unread("?", kind) for key, kind in kinds.items()}
    plain, _, gaps, hits = judge(submission(SMALL_LAYOUT, answers, changes), SMALL_LAYOUT, TODAY)
    expr = parse_condition(
        condition, Scope(SMALL, SMALL.tool["REG"], SMALL.tool["REG"].field_blocks[0])
    )
    assert not isinstance(expr, Problem), expr
    holds, careful = plain.program.value(expr), mark_doubts(plain, hits, gaps) or plain
    active = plain.active_sets[plain.program.table("REG")]
    return [
        (
            holds(plain, row, None),
            row in active and not isinstance(holds(careful, row, None), Unknown),
        )
        for row in ROWS
    ]


@examples(200)
@given(st.sampled_from(CONDITIONS), st.data())
def test_what_counts_as_decided_is_so_whatever_the_answers_in_error_meant(
    condition: str, data: st.DataObject
) -> None:
    kept = data.draw(st.lists(st.sampled_from(CELLS), min_size=1, max_size=20, unique=True))
    answers: dict[Key, Any] = {key: data.draw(VALUES[key[2][4:]]) for key in kept}
    spoilt = set(data.draw(st.lists(st.sampled_from(kept), min_size=1, max_size=4, unique=True)))
    before = decided(condition, answers, spoilt)
    meant = answers | {key: data.draw(VALUES[key[2][4:]]) for key in spoilt}
    after = decided(condition, meant, set())
    for (seen, certain), (true, _) in zip(before, after, strict=True):
        assert not certain or seen == true


def test_clean_answers_leave_nothing_open() -> None:
    result = check([(submission(LAYOUT, CLEAN), LAYOUT)], today=TODAY)[0]
    assert open_checks(result) == {}


@pytest.mark.parametrize(
    "attributes", [{}, unread("three", "V003")], ids=["read", "in error itself"]
)
def test_whether_an_answer_is_asked_for_is_open_where_the_one_that_decides_is_in_error(
    attributes: dict[str, Any],
) -> None:
    fields = [
        {"code": "ONE_C", "type": "choice", "vocabulary": "COLOUR", "label": "c"},
        {"code": "ONE_N", "type": "integer", "relevant": "ONE_C == 'RED'", "label": "n"},
    ]
    tool = {
        "code": "ONE",
        "sheet": "One",
        "title": "one",
        "blocks": [{"kind": "form", "fields": fields}],
    }
    spec = {key: value for key, value in SPECS["small"].items() if key != "matrix"}
    one = build(Spec.model_validate(spec | {"tools": [tool]}), "en")
    decides, asked = ("ONE", "1", "ONE_C"), ("ONE", "1", "ONE_N")
    changes = {decides: unread("perhaps", "V002"), asked: attributes}
    (result,) = check([(submission(one, {decides: "RED", asked: 3}, changes), one)], today=TODAY)
    assert "V021" not in {finding.code for finding in result.findings}
    assert open_checks(result) == {"V021": between(asked, decides, one)}
