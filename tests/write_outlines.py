"""Writes the outlines of the countries that the overview draws its map from (`make outlines`).

They are made of Natural Earth (naturalearthdata.com, in the public domain) as `world-atlas` packs it (ISC licence), at
1:110 million; countries that this leaves out are points, taken from 1:50 million. What Natural Earth gives to whoever
holds it stands here where the General Assembly of the United Nations has it, and borders in dispute are told apart.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from typing import Any

from babel.core import get_global

TARGET = Path(__file__).parent.parent / "hrge_xl" / "outputs" / "outlines.json"
SOURCE = "Natural Earth (public domain), 1:110m, by way of world-atlas 2.0.2 (ISC)"
SCALE = 700.0  # the world is then about 3,800 wide
LEFT_OUT = {"010"}  # Antarctica
PARTS_OF = {
    "Somaliland": "706",
    "N. Cyprus": "196",
    "Kosovo": "688",
}  # drawn with whom, with a dotted border
CRIMEA, UKRAINE, RUSSIA = (
    (32.0, 44.0, 37.0, 46.5),
    "804",
    "643",
)  # resolution 68/262 of the General Assembly

Point = tuple[float, float]
Box = tuple[float, float, float, float]
EVERYWHERE: Box = (-180.0, -90.0, 180.0, 90.0)
DISPUTED: Sequence[tuple[str, str, Box]] = (  # two neighbours, and where their border is in dispute
    ("356", "586", (72.5, 32.3, 78.5, 37.5)),  # Jammu and Kashmir
    ("356", "156", EVERYWHERE),
    ("586", "156", EVERYWHERE),
    ("376", "275", EVERYWHERE),
    ("376", "760", EVERYWHERE),
    ("400", "275", EVERYWHERE),
    ("732", "504", EVERYWHERE),
    ("732", "478", EVERYWHERE),
    ("732", "012", EVERYWHERE),
    ("729", "728", EVERYWHERE),
    ("Kosovo", "688", EVERYWHERE),
    ("Somaliland", "706", EVERYWHERE),
    ("N. Cyprus", "196", EVERYWHERE),
    ("804", "643", CRIMEA),
)


@dataclass(frozen=True)
class Atlas:
    """A file of world-atlas."""

    data: Any

    @cached_property
    def arcs(self) -> list[list[Point]]:
        """The lines that countries are made of, in degrees."""
        (sx, sy), (tx, ty) = self.data["transform"]["scale"], self.data["transform"]["translate"]
        found = []
        for arc in self.data["arcs"]:
            x = y = 0
            line = []
            for dx, dy in arc:
                x, y = x + dx, y + dy
                line.append((x * sx + tx, y * sy + ty))
            found.append(line)
        return found

    @property
    def countries(self) -> Iterator[tuple[str, list[list[int]]]]:
        """Number or name of each country, and its outer rings and holes as numbers of arcs."""
        for each in self.data["objects"]["countries"]["geometries"]:
            polygons = (
                each.get("arcs", []) if each["type"] == "MultiPolygon" else [each.get("arcs", [])]
            )
            name = each.get("id") or each["properties"]["name"]
            if name not in LEFT_OUT:
                yield name, [ring for polygon in polygons for ring in polygon]

    def ring(self, numbers: Sequence[int]) -> list[Point]:
        found: list[Point] = []
        for n in numbers:
            line = self.arcs[n] if n >= 0 else self.arcs[~n][::-1]
            found += line[1:] if found else line
        return across_the_date_line(found)


def across_the_date_line(ring: list[Point]) -> list[Point]:
    """A ring that goes on where it would start again at the other edge of the map."""
    jumps = any(abs(one[0] - other[0]) > 180 for one, other in pairwise(ring))
    return [(x + 360 if x < 0 else x, y) for x, y in ring] if jumps else ring


def projected(point: Point) -> tuple[int, int]:
    """A point on the drawing: the Equal Earth projection, in which no country looks larger than it is."""
    a = (1.340264, -0.081106, 0.000893, 0.003796)
    theta = asin(sqrt(3) / 2 * sin(radians(point[1])))
    squared, sixth = theta**2, theta**6
    x = 2 * sqrt(3) * radians(point[0]) * cos(theta)
    x /= 3 * (9 * a[3] * theta**8 + 7 * a[2] * sixth + 3 * a[1] * squared + a[0])
    y = theta * (a[3] * theta**8 + a[2] * sixth + a[1] * squared + a[0])
    return round(x * SCALE), round(-y * SCALE)


def path(lines: Sequence[Sequence[Point]], *, closed: bool) -> str:
    """Lines as SVG has them, each step from the last one."""
    text = ""
    for line in lines:
        points = list(dict.fromkeys(map(projected, line)))
        if len(points) < 2 + closed:
            continue
        (x, y), *rest = points
        text += f"M{x},{y}l"
        for at, (nx, ny) in enumerate(rest):
            text += f"{' ' * bool(at)}{nx - x},{ny - y}"
            x, y = nx, ny
        text += "z" * closed
    return text


def inside(box: Box, points: Sequence[Point]) -> bool:
    return all(box[0] <= x <= box[2] and box[1] <= y <= box[3] for x, y in points)


def area(points: Sequence[tuple[int, int]]) -> float:
    pairs = zip(points, [*points[1:], points[0]], strict=True)
    return abs(sum(x * ny - nx * y for (x, y), (nx, ny) in pairs)) / 2


def middle(rings: Sequence[Sequence[Point]]) -> tuple[int, int]:
    """Where the name of a country may stand: the middle of its largest part."""
    points = max(([projected(point) for point in ring] for ring in rings), key=area)
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return (min(xs) + max(xs)) // 2, (min(ys) + max(ys)) // 2


def disputed(atlas: Atlas) -> Iterator[list[Point]]:
    sides: dict[int, list[str]] = {}
    for name, rings in atlas.countries:
        for n in {n if n >= 0 else ~n for ring in rings for n in ring}:
            sides.setdefault(n, []).append(name)
    for n, names in sides.items():
        for one, other, box in DISPUTED:
            if sorted(names) == sorted((one, other)):
                piece: list[Point] = []
                for pair in pairwise(atlas.arcs[n]):
                    if inside(box, pair):
                        piece += pair if not piece else pair[1:]
                    elif piece:
                        yield piece
                        piece = []
                if piece:
                    yield piece


def isolated(atlas: Atlas) -> dict[str, list[list[Point]]]:
    """The rings of each country, every one where it belongs."""
    found: dict[str, list[list[Point]]] = {}
    for name, rings in atlas.countries:
        for ring in rings:
            points = atlas.ring(ring)
            moved = name == RUSSIA and inside(CRIMEA, points)
            found.setdefault(UKRAINE if moved else PARTS_OF.get(name, name), []).append(points)
    return found


def main(folder: Path) -> None:
    """Write the outlines out of a folder that `npm pack world-atlas` was unpacked into."""
    coarse, fine = (
        Atlas(json.loads((folder / f"countries-{n}m.json").read_bytes())) for n in (110, 50)
    )
    alpha2 = {
        key: values[0]
        for key, values in get_global("territory_aliases").items()
        if len(values) == 1
    }
    alpha3 = {value: key for key, value in alpha2.items() if len(key) == 3 and key.isalpha()}
    shapes = isolated(coarse)
    lost = {
        name: rings
        for name, rings in isolated(fine).items()
        if name not in shapes and name in alpha2
    }
    document = {
        "source": SOURCE,
        "countries": {
            alpha3[alpha2[name]]: [
                *middle(rings),
                path(rings, closed=True) if name in shapes else "",
            ]
            for name, rings in sorted({**shapes, **lost}.items())
        },
        "disputed": [path([line], closed=False) for line in disputed(coarse)],
    }
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    TARGET.write_text(text.replace('],"', '],\n"') + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
