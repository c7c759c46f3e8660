"""`consolidate`: returned files in, one dataset out; run again over the same files, nothing changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..intake import Refusal, read_many
from ..spec.load import load
from ..validation import ACCEPTED, REFUSED, RETURNED, Validation
from . import exports
from .files import only_writer
from .ledger import Arrival, Ledger, kept_at
from .schema import SUBMISSIONS, Schema
from .settle import settle
from .standing import CONFLICT, SUPERSEDED
from .store import Store, compact, open_file, open_url
from .tables import submission_id
from .work import Task, Workers, arrivals, in_batches, tables_of, workers

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
        told = (
            (self.twice, "the same as another file, counted once."),
            (self.superseded, "superseded by a newer version or a decision."),
            (self.conflicts, "left out: different workbooks for one team, intervention and period (X003)."),
            (self.earlier, "of earlier runs, still in the dataset."),
        )
        return [
            f"{self.files} file{'s' if self.files != 1 else ''}: {self.accepted} accepted, "
            f"{self.returned} returned, {self.refused} refused; {self.new} new.",
            *(f"{count} {what}" for count, what in told if count),
            "Nothing was written (dry run)." if self.dry_run else f"Dataset: {self.out}",
        ]


@dataclass(frozen=True)
class Job:
    """One run: what is asked, where it goes, and who does the work."""

    asked: Validation
    out: Path
    crew: Workers
    jobs: int
    stores: Sequence[Store]  # the file in the folder comes last
    ledger: Ledger


def consolidate(  # noqa: PLR0913 (one parameter an option)
    paths: Sequence[Path], out: Path, *, asked: Validation, store: str | None = None,
    engine: str = "local", executor: Executor | None = None, jobs: int = 1, dry_run: bool = False,
    received: str | None = None, only_these: bool = False,
) -> Summary:  # fmt: skip
    """Validate files and put them together in the folder `out`; also in the database `store`, where one is named.

    `received` is when they came: the day of the run where nothing is said. Files of earlier runs stay, unless
    `only_these`. Raises `StoreError`, `OutputError`, `UsageError`, `SpecError`.
    """
    crew = workers(engine, jobs, executor)
    with ExitStack() as stack:
        if not dry_run:
            stack.enter_context(only_writer(out))
        stores = [stack.enter_context(each) for each in _open(out, store, dry_run=dry_run)]
        ledger = stack.enter_context(Ledger.open(out, write=not dry_run))
        job = Job(asked, out, crew, jobs, stores, ledger)
        given = _given(job, paths)
        job = replace(job, asked=_of_one_spec(job, given))
        if dry_run:
            return _foresee(job, given)
        ledger.receive(given, received or asked.today.isoformat())
        new = _fill(job, given, only_these=only_these)
        standing = [_settle(each, job) for each in stores][-1]
        written = _finish(job)
        verdicts = {name: known[1] for name, known in stores[-1].known().items()}
        return _summary(job, given, verdicts, new, standing, written)


def _open(out: Path, address: str | None, *, dry_run: bool) -> Iterator[Store]:
    if address:
        yield open_url(address)
    path = out / DATASET
    yield open_file(None if dry_run and not path.is_file() else path, write=not dry_run)


def _given(job: Job, paths: Sequence[Path]) -> list[Arrival]:
    batches = in_batches([str(path) for path in paths], job.jobs)
    return [each for some in job.crew.map(arrivals, batches) for each in some]


def _of_one_spec(job: Job, given: Sequence[Arrival]) -> Validation:
    """A dataset is of one spec: the one asked for, the one it has, else that of the first file that says one."""
    asked = job.asked
    name = asked.wanted.spec or next((n for s in job.stores if (n := s.facts().get("spec"))), None)
    if name is None:
        by_path = sorted({each.path for each in given})
        readings = (reading for path in by_path for reading in read_many([Path(path)], asked.wanted))
        name = next((r.identity.spec for r in readings if not isinstance(r, Refusal)), None)
    return replace(asked, wanted=replace(asked.wanted, spec=name))


def _schema(job: Job) -> Schema:
    return Schema(load(job.asked.wanted.spec) if job.asked.wanted.spec else None)


def _name(each: Arrival) -> str:
    return submission_id(each.sha256, each.path)


def _fill(job: Job, given: Sequence[Arrival], *, only_these: bool) -> int:
    """Read what is not there yet, batch by batch; how many files were read."""
    schema = _schema(job)
    ready = [store.use(schema) for store in job.stores]
    wanted = {_name(each): each for each in sorted(given, key=lambda each: each.path, reverse=True)}
    if not all(ready) and not only_these:  # made anew: what came earlier is read again
        wanted = {_name(each): each for each in _earlier(job)} | wanted
    _take_out(job, given, wanted if only_these else None)
    known = [store.known() for store in job.stores]
    missing = [
        each for name, each in sorted(wanted.items())
        if each.sha256 is None or not all(name in some for some in known)
    ]  # fmt: skip
    task = Task(job.asked, str(job.out))
    for rows in job.crew.map(tables_of, in_batches(missing, job.jobs), task):
        for store in job.stores:
            store.put(rows)
    return len(missing)


def _earlier(job: Job) -> Iterator[Arrival]:
    """The files of earlier runs: where they were, else as they are kept."""
    for each in job.ledger.known():
        here = arrivals([each.path])[0]
        kept = kept_at(job.out, each.sha256 or "")
        if here.sha256 == each.sha256:
            yield each
        elif kept.is_file():
            yield each._replace(path=str(kept))


def _take_out(job: Job, given: Sequence[Arrival], only: dict[str, Arrival] | None) -> None:
    """Take out files that could not be read once and can be now; and all others, where only these are wanted."""
    readable = [submission_id(None, each.path) for each in given if each.sha256 is not None]
    for store in job.stores:
        others = [name for name in store.known() if only is not None and name not in only]
        with store.transaction() as connection:
            store.forget(connection, [*readable, *others])
    if only is not None:
        job.ledger.leave_out(list(only))


def _settle(store: Store, job: Job) -> Counter[str]:
    standing = settle(store, job.ledger)
    exports.derive(store, job.asked.today)
    return standing


def _finish(job: Job) -> list[str]:
    """Write the files beside the dataset, unless they are there already and nothing has changed."""
    done = f"done {job.asked.today}"
    file = job.stores[-1]
    if file.state() == done and all(path.is_file() for path in exports.names(file, job.out)):
        return []
    export = exports.Export(str(job.out / DATASET), job.asked.wanted.spec, job.asked.today)
    written = exports.write(file, export, job.crew.here)
    for store in job.stores[:-1]:
        store.finish(done)
    compact(file, job.out / DATASET, done)
    return written


def _foresee(job: Job, given: Sequence[Arrival]) -> Summary:
    """What would happen: the files that are not there yet are read, and nothing is written."""
    schema = _schema(job)
    there = [store.known() if store.use(schema, write=False) else {} for store in job.stores]
    verdicts = {name: known[1] for name, known in there[-1].items()}
    missing = {_name(each): each for each in given if not all(_name(each) in some for some in there)}
    batches = in_batches([each for _, each in sorted(missing.items())], job.jobs)
    for rows in job.crew.map(tables_of, batches, Task(job.asked)):
        verdicts |= {str(row[0]): str(row[SUBMISSIONS.at["verdict"]]) for row in rows[SUBMISSIONS.name]}
    return replace(_summary(job, given, verdicts, len(missing), Counter(), []), dry_run=True)


def _summary(
    job: Job, given: Sequence[Arrival], verdicts: dict[str, str], new: int, standing: Counter[str], written: list[str]
) -> Summary:  # fmt: skip
    names = [_name(each) for each in given]
    counts = Counter(verdicts[name] for name in names)
    return Summary(
        files=len(given),
        accepted=counts[ACCEPTED],
        returned=counts[RETURNED],
        refused=counts[REFUSED],
        new=new,
        twice=len(names) - len(set(names)),
        earlier=len(set(verdicts) - set(names)),
        superseded=standing[SUPERSEDED],
        conflicts=standing[CONFLICT],
        out=str(job.out),
        written=written,
    )
