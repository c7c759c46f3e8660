"""What a sheet offers to somebody who has never seen it: one table, inputs in one run, help, links, where to begin."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from openpyxl.utils import coordinate_to_tuple, range_boundaries

from tests.answers import layout
from tests.face import (
    BAND_ROW,
    CHARACTERS,
    CODE_COLUMN,
    FIRST_ROW,
    HEAD_ROW,
    HIDDEN,
    LINKS_ROW,
    MARK_COLUMN,
    PROGRESS_ROW,
    Answers,
    ChecklistBlock,
    FormBlock,
    Grid,
    Layout,
    Sheet,
    Text,
    column_letters,
)
from tests.made_workbooks import SPECS, issued, made, opened

pytestmark = pytest.mark.xdist_group("drawn")  # workbooks are drawn and opened once

TOOLKIT = "hrge_toolkit"
EVERY_SPEC = pytest.mark.parametrize(("name", "language"), SPECS)


def filled_in(where: Layout) -> Iterator[Sheet]:
    """The sheets that people fill in."""
    return (sheet for sheet in where.sheets if any(slot.field.asked for slot in sheet.slots))


def tables(where: Layout) -> Iterator[tuple[Sheet, Grid]]:
    """The sheets with a table, each with it."""
    return ((sheet, sheet.grids[0]) for sheet in where.sheets if sheet.grids and not is_form(sheet))


def is_form(sheet: Sheet) -> bool:
    """Whether the sheet is a form, or one with lists in its columns."""
    return any(isinstance(block, FormBlock) for block in sheet.tool.blocks)


@EVERY_SPEC
def test_a_sheet_has_one_table_below_one_header(name: str, language: str) -> None:
    where, book = layout(name, language), opened(made(name, language, "blank"))
    for sheet in where.sheets:
        assert len(sheet.grids) <= 1 or is_form(sheet), sheet.name
        assert not (sheet.grids and sheet.drawn), sheet.name
        for grid in sheet.grids:
            assert min(row.index for row in grid.rows) >= FIRST_ROW
    for sheet in filled_in(where):
        assert coordinate_to_tuple(book[sheet.name].freeze_panes)[0] == FIRST_ROW, sheet.name


@EVERY_SPEC
def test_no_two_columns_of_a_sheet_have_the_same_head(name: str, language: str) -> None:
    book = opened(made(name, language, "blank"))
    for sheet in filled_in(layout(name, language)):
        shown = {c.index for grid in sheet.grids for c in grid.columns if c.role not in HIDDEN}
        heads = [str(book[sheet.name].cell(HEAD_ROW, column).value).split("\n")[0] for column in shown]
        assert max(Counter(heads).values()) == 1, (sheet.name, heads)


@EVERY_SPEC
def test_the_inputs_of_a_row_are_one_run(name: str, language: str) -> None:
    book = opened(made(name, language, "blank"))
    for sheet, grid in tables(layout(name, language)):
        row = grid.data_rows[0].index
        shown = [c.index for c in grid.columns if c.role not in HIDDEN]
        unlocked = [n for n in shown if not book[sheet.name].cell(row, n).protection.locked]
        assert unlocked == list(range(min(unlocked), max(unlocked) + 1)) if unlocked else True, sheet.name
        assert unlocked == [c.index for c in grid.with_role("answer")]


@EVERY_SPEC
def test_every_sheet_leads_to_its_neighbours_and_the_cover(name: str, language: str) -> None:
    where = layout(name, language)
    book = opened(made(name, language, "blank"))
    names = [where.cover_name, *(sheet.name for sheet in where.sheets), where.lists_name]
    for before, sheet, after in zip(names, names[1:-1], names[2:], strict=False):
        links = [book[sheet].cell(LINKS_ROW, MARK_COLUMN + n) for n in range(3)]
        leads = [f"'{each}'!A1" for each in (before, where.cover_name, after)]
        assert [link.hyperlink.location for link in links] == leads
        for link in links[:2]:  # is not cut by the one beside it
            room = book[sheet].column_dimensions[column_letters(link.column)].width * CHARACTERS
            assert len(str(link.value)) <= max(room, 1), (sheet, link.value)


@EVERY_SPEC
def test_the_cover_has_room_for_what_each_sheet_is_for(name: str, language: str) -> None:
    where, book = layout(name, language), opened(made(name, language, "blank"))
    cover, sheets = book[where.cover_name], {sheet.name for sheet in where.sheets}
    width = cover.column_dimensions["C"].width * CHARACTERS
    rows = [row for row in range(1, cover.max_row + 1) if cover.cell(row, 2).value in sheets]
    assert len(rows) == len(sheets)
    for row in rows:
        text, size = str(cover.cell(row, 3).value), cover.cell(row, CODE_COLUMN).font.size
        assert len(text) <= width or size >= 20, text  # its letters keep the second line free


@EVERY_SPEC
def test_a_sheet_opens_at_its_first_input(name: str, language: str) -> None:
    book = opened(made(name, language, "blank"))
    for sheet in filled_in(layout(name, language)):
        drawn = book[sheet.name]
        active = drawn.sheet_view.selection[-1].activeCell
        assert not drawn[active].protection.locked, sheet.name
        first = min(slot.cells[0] for slot in sheet.slots if slot.field.asked)
        assert coordinate_to_tuple(active) == first


def test_a_sheet_that_is_not_ticked_says_so() -> None:
    where = layout(TOOLKIT)
    ticks: Answers = {("FORM", "T1.1", "FRM_26"): "Y"}
    shown = opened(issued(TOOLKIT, "en", ticks), values=True)
    ticked, other = (
        shown[where.sheet[tool].name].cell(PROGRESS_ROW, MARK_COLUMN).value for tool in ("T1.1", "T1.2")
    )
    assert other == "Not ticked in the form"
    assert re.fullmatch(r"0 of [0-9]+ answered", str(ticked))
    cover = shown[where.cover_name]
    states = {row[0].value: row[-1].value for row in cover.iter_rows(min_row=10, min_col=2, max_col=9)}
    assert states["1.2 Prevention"] == "Not ticked in the form"
    assert states["1.1 Legislation"] == "Not started"


def test_a_sheet_that_goes_with_a_tool_is_ticked_and_issued_with_it() -> None:
    assert {"T2.2", "T2.2O"} <= {sheet.tool.code for sheet in layout(TOOLKIT, tools=("2.2",)).sheets}
    ticks: Answers = {("FORM", "T2.2", "FRM_26"): "Y"}
    shown = opened(issued(TOOLKIT, "en", ticks), values=True)["2.2 Overview"]
    assert str(shown.cell(PROGRESS_ROW, MARK_COLUMN).value).startswith("0 of ")


def test_tools_of_one_part_have_tabs_of_one_colour() -> None:
    book = opened(made(TOOLKIT, "en", "blank"))
    colours: dict[str, set[str]] = {}
    for sheet in layout(TOOLKIT).sheets:
        colour = book[sheet.name].sheet_properties.tabColor.rgb
        colours.setdefault(sheet.tool.part.say("en"), set()).add(colour)
    assert all(len(each) == 1 for each in colours.values())
    assert len(set.union(*colours.values())) == len(colours)


def test_bands_stand_above_their_columns_and_fold_but_for_the_first() -> None:
    where = layout(TOOLKIT)
    drawn = opened(made(TOOLKIT, "en", "blank"))["3.2 Risk strategy"]
    grid = where.sheet["T3.2"].grids[0]
    bands = [band.label.say("en") for band, _ in grid.bands]
    assert bands[:4] == ["Identify", "Score now", "Treat", "Score after"]
    for band, columns in grid.bands:
        assert drawn.cell(BAND_ROW, columns[0].index).value == band.label.say("en")
        dimensions = [*drawn.column_dimensions.values()]
        folded = [next(d for d in dimensions if d.min <= column.index <= d.max) for column in columns]
        levels = [int(each.outlineLevel or 0) for each in folded]
        assert levels == [0, *[int(band.folded)] * (len(columns) - 1)]


def test_only_the_rows_and_columns_that_people_talk_about_are_printed() -> None:
    drawn = opened(made(TOOLKIT, "en", "blank"))["3.2 Risk strategy"]
    grid = layout(TOOLKIT).sheet["T3.2"].grids[0]
    left, _, right, bottom = range_boundaries(str(drawn.print_area).split("!")[1].replace("$", ""))
    away = [columns for band, columns in grid.bands if band.folded]
    assert left == MARK_COLUMN
    assert right < min(columns[0].index for columns in away)
    assert bottom == grid.data_rows[-1].index


def test_a_full_register_says_what_to_do() -> None:
    where = layout(TOOLKIT)
    grid = where.sheet["T3.2"].grids[0]
    assert len(grid.data_rows) == 25
    drawn = opened(made(TOOLKIT, "en", "blank"))["3.2 Risk strategy"]
    below = drawn.cell(grid.data_rows[-1].index + 1, MARK_COLUMN)
    assert str(below.value).startswith("All rows in use?")


# everything that the spec says to help


def squeezed(text: str) -> str:
    """A text without its line breaks, as it may have been broken anew."""
    return re.sub(r"\s+", " ", text).strip()


def seen(name: str, language: str) -> str:
    """Everything that can be read in a blank workbook: cells, each by itself, and prompts."""
    texts: list[str] = []
    for sheet in opened(made(name, language, "blank")):
        texts += [cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
        texts += [rule.prompt for rule in sheet.data_validations.dataValidation if rule.prompt]
    return "\n".join(map(squeezed, texts))


def helping(where: Layout) -> Iterator[tuple[str, Text]]:
    """Every text of a spec that helps to answer."""
    asked = set()
    for sheet in where.sheets:
        guide = sheet.tool.guide
        yield from ((sheet.name, text) for text in (sheet.tool.purpose, guide.who, *guide.look_at))
        yield from ((sheet.name, text) for text in guide.example.values())
        for grid in sheet.grids:
            yield from ((sheet.name, field.help) for field in grid.block.fields)  # type: ignore[attr-defined]
            asked |= {field.vocabulary for field in grid.block.fields if field.asked}  # type: ignore[attr-defined]
            if isinstance(grid.block, ChecklistBlock):
                yield from ((sheet.name, row.item.help) for row in grid.data_rows if row.item)
    for name in asked - {None}:
        vocabulary = where.spec.vocabularies[str(name)]
        yield str(name), vocabulary.note
        for item in vocabulary.items:
            yield str(name), item.help
            yield from ((str(name), text) for text in (item.anchors or {"": item.anchor}).values())


@EVERY_SPEC
def test_every_help_note_and_anchor_can_be_read_somewhere(name: str, language: str) -> None:
    where, whole = layout(name, language), seen(name, language)
    said = [(about, text.say(language)) for about, text in helping(where)]
    assert [each for each in said if squeezed(each[1]) not in whole] == []
