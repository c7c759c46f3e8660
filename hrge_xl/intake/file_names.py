"""What the name of a file says: the teams of a round that it names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePath

from ..words import fold

BETWEEN = re.compile(r"[\W_]+")
SHORTEST = (
    2  # characters of a code that says something: a name may hold any letter or number for other reasons
)


def teams_named(file: str, teams: Iterable[str]) -> set[str]:
    """Find the teams whose codes are whole words in the name of a file; `PAK 2` goes before the `PAK` within it."""
    words, found = _words(PurePath(file).stem), set()
    for team in sorted(teams, key=lambda each: (-len(_words(each)), each)):
        code = _words(team)
        if code in words and _tells(code):
            found.add(team)
            words = words.replace(code, "  ")
    return found


def _words(text: str) -> str:
    """Give the words of a text, each between two spaces."""
    return f" {BETWEEN.sub(' ', fold(text)).strip()} "


def _tells(code: str) -> bool:
    return len(code.strip()) >= SHORTEST and any(character.isalpha() for character in code)
