"""The sheet of `data.xlsx` with the matrices of the latest period as heat maps, and rows by level as charts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from ..dataset.aggregates.common import TOTAL, records
from ..dataset.matrix_rows import matrix_blocks
from ..dataset.periods import choose, periods
from ..dataset.schema import AGGREGATE_MATRIX
from ..dataset.store import Store
from ..dataset.table import INTEGER
from ..words import translator
from .figures_sheet import write_period
from .sheet_rows import FONT, put

Formats = Mapping[str, Any]


def write_heat_maps(book: Workbook, sheet: Worksheet, store: Store, formats: Formats, language: str) -> None:
    """Draw every matrix of the spec, below each other. Raises `LimitError` where a text does not fit."""
    _HeatMaps(book, sheet, store, formats, language).draw()


class _HeatMaps:
    """The matrices of the latest period: counts in the colours of their levels, and rows by level as a chart."""

    def __init__(
        self, book: Workbook, sheet: Worksheet, store: Store, formats: Formats, language: str
    ) -> None:
        self.book, self.sheet, self.say = book, sheet, translator(language)
        self.store, self.formats, self.language = store, formats, language
        spec = store.schema.spec
        assert spec is not None
        assert spec.matrix is not None
        self.spec, self.matrix = spec, spec.matrix
        self.names = {level.code: level.label.say(language) for level in spec.matrix.levels}
        self.colour = {level.code: self._colour(level.colour) for level in spec.matrix.levels}
        self.counted = {
            level.code: self._colour(level.colour, self._words(level.code)) for level in spec.matrix.levels
        }

    def draw(self) -> None:
        """Draw one block a matrix, below each other."""
        self.sheet.hide_gridlines(2)
        self.sheet.set_column(0, 0, 24)
        self.sheet.set_column(1, 12, 16)
        top, counts = write_period(self.sheet, self.store, self.formats, self.language), self._counts()
        blocks = dict(enumerate(matrix_blocks(self.spec), start=1))
        for number, block in blocks.items():
            if not counts[number] and any(counts.values()):
                continue  # a matrix in which nothing stands, beside others
            top = self._block(block.title.say(self.language) or self.say("Risk matrix"), counts[number], top)
        self.sheet.fit_to_pages(1, 0)

    def _counts(self) -> dict[int, Counter[tuple[str, str]]]:
        """Count the rows in each cell of each matrix."""
        table = self.store.tables[AGGREGATE_MATRIX.name]
        ours = (table.c.by == TOTAL, table.c.period == choose(periods(self.store), None))
        found: dict[int, Counter[tuple[str, str]]] = defaultdict(Counter)
        for row in records(self.store, AGGREGATE_MATRIX.name, *ours):
            found[row["block"]][row["down"], row["across"]] = row["count"]
        return found

    def _block(self, title: str, counts: Counter[tuple[str, str]], top: int) -> int:
        """Give the title, the cells, then the rows by level; the first free row below."""
        down, across = (self.spec.vocabularies[name].items for name in (self.matrix.down, self.matrix.across))
        put(self.sheet, top, 0, title, self.formats["title"])
        for at, step in enumerate(across, start=1):
            put(self.sheet, top + 1, at, f"{step.code} {step.label.say(self.language)}", self.formats["head"])
        for row, step in enumerate(reversed(down), start=top + 2):
            self.sheet.set_row(row, 30)
            put(self.sheet, row, 0, f"{step.code} {step.label.say(self.language)}", self.formats["head"])
            for at, other in enumerate(across, start=1):
                self._cell(row, at, self.matrix.cells[step.code][other.code], counts[step.code, other.code])
        totals = dict.fromkeys(self.names, 0)
        for (one, other_), count in counts.items():
            totals[self.matrix.cells[one][other_]] += count
        return self._by_level(title, totals, (top + len(down) + 3, top, max(len(across), 2) + 2))

    def _cell(self, row: int, at: int, level: str, count: int) -> None:
        """Write the count; its number format says the level in words, so that colour never stands alone."""
        put(self.sheet, row, at, count, self.counted[level])

    def _words(self, level: str) -> str:
        word = self.names[level].replace('"', "'")
        return f'"{word}: "0;;"{word}: –"'

    def _colour(self, colour: str, number_format: str = "General") -> Any:
        look = {
            "bg_color": colour,
            "border": 1,
            "align": "center",
            "valign": "vcenter",
            "num_format": number_format,
        }
        return self.book.add_format({**FONT, **look})

    def _by_level(self, title: str, totals: dict[str, int], at: tuple[int, int, int]) -> int:
        top, first, right = at
        put(self.sheet, top, 0, self.say("Level"), self.formats["head"])
        put(self.sheet, top, 1, self.say("Rows"), self.formats["head_of_numbers"])
        for row, (code, total) in enumerate(totals.items(), start=top + 1):
            put(self.sheet, row, 0, self.names[code], self.colour[code])
            put(self.sheet, row, 1, total, self.formats[INTEGER])
        self._chart(title, totals, (top + 1, first, right))
        return max(top + len(totals), first + 15) + 3

    def _chart(self, title: str, totals: dict[str, int], at: tuple[int, int, int]) -> None:
        row, first, right = at
        name = self.sheet.name
        chart = self.book.add_chart({"type": "column"})
        last = row + len(totals) - 1
        chart.add_series(
            {
                "categories": [name, row, 0, last, 0], "values": [name, row, 1, last, 1],
                "points": [
                    {"fill": {"color": level.colour}, "border": {"color": "#404040"}} for level in self.matrix.levels
                ],
                "data_labels": {"value": True}, "gap": 60,
            }
        )  # fmt: skip
        chart.set_title({"name": title, "name_font": {"size": 11}})
        chart.set_legend({"none": True})
        chart.set_y_axis(
            {"num_format": "0", "major_gridlines": {"visible": True, "line": {"color": "#D0D0D0"}}}
        )
        said = ", ".join(f"{self.names[code]} {total}" for code, total in totals.items())
        options = {"description": f"{title}: {said}.", "object_position": 2}
        self.sheet.insert_chart(first + 1, right, chart, options)
