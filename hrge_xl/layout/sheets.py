"""Places blocks on sheets: codes in the first row and column, then titles, grids, and hidden checks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ..errors import UsageError
from ..fields import FIELD_TYPES, Field
from ..spec.model import (
    CatalogueBlock,
    ChecklistBlock,
    FieldBlock,
    FormBlock,
    Item,
    ItemsFrom,
    RegisterBlock,
    Spec,
    Tool,
)
from ..words import translator
from .calculated import drawn_blocks
from .lists import build_lists
from .messages import build_messages
from .model import (
    FIRST_ANSWER_COLUMN,
    FIRST_BLOCK_ROW,
    MARK_COLUMN,
    NAME_COLUMN,
    STATUS_COLUMN,
    Column,
    Grid,
    Layout,
    Place,
    Row,
    Sheet,
    Slot,
)

MARK_WIDTH, NAME_WIDTH, STATUS_WIDTH, HELP_WIDTH = 11, 44, 26, 46
HEAD_WIDTH, HELP_LINES, NO_STATUS_WIDTH = 30, 4, 2
FORM_ANSWER_WIDTH, RECORD_WIDTH, CHECK_WIDTH = 54, 34, 9


def build(
    spec: Spec, language: str, tools: Iterable[str] | None = None, blank_rows: int | None = None
) -> Layout:
    """Lay a spec out. `tools` chooses sheets by code (those marked `always` come anyway); None takes all.

    Raises `UsageError` for a language or tool that the spec does not have.
    """
    if language not in spec.languages:
        raise UsageError(f"'{language}' is no language of {spec.name}. It has: {', '.join(spec.languages)}.")
    chosen = _choose(spec, tools)
    codes = [tool.code for tool in chosen]
    sheets = tuple(_sheet(spec, tool, language, codes, blank_rows) for tool in chosen)
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
    )
    return replace(layout, digest=_digest(layout))


_LAYOUTS: dict[tuple[str, str, str, tuple[str, ...] | None, int | None], Layout] = {}
MOST_LAYOUTS = 32  # remembered at a time


def laid_out(
    spec: Spec, language: str, tools: Iterable[str] | None = None, blank_rows: int | None = None
) -> Layout:
    """Lay a spec out as `build` does, once a process for the same spec, language and choice."""
    chosen = None if tools is None else tuple(tools)
    # the folder too: a copy of the spec elsewhere may be gone by now, and a layout leads to its spec
    key = (spec.digest or str(id(spec)), spec.folder, language, chosen, blank_rows)
    if key not in _LAYOUTS:
        if len(_LAYOUTS) >= MOST_LAYOUTS:
            _LAYOUTS.clear()
        _LAYOUTS[key] = build(spec, language, chosen, blank_rows)
    return _LAYOUTS[key]


def _choose(spec: Spec, tools: Iterable[str] | None) -> list[Tool]:
    if tools is None:
        return list(spec.tools)
    wanted = {_full_code(spec, code) for code in tools}
    return [tool for tool in spec.tools if tool.always or tool.code in wanted]


def _full_code(spec: Spec, code: str) -> str:
    """Give the code as the spec writes it."""
    found = spec.tool_called(code)
    if found is not None:
        return found
    raise UsageError(f"'{code}' is no tool of {spec.name}. It has: {', '.join(spec.tool)}.")


def _sheet(spec: Spec, tool: Tool, language: str, issued: Sequence[str], blank_rows: int | None) -> Sheet:
    builder = _SheetBuilder(spec, tool, language, issued, blank_rows)
    grids = builder.grids()
    widths: dict[int, int] = {}
    last_row = max((row.index for grid in grids for row in grid.rows), default=FIRST_BLOCK_ROW - 1)
    drawn = drawn_blocks(spec, tool, last_row + 1, issued)
    columns = [(column.index, column.width) for grid in grids for column in grid.columns]
    for index, width in (*columns, *(pair for each in drawn for pair in each.widths.items())):
        widths[index] = max(widths.get(index, 0), width)
    last = Place(max(last_row, FIRST_BLOCK_ROW), max(widths, default=2))
    return Sheet(tool, tool.sheet.say(language), grids, widths, last, drawn)


class _SheetBuilder:
    """Walks down one sheet and gives every block its rows and columns."""

    def __init__(
        self, spec: Spec, tool: Tool, language: str, issued: Sequence[str], blank_rows: int | None
    ) -> None:
        self.spec, self.tool, self.language = spec, tool, language
        self.issued, self.blank_rows = issued, blank_rows
        self.say = translator(language)

    def grids(self) -> tuple[Grid, ...]:
        visible: list[tuple[FieldBlock, int, list[Column], list[Row]]] = []
        row = FIRST_BLOCK_ROW
        for number, block in enumerate(self.tool.blocks):
            if not isinstance(block, FieldBlock):
                continue
            columns = list(
                self._form_columns(block) if isinstance(block, FormBlock) else self._columns(block)
            )
            rows = list(self._rows(block, row))
            if not any(each.role in ("item", "record", "question") for each in rows):
                continue  # a list of the sheets issued, and none was
            row = rows[-1].index + 1
            visible.append((block, number, columns, rows))
        free = max((c.index for _, _, columns, _ in visible for c in columns), default=1) + 1
        grids = []
        for held, number, columns, rows in visible:
            checks = list(_check_columns(held, columns, free))
            free += len(checks)
            grid = Grid(number, self.tool, held, (*columns, *checks), tuple(rows), ())
            grids.append(replace(grid, slots=tuple(self._slots(grid))))
        return tuple(grids)

    # columns

    def _form_columns(self, block: FormBlock) -> Iterator[Column]:
        yield Column(MARK_COLUMN, "mark", "", self.say("No."), MARK_WIDTH)
        yield Column(NAME_COLUMN, "name", "", self.say("Question"), NAME_WIDTH)
        yield Column(STATUS_COLUMN, "status", "status", self.say("Status"), STATUS_WIDTH)
        name = block.record.say(self.language) or self.say("Answer")
        for record in range(1, block.records + 1):
            index = FIRST_ANSWER_COLUMN + record - 1
            single = block.records == 1
            label = name if single else f"{name} {record}"
            width = FORM_ANSWER_WIDTH if single else RECORD_WIDTH
            yield Column(index, "answer", f"answer.{record}", label, width, record=record)
        if block.records == 1:  # otherwise the help stands below the question, not behind all records
            place = FIRST_ANSWER_COLUMN + block.records
            yield Column(place, "help", "", self.say("What to write"), HELP_WIDTH)

    def _columns(self, block: FieldBlock) -> Iterator[Column]:
        yield Column(MARK_COLUMN, "mark", "", self.say("No."), MARK_WIDTH)
        fields = list(block.fields)
        column = NAME_COLUMN
        if isinstance(block, RegisterBlock):
            for each in self._cells(fields.pop(0), column, NAME_WIDTH):
                column = each.index + 1
                yield each
        else:
            label = getattr(block, "item").say(self.language) or self.say("Item")  # noqa: B009
            yield Column(NAME_COLUMN, "name", "", label, NAME_WIDTH)
            column += 1
        status = NO_STATUS_WIDTH if self._only_to_read(block) else STATUS_WIDTH
        yield Column(column, "status", "status", self.say("Status"), status)
        column += 1
        for field in fields:
            for each in self._cells(field, column):
                column = each.index + 1
                yield each

    def _only_to_read(self, block: FieldBlock) -> bool:
        """Whether the sheet is this one block and nothing in it can be answered."""
        return len(self.tool.field_blocks) == 1 and all(each.fixed for each in block.fields)

    def _cells(self, field: Field, first: int, width: int | None = None) -> Iterator[Column]:
        """The column of a field, or the columns of one with several answers."""
        role = "fixed" if field.fixed else "calculated" if field.calculated else "answer"
        label = field.asks(self.language)
        wide = width or max(field.width or self._type_width(field), self._head_width(field))
        if not field.several or field.fixed:
            yield Column(first, role, field.code, label, wide, field)
            return
        for part in range(1, field.cells + 1):
            code = f"{field.code}.{part}"
            yield Column(first + part - 1, role, code, f"{label} {part}", wide, field, part)

    def _head_width(self, field: Field) -> int:
        """How wide a column must be for its head: words in one piece, label and help in a few lines."""
        label, hint = field.asks(self.language), field.help.say(self.language)
        word = max((len(each) for each in label.split()), default=0)
        if field.width is not None:
            return word + 3
        return min(max(word + 5, len(label) * 5 // 8, len(hint) // HELP_LINES), HEAD_WIDTH)

    def _type_width(self, field: Field) -> int:
        if field.calculated and field.result == "text":
            return FIELD_TYPES["long"].width
        return field.type.width

    # rows

    def _rows(self, block: FieldBlock, first: int) -> Iterator[Row]:
        index = first
        if block.title:
            yield Row(
                index, "title", label=block.title.say(self.language), help=block.help.say(self.language)
            )
            index += 1
        yield Row(index, "header")
        index += 1
        for row in self._data_rows(block):
            yield replace(row, index=index)
            index += 1

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
    """One hidden column for each field of a table, or for each record of a form."""
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


def items_of(spec: Spec, block: ChecklistBlock | CatalogueBlock, issued: Sequence[str]) -> tuple[Item, ...]:
    """The fixed rows of a block; those that come from the tools are the tools that were issued."""
    if not isinstance(block.items, ItemsFrom):
        return block.items
    if block.items.vocabulary is not None:
        entries = spec.vocabularies[block.items.vocabulary].items
        return tuple(Item(code=each.code, label=each.label, help=each.help) for each in entries)
    tools = [spec.tool[code] for code in issued]
    return tuple(Item(code=t.code, label=t.title) for t in tools if t.can_be_ticked)


def _digest(layout: Layout) -> str:
    """SHA-256 over every code and its place: two workbooks with one digest can be read by position."""
    total = hashlib.sha256()
    for sheet in layout.sheets:
        total.update(f"[{sheet.tool.code}]".encode())
        for slot in sheet.slots:
            for (row, column), cell in zip(slot.codes, slot.cells, strict=True):
                total.update(f"{row}|{column}|{cell.row}|{cell.column}\n".encode())
    return total.hexdigest()[:16]
