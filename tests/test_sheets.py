"""What a sheet offers: one that everybody can read, also who has never seen it.

Contrast, words beside colours, no merged or blank gaps, heads in view; one table, inputs in one run, help, links, and
where to begin.
"""

from __future__ import annotations

import re
import shutil
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.utils import coordinate_to_tuple, get_column_letter, range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

from hrge_xl import Order, generate, load
from hrge_xl.cli import run
from tests.answers import layout
from tests.face import (
    BAND_ROW,
    CHARACTERS,
    CODE_COLUMN,
    CODE_ROW,
    FIRST_ROW,
    HEAD_ROW,
    HIDDEN,
    IDENTITY_SHEET,
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
    address,
    column_letters,
    right_to_left,
)
from tests.made_workbooks import EVERY_SPEC, SPECS, issued, made, opened
from tests.played_rounds import answers
from tests.screens import PIXELS_A_CHARACTER, height, width

pytestmark = pytest.mark.xdist_group("drawn")  # workbooks are drawn and opened once

CONTRAST, CONTRAST_OF_SHAPES, WHITE, BLACK = 4.5, 3, "FFFFFF", "000000"
FONT = "Arial"
ISOLATES = dict.fromkeys(map(ord, "\u2066\u2069"))  # around codes in what runs from right to left
EXAMPLE = Path(__file__).resolve().parent.parent / "workbook_specs" / "example"
SCREEN_WIDTH, SCREEN_HEIGHT = 1366, 768
SMALLEST_SCALE = 80  # percent: eight points of ten
SHOWN = (("example", "en", "blank"), ("example", "ar", "partly"), ("hrge_toolkit", "en", "partly"))
INTENDED_GAPS = frozenset({"_hrge"})


@dataclass(frozen=True)
class Made:
    """One workbook with its layout: its formulas, and what these show."""

    where: Layout
    book: Workbook
    values: Workbook
    data: bytes

    @property
    def sheets(self) -> Iterator[Worksheet]:
        """The sheets that people see."""
        return (sheet for sheet in self.book if sheet.title != IDENTITY_SHEET)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param((*each, filling), marks=() if (*each, filling) in SHOWN else pytest.mark.deep)
        for each in SPECS
        for filling in ("blank", "partly")
    ],
    ids=str,
)
def workbook(request: Any) -> Made:
    """Every spec in every language, blank and partly filled."""
    name, language, filling = request.param
    data = made(name, language, filling)
    return Made(layout(name, language), opened(data), opened(data, values=True), data)


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.1 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts
    )
    red, green, blue = linear
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def rgb(colour: Any, otherwise: str) -> str:
    """Six hex digits of a colour of openpyxl."""
    return str(colour.rgb)[-6:] if colour is not None and colour.type == "rgb" else otherwise


def ink(cell: Cell) -> str:
    return rgb(cell.font.color, BLACK)


def fill(cell: Cell) -> str:
    return rgb(cell.fill.fgColor, WHITE) if cell.fill.fill_type == "solid" else WHITE


def hidden(sheet: Worksheet) -> tuple[set[int], set[int]]:
    """Numbers of the hidden rows and columns."""
    rows = {number for number, row in sheet.row_dimensions.items() if row.hidden}
    away = [column for column in sheet.column_dimensions.values() if column.hidden]
    return rows, {
        number for column in away for number in range(column.min or 0, (column.max or 0) + 1)
    }


def visible(sheet: Worksheet) -> Iterator[Cell]:
    rows, columns = hidden(sheet)
    cells = (cell for row in sheet.iter_rows() if row[0].row not in rows for cell in row)
    return (cell for cell in cells if cell.column not in columns and isinstance(cell, Cell))


def test_text_stands_out_from_its_ground(workbook: Made) -> None:
    cells = (cell for sheet in workbook.sheets for cell in visible(sheet) if cell.has_style)
    pairs = {(ink(cell), fill(cell)) for cell in cells}
    assert pairs
    assert {pair: round(contrast(*pair), 2) for pair in pairs if contrast(*pair) < CONTRAST} == {}


