"""Draws the countries of a round as a map: outlines that go with the program, cut out around these."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import NamedTuple

from markupsafe import Markup

OUTLINES = "outlines.json"
MARGIN, LEAST, RATIO = 0.18, 260.0, 1.7  # around the countries; the narrowest cut-out; width by height
SMALL = 0.035  # of the width: a country that is smaller has a dot too
LETTERS, DOT = 0.024, 0.009  # of the width
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
            one[0] <= box[2] and one[2] >= box[0] and one[1] <= box[3] and one[3] >= box[1]
            for one in self.parts
        )

    @property
    def main(self) -> Box:
        """The box of its largest part: what lies overseas moves no map."""
        return max(
            self.parts, key=lambda part: (part[2] - part[0]) * (part[3] - part[1]),
            default=(self.x, self.y, self.x, self.y),
        )  # fmt: skip


@cache
def outlines() -> tuple[dict[str, Outline], tuple[Outline, ...]]:
    """Give every country by its three letters, and the borders in dispute."""
    text = (resources.files("hrge_xl.outputs") / OUTLINES).read_text(encoding="utf-8")
    known = json.loads(text)
    countries = {code: Outline(x, y, path, _boxes(path)) for code, (x, y, path) in known["countries"].items()}
    return countries, tuple(Outline(0, 0, path, _boxes(path)) for path in known["disputed"])


def _boxes(path: str) -> tuple[Box, ...]:
    """Give the box of each part of a path."""
    found = []
    for match in _MOVES.finditer(path):
        x, y = int(match[1]), int(match[2])
        xs, ys = [x], [y]
        for step in (match[3] or "").split():
            dx, dy = step.split(",")
            x, y = x + int(dx), y + int(dy)
            xs.append(x)
            ys.append(y)
        found.append((min(xs), min(ys), max(xs), max(ys)))
    return tuple(found)


def on_map(code: str) -> bool:
    """Tell whether a code is that of a country that has a place on the map."""
    return code in outlines()[0]


def country_map(label: str, shown: Mapping[str, tuple[str, str]]) -> Markup:
    """Draw countries by code, each with its class and what is said of it; empty where none has a place."""
    countries, disputed = outlines()
    there = {code: countries[code] for code in shown if code in countries}
    if not there:
        return Markup()
    box = _around([each.main for each in there.values()])
    wide = box[2] - box[0]
    land = [each.path for code, each in countries.items() if code not in there and each.meets(box)]
    parts = [Markup('<path class="land" d="{}"/>').format("".join(land))]
    parts += [_country(each, shown[code], wide) for code, each in sorted(there.items())]
    dotted = "".join(each.path for each in disputed if each.meets(box))
    if dotted:
        parts += [Markup('<path class="{}" d="{}"/>').format(css, dotted) for css in ("undotted", "dotted")]
    parts += [
        Markup('<text x="{}" y="{}" font-size="{:.0f}" stroke-width="{:.1f}">{}</text>').format(
            each.x, each.y + LETTERS * wide / 3, LETTERS * wide, LETTERS * wide / 5, code
        )
        for code, each in sorted(there.items())
    ]
    view = f"{box[0]:.0f} {box[1]:.0f} {wide:.0f} {box[3] - box[1]:.0f}"
    head = Markup('<svg class="map" viewBox="{}" role="img" aria-label="{}">').format(view, label)
    return head + Markup("").join(parts) + Markup("</svg>")


def _country(each: Outline, told: tuple[str, str], wide: float) -> Markup:
    """Give one country of those that matter; a small one with a dot, that it is seen at all."""
    css, said = told
    size = max(each.main[2] - each.main[0], each.main[3] - each.main[1])
    shape = Markup('<path d="{}"/>').format(each.path) if each.path else Markup()
    if size < SMALL * wide:
        dot = Markup('<circle cx="{}" cy="{}" r="{:.1f}"/>')
        shape += dot.format(each.x, each.y, DOT * wide)
    return Markup('<g class="{}"><title>{}</title>{}</g>').format(css, said, shape)


def _around(boxes: list[Box]) -> Box:
    """Give a cut-out of the shape of the drawing around some boxes, with something of their neighbours."""
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(box[2] for box in boxes), max(box[3] for box in boxes)
    wide = max(right - left, (bottom - top) * RATIO, LEAST) * (1 + 2 * MARGIN)
    x, y = (left + right) / 2, (top + bottom) / 2
    return x - wide / 2, y - wide / RATIO / 2, x + wide / 2, y + wide / RATIO / 2
