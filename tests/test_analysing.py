"""docs/analysing.md: its SQL, its Python and its DuckDB run on a dataset of the Toolkit and find something.

The SQL finds the same in SQLite and PostgreSQL, runs on the copy to share, and agrees with what openpyxl counts in the
files.
"""

from __future__ import annotations

import csv
import html
import json
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

import openpyxl
import pytest
import sqlalchemy as sa
import yaml
from openpyxl import load_workbook

from hrge_xl import load
from tests.analysed_rounds import DEADLINES, EARLIER, LATER, RETURNS, TEAMS, TODAY, Return, played
from tests.command_line import hrge
from tests.conftest import emptied, free_port
from tests.databases import queried
from tests.face import META, Schema
from tests.fixture_types import Folders, Patch
from tests.write_docs import DOCS

pytestmark = pytest.mark.xdist_group("analysing")

PAGE = (DOCS / "analysing.md").read_text(encoding="utf-8")
SQL = re.findall(r"^\*\*(\d+\. .+?)\*\*\n\n```sql\n(.*?)^```$", PAGE, re.M | re.S)
ASKED = pytest.mark.parametrize(("title", "statement"), SQL, ids=[title for title, _ in SQL])
QUESTIONS = {int(title.split(".")[0]): statement for title, statement in SQL}
DEMONSTRATION = Path("output/demo/dataset")
Rows = list[tuple[Any, ...]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: Folders) -> Path:
    """A folder with the dataset where the page has it."""
    base = tmp_path_factory.mktemp("analysing")
    shutil.copytree(played() / "all", base / DEMONSTRATION)
    return base


@pytest.fixture(scope="module")
def by_postgres(postgres_url: str) -> dict[str, Rows]:
    """What each question finds in PostgreSQL."""
    out = played() / "all"
    words = ["-o", str(out), "--store", postgres_url, "--today", str(TODAY), "--formats", "csv"]
    assert hrge("consolidate", played() / EARLIER, played() / LATER, *words) == 0
    engine = sa.create_engine(postgres_url)
    with engine.connect() as connection:
        found = {
            title: plain(connection.exec_driver_sql(statement.replace("%", "%%")))
            for title, statement in SQL
        }
    engine.dispose()
    emptied(postgres_url)
    return found


def plain(rows: Any) -> Rows:
    """Rows as any database gives them: numbers of one type, days as text, in one order."""
    return sorted((tuple(map(_plain, row)) for row in rows), key=str)


def _plain(cell: Any) -> Any:
    if isinstance(cell, int | float | Decimal):
        return round(float(cell), 9)
    return cell.isoformat() if isinstance(cell, date) else cell


def asked(statement: str, file: str = "all/dataset.sqlite") -> Rows:
    """What a statement finds in one of the files."""
    return queried(played() / file, statement)


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.M | re.S)


def columns_of(folder: Path, table: str) -> list[str]:
    with (folder / DEMONSTRATION / "csv" / f"{table}.csv").open(
        encoding="utf-8-sig", newline=""
    ) as stream:
        return next(csv.reader(stream))


def test_there_are_ten_questions_and_fifteen_more() -> None:
    assert [*QUESTIONS] == [*range(1, 26)]


@ASKED
def test_sql(title: str, statement: str) -> None:
    assert '"' not in statement
    found = asked(statement)
    assert found
    assert all(any(cell is not None for cell in row) for row in found)


@ASKED
def test_sql_on_the_copy_to_share(title: str, statement: str) -> None:
    """Every question can be put to it; rows that are only of texts are gone, others have lost what is masked."""
    found, full = asked(statement, "all/shareable/dataset.sqlite"), asked(statement)
    assert found
    assert len(found) <= len(full)


@pytest.mark.deep
@ASKED
def test_sql_in_postgresql(title: str, statement: str, by_postgres: dict[str, Rows]) -> None:
    assert by_postgres[title] == plain(asked(statement))


# counted in the files that came back, by openpyxl


