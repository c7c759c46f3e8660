"""Three rounds, each going on from the last one: late answers, two of one team, rows that were closed, old copies."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from hrge_xl import one_dataset
from tests.command_line import hrge, ran
from tests.face import Answers, Spec
from tests.fixture_types import Capsys, Folders
from tests.rounds_in_time import InTime, filled_in, risk, spec_in_time, whole

pytestmark = pytest.mark.deep

FIRST, SECOND, THIRD = "2026-H1", "2026-H2", "2027-H1"
TEAMS = {"Rabat": "MAR", "Karachi": "PAK", "Cairo": "EGY"}
K = "R1"


@pytest.fixture(scope="module")
def spec(tmp_path_factory: Folders) -> Spec:
    return spec_in_time(tmp_path_factory.mktemp("in-time") / "spec")


@pytest.fixture
def time(spec: Spec, tmp_path: Path) -> InTime:
    return InTime(spec, tmp_path)


def values(time: InTime, name: str, team: str) -> tuple[Answers, Answers]:
    """What a team's workbook holds as it is issued: answers, and those of the round before."""
    sent = time.read(time.folder / name / "issued" / f"{team}_en.xlsx")
    return sent.values(), sent.last


def answer(time: InTime, name: str, team: str, changes: dict[Any, Any], day: date, file: str = "") -> bytes:
    """A team fills in its workbook and sends it."""
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
        "Rabat.xlsx": ["counts"], "Karachi 1.xlsx": ["superseded", "X002"], "Karachi 2.xlsx": ["counts"],
    }  # fmt: skip
    return sent


def second_round(time: InTime) -> None:
    """One team is new."""
    time.begin(SECOND, TEAMS | {"Bamako": "MLI"}, date(2026, 7, 1), FIRST)


def test_each_team_goes_on_from_what_it_said(time: InTime, capsys: Capsys) -> None:
    first_round(time)
    capsys.readouterr()
    second_round(time)
    told = capsys.readouterr().err
    for team, country in (("Cairo", "EGY"), ("Bamako", "MLI")):
        assert f"{team}: no return of it counts in the earlier round; its workbook is blank." in told
        assert values(time, SECOND, team) == ({("PLAN", "1", "PLN_02"): country}, {})
    assert "Rabat (Rabat.xlsx): closed rows that are not carried over: 1." in told
    assert ": 2; blank ones: 2." in told
    answers, last = values(time, SECOND, "Rabat")
    gone_on = {
        ("PLAN", "1", "PLN_03"): "Plan it",
        (K, "K-01", "RSK_01"): "Risk K-01",
        (K, "K-01", "RSK_04"): 2.0,
    }
    assert gone_on.items() <= answers.items()
    for key in (
        ("PLAN", "1", "PLN_04"),
        ("PLAN", "1", "PLN_06"),
        (K, "K-01", "RSK_03"),
        (K, "K-02", "RSK_01"),
    ):
        assert key not in answers  # of the period; shown beside; shown beside; closed
    assert last[K, "K-01", "RSK_03"] == last[K, "K-01", "RSK_04"] == 2.0
    assert last["PLAN", "1", "PLN_06"] == 20.0
    assert last[K, "K-02", ""] == "Floods"
    assert values(time, SECOND, "Karachi")[1]["PLAN", "1", "PLN_03"] == "Try 2"


