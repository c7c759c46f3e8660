"""Figures take a look at every file once, whatever a database has counted."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.answers import TODAY
from tests.face import DATASET, SELECTS, Sources, opened
from tests.fixture_types import Folders
from tests.small_returns import returns, run

MANY = 2_000  # times as many lines as there are
STEP = 100  # instructions of SQLite
PER_FILE = (
    "submissions",
    "answers_fact",
    "listed_fact",
    "sheets",
    "row_references",
    "findings_fact",
    "files_fact",
)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: Folders) -> Path:
    """Give a dataset of some files."""
    place = tmp_path_factory.mktemp("join order")
    run(returns(place / "returned", 6), place)
    return place / DATASET


def work(dataset: Path) -> dict[str, int]:
    """Count what SQLite does for each figure, in instructions."""
    found = {}
    with opened(dataset) as store, store.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        for name in SELECTS.keys() & store.tables.keys():
            steps: list[None] = []
            driver.set_progress_handler(lambda steps=steps: steps.append(None), STEP)
            connection.execute(SELECTS[name](Sources(store, TODAY))).all()
            driver.set_progress_handler(None, STEP)
            found[name] = STEP * len(steps)
    return found


def test_a_database_that_has_counted_many_files_still_goes_through_them_one_by_one(dataset: Path) -> None:
    before = work(dataset)
    with sqlite3.connect(dataset) as database:
        for table, index, counts in database.execute("SELECT tbl, idx, stat FROM sqlite_stat1").fetchall():
            lines, *rest = counts.split()
            told = " ".join([str(int(lines) * MANY), *rest])
            if table in PER_FILE:
                where = "tbl = ? AND idx IS ?"
                database.execute(f"UPDATE sqlite_stat1 SET stat = ? WHERE {where}", (told, table, index))
    after = work(dataset)
    assert sum(before.values()) > 10_000
    assert {
        name: (before[name], steps) for name, steps in after.items() if steps > 2 * before[name] + 5_000
    } == {}
