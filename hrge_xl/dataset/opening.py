"""Opens a dataset that is there with the spec that it was made with, or one that lasts as long as it is looked at.

It opens from any working directory, installed or not; a database at an address opens the same way as a file.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from functools import cache
from multiprocessing.util import Finalize
from operator import attrgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from ..core.errors import StoreError, UsageError
from ..core.paths import is_address, masked, quoted
from ..core.program import isolate_failures
from ..core.work import batched
from ..exchange.validation import Noticed, Result, stopped_result
from ..findings import Waiver
from ..ledger.events import FILE, Arrival, Arrived, DecisionMade, FilesReceived
from ..ledger.judgements import Decision
from ..ledger.ledger import DATASET, NAME, Ledger, look_up
from ..spec.carried import as_bytes, digest_of, find, write
from ..spec.load import load
from ..spec.model import Spec
from .definitions import clause
from .rows import RowBuilder, submission_id, submission_number
from .schema import (
    MASKED,
    SLOTS,
    SUBMISSION_ID,
    SUBMISSIONS,
    TABLES,
    VERSION,
    Row,
    Schema,
    Table,
)
from .store import (
    FILLED,
    MIRRORED,
    OF_DATABASE,
    SPEC_DIGEST,
    STATE,
    STORES,
    Store,
    open_file,
    translate_db_errors,
)
from .update_statuses import update_statuses

SPECS = "spec"  # the folder beside a dataset, or in a round, that copies of specs are kept in


@contextmanager
def open_store(place: str | Path) -> Iterator[Store]:
    """Open the dataset of a folder or at a PostgreSQL address, to be read only. Raises `UsageError`, `StoreError`."""
    if is_address(str(place)):
        with open_url(str(place)) as store:
            yield _taken_up(
                store, f"Fill it with `hrge-xl consolidate FILES -o FOLDER --store {store.name}`."
            )
        return
    folder = Path(place)
    file = folder if folder.is_file() else folder / DATASET
    if not file.is_file():
        sources = quoted(folder) if (folder / FILE).is_file() else "FILES"
        raise UsageError(
            f"{place} holds no dataset.",
            remedy=f"Run `hrge-xl consolidate {sources} -o {quoted(folder)}` first.",
        )
    with opened(file) as store:
        yield store


@contextmanager
def opened(file: Path) -> Iterator[Store]:
    """Open the dataset in a SQLite file. Raises `StoreError`, `UsageError`."""
    with open_file(file, write=False) as store:
        folder = quoted(file.parent)
        remedy = f"Run `hrge-xl consolidate {folder} -o {folder}` first."
        yield _taken_up(
            store, making_shared_copy_again(file.parent) if is_shared_copy(store) else remedy
        )


def is_shared_copy(store: Store) -> bool:
    """Say whether a dataset is a copy to share, which holds nothing that it could be made again from."""
    return MASKED in store.fact(STATE)


def making_shared_copy_again(folder: Path) -> str:
    """Say how the copy to share in a folder is made again: where it was made, if that is at hand."""
    source = quoted(folder.parent) if (folder.parent / DATASET).is_file() else "FOLDER"
    return (
        f"{folder} is a copy to share, which is made again in the folder that it comes from: "
        f"hrge-xl consolidate {source} -o {source} --shareable"
    )


def _taken_up(store: Store, remedy: str) -> Store:
    """Return the same store, with its spec."""
    facts = store.facts()
    if not facts:
        raise UsageError(f"{store.name} holds no dataset.", remedy=remedy)
    stated = facts.get("schema_version", "")
    if stated.isdecimal() and int(stated) < VERSION:
        raise UsageError(
            f"{store.name} was made by an earlier version of this program.", remedy=remedy
        )
    if not store.use(Schema(spec_of(store)), write=False):
        raise UsageError(f"{store.name} is not filled yet: a run was cut off.", remedy=remedy)
    return store


def spec_of(store: Store) -> Spec | None:
    """Load the spec that a dataset was made with; None for one that holds nothing that could be read.

    Raises `StoreError` where it does not carry one that is whole.
    """
    facts = store.facts()
    if not facts.get("spec"):
        return None
    folder = find(_home(), facts[SPEC_DIGEST])
    if folder is None:
        table = clause(TABLES["spec_files"])
        fault = None
        try:
            files = {
                str(path): as_bytes(str(content))
                for path, content in store.select(sa.select(table))
            }
        except ValueError as error:
            files = {}
            fault = error
        if digest_of(files) != facts[SPEC_DIGEST]:
            message = f"{store.name}: the spec that it carries (in {table.name}) was changed."
            raise StoreError(
                message,
                remedy="Make it again with: hrge-xl consolidate FOLDER -o FOLDER --spec SPEC",
            ) from fault
        folder = write(files, _home())
    return load(folder)


@cache
def _home() -> Path:
    """Return a folder of this process for specs that come out of datasets."""
    folder = tempfile.mkdtemp(prefix="hrge-xl-spec-")
    Finalize(
        None, shutil.rmtree, (folder,), {"ignore_errors": True}, exitpriority=0
    )  # in workers too
    return Path(folder)


# datasets in databases, by their addresses

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
            raise StoreError(
                "For PostgreSQL install the extra: pip install 'hrge-xl[postgres]'."
            ) from error
        # as it may be shown: what may follow the name of the database can be a password
        shown = URL.create(url.drivername, host=url.host, port=url.port, database=url.database)
        return cls(engine, masked(shown.render_as_string()))

    @contextmanager
    def only_writer(self) -> Iterator[None]:
        """Hold the database for this run. Raises `StoreError` while another run writes into it."""
        with translate_db_errors(self.name), self._outside_transactions() as connection:
            connection.detach()  # the database lets go of the lock when this connection ends, however it ends
            connection.exec_driver_sql(f"SET lock_timeout = '{PATIENCE}s'")
            connection.execute(sa.select(sa.func.pg_advisory_lock(OURS)))
            yield

    def insert(self, name: str, rows: Iterable[Row]) -> None:
        """COPY: the way in for many rows."""
        table = self[name]
        quote = self.engine.dialect.identifier_preparer.quote
        columns = ", ".join(quote(column.name) for column in table.columns)
        driver: Any = self.written.connection.driver_connection
        with (
            driver.cursor() as cursor,
            cursor.copy(f"COPY {quote(table.name)} ({columns}) FROM STDIN") as copy,
        ):
            for row in rows:
                copy.write_row(row)


def open_url(address: str) -> Store:
    """Open the dataset in a database. Raises `StoreError` when it is none that we know or cannot be reached.

    No message holds what could be a password, wherever in the address it stands.
    """
    usage = "--store wants an address such as postgresql://user@host/database"
    if address.count("@") > 1:
        raise StoreError(
            f"{usage}.", remedy="This one has more than one @: write one in a password as %40."
        )
    try:
        url = make_url(address)
    except (
        ArgumentError,
        ValueError,
    ):  # a port that is not a number may be a password, and is quoted
        raise StoreError(f"{usage}.") from None
    if url.drivername not in STORES:
        raise StoreError(f"{usage}.", remedy="Other databases are not supported.")
    store = STORES[url.drivername].at(url)
    if not store.is_file:
        store.facts()
    return store


# a database belongs to one folder

OWNER, OWNER_FOLDER = OF_DATABASE  # whose a database is, and where that folder was last


def check_dataset_owner(store: Store, ledger: Ledger, folder: Path) -> None:
    """Raise `StoreError` for a database that belongs to another folder, or that a copy of this one goes on with."""
    facts = store.facts()
    if not facts:
        return
    owner = facts.get(OWNER)
    stated_folder = facts.get(OWNER_FOLDER, "")
    # of one that does not say yet whose it is everything must have come by this ledger
    is_owner = owner == ledger.identity if owner else store.contents() <= ledger.order().keys()
    this_folder = str(folder.absolute())
    owner_folder = Path(stated_folder)
    # where the folder that it was last filled from is still there, this one is a copy of it
    if is_owner and (
        stated_folder in ("", this_folder)
        or not look_up(owner_folder, lambda owner_ledger: owner_ledger.name == owner)
    ):
        return
    raise StoreError(
        f"{store.name} belongs to another folder{f' ({stated_folder})' if stated_folder else ''}.",
        remedy=(
            "Two folders on one database would undo each other's decisions. Work in that "
            "folder, or name an empty database with --store."
        ),
    )


def set_dataset_owner(store: Store, ledger: Ledger, folder: Path) -> None:
    """Write down in a database whose it is."""
    store.set_fact(OWNER, ledger.identity)
    store.set_fact(OWNER_FOLDER, str(folder.absolute()))


# and holds what the file in that folder holds

# tables of returns whose rows change also where a return is not read again: waivers, statuses, places
CHANGING = ("files_fact", "findings_fact")
COMPARED_AT_ONCE = 50  # returns


def mirror(file: Store, database: Store, checksum: str) -> None:
    """Have a database hold what the dataset in a file holds, all of it or nothing. Raises `StoreError`.

    Where it held the same as the file of this `checksum`, which is the one before the run, only what the run changed is
    written; else everything.
    """
    is_mirrored = checksum != "" and database.fact(MIRRORED) == checksum
    facts = {name: value for name, value in file.facts().items() if name not in OF_DATABASE}
    if is_mirrored and not file.changed:
        with database.transaction():
            database.replace_facts(facts)
        return
    database_submissions = database.read_files().keys()
    file_submissions = file.read_files().keys()
    unchanged = (
        (database_submissions & file_submissions) - file.taken if is_mirrored else set[str]()
    )
    with database.transaction():
        database.forget([*database_submissions - unchanged])
        for table in database.schema.base:
            if table.of_submissions:
                database.insert(
                    table.name,
                    _rows_of_submissions(file, table, file_submissions - unchanged),
                )
            elif (
                table.name == SLOTS.name and unchanged
            ):  # whose answers refer to those that are there
                database_slots = {*database.rows(table.name)}
                new_slots = [row for row in file.rows(table.name) if row not in database_slots]
                database.insert(table.name, new_slots)
            else:
                database.replace(table.name, [*file.rows(table.name)])
        for some in batched(sorted(unchanged), COMPARED_AT_ONCE):
            numbers = [*map(submission_number, some)]
            _update_submissions(file, database, numbers)
            for name in CHANGING:
                _replace_changed_rows(file, database, name, numbers)
        database.replace_facts(facts)
    database.analyze()


def _rows_of_submissions(file: Store, table: Table, names: Collection[str]) -> Iterator[Row]:
    """Yield the rows of some submissions in a table."""
    column = file[table.name].c[SUBMISSION_ID]
    for some in batched(sorted(names), COMPARED_AT_ONCE):
        yield from file.rows(table.name, column.in_(map(submission_number, some)))


def _update_submissions(file: Store, database: Store, numbers: Sequence[int]) -> None:
    """Bring the rows of submissions themselves up to date, to which others refer."""
    number_at = SUBMISSIONS.at[SUBMISSION_ID]
    number = database["submissions"].c[SUBMISSION_ID]
    stored_rows = {*database.rows("submissions", number.in_(numbers))}
    for row in file.rows("submissions", file["submissions"].c[SUBMISSION_ID].in_(numbers)):
        if row in stored_rows:
            continue
        update = sa.update(database["submissions"]).where(number == row[number_at])
        values = dict(zip(SUBMISSIONS.names, row, strict=True))
        database.written.execute(update.values(values))


def _replace_changed_rows(file: Store, database: Store, name: str, numbers: Sequence[int]) -> None:
    """Put the rows of some submissions in a table in the place of those that are otherwise."""
    table = database[name]
    description = database.schema.by_name[name]
    wanted_rows = {*file.rows(name, file[name].c[SUBMISSION_ID].in_(numbers))}
    stored_rows = {*database.rows(name, table.c[SUBMISSION_ID].in_(numbers))}
    for row in stored_rows - wanted_rows:
        has_key = [table.c[column] == row[description.at[column]] for column in description.key]
        database.written.execute(sa.delete(table).where(*has_key))
    database.insert(name, wanted_rows - stored_rows)


# a dataset that lives as long as it is looked at: the same tables and figures, and nothing of it stays


BY_PATH = attrgetter("path")


class Temporary(NamedTuple):
    """A dataset with its ledger, in a folder that goes with them."""

    store: Store
    ledger: Ledger


@contextmanager
def in_a_copy(folder: Path | None, *names: str, lasting: bool = True) -> Iterator[Temporary]:
    """Yield a dataset with its ledger in a folder of their own, begun with copies of what a folder has under names."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(TemporaryDirectory(prefix="hrge-xl-")))
        for name in names:
            if folder is not None and (folder / name).is_file():
                shutil.copyfile(folder / name, home / name)
        store = stack.enter_context(open_file(home / DATASET, lasting=lasting))
        yield Temporary(store, stack.enter_context(Ledger.open(home, lasting=lasting)))


