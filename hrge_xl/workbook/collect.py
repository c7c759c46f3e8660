"""Draws a collected list: rows of several sheets under common columns, in sheet order, overdue ones marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from ..language.functions.choices import differs_by_row
from ..language.sheet_text import joined, text_literal
from ..layout import Grid, Layout, Place, Slot, column_letters, quoted
from ..layout.calculated import is_dated, is_figure
from ..layout.model import CODE_COLUMN, CODE_ROW, TODAY_NAME
from ..spec.compiled import Keeping, compiled
from ..spec.model import CollectBlock, Collected
from ..spec.scope import rule_scope
from ..words import translator
from .calculated import BlockPainter, Summary, chosen
from .content import Content, Shown
from .excel_formula import ExcelFormula
from .runs import Run
from .shared_formulas import ROW

HELPERS = 8
OfSource = tuple[str, int, int]  # tool of the list, number of the block, number of the source


@dataclass(frozen=True)
class Source:
    """One source with its place among those of the block, and the grid whose rows (or records) it gives."""

    number: int
    spec: Collected
    grid: Grid
    name: str  # the defined name of its sheet
    sheet: str

    @property
    def rows(self) -> list[str]:
        """The codes of its rows, or the numbers of its records."""
        if self.grid.across:
            return [str(c.record) for c in self.grid.with_role("answer")]
        return [row.code for row in self.grid.data_rows]

    def slot(self, layout: Layout, column: str, row: str) -> Slot | None:
        """Give the slot in which a row has what a column of the list shows."""
        code = self.spec.columns.get(column)
        return None if code is None else layout.slots.get((self.spec.tool, row, code))


@dataclass(frozen=True)
class Listed:
    """One row of a source."""

    source: Source
    position: int  # of the source among those issued, from 1
    row: str  # its code, or the number of a record
    name: str  # the same as people see it
    found: int  # its row on the sheet, or the column of a record


class CollectPainter(BlockPainter):
    """Draws one collected list. Hidden columns count the rows to keep; the list takes the first, second … of them."""

    def draw(self) -> int:
        """Title, how many there are, heads, the list, and the hidden columns that it is taken from."""
        block = self.drawn.block
        assert isinstance(block, CollectBlock)
        self.block = block
        self.sources = [
            self._source(number, each)
            for number, each in enumerate(block.sources)
            if each.tool in self.layout.sheet
        ]
        self.rows = list(self._rows())
        self.summary = self.top(block)
        self.first = self.summary + 2
        self._runs()
        cells = [*self._candidates(), *(self._ranks() if self.ranked else ()), self._summary()]
        self.heads(self.first - 1, self._head_labels())
        self.pen.live(
            [*cells, *self._list()], CollectNow(self.layout, self._asked(), self.rows, self._lines())
        )
        return self.free + HELPERS

    def _source(self, number: int, each: Collected) -> Source:
        sheet = self.layout.sheet[each.tool]
        block = rule_scope(self.layout.spec, sheet.tool, tuple(each.columns.values())).block
        grid = next(grid for grid in sheet.grids if grid.block is block)
        return Source(number, each, grid, sheet.name_in_book, sheet.name)

    def _rows(self) -> Iterator[Listed]:
        for position, source in enumerate(self.sources, start=1):
            for row in source.rows:
                yield Listed(source, position, row, *_seen(source, row))

    def _runs(self) -> None:
        last, end = self.first + len(self.rows) - 1, self.first + self.block.rows - 1
        self.count, self.which, self.find, self.named = (
            Run(self.free + n, self.first, last) for n in range(4)
        )
        self.pick, self.origin, self.found = (Run(self.free + 4 + n, self.first, end) for n in range(3))
        self.rank = Run(self.free + 7, self.first, last)

    # the hidden columns: one row for each row of the sources

    def _candidates(self) -> Iterator[Place]:
        conditions: dict[int, str] = {}
        for offset, each in enumerate(self.rows):
            source = each.source
            if source.grid.across or self._differs(source) or source.number not in conditions:
                conditions[source.number] = self._condition(source, each.row)
            condition = conditions[source.number].replace(ROW, str(each.found))
            yield self.pen.formula(self.count.place(offset), f"={self._count(offset, condition)}", "check")
            self.pen.number(self.which.place(offset), each.position, "check")
            if source.grid.across:
                self.pen.number(self.find.place(offset), each.found, "check")
            else:
                self.pen.text(self.find.place(offset), each.row, "check")
            self.pen.text(self.named.place(offset), each.name, "check")

    def _count(self, offset: int, condition: str) -> str:
        """Count the rows kept down to one, or say as which one it is listed where the list is ranked; 0 for none."""
        if not self.ranked:
            before = f"{self.count.at(self.first + offset - 1)}+" if offset else ""
            return f"{before}IF({condition},1,0)"
        own = self.rank.at(self.first + offset)
        above = f"COUNTIF({self.rank.at(f'${self.first}')}:{own},{own})-1"
        return f"IF(ISNUMBER({own}),RANK({own},{self.rank.whole})+{above},0)"

    @property
    def ranked(self) -> bool:
        """Whether the highest come first, not the rows in the order of the sheets."""
        return any(source.spec.rank is not None for source in self.sources)

    def _ranks(self) -> Iterator[Place]:
        """Give the rank of each row that is kept."""
        for offset, each in enumerate(self.rows):
            source = each.source
            own = None if source.grid.across else str(each.found)
            rank = self._keeping(source).rank
            compiler = ExcelFormula(self.layout, source.grid, each.row, own, away=True)
            value = "0" if rank is None else f"N({compiler.value(rank)})"
            condition = self._condition(source, each.row).replace(ROW, str(each.found))
            yield self.pen.formula(self.rank.place(offset), f'=IF({condition},{value},"")', "check")

    def _differs(self, source: Source) -> bool:
        """Say whether the condition is another one in each row, not only for the cells of that row."""
        return differs_by_row(self._keeping(source).condition)

    def _keeping(self, source: Source) -> Keeping:
        """Give the condition under which a row is listed, and its rank."""
        lists = compiled(self.layout.spec).lists.values()
        return next(each for each in lists if each.source is source.spec)

    def _condition(self, source: Source, row: str) -> str:
        own = None if source.grid.across else ROW
        compiler = ExcelFormula(self.layout, source.grid, row, own, away=True)
        condition = compiler.condition(self._keeping(source).condition)
        place = self.layout.active_place(source.grid, row)
        if place is None:
            return condition
        number = f"${place.row}" if source.grid.across else ROW
        cell = f"{quoted(source.sheet)}!${column_letters(place.column)}{number}"
        return f"AND({cell}>0,{condition})"

    # the list

    def _summary(self) -> Place:
        count = f"MAX({self.count.whole})" if self.rows else "0"
        return self.summarise(self.summary, count, self._lines())

    def _lines(self) -> Summary:
        return Summary(
            self.say("Nothing to list."),
            self.say("{count} in total."),
            self.say("{count} in total; the first {rows} are listed."),
            self.block.rows,
        )

    def _asked(self) -> Asked:
        due, columns = self.block.due, list(self.block.columns)
        dated = {column for column in columns if is_dated(self.layout.spec, self.block, column)}
        return Asked(
            (self.sheet.tool.code, self.drawn.number),
            columns,
            dated | {column for column in columns if is_figure(self.layout.spec, self.block, column)},
            None if due is None else columns.index(due),
            self.ranked,
            self.block.compact,
        )

    def _head_labels(self) -> list[str]:
        columns = [text.say(self.layout.language) for text in self.block.columns.values()]
        state = [self.say("On time?")] if self.block.due is not None else []
        if self.block.compact:
            return [self.say("Row"), *columns, *state]
        return [self.say("No."), *columns, *state, self.say("Sheet"), self.say("Row")]

    def _list(self) -> Iterator[Place]:
        formulas = self._formulas()
        last = self.first + self.block.rows - 1
        for offset in range(self.block.rows):
            for run, formula, style, form in formulas:
                yield self.pen.column_formula(run.place(offset), last, "=" + formula, style, form)
        state = self.left + 1 + len(self.block.columns)
        if self.block.bars is not None:
            bars = self.left + 1 + list(self.block.columns).index(self.block.bars)
            self.pen.bars(Place(self.first, bars), Place(last, bars))
        words = {self.say("Overdue"): "error", self.say("No date"): "missing"}
        self.frame_used(
            self.first, last, len(self._head_labels()), state, words if self.block.due is not None else {}
        )

    def _formulas(self) -> list[tuple[Run, str, str, str]]:
        """Give each column of the list: its cells, formula, style and number format."""
        end = self.first + self.block.rows - 1
        visible = [Run(self.left + n, self.first, end) for n in range(4 + len(self.block.columns))]
        pick, origin, found = self.pick.at(ROW), self.origin.at(ROW), self.found.at(ROW)
        number = f"ROWS({column_letters(self.left)}${self.first}:{column_letters(self.left)}{ROW})"
        names = [source.name for source in self.sources]
        find = f"INDEX({self.find.whole},{pick})"
        row = f"IFERROR(MATCH({find},INDEX({chosen(origin, names)},0,{CODE_COLUMN}),0),0)"
        formulas = [
            (self.pick, f"IFERROR(MATCH({number},{self.count.whole},0),0)", "check", ""),
            (self.origin, f"IF({pick}=0,0,INDEX({self.which.whole},{pick}))", "check", ""),
            (self.found, f"IF({pick}=0,0,IF(ISNUMBER({find}),{find},{row}))", "check", ""),
        ]
        address = chosen(origin, [self._address(source, found) for source in self.sources])
        hyperlink = f'HYPERLINK("#"&{address},INDEX({self.named.whole},{pick}))'
        link = f'IF({pick}=0,"",{hyperlink})'
        if self.block.compact:
            formulas.append((visible[0], link, "listed_link", ""))
        else:
            formulas.append((visible[0], f'IF({pick}=0,"",{number})', "listed_mark", ""))
        for run, column in zip(visible[1:], self.block.columns, strict=False):
            formulas.append((run, self._value(column, origin, found), "listed", self._format(column)))
        used = len(formulas) - 3
        if self.block.due is not None:
            due = visible[1 + list(self.block.columns).index(self.block.due)].at(ROW)
            formulas.append((visible[used], self._state(pick, due), "listed", ""))
            used += 1
        if not self.block.compact:
            sheets = chosen(origin, [text_literal(source.sheet) for source in self.sources])
            formulas.append((visible[used], f'IF({pick}=0,"",{sheets})', "listed", ""))
            formulas.append((visible[used + 1], link, "listed_link", ""))
        return formulas

    def _format(self, column: str) -> str:
        """Give the number format of a column."""
        dated = is_dated(self.layout.spec, self.block, column)
        return "0%" if column == self.block.bars else "yyyy-mm-dd" if dated else ""

    def _state(self, pick: str, due: str) -> str:
        words = self.say("Overdue"), self.say("Not yet due"), self.say("No date")
        late, early, never = (text_literal(word) for word in words)
        return f'IF({pick}=0,"",IF(ISNUMBER({due}),IF({due}<{TODAY_NAME},{late},{early}),{never}))'

    def _value(self, column: str, origin: str, found: str) -> str:
        cases = [self._cell(source, column, found) for source in self.sources]
        value = chosen(origin, cases)
        if is_dated(self.layout.spec, self.block, column) or is_figure(self.layout.spec, self.block, column):
            return f'IF({origin}=0,"",IFERROR(IF({value}="","",{value}),""))'
        return f'IF({origin}=0,"",IFERROR({value}&"",""))'

    def _cell(self, source: Source, column: str, found: str) -> str:
        """Give the cells of a field in one row of a source, joined where there are several."""
        slot = source.slot(self.layout, column, source.rows[0])
        if slot is None:
            return '""'
        if source.grid.across:
            codes = [row for row, _ in slot.codes]
            cells = [f"INDEX({source.name},{self._question(source, code)},{found})" for code in codes]
        else:
            cells = [f"INDEX({source.name},{found},{self._column(source, code)})" for _, code in slot.codes]
        return joined(cells, "; ")

    def _column(self, source: Source, code: str) -> str:
        """Give the number of a column of a source, wherever a column that somebody inserts moves it."""
        return f"MATCH({text_literal(code)},INDEX({source.name},{CODE_ROW},0),0)"

    def _question(self, source: Source, code: str) -> str:
        return f"MATCH({text_literal(code)},INDEX({source.name},0,{CODE_COLUMN}),0)"

    def _address(self, source: Source, found: str) -> str:
        """Give the address of the first field of the row."""
        slot = source.slot(self.layout, next(iter(source.spec.columns)), source.rows[0])
        assert slot is not None
        row, column = found, self._column(source, slot.codes[0][1])
        if source.grid.across:
            row, column = self._question(source, slot.codes[0][0]), found
        return f"{text_literal(quoted(source.sheet) + '!')}&ADDRESS({row},{column},4)"


def _seen(source: Source, row: str) -> tuple[str, int]:
    """Give the name of a row (or record), and its row on the sheet (or its column)."""
    if source.grid.across:
        column = next(c for c in source.grid.with_role("answer") if str(c.record) == row)
        return column.label, column.index
    return row, next(iter(source.grid.by_row[row].values())).cells[0].row


@dataclass(frozen=True)
class Asked:
    """What a list asks of its sources: which list it is, its columns, those with days or numbers, where it is due."""

    key: tuple[str, int]
    columns: list[str]
    figures: set[str]
    due: int | None
    ranked: bool = False
    compact: bool = False


class CollectNow:
    """The live cells of a list: how many rows are kept so far, the summary, the list."""

    def __init__(self, layout: Layout, asked: Asked, rows: Sequence[Listed], summary: Summary) -> None:
        self.layout, self.asked, self.rows, self.summary = layout, asked, rows, summary
        self.say = translator(layout.language)
        texts = (1 if asked.compact else 3) + len(asked.columns) + (asked.due is not None)
        self.unused: list[Shown] = [0, 0, 0, *[""] * texts]

    @property
    def deciding(self) -> int:
        """How many of its cells say which rows it keeps: the first ones."""
        return len(self.rows) * (2 if self.asked.ranked else 1)

    def kept(self, shown: Sequence[Shown]) -> dict[OfSource, dict[str, float]] | None:
        """Say which rows of each source these cells keep, with their ranks; None where one shows no number."""
        counts, ranks = shown[: len(self.rows)], shown[len(self.rows) :] or [0.0] * len(self.rows)
        found: dict[OfSource, dict[str, float]] = {
            (*self.asked.key, each.source.number): {} for each in self.rows
        }
        before = 0.0
        for each, count, rank in zip(self.rows, counts, ranks, strict=True):
            if not isinstance(count, int | float):
                return None
            if count > before:
                number = rank if isinstance(rank, int | float) else 0.0
                found[*self.asked.key, each.source.number][each.row] = number
            before = 0.0 if self.asked.ranked else count
        return found

    def __call__(self, content: Content) -> Sequence[Shown]:
        """In the order of the painter."""
        ranks = [self._rank(content, each) for each in self.rows]
        listed = [place for place, rank in enumerate(ranks) if rank is not None]
        if self.asked.ranked:
            listed.sort(key=lambda place: -(ranks[place] or 0.0))
            places = {place: number for number, place in enumerate(listed, start=1)}
            values: list[Shown] = [places.get(place, 0) for place in range(len(ranks))]
            values += ["" if rank is None else rank for rank in ranks]
        else:
            values = [*accumulate(int(rank is not None) for rank in ranks)]
        values.append(self.summary.now(len(listed)))
        shown = listed[: self.summary.most]
        for number, place in enumerate(shown, start=1):
            values += self._line(content, number, place)
        return values + self.unused * (self.summary.most - len(shown))

    def _rank(self, content: Content, each: Listed) -> float | None:
        """Give the rank of a row; None where it is not kept."""
        return content.kept.get((*self.asked.key, each.source.number), {}).get(each.row)

    def _line(self, content: Content, number: int, place: int) -> Sequence[Shown]:
        each = self.rows[place]
        said = [self._said(content, each, column) for column in self.asked.columns]
        state = [] if self.asked.due is None else [self._state(content, said[self.asked.due])]
        found = [place + 1, each.position, each.found]
        if self.asked.compact:
            return [*found, each.name, *said, *state]
        return [*found, number, *said, *state, each.source.sheet, each.name]

    def _said(self, content: Content, each: Listed, column: str) -> Shown:
        slot = each.source.slot(self.layout, column, each.row)
        values = [] if slot is None else [value for value in content.shown(slot) if value is not None]
        if column in self.asked.figures:
            return values[0] if values else ""
        return "; ".join(f"{value:.15g}" if isinstance(value, float) else str(value) for value in values)

    def _state(self, content: Content, due: Shown) -> str:
        if not isinstance(due, float | int):
            return self.say("No date")
        return self.say("Overdue") if due < content.today else self.say("Not yet due")
