"""Real files that the gate lets in and that cost too much: the worker ends, the others are read, the counts add up."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl.utils import get_column_letter

from hrge_xl import ExpectedReturn
from tests.damage import filled
from tests.face import LIMITS, ReadLimits, readers
from tests.intake_files import members, pack
from tests.read_and_check import read_many

pytestmark = [
    pytest.mark.deep,
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="children are looked for in /proc"),
]

MEGABYTE = 1024 * 1024
SHEETS = ("xl/worksheets/sheet1.xml", "xl/worksheets/sheet5.xml", "xl/worksheets/sheet6.xml")
ROWS, COLUMNS, RUNS = 2_500, 60, 5


def heavy() -> bytes:
    """Within every limit of the gate and of the XML: half a million cells, each of several runs of text."""
    chance = random.Random(1)
    runs = [
        "".join(f"<r><t>{chance.randrange(10_000)}</t></r>" for _ in range(RUNS)) for _ in range(COLUMNS * 40)
    ]
    rows = []
    for row in range(1_000, 1_000 + ROWS):
        cells = (
            f'<c r="{get_column_letter(column)}{row}" t="inlineStr"><is>{runs[chance.randrange(len(runs))]}</is></c>'
            for column in range(1, COLUMNS + 1)
        )
        rows.append(f'<row r="{row}">{"".join(cells)}</row>')
    data = "".join(rows).encode()
    parts = members(filled())
    for name in SHEETS:
        parts[name] = re.sub(b"</sheetData>", lambda _: data + b"</sheetData>", parts[name], count=1)
    return pack(parts)


def repeated() -> bytes:
    """A cell of .ods that says of itself that it is there twenty million times."""
    source = Path(__file__).parent / "fixtures" / "intake" / "returned.ods"
    parts = members(source.read_bytes())
    row = (
        '<table:table-row table:number-rows-repeated="20000"><table:table-cell '
        'table:number-columns-repeated="1000" office:value-type="float" office:value="1"/>'
        "</table:table-row></table:table>"
    )
    parts["content.xml"] = parts["content.xml"].decode().replace("</table:table>", row, 1).encode()
    return pack(parts)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("files")
    (home / "heavy.xlsx").write_bytes(heavy())
    (home / "repeated.ods").write_bytes(repeated())
    for number in range(3):
        (home / f"good{number}.xlsx").write_bytes(filled())
    return home


def children() -> Iterator[int]:
    """The child processes of this one, dead ones that nobody has buried included."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                _, _, rest = (entry / "stat").read_text(encoding="utf-8", errors="replace").rpartition(") ")
            except OSError:
                continue
            if int(rest.split()[1]) == os.getpid():
                yield int(entry.name)


LOW: list[tuple[str, ReadLimits, str]] = [
    ("heavy.xlsx", replace(LIMITS, worker_bytes=60 * MEGABYTE), "F061"),
    ("heavy.xlsx", replace(LIMITS, cpu_seconds=2), "F060"),
    ("heavy.xlsx", replace(LIMITS, wall_seconds=4.0), "F060"),
    # the reader of this format aborts where it gets no memory, and takes its process along
    ("repeated.ods", replace(LIMITS, worker_bytes=300 * MEGABYTE), "F062"),
]


@pytest.mark.parametrize(("bad", "limits", "code"), LOW, ids=["memory", "processor", "clock", "abort"])
def test_a_file_that_costs_too_much_costs_itself_only(
    bad: str, limits: ReadLimits, code: str, folder: Path
) -> None:
    before = set(children())
    paths = [folder / name for name in ("good0.xlsx", bad, "good1.xlsx", bad, "good2.xlsx")]
    with readers(1, limits) as pool:
        first = list(read_many(paths[:1], ExpectedReturn(), by=pool))
        worker = set(children()) - before
        results = [*first, *read_many(paths[1:], ExpectedReturn(), by=pool)]
        replaced = set(children()) - before
    assert [result.path for result in results] == [str(path) for path in paths]
    refusals = [result for result in results if result.submission is None]
    assert [finding.code for refusal in refusals for finding in refusal.findings] == [code, code]
    assert all(refusal.sha256 and refusal.size for refusal in refusals)
    assert len(worker) == len(replaced) == 1
    assert worker != replaced
    assert set(children()) <= before
    assert [result.verdict for result in results] == [*["accepted", "refused"] * 2, "accepted"]


@pytest.mark.long
def test_under_the_usual_limits_it_is_read(folder: Path) -> None:
    """What it holds besides is kept as text without a place, so far as a sheet may."""
    assert (folder / "heavy.xlsx").stat().st_size < LIMITS.file_bytes
    (result,) = read_many([folder / "heavy.xlsx"], ExpectedReturn())
    assert result.submission is not None
    assert result.submission.values()["PLAN", "1", "PLN_01"] == "WS-07"
