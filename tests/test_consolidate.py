"""Returned files become one dataset: traceable, repeatable, and whole after every crash."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import sqlite3
import stat
import subprocess
import sys
import zipfile
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from openxml_audit import OpenXmlValidator

from hrge_xl import (
    Arrived,
    ExpectedReturn,
    Order,
    Spec,
    Summary,
    ValidationRequest,
    generate,
    load,
    validate,
)
from hrge_xl.coordination.consolidation import consolidate_sources
from hrge_xl.core.errors import OutputError, StoreError, UsageError
from hrge_xl.exchange.validation import Source
from hrge_xl.ledger import files as files_of_rounds
from tests.audited import returned
from tests.command_line import hrge
from tests.databases import queried, tampered
from tests.face import (
    DATASET,
    TABLES,
    Answers,
    Ledger,
    Schema,
    exports,
    kept_at,
    only_writer,
    submission_id,
    translator,
)
from tests.fixture_types import Folders, Patch
from tests.shared_tables import shareable, tables
from tests.small_returns import consolidated
from tests.temporary import of_results

pytestmark = pytest.mark.xdist_group("consolidate")  # what its fixtures play is played once

TODAY = date(2026, 6, 30)
SPEC = load("example")
MARKUP = "<r><t>bold</t></r>"  # which the writer of workbooks takes for its own
NASTY = [
    '=HYPERLINK("http://x.example","x")',
    "+1",
    "@SUM(A1)",
    MARKUP,
    "http://x.example",
    "a b\nc",
]


def answers(project: str = "WS-07", country: str = "PAK", **more: Any) -> Answers:
    """A return without a mistake; `more` by field code."""
    form: dict[str, Any] = {
        "PLN_01": project,
        "PLN_02": country,
        "PLN_03": "Plan the workshop",
        "PLN_04": date(2026, 3, 2),
        "PLN_05": date(2026, 3, 4),
        "PLN_06": 20.0,
        "PLN_07": 12.0,
        "PLN_08": 5000.5,
        "PLN_09": 0.5,
        "PLN_10": 2024.0,
        "PLN_11": "N",
        "PLN_13": ("WOM", "DIS"),
    }
    form |= {key: value for key, value in more.items() if key.startswith("PLN")}
    risk: dict[str, Any] = {
        "RSK_01": "Nobody comes",
        "RSK_02": ("WOM",),
        "RSK_03": 2.0,
        "RSK_04": 3.0,
        "RSK_06": "RED",
        "RSK_07": "Call them",
        "FOL_01": "Coordinator",
        "FOL_02": date(2026, 5, 1),
    }
    risk |= {key: value for key, value in more.items() if not key.startswith("PLN")}
    found: Answers = {
        ("PLAN", "1", code): value for code, value in form.items() if value is not None
    }
    found |= {("R1", "K-01", code): value for code, value in risk.items() if value is not None}
    found |= {("C1", row, "CHK_01"): "Y" for row in ("C1_01", "C1_02", "C1_03")}
    return found


@cache
def workbook(team: str = "PAK", project: str = "WS-07", language: str = "en", **more: Any) -> bytes:
    wanted = answers(project, **dict(more))
    return generate(SPEC, Order(team, TODAY, "PAK", language, answers=wanted))


def rewritten(data: bytes, old: bytes, new: bytes) -> bytes:
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as book,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name in book.namelist():
            made.writestr(
                zipfile.ZipInfo(name), book.read(name).replace(old, new), zipfile.ZIP_DEFLATED
            )
    return target.getvalue()


def three_returns(folder: Path) -> list[Path]:
    right, wrong = workbook("PAK"), workbook("MAR", "WS-08", "fr", PLN_06=None)
    broken = b"PK\x03\x04 not a workbook"
    return returned(
        folder / "returned", {"pak.xlsx": right, "mar.xlsx": wrong, "broken.xlsx": broken}
    )


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Three returns: one clean, one with a mistake, one that is not a workbook."""
    return three_returns(tmp_path)


