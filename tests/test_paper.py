"""What comes out of a printer: rows and sheets in use, every answer, in letters of eight points."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from io import BytesIO
from pathlib import Path
from xml.etree.ElementTree import fromstring

import openpyxl
import pytest
from openpyxl.utils import range_boundaries

from hrge_xl import Order, generate
from tests.answers import TODAY, layout, spec
from tests.face import Answers
from tests.office.driver import Office

TOOLKIT = "hrge_toolkit"
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
TOOLS = ("T3.1", "T3.2", "T4.B", "T4.C")
BODY = 8  # points
ANSWERS: Answers = {
    **{("FORM", code, "FRM_26"): "Y" for code in ("T3.2", "T4.B", "T4.C")},
    ("T3.2", "R-SP-01", "RSK_07"): "Women left out",
    ("T3.2", "R-SP-04", "RSK_07"): "Strike",
    ("T3.2", "R-SP-04", "RSK_16"): "Talk to both sides",
    ("T3.2", "R-SP-04", "RSK_18"): "NPO",
}
SHEETS = {
    "ticked, two rows in use": ("3.2 Risk strategy", "R-SP-04"),
    "ticked, and blank": ("4.C Values", ""),
    "not ticked": ("3.1 Checklist", None),
}


def made(*, sample: bool) -> bytes:
    order = Order("PAK", TODAY, "PAK", "en", TOOLS, blank_rows=9, answers=ANSWERS, sample=sample)
    return generate(spec(TOOLKIT), order)


def printed_areas(data: bytes) -> dict[str, str]:
    """What each sheet prints, as it is stored."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        book = fromstring(archive.read("xl/workbook.xml"))
    names = [str(sheet.get("name")) for sheet in book.iter(f"{MAIN}sheet")]
    return {
        names[int(str(entry.get("localSheetId")))]: str(entry.text)
        for entry in book.iter(f"{MAIN}definedName")
        if entry.get("name") == "_xlnm.Print_Area"
    }


@pytest.mark.parametrize("what", SHEETS)
def test_rows_in_use_of_ticked_sheets_are_printed(what: str) -> None:
    name, last = SHEETS[what]
    cells = printed_areas(made(sample=True))[name].split("!")[1]
    if last is None:
        assert cells == "$A$1"
        return
    sheet = next(s for s in layout(TOOLKIT, "en", TOOLS).sheets if s.name == name)
    rows = sheet.grids[0].data_rows
    first_columns, _, _, bottom = range_boundaries(cells.replace("$", ""))
    assert first_columns == 2
    assert bottom == (sheet.grids[0].row[last].index if last else rows[0].index + 8)


@pytest.mark.deep
@pytest.mark.office
def test_the_area_that_a_program_works_out_is_that_of_a_sample(
    office: Office, tmp_path: Path
) -> None:
    """Excel works the formulas of print areas out; here LibreOffice does, in cells."""
    data = made(sample=False)
    formulas = {name: text for name, text in printed_areas(data).items() if "(" in text}
    formulas.pop("Checks")  # in a sample nothing is open
    assert {name for name, _ in SHEETS.values()} <= formulas.keys()
    book = openpyxl.load_workbook(BytesIO(data))
    asking = book.create_sheet("Paper")
    for row, text in enumerate(formulas.values(), start=1):
        for column, function in enumerate(("ROWS", "COLUMNS"), start=1):
            asking.cell(row, column, f"={function}({text})")
    source, target = tmp_path / "asking.xlsx", tmp_path / "asked.xlsx"
    book.save(source)
    shown = openpyxl.load_workbook(office.recalculate(source, target), data_only=True)["Paper"]
    written_out = printed_areas(made(sample=True))
    for row, name in enumerate(formulas, start=1):
        left, top, right, bottom = range_boundaries(
            written_out[name].split("!")[1].replace("$", "")
        )
        size = (bottom - top + 1, right - left + 1)
        assert (shown.cell(row, 1).value, shown.cell(row, 2).value) == size, name


def test_what_is_answered_in_a_band_that_folds_is_printed() -> None:
    where = layout(TOOLKIT, "en", TOOLS)
    grid = where.sheet["T4.C"].grids[0]
    band, columns = grid.bands[-1]
    assert band.folded
    code = next(c.field.code for c in columns if c.role == "answer" and c.field)
    field = where.sheet["T4.C"].tool.fields[code]
    value = 3.0 if field.vocabulary is None else where.lists[field.vocabulary].codes[0]
    answered: Answers = {
        ("T4.C", grid.data_rows[0].code, code): value,
        ("FORM", "T4.C", "FRM_26"): "Y",
    }
    order = Order("PAK", TODAY, "PAK", "en", TOOLS, answers=answered, sample=True)
    cells = printed_areas(generate(spec(TOOLKIT), order))["4.C Values"].split("!")[1]
    assert range_boundaries(cells.replace("$", ""))[2] >= columns[-1].index


@pytest.mark.deep
@pytest.mark.office
def test_letters_on_paper_are_eight_points_high(office: Office, tmp_path: Path) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    source = tmp_path / "sample.xlsx"
    source.write_bytes(made(sample=True))
    with office.open(source) as document:
        printed = document.save_as(tmp_path / "sample.pdf")
    command = ["pdftotext", "-bbox-layout", str(printed), "-"]
    told = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
    heights = [
        float(b) - float(a)
        for a, b in re.findall(r'<word [^>]*yMin="([\d.]+)"[^>]*yMax="([\d.]+)"', told)
    ]
    assert len(heights) > 500
    assert sorted(heights)[len(heights) // 10] >= BODY
