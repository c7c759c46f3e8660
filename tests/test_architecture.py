"""The architecture is as its page says: every room in the order of the layers, every place, and no import back."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import hrge_xl

ROOT = Path(hrge_xl.__file__).parent.parent
PACKAGE = ROOT / "hrge_xl"
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def test_every_room_stands_there_from_the_top_down() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = [re.findall(r"hrge_xl\.(\w+)", layer) for layer in contracts[0]["layers"]]
    told = re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)
    assert [room for layer in layers for room in layer] == told
    packages = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert {*told} == packages | {"api"}


def test_nothing_is_loose_at_the_top() -> None:
    assert {path.name for path in PACKAGE.glob("*.py*")} == {
        "__init__.py",
        "__init__.pyi",
        "__main__.py",
        "api.py",
    }


def test_every_place_that_it_names_is_there() -> None:
    places = re.findall(r"`((?:hrge_xl|workbook_specs|tests)/[\w./]+)`", PAGE)
    assert len(places) >= 15
    assert [place for place in places if not (ROOT / place).exists()] == []


def test_it_fits_on_two_screens() -> None:
    assert len(PAGE.splitlines()) <= 100


def test_every_package_says_what_it_is_for() -> None:
    for file in PACKAGE.rglob("__init__.py"):
        assert ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))), file


def test_a_class_has_a_name_of_its_own() -> None:
    named: dict[str, set[str]] = defaultdict(set)
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                named[node.name].add(file.relative_to(PACKAGE).as_posix())
    assert {name: files for name, files in named.items() if len(files) > 1} == {}


def test_each_class_among_the_words_is_there() -> None:
    page = (ROOT / "docs" / "words.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([A-Z]\w+)`", page))
    assert len(named) >= 40
    classes = {
        node.name
        for file in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    }
    assert named - classes == set()


def modules() -> dict[str, Path]:
    """Every module of the package by its full name."""
    names = {
        file: ".".join(file.relative_to(ROOT).with_suffix("").parts)
        for file in PACKAGE.rglob("*.py")
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
        yield from ({target if target in known else base for target in targets} & known.keys()) - {
            name
        }


def test_no_import_leads_back() -> None:
    known = modules()
    graph = {name: set(imported(name, file, known)) for name, file in known.items()}
    assert len(graph) > 200
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as circle:
        raise AssertionError(" → ".join(circle.args[1])) from None
