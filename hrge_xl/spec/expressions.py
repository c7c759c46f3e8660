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
from ..fields import Field
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
from ..language.functions.choices import Completeness, LookUp
from .check_texts import BLOCKS, FIELDS, select
from .lookup import Scope, parsed, rule_scope
from .model import RegisterBlock, Rule, Spec, Tool
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
    def found(self) -> Expr | Problem:
        """The expression, parsed."""
        return parsed(self.text, self.scope, condition=self.condition)

    @property
    def for_sheet(self) -> bool:
        """Whether a formula of a sheet is made of it."""
        found = self.found
        of_reader = isinstance(found, Problem) or reader_only(found)
        return not (of_reader or (self.rule and self.rule.reader_only))


def expressions(spec: Spec) -> Iterator[Written]:
    """Every expression of a spec whose sheets are known, also those that it refers to; in the order of the files."""
    known = {tool.code for tool in spec.tools if tool.has_rows}
    unsound = {field.code for _, _, field in spec.places() if not known.issuperset(field.to)}
    return (written for written in _all(spec) if unsound.isdisjoint(NAME.findall(written.text)))


def _all(spec: Spec) -> Iterator[Written]:
    for path, (_, _, tool), text in select(spec, "tools/*/relevant"):
        yield _of_whole(spec, tool, path, text, tool.fields.values())
    for path, (_, _, tool, _), block in select(spec, BLOCKS):
        for where, _, text in select(block, "relevant", path):
            yield _of_whole(spec, tool, where, text, block.fields)
        for where, _, text in select(block, "closed", path):
            yield Written(text, where, Scope(spec, tool, block))
        for where, _, field in select(block, "fields/*", path):
            yield from _of_field(Scope(spec, tool, block), field, where)
        for where, (_, _, source), text in select(block, "sources/*/keep|rank", path):
            if source.tool in spec.tool and spec.tool[source.tool].field_blocks:
                scope = rule_scope(spec, spec.tool[source.tool], tuple(source.columns.values()))
                keeps = where[-1] == "keep"
                yield Written(
                    text,
                    where,
                    scope,
                    keeps,
                    in_sheet="list the rows" if keeps else "rank the rows",
                )
    for path, (_, _, rule), text in select(spec, "rules/*/when|check"):
        if rule.tool in spec.tool and spec.tool[rule.tool].field_blocks:
            scope = rule_scope(spec, spec.tool[rule.tool], rule.at or rule.require)
            yield Written(text, path, scope, rule=rule)


def _of_whole(spec: Spec, tool: Tool, path: Path, text: str, fields: Iterable[Field]) -> Written:
    """Return what says whether a block or a sheet is asked: of its own rows it knows nothing."""
    asked = tuple(field for field in fields if field.asked)
    return Written(text, path, Scope(spec, tool), in_sheet=OF_A_FIELD["relevant"], asks=asked)


def _of_field(scope: Scope, field: Field, path: Path) -> Iterator[Written]:
    for option, in_sheet in OF_A_FIELD.items():
        for where, _, text in select(field, option, path):
            seen = replace(scope, value=field) if option == "constraint/check" else scope
            yield Written(text, where, seen, option != "formula", field, in_sheet=in_sheet)


# what is wrong with them


def check_expressions(spec: Spec) -> Found:
    """Yield every expression of a spec that is none, or that a sheet cannot calculate though it must."""
    for written in expressions(spec):
        yield from at(written.path, _mistakes(written))


def _mistakes(written: Written) -> Wrong:
    found = written.found
    if isinstance(found, Problem):
        reason = f"{found.reason.rstrip('.')} (at character {found.column + 1} of the expression)."
        remedy = found.remedy or SEE_DOCS
        yield wrong_syntax(written.text) or (reworded(found.reason, reason), remedy)
        return
    if written.in_sheet and reader_only(found):
        yield (
            f"A sheet cannot calculate {_culprit(found)}, and it has to {written.in_sheet}.",
            "Put it into a rule: that is checked when the workbook comes back.",
        )
    own = {(written.scope.tool.code, field.code) for field in written.asks}
    if within := next(
        (part.code for part in walk(found) if isinstance(part, Ref) and part.key in own), None
    ):
        reason = f"This decides whether '{within}' is asked, and hangs on its answer."
        yield reason, "Name an answer that stands elsewhere."
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


