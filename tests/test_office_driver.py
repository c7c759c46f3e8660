"""LibreOffice does what the driver asks, as a user would, and what it saves says so."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.worksheet.worksheet import Worksheet

from tests.office.driver import (
    Cell,
    Document,
    LockedCell,
    Office,
    OfficeCrashed,
    OfficeError,
    OfficeTimeout,
    Typed,
    UnreadableFile,
)

pytestmark = pytest.mark.deep  # the tests of a tool of the tests

LEGAL, LIST = "T1.1 Legislation", "Liste é"


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A protected sheet with inputs, a dropdown, dates and formulas, and an open one."""
    path = tmp_path_factory.mktemp("office") / "Fragebogen é.xlsx"
    book = xlsxwriter.Workbook(path)
    free = book.add_format({"locked": False})
    day = book.add_format({"locked": False, "num_format": "dd/mm/yyyy"})
    sheet, listed = book.add_worksheet(LEGAL), book.add_worksheet(LIST)
    sheet.write_row("A1", ["Answers", "Answer", "Date", "Number", "Text"])
    sheet.write_formula("A2", '=COUNTIF(B2:B9,"Yes")', None, 0)
    sheet.write_formula("A3", "=1/D9", None, "#DIV/0!")
    for row in range(1, 9):
        for column in range(1, 5):
            sheet.write_blank(row, column, None, day if column == 2 else free)
    rule = {
        "validate": "list",
        "source": "='Liste é'!$A$1:$A$2",
        "input_title": "Answer",
        "input_message": "Choose.",
        "error_title": "Not in the list",
        "error_message": "Choose from the list.",
    }
    sheet.data_validation("B2:B9", rule)
    sheet.protect()
    listed.write_column("A1", ["Yes", "No"])
    listed.write_column("C1", [3, 1, 2])
    listed.write_column("D1", ["three", "one", "two"])
    book.close()
    return path


@pytest.fixture
def document(office: Office, workbook: Path) -> Document:
    """The workbook, freshly opened."""
    return office.open(workbook)


@pytest.fixture
def saved(document: Document, tmp_path: Path) -> Callable[[], openpyxl.Workbook]:
    """Save and read back with another program."""

    def save() -> openpyxl.Workbook:
        with document:
            return openpyxl.load_workbook(document.save_as(tmp_path / "saved.xlsx"))

    return save


def dropdowns(sheet: Worksheet) -> str:
    """The cells that still have a dropdown."""
    return " ".join(str(rule.sqref) for rule in sheet.data_validations.dataValidation)


def test_answers_are_typed_in_bulk(document: Document, saved: Callable[[], openpyxl.Workbook]) -> None:
    written = document.fill(
        {
            (LEGAL, "B2"): "Yes",
            (LEGAL, "B3"): "Peut-être ؟",
            (LEGAL, "C2"): date(2024, 3, 5),
            (LEGAL, "C3"): datetime(2024, 3, 5, 6, 30),
            (LEGAL, "D2"): 0,
            (LEGAL, "D3"): 2.5,
            (LEGAL, "D4"): True,
            (LEGAL, "E2"): "=1+1",
            (LEGAL, "E3"): "007",
            (LEGAL, "E4"): "two\nlines",
            (LEGAL, "E5"): Typed("007"),
        }
    )
    assert written == 11
    sheet = saved()[LEGAL]
    assert [sheet[cell].value for cell in ("B2", "B3", "D2", "D3", "D4")] == [
        "Yes",
        "Peut-être ؟",
        0,
        2.5,
        True,
    ]
    assert (sheet["C2"].value, sheet["C2"].number_format) == (datetime(2024, 3, 5), "dd/mm/yyyy")
    assert sheet["C3"].value == datetime(2024, 3, 5, 6, 30)
    assert (sheet["E2"].value, sheet["E2"].data_type) == ("=1+1", "s")
    assert [sheet[cell].value for cell in ("E3", "E4", "E5")] == ["007", "two\nlines", 7]


