"""What a reading process answers is data: a process that was taken over can lie about its own file, and no more."""

from __future__ import annotations

import json
import os
import pickle
import sqlite3
import tracemalloc
from array import array
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from zipfile import ZipFile

import pytest

from hrge_xl import validation
from hrge_xl.dataset import work
from hrge_xl.errors import Mistake, SpecError
from hrge_xl.findings.file import EMPTY_FILE
from hrge_xl.findings.value import ANSWER_MISSING
from hrge_xl.intake import Refusal, Wanted, read, read_many
from hrge_xl.intake import closed_format as ours
from hrge_xl.intake.closed_format import dumps, loads, may_answer
from hrge_xl.intake.limits import LIMITS
from hrge_xl.intake.read import SPEC_HOMES
from hrge_xl.intake.worker import Died, WorkerPool, run_guarded
from hrge_xl.submission import Submission
from tests.audited import hrge, returned, workbook
from tests.worker_actions import act, lie

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
        ANSWER_MISSING.at("Plan", "E6", value="\ud800"),
        Refusal("a", None, 1, (EMPTY_FILE.at(),)),
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


def named(name: str, module: str = MODULE) -> bytes:
    """As a pickle names something."""
    return b"".join(b"\x8c" + bytes([len(each)]) + each.encode() for each in (module, name)) + b"\x93"


NAMED = named("_MAKE")


@pytest.mark.parametrize(
    ("answer", "because"),
    [
        (pickle.dumps(Command()), "system"),
        (named("eval", "builtins") + b"\x8c\x011\x85R.", "builtins.eval"),
        (b"cbuiltins\neval\n(S'1'\ntR.", ""),
        (b"(S'1'\nibuiltins\neval\n.", ""),
        (pickle.dumps(Submission), "Submission"),
        (named("_KINDS") + b".", "_KINDS"),
        (named("_MAKE.__class__") + b".", "__class__"),
        (NAMED + b"\x8c\x06system\x85R.", "system"),
        (NAMED + b"}S'x'\nI1\nsb.", ""),  # an attribute of what makes things
        (NAMED + b"(N}S'__call__'\nI1\nstb.", ""),
        (NAMED + b")\x81.", ""),  # as if it were a class
        (b"Pname\n.", ""), (b"\x82\x01.", ""), (b"", ""), (b"\x80\x05", ""),
    ],
)  # fmt: skip
def test_nothing_else_is_read(answer: bytes, because: str) -> None:
    with pytest.raises(Exception, match=because):
        loads(answer)


GIGABYTE = (1 << 30).to_bytes(8, "little")
CLAIMS = {
    "a remembered thing at a place far away": b"\x80\x04Nr\xff\xff\xff\x0b.",
    "a text": b"\x8d" + GIGABYTE + b".",
    "bytes": b"\x8e" + GIGABYTE + b".",
    "bytes that can change": b"\x96" + GIGABYTE + b".",
    "a number": b"\x8b" + GIGABYTE[:4] + b".",
    "lists": b"(" + b"]" * 200_000 + b"t.",
    "sets": b"(" + b"\x8f" * 50_000 + b"t.",
    "the same, many times": b"]\x94" + b"(" + b"h\x00" * 200_000 + b"t.",
}


@pytest.mark.parametrize("answer", CLAIMS.values(), ids=CLAIMS.keys())
def test_no_room_is_made_for_what_is_not_there(answer: bytes) -> None:
    """Nine bytes made a process hold three gigabytes."""
    tracemalloc.start()
    try:
        with pytest.raises(Exception, match=""):
            loads(answer, 10_000_000)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_nothing_is_deeper_than_an_answer() -> None:
    """Python ends without a word where it looks for a tuple that is a hundred thousand tuples deep."""
    deep = b")" + b"\x85" * 500_000
    for answer in (b"}" + deep + b"Ns.", b"\x8f(" + deep + b"\x90.", NAMED + deep + b"\x85R."):
        with pytest.raises(ours.Unknown, match="too deep"):
            loads(answer)


def test_of_a_finding_only_its_code_is_answered() -> None:
    """A process that was taken over cannot put words into a report: they are looked up here."""
    forged = replace(EMPTY_FILE, message="Send your password to x@example.org.")
    told = loads(dumps(forged.at()))
    assert told == EMPTY_FILE.at()
    with pytest.raises(KeyError):
        loads(dumps(replace(forged, code="F999").at()))


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


@pytest.mark.parametrize("count", [8, pytest.param(600, marks=pytest.mark.deep)])
def test_whatever_is_answered_concerns_its_file_alone(
    count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two files of three take over their process, which then answers something of another shape, or an error."""
    for module in (validation, work):
        monkeypatch.setattr(module, "readers", lambda _jobs=1: WorkerPool(lie, readable=SPEC_HOMES))
    monkeypatch.setattr(work, "_pools", {})
    names = [f"{number}-{'lie' if number % 3 else 'true'}.xlsx" for number in range(count)]
    for path in returned(tmp_path / "in", dict.fromkeys(names, workbook("PAK"))):
        with ZipFile(path, "a") as file:
            file.comment = path.name.encode()  # else they are one file to the program
    assert hrge("validate", tmp_path / "in", "--json", "--today", "2026-06-30") in (1, 4)
    report = json.loads(capsys.readouterr().out)
    told = {Path(each["path"]).name: each for each in report["files"]}
    assert told.keys() == set(names)
    honest = [told[name] for name in names if "true" in name]
    assert {each["verdict"] for each in honest} == {"accepted"}
    assert len({each["sha256"] for each in report["files"]}) == len(names)
    assert any(each["verdict"] == "refused" for each in report["files"])
    dataset = tmp_path / "out"
    assert hrge("consolidate", tmp_path / "in", "-o", dataset, "--jobs", "1", "--today", "2026-06-30") in (
        0,
        1,
        4,
    )
    with closing(sqlite3.connect(dataset / "dataset.sqlite")) as store:
        kept = {Path(path).name for (path,) in store.execute("SELECT path FROM files")}
    assert kept == set(names)


def test_an_error_of_a_spec_is_told_only_where_it_is_true(tmp_path: Path) -> None:
    files = returned(tmp_path, {"1-spec.xlsx": workbook("PAK"), "2-true.xlsx": workbook("PAK")})
    with WorkerPool(lie, readable=SPEC_HOMES) as pool:
        lied, told = read_many(files, Wanted(), by=pool)
    assert isinstance(lied, Refusal)
    assert lied.path == str(files[0])
    assert isinstance(told, Submission)


def test_a_reading_is_the_same_after_its_way(tmp_path: Path) -> None:
    files = returned(tmp_path, {"PAK.xlsx": workbook("PAK"), "none.xlsx": b"none"})
    assert list(read_many(files, Wanted())) == [read(path, Wanted()) for path in files]
