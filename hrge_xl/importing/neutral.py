"""What every source becomes: one tree of sheets, questions and lists, and an account of every part of the source.

A part is registered before anything is made of it, as left out; whoever makes something of it says so. What nobody
claims is therefore told, and the sums agree.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain, count
from typing import Any

from ..core.errors import UsageError
from ..core.words import bare, beginning, cell_length
from ..fields import FIELD_TYPES
from ..language import Type
from ..spec.check_texts import (
    LIMIT_LABEL,
    LIMIT_SHEET_NAME,
    RESERVED,
    SHEET_NAME_FORBIDDEN,
    WORDS_OF_EXPRESSIONS,
)
from ..spec.supplements import KEYS

# what is told before anything is made of it: no spec has room for more
MOST_PARTS = 50_000
MOST_SHEETS = 200
HELP_LIMIT = 180  # of characters: the prompt says how to answer, too
# of a register
BLANK_ROWS = 20
MOST_BLANK_ROWS = 500
Said = str | dict[str, str]  # a text, or what it is in each language
Entry = dict[str, object]  # of a list: its code, its label, and what else it says


class PartOutcome(StrEnum):
    """What became of a part of a source."""

    KEPT = "kept"
    CHANGED = "changed"
    LEFT_OUT = "left out"


@dataclass
class SourcePart:
    """One part of a source: what it is, where it stands, what it says, and what became of it and how or why."""

    kind: str
    place: str
    text: str
    outcome: PartOutcome = PartOutcome.LEFT_OUT
    explanation: str = "a spec has nothing that stands for it"
    fields: int = 0  # how many share it, where it is not of one alone

    def keep(self, explanation: str = "", *changes: str) -> None:
        """Say that it is in the spec, as what, and what about it is another than before."""
        self.outcome = PartOutcome.CHANGED if any(changes) else PartOutcome.KEPT
        self.explanation = "; ".join(dict.fromkeys(filter(None, (explanation, *changes))))

    def change(self, explanation: str) -> None:
        """Say how it is in the spec otherwise than before, besides what was said already."""
        self.keep("" if self.outcome is PartOutcome.LEFT_OUT else self.explanation, explanation)

    def leave_out(self, why: str) -> None:
        """Say why it is not in the spec."""
        self.outcome = PartOutcome.LEFT_OUT
        self.explanation = why

    def lose(self, code: str, why: str) -> None:
        """Say why a field is without it: it is left out where no other one has it."""
        self.fields -= 1
        if self.fields > 0:
            self.change(f"not of {code}: {why}")
        else:
            self.leave_out(why)


@dataclass
class DraftField:
    """A field: its options in the order they are written, what was guessed, and the parts of the source behind it.

    `parts` are known by the option that each became; those of the whole field as "".
    """

    code: str
    type: str
    label: Said
    options: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    parts: dict[str, list[SourcePart]] = field(default_factory=dict)
    typed_as: str = ""  # the type of a calculated field that can be asked for instead

    @property
    def yields(self) -> Type:
        """What its answer is in expressions."""
        answer_type = FIELD_TYPES[self.type].yields
        return (
            Type(self.options.get("result", "number")) if self.type == "calculated" else answer_type
        )

    def call(self, label: Said, help: Said, part: SourcePart) -> None:
        """Give it a label and a help as a sheet has room for them, and tell what was cut."""
        self.label = in_each(label, cut)
        if self.label != label:
            self.options["note"] = label
            part.change("its label is cut where Excel ends; `note` has the whole of it")
        if first_of(help):
            self.options["help"] = in_each(help, lambda text: cut(text, HELP_LIMIT))
            if self.options["help"] != help:
                part.change("its help is cut to what a prompt shows")

    def of(self, option: str, part: SourcePart) -> None:
        """Note which part of the source an option comes from."""
        self.parts.setdefault(option, []).append(part)

    def leave_out(self, option: str, why: str) -> None:
        """Take an option away."""
        self.options.pop(option, None)
        for part in self.parts.get(option, ()):
            part.lose(self.code, why)
        if option == "relevant":
            self.make_optional()

    def make_optional(self) -> None:
        """Let everybody leave it blank, as nobody is told any more who is asked."""
        if self.options.pop("required", None):
            for part in self.parts.get("required", ()):
                part.leave_out("the condition under which it is asked was left out")

    def only_read(self) -> bool:
        """Have its constraint checked where it comes back only; say whether that is new."""
        constraint = self.options["constraint"]
        if "reader_only" in constraint:
            return False
        constraint["reader_only"] = "No formula of a sheet says this."
        for part in self.parts["constraint"]:
            part.change("it is checked when the workbook comes back, not in the sheet")
        return True

    def ask(self, why: str) -> None:
        """Have it typed, as it cannot be worked out."""
        self.leave_out("formula", why)
        self.options.pop("result", None)
        self.type = self.typed_as
        for part in self.parts.get("", ()):
            part.change("it is typed, not worked out")


@dataclass
class DraftItem:
    """A fixed row of a checklist."""

    code: str
    label: str
    section: str = ""
    values: dict[str, str] = field(default_factory=dict)


@dataclass
class DraftBlock:
    """A form, a register or a checklist."""

    kind: str
    options: dict[str, Any] = field(default_factory=dict)
    items: list[DraftItem] = field(default_factory=list)
    fields: list[DraftField] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass
class DraftTool:
    """One sheet."""

    code: str
    sheet: str
    title: Said
    blocks: list[DraftBlock] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)


@dataclass
class DraftSpec:
    """A whole first spec, with the account of its source. `messages` says what was left out of the whole."""

    title: Said
    languages: list[str] = field(default_factory=lambda: ["en"])
    tools: list[DraftTool] = field(default_factory=list)
    vocabularies: dict[str, list[Entry]] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)
    parts: list[SourcePart] = field(default_factory=list)

    def part(self, kind: str, place: str, text: str) -> SourcePart:
        """Register a part of the source. Raises `UsageError` for one more than a spec has room for."""
        if len(self.parts) == MOST_PARTS:
            raise UsageError(
                f"it has more than {MOST_PARTS:,} parts (rows, columns, choices), the last one at {place}.",
                remedy="Import a copy with fewer; long lists can stand in a CSV file beside the spec.",
            )
        part = SourcePart(kind, place, text)
        self.parts.append(part)
        return part

    def new_tool(self, code: str, sheet: str, title: Said) -> DraftTool:
        """Add a sheet, under this name if it can have it. Raises `UsageError` for one too many."""
        if len(self.tools) == MOST_SHEETS:
            raise UsageError(
                f"it would need more than {MOST_SHEETS} sheets, the last one for “{cut(sheet, 40)}”.",
                remedy="Import it in parts.",
            )
        name = sheet_name(sheet, (tool.sheet for tool in self.tools))
        tool = DraftTool(code, name, in_each(title, cut))
        self.tools.append(tool)
        return tool

    def free_code(self, name: str) -> str:
        """Return the code for a sheet that is called so."""
        used_codes = {*(tool.code for tool in self.tools), *KEYS}
        return unique(_code(name, "S", LONGEST_ITEM, sign=""), used_codes, LONGEST_ITEM)

    def listed(self, name: str, entries: list[Entry]) -> str:
        """Return the name of the list with these entries: one that is there already, or a new one called like this."""
        list_code = next(
            (
                list_code
                for list_code, list_entries in self.vocabularies.items()
                if list_entries == entries
            ),
            None,
        )
        if list_code is None:
            list_code = unique(list_name(name), self.vocabularies)
            self.vocabularies[list_code] = entries
        return list_code

    def leave_out(self, field: DraftField, why: str) -> None:
        """Take a whole field away."""
        for part in chain.from_iterable(field.parts.values()):
            if part.fields > 1:
                part.fields -= 1
            else:
                part.leave_out(why)
        for block in (block for tool in self.tools for block in tool.blocks):
            block.fields = [block_field for block_field in block.fields if block_field is not field]

    def guess_language(self) -> None:
        """Guess from the letters of the labels in which language they are."""
        labels = (
            field.label for tool in self.tools for block in tool.blocks for field in block.fields
        )
        words = " ".join(map(first_of, labels))
        arabic = sum("\u0600" <= letter <= "\u06ff" for letter in words)
        self.languages = ["ar" if arabic * 2 > sum(letter.isalpha() for letter in words) else "en"]


# texts as a spec can have them


def in_each(text: Said, change: Callable[[str], str]) -> Said:
    """Return a text with something done to it in every language."""
    return (
        {tag: change(words) for tag, words in text.items()}
        if isinstance(text, dict)
        else change(text)
    )


def first_of(text: Said) -> str:
    """Return the words of a text in its first language."""
    return next(iter(text.values()), "") if isinstance(text, dict) else text


def behind(first: Said, second: Said) -> Said:
    """Put one text behind another one, in every language of that."""
    if not first:
        return second
    if isinstance(first, str):
        return f"{first} {first_of(second)}"
    return {
        tag: f"{text} {second.get(tag, '') if isinstance(second, dict) else second}".rstrip()
        for tag, text in first.items()
    }


def cut(text: str, limit: int = LIMIT_LABEL) -> str:
    """Return as much of a text as there may be, and say by a sign that there was more."""
    return text if cell_length(text) <= limit else beginning(text, limit - 1) + "…"


def in_one_line(text: object) -> str:
    """Return a text in one line, without what is not seen."""
    words = " ".join(str(text or "").split())
    return "".join(letter for letter in words if letter.isprintable() or letter in "\u200c\u200d")


# codes for sheets, fields, lists and entries out of names that people gave

LONGEST_CODE = 50
LONGEST_ITEM = 12
LONGEST_LIST = 24
LEADING_CODE = re.compile(r"([A-Z][0-9]{1,2}(?:\.[0-9]{1,2})?)(?![A-Za-z0-9.])")
FIELD_CODE = re.compile(r"[A-Z][A-Z0-9]*_[A-Z0-9_]*[A-Z0-9]|[A-Z][A-Z_]{2,}")


def plain_letters(text: str) -> str:
    """Return the text in capitals, accents taken off, anything but A-Z and 0-9 as a blank."""
    return re.sub(r"[^A-Z0-9]+", " ", bare(text).upper()).strip()


def _code(name: str, first: str, longest: int, sign: str = "_") -> str:
    """Return a code for what is called so, `first` in front where that does not begin with a letter."""
    code = sign.join(plain_letters(name).split())[:longest].strip("_")
    return code if code[:1].isalpha() else f"{first}{code}".rstrip("_")


def unique(code: str, used_codes: Collection[str], longest: int = 40) -> str:
    """Return the code, with a number behind it if it is taken."""
    numbered = (f"{code[: longest - len(str(number))]}{number}" for number in count(2))
    return next(candidate for candidate in chain((code,), numbered) if candidate not in used_codes)


def field_code(name: str, used_codes: set[str]) -> str:
    """Take a code for a field that is called so: in capitals, three characters at least, no word of expressions."""
    code = _code(name, "Q_", LONGEST_CODE)
    if not FIELD_CODE.fullmatch(code):
        code = re.sub(r"(?<=[A-Z])([0-9]+[A-Z]*)$", r"_\1", code)  # Q1 is Q_1
    if (
        code in used_codes
        or not FIELD_CODE.fullmatch(code)
        or code.casefold() in WORDS_OF_EXPRESSIONS
    ):
        code = next(
            candidate for number in count(1) if (candidate := f"{code}_{number}") not in used_codes
        )
    used_codes.add(code)
    return code


def tool_code(name: str, used_codes: Collection[str]) -> str:
    """Return the code that the name of a sheet starts with, such as `R1`, else a numbered one such as `S2`."""
    match = LEADING_CODE.match(name)
    if match and match[1] not in used_codes:
        return match[1]
    return next(
        code for number in count(len(used_codes) + 1) if (code := f"S{number}") not in used_codes
    )


def sheet_name(text: str, sheet_names: Iterable[str]) -> str:
    """Return a name that a sheet can have and none has yet."""
    name = beginning(SHEET_NAME_FORBIDDEN.sub(" ", text), LIMIT_SHEET_NAME).strip(" '") or "Sheet"
    used_names = {*RESERVED, *(used_name.casefold() for used_name in sheet_names)}
    numbered = (
        f"{beginning(name, LIMIT_SHEET_NAME - 5).strip()} ({number})" for number in count(2)
    )
    return next(
        candidate
        for candidate in chain((name,), numbered)
        if candidate.casefold() not in used_names
    )


def list_name(text: str) -> str:
    """Return the name of a vocabulary from a defined name or a header."""
    return _code(text, "LIST_", LONGEST_LIST)


def item_codes(labels: Sequence[str]) -> Iterable[str]:
    """Yield a code of at most twelve letters and digits for each label, all different."""
    used_codes: set[str] = set()
    for number, label in enumerate(labels, 1):
        code = plain_letters(label).replace(" ", "")[:LONGEST_ITEM] or f"I{number}"
        code = unique(code, used_codes, LONGEST_ITEM)
        used_codes.add(code)
        yield code
