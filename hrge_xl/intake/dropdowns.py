"""The validation rules that a sheet still has, by the lists that they offer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from ..layout import Layout, ListPlace
from ..layout.model import CODE_COLUMN, CODE_ROW
from ..spec.own_sheets import LISTS_KEY
from .expected import ANY_RULE, OPEN, ExpectedWorkbook
from .raw import Area, RawWorkbook, Validation
from .references import Run, parse_area, runs
from .tool_sheets import named_area, text_at

NAME = re.compile(r"\b(?:list|rows)_\w+")
LONGEST_SOURCE = 8_192  # characters, as many as Excel takes of any formula
REMEMBERED = 1_024  # sources: the same come back on every sheet of every file
ALL_ROWS = re.compile(r"INDEX\(([^,()]{1,80}),")
BETWEEN = re.compile(r"[,;]")  # entries of a list that stands in the rule itself


class ListNames(NamedTuple):
    """The names of lists in a file: those of other cells, and each by what a rule may hold in its place."""

    broken: frozenset[str] = frozenset()
    written_out: Mapping[str, str] = {}

    @classmethod
    def of(cls, workbook: RawWorkbook, layout: Layout) -> ListNames:
        """Give the names of a file. A list that grows may be written out with all the rows that it can have."""
        names = (
            (name, text) for name, text in workbook.defined_names.items() if NAME.fullmatch(name.casefold())
        )
        texts = ((name, each) for name, text in names for each in (text, *ALL_ROWS.findall(text)))
        return cls(broken_lists(workbook, layout), {_bare(text): name for name, text in texts})


class Dropdowns:
    """Which rows of a column still have the rule that they were issued with."""

    def __init__(self, validations: Iterable[Validation], plan: ExpectedWorkbook, names: ListNames) -> None:
        self._any: list[Area] = []
        self._lists: dict[str, list[Area]] = {}
        self._lenient: dict[str, list[Area]] = {}  # the same without a stop alert
        for rule in validations:
            if rule.type not in ("none", ""):
                (self._any if rule.blocks else self._lenient.setdefault(ANY_RULE, [])).extend(rule.areas)
            if rule.type == "list":
                lists = self._lists if rule.blocks else self._lenient
                source = names.written_out.get(_bare(rule.formula1), rule.formula1)
                for name in set(_names(source, plan)) - names.broken:
                    lists.setdefault(name, []).extend(rule.areas)

    def runs(self, need: str, column: int) -> list[Run]:
        """Give the rows of a column with the rule that is needed: any rule, or the list of this name."""
        if need.startswith(OPEN):
            name = need.removeprefix(OPEN)
            return runs((*self._lists.get(name, ()), *self._lenient.get(name, ())), column)
        return runs(self._any if need == ANY_RULE else self._lists.get(need, ()), column)

    def lenient_runs(self, need: str, column: int) -> list[Run]:
        """Give the rows of a column with the list of this name that refuses no other entry."""
        return runs(self._lenient.get(need, ()), column)


def broken_lists(workbook: RawWorkbook, layout: Layout) -> frozenset[str]:
    """Give the names of lists that are gone or stand for other cells: what a dropdown offers by them is not right."""
    sheets = {sheet.name.casefold(): sheet for sheet in workbook.sheets}
    if not any(text_at(sheet, CODE_ROW, CODE_COLUMN) == LISTS_KEY for sheet in workbook.sheets):
        return frozenset()  # without the lists there is nothing that a name could stand for

    def is_whole(place: ListPlace) -> bool:
        named = named_area(workbook, f"list_{place.name}")
        sheet = sheets.get(named[0].casefold()) if named is not None else None
        if named is None or sheet is None:
            return False
        area = named[1]
        rows = range(area.first_row, min(area.last_row, area.first_row + len(place.offered)) + 1)
        texts = {text_at(sheet, row, area.first_column) for row in rows}
        # single ones may be reworded, which is told of by itself
        known = sum(label in texts for label in place.offered)
        return area.last_row - area.first_row + 1 == len(place.offered) and 2 * known >= len(place.offered)

    return frozenset(_name(place) for place in layout.lists.values() if not is_whole(place))


def _bare(source: str) -> str:
    return source.strip().lstrip("=").replace("'", "").replace(" ", "").casefold()


def _names(source: str, plan: ExpectedWorkbook) -> list[str]:
    """Give the lists that a source offers; none for one that is longer than any program writes."""
    return _remembered_names(source, plan) if len(source) <= LONGEST_SOURCE else []


@lru_cache(maxsize=REMEMBERED)
def _remembered_names(source: str, plan: ExpectedWorkbook) -> list[str]:
    """Give the lists that a source offers: by their names, their area, or their entries one by one.

    A name may stand in a formula, as where the list depends on another answer.
    """
    layout = plan.layout
    bare = source.strip().lstrip("=").strip()
    if bare.startswith('"'):
        entries = {each.strip().casefold() for each in BETWEEN.split(bare.strip('"'))}
        return [_name(place) for place in layout.lists.values() if _offers(place, entries)]
    sheet, mark, cells = bare.rpartition("!")
    area = parse_area(cells) if mark else None
    if area is not None and sheet.strip("'").casefold() == layout.lists_name.casefold():
        return [_name(place) for place in layout.lists.values() if _covers(place, area)]
    return list(dict.fromkeys(NAME.findall(bare.casefold())))


def _name(place: ListPlace) -> str:
    return f"list_{place.name}".casefold()


def _offers(place: ListPlace, entries: set[str]) -> bool:
    ways = ({each.casefold() for each in way} for way in (place.codes, place.labels, place.offered))
    return any(entries == way for way in ways)


def _covers(place: ListPlace, area: Area) -> bool:
    return area == Area(place.first, place.column, place.last_offered, place.column)
