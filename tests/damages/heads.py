"""Heads and questions that no longer say what the hidden codes beside them say."""

from __future__ import annotations

from tests.damages.kinds import Kind, answered, clear, kind, text
from tests.damages.sheets import exchanged, pasted

VALUES, LAW, RISKS = "4.C Values", "1.1 Legislation", "3.2 Risk strategy"
HEAD = "S024"

REWORDED = [
    ("a head says the opposite", f"{VALUES}!J5", "Male"),
    ("a head of ages", f"{VALUES}!N5", "Children (0-14)"),
    ("a head in another language", f"{VALUES}!J5", "Femmes"),
    ("a head with a remark", f"{VALUES}!K5", "Male (estimate)"),
    ("before and after", f"{RISKS}!O6", "Impact after\nExpected once the mitigation works."),
    ("a head of several cells", f"{LAW}!J5", "Groups 2\nOnly groups that gained."),
    ("a head of a register", "2.4 Institutions!I6", "Staff, male\nAt most the total."),
    ("a head of a calculated column", f"{RISKS}!P6", "Level after\nFrom the risk matrix."),
    ("a head above fixed rows", "3.1 Checklist!E5", "Answer of the ministry"),
    ("a head of other figures", "2.1 Country profile!G48", "Value in millions"),
    ("a head of a record", "2.5 Security forces!F6", "Recipient 1"),
    ("a question of the form", "Form!C22", "Date of approval"),
    ("a question in thousands", "2.1 Country profile!C11", "Population, in thousands"),
    ("a question turned round", "Form!C35", "Review 3: do the assumptions fail?"),
    ("a question with a remark", "Form!C28", "Question 1: short description of the intervention - see annex"),
    ("a further answer to a question", "Form!C18", "Partner who left"),
    (
        "a question about recipients",
        "2.5 Security forces!C8",
        "Civilian body\nIf no, the outcome is outside scope.",
    ),
    ("a point of a checklist", f"{LAW}!C6", "Trafficking and smuggling are one offence"),
    ("a point of 3.1", "3.1 Checklist!C8", "Nothing was analysed"),
    ("a tool to be ticked", "Form!C40", "Repression"),
    ("an instrument", "2.2 International law!C15", "A protocol of our own"),
    ("a topic of national law", "2.3 National law!C7", "Equality of nationals"),
    ("a target", "2.1 Country profile!C49", "Target 5.1: violence"),
    ("a fact that evidence is about", "2.1 Country profile!C57", "Migration"),
]

LINES = [  # below a head that stays, or above cells that nobody answers: what it means is not in doubt
    ("a unit", f"{VALUES}!I5", "Value\nIn thousands; percentages as 0 to 1."),
    ("a line", f"{VALUES}!H5", "Denominator\nFor everything; may be 0."),
    ("a line taken out", f"{VALUES}!H5", "Denominator"),
    ("a scale turned round", f"{RISKS}!N6", "Likelihood before\n1 almost certain, 5 rare."),
    ("a line of a checklist", f"{LAW}!F5", "Answer\nWill this be the case next year?"),
    ("a line of a question", "2.5 Security forces!C7", "Recipient body and unit\nAny body."),
    ("a head of the status", f"{VALUES}!D5", "Approved by"),
    ("a head of the help", "Form!F6", "What not to write"),
    ("a hidden head of a check", f"{LAW}!U5", "Relevance"),
]

EXCHANGED = [
    ("two heads of sexes", f"{VALUES}!J5", f"{VALUES}!K5"),
    ("two heads of ages", f"{VALUES}!N5", f"{VALUES}!O5"),
    ("two heads far apart", f"{VALUES}!L5", f"{VALUES}!AE5"),
    ("numerator and denominator", f"{VALUES}!G5", f"{VALUES}!H5"),
    ("likelihood and impact", f"{RISKS}!N6", f"{RISKS}!O6"),
    ("two dates", "4.B Framework!Q5", "4.B Framework!S5"),
    ("two questions of the form", "Form!C12", "Form!C13"),
    ("two markers", "Form!C23", "Form!C24"),
    ("two points of a checklist", f"{LAW}!C7", f"{LAW}!C9"),
    ("two instruments", "2.2 International law!C14", "2.2 International law!C15"),
    ("two tools to be ticked", "Form!C55", "Form!C56"),
    ("two recipients", "2.5 Security forces!E6", "2.5 Security forces!G6"),
]

MOVED = [
    ("women and men", VALUES, "J5:J45", "K5:K45"),
    ("children and adults", VALUES, "N5:N45", "O5:O45"),
    ("human rights and gender", LAW, "Q5:Q13", "R5:R13"),
    ("found and side effect", LAW, "G5:G13", "H5:H13"),
    ("cause and effect", RISKS, "G6:G21", "I6:I21"),
]

CODES = [
    ("women and men", VALUES, "J1", "K1", "J5", "K5"),
    ("children and adults", VALUES, "N1", "O1", "N5", "O5"),
    ("human rights and gender", LAW, "Q1", "R1", "Q5", "R5"),
    ("two texts of a checklist", LAW, "G1", "H1", "G5", "H5"),
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
            ("a head of people", f"{VALUES}!J5"),
            ("a question", "Form!C22"),
            ("a point", f"{LAW}!C8"),
            ("a recipient", "2.5 Security forces!E6"),
        )
    ],
    answered(
        "head: hidden codes of two points exchanged",
        f"{HEAD} {LAW}!C7; {HEAD} {LAW}!C9; S020 {LAW}!E7; S025 {LAW}!B7",
        exchanged(f"{LAW}!A7", f"{LAW}!A9"),
    ),
    kind("head: one pasted over another", f"{HEAD} {VALUES}!K5", pasted(f"{VALUES}!J5", f"{VALUES}!K5")),
    kind("head: question pasted over another", f"{HEAD} Form!C13", pasted("Form!C12", "Form!C13")),
]
