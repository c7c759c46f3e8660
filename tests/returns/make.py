"""Makes the kept returns: LibreOffice opens an issued workbook, a person's mistakes are made, it saves.

`python -m tests.returns.make` writes them again. What must be found stands beside each, written by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from hrge_xl import Order, generate, load
from tests.face import Layout, address, from_mapping, story
from tests.office.driver import Document, Office, Typed

HERE = Path(__file__).parent
TOLD = story("hrge_toolkit")
ISSUED = date(2026, 6, 30)
ORDER = Order("PAK", ISSUED, "PAK", "en", TOLD.tools, round="2026-H1", deadline="2026-07-15")
PLAN = {
    "PLN_01": "WS-07",
    "PLN_03": "Train the trainers",
    "PLN_04": "2026-03-02",
    "PLN_05": "2026-03-06",
    "PLN_06": 24,
    "PLN_07": 12,
    "PLN_08": 4800,
    "PLN_11": "N",
    "PLN_13": ["WOM", "YOU"],
}


class Desk:
    """One open workbook, with cells found by what they ask."""

    def __init__(self, document: Document, layout: Layout) -> None:
        self.document, self.layout = document, layout

    def at(self, tool: str, row: str, field: str, part: int = 1) -> tuple[str, str]:
        """Sheet and cell of an answer."""
        slot = self.layout.slots[tool, row, field]
        return self.layout.sheet[tool].name, address(*slot.cells[part - 1])

    def type(self, tool: str, row: str, field: str, value: Any, part: int = 1) -> None:
        """Put a value into a cell as it stands."""
        self.document.fill({self.at(tool, row, field, part): value})


def nothing(desk: Desk) -> None:
    """A careful team: opens, looks, saves."""


def wrong_words(desk: Desk) -> None:
    """Words where the list has others, a blank, too many words."""
    desk.type("T1.1", "T11_02", "P1_ANS", "Partially true")
    desk.type("T1.1", "T11_12", "P1_ACT", None)
    desk.type("T1.1", "T11_12", "EV_LINK", None)
    desk.type("T3.2", "R-SP-02", "RSK_27", "open ")
    desk.type("FORM", "1", "FRM_03", None)
    desk.type("FORM", "1", "FRM_18", "word " * 151)


def wrong_figures(desk: Desk) -> None:
    """Numbers and dates that cannot be, or can be two things."""
    desk.type("T3.2", "R-SP-01", "RSK_10", 6)
    desk.type("T3.2", "R-SP-02", "RSK_19", "03/04/2026")
    desk.type("T3.2", "R-SP-03", "RSK_29", "1405-03-25")
    desk.type("T4.C", "V-02", "T4C_05", "1,234")
    desk.type("T4.C", "V-03", "SEX_F", 50.5)
    desk.type("T4.C", "V-04", "T4C_06", "five")


def pasted(desk: Desk) -> None:
    """Cells copied over answers with everything they have: the dropdowns there are gone, the answers wrong."""
    sheet, target = desk.at("T1.1", "T11_02", "P1_REL")
    desk.document.unprotect(sheet)
    desk.document.paste(sheet, "B6:C6", target)
    desk.document.protect(sheet)


def moved_about(desk: Desk) -> None:
    """Sheets renamed and moved, a row and a column inserted, protection off: everything still reads."""
    document = desk.document
    law, risks = desk.layout.sheet["T1.1"].name, desk.layout.sheet["T3.2"].name
    document.unprotect(law)
    document.unprotect(risks)
    document.rename_sheet(law, "Laws")
    document.move_sheet(risks, 0)
    document.insert_rows("Laws", 3)
    document.insert_columns(risks, "E")
    document.fill({("Laws", "C40"): "See also the note of March"})


def overwritten(desk: Desk) -> None:
    """A level typed over its formula, a formula in an answer, an error copied in."""
    sheet, cell = desk.at("T3.2", "R-SP-01", "RSK_12")
    desk.document.unprotect(sheet)
    desk.document.fill({(sheet, cell): "Low"})
    values, total = desk.at("T4.C", "V-01", "T4C_06")
    desk.document.fill({(values, total): Typed("=1+1")})
    values, broken = desk.at("T4.C", "V-04", "T4C_06")
    desk.document.fill({(values, broken): Typed("=1/0")})


def other_digits(desk: Desk) -> None:
    """An Arabic workbook with digits of its own script, stored as text, and a label in another language."""
    desk.type("PLAN", "1", "PLN_06", "٢٤")
    desk.type("PLAN", "1", "PLN_11", "No")
    desk.type("PLAN", "1", "PLN_13", "نسا", part=1)


CASES: dict[str, tuple[str, Callable[[Desk], None]]] = {
    "careful": ("hrge_toolkit", nothing),
    "wrong_words": ("hrge_toolkit", wrong_words),
    "wrong_figures": ("hrge_toolkit", wrong_figures),
    "pasted": ("hrge_toolkit", pasted),
    "moved_about": ("hrge_toolkit", moved_about),
    "overwritten": ("hrge_toolkit", overwritten),
    "other_digits": ("example", other_digits),
}


def issued(spec: str) -> tuple[bytes, Layout]:
    """The workbook that the team opens: everything is right in it."""
    from tests.face import build

    loaded = load(spec)
    if spec == "example":
        layout = build(loaded, "ar")
        order = Order("EGY", ISSUED, "EGY", "ar", answers=from_mapping({"PLAN": PLAN}, layout))
        return generate(loaded, order), layout
    layout = build(loaded, "en", TOLD.tools)
    answers = from_mapping(TOLD.answers, layout)
    return generate(loaded, replace(ORDER, answers=answers)), layout


def main() -> None:
    """Make every return."""
    with Office() as office:
        for name, (spec, act) in CASES.items():
            data, layout = issued(spec)
            source = HERE / f"{name}.issued.xlsx"
            source.write_bytes(data)
            with office.open(source) as document:
                act(Desk(document, layout))
                document.save_as(HERE / f"{name}.xlsx")
            source.unlink()


if __name__ == "__main__":
    main()
