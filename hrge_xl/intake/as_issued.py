"""What it means that a cell is not as it was issued: which finding, and what has to be kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..findings import Finding, Kind
from ..findings.structure import (
    FORMULA_CHANGED,
    FORMULA_CLEARED,
    HEAD_CHANGED,
    ROW_NUMBER_CHANGED,
    TEXT_CHANGED,
    TYPED_OVER,
)
from ..layout import address
from ..submission import Unplaced
from ..words import and_more, tidy
from .issued_cells import Difference, What, is_code
from .keys import shorten
from .roles import Roles
from .runs import compact
from .unplaced import UnplacedTexts

OF_FORMULAS = {What.REPLACED: FORMULA_CHANGED, What.TYPED_OVER: TYPED_OVER, What.CLEARED: FORMULA_CLEARED}
COLUMNS_ALONE = 3  # of formulas that are gone; where there are more, all are reported together
REPORTED_ALONE = 20  # of one kind on one sheet; further ones are reported together


def judge(found: Sequence[Difference], roles: Roles, sheet: str, tool: str | None) -> UnplacedTexts:
    """Report what differs on one sheet as findings, and what was typed there as texts to keep."""
    left = UnplacedTexts()
    texts: dict[Kind, list[Difference]] = {}
    formulas: dict[tuple[Kind, int], list[Difference]] = {}
    for each in found:
        if each.what is What.CHANGED:
            if not is_code(*each.home):  # codes are told of once a sheet, by whoever compares it
                texts.setdefault(_meaning(each, roles), []).append(each)
        elif each.home not in roles.calculated or each.what is What.REPLACED:
            formulas.setdefault((OF_FORMULAS[each.what], each.column), []).append(each)
        if each.found.strip() and (each.what is What.CHANGED or each.what is What.TYPED_OVER):
            left.unplaced.append(Unplaced(sheet, address(each.row, each.column), each.found))
    for kind, some in sorted(texts.items(), key=lambda each: each[0].code):
        left.observations += _texts(kind, some, sheet, tool)
    for kind in OF_FORMULAS.values():
        columns = [some for (told, _), some in sorted(formulas.items(), key=_column) if told == kind]
        if (
            kind != FORMULA_CHANGED and len(columns) > COLUMNS_ALONE
        ):  # values pasted over all of it, in one act
            columns = [[each for some in columns for each in some]]
        left.observations += [_together(kind, some, sheet, tool) for some in columns]
    return left


def _column(entry: tuple[tuple[Kind, int], object]) -> int:
    return entry[0][1]


def _meaning(each: Difference, roles: Roles) -> Kind:
    """Give the finding of a text; where only the help below a head or question was changed, its meaning stands."""
    kind = roles.meanings.get(each.home, TEXT_CHANGED)
    if kind == HEAD_CHANGED and "\n" in each.issued and _first_line(each.issued) == _first_line(each.found):
        return TEXT_CHANGED
    return kind


def _first_line(text: str) -> str:
    return tidy(text.split("\n", 1)[0])


def _texts(kind: Kind, found: Sequence[Difference], sheet: str, tool: str | None) -> Iterator[Finding]:
    """Give one observation a text; the numbers of rows together, as one sorting changes them all."""
    alone = 0 if kind == ROW_NUMBER_CHANGED and len(found) > 1 else REPORTED_ALONE
    yield from (_together(kind, [each], sheet, tool) for each in found[:alone])
    if len(found) > alone:
        yield _together(kind, found[alone:], sheet, tool)


def _together(kind: Kind, found: Sequence[Difference], sheet: str, tool: str | None) -> Finding:
    first = min(found, key=lambda each: (each.row, each.column))
    cells = compact((each.row, each.column) for each in found)
    return kind.at(
        sheet,
        address(first.row, first.column),
        tool,
        value=shorten(first.found) + and_more(len(found) - 1),
        expected=shorten(first.issued),
        label=cells,
        cells=cells,
        count=str(len(found)),
    )
