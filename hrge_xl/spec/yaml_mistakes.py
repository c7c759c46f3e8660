"""What is wrong with a file that is no YAML, in words: the place, what stands there, and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

import yaml

from ..words import is_language

QUOTE = re.compile(r'(?<!\\)"')  # a double quotation mark that is not escaped
BEFORE_VALUE = (":", "-", ",", "[", "{")  # what stands before a text in quotation marks
INDENT = re.compile(r"[ \t]*(?:- *)*")
OPTION = re.compile(r"""(?P<lead>[ \t]*(?:-[ \t]+)*)(?P<name>[\w.\-]+):[ \t]+(?P<value>\S.*)$""")
WORD_BEFORE = re.compile(r"(?<![\w.\-])([\w.\-]+)[ \t]*$")
CLOSING = {"{": "}", "[": "]"}
NESTED = "More groups and lists are nested here than any spec can need."
LESS_NESTED = "Look for brackets or dashes that were typed repeatedly, and remove them."
UNREADABLE = "This cannot be read as YAML."
COMPARE = "Compare the quotation marks, brackets and colons of this line with those of the lines around it."
BESIDE = "Begin it in the same column as the lines that it belongs to, using spaces, not a tab."


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
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return Fault(0, 0, UNREADABLE, "Save the file as plain text and try again.")
    mark, start = error.problem_mark, error.context_mark or error.problem_mark
    places = (mark.line, mark.column), (start.line, start.column)
    return _Reading(text.splitlines(), *places, options).say(error.problem or "", error.context or "")


def _lead(line: str) -> str:
    """Give the spaces and dashes that a line begins with."""
    return line[: INDENT.match(line).end()]  # type: ignore[union-attr]  # which may be empty, and always fits


class _Reading(NamedTuple):
    """The lines of a file, where YAML stopped, and where that began which it was reading."""

    lines: Sequence[str]
    mark: tuple[int, int]
    start: tuple[int, int]
    options: Sequence[str]

    def say(self, problem: str, context: str) -> Fault:
        """Find the cause behind what the YAML library says."""
        if "nesting depth" in problem:
            return Fault(*self.mark, NESTED, LESS_NESTED)
        return self._tab() or next(
            cause(self)
            for in_problem, in_context, cause in CAUSES
            if re.search(in_problem, problem) and re.search(in_context, context)
        )

    def _line(self, number: int) -> str:
        return self.lines[number] if number < len(self.lines) else ""

    def _rest(self, line: int, column: int) -> str:
        return self._line(line)[column:].split(" #")[0].strip()

    def _tab(self) -> Fault | None:
        """Give a tab at the place, or in front of its line."""
        number, column = self.mark
        line = self._line(number)
        at = _lead(line).find("\t")
        if at < 0 and line[column : column + 1] == "\t":
            at = column
        if at < 0:
            return None
        more = sum("\t" in _lead(other) for other in self.lines[number + 1 :])
        reason = "There is a tab here; YAML allows only spaces" + (f" ({more} more below)." if more else ".")
        return Fault(number, at, reason, "Replace it with as many spaces as the neighbouring lines have.")

    def _beginning(self, place: tuple[int, int]) -> Fault:
        """Give a text that begins with a sign that means something else to YAML."""
        rest = self._rest(*place)
        reason = f"A text cannot begin with {rest[:1]} unless it is in quotation marks."
        return Fault(*place, reason, f"Write {in_quotes(rest)}.", of_line=True)

    def _not_here(self) -> Fault:
        line, column = self.mark
        found = OPTION.match(self._line(line))
        if found is None or found.start("value") >= column:
            reason = "This line is indented further than the one above, which is complete without it."
            return Fault(line, len(_lead(self._line(line))), reason, BESIDE)
        name, value = found["name"], found["value"].split(" #")[0].rstrip()
        reason = f"The text of `{name}` has a colon followed by a space, which YAML takes for an option."
        remedy = f"Put the text in quotation marks: {name}: {in_quotes(value)}."
        return Fault(line, found.start("value"), reason, remedy, of_line=True)

    def _backslash(self) -> Fault:
        line, column = self.start
        found = re.match(r'"((?:[^"\\]|\\.)*)"', self._line(line)[column:])
        reason = "In double quotation marks, a backslash has a special meaning."
        return Fault(*self.mark, reason, f"Use single ones: '{found[1] if found else '…'}'.", of_line=True)

    def _brackets(self) -> Fault:
        """Something in {…} or […] that is neither a comma nor the closing bracket."""
        line, column = self.mark
        opened, bracket = self._opened()
        outside = len(_lead(self._line(line))) <= len(_lead(self._line(opened[0])))
        if line >= len(self.lines) or (line > opened[0] and outside):
            return self._never_closed(opened, bracket)
        sign, before = self._line(line)[column : column + 1], self._line(line)[:column].rstrip()
        if sign == ",":
            return Fault(line, column, "There is a comma too many.", "Remove it.", of_line=True)
        if sign == ":":
            return self._colon_inside(before, line, column)
        word = self._rest(line, column).split(" ")[0].rstrip(":,")
        if sign in CLOSING:
            reason = f"There is a {sign} in this text, which YAML takes for the beginning of a group or list."
            return Fault(line, column, reason, "Put the whole text in quotation marks.", of_line=True)
        if before[-1:] in ("'", '"') and word.rstrip("}]") not in self.options:
            reason = f"A quotation mark ends the text before {word}, although it continues."
            remedy = "Put the whole text in quotation marks of the other kind."
            return Fault(line, column, reason, remedy, of_line=True)
        remedy = "Put one there, or the whole text in quotation marks."
        return Fault(line, column, f"A comma is missing before {word}.", remedy)

    def _opened(self) -> tuple[tuple[int, int], str]:
        """Give the bracket that YAML is in, and its place: that where it began, or the next one before."""
        line, column = self.start
        for number in range(line, -1, -1):
            text = self._line(number)[: column + 1 if number == line else None]
            at = max(text.rfind(sign) for sign in CLOSING)
            if at >= 0:
                return (number, at), text[at]
        return self.start, "bracket"

    def _never_closed(self, opened: tuple[int, int], bracket: str) -> Fault:
        line, column = opened
        comment = self._line(line).find(" #", column)
        if self._line(line)[comment + 2 :] and comment >= 0:
            text = in_quotes(re.split(r"[,}\]]", self._line(line)[comment + 1 :])[0])
            reason = f"Everything after # is a comment, so the {bracket} before it is never closed."
            return Fault(line, comment + 1, reason, f"Put the text in quotation marks: {text}.", of_line=True)
        closing = CLOSING.get(bracket, "a bracket")
        reason = f"The {bracket} that opens here is never closed."
        return Fault(line, column, reason, f"Close it with {closing}.")

    def _colon_inside(self, before: str, line: int, column: int) -> Fault:
        """Give a colon in a text within brackets: a comma is missing, or the quotation marks are."""
        word = WORD_BEFORE.search(before)
        name = word[1] if word else ""
        if name in self.options or (name.islower() and is_language(name)):
            reason = f"A comma is missing before `{name}`."
            return Fault(line, column - len(name), reason, f"Write `, {name}: …`.", of_line=True)
        start = max(before.rfind(sign) for sign in (": ", ", ", "{", "[")) + 1
        text = in_quotes(re.split(r"[,}\]]", self._line(line)[start:].strip())[0])
        at = start + len(before[start:]) - len(before[start:].lstrip())
        reason = "There is a colon in this text, which YAML takes for an option."
        return Fault(line, at, reason, f"Put the text in quotation marks: {text}.", of_line=True)

    def _open_quote(self, place: tuple[int, int]) -> Fault:
        sign = self._line(place[0])[place[1] :][:1]
        reason = f"The quotation mark {sign} that opens here is never closed."
        return Fault(*place, reason, f"Close the text with {sign}.")

    def _no_colon(self) -> Fault:
        rest = self._rest(*self.start)
        name, colon, value = rest.partition(":")
        if colon and value:
            reason = f"There is no space after the colon of `{name}`."
            return Fault(*self.start, reason, f"Write `{name}: {value}`.", of_line=True)
        reason = f"`{rest}` has no colon, so it is neither an option nor its value."
        remedy = f"Write `{rest}: …`, or put a text that runs over several lines in quotation marks."
        return Fault(*self.start, reason, remedy)

    def _indentation(self) -> Fault:
        """Explain a line that begins where it must not, or goes on behind a text or a bracket that is complete."""
        line, column = self.mark
        text = self._line(line)
        before = text[:column].rstrip()
        if not before.strip(" -"):
            return Fault(line, column, "This line is not indented like the lines that it belongs to.", BESIDE)
        opened = self._opened_above(line) if before[-1] == '"' else None
        if opened:
            return self._open_quote(opened)
        found = OPTION.match(text)
        value = text[found.start("value") :].strip() if found else before.strip()
        reason, remedy = (
            "The text continues after a quotation mark that ended it.",
            f"Write {in_quotes(value)}.",
        )
        if before[-1] not in "\"'" and value[:1] not in "\"'":
            reason = (
                f"The text begins with {value[:1]}, so that YAML takes it for a list or a group of options."
            )
            if text[column : column + 1] in ("}", "]"):
                reason, remedy = "There is one closing bracket too many.", "Remove it."
        return Fault(line, column, reason, remedy, of_line=True)

    def _opened_above(self, line: int) -> tuple[int, int] | None:
        """Give the double quotation mark that the first one of a line closes: a text from further up ends there."""
        places = [(number, at.start()) for number in range(line) for at in QUOTE.finditer(self._line(number))]
        if len(places) % 2 == 0:
            return None
        row, column = places[-1]
        return (row, column) if self._line(row)[:column].rstrip().endswith(BEFORE_VALUE) else None


# what YAML says: its problem, its context
CAUSES: tuple[tuple[str, str, Callable[[_Reading], Fault]], ...] = (
    ("", "block scalar|alias|anchor|tag", lambda reading: reading._beginning(reading.start)),
    ("", "directive", lambda reading: reading._beginning((reading.mark[0], reading.start[1]))),
    ("cannot start any token|undefined alias", "", lambda reading: reading._beginning(reading.mark)),
    ("", "flow", _Reading._brackets),
    (
        "node content|block sequence.*not allowed|mapping keys.*not allowed",
        "",
        lambda reading: reading._beginning(reading.mark),
    ),
    ("not allowed in this context", "", _Reading._not_here),
    ("escape|hexdecimal", "", _Reading._backslash),
    ("end of stream|document indicator", "", lambda reading: reading._open_quote(reading.start)),
    (
        "another document",
        "",
        lambda reading: Fault(*reading.mark, "A second document begins here (---).", "Remove this line."),
    ),
    ("expected ':'", "", _Reading._no_colon),
    ("expected key|expected '-'|document start", "", _Reading._indentation),
    (
        "",
        "",
        lambda reading: Fault(*reading.mark, UNREADABLE, COMPARE),
    ),
)


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
