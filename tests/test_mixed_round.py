"""One round, teams of nine languages: the same codes and figures; each team is addressed in its own, the office too."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from hrge_xl import load_round
from tests.command_line import hrge, ran
from tests.databases import queried
from tests.face import direction, guide_name, translator
from tests.fixture_types import Folders
from tests.telling import telling
from tests.test_translations import SPOKEN, TOOLKIT

pytestmark = [
    pytest.mark.xdist_group("mixed_round"),
    pytest.mark.deep,
]  # what its fixture plays is played once
LANGUAGES = ("en", *SPOKEN)
DAY = ("--today", "2026-06-30")
CODES = ("PAK", "AFG", "IRQ", "MAR", "MLI", "EGY", "IRN", "NPL", "NER", "TJK")
MISSING = "{label}: the answer is missing."


@pytest.fixture(scope="module")
def round_(tmp_path_factory: Folders) -> Path:
    """Give a round in which every team sends its workbook back as it was issued."""
    home = tmp_path_factory.mktemp("mixed")
    lines = [
        f"{code},{code},{language},T1.1" for code, language in zip(CODES, LANGUAGES, strict=True)
    ]
    (home / "teams.csv").write_text(
        "team,country,language,tools\n" + "\n".join(lines), encoding="utf-8"
    )
    folder = home / "round"
    assert (
        hrge("round", "init", folder, "--spec", "hrge_toolkit", "--teams", home / "teams.csv") == 0
    )
    assert hrge("generate", folder, "--allow-draft", *DAY) == 0
    for path in (folder / "issued").glob("*.xlsx"):
        (folder / "returned" / path.name).write_bytes(path.read_bytes())
    assert hrge("consolidate", folder, "-o", folder, *DAY) in (0, 1)
    return folder


def test_codes_and_figures_are_the_same_in_every_language(round_: Path) -> None:
    found = queried(round_, "SELECT team, code, tool, row_code, field, cell, message FROM findings")
    by_team = {code: sorted(row[1:] for row in found if row[0] == code) for code in CODES}
    assert len(by_team["PAK"]) > 10
    assert all(rows == by_team["PAK"] for rows in by_team.values())


@pytest.mark.parametrize("language", telling(["en", "fr", "ur"], "ur"))
def test_the_office_reads_all_of_it_in_its_own(round_: Path, language: str) -> None:
    files = json.loads(
        ran("validate", round_, "--json", "--language", language, *DAY, code=None).out
    )["files"]
    missing = [each for file in files for each in file["findings"] if each["code"] == "V001"]
    say = translator(language)
    assert {file["identity"]["language"] for file in files} == {*LANGUAGES}
    for each in missing:
        assert each["message"] == say(MISSING).format(label=each["label"])
        assert each["label"].endswith(
            TOOLKIT.tool[each["tool"]].fields[each["field"]].label.say(language)
        )


def test_each_team_is_addressed_in_its_own(round_: Path, tmp_path: Path) -> None:
    assert hrge("feedback", round_, "-o", tmp_path, *DAY) in (0, 1)
    teams = {team.code: team.language for team in load_round(round_).teams}
    for code, language in teams.items():
        (text,) = tmp_path.rglob(f"{code}*.txt")
        assert text.read_text(encoding="utf-8").startswith(
            translator(language)("Dear colleagues,")
        ), language
        (path,) = tmp_path.rglob(f"{code}*.xlsx")
        book = openpyxl.load_workbook(path, read_only=True)
        assert translator(language)("Cover") in book.sheetnames


def test_the_guide_goes_out_in_each_language(round_: Path) -> None:
    issued = round_ / "issued"
    assert {path.name for path in issued.glob("*.html")} == {
        guide_name(language) for language in LANGUAGES
    }
    for language in LANGUAGES:
        page = (issued / guide_name(language)).read_text(encoding="utf-8")
        assert f'dir="{direction(language)}"' in page
        assert "http" not in page
        assert "<h2>" in page
