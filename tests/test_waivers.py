"""Waivers: a finding accepted as it is stays in every report, and the file counts as accepted as long as it holds."""

from __future__ import annotations

import hashlib
import json
import shlex
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from pydantic import TypeAdapter

from hrge_xl import Waiver, generate, load, load_round
from tests.audited import (
    BLANK,
    DAY,
    TODAY,
    cell,
    forged_report,
    renumber,
    returned,
    round_folder,
    workbook,
)
from tests.command_line import Said, hrge, ran
from tests.damage import ANSWERS
from tests.databases import LEDGER, queried, tampered
from tests.face import Document, Finding, Ledger, Severity, orders, waived, waivers
from tests.fixture_types import Folders

pytestmark = pytest.mark.xdist_group("waivers")  # what its fixtures play is played once

FORMATS = [word for name in ("json", "html", "xlsx") for word in ("--format", name)]
REASON, NAME = "The workshop has no fixed number of participants", "A. Coordinator"
WHY = ("--reason", REASON, "--by", NAME, "--today", DAY)


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: Folders) -> Path:
    """A round: AFG's return is whole, in PAK's one answer is missing at Plan!E9."""
    return round_folder(tmp_path_factory.mktemp("waivers"))


@pytest.fixture
def folder(untouched: Path, tmp_path: Path) -> Path:
    return shutil.copytree(untouched, tmp_path / "round")


def waive(
    folder: Path, *more: str, kind: str = "V001", file: str = "PAK.xlsx", code: int = 0
) -> Said:
    return ran("waive", kind, "--file", file, "--ledger", folder, *WHY, *more, code=code)


def document(folder: Path, day: str = DAY, *more: object, code: int = 0) -> Any:
    """The JSON report of a round, for which `validate` ends with this code."""
    data = json.loads(ran("validate", folder, "--json", "--today", day, *more, code=code).out)
    TypeAdapter(Document).validate_python(data)
    return data


def missing(data: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for file in data["files"] for each in file["findings"] if each["code"] == "V001"]


def finding(data: dict[str, Any]) -> dict[str, Any]:
    """The one answer that is missing."""
    (found,) = missing(data)
    return found


# what it does


def test_a_waived_error_stays_an_error_and_the_file_is_accepted(folder: Path) -> None:
    before = document(folder, code=1)
    assert (before["summary"]["returned"], before["summary"]["waived"]) == (1, 0)
    told = waive(folder)
    assert told.out.startswith("1: V001 PAK.xlsx (")
    assert told.err == "1 finding of PAK.xlsx accepted. Verdict of the file: accepted.\n"
    after = document(folder)
    assert after["summary"] == {**before["summary"], "accepted": 2, "returned": 0, "waived": 1}
    summary = after["summary"]
    assert summary["files"] == summary["accepted"] + summary["returned"] + summary["refused"]
    assert {**finding(after), "waiver": None} == finding(before)
    assert after["run"]["id"] != before["run"]["id"]
    (row,) = after["waivers"]
    assert row == finding(after)["waiver"]
    given = (row["number"], row["state"], row["reason"], row["by"], row["day"])
    assert given == (1, "active", REASON, NAME, DAY)


def test_the_table_of_teams_counts_what_nobody_accepted(folder: Path) -> None:
    errors = "SELECT errors FROM teams WHERE team = 'PAK'"
    ran("consolidate", folder, "--today", DAY)
    assert queried(folder, errors) == [(1,)]
    waive(folder)
    assert queried(folder, errors) == [(0,)]


def test_every_format_shows_it(folder: Path, tmp_path: Path) -> None:
    waive(folder)
    assert hrge("report", folder, *FORMATS, "-o", tmp_path, "--today", DAY) == 0
    page = (tmp_path / "validation.html").read_text(encoding="utf-8")
    assert f'<p class="waiver">Waived: {REASON} ({NAME}, {DAY}) <a href="#w0">waiver 1</a>' in page
    assert '<tr id="w0"><th scope="row">1<td><span class="day">In force' in page
    assert 'data-sum="waived"><b>1</b>' in page
    book = openpyxl.load_workbook(tmp_path / "validation.xlsx")
    heads, *rows = book["Findings"].iter_rows(values_only=True)
    (row,) = [
        line for each in rows if (line := dict(zip(heads, each, strict=True)))["Code"] == "V001"
    ]
    assert row["Waiver"] == f"1: In force: {REASON} ({NAME}, {DAY})"
    assert row["Status"] == "Accepted as it is"
    assert [cell.value for cell in book["Waivers"][2]][:4] == [1, "In force", "V001", "PAK.xlsx"]


