"""The places where received contents were seen, as the ledger knows them and as they are now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ..path_text import path_of, path_text, way_to

SIGHTINGS = sa.Table(
    "sightings",
    sa.MetaData(),
    sa.Column("sha256", sa.Text(), primary_key=True),
    sa.Column("path", sa.Text(), primary_key=True),
    sa.Column("received", sa.Text()),
    sa.Column("place", sa.Text()),  # the way from the folder of the ledger: a file is known by it
)


class SeenPlaces:
    """The places where contents were seen, as the ledger knows them and as they are now.

    Paths lead from the folder of the ledger, `home`.
    """

    def __init__(self, connection: Connection, home: Path) -> None:
        self._home = home
        self._known: dict[str, dict[str, str]] = {}  # hash → place → path as it was given
        self._new: dict[tuple[str, str], dict[str, object]] = {}
        self._moved: list[tuple[str, str]] = []
        for sha256, path, place in connection.execute(
            sa.select(SIGHTINGS.c.sha256, SIGHTINGS.c.path, SIGHTINGS.c.place)
        ):
            self._known.setdefault(sha256, {})[self.place(place)] = path

    def add(self, sha256: str, path: str, when: str) -> None:
        """One more place, unless it is known."""
        places, place = self._known.setdefault(sha256, {}), self.place(path)
        if places.get(place) == path:
            return
        gone = place if place in places else next(filter(self._is_gone, places), None)
        if gone is not None:
            self._moved.append((sha256, places.pop(gone)))
        places[place] = path
        self._new[sha256, place] = {"sha256": sha256, "path": path, "received": when, "place": place}

    def place(self, path: str | Path) -> str:
        """Give the way to a file."""
        return path_text(way_to(self._home / path, self._home))

    def _is_gone(self, place: str) -> bool:
        return not any((self._home / each).exists() for each in (place, path_of(place)))

    def write(self, connection: Connection) -> None:
        """Write down what is new."""
        for sha256, path in self._moved:
            this = sa.and_(SIGHTINGS.c.sha256 == sha256, SIGHTINGS.c.path == path)
            connection.execute(sa.delete(SIGHTINGS).where(this))
        insert(connection, SIGHTINGS, list(self._new.values()))


def insert(connection: Connection, table: sa.Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Write rows, where there are any."""
    if rows:
        connection.execute(sa.insert(table), list(rows))
