"""The breakages that are written by hand go on breaking what they were written for."""

from __future__ import annotations

import yaml

from tests.breakages import FIXED, HERE

COUNT = 100


def test_each_breakage_still_has_its_place() -> None:
    """Each text that is to be broken stands once in its file; where one has gone, its harm needs another breakage."""
    breakages = yaml.safe_load(FIXED.read_text(encoding="utf-8"))
    astray = []
    for breakage in breakages:
        text = (HERE / breakage["file"]).read_text(encoding="utf-8")
        if text.count(breakage["before"]) != 1:
            astray.append((breakage["file"], breakage["before"], breakage["why"]))
    assert not astray
    assert len(breakages) == COUNT


def test_each_breakage_changes_something_else() -> None:
    """No breakage stands there twice, or changes nothing."""
    breakages = yaml.safe_load(FIXED.read_text(encoding="utf-8"))
    changes = {(breakage["file"], breakage["before"], breakage["after"]) for breakage in breakages}
    assert len(changes) == len(breakages)
    assert all(breakage["before"] != breakage["after"] for breakage in breakages)
