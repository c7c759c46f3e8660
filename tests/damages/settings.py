"""Rules of cells, and settings of the workbook: dropdowns, alerts, calculation, filters, links, macros."""

from __future__ import annotations

from tests.damages.book import BOOK, Book
from tests.damages.drawings import declare, relate
from tests.damages.kinds import Edit, Kind, kind
from tests.damages.looks import row
from tests.damages.sheets import calculation, milder, name_changed, rule, without_alert, without_rule

LAW, RISKS, VALUES = "1.1 Legislation", "3.2 Risk strategy", "4.C Values"
GONE, QUIET, MANUAL, ROUNDED = "S011", "S039", "S038", "S037"
PART_1 = (LAW, "1.2 Prevention", "1.3 Identification", "1.4 Protection", "1.5 Return", "1.6 Investigation",
          "1.7 Data", "1.8 Prosecution defence", "1.9 Sentencing")  # fmt: skip
ON_ALL_OF_PART_1 = "; ".join(f"{GONE} {sheet}!E7" for sheet in PART_1)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

RULES = [
    ("of the country", "Form!E11"),
    ("of a relevance", f"{LAW}!E7"),
    ("of a group", f"{LAW}!L7"),
    ("of a follow-up", f"{LAW}!I7"),
    ("of a date", f"{RISKS}!AD7"),
    ("of people", f"{VALUES}!O7"),
    ("of an indicator", f"{VALUES}!D7"),
]

SUGGESTING = [  # they offer a list and refuse nothing
    ("of a step", f"{RISKS}!S7"),
    ("of a tick", "Form!E41"),
]

OTHER_LISTS = [
    ("of another vocabulary", f"{LAW}!E7", "list_REL<", "list_CONF<"),
    ("of other words", f"{LAW}!E7", "list_REL<", '"High,Low"<'),
    ("of other cells", f"{LAW}!E7", "list_REL<", "$B$6:$B$13<"),
    ("of a name that nobody knows", f"{LAW}!E7", "list_REL<", "relevance<"),
    ("of rows of another sheet", f"{VALUES}!D7", "rows_T4_B<", "rows_T3_2<"),
    ("of the steps of another scale", f"{RISKS}!S7", "list_LIKELIHOOD<", "list_IMPACT<"),
]


def filtered(sheet: str, hidden: str) -> Edit:
    """A filter that hides a row."""

    def edit(book: Book) -> None:
        part = book.sheets[sheet]
        column = '<filterColumn colId="1"><filters><filter val="x"/></filters></filterColumn>'
        book.regex(
            part, r"<autoFilter ([^>]*?)(?:/>|>.*?</autoFilter>)", rf"<autoFilter \1>{column}</autoFilter>"
        )
        row(f"{sheet}!{hidden}", hidden="1")(book)

    return edit


def macro(book: Book) -> None:
    """A macro that came along."""
    book.add_bytes("xl/vbaProject.bin", b"x")


def external(book: Book) -> None:
    """A link to another workbook."""
    part = "xl/externalLinks/externalLink1.xml"
    book[part] = (
        f'<externalLink xmlns="{MAIN}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<externalBook r:id="rId800"/></externalLink>'
    )
    declare(book, part, "application/vnd.openxmlformats-officedocument.spreadsheetml.externalLink+xml")
    relate(book, part, "externalLinkPath", "file:///C:/Users/someone/other.xlsx", ' TargetMode="External"')
    relate(book, BOOK, "externalLink", "externalLinks/externalLink1.xml")


KINDS: list[Kind] = [
    *[
        kind(f"rule: {name} gone", f"{GONE} {where}", without_rule(where))
        for name, where in RULES + SUGGESTING
    ],
    *[
        kind(f"rule: alert {name} turned off", f"{QUIET} {where}", without_alert(where))
        for name, where in RULES
    ],
    *[
        kind(f"rule: alert {name} only {style}", f"{QUIET} {where}", milder(where, style))
        for (name, where), style in zip(RULES, ("warning", "information") * 5, strict=False)
    ],
    *[
        kind(f"rule: list {name}", f"{GONE} {where}", rule(where, old, new))
        for name, where, old, new in OTHER_LISTS
    ],
    kind("rule: prompt turned off", "", without_alert(f"{LAW}!E7", "showInputMessage")),
    kind("name: of a list gone", ON_ALL_OF_PART_1, name_changed("list_REL", None)),
    kind(
        "name: of a list stands for other cells",
        ON_ALL_OF_PART_1,
        name_changed("list_REL", "Lists!$B$5:$B$6"),
    ),
    kind("name: of a sheet gone", "", name_changed("sheet_T1_1", None)),
    kind("setting: calculates by hand", MANUAL, calculation(calcMode="manual")),
    kind("setting: calculates all but tables", "", calculation(calcMode="autoNoTable")),
    kind("setting: precision as displayed", ROUNDED, calculation(fullPrecision="0")),
    kind("setting: both", f"{MANUAL}; {ROUNDED}", calculation(calcMode="manual", fullPrecision="0")),
    kind("setting: a filter hides a value", f"S021 {VALUES}!D9", filtered(VALUES, "9")),
    kind("setting: a filter hides a blank row", "", filtered(VALUES, "30")),
    kind("setting: a macro", "F041", macro),
    kind("setting: a link to a file", "F042", external),
]