def test_single_cells_are_typed(document: Document, saved: Callable[[], openpyxl.Workbook]) -> None:
    document.type(LEGAL, "C2", "3/4/24")
    document.type(LEGAL, "D2", "=1+2")
    document.type_text(LEGAL, "E2", "5-9")
    document.type_number(LEGAL, "D3", 1e6)
    document.type_date(LEGAL, "D4", date(2030, 12, 31))
    document.type_text(LEGAL, "E3", "gone")
    document.clear(LEGAL, "E3:E4")
    assert document.value(LEGAL, "C2").date == date(2024, 3, 4)
    assert document.value(LEGAL, "D2") == Cell("number", 3.0, "3", "=1+2", 0)
    sheet = saved()[LEGAL]
    assert (sheet["D2"].value, sheet["E2"].value, sheet["D3"].value) == ("=1+2", "5-9", 1_000_000)
    assert (sheet["D4"].value, sheet["E3"].value) == (datetime(2030, 12, 31), None)


def test_the_locale_decides_what_typing_means(office: Office, workbook: Path) -> None:
    with Office(locale="fr-FR") as french, french.open(workbook) as document:
        document.type(LEGAL, "D2", "2,5")
        document.type(LEGAL, "C2", "3/4/24")
        assert document.value(LEGAL, "D2").value == 2.5
        assert document.value(LEGAL, "C2").date == date(2024, 4, 3)
    with office.open(workbook) as document:
        document.type(LEGAL, "D2", "2,5")
        assert document.value(LEGAL, "D2").type == "text"


def test_a_locked_cell_stops_the_whole_fill(document: Document) -> None:
    with document:
        with pytest.raises(LockedCell, match=r"T1\.1 Legislation!A1, T1\.1 Legislation!F2"):
            document.fill({(LEGAL, "B2"): "Yes", (LEGAL, "A1"): "x", (LEGAL, "F2"): "x", (LIST, "A1"): "x"})
        assert document.values(LEGAL, "A1:B2") == [["Answers", "Answer"], [0, None]]
        assert document.value(LIST, "A1").text == "Yes"
        document.unprotect(LEGAL)
        document.type_text(LEGAL, "A1", "x")
        assert document.value(LEGAL, "A1").text == "x"
        assert (document.is_locked(LEGAL, "A1"), document.is_locked(LEGAL, "B2")) == (True, False)


@pytest.mark.parametrize(
    "deed",
    [
        lambda book: book.clear(LEGAL, "A1:B2"),
        lambda book: book.paste(LEGAL, "B2:C3", "A1"),
        lambda book: book.paste_rows(LEGAL, "E9", [["a", "b"]]),
        lambda book: book.insert_rows(LEGAL, 3),
        lambda book: book.delete_rows(LEGAL, 3),
        lambda book: book.insert_columns(LEGAL, "B"),
        lambda book: book.sort(LEGAL, "A2:E9", "B"),
        lambda book: book.merge(LEGAL, "B2:C2"),
        lambda book: book.set_hidden(LEGAL, rows="3"),
    ],
)
def test_protection_refuses_what_a_user_cannot_do(
    document: Document, deed: Callable[[Document], None]
) -> None:
    with document, pytest.raises(LockedCell, match="protected"):
        deed(document)


def test_pasting_inside_the_workbook_takes_dropdowns_away(
    document: Document, saved: Callable[[], openpyxl.Workbook]
) -> None:
    document.fill({(LEGAL, "E2"): "Maybe", (LEGAL, "E3"): "No"})
    document.paste(LEGAL, "E2:E3", "B3")
    document.paste(LEGAL, "A1", "E9", source_sheet=LIST)
    assert document.validation(LEGAL, "B3") is None
    sheet = saved()[LEGAL]
    assert [sheet[f"B{row}"].value for row in (2, 3, 4)] == [None, "Maybe", "No"]
    assert sheet["E9"].value == "Yes"
    assert sheet["E9"].protection.locked
    assert dropdowns(sheet) == "B2 B5:B9"


def test_pasting_from_elsewhere_takes_dropdowns_away(
    document: Document, saved: Callable[[], openpyxl.Workbook]
) -> None:
    document.paste_rows(LEGAL, "B4", [["Oui", date(2024, 1, 31)], ["Non"]])
    sheet = saved()[LEGAL]
    assert [[cell.value for cell in row] for row in sheet["B4:C5"]] == [
        ["Oui", datetime(2024, 1, 31)],
        ["Non", None],
    ]
    assert dropdowns(sheet) == "B2:B3 B6:B9"


