"""The catalogue of a language as translators get it: every text of a spec in its order, what is known kept.

What a person wrote stays through every update: translations, comments, marks, headers. A text whose English changed
keeps its translation as a draft (`fuzzy`), with the English that was translated beside it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import write_po

from ..core.errors import Mistake, SpecError
from ..core.spec_parts import Words
from ..core.words import PROMPT_LIMIT, cell_length, undirected
from .check_texts import FORBIDDEN, LIMIT_ERROR, LIMIT_SHEET_NAME, SHEET_NAME_FORBIDDEN, WITHOUT
from .model import Spec
from .translations import (
    DRAFT,
    FOLDER,
    LETTER,
    SUFFIX,
    Key,
    Translations,
    Unit,
    by_key,
    read_catalogue,
    read_states,
    translations_of,
    units,
)

PLACEHOLDER = re.compile(r"\{[^{}]*\}")
LINE = 110  # characters of a line in a file
LIMITS = {
    "sheet": LIMIT_SHEET_NAME,
    "help": PROMPT_LIMIT,
    "remedy": LIMIT_ERROR,
    "message": LIMIT_ERROR,
}  # by the end of a place


class Coverage(NamedTuple):
    """How far a language is: texts in all, and of these missing, drafts, and looked at by a person."""

    texts: int
    missing: int
    drafts: int

    @property
    def reviewed(self) -> int:
        """Translations that a person looked at."""
        return self.texts - self.missing - self.drafts


class Sent(NamedTuple):
    """One text as translators send it back."""

    place: str
    text: str
    translation: str
    reviewed: bool
    comment: str

    @property
    def key(self) -> Key:
        """Return what it is a translation of."""
        return self.place, self.text


def sent_in(catalogue: Catalog) -> list[Sent]:
    """Return what a PO file says, as translators send it back."""
    return [
        Sent(
            *key, str(entry.string or ""), DRAFT not in entry.flags, "\n".join(entry.user_comments)
        )
        for key, entry in by_key(catalogue).items()
    ]


def to_translate(spec: Spec) -> dict[Key, Unit]:
    """Return every text with words in it, by its place and wording."""
    return {
        (unit.place, unit.text.source): unit
        for unit in units(spec)
        if LETTER.search(unit.text.source)
    }


class TextToTranslate(NamedTuple):
    """A text that a catalogue has to hold: its place (none for the program's own), and what helps to translate it."""

    place: str
    text: str
    notes: Sequence[str] = ()
    files: Sequence[str] = ()


def texts_for_catalogue(spec: Spec) -> list[TextToTranslate]:
    """Return what a catalogue of a spec has to hold."""
    return [
        TextToTranslate(
            place, text, [f"at most {limit} characters"] if (limit := limit_of(place)) else []
        )
        for place, text in to_translate(spec)
    ]


def new_catalogue(name: str, version: str, comment: str) -> Catalog:
    """Return a catalogue that holds nothing yet."""
    return Catalog(
        locale=None, project=name, version=version, header_comment=comment, charset="utf-8"
    )


def limit_of(place: str) -> int | None:
    """Return how many characters Excel takes at a place; None where it does not matter."""
    return (
        LIMITS.get(place.rpartition("/")[2])
        if place.startswith(("tool/", "field/", "rule/"))
        else None
    )


def updated(texts: Iterable[TextToTranslate], catalogue: Catalog) -> Catalog:
    """Return a catalogue with every text that is wanted, in order: translated as it was, else as its place was
    before.
    """
    messages = by_key(catalogue)
    by_place = {place: entry for (place, _), entry in messages.items() if entry.string and place}
    fresh = Catalog(
        locale=None,
        project=catalogue.project,
        version=catalogue.version,
        header_comment=catalogue.header_comment,
        last_translator=catalogue.last_translator,
        language_team=catalogue.language_team,
        charset="utf-8",
    )
    for text in texts:
        same = messages.pop((text.place, text.text), None)
        earlier = by_place.get(text.place) if same is None else None  # which makes it a draft
        entry = same or earlier or Message("")
        fresh.add(
            text.text,
            entry.string,
            context=text.place or None,
            flags=[DRAFT] if earlier or DRAFT in entry.flags else [],
            auto_comments=text.notes,
            locations=[(file, 1) for file in text.files],
            user_comments=entry.user_comments,
            previous_id=earlier.id if earlier else entry.previous_id,
        )
    for entry in messages.values():
        if entry.string:
            fresh.obsolete[str(entry.id), str(entry.context or "")] = entry
    return fresh


def coverage(spec: Spec, catalogue: Catalog) -> Coverage:
    """Count how far a catalogue translates a spec."""
    total = len(to_translate(spec))
    translated = _translated(spec, catalogue).values()
    return Coverage(
        total, total - len(translated), sum(DRAFT in entry.flags for entry in translated)
    )


def _translated(spec: Spec, catalogue: Catalog) -> dict[Key, Message]:
    """Return the texts of a spec that a catalogue translates."""
    entries = by_key(catalogue)
    return {
        key: entries[key] for key in to_translate(spec) if key in entries and entries[key].string
    }


def untranslated(spec: Spec, language: str) -> list[str]:
    """Return the places of the texts that are not there in a language, in the order of the sheets."""
    return [unit.place for unit in to_translate(spec).values() if unit.text.find(language) is None]


def with_file(spec: Spec, language: str) -> bool:
    """Say whether the texts of a language, or of its base language, stand in a file."""
    translations = translations_of(spec)
    return translations is not None and bool(translations.of(language))


def as_file(catalogue: Catalog, language: str) -> bytes:
    """Return a catalogue as a PO file: the same catalogue, the same bytes."""
    stream = io.BytesIO()
    write_po(
        stream, catalogue, width=LINE, omit_header=True, include_previous=True, include_lineno=False
    )
    people = {
        "Last-Translator": catalogue.last_translator,
        "Language-Team": catalogue.language_team,
    }
    headers = {
        "Project-Id-Version": f"{catalogue.project} {catalogue.version}",
        "Language": language,
        **{
            name: who
            for name, who in people.items()
            if "FULL NAME" not in who and "<LL@" not in who
        },
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
    }
    comment = "\n".join(line.rstrip() for line in catalogue.header_comment.splitlines())
    lines = (f'"{name}: {value}\\n"' for name, value in headers.items())
    head = "\n".join([comment, 'msgid ""', 'msgstr ""', *lines, "", ""]).lstrip("\n")
    return (head + stream.getvalue().decode("utf-8").strip("\n") + "\n").encode()


# what is wrong with translations


def wrong_translations(spec: Spec, catalogue: Catalog, file: str = "") -> Iterator[Mistake]:
    """Yield everything that is wrong with the translations of a spec, in the order of its texts; each with its
    place.
    """
    entries = _translated(spec, catalogue)
    for (place, text), entry in entries.items():
        translation = str(entry.string)
        wrong = list[Words]()
        expected, actual = (
            " ".join(sorted(PLACEHOLDER.findall(words))) for words in (text, translation)
        )
        if expected != actual:
            reason = f"The English has {expected or 'no placeholder'}, the translation {actual or 'none'}."
            wrong.append((reason, "Keep every placeholder as it is, in whatever order."))
        limit = limit_of(place)
        length = cell_length(translation)
        if limit is not None and length > limit:
            reason = f"“{translation}” has {length} characters, {length - limit} more than fit."
            wrong.append((reason, "Shorten it."))
        if place.endswith("/sheet") and SHEET_NAME_FORBIDDEN.search(translation):
            wrong.append((FORBIDDEN.format(f"“{translation}”"), WITHOUT))
        if undirected(translation) != translation:
            wrong.append(("The translation holds an invisible direction mark.", "Take it out."))
        for reason, remedy in wrong:
            yield Mistake(file, entry.lineno or 1, 1, f"{place}: {reason}", remedy)
    # entries of one list, and names of sheets, that a language does not tell apart
    seen: dict[tuple[str, str], str] = {}
    for (place, _), entry in entries.items():
        words = str(entry.string)
        parts = place.split("/")
        group = parts[1] if (parts[0], parts[-1]) == ("list", "label") else ""
        if group or (parts[0], parts[-1]) == ("tool", "sheet"):
            first = seen.setdefault((group, words.casefold()), place)
            if first != place:
                reason = f"{place}: “{words}” is also the translation of {first}."
                yield Mistake(file, 1, 1, reason, "Give each its own words.")


def mistakes(spec: Spec) -> list[Mistake]:
    """Return everything that is wrong with the translations of a spec, by file and line."""
    translations = Translations(Path(spec.folder), spec.languages[0])
    faults = [
        Mistake(
            f"{FOLDER}/{name}",
            1,
            1,
            "The name of this file is not a language tag, so it is never read.",
            "Name it after its language: fr.po, ar-IQ.po, fa-AF.po.",
        )
        for name in translations.nameless
    ]
    try:
        read_states(translations.folder)
    except SpecError as error:
        faults += error.mistakes
    for tag in translations.languages:
        try:
            catalogue = read_catalogue(translations.file(tag))
            faults += wrong_translations(spec, catalogue, f"{FOLDER}/{tag}{SUFFIX}")
        except SpecError as error:
            faults += error.mistakes
    return faults


# what translators send back


class Changes(NamedTuple):
    """What translators sent: how many texts are translated otherwise than before, and the places of strange ones."""

    translated: int
    strange: list[str]


def merge(catalogue: Catalog, sent: Iterable[Sent]) -> Changes:
    """Take translations into a catalogue; a blank one takes nothing away. Where some are strange, write nothing."""
    entries = by_key(catalogue)
    translated = 0
    strange = []
    for text in sent:
        entry = entries.get(text.key)
        if entry is None:
            strange.append(text.place)
        elif text.translation:
            translated += entry.string != text.translation
            entry.string = text.translation
            entry.flags = (entry.flags - {DRAFT}) | (set() if text.reviewed else {DRAFT})
            entry.user_comments = [text.comment] if text.comment else entry.user_comments
    return Changes(translated, strange)