def test_an_expired_waiver_shows_and_counts_no_more(folder: Path, tmp_path: Path) -> None:
    waive(folder, "--until", "2026-07-31")
    assert document(folder, "2026-07-31")["summary"]["returned"] == 0
    data = document(folder, "2026-08-01", code=1)
    assert (data["summary"]["returned"], data["summary"]["waived"]) == (1, 0)
    assert finding(data)["waiver"]["state"] == "expired"
    assert hrge("report", folder, *FORMATS, "-o", tmp_path, "--today", "2026-08-01") == 0
    page = (tmp_path / "validation.html").read_text(encoding="utf-8")
    assert f"The waiver has expired: {REASON} ({NAME}, until 2026-07-31)" in page
    status = openpyxl.load_workbook(tmp_path / "validation.xlsx")["Waivers"]["B2"].value
    assert status == "Expired"


def test_in_a_round_that_was_closed_it_runs_out_no_more(folder: Path, tmp_path: Path) -> None:
    """Not in the dataset of a year either."""
    waive(folder, "--until", "2026-07-31")
    with (folder / "round.yaml").open("a", encoding="utf-8") as file:
        file.write("closed: 2026-07-20\n")
    ran("consolidate", folder, "-o", tmp_path / "year", "--today", "2026-08-01")
    assert finding(document(tmp_path / "year", "2026-08-01"))["waiver"]["state"] == "active"


def test_a_conflict_with_another_file_is_no_error_of_this_one(folder: Path) -> None:
    """What is wrong between two workbooks somebody decides; a verdict is about one of them alone."""
    order = next(order for order in orders(load_round(folder), TODAY) if order.team == "PAK")
    answers = {key: value for key, value in ANSWERS.items() if key != BLANK}
    other = generate(load("example"), replace(order, copy="0123456789ab", answers=answers))
    returned(folder / "returned", {"another.xlsx": other})
    data = document(folder, code=1)
    assert {each["code"] for file in data["files"] for each in file["findings"]} >= {"X003"}
    assert waive(folder).err.endswith("Verdict of the file: accepted.\n")


def test_a_withdrawn_waiver_stays_in_the_list(folder: Path) -> None:
    waive(folder)
    withdraw = ("waive", "--withdraw", 1, "--by", "B. Auditor", "--ledger", folder)
    assert hrge(*withdraw, "--today", "2026-07-02") == 0
    data = document(folder, code=1)
    assert (data["summary"]["returned"], finding(data)["waiver"]) == (1, None)
    (row,) = data["waivers"]
    assert (row["state"], row["withdrawn"], row["withdrawn_by"]) == (
        "withdrawn",
        "2026-07-02",
        "B. Auditor",
    )
    assert "withdrawn 2026-07-02 by B. Auditor" in ran("waive", "--list", "--ledger", folder).out
    told = ran("waive", "--withdraw", 1, "--by", "X", "--ledger", folder, code=2).err
    assert "withdrawn on 2026-07-02 by B. Auditor already" in told


def test_only_the_cell_that_is_named(folder: Path) -> None:
    path = folder / "returned" / "PAK.xlsx"
    book = openpyxl.load_workbook(path)
    book["Plan"][cell("PLN_01")] = None
    book.save(path)
    named, blank = cell("PLN_01"), cell("PLN_03")
    assert [each["cell"] for each in missing(document(folder, code=1))] == [named, blank]
    waive(folder, "--cell", f"plan!${blank[0].lower()}${blank[1:]}")
    data = document(folder, code=1)
    states = {each["cell"]: each["waiver"] for each in missing(data)}
    assert states[named] is None
    assert states[blank]["cell"] == blank
    assert data["summary"]["returned"] == 1