@pytest.fixture(scope="module")
def out(tmp_path_factory: Folders) -> Path:
    """The dataset of such returns, to be read only."""
    folder = tmp_path_factory.mktemp("consolidate")
    run(three_returns(folder), folder / "out", formats=("xlsx", "csv"))
    return folder / "out"


def run(files: list[Path], out: Path, **options: Any) -> Summary:
    return consolidated(files, out, **{"formats": ("xlsx",)} | options)


def content(out: Path) -> dict[str, list[tuple[Any, ...]]]:
    names = queried(out, "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
    return {name: sorted(queried(out, f'SELECT * FROM "{name}"'), key=str) for (name,) in names}


def rows(out: Path, table: str, where: str = "1") -> list[dict[str, Any]]:
    with sqlite3.connect(out / DATASET) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(f'SELECT * FROM "{table}" WHERE {where}')]


def bytes_of(out: Path) -> dict[str, bytes]:
    """All files of a dataset but the ledger, which also holds the order of arrival, and its journal."""
    return {
        str(path.relative_to(out)): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and not path.name.startswith("ledger.")
    }


# what stands in the tables


def test_every_file_is_accounted_for(files: list[Path], tmp_path: Path) -> None:
    summary = run(files, tmp_path / "out")
    assert counted(summary) == (3, 1, 1, 1)
    verdicts = {
        Path(row["path"]).name: row["verdict"] for row in rows(tmp_path / "out", "submissions")
    }
    assert verdicts == {"pak.xlsx": "accepted", "mar.xlsx": "returned", "broken.xlsx": "refused"}
    assert summary.lines()[:2] == [
        "3 files: 1 accepted, 1 returned, 1 refused.",
        "3 new in this run.",
    ]


def counted(summary: Summary) -> tuple[int, int, int, int]:
    totals = summary.totals
    return totals.received, totals.accepted, totals.returned, totals.refused


def test_the_answers_are_those_of_the_files(out: Path) -> None:
    for result in validate(
        sorted(out.with_name("returned").iterdir()), ValidationRequest(ExpectedReturn(), TODAY)
    ):
        name = submission_id(result.sha256, result.path)
        stored = rows(out, "answers", f"submission = '{name}' AND NOT calculated")
        if result.submission is None:
            assert stored == []
            continue
        assert regrouped(stored) == {
            key: comparable(value) for key, value in result.submission.values().items()
        }


def regrouped(stored: list[dict[str, Any]]) -> dict[tuple[str, str, str], Any]:
    """The rows of `answers` as `Submission.values()` gives them."""
    found: dict[tuple[str, str, str], Any] = {}
    for row in sorted(stored, key=lambda row: row["n"]):
        key = (row["tool"], row["row"], row["field"])
        value = next(
            row[kind] for kind in ("code", "number", "date", "text") if row[kind] is not None
        )
        found[key] = (*found.get(key, ()), value) if row["part"] else value
    return found


