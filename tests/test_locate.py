"""Where answers are found, whatever was done to the sheets; and what is said about it, by code and cell."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from hrge_xl import ExpectedReturn, load
from tests.answers import answers as answers_of
from tests.face import (
    Area,
    ExpectedWorkbook,
    Identity,
    RawSheet,
    RawWorkbook,
    ReadResult,
    Submission,
    ToolSheet,
    build,
    read_axes,
)
from tests.property_tests import examples
from tests.raw_workbook import draw, insert, map_lines, number, put, sheet_of, stamped, text
from tests.read_and_check import read_raw
from tests.telling import telling

SPEC = load("example")
EN = build(SPEC, "en")
RELAXED = examples(40, suppress=[HealthCheck.data_too_large])
ANSWERS = {
    ("PLAN", "1", "PLN_01"): "WS-07",
    ("PLAN", "1", "PLN_13"): ("WOM", "YOU"),
    ("C1", "C1_02", "CHK_01"): "P",
    ("C1", "C1_02", "CHK_02"): "A lock",
    ("R1", "K-01", "RSK_01"): "Rain",
    ("R1", "K-03", "RSK_01"): "Strike",
    ("R1", "K-03", "RSK_03"): 2.0,
}
# what is noted of a sheet whose rows and columns stand elsewhere: nothing that is missing or there twice
MOVED = {"S002", "S011", "S014", "S020", "S022", "S023", "S024", "S026", "S027", "S031", "S041"}
Damage = Callable[[RawWorkbook], None]


def read(workbook: RawWorkbook) -> Submission:
    """Read twice: what is noticed the first time must be noticed the second."""
    found, again = (
        read_raw(workbook, path="a.xlsx", want=ExpectedReturn("example")) for _ in range(2)
    )
    assert isinstance(found, Submission)
    assert replace(found, answers=()) == replace(again, answers=())
    # By what they look like: what is not a number equals nothing, not even itself.
    assert [*map(repr, found.answers)] == [*map(repr, again.answers)]
    return found


def seen(found: Submission) -> list[tuple[str, str | None, str | None]]:
    return [(each.code, each.sheet, each.cell) for each in found.observations]


def damaged(*damages: Damage) -> Submission:
    workbook = draw(EN, ANSWERS)
    for damage in damages:
        damage(workbook)
    return read(workbook)


def on(key: str, change: Callable[[RawSheet], None]) -> Damage:
    return lambda workbook: change(sheet_of(workbook, key))


@cache
def issued_texts(language: str) -> set[Any]:
    """What stands in a blank workbook: texts of ours, which nobody loses where they stand outside of their sheet."""
    sheets = draw(build(SPEC, language)).sheets
    return {
        cell.value for sheet in sheets for cells in sheet.cells.values() for cell in cells.values()
    }


@pytest.mark.parametrize("language", telling(SPEC.languages, "ar"))
@RELAXED
@given(data=st.data())
def test_moving_things_loses_nothing(language: str, data: st.DataObject) -> None:
    layout = build(SPEC, language)
    answers = data.draw(answers_of(layout))
    workbook = draw(layout, answers)
    calculated_texts = {
        cell.value
        for sheet in workbook.sheets
        for cells in sheet.cells.values()
        for cell in cells.values()
        if cell.formula is not None
    }
    for sheet in (sheet_of(workbook, each.tool.code) for each in layout.sheets):
        sheet.name = data.draw(st.sampled_from([sheet.name, f"x {sheet.name}"]))
        rows = data.draw(st.lists(st.integers(1, 30), max_size=3))
        columns = data.draw(st.lists(st.integers(1, 26), max_size=3))
        coded = [row for row in sheet.cells if row > 1 and 1 in sheet.cells[row]]
        order = dict(zip(coded, data.draw(st.permutations(coded)), strict=True))
        heads = [column for column in sheet.cells[1] if column > 1]
        across = dict(zip(heads, data.draw(st.permutations(heads)), strict=True))
        map_lines(
            sheet,
            lambda row, o=order: o.get(row, row),
            lambda column, o=across: o.get(column, column),
        )
        for first in rows:
            map_lines(sheet, rows=insert(first))
        for first in columns:
            map_lines(sheet, columns=insert(first))
    workbook.sheets = data.draw(st.permutations(workbook.sheets))
    found = read(workbook)
    assert found.values() == answers
    assert {code for code, _, _ in seen(found)} <= MOVED
    calculated = layout.sheet["SUMMARY"].name
    assert {
        each.text for each in found.unplaced if not each.sheet.endswith(calculated)
    } <= issued_texts(language) | calculated_texts


def test_missing_calculated_sheet_holds_no_answers() -> None:
    found = damaged(lambda workbook: workbook.sheets.remove(sheet_of(workbook, "SUMMARY")))
    assert seen(found) == [("S029", "Summary", None)]


# rows and columns

HOME = {
    row.code: row.index for sheet in EN.sheets for grid in sheet.grids for row in grid.data_rows
}


def column(key: str, code: str) -> int:
    grids = EN.sheet[key].grids
    return next(c.index for grid in grids for c in grid.columns if c.code == code)


@pytest.mark.parametrize(
    ("key", "first", "last"), [("C1", "C1_01", "C1_03"), ("R1", "K-01", "K-08")]
)
def test_sorted_by_hand(key: str, first: str, last: str) -> None:
    """The filter arrows sort what can be seen: the hidden codes and checks stay where they are."""
    top, bottom = HOME[first], HOME[last]
    visible = range(2, EN.sheet[key].check_columns[0])  # type: ignore[index]

    def reverse(sheet: RawSheet) -> None:
        rows = {row: dict(sheet.cells.get(row, {})) for row in range(top - 1, bottom + 1)}
        for row in range(top, bottom + 1):
            other = rows[top + bottom - row]
            sheet.cells[row] = {
                column: cell for column, cell in rows[row].items() if column not in visible
            }
            sheet.cells[row] |= {
                column: cell for column, cell in other.items() if column in visible
            }

    found = damaged(on(key, reverse))
    assert found.values() == ANSWERS
    assert [code for code, _, _ in seen(found) if code not in ("S011", "S022")] == ["S020"]
    told = next(each for each in found.observations if each.code == "S020")
    assert (told.sheet, re.sub("[A-Z]", "", told.cell or "")) == (EN.sheet[key].name, str(top))
    assert (told.value or "").startswith(f"{last}, ")


def test_row_inserted_next_to_a_section() -> None:
    at = HOME["C1_03"] - 1  # the section “People” stands here

    def add(sheet: RawSheet) -> None:
        map_lines(sheet, insert(at))
        put(sheet, at, column("C1", "CHK_02"), text("Fog"))

    found = damaged(on("C1", add))
    assert seen(found) == [("S008", "Checklist", f"F{at}")]


def test_filled_down_to_the_last_row() -> None:
    def fill(sheet: RawSheet) -> None:
        for row in range(100, 8_100):
            put(sheet, row, 6, text("x"))

    found = damaged(on("C1", fill))
    assert [code for code, _, _ in seen(found)] == ["S014"] * 101
    assert found.observations[-1].details["count"] == "7900"
    assert len(found.unplaced) == 5_000


# destroyed codes


def cleared(rows: bool, columns: bool, key: bool) -> Callable[[RawSheet], None]:
    def clear(sheet: RawSheet) -> None:
        head = sheet.cells[1].pop(1)
        if columns:
            sheet.cells[1].clear()
        if rows:
            for cells in sheet.cells.values():
                cells.pop(1, None)
        if not key:
            sheet.cells[1][1] = head

    return clear


@pytest.mark.parametrize("tool", ["PLAN", "C1", "R1"])
@pytest.mark.parametrize("key", [True, False])
@pytest.mark.parametrize(
    ("rows", "columns"), [(True, True), (True, False), (False, True), (False, False)]
)
def test_codes_destroyed(tool: str, rows: bool, columns: bool, key: bool) -> None:
    found = damaged(on(tool, cleared(rows, columns, key)))
    told = rows or columns or key
    assert seen(found) == ([("S009", EN.sheet[tool].name, None)] if told else [])
    assert found.values() == ANSWERS


def test_some_codes_cleared() -> None:
    found = damaged(on("R1", lambda sheet: sheet.cells[HOME["K-03"]].pop(1)))
    assert seen(found) == [("S009", "Risks", None)]
    assert found.values() == ANSWERS


def test_codes_destroyed_in_a_workbook_of_another_layout() -> None:
    workbook = stamped(draw(EN, ANSWERS), layout="0000")
    cleared(True, True, False)(sheet_of(workbook, "R1"))
    assert seen(read(workbook)) == [("S010", "Risks", None)]


def test_row_deleted_and_another_inserted_in_its_place() -> None:
    def damage(sheet: RawSheet) -> None:
        sheet.cells[HOME["C1_02"]] = {6: text("Own point")}

    found = damaged(on("C1", damage))
    told, own = seen(found), ("S008", "Checklist", f"F{HOME['C1_02']}")
    assert told[:2] == [("S004", "Checklist", None), own]
    assert {code for code, _, _ in told[2:]} == {
        "S009",
        "S022",
        "S024",
        "S025",
    }  # of what stood in the row


def test_the_whole_sheet_merged() -> None:
    whole = Area(1, 1, 1_048_576, 16_384)
    assert len(seen(damaged(on("R1", lambda sheet: sheet.merges.extend([whole] * 500))))) == 1


def test_columns_beside_a_table_take_no_longer_the_more_rows_there_are() -> None:
    """Figures that somebody keeps far beside a table, where a column was inserted, and far below it."""
    plan, workbook = ExpectedWorkbook(EN), draw(EN)
    table = sheet_of(workbook, "R1")
    map_lines(table, columns=insert(4))
    blank = Submission("", "", 0, Identity("", "", "", ""))
    found = ReadResult(
        plan, same_layout=True, lost=frozenset(), identity=None, last=None, submission=blank
    )

    def seconds(count: int) -> float:
        beside = {900: {column: number(1) for column in range(200, 200 + count)}}
        below = {row: {300: number(1)} for row in range(1_000, 1_000 + count)}
        raw, started = replace(table, cells={**table.cells, **beside, **below}), time.process_time()
        axes, _ = read_axes(found, ToolSheet(plan.sheets["R1"], raw))
        assert axes is not None
        return time.process_time() - started

    few, many = (min(seconds(count) for _ in range(5)) for count in (4_000, 16_000))
    assert many < 10 * few
