"""What a reading process answers is data: a process that was taken over can lie about its own file, and no more."""

from __future__ import annotations

import json
import os
import pickle
import sqlite3
import tracemalloc
from contextlib import closing
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from msgspec import msgpack

from hrge_xl import ExpectedReturn, Order, Result, ValidationRequest, generate, load
from tests.audited import hrge, returned, workbook
from tests.face import (
    LIMITS,
    SPEC_HOMES,
    Died,
    Identity,
    MessageTemplate,
    ProgramFault,
    SpecBroken,
    WorkerPool,
    dumps,
    loads,
    message_templates,
    run_guarded,
    validation,
    work,
)
from tests.read_and_check import read_many
from tests.telling import telling
from tests.worker_actions import act, lie, pose, speak, swell


def come(value: object, *kinds: Any) -> Any:
    return loads(dumps(value, kinds), kinds)


@pytest.mark.parametrize(
    "value",
    [
        Died("time"),
        ProgramFault("KeyError", ("x", "y")),
        SpecBroken(),
        Result("a", None, 1, "refused", [], stamps=(Identity("s", "1", "l", "en", team="\u062a"),)),
    ],
)
def test_what_may_be_answered_comes_whole(value: object) -> None:
    assert come(value, Died, Result, ProgramFault, SpecBroken) == value


@pytest.mark.parametrize("value", [{1, 2}, Path("x"), b"x", None, object()])
def test_nothing_else_is_answered(value: object) -> None:
    with pytest.raises(TypeError):
        dumps(value, (Died, Result, list[str]))


SAID = {"path": "a", "sha256": None, "size": 1, "verdict": "refused", "findings": []}
ONE = msgpack.encode(SAID)
LIES = {
    "nothing": b"",
    "of no kind": b"\x09" + ONE,
    "of another kind": b"\x00" + ONE,
    "a pickle": b"\x01" + pickle.dumps(os.system),
    "another type": b"\x01" + ONE.replace(b"\x01", b"\xa1x"),
    "a finding that there is not": b"\x01" + msgpack.encode(SAID | {"findings": [{"code": 1}]}),
    "what is cut off": b"\x01" + ONE[:-1],
    "more than one": b"\x01" + ONE + ONE,
}


@pytest.mark.parametrize("answer", LIES.values(), ids=LIES.keys())
def test_nothing_else_is_read(answer: bytes) -> None:
    assert loads(b"\x01" + ONE, (Died, Result)).path == "a"
    with pytest.raises((ValueError, IndexError)):
        loads(answer, (Died, Result))


MUCH = (1 << 30).to_bytes(4, "big")
CLAIMS = {
    "a text": b"\xdb" + MUCH,
    "bytes": b"\xc6" + MUCH,
    "a list": b"\xdd" + MUCH,
    "a table": b"\xdf" + MUCH,
    "lists in lists": b"\x91" * 500_000,
    "tables in tables": b"\x81\xa0" * 500_000,
}


@pytest.mark.parametrize("answer", CLAIMS.values(), ids=CLAIMS.keys())
@pytest.mark.parametrize("kind", [Any, list[str], dict[str, str], Result, str])
def test_no_room_is_made_for_what_is_not_there(answer: bytes, kind: Any) -> None:
    """Five bytes could make a process hold gigabytes; a list that is deep enough could end it without a word."""
    tracemalloc.start()
    try:
        with pytest.raises((ValueError, RecursionError)):
            loads(b"\x00" + answer, (kind,))
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_a_process_that_was_taken_over_runs_nothing_here(tmp_path: Path) -> None:
    """It costs its own file; the next ones are read by another process."""
    mark = tmp_path / "ran"
    for item in (f"take-over touch {mark}", "garbage x", "garbage "):
        assert list(run_guarded(act, ["say a", item, "say b"], jobs=1)) == ["a", Died("crash"), "b"]
    assert not mark.exists()


@pytest.mark.deep
def test_an_answer_is_never_longer_than_a_process_can_make_it() -> None:
    limits = replace(LIMITS, wall_seconds=20.0)
    assert list(run_guarded(act, ["long", "say b"], jobs=1, limits=limits)) == [Died("crash"), "b"]


