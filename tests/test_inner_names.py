"""How much tests know of the inside of the program: the fewer names, the freer its house can be rebuilt.

The bounds are what is reached; both are to become 150, and neither may grow.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).resolve().parent
FACE = TESTS / "face.py"
STUB = TESTS.parent / "hrge_xl" / "__init__.pyi"
MOST_NAMES_HANDED_OUT = 534
MOST_NAMES_KNOWN = 642

Name = tuple[str, str]  # a module, and what is imported from it


def test_few_names_are_handed_to_all_tests() -> None:
    assert len({*inner_names(FACE)}) <= MOST_NAMES_HANDED_OUT


def test_tests_know_few_inner_names() -> None:
    known = {name for file in TESTS.rglob("*.py") for name in inner_names(file)}
    assert len(known) <= MOST_NAMES_KNOWN


def test_no_name_is_handed_out_for_nobody() -> None:
    handed_out = {alias.asname or alias.name for _, alias in imports_of(FACE)}
    imports = (name for file in TESTS.rglob("*.py") for name in imports_of(file))
    used = {alias.name for module, alias in imports if module == "tests.face"}
    assert handed_out - used == set()


def inner_names(file: Path) -> Iterator[Name]:
    """Give each name that a file imports from the program and that the page of the library does not promise."""
    promised = {alias.name for _, alias in imports_of(STUB)} | {"__version__"}
    for module, alias in imports_of(file):
        public = alias.name in promised if module == "hrge_xl" else module == "hrge_xl.core.errors"
        if module.partition(".")[0] == "hrge_xl" and not public:
            yield module, alias.name


def imports_of(file: Path) -> Iterator[tuple[str, ast.alias]]:
    """Give the module and the alias of each `from … import …`, wherever in the file it stands."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias) for alias in node.names)
