"""Where answers are found, whatever was done to the sheets; and what is said about it, by code and cell."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from hrge_xl import ExpectedReturn, load
from tests.answers import answers_of
from tests.face import (
    AS_ISSUED,
    TODAY_NAME,
    Area,
    CellKind,
    ExpectedWorkbook,
    RawCell,
    RawSheet,
    RawWorkbook,
    ReadResult,
    State,
    Submission,
    ToolSheet,
    build,
    read_axes,
)
from tests.property_tests import examples
from tests.raw_workbook import TODAY, delete, draw, insert, map_lines, number, put, sheet_of, text
from tests.read_and_check import read_raw

SPEC = load("example")
LAYOUTS = {language: build(SPEC, language) for language in SPEC.languages}
EN = LAYOUTS["en"]
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
Damage = Callable[[RawWorkbook], None]


def read(workbook: RawWorkbook) -> Submission:
    """Read twice: what is noticed the first time must be noticed the second."""
    found, again = (read_raw(workbook, path="a.xlsx", want=ExpectedReturn("example")) for _ in range(2))
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


# laws


@pytest.mark.parametrize("language", SPEC.languages)
@RELAXED
@given(data=st.data())
def test_what_is_written_is_what_is_read(language: str, data: st.DataObject) -> None:
    layout = LAYOUTS[language]
    answers = data.draw(answers_of(layout))
    found = read(draw(layout, answers))
    assert found.values() == answers
    assert seen(found) == []
    assert found.unplaced == []
    assert found.calculated_on == TODAY


@pytest.mark.parametrize("language", SPEC.languages)
@RELAXED
@given(data=st.data())
def test_moving_things_loses_nothing(language: str, data: st.DataObject) -> None:
    layout = LAYOUTS[language]
    answers = data.draw(answers_of(layout))
    workbook = draw(layout, answers)
    for sheet in workbook.sheets[1:-2]:
        sheet.name = data.draw(st.sampled_from([sheet.name, f"x {sheet.name}"]))
        rows = data.draw(st.lists(st.integers(1, 30), max_size=3))
        columns = data.draw(st.lists(st.integers(1, 26), max_size=3))
        coded = [row for row in sheet.cells if row > 1 and 1 in sheet.cells[row]]
        order = dict(zip(coded, data.draw(st.permutations(coded)), strict=True))
        heads = [column for column in sheet.cells[1] if column > 1]
        across = dict(zip(heads, data.draw(st.permutations(heads)), strict=True))
        map_lines(sheet, lambda row, o=order: o.get(row, row), lambda column, o=across: o.get(column, column))
        for first in rows:
            map_lines(sheet, rows=insert(first))
        for first in columns:
            map_lines(sheet, columns=insert(first))
    workbook.sheets = data.draw(st.permutations(workbook.sheets))
    found = read(workbook)
    assert found.values() == answers
    assert {code for code, _, _ in seen(found)} <= {"S002", "S011", "S020"}
    assert found.unplaced == []


def test_every_cell_is_known_and_moves_along() -> None:
    found = damaged(on("R1", lambda sheet: map_lines(sheet, insert(8), insert(5))))
    assert sum(map(len, found.cells.values())) == sum(len(slot.cells) for slot in EN.slots.values())
    assert [found.cell(("R1", f"K-0{n}", "RSK_03", 0)) for n in (1, 2, 3)] == ["H7", "H9", "H10"]
    assert [found.cell(("PLAN", "1", "PLN_13", part)) for part in (1, 2, 3)] == ["E19", "E20", "E21"]


# kinds of nothing


def test_kinds_of_nothing() -> None:
    place = EN.slots["PLAN", "1", "PLN_06"].cells[0]
    for cell, state in (
        (RawCell(CellKind.BLANK, None), None),
        (text(" \u200b\n"), None),
        (text(""), None),
        (text("", "A1"), State.EMPTY_TEXT),
        (RawCell(CellKind.ERROR, "#REF!"), State.ERROR),
        (RawCell(CellKind.NOT_CALCULATED, None, "A1+1"), State.NOT_CALCULATED),
        (number(12.0), State.ANSWERED),
    ):
        found = damaged(on("PLAN", lambda sheet, cell=cell: put(sheet, *place, cell)))
        states = [each.state for each in found.answers if each.field == "PLN_06"]
        assert states == ([] if state is None else [state])
        assert seen(found) == []


def test_original_is_kept() -> None:
    place = EN.slots["C1", "C1_01", "CHK_01"].cells[0]
    found = damaged(on("C1", lambda sheet: put(sheet, *place, text(" PARTLY ", "X1"))))
    answer = next(each for each in found.answers if each.key == ("C1", "C1_01", "CHK_01"))
    assert (answer.original, answer.code, answer.notes, answer.formula) == (" PARTLY ", "P", ("V102",), True)
    assert (answer.sheet, answer.cell) == ("Checklist", found.cell(("C1", "C1_01", "CHK_01", 0)))


@pytest.mark.parametrize("value", ["1e999", "9" * 400])
@pytest.mark.parametrize("field", ["PLN_04", "PLN_06", "PLN_08", "PLN_09", "PLN_10"])
def test_impossible_numbers(field: str, value: str) -> None:
    place = EN.slots["PLAN", "1", field].cells[0]
    for cell in (text(value), number(float("inf")), number(float("nan")), number(1e300), number(-1e300)):
        found = damaged(on("PLAN", lambda sheet, cell=cell: put(sheet, *place, cell)))
        (answer,) = (each for each in found.answers if each.field == field)
        assert answer.problem or abs(answer.number or 0) == 1e300 or field == "PLN_10"


# today


def test_day_of_calculation() -> None:
    def cover(cell: RawCell | None) -> Submission:
        workbook = draw(EN)
        if cell is None:
            del workbook.defined_names[TODAY_NAME]
        else:
            put(workbook.sheets[0], 9, 3, cell)
        return read(workbook)

    assert str(cover(text("2026-05-04")).calculated_on) == "2026-05-04"
    assert str(cover(text("04/05/2026")).calculated_on) == "2026-03-01"
    assert str(cover(number(46000.0)).calculated_on) == "2025-12-09"
    assert str(cover(None).calculated_on) == "2026-03-01"


# sheets


def test_missing_calculated_sheet_holds_no_answers() -> None:
    found = damaged(lambda workbook: workbook.sheets.remove(sheet_of(workbook, "SUMMARY")))
    assert seen(found) == [("S029", "Summary", None)]


@pytest.mark.parametrize("before", [True, False])
def test_doubled_sheet(before: bool) -> None:
    def copy(workbook: RawWorkbook) -> None:
        sheet = sheet_of(workbook, "R1")
        other = replace(
            sheet, name="Risks (2)", cells={row: dict(cells) for row, cells in sheet.cells.items()}
        )
        at = EN.slots["R1", "K-02", "RSK_01"].cells[0]
        put(other, *at, text("Only here"))
        workbook.sheets.insert(0 if before else len(workbook.sheets), other)

    found = damaged(copy)
    assert seen(found) == [("S003", "Risks (2)", None)]
    assert found.observations[0].details["expected"] == "Risks"
    assert found.values() == ANSWERS
    assert "Only here" in [each.text for each in found.unplaced]


def test_extra_sheet() -> None:
    extra = RawSheet("Notes", cells={3: {2: text("First"), 4: number(7.0)}, 9: {1: text("Last")}})
    found = damaged(lambda workbook: workbook.sheets.append(extra))
    assert seen(found) == [("S014", "Notes", "B3")]
    assert found.observations[0].details["count"] == "3"
    assert [(each.cell, each.text) for each in found.unplaced] == [
        ("B3", "First"),
        ("D3", "7"),
        ("A9", "Last"),
    ]


def test_empty_extra_sheet() -> None:
    assert seen(damaged(lambda workbook: workbook.sheets.append(RawSheet("Sheet1")))) == []


# rows and columns

HOME = {row.code: row.index for sheet in EN.sheets for grid in sheet.grids for row in grid.data_rows}


def column(key: str, code: str) -> int:
    grids = EN.sheet[key].grids
    return next(c.index for grid in grids for c in grid.columns if c.code == code)


@pytest.mark.parametrize(("key", "first", "last"), [("C1", "C1_01", "C1_03"), ("R1", "K-01", "K-08")])
def test_sorted_by_hand(key: str, first: str, last: str) -> None:
    """The filter arrows sort what can be seen: the hidden codes and checks stay where they are."""
    top, bottom = HOME[first], HOME[last]
    visible = range(2, EN.sheet[key].check_columns[0])  # type: ignore[index]

    def reverse(sheet: RawSheet) -> None:
        rows = {row: dict(sheet.cells.get(row, {})) for row in range(top - 1, bottom + 1)}
        for row in range(top, bottom + 1):
            other = rows[top + bottom - row]
            sheet.cells[row] = {column: cell for column, cell in rows[row].items() if column not in visible}
            sheet.cells[row] |= {column: cell for column, cell in other.items() if column in visible}

    found = damaged(on(key, reverse))
    assert found.values() == ANSWERS
    assert [code for code, _, _ in seen(found) if code != "S011"] == ["S020"]
    told = next(each for each in found.observations if each.code == "S020")
    assert (told.sheet, re.sub("[A-Z]", "", told.cell or "")) == (EN.sheet[key].name, str(top))
    assert (told.value or "").startswith(f"{last}, ")


@pytest.mark.parametrize(
    ("tool", "change", "code", "row", "field", "label"),
    [
        ("C1", {"rows": "C1_02"}, "S004", "C1_02", None, "C1_02 There is a private room for talks"),
        ("PLAN", {"rows": "PLN_06"}, "S004", None, "PLN_06", "Participants expected"),
        ("C1", {"columns": "CHK_02"}, "S005", None, "CHK_02", "What is missing"),
    ],
    ids=["row", "question", "column"],
)
def test_what_is_missing_is_named(
    tool: str, change: dict[str, str], code: str, row: str | None, field: str | None, label: str
) -> None:
    gone = {axis: delete(HOME.get(name) or column(tool, name)) for axis, name in change.items()}
    found = damaged(on(tool, lambda sheet: map_lines(sheet, **gone)))
    assert seen(found) == [(code, EN.sheet[tool].name, None)]
    (about,) = found.observations
    assert (about.tool, about.row, about.field, about.details["label"]) == (tool, row, field, label)
    assert found.values() == {key: value for key, value in ANSWERS.items() if {row, field}.isdisjoint(key)}


def test_doubled_row() -> None:
    at = HOME["K-01"]

    def copy(sheet: RawSheet) -> None:
        map_lines(sheet, insert(at + 1))
        sheet.cells[at + 1] = dict(sheet.cells[at])
        put(sheet, at + 1, column("R1", "RSK_01"), text("Hail"))

    found = damaged(on("R1", copy))
    assert ("S006", "Risks", f"D{at + 1}") in seen(found)
    about = next(each for each in found.observations if each.code == "S006")
    assert (about.row, about.details["row"]) == ("K-01", "K-01")
    assert found.values() == ANSWERS
    assert ("Risks", f"D{at + 1}", "Hail") in [(u.sheet, u.cell, u.text) for u in found.unplaced]
    assert {code for code, _, _ in seen(found)} == {"S006"}


def test_doubled_column() -> None:
    at = column("C1", "CHK_02")

    def copy(sheet: RawSheet) -> None:
        map_lines(sheet, columns=insert(at + 1))
        for cells in sheet.cells.values():
            if at in cells:
                cells[at + 1] = cells[at]

    found = damaged(on("C1", copy))
    assert seen(found) == [("S007", "Checklist", f"G{HOME['C1_01']}")]
    assert found.observations[0].details["label"] == "What is missing"
    assert found.values() == ANSWERS
    assert [each.text for each in found.unplaced] == ["A lock"]


def test_row_inserted_by_hand() -> None:
    at = HOME["K-02"]

    def add(sheet: RawSheet) -> None:
        map_lines(sheet, insert(at))
        put(sheet, at, column("R1", "RSK_01"), text("Fog"))
        put(sheet, at, column("R1", "RSK_03"), number(3.0))

    found = damaged(on("R1", add))
    assert seen(found) == [("S008", "Risks", f"D{at}")]
    assert [each.text for each in found.unplaced] == ["Fog", "3"]
    assert found.values() == ANSWERS


def test_row_inserted_next_to_a_section() -> None:
    at = HOME["C1_03"] - 1  # the section “People” stands here

    def add(sheet: RawSheet) -> None:
        map_lines(sheet, insert(at))
        put(sheet, at, column("C1", "CHK_02"), text("Fog"))

    found = damaged(on("C1", add))
    assert seen(found) == [("S008", "Checklist", f"F{at}")]


def test_column_inserted_by_hand() -> None:
    at = column("C1", "CHK_02")

    def add(sheet: RawSheet) -> None:
        map_lines(sheet, columns=insert(at))
        put(sheet, HOME["C1_01"], at, text("Ask Ali"))

    found = damaged(on("C1", add))
    assert seen(found) == [("S017", "Checklist", f"F{HOME['C1_01']}")]
    assert [each.text for each in found.unplaced] == ["Ask Ali"]
    assert found.values() == ANSWERS


def test_column_added_at_the_end() -> None:
    at = EN.sheet["C1"].last.column + 1

    def add(sheet: RawSheet) -> None:
        for row in range(HOME["C1_01"] - 2, HOME["C1_03"] + 1):
            put(sheet, row, at, text("Remarks"))

    found = damaged(on("C1", add))
    assert [code for code, _, _ in seen(found)] == ["S017"]


def test_text_outside() -> None:
    below, beside = EN.sheet["C1"].last.row + 2, EN.sheet["C1"].last.column + 2

    def add(sheet: RawSheet) -> None:
        put(sheet, below, 4, text("See annex"))
        put(sheet, HOME["C1_01"], beside, text("?"))

    found = damaged(on("C1", add))
    assert seen(found) == [("S014", "Checklist", f"R{HOME['C1_01']}"), ("S014", "Checklist", f"D{below}")]
    assert [each.value for each in found.observations] == ["?", "See annex"]


def test_place_of_another_block() -> None:
    def add(sheet: RawSheet) -> None:
        put(sheet, HOME["PLN_01"], 8, text("Note"))

    assert [code for code, _, _ in seen(damaged(on("PLAN", add)))] == ["S014"]


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
@pytest.mark.parametrize(("rows", "columns"), [(True, True), (True, False), (False, True), (False, False)])
def test_codes_destroyed(tool: str, rows: bool, columns: bool, key: bool) -> None:
    found = damaged(on(tool, cleared(rows, columns, key)))
    assert seen(found) == ([("S009", EN.sheet[tool].name, None)] if rows or columns else [])
    assert found.values() == ANSWERS


def test_some_codes_cleared() -> None:
    found = damaged(on("R1", lambda sheet: sheet.cells[HOME["K-03"]].pop(1)))
    assert seen(found) == [("S009", "Risks", None)]
    assert found.values() == ANSWERS


def test_codes_destroyed_and_cells_moved() -> None:
    def damage(workbook: RawWorkbook) -> None:
        sheet = sheet_of(workbook, "R1")
        cleared(True, True, False)(sheet)
        map_lines(sheet, columns=delete(5))
        workbook.defined_names["sheet_R1"] = "'Risks'!$A$1:$W$13"

    found = damaged(damage)
    assert seen(found) == [("S010", "Risks", None)]
    assert not [key for key in found.cells if key[0] == "R1"]
    assert "Rain" in [each.text for each in found.unplaced]


def test_codes_destroyed_in_a_workbook_of_another_layout() -> None:
    workbook = draw(EN, ANSWERS)
    sheet = sheet_of(workbook, "IDENTITY")
    for cells in sheet.cells.values():
        if cells[1].value == "layout":
            cells[2] = text("0000")
    workbook.properties["hrge_layout"] = "0000"
    cleared(True, True, False)(sheet_of(workbook, "R1"))
    assert seen(read(workbook)) == [("S010", "Risks", None)]


def test_row_deleted_and_another_inserted_in_its_place() -> None:
    def damage(sheet: RawSheet) -> None:
        sheet.cells[HOME["C1_02"]] = {6: text("Own point")}

    found = damaged(on("C1", damage))
    assert seen(found) == [("S004", "Checklist", None), ("S008", "Checklist", f"F{HOME['C1_02']}")]


# what was done to cells


def test_one_lost_dropdown() -> None:
    def damage(sheet: RawSheet) -> None:
        sheet.validations = [
            rule._replace(
                areas=tuple(
                    part
                    for area in rule.areas
                    for part in (
                        area._replace(last_row=HOME["K-03"] - 1),
                        area._replace(first_row=HOME["K-03"] + 1),
                    )
                )
            )
            for rule in sheet.validations
        ]

    at = HOME["K-03"]
    found = damaged(on("R1", damage))
    assert {(code, sheet) for code, sheet, _ in seen(found)} == {("S011", "Risks")}
    cells = {"RSK_02": f"E{at}, F{at}", "RSK_03": f"G{at}", "RSK_04": f"H{at}", "RSK_06": f"I{at}"}
    cells |= {"RSK_08": f"K{at}", "FOL_02": f"M{at}"}
    assert {each.field: each.value for each in found.observations} == cells


def test_merged_heads_are_no_matter() -> None:
    assert seen(damaged(on("R1", lambda sheet: sheet.merges.append(Area(2, 2, 3, 5))))) == []


def test_the_whole_sheet_merged() -> None:
    whole = Area(1, 1, 1_048_576, 16_384)
    assert len(seen(damaged(on("R1", lambda sheet: sheet.merges.extend([whole] * 500))))) == 1


def test_comments() -> None:
    at = HOME["K-01"]
    found = damaged(on("R1", lambda sheet: sheet.comments.extend([(at, 4, "Why?"), (2, 2, "Hello")])))
    assert seen(found) == [("S018", "Risks", f"D{at}"), ("S018", "Risks", "B2")]
    assert [each.text for each in found.comments] == ["Why?", "Hello"]
    assert found.observations[0].field == "RSK_01"
    assert found.observations[0].value == "Why?"


def test_formats_that_cannot_tell() -> None:
    workbook = draw(EN)
    for sheet in workbook.sheets:
        sheet.validations, sheet.protected = [], False
    workbook.cannot_tell += ["validations", "protection", "formulas"]
    found = read(workbook)
    assert seen(found) == []
    lost = {"S011", "S012", "S013", "S022", "S026", "S027", "S028", "S039", "V012", "V013", "V017", "V019"}
    assert set(found.not_run) == lost | set(AS_ISSUED)  # a drawn workbook is of no edition


def test_columns_beside_a_table_take_no_longer_the_more_rows_there_are() -> None:
    """Figures that somebody keeps far beside a table, where a column was inserted, and far below it."""
    plan, workbook = ExpectedWorkbook(EN), draw(EN)
    table = sheet_of(workbook, "R1")
    map_lines(table, columns=insert(4))
    found = ReadResult(plan, same_layout=True, older=False, lost=frozenset(), identity=None, last=None)

    def seconds(count: int) -> float:
        beside = {900: {column: number(1) for column in range(200, 200 + count)}}
        below = {row: {300: number(1)} for row in range(1_000, 1_000 + count)}
        raw, started = replace(table, cells={**table.cells, **beside, **below}), time.process_time()
        axes, _ = read_axes(found, ToolSheet(plan.sheets["R1"], raw))
        assert axes is not None
        return time.process_time() - started

    few, many = (min(seconds(count) for _ in range(5)) for count in (4_000, 16_000))
    assert many < 10 * few
