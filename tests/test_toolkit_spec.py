"""The Toolkit spec holds what the content asks for, and the program knows nothing of it.

What is expected is written out here by hand, so that a lost question, row or code shows.
"""

from __future__ import annotations

import ast
import itertools
import re
from pathlib import Path

import pytest

import hrge_xl
from hrge_xl import Spec, load
from hrge_xl.spec.model import CatalogueBlock, ItemsFrom
from tests.face import ChecklistBlock, FormBlock, RegisterBlock
from tests.tables import table

PART_1 = [f"T1.{number}" for number in range(1, 10)]
PART_2 = [f"T2.{number}" for number in range(1, 7)]
PART_3 = [f"T3.{number}" for number in range(1, 9)]
PART_4 = ["T4.A", "T4.B", "T4.C"]
CALCULATED = ["MATRIX", "BARRIERS", "ACTIONS", "CHECKS"]
TOOLS = [*PART_1, *PART_2, *PART_3, *PART_4]
RISK_TABLES = ["T3.2", "T3.3", "T3.4", "T3.5", "T3.6"]
SPOKEN = ["ar", "ckb", "es", "fa", "fa-AF", "fr", "ru", "ur", "zh"]

CONTENT = table("toolkit_content")
POINTS = (
    18,
    11,
    12,
    19,
    11,
    14,
    9,
    11,
    8,
)  # of each sheet of Part 1: eight, and those that were split or added


# Field codes of the content by sheet; left out are those that are a row code (and so no field of their own).
QUESTIONS = {
    "FORM": {f"FRM_{n:02d}" for n in range(1, 31)},
    "T2.1": {f"T21_{n:02d}" for n in range(1, 25)} - {"T21_21"},  # a small table: T21_21A to D
    "T2.2O": {f"T22_{n:02d}" for n in range(1, 5)},
    "T2.2": {f"T22_{n:02d}" for n in range(6, 15)},
    "T2.3": {f"T23_{n:02d}" for n in range(2, 10)},
    "T2.4": {f"T24_{n:02d}" for n in range(1, 21)},
    "T2.5": {f"T25_{n:02d}" for n in range(1, 32)},
    "T2.6": {f"T26_{n:02d}" for n in range(1, 16)},
    "T3.7": {f"T37_{n:02d}" for n in range(2, 23)},
    "T3.8": {f"T38_{n:02d}" for n in range(2, 21)},
    **{code: {f"RSK_{n:02d}" for n in range(2, 31)} for code in RISK_TABLES},
}

# How likely × how bad: content section 5.2, but for 1 × 4; rows from 1 (rare) to 5 (almost certain).
MATRIX = ["LLLMS", "LLMMS", "LMMSH", "LMSHH", "MSHHH"]


@pytest.fixture(scope="module")
def spec() -> Spec:
    return load("hrge_toolkit")


def _rows(block: object) -> int | None:
    """Rows of a table, records of a form that is answered several times, None for a single form."""
    if isinstance(block, RegisterBlock):
        return block.rows
    if isinstance(block, FormBlock):
        return block.records if block.records > 1 else None
    if isinstance(block, ChecklistBlock | CatalogueBlock):
        return None if isinstance(block.items, ItemsFrom) else len(block.items)
    return None


def _items(spec: Spec, tool: str, block: int) -> list[str]:
    found = spec.tool[tool].blocks[block]
    assert isinstance(found, ChecklistBlock | CatalogueBlock)
    assert not isinstance(found.items, ItemsFrom)
    return [item.code for item in found.items]


def test_the_sheets_stand_in_the_order_of_the_content(spec: Spec) -> None:
    assert len(TOOLS) == 26
    sheets = [*PART_1, "T2.1", "T2.1S", "T2.1E", "T2.2O", *PART_2[1:], *PART_3, "LIBRARY", *PART_4]
    assert list(spec.tool) == ["FORM", "DASHBOARD", *sheets, *CALCULATED, "GLOSSARY"]
    always = ["FORM", "DASHBOARD", "LIBRARY", *CALCULATED[1:], "GLOSSARY"]
    assert [tool.code for tool in spec.tools if tool.always] == always
    assert [tool.code for tool in spec.tools if tool.calculated] == ["DASHBOARD", *CALCULATED]
    assert {tool.code: tool.goes_with for tool in spec.tools if tool.goes_with} == {
        "T2.1S": "T2.1",
        "T2.1E": "T2.1",
        "T2.2O": "T2.2",
    }


