"""A file that changes, disappears or is locked while it is read: try again, of this file alone."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from hrge_xl import validate
from tests.face import DATASET, LEFT_OUT, LOST, REFUSED, RETURNED, Ledger, gate, kept_at, work
from tests.small_returns import ASKED, dataset, returns, run, workbook

CHANGED = "F031"
FOUND = "SELECT code FROM findings WHERE submission = ?"
Change = Callable[[Path], None]


def rewritten(path: Path) -> None:
    path.write_bytes(workbook(9))


def deleted(path: Path) -> None:
    path.unlink()


def replaced_by_a_link(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.with_name("elsewhere"))


def before(
    monkeypatch: pytest.MonkeyPatch, module: Any, step: str, change: Callable[[], None]
) -> None:
    """Have something happen just before a step is taken for the first time."""
    do = getattr(module, step)

    def meanwhile(*given: Any, **more: Any) -> Any:
        monkeypatch.setattr(module, step, do)
        change()
        return do(*given, **more)

    monkeypatch.setattr(module, step, meanwhile)


def told(out: Path) -> dict[str, tuple[str, str | None, list[str]]]:
    """The verdict of each file by its name, with its hash, and what was found in it."""
    with closing(sqlite3.connect(out / DATASET)) as database:
        found = {
            name: [code for (code,) in database.execute(FOUND, (name,))]
            for (name,) in database.execute("SELECT submission FROM submissions")
        }
        rows = database.execute(
            "SELECT path, verdict, sha256, submission FROM submissions"
        ).fetchall()
    return {Path(path).name: (verdict, sha256, found[name]) for path, verdict, sha256, name in rows}


@pytest.mark.parametrize(
    ("step", "change"),
    [
        ("keep", rewritten),
        pytest.param("validated", deleted, marks=pytest.mark.deep),
        ("validated", replaced_by_a_link),
        pytest.param("validated", rewritten, marks=pytest.mark.deep),
        pytest.param("keep", deleted, marks=pytest.mark.deep),
        pytest.param("keep", replaced_by_a_link, marks=pytest.mark.deep),
    ],
)
def test_between_hash_and_reading(
    change: Change, step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, out = returns(tmp_path / "in", 3), tmp_path / "out"
    before(monkeypatch, work, step, lambda: change(files[0]))
    summary = run(files, out)
    assert (summary.totals.returned, summary.refused) == (2, 2)
    seen = told(out)
    assert seen["00.xlsx"] == (REFUSED, None, [CHANGED])
    run(files[1:], tmp_path / "without")
    assert {name: row for name, row in seen.items() if name != "00.xlsx"} == told(
        tmp_path / "without"
    )


@pytest.mark.deep
@pytest.mark.parametrize("step", ["keep", "validated"])
def test_the_next_run_reads_it_again(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then everything is as if nothing had happened, whether it is the old or a new content."""
    files, out = returns(tmp_path / "in", 3), tmp_path / "out"
    before(monkeypatch, work, step, lambda: rewritten(files[0]))
    run(files, out)
    lost = hashlib.sha256(workbook(0)).hexdigest()
    with Ledger.open(out, write=False) as ledger:
        (row,) = (row for row in ledger.rows() if row["sha256"] == lost)
        assert (row["state"], row["reason"]) == (LEFT_OUT, LOST)
    assert run(files, out).new == 1
    assert told(out)["00.xlsx"][:2] == (RETURNED, hashlib.sha256(workbook(9)).hexdigest())
    files[0].write_bytes(workbook(0))
    run(files, out, only_these=True)
    undisturbed = tmp_path / "undisturbed"
    run(files, undisturbed)
    assert told(out) == told(undisturbed)
    assert kept_at(out, lost).read_bytes() == workbook(0)


def test_the_same_content_elsewhere_is_read_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, out = returns(tmp_path / "in", 1), tmp_path / "out"
    copy = files[0].with_name("copy.xlsx")
    copy.write_bytes(workbook(0))
    before(monkeypatch, work, "validated", lambda: rewritten(files[0]))
    run([*files, copy], out)
    seen = told(out)
    assert seen["00.xlsx"][0] == REFUSED
    assert seen["copy.xlsx"][0] == RETURNED


@pytest.mark.deep
def test_once_it_was_read_it_may_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its bytes are kept before anything is said of it."""
    files, out = returns(tmp_path / "in", 2), tmp_path / "out"
    before(
        monkeypatch, import_module("hrge_xl.dataset.ingest"), "take_in", lambda: rewritten(files[0])
    )
    run(files, out)
    files[0].write_bytes(workbook(0))
    run(files, tmp_path / "undisturbed")
    assert dataset(out) == dataset(tmp_path / "undisturbed")


def test_a_dry_run_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = returns(tmp_path / "in", 2)
    before(monkeypatch, work, "validated", lambda: rewritten(files[0]))
    summary = run(files, tmp_path / "out", dry_run=True)
    verdicts = (REFUSED, RETURNED, REFUSED)
    assert dict(summary.foreseen) == {
        f"../in/{file.name}": verdict for file, verdict in zip(files, verdicts, strict=True)
    }


def test_in_the_middle_of_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is half old and half new may be no workbook at all: that is not what the team sent."""
    files = returns(tmp_path / "in", 2)
    check, looks = gate._check_kind, []

    def meanwhile(mode: int) -> None:
        check(mode)
        looks.append(mode)
        if len(looks) == 2:  # it is open
            rewritten(files[0])

    monkeypatch.setattr(gate, "_check_kind", meanwhile)
    first, other = validate(files[:2], ASKED)
    assert [finding.code for finding in first.findings] == [CHANGED]
    assert (first.verdict, first.sha256) == (REFUSED, None)
    assert other.verdict == RETURNED
