"""Workbooks that are not returns (team lists, an office's own forms): hostile ones are told in one line, and soon."""

from __future__ import annotations

import ast
import os
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import partial
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

import hrge_xl
from hrge_xl import Order, generate, load
from hrge_xl.cli import run
from hrge_xl.core.errors import UsageError
from tests.answers import layout
from tests.face import (
    MOST_HEADS,
    MOST_TEAMS,
    MOST_TITLES,
    Finding,
    from_file,
    importing,
    look_into,
    read_list,
    table_of,
)
from tests.intake_files import MAIN, METHOD, directory_field, pack, parts, sheet, workbook
from tests.worker_actions import endless

SECONDS = 45.0  # a worker is ended after 30 of its own
HEADS = '<row r="1"><c r="A1" t="inlineStr"><is><t>team</t></is></c></row>'
FAR = HEADS + '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>far</t></is></c></row>'
SHEET = "xl/worksheets/sheet1.xml"


def bomb() -> bytes:
    return pack({**parts(sheet(HEADS)), "xl/media/image1.png": bytes(90 * 1024 * 1024)})


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "bomb": (
        bomb,
        "The part xl/media/image1.png of the file x.xlsx unpacks to more than 200 times its size.",
    ),
    "entities": (
        lambda: workbook(
            f'<!DOCTYPE a [<!ENTITY b "{"x" * 1_000}"><!ENTITY c "{"&b;" * 1_000}">]>'
            f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>'
        ),
        f"The part {SHEET} of the file x.xlsx declares a document type or entities.",
    ),
    "cells": (
        lambda: pack(
            parts(sheet("".join(f'<row r="{n}">{"<c/>" * 1_000}</row>' for n in range(1, 1_200)))),
            0,
        ),
        "The file x.xlsx stores more than 1,000,000 cells.",
    ),
    "depth": (
        lambda: workbook(sheet(HEADS, after="<a>" * 100 + "</a>" * 100)),
        f"The part {SHEET} of the file x.xlsx is nested more than 64 levels deep.",
    ),
    "no zip": (
        lambda: b"PK\x03\x04" + bytes(500),
        "The file x.xlsx is damaged: its end is missing",
    ),
    "web page": (
        lambda: b"<html><table><tr><td>team",
        "The file x.xlsx is not a workbook: it is a web page",
    ),
    "empty": (lambda: b"", "The file x.xlsx is empty."),
    "bzip2": (
        lambda: directory_field(workbook(sheet()), SHEET, *METHOD, 12),
        f"The part {SHEET} of the file x.xlsx is packed in a way that workbooks do not use.",
    ),
}


