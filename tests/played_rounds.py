"""Rounds in which each team does one thing: it answers, or twice, with mistakes, in two copies, forged, or never."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from hrge_xl import Order, generate, load
from tests.command_line import hrge
from tests.face import Answers, saved_on

SPEC = load("example")
ROUND, TODAY = "2026-H1", date(2026, 8, 1)
ISSUED, SUMMER = date(2026, 4, 1), date(2026, 6, 10)
TEAMS = ("Rabat", "Karachi", "Cairo", "Bamako")
KEY, FORGED = b"k" * 32, b"f" * 32


def answers(project: str, participants: float | None, likelihood: float) -> Answers:
    """A filled-in workbook with two risks; without participants it has a mistake."""
    form: dict[str, Any] = {
        "PLN_01": project,
        "PLN_03": "Plan the workshop",
        "PLN_04": SUMMER,
        "PLN_05": SUMMER,
        "PLN_06": participants,
        "PLN_11": "N",
        "PLN_13": ("WOM",),
    }
    found: Answers = {
        ("PLAN", "1", code): value for code, value in form.items() if value is not None
    }
    found |= {("C1", row, "CHK_01"): "Y" for row in ("C1_01", "C1_02", "C1_03")}
    for row, impact in (("K-01", 3.0), ("K-02", 1.0)):
        risk = {
            "RSK_01": "Nobody comes",
            "RSK_02": ("WOM",),
            "RSK_03": likelihood,
            "RSK_04": impact,
            "RSK_06": "ACC",
        }
        found |= {("R1", row, code): value for code, value in risk.items()}
    return found


@cache
def workbook(
    team: str,
    day: int,
    *,
    right: bool = True,
    copy: str = "",
    key: bytes = KEY,
    round_: str = ROUND,
) -> bytes:
    """A return of a team as saved on a day of July; no two are alike."""
    said = answers(f"WS-{team}", 10.0 + day if right else None, 1.0 + day % 3)
    order = Order(team, ISSUED, "PAK", round=round_, key=key, answers=said, copy=copy)
    return saved_on(generate(SPEC, order), date(2026, 7, day))


Files = dict[str, bytes]
Act = Callable[[str], Files]


def accepted(team: str) -> Files:
    return {"one": workbook(team, 1)}


def with_a_mistake(team: str) -> Files:
    return {"one": workbook(team, 2, right=False)}


def corrected(team: str) -> Files:
    return {"one": workbook(team, 2, right=False), "two": workbook(team, 5)}


def made_worse(team: str) -> Files:
    return {"one": workbook(team, 3), "two": workbook(team, 6, right=False)}


def sent_twice(team: str) -> Files:
    return {"one": workbook(team, 1), "again": workbook(team, 1)}


def old_version_sent_twice(team: str) -> Files:
    return corrected(team) | {"again": workbook(team, 2, right=False)}


def two_copies(team: str) -> Files:
    return {"one": workbook(team, 1), "other": workbook(team, 4, copy="another copy")}


def decided(team: str) -> Files:
    return two_copies(team)


def forged(team: str) -> Files:
    return {"one": workbook(team, 1, key=FORGED)}


def of_another_round(team: str) -> Files:
    return {"one": workbook(team, 1), "old": workbook(team, 2, round_="2025-H2")}


def unreadable(team: str) -> Files:
    return {"one": workbook(team, 1), "scan": b"%PDF-1.7 of " + team.encode()}


def withdrawn(team: str) -> Files:
    return {"one": workbook(team, 7)}


def waived(team: str) -> Files:
    return {"one": workbook(team, 8, right=False)}


def silent(team: str) -> Files:
    return {}


ACTS: tuple[Act, ...] = (
    accepted,
    with_a_mistake,
    corrected,
    made_worse,
    sent_twice,
    old_version_sent_twice,
    two_copies,
    decided,
    forged,
    of_another_round,
    unreadable,
    withdrawn,
    waived,
    silent,
)


def play(folder: Path, acts: tuple[Act, ...]) -> Path:
    listed = folder / "teams.csv"
    listed.write_text(
        "team,country\n" + "".join(f"{team},PAK\n" for team in TEAMS), encoding="utf-8"
    )
    round_ = folder / ROUND
    assert hrge("round", "init", round_, "--spec", "example", "--teams", listed) == 0
    (round_ / "signing.key").chmod(0o600)
    (round_ / "signing.key").write_bytes(KEY)
    for team, act in zip(TEAMS, acts, strict=True):
        for name, data in act(team).items():
            (round_ / "returned" / f"{team}_{name}.xlsx").write_bytes(data)
    for team, act in zip(TEAMS, acts, strict=True):
        who = ["--reason", "Asked the team.", "--by", "office"]
        if act is decided:
            assert hrge("decide", round_, f"{team}_other.xlsx", "--use", *who) == 0
        if act is withdrawn:
            assert hrge("decide", round_, f"{team}_one.xlsx", "--withdraw", *who) == 0
        if act is waived:
            assert (
                hrge("waive", "V001", "--file", f"{team}_one.xlsx", "--ledger", round_, *who) == 0
            )
    return round_
