"""Draws the list of open problems: the worst of each row of every sheet, most urgent first, with links."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from ..language.sheet_text import text_literal
from ..layout import Grid, Place, Row, Sheet, Slot, column_letters, quoted
from ..layout.messages import ERROR, LEVEL, MISSING, ROW_NAME, WARNING, level_of, order_of
from ..layout.model import CODE_COLUMN
from ..spec.model import ProblemsBlock
from .calculated import BlockPainter, Summary, chosen
from .content import Content, Shown
from .grids import MESSAGES
from .runs import Run
from .shared_formulas import ROW

HELPERS = 13
RANK = 100_000  # more rows than any workbook has
LABEL_LENGTH = 90
UNUSED: list[Shown] = [0, 0, 0, 0, 0, "", "", "", "", "", ""]  # a line of the list that nothing stands in


@dataclass(frozen=True)
class Watched:
    """One row of a grid that has check cells."""

    sheet: int  # position among the sheets, from 1
    grid: Grid
    row: Row
    checks: tuple[Slot, ...]
    entry: int  # position of the grid's first column (or record) among all of them, from 1


class ProblemsPainter(BlockPainter):
    """Draws one list of problems. Hidden columns rank the rows of all sheets; the list takes the first ranks."""

    def draw(self) -> int:
        """Title, how many there are, heads, the list, and the hidden columns that it is taken from."""
        block = self.drawn.block
        assert isinstance(block, ProblemsBlock)
        self.block = block
        self.sheets = [sheet for sheet in self.layout.sheets if sheet.check_columns]
        self.entries: list[tuple[str, str]] = []  # what a check cell is about, and the column of its answer
        self.rows = [
            row for number, sheet in enumerate(self.sheets, start=1) for row in self._watch(number, sheet)
        ]
        self.summary = self.top(block)
        self.first = self.summary + 2
        self._runs()
        cells = [*self._candidates(), self._summary()]
        say = self.say
        heads = (say("No."), say("Status"), say("Sheet"), say("Row"), say("Question"), say("What to do"))
        self.heads(self.first - 1, list(heads))
        now = ProblemsNow(
            self.rows, [sheet.name for sheet in self.sheets], self.entries, self._words, self._lines()
        )
        self.pen.live([*cells, *self._list()], now)
        return self.free + HELPERS

    def _watch(self, number: int, sheet: Sheet) -> Iterator[Watched]:
        for grid in sheet.grids:
            if not grid.with_role("check"):
                continue
            entry = len(self.entries) + 1
            self.entries += self._entries_of(grid)
            for row in grid.data_rows:
                checks = tuple(s for s in grid.row_slots.get(row.index, ()) if s.check is not None)
                if checks:
                    yield Watched(number, grid, row, checks, entry)

    def _entries_of(self, grid: Grid) -> list[tuple[str, str]]:
        """For each check column of a grid what it is about, and the letters of the column of the answer."""
        if grid.across:
            answers = grid.with_role("answer")
            return [(c.label if len(answers) > 1 else "", column_letters(c.index)) for c in answers]
        found = []
        for check in grid.with_role("check"):
            assert check.field is not None
            column = next(c for c in grid.with_role("answer") if c.field is check.field)
            found.append((check.field.label.say(self.layout.language), column_letters(column.index)))
        return found

    # the hidden columns: one row for each row of the sheets, then one for each check column

    def _runs(self) -> None:
        columns = iter(range(self.free, self.free + HELPERS))
        last, end = self.first + len(self.rows) - 1, self.first + self.block.rows - 1
        self.worst, self.key, self.place, self.code, self.label, self.entry = (
            Run(next(columns), self.first, last) for _ in range(6)
        )
        entries = self.first + len(self.entries) - 1
        self.about, self.letters = (Run(next(columns), self.first, entries) for _ in range(2))
        self.pick, self.number, self.origin, self.found, self.what = (
            Run(next(columns), self.first, end) for _ in range(5)
        )

    def _candidates(self) -> Iterator[Place]:
        last = self.first + len(self.rows) - 1
        key = (
            f"=IF({self.worst.at(ROW)}<{LEVEL},0,INT({self.worst.at(ROW)}/{LEVEL})*{RANK}"
            f"+{RANK}-ROWS({self.worst.at('$' + str(self.first))}:{self.worst.at(ROW)}))"
        )
        for offset, each in enumerate(self.rows):
            columns = [slot.check.column for slot in each.checks if slot.check is not None]
            left, right = column_letters(min(columns)), column_letters(max(columns))
            sheet, row = quoted(self.sheets[each.sheet - 1].name), each.row.index
            yield self.pen.formula(
                self.worst.place(offset), f"=MAX({sheet}!${left}{row}:${right}{row})", "check"
            )
            yield self.pen.column_formula(self.key.place(offset), last, key, "check")
            self.pen.number(self.place.place(offset), each.sheet, "check")
            self.pen.text(self.code.place(offset), each.row.code, "check")
            self.pen.text(self.label.place(offset), _short(each.row), "check")
            self.pen.number(self.entry.place(offset), each.entry, "check")
        for offset, (about, letters) in enumerate(self.entries):
            self.pen.text(self.about.place(offset), about, "check")
            self.pen.text(self.letters.place(offset), letters, "check")

    # the list

    def _summary(self) -> Place:
        count = f'COUNTIF({self.key.whole},">0")' if self.rows else "0"
        return self.summarise(self.summary, count, self._lines())

    def _lines(self) -> Summary:
        return Summary(
            self.say("Nothing to correct."),
            self.say("{count} in total, most urgent first."),
            self.say("{count} in total; the {rows} most urgent are listed."),
            self.block.rows,
        )

    @property
    def _words(self) -> dict[int, str]:
        say = self.say
        return {WARNING: say("To look at"), MISSING: say("Missing"), ERROR: say("To correct")}

    def _list(self) -> Iterator[Place]:
        last = self.first + self.block.rows - 1
        formulas = self._formulas()
        for offset in range(self.block.rows):
            for run, formula, style in formulas:
                yield self.pen.column_formula(run.place(offset), last, "=" + formula, style)
        words = {self._words[ERROR]: "error", self._words[MISSING]: "missing"}
        self.frame_used(self.first, last, 6, self.left + 1, words)

    def _formulas(self) -> list[tuple[Run, str, str]]:
        """Give each column of the list: its cells, formula and style."""
        end = self.first + self.block.rows - 1
        pick, worst, origin = self.pick.at(ROW), self.number.at(ROW), self.origin.at(ROW)
        found, what = self.found.at(ROW), self.what.at(ROW)
        visible = [Run(self.left + n, self.first, end) for n in range(6)]
        number = f"ROWS({column_letters(self.left)}${self.first}:{column_letters(self.left)}{ROW})"
        keys = self.key.whole
        rank = f'IF({number}>COUNTIF({keys},">0"),0,MATCH(LARGE({keys},{number}),{keys},0))'
        sheets = chosen(origin, [sheet.name_in_book for sheet in self.sheets])
        row = f"IFERROR(MATCH(INDEX({self.code.whole},{pick}),INDEX({sheets},0,{CODE_COLUMN}),0),0)"
        words = chosen(f"INT({worst}/{LEVEL})", [text_literal(word) for word in self._words.values()])
        names = chosen(origin, [text_literal(sheet.name) for sheet in self.sheets])
        prefixes = chosen(origin, [text_literal(quoted(sheet.name) + "!") for sheet in self.sheets])
        link = f'HYPERLINK("#"&{prefixes}&INDEX({self.letters.whole},{what})&{found},INDEX({self.code.whole},{pick}))'
        label, about = f"INDEX({self.label.whole},{pick})", f"INDEX({self.about.whole},{what})"
        both = f'IF({label}="",{about}&"",IF({about}="",{label},{label}&": "&{about}))'
        message = f"INDEX({MESSAGES},MOD({worst},1000))"
        if self.layout.messages.names_rows:
            message = f"SUBSTITUTE({message},{text_literal(ROW_NAME)},INDEX({self.code.whole},{pick}))"
        return [
            (self.pick, f"IFERROR({rank},0)", "check"),
            (self.number, f"IF({pick}=0,0,INDEX({self.worst.whole},{pick}))", "check"),
            (self.origin, f"IF({pick}=0,0,INDEX({self.place.whole},{pick}))", "check"),
            (self.found, f"IF({pick}=0,0,{row})", "check"),
            (
                self.what,
                f"IF({pick}=0,0,INDEX({self.entry.whole},{pick})+999-MOD(INT({worst}/10000),1000))",
                "check",
            ),
            (visible[0], f'IF({pick}=0,"",{number})', "listed_mark"),
            (visible[1], f'IF({pick}=0,"",{words})', "listed"),
            (visible[2], f'IF({pick}=0,"",{names})', "listed"),
            (visible[3], f'IF({pick}=0,"",{link})', "listed_link"),
            (visible[4], f'IF({pick}=0,"",{both})', "listed"),
            (visible[5], f'IF({pick}=0,"",{message})', "listed"),
        ]


@dataclass(frozen=True)
class ProblemsNow:
    """The live cells of the list: the most urgent of each row with its rank, the summary, the list."""

    rows: Sequence[Watched]
    sheets: Sequence[str]
    entries: Sequence[tuple[str, str]]
    words: Mapping[int, str]
    summary: Summary

    def __call__(self, content: Content) -> Sequence[Shown]:
        """In the order of the painter."""
        worst = [max(content.checks(each.checks)) for each in self.rows]
        levels = [level_of(each) for each in worst]
        keys = [level and level * RANK + RANK - place for place, level in enumerate(levels, start=1)]
        ranked = sorted(
            (place for place, level in enumerate(levels) if level), key=lambda each: -levels[each]
        )
        values: list[Shown] = [
            *chain.from_iterable(zip(worst, keys, strict=True)),
            self.summary.now(len(ranked)),
        ]
        listed = ranked[: self.summary.most]
        for number, place in enumerate(listed, start=1):
            values += self._line(content, number, place, worst[place])
        return values + UNUSED * (self.summary.most - len(listed))

    def _line(self, content: Content, number: int, place: int, worst: int) -> Sequence[Shown]:
        each = self.rows[place]
        what = each.entry + order_of(worst)
        label, about = _short(each.row), self.entries[what - 1][0]
        message = content.layout.messages.decode(worst)
        return [
            place + 1, worst, each.sheet, each.row.index, what, number,
            self.words[level_of(worst)], self.sheets[each.sheet - 1], each.row.code,
            f"{label}: {about}" if label and about else label or about,
            message.text.replace(ROW_NAME, each.row.code) if message is not None else "",
        ]  # fmt: skip


def _short(row: Row) -> str:
    """Name what a row is about; open rows have a code only."""
    if row.label == row.code:
        return ""
    return row.label if len(row.label) <= LABEL_LENGTH else row.label[: LABEL_LENGTH - 1].rstrip() + "…"
