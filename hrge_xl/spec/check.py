"""What pydantic cannot see in a spec: broken references, doubled codes, Excel's limits, wrong expressions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from keyword import kwlist
from typing import Any

from rapidfuzz import process

from .check_figures import check_figures
from .defaults import wrong_default
from .expression import FUNCTIONS, OVER, Problem, Scope, parse, parse_condition, reader_only
from .model import (
    COMMON_OPTIONS,
    OF_ROUNDS,
    TYPE_OPTIONS,
    CatalogueBlock,
    ChecklistBlock,
    CollectBlock,
    Field,
    FieldBlock,
    FieldType,
    FormBlock,
    Identity,
    ItemsFrom,
    MatrixBlock,
    PivotBlock,
    RegisterBlock,
    Rule,
    Spec,
    Tool,
    When,
)
from .texts import Text

Path = tuple[str | int, ...]
Found = Iterator[tuple[Path, str, str]]

FIELD_CODE = re.compile(r"[A-Za-z][A-Za-z0-9]*_[A-Za-z0-9_]*[A-Za-z0-9]|[A-Za-z][A-Za-z_]{2,}")
ROW_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.\-]*")
TOOL_CODE = re.compile(r"[A-Za-z][A-Za-z0-9]*(\.[A-Za-z0-9]+)?")
WORDS_OF_EXPRESSIONS = frozenset({"value", *FUNCTIONS, *OVER, *(word.lower() for word in kwlist)})
SHEET_NAME_FORBIDDEN = re.compile(r"[\[\]:*?/\\]|^'|'$")
LIMIT_SHEET_NAME, LIMIT_PROMPT, LIMIT_LABEL, LIMIT_ERROR = 31, 255, 250, 255
RESERVED = frozenset({"lists", "cover", "history"})


def check(spec: Spec) -> list[tuple[Path, str, str]]:
    """Every mistake as (path in the spec, reason, remedy)."""
    found = [
        *_languages(spec),
        *_vocabularies(spec),
        *_matrix(spec),
        *_tools(spec),
        *_spellings(spec),
        *_identity(spec),
        *_rules(spec),
        *check_figures(spec),
    ]
    return found or [*_expressions(spec)]


def _similar(wrong: str | None, known: Sequence[str]) -> str:
    close = process.extractOne(str(wrong), known, score_cutoff=60) if known else None
    return f"Did you mean '{close[0]}'?" if close else f"Known are: {', '.join(list(known)[:40]) or 'none'}."


def _languages(spec: Spec) -> Found:
    """Every text that is given by language must have the first language and no unknown one."""
    for path, text in _texts(spec, ()):
        for language in text.by_language:
            if language and language not in spec.languages:
                yield (
                    (*path, language),
                    f"The language '{language}' is not declared.",
                    _similar(language, spec.languages),
                )
        if "" not in text.by_language and text.by_language and spec.languages[0] not in text.by_language:
            yield (
                path,
                f"The text has no {spec.languages[0]} version.",
                "Add it: it is the language of the spec.",
            )


def _texts(part: Any, path: Path) -> Iterator[tuple[Path, Text]]:
    if isinstance(part, Text):
        yield path, part
    elif isinstance(part, tuple):
        for index, each in enumerate(part):
            yield from _texts(each, (*path, index))
    elif isinstance(part, dict):
        for key, each in part.items():
            yield from _texts(each, (*path, key))
    elif hasattr(type(part), "model_fields"):
        for name in type(part).model_fields:
            yield from _texts(getattr(part, name), (*path, name))


def _too_long(path: Path, text: Text, limit: int, what: str) -> Found:
    for language, words in text.by_language.items():
        if len(words) > limit:
            where = (*path, language) if language else path
            yield where, f"{what} has {len(words)} characters; Excel allows {limit}.", "Shorten it."


def _doubled(paths: Sequence[tuple[Path, str]], what: str) -> Found:
    """What is there twice, capitals not counting: Excel and databases do not tell them apart."""
    seen: dict[str, str] = {}
    for path, code in paths:
        first = seen.get(code.casefold())
        if first is not None:
            same = "" if first == code else f", also as '{first}'"
            yield path, f"The {what} '{code}' is used twice{same}.", "Give each its own."
        seen.setdefault(code.casefold(), code)


def _spellings(spec: Spec) -> Found:
    """A code that stands in several places is written alike in all of them."""
    places: list[tuple[Path, str, str]] = [
        *((("tools", t, "code"), "tool code", tool.code) for t, tool in enumerate(spec.tools)),
        *((("vocabularies", name), "list", name) for name in spec.vocabularies),
        *(
            (("tools", t, "blocks", b, "fields", f, "code"), "field code", each.code)
            for t, tool in enumerate(spec.tools)
            for b, block in enumerate(tool.blocks)
            if isinstance(block, FieldBlock)
            for f, each in enumerate(block.fields)
        ),
    ]
    seen: dict[tuple[str, str], str] = {}
    for path, what, code in places:
        first = seen.setdefault((what, code.casefold()), code)
        if first != code:
            yield path, f"The {what} '{code}' is also written '{first}'.", "Write it alike everywhere."


def _vocabularies(spec: Spec) -> Found:
    for name, vocabulary in spec.vocabularies.items():
        base: Path = ("vocabularies", name, "items")
        yield from _doubled(
            [((*base, i, "code"), item.code) for i, item in enumerate(vocabulary.items)], "code"
        )
        for language in spec.languages:
            labels = [
                ((*base, i, "label"), item.label.say(language)) for i, item in enumerate(vocabulary.items)
            ]
            yield from _doubled(labels, f"label ({language})")
        for index, item in enumerate(vocabulary.items):
            yield from _too_long((*base, index, "label"), item.label, LIMIT_LABEL, "The label")
            if ";" in item.code or not item.code.strip():
                yield (*base, index, "code"), f"'{item.code}' cannot be a code.", "Use letters and digits."


def _matrix(spec: Spec) -> Found:
    matrix = spec.matrix
    if matrix is None:
        return
    scales = {}
    for side, name in (("down", matrix.down), ("across", matrix.across)):
        if name not in spec.vocabularies:
            yield (
                ("matrix", side),
                f"There is no vocabulary '{name}'.",
                _similar(name, list(spec.vocabularies)),
            )
            return
        scales[side] = list(spec.vocabularies[name].by_code)
    for down in scales["down"]:
        for across in scales["across"]:
            level = matrix.cells.get(down, {}).get(across)
            if level not in matrix.level:
                yield (
                    ("matrix", "cells", down, across),
                    f"No level at {down} × {across}.",
                    _similar(level, list(matrix.level)),
                )


def _tools(spec: Spec) -> Found:
    for language in spec.languages:
        sheets = [(("tools", i, "sheet"), tool.sheet.say(language)) for i, tool in enumerate(spec.tools)]
        yield from _doubled(sheets, f"sheet name ({language})")
    for index, tool in enumerate(spec.tools):
        yield from _tool(spec, tool, ("tools", index))


def _tool(spec: Spec, tool: Tool, path: Path) -> Found:
    if not TOOL_CODE.fullmatch(tool.code):
        yield (
            (*path, "code"),
            f"'{tool.code}' cannot be a tool code.",
            "Use letters and digits, for example PLAN or C1.",
        )
    yield from _too_long((*path, "sheet"), tool.sheet, LIMIT_SHEET_NAME, "The sheet name")
    for name in tool.sheet.by_language.values():
        if SHEET_NAME_FORBIDDEN.search(name) or not name.strip() or name.casefold() in RESERVED:
            yield (
                (*path, "sheet"),
                f"'{name}' cannot be a sheet name.",
                "Leave out [ ] : * ? / \\ and reserved names.",
            )
    fields = [
        ((*path, "blocks", i, "fields", j, "code"), each.code)
        for i, block in enumerate(tool.blocks)
        if isinstance(block, FieldBlock)
        for j, each in enumerate(block.fields)
    ]
    yield from _doubled(fields, "field code")
    for number, block in enumerate(tool.blocks):
        yield from _block(spec, tool, block, (*path, "blocks", number))


def _block(spec: Spec, tool: Tool, block: Any, path: Path) -> Found:
    if isinstance(block, FieldBlock):
        for index, each in enumerate(block.fields):
            yield from _field(spec, block, each, (*path, "fields", index))
    if isinstance(block, ChecklistBlock | CatalogueBlock):
        yield from _items(spec, block, path)
    if isinstance(block, RegisterBlock):
        if not ROW_CODE.fullmatch(block.id):
            yield (
                (*path, "id"),
                f"'{block.id}' cannot start row codes.",
                "Start with a letter, for example R-.",
            )
        if block.shows is not None and block.shows not in {each.code for each in block.fields}:
            yield (
                (*path, "shows"),
                f"There is no field '{block.shows}' here.",
                "Name a field of this register.",
            )
    if isinstance(block, MatrixBlock | PivotBlock | CollectBlock):
        yield from _sources(spec, block, path)


def _items(spec: Spec, block: ChecklistBlock | CatalogueBlock, path: Path) -> Found:
    if isinstance(block.items, ItemsFrom):
        name = block.items.vocabulary
        if name is not None and name not in spec.vocabularies:
            yield (
                (*path, "items", "vocabulary"),
                f"There is no vocabulary '{name}'.",
                _similar(name, list(spec.vocabularies)),
            )
        if name is None and not block.items.tools:
            yield (
                (*path, "items"),
                "`items` says nothing.",
                "Name a vocabulary or a file, or say `tools: true`.",
            )
        return
    fixed = {each.code for each in block.fields if each.fixed}
    yield from _doubled(
        [((*path, "items", i, "code"), item.code) for i, item in enumerate(block.items)], "row code"
    )
    for index, item in enumerate(block.items):
        if not ROW_CODE.fullmatch(item.code):
            yield (
                (*path, "items", index, "code"),
                f"'{item.code}' cannot be a row code.",
                "Start with a letter, for example C1_01.",
            )
        for name in item.values:
            if name not in fixed:
                where = (*path, "items", index, "values", name)
                yield where, f"There is no fixed column '{name}'.", _similar(name, sorted(fixed))


def _field(spec: Spec, block: FieldBlock, each: Field, path: Path) -> Found:
    yield from _options(each, path)
    if not FIELD_CODE.fullmatch(each.code):
        yield (
            (*path, "code"),
            f"'{each.code}' cannot be a field code.",
            "Use letters and digits with an underscore, for example PLN_01.",
        )
    if each.code.casefold() in WORDS_OF_EXPRESSIONS:
        yield (
            (*path, "code"),
            f"'{each.code}' is a word of expressions.",
            "Take another code, for example PLN_01.",
        )
    if not each.label:
        yield (*path, "label"), "The label is empty.", "Say what is asked."
    yield from _too_long((*path, "label"), each.label, LIMIT_LABEL, "The label")
    yield from _too_long((*path, "help"), each.help, LIMIT_PROMPT, "The help, which is also the prompt,")
    if each.constraint is not None:
        yield from _too_long(
            (*path, "constraint", "message"), each.constraint.message, LIMIT_ERROR, "The message"
        )
    if each.vocabulary is not None and each.vocabulary not in spec.vocabularies:
        yield (
            (*path, "vocabulary"),
            f"There is no vocabulary '{each.vocabulary}'.",
            _similar(each.vocabulary, list(spec.vocabularies)),
        )
    elif each.type is FieldType.SCALE and each.vocabulary is not None:
        yield from _scale(spec, each, path)
    if each.parent is not None:
        yield from _parent(spec, block, each, path)
    for index, target in enumerate(each.to):
        if target not in spec.tool:
            yield (*path, "to", index), f"There is no tool '{target}'.", _similar(target, list(spec.tool))
        elif not any(
            isinstance(part, RegisterBlock | ChecklistBlock | CatalogueBlock)
            for part in spec.tool[target].blocks
        ):
            yield (
                (*path, "to", index),
                f"The sheet '{target}' has no rows to refer to.",
                "Name one with a register or a list of items.",
            )
    for reason, remedy in wrong_default(spec, block, each):
        yield (*path, "default"), reason, remedy
    if each.minimum is not None and each.maximum is not None and each.minimum > each.maximum:
        yield (
            (*path, "minimum"),
            f"The minimum {each.minimum:g} is above the maximum {each.maximum:g}.",
            "Swap them.",
        )


def _options(each: Field, path: Path) -> Found:
    needs, may = TYPE_OPTIONS[each.type]
    given = each.model_fields_set
    for name in sorted(needs - given):
        yield (*path, "type"), f"A field of type {each.type} needs `{name}`.", "Add it."
    for name in sorted(given - needs - may - COMMON_OPTIONS):
        allowed = ", ".join(sorted(needs | may)) or "no options of its own"
        yield (
            (*path, name),
            f"`{name}` does nothing for the type {each.type}.",
            f"Remove it; this type takes {allowed}.",
        )


def _scale(spec: Spec, each: Field, path: Path) -> Found:
    codes = list(spec.vocabularies[each.vocabulary or ""].by_code)
    if not all(code.isdecimal() for code in codes):
        yield (
            (*path, "vocabulary"),
            f"The scale '{each.vocabulary}' has codes that are no whole numbers.",
            "Use type choice.",
        )


def _parent(spec: Spec, block: FieldBlock, each: Field, path: Path) -> Found:
    parent = next((other for other in block.fields if other.code == each.parent), None)
    if parent is None or parent.vocabulary is None:
        yield (
            (*path, "parent"),
            f"'{each.parent}' is no choice field of the same row.",
            "Name the field that decides the list.",
        )
        return
    own, above = spec.vocabularies.get(each.vocabulary or ""), spec.vocabularies.get(parent.vocabulary)
    for item in own.items if own and above else ():
        if above and item.parent not in above.by_code:
            yield (
                (*path, "parent"),
                f"The entry '{item.code}' of {each.vocabulary} has no parent in {parent.vocabulary}.",
                "Add `parent`.",
            )


def _sources(spec: Spec, block: MatrixBlock | PivotBlock | CollectBlock, path: Path) -> Found:
    wanted: list[tuple[Path, str, tuple[str, ...]]]
    if isinstance(block, CollectBlock):
        wanted = [
            (("sources", i, "tool"), s.tool, tuple(s.columns.values())) for i, s in enumerate(block.sources)
        ]
        for number, source in enumerate(block.sources):
            for name in source.columns:
                if name not in block.columns:
                    yield (
                        (*path, "sources", number, "columns", name),
                        f"There is no column '{name}'.",
                        _similar(name, list(block.columns)),
                    )
    elif isinstance(block, MatrixBlock):
        wanted = [(("sources", i), code, (block.down, block.across)) for i, code in enumerate(block.sources)]
        if spec.matrix is None:
            yield path, "The spec has no matrix.", "Describe it in matrix.yaml."
    else:
        extra = (block.highest,) if block.highest else ()
        wanted = [(("source",), block.source, (block.down, block.across, *extra))]
    for where, code, fields in wanted:
        if code not in spec.tool:
            yield (*path, *where), f"There is no tool '{code}'.", _similar(code, list(spec.tool))
            continue
        for field in fields:
            if field not in spec.tool[code].fields:
                yield (
                    (*path, *where),
                    f"The tool '{code}' has no field '{field}'.",
                    _similar(field, list(spec.tool[code].fields)),
                )


def _identity(spec: Spec) -> Found:
    single = {
        each.code for _, block, each in spec.places() if isinstance(block, FormBlock) and block.records == 1
    }
    for name, code in spec.identity.parts.items():
        if code not in single:
            yield ("identity", name), f"There is no form field '{code}'.", _similar(code, sorted(single))
    yield from _over_rounds(spec.identity)
    if spec.countries is not None and spec.countries not in spec.vocabularies:
        yield (
            ("countries",),
            f"There is no vocabulary '{spec.countries}'.",
            _similar(spec.countries, list(spec.vocabularies)),
        )
    for name, table in spec.tables.items():
        for index, code in enumerate(table.tools):
            if code not in spec.tool:
                yield (
                    ("tables", name, "tools", index),
                    f"There is no tool '{code}'.",
                    _similar(code, list(spec.tool)),
                )


def _over_rounds(identity: Identity) -> Found:
    """The pattern of what is left out of an intervention's name."""
    path, pattern = ("identity", OF_ROUNDS), identity.period_in_intervention
    if pattern is None:
        return
    if identity.intervention is None:
        yield (
            path,
            "There is no intervention whose name could hold a period.",
            "Name its field as 'intervention'.",
        )
    try:
        fits_nothing = re.search(pattern, "") is not None
    except re.error as error:
        yield (
            path,
            f"This is no pattern ({error}).",
            r"Write a regular expression, for example '-\d{4}(?=-)'.",
        )
        return
    if fits_nothing:
        yield path, "It also fits an empty text, so it may leave out nothing.", "Let it fit the period only."


