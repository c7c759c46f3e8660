"""The second law: what the sheet says after recalculation is what the reader says, cell by cell, in any spec."""

from __future__ import annotations

import copy
import random
import re
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from hrge_xl import ExpectedReturn, Order, Spec, generate, load
from hrge_xl.core.errors import SpecError
from tests.answers import TODAY, layout, plain_value, spec
from tests.face import Layout, Rule, address, build, kind_called
from tests.made_specs import SPECS, Files, specs, write
from tests.made_workbooks import opened, recalculate_on
from tests.parity import (
    NASTY_NUMBERS,
    NASTY_TEXTS,
    disagreements,
    filled,
    findings,
    placed,
    recalculated,
    said_differently,
    shown,
)
from tests.property_tests import examples
from tests.read_and_check import check, read
from tests.tables import table
from tests.telling import telling
from tests.test_round_trip import DRAFTED, SOME_TOOLS
from tests.test_toolkit_rules import rules_of, written
from tests.toolkit_rule_cases import CASES as RULE_CASES
from tests.toolkit_rule_cases import TODAY as RULE_DAY
from tests.toolkit_rule_cases import Case

CASES = [("example", tag, None, 0) for tag in ("en", "fr", "ar")]
OTHERS = [("hrge_toolkit", "en", SOME_TOOLS, 0)]
OTHERS += [("example", tag, None, seed) for tag in ("en", "fr", "ar") for seed in (1, 2)]
OTHERS += [("hrge_toolkit", tag, SOME_TOOLS, 1) for tag in ("en", *DRAFTED)]
FURTHER = [pytest.param(*case, marks=pytest.mark.deep) for case in OTHERS]


TABLE = table("parity")


def order(language: str = "en", tools: tuple[str, ...] | None = None) -> Order:
    return Order("PAK", TODAY, "PAK", language, tools)


@pytest.mark.office
@pytest.mark.parametrize(("name", "language", "tools", "seed"), [*CASES, *FURTHER])
def test_the_sheet_says_what_the_reader_says(
    name: str, language: str, tools: tuple[str, ...] | None, seed: int, office: Any, tmp_path: Path
) -> None:
    where = layout(name, language, tools)
    cells = filled(where, random.Random(seed))
    assert (
        disagreements(recalculated(where, cells, tmp_path, office, order(language, tools)), where)
        == []
    )


ANYTHING = st.one_of(
    st.sampled_from([*NASTY_TEXTS, *NASTY_NUMBERS]),
    st.floats(-1e6, 1e6, allow_nan=False).map(lambda number: float(f"{number:.9g}")),
    st.text(
        st.characters(codec="latin-1", exclude_categories=("Cc", "Cf")), min_size=1, max_size=12
    ).filter(str.strip),
)


@pytest.mark.deep
@pytest.mark.office
@examples(12, suppress=HealthCheck)
@given(data=st.data())
def test_hypothesis_finds_no_disagreement(data: st.DataObject, office: Any, tmp_path: Path) -> None:
    where = layout("example", "fr")
    slots = [slot for slot in where.slots.values() if not slot.field.calculated]
    cells = {}
    for slot in data.draw(
        st.lists(st.sampled_from(slots), min_size=5, max_size=40, unique_by=lambda s: s.key)
    ):
        right = shown(where, slot, plain_value(where, slot, data.draw(st.integers(0, 8))))
        value = data.draw(st.just(right) | ANYTHING) if right is not None else data.draw(ANYTHING)
        cells[where.sheet[slot.tool].name, address(*slot.cells[0])] = value
    assert disagreements(recalculated(where, cells, tmp_path, office, order("fr")), where) == []


