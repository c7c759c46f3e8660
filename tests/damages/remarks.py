"""Remarks that people write wherever there is room: beside, below and over everything."""

from __future__ import annotations

from tests.damages.kinds import Edit, Kind, formula, kind, number, text
from tests.damages.sheets import own_sheet

BESIDE, OVER = "S014", "S027"
NOTE = "See the minutes of March"

BLANK = [
    ("on the cover, beside the title", "Cover!H2"),
    ("on the cover, in the column of values", "Cover!C13"),
    ("on the cover, below the progress", "Cover!B60"),
    ("on the cover, in the hidden first row", "Cover!C1"),
    ("on the cover, in the hidden first column", "Cover!A30"),
    ("on the form, beside the table", "Form!R9"),
    ("on the form, below the table", "Form!C80"),
    ("on the form, under the title", "Form!C3"),
    ("on the form, beside the progress", "Form!C5"),
    ("on the form, above the answers", "Form!E2"),
    ("on a checklist, beside the title", "1.1 Legislation!E2"),
    ("on a checklist, far right", "1.1 Legislation!BA7"),
    ("on a checklist, far below", "1.1 Legislation!C900"),
    ("on a checklist, in the last column", "1.1 Legislation!XFD6"),
    ("on a checklist, in the last row", "1.1 Legislation!B1048576"),
    ("beside the title of a block", "Form!E28"),
    ("beside a section", "3.1 Checklist!E7"),
    ("below a register", "4.C Values!C37"),
    ("below a register of risks", "3.2 Risk strategy!F32"),
    ("beside the suggestions", "Library!K8"),
    ("below the suggestions", "Library!C70"),
    ("below the requests", "3.7 Advocacy!G22"),
    ("in the hidden first column of a register", "4.C Values!A50"),
    ("in the hidden first row of a register", "4.C Values!CT1"),
    ("behind the hidden checks", "4.C Values!CR7"),
    ("on the matrix, beside it", "Risk matrix!I8"),
    ("on the matrix, beside the levels", "Risk matrix!E14"),
    ("on the matrix, below it", "Risk matrix!B150"),
    ("on the map, beside it", "Barrier map!M9"),
    ("on the map, beside the severities", "Barrier map!D35"),
    ("on the map, below it", "Barrier map!B40"),
    ("on the actions, below the list", "Actions!C69"),
    ("on the actions, beside the list", "Actions!R9"),
    ("on the actions, beside the title", "Actions!D5"),
    ("on the checks, below the list", "Checks!C69"),
    ("on the checks, beside the list", "Checks!W8"),
    ("on the lists, below a list", "Lists!B7"),
    ("on the lists, below all lists", "Lists!B150"),
    ("on the lists, beside the title", "Lists!E2"),
    ("on the lists, far right", "Lists!FU5"),
    ("on the indicators, beside a row", "4.A Indicators!V8"),
    ("on the indicators, below the last", "4.A Indicators!C63"),
    ("on the hidden sheet", "_hrge!D3"),
    ("on the form, beside a part of the tools", "Form!E50"),
    ("on the recipients, beside the last", "2.5 Security forces!AT9"),
]

LOCKED_BLANK = [
    ("over the empty help of a question", "Form!F16"),
    ("over the empty number of a further answer", "Form!B18"),
    ("over the empty status of a further answer", "Form!G18"),
    ("over the empty stage of a suggestion", "Library!I8"),
    ("over the empty SDG of an indicator", "4.A Indicators!O10"),
    ("over the progress of a sheet to read", "Cover!F48"),
]

