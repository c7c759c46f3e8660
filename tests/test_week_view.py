"""What a refresh says at its end: about ten lines that fit any window, however many teams there are; or JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from hrge_xl import init_round
from hrge_xl.cli import run
from tests.face import taken

WORDS = ["Arrived", "Counts", "Teams", "Late", "Due next", "To decide", "To send", "Look first", "Files in"]
SOON, LATER = "2026-07-10", "2026-07-25"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A round of forty teams with long names and no addresses, the first half of which is due soon."""
    days = [SOON] * 20 + [LATER] * 20
    lines = [f"Ministère-de-la-Justice-{n:02},MAR,{day}\n" for n, day in enumerate(days)]
    (tmp_path / "teams.csv").write_text("team,country,deadline\n" + "".join(lines), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    made = init_round(Path("2026-H1"), "example", Path("teams.csv")).folder
    assert run(["generate", "2026-H1", "--today", "2026-07-01"]) == 0
    capsys.readouterr()
    return made


def test_it_fits_a_window_of_80_columns(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["refresh", "2026-H1", "--today", "2026-07-15"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in lines if not line.startswith(" ")] == WORDS
    assert max(map(taken, lines)) <= 80
    assert len(lines) <= 18
    told = " ".join(" ".join(lines).split())
    assert "Late: Ministère-de-la-Justice-00 (5 days), Ministère-de-la-Justice-01 (5 days), " in told
    assert "Ministère-de-la-Justice-04 (5 days) and 15 more." in told  # cut, and said so
    assert "Due next: 2026-07-25, in 10 days: Ministère-de-la-Justice-20, " in told
    assert "Files in: 2026-H1: data.xlsx, reports/overview.html, feedback/, drafts/" in told


@pytest.mark.parametrize(("columns", "most"), [("60", 60), ("200", 120)])
def test_it_is_no_wider_than_the_window_nor_than_can_be_read(
    folder: Path, columns: str, most: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert run(["refresh", "2026-H1", "--today", "2026-07-15"]) == 0
    assert most - 12 < max(map(taken, capsys.readouterr().out.splitlines())) <= most


def test_all_of_it_as_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In a file that is named; nobody is left out."""
    assert run(["refresh", "2026-H1", "--json", "-o", "week.json", "--today", "2026-07-15"]) == 0
    assert capsys.readouterr().out == ""
    week = json.loads(Path("week.json").read_text(encoding="utf-8"))
    assert len(week["teams"]) == 40
    assert [each["days_late"] for each in week["teams"]] == [5] * 20 + [0] * 20
    assert (week["due_next"]["day"], len(week["due_next"]["teams"])) == (LATER, 20)
    assert len(week["without_address"]) == len(week["drafts"]["new"]) == 20
    assert {each["occasion"] for each in week["drafts"]["new"]} == {"reminder-after"}
    assert all((folder / each["file"]).is_file() for each in week["drafts"]["new"])
    assert week["counts"]["received"] == 0
    assert week["received"] == {"placed": [], "known": [], "left_aside": [], "not_opened": []}
