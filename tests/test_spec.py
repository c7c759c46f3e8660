"""`spec check`: what is said of broken specs, whole; and a spec of which nothing is said works, whatever is in it."""

from __future__ import annotations

import pickle
import re
import shutil
import subprocess
import sys
import tempfile
from io import BytesIO
from pathlib import Path
from time import process_time

import openpyxl
import pytest
from hypothesis import given

import hrge_xl
from hrge_xl import Order, generate, load, try_out
from hrge_xl.core.errors import Mistake, SpecError, UsageError
from tests.answers import TODAY
from tests.broken_specs import BROKEN, damage, expected, mistakes, said, said_of
from tests.damage import filled
from tests.face import (
    IDENTITY_SHEET,
    NAMES,
    OF_ROUNDS,
    Answers,
    KeyFields,
    common_mistakes,
    find,
    measure,
    names,
    spec_smoke_test,
    wrong_syntax,
)
from tests.made_specs import Files, specs, write
from tests.property_tests import examples
from tests.telling import telling
from tests.test_cli import run

PLAN, CHECKLIST = "tools/plan.yaml", "tools/checklist.yaml"
RAW = re.compile(
    r"mapping values|expected key|start any token|Input should|valid (?:string|tuple|YAML)|invalid syntax"
)


@pytest.mark.parametrize("name", telling(BROKEN, *list(BROKEN)[::3]))
def test_what_is_said_of_a_broken_spec(name: str, tmp_path: Path) -> None:
    assert said(name, tmp_path) == expected()[name]


def test_every_mistake_has_a_place_a_reason_and_a_remedy() -> None:
    assert set(expected()) == set(BROKEN)
    for name, lines in expected().items():
        assert bool(lines) is not name.startswith("right: "), name
        for line in lines:
            assert re.fullmatch(r"[\w/]+\.(ya?ml|csv):\d+:\d+: .+[.?”)] .+[.?)…]", line), line
            assert not RAW.search(line), line


def test_what_is_told_of_every_slip_is_a_sentence() -> None:
    """What to write runs on behind it."""
    slips = [slip for every in common_mistakes().values() for slip in every]
    assert [
        slip.reason for slip in slips if not slip.reason.endswith((".", "?", "{instead}"))
    ] == []


def test_every_slip_that_is_told_has_a_broken_spec() -> None:
    told = [line.split(": ", 1)[1] for lines in expected().values() for line in lines]
    for slip in [*common_mistakes()["yaml"], *common_mistakes()["shape"]]:
        parts = re.split(
            r"\{[\w.:]+\}", f"{slip.reason} {slip.remedy}"
        )  # between what is filled in
        words = ".*".join(re.escape(part.replace("{{", "{").replace("}}", "}")) for part in parts)
        last = not slip.says and not slip.fits  # which fits whatever is left
        assert last or any(re.fullmatch(words, line) for line in told), slip


def test_a_list_is_not_called_short_for_what_is_wrong_in_it(tmp_path: Path) -> None:
    """A first spec, with a mistake in its only tool: told is that mistake, not that there is no tool."""
    (tmp_path / "tools").mkdir()
    head = "name: first\nversion: '1'\ntitle: First\nlanguages: [en]\nsheets: [A]\n"
    (tmp_path / "workbook.yaml").write_text(head, encoding="utf-8")
    (tmp_path / "tools" / "a.yaml").write_text("code: A\ntitle: A\nblocks: []\n", encoding="utf-8")
    assert [line.partition(": ")[2] for line in mistakes(tmp_path)] == [
        "`sheet` is missing for A. Add it."
    ]


def test_the_specs_that_come_along_have_no_mistake() -> None:
    assert {"example", "hrge_toolkit"} <= set(names())
    for name in names():
        assert load(name).name == name


def test_an_unknown_spec_says_which_are_known() -> None:
    with pytest.raises(UsageError, match="hrge_toolkit"):
        find("hrge_toolkti")


@pytest.mark.parametrize(
    "line",
    [
        "x: {a: {gap}b: c}",
        "x: {a: b{gap}: c: d}",
        "x: a{gap}b} c",
        "x: @{gap}a # b",
        'x: "a"{gap}b',
    ],
)
def test_a_wide_gap_in_a_line_takes_no_time(copy: Path, line: str) -> None:
    (copy / "tools" / "risks.yaml").write_text(
        line.replace("{gap}", " " * 20_000), encoding="utf-8"
    )
    began = process_time()
    assert any(each.startswith("tools/risks.yaml:1:") for each in mistakes(copy))
    assert process_time() - began < 5


@pytest.mark.parametrize("depth", [3_000, 30_000])
def test_what_is_too_deep_to_be_parsed_is_left_to_the_parser(depth: int) -> None:
    assert wrong_syntax("-" * depth + "1") is None


