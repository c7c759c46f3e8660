"""Who has answered in a round: what `status` and the overview say, from a dataset in which nothing is read twice."""

from __future__ import annotations

import json
import re
import sqlite3
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from rich.cells import cell_len as taken

import hrge_xl
from hrge_xl import (
    Dataset,
    DatasetRequest,
    Order,
    Round,
    TeamStatus,
    datasets,
    generate,
    init_round,
    load,
)
from hrge_xl.cli import run
from hrge_xl.outputs.overview_build import MISSING, STATES
from hrge_xl.outputs.overview_build import teams as overview_teams
from tests.audited import hrge, round_folder
from tests.command_line import ran
from tests.databases import queried
from tests.face import orders, status, translator, work
from tests.fixture_types import Capsys, Patch
from tests.played_rounds import corrected, play, silent
from tests.telling import telling
from tests.test_consolidate import answers

SPEC = load("example")
TODAY, LATER = date(2026, 6, 30), date(2026, 8, 5)
TEAMS = """Team,Country,LANGUAGE,Deadline,Contact,Tools
PAK-1,PAK,en,2026-07-31,pak@example.org,
MAR-1,Maroc,fr,2026-07-31,"Office, Rabat","C1, R1"
EGY-1,egy,ar,2026-07-31,,
IRQ-1,IRQ,,2026-09-30,,
"""
DAY = ("--today", str(LATER), "--jobs", "1")


def test_in_a_closed_round_nobody_gets_later(tmp_path: Path) -> None:
    (tmp_path / "teams.csv").write_text("team,deadline\nOdesa,2026-07-10\n", encoding="utf-8")
    folder = init_round(tmp_path / "round", "example", tmp_path / "teams.csv").folder
    with (folder / "round.yaml").open("a", encoding="utf-8") as file:
        file.write("closed: 2026-07-20\n")
    for day in (date(2026, 7, 20), date(2026, 9, 8)):
        (team,) = hrge_xl.status(folder, day)
        assert (team.state, team.days_late) == ("late", 10)


def test_a_team_answered_on_the_day_of_its_first_version(tmp_path: Path) -> None:
    """In the table of teams, too; a file of another round that lies there is of no period."""
    folder = round_folder(tmp_path)
    order = next(
        order for order in orders(hrge_xl.load_round(folder), TODAY) if order.team == "PAK"
    )
    whole = replace(order, answers=answers(country="PAK"))
    for name, day, sent in (
        ("PAK.xlsx", "2026-06-20", whole),
        (
            "corrected.xlsx",
            "2026-07-09",
            replace(whole, answers=answers(country="PAK", PLN_06=30.0)),
        ),
        ("stray.xlsx", "2026-07-09", replace(whole, round="2019-H1", copy="0123456789ab")),
    ):
        (folder / "returned" / name).write_bytes(generate(SPEC, sent))
        if name != "corrected.xlsx":
            ran("consolidate", folder, "--received", day, "--today", day)
    assert queried(folder, "SELECT arrived FROM teams WHERE team = 'PAK'") == [("2026-06-20",)]
    assert queried(folder, "SELECT period FROM periods") == [(order.round,)]


def test_a_team_is_done_when_all_of_its_interventions_are(tmp_path: Path) -> None:
    """One of its two workbooks is whole, and in the other one an answer is missing."""
    folder = round_folder(tmp_path)
    order = next(
        order for order in orders(hrge_xl.load_round(folder), TODAY) if order.team == "PAK"
    )
    other = replace(order, copy="0123456789ab", answers=answers(country="PAK", PLN_01="WS-08"))
    (folder / "returned" / "another.xlsx").write_bytes(generate(SPEC, other))
    states = {
        row.team.code: (row.state, len(row.counting)) for row in hrge_xl.status(folder, TODAY)
    }
    assert states == {"AFG": ("accepted", 1), "PAK": ("returned", 2)}


