"""The demonstration of a spec: what it says, and what lies there afterwards."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from hrge_xl import ExpectedReturn, read
from hrge_xl.cli import run
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
    issued, back = (sorted(path.name for path in (out / each).iterdir()) for each in ("issued", "returned"))
    assert issued == ["EGY.xlsx", "MAR.xlsx", "PAK.xlsx"]
    assert back == ["MAR.xlsx", "MAR_corrected.xlsx", "PAK.xlsx"]
    mistyped = read(out / "returned" / "MAR.xlsx", ExpectedReturn())
    assert isinstance(mistyped, Submission)
    assert mistyped.identity is not None
    assert (mistyped.identity.team, mistyped.identity.language) == ("MAR", "fr")
    connection = sqlite3.connect(out / "dataset" / "dataset.sqlite")
    query = "SELECT team, verdict, status, arrived FROM submissions ORDER BY team, arrived"
    rows = connection.execute(query).fetchall()
    connection.close()
    assert rows == [
        ("MAR", "returned", "superseded", "2026-06-25"), ("MAR", "accepted", "counts", "2026-07-16"),
        ("PAK", "accepted", "counts", "2026-06-25"),
    ]  # fmt: skip
    report = json.loads((out / "reports" / "validation.json").read_text(encoding="utf-8"))
    findings = [each for file in report["files"] for each in file["findings"]]
    (finding,) = [each for each in findings if each["severity"] == "error"]
    assert (finding["row"], finding["field"], finding["value"]) == ("C1_02", "CHK_01", "perhaps")
    for name in ("overview", "overview_shareable", "brief", "brief_shareable"):
        page = (out / "reports" / f"{name}.html").read_text(encoding="utf-8")
        assert "EGY" in page, "a team that never answered is expected all the same"
    assert {"validation.html", "validation.xlsx"} <= {path.name for path in (out / "reports").iterdir()}


def test_a_demonstration_of_a_changed_spec_in_the_same_folder(
    spec: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed, out = tmp_path / "example", tmp_path / "demo"
    shutil.copytree(spec, changed)
    (changed / "demo.yaml").write_text(STORY.replace("PLN_06: 24", "PLN_06: 23"), encoding="utf-8")
    for each in (spec, changed):
        assert run(["demo", "-o", str(out), "--spec", str(each)]) == 0
        assert capsys.readouterr().err.endswith(TOTALS)


def test_a_spec_without_a_story(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["demo", "-o", str(tmp_path / "demo"), "--spec", "example"]) == 2
    assert "The spec 'example' has no demo.yaml, so there is nothing to play." in capsys.readouterr().err
    assert not (tmp_path / "demo").exists()