@pytest.mark.parametrize(
    ("text", "reason", "remedy"),
    [
        (
            "PLN_11 == 'Y",
            "A quotation mark is not closed in PLN_11 == 'Y.",
            "Put ' on both sides of the text.",
        ),
        (
            'PLN_11 == "Y',
            'A quotation mark is not closed in PLN_11 == "Y.',
            "Put ' on both sides of the text.",
        ),
        (
            "PLN_06\ud800",
            "There is a character in the expression that cannot be typed.",
            "Write it again.",
        ),
    ],
)
def test_a_slip_in_an_expression_is_told(text: str, reason: str, remedy: str) -> None:
    assert wrong_syntax(text) == (reason, remedy)


@pytest.mark.parametrize("part", [name for name in KeyFields.model_fields if name != OF_ROUNDS])
def test_every_part_of_the_key_is_a_question_of_a_form(copy: Path, part: str) -> None:
    damage(copy, "workbook.yaml", "  project: PLN_01\n", "")
    path = copy / "workbook.yaml"
    text = path.read_text(encoding="utf-8").replace(f"  {part}: ", "  # ")
    path.write_text(
        text.replace("identity: ", f"identity:\n  {part}: PLN_77\n  # ", 1), encoding="utf-8"
    )
    assert any("There is no form field 'PLN_77'" in each for each in mistakes(copy))


# what is read of a spec that is right


def test_norway_is_not_false(copy: Path) -> None:
    damage(copy, "vocabularies.yaml", "code: PAK", "code: NO")
    damage(copy, "vocabularies.yaml", "code: AFG", "code: 004")
    assert list(load(copy).vocabularies["COUNTRY"].by_code)[:2] == ["NO", "004"]


def test_a_language_without_its_text_falls_back(copy: Path) -> None:
    damage(
        copy, "tools/risks.yaml", "label: {en: Risk, fr: Risque, ar: الخطر}", "label: {en: Risk}"
    )
    assert load(copy).tool["R1"].fields["RSK_01"].label.say("ar") == "Risk"


def test_adding_a_tool_takes_one_file(copy: Path) -> None:
    (copy / "tools" / "extra.yaml").write_text(
        "code: X1\nsheet: {en: Extra}\ntitle: {en: Extra}\nblocks:\n"
        "  - {kind: form, fields: [{code: X1_01, type: text, label: {en: Anything else?}}]}\n",
        encoding="utf-8",
    )
    damage(
        copy,
        "workbook.yaml",
        "sheets: [PLAN, C1, R1, SUMMARY]",
        "sheets: [PLAN, C1, R1, X1, SUMMARY]",
    )
    assert "X1_01" in load(copy).tool["X1"].fields


def test_a_sheet_says_itself_which_one_it_follows(copy: Path) -> None:
    damage(copy, "workbook.yaml", "sheets: [PLAN, C1, R1, SUMMARY]", "sheets: [PLAN, SUMMARY]")
    damage(copy, CHECKLIST, "code: C1\n", "code: C1\nafter: R1\n")
    damage(copy, "tools/risks.yaml", "code: R1\n", "code: R1\nafter: PLAN\n")
    assert [tool.code for tool in load(copy).tools] == ["PLAN", "R1", "C1", "SUMMARY"]


def test_the_names_of_the_programs_sheets_are_those_in_a_workbook() -> None:
    data = generate(load("example"), Order("PAK", TODAY, "PAK"))
    assert {*NAMES[:2], IDENTITY_SHEET} < set(openpyxl.load_workbook(BytesIO(data)).sheetnames)


def test_a_fixed_value_is_shown_in_the_language(copy: Path) -> None:
    way = "{code: C1_02, values: {CHK_09: {en: By bus, fr: En bus, ar: بالحافلة}}, label:"
    damage(copy, CHECKLIST, "{code: C1_02, label:", way)
    fixed = "      - {code: CHK_09, type: text, fixed: true, label: Way}\n"
    damage(copy, CHECKLIST, "      - use: follow_up", f"{fixed}      - use: follow_up")
    assert said_of(copy) == []
    for language, sheet, way in (
        ("en", "Checklist", "By bus"),
        ("fr", "Liste de contrôle", "En bus"),
    ):
        data = generate(load(copy), Order("PAK", TODAY, "PAK", language))
        cells = [cell.value for row in openpyxl.load_workbook(BytesIO(data))[sheet] for cell in row]
        assert way in cells
        assert not any("{" in str(cell) for cell in cells if cell and not str(cell).startswith("="))


# limits of Excel


def _nested() -> str:
    """Give an expression that takes more characters in a formula than Excel takes."""
    nested = "0"
    for step in range(30):
        nested = f"PLN_06 / (PLN_08 + {step}) if PLN_08 / PLN_06 > {step} else ({nested})"
    return nested


