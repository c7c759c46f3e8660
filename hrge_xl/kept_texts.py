"""Sentences that are kept in English where something is noted, and said in the language of whoever reads it.

What is kept is the sentence as it is filled in; its template is found again by the words around what was filled in.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache, partial

from .words import SOURCE_LANGUAGE, translator

# why a return does not count
REFUSED = "The file could not be read as a return."
NOT_THE_TEAMS = "It is not the return of this team in this round ({codes})."
DECIDED = "Decided on {day} by {by}: {reason}"
WAITS = "It has errors; the accepted version counts until a corrected one arrives."
NEWER_COUNTS = "A newer version of the same workbook counts."
SAVED_EARLIER = "This one arrived later, but says that it was saved earlier."
UNTOUCHED = "Nothing is filled in here; it gives way to the workbook that was filled in."
TWO_WORKBOOKS = "Another workbook is about the same team, intervention and period."
TWO_COPIES = "A copy of the same issued workbook is about another project or intervention."
ELSEWHERE = "It counts in {period}."

# why a check did not run
NOT_READ = "The file could not be read."
IN_ERROR = "Not decided at {places}: it depends on answers that are in error themselves: {causes}."
NOT_ASKED = "Not decided at {places}: it depends on what this older workbook does not ask: {causes}."
UNREAD = "Not decided at {places}: it depends on what could not be read: {causes}."
NO_SHEET = "Its sheet is not in this workbook."
OLDER_TEXTS = (
    "The workbook is of an older version: its texts and formulas are not those of the version in force."
)
OTHER_ISSUER = "The workbook was issued by another version of the program or of the questionnaire."
OTHER_LAST = "The answers of last time are not those that the workbook was issued with."
OLDER_VERSION = (
    "The workbook is of an older version: what was deleted cannot be told apart from what was added since."
)
NO_KEY = "There is no key to check the signature with."
NO_FORMULAS = "The format {format} does not distinguish results of formulas from typed values."
NO_ERRORS = "Error cells of the format {format} are read as blank cells."
NO_VALIDATIONS = "The format {format} does not say which cells have a dropdown list."
NO_PROTECTION = "The format {format} does not say whether a sheet is protected."
NO_HIDDEN_ROWS = "The format {format} does not say which rows and columns are hidden."
NO_COMMENTS = "Comments are not read from the format {format}."
NO_NAMES = "Names of areas are not read from the format {format}."
NO_PROPERTIES = "The second copy of the stamp is not read from the format {format}."
NO_MERGES = "The format {format} does not say which cells are merged."
NO_FORMATTING = "Colours, strikethrough and number formats are not read from the format {format}."
NO_SETTINGS = "Settings of calculation are not read from the format {format}."
NO_DRAWINGS = "Text boxes, pictures and other drawings are not read from the format {format}."

# what is wrong with a stamp, and what else stands inside a finding
NO_STAMP_SHEET = "the hidden sheet that holds it is gone"
NO_STAMP_PROPERTIES = "the document properties that hold it are gone"
COPIES_DIFFER = "{name} is “{one}” on the hidden sheet, “{other}” in the document properties"
NO_DAY = "{name} is “{day}”, which is not {range}"
TOO_MANY_ROWS = "it names {rows} rows in a register, and no sheet has that many"
STAMP_OF_SAMPLE = "its stamp says so"
MARK_OF_SAMPLE = "the sheet “{sheet}” carries its mark"
ALL_PARTS = "all parts together"
LONGEST = 500  # characters; a longer one quotes what nobody has to read in another language

EVERY = tuple(
    text for name, text in vars().copy().items() if name.isupper() and isinstance(text, str) and " " in text
)


@lru_cache(maxsize=10_000)
def retold(text: str, language: str) -> str:
    """Give a kept text, of one sentence or several, in another language; what nobody knows stays as it is."""
    say = translator(language)
    if language == SOURCE_LANGUAGE or len(text) > LONGEST or say(text) != text:
        return say(text)
    for template in EVERY:
        text = _pattern(template).sub(partial(_filled, say(template)), text)
    return text


def unfilled(text: str, language: str) -> str:
    """Give a kept text without what was filled in, which may be names from a file."""
    for template in EVERY:
        text = _pattern(template).sub(re.sub(r"\{\w+\}", "…", translator(language)(template)), text)
    return text


def _filled(template: str, found: re.Match[str]) -> str:
    return template.format(**found.groupdict())


@cache
def _pattern(template: str) -> re.Pattern[str]:
    """Give what finds a template in a text where its placeholders are filled in."""
    parts = re.split(r"\{(\w+)\}", template)
    fixed = [re.escape(part) if n % 2 == 0 else f"(?P<{part}>.+?)" for n, part in enumerate(parts)]
    end = "" if parts[-1] else "$"
    return re.compile("".join(fixed) + end, re.DOTALL)
