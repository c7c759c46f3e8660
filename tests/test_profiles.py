"""Profiles: a choice of sheets and rows with a name; and what is asked where a sheet was not issued."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from hrge_xl import (
    ExpectedReturn,
    Order,
    Result,
    Round,
    Spec,
    ValidationRequest,
    generate,
    init_round,
    load,
    load_round,
    read,
    validate,
)
from hrge_xl.core.errors import RoundError, UsageError
from tests.answers import full
from tests.audited import hrge
from tests.broken_specs import damage
from tests.face import (
    Answers,
    Choice,
    Identity,
    Submission,
    build,
    choose,
    layout_for,
    needed_tools,
    orders,
    sample_order,
    starting_answers,
    submission_of,
    taken_along,
)
from tests.parity import disagreements
from tests.read_and_check import check, layout_of
from tests.telling import telling

TODAY = date(2026, 6, 30)
PROFILES = ("quick", "standard", "full")
ALONG = ("T4.A", "T4.B", "T4.C")  # what `quick` has besides a risk table


@pytest.fixture(scope="module")
def toolkit() -> Spec:
    return load("hrge_toolkit")


@pytest.fixture(scope="module")
def example() -> Spec:
    return load("example")


# what is chosen


def test_a_profile_names_sheets_and_rows(example: Spec) -> None:
    assert choose(example, "short") == Choice(("R1",), 3)
    assert choose(example, "SHORT", rows=20) == Choice(("R1",), 20)
    assert choose(example, "short", ["c1"]) == Choice(("C1", "R1"), 3)


def test_without_a_choice_it_is_the_default_profile_else_everything(example: Spec) -> None:
    assert choose(example) == Choice(None, None)
    assert choose(example.model_copy(update={"default_profile": "short"})) == Choice(("R1",), 3)
    assert choose(example.model_copy(update={"default_profile": None, "profiles": {}})) == Choice()
    assert choose(example, named=["C1"]) == Choice(("C1",))


def test_a_profile_that_leaves_a_choice_asks_for_it(toolkit: Spec) -> None:
    with pytest.raises(
        UsageError, match=r"'quick' leaves sheets to choose from.*T3\.4 \(Capacity building"
    ):
        choose(toolkit, "quick")
    assert choose(toolkit, "quick", ["3.4"]) == Choice(("T3.4", *ALONG), 5)
    assert choose(toolkit, "quick", first=True).tools == ("T3.2", *ALONG)
    both = choose(toolkit, "quick", ["3.4", "3.5", "1.1"]).tools
    assert both == ("T1.1", "T3.4", "T3.5", *ALONG)


def test_a_named_risk_table_takes_the_place_of_all(toolkit: Spec) -> None:
    tables = {"T3.2", "T3.3", "T3.4", "T3.5", "T3.6"}
    for profile in ("standard", "full"):
        whole, of_pillar, more = (
            choose(toolkit, profile, named).tools for named in ([], ["3.4"], ["2.5"])
        )
        left = {code for code in whole or toolkit.tool if code not in tables or code == "T3.4"}
        assert set(of_pillar or ()) - {tool.code for tool in toolkit.tools if tool.always} == {
            code for code in left if not toolkit.tool[code].always
        }
        assert tables <= set(more or toolkit.tool)


def test_the_subjects_of_part_1_are_narrowed_as_well(toolkit: Spec) -> None:
    chosen = choose(toolkit, "standard", ["1.6", "3.4"]).tools or ()
    assert [code for code in chosen if code.startswith("T1")] == ["T1.6"]
    assert "T3.4" in chosen
    assert "T3.2" not in chosen


def test_a_pillar_and_a_profile_show_what_is_used_and_no_more(tmp_path: Path) -> None:
    """What is only looked things up in is there, hidden; nobody is told that they hid it."""
    one = ("generate", "hrge_toolkit", "--country", "PAK", "-o", tmp_path)
    assert hrge(*one, "--profile", "quick", "--tools", "3.4") == 0
    (path,) = tmp_path.glob("*.xlsx")
    book = openpyxl.load_workbook(path)
    assert [sheet.title for sheet in book if sheet.sheet_state == "visible"] == [
        "Cover",
        "Form",
        "Dashboard",
        "3.4 Risk capacity",
        "4.B Framework",
        "4.C Values",
        "Checks",
        "How to fill in",
    ]
    assert {"4.A Indicators", "Library", "Glossary", "Lists"} <= {
        sheet.title for sheet in book if sheet.sheet_state == "hidden"
    }
    assert book["Form"]["B9"].value == "2"
    (result,) = validate([path], ValidationRequest(ExpectedReturn(), TODAY))
    assert "S016" not in {each.code for each in result.findings}


def test_names_that_there_are_not_are_told_with_what_there_is(toolkit: Spec) -> None:
    with pytest.raises(
        UsageError, match=r"'quik' is not a profile of hrge_toolkit\. Did you mean 'quick'\?"
    ):
        choose(toolkit, "quik")
    with pytest.raises(UsageError, match=r"'9\.9' is not a tool of hrge_toolkit"):
        choose(toolkit, "full", ["9.9"])


def test_tools_take_along_what_they_cannot_be_filled_in_without(toolkit: Spec) -> None:
    needs = needed_tools(toolkit)
    assert (needs["T2.5"], needs["T4.B"], needs["T4.C"]) == (("T2.4",), ("T4.A",), ("T4.B",))
    assert needs["T3.2"] == needs["T1.1"] == (), "what is issued in any case is no need"
    values = choose(toolkit, named=["4.C"])
    assert values.tools == ("T4.A", "T4.B", "T4.C")
    assert (
        values.explained
        == "T4.B is included, because T4.C refers to it; T4.A is included, because T4.B refers to it"
    )
    assert choose(toolkit, named=["1.1"]).tools == ("T1.1",)  # its follow-up may stay blank


@pytest.mark.parametrize("name", PROFILES)
def test_each_profile_of_the_toolkit_holds_what_its_sheets_need(toolkit: Spec, name: str) -> None:
    assert choose(toolkit, name, first=True).taken_along == ()


# issued and read back


@pytest.mark.parametrize("name", telling(["quick", "standard", "full"], "quick"))
def test_a_workbook_of_a_profile_is_read_by_its_stamp(
    toolkit: Spec, name: str, tmp_path: Path
) -> None:
    choice = choose(toolkit, name, first=True)
    order = Order("PAK", TODAY, "PAK", tools=choice.tools, blank_rows=choice.rows)
    path = tmp_path / "book.xlsx"
    path.write_bytes(generate(toolkit, order))
    back = read(path, ExpectedReturn())
    assert isinstance(back, Submission)
    layout = layout_for(toolkit, order)
    assert layout_of(back, ExpectedReturn()).digest == layout.digest == back.identity.layout
    (outcome,) = check([(back, layout)], today=TODAY)
    told = {finding.tool for finding in outcome.findings}
    ticked = {row for (tool, row, _), value in back.values().items() if value == "Y"}
    assert {"FORM"} <= told <= {"FORM"} | ticked, "a blank workbook asks for what is ticked alone"


def test_generate_issues_a_profile_and_says_what_comes_along(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = ("generate", "hrge_toolkit", "--country", "PAK", "-o", tmp_path)
    assert hrge(*one, "--profile", "quick", "--tools", "3.4") == 0
    names = openpyxl.load_workbook(tmp_path / "hrge_toolkit_PAK_en.xlsx", read_only=True).sheetnames
    assert [name.split()[0] for name in names if name[0].isdigit()] == ["3.4", "4.A", "4.B", "4.C"]
    assert capsys.readouterr().err == ""
    assert hrge(*one, "--tools", "4.B") == 0
    assert capsys.readouterr().err.strip() == "T4.A is included, because T4.B refers to it."
    assert hrge(*one, "--profile", "quick") == 2
    assert "leaves sheets to choose from" in capsys.readouterr().err


# tools that are used


QUICK = ("generate", "hrge_toolkit", "--country", "PAK", "--profile", "quick", "--tools", "3.4")


def marks(path: Path) -> dict[str, object]:
    """What the form of a workbook says of each tool."""
    rows = openpyxl.load_workbook(path)["Form"].iter_rows(min_row=7, values_only=True)
    return {str(row[0]): row[4] for row in rows if str(row[0]) in load("hrge_toolkit").tool}


def test_tools_that_the_office_chose_are_marked_as_issued(tmp_path: Path) -> None:
    """So that each sheet that was issued asks; and the cover, which nobody recalculates, says the same."""
    assert hrge(*QUICK, "-o", tmp_path) == 0
    (path,) = tmp_path.glob("*.xlsx")
    assert marks(path) == dict.fromkeys(("T3.4", *ALONG), "✓ used")
    cover = openpyxl.load_workbook(path, data_only=True)["Cover"]
    shown = {cell.value for row in cover.iter_rows() for cell in row}
    assert "Not ticked in the form" not in shown
    assert "Not started ▶" in shown
    (result,) = validate([path], ValidationRequest(ExpectedReturn(), TODAY))
    assert result.untouched
    assert not {"R-F09", "R-F10", "R-F11"} & errors(result, "FORM")


def test_what_a_profile_leaves_open_is_not_marked(toolkit: Spec) -> None:
    def marked(choice: Choice) -> set[str]:
        order = Order("PAK", TODAY, "PAK", tools=choice.tools, blank_rows=choice.rows)
        started = starting_answers(layout_for(toolkit, order), order)
        return {row for _, row, code in started if code == "FRM_26"}

    common = {"T3.1", "T3.7", "T3.8", *ALONG}
    assert marked(choose(toolkit, "standard")) == common
    assert marked(choose(toolkit, "standard", ["1.6", "3.4"])) == common | {"T1.6", "T3.4"}
    assert marked(choose(toolkit, "full")) == set(), "nothing was chosen"


def test_a_return_made_of_what_is_told_alone_is_accepted(toolkit: Spec) -> None:
    """From a fresh workbook: only cells that an error names are filled in, with the answers of the sample."""
    choice = choose(toolkit, "quick", ["3.4"])
    layout, sample = sample_order(toolkit, "en", choice)
    right = starting_answers(layout, sample)
    answers = starting_answers(layout, replace(sample, sample=False, answers={}))
    stamp = Identity(toolkit.name, toolkit.version, layout.digest, "en")
    for _ in range(6):  # an answer may ask for others
        sent = submission_of(layout, answers, stamp)
        (outcome,) = check([(sent, layout)], today=sample.today)
        told = [each for each in outcome.findings if each.severity == "error"]
        assert {each.code for each in told} <= {"V001", "R-F07"}
        if not told:
            break
        for each in told:
            key = (each.tool, each.row, each.field)
            if each.code == "R-F07":  # a sheet that nobody began: its first cell
                key = next(key for key in layout.slots if key[0] == each.row and key in right)
            answers[key] = right[key]
    assert told == []


@pytest.mark.parametrize("used", ["T3.4", "T4.C"])
def test_what_is_not_used_after_all_needs_a_reason_and_nothing_else(
    toolkit: Spec, used: str
) -> None:
    """The remedy of R-F07 is followed: its finding goes, and no new one comes."""
    choice = choose(toolkit, "quick", ["3.4"])
    order = Order("PAK", TODAY, "PAK", tools=choice.tools, blank_rows=choice.rows)
    layout = layout_for(toolkit, order)
    answers = starting_answers(layout, order)
    stamp = Identity(toolkit.name, toolkit.version, layout.digest, "en")

    def told(answers: Answers) -> Counter[tuple[str, str | None, str | None]]:
        (outcome,) = check([(submission_of(layout, answers, stamp), layout)], today=TODAY)
        return Counter((each.code, each.row, each.field) for each in outcome.findings)

    before = told(answers)
    denied = {("FORM", used, "FRM_26"): "N", ("FORM", "1", "FRM_28"): "It stands elsewhere."}
    after = told({**answers, **denied})
    assert before - after == Counter({("R-F07", used, "FRM_26"): 1})
    assert after - before == Counter()
    without_reason = told({**answers, ("FORM", used, "FRM_26"): "N"})
    assert ("V001", "1", "FRM_28") in without_reason - after


@pytest.mark.parametrize("language", load("hrge_toolkit").languages)
def test_used_or_not_is_said_in_one_way(toolkit: Spec, language: str) -> None:
    """In the dropdown and in what is told, in each language."""
    labels = toolkit.vocabularies["USED"].labels(language)
    assert build(toolkit, language, ["T1.1"]).lists["USED"].labels == (labels["Y"], labels["N"])
    remedies = {rule.code: rule.remedy.say(language) for rule in toolkit.rules}
    assert all(labels["N"] in remedies[code] for code in ("R-F07", "R-F08", "R-F09"))
    assert labels["Y"] in remedies["R-F09"]


# rounds


def a_round(folder: Path, teams: str, spec: str = "hrge_toolkit") -> Round:
    (folder / "teams.csv").write_text(teams, encoding="utf-8")
    return init_round(folder / "round", spec, folder / "teams.csv")


def test_each_team_of_a_round_has_its_profile(tmp_path: Path) -> None:
    made = a_round(
        tmp_path, "team,country,profile,tools\nA,PAK,Quick,3.4\nB,AFG,full,\nC,IRQ,,\nD,UZB,,4.C\n"
    )
    teams = {team.code: (team.profile, team.tools) for team in made.teams}
    assert teams["A"] == ("quick", ("T3.4",))
    assert load_round(made.folder).teams == made.teams
    a, b, c, d = orders(made, TODAY)
    assert (a.tools, a.blank_rows) == (("T3.4", *ALONG), 5)
    assert (b.tools, b.blank_rows) == (None, None)
    assert c.tools == load("hrge_toolkit").profiles["standard"].tools
    assert d.tools == ("T4.A", "T4.B", "T4.C")
    ((codes, why),) = taken_along(made)
    assert codes == ["D"]
    assert "T4.A is included" in why


def test_a_team_with_no_such_profile_or_an_open_choice_is_told_with_its_line(
    tmp_path: Path,
) -> None:
    with pytest.raises(RoundError) as told:
        a_round(tmp_path, "team,country,profile\nA,PAK,quik\nB,AFG,quick\n")
    first, second = told.value.lines
    assert "line 2: there is no profile 'quik'. Known are: quick, standard, full." in first
    assert "line 3: The profile 'quick' leaves sheets to choose from" in second


def test_a_round_refuses_the_option_and_names_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = a_round(tmp_path, "team,country\nA,PAK\n", "example")
    assert hrge("generate", made.folder, "--profile", "short") == 2
    assert (
        "--profile is not for a round. Set the `profile` of the team in" in capsys.readouterr().err
    )


# mistakes in a spec


# what was not issued


def codes(spec: Spec, tools: list[str] | None, answers: Answers) -> list[str]:
    layout = build(spec, "en", tools)
    stamp = Identity(spec.name, spec.version, layout.digest, "en")
    (outcome,) = check([(submission_of(layout, answers, stamp), layout)], today=TODAY)
    return [finding.code for finding in outcome.findings]


SUPPORT: Answers = {("FORM", "1", "FRM_11"): "Y", ("FORM", "1", "FRM_22"): "Y"}


def test_a_rule_about_sheets_that_were_not_issued_is_not_asked(toolkit: Spec) -> None:
    full = codes(toolkit, None, SUPPORT)
    assert {"R-F12", "R-F04", "R-F10"} <= set(full)
    few = codes(toolkit, ["T1.1"], SUPPORT)
    assert {"R-F12", "R-F04", "R-F10"}.isdisjoint(few)
    assert "R-F04" in codes(toolkit, ["T3.5"], SUPPORT), "one of the sheets it names is enough"


def sent_back(tmp_path: Path, answers: Answers, tools: tuple[str, ...] | None = None) -> Result:
    """A Toolkit with these answers, as it is read when it comes back."""
    order = Order("T1", TODAY, "PAK", tools=tools, answers=answers)
    (tmp_path / "sent.xlsx").write_bytes(generate(load("hrge_toolkit"), order))
    (result,) = validate([tmp_path / "sent.xlsx"], ValidationRequest(ExpectedReturn(), TODAY))
    return result


@pytest.mark.deep
def test_nobody_is_accepted_for_taking_marks_away(tmp_path: Path) -> None:
    """A sheet that has answers asks for its mark, or for a no with a reason."""
    toolkit = load("hrge_toolkit")
    answers = dict(full(build(toolkit, "en")))
    gap = next(key for key in answers if key[0] == "T1.1" and key[2] == "P1_ANS")
    marked = answers | {("FORM", "1", "FRM_28"): None, ("FORM", "T1.1", "FRM_26"): "Y"}
    assert "V001" in errors(sent_back(tmp_path, marked | {gap: None}), "T1.1")
    unmarked = sent_back(tmp_path, marked | {gap: None, ("FORM", "T1.1", "FRM_26"): None})
    assert unmarked.verdict == "returned"
    assert "R-F09" in errors(unmarked, "FORM")
    denied = marked | {gap: None, ("FORM", "T1.1", "FRM_26"): "N"}
    assert "FRM_28" in missing_in(sent_back(tmp_path, denied))
    explained = denied | {("FORM", "1", "FRM_28"): "Tool 1.1, begun and left to the ministry."}
    accepted = sent_back(tmp_path, explained)
    assert "FRM_28" not in missing_in(accepted)
    assert "R-F09" not in errors(accepted, "FORM")


def test_no_workbook_lets_support_to_a_force_pass_without_a_decision(tmp_path: Path) -> None:
    """Where there is no sheet 2.5, the form itself asks; a real risk that remains allows no support."""
    tools = ("T3.2", "T4.A", "T4.B", "T4.C")
    answers = dict(full(build(load("hrge_toolkit"), "en", tools))) | {("FORM", "1", "FRM_11"): "Y"}
    asked = {f"FRM_{number}" for number in range(33, 42)}
    without = {key: value for key, value in answers.items() if key[2] not in asked}
    missing = sent_back(tmp_path, without, tools)
    assert missing.verdict == "returned"
    assert asked <= {each.field for each in missing.findings if each.code == "V001"}
    decided = {
        "FRM_33": "The border guard of the north",
        "FRM_34": ("TRN",),
        "FRM_35": "NON",
        "FRM_36": "Y",
    }
    decided |= {
        "FRM_37": "N",
        "FRM_38": "Mentoring by the adviser.",
        "FRM_39": "GO",
        "FRM_40": "HOF",
    }
    given = without | {("FORM", "1", code): value for code, value in decided.items()}
    given |= {("FORM", "1", "FRM_41"): TODAY, ("FORM", "1", "FRM_12"): "NPO"}
    assert not asked & {each.field for each in sent_back(tmp_path, given, tools).findings}
    risky = sent_back(tmp_path, given | {("FORM", "1", "FRM_37"): "Y"}, tools)
    assert ("V014", "FRM_39") in {(each.code, each.field) for each in risky.findings}


def missing_in(result: Result) -> set[str | None]:
    return {each.field for each in result.findings if each.code == "V001"}


def errors(result: Result, tool: str) -> set[str]:
    return {each.code for each in result.findings if each.tool == tool and each.severity == "error"}


def test_a_reference_without_rows_to_choose_from_is_not_required(toolkit: Spec) -> None:
    key = next(key for key in build(toolkit, "en").slots if key[2] == "T37_02")
    row: Answers = {key: "A change"}

    def missing(tools: list[str]) -> set[str | None]:
        layout = build(toolkit, "en", tools)
        stamp = Identity(toolkit.name, toolkit.version, layout.digest, "en")
        (outcome,) = check([(submission_of(layout, row, stamp), layout)], today=TODAY)
        return {each.field for each in outcome.findings if each.code == "V001"}

    assert {"T37_06"} <= missing(["T3.7", "T2.4"])
    alone = missing(["T3.7"])
    assert "T37_06" not in alone
    assert "T37_06D" in alone, "then a document is asked for"


RULE = (
    "- {code: R-E09, name: risks-wanted, tool: C1, at: [CHK_01], when: CHK_01 == 'N', "
    "check: count('R1') > 0, message: No risk., remedy: Add one.}\n"
)


@pytest.mark.office
@pytest.mark.parametrize(("tools", "asked"), [(["C1"], False), (["C1", "R1"], True)])
def test_the_sheet_asks_no_more_than_the_reader(
    copy: Path, office: Any, tmp_path: Path, tools: list[str], asked: bool
) -> None:
    """A rule about another sheet, in workbooks with and without it, recalculated by LibreOffice."""
    damage(copy, "rules.yaml", "- code: R-E01", RULE + "- code: R-E01")
    spec = load(copy)
    layout = build(spec, "en", tools)
    source, saved = tmp_path / "issued.xlsx", tmp_path / "saved.xlsx"
    order = Order("T", TODAY, "PAK", tools=tuple(tools), answers={("C1", "C1_01", "CHK_01"): "N"})
    source.write_bytes(generate(spec, order))
    with office.open(source) as document:
        document.recalculate()
        document.save_as(saved)
    assert disagreements(saved, layout, ExpectedReturn(spec=str(copy))) == []
    assert ("R-E09" in codes(spec, tools, order.answers)) is asked
