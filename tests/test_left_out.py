"""Entries that may bring somebody into danger: in no workbook of a team that is spared them, and counted."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest

from hrge_xl import ExpectedReturn, Order, Spec, generate, load
from hrge_xl.core.errors import UsageError
from tests.answers import TODAY
from tests.command_line import ran
from tests.face import Answers, build, choose, find, stamp_alone, texts, without_sensitive
from tests.parity import disagreements, of_results, recalculated
from tests.played_rounds import answers
from tests.telling import telling

# what names the group in question, in any of the languages; and in English and French what only hints at it
NAMED = re.compile(
    r"(?i)sogi|osieg|LGB|queer|transgend|СОГИ|sexual orientation|gender (identity|expression)|yogyakarta"
    r"|diverse (identities|sex)|identités diverses|d'identité de genre|identidades diversas|разной идентичностью"
    r"|الهويات المتنوعة|الميول|هویت‌های متنوع|متنوع شناخت|ناسنامەی جۆراوجۆر|多元身份|性取向|性别认同"
)
WORD, CODE = "Young people", "YOU"
RULE = """
- code: R-Y1
  tool: PLAN
  at: [PLN_12]
  when: "'YOU' in PLN_13 or any_row('R1', 'YOU' in RSK_02)"
  check: filled(PLN_12)
  severity: warning
  message: Somebody looks after the youngest.
  remedy: Say who.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The example, in which one entry of a list is sensitive; a rule names it."""
    copy = tmp_path / "spec" / "example"
    shutil.copytree(find("example"), copy)
    lists = copy / "vocabularies.yaml"
    lists.write_text(
        lists.read_text("utf-8").replace("code: YOU,", "code: YOU, sensitive: true,"), "utf-8"
    )
    with (copy / "rules.yaml").open("a", encoding="utf-8") as rules:
        rules.write(RULE)
    return copy


@pytest.fixture
def spec(folder: Path) -> Spec:
    return load(folder)


def said_in(data: bytes) -> str:
    """Everything that is written anywhere in a workbook."""
    with ZipFile(BytesIO(data)) as parts:
        return "\n".join(parts.read(name).decode("utf-8", "replace") for name in parts.namelist())


def holds(data: bytes) -> bool:
    """Whether a workbook of the example names what is sensitive, or has its code."""
    return bool(re.search(rf"{WORD}|Jeunes|\b{CODE}\b", said_in(data)))


def round_of(folder: Path, name: str = "2026-H1", *more: str) -> Path:
    """A round of two teams, of which one is spared."""
    teams = folder.parent / "teams.csv"
    teams.write_text(
        "team,country,language,sensitive\nKarachi,PAK,en,Leave out\nRabat,MAR,en,\n", "utf-8"
    )
    round_ = folder.parent / name
    ran("round", "init", round_, "--spec", folder, "--teams", teams)
    ran("generate", round_, "--today", TODAY, *more)
    return round_


def type_in(path: Path, cells: dict[str, object]) -> None:
    """Type into cells of the first tool sheet."""
    book = openpyxl.load_workbook(path)
    for cell, value in cells.items():
        book["Plan"][cell] = value
    book.save(path)


def cells_of(where: Path, field: str, row: str = "1") -> list[str]:
    """The cells of a question of the plan."""
    layout = build(load(where), "en")
    return [cell.address for cell in layout.cells_of["PLAN", row, field]]


# it stands nowhere


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_is_left_out_stands_nowhere_in_the_workbook(spec: Spec, language: str) -> None:
    order = Order("PAK", TODAY, "PAK", language)
    assert holds(generate(spec, order))
    assert not holds(generate(spec, Order("PAK", TODAY, "PAK", language, leave_out=True)))


@pytest.mark.deep
def test_nor_in_that_of_the_toolkit_with_its_library_glossary_and_guides() -> None:
    toolkit = load("hrge_toolkit")
    for language in ("en", "ar"):
        issued = generate(toolkit, Order("PAK", TODAY, "PAK", language, leave_out=True))
        assert not NAMED.search(said_in(issued))


@pytest.mark.parametrize("language", load("hrge_toolkit").languages)
def test_nor_in_any_text_of_the_toolkit_in_any_language(language: str) -> None:
    def said(of: Spec) -> Iterator[str]:
        for path, text in texts(
            (of.tools, of.rules, {name: each.items for name, each in of.vocabularies.items()})
        ):
            if NAMED.search(text.say(language)):
                yield f"{path}: {text.say(language)}"

    toolkit = load("hrge_toolkit")
    assert list(said(toolkit))
    assert list(said(without_sensitive(toolkit))) == []


def test_a_row_with_it_stays_and_loses_that_code(spec: Spec) -> None:
    toolkit = without_sensitive(load("hrge_toolkit"))
    rows = {item.code: item for item in toolkit.tool["LIBRARY"].items}
    assert rows["LIB-LA-03"].values["LIB_GRP"] == "MEN"
    assert "SOGIESC" not in {item.code for item in toolkit.tool["GLOSSARY"].items}


# it is chosen by team, or for a workbook alone


def test_the_list_of_a_round_says_for_which_teams(folder: Path) -> None:
    issued = round_of(folder) / "issued"
    assert not holds((issued / "Karachi_en.xlsx").read_bytes())
    assert holds((issued / "Rabat_en.xlsx").read_bytes())


def test_nothing_but_leave_out_is_understood(folder: Path) -> None:
    teams = folder.parent / "teams.csv"
    teams.write_text("team,sensitive\nKarachi,yes\n", "utf-8")
    said = ran("round", "init", folder.parent / "r", "--spec", folder, "--teams", teams, code=3)
    assert (
        "line 2: 'yes' says nothing here. Write 'leave out', or leave the cell blank." in said.err
    )


def test_a_spec_without_anything_sensitive_has_nothing_to_leave_out(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="example marks nothing as sensitive"):
        choose(load("example"), leave_out=True)
    teams = tmp_path / "teams.csv"
    teams.write_text("team,sensitive\nKarachi,leave out\n", "utf-8")
    said = ran("round", "init", tmp_path / "r", "--spec", "example", "--teams", teams, code=3)
    assert "example marks nothing as sensitive" in said.err


def test_by_an_option_where_there_is_no_round(folder: Path, tmp_path: Path) -> None:
    ran("generate", folder, "--country", "PAK", "--leave-out-sensitive", "-o", tmp_path / "out")
    (issued,) = (tmp_path / "out").glob("*.xlsx")
    assert not holds(issued.read_bytes())
    said = ran("generate", round_of(folder), "--leave-out-sensitive", code=2)
    assert "Write `sensitive: leave out` for the team in" in said.err


def test_a_team_is_added_so(folder: Path) -> None:
    round_ = round_of(folder)
    how = ("--sensitive", "leave out", "--reason", "Asked.", "--by", "Office", "--yes")
    ran("round", "add-team", round_, "Osh", "--country", "IRQ", *how)
    ran("generate", round_, "--today", TODAY)
    assert not holds((round_ / "issued" / "Osh_en.xlsx").read_bytes())


def test_a_team_that_takes_another_one_over_is_spared_too(folder: Path) -> None:
    round_ = round_of(folder)
    how = ("--reason", "One office.", "--by", "Office", "--yes")
    told = ran("round", "merge-teams", round_, "Karachi", "--into", "Rabat", *how)
    assert "What is sensitive is left out for Rabat now, as it was for Karachi" in told.out
    ran("generate", round_, "--today", TODAY)
    assert not holds((round_ / "issued" / "Rabat_en.xlsx").read_bytes())


def test_a_team_that_is_to_be_spared_now_gets_another_workbook(folder: Path) -> None:
    round_ = round_of(folder)
    again = ran("generate", round_, "--today", TODAY)
    assert not again.out
    text = (round_ / "round.yaml").read_text("utf-8")
    assert text.count("sensitive: leave out") == 1
    changed = text.replace("country: MAR", "country: MAR\n  sensitive: leave out")
    (round_ / "round.yaml").write_text(changed, "utf-8")
    assert "Rabat_en.xlsx" in ran("generate", round_, "--today", TODAY).out
    assert not holds((round_ / "issued" / "Rabat_en.xlsx").read_bytes())


# what comes back


def test_the_stamp_says_it_and_only_then(spec: Spec) -> None:
    spared = generate(spec, Order("PAK", TODAY, "PAK", leave_out=True))
    stamp, usual = stamp_alone(spared), stamp_alone(generate(spec, Order("PAK", TODAY, "PAK")))
    assert stamp is not None
    assert usual is not None
    assert (stamp.lists, usual.lists) == ("short", "")
    assert "sensitive" not in said_in(spared)


@pytest.mark.parametrize("written", telling([WORD, CODE, "Jeunes", " young  PEOPLE"], CODE))
def test_who_writes_it_all_the_same_is_understood_and_counts(folder: Path, written: str) -> None:
    round_ = round_of(folder)
    returned = round_ / "returned" / "Karachi.xlsx"
    shutil.copy(round_ / "issued" / "Karachi_en.xlsx", returned)
    type_in(returned, {cells_of(folder, "PLN_13")[0]: written})
    report = json.loads(
        ran("validate", returned, "--spec", round_, "--json", "--today", TODAY, code=None).out
    )
    found = {(finding["code"], finding["field"]) for finding in report["files"][0]["findings"]}
    assert not {("V002", "PLN_13"), ("V001", "PLN_13")} & found
    assert ("R-Y1", "PLN_12") in found
    ran("consolidate", round_, "--today", TODAY)
    exported = ran("export", round_, "--table", "answers").out
    assert re.search(rf"PLN_13.*\b{CODE}\b", exported)


@pytest.mark.deep
def test_feedback_keeps_the_choice_and_what_the_team_wrote(folder: Path) -> None:
    round_ = round_of(folder)
    returned = round_ / "returned" / "Karachi.xlsx"
    shutil.copy(round_ / "issued" / "Karachi_en.xlsx", returned)
    first, second, _ = cells_of(folder, "PLN_13")
    type_in(returned, {first: "Jeunes", second: "Women"})
    ran("consolidate", round_, "--today", TODAY)
    ran("feedback", round_, "-o", folder.parent / "back", "--today", TODAY, code=None)
    (given_back,) = (folder.parent / "back").glob("*.xlsx")
    sheet = openpyxl.load_workbook(given_back)["Plan"]
    assert (sheet[first].value, sheet[second].value) == ("Jeunes", "Women")
    assert not re.search(rf"{WORD}|\b{CODE}\b", said_in(given_back.read_bytes()))
    stamp = stamp_alone(given_back.read_bytes())
    assert stamp is not None
    assert stamp.lists == "short"


def test_a_team_is_spared_it_in_feedback_too_once_the_round_says_so(folder: Path) -> None:
    round_ = round_of(folder)
    shutil.copy(round_ / "issued" / "Rabat_en.xlsx", round_ / "returned" / "Rabat.xlsx")
    type_in(round_ / "returned" / "Rabat.xlsx", {cells_of(folder, "PLN_13")[0]: "Women"})
    text = (round_ / "round.yaml").read_text("utf-8")
    (round_ / "round.yaml").write_text(
        text.replace("country: MAR", "country: MAR\n  sensitive: leave out"), "utf-8"
    )
    ran("consolidate", round_, "--today", TODAY)
    ran("feedback", round_, "-o", folder.parent / "back", "--today", TODAY, code=None)
    (given_back,) = (folder.parent / "back").glob("*.xlsx")
    assert not holds(given_back.read_bytes())


def test_the_next_round_goes_on_without_it_and_says_so(folder: Path) -> None:
    round_ = round_of(folder)
    given: Answers = answers("WS", 10.0, 1.0) | {("PLAN", "1", "PLN_13"): ("YOU", "WOM")}
    key = (round_ / "signing.key").read_bytes()
    order = Order("Rabat", TODAY, "MAR", "en", round="2026-H1", answers=given, key=key)
    (round_ / "returned" / "Rabat.xlsx").write_bytes(generate(load(folder), order))
    ran("consolidate", round_, "--today", TODAY)
    teams = folder.parent / "teams.csv"
    teams.write_text("team,country,language,sensitive\nRabat,MAR,en,leave out\n", "utf-8")
    later = folder.parent / "2026-H2"
    ran("round", "init", later, "--spec", folder, "--teams", teams)
    said = ran("generate", later, "--from", round_, "--today", TODAY)
    assert "answers without a place in the new workbook: 1" in said.err
    issued = later / "issued" / "Rabat_en.xlsx"
    first, second, _ = cells_of(folder, "PLN_13")
    sheet = openpyxl.load_workbook(issued)["Plan"]
    assert (sheet[first].value, sheet[second].value) == ("Women", None)
    assert not holds(issued.read_bytes())


@pytest.mark.office
def test_sheet_and_reader_say_the_same_of_it(spec: Spec, office: object, tmp_path: Path) -> None:
    where = build(without_sensitive(spec), "en")
    first = where.cells_of["PLAN", "1", "PLN_13"][0]
    risk = where.cells_of["R1", "K-01", "RSK_02"][0]
    cells = {(first.sheet, first.address): WORD, (risk.sheet, risk.address): "Women"}
    order = Order("TEST", TODAY, leave_out=True)
    saved = recalculated(where, cells, tmp_path, office, order)
    want = ExpectedReturn(spec.folder)
    assert list(of_results(saved, where, want)) == []
    lines = disagreements(saved, where, want)
    assert [
        line for line in lines if "PLN_12" not in line
    ] == []  # which the rule is about that the sheet cannot see


# a spec that cannot leave it out says so


@pytest.mark.parametrize(
    ("file", "before", "after", "said"),
    [
        (
            "vocabularies.yaml",
            "{code: 1, label: {en: Rare",
            "{code: 1, sensitive: true, label: {en: Rare",
            "'LIKELIHOOD' is a scale",
        ),
        (
            "vocabularies.yaml",
            "{code: PAK,",
            "{code: PAK, sensitive: true,",
            "the list of countries",
        ),
        (
            "tools/plan.yaml",
            "en: At most 40 words.",
            "en: How young people are reached.",
            "The text names 'Young people'",
        ),
    ],
)
def test_what_cannot_be_left_out_is_a_mistake(
    folder: Path, file: str, before: str, after: str, said: str
) -> None:
    path = folder / file
    path.write_text(path.read_text("utf-8").replace(before, after), "utf-8")
    assert said in ran("spec", "check", folder, code=3).err
