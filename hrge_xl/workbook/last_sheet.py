"""Draws the hidden sheet with the answers of the round before, and the text in which they travel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import LimitError
from ..last_answers import CLOSED, written
from ..layout import Layout, Place
from ..layout.model import CODE_ROW
from ..spec.own_sheets import LAST_KEY
from .content import Content, Shown
from .pen import Pen

TEXT_COLUMN, TEXT_ROWS = 1, range(2, 18)  # where that text stands, so much in each row
PIECE = 16_000  # characters, which are never more than two units of a cell each


def draw_last_sheet(pen: Pen, layout: Layout) -> None:
    """Draw the codes of the columns, and everything else as live cells, those of a sheet together."""
    pen.text(Place(CODE_ROW, 1), LAST_KEY, "code")
    tools: dict[str, list[tuple[tuple[str, str, str], tuple[Place, ...]]]] = {}
    for key, places in layout.last.items():
        tools.setdefault(key[0], []).append((key, places))
    for tool, cells in tools.items():
        for (_, _, field), places in cells:
            pen.text(
                Place(CODE_ROW, places[0].column), f"{tool} {field if field != CLOSED else 'closed'}", "code"
            )
        now = LastOfTool(tuple((key, len(places)) for key, places in cells))
        pen.live([pen.entry(place, "code") for _, places in cells for place in places], now)
    pen.live([pen.entry(Place(row, TEXT_COLUMN), "code", "@") for row in TEXT_ROWS], travelling)
    pen.sheet.very_hidden()
    pen.sheet.protect("", {})


@dataclass(frozen=True)
class LastOfTool:
    """What the answers of a sheet were, with how many cells each has."""

    keys: tuple[tuple[tuple[str, str, str], int], ...]

    def __call__(self, content: Content) -> Sequence[Shown]:
        """The cells one after the other."""
        return [shown for key, cells in self.keys for shown in content.shown_last(key, cells)]


def travelling(content: Content) -> Sequence[Shown]:
    """The answers as one text, in pieces. Raises `LimitError` where that is too long."""
    text = written(dict(content.last))
    pieces = [text[at : at + PIECE] for at in range(0, len(text), PIECE)]
    if len(pieces) > len(TEXT_ROWS):
        raise LimitError(
            f"The answers of the round before have {len(text):,} characters; a workbook takes "
            f"{PIECE * len(TEXT_ROWS):,}. Have fewer fields with `carry: last`."
        )
    return [*pieces, *[None] * (len(TEXT_ROWS) - len(pieces))]