class File:
    """A returned workbook: the rows of its sheets by the code of the row, each with the cells of its questions."""

    def __init__(self, sent: Return) -> None:
        self.round, self.team = sent.round, sent.team
        self.country = TEAMS[sent.round][sent.team]
        self.path = played() / sent.round / "returned" / f"{sent.name}.xlsx"
        book = load_workbook(self.path, data_only=True)
        self.sheets = {str(sheet["A1"].value): sheet for sheet in book}

    def rows(self, tool: str) -> dict[str, dict[str, Any]]:
        sheet = self.sheets[tool]
        heads = {
            cell.column: str(cell.value) for cell in sheet[1] if cell.column > 1 and cell.value
        }
        found = {}
        for line in sheet.iter_rows(min_row=2):
            cells = {heads[cell.column]: cell.value for cell in line if cell.column in heads}
            if line[0].value and any(value not in (None, "") for value in cells.values()):
                found[str(line[0].value)] = cells
        return found

    def risks(self) -> dict[str, dict[str, Any]]:
        return {code: cells for code, cells in self.rows("T3.2").items() if cells["RSK_07"]}


@cache
def files() -> dict[str, File]:
    return {
        sent.name if sent.round == LATER else f"{sent.name} earlier": File(sent) for sent in RETURNS
    }


def counting() -> Iterator[File]:
    """Those that count: of two versions the newer one; none where a decision is needed."""
    yield from (
        file for name, file in files().items() if name not in ("PAK first", "BGD one", "BGD two")
    )


def all_risks() -> Iterator[tuple[File, str, dict[str, Any]]]:
    yield from ((file, code, cells) for file in counting() for code, cells in file.risks().items())


def several(cells: dict[str, Any], field: str) -> list[str]:
    """The cells of a question with several answers."""
    return [value for name, value in cells.items() if name.startswith(f"{field}.") and value]


def same(number: int, counted: Any) -> None:
    """Hold what a question finds against what was counted, in no order."""
    assert plain(asked(QUESTIONS[number])) == plain(counted)


def counts(keys: Any) -> Rows:
    return [(*key, count) for key, count in Counter(keys).items()]


HIGH = ("High", "Substantial")


def expected() -> Iterator[tuple[tuple[str, str], str]]:
    """Period and team, with the country, of every team that was expected."""
    yield from (
        ((period, team), at) for period, teams in TEAMS.items() for team, at in teams.items()
    )


def test_who_has_answered() -> None:
    """Who was expected, what came, and when."""
    outcomes = {(EARLIER, team): "returned" for team in ("PAK", "AFG")} | {
        (EARLIER, "IRQ"): "accepted"
    }
    outcomes |= {(LATER, "PAK"): "accepted", (LATER, "AFG"): "returned", (LATER, "BGD"): "conflict"}
    outcomes[LATER, "Quetta"] = "accepted"
    sent = Counter((each.round, each.team) for each in RETURNS)
    wanted = [
        (*key, country, outcomes.get(key, "missing"), str(DEADLINES[key[0]]), sent[key])
        for key, country in expected()
    ]
    assert plain(row[:5] + row[6:7] for row in asked(QUESTIONS[1])) == plain(wanted)


def test_risks_by_level() -> None:
    same(4, counts((file.round, cells["RSK_22"]) for file, _, cells in all_risks()))


def test_which_risks_are_high() -> None:
    wanted = [
        (
            file.round,
            file.team,
            *(cells[f"RSK_{n}"] for n in ("07", "12", "22", "18")),
            file.path.name,
        )
        for file, _, cells in all_risks()
        if cells["RSK_12"] in HIGH
    ]
    found = [(*row[:6], Path(row[6]).name) for row in asked(QUESTIONS[5])]
    assert plain(found) == plain(wanted)
    for _, _, event, *_, path, sheet, cell in asked(QUESTIONS[5]):
        book = next(
            file for file in files().values() if file.path == (played() / "all" / path).resolve()
        )
        assert book.sheets["T3.2"].title == sheet
        assert book.sheets["T3.2"][cell].value == event


def test_what_teams_answer_with_no() -> None:
    no = [
        (file.round, code)
        for file in counting()
        for code, cells in file.rows("T1.1").items()
        if cells["P1_ANS"] == "No"
    ]
    found = asked("SELECT period, row_code, teams_no FROM aggregate_gaps")
    assert plain(found) == plain(counts(no))
    assert [row[2] for row in asked(QUESTIONS[6])] == [
        row[2] for row in sorted(found, key=lambda r: (r[0], -r[2]))
    ]


