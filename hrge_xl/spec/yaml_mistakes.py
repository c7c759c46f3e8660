"""What is wrong with a file that is no YAML, in words: the place, what stands there, and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

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
BESIDE = "Begin it in the same column as the lines that it belongs to, using spaces, not a tab."


@dataclass(frozen=True, slots=True)
class Fault:
    """A place, counted from 0, with the reason and the remedy; `of_line`: it says nothing about other lines."""

    line: int
    column: int
    reason: str
    remedy: str
    of_line: bool = False


def explained(error: yaml.YAMLError, text: str, options: Sequence[str]) -> Fault:
    """Say what is wrong with a text that YAML does not take; `options` are names that a spec knows."""
    lines = text.splitlines()
    if isinstance(error, yaml.reader.ReaderError):
        return _control_character(error, text)
    mark, context = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    if mark is None:
        return Fault(0, 0, "This cannot be read as YAML.", "Save the file as plain text and try again.")
    problem = str(getattr(error, "problem", ""))
    return _Reading(
        lines, (mark.line, mark.column), _place(context) or (mark.line, mark.column), options
    ).say(problem, str(getattr(error, "context", None) or ""))


def _place(mark: yaml.Mark | None) -> tuple[int, int] | None:
    return None if mark is None else (mark.line, mark.column)


def _control_character(error: yaml.reader.ReaderError, text: str) -> Fault:
    character = error.character if isinstance(error.character, int) else ord(error.character)
    at = next((i for i, each in enumerate(text) if ord(each) == character), 0)
    line = text.count("\n", 0, at)
    reason = f"There is a character that no text may hold (U+{character:04X})."
    return Fault(line, at - (text.rfind("\n", 0, at) + 1), reason, "Delete it and type the word again.")


@dataclass(frozen=True)
class _Reading:
    """The lines of a file, where YAML stopped, and where that began which it was reading."""

    lines: Sequence[str]
    mark: tuple[int, int]
    start: tuple[int, int]
    options: Sequence[str]

    def say(self, problem: str, context: str) -> Fault:
        """Find the cause behind what the YAML library says."""
        if "nesting depth" in problem:
            return self._at(self.mark, NESTED, LESS_NESTED)
        tab = self._tab()
        if tab is not None:
            return tab
        if "block scalar" in context or "alias" in context or "anchor" in context or "tag" in context:
            return self._beginning(*self.start)
        if "cannot start any token" in problem or "directive" in context:
            return self._beginning(self.mark[0], self.start[1] if "directive" in context else self.mark[1])
        if "undefined alias" in problem:
            return self._beginning(*self.mark)
        if "flow" in context:
            return self._brackets()
        if "node content" in problem or "not allowed in this context" in problem:
            return self._not_here(problem)
        if "escape" in problem or "hexdecimal" in problem:
            return self._backslash()
        if "end of stream" in problem or "document indicator" in problem:
            return self._open_quote(self.start)
        if "another document" in problem:
            return self._at(self.mark, "A second document begins here (---).", "Remove this line.")
        if "expected ':'" in problem:
            return self._no_colon()
        if "expected key" in problem or "expected '-'" in problem or "document start" in problem:
            return self._indentation()
        return self._at(
            self.mark,
            "This cannot be read as YAML.",
            "Compare the quotation marks, brackets and colons of this line with those of the lines around it.",
        )

    def _at(self, place: tuple[int, int], reason: str, remedy: str, *, of_line: bool = False) -> Fault:
        return Fault(*place, reason, remedy, of_line)

    def _line(self, number: int) -> str:
        return self.lines[number] if number < len(self.lines) else ""

    def _rest(self, line: int, column: int) -> str:
        return self._line(line)[column:].split(" #")[0].strip()

    def _tab(self) -> Fault | None:
        """Give a tab at the place, or in front of its line."""
        number, column = self.mark
        line = self._line(number)
        lead = INDENT.match(line)
        front = lead.group() if lead else ""
        at = front.find("\t") if "\t" in front else column if line[column : column + 1] == "\t" else -1
        if at < 0:
            return None
        more = sum("\t" in (INDENT.match(other) or front)[0] for other in self.lines[number + 1 :])
        reason = "There is a tab here; YAML allows only spaces" + (f" ({more} more below)." if more else ".")
        return self._at(
            (number, at), reason, "Replace it with as many spaces as the neighbouring lines have."
        )

    def _beginning(self, line: int, column: int) -> Fault:
        """Give a text that begins with a sign that means something else to YAML."""
        rest = self._rest(line, column)
        reason = f"A text cannot begin with {rest[:1]} unless it is in quotation marks."
        return self._at((line, column), reason, f"Write {in_quotes(rest)}.", of_line=True)

    def _not_here(self, problem: str) -> Fault:
        line, column = self.mark
        if "node content" in problem or "block sequence" in problem or "mapping keys" in problem:
            return self._beginning(line, column)
        found = OPTION.match(self._line(line))
        if found is not None and found.start("value") < column:
            return self._colon(found, line)
        reason = "This line is indented further than the one above, which is complete without it."
        return self._at((line, len(INDENT.match(self._line(line))[0])), reason, BESIDE)  # type: ignore[index]

    def _colon(self, found: re.Match[str], line: int) -> Fault:
        value = found["value"].split(" #")[0].rstrip()
        reason = (
            f"The text of `{found['name']}` has a colon followed by a space, which YAML takes for an option."
        )
        remedy = f"Put the text in quotation marks: {found['name']}: {in_quotes(value)}."
        return self._at((line, found.start("value")), reason, remedy, of_line=True)

    def _backslash(self) -> Fault:
        line, column = self.start
        found = re.match(r'"(?:[^"\\]|\\.)*"', self._line(line)[column:])
        text = found.group()[1:-1] if found else "…"
        reason = "In double quotation marks, a backslash has a special meaning."
        return self._at(self.mark, reason, f"Use single ones: '{text}'.", of_line=True)

    def _brackets(self) -> Fault:
        """Something in {…} or […] that is neither a comma nor the closing bracket."""
        line, column = self.mark
        opened, bracket = self._opened()
        if line >= len(self.lines) or (line > opened[0] and self._is_outside(line, opened[0])):
            return self._never_closed(opened, bracket)
        sign, before = self._line(line)[column : column + 1], self._line(line)[:column].rstrip()
        if sign == ",":
            return self._at(self.mark, "There is a comma too many.", "Remove it.", of_line=True)
        if sign == ":":
            return self._colon_inside(before, line, column)
        word = self._rest(line, column).split(" ")[0].rstrip(":,")
        if sign in CLOSING:
            reason = f"There is a {sign} in this text, which YAML takes for the beginning of a group or list."
            return self._at(self.mark, reason, "Put the whole text in quotation marks.", of_line=True)
        if before[-1:] in ("'", '"') and word.rstrip("}]") not in self.options:
            reason = f"A quotation mark ends the text before {word}, although it continues."
            remedy = "Put the whole text in quotation marks of the other kind."
            return self._at(self.mark, reason, remedy, of_line=True)
        reason = f"A comma is missing before {word}."
        return self._at(self.mark, reason, "Put one there, or the whole text in quotation marks.")

    def _never_closed(self, opened: tuple[int, int], bracket: str) -> Fault:
        comment = self._line(opened[0])[opened[1] :].partition(" #")[2]
        if comment:
            reason = f"Everything after # is a comment, so the {bracket} before it is never closed."
            at = self._line(opened[0]).index(" #", opened[1]) + 1
            text = in_quotes("#" + re.split(r"[,}\]]", comment)[0])
            return self._at(
                (opened[0], at), reason, f"Put the text in quotation marks: {text}.", of_line=True
            )
        reason = f"The {bracket} that opens here is never closed."
        return self._at(opened, reason, f"Close it with {CLOSING.get(bracket, 'a bracket')}.")

    def _opened(self) -> tuple[tuple[int, int], str]:
        """Give the bracket that YAML is in, and its place: that where it began, or the next one before."""
        line, column = self.start
        for number in range(line, -1, -1):
            text = self._line(number)[: column + 1 if number == line else None]
            at = max(text.rfind(sign) for sign in CLOSING)
            if at >= 0:
                return (number, at), text[at]
        return self.start, "bracket"

    def _is_outside(self, line: int, opened: int) -> bool:
        """Say whether a line begins no further in than the one in which a bracket was opened."""
        lead, first = INDENT.match(self._line(line)), INDENT.match(self._line(opened))
        return len(lead[0] if lead else "") <= len(first[0] if first else "")

    def _colon_inside(self, before: str, line: int, column: int) -> Fault:
        """Give a colon in a text within brackets: a comma is missing, or the quotation marks are."""
        word = WORD_BEFORE.search(before)
        name = word[1] if word else ""
        if name in self.options or (name.islower() and is_language(name)):
            at = column - len(name)
            reason = f"A comma is missing before `{name}`."
            return self._at((line, at), reason, f"Write `, {name}: …`.", of_line=True)
        start = max(before.rfind(sign) for sign in (": ", ", ", "{", "[")) + 1
        rest = re.split(r"[,}\]]", self._line(line)[start:].strip())[0]
        reason = "There is a colon in this text, which YAML takes for an option."
        at = start + len(before[start:]) - len(before[start:].lstrip())
        return self._at(
            (line, at), reason, f"Put the text in quotation marks: {in_quotes(rest)}.", of_line=True
        )

    def _open_quote(self, place: tuple[int, int]) -> Fault:
        sign = self._line(place[0])[place[1] :][:1]
        return self._at(
            place,
            f"The quotation mark {sign} that opens here is never closed.",
            f"Close the text with {sign}.",
        )

    def _no_colon(self) -> Fault:
        line, column = self.start
        rest = self._rest(line, column)
        name, colon, value = rest.partition(":")
        if colon and value:
            reason = f"There is no space after the colon of `{name}`."
            return self._at(self.start, reason, f"Write `{name}: {value}`.", of_line=True)
        reason = f"`{rest}` has no colon, so it is neither an option nor its value."
        remedy = f"Write `{rest}: …`, or put a text that runs over several lines in quotation marks."
        return self._at(self.start, reason, remedy)

    def _indentation(self) -> Fault:
        line, column = self.mark
        before = self._line(line)[:column].rstrip()
        if before.strip(" -"):
            return self._goes_on(before, line, column)
        reason = "This line is not indented like the lines that it belongs to."
        return self._at(self.mark, reason, BESIDE)

    def _opened_above(self, line: int) -> tuple[int, int] | None:
        """Give the double quotation mark that the first one of a line closes: a text from further up ends there."""
        places = [(n, at.start()) for n in range(line) for at in QUOTE.finditer(self._line(n))]
        if len(places) % 2 == 0:
            return None
        row, column = places[-1]
        return (row, column) if self._line(row)[:column].rstrip().endswith(BEFORE_VALUE) else None

    def _goes_on(self, before: str, line: int, column: int) -> Fault:
        """Something behind a text or a bracket that is complete."""
        opened = self._opened_above(line) if before[-1] == '"' else None
        if opened is not None:
            return self._open_quote(opened)
        found = OPTION.match(self._line(line))
        value = self._line(line)[found.start("value") :].strip() if found else before.strip()
        if before[-1] in "\"'" or value[:1] in "\"'":
            reason = "The text continues after a quotation mark that ended it."
            return self._at((line, column), reason, f"Write {in_quotes(value)}.", of_line=True)
        if self._line(line)[column : column + 1] in ("}", "]"):
            return self._at(
                (line, column), "There is one closing bracket too many.", "Remove it.", of_line=True
            )
        reason = f"The text begins with {value[:1]}, so that YAML takes it for a list or a group of options."
        return self._at((line, column), reason, f"Write {in_quotes(value)}.", of_line=True)


def in_quotes(text: str) -> str:
    """Give a text as it stands in quotation marks, those left out that stood around it."""
    bare = text.strip()
    for mark in ('"', "'"):
        if bare.startswith(mark):
            bare = bare.strip(mark) if bare.endswith(mark) else bare.replace(mark, "")
            break
    bare = bare.strip("“”„")
    if '"' not in bare and "\\" not in bare:
        return f'"{bare}"'
    return "'" + bare.replace("'", "''") + "'"
