"""The places where received contents were seen, as the ledger knows them and as they are now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ..path_text import path_of, path_text

SIGHTINGS = sa.Table(
    "sightings",
    sa.MetaData(),
    sa.Column("sha256", sa.Text(), primary_key=True),
    sa.Column("path", sa.Text(), primary_key=True),
    sa.Column("received", sa.Text()),
    sa.Column(
        "place", sa.Text()
    ),  # the path from the folder of the ledger, else the whole: a file is known by it
)


class SeenPlaces:
    """The places where contents were seen, as the ledger knows them and as they are now.

    What lies below the folder of the ledger is known by its path from there: it stays in its place when the folder
    is moved or copied.
    """

    def __init__(self, connection: Connection, home: Path) -> None:
        self._home = home.absolute()
        self._known: dict[str, dict[str, str]] = {}  # hash → place → path as it was given
        self._new: list[dict[str, object]] = []
        self._moved: list[tuple[str, str]] = []
        for sha256, path, place in connection.execute(
            sa.select(SIGHTINGS.c.sha256, SIGHTINGS.c.path, SIGHTINGS.c.place)
        ):
            self._known.setdefault(sha256, {})[self.place(self._home / place if place else path)] = path

    def add(self, sha256: str, path: str, when: str) -> None:
        """One more place, unless it is known."""
        places, place = self._known.setdefault(sha256, {}), self.place(path)
        if path in places.values() or (place in places and self._leads_there(places[place], place)):
            return
        gone = place if place in places else next(filter(self._is_gone, places), None)
        if gone is not None:
            self._moved.append((sha256, places.pop(gone)))
        places[place] = path
        self._new.append({"sha256": sha256, "path": path, "received": when, "place": place})

    def place(self, path: str | Path) -> str:
        """Give the path of a file, links not followed."""
        whole = Path(path).absolute()
        inside = whole.is_relative_to(self._home)
        return path_text(whole.relative_to(self._home).as_posix() if inside else whole)

    def _is_gone(self, place: str) -> bool:
        return not any((self._home / each).exists() for each in (place, path_of(place)))

    def _leads_there(self, path: str, place: str) -> bool:
        """Say whether a path as it was given once still means a place; what it was given from may be another folder."""
        return not Path(path).is_absolute() or Path(path) == self._home / place

    def write(self, connection: Connection) -> None:
        """Write down what is new."""
        for sha256, path in self._moved:
            this = sa.and_(SIGHTINGS.c.sha256 == sha256, SIGHTINGS.c.path == path)
            connection.execute(sa.delete(SIGHTINGS).where(this))
        insert(connection, SIGHTINGS, self._new)


def insert(connection: Connection, table: sa.Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Write rows, where there are any."""
    if rows:
        connection.execute(sa.insert(table), list(rows))
