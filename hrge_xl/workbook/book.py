"""A layout drawn as an .xlsx file, and filled in: the same input gives the same bytes.

And what stands in each cell of a workbook as it is issued: taken from the very drawing, so that nothing can drift.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from io import BytesIO

from xlsxwriter.workbook import Workbook

from ..answers.submission import PROGRAM, PROPERTY_PREFIX, Identity, to_pairs
from ..core.words import right_to_left, translator
from ..core.work import gc_paused
from ..layout import Layout, Place
from ..layout.model import CODE_COLUMN, MARK_COLUMN, TITLE_ROW
from ..spec.drawings import LINKS_ARE_FORMULAS, LISTS_ARE_HIDDEN, PAPER_IS_LAID_OUT
from ..spec.supplements import IDENTITY_SHEET, LAST_SHEET, SAMPLE_KEY
from .cell_writer import CellWriter, Formats, FormulaSheet, IssuedFormula, LiveCells
from .content import Content
from .cover import COVER_FACTS, SAMPLE, STATE, CoverWriter, StampFact, cover_widths
from .drawing import DRAWN_ON, Drawing
from .feedback_sheets import (
    CorrectionsSheet,
    Feedback,
    FeedbackSheet,
    LeftoversSheet,
    prepare_looks,
)
from .formulas import absolute, answer_name, column_name, column_range
from .helper_sheets import ListsSheetWriter, draw_identity_sheet, draw_last_sheet, looked_up
from .paper import NOT_PRINTED
from .styles import TAB_COLOURS
from .tool_sheet import (
    draw_guide,
    draw_tool_sheet,
    empty_book,
    finish,
    formula_sheet,
)

BAND = 14  # columns at most that the mark of a sample runs over: what a screen shows of a sheet


def write(
    content: Content, identity: Identity, *, contact: str = "", feedback: Feedback | None = None
) -> bytes:
    """Return the workbook as bytes. Raises `LimitError` where something does not fit into Excel."""
    facts = facts_of(identity, contact)
    sheets: list[FeedbackSheet] = []
    if feedback is not None:
        sheets.append(CorrectionsSheet(content.layout, feedback.corrections))
        if feedback.leftovers:
            sheets.append(LeftoversSheet(content.layout, feedback.leftovers))
    drawing = draw(content.layout, cover_lines(facts), tuple(type(sheet) for sheet in sheets))
    return drawing.filled(replace(content, facts=facts), sheets)


def facts_of(identity: Identity, contact: str = "") -> dict[str, str]:
    """Return what a workbook says of itself: the fields of its stamp, and whom to ask."""
    return {**dict(to_pairs(identity)), PROGRAM: identity.program, "contact": contact}


def cover_lines(facts: Mapping[str, str]) -> frozenset[str]:
    """Return the facts that a workbook is drawn by: those that the cover has a line for, and that it is a sample."""
    return frozenset(name for name in (*COVER_FACTS, SAMPLE) if facts[name])


@lru_cache(maxsize=4)  # they are large
@gc_paused()
def draw(
    layout: Layout, facts: frozenset[str], kinds: tuple[type[FeedbackSheet], ...] = ()
) -> Drawing:
    """Return everything but what differs between workbooks of a layout whose covers have lines for the same facts.

    `kinds` are those of the sheets of feedback that they have. Raises `LimitError` where something does not fit
    into Excel.
    """
    target = BytesIO()
    book = drawn_book(layout, facts, kinds, target)
    # else there is more on its sheets, or there are more of them
    if SAMPLE not in facts and not kinds:
        _keep(layout, book)
    return Drawing(book, target)


def drawn_book(
    layout: Layout,
    facts: Collection[str],
    kinds: Sequence[type[FeedbackSheet]] = (),
    target: BytesIO | None = None,
) -> Workbook:
    """Return the workbook with every cell in its place, not yet written into `target`; without one they are but noted.

    Raises `LimitError` as `draw`.
    """
    book = empty_book(layout, target or BytesIO())
    book.set_calc_mode("auto")
    formats = Formats(book, right_to_left=right_to_left(layout.language)) if target else None
    # A day and a property that are put right for each workbook.
    title = layout.spec.title.say(layout.language)
    book.set_properties({"title": title, "author": "hrge_xl", "created": DRAWN_ON})
    book.set_custom_property(PROPERTY_PREFIX, "", "text")
    if kinds and formats:
        prepare_looks(formats)
    feedback_sheets = [kind(layout) for kind in kinds]  # which hold nothing yet
    hidden = [IDENTITY_SHEET, LAST_SHEET] if layout.last else [IDENTITY_SHEET]
    tools = (sheet.name for sheet in layout.sheets)
    _, *helper_names = layout.own_names
    names = (
        layout.cover_name,
        *(added.title for added in feedback_sheets),
        *tools,
        *helper_names,
        *hidden,
    )
    sheets = {name: formula_sheet(book, layout, name) for name in names}
    cover = CellWriter(sheets[layout.cover_name], formats)
    CoverWriter(cover, layout, facts).draw()
    finish(
        sheets[layout.cover_name],
        layout,
        cover_widths(layout),
        wide=layout.spec.drawing >= PAPER_IS_LAID_OUT,
    )
    for added in feedback_sheets:
        added.draw(CellWriter(sheets[added.title], formats))
    for sheet in layout.sheets:
        draw_tool_sheet(CellWriter(sheets[sheet.name], formats), layout, sheet)
    # Tabs have the colours of the parts that their tools belong to.
    parts = list(dict.fromkeys(sheet.tool.part for sheet in layout.sheets))
    cover.sheet.set_tab_color(TAB_COLOURS[0])
    for sheet in layout.sheets:
        colour = TAB_COLOURS[(parts.index(sheet.tool.part) + 1) % len(TAB_COLOURS)]
        sheets[sheet.name].set_tab_color(colour)
    _names(cover, layout)
    if layout.guide_name:
        draw_guide(CellWriter(sheets[layout.guide_name], formats), layout)
    vocabularies = CellWriter(sheets[layout.lists_name], formats)
    ListsSheetWriter(vocabularies, layout).draw()
    finish(vocabularies.sheet, layout, {}, wide=True)
    vocabularies.sheet.print_area(NOT_PRINTED)
    if layout.spec.drawing >= LISTS_ARE_HIDDEN:
        vocabularies.sheet.hide()
    draw_identity_sheet(CellWriter(sheets[IDENTITY_SHEET], formats), layout)
    if layout.last:
        draw_last_sheet(CellWriter(sheets[LAST_SHEET], formats), layout)
    if SAMPLE in facts and formats:
        _mark_as_sample(sheets, formats, layout)
    sheets[feedback_sheets[0].title if feedback_sheets else layout.cover_name].activate()
    return book


def _mark_as_sample(sheets: Mapping[str, FormulaSheet], formats: Formats, layout: Layout) -> None:
    """Mark every sheet that is seen before its title, above each printed page, and for whoever reads it back."""
    word = translator(layout.language)("SAMPLE")
    titles = {layout.cover_name: (layout.spec.title.say(layout.language), STATE)}
    for sheet in layout.sheets:
        last = min(max(sheet.widths, default=BAND), BAND)
        titles[sheet.name] = sheet.tool.title.say(layout.language), last
    _, *helper_names = layout.own_names
    titles |= {name: (name, BAND) for name in helper_names}
    for name, (title, last) in titles.items():
        writer = CellWriter(sheets[name], formats)
        writer.text(Place(TITLE_ROW, CODE_COLUMN), SAMPLE_KEY, "code")
        writer.band(TITLE_ROW, MARK_COLUMN, last, f"{word} · {title}", "sample_title")
        writer.sheet.set_header(f"&C&14&B{word}")


def _names(writer: CellWriter, layout: Layout) -> None:
    """Define names for the answers given once, and for the columns in which references look something up."""
    for code, (tool, _) in layout.spec.single_fields.items():
        slot = layout.slots.get((tool, "1", code))
        if slot is not None:
            writer.name(answer_name(code), absolute(layout, tool, slot.cells))
    for grid, column in looked_up(layout):
        code = column.field.code if column.field is not None else ""
        writer.name(
            column_name(grid.tool.code, code, column.part), column_range(layout, grid, column.index)
        )


# what stands in each cell as it is issued


@dataclass(frozen=True)
class IssuedSheet:
    """What was drawn on one sheet. Rows and columns from 1; cells that hold nothing are absent."""

    name: str
    constants: dict[int, dict[int, str | float]] = field(default_factory=dict)
    formulas: dict[int, dict[int, IssuedFormula]] = field(default_factory=dict)
    facts: dict[Place, StampFact] = field(default_factory=dict)  # what differs with the stamp
    live: tuple[LiveCells, ...] = ()  # what formulas show, with the answers among them
    is_hidden: bool = False
    hidden_columns: frozenset[int] = frozenset()

    def shows(self, column: int) -> bool:
        """Say whether people see what stands in a column."""
        return not self.is_hidden and column not in self.hidden_columns


_drawn_last: dict[Layout, dict[str, IssuedSheet]] = {}  # the sheets of one layout: they are large


def issued_sheets(layout: Layout) -> dict[str, IssuedSheet]:
    """Return every sheet of a layout by its name, to read; of the layout drawn last, by whomever, they are there."""
    return _drawn_last.get(layout) or _keep(layout, drawn_book(layout, COVER_FACTS))


def _keep(layout: Layout, book: Workbook) -> dict[str, IssuedSheet]:
    """Keep the sheets of a layout, the cover with all its lines."""
    sheets = {sheet.name: _sheet(sheet) for sheet in book.worksheets()}
    sheets[layout.cover_name] = issued_cover(layout, COVER_FACTS)
    _drawn_last.clear()
    _drawn_last[layout] = sheets
    return sheets


@lru_cache(maxsize=32)
def content_hash(layout: Layout) -> str:
    """Return a digest of every text and formula: workbooks of one edition can be compared cell by cell."""
    total = hashlib.sha256()
    for name, sheet in issued_sheets(layout).items():
        total.update(f"[{name}]".encode())
        for row, cells in sorted(sheet.constants.items()):
            total.update(repr((row, sorted(cells.items()))).encode())
        for row, formulas in sorted(sheet.formulas.items()):
            total.update(repr((row, sorted(formulas.items()))).encode())
    return total.hexdigest()[:12]


def issued_cover(layout: Layout, lines: Collection[str]) -> IssuedSheet:
    """Return the cover with lines for these facts."""
    sheet = FormulaSheet()
    sheet.name = layout.cover_name
    sheet.links_are_formulas = layout.spec.drawing >= LINKS_ARE_FORMULAS and right_to_left(
        layout.language
    )
    CoverWriter(CellWriter(sheet, None), layout, lines).draw()
    return _sheet(sheet)


def _sheet(drawn: FormulaSheet) -> IssuedSheet:
    facts = {
        place: live.cached_values
        for live in drawn.live
        if isinstance(live.cached_values, StampFact)
        for place in live.places
    }
    hidden = frozenset(column + 1 for column, info in drawn.col_info.items() if info.hidden)
    issued = IssuedSheet(
        drawn.name,
        live=tuple(drawn.live),
        facts=facts,
        is_hidden=bool(drawn.hidden),
        hidden_columns=hidden,
    )
    for place, content in sorted(drawn.noted.items()):
        if isinstance(content, IssuedFormula):
            issued.formulas.setdefault(place.row, {})[place.column] = content
        else:
            issued.constants.setdefault(place.row, {})[place.column] = content
    return issued
