"""What a laptop shows of a workbook is measured rightly."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.worksheet.worksheet import Worksheet

from tests.screens import Sheet, main, measure, screens


@pytest.fixture
def table(tmp_path: Path) -> Callable[[], Worksheet]:
    """A table with a frozen column, a folded group, a hidden check, a panel, and a second header below it."""

    def written() -> Worksheet:
        path = tmp_path / "table.xlsx"
        book = xlsxwriter.Workbook(path)
        head = book.add_format({"bold": True, "bg_color": "#14505C"})
        free = book.add_format({"locked": False})
        page = book.add_worksheet("Risks")
        page.set_row_pixels(0, 40, None, {"hidden": True})
        page.set_row_pixels(1, 110)
        for column, options in enumerate(({}, {}, {}, {"hidden": True, "level": 1}, {"hidden": True}, {})):
            page.set_column_pixels(column, column, 500, None, options)
        page.write("A1", "T1")
        page.write_row("A2", ["No.", "Event\nWhat may happen", "Cause", "Event\nagain", "check"], head)
        page.write("F2", "How to fill in")
        page.write_row("B3", ["", ""], free)
        page.write_formula("E3", "=1+1")
        page.write_row("A9", ["No.", "Suggestion"], head)
        page.freeze_panes(2, 1)
        page.print_area("A1:E9")
        book.close()
        return openpyxl.load_workbook(path)["Risks"]

    return written


def test_columns_are_counted_as_they_are_seen(table: Callable[[], Worksheet]) -> None:
    found = measure(table())
    assert (found.key, found.zoom, found.pixels) == ("T1", 100, pytest.approx(2000, abs=4))
    assert (found.screens, found.panel_screens) == (3, 1)  # one column of 500 beside the frozen one
    assert found.frozen_width == pytest.approx(0.4, abs=0.01)
    assert found.frozen_height == pytest.approx(0.2, abs=0.01)


def test_a_smaller_zoom_shows_more(table: Callable[[], Worksheet]) -> None:
    page = table()
    page.sheet_view.zoomScale = 80
    found = measure(page)
    assert (found.screens, found.panel_screens) == (2, 0)
    assert found.frozen_width == pytest.approx(0.32, abs=0.01)
    assert found.frozen_height == pytest.approx(0.16, abs=0.01)


def test_cells_and_heads_are_counted(table: Callable[[], Worksheet]) -> None:
    found: Sheet = measure(table())
    assert (found.inputs, found.formulas) == (2, 1)
    assert found.header_rows == [2, 9]
    assert found.doubled_heads == ["Event"]


@pytest.mark.parametrize(
    ("widths", "leading", "count"),
    [
        ([], 0, 1),
        ([600, 600], 0, 1),
        ([600, 601, 600], 50, 3),
        ([2000, 100], 0, 2),
        ([400, 400, 400], 450, 2),
    ],
)
def test_no_column_is_cut_by_the_edge_of_a_screen(widths: list[float], leading: float, count: int) -> None:
    assert screens(widths, leading, 1250) == count


def test_it_says_so_for_a_file(
    table: Callable[[], Worksheet], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table()
    assert main([str(tmp_path / "table.xlsx")]) == 0
    told = capsys.readouterr().out
    assert "Risks" in told
    assert "heads in rows 2, 9; several columns are named Event" in told
    assert "1 tabs" in told
