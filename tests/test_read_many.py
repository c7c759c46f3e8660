"""Files in, results out: one for each, in order, whatever the files are."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from hrge_xl import ExpectedReturn, load
from tests.damage import RETURNS
from tests.face import Content, UsageError, build, write
from tests.raw_workbook import identity_of
from tests.read_and_check import check_here, layout_of, read_many
from tests.telling import telling

LAYOUT = build(load("example"), "en")
ANSWERS = {("PLAN", "1", "PLN_01"): "WS-07", ("R1", "K-02", "RSK_02"): ("WOM", "MEN")}


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Good files with bad ones between them."""
    good = write(Content(LAYOUT, ANSWERS), identity_of(LAYOUT))
    other = write(Content(LAYOUT, {}), replace(identity_of(LAYOUT), team="IRQ-01"))
    bad = {"0.txt": b"plain text", "2.xlsx": good[:2000], "3.xlsx": b"", "6.html": b"<html></html>"}
    contents = dict(sorted({**bad, "1.xlsx": good, "4.xlsx": other}.items()))
    for name, data in contents.items():
        (tmp_path / name).write_bytes(data)
    return [tmp_path / f"{name}" for name in (*contents, "missing.xlsx")]


@pytest.mark.parametrize("jobs", [1, 2])
def test_one_result_a_file_in_order(files: list[Path], jobs: int) -> None:
    results = list(read_many(files, ExpectedReturn("example"), jobs))
    assert [result.path for result in results] == [str(path) for path in files]
    read = [result.submission for result in results]
    assert [found is not None for found in read] == [False, True, False, False, True, False, False]
    assert [len(result.findings) for result in results if result.submission is None] == [1] * 5
    assert {result.findings[0].code[0] for result in results if result.submission is None} == {"F"}
    first, second = (found for found in read if found is not None)
    assert (first.values(), second.values()) == (ANSWERS, {})
    assert (first.identity.team, second.identity.team) == ("PAK-01", "IRQ-01")
    assert first.size == files[1].stat().st_size
    assert layout_of(first, ExpectedReturn()).digest == LAYOUT.digest


def test_nothing_to_read() -> None:
    assert list(read_many([], ExpectedReturn(), 2)) == []


def test_unknown_spec_is_said_before_any_file_is_opened(files: list[Path]) -> None:
    with pytest.raises(UsageError, match="nowhere"):
        list(read_many(files, ExpectedReturn("nowhere")))


@pytest.mark.parametrize(
    "path",
    telling(sorted(RETURNS.glob("*.xlsx")), "moved_about", "wrong_figures", by=lambda path: path.stem),
    ids=lambda path: path.stem,
)
def test_what_comes_out_of_the_process_is_what_was_found_in_it(path: Path) -> None:
    """Returns as people send them: with rows moved, cells pasted over, figures in other digits."""
    (found,) = read_many([path], ExpectedReturn())
    here = check_here(path, ExpectedReturn())
    assert (found.submission, found.outcome, found.not_run) == (here.submission, here.outcome, here.not_run)
    assert found.findings == here.findings


def test_a_sheet_that_cannot_be_read_has_no_cells(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.load_workbook(BytesIO(write(Content(LAYOUT, ANSWERS), identity_of(LAYOUT))))
    name = LAYOUT.sheet["R1"].name
    book[name].delete_rows(1)
    book[name].delete_cols(1, 2)
    book.save(path)
    (found,) = read_many([path], ExpectedReturn("example"))
    assert found.submission is not None
    assert found.submission.cells["R1"] == {}