@pytest.mark.parametrize("count", [8, pytest.param(600, marks=pytest.mark.deep)])
def test_whatever_is_answered_concerns_its_file_alone(
    count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two files of three take over their process, which then answers something of another shape, or an error."""
    for module in (validation, work):
        pool = partial(WorkerPool, lie, readable=SPEC_HOMES, believed=validation.believed)
        monkeypatch.setattr(module, "Reader", lambda _jobs=1, pool=pool: pool())
    monkeypatch.setattr(work, "_readers", {})
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
    day = ("--today", "2026-06-30")
    assert hrge("consolidate", tmp_path / "in", "-o", dataset, "--jobs", "1", *day) in (0, 1, 4)
    with closing(sqlite3.connect(dataset / "dataset.sqlite")) as store:
        kept = {Path(path).name for (path,) in store.execute("SELECT path FROM files")}
    assert kept == set(names)


def test_words_severity_and_waivers_are_never_those_of_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A process that was taken over cannot put words into a report, nor have a file with errors accepted."""
    (path,) = returned(
        tmp_path, {"a.xlsx": generate(load("example"), Order("PAK", date(2026, 6, 1)))}
    )
    order = ["validate", path, "--json", "--today", "2026-06-30"]
    assert hrge(*order) == 1
    honest = json.loads(capsys.readouterr().out)["files"]
    monkeypatch.setattr(
        validation,
        "Reader",
        lambda _jobs=1: WorkerPool(speak, readable=SPEC_HOMES, believed=validation.believed),
    )
    assert hrge(*order) == 1
    assert json.loads(capsys.readouterr().out)["files"] == honest


@pytest.mark.parametrize(
    "how", telling(["claimed", "behind the stamp of its own"], "behind the stamp of its own")
)
def test_no_process_can_say_that_a_file_is_genuine(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has no key; and a stamp that was signed is that of its own team."""
    monkeypatch.setattr(
        validation,
        "Reader",
        lambda _jobs=1: WorkerPool(pose, readable=SPEC_HOMES, believed=validation.believed),
    )
    key = b"k" * 32
    order = Order("PAK", date(2026, 6, 1), "PAK", round="2026-H1", key=key)
    (path,) = returned(tmp_path, {f"{how}.xlsx": generate(load("example"), order)})
    wanted = ExpectedReturn("example", "2026-H1", ("PAK", "AFG"), key)
    (result,) = validation.validate([path], ValidationRequest(wanted, date(2026, 6, 30)))
    assert result.submission is not None
    assert result.submission.signature != "valid"
    assert "I006" in {finding.code for finding in result.findings}


@pytest.mark.deep
def test_no_text_of_the_process_is_filled_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A template of its own could ask for any room, and for what values are made of."""
    names = ("a", "b", "words", "not filled in", "joined")
    orders = {f"{name}.xlsx": Order(name, date(2026, 6, 1)) for name in names}
    returned(tmp_path, {name: generate(load("example"), order) for name, order in orders.items()})
    monkeypatch.setattr(
        validation,
        "Reader",
        lambda _jobs=1: WorkerPool(swell, readable=SPEC_HOMES, believed=validation.believed),
    )
    assert hrge("validate", tmp_path, "--json", "--today", "2026-06-30") == 4
    files = json.loads(capsys.readouterr().out)["files"]
    assert [[finding["code"] for finding in file["findings"]] for file in files] == [
        ["F062"]
    ] * len(names)


def test_a_text_of_the_process_takes_no_more_room_than_it_has() -> None:
    """However long it is."""
    joined = MessageTemplate("x" * 1_000_000 + "{text0}", {"text0": message_templates.NOT_READ})
    tracemalloc.start()
    try:
        assert message_templates.is_ours(joined)
        assert not message_templates.is_ours(replace(joined, text=joined.text + "{"))
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.deep
def test_an_error_of_a_spec_is_told_only_where_it_is_true(tmp_path: Path) -> None:
    files = returned(tmp_path, {"1-spec.xlsx": workbook("PAK"), "2-true.xlsx": workbook("PAK")})
    with WorkerPool(lie, readable=SPEC_HOMES, believed=validation.believed) as pool:
        lied, told = read_many(files, ExpectedReturn(), by=pool)
    assert lied.submission is None
    assert lied.path == str(files[0])
    assert told.submission is not None
