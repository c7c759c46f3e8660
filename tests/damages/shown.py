"""What the workbook shows was falsified: results, formulas, whole calculated sheets."""

from __future__ import annotations

from tests.damages.book import Book
from tests.damages.kinds import Edit, Kind, clear, formula, kind, number, on_the_day, shown, text

DUE = range(21, 31)  # rows of the dashboard that list what is due
RESULT, FORMULA, TYPED, EMPTY = "S028", "S026", "S027", "S022"
RISKS, VALUES = "3.2 Risk strategy", "4.C Values"

RESULTS: list[tuple[str, str, str | float]] = [
    ("a cell of the heat map", "Risk matrix!E8", 0),
    ("an empty cell of the heat map", "Risk matrix!G7", 3),
    ("a cell of a heat map of one sheet", "Risk matrix!C143", 0),
    ("the number of substantial risks", "Risk matrix!C14", 0),
    ("the number of low risks", "Risk matrix!C148", 9),
    ("a cell of the barrier map", "Barrier map!C8", "4 Harmful (seeking help itself causes harm)"),
    ("an empty cell of the barrier map", "Barrier map!D9", "1 Nuisance (slows access)"),
    ("an action", "Actions!C8", "Nothing"),
    ("the owner of an action", "Actions!D8", "Somebody else"),
    ("the due date of an action", "Actions!E8", 46400),
    ("whether an action is in time", "Actions!G10", "Not yet due"),
    ("the sheet of an action", "Actions!H9", "3.3 Risk legislation"),
    ("the number of actions", "Actions!B6", "Nothing to list."),
    ("an action that is not there", "Actions!C20", "Hold a press conference"),
    ("the line of the checks", "Checks!B6", "12 in total."),
    ("a point that is not open", "Checks!C60", "To correct"),
    ("a hidden count of the checks", "Checks!H9", 30000000),
    ("a status", "Form!C10", "✗ To correct"),
    ("the status of a blank row", f"{VALUES}!C21", "✓ Complete"),
    ("what to do", "Form!G10", "Nothing."),
    ("a count of words", "Form!G30", "10 of 150 words"),
    ("a hidden check", "1.1 Legislation!U7", 30000000),
    ("a hidden count of answers", f"{VALUES}!BC10", 0),
    ("the progress of a sheet", "1.1 Legislation!B5", "8 of 8 answered"),
    ("the required answers of a sheet", "Cover!E15", 8),
    ("the answers given on a sheet", "Cover!F18", 5),
    ("what is to be corrected", "Cover!G39", 4),
    ("the state of a sheet", "Cover!I28", "Not started"),
    ("the state of all sheets", "Cover!I56", "In progress"),
    ("the sum of answers", "Cover!F56", 1),
    ("an entry of a list of rows", "Lists!EX5", "IND-01 Another indicator"),
    ("a hidden count of the lists", "Lists!FJ6", 1),
]

ANSWERS: list[tuple[str, str, str | float]] = [
    ("a level before", f"{RISKS}!D7", "Low"),
    ("a level after", f"{RISKS}!E8", "High"),
    ("a progress", f"{VALUES}!AU10", 1.0),
    ("a status of a value", f"{VALUES}!AV10", "met"),
    ("an intervention ID", "Form!E9", "PAK-2026-OTHER"),
    ("an indicator as used", "4.B Framework!AG7", "Something else"),
]

CONSTANTS: list[tuple[str, str, str | float]] = [
    ("a cell of the heat map", "Risk matrix!E8", 0),
    ("a right cell of the heat map", "Risk matrix!E9", 1),
    ("the number of high risks", "Risk matrix!C13", 0),
    ("a cell of the barrier map", "Barrier map!C8", "2 Serious (many cannot use the service)"),
    ("a due date", "Actions!E8", 46400),
    ("the answers given on a sheet", "Cover!F18", 39),
    ("a hidden check", "1.1 Legislation!U7", 1000),
    ("a state of a sheet", "Cover!I15", "Complete"),
    ("a status", "Form!C10", "✓ Complete"),
    ("a progress", "1.1 Legislation!B5", "39 of 39 answered"),
]

FORMULAS: list[tuple[str, str, str, str | float]] = [
    ("a cell of the heat map by nothing", "Risk matrix!E8", "0*1", 0),
    ("a cell of the heat map by one", "Risk matrix!E8", "1", 1),
    ("the number of substantial risks", "Risk matrix!C14", "D7+F9+G10+G11", 1),
    (
        "a cell of the barrier map",
        "Barrier map!C8",
        'IF(1=1,"1 Nuisance (slows access)","")',
        "1 Nuisance (slows access)",
    ),
    ("an action", "Actions!C9", '""', ""),
    ("the number of actions", "Actions!B6", '"5 in total."', "5 in all."),
    ("the line of the checks", "Checks!B6", '"Nothing to correct."', "Nothing to correct."),
    ("a hidden count of the checks", "Checks!H9", "1000", 1000),
    ("a status", "Form!C10", '"✓ Complete"', "✓ Complete"),
    ("a status by that of another", "Form!C10", "C11", "✓ Complete"),
    ("a hidden check by nothing", "1.1 Legislation!U7", "1000+0", 1000),
    ("the progress of a sheet", "1.1 Legislation!B5", '"39 of 39 answered"', "39 of 39 answered"),
    ("the required answers", "Cover!E15", "25", 25),
    ("what is to be corrected", "Cover!G15", "0", 0),
    ("the state of a sheet", "Cover!I15", 'IF(G15>=0,"Complete","")', "Complete"),
    ("the sum of answers without a sheet", "Cover!F56", "SUM(F15:F55)-0", 888),
    ("an entry of a list of rows", "Lists!EX5", '"IND-01 National"', "IND-01 National"),
]

