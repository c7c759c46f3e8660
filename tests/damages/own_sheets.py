"""Sheets that were deleted, hidden, doubled, renamed, moved; sheets that came; hidden codes that are gone."""

from __future__ import annotations

import re

from tests.damages.book import At, Book
from tests.damages.kinds import Edit, Kind, answered, at, clear, kind, text
from tests.damages.sheets import deleted, doubled, first, merged, own_sheet, renamed, said_of, unprotected

CALCULATED = ("Dashboard", "Risk matrix", "Barrier map", "Actions", "Checks")
OURS = ("Cover", "Lists", *CALCULATED)
TO_READ = ("Library", "4.A Indicators", "Glossary")
ANSWERED = (
    "Form",
    "1.1 Legislation",
    "2.5 Security forces",
    "3.2 Risk strategy",
    "4.A Indicators",
    "4.C Values",
)


def codes_cleared(sheet: str, *, row: bool = False, column: bool = False) -> Edit:
    """Clear the hidden first row, the hidden first column, or both."""

    def edit(book: Book) -> None:
        for number in list(book.rows(sheet)):
            cells = book.row(sheet, number)
            left = {
                at: cell
                for at, cell in cells.items()
                if not (row and number == 1) and not (column and at == 1)
            }
            if left != cells:
                book.put_row(sheet, number, left)

    return edit


def column_deleted(where: str) -> Edit:
    """Delete a column with everything in it; its rules move along, formulas stay as they are."""
    sheet, letters = at(where)
    gone = At.of(f"{letters}1").column

    def moved(place: At) -> At | None:
        return None if place.column == gone else At(place.row, place.column - (place.column > gone))

    def areas(found: re.Match[str]) -> str:
        kept = []
        for area in found[2].split():
            first, _, last = area.partition(":")
            ends = moved(At.of(first)), moved(At.of(last or first))
            kept += [":".join(map(str, dict.fromkeys(ends)))] if None not in ends else []
        return f'{found[1]}"{" ".join(kept) or "XFD1048576"}"'

    def edit(book: Book) -> None:
        for number in list(book.rows(sheet)):
            cells = book.row(sheet, number)
            left = {At(number, column): cell for column, cell in cells.items()}
            book.put_row(
                sheet, number, {to.column: cell for place, cell in left.items() if (to := moved(place))}
            )
        part = book.sheets[sheet]
        rows, end, rules = book[part].partition("</sheetData>")
        book[part] = rows + end + re.sub(r'( sqref=)"([^"]*)"', areas, rules)

    return edit


KINDS: list[Kind] = [
    *[kind(f"sheet: {name} deleted", f"S029 {name}", deleted(name)) for name in (*OURS, *TO_READ)],
    kind("sheet: two of ours deleted", "S029 Cover; S029 Actions", deleted("Cover"), deleted("Actions")),
    *[
        answered(f"sheet: {name} deleted", f"S001 {name}", deleted(name))
        for name in ("1.4 Protection", "2.1 Country profile", "3.1 Checklist")
    ],
    *[
        kind(f"sheet: {name} hidden", f"S016 {name}", said_of(name, state="hidden"))
        for name in (*ANSWERED, *OURS)
    ],
    kind("sheet: hidden for good", "S016 3.7 Advocacy", said_of("3.7 Advocacy", state="veryHidden")),
    kind("sheet: the stamp shown", "", said_of("_hrge", state="visible")),
    *[
        kind(f"sheet: {name} renamed", f"S002 {new}", renamed(name, new))
        for name, new in (
            ("1.1 Legislation", "Laws"),
            ("Form", "Our form"),
            ("4.C Values", "Values (final)"),
            ("Cover", "Front page"),
            ("Lists", "Drop-downs"),
            ("Actions", "To do"),
            ("Risk matrix", "Heat map"),
        )
    ],
    *[
        kind(f"sheet: {name} doubled", f"S003 {name} (2)", doubled(name, f"{name} (2)"))
        for name in ("1.1 Legislation", "3.2 Risk strategy", "Cover", "Lists", "Actions", "Risk matrix")
    ],
    *[
        kind(f"sheet: {name} moved to the front", "", first(name))
        for name in ("4.C Values", "Checks", "_hrge")
    ],
    kind("sheet: an empty one added", "", own_sheet("Sheet1")),
    kind("sheet: one with a text added", "S014 Our notes!C4", own_sheet("Our notes", C4="Ask again")),
    *[
        kind(f"sheet: protection of {name} taken off", f"S012 {name}", unprotected(name))
        for name in ("Form", "4.C Values", *OURS)
    ],
    kind("sheet: inputs merged", "S015 1.1 Legislation!G7", merged("1.1 Legislation!G7:J7")),
    kind("sheet: rows merged", "S015 4.C Values!N8", merged("4.C Values!N8:N9")),
    kind("sheet: cells of the title merged", "", merged("Form!B2:F2")),
    # hidden codes
    *[
        kind(f"codes: row of {name} cleared", f"S009 {name}", codes_cleared(name, row=True))
        for name in ("1.1 Legislation", "3.2 Risk strategy", "4.C Values")
    ],
    *[
        kind(f"codes: column of {name} cleared", f"S009 {name}", codes_cleared(name, column=True))
        for name in ("Form", "1.1 Legislation", "4.C Values")
    ],
    kind(
        "codes: row and column cleared",
        "S009 3.1 Checklist",
        codes_cleared("3.1 Checklist", row=True, column=True),
    ),
    *[
        kind(f"codes: key of {name} cleared", f"S009 {name}", clear(f"{name}!A1"))
        for name in ("Form", "1.1 Legislation", "4.C Values", "Risk matrix", "Cover", "Lists")
    ],
    kind("codes: key of another sheet", "S009 1.1 Legislation", text("1.1 Legislation!A1", "T9.9")),
    kind("codes: key beside the day reworded", "S009 Cover", text("Cover!A12", "tomorrow_of_check")),
    kind("codes: key with a remark", "S009 4.C Values", text("4.C Values!A1", "T4.C values")),
    answered("codes: hidden column deleted", "S009 3.1 Checklist", column_deleted("3.1 Checklist!A")),
    kind("codes: one of a column cleared", "S009 4.C Values", clear("4.C Values!O1")),
    kind("codes: one of a row cleared", "S009 4.C Values", clear("4.C Values!A9")),
    kind("codes: one of a row misspelt", "S009 4.C Values", text("4.C Values!A9", "V-O3")),
    kind("codes: one of a column misspelt", "S009 4.C Values", text("4.C Values!O1", "SEX F")),
    kind(
        "codes: one of a calculated column cleared", "S009 3.2 Risk strategy", clear("3.2 Risk strategy!D1")
    ),
    kind("codes: one of a check cleared", "S009 1.1 Legislation", clear("1.1 Legislation!U1")),
    answered("codes: a column deleted", "S005 4.C Values", column_deleted("4.C Values!Q")),
]
