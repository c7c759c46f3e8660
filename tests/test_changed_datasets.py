"""A dataset that another program changed is made anew from what was received, and is never built upon."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.audited import DAY, returned, round_folder, workbook
from tests.command_line import hrge, ran
from tests.databases import queried, tampered
from tests.fixture_types import Folders

pytestmark = pytest.mark.xdist_group("changed datasets")  # what its fixtures play is played once
CHANGES = {
    "an answer": "UPDATE answers_fact SET text = 'Forged' WHERE text IS NOT NULL",
    "what counts": "UPDATE submissions SET current = 1 - current",
    "a figure": "UPDATE aggregate_completeness SET answered = answered + 1",
    "a row more": "INSERT INTO unplaced_fact SELECT submission_id, 99, what, sheet, cell, 'Forged', NULL FROM "
    "(SELECT submission_id, 'text' AS what, 'Plan' AS sheet, 'Z9' AS cell FROM submissions LIMIT 1)",
    "a view": "DROP VIEW unplaced; CREATE VIEW unplaced AS SELECT 'Forged' AS text",
    "a trigger": "CREATE TRIGGER forge AFTER UPDATE ON submissions BEGIN UPDATE answers_fact SET text = 'Forged'; END",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: Folders) -> Path:
    """A consolidated folder, and the files it came from."""
    folder = tmp_path_factory.mktemp("changed")
    returned(
        folder / "returned", {"afg.xlsx": workbook("AFG"), "pak.xlsx": workbook("PAK", whole=False)}
    )
    assert hrge("consolidate", folder / "returned", "-o", folder / "dataset", "--today", DAY) == 0
    return folder


@pytest.fixture
def case(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made / "dataset", tmp_path / "dataset")
    return tmp_path / "dataset"


@pytest.mark.deep
@pytest.mark.parametrize("statements", CHANGES.values(), ids=CHANGES)
def test_the_next_run_reads_everything_again(case: Path, made: Path, statements: str) -> None:
    before = {path.name: path.read_bytes() for path in case.glob("csv/*.csv")}
    came = Path(shutil.copytree(made / "returned", case.parent / "returned"))
    tampered(case, statements)
    assert (
        "was changed by another program" in ran("consolidate", came, "-o", case, "--today", DAY).out
    )
    assert {path.name: path.read_bytes() for path in case.glob("csv/*.csv")} == before
    assert b"Forged" not in (case / "dataset.sqlite").read_bytes()
    assert "was changed" not in ran("consolidate", came, "-o", case, "--today", DAY).out


def test_files_that_came_earlier_are_read_from_where_they_are_kept(case: Path, made: Path) -> None:
    before = (case / "dataset.sqlite").read_bytes()
    shutil.move(made / "returned", made / "elsewhere")
    try:
        tampered(case, CHANGES["an answer"])
        assert hrge("consolidate", case, "-o", case, "--today", DAY) == 0
    finally:
        shutil.move(made / "elsewhere", made / "returned")
    assert (case / "dataset.sqlite").read_bytes() == before


def test_nothing_is_told_of_it(case: Path) -> None:
    tampered(case, CHANGES["an answer"])
    for words in (
        ("trace", "answers", 1, "--data", case),
        ("export", case, "--table", "answers"),
        ("report", case),
    ):
        said = ran(*words, code=5)
        assert "was changed by another program" in said.err
        assert "Forged" not in said.out


def test_kept_bytes_that_are_not_what_came_are_not_taken_in(case: Path, made: Path) -> None:
    kept = next((case / "received").glob("*.xlsx"))
    kept.chmod(0o600)
    kept.write_bytes(workbook("MLI"))
    shutil.rmtree(case.parent / "gone", ignore_errors=True)
    shutil.move(made / "returned", made / "elsewhere")
    try:
        tampered(case, CHANGES["an answer"])
        said = ran("consolidate", case, "-o", case, "--today", DAY, code=None).out
    finally:
        shutil.move(made / "elsewhere", made / "returned")
    assert "is neither in its original place nor in received/" in said
    assert queried(case, "SELECT count(*) FROM submissions") == [(1,)]


def test_of_files_that_are_gone_each_is_counted_whatever_it_is_called(tmp_path: Path) -> None:
    """Teams often send files of one name."""
    came, case = tmp_path / "returned", tmp_path / "dataset"
    for team in ("AFG", "PAK"):
        returned(came / team, {"form.xlsx": workbook(team)})
    assert hrge("consolidate", came, "-o", case, "--today", DAY) == 0
    shutil.rmtree(came)
    shutil.rmtree(case / "received")
    tampered(case, CHANGES["an answer"])
    told = ran("consolidate", case, "-o", case, "--today", DAY, code=None).out
    assert "form.xlsx (+1) is neither in its original place" in told


def test_a_round_says_that_it_was_changed(tmp_path: Path) -> None:
    folder = round_folder(tmp_path)
    assert hrge("status", folder, "--today", DAY) == 0
    tampered(folder, CHANGES["what counts"])
    said = ran("status", folder, "--today", DAY)
    assert "was changed by another program" in said.err
    assert "1 accepted" in said.out + said.err
