"""Pictures of a workbook as it stands on the screen of a small laptop, in LibreOffice's own window."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.office.driver import Document, Office
from tests.office.screen import TOOL_SECONDS, Screen, find_tool

MOST = {"right": 4, "down": 2}  # screens of one sheet in each direction
TILES, TILE_WIDTH = 9, 640  # pictures on one contact sheet, three in a row


def screen_pictures(
    screen: Screen, office: Office, path: Path, folder: Path, sheet: str | None
) -> list[Path]:
    """Take pictures of every visible sheet of a workbook, or of one, and of the screens right of it and below it."""
    folder.mkdir(parents=True, exist_ok=True)
    with office.open(path) as document:
        numbered = enumerate(document.sheets(shown=True), 1)
        chosen = [(number, name) for number, name in numbered if sheet in (None, name)]
        return [
            screen.shoot(folder / f"{number:02}-{file_name(name)}{place}.png")
            for number, name in chosen
            for place in places(document, name)
        ]


def places(document: Document, name: str) -> Iterator[str]:
    """Scroll a sheet from screen to screen and say where each of them is; the first has no name."""
    home = document.show(name)
    yield ""
    for axis, (direction, most) in enumerate(MOST.items()):
        view = home
        for number in range(2, most + 1):
            following = view.beyond(axis)
            if following is None:
                break
            view = document.show(name, *((following, 0) if axis == 0 else (0, following)))
            yield f"-{direction}{number}"


def file_name(name: str) -> str:
    return re.sub(r"[^\w.]+", "_", name)


def contact_sheets(pictures: list[Path], prefix: Path) -> list[Path]:
    """Put pictures side by side, smaller and each with its name below it; say what was made."""
    made = []
    for number, first in enumerate(range(0, len(pictures), TILES), 1):
        group = pictures[first : first + TILES]
        target = prefix.with_name(f"{prefix.name}-{number}.png")
        labelled = [
            find_tool("montage"),
            "-label",
            "%t",
            "-font",
            "DejaVu-Sans",
            "-pointsize",
            "14",
        ]
        tiled = f"-tile 3x -geometry {TILE_WIDTH}x+6+6 -depth 8 -strip".split()
        command = [*labelled, *map(str, group), *tiled, str(target)]
        subprocess.run(command, check=True, timeout=TOOL_SECONDS, capture_output=True)
        made.append(target)
    return made
