"""Two days: the day of the check, which answers are judged by, and the day that the sheets were calculated on."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from hrge_xl import ExpectedReturn, Order, Result, ValidationRequest, generate, load, validate
from hrge_xl.spec.compiled import compiled
from tests.answers import layout, spec
from tests.build_submission import submission
from tests.face import address, build
from tests.in_words import in_words
from tests.made_workbooks import stop_clock
from tests.office.driver import Office
from tests.read_and_check import check
from tests.telling import telling
from tests.versions import answers, copy, edit

TOOLKIT, TOOLS = "hrge_toolkit", ("T1.1",)
FILLED_IN = ("FORM", "1", "FRM_13")  # the day on which the form was filled in
ISSUED = date(2026, 11, 1)


def form(issued: date, filled_in: date | None = None) -> bytes:
    """A workbook of the Toolkit, with the day on which its form was filled in."""
    answers = {} if filled_in is None else {FILLED_IN: filled_in}
    return generate(spec(TOOLKIT), Order("PAK", issued, "PAK", "en", TOOLS, answers=answers))


def look(path: Path, today: date, wanted: ExpectedReturn | None = None) -> Result:
    """What is found in a file on a day."""
    (result,) = validate([path], ValidationRequest(wanted or ExpectedReturn(), today))
    return result


def in_the_future(result: Result) -> bool:
    """Whether the form is said to be filled in later than the day of the check."""
    found = [each for each in result.findings if each.field == FILLED_IN[2]]
    assert [each.code for each in found] in ([], ["V014"])
    return bool(found)


@pytest.mark.parametrize(
    ("today", "future"), [("2026-11-19", True), ("2026-11-20", False), ("2026-12-31", False)]
)
def test_a_form_is_dated_in_the_future_of_the_check_not_of_its_issue(
    today: str, future: bool, tmp_path: Path
) -> None:
    path = tmp_path / "returned.xlsx"
    path.write_bytes(form(ISSUED, date(2026, 11, 20)))
    assert in_the_future(look(path, date.fromisoformat(today))) is future


@pytest.mark.parametrize("days", telling([-30, 30], 30))
@pytest.mark.parametrize("hard", [False, True])
def test_nor_of_the_day_on_which_libreoffice_saved_it(
    days: int, hard: bool, office: Office, tmp_path: Path
) -> None:
    clock, where = date.today(), layout(TOOLKIT, "en", TOOLS)
    issued, saved, filled_in = (
        tmp_path / "issued.xlsx",
        tmp_path / "saved.xlsx",
        clock + timedelta(days=days),
    )
    issued.write_bytes(form(clock - timedelta(days=60)))
    with office.open(issued) as book:
        cell = address(*where.slots[FILLED_IN].cells[0])
        book.fill({(where.sheet["FORM"].name, cell): filled_in})
        if hard:
            book.recalculate()
        book.save_as(saved)
    assert in_the_future(look(saved, filled_in - timedelta(days=1)))
    assert not in_the_future(look(saved, filled_in))


# what cells show


EARLIER, LATER = date(2026, 6, 30), date(2026, 8, 30)
FIRST_DAY = EARLIER - timedelta(days=10)
WAITING, AFTER, COMPLETE = (("PLAN", "1", code) for code in ("PLN_15", "PLN_16", "PLN_17"))
CALCULATED = """\
      - {code: PLN_15, type: calculated, formula: "days_between(PLN_04, today())", label: {en: Age, fr: Âge, ar: عمر}}
      - {code: PLN_16, type: calculated, formula: PLN_15 + 1, label: {en: One more, fr: Un de plus, ar: واحد}}
      - {code: PLN_17, type: calculated, formula: "completeness('PLAN')", label: {en: Done, fr: Fait, ar: تم}}
