"""Places blocks on sheets: codes in the first row and column, then titles, grids, and hidden checks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import count, product

from ..answers.submission import CLOSED
from ..core.errors import UsageError, did_you_mean
from ..core.words import begun_in_order, translator
from ..core.work import grouped
from ..fields import FIELD_TYPES, TOTALS, Field, step_in
from ..findings import sentence
from ..spec.drawings import (
    GUIDE_IS_A_SHEET,
    PEOPLE_SEE_NO_CODES,
    SHEETS_WITHOUT_SOURCES_ARE_LEFT_OUT,
    SHOWN_ANSWERS_STAY_IN_VIEW,
    STEPS_HAVE_THE_WORDS_OF_THEIR_LIST,
    WIDTHS_OF_NAMES_ARE_KEPT,
    WORDS_ARE_KEPT_WHOLE,
)
from ..spec.issuance import is_shown, items_of, tool_code
from ..spec.model import (
    CatalogueBlock,
    ChecklistBlock,
    FieldBlock,
    FormBlock,
    Guide,
    RegisterBlock,
    Spec,
    Tool,
    Vocabulary,
    VocabularyItem,
)
from .lists import IN_FORM, ROLE, build_lists, code_of, drawn_blocks, last_places
from .messages import build_messages
from .model import (
    FIRST_ROW,
    HEAD_ROW,
    HIDDEN,
    MARK_COLUMN,
    NARROW,
    PROGRESS_ROW,
    Grid,
    GridColumn,
    Layout,
    PanelLine,
    Place,
    Row,
    Sheet,
    Slot,
)

# A laptop's window shows some 165 characters; two fifths of that may stay in view.
FROZEN_WIDTH = 66
MARK_WIDTH = 9
SIGN_WIDTH = 13
NAME_WIDTH = 44
LEAST_NAME_WIDTH = 24
# at most of what a head asks for, and of that what the filter takes
HEAD_WIDTH = 26
HEAD_BUTTON = 3
HEAD_FILTER = 2
QUESTION_WIDTH = 32
FORM_ANSWER_WIDTH = 52
HELP_WIDTH = 34
FORM_STATUS_WIDTH = 25
STATUS_WIDTH = 20
RECORD_WIDTH = 34
CHECK_WIDTH = 9
# of what was said in the round before
LAST_WIDTH = 26
CLOSED_WIDTH = 22
FORM_LAST_WIDTH = 34
AROUND = 4  # characters around the longest word of its head
GAP_WIDTH = 3
ABOUT_WIDTH = 22
PANEL_WIDTH = 88


def build(
    spec: Spec,
    language: str,
    tools: Iterable[str] | None = None,
    blank_rows: int | None = None,
    *,
    last: bool = False,
) -> Layout:
    """Lay a spec out, once a process for the same choice. `tools` chooses sheets by code; None takes all.

    Those marked `always` come anyway. `last`: with places for answers of the round before.
    Raises `UsageError` for a language or tool that the spec does not have.
    """
    return _built(spec, language, None if tools is None else tuple(tools), blank_rows, last)


@lru_cache(maxsize=32)
def _built(
    spec: Spec,
    language: str,
    chosen_tools: tuple[str, ...] | None,
    blank_rows: int | None,
    last: bool,
) -> Layout:
    if language not in spec.languages:
        hint = did_you_mean(language, spec.languages)
        raise UsageError(
            f"'{language}' is not a language of {spec.name}.",
            value=language,
            remedy=f"{hint}It has: {', '.join(spec.languages)}.",
        )
    tools = _choose(spec, chosen_tools)
    codes = [tool.code for tool in tools]
    builders = [_SheetBuilder(spec, language, codes, blank_rows, last, tool) for tool in tools]
    # a calculated sheet that draws from sheets of which none was issued is not issued either; with specs that say
    # nothing of how they are drawn it was, and it is read where a stamp names it
    also_without_sources = (
        {*(chosen_tools or ())} if spec.drawing < SHEETS_WITHOUT_SOURCES_ARE_LEFT_OUT else set()
    )
    sheets = tuple(
        sheet
        for sheet in (builder.sheet() for builder in builders)
        if sheet.drawn or not sheet.tool.calculated or sheet.tool.code in also_without_sources
    )
    say = translator(language)
    layout = Layout(
        spec=spec,
        language=language,
        sheets=sheets,
        lists=build_lists(spec, language, codes),
        messages=build_messages(spec, language, codes),
        cover_name=say("Cover"),
        lists_name=say("Lists"),
        guide_name=say("How to fill in") if any(sheet.guide for sheet in sheets) else "",
        blank_rows=blank_rows,
        digest="",
        last=last_places(spec, sheets) if last else {},
    )
    return replace(layout, digest=_digest(layout))


def _choose(spec: Spec, codes: Iterable[str] | None) -> list[Tool]:
    if codes is None:
        return list(spec.tools)
    chosen = {tool_code(spec, code) for code in codes}
    chosen |= {with_it for code in chosen if (with_it := spec.tool[code].goes_with) is not None}
    return [tool for tool in spec.tools if tool.always or (tool.goes_with or tool.code) in chosen]


@dataclass
class _SheetBuilder:
    """Walks down one sheet and gives every block its rows and columns; `last`: with answers of the round before."""

    spec: Spec
    language: str
    issued: Sequence[str]
    blank_rows: int | None
    last: bool
    tool: Tool

    def __post_init__(self) -> None:
        self.say = translator(self.language)
        # whether the sheet is a form, whose columns a list of items shares
        self.is_form = any(isinstance(block, FormBlock) for block in self.tool.blocks)
        # the columns that every grid has, or every one with something to fill in
        self.mark = GridColumn(0, "mark", "", self.say("No."), MARK_WIDTH)
        self.sign = GridColumn(0, "sign", "sign", self.say("Check"), SIGN_WIDTH)
        width = FORM_STATUS_WIDTH if self.is_form else STATUS_WIDTH
        self.status = GridColumn(0, "status", "status", self.say("What to do"), width)
        self.numbers = count(1)  # of questions

    def sheet(self) -> Sheet:
        """Return the sheet with its grids, its panel beside them and its calculated blocks below."""
        grids, free = self._grids()
        hidden = bool(self.tool.seen_with) and set(self.tool.seen_with).isdisjoint(self.issued)
        guide = tuple(_panel(self.spec, self.tool, grids, self.language))
        panel = guide if self.spec.drawing < GUIDE_IS_A_SHEET else ()
        guide = () if panel or hidden else guide
        last_row = max((row.index for grid in grids for row in grid.rows), default=HEAD_ROW)
        drawn = drawn_blocks(
            self.spec,
            self.tool,
            last_row + 1 if grids else PROGRESS_ROW,
            self.issued,
            self.language,
        )
        column_widths = [(column.index, column.width) for grid in grids for column in grid.columns]
        if panel:
            column_widths += enumerate((GAP_WIDTH, ABOUT_WIDTH, PANEL_WIDTH), free)
        widths: dict[int, int] = {}
        for index, width in (
            *column_widths,
            *(pair for block in drawn for pair in block.widths.items()),
        ):
            widths[index] = max(widths.get(index, 0), width)
        name = self.tool.sheet.say(self.language)
        last = Place(last_row, max(widths, default=2))
        beside = free + 1 if panel else 0
        return Sheet(self.tool, name, grids, widths, last, drawn, panel, beside, guide, hidden)

    def _grids(self) -> tuple[tuple[Grid, ...], int]:
        """Return the grids, and the first column behind what is seen of them: there is the panel, then the checks."""
        visible: list[Grid] = []
        row = FIRST_ROW
        for number, block in enumerate(self.tool.blocks):
            if isinstance(block, FieldBlock):
                columns = tuple(self._columns(block))
                rows = tuple(
                    replace(new, index=index) for index, new in enumerate(self._rows(block), row)
                )
                leading = len(self._leading(block)) or 1
                grid = Grid(number, self.tool, block, columns, rows, (), leading)
                if grid.data_rows:  # else a list of the sheets issued, and none was
                    visible.append(grid)
                    row = rows[-1].index + 1
        behind = max((column.index for grid in visible for column in grid.columns), default=1) + 1
        grids = []
        free = behind + 3
        for grid in visible:
            checks = tuple(_check_columns(grid, free))
            free += len(checks)
            checked = replace(grid, columns=grid.columns + checks)
            grids.append(replace(checked, slots=tuple(_slots(checked))))
        return tuple(grids), behind

    # columns

    def _columns(self, block: FieldBlock) -> Iterator[GridColumn]:
        """Yield the columns of a block, from left to right."""
        if isinstance(block, FormBlock):
            name = block.record.say(self.language) or self.say("Answer")
            numbers = range(1, block.records + 1)
            labels = [name] if block.records == 1 else [f"{name} {number}" for number in numbers]
            width = FORM_ANSWER_WIDTH if block.records == 1 else RECORD_WIDTH
            columns = self._form_columns(
                GridColumn(0, "answer", f"answer.{number}", label, width, record=number)
                for number, label in zip(numbers, labels, strict=True)
            )
        elif self.is_form:
            (field,) = block.fields
            answer = GridColumn(
                0, "answer", field.code, self.say("Answer"), FORM_ANSWER_WIDTH, field
            )
            columns = self._form_columns([answer])
        else:
            columns = self._table_columns(block)
        for index, column in enumerate(columns, start=MARK_COLUMN):
            yield replace(column, index=index)

    def _form_columns(self, answers: Iterable[GridColumn]) -> Iterator[GridColumn]:
        """Yield those of a form, and of a list of items with one answer each that shares its columns."""
        answers = list(answers)
        single = len(answers) == 1
        yield from (self.mark, self.sign)
        yield GridColumn(0, "name", "", self.say("Question"), QUESTION_WIDTH)
        yield from answers
        if (
            single
            and self.last
            and any(is_shown(self.spec, field) for field in self.tool.fields.values())
        ):
            yield GridColumn(0, ROLE, code_of(IN_FORM), self.say("Last time"), FORM_LAST_WIDTH)
        if single:  # otherwise the help stands below the question, not behind all records
            yield GridColumn(0, "help", "", self.say("What to write"), HELP_WIDTH)
        yield self.status

    def _table_columns(self, block: FieldBlock) -> Iterator[GridColumn]:
        """Yield the columns: number and check, what sums a row up, its name, givens, inputs, results, what to do.

        What was said in the round before is given.
        """
        fields = list(block.fields)
        asks = any(field.asked for field in fields)
        summaries = [field for field in fields if field.summary]
        yield self.mark
        if asks:
            yield self.sign
        for field in summaries:
            yield from self._cells(field)
        leading = self._leading(block)
        narrow = [*summaries, *leading[:-1]]
        room = (
            FROZEN_WIDTH
            - MARK_WIDTH
            - SIGN_WIDTH * asks
            - sum(self._width(field) for field in narrow)
        )
        width = min(max(room, LEAST_NAME_WIDTH), NAME_WIDTH)
        if leading:
            if self.spec.drawing >= WIDTHS_OF_NAMES_ARE_KEPT and leading[-1].width is not None:
                width = min(width, max(leading[-1].width, LEAST_NAME_WIDTH))
            for field in leading[:-1]:
                yield from self._cells(field)
            yield from self._cells(leading[-1], width)
        else:
            label = getattr(block, "item").say(self.language) or self.say("Item")  # noqa: B009
            yield GridColumn(0, "name", "", label, width)
        drawn_codes = {field.code for field in (*summaries, *leading)}
        remaining_fields = [field for field in fields if field.code not in drawn_codes]
        for field in remaining_fields:
            if field.fixed:
                yield from self._cells(field)
        yield from self._last_columns(block) if self.last else ()
        not_fixed = [field for field in remaining_fields if not field.fixed]
        for field in sorted(not_fixed, key=lambda field: field.calculated and not field.beside):
            yield from self._cells(field)
        if asks:
            yield self.status

    def _leading(self, block: FieldBlock) -> list[Field]:
        """Return the answers of a register that stay in view: what names a row, and one before it."""
        if not isinstance(block, RegisterBlock):
            return []
        fields = [field for field in block.fields if not field.summary]
        answers = [field for field in fields if field.asked]
        codes = [field.code for field in answers[:2]]
        if self.spec.drawing >= SHOWN_ANSWERS_STAY_IN_VIEW and block.shows in codes:
            return answers[: codes.index(block.shows) + 1]
        return fields[:1]

    def _last_columns(self, block: FieldBlock) -> Iterator[GridColumn]:
        """Yield one for each field whose answer in the round before is shown, and one for rows that were over."""
        if isinstance(block, RegisterBlock) and block.closed is not None:
            yield GridColumn(0, ROLE, code_of(CLOSED), self.say("Closed last time"), CLOSED_WIDTH)
        for field in block.fields:
            if is_shown(self.spec, field):
                label = sentence(
                    self.say("Last time: {label}"), {"label": field.asks(self.language)}
                )
                words = max(map(len, label.split()), default=0) + AROUND
                width = max(min(self._width(field), LAST_WIDTH), words)
                yield GridColumn(0, ROLE, code_of(field.code), label, width)

    def _cells(self, field: Field, width: int | None = None) -> Iterator[GridColumn]:
        """Yield the column of a field, or the columns of one with several answers."""
        role = "fixed" if field.fixed else "calculated" if field.calculated else "answer"
        label = field.asks(self.language)
        wide = width or self._width(field)
        if not field.several or field.fixed:
            yield GridColumn(0, role, field.code, label, wide, field)
            return
        for part in range(1, field.cells + 1):
            yield GridColumn(0, role, f"{field.code}.{part}", f"{label} {part}", wide, field, part)

    def _width(self, field: Field) -> int:
        """Return the width of a column; its head needs words in one piece, the label in two lines; turned heads fit."""
        label = field.asks(self.language)
        if self.spec.drawing >= WORDS_ARE_KEPT_WHOLE:
            width = field.width or self._usual_width(field)
            if width < NARROW:
                return width
            return max(width, _head_width(label), self._longest_word(field))
        word = max(map(len, label.split()), default=0) + HEAD_BUTTON
        if field.width is not None:
            return max(field.width, 0 if field.width < NARROW else word)
        return max(self._usual_width(field), min(max(word, len(label) // 2), HEAD_WIDTH))

    def _usual_width(self, field: Field) -> int:
        """Return the width that a column has if its spec says nothing."""
        long = field.calculated and field.result == "text"
        of_type = FIELD_TYPES["long"] if long else field.type
        return of_type.width

    def _longest_word(self, field: Field) -> int:
        """Return the width that keeps every word of the list of a field whole; 0 without a list."""
        vocabulary = self.spec.vocabularies.get(field.list_name or "")
        if vocabulary is None:
            return 0
        words = " ".join(entry.label.say(self.language) for entry in vocabulary.items).split()
        return max(map(len, words), default=0) + 1

    # rows

    def _rows(self, block: FieldBlock) -> Iterator[Row]:
        """Title a part of a form (a table has that of its sheet); below a table are its totals.

        Below open rows it is said what to do when they are full.
        """
        if block.title and self.is_form:
            yield Row(
                0, "title", label=block.title.say(self.language), help=block.help.say(self.language)
            )
        if isinstance(block, FormBlock):
            yield from self._questions(block)
        elif isinstance(block, RegisterBlock):
            rows = max(self.blank_rows or block.rows, block.least_rows)
            for number in range(1, rows + 1):
                code = f"{block.id}{number:02d}"
                yield Row(0, "record", code, code, code)
        elif isinstance(block, ChecklistBlock | CatalogueBlock):
            for entry in items_of(self.spec, block, self.issued):
                if entry.section:
                    yield Row(0, "section", label=entry.section.say(self.language))
                label = entry.label.say(self.language)
                hint = entry.help.say(self.language)
                mark = entry.code
                if self.spec.drawing >= PEOPLE_SEE_NO_CODES:
                    mark = begun_in_order(self.spec.shown_code(mark), self.language)
                yield Row(0, "item", entry.code, mark, label, hint, entry)
        if not self.is_form:
            total_kinds = {kind for field in block.fields for kind in field.total}
            names = (self.say("Total"), self.say("Mean"), self.say("Answers"))
            for kind, name in zip(TOTALS, names, strict=True):
                if kind in total_kinds:
                    yield Row(0, "total", f"total:{kind}", label=name)
        if isinstance(block, RegisterBlock):
            text = self.say(
                "All rows in use? Ask for a workbook with more rows; nothing that you wrote is lost."
            )
            yield Row(0, "note", label=text)

    def _questions(self, block: FormBlock) -> Iterator[Row]:
        for field in block.fields:
            label = field.asks(self.language)
            hint = field.help.say(self.language)
            mark = (
                field.code if self.spec.drawing < PEOPLE_SEE_NO_CODES else str(next(self.numbers))
            )
            if not field.several:
                yield Row(0, "question", field.code, mark, label, hint, None, field)
                continue
            for part in range(1, field.cells + 1):
                yield Row(
                    0, "question", f"{field.code}.{part}", mark, label, hint, None, field, part
                )
                label = hint = mark = ""


def _head_width(label: str) -> int:
    """Return the least width in which a head takes two lines beside the button of the filter.

    A longer head takes three, with its words in one piece.
    """
    words = label.split()
    least = len(label)
    for cut in range(1, len(words)):
        lines = " ".join(words[:cut]), " ".join(words[cut:])
        least = min(least, max(map(len, lines)))
    longest_word = max(map(len, words), default=0)
    return max(min(least, HEAD_WIDTH), longest_word) + HEAD_FILTER


def _slots(grid: Grid) -> Iterator[Slot]:
    """Yield the slots of a form by field and record, of a table by row and field."""
    checks = grid.check_columns
    tool = grid.tool.code
    order = {check: number for number, check in enumerate(checks)}
    for key, cells in grouped(_answer_cells(grid)).items():
        record, field_code, check = key
        field = grid.tool.fields[field_code]
        places = tuple(Place(row.index, c.index) for row, c in cells)
        codes = tuple((row.code, column.code) for row, column in cells)
        beside = (
            Place(places[0].row, checks[check])
            if check in checks and not field.calculated
            else None
        )
        yield Slot(tool, record, field, grid.number, places, codes, beside, order.get(check, 0))


def _answer_cells(
    grid: Grid,
) -> Iterator[tuple[tuple[str, str, tuple[str, int]], tuple[Row, GridColumn]]]:
    """Yield each cell of an answer with what those of one answer share: record, field, and the key of its check."""
    if grid.across:
        for row, column in product(grid.data_rows, grid.with_role("answer")):
            if row.field is not None:
                yield (str(column.record), row.field.code, ("", column.record)), (row, column)
        return
    for row, column in product(grid.data_rows, grid.columns):
        if column.role in ("answer", "calculated") and column.field is not None:
            yield (row.code, column.field.code, (column.field.code, 0)), (row, column)


def _check_columns(grid: Grid, first: int) -> Iterator[GridColumn]:
    """Yield one hidden column for each field of a table, or for each record of a form."""
    if isinstance(grid.block, FormBlock):
        for record in range(1, grid.records + 1):
            code = f"check.answer.{record}"
            yield GridColumn(first + record - 1, "check", code, "", CHECK_WIDTH, record=record)
        return
    if isinstance(grid.block, RegisterBlock):
        yield GridColumn(first, "active", "check.row", "", CHECK_WIDTH)
        first += 1
    answer_fields = {
        column.field.code: column.field
        for column in grid.with_role("answer")
        if column.field is not None
    }
    for index, (code, field) in enumerate(answer_fields.items(), first):
        yield GridColumn(index, "check", f"check.{code}", "", CHECK_WIDTH, field)


def _digest(layout: Layout) -> str:
    """SHA-256 over every code and its place: two workbooks with one digest can be read by position."""
    total = hashlib.sha256()
    for sheet in layout.sheets:
        total.update(f"[{sheet.tool.code}]".encode())
        for slot in sheet.slots:
            for (row, column), cell in zip(slot.codes, slot.cells, strict=True):
                total.update(f"{row}|{column}|{cell.row}|{cell.column}\n".encode())
    for (tool, row, field), cells in layout.last.items():
        total.update(f"last|{tool}|{row}|{field}|{cells[0].row}|{cells[0].column}\n".encode())
    return total.hexdigest()[:16]


# the panel beside a table: what to look at first, how a row may look, what steps and entries mean


def _panel(spec: Spec, tool: Tool, grids: Sequence[Grid], language: str) -> Iterator[PanelLine]:
    """Yield everything that helps to fill in a sheet; nothing where there is nothing to say."""
    if grids:
        yield from _guide(spec, tool, language)
        yield from _hints(spec, grids, language)
        yield from _lists(spec, tool, language)


def _hints(spec: Spec, grids: Sequence[Grid], language: str) -> Iterator[PanelLine]:
    """Say what to write in columns whose heads have no room for it."""
    columns = (column for grid in grids if not grid.across for column in grid.columns)
    texts = [
        (column.label, column.field.help.say(language))
        for column in columns
        if column.field
        and column.part < 2
        and column.role not in HIDDEN
        and not column.hint(spec, language)
    ]
    if any(text for _, text in texts):
        yield PanelLine(translator(language)("What to write"), is_head=True)
    for label, text in texts:
        if text:
            yield from _line(label, text)


def _guide(spec: Spec, tool: Tool, language: str) -> Iterator[PanelLine]:
    guide = tool.guide
    say = translator(language)
    if guide == Guide():
        return
    if spec.drawing < GUIDE_IS_A_SHEET:
        yield PanelLine(say("How to fill in"), is_head=True)
    yield from _line(say("What it is for"), tool.purpose.say(language))
    yield from _line(say("Who should be there"), guide.who.say(language))
    if guide.minutes:
        yield PanelLine(
            say("About {minutes} minutes").format(minutes=guide.minutes), say("Time needed")
        )
    about = say("Before you start")
    for text in guide.look_at:
        yield from _line(about, text.say(language))
        about = ""
    if guide.example:
        yield PanelLine(say("An example"), is_head=True, example=True)
        for code, text in guide.example.items():
            field = tool.fields[code]
            example_text = text.say(language)
            stepped_as_listed = spec.drawing >= STEPS_HAVE_THE_WORDS_OF_THEIR_LIST
            if stepped_as_listed and field.type.stepped:
                step = spec.vocabularies[str(field.vocabulary)].by_code.get(step_in(example_text))
                example_text = step.as_step(language) if step else example_text
            yield PanelLine(example_text, field.label.say(language), example=True)


def _lists(spec: Spec, tool: Tool, language: str) -> Iterator[PanelLine]:
    """Yield the steps of every scale, and the entries of every list that need an explanation, each list once."""
    explained: dict[str, Field] = {}
    for field in tool.fields.values():
        vocabulary = spec.vocabularies.get(field.vocabulary or "")
        if vocabulary and (field.type.stepped or any(entry.help for entry in vocabulary.items)):
            explained.setdefault(str(field.vocabulary), field)
    for name, field in explained.items():
        vocabulary = spec.vocabularies[name]
        yield PanelLine(field.label.say(language), is_head=True)
        yield from _line("", vocabulary.note.say(language))
        for entry in vocabulary.items:
            if field.type.stepped or entry.help:
                yield from _entry(vocabulary, entry, field, language)


def _entry(
    vocabulary: Vocabulary, entry: VocabularyItem, field: Field, language: str
) -> Iterator[PanelLine]:
    """Yield an entry with what it means; a step with where it lies, by each way to look at it."""
    about = entry.numbered(language) if field.type.stepped else entry.label.say(language)
    ways = [
        (kind, entry.anchors[name])
        for name, kind in vocabulary.kinds.items()
        if name in entry.anchors
    ]
    anchors = [] if ways else [entry.anchor.say(language)]
    by_ways = (f"{kind.say(language)}: {text.say(language)}" for kind, text in ways)
    texts = [*anchors, entry.help.say(language), *by_ways]
    for text in list(filter(None, texts)) or [""]:
        yield from _line(about, text)
        about = ""


def _line(about: str, text: str) -> Iterator[PanelLine]:
    """Yield a text with what it is about, unless there is nothing to say."""
    if about or text:
        yield PanelLine(text, about)
