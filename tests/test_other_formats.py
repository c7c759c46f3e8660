"""xls, xlsb and ods through calamine: the same values, and what these formats lose said aloud."""

from __future__ import annotations

import datetime
import io
from dataclasses import replace
from pathlib import Path

import pytest

from hrge_xl.intake import other_formats
from hrge_xl.intake.limits import LIMITS
from hrge_xl.intake.raw import Area, CellKind, RawCell, RawWorkbook, Remark, Unreadable
from tests.intake_files import COMPRESSED_SIZE, directory_field, members, pack

FIXTURES = Path(__file__).parent / "fixtures" / "intake"
EXPECTED = {
    (5, 3): RawCell(CellKind.TEXT, "Été <& 東京"),
    (7, 4): RawCell(CellKind.NUMBER, 1.0),
    (7, 5): RawCell(CellKind.NUMBER, 1.5),
    (8, 6): RawCell(CellKind.BOOL, True),
    (9, 7): RawCell(CellKind.DATE, 45325.0),
    (9, 8): RawCell(CellKind.DATE, 0.25),
    (9, 10): RawCell(CellKind.NUMBER, 2.0),  # a formula, which calamine does not tell from a value
    (10, 2): RawCell(CellKind.DATE, 0.0),
}


def values(read: RawWorkbook) -> dict[tuple[int, int], RawCell]:
    return {
        (row, column): cell for row, cells in read.sheets[0].cells.items() for column, cell in cells.items()
    }


@pytest.mark.parametrize("format", ["xls", "ods"])
def test_values_stand_where_they_stood(format: str) -> None:
    for _ in range(2):
        read = other_formats.read((FIXTURES / f"small.{format}").read_bytes(), format)
        assert values(read) == EXPECTED
        assert [(each.name, each.state) for each in read.sheets] == [
            ("First", "visible"),
            ("Stamp", "hidden"),
            ("Empty", "visible"),
        ]
        assert read.format == format
        assert read.sheets[1].cells == {1: {1: RawCell(CellKind.TEXT, "00012")}}


def test_what_the_format_loses_is_a_finding() -> None:
    xls = other_formats.read((FIXTURES / "small.xls").read_bytes(), "xls")
    ods = other_formats.read((FIXTURES / "small.ods").read_bytes(), "ods")
    assert {"formulas", "validations", "protection", "comments", "properties"} <= set(xls.cannot_tell)
    assert "merges" not in xls.cannot_tell
    assert xls.sheets[0].merges == [Area(1, 11, 2, 12)]
    assert "merges" in ods.cannot_tell
    assert [(remark.code, remark.detail["format"]) for remark in ods.remarks] == [("F046", ".ods")]


@pytest.mark.parametrize("format", ["xls", "ods", "xlsb"])
def test_damaged_files_are_refused(format: str) -> None:
    damaged = {
        "xls": (FIXTURES / "small.xls").read_bytes()[:2000],
        "ods": pack({**members((FIXTURES / "small.ods").read_bytes()), "content.xml": "<office:document"}),
        "xlsb": pack({"[Content_Types].xml": "x", "xl/workbook.bin": "x"}),
    }[format]
    with pytest.raises(Unreadable) as caught:
        other_formats.read(damaged, format)
    assert caught.value.remark == Remark("F030", detail={"format": f".{format}"})


def test_parts_are_held_to_their_promise_before_calamine_sees_them() -> None:
    data = (FIXTURES / "small.ods").read_bytes()
    with pytest.raises(Unreadable) as caught:
        other_formats.read(directory_field(data, "content.xml", *COMPRESSED_SIZE, 50), "ods")
    assert caught.value.remark.code == "F029"


def test_limits_hold_for_these_formats_too() -> None:
    data = (FIXTURES / "small.xls").read_bytes()
    for limits, code in ((replace(LIMITS, cells=8), "F027"), (replace(LIMITS, sheets=2), "F028")):
        with pytest.raises(Unreadable) as caught:
            other_formats.read(data, "xls", limits)
        assert caught.value.remark.code == code


@pytest.mark.parametrize(
    ("value", "serial"),
    [
        (datetime.date(1899, 12, 30), 0.0),
        (datetime.date(1900, 1, 1), 1.0),
        (datetime.date(1900, 2, 28), 59.0),
        (datetime.date(1900, 3, 1), 61.0),
        (datetime.datetime(2024, 2, 3, 6), 45325.25),
        (datetime.time(18), 0.75),
        (datetime.timedelta(hours=30), 1.25),
    ],
)
def test_dates_go_back_to_the_number_that_was_stored(value: object, serial: float) -> None:
    assert other_formats._cell(value) == RawCell(CellKind.DATE, serial)


def test_a_password_inside_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    import python_calamine

    class Locked:
        @staticmethod
        def from_filelike(_file: io.BytesIO) -> object:
            raise python_calamine.PasswordError("locked")

    monkeypatch.setattr(python_calamine, "CalamineWorkbook", Locked)
    with pytest.raises(Unreadable) as caught:
        other_formats.read(b"", "xls")
    assert caught.value.remark.code == "F004"
