"""Formats that let a cell show something else than it holds, and rows and columns that nobody sees."""

from __future__ import annotations

from tests.damages.book import Book
from tests.damages.kinds import Edit, Kind, answered, kind, number, text
from tests.damages.looks import WHITE, column, restyled, row, runs, struck

STRUCK, HIDDEN, INVISIBLE, OTHERWISE, BY_FORMAT = "S030", "S031", "S032", "S033", "S034"
LAW, RISKS, VALUES = "1.1 Legislation", "3.2 Risk strategy", "4.C Values"
FIRST, REST = "Four", " Two local consultations"

CROSSED = [
    ("a text", f"{LAW}!G7", "<strike/>"),
    ("a text, said to be true", f"{LAW}!G21", '<strike val="1"/>'),
    ("a text, as LibreOffice says it", f"{LAW}!N7", '<strike val="true"/>'),
    ("a number", f"{VALUES}!P9", "<strike/>"),
    ("a figure of the profile", "2.1 Country profile!E11", "<strike/>"),
    ("a choice", "Form!E15", "<strike/>"),
    ("a date", f"{RISKS}!AD7", "<strike/>"),
    ("a risk", f"{RISKS}!I8", "<strike/>"),
    ("a reference", f"{VALUES}!D10", "<strike/>"),
    ("a step", f"{RISKS}!R8", "<strike/>"),
]

COLOURS = [
    ("white on white", f"{LAW}!G7", f'<color rgb="{WHITE}"/>', WHITE),
    ("a number white on white", f"{VALUES}!P9", f'<color rgb="{WHITE}"/>', WHITE),
    ("a choice white on white", "Form!E15", f'<color rgb="{WHITE}"/>', WHITE),
    ("black on black", f"{RISKS}!J7", '<color rgb="FF000000"/>', "FF000000"),
    ("yellow on the same yellow", f"{RISKS}!F7", '<color rgb="FFFFFF00"/>', "FFFFFF00"),
    ("white by its place in the theme", f"{LAW}!N7", '<color theme="0"/>', WHITE),
]

FORMATS = [
    ("words for a number", f"{VALUES}!P9", '"not known"'),
    ("another number", f"{VALUES}!O9", '"15"'),
    ("thousands", f"{VALUES}!I9", '0,"k"'),
    ("percent", f"{VALUES}!H8", "0%"),
    ("words for a date", f"{RISKS}!AD7", '"soon"'),
    ("words for a text", f"{LAW}!G7", ';;;"agreed"'),
    ("words around a text", f"{LAW}!N7", ';;;"not "@'),
    ("words for a choice", "Form!E15", ';;;"Legislation"'),
]

WIDTHS = [
    ("a column of people hidden", f"{VALUES}!P", {"hidden": "1"}, f"{VALUES}!P9"),
    ("a column of a checklist hidden", f"{LAW}!G", {"hidden": "1"}, f"{LAW}!G7"),
    ("a column of risks hidden", f"{RISKS}!S", {"hidden": "1"}, f"{RISKS}!S7"),
    ("the answers of the form hidden", "Form!E", {"hidden": "1"}, "Form!E8"),
    ("a column of width 0", f"{VALUES}!P", {"width": "0", "customWidth": "1"}, f"{VALUES}!P9"),
    ("a column as narrow as a line", f"{VALUES}!P", {"width": "0.05", "customWidth": "1"}, f"{VALUES}!P9"),
]

ROWS = [
    ("a row of answers hidden", f"{VALUES}!9", {"hidden": "1"}, f"S021 {VALUES}!D9"),
    ("a row of answers of height 0", f"{VALUES}!9", {"ht": "0", "customHeight": "1"}, f"S021 {VALUES}!D9"),
    ("a row as low as a line", f"{VALUES}!9", {"ht": "0.5", "customHeight": "1"}, f"S021 {VALUES}!D9"),
    ("a question hidden", "Form!10", {"hidden": "1"}, "S021 Form!E10"),
    ("a question of height 0", "Form!10", {"ht": "0", "customHeight": "1"}, "S021 Form!E10"),
    ("a blank row hidden", f"{VALUES}!30", {"hidden": "1"}, ""),
    ("a blank row of height 0", f"{VALUES}!30", {"ht": "0", "customHeight": "1"}, ""),
]


def date_format(where: str, value: float) -> tuple[Edit, ...]:
    """A number that was typed into a cell which shows it as a date."""
    return number(where, value), restyled(where, number_format="yyyy-mm-dd")


def shown_again(sheet: str) -> Edit:
    """Show the hidden codes."""

    def edit(book: Book) -> None:
        row(f"{sheet}!1", hidden="0")(book)
        column(f"{sheet}!A", hidden="0")(book)

    return edit


