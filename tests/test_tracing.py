"""From a row of a dataset back to its file, sheet and cell: of a folder, of a round, and of a database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
import sqlalchemy as sa

from tests.audited import DAY, hrge, round_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A round of two teams that nobody has consolidated."""
    return round_folder(tmp_path)


@pytest.fixture
def database(postgres_url: str) -> Iterator[str]:
    """An empty database."""
    yield postgres_url
    engine = sa.create_engine(postgres_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()


def traced(capsys: pytest.CaptureFixture[str], place: object, table: str, row: int) -> dict[str, str]:
    """What `trace` says of a row."""
    capsys.readouterr()
    assert hrge("trace", table, row, "--data", place) == 0
    return dict(line.split(": ", 1) for line in capsys.readouterr().out.splitlines() if ": " in line)


def test_a_row_of_a_round_leads_to_its_cell(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is taken in first."""
    said = traced(capsys, folder, "answers", 1)
    book = openpyxl.load_workbook(folder / said["file path"])
    assert str(book[said["sheet"]][said["cell"]].value) == said["original"]
    assert (said["file team"], said["file status"]) == (said["team"], "counts")


def test_export_of_a_round(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert hrge("export", folder, "--table", "submissions", "--format", "json") == 0
    assert {row["team"]: row["verdict"] for row in json.loads(capsys.readouterr().out)} == {
        "AFG": "accepted", "PAK": "returned",
    }  # fmt: skip
    (folder / "returned" / "AFG.xlsx").unlink()
    assert hrge("export", folder, "--table", "submissions", "--format", "json") == 0
    assert len(json.loads(capsys.readouterr().out)) == 2  # what was received stays received


@pytest.mark.postgres
def test_a_database_leads_to_the_same_cell(
    folder: Path, tmp_path: Path, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert hrge("consolidate", folder, "-o", out, "--store", database, "--today", DAY) == 0
    for row in (1, 7):
        assert traced(capsys, database, "answers", row) == traced(capsys, out, "answers", row)
    waive = ("waive", "V001", "--file", "PAK.xlsx", "--reason", "no such", "--by", "us", "--today", DAY)
    assert hrge(*waive, "--ledger", out, "--store", database) == 0
    capsys.readouterr()
    assert hrge("export", database, "--table", "submissions", "--format", "json") == 0
    assert {row["verdict"] for row in json.loads(capsys.readouterr().out)} == {"accepted"}


def test_a_place_without_a_dataset(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert hrge("trace", "answers", 1, "--data", tmp_path / "nowhere") == 2
    assert "holds no dataset. Run `hrge-xl consolidate" in capsys.readouterr().err


# as one asks


def asked(capsys: pytest.CaptureFixture[str], *words: object, code: int = 0) -> str:
    """What `trace` says."""
    capsys.readouterr()
    assert hrge("trace", *words) == code
    return "".join(capsys.readouterr())


def test_an_answer_is_found_by_team_and_question(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By code or country, in whatever case; a table and a number still do."""
    one = asked(capsys, folder, "--team", "Pakistan", "--field", "pln_02")
    assert one == asked(capsys, "--data", folder, "--team", "pak", "--field", "PLN_02")
    place = "in returned/PAK.xlsx"  # from the folder of the round
    assert "PAK PLAN" in one
    assert place in one
    assert asked(capsys, folder, "--row", "nowhere", code=2).startswith(
        "Error: The dataset has nothing for the row 'nowhere'."
    )


def test_what_does_not_count_is_left_out_where_something_does(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Else it is shown with what became of it."""
    assert asked(capsys, folder, "--field", "PLN_02").endswith("2 answers.\n")
    assert hrge("decide", folder, "PAK.xlsx", "--withdraw", "--reason", "Sent too early.", "--by", "us") == 0
    said = asked(capsys, folder, "--field", "PLN_02")
    assert said.endswith("1 answer.\n")
    assert "PAK PLAN" not in said
    assert " (withdrawn)" in asked(capsys, folder, "--field", "PLN_02", "--team", "PAK")


def test_a_finding_is_found_by_its_kind(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = asked(capsys, folder, "--finding", "v1", "--team", "PAK")
    assert said == asked(capsys, folder, "--finding", "answer-missing", "--team", "PAK")
    assert "V001 error: " in said
    assert "← Plan!" in said
    assert said.endswith("finding.\n")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--team", "PAC"), "The dataset has no team 'PAC'. Did you mean 'PAK'?"),
        (("--field", "PLN_99"), "The dataset has nothing for the question 'PLN_99'. Did you mean 'PLN_0"),
        (("--finding", "V01x"), "The dataset has no finding 'V01x'. Did you mean 'V001'?"),
        (("answers",), "Say what to trace: ROUND --team TEAM --field CODE, or TABLE ROW."),
        (("answers", "0"), "'0' is not a number of a row"),
    ],
)
def test_what_the_dataset_does_not_have_is_asked_back(
    words: tuple[str, ...], told: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told in asked(capsys, *words, "--data", folder, code=2)


def test_the_same_as_json(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A row as an object, answers and findings as a list; into a file where one is named."""
    assert (
        hrge("trace", folder, "--team", "PAK", "--finding", "V001", "--json", "-o", tmp_path / "found.json")
        == 0
    )
    assert capsys.readouterr().out == ""
    found = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    assert found
    assert {Path(each["file"]).name for each in found} == {"PAK.xlsx"}
    assert all("!" in each["place"] for each in found)
    assert hrge("trace", "answers", 1, "--data", folder, "--json") == 0
    row = json.loads(capsys.readouterr().out)
    assert {name: str(value) for name, value in row.items()} == traced(capsys, folder, "answers", 1)
