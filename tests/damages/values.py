"""Answers of every type of field, wrong, doubtful or written otherwise."""

from __future__ import annotations

from tests.damages.kinds import Kind, answered, clear, error, formula, number, text, truth

LONGEST = 32_767
PEOPLE = "4.C Values!O9"

TYPED = [
    # whole numbers
    ("people as text", "4.C Values!P9", "30", "V104"),
    ("people in Arabic digits", "4.C Values!P9", "٣٠", "V103 V104"),
    ("people in Devanagari digits", "4.C Values!P9", "३०", "V103 V104"),
    ("people in fullwidth digits", "4.C Values!P9", "３０", "V103 V104"),
    ("people in Khmer digits", "4.C Values!P9", "៣០", "V103 V104"),
    ("people with a no-break space", "4.C Values!P9", "\u00a030", "V104"),
    ("people with a mark of direction", "4.C Values!P9", "\u200f30", "V104"),
    ("people with a plus sign", "4.C Values!P9", "+30", "V104"),
    ("people in words", "4.C Values!P9", "thirty", "V003"),
    ("people with a unit", "4.C Values!P9", "30 men", "V003"),
    ("people about so many", "4.C Values!P9", "~30", "V003"),
    ("people as a range", "4.C Values!P9", "28-32", "V003"),
    ("people over a limit", "4.C Values!P9", ">30", "V003"),
    ("people as a dash", "4.C Values!P9", "-", "V003"),
    ("people as n/a", "4.C Values!P9", "n/a", "V003"),
    ("people with a question mark", "4.C Values!P9", "30?", "V003"),
    ("people with a footnote", "4.C Values!P9", "30*", "V003"),
    ("people in Roman digits", "4.C Values!P9", "XXX", "V003"),
    ("people as a sum", "4.C Values!P9", "12+18", "V003"),
    ("people in percent", "4.C Values!P9", "30%", "V003"),
    ("people as a fraction", "4.C Values!P9", "60/2", "V003"),
    ("people with an exponent", "4.C Values!P9", "3e1", "V104"),
    # decimals
    ("a value with a decimal comma", "4.C Values!I10", "5,0", "V104"),
    ("a value with one point and three digits", "4.C Values!I10", "5.000", "V018"),
    ("a value that is infinite", "4.C Values!I10", "1e400", "V003"),
    ("a value that is not a number", "4.C Values!I10", "NaN", "V003"),
    # years
    ("a year of the Solar Hijri calendar", "4.B Framework!J10", "1405", "V007"),
    ("a year in words", "4.B Framework!J10", "next year", "V003"),
    ("a school year", "4.B Framework!J10", "2026/27", "V003"),
    # dates
    ("a date as text", "3.2 Risk strategy!AD7", "2026-06-15", "V105"),
    ("a date in Persian digits", "3.2 Risk strategy!AD7", "۲۰۲۶-۰۶-۱۵", "V103 V105"),
    ("a date that can be two", "3.2 Risk strategy!AD7", "03/04/2026", "V006"),
    ("a date with points that can be two", "3.2 Risk strategy!AD7", "3.4.2026", "V006"),
    ("a date of the Solar Hijri calendar", "3.2 Risk strategy!AD7", "1404-12-10", "V007"),
    ("a date of the Buddhist calendar", "3.2 Risk strategy!AD7", "2569-03-01", "V007"),
    ("a day that is not", "3.2 Risk strategy!AD7", "2026-02-30", "V005"),
    ("a month without a day", "3.2 Risk strategy!AD7", "March 2026", "V005"),
    ("a quarter for a date", "3.2 Risk strategy!AD7", "Q1 2026", "V005"),
    ("a date in words", "3.2 Risk strategy!AD7", "as soon as possible", "V005"),
    ("a year for a date", "3.2 Risk strategy!AD7", "2026", "V005"),
    # lists
    ("a label in capitals", "1.1 Legislation!F7", "YES", "V102"),
    ("a label with spaces", "1.1 Legislation!F7", "  Yes ", "V102"),
    ("a label with a no-break space", "Form!E15", "Strategy\u00a0and policy", "V102"),
    ("a code for a label", "Form!E15", "SP", "V106"),
    ("another name of an entry", "1.1 Legislation!F8", "partially", "V107"),
    ("a label that is not in the list", "1.1 Legislation!F7", "Mostly", "V002"),
    ("a label with a remark", "1.1 Legislation!F7", "Yes (in law only)", "V002"),
    ("two labels in one cell", "1.1 Legislation!K8", "Girls; Women", "V002"),
    ("a label in Cyrillic letters", "Form!E11", "Раkistan", "V002"),
    ("a label of another list", "1.1 Legislation!O7", "Highly relevant", "V002"),
    ("a label cut short", "Form!E16", "Trafficking", "V002"),
    ("a number for a label", "1.1 Legislation!F7", "1", "V002"),
    ("a word for a tick", "Form!E41", "partly", "V002"),
    ("a cross for a tick", "Form!E41", "x", ""),
    ("true for a tick", "Form!E41", "TRUE", ""),
    ("an own group", "3.2 Risk strategy!L7", "Fishers", "V002"),
    # scales
    ("a step in words", "3.2 Risk strategy!R8", "weak", "V002"),
    ("a step as text", "3.2 Risk strategy!R8", "2", ""),
    ("a step with its label", "3.2 Risk strategy!R8", "2 Weak", ""),
    # references
    ("a row by its code alone", "4.C Values!D10", "IND-04", ""),
    ("a row in small letters", "4.C Values!D10", "ind-04 consultations held", "V102"),
    ("a row with two spaces", "4.C Values!D10", "IND-04  Consultations", ""),
    ("a row in fullwidth letters", "4.C Values!D10", "ＩＮＤ-04", "V102"),
    ("a row with another dash", "4.C Values!D10", "IND–04", "V102"),
    ("a row that nobody filled in", "4.C Values!D10", "IND-19", "V016"),
    ("a row that is not", "4.C Values!D10", "IND-99", "V016"),
    ("a row of another sheet", "4.C Values!D10", "R-SP-01", "V016"),
    ("a row by its text alone", "4.C Values!D10", "Consultations held", "V016"),
    ("a risk in small letters", "4.B Framework!O7", "r-sp-01", "V102"),
    ("a risk that nobody filled in", "4.B Framework!O7", "R-SP-09", "V016"),
    # texts
    ("too many characters", "Form!E8", "X" * 31, "V010"),
    ("too many words", "1.1 Legislation!G7", "word " * 121, "V009"),
    ("a text of 33,000 characters", "1.1 Legislation!G7", "x" * 33_000, "V010"),
    ("an answer of spaces", "Form!E10", " \u00a0\u200b ", "V001"),
    ("an answer that is a point", "Form!E10", ".", "V001"),
    ("an answer that is a dash", "Form!E10", "-", "V001"),
    ("an answer that is a long dash", "Form!E10", "—", "V001"),
    ("an answer that is an ellipsis", "Form!E10", "…", "V001"),
    ("an answer like a formula", "Form!E10", '=HYPERLINK("http://example.org","x")', "V108"),
    ("an answer like a command", "Form!E10", "+cmd|' /C calc'!A0", "V108"),
    ("an answer that begins with a dash", "Form!E10", "- first, then the second", ""),
    ("an answer with control characters", "Form!E10", "A_x0007_ bell", "V109"),
    ("an answer turned around", "Form!E10", "\u202egnihtemos", "V109"),
    ("an answer with markup", "Form!E10", "<b>Strategy</b> & <script>alert(1)</script>", ""),
    ("an answer in Arabic", "Form!E10", "استراتيجية وطنية", ""),
    ("an answer with combining letters", "Form!E10", "Stratégie nationale", ""),
    ("an e-mail address", "Form!E10", "Ask a.person@example.org", "P001"),
    ("a phone number", "Form!E10", "Call +92 300 1234567", "P002"),
    ("a number of a passport", "Form!E10", "Passport no. AB1234567", "P003"),
]

