"""Files in, results out: one for each, in order, whatever the files are."""

from __future__ import annotations

import pickle
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from hrge_xl.errors import UsageError
from hrge_xl.intake import Refusal, Wanted, layout_of, read, read_many
from hrge_xl.intake.read import plan_for
from hrge_xl.intake.transfer import pack, unpack
from hrge_xl.layout import build
from hrge_xl.spec.load import load
from hrge_xl.submission import Submission
from hrge_xl.workbook.book import write
from hrge_xl.workbook.content import Content
from tests.damage import RETURNS
from tests.raw_workbook import identity_of

LAYOUT = build(load("example"), "en")
ANSWERS = {("PLAN", "1", "PLN_01"): "WS-07", ("R1", "K-02", "RSK_02"): ("WOM", "MEN")}


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Good files with bad ones between them."""
    good = write(Content(LAYOUT, ANSWERS), identity_of(LAYOUT))
    other = write(Content(LAYOUT, {}), replace(identity_of(LAYOUT), team="IRQ-01"))
    contents = {
        "0.txt": b"plain text",
        "1.xlsx": good,
        "2.xlsx": good[:2000],
        "3.xlsx": b"",
        "4.xlsx": other,
        "6.html": b"<html></html>",
    }
    for name, data in contents.items():
        (tmp_path / name).write_bytes(data)
    return [tmp_path / f"{name}" for name in (*contents, "missing.xlsx")]


@pytest.mark.parametrize("jobs", [1, 2])
def test_one_result_a_file_in_order(files: list[Path], jobs: int) -> None:
    results = list(read_many(files, Wanted("example"), jobs))
    assert [result.path for result in results] == [str(path) for path in files]
    kinds = [type(result) for result in results]
    assert kinds == [Refusal, Submission, Refusal, Refusal, Submission, Refusal, Refusal]
    for result in results:
        if isinstance(result, Refusal):
            assert len(result.observations) == 1
            assert result.observations[0].code.startswith("F")
    first, second = (result for result in results if isinstance(result, Submission))
    assert (first.values(), second.values()) == (ANSWERS, {})
    assert (first.identity.team, second.identity.team) == ("PAK-01", "IRQ-01")
    assert first.size == files[1].stat().st_size
    assert layout_of(first, Wanted()).digest == LAYOUT.digest


def test_same_result_in_process(files: list[Path]) -> None:
    for path, other in zip(files, read_many(files, Wanted()), strict=True):
        assert read(path, Wanted()) == other


def test_nothing_to_read() -> None:
    assert list(read_many([], Wanted(), 2)) == []


def test_unknown_spec_is_said_before_any_file_is_opened(files: list[Path]) -> None:
    with pytest.raises(UsageError, match="nowhere"):
        read_many(files, Wanted("nowhere"))


@pytest.mark.parametrize("path", sorted(RETURNS.glob("*.xlsx")), ids=lambda path: path.stem)
def test_a_parcel_holds_all_that_was_read(path: Path) -> None:
    """Returns as people send them: with rows moved, cells pasted over, figures in other digits."""
    found = read(path, Wanted())
    assert isinstance(found, Submission)
    plan = plan_for(found.identity, load(found.identity.spec))
    sent = pickle.loads(pickle.dumps(pack(found, plan)))
    assert unpack(sent, plan) == found


def test_a_sheet_that_cannot_be_read_has_no_cells_on_arrival_either(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.load_workbook(BytesIO(write(Content(LAYOUT, ANSWERS), identity_of(LAYOUT))))
    name = LAYOUT.sheet["R1"].name
    book[name].delete_rows(1)
    book[name].delete_cols(1, 2)
    book.save(path)
    found = read(path, Wanted("example"))
    assert isinstance(found, Submission)
    assert found.cells["R1"] == {}
    plan = plan_for(found.identity, load("example"))
    assert unpack(pack(found, plan), plan).cells["R1"] == {}


def test_a_transfer_says_only_which_sheets_are_as_issued() -> None:
    careful, moved = (read(RETURNS / name, Wanted()) for name in ("careful.xlsx", "moved_about.xlsx"))
    assert isinstance(careful, Submission)
    assert isinstance(moved, Submission)
    plan = plan_for(careful.identity, load(careful.identity.spec))
    assert pack(careful, plan).submission.cells == {}
    assert set(pack(moved, plan).submission.cells) == {"T1.1", "T3.2"}  # lines were put in on these two
