"""A spec of another field, visits to clinics: nothing speaks of countries, risks and indicators, which it has not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from html import unescape
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from tests.audited import hrge
from tests.face import CATALOGUE, Answers
from tests.made_specs import SPECS, write
from tests.parity import placed

FOREIGN = re.compile(
    r"\b(countr(?:y|ies)|risks?|indicators?|mitigation|people|women|toolkit|unodc|human rights|gender|trafficking)\b",
    re.IGNORECASE,
)
TEAMS = "team,language,deadline\nNORTH,en,2026-07-01\nSOUTH,en,2026-07-01\n"
VISIT: Answers = {("F", "1", "F_KIND"): "With beds", ("F", "1", "F_BEDS"): 12}
TECHNICAL = re.compile(r"^# In \{braces\}:.*$", re.MULTILINE)  # what a text may name in braces
IN_A_TAG = re.compile(r'\b(?:alt|title|aria-label|content)="([^"]*)"')


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A round of two teams, one of which has answered, with everything that is made of it."""
    from hrge_xl import load
    from tests.face import build

    home = tmp_path_factory.mktemp("clinics")
    spec, round_, day = (
        write(SPECS["visits"], home / "spec"),
        home / "made",
        ("--today", "2026-07-03"),
    )
    (home / "teams.csv").write_text(TEAMS, encoding="utf-8")
    assert hrge("round", "init", round_, "--spec", spec, "--teams", home / "teams.csv") == 0
    assert hrge("generate", round_, "--today", "2026-06-01") == 0
    book = openpyxl.load_workbook(round_ / "issued" / "NORTH_en.xlsx")
    for (sheet, cell), value in placed(build(load(str(spec)), "en"), VISIT).items():
        book[sheet][cell] = value
    book.save(round_ / "returned" / "NORTH.xlsx")
    assert hrge("refresh", round_, *day) == 0
    for name in ("overview", "brief", "html", "xlsx"):
        hrge("report", round_, "--format", name, *day, "-o", round_ / "more")
    hrge("feedback", round_, *day, "-o", round_ / "feedback")
    hrge("round", "messages", round_)
    return round_


def said_in(file: Path) -> Iterator[str]:
    """What a file says to whoever opens it."""
    data = file.read_bytes()
    match file.suffix:
        case ".xlsx":
            book = openpyxl.load_workbook(BytesIO(data), data_only=True)
            for sheet in (each for each in book if each.sheet_state == "visible"):
                yield sheet.title
                for row in sheet.iter_rows():
                    yield from (str(cell.value) for cell in row if cell.value is not None)
        case ".html":
            page = re.sub(r"(?s)<(style|script).*?</\1>", "", data.decode())
            yield from map(unescape, IN_A_TAG.findall(page))
            yield unescape(re.sub(r"<[^>]+>", " ", page))
        case ".eml":
            mail = message_from_bytes(data, policy=policy.default)
            yield str(mail["subject"])
            yield from (
                part.get_content()
                for part in mail.walk()
                if part.get_content_type().startswith("text/")
            )
        case ".txt" | ".csv" | ".ics":
            yield TECHNICAL.sub("", data.decode())


def test_nothing_speaks_of_what_the_spec_has_not(folder: Path) -> None:
    examples = [words for kind in CATALOGUE.values() for words in (kind.example, kind.why) if words]
    told, seen = [], set()
    for file in sorted(folder.rglob("*")):
        for text in said_in(file) if file.is_file() and "spec" not in file.parts else ():
            seen.add(file.suffix)
            plain = " ".join(text.split())
            for words in examples:  # of what a code means, which are the same for every spec
                plain = plain.replace(words, "")
            told += [
                f"{file.relative_to(folder)}: {plain[max(at.start() - 40, 0) : at.end() + 40]}"
                for at in FOREIGN.finditer(plain)
            ]
    assert seen >= {".xlsx", ".html", ".txt"}
    assert told == []
