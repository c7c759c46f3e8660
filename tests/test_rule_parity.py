"""For every rule of the Toolkit, planted violation and clean case: LibreOffice recalculates, sheet equals reader."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from hrge_xl import Order, generate
from tests.answers import layout, spec
from tests.face import Rule, Spec, build
from tests.made_workbooks import recalculate_on
from tests.test_parity import disagreements
from tests.test_toolkit_rules import rules_of, written
from tests.toolkit_rule_cases import CASES, TODAY, Case

TOOLKIT = "hrge_toolkit"
FIRST_OF_EACH = list({case.code: case for case in reversed(CASES)}.values())
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
    order = Order("PAK", TODAY, "", "en", tools, answers=answers, last=last)
    source.write_bytes(generate(loaded, order))
    recalculate_on(TODAY, office, source, saved)
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
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code}-{case.tool}")
def test_sheet_and_reader_agree_on_every_case(case: Case, kind: str, office: Any, tmp_path: Path) -> None:
    agree(case, kind, office, tmp_path)
