"""A spec that passes `spec check` works: what would not is found there, at its place in the files."""

from __future__ import annotations

import re
import shutil
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from hrge_xl import Order, generate, load, try_out
from tests.answers import TODAY
from tests.face import IDENTITY_SHEET, KEYS, NAMES, Answers, SpecError, find, measure, spec_smoke_test
from tests.test_cli import run
from tests.test_spec import damage

PLAN, RISKS, CHECKLIST = "tools/plan.yaml", "tools/risks.yaml", "tools/checklist.yaml"
FORMULA = "formula: PLN_08 / PLN_06, decimals: 2"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the example spec to change."""
    return Path(
        shutil.copytree(find("example"), tmp_path / "spec", ignore=shutil.ignore_patterns("sample.yaml"))
    )


def said(folder: Path) -> list[str]:
    """What is said of a spec that is tried out."""
    try:
        try_out(load(folder))
    except SpecError as error:
        return list(error.lines)
    return []


def only(folder: Path) -> str:
    """The one thing that is said."""
    (line,) = said(folder)
    return line


def more_fields(folder: Path, *fields: str) -> None:
    """Add calculated fields to the form."""
    lines = "".join(f"      - {{{field}, label: Calculated}}\n" for field in fields)
    damage(folder, PLAN, "  - kind: checklist ", lines + "  - kind: checklist ")


def calculated(code: str, formula: str) -> str:
    return f'code: {code}, type: calculated, formula: "{formula}"'


# circles


def test_a_formula_that_leads_back_to_itself_over_others(copy: Path) -> None:
    more_fields(
        copy, calculated("SUM_1", "SUM_2 + 1"), calculated("SUM_2", "SUM_3 * 2"), calculated("SUM_3", "SUM_1")
    )
    line = only(copy)
    assert line.startswith("tools/plan.yaml:")
    assert "The formula of SUM_1 leads back to itself: SUM_1 → SUM_2 → SUM_3 → SUM_1." in line


@pytest.mark.parametrize(
    "formula",
    ["sum('R1', RSK_09) + 1", "count_if('R1', RSK_09 > 1)", "1 if any_row('R1', RSK_09 > 1) else 0"],
)
def test_a_formula_over_the_rows_of_its_own_table(copy: Path, formula: str) -> None:
    fields = f'      - {{code: RSK_09, type: calculated, formula: "{formula}", label: Calculated}}\n'
    damage(copy, RISKS, "      - use: follow_up", fields + "      - use: follow_up")
    assert "RSK_09 → RSK_09" in only(copy)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{when: \"PLN_11 == 'Y'\"}", "{when: \"completeness('PLAN') < 1\"}"),
        ("check: not (value > PLN_06)", "check: completeness('PLAN') > 0"),
    ],
)
def test_what_hangs_on_the_completeness_of_its_own_sheet(copy: Path, old: str, new: str) -> None:
    damage(copy, PLAN, old, new)
    line = only(copy)
    assert "the completeness of PLAN → the check of PLN_" in line
    assert re.match(r"tools/plan\.yaml:\d+:\d+: What is required or checked here leads back to itself", line)


def test_a_circle_over_a_rule_and_a_calculated_field(copy: Path) -> None:
    more_fields(copy, calculated("HOW_FULL", "completeness('PLAN')"))
    damage(copy, "rules.yaml", "check: PLN_05 >= PLN_04", "check: HOW_FULL > 0.5")
    assert "HOW_FULL → the completeness of PLAN → the check of PLN_05 → HOW_FULL" in only(copy)


def test_rows_that_are_called_by_a_reference_to_themselves(copy: Path) -> None:
    damage(copy, RISKS, "to: [C1]", "to: [R1]")
    assert said(copy) == []
    line, _ = damage(copy, RISKS, "shows: RSK_01", "shows: RSK_08")
    found = only(copy)
    assert found.startswith(f"{RISKS}:{line}:")
    assert "What rows are called leads back to itself" in found


LOOP = """- code: R-E10
  tool: PLAN
  at: [USE_01]
  check: not (completeness(row_code()) < 0.6)
  message: Less than 60% of the sheet is filled in.
