"""What was answered in the round before: it travels in the workbook, and sheet and reader check against it alike."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from contextlib import redirect_stderr
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrge_xl import (
    ExpectedReturn,
    Order,
    Spec,
    ValidationRequest,
    feedback,
    generate,
    issue,
    load,
    one_dataset,
    read,
    validate,
)
from hrge_xl.core.errors import LimitError, SpecError
from tests.command_line import hrge, ran
from tests.face import (
    CLOSED,
    Answers,
    Prefill,
    Refusal,
    Submission,
    build,
    closed_rows,
    go_on,
    last_to_text,
    read_last,
)
from tests.face import last_digest as digest_of
from tests.fixture_types import Folders
from tests.parity import disagreements, filled
from tests.property_tests import examples
from tests.read_and_check import check, layout_of
from tests.rounds_in_time import KEY, InTime, filled_in, risk, spec_in_time, whole

TODAY = date(2026, 7, 1)
LAST: Answers = {
    ("PLAN", "1", "PLN_03"): "Plan it",
    ("PLAN", "1", "PLN_06"): 20.0,
    ("PLAN", "1", "PLN_13"): ("WOM", "YOU"),
    ("R1", "K-01", "RSK_02"): ("WOM", "MEN"),
    ("R1", "K-01", "RSK_03"): 2.0,
    ("R1", "K-01", "RSK_04"): 1.0,
    ("R1", "K-01", "RSK_05"): "H",
    ("R1", "K-01", "RSK_06"): "RED",
    ("R1", "K-01", "RSK_08"): "C1_02",
    ("R1", "K-01", "FOL_02"): date(2026, 5, 1),
    ("R1", "K-03", "RSK_03"): 1.0,
    ("R1", "K-04", CLOSED): "An old risk",
}
CLEAN = whole("Another purpose") | risk(
    "K-01", RSK_06="ACC", RSK_07=None, RSK_08="C1_02", FOL_01="Office", FOL_02=date(2026, 5, 1)
)
BREAKS: dict[str, dict[tuple[str, str, str], Any]] = {
    "R-L01": {("R1", "K-01", "RSK_04"): 3.0},
    "R-L02": {("R1", "K-01", "RSK_06"): "RED", ("R1", "K-01", "RSK_07"): None},
    "R-L03": {("R1", "K-01", "RSK_03"): 3.0},
    "R-L04": {("PLAN", "1", "PLN_03"): "plan it"},
    "R-L05": {("R1", "K-01", "RSK_02"): ("YOU",)},
    "R-L06": {("R1", "K-01", "RSK_07"): "Act"},
    "R-L07": {("R1", "K-01", "FOL_02"): date(2026, 5, 2)},
    "R-L08": {("R1", "K-01", "RSK_08"): "C1_03"},
}


@pytest.fixture(scope="module")
def spec(tmp_path_factory: Folders) -> Spec:
    return spec_in_time(tmp_path_factory.mktemp("in-time") / "spec")


def order(**more: Any) -> Order:
    return replace(Order("PAK", TODAY, "PAK", last=LAST, last_round="2025-H2", key=KEY), **more)


def said(spec: Spec, data: bytes, folder: Path) -> Submission:
    (folder / "one.xlsx").write_bytes(data)
    found = read(folder / "one.xlsx", ExpectedReturn(spec.folder, key=KEY))
    assert not isinstance(found, Refusal), found.observations
    return found


def rules_told(spec: Spec, sent: Submission) -> set[str]:
    layout = layout_of(sent, ExpectedReturn(spec.folder))
    (outcome,) = check([(sent, layout)], today=TODAY)
    return {finding.code for finding in outcome.findings if finding.code.startswith("R-L")}


def given_answers(changes: dict[tuple[str, str, str], Any]) -> Answers:
    return {key: value for key, value in (CLEAN | changes).items() if value is not None}


# the workbook carries them


def test_they_come_back_as_they_were_issued(spec: Spec, tmp_path: Path) -> None:
    sent = said(spec, generate(spec, order()), tmp_path)
    assert read_last(sent.last) == LAST
    assert sent.signature == "valid"
    assert sent.identity.last_round == "2025-H2"
    assert (sent.observations, sent.unplaced, sent.values().keys()) == (
        [],
        [],
        {("PLAN", "1", "PLN_02")},
    )


@pytest.mark.deep
@pytest.mark.office
@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_libreoffice_leaves_them_as_they_are(
    spec: Spec, language: str, office: Any, tmp_path: Path
) -> None:
    (tmp_path / "issued.xlsx").write_bytes(generate(spec, order(language=language)))
    for ending in ("xlsx", "ods"):
        with office.open(tmp_path / "issued.xlsx") as document:
            document.recalculate()
            document.save_as(tmp_path / f"saved.{ending}")
    for ending in ("xlsx", "ods"):
        found = read(tmp_path / f"saved.{ending}", ExpectedReturn(spec.folder, key=KEY))
        assert isinstance(found, Submission)
        assert read_last(found.last) == LAST
        assert [each for each in found.observations if each.code in ("I005", "I015")] == []
        assert found.shown_otherwise == []  # every cell shows what it showed


def test_a_workbook_that_goes_on_from_nothing_knows_nothing_of_it(
    spec: Spec, tmp_path: Path
) -> None:
    data = generate(spec, order(last={}, last_round=""))
    assert openpyxl.load_workbook(io.BytesIO(data)).sheetnames[-1] == "_hrge"
    assert said(spec, data, tmp_path).last == ""
    answers = given_answers({key: value for each in BREAKS.values() for key, value in each.items()})
    assert (
        rules_told(spec, said(spec, generate(spec, order(last={}, answers=answers)), tmp_path))
        == set()
    )


def test_many_are_stamped_as_each_alone_would_be_drawn(spec: Spec) -> None:
    several = [
        order(team=team, answers=given_answers({}), last={**LAST, ("R1", "K-01", "RSK_04"): impact})
        for team, impact in (("A", 1.0), ("B", 2.0), ("C", 3.0))
    ]
    for each, data in issue(spec, [*several, order(team="D", last={})]):
        assert data == generate(spec, each)


def test_the_fields_of_the_stamp_tell_whose_they_are(spec: Spec, tmp_path: Path) -> None:
    """Nobody can put other answers of before into a signed workbook: the digest of them is signed too."""
    one, other = (
        said(spec, generate(spec, order(last=last)), tmp_path).identity
        for last in (LAST, dict(list(LAST.items())[1:]))
    )
    assert one.last_digest != other.last_digest
    assert one.signature != other.signature


# the checks read them


@pytest.mark.parametrize("code", BREAKS)
def test_each_rule_fires_where_it_should_and_nowhere_else(
    spec: Spec, code: str, tmp_path: Path
) -> None:
    clean = said(spec, generate(spec, order(answers=given_answers({}))), tmp_path)
    assert rules_told(spec, clean) == set()
    broken = said(spec, generate(spec, order(answers=given_answers(BREAKS[code]))), tmp_path)
    assert code in rules_told(spec, broken)


@pytest.mark.deep
@pytest.mark.office
@pytest.mark.parametrize("language", ["en", "fr"])
def test_sheet_and_reader_agree(spec: Spec, language: str, office: Any, tmp_path: Path) -> None:
    """Each broken rule, then what somebody may have typed at random."""
    where = build(spec, language, last=True)
    for number, changes in enumerate([{}, *BREAKS.values(), None]):
        source, saved = tmp_path / f"{number}.xlsx", tmp_path / f"{number}-saved.xlsx"
        answers = {} if changes is None else given_answers(changes)
        source.write_bytes(generate(spec, order(language=language, answers=answers)))
        with office.open(source) as document:
            if changes is None:
                document.fill(filled(where, random.Random(7)))
            document.recalculate()
            document.save_as(saved)
        assert disagreements(saved, where, ExpectedReturn(spec.folder)) == []


def test_the_cached_values_are_those_of_the_reader(spec: Spec, tmp_path: Path) -> None:
    """As issued, before any program has calculated anything."""
    data = generate(spec, order(answers=given_answers(BREAKS["R-L01"])))
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    where = build(spec, "en", last=True)
    slot = where.slots["R1", "K-01", "RSK_04"]
    assert slot.check is not None
    message = where.messages.decode(int(book["Risks"].cell(*slot.check).value))
    assert message is not None
    assert message.code == "R-L01"


def test_more_than_a_workbook_takes_is_told(spec: Spec) -> None:
    last: Answers = {("PLAN", "1", "PLN_03"): "x" * 256_000}
    with pytest.raises(LimitError) as told:
        generate(spec, order(last=last))
    assert str(told.value) == (
        f"The answers of the round before have {len(last_to_text(last)):,} characters; a workbook takes 256,000. "
        "Have fewer fields with `carry: last`."
    )


# people see them


def beside(spec: Spec, data: bytes, tool: str, row: str, column: str) -> tuple[str, Any]:
    """Where a cell stands that shows an answer of before, and what it shows as issued."""
    layout = build(spec, "en", last=True)
    sheet = layout.sheet[tool]
    grid = next(grid for grid in sheet.grids if row in grid.row)
    index = next(each.index for each in grid.columns if each.code == f"last.{column}")
    cell = openpyxl.load_workbook(io.BytesIO(data), data_only=True)[sheet.name].cell(
        grid.row[row].index, index
    )
    return cell.coordinate, cell.value


@pytest.mark.parametrize(
    ("tool", "row", "column", "shown"),
    [
        ("R1", "K-01", "RSK_03", "2 Possible (10–50 %)"),  # carry: last
        ("R1", "K-01", "RSK_04", "1 Minor"),  # carry: both
        ("R1", "K-02", "RSK_04", None),
        ("R1", "K-04", "", "An old risk"),
        ("R1", "K-01", "", None),
        ("PLAN", "PLN_06", "answer", 20),
        ("PLAN", "PLN_13.1", "answer", "Women; Young people"),
        ("PLAN", "PLN_03", "answer", None),  # only a rule reads it
    ],
)
def test_they_stand_in_grey_beside_the_new_answer(
    spec: Spec, tool: str, row: str, column: str, shown: Any
) -> None:
    data = generate(spec, order())
    _, value = beside(spec, data, tool, row, column)
    assert (value or None) == shown


def test_what_does_not_have_to_be_seen_has_no_column(spec: Spec) -> None:
    columns = [
        each.code
        for grid in build(spec, "en", last=True).sheet["R1"].grids
        for each in grid.columns
    ]
    assert [code for code in columns if code.startswith("last.")] == [
        "last.",
        "last.RSK_03",
        "last.RSK_04",
    ]
    plain = [each.code for grid in build(spec, "en").sheet["R1"].grids for each in grid.columns]
    assert [code for code in columns if not code.startswith("last.")] == plain


def test_one_that_was_typed_over_is_told_and_changes_nothing(spec: Spec, tmp_path: Path) -> None:
    data = generate(spec, order(answers=given_answers(BREAKS["R-L01"])))
    cell, _ = beside(spec, data, "R1", "K-01", "RSK_04")
    typed_over = altered(data, lambda book: book["Risks"].__setitem__(cell, 3))
    sent = said(spec, typed_over, tmp_path)
    (told,) = [each for each in sent.observations if each.cell == cell]
    assert (told.name, told.value) == ("typed-over", "3")
    assert read_last(sent.last) == LAST
    assert "R-L01" in rules_told(spec, sent)


# what somebody changes in them


def altered(data: bytes, change: Callable[[openpyxl.Workbook], object]) -> bytes:
    """A workbook as openpyxl saves it after a change."""
    book, target = openpyxl.load_workbook(io.BytesIO(data)), io.BytesIO()
    change(book)
    book.save(target)
    return target.getvalue()


def changed(data: bytes, place: tuple[int, int], value: Any) -> bytes:
    """A workbook whose hidden sheet says something else in one cell."""
    return altered(data, lambda book: book["_hrge_last"].cell(*place, value=value))


def test_answers_of_before_that_were_changed_are_not_believed(spec: Spec, tmp_path: Path) -> None:
    data = generate(spec, order(answers=given_answers(BREAKS["R-L01"])))
    forged = last_to_text(LAST | {("R1", "K-01", "RSK_04"): 3.0})
    sent = said(spec, changed(data, (2, 1), forged), tmp_path)
    assert [each.code for each in sent.observations if each.code[0] == "I"] == ["I015"]
    assert sent.last == ""
    assert {"R-L01", "R-L03"} <= sent.not_run.keys()
    assert rules_told(spec, sent) == set()


def test_a_cell_of_them_that_was_changed_is_told_with_its_place(spec: Spec, tmp_path: Path) -> None:
    layout = build(spec, "en", last=True)
    (place,) = layout.last["R1", "K-01", "RSK_04"]
    sent = said(spec, changed(generate(spec, order()), place, 3), tmp_path)
    (told,) = sent.observations
    assert (told.sheet, told.value, told.details["expected"]) == ("_hrge_last", "3", "1 Minor")
    assert read_last(sent.last) == LAST


def test_a_hidden_sheet_that_is_gone_is_told(spec: Spec, tmp_path: Path) -> None:
    sent = said(
        spec,
        altered(generate(spec, order()), lambda book: book.remove(book["_hrge_last"])),
        tmp_path,
    )
    assert "I015" in {each.code for each in sent.observations}


# they go on


def gone_on(
    spec: Spec, answers: dict[tuple[str, str, str], Any], folder: Path, rows: int = 8
) -> Prefill:
    """What goes on of a return into a workbook with so many rows for risks."""
    sent = said(spec, filled_in(generate(spec, order(round="2026-H1")), spec, answers), folder)
    read_in = layout_of(sent, ExpectedReturn(spec.folder))
    (outcome,) = check([(sent, read_in)], today=TODAY)
    given = [answer for answer in sent.answers if not answer.calculated]
    sent = replace(sent, answers=[*given, *outcome.calculated])
    layout = build(spec, "en", None, rows, last=True)
    return go_on(sent, read_in, layout, TODAY)


def test_answers_go_on_as_answers_or_as_what_they_were(spec: Spec, tmp_path: Path) -> None:
    found = gone_on(spec, whole() | risk("K-01", RSK_04=3.0), tmp_path)
    assert found.answers["PLAN", "1", "PLN_03"] == "Plan it"
    assert ("PLAN", "1", "PLN_04") not in found.answers  # a day of the period
    row = ("R1", "K-01")
    codes = ("RSK_03", "RSK_04", "RSK_05")  # carry: last, carry: both, calculated
    assert [found.answers.get((*row, code)) for code in codes] == [None, 3.0, None]
    assert [found.last.get((*row, code)) for code in codes] == [2.0, 3.0, "H"]
    assert (found.last_round, list(found.left_behind())) == ("2026-H1", [])
    assert found.into(order(last={})) == order(
        answers=found.answers, last=found.last, last_round="2026-H1"
    )


def test_what_does_not_go_on_is_told(spec: Spec, tmp_path: Path) -> None:
    """A row is over, one has no place any more, and a likelihood means nothing."""
    floods = risk("K-02", RSK_01="Floods", RSK_09="Y")
    unread = risk("K-03", RSK_03="every other year")
    found = gone_on(spec, whole() | floods | unread | risk("K-04"), tmp_path, rows=3)
    assert {row for _, row, _ in found.answers} & {"K-02", "K-03", "K-04"} == {"K-03"}
    assert found.last["R1", "K-02", CLOSED] == "Floods"
    assert ("R1", "K-02", "RSK_04") not in found.last
    assert list(found.left_behind()) == [
        "closed rows that are not carried over: 1",
        "answers without a place in the new workbook: 6",
        "answers that could not be read: 1",
    ]


def test_blank_rows_are_not_over(tmp_path: Path) -> None:
    """Whatever a condition says of a row in which nothing stands."""
    spec_in_time(tmp_path / "spec")
    file = tmp_path / "spec" / "tools" / "risks.yaml"
    file.write_text(
        file.read_text("utf-8").replace("closed: RSK_09 == 'Y'", "closed: not filled(RSK_06)"),
        "utf-8",
    )
    spec = load(tmp_path / "spec")
    sent = said(
        spec,
        filled_in(generate(spec, order()), spec, risk("K-01") | risk("K-02", RSK_06=None)),
        tmp_path,
    )
    assert closed_rows(sent, layout_of(sent, ExpectedReturn(spec.folder)), TODAY) == {
        ("R1", "K-02")
    }


def test_of_rows_about_one_thing_the_latest_goes_on(spec: Spec, tmp_path: Path) -> None:
    """Those without a day are the earliest, whatever row they stand in."""
    days = {"K-01": 7, "K-02": 9, "K-03": 8, "K-04": None, "K-07": None}
    answers = whole() | risk("K-05", RSK_01="Another") | risk("K-06", RSK_01=None)
    for row, month in days.items():
        due = None if month is None else date(2026, month, 1)
        answers |= risk(row, RSK_01="The same", FOL_01="Office", FOL_02=due)
    found = gone_on(spec, answers, tmp_path)
    assert {row for tool, row, _ in found.answers if tool == "R1"} == {"K-02", "K-05", "K-06"}
    assert {row for tool, row, _ in found.last if tool == "R1"} == {"K-02", "K-05", "K-06"}


def test_feedback_has_them_too(spec: Spec, tmp_path: Path) -> None:
    (tmp_path / "sent.xlsx").write_bytes(
        filled_in(generate(spec, order()), spec, risk("K-01", RSK_04=3.0))
    )
    want = ExpectedReturn(spec.folder, key=KEY)
    (result,) = validate([tmp_path / "sent.xlsx"], ValidationRequest(want, TODAY))
    assert "R-L01" in {finding.code for finding in result.findings}
    back = said(spec, feedback(result, spec, today=TODAY, key=KEY), tmp_path)
    assert read_last(back.last) == LAST
    assert back.identity.last_round == "2025-H2"


VALUES = st.one_of(
    st.text(st.characters(exclude_categories=("Cs",)), min_size=1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    st.lists(st.text(st.characters(exclude_categories=("Cs",)), min_size=1), min_size=1).map(tuple),
)


@examples(60)
@given(st.dictionaries(st.tuples(st.text("AB1"), st.text("K-01"), st.text("_AB")), VALUES))
def test_what_is_written_down_is_read_again(last: Answers) -> None:
    assert read_last(last_to_text(last)) == last
    assert digest_of(last_to_text(last)) == digest_of(last_to_text(dict(reversed(last.items()))))


@pytest.mark.parametrize(
    "text",
    ["[", "[1]", "1", '{"A": 1}', '{"A": {"B": [1]}}', '{"A": {"B": {"C": null}}}', "[" * 100_000],
)
def test_what_is_no_such_text_is_told(text: str) -> None:
    assert read_last(text) is None


# the spec


def mistakes(tmp_path: Path, old: str, new: str) -> list[str]:
    spec_in_time(tmp_path / "spec")
    for file in (tmp_path / "spec").rglob("*.yaml"):
        file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(SpecError) as told:
        load(tmp_path / "spec")
    return [f"{each.reason} {each.remedy}" for each in told.value.mistakes]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("last(RSK_06)", "last('RSK_06')", "last() takes the code of a field"),
        ("last(RSK_06)", "last(last(RSK_06))", "last() takes the code of a field"),
        ("last(RSK_06)", "last(RSK_6)", "There is no field 'RSK_6'"),
        ("RSK_06 == last(RSK_06)", "RSK_06 == last(RSK_04)", "cannot be compared"),
        ("closed: RSK_09 == 'Y'", "closed: RSK_09", "not true or false"),
        ("closed: RSK_09 == 'Y'", "closed: RSK_9 == 'Y'", "There is no field 'RSK_9'"),
        ("over: FOL_02", "over: FOL_2", "There is no field 'FOL_2' here"),
        ("of: [RSK_01]", "of: [RSK_1]", "There is no field 'RSK_1' here"),
        ("carry: nothing", "carry: something", "`carry` cannot be 'something'"),
        ("{code: RSK_05,", "{code: RSK_05, carry: answer,", "calculated again in every round"),
    ],
)
def test_mistakes_are_told(tmp_path: Path, old: str, new: str, reason: str) -> None:
    assert any(reason in each for each in mistakes(tmp_path, old, new))


def test_a_spec_that_asks_nothing_of_the_round_before_issues_no_more_sheets(tmp_path: Path) -> None:
    plain = load("example")
    assert build(plain, "en", last=True).last == {}
    assert generate(plain, order()) == generate(plain, order(last={}, last_round=""))


# three rounds, each going on from the last one


FIRST, SECOND, THIRD = "2026-H1", "2026-H2", "2027-H1"
TEAMS = {"Rabat": "MAR", "Karachi": "PAK", "Cairo": "EGY"}
K = "R1"


@pytest.fixture
def time(spec: Spec, tmp_path: Path) -> InTime:
    return InTime(spec, tmp_path)


def values(time: InTime, name: str, team: str) -> tuple[Answers, Answers]:
    """What a team's workbook holds as it is issued: answers, and those of the round before."""
    sent = time.read(time.folder / name / "issued" / f"{team}_en.xlsx")
    return sent.values(), read_last(sent.last) or {}