OVER_FORMULAS = [
    ("over a status", "Form!G10", "Ask the ministry"),
    ("over the status of a point", "1.1 Legislation!P7", "To be discussed"),
    ("over the status of a blank row", "4.C Values!AY21", "Not yet"),
    ("over the progress of a sheet", "1.1 Legislation!B5", "Approved by the team"),
    ("over the state of a sheet", "Cover!I15", "Done"),
    ("over the state of all sheets", "Cover!I56", "Done"),
    ("over the day of the check", "Cover!C12", "tomorrow"),
    ("over an action", "Actions!C8", "Three consultations"),
    ("over an owner", "Actions!D9", "Nobody"),
    ("over an action that is not there", "Actions!C20", "Hold a press conference"),
    ("over the number of actions", "Actions!B6", "None"),
    ("over a cell of the matrix", "Risk matrix!E8", "one, but harmless"),
    ("over a cell of the map", "Barrier map!D8", "no barrier"),
    ("over a point of the checks", "Checks!C8", "Ask the office"),
    ("over the line of the checks", "Checks!B6", "Everything is fine."),
    ("over a hidden check", "1.1 Legislation!T7", "x"),
    ("over an entry of a list of rows", "Lists!EX5", "IND-01 Another one"),
]

SORTS: list[tuple[str, str, tuple[Edit, ...]]] = [
    ("a number beside the table", f"{BESIDE} Form!R9", (number("Form!R9", 12.5),)),
    ("a date beside the table", f"{BESIDE} Form!R9", (number("Form!R9", 46000),)),
    ("a formula beside the table", f"{BESIDE} Form!R9", (formula("Form!R9", "SUM(E23:E24)", 4),)),
    ("a formula without a result", f"{BESIDE} Form!R9", (formula("Form!R9", "SUM(E23:E24)"),)),
    ("a single letter", f"{BESIDE} 4.C Values!C37", (text("4.C Values!C37", "x"),)),
    ("a question mark", f"{BESIDE} 4.C Values!C37", (text("4.C Values!C37", "?"),)),
    ("in Arabic", f"{BESIDE} Cover!H2", (text("Cover!H2", "انظر المحضر"),)),
    ("of many lines", f"{BESIDE} Cover!H2", (text("Cover!H2", "one\ntwo\nthree"),)),
    ("of 32,000 characters", f"{BESIDE} Cover!H2", (text("Cover!H2", "long " * 6_400),)),
    ("that is a text of ours elsewhere", f"{BESIDE} Form!R9", (text("Form!R9", "Project code"),)),
    ("that looks like a code", f"{BESIDE} 4.C Values!C50", (text("4.C Values!C50", "V-01"),)),
    ("that looks like markup", f"{BESIDE} Form!R9", (text("Form!R9", "<f>1+1</f>"),)),
    (
        "two in a row",
        f"{BESIDE} Form!R9; {BESIDE} Form!S9",
        (text("Form!R9", "first"), text("Form!S9", "second")),
    ),
    (
        "a column of them beside the table",
        "S017 1.1 Legislation!AH6",
        tuple(text(f"1.1 Legislation!AH{row}", f"remark {row}") for row in range(6, 14)),
    ),
    (
        "a row of them below the table",
        "S008 1.1 Legislation!C46",
        tuple(text(f"1.1 Legislation!{letter}46", letter) for letter in "CEFG"),
    ),
    ("on a sheet of their own", f"{BESIDE} Remarks!A1", (own_sheet("Remarks", A1="first", B7="second"),)),
    ("on a sheet called like one of ours", f"{BESIDE} Lists (2)!C9", (own_sheet("Lists (2)", C9="mine"),)),
]

KINDS: list[Kind] = [
    *[kind(f"remark: {name}", f"{BESIDE} {where}", text(where, NOTE)) for name, where in BLANK],
    *[kind(f"remark: {name}", f"{BESIDE} {where}", text(where, NOTE)) for name, where in LOCKED_BLANK],
    *[kind(f"remark: {name}", f"{OVER} {where}", text(where, said)) for name, where, said in OVER_FORMULAS],
    *[kind(f"remark: {name}", found, *edits) for name, found, edits in SORTS],
    kind("remark: over a help text", "S023 Form!F9", text("Form!F9", NOTE)),
    kind("remark: over a suggestion", "S023 Library!E8", text("Library!E8", NOTE)),
    kind("remark: over a title", "S023 2.6 Barriers!B2", text("2.6 Barriers!B2", NOTE)),
    kind("remark: over a question", "S024 Form!D31", text("Form!D31", NOTE)),
    kind("remark: over a number", "S025 Form!B31", text("Form!B31", NOTE)),
]