@pytest.mark.parametrize(
    ("file", "old", "new", "whose", "remedy"),
    [
        (
            PLAN,
            "formula: PLN_08 / PLN_06",
            'formula: "{} + 1"',
            "PLN_14",
            "Calculate a part of it in a calculated field of its own",
        ),
        (
            "rules.yaml",
            "check: PLN_05 >= PLN_04",
            'check: "({}) + 1 > 0"',
            "the check of PLN_05",
            "Split the rule",
        ),
    ],
)
def test_a_formula_over_excels_limit_is_found_at_its_place_with_the_excess(
    copy: Path, file: str, old: str, new: str, whose: str, remedy: str
) -> None:
    line, _ = damage(copy, file, old, new.format(_nested()))
    (found,) = said_of(copy)
    assert found.startswith(f"{file}:{line}:"), found
    assert re.search(
        rf"The formula of {whose} has [\d,]+ characters, [\d,]+ more than the 8,192", found
    )
    assert remedy in found


@pytest.mark.parametrize(
    "nested", ["least({}, PLN_06)", "most({}, 3)", "{0} + {0} if {0} > 1 else 2"]
)
def test_a_formula_that_grows_without_end_is_a_mistake_like_any_other(
    copy: Path, nested: str
) -> None:
    """Twelve within each other would have millions of characters."""
    formula = "PLN_08"
    for _ in range(8 if nested.count("{0}") > 1 else 24):
        formula = nested.format(f"({formula})")
    damage(copy, PLAN, "formula: PLN_08 / PLN_06", f'formula: "{formula}"')
    (found,) = said_of(copy)
    assert "A formula has more than 131,072 characters; Excel takes 8,192" in found
    assert "Calculate a part of it in a calculated field of its own" in found


@pytest.mark.parametrize(
    ("formula", "characters", "nesting", "arguments"),
    [
        ("=IF(A1,SUM(1,2,3),(4))", 22, 2, 3),
        ('="a(b,c"&MAX(1)', 15, 1, 1),
        ("='It(''s'!A1", 12, 0, 0),
    ],
)
def test_how_large_a_formula_is(
    formula: str, characters: int, nesting: int, arguments: int
) -> None:
    found = measure(formula)
    assert (found.characters, found.nesting, found.arguments) == (characters, nesting, arguments)


def test_too_many_functions_within_each_other_and_too_many_arguments() -> None:
    nested = "65 functions within each other, 1 more than the 64"
    assert nested in measure("=" + "ABS(" * 65 + "1" + ")" * 65).excess
    assert measure("=" + "ABS(" * 64 + "1" + ")" * 64).excess == ""
    assert (
        "256 arguments of one function, 1 more" in measure(f"=SUM({','.join(['1'] * 256)})").excess
    )


# trying out


@given(specs())
@examples(30)
def test_a_spec_without_mistakes_works(files: Files) -> None:
    with tempfile.TemporaryDirectory() as folder:
        try_out(load(write(files, Path(folder))))