def test_rows_and_columns_move(document: Document, saved: Callable[[], openpyxl.Workbook]) -> None:
    document.type_text(LEGAL, "B4", "here")
    document.unprotect(LEGAL)
    assert not document.is_protected(LEGAL)
    document.insert_rows(LEGAL, 3, 2)
    document.insert_columns(LEGAL, "B")
    document.delete_rows(LEGAL, 2)
    document.insert_columns(LEGAL, "A", 2)
    document.delete_columns(LEGAL, "A")
    sheet = saved()[LEGAL]
    assert (sheet["D5"].value, sheet["B1"].value, sheet["D1"].value) == ("here", "Answers", "Answer")
    assert not sheet.protection.sheet


def test_sheets_move(document: Document, saved: Callable[[], openpyxl.Workbook]) -> None:
    assert document.sheets() == [LEGAL, LIST]
    document.move_sheet(LEGAL, 1)
    assert document.sheets() == [LIST, LEGAL]
    document.move_sheet(LEGAL, 0)
    document.rename_sheet(LEGAL, "Law")
    document.delete_sheet(LIST)
    document.protect("Law", "word")
    with pytest.raises(LockedCell, match="wrong password"):
        document.unprotect("Law", "other")
    with pytest.raises(OfficeError, match="there are: Law"):
        document.value(LEGAL, "A1")
    assert saved().sheetnames == ["Law"]


def test_sort_merge_and_hide(document: Document, saved: Callable[[], openpyxl.Workbook]) -> None:
    document.sort(LIST, "C1:D3", "C")
    document.sort(LIST, "A1:A2", "A", ascending=False, header=True)
    document.merge(LIST, "F1:G2")
    document.set_hidden(LIST, rows="2:3")
    document.set_hidden(LIST, columns="D")
    document.set_hidden(LIST)
    book = saved()
    sheet = book[LIST]
    assert [cell.value for cell in sheet["D"][:3]] == ["one", "two", "three"]
    assert [str(area) for area in sheet.merged_cells.ranges] == ["F1:G2"]
    assert [sheet.row_dimensions[row].hidden for row in (1, 2, 3, 4)] == [False, True, True, False]
    assert sheet.column_dimensions["D"].hidden
    assert (sheet.sheet_state, book[LEGAL].sheet_state) == ("hidden", "visible")


def test_the_last_visible_sheet_stays(document: Document) -> None:
    with document:
        document.set_hidden(LIST)
        with pytest.raises(OfficeError):
            document.set_hidden(LEGAL)
        document.set_hidden(LIST, hidden=False)
        document.set_hidden(LEGAL)


def test_values_are_told_apart(document: Document) -> None:
    with document:
        document.fill({(LEGAL, "B2"): "Yes", (LEGAL, "D2"): 0, (LEGAL, "E2"): Typed('=""')})
        document.recalculate()
        assert document.values(LEGAL, "A1:E3") == [
            ["Answers", "Answer", "Date", "Number", "Text"],
            [1, "Yes", None, 0, ""],
            ["#DIV/0!", None, None, None, None],
        ]
        assert document.formulas(LEGAL, "A2:B2") == [['=COUNTIF(B2:B9;"Yes")', "Yes"]]
        assert document.value(LEGAL, "A3") == Cell("error", "#DIV/0!", "#DIV/0!", "=1/D9", 532)
        assert document.value(LEGAL, "B3") == Cell("empty", None, "", "", 0)
        assert document.value(LEGAL, "E2") == Cell("text", "", "", '=""', 0)
        assert document.value(LEGAL, "A1").type == "text"


def test_validation_is_shown(document: Document) -> None:
    with document:
        rule = document.validation(LEGAL, "B2")
        assert rule is not None
        assert (rule["type"], rule["alert"], rule["dropdown"]) == ("list", "stop", True)
        assert rule["formula1"] == "'Liste é'.$A$1:$A$2" or rule["formula1"] == "$'Liste é'.$A$1:$A$2"
        assert (rule["prompt"], rule["error_message"]) == ("Choose.", "Choose from the list.")
        assert document.validation(LEGAL, "D2") is None


@pytest.mark.parametrize(
    ("format", "start"),
    [
        ("xlsx", b"PK\x03\x04"),
        ("ods", b"PK\x03\x04"),
        ("xls", b"\xd0\xcf\x11\xe0"),
        ("pdf", b"%PDF-"),
        ("csv", b"Answers,"),
        ("html", b"<!DOCTYPE"),
    ],
)
def test_formats(document: Document, tmp_path: Path, format: str, start: bytes) -> None:
    with document:
        out = document.save_as(tmp_path / f"copy.{format}")
    assert out.read_bytes().startswith(start)


