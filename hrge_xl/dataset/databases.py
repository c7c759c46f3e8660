"""Datasets in databases, by their addresses: one class for each kind of database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError

from ..addresses import masked
from ..errors import StoreError
from .store import STORES, Store, translate_db_errors
from .table import Row

OURS = 0x68726765  # the name of our lock in a PostgreSQL database
PATIENCE = 5  # seconds for a killed run to lose it


class PostgresStore(Store):
    """A dataset in a PostgreSQL database."""

    schemes = ("postgresql", "postgres", "postgresql+psycopg")

    @classmethod
    def at(cls, url: URL) -> Store:
        """Open the database with psycopg. Raises `StoreError` where that is not installed."""
        try:
            engine = sa.create_engine(
                url.set(drivername="postgresql+psycopg"), connect_args={"connect_timeout": 10}
            )
        except ImportError as error:
            raise StoreError("For PostgreSQL install the extra: pip install 'hrge-xl[postgres]'.") from error
        return cls(engine, _public(url))

    @contextmanager
    def only_writer(self) -> Iterator[None]:
        """Hold the database for this run. Raises `StoreError` while another run writes into it."""
        with translate_db_errors(self.name, self._damaged), self._outside_transactions() as connection:
            connection.detach()  # the database lets go of the lock when this connection ends, however it ends
            connection.exec_driver_sql(f"SET lock_timeout = '{PATIENCE}s'")
            connection.execute(sa.select(sa.func.pg_advisory_lock(OURS)))
            yield

    def insert(self, connection: Connection, name: str, rows: Iterable[Row]) -> None:
        """COPY: the way in for many rows."""
        table = self.tables[name]
        quote = connection.dialect.identifier_preparer.quote
        columns = ", ".join(quote(column.name) for column in table.columns)
        driver: Any = connection.connection.driver_connection
        with (
            driver.cursor() as cursor,
            cursor.copy(f"COPY {quote(table.name)} ({columns}) FROM STDIN") as copy,
        ):
            for row in rows:
                copy.write_row(row)

    def in_bytes(self, column: Any) -> Any:
        """Give a column to sort by: texts in the order of their bytes, whatever the language of the server."""
        return sa.collate(column, "C") if isinstance(column.type, sa.Text) else column


def open_url(address: str) -> Store:
    """Open the dataset in a database. Raises `StoreError` when it is none that we know or cannot be reached.

    No message holds what could be a password, wherever in the address it stands.
    """
    url = _url(address)
    store = STORES[url.drivername].at(url)
    if not store.is_file:
        store.facts()
    return store


def _url(address: str) -> URL:
    """Take an address apart. Raises `StoreError`, without a word of it, where it is none of ours."""
    wanted = "--store wants an address such as postgresql://user@host/database"
    if address.count("@") > 1:
        raise StoreError(f"{wanted}. This one has more than one @: write one in a password as %40.")
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):  # a port that is not a number may be a password, and is quoted
        raise StoreError(f"{wanted}.") from None
    if url.drivername not in STORES:
        raise StoreError(f"{wanted}. Other databases are not supported.")
    return url


def _public(url: URL) -> str:
    """Give an address as it may be shown: what may follow the name of the database can be a password."""
    return masked(
        URL.create(url.drivername, host=url.host, port=url.port, database=url.database).render_as_string()
    )
