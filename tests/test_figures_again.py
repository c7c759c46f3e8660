"""Figures of what did not change stay as they were: the same as if all of them were worked out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hrge_xl
from hrge_xl import generate, load
from hrge_xl.dataset import aggregates
from tests.answers import TODAY
from tests.command_line import hrge
from tests.damage import ANSWERS
from tests.face import orders

SPEC = "example"
PERIODS = ("2025-H2", "2026-H1")
TEAMS = [f"T{number}" for number in range(8)]
WHO = ("--reason", "As agreed", "--by", "A. Name", "--today", TODAY)


def send(folder: Path, period: str) -> None:
    """Have one more team answer in a period."""
    round_ = hrge_xl.load_round(folder / period)
    returned = folder / period / "returned"
    number = len([*returned.glob("*.xlsx")])
    (order,) = (order for order in orders(round_, TODAY) if order.team == TEAMS[number])
    filled = ANSWERS | {("PLAN", "1", "PLN_01"): f"WS-{number:02d}"}
    data = generate(load(SPEC), replace(order, answers=filled))
    (returned / f"{period}-{number}.xlsx").write_bytes(data)


FIRST = f"{PERIODS[0]}-0.xlsx"


def withdraw(folder: Path) -> None:
    hrge("-q", "decide", folder / "out", FIRST, "--withdraw", *WHO)


def undo(folder: Path) -> None:
    hrge("-q", "decide", folder / "out", FIRST, "--undo", *WHO)


def correct(folder: Path) -> None:
    place = ("--cell", "PLAN!E7", "--value", "WS-77")
    hrge("-q", "decide", folder / PERIODS[0], FIRST, *place, *WHO)


def break_one(folder: Path) -> None:
    """A file comes that nobody can read: nothing counts that did not before."""
    (folder / PERIODS[0] / "returned" / "broken.xlsx").write_bytes(b"PK\x03\x04 not a workbook")


STEPS: tuple[Callable[[Path], None], ...] = (
    lambda folder: send(folder, PERIODS[0]),
    lambda folder: send(folder, PERIODS[1]),
    withdraw,
    undo,
    correct,
    break_one,
)


def begin(folder: Path) -> None:
    """Make a dataset of two rounds, to each of which one team has answered."""
    lines = [f"{team},PAK\n" for team in TEAMS]
    (folder / "teams.csv").write_text(f"team,country\n{''.join(lines)}", encoding="utf-8")
    for period in PERIODS:
        named = ("--spec", SPEC, "--teams", folder / "teams.csv")
        assert hrge("-q", "round", "init", folder / period, *named) == 0
        (folder / period / "returned").mkdir(exist_ok=True)
        send(folder, period)
    consolidate(folder)


def consolidate(folder: Path) -> None:
    rounds = [folder / period for period in PERIODS]
    code = hrge("-q", "consolidate", *rounds, "-o", folder / "out", "--today", TODAY)
    assert code in (0, 4)


@pytest.mark.deep
@settings(max_examples=8)
@given(st.lists(st.sampled_from(STEPS), min_size=1, max_size=4))
def test_they_are_those_of_all_returns(steps: Sequence[Callable[[Path], None]]) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        begin(folder)
        for step in steps:
            step(folder)
            consolidate(folder)
        audit = hrge_xl.verify(folder / "out")
        assert audit.identical, [*audit.lines()]


def test_only_periods_in_which_something_changed_are_worked_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(tmp_path)
    worked_out = list[frozenset[str] | None]()
    compute = aggregates.compute_aggregates

    def note(*arguments: object) -> None:
        worked_out.append(arguments[4])  # type: ignore[arg-type]
        compute(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(aggregates, "compute_aggregates", note)
    send(tmp_path, PERIODS[1])
    consolidate(tmp_path)
    assert worked_out == [{PERIODS[1]}]
    break_one(tmp_path)
    consolidate(tmp_path)
    assert worked_out == [{PERIODS[1]}]
    withdraw(tmp_path)
    assert worked_out == [{PERIODS[1]}, {PERIODS[0]}]
    assert hrge_xl.verify(tmp_path / "out").identical