@pytest.fixture
def made(tmp_path: Path) -> Round:
    (tmp_path / "teams.csv").write_text(TEAMS, encoding="utf-8-sig")
    return init_round(tmp_path / "round", "example", tmp_path / "teams.csv")


def workbook(made: Round, team: str, changes: dict[str, Any] | None = None, **more: Any) -> bytes:
    """A return of a team; changes of its order, and its answers."""
    (order,) = [each for each in orders(made, TODAY) if each.team == team]
    order = replace(order, answers=answers(country=order.country, **more))
    return generate(SPEC, replace(order, **(changes or {})))


def returned(made: Round, **files: bytes) -> None:
    for name, data in files.items():
        (made.folder / "returned" / f"{name}.xlsx").write_bytes(data)


@contextmanager
def dataset_of(made: Round, day: date = LATER) -> Iterator[Dataset]:
    """The dataset of a round, with what is new taken in."""
    with datasets(DatasetRequest([str(made.folder)], day)) as (dataset,):
        yield dataset


def teams_of(made: Round, day: date = LATER) -> list[TeamStatus]:
    with dataset_of(made, day) as dataset:
        return status(dataset.of_round(), day, dataset.round)


def told(capsys: Capsys, *words: object) -> tuple[Any, list[str]]:
    """What `status --json` says, and the lines on stderr."""
    capsys.readouterr()
    assert run(["status", *map(str, words), "--json"]) == 0
    out, err = capsys.readouterr()
    return json.loads(out), err.splitlines()


def test_who_has_answered(made: Round) -> None:
    for team, more in (("PAK-1", {}), ("MAR-1", {"PLN_03": None})):
        returned(made, **{team: workbook(made, team, **more)})
    (made.folder / "issued" / "IRQ-1_en.xlsx").write_bytes(b"")
    lines = {each.team.code: each for each in teams_of(made)}
    assert {
        code: (line.state, line.days_late, line.correction_overdue) for code, line in lines.items()
    } == {
        "PAK-1": ("accepted", 0, 0),
        "MAR-1": ("returned", 0, 5),
        "EGY-1": ("late", 5, 0),
        "IRQ-1": ("issued", 0, 0),
    }
    assert lines["PAK-1"].completeness == 1
    assert lines["MAR-1"].answered == lines["MAR-1"].required - 1
    assert lines["MAR-1"].errors == 1
    assert teams_of(made, TODAY)[2].state == "not issued"


def test_on_the_screen_and_as_a_workbook(made: Round, capsys: Capsys) -> None:
    """Columns that say nothing about anybody are left out; in the workbook figures and days are such."""
    returned(made, **{"=1+1": workbook(made, "PAK-1", PLN_03=None), "scan": b"%PDF-1.7"})
    sheet = made.folder / "status.xlsx"
    assert run(["status", str(made.folder), *DAY, "--wide", "--xlsx", str(sheet)]) == 0
    out, err = capsys.readouterr()
    heads, first, *_, last = out.splitlines()
    assert heads.split() == [
        "Team",
        "Country",
        "State",
        "Completeness",
        "Errors",
        "Days",
        "late",
        "Correction",
        "overdue",
        "(days)",
        "Deadline",
        "Day",
        "By",
        "Files",
        "Version",
        "File",
        "Note",
    ]
    assert first.split() == [
        "PAK-1",
        "PAK",
        "returned",
        "93%",
        "1",
        "5",
        "2026-07-31",
        "2026-06-30",
        "saved",
        "1",
        "1.0",
        "=1+1.xlsx",
        "Correction",
        "overdue",
        "(days):",
        "5",
    ]
    assert last.split()[0] == "refused"
    assert "scan.xlsx  F007:" in last
    assert err.splitlines() == [
        "2 files: 0 accepted, 1 returned, 1 refused.",
        "1 returned, 2 late, 1 not issued.",
        "Not answered: MAR-1, EGY-1, IRQ-1.",
        "Late now: MAR-1, EGY-1.",
        f"Next: hrge-xl feedback {made.folder} -o feedback",
    ]
    (names, *rows) = openpyxl.load_workbook(sheet)["Status"].iter_rows()
    cells = {str(name.value): cell for name, cell in zip(names, rows[0], strict=True)}
    overdue = "Correction overdue (days)"
    assert [
        cells[name].value for name in ("Team", "State", "Errors", "Days late", overdue, "By")
    ] == [
        "PAK-1",
        "returned",
        1,
        0,
        5,
        "saved",
    ]
    assert [cells[name].value.date() for name in ("Deadline", "Day")] == [date(2026, 7, 31), TODAY]
    assert {cell.data_type for row in rows for cell in row} <= {"s", "n", "d"}


