"""The public names of the library, and the whole way through them."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import hrge_xl
from hrge_xl import library
from hrge_xl.cli import COMMANDS
from hrge_xl.reports import FORMATS
from tests.write_docs import DOCS

TODAY = date(2026, 6, 30)
NAMES = (
    "Facts Order Question Source ValidationRequest Wanted Wish "
    "check compare consolidate datasets decide diff document draft drafts explain export feedback generate init_round "
    "issue load load_round one_dataset read receive recover refresh remind report schemas set_contact sign status "
    "trace try_out validate verify waive withdraw"
)
AT_A_TERMINAL = {"demo", "doctor", "completion", "help"}  # commands that only talk to people
GROUPS = {"spec": {"load", "try_out", "diff", "draft"}, "round": {"init_round", "load_round", "set_contact"}}


def test_every_command_has_a_function() -> None:
    """Except what only talks to people; a command that is a group has functions of other names."""
    verbs = {name for name in COMMANDS if name not in AT_A_TERMINAL | GROUPS.keys()}
    assert verbs <= hrge_xl.VERBS
    assert all(names <= hrge_xl.VERBS for names in GROUPS.values())


def test_the_examples_of_the_page_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One block goes on where the one before ended, and every verb of the table is one that there is."""
    monkeypatch.chdir(tmp_path)
    page = (DOCS / "library.md").read_text(encoding="utf-8")
    session: dict[str, Any] = {}
    for block in re.findall(r"^```python\n(.*?)^```$", page, re.M | re.S):
        exec(compile(block, "docs/library.md", "exec"), session)
    assert session["answers"]
    assert (tmp_path / "data_fr.xlsx").is_file()
    told = {
        name for cell in re.findall(r"^\|.*\|(.*)\|$", page, re.M) for name in re.findall(r"`(\w+)`", cell)
    }
    assert told == hrge_xl.VERBS


def test_the_public_names() -> None:
    assert " ".join(library.__all__) == NAMES
    assert {name for name in library.__all__ if name.islower()} == hrge_xl.VERBS
    assert all(getattr(hrge_xl, name) is getattr(library, name) for name in hrge_xl.VERBS)
    assert not hasattr(hrge_xl, "no_verb")


def test_the_whole_way(tmp_path: Path) -> None:
    spec = library.load("example")
    path = tmp_path / "MAR.xlsx"
    path.write_bytes(library.generate(spec, library.Order("MAR", TODAY, "MAR", "fr")))
    assert library.read(path, library.Wanted()).values() == {("PLAN", "1", "PLN_02"): "MAR"}  # type: ignore[union-attr]
    asked = library.ValidationRequest(library.Wanted(), TODAY)
    results = library.validate([path], asked)
    with library.datasets(library.Question([str(path)], TODAY)) as found:
        report = library.document(found, library.Facts("2026-06-30T00:00:00Z", TODAY, "test"))
    for name in FORMATS:
        assert library.report(report, name)
    assert library.feedback(results[0], spec, today=TODAY)
    summary = library.consolidate([library.Source([path], asked)], tmp_path / "dataset")
    assert (summary.files, summary.totals.returned) == (1, 1)
