"""A round and the next one through time: issued in April, answered in June and July, corrected, late, asked again.

Each step happens on its own day, as it does in an office. What a coordinator is told must be right after every one.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hrge_xl import ExpectedReturn, generate, load, load_round, read
from hrge_xl.cli import run
from tests.face import (
    DATASET,
    Answers,
    Identity,
    Refusal,
    identity_of,
    layout_for,
    orders,
    saved_on,
)

SPEC = load("example")
TEAMS = (
    "team,country,deadline\nRabat,MAR,2026-07-15\nKarachi,PAK,2026-07-15\nCairo,EGY,2026-07-15\n"
)
NEXT_TEAMS = "team,country,deadline\nRabat,MAR,2027-01-15\nKarachi,PAK,2027-01-15\n"
OLD_COPIES = (
    "SELECT s.path FROM findings f JOIN submissions s USING (submission) WHERE f.code = 'X006'"
)
ISSUED, ISSUED_NEXT = date(2026, 4, 1), date(2026, 10, 1)


def answers(project: str, first: date, participants: float | None = 20.0) -> Answers:
    """A filled-in plan; None leaves the participants out."""
    form: dict[str, Any] = {
        "PLN_01": project,
        "PLN_03": "Plan the workshop",
        "PLN_04": first,
        "PLN_05": first,
        "PLN_06": participants,
        "PLN_07": 12.0,
        "PLN_11": "N",
        "PLN_13": ("WOM",),
    }
    found: Answers = {
        ("PLAN", "1", code): value for code, value in form.items() if value is not None
    }
    found |= {("C1", row, "CHK_01"): "Y" for row in ("C1_01", "C1_02", "C1_03")}
    return found


class Office:
    """What the coordinator does, each thing on its day."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home, self.capsys = home, capsys

    def command(self, *words: object, codes: tuple[int, ...] = (0,)) -> str:
        """Run a command; gives what it says on stdout."""
        code = run([str(word) for word in words])
        said = self.capsys.readouterr()
        assert code in codes, said
        return said.out

    def set_up(self, name: str, teams: str, day: date) -> Path:
        """A round with its workbooks issued."""
        listed = self.home / f"{name}.csv"
        listed.write_text(teams, encoding="utf-8")
        folder = self.home / name
        self.command("round", "init", folder, "--spec", "example", "--teams", listed)
        self.command("generate", folder, "--today", day)
        return folder

    def status(
        self, folder: Path, day: date, received: date | None = None
    ) -> dict[str, dict[str, Any]]:
        """What `status` says of each team on a day."""
        more = ("--received", received) if received else ()
        said = self.command("status", folder, "--json", "--today", day, *more)
        return {row["team"]: row for row in json.loads(said)}


def send(
    folder: Path, team: str, name: str, what: Answers, *, saved: date, back: Identity | None = None
) -> Path:
    """A workbook as a team sends it: filled in and saved on a day; `back` is the stamp of the feedback it used."""
    issued = ISSUED if folder.name == "2026-H1" else ISSUED_NEXT
    order = next(each for each in orders(load_round(folder), issued) if each.team == team)
    stamp = back or identity_of(order, layout_for(SPEC, order))
    made = generate(
        SPEC, replace(order, answers=what, copy=stamp.copy, predecessor=stamp.predecessor)
    )
    path = folder / "returned" / name
    path.write_bytes(saved_on(made, saved))
    return path


def stamp_of(path: Path) -> Identity:
    found = read(path, ExpectedReturn("example"))
    assert not isinstance(found, Refusal)
    return found.identity


