"""Answers that the office corrects for a team: what follows from them follows, and what came stays beside them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa

import hrge_xl
from hrge_xl.core.errors import UsageError
from tests.audited import DAY, TODAY, round_folder
from tests.command_line import Said, ran
from tests.damage import ANSWERS
from tests.face import orders
from tests.fixture_types import Folders
from tests.letters import encrypted

pytestmark = pytest.mark.xdist_group("corrections")  # what its fixture plays is played once

REASON, NAME = "By e-mail of the team", "A. Coordinator"
PASSWORD = "Sesame, 2026"
EXPECTED = "Plan!E12"  # participants expected: 24
CORRECTED = "V111"


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: Folders) -> Path:
    """A round, taken in: AFG's return is whole, in PAK's one answer is missing at Plan!E9."""
    folder = round_folder(tmp_path_factory.mktemp("corrections"))
    ran("status", folder, "--today", DAY)
    return folder


@pytest.fixture
def folder(untouched: Path, tmp_path: Path) -> Path:
    return shutil.copytree(untouched, tmp_path / "round")


def correct(
    folder: Path,
    cell: str,
    value: str,
    file: str = "AFG.xlsx",
    code: int = 0,
    more: Sequence[object] = (),
) -> Said:
    return ran(
        "decide",
        folder,
        file,
        "--cell",
        cell,
        "--value",
        value,
        "--reason",
        REASON,
        "--by",
        NAME,
        "--today",
        DAY,
        *more,
        code=code,
    )


def take_back(folder: Path, cell: str, code: int = 0) -> Said:
    words = ("--cell", cell, "--withdraw", "--reason", "It was right", "--by", NAME, "--today", DAY)
    return ran("decide", folder, "AFG.xlsx", *words, code=code)


def traced(folder: Path, field: str) -> str:
    return ran("trace", folder, "--team", "AFG", "--field", field).out


def report(folder: Path, *more: object) -> Path:
    target = folder / "reports"
    ran("report", folder, "--format", "json", "-o", target, "--today", DAY, *more, code=None)
    return target / "validation.json"


def findings(report_file: Path) -> list[dict[str, Any]]:
    data = json.loads(report_file.read_text(encoding="utf-8"))
    return [finding for file in data["files"] for finding in file["findings"]]


def test_a_corrected_answer_counts_and_what_came_is_told_beside_it(folder: Path) -> None:
    made = correct(folder, EXPECTED, "37")
    told = f"AFG.xlsx {EXPECTED}: “37” instead of “24”, by {NAME}: {REASON}"
    assert made.out == f"1: {DAY}: {told}\n"
    assert "a newer version counts as it comes" in made.err
    rows = hrge_xl.read_table(folder, "answers")
    number = rows[(rows.team == "AFG") & (rows.field == "PLN_06")].number
    assert [*number] == [37]
    answer = traced(folder, "PLN_06")
    assert answer.startswith("AFG PLAN 1 PLN_06: 37 — ")
    assert "“24” to “37” (correction 1" in answer
    assert f"corrected {DAY}: {told}" in ran("decide", folder, "--today", DAY).out
    assert f"corrected  {told}" in ran("status", folder, "--team", "AFG", "--today", DAY).out
    assert "identical" in ran("verify", folder).out


def test_what_follows_from_an_answer_follows_from_its_correction(folder: Path) -> None:
    correct(folder, "Risks!G7", "3 Likely (over 50 %)")
    likelihood = traced(folder, "RSK_03")
    assert "AFG R1 K-01 RSK_03: 3 — " in likelihood
    level = [line for line in traced(folder, "RSK_05").splitlines() if " K-01 " in line]
    assert level[0].startswith("AFG R1 K-01 RSK_05: M (typed: “Low”)")
    codes = {finding["code"] for finding in findings(report(folder)) if finding["tool"] == "R1"}
    assert codes == {
        CORRECTED
    }  # that the sheet shows what followed from its own answers is no news


def test_what_was_done_to_the_file_is_told_as_it_came(folder: Path) -> None:
    path = folder / "returned" / "AFG.xlsx"
    book = openpyxl.load_workbook(path)
    book["Risks"]["N7"] = "High"  # which the sheet works out
    book.save(path)
    correct(folder, EXPECTED, "37", file=str(path))
    told = {finding["code"]: finding["cell"] for finding in findings(report(folder))}
    assert (told["V017"], told[CORRECTED]) == ("N7", "E12")


def test_a_missing_answer_that_is_filled_in_makes_the_return_accepted(folder: Path) -> None:
    made = correct(folder, "PLAN!E9", "Train the trainers", file="PAK.xlsx")
    assert "Verdict of the file: accepted." in made.err
    assert "instead of “–”" in made.out
    assert "PAK: accepted" in ran("status", folder, "--team", "PAK", "--today", DAY).out
    # that the check cell of the sheet says that it is missing was right when it came
    assert {finding["code"] for finding in findings(report(folder))} == {CORRECTED}


@pytest.mark.deep
def test_the_later_correction_of_a_cell_counts_and_taking_back_brings_what_came(
    folder: Path,
) -> None:
    correct(folder, EXPECTED, "37")
    assert "“38” instead of “24”" in correct(folder, EXPECTED, "38").out
    assert ": 38 — " in traced(folder, "PLN_06")
    assert "“24” as it came" in take_back(folder, EXPECTED).out
    assert traced(folder, "PLN_06").startswith("AFG PLAN 1 PLN_06: 24 ← ")
    assert "identical" in ran("verify", folder).out
    assert "Nothing was corrected at" in take_back(folder, EXPECTED, code=2).err


def test_values_are_given_as_a_team_types_them(folder: Path) -> None:
    for cell, value in (("Plan!E15", "25 %"), ("Plan!E10", "2026-03-01"), ("Plan!E19", "MEN")):
        correct(folder, cell, value)
    rows = hrge_xl.read_table(folder, "answers")
    rows = rows[rows.team == "AFG"].set_index("cell")
    assert rows.loc["E15"].number.max() == 0.25
    assert str(rows.loc["E10"].date)[:10] == "2026-03-01"
    assert (rows.loc["E19"].code, rows.loc["E19"].original) == ("MEN", "Men")


@pytest.mark.parametrize(
    ("cell", "value", "told"),
    [
        ("Plan!E13", "about ten", "“about ten” is not a number. Type a whole number (0 or more)."),
        ("Plan!E15", "37", "out of range"),
        ("Plan!E19", "Wommen", "is not in the list. Choose from the list. Did you mean “Women”?"),
        ("Plan!E10", "03/04/2026", "can mean two different days"),
        ("Plan!E9", "", "the answer is missing"),
        ("Plan!E12", "24", "says “24” already"),
        ("Plan!D13", "5", "The nearest one is Plan!E13: Of whom women."),
        ("Risks!N7", "High", "Risks!N7 is no cell to fill in."),
        ("Plon!E9", "x", "Did you mean 'Plan'?"),
        ("Plan!nowhere", "x", "is no cell"),
    ],
)
def test_what_a_cell_does_not_take_is_refused_with_what_it_takes(
    untouched: Path, cell: str, value: str, told: str
) -> None:
    assert told in correct(untouched, cell, value, code=2).err
    assert "corrected" not in ran("decide", untouched, "--today", DAY).out


def test_the_team_is_told_in_its_feedback_and_gets_what_counts(folder: Path) -> None:
    correct(folder, EXPECTED, "37")
    ran("feedback", folder, "-o", folder / "feedback", "--today", DAY, code=None)
    (workbook,) = (folder / "feedback").glob("AFG*.xlsx")
    book = openpyxl.load_workbook(workbook)
    assert book["Plan"]["E12"].value == 37
    texts = [str(cell.value) for row in book["To correct"].iter_rows() for cell in row]
    assert any("The office changed “24” to “37”" in text for text in texts)


def test_a_mark_stands_wherever_a_corrected_answer_is_in_a_figure(folder: Path) -> None:
    """The copy to share says so too, but not by whom."""
    correct(folder, "Risks!G7", "3 Likely (over 50 %)")
    ran("consolidate", "--write", folder, "--shareable", "--today", DAY, code=None)
    for workbook in (folder / "data.xlsx", folder / "shareable" / "data.xlsx"):
        book = openpyxl.load_workbook(workbook)
        marked = [
            (sheet.title, sheet.cell(2, cell.column).value, cell.comment.text)
            for sheet in book
            for row in sheet.iter_rows()
            for cell in row
            if cell.comment
        ]
        comment = "Corrected by the office (V111)"
        assert marked == [("risks", f"rsk_03{part}", comment) for part in ("", "_label")]
    for page in ("overview.html", "brief.html", "overview_shareable.html"):
        text = (folder / "reports" / page).read_text(encoding="utf-8")
        assert "Answers behind the figures that the office corrected: 1." in text
        assert NAME not in text
        assert ("7*" in text) == page.startswith("overview")


def test_feedback_is_what_comes_next_until_it_was_written_and_again_when_something_is_new(
    folder: Path, tmp_path: Path
) -> None:
    def next_steps() -> list[str]:
        told = [ran(verb, folder, "--today", DAY, code=None).err for verb in ("validate", "status")]
        return [text.strip().rpartition("\n")[2].removeprefix("Next: hrge-xl ") for text in told]

    written = f"feedback {folder} -o feedback"
    assert next_steps() == [written] * 2
    ran("feedback", folder, "-o", tmp_path / "feedback", "--today", DAY, code=None)
    assert written not in next_steps()
    correct(folder, "Plan!E12", "37", file="PAK.xlsx")  # its errors stay
    assert next_steps() == [written] * 2


def test_a_newer_version_counts_as_it_comes(folder: Path) -> None:
    correct(folder, EXPECTED, "37")
    order = next(
        order for order in orders(hrge_xl.load_round(folder), TODAY) if order.team == "AFG"
    )
    answers = ANSWERS | {("PLAN", "1", "PLN_06"): 25.0}
    data = hrge_xl.generate(hrge_xl.load("example"), replace(order, answers=answers))
    (folder / "returned" / "AFG.xlsx").write_bytes(data)
    assert traced(folder, "PLN_06").startswith("AFG PLAN 1 PLN_06: 25 ← ")


def test_a_report_with_corrections_is_verified_and_a_forged_one_is_found(folder: Path) -> None:
    correct(folder, EXPECTED, "37")
    written = report(folder)
    words = ("verify", written, "--returned", folder / "returned", "--ledger", folder)
    said = ran(*words)
    assert "Made again: identical" in said.out
    assert "Read with openpyxl: identical" in said.out
    text = written.read_text(encoding="utf-8")
    written.write_text(text.replace("“37”", "“38”").replace('"37"', '"38"'), encoding="utf-8")
    assert f"gone: findings[{CORRECTED} {EXPECTED}]" in ran(*words, code=1).out


def test_a_return_that_is_named_alone_is_told_with_what_was_entered_about_it(folder: Path) -> None:
    correct(folder, EXPECTED, "37")
    why = ("--reason", REASON, "--by", NAME, "--today", DAY)
    ran("decide", folder, "PAK.xlsx", "--withdraw", *why)
    said = ran("decide", folder, "AFG.xlsx", "--today", DAY).out.splitlines()
    assert said == [
        "AFG.xlsx (1, AFG): counts.",
        f"corrected {DAY}: AFG.xlsx {EXPECTED}: “37” instead of “24”, by {NAME}: {REASON}",
    ]
    said = ran("decide", folder, "PAK.xlsx", "--today", DAY).out.splitlines()
    assert said[0].startswith("PAK.xlsx (2, PAK): withdrawn. ")
    assert [line.split()[0] for line in said[1:]] == ["decided"]
    assert "Say which return" in ran("decide", folder, *why, code=2).err


@pytest.mark.deep
@pytest.mark.parametrize("details", [["37"], "37", 37, {"number": "9" * 5_000}, {"corrected": [1]}])
def test_a_report_whose_correction_was_edited_is_verified(folder: Path, details: object) -> None:
    correct(folder, EXPECTED, "37")
    written = report(folder)
    data = json.loads(written.read_text(encoding="utf-8"))
    for file in data["files"]:
        for finding in file["findings"]:
            if finding["code"] == CORRECTED:
                finding["details"] = details
    written.write_text(json.dumps(data), encoding="utf-8")
    words = ("verify", written, "--returned", folder / "returned")
    assert "findings" in ran(*words, code=1).out


@pytest.mark.deep
def test_a_redacted_report_and_a_copy_to_share_tell_no_value(folder: Path) -> None:
    correct(folder, EXPECTED, "37")
    written = report(folder, "--redact")
    (told,) = (finding for finding in findings(written) if finding["code"] == CORRECTED)
    assert (told["value"], told["details"]) == (None, {})
    assert not any(text in told["message"] for text in ("24", "37", REASON, NAME))
    said = ran("verify", written, "--returned", folder / "returned", "--ledger", folder)
    assert "Made again: identical" in said.out
    ran("consolidate", "--write", folder, "--shareable", "--today", DAY, code=None)
    shared = (folder / "shareable" / "dataset.sqlite").read_bytes()
    assert REASON.encode() not in shared


@pytest.mark.deep
def test_a_dataset_elsewhere_takes_corrections_over_and_makes_none_of_its_own(
    folder: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "year"
    ran("consolidate", "--write", folder, "-o", elsewhere, "--today", DAY, code=None)
    correct(folder, EXPECTED, "37")
    ran("consolidate", "--write", folder, "-o", elsewhere, "--today", DAY, code=None)
    assert ": 37 — " in traced(elsewhere, "PLN_06")
    assert "Correct it there" in correct(elsewhere, EXPECTED, "38", code=2).err


@pytest.mark.deep
def test_files_of_no_round_are_corrected_in_their_dataset(folder: Path, tmp_path: Path) -> None:
    loose = tmp_path / "loose"
    loose.mkdir()
    shutil.copy(folder / "returned" / "AFG.xlsx", loose)
    ran("consolidate", "--write", loose, "-o", tmp_path / "dataset", "--today", DAY, code=None)
    correct(tmp_path / "dataset", EXPECTED, "37")
    assert ": 37 — " in traced(tmp_path / "dataset", "PLN_06")


def test_a_program_corrects_with_the_same_verb(folder: Path) -> None:
    day = date.fromisoformat(DAY)
    made = hrge_xl.correct(
        folder, "AFG.xlsx", ("Plan", "E12"), "37", reason=REASON, by=NAME, day=day
    )
    assert (made.came, made.value, made.verdict) == ("24", "37", "accepted")
    assert [entry.value for entry in hrge_xl.decisions(folder, day).corrections] == ["37"]
    with pytest.raises(UsageError, match="needs a reason"):
        hrge_xl.correct(folder, "AFG.xlsx", ("Plan", "E12"), None, reason="", by=NAME, day=day)


@pytest.mark.deep
def test_a_workbook_under_a_password_is_corrected_too(tmp_path: Path) -> None:
    folder = round_folder(tmp_path)
    returned = folder / "returned" / "AFG.xlsx"
    returned.write_bytes(encrypted(returned.read_bytes(), PASSWORD))
    password_file = tmp_path / "password.txt"
    password_file.write_text(f"{PASSWORD}\n", encoding="utf-8")
    with_password = ("--password-file", password_file)
    ran("status", folder, "--today", DAY, *with_password)
    refused = correct(folder, EXPECTED, "37", code=2)
    assert "--password-file" in refused.err
    assert "“37” instead of “24”" in correct(folder, EXPECTED, "37", more=with_password).out
    assert traced(folder, "PLN_06").startswith("AFG PLAN 1 PLN_06: 37 — ")
    assert "identical" in ran("verify", folder, *with_password).out
    protected = ran("verify", folder, code=1).out
    assert "AFG.xlsx: not compared. The file AFG.xlsx is protected with a password." in protected
    assert "1 difference (1 return of 2 read again" in protected
    password_file.write_text("another\n", encoding="utf-8")
    wrong = ran("verify", folder, *with_password, code=1).out
    assert "AFG.xlsx: not compared. The password given does not open the file AFG.xlsx." in wrong
    assert "1 difference (1 return of 2 read again" in wrong
    # who has no password by now learns of it; the correction stays
    ran("status", folder, "--today", DAY)
    assert traced(folder, "PLN_06").startswith("AFG PLAN 1 PLN_06: 37 — ")


@pytest.mark.deep
def test_a_correction_stands_in_another_database_too(folder: Path, database: str) -> None:
    store = ("--store", database)
    ran("consolidate", "--write", folder, "-o", folder, "--today", DAY, *store)
    correct(folder, EXPECTED, "37", more=store)
    assert "identical" in ran("verify", folder, *store).out
    engine = sa.create_engine(database)
    query = sa.text("SELECT number FROM answers WHERE team = 'AFG' AND field = 'PLN_06'")
    with engine.connect() as connection:
        assert [*connection.execute(query).scalars()] == [37]
    engine.dispose()
    # a correction that the database does not know yet is told
    correct(folder, EXPECTED, "38")
    assert "PLN_06" in ran("verify", folder, *store, code=1).out