def looks(sheet: Worksheet, area: Any) -> set[tuple[str, str]]:
    """How the cells of an area look: letters and ground."""
    places = (
        each.coord if ":" in each.coord else f"{each.coord}:{each.coord}"
        for each in area.sqref.ranges
    )
    return {(ink(cell), fill(cell)) for place in places for row in sheet[place] for cell in row}


def test_so_it_does_where_a_condition_colours_it(workbook: Made) -> None:
    weak, seen = {}, 0
    for sheet in workbook.sheets:
        for area in sheet.conditional_formatting:
            for rule in area.rules:
                for pair in coloured(rule, looks(sheet, area)):
                    seen += 1
                    if contrast(*pair) < CONTRAST:
                        weak[sheet.title, str(area.sqref)] = pair
    assert seen
    assert weak == {}


def coloured(rule: Any, pairs: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """How cells look where a rule holds: none when it colours nothing; a bar or scale goes below the letters."""
    if rule.dataBar is not None:
        return {(letters, rgb(rule.dataBar.color, WHITE)) for letters, _ in pairs}
    if rule.colorScale is not None:
        return {
            (letters, rgb(colour, WHITE))
            for letters, _ in pairs
            for colour in rule.colorScale.color
        }
    ground = rule.dxf.fill.bgColor if rule.dxf is not None and rule.dxf.fill is not None else None
    letters = rule.dxf.font.color if rule.dxf is not None and rule.dxf.font is not None else None
    if ground is None and letters is None:
        return set()
    return {(rgb(letters, own), rgb(ground, below)) for own, below in pairs}


def test_tabs_of_a_colour_are_told_from_the_window(workbook: Made) -> None:
    """Their names stand in black or white, whichever can be read; the colour itself stands out from white."""
    colours = {
        sheet.title: rgb(sheet.sheet_properties.tabColor, BLACK) for sheet in workbook.sheets
    }
    pale = {
        name: colour
        for name, colour in colours.items()
        if contrast(colour, WHITE) < CONTRAST_OF_SHAPES
    }
    assert pale == {}


def test_no_colour_without_a_word(workbook: Made) -> None:
    """A coloured cell shows the word itself or a number below its head, or its row has a status in words."""
    for sheet in workbook.sheets:
        grids = next((each.grids for each in workbook.where.sheets if each.name == sheet.title), ())
        for area in sheet.conditional_formatting:
            for rule in area.rules:
                if rule.dxf is None or rule.dxf.fill is None:  # a bar has its figure in it
                    continue
                first = int(re.findall(r"\d+", str(area.sqref))[0])
                says_itself = re.match(r"\$?[A-Z]+\$?\d+(=|<>)", rule.formula[0]) is not None
                about = [grid for grid in grids if any(row.index == first for row in grid.rows)]
                status = any(column.role == "status" for grid in about for column in grid.columns)
                counted = is_headed_count(sheet, str(area.sqref), rule.formula[0])
                assert says_itself or status or counted, (
                    sheet.title,
                    str(area.sqref),
                    rule.formula,
                )


def is_headed_count(sheet: Worksheet, area: str, formula: str) -> bool:
    """Whether the cells of one column are coloured where they count something, and a head says what."""
    left, top, right, _ = range_boundaries(area)
    counts = formula == f"N(${get_column_letter(left)}{top})>0"
    return (
        counts
        and left == right
        and any(sheet.cell(row, left).value for row in range(CODE_ROW + 1, top))
    )


def test_cells_are_not_merged_and_no_blank_row_is_a_spacer(workbook: Made) -> None:
    assert [sheet.title for sheet in workbook.sheets if sheet.merged_cells.ranges] == []
    for sheet in workbook.sheets:
        if sheet.title in INTENDED_GAPS:
            continue
        bordered = {cell.row for cell in visible(sheet) if cell.has_style and cell.border.top.style}
        used = bordered | {cell.row for cell in visible(sheet) if cell.value is not None}
        rows, _ = hidden(sheet)
        assert set(range(min(used), max(used) + 1)) - rows - used == set(), sheet.title


def test_the_title_is_in_the_first_visible_cell_and_codes_in_a_hidden_row_and_column(
    workbook: Made,
) -> None:
    for sheet in workbook.sheets:
        rows, columns = hidden(sheet)
        assert CODE_ROW in rows, sheet.title
        assert CODE_COLUMN in columns, sheet.title
        assert sheet["A1"].value, sheet.title
        first = next(iter(visible(sheet)))
        assert first.coordinate == "B2", sheet.title
        assert first.value, sheet.title
        assert first.font.bold, sheet.title
        assert first.font.size >= 14, sheet.title


def test_one_font_and_the_language_of_the_document(workbook: Made) -> None:
    """No cell of a workbook can say in which language it is spelled."""
    assert workbook.book.properties.language == workbook.where.language
    fonts = {
        cell.font.name for sheet in workbook.sheets for cell in visible(sheet) if cell.has_style
    }
    assert fonts == {FONT}


def test_pictures_and_charts_have_a_text(workbook: Made) -> None:
    with zipfile.ZipFile(BytesIO(workbook.data)) as package:
        for name in package.namelist():
            if name.startswith("xl/drawings/drawing"):
                for properties in re.findall(r"<xdr:cNvPr [^>]*>", package.read(name).decode()):
                    assert re.search(r'descr="[^"]+"', properties), (name, properties)


def test_heads_stay_in_view_and_leave_room(workbook: Made) -> None:
    for sheet in workbook.where.sheets:
        page = workbook.book[sheet.name]
        assert page.freeze_panes, sheet.name
        corner = page[page.freeze_panes]
        across = sum(width(page, column) for column in range(1, corner.column))
        assert across <= SCREEN_WIDTH / 2, (sheet.name, across)
        down = sum(height(page, row) for row in range(2, corner.row))
        assert down <= SCREEN_HEIGHT / 2, (sheet.name, down)


def test_heads_fit_into_their_columns(workbook: Made) -> None:
    """No word of a head is broken: people read heads to find their way."""
    for sheet in workbook.where.sheets:
        page = workbook.book[sheet.name]
        for grid in sheet.grids:
            for column in grid.columns:
                if column.role in HIDDEN or not column.label or column.turned:
                    continue
                longest = max(len(word) for word in re.split(r"[\s-]", column.label))
                room = width(page, column.index) / PIXELS_A_CHARACTER
                assert longest <= room, (sheet.name, column.label, room)


def test_prints_on_a4_in_letters_that_can_be_read(workbook: Made) -> None:
    for sheet in workbook.where.sheets:
        page = workbook.book[sheet.name]
        setup = page.page_setup
        form = any(grid.across and grid.records == 1 for grid in sheet.grids)
        assert (setup.paperSize, setup.orientation) == (9, "portrait" if form else "landscape"), (
            sheet.name
        )
        if page.sheet_properties.pageSetUpPr is None:  # else they fill one page across
            assert setup.scale == SMALLEST_SCALE, sheet.name
        if page.print_title_cols:  # the numbers of rows are on every page
            assert page.print_title_cols == "$B:$B", sheet.name


def test_sheets_run_in_the_direction_of_their_language(workbook: Made) -> None:
    mirrored = right_to_left(workbook.where.language)
    for sheet in workbook.sheets:
        assert bool(sheet.sheet_view.rightToLeft) == mirrored, sheet.title
    if mirrored:
        sides = {
            cell.alignment.horizontal
            for cell in visible(workbook.book[workbook.where.sheets[0].name])
        }
        assert "right" in sides
        assert "left" not in sides


def test_links_look_like_links(workbook: Made) -> None:
    cover = workbook.book[workbook.where.cover_name]
    linked = [cell for cell in visible(cover) if cell.hyperlink is not None]
    shown = workbook.values[cover.title]
    linked_texts = {str(shown[cell.coordinate].value).translate(ISOLATES) for cell in linked}
    assert {sheet.name for sheet in workbook.where.sheets} <= linked_texts
    assert {cell.font.underline for cell in linked} == {"single"}
    for sheet in workbook.where.sheets:
        page = workbook.book[sheet.name]
        back = [cell for cell in visible(page) if cell.hyperlink is not None]
        assert any(workbook.where.cover_name in str(cell.hyperlink.location) for cell in back), (
            sheet.name
        )


@pytest.mark.deep
def test_no_text_is_cut_off_in_a_narrow_cell(workbook: Made) -> None:
    """Texts of one line are short enough, or have empty cells to run into."""
    for sheet in workbook.where.sheets:
        page, values = workbook.book[sheet.name], workbook.values[sheet.name]
        for cell in visible(page):
            text = values[cell.coordinate].value
            if not isinstance(text, str) or cell.alignment.wrap_text:
                continue
            room, column = 0.0, cell.column
            beyond = page.max_column + 20
            while column == cell.column or (
                column <= beyond and values.cell(cell.row, column).value is None
            ):
                room += width(page, column)
                column += 1
            needed = len(text) * (cell.font.size or 10) * 0.56
            assert needed <= room, (sheet.name, cell.coordinate, text, get_column_letter(column))


# the same level looks the same wherever it is shown

FILLS = ("1F4E79", "DD5A45", "D9EAD3")  # dark, in between, pale


@pytest.fixture(scope="module")
def levels_shown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A return, and everything that is made of it, by a spec whose levels are dark and pale."""
    folder = tmp_path_factory.mktemp("levels")
    spec = shutil.copytree(EXAMPLE, folder / "example")
    matrix = (spec / "matrix.yaml").read_text(encoding="utf-8")
    for old, new in zip(("F4B6A6", "FFE599", "D9EAD3"), FILLS, strict=True):
        matrix = matrix.replace(old, new)
    (spec / "matrix.yaml").write_text(matrix, encoding="utf-8")
    order = Order("Rabat", date(2026, 4, 1), "PAK", answers=answers("WS-1", 10.0, 2.0))
    (folder / "Rabat.xlsx").write_bytes(generate(load(str(spec)), order))
    shown, how = folder / "shown", ["--spec", str(spec), "--today", "2026-08-01"]
    assert run(["consolidate", "--write", str(folder / "Rabat.xlsx"), *how, "-o", str(shown)]) in (
        0,
        1,
    )
    for kind in ("html", "xlsx", "overview"):
        made = ["--format", kind, "--today", "2026-08-01", "-o", str(shown)]
        assert run(["report", str(shown), *made]) in (0, 1)
    return folder


def test_what_a_level_is_written_in_is_the_same_everywhere(levels_shown: Path) -> None:
    """A level must not have black letters on one page and white ones on another."""
    found: dict[str, dict[str, set[str]]] = {ground: defaultdict(set) for ground in FILLS}
    for path in (levels_shown / "Rabat.xlsx", *(levels_shown / "shown").glob("*.xlsx")):
        for cell in (cell for sheet in openpyxl.load_workbook(path) for cell in visible(sheet)):
            if fill(cell) in FILLS:
                found[fill(cell)][path.name].add(ink(cell))
    for path in (levels_shown / "shown").glob("*.html"):
        text = path.read_text(encoding="utf-8")
        for ground, letters in re.findall(r"background:#(\w{6});color:#(\w+)", text):
            if ground.upper() in FILLS:
                found[ground.upper()][path.name].add(letters.upper().ljust(6, letters[0].upper()))
    assert {name: len(places) for name, places in found.items()} == dict.fromkeys(FILLS, 5)
    for ground, places in found.items():
        inks = set.union(*places.values())
        assert len(inks) == 1, (ground, places)
        assert contrast(ground, inks.pop()) >= CONTRAST


# what it offers to somebody who has never seen it

TOOLKIT = "hrge_toolkit"


def filled_in(where: Layout) -> Iterator[Sheet]:
    return (sheet for sheet in where.sheets if any(slot.field.asked for slot in sheet.slots))


def tables(where: Layout) -> Iterator[tuple[Sheet, Grid]]:
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
        heads = [
            str(book[sheet.name].cell(HEAD_ROW, column).value).split("\n")[0] for column in shown
        ]
        assert max(Counter(heads).values()) == 1, (sheet.name, heads)


@EVERY_SPEC
def test_the_inputs_of_a_row_are_one_run(name: str, language: str) -> None:
    book = opened(made(name, language, "blank"))
    for sheet, grid in tables(layout(name, language)):
        row = grid.data_rows[0].index
        shown = [c.index for c in grid.columns if c.role not in HIDDEN]
        unlocked = [n for n in shown if not book[sheet.name].cell(row, n).protection.locked]
        beside = {c.index for c in grid.columns if c.field and c.field.beside}
        run = range(min(unlocked, default=0), max(unlocked, default=-1) + 1)
        assert unlocked == [n for n in run if n not in beside], sheet.name
        assert unlocked == [c.index for c in grid.with_role("answer")]


@EVERY_SPEC
def test_every_sheet_leads_to_its_neighbours_and_the_cover(name: str, language: str) -> None:
    where = layout(name, language)
    data = made(name, language, "blank")
    book, shown = opened(data), opened(data, values=True)
    names = [where.cover_name, *(sheet.name for sheet in where.sheets)]
    for at, sheet in enumerate(names[1:], start=1):
        neighbours = [where.cover_name, *names[max(at - 1, 1) : at], *names[at + 1 : at + 2]]
        links = [cell for cell in book[sheet][LINKS_ROW] if cell.hyperlink is not None]
        leads = [f"'{each}'!A1" for each in neighbours]
        assert [link.hyperlink.location for link in links][: len(leads)] == leads
        for link, behind in pairwise(links):  # is not cut by the one beside it
            columns = map(column_letters, range(link.column, behind.column))
            room = sum(book[sheet].column_dimensions[letters].width for letters in columns)
            text = str(shown[sheet][link.coordinate].value)
            assert len(text) <= room * CHARACTERS, (sheet, text)


@EVERY_SPEC
def test_the_cover_has_room_for_what_each_sheet_is_for(name: str, language: str) -> None:
    where = layout(name, language)
    book = opened(made(name, language, "blank"), values=True)
    cover, sheets = book[where.cover_name], {sheet.name for sheet in where.sheets}
    width = cover.column_dimensions["C"].width * CHARACTERS
    shown = [
        str(cover.cell(row, 2).value).translate(ISOLATES) for row in range(1, cover.max_row + 1)
    ]
    rows = [row for row, text in enumerate(shown, start=1) if text in sheets]
    assert len(rows) == len(sheets)
    for row in rows:
        text, size = str(cover.cell(row, 3).value), cover.cell(row, CODE_COLUMN).font.size
        assert len(text) <= width or size >= 20, text  # its letters keep the second line free


HEADS_OF_PROGRESS = {"fr": "Obligatoires", "es": "Obligatorias", "ar": "المطلوب"}


def drawn_quick(language: str) -> Workbook:
    """Return a blank workbook of the Toolkit with the form and one risk table."""
    return opened(made("hrge_toolkit", language, "blank", ("T3.4",)))


@pytest.mark.parametrize("language", ["fr", "es", "ar"])
def test_the_heads_of_the_cover_keep_their_words_whole(language: str) -> None:
    quick = drawn_quick(language)
    cover = quick[next(iter(quick.sheetnames))]
    required = HEADS_OF_PROGRESS[language]
    (heads,) = (row for row in cover.iter_rows() if row[4].value == required)
    for head in heads:
        for word in str(head.value or "").split():
            assert len(word) * PIXELS_A_CHARACTER < width(cover, head.column), word
    assert sum(width(cover, head.column) for head in heads) <= SCREEN_WIDTH - 150


def test_what_stays_in_view_above_a_table_leaves_room_for_its_rows() -> None:
    register = drawn_quick("en")["3.4 Risk capacity"]
    frozen = range(CODE_ROW + 1, HEAD_ROW + 1)
    assert sum(height(register, row) for row in frozen) <= 120


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
        shown[where.sheet[tool].name].cell(PROGRESS_ROW, MARK_COLUMN).value
        for tool in ("T1.1", "T1.2")
    )
    assert other == "Not ticked in the form"
    assert re.fullmatch(r"0 of [0-9]+ answered", str(ticked))
    cover = shown[where.cover_name]
    states = {
        row[0].value: row[-1].value for row in cover.iter_rows(min_row=10, min_col=2, max_col=9)
    }
    assert states["1.2 Prevention"] == "Not ticked in the form"
    assert states["1.1 Legislation"] == "Not started ▶"


AMBER = "FFFFE8A3"
TICKED: Answers = {("FORM", tool, "FRM_26"): "Y" for tool in ("T1.1", "T2.1", "T2.5", "T3.2")}


def colours_of(sheet: Any, cell: str) -> list[str]:
    """The fills of the rules that hold for a cell, in which the words of its own sheet are compared."""
    rules = [rule for area in sheet.conditional_formatting if cell in area for rule in area.rules]
    value = sheet[cell].value
    return [rule.dxf.fill.bgColor.rgb for rule in rules if f'="{value}"' in str(rule.formula)]


def test_what_is_ticked_and_not_begun_is_amber_and_leads_to_its_sheet() -> None:
    where, data = layout(TOOLKIT), issued(TOOLKIT, "en", TICKED)
    shown, written = opened(data, values=True), opened(data)
    cover = {
        row[0].value: row
        for row in shown[where.cover_name].iter_rows(min_row=10, min_col=2, max_col=9)
    }
    for tool in ("T1.1", "T2.1", "T2.5", "T3.2"):
        *_, wrong, look, state = cover[where.sheet[tool].name]
        assert (wrong.value, look.value, state.value) == (0, 0, "Not started ▶"), tool
        assert (
            f"HYPERLINK(\"#'{where.sheet[tool].name}'!A1\""
            in written[where.cover_name][state.coordinate].value
        )
        assert colours_of(shown[where.cover_name], state.coordinate) == [AMBER]
    # the list of sources only goes with its tool, and requires nothing
    assert cover[where.sheet["T2.1E"].name][-1].value == "Nothing required"
    assert cover[where.sheet["FORM"].name][-1].value == "In progress"


def test_nothing_is_said_of_a_row_before_somebody_begins_it() -> None:
    where = layout(TOOLKIT)
    begun: Answers = {
        ("T1.1", "T11_02", "P1_REL"): "H",
        ("T3.2", "R-SP-02", "RSK_03"): "Something may happen",
    }
    shown = opened(issued(TOOLKIT, "en", TICKED | begun), values=True)
    for tool, row in (("T1.1", "T11_02"), ("T3.2", "R-SP-02")):
        (grid,) = where.sheet[tool].grids
        sign = grid.with_role("sign")[0].index
        said = {
            line.code: shown[where.sheet[tool].name].cell(line.index, sign).value
            for line in grid.data_rows
        }
        assert re.fullmatch(r"… [0-9]+ missing\n.+", str(said.pop(row)))
        assert {*said.values()} == {None}
    form = shown[where.sheet["FORM"].name]
    signs = [form.cell(row, MARK_COLUMN + 1).value for row in range(HEAD_ROW + 1, form.max_row + 1)]
    assert {*filter(None, signs)} == {"✓ Complete"}  # country and ticks


def test_a_tick_leads_to_its_sheet() -> None:
    where = layout(TOOLKIT)
    form = opened(issued(TOOLKIT, "en", {}))[where.sheet["FORM"].name]
    rows = [
        row for grid in where.sheet["FORM"].grids for row in grid.rows if row.code in where.sheet
    ]
    cells = [form.cell(row.index, MARK_COLUMN) for row in rows]
    assert {cell.value: cell.hyperlink.location for cell in cells} == {
        row.code.removeprefix("T"): f"'{where.sheet[row.code].name}'!A1" for row in rows
    }
    assert len(cells) > 20


def test_a_sheet_that_goes_with_a_tool_is_ticked_and_issued_with_it() -> None:
    assert {"T2.2", "T2.2O"} <= {
        sheet.tool.code for sheet in layout(TOOLKIT, tools=("2.2",)).sheets
    }
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
    assert bands[:5] == ["Identify", "Score now", "Treat", "People", "Library"]
    for band, columns in grid.bands:
        assert drawn.cell(BAND_ROW, columns[0].index).value == band.label.say("en")
        dimensions = [*drawn.column_dimensions.values()]
        folded = [
            next(d for d in dimensions if d.min <= column.index <= d.max) for column in columns
        ]
        levels = [int(each.outlineLevel or 0) for each in folded]
        assert levels == [0, *[int(band.folded)] * (len(columns) - 1)]


NINE = ("RSK_02", "RSK_07", "RSK_05", "RSK_10", "RSK_11", "RSK_16", "RSK_18", "RSK_19", "RSK_09")
WINDOW = 1190  # pixels of columns at 100 percent that LibreOffice, which draws them a tenth wider, shows on a laptop


def test_a_risk_is_nine_cells_on_one_screen() -> None:
    where, book = layout(TOOLKIT), opened(made(TOOLKIT, "en", "blank"))
    for tool in ("T3.2", "T3.3", "T3.4", "T3.5", "T3.6"):
        sheet, grid = book[where.sheet[tool].name], where.sheet[tool].grids[0]
        first = dict.fromkeys(c.field.code for c in grid.with_role("answer") if c.field)
        assert tuple(first)[:9] == NINE
        last = grid.columns_of(NINE[-1])[0].index
        assert sum(width(sheet, column) for column in range(1, last + 1)) <= WINDOW
        (event,) = grid.columns_of("RSK_07")
        (suggested,) = grid.columns_of("RSK_31")
        assert (
            grid.frozen == event.index == suggested.index - 1
        )  # in view, with the choice before it
        assert len(grid.data_rows) >= 10
        assert sheet.sheet_view.zoomScale in (None, 100)


@pytest.mark.parametrize(("tool", "last"), [("T4.B", "T4B_23"), ("T4.C", "T4C_13")])
def test_what_is_asked_of_an_indicator_is_on_one_screen(tool: str, last: str) -> None:
    where, book = layout(TOOLKIT), opened(made(TOOLKIT, "en", "blank"))
    sheet, (grid,) = book[where.sheet[tool].name], where.sheet[tool].grids
    columns = range(1, grid.columns_of(last)[0].index + 1)
    assert sum(width(sheet, column) for column in columns) <= 1_320


RISK = {
    "RSK_07": "Strike",
    "RSK_05": "PEO",
    "RSK_10": 3.0,
    "RSK_11": 3.0,
    "RSK_18": "NPO",
    "RSK_09": ("MEN",),
}


def test_figures_of_a_column_stand_below_each_other_worked_out_or_typed(workbook: Made) -> None:
    side = "left" if right_to_left(workbook.where.language) else "right"
    for sheet in workbook.where.sheets:
        slots = (slot for grid in sheet.grids if not grid.across for slot in grid.slots)
        figures = [
            slot
            for slot in slots
            if slot.field.type.style == "input_number"
            or (slot.field.calculated and slot.field.result == "number")
        ]
        cells = [workbook.book[sheet.name][address(*slot.cells[0])] for slot in figures]
        assert {cell.alignment.horizontal for cell in cells} <= {side}


def test_the_check_of_a_row_names_the_first_cell_that_is_open_and_leads_there() -> None:
    where = layout(TOOLKIT)
    ticks: Answers = {("FORM", "T3.2", "FRM_26"): "Y"}
    given: Answers = {("T3.2", "R-SP-01", code): value for code, value in RISK.items()}
    sheet, grid = where.sheet["T3.2"], where.sheet["T3.2"].grids[0]
    row = grid.data_rows[0].index
    (sign,) = grid.with_role("sign")
    data = issued(TOOLKIT, "en", ticks | given)
    shown = opened(data, values=True)[sheet.name].cell(row, sign.index).value
    assert shown == "… 1 missing\nMitigation"
    assert "HYPERLINK" in opened(data)[sheet.name].cell(row, sign.index).value


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
        texts += [
            cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)
        ]
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


# how to fill in: on a sheet of its own, with rows of its own


@EVERY_SPEC
def test_each_sheet_leads_to_its_guide_and_the_guide_back(name: str, language: str) -> None:
    where, book = layout(name, language), opened(made(name, language, "blank"))
    guide = book[where.guide_name]
    assert guide["B3"].hyperlink.location == f"'{where.cover_name}'!A1"
    for code, row in where.guide_rows.items():
        sheet = where.sheet[code]
        head = book[sheet.name][LINKS_ROW]
        assert f"'{where.guide_name}'!B{row}" in {
            cell.hyperlink.location for cell in head if cell.hyperlink
        }
        assert guide.cell(row, MARK_COLUMN).hyperlink.location == f"'{sheet.name}'!A1"
        example = [
            guide.cell(row + 2 + n, MARK_COLUMN + 3).value
            for n in range(len(sheet.tool.guide.example))
        ]
        assert example == [
            sheet.tool.fields[each].label.say(language) for each in sheet.tool.guide.example
        ]
    assert {sheet.name for sheet in where.sheets if sheet.panel} == set()
    assert guide.print_area == f"'{where.guide_name}'!$A$1"
