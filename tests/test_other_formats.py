"""xls, xlsb and ods through calamine: the same values, and what these formats lose said aloud."""

from __future__ import annotations

import datetime
import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrge_xl import ExpectedReturn, Result, ValidationRequest, read, validate
from tests.face import (
    LIMITS,
    Answers,
    Area,
    CellKind,
    Need,
    RawCell,
    RawWorkbook,
    Refusal,
    Unreadable,
    checks_lost,
    kind_called,
    lengthened,
    other_formats,
)
from tests.intake_files import COMPRESSED_SIZE, directory_field, members, pack
from tests.office.driver import Office

UNREADABLE_OTHER_FORMAT = kind_called("unreadable-other-format")

FIXTURES = Path(__file__).parent / "fixtures" / "intake"
EXPECTED = {
    (5, 3): RawCell(CellKind.TEXT, "Été <& 東京"),
    (7, 4): RawCell(CellKind.NUMBER, 1.0),
    (7, 5): RawCell(CellKind.NUMBER, 1.5),
    (8, 6): RawCell(CellKind.BOOL, True),
    (9, 7): RawCell(CellKind.DATE, 45325.0),
    (9, 8): RawCell(CellKind.DATE, 0.25),
    (9, 10): RawCell(CellKind.NUMBER, 2.0),  # a formula, which calamine does not tell from a value
    (10, 2): RawCell(CellKind.DATE, 0.0),
}


def values(read: RawWorkbook) -> dict[tuple[int, int], RawCell]:
    return {
        (row, column): cell
        for row, cells in read.sheets[0].cells.items()
        for column, cell in cells.items()
    }


@pytest.mark.parametrize("format", ["xls", "ods"])
def test_values_stand_where_they_stood(format: str) -> None:
    for _ in range(2):
        read = other_formats.read((FIXTURES / f"small.{format}").read_bytes(), format)
        assert values(read) == EXPECTED
        states = {"First": "visible", "Stamp": "hidden", "Empty": "visible"}
        assert {each.name: each.state for each in read.sheets} == states
        assert read.format == format
        assert read.sheets[1].cells == {1: {1: RawCell(CellKind.TEXT, "00012")}}


def test_what_the_format_loses_is_a_finding() -> None:
    xls = other_formats.read((FIXTURES / "small.xls").read_bytes(), "xls")
    ods = other_formats.read((FIXTURES / "small.ods").read_bytes(), "ods")
    assert {"formulas", "validations", "protection", "comments", "properties"} <= set(
        xls.cannot_tell
    )
    assert "merges" not in xls.cannot_tell
    assert xls.sheets[0].merges == [Area(1, 11, 2, 12)]
    assert "merges" in ods.cannot_tell
    assert [
        (observation.code, observation.details["format"]) for observation in ods.observations
    ] == [("F046", ".ods")]


@pytest.mark.parametrize("format", ["xls", "ods", "xlsb"])
def test_damaged_files_are_refused(format: str) -> None:
    damaged = {
        "xls": (FIXTURES / "small.xls").read_bytes()[:2000],
        "ods": pack(
            {**members((FIXTURES / "small.ods").read_bytes()), "content.xml": "<office:document"}
        ),
        "xlsb": pack({"[Content_Types].xml": "x", "xl/workbook.bin": "x"}),
    }[format]
    with pytest.raises(Unreadable) as caught:
        other_formats.read(damaged, format)
    assert caught.value.observation == UNREADABLE_OTHER_FORMAT.at(format=f".{format}")


def test_a_workbook_without_a_sheet_is_none_of_ours(tmp_path: Path) -> None:
    """Found by mutating returns."""
    parts = members((FIXTURES / "returned.ods").read_bytes())
    parts["content.xml"] = re.sub(
        rb"<table:table .*</table:table>", b"", parts["content.xml"], flags=re.DOTALL
    )
    path = tmp_path / "return.ods"
    path.write_bytes(pack(parts))
    found = read(path, ExpectedReturn())
    assert isinstance(found, Refusal)
    assert [each.code for each in found.observations] == ["I001", "F046"]


def test_parts_are_held_to_their_promise_before_calamine_sees_them() -> None:
    data = (FIXTURES / "small.ods").read_bytes()
    with pytest.raises(Unreadable) as caught:
        other_formats.read(directory_field(data, "content.xml", *COMPRESSED_SIZE, 50), "ods")
    assert caught.value.observation.code == "F029"