"""


def more_rules(folder: Path, text: str) -> None:
    """Add rules to those of the example."""
    rules = folder / "rules.yaml"
    rules.write_text(rules.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_a_loop_over_the_sheets_is_no_circle_until_one_of_them_asks_for_the_list(copy: Path) -> None:
    more_rules(copy, LOOP)
    assert said(copy) == []
    damage(copy, CHECKLIST, "required: ticked", "required: {when: \"completeness('PLAN') < 1\"}")
    assert "the completeness of PLAN → the check of USE_01 → the completeness of C1" in only(copy)


def test_the_completeness_of_another_sheet_is_no_circle(copy: Path) -> None:
    more_fields(copy, calculated("HOW_FULL", "completeness('C1')"))
    assert said(copy) == []


# names


@pytest.mark.parametrize("code", KEYS)
def test_a_sheet_with_a_code_of_the_program(copy: Path, code: str) -> None:
    for file in (RISKS, "workbook.yaml", "rules.yaml", "figures.yaml", "tools/summary.yaml"):
        path = copy / file
        path.write_text(re.sub(r"\bR1\b", code, path.read_text(encoding="utf-8")), encoding="utf-8")
    assert f"'{code}' cannot be a tool code: one of the program's own sheets has it." in only(copy)


@pytest.mark.parametrize(
    "name", ["Page de garde", "page de Garde", "الغلاف", "Lists", "HISTORY", "_hrge", "_HRGE_last"]
)
@pytest.mark.parametrize("language", ["en: Risks", "fr: Risques"])
def test_a_sheet_named_like_one_of_the_programs_in_any_language(copy: Path, name: str, language: str) -> None:
    damage(copy, RISKS, language, f"{language[:2]}: {name}")
    assert f"'{name}' cannot be a sheet name" in only(copy)


def test_the_names_of_the_programs_sheets_are_those_in_a_workbook() -> None:
    data = generate(load("example"), Order("PAK", TODAY, "PAK"))
    assert {*NAMES[:2], IDENTITY_SHEET} < set(openpyxl.load_workbook(BytesIO(data)).sheetnames)


@pytest.mark.parametrize(
    ("file", "old", "new", "reason"),
    [
        (RISKS, "sheet: {en: Risks", "sheet: {en: PLAN", "differs from 'Plan' in capitals only"),
        (RISKS, "{en: Risks", "{en: 'Risks?'", "Excel forbids"),
        ("vocabularies.yaml", "code: WOM", "code: Men", "differs from 'Men' in capitals only"),
        ("vocabularies.yaml", "ANSWER:", "MY ANSWER:", "'MY ANSWER' cannot be the name of a list"),
        (
            "vocabularies.yaml",
            "ANSWER:",
            "Country: {items: [{code: X, label: X}]}\nANSWER:",
            "differs from 'COUNTRY'",
        ),
        (CHECKLIST, "code: C1_02", "code: 1_02", "'1_02' cannot be a row code"),
        (
            CHECKLIST,
            "code: C1_02, label:",
            "code: C1_0A, label: X}\n      - {code: C1_0a, label:",
            "differs from 'C1_0A'",
        ),
        ("workbook.yaml", "name: example", "name: my/spec", "'my/spec' cannot be the name of a spec"),
    ],
)
def test_names_that_excel_does_not_take(copy: Path, file: str, old: str, new: str, reason: str) -> None:
    line, _ = damage(copy, file, old, new)
    found = [each for each in said(copy) if reason in each]
    assert found, said(copy)
    assert re.match(rf"{file}:({line}|{line + 1}|17|18):", found[0])


# limits of Excel


def _nested() -> str:
    """Give an expression that takes more characters in a formula than Excel takes."""
    nested = "0"
    for step in range(30):
        nested = f"PLN_06 / (PLN_08 + {step}) if PLN_08 / PLN_06 > {step} else ({nested})"
    return nested


def test_a_formula_over_excels_limit_is_found_at_its_place_with_the_excess(copy: Path) -> None:
    nested = _nested()
    line, _ = damage(copy, PLAN, FORMULA, f'formula: "{nested} + 1", decimals: 2')
    found = only(copy)
    assert found.startswith(f"{PLAN}:{line}:"), found
    assert re.search(r"The formula of PLN_14 has [\d,]+ characters, [\d,]+ more than the 8,192", found)
    assert "Calculate a part of it in a calculated field of its own" in found


def test_a_rule_over_excels_limit_is_named_and_not_the_cell(copy: Path) -> None:
    nested = _nested()
    line, _ = damage(copy, "rules.yaml", "check: PLN_05 >= PLN_04", f'check: "({nested}) + 1 > 0"')
    found = only(copy)
    assert found.startswith(f"rules.yaml:{line}:")
    assert "The formula of the check of PLN_05 has" in found
    assert "Split the rule" in found


@pytest.mark.parametrize(
    ("formula", "characters", "nesting", "arguments"),
    [
        ("=IF(A1,SUM(1,2,3),(4))", 22, 2, 3),
        ('="a(b,c"&MAX(1)', 15, 1, 1),
        ("='It(''s'!A1", 12, 0, 0),
    ],
)
def test_how_large_a_formula_is(formula: str, characters: int, nesting: int, arguments: int) -> None:
    found = measure(formula)
    assert (found.characters, found.nesting, found.arguments) == (characters, nesting, arguments)


def test_too_many_functions_within_each_other() -> None:
    assert (
        "65 functions within each other, 1 more than the 64"
        in measure("=" + "ABS(" * 65 + "1" + ")" * 65).excess
    )
    assert measure("=" + "ABS(" * 64 + "1" + ")" * 64).excess == ""


def test_too_many_arguments() -> None:
    assert "256 arguments of one function, 1 more" in measure(f"=SUM({','.join(['1'] * 256)})").excess


# placeholders


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("en: The end is before the start.", 'en: "The end {PLN_05 is wrong."', "A brace is not closed"),
        ("ar: تاريخ النهاية قبل البداية.", 'ar: "تاريخ {PLN_05 ."', "A brace is not closed"),
        ("fr: Corrigez l'une des deux dates.", 'fr: "Corrigez PLN_05}."', "A brace is not closed"),
        (
            "en: The end is before the start.",
            'en: "The end {PLN_5} is wrong."',
            "'{PLN_5}' refers to nothing",
        ),
        (
            "en: The end is before the start.",
            'en: "The end {} is wrong."',
            "'{}' is not the code of an answer",
        ),
        ("en: The end is before the start.", 'en: "{PLN_05:>9} is wrong."', "'{PLN_05:>9}' is not the code"),
    ],
)
def test_braces_in_messages(copy: Path, old: str, new: str, reason: str) -> None:
    line, _ = damage(copy, "rules.yaml", old, new)
    found = only(copy)
    assert found.startswith(f"rules.yaml:{line}:")
    assert reason in found


def test_braces_that_are_right(copy: Path) -> None:
    damage(copy, "rules.yaml", "en: The end is before the start.", 'en: "{label}: {PLN_05} of {{{sheet}}}"')
    assert said(copy) == []


# trying out


def test_an_answer_that_comes_back_as_another_is_a_mistake(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answers(*_: object) -> Answers:
        return {("PLAN", "1", "PLN_02"): "Atlantis"}

    monkeypatch.setattr(spec_smoke_test, "sample_answers", answers)
    found = [line for line in said(copy) if "'Atlantis' in row 1, and is read with" in line]
    assert len(found) == 3  # one for each language
    assert all(line.startswith("tools/plan.yaml:12:16:") for line in found)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (PLAN, "{code: PLN_08, type: decimal,", "{code: PLN_08, type: decimal, default: 100,"),
        pytest.param(
            PLAN,
            "{code: PLN_11, type: yesno,",
            "{code: PLN_11, type: yesno, default: 'N',",
            marks=pytest.mark.deep,
        ),
        (CHECKLIST, "{code: CHK_01, type: choice,", "{code: CHK_01, type: choice, default: Y,"),
    ],
)
def test_a_spec_with_defaults_works(copy: Path, file: str, old: str, new: str) -> None:
    damage(copy, file, old, new)
    assert said(copy) == []


def unasked_default(copy: Path) -> int:
    """Give a question a default that nobody asks for, which only a workbook shows; gives its line."""
    line, _ = damage(
        copy,
        PLAN,
        "{code: PLN_08, type: decimal,",
        "{code: PLN_08, type: decimal, default: 100, relevant: PLN_06 > 5,",
    )
    return line


def test_a_default_that_is_not_asked_for_is_told_with_a_remedy(copy: Path) -> None:
    line = unasked_default(copy)
    told = said(copy)
    assert len(told) == 3  # one for each language
    assert all(each.startswith(f"{PLAN}:{line}:") and "V021" in each for each in told)
    assert all(each.endswith("Take another `default`, or leave it out.") for each in told)


def test_every_question_is_tried_with_an_answer() -> None:
    layout = spec_smoke_test.layout_for(load("example"), Order("TEST", TODAY))
    answers = spec_smoke_test.sample_answers(layout, TODAY)
    asked = {(slot.tool, slot.field.code) for slot in layout.slots.values() if not slot.field.calculated}
    assert {(tool, field) for tool, _, field in answers} == asked


def test_fast_makes_no_workbook(copy: Path) -> None:
    unasked_default(copy)
    assert run("spec", "check", copy).returncode == 3
    done = run("spec", "check", "--fast", copy)
    assert (done.returncode, "No mistake." in done.stdout) == (0, True)


def test_a_field_that_stands_on_two_sides_of_a_pivot(copy: Path) -> None:
    pivot = "  - {kind: pivot, source: R1, down: RSK_02, across: RSK_06, highest: RSK_06}\n"
    with (copy / "tools" / "summary.yaml").open("a", encoding="utf-8") as file:
        file.write(pivot)
    assert said(copy) == []


# what was seen in specs of others


def test_a_spec_without_countries_is_issued_without_one(copy: Path, tmp_path: Path) -> None:
    damage(
        copy,
        "workbook.yaml",
        "countries: COUNTRY               # the list that `--country` chooses from\n",
        "",
    )
    damage(copy, "workbook.yaml", "  country: PLN_02\n", "")
    done = run("generate", copy, "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    (file,) = (tmp_path / "out").iterdir()
    assert file.name == "example_en.xlsx"
    done = run("validate", file, "--spec", copy)
    assert done.returncode == 1
    assert "example_en.xlsx: returned" in done.stdout


def test_a_fixed_value_is_shown_in_the_language(copy: Path) -> None:
    damage(
        copy,
        CHECKLIST,
        "{code: C1_02, label:",
        "{code: C1_02, values: {CHK_09: {en: By bus, fr: En bus, ar: بالحافلة}}, label:",
    )
    fixed = "      - {code: CHK_09, type: text, fixed: true, label: Way}\n"
    damage(copy, CHECKLIST, "      - use: follow_up", f"{fixed}      - use: follow_up")
    assert said(copy) == []
    for language, sheet, way in (("en", "Checklist", "By bus"), ("fr", "Liste de contrôle", "En bus")):
        data = generate(load(copy), Order("PAK", TODAY, "PAK", language))
        cells = [cell.value for row in openpyxl.load_workbook(BytesIO(data))[sheet] for cell in row]
        assert way in cells
        assert not any("{" in str(cell) for cell in cells if cell and not str(cell).startswith("="))


@pytest.mark.parametrize(
    ("value", "kind", "reason"),
    [
        ("{en: By bus}", "type: integer", "is not a number"),
        ("many", "type: integer", "'many' is not a number, and 'CHK_09' is of type integer."),
        ("[A, B]", "type: text", "is neither a text nor a number"),
        ("WOMEN", "type: many, vocabulary: GROUP", "'WOMEN' is not a code of this list."),
    ],
)
def test_a_fixed_value_that_its_column_cannot_hold(copy: Path, value: str, kind: str, reason: str) -> None:
    damage(copy, CHECKLIST, "{code: C1_02, label:", f"{{code: C1_02, values: {{CHK_09: {value}}}, label:")
    fixed = f"      - {{code: CHK_09, {kind}, fixed: true, label: Way}}\n"
    damage(copy, CHECKLIST, "      - use: follow_up", f"{fixed}      - use: follow_up")
    assert reason in only(copy)
