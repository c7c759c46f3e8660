"""Mistakes in the answers that a spec gives itself: defaults, fixed values, public facts, the sample.

And comparisons of answers that can never be the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import chain

from ..core.dates import RANGE
from ..core.errors import NoSuch, listed, no_such
from ..core.numerals import from_serial, plain_number, shown
from ..core.spec_parts import Found, Path, Wrong, at
from ..core.words import SOURCE_LANGUAGE, count_words, country_names
from ..fields import ColumnKind, Field, kind_of
from ..fields.field import Written
from ..language import Call, Compare, Expr, Literal, Over, Problem, Ref, walk
from ..language.function import ref_of
from ..language.functions.choices import Has, LookUp
from ..language.functions.rows import RowCode
from .check_texts import select
from .expressions import expressions
from .issuance import SampleAnswer, answers_of, format_source, row_codes, spec_of_sample
from .lookup import Scope, codes_of_list
from .model import FieldBlock, RegisterBlock, Spec, Tool
from .supplements import Fact, FactFile, SampleCountry

AS_DATE = "Write it as year-month-day, for example 2026-03-31."
FILLED_IN = "is filled in by `values` of the items"
SHOWN_ROWS = 3  # of a register in a remedy


def wrong_default(spec: Spec, block: FieldBlock, field: Field) -> Wrong:
    """Find what is wrong with the default of a field."""
    if not field.default:
        return
    if isinstance(block, RegisterBlock):
        yield "A default in open rows would make an answer of every row.", "Leave it out."
    elif field.fixed or field.parent is not None:
        predicate = FILLED_IN if field.fixed else "depends on another answer"
        yield f"The field {predicate}, so it has no default.", "Leave it out."
    else:
        yield from _wrong_answer(spec, field, field.default)


def wrong_value(spec: Spec, field: Field, written: Written) -> Wrong:
    """Find what is wrong with an answer, also where it refers to a row."""
    if not field.to:
        yield from _wrong_answer(spec, field, written)
    elif all(tool in spec.tool for tool in field.to):  # else that is told where it stands
        scopes = [Scope(spec, spec.tool[tool]).rows_of(tool) for tool in field.to]
        blocks = [scope.block for scope in scopes if scope and scope.block]
        rows = {row for block in blocks for row in row_codes(spec, block)}
        for code in written:
            if code not in rows:
                reason = NoSuch(f"'{code}' is not a row of {', '.join(field.to)}.", code)
                yield reason, "Write the code of one, for example K-01."


def _wrong_answer(spec: Spec, field: Field, written: Written) -> Wrong:
    """Find what is wrong with an answer to a field that is written so."""
    if not field.several and len(written) > 1:
        yield "The field takes one answer, and these are several.", "Keep one."
    elif field.list_name is not None:
        codes = codes_of_list(spec, field.list_name)
        for code in written:
            if codes and code not in codes:
                yield no_such(f"'{code}' is not a code of this list.", code, codes)
        if len(written) > field.cells and field.several:
            reason = f"{len(written)} answers do not fit into {field.cells} cells."
            yield reason, "Raise `cells`, or take fewer."
        if len(set(written)) < len(written):
            yield "The same code appears twice here.", "Keep one."
    elif field.type.kind is ColumnKind.NUMBER:
        yield from _number(field, written[0])
    elif field.type.kind is ColumnKind.DATE:
        yield from _day(field, written[0])
    else:
        lengths = {"characters": len(written[0]), "words": count_words(written[0])}
        for unit, length in lengths.items():
            most = getattr(field, unit)
            if most is not None and length > most:
                yield f"The text has {length} {unit}; the field takes {most}.", "Shorten it."


def _number(field: Field, text: str) -> Wrong:
    number = plain_number(text)
    limits = field.type.limits(field)
    if number is None:
        yield f"'{text}' is not a number.", "Write digits, with a point for decimals."
        return
    if limits.type == "whole" and not number.is_integer():
        yield f"{shown(number)} is not a whole number.", "Write one."
    too_low = limits.low is not None and number < limits.low
    if too_low or (limits.high is not None and number > limits.high):
        ends = (limits.low, limits.high)
        between = " and ".join("…" if end is None else shown(float(end)) for end in ends)
        yield f"{shown(number)} is not between {between}.", "Take a number that the field lets in."


def _day(field: Field, text: str) -> Wrong:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        yield f"'{text}' is not a date.", AS_DATE
        return
    limits = field.type.limits(field)
    first, last = (from_serial(float(end or 0)) for end in (limits.low, limits.high))
    if first and last and not first <= day <= last:
        yield f"{text} is not between {first} and {last}.", "Take a day that the field lets in."


# what is wrong with facts and with the sample


def check_own_answers(spec: Spec) -> Found:
    """Yield every mistake in facts and sample: places and values that there are not, and what contradicts itself."""
    for path, _, file in select(spec, "facts/*"):
        wrong = list(at((*path, "tool"), _no_tool(spec, file.tool)))
        if not wrong and spec.countries is None:
            remedy = "Name their list with `countries`."
            wrong = [(path, "The spec has no countries, and facts are about one.", remedy)]
        yield from wrong or _facts(spec, file, path)
    if spec.sample:
        if spec.sample.day is None:
            reason = f"'{spec.sample.today}' is not {RANGE}."
            yield ("sample", "today"), reason, "Write it as year-month-day: 2026-03-31."
        if spec.sample.country:
            yield from at(("sample", "country", "code"), _country(spec, spec.sample.country))
        extended = spec_of_sample(spec)
        for place in spec.sample.every:
            for answer in answers_of(extended, spec.sample, place):
                yield from _answer(extended, answer)


def _no_tool(spec: Spec, tool: str) -> Wrong:
    """Say so where there is no such tool, or one in which nothing is answered."""
    if tool not in spec.tool:
        yield no_such(f"There is no tool '{tool}'.", tool, spec.tool)
    elif spec.tool[tool].calculated:
        yield f"The sheet '{tool}' has nothing to fill in.", "Name one that has."


def _no_field(tool: Tool, code: str) -> Wrong:
    """Say so where a tool has no such field, or one that nobody answers."""
    field = tool.fields.get(code)
    if field is None:
        codes = [candidate.code for candidate in tool.fields.values() if candidate.asked]
        yield no_such(f"The tool '{tool.code}' has no field '{code}'.", code, codes)
    elif not field.asked:
        predicate = "is calculated" if field.calculated else FILLED_IN
        yield f"The field '{code}' {predicate}.", "Leave it out."


def _no_row(spec: Spec, tool: Tool, row: str, code: str) -> Wrong:
    """Say so where a field is not asked in such a row."""
    block = tool.block_of(code)
    rows = row_codes(spec, block)
    if row not in rows:
        shown = rows[:SHOWN_ROWS] if isinstance(block, RegisterBlock) else rows
        yield no_such(f"There is no row '{row}' for this in {tool.code}.", row, shown)


def _facts(spec: Spec, file: FactFile, path: Path) -> Found:
    """Check the lines of a file; their sources only where the fields that show these are right."""
    tool = spec.tool[file.tool]
    sources = list(_source_fields(file, tool, path))
    yield from sources
    first: dict[tuple[str, str, str], Fact] = {}
    for fact_path, _, fact in select(file, "rows/*", path):
        wrong = list(_place(spec, tool, fact, fact_path))
        if not wrong:
            field = tool.fields[fact.field]
            wrong += at((*fact_path, "value"), wrong_value(spec, field, fact.values))
            if fact.day is None:
                remedy = (
                    "Write the day on which the source was looked at as year-month-day: 2026-03-31."
                )
                wrong.append(((*fact_path, "date"), f"'{fact.date}' is not a date.", remedy))
            if file.source is not None and not sources:
                text = format_source(file, fact)
                source = (*fact_path, "source")
                for reason, _ in _wrong_answer(spec, tool.fields[file.source], (text,)):
                    wrong.append((source, f"{file.source}: {reason}", "Shorten the source."))
        same = first.setdefault((fact.country, fact.row, fact.field), fact)
        if same is not fact:
            reason = f"The fact about {fact.country}, {fact.row}, {fact.field} appears twice here."
            wrong.append(((*fact_path, "field"), reason, "Keep one."))
        of_row = first.setdefault((fact.country, fact.row, ""), fact)
        if file.source is not None and (of_row.source, of_row.date) != (fact.source, fact.date):
            reason = f"The row {fact.row} of {fact.country} has another source or date above, and one cell for it."
            remedy = "Write the same source and date in every line of a row."
            wrong.append(((*fact_path, "source"), reason, remedy))
        yield from wrong


def _source_fields(file: FactFile, tool: Tool, path: Path) -> Found:
    """Check the fields that show where a fact is from."""
    for name, code, kind in (
        ("source", file.source, ColumnKind.TEXT),
        ("date", file.date, ColumnKind.DATE),
    ):
        wrong = list(_no_field(tool, code)) if code is not None else []
        if code is not None and not wrong and kind_of(tool.fields[code]) is not kind:
            wrong = [
                (f"'{code}' holds no {kind}.", f"Name a field that does, or leave out `{name}`.")
            ]
        yield from at((*path, name), wrong)


def _place(spec: Spec, tool: Tool, fact: Fact, path: Path) -> Found:
    countries = [*codes_of_list(spec, spec.countries), *spec.made_up_countries]
    if fact.country not in countries:
        reason = f"'{fact.country}' is not a code of the list '{spec.countries}'."
        yield ((*path, "country"), *no_such(reason, fact.country, countries))
    wrong = list(_no_field(tool, fact.field))
    yield from at((*path, "field"), wrong)
    if not wrong:
        yield from at((*path, "row"), _no_row(spec, tool, fact.row, fact.field))


def _country(spec: Spec, country: SampleCountry) -> Wrong:
    if spec.countries is None:
        yield "The spec has no countries.", "Leave `country` out of the sample."
    elif country.code in {*country_names(SOURCE_LANGUAGE), *codes_of_list(spec, spec.countries)}:
        reason = (
            f"'{country.code}' is a real country, and the sample must not be taken for its return."
        )
        yield reason, "Take a code that stands for no country, for example XEX."


def _answer(spec: Spec, answer: SampleAnswer) -> Found:
    """Check one answer, in whichever language it is written; a tool or row that there is not is told once."""
    path = answer.path
    if strange := list(_no_tool(spec, answer.tool)):
        yield from at(path[:3], strange)
        return
    tool = spec.tool[answer.tool]
    if unasked := list(_no_field(tool, answer.field)):
        yield from at(path, unasked)
    elif nowhere := list(_no_row(spec, tool, answer.row, answer.field)):
        yield from at(path[:4], nowhere)
    elif answer.value is None or answer.value == []:
        yield path, "The answer is empty.", "Write one, or leave it out."
    else:
        for tag in answer.value if isinstance(answer.value, Mapping) else (spec.languages[0],):
            if tag not in spec.languages:
                remedy = f"Its languages are {listed(spec.languages)}."
                yield (*path, tag), f"'{tag}' is not a language of the spec.", remedy
            for reason, remedy in wrong_value(spec, tool.fields[answer.field], answer.written(tag)):
                yield path, f"{answer.field}: {reason}", remedy


# codes that are compared in vain

SAME_CODES = (
    "Compare answers that are drawn from one list, or refer to one sheet. Inside a function over rows, "
    "`this.row_code()` is the row that the formula stands in."
)


def check_comparisons(spec: Spec) -> Found:
    """Yield every comparison of codes that can never be the same."""
    for written in expressions(spec):
        if not isinstance(written.expr, Problem):
            yield from at(written.path, comparisons_in_vain(spec, written.expr))


def comparisons_in_vain(spec: Spec, expr: Expr) -> Wrong:
    """Find comparisons of codes that can never be the same: of rows of different sheets, of different lists."""
    for part in walk(expr):
        sides: tuple[Expr, ...] = ()
        if isinstance(part, Compare) and part.op in ("==", "!="):
            sides = (part.left, part.right)
        elif isinstance(part, Call) and isinstance(part.function, Has):
            sides = part.args
        sources = [_codes_of(spec, side) for side in sides]
        if not sources or not all(sources):
            continue
        (left, left_codes), (right, right_codes) = filter(None, sources)
        if left_codes.isdisjoint(right_codes):
            reason = f"These are never the same: {left} and {right}."
            yield reason, SAME_CODES


def rows_compared_with_themselves(spec: Spec) -> Found:
    """Yield every figure over rows that compares a reference of each row with the code of the same row."""
    for written in expressions(spec):
        figures = [] if isinstance(written.expr, Problem) else walk(written.expr)
        inner = [part.inner for part in figures if isinstance(part, Over) and part.inner]
        for comparison in chain.from_iterable(map(walk, inner)):
            if not isinstance(comparison, Compare):
                continue
            sides = (comparison.left, comparison.right)
            own_code = any(
                isinstance(side, Call)
                and side.name == RowCode.name
                and not ref_of(side.args[0]).outer
                for side in sides
            )
            if own_code and any(isinstance(side, Ref) and not side.outer for side in sides):
                reason = (
                    "This compares each row with itself: row_code() is the row that is counted."
                )
                yield written.path, reason, "Write this.row_code() for the row of the formula."


def _codes_of(spec: Spec, expr: Expr) -> tuple[str, set[str]] | None:
    """Return what the codes are that an expression may yield, in words, and these codes; None where nobody knows."""
    if isinstance(expr, Literal) and isinstance(expr.value, str):
        return f"'{expr.value}'", {expr.value.casefold()}
    answer = expr
    if isinstance(expr, Call) and isinstance(expr.function, LookUp):
        answer = expr.args[-1]
    name = answer.code if isinstance(answer, Ref) else ""
    tools = answer.targets if isinstance(answer, Ref) else ()
    if isinstance(expr, Call) and expr.name == RowCode.name:
        name = f"{expr.name}()"
        tools = (ref_of(expr.args[0]).tool,)
    if tools:
        blocks = (block for tool in tools for block in spec.tool[tool].field_blocks)
        codes = {
            code.casefold()
            for block in blocks
            if not block.single
            for code in row_codes(spec, block)
        }
        return f"{name} (a row of {', '.join(tools)})", codes
    if isinstance(answer, Ref) and answer.list:
        codes = {code.casefold() for code in codes_of_list(spec, answer.list)}
        return f"{answer.code} (a code of the list {answer.list})", codes
    return None
