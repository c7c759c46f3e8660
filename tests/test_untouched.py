"""A workbook that nobody has filled in, beside one that somebody has: it gives way, whichever came later."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from hrge_xl import generate, load, load_round
from hrge_xl.cli import run
from tests.damage import ANSWERS
from tests.face import orders, saved_on
from tests.letters import mail

ISSUED, FIRST, SECOND = date(2026, 6, 1), date(2026, 6, 10), date(2026, 6, 17)
REASON = "Nothing is filled in here; it gives way to the workbook that was filled in."
LAW = ("counted", "superseded", "waiting", "doubled", "conflict", "excluded", "withdrawn")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A round of one team."""
    teams = tmp_path / "teams.csv"
    teams.write_text("team,country,email\nPAK,PAK,pak@example.org\n", encoding="utf-8")
    assert run(["round", "init", str(tmp_path / "round"), "--spec", "example", "--teams", str(teams)]) == 0
    return tmp_path / "round"


def workbooks(folder: Path) -> tuple[bytes, bytes]:
    """What the team was sent, and what it made of it."""
    (order,) = orders(load_round(folder), ISSUED)
    spec = load("example")
    return generate(spec, order), saved_on(generate(spec, replace(order, answers=ANSWERS)), FIRST)


def sent(folder: Path, day: date, **files: bytes) -> None:
    """A mail of the team, and the week that it comes in."""
    moment = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    letter = mail("pak@example.org", moment, {f"{name}.xlsx": data for name, data in files.items()})
    (folder / "inbox").mkdir(exist_ok=True)
    (folder / "inbox" / f"{day}.eml").write_bytes(letter.as_bytes())
    assert run(["refresh", str(folder), "--today", str(day)]) == 0


def told(folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[str, dict[str, tuple[str, str]]]:
    """The state of the team, and of its files status and reason; that all of them add up."""
    capsys.readouterr()
    assert run(["status", str(folder), "--json", "--today", str(SECOND)]) == 0
    (team,) = json.loads(capsys.readouterr().out)
    assert run(["validate", str(folder), "--json", "--fail-on", "never", "--today", str(SECOND)]) == 0
    summary: dict[str, Any] = json.loads(capsys.readouterr().out)["summary"]
    assert summary["files"] == summary["accepted"] + summary["returned"] + summary["refused"]
    assert summary["accepted"] + summary["returned"] == sum(summary[part] for part in LAW)
    return team["state"], {Path(each["path"]).stem: (each["state"], each["reason"]) for each in team["files"]}


def test_quoted_beside_the_filled_one(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    blank, filled = workbooks(folder)
    sent(folder, FIRST, quoted=blank, filled=filled)
    assert told(folder, capsys) == ("accepted", {"filled": ("counts", ""), "quoted": ("superseded", REASON)})
    assert run(["decide", str(folder)]) == 0
    assert capsys.readouterr().out == "Nothing waits for a decision, and none was made.\n"


@pytest.mark.parametrize("opened", [pytest.param(False, marks=pytest.mark.deep), True])
def test_later_than_the_filled_one(opened: bool, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In another week; also where somebody has looked into it and saved it."""
    blank, filled = workbooks(folder)
    sent(folder, FIRST, filled=filled)
    sent(folder, SECOND, quoted=saved_on(blank, SECOND) if opened else blank)
    assert told(folder, capsys) == ("accepted", {"filled": ("counts", ""), "quoted": ("superseded", REASON)})


def test_earlier_than_the_filled_one_it_counts_until_that_comes(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blank, filled = workbooks(folder)
    sent(folder, FIRST, blank=blank)
    assert told(folder, capsys) == ("returned", {"blank": ("counts", "")})
    sent(folder, SECOND, filled=filled)
    assert told(folder, capsys) == ("accepted", {"filled": ("counts", ""), "blank": ("superseded", REASON)})


def test_beside_two_that_wait_for_a_decision_it_counts_neither(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blank, filled = workbooks(folder)
    (order,) = orders(load_round(folder), ISSUED)
    other = generate(load("example"), replace(order, answers=ANSWERS, copy="0" * 12))
    sent(folder, FIRST, filled=filled, other=other, quoted=blank)
    state, files = told(folder, capsys)
    assert (state, {name: status for name, (status, _) in files.items()}) == (
        "to decide", {"filled": "conflict", "other": "conflict", "quoted": "superseded"},
    )  # fmt: skip


def test_what_somebody_decided_about_it_holds(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    blank, filled = workbooks(folder)
    sent(folder, FIRST, quoted=blank, filled=filled)
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
    sent(folder, FIRST, filled=filled, **others)
    week = capsys.readouterr().out
    assert run(["decide", str(folder)]) == 0
    lines = capsys.readouterr().out.splitlines()
    for name in ("filled", "strange", "forged", "other"):
        assert sum(f"{name}.xlsx" in line for line in lines) == 1, name
        (at,) = (n for n, line in enumerate(lines) if f"{name}.xlsx" in line)
        submission = lines[at].partition("(")[2].partition(",")[0]
        commands = [] if name == "forged" else [f'  hrge-xl decide {folder} {submission} --use --reason "…"']
        commands.append(f'  hrge-xl decide {folder} {submission} --withdraw --reason "…"')
        assert lines[at + 1 : at + 1 + len(commands)] == commands
    assert len(lines) == 4 + 7
    assert week.count("strange.xlsx") <= 1 + 1  # where it was put, and what is to be decided
    assert week.count("forged.xlsx") <= 1 + 1
