"""A country, or a question in other words: the stories of `coordinating-teams.md`, to the end."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from openpyxl import load_workbook

from hrge_xl import load
from tests.command_line import ran
from tests.face import find

TEAMS = "team,country,language\nPAK-1,PAK,en\nMAR-1,MAR,fr\n"


def own_round(folder: Path) -> tuple[Path, Path]:
    """A copy of the spec, and a round of it whose workbooks are issued."""
    spec = Path(shutil.copytree(find("example"), folder / "own"))
    (folder / "teams.csv").write_text(TEAMS, encoding="utf-8")
    round_ = folder / "round"
    ran("round", "init", round_, "--spec", spec, "--teams", folder / "teams.csv")
    ran("generate", round_, "--today", "2026-07-01")
    return spec, round_


def texts(workbook: Path) -> set[object]:
    book = load_workbook(workbook, read_only=True)
    return {cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row}


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.deep
def test_a_question_in_other_words_is_issued_again(tmp_path: Path) -> None:
    """Without a higher version, once: and nothing is issued again that stayed as it was."""
    spec, round_ = own_round(tmp_path)
    before = {path: path.read_bytes() for path in (round_ / "issued").glob("*.xlsx")}
    ran("generate", round_, "--today", "2026-07-02")
    assert {path: path.read_bytes() for path in before} == before
    (file,) = [
        path
        for path in spec.rglob("*.yaml")
        if "There is a private room for talks" in path.read_text("utf-8")
    ]
    replace(file, "There is a private room for talks", "There is a quiet room for talks")
    ran("round", "update-spec", round_, "--spec", spec)
    issued = ran("generate", round_, "--today", "2026-07-02").out.split()
    assert {Path(path).name for path in issued} >= {"PAK-1_en.xlsx"}
    assert any(
        "There is a quiet room for talks" in str(text)
        for text in texts(round_ / "issued" / "PAK-1_en.xlsx")
    )
    assert ran("generate", round_, "--today", "2026-07-03").out == ""
    kept = [path.read_bytes() for path in (round_ / "issued" / "replaced").glob("*.xlsx")]
    assert set(kept) <= set(before.values()), "what was sent is kept as it was sent"
    assert len(kept) == len(issued)
    ran("refresh", round_, "--today", "2026-07-03")
    ran("verify", round_)


def test_a_team_in_a_new_country_joins_a_round(tmp_path: Path) -> None:
    """Its name stands in the spec in every language."""
    spec, round_ = own_round(tmp_path)
    country = "    - {code: SEN, label: {en: Senegal, fr: Sénégal, ar: السنغال}}\n"
    replace(spec / "vocabularies.yaml", "    - {code: EGY,", f"{country}    - {{code: EGY,")
    ran("spec", "check", spec, "--fast")
    ran("round", "update-spec", round_, "--spec", spec)
    words = ("--country", "Sénégal", "--language", "fr", "--reason", "It joins", "--yes")
    ran("round", "add-team", round_, "SEN-1", *words)
    issued = ran("generate", round_, "--today", "2026-07-02").out.split()
    assert "SEN-1_fr.xlsx" in {Path(path).name for path in issued}
    assert "Sénégal" in texts(round_ / "issued" / "SEN-1_fr.xlsx")


@pytest.mark.deep
def test_the_check_says_which_translations_a_new_country_lacks(tmp_path: Path) -> None:
    """And what it tells to do leads to a workbook."""
    spec = Path(shutil.copytree(find("hrge_toolkit"), tmp_path / "own"))
    line = "    - {code: PAK, label: Pakistan}\n"
    replace(spec / "vocabularies.yaml", line, f"{line}    - {{code: XKQ, label: Newland}}\n")
    told = " ".join(ran("spec", "check", spec, "--fast").err.split())
    assert "fr: 1 text not translated, the first is list/COUNTRY/XKQ/label." in told
    assert f"hrge-xl spec translate {spec} --language fr --to-xlsx FILE" in told
    ran("spec", "translate", spec, "--language", "fr")
    replace(
        spec / "languages" / "fr.po",
        'msgid "Newland"\nmsgstr ""',
        'msgid "Newland"\nmsgstr "Terre neuve"',
    )
    assert "fr: 1 text" not in " ".join(ran("spec", "check", spec, "--fast").err.split())
    (tmp_path / "teams.csv").write_text("team,country,language\nA,XKQ,fr\n", encoding="utf-8")
    ran("round", "init", tmp_path / "round", "--spec", spec, "--teams", tmp_path / "teams.csv")
    issued = ran("generate", tmp_path / "round", "--today", "2026-07-01").out.split()
    assert [Path(path).name for path in issued] == ["A_fr.xlsx"]


def test_a_whole_new_language(tmp_path: Path) -> None:
    """Translated, issued, read back; what the program itself says appears in English, and it says so."""
    spec = Path(shutil.copytree(find("example"), tmp_path / "own"))
    sheet = tmp_path / "pt.xlsx"
    ran("spec", "translate", spec, "--language", "pt", "--to-xlsx", sheet)
    book = load_workbook(sheet)
    rows = book.worksheets[0].iter_rows(min_row=2)
    for _, limit, english, translation, *_ in rows:
        shortened = str(english.value)[: int(limit.value or 0) - 1 if limit.value else None]
        translation.value = f"{shortened}ã"
    book.save(sheet)
    ran("spec", "translate", spec, "--language", "pt", "--from", sheet)
    told = ran("spec", "check", spec, "--fast").err
    assert "not translated" not in told
    assert "pt: the program's own words (cover, checks, findings) appear in English." in told
    (tmp_path / "teams.csv").write_text("team,country,language\nA,PAK,Português\n", "utf-8")
    round_ = tmp_path / "round"
    ran("round", "init", round_, "--spec", spec, "--teams", tmp_path / "teams.csv")
    ran("generate", round_, "--today", "2026-07-01")
    issued = round_ / "issued" / "A_pt.xlsx"
    assert "The English text decides." in " ".join(map(str, texts(issued)))
    shutil.copy(issued, round_ / "returned")
    ran("refresh", round_, "--today", "2026-07-02", code=None)
    answer = texts(round_ / "feedback" / "A_feedback.xlsx")
    assert any("ã" in str(text) for text in answer)


def test_a_field_for_each_entry_of_lists(tmp_path: Path) -> None:
    """One line of a spec is a column for each entry, or each combination; expressions name all of them at once."""
    spec = Path(shutil.copytree(find("example"), tmp_path / "own"))
    replace(
        spec / "tools" / "risks.yaml",
        "      - use: follow_up\n",
        "      - {code: HIT, for: [GROUP, RESPONSE], type: integer, minimum: 0, label: {en: People, fr: Personnes},\n"
        "         checks: [{check: value <= 90, message: Too many.}]}\n"
        "      - {code: HIT_ALL, type: calculated, formula: total(HIT), label: All of them}\n"
        "      - use: follow_up\n",
    )
    loaded = load(spec)
    groups = [item.code for item in loaded.vocabularies["GROUP"].items]
    responses = [item.code for item in loaded.vocabularies["RESPONSE"].items]
    fields = loaded.tool["R1"].fields
    codes = [f"HIT_{group}_{response}" for group in groups for response in responses]
    assert [code for code in fields if code.startswith("HIT_") and code != "HIT_ALL"] == codes
    assert fields["HIT_ALL"].formula == f"total(({', '.join(codes)}))"
    first = loaded.vocabularies["GROUP"].items[0].label
    assert fields[codes[0]].label.say("fr").startswith(f"Personnes, {first.say('fr')}, ")
    assert {f"R-{code}" for code in codes} <= {rule.code for rule in loaded.rules}
    ran("spec", "check", "--fast", spec)
    replace(spec / "tools" / "risks.yaml", "for: [GROUP, RESPONSE]", "for: GROUPS")
    failed = ran("spec", "check", "--fast", spec, code=3)
    assert "There is no vocabulary 'GROUPS'. Did you mean 'GROUP'?" in " ".join(failed.err.split())
