"""What an answer has to be is said once: prompt, stop alert, status cell and finding say the same of a field."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.datavalidation import DataValidation

from tests.answers import layout, spec
from tests.broken_specs import damage
from tests.face import (
    CATALOGUE,
    PROMPT_LIMIT,
    TITLE_LIMIT,
    Kind,
    cell_length,
    instruction_for,
    kind_called,
)
from tests.in_words import in_words
from tests.made_workbooks import EVERY_SPEC, made, opened
from tests.test_checks import changed, plan
from tests.test_spec_options import issued

NOT_A_WHOLE_NUMBER = kind_called("not-a-whole-number")
OUT_OF_RANGE = kind_called("out-of-range")
TEXT_TOO_LONG = kind_called("text-too-long")
TOO_MANY_WORDS = kind_called("too-many-words")

pytestmark = pytest.mark.xdist_group("drawn")  # workbooks are drawn and opened once
Rules = dict[tuple[str, str, str], DataValidation]  # by tool, row and field


def rules(name: str, language: str) -> Rules:
    """The rule of entry at the first cell of every answer of a blank workbook."""
    book, where = opened(made(name, language, "blank")), layout(name, language)
    found: Rules = {}
    for sheet in where.sheets:
        at = {
            (row, column): rule
            for rule in book[sheet.name].data_validations.dataValidation
            for area in rule.sqref.ranges
            for row, column in area.cells
        }
        for slot in sheet.slots:
            rule = at.get((slot.cells[0].row, slot.cells[0].column))
            if rule is not None and not slot.field.calculated:
                found[slot.key] = rule
    return found


def flat(text: str | None) -> str:
    return " ".join((text or "").split())


@EVERY_SPEC
def test_a_prompt_has_the_label_of_its_question_as_title(name: str, language: str) -> None:
    where, shortened = layout(name, language), 0
    for key, rule in rules(name, language).items():
        if not rule.prompt:
            continue
        label = flat(where.slots[key].field.label.say(language))
        assert cell_length(rule.promptTitle) <= TITLE_LIMIT
        if rule.promptTitle != label:
            kept = rule.promptTitle.removesuffix("…")
            assert label.startswith(kept)
            assert label[len(kept)] in " ,;:"
            shortened += 1
    assert (shortened > 0) is (name == "hrge_toolkit")


def test_a_prompt_has_as_much_as_excel_takes(copy: Path) -> None:
    smileys = "😀" * 120
    answer = "type: choice, vocabulary: RESPONSE,"
    damage(copy, "tools/risks.yaml", answer, f"{answer} help: {smileys},")
    sheet = openpyxl.load_workbook(BytesIO(issued(copy)))["Risks"]
    prompts = [str(rule.prompt or "") for rule in sheet.data_validations.dataValidation]
    assert smileys in prompts
    assert all(cell_length(prompt) <= PROMPT_LIMIT for prompt in prompts)


@EVERY_SPEC
def test_a_prompt_says_nothing_twice(name: str, language: str) -> None:
    for key, rule in rules(name, language).items():
        sentences = [each.strip() for each in flat(rule.prompt).split(".") if each.strip()]
        assert len(sentences) == len(set(sentences)), key


@EVERY_SPEC
def test_status_cell_and_stop_alert_say_the_same(name: str, language: str) -> None:
    """Whatever a sheet refuses and its check finds in what was pasted all the same."""
    where, compared = layout(name, language), set[Kind]()
    kinds = (NOT_A_WHOLE_NUMBER, OUT_OF_RANGE, TEXT_TOO_LONG)
    for key, rule in rules(name, language).items():
        field = where.slots[key].field
        for kind in kinds:
            if (kind.code, field.code) in where.messages.index:
                number = where.messages.index[kind.code, field.code]
                said = where.messages.entries[number - 1].text
                assert flat(said) in flat(rule.error)
                assert said == instruction_for(kind, field, language)
                compared.add(kind)
    assert compared == set(kinds)


WRONG = {
    "01": "x" * 21,
    "03": "word " * 41,
    "04": date(1950, 1, 1),
    "06": 600,
    "08": -1,
    "09": 1.5,
    "10": 1990,
}


@pytest.mark.parametrize("number", WRONG)
def test_status_cell_and_finding_say_the_same(number: str) -> None:
    where, field = layout("example"), f"PLN_{number}"
    (finding, *_) = changed(also={plan(number): WRONG[number], plan("14"): None}).findings
    message = where.messages.entries[where.messages.index[finding.code, field] - 1]
    assert (finding.field, in_words(finding).remedy) == (field, message.text)
    assert in_words(finding).remedy != CATALOGUE[finding.code].remedy


def test_every_limit_is_named_with_its_figure() -> None:
    fields = {field.code: field for _, _, field in spec("example").places()}
    said = {
        (kind, code): instruction_for(kind, fields[code], "en")
        for kind, code in (
            (TOO_MANY_WORDS, "PLN_03"),
            (TEXT_TOO_LONG, "PLN_01"),
            (TEXT_TOO_LONG, "PLN_03"),
        )
    }
    assert list(said.values()) == [
        "Shorten the text to at most 40 words.",
        "Shorten the text to at most 20 characters.",
        "Shorten the text to at most 32767 characters.",
    ]
