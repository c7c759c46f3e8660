"""A kind of finding is one object: said in one place, and raised by that object, never by its code."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import hrge_xl
from tests.face import CATALOGUE, file, identity, structure, value

PACKAGE = Path(hrge_xl.__file__).parent
HERE = Path(__file__).parent
CODE = re.compile(r"\b[FISVXP]\d{3}\b")
MODULES = (file, identity, structure, value)


def texts(tree: ast.AST) -> Iterator[ast.Constant]:
    """Every text of a module but docstrings, which may show codes as examples."""
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docstrings
        ):
            yield node


def test_no_text_names_a_finding_by_its_code() -> None:
    named = [
        (path.name, text.lineno, code)
        for path in PACKAGE.rglob("*.py")
        if path.parent != PACKAGE / "findings"
        for text in texts(ast.parse(path.read_text(encoding="utf-8")))
        for code in CODE.findall(str(text.value))
        if code in CATALOGUE
    ]
    assert named == [], "raise the finding by its object"


def test_a_finding_is_defined_under_its_name() -> None:
    for kind in CATALOGUE.values():
        name = kind.name.upper().replace("-", "_")
        assert [getattr(module, name) for module in MODULES if hasattr(module, name)] == [kind]


NEW = """

MADE_UP = info(
    "S999",
    message="{label}: made up.",
    remedy="Nothing to do.",
    why="It shows where a finding has to be said.",
    example="This one.",
    needs=(Need.DRAWINGS, Need.EDITION),
    in_feedback=InFeedback.BESIDE,
)
"""
LOOK = """
from hrge_xl.reader.read import AS_ISSUED
from hrge_xl.reader.other_formats import checks_lost
from tests.texts import texts
from tests.write_docs import findings_page
from hrge_xl.cli import cli

assert "### S999" in findings_page() and "| [S999](#s999) | made-up | info |" in findings_page()
assert "S999" in AS_ISSUED and "S999" in checks_lost(["drawings"], "ods")
assert "{label}: made up." in texts()
cli(["explain", "made-up"])
"""


@pytest.mark.deep
def test_adding_a_finding_touches_one_place(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "hrge_xl", ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / "hrge_xl" / "findings" / "structure.py").open("a", encoding="utf-8") as module:
        module.write(NEW)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(HERE.parent)])}
    command = [sys.executable, "-c", LOOK]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "S999 made-up (info)" in done.stdout


def test_what_asks_for_nothing_is_no_warning() -> None:
    """Warnings that say that there is nothing to do drown those that ask for something."""
    idle = [
        kind.code
        for kind in CATALOGUE.values()
        if kind.severity != "info" and kind.remedy.startswith("Nothing to do")
    ]
    assert idle == []
