"""pandera schemas of every table and view, made of its description and the spec; the one place with pandera.

`schemas` is for analysts: what is right. `python_schema` is for rows before they are written, by `work.RowCheck`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from pandas.api.types import infer_dtype
from pandera.dtypes import immutable
from pandera.engines.pandas_engine import DataType
from pandera.errors import SchemaErrors
from pandera.pandas import Check, Column, DataFrameSchema

from ..core.numerals import shown
from ..core.words import too_many_words
from ..spec.model import Spec
from .dimensions import RightAnswers, allowed_values, least_and_most, pattern, right_answers
from .schema import BOOLEAN, DATE, IN_PANDAS, INTEGER, NUMBER, TEXT, Schema, Table, TableColumn

TYPES: dict[str, tuple[type, ...]] = {
    TEXT: (str,),
    INTEGER: (int,),
    NUMBER: (float, int),
    BOOLEAN: (bool,),
    DATE: (date,),
}
INFERRED: dict[str, set[str]] = {
    TEXT: {"string"},
    INTEGER: {"integer"},
    NUMBER: {"floating", "integer", "mixed-integer-float"},
    BOOLEAN: {"boolean"},
    DATE: {"date"},
}


NOTHING = "empty"  # as what a column without any value is inferred
REASONS = {"not_nullable": "filled in", "multiple_fields_uniqueness": "a key that no other row has"}


@immutable
class DayType(DataType):
    """Days as text in ISO 8601, as dates or as times of pandas; any year that Python knows."""

    type = np.dtype("datetime64[us]")

    def coerce(self, data_container: Any) -> Any:
        """Return a column of days. Raises `ValueError` where there is something else."""
        return pd.to_datetime(data_container, format="ISO8601").astype(self.type)

    def coerce_value(self, value: Any) -> Any:
        """Return one day. Raises `ValueError`."""
        return pd.to_datetime(value, format="ISO8601")

    def check(self, pandera_dtype: Any, data_container: Any = None) -> bool:
        """Tell whether a column is one of days."""
        return data_container is not None and data_container.dtype == self.type

    def __str__(self) -> str:
        return DATE


FrameSchema = DataFrameSchema  # for those who pass one on
DTYPES = IN_PANDAS | {DATE: DayType()}  # type: ignore[call-arg]  # `immutable` makes one that takes nothing


def schemas(spec: Spec, *, limits: bool = True) -> Mapping[str, FrameSchema]:
    """Return a schema for each table and view of a dataset of a spec, by name; each turns a frame into its types.

    They hold for answers that are right: within their limits, and given where every row must have them. Without
    `limits` they hold for whatever a dataset can have: types, keys, known codes.
    """
    schema = Schema(spec)
    schemas_of_tables = {}
    for table in schema.by_name.values():
        columns = {}
        for column in table.columns:
            question = right_answers(schema, column) if limits else None
            checks = [*_structure(schema, column), *(_right(question) if question else ())]
            is_required = column.name in table.key or (question is not None and question.required)
            columns[column.name] = Column(
                DTYPES[column.kind],
                checks,
                nullable=not is_required,
                coerce=True,
                required=column.name not in table.not_in_csv,
            )
        schemas_of_tables[table.name] = DataFrameSchema(
            columns, name=table.name, unique=list(table.key), report_duplicates="all"
        )
    return schemas_of_tables


def _structure(schema: Schema, column: TableColumn) -> Iterator[Check]:
    """Yield the checks that hold for everything that stands in a column."""
    allowed = allowed_values(schema, column)
    if allowed:
        yield Check.isin(allowed, error=f"one of {', '.join(allowed)}")
    written_as = pattern(schema, column)
    if written_as:
        yield Check(
            lambda series: series.str.fullmatch(written_as), error=f"written as {written_as}"
        )
    yield from _between(*least_and_most(column))


def _between(least: float | date | None, most: float | date | None) -> Iterator[Check]:
    for end, check, word in ((least, Check.ge, "least"), (most, Check.le, "most")):
        if end is not None:
            in_frame = pd.Timestamp(end) if isinstance(end, date) else end
            yield check(in_frame, error=f"at {word} {shown(end)}")


def _right(question: RightAnswers) -> Iterator[Check]:
    """Yield the checks that hold for the answers that a question asks for."""
    yield from _between(question.minimum, question.maximum)
    if question.whole:
        yield Check(lambda series: series % 1 == 0, error="a whole number")
    if question.steps:
        yield Check.isin(question.steps, error=f"one of {', '.join(map(shown, question.steps))}")
    characters = question.characters
    if characters is not None:
        yield Check.str_length(max_value=characters, error=f"at most {characters} characters")
    words = question.words
    if words is not None:
        yield Check(
            lambda series: ~series.map(lambda text: too_many_words(text, words)),
            error=f"at most {words} words",
        )


# rows as Python has them


def python_schema(schema: Schema, table: Table) -> FrameSchema:
    """Return the schema of rows that are to be written: values of Python's own types, nothing turned into another
    one.
    """
    columns = {
        column.name: Column(
            object,
            [_of_type(column.kind), *_structure(schema, column)],
            nullable=column.name not in (*table.key, *table.unique),
        )
        for column in table.columns
    }
    return DataFrameSchema(columns, name=table.name, unique=list(table.key), strict=True)


def _of_type(kind: str) -> Check:
    """Return a check of values for their type; one by one only where not all are of it."""
    types = TYPES[kind]
    inferred = INFERRED[kind]

    def fits(series: pd.Series[Any]) -> pd.Series[bool] | bool:
        if infer_dtype(series, skipna=True) in (*inferred, NOTHING):
            return True
        return series.map(lambda value: type(value) in types) | series.isna()

    return Check(fits, error=f"a value of type {kind}", ignore_na=False)


class Failure(NamedTuple):
    """The first thing in a frame that is not as its schema says."""

    column: str
    row: int
    why: str


def first_failure(schema: FrameSchema, frame: pd.DataFrame) -> Failure | None:
    """Return the first thing in a frame that is not as its schema says; None where all is."""
    try:
        schema.validate(frame, lazy=True, inplace=True)
    except SchemaErrors as errors:
        case = errors.failure_cases.sort_values("index", kind="stable").iloc[0]
        why = str(case["check"])
        return Failure(str(case["column"]), int(case["index"]), REASONS.get(why, why))
    return None
