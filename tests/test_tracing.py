"""From a row of a dataset back to its file, sheet and cell: of a folder, of a round, and of a database."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from tests.audited import DAY, edited, round_folder
from tests.command_line import hrge, ran


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A round of two teams that nobody has consolidated."""
    return round_folder(tmp_path)


def traced(place: object, table: str, row: int) -> dict[str, str]:
    told = ran("trace", table, row, "--data", place).out.splitlines()
    return dict(line.split(": ", 1) for line in told if ": " in line)


def test_a_row_of_a_round_leads_to_its_cell(folder: Path) -> None:
    """It is taken in first."""
    said = traced(folder, "answers", 1)
    book = openpyxl.load_workbook(folder / said["file path"])
    assert str(book[said["sheet"]][said["cell"]].value) == said["original"]
    assert (said["file team"], said["file status"]) == (said["team"], "counts")


@pytest.mark.parametrize("table", ["aggregate_answers_by_country", "aggregate_numbers"])
def test_a_row_of_figures_leads_to_every_answer_that_it_comes_from(
    folder: Path, table: str
) -> None:
    """As many as it says, which add up to what it says, each at its cell; of a version that is superseded none."""
    first = (folder / "returned" / "AFG.xlsx").read_bytes()
    later = edited(
        first, r"docProps/core\.xml", "(modified[^>]*>)[^<]+", r"\g<1>2026-07-02T10:00:00Z"
    )
    (folder / "returned" / "AFG 2.xlsx").write_bytes(later)
    rows = json.loads(ran("export", folder, "--table", table, "--format", "json").out)
    assert rows
    for number, row in enumerate(rows, 1):
        answers = json.loads(ran("trace", table, number, "--data", folder, "--json").out).get(
            "answers", []
        )
        assert len(answers) == row["frequency"], row
        assert all("!" in answer["place"] for answer in answers)
        if row.get("total") is not None:
            assert sum(float(answer["said"].split()[0]) for answer in answers) == row["total"]
    assert "← " in ran("trace", table, 1, "--data", folder).out


def test_export_of_a_round(folder: Path) -> None:
    told = ran("export", folder, "--table", "submissions", "--format", "json").out
    assert {row["team"]: row["verdict"] for row in json.loads(told)} == {
        "AFG": "accepted",
        "PAK": "returned",
    }
    (folder / "returned" / "AFG.xlsx").unlink()
    told = ran("export", folder, "--table", "submissions", "--format", "json").out
    assert len(json.loads(told)) == 2  # what was received stays received


@pytest.mark.postgres
def test_a_database_leads_to_the_same_cell(folder: Path, tmp_path: Path, database: str) -> None:
    out = tmp_path / "out"
    assert hrge("consolidate", folder, "-o", out, "--store", database, "--today", DAY) == 0
    for row in (1, 7):
        assert traced(database, "answers", row) == traced(out, "answers", row)
    waive = (
        "waive",
        "V001",
        "--file",
        "PAK.xlsx",
        "--reason",
        "no such",
        "--by",
        "us",
        "--today",
        DAY,
    )
    assert hrge(*waive, "--ledger", out, "--store", database) == 0
    told = ran("export", database, "--table", "submissions", "--format", "json").out
    assert {row["verdict"] for row in json.loads(told)} == {"accepted"}


def test_a_place_without_a_dataset(tmp_path: Path) -> None:
    told = ran("trace", "answers", 1, "--data", tmp_path / "nowhere", code=2).err
    assert "holds no dataset. Run `hrge-xl consolidate" in told


# as one asks


def asked(*words: object, code: int = 0) -> str:
    return "".join(ran("trace", *words, code=code))


def test_an_answer_is_found_by_team_and_question(folder: Path) -> None:
    """By code or country, in whatever case; a table and a number still do."""
    one = asked(folder, "--team", "Pakistan", "--field", "pln_02")
    assert one == asked("--data", folder, "--team", "pak", "--field", "PLN_02")
    place = "in returned/PAK.xlsx"  # from the folder of the round
    assert "PAK PLAN" in one
    assert place in one
    assert asked(folder, "--row", "nowhere", code=2).startswith(
        "Error: The dataset has nothing for the row 'nowhere'."
    )


def test_what_does_not_count_is_left_out_where_something_does(folder: Path) -> None:
    """Else it is shown with what became of it."""
    assert asked(folder, "--field", "PLN_02").endswith("2 answers.\n")
    assert (
        hrge(
            "decide", folder, "PAK.xlsx", "--withdraw", "--reason", "Sent too early.", "--by", "us"
        )
        == 0
    )
    said = asked(folder, "--field", "PLN_02")
    assert said.endswith("1 answer.\n")
    assert "PAK PLAN" not in said
    assert " (withdrawn)" in asked(folder, "--field", "PLN_02", "--team", "PAK")


def test_a_finding_is_found_by_its_kind(folder: Path) -> None:
    said = asked(folder, "--finding", "v1", "--team", "PAK")
    assert said == asked(folder, "--finding", "answer-missing", "--team", "PAK")
    assert "V001 error: " in said
    assert "← Plan!" in said
    assert said.endswith("finding.\n")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--team", "PAC"), "The dataset has no team 'PAC'. Did you mean 'PAK'?"),
        (
            ("--field", "PLN_99"),
            "The dataset has nothing for the question 'PLN_99'. Did you mean 'PLN_0",
        ),
        (("--finding", "V01x"), "The dataset has no finding 'V01x'. Did you mean 'V001'?"),
        (("answers",), "Say what to trace: ROUND --team TEAM --field CODE, or TABLE ROW."),
        (("answers", "0"), "'0' is not a number of a row"),
    ],
)
def test_what_the_dataset_does_not_have_is_asked_back(
    words: tuple[str, ...], told: str, folder: Path
) -> None:
    assert told in asked(*words, "--data", folder, code=2)


def test_the_same_as_json(folder: Path, tmp_path: Path) -> None:
    """A row as an object with its numbers, answers and findings as a list; into a file where one is named."""
    which = ("--team", "PAK", "--finding", "V001")
    assert ran("trace", folder, *which, "--json", "-o", tmp_path / "found.json").out == ""
    found = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    assert found
    assert {Path(each["file"]).name for each in found} == {"PAK.xlsx"}
    assert all("!" in each["place"] for each in found)
    row = json.loads(ran("trace", "answers", 1, "--data", folder, "--json").out)
    shown = {name: "" if value is None else str(value) for name, value in row.items()}
    assert shown == traced(folder, "answers", 1)
