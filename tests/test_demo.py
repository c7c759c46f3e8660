"""The demonstration of a spec: what it says, and what lies there afterwards."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from hrge_xl import ExpectedReturn, read
from hrge_xl.cli import run
from tests.command_line import ran
from tests.face import Submission, find

STORY = Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")
TOTALS = """\
3 files: 2 accepted, 1 returned, 0 refused.
Of the 3 that could be read: 2 counted, 1 superseded.
"""
SAID = """\
{0}/issued  what the teams received
{0}/returned  what came back
{0}/reports/overview.html  all teams at a glance, offline
{0}/reports/overview_shareable.html  the same with small counts of people masked, to share
{0}/reports/brief.html  what it comes to, on one sheet of paper
{0}/reports/validation.html  the report for auditors, offline
{0}/dataset/data.xlsx  the data of all teams, in Excel
{0}/dataset/dataset.sqlite  the same as a database
"""


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small spec, with a story of three teams: one makes a mistake and mends it, one never answers."""
    folder = tmp_path_factory.mktemp("specs") / "example"
    shutil.copytree(find("example"), folder)
    (folder / "demo.yaml").write_text(STORY, encoding="utf-8")
    return folder


def test_a_demonstration(spec: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "demo"
    assert run(["demo", "-o", str(out), "--spec", str(spec)]) == 0
    said = capsys.readouterr()
    assert said.out == SAID.format(out)
    assert said.err.endswith(TOTALS)
    issued, back = (
        sorted(path.name for path in (out / each).iterdir()) for each in ("issued", "returned")
    )
    assert issued[:3] == ["EGY_ar.xlsx", "MAR_fr.xlsx", "PAK_en.xlsx"]
    assert all(name.endswith(".html") for name in issued[3:]), "guides"
    assert back == ["MAR.xlsx", "MAR_corrected.xlsx", "PAK.xlsx"]
    mistyped = read(out / "returned" / "MAR.xlsx", ExpectedReturn())
    assert isinstance(mistyped, Submission)
    assert mistyped.identity is not None
    assert (mistyped.identity.team, mistyped.identity.language) == ("MAR", "fr")
    connection = sqlite3.connect(out / "dataset" / "dataset.sqlite")
    teams = connection.execute(
        "SELECT team, outcome FROM teams WHERE expected ORDER BY team"
    ).fetchall()
    assert teams == [("EGY", "missing"), ("MAR", "accepted"), ("PAK", "accepted")]
    query = "SELECT team, verdict, status, arrived FROM submissions ORDER BY team, arrived"
    rows = connection.execute(query).fetchall()
    connection.close()
    assert rows == [
        ("MAR", "returned", "superseded", "2026-06-25"),
        ("MAR", "accepted", "counts", "2026-07-16"),
        ("PAK", "accepted", "counts", "2026-06-25"),
    ]
    report = json.loads((out / "reports" / "validation.json").read_text(encoding="utf-8"))
    findings = [each for file in report["files"] for each in file["findings"]]
    (finding,) = [each for each in findings if each["severity"] == "error"]
    assert (finding["row"], finding["field"], finding["value"]) == ("C1_02", "CHK_01", "perhaps")
    for name in ("overview", "overview_shareable", "brief", "brief_shareable"):
        page = (out / "reports" / f"{name}.html").read_text(encoding="utf-8")
        assert "EGY" in page, "a team that never answered is expected all the same"
    assert {"validation.html", "validation.xlsx"} <= {
        path.name for path in (out / "reports").iterdir()
    }


def test_a_demonstration_is_a_round(spec: Path, tmp_path: Path) -> None:
    """What a coordinator does every week can be tried on it, and it is never played over what somebody did there."""
    out = tmp_path / "demo"
    ran("demo", "-o", out, "--spec", spec)
    day = ("--today", "2026-07-20")
    assert "Not answered: EGY." in ran("status", out, *day).err
    week = ran("refresh", out, *day).out
    assert "Teams:      3 expected: 2 accepted, 1 late." in week
    assert "1 reminder" in week
    assert "Nothing waits for a decision" in ran("decide", out, *day).out
    ran("feedback", out, "-o", tmp_path / "feedback", "--all", *day)
    assert [path.name for path in (tmp_path / "feedback").glob("PAK*.xlsx")]
    assert "identical" in ran("verify", out).out
    again = ran("demo", "-o", out, "--spec", spec, code=3)
    assert "is a round already" in again.err


def test_a_spec_without_a_story(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["demo", "-o", str(tmp_path / "demo"), "--spec", "example"]) == 2
    assert (
        "The spec 'example' has no demo.yaml, so there is nothing to play."
        in capsys.readouterr().err
    )
    assert not (tmp_path / "demo").exists()
