"""The code reads aloud: a line holds one thought, and a name says what it holds. The bounds are what is reached."""

from __future__ import annotations

import ast
import io
import tokenize
from functools import cache
from pathlib import Path

import hrge_xl

PACKAGE = Path(hrge_xl.__file__).parent
MOST_TOKENS_PER_LINE = 6.8
MOST_PARALLEL_ASSIGNMENTS = 30
MOST_VAGUE_NAMES = 0.012  # of the names that are bound
SILENT = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}
# fmt: off
VAGUE = {
    "found", "told", "each", "said", "made", "given", "got", "known", "asked", "wanted", "there", "here",
    "where", "one", "own", "ours", "theirs", "its", "these", "those", "such", "other", "others", "both",
    "what", "which", "thing", "things", "way", "how", "held", "kept", "taken", "left", "did", "done",
    "so", "now", "then", "before", "after", "more", "rest", "all_", "data", "result", "item",
}
# fmt: on


@cache
def texts() -> dict[str, str]:
    """Each module of the program, by where it stands."""
    files = sorted(PACKAGE.rglob("*.py"))
    return {
        file.relative_to(PACKAGE).as_posix(): file.read_text(encoding="utf-8") for file in files
    }


@cache
def nodes() -> list[tuple[str, ast.AST]]:
    return [(file, node) for file, text in texts().items() for node in ast.walk(ast.parse(text))]


def test_a_line_holds_one_thought() -> None:
    lines = sum(len(text.splitlines()) for text in texts().values())
    tokens = sum(
        token.type not in SILENT
        for text in texts().values()
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
    )
    assert tokens / lines <= MOST_TOKENS_PER_LINE


def test_values_that_are_not_one_thing_are_assigned_one_by_one() -> None:
    parallel = [
        f"{file}:{node.lineno}"
        for file, node in nodes()
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Tuple)
        and len(node.value.elts) > 1
        and any(isinstance(target, ast.Tuple) for target in node.targets)
    ]
    assert len(parallel) <= MOST_PARALLEL_ASSIGNMENTS, parallel


def test_names_say_what_they_hold() -> None:
    bound = [
        (file, node.lineno, node.id)
        for file, node in nodes()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    ]
    bound += [(file, node.lineno, node.arg) for file, node in nodes() if isinstance(node, ast.arg)]
    vague = [f"{file}:{line} {name}" for file, line, name in bound if name.strip("_") in VAGUE]
    assert len(vague) / len(bound) <= MOST_VAGUE_NAMES, vague