@pytest.mark.parametrize("code", list(CONTENT["fields_and_rows"]))
def test_each_sheet_has_its_fields_and_rows(spec: Spec, code: str) -> None:
    tool = spec.tool[code]
    rows = [count for count in map(_rows, tool.field_blocks) if count is not None]
    assert [len(tool.fields), rows] == CONTENT["fields_and_rows"][code]


@pytest.mark.parametrize("code", list(QUESTIONS))
def test_no_question_of_the_content_is_lost(spec: Spec, code: str) -> None:
    assert QUESTIONS[code] - set(spec.tool[code].fields) == set()


def test_the_checklists_keep_the_codes_of_their_items(spec: Spec) -> None:
    for number, code in enumerate(PART_1, 1):
        points = [f"T1{number}_{row:02d}" for row in range(1, POINTS[number - 1] + 1)]
        assert (
            sorted(_items(spec, code, 0)) == points
        )  # what was split or added stands beside what it belongs to
    assert _items(spec, "T3.1", 0) == [f"T31_{row:02d}" for row in range(1, 27)]
    assert _items(spec, "T2.2", 0) == CONTENT["items"]["INSTRUMENTS"].split()
    assert _items(spec, "T2.3", 0) == CONTENT["items"]["LAW_TOPICS"].split()


def test_the_nine_considerations_share_one_set_of_columns(spec: Spec) -> None:
    first = list(spec.tool["T1.1"].fields.values())
    assert all(list(spec.tool[code].fields.values()) == first for code in PART_1)


def test_the_catalogue_has_56_complete_indicators(spec: Spec) -> None:
    assert len(CONTENT["items"]["INDICATORS"].split()) == 56
    assert _items(spec, "T4.A", 0) == CONTENT["items"]["INDICATORS"].split()
    block = spec.tool["T4.A"].blocks[0]
    assert isinstance(block, CatalogueBlock)
    assert not isinstance(block.items, ItemsFrom)
    may_be_blank = {"T4A_08", "T4A_12"}  # splits and SDG
    for item in block.items:
        assert {field.code for field in block.fields} - set(item.values) <= may_be_blank, item.code


def test_each_risk_table_offers_the_suggestions_of_its_pillar(spec: Spec) -> None:
    assert sum(CONTENT["library"].values()) == 45
    for tool, (pillar, count) in zip(RISK_TABLES, CONTENT["library"].items(), strict=True):
        offered = spec.tool[tool].fields["RSK_02"]
        found = [item.code for item in spec.tool["LIBRARY"].items if item.has(offered.only)]
        assert found == [f"LIB-{pillar}-{number:02d}" for number in range(1, count + 1)]
        assert offered.to == ("LIBRARY",)


def test_the_glossary_explains_in_few_words_and_every_source_is_cited(spec: Spec) -> None:
    block = spec.tool["GLOSSARY"].blocks[0]
    assert isinstance(block, CatalogueBlock)
    assert not isinstance(block.items, ItemsFrom)
    assert len(block.items) >= 50
    assert all(0 < len(str(item.values["GLO_01"]).split()) <= 40 for item in block.items)
    cited = {
        code for item in block.items for code in str(item.values.get("GLO_02", "")).split(";")
    } - {""}
    assert cited == set(spec.vocabularies["SOURCE"].by_code)


def test_the_library_has_twelve_requests_to_start_from(spec: Spec) -> None:
    found = [item.code for item in spec.tool["LIBRARY"].items if item.has({"LIB_FOR": "T3.7"})]
    assert found == [f"SEED_{number:02d}" for number in range(1, 13)]


def test_fixed_columns_hold_codes_of_their_lists(spec: Spec) -> None:
    for tool in spec.tools:
        for block in tool.field_blocks:
            if not isinstance(block, CatalogueBlock) or isinstance(block.items, ItemsFrom):
                continue
            fields = {field.code: field for field in block.fields}
            for item in block.items:
                for code, value in item.values.items():
                    if fields[code].vocabulary is None:
                        continue
                    codes = spec.vocabularies[str(fields[code].vocabulary)].by_code
                    parts = str(value).split(";") if fields[code].several else [str(value)]
                    assert set(parts) <= set(codes), (tool.code, item.code, code)
                    assert len(parts) <= fields[code].cells or not fields[code].several