def wrong_syntax(text: str) -> Words | None:
    """Return the reason and remedy for a text that is not an expression; None where it is one, whatever it says."""
    try:
        ast.parse(text.strip(), mode="eval")
    except (RecursionError, MemoryError):
        return None  # it may be one: the parser says that it is too deep
    except (
        SyntaxError,
        ValueError,
    ):  # the latter of half a character, which no text of a program may hold
        bare = TEXTS.sub(lambda found: " " * len(found.group()), text)
    else:
        return None
    unequal = "".join(pair for pair in ("()", "[]") if bare.count(pair[0]) != bare.count(pair[1]))
    found = common_mistake_in("expression", "", {"mark": bare, "brackets": unequal}, text=text)
    return found and found[2]


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
    told: set[Node] = set()
    for start in edges:
        circle = _circle(edges, start)
        nodes = [node for node, _ in circle]
        if circle and told.isdisjoint(nodes):
            told.update(nodes)
            yield circle[0][1], *_words([start, *nodes])


def _words(nodes: list[Node]) -> Words:
    way = " → ".join(map(str, nodes))
    kinds = {node.kind for node in nodes}
    if nodes[0].kind == NAMES:
        what = "What rows are called leads"
        remedy = "Name another field in `shows`."
    elif kinds == {ANSWER}:
        what = f"The formula of {nodes[0]} leads"
        remedy = "Take one of them out of a formula."
    elif ASKED in kinds:
        what = "Whether something is asked leads"
        remedy = "Ask one of them whatever the others say; that two answers exclude each other is a rule."
    else:
        what = "What is required or checked here leads"
        remedy = "Ask for it by the answers themselves, not by completeness() of their own sheet."
    return f"{what} back to itself: {way}.", remedy


def _circle(edges: Edges, start: Node) -> Way:
    """Find the shortest way from a node back to it, each step with the expression it goes by; empty without one."""
    ways: dict[Node, Way] = {start: []}
    waiting = [start]
    for node in waiting:
        for target, path in edges.get(node, ()):
            way = [*ways[node], (target, path)]
            if target == start:
                return way
            if target not in ways:
                ways[target] = way
                waiting.append(target)
    return []


def _edges(spec: Spec) -> Edges:
    edges = defaultdict[Node, Way](list)
    for written in expressions(spec):
        found = written.found
        if isinstance(found, Problem):
            continue
        tool = written.scope.tool.code
        field = written.field
        rule = written.rule
        said = list[Node]()
        decided = list[Node]()
        if field:
            calculated = field.calculated and not written.condition
            said.append(Node(ANSWER if calculated else CHECK, tool, field.code))
            if written.path[-1] == "relevant" or calculated:
                decided.append(Node(ANSWER if calculated else ASKED, tool, field.code))
        elif rule:  # what it asks for counts for the reader, too
            codes = (*(() if rule.reader_only else rule.at[:1]), *rule.require)
            said += [Node(CHECK, tool, code) for code in codes]
        said += [Node(CHECK, tool, asked.code) for asked in written.asks]
        decided += [Node(ASKED, tool, asked.code) for asked in written.asks]
        for nodes, needs in ((said, _needs(found)), (decided, _answers(found))):
            needed = [(node, written.path) for node in dict.fromkeys(needs)]
            for node in nodes:  # a question may stay asked for as long as it is answered
                edges[node] += [need for need in needed if need[0] != node or node.kind != ASKED]
    # registers whose rows are called by a reference
    for path, (_, _, tool, _, block, *_), field in select(spec, FIELDS):
        if isinstance(block, RegisterBlock) and field.code == block.named_by:
            where = (*path[:4], "shows") if block.shows else (*path, "code")
            edges[Node(NAMES, tool.code)] += [(Node(NAMES, target), where) for target in field.to]
    for node in [node for node in edges if node.kind == CHECK]:
        edges[Node(PROGRESS, node.tool)].append((node, edges[node][0][1] if edges[node] else ()))
    return edges


def _answers(found: Expr) -> Iterator[Node]:
    """Yield the answers that an expression reads in its own row or given once: those of other rows make no circle."""
    if isinstance(found, Ref):
        yield Node(ANSWER if found.calculated else ASKED, found.tool, found.code)
    elif not isinstance(found, Over):
        looks_up = isinstance(found, Call) and isinstance(found.function, LookUp)
        for part in found.args[:1] if isinstance(found, Call) and looks_up else inside(found):
            yield from _answers(part)


def _needs(found: Expr) -> Iterator[Node]:
    """Yield what has to be worked out before an expression."""
    if isinstance(found, Ref):
        if found.calculated and not found.last:
            yield Node(ANSWER, found.tool, found.code)
    elif isinstance(found, Call) and isinstance(found.function, Completeness):
        yield from (
            Node(PROGRESS, str(arg.value)) for arg in found.args if isinstance(arg, Literal)
        )
    else:
        for part in inside(found):
            yield from _needs(part)
