"""Hypothesis strategies for specs: sheets, blocks, fields, lists and rules of every kind, as the files of a spec."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from tests.face import dumped
from tests.made_expressions import PATTERNS, figures, truths
from tests.tables import table

Files = dict[str, Any]
SPECS: dict[str, Files] = table("made_specs")
LANGUAGES = ("en", "fr", "ar", "fa-AF", "zh", "ne", "ru", "pt-BR")
WORDS = st.sampled_from(table("made_expressions")["words"])
TYPES = list(table("function_parity")["types"])
READ_ONLY = re.compile(
    r"(any_row|sum|max)\('\w+', (length|words|1 if)"
)  # what no sheet can work out


@st.composite
def specs(draw: st.DrawFn) -> Files:
    """The files of a spec, by path."""
    languages = draw(st.lists(st.sampled_from(LANGUAGES), min_size=1, max_size=2, unique=True))
    lists = draw(_lists(languages))
    codes = [f"T{number}" for number in range(1, draw(st.integers(2, 4)))]
    entry = lists["WORDS"]["items"][0]["code"]
    tools = {code: draw(_tool(code, codes, languages, entry)) for code in codes}
    sums = draw(_sums(tools[codes[-1]]))
    head = {
        "name": "made",
        "version": "1",
        "title": draw(_text(languages)),
        "languages": languages,
        "sheets": [*codes, sums["code"]],
    }
    files: Files = {
        "workbook.yaml": head,
        "vocabularies.yaml": lists,
        "matrix.yaml": draw(_matrix(lists)),
    }
    files |= {f"tools/{tool['code'].lower()}.yaml": tool for tool in (*tools.values(), sums)}
    rules = draw(_rules(tools, entry))
    return files | ({"rules.yaml": rules} if rules else {})


def write(files: Files, folder: Path) -> Path:
    """Write the files of a spec into a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dumped(content), encoding="utf-8")
    return folder


@st.composite
def _text(draw: st.DrawFn, languages: list[str], unique: str = "") -> Any:
    if draw(st.booleans()):
        return (draw(WORDS) + " " + unique).strip()
    return {tag: (draw(WORDS) + " " + unique).strip() for tag in languages}


@st.composite
def _lists(draw: st.DrawFn, languages: list[str]) -> dict[str, Any]:
    """A list of words, one that hangs on it, and a scale."""
    codes = draw(st.lists(st.sampled_from("ABCDE"), min_size=1, max_size=4, unique=True))
    below = [f"{code}_{number}" for code in codes for number in range(draw(st.integers(1, 2)))]
    steps = range(1, draw(st.integers(2, 5)) + 1)
    made = {"WORDS": codes, "BELOW": below, "STEPS": [str(step) for step in steps]}
    return {
        name: {
            "items": [
                {"code": code, "label": draw(_text(languages, code))}
                | ({"parent": code[0]} if name == "BELOW" else {})
                for code in entries
            ]
        }
        for name, entries in made.items()
    }


@st.composite
def _matrix(draw: st.DrawFn, lists: dict[str, Any]) -> dict[str, Any]:
    """The level at each crossing of the steps of the scale with themselves."""
    steps = [item["code"] for item in lists["STEPS"]["items"]]
    level = st.sampled_from("LMH")
    return {
        "down": "STEPS",
        "across": "STEPS",
        "levels": [{"code": code, "label": f"Level {code}", "colour": "#FFE599"} for code in "LMH"],
        "cells": {down: {across: draw(level) for across in steps} for down in steps},
    }


@st.composite
def _tool(
    draw: st.DrawFn, code: str, codes: list[str], languages: list[str], entry: str
) -> dict[str, Any]:
    kinds = st.sampled_from(("form", "records", "checklist", "catalogue", "register"))
    kind = "register" if code == codes[-1] else draw(kinds)  # what references point to
    blocks = [draw(_block(kind, f"{code}A", codes, languages, entry))]
    if kind == "form" and draw(st.booleans()):
        blocks.append(
            draw(
                _block(draw(st.sampled_from(("form", "list"))), f"{code}B", codes, languages, entry)
            )
        )
    return {
        "code": code,
        "sheet": f"Sheet {code}",
        "title": draw(_text(languages)),
        "blocks": blocks,
    }


