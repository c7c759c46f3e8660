"""A verdict is of the day on which its round took a return in: no later day, program or dataset gives it back again.

What time alone brings about is shown as overdue.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from hrge_xl import generate, load, load_round
from hrge_xl.exchange import validation
from hrge_xl.findings.value import NOT_IN_LIST
from tests.command_line import ran
from tests.face import orders, saved_on
from tests.fixture_types import Folders
from tests.letters import mail
from tests.test_consolidate import answers
from tests.test_senders import SENT, arrives
from tests.versions import copy, edit

pytestmark = pytest.mark.xdist_group("of its day")  # what its fixture plays is played once

ISSUED = "2026-07-01"
TAKEN_IN = "2026-07-08"
CLOSED = "2026-07-20"
LATER = "2026-11-20"
DUE = date(2026, 8, 1)  # of the action in every return
WHY = ("--reason", "It is over", "--by", "A. Name", "--today", CLOSED, "--yes")
RULE = """
- code: R-D01
  name: risk-overdue
  tool: R1
  at: [FOL_02]
  check: not (FOL_02 < today())
  message: {en: The due date has passed., fr: La date est passée., ar: فات الموعد.}
  remedy: {en: Set a new one., fr: Fixez-en une autre., ar: حدد موعدا آخر.}
"""
ACTIONS = """
  - kind: collect
    title: {en: Actions, fr: Actions, ar: الإجراءات}
    columns: {what: {en: Action, fr: Action, ar: الإجراء}, due: {en: Due, fr: Délai, ar: الأجل}}
    due: due
    sources:
      - {tool: R1, keep: filled(FOL_02), columns: {what: RSK_07, due: FOL_02}}
