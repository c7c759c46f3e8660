"""How often each code was answered, in total and by country."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as each_with

import sqlalchemy as sa

from ...spec.model import FieldType, Spec
from ..codebook import code_labels, labels
from ..schema import ANSWERS, ITEMS, Row
from ..store import Store
from .common import BY_COUNTRY, TOTAL


def answers(store: Store, spec: Spec) -> Iterator[Row]:
    """Every code by question; questions that stand on fixed rows by row."""
    label, code_label = labels(store.schema), code_labels(store.schema)
    order = {(t.code, f.code): n for n, (t, _, f) in enumerate(spec.places())}
    found = _counted(store, spec)
    for (by, tool, row, field, code, country), tally in sorted(
        found.items(),
        key=lambda each: (each[0][0] != TOTAL, order[each[0][1], each[0][3]], each[0][2], *each[0][4:]),
    ):
        yield (
            by, tool, row or None, field, label.get((tool, field)), code, code_label.get((tool, field, code)),
            country or None, tally.count, len(tally.teams), tally.submissions,
        )  # fmt: skip


@dataclass(slots=True)
class _Tally:
    """How often something stands, and how many teams and files say so. Files come one after the other."""

    count: int = 0
    submissions: int = 0
    last: str = ""
    teams: set[str] = each_with(default_factory=set)

    def add(self, submission: str, team: str) -> None:
        self.count += 1
        if submission != self.last:
            self.submissions += 1
            self.last = submission
            self.teams.add(team)


def _counted(store: Store, spec: Spec) -> dict[tuple[str, ...], _Tally]:
    """Every code by question, and by fixed row where there is one; codes of own rows mean nothing elsewhere."""
    own_rows = {(t.code, f.code) for t, _, f in spec.places() if f.type is FieldType.REFERENCE}
    listed = {(row[1], row[2]) for row in store.rows(ITEMS.name)}
    table = store.tables[ANSWERS.name]
    columns = [table.c[name] for name in ("submission", "team", "tool", "row", "field", "code", "country")]
    wanted = (
        sa.select(*columns).where(table.c.current, table.c.code.is_not(None)).order_by(table.c.submission)
    )
    found: dict[tuple[str, ...], _Tally] = defaultdict(_Tally)
    for submission, team, tool, row, field_code, code, country in store.select(wanted):
        if (tool, field_code) not in own_rows:
            place = row if (tool, row) in listed else ""
            found[TOTAL, tool, place, field_code, code, ""].add(submission, team)
            found[BY_COUNTRY, tool, place, field_code, code, country].add(submission, team)
    return found
