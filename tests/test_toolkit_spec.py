"""The Toolkit spec holds what the content asks for, and the program knows nothing of it.

What is expected is written out here by hand, so that a lost question, row or code shows.
"""

from __future__ import annotations

import ast
import itertools
import re
import shutil
from pathlib import Path

import pytest

import hrge_xl
from hrge_xl import load
from tests.face import (
    CatalogueBlock,
    ChecklistBlock,
    FormBlock,
    ItemsFrom,
    RegisterBlock,
    Spec,
    find,
)

PART_1 = [f"T1.{number}" for number in range(1, 10)]
PART_2 = [f"T2.{number}" for number in range(1, 7)]
PART_3 = [f"T3.{number}" for number in range(1, 9)]
PART_4 = ["T4.A", "T4.B", "T4.C"]
CALCULATED = ["MATRIX", "BARRIERS", "ACTIONS", "CHECKS"]
TOOLS = [*PART_1, *PART_2, *PART_3, *PART_4]
RISK_TABLES = ["T3.2", "T3.3", "T3.4", "T3.5", "T3.6"]
SPOKEN = ["ar", "ckb", "es", "fa", "fa-AF", "fr", "ru", "ur", "zh"]

POINTS = (15, 8, 9, 10, 9, 10, 8, 11, 8)  # of each sheet of Part 1: eight, and those that were split or added

# Fields of each sheet, and the rows of each of its tables from top to bottom (records of a form).
FIELDS_AND_ROWS = {
    "FORM": (33, []),  # the 26 ticks are the tools that are issued
    **{
        code: (9, [points]) for code, points in zip(PART_1, POINTS, strict=True)
    },  # 7 answers and 2 on the source
    "T2.1": (25, []),
    "T2.1S": (4, [6]),
    "T2.1E": (3, [13]),
    "T2.2O": (4, []),
    "T2.2": (12, [35]),
    "T2.3": (12, [23]),
    "T2.4": (24, [15]),
    "T2.5": (35, [6, 6, 6, 6, 6]),
    "T2.6": (18, [20]),
    "T3.1": (6, [26]),
    "T3.2": (33, [25]),
    "T3.3": (33, [25]),
    "T3.4": (33, [25]),
    "T3.5": (33, [25]),
    "T3.6": (33, [25]),
    "T3.7": (23, [15]),
    "T3.8": (20, [10]),
    "T4.A": (18, [56]),
    "T4.B": (30, [25]),
    "T4.C": (44, [30]),
}

INDICATORS = (
    "I01 I02 I03 I04 SP1 SP2 SP3 SP4 SP5 LA1 LA2 LA7 LA3 LA4 LA5 LA6 "
    "CB1 CB2 CB3 CB4 CB5 CB6 CB7 CB8 CB9 CB10 RC1 RC2 RC3 RC4 RC5 "
    "PA1 PA2 PA3 PA4 PA5 PA6 PA7 PA8 PA10 PA9 JU1 JU2 JU3 JU4 JU5 DA1 DA2 MN1 MN2 MN3 MN4 MN5 MN6 MN7 MN8"
)

INSTRUMENTS = (
    "UNTOC TIPP SOMP ICCPR ICCPR-OP2 ICESCR CEDAW CEDAW-OP ICERD CAT OPCAT CRC CRC-OPSC CRC-OPAC CRPD ICRMW "
    "CED CSR51 CSR67 STL54 STL61 C029 P029 C105 C138 C182 C189 C190 C097 C143 C181 ROME VCCR UNCAC REG"
)

LAW_TOPICS = "EQU TIP SOM NPU NLI CHI GBV LAB MIG ASY SOC AID WIT REM DEF DET SEN AML DAT CIV CUS DIS BIL"

LIBRARY = {"SP": 8, "LA": 9, "CB": 9, "RC": 8, "PA": 9}

COUNTRIES = (
    "AFG IRN IRQ PAK BGD TJK KGZ KAZ UZB BLR BRA COL EGY LAO MLI MAR NPL NER ZAF UKR "
    "REG-ASME REG-CAS REG-SAS GLO"
)