def test_an_answer_that_comes_back_as_another_is_a_mistake(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answers(*_: object) -> Answers:
        return {("PLAN", "1", "PLN_02"): "Atlantis"}

    monkeypatch.setattr(spec_smoke_test, "sample_answers", answers)
    found = [line for line in said_of(copy) if "'Atlantis' in row 1, and is read with" in line]
    assert len(found) == 3  # one for each language
    assert all(line.startswith("tools/plan.yaml:12:16:") for line in found)


def test_every_question_is_tried_with_an_answer() -> None:
    layout = spec_smoke_test.layout_for(load("example"), Order("TEST", TODAY))
    answers = spec_smoke_test.sample_answers(layout, TODAY)
    asked = {
        (slot.tool, slot.field.code) for slot in layout.slots.values() if not slot.field.calculated
    }
    assert {(tool, field) for tool, _, field in answers} == asked


def test_fast_makes_no_workbook(copy: Path) -> None:
    """A default that nobody asks for is seen in a workbook only."""
    old = "{code: PLN_08, type: decimal,"
    damage(copy, PLAN, old, f"{old} default: 100, relevant: PLN_06 > 5,")
    assert run("spec", "check", copy).returncode == 3
    done = run("spec", "check", "--fast", copy)
    assert (done.returncode, "No mistake." in done.stdout) == (0, True)


def test_a_broken_spec_of_the_program_is_said_once(tmp_path: Path) -> None:
    """It is one mistake of the program's folder, not of every file."""
    package = Path(hrge_xl.__file__).parent
    shutil.copytree(package, tmp_path / "hrge_xl", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(find("example"), tmp_path / "workbook_specs" / "example")
    damage(tmp_path / "workbook_specs" / "example", "rules.yaml", "PLN_05 >=", "PLN_99 >=")
    (tmp_path / "returned").mkdir()
    for number in range(3):
        (tmp_path / "returned" / f"{number}.xlsx").write_bytes(filled())
    command = [sys.executable, "-m", "hrge_xl", "validate", "returned"]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 3
    assert done.stderr.count("rules.yaml:") == 1
    assert "PLN_99" in done.stderr
    assert "F063" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_mistakes_come_whole_out_of_another_process() -> None:
    broken = SpecError(
        [Mistake("a.yaml", 2, 1, "It is wrong.", "Mend it."), Mistake("a.yaml", 1, 1, "No.", "")]
    )
    again = pickle.loads(pickle.dumps(broken))
    assert (again.mistakes, str(again)) == (broken.mistakes, str(broken))


@pytest.mark.deep
def test_languages_that_are_tried_out_side_by_side_say_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_by_one = said("default that is not asked for", tmp_path / "one by one")
    assert len(one_by_one) == 3  # one for each language
    monkeypatch.setattr(spec_smoke_test, "MANY", 0)
    monkeypatch.setattr(spec_smoke_test, "_tried", None)  # in this process nothing is
    assert said("default that is not asked for", tmp_path / "side by side") == one_by_one


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "rules.yaml",
            "rule.yaml",
            "rule.yaml:1:1: This file is not used: nothing in the spec names it.",
        ),
        (
            "rules.yaml",
            "rules.yml",
            "rules.yml:1:1: This file is not used: those of a spec end in .yaml.",
        ),
        ("rules.yaml", "old/rules.yaml", ""),
        ("sample.yaml", "tools/sample.yml", "tools/sample.yml:1:1: This file is not used"),
        (
            "sample.yaml",
            "es.po",
            "es.po:1:1: This file is not used: translations are read from languages/.",
        ),
    ],
)
def test_a_file_that_is_not_used_is_a_warning(
    old: str, new: str, said: str, tmp_path: Path
) -> None:
    """A file that was renamed is lost without a word otherwise: `0 rules` was all that told it."""
    spec = Path(shutil.copytree(find("example"), tmp_path / "spec"))
    (spec / "old").mkdir()
    (spec / old).rename(spec / new)
    done = run("spec", "check", "--fast", str(spec))
    assert done.returncode == 0
    assert "No mistake." in done.stdout
    warned = " ".join(done.stderr.split())
    assert said in warned
    assert ("Did you mean 'rules.yaml'?" in warned) is (new == "rule.yaml")
    assert bool(warned) is bool(said)


def test_a_matrix_beside_itself_and_one_that_counts_nothing_are_warnings(tmp_path: Path) -> None:
    spec = Path(shutil.copytree(find("example"), tmp_path / "spec"))
    (spec / "matrix.yml").write_text("levels: []\n")
    damage(spec, "tools/summary.yaml", "sources: [R1]", "sources: []")
    warned = " ".join(run("spec", "check", "--fast", str(spec)).stderr.split())
    assert (
        "matrix.yml:1:1: This file is not used: those of a spec end in .yaml. matrix.yaml is there, too"
        in warned
    )
    assert (
        "tools/summary.yaml:7:20: The matrix has no sources, so that it counts nothing." in warned
    )


def test_rows_that_are_compared_with_themselves_are_a_warning(tmp_path: Path) -> None:
    """A forgotten `this.` gives 0 for ever."""
    spec = Path(shutil.copytree(find("example"), tmp_path / "spec"))
    written = "{code: RSK_90, type: reference, to: [R1], label: Part of}"
    counted = "formula: \"count_if('R1', RSK_90 == row_code())\""
    fields = f"- {written}\n      - {{code: RSK_91, type: calculated, {counted}, label: Parts}}\n"
    damage(spec, "tools/risks.yaml", "- {code: RSK_02", f"{fields}      - {{code: RSK_02")
    warned = " ".join(run("spec", "check", "--fast", str(spec)).stderr.split())
    assert "This compares each row with itself" in warned
    assert "Write this.row_code()" in warned
    damage(spec, "tools/risks.yaml", "== row_code()", "== this.row_code()")
    assert "row" not in run("spec", "check", "--fast", str(spec)).stderr


def test_a_pattern_that_no_sheet_checks_is_a_warning(tmp_path: Path) -> None:
    """Its team sees that all is right, and the return comes back."""
    spec = Path(shutil.copytree(find("example"), tmp_path / "spec"))
    damage(spec, "tools/plan.yaml", "characters: 20", "characters: 20, pattern: 'WS-[0-9]+'")
    warned = " ".join(run("spec", "check", "--fast", str(spec)).stderr.split())
    assert "A sheet cannot check this pattern: only the reader does" in warned
    damage(spec, "tools/plan.yaml", "'WS-[0-9]+'", "'WS-[0-9]{2}'")
    assert "pattern" not in run("spec", "check", "--fast", str(spec)).stderr
