"""The damage suite: whatever is done to a correct return, exactly the expected findings and verdict come out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
import yaml

from hrge_xl import ExpectedReturn, Result, ValidationRequest, validate
from hrge_xl.reader.worker import Reason
from tests.damage import (
    ANSWERS,
    EXAMPLE,
    RETURNS,
    TABLE,
    TODAY,
    TOOLKIT,
    WANTED,
    Damage,
    Place,
    called,
    filled,
    places,
)
from tests.face import CATALOGUE, REFUSED, Died
from tests.in_words import in_words
from tests.office.driver import Office

HERE = Path(__file__).parent
Found = dict[str, Result]
# what leaves every answer where it is found
KEPT = {
    key: value for key, value in ANSWERS.items() if key[2] != "PLN_12"
}  # some type another text there
HARMLESS = {
    f"S0{n:02}" for n in (2, 3, 6, 7, 8, 9, 11, 12, 14, 15, 16, 17, 18, 20, 21, 35, 36, 37, 38, 39)
}


def run(damages: Sequence[Damage], wanted: ExpectedReturn, folder: Path) -> Found:
    """Every damaged file validated, all in one run, by name of the damage."""
    paths = []
    for number, damage in enumerate(damages):
        home = folder / f"{number:03}"
        home.mkdir(exist_ok=True)
        path = home / (damage.file or "return.xlsx")
        path.write_bytes(damage.make())
        paths.append(path)
    results = [*validate(paths, ValidationRequest(wanted, TODAY, jobs=2))]
    assert [Path(result.path) for result in results] == paths
    assert unfinished(results) == []
    return {damage.name: result for damage, result in zip(damages, results, strict=True)}


def unfinished(results: Iterable[Result]) -> list[str]:
    """Messages and remedies in which a placeholder had nothing to say."""
    words = (in_words(each, result) for result in results for each in result.findings)
    texts = (text for each in words for text in (each.message, each.remedy))
    return [text for text in texts if re.search(r"“”| [(] *[)]|^[:;,.]| $", text)]


def seen(result: Result) -> tuple[list[Place], str]:
    """What was found in a file, and what became of it."""
    places = [(finding.code, finding.sheet, finding.cell) for finding in result.findings]
    return sorted(places, key=str), result.verdict


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """What is found in all damaged example workbooks."""
    return run(EXAMPLE, WANTED, tmp_path_factory.mktemp("example"))


@pytest.fixture(scope="module")
def toolkit(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """The same of the damaged Toolkit workbooks."""
    return run(TOOLKIT, ExpectedReturn(), tmp_path_factory.mktemp("toolkit"))


def expected(damage: Damage) -> tuple[list[Place], str]:
    return sorted(damage.expected, key=str), damage.verdict


@pytest.mark.xdist_group("damage")
@pytest.mark.parametrize("damage", EXAMPLE, ids=lambda each: each.name)
def test_damage_to_a_small_workbook(damage: Damage, example: Found) -> None:
    assert seen(example[damage.name]) == expected(damage)
    if {code for code, _, _ in damage.expected} <= HARMLESS and damage.verdict != REFUSED:
        read = example[damage.name].submission
        assert read is not None
        assert {key: value for key, value in read.values().items() if key in KEPT} == KEPT


@pytest.mark.deep
@pytest.mark.xdist_group("damage")
@pytest.mark.parametrize("damages", [EXAMPLE, TOOLKIT], ids=["example", "toolkit"])
def test_the_same_process_finds_the_same_again(
    damages: Sequence[Damage], example: Found, toolkit: Found, tmp_path: Path
) -> None:
    before, wanted = (example, WANTED) if damages is EXAMPLE else (toolkit, ExpectedReturn())
    again = run(damages, wanted, tmp_path)
    assert [*map(seen, again.values())] == [*map(seen, before.values())]


@pytest.mark.xdist_group("damage")
@pytest.mark.parametrize("damage", TOOLKIT, ids=lambda each: each.name)
def test_damage_to_the_toolkit(damage: Damage, toolkit: Found) -> None:
    assert seen(toolkit[damage.name]) == expected(damage)


@pytest.mark.deep
def test_damage_done_in_libreoffice(office: Office, tmp_path: Path) -> None:
    issued, acts = tmp_path / "issued.xlsx", TABLE["office"]
    issued.write_bytes(filled())
    paths = []
    for number, (_, _, *entries) in enumerate(acts.values()):
        steps = [called(entry) for entry in entries]
        suffix = steps.pop()[1][0] if steps and steps[-1][0] == "suffix" else "xlsx"
        paths.append(tmp_path / f"{number}.{suffix}")
        with office.open(issued) as document:
            for name, words, named in steps:
                getattr(document, name)(*words, **named)
            document.save_as(paths[-1])
    results = [*validate(paths, ValidationRequest(WANTED, TODAY, jobs=2))]
    found = {name: seen(result) for name, result in zip(acts, results, strict=True)}
    assert found == {
        name: (places(expected), verdict) for name, (verdict, expected, *_) in acts.items()
    }


def test_every_kind_has_a_name_of_its_own() -> None:
    names = [each.name for each in (*EXAMPLE, *TOOLKIT)]
    assert len(names) == len(set(names)) >= 60


@pytest.mark.parametrize(
    ("reason", "code"),
    [("time", "F060"), ("memory", "F061"), ("crash", "F062"), ("exception", "F063")],
)
def test_a_dead_reader_is_a_finding(reason: Reason, code: str) -> None:
    assert Died(reason, "ValueError").observation.code == code
    assert CATALOGUE[code].refuses


def test_every_code_is_tested_somewhere() -> None:
    text = "\n".join(
        path.read_text(encoding="utf-8") for kind in ("*.py", "*.yaml") for path in HERE.rglob(kind)
    )
    named = {
        *re.findall(r"\b[A-Z][A-Z0-9_]+\b", text),
        *re.findall(r'kind_called\("([a-z-]+)"\)', text),
    }
    words = {
        code: {code, kind.name, kind.name.upper().replace("-", "_")}
        for code, kind in CATALOGUE.items()
    }
    assert [code for code, some in words.items() if not some & named] == []


# the kept returns: every planted mistake is found at its cell with its code, and nothing else is

ASKED = ValidationRequest(ExpectedReturn(), TODAY)


@pytest.mark.parametrize("name", sorted(file.stem for file in RETURNS.glob("*.yaml")))
def test_what_was_planted_is_found_and_nothing_else(name: str) -> None:
    expected = yaml.safe_load((RETURNS / f"{name}.yaml").read_text(encoding="utf-8"))
    path = RETURNS / f"{name}.xlsx"
    for _ in range(2):  # the second file of a process is checked like the first
        (result,) = validate([path], ASKED)
        found = sorted(
            f"{f.code} {f.sheet}!{f.cell}" if f.cell else f"{f.code} {f.sheet}"
            for f in result.findings
        )
        assert found == sorted(expected["findings"] or [])
        assert result.verdict == expected["verdict"]


def test_every_kept_return_has_its_expectation() -> None:
    assert {file.stem for file in RETURNS.glob("*.xlsx")} == {
        file.stem for file in RETURNS.glob("*.yaml")
    }
    assert len(list(RETURNS.glob("*.xlsx"))) >= 6


def test_kept_returns_are_issued_by_the_program_of_today() -> None:
    """Else what they show is not compared; after a change of the sheets `python -m tests.returns.make` makes them."""
    results = [*validate(sorted(RETURNS.glob("*.xlsx")), ASKED)]
    assert not [result.path for result in results if "S028" in result.submission.not_run]


def test_a_dropdown_that_is_lost_at_the_end_of_a_column_is_told(tmp_path: Path) -> None:
    """Somebody pasted over the last cells of it."""
    book = openpyxl.load_workbook(BytesIO(filled()))
    rules = book["Risks"].data_validations.dataValidation
    (rule,) = [rule for rule in rules if str(rule.sqref) == "I7:I14"]
    rule.sqref = "I7:I12"
    book.save(tmp_path / "PAK.xlsx")
    (result,) = validate([tmp_path / "PAK.xlsx"], ValidationRequest(WANTED, TODAY))
    (found,) = [finding for finding in result.findings if finding.code == "S011"]
    assert (found.cell, found.details["cells"]) == ("I13", "I13:I14")
