"""The engine's own texts in every language, and what counts as a word."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrge_xl import Order, generate, load
from tests.face import (
    CATALOGUE,
    CATALOGUES,
    PROMPT_LIMIT,
    SOURCE_LANGUAGE,
    TITLE_LIMIT,
    book,
    broken_lines,
    build,
    count_words,
    fold,
    is_language,
    kept_in_order,
    language_name,
    languages,
    right_to_left,
    spaceless,
    tidy,
    tidy_lines,
    translator,
    western_digits,
    words,
)
from tests.tables import table
from tests.texts import canonical, catalogue, texts

FILES = sorted(CATALOGUES.glob("*.po"))
WHOLE = [
    file for file in FILES if "-" not in file.stem
]  # what a country says differently stands in a file of its own
NARROW = (
    "Status",
    "To correct",
    "Complete",
    "Missing",
    "Overdue",
    "Not yet due",
    "No date",
    "Please check",
    "On time?",
)
HEADS = ("No.", "Row", "Code")


LEFT = "\N{LEFT-TO-RIGHT MARK}"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("2026-H1", f"{LEFT}2026-H1"),
        ("Cairo", "Cairo"),
        ("v3.xlsx", "v3.xlsx"),
        ("v3 (final)", f"v3 (final){LEFT}"),
        ("15", f"{LEFT}15"),
        ("القاهرة-1", "القاهرة-1"),
        ("", ""),
    ],
)
def test_a_name_has_marks_of_direction_only_where_it_needs_them(name: str, kept: str) -> None:
    """Thunderbird shows one in a subject as a space."""
    assert kept_in_order(name, "ar") == kept
    assert kept_in_order(name, "fr") == name


def places(text: str) -> list[str]:
    """The placeholders of a text, sorted."""
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name)


@pytest.fixture(params=FILES, ids=lambda file: file.stem)
def file(request: pytest.FixtureRequest) -> Path:
    """One catalogue after the other."""
    return Path(request.param)


def test_there_are_catalogues() -> None:
    assert {file.stem for file in FILES} >= {"fr", "ar"}
    assert languages() == sorted([SOURCE_LANGUAGE, *(file.stem for file in FILES)])


@pytest.mark.parametrize("file", WHOLE, ids=lambda file: file.stem)
def test_every_text_is_translated(file: Path) -> None:
    table = catalogue(file)
    assert [text for text in texts() if not table.get(text)] == []


def test_no_entry_is_left_over(file: Path) -> None:
    assert [text for text in catalogue(file) if text not in texts()] == []


def test_placeholders_stay(file: Path) -> None:
    wrong = [text for text, said in catalogue(file).items() if places(text) != places(said)]
    assert wrong == []


@pytest.mark.parametrize("file", WHOLE, ids=lambda file: file.stem)
def test_the_file_is_in_source_order_with_its_places(file: Path) -> None:
    assert file.read_text(encoding="utf-8") == canonical(file), "run: python -m tests.texts"


@pytest.mark.parametrize("name", ["To correct", "Without a place", "How to fill in"])
def test_a_sheet_that_a_sentence_names_is_called_as_in_the_workbook(file: Path, name: str) -> None:
    table = catalogue(file)
    named = {said for text, said in table.items() if f"“{name}”" in text}
    assert [said for said in named if table.get(name, "") not in said] == []


def test_header_names_the_language(file: Path) -> None:
    head = file.read_text(encoding="utf-8").split("\n\n")[0]
    assert f'"Language: {file.stem}\\n"' in head
    assert '"Content-Type: text/plain; charset=utf-8\\n"' in head
    assert is_language(file.stem)


@pytest.mark.parametrize("language", languages())
def test_alerts_fit_into_excel(language: str) -> None:
    say = translator(language)
    long = [
        kind.code
        for kind in CATALOGUE.values()
        if len(broken_lines(say(kind.remedy))) > PROMPT_LIMIT
    ]
    assert [code for code in long if code.startswith(("V", "S", "P"))] == []
    assert len(say("Check this answer")) <= TITLE_LIMIT


@pytest.mark.parametrize("language", languages())
def test_texts_of_narrow_columns_are_short(language: str) -> None:
    say = translator(language)
    assert [text for text in NARROW if len(say(text)) > 18] == []
    assert [text for text in HEADS if len(say(text)) > 10] == []


@pytest.mark.parametrize("language", languages())
def test_sheet_names_are_possible(language: str) -> None:
    names = [translator(language)(text) for text in ("Cover", "Lists")]
    assert len(set(names)) == 2
    for name in names:
        assert 0 < len(name) <= 31
        assert not set(name) & set("[]:*?/\\'")


@pytest.mark.parametrize("language", languages())
def test_states_of_a_sheet_can_be_told_apart(language: str) -> None:
    say = translator(language)
    states = (
        "To correct",
        "Not started",
        "Complete",
        "In progress",
        "Not used",
        "Nothing to fill in",
        "Missing",
    )
    assert len({say(state) for state in states}) == len(states)
    assert not any('"' in say(state) for state in states)  # they stand in formulas


@pytest.mark.parametrize("language", languages())
def test_yes_and_no_are_told_apart(language: str) -> None:
    say = translator(language)
    assert fold(say("Yes")) != fold(say("No"))


def test_no_language_says_no_with_the_yes_of_another() -> None:
    assert {fold(translator(tag)("Yes")) for tag in languages()}.isdisjoint(
        fold(translator(tag)("No")) for tag in languages()
    )


def test_a_country_says_the_rest_as_its_language_does() -> None:
    base, dari = translator("fa"), translator("fa-AF")
    table = catalogue(CATALOGUES / "fa-AF.po")
    assert table
    assert all(dari(text) == (table.get(text) or base(text)) for text in texts())


class Asked(dict[str, str]):
    """A catalogue that notes what it is asked for."""

    def __init__(self) -> None:
        super().__init__(there="is one")
        self.texts: set[str] = set()

    def __or__(self, other: object) -> Asked:  # type: ignore[override]
        """Stay the one that notes."""
        return self

    def get(self, key: str, default: str | None = None) -> str | None:  # type: ignore[override]
        """Note the text; nothing is translated."""
        self.texts.add(key)
        return default


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[Asked]:
    """Every language reads from a catalogue that notes what it is asked for."""
    noted = Asked()
    monkeypatch.setattr(words, "_catalogue", lambda _: noted)
    translator.cache_clear()
    yield noted
    translator.cache_clear()


@pytest.mark.parametrize("name", ["example", "hrge_toolkit"])
def test_no_text_escapes_the_collection(name: str, asked: Asked) -> None:
    """What a workbook really asks for is what `tests/texts.py` found in the source."""
    spec = load(name)
    layout = build(spec, spec.languages[-1], None, None)
    country = next(iter(spec.vocabularies[str(spec.countries)].by_code))
    book.draw.cache_clear()  # what was drawn before asks for nothing
    generate(spec, Order(country, date(2026, 3, 31), country, layout.language))
    assert asked.texts
    assert sorted(asked.texts - set(texts())) == []


@pytest.mark.parametrize(("text", "count"), table("cases")["count_words"])
def test_count_words(text: str, count: int) -> None:
    assert count_words(text) == count


@pytest.mark.parametrize(
    "text", ["ບົດບາດຍິງຊາຍ", "สิทธิมนุษยชน", "လူ့အခွင့်အရေး", "សិទ្ធិមនុស្ស", "人权与性别平等", "人権"]
)
def test_scripts_without_spaces(text: str) -> None:
    assert spaceless(text)
    assert not spaceless("human rights " + text[:3])


@pytest.mark.parametrize("text", ["", "human rights", "حقوق الإنسان", "मानव अधिकार"])
def test_scripts_with_spaces(text: str) -> None:
    assert not spaceless(text)


@pytest.mark.parametrize(("text", "western"), table("cases")["western_digits"])
def test_western_digits(text: str, western: str) -> None:
    assert western_digits(text) == western


def test_tidy_makes_one_space_of_any_run() -> None:
    assert tidy("  a\u00a0\u2003 b\u200b\ufeff\n c ") == "a b c"
    assert tidy("e\u0301") == "é"
    assert tidy("\u200b") == ""


@given(st.text(max_size=30) | st.text(st.characters(max_codepoint=127), max_size=30))
def test_tidy_is_the_same_for_ascii_texts_that_take_the_short_way(text: str) -> None:
    normal = unicodedata.normalize("NFC", text)
    assert tidy(text) == " ".join(re.sub("[\u200b\u2060\ufeff]", " ", normal).split())
    assert fold(text) == tidy(unicodedata.normalize("NFKC", text)).casefold()


def test_tidy_lines_keeps_line_breaks() -> None:
    assert tidy_lines(" a  b \r\n\r\n c\rd\n") == "a b\n\nc\nd"


def test_tidy_keeps_what_joins_persian_words() -> None:
    assert tidy("می\u200cخواهم") == "می\u200cخواهم"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Partly", " PARTLY "),
        ("Straße", "STRASSE"),
        ("ﬁve", "five"),
        ("É", "e\u0301"),
        ("Ｙｅｓ", "yes"),
    ],
)
def test_fold_makes_equal(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_fold_keeps_accents_apart() -> None:
    assert fold("Élevé") != fold("Eleve")


@pytest.mark.parametrize(("language", "expected"), table("cases")["right_to_left"])
def test_right_to_left(language: str, expected: bool) -> None:
    assert right_to_left(language) is expected


def test_translator_falls_back() -> None:
    assert translator("fr")("Yes") == "Oui"
    assert translator("fr-CA")("Yes") == "Oui"  # a region without a catalogue of its own
    assert translator("en")("Yes") == "Yes"
    assert translator("sw")("Yes") == "Yes"  # no catalogue
    assert translator("fr")("no such text") == "no such text"


def test_language_names() -> None:
    assert language_name("fr") == "français"
    assert language_name("ar") == "العربية"


@pytest.mark.parametrize("tag", ["xx", "klingon", "", "e n"])
def test_unknown_language_tags(tag: str) -> None:
    assert not is_language(tag)
