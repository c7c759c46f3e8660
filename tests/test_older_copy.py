"""A return made from an older copy: its team is told what it had answered otherwise since, and is not thanked."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from hrge_xl import ExpectedReturn, generate, init_round, load, load_round, read, refresh
from hrge_xl.cli import run
from tests.face import Refusal, orders, saved_on
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
        [str(cell.value) for cell in row if cell.value is not None] for row in book["À corriger"].iter_rows()
    ]
    listed = [line for line in lines if any("v2.xlsx" in cell for cell in line)]
    assert [[cell for cell in line if "v2.xlsx" in cell] for line in listed] == [
        ["Dans v2.xlsx, c'était : 30"], ["Dans v2.xlsx, c'était : Femmes"],
    ]  # fmt: skip
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
