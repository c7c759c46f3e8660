"""Translations beside a spec: every text in every language, what translators send back, drafts, spelling."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from hrge_xl import ExpectedReturn, Order, Spec, ValidationRequest, generate, load, validate
from hrge_xl.cli import run
from tests.face import (
    DRAFT,
    LETTER,
    CellValue,
    Reconciliation,
    Translations,
    as_file,
    beginning,
    build,
    countries,
    direction,
    find,
    is_draft,
    languages,
    mistakes,
    new_catalogue,
    read_catalogue,
    texts_for_catalogue,
    to_translate,
    translator,
    untranslated,
    updated,
    vocabularies,
)
from tests.telling import telling

TOOLKIT = load("hrge_toolkit")
SPOKEN = ("ar", "ckb", "es", "fa", "fa-AF", "fr", "ru", "ur", "zh")
DAY = date(2026, 11, 26)
TENTH = "sw"


Hrge = Callable[..., tuple[int, str]]


@pytest.fixture
def hrge(capsys: pytest.CaptureFixture[str]) -> Hrge:
    """Run the command line; gives the exit code and what it said."""

    def called(*words: object) -> tuple[int, str]:
        code = run([*map(str, words)])
        told = capsys.readouterr()
        return code, told.out + told.err

    return called


def pseudo(text: str) -> str:
    """Words of a language that nobody speaks, with the placeholders of the English."""
    return re.sub(r"(\{[^{}]*\})|([A-Za-z])", lambda found: found[1] or _strange(found[2]), text)


def _strange(letter: str) -> str:
    """One letter of another script for each, capitals too."""
    first, code = ("A", 0x10A0) if letter.isupper() else ("a", 0x10D0)
    return chr(code + ord(letter) - ord(first))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Give a copy of the small spec, without translations in its files."""
    return Path(shutil.copytree(find("example"), tmp_path / "example"))


def translate(folder: Path, language: str, *, drafts: bool = False) -> None:
    """Write a catalogue with every text in the language that nobody speaks."""
    spec = load(folder)
    catalogue = updated(texts_for_catalogue(spec), new_catalogue(spec.name, spec.version, ""))
    for entry in catalogue:
        if entry.id:
            said = pseudo(str(entry.id))
            entry.string = beginning(said, 31) if str(entry.context).endswith("/sheet") else said
            entry.flags |= {DRAFT} if drafts else set()
    file = Translations(folder, "en").file(language)
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(as_file(catalogue, language))


# the Toolkit


def test_the_toolkit_speaks_nine_languages_besides_english() -> None:
    assert set(TOOLKIT.languages) == {"en", *SPOKEN}
    assert set(languages()) == {"en", *SPOKEN}


@pytest.mark.parametrize("language", SPOKEN)
def test_every_text_of_the_toolkit_is_there(language: str) -> None:
    assert untranslated(TOOLKIT, language) == []
    assert is_draft(TOOLKIT, language)  # until somebody has looked at it


def test_no_translation_of_the_toolkit_is_wrong() -> None:
    assert mistakes(TOOLKIT) == []


@pytest.mark.parametrize("language", ["ar", "ckb", "fa", "ru", "ur", "zh"])
def test_no_english_is_left_in_what_people_read(language: str) -> None:
    """But for names: two English words in a row, in small letters, stand nowhere."""
    english = re.compile(r"\b[a-z]{3,} [a-z]{3,}\b")
    left = [
        f"{unit.place}: {said}"
        for unit in to_translate(TOOLKIT).values()
        if english.search(re.sub(r"https?://\S+|\{[^{}]*\}", "", said := unit.text.say(language)))
    ]
    assert left == []


@pytest.mark.parametrize("language", telling(SPOKEN, "ar", "fa-AF", "fr"))
def test_a_workbook_is_issued_and_read_back(language: str, tmp_path: Path) -> None:
    layout = build(TOOLKIT, language, ("T1.1",))
    answers = {("FORM", "1", "FRM_05"): "N", ("T1.1", "T11_01", "P1_REL"): "H"}
    path = tmp_path / "book.xlsx"
    path.write_bytes(
        generate(TOOLKIT, Order("PAK", DAY, "PAK", language, ("T1.1",), answers=answers))
    )
    (result,) = validate([path], ValidationRequest(ExpectedReturn(), DAY))
    assert result.submission is not None
    read = {key: value for key, value in result.submission.values().items() if value is not None}
    assert {key: read.get(key) for key in answers} == answers
    assert not [finding for finding in result.findings if finding.code[0] in "FIS"]
    sheets = openpyxl.load_workbook(path, read_only=True).sheetnames
    assert layout.cover_name in sheets
    assert translator(language)("Cover") == layout.cover_name


