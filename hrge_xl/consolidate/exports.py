"""Everything that is made out of a dataset: figures, data.xlsx, CSV with a description, Parquet."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from .aggregates import aggregates
from .codebook import codebook, items
from .data_xlsx import write_workbook
from .package import has_parquet, write_package
from .schema import CODEBOOK, ITEMS
from .store import Store


def derive(store: Store, today: date) -> None:
    """Fill the tables that are made out of others."""
    with store.transaction() as connection:
        store.replace(connection, CODEBOOK.name, codebook(store.schema))
        store.replace(connection, ITEMS.name, items(store.schema))
    found = aggregates(store, today)
    with store.transaction() as connection:
        for name, rows in found.items():
            store.replace(connection, name, rows)


def names(store: Store, out: Path) -> list[Path]:
    """Every file that `write` leaves."""
    tables = [table.name for table in store.schema.tables]
    suffixes = ("csv", "parquet") if has_parquet() else ("csv",)
    return [out / "data.xlsx", out / "datapackage.json"] + [
        out / suffix / f"{name}.{suffix}" for suffix in suffixes for name in tables
    ]


def write(store: Store, out: Path, today: date) -> list[str]:
    """The files beside the dataset; their names."""
    write_workbook(store, out / "data.xlsx", today)
    return ["data.xlsx", *write_package(store, out)]