def test_a_text_is_a_text_in_the_workbook(made: Round) -> None:
    """Whatever a stranger calls its team, and where nothing is said."""
    returned(made, one=workbook(made, "PAK-1", {"team": "{=1+1}"}), scan=b"%PDF-1.7")
    sheet = made.folder / "status.xlsx"
    assert run(["status", str(made.folder), *DAY, "--xlsx", str(sheet)]) == 0
    cells = zipfile.ZipFile(sheet).read("xl/worksheets/sheet1.xml").decode()
    assert "<f" not in cells
    assert len(re.findall(r'<c r="A[2-9]" t="s">', cells)) == len(made.teams) + 2


@pytest.mark.parametrize("language", telling(["fr", "ar"], "ar"))
def test_it_speaks_to_its_reader(
    made: Round, capsys: Capsys, language: str, tmp_path: Path
) -> None:
    """Names, codes and figures are the same; no word of English is left."""
    returned(made, **{"one": workbook(made, "PAK-1", PLN_03=None), "scan": b"%PDF-1.7"})
    sheet, say = tmp_path / "status.xlsx", translator(language)
    assert (
        run(["status", str(made.folder), *DAY, "--xlsx", str(sheet), "--language", language]) == 0
    )
    out, err = capsys.readouterr()
    line = next(line for line in out.splitlines() if "PAK-1" in line)
    assert say("returned") in line
    assert "93%" in line
    assert say("a PDF document") in out
    assert say("Not answered") in err
    for english in ("Team", "late", "returned", "refused", "PDF document", "Not answered"):
        assert english not in out + err.replace("issued/", "")
    book = openpyxl.load_workbook(sheet)
    assert book.sheetnames == [say("Status")]
    assert bool(book[say("Status")].sheet_view.rightToLeft) == (language == "ar")


def test_a_form_of_another_round_leaves_no_period_and_no_team(made: Round) -> None:
    """It was received, and is told of among what is of no period; decided that it counts, it is of its own."""
    returned(made, PAK=workbook(made, "PAK-1"))
    stray = workbook(made, "PAK-1", {"round": "2025-H2", "team": "OLD-9", "copy": "c" * 12})
    returned(made, stray=stray)
    ran("consolidate", "--write", made.folder, *DAY, code=None)

    def periods(table: str) -> list[str]:
        return sorted(set(hrge_xl.read_table(made.folder, table).period.fillna("")))

    assert periods("periods") == periods("teams") == [made.name]
    assert "OLD-9" not in set(hrge_xl.read_table(made.folder, "teams").team)
    reconciled = hrge_xl.read_table(made.folder, "reconciliation").set_index("period")
    assert reconciled.received.to_dict() == {"": 1, made.name: 1}
    book = openpyxl.load_workbook(made.folder / "data.xlsx", read_only=True)
    shown = {sheet.title: str([*sheet.values]) for sheet in book}
    assert {name for name, text in shown.items() if "2025-H2" in text} == {"submissions"}
    ran("decide", made.folder, "stray.xlsx", "--use", "--reason", "It is ours", *DAY[:2])
    assert periods("periods") == periods("teams") == ["2025-H2", made.name]


