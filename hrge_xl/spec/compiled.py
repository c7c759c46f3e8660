"""A spec with its expressions: each parsed and typed once, and everything that is checked made one of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import NamedTuple

from ..fields import Check, Field, When
from ..findings import Severity
from ..findings.value import DATE_AS_TEXT, DOES_NOT_FIT, NOT_ASKED_HERE
from ..language import TRUE, Call, Expr, Over, Problem, Ref, reader_only, refs_inside, walk
from ..language.functions.choices import (
    Ticked,
    asks_what_is_issued,
    differs_by_row,
    one_issued,
    sheets_named,
)
from ..language.tree import Literal, Logic, Type, unless_blank
from .drawings import DAYS_MAY_BE_WORDS
from .issuance import closing, is_shown
from .lookup import Scope, parsed, ref_to, rule_scope
from .model import CollectBlock, Collected, FormBlock, RegisterBlock, Rule, Spec, Tool

FieldKey = tuple[str, str]  # tool, field
TableOfRows = tuple[str, int]  # tool, number of the block
Source = tuple[str, int, int]  # tool of a collected list, number of its block, number of the source


@dataclass(frozen=True)
class ParsedRule:
    """A rule with its expressions, and the field whose rows it runs over."""

    rule: Rule
    scope: Scope
    when: Expr | None
    check: Expr | None

    @property
    def expressions(self) -> list[Expr]:
        """What is worked out for it."""
        return list(filter(None, (self.when, self.check)))

    @property
    def home(self) -> FieldKey | None:
        """The field that the rule points to first, or None where it has no place of its own."""
        at = (*self.rule.at, *self.rule.require)
        return (self.rule.tool, at[0]) if at else None

    @cached_property
    def reader_only(self) -> bool:
        """Whether a sheet cannot tell that the rule is broken."""
        return bool(self.rule.reader_only) or any(map(reader_only, self.expressions))

    @property
    def reads_last(self) -> bool:
        """Whether it needs the answers of the round before."""
        return any(part.last for expr in self.expressions for part in refs_inside(expr))


class Requirement(NamedTuple):
    """When an answer is required in a row that counts, by the field itself or by a rule; only where it is asked."""

    when: Expr
    rule: ParsedRule | None = None
    relevant: Expr | None = None

    @property
    def counts(self) -> bool:
        """Whether the answer counts among those required: what a warning asks for is advice."""
        return self.rule is None or self.rule.rule.severity is Severity.ERROR


@dataclass(frozen=True)
class FieldChecks:
    """Everything that is checked of the answers to one field, in the order in which a sheet tells it."""

    requirements: tuple[Requirement, ...] = ()
    checks: tuple[Check, ...] = ()

    @property
    def expressions(self) -> list[Expr]:
        """What is worked out for it, whether it is asked or not."""
        return [*(check.holds for check in self.checks), *(need.when for need in self.requirements)]

    @cached_property
    def in_sheet(self) -> tuple[Check, ...]:
        """The checks that a sheet can make."""
        return tuple(
            check for check in self.checks if not (check.reader_only or reader_only(check.holds))
        )


class Keeping(NamedTuple):
    """Which rows of a source a collected list keeps, and where the list is ranked, by which figure."""

    source: Collected
    scope: Scope
    condition: Expr
    rank: Expr | None = None

    @property
    def expressions(self) -> tuple[Expr, ...]:
        """What is worked out in each row."""
        return tuple(filter(None, (self.condition, self.rank)))


@dataclass(eq=False)
class CompiledSpec:
    """The expressions of a spec by the field, rule or list that they belong to."""

    spec: Spec
    fields: dict[FieldKey, FieldChecks]  # of those that are asked
    formulas: dict[FieldKey, Expr]
    relevant: dict[FieldKey, Expr]  # where a field is asked only under a condition
    rules: tuple[ParsedRule, ...]
    lists: dict[Source, Keeping]
    closed: dict[TableOfRows, Expr]  # which rows of a register are over

    @cached_property
    def rules_at(self) -> dict[FieldKey, tuple[ParsedRule, ...]]:
        """The checks of rules that a sheet makes, by the field in whose check they stand; in the order of the rules."""
        rules_by_field: dict[FieldKey, tuple[ParsedRule, ...]] = {}
        for rule in self.rules:
            if rule.rule.at and rule.check and not rule.reader_only:
                key = rule.rule.tool, rule.rule.at[0]
                rules_by_field[key] = (*rules_by_field.get(key, ()), rule)
        return rules_by_field

    @cached_property
    def row_by_row(self) -> frozenset[FieldKey]:
        """The fields whose formula, or that of whose check, is another one in each row."""
        exprs_by_field = {key: [formula] for key, formula in self.formulas.items()}
        for key, compiled_field in self.fields.items():
            of_rules = (expr for rule in self.rules_at.get(key, ()) for expr in rule.expressions)
            relevant = (need.relevant for need in compiled_field.requirements if need.relevant)
            exprs_by_field[key] = [*compiled_field.expressions, *relevant, *of_rules]
        return frozenset(
            key for key, exprs in exprs_by_field.items() if any(map(differs_by_row, exprs))
        )

    @cached_property
    def dated(self) -> frozenset[FieldKey]:
        """The calculated fields that may come out otherwise on another day."""
        dated_fields: set[FieldKey] = set()
        while newly_dated := {
            key
            for key, formula in self.formulas.items()
            if key not in dated_fields and _dated(formula, dated_fields)
        }:
            dated_fields |= newly_dated
        return frozenset(dated_fields)

    @cached_property
    def dated_rules(self) -> tuple[ParsedRule, ...]:
        """The rules that may be broken on one day and hold on another."""
        return tuple(rule for rule in self.rules if self._any_dated(rule.expressions))

    @cached_property
    def dated_checks(self) -> dict[FieldKey, tuple[Check, ...]]:
        """The checks that an answer may meet on one day and not on another."""
        return self._checks_where(lambda expr, _: _dated(expr, self.dated))

    @cached_property
    def interdependent(self) -> dict[FieldKey, tuple[Check, ...]]:
        """The checks that read more than the answer that they are about."""
        return self._checks_where(_reads_more)

    def _checks_where(
        self, holds: Callable[[Expr, FieldKey], bool]
    ) -> dict[FieldKey, tuple[Check, ...]]:
        checks_by_field: dict[FieldKey, tuple[Check, ...]] = {}
        for key, compiled_field in self.fields.items():
            checks = tuple(check for check in compiled_field.checks if holds(check.holds, key))
            if checks:
                checks_by_field[key] = checks
        return checks_by_field

    @cached_property
    def by_the_day(self) -> bool:
        """Whether anything that the sheets say depends on the day."""
        return bool(self.dated) or self._any_dated(self._worked_out())

    @cached_property
    def last(self) -> frozenset[FieldKey]:
        """The fields of which a workbook has to know what they were in the round before."""
        shown = {
            (tool.code, field.code)
            for tool, _, field in self.spec.places()
            if is_shown(self.spec, field)
        }
        read = {part.key for expr in self.expressions() for part in refs_inside(expr) if part.last}
        return frozenset(shown | read)

    @cached_property
    def read(self) -> frozenset[FieldKey]:
        """The fields that any expression reads."""
        parts = (part for expr in self.expressions() for part in walk(expr))
        return frozenset((part.tool, part.code) for part in parts if isinstance(part, Ref))

    def expressions(self) -> Iterator[Expr]:
        """Yield every expression of the spec."""
        yield from (*self.formulas.values(), *self.relevant.values())
        yield from self._worked_out()
        yield from self.closed.values()

    def _worked_out(self) -> Iterator[Expr]:
        """Yield what is worked out for fields, rules and lists."""
        parts: Iterable[FieldChecks | ParsedRule | Keeping]
        for parts in (self.fields.values(), self.rules, self.lists.values()):
            for part in parts:
                yield from part.expressions

    def _any_dated(self, expressions: Iterable[Expr]) -> bool:
        return any(_dated(expr, self.dated) for expr in expressions)


def _reads_more(expr: Expr, field_key: FieldKey) -> bool:
    """Say whether an expression reads more than one answer: others, those of other rows, or how a sheet stands."""
    return any(
        part.function.of_sheet or part.function.of_column
        if isinstance(part, Call)
        else isinstance(part, Over)
        or (isinstance(part, Ref) and not part.last and part.key != field_key)
        for part in walk(expr)
    )


@lru_cache(maxsize=16)
def compiled(spec: Spec) -> CompiledSpec:
    """Parse every expression of a spec that `spec.load` has accepted; batch after batch only once."""
    rules = tuple(_rule(spec, rule) for rule in spec.rules)
    requiring = defaultdict[FieldKey, list[ParsedRule]](list)
    for rule in rules:
        for code in rule.rule.require:
            requiring[rule.rule.tool, code].append(rule)
    fields = dict[FieldKey, FieldChecks]()
    formulas = dict[FieldKey, Expr]()
    relevant = dict[FieldKey, Expr]()
    for tool, block, field in spec.places():
        key = (tool.code, field.code)
        scope = Scope(spec, tool, block)
        if field.formula is not None:
            formulas[key] = _parsed(field.formula, scope, condition=False)
        wholes = (tool, block) if field.asked else ()
        stated = [
            _parsed(part.relevant, Scope(spec, tool))
            for part in wholes
            if part.relevant is not None
        ]
        stated += [] if field.relevant is None else [_parsed(field.relevant, scope)]
        if stated:
            relevant[key] = Logic("and", tuple(stated)) if len(stated) > 1 else stated[0]
        if field.asked:
            fields[key] = _of_field(field, scope, relevant.get(key), requiring[key])
    closed = {
        (tool.code, tool.blocks.index(block)): _parsed(str(block.closed), Scope(spec, tool, block))
        for tool, block in closing(spec)
    }
    lists = dict(source for tool in spec.tools for source in _lists(spec, tool))
    return CompiledSpec(spec, fields, formulas, relevant, rules, lists, closed)


def _of_field(
    field: Field, scope: Scope, relevant: Expr | None, rules: Collection[ParsedRule]
) -> FieldChecks:
    """Make everything that is checked of one field: first whether it is asked, then its type, then its constraint."""
    value = ref_to(scope.spec, scope.tool.code, field, single=scope.single)
    checks = [] if relevant is None else [Check(NOT_ASKED_HERE, relevant)]
    for check in field.type.checks(field, value, scope):
        # else a text is a mistake to the sheet
        if check.kind is not DATE_AS_TEXT or scope.spec.drawing >= DAYS_MAY_BE_WORDS:
            checks.append(check)
    if field.constraint:
        valued = replace(scope, value=field)
        holds = _parsed_check(field.constraint.check, valued)
        checks.append(Check(DOES_NOT_FIT, holds, bool(field.constraint.reader_only)))
    needs = [Requirement(when, relevant=relevant) for when in _own_requirement(field, scope)]
    needs += [Requirement(rule.when or TRUE, rule, relevant) for rule in rules]
    return FieldChecks(tuple(needs), tuple(checks))


def _own_requirement(field: Field, scope: Scope) -> Iterator[Expr]:
    """Yield the condition under which a field asks for an answer itself; a reference has to have rows to choose
    from.
    """
    if field.required == "optional":
        return
    if isinstance(field.required, When):
        when = _parsed(field.required.when, scope)
    elif (
        field.required == "always"
        and isinstance(scope.block, RegisterBlock | FormBlock)
        and not scope.single
    ):
        # a row counts only once something is answered in it
        when = TRUE
    else:
        when = Ticked().call(Literal(scope.tool.code, Type.TEXT))
    yield Logic("and", (one_issued(field.to), when)) if field.to else when


def _lists(spec: Spec, tool: Tool) -> Iterator[tuple[Source, Keeping]]:
    for block_number, block in enumerate(tool.blocks):
        for number, source in enumerate(block.sources if isinstance(block, CollectBlock) else ()):
            scope = rule_scope(spec, spec.tool[source.tool], tuple(source.columns.values()))
            condition = _parsed(source.keep, scope)
            rank = None if source.rank is None else _parsed(source.rank, scope, condition=False)
            yield (tool.code, block_number, number), Keeping(source, scope, condition, rank)


def _rule(spec: Spec, rule: Rule) -> ParsedRule:
    scope = rule_scope(spec, spec.tool[rule.tool], rule.at or rule.require)
    when = _parsed(rule.when, scope) if rule.when else None
    check = _parsed_check(rule.check, scope) if rule.check else None
    stated = [expr for expr in (when, check) if expr]
    other_sheets = dict.fromkeys(
        tool for expr in stated for tool in sheets_named(expr) if tool != rule.tool
    )
    # It is not asked where none of the other sheets that it names was issued, unless it asks itself which are.
    if (
        other_sheets
        and not any(spec.tool[tool].always for tool in other_sheets)
        and not any(map(asks_what_is_issued, stated))
    ):
        any_issued = one_issued(other_sheets)
        when = any_issued if when is None else Logic("and", (any_issued, when))
    return ParsedRule(rule, scope, when, check)


def _dated(expr: Expr, fields: Collection[FieldKey]) -> bool:
    """Say whether an expression depends on the day, by itself or by one of these fields."""
    return any(
        part.function.by_the_day
        if isinstance(part, Call | Over)
        else isinstance(part, Ref) and not part.last and part.key in fields
        for part in walk(expr)
    )


def _parsed_check(text: str, scope: Scope) -> Expr:
    """Return what must hold: nothing where an answer that it compares is blank, but in earlier specs."""
    check = _parsed(text, scope)
    return check if scope.level == 1 else unless_blank(check)


def _parsed(text: str, scope: Scope, *, condition: bool = True) -> Expr:
    expr = parsed(text, scope, condition=condition)
    if isinstance(expr, Problem):  # spec.load refuses such a spec
        raise ValueError(f"{text}: {expr.reason} {expr.remedy}")
    return expr