NUMBERS = [
    ("half a person", "4.C Values!AH9", 30.5, "V004 R-M04"),
    ("fewer than nobody", "4.C Values!AH9", -1, "V008 R-M04"),
    ("a step too high", "3.2 Risk strategy!R8", 6, "V002"),
    ("half a step", "3.2 Risk strategy!R8", 2.5, "V002"),
    ("a step too low", "3.2 Risk strategy!R8", -2, "V002"),
    ("a year of three digits", "4.B Framework!H10", 999, "V008"),
    ("a year of the Buddhist calendar", "4.B Framework!J10", 2570, "V007"),
    ("a year with a fraction", "4.B Framework!J10", 2026.5, "V004"),
    ("a date that is 0", "3.2 Risk strategy!AD7", 0, "V005"),
    ("a date before all dates", "3.2 Risk strategy!AD7", -5, "V005"),
    ("a date out of range", "3.2 Risk strategy!AD7", 3e6, "V005"),
    ("the day that never was", "3.2 Risk strategy!AD7", 60, "V005"),
    ("a date with a time of day", "3.2 Risk strategy!AD7", 46188.5, ""),
    ("a denominator of nothing", "4.C Values!H8", 0, "V014; R-M05 4.C Values!G8"),
    ("a period that ends before it starts", "Form!E14", 45900, "V014"),
    ("a form from the future", "Form!E24", 47000, "V014"),
    ("a number for a label of a list", "1.1 Legislation!F7", 1, "V002"),
]

