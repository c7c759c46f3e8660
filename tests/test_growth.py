"""What a text costs goes by its length: four times the text takes four times as long, and not sixteen times.

Every pattern of the program is tried, and every function that texts of teams go through, on texts that make others try
every way through them. Nothing is said of seconds: times are compared within one run.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import hrge_xl
from hrge_xl.core import csv_files
from hrge_xl.core.errors import HrgeError
from tests.face import (
    Unreadable,
    is_mail,
    moment_of,
    normal_form,
    numerals,
    paths,
    personal_data,
    shared_text,
    teams_named,
    words,
)

LONG = 1_000  # characters
SLOW = 400e-9  # seconds a character: what is quicker than that needs no second look
MOST = 9  # times as long for four times the text: between 4 and 16
PIECES = (
    *"aA1 @.-_<>[]({|!,;:=&#/%*~\\\n\t\"'é١＠",
    "a.",
    "a@",
    "1 ",
    "1.",
    "-1",
    "= ",
    "0,",
    "a:",
    "a b",
    "''",
    '""',
    "$A$1",
    "<a ",
    "</v>",
    "<t>",
    "<is>",
    "<rPh>",
    "<r><t>",
    ' a="b"',
    "_x0041_",
    "//a",
    "passport",
    "case no ",
    "token",
    "{a}",
    "=?a?q?",
)
BEFORE = ("", "a@", "<si><t>")
BEHIND = ("!", "@")


def patterns() -> Iterator[tuple[str, re.Pattern[Any], set[str]]]:
    """Every pattern of the program, and how it is used; what no name tells is tried in every way."""
    for found in pkgutil.walk_packages(hrge_xl.__path__, "hrge_xl."):
        if not found.name.endswith("__main__"):
            module = importlib.import_module(found.name)
            for name, value in vars(module).items():
                for pattern in inside(value):
                    yield f"{found.name}.{name}", pattern, uses(module, name)


def inside(value: object) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        yield from inside([*value.values()])
    elif isinstance(value, tuple | list):
        for each in value:
            yield from inside(each)


def uses(module: ModuleType, name: str) -> set[str]:
    return set(
        re.findall(
            rf"\b{name}\.(fullmatch|match|\w+)", Path(str(module.__file__)).read_text("utf-8")
        )
    )


def ways(pattern: re.Pattern[Any], used: set[str]) -> Iterator[Callable[[str], object]]:
    """A whole text, a text from its beginning on, or anywhere in it."""
    said = {use: getattr(pattern, use) for use in used & {"fullmatch", "match"}}
    if not used or used - {"fullmatch", "match"}:
        said["anywhere"] = lambda text: sum(1 for _ in pattern.finditer(text))
    for way in said.values():
        yield (
            (lambda text, way=way: way(text.encode()))
            if isinstance(pattern.pattern, bytes)
            else way
        )


def squares(act: Callable[[str], object], pieces: Sequence[str] = PIECES) -> list[str]:
    """The texts of which four times as much takes far longer than four times."""
    found = []
    for before, piece, behind in product(BEFORE, pieces, BEHIND):

        def took(
            size: int, before: str = before, piece: str = piece, behind: str = behind
        ) -> float:
            return taken(act, before + piece * (size // len(piece)) + behind)

        slow = took(LONG) > SLOW * LONG
        if slow and min(took(8 * LONG) / max(took(2 * LONG), 1e-9) for _ in range(3)) > MOST:
            found.append(f"{before}{piece}…{behind}")
    return found


def taken(act: Callable[[str], object], text: str) -> float:
    """Processor time of this process alone, which others do not lengthen."""
    started = time.process_time()
    with suppress(HrgeError, ValueError, Unreadable):  # it may be refused
        act(text)
    return time.process_time() - started


BOUNDED = {"hrge_xl.workbook.row_checks.FUNCTION"}  # it is shown forty characters at a time


@pytest.mark.deep
def test_no_pattern_tries_every_way_through_a_text() -> None:
    found = {}
    for name, pattern, used in patterns():
        if name in BOUNDED:
            continue
        source = (
            pattern.pattern
            if isinstance(pattern.pattern, str)
            else pattern.pattern.decode("latin-1")
        )
        pieces = [
            piece
            for piece in PIECES
            if piece in "aA1 .-" or set(piece) & (set(source) - set("a1 .-"))
        ]
        texts = [text for way in ways(pattern, used) for text in squares(way, pieces)]
        if texts:
            found[name, source] = texts
    assert found == {}


FUNCTIONS: dict[str, Callable[[str], object]] = {
    "tidy": words.tidy_lines,
    "fold": words.fold,
    "bare": words.bare,
    "words": words.count_words,
    "number": numerals.parse_number,
    "date": numerals.parse_date,
    "percentage": numerals.percentage,
    "personal data": personal_data,
    "harmless": csv_files.harmless,
    "line of CSV": lambda text: [*csv_files.harmless_lines([[text]])],
    "masked": paths.masked,
    "name of a file": lambda text: teams_named(text, ["PAK", "a"]),
    "formula": lambda text: normal_form(text, None),
    "shared text": lambda text: shared_text(f"<si><t>{text}</t>"),
    "beginning of a mail": lambda text: is_mail(text.encode("utf-8", "replace")),
    "day of a mail": moment_of,
}


@pytest.mark.deep
@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_text_takes_the_square_of_its_length(name: str) -> None:
    assert squares(FUNCTIONS[name]) == []


def test_marks_on_a_letter_are_no_burden() -> None:
    """To sort marks Unicode's own forms take the square of their number; a text that has a few is composed."""
    piled = "a" + "\u0301\u0323" * 8_000
    assert words.tidy(piled) == piled
    assert words.tidy("e\u0301" * 1_000) == "é" * 1_000