def _rules(spec: Spec) -> Found:
    yield from _rule_codes(spec)
    for index, rule in enumerate(spec.rules):
        path: Path = ("rules", index)
        tool = spec.tool.get(rule.tool)
        if tool is None:
            yield (*path, "tool"), f"There is no tool '{rule.tool}'.", _similar(rule.tool, list(spec.tool))
            continue
        for key, codes in (("at", rule.at), ("require", rule.require)):
            for number, code in enumerate(codes):
                if code not in tool.fields:
                    yield (
                        (*path, key, number),
                        f"The tool '{rule.tool}' has no field '{code}'.",
                        _similar(code, list(tool.fields)),
                    )
        shown = tool.fields.get((*rule.at, *rule.require, "")[0])
        if shown is not None and (shown.fixed or shown.type is FieldType.CALCULATED):
            yield path, f"Nothing can be corrected in '{shown.code}'.", "Point to a field to fill in first."
        if (rule.check is None) == (not rule.require) and not rule.reader_only:
            yield path, "A rule needs either `check` or `require`.", "Say what must hold."


def _says(rule: Rule) -> tuple[object, ...]:
    return rule.name, rule.severity, rule.message, rule.remedy


def _rule_codes(spec: Spec) -> Found:
    """A code stands for one rule, which may be asked on several sheets but says the same on each."""
    seen: dict[str, Rule] = {}
    sheets: set[tuple[str, str]] = set()
    for index, rule in enumerate(spec.rules):
        path: Path = ("rules", index, "code")
        first = seen.setdefault(rule.code, rule)
        if (rule.code, rule.tool) in sheets:
            yield path, f"The rule code '{rule.code}' is used twice for {rule.tool}.", "Give each its own."
        elif _says(rule) != _says(first):
            yield (
                path,
                f"The rule '{rule.code}' says something else than on {first.tool}.",
                "Use the same name, severity, message and remedy, or another code.",
            )
        sheets.add((rule.code, rule.tool))
    codes = [(("covered", index, "code"), each.code) for index, each in enumerate(spec.covered)]
    yield from _doubled(codes, "rule code")
    for path, code in codes:
        if code in seen:
            yield path, f"'{code}' is a rule as well.", "Keep the rule, or say what covers it."