def comparable(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def test_every_answer_leads_back_to_its_cell(out: Path) -> None:
    paths = {row["sha256"]: out / row["path"] for row in rows(out, "submissions")}
    for row in rows(out, "answers", "NOT calculated"):
        book = opened(paths[row["file_sha256"]])
        shown = book[row["sheet"]][row["cell"]].value
        shown = shown.date().isoformat() if hasattr(shown, "date") else shown
        assert row["original"] == (f"{shown:g}" if isinstance(shown, int | float) else shown)


@cache
def opened(path: str) -> Any:
    return openpyxl.load_workbook(path)


def test_wide_and_united_tables(out: Path) -> None:
    (plan,) = rows(out, "plan", "team = 'PAK'")
    shown = (plan["pln_13"], plan["pln_04"], plan["pln_14"], plan["cell"][0])
    assert shown == ("WOM;DIS", "2026-03-02", 250.025, "E")
    risks = rows(out, "risks")
    found = sorted((row["team"], row["tool"], row["rsk_05"]) for row in risks)
    assert found == [("MAR", "R1", "H"), ("PAK", "R1", "H")]
    assert {row["period"] for row in risks} == {"2026-03-02/2026-03-04"}


def test_calculated_values_are_worked_out_again(out: Path) -> None:
    stored = rows(out, "answers", "calculated AND team = 'PAK'")
    values = {
        (row["field"], row["number"] if row["number"] is not None else row["code"])
        for row in stored
    }
    assert values == {("PLN_14", 250.025), ("RSK_05", "H")}


def test_questions_and_codes_explain_every_column_and_code(out: Path) -> None:
    asked = {(row["tool"], row["field"]): row["list"] for row in rows(out, "questions")}
    assert asked.keys() == {(tool.code, field.code) for tool, _, field in SPEC.places()}
    codes = {(row["list"], row["code"]) for row in rows(out, "codes")}
    used = rows(out, "answers", "code IS NOT NULL AND field <> 'RSK_08'")
    assert {(asked[row["tool"], row["field"]], row["code"]) for row in used} <= codes


def test_injected_texts_stay_texts(tmp_path: Path) -> None:
    data = [
        workbook(f"T{n}", f"P{n}", RSK_01=text.replace(MARKUP, "MARKUP"))
        for n, text in enumerate(NASTY)
    ]
    escaped = MARKUP.replace("<", "&lt;").replace(">", "&gt;").encode()
    data = [rewritten(each, b"MARKUP", escaped) for each in data]
    paths = returned(tmp_path / "in", {f"{n}.xlsx": each for n, each in enumerate(data)})
    run(paths, tmp_path / "out")
    assert {row["rsk_01"] for row in rows(tmp_path / "out", "risks")} == set(NASTY)
    book = openpyxl.load_workbook(tmp_path / "out" / "data.xlsx")
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert {cell.hyperlink.target for cell in cells if cell.hyperlink} == {
        None
    }  # to sheets of its own only
    codes = [cell.value for cell in book["risks"][2]]
    risks = {
        row[codes.index("rsk_01")] for row in book["risks"].iter_rows(min_row=4, values_only=True)
    }
    assert {str(text).strip() for text in risks} == set(NASTY)


# files beside the dataset


def test_data_xlsx_opens_cleanly_and_holds_every_table_that_has_rows(out: Path) -> None:
    result = OpenXmlValidator().validate(out / "data.xlsx")
    assert result.errors == []
    book = openpyxl.load_workbook(out / "data.xlsx")
    for table in Schema(SPEC).shown:
        count = len(rows(out, table.name))
        drawn = bool(count) and not table.repeated
        name = table.name if len(table.name) <= 31 else table.name.removeprefix("aggregate_")
        assert (name in book.sheetnames) == drawn, table.name
        if not drawn:
            continue
        sheet = book[name]
        (named,) = sheet.tables.values()
        assert named.ref.startswith("A3:")
        count -= (
            table.name == "findings"
        )  # that of the file that could not be read, which does not count
        assert named.ref.endswith(str(count + 3)), table.name
        codes, heads = ([cell.value for cell in sheet[number]] for number in (2, 3))
        assert [code for code in codes if code in table.names] == list(table.names)
        assert len({str(head).casefold() for head in heads}) == len(heads)
        assert [column.name for column in named.tableColumns] == heads
        filled = [
            line
            for line in sheet.iter_rows(min_row=4, values_only=True)
            if any(v is not None for v in line)
        ]
        assert len(filled) == count


def read_sheet(path: Path, name: str) -> list[dict[str, Any]]:
    """The rows of a sheet of data.xlsx, by their heads."""
    lines = [*openpyxl.load_workbook(path)[name].iter_rows(min_row=3, values_only=True)]
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


def test_the_first_sheet_of_data_xlsx_leads_to_the_others(
    files: list[Path], tmp_path: Path
) -> None:
    ticked = Order("PAK", TODAY, "PAK", answers=answers() | {("PLAN", "R1", "USE_01"): "Y"})
    files[0].write_bytes(generate(SPEC, ticked))
    run(files, tmp_path / "out")
    book = openpyxl.load_workbook(tmp_path / "out" / "data.xlsx")
    links = {
        row[0].value: row[0].hyperlink.location
        for row in book["Contents"].iter_rows()
        if row[0].hyperlink
    }
    assert links == {name: f"'{name}'!A1" for name in book.sheetnames[1:]}
    told = {row[0]: row[1:3] for row in book["Contents"].iter_rows(values_only=True)}
    assert told["submissions"] == ("Returns: who sent them, when, and whether they count", 3)
    assert [told[name][0] for name in ("plan", "plan_rows")] == [
        "Plan of the workshop",
        "Plan of the workshop: Sheets used",
    ]
    back = [cell for cell in book["risks"][1] if cell.hyperlink]
    assert [cell.hyperlink.location for cell in back] == ["'Contents'!A1"]


def test_data_xlsx_has_words_for_heads_and_names_beside_codes(out: Path) -> None:
    """Codes of columns stand in a folded row, keys in folded columns; days are days and numbers are numbers."""
    path = out / "data.xlsx"
    sheet = openpyxl.load_workbook(path)["risks"]
    assert sheet.row_dimensions[2].hidden
    assert sheet.row_dimensions[2].outlineLevel == 1
    codes = [cell.value for cell in sheet[2]]
    assert sheet.column_dimensions[get_column_letter(codes.index("file_sha256") + 1)].hidden
    label = next(field.label.say("en") for _, _, field in SPEC.places() if field.code == "RSK_01")
    assert label in read_sheet(path, "risks")[0]
    answers = read_sheet(path, "answers")
    chosen = next(row for row in answers if row["Code (Code)"] == "PAK")
    assert chosen["Code"] == "Pakistan"
    assert any(isinstance(row["Date"], datetime) for row in answers)
    assert any(isinstance(row["Number"], int | float) for row in answers)


def test_data_xlsx_in_the_language_of_a_reader(out: Path, tmp_path: Path) -> None:
    target = tmp_path / "data_ar.xlsx"
    assert hrge("export", out, "--language", "ar", "-o", target) == 0
    book, say = openpyxl.load_workbook(target), translator("ar")
    assert book.sheetnames[0] == say("Contents")
    assert all(sheet.sheet_view.rightToLeft for sheet in book)
    assert [cell.value for cell in book.worksheets[0][5]] == [
        say(word) for word in ("Sheet", "What it holds", "Rows")
    ]
    assert say("What it holds") != "What it holds"
    heads = [cell.value for cell in book["findings"][3]]
    assert {say("Severity"), say("What to do")} <= set(heads)
    assert {row[say("Severity")] for row in read_sheet(target, "findings")} <= {
        say(w) for w in ("Error", "Warning", "Info")
    }


def test_the_heat_map_has_colours_words_and_a_described_chart(out: Path) -> None:
    book = openpyxl.load_workbook(out / "data.xlsx")
    sheet = book["Heat maps"]
    twos = [cell for line in sheet.iter_rows() for cell in line if cell.value == 2]
    assert [cell.fill.fgColor.rgb for cell in twos if "High" in cell.number_format] == ["FFF4B6A6"]
    (chart,) = sheet._charts
    (series,) = chart.series
    colours = [point.spPr.solidFill.srgbClr for point in series.dPt]
    assert SPEC.matrix
    levels = SPEC.matrix.levels
    assert colours == [level.colour.removeprefix("#").upper() for level in levels]
    drawing = zipfile.ZipFile(out / "data.xlsx").read("xl/drawings/drawing1.xml").decode()
    assert 'descr="Risk matrix: Low 0, Moderate 0, High 2."' in drawing


def test_csv_files_are_whole_and_described(out: Path) -> None:
    file = out / "csv" / "answers.csv"
    with file.open(encoding="utf-8-sig", newline="") as stream:
        lines = list(csv.DictReader(stream))
    held = rows(out, "answers")
    assert [(line["submission"], line["cell"]) for line in lines] == [
        (one["submission"], one["cell"]) for one in held
    ]
    # what every line would repeat: `submissions` has the hash, `slots` the sheet
    assert held[0].keys() - lines[0].keys() == {"sheet", "original", "file_sha256"}
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    described = json.loads((out / "datapackage.json").read_text(encoding="utf-8"))
    assert {each["title"] for each in described["resources"]} == {
        table.name for table in Schema(SPEC).shown
    }


def test_what_all_answers_of_a_file_share_is_in_each_line(tmp_path: Path) -> None:
    """Whose they are and whether they count, guarded like any other text: a team may be called anything."""
    files = {"a.xlsx": workbook("=1+1"), "b.xlsx": workbook("PAK", "WS-08", PLN_06=None)}
    files["c.xlsx"] = rewritten(files["b.xlsx"], b"Plan the workshop", b"Plan the workshops")
    out = tmp_path / "out"
    run(returned(tmp_path / "returned", files), out, formats=("csv",))
    with (out / "csv" / "answers.csv").open(encoding="utf-8-sig", newline="") as stream:
        lines = list(csv.DictReader(stream))
    found = rows(out, "answers")
    assert {row["team"] for row in found} == {"=1+1", "PAK"}
    assert {row["current"] for row in found} == {0, 1}
    for name in ("submission", "country", "period", "text", "cell"):
        assert [line[name] for line in lines] == [row[name] or "" for row in found]
    assert [line["team"] for line in lines] == [
        row["team"].replace("=1+1", "'=1+1") for row in found
    ]
    assert [line["current"] for line in lines] == [
        "true" if row["current"] else "false" for row in found
    ]


def test_parquet_holds_the_same(files: list[Path], tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    run(files, tmp_path / "out", formats=("csv", "parquet"))
    for table in Schema(SPEC).shown:
        found = parquet.read_table(tmp_path / "out" / "parquet" / f"{table.name}.parquet")
        assert tuple(found.column_names) == table.names
        assert found.num_rows == len(rows(tmp_path / "out", table.name))


def test_only_the_kinds_of_files_that_are_wanted_are_written(
    files: list[Path], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    run(files[:1], out, formats=("xlsx",))
    assert {
        path.name for path in out.iterdir() if path.name in ("data.xlsx", "csv", "parquet")
    } == {"data.xlsx"}
    run(files[:1], out, formats=("parquet",))
    assert not (out / "csv").exists()
    with pytest.raises(UsageError, match=r"no format 'cvs'. Choose from xlsx, csv, parquet"):
        run(files, out, formats=("cvs",))


def test_files_that_are_there_follow_the_dataset(files: list[Path], tmp_path: Path) -> None:
    parquet, out = pytest.importorskip("pyarrow.parquet"), tmp_path / "out"
    run(files[:1], out, formats=("parquet",))
    run(files, out, formats=(), write=True)
    assert parquet.read_table(out / "parquet" / "submissions.parquet").num_rows == len(
        rows(out, "submissions")
    )


@pytest.mark.deep
def test_parquet_of_another_machine_stops_nothing(
    files: list[Path], tmp_path: Path, monkeypatch: Patch
) -> None:
    pytest.importorskip("pyarrow")
    out = tmp_path / "out"
    run(files[:1], out, formats=("csv", "parquet"))
    before = len(rows(out, "submissions"))

    def missing(*_: object) -> None:
        raise ImportError("no pyarrow here")

    monkeypatch.setattr(exports, "has_parquet", lambda: False)
    monkeypatch.setattr(exports, "write_csv_as_parquet", missing)
    run(files, out)
    assert len(rows(out, "submissions")) > before


# figures


def test_figures_over_all_teams(out: Path) -> None:
    names = ("matrix_row", "matrix_column", "frequency", "teams", "from_returned")
    crossed = rows(out, "aggregate_matrix")
    assert [tuple(row[name] for name in names) for row in crossed] == [("2", "3", 2, 2, 1)]
    assert len(rows(out, "matrix_rows")) == 2
    (yes,) = rows(out, "aggregate_answers", "row_code = 'C1_01' AND code = 'Y'")
    assert (yes["frequency"], yes["teams"], yes["code_label"]) == (2, 2, "Yes")
    (people,) = rows(out, "aggregate_numbers", "field = 'PLN_07'")
    assert (people["frequency"], people["total"], people["mean"]) == (2, 24, 12)
    assert people["period"] == "2026-03-02/2026-03-04"
    (plan,) = rows(out, "aggregate_completeness", "tool = 'PLAN'")
    assert plan["files"] == 2
    assert plan["answered"] == plan["required"] - 1


def test_small_figures_of_things_and_restricted_questions() -> None:
    """A restricted question does not leave; small counts do, where nobody is counted (see test_sharing)."""
    with of_results([], with_restricted("PLN_08"), TODAY) as store:
        with store.transaction():
            lines = [a_figure(1, "PLN_08", 50.0), a_figure(2, "PLN_10", 7.0)]
            store.insert("aggregate_numbers", lines)
        kept, at = shareable(store)["aggregate_numbers"], TABLES["aggregate_numbers"].at
    assert [(row[at["field"]], row[at["total"]], row[at["frequency"]]) for row in kept] == [
        ("PLN_10", 7.0, 3)
    ]


def test_what_a_return_says_of_itself_and_refers_to_is_restricted_too(tmp_path: Path) -> None:
    """The project that the form names, and the row of the checklist that a risk is about."""
    file = tmp_path / "a.xlsx"
    file.write_bytes(workbook("PAK", "WS-07", RSK_08="C1_02"))
    results = [*validate([file], ValidationRequest(ExpectedReturn("example"), TODAY))]
    for code, table, column in (
        ("PLN_01", "submissions", "project"),
        ("RSK_08", "risks", "refers_to"),
    ):
        with of_results(results, with_restricted(code), TODAY) as store:
            at = store.schema.by_name[table].shown.at[column]
            (told,), shared = {row[at] for row in tables(store)[table]}, shareable(store)
        assert told is not None
        assert {row[at] for row in shared[table]} == {None}
        assert not any(told in row for row in shared["aggregate_numbers"])


def a_figure(n: int, field: str, total: float) -> tuple[Any, ...]:
    return TABLES["aggregate_numbers"].row(
        n=n,
        period="period",
        tool="PLAN",
        row_code="1",
        field=field,
        label="label",
        frequency=3,
        teams=2,
        total=total,
        mean=total,
        minimum=0.0,
        maximum=total,
    )


def with_restricted(code: str) -> Spec:
    def changed(block: Any) -> Any:
        fields = tuple(
            f.model_copy(update={"restricted": f.code == code})
            for f in getattr(block, "fields", ())
        )
        return block.model_copy(update={"fields": fields}) if fields else block

    tools = tuple(
        tool.model_copy(update={"blocks": tuple(map(changed, tool.blocks))}) for tool in SPEC.tools
    )
    return SPEC.model_copy(update={"tools": tools})


# again and again


def test_running_again_changes_nothing(files: list[Path], tmp_path: Path) -> None:
    run(files, tmp_path / "out")
    before = bytes_of(tmp_path / "out")
    summary = run(files, tmp_path / "out")
    assert summary.new == 0
    assert bytes_of(tmp_path / "out") == before


def test_a_cluster_that_is_not_there(files: list[Path], tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    with pytest.raises(UsageError, match="no cluster can be reached"):
        run(files, tmp_path / "out", engine="nowhere")


def test_dry_run_writes_nothing(files: list[Path], tmp_path: Path) -> None:
    summary = run(files, tmp_path / "out", dry_run=True)
    assert (*counted(summary), summary.new) == (3, 1, 1, 1, 3)
    assert not (tmp_path / "out").exists()
    run(files[:1], tmp_path / "out")
    before = bytes_of(tmp_path / "out")
    assert run(files, tmp_path / "out", dry_run=True).new == 2
    assert bytes_of(tmp_path / "out") == before


def test_a_lost_dataset_is_made_again_from_what_was_received(
    files: list[Path], tmp_path: Path
) -> None:
    run(files, tmp_path / "out")
    before = content(tmp_path / "out")
    (tmp_path / "out" / DATASET).unlink()
    for file in files[1:]:
        file.unlink()
    run(files[:1], tmp_path / "out")
    after = content(tmp_path / "out")
    assert [row[3:] for row in after["submissions"]] == [row[3:] for row in before["submissions"]]
    assert after["answers"] == before["answers"]


# ledger and resubmission


def test_the_same_file_twice_counts_once(files: list[Path], tmp_path: Path) -> None:
    copy = returned(tmp_path / "copies", {"again.xlsx": files[0].read_bytes()})
    summary = run([*files, *copy], tmp_path / "out")
    assert (*counted(summary), summary.totals.doubled) == (4, 2, 1, 1, 1)
    assert len(rows(tmp_path / "out", "submissions")) == 3


def test_the_newest_accepted_version_counts(tmp_path: Path) -> None:
    first, second, third = returned(
        tmp_path / "in",
        {"v1.xlsx": workbook(), "v2.xlsx": workbook(PLN_06=30.0), "v3.xlsx": workbook(PLN_06=None)},
    )
    same_copy(second, first)
    same_copy(third, first)
    run([first], tmp_path / "out", arrived=Arrived(date(2026, 6, 1), stated=True))
    run([first, second], tmp_path / "out", arrived=Arrived(date(2026, 6, 8), stated=True))
    run([third], tmp_path / "out", arrived=Arrived(date(2026, 6, 15), stated=True))
    states = {Path(str(row["path"])).name: row for row in ledger(tmp_path / "out")}
    assert {name: row["state"] for name, row in states.items()} == {
        "v1.xlsx": "superseded",
        "v2.xlsx": "counts",
        "v3.xlsx": "waiting",
    }
    assert [row["received"] for row in states.values()] == [
        "2026-06-01",
        "2026-06-08",
        "2026-06-15",
    ]
    assert states["v1.xlsx"]["superseded_by"] == states["v2.xlsx"]["submission"]
    assert [row["pln_06"] for row in rows(tmp_path / "out", "plan", "current")] == [30]
    assert [row["code"] for row in rows(tmp_path / "out", "findings", "code LIKE 'X%'")] == ["X002"]
    (people,) = rows(tmp_path / "out", "aggregate_numbers", "field = 'PLN_06'")
    assert people["total"] == 30


def same_copy(file: Path, other: Path) -> None:
    """Give a file the copy id of another: a version of the same issued workbook."""

    def copy_id(path: Path) -> bytes:
        with zipfile.ZipFile(path) as book:
            text = book.read("docProps/custom.xml").decode()
        return text.split('name="hrge_copy"')[1].split("<vt:lpwstr>")[1][:12].encode()

    file.write_bytes(rewritten(file.read_bytes(), copy_id(file), copy_id(other)))


def ledger(out: Path) -> list[dict[str, Any]]:
    with Ledger.open(out, write=False) as found:
        return [dict(row) for row in found.rows()]


def test_only_these_files(files: list[Path], tmp_path: Path) -> None:
    run(files, tmp_path / "out")
    assert run(files[:1], tmp_path / "out").earlier == 2
    run(files[:1], tmp_path / "out", only_these=True)
    assert [row["team"] for row in rows(tmp_path / "out", "submissions")] == ["PAK"]
    assert [row["state"] for row in ledger(tmp_path / "out")] == ["left out", "left out", "counts"]


def test_received_bytes_are_kept_and_protected(out: Path) -> None:
    for row in ledger(out):
        kept = kept_at(out, row["sha256"])
        assert kept.read_bytes() == (out / row["path"]).read_bytes()
        assert not kept.stat().st_mode & stat.S_IWUSR


# what goes wrong


def test_another_spec_in_the_same_folder(files: list[Path], tmp_path: Path) -> None:
    run(files, tmp_path / "out")
    before = bytes_of(tmp_path / "out")
    with pytest.raises(StoreError, match="a dataset of “example”"):
        consolidate_sources(
            [Source(files, ValidationRequest(ExpectedReturn("hrge_toolkit"), TODAY))],
            tmp_path / "out",
        )
    assert bytes_of(tmp_path / "out") == before


def test_a_dataset_of_a_newer_program(files: list[Path], tmp_path: Path) -> None:
    run(files, tmp_path / "out")
    tampered(tmp_path / "out", "UPDATE meta SET value = '99' WHERE name = 'schema_version'")
    with pytest.raises(StoreError, match="newer version"):
        run(files, tmp_path / "out")


def test_something_else_in_the_place_of_the_dataset(files: list[Path], tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / DATASET).write_bytes(b"this is not a database, but somebody's notes" * 100)
    with pytest.raises(StoreError, match="Move it away"):
        run(files, tmp_path / "out")


def test_two_runs_at_once(files: list[Path], tmp_path: Path) -> None:
    with only_writer(tmp_path / "out"), pytest.raises(OutputError, match="Another run"):
        run(files, tmp_path / "out")
    assert run(files, tmp_path / "out").new == 3


def test_a_lock_that_was_taken_away_meanwhile_locks_nothing(
    tmp_path: Path, monkeypatch: Patch
) -> None:
    """The run before ends between opening the lock and taking it, and deletes it: a third run makes another one."""
    take = files_of_rounds._lock

    def take_too_late(handle: int) -> bool:
        (tmp_path / files_of_rounds.LOCK).unlink()
        return take(handle)

    monkeypatch.setattr(files_of_rounds, "_lock", take_too_late)
    with pytest.raises(OutputError, match="Another run"), only_writer(tmp_path):
        pass


def test_files_that_cannot_be_read_are_findings(files: list[Path], tmp_path: Path) -> None:
    missing = tmp_path / "returned" / "gone.xlsx"
    os.mkfifo(tmp_path / "returned" / "pipe.xlsx")
    summary = run([*files, missing, tmp_path / "returned" / "pipe.xlsx"], tmp_path / "out")
    assert (summary.files, summary.refused) == (5, 3)
    missing.write_bytes(workbook("LATE", "WS-11"))
    assert run([*files, missing], tmp_path / "out").totals.accepted == 2
    assert len(rows(tmp_path / "out", "submissions", "path LIKE '%gone.xlsx'")) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="links and pipes")
def test_whatever_lies_in_the_folder_is_accounted_for(files: list[Path], tmp_path: Path) -> None:
    """Files that the gate turns away are counted, by their hash where they have one; links are not followed."""
    came = tmp_path / "came"
    came.mkdir()
    (came / "return.xlsx").write_bytes(files[0].read_bytes())
    (came / "empty.xlsx").write_bytes(b"")
    (came / "~$return.xlsx").write_bytes(b"\x07Somebody" + bytes(156))
    (came / "large.xlsx").open("wb").truncate(26 * 1024 * 1024)
    (came / "link.xlsx").symlink_to(files[1])
    os.mkfifo(came / "pipe.xlsx")
    out, everything = tmp_path / "out", sorted(came.iterdir())
    for _ in range(2):
        summary = run(everything, out)
        assert counted(summary) == (6, 1, 0, 5)
    asked = ValidationRequest(ExpectedReturn(), TODAY)
    checked = {
        f"../came/{Path(result.path).name}": (result.sha256, result.verdict)
        for result in validate(everything, asked)
    }
    told = rows(out, "submissions")
    assert {row["path"]: (row["sha256"], row["verdict"]) for row in told} == checked
    assert hashlib.sha256(files[1].read_bytes()).hexdigest() not in {
        sha256 for sha256, _ in checked.values()
    }


def test_a_folder_that_cannot_be_written(files: list[Path], tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(OutputError, match="cannot be written"):
        run(files, tmp_path / "out")


@pytest.mark.deep
def test_no_two_processes_of_a_run_have_one_reader(tmp_path: Path) -> None:
    """The command starts one before anything is forked."""
    (tmp_path / "in").mkdir()
    for number in range(8):
        data = generate(SPEC, Order(f"T{number}", TODAY, "PAK", answers=answers(f"WS-{number}")))
        (tmp_path / "in" / f"{number}.xlsx").write_bytes(data)
    words = [
        "consolidate",
        tmp_path / "in",
        "-o",
        tmp_path / "out",
        "--spec",
        SPEC.folder,
        "--jobs",
        "2",
    ]
    command = [sys.executable, "-m", "hrge_xl", *map(str, words), "--today", str(TODAY)]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.stdout.startswith("8 files: 8 accepted, 0 returned, 0 refused."), told.stdout
