"""Reads a table of the data package with pandas, by its description alone; docs/dataset.md shows it."""

import json
from pathlib import Path

import pandas as pd

TYPES = {"string": "string", "integer": "Int64", "number": "Float64", "boolean": "boolean"}


def read(folder: Path, table: str) -> pd.DataFrame:
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    resource = next(each for each in package["resources"] if each["title"] == table)
    schema, kinds = (
        resource["schema"],
        {each["name"]: each["type"] for each in resource["schema"]["fields"]},
    )
    return pd.read_csv(
        folder / resource["path"],
        encoding=resource["encoding"],
        dtype={name: TYPES[kind] for name, kind in kinds.items() if kind in TYPES},
        parse_dates=[name for name, kind in kinds.items() if kind == "date"],
        keep_default_na=False,
        na_values=schema["missingValues"],
    )