@st.composite
def _sums(draw: st.DrawFn, register: dict[str, Any]) -> dict[str, Any]:
    """A sheet that draws from the others: what is wrong or missing, and blocks over the rows of a register."""
    gathered = st.lists(_gathered(register["code"], register["blocks"][0]["fields"]), max_size=2)
    problems = [{"kind": "problems", "rows": 5}] if draw(st.integers(0, 3)) == 0 else []
    blocks = [*problems, *draw(gathered)] or [{"kind": "problems", "rows": 3}]
    return {"code": "SUMS", "sheet": "Sums", "title": "Sums", "blocks": blocks}


@st.composite
def _block(
    draw: st.DrawFn, kind: str, code: str, codes: list[str], languages: list[str], entry: str
) -> dict[str, Any]:
    """A block of a kind; its fields begin with its own code."""
    many = 1 if kind == "list" else draw(st.integers(1, 4))
    fields = [draw(_field(f"{code}_{n:02d}", codes, languages)) for n in range(1, many + 1)]
    if kind == "register":  # what its rows are called
        fields[0] = {"code": fields[0]["code"], "type": "text", "label": "What"}
    if kind != "list" and draw(st.booleans()):
        fields += [
            {"code": f"{code}_P", "type": "choice", "vocabulary": "WORDS", "label": "Above"},
            {
                "code": f"{code}_C",
                "type": "choice",
                "vocabulary": "BELOW",
                "parent": f"{code}_P",
                "label": "Below",
            },
        ]
    fields += [
        {
            "code": f"{code}_F{n}",
            "type": "calculated",
            "formula": formula,
            "label": "Calculated",
            "result": result,
        }
        for n, (formula, result) in enumerate(
            [] if kind == "list" else draw(_formulas(fields, codes[-1], kind))
        )
    ]
    for field in fields if kind in ("checklist", "catalogue", "register") else ():
        if field["type"] != "many" and draw(st.integers(0, 2)) == 0:
            adds = field["type"] in ("integer", "decimal") or field.get("result") == "number"
            field["total"] = ["count", *(("sum", "mean") if adds else ())]
    draw(_conditions(fields, codes[-1], entry))
    made: dict[str, Any] = {
        "kind": {"records": "form", "list": "checklist"}.get(kind, kind),
        "fields": fields,
    }
    if kind == "records":
        made["records"] = draw(st.integers(2, 3))
    if kind == "register":
        made |= {"id": f"{code}-", "rows": draw(st.integers(1, 4))}
    if kind in ("checklist", "catalogue", "list"):
        made["items"] = [
            {"code": f"{code}.{n}", "label": draw(_text(languages, str(n)))}
            for n in range(1, draw(st.integers(2, 4)))
        ]
    return made


@st.composite
def _conditions(draw: st.DrawFn, fields: list[dict[str, Any]], register: str, entry: str) -> None:
    """Let some of the fields of a block hang on others: required, asked or right only where something holds."""
    asked = [field for field in fields if field["type"] != "calculated"]
    for place, field in enumerate(asked[1:], start=1):
        use = draw(st.sampled_from(("required", "relevant", "constraint", "")))
        known = (
            asked[:place] if use == "relevant" else asked
        )  # what decides whether it is asked comes before
        condition = draw(st.none() | truths(known, register, entry))
        if condition is None or not use:
            continue
        field[use] = {
            "required": {"when": condition},
            "relevant": condition,
            "constraint": {"check": f"blank(value) or {condition}", "message": "It does not fit."},
        }[use]


