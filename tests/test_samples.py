"""The filled sample of each spec and profile: all of it right, marked on every sheet, and never taken for an answer."""

from __future__ import annotations

import shutil
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl import Workbook

from hrge_xl import ExpectedReturn, Order, generate, init_round, load, read
from hrge_xl.core.errors import UsageError
from tests.audited import hrge
from tests.face import (
    PROPERTY_PREFIX,
    SAMPLE_KEY,
    Refusal,
    choose,
    country_codes,
    country_names,
    find,
    identity_of,
    sample_order,
    sample_workbook,
    starting_answers,
    submission,
    submission_of,
    translator,
)
from tests.in_words import in_words
from tests.read_and_check import check
from tests.telling import telling

PROFILES = [
    (name, profile) for name in ("example", "hrge_toolkit") for profile in load(name).profiles
]
TODAY = date(2026, 7, 20)
PILLARS = ("T3.2", "T3.6")  # the risk tables that the sample of the Toolkit uses


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the example spec with its sample."""
    return Path(shutil.copytree(find("example"), tmp_path / "spec"))


def sample(name: str = "example", profile: str = "", language: str = "en") -> bytes:
    spec = load(name)
    return sample_workbook(spec, language, choose(spec, profile, first=True))


def told(data: bytes, at: Path, spec: str | None = None) -> Refusal:
    at.write_bytes(data)
    found = read(at, ExpectedReturn(spec=spec))
    assert isinstance(found, Refusal)
    return found


# what stands in it


@pytest.mark.parametrize(
    ("name", "profile"),
    [
        pytest.param(*each, marks=() if n % 2 else pytest.mark.deep)
        for n, each in enumerate(PROFILES)
    ],
)
def test_nothing_in_a_sample_is_to_be_corrected_or_looked_at(name: str, profile: str) -> None:
    """Whoever changes a spec sees here what no longer fits: `hrge-xl spec check` names the lines."""
    spec = load(name)
    layout, order = sample_order(spec, spec.languages[0], choose(spec, profile, first=True))
    filled = submission_of(layout, starting_answers(layout, order), identity_of(order, layout))
    (outcome,) = check([(filled, layout)], today=order.today, in_sheets=True)
    assert [
        f"{each.tool} {each.row} {each.field}: {in_words(each, spec).message}"
        for each in outcome.findings
    ] == []
    unanswered = [
        key for key, verdict in outcome.verdicts.items() if verdict.required and verdict.code
    ]
    assert unanswered == []


@pytest.mark.parametrize("profile", telling(["quick", "standard", "full"], "full"))
def test_the_sample_of_the_toolkit_shows_what_a_team_would_do(profile: str) -> None:
    spec = load("hrge_toolkit")
    layout, order = sample_order(spec, "en", choose(spec, profile, first=True))
    given = starting_answers(layout, order)
    rows = {tool: {row for each, row, _ in given if each == tool} for tool in layout.sheet}
    assert len(rows["T4.B"]) == len(rows["T4.C"]) == 5
    for tool in PILLARS:
        assert tool not in layout.sheet or len(rows[tool]) >= 5
    assert len(rows["T3.2"]) == (5 if profile == "quick" else 6)
    ticked = {
        row for (tool, row, field), value in given.items() if field == "FRM_26" and value == "Y"
    }
    assert {tool for tool in ticked if not rows[tool]} == set(), "what is ticked is filled in"


def test_free_text_is_said_in_the_language_of_the_workbook() -> None:
    spec = load("example")
    texts = {
        language: sample_order(spec, language, choose(spec))[1].answers["R1", "K-01", "RSK_01"]
        for language in spec.languages
    }
    assert texts["en"] == "Women do not come"
    assert len(set(texts.values())) == 3


# a country that there is not


@pytest.mark.parametrize("name", ["example", "hrge_toolkit"])
def test_its_country_can_never_be_taken_for_a_real_one(name: str) -> None:
    spec = load(name)
    (code,) = spec.made_up_countries
    assert code not in country_names("en")
    assert spec.countries is not None
    assert code not in spec.vocabularies[spec.countries].by_code
    with pytest.raises(UsageError, match="is not a country of"):
        country_codes(spec, ["Examplia"])
    order = Order(
        "PAK", TODAY, "PAK", tools=(spec.tools[-1].code,)
    )  # the lists are those of every workbook
    blank = openpyxl.load_workbook(BytesIO(generate(spec, order)))
    assert "Pakistan" in {cell.value for row in blank["Lists"].iter_rows() for cell in row}
    assert "Examplia" not in {cell.value for row in blank["Lists"].iter_rows() for cell in row}


# marked and refused


@pytest.mark.parametrize("language", telling(["en", "fr", "ar"], "ar"))
def test_every_sheet_that_is_seen_is_marked(language: str) -> None:
    book = openpyxl.load_workbook(BytesIO(sample("example", "", language)))
    word = translator(language)("SAMPLE")
    seen = [sheet for sheet in book if sheet.sheet_state == "visible"]
    assert len(seen) > 4
    for sheet in seen:
        assert str(sheet["B2"].value).startswith(f"{word} · "), sheet.title
        assert sheet["A2"].value == SAMPLE_KEY
        assert word in str(getattr(sheet.oddHeader, "center").text)  # noqa: B009


def test_no_other_workbook_is_marked() -> None:
    book = openpyxl.load_workbook(BytesIO(generate(load("example"), Order("PAK", TODAY, "PAK"))))
    assert all(sheet["A2"].value != SAMPLE_KEY for sheet in book)


@pytest.mark.parametrize("name", ["example", "hrge_toolkit"])
def test_a_sample_that_comes_back_is_refused(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert hrge("generate", name, "--sample", "-o", out) == 0
    assert (out / f"{name}_SAMPLE_en.xlsx").is_file()
    assert hrge("validate", out, "-v") == 4
    said = capsys.readouterr().out
    assert "I016 error" in said
    assert "its stamp says so. Fill in the workbook that was issued to you" in said
    assert ": refused" in said


def without_stamp(data: bytes) -> Workbook:
    book: Any = openpyxl.load_workbook(BytesIO(data))
    book.remove(book["_hrge"])
    for name in [each for each in book.custom_doc_props.names if each.startswith(PROPERTY_PREFIX)]:
        del book.custom_doc_props[name]
    assert isinstance(book, Workbook)
    return book


def saved(book: Workbook) -> bytes:
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_the_marks_are_enough_where_the_stamp_is_lost(tmp_path: Path) -> None:
    found = told(saved(without_stamp(sample())), tmp_path / "a.xlsx")
    assert [each.code for each in found.observations] == ["I016"]
    assert "“Cover” carries its mark" in str(found.observations[0].details["detail"])


def test_a_sheet_of_a_sample_in_a_real_workbook_is_refused_and_named(tmp_path: Path) -> None:
    """Copied as it is, over the sheet of the team: what it says is nobody's."""
    book = openpyxl.load_workbook(BytesIO(generate(load("example"), Order("PAK", TODAY, "PAK"))))
    book["Risks"]["A2"] = SAMPLE_KEY
    found = told(saved(book), tmp_path / "b.xlsx")
    assert [each.code for each in found.observations] == ["I016"]
    assert "“Risks”" in str(found.observations[0].details["detail"])


