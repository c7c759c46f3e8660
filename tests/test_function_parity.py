"""Every function and operator × kind of operand × fixed, typed, calculated: the sheet shows what the reader has.

The expressions are formulas of made specs that `spec check` takes, as many as there are in one workbook, which
LibreOffice recalculates. A part of them is in the ordinary suite, all of them in the deep one.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from hrge_xl import Spec, load
from hrge_xl.spec.check_answers import comparisons_in_vain
from tests.face import (
    FUNCTIONS,
    Problem,
    Scope,
    Type,
    address,
    build,
    parsed,
    reader_only,
    too_large,
)
from tests.made_specs import Files, write
from tests.parity import said_differently
from tests.tables import table

# some called as rows are
WORDS = {"ON": "On time", "LATE": "Late", "I_3": "Third", "I_4": "Fourth", "I_6": "Sixth"}
TYPES, FIXED, TYPED, RESULTS, ANY, ONE, TWO, EQUAL = table("function_parity").values()
ROWS = len(TYPED["text"])


def drops_line_breaks() -> bool:
    """Whether formulas of this LibreOffice see a text of several lines without its line breaks, as from 26.8 on.

    The cell holds them, and keeps them when it is saved; so nothing that is read of it differs.
    """
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        return False
    said_of_itself = subprocess.run(
        [program, "--version"], capture_output=True, text=True, check=False
    ).stdout
    version = re.search(r"(\d+)\.(\d+)", said_of_itself)
    return version is not None and (int(version[1]), int(version[2])) >= (26, 8)


if drops_line_breaks():
    for answers_by_type in (FIXED, TYPED):
        answers_by_type["long"] = [
            text.replace("\n", " ") if isinstance(text, str) else text
            for text in answers_by_type["long"]
        ]
KINDS = dict.fromkeys(("integer", "decimal", "percent", "year", "scale"), "number")
KINDS |= {"long": "text", "tick": "yesno"}
TEXTS = ("text", "choice", "yesno", "reference", "level")  # can be compared with each other
WHOLE = (
    "issued('I')",
    "ticked('I')",
    "completeness('I')",
    "today()",
    "row_code()",
    "row_number()",
    "count('I')",
)


class Operand(NamedTuple):
    """What stands in an expression, and of what kind it is."""

    text: str
    kind: str


def fields_of(tool: str, *, fixed: bool) -> list[dict[str, Any]]:
    """A field of each type: fixed where its rows are written out, typed, calculated."""
    given = {"F": {"fixed": True}} if fixed else {}
    found: list[dict[str, Any]] = [
        {"code": f"{tool}_{how}_{kind}", "type": kind, "label": f"{how} {kind}"} | options | more
        for how, more in (given | {"T": {}}).items()
        for kind, options in TYPES.items()
    ]
    return found + [
        {
            "code": f"{tool}_C_{result}",
            "type": "calculated",
            "label": result,
            "result": result,
            "formula": formula.format(f"{tool}_T_"),
        }
        for result, formula in RESULTS.items()
    ]


def operands(tool: str, around: str = "{}") -> list[Operand]:
    """The fields of a tool as expressions name them."""
    codes = [field["code"] for field in fields_of(tool, fixed=tool == "I")]
    kinds = [code.rsplit("_", 1)[1] for code in codes]
    return [
        Operand(around.format(code), KINDS.get(kind, kind))
        for code, kind in zip(codes, kinds, strict=True)
    ]


def said(template: str, x: Operand, y: Operand | None = None) -> str:
    return re.sub(
        r"\b[xy]\b", lambda found: x.text if found[0] == "x" or y is None else y.text, template
    )


def expressions(own: Sequence[Operand], others: Sequence[Operand]) -> Iterator[str]:
    """Everything that can be said of one operand, and of it and another one."""
    for x in own:
        yield from (said(template, x) for template in (*ANY, *ONE[x.kind]))
        for y in others:
            if x.kind == y.kind != "many" and x != y:
                yield from (said(template, x, y) for template in TWO.get(x.kind, EQUAL))
            elif x.kind in TEXTS and y.kind in TEXTS:
                yield from (said(template, x, y) for template in EQUAL)


def in_rows(home: str) -> Iterator[str]:
    """Expressions over one row; in the register also over what it refers to."""
    yield from chain(WHOLE, expressions(operands(home), operands(home)))
    yield from (f"nth('I', 2, {each.text})" for each in operands("I"))
    numbers = (row.text for row in operands(home) if row.kind == "number")
    yield from (
        f"nth('I', {number}, I_T_decimal)"
        for number in (*numbers, "row_number()", "0", "99", "0 / 0")
    )
    for row in operands(home):
        if row.kind == "reference":
            looked_up = operands("I", f"lookup({row.text}, {{}})")
            yield from (each.text for each in looked_up)
            yield from expressions(looked_up, looked_up) if home == "R" else ()


def over(home: str, table: str) -> Iterator[str]:
    """Expressions over the rows of a table, with what stands where the whole does."""
    own, around = operands(table), operands(home, "{}" if home == "S" else "this.{}")
    inner = dict.fromkeys(
        chain(
            expressions(own, [*own, *around]),
            ("row_code() == 'I_1'",),
            ()
            if home in "SP"
            else ("row_code() == this.row_code()", "row_code() != this.row_code()"),
            *(
                (f"{x.text} == this.row_code()", f"{x.text} != this.row_code()")
                for x in own
                if home not in "SP"
            ),
        )
    )
    yield f"any_row('{table}', {table}_T_integer > 1)"
    yield f"mean('{table}', {table}_T_decimal)"
    for text in inner:
        yield from (
            f"{function}('{table}', {text})" for function in ("count_if", "sum", "min", "max")
        )
    for x in own:
        same = [y for y in around if y.kind == x.kind][:2]
        number = f"{table}_T_decimal"
        yield from (f"sum('{table}', {number} if {x.text} == {y.text} else 0)" for y in same)


def files(*tools: str) -> Files:
    """A spec: a list of items, a register, a form once and six times."""
    items = [
        {
            "code": f"I_{n + 1}",
            "label": f"Item {n + 1}",
            "values": {
                f"I_F_{kind}": values[n] for kind, values in FIXED.items() if values[n] is not None
            },
        }
        for n in range(ROWS)
    ]
    name = {"code": "R_0", "type": "text", "label": "What"}
    blocks: dict[str, dict[str, Any]] = {
        "I": {"kind": "checklist", "items": items, "fields": fields_of("I", fixed=True)},
        "R": {
            "kind": "register",
            "id": "R-",
            "rows": ROWS,
            "fields": [name, *fields_of("R", fixed=False)],
        },
        "P": {"kind": "form", "records": 6, "fields": fields_of("P", fixed=False)},
        "S": {"kind": "form", "fields": fields_of("S", fixed=False)},
    }
    steps = {"1": "Little", "2": "Some", "3": "Much"}
    lists = {"WORDS": WORDS, "STEPS": steps}
    made: Files = {
        "workbook.yaml": {
            "name": "functions",
            "version": "1",
            "title": "Made",
            "languages": ["en"],
            "sheets": list(tools),
        },
        "vocabularies.yaml": {
            name: {"items": [{"code": code, "label": label} for code, label in entries.items()]}
            for name, entries in lists.items()
        },
        "matrix.yaml": {
            "down": "STEPS",
            "across": "STEPS",
            "levels": [
                {"code": code, "label": f"{code} level", "colour": "#FFE599"} for code in "LMH"
            ],
            "cells": {
                down: {across: "LMH"[max(int(down), int(across)) - 1] for across in steps}
                for down in steps
            },
        },
    }
    for tool in tools:
        made[f"tools/{tool.lower()}.yaml"] = {
            "code": tool,
            "sheet": f"Sheet {tool}",
            "title": tool,
            "always": True,
            "blocks": [blocks[tool]],
        }
    return made


def formulas(texts: Sequence[str], spec: Spec, home: str) -> list[dict[str, Any]]:
    """The expressions that a sheet can calculate, as fields."""
    scope, found = Scope(spec, spec.tool[home], spec.tool[home].field_blocks[0]), []
    for number, text in enumerate(texts):
        expr = parsed(text, scope, condition=False)
        if isinstance(expr, Problem) or expr.type is Type.MANY or reader_only(expr):
            continue
        if any(comparisons_in_vain(spec, expr)):  # no spec has them
            continue
        formula = f"1 if {text} else 0" if expr.type is Type.BOOL else text
        result = {"bool": "number", "code": "text"}.get(expr.type, str(expr.type))
        found.append(
            {
                "code": f"{home}_X{number}",
                "type": "calculated",
                "label": "X",
                "formula": formula,
                "result": result,
            }
        )
    return found


def made_with(
    texts: Sequence[str], home: str, tools: Sequence[str], folder: Path, *, some: bool = False
) -> tuple[Spec, dict[str, str]]:
    """A spec whose home sheet calculates these expressions, and which is which by code; without what is too long."""
    made = files(*tools)
    fields = made[f"tools/{home.lower()}.yaml"]["blocks"][0]["fields"]
    spec = load(write(made, folder / "bare"))
    of_expressions = formulas(texts, spec, home)
    if some:
        chosen = {*first_of_each([field["formula"] for field in of_expressions])}
        of_expressions = [field for field in of_expressions if field["formula"] in chosen]
    fields += of_expressions
    long = {
        slot.field.code for slot, _, _ in too_large(build(load(write(made, folder / "all")), "en"))
    }
    fields[:] = [field for field in fields if field["code"] not in long]
    kept = {
        field["code"]: field["formula"] for field in of_expressions if field["code"] not in long
    }
    return load(write(made, folder / "spec")), kept


def typed(spec: Spec, tools: Sequence[str]) -> dict[tuple[str, str], Any]:
    """What is typed, by sheet and cell; a row of the register is not in use."""
    where, cells = build(spec, "en"), dict[tuple[str, str], Any]()
    for tool in tools:
        for number, row in enumerate(
            dict.fromkeys(key[1] for key in where.slots if key[0] == tool)
        ):
            for kind, values in TYPED.items() if (tool, number) != ("R", 3) else ():
                value = values[number]
                places = where.slots[tool, row, f"{tool}_T_{kind}"].cells
                parts = value if isinstance(value, list) else (value,)
                cells |= {
                    (f"Sheet {tool}", address(*place)): one
                    for place, one in zip(places, parts, strict=False)
                    if one is not None
                }
    return cells


CASES = {
    "a list of items": ("I", ("I",), list(dict.fromkeys(in_rows("I")))),
    "a register": ("R", ("I", "R"), list(dict.fromkeys(in_rows("R")))),
    "a form": ("S", ("I", "S"), list(dict.fromkeys(in_rows("S")))),
    "records": ("P", ("I", "P"), list(dict.fromkeys(in_rows("P")))),
} | {
    f"{home} over {table}": (
        home,
        tuple(dict.fromkeys(("I", table, home))),
        list(dict.fromkeys(over(home, table))),
    )
    for home, table in (
        ("S", "I"),
        ("S", "R"),
        ("S", "P"),
        ("R", "R"),
        ("R", "I"),
        ("I", "R"),
        ("P", "I"),
    )
}


SOME = 3


def first_of_each(texts: Sequence[str]) -> list[str]:
    """The first expressions with each function and operator."""
    seen, found = Counter[str](), []
    for text in texts:
        said = {*re.findall(r"\w+(?=\()|[^\w\s'(),.]+", text)}
        if min((seen[each] for each in said), default=SOME) < SOME:
            found.append(text)
            seen.update(said)
    return found


def differences(name: str, folder: Path, office: Any, *, some: bool = False) -> list[str]:
    home, tools, texts = CASES[name]
    spec, codes = made_with(texts, home, tools, folder, some=some)
    found = said_differently(build(spec, "en"), typed(spec, tools), folder / "spec", office)
    assert len(codes) > 20
    return [
        f"{next((codes[word] for word in line.split() if word in codes), '')}: {line}"
        for line in found
    ]


def test_every_function_is_among_them() -> None:
    """Only what the round before said is not, nor numbers of entries: tests of their own recalculate these."""
    called = {
        name
        for _, _, texts in CASES.values()
        for text in texts
        for name in re.findall(r"(\w+)\(", text)
    }
    assert {name for name, function in FUNCTIONS.items() if not function.internal} - called == {
        "last",
        "worth",
    }


@pytest.mark.office
@pytest.mark.parametrize("name", ["a register", "S over R"])
def test_a_part_of_them(name: str, office: Any, tmp_path: Path) -> None:
    assert differences(name, tmp_path, office, some=True) == []


@pytest.mark.deep
@pytest.mark.office
@pytest.mark.parametrize("name", CASES)
def test_all_of_them(name: str, office: Any, tmp_path: Path) -> None:
    assert differences(name, tmp_path, office) == []