def _expressions(spec: Spec) -> Found:
    for t, tool in enumerate(spec.tools):
        for b, block in enumerate(tool.blocks):
            if isinstance(block, FieldBlock):
                for f, each in enumerate(block.fields):
                    yield from _field_expressions(
                        Scope(spec, tool, block), each, ("tools", t, "blocks", b, "fields", f)
                    )
            if isinstance(block, CollectBlock):
                for s, source in enumerate(block.sources):
                    scope = rule_scope(spec, spec.tool[source.tool], tuple(source.columns.values()))
                    yield from _expression(
                        source.keep, scope, ("tools", t, "blocks", b, "sources", s, "keep"), parse_condition
                    )
    for index, rule in enumerate(spec.rules):
        scope = rule_scope(spec, spec.tool[rule.tool], rule.at or rule.require)
        for name in ("when", "check"):
            text, path = getattr(rule, name), ("rules", index, name)
            yield from _expression(text, scope, path, parse_condition)
            if text is not None and not rule.reader_only and _needs_reader(text, scope):
                yield path, "A sheet cannot calculate matches().", "Say so in `reader_only`."


def _needs_reader(text: str, scope: Scope) -> bool:
    found = parse_condition(text, scope)
    return not isinstance(found, Problem) and reader_only(found)


def rule_scope(spec: Spec, tool: Tool, codes: Sequence[str]) -> Scope:
    """The scope of a rule: the block that holds the fields it points to."""
    blocks = [block for block in tool.field_blocks if {each.code for each in block.fields} & set(codes)]
    return Scope(spec, tool, next(iter(blocks or tool.field_blocks), None))


def _field_expressions(scope: Scope, each: Field, path: Path) -> Found:
    if isinstance(each.required, When):
        yield from _expression(each.required.when, scope, (*path, "required", "when"), parse_condition)
    if each.constraint is not None:
        valued = Scope(scope.spec, scope.tool, scope.block, each)
        yield from _expression(each.constraint.check, valued, (*path, "constraint", "check"), parse_condition)
    yield from _expression(each.formula, scope, (*path, "formula"), parse)


def _expression(text: str | None, scope: Scope, path: Path, how: Callable[[str, Scope], Any]) -> Found:
    if text is None:
        return
    found = how(text, scope)
    if isinstance(found, Problem):
        yield path, f"{found.reason} (at character {found.column + 1} of the expression)", found.remedy
