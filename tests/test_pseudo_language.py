"""A language that nobody speaks: whatever people see is in it, but for names, codes, figures and names of files.

The program and a spec get one catalogue each, and nothing else: so a tenth language is added too. All of it happens in
a copy of the program, which other tests know nothing of.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import openpyxl
import pytest

from hrge_xl import Spec, load
from tests.face import (
    CATALOGUE,
    CATALOGUES,
    LEVELS,
    TICK,
    YES_NO,
    as_file,
    month_names,
    new_catalogue,
    updated,
)
from tests.test_translations import TENTH, pseudo, translate
from tests.texts import TextToTranslate, texts

pytestmark = [pytest.mark.xdist_group("pseudo_language"), pytest.mark.deep]
ROOT = CATALOGUES.parent.parent
DAY = ("--today", "2026-06-30")
WORD = re.compile(r"[A-Za-z]{2,}")
NAMES = re.compile(
    r"\S+\.(?:xlsx|html|json|csv|po|yaml|sqlite|txt|md)\b|https?://\S+|\S+@\S+|hrge-xl[^.\n]*|[0-9a-f]{8,}|[\w-]+/[\w/.-]+"
)
OURS = {
    "round",
    "PAK",
    "MAR",
    "Excel",
    "hrge",
    "xl",
    "SHA",
    "UTF",
    "JSON",
    "URL",
    "https",
    "Kiswahili",
    "Kiingereza",
    "scan",
    TENTH,
}
TYPED = re.compile(r"(\[[^\]]*\])+")  # ticks as people may type them, in all languages of the spec
BESIDE = "Machine draft, not yet reviewed by a native speaker"  # stands on the cover in English too

WRONG = {"E7": "ξξ", "E9": "ξξ", "E11": "-5", "E12": 9999}


class Copy:
    """A copy of the program that speaks the language, and runs in processes of its own."""

    def __init__(self, home: Path, name: str) -> None:
        self.home, self.spec, self.original = home, home / "workbook_specs" / name, load(name)
        shutil.copytree(
            ROOT / "hrge_xl", home / "hrge_xl", ignore=shutil.ignore_patterns("__pycache__")
        )
        shutil.copytree(ROOT / "workbook_specs" / name, self.spec)
        translate(self.spec, TENTH)
        ours = [TextToTranslate("", text, [], []) for text in texts()]
        catalogue = updated(ours, new_catalogue("hrge_xl", "1", ""))
        for entry in catalogue:
            if entry.id:
                entry.string = pseudo(str(entry.id))
        (home / "hrge_xl" / "languages" / f"{TENTH}.po").write_bytes(as_file(catalogue, TENTH))

    def run(self, *words: object) -> str:
        """What a command says; that it may have found mistakes is nothing unusual."""
        done = subprocess.run(
            [sys.executable, "-m", "hrge_xl", *map(str, words)],
            cwd=self.home,
            env=os.environ | {"PYTHONPATH": str(self.home), "PYTHONDONTWRITEBYTECODE": ""},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode in (0, 1, 4), done.stderr
        return done.stdout + done.stderr


@pytest.fixture(scope="module", params=["example", "hrge_toolkit"])
def program(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """Give the copy, with a round of two teams: one has returned its workbook blank, one with mistakes."""
    copy = Copy(tmp_path_factory.mktemp("pseudo"), request.param)
    (copy.home / "teams.csv").write_text(
        f"team,country,language\nPAK,PAK,{TENTH}\nMAR,MAR,{TENTH}\n"
    )
    copy.run("round", "init", "round", "--spec", copy.spec, "--teams", "teams.csv")
    copy.run("generate", "round", *DAY)
    for path in sorted((copy.home / "round" / "issued").glob("*.xlsx")):
        shutil.copy(path, copy.home / "round" / "returned")
    book = openpyxl.load_workbook(path)
    for cell, value in WRONG.items():
        book.worksheets[1][cell] = value
    book.save(copy.home / "round" / "returned" / path.name)
    (copy.home / "round" / "returned" / "scan.xlsx").write_bytes(b"%PDF-1.7")
    formats = [word for name in ("html", "xlsx", "overview") for word in ("--format", name)]
    copy.run("report", "round", *formats, "--language", TENTH, "-o", "reports", *DAY)
    return copy


def foreign(texts_seen: Iterator[str], spec: Spec) -> str:
    """Give what is seen and is not of the language, a line each, in the order in which it is seen."""
    codes = set(WORD.findall(" ".join(_codes(spec))))
    known = codes | OURS | {word for name, _ in month_names(TENTH) for word in WORD.findall(name)}
    found = {}
    for text in texts_seen:
        if TYPED.fullmatch(text) or text == BESIDE:
            continue
        left = [
            word
            for word in WORD.findall(NAMES.sub(" ", text))
            if word not in known and not word.isupper()
        ]
        if left:
            found[text.strip()] = left
    return "\n".join(f"{text[:100]!r}: {left}" for text, left in found.items())


def _codes(spec: Spec) -> Iterator[str]:
    yield from (*CATALOGUE, *(kind.name for kind in CATALOGUE.values()), YES_NO, TICK, LEVELS)
    yield from (
        spec.name,
        *(rule.code for rule in spec.rules),
        *(rule.called for rule in spec.rules),
        *spec.vocabularies,
    )
    for tool, _, field in spec.places():
        yield from (tool.code, field.code)
    yield from (item.code for listed in spec.vocabularies.values() for item in listed.items)
    yield from (item.code for tool in spec.tools for item in tool.items)


def seen_in_book(path: Path) -> Iterator[str]:
    """Everything that somebody sees who opens a workbook."""
    book = openpyxl.load_workbook(path, data_only=True)
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            continue
        yield sheet.title
        for row in sheet.iter_rows():
            for cell in row:
                hidden = (
                    sheet.row_dimensions[cell.row].hidden
                    or sheet.column_dimensions[cell.column_letter].hidden
                )
                if isinstance(cell.value, str) and not hidden:
                    yield cell.value
                if cell.comment is not None:
                    yield cell.comment.text
        for rule in sheet.data_validations.dataValidation:
            yield from filter(None, (rule.promptTitle, rule.prompt, rule.errorTitle, rule.error))
        yield from (
            str(part.text) for part in (sheet.oddHeader.center, sheet.oddFooter.left) if part.text
        )


def seen_on_page(path: Path) -> Iterator[str]:
    """Everything that somebody sees or hears who opens a page."""
    text = re.sub(
        r"<(script|style)\b.*?</\1>", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL
    )
    yield from map(unescape, re.findall(r'(?:title|aria-label|placeholder|alt)="([^"]+)"', text))
    yield from map(unescape, re.split(r"<[^>]+>", text))


def test_workbooks(program: Copy) -> None:
    for path in sorted((program.home / "round" / "issued").glob("*.xlsx")):
        assert foreign(seen_in_book(path), program.original) == ""


@pytest.mark.parametrize("name", ["validation.html", "validation.xlsx", "overview.html"])
def test_reports(program: Copy, name: str) -> None:
    path = program.home / "reports" / name
    seen = seen_in_book(path) if path.suffix == ".xlsx" else seen_on_page(path)
    assert foreign(seen, program.original) == ""


def test_feedback_and_message(program: Copy) -> None:
    program.run("feedback", "round", "-o", "feedback", *DAY)
    made = sorted((program.home / "feedback").rglob("*.*"))
    assert {path.suffix for path in made} >= {".xlsx", ".txt"}
    for path in made:
        text = "" if path.suffix == ".xlsx" else path.read_text(encoding="utf-8")
        seen = seen_in_book(path) if path.suffix == ".xlsx" else iter(text.splitlines())
        assert foreign(seen, program.original) == "", path.name


def test_where_teams_stand(program: Copy) -> None:
    said = program.run("status", "round", "--language", TENTH, *DAY)
    assert foreign(iter(said.splitlines()), program.original) == ""


@pytest.mark.deep
def test_findings_on_the_terminal(program: Copy) -> None:
    """What stands around the findings stays English there, as the rest of the command line."""
    said = program.run("validate", "round", "--language", TENTH, *DAY)
    plain = r"\b(errors?|warnings?|info|waived|accepted|returned|refused|files?|counted|also|on|and \d+ more)\b"
    around = r"(Next:|Every finding, with what to do:).*"
    assert (
        foreign(
            (re.sub(f"{around}|{plain}", "", line) for line in said.splitlines()), program.original
        )
        == ""
    )