# The 48 lists of the content.
VOCABULARIES = {
    "YPN": "Y P N NK NA",
    "YN": "Y N",
    "REL": "H S NR",
    "CONF": "H M L NS",
    "SEX": "F M X U",
    "AGE": "C A U",
    "AGE5": "C0 C1 A1 A2 A3 A4 U",
    "NAT": "NAT FOR STL U",
    "DIS": "D1 D0 U",
    "STATUS": "REG IRR ASY REF IDP RET NON U",
    "GROUP": "WOM MEN GIR BOY UAM VOT SOM MIG ACC CON WIT DIS SOGIESC OLD IND ETH REF IDP STL DOM "
    "LAB RUR HRD FLO OTH",
    "DUTY": "MOI POL BOR PRO JUD PRI LEG MOJ SOC LAB MFA HEA NCB NRP NHRI GEM STA DEF BAR MIL INT LOC CSO "
    "SHE IO OTH",
    "STAGE": "LEG PRE IDR PAA RET INV DAT PRD SEN",
    "PILLAR": "SP LA CB RC PA XC",
    "CRIME": "TIP SOM BOTH",
    "BARRIER": "LAW DOC INF LAN FIN GEO ACC FEA STI ATT CAP COR DAT SAF OTH",
    "SEV4": "1 2 3 4",
    "CAP4": "0 1 2 3 NK",
    "RATIF": "R RR S N NA NK",
    "RISKCAT": "LIFE LIB TORT FAIR NREF PRIV DISC GBV CHIL LABR PART ACCT RETR DUTY DATA REPU DELI",
    "RISKDIR": "PEO CTX PRJ",
    "RESP": "AVO RED SHA ACC ESC",
    "RSTAT": "OPN TRE MAT ESC CLO",
    "ASTAT": "NST ONG DON LAT DRP",
    "CTRL": "0 1 2 3 4",
    "GEM": "0 1 2 3",
    "HRM": "0 1 2 3",
    "DACG": "0 1 2",
    "LEVEL": "IMP OUT OPT MNS",
    "FOCUS": "HR GE BOTH",
    "OHCHR": "S P O",
    "ITYPE": "CNT PCT RAT SCO YN",
    "DIRN": "UP DN EQ CTX",
    "FREQ": "EVT MON QTR HYR ANN BME",
    "QUAL": "V R E M S",
    "MOV": "ATT TST SUR ADM LEG DOC OBS TBR CSO STA EVA",
    "EXPL": "SEX LAB DOM BEG CRI MAR ORG ARM MIX OTH U",
    "SUPP": "TRN PRG FIN LOG OPS JNT EQP",
    "EXCL": "X1 X2 X3 X4 X5 X6 NO",
    "HRD5": "OUT GO GOM DEF NO SUS",
    "HRLEV": "L M H",
    "ADVT": "CH SU NE RE OP",
    "ADVC": "BIL TEC EVT MED SOC NET UNM TRN DON",
    "LLTYPE": "POS NEG UNX",
    "LLSTAT": "DRF VAL APP RET",
    "PHASE": "DES IMP MON EVA",
    "SIGN": "DRF SUB RET APP FRZ",
    "ROLE": "HOF PCO PRG NPO RTA HRG GEN MEL CON IMP CPT CSO PSC",
}

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
    always = ["FORM", "DASHBOARD", "LIBRARY", *CALCULATED, "GLOSSARY"]
    assert [tool.code for tool in spec.tools if tool.always] == always
    assert [tool.code for tool in spec.tools if tool.calculated] == ["DASHBOARD", *CALCULATED]
    assert {tool.code: tool.goes_with for tool in spec.tools if tool.goes_with} == {
        "T2.1S": "T2.1", "T2.1E": "T2.1", "T2.2O": "T2.2",
    }  # fmt: skip


