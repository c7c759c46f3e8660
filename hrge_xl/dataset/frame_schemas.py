"""pandera schemas of every table and view, made of its description and the spec; the one place with pandera.

They say what is right, for analysts. What rows have to be before they are written, `work.RowCheck` says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from pandera.dtypes import immutable
from pandera.engines.pandas_engine import DataType
from pandera.pandas import Check, Column, DataFrameSchema

from ..core.numerals import shown
from ..core.words import too_many_words
from ..spec.model import Spec
from .dimensions import RightAnswers, allowed_values, least_and_most, pattern, right_answers
from .schema import DATE, IN_PANDAS, Schema, TableColumn


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


DTYPES = IN_PANDAS | {DATE: DayType()}  # type: ignore[call-arg]  # `immutable` makes one that takes nothing


def schemas(spec: Spec, *, limits: bool = True) -> Mapping[str, DataFrameSchema]:
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
