"""What a workbook is issued with: which sheets, which rows, and which answers that the spec gives itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from ..answers.submission import ONLY_ROW, Key, Value
from ..core.errors import UsageError, did_you_mean, remedy_for
from ..core.spec_parts import NO_TEXT, Model, Path, Text, as_written, fixed_codes, localized
from ..core.work import grouped
from ..fields import ColumnKind, Field
from ..fields.field import Written
from ..language import Call, Problem, Ref, walk
from .expressions import expressions
from .model import (
    Block,
    FieldBlock,
    FormBlock,
    Item,
    ItemBlock,
    ItemsFrom,
    RegisterBlock,
    Spec,
    Tool,
    VocabularyItem,
)
from .supplements import Fact, FactFile, Sample

# what the next workbook has of an answer
ANSWER = "answer"
LAST = "last"
BOTH = "both"
NOTHING = "nothing"
MOST_ROWS = 500  # of a register, whatever it is issued with


# sheets: those of a profile, those named, and those that these refer to


class Choice(NamedTuple):
    """What a workbook is issued with; None where it is everything that the spec has."""

    tools: tuple[str, ...] | None = None
    rows: int | None = None
    # a tool that nobody named, and the one that refers to it
    taken_along: tuple[tuple[str, str], ...] = ()
    leave_out: bool = False  # what the spec marks as sensitive

    @property
    def explained(self) -> str:
        """Which sheets were taken along and why; empty where none was."""
        return "; ".join(
            f"{tool} is included, because {by} refers to it" for tool, by in self.taken_along
        )


def choose(
    spec: Spec,
    profile: str = "",
    named: Sequence[str] = (),
    rows: int | None = None,
    *,
    first: bool = False,
    leave_out: bool = False,
) -> Choice:
    """Return what is issued where a profile is chosen, tools are named, or neither.

    Named tools come besides those of a profile, and where none is chosen they are all. Without either it is the
    spec's default profile, else everything. `first`: where a profile leaves tools to choose from and none of them is
    named, it is the first. `leave_out`: without what is sensitive. Raises `UsageError` for a profile or tool that the
    spec does not have, for a choice left open, and where nothing is marked as sensitive.
    """
    if leave_out and without_sensitive(spec) is spec:
        raise UsageError(f"{spec.name} marks nothing as sensitive: there is nothing to leave out.")
    return _chosen(spec, profile, named, rows, first=first)._replace(leave_out=leave_out)


def _chosen(
    spec: Spec, profile: str, named: Sequence[str], rows: int | None, *, first: bool
) -> Choice:
    codes = [tool_code(spec, tool) for tool in named]
    name = profile or ("" if codes else spec.default_profile or "")
    if not name:
        return _whole(spec, codes or None, rows)
    profiles = {title.casefold(): profile for title, profile in spec.profiles.items()}
    chosen = profiles.get(name.casefold())
    if chosen is None:
        remedy = remedy_for(name, list(spec.profiles)) if profiles else "It has no profiles."
        raise UsageError(f"'{name}' is not a profile of {spec.name}.", value=name, remedy=remedy)
    if chosen.choose_from and not set(codes) & set(chosen.choose_from):
        if not first:
            language = spec.languages[0]
            choices = (
                f"{code} ({spec.tool[code].title.say(language)})" for code in chosen.choose_from
            )
            raise UsageError(
                f"The profile '{name}' leaves sheets to choose from.",
                value=name,
                remedy=f"Choose at least one, with --tools or as `tools` of the team: {', '.join(choices)}.",
            )
        codes.append(chosen.choose_from[0])
    parts = [spec.tool[code].part for code in chosen.narrowed if code in codes]
    unchosen = {
        code for code in chosen.narrowed if code not in codes and spec.tool[code].part in parts
    }
    if parts:
        codes = [code for code in (*(chosen.tools or spec.tool), *codes) if code not in unchosen]
        return _whole(spec, codes, rows or chosen.rows)
    tools = None if chosen.tools is None else [*chosen.tools, *codes]
    return _whole(spec, tools, rows or chosen.rows)


def tool_code(spec: Spec, tool: str) -> str:
    """Return the code of a tool as the spec writes it. Raises `UsageError`."""
    code = spec.tool_called(tool)
    if code is None:
        hint = did_you_mean(tool, list(spec.tool))
        raise UsageError(
            f"'{tool}' is not a tool of {spec.name}.",
            value=tool,
            remedy=f"{hint}It has: {', '.join(spec.tool)}.",
        )
    return code


def _whole(spec: Spec, tools: Sequence[str] | None, rows: int | None) -> Choice:
    """Return the choice with every tool that it cannot do without, in the order of the sheets."""
    if tools is None:
        return Choice(None, rows)
    needs = needed_tools(spec)
    waiting = list(dict.fromkeys(tools))
    # each tool that is referred to and not there, with the first one that refers to it
    along: dict[str, str] = {}
    for tool in waiting:
        for needed in needs.get(tool, ()):
            if needed not in waiting:
                waiting.append(needed)
                along[needed] = tool
    return Choice(tuple(code for code in spec.tool if code in waiting), rows, tuple(along.items()))


@lru_cache(maxsize=4)  # asked for each team of a list
def needed_tools(spec: Spec) -> Mapping[str, tuple[str, ...]]:
    """Return for each tool those that it cannot be filled in without, and that are not issued in any case.

    That is where a reference that is asked for leads nowhere else, and where its fields look something up. A reference
    that may stay blank, or that leads to one of several tools, needs none of them.
    """
    targets = [(tool, field.to) for tool, _, field in spec.places() if field.required != "optional"]
    for written in expressions(spec):
        expr = written.expr
        for part in walk(expr) if written.field and not isinstance(expr, Problem) else ():
            if isinstance(part, Call) and part.name == "lookup" and isinstance(part.args[0], Ref):
                targets.append((written.scope.tool, part.args[0].targets))
    needed_by_tool: dict[str, dict[str, None]] = {}
    for tool, codes in targets:
        home = tool.goes_with or tool.code
        needed = (
            code
            for code in codes
            if len(codes) == 1 and code != home and not spec.tool[code].always
        )
        needed_by_tool.setdefault(home, {}).update(dict.fromkeys(needed))
    return {code: tuple(needed) for code, needed in needed_by_tool.items()}


# what is left out where it could bring somebody into danger

Part = TypeVar("Part", bound=Model)


@lru_cache(maxsize=8)
def without_sensitive(spec: Spec) -> Spec:
    """Return the spec of workbooks without what it marks as sensitive; itself where that is nothing.

    Its lists, fixed rows and what these say are shorter. Expressions may name what is left out, and readers know it.
    """
    left_out: dict[str, tuple[VocabularyItem, ...]] = {}
    lists = {}
    for name, vocabulary in spec.vocabularies.items():
        sensitive = tuple(entry for entry in vocabulary.items if entry.sensitive)
        if sensitive:
            left_out[name] = sensitive
        remaining = tuple(entry for entry in vocabulary.items if not entry.sensitive)
        lists[name] = _but(vocabulary, items=remaining)
    tools = []
    for tool in spec.tools:
        blocks = tuple(_shortened(block, left_out) for block in tool.blocks)
        tools.append(_but(tool, blocks=blocks))
    if not left_out and tuple(tools) == spec.tools:
        return spec
    return _but(spec, vocabularies=lists, tools=tuple(tools), left_out=left_out)


def _shortened(block: Block, left_out: Mapping[str, Sequence[VocabularyItem]]) -> Block:
    """Return a block without rows that are sensitive, and without such codes in its fixed columns."""
    if not isinstance(block, ItemBlock) or not block.written_out:
        return block
    items = [row for row in block.written_out if not row.sensitive]
    for field in block.fields:
        gone = {entry.code for entry in left_out.get(field.vocabulary or "", ())}
        for n, row in enumerate(items):
            codes = fixed_codes(row.values.get(field.code))
            if not gone.isdisjoint(codes):
                remaining = ";".join(code for code in codes if code not in gone)
                items[n] = _but(row, values=row.values | {field.code: remaining})
    return _but(block, items=tuple(items))


def _but(part: Part, **changes: object) -> Part:
    """Return a part with some options changed, and without what was worked out of it before."""
    changed = part.model_copy(update=changes)
    for worked_out in changed.__dict__.keys() - type(part).model_fields.keys():
        del changed.__dict__[worked_out]
    return changed


# rows, and what the next round's workbook has of them: option `carry` of fields, and `closed`


def items_of(spec: Spec, block: ItemBlock, issued: Iterable[str] | None = None) -> tuple[Item, ...]:
    """Return the fixed rows of a block; those that come from the tools are the tools `issued`, or all of them."""
    if not isinstance(block.items, ItemsFrom):
        return block.items
    if block.items.vocabulary is not None:
        entries = spec.vocabularies[block.items.vocabulary].items
        return tuple(Item(code=entry.code, label=entry.label, help=entry.help) for entry in entries)
    codes = spec.tool if issued is None else issued
    tools = [spec.tool[code] for code in codes if spec.tool[code].can_be_ticked]
    parts = [NO_TEXT, *(tool.part for tool in tools)]
    return tuple(
        Item(
            code=tool.code,
            label=tool.title,
            section=tool.part if tool.part != previous_part else NO_TEXT,
        )
        for previous_part, tool in zip(parts, tools, strict=False)
    )


def rows_of(spec: Spec, block: FieldBlock) -> dict[str, Text]:
    """Return the codes of the rows that a block is issued with, with their labels."""
    if isinstance(block, ItemBlock):
        return {row.code: row.label for row in items_of(spec, block)}
    if isinstance(block, RegisterBlock):
        return dict.fromkeys(_numbered(block.id)[: block.rows], NO_TEXT)
    assert isinstance(block, FormBlock)
    return {str(number): NO_TEXT for number in range(1, block.records + 1)}


def row_codes(spec: Spec, block: FieldBlock) -> tuple[str, ...]:
    """Return the code of every row that a block may have in any workbook."""
    return _numbered(block.id) if isinstance(block, RegisterBlock) else tuple(rows_of(spec, block))


@lru_cache(maxsize=64)
def _numbered(start: str) -> tuple[str, ...]:
    return tuple(f"{start}{number:02d}" for number in range(1, MOST_ROWS + 1))


def closing(spec: Spec) -> Iterator[tuple[Tool, RegisterBlock]]:
    """Return the registers whose rows may be closed."""
    blocks = ((tool, block) for tool in spec.tools for block in tool.field_blocks)
    return (
        (tool, block)
        for tool, block in blocks
        if isinstance(block, RegisterBlock) and block.closed is not None
    )


def carry_of(spec: Spec, field: Field) -> str:
    """Return what `carry` says, else its default: every answer goes on, but for the days of the period."""
    if field.carry is not None:
        return field.carry
    of_the_period = field.code in (spec.identity.period_start, spec.identity.period_end)
    return NOTHING if of_the_period or not field.asked else ANSWER


def goes_on(spec: Spec, field: Field) -> bool:
    """Say whether an answer stands in the next workbook as its answer."""
    return carry_of(spec, field) in (ANSWER, BOTH)


def is_shown(spec: Spec, field: Field) -> bool:
    """Say whether an answer stands in the next workbook beside the cell to answer anew."""
    return carry_of(spec, field) in (LAST, BOTH)


# answers: defaults, public facts, the sample


def chosen_tools(spec: Spec, issued: Collection[str]) -> frozenset[str]:
    """Return the tools of a workbook that the office chose for it: they are ticked as issued.

    A profile leaves to the team which tools of a part it uses, as long as all that it could narrow are issued.
    """
    left_open: set[str] = set()
    for profile in spec.profiles.values():
        for tools in grouped((spec.tool[code].part, code) for code in profile.narrowed).values():
            if set(tools) <= set(issued):
                left_open.update(tools)
    return frozenset(issued) - left_open


def default_of(field: Field) -> Value | None:
    """Return the answer that a cell is issued with; None where it is blank."""
    return value_of(field, field.default) if field.default else None


def value_of(field: Field, written: Written) -> Value:
    """Return the answer to a field that is written so; in it nothing must be wrong."""
    if field.several:
        return written
    (text,) = written
    if field.type.kind is ColumnKind.NUMBER:
        return float(text)
    return date.fromisoformat(text) if field.type.kind is ColumnKind.DATE else text


def facts_about(spec: Spec, country: str) -> Iterator[tuple[Key, Value]]:
    """Yield each answer that is known beforehand about a country, and the source and date in its row."""
    for file in spec.facts:
        fields = spec.tool[file.tool].fields
        for fact in file.rows:
            if fact.country != country:
                continue
            yield (file.tool, fact.row, fact.field), value_of(fields[fact.field], fact.values)
            if file.source is not None:
                yield (file.tool, fact.row, file.source), format_source(file, fact)
            if file.date is not None and fact.day is not None:
                yield (file.tool, fact.row, file.date), fact.day


def format_source(file: FactFile, fact: Fact) -> str:
    """Return the source of a fact, with the date behind it where that has no cell of its own."""
    return fact.source if file.date is not None else f"{fact.source}, {fact.date}"


class SampleAnswer(NamedTuple):
    """One answer as it is written in the sample, and the place where it stands there."""

    path: Path
    tool: str
    row: str
    field: str
    value: Any

    def written(self, language: str) -> Written:
        """Return what it says in a language, each of several by itself."""
        values = self.value if isinstance(self.value, list) else [self.value]
        return tuple(_as_text(value, language) for value in values)

    def means(self, field: Field, language: str) -> Value:
        """Return the answer that it is; nothing must be wrong in it."""
        return value_of(field, self.written(language))


def _as_text(value: Any, language: str) -> str:
    if isinstance(value, Mapping):
        value = Text({str(tag): str(text) for tag, text in value.items()})
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(as_written(localized(value, language)))


def sample_for(spec: Spec, sample: Sample, issued: Collection[str]) -> str:
    """Return the place of the sample that fills each table of risks that is issued; of the first one where none
    does.
    """
    risks = {*spec.figures.risks.tools}.intersection(issued) if spec.figures.risks else set()
    return next(
        (place for place, answers in sample.every.items() if answers.keys() >= risks), "answers"
    )


def answers_of(spec: Spec, sample: Sample, place: str) -> Iterator[SampleAnswer]:
    """Yield every answer of one of the samples; those of a form may stand directly under their tool."""
    for tool, rows in sample.every[place].items():
        fields = spec.tool[tool].fields if tool in spec.tool else {}
        for key, value in rows.items():
            path: Path = ("sample", *place.split("/"), tool, key)
            if key in fields or not isinstance(value, Mapping):
                yield SampleAnswer(path, tool, ONLY_ROW, key, value)
            else:
                for field, answer in value.items():
                    yield SampleAnswer((*path, str(field)), tool, key, str(field), answer)


def spec_of_sample(spec: Spec) -> Spec:
    """Return the spec with the country of its sample among those that can be chosen."""
    country = spec.sample.country if spec.sample else None
    if country is None or spec.countries not in spec.vocabularies:
        return spec
    vocabulary = spec.vocabularies[spec.countries]
    entry = VocabularyItem(code=country.code, label=country.label)
    lists = spec.vocabularies | {spec.countries: _but(vocabulary, items=(entry, *vocabulary.items))}
    return spec.model_copy(
        update={"vocabularies": lists, "digest": spec.digest and f"{spec.digest} sample"}
    )
