"""Versions of a return: which of them counts, and what is said of one that was made from an older copy.

Its team is told what it had answered otherwise since, and is not thanked.
"""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import yaml
from openpyxl import load_workbook

from hrge_xl import (
    ExpectedReturn,
    generate,
    init_round,
    load,
    load_round,
    read,
    refresh,
    status,
)
from hrge_xl.cli import run
from hrge_xl.dataset.return_status import based_on_old_version, workbook_versions
from tests.damage import ANSWERS
from tests.face import Identity, Refusal, ReturnEntry, orders, saved_on, submission
from tests.letters import mail
from tests.test_consolidate import answers
from tests.test_weeks import drafted, text_of

SPEC, DAY = load("example"), date(2026, 7, 1)


class Team:
    """A team, and the folder of its round."""

    def __init__(self, home: Path) -> None:
        (home / "teams.csv").write_text(
            "team,country,language,deadline,email\nRabat,MAR,fr,2026-07-30,rabat@example.org\n",
            encoding="utf-8",
        )
        self.folder = init_round(home / "round", "example", home / "teams.csv").folder
        assert run(["generate", str(self.folder), "--today", str(DAY)]) == 0

    def send(self, name: str, days: int, *, in_feedback: bool = False, **changes: Any) -> None:
        """Send a workbook, filled in as issued or in the feedback that it has."""
        (order,) = orders(load_round(self.folder), DAY)
        order = replace(order, answers=answers(country="MAR", **changes))
        if in_feedback:
            (file,) = (self.folder / "feedback").glob("*.xlsx")
            had = read(file, ExpectedReturn("example"))
            assert not isinstance(had, Refusal)
            order = replace(order, copy=had.identity.copy, predecessor=had.identity.predecessor)
        data = saved_on(generate(SPEC, order), DAY + timedelta(days=days))
        (self.folder / "returned" / name).write_bytes(data)

    def mails(self, days: int) -> dict[str, EmailMessage]:
        """The drafts of a day."""
        refresh(self.folder, DAY + timedelta(days=days), jobs=1)
        return drafted(self, DAY + timedelta(days=days))  # type: ignore[arg-type]


@pytest.fixture
def team(tmp_path: Path) -> Team:
    """A team that had feedback on its first version, and went on in it."""
    made = Team(tmp_path)
    made.send("v1.xlsx", 1, PLN_03=None)
    assert list(made.mails(2)) == ["Rabat_WS-07_feedback"]
    made.send("v2.xlsx", 3, in_feedback=True, PLN_06=30.0, PLN_13=("WOM",))
    return made


def test_what_was_answered_since_is_listed_to_be_looked_at(team: Team) -> None:
    """In the mail without any answer, in the workbook with a link to each cell and what stood in the later version."""
    team.send("v3.xlsx", 4)
    made = team.mails(5)
    assert list(made) == ["Rabat_WS-07_feedback"]  # it was accepted, and still nobody is thanked
    text = text_of(made["Rabat_WS-07_feedback"]).replace("\N{NO-BREAK SPACE}", " ")
    assert "Il a été accepté." in text
    assert "v2.xlsx" in text
    assert "À vérifier : 2." in text
    assert "30" not in text
    (attached,) = made["Rabat_WS-07_feedback"].iter_attachments()
    book = load_workbook(io.BytesIO(attached.get_content()))
    lines = [
        [str(cell.value) for cell in row if cell.value is not None]
        for row in book["À corriger"].iter_rows()
    ]
    listed = [line for line in lines if any("v2.xlsx" in cell for cell in line)]
    assert [[cell for cell in line if "v2.xlsx" in cell] for line in listed] == [
        ["Dans v2.xlsx, c'était : 30"],
        ["Dans v2.xlsx, c'était : Femmes"],
    ]
    assert all("Plan!E" in " ".join(line) or "Plan" in line for line in listed)


def test_nothing_is_said_where_nothing_got_lost(team: Team) -> None:
    team.send("v3.xlsx", 4, PLN_06=30.0, PLN_13=("WOM",))
    assert list(team.mails(5)) == ["Rabat_thanks"]


def test_the_coordinator_is_warned(team: Team, capsys: pytest.CaptureFixture[str]) -> None:
    team.send("v3.xlsx", 4)
    capsys.readouterr()
    assert run(["refresh", str(team.folder), "--today", str(DAY + timedelta(days=5))]) == 0
    out, err = capsys.readouterr()
    assert "X006 warning: v3.xlsx was not made from v2.xlsx" in err
    assert "Look first: 1 warning above." in out