def test_the_cover_says_that_it_is_a_draft_in_both_languages(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(generate(TOOLKIT, Order("PAK", DAY, "PAK", "fr", ("T1.1",))))
    cover = openpyxl.load_workbook(path).worksheets[0]
    said = {str(cell.value) for row in cover.iter_rows() for cell in row if cell.value}
    draft = "Machine draft, not yet reviewed by a native speaker"
    assert {draft, translator("fr")(draft)} <= said


# another language is one file


def test_a_tenth_language_is_one_file(hrge: Hrge, copy: Path, tmp_path: Path) -> None:
    translate(copy, TENTH)
    assert TENTH in load(copy).languages
    code, said = hrge("generate", copy, "--country", "PAK", "--language", TENTH, "-o", tmp_path)
    assert code == 0, said
    path = next(tmp_path.glob("*.xlsx"))
    (result,) = validate([path], ValidationRequest(ExpectedReturn(str(copy)), DAY))
    assert result.submission is not None
    assert result.submission.identity.language == TENTH


def test_nothing_that_the_spec_says_stays_outside_a_catalogue(copy: Path) -> None:
    """In a language that nobody speaks no word of the spec is English, whatever is drawn."""
    translate(copy, TENTH)
    spec = load(copy)
    english = {unit.text.source for unit in to_translate(spec).values()}
    book = openpyxl.load_workbook(_written(spec, copy.parent / "book.xlsx"))
    shown = {
        str(c.value)
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for c in row
        if c.value
    }
    said_alike = {translator(TENTH)(text) for text in english}  # words that the program has too
    assert {
        text for text in english & shown if LETTER.search(text)
    } <= said_alike & _of_the_program()


def _of_the_program() -> set[str]:
    from tests.texts import texts

    return set(texts())


def _written(spec: Spec, path: Path) -> Path:
    path.write_bytes(generate(spec, Order("PAK", DAY, "PAK", TENTH)))
    return path


def test_what_is_not_translated_is_marked_and_issued_only_when_that_is_allowed(
    hrge: Hrge, copy: Path, tmp_path: Path
) -> None:
    translate(copy, TENTH)
    file = Translations(copy, "en").file(TENTH)
    lines = file.read_text(encoding="utf-8").split("\n\n")
    lost = [
        part
        for part in lines
        if 'msgctxt "title"' not in part and 'msgctxt "list/GROUP/WOM/label"' not in part
    ]
    assert len(lost) < len(lines)
    file.write_text("\n\n".join(lost) + "\n", encoding="utf-8")
    spec = load(copy)
    assert spec.title.say(TENTH) == f"[en] {spec.title.source}"
    for what in (("--country", "PAK"), ("--sample",)):
        words = ("generate", copy, *what, "--language", TENTH, "-o", tmp_path / "out")
        code, said = hrge(*words)
        assert (code, "texts of example that are not translated: " in said) == (2, True), said
        assert hrge(*words, "--allow-draft")[0] == 0


# translators


def test_a_workbook_for_translators_comes_back_as_it_went(
    hrge: Hrge, copy: Path, tmp_path: Path
) -> None:
    translate(copy, TENTH)
    file, sheet = Translations(copy, "en").file(TENTH), tmp_path / "sw.xlsx"
    before = file.read_bytes()
    assert hrge("spec", "translate", copy, "--language", TENTH, "--to-xlsx", sheet)[0] == 0
    assert hrge("spec", "translate", copy, "--language", TENTH, "--from", sheet)[0] == 0
    assert file.read_bytes() == before


def test_what_translators_wrote_survives_every_update(hrge: Hrge, copy: Path) -> None:
    translate(copy, TENTH)
    file = Translations(copy, "en").file(TENTH)
    text = file.read_text(encoding="utf-8")
    text = text.replace(
        '"Language: sw\\n"', '"Language: sw\\n"\n"Last-Translator: Language desk\\n"'
    )
    text = text.replace(
        'msgctxt "title"', '# a remark of the translator\n#, fuzzy\nmsgctxt "title"'
    )
    file.write_text(text, encoding="utf-8")
    head = copy / "workbook.yaml"
    head.write_text(
        head.read_text(encoding="utf-8").replace(
            "en: Workshop planner", "en: Planner of workshops"
        ),
        encoding="utf-8",
    )
    assert hrge("spec", "translate", copy, "--language", TENTH)[0] == 0
    after = file.read_text(encoding="utf-8")
    assert "Last-Translator: Language desk" in after
    assert "# a remark of the translator" in after
    entry = next(each for each in read_catalogue(file) if each.context == "title")
    assert entry.id == "Planner of workshops"
    assert entry.string == pseudo("Workshop planner")
    assert DRAFT in entry.flags
    assert "Workshop planner" in after  # what was translated stands beside


@pytest.mark.parametrize(
    ("place", "said", "told"),
    [
        ("field/PLN_07/constraint/message", "mfano {wrong}", "placeholder"),
        ("tool/R1/sheet", "x" * 32, "1 more than fit"),
        ("list/GROUP/WOM/label", "\u200fabc", "direction mark"),
        ("list/GROUP/WOM/label", "Wanaume", "is also the translation of"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_taken_in(
    hrge: Hrge, copy: Path, tmp_path: Path, place: str, said: str, told: str
) -> None:
    translate(copy, TENTH)
    file = Translations(copy, "en").file(TENTH)
    before, sent = file.read_bytes(), tmp_path / "sent.po"
    catalogue = read_catalogue(file)
    for entry in catalogue:
        if entry.context == place:
            entry.string = said
        if entry.context == "list/GROUP/MEN/label":
            entry.string = "Wanaume"
    sent.write_bytes(as_file(catalogue, TENTH))
    code, output = hrge("spec", "translate", copy, "--language", TENTH, "--from", sent)
    assert code == 2
    assert told in output
    assert file.read_bytes() == before
    file.write_bytes(sent.read_bytes())
    assert told in hrge("spec", "check", copy, "--fast")[1]


def test_a_language_is_reviewed_until_somebody_edits_it(hrge: Hrge, copy: Path) -> None:
    translate(copy, TENTH)
    assert is_draft(load(copy), TENTH)
    assert (
        hrge("spec", "translate", copy, "--language", TENTH, "--reviewed-by", "office in Dodoma")[0]
        == 0
    )
    assert not is_draft(load(copy), TENTH)
    file = Translations(copy, "en").file(TENTH)
    file.write_text(
        file.read_text(encoding="utf-8").replace(pseudo("Women"), pseudo("Ladies"), 1),
        encoding="utf-8",
    )
    assert is_draft(load(copy), TENTH)


def test_drafts_are_not_called_reviewed(hrge: Hrge, copy: Path) -> None:
    translate(copy, TENTH, drafts=True)
    code, said = hrge("spec", "translate", copy, "--language", TENTH, "--reviewed-by", "nobody yet")
    assert code == 2
    assert "are drafts" in said


# what people type

SWAPS = {
    "ar": [("ي", "ی"), ("ك", "ک"), ("ة", "ه"), ("أ", "ا"), ("إ", "ا")],
    "fa": [("ی", "ي"), ("ک", "ك"), ("\u200c", " "), ("\u200c", "")],
    "ur": [("ی", "ي"), ("ک", "ك"), ("ہ", "ه"), ("ھ", "ه")],
    "ckb": [("ی", "ي"), ("ک", "ك"), ("ە", "ه"), ("ڕ", "ر")],
    "fr": [("é", "e"), ("è", "e"), ("ô", "o")],
    "es": [("ó", "o"), ("í", "i"), ("ñ", "n")],
    "ru": [("ё", "е"), ("и", "И")],
}
FIELDS = {
    field.vocabulary: field
    for _, _, field in TOOLKIT.places()
    if field.type.name == "choice" and field.vocabulary
}
LISTS = [name for name in FIELDS if 3 <= len(TOOLKIT.vocabularies[name].items) <= 30][:12]


def variants() -> Iterator[tuple[str, str, str, str]]:
    """Language, list, code, and a way to type the label that keyboards make."""
    for language, swaps in SWAPS.items():
        for name in LISTS:
            for item in TOOLKIT.vocabularies[name].items:
                label = item.label.say(language)
                typed = {label.replace(old, new) for old, new in swaps} - {label}
                typed |= {f"\u200f{label}\u200e", label.replace(" ", "\u00a0")}
                if language in ("ar", "fa", "ur", "ckb"):
                    typed |= {label[:2] + "ـ" + label[2:], label[:1] + "\u064e" + label[1:]}
                for text in typed:
                    yield language, name, item.code, text


TYPED = list(variants())


@pytest.mark.parametrize("language", sorted(SWAPS))
def test_labels_are_read_as_people_type_them(language: str) -> None:
    lists, wrong = vocabularies(TOOLKIT, language, {}), []
    for _, name, code, text in (each for each in TYPED if each[0] == language):
        field = FIELDS[name]
        reading = field.type.read(field, CellValue(text), lists)
        if reading.code != code:
            wrong.append((name, code, text, reading))
    assert wrong == []


# what was wrong with languages


def _small(folder: Path, languages: str, label: str) -> Path:
    (folder / "tools").mkdir(parents=True)
    head = f'name: small\nversion: "1"\ntitle: Small\nlanguages: [{languages}]\nsheets: [A]\n'
    (folder / "workbook.yaml").write_text(head, encoding="utf-8")
    field = f"  - {{code: SEX, type: text, label: {label}}}\n"
    tool = f"code: A\nsheet: A\ntitle: A\nblocks:\n- kind: form\n  fields:\n{field}"
    (folder / "tools" / "a.yaml").write_text(tool, encoding="utf-8")
    return folder


def test_another_language_changes_no_label(hrge: Hrge, tmp_path: Path) -> None:
    before = _small(tmp_path / "a", "en", "Sex")
    after = _small(tmp_path / "b", "en, fr", "{en: Sex, fr: Sexe}")
    code, said = hrge("spec", "diff", before, after)
    assert code == 0
    assert "language added" in said
    assert "label changed" not in said
    reworded = _small(tmp_path / "c", "en, fr", "{en: Sex, fr: Genre}")
    assert "label changed" in hrge("spec", "diff", after, reworded)[1]


def test_an_empty_text_is_no_translation(hrge: Hrge, tmp_path: Path) -> None:
    code, said = hrge(
        "spec", "check", _small(tmp_path / "a", "en, fr", '{en: Sex, fr: ""}'), "--fast"
    )
    assert code == 3
    assert "tools/a.yaml:7:" in said
    assert "The text in 'fr' is empty." in said


def test_yes_is_yes_in_the_language_of_the_workbook(tmp_path: Path) -> None:
    lists = vocabularies(TOOLKIT, "fa", {})
    assert lists.spellings["_YN"]["بله"] == ("Y", None)
    assert lists.spellings["_YN"]["oui"][0] == "Y"  # and in every other one


@pytest.mark.parametrize("language", telling(["fr", "ar", "zh"], "ar"))
def test_a_report_is_in_the_language_of_its_reader(
    hrge: Hrge, tmp_path: Path, language: str
) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(generate(TOOLKIT, Order("PAK", DAY, "PAK", "en", ("T1.1",))))
    code, _ = hrge("report", path, "--format", "html", "--language", language, "-o", tmp_path)
    assert code == 0
    page = (tmp_path / "validation.html").read_text(encoding="utf-8")
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in page
    assert translator(language)("Validation report") in page
    assert "Why it matters" not in page
    assert "1 file: 0 accepted" not in page
    assert next(Reconciliation(1, 0, 1, 0, 1).lines(language)) in page


@pytest.mark.parametrize("language", telling(SPOKEN, "ar", "fr"))
def test_the_report_as_a_workbook_speaks_to_its_reader(
    hrge: Hrge, tmp_path: Path, language: str
) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(generate(load("example"), Order("PAK", DAY, "PAK", "en")))
    assert hrge("report", path, "--format", "xlsx", "--language", language, "-o", tmp_path)[0] == 0
    book = openpyxl.load_workbook(tmp_path / "validation.xlsx")
    say = translator(language)
    assert {say("Findings"), say("Files"), say("Codes")} <= {*book.sheetnames}
    assert bool(book[say("Files")].sheet_view.rightToLeft) == (
        language in ("ar", "ckb", "fa", "fa-AF", "ur")
    )
    heads = [cell.value for cell in book[say("Findings")][1]]
    assert say("Severity") in heads
    assert len({str(head).casefold() for head in heads}) == len(heads)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        (
            "sw.po",
            b'msgid "a"\nmsgstr "b"\nnonsense\n',
            "languages/sw.po:3:1: This line is not as a PO file has it",
        ),
        (
            "sw.po",
            'msgid "a"\nmsgstr "é"\n'.encode("latin-1"),
            "languages/sw.po:1:1: The file is not UTF-8",
        ),
        (
            "swahili.po",
            b"",
            "languages/swahili.po:1:1: The name of this file is not a language tag",
        ),
    ],
)
def test_a_file_that_is_no_catalogue_is_told_with_its_line(
    hrge: Hrge, copy: Path, name: str, content: bytes, told: str
) -> None:
    (copy / "languages").mkdir()
    (copy / "languages" / name).write_bytes(content)
    code, said = hrge("spec", "check", copy, "--fast")
    assert (code, told in said) == (3, True), said
    if name == "sw.po":
        code, said = hrge(
            "generate", copy, "--country", "PAK", "--language", "sw", "-o", copy.parent / "out"
        )
        assert (code, told in said) == (3, True), said


@pytest.mark.parametrize("content", ["fr: {digest: [", "- fr", "fr: yes"])
def test_a_file_of_reviews_that_is_none_is_told(hrge: Hrge, copy: Path, content: str) -> None:
    translate(copy, TENTH)
    (copy / "languages.yaml").write_text(content, encoding="utf-8")
    code, said = hrge("spec", "check", copy, "--fast")
    assert code == 3
    assert "Error: languages.yaml:1:" in said
    code, said = hrge(
        "generate", copy, "--country", "PAK", "--language", TENTH, "-o", copy.parent / "out"
    )
    assert code == 3


def test_what_comes_back_blank_takes_nothing_away(hrge: Hrge, copy: Path, tmp_path: Path) -> None:
    translate(copy, TENTH)
    file, sent = Translations(copy, "en").file(TENTH), tmp_path / "sent.po"
    before = file.read_bytes()
    catalogue = read_catalogue(file)
    for entry in catalogue:
        if entry.id:
            entry.string = "Wanawake" if entry.context == "list/GROUP/WOM/label" else ""
    sent.write_bytes(as_file(catalogue, TENTH))
    code, said = hrge("spec", "translate", copy, "--language", TENTH, "--from", sent)
    assert (code, "Translated differently from before: 1." in said) == (0, True), said
    assert load(copy).title.say(TENTH) == pseudo(load(copy).title.source)
    assert before.count(b"msgid") == file.read_bytes().count(b"msgid")


def test_a_name_that_no_sheet_can_have_is_told(hrge: Hrge, copy: Path) -> None:
    translate(copy, TENTH)
    file = Translations(copy, "en").file(TENTH)
    catalogue = read_catalogue(file)
    next(each for each in catalogue if each.context == "tool/R1/sheet").string = "Hatari: zote"
    file.write_bytes(as_file(catalogue, TENTH))
    assert (
        "tool/R1/sheet: “Hatari: zote” cannot be a sheet name"
        in hrge("spec", "check", copy, "--fast")[1]
    )


@pytest.mark.deep
def test_a_sample_is_not_half_translated_unasked(hrge: Hrge, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(find("hrge_toolkit"), tmp_path / "toolkit"))
    file = folder / "languages" / "fr.po"
    parts = file.read_text(encoding="utf-8").split("\n\n")
    file.write_text(
        "\n\n".join(part for part in parts if 'msgctxt "title"' not in part), encoding="utf-8"
    )
    words = (
        "generate",
        folder,
        "--sample",
        "--profile",
        "quick",
        "--language",
        "fr",
        "-o",
        tmp_path / "out",
    )
    code, said = hrge(*words)
    assert (code, "texts of hrge_toolkit that are not translated: 1" in said) == (2, True), said
    assert hrge(*words, "--allow-draft")[0] == 0


@pytest.mark.deep
def test_teams_and_countries_are_found_without_the_catalogues(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    catalogue = TOOLKIT.title.catalogue
    assert isinstance(catalogue, Translations)
    monkeypatch.setattr(catalogue, "_tables", {})
    names = countries(TOOLKIT)
    assert [names.code(text) for text in ("PAK", "Pakistan", "pakistan")] == ["PAK"] * 3
    assert catalogue._tables == {}
    assert names.code("باكستان") == "PAK"  # then all of them are asked


def test_a_report_that_names_no_language_is_english(tmp_path: Path) -> None:
    """What is in a report that somebody edited leads to no file elsewhere."""
    assert translator("../../elsewhere/fr")("Validation report") == "Validation report"
    assert {direction(tag) for tag in ("ar", "ckb", "fa-AF")} == {"rtl"}
    assert {direction(tag) for tag in ("fr", "no such tag", "../fa")} == {"ltr"}