"""
TEAMS = "team,country,deadline,email\nOdesa,PAK,2026-07-10,odesa@example.org\nMinsk,MAR,2026-07-10,minsk@example.org\n"


def begun(folder: Path) -> Path:
    """A round of a spec with a rule that speaks from August on."""
    spec = copy(folder / "dated")
    edit(spec, "workbook.yaml", ("name: example", "name: dated"))
    rules = spec / "rules.yaml"
    rules.write_text(rules.read_text("utf-8") + RULE, encoding="utf-8")
    with (spec / "tools" / "summary.yaml").open("a", encoding="utf-8") as summary:
        summary.write(ACTIONS)
    (folder / "teams.csv").write_text(TEAMS, encoding="utf-8")
    round_ = folder / "round"
    ran("round", "init", round_, "--spec", spec, "--teams", folder / "teams.csv")
    ran("generate", round_, "--today", ISSUED)
    return round_


def workbook(round_: Path, team: str, due: date = DUE) -> bytes:
    """What a team fills in."""
    (order,) = [
        order
        for order in orders(load_round(round_), date.fromisoformat(ISSUED))
        if order.team == team
    ]
    filled = replace(order, answers=answers(country=order.country, FOL_02=due))
    return saved_on(generate(load(load_round(round_).spec_source), filled), SENT.date())


@pytest.fixture(scope="module")
def played(tmp_path_factory: Folders) -> Path:
    """A round in which both teams were accepted in July: one by mail, one by hand."""
    round_ = begun(tmp_path_factory.mktemp("day"))
    arrives(round_, mail("odesa@example.org", SENT, {"Odesa.xlsx": workbook(round_, "Odesa")}))
    (round_ / "returned" / "Minsk.xlsx").write_bytes(workbook(round_, "Minsk"))
    ran("refresh", round_, "--today", TAKEN_IN, code=None)
    return round_


@pytest.fixture
def round_(played: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(played, tmp_path / "round"))


def states(folder: Path, day: str) -> dict[str, str]:
    told = json.loads(ran("status", folder, "--json", "--today", day).out)
    return {row["team"]: row["state"] for row in told}


def verdicts(folder: Path | str, day: str) -> dict[str, tuple[str, str]]:
    """The verdict of each file and the day that it is of."""
    told = json.loads(ran("validate", folder, "--json", "--today", day, code=None).out)
    return {Path(row["path"]).name: (row["verdict"], row["checked"]) for row in told["files"]}


def counts(folder: Path) -> tuple[int, int, int]:
    with closing(sqlite3.connect(folder / "dataset.sqlite")) as dataset:
        wanted = "SELECT sum(accepted), sum(returned), (SELECT count(*) FROM overdue) FROM reconciliation"
        return tuple(dataset.execute(wanted).fetchone())  # type: ignore[return-value]


ACCEPTED = {"Odesa.xlsx": ("accepted", TAKEN_IN), "Minsk.xlsx": ("accepted", TAKEN_IN)}


def test_who_was_accepted_stays_accepted_on_every_day(round_: Path) -> None:
    """Also where everything is read again, and of a file by itself."""
    for day in (TAKEN_IN, LATER):
        assert states(round_, day) == {"Odesa": "accepted", "Minsk": "accepted"}
        assert verdicts(round_, day) == ACCEPTED
    assert verdicts(round_ / "returned" / "Minsk.xlsx", LATER) == {
        "Minsk.xlsx": ("accepted", TAKEN_IN)
    }
    ran("consolidate", round_, "--no-resume", "--today", LATER)
    assert verdicts(round_, LATER) == ACCEPTED


@pytest.mark.deep
def test_what_came_later_is_of_its_own_day(round_: Path) -> None:
    """The same answers, sent when the day has passed, are given back, and stay so."""
    (round_ / "returned" / "Minsk 2.xlsx").write_bytes(
        workbook(round_, "Minsk", DUE.replace(day=2))
    )
    ran("refresh", round_, "--today", LATER, code=None)
    for day in (TAKEN_IN, LATER):
        told = verdicts(round_, day)
        assert told == {**ACCEPTED, "Minsk 2.xlsx": ("returned", LATER)}
    ran("consolidate", round_, "--no-resume", "--today", "2026-07-09", code=None)
    assert verdicts(round_, LATER)["Minsk 2.xlsx"] == ("returned", LATER)


def test_a_closed_round_is_never_judged_again(round_: Path, tmp_path: Path) -> None:
    """Not in the dataset of a year either, made by a newer program; that shows what is overdue by its own day."""
    ran("round", "close", round_, *WHY)
    year = tmp_path / "year"
    with by_a_newer_program():
        ran("consolidate", round_, "-o", year, "--today", LATER)
    assert counts(year)[:2] == (2, 0)
    assert counts(year)[2] > 0
    assert counts(round_) == (2, 0, 0)
    assert verdicts(year, LATER) == verdicts(round_, LATER) == ACCEPTED


@contextmanager
def by_a_newer_program() -> Iterator[None]:
    """As if a program to come read files: it finds an error more, and takes every return for a blank one."""
    find = validation.waived
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(
            validation,
            "waived",
            lambda findings, *of: find([*findings, NOT_IN_LIST.at("Plan", "E9")], *of),
        )
        patched.setattr(validation, "_is_as_issued", lambda result, job: True)
        yield


@pytest.mark.deep
def test_a_closed_round_keeps_its_verdicts_when_a_newer_program_reads_it(
    round_: Path, tmp_path: Path
) -> None:
    """An open one is judged by it, since then somebody can answer it."""
    before = json.loads(ran("validate", round_, "--json", "--today", CLOSED).out)["files"]
    ran("round", "close", round_, *WHY)
    year = tmp_path / "year"
    with by_a_newer_program():
        ran("consolidate", round_, "-o", year, "--today", LATER)
        assert states(round_, LATER) == {"Odesa": "accepted", "Minsk": "accepted"}
        for folder in (year, round_):
            told = json.loads(ran("validate", folder, "--json", "--today", LATER).out)["files"]
            assert [row["findings"] for row in told] == [row["findings"] for row in before]
        assert counts(year)[:2] == (2, 0)
        ran("verify", round_)
        ran("round", "reopen", round_, *WHY[:4], "--yes")
        ran("consolidate", round_, "--no-resume", "--today", LATER, code=None)
        assert states(round_, LATER) == {"Odesa": "blank", "Minsk": "blank"}


def waive(round_: Path) -> None:
    """Minsk's due date had passed on the day that its return was taken in; that is accepted until the end of July."""
    file = round_ / "returned" / "Minsk 2.xlsx"
    file.write_bytes(workbook(round_, "Minsk", date(2026, 7, 7)))
    ran("refresh", round_, "--today", TAKEN_IN, code=None)
    where = ("--file", file.name, "--ledger", round_)
    ran("waive", "R-D01", *where, "--until", "2026-07-31", *WHY[:4], "--today", TAKEN_IN)


