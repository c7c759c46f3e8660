"""Writes docs/expressions.md from the rule language itself; `tests/test_guides.py` fails when it is stale.

python -m tests.write_expressions
"""

from __future__ import annotations

import inspect
import re

from hrge_xl import load
from tests.face import (
    FUNCTIONS,
    Aggregate,
    ExcelFormula,
    Expr,
    Function,
    Layout,
    Problem,
    Scope,
    Type,
    build,
    parse,
    reader_only,
)
from tests.write_docs import DOCS

PAGE = DOCS / "expressions.md"
FACT = re.compile(r"^(Takes|Gives|Meaning|Blanks|Example): (.*(?:\n    .*)*)", re.MULTILINE)
TOOL, ROW = "R1", "K-01"  # of the example spec: where the examples stand

OPERATORS = (
    ("PLN_07 <= PLN_06", "also `<`, `>`, `>=`, `==`, `!=`; two numbers, or two dates"),
    ("RSK_06 == 'ACC'", "a choice with a code of its list; a code that the list does not have is a mistake"),
    ("RSK_05 >= 'M'", "levels compare by rank, lowest first"),
    ("RSK_06 in ('RED', 'ACC')", "one of several codes; `not in` is the opposite"),
    ("'WOM' in RSK_02", "one of the answers of a field of type many"),
    ("PLN_08 / PLN_06", "also `+`, `-`, `*`; by zero it is blank"),
    ("RSK_03 ** 2", "to the power of; what has no real result is blank"),
    ("PLN_05 - PLN_04", "days between two dates; a date plus or minus days is a date"),
    ("not (RSK_03 == 3 or RSK_04 == 3)", "`and`, `or`, `not`"),
    ("'high' if RSK_03 == 3 else 'other'", "both sides of one type"),
)
NAMES = {
    Type.NUMBER: "number", Type.TEXT: "text", Type.CODE: "code", Type.LEVEL: "level", Type.MANY: "several codes",
    Type.DATE: "date", Type.BOOL: "true or false",
}  # fmt: skip

HEAD = """# Expressions

Rules, constraints, formulas and `required: {when: …}` are written in one small language. It looks like Python and is a
closed subset of it: names of fields, numbers, texts in quotes, the operators and the functions below, and nothing else.
Every expression is checked against the spec by `hrge-xl spec check`: names, codes and types.

Each one becomes two things: an Excel formula, which warns while the team types, and a calculation over all returned
files at once. Both mean the same; the tests compare them cell by cell.

This page is made from the program: `python -m tests.write_expressions`.

## Names

* In a register, checklist or catalogue, and in a form with several answer columns, the code of a field means the
  answer **in the same row** (or column).
* The code of a field of a form that is asked once means that answer, from anywhere.
* `value` in a constraint means the answer itself.
* Codes of lists are in quotes: `'ACC'`. A scale is a number: `RSK_03 >= 2`.

## Blanks

One rule for both sides: a comparison with a blank side is false, also `!=`; arithmetic with a blank side is blank; a
blank condition does not hold; a cell with an error counts as blank. What each function does is listed below.

A check that compares with an answer that may be missing therefore names what is wrong: `not (value > PLN_06)` holds
where `PLN_06` is blank, `value <= PLN_06` does not, and would blame the one answer for the absence of the other.

## Operators
"""


def page() -> str:
    """The whole page."""
    layout = build(load("example"), "en")
    lines = [HEAD.rstrip("\n"), "", "| written | meaning |", "|---|---|"]
    lines += [f"| `{text}` | {meaning} |" for text, meaning in OPERATORS]
    lines += [
        "",
        "## Functions",
        "",
        "| function | takes | gives | meaning | blanks |",
        "|---|---|---|---|---|",
    ]
    public = [function for function in FUNCTIONS.values() if not function.own]
    lines += [_function(function) for function in public if isinstance(function, Function)]
    lines += [
        "",
        "In a checklist of `items: {tools: true}` each row is a sheet: there `ticked(row_code())` and",
        "`completeness(row_code())` are about the sheet of the row.",
        "",
        "## Figures over the rows of a sheet",
        "",
        "Rows without any answer are left out. The second argument is calculated for each row. In it `this.CODE` means",
        "the answer of the row that holds the whole expression, and `this.row_code()` its code:",
        "`count_if('R1', RSK_06 == this.RSK_06) == 1`.",
        "",
        "| function | takes | meaning | blanks |",
        "|---|---|---|---|",
    ]
    lines += [_over(function) for function in public if isinstance(function, Aggregate)]
    lines += [
        "",
        "## What they become",
        "",
        "On return: what the function itself says in `hrge_xl/language/functions/`; operators in",
        "`hrge_xl/language/compiler.py`.",
        "",
        "In the sheet: the formula below, as it is in the first row of the register of the example spec",
        f"(`{ROW}`); around it is what makes a blank or an error harmless. Functions that are *reader only* have",
        "no formula: the sheet cannot tell.",
        "",
        "```text",
    ]
    for text in (
        *(text for text, _ in OPERATORS),
        *(said_of(each)["Example"] for each in public),
    ):
        lines += [text, f"    {_becomes(text, layout)}"]
    return "\n".join([*lines, "```"]) + "\n"


def said_of(function: Function | Aggregate) -> dict[str, str]:
    """What the docstring of a function says of it: Takes, Gives, Meaning, Blanks, Example."""
    found = FACT.findall(inspect.getdoc(type(function)) or "")
    return {name: " ".join(text.split()) for name, text in found}


def _function(function: Function) -> str:
    said = said_of(function)
    takes = [NAMES[each] if each is not None else "any answer" for each in function.takes]
    shown = said.get("Takes") or ", ".join(takes) or "nothing"
    more = " …" if function.repeats else ""
    gives = said.get("Gives") or NAMES[function.gives]
    return f"| `{function.name}` | {shown}{more} | {gives} | {said['Meaning']} | {said['Blanks']} |"


def _over(function: Aggregate) -> str:
    said = said_of(function)
    inner = "condition" if function.inner is Type.BOOL else "number"
    takes = said.get("Takes") or f"sheet, {inner}"
    return f"| `{function.name}` | {takes} | {said['Meaning']} | {said['Blanks']} |"


def _becomes(text: str, layout: Layout) -> str:
    expr = example(text, layout)
    return "reader only" if reader_only(expr) else _visible(formula_of(expr, layout))


def _visible(formula: str) -> str:
    """Spaces that nobody can tell apart as their code points."""
    shown = {space: f"U+{ord(space):04X}" for space in "\u00a0\u202f\u200b"}
    return "".join(shown.get(each, each) for each in formula)


def example(text: str, layout: Layout) -> Expr:
    """One example, parsed where it stands. Raises ValueError when it is none."""
    spec = layout.spec
    found = parse(text, Scope(spec, spec.tool[TOOL], spec.tool[TOOL].field_blocks[0]))
    if isinstance(found, Problem):
        raise ValueError(f"{text}: {found.reason} {found.remedy}")
    return found


def formula_of(expr: Expr, layout: Layout) -> str:
    """The formula of an example in its row, without the guard around the whole."""
    write = ExcelFormula(layout, layout.rows_of[TOOL], ROW)
    if expr.type is Type.BOOL:
        return "=" + write.condition(expr)
    if expr.type is Type.LEVEL:  # by its label, as the cell shows it
        return "=" + write.value(expr)
    return "=" + (write.number(expr) if expr.type in (Type.NUMBER, Type.DATE) else write.text(expr))


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