@pytest.mark.parametrize("language", ["en", *SPOKEN])
def test_what_an_example_shows_can_be_chosen(spec: Spec, language: str) -> None:
    """An entry by another name than its list has would send a team looking for what is not offered."""
    seen = 0
    for tool in spec.tools:
        for code, text in tool.guide.example.items():
            field = tool.fields[code]
            if field.vocabulary is None:
                continue
            items = spec.vocabularies[field.vocabulary].items
            offered = {
                item.numbered(language) if field.type.stepped else item.label.say(language)
                for item in items
            }
            chosen = text.say(language).split("; ") if field.several else [text.say(language)]
            assert set(chosen) <= offered, (tool.code, code)
            seen += len(chosen)
    assert seen > 90


def test_the_48_lists_of_the_content_have_their_codes(spec: Spec) -> None:
    assert len(CONTENT["lists"]) == 48
    for name, codes in CONTENT["lists"].items():
        assert list(spec.vocabularies[name].by_code) == codes.split(), name


def test_countries_periods_and_tools_can_be_chosen(spec: Spec) -> None:
    assert list(spec.vocabularies["COUNTRY"].by_code) == CONTENT["items"]["COUNTRIES"].split()
    assert list(spec.vocabularies["TOOL"].by_code) == TOOLS
    periods = list(spec.vocabularies["PERIOD"].by_code)
    assert len(periods) == 7 * 7
    assert {"2024", "2025-H2", "2025-Q1", "2030-Q4"} <= set(periods)


def test_the_matrix_is_that_of_the_content(spec: Spec) -> None:
    assert spec.matrix is not None
    cells, steps = spec.matrix.cells, "12345"
    assert ["".join(cells[down][across] for across in steps) for down in steps] == MATRIX
    assert [level.code for level in spec.matrix.levels] == ["L", "M", "S", "H"]


def test_black_text_can_be_read_on_every_level_and_the_levels_get_darker(spec: Spec) -> None:
    assert spec.matrix is not None
    lights = [_luminance(level.colour) for level in spec.matrix.levels]
    assert lights == sorted(lights, reverse=True)
    assert all((light + 0.05) / 0.05 >= 4.5 for light in lights)
    assert all(above / below >= 1.25 for above, below in itertools.pairwise(lights))


def _luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_what_is_sensitive_is_restricted(spec: Spec) -> None:
    assert all(field.restricted for field in spec.tool["T2.5"].fields.values())
    assert spec.tool["T2.4"].fields["T24_18"].restricted
    for code in RISK_TABLES:
        restricted = {field.code for field in spec.tool[code].fields.values() if field.restricted}
        assert {"RSK_06", "RSK_07", "RSK_08", "RSK_13", "RSK_16", "RSK_17", "RSK_28"} <= restricted


def test_every_tool_and_field_says_where_it_comes_from(spec: Spec) -> None:
    tags = set("CSKIA")
    assert all(tool.tag in tags for tool in spec.tools)
    assert all(field.tag in tags for _, _, field in spec.places())
    assert all(vocabulary.tag in tags for vocabulary in spec.vocabularies.values())


def test_purposes_are_short(spec: Spec) -> None:
    assert all(0 < len(tool.purpose.say("en")) <= 140 for tool in spec.tools)


def test_the_program_knows_nothing_of_the_toolkit(spec: Spec) -> None:
    """No title, code or list of the Toolkit in the texts that the program works with."""
    names = [
        text.say("en") for code in TOOLS for text in (spec.tool[code].title, spec.tool[code].sheet)
    ]
    codes = [
        r"FRM_",
        r"RSK_",
        r"P1_",
        r"EV_",
        r"T\d\d_\d",
        r"T4[ABC]_",
        r"LIB[-_]",
        r"T[1-4]\.[1-9ABC]\b",
    ]
    pattern = re.compile("|".join(rf"\b{part}" for part in (*map(re.escape, names), *codes)))
    found = [
        f"{file.name}:{line}: {text[:60]}"
        for file in sorted(Path(hrge_xl.__file__).parent.rglob("*.py"))
        for line, text in _texts(file)
        if pattern.search(text) or text in CONTENT["lists"]
    ]
    assert found == []


def _texts(file: Path) -> list[tuple[int, str]]:
    """The string literals of a module, docstrings left out."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
    ]
