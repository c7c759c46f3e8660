"""Tells the dataset what was waived since its files were read, and what no longer is."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ..findings import CATALOGUE, Severity, Waiver
from ..findings.waiver import ACTIVE, waiver_of
from ..validation import ACCEPTED, REFUSED, RETURNED
from .clean import clean
from .schema import FINDINGS, SUBMISSIONS
from .store import Store

# Findings across returns are settled by decisions; no verdict of a file depends on them.
ACROSS = sorted(code for code, kind in CATALOGUE.items() if kind.family == "X")


def apply(store: Store, waivers: Sequence[Waiver]) -> None:
    """Mark the findings that are waived; a return whose every error is waived is accepted.

    The same as for a file that is read while the waivers are known.
    """
    with store.transaction() as connection:
        for submission in _mark(store, connection, waivers):
            store.touch(connection)
            _judge(store, connection, submission)


def _mark(store: Store, connection: Connection, waivers: Sequence[Waiver]) -> list[str]:
    """Write beside each finding what waives it; the returns where that changed."""
    table = store.tables[FINDINGS.name]
    codes, files = {each.code for each in waivers}, {each.sha256 for each in waivers}
    meant = sa.or_(
        table.c.waiver.is_not(None), sa.and_(table.c.code.in_(codes), table.c.file_sha256.in_(files))
    )
    names = ("submission", "n", "file_sha256", "code", "sheet", "cell", "waiver")
    rows = connection.execute(sa.select(*(table.c[name] for name in names)).where(meant)).all()
    changed: set[str] = set()
    for submission, n, sha256, code, sheet, cell, before in rows:
        found = waiver_of(waivers, sha256, code, sheet, cell)
        told = clean(found.told) if found else None
        if told != before:
            changed.add(submission)
            values = {"waived": found is not None and found.state == ACTIVE, "waiver": told}
            this = sa.and_(table.c.submission == submission, table.c.n == n)
            connection.execute(sa.update(table).where(this).values(values))
    return sorted(changed)


def _judge(store: Store, connection: Connection, submission: str) -> None:
    """The verdict of a return by the findings that nobody has accepted."""
    table, files = store.tables[FINDINGS.name], store.tables[SUBMISSIONS.name]
    ours = sa.select(sa.func.count()).where(table.c.submission == submission)
    errors = sa.and_(table.c.severity == Severity.ERROR.value, table.c.code.not_in(ACROSS))
    left = connection.execute(ours.where(errors, sa.not_(table.c.waived))).scalar_one()
    is_waived = connection.execute(ours.where(table.c.waived)).scalar_one()
    this = sa.and_(files.c.submission == submission, files.c.verdict != REFUSED)
    values = {"verdict": RETURNED if left else ACCEPTED, "waived": is_waived}
    connection.execute(sa.update(files).where(this).values(values))
