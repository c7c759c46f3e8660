"""Sentences of the program that are kept where something is noted, and said in the language of whoever reads them.

Kept is the English template with what fills it in. What people wrote is only ever filled in, and so never translated.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pydantic import TypeAdapter

from .bounds import BoundedText
from .words import SOURCE_LANGUAGE, translator


@dataclass(frozen=True, slots=True)
class MessageTemplate:
    """A text of the program: its English template, which may have `{placeholders}`, and what fills them in."""

    text: BoundedText
    values: Mapping[BoundedText, BoundedText | MessageTemplate] = field(
        default_factory=dict, hash=False
    )

    def format(self, **values: object) -> MessageTemplate:
        """Fill it in."""
        return MessageTemplate(
            self.text,
            {
                name: part if isinstance(part, MessageTemplate) else str(part)
                for name, part in values.items()
            },
        )

    def say(self, language: str = SOURCE_LANGUAGE, *, bare: bool = False) -> str:
        """Return the message in a language; `bare`: without what was filled in, which may be names from a file."""
        values = {
            name: part.say(language, bare=bare)
            if isinstance(part, MessageTemplate)
            else "…"
            if bare
            else part
            for name, part in self.values.items()
        }
        template = translator(language)(self.text)
        return template.format_map(values) if values else template

    def __str__(self) -> str:
        return self.say()


def joined(texts: Iterable[MessageTemplate], between: str = " ") -> MessageTemplate:
    """Return several texts as one."""
    values = {f"text{number}": text for number, text in enumerate(texts)}
    if len(values) == 1:
        return values["text0"]
    return MessageTemplate(between.join(f"{{{name}}}" for name in values), values)


def text_of(text: str | MessageTemplate | None, language: str = SOURCE_LANGUAGE) -> str:
    """Return a text in a language; one of people, or that an earlier version wrote, as it stands."""
    return text.say(language) if isinstance(text, MessageTemplate) else text or ""


_STORED = TypeAdapter(dict[str, str | MessageTemplate | None])


def as_json(texts: Mapping[str, str | MessageTemplate | None]) -> str | None:
    """Return texts by name as JSON, to be stored; None where there are none, as mostly."""
    return json.dumps(_STORED.dump_python(dict(texts)), ensure_ascii=False) if texts else None


def from_json(stored: str | None) -> dict[str, str | MessageTemplate | None]:
    """Return texts as they were before `as_json`; what an earlier version filled in stays as it stands."""
    return _STORED.validate_json(stored) if stored else {}


# why a return does not count
REFUSED = MessageTemplate("The file could not be read as a return.")
NOT_THE_TEAMS = MessageTemplate("It is not the return of this team in this round ({codes}).")
DECIDED = MessageTemplate("Decided on {day} by {by}: {reason}")
WAITS = MessageTemplate("It has errors; the accepted version counts until a corrected one arrives.")
NEWER_COUNTS = MessageTemplate("A newer version of the same workbook counts.")
SAVED_EARLIER = MessageTemplate("This one arrived later, but says that it was saved earlier.")
BLANK = MessageTemplate("Nothing is filled in here: a blank workbook is no answer.")
TWO_WORKBOOKS = MessageTemplate("Another workbook is about the same team, intervention and period.")
TWO_COPIES = MessageTemplate(
    "A copy of the same issued workbook is about another project or intervention."
)
ELSEWHERE = MessageTemplate("It counts in {period}.")

# why a check did not run
NOT_READ = MessageTemplate("The file could not be read.")
IN_ERROR = MessageTemplate(
    "Not decided at {places}: it depends on answers that are in error themselves: {causes}."
)
NOT_ASKED = MessageTemplate(
    "Not decided at {places}: it depends on what this older workbook does not ask: {causes}."
)
UNREAD = MessageTemplate("Not decided at {places}: it depends on what could not be read: {causes}.")
NO_SHEET = MessageTemplate("Its sheet is not in this workbook.")
OLDER_TEXTS = MessageTemplate(
    "The workbook is of an older version: its texts and formulas are not those of the version in force."
)
OTHER_ISSUER = MessageTemplate(
    "The workbook was issued by another version of the program or of the questionnaire."
)
OTHER_LAST = MessageTemplate(
    "The answers of last time are not those that the workbook was issued with."
)
OLDER_VERSION = MessageTemplate(
    "The workbook is of an older version: what was deleted cannot be told apart from what was added since."
)
NO_KEY = MessageTemplate("There is no key to check the signature with.")

NOT_TOLD = {  # by a format, by what must be known for a check
    "formulas": MessageTemplate(
        "The format {format} does not distinguish results of formulas from typed values."
    ),
    "errors": MessageTemplate("Error cells of the format {format} are read as blank cells."),
    "validations": MessageTemplate(
        "The format {format} does not say which cells have a dropdown list."
    ),
    "protection": MessageTemplate("The format {format} does not say whether a sheet is protected."),
    "hidden rows": MessageTemplate(
        "The format {format} does not say which rows and columns are hidden."
    ),
    "comments": MessageTemplate("Comments are not read from the format {format}."),
    "names": MessageTemplate("Names of areas are not read from the format {format}."),
    "properties": MessageTemplate(
        "The second copy of the stamp is not read from the format {format}."
    ),
    "merges": MessageTemplate("The format {format} does not say which cells are merged."),
    "formatting": MessageTemplate(
        "Colours, strikethrough and number formats are not read from the format {format}."
    ),
    "settings": MessageTemplate("Settings of calculation are not read from the format {format}."),
    "drawings": MessageTemplate(
        "Text boxes, pictures and other drawings are not read from the format {format}."
    ),
}

# what is wrong with a stamp, and what else stands inside a finding
NO_STAMP_SHEET = MessageTemplate("the hidden sheet that holds it is gone")
NO_STAMP_PROPERTIES = MessageTemplate("the document properties that hold it are gone")
COPIES_DIFFER = MessageTemplate(
    "{name} is “{one}” on the hidden sheet, “{other}” in the document properties"
)
NO_DAY = MessageTemplate("{name} is “{day}”, which is not {range}")
TOO_MANY_ROWS = MessageTemplate("it names {rows} rows in a register, and no sheet has that many")
STAMP_OF_SAMPLE = MessageTemplate("its stamp says so")
MARK_OF_SAMPLE = MessageTemplate("the sheet “{sheet}” carries its mark")
ALL_PARTS = MessageTemplate("all parts together")

EVERY = tuple(
    template.text
    for template in (*vars().copy().values(), *NOT_TOLD.values())
    if isinstance(template, MessageTemplate)
)


def is_ours(text: object) -> bool:
    """Say whether a template, and each within it, is one of the program or as `joined` gives it, filled in just once.

    Any other could take any amount of memory once it is filled in.
    """
    if not isinstance(text, MessageTemplate):
        return True
    as_joined = re.fullmatch(r"(?:[^{}]++|\{text\d+\})*+", text.text) is not None
    names = re.findall(r"\{(\w+)\}", text.text)
    return (
        (as_joined or text.text in EVERY)
        and len(names) == len(set(names))
        and text.values.keys() == set(names)
        and all(map(is_ours, text.values.values()))
    )