def answer(
    time: InTime, name: str, team: str, changes: dict[Any, Any], day: date, file: str = ""
) -> bytes:
    made = filled_in(time.issued(name, team), time.spec, changes)
    time.send(name, file or team, made, day)
    return made


def states(time: InTime, name: str, day: date) -> dict[str, list[str]]:
    """What became of each return of a round, by the name of its file."""
    with one_dataset(time.folder / name, day) as dataset:
        return {
            each.name: [each.status, *(f.code for f in each.findings if f.code[0] in "IX")]
            for each in dataset.of_round()
        }


def first_round(time: InTime) -> bytes:
    """One team has a risk that is over, one answers twice, one not yet; gives what the first of them sent."""
    time.begin(FIRST, TEAMS, date(2026, 4, 1))
    risks = risk("K-01") | risk("K-02", RSK_01="Floods", RSK_09="Y")
    sent = answer(time, FIRST, "Rabat", whole() | risks, date(2026, 5, 4))
    for number, day in ((1, 5), (2, 20)):
        changes = whole(f"Try {number}") | risk("K-01", RSK_04=float(number))
        answer(time, FIRST, "Karachi", changes, date(2026, 5, day), f"Karachi {number}")
    assert states(time, FIRST, date(2026, 6, 1)) == {
        "Rabat.xlsx": ["counts"],
        "Karachi 1.xlsx": ["superseded", "X002"],
        "Karachi 2.xlsx": ["counts"],
    }
    return sent


