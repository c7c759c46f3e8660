"""What a reading process answers is data: a process that was taken over can lie about its own file, and no more."""

from __future__ import annotations

import os
import pickle
from array import array
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path

import pytest

from hrge_xl.errors import Mistake, SpecError
from hrge_xl.findings.file import EMPTY_FILE
from hrge_xl.findings.value import ANSWER_MISSING
from hrge_xl.intake import Refusal, Wanted, read, read_many
from hrge_xl.intake import closed_format as ours
from hrge_xl.intake.closed_format import dumps, loads, may_answer
from hrge_xl.intake.limits import LIMITS
from hrge_xl.intake.worker import Died, run_guarded
from hrge_xl.observation import Observation
from hrge_xl.submission import Submission
from tests.audited import returned, workbook
from tests.worker_actions import act

MODULE = ours.__name__


class Command:
    """What runs a command wherever it is unpickled."""

    def __reduce__(self) -> object:
        return os.system, ("exit 7",)


@pytest.mark.parametrize(
    "value",
    [
        None, ["x", 1, 1.5, -0.0, True, b"y", {"k": ("t",)}, {1, 2}, frozenset([3])], date(2026, 6, 30),
        time(1, 2, 3, 4),
        datetime(2026, 6, 30, 12, 1, 2, 3), array("L", [1, 2**40]), Died("time"),
        Observation(ANSWER_MISSING, "Plan", "E6", detail={"value": "\ud800"}),
        Refusal("a", None, 1, (Observation(EMPTY_FILE),)),
    ],
)  # fmt: skip
def test_what_may_be_answered_comes_whole(value: object) -> None:
    assert loads(dumps(value)) == value


def test_a_spec_with_mistakes_comes_whole() -> None:
    error = loads(dumps(SpecError([Mistake("a.yaml", 1, 2, "Why.", "What to do.")])))
    assert isinstance(error, SpecError)
    assert str(error) == "a.yaml:1:2: Why. What to do."


@pytest.mark.parametrize(
    "value", [lambda: None, os.system, Command(), Path("x"), Submission, object(), range(3)]
)
def test_nothing_else_is_answered(value: object) -> None:
    with pytest.raises(pickle.PicklingError):
        dumps(value)


NAMED = f"c{MODULE}\n_MAKE\n".encode()


@pytest.mark.parametrize(
    ("answer", "because"),
    [
        (pickle.dumps(Command()), "system"),
        (b"cbuiltins\neval\n(S'1'\ntR.", "builtins.eval"),
        (b"(S'1'\nibuiltins\neval\n.", "builtins.eval"),
        (pickle.dumps(Submission), "Submission"),
        (f"c{MODULE}\n_KINDS\n.".encode(), "_KINDS"),
        (f"\x80\x04\x8c{chr(len(MODULE))}{MODULE}\x8c\x0f_MAKE.__class__\x93.".encode("latin-1"), "__class__"),
        (NAMED + b"(S'system'\ntR.", "system"),
        (NAMED + b"}S'x'\nI1\nsb.", ""),  # an attribute of what makes things
        (NAMED + b"(N}S'__call__'\nI1\nstb.", ""),
        (NAMED + b")\x81.", ""),  # as if it were a class
        (b"Pname\n.", ""), (b"\x82\x01.", ""), (b"", ""), (b"\x80\x05", ""),
    ],
)  # fmt: skip
def test_nothing_else_is_read(answer: bytes, because: str) -> None:
    with pytest.raises(Exception, match=because):
        loads(answer)


def test_of_a_finding_only_its_code_is_answered() -> None:
    """A process that was taken over cannot put words into a report: they are looked up here."""
    forged = replace(EMPTY_FILE, message="Send your password to x@example.org.")
    told = loads(dumps(Observation(forged)))
    assert told.kind is EMPTY_FILE
    with pytest.raises(KeyError):
        loads(dumps(Observation(replace(forged, code="F999"))))


def test_no_two_kinds_have_one_name() -> None:
    with pytest.raises(AssertionError, match="two kinds"):
        may_answer(type("Died", (), {"__qualname__": "Died"}))


def test_a_process_that_was_taken_over_runs_nothing_here(tmp_path: Path) -> None:
    """It costs its own file; the next ones are read by another process."""
    mark = tmp_path / "ran"
    for item in (f"take-over touch {mark}", "garbage x", "garbage "):
        assert list(run_guarded(act, ["say a", item, "say b"], jobs=1)) == ["a", Died("crash"), "b"]
    assert not mark.exists()


def test_an_answer_is_never_longer_than_a_process_can_make_it() -> None:
    limits = replace(LIMITS, wall_seconds=20.0)
    assert list(run_guarded(act, ["long", "say b"], jobs=1, limits=limits)) == [Died("crash"), "b"]


def test_a_reading_is_the_same_after_its_way(tmp_path: Path) -> None:
    files = returned(tmp_path, {"PAK.xlsx": workbook("PAK"), "none.xlsx": b"none"})
    assert list(read_many(files, Wanted())) == [read(path, Wanted()) for path in files]
