"""Where a dataset is kept: the same statements for every store, and the one that is a SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from ..core.errors import StoreError
from ..core.paths import whole
from ..core.versions import version_of
from ..core.work import batched
from ..ledger.files import connect, database_error, private, sqlite_uri
from ..ledger.ledger import DATASET
from ..spec.model import Spec
from .definitions import clause, definitions, in_bytes, view_statements
from .dimensions import dimensions
from .schema import (
    META,
    SLOTS,
    SUBMISSION_ID,
    SUBMISSIONS,
    TABLES,
    VERSION,
    Record,
    Row,
    Rows,
    Schema,
    Table,
)

sqlite3.register_adapter(date, date.isoformat)  # days are kept as text
AT_ONCE = 5_000  # rows read at a time
# What a dataset says of itself: the day that its figures were worked out for, unless they are not up to date; what the
# last run came to, unless one is at work or was cut off; whether all files are in it that came earlier; its spec.
DERIVED = "derived"
STATE = "state"
FILLED = "filled"
SPEC_DIGEST = "spec_digest"
PROGRAM = "program"  # fact: the version of hrge_xl that worked it out last
NOTED = "noted"  # the state where an earlier program put notes in the place of workbook and pages
OF_DATABASE = ("ledger", "ledger_folder")  # facts that stay when a dataset is made anew
# fact of a database: the checksum of the file that it held the same as, unless a run was cut off since
MIRRORED = "mirrored"


STORES: dict[
    str, type[Store]
] = {}  # by how an address begins; a class that names that takes its place by itself


class Store:
    """One dataset. Use it as a context manager; what is written in `transaction()` is there whole or not at all.

    `schemes`: how the addresses begin that a kind of store opens. `is_file`: it is a SQLite file, and so held by
    whoever holds its folder.
    """

    schemes: tuple[str, ...] = ()
    is_file: bool = False

    def __init_subclass__(cls) -> None:
        STORES.update(dict.fromkeys(cls.schemes, cls))

    @classmethod
    def at(cls, url: URL) -> Store:
        """Open the dataset at an address. Raises `StoreError` where that needs what is not installed."""
        raise NotImplementedError

    def __init__(self, engine: Engine, name: str, *, lasting: bool = True) -> None:
        self.engine = engine
        self.name = name
        self.lasting = lasting
        self.meta_table = clause(META)
        self.tables = dict[str, Any]()
        self.schema = Schema(None)
        self.changed = False  # in this run
        self.taken = set[str]()  # submissions, in this run
        self._writing: Connection | None = None

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.engine.dispose()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Yield a connection whose changes are kept together at the end, or not at all."""
        with translate_db_errors(self.name), self.engine.begin() as connection:
            self._writing = connection
            try:
                yield connection
            finally:
                self._writing = None

    @property
    def written(self) -> Connection:
        """The connection of the transaction at work."""
        assert self._writing is not None
        return self._writing

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """Yield a connection to read by: that of the transaction at work, whose changes may lock out any other one."""
        with translate_db_errors(self.name):
            if self._writing is not None:
                yield self._writing
                return
            with self.engine.connect() as connection:
                yield connection

    @contextmanager
    def only_writer(self) -> Iterator[None]:
        """Hold a database for this run. Raises `StoreError` while another run writes into it."""
        yield

    @contextmanager
    def worked_out(self, views: Iterable[str]) -> Iterator[None]:
        """Keep the rows of some views while they are read again and again, where the kind of database needs that."""
        yield

    # what it holds

    def __getitem__(self, table: str) -> Any:
        """Return a table or view as statements name it."""
        return self.tables[table]

    def facts(self) -> dict[str, str]:
        """Return what the dataset says of itself; empty for one that was never written."""
        with self._reading() as connection:
            if not sa.inspect(connection).has_table("meta"):
                return {}
            rows = connection.execute(sa.select(self.meta_table.c.name, self.meta_table.c.value))
            return {str(name): str(value) for name, value in rows}

    def use(self, schema: Schema, *, write: bool = True) -> bool:
        """Take up a dataset of this spec; False when it has to be filled anew.

        Raises `StoreError` when it is of another spec, of a newer program, or somebody else's.
        """
        facts = self.facts()
        spec = schema.spec
        self._refuse(facts, spec)
        same = facts.get(SPEC_DIGEST) == _digest(spec) and facts.get("schema_version") == str(
            VERSION
        )
        self.schema = schema
        self.tables = {table.name: clause(table) for table in schema.by_name.values()}
        if write and not same:
            self._make(facts)
        return same and facts.get(FILLED) == "yes"

    def _refuse(self, facts: Mapping[str, str], spec: Spec | None) -> None:
        stored_spec = facts.get("spec")
        if facts and not facts.get("schema_version", "").isdecimal():
            raise StoreError(
                f"{self.name} holds a table 'meta' that is not ours.",
                remedy="Name another database.",
            )
        if facts and int(facts["schema_version"]) > VERSION:
            raise StoreError(
                f"{self.name} was written by a newer version of hrge-xl.",
                remedy="Update this program.",
            )
        if not stored_spec or spec is None:
            return
        if stored_spec != spec.name:
            raise StoreError(
                f"{self.name} is a dataset of “{stored_spec}”, not of “{spec.name}”.",
                remedy="Choose another place with -o or --store.",
            )
        if version_of(facts.get("spec_version", "")) > version_of(spec.version):
            raise StoreError(
                (
                    f"{self.name} was made with version {facts['spec_version']} of “{stored_spec}”; "
                    f"this program knows {spec.version}."
                ),
                remedy="Update its specs.",
            )

    def _make(self, facts: Mapping[str, str]) -> None:
        """Make the tables; those of an earlier version of the spec go, to be filled again from the files."""
        quote = self.engine.dialect.identifier_preparer.quote
        meta = definitions(self.schema, keys=self.lasting)
        with self.transaction() as connection:
            expected: list[Row] = []  # nothing that was received tells who was to answer
            if "expected_teams" in facts.get("tables", "").split():
                expected += map(
                    tuple, connection.execute(sa.select(clause(TABLES["expected_teams"])))
                )
            for name in reversed(facts.get("views", "").split()):
                connection.exec_driver_sql(f"DROP VIEW IF EXISTS {quote(name)}")
            for name in reversed(facts.get("tables", "").split()):
                connection.execute(
                    sa.schema.DropTable(sa.Table(name, sa.MetaData()), if_exists=True)
                )
            if self.is_file:  # so that tables come in one order, however often they are made
                connection.exec_driver_sql("DROP TABLE IF EXISTS sqlite_stat1")
            inspector = sa.inspect(connection)
            existing_names = {*inspector.get_table_names(), *inspector.get_view_names()}
            strange = sorted(existing_names & set(self.schema.by_name))
            if strange:
                raise StoreError(
                    f"{self.name} already holds other tables named {', '.join(strange)}.",
                    remedy="Name an empty database.",
                )
            meta.create_all(connection)
            for statement in view_statements(
                self.schema, comments=self.engine.dialect.supports_comments
            ):
                # as it is: with parameters, even none, the driver takes a percent sign for the place of one
                connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
            connection.execute(sa.delete(self.meta_table))
            spec = self.schema.spec
            new_facts = {
                "schema_version": str(VERSION),
                "spec": spec.name if spec else "",
                "spec_version": spec.version if spec else "",
                SPEC_DIGEST: _digest(spec),
                "tables": " ".join(table.name for table in self.schema.base),
                "views": " ".join(view.name for view in self.schema.views),
                **{name: facts[name] for name in OF_DATABASE if name in facts},
            }
            rows = [{"name": name, "value": value} for name, value in new_facts.items()]
            connection.execute(sa.insert(self.meta_table), rows)
            for name, lines in dimensions(self.schema, complete=self.lasting).items():
                self.insert(name, lines)
            self.insert("expected_teams", expected)

    def contents(self) -> set[str]:
        """Return the hash of every file that was read, also before the dataset is taken up."""
        with self._reading() as connection:
            if not sa.inspect(connection).has_table("submissions"):
                return set()
            query: Any = sa.select(sa.column("sha256")).select_from(sa.table("submissions"))
            return {
                str(sha256) for sha256 in connection.execute(query).scalars() if sha256 is not None
            }

    def read_files(self) -> dict[str, Record]:
        """Return every submission by its name: sha256, verdict, path, and the day it was checked."""
        names = ("submission", "sha256", "verdict", "path", "checked")
        return {row["submission"]: row for row in self.records("submissions", columns=names)}

    def analyze(self) -> None:
        """Count the rows: a database that does not know how many there are reads whole tables for a view."""
        with self.transaction() as connection:
            connection.exec_driver_sql("ANALYZE")

    def fact(self, name: str) -> str:
        """Return one thing that the dataset says of itself; empty where it says nothing."""
        return self.facts().get(name, "")

    def set_fact(self, name: str, value: str) -> None:
        """Write down one thing that the dataset says of itself; nothing takes it away."""
        if self.fact(name) == value:
            return
        with self.transaction() as connection:
            connection.execute(sa.delete(self.meta_table).where(self.meta_table.c.name == name))
            if value:
                connection.execute(sa.insert(self.meta_table), [{"name": name, "value": value}])

    def replace_facts(self, facts: Mapping[str, str]) -> None:
        """Write down all that the dataset says of itself, but whose it is."""
        is_replaced = self.meta_table.c.name.not_in(OF_DATABASE)
        self.written.execute(sa.delete(self.meta_table).where(is_replaced))
        rows = [{"name": name, "value": value} for name, value in facts.items()]
        self.written.execute(sa.insert(self.meta_table), rows)

    def touch(self) -> None:
        """Write down that something changes."""
        if not self.changed:
            stale = self.meta_table.c.name.in_((STATE, DERIVED))
            self.written.execute(sa.delete(self.meta_table).where(stale))
        self.changed = True

    # rows in and out

    def take(self, files: Sequence[Rows]) -> None:
        """Take in the rows of some files, by table; earlier rows of the same submissions go."""
        submission = SUBMISSIONS.at["submission"]
        names = [str(row[submission]) for file in files for row in file["submissions"]]
        with self.transaction():
            self.touch()
            self.taken.update(names)
            self.forget(names)
            for table in self.schema.base:
                rows = [row for file in files for row in file.get(table.name, ())]
                if table.name == SLOTS.name:  # cells that are not known yet, each once
                    stored = {row[0] for row in self.select(sa.select(self["slots"].c.slot))}
                    rows = [*{row[0]: row for row in rows if row[0] not in stored}.values()]
                if rows:
                    self.insert(table.name, rows)

    def copy_rows(self, other_file: Path, conditions: Mapping[str, str]) -> None:
        """Copy rows of tables from another SQLite file, those for which a condition in SQL holds."""
        with self._attached(other_file), self.transaction():
            self.touch()
            self._copy(conditions)

    def rows_apart(
        self, other_file: Path, names: Sequence[str]
    ) -> dict[str, tuple[list[Row], list[Row]]]:
        """For each table the rows that only another SQLite file has, and those that only this one has, as kept."""
        one_side = 'SELECT * FROM {1}."{0}" EXCEPT SELECT * FROM {2}."{0}"'
        differences = {}
        with self._attached(other_file), self._reading() as connection:
            for name in names:
                sides = [
                    one_side.format(name, *sides)
                    for sides in (("other", "main"), ("main", "other"))
                ]
                only_there, only_here = (
                    [*map(tuple, connection.exec_driver_sql(side))] for side in sides
                )
                differences[name] = only_there, only_here
        return differences

    def _copy(self, conditions: Mapping[str, str]) -> None:
        for name in self._in_order(conditions):
            new = (
                "AND slot NOT IN (SELECT slot FROM main.slots) GROUP BY slot"
                if name == "slots"
                else ""
            )
            self.written.exec_driver_sql(
                f'INSERT INTO main."{name}" SELECT * FROM other."{name}" WHERE ({conditions[name]}) {new}'
            )

    @contextmanager
    def _attached(self, other_file: Path) -> Iterator[None]:
        """Have the tables of another SQLite file at hand, as those of `other`."""
        with translate_db_errors(self.name):
            with self._outside_transactions() as connection:
                connection.exec_driver_sql("ATTACH ? AS other", (sqlite_uri(other_file),))
            yield
            with self._outside_transactions() as connection:
                connection.exec_driver_sql("DETACH other")

    def _in_order(self, names: Container[str]) -> list[str]:
        """Return some tables in order: what others refer to comes first."""
        return [table.name for table in self.schema.base if table.name in names]

    def _outside_transactions(self) -> Connection:
        return self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")

    def forget(self, names: Sequence[str]) -> None:
        """Take submissions out. Nothing is looked for in an empty dataset."""
        table = self["submissions"]
        for some in batched(names, 500):
            query = sa.select(table.c.submission_id).where(table.c.submission.in_(some))
            submission_ids = self.written.execute(query).scalars().all()
            if not submission_ids:
                continue
            self.touch()
            gave_way = sa.update(table).where(table.c.superseded_by.in_(some))
            self.written.execute(
                gave_way.values(superseded_by=None)
            )  # until statuses are worked out again
            for fact in reversed(self.schema.base):
                if fact.of_submissions:
                    fact_table = self[fact.name]
                    self.written.execute(
                        sa.delete(fact_table).where(fact_table.c[SUBMISSION_ID].in_(submission_ids))
                    )

    def replace(self, name: str, rows: Sequence[Row], *conditions: Any) -> None:
        """Fill a table anew, or what of it some conditions hold for, where anything is different."""
        existing_rows = list(self.rows(name, *conditions))
        if existing_rows != list(rows) and sorted(map(str, existing_rows)) != sorted(
            map(str, rows)
        ):
            self.touch()
            self.written.execute(sa.delete(self[name]).where(*conditions))
            self.insert(name, rows)

    def insert(self, name: str, rows: Iterable[Row]) -> None:
        """Rows in bulk, straight through the driver, a few at a time."""
        table = self[name]
        statement = str(sa.insert(table).compile(dialect=self.written.dialect))
        for some in batched(rows, AT_ONCE):
            self.written.exec_driver_sql(statement, some)

    def fill(self, rows: Callable[[Table], Iterable[Row]]) -> None:
        """Fill a dataset that has nothing yet but what its spec says, table by table."""
        with self.transaction():
            for table in self.schema.base:
                existing_rows = {*self.rows(table.name)}
                self.insert(table.name, (row for row in rows(table) if row not in existing_rows))
        self.analyze()
        self.set_fact(FILLED, "yes")

    def rows(self, name: str, *conditions: Any, columns: Sequence[str] = ()) -> Iterator[Row]:
        """Yield the rows of a table in the order of its key, a few at a time; all columns, or these."""
        table = self[name]
        selected_columns: Sequence[Any] = [table.c[column] for column in columns] or [table]
        selection = sa.select(*selected_columns).where(*conditions)
        yield from self.select(selection.order_by(*self.order(name)))

    def order(self, name: str) -> list[Any]:
        """Return what the rows of a table are ordered by: its key, texts by their bytes."""
        key = [self[name].c[column] for column in self.schema.by_name[name].key]
        return [in_bytes(column) if isinstance(column.type, sa.Text) else column for column in key]

    def records(self, name: str, *conditions: Any, columns: Sequence[str] = ()) -> Iterator[Record]:
        """Return the rows of a table by column: all columns, or these where there are many rows."""
        names = columns or self.schema.by_name[name].names
        return (
            dict(zip(names, row, strict=True))
            for row in self.rows(name, *conditions, columns=columns)
        )

    def figures(self, name: str, *periods: str | None) -> Iterator[Record]:
        """Yield the lines of a table of figures, of some periods or of all; none where the spec has no such figures."""
        if name in self.tables:
            conditions = [self[name].c.period.in_(periods)] if periods else []
            yield from self.records(name, *conditions)

    def raw(
        self, name: str, columns: Sequence[str] = ("*",), of: str | None = None
    ) -> Iterator[Row]:
        """Yield the rows of a SQLite dataset as it keeps them: days as text, truth values as 0 and 1.

        `columns` are expressions, `of` a submission: its rows only.
        """
        keys = ", ".join(f'"{key}"' for key in self.schema.by_name[name].key)
        condition, values = ("", ()) if of is None else ("WHERE submission = ?", (of,))
        with self._reading() as connection:
            driver: Any = connection.connection.driver_connection
            yield from driver.execute(
                f'SELECT {", ".join(columns)} FROM "{name}" {condition} ORDER BY {keys}', values
            )

    def select(self, query: Any) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of any selection, a few at a time. Raises `StoreError` for what another program put there."""
        with self._reading() as connection, refuse_foreign_values(self.name):
            for row in connection.execute(query, execution_options={"yield_per": AT_ONCE}):
                if bytes in map(type, row):  # no column of a dataset has any
                    raise TypeError("bytes in place of a text, number or day")
                yield tuple(row)


class SqliteStore(Store):
    """A dataset in a SQLite file, or in memory."""

    schemes = ("sqlite",)
    is_file = True

    @classmethod
    def at(cls, url: URL) -> Store:
        """Open the file that the address names."""
        return open_file(Path(url.database or "dataset.sqlite"))

    @contextmanager
    def worked_out(self, views: Iterable[str]) -> Iterator[None]:
        """Keep the rows of some views in temporary tables: SQLite works a view out anew for each question."""
        with self._reading() as connection:
            created_views = list[str]()
            outer_connection = self._writing
            try:
                for view in views:  # a temporary table goes before what bears the same name
                    connection.exec_driver_sql(
                        f'CREATE TEMP TABLE "{view}" AS SELECT * FROM main."{view}"'
                    )
                    created_views.append(view)
                self._writing = connection
                yield
            finally:
                self._writing = outer_connection
                for view in created_views:
                    connection.exec_driver_sql(f'DROP TABLE temp."{view}"')


def _digest(spec: Spec | None) -> str:
    return (spec.digest or spec.version) if spec else ""


@contextmanager
def translate_db_errors(name: str) -> Iterator[None]:
    """Turn the errors of a database into one line of our own."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise database_error(name, error) from error


