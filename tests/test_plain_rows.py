"""Rows taken out by pattern say what expat and the handlers hear, whatever was read before."""

from __future__ import annotations

import gc
import io
import random
import re
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrge_xl import ExpectedReturn
from tests.damages.as_excel import as_excel
from tests.face import (
    Cache,
    CellKind,
    RawCell,
    RawWorkbook,
    Submission,
    Unreadable,
    ooxml,
    ooxml_parts,
    ooxml_rows,
)
from tests.intake_files import MAIN, sheet, workbook
from tests.property_tests import examples
from tests.read_and_check import read_bytes

HERE = Path(__file__).parent
RETURNS = sorted((HERE / "returns").glob("*.xlsx"))
# The filled example as gnumeric 1.12 (ssconvert) and SheetJS 0.18.5 write it (read and written with cellStyles): one
# lays its elements out in lines and keeps texts in their cells, the other says of texts that spaces count in them.
BY_OTHERS = [HERE / "fixtures" / "intake" / f"{name}.xlsx" for name in ("gnumeric", "sheetjs")]
Outcome = RawWorkbook | tuple[str, dict[str, str]]


def outcome(data: bytes) -> Outcome:
    """What is read, or the finding with its place that refuses the file."""
    try:
        return ooxml.read(data)
    except Unreadable as problem:
        return problem.observation.code, problem.observation.details


@pytest.fixture
def by_handlers(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], Outcome]:
    """The slow way to read: everything through expat's handlers."""

    def read(data: bytes) -> Outcome:
        with monkeypatch.context() as patched:
            for module in (ooxml, ooxml_parts):
                patched.setattr(module, "find_stretch", lambda content, element: None)
            return outcome(data)

    return read


