"""Heads and questions that no longer say what the hidden codes beside them say."""

from __future__ import annotations

from tests.damages.kinds import Kind, answered, clear, kind, text
from tests.damages.sheets import exchanged, pasted

VALUES, LAW, RISKS = "4.C Values", "1.1 Legislation", "3.2 Risk strategy"
HEAD = "S024"

REWORDED = [
    ("a head says the opposite", f"{VALUES}!O6", "Male"),
    ("a head of ages", f"{VALUES}!S6", "Children (0-14)"),
    ("a head in another language", f"{VALUES}!O6", "Femmes"),
    ("a head with a line that it had not", f"{VALUES}!I6", "Value\nIn thousands."),
    ("a head with a remark", f"{VALUES}!P6", "Male (estimate)"),
    ("before and after", f"{RISKS}!T6", "Impact after\nExpected once the mitigation works."),
    ("a head of several cells", f"{LAW}!L6", "Groups 2\nOnly groups that gained."),
    ("a head of a register", "2.4 Institutions!J6", "Staff, male\nCannot be more than the total."),
    ("a head of a calculated column", f"{RISKS}!D6", "Level after\nFrom the risk matrix."),
    ("a head above fixed rows", "3.1 Checklist!E6", "Answer of the ministry"),
    ("a head of other figures", "2.1 SDG values!G6", "Value in millions"),
    ("a head of a record", "2.5 Security forces!F6", "Recipient 1"),
    ("a question of the form", "Form!D24", "Date of approval"),
    ("a question in thousands", "2.1 Country profile!D11", "Population, in thousands"),
    ("a question turned round", "Form!D36", "Review 3: do the assumptions fail?"),
    ("a question with a remark", "Form!D29", "Question 1: short description of the intervention - see annex"),
    ("a further answer to a question", "Form!D19", "Partner who left"),
    (
        "a question about recipients",
        "2.5 Security forces!D9",
        "Civilian body\nIf no, the outcome is outside scope.",
    ),
    ("a point of a checklist", f"{LAW}!D7", "Trafficking and smuggling are one offence"),
    ("a point of 3.1", "3.1 Checklist!D9", "Nothing was analysed"),
    ("a tool to be ticked", "Form!D42", "Repression"),
    ("an instrument", "2.2 International law!D9", "A protocol of our own"),
    ("a topic of national law", "2.3 National law!D7", "Equality of nationals"),
    ("a target", "2.1 SDG values!D7", "Target 5.1: violence"),
    ("a fact that evidence is about", "2.1 Sources!D7", "Migration"),
]

LINES = [  # below a head that stays, or above cells that nobody answers: what it means is not in doubt
    ("a unit", "4.B Framework!G6", "Baseline value\nIn thousands; percentages as 0 to 1."),
    ("a line", f"{VALUES}!H6", "Denominator\nFor everything; may be 0."),
    ("a line taken out", f"{VALUES}!H6", "Denominator"),
    ("a scale turned round", f"{RISKS}!R6", "How well safeguards work\n0 very well, 4 not at all."),
    ("a line of a checklist", f"{LAW}!E6", "Relevance\nHow much this will matter next year."),
    ("a line of a question", "2.5 Security forces!D8", "Recipient body and unit\nAny body."),
    ("a head of the status", f"{VALUES}!AY6", "Approved by"),
    ("a head of the help", "Form!F6", "What not to write"),
    ("a hidden head of a check", f"{LAW}!U6", "Relevance"),
]

EXCHANGED = [
    ("two heads of sexes", f"{VALUES}!O6", f"{VALUES}!P6"),
    ("two heads of ages", f"{VALUES}!S6", f"{VALUES}!T6"),
    ("two heads far apart", f"{VALUES}!Q6", f"{VALUES}!AJ6"),
    ("numerator and denominator", f"{VALUES}!G6", f"{VALUES}!H6"),
    ("likelihood and impact", f"{RISKS}!S6", f"{RISKS}!T6"),
    ("two dates", "4.B Framework!H6", "4.B Framework!J6"),
    ("two questions of the form", "Form!D13", "Form!D14"),
    ("two markers", "Form!D25", "Form!D26"),
    ("two points of a checklist", f"{LAW}!D8", f"{LAW}!D13"),
    ("two instruments", "2.2 International law!D8", "2.2 International law!D9"),
    ("two tools to be ticked", "Form!D59", "Form!D60"),
    ("two recipients", "2.5 Security forces!E6", "2.5 Security forces!G6"),
]

MOVED = [
    ("women and men", VALUES, "O6:O36", "P6:P36"),
    ("children and adults", VALUES, "S6:S36", "T6:T36"),
    ("human rights and gender", "2.4 Institutions", "S6:S21", "T6:T21"),
    ("what happens and which right", "2.6 Barriers", "P6:P26", "Q6:Q26"),
    ("cause and effect", RISKS, "J6:J31", "K6:K31"),
]

CODES = [
    ("women and men", VALUES, "O1", "P1", "O6", "P6"),
    ("children and adults", VALUES, "S1", "T1", "S6", "T6"),
    ("human rights and gender", "2.4 Institutions", "S1", "T1", "S6", "T6"),
    ("two texts of a checklist", "2.3 National law", "H1", "I1", "H6", "I6"),
]

KINDS: list[Kind] = [
    *[kind(f"head: {name} reworded", f"{HEAD} {where}", text(where, said)) for name, where, said in REWORDED],
    *[
        kind(f"head: {name} below it reworded", f"S023 {where}", text(where, said))
        for name, where, said in LINES
    ],
    *[
        kind(f"head: {name} exchanged", f"{HEAD} {one}; {HEAD} {other}", exchanged(one, other))
        for name, one, other in EXCHANGED
    ],
    *[
        answered(
            f"head: {name} moved with their answers",
            f"{HEAD} {sheet}!{one.partition(':')[0]}; {HEAD} {sheet}!{other.partition(':')[0]}",
            exchanged(f"{sheet}!{one}", f"{sheet}!{other}"),
        )
        for name, sheet, one, other in MOVED
    ],
    *[
        answered(
            f"head: hidden codes of {name} exchanged",
            f"{HEAD} {sheet}!{head}; {HEAD} {sheet}!{other_head}",
            exchanged(f"{sheet}!{one}", f"{sheet}!{other}"),
        )
        for name, sheet, one, other, head, other_head in CODES
    ],
    *[
        kind(f"head: {name} emptied", f"{HEAD} {where}", clear(where))
        for name, where in (
            ("a head of people", f"{VALUES}!O6"),
            ("a question", "Form!D24"),
            ("a point", f"{LAW}!D10"),
            ("a recipient", "2.5 Security forces!E6"),
        )
    ],
    answered(
        "head: hidden codes of two points exchanged",
        f"S025 {LAW}!B8; {HEAD} {LAW}!D8; {HEAD} {LAW}!D13",
        exchanged(f"{LAW}!A8", f"{LAW}!A13"),
    ),
    kind("head: one pasted over another", f"{HEAD} {VALUES}!P6", pasted(f"{VALUES}!O6", f"{VALUES}!P6")),
    kind("head: question pasted over another", f"{HEAD} Form!D14", pasted("Form!D13", "Form!D14")),
]