def persons() -> Iterator[tuple[File, dict[str, Any]]]:
    yield from ((file, file.rows("T4.C")["V-03"]) for file in counting())


def test_persons_by_sex() -> None:
    labels = {
        "SEX_F": "Female",
        "SEX_M": "Male",
        "SEX_X": "Another recorded sex",
        "SEX_U": "Sex not recorded",
    }
    found = {(row[0], row[1]): row[2] for row in asked(QUESTIONS[8])}
    for field, label in labels.items():
        assert found[EARLIER, label] == sum(
            cells[field] for file, cells in persons() if file.round == EARLIER
        )


def test_what_is_overdue() -> None:
    wanted = [
        (file.team, "T3.2", code, cells["RSK_16"], due, (TODAY - due).days)
        for file, code, cells in all_risks()
        if (due := cells["RSK_19"].date()) < TODAY and cells["RSK_27"] != "Closed"
    ]
    assert plain(row[:4] + row[5:] for row in asked(QUESTIONS[9])) == plain(wanted)


def test_what_a_total_is_made_of() -> None:
    found = [row[:3] for row in asked(QUESTIONS[10]) if row[3]]
    assert plain(found) == plain(
        (file.round, file.team, cells["T4C_06"]) for file, cells in persons()
    )


def test_response_rates() -> None:
    came = {(each.round, each.team) for each in RETURNS}
    sizes = {
        period: (len(teams), sum((period, team) in came for team in teams))
        for period, teams in TEAMS.items()
    }
    rates = [
        (period, all_, some, round(100 * some / all_, 1)) for period, (all_, some) in sizes.items()
    ]
    same(11, rates)
    names = {"PAK": "Pakistan", "AFG": "Afghanistan", "IRQ": "Iraq", "BGD": "Bangladesh"}
    asked_for = Counter((period, names[at]) for (period, _), at in expected())
    given = Counter((period, names[TEAMS[period][team]]) for period, team in came)
    same(12, [(*key, count, given[key]) for key, count in asked_for.items()])


def test_who_is_silent_and_who_is_late() -> None:
    came = {(each.round, each.team) for each in RETURNS}
    last = {"IRQ": EARLIER}
    silent = [
        (*key, country, DEADLINES[key[0]], last.get(key[1]))
        for key, country in expected()
        if key not in came
    ]
    same(13, silent)
    due = [(each.round, each.team, DEADLINES[each.round], each.received) for each in RETURNS]
    same(14, [row for row in due if row[3] > row[2]])


def test_whom_risks_affect() -> None:
    same(
        15,
        counts(
            (file.round, group)
            for file, _, cells in all_risks()
            for group in several(cells, "RSK_09")
            if cells["RSK_22"] in HIGH
        ),
    )


def test_who_owns_risks() -> None:
    same(16, counts((file.round, cells["RSK_18"]) for file, _, cells in all_risks()))


def test_shares_of_high_risks() -> None:
    levels: dict[tuple[str, str], list[bool]] = {}
    for file, _, cells in all_risks():
        levels.setdefault((file.round, file.country), []).append(cells["RSK_22"] in HIGH)
    counted = {key: (len(high), sum(high)) for key, high in levels.items()}
    same(
        17,
        [
            (*key, every, high, round(100 * high / every, 1))
            for key, (every, high) in counted.items()
        ],
    )


def test_the_way_to_targets() -> None:
    """Progress of the persons referred, from the baseline and the target that the framework has."""
    found = {(row[0], row[1]): row[4:] for row in asked(QUESTIONS[18]) if row[2] == "PA1"}
    for file, cells in persons():
        number = str(cells["T4C_01"]).split()[0]
        aim = file.rows("T4.B")[number]
        baseline, target, value = aim["T4B_13"], aim["T4B_15"], cells["T4C_06"]
        progress = pytest.approx((value - baseline) / (target - baseline))
        assert found[file.round, file.team] == (baseline, value, target, progress)
    assert len(found) == len([*persons()])


