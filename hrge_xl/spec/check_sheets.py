"""Mistakes in the sheets, lists, rules, profiles and figures of a spec: what does not go together, or does nothing."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter

from ..core.errors import NoSuch, no_such
from ..core.spec_parts import Found, Path, Wrong, at, at_the_first, fixed_codes
from ..core.words import cell_length
from ..fields import COMMON_OPTIONS, ColumnKind, Field, Narrowing, figure_of, kind_of
from ..fields.text import EMAIL_PATTERN
from ..language.functions.words import PATTERN_REMEDY, NotAPattern, compiled_pattern, fits
from .check_answers import AS_DATE, wrong_default, wrong_value
from .check_texts import BLOCKS, FIELDS, INDICATORS, LIMIT_LABEL, reached, select
from .issuance import LAST, NOTHING
from .model import (
    OF_ROUNDS,
    AnyBlock,
    ChecklistBlock,
    FieldBlock,
    FormBlock,
    ItemBlock,
    ItemsFrom,
    KeyFields,
    Matrix,
    MatrixBlock,
    PivotBlock,
    Rule,
    Spec,
    Tool,
    Vocabulary,
)
from .supplements import USUAL_BREAKDOWNS, Figures

MOST_NUMBERS = 254  # that Excel's CHOOSE can choose from
NO_MATRIX = "The spec has no 'matrix.yaml'."
NO_PATTERN = "This is not a pattern that can be matched ({})."
OWN_SHEET = (
    "Give it a sheet of its own: a file in tools/, with `goes_with` where it belongs to a tool."
)


def check_sheets(spec: Spec) -> Found:
    """Yield every mistake in a sheet, a block of it, a field, a list, and the matrix."""
    for path, _, tool in select(spec, "tools/*"):
        yield from _sheet(spec, tool, path)
    for path, _, block in select(spec, BLOCKS):
        yield from _block(spec, block, path)
    for path, trail, field in select(spec, FIELDS):
        for option, reason, remedy in _field(spec, trail[4], field):
            yield (*path, *option.split("/")), reason, remedy
        yield from _references(spec, trail[4], field, path)
    for path, _, vocabulary in select(spec, "vocabularies/*"):
        yield from _anchors(spec, vocabulary, path)
        yield from _numbers(vocabulary, path)
    if spec.matrix:
        yield from _matrix(spec, spec.matrix)


# what stands together on a sheet


def _sheet(spec: Spec, tool: Tool, path: Path) -> Found:
    """Find what is neither one table below one header, nor a form, nor calculated blocks."""
    forms = [block for block in tool.blocks if isinstance(block, FormBlock)]
    for block_path, _, block in select(tool, "blocks/*", path):
        if forms:
            yield from _beside_forms(block, forms[0].records, block_path)
        elif tool.field_blocks and block is not tool.blocks[0]:
            yield (*block_path, "kind"), "A sheet has one table.", OWN_SHEET
        elif isinstance(block, FieldBlock) and (block.title or block.help):
            option = "title" if block.title else "help"
            reason = (
                f"The `{option}` of a table is shown nowhere: its sheet has a title and a purpose."
            )
            yield (*block_path, option), reason, "Leave it out."
    if tool.relevant is not None and not tool.field_blocks:
        yield (*path, "relevant"), "Nothing is asked on this sheet.", "Leave it out."
    with_it = spec.tool.get(tool.goes_with or "")
    if tool.goes_with is not None and not (with_it and with_it.can_be_ticked):
        reason = (
            f"'{tool.goes_with}' is not a tool that can be ticked, so that nothing goes with it."
        )
        remedy = "Name the tool that this sheet belongs to."
        yield (*path, "goes_with"), NoSuch(reason, tool.goes_with), remedy


def _beside_forms(block: AnyBlock, records: int, path: Path) -> Found:
    """Say that a form shares its header with other forms about as many records, and with lists of one answer each."""
    is_list = isinstance(block, ChecklistBlock) and len(block.fields) == 1 and block.fields[0].asked
    if isinstance(block, FormBlock):
        if block.records != records:
            reason = f"The forms of a sheet share one header, and have {records} and {block.records} records."
            yield (*path, "records"), reason, OWN_SHEET
    elif not is_list or records > 1:
        reason = "The sheet of a form holds nothing but forms and, beside one record, lists of one answer each."
        yield (*path, "kind"), reason, OWN_SHEET


def _block(spec: Spec, block: AnyBlock, path: Path) -> Found:
    if isinstance(block, FieldBlock) and not block.fields:
        yield (
            (*path, "fields"),
            "The block asks nothing: it has no fields.",
            "Add one, or remove the block.",
        )
    if isinstance(block, ItemBlock):
        yield from _items(spec, block, path)
    if isinstance(block, MatrixBlock) and spec.matrix is None:
        yield (*path, "kind"), NO_MATRIX, "Describe the levels there, or leave out this block."
    if isinstance(block, MatrixBlock | PivotBlock):
        sides = [*select(block, "down|across|highest", path), *select(block, "also_down/*", path)]
        tools = block.sources if isinstance(block, MatrixBlock) else (block.source,)
        for tool in filter(spec.tool.__contains__, tools):
            fields = spec.tool[tool].fields
            for code_path, _, code in sides:
                if code in fields:
                    yield from at(
                        code_path, _crossed(spec, block, fields[code], str(code_path[len(path)]))
                    )
                else:
                    yield (
                        code_path,
                        *no_such(f"The tool '{tool}' has no field '{code}'.", code, fields),
                    )


def _crossed(spec: Spec, block: MatrixBlock | PivotBlock, field: Field, side: str) -> Wrong:
    """Say whether a field can be crossed with another one: by a scale of the matrix, or by a list."""
    if isinstance(block, MatrixBlock):
        name = getattr(spec.matrix, side, field.vocabulary)
        counted = field.calculated and kind_of(field) is ColumnKind.NUMBER  # may come out as a step
        if not counted and not (field.type.stepped and field.vocabulary == name):
            reason = (
                f"'{field.code}' is not a scale of the list '{name}', which the matrix has here."
            )
            yield reason, "Name a field of type scale with that vocabulary."
        return
    down = spec.tool[block.source].fields.get(block.down)
    if side == "highest":
        if field.vocabulary is None and not (field.calculated and field.result == "level"):
            reason = f"'{field.code}' has no list and no level, so that none of its values is the highest."
            yield reason, "Name a field with a vocabulary, or one that calculates a level."
    elif field.vocabulary is None:
        yield f"'{field.code}' has no list to cross by.", "Name a field with a vocabulary."
    elif side == "also_down" and field.vocabulary != (down and down.vocabulary):
        reason = f"'{field.code}' draws from another list than '{block.down}'."
        yield reason, "Name a field with the same vocabulary."


# rows that are always the same


def _items(spec: Spec, block: ItemBlock, path: Path) -> Found:
    if isinstance(block.items, ItemsFrom):
        if (block.items.vocabulary, block.items.file, block.items.tools) == (None, None, False):
            remedy = "Name a vocabulary or a file, or say `tools: true`."
            yield (*path, "items"), "`items` says nothing.", remedy
        return
    fixed = {field.code: field for field in block.fields if field.fixed}
    unknown: dict[str, list[Path]] = {}
    for values_path, _, value in select(block, "items/*/values", path):
        for name, written in value.items():
            if name in fixed:
                yield from at((*values_path, name), _fixed_value(spec, fixed[name], written))
            else:
                unknown.setdefault(name, []).append((*values_path, name))
    for name, places in unknown.items():
        yield from at_the_first(
            places, *no_such(f"There is no fixed column '{name}'.", name, sorted(fixed))
        )


def _fixed_value(spec: Spec, field: Field, value: object) -> Wrong:
    """Find what is wrong with a value of a fixed column, which must be one that the column can hold."""
    if value is None:
        yield f"The value of '{field.code}' is empty.", "Write one, or remove it."
    elif isinstance(value, list | dict):
        remedy = "Write one text (several codes with ; between them), or one for each language: {en: …, fr: …}."
        yield f"The value of '{field.code}' is neither a text nor a number.", remedy
    elif field.list_name is not None or field.to:
        yield from wrong_value(spec, field, tuple(fixed_codes(value)))
    elif kind_of(field) is not ColumnKind.TEXT and figure_of(field, str(value)) is None:
        is_date = kind_of(field) is ColumnKind.DATE
        kind = "date" if is_date else "number"
        remedy = AS_DATE if is_date else "Write digits only."
        yield f"'{value}' is not a {kind}, and '{field.code}' is of type {field.type}.", remedy


# fields


def _field(spec: Spec, block: FieldBlock, field: Field) -> Iterator[tuple[str, str, str]]:
    """Find what is wrong with a field by itself, with the option that says it."""
    needs = set(field.type.needs)
    may = set(field.type.allows)
    options = field.model_fields_set
    for name in sorted(needs - options):
        yield "type", f"A field of type {field.type} needs `{name}`.", "Add it."
    for name in sorted(options - needs - may - COMMON_OPTIONS):
        allowed = ", ".join(sorted(needs | may)) or "no options of its own"
        reason = f"`{name}` does nothing for the type {field.type}."
        yield name, reason, f"Remove it; this type takes {allowed}."
    if field.fixed and not isinstance(getattr(block, "items", None), tuple):
        reason = f"'{field.code}' is fixed, and no rows are written out here whose `values` could fill it."
        yield "fixed", reason, "Leave it out, or write out the `items`."
    if field.carry not in (None, NOTHING) and not field.asked:
        if field.fixed:
            yield "carry", "A fixed column is the same in every round.", "Leave `carry` out."
        elif field.carry != LAST:
            reason = "A calculated field is calculated again in every round."
            yield "carry", reason, "Write `carry: last` to show the earlier value beside it."
    if field.total:
        yield from (("total", *mistake) for mistake in _total(block, field))
    if field.pattern is not None and field.pattern != EMAIL_PATTERN:
        yield from _pattern(field, field.pattern)
    if "to" in needs & options and not field.to:
        yield (
            "to",
            "The reference points to no sheet.",
            "Name one with a register or a list of items.",
        )
    yield from (("default", *mistake) for mistake in wrong_default(spec, block, field))
    limit = "maximum" if field.minimum is None else "minimum"
    yield from ((limit, *mistake) for mistake in field.type.wrong_limits(field))


def _total(block: FieldBlock, field: Field) -> Wrong:
    """Say that totals stand below the columns of tables, and that only numbers add up and have a mean."""
    measures = field.type.measures or (field.calculated and field.result == "number")
    if isinstance(block, FormBlock):
        yield (
            "A form has no columns that come to something.",
            "Leave it out, or make the block a table.",
        )
    elif field.fixed or field.several:
        predicate = "is fixed" if field.fixed else "has several cells in a row"
        yield f"'{field.code}' {predicate}, and has no total.", "Leave it out."
    elif set(field.total) - {"count"} and not measures:
        yield (
            f"Answers of type {field.type} neither add up nor have a mean.",
            "Write `total: count`.",
        )
    elif "sum" in field.total and field.type.scaled:
        yield "Shares do not add up.", "Write `total: mean`."


def _pattern(field: Field, pattern: str) -> Iterator[tuple[str, str, str]]:
    """Say that a pattern must be one, and be shown by an example that fits it: that is what the team is told."""
    try:
        compiled_pattern(pattern)
    except NotAPattern as error:
        yield "pattern", NO_PATTERN.format(error), PATTERN_REMEDY
        return
    if not field.example:
        yield (
            "pattern",
            "Nothing shows what fits the pattern.",
            "Add an `example`: the team is told it.",
        )
    for language, example in field.example.by_language.items():
        if not fits(pattern, example):
            option = f"example/{language}".rstrip("/")
            yield (
                option,
                f"The example '{example}' does not fit the pattern.",
                "Write one that does.",
            )


def _references(spec: Spec, block: FieldBlock, field: Field, path: Path) -> Found:
    """Find what a field names that is there, and cannot be what it names it for."""
    if field.type.stepped and field.vocabulary in spec.vocabularies:
        yield from _whole_numbers(spec, field.vocabulary, (*path, "vocabulary"))
    if field.parent is not None and "parent" in field.type.allows:
        yield from _parent(spec, block, field, path)
    for target_path, _, target in select(field, "to/*", path):
        if target in spec.tool and not spec.tool[target].has_rows:
            row_sheets = ", ".join(tool.code for tool in spec.tools if tool.has_rows)
            remedy = f"Name one with a register or a list of items: {row_sheets}."
            yield (
                target_path,
                NoSuch(f"The sheet '{target}' has no rows to refer to.", target),
                remedy,
            )
    if field.narrowed is not None:
        yield from _narrowing(spec, field, field.narrowed, (*path, "narrowed"))
    for name, code in field.only.items():
        for tool in (spec.tool[target] for target in field.to if target in spec.tool):
            fixed = [column.code for column in tool.fields.values() if column.fixed]
            if name not in fixed:
                reason = f"The sheet '{tool.code}' has no fixed column '{name}'."
                yield ((*path, "only", name), *no_such(reason, name, fixed))
            elif not any(row.has({name: code}) for row in tool.items):
                reason = (
                    f"No row of '{tool.code}' has '{code}' there, so that nothing can be chosen."
                )
                remedy = "Name a code that some of its rows have."
                yield (*path, "only", name), NoSuch(reason, code), remedy


def _narrowing(spec: Spec, field: Field, by: Narrowing, path: Path) -> Found:
    """Find what no dropdown can be narrowed by: a column that is not fixed, a question with another list."""
    _, question = spec.single_fields.get(by.by, ("", None))
    vocabulary = spec.vocabularies.get((question.vocabulary if question else None) or "")
    columns = [spec.tool[tool].fields.get(by.column) for tool in field.to if tool in spec.tool]
    alike = all(
        column and column.fixed and question and column.vocabulary == question.vocabulary
        for column in columns
    )
    if (
        field.only
        or vocabulary is None
        or not alike
        or not vocabulary.by_code.keys() >= {*by.always}
    ):
        reason = f"Rows cannot be narrowed by '{by.column}' and '{by.by}'."
        remedy = "Name a fixed column of each sheet, a question asked once with the same list, and codes of that list."
        yield path, reason, remedy


def _parent(spec: Spec, block: FieldBlock, field: Field, path: Path) -> Found:
    """Find what is wrong with the field that decides which part of a list can be chosen."""
    choices = {
        candidate.code: candidate
        for candidate in block.fields
        if candidate.vocabulary and not candidate.several
    }
    parent = choices.get(str(field.parent))
    if parent is None or parent.vocabulary is None:
        codes = [code for code in choices if code != field.code]
        reason = f"'{field.parent}' is not a choice field of the same row."
        reason, remedy = no_such(reason, str(field.parent), codes)
        yield (*path, "parent"), reason, f"Name the field that decides the list. {remedy}"
        return
    name = str(field.vocabulary)
    above = spec.vocabularies.get(parent.vocabulary)
    vocabulary = spec.vocabularies.get(name) if above else None
    for entry_path, _, entry in select(vocabulary, "items/*", ("vocabularies", name)):
        if entry.parent is None:
            chooses = f"{field.code} chooses by one of {parent.vocabulary}"
            reason = f"The entry '{entry.code}' has no `parent`, and {chooses}."
            yield (*entry_path, "code"), reason, "Add `parent`."
        elif above and entry.parent not in above.by_code:
            reason = f"The parent '{entry.parent}' of the entry '{entry.code}' is not in {parent.vocabulary}."
            yield ((*entry_path, "parent"), *no_such(reason, entry.parent, above.by_code))


# lists


def _numbers(vocabulary: Vocabulary, path: Path) -> Found:
    """Say how many entries a sheet can look the number up of."""
    if len(vocabulary.items) > MOST_NUMBERS and any(
        entry.value is not None for entry in vocabulary.items
    ):
        reason = f"The list has {len(vocabulary.items)} entries; a sheet looks numbers up of {MOST_NUMBERS} at most."
        yield (*path, "items"), reason, "Leave `value` out, or make it two lists."


def _anchors(spec: Spec, vocabulary: Vocabulary, path: Path) -> Found:
    """Find anchors that nobody would see, and kinds of them that are missing at a step, or that the list lacks."""
    kinds = vocabulary.kinds
    name = path[-1]
    for place, _, entry in select(vocabulary, "items/*", path):
        option = "anchors" if entry.anchors else ""
        if entry.anchor:
            option = "anchor"
        length = cell_length(entry.as_step(spec.languages[0]))
        if option and name not in spec.scales:
            reason = f"The list '{name}' is not a scale: nobody would see what anchors the entry '{entry.code}'."
            yield (*place, option), reason, "Say it in `label` or `help`."
        elif option == "anchor" and length > LIMIT_LABEL:
            reason = f"With its anchor the entry '{entry.code}' has {length} characters; a cell shows {LIMIT_LABEL}."
            yield (*place, option), reason, "Shorten the anchor."
        for kind in entry.anchors:
            if kind not in kinds:
                reason, suggestion = no_such(f"The list has no kind '{kind}'.", kind, kinds)
                remedy = suggestion if kinds else f"Add `kinds: {{{kind}: …}}` to the list."
                yield (*place, "anchors", kind), reason, remedy
        for kind in kinds:
            if not entry.anchors.get(kind):
                reason = f"The entry '{entry.code}' says nothing by the kind '{kind}'."
                yield (*place, "code"), NoSuch(reason, kind), f"Add `{kind}: …` to its `anchors`."


def _matrix(spec: Spec, matrix: Matrix) -> Found:
    for path, _, name in select(spec, "matrix/down|across"):
        if name not in spec.vocabularies:
            yield (path, *no_such(f"There is no vocabulary '{name}'.", name, spec.vocabularies))
            return
        yield from _whole_numbers(spec, name, path)
    for down in spec.vocabularies[matrix.down].by_code:
        for across in spec.vocabularies[matrix.across].by_code:
            level = matrix.cells.get(down, {}).get(across)
            if level is None:
                name = across if down in matrix.cells else down
                missing = NoSuch(f"No level at {down} × {across} (down × across).", name)
                yield ("matrix", "cells", down), missing, f"Add `{across}: …` to row {down}."
            elif level not in matrix.level:
                reason = f"There is no level '{level}', which is used at {down} × {across}."
                yield (("matrix", "cells", down, across), *no_such(reason, level, matrix.level))


def _whole_numbers(spec: Spec, name: str, path: Path) -> Found:
    """Find where a list that is to be a scale has another code than a whole number."""
    codes = spec.vocabularies[name].by_code
    for wrong in [code for code in codes if not (code.isascii() and code.isdecimal())][:1]:
        reason = f"The list '{name}' is not a scale: its code '{wrong}' is not a whole number."
        yield path, reason, "Name a list with the codes 1, 2, 3 …, or use type choice."


# rules, what identifies a return, profiles, and what the figures are about

SAME = attrgetter("name", "severity", "message", "remedy")  # on every sheet that a rule is asked on
NUMBERS = (
    "value|calculated|numerator|denominator|progress|baseline|baseline_year|target|target_year"
)


def check_rules(spec: Spec) -> Found:
    """Yield every mistake in a rule, in the pattern of rounds, in a profile and in the figures."""
    # a code stands for one rule, which may be asked on several sheets but says the same on each
    seen: dict[str, Rule] = {}
    sheets: set[tuple[str, str]] = set()
    for path, _, rule in select(spec, "rules/*"):
        first = seen.setdefault(rule.code, rule)
        if (rule.code, rule.tool) in sheets:
            reason = f"The rule code '{rule.code}' is used twice for {rule.tool}."
            yield (*path, "code"), reason, "Give each its own."
        elif SAME(rule) != SAME(first):
            reason = f"The rule '{rule.code}' says something else than on {first.tool}."
            yield (
                (*path, "code"),
                reason,
                "Use the same name, severity, message and remedy, or another code.",
            )
        sheets.add((rule.code, rule.tool))
        if rule.tool in spec.tool:
            yield from _rule(spec, rule, path)
    for path, _, code in select(spec, "covered/*/code"):
        if code in seen:
            yield path, f"'{code}' is a rule as well.", "Keep the rule, or say what covers it."
    yield from _over_rounds(spec.identity)
    yield from _profiles(spec)
    yield from _figures(spec, spec.figures)


def _rule(spec: Spec, rule: Rule, path: Path) -> Found:
    tool = spec.tool[rule.tool]
    shown = tool.fields.get((*rule.at, *rule.require, "")[0])
    if shown and not shown.asked:
        yield (
            path,
            f"Nothing can be corrected in '{shown.code}'.",
            "Point to a field to fill in first.",
        )
    if tool.calculated:
        reason = f"The sheet '{rule.tool}' has nothing to fill in, so no rule can be about it."
        yield (*path, "tool"), NoSuch(reason, rule.tool), "Name the sheet that is asked."
    elif rule.check is None and not rule.require and not rule.reader_only:
        yield (
            (*path, "code"),
            f"The rule '{rule.code}' checks nothing.",
            "Add `check`, or `require: [CODE]`.",
        )
    elif rule.check is not None and rule.require:
        reason = f"The rule '{rule.code}' has both `check` and `require`."
        yield (*path, "code"), reason, "Make it two rules, each with a code of its own."
    elif not rule.at and not rule.require and not rule.reader_only:
        yield (
            (*path, "code"),
            f"The rule '{rule.code}' has no `at`: its team would see nothing of it.",
            "Add `at: [CODE]` with the field to correct.",
        )
    elif not rule.message and not rule.reader_only:
        yield (
            (*path, "code"),
            f"The rule '{rule.code}' has no message.",
            "Add `message`: the sheet shows it.",
        )


def _over_rounds(identity: KeyFields) -> Found:
    """Check the pattern of what is left out of an intervention's name."""
    path = ("identity", OF_ROUNDS)
    pattern = identity.period_in_intervention
    if pattern is None:
        return
    if identity.intervention is None:
        missing = NoSuch("There is no intervention whose name could hold a period.", "intervention")
        yield path, missing, "Name its field as 'intervention'."
    try:
        if compiled_pattern(pattern).search(""):
            reason = "It also fits an empty text, so it may leave out nothing."
            yield path, reason, "Let it fit the period only."
    except NotAPattern as error:
        yield path, NO_PATTERN.format(error), PATTERN_REMEDY


