"""`consolidate`: returned files in, one dataset out; run again over the same files, nothing changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import OutputError, UsageError
from ..exports import exports
from ..intake import Refusal, Wanted, read_many
from ..spec.load import load
from ..spec.model import Spec
from ..validation import ACCEPTED, REFUSED, RETURNED, ValidationRequest
from .files import only_writer
from .ledger import Arrival, Ledger, kept_at
from .return_status import CONFLICT, EXCLUDED, SUPERSEDED, WITHDRAWN
from .rows import submission_id
from .schema import SUBMISSIONS, Schema
from .shards import discard, shard_folder, take
from .store import Store, compact, open_file, open_url
from .update_statuses import to_read_again, update_statuses
from .waivers import waivers
from .work import SHARED, Task, arrivals, shard_of, submissions_of
from .workers import Workers, in_batches, workers

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
    aside: int = 0  # not of this team in this round
    withdrawn: int = 0
    out: str = ""
    dry_run: bool = False
    foreseen: tuple[tuple[str, str], ...] = ()  # path and verdict of what a dry run would take in

    def lines(self) -> list[str]:
        """What is told, a sentence a line."""
        told = (
            (self.twice, "the same as another file, counted once."),
            (self.superseded, "superseded by a newer version or a decision."),
            (self.conflicts, f"left out until it is decided which one counts: hrge-xl decide {self.out}"),
            (self.aside, "set aside: of another team or round, or not signed by us (I006 to I009)."),
            (self.withdrawn, "taken away by decision."),
            (self.earlier, "of earlier runs, still in the dataset."),
        )
        return [
            f"{self.files} file{'s' if self.files != 1 else ''}: {self.accepted} accepted, "
            f"{self.returned} returned, {self.refused} refused; {self.new} new.",
            *(f"{count} {what}" for count, what in told if count),
            *(f"{path}: would be taken in as {verdict}" for path, verdict in self.foreseen),
            "Nothing was written (dry run)." if self.dry_run else f"Dataset: {self.out}",
        ]


@dataclass(frozen=True)
class Job:
    """One run: what is asked, where it goes, and who does the work."""

    asked: ValidationRequest
    out: Path
    pool: Workers
    jobs: int
    stores: Sequence[Store]  # the file in the folder comes last
    ledger: Ledger

    def task(self) -> Task:
        """What workers have to know, wherever they are."""
        asked, spec = self.asked, _spec(self)
        if spec is not None and Path(asked.wanted.spec or "").is_dir():
            asked = replace(
                asked, wanted=replace(asked.wanted, spec=str(Path(asked.wanted.spec or "").absolute()))
            )
        return Task(asked, spec.digest if spec else "", Path.cwd(), self.out.absolute(), self.pool.far)


def consolidate(  # noqa: PLR0913 (one parameter an option)
    paths: Sequence[Path], out: Path, *, asked: ValidationRequest, store: str | None = None,
    engine: str = "local", executor: Executor | None = None, jobs: int = 1, dry_run: bool = False,
    received: str | None = None, only_these: bool = False, resume: bool = True,
) -> Summary:  # fmt: skip
    """Validate files and put them together in the folder `out`; also in the database `store`, where one is named.

    `received` is when they came: the day of the run where nothing is said. Files of earlier runs stay, unless
    `only_these`; with `resume` what is in the dataset is not read again. Raises `StoreError`, `OutputError`,
    `UsageError`, `SpecError`.
    """
    with ExitStack() as stack:
        pool = stack.enter_context(workers(engine, jobs, executor))
        if not dry_run:
            stack.enter_context(only_writer(out))
        stores = [stack.enter_context(each) for each in _open(out, store, dry_run=dry_run)]
        for each in () if dry_run else stores:
            stack.enter_context(each.only_writer())
        ledger = stack.enter_context(Ledger.open(out, write=not dry_run))
        known = dict.fromkeys(
            [*asked.waivers, *waivers(ledger, asked.today)]
        )  # a round may be its own ledger
        asked = replace(asked, waivers=tuple(known))
        job = Job(asked, out, pool, jobs, stores, ledger)
        given = _given(job, paths)
        job = replace(job, asked=_of_one_spec(job, given))
        if dry_run:
            return _foresee(job, given)
        ledger.receive(given, received or asked.today.isoformat())
        new = _fill(job, given, only_these=only_these, resume=resume)
        pool.shutdown()  # what readers remember is of no use to those who write
        status = [update_statuses(each, ledger, job.asked.waivers) for each in stores][-1]
        exports.derive(stores, _export(job), pool.here)
        pool.here.shutdown()  # and what is held for figures is of no use to files
        _finish(job)
        verdicts = {name: known[1] for name, known in stores[-1].known().items()}
        return _summary(job, given, verdicts, new, status)


def _open(out: Path, address: str | None, *, dry_run: bool) -> Iterator[Store]:
    if address:
        yield open_url(address)
    path = out / DATASET
    yield open_file(None if dry_run and not path.is_file() else path, write=not dry_run)


def _given(job: Job, paths: Sequence[Path]) -> list[Arrival]:
    """What came, as workers see it: to one that sees nothing every file would be missing."""
    batches = in_batches([str(path) for path in paths], job.jobs)
    found = [each for some in job.pool.map(arrivals, batches, Path.cwd()) for each in some]
    for each in found if job.pool.far else ():
        if each.sha256 is None and Path(each.path).is_file():
            raise UsageError(
                f"A worker of the cluster cannot see {each.path}. {SHARED}, under the same path."
            )
    return sorted(found, key=lambda each: each.path)  # the order in which they are named says nothing


def _of_one_spec(job: Job, given: Sequence[Arrival]) -> ValidationRequest:
    """A dataset is of one spec: the one asked for, the one it has, else that of the first file that says one."""
    asked = job.asked
    name = asked.wanted.spec or next((n for s in job.stores if (n := s.facts().get("spec"))), None)
    if name is None:
        by_path = sorted({each.path for each in given})
        readings = (
            reading
            for path in by_path
            for reading in read_many([Path(path)], asked.wanted, password=asked.password)
        )
        name = next((r.identity.spec for r in readings if not isinstance(r, Refusal)), None)
    return replace(asked, wanted=replace(asked.wanted, spec=name))


def _spec(job: Job) -> Spec | None:
    return load(job.asked.wanted.spec) if job.asked.wanted.spec else None


def _name(each: Arrival) -> str:
    return submission_id(each.sha256, each.path)


def _fill(job: Job, given: Sequence[Arrival], *, only_these: bool, resume: bool) -> int:
    """Read what is not there yet, batch by batch; how many files were read."""
    schema = Schema(_spec(job))
    ready = [store.use(schema) for store in job.stores]
    wanted = {_name(each): each for each in reversed(given)}
    _take_out(job, given, wanted if only_these else None)
    known = [store.known() if resume else {} for store in job.stores]
    missing = _missing(wanted, known)
    again = [wanted[name] for name in sorted(wanted.keys() & to_read_again(job.stores[-1], job.asked.wanted))]
    _read(job, sorted({*missing, *again}, key=_name))
    anew = not (resume and all(ready))
    if anew and not only_these:  # what came earlier is read again too, for no round in particular
        spec_only = replace(job.asked, wanted=Wanted(job.asked.wanted.spec))
        earlier = {_name(each): each for each in _earlier(job) if _name(each) not in wanted}
        _read(replace(job, asked=spec_only), _missing(earlier, known))
    for store in job.stores:
        store.filled()
    return len(missing)


def _missing(wanted: dict[str, Arrival], known: Sequence[Collection[str]]) -> list[Arrival]:
    """What is not in every store yet."""
    return [
        each for name, each in sorted(wanted.items())
        if each.sha256 is None or not all(name in some for some in known)
    ]  # fmt: skip


def _read(job: Job, files: Sequence[Arrival]) -> None:
    """Have files read and take in what they bring; nothing but the manifest comes back from workers."""
    with shard_folder(job.out) as folder:
        for shard in job.pool.map(shard_of, in_batches(files, job.jobs), job.task(), folder.absolute()):
            for store in job.stores:
                take(shard, store)
            discard(shard)


def _earlier(job: Job) -> Iterator[Arrival]:
    """The files of earlier runs: where they were, else as they are kept."""
    for each in job.ledger.known():
        here = arrivals([each.path], Path.cwd())[0]
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


def _export(job: Job) -> exports.Export:
    return exports.Export(str(job.out / DATASET), job.asked.wanted.spec, job.asked.today)


def _finish(job: Job) -> None:
    """Write the files beside the dataset, unless they are there already and nothing has changed."""
    done = f"done {job.asked.today}"
    file = job.stores[-1]
    if file.state() == done and all(path.is_file() for path in exports.names(file, job.out)):
        return
    failed = exports.write(file, _export(job), job.pool.here)
    for store in job.stores[:-1]:
        store.finish("" if failed else done)
    compact(file, job.out / DATASET, "" if failed else done)
    if failed:
        more = f" {len(failed) - 1} more files are like it." if len(failed) > 1 else ""
        raise OutputError(f"{failed[0]} The rest is done.{more}")


def _foresee(job: Job, given: Sequence[Arrival]) -> Summary:
    """What would happen: the files that are not there yet are read, and nothing is written."""
    schema = Schema(_spec(job))
    there = [store.known() if store.use(schema, write=False) else {} for store in job.stores]
    verdicts = {name: known[1] for name, known in there[-1].items()}
    missing = {_name(each): each for each in given if not all(_name(each) in some for some in there)}
    batches = in_batches([each for _, each in sorted(missing.items())], job.jobs)
    for rows in job.pool.map(submissions_of, batches, job.task()):
        verdicts |= {str(row[0]): str(row[SUBMISSIONS.at["verdict"]]) for row in rows}
    foreseen = tuple(sorted((each.path, verdicts[name]) for name, each in missing.items()))
    summary = _summary(job, given, verdicts, len(missing), Counter())
    return replace(summary, dry_run=True, foreseen=foreseen)


def _summary(
    job: Job, given: Sequence[Arrival], verdicts: dict[str, str], new: int, status: Counter[str]
) -> Summary:
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
        superseded=status[SUPERSEDED],
        conflicts=status[CONFLICT],
        aside=status[EXCLUDED],
        withdrawn=status[WITHDRAWN],
        out=str(job.out),
    )