KINDS: list[Kind] = [
    *[
        kind(f"seen: {name} struck through", f"{STRUCK} {where}", struck(where, mark))
        for name, where, mark in CROSSED
    ],
    answered(
        "seen: the first words struck through",
        f"{STRUCK} {RISKS}!V7",
        runs(f"{RISKS}!V7", (FIRST, True), (REST, False)),
    ),
    answered(
        "seen: the last words struck through",
        f"{STRUCK} {LAW}!G7",
        runs(f"{LAW}!G7", ("Article 1", False), (" and 2", True)),
    ),
    answered(
        "seen: words in the middle struck through",
        f"{STRUCK} Form!E29",
        runs("Form!E29", ("Support to ", False), ("four ", True), ("national bodies", False)),
    ),
    answered(
        "seen: every run struck through",
        f"{STRUCK} {LAW}!N7",
        runs(f"{LAW}!N7", ("Draft law,", True), (" March 2026", True)),
    ),
    answered(
        "seen: bold and plain runs, none struck",
        "",
        runs(f"{LAW}!G7", ("Article 1", False), (" and 2", False)),
    ),
    kind("seen: a blank answer struck through", "", struck(f"{LAW}!H7")),
    kind("seen: a text of ours struck through", "", struck("Form!F30")),
    *[
        kind(f"seen: {name}", f"{INVISIBLE} {where}", restyled(where, font=font, fill=fill))
        for name, where, font, fill in COLOURS
    ],
    kind(
        "seen: a blank answer white on white",
        "",
        restyled(f"{LAW}!H7", font=f'<color rgb="{WHITE}"/>', fill=WHITE),
    ),
    kind("seen: an answer in red", "", restyled(f"{LAW}!G7", font='<color rgb="FFFF0000"/>')),
    kind("seen: an answer marked yellow", "", restyled(f"{LAW}!G7", fill="FFFFFF00")),
    kind("seen: an answer in bold", "", restyled(f"{LAW}!G7", font="<b/>")),
    kind(
        "seen: an answer in very small letters",
        f"{INVISIBLE} {LAW}!G7",
        restyled(f"{LAW}!G7", font='<sz val="1"/>'),
    ),
    *[
        kind(f"seen: format that shows {name}", f"{OTHERWISE} {where}", restyled(where, number_format=code))
        for name, where, code in FORMATS
    ],
    *[
        kind(
            f"seen: format that shows nothing of {name}",
            f"{INVISIBLE} {where}",
            restyled(where, number_format=code),
        )
        for name, where, code in (
            ("a number", f"{VALUES}!P9", ";;;"),
            ("a number, words for texts", f"{VALUES}!P9", ';;;"not known"'),
            ("a text", f"{LAW}!G7", ";;;"),
            ("a date", f"{RISKS}!AD7", ";;;"),
            ("a choice", "Form!E15", "0;-0;0;"),
        )
    ],
    kind("seen: format that would show no minus", "", restyled(f"{VALUES}!T9", number_format="0;0")),
    kind("seen: format that shows the month only", "", restyled("Form!E24", number_format="mmmm")),
    kind("seen: format with other decimals", "", restyled(f"{VALUES}!I10", number_format="0.00")),
    kind("seen: format with thousands apart", "", restyled(f"{VALUES}!I10", number_format="#,##0")),
    kind("seen: format of another date", "", restyled(f"{RISKS}!AD7", number_format="dd/mm/yyyy")),
    answered("seen: a number turned into a date", f"V003 {VALUES}!I10", *date_format(f"{VALUES}!I10", 46082)),
    answered("seen: a text turned into a date", f"{BY_FORMAT} Form!E8", *date_format("Form!E8", 46082)),
    answered("seen: a version turned into a date", f"{BY_FORMAT} Form!E31", *date_format("Form!E31", 45992)),
    *[
        kind(f"seen: {name}", f"{HIDDEN} {first}", column(where, **said))
        for name, where, said, first in WIDTHS
    ],
    kind("seen: an empty column hidden", "", column(f"{VALUES}!X", hidden="1")),
    kind("seen: a column of help hidden", "", column("Form!F", hidden="1")),
    *[kind(f"seen: {name}", found, row(where, **said)) for name, where, said, found in ROWS],
    kind("seen: the hidden codes shown", "", shown_again(VALUES)),
    answered(
        "seen: a text struck through and typed again",
        f"{STRUCK} {LAW}!N21",
        text(f"{LAW}!N21", "Minutes of the second hearing, May 2026"),
        struck(f"{LAW}!N21"),
    ),
]
