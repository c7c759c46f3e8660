"""Findings in the language of whoever reads them: the same codes and places, other words."""

from __future__ import annotations

import copy
import csv
import json
import sqlite3
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from hrge_xl import Order, generate, load, validate
from hrge_xl.cli import run
from hrge_xl.layout.wording import Wording
from tests.audited import DAY, TODAY, returned, workbook
from tests.build_submission import submission
from tests.face import (
    DATASET,
    Answers,
    Finding,
    Layout,
    build,
    kind_called,
    message_templates,
    translator,
)
from tests.made_specs import SPECS, write
from tests.read_and_check import check
from tests.telling import telling
from tests.test_checks import CLEAN, plan, risk
from tests.test_damage import ASKED, RETURNS

UNKNOWN_TEAM = kind_called("unknown-team")

EXAMPLE = load("example")
WORDING = Wording(EXAMPLE)
FILE = "x.xlsx"
WRONG = {
    plan("04"): None,
    plan("06"): 5000,
    plan("07"): "many",
    plan("03"): "word " * 200,
    plan("02"): "pakistan ",
    risk("03"): 3,
    risk("04"): 3,
    risk("06"): "ACC",
    risk("01"): None,
    risk("08"): "C9_99",
}


def checked(layout: Layout) -> list[Finding]:
    """What is found in one and the same return with mistakes, in the words of its team."""
    values = {key: value for key, value in (CLEAN | WRONG).items() if value is not None}
    return check([(submission(layout, values), layout)], today=TODAY)[0].findings


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_words_are_those_that_the_check_itself_would_have_said(language: str) -> None:
    own, others = checked(build(EXAMPLE, "en")), checked(build(EXAMPLE, language))
    assert len(own) > 5
    for here, there in zip(own, others, strict=True):
        again, own_words = WORDING.words(here, language, FILE), WORDING.words(there, language, FILE)
        assert (here.code, again.label, again.remedy) == (
            there.code,
            own_words.label,
            own_words.remedy,
        )
        if here.value == there.value:  # else the cell itself shows the label of another language
            assert again.message == own_words.message


def test_nothing_is_lost_on_the_way_through_another_language() -> None:
    """Over everything that the kept returns bring; what their cells show is quoted as it is."""
    results = validate(sorted(RETURNS.glob("*.xlsx")), ASKED)
    found = [
        (result, each)
        for result in results
        for each in result.findings
        if result.layout is not None
    ]
    assert len({each.code for _, each in found}) > 15
    for result, each in found:
        assert result.layout is not None
        wording, path = Wording(result.layout.spec), result.path
        here = wording.worded(each, each.language, path)
        there = wording.worded(each, "fr" if each.language == "ar" else "ar", path)
        assert here.words is not None
        assert there.words is not None
        assert there.words.message != here.words.message, each.code
        assert "{" not in there.words.message + there.words.remedy
        assert wording.worded(there, each.language, path) == here


def test_what_cannot_be_read_is_told_to_its_reader_too(tmp_path: Path) -> None:
    path = tmp_path / "page.xlsx"
    path.write_bytes(b"<!doctype html><html><body>Please sign in</body></html>")
    (result,) = validate([path], ASKED)
    (finding,) = result.findings
    assert WORDING.words(finding, "fr", path.name).message == (
        translator("fr")("The file {file} is not a workbook: it is {what}.").format(
            file="page.xlsx", what=translator("fr")("a web page (HTML)")
        )
    )