@pytest.mark.office
def test_references_are_read_alike_whatever_their_spelling(office: Any, tmp_path: Path) -> None:
    where = layout("example", "en")
    texts = (
        "C1_02 A room",
        "  C1_02  A room ",
        " C9_99 nothing",
        " Nothing",
        "c1_02 a ROOM",
        "Ｃ１_０２ A room",
        "C1_02\u00a0A room",
        "C1_02: A room",
    )
    cells = placed(
        where, {("R1", f"K-0{n}", "RSK_08"): text for n, text in enumerate(texts, start=1)}
    )
    assert disagreements(recalculated(where, cells, tmp_path, office, order()), where) == []


@pytest.mark.office
def test_marks_for_no_answer_and_truth_values_are_seen_alike(office: Any, tmp_path: Path) -> None:
    """Typed at the keyboard, for what comes of it is the program's choice."""
    where = layout("example", "en")
    source, saved = tmp_path / "issued.xlsx", tmp_path / "saved.xlsx"
    source.write_bytes(generate(spec("example"), order()))
    typed_there = dict(zip((f"PLN_{n:02d}" for n in (1, 3, 12)), ("...", "-", "?"), strict=True))
    typed_there |= dict.fromkeys((f"PLN_{n:02d}" for n in (4, 6, 7, 8, 9, 10)), "TRUE")
    marks = dict(
        zip(where.row_codes["R1"], (".", "…", "--", "—", " – ", "؟", "n/a", "-5"), strict=True)
    )
    with office.open(source) as document:
        for code, text in typed_there.items():
            document.type("Plan", address(*where.slots["PLAN", "1", code].cells[0]), text)
        for row, text in marks.items():
            document.type_text("Risks", address(*where.slots["R1", row, "RSK_01"].cells[0]), text)
            document.type("Risks", address(*where.slots["R1", row, "RSK_03"].cells[0]), "TRUE")
        document.recalculate()
        document.save_as(saved)
    assert disagreements(saved, where) == []
    found = check([(read(saved.read_bytes()), where)], today=TODAY)[0].findings
    assert {each.field for each in found if each.code == "V001"} >= {"PLN_01", "PLN_03", "RSK_01"}
    assert sum(each.field == "RSK_01" for each in found if each.code == "V001") == 6
    assert {each.field for each in found if each.code in ("V003", "V005")} >= {"PLN_04", "PLN_06"}
    assert {each.field for each in found if each.code == "V002"} >= {
        "RSK_03"
    }  # a step is one of a list


@pytest.mark.office
@pytest.mark.parametrize("language", telling(["ne", "en", "fa"], "fa"))
def test_numbers_and_dates_typed_as_text_are_seen_alike(
    language: str, office: Any, tmp_path: Path
) -> None:
    """Also years of a calendar of the workbook's own language, as text and as a real date or number."""
    files = copy.deepcopy(SPECS["figures"])
    files["workbook.yaml"]["languages"] = [language]
    where, want = build(load(write(files, tmp_path)), language), ExpectedReturn(str(tmp_path))
    values = {
        ("FIG", row, code): value
        for code, values in TABLE["figures"].items()
        for row, value in zip(where.row_codes["FIG"], values, strict=False)
    }
    saved = recalculated(where, placed(where, values), tmp_path, office, order(language))
    assert disagreements(saved, where, want) == []
    submission = read(saved.read_bytes(), want)
    refused = {answer.original for answer in submission.answers if answer.problem == "V007"}
    assert {"1405-01-11", 1405.0, "1405", 2569.0} <= refused
    assert (2083.0 in refused, "2083" in refused, "2083-01-15" in refused) == (
        language == "ne",
    ) * 3
    found = check([(submission, where)], today=TODAY)[0].findings
    days = {each.value for each in found if each.code == "V007" and each.field == "FIG_01"}
    assert ("2070-01-01" in days, "2090-12-31" in days) == (language == "ne",) * 2


# made specs


@pytest.mark.office
@given(files=specs(), seed=st.integers(0, 2**32))
@examples(30, suppress=HealthCheck)
def test_sheets_of_any_spec_say_what_the_reader_says(files: Files, seed: int, office: Any) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder, chance = Path(name), random.Random(seed)
        made = load(write(files, folder))
        where = build(made, chance.choice(made.languages))
        assert list(said_differently(where, filled(where, chance), folder, office)) == []


