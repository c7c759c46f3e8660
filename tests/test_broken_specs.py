"""What `spec check` says of specs as people break them, whole: place, value, reason, remedy, and nothing twice."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hrge_xl import load
from tests.broken_specs import BROKEN, Broken, expected
from tests.face import SpecError, common_mistakes

RAW = re.compile(
    r"mapping values|expected key|start any token|Input should|valid (?:string|tuple|YAML)|invalid syntax"
)


@pytest.mark.parametrize("broken", BROKEN, ids=lambda each: each.name)
def test_what_is_said_of_a_broken_spec(broken: Broken, tmp_path: Path) -> None:
    assert broken.said(tmp_path) == expected()[broken.name]


def test_every_mistake_has_a_place_a_reason_and_a_remedy() -> None:
    said = [line for lines in expected().values() for line in lines]
    assert len(BROKEN) >= 35
    assert set(expected()) == {broken.name for broken in BROKEN}
    for line in said:
        assert re.fullmatch(r"[\w/]+\.yaml:\d+:\d+: .+[.?”] .+[.?)]", line), line
        assert not RAW.search(line), line


def test_every_slip_that_is_told_has_a_broken_spec() -> None:
    said = [line.split(": ", 1)[1] for lines in expected().values() for line in lines]
    for slip in [*common_mistakes()["yaml"], *common_mistakes()["shape"]]:
        parts = re.split(r"\{[\w.:]+\}", f"{slip.reason} {slip.remedy}")  # between what is filled in
        words = ".*".join(re.escape(part.replace("{{", "{").replace("}}", "}")) for part in parts)
        last = not slip.says and not slip.fits  # which fits whatever is left
        assert last or any(re.fullmatch(words, line) for line in said), slip


def test_a_list_is_not_called_short_for_what_is_wrong_in_it(tmp_path: Path) -> None:
    """A first spec, with a mistake in its only tool: told is that mistake, not that there is no tool."""
    (tmp_path / "tools").mkdir()
    head = "name: first\nversion: '1'\ntitle: First\nlanguages: [en]\nsheets: [A]\n"
    (tmp_path / "workbook.yaml").write_text(head, encoding="utf-8")
    (tmp_path / "tools" / "a.yaml").write_text("code: A\ntitle: A\nblocks: []\n", encoding="utf-8")
    with pytest.raises(SpecError) as told:
        load(tmp_path)
    assert [line.partition(": ")[2] for line in told.value.lines] == ["`sheet` is missing for A. Add it."]
