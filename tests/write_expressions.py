"""Writes docs/expressions.md from the rule language itself; `tests/test_guides.py` fails when it is stale.

python -m tests.write_expressions
"""

from __future__ import annotations

import inspect
import re
import shutil
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory

from hrge_xl import Spec, load
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
    find,
    parse,
    reader_only,
)
from tests.write_docs import DOCS

PAGE = DOCS / "expressions.md"
FACT = re.compile(r"^(Takes|Gives|Meaning|Blanks|Example): (.*(?:\n    .*)*)", re.MULTILINE)
TOOL, ROW = "R1", "K-01"  # of the example spec: where the examples stand

OPERATORS = (
    ("PLN_07 <= PLN_06", "also `<`, `>`, `>=`, `==`, `!=`; two numbers, or two dates"),
    (
        "RSK_06 == 'ACC'",
        "a choice with a code of its list; a code that the list does not have is a mistake",
    ),
    ("RSK_05 >= 'M'", "levels compare by rank, lowest first"),
    ("RSK_06 in ('RED', 'ACC')", "one of several codes; `not in` is the opposite"),
    ("'WOM' in RSK_02", "one of the answers of a field of type many"),
    ("PLN_08 / PLN_06", "also `+`, `-`, `*`; by zero it is blank"),
    ("RSK_03 ** 2", "to the power of; what has no real result is blank"),
    ("PLN_05 - PLN_04", "days between two dates; a date plus or minus days is a date"),
    ("not (RSK_03 == 3 or RSK_04 == 3)", "`and`, `or`, `not`"),
    (
        "'high' if RSK_03 == 3 else 'other'",
        "both sides of one type; also `if(CONDITION, THEN, ELSE)`",
    ),
)
NAMES = {
    Type.NUMBER: "number",
    Type.TEXT: "text",
    Type.CODE: "code",
    Type.LEVEL: "level",
    Type.MANY: "several codes",
    Type.DATE: "date",
    Type.BOOL: "true or false",
}


def page() -> str:
    """The whole page."""
    layout = build(_example(), "en")
    public = [function for function in FUNCTIONS.values() if not function.internal]
    formulas = (*(text for text, _ in OPERATORS), *(said_of(each)["Example"] for each in public))
    rows = {
        "operators": [f"| `{text}` | {meaning} |" for text, meaning in OPERATORS],
        "functions": [_function(function) for function in public if isinstance(function, Function)],
        "figures": [_over(function) for function in public if isinstance(function, Aggregate)],
        "formulas": [line for text in formulas for line in (text, f"    {_becomes(text, layout)}")],
    }
    written = (Path(__file__).parent / "expressions.md").read_text(encoding="utf-8")
    return Template(written).substitute(
        {name: "\n".join(lines) for name, lines in rows.items()}, row=ROW
    )


def _example() -> Spec:
    """The example spec, with numbers for the entries of a list."""
    with TemporaryDirectory() as folder:
        spec = Path(shutil.copytree(find("example"), Path(folder) / "example"))
        lists = spec / "vocabularies.yaml"
        text = lists.read_text(encoding="utf-8").replace("{code: RED,", "{code: RED, value: 2,")
        lists.write_text(text.replace("{code: ACC,", "{code: ACC, value: 1,"), encoding="utf-8")
        return load(spec)


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


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