def test_another_content_of_the_file_is_not_covered(folder: Path) -> None:
    waive(folder)
    path = folder / "returned" / "PAK.xlsx"
    book = openpyxl.load_workbook(path)
    book["Plan"][cell("PLN_01")] = "WS-08"
    book.save(path)
    data = document(folder, code=1)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    now = {**data, "files": [file for file in data["files"] if file["sha256"] == sha256]}
    assert finding(now)["waiver"] is None


def test_the_team_is_not_asked_again(folder: Path, tmp_path: Path) -> None:
    waive(folder)
    assert hrge("status", folder, "--today", DAY, "--xlsx", tmp_path / "status.xlsx") == 0
    rows = (
        openpyxl.load_workbook(tmp_path / "status.xlsx").worksheets[0].iter_rows(values_only=True)
    )
    heads, *teams = rows
    (row,) = [
        line for each in teams if (line := dict(zip(heads, each, strict=True)))["Team"] == "PAK"
    ]
    assert (row["State"], int(row["Errors"])) == ("accepted", 0)


# how it is given


def test_a_file_is_named_by_path_name_or_hash(folder: Path) -> None:
    path = folder / "returned" / "PAK.xlsx"
    waive(folder, file=str(path))
    with Ledger.open(folder, write=False) as ledger:
        (first,) = waivers(ledger, date(2026, 6, 30))
    waive(folder, file=first.sha256[:8].upper())
    out = ran("waive", "--list", "--json", "--ledger", folder, "--today", DAY).out
    listed = json.loads(out[out.index("[") :])
    assert [(each["number"], each["sha256"]) for each in listed] == [
        (1, first.sha256),
        (2, first.sha256),
    ]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("F001 --file PAK.xlsx", "cannot be waived: it is about the file"),
        ("I006 --file PAK.xlsx", "cannot be waived: it is about whose return it is"),
        ("I009 --file PAK.xlsx", "cannot be waived: it is about whose return it is"),
        ("X003 --file PAK.xlsx", "cannot be waived: it is about whose return it is"),
        ("V002 --file PAK.xlsx", "has no V002. Found were: V001."),
        ("V001 --file AFG.xlsx", "has no V001. Nothing was found in it."),
        (
            "V001 --file nobody.xlsx",
            "There is no return 'nobody.xlsx' in the dataset. There are: AFG.xlsx (",
        ),
        ("V001 --file PAC.xlsx", "Did you mean PAK.xlsx ("),
        ("V001 --file PAK.xlsx --cell Plan!E13", "has no V001 at Plan!E13. It stands at Plan!E9."),
        ("V001 --file PAK.xlsx --cell E8", "names no cell"),
        ("V001 --file PAK.xlsx --until 2026-06-29", "is past already"),
        ("V001 --file PAK.xlsx --reason ' '", "needs a reason"),
        ("V001 --file PAK.xlsx --by ''", "needs a name"),
        ("V001", "Say what to waive"),
        ("", "Say what to waive"),
        ("--withdraw 7", "There is no waiver 7"),
    ],
)
def test_what_cannot_be_waived_is_one_line_and_writes_nothing(
    untouched: Path, words: str, told: str
) -> None:
    common = ["--ledger", str(untouched), "--today", DAY]
    common += [] if "--reason" in words else ["--reason", REASON]
    common += [] if "--by" in words else ["--by", NAME]
    err = ran("waive", *shlex.split(words), *common, code=2).err
    assert told in err
    assert err.count("\n") == 1
    with Ledger.open(untouched, write=False) as ledger:
        assert waivers(ledger, date(2026, 6, 30)) == ()


def test_nothing_of_a_refused_file_can_be_waived(folder: Path) -> None:
    returned(folder / "returned", {"letter.xlsx": b"no workbook"})
    assert (
        "was refused; nothing in it can be waived" in waive(folder, file="letter.xlsx", code=2).err
    )