@contextmanager
def temporary_dataset(
    results: Sequence[Result],
    spec: Spec | None,
    waivers: Sequence[Waiver] = (),
    arrived: Arrived | None = None,
    *,
    ledger: Path | None = None,
    answers: bool = True,
    noticed: Mapping[str, Noticed] | None = None,
) -> Iterator[Temporary]:
    """Yield the dataset of files that were just checked. Files of another spec than `spec` bring no answers.

    `ledger` is a folder whose ledger says what was decided about files and when they came. Without `answers` it
    holds what is known of each file, and none of its answers. `noticed` is what `update_statuses` is given.
    """
    with in_a_copy(ledger, NAME, lasting=False) as temporary:
        temporary.ledger.forget_places()
        arrivals = [Arrival(result.path, result.sha256, result.size) for result in results]
        temporary.ledger.receive(sorted(arrivals, key=BY_PATH), arrived or Arrived())
        _fill(temporary, results, spec, waivers, answers=answers, noticed=noticed)
        yield temporary


@contextmanager
def dataset_as_told(
    results: Sequence[Result],
    spec: Spec | None,
    waivers: Sequence[Waiver],
    receipts: Iterable[FilesReceived],
    decisions: Iterable[Decision],
) -> Iterator[Temporary]:
    """Yield the dataset of files that were checked again, as a report tells when they came and what was decided."""
    with in_a_copy(None, lasting=False) as temporary:
        for receipt in receipts:
            temporary.ledger.enter(receipt)
        for decision in sorted(decisions, key=lambda decision: decision.n):
            temporary.ledger.enter(
                DecisionMade(number=decision.n, **asdict(decision)), by=decision.by
            )
        _fill(temporary, results, spec, waivers)
        yield temporary


def _fill(
    temporary: Temporary,
    results: Sequence[Result],
    spec: Spec | None,
    waivers: Sequence[Waiver],
    *,
    answers: bool = True,
    noticed: Mapping[str, Noticed] | None = None,
) -> None:
    """Put in what the files say, and work out what counts."""
    schema = Schema(spec, answers=answers)
    temporary.store.use(schema)
    first: dict[str, Result] = {}  # the same bytes count once, whatever the names
    for result in sorted(results, key=BY_PATH):
        first.setdefault(submission_id(result.sha256, result.path), result)
    put_in(temporary.store, RowBuilder(schema, slots_exist=False), list(first.values()))
    update_statuses(temporary.store, temporary.ledger, waivers, noticed)
    temporary.store.set_fact(FILLED, "yes")


def put_in(store: Store, builder: RowBuilder, results: Sequence[Result]) -> None:
    """Put the rows of results into a dataset; one that a fault of ours shows with says that in place of its own."""

    def take(some: Sequence[Result]) -> list[None]:
        store.take([builder.rows(result) for result in some])
        return []

    isolate_failures(take, results, lambda result, fault: take([stopped_result(result, fault)]))
