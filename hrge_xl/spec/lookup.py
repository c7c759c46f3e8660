"""How the entries of a list are written, and which country or language of a spec people mean; else what is near."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import NamedTuple

from ..core.errors import UsageError
from ..core.words import (
    SOURCE_LANGUAGE,
    country_names,
    fold,
    fold_code,
    language_name,
    language_names,
    loosely,
    names_of_language,
    translator,
)
from ..fields import TICK, YES_NO, Field, Vocabularies, tick_spellings, type_of
from ..fields.field import Spellings
from ..findings.value import CODE_FOR_LABEL, LABEL_IN_ANOTHER_LANGUAGE, OTHER_SPELLING
from ..language import Call, Expr, Problem, Ref, Type, parse, parse_condition
from ..language.functions.choices import LookUp
from .model import FieldBlock, FormBlock, ItemsFrom, Spec, Tool, Vocabulary
from .translations import written_languages


class ListEntry(NamedTuple):
    """One entry of a list: its code, its label by language, its other spellings."""

    code: str
    labels: dict[str, str]
    aliases: tuple[str, ...]


def entries(
    vocabulary: Vocabulary, languages: Iterable[str], *, steps: bool = False
) -> list[ListEntry]:
    """Return the entries of a list with their labels in these languages.

    The `steps` of a scale are chosen as `4 Likely (61–80 %)`, and known by their labels alone, too.
    """
    spoken = tuple(languages)
    table = list[ListEntry]()
    for entry in vocabulary.items:
        labels = {tag: entry.label.say(tag) for tag in spoken}
        aliases = entry.aliases
        if steps:
            aliases = (*aliases, *labels.values())
            labels = {tag: entry.as_step(tag) for tag in spoken}
        table.append(ListEntry(entry.code, labels, aliases))
    return table


Meant = tuple[str, str | None]  # code, and the finding code of the note


def spellings(table: Sequence[ListEntry], language: str) -> Spellings:
    """Folded text → (code, finding code of the note). Earlier spellings win over later ones."""
    meanings: dict[str, Meant] = {}
    for entry in table:
        meanings.setdefault(fold(entry.labels[language]), (entry.code, None))
    for entry in table:
        meanings.setdefault(fold(entry.code), (entry.code, CODE_FOR_LABEL.code))
        for alias in entry.aliases:
            meanings.setdefault(fold(alias), (entry.code, OTHER_SPELLING.code))
    for entry in table:
        for label in entry.labels.values():
            meanings.setdefault(fold(label), (entry.code, LABEL_IN_ANOTHER_LANGUAGE.code))
    return meanings


class EveryLanguage(Mapping[str, Meant]):
    """The spellings of a list: those of one language, and only where a text is none of these those of all languages."""

    def __init__(self, primary: Spellings, every: Callable[[], Spellings]) -> None:
        self._primary = primary
        self._every = every

    @cached_property
    def every(self) -> Spellings:
        """The spellings in all languages of the spec, whose catalogues are read for it."""
        return self._every()

    def __getitem__(self, text: str) -> Meant:
        meaning = self._primary.get(text)
        return self.every[text] if meaning is None else meaning

    def __iter__(self) -> Iterator[str]:
        return iter(self.every)

    def __len__(self) -> int:
        return len(self.every)


def vocabularies(spec: Spec, language: str, rows: Mapping[str, Iterable[str]]) -> Vocabularies:
    """Return the spellings of each list, the labels in `language` going first; `rows` are codes by tool."""
    spoken = written_languages(spec, language)

    def table(name: str, languages: Sequence[str]) -> list[ListEntry]:
        if name == YES_NO:
            yes = {tag: translator(tag)("Yes") for tag in languages}
            no = {tag: translator(tag)("No") for tag in languages}
            return [ListEntry("Y", yes, ("True",)), ListEntry("N", no, ())]
        return entries(spec.vocabularies[name], languages, steps=name in spec.scales)

    def in_all(name: str) -> Spellings:
        meanings = dict(spellings(table(name, spec.languages), language))
        for entry in (spec.left_out or {}).get(name, ()):
            for text in (entry.code, *entry.aliases, *map(entry.label.say, spec.languages)):
                meanings.setdefault(fold(text), (entry.code, OTHER_SPELLING.code))
        return meanings

    tables = {name: table(name, spoken) for name in (*spec.vocabularies, YES_NO)}
    spellings_by_list: dict[str, Spellings] = {
        name: EveryLanguage(spellings(list_entries, language), partial(in_all, name))
        for name, list_entries in tables.items()
    }
    ticks = tick_spellings(spoken)
    spellings_by_list[TICK] = {
        written: (code, None) for code, spellings in ticks.items() for written in spellings
    }
    labels = {}
    for name, list_entries in tables.items():
        labels[name] = tuple(entry.labels[language] for entry in list_entries)
    rows_by_tool = {}
    for tool, codes in rows.items():
        rows_by_tool[tool] = {fold_code(code): code for code in codes}
    return Vocabularies(language, spellings_by_list, labels, rows_by_tool)


# code -> what its label is read as now, over all languages
Readings = Mapping[str, frozenset[str | None]]


def readings(before: Vocabulary, after: Vocabulary, old: Spec, new: Spec) -> Readings:
    """Return what the labels of each old code are read as with the new list; None where nobody knows them any more."""
    spoken = [tag for tag in old.languages if tag in new.languages]
    table = entries(after, new.languages)
    by_language = {tag: spellings(table, tag) for tag in spoken}
    meanings = {}
    for entry in entries(before, old.languages):
        labels = {tag: fold(entry.labels[tag]) for tag in spoken}
        read = (by_language[tag].get(label) for tag, label in labels.items())
        meanings[entry.code] = frozenset(meant[0] if meant else None for meant in read)
    return meanings


# which country or language of a spec people mean, by code, label, alias or common name; else what is near

CLOSE = 75  # how alike a misspelt name must be to be taken for one, of 100
THREE_LETTERS = 3  # codes of two are too much like each other to say which country is not meant


@dataclass(frozen=True)
class NameIndex:
    """What the things of one kind are called: by every name the code; by every code the label.

    `further` gives what they are called besides, and `unlisted` the names of what is of the same kind, but none of
    these: both take long, and are worked out only for a name that is not in `codes`.
    """

    labels: Mapping[str, str]
    codes: Mapping[str, str]  # folded name -> code
    further: Callable[[], Mapping[str, str]] = dict
    unlisted: Callable[[], Iterable[str]] = tuple
    remedy: str = ""  # what to do where another one is meant

    @cached_property
    def every(self) -> Mapping[str, str]:
        """Return the same with what they are called besides."""
        return {**self.further(), **self.codes}

    @cached_property
    def loose(self) -> Mapping[str, str | None]:
        """The same without accents and order; None: another one, or several."""
        codes: dict[str, set[str | None]] = defaultdict(set)
        for name, code in self.every.items():
            codes[loosely(name)].add(code)
        for name in self.unlisted():
            if fold(name) not in self.every:
                codes.setdefault(loosely(name), {None})
        return {name: meant.pop() if len(meant) == 1 else None for name, meant in codes.items()}

    def code(self, text: str) -> str | None:
        """Return the code of what is named; None where nothing or several things are. A spec without a list takes
        any.
        """
        if not self.labels:
            return text
        folded = fold(text)
        return self.codes.get(folded) or self.every.get(folded) or self.loose.get(loosely(text))

    def hint(self, text: str) -> str:
        """Suggest what may have been meant, unless something else in the world is as near; else list what is known."""
        from rapidfuzz import fuzz, process  # only once a name is not known

        name = loosely(text)
        near = set[str | None]()
        if name not in self.loose:
            close = process.extract(name, list(self.loose), scorer=fuzz.ratio, score_cutoff=CLOSE)
            near = {self.loose[candidate] for candidate, score, _ in close if score == close[0][1]}
        code = near.pop() if len(near) == 1 else None
        return (
            f"Did you mean {self.labels[code]} ({code})?"
            if code
            else f"Known are: {', '.join(self.labels)}.{self.remedy}"
        )


def countries(spec: Spec) -> NameIndex:
    """Return the names of the countries of a spec: its own, and those that CLDR has; none where it lists no
    countries.
    """
    if spec.countries is None:
        return NameIndex({}, {})
    first = spec.languages[0]
    items = spec.vocabularies[spec.countries].items
    labels = {entry.code: entry.label.say(first) for entry in items}
    codes = _countries_in(spec, written_languages(spec, first))
    further = partial(_countries_in, spec, _spoken(spec))
    remedy = (
        f" For another one, copy the folder of the spec and add it to the list {spec.countries}."
    )
    return NameIndex(labels, codes, further, partial(_names_of_countries, spec), remedy)


def _countries_in(spec: Spec, languages: Sequence[str]) -> dict[str, str]:
    """Return the codes of the countries of a spec by what they are called in some languages, by it and by CLDR."""
    table = entries(spec.vocabularies[str(spec.countries)], languages)
    codes = {name: code for name, (code, _) in spellings(table, languages[0]).items()}
    for names in map(country_names, dict.fromkeys((*languages, SOURCE_LANGUAGE))):
        for entry in table:
            if entry.code in names:
                codes.setdefault(fold(names[entry.code]), entry.code)
    return codes


def _names_of_countries(spec: Spec) -> Iterator[str]:
    """Yield what every country of the world is called, and its code of three letters."""
    for names in map(country_names, _spoken(spec)):
        yield from names.values()
        yield from (code for code in names if len(code) == THREE_LETTERS)


def label_of(spec: Spec, vocabulary: str | None, code: str, language: str) -> str:
    """Return the label of an entry of a list; the code where it has none."""
    entries = spec.vocabularies[vocabulary].by_code if vocabulary in spec.vocabularies else {}
    return entries[code].label.say(language) if code in entries else code


def asks_for_country(spec: Spec) -> bool:
    """Say whether a workbook of the spec is that of a country."""
    return spec.countries is not None or spec.identity.country is not None


def has_countries(spec: Spec | None) -> bool:
    """Say whether anything of a spec is about countries: its workbooks, or its indicators."""
    indicators = spec.figures.indicators if spec else None
    return spec is None or asks_for_country(spec) or bool(indicators and indicators.country)


def country_codes(spec: Spec, named: Iterable[str]) -> list[str]:
    """Return the codes of some countries of a spec, each once. Raises `UsageError` for every one that is none of
    them.
    """
    names = countries(spec)
    codes = {text: names.code(text) for text in named}
    wrong = [text for text, code in codes.items() if code is None]
    if wrong:
        *earlier, last = wrong
        messages = (
            f"'{text}' is not a country of {spec.name}. {names.hint(text)}" for text in earlier
        )
        raise UsageError(
            *messages,
            f"'{last}' is not a country of {spec.name}.",
            value=last,
            remedy=names.hint(last),
        )
    return list(dict.fromkeys(filter(None, codes.values())))


def languages(spec: Spec) -> NameIndex:
    """Return the names of the languages of a spec: tags, their own names, and what CLDR calls them in the others."""
    spoken = _spoken(spec)
    codes: dict[str, str] = {}
    for tag, name in _names_of_languages(spec, spoken):
        codes.setdefault(fold(name), tag)
    labels = {tag: language_name(tag, SOURCE_LANGUAGE) for tag in spec.languages}
    return NameIndex(
        labels,
        codes,
        unlisted=lambda: (
            name for tag in spoken for entry in language_names(tag).items() for name in entry
        ),
    )


def _names_of_languages(spec: Spec, spoken: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Tag and name, the surest names first: without its region a language is known where it is the only one."""
    yield from ((tag, tag) for tag in spec.languages)
    for tag in spec.languages:
        yield from (
            (tag, name)
            for spoken_tag in (tag, *spoken)
            for name in names_of_language(tag, spoken_tag)
        )
    bases = [tag.partition("-")[0] for tag in spec.languages]
    for tag, base in zip(spec.languages, bases, strict=True):
        if bases.count(base) == 1:
            yield tag, base
            yield from ((tag, language_name(base, spoken_tag)) for spoken_tag in (base, *spoken))


