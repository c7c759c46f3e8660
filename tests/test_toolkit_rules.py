"""The cross-checks of the Toolkit: none is lost, each rule fires where it should and is silent where it should."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hrge_xl import Spec, load
from tests.face import (
    CATALOGUE,
    Answers,
    Finding,
    Identity,
    Key,
    Layout,
    Outcome,
    Rule,
    build,
    submission_of,
)
from tests.in_words import in_words
from tests.read_and_check import check
from tests.toolkit_rule_cases import CASES, START, TODAY, Case, Written
from tests.write_rules import PAGE, rules_page

# The ids of the content by their severity there.
CHECKS = {
    "error": "F01 F02 F03 F06 F07 F09 F10 F11 F12 F13 F17 P01 P21 P23 P04 P06 P07 P10 P11 P12 P13 P14 P15 P17 P18 "
    "C01 R01 R02 R03 R04 R05 R06 R07 R18 R17 R11 R13 R15 A01 L02 L04 M01 M02 M03 M18 M05 M06 M07 M11 M13 M17 "
    "X01 X02 X03 X06",
    "warning": "F04 F05 F08 F14 F15 F16 P02 P22 P03 P05 P08 P09 P16 P19 P20 C02 C03 R08 R09 R10 R12 R14 "
    "R19 R16 A02 L01 L03 M04 M08 M09 M10 M12 M14 M15 M16 X04 X05 X07 X08",
}
MORE = {
    "R-F18",  # what R-F09 says of a mark that is missing, of one that says no
    "R-F19",  # the decision on support to a force, where the sheet for it was not issued
    "R-P24",  # on consultation within the UN, which the content did not ask for
    "R-M20",  # a value for a period that has not begun
    "R-M19",  # the sum of the split by form of exploitation, which the content had no columns for
}
WARNS_BEFORE = "R-F01"  # the error at 150 words is V009; the rule is the warning at 140
LONGEST_MESSAGE = 200  # the sheet shows it


pytestmark = pytest.mark.xdist_group(
    "toolkit rules"
)  # the outcomes of all cases are worked out once


@pytest.fixture(scope="module")
def spec() -> Spec:
    return load("hrge_toolkit")


@pytest.fixture(scope="module")
def layout(spec: Spec) -> Layout:
    return build(spec, "en", last=True)  # what knows of a round before knows of none, too


def rules_of(spec: Spec, case: Case) -> list[Rule]:
    """The rules that a case is about: one for each sheet of its code."""
    return [rule for rule in spec.rules if rule.code == case.code and case.tool in ("", rule.tool)]


def place(layout: Layout, name: str, tool: str) -> Key:
    """The slot that a name of the table means."""
    where, _, field = name.rpartition(" ")
    if where == "tick":
        return "FORM", field, "FRM_26"
    code, _, number = field.partition("#")
    homes = [where] if where else [each.code for each in layout.spec.tools if code in each.fields]
    home = tool if tool in homes else homes[0]
    assert home == tool or len(homes) == 1, f"{name}: on several sheets, name one"
    rows = [key[1] for key in layout.slots if key[0] == home and key[2] == code]
    return home, rows[int(number or 1) - 1], code


def written(layout: Layout, answers: Written, tool: str) -> Answers:
    """The answers of the table in their places."""
    placed = {place(layout, name, tool): value for name, value in answers.items()}
    return {key: value for key, value in placed.items() if value is not None}


def home_of(layout: Layout, rule: Rule, case: Case) -> Key:
    """Where the finding of a rule stands in a case: at its first cell, in the row of the case or the first."""
    home, row, code = place(layout, (*rule.at, *rule.require)[0], rule.tool)
    return home, case.row or row, code


def outcomes(layout: Layout, every: list[tuple[Answers, Answers]]) -> list[Outcome]:
    """The outcomes of several sets of answers, each with those of the round before, checked at once."""
    return outcomes_in([(layout, answers, last) for answers, last in every])


def outcomes_in(every: list[tuple[Layout, Answers, Answers]]) -> list[Outcome]:
    """The same, each set in a workbook of its own."""
    sent = [
        (submission_of(layout, answers, stamp_of(layout), last), layout)
        for layout, answers, last in every
    ]
    return check(sent, today=TODAY)


def stamp_of(layout: Layout) -> Identity:
    return Identity(layout.spec.name, layout.spec.version, layout.digest, layout.language)


def issued_for(layout: Layout, case: Case) -> Layout:
    """The workbook of a case: the whole one, or the same without some sheets."""
    if not case.without:
        return layout
    return build(layout.spec, "en", [code for code in layout.sheet if code not in case.without])


def found(outcome: Outcome, code: str) -> list[Finding]:
    return [finding for finding in outcome.findings if finding.code == code]


@pytest.fixture(scope="module")
def results(spec: Spec, layout: Layout) -> dict[tuple[int, str], tuple[Outcome, Outcome]]:
    """For each case and sheet what comes out of the firing and of the silent answers."""
    runs = [(number, rule) for number, case in enumerate(CASES) for rule in rules_of(spec, case)]
    every = []
    for number, rule in runs:
        case = CASES[number]
        issued, last = issued_for(layout, case), written(layout, case.last, rule.tool)
        both = (case.fires, case.fires | case.silent)
        every += [(issued, written(layout, each, rule.tool), last) for each in both]
    out = outcomes_in(every)
    return {
        (number, rule.tool): (out[2 * run], out[2 * run + 1])
        for run, (number, rule) in enumerate(runs)
    }


@pytest.mark.parametrize(
    "number", range(len(CASES)), ids=[f"{case.code}{case.tool}" for case in CASES]
)
def test_rule_fires_and_is_silent(
    number: int, spec: Spec, layout: Layout, results: dict[tuple[int, str], tuple[Outcome, Outcome]]
) -> None:
    case = CASES[number]
    rules = rules_of(spec, case)
    assert rules, "no such rule"
    for rule in rules:
        fires, silent = results[number, rule.tool]
        places = [(f.tool, f.row, f.field) for f in found(fires, case.code)]
        assert home_of(layout, rule, case) in places, f"{rule.tool}: does not fire"
        assert not case.row or len(places) == 1, f"{rule.tool}: fires elsewhere"
        assert {finding.severity.value for finding in found(fires, case.code)} == {rule.severity}
        assert found(silent, case.code) == [], f"{rule.tool}: is not silent"


def test_every_rule_that_can_be_told_has_a_case(spec: Spec) -> None:
    told = {(rule.code, rule.tool) for rule in spec.rules if rule.check or rule.require}
    shown = {(rule.code, rule.tool) for case in CASES for rule in rules_of(spec, case)}
    alike = {("R-P02", f"T1.{number}") for number in range(1, 10)} | {
        ("R-P03", f"T1.{number}") for number in range(1, 10)
    }
    assert told - shown <= alike, "a rule without an example"
    assert shown <= told


def test_an_empty_workbook_breaks_no_rule(spec: Spec, layout: Layout) -> None:
    """But for the one that asks for a tool of Part 2 or 3, and for answers that are missing everywhere."""
    codes = {finding.code for finding in outcomes(layout, [({}, {})])[0].findings}
    assert {code for code in codes if code.startswith("R-")} <= {"R-F10"}


def test_all_checks_of_the_content_are_there_once(spec: Spec) -> None:
    rules = {rule.code: rule for rule in spec.rules}
    covered = [each.code for each in spec.covered]
    every = {f"R-{number}" for numbers in CHECKS.values() for number in numbers.split()}
    assert len(every) == 94
    assert sorted([*rules, *covered]) == sorted(every | MORE)
    for severity, numbers in CHECKS.items():
        for code in (f"R-{number}" for number in numbers.split()):
            assert code not in rules or code == WARNS_BEFORE or rules[code].severity == severity, (
                code
            )


def test_what_needs_no_rule_is_told_by_something_that_exists(spec: Spec) -> None:
    known = {*CATALOGUE, *(rule.code for rule in spec.rules)}
    assert {code for each in spec.covered for code in each.covered_by} <= known


def test_messages_stand_alone_and_are_short(spec: Spec) -> None:
    for rule in spec.rules:
        message = rule.message.say("en")
        assert 0 < len(message) <= LONGEST_MESSAGE, rule.code
        assert rule.remedy, rule.code
        assert rule.why, rule.code
        answers = re.findall(r"\{(?!row\})\w*", message)
        assert not answers or rule.reader_only, (
            f"{rule.code}: the sheet shows {answers} as it stands"
        )


def test_the_page_is_fresh(spec: Spec) -> None:
    page = Path(__file__).parent.parent / "docs" / PAGE
    assert page.read_text(encoding="utf-8") == rules_page(spec), "run `python -m tests.write_rules`"


def test_a_rule_may_be_asked_on_several_sheets(spec: Spec) -> None:
    risk_tables = [rule.tool for rule in spec.rules if rule.code == "R-R03"]
    assert risk_tables == ["T3.2", "T3.3", "T3.4", "T3.5", "T3.6"]


def test_what_is_said_of_a_tool_names_it(layout: Layout) -> None:
    ticks: Written = {"tick T1.1": "Y", "tick T3.8": "Y", "T25_06": START}
    (result,) = outcomes(layout, [(written(layout, ticks, "FORM"), {})])
    said = [
        (each.code, each.row, in_words(each, layout).message)
        for each in result.findings
        if each.field == "FRM_26"
    ]
    assert ("R-F07", "T3.8", "3.8 is marked as used, but its sheet is empty.") in said
    assert (
        "R-F08",
        "T1.1",
        "1.1 is marked as used, but less than 60% of its sheet is filled in.",
    ) in said
    assert (
        "R-F09",
        "T2.5",
        "The sheet of 2.5 has answers, but the tool is not marked as used.",
    ) in said


RISK: Written = {
    "RSK_07": "Strike",
    "RSK_05": "PEO",
    "RSK_10": 3,
    "RSK_11": 3,
    "RSK_16": "Talk",
    "RSK_18": "NPO",
    "RSK_09": ("MEN",),
}
REST: Written = {
    "RSK_04": "LIFE",
    "RSK_03": "Training",
    "RSK_06": "Pay",
    "RSK_08": "Harm",
    "RSK_15": "RED",
    "RSK_20": 2,
    "RSK_21": 3,
    "RSK_27": "OPN",
    "RSK_29": TODAY,
}


def test_below_substantial_a_risk_is_asked_little_and_what_is_said_anyway_counts(
    layout: Layout,
) -> None:
    tick: Answers = {("FORM", "T3.2", "FRM_26"): "Y", ("FORM", "1", "FRM_06"): START}
    few, all_of_it = written(layout, RISK, "T3.2"), written(layout, RISK | REST, "T3.2")
    graver = {place(layout, "T3.2 RSK_11", "T3.2"): 4.0}
    moderate, told, substantial = outcomes(
        layout, [(tick | few, {}), (tick | all_of_it, {}), (tick | few | graver, {})]
    )
    rest = [
        [
            finding.field
            for finding in outcome.findings
            if finding.tool == "T3.2" and finding.code in ("V001", "V021")
        ]
        for outcome in (moderate, told, substantial)
    ]
    assert rest == [[], [], ["RSK_19", *REST]]
