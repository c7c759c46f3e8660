"""Expressions for made specs, of every kind that the language has, over the fields of one block."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from tests.tables import table

Fields = list[dict[str, Any]]
PATTERNS, FIGURES, OF_NUMBERS, TRUTHS, OF_ROWS, OF_ROWS_READ, _ = table("made_expressions").values()
NUMBERS = ("integer", "decimal", "percent", "year", "scale")


def figures(fields: Fields, register: str) -> list[tuple[str, str]]:
    """Give formulas over the fields of a row, with what they yield."""
    known = [
        (f"count('{register}') + 1", "number"),
        (f"count_if('{register}', filled({register}A_01))", "number"),
    ]
    for field in fields:
        of_type = FIGURES.get(field["type"], []) + (OF_NUMBERS if field["type"] in NUMBERS else [])
        known += [
            (formula.format(field["code"], register=register), result)
            for formula, result in of_type
        ]
    return known


def truths(
    fields: Fields, register: str, entry: str, *, rule: bool = False
) -> st.SearchStrategy[str]:
    """Give conditions over the fields of a row."""
    known = [
        *_over_one(fields, register, entry, rule=rule),
        *_over_two(fields),
        *_over_rows(register, rule=rule),
    ]
    one = st.sampled_from(known)
    joined = st.tuples(one, st.sampled_from(("and", "or")), one).map(
        lambda parts: f"({' '.join(parts)})"
    )
    return one | one.map(lambda text: f"(not {text})") | joined


def _over_one(fields: Fields, register: str, entry: str, *, rule: bool) -> Iterator[str]:
    for field in fields:
        code, kind = field["code"], field["type"]
        yield from (f"filled({code})", f"blank({code})")
        if kind in NUMBERS:
            yield from (
                f"{code} > 1",
                f"{code} ** 2 <= 100",
                f"sqrt({code}) < 2",
                f"round({code}) == {code}",
            )
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
    for kinds, template in (
        (NUMBERS, "{0} <= {1}"),
        (("date",), "{0} < {1}"),
        (("choice",), "{0} == {1}"),
    ):
        codes = [
            field["code"]
            for field in fields
            if field["type"] in kinds and field.get("vocabulary") != "BELOW"
        ]
        yield from (template.format(*two) for two in pairwise(codes))