def test_limits_hold_for_these_formats_too() -> None:
    data = (FIXTURES / "small.xls").read_bytes()
    for limits, code in ((replace(LIMITS, cells=8), "F027"), (replace(LIMITS, sheets=2), "F028")):
        with pytest.raises(Unreadable) as caught:
            other_formats.read(data, "xls", limits)
        assert caught.value.observation.code == code


@pytest.mark.parametrize(
    ("value", "serial"),
    [
        (datetime.date(1899, 12, 30), 0.0),
        (datetime.date(1900, 1, 1), 1.0),
        (datetime.date(1900, 2, 28), 59.0),
        (datetime.date(1900, 3, 1), 61.0),
        (datetime.datetime(2024, 2, 3, 6), 45325.25),
        (datetime.time(18), 0.75),
        (datetime.timedelta(hours=30), 1.25),
    ],
)
def test_dates_go_back_to_the_number_that_was_stored(value: object, serial: float) -> None:
    assert other_formats._cell(value) == RawCell(CellKind.DATE, serial)


def test_a_password_inside_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    import python_calamine

    class Locked:
        @staticmethod
        def from_filelike(_file: io.BytesIO) -> object:
            raise python_calamine.PasswordError("locked")

    monkeypatch.setattr(python_calamine, "CalamineWorkbook", Locked)
    with pytest.raises(Unreadable) as caught:
        other_formats.read(b"", "xls")
    assert caught.value.observation.code == "F004"


# one return in four formats: as issued and filled in, saved as .xls and .ods by LibreOffice, as .xlsb by SheetJS 0.18.5
# (XLSX.writeFile(XLSX.readFile("returned.xlsx", {cellFormula: true, cellStyles: true, cellNF: true}), "returned.xlsb"))

OTHERS = ("xls", "xlsb", "ods")
NOT_TOLD = {
    "I005",
    "S009",
    "S011",
    "S012",
    "S013",
    "S015",
    "S018",
    "S021",
    "S022",
    "S030",
    "S031",
    "S032",
    "S033",
    "S035",
    "S036",
    "S037",
    "S038",
    "S039",
    "S040",
    "V011",
    "V012",
    "V013",
    "V017",
    "V019",
}


@pytest.fixture(scope="module")
def in_four_formats() -> dict[str, Result]:
    paths = [FIXTURES / f"returned.{format}" for format in ("xlsx", *OTHERS)]
    results = validate(
        paths, ValidationRequest(ExpectedReturn("example"), datetime.date(2026, 6, 30))
    )
    return {Path(result.path).suffix[1:]: result for result in results}


def answers_of(result: Result) -> Answers:
    assert result.submission is not None
    return result.submission.values()


@pytest.mark.parametrize("format", OTHERS)
def test_a_return_says_the_same_in_another_format(
    format: str, in_four_formats: dict[str, Result]
) -> None:
    expected = answers_of(in_four_formats["xlsx"])
    assert len(expected) == 29
    assert answers_of(in_four_formats[format]) == expected
    assert expected["PLAN", "1", "PLN_03"] == "Été <& 東京, 1 000"
    assert expected["C1", "C1_02", "FOL_02"] == datetime.date(2026, 9, 1)


@pytest.mark.parametrize("format", OTHERS)
def test_what_another_format_cannot_tell_is_told(
    format: str, in_four_formats: dict[str, Result]
) -> None:
    """The .xlsx shows a lost list, a comment, an error and a typed-over formula; here they are checks not run."""
    codes = {finding.code for finding in in_four_formats["xlsx"].findings}
    assert codes == {"S011", "S018", "V011", "V017", "V103", "V104", "V105"}
    result = in_four_formats[format]
    assert {finding.code for finding in result.findings} == {"F046", "V103", "V104", "V105"}
    untold = {code for code, why in result.not_run.items() if f".{format}" in str(why)}
    assert untold == NOT_TOLD - ({"S015"} if format == "xls" else set())
    assert codes - {finding.code for finding in result.findings} <= untold


@pytest.mark.parametrize("format", ["xls", "ods"])
def test_a_clean_return_is_clean_in_another_format(
    format: str, office: Office, tmp_path: Path
) -> None:
    """LibreOffice keeps 0 in an .xls for every text that a formula shows: levels, names, the status of each row."""
    careful = Path(__file__).parent / "returns" / "careful.xlsx"
    other = tmp_path / f"careful.{format}"
    office.resave(careful, other)
    (result,) = validate([other], ValidationRequest(ExpectedReturn(), datetime.date(2026, 6, 30)))
    assert [finding.code for finding in result.findings] == ["F046"]
    assert result.submission is not None
    assert ("T3.2", "R-SP-01", "RSK_12") in result.submission.calculated()