def test_late_answers_change_no_workbook_that_was_issued(time: InTime) -> None:
    first_round(time)
    second_round(time)
    before = {team: time.issued(SECOND, team) for team in TEAMS}
    answer(time, FIRST, "Cairo", whole("Late") | risk("K-01"), date(2026, 7, 9))
    again = [
        "generate",
        str(time.folder / SECOND),
        "--from",
        str(time.folder / FIRST),
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


def test_what_comes_back_is_held_against_what_was_said(time: InTime) -> None:
    """In the second round one changes something, one nothing, one sends the workbook of the first; then the third."""
    old = first_round(time)
    second_round(time)
    days = {("PLAN", "1", "PLN_04"): date(2026, 12, 1), ("PLAN", "1", "PLN_05"): date(2026, 12, 2)}
    same = days | {("PLAN", "1", "PLN_06"): 21, (K, "K-01", "RSK_03"): 2}
    other = {("PLAN", "1", "PLN_03"): "Plan the next", (K, "K-01", "RSK_03"): 3} | risk("K-03", RSK_03=1.0)
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


def test_two_interventions_of_a_team_have_a_workbook_each(time: InTime) -> None:
    time.begin(FIRST, {"Rabat": "MAR"}, date(2026, 4, 1))
    for number, project in enumerate(("WS-07", "WS-08")):
        changes = whole() | {("PLAN", "1", "PLN_01"): project, ("PLAN", "1", "PLN_06"): 10.0 + number}
        answer(time, FIRST, "Rabat", changes, date(2026, 5, 4), project)
    why = ["--reason", "Both are right.", "--by", "office", "--today", "2026-05-05"]
    for project in ("WS-07", "WS-08"):
        assert hrge("decide", time.folder / FIRST, f"{project}.xlsx", "--use", *why) == 0
    time.begin(SECOND, {"Rabat": "MAR"}, date(2026, 7, 1), FIRST)
    issued = sorted((time.folder / SECOND / "issued").glob("*.xlsx"))
    assert [path.name for path in issued] == ["Rabat_WS-07_en.xlsx", "Rabat_WS-08_en.xlsx"]
    sent = [time.read(path) for path in issued]
    assert [each.last["PLAN", "1", "PLN_06"] for each in sent] == [10.0, 11.0]
    assert len({each.identity.copy for each in sent}) == 2


def test_of_rows_about_one_thing_the_latest_goes_on(time: InTime) -> None:
    time.begin(FIRST, {"Rabat": "MAR"}, date(2026, 4, 1))
    rows = (("K-01", 7), ("K-02", 9), ("K-03", 8), ("K-04", None))
    risks = whole() | risk("K-05", RSK_01="Another")
    for row, day in rows:
        due = None if day is None else date(2026, day, 1)
        risks |= risk(row, RSK_01="The same", RSK_04=1.0, FOL_01="Office", FOL_02=due)
    answer(time, FIRST, "Rabat", risks, date(2026, 5, 4))
    time.begin(SECOND, {"Rabat": "MAR"}, date(2026, 7, 1), FIRST)
    for answers in values(time, SECOND, "Rabat"):
        assert {key[1] for key in answers if key[0] == K} == {"K-02", "K-05"}


def test_answers_of_one_workbook_go_on_in_the_same_way(time: InTime) -> None:
    time.begin(FIRST, {"Rabat": "MAR"}, date(2026, 4, 1))
    answer(time, FIRST, "Rabat", whole() | risk("K-01") | risk("K-02", RSK_09="Y"), date(2026, 5, 4))
    out, path = time.folder / "out", time.folder / FIRST / "returned" / "Rabat.xlsx"
    common = ["--country", "MAR", "-o", str(out), "--today", "2026-07-01"]
    told = ran("generate", time.spec.folder, *common, "--answers", path).err
    assert "Rabat.xlsx: closed rows that are not carried over: 1." in told
    sent = time.read(out / "in_time_MAR_en.xlsx")
    assert sent.last[K, "K-01", "RSK_05"] == "M"  # worked out again
    assert (K, "K-02", "RSK_01") not in sent.values()
    assert ("PLAN", "1", "PLN_04") not in sent.values()
    assert sent.identity.last_round == FIRST


def test_what_cannot_be_gone_on_from_is_told(time: InTime) -> None:
    time.begin(FIRST, {"Rabat": "MAR"}, date(2026, 4, 1))
    assert (
        hrge(
            "round",
            "init",
            time.folder / "other",
            "--spec",
            "example",
            "--teams",
            time.folder / f"{FIRST}.csv",
        )
        == 0
    )
    book = openpyxl.Workbook()
    target = io.BytesIO()
    book.save(target)
    for arguments, words in (
        ([str(time.folder / FIRST), "--from", str(time.folder / FIRST)], "is the round itself"),
        ([str(time.folder / FIRST), "--from", str(time.folder)], "holds no dataset"),
        ([time.spec.folder, "--country", "MAR", "--from", str(time.folder / FIRST)], "name the new round"),
    ):
        assert words in ran("generate", *arguments, code=2).err
    (time.folder / "other" / "signing.key").write_bytes(b"k" * 32)
    (time.folder / "other" / "returned" / "PAK.xlsx").write_bytes(_example())
    told = ran("generate", time.folder / FIRST, "--from", time.folder / "other", code=2).err
    assert "their questions have nothing in common" in told


def _example() -> bytes:
    from hrge_xl import Order, generate, load

    return generate(load("example"), Order("Rabat", date(2026, 4, 1), "MAR", round="other", key=b"k" * 32))
