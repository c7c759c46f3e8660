"""Mistakes in the blocks and fields of sheets: references that lead nowhere, and options that do nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..fields import COMMON_OPTIONS, ColumnKind, Field, figure_of, kind_of
from ..fields.text import EMAIL_PATTERN
from ..frozen import Found, Path, at_the_first
from ..language.patterns import REMEDY, NotAPattern, compiled, fits
from ..suggest import NoSuch, remedy_for
from ..texts import fixed_codes
from .check_answers import wrong_value
from .check_languages import too_long
from .check_lists import LIMIT_LABEL, NO_MATRIX, no_list, whole_numbers
from .defaults import wrong_default
from .model import (
    AnyBlock,
    CatalogueBlock,
    ChecklistBlock,
    CollectBlock,
    FieldBlock,
    ItemsFrom,
    MatrixBlock,
    PivotBlock,
    RegisterBlock,
    Spec,
    Tool,
)
from .next_round import LAST, NOTHING

LIMIT_PROMPT, LIMIT_ERROR = 255, 255
WITH_ROWS = (RegisterBlock, ChecklistBlock, CatalogueBlock)


def check_sheets(spec: Spec) -> Found:
    """Give every block of every sheet."""
    for index, tool in enumerate(spec.tools):
        for number, block in enumerate(tool.blocks):
            yield from _block(spec, block, ("tools", index, "blocks", number))


def has_rows(tool: Tool) -> bool:
    """Say whether a sheet has rows that a reference can point to."""
    return any(isinstance(block, WITH_ROWS) for block in tool.blocks)


def _block(spec: Spec, block: AnyBlock, path: Path) -> Found:
    if isinstance(block, FieldBlock):
        if not block.fields:
            yield (
                (*path, "fields"),
                "The block asks nothing: it has no fields.",
                "Add one, or remove the block.",
            )
        for index, field in enumerate(block.fields):
            yield from _field(spec, block, field, (*path, "fields", index))
            if field.fixed and not isinstance(getattr(block, "items", None), tuple):
                reason = (
                    f"'{field.code}' is fixed, and no rows are written out here whose `values` could fill it."
                )
                yield (*path, "fields", index, "fixed"), reason, "Leave it out, or write out the `items`."
    if isinstance(block, ChecklistBlock | CatalogueBlock):
        yield from _items(spec, block, path)
    if isinstance(block, RegisterBlock):
        own = [field.code for field in block.fields]
        for where, code in _named(block):
            if code not in own:
                yield (
                    (*path, *where),
                    NoSuch(f"There is no field '{code}' here.", code),
                    remedy_for(code, own),
                )
    if isinstance(block, MatrixBlock | PivotBlock | CollectBlock):
        yield from _sources(spec, block, path)


def _named(block: RegisterBlock) -> Iterator[tuple[Path, str]]:
    """Give the fields that a register names, with the option that does."""
    if block.shows is not None:
        yield ("shows",), block.shows
    if block.series is not None:
        yield from ((("series", "of", number), code) for number, code in enumerate(block.series.of))
        yield ("series", "over"), block.series.over


# rows that are always the same


def _items(spec: Spec, block: ChecklistBlock | CatalogueBlock, path: Path) -> Found:
    if isinstance(block.items, ItemsFrom):
        name = block.items.vocabulary
        if name is not None and name not in spec.vocabularies:
            yield (*path, "items", "vocabulary"), *no_list(spec, name)
        if name is None and block.items.file is None and not block.items.tools:
            remedy = "Name a vocabulary or a file, or say `tools: true`."
            yield (*path, "items"), "`items` says nothing.", remedy
        return
    fixed = {field.code: field for field in block.fields if field.fixed}
    unknown: dict[str, list[Path]] = {}
    for index, item in enumerate(block.items):
        for name, value in item.values.items():
            where = (*path, "items", index, "values", name)
            if name not in fixed:
                unknown.setdefault(name, []).append(where)
            else:
                yield from _fixed_value(spec, fixed[name], value, where)
    for name, places in unknown.items():
        yield from at_the_first(
            places, NoSuch(f"There is no fixed column '{name}'.", name), remedy_for(name, sorted(fixed))
        )


def _fixed_value(spec: Spec, field: Field, value: object, path: Path) -> Found:
    """Give a value of a fixed column, which must be one that the column can hold."""
    if value is None:
        yield path, f"The value of '{field.code}' is empty.", "Write one, or remove it."
    elif isinstance(value, list | dict):
        remedy = (
            "Write one text (several codes with ; between them), or one for each language: {en: …, fr: …}."
        )
        yield path, f"The value of '{field.code}' is neither a text nor a number.", remedy
    elif field.list_name is not None or field.to:
        wrong = wrong_value(spec, field, tuple(fixed_codes(value)))
        yield from ((path, reason, remedy) for reason, remedy in wrong)
    elif kind_of(field) is not ColumnKind.TEXT and figure_of(field, str(value)) is None:
        is_date = kind_of(field) is ColumnKind.DATE
        reason = f"'{value}' is not a {'date' if is_date else 'number'}, and '{field.code}' is of type {field.type}."
        remedy = "Write it as year-month-day, for example 2026-03-31." if is_date else "Write digits only."
        yield path, reason, remedy


# fields


def _field(spec: Spec, block: FieldBlock, field: Field, path: Path) -> Found:
    yield from _options(field, path)
    yield from _carry(field, path)
    yield from _texts(field, path)
    if field.vocabulary is not None and field.vocabulary not in spec.vocabularies:
        yield (*path, "vocabulary"), *no_list(spec, field.vocabulary)
    elif field.type.stepped and field.vocabulary is not None:
        yield from whole_numbers(spec, field.vocabulary, (*path, "vocabulary"))
    if field.parent is not None and "parent" in field.type.allows:
        yield from _parent(spec, block, field, path)
    yield from _pattern(field, path)
    yield from _targets(spec, field, path)
    yield from _only(spec, field, path)
    for reason, remedy in wrong_default(spec, block, field):
        yield (*path, "default"), reason, remedy
    for reason, remedy in field.type.wrong_limits(field):
        yield (*path, "maximum" if field.minimum is None else "minimum"), reason, remedy


def _texts(field: Field, path: Path) -> Found:
    if not field.label:
        yield (*path, "label"), "The label is empty.", "Say what is asked."
    yield from too_long((*path, "label"), field.label, LIMIT_LABEL, "The label")
    yield from too_long((*path, "help"), field.help, LIMIT_PROMPT, "The help, which is also the prompt,")
    if field.constraint is not None:
        where = (*path, "constraint", "message")
        yield from too_long(where, field.constraint.message, LIMIT_ERROR, "The message")


def _pattern(field: Field, path: Path) -> Found:
    """Give a pattern must be one, and be shown by an example that fits it: what the team is told is the example."""
    if field.pattern is None or field.pattern == EMAIL_PATTERN:
        return
    try:
        compiled(field.pattern)
    except NotAPattern as error:
        yield (*path, "pattern"), f"This is not a pattern that can be matched ({error}).", REMEDY
        return
    if not field.example:
        yield (
            (*path, "pattern"),
            "Nothing shows what fits the pattern.",
            "Add an `example`: the team is told it.",
        )
    for language, example in field.example.by_language.items():
        if not fits(field.pattern, example):
            where = (*path, "example", language) if language else (*path, "example")
            yield where, f"The example '{example}' does not fit the pattern.", "Write one that does."


def _targets(spec: Spec, field: Field, path: Path) -> Found:
    """Give the sheets that a reference points to."""
    if "to" in field.type.needs and "to" in field.model_fields_set and not field.to:
        yield (
            (*path, "to"),
            "The reference points to no sheet.",
            "Name one with a register or a list of items.",
        )
    for index, target in enumerate(field.to):
        if target not in spec.tool:
            reason = NoSuch(f"There is no tool '{target}'.", target)
            yield (*path, "to", index), reason, remedy_for(target, list(spec.tool))
        elif not has_rows(spec.tool[target]):
            known = [tool.code for tool in spec.tools if has_rows(tool)]
            reason = f"The sheet '{target}' has no rows to refer to."
            yield (
                (*path, "to", index),
                reason,
                f"Name one with a register or a list of items: {', '.join(known)}.",
            )


def _only(spec: Spec, field: Field, path: Path) -> Found:
    """Find what is wrong with what fixed columns are to hold of the rows that a reference offers."""
    for name, code in field.only.items():
        for target in (spec.tool[each] for each in field.to if each in spec.tool):
            fixed = [each.code for each in target.fields.values() if each.fixed]
            if name not in fixed:
                reason = f"The sheet '{target.code}' has no fixed column '{name}'."
                yield (*path, "only", name), reason, remedy_for(name, fixed)
            elif not any(item.has({name: code}) for item in target.items):
                reason = f"No row of '{target.code}' has '{code}' there, so that nothing can be chosen."
                yield (*path, "only", name), reason, "Name a code that some of its rows have."


def _carry(field: Field, path: Path) -> Found:
    """Find fields that cannot go on into the next round as an answer, for no team answers them."""
    if field.carry is None or field.asked or field.carry == NOTHING:
        return
    if field.fixed:
        yield (*path, "carry"), "A fixed column is the same in every round.", "Leave `carry` out."
    elif field.carry != LAST:
        reason = "A calculated field is calculated again in every round."
        yield (*path, "carry"), reason, "Write `carry: last` to show the earlier value beside it."


def _options(field: Field, path: Path) -> Found:
    needs, may = field.type.needs, field.type.allows
    given = field.model_fields_set
    for name in sorted(needs - given):
        yield (*path, "type"), f"A field of type {field.type} needs `{name}`.", "Add it."
    for name in sorted(given - needs - may - COMMON_OPTIONS):
        allowed = ", ".join(sorted(needs | may)) or "no options of its own"
        reason = f"`{name}` does nothing for the type {field.type}."
        yield (*path, name), reason, f"Remove it; this type takes {allowed}."


def _parent(spec: Spec, block: FieldBlock, field: Field, path: Path) -> Found:
    parent = next((other for other in block.fields if other.code == field.parent), None)
    if parent is None or parent.vocabulary is None:
        choices = [
            other.code for other in block.fields if other.vocabulary is not None and other is not field
        ]
        reason = f"'{field.parent}' is not a choice field of the same row."
        yield (
            (*path, "parent"),
            reason,
            f"Name the field that decides the list. {remedy_for(field.parent, choices)}",
        )
        return
    own, above = spec.vocabularies.get(field.vocabulary or ""), spec.vocabularies.get(parent.vocabulary)
    for index, item in enumerate(own.items if own and above else ()):
        if above is not None and item.parent not in above.by_code:
            where: Path = ("vocabularies", str(field.vocabulary), "items", index)
            missing = item.parent is None
            reason = (
                f"The entry '{item.code}' has no `parent`, and {field.code} chooses by one of {parent.vocabulary}."
                if missing
                else f"The parent '{item.parent}' of the entry '{item.code}' is not in {parent.vocabulary}."
            )
            yield (
                (*where, "code" if missing else "parent"),
                reason,
                "Add `parent`." if missing else remedy_for(item.parent, list(above.by_code)),
            )


# calculated blocks

Wanted = tuple[
    Path, str, Sequence[tuple[Path, str]]
]  # where a sheet is named, its code, its fields and where


def _sources(spec: Spec, block: MatrixBlock | PivotBlock | CollectBlock, path: Path) -> Found:
    if isinstance(block, MatrixBlock) and spec.matrix is None:
        yield (*path, "kind"), NO_MATRIX, "Describe the levels there, or leave out this block."
    if isinstance(block, CollectBlock):
        yield from _columns(block, path)
    for where, code, fields in _wanted(block):
        if code not in spec.tool:
            yield (
                (*path, *where),
                NoSuch(f"There is no tool '{code}'.", code),
                remedy_for(code, list(spec.tool)),
            )
            continue
        own = spec.tool[code].fields
        for place, name in fields:
            if name not in own:
                reason = NoSuch(f"The tool '{code}' has no field '{name}'.", name)
                yield (*path, *place), reason, remedy_for(name, list(own))
            elif not isinstance(block, CollectBlock):
                yield from _crossed(spec, block, own[name], place, path)


def _wanted(block: MatrixBlock | PivotBlock | CollectBlock) -> Iterator[Wanted]:
    """Give the sheets that a calculated block draws from, with the fields that it needs of each."""
    if isinstance(block, CollectBlock):
        for i, source in enumerate(block.sources):
            columns = [(("sources", i, "columns", name), code) for name, code in source.columns.items()]
            yield ("sources", i, "tool"), source.tool, columns
        return
    sides: list[tuple[Path, str]] = [(("down",), block.down), (("across",), block.across)]
    if isinstance(block, MatrixBlock):
        for i, code in enumerate(block.sources):
            yield ("sources", i), code, sides
        return
    extra: list[tuple[Path, str]] = [(("also_down", i), code) for i, code in enumerate(block.also_down)]
    extra += [(("highest",), block.highest)] if block.highest else []
    yield ("source",), block.source, [*sides, *extra]


def _columns(block: CollectBlock, path: Path) -> Found:
    for number, source in enumerate(block.sources):
        for name in source.columns:
            if name not in block.columns:
                where = (*path, "sources", number, "columns", name)
                yield (
                    where,
                    NoSuch(f"There is no column '{name}'.", name),
                    remedy_for(name, list(block.columns)),
                )
    named = [
        (("due",), block.due),
        (("bars",), block.bars),
        *((("widths", each), each) for each in block.widths),
    ]
    for where, column in named:
        if column is not None and column not in block.columns:
            yield (
                (*path, *where),
                NoSuch(f"There is no column '{column}'.", column),
                remedy_for(column, list(block.columns)),
            )


def _crossed(spec: Spec, block: MatrixBlock | PivotBlock, field: Field, place: Path, path: Path) -> Found:
    """Say whether a field can be crossed with another one: by a scale of the matrix, or by a list."""
    if isinstance(block, MatrixBlock):
        name = getattr(spec.matrix, str(place[0]), field.vocabulary)
        counted = field.calculated and kind_of(field) is ColumnKind.NUMBER  # may come out as a step
        if not counted and not (field.type.stepped and field.vocabulary == name):
            reason = f"'{field.code}' is not a scale of the list '{name}', which the matrix has here."
            yield (*path, *place), reason, "Name a field of type scale with that vocabulary."
    elif place == ("highest",):
        if field.vocabulary is None and not (field.calculated and field.result == "level"):
            reason = f"'{field.code}' has no list and no level, so that none of its values is the highest."
            yield (*path, *place), reason, "Name a field with a vocabulary, or one that calculates a level."
    elif field.vocabulary is None:
        yield (*path, *place), f"'{field.code}' has no list to cross by.", "Name a field with a vocabulary."
    elif place[0] == "also_down" and field.vocabulary != _list_of(spec, block.source, block.down):
        reason = f"'{field.code}' draws from another list than '{block.down}'."
        yield (*path, *place), reason, "Name a field with the same vocabulary."


def _list_of(spec: Spec, tool: str, code: str) -> str | None:
    """Give the list that a field draws from; None where the field is not there."""
    field = spec.tool[tool].fields.get(code)
    return field.vocabulary if field else None
