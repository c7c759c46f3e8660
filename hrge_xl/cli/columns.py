"""Columns of a terminal: how many a text takes, and how it is broken and set into them.

A letter of Chinese takes two, a mark above a letter of Arabic none.
"""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len, chop_cells, set_cell_size

from .terminal import line, shown, width

MARK = "…"
READABLE = 100  # columns of a text that is read line by line, however wide the terminal is
HANG = 4  # columns that lines after the first are set in


def taken(text: str) -> int:
    """Tell how many columns a text takes."""
    return cell_len(text)


def padded(text: str, width: int, *, right: bool = False) -> str:
    """Give a text with spaces behind it, or before it where it stands on the right; it is never cut."""
    spaces = " " * (width - taken(text))
    return spaces + text if right else text + spaces


def cut(text: str, width: int) -> str:
    """Give a text cut to a width, with a mark where something is left out."""
    return text if taken(text) <= width else set_cell_size(text, width - 1).rstrip() + MARK


def wrapped(text: str, width: int | None) -> list[str]:
    """Break a text into lines of a width, between words where that can be; without a width it is one."""
    if width is None:
        return [text]
    lines = [""]
    for word in (piece for each in text.split() for piece in _pieces(each, width)):
        if lines[-1] and taken(lines[-1]) + 1 + taken(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".lstrip()
    return lines


def _pieces(word: str, width: int) -> list[str]:
    return [word] if taken(word) <= width else chop_cells(word, width)


def hanging(text: str, width: int | None) -> list[str]:
    """Break a text into lines, all but the first set in: no piece of it stands where a line of ours begins."""
    text = shown(text)
    if width is None or taken(text) <= width:
        return [text]
    first, *more = wrapped(text, width - HANG)
    return [first, *(" " * HANG + each for each in more)]


def has_room(start: int, width: int | None) -> bool:
    """Tell whether there is room for a text beside what takes so many columns."""
    return width is None or width - start >= width // 3


def beside(first: str, text: str, width: int | None, *, indent: int | None = None) -> Iterator[str]:
    """Yield a text in lines behind what stands first, below which it is set in.

    `first` may hold colours where `indent`, the columns that it takes, is given.
    """
    start = taken(first) if indent is None else indent
    if not has_room(start, width):
        yield first.rstrip()
        first, start = "  ", 2
    lines = wrapped(shown(text), None if width is None else width - start)
    yield f"{first}{lines[0]}"
    yield from (" " * start + each for each in lines[1:])


def print_text(*lines: str, err: bool = False) -> None:
    """Print lines, each broken between words where it is longer than the terminal is wide."""
    columns = width()
    for each in lines:
        for piece in hanging(each, None if columns is None else min(columns, READABLE)):
            line(piece, err=err)
