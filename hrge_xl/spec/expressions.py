"""The expressions of a spec: where they stand, and what is wrong with them for the parser, a sheet, or people."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..fields import Field, When
from ..frozen import Found, Path
from ..language import Call, Expr, Over, Problem, Type, parts, reader_only
from ..suggest import NoSuch
from .check_names import BLOCKS, at
from .check_sheets import has_rows
from .model import Rule, Spec
from .scope import Scope, parsed, rule_scope

NAME = re.compile(r"\w+")
TEXTS = re.compile(r"'[^']*'|\"[^\"]*\"")
SLIPS = (  # of people who know formulas from Excel: what stands there, what it is, what to write
    (re.compile(r"<>"), "<> is not a comparison here", "Write != in its place."),
    (re.compile(r"=>|=<"), "{} is not a comparison", "Write >= or <=."),
    (re.compile(r"(?<![=!<>])=(?!=)"), "A single = compares nothing", "Write == in its place."),
    (re.compile(r"[≥≤≠]"), "{} is not a sign of the rule language", "Write >=, <= or !=."),
    (re.compile(r"[“”„‘’«»]"), "{} is not a quotation mark here", "Write ' on both sides of the text."),
    (re.compile(r"&&?|\|\|?"), "{} joins no conditions", "Write and, or or."),
    (
        re.compile(r"\b(?:AND|OR|NOT|IF|TRUE|FALSE)\b"),
        "{} is Excel's word",
        "Write and, or, not, … if … else …",
    ),
    (re.compile(r";"), "A semicolon separates nothing here", "Write a comma."),
    (re.compile(r"\d%"), "A percentage has no sign here", "Write 0.25 for 25 %."),
)


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


def expressions(spec: Spec) -> Iterator[Written]:
    """Every expression of a spec whose sheets are known, also those that it refers to; in the order of the files."""
    known = {tool.code for tool in spec.tools if has_rows(tool)}
    unsound = {field.code for _, _, field in spec.places() if not known.issuperset(field.to)}
    return (written for written in _all(spec) if unsound.isdisjoint(NAME.findall(written.text)))


def _all(spec: Spec) -> Iterator[Written]:
    for path, (_, _, tool, _), block in at(spec, BLOCKS):
        for where, _, text in at(block, "closed", path):
            yield Written(text, where, Scope(spec, tool, block))
        for where, _, field in at(block, "fields/*", path):
            yield from _of_field(Scope(spec, tool, block), field, where)
        for where, (_, _, source), text in at(block, "sources/*/keep|rank", path):
            if source.tool in spec.tool and spec.tool[source.tool].field_blocks:
                scope = rule_scope(spec, spec.tool[source.tool], tuple(source.columns.values()))
                keeps = where[-1] == "keep"
                yield Written(
                    text, where, scope, keeps, in_sheet="list the rows" if keeps else "rank the rows"
                )
    for path, (_, _, rule), text in at(spec, "rules/*/when|check"):
        if rule.tool in spec.tool and spec.tool[rule.tool].field_blocks:
            scope = rule_scope(spec, spec.tool[rule.tool], rule.at or rule.require)
            yield Written(text, path, scope, rule=rule)


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


# what is wrong with them


def check_expressions(spec: Spec) -> Found:
    """Give every expression of a spec that is none, or that a sheet cannot calculate though it must."""
    return ((written.path, *mistake) for written in expressions(spec) for mistake in _mistakes(written))


def _mistakes(written: Written) -> Iterator[tuple[str, str]]:
    found = written.found
    if isinstance(found, Problem):
        reason = f"{found.reason.rstrip('.')} (at character {found.column + 1} of the expression)."
        remedy = found.remedy or "See docs/expressions.md for what can be written."
        reworded = found.reason.reworded(reason) if isinstance(found.reason, NoSuch) else reason
        yield slip(written.text) or (reworded, remedy)
        return
    if written.in_sheet and reader_only(found):
        yield (
            f"A sheet cannot calculate {_culprit(found)}, and it has to {written.in_sheet}.",
            "Put it into a rule: that is checked when the workbook comes back.",
        )
    if written.condition:
        return
    if written.field is None:
        if found.type is not Type.NUMBER:
            reason = f"Rows are ranked by a number, and this yields a {found.type}."
            yield reason, "Write for example: 3 if LEVEL == 'H' else 1."
    elif found.type in (Type.BOOL, Type.MANY):
        kind = "true or false" if found.type is Type.BOOL else "several codes"
        yield f"The formula yields {kind}, which no cell can show.", "Write: 1 if … else 0."
    else:
        result = "text" if found.type is Type.CODE else str(found.type)
        if result != written.field.result:
            reason = f"The formula yields a {found.type}, but `result` says {written.field.result}."
            yield reason, f"Write `result: {result}`."


def _culprit(found: Expr) -> str:
    """Say what of an expression a sheet cannot calculate."""
    if isinstance(found, Call) and not found.function.in_sheet(*found.args):
        return f"this {found.name}()"
    if isinstance(found, Over):
        return f"this {found.name}() over the rows of {found.tool}"
    return next(_culprit(part) for part in parts(found) if reader_only(part))


def slip(text: str) -> tuple[str, str] | None:
    """Give the reason and remedy for a text that is not an expression; None where it is one, whatever it says."""
    try:
        ast.parse(text.strip(), mode="eval")
    except (RecursionError, MemoryError):
        return None  # it may be one: the parser says that it is too deep
    except SyntaxError:
        return _slip(text)
    except ValueError:  # half a character, which no text of a program may hold
        return "There is a character in the expression that cannot be typed.", "Write it again."
    return None


def _slip(text: str) -> tuple[str, str]:
    bare = TEXTS.sub(lambda found: " " * len(found.group()), text)
    for pattern, reason, remedy in SLIPS:
        found = pattern.search(bare)
        if found is not None:
            return f"{reason.format(found[0])} (at character {found.start() + 1} of the expression).", remedy
    for opening, closing in ("()", "[]"):
        if bare.count(opening) != bare.count(closing):
            reason = f"The brackets {opening} and {closing} do not match in '{text}'."
            return reason, "Close each that is opened."
    if "'" in bare or '"' in bare:
        return f"A quotation mark is not closed in {text}", "Put ' on both sides of the text."
    if not text.strip():
        return "The expression is empty.", "Write one, or remove the option."
    return f"'{text}' is not an expression.", "See docs/expressions.md for what can be written."
