"""A round of the Toolkit that was issued by the program of 28 November goes on, and what its teams have is read."""

from __future__ import annotations

import json
import shutil
import tarfile
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

import hrge_xl
from tests.command_line import ran

ARCHIVE = Path(__file__).parent / "fixtures" / "releases" / "2026-11-28.txz"
DAY = ("--today", "2026-11-29")
DAY_OF_CHECK = date(2026, 11, 29)
TOTALS = "3 files: 1 accepted, 2 returned, 0 refused."
SPLIT = "Of the 3 that could be read: 2 counted, 1 withdrawn."


@pytest.fixture(scope="module")
def november(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("november")
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(folder, filter="data")
    (folder / "R" / "signing.key").chmod(0o600)
    return folder


@pytest.fixture
def round_(november: Path, tmp_path: Path) -> Path:
    """A copy of the round, to go on with."""
    shutil.copytree(november / "R", tmp_path / "R")
    (tmp_path / "R" / "signing.key").chmod(0o600)
    return tmp_path / "R"


OF_THE_ANSWERS = {"R-R10": 3, "R-R17": 2}


def test_feedback_of_november_is_read_without_its_round(november: Path) -> None:
    """By the Toolkit that is installed now, whose sheets are drawn otherwise."""
    result = hrge_xl.check(
        november / "feedback" / "Dhaka_BGD-2026-XDEM_feedback.xlsx", today=DAY_OF_CHECK
    )
    assert Counter(finding.code for finding in result.findings) == {**OF_THE_ANSWERS, "I004": 1}


@pytest.mark.deep
def test_its_returns_stay_judged_as_of_their_day(round_: Path) -> None:
    """Its ledger does not say the day: the dataset does, and without one the day of arrival."""
    anew = ("consolidate", round_, "--no-resume", "--today", "2027-12-01")
    for _ in ("with its dataset", "without"):
        assert TOTALS in ran(*anew, code=None).out
        told = json.loads(ran("validate", round_, "--json", "--today", "2027-12-01", code=None).out)
        assert {row["checked"] for row in told["files"]} == {str(DAY_OF_CHECK)}
        (round_ / "dataset.sqlite").unlink()


@pytest.mark.deep
@pytest.mark.parametrize(
    "name", ["Dhaka_BGD-2026-XDEM_feedback.xlsx", "Kabul_AFG-2026-XDEM_feedback.xlsx"]
)
def test_feedback_of_november_is_read_in_its_round(name: str, november: Path) -> None:
    result = hrge_xl.check(november / "feedback" / name, round=november / "R", today=DAY_OF_CHECK)
    assert Counter(finding.code for finding in result.findings) == OF_THE_ANSWERS


@pytest.mark.deep
@pytest.mark.parametrize(
    ("sheet", "cell", "value", "code"),
    [
        ("3.2 Risk strategy", "A7", "R-XX-01", "S001"),
        ("3.2 Risk strategy", "BC300", "a note", "S014"),
        ("3.2 Risk strategy", "L7", "Nobody's", "V002"),
        ("4.C Values", "AL7", "about thirty", "V003"),
        ("Form", "E8", None, "V001"),
    ],
)
def test_what_is_done_to_one_is_still_told(
    sheet: str, cell: str, value: str | None, code: str, november: Path, tmp_path: Path
) -> None:
    book = load_workbook(november / "feedback" / "Kabul_AFG-2026-XDEM_feedback.xlsx")
    book[sheet][cell].value = value
    book.save(tmp_path / "sent.xlsx")
    result = hrge_xl.check(tmp_path / "sent.xlsx", today=DAY_OF_CHECK)
    told = [finding for finding in result.findings if finding.code not in {*OF_THE_ANSWERS, "I004"}]
    assert told, (sheet, cell)


@pytest.mark.deep
def test_the_week_goes_on(round_: Path) -> None:
    said = ran("status", round_, *DAY)
    assert TOTALS in said.err
    assert SPLIT in said.err
    assert "R-L04" not in said.err
    assert "identical (3 returns of 3 read again" in ran("verify", round_).out
    assert "validation.json e1f8f370cf85" in ran("sign", round_, "--list").out
    assert (
        "Sealed: seal 1 of validation.json"
        in ran("sign", round_ / "reports" / "validation.json", "--check", code=None).out
    )
    assert TOTALS in ran("consolidate", round_, *DAY).out
    week = ran("refresh", round_, *DAY).out
    assert "3 expected: 1 accepted, 1 issued, 1 returned" in week
    assert "Sent by mistake" in ran("decide", round_, *DAY).out
    ran(
        "decide",
        round_,
        "Lahore_en.xlsx",
        "--undo",
        "--reason",
        "It was right",
        "--by",
        "Office",
        *DAY,
    )
    ran("feedback", round_, "-o", round_ / "out", *DAY)
    ran(
        "report",
        round_,
        "--format",
        "html",
        "--format",
        "json",
        "-o",
        round_ / "out",
        *DAY,
        code=None,
    )
    assert "XDEM" in ran("trace", round_, "--team", "Kabul", "--field", "FRM_01").out
    ran("export", round_, "--table", "answers", "-o", round_ / "out" / "answers.csv")
    ran("round", "close", round_, "--reason", "Done", "--by", "Office", "--yes", *DAY)
    later = round_.parent / "later"
    ran("round", "init", later, "--from", round_, "--deadline", "2027-06-30", *DAY)
    assert "Workbooks that continue" in ran("generate", later, "--from", round_, *DAY).err


@pytest.mark.deep
def test_it_moves_to_the_spec_of_today(round_: Path) -> None:
    """From the state in which it was found, before any other command."""
    ran("round", "update-spec", round_)
    assert TOTALS in ran("status", round_, *DAY).err