def test_nothing_is_read_twice(made: Round, capsys: Capsys, monkeypatch: Patch) -> None:
    returned(made, one=workbook(made, "PAK-1"), scan=b"%PDF-1.7")
    first = told(capsys, made.folder, "--jobs", "1")
    read: list[str] = []

    def reading(paths: list[Path], *_: object) -> None:
        read.extend(path.name for path in paths)
        raise AssertionError(read)

    monkeypatch.setattr(work, "validated", reading)
    assert told(capsys, made.folder, "--jobs", "1") == first
    returned(made, two=workbook(made, "IRQ-1"))
    run(["status", str(made.folder), "--jobs", "1"])
    assert read == ["two.xlsx"]


def test_the_keys_of_the_json(made: Round, capsys: Capsys) -> None:
    returned(made, one=workbook(made, "PAK-1"))
    lines, _ = told(capsys, made.folder, *DAY)
    assert set(lines[0]) == {
        "team",
        "country",
        "language",
        "deadline",
        "state",
        "returns",
        "version",
        "required",
        "answered",
        "errors",
        "days_late",
        "correction_overdue",
        "received",
        "day",
        "by",
        "path",
        "note",
        "files",
        "completeness",
    }
    (file,) = lines[0]["files"]
    assert set(file) == {
        "path",
        "submission",
        "received",
        "day",
        "by",
        "verdict",
        "state",
        "reason",
    }
    assert (file["verdict"], file["state"]) == ("accepted", "counts")


# days


def test_lateness_goes_by_the_day_of_arrival_where_it_was_stated(
    made: Round, capsys: Capsys
) -> None:
    """Else by the day on which the file was saved, as it says itself."""
    returned(made, one=workbook(made, "PAK-1"))
    lines, _ = told(capsys, made.folder, "--received", "2026-08-03", *DAY)
    assert [lines[0][name] for name in ("state", "days_late", "day", "by")] == [
        "accepted",
        3,
        "2026-08-03",
        "arrived",
    ]
    returned(made, two=workbook(made, "IRQ-1"))
    lines, _ = told(capsys, made.folder, *DAY)
    assert [lines[3][name] for name in ("state", "days_late", "day", "by")] == [
        "accepted",
        0,
        "2026-06-30",
        "saved",
    ]
    assert [lines[0][name] for name in ("days_late", "day", "by")] == [3, "2026-08-03", "arrived"]


def test_a_clock_that_is_wrong_is_not_believed(made: Round, capsys: Capsys) -> None:
    """A file cannot have been saved after it came."""
    returned(made, one=workbook(made, "PAK-1", {"today": date(2099, 1, 1)}))
    lines, _ = told(capsys, made.folder, "--jobs", "1")
    assert (lines[0]["by"], lines[0]["day"]) == ("first seen", lines[0]["received"])


# what does not count


def test_a_forged_and_a_strange_return(made: Round, capsys: Capsys) -> None:
    returned(
        made,
        strange=workbook(made, "PAK-1", {"team": "XXX"}),
        forged=workbook(made, "PAK-1", {"key": b"no"}),
    )
    lines, said = told(capsys, made.folder, *DAY)
    by_team = {line["team"]: line for line in lines}
    assert (by_team["PAK-1"]["state"], by_team["PAK-1"]["note"]) == (
        "late",
        "excluded: forged.xlsx (I006)",
    )
    assert (by_team["XXX"]["state"], by_team["XXX"]["note"]) == (
        "not in this round",
        "excluded: strange.xlsx (I008)",
    )
    assert by_team["XXX"]["errors"] == 0  # figures are of what counts
    assert said[1] == "Of the 2 that could be read: 2 excluded."


