"""A reference is the row that it means, however its code is written; what means no row is none."""

from __future__ import annotations

import pytest

from hrge_xl import ExpectedReturn
from tests.answers import TODAY, layout
from tests.face import CellValue, Field, Layout, Reading, Submission, vocabularies
from tests.raw_workbook import draw, put, sheet_of, text
from tests.read_and_check import check, read_raw

TOOLS = ("T4.A", "T4.B", "T4.C")
VALUES = "T4.C"
CITES = VALUES, "V-01", "T4C_01"
WORDS = " Persons identified"


def field(where: Layout) -> Field:
    return where.slots[CITES].field


def reading(written: str, where: Layout) -> Reading:
    lists = vocabularies(where.spec, where.language, where.row_codes)
    return field(where).type.read(field(where), CellValue(written), lists)


@pytest.mark.parametrize("written", ["IND-03", "IND-03" + WORDS, "  IND-03  other words", "IND-03 - a dash"])
def test_its_own_spelling_is_nothing_to_note(written: str) -> None:
    assert reading(written, layout("hrge_toolkit")) == Reading(code="IND-03")


@pytest.mark.parametrize(
    "head",
    [
        "ind-03", "Ind-03", "IND‐03", "IND‑03", "IND–03", "IND—03", "IND−03", "IND－03", "ＩＮＤ-０３", "IND-٠٣",
        "IND-०३", "IND - 03", "IND- 03", "ind -03", "IND-03:", "IND-03.", "IND-03,", "IND-03)", "\u200eIND-03",
        "IND-03\u00a0–",
    ],
)  # fmt: skip
def test_other_spellings_are_the_same_row(head: str) -> None:
    for written in (head, head + WORDS):
        assert reading(written, layout("hrge_toolkit")) == Reading(code="IND-03", notes=("V102",))


@pytest.mark.parametrize(
    "written", ["IND-3", "IND-033", "IND 03", "XIND-03", "03", "Persons identified", "IND-03b"]
)
def test_nothing_is_guessed(written: str) -> None:
    found = reading(written, layout("hrge_toolkit"))
    assert found.code not in layout("hrge_toolkit").row_codes["T4.B"]
    assert found.notes == ()


@pytest.mark.parametrize("tools", [TOOLS, (VALUES,)], ids=["issued", "its target not issued"])
def test_one_row_stays_one(tools: tuple[str, ...]) -> None:
    """Two values of one indicator, written in two ways, are of one indicator."""
    where = layout("hrge_toolkit", tools=tools)
    about = {("T4.B", "IND-03", "T4B_03"): "Persons"} if "T4.B" in tools else {}
    workbook = draw(where, about | {CITES: "IND-03"})
    place = where.slots[VALUES, "V-02", "T4C_01"].cells[0]
    put(sheet_of(workbook, VALUES), *place, text("ind-03 persons identified"))
    read = read_raw(workbook, path="a.xlsx", want=ExpectedReturn("hrge_toolkit"))
    assert isinstance(read, Submission)
    assert {each.code for each in read.answers if each.field == "T4C_01"} == {"IND-03"}
    findings = check([(read, where)], today=TODAY)[0].findings
    assert [each.row for each in findings if each.code == "V102"] == ["V-02"]
    assert not [each for each in findings if each.code == "V016"]
