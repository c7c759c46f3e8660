"""What people get wrong in the files of a spec, in words: the reason, and what to write, by `common_mistakes.yaml`."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from importlib import resources

import msgspec
import yaml

from ..core.errors import Mistake
from ..core.spec_parts import Words
from ..core.words import is_language

HERE = "\0"  # the place in a line, ¦ in the table: no text of YAML holds it
NESTED = "More groups and lists are nested here than any spec can need."
LESS_NESTED = "Look for brackets or dashes that were typed repeatedly, and remove them."
OPENING = re.compile(r"[{\[]")
QUOTE = re.compile(r'(?<!\\)"')  # a double quotation mark that is not escaped
LEAD = re.compile(r"[ \t]*(?:- *)*")  # the spaces and dashes that a line begins with
# characters on either side of a place that are looked at: most patterns go over them many times
AROUND = 2_000
BEFORE_TEXT = re.compile(r"[:\-,\[{]\s*$")  # what stands before a quotation mark that opens a text

Place = tuple[int, int]  # line and column, from 0


class CommonMistake(msgspec.Struct, frozen=True):
    """An entry of the table, in which it is said what each part of it means."""

    reason: str
    remedy: str
    says: str = ""
    at: str = "mark"
    fits: str = ""
    told: str = ""
    of_line: bool = False


@cache
def common_mistakes() -> dict[str, list[CommonMistake]]:
    """Give the table, by what is read: `yaml`, the `shape` of the model, an `expression`."""
    data = resources.files(__package__).joinpath("common_mistakes.yaml").read_bytes()
    return msgspec.yaml.decode(data, type=dict[str, list[CommonMistake]])


def common_mistake_in(
    kind: str, says: str, texts: Mapping[str, str], known: Collection[str] = (), /, **facts: str
) -> tuple[CommonMistake, re.Match[str], Words] | None:
    """Give the first entry of a kind that fits one of some texts, which go by what `at` calls them, with its words."""
    for entry in common_mistakes()[kind]:
        found = re.search(entry.fits.replace("¦", HERE), texts[entry.at]) if entry.at in texts else None
        if found is None or not re.search(entry.says, says):
            continue
        pieces = {name: str(piece).replace(HERE, "").strip() for name, piece in found.groupdict().items()}
        name, strange = pieces.get("known", ""), pieces.get("strange")
        if strange in known or (name and name not in known and not (name.islower() and is_language(name))):
            continue
        facts |= pieces
        facts |= {f"{name}_quoted": _in_quotes(text) for name, text in facts.items()}
        return entry, found, (entry.reason.format(**facts), entry.remedy.format(**facts))
    return None


def explained(error: yaml.YAMLError, text: str, file: str, options: Collection[str]) -> tuple[Mistake, bool]:
    """Say what is wrong with the text of a file that YAML does not take, and whether it says nothing of other lines.

    `options` are the names that a spec knows.
    """
    if isinstance(error, yaml.reader.ReaderError):
        before = text.partition(chr(error.character))[0].split("\n")
        reason = f"There is a character that no text may hold (U+{error.character:04X})."
        remedy = "Delete it and type the word again."
        return Mistake(file, len(before), len(before[-1]) + 1, reason, remedy), False
    assert isinstance(error, yaml.MarkedYAMLError)  # the C loader raises no other
    mark = error.problem_mark
    assert mark is not None
    if "nesting depth" in str(error.problem):
        return Mistake(file, mark.line + 1, mark.column + 1, NESTED, LESS_NESTED), False
    start, lines = error.context_mark or mark, [*text.splitlines(), ""]
    places = {"mark": (mark.line, mark.column), "start": (start.line, start.column)}
    places |= _further_up(lines, *places.values())
    texts = {
        name: f"{lines[row][max(at - AROUND, 0) : at]}{HERE}{lines[row][at : at + AROUND]}"
        for name, (row, at) in places.items()
    }
    tabs = sum("\t" in _lead(line) for line in lines[mark.line + 1 :])
    more = f" ({tabs} more below)" if tabs else ""
    found = common_mistake_in("yaml", f"{error.context}: {error.problem}", texts, options, more=more)
    assert found is not None  # the last one fits everything
    entry, match, words = found
    row, at = places[entry.told or entry.at]
    if "at" in match.groupdict():
        in_line = max(at - AROUND, 0) + match.start("at")
        at = in_line - (in_line > at)
    return Mistake(file, row + 1, at + 1, *words), entry.of_line


def _further_up(lines: Sequence[str], mark: Place, start: Place) -> dict[str, Place]:
    """Give the bracket that is never closed, and the double quotation mark of a text from further up that ends here."""
    found: dict[str, Place] = {}
    (row, column), line = mark, lines[mark[0]]
    brackets = _all(OPENING, [*lines[: start[0]], lines[start[0]][: start[1] + 1]])
    if brackets:
        opened, _ = brackets[-1]
        outside = row > opened and len(_lead(line)) <= len(_lead(lines[opened]))
        if outside or row >= len(lines) - 1:
            found["opened"] = brackets[-1]
    quotes = _all(QUOTE, lines[:row]) if line[:column].rstrip().endswith('"') else []
    if len(quotes) % 2 and BEFORE_TEXT.search(lines[quotes[-1][0]][: quotes[-1][1]]):
        found["quote"] = quotes[-1]
    return found


def _all(pattern: re.Pattern[str], lines: Sequence[str]) -> list[Place]:
    return [(row, found.start()) for row, line in enumerate(lines) for found in pattern.finditer(line)]


def _lead(line: str) -> str:
    return next(LEAD.finditer(line))[0]


def _in_quotes(text: str) -> str:
    """Give a text as it stands in quotation marks, those left out that stood around it."""
    bare = text.strip()
    mark = bare[:1]
    if mark and mark in "\"'":
        bare = bare.strip(mark) if bare.endswith(mark) else bare.replace(mark, "")
    bare = bare.strip("“”„")
    if '"' not in bare and "\\" not in bare:
        return f'"{bare}"'
    return "'" + bare.replace("'", "''") + "'"