@contextmanager
def refuse_foreign_values(place: str) -> Iterator[None]:
    """Raise `StoreError` where a stored value is not of its type: a day that is none, a text for a number."""
    try:
        yield
    except (ValueError, TypeError, ArithmeticError) as error:
        raise StoreError(
            f"another program wrote something into it that does not belong there ({error}).",
            place=place,
            remedy=(
                "Make it again from what was received (a copy to share with --shareable): "
                "hrge-xl consolidate FOLDER -o FOLDER"
            ),
        ) from error


def open_file(path: Path | None, *, write: bool = True, lasting: bool = True) -> Store:
    """Return the dataset in a SQLite file; None for one in memory. Unless it is to be written, the file must be there.

    One that is not `lasting` is written faster, and its rows stay as they come: whoever is cut off throws it away.
    """
    file = partial(connect, path, write=write, lasting=lasting)
    pool = sa.StaticPool if path is None else sa.QueuePool
    engine = sa.create_engine("sqlite://", creator=file, poolclass=pool)

    @sa.event.listens_for(engine, "begin")
    def begin(
        connection: Connection,
    ) -> None:  # by ourselves, or tables could not be dropped safely
        if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
            connection.exec_driver_sql("BEGIN")

    return SqliteStore(engine, path.name if path else "memory", lasting=lasting)


