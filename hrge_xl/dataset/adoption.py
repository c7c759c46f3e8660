"""Takes over a ledger of an earlier version: what people had entered into tables of their own becomes entries."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.engine import Connection

from ..errors import StoreError
from .entries import add_entry
from .kinds import (
    DecisionMade,
    EarlierSeal,
    FilesReceived,
    LedgerAdopted,
    ReceivedFile,
    SealMade,
    WaiverGiven,
    WaiverWithdrawn,
)
from .received import name_of

Row = dict[str, Any]
SINCE_2 = {
    "files": "stated BOOLEAN",
    "sightings": "place TEXT",
}  # columns that ledgers of version 1 do not have
RETIRED = ("decided", "waivers", "seals")


def adopt(connection: Connection, version: int) -> None:
    """Make a ledger of version 1 or 2 one of today; the earlier tables go.

    Raises `StoreError` where something stands in them that no program of ours wrote.
    """
    for table, column in SINCE_2.items() if version == 1 else ():
        connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN {column}")
    try:
        _enter_all(connection, version)
    except ValidationError as error:
        what = error.errors()[0]
        raise StoreError(
            f"A ledger of version {version} cannot be taken over: {'.'.join(map(str, what['loc']))} of a "
            f"{error.title} is wrong ({what['msg']}). Restore the ledger from a backup."
        ) from error
    for table in RETIRED:
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table}")


def _enter_all(connection: Connection, version: int) -> None:
    files = _rows(connection, "files", "n")
    places = {(row["sha256"], row["path"]): row["place"] for row in _rows(connection, "sightings", "sha256")}
    _receipts(connection, [row | {"place": places.get((row["sha256"], row["path"]))} for row in files])
    _decisions(connection, {row["submission"]: name_of(row["path"] or "") for row in files})
    _waivers(connection)
    _seals(connection)
    add_entry(connection, LedgerAdopted(number=1, version=version))


def _rows(connection: Connection, table: str, order: str) -> list[Row]:
    if not sa.inspect(connection).has_table(table):
        return []
    found = connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY {order}")
    return [dict(row) for row in found.mappings()]


def _receipts(connection: Connection, files: Sequence[Row]) -> None:
    """Files that came one after the other on one day are told as one receipt: who ran what is not known any more."""
    groups = groupby(files, key=lambda row: (row["received"], bool(row["stated"])))
    for number, ((day, stated), rows) in enumerate(groups, start=1):
        came = tuple(
            ReceivedFile(
                order=row["n"],
                sha256=row["sha256"],
                path=row["path"] or "",
                size=row["size"],
                place=row["place"] or "",
            )
            for row in rows
        )
        add_entry(
            connection, FilesReceived(number=number, day=day, stated=stated, files=came), time=day or ""
        )


def _decisions(connection: Connection, names: dict[str, str]) -> None:
    for row in _rows(connection, "decided", "n"):
        made = DecisionMade(number=row.pop("n"), file=names.get(row["submission"], ""), **row)
        add_entry(connection, made, by=row["by"], time=row["day"])


def _waivers(connection: Connection) -> None:
    rows = _rows(connection, "waivers", "number")
    for row in rows:
        add_entry(connection, WaiverGiven(**row), by=row["by"], time=row["day"])
    for number, row in enumerate((row for row in rows if row["withdrawn"]), start=1):
        taken_back = WaiverWithdrawn(number=number, waiver=row["number"], day=row["withdrawn"])
        add_entry(connection, taken_back, by=row["withdrawn_by"] or "", time=row["withdrawn"])


def _seals(connection: Connection) -> None:
    for row in _rows(connection, "seals", "n"):
        earlier = EarlierSeal(previous=row["previous"], digest=row["digest"])
        made = SealMade(number=row["n"], name=row["name"], sha256=row["sha256"], earlier=earlier)
        add_entry(connection, made, by=row["by"], time=row["time"])
