"""`consolidate`: returned files in, one dataset out; run again over the same files, nothing changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..spec.load import load
from ..validation import Validation
from . import exports
from .files import only_writer
from .ledger import Arrival, Ledger
from .schema import Schema
from .settle import settle
from .store import Store, open_file, open_url
from .tables import submission_id
from .work import Workers, arrivals, in_batches, workers

DATASET = "dataset.sqlite"


@dataclass
class Summary:
    """What a run did. Files given = accepted + returned + refused."""

    files: int = 0
    accepted: int = 0
    returned: int = 0
    refused: int = 0
    new: int = 0  # read in this run
    twice: int = 0  # byte for byte the same as another file given
    earlier: int = 0  # in the dataset from earlier runs, and not among the files given
    superseded: int = 0
    conflicts: int = 0
    out: str = ""
    dry_run: bool = False
    written: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """What is told, a sentence a line."""
        found = [
            f"{self.files} file{'s' if self.files != 1 else ''}: {self.accepted} accepted, "
            f"{self.returned} returned, {self.refused} refused; {self.new} new."
        ]
        told = (
            (self.twice, "the same as another file, counted once."),
            (self.superseded, "superseded by a newer version or decision."),
            (
                self.conflicts,
                "left out: two different workbooks for one key (X003). Decide which one counts.",
            ),
            (self.earlier, "of earlier runs stay in the dataset."),
        )
        found += [f"{count} {what}" for count, what in told if count]
        where = "Nothing was written (dry run)." if self.dry_run else f"Dataset: {self.out}"
        return [*found, where]


@dataclass(frozen=True)
class Plan:
    """What is to be done with the files given."""

    asked: Validation
    given: list[Arrival]
    schema: Schema
    to_read: list[Arrival]

    @property
    def names(self) -> set[str]:
        """The submissions that were given."""
        return {submission_id(each.sha256, each.path) for each in self.given}


def consolidate(  # noqa: PLR0913 (one parameter an option)
    paths: Sequence[Path], out: Path, *, asked: Validation, store: str | None = None,
    engine: str = "local", executor: Executor | None = None, jobs: int = 1, dry_run: bool = False,
    received: str | None = None, only_these: bool = False,
) -> Summary:  # fmt: skip
    """Validate files and put them together in the folder `out`; also in the database `store`, where one is named.

    `received` is when they came, the day of the run where nothing is said. Files of earlier runs stay, unless
    `only_these`. Raises `StoreError`, `OutputError`, `UsageError`, `SpecError`.
    """
    crew = workers(engine, jobs, executor)
    with ExitStack() as stack:
        if not dry_run:
            stack.enter_context(only_writer(out))
        stores = [stack.enter_context(each) for each in _open(out, store, dry_run=dry_run)]
        ledger = stack.enter_context(Ledger.open(out, write=not dry_run))
        plan = _plan(paths, asked, crew, stores, ledger, jobs)
        if dry_run:
            return _foresee(plan, crew, stores, jobs, out)
        ledger.receive(plan.given, received or asked.today.isoformat())
        _fill(plan, crew, stores, jobs, out)
        if only_these:
            _leave_out(plan, stores)
        settled = [settle(each, ledger) for each in stores][-1]
        written = exports.write(stores[-1], out, asked.today)
        return _summary(plan, stores[-1], settled, out, written)


def _open(out: Path, address: str | None, *, dry_run: bool) -> Iterator[Store]:
    """The database, where one is named, and always the file in the folder, which comes last."""
    if address:
        yield open_url(address)
    path = out / DATASET
    yield open_file(None if dry_run and not path.is_file() else path, write=not dry_run)


def _plan(
    paths: Sequence[Path],
    asked: Validation,
    crew: Workers,
    stores: Sequence[Store],
    ledger: Ledger,
    jobs: int,
) -> Plan:
    batches = in_batches([str(path) for path in paths], jobs)
    given = [each for some in crew.map(arrivals, batches) for each in some]
    before = next((name for each in stores if (name := each.facts().get("spec"))), None)
    wanted = asked.wanted.spec or before or _first_spec(given, asked)
    asked = replace(asked, wanted=replace(asked.wanted, spec=wanted))
    schema = Schema(load(wanted) if wanted else None)
    ...
