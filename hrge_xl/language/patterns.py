"""Regular expressions, as the reader matches them and as a sheet can check them.

The reader's engine takes time in proportion to the text, whatever the pattern: a spec may come from anybody, and a text
too. A sheet checks letters, digits and fixed characters by place, then perhaps a rest; of any other pattern it says
nothing.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain, groupby
from typing import Any

import re2

from .sheet_text import SPACES, text_literal

EMAIL = r"[^@\s]+@[^@\s]+\.[^@\s]+"
REMEDY = (
    r"Write a regular expression, for example '[A-Z]{2}-[0-9]{4}', without what looks back, ahead or around: "
    r"\1, (?=…), (?<!…), \b."
)
# To the engine \d, \w and \s mean ASCII alone. Letters have their marks: vowels of Hindi and Arabic are among them.
CLASSES = {"d": r"\p{Nd}", "w": r"\p{L}\p{M}\p{N}_", "s": r"\p{Z}\t-\r\x1c-\x1f\x85"}
ESCAPES = frozenset("aAfnrtvxpPz")  # which mean the same to Python and the engine, or nothing to Python
TOKEN = re.compile(r"\\u[0-9A-Fa-f]{4}|\\.?|\[:|\[\^?\]?|\{,|.", re.DOTALL)
MOST_PLACES = 60  # of letters and digits; a formula has room for no more
SPECIAL = frozenset(".^$*+?{}[]()|\\")
RANGE = re.compile(r"(.)-(.)|(.)", re.DOTALL)
REPEATED = re.compile(r"\{(\d{1,3})(?:(,)(\d{1,3})?)?\}|([+*?])")
ANY = ""  # no class is empty
EMPTY = text_literal("")


class NotAPattern(ValueError):
    """A pattern that says nothing, or what the engine does not know."""


def fits(pattern: str, text: str) -> bool:
    """Say whether a whole text fits a pattern."""
    return compiled(pattern).fullmatch(text.encode("utf-8", "replace")) is not None


@cache
def compiled(pattern: str) -> Any:
    """Compile a pattern that is written as for Python. Raises `NotAPattern`."""
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile("".join(_translated(pattern)), options)
    except re2.error as error:
        raise NotAPattern(error.args[0].decode(errors="replace")) from error


def _translated(pattern: str) -> Iterator[str]:
    """Give what the engine writes otherwise in its own way, and refuse what it would take for something else."""
    in_class = False
    for token in TOKEN.findall(pattern):
        escaped = token[1:] if token[0] == "\\" else ""
        if escaped.lower() in CLASSES:
            if in_class and escaped in "WS":
                raise NotAPattern(f"{token} inside [ ]")
            negated, characters = escaped.isupper(), CLASSES[escaped.lower()]
            yield f"[{'^' * negated}{characters}]" if not in_class else r"\P{Nd}" if negated else characters
        elif escaped[:1] == "u" and len(escaped) > 1:
            yield rf"\x{{{escaped[1:]}}}"
        elif (escaped.isalnum() and escaped not in ESCAPES) or (in_class and token == "[:"):
            raise NotAPattern(token)
        else:
            in_class = token != "]" if in_class else token[0] == "["
            yield "{0," if token == "{," and not in_class else token


@dataclass(frozen=True)
class PatternPiece:
    """What stands at some places of a text: the characters possible there, and how many places it takes."""

    characters: str  # ANY for whatever is not an end of a line
    least: int
    most: int | None  # None: as many as there are


def pieces(pattern: str) -> list[PatternPiece] | None:
    """Take a pattern apart; None where it says more than a sheet can check."""
    found: list[PatternPiece] = []
    place = 0
    while place < len(pattern):
        taken = _atom(pattern, place)
        if taken is None:
            return None
        characters, place = taken
        repeated = REPEATED.match(pattern, place)
        least, most = _times(repeated) if repeated else (1, 1)
        place = repeated.end() if repeated else place
        found.append(PatternPiece(characters, least, most))
    open_ones = [piece for piece in found[:-1] if piece.least != piece.most]
    length = sum(piece.most or piece.least for piece in found if piece.characters != ANY)
    # a rest may be as long as it likes, but not of some characters only
    endless = found and found[-1].most is None and found[-1].characters != ANY
    return None if open_ones or not found or length > MOST_PLACES or endless else found


def _atom(pattern: str, place: int) -> tuple[str, int] | None:
    """Read the characters possible at a place, and where the pattern goes on."""
    sign = pattern[place]
    if sign == "[":
        end = pattern.find("]", place + 2)
        inside = pattern[place + 1 : end]
        characters = None if end < 0 or inside.startswith("^") or "\\" in inside else _class(inside)
        return None if characters is None else (characters, end + 1)
    if sign == "\\":
        escaped = pattern[place + 1 : place + 2]
        return (escaped, place + 2) if escaped and not escaped.isalnum() else None
    if sign == ".":
        return ANY, place + 1
    return None if sign in SPECIAL else (sign, place + 1)


def _class(inside: str) -> str | None:
    """Give the characters of a class; None where a range is not one of letters or digits."""
    characters = ""
    for first, last, single in RANGE.findall(inside):
        if single:
            characters += single
            continue
        alphabet = next((a for a in _ALPHABETS if first in a and last in a), "")
        if alphabet.find(first) > alphabet.find(last) or not alphabet:
            return None
        characters += alphabet[alphabet.index(first) : alphabet.index(last) + 1]
    return characters


_ALPHABETS = (string.ascii_uppercase, string.ascii_lowercase, string.digits)


def _times(found: re.Match[str]) -> tuple[int, int | None]:
    least, open_, most, sign = found.groups()
    if sign:
        return {"+": (1, None), "*": (0, None), "?": (0, 1)}[sign]
    return int(least), (int(most) if most else None) if open_ else int(least)


def in_a_sheet(pattern: str) -> bool:
    """Say whether a sheet can check a pattern."""
    return pieces(pattern) is not None


def pattern_formula(text: str, pattern: str) -> str:
    """Write whether a whole text fits a pattern; false on an empty text."""
    found = pieces(pattern)
    assert found is not None  # else the pattern is for the reader only
    return f"IFERROR(AND({','.join([f'{text}<>{EMPTY}', *_conditions(text, found)])}),FALSE)"


def _conditions(text: str, found: list[PatternPiece]) -> Iterator[str]:
    least = sum(piece.least for piece in found)
    most = None if found[-1].most is None else least - found[-1].least + found[-1].most
    yield f"LEN({text})={least}" if least == most else f"LEN({text})>={least}"
    if most is not None and most != least:
        yield f"LEN({text})<={most}"
    place = 1
    every = chain.from_iterable([piece.characters] * piece.least for piece in found)
    for characters, run in groupby(every):  # possible at the places that every text has
        width = len(list(run))
        if len(characters) == 1:
            yield f"EXACT(MID({text},{place},{width}),{text_literal(characters * width)})"
        elif characters != ANY:
            yield _each(text, range(place, place + width), characters)
        place += width
    if any(piece.characters == ANY for piece in found):
        yield f"ISERROR(FIND(CHAR(10),{text}))"
    last = found[-1]
    if last.characters != ANY and last.most is not None and last.most > last.least:
        # past the end of a text there is nothing, which every class lets pass
        yield _each(text, range(place, place + last.most - last.least), last.characters)


def _each(text: str, places: range, characters: str) -> str:
    if len(places) == 1:
        return f"ISNUMBER(FIND(MID({text},{places[0]},1),{text_literal(characters)}))"
    numbers = ",".join(map(str, places))
    found = f"FIND(MID({text},{{{numbers}}},1),{text_literal(characters)})"
    return f"SUMPRODUCT(--ISNUMBER({found}))={len(places)}"


def email_formula(text: str) -> str:
    """Write whether a text has the shape of an e-mail address, as `EMAIL` has it."""
    at = f'FIND("@",{text})'
    spaces = ",".join(f"ISERROR(FIND({space},{text}))" for space in ('" "', *SPACES))
    return (
        f'IFERROR(AND(LEN({text})-LEN(SUBSTITUTE({text},"@",""))=1,{at}>1,'
        f'FIND(".",{text},{at}+2)<LEN({text}),{spaces}),FALSE)'
    )
