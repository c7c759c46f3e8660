"""The report of a round: one row per file received, what became of it, and figures of the files that count alone."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from hrge_xl.cli import run
from tests.audited import hrge
from tests.played_rounds import (
    TEAMS,
    TODAY,
    Act,
    accepted,
    corrected,
    forged,
    made_worse,
    of_another_round,
    play,
    sent_twice,
    two_copies,
    unreadable,
    with_a_mistake,
)

# what its fixtures play is played once
pytestmark = [pytest.mark.xdist_group("report of rounds"), pytest.mark.deep]

DAY = TODAY.isoformat()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Versions, a file that came twice, a forged one, and one that cannot be read."""
    made = play(tmp_path_factory.mktemp("round"), (corrected, sent_twice, forged, unreadable))
    words = [word for name in ("json", "html", "xlsx") for word in ("--format", name)]
    assert hrge("report", made, *words, "-o", made / "reports", "--today", DAY) == 4
    return made


def report_of(folder: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(
        (folder / "reports" / "validation.json").read_text(encoding="utf-8")
    )
    return data


def named(report: dict[str, Any], name: str) -> dict[str, Any]:
    return next(file for file in report["files"] if Path(file["path"]).name == name)


def test_every_file_received_is_a_row_and_says_what_became_of_it(folder: Path) -> None:
    report = report_of(folder)
    first, second, third, fourth = TEAMS
    found = [
        ((file["identity"] or {"team": ""})["team"], file["status"]) for file in report["files"]
    ]
    became = {first: ("superseded", "counts"), second: ("counts", "doubled"), third: ("excluded",)}
    became |= {fourth: ("counts",), "": ("refused",)}
    assert sorted(found) == sorted(
        (team, status) for team, each in became.items() for status in each
    )
    old, new = named(report, f"{first}_one.xlsx"), named(report, f"{first}_two.xlsx")
    assert (old["superseded_by"], old["counted"], old["settled"]) == (
        new["submission"],
        False,
        True,
    )
    assert old["reason"] == "A newer version of the same workbook counts."
    assert (new["read_for"], new["checked"], new["arrival"]) == ("2026-H1", DAY, "first seen")
    assert (new["late_by"], new["late_day"], new["saved"][:10]) == (
        "saved",
        "2026-07-05",
        "2026-07-05",
    )


def test_a_copy_says_only_of_what(folder: Path) -> None:
    report = report_of(folder)
    copy = next(file for file in report["files"] if file["status"] == "doubled")
    other = next(file for file in report["files"] if file["path"] == copy["copy_of"])
    assert (copy["sha256"], copy["submission"]) == (other["sha256"], other["submission"])
    (finding,) = copy["findings"]
    assert (finding["code"], Path(other["path"]).name in finding["message"]) == ("X001", True)
    assert (copy["completeness"], copy["unplaced"], copy["checks"]) == (
        [],
        [],
        {"run": [], "not_run": []},
    )
    assert other["status"] == "counts"
    assert "X001" not in [each["code"] for each in other["findings"]]


def test_the_sums_are_of_the_files_that_count_and_nothing_disappears(folder: Path) -> None:
    report = report_of(folder)
    summary = report["summary"]
    assert (summary["files"], summary["counted"], summary["refused"]) == (7, 3, 1)
    for key in ("error", "warning", "info", "waived"):
        assert summary[key] == sum(
            file["counts"][key] for file in report["files"] if file["counted"]
        )
        assert summary[key] + summary["other"][key] == sum(
            file["counts"][key] for file in report["files"]
        )
    assert summary["error"] == 0
    assert summary["other"]["error"] > 0


def test_a_matrix_names_the_rows_of_files_that_count(folder: Path) -> None:
    """Neither a superseded version nor a copy of a file is among them; how many they are, `test_one_truth.py` holds."""
    report = report_of(folder)
    (matrix,) = report["matrices"]
    assert (matrix["period"], matrix["teams"]) == ("2026-H1", 3)
    counting = {file["path"] for file in report["files"] if file["counted"]}
    assert {row["file"] for cell in matrix["cells"] for row in cell["rows"]} == counting


def test_each_period_has_its_matrix(tmp_path: Path) -> None:
    """Risks of two rounds in one folder are never added up."""
    for name, round_ in (("one", "2026-H1"), ("old", "2025-H2")):
        files = of_another_round(TEAMS[0])
        (tmp_path / f"{round_}.xlsx").write_bytes(files[name])
    assert (
        hrge("report", tmp_path, "--format", "json", "-o", tmp_path / "reports", "--today", DAY)
        == 0
    )
    found = [(each["period"], each["teams"]) for each in report_of(tmp_path)["matrices"]]
    assert found == [("2025-H2", 1), ("2026-H1", 1)]


def test_by_team_counts_the_files_that_count(folder: Path) -> None:
    page = (folder / "reports" / "validation.html").read_text(encoding="utf-8")
    table = page.partition('aria-label="By team">')[2].partition("</table>")[0]
    rows = re.findall(r'<tr><th scope="row">([^<]*)', table)
    assert [row.strip() for row in rows] == sorted({TEAMS[0], TEAMS[1], TEAMS[3]})


# exit codes


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (accepted, 0),
        (with_a_mistake, 1),  # it counts
        (corrected, 0),  # the errors of the older version are settled
        (made_worse, 1),  # the newer version waits for its correction
        (two_copies, 1),  # somebody has to decide
        (forged, 1),  # nothing counts in its place
        (of_another_round, 0),  # the team's own return of this round is right
    ],
)
def test_findings_that_nobody_has_to_act_on_do_not_fail_a_round(
    tmp_path: Path, act: Act, code: int
) -> None:
    made = play(tmp_path, (act, accepted, accepted, accepted))
    assert run(["validate", str(made), "--today", DAY]) == code