LISTED: dict[
    str, list[tuple[Any, ...]]
] = {  # by row; each of them right, and none as the sheet writes it
    "S_1": [("First",), ("Second",)],
    "S_2": [("LATE",), (" on time",)],
    "S_3": [("2026-05-04",), ("4 May 2026",)],
    "S_4": [(None, "late", "ON_TIME")] * 2,
    "S_5": [("S-01",)] * 2,
    "S_6": [("2 - Much",), ("little",)],
}


@pytest.mark.office
def test_a_list_shows_what_stands_in_its_rows(office: Any, tmp_path: Path) -> None:
    """Answers in other words than the sheet's own, and with a gap between them, are listed as they stand."""
    where = build(load(write(SPECS["lists"], tmp_path)), "en")
    rows = enumerate(("S-01", "S-02"))
    cells = placed(
        where, {("S", row, code): typed[n] for n, row in rows for code, typed in LISTED.items()}
    )
    assert list(said_differently(where, cells, tmp_path, office)) == []


@pytest.mark.office
def test_a_ranked_list_has_the_highest_first_and_of_equals_the_first(
    office: Any, tmp_path: Path
) -> None:
    """What has no rank comes last; a compact list shows the same with its links in front."""
    files = copy.deepcopy(SPECS["lists"])
    steps, collected = (files[f"tools/{name}.yaml"]["blocks"][0] for name in "sl")
    steps["rows"] = 4
    collected |= {"compact": True, "rows": 3}
    collected["sources"][0]["rank"] = "S_6 * 2"
    where = build(load(write(files, tmp_path)), "en")
    typed = {
        "S-01": ("Low", 1),
        "S-02": ("High", 2),
        "S-03": ("None", None),
        "S-04": ("Also high", 2),
    }
    cells = placed(
        where,
        {
            ("S", row, code): value
            for row, values in typed.items()
            for code, value in zip(("S_1", "S_6"), values, strict=True)
        },
    )
    assert list(said_differently(where, cells, tmp_path, office)) == []
    block = where.sheet["L"].drawn[0]
    sheet = opened((tmp_path / "saved.xlsx").read_bytes(), values=True)["List"]
    rows = [
        [sheet.cell(row, block.left + n).value for n in (0, 1)]
        for row in range(block.head + 1, block.head + 4)
    ]
    assert rows == [["S-02", "High"], ["S-04", "Also high"], ["S-01", "Low"]]


# where sheet and reader once differed: blanks, answers in error, records side by side, big numbers


@pytest.mark.office
@pytest.mark.parametrize("case", TABLE["blanks"])
def test_sheet_and_reader_agree_about_blanks(case: str, office: Any, tmp_path: Path) -> None:
    where = build(load(write(SPECS["blanks"], tmp_path)), "en")
    cells = placed(
        where, {(tool, row, field): value for tool, row, field, value in TABLE["blanks"][case]}
    )
    assert list(said_differently(where, cells, tmp_path, office)) == []


# what is rarely typed and rarely written in a spec: each of it once made them disagree

Row = dict[str, Any]
ENTRIES = [{"code": code, "label": f"Word {code}", "aliases": [f"word of {code}"]} for code in "AB"]
FIELDS: list[dict[str, Any]] = [
    {"code": "Q_A", "type": "text", "label": "A"},
    {"code": "Q_B", "type": "choice", "vocabulary": "WORDS", "label": "B"},
    {"code": "Q_E", "type": "many", "vocabulary": "WORDS", "cells": 2, "label": "E"},
    {"code": "Q_N", "type": "decimal", "label": "N"},
    {"code": "Q_G", "type": "many", "vocabulary": "WORDS", "cells": 2, "label": "G"},
    {"code": "Q_R", "type": "reference", "to": ["T"], "label": "R"},
]


