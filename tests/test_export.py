"""One table of a dataset as a file: the same values in every format, and nothing that becomes a formula."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from hrge_xl import ExpectedReturn, Order, RowFilter, ValidationRequest, generate, load
from hrge_xl.cli import run
from hrge_xl.coordination.consolidation import consolidate_sources
from hrge_xl.core import csv_files
from hrge_xl.dataset.ingest import Options
from hrge_xl.exchange.validation import Source
from tests.face import Schema, find, open_store, open_url, rows_of
from tests.face import extract_table_of as table_of
from tests.fixture_types import Capsys, Folders, Patch
from tests.test_year import answers

TODAY = date(2026, 6, 30)
SPEC = load("example")
NASTY = '=HYPERLINK("http://x.example";"look")'
INSIDE = 'first; =cmd|" /C calc"!A0'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: Folders) -> Path:
    """A dataset of two teams; one wrote what looks like formulas, one has errors."""
    base = tmp_path_factory.mktemp("export")
    files = {
        "pak.xlsx": (
            "PAK-1",
            "PAK",
            {"PLN_01": NASTY[:20], "PLN_03": f"{NASTY} {INSIDE}", "PLN_08": 12.5},
        ),
        "mar.xlsx": ("MAR-1", "MAR", {"PLN_01": "-5", "PLN_03": None}),
    }
    for name, (team, country, more) in files.items():
        order = Order(team, TODAY, country, answers=answers(country, date(2026, 3, 2), **more))
        (base / name).write_bytes(generate(SPEC, order))
    consolidate_sources([source_of(*(base / name for name in files))], base / "out")
    return base / "out"


def source_of(*files: Path) -> Source:
    return Source([*files], ValidationRequest(ExpectedReturn(), TODAY))


def exported(folder: Path, tmp_path: Path, name: str, *options: str) -> Path:
    path = tmp_path / name
    assert run(["export", str(folder), *options, "-o", str(path)]) == 0
    return path


def values(folder: Path, table: str, **wish: Any) -> list[tuple[Any, ...]]:
    with (
        open_store(str(folder)) as store,
        rows_of(store, table_of(store, table), RowFilter(**wish), TODAY) as found,
    ):
        return list(found)


def test_every_format_holds_the_same(folder: Path, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    for table in ("submissions", "answers", "plan", "questions"):
        wanted = values(folder, table)
        with open_store(str(folder)) as store:
            names = table_of(store, table).names
        read = json.loads(
            exported(folder, tmp_path, f"{table}.json", "--table", table).read_text("utf-8")
        )
        as_json = [
            tuple(v.isoformat() if isinstance(v, date) else v for v in row) for row in wanted
        ]
        assert [tuple(line.values()) for line in read] == as_json
        assert not read or tuple(read[0]) == names
        found = parquet.read_table(exported(folder, tmp_path, f"{table}.parquet", "--table", table))
        wanted = [
            tuple(None if value == "" else value for value in row) for row in wanted
        ]  # nothing is said
        assert [tuple(line.values()) for line in found.to_pylist()] == wanted
        book = openpyxl.load_workbook(exported(folder, tmp_path, f"{table}.xlsx", "--table", table))
        heads, *lines = book.active.iter_rows(values_only=True)
        assert heads == names
        assert [tuple(cell(value) for value in line) for line in lines] == wanted
        text = exported(folder, tmp_path, f"{table}.csv", "--table", table).read_text(
            encoding="utf-8-sig"
        )
        heads, *lines = csv.reader(io.StringIO(text))
        assert tuple(heads) == names
        as_text = [[None if value is None else as_csv(value) for value in row] for row in wanted]
        assert [[cell or None for cell in line] for line in lines] == as_text


def cell(value: Any) -> Any:
    """What openpyxl found in a cell: a day is a day, and an empty text nothing."""
    return value.date() if hasattr(value, "date") else None if value == "" else value


def as_csv(value: Any) -> str:
    if isinstance(value, str):
        return csv_files.harmless(value)
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def test_nothing_becomes_a_formula(folder: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(exported(folder, tmp_path, "a.xlsx", "--table", "answers"))
    cells = [cell for row in book.active.iter_rows() for cell in row]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    assert any(cell.value == NASTY[:20] for cell in cells)
    text = exported(folder, tmp_path, "a.csv", "--table", "answers").read_text(encoding="utf-8-sig")
    for delimiter in ",;\t|":
        for line in csv.reader(io.StringIO(text), delimiter=delimiter):
            assert [
                cell
                for cell in line
                if cell.lstrip(" \"'")[:1] in ("=", "@")
                and cell[:1] != "'"
                and "'" not in cell[: cell.find("=")]
            ] == [], delimiter
    assert f"'{NASTY[:20]}".replace('"', '""') in text


def formulas(source: Path, separator: str, out: Path) -> list[str]:
    """The cells that LibreOffice takes for formulas when it opens a CSV, splits it here and may calculate."""
    options = f"CSV:{ord(separator)},34,76,1,,0,false,true,false,false,false,-1,true"
    profile, made = (out / "profile").as_uri(), out / str(ord(separator))
    command = ["soffice", "--headless", f"-env:UserInstallation={profile}", f"--infilter={options}"]
    command += ["--convert-to", "xlsx", "--outdir", str(made), str(source)]
    subprocess.run(command, check=True, capture_output=True)
    book = openpyxl.load_workbook(made / f"{source.stem}.xlsx")
    return [
        str(cell.value) for row in book.active.iter_rows() for cell in row if cell.data_type == "f"
    ]


@pytest.mark.office
def test_no_spreadsheet_makes_formulas_of_the_csv(folder: Path, tmp_path: Path) -> None:
    """Whichever separator the language of the machine means."""
    source = exported(folder, tmp_path, "a.csv", "--table", "answers")
    careless = tmp_path / "b.csv"
    careless.write_text("a,b\n1,first;=1+1\n2,=1+1\n", encoding="utf-8")
    for separator in ",;\t":
        assert formulas(source, separator, tmp_path) == [], separator
    assert formulas(careless, ",", tmp_path) == ["=1+1"]
    assert formulas(careless, ";", tmp_path) == ["=1+1"]


@given(st.text(alphabet="=+-@＝,;\t\n \"'|(!abc1", max_size=12))
def test_harmless_text_starts_no_formula_at_any_separator(text: str) -> None:
    safe = csv_files.harmless(text)
    assert not safe.lstrip().startswith(tuple("=+-@＝"))
    for separator in ",;\t\n":
        for part in safe.split(separator)[1:]:
            assert not part.lstrip(" \"'").startswith(("=", "@", "＝")) or "'" in part
    assert (
        csv_files.harmless("Plain text, with - a dash; and 5 - 3.")
        == "Plain text, with - a dash; and 5 - 3."
    )
    assert csv_files.harmless("list:\n- one\n- two") == "list:\n- one\n- two"


def test_teams_periods_and_what_counts(folder: Path, tmp_path: Path, capsys: Capsys) -> None:
    assert (
        run(
            ["export", str(folder), "--table", "Submissions", "--team", "MAR-1", "--format", "json"]
        )
        == 0
    )
    assert [line["team"] for line in json.loads(capsys.readouterr().out)] == ["MAR-1"]
    assert {row[1] for row in values(folder, "answers", teams=["PAK-1"])} == {"PAK-1"}
    period = values(folder, "answers")[0][3]
    assert len(values(folder, "answers", periods=[period])) == len(values(folder, "answers"))
    assert len(values(folder, "answers", current=True)) == len(values(folder, "answers"))
    assert run(["export", str(folder), "--table", "answers"]) == 0
    assert capsys.readouterr().out.startswith("submission,team,country,period,")


def test_without_a_table_it_says_which_there_are(
    folder: Path, tmp_path: Path, capsys: Capsys
) -> None:
    assert run(["export", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "questions: " in said
    assert "answers: " in said
    assert run(["export", str(tmp_path), "--table", "answers"]) == 2
    assert "holds no dataset. Run `hrge-xl consolidate" in capsys.readouterr().err


def test_what_may_be_shared(folder: Path) -> None:
    """Messages quote what stands in cells: in a shareable table they are gone, as the masking says."""
    findings = values(folder, "findings", shareable=True)
    with open_store(str(folder)) as store:
        at = table_of(store, "findings").at
    assert findings
    assert {row[at["message"]] for row in findings} == {None}
    teams = {row[at["team"]] for row in values(folder, "findings", shareable=True, teams=["MAR-1"])}
    assert teams == {"MAR-1"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ("--table", "answer"),
            "no table 'answer'. Did you mean 'answers'? The dataset has: submissions,",
        ),
        (
            ("--table", "findings", "--language", "ar"),
            "Only tools, questions, codes, items, countries have",
        ),
        (
            ("--table", "answers", "--team", "XXX"),
            "The dataset has no team 'XXX'. It has: MAR-1, PAK-1.",
        ),
        (("--table", "answers", "--period", "2020"), "no period '2020'"),
        (("--table", "questions", "--team", "PAK-1"), "has no column 'team'"),
        (("--table", "answers", "--format", "xlsx"), "xlsx needs a file: -o answers.xlsx"),
        (("--table", "answers", "-o", "out.doc"), "Which format is 'out.doc'?"),
    ],
)
def test_wrong_wishes_are_one_line(
    arguments: tuple[str, ...],
    words: str,
    folder: Path,
    capsys: Capsys,
    tmp_path: Path,
    monkeypatch: Patch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["export", str(folder), *arguments]) == 2
    err = capsys.readouterr().err
    assert words in err
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.deep
@pytest.mark.postgres
def test_a_database_gives_the_same(
    folder: Path, database: str, tmp_path: Path, capsys: Capsys
) -> None:
    """And what was decided reaches it too, where it is named."""
    assert run(["export", database, "--table", "answers"]) == 2
    assert "holds no dataset" in capsys.readouterr().err
    files = [Path(shutil.copy(folder.parent / name, tmp_path)) for name in ("pak.xlsx", "mar.xlsx")]
    consolidate_sources([source_of(*files)], tmp_path / "out", options=Options(store=database))
    for table in ("submissions", "answers", "plan", "questions"):
        for suffix in ("csv", "xlsx", "json"):
            one = exported(folder, tmp_path, f"file.{suffix}", "--table", table)
            path = tmp_path / f"database.{suffix}"
            assert run(["export", database, "--table", table, "-o", str(path)]) == 0
            assert path.read_bytes() == one.read_bytes(), (table, suffix)
    decided = [
        "mar.xlsx",
        "--withdraw",
        "--reason",
        "x",
        "--by",
        "office",
        "--today",
        TODAY.isoformat(),
    ]
    assert run(["decide", str(tmp_path / "out"), *decided, "--store", database]) == 0
    capsys.readouterr()
    assert run(["export", database, "--table", "submissions", "--current", "--format", "json"]) == 0
    assert [line["team"] for line in json.loads(capsys.readouterr().out)] == ["PAK-1"]


@pytest.mark.postgres
def test_a_database_says_what_its_tables_and_columns_hold(database: str, tmp_path: Path) -> None:
    """Whatever a question has in it: a percent sign means something to the driver, an apostrophe to the database."""
    spec = shutil.copytree(find("example"), tmp_path / "example")
    plan, question = spec / "tools" / "plan.yaml", "100 % of the teams' participants"
    text = plan.read_text(encoding="utf-8").replace("Participants expected", question)
    plan.write_text(text, encoding="utf-8")
    with open_url(database) as store:
        store.use(Schema(load(spec)))
    engine = sa.create_engine(database)
    with engine.connect() as connection:
        relations = connection.exec_driver_sql(
            "SELECT relname, obj_description(oid) FROM pg_class "
            "WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v')"
        ).fetchall()
        columns = connection.exec_driver_sql(
            "SELECT relname || '.' || attname, col_description(attrelid, attnum) FROM pg_attribute "
            "JOIN pg_class ON pg_class.oid = attrelid "
            "WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v') AND attnum > 0"
        ).fetchall()
    engine.dispose()
    told = {str(name): text for name, text in (*relations, *columns)}
    assert [name for name, text in told.items() if not text] == []
    assert told["codes"] == "The entries of every list with their labels."
    assert told["answers.state"] == "What kind of content, or none, the cell has."
    assert told["plan.pln_06"] == question


def test_questions_and_codes_speak_every_language_of_the_spec(folder: Path) -> None:
    for table, same in (
        ("questions", ("n", "tool", "field", "table_name")),
        ("codes", ("list", "code")),
    ):
        own, other = values(folder, table), values(folder, table, language="ar")
        with open_store(str(folder)) as store:
            at = table_of(store, table).at
        for name in same:
            assert [row[at[name]] for row in own] == [row[at[name]] for row in other]
    assert {row[at["label"]] for row in own if row[at["code"]] == "WOM"} == {"Women"}
    assert {row[at["label"]] for row in other if row[at["code"]] == "WOM"} == {"نساء"}


def test_a_dataset_of_no_spec_has_no_other_language(tmp_path: Path, capsys: Capsys) -> None:
    (tmp_path / "torn.xlsx").write_bytes(b"torn")
    consolidate_sources([source_of(tmp_path / "torn.xlsx")], tmp_path / "out")
    assert run(["export", str(tmp_path / "out"), "--table", "teams", "--language", "ar"]) == 2
    assert "Only tables of a spec have other languages, not 'teams'" in capsys.readouterr().err
