"""The geometry of charts and of the map: where lines, columns, names and countries stand. Templates draw them as SVG.

Sizes are in the units of a drawing, of which the page shows one as about one pixel. Colours are classes of the page, so
that they are said in one place; shape and text say the same without them. Outlines go with the program.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import NamedTuple
from unicodedata import east_asian_width

from .overview_model import FigureBlock

WIDTH = 360
HEIGHT = 170
EDGE = 10
TOP = 24
FOOT = 22
ROOM = 0.85  # of the height is for a sum that grows: the rest is for its value, below the names of the marks
LINE = 13  # the height of a line of text
# the width of a letter, and between two labels
LETTER = 6.8
APART = 8
START = "start"
MIDDLE = "middle"


Write = Callable[[float], str]  # says a number in words


class Mark(NamedTuple):
    """What values are held against: its name with its value in words, the value, and its class."""

    text: str
    value: float
    css: str


class ChartElement(NamedTuple):
    """One element of a chart, its numbers with one decimal at most."""

    kind: str  # line, box, dot, text
    css: str  # the class; of a text the side that reading starts from
    # of a line its points, of a box left, top, width and height, of the others x and y
    numbers: Sequence[str]
    text: str = ""


@dataclass
class Chart:
    """A picture that is put together shape by shape; `mirrored` for a page that runs from right to left.

    `descriptions` say in words what it shows.
    """

    descriptions: Sequence[str]
    mirrored: bool = False
    shapes: list[ChartElement] = field(default_factory=list)
    size = f"{WIDTH} {HEIGHT}"

    def line(self, points: Sequence[tuple[float, float]], css: str) -> None:
        """Add a line through some points."""
        places = [f"{_short(self.across(x))},{_short(y)}" for x, y in points]
        self.shapes.append(ChartElement("line", css, places))

    def box(self, x: float, y: float, width: float, height: float, css: str) -> None:
        """Add a filled rectangle by the corner where reading starts."""
        left_edge = self.across(x) - (width if self.mirrored else 0)
        self.shapes.append(ChartElement("box", css, [*map(_short, (left_edge, y, width, height))]))

    def text(self, x: float, y: float, text: str, anchor: str = MIDDLE) -> None:
        """Add a text; its anchor is the side that reading starts from."""
        self.shapes.append(ChartElement("text", anchor, [_short(self.across(x)), _short(y)], text))

    def names(self, named: Iterable[tuple[float, float, str]], right: float = WIDTH) -> None:
        """Add texts, each in the middle above its place, and turned inwards where it would stick out.

        A text that would stand on one before it is left out.
        """
        occupied: list[tuple[float, float, float]] = []
        for x, y, text in named:
            wide = width(text)
            start = max(2, min(x - wide / 2, right - 2 - wide))
            end = start + wide
            if all(
                start >= to + APART or end + APART <= since or abs(y - at) >= LINE
                for since, to, at in occupied
            ):
                occupied.append((start, end, y))
                self.text((start + end) / 2, y, text)

    def across(self, x: float) -> float:
        """Return where something stands that is so far from the side where reading starts."""
        return WIDTH - x if self.mirrored else x


def width(text: str) -> float:
    """Return about how wide a text is; letters of some scripts are twice as wide."""
    return LETTER * sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def draw_lines(
    block: FigureBlock, write: Write, marks: Sequence[Mark] = (), *, mirrored: bool = False
) -> Chart:
    """Draw values that follow on one another as a line, from nought up, against what they are held against."""
    values = [(label, number or 0) for label, (number,) in block.rows]
    descriptions = [f"{label}: {write(value)}" for label, value in values]
    chart = Chart([*descriptions, *(mark.text for mark in marks)], mirrored)
    right = WIDTH - max((width(mark.text) + EDGE for mark in marks), default=EDGE)
    height = _heights([value for _, value in values] + [mark.value for mark in marks])
    step = (right - 3 * EDGE) / max(len(values) - 1, 1)
    places = [(2 * EDGE + at * step, height(value)) for at, (_, value) in enumerate(values)]
    chart.line([(EDGE, height(0)), (right, height(0))], "axis")
    lowest: float = HEIGHT - FOOT + LINE
    for mark in sorted(marks, key=lambda mark: mark.value):
        y = height(mark.value)
        chart.line([(EDGE, y), (right, y)], mark.css)
        lowest = min(y + 4, lowest - LINE)  # no name on top of another
        chart.text(right + 5, lowest, mark.text, START)
    chart.line(places, "trendline")
    chart.shapes += [
        ChartElement("dot", "", [_short(chart.across(x)), _short(y)]) for x, y in places
    ]
    latest_first = [*zip(values, places, strict=True)][::-1]
    chart.names(((x, HEIGHT - 6, label) for (label, _), (x, _) in latest_first), right)
    chart.names(((x, y - 8, write(value)) for (_, value), (x, y) in latest_first), right)
    return chart


def draw_columns(block: FigureBlock, write: Write, *, mirrored: bool = False) -> Chart:
    """Draw a column for each row, put together of its numbers; of shares a full one is as high as the drawing."""
    rows = [(label, [number or 0 for number in numbers]) for label, numbers in block.rows]
    totals = [sum(numbers) for _, numbers in rows]
    if block.several:
        by_row = [block.describe_row(label, numbers, write) for label, numbers in rows]
        descriptions = ["; ".join(by_row)]
    else:
        descriptions = [f"{label}: {write(number)}" for label, (number,) in rows]
    chart = Chart(descriptions, mirrored)
    top = 1.0 if block.share else 0.0
    height = _heights([*totals, top])
    step = (WIDTH - 2 * EDGE) / max(len(rows), 1)
    wide = min(step * 0.62, 64)
    for at, (_, numbers) in enumerate(rows):
        start = EDGE + at * step + (step - wide) / 2
        below = 0.0
        if block.share:
            chart.box(start, height(top), wide, height(0) - height(top), "room")
        for series, value in enumerate(numbers):
            if value:
                upper = height(below + value)
                lower = height(below)
                css = f"p{series}" if block.several else "one"
                chart.box(start, upper, wide, lower - upper, css)
                below += value
    chart.line([(EDGE, height(0)), (WIDTH - EDGE, height(0))], "axis")
    latest_first = [(EDGE + (at + 0.5) * step, at) for at in reversed(range(len(rows)))]
    chart.names((x, HEIGHT - 6, rows[at][0]) for x, at in latest_first)
    chart.names((x, height(max(totals[at], top)) - 6, write(totals[at])) for x, at in latest_first)
    return chart


def draw_steps(
    block: FigureBlock,
    places: Sequence[float],
    write: Write,
    marks: Sequence[Mark],
    *,
    top: float,
    mirrored: bool = False,
) -> Chart:
    """Draw a sum that grows: each row at its place, upright marks at theirs (shares of the time), up to `top`."""
    values = [(label, number or 0) for label, (number,) in block.rows]
    descriptions = [f"{label}: {write(value)}" for label, value in values]
    chart = Chart([*descriptions, *(mark.text for mark in marks)], mirrored)
    height = _heights([top / ROOM])
    wide = WIDTH - 4 * EDGE

    def at(share: float) -> float:
        return 2 * EDGE + share * wide

    ground = height(0)
    chart.line([(EDGE, ground), (WIDTH - EDGE, ground)], "axis")
    for mark in marks:
        chart.line([(at(mark.value), TOP - 8), (at(mark.value), ground)], mark.css)
    chart.names((at(mark.value), TOP - 12, mark.text) for mark in marks)
    path = [(EDGE * 1.0, ground)]
    for share, (_, value) in zip(places, values, strict=True):
        path += [(at(share), path[-1][1]), (at(share), height(value))]
    last_height = path[-1][1]
    chart.line([*path, (WIDTH - EDGE * 1.0, last_height)], "trendline")
    if values:
        chart.names([(at(places[-1]), last_height - 6, write(values[-1][1]))])
        ends = [(places[-1], values[-1][0]), (places[0], values[0][0])]
        chart.names((at(share), HEIGHT - 6, label) for share, label in ends)
    return chart


def _heights(values: Sequence[float]) -> Callable[[float], float]:
    """Return what makes heights of values: from nought, so that nothing looks larger than it is."""
    low = min([0.0, *values])
    high = max([0.0, *values])
    unit = (HEIGHT - TOP - FOOT) / ((high - low) or 1)
    return lambda value: HEIGHT - FOOT - (value - low) * unit


# the countries of a round on a map that is cut out around them

OUTLINES = "outlines.json"
# around the countries; the narrowest cut-out; width by height
MARGIN = 0.18
LEAST = 260.0
RATIO = 1.7
SMALL = 0.035  # of the width: a country that is smaller has a dot too, that it is seen at all
# of the width
LETTERS = 0.024
DOT = 0.009
# where the name of a country may stand, in widths and heights of it: upon it, below, above, beside it
NAMED_AT = (0, 0), (0, 1), (0, -1), (1.1, 0), (-1.1, 0), (0, 2), (0, -2)
_MOVES = re.compile(r"M(-?\d+),(-?\d+)(?:l([^Mz]*))?")
Box = tuple[float, float, float, float]  # left, top, right, bottom


class Outline(NamedTuple):
    """A country: where its name stands, its outline, and the box of each of its parts; a point has none."""

    x: int
    y: int
    path: str
    parts: tuple[Box, ...]

    def meets(self, box: Box) -> bool:
        """Tell whether some part of it lies within a box."""
        return any(
            part[0] <= box[2] and part[2] >= box[0] and part[1] <= box[3] and part[3] >= box[1]
            for part in self.parts
        )

    @property
    def main(self) -> Box:
        """The box of its largest part: what lies overseas moves no map."""
        return max(self.parts, key=_area, default=(self.x, self.y, self.x, self.y))


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


class MapCountry(NamedTuple):
    """A country that matters: its code, its outline, its class, what is said of it, its dot, and where its name stands.

    A name for which there is no room is left out.
    """

    code: str
    outline: Outline
    css: str
    text: str
    dot: float  # the radius; 0 where it is large enough to be seen
    name: tuple[float, float] | None


class CountryMap(NamedTuple):
    """A map: what is said of its countries, its cut-out, the land around, the countries, and borders in dispute."""

    descriptions: Sequence[str]
    view: str  # as SVG says it
    land: str
    countries: Sequence[MapCountry]
    disputed: str
    letters: float  # the height of a letter


@cache
def outlines() -> tuple[dict[str, Outline], tuple[Outline, ...]]:
    """Return every country by its three letters, and the borders in dispute."""
    outline_data = json.loads(
        (resources.files("hrge_xl.outputs") / OUTLINES).read_text(encoding="utf-8")
    )
    countries = {
        code: Outline(x, y, path, _boxes(path))
        for code, (x, y, path) in outline_data["countries"].items()
    }
    return countries, tuple(Outline(0, 0, path, _boxes(path)) for path in outline_data["disputed"])


def _boxes(path: str) -> tuple[Box, ...]:
    """Return the box of each part of a path."""
    boxes = []
    for match in _MOVES.finditer(path):
        x = int(match[1])
        y = int(match[2])
        xs = [x]
        ys = [y]
        for step in (match[3] or "").split():
            dx, dy = step.split(",")
            x = x + int(dx)
            y = y + int(dy)
            xs.append(x)
            ys.append(y)
        boxes.append((min(xs), min(ys), max(xs), max(ys)))
    return tuple(boxes)


def on_map(code: str) -> bool:
    """Tell whether a code is that of a country that has a place on the map."""
    return code in outlines()[0]


def country_map(shown: Mapping[str, tuple[str, str]]) -> CountryMap | None:
    """Return a map of countries by code, each with its class and what is said of it; None where none has a place."""
    countries, disputed = outlines()
    placed = {code: countries[code] for code in sorted(shown) if code in countries}
    if not placed:
        return None
    box = _around([outline.main for outline in placed.values()])
    wide = box[2] - box[0]
    names = _names(placed, LETTERS * wide)
    drawn = []
    for code, outline in placed.items():
        left, top, right, bottom = outline.main
        small = max(right - left, bottom - top) < SMALL * wide
        drawn.append(
            MapCountry(code, outline, *shown[code], DOT * wide if small else 0, names.get(code))
        )
    land = (
        outline for code, outline in countries.items() if code not in placed and outline.meets(box)
    )
    return CountryMap(
        [text for code, (_, text) in shown.items() if code in placed],
        f"{box[0]:.0f} {box[1]:.0f} {wide:.0f} {box[3] - box[1]:.0f}",
        "".join(outline.path for outline in land),
        drawn,
        "".join(border.path for border in disputed if border.meets(box)),
        LETTERS * wide,
    )


def _around(boxes: list[Box]) -> Box:
    """Return a cut-out of the shape of the drawing around some boxes, with something of their neighbours."""
    left = min(box[0] for box in boxes)
    top = min(box[1] for box in boxes)
    right = max(box[2] for box in boxes)
    bottom = max(box[3] for box in boxes)
    wide = max(right - left, (bottom - top) * RATIO, LEAST) * (1 + 2 * MARGIN)
    x = (left + right) / 2
    y = (top + bottom) / 2
    return x - wide / 2, y - wide / RATIO / 2, x + wide / 2, y + wide / RATIO / 2


def _names(placed: Mapping[str, Outline], high: float) -> dict[str, tuple[float, float]]:
    """Return where the names of countries stand, in letters so high: none on another one, the largest countries
    first.
    """
    places: dict[str, tuple[float, float]] = {}
    for code in sorted(placed, key=lambda code: _area(placed[code].main), reverse=True):
        wide = 0.75 * high * len(code)
        for across, down in NAMED_AT:
            x = placed[code].x + across * wide
            y = placed[code].y + down * high
            if all(
                abs(x - taken_x) >= wide or abs(y - taken_y) >= high
                for taken_x, taken_y in places.values()
            ):
                places[code] = x, y
                break
    return places
