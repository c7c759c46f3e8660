"""The expressions of a spec: where they stand, what is wrong with them, and which lead back to themselves."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from ..core.errors import reworded
from ..core.spec_parts import Found, Path, Words, Wrong, at
from ..fields import Constraint, Field
from ..language import (
    Call,
    Expr,
    Literal,
    Over,
    Problem,
    Ref,
    Type,
    inside,
    parts,
    reader_only,
    walk,
)
from ..language.functions.choices import Completeness, Has, LookUp
from ..language.parser import as_python
from .check_texts import BLOCKS, FIELDS, select
from .lookup import Scope, parsed, rule_scope
from .model import AnyBlock, FieldBlock, RegisterBlock, Rule, Spec, Tool
from .yaml_file import common_mistake_in

ANSWER = ""
CHECK = "the check of "
PROGRESS = "the completeness of "
NAMES = "the names of the rows of "
ASKED = "whether to ask "
OF_A_FIELD = {  # what a sheet has to do with its expressions
    "required/when": "show what is missing",
    "relevant": "show what is asked",
    "constraint/check": "",
    "formula": "show the result",
}
SEE_DOCS = "See docs/expressions.md for what can be written."
NAME = re.compile(r"\w+")
TEXTS = re.compile(r"'[^']*'|\"[^\"]*\"")


class Written(NamedTuple):
    """An expression of a spec: its text, where it stands, and what it is for."""

    text: str
    path: Path
    scope: Scope
    condition: bool = True
    field: Field | None = None  # whose option it is
    rule: Rule | None = None
    in_sheet: str = ""  # what a sheet has to do with it; "" where only the reader needs it
    asks: tuple[Field, ...] = ()  # those of a block or a sheet that it is about as a whole

    @property
    def expr(self) -> Expr | Problem:
        """The expression, parsed."""
        return parsed(self.text, self.scope, condition=self.condition)

    @property
    def stated_by(self) -> Rule | Constraint | None:
        """The rule or constraint that it is a part of."""
        of_constraint = self.field is not None and self.path[-2] == "constraint"
        return self.field.constraint if self.field and of_constraint else self.rule

    @property
    def for_sheet(self) -> bool:
        """Whether a formula of a sheet is made of it."""
        expr = self.expr
        of_reader = isinstance(expr, Problem) or reader_only(expr)
        return not (of_reader or (self.stated_by and self.stated_by.reader_only))


def expressions(spec: Spec) -> Iterator[Written]:
    """Every expression of a spec whose sheets are known, also those that it refers to; in the order of the files."""
    sheets_with_rows = {tool.code for tool in spec.tools if tool.has_rows}
    unsound = {
        field.code for _, _, field in spec.places() if not sheets_with_rows.issuperset(field.to)
    }
    return (written for written in _all(spec) if unsound.isdisjoint(NAME.findall(written.text)))


def _all(spec: Spec) -> Iterator[Written]:
    for path, (_, _, tool), text in select(spec, "tools/*/relevant"):
        yield _of_whole(spec, tool, path, text, tool.fields.values())
    for path, (_, _, tool, _), block in select(spec, BLOCKS):
        yield from _of_block(Scope(spec, tool, block), block, path)
    for path, (_, _, rule), text in select(spec, "rules/*/when|check"):
        if rule.tool in spec.tool and spec.tool[rule.tool].field_blocks:
            scope = rule_scope(spec, spec.tool[rule.tool], rule.at or rule.require)
            yield Written(text, path, scope, rule=rule)


def _of_block(scope: Scope, block: AnyBlock, path: Path) -> Iterator[Written]:
    spec = scope.spec
    if isinstance(block, FieldBlock):
        for option_path, _, text in select(block, "relevant", path):
            yield _of_whole(spec, scope.tool, option_path, text, block.fields)
    for option_path, _, text in select(block, "closed", path):
        yield Written(text, option_path, scope)
    for option_path, _, field in select(block, "fields/*", path):
        yield from _of_field(scope, field, option_path)
    for option_path, (_, _, source), text in select(block, "sources/*/keep|rank", path):
        if source.tool in spec.tool and spec.tool[source.tool].field_blocks:
            keeps = option_path[-1] == "keep"
            does = "list the rows" if keeps else "rank the rows"
            columns = tuple(source.columns.values())
            source_scope = rule_scope(spec, spec.tool[source.tool], columns)
            yield Written(text, option_path, source_scope, keeps, in_sheet=does)


def _of_whole(spec: Spec, tool: Tool, path: Path, text: str, fields: Iterable[Field]) -> Written:
    """Return what says whether a block or a sheet is asked: of its own rows it knows nothing."""
    questions = tuple(field for field in fields if field.asked)
    return Written(text, path, Scope(spec, tool), in_sheet=OF_A_FIELD["relevant"], asks=questions)


def _of_field(scope: Scope, field: Field, path: Path) -> Iterator[Written]:
    for option, in_sheet in OF_A_FIELD.items():
        for option_path, _, text in select(field, option, path):
            seen = replace(scope, value=field) if option == "constraint/check" else scope
            yield Written(text, option_path, seen, option != "formula", field, in_sheet=in_sheet)


# what is wrong with them


def check_expressions(spec: Spec) -> Found:
    """Yield every expression of a spec that is none, or that a sheet cannot calculate though it must."""
    for written in expressions(spec):
        yield from at(written.path, _mistakes(written))


def _mistakes(written: Written) -> Wrong:
    expr = written.expr
    if isinstance(expr, Problem):
        reason = f"{expr.reason.rstrip('.')} (at character {expr.column + 1} of the expression)."
        remedy = expr.remedy or SEE_DOCS
        yield wrong_syntax(written.text) or (reworded(expr.reason, reason), remedy)
        return
    if written.in_sheet and reader_only(expr):
        culprit = _culprit(expr)
        remedy = "Put it into a rule with `reader_only: why`: that is checked when the workbook comes back."
        if isinstance(culprit, Over):
            remedy = "Give each of these rows a calculated column for it, and name that here."
        yield (
            f"A sheet cannot calculate {_in_words(culprit)}, and it has to {written.in_sheet}.",
            remedy,
        )
    elif written.stated_by and not written.stated_by.reader_only and reader_only(expr):
        yield (
            f"A sheet cannot calculate {_in_words(_culprit(expr))}: its team would see nothing of this.",
            "Write it otherwise, or add `reader_only: why`: it is checked when the workbook comes back.",
        )
    decided_keys = {(written.scope.tool.code, field.code) for field in written.asks}
    if within := next(
        (part.code for part in walk(expr) if isinstance(part, Ref) and part.key in decided_keys),
        None,
    ):
        reason = f"This decides whether '{within}' is asked, and hangs on its answer."
        yield reason, "Name an answer that stands elsewhere."
    if written.condition:
        return
    if written.field is None:
        if expr.type is not Type.NUMBER:
            reason = f"Rows are ranked by a number, and this yields a {expr.type}."
            yield reason, "Write for example: 3 if LEVEL == 'H' else 1."
    elif expr.type in (Type.BOOL, Type.MANY):
        kind = "true or false" if expr.type is Type.BOOL else "several codes"
        yield f"The formula yields {kind}, which no cell can show.", "Write: 1 if … else 0."
    else:
        result_type = "text" if expr.type is Type.CODE else str(expr.type)
        if result_type != written.field.result:
            reason = f"The formula yields a {expr.type}, but `result` says {written.field.result}."
            yield reason, f"Write `result: {result_type}`."


def _culprit(expr: Expr) -> Call | Over:
    """Return the smallest part of an expression that a sheet cannot calculate."""
    inside = parts(expr)
    if isinstance(expr, Over) and expr.inner is not None:
        inside = (expr.inner,)
    smaller = next((part for part in inside if reader_only(part)), None)
    if smaller is not None:
        return _culprit(smaller)
    assert isinstance(expr, Call | Over)
    return expr


def _in_words(culprit: Call | Over) -> str:
    if isinstance(culprit, Over):
        return f"this {culprit.name}() over the rows of {culprit.tool}"
    if isinstance(culprit.function, Has):
        return "whether an answer is among several others"
    return f"this {culprit.name}()"


def wrong_syntax(text: str) -> Words | None:
    """Return the reason and remedy for a text that is not an expression; None where it is one, whatever it says."""
    try:
        ast.parse(as_python(text), mode="eval")
    except (RecursionError, MemoryError):
        return None  # it may be one: the parser says that it is too deep
    # ValueError: half a character, which no text of a program may hold
    except (SyntaxError, ValueError):
        bare = TEXTS.sub(lambda match: " " * len(match.group()), text)
    else:
        return None
    unequal = "".join(pair for pair in ("()", "[]") if bare.count(pair[0]) != bare.count(pair[1]))
    mistake = common_mistake_in("expression", "", {"mark": bare, "brackets": unequal}, text=text)
    return mistake and mistake[2]


# circles: Excel can calculate none of what leads back to itself, however far round


class Node(NamedTuple):
    """Something that a sheet works out: a calculated answer, the check of an answer, or how complete a sheet is."""

    kind: str
    tool: str
    field: str = ""

    def __str__(self) -> str:
        """Name it as in a sentence."""
        return f"{self.kind}{self.field or self.tool}"


Way = list[tuple[Node, Path]]
Edges = Mapping[Node, Way]  # what each thing is worked out from, and the expression that says so


def check_circles(spec: Spec) -> Found:
    """Yield one mistake for each circle, at the expression that it begins with."""
    edges = _edges(spec)
    reported: set[Node] = set()
    for start in edges:
        circle = _circle(edges, start)
        nodes = [node for node, _ in circle]
        if circle and reported.isdisjoint(nodes):
            reported.update(nodes)
            yield circle[0][1], *_words([start, *nodes])


def _words(nodes: list[Node]) -> Words:
    route = " → ".join(map(str, nodes))
    kinds = {node.kind for node in nodes}
    if nodes[0].kind == NAMES:
        subject = "What rows are called leads"
        remedy = "Name another field in `shows`."
    elif kinds == {ANSWER}:
        subject = f"The formula of {nodes[0]} leads"
        remedy = "Take one of them out of a formula."
    elif ASKED in kinds:
        subject = "Whether something is asked leads"
        remedy = "Ask one of them whatever the others say; that two answers exclude each other is a rule."
    else:
        subject = "What is required or checked here leads"
        remedy = "Ask for it by the answers themselves, not by completeness() of their own sheet."
    return f"{subject} back to itself: {route}.", remedy


def _circle(edges: Edges, start: Node) -> Way:
    """Find the shortest way from a node back to it, each step with the expression it goes by; empty without one."""
    routes: dict[Node, Way] = {start: []}
    waiting = [start]
    for node in waiting:
        for target, path in edges.get(node, ()):
            route = [*routes[node], (target, path)]
            if target == start:
                return route
            if target not in routes:
                routes[target] = route
                waiting.append(target)
    return []


def _edges(spec: Spec) -> Edges:
    edges = defaultdict[Node, Way](list)
    for written in expressions(spec):
        expr = written.expr
        if isinstance(expr, Problem):
            continue
        needed = [(node, written.path) for node in dict.fromkeys(_needs(expr))]
        answers = [(node, written.path) for node in dict.fromkeys(_answers(expr))]
        for node in _checked_by(written):
            edges[node] += needed
        for node in _decided_by(written):
            if node.kind == ASKED:  # a question may stay asked for as long as it is answered
                edges[node] += [answer for answer in answers if answer[0] != node]
            else:
                edges[node] += answers
    # registers whose rows are called by a reference
    for path, (_, _, tool, _, block, *_), field in select(spec, FIELDS):
        if isinstance(block, RegisterBlock) and field.code == block.named_by:
            shows_path = (*path[:4], "shows") if block.shows else (*path, "code")
            edges[Node(NAMES, tool.code)] += [
                (Node(NAMES, target), shows_path) for target in field.to
            ]
    for node in [node for node in edges if node.kind == CHECK]:
        path = edges[node][0][1] if edges[node] else ()
        edges[Node(PROGRESS, node.tool)].append((node, path))
    return edges


def _checked_by(written: Written) -> list[Node]:
    """Return what an expression calculates or checks."""
    tool = written.scope.tool.code
    codes = [question.code for question in written.asks]
    if written.field is not None:
        if written.field.calculated and not written.condition:
            return [
                Node(ANSWER, tool, written.field.code),
                *(Node(CHECK, tool, code) for code in codes),
            ]
        codes = [written.field.code, *codes]
    elif written.rule is not None:  # what it asks for counts for the reader, too
        rule = written.rule
        codes = [*(() if rule.reader_only else rule.at[:1]), *rule.require, *codes]
    return [Node(CHECK, tool, code) for code in codes]


def _decided_by(written: Written) -> list[Node]:
    """Return what an expression calculates, or asks for."""
    tool = written.scope.tool.code
    asked = [Node(ASKED, tool, question.code) for question in written.asks]
    field = written.field
    if field is None:
        return asked
    if field.calculated and not written.condition:
        return [Node(ANSWER, tool, field.code), *asked]
    return [Node(ASKED, tool, field.code), *asked] if written.path[-1] == "relevant" else asked


def _answers(expr: Expr) -> Iterator[Node]:
    """Yield the answers that an expression reads in its own row or given once: those of other rows make no circle."""
    if isinstance(expr, Ref):
        yield Node(ANSWER if expr.calculated else ASKED, expr.tool, expr.code)
    elif not isinstance(expr, Over):
        looks_up = isinstance(expr, Call) and isinstance(expr.function, LookUp)
        for part in expr.args[:1] if isinstance(expr, Call) and looks_up else inside(expr):
            yield from _answers(part)


def _needs(expr: Expr) -> Iterator[Node]:
    """Yield what has to be worked out before an expression."""
    if isinstance(expr, Ref):
        if expr.calculated and not expr.last:
            yield Node(ANSWER, expr.tool, expr.code)
    elif isinstance(expr, Call) and isinstance(expr.function, Completeness):
        yield from (Node(PROGRESS, str(arg.value)) for arg in expr.args if isinstance(arg, Literal))
    else:
        for part in inside(expr):
            yield from _needs(part)
