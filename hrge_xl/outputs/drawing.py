"""Draws charts as static SVG: columns, lines and steps, each with its text; no script, in either direction.

Sizes are in the units of a drawing, of which the page shows one as about one pixel. Colours are classes of the page, so
that they are said in one place; shape and text say the same without them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import NamedTuple

from markupsafe import Markup

WIDTH, HEIGHT = 360, 170
EDGE, TOP, FOOT, SIDE = 10, 24, 22, 96  # SIDE: the room for the names of levels that a line is held against
LINE = 13  # the height of a line of text
LETTER, APART = 6.8, 8  # the width of a letter, and between two labels
START, MIDDLE, END = "start", "middle", "end"


class Point(NamedTuple):
    """One place of a chart: its label, its value, and the value in words."""

    label: str
    value: float
    said: str


class Mark(NamedTuple):
    """What values are held against: its name with its value in words, the value, and its class."""

    said: str
    value: float
    css: str


class ChartColumn(NamedTuple):
    """One column: its label, its pieces from below as value and class, and the whole in words."""

    label: str
    pieces: Sequence[tuple[float, str]]
    said: str


@dataclass
class Chart:
    """A picture that is put together piece by piece; `mirrored` for a page that runs from right to left."""

    label: str
    mirrored: bool = False
    parts: list[Markup] = field(default_factory=list)

    def line(self, points: Sequence[tuple[float, float]], css: str) -> None:
        """Add a line through some points."""
        told = " ".join(f"{_short(self._x(x))},{_short(y)}" for x, y in points)
        self.parts.append(Markup('<polyline class="{}" points="{}"/>').format(css, told))

    def dot(self, x: float, y: float) -> None:
        """Add a dot."""
        self.parts.append(Markup('<circle cx="{}" cy="{}" r="3.5"/>').format(_short(self._x(x)), _short(y)))

    def box(self, x: float, y: float, width: float, height: float, css: str) -> None:
        """Add a filled rectangle by the corner where reading starts."""
        left = self._x(x) - (width if self.mirrored else 0)
        numbers = map(_short, (left, y, width, height))
        rect = Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>')
        self.parts.append(rect.format(css, *numbers))

    def text(self, x: float, y: float, text: str, anchor: str = MIDDLE) -> None:
        """Add a text; its anchor is the side that reading starts from."""
        tag = Markup('<text x="{}" y="{}" text-anchor="{}">{}</text>')
        self.parts.append(tag.format(_short(self._x(x)), _short(y), anchor, text))

    def svg(self) -> Markup:
        """Give the picture with its text equivalent."""
        head = Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">')
        return head.format(WIDTH, HEIGHT, self.label) + Markup("").join(self.parts) + Markup("</svg>")

    def _x(self, x: float) -> float:
        return WIDTH - x if self.mirrored else x


def _short(number: float) -> str:
    """Give a number of a drawing with one decimal at most."""
    return f"{number:.1f}".removesuffix(".0")


def lines(
    label: str, points: Sequence[Point], marks: Sequence[Mark] = (), *, mirrored: bool = False
) -> Markup:
    """Draw values that follow on one another as a line, from nought up, against what they are held against."""
    drawing = Chart(label, mirrored)
    right = WIDTH - (SIDE if marks else EDGE)
    scale = _Scale([point.value for point in points] + [mark.value for mark in marks])
    step = (right - 3 * EDGE) / max(len(points) - 1, 1)
    places = [(2 * EDGE + at * step, scale.y(point.value)) for at, point in enumerate(points)]
    drawing.line([(EDGE, scale.y(0)), (right, scale.y(0))], "axis")
    _marks(drawing, marks, scale, right)
    drawing.line(places, "trendline")
    for at in range(len(points)):
        drawing.dot(*places[at])
    for at in _labelled([point.label for point in points], step):
        _named(drawing, points[at].label, places[at][0], HEIGHT - 6, right)
    for at in _labelled([point.said for point in points], step):
        _named(drawing, points[at].said, places[at][0], places[at][1] - 8, right)
    return drawing.svg()


def _marks(drawing: Chart, marks: Sequence[Mark], scale: _Scale, right: float) -> None:
    """Draw the lines that values are compared with, each named beside it, no name on top of another."""
    lowest: float = HEIGHT - FOOT + LINE
    for mark in sorted(marks, key=lambda each: each.value):
        height = scale.y(mark.value)
        drawing.line([(EDGE, height), (right, height)], mark.css)
        lowest = min(height + 4, lowest - LINE)
        drawing.text(right + 5, lowest, mark.said, START)


def columns(
    label: str, found: Sequence[ChartColumn], *, top: float | None = None, mirrored: bool = False
) -> Markup:  # fmt: skip
    """Draw a column for each, put together of its pieces; `top` is the value of a full one, else the highest is."""
    drawing = Chart(label, mirrored)
    totals = [sum(value for value, _ in column.pieces) for column in found]
    scale = _Scale([*totals, top or 0.0])
    step = (WIDTH - 2 * EDGE) / max(len(found), 1)
    wide = min(step * 0.62, 64)
    for at, column in enumerate(found):
        start = EDGE + at * step + (step - wide) / 2
        height: float = 0
        if top is not None:
            drawing.box(start, scale.y(top), wide, scale.y(0) - scale.y(top), "room")
        for value, css in column.pieces:
            if value:
                upper, lower = scale.y(height + value), scale.y(height)
                drawing.box(start, upper, wide, lower - upper, css)
                height += value
    drawing.line([(EDGE, scale.y(0)), (WIDTH - EDGE, scale.y(0))], "axis")
    for at in _labelled([column.label for column in found], step):
        _named(drawing, found[at].label, EDGE + (at + 0.5) * step, HEIGHT - 6, WIDTH)
    for at in _labelled([column.said for column in found], step):
        above = scale.y(max(totals[at], top or 0.0))
        drawing.text(EDGE + (at + 0.5) * step, above - 6, found[at].said)
    return drawing.svg()


def steps(
    label: str, points: Sequence[tuple[float, Point]], marks: Sequence[tuple[float, Mark]], top: float,
    *, mirrored: bool = False,
) -> Markup:  # fmt: skip
    """Draw a sum that grows: each point at its share of the time, upright marks at theirs, up to `top`."""
    drawing = Chart(label, mirrored)
    scale, wide = _Scale([top]), WIDTH - 4 * EDGE
    at = {share: 2 * EDGE + share * wide for share, _ in (*points, *marks)}
    drawing.line([(EDGE, scale.y(0)), (WIDTH - EDGE, scale.y(0))], "axis")
    for share, mark in marks:
        drawing.line([(at[share], TOP - 8), (at[share], scale.y(0))], mark.css)
        _named(drawing, mark.said, at[share], TOP - 12, WIDTH)
    path, height = [(EDGE * 1.0, scale.y(0))], scale.y(0)
    for share, point in points:
        path += [(at[share], height), (at[share], scale.y(point.value))]
        height = scale.y(point.value)
    drawing.line([*path, (WIDTH - EDGE * 1.0, height)], "trendline")
    for share, point in points[-1:]:
        anchor = END if share > 0.4 else START
        drawing.text(at[share] + (-6 if anchor == END else 6), max(height + 4, TOP + 4), point.said, anchor)
    for share, point in {points[0][0]: points[0][1], points[-1][0]: points[-1][1]}.items() if points else ():
        _named(drawing, point.label, at[share], HEIGHT - 6, WIDTH)
    return drawing.svg()


class _Scale:
    """Heights for values: from nought, so that nothing looks larger than it is."""

    def __init__(self, values: Sequence[float]) -> None:
        self.low, high = min(0.0, *values, 0.0), max(0.0, *values, 0.0)
        self.unit = (HEIGHT - TOP - FOOT) / ((high - self.low) or 1)

    def y(self, value: float) -> float:
        """Give the height of a value."""
        return HEIGHT - FOOT - (value - self.low) * self.unit


def _named(drawing: Chart, text: str, x: float, y: float, right: float) -> None:
    """Draw a text at a place, turned inwards where it would stick out."""
    half = LETTER / 2 * len(text)
    anchor = START if x - half < 2 else END if x + half > right - 2 else MIDDLE
    drawing.text(2 if anchor == START else right - 2 if anchor == END else x, y, text, anchor)


def _labelled(labels: Sequence[str], step: float) -> range:
    """Say which of many places are labelled: so many that no label stands upon another, the last one always."""
    if not labels:
        return range(0)
    every = max(1, ceil((max(map(len, labels)) * LETTER + APART) / step))
    return range((len(labels) - 1) % every, len(labels), every)