def spec_with(
    check: str = "", at: str = "Q_A", *, read: bool = False, expressions: int = 1, **more: Any
) -> Files:
    """One register with a field of each kind; with a rule, only read if need be, or with a further field Q_Z."""
    further = {"code": "Q_Z", "type": "text", "label": "Z", **more}
    register = {
        "kind": "register",
        "id": "T-",
        "rows": 4,
        "fields": [*FIELDS, *([further] if more else [])],
    }
    rule = {"code": "R-1", "tool": "T", "at": [at], "check": check, "message": "Look at it again."}
    if read:
        rule["reader_only"] = "No sheet can."
    return {
        "workbook.yaml": {
            "name": "made",
            "version": "1",
            "title": "Made",
            "languages": ["en"],
            "sheets": ["T"],
            "expressions": expressions,
        },
        "vocabularies.yaml": {"WORDS": {"items": ENTRIES}},
        "tools/t.yaml": {"code": "T", "sheet": "Sheet T", "title": "T", "blocks": [register]},
        **({"rules.yaml": [rule]} if check else {}),
    }


def cells_of(where: Layout, rows: list[Row]) -> dict[tuple[str, str], Any]:
    """What stands in the cells of the register; an answer without a question is left out."""
    keys = {
        ("T", f"T-{n:02d}", code): typed
        for n, row in enumerate(rows, start=1)
        for code, typed in row.items()
    }
    return placed(where, {key: typed for key, typed in keys.items() if key in where.slots})


@pytest.mark.office
@pytest.mark.parametrize("name", TABLE["oddities"])
def test_sheet_and_reader_say_the_same_of_it(name: str, office: Any, tmp_path: Path) -> None:
    options, rows = TABLE["oddities"][name]
    where = build(load(write(spec_with(**options), tmp_path)), "en")
    assert list(said_differently(where, cells_of(where, rows), tmp_path, office)) == []


@pytest.mark.parametrize(
    ("check", "reason"),
    [
        ("Q_A == ''", "No answer equals an empty text"),
        ("Q_N < 1e999", "No cell of a spreadsheet holds a number this large"),
        (f"Q_N < 1{'0' * 400}", "No cell of a spreadsheet holds a number this large"),
        ("not " * 3000 + "Q_N > 1", "The expression is nested too deeply"),
        (f"Q_N > {'-' * 3000}1", "The expression is nested too deeply"),
        (f"Q_N > {'-' * 30_000}1", "The expression is nested too deeply"),
    ],
    ids=["empty text", "1e999", "400 digits", "not not", "minus minus", "more of it"],
)
def test_an_expression_that_no_sheet_can_hold_is_told(
    check: str, reason: str, tmp_path: Path
) -> None:
    with pytest.raises(SpecError) as told:
        load(write(spec_with(check), tmp_path))
    assert [reason in line for line in told.value.lines] == [True]


ROW = {"Q_A": "x", "Q_B": "Word A", "Q_N": 5, "Q_Z": "z"}
OTHERWISE: list[Row] = [  # read all the same, and not understood by the sheet
    ROW | {"Q_B": " Word A "},
    ROW | {"Q_B": "A"},
    ROW | {"Q_B": "word of A"},
    ROW | {"Q_N": "5"},
]
BOTH = "Q_B == 'A' and Q_N > 1"
SOURCE = {"tool": "T", "keep": BOTH, "columns": {"c": "Q_A"}}
DECIDED: dict[str, Files] = {
    "whether it is asked": spec_with(relevant=BOTH),
    "whether it is required": spec_with(required={"when": BOTH}),
    "a rule": spec_with(f"not ({BOTH})"),
    "what is counted": spec_with(f"count_if('T', {BOTH}) == 0"),
    "how much is answered": spec_with("completeness('T') == 1")
    | {
        "tools/s.yaml": {
            "code": "S",
            "sheet": "Sheet S",
            "title": "S",
            "always": True,
            "blocks": [
                {
                    "kind": "form",
                    "fields": [
                        {
                            "code": "Q_S",
                            "type": "text",
                            "label": "S",
                            "required": {"when": f"count_if('T', {BOTH}) == 4"},
                        }
                    ],
                }
            ],
        },
        "rules.yaml": [
            {
                "code": "R-1",
                "tool": "T",
                "at": ["Q_A"],
                "check": "completeness('S') == 1",
                "message": "No.",
            }
        ],
    },
    "a list": spec_with()
    | {
        "tools/l.yaml": {
            "code": "L",
            "sheet": "List",
            "title": "List",
            "always": True,
            "blocks": [{"kind": "collect", "rows": 4, "columns": {"c": "A"}, "sources": [SOURCE]}],
        },
    },
}


