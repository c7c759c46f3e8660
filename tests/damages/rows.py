"""Rows that no longer stand beside the number that they are shown under."""

from __future__ import annotations

from tests.damages.kinds import Edit, Kind, answered, clear, kind, number, text
from tests.damages.sheets import exchanged, pasted

VALUES, LAW, RISKS = "4.C Values", "1.1 Legislation", "3.2 Risk strategy"
ROW = "S025"

RETYPED = [
    ("a number of a register", f"{VALUES}!B8", "V-03"),
    ("a number that is not", f"{VALUES}!B10", "V-99"),
    ("a number of a blank row", f"{VALUES}!B31", "V-01"),
    ("a number with a remark", f"{RISKS}!B7", "R-SP-01 (old)"),
    ("a number of a risk", f"{RISKS}!B8", "R-SP-03"),
    ("a number of a question", "Form!B10", "FRM_16"),
    ("a number of a point", f"{LAW}!B7", "T11_02"),
    ("a number of a point of 3.1", "3.1 Checklist!B8", "T31_26"),
    ("a number of an instrument", "2.2 International law!B8", "TIPP"),
    ("a number of a tool", "Form!B41", "T1.2"),
    ("a number of its own", f"{VALUES}!B7", "1"),
]

EXCHANGED = [
    ("two values", VALUES, 9, 10, "D", "AS"),
    ("two risks", RISKS, 7, 8, "F", "AJ"),
    ("two lessons", "3.8 Lessons", 7, 8, "D", "AC"),
    ("two indicators", "4.B Framework", 7, 10, "D", "AF"),
    ("a row with a blank one", "2.6 Barriers", 7, 12, "D", "AB"),
]


def _line(sheet: str, row: int, first: str, last: str) -> str:
    """The visible cells of a row that people fill in."""
    return f"{sheet}!{first}{row}:{last}{row}"


def _with_number(sheet: str, one: int, other: int, first: str, last: str) -> tuple[Edit, Edit]:
    """A row exchanged with another one, number and all, but without the hidden code."""
    number_cells = exchanged(f"{sheet}!B{one}", f"{sheet}!B{other}")
    return number_cells, exchanged(_line(sheet, one, first, last), _line(sheet, other, first, last))


KINDS: list[Kind] = [
    *[kind(f"row: {name} retyped", f"{ROW} {where}", text(where, said)) for name, where, said in RETYPED],
    *[
        kind(f"row: {name} cleared", f"{ROW} {where}", clear(where))
        for name, where in (("a number", f"{VALUES}!B8"), ("a number of a question", "Form!B10"))
    ],
    kind("row: a number typed as a number", f"{ROW} {VALUES}!B7", number(f"{VALUES}!B7", 1)),
    *[
        answered(
            f"row: {name} sorted without their codes",
            f"S020 {sheet}!D{one}",
            *_with_number(sheet, one, other, first, last),
        )
        for name, sheet, one, other, first, last in EXCHANGED
    ],
    kind("row: two numbers exchanged", f"S020 {VALUES}!D9", exchanged(f"{VALUES}!B9", f"{VALUES}!B10")),
    answered(
        "row: two values sorted without their codes, one number retyped",
        f"{ROW} {VALUES}!B9",
        *_with_number(VALUES, 9, 10, "D", "AS"),
        text(f"{VALUES}!B10", "V-3"),
    ),
    answered(
        "row: two points sorted, questions and all", f"S020 {LAW}!E8", *_with_number(LAW, 8, 13, "D", "O")
    ),
    answered(
        "row: pasted over another with its number",
        f"{ROW} {VALUES}!B11; R-M11 {VALUES}!F10; R-M11 {VALUES}!F11",
        pasted(f"{VALUES}!B10:D10", f"{VALUES}!B11:D11"),
        pasted(f"{VALUES}!E10:N10", f"{VALUES}!E11:N11"),
    ),
    answered(
        "row: of a checklist pasted over another with its number",
        f"{ROW} {LAW}!B10; S024 {LAW}!D10",
        pasted(f"{LAW}!B7:D7", f"{LAW}!B10:D10"),
        pasted(f"{LAW}!E7:I7", f"{LAW}!E10:I10"),
    ),
    answered(
        "row: two codes exchanged, numbers left",
        f"{ROW} {VALUES}!B9",
        exchanged(f"{VALUES}!A9", f"{VALUES}!A10"),
    ),
    answered(
        "row: two rows exchanged, codes and all",
        f"S020 {VALUES}!D9",
        exchanged(f"{VALUES}!A9:D9", f"{VALUES}!A10:D10"),
        exchanged(f"{VALUES}!E9:AS9", f"{VALUES}!E10:AS10"),
    ),
]
