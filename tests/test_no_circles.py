"""No module leads back to itself by what it imports, wherever that stands: at the top, for types, in a function."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import hrge_xl

ROOT = Path(hrge_xl.__file__).parent


def modules() -> dict[str, Path]:
    """Every module of the package by its full name."""
    names = {
        file: ".".join(file.relative_to(ROOT.parent).with_suffix("").parts) for file in ROOT.rglob("*.py")
    }
    return {name.removesuffix(".__init__"): file for file, name in names.items()}


def imported(name: str, file: Path, known: dict[str, Path]) -> Iterator[str]:
    """What a module imports of the package, itself left out."""
    package = name if file.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ImportFrom):
            continue
        parts = package.split(".")
        above = parts[: len(parts) - node.level + 1] if node.level else []
        base = ".".join([*above, *([node.module] if node.module else [])])
        targets = (f"{base}.{each.name}" for each in node.names)
        yield from ({target if target in known else base for target in targets} & known.keys()) - {name}


def test_no_import_leads_back() -> None:
    known = modules()
    graph = {name: set(imported(name, file, known)) for name, file in known.items()}
    assert len(graph) > 200
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as circle:
        raise AssertionError(" → ".join(circle.args[1])) from None