@pytest.mark.parametrize("code", list(FIELDS_AND_ROWS))
def test_each_sheet_has_its_fields_and_rows(spec: Spec, code: str) -> None:
    tool = spec.tool[code]
    rows = [count for count in map(_rows, tool.field_blocks) if count is not None]
    assert (len(tool.fields), rows) == FIELDS_AND_ROWS[code]


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
    assert _items(spec, "T2.2", 0) == INSTRUMENTS.split()
    assert _items(spec, "T2.3", 0) == LAW_TOPICS.split()


def test_the_nine_considerations_share_one_set_of_columns(spec: Spec) -> None:
    first = list(spec.tool["T1.1"].fields.values())
    assert all(list(spec.tool[code].fields.values()) == first for code in PART_1)


def test_the_catalogue_has_56_complete_indicators(spec: Spec) -> None:
    assert len(INDICATORS.split()) == 56
    assert _items(spec, "T4.A", 0) == INDICATORS.split()
    block = spec.tool["T4.A"].blocks[0]
    assert isinstance(block, CatalogueBlock)
    assert not isinstance(block.items, ItemsFrom)
    may_be_blank = {"T4A_08", "T4A_12"}  # splits and SDG
    for item in block.items:
        assert {field.code for field in block.fields} - set(item.values) <= may_be_blank, item.code


def test_each_risk_table_offers_the_suggestions_of_its_pillar(spec: Spec) -> None:
    assert sum(LIBRARY.values()) == 43
    for tool, (pillar, count) in zip(RISK_TABLES, LIBRARY.items(), strict=True):
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
    cited = {code for item in block.items for code in str(item.values.get("GLO_02", "")).split(";")} - {""}
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
                item.numbered(language) if field.type.stepped else item.label.say(language) for item in items
            }
            chosen = text.say(language).split("; ") if field.several else [text.say(language)]
            assert set(chosen) <= offered, (tool.code, code)
            seen += len(chosen)
    assert seen > 90


def test_the_48_lists_of_the_content_have_their_codes(spec: Spec) -> None:
    assert len(VOCABULARIES) == 48
    for name, codes in VOCABULARIES.items():
        assert list(spec.vocabularies[name].by_code) == codes.split(), name


def test_countries_periods_and_tools_can_be_chosen(spec: Spec) -> None:
    assert list(spec.vocabularies["COUNTRY"].by_code) == COUNTRIES.split()
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
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
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


def test_a_tool_is_added_by_one_file(tmp_path: Path) -> None:
    folder = tmp_path / "hrge_toolkit"
    shutil.copytree(find("hrge_toolkit"), folder)
    (folder / "tools" / "t3_9_new.yaml").write_text(
        "code: T3.9\nsheet: 3.9 New\ntitle: A new tool\nblocks:\n  - kind: checklist\n"
        "    items:\n      - {code: T39_01, label: First point}\n    fields:\n      - use: evidence\n",
        encoding="utf-8",
    )
    head = folder / "workbook.yaml"
    head.write_text(head.read_text(encoding="utf-8").replace("T3.8,", "T3.8, T3.9,", 1), encoding="utf-8")
    assert list(load(folder).tool["T3.9"].fields) == ["EV_SRC", "EV_CONF"]


def test_the_program_knows_nothing_of_the_toolkit(spec: Spec) -> None:
    """No title, code or list of the Toolkit in the texts that the program works with."""
    names = [text.say("en") for code in TOOLS for text in (spec.tool[code].title, spec.tool[code].sheet)]
    codes = [r"FRM_", r"RSK_", r"P1_", r"EV_", r"T\d\d_\d", r"T4[ABC]_", r"LIB[-_]", r"T[1-4]\.[1-9ABC]\b"]
    pattern = re.compile("|".join(rf"\b{part}" for part in (*map(re.escape, names), *codes)))
    found = [
        f"{file.name}:{line}: {text[:60]}"
        for file in sorted(Path(hrge_xl.__file__).parent.rglob("*.py"))
        for line, text in _texts(file)
        if pattern.search(text) or text in VOCABULARIES
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
