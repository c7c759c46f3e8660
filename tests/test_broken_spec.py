"""A spec that comes with the program and is broken is one mistake of the program's folder, not of every file."""

from __future__ import annotations

import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import hrge_xl
from tests.damage import filled
from tests.face import Mistake, SpecError, find

PACKAGE = Path(hrge_xl.__file__).parent


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A copy of the program in which the example spec has a mistake, with three of its returns."""
    shutil.copytree(PACKAGE, tmp_path / "hrge_xl", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(find("example"), tmp_path / "workbook_specs" / "example")
    rules = tmp_path / "workbook_specs" / "example" / "rules.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("PLN_05 >=", "PLN_99 >="), encoding="utf-8")
    for number in range(3):
        (tmp_path / "returned").mkdir(exist_ok=True)
        (tmp_path / "returned" / f"{number}.xlsx").write_bytes(filled())
    return tmp_path


def test_a_broken_spec_is_said_once(program: Path) -> None:
    command = [sys.executable, "-m", "hrge_xl", "validate", "returned"]
    done = subprocess.run(command, cwd=program, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 3
    assert done.stderr.count("rules.yaml:") == 1
    assert "PLN_99" in done.stderr
    assert "F063" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_mistakes_come_whole_out_of_another_process() -> None:
    broken = SpecError(
        [Mistake("a.yaml", 2, 1, "It is wrong.", "Mend it."), Mistake("a.yaml", 1, 1, "No.", "")]
    )
    again = pickle.loads(pickle.dumps(broken))
    assert (again.mistakes, str(again)) == (broken.mistakes, str(broken))