def test_passwords(office: Office, document: Document, tmp_path: Path) -> None:
    with document:
        out = document.save_as(tmp_path / "secret.xlsx", password="word")
    assert out.read_bytes().startswith(b"\xd0\xcf\x11\xe0")
    with office.open(out, password="word") as again:
        assert again.value(LEGAL, "A1").text == "Answers"
    with pytest.raises(UnreadableFile):
        office.open(out)


def test_one_sheet_as_pdf_is_smaller_than_all(document: Document, tmp_path: Path) -> None:
    with document:
        one = document.save_as(tmp_path / "one.pdf", sheet=LIST)
        both = document.save_as(tmp_path / "both.pdf")
    assert one.stat().st_size < both.stat().st_size


def test_recalculate_mends_a_wrong_cached_result(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "wrong.xlsx"
    book = xlsxwriter.Workbook(path)
    book.add_worksheet("S").write_formula("A1", "=1+1", None, 99)
    book.close()
    as_it_is = openpyxl.load_workbook(office.resave(path, tmp_path / "as_it_is.xlsx"), data_only=True)
    mended = openpyxl.load_workbook(office.recalculate(path, tmp_path / "mended.xlsx"), data_only=True)
    assert (as_it_is["S"]["A1"].value, mended["S"]["A1"].value) == (99, 2)


def test_bad_files_are_refused(office: Office, tmp_path: Path) -> None:
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(OfficeError):
        office.open(broken)
    with pytest.raises(UnreadableFile, match="no such file"):
        office.open(tmp_path / "absent.xlsx")


def test_a_closed_document_says_so(document: Document) -> None:
    document.close()
    document.close()
    with pytest.raises(OfficeError, match="closed"):
        document.sheets()


def test_a_crash_loses_the_documents_and_the_next_open_works(office: Office, workbook: Path) -> None:
    with Office() as other:
        lost = other.open(workbook)
        connection = other.start()
        assert connection.office_pid is not None
        os.killpg(connection.office_pid, 9)
        with other.open(workbook) as document:
            assert document.value(LEGAL, "A1").text == "Answers"
        with pytest.raises(OfficeCrashed):
            lost.sheets()
        lost.close()
        assert not connection.folder.exists()


def test_a_slow_answer_ends_the_office(office: Office, workbook: Path) -> None:
    with Office() as other:
        document = other.open(workbook)
        connection = other.start()
        os.kill(connection.process.pid, signal.SIGSTOP)  # it will not answer, however fast the computer
        with pytest.raises(OfficeTimeout, match="no answer"):
            document.ask("recalculate", timeout=0.1)
        assert connection.process.poll() is not None
        assert not connection.folder.exists()


def gone(group: int) -> bool:
    """Whether a group of processes ends within a few seconds."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_a_killed_test_run_takes_its_office_with_it(office: Office, workbook: Path) -> None:
    code = (
        "import sys, time; from tests.office.driver import Office\n"
        f"office = Office(); office.open({str(workbook)!r}); running = office.start()\n"
        "print(running.office_pid, running.folder, flush=True); time.sleep(60)"
    )
    root = Path(__file__).parent.parent
    victim = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=root)
    assert victim.stdout is not None
    pid, folder = victim.stdout.readline().split()
    victim.kill()
    victim.communicate()
    assert gone(int(pid))
    assert not Path(folder).exists()


def test_nothing_is_left_behind(office: Office, workbook: Path) -> None:
    other = Office()
    other.open(workbook)
    connection = other.start()
    assert connection.office_pid is not None
    other.close()
    assert not connection.folder.exists()
    assert gone(connection.office_pid)
    assert gone(connection.process.pid)
    assert [path.name for path in workbook.parent.iterdir()] == [workbook.name]


@pytest.mark.postgres
def test_postgres_is_private(postgres_url: str) -> None:
    import sqlalchemy

    engine = sqlalchemy.create_engine(postgres_url)
    with engine.connect() as connection:
        assert connection.scalar(sqlalchemy.text("show listen_addresses")) == "127.0.0.1"
        assert connection.scalar(sqlalchemy.text("show server_encoding")) == "UTF8"
    engine.dispose()


@pytest.mark.browser
def test_browser_shows_a_page(browser, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    page = browser.new_page(viewport={"width": 320, "height": 600})
    page.set_content("<title>Report</title><p>text")
    assert (page.title(), page.evaluate("innerWidth")) == ("Report", 320)
    page.close()