def _spoken(spec: Spec) -> list[str]:
    """Return the languages that names are looked for in: those of the spec, and the one that the program speaks."""
    return list(dict.fromkeys([*spec.languages, SOURCE_LANGUAGE]))


# which names an expression may say where it stands


@dataclass(frozen=True)
class Scope:
    """The names of one row: `value` is what a constraint is about."""

    spec: Spec
    tool: Tool
    block: FieldBlock | None = None
    value: Field | None = None

    def find(self, name: str) -> Ref | None:
        """Return the answer that a name means here, or None."""
        if name == "value" and self.value:
            return ref_to(self.spec, self.tool.code, self.value, single=self.single)
        if name in self._row:
            return ref_to(self.spec, self.tool.code, self._row[name])
        single_field = self.spec.single_fields.get(name)
        return None if single_field is None else ref_to(self.spec, *single_field, single=True)

    def names(self) -> list[str]:
        """Return every name that may be used here."""
        return [*self._row, *self.spec.single_fields]

    def tools(self) -> Collection[str]:
        """Return the codes of all tools."""
        return self.spec.tool

    def rows_of(self, tool: str) -> Scope | None:
        """Return the scope inside the rows of a tool's table: its first block with rows, else its form."""
        blocks = self.spec.tool[tool].field_blocks
        tables = (block for block in blocks if not block.single)
        return Scope(self.spec, self.spec.tool[tool], next(tables, blocks[0])) if blocks else None

    def any_of_row(self) -> Ref | None:
        """Return any answer of the row; None where there are no rows."""
        return next(
            (ref_to(self.spec, self.tool.code, field) for field in self._row.values()), None
        )

    def listed_tools(self) -> Sequence[str]:
        """Return the tools that the rows stand for; nothing where they are not a list of tools."""
        items = getattr(self.block, "items", None)
        listed = isinstance(items, ItemsFrom) and items.tools
        return [tool.code for tool in self.spec.tools if tool.can_be_ticked] if listed else ()

    def codes(self, of: Expr) -> tuple[str, ...] | None:
        """Return the codes that an expression can yield; None where it is not drawn from a list."""
        if of.type is Type.LEVEL:
            return tuple(self.spec.matrix.level) if self.spec.matrix else None
        if isinstance(of, Call) and isinstance(of.function, LookUp):
            of = of.args[1]
        return codes_of_list(self.spec, of.list) or None if isinstance(of, Ref) else None

    def worth(self, name: str) -> Mapping[str, float]:
        """Return the numbers that entries of a list have by their codes."""
        return self.spec.worth(name)

    @property
    def level(self) -> int:
        """Of which level the expressions of the spec are."""
        return self.spec.expressions

    @property
    def single(self) -> bool:
        """Whether there is one row only: the answers of a form that is filled in once."""
        return self.block is not None and self.block.single

    @cached_property
    def _row(self) -> dict[str, Field]:
        if self.block is None or self.single:
            return {}
        blocks: Sequence[FieldBlock] = (self.block,)
        if isinstance(self.block, FormBlock):
            forms = (block for block in self.tool.field_blocks if isinstance(block, FormBlock))
            blocks = [block for block in forms if block.records == self.block.records]
        return {field.code: field for block in blocks for field in block.fields}


