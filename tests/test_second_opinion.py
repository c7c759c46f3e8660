"""What openpyxl sees in the cells of a return: every kind of value, and files in which it finds nothing at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from hrge_xl import ExpectedReturn
from tests import intake_files
from tests.audited import edited, returned, workbook
from tests.face import BLANK, EQUAL, Opinion, Seen, cells_of, explanations, second_opinion
from tests.intake_files import LINKS, MAIN, STRICT, STRICT_LINKS, sheet
from tests.read_and_check import read_many

VALUES = {  # a cell as the file has it, and what openpyxl sees in it
    '<c r="B2" t="inlineStr"><is><t>words</t></is></c>': Seen("text", "words"),
    '<c r="B2" t="inlineStr"><is><t xml:space="preserve"> </t></is></c>': Seen("text", " "),
    '<c r="B2" t="inlineStr"><is><t>_x0007_</t></is></c>': Seen("text", "_x0007_"),
    '<c r="B2"><v>24</v></c>': Seen("number", 24.0),
    '<c r="B2"><v>0.5</v></c>': Seen("number", 0.5),
    '<c r="B2" t="b"><v>1</v></c>': Seen("truth value", True),
    '<c r="B2" t="e"><v>#REF!</v></c>': Seen("error", "#REF!"),
    '<c r="B2" s="1"><v>46000</v></c>': Seen("date", 46000.0),
    '<c r="B2" s="1"><v>46000.5</v></c>': Seen("date", 46000.5),
    '<c r="B2" s="1"><v>0.25</v></c>': Seen("date", 0.25),
    '<c r="B2" s="1"><v>1e10</v></c>': Seen("error", "#VALUE!"),
    '<c r="B2" s="3"><v>1.5</v></c>': Seen("date", 1.5),
    '<c r="B2"><f>1+1</f><v>2</v></c>': Seen("number", 2.0),
    '<c r="B2"><f>1+1</f></c>': Seen("nothing", None, True),
    '<c r="B2"/>': BLANK,
}


@pytest.mark.parametrize(("cell", "seen"), VALUES.items())
def test_every_kind_of_value(cell: str, seen: Seen) -> None:
    """Of the cells that are asked for, and of no other."""
    others = '<c r="A2"><v>1</v></c>', '<c r="C2"><f>2+2</f></c>'
    rows = f'<row r="2">{others[0]}{cell}{others[1]}</row><row r="3"><c r="B3"><v>9</v></c></row>'
    book = intake_files.workbook(sheet(rows), sheet(rows))
    found = cells_of((book, {"S1": frozenset({"B2", "A9"}), "S2": frozenset(), "S3": frozenset({"B2"})}))
    assert found == ({} if seen == BLANK else {("S1", "B2"): seen})


def test_what_a_file_says_of_its_own_size_is_not_believed() -> None:
    rows = '<row r="7"><c r="D7"><v>7</v></c></row>'
    book = intake_files.workbook(sheet(rows, before='<dimension ref="A1:B2"/>'))
    assert cells_of((book, {"S1": frozenset({"D7"})})) == {("S1", "D7"): Seen("number", 7.0)}


def test_days_that_are_counted_from_1904() -> None:
    """The number that is stored is what both readers compare."""
    parts = intake_files.parts(sheet('<row r="1"><c r="A1" s="1"><v>44538</v></c></row>'))
    book = str(parts["xl/workbook.xml"])
    parts["xl/workbook.xml"] = book.replace("<sheets>", '<workbookPr date1904="1"/><sheets>')
    seen = cells_of((intake_files.pack(parts), {"S1": frozenset({"A1"})}))
    assert seen == {("S1", "A1"): Seen("date", 46000.0)}


def test_no_sheet_is_found_in_strict_open_xml() -> None:
    book = intake_files.workbook(sheet(namespace=STRICT), strict=True)
    assert cells_of((book, {"S1": frozenset({"A1"})})) is None


def opinion(data: bytes, folder: Path) -> Opinion:
    """A return read with both readers."""
    paths = returned(folder, {"pak.xlsx": data})
    (result,) = read_many(paths, ExpectedReturn())
    assert result.submission is not None
    return second_opinion([(result.submission, paths[0])])


def test_a_return_in_strict_open_xml_has_no_second_opinion(tmp_path: Path) -> None:
    data = edited(workbook(), r"xl/.*\.xml|_rels/.rels", MAIN, STRICT)
    data = edited(data, r"xl/.*\.(xml|rels)|_rels/.rels", LINKS, STRICT_LINKS)
    found = opinion(data, tmp_path)
    assert found.files == 0
    assert [line.rpartition("/")[2] for line in found.failed] == [
        "pak.xlsx: no second opinion, because openpyxl finds no sheet in it (as in “Strict Open XML”)."
    ]


@pytest.mark.parametrize(
    ("cell", "kind"),
    [(' t="b"><v>1</v>', "truth value"), (' t="e"><v>#N/A</v>', "error"), ("><f>1+1</f>", "nothing")],
)
def test_what_is_no_answer_is_seen_alike(cell: str, kind: str, tmp_path: Path) -> None:
    """Where a number is asked for."""
    data = edited(workbook(), "xl/worksheets/sheet2.xml", r'(<c r="E12")[^>]*><v>24</v>', rf"\1{cell}")
    found = opinion(data, tmp_path)
    assert (found.files, found.differences, found.failed) == (1, [], [])
    assert ("not-calculated" in found.explained) is (kind == "nothing")


def test_what_was_equal_in_another_way_is_counted() -> None:
    found = Opinion()
    found.explained.update({"spaces": 1_200, "day": 2})
    assert explanations(found) == [f"2 {EQUAL['day']}.", f"1,200 {EQUAL['spaces']}."]
