"""Looks over a table of a dataset with its schema; docs/dataset.md shows it."""

import sqlite3
from pathlib import Path

import pandas as pd
from pandera.errors import SchemaErrors

import hrge_xl


def not_right(dataset: Path, spec: str, table: str = "risks") -> pd.DataFrame:
    """What is not right in a table: the column, what it has to be, what it is, and where it stands."""
    with sqlite3.connect(dataset) as database:
        frame = pd.read_sql(f'SELECT * FROM "{table}" WHERE current', database)
    try:
        hrge_xl.schemas(hrge_xl.load(spec))[table].validate(frame, lazy=True)
    except SchemaErrors as errors:
        found = errors.failure_cases[["column", "check", "failure_case", "index"]]
        return found.join(frame[["team", "sheet", "cell"]], on="index")
    return pd.DataFrame()
