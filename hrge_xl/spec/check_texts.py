"""Mistakes in what the parts of a spec are called and say: codes, names and texts, by the tables of `names.yaml`."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from keyword import kwlist
from string import Formatter
from typing import Any, Final

import msgspec

from ..core.errors import NoSuch, UsedTwice, listed, nearest, no_such
from ..core.spec_parts import Found, Path, Text, Wrong, at, at_the_first
from ..core.words import (
    PROMPT_LIMIT,
    SOURCE_LANGUAGE,
    cell_length,
    is_language,
    proper_tag,
    translator,
)
from ..fields import ColumnKind, Field, kind_of
from ..language import FUNCTIONS
from .lookup import Scope, rule_scope
from .model import CatalogueBlock, Spec, Tool, Vocabulary, texts
from .supplements import BRIEF_FIGURES, IDENTITY_SHEET, KEYS, LAST_SHEET, NAMES, IndicatorFigures

BLOCKS = "tools/*/blocks/*"
FIELDS = f"{BLOCKS}/fields/*"
TOOL_CODES = "tools/*/code"
FIELD_CODES = f"{FIELDS}/code"
INDICATORS = "figures/indicators"
WORDS_OF_EXPRESSIONS = frozenset({"value", "this", *FUNCTIONS, *(word.lower() for word in kwlist)})
LIMIT_CODE = 60

MARKED = ("vocabularies/*/items/*", f"{BLOCKS}/items/*")  # what may be `sensitive`
DRAWN = ("tools", "vocabularies")  # the parts of a spec whose texts stand in workbooks

Trail = tuple[Any, ...]  # the parts of a spec that a path leads through
Known = Collection[str] | None  # the names that something can have; None: these are not known


@cache
def tables() -> dict[str, list[list[Any]]]:
    """Return the tables of `names.yaml`, where it is said what they mean."""
    content = resources.files(__package__).joinpath("names.yaml").read_bytes()
    return msgspec.yaml.decode(content, type=dict[str, list[list[Any]]])


def select(
    part: Any, pattern: str, path: Path = (), trail: Trail = ()
) -> Iterator[tuple[Path, Trail, Any]]:
    """Yield what stands where a pattern leads: `*` is every entry, `%` every name of a group, `|` one or the other."""
    step, _, remaining_steps = pattern.partition("/")
    if not step and part is not None:
        yield path, trail, part
    elif step in ("*", "%") and isinstance(part, Mapping | tuple):
        for key, entry in part.items() if isinstance(part, Mapping) else enumerate(part):
            yield from select(
                entry if step == "*" else key, remaining_steps, (*path, key), (*trail, part)
            )
    elif part is not None:
        for name in step.split("|"):
            yield from select(
                getattr(part, name, None), remaining_steps, (*path, name), (*trail, part)
            )


def check_names(spec: Spec) -> Found:
    """Yield every code and name of a spec that cannot be one, is not the only one, or means nothing."""
    yield from _written_wrong(spec)
    for table in ("once", "once_as_written"):
        for within, pattern, noun in tables()[table]:
            for path, _, part in select(spec, within):
                codes = ((place, code) for place, _, code in select(part, pattern, path))
                yield from doubled(codes, noun, fold=table == "once")
    yield from _spelt_otherwise(spec)
    for name, reason, *places in tables()["references"]:
        # for all names that one part holds, the same are known
        holder = None
        known_codes = None
        for path, trail, code in (place for pattern in places for place in select(spec, pattern)):
            if holder is not trail[-1]:
                holder = trail[-1]
                known_codes = KNOWN[name](spec, trail)
            if isinstance(code, str) and known_codes is not None and code not in known_codes:
                yield (path, *no_such(reason.format(code=code, trail=trail), code, known_codes))


def doubled(places: Iterable[tuple[Path, str]], noun: str, *, fold: bool) -> Found:
    """Say of every name that is not the first of its kind which one it repeats."""
    seen: dict[str, str] = {}
    for path, code in places:
        key = code.casefold() if fold else code
        if key in seen:
            difference = f"differs from '{seen[key]}' in capitals only, which Excel does not see"
            again = "is used twice" if seen[key] == code else difference
            yield path, UsedTwice(f"The {noun} '{code}' {again}."), "Give each its own."
        seen.setdefault(key, code)


def _written_wrong(spec: Spec) -> Found:
    for pattern, written, purpose, remedy in tables()["codes"]:
        for path, _, code in select(spec, pattern):
            if not re.fullmatch(written, code):
                yield path, f"'{code}' cannot {purpose}.", remedy
            elif pattern == TOOL_CODES and code.upper() in KEYS:
                reason = f"'{code}' cannot be a tool code: one of the program's own sheets has it."
                yield path, reason, "Choose another code."
            elif pattern == FIELD_CODES and code.casefold() in WORDS_OF_EXPRESSIONS:
                yield (
                    path,
                    f"'{code}' is a word of expressions.",
                    "Take another code, for example PLN_01.",
                )
            elif pattern in (TOOL_CODES, FIELD_CODES) and len(code) > LIMIT_CODE:
                reason = f"The code '{code[:20]}…' has {len(code)} characters; {LIMIT_CODE} are the most."
                yield path, reason, "Shorten it."


def _spelt_otherwise(spec: Spec) -> Found:
    """Find codes that stand on several sheets, and are not written alike on all of them; and questions that are asked
    once and share a code: they are known by it everywhere.
    """
    for noun, pattern in (("tool code", TOOL_CODES), ("field code", FIELD_CODES)):
        seen: dict[str, str] = {}
        for path, _, code in select(spec, pattern):
            first = seen.setdefault(code.casefold(), code)
            if first != code:
                yield (
                    path,
                    f"The {noun} '{code}' is also written '{first}'.",
                    "Write it alike everywhere.",
                )
    first_tools: dict[str, str] = {}
    for path, (_, _, tool, _, block, *_), code in select(spec, FIELD_CODES):
        if block.single and first_tools.setdefault(code, tool.code) != tool.code:
            reason = f"The field code '{code}' is used by a form of '{first_tools[code]}' as well."
            yield path, reason, "Give each its own."


# what a name must lead to, by the place where it stands


def reached(spec: Spec, indicators: IndicatorFigures) -> dict[str, Field]:
    """Return fields of the sheet itself, of those that its rows are about, and of the catalogues that these lead to."""
    indicator_fields = spec.tool[indicators.tool].fields
    about = _sheets(
        spec, [indicator_fields[indicators.of]] if indicators.of in indicator_fields else []
    )
    leads = _sheets(spec, [field for tool in about for field in tool.fields.values()])
    reachable: dict[str, Field] = {}
    for block in (block for tool in (*leads, *about) for block in tool.blocks):
        if isinstance(block, CatalogueBlock):
            reachable |= {field.code: field for field in block.fields}
    for tool in about:
        reachable |= tool.fields
    return reachable | indicator_fields


def _sheets(spec: Spec, fields: Iterable[Field]) -> list[Tool]:
    """Return the sheets that some fields refer to."""
    return [spec.tool[code] for field in fields for code in field.to if code in spec.tool]


def _fields(at: int) -> Callable[[Spec, Trail], Known]:
    """Return what knows the fields of the sheet that a part of a trail is about."""
    return lambda spec, trail: (
        spec.tool[trail[at].tool].fields if trail[at].tool in spec.tool else None
    )


def _of_risks(spec: Spec, trail: Trail) -> Known:
    """Return the fields that all sheets with risks have; None where none of these is known."""
    field_codes = [set(spec.tool[tool].fields) for tool in trail[2].tools if tool in spec.tool]
    return sorted(set.intersection(*field_codes)) if field_codes else None


def _indicators(spec: Spec, trail: Trail) -> Known:
    items = select(spec, f"{BLOCKS}/items/*/code")
    indicator_codes = [code for _, (*_, block, _, _), code in items if block.kind == "catalogue"]
    return indicator_codes if trail[2].tool in spec.tool else None


KNOWN: Mapping[str, Callable[[Spec, Trail], Known]] = {  # to the references of `names.yaml`
    "tools": lambda spec, _: spec.tool,
    "vocabularies": lambda spec, _: spec.vocabularies,
    "profiles": lambda spec, _: spec.profiles,
    "form fields": lambda spec, _: sorted(spec.single_fields),
    "numbers": lambda spec, _: [
        field.code
        for _, block, field in spec.places()
        if kind_of(field) is ColumnKind.NUMBER and (block.single or {*field.total} - {"count"})
    ],
    "fields of 2": _fields(2),
    "fields of 6": _fields(6),
    "fields here": lambda _, trail: [field.code for field in trail[4].fields],
    "columns": lambda _, trail: trail[4].columns,
    "fields of risks": _of_risks,
    "tools of risks": lambda spec, trail: (
        None if spec.tool.keys().isdisjoint(trail[2].tools) else trail[2].tools
    ),
    "reached": lambda spec, trail: reached(spec, trail[2]) if trail[2].tool in spec.tool else None,
    "indicators": _indicators,
    "entries": lambda spec, trail: getattr(
        spec.vocabularies.get(trail[2].vocabulary), "by_code", None
    ),
}


# texts: their languages, what Excel allows, labels that are no help, names in braces

SHEET_NAME_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]|^'|'$")
FORBIDDEN = "{} cannot be a sheet name: Excel forbids [ ] : * ? / \\ in it, and ' at its ends."
WITHOUT = "Write it without these."
LIMIT_SHEET_NAME: Final = 31
LIMIT_LABEL: Final = 250
LIMIT_ERROR: Final = 255
LIMITS = {"label": LIMIT_LABEL, "prompt": PROMPT_LIMIT, "error": LIMIT_ERROR}
OF_EXCEL = "history"  # a sheet name that Excel keeps for itself
# in English, folded
RESERVED = frozenset([OF_EXCEL, IDENTITY_SHEET, LAST_SHEET, *(name.casefold() for name in NAMES)])
TOO_LONG = "{} has {} characters, {} more than the {} that Excel allows."
PLACE = ("label", "value", "row", "sheet", "cell", "file")  # what a message can say besides answers
NAME = re.compile(r"\w+")
# what stands in braces, and for what; an example; why one stands for nothing; what to name
OF_MESSAGES = (
    "code",
    "an answer",
    "{PLN_05}",
    "there is no field '{}' in this row or in a form",
    f"Name a field of the same row or of a form, or one of {', '.join(PLACE)}.",
)
OF_BRIEF = (
    "name",
    "a figure",
    "{answered}",
    "'{}' is no figure of the brief, and is not among its `numbers`",
    f"Name one of {', '.join(BRIEF_FIGURES)}, or a question that `numbers` lists.",
)


def check_texts(spec: Spec) -> Found:
    """Yield every text of a spec that is not there, too long, the same as another one, or names what there is not."""
    yield from _tags(spec)
    yield from _languages(spec)
    yield from _sheet_names(spec)
    yield from _sensitive(spec)
    for pattern, shown, noun in tables()["lengths"]:
        limit = LIMITS[shown]
        for path, _, text in select(spec, pattern):
            for place, words in _in_languages(path, text):
                length = cell_length(words)
                if length > limit:
                    yield place, TOO_LONG.format(noun, length, length - limit, limit), "Shorten it."
    for pattern, reason, remedy in tables()["filled"]:
        for path, trail, text in select(spec, pattern):
            if not text:
                yield path, reason.format(getattr(trail[-1], "code", path[-1])), remedy
    for path, _, vocabulary in select(spec, "vocabularies/*"):
        yield from _labels(spec, vocabulary, path)
    yield from _names_in_texts(spec)


def _names_in_texts(spec: Spec) -> Found:
    """Yield every brace of a message, remedy or sentence that stands for nothing."""
    messages = [
        (path, text, Scope(spec, trail[2], trail[4]))
        for pattern in (f"{FIELDS}/constraint/message|remedy", f"{FIELDS}/required/remedy")
        for path, trail, text in select(spec, pattern)
    ]
    messages += [
        (path, text, rule_scope(spec, spec.tool[rule.tool], rule.at or rule.require))
        for path, (_, _, rule), text in select(spec, "rules/*/message|remedy")
        if rule.tool in spec.tool
    ]
    for path, text, scope in messages:
        placeholders = [*scope.names(), *PLACE]
        for place, words in _in_languages(path, text):
            yield from _braces(words, placeholders, place, OF_MESSAGES)
    for path, _, text in select(spec, "brief/sentences/*"):
        for place, words in _in_languages(path, text):
            yield from _braces(words, [*BRIEF_FIGURES, *spec.brief.numbers], place, OF_BRIEF)


def _in_languages(path: Path, text: Text) -> Iterator[tuple[Path, str]]:
    """Yield what a text says in each language, with the place where it says it."""
    for language, words in text.by_language.items():
        yield (*path, language) if language else path, words


# languages


def _tags(spec: Spec) -> Found:
    """Find tags of languages that nobody knows, or that stand twice."""
    for number, tag in enumerate(spec.languages):
        path: Path = ("languages", number)
        proper = proper_tag(tag)
        tags = tag.split()
        if len(tags) > 1 and all(map(is_language, tags)):
            reason = f"'{tag}' is not the tag of one language."
            yield path, reason, f"A comma is missing: {', '.join(tags)}."
        elif proper != tag:
            write = f"'{proper}'" if proper else "a tag such as en, fr, ar-IQ or fa-AF (BCP 47)"
            reason = f"'{tag}' is not a tag of a language that is known here."
            yield path, reason, f"Write {write}."
        elif tag in spec.languages[:number]:
            yield path, f"The language '{tag}' is listed twice.", "Keep one."


def _languages(spec: Spec) -> Found:
    """Find texts without the first language of the spec, or with a language that it does not have."""
    undeclared: dict[str, list[Path]] = {}
    without: list[Path] = []
    declared = [proper_tag(tag) or tag for tags in spec.languages for tag in tags.split()]
    accepted_tags = {
        part for tag in (*spec.languages, *declared) for part in (tag, tag.partition("-")[0])
    }
    first = {"", spec.languages[0], declared[0], declared[0].partition("-")[0]}
    for path, text in texts(spec):
        for tag, words in text.by_language.items():
            if tag and tag not in accepted_tags:
                undeclared.setdefault(tag, []).append((*path, tag))
            if tag and text and not words.strip():
                yield (
                    (*path, tag),
                    f"The text in '{tag}' is empty.",
                    "Write it, or leave the language out.",
                )
        if text.by_language and first.isdisjoint(text.by_language):
            without.append(path)
    for tag, paths in undeclared.items():
        yield from at_the_first(paths, *_not_declared(tag, spec.languages))
    reason = (
        f"The text is not there in '{spec.languages[0]}', the first of the 'languages' of the spec."
    )
    yield from at_the_first(
        without, NoSuch(reason, spec.languages[0]), f"Add `{spec.languages[0]}: …`."
    )


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
    return (
        reason,
        f"Add it to `languages` in workbook.yaml ({listed(languages)}), or remove the text.",
    )


# names of sheets, labels of lists


def _sheet_names(spec: Spec) -> Found:
    spoken = list(filter(is_language, spec.languages)) or [SOURCE_LANGUAGE]
    sheets = list(select(spec, "tools/*/sheet"))
    for language in spoken:
        named = ((_place(path, sheet, language), sheet.say(language)) for path, _, sheet in sheets)
        yield from doubled(named, f"sheet name ({language})", fold=True)
    reserved = RESERVED.union(translator(tag)(name).casefold() for tag in spoken for name in NAMES)
    for path, _, sheet in sheets:
        for place, name in _in_languages(path, sheet):
            yield from at(place, _sheet_name(name, reserved))


def _place(path: Path, text: Text, language: str) -> Path:
    """Return the place of what a text says in a language, which may be that of another one."""
    wording = text.say(language)
    tag = next((tag for tag, words in text.by_language.items() if tag and words == wording), "")
    return (*path, tag) if tag else path


def _sheet_name(name: str, reserved: Collection[str]) -> Wrong:
    length = cell_length(name)
    if length > LIMIT_SHEET_NAME:
        over = length - LIMIT_SHEET_NAME
        yield TOO_LONG.format("The sheet name", length, over, LIMIT_SHEET_NAME), "Shorten it."
    if not name.strip():
        yield "The sheet name is empty.", "Give the sheet a name."
    elif SHEET_NAME_FORBIDDEN.search(name):
        yield FORBIDDEN.format(f"'{name}'"), WITHOUT
    elif name.casefold() in reserved:
        whose = "Excel's own" if name.casefold() == OF_EXCEL else "the program's own"
        reason = f"'{name}' cannot be a sheet name: a sheet of {whose} is called so in one of the languages."
        yield reason, "Choose another name."


def _labels(spec: Spec, vocabulary: Vocabulary, path: Path) -> Found:
    """Find labels that two entries share, each told in the first language in which it is so."""
    reported: set[Path] = set()
    for language in filter(is_language, spec.languages):
        seen: set[str] = set()
        for label_path, _, text in select(vocabulary, "items/*/label", path):
            label = text.say(language)
            if label and label.casefold() in seen and label_path not in reported:
                reported.add(label_path)
                place = (*label_path, language) if language in text.by_language else label_path
                yield (
                    place,
                    f"The label '{label}' ({language}) is used twice.",
                    "Give each entry its own.",
                )
            seen.add(label.casefold())


# what may be left out


def _sensitive(spec: Spec) -> Found:
    """Find what is sensitive and cannot be left out of a list, and texts that would name it all the same."""
    marked = {
        path: part
        for pattern in MARKED
        for path, _, part in select(spec, pattern)
        if part.sensitive
    }
    for name, vocabulary in spec.vocabularies.items():
        sensitive = [entry.sensitive for entry in vocabulary.items]
        is_needed = name in {*spec.scales, spec.countries}
        if any(sensitive) and (is_needed or all(sensitive)):
            reason = f"'{name}' is a scale, the list of countries, or sensitive as a whole: nothing can be left out."
            yield ("vocabularies", name), reason, "Take `sensitive` away, or have another list."
    labels = {part.label.source.casefold(): part.label.source for part in marked.values()}
    if not marked:
        return
    drawn = {name: getattr(spec, name) for name in DRAWN}
    written = [(path, text.source) for path, text in texts(drawn)]
    written += [(path, str(value)) for path, _, value in select(spec, f"{BLOCKS}/items/*/values/*")]
    for path, text in written:
        named = [label for folded, label in labels.items() if folded in text.casefold()]
        if named and not any(path[: len(place)] == place for place in marked):
            reason = (
                f"The text names '{named[0]}', and would stand in workbooks that leave this out."
            )
            yield path, reason, "Word it otherwise, or mark its row as `sensitive`, too."


# names in braces within messages


def _braces(words: str, placeholders: Sequence[str], path: Path, phrases: Sequence[str]) -> Found:
    """Find braces that do not close, or hold a name that stands for nothing; `phrases` word the reason and remedy."""
    noun, of, example, nothing, default_remedy = phrases
    try:
        parts = [part for part in Formatter().parse(words) if part[1] is not None]
    except ValueError:
        stray = max(words.rfind("{"), words.find("}"))
        around = words[max(stray - 10, 0) : stray + 20].strip()
        reason = f"A brace is not closed, or not opened, in “{around}”."
        yield (
            path,
            reason,
            f"Write {{{noun.upper()}}} for {of}, and {{{{ or }}}} for a brace itself.",
        )
        return
    for _, name, form, conversion in parts:
        if form or conversion or not NAME.fullmatch(name or ""):
            written = (
                (name or "")
                + (f"!{conversion}" if conversion else "")
                + (f":{form}" if form else "")
            )
            yield (
                path,
                f"'{{{written}}}' is not the {noun} of {of}.",
                f"Write the {noun} alone: {example}.",
            )
        elif name not in placeholders:
            close = nearest(name, placeholders)
            reason = f"'{{{name}}}' refers to nothing: {nothing.format(name)}."
            yield (
                path,
                NoSuch(reason, str(name)),
                f"Did you mean '{{{close}}}'?" if close else default_remedy,
            )