LEVELS: list[tuple[str, str, str, str | float]] = [
    ("a level by a constant", f"{RISKS}!D7", 'IF(1=1,"Low","")', "Low"),
    ("a level by another row", f"{RISKS}!D7", "D9", "Moderate"),
    ("a progress by a constant", f"{VALUES}!AU10", "1+0", 1),
    ("an intervention ID", "Form!E9", '"PAK-2026-OTHER"', "PAK-2026-OTHER"),
]

CLEARED = [
    ("a cell of the heat map", "Risk matrix!E8"),
    ("the number of high risks", "Risk matrix!C13"),
    ("a cell of the barrier map", "Barrier map!C8"),
    ("an action", "Actions!C8"),
    ("the number of actions", "Actions!B6"),
    ("the line of the checks", "Checks!B6"),
    ("a status", "Form!C10"),
    ("what to do", "Form!G10"),
    ("a hidden check", "1.1 Legislation!U7"),
    ("the progress of a sheet", "1.1 Legislation!B5"),
    ("the state of a sheet", "Cover!I15"),
    ("the day of the check", "Cover!C12"),
    ("an entry of a list of rows", "Lists!EX5"),
]


def _typed(where: str, value: str | float) -> Edit:
    return text(where, value) if isinstance(value, str) else number(where, value)


def no_level_of(rows: str) -> Edit:
    """Let the list of what is due show no level of these risks: which of them are on it depends on the day."""

    def edit(book: Book) -> None:
        for row in DUE:
            if book.text("Dashboard", f"G{row}").startswith(rows):
                book.show("Dashboard", f"K{row}", "")

    return edit


KINDS: list[Kind] = [
    *[
        kind(f"shown: {name} shows another result", f"{RESULT} {where}", shown(where, said))
        for name, where, said in RESULTS
    ],
    *[
        kind(f"shown: {name} is not current", f"V019 {where}", shown(where, said))
        for name, where, said in ANSWERS
    ],
    *[
        kind(f"shown: a constant for {name}", f"{TYPED} {where}", _typed(where, said))
        for name, where, said in CONSTANTS
    ],
    *[
        kind(f"shown: another formula for {name}", f"{FORMULA} {where}", formula(where, said, result))
        for name, where, said, result in FORMULAS
    ],
    *[
        kind(
            f"shown: another formula for {name}",
            f"{FORMULA} {where}; V017 {where}",
            formula(where, said, result),
        )
        for name, where, said, result in LEVELS
    ],
    kind(
        "shown: another formula with the same level",
        f"{FORMULA} {RISKS}!D7",
        formula(f"{RISKS}!D7", '"Sub"&"stantial"', "Substantial"),
    ),
    *[kind(f"shown: {name} cleared", f"{EMPTY} {where}", clear(where)) for name, where in CLEARED],
    on_the_day(
        "shown: a constant for the day of the check", f"{TYPED} Cover!C12", number("Cover!C12", 46203)
    ),
    on_the_day(
        "shown: another formula for the day of the check",
        f"{FORMULA} Cover!C12",
        formula("Cover!C12", "DATE(2026,6,30)", 46203),
    ),
    kind(
        "shown: a hidden check that shows no number tells nothing of what sums it up",
        f"{RESULT} 1.1 Legislation!U7",
        shown("1.1 Legislation!U7", "?"),
    ),
    kind("shown: a level typed over", f"V017 {RISKS}!D7", text(f"{RISKS}!D7", "Low")),
    kind("shown: the right level typed over", f"S013 {RISKS}!D7", text(f"{RISKS}!D7", "Substantial")),
    kind("shown: a level cleared", f"S022 {RISKS}!D7", clear(f"{RISKS}!D7"), shown("Dashboard!J8", "")),
    kind(
        "shown: every level cleared",
        f"S022 {RISKS}!D7",
        clear(f"{RISKS}!D7:D31"),
        *[shown(f"Dashboard!J{row}", "") for row in (8, 9, 10)],
        no_level_of("R-SP-"),
    ),
    kind("shown: a progress typed over", f"V017 {VALUES}!AU10", number(f"{VALUES}!AU10", 1)),
    kind("shown: an intervention ID typed over", "V017 Form!E9", text("Form!E9", "PAK-2026-OTHER")),
]