@pytest.mark.office
@pytest.mark.parametrize("what", DECIDED)
def test_a_sheet_that_does_not_understand_what_decides_was_not_falsified(
    what: str, office: Any, tmp_path: Path
) -> None:
    """What such an answer decides it cannot know: it says what follows from the cell as it stands."""
    files = DECIDED[what]
    files["workbook.yaml"]["sheets"] = [
        path[6].upper() for path in files if path.startswith("tools/")
    ]
    where, want = build(load(write(files, tmp_path)), "en"), ExpectedReturn(str(tmp_path))
    saved = recalculated(where, cells_of(where, OTHERWISE), tmp_path, office)
    found = [each.code for each in findings(saved, where, want)]
    assert {"V102", "V104", "V106", "V107"} <= set(found)
    assert kind_called("result-differs").code not in found


# for every rule of the Toolkit, planted violation and clean case

TOOLKIT = "hrge_toolkit"
FIRST_OF_EACH = list({case.code: case for case in reversed(RULE_CASES)}.values())
SHEET_TOOL = re.compile(r"T\d\.\w")


def tools_for(loaded: Spec, rule: Rule, used: set[str]) -> tuple[str, ...]:
    """The sheets that a rule reads, and those that these read."""
    named = SHEET_TOOL.findall(f"{rule.when or ''} {rule.check or ''}")
    wanted = {rule.tool, "T1.1", *used, *named}
    if wanted & {"T4.B", "T4.C"}:
        wanted |= {"T4.A", "T4.B"}
    return tuple(code for code in loaded.tool if code in wanted)


def agree(case: Case, kind: str, office: Any, folder: Path) -> None:
    loaded = spec(TOOLKIT)
    rule = rules_of(loaded, case)[0]
    if rule.reader_only:
        return
    cells = case.fires if kind == "fires" else case.fires | case.silent
    answers, last = (written(layout(TOOLKIT), each, rule.tool) for each in (cells, case.last))
    tools = tools_for(loaded, rule, {key[0] for key in answers})
    source, saved = folder / "issued.xlsx", folder / "saved.xlsx"
    made = Order("PAK", RULE_DAY, "", "en", tools, answers=answers, last=last)
    source.write_bytes(generate(loaded, made))
    recalculate_on(RULE_DAY, office, source, saved)
    where = build(loaded, "en", tools, last=bool(last))
    assert disagreements(saved, where) == []


@pytest.mark.deep
@pytest.mark.office
@pytest.mark.parametrize("case", FIRST_OF_EACH[::3], ids=lambda case: case.code)
def test_sheet_and_reader_agree_on_a_violation(case: Case, office: Any, tmp_path: Path) -> None:
    agree(case, "fires", office, tmp_path)


@pytest.mark.long
@pytest.mark.office
@pytest.mark.parametrize("kind", ["fires", "silent"])
@pytest.mark.parametrize("case", RULE_CASES, ids=lambda case: f"{case.code}-{case.tool}")
def test_sheet_and_reader_agree_on_every_case(
    case: Case, kind: str, office: Any, tmp_path: Path
) -> None:
    agree(case, kind, office, tmp_path)