"""


@pytest.fixture(scope="module")
def dated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example with fields that are calculated from the day; a share is asked for after a month."""
    folder = copy(tmp_path_factory.mktemp("dated") / "spec")
    edit(
        folder,
        "tools/plan.yaml",
        (r"(PLN_14, .*\n)", rf"\1{CALCULATED}"),
        (
            "PLN_09, type: percent",
            'PLN_09, type: percent, required: {when: "days_between(PLN_04, today()) > 30"}',
        ),
    )
    return folder


def planned(folder: Path, day: date) -> bytes:
    """A workbook of that spec as it is calculated on a day."""
    return generate(
        load(folder),
        Order("PAK", day, "PAK", "en", answers=answers(PLN_04=FIRST_DAY, PLN_05=EARLIER)),
    )


def test_which_fields_come_out_otherwise_on_another_day(dated: Path) -> None:
    assert compiled(load(dated)).dated == {
        (tool, field) for tool, _, field in (WAITING, AFTER, COMPLETE)
    }
    assert not any(compiled(spec(name)).dated for name in ("example", TOOLKIT))


def test_what_cells_show_is_right_as_of_their_own_day(dated: Path, tmp_path: Path) -> None:
    path = tmp_path / "returned.xlsx"
    path.write_bytes(planned(dated, EARLIER))
    result = look(path, LATER, ExpectedReturn(str(dated)))
    assert [(each.code, each.field) for each in result.findings] == [("V001", "PLN_09")]
    assert result.submission is not None
    assert result.outcome is not None
    shown = {
        answer.key: answer.original for answer in result.submission.answers if answer.calculated
    }
    assert (shown[WAITING], shown[AFTER], shown[COMPLETE]) == (10, 11, 1)
    counts = result.submission.calculated()
    assert (counts[WAITING], counts[AFTER]) == (71, 72)
    assert counts[COMPLETE] == pytest.approx(8 / 9)


@pytest.mark.parametrize(
    ("shown", "formula", "code"),
    [(10, True, ""), (71, True, "V019"), (10, False, "S013"), (71, False, "V017")],
)
def test_what_they_should_have_shown_is_what_came_out_then(
    shown: int, formula: bool, code: str, dated: Path
) -> None:
    where = build(load(dated), "en")
    sent = submission(
        where,
        {("PLAN", "1", "PLN_04"): FIRST_DAY, WAITING: shown},
        {WAITING: {"formula": formula}},
        calculated_on=EARLIER,
    )
    others = submission(
        where, {WAITING: 71, ("PLAN", "1", "PLN_04"): FIRST_DAY}, calculated_on=LATER
    )
    outcome, other = check([(sent, where), (others, where)], today=LATER)
    found = [each for each in outcome.findings if each.field == "PLN_15"]
    assert [each.code for each in found] == ([code] if code else [])
    assert all("“10”" in in_words(each, where).message for each in found if each.code != "S013")
    assert not any(each.field == "PLN_15" for each in other.findings)


@pytest.mark.parametrize("format", telling(["xlsx", "ods", "xls"], "xlsx"))
@pytest.mark.parametrize("typed", [False, True])
def test_the_day_is_that_of_the_clock_unless_somebody_typed_another(
    typed: bool, format: str, dated: Path, office: Office, tmp_path: Path
) -> None:
    """Workbooks of earlier versions have a typed day, too."""
    issued, saved, clock = tmp_path / "issued.xlsx", tmp_path / f"saved.{format}", date.today()
    issued.write_bytes(planned(dated, EARLIER))
    with office.open(issued) as book:
        if typed:
            stop_clock(book, EARLIER + timedelta(days=5))
        book.save_as(saved)
    result = look(saved, LATER, ExpectedReturn(str(dated)))
    assert result.submission is not None
    day = result.submission.calculated_on
    assert day is not None
    assert day == EARLIER + timedelta(days=5) if typed else day >= clock
    shown = {
        answer.key: answer.original for answer in result.submission.answers if answer.calculated
    }
    assert shown[WAITING] == (day - FIRST_DAY).days
    assert [(each.code, each.field) for each in result.findings if each.tool == "PLAN"] == [
        ("V001", "PLN_09")
    ]
