"""Mistakes in a spec: all of them at once, each with file, line, column, reason and remedy."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from time import process_time

import pytest

from hrge_xl import load
from tests.face import OF_ROUNDS, SPEC_HOMES, KeyFields, SpecError, UsageError, find, names


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the example spec to damage, without its sample: that is about what is asked, and would be wrong too."""
    home = next(home for home in SPEC_HOMES if (home / "example").is_dir())
    no_sample = shutil.ignore_patterns("sample.yaml")
    return Path(shutil.copytree(home / "example", tmp_path / "spec", ignore=no_sample))


def damage(folder: Path, file: str, old: str, new: str) -> tuple[int, int]:
    """Replace a text in a file; gives line and column of the place."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {file}"
    where = text.index(old)
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text.count("\n", 0, where) + 1, where - (text.rfind("\n", 0, where) + 1) + 1


def mistakes(folder: Path) -> list[str]:
    with pytest.raises(SpecError) as caught:
        load(folder)
    return [str(mistake) for mistake in caught.value.mistakes]


def test_the_specs_that_come_along_have_no_mistake() -> None:
    assert {"example", "hrge_toolkit"} <= set(names())
    for name in names():
        assert load(name).name == name


def test_an_unknown_spec_says_which_are_known() -> None:
    with pytest.raises(UsageError, match="hrge_toolkit"):
        find("hrge_toolkti")


def test_a_misspelt_option_is_a_mistake_with_a_suggestion(copy: Path) -> None:
    line, _ = damage(copy, "tools/plan.yaml", "characters: 20", "charcters: 20")
    (found,) = mistakes(copy)
    assert found.startswith(f"tools/plan.yaml:{line}:")
    assert "Did you mean 'characters'?" in found


def test_ten_mistakes_come_together_with_line_and_column(copy: Path) -> None:
    edits = [
        ("tools/plan.yaml", "vocabulary: COUNTRY", "vocabulary: COUNTRI", "Did you mean 'COUNTRY'?"),
        ("tools/risks.yaml", "to: [C1]", "to: [C2]", "There is no tool 'C2'"),
        ("tools/risks.yaml", "id: K-", 'id: "1-"', "Start with a letter"),
        ("tools/summary.yaml", "sources: [R1]", "sources: [R9]", "There is no tool 'R9'"),
        ("tools/checklist.yaml", "code: C1_02", "code: C1_01", "used twice"),
        ("tools/plan.yaml", "minimum: 1, maximum: 500", "minimum: 501, maximum: 500", "above the maximum"),
        ("rules.yaml", "at: [PLN_05]", "at: [PLN_99]", "has no field 'PLN_99'"),
        ("vocabularies.yaml", "code: MEN", "code: WOM", "used twice"),
        ("matrix.yaml", "3: {1: M, 2: H, 3: H}", "3: {1: M, 2: H, 3: X}", "There is no level 'X'"),
        ("workbook.yaml", "project: PLN_01", "project: PLN_77", "There is no form field 'PLN_77'"),
    ]
    expected = []
    for file, old, new, reason in edits:
        line, _ = damage(copy, file, old, new)
        expected.append((f"{file}:{line}:", reason))
    found = mistakes(copy)
    for start, reason in expected:
        assert any(each.startswith(start) and reason in each for each in found), (start, reason, found)


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("'-[0-9'", "This is not a pattern"),
        ("'[0-9]*'", "It also fits an empty text"),
        ("'[0-9]{4}'", "There is no intervention whose name could hold a period"),
    ],
)
def test_the_period_in_the_name_of_an_intervention(copy: Path, pattern: str, reason: str) -> None:
    key = "project" if reason.startswith("There is no") else "intervention"
    of_rounds = f"  {key}: PLN_01\n  period_in_intervention: {pattern}\n"
    line, _ = damage(copy, "workbook.yaml", "  project: PLN_01\n", of_rounds)
    (found,) = mistakes(copy)
    assert found.startswith(f"workbook.yaml:{line + 1}:")
    assert reason in found


def test_a_reference_to_a_sheet_that_cannot_be_read_is_no_mistake_of_its_own(copy: Path) -> None:
    damage(copy, "tools/plan.yaml", "PLN_08 / PLN_06", "PLN_08 / PLN_66")
    damage(copy, "rules.yaml", "check: RSK_06 != 'ACC'", "check: lookup(RSK_08, CHK_01) != 'N'")
    damage(
        copy, "tools/checklist.yaml", "title: {en: Is everything ready?", "title: {en: Is: everything ready?"
    )
    damage(copy, "tools/checklist.yaml", "code: C1\n", "\tcode: C1\n")
    found = mistakes(copy)
    assert [each.split(":")[0] for each in found] == ["tools/checklist.yaml"] * 2 + ["tools/plan.yaml"], found


FIXED = (
    (
        "tools/checklist.yaml",
        "{code: CHK_01,",
        "{code: CHK_09, type: yesno, fixed: true, label: Kind}\n      - {code: CHK_01,",
    ),
    ("tools/checklist.yaml", "{code: C1_02,", "{code: C1_02, values: {CHK_09: N},"),
)
ONLY = (*FIXED, ("tools/risks.yaml", "to: [C1]", "to: [C1], only: {CHK_09: N}"))
ROWS = (
    (
        "tools/checklist.yaml",
        "{code: CHK_01,",
        "{code: CHK_09, type: reference, to: [C1], fixed: true, label: With}\n      - {code: CHK_01,",
    ),
    ("tools/checklist.yaml", "{code: C1_02,", "{code: C1_02, values: {CHK_09: C1_01},"),
)
BELOW = (
    ("tools/risks.yaml", "vocabulary: RESPONSE,", "vocabulary: RESPONSE, parent: RSK_03,"),
    ("vocabularies.yaml", "{code: RED,", "{code: RED, parent: 1,"),
    ("vocabularies.yaml", "{code: ACC,", "{code: ACC, parent: 2,"),
)


@pytest.mark.parametrize(
    ("edits", "cause"),
    [
        (
            [("tools/plan.yaml", "en: There are more women than participants.", "en: 'More than {PLN_06}.'")],
            ("tools/plan.yaml", "PLN_06, type: integer", "PLN_06, type: number"),
        ),
        ([], ("tools/risks.yaml", "en: Risk,", "en: [Risk],")),
        (ONLY, ("tools/checklist.yaml", "type: yesno, fixed", "type: no, fixed")),
        (ONLY, ("tools/checklist.yaml", "{code: C1_02,", "{")),
        (ROWS, ("tools/checklist.yaml", "label: {en: The place", "label: [], help: {en: The place")),
        (BELOW, ("tools/risks.yaml", "RSK_03, type: scale", "RSK_03, type: steps")),
        (BELOW, ("vocabularies.yaml", "label: {en: Rare", "label: [], help: {en: Rare")),
        ([], ("vocabularies.yaml", "people: {en: For people", "people: {en: [For people]")),
        ([], ("vocabularies.yaml", "people: {en: An inconvenience", "people: {en: [An inconvenience]")),
        ([], ("matrix.yaml", "1: {1: L, 2: L, 3: M}", "1: L")),
        (
            [("tools/risks.yaml", "code: R1", "code: R1\ngoes_with: C1")],
            ("tools/checklist.yaml", "title: {en: Is everything ready?", "title: {en: [Is everything ready?]"),
        ),
    ],
)  # fmt: skip
def test_of_a_name_that_cannot_be_read_only_the_cause_is_told(
    copy: Path, edits: Sequence[tuple[str, str, str]], cause: tuple[str, str, str]
) -> None:
    for edit in edits:
        damage(copy, *edit)
    load(copy)
    line, _ = damage(copy, *cause)
    (found,) = mistakes(copy)
    assert found.startswith(f"{cause[0]}:{line}:")


def test_a_column_points_at_the_word(copy: Path) -> None:
    line, column = damage(copy, "tools/risks.yaml", "C1]", "C9]")
    assert f"tools/risks.yaml:{line}:{column}: There is no tool 'C9'." in mistakes(copy)[0]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("PLN_11 == 'Y'", "PLN_11 == 'J'", "'J' is not a code of this list"),
        ("PLN_11 == 'Y'", "PLN_1 == 'Y'", "There is no field 'PLN_1'"),
        ("PLN_11 == 'Y'", "PLN_11 > 3", "cannot be compared"),
        ("PLN_11 == 'Y'", "PLN_11", "not true or false"),
        ("PLN_11 == 'Y'", "import os", "is not an expression"),
        ("PLN_11 == 'Y'", "PLN_11.__class__ == 'Y'", "not part of the rule language"),
        ("PLN_11 == 'Y'", "fill(PLN_11)", "Did you mean 'filled'"),
        ("PLN_11 == 'Y'", "ticked('C7')", "There is no tool 'C7'"),
        ("PLN_08 / PLN_06", "PLN_08 / PLN_03", "cannot be combined"),
    ],
)
def test_a_wrong_expression_never_reaches_a_workbook(copy: Path, old: str, new: str, reason: str) -> None:
    line, _ = damage(copy, "tools/plan.yaml", old, new)
    (found,) = mistakes(copy)
    assert found.startswith(f"tools/plan.yaml:{line}:")
    assert reason in found


@pytest.mark.parametrize(
    ("file", "old", "new", "reason"),
    [
        (
            "tools/risks.yaml",
            "sheet: {en: Risks",
            f"sheet: {{en: {'Risks ' * 7}",
            "more than the 31 that Excel allows",
        ),
        ("tools/risks.yaml", "sheet: {en: Risks", "sheet: {en: 'Risks/2'", "cannot be a sheet name"),
        ("tools/risks.yaml", "sheet: {en: Risks", "sheet: {en: Plan", "used twice"),
        ("tools/plan.yaml", "At most 40 words.", "word " * 60, "more than the 255 that Excel allows"),
        ("vocabularies.yaml", "en: Women", f"en: {'W' * 251}", "more than the 250 that Excel allows"),
        ("tools/plan.yaml", "At most 40 words.", "😀" * 128, "256 characters, 1 more than the 255"),
        ("vocabularies.yaml", "en: Women", f"en: {'😀' * 126}", "252 characters, 2 more than the 250"),
        ("vocabularies.yaml", "en: under 10 %", f"en: {'😀' * 122}", "has 253 characters; a cell shows 250"),
    ],
)
def test_excels_limits_are_mistakes(copy: Path, file: str, old: str, new: str, reason: str) -> None:
    line, _ = damage(copy, file, old, new)
    assert any(each.startswith(f"{file}:{line}:") and reason in each for each in mistakes(copy))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("code: [", "is never closed"),
        ("", "is empty"),
        ("code: X\ncode: Y\n", "appears twice here"),
        ("code: X\nti #tle: Y\n", "2:1: `ti` has no colon"),
        (
            "title: {: Due}",
            "1:9: There is a colon in this text, which YAML takes for an option. "
            'Put the text in quotation marks: ": Due".',
        ),
    ],
)
def test_yaml_that_is_none(copy: Path, content: str, reason: str) -> None:
    (copy / "tools" / "risks.yaml").write_text(content, encoding="utf-8")
    assert any(reason in each and each.startswith("tools/risks.yaml:") for each in mistakes(copy))


@pytest.mark.parametrize(
    "line",
    ["x: {a: {gap}b: c}", "x: {a: b{gap}: c: d}", "x: a{gap}b} c", "x: @{gap}a # b", 'x: "a"{gap}b'],
)
def test_a_wide_gap_in_a_line_takes_no_time(copy: Path, line: str) -> None:
    (copy / "tools" / "risks.yaml").write_text(line.replace("{gap}", " " * 20_000), encoding="utf-8")
    began = process_time()
    assert any(each.startswith("tools/risks.yaml:1:") for each in mistakes(copy))
    assert process_time() - began < 5


@pytest.mark.parametrize("part", [name for name in KeyFields.model_fields if name != OF_ROUNDS])
def test_every_part_of_the_key_is_a_question_of_a_form(copy: Path, part: str) -> None:
    damage(copy, "workbook.yaml", "  project: PLN_01\n", "")
    path = copy / "workbook.yaml"
    text = path.read_text(encoding="utf-8").replace(f"  {part}: ", "  # ")
    path.write_text(text.replace("identity: ", f"identity:\n  {part}: PLN_77\n  # ", 1), encoding="utf-8")
    assert any("There is no form field 'PLN_77'" in each for each in mistakes(copy))


def test_norway_is_not_false(copy: Path) -> None:
    damage(copy, "vocabularies.yaml", "code: PAK", "code: NO")
    damage(copy, "vocabularies.yaml", "code: AFG", "code: 004")
    spec = load(copy)
    assert list(spec.vocabularies["COUNTRY"].by_code)[:2] == ["NO", "004"]


def test_a_language_without_its_text_falls_back(copy: Path) -> None:
    damage(copy, "tools/risks.yaml", "label: {en: Risk, fr: Risque, ar: الخطر}", "label: {en: Risk}")
    spec = load(copy)
    assert spec.tool["R1"].fields["RSK_01"].label.say("ar") == "Risk"


def test_adding_a_tool_takes_one_file(copy: Path) -> None:
    (copy / "tools" / "extra.yaml").write_text(
        "code: X1\nsheet: {en: Extra}\ntitle: {en: Extra}\nblocks:\n"
        "  - {kind: form, fields: [{code: X1_01, type: text, label: {en: Anything else?}}]}\n",
        encoding="utf-8",
    )
    damage(copy, "workbook.yaml", "sheets: [PLAN, C1, R1, SUMMARY]", "sheets: [PLAN, C1, R1, X1, SUMMARY]")
    assert "X1_01" in load(copy).tool["X1"].fields