def query(folder: Path, statement: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(folder / DATASET)
    try:
        return connection.execute(statement).fetchall()
    finally:
        connection.close()


@pytest.fixture
def office(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Office:
    return Office(tmp_path, capsys)


@pytest.mark.deep
def test_two_rounds_through_time(office: Office) -> None:
    first = office.set_up("2026-H1", TEAMS, ISSUED)

    # April: everybody has a workbook, nobody has answered
    said = office.status(first, date(2026, 4, 2))
    assert {team: row["state"] for team, row in said.items()} == dict.fromkeys(said, "issued")

    # June: a form that was filled in weeks after its workbook was issued is not a form of the future
    summer = date(2026, 6, 10)
    send(first, "Rabat", "rabat.xlsx", answers("WS-1", summer), saved=date(2026, 6, 20))
    said = office.status(first, date(2026, 6, 25), received=date(2026, 6, 25))
    assert (said["Rabat"]["state"], said["Rabat"]["days_late"]) == ("accepted", 0)
    assert (said["Rabat"]["day"], said["Rabat"]["by"]) == ("2026-06-25", "arrived")
    assert said["Karachi"]["state"] == "issued"

    # the deadline passes
    assert office.status(first, date(2026, 7, 18))["Karachi"]["days_late"] == 3

    # July: with a mistake; nobody says when it came, so the day on which it was saved tells whether it is late
    send(first, "Karachi", "karachi.xlsx", answers("WS-2", summer, None), saved=date(2026, 7, 14))
    said = office.status(first, date(2026, 7, 20))
    assert (said["Karachi"]["state"], said["Karachi"]["by"]) == ("returned", "saved")
    assert (said["Karachi"]["days_late"], said["Karachi"]["correction_overdue"]) == (0, 5)
    assert (said["Cairo"]["state"], said["Cairo"]["days_late"]) == ("late", 5)

    # feedback: one workbook, for the team that needs it
    feedback = office.home / "feedback"
    office.command("feedback", first, "-o", feedback, "--today", date(2026, 7, 20))
    (workbook,) = feedback.glob("*.xlsx")
    assert workbook.name.startswith("Karachi")
    stamp = stamp_of(workbook)
    (sent_before,) = query(first, "SELECT submission FROM submissions WHERE team = 'Karachi'")
    assert (stamp.team, stamp.predecessor) == ("Karachi", *sent_before)

    # the correction comes, later than the deadline, and counts
    right = answers("WS-2", summer, 30.0)
    send(first, "Karachi", "karachi 2.xlsx", right, saved=date(2026, 7, 25), back=stamp)
    said = office.status(first, date(2026, 7, 28), received=date(2026, 7, 28))
    assert [said["Karachi"][name] for name in ("state", "days_late", "correction_overdue")] == [
        "accepted",
        0,
        13,
    ]
    statuses = dict(query(first, "SELECT path, status FROM submissions"))
    assert {Path(path).name: status for path, status in statuses.items()} == {
        "rabat.xlsx": "counts",
        "karachi.xlsx": "superseded",
        "karachi 2.xlsx": "counts",
    }

    # somebody goes on in the workbook as it was issued: newer than the correction, but without its answers
    send(
        first,
        "Karachi",
        "karachi again.xlsx",
        answers("WS-2", summer, 10.0),
        saved=date(2026, 8, 3),
    )
    office.status(first, date(2026, 8, 4), received=date(2026, 8, 4))
    told = query(first, OLD_COPIES)
    assert [Path(path).name for (path,) in told] == ["karachi again.xlsx"]
    why = ("--withdraw", "--reason", "An old copy.", "--by", "office")
    office.command("decide", first, "karachi again.xlsx", *why)

    office.command("consolidate", first, "--today", date(2026, 8, 5))
    counting = query(first, "SELECT team, pln_06 FROM plan WHERE current ORDER BY team")
    assert counting == [("Karachi", 30), ("Rabat", 20)]

    # October: the next round, and what changed since
    second = office.set_up("2026-H2", NEXT_TEAMS, ISSUED_NEXT)
    autumn = date(2026, 11, 10)
    send(second, "Rabat", "rabat.xlsx", answers("WS-1", autumn, 25.0), saved=date(2026, 12, 1))
    said = office.status(second, date(2026, 12, 3), received=date(2026, 12, 3))
    assert {team: row["state"] for team, row in said.items()} == {
        "Rabat": "accepted",
        "Karachi": "issued",
    }
    compared = office.command("compare", first, second)
    assert "Pairs: 1." in compared
    assert "20 → 25" in compared

    # both rounds in one dataset: figures of a period are of that period
    both = office.home / "both"
    office.command("consolidate", first, second, "-o", both, "--today", date(2026, 12, 5))
    assert query(
        both, "SELECT period, received, accepted, counted FROM reconciliation ORDER BY period"
    ) == [
        ("2026-H1", 4, 2, 2),
        ("2026-H2", 1, 1, 1),
    ]
    totals = query(
        both, "SELECT period, total FROM aggregate_numbers WHERE field = 'PLN_06' ORDER BY period"
    )
    assert totals == [("2026-H1", 50), ("2026-H2", 25)]