def test_stamps_from_before_there_were_samples_are_signed_as_they_were() -> None:
    spec = load("example")
    layout, order = sample_order(spec, "en", choose(spec))
    identity = identity_of(order, layout)
    assert b'"sample":"yes"' in submission.canonical(identity)
    plain = identity_of(Order("PAK", TODAY, "PAK"), layout)
    assert b"sample" not in submission.canonical(plain)


# the command


def test_a_sample_says_itself_what_stands_in_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--country", "PAK", "--today", "2026-07-01")
    assert hrge("generate", "example", "--sample", *options, "-o", tmp_path) == 2
    said = capsys.readouterr().err
    assert "--country is not for a sample" in said
    assert "--today is not for a sample" in said
    assert list(tmp_path.iterdir()) == []


def test_a_round_has_no_sample(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "teams.csv").write_text("team,country\nA,PAK\n", encoding="utf-8")
    init_round(tmp_path / "round", "example", tmp_path / "teams.csv")
    assert hrge("generate", tmp_path / "round", "--sample") == 2
    said = capsys.readouterr().err
    assert (
        "--sample is not for a round. A sample is of a spec: hrge-xl generate example --sample"
        in said
    )


def test_a_profile_has_a_file_of_its_own(tmp_path: Path) -> None:
    one = ("generate", "hrge_toolkit", "--sample", "-o", tmp_path)
    assert hrge(*one, "--profile", "quick", "--tools", "3.6") == 0
    (file,) = tmp_path.glob("*.xlsx")
    assert file.name == "hrge_toolkit_SAMPLE_quick_en.xlsx"
    names = openpyxl.load_workbook(file, read_only=True).sheetnames
    assert [name.split()[0] for name in names if name[0].isdigit()] == ["3.6", "4.A", "4.B", "4.C"]


def test_a_spec_without_a_sample_says_so(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copy / "sample.yaml").unlink()
    assert hrge("generate", copy, "--sample", "-o", copy / "out") == 2
    assert "has no sample.yaml" in capsys.readouterr().err


# another intervention


@pytest.mark.parametrize("profile", ["quick", "standard", "full"])
def test_another_sample_comes_where_it_fills_the_risk_table(profile: str) -> None:
    """Smuggling alone, with due diligence: on the form where there is no sheet for it."""
    spec = load("hrge_toolkit")
    layout, order = sample_order(spec, "en", choose(spec, profile, ["3.4"], first=True))
    given = starting_answers(layout, order)
    assert given["FORM", "1", "FRM_09"] == "SOM"
    assert ("T2.5" in layout.sheet) is (profile == "full")
    filled = submission_of(layout, given, identity_of(order, layout))
    (outcome,) = check([(filled, layout)], today=order.today, in_sheets=True)
    assert [each.code for each in outcome.findings] == []
    assert [
        key for key, verdict in outcome.verdicts.items() if verdict.required and verdict.code
    ] == []
    main, whole = (
        sample_order(spec, "en", choose(spec, name, tools, first=True))[1].answers
        for name, tools in (
            ("quick", []),
            ("full", []),
        )
    )
    assert {said["FORM", "1", "FRM_09"] for said in (main, whole)} == {"TIP"}
    assert {"T2.1", "T2.4"} <= {tool for tool, _, _ in whole}
