"""Tells the dataset what was waived since its files were read, and what no longer is."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ..findings import CATALOGUE, Severity, Waiver
from ..findings.waiver import ACTIVE, waiver_of
from ..validation import ACCEPTED, REFUSED, RETURNED
from .clean import clean
from .schema import FINDINGS_FACT, SUBMISSIONS
from .store import Store

# Findings across returns are settled by decisions; no verdict of a file depends on them.
ACROSS = sorted(code for code, kind in CATALOGUE.items() if kind.family == "X")


def apply_waivers(store: Store, waivers: Sequence[Waiver]) -> None:
    """Mark the findings that are waived; a return whose every error is waived is accepted.

    The same as for a file that is read while the waivers are known.
    """
    with store.transaction() as connection:
        for number in _mark(store, connection, waivers):
            store.touch(connection)
            _judge(store, connection, number)


def _mark(store: Store, connection: Connection, waivers: Sequence[Waiver]) -> list[int]:
    """Write beside each finding what waives it; gives the returns where that changed."""
    table, files = store[FINDINGS_FACT], store[SUBMISSIONS]
    codes, hashes = {each.code for each in waivers}, {each.sha256 for each in waivers}
    meant = sa.or_(table.c.waiver.is_not(None), sa.and_(table.c.code.in_(codes), files.c.sha256.in_(hashes)))
    names = ("submission_id", "n", "code", "sheet", "cell", "waiver")
    wanted = (
        sa.select(files.c.sha256, *(table.c[name] for name in names))
        .join_from(table, files, files.c.submission_id == table.c.submission_id)
        .where(meant)
    )
    changed: set[int] = set()
    for sha256, number, n, code, sheet, cell, before in connection.execute(wanted).all():
        found = waiver_of(waivers, sha256, code, sheet, cell)
        told = clean(found.told) if found else None
        if told != before:
            changed.add(number)
            values = {
                "waived": found is not None and found.state == ACTIVE,
                "waiver": told,
                "waiver_number": found.number if found else None,
            }
            this = sa.and_(table.c.submission_id == number, table.c.n == n)
            connection.execute(sa.update(table).where(this).values(values))
    return sorted(changed)


def _judge(store: Store, connection: Connection, number: int) -> None:
    """Set the verdict of a return by the findings that nobody has accepted."""
    table, files = store[FINDINGS_FACT], store[SUBMISSIONS]
    error = sa.and_(table.c.severity == Severity.ERROR.value, table.c.code.not_in(ACROSS))
    open_errors = sa.func.count(sa.case((sa.and_(error, sa.not_(table.c.waived)), 1)))
    count = sa.select(open_errors, sa.func.count(sa.case((table.c.waived, 1))))
    left, is_waived = connection.execute(count.where(table.c.submission_id == number)).one()
    this = sa.and_(files.c.submission_id == number, files.c.verdict != REFUSED)
    values = {"verdict": RETURNED if left else ACCEPTED, "waived": is_waived}
    connection.execute(sa.update(files).where(this).values(values))