@contextmanager
def passing_store() -> Iterator[Store]:
    """Yield an empty dataset in a file, which goes when nobody looks at it any more."""
    with (
        TemporaryDirectory(prefix="hrge-xl-") as folder,
        open_file(Path(folder) / DATASET, lasting=False) as store,
    ):
        yield store


def finished_state(day: str, *, with_files: bool) -> str:
    """Return the state of a dataset with figures of a day, after a run.

    It is `with_files` where all beside it are of this state; otherwise the ledger notes of which state each is.
    """
    return f"done {day}" if with_files else f"done {day}, dataset alone"


def compact(store: Store, path: Path, state: str) -> None:
    """Write the file anew in the order of its keys, and what the run came to.

    The same content gives the same bytes, however it came about.
    """
    store.set_fact(STATE, "")
    with whole(path) as unfinished:
        private(unfinished)
        with translate_db_errors(store.name), store._outside_transactions() as connection:
            connection.exec_driver_sql("DROP TABLE IF EXISTS sqlite_stat1")
            connection.exec_driver_sql("VACUUM INTO ?", (sqlite_uri(unfinished),))
        with open_file(unfinished) as copy:
            with (
                copy.transaction() as connection
            ):  # how often the tables were made anew does not matter
                connection.exec_driver_sql("PRAGMA schema_version = 1")
            copy.set_fact(STATE, state)
            copy.analyze()  # counted in the new file: the order of the counts tells how often tables were made anew
        store.engine.dispose()