def test_what_another_return_counts_in_place_of_is_not_to_decide(
    made: Round, capsys: Capsys
) -> None:
    returned(made, forged=workbook(made, "PAK-1", {"key": b"no"}))
    to_decide = f"To decide: hrge-xl decide {made.folder}"
    assert to_decide in told(capsys, made.folder, *DAY)[1]
    returned(made, right=workbook(made, "PAK-1"))
    lines, said = told(capsys, made.folder, *DAY)
    assert "excluded: forged.xlsx (I006)" in lines[0]["note"]
    assert to_decide not in said
    capsys.readouterr()
    run(["refresh", str(made.folder), "--json", *DAY[:2]])
    assert json.loads(capsys.readouterr().out)["to_decide"] == []


def test_what_a_stranger_sent_is_decided_once_it_is_withdrawn(made: Round, capsys: Capsys) -> None:
    returned(made, strange=workbook(made, "PAK-1", {"team": "XXX"}))
    to_decide = f"To decide: hrge-xl decide {made.folder}"
    assert to_decide in told(capsys, made.folder, *DAY)[1]
    words = ["strange.xlsx", "--withdraw", "--reason", "Nobody knows it", "--by", "us", *DAY[:2]]
    assert run(["decide", str(made.folder), *words]) == 0
    assert to_decide not in told(capsys, made.folder, *DAY)[1]


def test_two_workbooks_wait_for_a_decision(made: Round, capsys: Capsys) -> None:
    returned(made, one=workbook(made, "PAK-1"), two=workbook(made, "PAK-1", {"copy": "b" * 12}))
    lines, said = told(capsys, made.folder, *DAY)
    assert (lines[0]["state"], lines[0]["note"]) == (
        "to decide",
        "decide between: one.xlsx, two.xlsx",
    )
    assert f"To decide: hrge-xl decide {made.folder}" in said
    decided = ["two.xlsx", "--use", "--reason", "asked", "--by", "us", *DAY[:2]]
    assert run(["decide", str(made.folder), *decided]) == 0
    lines, said = told(capsys, made.folder, *DAY)
    assert lines[0]["state"] == "accepted"
    assert "Decided on 2026-08-05 by us: asked" in lines[0]["note"]


def test_a_dataset_of_several_rounds_is_asked_about_one(
    made: Round, tmp_path: Path, capsys: Capsys
) -> None:
    """A file of the first round that also lies in the second one is known, counts there and answers nothing here."""
    second = init_round(tmp_path / "later", "example", tmp_path / "teams.csv")
    returned(made, one=workbook(made, "PAK-1"))
    returned(second, again=workbook(made, "PAK-1"), scan=b"%PDF-1.7", two=workbook(second, "MAR-1"))
    year = tmp_path / "year"
    for each in (made, second):
        run(["consolidate", str(each.folder), "-o", str(year), *DAY])
    lines, said = told(capsys, second.folder, "--ledger", year, *DAY)
    assert [(line["team"], line["state"], line["returns"]) for line in lines] == [
        ("PAK-1", "late", 1),
        ("MAR-1", "accepted", 1),
        ("EGY-1", "late", 0),
        ("IRQ-1", "not issued", 0),
        ("", "refused", 1),
    ]
    assert lines[0]["note"] == "excluded: again.xlsx (It counts in round.)"
    assert said[:2] == [
        "3 files: 2 accepted, 0 returned, 1 refused.",
        "Of the 2 that could be read: 1 counted, 1 excluded.",
    ]
    lines, said = told(capsys, made.folder, "--ledger", year, *DAY)
    assert [line["state"] for line in lines] == ["accepted", "late", "late", "not issued"]


# one idea of it