def second_round(time: InTime) -> None:
    """One team is new."""
    time.begin(SECOND, TEAMS | {"Bamako": "MLI"}, date(2026, 7, 1), FIRST)


@pytest.mark.deep
def test_each_team_goes_on_from_what_it_said(time: InTime) -> None:
    first_round(time)
    with redirect_stderr(io.StringIO()) as err:
        second_round(time)
    told = err.getvalue()
    for team, country in (("Cairo", "EGY"), ("Bamako", "MLI")):
        assert (
            f"{team}: no return of it counts in the earlier round; its workbook is blank." in told
        )
        assert values(time, SECOND, team) == ({("PLAN", "1", "PLN_02"): country}, {})
    assert "Rabat (Rabat.xlsx): closed rows that are not carried over: 1." in told
    assert ": 2; blank ones: 2." in told
    answers, last = values(time, SECOND, "Rabat")
    gone_on = {(K, "K-01", "RSK_01"): "Risk K-01", (K, "K-01", "RSK_04"): 2.0}
    assert (gone_on | {("PLAN", "1", "PLN_03"): "Plan it"}).items() <= answers.items()
    of_the_form = {code for tool, _, code in answers if tool == "PLAN"}
    assert not {"PLN_04", "PLN_06"} & of_the_form  # of the period; shown beside
    assert (
        not {(K, "K-01", "RSK_03"), (K, "K-02", "RSK_01")} & answers.keys()
    )  # shown beside; closed
    assert last[K, "K-01", "RSK_03"] == last[K, "K-01", "RSK_04"] == 2.0
    assert last["PLAN", "1", "PLN_06"] == 20.0
    assert last[K, "K-02", ""] == "Floods"
    assert values(time, SECOND, "Karachi")[1]["PLAN", "1", "PLN_03"] == "Try 2"