def test_a_clock_that_is_ahead_beats_no_correction(tmp_path: Path) -> None:
    """A file that says it was saved next year came on a day: what is saved after that is newer."""
    team = Team(tmp_path)
    for name, saved, came in (("v1.xlsx", 400, 2), ("v2.xlsx", 5, 6)):
        team.send(name, saved, PLN_06=float(came))
        day = str(DAY + timedelta(days=came))
        command = ["consolidate", str(team.folder), "--received", day, "--today", day]
        assert run(command) == 0
    (now,) = status(team.folder, DAY + timedelta(days=6))
    assert [return_.name for return_ in now.counting] == ["v2.xlsx"]


# which returns are versions of one workbook, and which step back

KEY = b"k" * 32
USUAL = {
    "verdict": "accepted",
    "team": "A",
    "copy": "copy",
    "project": "P",
    "country": "PAK",
    "period": "2026",
}
TABLE = yaml.safe_load(
    Path(__file__).with_name("versions_of_returns.yaml").read_text(encoding="utf-8")
)


def version(name: str, hour: int, *more: str | dict[str, Any]) -> ReturnEntry:
    """A version of one workbook, saved at an hour; what it was given back for, if anything, and what is unusual."""
    moment = f"2026-04-01T{hour:02}:00:00+00:00"
    said: dict[str, Any] = USUAL | {"intervention": "", "predecessor": "", "moment": moment}
    for each in more:
        said |= each if isinstance(each, dict) else {"predecessor": each}
    return ReturnEntry(name, hour, **said)


V1, V2 = version("v1", 1), version("v2", 2)


@pytest.mark.parametrize("story", TABLE["steps back"])
def test_which_returns_step_back(story: str) -> None:
    versions, expected = TABLE["steps back"][story]
    entries = [version(*each) for each in versions]
    assert based_on_old_version(entries) == expected
    assert based_on_old_version(reversed(entries)) == expected


def test_with_what_was_decided_against_nothing_is_lost() -> None:
    """It can still be what a return was made from."""
    later = version("v3", 3, "v1")
    assert based_on_old_version([V1, V2, later], {"v2"}) == {}
    assert based_on_old_version([V1, V2, later], {"v3"}) == {}
    assert based_on_old_version([version("v0", 1), version("v1", 2), later], {"v1"}) == {}


@pytest.mark.parametrize("story", TABLE["renamed"])
def test_which_returns_are_versions_of_one_workbook(story: str) -> None:
    versions, expected = TABLE["renamed"][story]
    entries = [version(*each) for each in versions]
    for some in (entries, entries[::-1]):
        assert [
            [entry.submission for entry in group] for group in workbook_versions(some)
        ] == expected


# the stamp


OLD = Identity(
    "example",
    "1.0",
    "digest",
    "en",
    "PAK-01",
    "PAK",
    "2026-H1",
    "0123456789ab",
    "2026-06-30",
    "2026-07-31",
    "2026-06-30",
    "C1,R1",
    signature="781f577e5f610ebe5c43100c830f8143e41c589143fa72d6821bb4fba4bad87e",
)


def test_stamps_from_before_the_field_are_still_ours() -> None:
    """The signature was made by a program that knew no predecessor."""
    assert submission.verify(OLD, KEY) == submission.VALID
    assert b"predecessor" not in submission.canonical(OLD)


def test_the_predecessor_is_signed_too() -> None:
    back = submission.sign(replace(OLD, predecessor="a" * 16), KEY)
    assert back.signature != OLD.signature
    assert submission.verify(back, KEY) == submission.VALID
    for forged in ("", "b" * 16):
        assert submission.verify(replace(back, predecessor=forged), KEY) == submission.INVALID


# a workbook that nobody has filled in is no answer, whether it came before one that somebody has or after it

