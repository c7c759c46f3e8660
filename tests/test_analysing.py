"""docs/analysing.md: its SQL, its Python and its DuckDB run on a dataset of the Toolkit and find something."""

from __future__ import annotations

import csv
import re
import sqlite3
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hrge_xl import ExpectedReturn, Source, ValidationRequest, consolidate
from tests import two_rounds
from tests.write_docs import DOCS

pytestmark = pytest.mark.xdist_group("analysing")

PAGE = (DOCS / "analysing.md").read_text(encoding="utf-8")
SQL = re.findall(r"^\*\*(\d+\. .+?)\*\*\n\n```sql\n(.*?)^```$", PAGE, re.M | re.S)
TEAMS = ("AFG", "BGD")
DEMONSTRATION = Path("output/demo/dataset")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the dataset where the page has it."""
    base = tmp_path_factory.mktemp("analysing")
    paths = [path for path in two_rounds.returns(base / "returned", two_rounds.LATER) if path.stem in TEAMS]
    asked = ValidationRequest(ExpectedReturn("hrge_toolkit"), date(2026, 7, 20))
    consolidate([Source(paths, asked)], base / DEMONSTRATION, formats=("csv",))
    return base


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.M | re.S)


def columns_of(folder: Path, table: str) -> list[str]:
    with (folder / DEMONSTRATION / "csv" / f"{table}.csv").open(encoding="utf-8-sig", newline="") as stream:
        return next(csv.reader(stream))


def test_there_are_ten_questions() -> None:
    assert [int(title.split(".")[0]) for title, _ in SQL] == [*range(1, 11)]


@pytest.mark.parametrize(("title", "statement"), SQL, ids=[title for title, _ in SQL])
def test_sql(title: str, statement: str, home: Path) -> None:
    with sqlite3.connect(home / DEMONSTRATION / "dataset.sqlite") as database:
        found = database.execute(statement).fetchall()
    assert found
    assert all(any(cell is not None for cell in row) for row in found)


def test_python(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One block goes on where the one before ended, as in a session."""
    monkeypatch.chdir(home)
    session: dict[str, Any] = {}
    for block in blocks("python"):
        exec(compile(block, "docs/analysing.md", "exec"), session)
    assert set(session["by_team"].index) == set(TEAMS)
    assert list(session["wide"].columns) == list(TEAMS)


def test_duckdb(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("duckdb")
    monkeypatch.chdir(home)
    (block,) = blocks("python duckdb")
    session: dict[str, Any] = {}
    exec(compile(block, "docs/analysing.md", "exec"), session)
    statement = "SELECT sum(count) FROM aggregate_risks WHERE \"by\" = 'total'"
    with sqlite3.connect(home / DEMONSTRATION / "dataset.sqlite") as database:
        (wanted,) = database.execute(statement).fetchone()
    assert sum(risks for *_, risks in session["levels"]) == wanted


def test_r_and_power_query_name_what_there_is(home: Path) -> None:
    (r,), (m,) = blocks("r"), blocks("powerquery")
    for table in re.findall(r"csv[/\\](\w+)\.csv", r + m):
        assert (home / DEMONSTRATION / "csv" / f"{table}.csv").is_file()
    assert set(re.findall(r'\{"(\w+)", type', m)) <= set(columns_of(home, "indicator_values"))
    for table, names in (
        ("indicator_values", ("period", "indicator", "label", "team", "value", "counted")),
        ("codebook", ("tool", "field", "code", "code_label")),
        ("answers", ("current", "tool", "field", "code")),
    ):
        assert [name for name in names if not re.search(rf"\b{name}\b", r)] == []
        assert set(names) <= set(columns_of(home, table))
