"""Settles which returns count, once all of them are in the dataset, and tells it to dataset and ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ..submission import Observation
from ..validation import finding_of
from ..words import translator
from .ledger import Ledger
from .schema import FINDINGS, SUBMISSIONS, Row
from .standing import CONFLICT, SUPERSEDED, Entry, Standing, standings
from .store import Store
from .tables import Whose, finding_rows

FOUND = {SUPERSEDED: "X002", CONFLICT: "X003"}
BEFORE_ALL = 0  # the number of a finding of this kind: a file has at most one


def settle(store: Store, ledger: Ledger) -> Counter[str]:
    """Work out the standing of every return and write down what changed; how many there are of each kind."""
    returns = _returns(store)
    order = ledger.order()
    entries = [_entry(each, order) for each in returns]
    found = standings(entries, ledger.decisions())
    with store.transaction() as connection:
        _update(store, connection, returns, found)
        _findings(store, connection, returns, found)
    known = [
        (str(each["sha256"]), entry) for each, entry in zip(returns, entries, strict=True) if each["sha256"]
    ]
    ledger.settle(known, found)
    return Counter(standing.state for standing in found.values())


def _returns(store: Store) -> list[dict[str, Any]]:
    names = SUBMISSIONS.names
    return [dict(zip(names, row, strict=True)) for row in store.rows(SUBMISSIONS.name)]


def _entry(row: dict[str, Any], order: dict[str, int]) -> Entry:
    texts = {
        name: row[name] or "" for name in ("team", "copy", "project", "intervention", "country", "period")
    }
    return Entry(row["submission"], order.get(row["sha256"] or "", 0), row["verdict"], **texts)


def _update(
    store: Store, connection: Connection, returns: Sequence[dict[str, Any]], found: dict[str, Standing]
) -> None:
    table = store.tables[SUBMISSIONS.name]
    for row in returns:
        standing = found[row["submission"]]
        before = (row["current"], row["superseded_by"], row["reason"])
        if before == (standing.current, standing.other, standing.reason):
            continue
        store.touch(connection)
        values = {"current": standing.current, "superseded_by": standing.other, "reason": standing.reason}
        connection.execute(sa.update(table).where(table.c.submission == row["submission"]).values(values))
        if row["current"] != standing.current:
            _mark(store, connection, row["submission"], standing.current)


def _mark(store: Store, connection: Connection, submission: str, current: bool) -> None:
    for each in store.schema.tables:
        if each.standing and each is not SUBMISSIONS:
            table = store.tables[each.name]
            connection.execute(
                sa.update(table).where(table.c.submission == submission).values(current=current)
            )


def _findings(
    store: Store, connection: Connection, returns: Sequence[dict[str, Any]], found: dict[str, Standing]
) -> None:
    """Two kinds of findings that no file shows by itself."""
    by_name = {row["submission"]: row for row in returns}
    table = store.tables[FINDINGS.name]
    ours = table.c.code.in_(FOUND.values())
    rows: list[Row] = []
    for name, standing in found.items():
        if standing.state in FOUND and standing.other in by_name:
            rows += _finding(by_name[name], by_name[standing.other], FOUND[standing.state])
    if sorted(map(str, rows)) != sorted(map(str, store.rows(FINDINGS.name, ours))):
        store.touch(connection)
        connection.execute(sa.delete(table).where(ours))
        store.insert(connection, FINDINGS.name, rows)


def _finding(row: dict[str, Any], other: dict[str, Any], code: str) -> list[Row]:
    note = Observation(code, detail={"other": Path(other["path"]).name})
    finding = finding_of(note, row["path"], translator(row["language"] or "en"))
    owner = Whose(row["submission"], row["team"] or "", row["country"] or "")
    return finding_rows([finding], owner, row["sha256"], BEFORE_ALL)