@pytest.mark.deep
def test_late_answers_change_no_workbook_that_was_issued(time: InTime) -> None:
    first_round(time)
    second_round(time)
    before = {team: time.issued(SECOND, team) for team in TEAMS}
    answer(time, FIRST, "Cairo", whole("Late") | risk("K-01"), date(2026, 7, 9))
    again = [
        "generate",
        time.folder / SECOND,
        "--from",
        time.folder / FIRST,
        "--today",
        "2026-07-10",
    ]
    assert hrge(*again) == 0
    assert hrge(*(again[:2])) == 0  # not blank either
    assert {team: time.issued(SECOND, team) for team in TEAMS} == before
    (time.folder / SECOND / "issued" / "Cairo_en.xlsx").unlink()
    assert hrge(*again) == 0
    assert values(time, SECOND, "Cairo")[0]["PLAN", "1", "PLN_03"] == "Late"
    assert time.issued(SECOND, "Rabat") == before["Rabat"]


@pytest.mark.deep
def test_what_comes_back_is_held_against_what_was_said(time: InTime) -> None:
    """In the second round one changes something, one nothing, one sends the workbook of the first; then the third."""
    old = first_round(time)
    second_round(time)
    days = {("PLAN", "1", "PLN_04"): date(2026, 12, 1), ("PLAN", "1", "PLN_05"): date(2026, 12, 2)}
    same = days | {("PLAN", "1", "PLN_06"): 21, (K, "K-01", "RSK_03"): 2}
    other = {("PLAN", "1", "PLN_03"): "Plan the next", (K, "K-01", "RSK_03"): 3} | risk(
        "K-03", RSK_03=1.0
    )
    answer(time, SECOND, "Rabat", same | other, date(2026, 8, 3))
    answer(time, SECOND, "Karachi", same, date(2026, 8, 4))
    answer(time, SECOND, "Bamako", whole() | risk("K-01"), date(2026, 8, 6))
    time.send(SECOND, "Rabat old", old, date(2026, 8, 5))
    came = states(time, SECOND, date(2026, 9, 1))
    assert came["Rabat.xlsx"] == came["Karachi.xlsx"] == came["Bamako.xlsx"] == ["counts"]
    assert came["Rabat old.xlsx"] == ["excluded", "I007"]
    rules = rules_of(time, SECOND, date(2026, 9, 1))
    assert rules["Rabat.xlsx"] == {"R-L02", "R-L03"}
    assert rules["Karachi.xlsx"] == {"R-L02", "R-L04"}  # the purpose was copied
    assert rules["Bamako.xlsx"] == set()
    time.begin(THIRD, {"Rabat": "MAR", "Bamako": "MLI"}, date(2027, 1, 4), SECOND)
    answers, last = values(time, THIRD, "Rabat")
    assert {key[1] for key in answers if key[0] == K} == {"K-01", "K-03"}
    assert (last[K, "K-01", "RSK_03"], last["PLAN", "1", "PLN_03"]) == (3.0, "Plan the next")
    assert (K, "K-02", "") not in last  # that is two rounds ago
    sent = time.read(time.folder / THIRD / "issued" / "Rabat_en.xlsx")
    assert (sent.identity.last_round, sent.signature) == (SECOND, "valid")


