"""A reader of the library: its processes stay, and many may share them."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import islice
from pathlib import Path

import pytest

import hrge_xl
from tests.fixture_types import Folders

REQUEST = hrge_xl.ValidationRequest(hrge_xl.ExpectedReturn("example"), date(2026, 6, 30))
CODES = ("AFG", "MAR", "PAK")


@pytest.fixture(scope="module")
def files(tmp_path_factory: Folders) -> list[Path]:
    """Three sound returns and one that is none."""
    folder, spec = tmp_path_factory.mktemp("reader"), hrge_xl.load("example")
    for code in CODES:
        (folder / f"{code}.xlsx").write_bytes(
            hrge_xl.generate(spec, hrge_xl.Order(code, REQUEST.today, code))
        )
    (folder / "broken.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    return sorted(folder.iterdir())


@pytest.fixture
def reader() -> Iterator[hrge_xl.Reader]:
    with hrge_xl.Reader(jobs=2) as reader:
        yield reader


def told(results: list[hrge_xl.Result]) -> list[tuple[str, str, list[str]]]:
    return [
        (each.path, each.verdict, [finding.code for finding in each.findings]) for each in results
    ]


def test_it_says_what_a_single_check_says(reader: hrge_xl.Reader, files: list[Path]) -> None:
    alone = [hrge_xl.check(file, REQUEST) for file in files]
    assert told([reader.check(str(file), REQUEST) for file in files]) == told(alone)
    assert told([*reader.validate(files, REQUEST)]) == told(alone)


def test_a_second_check_costs_no_start(files: list[Path]) -> None:
    def seconds() -> float:
        begun = time.perf_counter()
        reader.check(files[0], REQUEST)
        return time.perf_counter() - begun

    with hrge_xl.Reader() as reader:
        cold = seconds()
        warm = min(seconds() for _ in range(3))
    assert warm < cold / 3, (warm, cold)


def test_results_come_one_by_one_with_how_many_are_done(
    reader: hrge_xl.Reader, files: list[Path]
) -> None:
    steps: list[tuple[int, int]] = []
    results = reader.validate(files, REQUEST, progress=lambda *step: steps.append(step))
    assert steps == []
    assert next(results).path == str(files[0])
    assert steps == [(1, len(files))]
    assert len([*results]) == len(files) - 1
    assert steps[-1] == (len(files), len(files))


def test_leaving_early_costs_nobody_else_a_file(reader: hrge_xl.Reader, files: list[Path]) -> None:
    for _ in range(3):
        list(islice(reader.validate(files, REQUEST), 1))
        with pytest.raises(hrge_xl.core.errors.UsageError):
            reader.validate(
                files, hrge_xl.ValidationRequest(hrge_xl.ExpectedReturn("no_such"), REQUEST.today)
            )
    assert [reader.check(file, REQUEST).verdict for file in files] == ["returned"] * 3 + ["refused"]


def test_threads_share_it(reader: hrge_xl.Reader, files: list[Path]) -> None:
    with ThreadPoolExecutor(8) as threads:
        results = [*threads.map(lambda file: reader.check(file, REQUEST), files * 6)]
    assert [result.path for result in results] == [str(file) for file in files * 6]
    assert told(results) == told([*reader.validate(files, REQUEST)]) * 6


def test_a_loop_goes_on_meanwhile(reader: hrge_xl.Reader, files: list[Path]) -> None:
    async def serve() -> tuple[list[hrge_xl.Result], int]:
        checks = asyncio.gather(*(asyncio.to_thread(reader.check, file, REQUEST) for file in files))
        ticks = 0
        while not checks.done():
            ticks += 1
            await asyncio.sleep(0.01)
        return await checks, ticks

    with ThreadPoolExecutor(1) as apart:  # this thread may have a loop already, that of a browser
        results, ticks = apart.submit(lambda: asyncio.run(serve())).result()
    assert [result.path for result in results] == [str(file) for file in files]
    assert ticks > 3


def test_what_it_does_is_logged_under_the_name_of_the_package(
    reader: hrge_xl.Reader, files: list[Path], caplog: pytest.LogCaptureFixture
) -> None:
    """And no answer of anybody is."""
    with caplog.at_level(logging.INFO, "hrge_xl"):
        result = reader.check(files[0], REQUEST)
    (record,) = caplog.records
    assert record.name.startswith("hrge_xl.")
    assert record.getMessage() == f"{files[0]}: returned, {len(result.findings)} findings"
