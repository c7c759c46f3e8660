"""Signatures are checked in the parent: what is told of a stamp is the same, and no reading process has the key."""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hrge_xl import ExpectedReturn, Order, Result, generate, load
from tests.audited import TODAY
from tests.damage import restamp, text_of
from tests.face import worker as workers
from tests.fixture_types import Patch
from tests.intake_files import pack
from tests.read_and_check import check_here, read_many

KEY, OTHER = b"k" * 32, b"o" * 32
WANTED = ExpectedReturn("example", "2026-H1", ("PAK", "AFG"), KEY)
SIGNED = generate(load("example"), Order("PAK", TODAY, "PAK", round="2026-H1", key=KEY))
CASES: dict[str, bytes] = {
    "genuine": SIGNED,
    "of another key": generate(
        load("example"), Order("PAK", TODAY, "PAK", round="2026-H1", key=OTHER)
    ),
    "without a signature": generate(load("example"), Order("PAK", TODAY, "PAK", round="2026-H1")),
    "of another round": generate(
        load("example"), Order("PAK", TODAY, "PAK", round="2025-H2", key=KEY)
    ),
}
CHANGES: dict[str, dict[str, Any]] = {
    "another team on the sheet": {"properties": False, "team": "AFG"},
    "another team in the properties": {"sheet": False, "team": "AFG"},
    "another team in both": {"team": "AFG"},
    "another spec on the sheet": {"properties": False, "spec": "hrge_toolkit"},
    "a newer version on the sheet": {"properties": False, "spec_version": "9.0"},
    "no language that is known on the sheet": {"properties": False, "language": "xx"},
    "many rows on the sheet": {"properties": False, "rows": "400"},
    "many rows in both": {"rows": "400"},
    "a day that is none": {"issued": "soon"},
}


@pytest.fixture(params=[*CASES, *CHANGES])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A return whose stamp is as it was issued, or was changed without the key."""
    changes = CHANGES.get(request.param)
    data = CASES.get(request.param, SIGNED)
    if changes is not None:
        parts = text_of(data)
        restamp(signed=False, **changes)(parts)
        data = pack(parts)
    (tmp_path / "PAK.xlsx").write_bytes(data)
    return tmp_path / "PAK.xlsx"


def said(result: Result) -> tuple[Any, ...]:
    told, sent = [(each.code, each.details) for each in result.findings], result.submission
    if sent is None:
        return result.path, result.stamps, told
    return (
        result.path,
        result.stamps,
        sent.identity,
        sent.signature,
        sent.sheets,
        result.not_run,
        told,
    )


def test_it_is_as_if_the_reader_had_the_key(file: Path) -> None:
    for want in (WANTED, replace(WANTED, key=None)):
        (found,) = read_many([file], want)
        assert said(found) == said(check_here(file, want))


def test_no_reading_process_is_given_it(monkeypatch: Patch, tmp_path: Path) -> None:
    sent = io.BytesIO()
    ask: Callable[..., Any] = workers._ask

    def listening(process: Any, message: bytes, seconds: float) -> Any:
        sent.write(message)
        return ask(process, message, seconds)

    monkeypatch.setattr(workers, "_ask", listening)
    (tmp_path / "PAK.xlsx").write_bytes(SIGNED)
    (found,) = read_many([tmp_path / "PAK.xlsx"], WANTED)
    assert found.submission is not None
    assert found.submission.signature == "valid"
    assert pickle.dumps(WANTED).count(KEY) == 1
    assert len(sent.getvalue()) > len(SIGNED)
    assert KEY not in sent.getvalue()
