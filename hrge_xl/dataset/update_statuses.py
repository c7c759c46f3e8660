"""Settles which returns count, once all of them are in the dataset, and tells it to dataset and ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ..findings import Waiver
from ..intake import Wanted
from ..stamp import VALID
from .apply_waivers import apply
from .cross_file_checks import status_finding
from .decisions import decisions
from .ledger import Ledger
from .return_status import DOUBTS, TOLD, Entry, ReturnStatus, moment, return_statuses
from .rows import ReturnKey, finding_rows
from .schema import FINDINGS, SUBMISSIONS, Row
from .store import Store

BEFORE_ALL = 0  # the number of a finding of this kind: a file has at most one
OF_ROUND = ("I006", "I007", "I008", "I011")  # what depends on the round that a file was read for


def update_statuses(store: Store, ledger: Ledger, waivers: Sequence[Waiver] = ()) -> Counter[str]:
    """Work out the status of every return and write down what changed; how many there are of each kind."""
    apply(store, waivers)
    returns = _returns(store)
    arrived, doubts = ledger.arrived(), _doubts(store)
    entries = [
        _entry(each, arrived.get(each["sha256"] or "", (0, "")), doubts.get(each["submission"], ()))
        for each in returns
    ]
    found = return_statuses(entries, decisions(ledger))
    with store.transaction() as connection:
        _update(store, connection, returns, found)
        _findings(store, connection, returns, found)
    known = [
        (str(each["sha256"]), entry) for each, entry in zip(returns, entries, strict=True) if each["sha256"]
    ]
    ledger.update_statuses(known, found)
    return Counter(status.state for status in found.values())


def to_read_again(store: Store, wanted: Wanted) -> set[str]:
    """Returns that were read for another round, or for none, and may belong to the one that is wanted now."""
    if wanted.round is None:
        return set()
    files, findings = store.tables[SUBMISSIONS.name], store.tables[FINDINGS.name]
    strange = sa.select(findings.c.submission).where(findings.c.code.in_(OF_ROUND)).distinct()
    unproven = sa.select(files.c.submission).where(files.c.signature != VALID)
    queries = [strange, unproven] if wanted.key is not None else [strange]
    return {str(row[0]) for query in queries for row in store.select(query)}


def _returns(store: Store) -> list[dict[str, Any]]:
    names = SUBMISSIONS.names
    return [dict(zip(names, row, strict=True)) for row in store.rows(SUBMISSIONS.name)]


def _doubts(store: Store) -> dict[str, tuple[str, ...]]:
    """For each return the findings that say that it is somebody else's, unless somebody has accepted them."""
    table = store.tables[FINDINGS.name]
    found: dict[str, list[str]] = {}
    ours = sa.and_(table.c.code.in_(DOUBTS), sa.not_(table.c.waived))
    wanted = sa.select(table.c.submission, table.c.code).where(ours).order_by(table.c.submission, table.c.n)
    for submission, code in store.select(wanted):
        found.setdefault(submission, []).append(code)
    return {submission: tuple(codes) for submission, codes in found.items()}


def _entry(row: dict[str, Any], arrived: tuple[int, str], doubts: tuple[str, ...]) -> Entry:
    texts = {
        name: row[name] or "" for name in ("team", "copy", "project", "intervention", "country", "period")
    }
    order, received = arrived
    saved = moment(row["saved"] or "", str(row["issued"] or ""), received)
    return Entry(row["submission"], order, row["verdict"], **texts, moment=saved, doubts=doubts)


def _update(
    store: Store, connection: Connection, returns: Sequence[dict[str, Any]], found: dict[str, ReturnStatus]
) -> None:
    table = store.tables[SUBMISSIONS.name]
    for row in returns:
        status = found[row["submission"]]
        before = (row["current"], row["superseded_by"], row["reason"])
        if before == (status.current, status.other, status.reason):
            continue
        store.touch(connection)
        values = {"current": status.current, "superseded_by": status.other, "reason": status.reason}
        connection.execute(sa.update(table).where(table.c.submission == row["submission"]).values(values))
        if row["current"] != status.current:
            _mark(store, connection, row["submission"], status.current)


def _mark(store: Store, connection: Connection, submission: str, current: bool) -> None:
    for each in store.schema.tables:
        if each.status and each is not SUBMISSIONS:
            table = store.tables[each.name]
            connection.execute(
                sa.update(table).where(table.c.submission == submission).values(current=current)
            )


def _findings(
    store: Store, connection: Connection, returns: Sequence[dict[str, Any]], found: dict[str, ReturnStatus]
) -> None:
    """The findings that no file shows by itself."""
    by_name = {row["submission"]: row for row in returns}
    table = store.tables[FINDINGS.name]
    ours = table.c.code.in_(TOLD)
    rows: list[Row] = []
    for name, status in found.items():
        if status.code is not None:
            rows += _finding(by_name[name], by_name.get(status.other or ""), status)
    if sorted(map(str, rows)) != sorted(map(str, store.rows(FINDINGS.name, ours))):
        store.touch(connection)
        connection.execute(sa.delete(table).where(ours))
        store.insert(connection, FINDINGS.name, rows)


def _finding(row: dict[str, Any], other: dict[str, Any] | None, status: ReturnStatus) -> list[Row]:
    finding = status_finding(
        status, row["path"], row["submission"], other["path"] if other else "", row["language"]
    )
    owner = ReturnKey(row["submission"], row["team"] or "", row["country"] or "")
    return finding_rows([finding], owner, row["sha256"], BEFORE_ALL)
