"""Mistakes in the texts of a spec: their languages, what Excel allows, labels that are no help, names in braces."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from string import Formatter

from ..core.spec_parts import Found, Path, Text, Wrong, at, at_the_first
from ..core.suggest import NoSuch, listed, nearest
from ..core.words import PROMPT_LIMIT, SOURCE_LANGUAGE, cell_length, is_language, proper_tag, translator
from .check_names import FIELDS, doubled, select, tables
from .model import Spec, Vocabulary, texts
from .own_sheets import IDENTITY_SHEET, LAST_SHEET, NAMES
from .scope import Scope, rule_scope

SHEET_NAME_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]|^'|'$")
FORBIDDEN = "{} cannot be a sheet name: Excel forbids [ ] : * ? / \\ in it, and ' at its ends."
WITHOUT = "Write it without these."
LIMIT_SHEET_NAME, LIMIT_LABEL, LIMIT_ERROR = 31, 250, 255
LIMITS = {"label": LIMIT_LABEL, "prompt": PROMPT_LIMIT, "error": LIMIT_ERROR}
OF_EXCEL = "history"  # a sheet name that Excel keeps for itself
# in English, folded
RESERVED = frozenset([OF_EXCEL, IDENTITY_SHEET, LAST_SHEET, *(name.casefold() for name in NAMES)])
TOO_LONG = "{} has {} characters, {} more than the {} that Excel allows."
PLACE = ("label", "value", "row", "sheet", "cell", "file")  # what a message can say besides answers
NAME = re.compile(r"\w+")


def check_texts(spec: Spec) -> Found:
    """Give every text of a spec that is not there, too long, the same as another one, or names what there is not."""
    yield from _tags(spec)
    yield from _languages(spec)
    yield from _sheet_names(spec)
    for where, shown, what in tables()["lengths"]:
        limit = LIMITS[shown]
        for path, _, text in select(spec, where):
            for place, words in _in_languages(path, text):
                length = cell_length(words)
                if length > limit:
                    yield place, TOO_LONG.format(what, length, length - limit, limit), "Shorten it."
    for where, reason, remedy in tables()["filled"]:
        for path, trail, text in select(spec, where):
            if not text:
                yield path, reason.format(getattr(trail[-1], "code", path[-1])), remedy
    for path, _, vocabulary in select(spec, "vocabularies/*"):
        yield from _labels(spec, vocabulary, path)
    messages = [
        (path, text, Scope(spec, trail[2], trail[4]))
        for path, trail, text in select(spec, f"{FIELDS}/constraint/message|remedy")
    ]
    messages += [
        (path, text, rule_scope(spec, spec.tool[rule.tool], rule.at or rule.require))
        for path, (_, _, rule), text in select(spec, "rules/*/message|remedy")
        if rule.tool in spec.tool
    ]
    for path, text, scope in messages:
        known = [*scope.names(), *PLACE]
        for place, words in _in_languages(path, text):
            yield from _braces(words, known, place)


def _in_languages(path: Path, text: Text) -> Iterator[tuple[Path, str]]:
    """Give what a text says in each language, with the place where it says it."""
    for language, words in text.by_language.items():
        yield (*path, language) if language else path, words


# languages


def _tags(spec: Spec) -> Found:
    """Find tags of languages that nobody knows, or that stand twice."""
    for number, tag in enumerate(spec.languages):
        path: Path = ("languages", number)
        proper = proper_tag(tag)
        if proper != tag:
            write = f"'{proper}'" if proper else "a tag such as en, fr, ar-IQ or fa-AF (BCP 47)"
            reason = f"'{tag}' is not a tag of a language that is known here."
            yield path, reason, f"Write {write}."
        elif tag in spec.languages[:number]:
            yield path, f"The language '{tag}' is listed twice.", "Keep one."


def _languages(spec: Spec) -> Found:
    """Find texts without the first language of the spec, or with a language that it does not have."""
    undeclared: dict[str, list[Path]] = {}
    without: list[Path] = []
    declared = [proper_tag(tag) or tag for tag in spec.languages]
    known = {part for tag in (*spec.languages, *declared) for part in (tag, tag.partition("-")[0])}
    first = {"", spec.languages[0], declared[0], declared[0].partition("-")[0]}
    for path, text in texts(spec):
        for tag, words in text.by_language.items():
            if tag and tag not in known:
                undeclared.setdefault(tag, []).append((*path, tag))
            if tag and text and not words.strip():
                yield (*path, tag), f"The text in '{tag}' is empty.", "Write it, or leave the language out."
        if text.by_language and first.isdisjoint(text.by_language):
            without.append(path)
    for tag, paths in undeclared.items():
        yield from at_the_first(paths, *_not_declared(tag, spec.languages))
    reason = f"The text is not there in '{spec.languages[0]}', the first of the 'languages' of the spec."
    yield from at_the_first(without, NoSuch(reason, spec.languages[0]), f"Add `{spec.languages[0]}: …`.")


def _not_declared(tag: str, languages: tuple[str, ...]) -> tuple[str, str]:
    close = nearest(tag, languages)
    if close is not None:
        return f"'{tag}' is not among the 'languages' of the spec.", f"Did you mean '{close}'?"
    if not is_language(tag):
        reason = f"'{tag}' is not a language, so it cannot name one of the texts here."
        return (
            reason,
            f"Name one of {listed(languages)}; a text with a colon or a comma needs quotation marks.",
        )
    reason = f"The language '{tag}' is not among the 'languages' of the spec."
    return reason, f"Add it to `languages` in workbook.yaml ({listed(languages)}), or remove the text."


# names of sheets, labels of lists


def _sheet_names(spec: Spec) -> Found:
    spoken = list(filter(is_language, spec.languages)) or [SOURCE_LANGUAGE]
    sheets = list(select(spec, "tools/*/sheet"))
    for language in spoken:
        named = ((_place(path, sheet, language), sheet.say(language)) for path, _, sheet in sheets)
        yield from doubled(named, f"sheet name ({language})", fold=True)
    own = RESERVED.union(translator(tag)(name).casefold() for tag in spoken for name in NAMES)
    for path, _, sheet in sheets:
        for place, name in _in_languages(path, sheet):
            yield from at(place, _sheet_name(name, own))


def _place(path: Path, text: Text, language: str) -> Path:
    """Give the place of what a text says in a language, which may be that of another one."""
    said = text.say(language)
    tag = next((tag for tag, words in text.by_language.items() if tag and words == said), "")
    return (*path, tag) if tag else path


def _sheet_name(name: str, own: Collection[str]) -> Wrong:
    length = cell_length(name)
    if length > LIMIT_SHEET_NAME:
        over = length - LIMIT_SHEET_NAME
        yield TOO_LONG.format("The sheet name", length, over, LIMIT_SHEET_NAME), "Shorten it."
    if not name.strip():
        yield "The sheet name is empty.", "Give the sheet a name."
    elif SHEET_NAME_FORBIDDEN.search(name):
        yield FORBIDDEN.format(f"'{name}'"), WITHOUT
    elif name.casefold() in own:
        whose = "Excel's own" if name.casefold() == OF_EXCEL else "the program's own"
        reason = f"'{name}' cannot be a sheet name: a sheet of {whose} is called so in one of the languages."
        yield reason, "Choose another name."


def _labels(spec: Spec, vocabulary: Vocabulary, path: Path) -> Found:
    """Find labels that two entries share, each told in the first language in which it is so."""
    told: set[Path] = set()
    for language in filter(is_language, spec.languages):
        seen: set[str] = set()
        for where, _, text in select(vocabulary, "items/*/label", path):
            label = text.say(language)
            if label and label.casefold() in seen and where not in told:
                told.add(where)
                place = (*where, language) if language in text.by_language else where
                yield place, f"The label '{label}' ({language}) is used twice.", "Give each entry its own."
            seen.add(label.casefold())


# names in braces within messages


def _braces(words: str, known: Sequence[str], path: Path) -> Found:
    """Find braces that do not close, or hold a name that stands for nothing."""
    try:
        parts = [part for part in Formatter().parse(words) if part[1] is not None]
    except ValueError:
        stray = max(words.rfind("{"), words.find("}"))
        around = words[max(stray - 10, 0) : stray + 20].strip()
        reason = f"A brace is not closed, or not opened, in “{around}”."
        yield path, reason, "Write {CODE} for an answer, and {{ or }} for a brace itself."
        return
    for _, name, form, conversion in parts:
        if form or conversion or not NAME.fullmatch(name or ""):
            written = (name or "") + (f"!{conversion}" if conversion else "") + (f":{form}" if form else "")
            yield path, f"'{{{written}}}' is not the code of an answer.", "Write the code alone: {PLN_05}."
        elif name not in known:
            close = nearest(name, known)
            others = f"Name a field of the same row or of a form, or one of {', '.join(PLACE)}."
            reason = f"'{{{name}}}' refers to nothing: there is no field '{name}' in this row or in a form."
            yield path, NoSuch(reason, str(name)), f"Did you mean '{{{close}}}'?" if close else others
