"""Small returned workbooks for tests of the engine, a dataset that nothing disturbed, and how one is compared."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

from hrge_xl import ExpectedReturn, Order, Summary, ValidationRequest, generate, load
from hrge_xl.coordination.consolidation import consolidate_sources
from hrge_xl.dataset.ingest import Options
from hrge_xl.exchange.validation import Source
from tests.answers import TODAY, full, layout
from tests.face import JOURNAL, Ledger, faults

SPEC = "example"
ASKED = ValidationRequest(ExpectedReturn(), TODAY)
LEDGER = "ledger.sqlite"
OF_ITS_OWN = re.compile(  # also which pages a run came to, where another one was cut off
    '(CREATE TABLE|INSERT INTO) "?identity"?[ (]|INSERT INTO "entries"|'
    'INSERT INTO "datasets" VALUES\\(\'(overview|validation)'
)


@cache
def workbook(number: int) -> bytes:
    """A return of a team of its own about an intervention of its own."""
    answers = full(layout(SPEC)) | {
        ("PLAN", "1", "PLN_01"): f"WS-{number:02d}",
        ("PLAN", "1", "PLN_02"): "PAK",
        ("R1", "K-01", "RSK_01"): "Näh",
    }
    return generate(load(SPEC), Order(f"T{number:02d}", TODAY, "PAK", answers=answers))


def returns(folder: Path, number: int) -> list[Path]:
    """So many returns in a folder, and one file that is not a workbook."""
    folder.mkdir(parents=True, exist_ok=True)
    for n in range(number):
        (folder / f"{n:02d}.xlsx").write_bytes(workbook(n))
    (folder / "broken.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
    return sorted(folder.iterdir())


def consolidated(
    files: list[Path], out: Path, request: ValidationRequest = ASKED, **options: Any
) -> Summary:
    """Consolidate files that are asked about; `options` are those of a run, and those of what is written."""
    run_options = {
        field.name: options.pop(field.name) for field in fields(Options) if field.name in options
    }
    return consolidate_sources(
        [Source(files, request)], out, options=Options(**run_options), **options
    )


def run(files: list[Path], out: Path, **options: Any) -> Summary:
    """Consolidate with the usual options, and CSV besides."""
    return consolidated(files, out, **{"formats": ("xlsx", "csv")} | options)


def dataset(out: Path) -> dict[str, bytes | list[str]]:
    """Every file of a dataset, hidden ones too, by its bytes; the ledger, with its journal, by what it says."""
    return {
        str(path.relative_to(out)): said(path) if path.name == LEDGER else path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and path.name != JOURNAL
    }


def said(path: Path) -> list[str]:
    """A ledger as statements, but for its name and how many runs it took; and what is wrong with what they entered."""
    connection = sqlite3.connect(path)
    try:
        lines = [line for line in connection.iterdump() if not OF_ITS_OWN.match(line)]
    finally:
        connection.close()
    with Ledger.open(path.parent, write=False) as ledger:
        return [*lines, *faults(ledger)]
