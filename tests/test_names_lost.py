"""Names of a workbook that another program dropped, or pointed nowhere: S040, once, whatever is behind it."""

from __future__ import annotations

import io
import re
from collections import Counter
from pathlib import Path
from zipfile import ZipFile

import pytest

import hrge_xl

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