def test_a_file_that_was_changed_since_is_not_mistaken_for_what_was_read(
    folder: Path, tmp_path: Path
) -> None:
    path, out = folder / "returned" / "PAK.xlsx", tmp_path / "out"
    assert hrge("consolidate", "--write", folder, "-o", out, "--today", DAY) == 0
    path.write_bytes(workbook("AFG"))
    assert "PAK.xlsx was changed since it was taken in." in waive(out, file=str(path), code=2).err


@pytest.mark.deep
def test_what_was_only_normalised_is_nothing_to_waive(tmp_path: Path) -> None:
    kept = Path(__file__).parent / "returns" / "other_digits.xlsx"
    returned(tmp_path / "came", {"digits.xlsx": kept.read_bytes()})
    assert (
        hrge("consolidate", "--write", tmp_path / "came", "-o", tmp_path / "out", "--today", DAY)
        == 0
    )
    assert (
        "there is nothing to waive"
        in waive(tmp_path / "out", kind="V103", file="digits.xlsx", code=2).err
    )


def test_a_folder_without_a_ledger_is_told(tmp_path: Path) -> None:
    told = ran("waive", "--list", "--ledger", tmp_path, code=2).err
    assert "neither a round nor a consolidated folder" in told
    assert list(tmp_path.iterdir()) == []


# in the dataset


VERDICTS = "SELECT team, verdict, errors, waived FROM submissions ORDER BY team"
MARKS = "SELECT waived, waiver FROM findings WHERE code = 'V001'"


