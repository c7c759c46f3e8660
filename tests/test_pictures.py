"""Pictures show what a person would see: every sheet, screen by screen, in a window that fills a laptop."""

import struct
from pathlib import Path

import pytest
import xlsxwriter

from tests.office.driver import Office
from tests.office.laptop import contact_sheets, screen_pictures
from tests.office.screen import SIZE, Screen


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """A sheet of one screen, one of three screens across and many down, and one that is hidden."""
    path = tmp_path / "wide.xlsx"
    book = xlsxwriter.Workbook(path)
    book.add_worksheet("Small").write("B2", "Here")
    wide = book.add_worksheet("Wide & long")
    wide.set_column(0, 9, 40)
    wide.write_row("A1", [f"Head {number}" for number in range(10)])
    wide.write_column("A2", range(100))
    wide.freeze_panes(1, 1)
    book.add_worksheet("Secret").hide()
    book.close()
    return path


def size(picture: Path) -> tuple[int, int]:
    return struct.unpack(">II", picture.read_bytes()[16:24])


def test_every_sheet_is_seen_on_its_screens(
    screen: Screen, windowed_office: Office, workbook: Path, tmp_path: Path
) -> None:
    made = screen_pictures(screen, windowed_office, workbook, tmp_path / "screen", None)
    assert [picture.stem for picture in made] == [
        "01-Small",
        "02-Wide_long",
        "02-Wide_long-right2",
        "02-Wide_long-right3",
        "02-Wide_long-down2",
    ]
    assert {size(picture) for picture in made} == {SIZE}
    assert len({picture.read_bytes() for picture in made}) == len(made)
    (sheet,) = contact_sheets(made, tmp_path / "contact")
    assert sheet.is_file()