def test_a_loose_file_always_fails_for_its_errors(tmp_path: Path) -> None:
    (tmp_path / "one.xlsx").write_bytes(with_a_mistake(TEAMS[0])["one"])
    assert run(["validate", str(tmp_path / "one.xlsx"), "--today", DAY]) == 1
    assert run(["check", str(tmp_path / "one.xlsx"), "--today", DAY]) == 1
    assert run(["validate", str(tmp_path / "one.xlsx"), "--fail-on", "never", "--today", DAY]) == 0


# what is printed


def test_files_that_do_not_count_are_marked(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["validate", str(folder), "-v", "--today", DAY])
    told = capsys.readouterr()
    superseded = "returned (superseded: A newer version of the same workbook counts.)"
    assert f"{TEAMS[0]}_one.xlsx: {superseded}" in told.out
    assert f"{TEAMS[0]}_two.xlsx: accepted\n" in told.out
    assert told.err.splitlines()[:2] == [
        "7 files: 4 accepted, 2 returned, 1 refused.",
        "Of the 6 that could be read: 3 counted, 1 superseded, 1 the same as another file, 1 excluded.",
    ]


def test_several_rounds_stand_for_what_came_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Blanks in issued/ are never read, however many rounds are named, and however often."""
    rounds = []
    for n, act in enumerate((accepted, with_a_mistake)):
        home = tmp_path / str(n)
        home.mkdir()
        rounds.append(play(home, (act, accepted, accepted, accepted)))
        shutil.copytree(rounds[-1] / "returned", rounds[-1] / "issued", dirs_exist_ok=True)
        (rounds[-1] / "issued" / "another.xlsx").write_bytes(b"blank")
    capsys.readouterr()
    assert run(["validate", *map(str, rounds), str(rounds[0]), "--today", DAY]) == 1
    assert capsys.readouterr().err.splitlines()[0] == "8 files: 7 accepted, 1 returned, 0 refused."


def test_the_day_of_arrival_can_be_stated(tmp_path: Path) -> None:
    (tmp_path / "one.xlsx").write_bytes(accepted(TEAMS[0])["one"])
    words = (
        "--format",
        "json",
        "-o",
        tmp_path / "reports",
        "--today",
        DAY,
        "--received",
        "2026-07-09",
    )
    assert hrge("report", tmp_path / "one.xlsx", *words) == 0
    (file,) = report_of(tmp_path)["files"]
    keys = ("arrived", "arrival", "late_by", "late_day")
    assert [file[key] for key in keys] == ["2026-07-09", "stated", "arrived", "2026-07-09"]


def test_a_report_has_another_number_when_something_else_counts(tmp_path: Path) -> None:
    made = play(tmp_path, (two_copies, accepted, accepted, accepted))
    words = ("--format", "json", "-o", made / "reports", "--today", DAY)
    numbers = Counter[str]()
    for _ in range(2):
        hrge("report", made, *words)
        numbers[report_of(made)["run"]["id"]] += 1
    assert list(numbers.values()) == [2]
    who = ("--reason", "asked", "--by", "us", "--today", DAY)
    assert hrge("decide", made, f"{TEAMS[0]}_one.xlsx", "--use", *who) == 0
    hrge("report", made, *words)
    assert report_of(made)["run"]["id"] not in numbers
    (decision,) = report_of(made)["decisions"]
    assert (decision["choice"], decision["by"], decision["file"]) == (
        "counts",
        "us",
        f"{TEAMS[0]}_one.xlsx",
    )


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere every name is text")
def test_a_name_that_is_no_text_stops_nothing(tmp_path: Path) -> None:
    """Linux allows any bytes in a name, databases do not."""
    (tmp_path / "came").mkdir()
    (tmp_path / "came" / os.fsdecode(b"\xff one.xlsx")).write_bytes(accepted(TEAMS[0])["one"])
    for _ in range(2):
        assert hrge("consolidate", tmp_path / "came", "-o", tmp_path / "out", "--today", DAY) == 0
    words = ("--format", "json", "--format", "html", "-o", tmp_path / "reports", "--today", DAY)
    assert hrge("report", tmp_path / "came", *words) == 0
    assert [Path(file["path"]).name for file in report_of(tmp_path)["files"]] == ["�FF one.xlsx"]
    report = tmp_path / "reports" / "validation.html"
    assert hrge("verify", report, "--returned", tmp_path / "came") == 0