def test_the_overview_says_the_same(made: Round) -> None:
    """States, days late, errors and answers, team by team; late, issued and not issued are all no answer there."""
    returned(
        made,
        ours=workbook(made, "PAK-1"),
        theirs=workbook(made, "PAK-1", {"copy": "b" * 12}),
        mar=workbook(made, "MAR-1", PLN_03=None),
        irq=workbook(made, "IRQ-1"),
        scan=b"%PDF-1.7",
        strange=workbook(made, "IRQ-1", {"team": "XXX"}),
    )
    with dataset_of(made) as dataset:
        told = [each for each in status(dataset.of_round(), LATER, made) if each.team.code]
        shown, _ = overview_teams(dataset.store, LATER, made, made.name)
    assert [each.state for each in told] == [
        "to decide",
        "returned",
        "late",
        "accepted",
        "not in this round",
    ]
    assert [
        (
            each.code,
            each.state,
            each.days_late,
            each.correction_overdue,
            each.errors,
            each.answered,
            each.required,
        )
        for each in shown
    ] == [
        (
            each.team.code,
            STATES.get(each.state, MISSING),
            each.days_late,
            each.correction_overdue,
            each.errors,
            each.answered,
            each.required,
        )
        for each in told
    ]


def test_without_a_round_all_who_answered_are_told(tmp_path: Path) -> None:
    (tmp_path / "pak.xlsx").write_bytes(
        generate(SPEC, Order("PAK", TODAY, "PAK", answers=answers()))
    )
    with datasets(DatasetRequest([str(tmp_path)], LATER)) as (dataset,):
        (team,) = status(dataset.returns(), LATER)
        (shown,), _ = overview_teams(dataset.store, LATER, None, team.returns[0].period)
    assert (team.team.code, team.team.country, team.state) == ("PAK", "PAK", "accepted")
    assert (shown.code, shown.country, shown.state) == ("PAK", "PAK", "accepted")


# what a refresh says at its end: about ten lines that fit any window, however many teams there are; or JSON

WORDS = [
    "Arrived",
    "Counts",
    "Teams",
    "Late now",
    "Due next",
    "To decide",
    "To send",
    "Look first",
    "Files in",
]
DUE_SOON, DUE_LATER = "2026-07-10", "2026-07-25"


