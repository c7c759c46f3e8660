"""Whose workbook it is: stamps, covers, forms and file names that say different things."""

from __future__ import annotations

import re
from dataclasses import replace

from tests.damages.book import Book
from tests.damages.carriers import KEY
from tests.damages.kinds import Edit, Kind, answered, clear, kind, text
from tests.face import PROPERTY_PREFIX, Identity, sign, to_pairs

PROPERTIES, STAMP = "docProps/custom.xml", "_hrge"
COVER, FILE = "I012", "I013"
ELSEWHERE = "R-X04 2.1 Country profile!E7"


def restamped(*, sheet: bool = True, properties: bool = True, signed: bool = True, **changes: str) -> Edit:
    """Change the stamp in one or both of its places, with a right signature or the old one."""

    def edit(book: Book) -> None:
        pattern = rf'name="{PROPERTY_PREFIX}(\w+)"><vt:lpwstr>(.*?)</vt:lpwstr>'
        identity = replace(Identity(**dict(re.findall(pattern, book[PROPERTIES], re.DOTALL))), **changes)
        identity = sign(identity, KEY) if signed else identity
        for row, (name, value) in enumerate(to_pairs(identity), start=2):
            if sheet and value:
                book.type_text(STAMP, f"B{row}", value)
            if properties and f'"{PROPERTY_PREFIX}{name}"' in book[PROPERTIES]:
                old = rf'(name="{PROPERTY_PREFIX}{name}"><vt:lpwstr>).*?(</vt:lpwstr>)'
                book.regex(PROPERTIES, old, rf"\g<1>{value}\g<2>")

    return edit


def stamp_cleared(book: Book) -> None:
    """Empty the hidden sheet."""
    part = book.sheets[STAMP]
    book.regex(part, "<sheetData>.*</sheetData>", "<sheetData></sheetData>")


def without_properties(book: Book) -> None:
    """Take the properties of the document away."""
    book.regex(PROPERTIES, "<property .*</property>", "")


def named(file: str, found: str) -> Kind:
    """The whole workbook under another file name."""
    return kind(f"identity: file called {file}", found, file=file)


KINDS: list[Kind] = [
    kind(
        "identity: stamp altered on the sheet", "I005", restamped(properties=False, signed=False, team="AFG")
    ),
    kind(
        "identity: stamp altered in the properties", "I005", restamped(sheet=False, signed=False, team="AFG")
    ),
    kind(
        "identity: round altered in both places",
        f"I006; I007; {COVER} Cover!C6",
        restamped(signed=False, round="2025-H2"),
    ),
    kind("identity: copy altered in both places", "I006", restamped(signed=False, copy="0000")),
    kind("identity: layout altered in both places", "I006", restamped(signed=False, layout="0" * 16)),
    kind("identity: a team that nobody knows", f"I008; {COVER} Cover!C4", restamped(team="XYZ")),
    kind("identity: a round that is over", f"I007; {COVER} Cover!C6", restamped(round="2025-H2")),
    kind(
        "identity: another country in the stamp", f"{COVER} Cover!C5; I009 Form!E11", restamped(country="AFG")
    ),
    kind(
        "identity: the stamp of another team",
        f"{COVER} Cover!C4; {COVER} Cover!C5; I009 Form!E11",
        restamped(team="AFG", country="AFG"),
    ),
    kind("identity: the stamp of another team of the country", f"{COVER} Cover!C4", restamped(team="AFG")),
    kind("identity: a newer version", "I003", restamped(spec_version="9.0")),
    kind("identity: another questionnaire", "I002", restamped(spec="example")),
    kind("identity: a filled sample", "I016", restamped(sample="yes")),
    kind("identity: a language that nobody has", "I010", restamped(language="xx")),
    kind("identity: stamp sheet cleared", "I005", stamp_cleared),
    kind("identity: properties removed", "I005", without_properties),
    kind("identity: both stamps gone", "I001", stamp_cleared, without_properties),
    kind("identity: another team on the cover", f"{COVER} Cover!C4", text("Cover!C4", "AFG")),
    kind("identity: another deadline on the cover", f"{COVER} Cover!C8", text("Cover!C8", "2026-12-31")),
    kind(
        "identity: another day of issue on the cover", f"{COVER} Cover!C11", text("Cover!C11", "2025-06-30")
    ),
    kind("identity: another country on the cover", f"{COVER} Cover!C5", text("Cover!C5", "Afghanistan")),
    kind("identity: another round on the cover", f"{COVER} Cover!C6", text("Cover!C6", "2025-H2")),
    kind("identity: no team on the cover", f"{COVER} Cover!C4", clear("Cover!C4")),
    answered(
        "identity: another country in the form",
        f"I009 Form!E11; {ELSEWHERE}",
        text("Form!E11", "Afghanistan"),
    ),
    answered(
        "identity: another country in the profile",
        "R-X04 2.1 Country profile!E7",
        text("2.1 Country profile!E7", "Afghanistan"),
    ),
    named("PAK.xlsx", ""),
    named("2026-H1 PAK final (2).xlsx", ""),
    named("Copy of toolkit.xlsx", ""),
    named("AFG.xlsx", FILE),
    named("hrge_toolkit-AFG-2026-H1.xlsx", FILE),
]
