"""Texts to read that were reworded: titles, help, suggestions, catalogues, lists, the cover."""

from __future__ import annotations

from tests.damages.kinds import Kind, clear, kind, text
from tests.damages.sheets import exchanged

TEXT, ENTRY = "S023", "S024"  # answers are chosen from lists: an entry that says something else is an error

REWORDED = [
    ("the title of the cover", "Cover!B2", "Toolkit of the ministry"),
    ("the note on the cover", "Cover!B57", "An official product of the United Nations"),
    ("a line of the cover", "Cover!B10", "Draft"),
    ("the language on the cover", "Cover!C7", "Deutsch"),
    ("the version on the cover", "Cover!C10", "hrge_toolkit 1.0"),
    ("the head of the day", "Cover!B12", "Day of the meeting"),
    ("a step of what to do", "Cover!D10", "Delete what you do not need."),
    ("the rule about names", "Cover!D11", "Names and case numbers are welcome."),
    ("a head of the progress", "Cover!F14", "Approved"),
    ("a sheet in the progress", "Cover!B18", "1.1 Laws"),
    ("a part of the sheets", "Cover!B17", "Part 1: Laws"),
    ("what a sheet is for, on the cover", "Cover!C18", "Spot where the law is perfect."),
    ("what is said of a sheet to read", "Cover!I51", "Filled in"),
    ("the title of a form", "Form!B2", "Application form"),
    ("what a sheet is for", "1.1 Legislation!B3", "Spot where the law is perfect."),
    ("the title of a block", "Form!B28", "The change feared"),
    ("the link to the cover", "Form!C4", "Back"),
    ("a section", "3.1 Checklist!B7", "A Guesswork"),
    ("a section of instruments", "2.2 International law!B7", "Petty crime"),
    ("a help text", "Form!F30", "As many words as you like."),
    ("a suggestion", "Library!C8", "Nothing can go wrong"),
    ("what a suggestion is about", "Library!G9", "Other"),
    ("a mitigation idea", "Library!E15", "Do nothing"),
    ("a topic to start from", "Library!D57", "Shelters are closed"),
    ("a section of the library", "Library!B7", "Orders"),
    ("an indicator of the catalogue", "4.A Indicators!C7", "Detected offenders per 100,000"),
    ("the wording of an indicator", "4.A Indicators!D8", "Deaths that were not recorded"),
    ("the direction of an indicator", "4.A Indicators!L62", "Lower is better"),
    ("the unit of an indicator", "4.A Indicators!J8", "thousands of persons"),
    ("the number of a suggestion", "Library!B8", "LIB-SP-02"),
    ("the number of an indicator", "4.A Indicators!B7", "I02"),
    ("the title of the matrix", "Risk matrix!B5", "All tables, after mitigation"),
    ("a step of the matrix", "Risk matrix!B7", "5 Rare"),
    ("a step across the matrix", "Risk matrix!G6", "5 Negligible"),
    ("a level of the matrix", "Risk matrix!B13", "Low"),
    ("what empty means on the map", "Barrier map!B6", "An empty cell means: no barrier."),
    ("a group on the map", "Barrier map!B9", "Boys"),
    ("a stage on the map", "Barrier map!D7", "Repression"),
    ("a severity below the map", "Barrier map!B34", "4 Harmless"),
    ("a head of the actions", "Actions!E7", "Done on"),
    ("the title of the actions", "Actions!B5", "Closed actions"),
    ("a head of the checks", "Checks!G7", "What to ignore"),
    ("what the checks are for", "Checks!B3", "Nothing is missing or wrong."),
    ("a hidden text of the checks", "Checks!L66", "The law protects nobody"),
    ("a hidden text of the actions", "Actions!M20", "T31_99"),
    ("the title of the lists", "Lists!B2", "Own lists"),
    ("what the lists are for", "Lists!B3", "Change these lists as you like."),
    ("the head of a list", "Lists!D4", "ADVICE"),
]

EXCHANGED = [
    ("two suggestions", "Library!C8", "Library!C9"),
    ("two indicators", "4.A Indicators!C7", "4.A Indicators!C8"),
    ("two help texts", "Form!F29", "Form!F30"),
    ("two steps of the matrix", "Risk matrix!B7", "Risk matrix!B11"),
    ("two levels of the matrix", "Risk matrix!B13", "Risk matrix!B16"),
    ("two groups on the map", "Barrier map!B9", "Barrier map!B10"),
    ("two lines of the progress", "Cover!B18", "Cover!B19"),
]

EMPTIED = [
    ("the title of the cover", "Cover!B2"),
    ("the rule about names", "Cover!D11"),
    ("a help text", "Form!F30"),
    ("a suggestion", "Library!C8"),
    ("an indicator of the catalogue", "4.A Indicators!C7"),
    ("what empty means on the map", "Barrier map!B6"),
    ("a level of the matrix", "Risk matrix!B13"),
    ("a title", "Form!B2"),
]

ENTRIES = [("a label", "Lists!F6", "Hostile"), ("a code", "Lists!G6", "CH"), ("yes for no", "Lists!C6", "Y")]

KINDS: list[Kind] = [
    *[kind(f"text: {name} reworded", f"{TEXT} {where}", text(where, said)) for name, where, said in REWORDED],
    *[
        kind(f"text: {name} exchanged", f"{TEXT} {one}; {TEXT} {other}", exchanged(one, other))
        for name, one, other in EXCHANGED
    ],
    *[kind(f"text: {name} emptied", f"{TEXT} {where}", clear(where)) for name, where in EMPTIED],
    *[kind(f"list: {name} reworded", f"{ENTRY} {where}", text(where, said)) for name, where, said in ENTRIES],
    *[kind(f"list: {name} emptied", f"{ENTRY} {where}", clear(where)) for name, where, _ in ENTRIES[:2]],
    kind(
        "list: two labels exchanged", f"{ENTRY} Lists!F5; {ENTRY} Lists!F6", exchanged("Lists!F5", "Lists!F6")
    ),
    kind(
        "list: two codes exchanged", f"{ENTRY} Lists!G5; {ENTRY} Lists!G6", exchanged("Lists!G5", "Lists!G6")
    ),
]