@pytest.fixture
def of_forty(tmp_path: Path, monkeypatch: Patch, capsys: Capsys) -> Path:
    """A round of forty teams with long names and no addresses, the first half of which is due soon."""
    days = [DUE_SOON] * 20 + [DUE_LATER] * 20
    lines = [f"Ministère-de-la-Justice-{n:02},MAR,{day}\n" for n, day in enumerate(days)]
    (tmp_path / "teams.csv").write_text(
        "team,country,deadline\n" + "".join(lines), encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    made = init_round(Path("2026-H1"), "example", Path("teams.csv")).folder
    assert run(["generate", "2026-H1", "--today", "2026-07-01"]) == 0
    capsys.readouterr()
    return made


def test_a_refresh_fits_a_window_of_80_columns(of_forty: Path, capsys: Capsys) -> None:
    assert run(["refresh", "2026-H1", "--today", "2026-07-15"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in lines if not line.startswith(" ")] == WORDS
    assert max(map(taken, lines)) <= 80
    assert len(lines) <= 18
    told = " ".join(" ".join(lines).split())
    assert (
        "Late now: Ministère-de-la-Justice-00 (5 days), Ministère-de-la-Justice-01 (5 days), "
        in told
    )
    assert "Ministère-de-la-Justice-04 (5 days) and 15 more." in told  # cut, and said so
    assert "Due next: 2026-07-25, in 10 days: Ministère-de-la-Justice-20, " in told
    assert "Files in: 2026-H1: feedback/, reports/overview.html and brief.html" in told


@pytest.mark.parametrize(("columns", "most"), [("60", 60), ("200", 120)])
def test_a_refresh_is_no_wider_than_the_window_nor_than_can_be_read(
    of_forty: Path, columns: str, most: int, monkeypatch: Patch, capsys: Capsys
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert run(["refresh", "2026-H1", "--today", "2026-07-15"]) == 0
    assert most - 12 < max(map(taken, capsys.readouterr().out.splitlines())) <= most


def test_all_of_a_refresh_as_json(of_forty: Path, capsys: Capsys) -> None:
    """In a file that is named; nobody is left out."""
    assert run(["refresh", "2026-H1", "--json", "-o", "week.json", "--today", "2026-07-15"]) == 0
    assert capsys.readouterr().out == ""
    week = json.loads(Path("week.json").read_text(encoding="utf-8"))
    assert len(week["teams"]) == 40
    assert [each["days_late"] for each in week["teams"]] == [5] * 20 + [0] * 20
    assert (week["due_next"]["day"], len(week["due_next"]["teams"])) == (DUE_LATER, 20)
    assert len(week["without_address"]) == len(week["drafts"]["new"]) == 20
    assert {each["occasion"] for each in week["drafts"]["new"]} == {"reminder-after"}
    assert all((of_forty / each["file"]).is_file() for each in week["drafts"]["new"])
    assert week["counts"]["received"] == 0
    nothing = ("placed", "known", "waiting", "sent", "left_aside", "not_opened")
    assert week["received"] == {what: [] for what in nothing}


def test_a_file_named_besides_its_round_is_counted_once(tmp_path: Path, capsys: Capsys) -> None:
    folder = round_folder(tmp_path)
    assert hrge("validate", folder / "returned" / "AFG.xlsx", folder, *DAY) == 1
    assert "2 files: 1 accepted, 1 returned" in capsys.readouterr().err


def test_a_refresh_tells_what_was_put_into_returned_by_hand(tmp_path: Path, capsys: Capsys) -> None:
    folder = round_folder(tmp_path)
    assert hrge("refresh", folder, "--today", LATER) == 0
    assert "Arrived: 2 files put into returned/ by hand." in " ".join(
        capsys.readouterr().out.split()
    )
    assert hrge("refresh", folder, "--today", LATER) == 0
    assert "Arrived: nothing." in " ".join(capsys.readouterr().out.split())


def test_all_but_one_of_many_answers_is_not_all(
    made: Round, capsys: Capsys, monkeypatch: Patch
) -> None:
    returned(made, one=workbook(made, "PAK-1"))
    monkeypatch.setattr(TeamStatus, "completeness", 366 / 367)
    run(["status", str(made.folder), *DAY])
    assert " 99%" in capsys.readouterr().out


def test_figures_are_of_the_day_of_whoever_shows_them(tmp_path: Path, monkeypatch: Patch) -> None:
    """Who only asks who has answered leaves them as they are, and waits for none."""
    folder, later = round_folder(tmp_path), date(2026, 8, 6)
    assert hrge("refresh", folder, "--today", LATER) == 0
    sqlite = folder / "dataset.sqlite"

    def worked_out() -> str:
        with closing(sqlite3.connect(sqlite)) as database:
            ((day,),) = database.execute("SELECT value FROM meta WHERE name = 'derived'")
        return str(day)

    asked = DatasetRequest([str(folder)], later, figures=False)
    with datasets(asked) as (dataset,):
        assert [each.state for each in hrge_xl.status(dataset, later)] == ["accepted", "returned"]
    assert worked_out() == str(LATER)
    with monkeypatch.context() as slow:
        slow.setattr(
            "hrge_xl.dataset.aggregates.compute_aggregates", lambda *_: pytest.fail("figures")
        )
        assert len(hrge_xl.status(folder, later)) == 2
    with datasets(DatasetRequest([str(folder)], later)) as found:
        page = hrge_xl.overview(found, later)
    assert worked_out() == str(later)
    assert "As of 6 August 2026" in page


def test_the_history_of_a_team_tells_what_a_correction_corrected(tmp_path: Path) -> None:
    round_ = play(tmp_path, (corrected, silent, silent, silent))
    told = " ".join(ran("status", round_, "--team", "Rabat", "--today", "2026-08-01").out.split())
    assert "Findings: 1 fixed, 0 new" in told
