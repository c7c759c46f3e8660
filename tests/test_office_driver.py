"""LibreOffice does what the driver asks, as a user would; what else it can do, the damages of `damage.py` show."""

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
    sheet.data_validation("B2:B9", {"validate": "list", "source": "='Liste é'!$A$1:$A$2"})
    sheet.protect()
    listed.write_column("A1", ["Yes", "No"])
    book.close()
    return path


@pytest.fixture
def document(office: Office, workbook: Path) -> Document:
    return office.open(workbook)


def test_answers_are_typed_in_bulk(document: Document, tmp_path: Path) -> None:
    typed = {
        "B2": "Yes", "B3": "Peut-être ؟", "C2": date(2024, 3, 5), "C3": datetime(2024, 3, 5, 6, 30), "D2": 0, "D3": 2.5,
        "D4": True, "E2": "=1+1", "E3": "007", "E4": "two\nlines", "E5": Typed("007"),
    }  # fmt: skip
    with document:
        assert document.fill({(LEGAL, cell): value for cell, value in typed.items()}) == 11
        sheet = openpyxl.load_workbook(document.save_as(tmp_path / "saved.xlsx"))[LEGAL]
    held = {cell: sheet[cell].value for cell in typed}
    assert held == typed | {"C2": datetime(2024, 3, 5), "E5": 7}
    assert (sheet["C2"].number_format, sheet["E2"].data_type) == ("dd/mm/yyyy", "s")


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


@pytest.mark.parametrize(
    "deed",
    [
        lambda book: book.clear(LEGAL, "A1:B2"),
        lambda book: book.paste(LEGAL, "B2:C3", "A1"),
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


def test_what_is_not_there_is_told(document: Document, office: Office, tmp_path: Path) -> None:
    document.protect(LIST, "word")
    with pytest.raises(LockedCell, match="wrong password"):
        document.unprotect(LIST, "other")
    with pytest.raises(OfficeError, match=f"there are: {LEGAL}"):
        document.value("Law", "A1")
    document.close()
    document.close()
    with pytest.raises(OfficeError, match="closed"):
        document.sheets()
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(OfficeError):
        office.open(tmp_path / "broken.xlsx")
    with pytest.raises(UnreadableFile, match="no such file"):
        office.open(tmp_path / "absent.xlsx")


def test_pasting_takes_dropdowns_away(document: Document, tmp_path: Path) -> None:
    document.fill({(LEGAL, "E2"): "Maybe", (LEGAL, "E3"): "No"})
    document.paste(LEGAL, "E2:E3", "B3")
    document.paste(LEGAL, "A1", "E9", source_sheet=LIST)
    with document:
        sheet = openpyxl.load_workbook(document.save_as(tmp_path / "saved.xlsx"))[LEGAL]
    assert [sheet[f"B{row}"].value for row in (2, 3, 4)] == [None, "Maybe", "No"]
    assert (sheet["E9"].value, sheet["E9"].protection.locked) == ("Yes", True)
    assert [str(rule.sqref) for rule in sheet.data_validations.dataValidation] == ["B2 B5:B9"]


def test_values_are_told_apart(document: Document) -> None:
    with document:
        document.fill({(LEGAL, "B2"): "Yes", (LEGAL, "D2"): 0, (LEGAL, "E2"): Typed('=""')})
        document.recalculate()
        assert document.values(LEGAL, "A2:E3") == [
            [1, "Yes", None, 0, ""],
            ["#DIV/0!", None, None, None, None],
        ]
        assert document.formulas(LEGAL, "A2:B2") == [['=COUNTIF(B2:B9;"Yes")', "Yes"]]
        assert document.value(LEGAL, "A3") == Cell("error", "#DIV/0!", "#DIV/0!", "=1/D9", 532)
        assert document.value(LEGAL, "B3") == Cell("empty", None, "", "", 0)
        assert document.value(LEGAL, "E2") == Cell("text", "", "", '=""', 0)
        assert document.value(LEGAL, "A2") == Cell("number", 1.0, "1", '=COUNTIF(B2:B9;"Yes")', 0)


def test_recalculate_mends_a_wrong_cached_result(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "wrong.xlsx"
    book = xlsxwriter.Workbook(path)
    book.add_worksheet("S").write_formula("A1", "=1+1", None, 99)
    book.close()
    as_it_is = openpyxl.load_workbook(office.resave(path, tmp_path / "as_it_is.xlsx"), data_only=True)
    mended = openpyxl.load_workbook(office.recalculate(path, tmp_path / "mended.xlsx"), data_only=True)
    assert (as_it_is["S"]["A1"].value, mended["S"]["A1"].value) == (99, 2)


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
    engine.dispose()