# where findings are shown


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the returns of three teams, each in its language, each with the same answer missing."""
    folder = tmp_path_factory.mktemp("mixed")
    teams = {"PAK": "en", "MAR": "fr", "EGY": "ar"}
    books = {
        f"{team}.xlsx": workbook(team, whole=False, language=tag) for team, tag in teams.items()
    }
    returned(folder / "returned", books)
    words = ["-o", str(folder / "out"), "--formats", "csv", "--today", DAY]
    assert run(["consolidate", str(folder / "returned"), *words]) == 0
    return folder


def files(capsys: pytest.CaptureFixture[str], *words: str) -> Sequence[dict[str, Any]]:
    """What `validate --json` says of each file."""
    capsys.readouterr()
    run(["validate", *words, "--json", "--today", DAY])
    found: Sequence[dict[str, Any]] = json.loads(capsys.readouterr().out)["files"]
    return found


@pytest.mark.parametrize("language", telling(["en", "fr", "ar"], "ar"))
def test_a_reader_reads_one_language(
    mixed: Path, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    found = files(capsys, str(mixed / "returned"), "--language", language)
    kept = files(capsys, str(mixed / "out"), "--language", language)
    missing = {(each["code"], each["message"]) for file in found for each in file["findings"]}
    label = EXAMPLE.tool["PLAN"].fields["PLN_03"].label.say(language)
    said = translator(language)("{label}: the answer is missing.").format(label=label)
    assert missing == {("V001", said)}
    assert [file["findings"] for file in found] == [file["findings"] for file in kept]


def test_the_terminal_says_it_in_that_language(
    mixed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["validate", str(mixed / "returned"), "--language", "fr", "--today", DAY])
    told = capsys.readouterr().out
    assert told.count("la réponse manque") == 3
    assert "the answer is missing" not in told


def test_tables_have_one_language(mixed: Path) -> None:
    with sqlite3.connect(mixed / "out" / DATASET) as connection:
        (by_sql,) = {row[0] for row in connection.execute("SELECT message FROM findings")}
    with (mixed / "out" / "csv" / "findings.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["message"] for row in rows} == {by_sql}
    assert by_sql.endswith("the answer is missing.")
    assert len(rows) == 3


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_comparing_speaks_to_its_reader(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    one, other = returned(tmp_path, {"1.xlsx": workbook(whole=False), "2.xlsx": workbook()})
    assert run(["compare", str(one), str(other), "--language", language, "--today", DAY]) == 0
    told, say = capsys.readouterr().out, translator(language)
    assert say("Answers changed: {count}.").format(count=1) in told
    assert f"{say('fixed')}: V001" in told
    assert "the answer is missing" not in told


def test_why_a_check_did_not_run_is_said_in_the_words_of_its_rule() -> None:
    toolkit = load("hrge_toolkit")
    wording = Wording(toolkit)
    rules = [rule for rule in toolkit.rules if rule.reader_only]
    assert rules
    for rule in rules:
        said = wording.reason(rule.code, rule.reader_only.source, "fr")
        assert said == rule.reader_only.say("fr") != rule.reader_only.source
    assert wording.reason(
        rules[0].code, message_templates.NO_SHEET, "fr"
    ) == message_templates.NO_SHEET.say("fr")


def test_of_a_long_text_that_was_noticed_a_finding_quotes_the_beginning() -> None:
    """A stamp may say anything: the finding, which every report repeats, does not."""
    layout = build(EXAMPLE, "en")
    found = submission(layout, {})
    found.observations = [UNKNOWN_TEAM.at(value="R" * 5_000, found="R" * 5_000)]
    (outcome,) = check([(found, layout)], today=TODAY)
    (noticed,) = (each for each in outcome.findings if each.code == UNKNOWN_TEAM.code)
    assert noticed.value == "R" * 199 + "…"


REMEDY = "Type the number for {F_KIND}, or leave the cell blank and say why."


def remedies(folder: Path, typed: object) -> list[tuple[str, str]]:
    """What is found in a cell of a form, and what is said to do about it."""
    files = copy.deepcopy(SPECS["visits"])
    (beds,) = (
        field
        for block in files["tools/f.yaml"]["blocks"]
        for field in block["fields"]
        if field["code"] == "F_BEDS"
    )
    beds["required"] = {"when": "F_KIND == 'INP'", "remedy": REMEDY}
    spec = load(str(write(files, folder / "spec")))
    answers: Answers = {("F", "1", "F_KIND"): "INP", ("F", "1", "F_BEDS"): 7.0}
    book = openpyxl.load_workbook(BytesIO(generate(spec, Order("TEST", TODAY, answers=answers))))
    (cell,) = (cell for row in book["Form"].iter_rows() for cell in row if cell.value == 7)
    cell.value = typed
    path = folder / "TEST.xlsx"
    book.save(path)
    (result,) = validate([path], spec=spec.folder)
    return [
        (finding.code, Wording(spec).words(finding, "en", path.name).remedy)
        for finding in result.findings
        if finding.field == "F_BEDS"
    ]


@pytest.mark.parametrize(("typed", "code"), [(None, "V001"), ("n/a", "V003"), ("-", "V003")])
def test_where_no_answer_can_be_given_the_spec_says_what_to_do(
    typed: object, code: str, tmp_path: Path
) -> None:
    assert remedies(tmp_path, typed) == [(code, REMEDY.format(F_KIND="With beds"))]


def test_of_an_answer_that_is_there_it_says_nothing(tmp_path: Path) -> None:
    ((code, remedy),) = remedies(tmp_path, 2.5)
    assert code == "V004"
    assert "say why" not in remedy
