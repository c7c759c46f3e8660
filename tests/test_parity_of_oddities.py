"""Sheet and reader over what is rarely typed and rarely written in a spec: each of it once made them disagree."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hrge_xl import ExpectedReturn, load
from tests.face import Layout, SpecError, address, build, kind_called
from tests.made_specs import Files, write
from tests.test_made_parity import findings, recalculated, said_differently

RESULT_DIFFERS = kind_called("result-differs")

Row = dict[str, tuple[Any, ...]]
WORDS = [{"code": code, "label": f"Word {code}", "aliases": [f"word of {code}"]} for code in "AB"]
FIELDS: list[dict[str, Any]] = [
    {"code": "Q_A", "type": "text", "label": "A"},
    {"code": "Q_B", "type": "choice", "vocabulary": "WORDS", "label": "B"},
    {"code": "Q_E", "type": "many", "vocabulary": "WORDS", "cells": 2, "label": "E"},
    {"code": "Q_N", "type": "decimal", "label": "N"},
    {"code": "Q_G", "type": "many", "vocabulary": "WORDS", "cells": 2, "label": "G"},
    {"code": "Q_R", "type": "reference", "to": ["T"], "label": "R"},
]


def spec_with(check: str = "", at: str = "Q_A", **more: Any) -> Files:
    """One register with a field of each kind; with a rule, or with a further field Q_Z."""
    further = {"code": "Q_Z", "type": "text", "label": "Z", **more}
    register = {"kind": "register", "id": "T-", "rows": 4, "fields": [*FIELDS, *([further] if more else [])]}
    rule = {"code": "R-1", "tool": "T", "at": [at], "check": check, "message": "Look at it again."}
    return {
        "workbook.yaml": {
            "name": "made", "version": "1", "title": "Made", "languages": ["en"], "sheets": ["T"],
        },
        "vocabularies.yaml": {"WORDS": {"items": WORDS}},
        "tools/t.yaml": {"code": "T", "sheet": "Sheet T", "title": "T", "blocks": [register]},
        **({"rules.yaml": [rule]} if check else {}),
    }  # fmt: skip


CASES: dict[str, tuple[Files, list[Row]]] = {
    "several answers twice": (
        spec_with("unique(Q_E)", "Q_E"),
        [{"Q_E": ("Word A",)}, {"Q_E": ("Word A",)}],
    ),
    "two answers together twice": (
        spec_with("unique(join(Q_A, Q_B))"),
        [{"Q_A": ("a",), "Q_B": ("Word A",)}, {"Q_A": ("a",), "Q_B": ("Word A",)}],
    ),
    "twice but for a space": (spec_with("unique(Q_A)"), [{"Q_A": ("abc",)}, {"Q_A": ("abc ",)}]),
    "counted but for a space": (
        spec_with("count_if('T', Q_A == this.Q_A) == 1"),
        [{"Q_A": ("abc",)}, {"Q_A": ("abc ",)}],
    ),
    "several answers joined": (
        spec_with("join(Q_A, Q_E) != 'aA'"),
        [{"Q_A": ("a",), "Q_E": ("Word A",)}],
    ),
    "one answer among several": (
        spec_with("Q_B in Q_E", "Q_E"),
        [{"Q_B": ("Word A",), "Q_E": ("Word B",)}],
    ),
    "among this or that": (
        spec_with("has(Q_E if Q_N > 1 else Q_G, 'A')", "Q_E"),
        [{"Q_E": ("Word B",)}],
    ),
    "among those of another row": (
        spec_with("has(lookup(Q_R, Q_E), 'A')"),
        [{"Q_A": ("x",), "Q_E": ("Word B",)}, {"Q_A": ("y",), "Q_R": ("T-01 x",)}],
    ),
    "a text of another row": (
        spec_with("lookup (Q_R, Q_A) == 'x'"),
        [{"Q_A": ("x ",)}, {"Q_A": ("y",), "Q_R": ("T-01 x",)}],
    ),
    "asked where another row says so": (
        spec_with(relevant="lookup(Q_R, Q_A) == 'x'"),
        [{"Q_A": ("x",)}, {"Q_A": ("y",), "Q_R": ("T-01 x",), "Q_Z": ("z",)}],
    ),
    "a text with a space in the spec": (spec_with("Q_A != 'x '"), [{"Q_A": ("x",)}]),
    "a class spelt any": (spec_with(pattern="[any]{3}", example="any"), [{"Q_Z": ("xyz",)}]),
    "a line break where anything may stand": (
        spec_with(pattern=".{3}-[0-9]", example="abc-1"),
        [{"Q_Z": ("a\nb-1",)}],
    ),
    "an address with a tab": (spec_with(pattern="email"), [{"Q_Z": ("a\tb@c.de",)}]),
    "an address with a space that does not break": (
        spec_with(pattern="email"),
        [{"Q_Z": ("a\u00a0b@c.de",)}],
    ),
    "nothing but a space": (spec_with(required="always"), [{"Q_A": (" ",)}]),
    "spaces counted": (spec_with("count_of(Q_E) == 1", "Q_A"), [{"Q_A": ("a",), "Q_E": ("Word A", " ")}]),
    "spaces in a column": (
        spec_with("count_if('T', filled(Q_A)) == 0", "Q_N"),
        [{"Q_A": (" ",), "Q_N": (1,)}],
    ),
}


def cells_of(where: Layout, rows: list[Row]) -> dict[tuple[str, str], Any]:
    """What stands in the cells of the register; an answer without a question is left out."""
    return {
        ("Sheet T", address(*place)): value
        for number, row in enumerate(rows, start=1)
        for code, values in row.items()
        if (slot := where.slots.get(("T", f"T-{number:02d}", code)))
        for place, value in zip(slot.cells, values, strict=False)
    }


@pytest.mark.office
@pytest.mark.parametrize("name", CASES)
def test_sheet_and_reader_say_the_same_of_it(name: str, office: Any, tmp_path: Path) -> None:
    files, rows = CASES[name]
    where = build(load(write(files, tmp_path)), "en")
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
def test_an_expression_that_no_sheet_can_hold_is_told(check: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(SpecError) as told:
        load(write(spec_with(check), tmp_path))
    assert [reason in line for line in told.value.lines] == [True]


ROW = {"Q_A": ("x",), "Q_B": ("Word A",), "Q_N": (5,), "Q_Z": ("z",)}
OTHERWISE: list[Row] = [  # read all the same, and not understood by the sheet
    ROW | {"Q_B": (" Word A ",)},
    ROW | {"Q_B": ("A",)},
    ROW | {"Q_B": ("word of A",)},
    ROW | {"Q_N": ("5",)},
]
BOTH = "Q_B == 'A' and Q_N > 1"
LISTED = {"tool": "T", "keep": BOTH, "columns": {"c": "Q_A"}}
DECIDED: dict[str, Files] = {
    "whether it is asked": spec_with(relevant=BOTH),
    "whether it is required": spec_with(required={"when": BOTH}),
    "a rule": spec_with(f"not ({BOTH})"),
    "what is counted": spec_with(f"count_if('T', {BOTH}) == 0"),
    "how much is answered": spec_with("completeness('T') == 1") | {
        "tools/s.yaml": {
            "code": "S", "sheet": "Sheet S", "title": "S", "always": True,
            "blocks": [{"kind": "form", "fields": [{"code": "Q_S", "type": "text", "label": "S",
             "required": {"when": f"count_if('T', {BOTH}) == 4"}}]}],
        },
        "rules.yaml": [{"code": "R-1", "tool": "T", "at": ["Q_A"], "check": "completeness('S') == 1",
                        "message": "No."}],
    },
    "a list": spec_with() | {
        "tools/l.yaml": {
            "code": "L", "sheet": "List", "title": "List", "always": True,
            "blocks": [{"kind": "collect", "rows": 4, "columns": {"c": "A"}, "sources": [LISTED]}],
        },
    },
}  # fmt: skip


@pytest.mark.office
@pytest.mark.parametrize("what", DECIDED)
def test_a_sheet_that_does_not_understand_what_decides_was_not_falsified(
    what: str, office: Any, tmp_path: Path
) -> None:
    """What such an answer decides it cannot know: it says what follows from the cell as it stands."""
    files = DECIDED[what]
    files["workbook.yaml"]["sheets"] = [path[6].upper() for path in files if path.startswith("tools/")]
    where, want = build(load(write(files, tmp_path)), "en"), ExpectedReturn(str(tmp_path))
    saved = recalculated(where, cells_of(where, OTHERWISE), tmp_path, office)
    found = [each.code for each in findings(saved, where, want)]
    assert {"V102", "V104", "V106", "V107"} <= set(found)
    assert RESULT_DIFFERS.code not in found
