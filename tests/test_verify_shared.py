"""`verify` compares the copy that leaves the office as it does the own one, and says which copy differs."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from operator import itemgetter
from pathlib import Path

import pytest

import hrge_xl
from hrge_xl.core.errors import StoreError
from tests.audited import DAY, round_folder
from tests.command_line import ran
from tests.small_returns import returns, run
from tests.telling import telling

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


CHANGES_OF_THE_COPY = {  # with what is told of each
    "answers": (
        edit("UPDATE answers_fact SET number = number + 1000 WHERE number > 10"),
        f"{COPY}: answers_fact[Plan!E16].number",
    ),
    "figures": (
        edit("UPDATE aggregate_answers SET frequency = 100 WHERE n = 1"),
        f"{COPY}: aggregate_answers[n 1 ",
    ),
    "a view": (edit("DROP VIEW answers"), f"{COPY}: view answers"),
    "a trigger": (
        edit("CREATE TRIGGER t AFTER INSERT ON codes BEGIN SELECT 1; END"),
        f"{COPY}: trigger t",
    ),
    "a column": (edit("ALTER TABLE codes ADD COLUMN more TEXT"), f"{COPY}: table codes"),
    "rows": (edit("DELETE FROM submissions"), f"{COPY}: submissions"),
    "what it is": (edit("UPDATE meta SET value = 'other' WHERE name = 'spec'"), COPY),
    "no database": (damage, f"{COPY}: “cannot be read"),
    "a file": (change_csv, "shareable/csv/answers.csv"),
}


@pytest.mark.parametrize("name", telling(CHANGES_OF_THE_COPY, "figures"))
def test_what_was_changed_in_it_is_named(name: str, dataset: Path) -> None:
    change, said = CHANGES_OF_THE_COPY[name]
    change(dataset / "shareable")
    verified = ran("verify", dataset, code=1)
    assert said in verified.out + verified.err


def test_untouched_it_is_identical(dataset: Path) -> None:
    assert "identical" in ran("verify", dataset).out


JOURNALS: dict[str, tuple[Callable[[list[str]], list[str]], str]] = {
    "within": (
        lambda lines: [lines[0].replace("in/00.xlsx", "in/99.xlsx"), *lines[1:]],
        "was not entered so",
    ),
    "shortened": (lambda lines: lines[:-1], "is in the ledger but not in ledger.jsonl"),
    "put in": (
        lambda lines: [
            *lines,
            re.sub('"by": ".*?"', '"by": "B"', re.sub('"digest": "..', '"digest": "00', lines[-1])),
        ],
        "was not entered so",
    ),
    "no entry": (lambda lines: [*lines, "anything\n"], "is no entry"),
}


@pytest.mark.parametrize("name", telling(JOURNALS, "within"))
def test_a_changed_journal_is_named_and_nothing_made_from_it(name: str, dataset: Path) -> None:
    change, said = JOURNALS[name]
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


EDITS = [  # of which database, and what is told of it
    (
        "dataset.sqlite",
        "UPDATE submissions SET stamp = stamp || '9' WHERE stamp IS NOT NULL",
        "stamp",
    ),
    ("dataset.sqlite", "UPDATE submissions SET submission_id = submission_id + 1", "submission_id"),
    ("dataset.sqlite", "UPDATE answers_fact SET submission_id = submission_id + 1", "answers_fact"),
    ("dataset.sqlite", "UPDATE answers_fact SET number = x'ff00'", "number"),
    (COPY, "UPDATE answers_fact SET number = x'ff00'", "number"),
    ("ledger.sqlite", "UPDATE entries SET digest = x'ff00' WHERE n = 1", "digest"),
    ("ledger.sqlite", "UPDATE files SET n = 'zz' WHERE n = 1", "files, row"),
    ("dataset.sqlite", "UPDATE slots SET sheet = CAST(x'61ff' AS TEXT) WHERE slot = 1", "sheet"),
    (COPY, "UPDATE answers_fact SET number = 9e999", "number"),
    ("dataset.sqlite", "UPDATE findings_fact SET details = '3'", "details"),
    ("dataset.sqlite", "UPDATE submissions SET stamp = '{}' WHERE stamp IS NOT NULL", "stamp"),
    ("dataset.sqlite", "UPDATE submissions SET sha256 = substr(sha256, 2)", "sha256"),
    (
        "dataset.sqlite",
        "UPDATE meta SET value = 'soon' WHERE name = 'derived'",
        "meta, row derived",
    ),
    ("dataset.sqlite", "UPDATE meta SET name = 'else' WHERE name = 'filled'", "meta, row else"),
    (
        "dataset.sqlite",
        "UPDATE meta SET value = 'x' WHERE name = 'schema_version'",
        "row schema_version",
    ),
    ("dataset.sqlite", "UPDATE meta SET value = 'x' WHERE name = 'spec'", "meta, row spec: value"),
    (COPY, "UPDATE meta SET value = value || '0' WHERE name = 'spec_digest'", "row spec_digest"),
    ("dataset.sqlite", "UPDATE meta SET value = 'x' WHERE name = 'tables'", "meta.tables"),
    (
        "dataset.sqlite",
        "UPDATE spec_files SET content = 'x' WHERE path = 'workbook.yaml'",
        "spec_files, row",
    ),
    ("dataset.sqlite", "DROP TABLE spec_files", "spec_files: the table was changed"),
    ("dataset.sqlite", "DROP TABLE checks_not_run", "table checks_not_run"),
    ("dataset.sqlite", "ALTER TABLE slots ADD COLUMN more TEXT", "table slots"),
    ("dataset.sqlite", "ALTER TABLE submissions RENAME COLUMN path TO way", "table submissions"),
    ("dataset.sqlite", "CREATE TABLE more (n INTEGER)", "table more"),
    ("dataset.sqlite", "DROP INDEX slots_by_question", "index slots_by_question"),
    ("dataset.sqlite", "DROP VIEW answers", "view answers"),
    ("dataset.sqlite", "PRAGMA user_version = 5", "user_version"),
    (COPY, "PRAGMA user_version = 5", "user_version"),
]


@pytest.mark.parametrize(
    "edited",
    telling(
        EDITS,
        "submission_id",
        "files, row",
        "meta, row derived",
        "spec_files, row",
        "spec_files: the table was changed",
        "table more",
        by=itemgetter(2),
    ),
)
def test_what_no_program_of_ours_writes_is_named(
    edited: tuple[str, str, str], dataset: Path
) -> None:
    """It neither ends the verification nor hides behind a fault of the program."""
    file, statement, said = edited
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


@pytest.mark.parametrize(
    "value",
    ["x'ff00fe'", pytest.param("CAST(x'61ff' AS TEXT)", marks=pytest.mark.deep)],
    ids=["bytes", "no text"],
)
@pytest.mark.parametrize(
    "file", telling(["dataset.sqlite", COPY, "ledger.sqlite"], "dataset.sqlite", "ledger.sqlite")
)
def test_all_columns_at_once_are_named(file: str, value: str, dataset: Path) -> None:
    """Whatever the file itself lets in, in every column of every table, also of those that come."""
    changed = [
        place for place in columns_of(dataset / file) if put_in(dataset / file, *place, value)
    ]
    verified = ran("verify", dataset, code=1).out
    unnamed = [place for place in changed if not is_named(verified, *place)]
    assert changed
    assert not unnamed


def put_in(file: Path, table: str, column: str, value: str) -> bool:
    """Put a value into a column of every row, and return whether that changed anything."""
    connection = sqlite3.connect(file)
    with suppress(sqlite3.IntegrityError):  # the number of a row takes no other type
        connection.execute(f'UPDATE OR IGNORE "{table}" SET "{column}" = {value}')
    connection.commit()
    changed = connection.total_changes
    connection.close()
    return changed > 0


def is_named(verified: str, table: str, column: str) -> bool:
    return re.search(rf"(?m)\b{table}\b.*\b{column}\b", verified) is not None


FIRST = "sha256 = (SELECT sha256 FROM files WHERE n = 1)"
MORE = f"SELECT sha256, 'x', received, 'x' FROM sightings WHERE {FIRST}"
LEDGER_EDITS = {  # with what is told of each
    "UPDATE files SET round = 'x' WHERE n = 1": "files.round",
    "UPDATE files SET superseded_by = 'x' WHERE n = 1": "files.superseded_by",
    "UPDATE files SET reason = 'x' WHERE n = 1": "files.reason",
    "UPDATE files SET stated = 1 WHERE n = 1": "the table of files was changed; it says day stated",
    f"UPDATE sightings SET received = '2026-01-01' WHERE {FIRST}": "sightings[../in/00.xlsx].received",
    f"UPDATE sightings SET place = 'x' WHERE {FIRST}": "sightings[../in/00.xlsx].place",
    f"INSERT INTO sightings {MORE}": "sightings[x]",
    "UPDATE runs SET n = 2": "runs[n 2].n",
    "UPDATE runs SET found = json_set(found, '$.figures[0][3]', 9)": ".found",
    "UPDATE datasets SET sha256 = 'x'": "datasets[dataset.sqlite].sha256",
    "UPDATE entries SET time = '2020-01-01T00:00:00Z'": "entries[n 1].time",
    "INSERT INTO identity VALUES ('x')": "identity.id",
}


@pytest.mark.deep
def test_every_table_of_the_ledger_is_compared(dataset: Path) -> None:
    add_identity_to_journal(dataset)
    for statement in LEDGER_EDITS:
        edit_ledger(dataset, statement)
    verified = ran("verify", dataset, code=1).out
    assert [said for said in LEDGER_EDITS.values() if said not in verified] == []


@pytest.mark.deep
@pytest.mark.parametrize(
    ("statement", "said"),
    [*LEDGER_EDITS.items(), ("UPDATE datasets SET name = 'x'", "new: datasets[dataset.sqlite]")],
)
def test_one_edit_of_the_ledger_is_named(statement: str, said: str, dataset: Path) -> None:
    add_identity_to_journal(dataset)
    edit_ledger(dataset, statement)
    assert said in ran("verify", dataset, code=1).out


def add_identity_to_journal(dataset: Path) -> None:
    """Name the ledger in its journal as a run does that is asked for its name."""
    with (dataset / "ledger.jsonl").open("a", encoding="utf-8") as journal:
        journal.write('{"identity": "0123456789abcdef0123456789abcdef"}\n')


def edit_ledger(dataset: Path, statement: str) -> None:
    connection = sqlite3.connect(dataset / "ledger.sqlite")
    connection.execute(statement)
    connection.commit()
    assert connection.total_changes
    connection.close()


@pytest.mark.parametrize(
    ("statement", "table"),
    [
        ("UPDATE submissions SET size = 9e999", "submissions"),
        ("UPDATE submissions SET return_number = 'zz'", "submissions"),
        ("UPDATE slots SET row_code = x'ff00'", "answers"),
        ("UPDATE slots SET part = 'zz'", "answers"),
        ("UPDATE findings_fact SET code = x'ff00'", "findings"),
        ("UPDATE findings_fact SET sheet = CAST(x'61ff' AS TEXT)", "findings"),
    ],
)
def test_who_reads_what_another_program_wrote_is_told(
    statement: str, table: str, dataset: Path
) -> None:
    """An error of the dataset, whichever the reader: never a fault of the program."""
    edit(statement)(dataset)
    with pytest.raises(StoreError, match="dataset"):
        hrge_xl.read_table(dataset, table)
    ran("trace", dataset, "--finding", "V001", code=(0, 5))
    ran("export", dataset, "--table", table, "-o", dataset / "table.csv", code=(0, 5))


PLAUSIBLE = "CASE typeof({0}) WHEN 'text' THEN {0} || '9' WHEN 'null' THEN '1' ELSE {0} + 1 END"
OFTEN = 40  # of the columns one in so many before a release; `make insider` all of them
NOTED = [("runs", "day")]  # nothing says again on which day a run was


@pytest.mark.deep
@pytest.mark.parametrize("often", [OFTEN, pytest.param(1, marks=pytest.mark.long)])
@pytest.mark.parametrize("file", ["dataset.sqlite", COPY, "ledger.sqlite"])
def test_another_value_in_any_column_is_named(
    file: str, often: int, dataset: Path, tmp_path: Path
) -> None:
    """One column after the other: exit 1 or 4, and table and column are named."""
    unnamed = []
    for number, (table, column) in enumerate(columns_of(dataset / file)[::often]):
        copy = tmp_path / str(number)
        shutil.copytree(dataset, copy)
        if (table, column) not in NOTED and put_in(
            copy / file, table, column, PLAUSIBLE.format(f'"{column}"')
        ):
            verified = ran("verify", copy, code=(1, 4)).out
            if not is_named(verified, table, column):
                unnamed.append((table, column, verified))
        shutil.rmtree(copy)
    assert not unnamed


@pytest.mark.parametrize("name", ["html", "xlsx"])
def test_a_copy_to_share_can_be_reported(dataset: Path, name: str) -> None:
    """Its findings have no words, which may quote an answer: their names stand for them."""
    out = dataset.parent / "reports"
    ran("report", dataset / "shareable", "--format", name, "-o", out, code=(0, 4))
    assert (out / f"validation.{name}").is_file()
    assert "None" not in ran("validate", dataset / "shareable", code=None).out


@pytest.mark.deep
def test_it_follows_what_is_decided(dataset: Path) -> None:
    """A return that was withdrawn stays in no copy, which would go on being shared."""
    ran("decide", dataset, "01.xlsx", "--withdraw", "--reason", "a trial", "--by", "Office")
    assert "Made again: identical" in ran("verify", dataset).out


@pytest.mark.deep
def test_pages_to_share_without_a_copy_are_made_again_too(tmp_path: Path) -> None:
    """`refresh` is what the pages that are older say."""
    folder = round_folder(tmp_path)
    pages = folder / "reports"
    ran("refresh", folder, "--today", DAY, code=None)
    shared = ("--format", "overview", "--format", "brief", "--shareable", "-o", pages)
    ran("report", folder, *shared, "--today", DAY)
    assert (pages / "overview_shareable.html").is_file()
    shutil.copy(sorted((folder / "returned").glob("*.xlsx"))[0], folder / "returned" / "again.xlsx")
    (folder / "returned" / "text.xlsx").write_text("no workbook", encoding="utf-8")
    ran("refresh", folder, "--today", "2027-03-01", code=None)
    assert "Older than" not in ran("status", folder, "--today", "2027-03-01", code=None).err
    assert "Made again: identical" in ran("verify", folder).out
