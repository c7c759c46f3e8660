"""What stands outside every known cell, or on top of cells: kept word for word, each thing done by hand told once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from ..answers.submission import Unplaced
from ..core.words import Translate, and_more, fold, translator
from ..core.work import grouped
from ..findings import Kind
from ..findings.structure import (
    COLUMN_WITHOUT_CODE,
    COMMENT_KEPT,
    PICTURE_ON_TOP,
    QUESTION_OUTLIVED,
    ROW_WITHOUT_CODE,
    TEXT_ON_TOP,
    TEXT_WITHOUT_PLACE,
)
from ..layout import address
from ..layout.model import CODE_COLUMN, LEFTOVER_COLUMNS, LEFTOVER_HEAD, Place
from ..spec.supplements import LEFTOVER_KEY
from ..workbook.feedback_sheets import FORMULA, digest
from .expected import ReadResult, observe_at, one_by_one, shorten
from .raw import Overlay, RawCell, RawSheet, RawWorkbook, shown_cell
from .retired_questions import OldSheet
from .tool_sheets import HOME, Axes, ToolSheet, by_codes

KEPT_TEXTS = 5_000  # of one sheet; what a fill-down to the last row leaves is counted, not kept
SINGLE_REPORTS = 100  # of one sheet; further ones are reported together


class TypedText(NamedTuple):
    """A value outside the known cells. `question` is what it answered in the version that it was issued from."""

    row: int
    column: int
    text: str
    question: str = ""


def typed_texts(
    sheet: RawSheet,
    columns: Callable[[int, Mapping[int, RawCell]], Iterable[int]] = lambda _, cells: cells,
) -> Iterator[TypedText]:
    """Yield what the cells of a sheet show, top down; `columns` says which ones of each row are looked at."""
    for row, cells in sorted(sheet.cells.items()):
        for column in sorted(columns(row, cells)):
            text = shown_cell(cells[column])
            if text.strip():
                yield TypedText(row, column, text)


def keep(read_result: ReadResult, sheet: RawSheet, texts: Sequence[TypedText]) -> None:
    """Keep texts word for word."""
    read_result.submission.unplaced += [
        Unplaced(sheet.name, address(typed.row, typed.column), typed.text, typed.question)
        for typed in texts[:KEPT_TEXTS]
    ]


def single_texts(read_result: ReadResult, sheet: RawSheet, texts: Sequence[TypedText]) -> None:
    """Keep texts on a sheet, and report each by itself."""
    keep(read_result, sheet, texts)
    _singles(read_result, sheet.name, None, texts)


def unplaced_texts(
    read_result: ReadResult, tool_sheet: ToolSheet, axes: Axes, old: OldSheet | None
) -> None:
    """Keep and report everything on a tool sheet that stands in no cell of the layout.

    `old` describes a sheet of an older version.
    """
    raw = tool_sheet.raw
    tool = tool_sheet.plan.tool
    sorter = _Sorter(read_result, tool_sheet, axes, old)
    kinds = [(kind, typed) for typed in sorter.outside() if (kind := sorter.kind(typed))]
    keep(read_result, raw, [typed for _, typed in kinds])
    singles = [typed for kind, typed in kinds if kind == "single"]
    for lost, kind, axis in (
        (ROW_WITHOUT_CODE, "row", axes.rows),
        (COLUMN_WITHOUT_CODE, "column", axes.columns),
    ):
        of_kind = (typed for its_kind, typed in kinds if its_kind == kind)
        lines = grouped((typed.row if kind == "row" else typed.column, typed) for typed in of_kind)
        for line, group in sorted(lines.items()):
            if axis.inside(line) or len(group) > 1:
                cells = ", ".join(address(typed.row, typed.column) for typed in sorted(group)[:20])
                _tell(read_result, lost, raw.name, tool, sorted(group), cells=cells)
            else:
                singles += group
    _singles(read_result, raw.name, tool, sorted(singles))
    _retired(read_result, raw.name, tool, [typed for kind, typed in kinds if kind == "retired"])


class _Sorter:
    """Tells what is outside the layout, and what kind of thing it is.

    `held` are the columns of each row in which something was issued. Where that is `known`, every other text is
    somebody's own. Without `formulas_known` a text may be what a formula shows.
    """

    def __init__(
        self, read_result: ReadResult, tool_sheet: ToolSheet, axes: Axes, old: OldSheet | None
    ) -> None:
        self.raw = tool_sheet.raw
        self.plan = tool_sheet.plan
        self.old = old
        self.rows = axes.rows
        self.columns = axes.columns
        self.unmoved = axes.unmoved
        self.top, self.left = tool_sheet.corner
        self.known = read_result.identity is not None
        issued = read_result.plan.issued[self.plan.sheet.name].held if self.known else None
        self.held: Mapping[int, frozenset[int]] = issued or self.plan.taken
        self.formulas_known = self.known or "formulas" not in read_result.lost
        self._expected: dict[int, frozenset[int]] = {}

    def outside(self) -> Iterator[TypedText]:
        """Yield every value in a cell where the layout has nothing."""
        for typed in typed_texts(self.raw, self._unexpected):
            row, column, text, _ = typed
            if not self.plan.is_loose(row, self.columns.origin.get(column, 0), text):
                old = self.old
                retired = old is not None and old.is_retired(row, column)
                yield typed._replace(question=old.label(row, column)) if old and retired else typed

    def _unexpected(self, row: int, cells: Mapping[int, RawCell]) -> Iterable[int]:
        if row == self.top and not self.known:
            return ()
        old = self.old
        retired = () if old is None else (column for column in cells if old.is_retired(row, column))
        return {*(cells.keys() - self.expected(row)), *retired}

    def expected(self, row: int) -> frozenset[int]:
        """Return the columns of a row in which the layout has something."""
        if self.known and self.unmoved:
            return self.held.get(row, frozenset())
        origin = HOME.row if row == self.top else self.rows.origin.get(row)
        if origin is None:
            everywhere = frozenset({self.left, *self.columns.origin, *self.columns.own_lines})
            return everywhere if row in self.rows.own_lines else frozenset()
        issued_columns = self.held.get(origin, frozenset())
        if self.columns.unmoved:
            return issued_columns
        if origin not in self._expected:
            moved_columns = {
                column for column, place in self.columns.origin.items() if place in issued_columns
            }
            self._expected[origin] = frozenset({self.left, *moved_columns, *self.columns.own_lines})
        return self._expected[origin]

    def kind(self, typed: TypedText) -> str:
        """`row` or `column` (inserted by hand), `single`, `retired`, `kept` (of a copy), or nothing at all."""
        row = typed.row
        column = typed.column
        old = self.old
        if row in self.rows.copies or column in self.columns.copies:
            row, column = self._original(typed)
            part = self.plan.at.get(
                (self.rows.origin.get(row, 0), self.columns.origin.get(column, 0))
            )
            return "kept" if part is not None and not part.calculated else self._unless_ours(typed)
        if typed.question:
            return "retired"
        if old is not None and old.raw.protected and old.ours(row, column):
            return ""
        if (
            row in self.rows.unknown or column in self.columns.unknown
        ):  # with a code of another layout
            if old is not None:
                return "" if old.ours(row, column) else "single"
            bare_code = column == self.left and " " not in typed.text and not self.known
            return "" if bare_code or self._is_service(typed) else self._unless_ours(typed)
        if row not in self.rows.origin and row not in self.rows.own_lines:
            # where nobody knows what was issued, it may belong to a calculated block
            calculated = not self.known and self.plan.foreign and not self.rows.inside(row)
            return "" if calculated or self._is_service(typed) else "row"
        if column not in self.columns.origin and column not in self.columns.own_lines:
            return "column"
        return "single"

    def _unless_ours(self, typed: TypedText) -> str:
        """Nothing for a formula or a text of the layout; where all is known, any other text was typed."""
        if self._has_formula(typed) or self.plan.known_text(typed.text):
            return ""
        row, column = self._original(typed)
        if (row, column) == (typed.row, typed.column):
            return "single"
        return (
            "single" if self.known and shown_cell(self.raw.cell(row, column)) != typed.text else ""
        )

    def _original(self, typed: TypedText) -> tuple[int, int]:
        """Return the cell that a cell of a copied row or column repeats; the cell itself where nothing was copied."""
        rows = self.rows
        columns = self.columns
        row = rows.places[rows.copies[typed.row]] if typed.row in rows.copies else typed.row
        across = columns.copies.get(typed.column)
        return row, typed.column if across is None else columns.places[across]

    def _has_formula(self, typed: TypedText) -> bool:
        return self.raw.cells[typed.row][typed.column].formula is not None

    def _is_service(self, typed: TypedText) -> bool:
        """Say whether it is what a formula shows in a column of checks, where formulas are filled down."""
        if self.formulas_known and not self._has_formula(typed):
            return False
        origin = self.columns.origin.get(typed.column)
        return origin is not None and origin not in self.plan.not_only_service


def _tell(
    read_result: ReadResult,
    kind: Kind,
    sheet: str,
    tool: str | None,
    texts: Sequence[TypedText],
    **detail: str,
) -> None:
    """Report several texts as one finding: the first of them, and how many more."""
    first = texts[0]
    count = len(texts)
    value = shorten(first.text) + and_more(count - 1)
    at = address(first.row, first.column)
    read_result.submission.observations.append(
        kind.at(sheet, at, tool, value=value, count=str(count), **detail)
    )


def _singles(
    read_result: ReadResult, sheet: str, tool: str | None, texts: Sequence[TypedText]
) -> None:
    for some in one_by_one(texts, SINGLE_REPORTS):
        _tell(read_result, TEXT_WITHOUT_PLACE, sheet, tool, some)


def _retired(
    read_result: ReadResult, sheet: str, tool: str | None, texts: Sequence[TypedText]
) -> None:
    """Report answers to questions that the version in force does not ask."""
    version = read_result.plan.layout.spec.version
    for first, *further in one_by_one(texts, SINGLE_REPORTS):
        label = first.question + and_more(len(further))
        at = address(first.row, first.column)
        about = {"label": label, "expected": version, "value": shorten(first.text)}
        read_result.submission.observations.append(QUESTION_OUTLIVED.at(sheet, at, tool, **about))


def old_sheet(read_result: ReadResult, sheet: RawSheet, corner: Place = HOME) -> None:
    """Keep what is on an issued sheet that the version in force no longer has: its answers, and what is beside them."""
    old = OldSheet(sheet, corner)
    retired = list[TypedText]()
    beside = list[TypedText]()
    for typed in typed_texts(sheet):
        if old.is_retired(typed.row, typed.column):
            retired.append(typed._replace(question=old.label(typed.row, typed.column)))
        elif not old.ours(typed.row, typed.column):
            beside.append(typed)
    keep(read_result, sheet, sorted(retired + beside))
    _singles(read_result, sheet.name, None, beside)
    _retired(read_result, sheet.name, None, retired)


def unknown_sheet(read_result: ReadResult, sheet: RawSheet) -> None:
    """Keep everything on a sheet that was not issued, with one observation."""
    texts = [*typed_texts(sheet)]
    keep(read_result, sheet, texts)
    if texts:
        _tell(read_result, TEXT_WITHOUT_PLACE, sheet.name, None, texts)


def every_text(read_result: ReadResult, tool_sheet: ToolSheet) -> None:
    """Keep what somebody typed on a sheet that cannot be read by codes: all but our own texts and formulas."""
    plan = tool_sheet.plan
    raw = tool_sheet.raw

    def is_ours(row: int, column: int, text: str, _: str) -> bool:
        return (
            raw.cells[row][column].formula is not None
            or text.strip() == plan.tool
            or plan.known_text(text)
            or plan.is_loose(row, column, text)
            or all(token in plan.columns.codes for token in text.split())
        )

    keep(read_result, raw, [typed for typed in typed_texts(raw) if not is_ours(*typed)])


def copied_answers(read_result: ReadResult, copy: ToolSheet) -> None:
    """Keep the answers on a second copy of a sheet, which nobody reads."""
    axes = by_codes(copy)
    raw = copy.raw
    for part in copy.plan.parts:
        row = axes.rows.places.get(part.row_code, 0)
        column = axes.columns.places.get(part.column_code, 0)
        text = shown_cell(raw.cell(row, column))
        if text.strip() and not part.calculated:
            read_result.submission.unplaced.append(Unplaced(raw.name, address(row, column), text))


def orphaned_answers(workbook: RawWorkbook) -> list[Unplaced]:
    """Return what had no place in an earlier return and was given back on a sheet of its own: still kept."""
    return [
        Unplaced(*(shown_cell(cells.get(column)) for column in LEFTOVER_COLUMNS))
        for sheet in workbook.sheets
        if _holds_leftovers(sheet)
        for row, cells in sorted(sheet.cells.items())
        if _is_leftover(row, cells)
    ]


def typed_on(read_result: ReadResult, sheet: RawSheet) -> None:
    """Keep and report what somebody typed on such a sheet, beside, below or over what it was given back with."""

    def beside(row: int, cells: Mapping[int, RawCell]) -> Iterator[int]:
        issued = frozenset(shown_cell(cells.get(CODE_COLUMN)).split())
        is_leftover = _holds_leftovers(sheet) and _is_leftover(row, cells)
        read = {CODE_COLUMN, *(LEFTOVER_COLUMNS if is_leftover else ())}
        for column, cell in cells.items():
            is_formula = cell.formula is not None or "formulas" in read_result.lost
            calculated = f"{FORMULA}{column}" in issued and is_formula
            if column not in read and not calculated and digest(shown_cell(cell)) not in issued:
                yield column

    single_texts(read_result, sheet, [*typed_texts(sheet, beside)])


def _holds_leftovers(sheet: RawSheet) -> bool:
    """Say whether a sheet is the one on which such texts are given back."""
    return shown_cell(sheet.cell(*HOME)) == LEFTOVER_KEY


def _is_leftover(row: int, cells: Mapping[int, RawCell]) -> bool:
    """Say whether a row of it names sheet, cell and text of something that had no place."""
    return row > LEFTOVER_HEAD and all(
        shown_cell(cells.get(column)) for column in LEFTOVER_COLUMNS[:3]
    )


# what stands on top of the cells and beside them; its texts are kept, the rest is named


# of a page header; words beside its number: Page 1 of 2
SECTION = re.compile("&[LCR]")
PAGE_WORDS = 2
MARGIN_CODE = re.compile(r'&(?:"[^"]*"|K[0-9A-F]{2}[0-9A-F+-]{4}|\d{1,3}|[A-Z])')
CORNER = "A1"  # stands for the place of a text that has none


def note_overlays(workbook: RawWorkbook, read_result: ReadResult) -> None:
    """Keep every comment, whatever was drawn, and words beside cells, with the answers that they belong to, if any."""
    if any(sheet.comments or sheet.drawn for sheet in workbook.sheets):
        observe = _observer(read_result)
        kinds = _what(translator(read_result.plan.layout.language))
        for sheet in workbook.sheets:
            for row, column, text in sheet.comments:
                cell = address(row, column)
                value = shorten(text, 200)
                read_result.submission.comments.append(Unplaced(sheet.name, cell, text))
                observe(COMMENT_KEPT, sheet.name, cell, value=value)
        for sheet in workbook.sheets:
            texts = [overlay for overlay in sheet.drawn if overlay.text]
            read_result.submission.unplaced += [
                Unplaced(sheet.name, _cell(overlay) or CORNER, overlay.text)
                for overlay in texts[:KEPT_TEXTS]
            ]
            pictures = [
                *{overlay[:3]: overlay for overlay in sheet.drawn if not overlay.text}.values()
            ]
            # very many are told together at the end
            for first, *further in one_by_one(texts, SINGLE_REPORTS):
                value = shorten(first.text, 200) + and_more(len(further))
                place = _cell(first) or sheet.name
                observe(TEXT_ON_TOP, sheet.name, _cell(first), place=place, value=value)
            for first, *further in one_by_one(pictures, SINGLE_REPORTS):
                place = (_cell(first) or sheet.name) + and_more(len(further))
                value = shorten(first.name)
                observe(
                    PICTURE_ON_TOP,
                    sheet.name,
                    _cell(first),
                    what=kinds[first.what],
                    place=place,
                    value=value,
                )
    _note_words(workbook, read_result)


def _note_words(workbook: RawWorkbook, read_result: ReadResult) -> None:
    """Keep what people typed into the margins of pages, and about the file: that is told on its first sheet."""
    layout = read_result.plan.layout
    sample = re.escape(fold(translator(layout.language)("SAMPLE")))
    own_words = re.compile(
        rf"{re.escape(fold(layout.spec.name))} [\w.-]+|{sample}"
    )  # of this version or another
    about_the_file = [(sheet.name, workbook.words) for sheet in workbook.sheets[:1]]
    margins = (
        (sheet.name, [*chain.from_iterable(map(_typed, sheet.margins))])
        for sheet in workbook.sheets
    )
    for name, texts in chain(about_the_file, margins):
        for text in dict.fromkeys(texts):
            if any(map(str.isalnum, text)) and not own_words.fullmatch(fold(text)):
                read_result.submission.unplaced.append(Unplaced(name, CORNER, text.strip()))
                read_result.submission.observations.append(
                    TEXT_WITHOUT_PLACE.at(name, value=shorten(text, 200), count="1")
                )


def _typed(margin: str) -> Iterator[str]:
    """Yield the words of a header or footer, part by part, without codes and what names the number of a page."""
    for part in SECTION.split(margin.replace("&&", "\0")):
        text = MARGIN_CODE.sub("", part).replace("\0", "&").strip()
        if "&P" not in part or len(text.split()) > PAGE_WORDS:
            yield text


def _cell(overlay: Overlay) -> str | None:
    return address(overlay.row, overlay.column) if overlay.row else None


def _what(say: Translate) -> dict[str, str]:
    return {
        "shape": say("A shape"),
        "picture": say("A picture"),
        "background": say("A background picture"),
        "chart": say("A chart"),
        "diagram": say("A diagram"),
        "ink": say("Something handwritten"),
        "control": say("A button or another control"),
        "object": say("An embedded object"),
    }


def _observer(read_result: ReadResult) -> Callable[..., None]:
    """Return what notes a kind of finding about the answer at a cell of a sheet, or about the place alone."""
    tools = {name: tool for tool, name in read_result.submission.sheets.items()}
    parts = {part.key: part for part in read_result.plan.parts}
    below = {
        (read_result.submission.sheets[tool], cell): parts[key]
        for tool, cells in read_result.submission.cells.items()
        for key, cell in cells.items()
    }

    def observe(kind: Kind, sheet: str, cell: str | None, **detail: str) -> None:
        part = below.get((sheet, cell or ""))
        if part is None:
            seen = kind.at(sheet, cell, tools.get(sheet), **detail)
        else:
            seen = observe_at(
                kind, sheet, cell, part, label=read_result.plan.layout.question(part.slot), **detail
            )
        read_result.submission.observations.append(seen)

    return observe
