"""The full Toolkit workbook, every tool of it filled in and nothing wrong, as three programs write it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from hrge_xl import ExpectedReturn, Order, generate
from tests.answers import TODAY, spec
from tests.damages.as_excel import as_excel
from tests.damages.book import Book
from tests.face import find
from tests.office.driver import Office
from tests.test_false_alarms import completed

KEY = b"a key that nobody else has"
HOME = TemporaryDirectory(prefix="hrge-xl-damages-")


def _in_third_drawing() -> str:
    """Return a copy of the Toolkit drawn as most workbooks that are out; the damages name its cells."""
    folder = Path(shutil.copytree(find("hrge_toolkit"), Path(HOME.name, "hrge_toolkit")))
    head = folder / "workbook.yaml"
    text = head.read_text(encoding="utf-8")
    assert "drawing: 4" in text
    head.write_text(text.replace("drawing: 4", "drawing: 3"), encoding="utf-8")
    return str(folder)


TOOLKIT = _in_third_drawing()
WANTED = ExpectedReturn(TOOLKIT, "2026-H1", ("PAK", "AFG"), KEY)
ORDER = Order(
    "PAK", TODAY, "PAK", "en", round="2026-H1", deadline="2026-07-15", contact="The office", key=KEY
)


@cache
def issued() -> bytes:
    """The filled workbook as this program writes it."""
    return generate(spec(TOOLKIT), replace(ORDER, answers=completed()[0]))


@dataclass(frozen=True)
class Carrier:
    """A program with the file that it wrote, and the same without results of formulas, to be damaged."""

    name: str
    shown: Book
    uncalculated: Book

    @classmethod
    def of(cls, name: str, data: bytes) -> Carrier:
        """Take a file apart once; its damages are done to copies."""
        shown, uncalculated = Book.of(data), Book.of(data)
        uncalculated.drop_results()
        return cls(name, shown, Book.of(uncalculated.bytes()))

    def damaged(self, damage: Callable[[Book], None], *, calculated: bool) -> bytes:
        """The file after one damage."""
        book = (self.shown if calculated else self.uncalculated).copy()
        damage(book)
        return book.bytes()


@cache
def as_issued() -> Carrier:
    """Nobody opened it."""
    return Carrier.of("issued", issued())


@cache
def by_excel() -> Carrier:
    """Excel saved it."""
    return Carrier.of("Excel", as_excel(issued()))


def by_office(folder: Path) -> Carrier:
    """LibreOffice saved it."""
    source = folder / "issued.xlsx"
    source.write_bytes(issued())
    with Office() as office:
        saved = office.resave(source, folder / "saved.xlsx")
    return Carrier.of("LibreOffice", saved.read_bytes())