def _profiles(spec: Spec) -> Found:
    """Find sheets that a profile names in vain, and a default that leaves a choice open."""
    for path, _, code in select(spec, "profiles/*/tools|choose_from|narrowed/*"):
        if code in spec.tool and spec.tool[code].always:
            yield path, f"'{code}' is issued whatever is chosen.", "Leave it out here."
    for path, (_, _, profile, _), code in select(spec, "profiles/*/choose_from/*"):
        if code in (spec.tool if profile.tools is None else profile.tools):
            reason = f"'{code}' is to be chosen from, and the profile takes it anyway."
            yield path, reason, "Leave it out here, or out of `tools`."
    default = spec.profiles.get(spec.default_profile or "")
    if default and default.choose_from:
        reason = f"The profile '{spec.default_profile}' leaves sheets to choose from, and a default is issued as it is."
        yield ("default_profile",), reason, "Name another one, or put the sheets into its `tools`."


def _figures(spec: Spec, figures: Figures) -> Found:
    risks = figures.risks
    indicators = figures.indicators
    if risks and not spec.tool.keys().isdisjoint(risks.tools):
        if spec.matrix is None:
            yield (
                ("figures", "risks"),
                NO_MATRIX,
                "Describe the levels there, or leave out `risks`.",
            )
        for path, _, by in select(spec, "figures/risks/by/*"):
            if path[-1] in USUAL_BREAKDOWNS:
                yield (
                    path,
                    f"Risks are broken down by {path[-1]} in any case.",
                    "Give it another name.",
                )
            if (by.field is None) == (not by.tools):
                yield path, "A breakdown needs either `field` or `tools`.", "Say what it goes by."
            vocabulary = by.vocabulary or ""
            if by.tools and vocabulary not in spec.vocabularies:
                reason = f"There is no vocabulary '{vocabulary}'."
                yield ((*path, "tools"), *no_such(reason, vocabulary, spec.vocabularies))
    if indicators and indicators.tool in spec.tool:
        indicator_fields = spec.tool[indicators.tool].fields
        if indicators.of in indicator_fields and not indicator_fields[indicators.of].to:
            remedy = "Name the field that says what a value is about."
            yield ("figures", "indicators", "of"), f"{indicators.of} refers to no sheet.", remedy
        fields_by_pattern = {
            f"{INDICATORS}/{NUMBERS}": reached(spec, indicators),
            f"{INDICATORS}/splits/*/parts/*": indicator_fields,
        }
        for pattern, fields in fields_by_pattern.items():
            for path, _, code in select(spec, pattern):
                if code in fields and kind_of(fields[code]) is not ColumnKind.NUMBER:
                    yield path, f"{code} is not a number.", "Name a field that holds numbers."