@st.composite
def _gathered(draw: st.DrawFn, code: str, fields: list[dict[str, Any]]) -> dict[str, Any]:
    """A calculated block over the rows of a register."""
    listed = [field["code"] for field in fields if field["type"] in ("choice", "many", "scale")]
    if listed and draw(st.booleans()):
        down, across = draw(st.sampled_from(listed)), draw(st.sampled_from(listed))
        more: dict[str, Any] = (
            {"highest": draw(st.sampled_from(listed))} if draw(st.booleans()) else {}
        )
        lists = {field["code"]: field.get("vocabulary") for field in fields}
        alike = [each for each in listed if each != down and lists[each] == lists[down]]
        if alike and draw(st.booleans()):
            more["also_down"] = alike
        return {"kind": "pivot", "source": code, "down": down, "across": across, **more}
    shown = [field["code"] for field in fields][:3]
    numbers = [
        field["code"] for field in fields if field["type"] in ("integer", "decimal", "scale")
    ]
    ranks = [f"length({shown[0]})", *(f"{code} * 2" for code in numbers)]
    rank = {"rank": draw(st.sampled_from(ranks))} if draw(st.booleans()) else {}
    return {
        "kind": "collect",
        "rows": 4,
        "columns": {f"c{n}": f"Column {n}" for n, _ in enumerate(shown)},
        "sources": [
            {
                "tool": code,
                "keep": f"filled({shown[0]})",
                "columns": {f"c{n}": f for n, f in enumerate(shown)},
                **rank,
            }
        ],
        "compact": draw(st.booleans()),
    }


@st.composite
def _formulas(
    draw: st.DrawFn, fields: list[dict[str, Any]], register: str, kind: str
) -> list[tuple[str, str]]:
    """Some formulas over the fields of a row, with what they yield; a form has no rows with codes."""
    known = figures(fields, register)
    if kind in ("form", "records"):
        known = [each for each in known if "row_code()" not in each[0]]
    return draw(st.lists(st.sampled_from(known), max_size=2, unique=True))


@st.composite
def _field(draw: st.DrawFn, code: str, codes: list[str], languages: list[str]) -> dict[str, Any]:
    kind = draw(st.sampled_from(TYPES))
    made: dict[str, Any] = {"code": code, "type": kind, "label": draw(_text(languages))}
    if kind in ("choice", "many"):
        made["vocabulary"] = "WORDS"
    if kind == "many":
        made["cells"] = draw(st.integers(1, 3))
    if kind == "scale":
        made["vocabulary"] = "STEPS"
    if kind == "reference":
        made["to"] = [codes[-1]]
    if kind == "long" and draw(st.booleans()):
        made["words"] = draw(st.integers(3, 9))
    if kind in ("text", "long") and draw(st.integers(0, 2)) == 0:
        made["pattern"], made["example"] = draw(st.sampled_from(sorted(PATTERNS.items())))
    if kind in ("integer", "decimal") and draw(st.booleans()):
        made["unit"] = draw(_text(languages))
    if kind in ("text", "long") and draw(st.booleans()):
        made["characters"] = draw(st.integers(4, 60))
    if kind in ("integer", "decimal") and draw(st.booleans()):
        made |= {"minimum": draw(st.integers(-5, 5)), "maximum": draw(st.integers(5, 50))}
    if draw(st.booleans()):
        made["required"] = draw(st.sampled_from(("always", "ticked", "optional")))
    return made


@st.composite
def _rules(draw: st.DrawFn, tools: dict[str, Any], entry: str) -> list[dict[str, Any]]:
    """Rules over the fields of one block each."""
    rules = []
    for code, tool in tools.items():
        fields = [
            field for field in tool["blocks"][0].get("fields", []) if field["type"] != "calculated"
        ]
        for number in range(draw(st.integers(0, 3)) if fields else 0):
            known = truths(fields, list(tools)[-1], entry, rule=True)
            rule = {
                "code": f"R-{code}{number}",
                "tool": code,
                "at": [draw(st.sampled_from(fields))["code"]],
                "when": draw(known),
                "check": draw(known),
                "message": "Look at it again.",
            }
            if READ_ONLY.search(f"{rule['when']} {rule['check']}"):
                rule["reader_only"] = "A sheet cannot look into every row."
            rules.append(rule)
    return rules
