"""For each rule of the Toolkit answers that make it fire, and a change after which it is silent: a table in YAML."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tests.face import Value
from tests.tables import table

TODAY = date(2026, 3, 1)
START = date(2026, 1, 1)
Written = dict[str, Value | None]


@dataclass(frozen=True)
class Case:
    """One firing and one silent example of a rule; what else stands there is said at the head of the table."""

    code: str
    fires: Written
    silent: Written
    tool: str
    row: str
    last: Written
    without: tuple[str, ...]


def meant(said: Any) -> Value | None:
    """An answer: a number, a code or several, a text, `140 words` of text, a day, `31 days ago`."""
    if isinstance(said, list):
        return tuple(said)
    if isinstance(said, int):
        return float(said)
    if found := re.fullmatch(r"(\d+) (words|days ago)", str(said)):
        number = int(found[1])
        return "word " * number if found[2] == "words" else TODAY - timedelta(days=number)
    return TODAY if said == "today" else said


def case(said: dict[str, Any]) -> Case:
    fires, silent, last = (
        {name: meant(value) for name, value in said.get(part, {}).items()}
        for part in ("fires", "silent", "last")
    )
    return Case(
        said["code"],
        fires,
        silent,
        said.get("tool", ""),
        said.get("row", ""),
        last,
        tuple(said.get("without", ())),
    )


CASES = [case(said) for said in table("toolkit_rule_cases")["cases"]]
