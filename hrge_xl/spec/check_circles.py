"""Formulas and requirements that lead back to themselves, however far round: Excel can calculate none of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ..frozen import Found, Path
from ..language import Call, Expr, Over, Problem, Ref, inside
from ..language.functions.choices import Completeness, LookUp, tools_read
from .check_names import FIELDS, at
from .expressions import Written, expressions
from .model import RegisterBlock, Spec

ANSWER, CHECK, PROGRESS, NAMES = "", "the check of ", "the completeness of ", "the names of the rows of "
ASKED = "whether to ask "


class Node(NamedTuple):
    """Something that a sheet works out: a calculated answer, the check of an answer, or how complete a sheet is."""

    kind: str
    tool: str
    field: str = ""

    def __str__(self) -> str:
        """Name it as in a sentence."""
        return f"{self.kind}{self.field or self.tool}"


Edges = Mapping[
    Node, list[tuple[Node, Path]]
]  # what each thing is worked out from, and the expression that says so


def check_circles(spec: Spec) -> Found:
    """Give one mistake for each circle, at the expression that it begins with."""
    edges = _edges(spec)
    told: set[Node] = set()
    for start in edges:
        circle = _circle(edges, start)
        if circle and told.isdisjoint(node for node, _ in circle):
            told.update(node for node, _ in circle)
            yield circle[0][1], *_words([start, *(node for node, _ in circle)])


def _words(nodes: list[Node]) -> tuple[str, str]:
    way, kinds = " → ".join(map(str, nodes)), {node.kind for node in nodes}
    if nodes[0].kind == NAMES:
        what, remedy = "What rows are called leads", "Name another field in `shows`."
    elif kinds == {ANSWER}:
        what, remedy = f"The formula of {nodes[0]} leads", "Take one of them out of a formula."
    elif ASKED in kinds:
        what = "Whether something is asked leads"
        remedy = "Ask one of them whatever the others say; that two answers exclude each other is a rule."
    else:
        what = "What is required or checked here leads"
        remedy = "Ask for it by the answers themselves, not by completeness() of their own sheet."
    return f"{what} back to itself: {way}.", remedy


def _circle(edges: Edges, start: Node) -> list[tuple[Node, Path]]:
    """Find the shortest way from a node back to it, each step with the expression it goes by; empty without one."""
    ways: dict[Node, list[tuple[Node, Path]]] = {start: []}
    waiting = [start]
    for node in waiting:
        for target, path in edges.get(node, ()):
            if target == start:
                return [*ways[node], (target, path)]
            if target not in ways:
                ways[target] = [*ways[node], (target, path)]
                waiting.append(target)
    return []


def _edges(spec: Spec) -> Edges:
    edges = defaultdict[Node, list[tuple[Node, Path]]](list)
    for written in expressions(spec):
        found = written.found
        if isinstance(found, Problem):
            continue
        for nodes, needs in ((_said_by(written), _needs(found)), (_decided_by(written), _answers(found))):
            needed = [(node, written.path) for node in dict.fromkeys(needs)]
            for node in nodes:
                edges[node] += needed
    for path, (_, _, tool, _, block, *_), field in at(
        spec, FIELDS
    ):  # registers whose rows are called by a reference
        if isinstance(block, RegisterBlock) and field.code == (block.shows or block.fields[0].code):
            where = (*path[:4], "shows") if block.shows else (*path, "code")
            edges[Node(NAMES, tool.code)] += [(Node(NAMES, target), where) for target in field.to]
    for node in [node for node in edges if node.kind == CHECK]:
        edges[Node(PROGRESS, node.tool)].append((node, edges[node][0][1] if edges[node] else ()))
    return edges


def _said_by(written: Written) -> Iterator[Node]:
    """Yield what an expression is needed for; what a rule asks for counts for the reader, too."""
    tool, field, rule = written.scope.tool.code, written.field, written.rule
    if field is not None:
        yield Node(ANSWER if field.calculated and not written.condition else CHECK, tool, field.code)
    elif rule is not None:
        for code in (*(() if rule.reader_only else rule.at[:1]), *rule.require):
            yield Node(CHECK, tool, code)


def _decided_by(written: Written) -> Iterator[Node]:
    """Yield what depends on the answers of an expression: whether something is asked, and what is calculated."""
    field = written.field
    if field is not None and written.path[-1] == "relevant":
        yield Node(ASKED, written.scope.tool.code, field.code)
    elif field is not None and field.calculated and not written.condition:
        yield Node(ANSWER, written.scope.tool.code, field.code)


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
        yield from (Node(PROGRESS, tool) for tool in tools_read(found))
    else:
        for part in inside(found):
            yield from _needs(part)
