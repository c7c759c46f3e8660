"""A spec with its expressions: each parsed and typed once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from ..language import Call, Expr, Over, Problem, Ref, parse, parse_condition, walk
from .model import CollectBlock, Collected, Rule, Spec, Tool, When
from .scope import Scope, rule_scope

FieldKey = tuple[str, str]  # tool, field
Source = tuple[str, int, int]  # tool of a collected list, number of its block, number of the source


@dataclass(frozen=True)
class ParsedRule:
    """A rule with its expressions, and the field whose rows it runs over."""

    rule: Rule
    scope: Scope
    when: Expr | None
    check: Expr | None

    @property
    def home(self) -> FieldKey | None:
        """The field that the rule points to first, or None where it has no place of its own."""
        at = (*self.rule.at, *self.rule.require)
        return (self.rule.tool, at[0]) if at else None


@dataclass(frozen=True)
class Keeping:
    """Which rows of a source a collected list keeps."""

    source: Collected
    scope: Scope
    condition: Expr


@dataclass
class CompiledSpec:
    """The expressions of a spec by the field, rule or list that they belong to."""

    spec: Spec
    constraints: dict[FieldKey, Expr] = field(default_factory=dict)
    conditions: dict[FieldKey, Expr] = field(default_factory=dict)
    formulas: dict[FieldKey, Expr] = field(default_factory=dict)
    rules: tuple[ParsedRule, ...] = ()
    lists: dict[Source, Keeping] = field(default_factory=dict)
    requiring: dict[FieldKey, list[int]] = field(default_factory=dict)  # the rules that do, by number

    @cached_property
    def dated(self) -> frozenset[FieldKey]:
        """The calculated fields that may come out otherwise on another day."""
        found: set[FieldKey] = set()
        while more := {
            key for key, formula in self.formulas.items() if key not in found and _dated(formula, found)
        }:
            found |= more
        return frozenset(found)

    @cached_property
    def dated_rules(self) -> tuple[ParsedRule, ...]:
        """The rules that may be broken on one day and hold on another."""
        return tuple(each for each in self.rules if self._any_dated(each.when, each.check))

    @cached_property
    def dated_constraints(self) -> dict[FieldKey, Expr]:
        """The constraints that an answer may meet on one day and not on another."""
        return {key: expr for key, expr in self.constraints.items() if self._any_dated(expr)}

    @cached_property
    def by_the_day(self) -> bool:
        """Whether anything that the sheets say depends on the day."""
        conditions = [*self.conditions.values(), *(each.condition for each in self.lists.values())]
        return bool(self.dated or self.dated_rules or self.dated_constraints) or self._any_dated(*conditions)

    def _any_dated(self, *expressions: Expr | None) -> bool:
        return any(each is not None and _dated(each, self.dated) for each in expressions)


def compiled(spec: Spec) -> CompiledSpec:
    """Parse every expression of a spec that `spec.load` has accepted; batch after batch only once."""
    known = _COMPILED.get(spec.name)
    if known is None or known.spec is not spec:
        known = _COMPILED[spec.name] = _compiled(spec)
    return known


_COMPILED: dict[str, CompiledSpec] = {}  # by name of the spec, of which there are few


def _compiled(spec: Spec) -> CompiledSpec:
    found = CompiledSpec(spec)
    for tool, block, each in spec.places():
        key, scope = (tool.code, each.code), Scope(spec, tool, block)
        if isinstance(each.required, When):
            found.conditions[key] = _parsed(parse_condition, each.required.when, scope)
        if each.formula is not None:
            found.formulas[key] = _parsed(parse, each.formula, scope)
        if each.constraint is not None:
            valued = Scope(spec, tool, block, each)
            found.constraints[key] = _parsed(parse_condition, each.constraint.check, valued)
    found.rules = tuple(_rule(spec, rule) for rule in spec.rules)
    for number, rule in enumerate(spec.rules):
        for code in rule.require:
            found.requiring.setdefault((rule.tool, code), []).append(number)
    found.lists = {key: each for tool in spec.tools for key, each in _lists(spec, tool)}
    return found


def _lists(spec: Spec, tool: Tool) -> Iterator[tuple[Source, Keeping]]:
    for block_number, block in enumerate(tool.blocks):
        for number, source in enumerate(block.sources if isinstance(block, CollectBlock) else ()):
            scope = rule_scope(spec, spec.tool[source.tool], tuple(source.columns.values()))
            condition = _parsed(parse_condition, source.keep, scope)
            yield (tool.code, block_number, number), Keeping(source, scope, condition)


def _rule(spec: Spec, rule: Rule) -> ParsedRule:
    scope = rule_scope(spec, spec.tool[rule.tool], rule.at or rule.require)
    when, check = (text and _parsed(parse_condition, text, scope) for text in (rule.when, rule.check))
    return ParsedRule(rule, scope, when or None, check or None)


def _dated(expr: Expr, fields: Collection[FieldKey]) -> bool:
    """Whether an expression depends on the day, by itself or by one of these fields."""
    return any(
        part.function.by_the_day
        if isinstance(part, Call | Over)
        else isinstance(part, Ref) and part.key in fields
        for part in walk(expr)
    )


def _parsed(how: Callable[[str, Scope], Expr | Problem], text: str, scope: Scope) -> Expr:
    found = how(text, scope)
    if isinstance(found, Problem):  # spec.load refuses such a spec
        raise ValueError(f"{text}: {found.reason} {found.remedy}")
    return found
