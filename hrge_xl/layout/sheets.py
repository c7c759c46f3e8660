"""Places blocks on sheets: codes in the first row and column, then titles, grids, and hidden checks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain

from ..errors import UsageError
from ..fields import FIELD_TYPES, Field
from ..spec.choice import tool_code
from ..spec.model import (
    CatalogueBlock,
    ChecklistBlock,
    FieldBlock,
    FormBlock,
    RegisterBlock,
    Spec,
    Tool,
)
from ..spec.rows import items_of
from ..suggest import did_you_mean
from ..words import translator
from .calculated import drawn_blocks
from .guide import panel_of
from .last import LastColumns, last_places
from .lists import build_lists
from .messages import build_messages
from .model import (
    FIRST_ROW,
    HEAD_ROW,
    MARK_COLUMN,
    NARROW,
    PROGRESS_ROW,
    Column,
    Grid,
    Layout,
    Place,
    Row,
    Sheet,
    Slot,
)

# A laptop's window is 1,250 pixels wide, at 85 percent some 205 characters; a third of that may stay in view.
FROZEN_WIDTH = 66
MARK_WIDTH, SIGN_WIDTH, NAME_WIDTH, LEAST_NAME_WIDTH = 9, 13, 44, 24
HEAD_WIDTH, HEAD_BUTTON = 26, 3  # at most of what a head asks for, and of that what the filter takes
QUESTION_WIDTH, FORM_ANSWER_WIDTH, HELP_WIDTH, FORM_STATUS_WIDTH, STATUS_WIDTH = 36, 66, 42, 34, 20
RECORD_WIDTH, CHECK_WIDTH = 34, 9
GAP_WIDTH, ABOUT_WIDTH, PANEL_WIDTH = 3, 22, 88


def build(
    spec: Spec,
    language: str,
    tools: Iterable[str] | None = None,
    blank_rows: int | None = None,
    *,
    last: bool = False,
) -> Layout:
    """Lay a spec out. `tools` chooses sheets by code (those marked `always` come anyway); None takes all.

    `last`: with places for answers of the round before.
    Raises `UsageError` for a language or tool that the spec does not have.
    """
    if language not in spec.languages:
        hint = did_you_mean(language, spec.languages)
        raise UsageError(
            f"'{language}' is not a language of {spec.name}. {hint}It has: {', '.join(spec.languages)}."
        )
    chosen = _choose(spec, tools)
    codes = [tool.code for tool in chosen]
    wish = _Wish(spec, language, codes, blank_rows, last)
    sheets = tuple(_sheet(wish, tool) for tool in chosen)
    say = translator(language)
    layout = Layout(
        spec=spec,
        language=language,
        sheets=sheets,
        lists=build_lists(spec, language, codes),
        messages=build_messages(spec, language, codes),
        cover_name=say("Cover"),
        lists_name=say("Lists"),
        blank_rows=blank_rows,
        digest="",
        last=last_places(spec, sheets) if last else {},
    )
    return replace(layout, digest=_digest(layout))


def laid_out(
    spec: Spec,
    language: str,
    tools: Iterable[str] | None = None,
    blank_rows: int | None = None,
    *,
    last: bool = False,
) -> Layout:
    """Lay a spec out as `build` does, once a process for the same spec, language and choice."""
    return _laid_out(spec, language, None if tools is None else tuple(tools), blank_rows, last)


@lru_cache(maxsize=32)
def _laid_out(
    spec: Spec, language: str, tools: tuple[str, ...] | None, blank_rows: int | None, last: bool
) -> Layout:
    return build(spec, language, tools, blank_rows, last=last)


def _choose(spec: Spec, tools: Iterable[str] | None) -> list[Tool]:
    if tools is None:
        return list(spec.tools)
    wanted = {tool_code(spec, code) for code in tools}
    wanted |= {with_it for code in wanted if (with_it := spec.tool[code].goes_with) is not None}
    return [tool for tool in spec.tools if tool.always or (tool.goes_with or tool.code) in wanted]


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is laid out: the tools issued, blank rows of registers, and whether with answers of the round before."""

    spec: Spec
    language: str
    issued: Sequence[str]
    blank_rows: int | None
    last: bool