def parsed(text: str, scope: Scope, *, condition: bool) -> Expr | Problem:
    """Parse an expression of a spec, each only once; a `Problem` says what is wrong with it."""
    cache = _parsed(scope.spec)
    key = scope.tool.code, id(scope.block), scope.value.code if scope.value else "", text, condition
    if key not in cache:
        cache[key] = (parse_condition if condition else parse)(text, scope)
    return cache[key]


# tool, block, what `value` means, text, whether it must be a condition
Key = tuple[str, int, str, str, bool]


@lru_cache(maxsize=16)
def _parsed(spec: Spec) -> dict[Key, Expr | Problem]:
    return {}


def codes_of_list(spec: Spec, name: str | None) -> tuple[str, ...]:
    """Return the codes of a list, in its order; nothing where there is no such list."""
    if name in (YES_NO, TICK):
        return ("Y", "N")
    return tuple(spec.entries(name)) if name in spec.vocabularies else ()


def ref_to(spec: Spec, tool: str, field: Field, *, single: bool = False) -> Ref:
    """Return an answer as expressions see it; that of a scale is a number."""
    steps = codes_of_list(spec, field.list_name) if field.type.stepped else ()
    of = None if steps else field.list_name
    kind = type_of(field)
    fixed = field.fixed
    return Ref(
        tool, field.code, kind, single, of, field.to, field.calculated, steps=steps, fixed=fixed
    )


def rule_scope(spec: Spec, tool: Tool, codes: Sequence[str]) -> Scope:
    """Return the scope of a rule: the block that holds the fields it points to."""
    for block in tool.field_blocks:
        if any(field.code in codes for field in block.fields):
            return Scope(spec, tool, block)
    return Scope(spec, tool, next(iter(tool.field_blocks), None))