FORMULAS = [
    ("a formula with a result", "4.C Values!P9", "12+18", 30, "V012"),
    ("a formula without a result", "4.C Values!P9", "12+18", None, "V013"),
    ("a formula that links to a file", "4.C Values!P9", "[1]Sheet1!A1", 30, "F043 V012"),
    ("a formula for a text", "Form!E10", '"A"&" title"', "A title", "V012"),
    ("a formula for a date", "3.2 Risk strategy!AD7", "DATE(2026,6,15)", 46188, "V012"),
    ("a formula that picks a label", "1.1 Legislation!F7", "F13", "Yes", "V012"),
]

ERRORS = ["#REF!", "#N/A", "#DIV/0!", "#VALUE!", "#NAME?", "#NULL!", "#NUM!"]

TRUTHS = [
    ("TRUE for a number", PEOPLE, 1, f"V003 {PEOPLE}"),
    ("FALSE for a date", "3.2 Risk strategy!AD7", 0, "V005 3.2 Risk strategy!AD7"),
    ("TRUE for a tick", "Form!E41", 1, ""),
    ("FALSE for a text", "Form!E10", 0, ""),
]

CLEARED = [
    ("a title", "Form!E10"),
    ("a country", "Form!E11"),
    ("a period", "Form!E13"),
    ("a pillar", "Form!E15"),
    ("the first of several partners", "Form!E17:E18"),
    ("a marker", "Form!E25"),
    ("a relevance", "1.1 Legislation!E7"),
    ("an answer", "1.2 Prevention!F7"),
    ("an answer of 3.1", "3.1 Checklist!E8"),
    ("a cause", "3.2 Risk strategy!J7"),
    ("a quality", "4.C Values!J10"),
    ("a lead", "3.7 Advocacy!AC7"),
]


def _found(codes: str, where: str) -> str:
    """`V104; V019 Form!E9` → each of the codes at the cell, unless it names a place of its own."""
    pieces = [piece.strip() for piece in codes.split(";") if piece.strip()]
    at_home = [
        f"{code} {where}"
        for piece in pieces
        if " " not in piece or piece.count("!") == 0
        for code in piece.split()
    ]
    return "; ".join([*at_home, *[piece for piece in pieces if "!" in piece]])


KINDS: list[Kind] = [
    *[
        answered(f"value: {name}", _found(codes, where), text(where, said))
        for name, where, said, codes in TYPED
    ],
    *[
        answered(f"value: {name}", _found(codes, where), number(where, said))
        for name, where, said, codes in NUMBERS
    ],
    *[
        answered(f"value: {name}", _found(codes, where), formula(where, said, result))
        for name, where, said, result, codes in FORMULAS
    ],
    *[answered(f"value: {said} in a cell", f"V011 {PEOPLE}", error(PEOPLE, said)) for said in ERRORS],
    *[answered(f"value: {name}", found, truth(where, value)) for name, where, value, found in TRUTHS],
    *[
        answered(f"value: {name} cleared", f"V001 {where.partition(':')[0]}", clear(where))
        for name, where in CLEARED
    ],
]
