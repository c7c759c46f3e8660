"""Whether the property tests pass does not depend on luck: every run looks at the same examples."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.property_tests import EXAMPLES, REPEATABLE, SHARE, TIMES_MORE, examples

ROOT = Path(__file__).parent.parent
DRAWN = """
import hashlib, sys
sys.path.insert(0, {root!r})
{before}
from hypothesis import given, strategies as st
from tests.property_tests import examples, import_everything, register_profiles
register_profiles()
import_everything()
drawn = hashlib.sha256()

@examples(200)
@given(st.text() | st.integers() | st.floats(), st.integers())
def draw(value, number):
    {during}
    drawn.update(ascii((value, number)).encode())

draw()
print(drawn.hexdigest())
"""
HISTORIES = (
    ("", "pass"),
    ("import hrge_xl.findings", "import colorsys, hrge_xl.outputs.formats.html"),
)


@pytest.mark.deep
def test_every_run_draws_the_same_examples_whatever_ran_before() -> None:
    running = []
    for seed, (before, during) in enumerate(HISTORIES, start=1):
        command = [sys.executable, "-c", DRAWN.format(root=str(ROOT), before=before, during=during)]
        environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
        running.append(subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, cwd=ROOT))
    drawn = [process.communicate()[0] for process in running]
    assert len(drawn[0]) > 60
    assert len({*drawn}) == 1


def test_every_property_test_goes_by_the_profile(request: pytest.FixtureRequest) -> None:
    now = settings()
    for item in request.session.items:
        if item.get_closest_marker("hypothesis"):
            used: Any = item.obj._hypothesis_internal_use_settings  # type: ignore[attr-defined]
            told = (used.derandomize, used.database, used.deadline)
            assert told == (now.derandomize, now.database, None), item.nodeid


def test_a_hunt_looks_at_more_examples_of_every_test() -> None:
    before = settings.get_current_profile_name()
    try:
        for profile, times in ((REPEATABLE, 1 / SHARE), ("hunt", TIMES_MORE)):
            settings.load_profile(profile)
            assert (settings().max_examples, examples(8).max_examples) == (
                EXAMPLES * times,
                8 * times,
            )
            assert settings().derandomize is (profile == REPEATABLE)
            assert profile != REPEATABLE or (settings().database, settings().deadline) == (
                None,
                None,
            )
    finally:
        settings.load_profile(before)