@pytest.mark.deep
def test_a_waiver_in_a_closed_round_stays_as_it_stood(round_: Path, tmp_path: Path) -> None:
    """Also where a dataset had taken it over before; in an open round it ends on its last day."""
    waive(round_)
    year = tmp_path / "year"
    ran("consolidate", round_, "-o", year, "--today", "2026-07-15")
    assert counts(year)[:2] == (3, 0)
    ran("consolidate", round_, "-o", year, "--today", LATER, code=None)
    assert counts(year)[:2] == (2, 1)
    ran("round", "close", round_, *WHY)
    ran("consolidate", round_, "-o", year, "--today", LATER)
    assert counts(year)[:2] == counts(round_)[:2] == (3, 0)


@pytest.mark.deep
def test_what_a_closed_round_waived_is_verified_on_every_day(round_: Path, tmp_path: Path) -> None:
    waive(round_)
    ran("round", "close", round_, *WHY)
    year = tmp_path / "year"
    ran("consolidate", round_, "-o", year, "--today", LATER)
    for folder in (round_, year):
        ran("verify", folder)
        ran("report", folder, "--format", "json", "-o", tmp_path, "--today", LATER)
        report = tmp_path / "validation.json"
        ran("verify", report, "--returned", round_ / "returned", "--ledger", folder)
        listed = ran("waive", "--list", "--ledger", folder, "--today", LATER).out
        assert "active" in listed
    ran("round", "reopen", round_, *WHY[:4], "--yes")
    ran("consolidate", round_, "-o", year, "--today", LATER, code=None)
    assert counts(year)[:2] == (2, 1)


@pytest.mark.deep
def test_what_is_made_again_is_the_same(round_: Path, tmp_path: Path) -> None:
    year = tmp_path / "year"
    foreseen = ran("consolidate", round_, "-o", year, "--dry-run", "--today", LATER).out
    assert foreseen.count("would be taken in as accepted") == 2
    ran("consolidate", round_, "-o", year, "--today", LATER)
    ran("consolidate", round_, "-o", year, "--no-resume", "--today", LATER)
    assert counts(year)[:2] == (2, 0)
    for folder in (round_, year):
        ran("verify", folder)


def test_a_round_that_was_judged_by_another_day_is_mended(round_: Path) -> None:
    """Its ledger knows the day on which each return was taken in."""
    with closing(sqlite3.connect(round_ / "dataset.sqlite")) as dataset, dataset:
        dataset.execute("UPDATE submissions SET checked = ?", (LATER,))
    with closing(sqlite3.connect(round_ / "ledger.sqlite")) as ledger, ledger:
        ledger.execute("DELETE FROM datasets")
    assert verdicts(round_, LATER) == ACCEPTED


@pytest.mark.deep
def test_a_year_that_was_judged_by_its_own_day_is_mended(round_: Path, tmp_path: Path) -> None:
    """As earlier programs left it: the round knows the day."""
    year = tmp_path / "year"
    ran("consolidate", round_, "-o", year, "--today", LATER)
    with closing(sqlite3.connect(year / "dataset.sqlite")) as dataset, dataset:
        dataset.execute("UPDATE submissions SET checked = ?, verdict = 'returned'", (LATER,))
    with closing(sqlite3.connect(year / "ledger.sqlite")) as ledger, ledger:
        ledger.execute("DELETE FROM datasets")
        ledger.execute("UPDATE entries SET content = json_remove(content, '$.taken_in')")
    ran("consolidate", round_, "-o", year, "--today", LATER)
    assert counts(year)[:2] == (2, 0)
    assert verdicts(year, LATER) == ACCEPTED


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ("UPDATE closings SET day = '2027-12-31'", ".day"),
        ("UPDATE closings SET day = 'never'", "closings, row"),
        ("UPDATE closings SET sha256 = 'x'", "closings[x]"),
    ],
)
@pytest.mark.deep
def test_an_edited_day_of_closing_is_named_and_stops_nothing(
    change: str, place: str, round_: Path, tmp_path: Path
) -> None:
    waive(round_)
    ran("round", "close", round_, *WHY)
    year = tmp_path / "year"
    ran("consolidate", round_, "-o", year, "--today", LATER)
    ran("verify", year)
    with closing(sqlite3.connect(year / "ledger.sqlite")) as ledger, ledger:
        ledger.execute(change)
    told = ran("verify", year, code=1).out
    assert "closings" in told
    assert place in told
    ran("trace", year, "--finding", "1", code=None)
    ran("consolidate", round_, "-o", year, "--today", LATER, code=None)
