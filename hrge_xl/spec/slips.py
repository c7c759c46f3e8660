"""What people get wrong in the files of a spec, in words, by the table `slips.yaml`: the reason, and what to write."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import NamedTuple

import msgspec
import yaml

from ..core.spec_parts import Words
from ..core.words import is_language

HERE = "\0"  # the place in a line, ¦ in the table: no text of YAML holds it
NESTED = "More groups and lists are nested here than any spec can need."
LESS_NESTED = "Look for brackets or dashes that were typed repeatedly, and remove them."
OPENING = re.compile(r"[{\[]")
QUOTE = re.compile(r'(?<!\\)"')  # a double quotation mark that is not escaped
# characters on either side of a place that are looked at: most patterns go over them many times
AROUND = 2_000
BEFORE_TEXT = re.compile(r"[:\-,\[{]\s*$")  # what stands before one that opens a text

Place = tuple[int, int]  # line and column, from 0


class Slip(msgspec.Struct, frozen=True):
    """An entry of the table, in which it is said what each part of it means."""

    reason: str
    remedy: str
    says: str = ""
    at: str = "mark"
    fits: str = ""
    told: str = ""
    of_line: bool = False


class Piece(str):
    """A piece of what stands there: `{piece:q}` puts it in quotation marks."""

    __slots__ = ()

    def __format__(self, form: str) -> str:
        return in_quotes(self) if form else str(self)


@cache
def _table() -> dict[str, list[Slip]]:
    data = resources.files(__package__).joinpath("slips.yaml").read_bytes()
    return msgspec.yaml.decode(data, type=dict[str, list[Slip]])


def slip_in(
    kind: str, says: str, texts: Mapping[str, str], known: Collection[str] = (), **facts: object
) -> tuple[Slip, re.Match[str], Words] | None:
    """Give the first slip of a kind that fits one of some texts, which go by what `at` calls them, with its words."""
    for slip in _table()[kind]:
        found = re.search(slip.fits.replace("¦", HERE), texts[slip.at]) if slip.at in texts else None
        if found is None or not re.search(slip.says, says):
            continue
        pieces = {
            name: Piece(str(piece).replace(HERE, "").strip()) for name, piece in found.groupdict().items()
        }
        name, strange = pieces.get("known", ""), pieces.get("strange")
        if strange in known or (name and name not in known and not (name.islower() and is_language(name))):
            continue
        reason, remedy = (words.format(**facts, **pieces) for words in (slip.reason, slip.remedy))
        return slip, found, (reason, remedy)
    return None


class Fault(NamedTuple):
    """A place, counted from 0, with the reason and the remedy; `of_line`: it says nothing about other lines."""

    line: int
    column: int
    reason: str
    remedy: str
    of_line: bool = False


def explained(error: yaml.YAMLError, text: str, options: Sequence[str]) -> Fault:
    """Say what is wrong with a text that YAML does not take; `options` are names that a spec knows."""
    if isinstance(error, yaml.reader.ReaderError):
        code = error.character if isinstance(error.character, int) else ord(error.character)
        before = text[: max(text.find(chr(code)), 0)]
        reason = f"There is a character that no text may hold (U+{code:04X})."
        column = len(before) - (before.rfind("\n") + 1)
        return Fault(before.count("\n"), column, reason, "Delete it and type the word again.")
    mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
    if not isinstance(error, yaml.MarkedYAMLError) or mark is None:
        return Fault(0, 0, "This cannot be read as YAML.", "Save the file as plain text and try again.")
    if "nesting depth" in str(error.problem):
        return Fault(mark.line, mark.column, NESTED, LESS_NESTED)
    start, lines = error.context_mark or mark, [*text.splitlines(), ""]
    places = {"mark": (mark.line, mark.column), "start": (start.line, start.column)}
    places |= _further_up(lines, *places.values())
    begin = {name: max(at - AROUND, 0) for name, (_, at) in places.items()}
    texts = {
        name: f"{lines[row][begin[name] : at]}{HERE}{lines[row][at : at + AROUND]}"
        for name, (row, at) in places.items()
    }
    tabs = sum("\t" in _lead(line) for line in lines[mark.line + 1 :])
    more = f" ({tabs} more below)" if tabs else ""
    found = slip_in("yaml", f"{error.context}: {error.problem}", texts, options, more=more)
    assert found is not None  # the last one fits everything
    slip, match, words = found
    row, at = places[slip.told or slip.at]
    if "at" in match.groupdict():
        found_at = begin[slip.at] + match.start("at")
        at = found_at - (found_at > at)
    return Fault(row, at, *words, slip.of_line)


def _further_up(lines: Sequence[str], mark: Place, start: Place) -> dict[str, Place]:
    """Give the bracket that is never closed, and the double quotation mark of a text from further up that ends here."""
    found: dict[str, Place] = {}
    brackets = _all(OPENING, [*lines[: start[0]], lines[start[0]][: start[1] + 1]])
    row, line = mark[0], lines[mark[0]]
    if brackets:
        opened = brackets[-1]
        outside = row > opened[0] and len(_lead(line)) <= len(_lead(lines[opened[0]]))
        if outside or row >= len(lines) - 1:
            found["opened"] = opened
    quotes = _all(QUOTE, lines[:row]) if line[: mark[1]].rstrip().endswith('"') else []
    if len(quotes) % 2 and BEFORE_TEXT.search(lines[quotes[-1][0]][: quotes[-1][1]]):
        found["quote"] = quotes[-1]
    return found


def _all(pattern: re.Pattern[str], lines: Sequence[str]) -> list[Place]:
    return [(row, found.start()) for row, line in enumerate(lines) for found in pattern.finditer(line)]


def _lead(line: str) -> str:
    """Give the spaces and dashes that a line begins with."""
    return re.match(r"[ \t]*(?:- *)*", line)[0]  # type: ignore[index]  # which may be empty, and always fits


def in_quotes(text: str) -> str:
    """Give a text as it stands in quotation marks, those left out that stood around it."""
    bare = text.strip()
    mark = bare[:1]
    if mark and mark in "\"'":
        bare = bare.strip(mark) if bare.endswith(mark) else bare.replace(mark, "")
    bare = bare.strip("“”„")
    if '"' not in bare and "\\" not in bare:
        return f'"{bare}"'
    return "'" + bare.replace("'", "''") + "'"