def test_what_changed_between_periods() -> None:
    earlier = {
        (file.team, code): cells["RSK_22"]
        for file, code, cells in all_risks()
        if file.round == EARLIER
    }
    same(
        19,
        [
            (file.team, "T3.2", code, EARLIER, earlier[file.team, code], LATER, cells["RSK_22"])
            for file, code, cells in all_risks()
            if file.round == LATER
            and earlier.get((file.team, code), cells["RSK_22"]) != cells["RSK_22"]
        ],
    )


def test_what_is_missing() -> None:
    """Every cell named is blank; as many as the covers of the files say, without the one that was waived."""
    by_team = {(file.round, file.team): file.sheets["T3.2"] for file in counting()}
    for period, team, *_, sheet, cell in asked(QUESTIONS[21]):
        assert by_team[period, team].title == sheet
        assert by_team[period, team][cell].value in (None, "")
    per_sheet = {(row[0], row[1]): row[5] for row in asked(QUESTIONS[20])}
    for file in counting():
        lines = {line[1].value: line for line in file.sheets["COVER"].iter_rows()}
        _, _, _, _, required, answered, *_ = (cell.value for cell in lines["3.2 Risk strategy"])
        assert per_sheet.get((file.round, file.team), 0) == required - answered
    waived = asked(QUESTIONS[22])
    assert len(asked(QUESTIONS[21])) == sum(per_sheet.values()) - len(waived)
    ((period, team, code, _, tool, row, field, waiver),) = waived
    assert (period, team, code, tool, row, field) == (
        LATER,
        "Quetta",
        "V001",
        "T3.2",
        "R-SP-02",
        "RSK_18",
    )
    assert "The post is vacant." in waiver


def test_who_corrected_what() -> None:
    first, second = files()["PAK first"], files()["PAK second"]
    calculated = {"sign", "status", "RSK_12", "RSK_22", "RSK_31", "RSK_32", "RSK_33"}
    wanted = [
        (LATER, "PAK", "T3.2", code, field, old or None, new or None)
        for code, cells in second.risks().items()
        for field, new in cells.items()
        if field not in calculated
        and "check." not in field
        and (old := first.risks()[code][field]) != new
    ]
    assert len(wanted) == 6
    assert plain(row[:5] + row[6:] for row in asked(QUESTIONS[23])) == plain(wanted)


def test_values_by_country() -> None:
    names = {"PAK": "Pakistan", "AFG": "Afghanistan", "IRQ": "Iraq"}
    values: dict[tuple[str, str], list[float]] = {}
    for file, cells in persons():
        values.setdefault((file.round, names[file.country]), []).append(cells["T4C_06"])
    same(
        25,
        [
            (*key, len(some), sum(some) / len(some), min(some), max(some))
            for key, some in values.items()
        ],
    )


# other languages


def test_python(home: Path, monkeypatch: Patch) -> None:
    """One block goes on where the one before ended, as in a session."""
    monkeypatch.chdir(home)
    session: dict[str, Any] = {}
    for block in blocks("python"):
        exec(compile(block, "docs/analysing.md", "exec"), session)
    assert (
        set(session["by_team"].index)
        == set(session["wide"].columns)
        == {"AFG", "IRQ", "PAK", "Quetta"}
    )


def test_duckdb(home: Path, monkeypatch: Patch) -> None:
    pytest.importorskip("duckdb")
    monkeypatch.chdir(home)
    (block,) = blocks("python duckdb")
    session: dict[str, Any] = {}
    exec(compile(block, "docs/analysing.md", "exec"), session)
    ((wanted,),) = asked("SELECT sum(frequency) FROM aggregate_risks")
    assert sum(risks for *_, risks in session["levels"]) == wanted


def test_years_are_no_thousands(home: Path, tmp_path: Path) -> None:
    assert hrge("export", home / DEMONSTRATION, "-o", tmp_path / "data.xlsx") == 0
    sheet = openpyxl.load_workbook(tmp_path / "data.xlsx")["indicator_values"]
    _, codes, _, *rows = sheet.iter_rows()
    years = [at for at, code in enumerate(codes) if str(code.value).endswith("_year")]
    shown = [row[at] for row in rows for at in years if row[at].value]
    assert len(years) == 2
    assert {cell.number_format for cell in shown} == {"0"}
    assert all(2000 < cell.value < 2100 for cell in shown)


