"""Names of a workbook that another program dropped, or pointed nowhere: S040, once, whatever is behind it."""

from __future__ import annotations

import io
import re
from collections import Counter
from pathlib import Path
from zipfile import ZipFile

import pytest

import hrge_xl
from hrge_xl.findings.causes import by_cause, first_screen
from tests.command_line import ran

BOOK = "xl/workbook.xml"


def with_names(data: bytes, pattern: str, replacement: str) -> bytes:
    """Return a workbook whose names are changed."""
    target = io.BytesIO()
    with ZipFile(io.BytesIO(data)) as source, ZipFile(target, "w") as changed:
        for member in source.infolist():
            content = source.read(member)
            if member.filename == BOOK:
                content = re.sub(pattern, replacement, content.decode(), flags=re.DOTALL).encode()
            changed.writestr(member, content)
    return target.getvalue()


@pytest.mark.parametrize(
    ("pattern", "replacement"),
    [
        ("<definedNames>.*?</definedNames>", ""),
        (r'(<definedName name="(?!_xlnm)[^>]*>)[^<]*', r"\1#REF!"),
    ],
    ids=["dropped", "nowhere"],
)
def test_lost_names_are_told_once_with_the_cause(
    pattern: str, replacement: str, tmp_path: Path
) -> None:
    workbook = hrge_xl.generate(hrge_xl.load("example"), hrge_xl.Order("PAK", country="PAK"))
    file = tmp_path / "PAK.xlsx"
    file.write_bytes(with_names(workbook, pattern, replacement))
    result = hrge_xl.check(file)
    codes = Counter(finding.code for finding in result.findings)
    assert codes["S040"] == 1
    told = next(finding for finding in result.findings if finding.code == "S040")
    assert "Excel or LibreOffice" in result.words(told).remedy
    file.write_bytes(workbook)
    before = Counter(finding.code for finding in hrge_xl.check(file).findings)
    assert before["S040"] == 0
    assert {code: codes[code] for code in before} == before, "no answer is read otherwise"


@pytest.fixture(scope="module")
def nameless(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook without its names."""
    workbook = hrge_xl.generate(hrge_xl.load("example"), hrge_xl.Order("PAK", country="PAK"))
    file = tmp_path_factory.mktemp("nameless") / "PAK.xlsx"
    file.write_bytes(with_names(workbook, "<definedNames>.*?</definedNames>", ""))
    return file


def test_what_follows_from_lost_names_is_counted_behind_them(nameless: Path) -> None:
    count = Counter(finding.code for finding in hrge_xl.check(nameless).findings)["S011"]
    assert count > 1
    shown = ran("validate", nameless, code=None).out
    assert f"[S011 ×{count}]" in shown
    assert shown.count("S011") == 1
    every_line = ran("validate", nameless, "-v", code=None).out
    assert every_line.count("S011") == count, "no cell is lost from the full list"


def test_the_report_folds_what_follows_and_lists_every_cell(nameless: Path) -> None:
    count = Counter(finding.code for finding in hrge_xl.check(nameless).findings)["S011"]
    ran("report", nameless, "-o", nameless.parent, code=None)
    page = (nameless.parent / "validation.html").read_text()
    assert f"S011 × {count}: " in page
    assert len(re.findall(r"<tr class=i>", page)) == count
    single, *folded = page.partition('id="files"')[2].split('<details class="cause">')
    assert "<tr class=i>" not in single
    assert any("S040" in part and part.count("<tr class=i>") == count for part in folded)


def test_a_first_screen_holds_ten_causes_that_cover_nine_tenths() -> None:
    severities = {f"V{n:03}": "error" for n in range(9)} | {f"V1{n:02}": "info" for n in range(9)}
    items = [*severities, *("V101",) * 60, *("V102",) * 60]
    causes = by_cause([items], lambda code: (code, severities[code]))
    first, others = first_screen(causes)
    assert len(first) == 10
    assert sum(cause.total for cause in first) >= 0.9 * len(items)
    assert [cause.severity for cause in first] == ["error"] * 8 + ["info"] * 2
    assert sum(cause.total for cause in (*first, *others)) == len(items)
