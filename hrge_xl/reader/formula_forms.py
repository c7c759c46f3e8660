"""One form for every way in which programs write the same formula, so that two of them can be compared."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from ..layout import column_number

_TOKEN = re.compile(
    r"""
    (?P<text>"(?:[^"]|"")*+(?:"|\Z))
    | (?P<quoted>'(?:[^']|'')++(?:'!?|\Z))
    | (?P<sheet>(?!\d)[\w.]+!)
    | (?P<book>\[0\])
    | (?P<lost>\#REF!)
    | (?P<cell>\$?[A-Za-z]{1,3}\$?[0-9]{1,7}(?![\w.(]))
    | (?P<name>(?!\d)[\w.\\]+)
    | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    | (?P<space>\s+)
    | (?P<mark>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_CELL = re.compile(r"(\$?)([A-Za-z]+)(\$?)([0-9]+)")
_QUOTED_OR_CELL = re.compile(
    r"""
    "[^"]*" | '[^']*'
    | (?<![\w.]) (\$?) ([A-Za-z]{1,3}) (\$?) ([0-9]{1,7}) (?![\w.(])
    """,
    re.VERBOSE,
)
_PREFIXES = ("_XLFN.", "_XLWS.", "_XLUDF.")
_TRUTH = re.compile(r"\b(TRUE|FALSE)\(\)")
_ONE_CELL = re.compile(r"(#|R[-\[\]0-9]+C[-\[\]0-9]+):\1(?![-\[\]0-9])")  # a range from a cell to itself
ANY_CELL = "#"
_SAME = {"RANK.EQ": "RANK"}
_OPERATORS = frozenset("+-*/^&=<>%,;")


class Anchor(NamedTuple):
    """The cell that the relative references of a formula are counted from."""

    row: int
    column: int


def normal_form(formula: str, anchor: Anchor | None, sheets: Mapping[str, str] | None = None) -> str:
    """Give a formula without what programs write differently: case, spaces, quotes, prefixes, forms of numbers.

    References are counted from the anchor; without one all cells of all sheets are alike, for files in which some have
    moved or are gone.
    `sheets` gives the names of sheets as issued by those in the file, both in lower case.
    """
    words = []
    for token in _TOKEN.finditer(formula):
        kind, text = token.lastgroup, token.group()
        if kind == "text":
            words.append(text)
        elif kind == "sheet" or (kind == "quoted" and text.endswith("!")):
            words.append(_sheet(text, sheets or {}) if anchor is not None else "")
        elif kind == "cell" or (kind == "lost" and anchor is None):
            words.append(_cell(text, anchor))
        elif kind == "name":
            upper = text.upper()
            for prefix in _PREFIXES:
                upper = upper.removeprefix(prefix)
            words.append(_SAME.get(upper, upper))
        elif kind == "number":
            words.append(f"{float(text):.15g}")
        elif kind in ("mark", "lost", "quoted"):
            words.append(text)
    _unwrap_signs(words)
    form = _TRUTH.sub(r"\1", "".join(words))
    return _ONE_CELL.sub(r"\1", form) if ":" in form else form


def _unwrap_signs(words: list[str]) -> None:
    """Have `-(-x)`, as gnumeric writes it, say `--x`, where x is one thing: a sign binds more than any operator."""
    opened: list[tuple[int, list[str]]] = []  # brackets, each with the operators directly in it
    for place, word in enumerate(words):
        if word == "(":
            opened.append((place, []))
        elif word in _OPERATORS and opened:
            opened[-1][1].append(word)
        elif word == ")" and opened:
            first, operators = opened.pop()
            if operators == ["-"] and first and words[first - 1] == words[first + 1] == "-":
                words[first] = words[place] = ""


def counted_from(formula: str, anchor: Anchor) -> str:
    """Give a formula with its relative references counted from the anchor, and all else as it is written.

    Formulas that are alike in this are the same; most are, and it takes a tenth of the time of `normal_form`.
    """

    def cell(match: re.Match[str]) -> str:
        if match.lastindex is None:
            return match[0]
        fixed_column, letters, fixed_row, digits = match.groups()
        # What is counted stands behind a control character, which no formula holds.
        down = digits if fixed_row else f"\1{int(digits) - anchor.row}"
        across = letters if fixed_column else f"\2{column_number(letters) - anchor.column}"
        return f"{fixed_row}{down}{fixed_column}{across}"

    return _TRUTH.sub(r"\1", _QUOTED_OR_CELL.sub(cell, formula))


def _sheet(text: str, sheets: Mapping[str, str]) -> str:
    name = text[:-1].strip("'").replace("''", "'").casefold()
    return f"'{sheets.get(name, name)}'!"


def _cell(text: str, anchor: Anchor | None) -> str:
    if anchor is None:
        return ANY_CELL
    match = _CELL.fullmatch(text)
    assert match is not None
    fixed_column, letters, fixed_row, digits = match.groups()
    row, column = int(digits), column_number(letters)
    down = f"R{row}" if fixed_row else f"R[{row - anchor.row}]"
    across = f"C{column}" if fixed_column else f"C[{column - anchor.column}]"
    return down + across
