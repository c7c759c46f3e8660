"""Files that came back and are out of the ordinary: every kind of damage to the example, and what else fell once."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.damage import EXAMPLE, PLAN, Damage, altered, filled, new_cell, restamp, text_of, words
from tests.intake_files import pack, sheet, workbook

CORE = "docProps/core.xml"
LONG = "x" * 32_768  # one more than a cell of Excel holds


@dataclass(frozen=True)
class Odd:
    """One of them: what it is, how it is made, and the name of the file as the system has it."""

    name: str
    make: Callable[[], bytes]
    file: bytes = b"odd.xlsx"


def saved_at(moment: str) -> bytes:
    """The filled example that says in its properties when it was saved."""
    parts = text_of(filled())
    parts[CORE], count = re.subn(r"(<dcterms:modified[^>]*>)[^<]*", rf"\g<1>{moment}", parts[CORE])
    assert count == 1
    return pack(parts)


def stamped(**said: str) -> Callable[[], bytes]:
    """The filled example with something else in its stamp, signed."""
    return altered(restamp(**said))


def of_damage(damage: Damage) -> Odd:
    """A file of the damage table."""
    return Odd(damage.name, damage.make, (damage.file or "odd.xlsx").encode())


MOMENTS = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "soon", "1601-01-01T00:00:00Z")
DAYS = ("soon", "2026-02-30", "0001-01-01", "9999-12-31", "9" * 5_000)
FURTHER = [
    *(Odd(f"saved {each}", lambda each=each: saved_at(each)) for each in MOMENTS),
    *(
        Odd(f"{name} {day[:12]}", stamped(**{name: day}))
        for name in ("issued", "deadline", "today")
        for day in DAYS
    ),
    *(Odd(f"{name} of digits", stamped(**{name: "9" * 5_000})) for name in ("rows", "spec_version", "copy")),
    Odd("stamp of marks", stamped(team="\u202e\x85;=1+1", round="'; DROP TABLE files; --")),
    Odd("name that is not text", filled, b"caf\xe9.xlsx"),
    Odd("name that is not text, of no workbook", lambda: b"x", b"\xff\xfe.xlsx"),
    Odd("name of 245 letters", filled, b"x" * 245 + b".xlsx"),
    Odd("name of line ends", filled, b"a\nb\r\t.xlsx"),
    Odd("text longer than a cell", altered(words(PLAN, "E17", LONG))),
    Odd("project longer than a cell", altered(words(PLAN, "E6", LONG))),
    Odd("text beside, longer than a cell", altered(new_cell(PLAN, "C40", LONG))),
    *(Odd(f"day {day}", altered(words(PLAN, "E9", day))) for day in ("0001-01-01", "9999-12-31")),
    Odd("a workbook of somebody else", lambda: workbook(sheet('<row r="1"><c r="A1"><v>1</v></c></row>'))),
]
ODD = [*map(of_damage, EXAMPLE), *FURTHER]