def rules_of(time: InTime, name: str, day: date) -> dict[str, set[str]]:
    """The rules about the round before that each return of a round breaks."""
    with one_dataset(time.folder / name, day) as dataset:
        return {
            each.name: {f.code for f in each.findings if f.code.startswith("R-L0")}
            for each in dataset.of_round()
        }


@pytest.mark.deep
def test_two_interventions_of_a_team_have_a_workbook_each(time: InTime) -> None:
    time.begin(FIRST, {"Rabat": "MAR"}, date(2026, 4, 1))
    for number, project in enumerate(("WS-07", "WS-08")):
        changes = whole() | {
            ("PLAN", "1", "PLN_01"): project,
            ("PLAN", "1", "PLN_06"): 10.0 + number,
        }
        answer(time, FIRST, "Rabat", changes, date(2026, 5, 4), project)
    why = ["--reason", "Both are right.", "--by", "office", "--today", "2026-05-05"]
    for project in ("WS-07", "WS-08"):
        assert hrge("decide", time.folder / FIRST, f"{project}.xlsx", "--use", *why) == 0
    time.begin(SECOND, {"Rabat": "MAR"}, date(2026, 7, 1), FIRST)
    issued = sorted((time.folder / SECOND / "issued").glob("*.xlsx"))
    assert [path.name for path in issued] == ["Rabat_WS-07_en.xlsx", "Rabat_WS-08_en.xlsx"]
    sent = [time.read(path) for path in issued]
    before = [read_last(each.last) or {} for each in sent]
    assert [last["PLAN", "1", "PLN_06"] for last in before] == [10.0, 11.0]
    assert len({each.identity.copy for each in sent}) == 2