ISSUED, FIRST, SECOND = date(2026, 6, 1), date(2026, 6, 10), date(2026, 6, 17)
REASON = "Nothing is filled in here: a blank workbook is no answer."
LAW = ("counted", "superseded", "waiting", "doubled", "conflict", "excluded", "withdrawn", "blank")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A round of one team."""
    teams = tmp_path / "teams.csv"
    teams.write_text("team,country,email\nPAK,PAK,pak@example.org\n", encoding="utf-8")
    assert (
        run(["round", "init", str(tmp_path / "round"), "--spec", "example", "--teams", str(teams)])
        == 0
    )
    return tmp_path / "round"


def workbooks(folder: Path) -> tuple[bytes, bytes]:
    """What the team was sent, and what it made of it."""
    (order,) = orders(load_round(folder), ISSUED)
    spec = load("example")
    return generate(spec, order), saved_on(generate(spec, replace(order, answers=ANSWERS)), FIRST)


def sends(folder: Path, day: date, **files: bytes) -> None:
    """A mail of the team, and the week that it comes in."""
    moment = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    letter = mail("pak@example.org", moment, {f"{name}.xlsx": data for name, data in files.items()})
    (folder / "inbox").mkdir(exist_ok=True)
    (folder / "inbox" / f"{day}.eml").write_bytes(letter.as_bytes())
    assert run(["refresh", str(folder), "--today", str(day)]) == 0


def told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> tuple[str, dict[str, tuple[str, str]]]:
    """The state of the team, and of its files status and reason; that all of them add up."""
    capsys.readouterr()
    assert run(["status", str(folder), "--json", "--today", str(SECOND)]) == 0
    (team,) = json.loads(capsys.readouterr().out)
    assert (
        run(["validate", str(folder), "--json", "--fail-on", "never", "--today", str(SECOND)]) == 0
    )
    summary: dict[str, Any] = json.loads(capsys.readouterr().out)["summary"]
    assert summary["files"] == summary["accepted"] + summary["returned"] + summary["refused"]
    assert summary["accepted"] + summary["returned"] == sum(summary[part] for part in LAW)
    return team["state"], {
        Path(each["path"]).stem: (each["state"], each["reason"]) for each in team["files"]
    }


def test_quoted_beside_the_filled_one(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    blank, filled = workbooks(folder)
    sends(folder, FIRST, quoted=blank, filled=filled)
    assert told(folder, capsys) == (
        "accepted",
        {"filled": ("counts", ""), "quoted": ("blank", REASON)},
    )
    assert run(["decide", str(folder)]) == 0
    assert capsys.readouterr().out == "Nothing waits for a decision, and none was made.\n"


@pytest.mark.parametrize("opened", [pytest.param(False, marks=pytest.mark.deep), True])
def test_later_than_the_filled_one(
    opened: bool, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In another week; also where somebody has looked into it and saved it."""
    blank, filled = workbooks(folder)
    sends(folder, FIRST, filled=filled)
    sends(folder, SECOND, quoted=saved_on(blank, SECOND) if opened else blank)
    assert told(folder, capsys) == (
        "accepted",
        {"filled": ("counts", ""), "quoted": ("blank", REASON)},
    )


def test_earlier_than_the_filled_one_it_counts_neither(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blank, filled = workbooks(folder)
    sends(folder, FIRST, blank=blank)
    assert told(folder, capsys) == ("blank", {"blank": ("blank", REASON)})
    sends(folder, SECOND, filled=filled)
    assert told(folder, capsys) == (
        "accepted",
        {"filled": ("counts", ""), "blank": ("blank", REASON)},
    )


@pytest.mark.deep
def test_beside_two_that_wait_for_a_decision_it_counts_neither(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blank, filled = workbooks(folder)
    (order,) = orders(load_round(folder), ISSUED)
    other = generate(load("example"), replace(order, answers=ANSWERS, copy="0" * 12))
    sends(folder, FIRST, filled=filled, other=other, quoted=blank)
    state, files = told(folder, capsys)
    assert (state, {name: status for name, (status, _) in files.items()}) == (
        "to decide",
        {"filled": "conflict", "other": "conflict", "quoted": "blank"},
    )


def test_what_somebody_decided_about_it_holds(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blank, filled = workbooks(folder)
    sends(folder, FIRST, quoted=blank, filled=filled)
    said = ["--reason", "They start again", "--by", "office", "--today", str(SECOND)]
    assert run(["decide", str(folder), "quoted.xlsx", "--use", *said]) == 0
    _, files = told(folder, capsys)
    assert {name: status for name, (status, _) in files.items()} == {
        "quoted": "counts",
        "filled": "superseded",
    }


def test_what_can_be_decided_is_listed_once_with_its_commands(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, filled = workbooks(folder)
    (order,) = orders(load_round(folder), ISSUED)
    spec = load("example")
    others = {
        "other": generate(spec, replace(order, answers=ANSWERS, copy="0" * 12)),
        "strange": generate(spec, replace(order, answers=ANSWERS, team="AFG")),
        "forged": generate(spec, replace(order, answers=ANSWERS, key=b"another key")),
    }
    sends(folder, FIRST, filled=filled, **others)
    week = capsys.readouterr().out
    assert run(["decide", str(folder)]) == 0
    lines = capsys.readouterr().out.splitlines()
    for name in ("filled", "strange", "forged", "other"):
        assert sum(f"{name}.xlsx" in line for line in lines) == 1, name
        (at,) = (n for n, line in enumerate(lines) if f"{name}.xlsx" in line)
        submission = lines[at].partition("(")[2].partition(",")[0]
        below = (
            ["  Both give the same answers."] if name == "filled" else []
        )  # of a pair with the first
        choices = ["withdraw"] if name == "forged" else ["use", "withdraw"]
        below += [
            f'  hrge-xl decide {folder} {submission} --{choice} --reason "…"' for choice in choices
        ]
        assert lines[at + 1 : at + 1 + len(below)] == below
    assert len(lines) == 4 + 1 + 7
    assert week.count("strange.xlsx") <= 1 + 1  # where it was put, and what is to be decided
    assert week.count("forged.xlsx") <= 1 + 1