@pytest.mark.parametrize("path", [*RETURNS, *BY_OTHERS], ids=lambda path: path.stem)
def test_real_returns_are_plain_and_read_alike(
    path: Path, by_handlers: Callable[[bytes], Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = path.read_bytes()
    expected = by_handlers(data)
    rows_heard: list[int] = []
    monkeypatch.setattr("hrge_xl.reader.ooxml_rows.SheetCells.open_row", lambda *_: rows_heard.append(1))
    assert outcome(data) == outcome(data) == expected
    assert rows_heard == []


def _saved_by_openpyxl(data: bytes) -> bytes:
    target = io.BytesIO()
    openpyxl.load_workbook(io.BytesIO(data)).save(target)
    return target.getvalue()


@pytest.mark.filterwarnings("ignore:.*xtension is not supported:UserWarning")
@pytest.mark.parametrize("saved", [as_excel, _saved_by_openpyxl])
def test_what_others_save_is_plain_and_read_as_it_was(
    saved: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Texts and formats renumbered, spans and identifiers, texts without marks of space: nothing goes the slow way."""
    before = RETURNS[0].read_bytes()
    rows_heard: list[int] = []
    monkeypatch.setattr("hrge_xl.reader.ooxml_rows.SheetCells.open_row", lambda *_: rows_heard.append(1))
    one, other = (
        read_bytes(each, path="", sha256="", size=0, format="xlsx", want=ExpectedReturn())
        for each in (before, saved(before))
    )
    assert isinstance(one, Submission)
    assert isinstance(other, Submission)
    assert (other.values(), other.unplaced) == (one.values(), one.unplaced)  # openpyxl keeps no results
    assert rows_heard == []


def damaged(data: bytes, chance: random.Random) -> bytes:
    """The rows or the texts of one part changed as no program would: bytes, tags, attributes, references."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        contents = {name: package.read(name) for name in package.namelist()}
    name = chance.choice([each for each in contents if "worksheets/sheet" in each or "sharedStrings" in each])
    pieces = re.split(rb"(<[^>]*>)", contents[name])
    for _ in range(chance.randint(1, 2)):
        at = chance.randrange(len(pieces))
        pieces[at] = chance.choice(DAMAGES)(chance, pieces[at], pieces)
    contents[name] = b"".join(pieces)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        for each, content in contents.items():
            package.writestr(each, content)
    return target.getvalue()


def _byte(chance: random.Random, piece: bytes, _: list[bytes]) -> bytes:
    if not piece:
        return piece
    at = chance.randrange(len(piece))
    return piece[:at] + bytes([chance.choice(b'<>/"&= 0A:\x00\x01\xff\r')]) + piece[at + 1 :]


INSERTED = (
    b"&#0;", b"&#x5B;", b"&#38;", b"&nbsp;", b"]]>", b"<!-- -->", b"<![CDATA[x]]>", b"\xef\xbf\xbf", b"\r\n",
    b' x:y="1"', b' s="1" s="2"', b"</c>", b"<v>7</v>", b"<v/>", b"<row/>", b"&amp;#91;1]S!A1", b"\xc3", b" ",
    b"\n  ", b"\xc2\xa0", b"\x0c", b"<is><t>x</t></is>", b"<is> <r><t> y</t></r></is>", b"<is>", b"</is>", b"<t>",
)  # fmt: skip


def _inserted(chance: random.Random, piece: bytes, _: list[bytes]) -> bytes:
    at = chance.randint(0, len(piece))
    return piece[:at] + chance.choice(INSERTED) + piece[at:]


DAMAGES: list[Callable[[random.Random, bytes, list[bytes]], bytes]] = [
    _byte,
    _inserted,
    lambda chance, piece, pieces: b"",
    lambda chance, piece, pieces: piece * 2,
    lambda chance, piece, pieces: chance.choice(pieces),
]


@pytest.mark.deep
@pytest.mark.parametrize("path", [*RETURNS[:2], *BY_OTHERS], ids=lambda path: path.stem)
def test_damaged_rows_are_read_or_refused_alike(path: Path, by_handlers: Callable[[bytes], Outcome]) -> None:
    chance = random.Random(path.stem)
    data = path.read_bytes()
    seen = set()
    for _ in range(60):
        hurt = damaged(data, chance)
        found = outcome(hurt)
        assert found == by_handlers(hurt)
        seen.add(found[0] if isinstance(found, tuple) else "read")
    assert seen >= {"read", "F024"}


def rows(values: list[str], style: int = 0, first: int = 1) -> str:
    """Rows of one template with other values: a shared text, a number, a text and a formula."""
    return "".join(
        f'<row r="{row}"><c r="A{row}" t="s"><v>{number % 2}</v></c><c r="B{row}" s="{style}"><v>{number}</v></c>'
        f'<c r="C{row}" t="str"><f>B{row}&amp;"x"</f><v>{value}</v></c><c r="D{row}" s="{style}"/></row>'
        for number, (row, value) in enumerate(enumerate(values, first))
    )


STRINGS = "<si><t>one</t></si><si><t>two</t></si>"
VALUES = st.lists(st.sampled_from(["a", "b &lt; c", "&#233;", "", "_x0041_", "1"]), max_size=5)


@given(st.lists(st.tuples(VALUES, st.sampled_from([0, 1]), st.booleans()), min_size=2, max_size=6))
@examples(40)
def test_what_was_read_before_changes_nothing(files: list[tuple[list[str], int, bool]]) -> None:
    """Files that share templates but not values, formats or shared texts, one after the other."""
    for values, style, swapped in files:
        strings = "<si><t>two</t></si><si><t>one</t></si>" if swapped else STRINGS
        read = ooxml.read(workbook(sheet(rows(values, style)), strings=strings)).sheets[0].cells
        names = ("two", "one") if swapped else ("one", "two")
        for number in range(len(values)):
            line = read[number + 1]
            kind = CellKind.DATE if style else CellKind.NUMBER
            assert line[1] == RawCell(CellKind.TEXT, names[number % 2])
            assert line[2] == RawCell(kind, float(number))
            assert line[4] == RawCell(CellKind.BLANK, None)
            assert line[3].formula == f'B{number + 1}&"x"'


def test_the_place_of_a_fault_behind_plain_rows_counts_them() -> None:
    part = sheet(rows(["a", "b"])).replace("</sheetData>", "</sheetData>\n\n<broken")
    code, detail = outcome(workbook(part, strings=STRINGS))
    assert (code, detail["line"]) == ("F024", "3")


def test_a_file_does_not_change_what_another_one_says() -> None:
    """An array formula marks cells in rows that other files have, too."""
    plain = sheet(rows(["a", "b"]))
    spread = '<row r="1"><c r="A1"><f t="array" ref="A1:B2">B1:C2</f><v>1</v></c></row>'
    before = ooxml.read(workbook(plain, strings=STRINGS))
    ooxml.read(workbook(sheet(spread + rows(["a"], first=2)), strings=STRINGS))
    assert ooxml.read(workbook(plain, strings=STRINGS)) == before


def test_what_is_remembered_of_a_sheet_grows_with_its_bytes() -> None:
    """An element of a few bytes can hide all columns, on each of many sheets."""
    hidden = '<cols><col min="1" max="16384" hidden="1"/></cols>'
    sheets = [sheet(before=hidden, after=f"<!-- {number} -->") for number in range(100)]
    tracemalloc.start()
    try:
        ooxml.read(workbook(*sheets))
        gc.collect()
        assert tracemalloc.get_traced_memory()[0] < 5_000_000
    finally:
        tracemalloc.stop()


def test_long_attributes_are_read_alike_and_not_remembered(by_handlers: Callable[[bytes], Outcome]) -> None:
    long = "x" * 600
    data = workbook(
        sheet(
            f'<row r="1" spans="{long}"><c r="A1" cm="{long}"><v>1</v></c></row><row r="2"><c r="B2"/></row>'
        )
    )
    before = ooxml_rows._attributes.cache_info().currsize
    assert outcome(data) == by_handlers(data)
    assert ooxml_rows._attributes.cache_info().currsize - before <= 2


def test_memory_forgets_what_was_not_asked_for_lately() -> None:
    memory: Cache[int, str] = Cache(3, largest=2)
    for number in range(1, 9):
        assert memory.recall(number, 1, lambda: "new") == "new"
        assert memory.recall(1, 1, lambda: "newer") == "new"
    assert [memory.recall(number, 1, lambda: "newer") for number in (8, 2)] == ["new", "newer"]
    assert memory.recall(0, 3, lambda: "too large") == "too large"
    assert memory.recall(0, 3, lambda: "still") == "still"


# What no row may do: end the rows in the middle of a cell, and what then stands there or in the next rows; call a cell
# what is none.
HIDING = {
    "a rule, and further rows": '<c r="A1"><v>1</v></c></row ></sheetData ><sheetProtection sheet="1"/><sheetData>'
    '<row r="9"><c  r="B9"><v>77</v></c></row>',
    "another row": '<c r="A1"><v>1</v></c></row ><row r="9"><c  r="B9"><v>77</v></c></row>',
    "another cell": '<c r="A1"><v>1</v></c><c  r="B1"><v>77</v></c></row>',
    "no cell of a sheet": f'<c r="A1" xmlns="zz"><x:v xmlns:x="{MAIN}">5</x:v></c></row>',
    "another part": '<c r="A1"><v>1</v></c></row ></sheetData ></worksheet ><worksheet><sheetData><row/>',
}


@pytest.mark.parametrize("hiding", HIDING.values(), ids=HIDING.keys())
def test_no_row_hides_anything_from_the_quick_way(
    hiding: str, by_handlers: Callable[[bytes], Outcome]
) -> None:
    data = workbook(sheet(f'<row r="1">{hiding}'))
    assert outcome(data) == by_handlers(data)