@pytest.mark.deep
@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_workbooks_are_told_by_every_command(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make, said = HOSTILE[kind]
    file = tmp_path / "x.xlsx"
    file.write_bytes(make())
    commands = {
        3: ("round", "init", tmp_path / "round", "--spec", "example", "--teams", file),
        2: ("spec", "draft", file, "-o", tmp_path / "draft"),
    }
    for code, command in commands.items():
        started = time.monotonic()
        assert run([str(each) for each in command]) == code
        err = capsys.readouterr().err
        assert err.startswith(f"Error: {said}"), err
        assert err.count("\n") == 1
        assert time.monotonic() - started < SECONDS
    assert not (tmp_path / "round").exists()
    assert not (tmp_path / "draft").exists()


@pytest.mark.parametrize("rows", [HEADS, FAR], ids=["near", "far"])
@pytest.mark.parametrize("before", ["", '<dimension ref="A1:XFD1048576"/>'], ids=["", "endless"])
def test_a_sheet_without_end_costs_nothing(rows: str, before: str, tmp_path: Path) -> None:
    """A merge over all cells, a dimension of all cells, and a cell in the last corner."""
    merge = '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    (tmp_path / "x.xlsx").write_bytes(workbook(sheet(rows, before, merge)))
    started = time.monotonic()
    with pytest.raises(Exception, match=r"there is no team in it|code of the team is missing"):
        read_list(tmp_path / "x.xlsx", load("example"))
    assert run(["spec", "draft", str(tmp_path / "x.xlsx"), "-o", str(tmp_path / "draft")]) == 2
    assert time.monotonic() - started < SECONDS


def test_a_whole_sheet_that_is_merged_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    merge = '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    (tmp_path / "x.xlsx").write_bytes(workbook(sheet(HEADS, after=merge)))
    assert run(["spec", "draft", str(tmp_path / "x.xlsx"), "-o", str(tmp_path / "draft")]) == 2
    assert capsys.readouterr().err == (
        "Error: x.xlsx: the sheet “S1” merges 17,179,869,184 cells; at most 200,000 are allowed. "
        "Unmerge whole rows, columns and sheets, and save it.\n"
    )


def test_what_openpyxl_never_ends_with_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Were there no look at merged cells beforehand, limits of the process would remain."""
    monkeypatch.setattr(importing, "drafted", endless)
    (tmp_path / "x.xlsx").write_bytes(workbook(sheet(HEADS)))
    started = time.monotonic()
    assert run(["spec", "draft", str(tmp_path / "x.xlsx"), "-o", str(tmp_path / "draft")]) == 2
    assert time.monotonic() - started < SECONDS
    assert "x.xlsx was stopped: it took too much memory." in capsys.readouterr().err


def wide() -> Iterator[list[object]]:
    yield ["team", *range(MOST_HEADS + 50), "country"]
    yield ["A", *[1] * (MOST_HEADS + 50), "PAK"]


def saved(folder: Path, rows: Iterator[list[object]], name: str = "teams.xlsx") -> Path:
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet("Teams")
    for row in rows:
        page.append(row)
    book.save(folder / name)
    return folder / name


def looked(*rows: tuple[object, ...], epoch: datetime = WINDOWS_EPOCH, **formats: str) -> object:
    """What is seen of a workbook whose second sheet holds something, with number formats by cell."""
    book = openpyxl.Workbook()
    book.epoch = epoch
    page = book.create_sheet("Teams")
    for row in rows:
        page.append(row)
    for cell, format in formats.items():
        page[cell].number_format = format
    target = BytesIO()
    book.save(target)
    return table_of((target.getvalue(), "xlsx"))


@pytest.mark.parametrize(
    ("value", "format", "shown"),
    [
        (7, "000", "007"),
        (-7, "000", "-7"),
        (7, "0", "7"),
        (7.5, "000", "7.5"),
        ("A", "000", "A"),
        (date(2026, 3, 1), "dd/mm/yyyy", "2026-03-01"),
        (datetime(2026, 3, 1, 23, 59), "dd/mm/yyyy hh:mm", "2026-03-01"),
        (True, "General", "TRUE"),
    ],
)
@pytest.mark.parametrize("epoch", [WINDOWS_EPOCH, MAC_EPOCH], ids=["1900", "1904"])
def test_cells_of_a_table_are_read_as_they_are_seen(
    value: object, format: str, shown: str, epoch: datetime
) -> None:
    assert looked(("team",), (value,), epoch=epoch, A2=format) == [(1, ["team"]), (2, [shown])]


def test_a_time_without_a_day_is_no_day() -> None:
    assert looked(("team",), (0.5,), A2="hh:mm") == [(1, ["team"]), (2, ["0.5"])]


def test_a_table_is_as_wide_as_its_heads() -> None:
    """Blank rows and blank columns are left out, and what stands far below under no head."""
    rows = [
        ("Teams of the year",),
        (),
        ("team", None, "country"),
        ("A", " ", "PAK"),
        (None, None, "MAR"),
    ]
    rows += [("B",)] * MOST_TITLES + [("C", None, None, "a remark")]
    assert looked(*rows) == [
        (1, ["Teams of the year", ""]),
        (3, ["team", "country"]),
        (4, ["A", "PAK"]),
        (5, ["", "MAR"]),
        *((6 + number, ["B", ""]) for number in range(MOST_TITLES)),
        (6 + MOST_TITLES, ["C", ""]),
    ]


def test_a_workbook_without_a_table_has_no_rows() -> None:
    assert looked() == []


def test_a_workbook_that_cannot_be_read_is_told_by_a_finding() -> None:
    found = table_of((workbook("<worksheet><sheetData></worksheet>"), "xlsx"))
    assert isinstance(found, Finding)
    assert (found.code, found.details["part"]) == ("F024", SHEET)


def test_what_a_worker_answers_with_is_told_with_the_remedy(tmp_path: Path) -> None:
    """Damage that only reading shows, and the end of the process that reads."""
    (tmp_path / "x.xlsx").write_bytes(workbook("<worksheet><sheetData></worksheet>"))
    with pytest.raises(UsageError, match=r"x\.xlsx .+ Save it again\.$"):
        look_into(table_of, tmp_path / "x.xlsx", "Save it again.")
    with pytest.raises(
        UsageError, match=r"x\.xlsx was stopped: it took too much memory\. Save it again\.$"
    ):
        look_into(partial(endless, "", ""), tmp_path / "x.xlsx", "Save it again.")


def test_a_list_of_a_million_teams_is_none(tmp_path: Path) -> None:
    rows = iter([["team"], *([f"T{n}"] for n in range(MOST_TEAMS + 1))])
    with pytest.raises(
        Exception, match=r"there are 10,001 lines; at most 10,000 teams are allowed"
    ):
        read_list(saved(tmp_path, rows), load("example"))


def test_heads_beyond_the_end_name_nothing(tmp_path: Path) -> None:
    (team,) = read_list(saved(tmp_path, wide()), load("example")).teams
    assert (team.code, team.country) == ("A", "")


@pytest.mark.skipif(os.name == "nt", reason="there are no such files on Windows")
def test_a_pipe_is_no_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(tmp_path / "x.xlsx")
    os.mkfifo(tmp_path / "x.csv")
    for name, said in (
        ("x.xlsx", "x.xlsx is not a file, but a pipe or a device."),
        ("x.csv", "it is not a regular file"),
    ):
        done = run(
            [
                "round",
                "init",
                str(tmp_path / "round"),
                "--spec",
                "example",
                "--teams",
                str(tmp_path / name),
            ]
        )
        assert done == 3
        assert said in capsys.readouterr().err


def test_a_list_that_is_a_link_is_read(tmp_path: Path) -> None:
    """Who names a file means what it leads to."""
    saved(tmp_path, iter([["team"], ["A"]]))
    (tmp_path / "latest.xlsx").symlink_to("teams.xlsx")
    assert [team.code for team in read_list(tmp_path / "latest.xlsx", load("example")).teams] == [
        "A"
    ]


def test_answers_are_taken_from_a_file_in_a_process_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = Order("PAK", date(2026, 3, 1), answers={("PLAN", "1", "PLN_01"): "WS-1"})
    (tmp_path / "a.xlsx").write_bytes(generate(load("example"), order))
    monkeypatch.setattr("hrge_xl.reader.ooxml.read", lambda *_: pytest.fail("read in this process"))
    found = from_file(tmp_path / "a.xlsx", layout("example"), "example", date(2026, 3, 1))
    assert found.answers["PLAN", "1", "PLN_01"] == "WS-1"


@pytest.mark.parametrize(
    "content", ["[" * 100_000, '{"PLAN": ' * 100_000, '{"PLAN": {"PLN_01": [1', "\0", "1e999"]
)
def test_answers_that_are_none_are_told(content: str, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(content, encoding="utf-8")
    with pytest.raises(UsageError):
        from_file(tmp_path / "a.json", layout("example"), "example", date(2026, 3, 1))


# Nothing opens a workbook anywhere else. What is named here opens bytes of its own making, or runs in a worker.
OPENERS = {"ZipFile", "is_zipfile", "PyZipFile", "unpack_archive"}
OPENERS |= {"ExcelReader", "CalamineWorkbook", "load_workbook"}
READERS = {"read_excel", "load_workbook", "from_path"}
GUARDED = {
    "coordination/demonstration.py": "workbooks that it issued itself a moment ago",
    "exchange/spec_smoke_test.py": "workbooks that it made itself a moment ago",
    "workbook/drawing.py": "a workbook that it drew itself a moment ago",
    "reader/zip_package.py": "the one place that looks into a zip, within limits",
    "reader/other_formats.py": "in a worker; the gate checked the zip",
    "audit/differences.py": "in a worker; workbooks of ours that somebody may have worked in",
    "audit/second_opinion.py": "in a worker; the gate checked the zip",
    "importing/read.py": "in a worker; the gate checked the zip",
}


def opened_in(source: str) -> set[str]:
    """The names of openers that a module uses, however it came by them."""
    tree = ast.walk(ast.parse(source))
    names = {
        name
        for node in tree
        for name in (
            [node.attr]
            if isinstance(node, ast.Attribute)
            else [node.id]
            if isinstance(node, ast.Name)
            else [alias.name for alias in node.names]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    return names & (OPENERS | READERS)


def test_workbooks_are_opened_in_guarded_places_only() -> None:
    home = Path(hrge_xl.__file__).parent
    found = {
        path.relative_to(home).as_posix()
        for path in home.rglob("*.py")
        if opened_in(path.read_text(encoding="utf-8"))
    }
    assert found == set(GUARDED)


@pytest.mark.parametrize(
    "source",
    [
        "import openpyxl\nopenpyxl.load_workbook(x)",
        "from openpyxl import load_workbook as lw",
        "import zipfile as z\nz.ZipFile(x)",
        "import pandas as pd\npd.read_excel(x)",
    ],
)
def test_an_opener_is_seen_under_every_name(source: str) -> None:
    assert opened_in(source)
