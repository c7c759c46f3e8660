"""A blank form is no answer: what came back as it was issued is told as blank, and beats no deadline.

A round of one team, by the command line: its workbook comes back untouched before the deadline, the answer long after.
"""

from __future__ import annotations

import io
import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from hrge_xl import Order, generate, load, load_round, read_table
from hrge_xl.cli import run
from tests.damage import ANSWERS
from tests.face import orders, saved_on

ISSUED = date(2026, 6, 1)
BEFORE = date(2026, 6, 10)
DEADLINE = date(2026, 6, 15)
AFTER = date(2026, 7, 3)  # 23 days after the blank one, 18 after the deadline
CODES = ("--today", str(AFTER), "--jobs", "1")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A round of one team whose workbook was issued."""
    teams = tmp_path / "teams.csv"
    teams.write_text(
        f"team,country,email,deadline\nPAK,PAK,pak@example.org,{DEADLINE}\n", encoding="utf-8"
    )
    folder = tmp_path / "round"
    assert run(["round", "init", str(folder), "--spec", "example", "--teams", str(teams)]) == 0
    assert run(["generate", str(folder), "--today", str(ISSUED)]) == 0
    return folder


def ordered(folder: Path, **changes: Any) -> Order:
    """What the team is issued."""
    (order,) = orders(load_round(folder), ISSUED)
    return replace(order, **changes)


def come_back(folder: Path, name: str, order: Order, day: date) -> None:
    """Put a workbook into `returned/` as it was saved on a day."""
    (folder / "returned").mkdir(exist_ok=True)
    (folder / "returned" / name).write_bytes(saved_on(generate(load("example"), order), day))


def state_of(folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """What `status --json` says of the team."""
    capsys.readouterr()
    assert run(["status", str(folder), "--json", *CODES]) == 0
    (team,) = json.loads(capsys.readouterr().out)
    return dict(team)


def pages(folder: Path) -> tuple[str, str]:
    """The brief and the overview of the round."""
    pages = folder.parent / "pages"
    wanted = ["--format", "brief", "--format", "overview", "-o", str(pages)]
    assert run(["report", str(folder), *wanted, "--today", str(AFTER)]) == 0
    (brief,) = pages.glob("brief*.html")
    (overview,) = pages.glob("overview*.html")
    return brief.read_text(encoding="utf-8"), overview.read_text(encoding="utf-8")


def test_a_blank_before_the_deadline_does_not_beat_it(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The day of arrival is that of the first version with an answer in it, everywhere."""
    come_back(folder, "blank.xlsx", ordered(folder), BEFORE)
    assert run(["refresh", str(folder), "--today", str(BEFORE)]) == 0
    come_back(folder, "filled.xlsx", ordered(folder, answers=ANSWERS), AFTER)
    assert run(["refresh", str(folder), "--today", str(AFTER)]) == 0
    team = state_of(folder, capsys)
    assert (team["state"], team["days_late"], team["day"]) == ("accepted", 18, str(AFTER))
    assert {Path(file["path"]).name: file["state"] for file in team["files"]} == {
        "blank.xlsx": "blank",
        "filled.xlsx": "counts",
    }
    (row,) = read_table(folder, "teams").to_dict("records")
    assert (row["outcome"], str(row["arrived"])[:10]) == ("accepted", str(AFTER))
    assert "(arrived late: 1; not answered: 0)" in pages(folder)[0]


