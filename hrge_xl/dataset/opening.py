"""Opens a dataset that is there, with the spec that it was made with: from any working directory, installed or not."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from multiprocessing.util import Finalize
from pathlib import Path

import sqlalchemy as sa

from ..addresses import is_address
from ..errors import StoreError, UsageError
from ..shell_words import quoted
from ..spec.carried import as_bytes, digest_of, find, write
from ..spec.load import load
from ..spec.model import Spec
from .databases import open_url
from .schema import OLDEST, SPEC_FILES, VERSION, Schema
from .store import Store, open_file

DATASET = "dataset.sqlite"
CHANGED = "{store}: the spec that it carries (in {table}) was changed. Consolidate again with --spec."
SPECS = "spec"  # the folder beside a dataset, or in a round, that copies of specs are kept in


@contextmanager
def open_dataset(place: str | Path) -> Iterator[Store]:
    """Open the dataset of a folder or at a PostgreSQL address, to be read only. Raises `UsageError`, `StoreError`."""
    if is_address(str(place)):
        with open_url(str(place)) as store:
            yield _taken_up(store, f"Fill it with `hrge-xl consolidate … --store {store.name}`.")
        return
    folder = Path(place)
    file = folder if folder.is_file() else folder / DATASET
    if not file.is_file():
        raise UsageError(f"{place} holds no dataset. Run `hrge-xl consolidate … -o {quoted(place)}` first.")
    with opened(file) as store:
        yield store


@contextmanager
def opened(file: Path) -> Iterator[Store]:
    """Open the dataset in a SQLite file. Raises `StoreError`, `UsageError`."""
    with open_file(file, write=False) as store:
        yield _taken_up(
            store, f"Run `hrge-xl consolidate {quoted(file.parent)} -o {quoted(file.parent)}` first."
        )


def _taken_up(store: Store, remedy: str) -> Store:
    """Give the same store, with its spec."""
    facts = store.facts()
    if not facts:
        raise UsageError(f"{store.name} holds no dataset. {remedy}")
    stated = facts.get("schema_version", "")
    version = int(stated) if stated.isdecimal() else VERSION
    if version < OLDEST:
        raise UsageError(f"{store.name} was made by an earlier version of this program. {remedy}")
    schema = Schema(spec_of(store), flat=bool(facts.get("flat")), version=version)
    if not store.use(schema, write=False):
        raise UsageError(f"{store.name} is not filled yet: a run was cut off. {remedy}")
    return store


def spec_of(store: Store) -> Spec | None:
    """Load the spec that a dataset was made with; None for one that holds nothing that could be read.

    Raises `StoreError` where it does not carry one that is whole.
    """
    facts = store.facts()
    if not facts.get("spec"):
        return None
    folder = find(_home(), facts["spec_digest"])
    if folder is None:
        files = carried_files(store)
        if digest_of(files) != facts["spec_digest"]:
            raise StoreError(CHANGED.format(store=store.name, table=SPEC_FILES.name))
        folder = write(files, _home())
    return load(folder)


def carried_files(store: Store) -> dict[str, bytes]:
    """Give the files of the spec that a dataset carries: path → content."""
    table = sa.table(SPEC_FILES.name, *(sa.column(name) for name in SPEC_FILES.names))
    try:
        return {str(path): as_bytes(str(content)) for path, content in store.select(sa.select(table))}
    except ValueError as error:
        raise StoreError(CHANGED.format(store=store.name, table=SPEC_FILES.name)) from error


@cache
def _home() -> Path:
    """Give a folder of this process for specs that come out of datasets."""
    folder = tempfile.mkdtemp(prefix="hrge-xl-spec-")
    Finalize(None, shutil.rmtree, (folder,), {"ignore_errors": True}, exitpriority=0)  # in workers too
    return Path(folder)
