"""Workbooks for tests of how they are drawn: every spec and language, blank, partly and fully filled."""

from __future__ import annotations

import re
import zipfile
from datetime import date, timedelta
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from openpyxl import Workbook

from hrge_xl import Order, generate
from tests.answers import TODAY, full, layout, spec
from tests.face import FIELD_TYPES, TODAY_NAME, Answers, Layout, address, named_area, ooxml
from tests.office.driver import Document, Office

NAMES = {"example": ("en", "fr", "ar"), "hrge_toolkit": ("en",)}
SPECS = [(name, language) for name, languages in NAMES.items() for language in languages]
EVERY_SPEC = pytest.mark.parametrize(
    ("name", "language"),
    [
        pytest.param(
            *each,
            marks=() if each in (("example", "ar"), ("hrge_toolkit", "en")) else pytest.mark.deep,
        )
        for each in SPECS
    ],
)
FILLINGS = ("blank", "partly", "full")
EVERY = [(name, language, filling) for name, language in SPECS for filling in FILLINGS]
WORDS = "The shelter asks women who speak minority languages only after a first interview without an interpreter."
FORMULA = re.compile(r"<f([^>]*?)(?:/>|>(.*?)</f>)", re.DOTALL)


def partly(where: Layout) -> Answers:
    """Most answers of the first rows, texts of several lengths, dates on both sides of the day of the check."""
    answers: Answers = {}
    for number, (key, value) in enumerate(full(where, rows=6).items()):
        kind = where.slots[key].field.type
        if number % 7 == 3:
            continue
        if kind is FIELD_TYPES["long"]:
            answers[key] = WORDS[: 20 + number * 37 % 80].strip()
        elif kind is FIELD_TYPES["date"]:
            answers[key] = TODAY + timedelta(days=number % 200 - 100)
        else:
            answers[key] = "Y" if kind is FIELD_TYPES["yesno"] else value
    return answers


@cache
def made(name: str, language: str, filling: str, tools: tuple[str, ...] | None = None) -> bytes:
    """A workbook, made once."""
    where = layout(name, language, tools)
    answers = {"blank": dict, "partly": lambda: partly(where), "full": lambda: full(where)}[
        filling
    ]()
    return issued(name, language, answers, tools)


def issued(
    name: str,
    language: str,
    answers: Answers,
    tools: tuple[str, ...] | None = None,
    day: date = TODAY,
) -> bytes:
    """A workbook with these answers."""
    return generate(
        spec(name),
        Order("PAK", day, "PAK", language, tools, answers=answers, contact="office@example.org"),
    )


def day_of_check(data: bytes) -> tuple[str, str]:
    """Sheet and cell of the day of the check."""
    named = named_area(ooxml.read(data), TODAY_NAME)
    assert named is not None
    sheet, area = named
    return sheet, address(area.first_row, area.first_column)


def stop_clock(document: Document, day: date) -> None:
    """Type a day over that of the check, so that all that hangs on it stays as it is on that day."""
    place = day_of_check(document.path.read_bytes())
    document.unprotect(place[0])
    document.fill({place: day})


def recalculate_on(day: date, office: Office, path: Path, out: Path) -> None:
    """Calculate a workbook anew as of a day and save it elsewhere."""
    with office.open(path) as document:
        stop_clock(document, day)
        document.recalculate()
        document.save_as(out)


@lru_cache(maxsize=8)
def opened(data: bytes, *, values: bool = False) -> Workbook:
    """A workbook as openpyxl reads it, to be looked at only: formulas, or what they show."""
    return openpyxl.load_workbook(BytesIO(data), data_only=values, rich_text=False)


def formulas(data: bytes) -> list[tuple[str, str, str]]:
    """Every formula that is written out: part, attributes, text."""
    with zipfile.ZipFile(BytesIO(data)) as package:
        return [
            (
                part,
                attributes,
                text.replace("&quot;", '"')
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&amp;", "&"),
            )
            for part in package.namelist()
            if part.startswith("xl/worksheets/sheet")
            for attributes, text in FORMULA.findall(package.read(part).decode())
            if text
        ]
