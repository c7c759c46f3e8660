"""Formulas and requirements that lead back to themselves, however far round: Excel can calculate none of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ..frozen import Found, Path
from ..language import Call, Expr, Over, Problem, Ref, inside
from ..language.functions.choices import Completeness, LookUp, tools_read
from .check_expressions import Written, expressions
from .model import RegisterBlock, Rule, Spec

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


Edges = Mapping[Node, list[tuple[Node, Path]]]


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
    way = " → ".join(str(node) for node in nodes)
    if nodes[0].kind == NAMES:
        return f"What rows are called leads back to itself: {way}.", "Name another field in `shows`."
    if all(node.kind == ANSWER for node in nodes):
        return f"The formula of {nodes[0]} leads back to itself: {way}.", "Take one of them out of a formula."
    if any(node.kind == ASKED for node in nodes):
        return (
            f"Whether something is asked leads back to itself: {way}.",
            "Ask one of them whatever the others say; that two answers exclude each other is a rule.",
        )
    return (
        f"What is required or checked here leads back to itself: {way}.",
        "Ask for it by the answers themselves, not by completeness() of their own sheet.",
    )


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
    """Give what each thing is worked out from, with the expression that says so."""
    edges: dict[Node, list[tuple[Node, Path]]] = {}
    for written in expressions(spec):
        found = written.found
        if isinstance(found, Problem):
            continue
        needs = list(dict.fromkeys(_needs(found)))
        for node in _said_by(written):
            edges.setdefault(node, []).extend((need, written.path) for need in needs)
        for node in _decided_by(written):
            asked = dict.fromkeys(_answers(found))
            edges.setdefault(node, []).extend((need, written.path) for need in asked)
    for node, needed, path in _names_of_rows(spec):
        edges.setdefault(node, []).append((needed, path))
    for node in list(edges):
        if node.kind == CHECK:
            edges.setdefault(Node(PROGRESS, node.tool), []).append(
                (node, edges[node][0][1] if edges[node] else ())
            )
    return edges


def _names_of_rows(spec: Spec) -> Iterator[tuple[Node, Node, Path]]:
    """Yield registers whose rows are called by a reference, with each register that this refers to."""
    for t, tool in enumerate(spec.tools):
        for b, block in enumerate(tool.blocks):
            if not isinstance(block, RegisterBlock) or not block.fields:
                continue
            shown = block.shows or block.fields[0].code
            for f, field in enumerate(block.fields):
                path = ("tools", t, "blocks", b, *(("shows",) if block.shows else ("fields", f, "code")))
                for target in field.to if field.code == shown else ():
                    yield Node(NAMES, tool.code), Node(NAMES, target), path


def _said_by(written: Written) -> Iterator[Node]:
    """Yield what an expression is needed for."""
    tool = written.scope.tool.code
    if written.field is not None:
        kind = ANSWER if written.field.calculated and not written.condition else CHECK
        yield Node(kind, tool, written.field.code)
    elif written.rule is not None:
        yield from (Node(CHECK, tool, code) for code in _checked(written.rule))


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
        of_row = found.args[:1] if isinstance(found, Call) and isinstance(found.function, LookUp) else None
        for part in inside(found) if of_row is None else of_row:
            yield from _answers(part)


def _checked(rule: Rule) -> tuple[str, ...]:
    """Give the fields whose checks a rule is part of in the sheet; what it asks for counts for the reader, too."""
    return (*(() if rule.reader_only else rule.at[:1]), *rule.require)


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
