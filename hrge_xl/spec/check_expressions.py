"""Mistakes in the expressions of a spec: what they name, their types, and what a sheet cannot calculate."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..fields import Field, When
from ..frozen import Found, Path
from ..language import Call, Expr, Over, Problem, Type, parts, reader_only
from ..suggest import NoSuch
from .check_sheets import has_rows
from .expression_slips import slip
from .model import CollectBlock, FieldBlock, RegisterBlock, Rule, Spec
from .scope import Scope, parsed, rule_scope

NAME = re.compile(r"\w+")
RESULTS = {Type.CODE: "text", Type.TEXT: "text"}  # other types are called as the results are


@dataclass(frozen=True)
class Written:
    """An expression of a spec: its text, where it stands, and what it is for."""

    text: str
    path: Path
    scope: Scope
    condition: bool = True
    field: Field | None = None  # whose option it is
    rule: Rule | None = None
    in_sheet: str = ""  # what a sheet has to do with it; "" where only the reader needs it

    @property
    def found(self) -> Expr | Problem:
        """The expression, parsed."""
        return parsed(self.text, self.scope, condition=self.condition)

    @property
    def for_sheet(self) -> bool:
        """Whether a formula of a sheet is made of it."""
        found = self.found
        of_reader = isinstance(found, Problem) or reader_only(found)
        return not (of_reader or (self.rule is not None and self.rule.reader_only))


def check_expressions(spec: Spec) -> Found:
    """Give every expression of a spec that is none, or that a sheet cannot calculate though it must."""
    for written in expressions(spec):
        yield from _mistakes(written)


def expressions(spec: Spec) -> Iterator[Written]:
    """Every expression of a spec whose sheets are known, also those that it refers to; in the order of the files."""
    unsound = {field.code for _, _, field in spec.places() if not _leads_somewhere(spec, field)}
    return (each for each in _all(spec) if unsound.isdisjoint(NAME.findall(each.text)))


def _all(spec: Spec) -> Iterator[Written]:
    for t, tool in enumerate(spec.tools):
        for b, block in enumerate(tool.blocks):
            path: Path = ("tools", t, "blocks", b)
            if isinstance(block, FieldBlock):
                if isinstance(block, RegisterBlock) and block.closed is not None:
                    yield Written(block.closed, (*path, "closed"), Scope(spec, tool, block))
                for f, field in enumerate(block.fields):
                    yield from _of_field(Scope(spec, tool, block), field, (*path, "fields", f))
            elif isinstance(block, CollectBlock):
                yield from _of_collected(spec, block, path)
    for index, rule in enumerate(spec.rules):
        if rule.tool in spec.tool and spec.tool[rule.tool].field_blocks:
            yield from _of_rule(spec, rule, ("rules", index))


def _of_field(scope: Scope, field: Field, path: Path) -> Iterator[Written]:
    if isinstance(field.required, When):
        where = (*path, "required", "when")
        yield Written(field.required.when, where, scope, field=field, in_sheet="show what is missing")
    if field.relevant is not None:
        where = (*path, "relevant")
        yield Written(field.relevant, where, scope, field=field, in_sheet="show what is asked")
    if field.constraint is not None:
        valued = Scope(scope.spec, scope.tool, scope.block, field)
        yield Written(field.constraint.check, (*path, "constraint", "check"), valued, field=field)
    if field.formula is not None:
        where = (*path, "formula")
        yield Written(field.formula, where, scope, condition=False, field=field, in_sheet="show the result")


def _of_collected(spec: Spec, block: CollectBlock, path: Path) -> Iterator[Written]:
    for s, source in enumerate(block.sources):
        tool = spec.tool.get(source.tool)
        if tool is not None and tool.field_blocks:
            scope = rule_scope(spec, tool, tuple(source.columns.values()))
            yield Written(source.keep, (*path, "sources", s, "keep"), scope, in_sheet="list the rows")
            if source.rank is not None:
                where = (*path, "sources", s, "rank")
                yield Written(source.rank, where, scope, condition=False, in_sheet="rank the rows")


def _of_rule(spec: Spec, rule: Rule, path: Path) -> Iterator[Written]:
    scope = rule_scope(spec, spec.tool[rule.tool], rule.at or rule.require)
    for name in ("when", "check"):
        text = getattr(rule, name)
        if text is not None:
            yield Written(text, (*path, name), scope, rule=rule)


def _leads_somewhere(spec: Spec, field: Field) -> bool:
    return all(code in spec.tool and has_rows(spec.tool[code]) for code in field.to)


def _mistakes(written: Written) -> Found:
    found = written.found
    if isinstance(found, Problem):
        yield written.path, *(slip(written.text) or _problem(found))
        return
    if written.in_sheet and reader_only(found):
        yield written.path, *_for_the_reader(written, found)
    if written.field is not None and not written.condition:
        yield from _result(written, written.field, found)
    elif not written.condition and found.type is not Type.NUMBER:
        reason = f"Rows are ranked by a number, and this yields a {found.type}."
        yield written.path, reason, "Write for example: 3 if LEVEL == 'H' else 1."


def _problem(found: Problem) -> tuple[str, str]:
    reason = f"{found.reason.rstrip('.')} (at character {found.column + 1} of the expression)."
    return (
        found.reason.reworded(reason) if isinstance(found.reason, NoSuch) else reason,
        found.remedy or "See docs/expressions.md for what can be written.",
    )


def _for_the_reader(written: Written, found: Expr) -> tuple[str, str]:
    """Say what of an expression a sheet cannot calculate, and where it can stand."""
    return (
        f"A sheet cannot calculate {_culprit(found)}, and it has to {written.in_sheet}.",
        "Put it into a rule: that is checked when the workbook comes back.",
    )


def _culprit(found: Expr) -> str:
    if isinstance(found, Call) and not found.function.in_sheet(*found.args):
        return f"this {found.name}()"
    if isinstance(found, Over):
        return f"this {found.name}() over the rows of {found.tool}"
    return next(_culprit(part) for part in parts(found) if reader_only(part))


def _result(written: Written, field: Field, found: Expr) -> Found:
    """Give a formula must yield what the field says in `result`."""
    if found.type in (Type.BOOL, Type.MANY):
        kind = "true or false" if found.type is Type.BOOL else "several codes"
        yield written.path, f"The formula yields {kind}, which no cell can show.", "Write: 1 if … else 0."
        return
    result = RESULTS.get(found.type, str(found.type))
    if result != field.result:
        reason = f"The formula yields a {found.type}, but `result` says {field.result}."
        yield written.path, reason, f"Write `result: {result}`."
