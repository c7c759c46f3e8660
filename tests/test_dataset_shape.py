"""What an analyst relies on: few tables, names without quotes, one grain each, dimensions that agree."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa

import hrge_xl
from hrge_xl import load
from tests.analysed_rounds import LATER, TODAY, played
from tests.command_line import hrge
from tests.databases import queried
from tests.face import DATASET, META, Schema, open_url
from tests.test_dataset import problems
from tests.write_docs import DOCS

pytestmark = pytest.mark.xdist_group("analysing")

MOST = 70  # tables and views
SPECS = ("example", "hrge_toolkit")
COPY = f"shareable/{DATASET}"


@contextmanager
def opened(file: str = DATASET) -> Iterator[sqlite3.Connection]:
    with sqlite3.connect(played() / "all" / file) as connection:
        yield connection


def asked(statement: str, file: str = DATASET) -> list[tuple[Any, ...]]:
    return queried(played() / "all" / file, statement)


def count(statement: str) -> Any:
    ((found,),) = asked(f"SELECT {statement}")
    return found


def columns(file: str = DATASET) -> dict[str, list[str]]:
    """Every table and view of a file with its columns."""
    made = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'"
    with opened(file) as connection:
        names = [name for (name,) in connection.execute(made)]
        return {
            name: [row[1] for row in connection.execute(f"PRAGMA table_info({name})")]
            for name in names
        }


# few, and listed


def test_there_are_few_and_each_is_listed_with_what_it_is_for() -> None:
    listed = dict(
        re.findall(
            r"^\| \[?`?(\w+)`?(?:\]\(#\w+\))? \| (\S.*\S) \|$", section("What there is"), re.M
        )
    )
    assert listed.pop("name") == "what it holds"
    assert listed.keys() == columns().keys()
    assert len(listed) <= MOST


def section(head: str) -> str:
    page = (DOCS / "dataset.md").read_text(encoding="utf-8")
    return page.split(f"\n## {head}\n")[1].split("\n## ")[0]


# names that need no quotes


def statements(schema: Schema) -> Iterator[str]:
    """Ask for every column of every table and view by its plain name."""
    for table in (META, *schema.by_name.values()):
        names = ", ".join(f"{table.name}.{name}, {name} AS {name}" for name in table.names)
        yield f"SELECT {names} FROM {table.name} ORDER BY {', '.join(table.key)} LIMIT 1"


def test_no_name_needs_quotes_in_sqlite() -> None:
    with opened() as connection:
        for statement in statements(Schema(load("hrge_toolkit"))):
            connection.execute(statement)


@pytest.mark.postgres
@pytest.mark.parametrize("name", SPECS)
def test_no_name_needs_quotes_in_postgresql(name: str, database: str) -> None:
    schema = Schema(load(name))
    with open_url(database) as store:
        store.use(schema)
    engine = sa.create_engine(database)
    with engine.connect() as connection:
        for statement in statements(schema):
            connection.exec_driver_sql(statement)
        words = connection.exec_driver_sql(
            "SELECT word FROM pg_get_keywords() WHERE catcode IN ('R', 'T')"
        )
        reserved = set(words.scalars())
    engine.dispose()
    names = {
        name for table in (META, *schema.by_name.values()) for name in (table.name, *table.names)
    }
    assert names & reserved == set()
    assert [name for name in names if not re.fullmatch(r"[a-z_][a-z0-9_]*", name)] == []


# one grain each

CODED = "answers JOIN questions USING (tool, field) WHERE current AND code IS NOT NULL AND type <> 'reference'"
AFTER = "risks WHERE current AND rsk_22 IS NOT NULL"


@pytest.mark.parametrize(
    ("figures", "rows"),
    [
        ("aggregate_answers", CODED),
        ("aggregate_answers_by_country", CODED),
        ("aggregate_matrix", "matrix_rows WHERE current"),
        ("aggregate_risks", "matrix_rows WHERE current AND tool LIKE 'T3.%'"),
        ("aggregate_risks WHERE stage = 'before'", "risks WHERE current AND rsk_12 IS NOT NULL"),
        ("aggregate_risks WHERE stage = 'after'", AFTER),
        ("aggregate_risks_by_part WHERE stage = 'after' AND breakdown = 'country'", AFTER),
        (
            "aggregate_numbers WHERE field = 'T4C_06'",
            "reported_values WHERE current AND t4c_06 IS NOT NULL",
        ),
        ("aggregate_indicators", "indicator_values WHERE counted"),
    ],
)
def test_frequencies_add_up_to_the_rows_that_they_are_of(figures: str, rows: str) -> None:
    assert count(f"sum(frequency) FROM {figures}") == count(f"count(*) FROM {rows}") > 0


def test_a_form_has_one_row_a_return() -> None:
    """So that a join with it multiplies nothing."""
    assert count("count(DISTINCT submission) FROM form") == count("count(*) FROM form")
    assert count("count(*) FROM form") == count(
        "count(*) FROM submissions WHERE verdict <> 'refused'"
    )
    joined = "count(*) FROM risks JOIN form USING (submission)"
    assert count(joined) == count("count(*) FROM risks")


def test_every_country_team_and_period_is_in_its_dimension() -> None:
    for table, names in columns().items():
        if {"team", "country", "period"} <= set(names) and table not in ("teams", "expected_teams"):
            lost = f"SELECT team, period FROM {table} EXCEPT SELECT team, period FROM teams"
            assert asked(lost) == [], table
            assert (
                asked(f"SELECT country FROM {table} EXCEPT SELECT country FROM countries") == []
            ), table
            assert asked(f"SELECT period FROM {table} EXCEPT SELECT period FROM periods") == [], (
                table
            )


# the copy to share


def test_the_copy_to_share_has_the_same_tables_and_is_no_larger() -> None:
    assert columns(COPY) == columns()
    folder = played() / "all"
    assert (folder / COPY).stat().st_size <= (folder / DATASET).stat().st_size
    csv = {path.name for path in (folder / "csv").iterdir()}
    assert {path.name for path in (folder / "shareable" / "csv").iterdir()} == csv


def sums(file: str) -> list[tuple[Any, ...]]:
    return asked(
        "SELECT period, sum(required), sum(answered) FROM completeness WHERE current GROUP BY period",
        file,
    )


def test_the_copy_to_share_has_the_same_figures_and_no_text_that_was_typed() -> None:
    assert sums(COPY) == sums(DATASET)
    levels = "SELECT period, level, sum(frequency) FROM aggregate_risks GROUP BY period, level"
    assert asked(levels, COPY) == asked(levels)
    assert {*asked("SELECT rsk_07, rsk_16 FROM risks", COPY)} == {(None, None)}
    assert len(asked("SELECT waiver FROM findings WHERE waiver IS NOT NULL", COPY)) == 0


# what the descriptions say


@pytest.mark.deep
@pytest.mark.parametrize(("file", "limits"), [(DATASET, True), (COPY, False)])
def test_every_table_holds_what_its_schema_says(file: str, limits: bool) -> None:
    """Strictly, by pandera. Texts that every row must have are not in the copy to share."""
    for name, schema in hrge_xl.schemas(load("hrge_toolkit"), limits=limits).items():
        schema.strict = True  # no column that is not described
        with opened(file) as connection:
            schema.validate(pd.read_sql(f"SELECT * FROM {name}", connection), lazy=True)


@pytest.mark.deep
@pytest.mark.parametrize("folder", [".", "shareable"])
def test_the_package_holds_what_it_says(folder: str) -> None:
    assert problems(played() / "all" / folder) == []


# what `status` says

OUTCOMES = {
    "accepted": "accepted",
    "returned": "returned",
    "to decide": "conflict",
    "late": "missing",
}


def test_teams_are_as_status_tells_them(tmp_path: Path) -> None:
    out = tmp_path / "status.json"
    assert hrge("status", played() / LATER, "--json", "-o", out, "--today", TODAY) == 0
    said = {
        (
            team["team"],
            team["country"],
            OUTCOMES[team["state"]],
            team["deadline"],
            team["required"],
            team["answered"],
            team["errors"],
            team["returns"],
        )
        for team in json.loads(out.read_text(encoding="utf-8"))
    }
    names = "team, country, outcome, due, required, answered, errors, submissions"
    assert {*asked(f"SELECT {names} FROM teams WHERE period = '{LATER}'")} == said
    assert {outcome for _, _, outcome, *_ in said} == {
        "accepted",
        "returned",
        "conflict",
        "missing",
    }
