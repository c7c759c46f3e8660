"""What an expression of a spec means is the same in the sheet and to the reader, or `spec check` refuses it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from hrge_xl import load
from tests.answers import TODAY
from tests.build_submission import submission
from tests.face import Grid, address, build
from tests.made_specs import Files, write
from tests.read_and_check import calculated, check
from tests.tables import table
from tests.test_cli import run

TEXT, NUMBER = ({"type": kind, "label": kind} for kind in ("text", "decimal"))
WORDS = [{"code": "ON", "label": "On time"}, {"code": "LATE", "label": "Late"}]


def spec(*tools: dict[str, Any], **more: Any) -> Files:
    """A spec of some sheets, each of one block."""
    head = {
        "name": "made",
        "version": "1",
        "title": "Made",
        "languages": ["en"],
        "sheets": [t["code"] for t in tools],
    }
    files: Files = {"workbook.yaml": head, "vocabularies.yaml": {"WORDS": {"items": WORDS}}}
    files |= {f"tools/{tool['code'].lower()}.yaml": tool for tool in tools}
    return files | {f"{name}.yaml": content for name, content in more.items()}


def tool(code: str, *fields: dict[str, Any], always: bool = False, **block: Any) -> dict[str, Any]:
    """A sheet with a register, or what the block says."""
    numbered = [
        {"code": f"{code}_{number}"} | field for number, field in enumerate(fields, start=1)
    ]
    kind = {"kind": "register", "id": f"{code}-", "rows": 3} | block
    blocks = [kind | {"fields": numbered}]
    return {
        "code": code,
        "sheet": f"Sheet {code}",
        "title": code,
        "always": always,
        "blocks": blocks,
    }


def items(*values: dict[str, Any]) -> dict[str, Any]:
    """A list of items with these values."""
    return {
        "kind": "checklist",
        "id": None,
        "rows": None,
        "items": [
            {"code": f"I_{n}", "label": f"Item {n}", "values": each}
            for n, each in enumerate(values, start=1)
        ],
    }


def listed(code: str, *fields: dict[str, Any], values: list[dict[str, Any]]) -> dict[str, Any]:
    """A sheet with a list of items."""
    made = tool(code, *fields)
    block = made["blocks"][0] | items(*values)
    made["blocks"] = [{name: value for name, value in block.items() if value is not None}]
    return made


def formula(text: str, result: str = "number") -> dict[str, Any]:
    return {"type": "calculated", "label": "c", "formula": text, "result": result}


def said(files: Files, folder: Path) -> str:
    """What `spec check` says."""
    done = run("spec", "check", write(files, folder))
    return done.stdout + done.stderr


# the sheet


def test_a_fixed_column_is_a_cell_to_the_formulas_of_its_row(tmp_path: Path) -> None:
    made = listed(
        "A", NUMBER | {"fixed": True}, formula("A_1 * 2"), values=[{"A_1": 3}, {"A_1": 4}]
    )
    assert "No mistake" in said(spec(made), tmp_path / "spec")
    assert run("generate", tmp_path / "spec", "-o", tmp_path / "out").returncode == 0
    (file,) = (tmp_path / "out").glob("*.xlsx")
    (place,) = build(load(tmp_path / "spec"), "en").slots["A", "I_1", "A_2"].cells
    shown, written = (
        openpyxl.load_workbook(file, data_only=values)["Sheet A"] for values in (True, False)
    )
    assert shown[address(*place)].value == 6
    assert '""*2' not in written[address(*place)].value


@pytest.mark.parametrize(
    ("file", "files", "reason"),
    [
        (
            "a",
            listed(
                "A",
                {"type": "many", "vocabulary": "WORDS", "label": "m", "fixed": True},
                formula("1 if 'ON' in A_1 else 0"),
                values=[{"A_1": "ON;LATE"}],
            ),
            "A sheet cannot calculate whether an answer is among several others, and it has to show the result.",
        ),
        (
            "a",
            listed(
                "A",
                {"type": "many", "vocabulary": "WORDS", "label": "m", "fixed": True},
                formula("count_of(A_1)"),
                values=[{"A_1": "ON"}],
            ),
            "A sheet cannot calculate this count_of()",
        ),
        (
            "a",
            tool("A", TEXT, TEXT | {"fixed": True}),
            "'A_2' is fixed, and no rows are written out here",
        ),
        (
            "a",
            listed(
                "A", {"type": "yesno", "label": "y", "fixed": True}, values=[{"A_1": "perhaps"}]
            ),
            "'perhaps' is not a code of this list. Known are: Y, N.",
        ),
        (
            "a",
            listed(
                "A",
                {"type": "reference", "to": ["A"], "label": "y", "fixed": True},
                values=[{"A_1": "I_9"}],
            ),
            "'I_9' is not a row of A.",
        ),
        (
            "a",
            tool("A", TEXT, formula("join(filled(A_1), '!')", "text")),
            "join() takes answers, not a condition",
        ),
    ],
)
def test_what_no_sheet_can_say_is_refused_with_its_place(
    file: str, files: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    told = said(spec(files), tmp_path)
    assert reason in told
    assert f"tools/{file}.yaml:" in told


def test_an_expression_that_would_read_no_cell_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whatever may be forgotten one day: no text stands in the place of an answer."""
    made = listed("A", NUMBER | {"fixed": True}, formula("A_1 * 2"), values=[{"A_1": 3}])
    monkeypatch.setattr(
        Grid,
        "cells_by_row",
        property(
            lambda grid: {
                row: {c: s.cells for c, s in of.items()} for row, of in grid.by_row.items()
            }
        ),
    )
    assert "A sheet cannot read 'A_1' here: it has no cell." in said(spec(made), tmp_path)


