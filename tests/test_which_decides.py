"""A translated workbook says which language decides and whom to tell; its arrows point the way that it runs."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest

from hrge_xl import Order, Spec, generate, load
from tests.answers import TODAY
from tests.face import build

TOOLS = ("T3.4",)


def sheets(spec: Spec, language: str, contact: str = "") -> tuple[list[str], list[str]]:
    """The texts of the cover and those above the table of 3.4."""
    data = generate(spec, Order("PAK", TODAY, "PAK", language, TOOLS, contact=contact))
    book, layout = (
        openpyxl.load_workbook(BytesIO(data), data_only=True),
        build(spec, language, TOOLS),
    )
    cover, sheet = book[layout.cover_name], book[layout.sheet["T3.4"].name]
    return (
        [str(cell.value) for row in cover.iter_rows(max_row=20) for cell in row if cell.value],
        [str(cell.value) for row in sheet.iter_rows(max_row=5) for cell in row if cell.value],
    )


@pytest.mark.parametrize(
    ("language", "decides"),
    [("fr", "Le texte en anglais fait foi."), ("fa-AF", "متن انگلیسی ملاک است.")],
)
def test_the_cover_and_each_sheet_say_which_language_decides(language: str, decides: str) -> None:
    cover, head = sheets(load("hrge_toolkit"), language)
    assert any(text.startswith(f"{decides} ") for text in cover)
    assert any(text.endswith(decides) for text in head)


def test_they_say_whom_to_tell_as_far_as_that_is_known() -> None:
    toolkit = load("hrge_toolkit")
    asked, _ = sheets(toolkit, "fr", "office@example.org")
    assert any("« Pour toute question »" in text.replace("\u00a0", " ") for text in asked)
    nobody, _ = sheets(toolkit, "fr")
    assert any(text.endswith("à la personne qui vous a envoyé ce classeur.") for text in nobody)


def test_in_the_language_that_decides_nobody_says_so() -> None:
    cover, head = sheets(load("hrge_toolkit"), "en", "office@example.org")
    assert not any("decides" in text for text in (*cover, *head))


@pytest.mark.parametrize(
    ("language", "back", "forth"), [("en", "◀", "▶"), ("ar", "▶", "◀"), ("ur", "▶", "◀")]
)
def test_arrows_point_the_way_that_a_language_runs(language: str, back: str, forth: str) -> None:
    _, head = sheets(load("hrge_toolkit"), language)
    arrows = [text for text in head if text.strip()[0] in "◀▶" or text.strip()[-1] in "◀▶"]
    first, *rest = arrows
    assert first.startswith(back)
    assert rest
    assert all(text.endswith(forth) for text in rest)


def test_workbooks_that_are_out_stay_as_they_are() -> None:
    before = load("hrge_toolkit").model_copy(update={"drawing": 1})
    cover, head = sheets(before, "ar")
    assert not any("الإنجليزية" in text for text in (*cover, *head))
    assert any(text.startswith("◀") for text in head)


def test_the_code_of_a_sheet_is_seen_as_it_is_written() -> None:
    """From right to left 4.B is seen as B.4 where nothing isolates it."""
    toolkit = load("hrge_toolkit")
    for language, code in (("ar", "\u20664.B\u2069 "), ("en", "4.B ")):
        data = generate(toolkit, Order("PAK", TODAY, "PAK", language, ("T4.B",)))
        layout = build(toolkit, language, ("T4.B",))
        cover = openpyxl.load_workbook(BytesIO(data), data_only=True)[layout.cover_name]
        shown = [
            str(cell.value)
            for cell in cover["B"]
            if cell.hyperlink and "4.B" in cell.hyperlink.location
        ]
        assert [text.startswith(code) for text in shown] == [True]
