"""What formatting says of answers that their values do not: struck through, invisible, shown otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..fields import ColumnKind, kind_of
from ..findings import Finding, Kind
from ..findings.appearance import DATE_BY_FORMAT, SHOWN_OTHERWISE, STRUCK_THROUGH, TEXT_INVISIBLE
from ..layout import address
from ..submission import Unplaced
from .cell_values import shown_cell, struck_through
from .keys import Here, Part, Plan, shorten
from .normalise import Filled
from .raw import ORDINARY, CellKind, RawCell, RawSheet, RawWorkbook
from .references import parse_cell
from .runs import compact
from .shown_numbers import seen
from .tampering import together

_NOTHING = (CellKind.BLANK, CellKind.ERROR, CellKind.NOT_CALCULATED)


class _Sight(NamedTuple):
    """What formatting does to one cell: the finding, what was read, and what is seen where that is another thing."""

    kind: Kind
    value: str
    seen: str = ""


def formatting(raw: RawSheet, plan: Plan, here: Here) -> Iterator[Finding]:
    """Give one observation for each field of a sheet and each kind of thing that formatting does to its answers."""
    found: dict[tuple[Kind, str], list[tuple[Part, int, int]]] = {}
    first: dict[tuple[Kind, str], _Sight] = {}
    for part, row, column in _odd_answers(raw, here):
        percent = part.slot.field.type.scaled
        for sight in _sights(raw, row, column, percent=percent):
            key = sight.kind, part.slot.field.code
            found.setdefault(key, []).append((part, row, column))
            first.setdefault(key, sight)
    for key, cells in found.items():
        yield together(key[0], raw.name, plan, cells, **_detail(first[key]))


def formatting_beside(workbook: RawWorkbook, unplaced: Iterable[Unplaced]) -> Iterator[Finding]:
    """Give the same of what stands outside the cells to fill in, one observation for each sheet."""
    sheets = {sheet.name: sheet for sheet in workbook.sheets if sheet.looks or sheet.struck}
    found: dict[tuple[Kind, str], list[tuple[int, int]]] = {}
    first: dict[tuple[Kind, str], _Sight] = {}
    for text in unplaced if sheets else ():
        raw, place = sheets.get(text.sheet), parse_cell(text.cell)
        if raw is not None and place is not None:
            for sight in _sights(raw, *place, percent=True):
                found.setdefault((sight.kind, raw.name), []).append(place)
                first.setdefault((sight.kind, raw.name), sight)
    for (kind, sheet), places in found.items():
        cells = compact(places)
        detail = _detail(first[kind, sheet])
        yield kind.at(sheet, address(*places[0]), label=cells, cells=cells, count=str(len(places)), **detail)


def dates_by_format(filled: Iterable[Filled], plan: Plan) -> Iterator[Finding]:
    """Give texts that the format of their cell turned into a date: “3-4” is 3 April then."""
    date, found = CellKind.DATE, dict[tuple[str, str], list[tuple[Part, int, int]]]()
    first: dict[tuple[str, str], str] = {}
    for part, sheet, home, cell in filled:
        if (
            cell[0] is date
            and kind_of(part.slot.field) is ColumnKind.TEXT
            and (place := parse_cell(home)) is not None
        ):
            key = sheet, part.slot.field.code
            found.setdefault(key, []).append((part, *place))
            first.setdefault(key, shown_cell(cell))
    for key, cells in found.items():
        yield together(DATE_BY_FORMAT, key[0], plan, cells, value=first[key])


def _detail(sight: _Sight) -> dict[str, str]:
    return {"value": shorten(sight.value, 200), "seen": shorten(sight.seen, 200)}


def _odd_answers(raw: RawSheet, here: Here) -> Iterator[tuple[Part, int, int]]:
    """Give the answers among the cells with an odd formatting, column by column."""
    places = sorted(raw.looks.keys() | raw.struck.keys(), key=lambda place: place[::-1])
    for row, column in places:
        for part, its_column in here.by_row.get(row, ()):
            if its_column == column and not part.calculated:
                yield part, row, column


def _sights(raw: RawSheet, row: int, column: int, *, percent: bool) -> Iterator[_Sight]:
    """Give everything that formatting does to one cell."""
    cell, look = raw.cell(row, column), raw.looks.get((row, column), ORDINARY)
    if cell is None or cell.kind in _NOTHING or not (value := shown_cell(cell).strip()):
        return
    struck = raw.struck.get((row, column))
    if struck is not None or look.struck:
        yield _Sight(STRUCK_THROUGH, struck or struck_through(value))
    other = _seen(cell, look.number_format, percent=percent)
    if look.invisible or other == "":
        yield _Sight(TEXT_INVISIBLE, value)
    elif other is not None:
        yield _Sight(SHOWN_OTHERWISE, value, other)


def _seen(cell: RawCell, number_format: str, *, percent: bool) -> str | None:
    """Return what is seen of a cell; None if it is what it holds."""
    if not number_format or isinstance(cell.value, bool) or cell.value is None:
        return None
    return seen(number_format, cell.value, percent=percent)