@pytest.mark.deep
def test_answers_of_one_workbook_go_on_in_the_same_way(time: InTime) -> None:
    time.begin(FIRST, {"Rabat": "MAR"}, date(2026, 4, 1))
    answer(
        time, FIRST, "Rabat", whole() | risk("K-01") | risk("K-02", RSK_09="Y"), date(2026, 5, 4)
    )
    out, path = time.folder / "out", time.folder / FIRST / "returned" / "Rabat.xlsx"
    common = ["--country", "MAR", "-o", str(out), "--today", "2026-07-01"]
    told = ran("generate", time.spec.folder, *common, "--answers", path).err
    assert "Rabat.xlsx: closed rows that are not carried over: 1." in told
    sent = time.read(out / "in_time_MAR_en.xlsx")
    assert (read_last(sent.last) or {})[K, "K-01", "RSK_05"] == "M"  # worked out again
    assert (K, "K-02", "RSK_01") not in sent.values()
    assert ("PLAN", "1", "PLN_04") not in sent.values()
    assert sent.identity.last_round == FIRST


@pytest.mark.deep
def test_what_cannot_be_gone_on_from_is_told(time: InTime) -> None:
    time.begin(FIRST, {"Rabat": "MAR"}, date(2026, 4, 1))
    other = time.folder / "other"
    assert (
        hrge("round", "init", other, "--spec", "example", "--teams", time.folder / f"{FIRST}.csv")
        == 0
    )
    for arguments, words in (
        ([time.folder / FIRST, "--from", time.folder / FIRST], "is the round itself"),
        ([str(time.folder / FIRST), "--from", str(time.folder)], "holds no dataset"),
        (
            [time.spec.folder, "--country", "MAR", "--from", str(time.folder / FIRST)],
            "name the new round",
        ),
    ):
        assert words in ran("generate", *arguments, code=2).err
    (other / "signing.key").write_bytes(b"k" * 32)
    (other / "returned" / "PAK.xlsx").write_bytes(_example())
    told = ran("generate", time.folder / FIRST, "--from", time.folder / "other", code=2).err
    assert "their questions have nothing in common" in told


def _example() -> bytes:
    from hrge_xl import Order, generate, load

    return generate(
        load("example"), Order("Rabat", date(2026, 4, 1), "MAR", round="other", key=b"k" * 32)
    )
