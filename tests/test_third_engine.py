"""A third engine, IronCalc, calculates issued and filled workbooks and gets what they show.

LibreOffice says the same elsewhere; two programs that share no line of code seldom share a mistake. What IronCalc
cannot do is listed here, and given to it as it is shown: everything that hangs on it is worked out all the same.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from math import isclose
from pathlib import Path
from typing import Any

import pytest
from openpyxl.cell.cell import Cell

from hrge_xl import Order, generate, load
from tests.answers import TODAY
from tests.conftest import missing
from tests.face import build, find, to_serial
from tests.made_workbooks import FILLINGS, NAMES, made, opened

LIMITS = {  # of IronCalc 0.9, by what shows them in a formula
    "SUMPRODUCT over ticks of a range": re.compile(r"LOWER\(TRIM\([^)]*:"),
    "SUMPRODUCT over beginnings of a range": re.compile(
        r'SUMPRODUCT\(.*LEFT\((?:"[^"]*"|INDEX\(\w+,\d+\))&" ",LEN\(TRIM\((?:[^)]*:|pivot_)'
    ),
    "LOOKUP of the last entry of a list": re.compile(r"LOOKUP\(2,1/\(LEFT\("),
    "SUMPRODUCT over whole numbers of a range": re.compile(r"SUMPRODUCT\(MOD\(INT\("),
    "SUMPRODUCT over tests of a range": re.compile(r"SUMPRODUCT\(--ISERROR\("),
    "SUMPRODUCT over look-ups of a range": re.compile(
        r"SUMPRODUCT\(\(TRIM\([^)]*\)<>\"\"\)\*ISNA\(MATCH\("
    ),
}
CLOCK = "=TODAY()"  # stays the day of issue
LARGE = [("hrge_toolkit", "en", "partly")]
SMALL = [("example", language, filling) for language in NAMES["example"] for filling in FILLINGS]


@dataclass(frozen=True)
class Formula:
    """One formula of a workbook, and what it shows."""

    sheet: int
    cell: Cell
    shown: str | float | bool

    @property
    def text(self) -> str:
        """The formula, written out where it is shared."""
        return str(self.cell.value)

    @property
    def limited(self) -> bool:
        """Whether IronCalc cannot work it out as it should."""
        return self.text == CLOCK or any(limit.search(self.text) for limit in LIMITS.values())


def formulas(data: bytes) -> Iterator[Formula]:
    """Every formula of a workbook."""
    results = opened(data, values=True)
    for number, sheet in enumerate(opened(data).worksheets):
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    yield Formula(number, cell, stored(results[sheet.title][cell.coordinate].value))


def stored(value: Any) -> str | float | bool:
    """A result as IronCalc gives it: days as numbers, nothing as an empty text."""
    if isinstance(value, datetime | date):
        return float(to_serial(value.date() if isinstance(value, datetime) else value))
    return "" if value is None else value


def engine(path: Path) -> Any:
    """A workbook in IronCalc, as it is stored."""
    try:
        import ironcalc
    except ImportError:
        missing("IronCalc is not installed (pip install ironcalc)")
    return ironcalc.load_from_xlsx(str(path), "en", "UTC")


def calculated(model: Any, found: Formula) -> str | float | bool:
    """What IronCalc makes of a formula."""
    return stored(model.get_cell_value(found.sheet, found.cell.row, found.cell.column))


def give(model: Any, found: Formula) -> None:
    """Put what is shown in the place of a formula that IronCalc cannot work out."""
    put = (
        model.update_cell_with_text
        if isinstance(found.shown, str)
        else model.update_cell_with_number
    )
    put(found.sheet, found.cell.row, found.cell.column, found.shown)


def same(one: str | float | bool, other: str | float | bool) -> bool:
    """Whether two results are the same but for the last digits."""
    if isinstance(one, float | int) and isinstance(other, float | int):
        return isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    return one == other


@pytest.mark.deep
@pytest.mark.parametrize(("name", "language", "filling"), SMALL + LARGE)
def test_it_gets_what_the_workbook_shows(
    name: str, language: str, filling: str, tmp_path: Path
) -> None:
    path = tmp_path / "workbook.xlsx"
    path.write_bytes(made(name, language, filling))
    model, all_of_them = engine(path), list(formulas(path.read_bytes()))
    for each in all_of_them:
        if each.limited:
            give(model, each)
    model.evaluate()
    wrong = [
        (each.cell.parent.title, each.cell.coordinate, each.shown, got)
        for each in all_of_them
        if not same(each.shown, got := calculated(model, each))
    ]
    assert wrong == []
    assert sum(each.limited for each in all_of_them) / len(all_of_them) < 0.19


@pytest.mark.deep
def test_its_limits_are_limits_still(tmp_path: Path) -> None:
    """One that was mended must be struck off the list."""
    shown = set()
    for name, filling in (("example", "full"), ("hrge_toolkit", "partly")):
        path = tmp_path / f"{name}.xlsx"
        path.write_bytes(made(name, "en", filling))
        model, all_of_them = engine(path), list(formulas(path.read_bytes()))
        model.evaluate()
        for what, limit in LIMITS.items():
            concerned = (each for each in all_of_them if limit.search(each.text))
            if any(not same(each.shown, calculated(model, each)) for each in concerned):
                shown.add(what)
    assert shown == set(LIMITS)


@pytest.mark.parametrize("function", ["total", "least", "most"])
def test_a_blank_figure_among_others_is_left_out(function: str, tmp_path: Path) -> None:
    """Excel takes no text for a number unless it stands in a cell: the blank of a quotient does not."""
    model = engine(_with_formula(f"{function}(PLN_08 / PLN_06, 7)", tmp_path))
    model.evaluate()
    slot = build(load(str(tmp_path / "spec")), "en").slots["PLAN", "1", "PLN_14"]
    (place,) = slot.cells
    assert model.get_formatted_cell_value(1, place.row, place.column) == "7"


def _with_formula(formula: str, folder: Path) -> Path:
    """The example's workbook with another formula, blank."""
    shutil.copytree(find("example"), folder / "spec")
    (folder / "spec" / "sample.yaml").unlink(missing_ok=True)
    plan = folder / "spec" / "tools" / "plan.yaml"
    text = plan.read_text(encoding="utf-8").replace("PLN_08 / PLN_06, decimals: 2", f'"{formula}"')
    plan.write_text(text, encoding="utf-8")
    path = folder / "made.xlsx"
    path.write_bytes(generate(load(str(folder / "spec")), Order("PAK", TODAY)))
    return path
