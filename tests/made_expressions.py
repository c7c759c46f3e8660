"""Expressions for made specs, of every kind that the language has, over the fields of one block."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

Fields = list[dict[str, Any]]
NUMBERS = ("integer", "decimal", "percent", "year", "scale")
PATTERNS = {  # each with what fits it; the last one for the reader alone
    "[A-Z]{2}-[0-9]{2,4}": "AB-12",
    "a.+": "ab",
    "email": "a@b.org",
    "(one|two) words?": "one word",
}
FIGURES = {  # by type: a formula, and what it yields
    "text": (
        ("words({0}) + length({0})", "number"),
        ("join({0}, '-', 3)", "text"),
    ),
    "long": (("words({0}) * 2", "number"), ("join({0}, row_code())", "text")),
    "date": (
        ("{0} + 30", "date"),
        ("days_between({0}, today())", "number"),
        ("year({0})", "number"),
    ),
    "choice": (("join({0}, '!')", "text"), ("label({0})", "text")),
    "yesno": (("1 if {0} == 'Y' else 0", "number"),),
    "tick": (("1 if {0} == 'Y' else 0", "number"), ("join({0}, '!')", "text")),
    "many": (("count_of({0})", "number"), ("label({0})", "text")),
    "reference": (("lookup({0}, {register}A_01)", "text"),),
    "scale": (("most({0}, 2)", "number"), ("level({0}, {0})", "level")),
}
OF_NUMBERS = (
    ("{0} * 2 + 1", "number"),
    ("total({0}, 3) / 2", "number"),
    ("round({0} / 3, 2)", "number"),
    ("round({0})", "number"),
    ("sqrt({0})", "number"),
    ("{0} ** 2", "number"),
    ("2 ** ({0} / 100)", "number"),
    ("absolute({0} - 7)", "number"),
    ("1 / {0}", "number"),
    ("least({0}, 5) - most({0}, 1)", "number"),
    ("bands({0}, 1, 'few', 10, 'some', 'many')", "text"),
)
TRUTHS = {  # by type
    "text": ("matches({0}, '[A-Z]{{2}}-[0-9]{{2,4}}')", "email({0})", "length({0}) > 3", "unique({0})"),
    "long": ("words({0}) <= 3", "matches({0}, 'a.+')"),
    "date": (
        "{0} <= today()",
        "year({0}) >= 2026",
        "days_between({0}, today()) > 5",
        "{0} == year_end(year({0}))",
    ),
    "choice": ("{0} == '{entry}'", "{0} != '{entry}'", "{0} in ('{entry}', '{entry}')", "unique({0})"),
    "yesno": ("{0} == 'Y'", "{0} not in ('Y',)"),
    "tick": ("{0} == 'Y'", "{0} not in ('Y',)", "unique({0})"),
    "many": ("'{entry}' in {0}", "has({0}, '{entry}')", "count_of({0}) > 1"),
    "reference": ("filled(lookup({0}, {register}A_01))", "lookup({0}, {register}A_01) == 'Answer 1'"),
    "scale": ("level({0}, {0}) >= 'M'", "{0} >= 2"),
}
OF_ROWS = (  # over the rows of the register
    "count('{register}') > 1",
    "count_if('{register}', filled({register}A_01)) >= 2",
)
OF_ROWS_READ = (  # the same, as only the reader can work them out
    "any_row('{register}', length({register}A_01) > 3)",
    "sum('{register}', length({register}A_01)) > 20",
    "max('{register}', words({register}A_01)) > 1",
)


def figures(fields: Fields, register: str) -> list[tuple[str, str]]:
    """Give formulas over the fields of a row, with what they yield."""
    known = [
        (f"count('{register}') + 1", "number"),
        (f"count_if('{register}', filled({register}A_01))", "number"),
    ]
    for field in fields:
        of_type = FIGURES.get(field["type"], ()) + (OF_NUMBERS if field["type"] in NUMBERS else ())
        known += [(formula.format(field["code"], register=register), result) for formula, result in of_type]
    return known


def truths(fields: Fields, register: str, entry: str, *, rule: bool = False) -> st.SearchStrategy[str]:
    """Give conditions over the fields of a row."""
    known = [
        *_over_one(fields, register, entry, rule=rule),
        *_over_two(fields),
        *_over_rows(register, rule=rule),
    ]
    one = st.sampled_from(known)
    joined = st.tuples(one, st.sampled_from(("and", "or")), one).map(lambda parts: f"({' '.join(parts)})")
    return one | one.map(lambda text: f"(not {text})") | joined


def _over_one(fields: Fields, register: str, entry: str, *, rule: bool) -> Iterator[str]:
    for field in fields:
        code, kind = field["code"], field["type"]
        yield from (f"filled({code})", f"blank({code})")
        if kind in NUMBERS:
            yield from (f"{code} > 1", f"{code} ** 2 <= 100", f"sqrt({code}) < 2", f"round({code}) == {code}")
        chosen = f"{entry}_0" if field.get("vocabulary") == "BELOW" else entry
        for text in TRUTHS.get(kind, ()):
            yield text.format(code, register=register, entry=chosen)
        if rule and kind != "many" and code.startswith(f"{register}A_"):
            yield from _with_this(code, kind, register)


def _over_rows(register: str, *, rule: bool) -> Iterator[str]:
    for template in (*OF_ROWS, *(OF_ROWS_READ if rule else ())):
        yield template.format(register=register)


def _with_this(code: str, kind: str, register: str) -> Iterator[str]:
    """Compare a row of the register with the others."""
    yield f"count_if('{register}', {code} == this.{code}) == 1"
    yield f"any_row('{register}', {code} == this.{code} and row_code() != this.row_code())"
    yield f"sum('{register}', 1 if {code} == this.{code} else 0) > 1"
    if kind in NUMBERS or kind == "date":
        yield f"any_row('{register}', {code} > this.{code})"


def _over_two(fields: Fields) -> Iterator[str]:
    """Compare fields of one kind."""
    for kinds, template in ((NUMBERS, "{0} <= {1}"), (("date",), "{0} < {1}"), (("choice",), "{0} == {1}")):
        codes = [
            field["code"] for field in fields if field["type"] in kinds and field.get("vocabulary") != "BELOW"
        ]
        yield from (template.format(*two) for two in pairwise(codes))