def test_the_code_of_the_row_is_none_of_its_answers(tmp_path: Path) -> None:
    """Neither a calculated first column nor one that is asked by it leads back to itself."""
    first = formula("join(row_code(), '!')", "text") | {"summary": True}
    of_row = TEXT | {"relevant": "row_code() != 'I_2'"}
    made = listed("A", first, formula("join(row_code(), A_1)", "text"), of_row, values=[{}, {}])
    other = listed("B", of_row, values=[{}, {}])
    assert "No mistake" in said(spec(made, other), tmp_path)


# the reader

ROWS = spec(
    tool("F", TEXT, always=True),
    tool("PAYM", {"type": "reference", "to": ["P"], "label": "For"}, NUMBER),
    tool(
        "P",
        TEXT,
        NUMBER,
        TEXT | {"constraint": {"check": "unique(value)", "message": "Twice."}},
        rows=4,
    ),
    rules=[
        {
            "code": "R-1",
            "tool": "P",
            "at": ["P_1"],
            "message": "More paid than agreed.",
            "check": "not (sum('PAYM', PAYM_2 if PAYM_1 == this.row_code() else 0) > P_2)",
        },
        {
            "code": "R-2",
            "tool": "P",
            "at": ["P_1"],
            "message": "Nothing is paid.",
            "check": "any_row('PAYM', PAYM_1 == this.row_code() and PAYM_2 > 0)",
        },
        {
            "code": "R-3",
            "tool": "P",
            "at": ["P_1"],
            "message": "Seen from both sides.",
            "check": "not any_row('PAYM', PAYM_2 < 0 or any_row('P', P_2 < this.PAYM_2))",
            "reader_only": "Each row of one table is compared with each of the other.",
        },
    ],
)
ROWS["tools/f.yaml"]["blocks"] = [{"kind": "form", "fields": [{"code": "F_1"} | TEXT]}]


def returned(folder: Path, *, tools: str, cells: dict[tuple[str, str, str], Any]) -> dict[str, Any]:
    """What `validate` says, as JSON, of a workbook of these sheets with something typed into cells."""
    spec_folder = write(ROWS, folder / "spec")
    made = run("generate", spec_folder, "--tools", tools, "-o", folder / "out")
    assert made.returncode == 0, made.stderr
    (file,) = (folder / "out").glob("*.xlsx")
    where, book = build(load(spec_folder), "en", tools.split(",")), openpyxl.load_workbook(file)
    for key, value in cells.items():
        cell = book[f"Sheet {key[0]}"][address(*where.slots[key].cells[0])]
        cell.value = value
        if value == "#REF!":
            cell.data_type = "e"
    book.save(file)
    done = run("validate", file, "--spec", spec_folder, "--json")
    (report,) = json.loads(done.stdout)["files"]
    return dict(report)


@pytest.mark.parametrize("tools", ["F", "P", "PAYM", "P,PAYM"])
def test_a_rule_over_a_table_that_is_not_there_is_no_bug(tools: str, tmp_path: Path) -> None:
    assert returned(tmp_path, tools=tools, cells={})["verdict"] != "refused"


def test_one_unreadable_answer_leaves_open_only_what_depends_on_it(tmp_path: Path) -> None:
    cells: dict[tuple[str, str, str], Any] = {
        ("P", "P-01", "P_1"): "one",
        ("P", "P-01", "P_2"): 5,
        ("P", "P-02", "P_1"): "two",
        ("P", "P-02", "P_2"): 5,
        ("PAYM", "PAYM-01", "PAYM_1"): "P-01",
        ("PAYM", "PAYM-01", "PAYM_2"): "a lot",
        ("PAYM", "PAYM-02", "PAYM_1"): "P-02",
        ("PAYM", "PAYM-02", "PAYM_2"): 7,
    }
    report = returned(tmp_path, tools="P,PAYM", cells=cells)
    told = {
        (each["code"], each["row"]) for each in report["findings"] if each["severity"] == "error"
    }
    assert {("V003", "PAYM-01"), ("R-1", "P-02")} <= told
    assert not {("R-1", "P-01"), ("R-2", "P-01"), ("R-2", "P-02")} & told
    open_ = {each["code"]: each["why"] for each in report["checks"]["not_run"]}
    where = build(load(tmp_path / "spec"), "en", ["P", "PAYM"])
    first, second = (address(*where.slots["P", row, "P_1"].cells[0]) for row in ("P-01", "P-02"))
    assert f"Sheet P!{first}" in open_["R-1"]
    assert (
        second not in open_["R-1"].split(":")[0] + open_["R-2"].split(":")[0]
    )  # which is certain all the same


def test_what_is_the_only_one_is_open_beside_a_cell_that_is_lost(tmp_path: Path) -> None:
    cells = {("P", "P-01", "P_3"): "one", ("P", "P-02", "P_3"): "#REF!", ("P", "P-03", "P_1"): "x"}
    report = returned(tmp_path, tools="P", cells=cells)
    assert "V014" not in {each["code"] for each in report["findings"]}
    assert "V014" in {each["code"] for each in report["checks"]["not_run"]}


@pytest.mark.parametrize(
    ("decimals", "number", "expected"), table("cases")["a_half_goes_away_from_nought"]
)
def test_a_half_goes_away_from_nought(
    decimals: int, number: float, expected: float, tmp_path: Path
) -> None:
    """As LibreOffice and Excel have it; Python would round 2.5 to 2, and 1.005 to 1.0."""
    made = tool("A", NUMBER, formula(f"round(A_1, {decimals})"))
    layout = build(load(write(spec(made), tmp_path)), "en")
    (outcome,) = check([(submission(layout, {("A", "A-01", "A_1"): number}), layout)], today=TODAY)
    assert calculated(outcome)["A", "A-01", "A_2"] == expected
