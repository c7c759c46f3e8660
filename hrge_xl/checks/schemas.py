"""A pandera schema for each kind of answer, made from the frame's checks; everything is reported at once."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
from pandera.errors import SchemaErrors
from pandera.pandas import Check, Column, DataFrameSchema

from ..fields import Kind

DTYPES = {Kind.CODE: "str", Kind.TEXT: "str", Kind.NUMBER: "float64", Kind.DATE: "float64"}


def schema(kind: Kind, codes: list[str]) -> DataFrameSchema:
    """The value in its type, and one check for each finding that this kind of answer can raise."""
    value = Column(DTYPES[kind], nullable=True)
    checks = {code: Column(bool, Check.equal_to(True, name=code, error=code)) for code in codes}
    return DataFrameSchema({"value": value} | checks, name=kind.value, strict=True)


def failures(kind: Kind, frame: pd.DataFrame) -> Iterator[tuple[str, int]]:
    """Code and place of everything that fails, column by column; most checks find nothing in a whole batch."""
    codes = [str(name) for name in frame.columns if name != "value" and not frame[name].all()]
    try:
        schema(kind, codes).validate(frame[["value", *codes]], lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
        yield from zip(cases["check"].astype(str), cases["index"].astype(int), strict=True)