@pytest.mark.parametrize(
    ("language", "word"), [("en", "dropdown"), ("fr", "liste"), ("ar", "قائمة")]
)
def test_it_is_told_in_the_language_of_the_workbook(language: str, word: str) -> None:
    read = other_formats.read((FIXTURES / "returned.ods").read_bytes(), "ods")
    assert word in checks_lost(read.cannot_tell, "ods")["S011"].say(language)
    assert set(read.cannot_tell) <= set(Need)


# cells of .xlsb that leave their column out


def test_short_cells_get_their_column() -> None:
    row, first = b"\x00\x01\x00", b"\x07\x0c\x02\x00\x00\x00\x00\x00\x00\x00\x05\x00\x00\x00"
    short = b"\x12\x08\x00\x00\x00\x00\x06\x00\x00\x00"
    sheet = b"\x81\x01\x00" + row + first + short + short + row + short + b"\x82\x01\x00"
    columns = [2, 3, 4, 0]
    long = [b"\x07\x0c" + column.to_bytes(4, "little") + bytes(4) for column in columns]
    assert lengthened(sheet) == (
        b"\x81\x01\x00"
        + row
        + long[0]
        + b"\x05\x00\x00\x00"
        + b"".join(each + b"\x06\x00\x00\x00" for each in long[1:3])
        + row
        + long[3]
        + b"\x06\x00\x00\x00"
        + b"\x82\x01\x00"
    )
    assert lengthened(b"\x81\x01\x00" + row + first) is None


@given(st.binary(max_size=60))
def test_whatever_the_bytes_nothing_is_lost_behind_the_cells(junk: bytes) -> None:
    long = lengthened(b"\x81\x01\x00" + junk)
    assert long is None or len(long) >= len(junk) + 3


def test_without_them_the_reader_of_the_format_loses_answers() -> None:
    """As long as this holds, the records must be made long."""
    import python_calamine

    data = (FIXTURES / "returned.xlsb").read_bytes()
    with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
        bare = sum(
            value != "" for row in book.get_sheet_by_name("Plan").to_python() for value in row
        )
    whole = other_formats.read(data, "xlsb").sheets[1]
    assert bare < sum(map(len, whole.cells.values())) // 2


# .ods as gnumeric 1.12 (ssconvert) writes it: every cell on a line of its own


def texts(data: bytes) -> set[object]:
    """Every value of the second sheet."""
    return {
        cell.value
        for row in other_formats.read(data, "ods").sheets[1].cells.values()
        for cell in row.values()
    }


def test_white_space_between_cells_is_no_matter() -> None:
    paths = [FIXTURES / f"gnumeric.{format}" for format in ("xlsx", "ods")]
    as_xlsx, as_ods = validate(
        paths, ValidationRequest(ExpectedReturn("example"), datetime.date(2026, 6, 30))
    )
    assert len(answers_of(as_xlsx)) == 30
    assert answers_of(as_ods) == answers_of(as_xlsx)
    assert [each.code for each in as_ods.findings] == ["F046"]
    assert as_ods.submission is not None
    assert as_ods.submission.unplaced == []


def test_white_space_in_a_text_stays() -> None:
    parts = members((FIXTURES / "gnumeric.ods").read_bytes())
    runs = b"<text:p> Train <text:span>the</text:span> \n <text:span>trainers</text:span></text:p>"
    parts["content.xml"] = parts["content.xml"].replace(
        b"<text:p>Train the trainers</text:p>", runs
    )
    words = [str(each).split() for each in texts(pack(parts))]
    assert ["Train", "the", "trainers"] in words


def test_breaks_and_tabs_of_a_text_stay_however_deep_they_stand() -> None:
    parts = members((FIXTURES / "gnumeric.ods").read_bytes())
    runs = (
        b"<text:p><text:span>Train</text:span><text:span><text:span><text:line-break/>the<text:tab/>"
        b"</text:span></text:span>trainers<text:line-break></text:line-break>now</text:p>"
    )
    parts["content.xml"] = parts["content.xml"].replace(
        b"<text:p>Train the trainers</text:p>", runs
    )
    assert "Train\nthe\ttrainers\nnow" in texts(pack(parts))


def test_what_only_looks_like_cells_stays() -> None:
    parts = members((FIXTURES / "small.ods").read_bytes())
    text = rb"\g<1>a&gt;  &lt;table:b\g<2>"
    parts["content.xml"] = re.sub(
        rb"(<text:p>)[^<]*(</text:p>)", text, parts["content.xml"], count=1
    )
    assert values(other_formats.read(pack(parts), "ods"))[5, 3] == RawCell(
        CellKind.TEXT, "a>  <table:b"
    )
