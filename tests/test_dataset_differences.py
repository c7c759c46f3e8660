"""What differs between a dataset and the same one made again: rows and exported files, by file, cell and column."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from tests.audited import DAY, csv_rows, edited, in_workbook, put_text, returned, workbook
from tests.command_line import hrge, ran
from tests.databases import tampered
from tests.face import (
    DATASET,
    TABLES,
    RowNames,
    Store,
    cells_apart,
    dataset_differences,
    of_database,
    of_file,
    of_schema,
    of_tables,
    open_store,
)
from tests.fixture_types import Folders, Patch

pytestmark = pytest.mark.xdist_group("dataset differences")  # what its fixtures play is played once
AFG = "submission_id = (SELECT submission_id FROM submissions WHERE path LIKE '%afg.xlsx')"
ANSWER = f"{AFG} AND slot = (SELECT slot FROM answers_fact WHERE text = 'WS-07' AND {AFG})"
Lines = list[str]


@pytest.fixture(scope="module")
def made(tmp_path_factory: Folders) -> Path:
    """A dataset of two returns with every file beside it."""
    folder = tmp_path_factory.mktemp("differences")
    files = returned(
        folder / "returned", {"afg.xlsx": workbook("AFG"), "pak.xlsx": workbook("PAK")}
    )
    words = ("-o", folder / "dataset", "--today", DAY, "--formats", "xlsx,csv,parquet")
    assert hrge("consolidate", "--write", files[0].parent, *words) == 0
    return folder / "dataset"


@pytest.fixture(scope="module")
def store(made: Path) -> Iterator[Store]:
    with open_store(made) as store:
        yield store


# rows of the dataset


def changed(made: Path, folder: Path, statements: str) -> Path:
    """Copy the dataset and change the copy as any other program can."""
    shutil.copyfile(made / DATASET, folder / DATASET)
    tampered(folder, statements.replace("{ANSWER}", ANSWER).replace("{AFG}", AFG))
    return folder


def told(differences: Iterator[Any], source: str = "dataset") -> Lines:
    """Each difference to read, without the folder of its file."""
    lines = (replace(each, source=source).line(redacted=False) for each in differences)
    return [re.sub(r"^\S+/", "", line) for line in lines]


def begins(lines: Lines, expected: Lines) -> Lines:
    """Give each line as far as the one that is expected in its place."""
    told = [line[: len(start)] for line, start in zip(lines, expected, strict=False)]
    return told + lines[len(expected) :]


ROWS = yaml.safe_load(Path(__file__).with_name("forged_rows.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("what", ROWS)
def test_rows_of_the_file(what: str, made: Path, store: Store, tmp_path: Path) -> None:
    folder, expected = changed(made, tmp_path, ROWS[what]["statements"]), ROWS[what]["told"]
    with open_store(folder) as other:
        found = told(of_tables(folder / DATASET, other, store))
    assert begins(found, expected) == expected
    assert not any("None" in line for line in found)  # what a row does not have


def test_views_of_a_database_are_compared_too(made: Path, store: Store, tmp_path: Path) -> None:
    folder = changed(made, tmp_path, ROWS["an answer"]["statements"])
    with open_store(folder) as other:
        found = told(of_database(other, store))
    assert "afg.xlsx: answers_fact[Plan!E7].text: “WS-99” in the dataset, “WS-07” now." in found
    assert "afg.xlsx: answers[Plan!E7].text: “WS-99” in the dataset, “WS-07” now." in found
    assert any(line.startswith("afg.xlsx: plan") and "pln_01: “WS-99”" in line for line in found)


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        (
            "DROP VIEW unplaced; CREATE VIEW unplaced AS SELECT 1 AS text",
            ["view unplaced: “CREATE VIEW unplaced AS "],
        ),
        ("DROP VIEW unplaced", ["new: view unplaced, found now, not in the dataset."]),
        (
            "CREATE TRIGGER t AFTER UPDATE ON codes BEGIN SELECT 1; END",
            ["gone: trigger t, in the dataset, not found again."],
        ),
        ("DROP TABLE sqlite_stat1", []),  # what SQLite keeps for itself
    ],
)
def test_definitions_of_the_file(
    statements: str, expected: Lines, made: Path, store: Store, tmp_path: Path
) -> None:
    with open_store(changed(made, tmp_path, statements)) as other:
        assert begins(told(of_schema(other, store)), expected) == expected


def test_no_text_of_a_team_names_a_row(store: Store) -> None:
    """A figure may be of an indicator that a team has made up, with a label of its own."""
    table = TABLES["aggregate_indicators"]
    row = tuple("typed by a team" if name in ("label", "unit") else name for name in table.names)
    where, _ = RowNames(store).place(table, row)
    assert where.startswith("n n indicator value_period kind")
    assert "typed" not in where


# files beside it


def into(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


def forge(book: openpyxl.Workbook) -> None:
    book["answers"]["G3"] = "Forged"
    book.create_sheet("More")


def in_parquet(path: Path) -> None:
    """Write another label, as any program that knows Parquet can."""
    import pyarrow as pa
    from pyarrow import parquet

    table = parquet.read_table(path)
    labels = ["Forged", *table.column("label").to_pylist()[1:]]
    parquet.write_table(
        table.set_column(table.column_names.index("label"), "label", pa.array(labels)), path
    )


ANOTHER_PROGRAM = (
    "{}: “the same, as another program writes it” in the file, “as hrge-xl writes it” now."
)
UNREADABLE = "{}: “cannot be read (%s)” in the file, “whole” now."
FILES: dict[str, tuple[str, Callable[[Path], object], Lines]] = {
    "a cell of the CSV": (
        "csv/answers.csv",
        csv_rows(
            lambda rows: next(row for row in rows if row[1] == "AFG").__setitem__(10, "Forged")
        ),
        ["afg.xlsx: answers.csv[Plan!E7].text: “Forged” in the file, “WS-07” now."],
    ),
    "a row of the CSV less": (
        "csv/items.csv",
        csv_rows(lambda rows: rows.pop(2)),
        ["new: items.csv[n 2 PLAN R1], found now, not in the file."],
    ),
    "rows exchanged": (
        "csv/items.csv",
        csv_rows(lambda rows: rows.append(rows.pop(1))),
        ["items.csv, row 2: “('"],
    ),
    "a row twice": (
        "csv/items.csv",
        csv_rows(lambda rows: rows.append(rows[-1])),
        ["items.csv, row"],
    ),
    "without the mark of UTF-8": (
        "csv/items.csv",
        lambda path: path.write_bytes(path.read_bytes().removeprefix(b"\xef\xbb\xbf")),
        [ANOTHER_PROGRAM.format("items.csv")],
    ),
    "line ends of another system": (
        "csv/items.csv",
        lambda path: path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n")),
        [ANOTHER_PROGRAM.format("items.csv")],
    ),
    "a column more": (
        "csv/items.csv",
        csv_rows(lambda rows: rows[1].append("more")),
        [UNREADABLE.format("items.csv") % "ValueError"],
    ),
    "no CSV": ("csv/items.csv", into(b'"open'), [UNREADABLE.format("items.csv") % "Error"]),
    "no text": (
        "csv/items.csv",
        into(b"\xff\xfe\0"),
        [UNREADABLE.format("items.csv") % "UnicodeDecodeError"],
    ),
    "the description": (
        "datapackage.json",
        put_text('"answers"', '"replies"'),
        ["datapackage.json: resources["],
    ),
    "JSON in one line": (
        "datapackage.json",
        put_text("{\n", "{"),
        [ANOTHER_PROGRAM.format("datapackage.json")],
    ),
    "no JSON": (
        "datapackage.json",
        into(b"{"),
        [UNREADABLE.format("datapackage.json") % "JSONDecodeError"],
    ),
    "a row of Parquet": (
        "parquet/items.parquet",
        in_parquet,
        ["items.parquet[n 1 PLAN C1].label: “Forged” in the file, “Is everything ready?” now."],
    ),
    "no Parquet": (
        "parquet/items.parquet",
        into(b"PAR1"),
        [UNREADABLE.format("items.parquet") % "ArrowInvalid"],
    ),
    "a cell of data.xlsx, and a sheet": (
        "data.xlsx",
        in_workbook(forge),
        [
            "data.xlsx: answers!G3: “Forged” in the file,",
            "gone: data.xlsx: the sheet More, in the file, not found again.",
        ],
    ),
    "no workbook": (
        "data.xlsx",
        into(b"PK\x03\x04"),
        [UNREADABLE.format("data.xlsx") % "ValueError"],
    ),
    "a line of the page": (
        "reports/overview.html",
        put_text("AFG", "AFX"),
        ["overview.html, line"],
    ),
    "a line more": (
        "reports/overview.html",
        lambda path: path.write_bytes(path.read_bytes() + b"\nmore"),
        ["gone: overview.html, line"],
    ),
    "the same bytes": ("reports/overview.html", lambda path: None, []),
}


@pytest.mark.parametrize(("name", "change", "expected"), FILES.values(), ids=FILES)
def test_files_beside_the_dataset(
    name: str,
    change: Callable[[Path], object],
    expected: Lines,
    made: Path,
    store: Store,
    tmp_path: Path,
) -> None:
    file = tmp_path / Path(name).name
    shutil.copyfile(made / name, file)
    change(file)
    table = store.schema.by_name.get(file.stem)
    found = told(
        of_file(file, made / name, table.shown if table else None, (RowNames(store),), file.name),
        "file",
    )
    assert begins(found, expected) == expected


@pytest.mark.deep
def test_the_overview_in_whichever_language(made: Path, tmp_path: Path) -> None:
    """Also one that the spec does not have; what was changed in the page is named all the same."""
    shutil.copytree(made, tmp_path / "dataset")
    reports = tmp_path / "dataset" / "reports"
    words = ("--format", "overview", "--language", "es", "-o", reports, "--today", DAY)
    assert hrge("report", tmp_path / "dataset", *words) == 0
    assert hrge("verify", tmp_path / "dataset") == 0
    put_text("AFG", "AFX")(reports / "overview.html")
    assert "overview.html, line" in ran("verify", tmp_path / "dataset", code=1).out


def test_a_table_that_the_dataset_does_not_have(made: Path, tmp_path: Path) -> None:
    file = tmp_path / "items.csv"
    file.write_text("n,label\n1,Forged\n", encoding="utf-8")
    (line,) = told(of_file(file, made / "csv" / "items.csv", None, (), "items.csv"), "file")
    assert line == UNREADABLE.format("items.csv") % "ValueError"


def book(*sheets: str, **cells: object) -> bytes:
    """A workbook with the same cells on each of some sheets."""
    made, target = openpyxl.Workbook(), io.BytesIO()
    del made["Sheet"]
    for name in sheets:
        sheet = made.create_sheet(name)
        for cell, value in cells.items():
            sheet[cell] = value
    made.save(target)
    return target.getvalue()


def test_cells_of_two_workbooks() -> None:
    """Rows and columns that only one has; formulas as formulas; a blank cell is the same as one with an empty text."""
    here = book("Plan", A1="same", B1=2, A2="=1+1", A3="", C4="alone")
    made = book("Plan", A1="same", B1=2.5, A2="=1+2", A5=True)
    assert cells_apart((here, made)) == [
        ("Plan", "B1", "2", "2.5"),
        ("Plan", "A2", "=1+1", "=1+2"),
        ("Plan", "C4", "alone", ""),
        ("Plan", "A5", "", "True"),
    ]


@pytest.mark.parametrize("size", ["A1", "A1:XFD1048576"])
def test_what_a_workbook_says_of_its_own_size_is_not_believed(size: str) -> None:
    """Else a cell could be changed where nobody looks, and a file be called the same."""
    here = edited(
        book("Plan", A1=1, C9="forged"),
        r"xl/worksheets/sheet1\.xml",
        'ref="A1:C9"',
        f'ref="{size}"',
    )
    assert cells_apart((here, book("Plan", A1=1))) == [("Plan", "C9", "forged", "")]


def test_a_workbook_with_other_sheets_altogether_is_told(monkeypatch: Patch) -> None:
    """Also where there are more of them than cells are looked for."""
    monkeypatch.setattr(dataset_differences, "MOST_CELLS", 1)
    here, made = ([f"{side} {n}" for n in range(3)] for side in ("here", "made"))
    assert cells_apart((book(*here, "both", A1=1, A2=2), book(*made, "both"))) == [
        *((name, "", name, "") for name in here),
        *((name, "", "", name) for name in made),
    ]