def test_the_dataset_follows(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    consolidate = ("consolidate", "--write", folder / "returned", "-o", out, "--today")
    assert hrge(*consolidate, DAY) == 0
    before = queried(out, VERDICTS)
    assert before == [("AFG", "accepted", 0, 0), ("PAK", "returned", 1, 0)]
    waive(out, "--until", "2026-07-31")
    assert queried(out, VERDICTS) == [
        ("AFG", "accepted", 0, 0),
        ("PAK", "accepted", 1, 1),
    ]  # at once
    told = ran(*consolidate, DAY).out
    assert told.startswith("2 files: 2 accepted, 0 returned, 0 refused.\n0 new in this run.\n")
    assert queried(out, VERDICTS) == [("AFG", "accepted", 0, 0), ("PAK", "accepted", 1, 1)]
    assert queried(out, MARKS) == [(1, f"active: {REASON} ({NAME}, {DAY}, until 2026-07-31)")]
    book = openpyxl.load_workbook(out / "data.xlsx", read_only=True)
    shown = [
        str(cell) for row in book["findings"].iter_rows(values_only=True) for cell in row if cell
    ]
    assert any(REASON in each for each in shown)
    assert hrge(*consolidate, "2026-08-01") == 0
    assert queried(out, VERDICTS) == before
    assert queried(out, MARKS) == [(0, f"expired: {REASON} ({NAME}, {DAY}, until 2026-07-31)")]
    assert hrge("waive", "--withdraw", 1, "--by", NAME, "--ledger", out) == 0
    assert (queried(out, VERDICTS), queried(out, MARKS)) == (before, [(0, None)])


@pytest.mark.deep
def test_waived_before_or_after_reading_gives_the_same_dataset(
    folder: Path, tmp_path: Path
) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    assert hrge("consolidate", "--write", folder, "-o", one, "--today", DAY) == 0
    waive(folder)
    assert hrge("consolidate", "--write", folder, "-o", one, "--today", DAY) == 0
    assert hrge("consolidate", "--write", folder, "-o", other, "--today", DAY) == 0
    assert queried(one, VERDICTS) == [("AFG", "accepted", 0, 0), ("PAK", "accepted", 1, 1)]
    assert (one / "dataset.sqlite").read_bytes() == (other / "dataset.sqlite").read_bytes()
    assert (one / "data.xlsx").read_bytes() == (other / "data.xlsx").read_bytes()


@pytest.mark.deep
def test_a_report_takes_the_waivers_of_a_consolidated_folder(tmp_path: Path) -> None:
    came = returned(tmp_path / "came", {"pak.xlsx": workbook("PAK", whole=False)})[0].parent
    assert hrge("consolidate", "--write", came, "-o", tmp_path / "out", "--today", DAY) == 0
    waive(tmp_path / "out", file="pak.xlsx")
    document(came, code=1)
    assert document(came, DAY, "--ledger", tmp_path / "out")["summary"]["waived"] == 1


# verified


def test_a_report_with_waivers_holds(folder: Path) -> None:
    waive(folder)
    formats = ("--format", "json", "--format", "html")
    assert hrge("report", folder, *formats, "-o", folder / "reports", "--today", DAY) == 0
    verify = ("verify", folder / "reports" / "validation.html", "--returned", folder / "returned")
    assert hrge(*verify) == 0
    assert hrge("waive", "--withdraw", 1, "--by", NAME, "--ledger", folder) == 0
    assert hrge(*verify) == 0  # it was in force on the day of the report
    tampered(folder / LEDGER, "UPDATE entries SET content = replace(content, ?, 'Because')", REASON)
    told = ran(*verify, code=1).out
    assert "Waiver 1 of the report is not in the ledger as" in told
    assert "Entry 2 (waiver 1 of V001 in PAK.xlsx) was changed after it was made" in told


def invented(data: dict[str, Any]) -> None:
    """A waiver that nobody gave."""
    row = next(file for file in data["files"] if file["path"].endswith("PAK.xlsx"))
    found = next(each for each in row["findings"] if each["code"] == "V001")
    found["waiver"] = {
        "number": 1,
        "code": "V001",
        "sha256": row["sha256"],
        "file": "PAK.xlsx",
        "sheet": None,
        "cell": None,
        "reason": REASON,
        "by": NAME,
        "day": DAY,
        "until": None,
        "withdrawn": None,
        "withdrawn_by": None,
        "state": "active",
    }
    row |= {"verdict": "accepted", "counts": {**row["counts"], "waived": 1}}
    data["waivers"] = [found["waiver"]]
    data["summary"] |= {"accepted": 2, "returned": 0, "waived": 1}


def revived(data: dict[str, Any]) -> None:
    """An expired waiver that is told to be in force."""
    invented(data)
    data["waivers"][0]["until"] = "2026-01-01"


@pytest.mark.parametrize("change", [invented, revived])
def test_a_waiver_that_was_never_given_shows(
    folder: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    assert hrge("report", folder, "--format", "json", "-o", folder / "reports", "--today", DAY) == 0
    with Ledger.open(folder):
        """There is a ledger, without waivers."""

    with forged_report(folder) as data:
        change(data)
        renumber(data)
    report = folder / "reports" / "validation.json"
    told = ran("verify", report, "--returned", folder / "returned", code=1).out
    assert "Waiver 1 of the report is not in the ledger as" in told
    if change is revived:
        assert "waiver" in told.partition("as the report states it.")[2]


# which one counts


def given_(number: int, **more: Any) -> Waiver:
    """A waiver of V001 in one file."""
    plain: dict[str, Any] = {"sheet": None, "cell": None, "reason": "r", "by": "n", "day": DAY}
    return Waiver(number, "V001", "f" * 64, "a.xlsx", **(plain | more)).on(date(2026, 7, 1))


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ([given_(1)], 1),
        ([given_(1), given_(2)], 2),
        ([given_(1), given_(2, until="2026-06-30")], 1),
        ([given_(1, until="2026-06-29"), given_(2, until="2026-06-30")], 2),
        ([given_(1, until="2026-07-01")], 1),
        ([given_(1, withdrawn=DAY)], None),
        ([given_(1, sheet="Plan", cell="E8")], 1),
        ([given_(1, sheet="Plan", cell="E12")], None),
        ([given_(1, sheet="Risks", cell="E8")], None),
    ],
)
def test_the_waiver_that_stands_beside_a_finding(known: list[Waiver], expected: int | None) -> None:
    seen = Finding("V001", "missing", Severity.ERROR, sheet="Plan", cell="E8")
    (found,) = waived([seen], "f" * 64, known)
    assert (found.waiver.number if found.waiver else None) == expected
    assert waived([seen], "0" * 64, known) == [seen]