def test_r_and_power_query_name_what_there_is(home: Path) -> None:
    (r,), (m,) = blocks("r"), blocks("powerquery")
    tables = re.findall(r"(\w+)\.csv\b", r + m)
    assert {"indicator_values", "answers", "questions", "codes"} == set(tables)
    for table in tables:
        assert (home / DEMONSTRATION / "csv" / f"{table}.csv").is_file()
    assert set(re.findall(r'\{"(\w+)", type', m)) <= set(columns_of(home, "indicator_values"))
    for table, names in (
        ("indicator_values", ("value_period", "indicator", "label", "team", "value", "counted")),
        ("questions", ("tool", "field", "list")),
        ("codes", ("list", "code", "label")),
        ("answers", ("current", "tool", "field", "code")),
    ):
        assert [name for name in names if not re.search(rf"\b{name}\b", r)] == []
        assert set(names) <= set(columns_of(home, table))


# datasette opens a dataset with its `metadata.yaml`


START_SECONDS = 60.0


@pytest.fixture(scope="module")
def address(tmp_path_factory: Folders) -> Iterator[str]:
    """Serve the dataset as docs/analysing.md says, to this computer alone."""
    pytest.importorskip("datasette")
    folder = tmp_path_factory.mktemp("served")
    for name in ("dataset.sqlite", "metadata.yaml"):
        shutil.copy(played() / "all" / name, folder)
    port = free_port()
    words = ["serve", "dataset.sqlite", "-m", "metadata.yaml", "-p", str(port)]
    words = [sys.executable, "-m", "datasette", *words]
    with subprocess.Popen(
        words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            yield answering(f"http://127.0.0.1:{port}", server)
        finally:
            server.terminate()


def answering(address: str, server: subprocess.Popen[bytes]) -> str:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            page(f"{address}/-/versions.json")
        except OSError:
            time.sleep(0.1)
        else:
            return address
    raise AssertionError("Datasette does not answer.")


def page(address: str) -> str:
    with urlopen(address) as answer:
        return html.unescape(answer.read().decode("utf-8"))


def test_it_shows_what_is_exported_and_hides_the_rest(address: str) -> None:
    schema = Schema(load("hrge_toolkit"))
    shown = {
        table["name"]
        for table in json.loads(page(f"{address}/dataset.json"))["tables"]
        if not table["hidden"]
    }
    assert shown == {table.name for table in schema.shown if not table.view}
    index = page(f"{address}/dataset")
    assert [
        table.name for table in schema.shown if f'href="/dataset/{table.name}"' not in index
    ] == []
    assert "Human Rights and Gender Equality Toolkit" in page(address)


@pytest.mark.deep
def test_every_table_and_column_is_described(address: str) -> None:
    schema = Schema(load("hrge_toolkit"))
    for table in (
        *schema.shown,
        *(table for table in schema.base if table.name == "answers_fact"),
        META,
    ):
        told = page(f"{address}/dataset/{table.name}?_size=1")
        assert table.about in " ".join(told.split()), table.name
        for column in table.columns:
            assert f"<dt>{column.name}</dt><dd>{column.description}</dd>" in told, (
                table.name,
                column.name,
            )


def test_it_answers_questions(address: str) -> None:
    found = json.loads(page(f"{address}/dataset.json?_shape=arrays&sql={quote(QUESTIONS[11])}"))[
        "rows"
    ]
    assert plain(map(tuple, found)) == plain(asked(QUESTIONS[11]))


def test_both_copies_have_the_same_description() -> None:
    """With every table and view of the file, and of the copy to share."""
    folder = played() / "all"
    told, shared = (
        (home / "metadata.yaml").read_text(encoding="utf-8")
        for home in (folder, folder / "shareable")
    )
    assert told == shared
    tables = yaml.safe_load(told)["databases"]["dataset"]["tables"]
    made = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'"
    assert (
        {(name,) for name in tables}
        == {*asked(made)}
        == {*asked(made, "all/shareable/dataset.sqlite")}
    )
