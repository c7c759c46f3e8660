"""`verify` compares the copy that leaves the office as it does the own one, and says which copy differs."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.command_line import ran
from tests.small_returns import returns, run

COPY = "shareable/dataset.sqlite"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shared")
    run(returns(folder / "in", 2), folder / "out", shareable=True)
    return folder


@pytest.fixture
def dataset(made: Path, tmp_path: Path) -> Path:
    """A consolidated folder with a copy to share."""
    shutil.copytree(made, tmp_path / "all")
    return tmp_path / "all" / "out"


def edit(statement: str) -> Callable[[Path], None]:
    def change(copy: Path) -> None:
        connection = sqlite3.connect(copy / "dataset.sqlite")
        connection.execute(statement)
        connection.commit()
        connection.close()

    return change


def damage(copy: Path) -> None:
    (copy / "dataset.sqlite").write_bytes(b"no database")


def change_csv(copy: Path) -> None:
    file = copy / "csv" / "answers.csv"
    file.write_text(file.read_text("utf-8-sig").replace("WS-01", "WS-99"), "utf-8-sig")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            edit("UPDATE answers_fact SET number = number + 1000 WHERE number > 10"),
            f"{COPY}: answers_fact[Plan!E16].number",
        ),
        (
            edit("UPDATE aggregate_answers SET frequency = 100 WHERE n = 1"),
            f"{COPY}: aggregate_answers[n 1 ",
        ),
        (edit("DROP VIEW answers"), f"{COPY}: view answers"),
        (edit("CREATE TRIGGER t AFTER INSERT ON codes BEGIN SELECT 1; END"), f"{COPY}: trigger t"),
        (edit("ALTER TABLE codes ADD COLUMN more TEXT"), f"{COPY}: table codes"),
        (edit("DELETE FROM submissions"), f"{COPY}: submissions"),
        (edit("UPDATE meta SET value = 'other' WHERE name = 'spec'"), COPY),
        (damage, f"{COPY}: “cannot be read"),
        (change_csv, "shareable/csv/answers.csv"),
    ],
    ids=[
        "answers",
        "figures",
        "a view",
        "a trigger",
        "a column",
        "rows",
        "what it is",
        "no database",
        "a file",
    ],
)
def test_what_was_changed_in_it_is_named(
    change: Callable[[Path], None], said: str, dataset: Path
) -> None:
    change(dataset / "shareable")
    verified = ran("verify", dataset, code=1)
    assert said in verified.out + verified.err


def test_untouched_it_is_identical(dataset: Path) -> None:
    assert "identical" in ran("verify", dataset).out


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda lines: [lines[0].replace("in/00.xlsx", "in/99.xlsx"), *lines[1:]],
            "was not entered so",
        ),
        (lambda lines: lines[:-1], "is in the ledger but not in ledger.jsonl"),
        (
            lambda lines: [
                *lines,
                re.sub(
                    '"by": ".*?"', '"by": "B"', re.sub('"digest": "..', '"digest": "00', lines[-1])
                ),
            ],
            "was not entered so",
        ),
        (lambda lines: [*lines, "anything\n"], "is no entry"),
    ],
    ids=["within", "shortened", "put in", "no entry"],
)
def test_a_changed_journal_is_named_and_nothing_made_from_it(
    change: Callable[[list[str]], list[str]], said: str, dataset: Path
) -> None:
    journal = dataset / "ledger.jsonl"
    lines = journal.read_text(encoding="utf-8").splitlines(keepends=True)
    changed = change(lines)
    assert changed != lines
    journal.write_text("".join(changed), encoding="utf-8")
    assert said in ran("verify", dataset, code=1).out


def test_no_ledger_is_made_from_a_journal_that_was_changed(dataset: Path) -> None:
    journal = dataset / "ledger.jsonl"
    journal.write_text(journal.read_text("utf-8").replace("in/00.xlsx", "in/99.xlsx"), "utf-8")
    (dataset / "ledger.sqlite").unlink()
    refused = ran("recover", dataset, code=2)
    assert "entry 1 (receipt" in refused.err
    assert "backup" in refused.err
    assert not (dataset / "ledger.sqlite").exists()


@pytest.mark.parametrize(
    ("file", "statement", "said"),
    [
        (
            "dataset.sqlite",
            "UPDATE submissions SET stamp = stamp || '9' WHERE stamp IS NOT NULL",
            "stamp",
        ),
        (
            "dataset.sqlite",
            "UPDATE submissions SET submission_id = submission_id + 1",
            "submission_id",
        ),
        ("dataset.sqlite", "UPDATE answers_fact SET number = x'ff00'", "number"),
        (COPY, "UPDATE answers_fact SET number = x'ff00'", "number"),
        ("ledger.sqlite", "UPDATE entries SET digest = x'ff00' WHERE n = 1", "digest"),
        ("ledger.sqlite", "UPDATE files SET n = 'zz' WHERE n = 1", "files, row"),
    ],
)
def test_what_no_program_of_ours_writes_is_named(
    file: str, statement: str, said: str, dataset: Path
) -> None:
    """It neither ends the verification nor hides behind a fault of the program."""
    connection = sqlite3.connect(dataset / file)
    connection.execute(statement)
    connection.commit()
    connection.close()
    verified = ran("verify", dataset, code=1)
    assert file in verified.out
    assert said in verified.out


def columns_of(file: Path) -> list[tuple[str, str]]:
    connection = sqlite3.connect(file)
    tables = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    )
    columns = [
        (table, column)
        for (table,) in tables.fetchall()
        if connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]
        for _, column, *_ in connection.execute(f'PRAGMA table_info("{table}")').fetchall()
    ]
    connection.close()
    return columns


@pytest.mark.deep
@pytest.mark.parametrize("file", ["dataset.sqlite", COPY, "ledger.sqlite"])
def test_any_value_of_any_column_may_be_anything(file: str, dataset: Path, tmp_path: Path) -> None:
    """One column after the other, in whichever row comes first: exit 1 or 4, and table and column are named."""
    unnamed = []
    for number, (table, column) in enumerate(columns_of(dataset / file)):
        copy = tmp_path / str(number)
        shutil.copytree(dataset, copy)
        connection = sqlite3.connect(copy / file)
        try:
            connection.execute(f'UPDATE "{table}" SET "{column}" = x\'ff00fe\'')
            connection.commit()
        except sqlite3.IntegrityError:
            continue  # the file itself refuses it
        finally:
            connection.close()
        said = ran("verify", copy, code=(1, 4)).out
        if table not in said or column not in said:
            unnamed.append((table, column))
        shutil.rmtree(copy)
    assert not unnamed


@pytest.mark.parametrize("name", ["html", "xlsx"])
def test_a_copy_to_share_can_be_reported(dataset: Path, name: str) -> None:
    """Its findings have no words, which may quote an answer: their names stand for them."""
    out = dataset.parent / "reports"
    ran("report", dataset / "shareable", "--format", name, "-o", out, code=(0, 4))
    assert (out / f"validation.{name}").is_file()
    assert "None" not in ran("validate", dataset / "shareable", code=None).out


def test_it_follows_what_is_decided(dataset: Path) -> None:
    """A return that was withdrawn stays in no copy, which would go on being shared."""
    ran("decide", dataset, "01.xlsx", "--withdraw", "--reason", "a trial", "--by", "Office")
    assert "Made again: identical" in ran("verify", dataset).out
