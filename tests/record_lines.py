"""A plugin of pytest that records which test runs which lines of the program, for `python -m tests.breakages --record`.

Files are read in the process of the test, so that their lines count as the test's; a command in a process of its own
notes for which test it runs.
"""

from __future__ import annotations

import json
import os
import pickle
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from coverage import Coverage

from hrge_xl.reader import worker

from .conftest import OF_WORKERS

SECONDS = "SECONDS_OF_TESTS"  # names the file for how long each test took
ALIKE = 5  # examples of one parametrised test are enough to choose from
_seconds: dict[str, dict[str, float]] = defaultdict(dict)
_usual = worker._Worker.run


def _here(self: worker._Worker[Any, Any], item: Any) -> Any:
    """Do the work of a worker in the process that asks for it."""
    message = worker._outcome(self._function, pickle.loads(pickle.dumps(item)), self._kinds)
    return worker.loads(message, self._kinds)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Take a few examples, evenly spread, of a test that has many."""
    alike: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        alike[item.nodeid.partition("[")[0]].append(item)
    items[:] = [item for each in alike.values() for item in each[:: -(-len(each) // ALIKE)]]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Let all that runs from here on, in processes that are started too, be on account of one test."""
    worker._Worker.run = _usual if Path(item.path).stem in OF_WORKERS else _here  # type: ignore[method-assign]
    recorded = Coverage.current()
    assert recorded is not None
    recorded.switch_context(item.nodeid)
    recorded.config.context = item.nodeid
    os.environ["COVERAGE_PROCESS_CONFIG"] = recorded.config.serialize()
    result = yield
    recorded.switch_context("")
    return result


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note how long a test took, its fixtures apart; one that fails here is none to ask."""
    _seconds[report.nodeid][report.when or ""] = float("inf") if report.failed else report.duration


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write that down, once for all processes of the run."""
    if not hasattr(session.config, "workerinput"):
        Path(os.environ[SECONDS]).write_text(json.dumps(_seconds), encoding="utf-8")
