"""Nothing lost: whatever somebody types, wherever, is found again as an answer or as a text without a place."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterable
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hrge_xl import ExpectedReturn, Order, ValidationRequest, feedback, generate, load, validate
from tests.damage import PLAN, RISKS, TODAY, WANTED, edited, filled, swap
from tests.damages.book import At, Book
from tests.face import IDENTITY_SHEET, Submission, temporary_dataset
from tests.fixture_types import Patch
from tests.property_tests import examples
from tests.read_and_check import read_bytes

Note = tuple[str, str, str]  # sheet, cell, text
STAMP = 2  # columns of the stamp on its sheet: what is altered there has findings of its own


@cache
def book() -> Book:
    """The small workbook, filled in, in a program that calculates nothing."""
    made = Book.of(filled())
    made.drop_results()
    return Book.of(made.bytes())


@cache
def stored() -> dict[str, list[At]]:
    """Every cell of each sheet that is stored: answers, texts, formulas, codes, blanks between them."""
    return {
        sheet: [
            At(row, column)
            for row in book().rows(sheet)
            for column in book().row(sheet, row)
            if sheet != IDENTITY_SHEET or column > STAMP
        ]
        for sheet in book().sheets
    }


def test_a_long_list_beside_a_table_is_kept_whole() -> None:
    """Far more lines than anybody is told of one by one."""
    workbook = openpyxl.load_workbook(BytesIO(filled()))
    lines = [f"line {number}" for number in range(1, 301)]
    for number, line in enumerate(lines, start=1):
        workbook["Plan"].cell(number, 40).value = line
    workbook.save(stream := BytesIO())
    sent = read_bytes(stream.getvalue(), path="long.xlsx", want=WANTED)
    assert isinstance(sent, Submission)
    kept = {text.text for text in sent.unplaced}
    assert kept >= set(lines)


NEAR = st.builds(At, st.integers(1, 60), st.integers(3, 40))
FAR = st.builds(At, st.integers(1, 1_048_576), st.integers(3, 16_384))
CHARACTERS = st.characters(
    codec="utf-8", exclude_categories=["Cs", "Cc", "Co", "Cn", "Zl", "Zp", "Cf"]
)
TEXTS = st.text(CHARACTERS, min_size=1, max_size=30).filter(
    lambda text: bool(plain(text)) and "_x" not in text
)


def notes_on(sheet: str) -> st.SearchStrategy[Note]:
    """A text in a cell of a sheet: most often in one where something stands."""
    places = st.one_of(*([st.sampled_from(stored()[sheet])] if stored()[sheet] else []), NEAR, FAR)
    return st.tuples(st.just(sheet), places.map(str), TEXTS)


def notes() -> st.SearchStrategy[list[Note]]:
    """A few texts in different cells of any sheets."""
    one = st.sampled_from(sorted(book().sheets)).flatmap(notes_on)
    return st.lists(one, min_size=1, max_size=4, unique_by=lambda note: note[:2])


def plain(text: str) -> str:
    """A text as it is compared: programs change forms of characters and spaces on their own."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def with_notes(written: Iterable[Note]) -> bytes:
    changed = book().copy()
    for sheet, cell, text in written:
        changed.type_text(sheet, cell, text)
    return changed.bytes()


def read(data: bytes, want: ExpectedReturn = WANTED) -> Submission:
    found = read_bytes(
        data, path="return.xlsx", sha256="", size=len(data), format="xlsx", want=want
    )
    assert isinstance(found, Submission), found
    return found


def lost(written: Iterable[Note], kept: Iterable[object]) -> list[Note]:
    """The texts that are not among those that were kept."""
    said = {plain(str(text)) for text in kept}
    return [note for note in written if plain(note[2]) not in said]


@examples(150)
@given(notes())
@example([("Cover", "H2", "beside the title")])
@example([("Cover", "A1", "over the key")])
@example([("Plan", "A1", "over the key")])
@example([("Checklist", "A1", "over the key"), ("Checklist", "D1", "over a code")])
@example([("Plan", "A9", "over a code")])
@example([("Risks", "H1", "over a code")])
@example([("Risks", "B6", "over a number")])
@example([("Risks", "D6", "over a status")])
@example([("Risks", "I6", "over a level")])
@example([("Plan", "C9", "over a question")])
@example([("Plan", "C3", "under the title")])
@example([("Lists", "B60", "below a list")])
def test_every_text_is_an_answer_or_unplaced(written: list[Note]) -> None:
    found = read(with_notes(written))
    kept = [*(each.original for each in found.answers), *(each.text for each in found.unplaced)]
    assert lost(written, kept) == []