def _sheet(wish: _Wish, tool: Tool) -> Sheet:
    builder = _SheetBuilder(wish, tool)
    grids = builder.grids()
    panel = panel_of(wish.spec, tool, grids, wish.language)
    widths: dict[int, int] = {}
    last_row = max((row.index for grid in grids for row in grid.rows), default=HEAD_ROW)
    drawn = drawn_blocks(wish.spec, tool, last_row + 1 if grids else PROGRESS_ROW, wish.issued)
    columns = [(column.index, column.width) for grid in grids for column in grid.columns]
    panel_column = builder.panel_column if panel else 0
    if panel_column:
        columns += [
            (panel_column - 1, GAP_WIDTH), (panel_column, ABOUT_WIDTH), (panel_column + 1, PANEL_WIDTH),
        ]  # fmt: skip
    for index, width in (*columns, *(pair for each in drawn for pair in each.widths.items())):
        widths[index] = max(widths.get(index, 0), width)
    last = Place(last_row, max(widths, default=2))
    return Sheet(
        tool,
        tool.sheet.say(wish.language),
        grids,
        widths,
        last,
        drawn,
        panel if panel_column else (),
        panel_column,
    )


class _SheetBuilder:
    """Walks down one sheet and gives every block its rows and columns."""

    def __init__(self, wish: _Wish, tool: Tool) -> None:
        self.spec, self.tool, self.language = wish.spec, tool, wish.language
        self.issued, self.blank_rows = wish.issued, wish.blank_rows
        self.panel_column = 0
        self.say = translator(self.language)
        self.before = LastColumns(self.spec, tool, self.language) if wish.last else None

    def grids(self) -> tuple[Grid, ...]:
        visible: list[tuple[FieldBlock, int, list[Column], list[Row]]] = []
        row = FIRST_ROW
        for number, block in enumerate(self.tool.blocks):
            if not isinstance(block, FieldBlock):
                continue
            columns = list(self._columns(block))
            rows = list(self._rows(block, row))
            if not any(each.role in ("item", "record", "question") for each in rows):
                continue  # a list of the sheets issued, and none was
            row = rows[-1].index + 1
            visible.append((block, number, columns, rows))
        free = max((c.index for _, _, columns, _ in visible for c in columns), default=1) + 1
        self.panel_column, free = free + 1, free + 3
        grids = []
        for held, number, columns, rows in visible:
            checks = list(_check_columns(held, columns, free))
            free += len(checks)
            grid = Grid(number, self.tool, held, (*columns, *checks), tuple(rows), ())
            grids.append(replace(grid, slots=tuple(self._slots(grid))))
        return tuple(grids)

    # columns

    def _columns(self, block: FieldBlock) -> Iterator[Column]:
        """Give the columns of a block, from left to right."""
        if isinstance(block, FormBlock):
            columns = self._form_columns(block)
        elif self._in_form:
            columns = self._listed_columns(block)
        else:
            columns = self._table_columns(block)
        for index, column in enumerate(columns, start=MARK_COLUMN):
            yield replace(column, index=index)

    @property
    def _in_form(self) -> bool:
        """Whether the sheet is a form, whose columns a list of items shares."""
        return any(isinstance(block, FormBlock) for block in self.tool.blocks)

    def _form_columns(self, block: FormBlock) -> Iterator[Column]:
        yield self._mark()
        yield self._sign()
        yield Column(0, "name", "", self.say("Question"), QUESTION_WIDTH)
        name = block.record.say(self.language) or self.say("Answer")
        single = block.records == 1
        for record in range(1, block.records + 1):
            label = name if single else f"{name} {record}"
            width = FORM_ANSWER_WIDTH if single else RECORD_WIDTH
            yield Column(0, "answer", f"answer.{record}", label, width, record=record)
        yield from self.before.of_form(single=single) if self.before else ()
        if single:  # otherwise the help stands below the question, not behind all records
            yield Column(0, "help", "", self.say("What to write"), HELP_WIDTH)
        yield self._status()

    def _listed_columns(self, block: FieldBlock) -> Iterator[Column]:
        """Give those of a list of items with one answer each, in the columns of a form."""
        (field,) = block.fields
        yield self._mark()
        yield self._sign()
        yield Column(0, "name", "", self.say("Question"), QUESTION_WIDTH)
        yield Column(0, "answer", field.code, self.say("Answer"), FORM_ANSWER_WIDTH, field)
        yield from self.before.of_form(single=True) if self.before else ()
        yield Column(0, "help", "", self.say("What to write"), HELP_WIDTH)
        yield self._status()

    def _table_columns(self, block: FieldBlock) -> Iterator[Column]:
        """Yield the columns: number and check, what sums a row up, its name, givens, inputs, results, what to do.

        What was said in the round before is given.
        """
        fields = list(block.fields)
        asks = any(field.asked for field in fields)
        left = [field for field in fields if field.summary]
        yield self._mark()
        if asks:
            yield self._sign()
        for field in left:
            yield from self._cells(field)
        room = FROZEN_WIDTH - MARK_WIDTH - SIGN_WIDTH * asks - sum(self._width(field) for field in left)
        width = min(max(room, LEAST_NAME_WIDTH), NAME_WIDTH)
        others = [field for field in fields if not field.summary]
        if isinstance(block, RegisterBlock):
            yield from self._cells(others.pop(0), width)
        else:
            label = getattr(block, "item").say(self.language) or self.say("Item")  # noqa: B009
            yield Column(0, "name", "", label, width)
        for field in (each for each in others if each.fixed):
            yield from self._cells(field)
        yield from self.before.of_table(block, self._width) if self.before else ()
        for field in sorted((each for each in others if not each.fixed), key=lambda each: each.calculated):
            yield from self._cells(field)
        if asks:
            yield self._status()

    def _mark(self) -> Column:
        return Column(0, "mark", "", self.say("No."), MARK_WIDTH)

    def _sign(self) -> Column:
        return Column(0, "sign", "sign", self.say("Check"), SIGN_WIDTH)

    def _status(self) -> Column:
        width = FORM_STATUS_WIDTH if self._in_form else STATUS_WIDTH
        return Column(0, "status", "status", self.say("What to do"), width)

    def _cells(self, field: Field, width: int | None = None) -> Iterator[Column]:
        """Give the column of a field, or the columns of one with several answers."""
        role = "fixed" if field.fixed else "calculated" if field.calculated else "answer"
        label, wide = field.asks(self.language), width or self._width(field)
        if not field.several or field.fixed:
            yield Column(0, role, field.code, label, wide, field)
            return
        for part in range(1, field.cells + 1):
            yield Column(0, role, f"{field.code}.{part}", f"{label} {part}", wide, field, part)

    def _width(self, field: Field) -> int:
        return max(field.width or self._type_width(field), self._head_width(field))

    def _head_width(self, field: Field) -> int:
        """Give the width a column's head needs: words in one piece, the label in two lines; turned heads fit."""
        label = field.asks(self.language)
        word = max((len(each) for each in label.split()), default=0)
        if field.width is None:
            return min(max(word + HEAD_BUTTON, len(label) // 2), HEAD_WIDTH)
        return 0 if field.width < NARROW else word + HEAD_BUTTON

    def _type_width(self, field: Field) -> int:
        if field.calculated and field.result == "text":
            return FIELD_TYPES["long"].width
        return field.type.width

    # rows

    def _rows(self, block: FieldBlock, first: int) -> Iterator[Row]:
        rows = chain(self._title(block), self._data_rows(block), self._note(block))
        for index, row in enumerate(rows, start=first):
            yield replace(row, index=index)

    def _title(self, block: FieldBlock) -> Iterator[Row]:
        """Give the title of a part of a form; a table has that of its sheet."""
        if block.title and self._in_form:
            yield Row(0, "title", label=block.title.say(self.language), help=block.help.say(self.language))

    def _note(self, block: FieldBlock) -> Iterator[Row]:
        """Say what to do when the open rows are full."""
        if isinstance(block, RegisterBlock):
            text = self.say(
                "All rows in use? Ask for a workbook with more rows; nothing that you wrote is lost."
            )
            yield Row(0, "note", label=text)

    def _data_rows(self, block: FieldBlock) -> Iterator[Row]:
        if isinstance(block, FormBlock):
            yield from self._questions(block)
        elif isinstance(block, RegisterBlock):
            for number in range(1, (self.blank_rows or block.rows) + 1):
                yield Row(0, "record", f"{block.id}{number:02d}", f"{block.id}{number:02d}")
        elif isinstance(block, ChecklistBlock | CatalogueBlock):
            for item in items_of(self.spec, block, self.issued):
                if item.section:
                    yield Row(0, "section", label=item.section.say(self.language))
                label, hint = item.label.say(self.language), item.help.say(self.language)
                yield Row(0, "item", item.code, label, hint, item)

    def _questions(self, block: FormBlock) -> Iterator[Row]:
        for field in block.fields:
            label, hint = field.asks(self.language), field.help.say(self.language)
            if field.several:
                for part in range(1, field.cells + 1):
                    code = f"{field.code}.{part}"
                    again = part > 1
                    yield Row(
                        0, "question", code, "" if again else label, "" if again else hint, None, field, part
                    )
            else:
                yield Row(0, "question", field.code, label, hint, None, field)

    # slots

    def _slots(self, grid: Grid) -> Iterator[Slot]:
        checks = {(c.field.code if c.field else "", c.record): c.index for c in grid.with_role("check")}
        if grid.across:
            yield from _form_slots(grid, checks)
        else:
            yield from _table_slots(grid, checks)


def _form_slots(grid: Grid, checks: dict[tuple[str, int], int]) -> Iterator[Slot]:
    for field in grid.block.fields:  # type: ignore[attr-defined]
        rows = [row for row in grid.rows if row.field is field]
        for column in grid.with_role("answer"):
            cells = tuple(Place(row.index, column.index) for row in rows)
            codes = tuple((row.code, column.code) for row in rows)
            calculated = field.calculated
            check = None if calculated else Place(rows[0].index, checks["", column.record])
            record = str(column.record)
            yield Slot(grid.tool.code, record, field, grid.number, cells, codes, check, column.record - 1)


def _table_slots(grid: Grid, checks: dict[tuple[str, int], int]) -> Iterator[Slot]:
    order = {str(c.field.code): number for number, c in enumerate(grid.with_role("check")) if c.field}
    by_field: dict[str, list[Column]] = {}
    for column in grid.columns:
        if column.role in ("answer", "calculated") and column.field is not None:
            by_field.setdefault(column.field.code, []).append(column)
    for row in grid.data_rows:
        for code, columns in by_field.items():
            field = columns[0].field
            assert field is not None
            cells = tuple(Place(row.index, column.index) for column in columns)
            codes = tuple((row.code, column.code) for column in columns)
            check = Place(row.index, checks[code, 0]) if (code, 0) in checks else None
            yield Slot(grid.tool.code, row.code, field, grid.number, cells, codes, check, order.get(code, 0))


def _check_columns(block: FieldBlock, columns: Sequence[Column], first: int) -> Iterator[Column]:
    """Give one hidden column for each field of a table, or for each record of a form."""
    if isinstance(block, FormBlock):
        for record in range(1, block.records + 1):
            code = f"check.answer.{record}"
            yield Column(first + record - 1, "check", code, "", CHECK_WIDTH, record=record)
        return
    if isinstance(block, RegisterBlock):
        yield Column(first, "active", "check.row", "", CHECK_WIDTH)
        first += 1
    inputs = {c.field.code: c.field for c in columns if c.role == "answer" and c.field is not None}
    for offset, (code, field) in enumerate(inputs.items()):
        yield Column(first + offset, "check", f"check.{code}", "", CHECK_WIDTH, field)


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
