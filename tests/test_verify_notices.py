"""`verify` notices every change of a report, whatever is changed in it and wherever."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, example, given
from hypothesis import strategies as st

from hrge_xl import Audit
from hrge_xl.core.errors import UsageError
from tests.audited import DAY, reported, round_folder, verify_report
from tests.command_line import hrge
from tests.face import TAKEN_OVER, Opinion, VerificationRequest, render
from tests.fixture_types import Folders
from tests.property_tests import examples

ON_ITEMS = {"rename": "swap", "add": "repeat"}  # what is done to an item of a list instead
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=3,
)


@dataclass(frozen=True)
class Change:
    """One change of a report: what is done at the place where the steps lead, and what is put there.

    A step is the name of a key, or the number of a key or item, counted round.
    """

    do: str  # rename, drop, add or set a key; swap with the next, drop, repeat or set an item
    steps: tuple[str | int, ...]
    value: Any = None

    def path(self, report: Any) -> tuple[str | int, ...]:
        """Where the steps lead in a report; they stop where nothing is below."""
        path: list[str | int] = []
        for step in self.steps:
            if not report or not isinstance(report, dict | list):
                break
            keys = [*report] if isinstance(report, dict) else [*range(len(report))]
            path.append(keys[step % len(keys)] if isinstance(step, int) else step)
            report = report[path[-1]]
        return tuple(path)

    def made(self, report: Any) -> Any:
        """The report with this change."""
        report = deepcopy(report)
        *above, key = self.path(report)
        holder = report
        for step in above:
            holder = holder[step]
        if self.do == "drop":
            del holder[key]
        elif self.do == "set":
            holder[key] = self.value
        elif isinstance(holder, list):
            _change_items(holder, key, ON_ITEMS[self.do])
        else:
            _change_keys(holder, key, self.do, self.value)
        return report


def _change_items(items: list[Any], number: Any, do: str) -> None:
    if do == "repeat":
        items.insert(number, deepcopy(items[number]))
    else:
        other = (number + 1) % len(items)
        items[number], items[other] = items[other], items[number]


def _change_keys(mapping: dict[str, Any], key: Any, do: str, value: Any) -> None:
    name = value if isinstance(value, str) else f"{key}s"
    if do == "add":
        mapping.setdefault(name, value)
    else:
        renamed = {
            name if each == key else each: mapping[each]
            for each in mapping
            if each == key or each != name
        }
        mapping.clear()
        mapping.update(renamed)


CHANGES = st.builds(
    Change,
    st.sampled_from(("rename", "drop", "add", "set")),
    st.lists(st.integers(0, 100), min_size=1, max_size=8).map(tuple),
    VALUES,
)


@pytest.fixture(scope="module", params=["returned", "round"])
def report(request: pytest.FixtureRequest, tmp_path_factory: Folders) -> Path:
    """A real report: of files without a round, or of a round at hand, with a waiver."""
    folder = tmp_path_factory.mktemp("notices")
    if request.param == "returned":
        return reported(folder) / "validation.json"
    round_ = round_folder(folder)
    why = ("--reason", "Agreed", "--by", "A. Coordinator", "--today", DAY)
    assert hrge("waive", "V001", "--file", "PAK.xlsx", "--ledger", round_, *why) == 0
    assert hrge("report", round_, "--format", "json", "-o", round_ / "reports", "--today", DAY) == 0
    return round_ / "reports" / "validation.json"


@pytest.fixture(scope="module", autouse=True)
def _files_read_once() -> Iterator[None]:
    """Files are read again only where a report asks for something else; openpyxl never reads them here."""
    module = importlib.import_module("hrge_xl.audit.report_again")
    again, kept = module.run_again, {}
    compared = (
        "size",
        "verdict",
        "identity",
        "counts",
        "completeness",
        "checks",
        "findings",
        "unplaced",
    )

    def run_again(then: Any, found: Any, specs: Any, setting: Any) -> Any:
        rows = [
            {key: value for key, value in row.items() if key not in compared}
            for row in then["files"]
        ]
        key = json.dumps(
            [
                then["run"],
                then["waivers"],
                then["decisions"],
                rows,
                str(found),
                str(specs),
                str(setting),
            ]
        )
        if key not in kept:
            kept[key] = again(then, found, specs, setting)
        return kept[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "run_again", run_again)
        patch.setattr(module, "second_opinion", lambda *_, **__: Opinion())
        yield


def look(report: Path, text: str | bytes, folder: Path) -> Audit | None:
    """Verify other contents of a report; None where they are not a report that could be verified."""
    other = folder / report.name
    other.write_bytes(text if isinstance(text, bytes) else text.encode())
    try:
        audit = verify_report(
            VerificationRequest(other, [report.parent.parent / "returned"], report.parent.parent)
        )
    except UsageError:
        return None
    assert [*audit.lines()]
    assert json.dumps(audit.data())
    return audit


def differs(audit: Audit | None) -> bool:
    """Whether it is told that something is wrong."""
    return audit is None or not audit.identical


def is_free(change: Change, path: tuple[str | int, ...]) -> bool:
    """Whether it is said where `verify` is described that no file can tell this: values of the run, order of files."""
    if path[0] == "run":
        return change.do == "set" and ".".join(map(str, path)) in TAKEN_OVER
    return path[0] == "files" and len(path) == 2 and change.do == "rename"


@pytest.mark.deep
@examples(150, suppress=[HealthCheck.function_scoped_fixture])
@example(Change("rename", ("summary", "info"), "ingo"))
@example(Change("rename", ("files", 1, "counts", "info"), "ingo"))
@example(Change("set", ("run", "redacted"), 0))
@example(Change("set", ("summary", "refused"), True))
@example(Change("add", ("run", "id"), None))
@example(Change("set", ("files", 0, "status"), "excluded"))
@example(Change("set", ("files", 0, "arrived"), "2026-06-29"))
@example(Change("add", ("run", "id"), "round_given"))
@given(change=CHANGES)
def test_no_change_of_the_report_goes_unseen(report: Path, tmp_path: Path, change: Change) -> None:
    honest = json.loads(report.read_text(encoding="utf-8"))
    path, text = change.path(honest), render(change.made(honest))
    assume(text != render(honest) and not is_free(change, path))
    assert differs(look(report, text, tmp_path)), path


@examples(150, suppress=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 1, exclude_max=True), other=st.integers(1, 255))
def test_no_byte_of_the_report_changes_unseen(
    report: Path, tmp_path: Path, share: float, other: int
) -> None:
    data = bytearray(report.read_bytes())
    at = int(share * len(data))
    assume(at not in free_bytes(bytes(data)))
    data[at] = (data[at] + other) % 256
    assert differs(look(report, bytes(data), tmp_path)), bytes(data[max(at - 60, 0) : at + 60])


def free_bytes(data: bytes) -> set[int]:
    """Where the report tells of its run what nobody can know from the files: only a seal holds that."""
    found: set[int] = set()
    for key in (each.rpartition(".")[2].encode() for each in TAKEN_OVER):
        match = re.search(rb'"run": \{.*?"%s": ([^\n]*)' % key, data, re.DOTALL)
        assert match is not None
        found |= set(range(*match.span(1)))
    return found