@examples(12)
@given(notes())
@example(
    [("Summary", "B2", "over a title"), ("Risks", "D7", "over a status"), ("Plan", "E12", "many")]
)
def test_and_stands_in_the_dataset_and_in_the_feedback(written: list[Note]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "return.xlsx"
        path.write_bytes(with_notes(written))
        results = [*validate([path], ValidationRequest(WANTED, TODAY))]
    spec = load("example")
    with temporary_dataset(results, spec) as dataset:
        tables = {"answers": "original", "unplaced": "text"}
        kept = [
            text
            for table, name in tables.items()
            for (text,) in dataset.store.rows(table, columns=[name])
        ]
    assert lost(written, kept) == []
    given_back = Book.of(feedback(results[0], spec, today=TODAY))
    assert lost(written, given_back.every_text()) == []


@pytest.mark.parametrize("column", ["C", "E"])  # that of the statuses, that of an answer
def test_a_note_below_the_questions_is_kept_whatever_the_edition(
    monkeypatch: Patch, column: str
) -> None:
    """Of a workbook that another edition of the program issued nobody knows what stood where."""
    made = generate(load("hrge_toolkit"), Order("PAK", TODAY, "PAK", tools=("1.1",)))
    book = openpyxl.load_workbook(BytesIO(made))
    cell = f"{column}{book['1.1 Legislation'].max_row + 3}"
    book["1.1 Legislation"][cell] = "See also the note of March"
    book.save(target := BytesIO())
    monkeypatch.setattr(sys.modules["hrge_xl.reader.read"], "content_hash", lambda _: "another")
    found = read(target.getvalue(), ExpectedReturn("hrge_toolkit"))
    assert found.not_run.keys() >= {"S023"}
    assert [(each.cell, each.text) for each in found.unplaced] == [
        (cell, "See also the note of March")
    ]


PROPERTIES, END = "docProps/core.xml", "</worksheet>"
BESIDE = {  # what people type beside the cells, where it stands, and the sheet on which it is told
    "page header": (
        RISKS,
        END,
        "<headerFooter><oddHeader>&amp;C&amp;14{}</oddHeader></headerFooter>",
        "Risks",
    ),
    "page footer": (PLAN, "&amp;C&amp;8&amp;A", '&amp;C&amp;"Arial,Bold"&amp;K0000FF{}', "Plan"),
    "first page": (
        RISKS,
        END,
        "<headerFooter><firstFooter>&amp;R{}</firstFooter></headerFooter>",
        "Risks",
    ),
    "even pages": (
        RISKS,
        END,
        "<headerFooter><evenHeader>&amp;L{}</evenHeader></headerFooter>",
        "Risks",
    ),
    "scenario": (RISKS, END, '<scenarios><scenario name="A" comment="{}"/></scenarios>', "Risks"),
    "comment": (PROPERTIES, "</cp:coreProperties>", "<dc:description>{}</dc:description>", "Cover"),
    "keywords": (PROPERTIES, "</cp:coreProperties>", "<cp:keywords>{}</cp:keywords>", "Cover"),
    "comment of a name": (
        "xl/workbook.xml",
        "</definedNames>",
        '<definedName name="own" comment="{}">1</definedName>',
        "Cover",
    ),
}


def beside(where: str, text: str) -> Submission:
    """The small workbook with a text in one of these places, read."""
    part, mark, around, _ = BESIDE[where]
    kept = mark if mark.startswith("</") else ""
    return read(edited(swap(part, mark, around.format(text) + kept))())


@pytest.mark.parametrize("where", BESIDE)
def test_words_beside_the_cells_are_kept_and_told(where: str) -> None:
    found, sheet = beside(where, "Ask &amp;&amp; Omar by Tuesday, page 2"), BESIDE[where][3]
    text = f"Ask {'&' if where.startswith(('page', 'first', 'even')) else '&&'} Omar by Tuesday, page 2"
    assert [(each.sheet, each.text) for each in found.unplaced] == [(sheet, text)]
    assert [(each.code, each.sheet, each.value) for each in found.observations] == [
        ("S014", sheet, text)
    ]


@pytest.mark.parametrize(
    "text", ["&amp;P", "Page &amp;P of &amp;N", "&amp;A", "&amp;D &amp;T", "&amp;8&amp;B", "/"]
)
def test_what_only_counts_the_pages_is_no_text(text: str) -> None:
    found = beside("page header", text)
    assert found.unplaced == found.observations == []