def test_a_blank_alone_is_told_as_blank(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In `status`, in the dataset, in brief and overview; it is in no figure."""
    come_back(folder, "blank.xlsx", ordered(folder), BEFORE)
    team = state_of(folder, capsys)
    assert (team["state"], team["days_late"], team["required"]) == ("blank", 18, 0)
    assert run(["status", str(folder), *CODES]) == 0
    (shown, said) = capsys.readouterr()
    assert "blank: blank.xlsx" in shown
    assert "1 blank." in said
    assert "Not answered: PAK." in said
    assert run(["consolidate", str(folder), "-o", str(folder), *CODES]) == 0
    (row,) = read_table(folder, "teams").to_dict("records")
    assert row["outcome"] == "blank"
    (brief, overview) = pages(folder)
    assert "<bdi>PAK</bdi> (Blank) (Days late: 18)" in brief
    assert "Blank: 1" in brief
    assert ">Blank<" in overview
    assert "Teams that were expected: 1. Answered: 0. Not answered: 1." in overview


def test_its_team_is_told_so_in_one_sentence(folder: Path, tmp_path: Path) -> None:
    """And it is reminded a week later, if nothing comes."""
    come_back(folder, "first.xlsx", ordered(folder), BEFORE)
    come_back(folder, "second.xlsx", ordered(folder), date(2026, 6, 11))
    assert (
        run(["feedback", str(folder), "-o", str(tmp_path / "back"), "--today", "2026-06-12"]) == 0
    )
    (letter,) = (tmp_path / "back").glob("*_message.txt")
    assert letter.read_text(encoding="utf-8").split("\n\n") == [
        "Dear colleagues,",
        "second.xlsx came back blank: please fill in the attached workbook.\n"
        "Please send it back by 15 June 2026.\n",
    ]
    (workbook,) = (tmp_path / "back").glob("*_feedback.xlsx")
    shutil.copyfile(workbook, folder / "returned" / "again.xlsx")
    for day, drafted in (
        (date(2026, 6, 12), "PAK_feedback.eml"),
        (date(2026, 6, 19), "PAK_reminder-to-correct.eml"),
    ):
        assert run(["refresh", str(folder), "--today", str(day)]) == 0
        assert [file.name for file in (folder / "drafts" / str(day)).glob("*.eml")] == [drafted]


def test_a_real_answer_leaves_nothing_to_say_about_a_blank(folder: Path, tmp_path: Path) -> None:
    come_back(folder, "filled.xlsx", ordered(folder, answers=ANSWERS), BEFORE)
    come_back(folder, "quoted.xlsx", ordered(folder), AFTER)
    back = str(tmp_path / "back")
    assert run(["feedback", str(folder), "-o", back, "--today", str(AFTER)]) == 0
    assert not list(Path(back).glob("*_message.txt"))
    assert run(["validate", str(folder), *CODES]) == 0


@pytest.fixture
def later(folder: Path, tmp_path: Path) -> Path:
    """The next round, whose workbook was issued with the answers that the team gave in this one."""
    come_back(folder, "filled.xlsx", ordered(folder, answers=ANSWERS), BEFORE)
    assert run(["consolidate", str(folder), "-o", str(folder), *CODES]) == 0
    teams = tmp_path / "later.csv"
    teams.write_text("team,country,deadline\nPAK,PAK,2026-12-15\n", encoding="utf-8")
    later = tmp_path / "later"
    assert run(["round", "init", str(later), "--spec", "example", "--teams", str(teams)]) == 0
    issue = ["generate", str(later), "--from", str(folder), "--today", str(AFTER)]
    assert run(issue) == 0
    return later


def issued(folder: Path) -> bytes:
    """The workbook that was issued."""
    (path,) = (folder / "issued").glob("*.xlsx")
    return path.read_bytes()


def test_what_the_office_put_into_a_blank_is_an_answer(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also into the very file that was issued."""
    (folder / "returned").mkdir(exist_ok=True)
    (folder / "returned" / "same.xlsx").write_bytes(issued(folder))
    assert state_of(folder, capsys)["state"] == "blank"
    correction = ["--cell", "Plan!E9", "--value", "Train the trainers", "--reason", "By phone"]
    assert run(["decide", str(folder), "same.xlsx", *correction, *CODES[:2]]) == 0
    assert state_of(folder, capsys)["state"] == "returned"


@pytest.mark.parametrize("opened", [pytest.param(False, marks=pytest.mark.deep), True])
def test_a_prefilled_workbook_that_comes_back_as_it_was_issued_is_blank(
    opened: bool, later: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = issued(later)
    (later / "issued" / "0.xlsx").mkdir()  # what cannot be read there hides nothing
    (later / "returned").mkdir(exist_ok=True)
    path = later / "returned" / "prefilled.xlsx"
    path.write_bytes(saved_on(data, AFTER) if opened else data)
    assert state_of(later, capsys)["state"] == "blank"
    book = load_workbook(io.BytesIO(data))
    sheet = book["Plan"]
    filled = (
        cell
        for row in sheet.iter_rows(min_row=2)
        for cell in row
        if cell.value == "Train the trainers"
    )
    next(filled).value = "Something else"
    book.save(path)
    assert state_of(later, capsys)["state"] in ("returned", "accepted")


def test_who_sent_it_is_reminded_of_the_feedback_after_a_week(folder: Path) -> None:
    """Also where its workbook was issued with every answer, and has no error in it."""
    data = generate(load("example"), ordered(folder, answers=ANSWERS))
    for place in ("issued/PAK_en.xlsx", "returned/PAK.xlsx"):
        (folder / place).write_bytes(data)
    days = [BEFORE, BEFORE.replace(day=17)]
    for day in days:
        assert run(["refresh", str(folder), "--today", str(day)]) in (0, 1)
    drafts = [path.name for path in (folder / "drafts" / str(days[-1])).glob("*.eml")]
    assert [name for name in drafts if "correct" in name]
