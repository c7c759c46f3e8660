"""Takes returned files into a dataset: what is new is read, what counts is worked out; nothing is read twice."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import product
from pathlib import Path

from .. import __version__
from ..answers.corrections import in_force
from ..core.errors import UsageError
from ..core.paths import parts_of, path_of, path_text, quoted, way_to
from ..core.program import program_digest
from ..core.versions import version_of
from ..core.words import and_more
from ..core.work import grouped, report_progress
from ..exchange.validation import (
    ACCEPTED,
    REFUSED,
    RETURNED,
    Noticed,
    Reader,
    Source,
    ValidationRequest,
    noticed_of,
    validated,
)
from ..ledger.events import Arrival, Arrived
from ..ledger.files import RECEIVED, has_content, kept_at, only_writer
from ..ledger.judgements import (
    every_correction,
    note_closing,
    rounds_elsewhere,
    take_over,
    waivers,
)
from ..ledger.ledger import CHANGED, DATASET, LEFT_OUT, NAME, Ledger, look_up
from ..reader import ExpectedReturn, cores
from ..reader.gate import OLE_MAGIC
from ..spec import carried
from ..spec.carried import find
from ..spec.load import is_path, load
from .opening import (
    SPECS,
    check_dataset_owner,
    in_a_copy,
    is_shared_copy,
    making_shared_copy_again,
    open_url,
    set_dataset_owner,
    spec_of,
)
from .reconciliation import BEFORE
from .rows import submission_id
from .run_history import record_run
from .schema import SUBMISSIONS, Record, Schema
from .store import DERIVED, FILLED, PROGRAM, SPEC_DIGEST, Store, open_file
from .update_statuses import (
    corrected_otherwise,
    expect_teams,
    to_read_again,
    update_statuses,
)
from .work import (
    SHARDS,
    SHARED,
    Task,
    arrivals,
    check_engine,
    file_at,
    shards_of,
    submissions_of,
    take,
)
from .workers import Workers, in_batches, workers

FEW = 12  # files


@dataclass(frozen=True)
class Options:
    """How a run goes about it.

    `only_these` takes files of earlier runs out; without `resume` everything is read again; `store` is the address
    of a database that holds the same; `jobs` is the number of processes, 0 for as many as suit. With `asking` what is
    known stays as it was judged, unless something new has come. Without `figures` those of another day stay.
    """

    store: str | None = None
    engine: str = "local"
    executor: Executor | None = None
    jobs: int = 1
    only_these: bool = False
    resume: bool = True
    asking: bool = False
    figures: bool = True

    def processes(self, files: int) -> int:
        """Return how many processes so many files are worth: a few need none of their own, which take longer to
        start.
        """
        return self.jobs or (1 if files <= FEW else cores())


@dataclass
class IngestRun:
    """One run at work: where it goes, who does the work, and what was given."""

    out: Path
    pool: Workers
    options: Options
    stores: Sequence[Store]  # the file in the folder comes last
    ledger: Ledger
    sources: list[tuple[list[Arrival], ValidationRequest]] = field(default_factory=list)
    spec: str | None = None  # of the dataset, by name or folder
    new: int = 0  # files that were read
    read: frozenset[str] = frozenset()  # contents that could be read in an earlier run
    closed: list[str] = field(default_factory=list)  # of these, what cannot be opened now
    days: dict[str, date] = field(default_factory=dict)  # that verdicts are of, by content
    notes: tuple[str, ...] = ()
    noticed: Mapping[str, Noticed] = field(default_factory=dict)  # by round

    @property
    def file(self) -> Store:
        """The dataset in the folder."""
        return self.stores[-1]

    @property
    def databases(self) -> Sequence[Store]:
        """The datasets elsewhere."""
        return self.stores[:-1]

    @property
    def given(self) -> list[Arrival]:
        """Every file given."""
        return [arrival for arrived, _ in self.sources for arrival in arrived]

    @property
    def here(self) -> Path:
        """What the paths of files lead from."""
        return self.out.resolve()

    @property
    def today(self) -> date:
        """The day of the check."""
        return self.sources[0][1].today

    def task(self, asked: ValidationRequest) -> Task:
        """Return what workers have to know, wherever they are."""
        spec = load(self.spec) if self.spec else None
        theirs, ours = (
            str(Path(source).absolute()) if source and is_path(source) else source
            for source in (asked.wanted.spec, self.spec)
        )
        asked = replace(asked, wanted=replace(asked.wanted, spec=theirs))
        same = program_digest() if self.pool.far else ""
        digest = spec.digest if spec else ""
        return Task(asked, ours, digest, self.here, self.out.absolute(), same, self.read)


@contextmanager
def ingest(
    sources: Sequence[Source], out: Path, *, options: Options, arrived: Arrived | None = None
) -> Iterator[IngestRun]:
    """Take files into the dataset of a folder, and give the run, which still holds the folder, with its open dataset.

    What is in the dataset already is not read again, unless its round took it in on another day than it was checked.
    Raises `StoreError`, `OutputError`, `UsageError`, `SpecError`.
    """
    # no order of rounds says anything
    sources = sorted(sources, key=lambda source: source.asked.wanted.round or "")
    with _begun(sources, out, options, write=True) as run:
        run.noticed = noticed_of(sources)
        for store in run.databases:
            check_dataset_owner(store, run.ledger, out)
        run.sources = [(_arrivals(run, source.files), source.asked) for source in sources]
        file = out / DATASET
        if run.file.facts() and run.ledger.is_changed(
            file
        ):  # one that is gone is made again in any case
            run.file.set_fact(SPEC_DIGEST, "")
            run.notes = (
                f"{CHANGED.format(file=file)} Everything was read again from what was received.",
            )
        run.ledger.forget_checksum(file)  # from here on it is written into
        _receive_all(run, sources, arrived or Arrived())
        _settle_spec(run)
        _fill(run)
        for store, source in product(run.stores, sources):
            if source.home is not None:
                name = source.asked.wanted.round or ""
                expect_teams(store, name, source.expected)
                if source.before:
                    store.set_fact(f"{BEFORE}{name}", source.before)
        for store in run.databases:
            set_dataset_owner(store, run.ledger, out)
        run.pool.shutdown()  # what readers remember is of no use to those who write
        if run.new or not options.asking or not all(store.fact(DERIVED) for store in run.stores):
            _work_out(run, lasting=True)
        yield run
        run.ledger.note_checksum(file)


@contextmanager
def _begun(
    sources: Sequence[Source], out: Path, options: Options, *, write: bool
) -> Iterator[IngestRun]:
    """Yield a run that has what it works with; where it writes, nobody else does meanwhile."""
    jobs = options.processes(sum(len(source.files) for source in sources))
    with ExitStack() as stack:
        pool = stack.enter_context(workers(options.engine, jobs, options.executor))
        if write:
            stack.enter_context(only_writer(out))
        stores = [stack.enter_context(open_url(options.store))] if options.store else []
        path = out / DATASET
        file = open_file(path if write or path.is_file() else None, write=write)
        stores.append(stack.enter_context(file))
        if is_shared_copy(stores[-1]):
            raise UsageError(
                "Returns are not put into this folder.", remedy=making_shared_copy_again(out)
            )
        for store in stores if write else ():
            stack.enter_context(store.only_writer())
        ledger = stack.enter_context(Ledger.open(out, write=write))
        yield IngestRun(out, pool, options, stores, ledger)


def _work_out(run: IngestRun, *, lasting: bool) -> None:
    """Work out what counts, and the figures of it; what a `lasting` run left is written down."""
    for store in run.stores:
        update_statuses(store, run.ledger, run.sources[0][1].waivers, run.noticed)
    if not (lasting or run.options.figures):
        return
    days = {store.fact(DERIVED) for store in run.stores}
    if (
        "" in days
        or (run.options.figures and days != {str(run.today)})
        or any(store.changed for store in run.stores)
    ):
        from .aggregates import compute_aggregates

        for store in run.stores:
            store.analyze()
        compute_aggregates(run.stores, run.out / DATASET, run.today, run.pool.here)
        if lasting:
            record_run(run.ledger, run.file, run.today)
        for store in run.stores:
            store.set_fact(DERIVED, str(run.today))
            store.set_fact(PROGRAM, __version__)


@contextmanager
def as_of(run: IngestRun, asked: ValidationRequest) -> Iterator[IngestRun]:
    """Yield the run with a copy of its dataset that shows another day: it is gone with the answer.

    That day decides which waivers are in force and what is overdue. No return is checked again.
    """
    with in_a_copy(run.out, DATASET, NAME) as (store, ledger):
        store.use(run.file.schema)
        request = replace(
            asked,
            waivers=waivers(ledger, asked.today),
            corrections=in_force(every_correction(ledger)),
        )
        copied_run = replace(
            run, out=ledger.home, stores=[store], ledger=ledger, sources=[([], request)]
        )
        _work_out(copied_run, lasting=False)
        yield copied_run


def _read_once(store: Store) -> frozenset[str]:
    """Return the contents that could be read."""
    known = store.known().values()
    return frozenset(row["sha256"] for row in known if row["sha256"] and row["verdict"] != REFUSED)


@contextmanager
def ingest_dry_run(
    sources: Sequence[Source], out: Path, *, options: Options
) -> Iterator[tuple[IngestRun, dict[str, str], dict[str, str]]]:
    """Yield a run that writes nothing, the verdict of each file that it would read, by path, and of all others."""
    with _begun(sources, out, options, write=False) as run:
        run.days = run.ledger.days_of_verdicts()
        for home in filter(None, (source.home for source in sources)):
            run.days |= look_up(home, Ledger.days_of_verdicts) or {}
        for source in sources:  # a round may be its own ledger
            waived = dict.fromkeys(
                [*source.asked.waivers, *waivers(run.ledger, source.asked.today)]
            )
            corrected = dict.fromkeys([*source.asked.corrections, *every_correction(run.ledger)])
            asked = replace(source.asked, waivers=tuple(waived), corrections=in_force(corrected))
            run.sources.append((_arrivals(run, source.files), asked))
        _settle_spec(run)
        schema = Schema(load(run.spec) if run.spec else None)
        there = [store.known() if store.use(schema, write=False) else {} for store in run.stores]
        path = SUBMISSIONS.at["path"]
        verdict = SUBMISSIONS.at["verdict"]
        found = dict[str, str]()
        verdicts = {name: row["verdict"] for name, row in there[-1].items()}
        for came, asked in run.sources:
            missing = {
                _name(arrival): arrival
                for arrival in came
                if not all(_name(arrival) in some for some in there)
            }
            files = [arrival for _, arrival in sorted(missing.items())]
            batches = in_batches(files, run.options.processes(len(files)))
            for rows in run.pool.map(
                submissions_of, batches, run.task(_on_its_day(run, asked, files))
            ):
                found |= {str(row[path]): str(row[verdict]) for row in rows}
            verdicts |= {name: found[arrival.path] for name, arrival in missing.items()}
        yield run, found, {arrival.path: verdicts[_name(arrival)] for arrival in run.given}


def _receive_all(run: IngestRun, sources: Sequence[Source], came: Arrived) -> None:
    """Write down what came, first in the ledgers of rounds elsewhere; take over all that these know and rule."""
    days: dict[str, tuple[date, bool]] = {}
    taken_in: dict[str, date] = {}
    came = replace(came, today=run.today)
    with ExitStack() as stack:
        rounds = []
        for n, source in enumerate(sources):
            home = source.home
            if home is None:
                continue
            if home.resolve() == run.here:
                note_closing(run.ledger, run.ledger, source.closed)
                continue
            given, asked = run.sources[n]
            terms = {name: term for name, term in came.terms.items() if name == asked.wanted.round}
            _receive(home, run, given, replace(came, terms=terms))
            theirs = stack.enter_context(Ledger.open(home, write=False))
            there = {arrival.sha256 for arrival in given}
            kept = _earlier(
                home, [arrival for arrival in theirs.known() if arrival.sha256 not in there]
            )
            run.sources[n] = [*given, *(_moved(arrival, home, run.out) for arrival in kept)], asked
            rounds.append((theirs, asked.wanted))
            note_closing(run.ledger, theirs, source.closed)
            for sha256, day in theirs.days().items():
                days[sha256] = min(days.get(sha256, day), day)
            for sha256, verdict_day in theirs.days_of_verdicts().items():
                taken_in[sha256] = min(taken_in.get(sha256, verdict_day), verdict_day)
        order = {sha256: n for n, sha256 in enumerate(days)}
        every = sorted(run.given, key=lambda arrival: arrival.path)
        in_order = sorted(every, key=lambda arrival: order.get(arrival.sha256 or "", len(order)))
        run.ledger.receive(in_order, replace(came, receipts=days, taken_in=taken_in))
        run.days = run.ledger.days_of_verdicts() | taken_in
        for theirs, wanted in rounds:
            take_over(
                run.ledger,
                theirs,
                wanted.round or "",
                load(wanted.spec).digest if wanted.spec else "",
            )
    ours = waivers(run.ledger, run.today)
    corrected = in_force(every_correction(run.ledger))
    run.sources = [
        (given, replace(asked, waivers=ours, corrections=corrected)) for given, asked in run.sources
    ]


def _receive(home: Path, run: IngestRun, given: Sequence[Arrival], came: Arrived) -> None:
    """Write down in the ledger of a round elsewhere what it does not know yet."""
    with Ledger.open(home, write=False) as theirs:
        known = theirs.order()
    if any(arrival.sha256 and arrival.sha256 not in known for arrival in given):
        with only_writer(home), Ledger.open(home) as theirs:
            theirs.receive([_moved(arrival, run.here, home) for arrival in given], came)


def _moved(arrival: Arrival, before: Path, now: Path) -> Arrival:
    """Return what came as it is seen from another folder."""
    here = before.resolve()
    path, kept = (
        way_to(here / path, now) if path else "" for path in (path_of(arrival.path), arrival.kept)
    )
    return arrival._replace(path=path_text(path), kept=kept)


def _arrivals(run: IngestRun, paths: Sequence[Path]) -> list[Arrival]:
    """Return the files with their hashes: to a worker that sees nothing every file would be missing."""
    ways = [way_to(path, run.out) for path in paths]
    if run.pool.far:
        batches = in_batches(ways, run.options.jobs)
        found = [arrival for some in run.pool.map(arrivals, batches, run.here) for arrival in some]
    else:
        found = arrivals(ways, run.here)
    for arrival in found if run.pool.far else ():
        if arrival.sha256 is None and (file_at(run.here, arrival.place)).is_file():
            raise UsageError(
                f"A worker of the cluster cannot see {arrival.path}.",
                remedy=f"{SHARED}, under the same path.",
            )
    return sorted(
        found, key=lambda arrival: arrival.path
    )  # the order in which they are named says nothing


def _settle_spec(run: IngestRun) -> None:
    """Settle the one spec of the dataset: the newest of its rounds, its own, else that of the first that says one.

    The returns of each round are read by the version that this round has.
    """
    specs = [asked.wanted.spec for _, asked in run.sources if asked.wanted.spec]
    copies = [find(run.out / SPECS, round_.spec_digest) for round_ in rounds_elsewhere(run.ledger)]
    every = [*specs, *map(str, filter(None, copies))]
    same = [source for source in every if load(source).name == load(every[0]).name]
    newest = max(
        same,
        key=lambda source: (version_of(load(source).version), load(source).digest),
        default=None,
    )
    run.spec = newest or _known_spec(run) or _said_spec(run)
    for n, (given, asked) in enumerate(run.sources):
        if asked.wanted.spec not in same:
            run.sources[n] = given, replace(asked, wanted=replace(asked.wanted, spec=run.spec))


def _known_spec(run: IngestRun) -> str | None:
    """Return what workers load the dataset's spec by: its name as installed, else the place of the copy it carries."""
    for store in run.stores:
        name = store.facts().get("spec")
        if name:
            try:
                return load(name).name
            except UsageError:
                spec = spec_of(store)
                return (
                    str(carried.write(carried.pack(Path(spec.folder)), run.out / SPECS))
                    if spec
                    else None
                )
    return None


def _said_spec(run: IngestRun) -> str | None:
    paths = sorted({file_at(run.here, arrival.place) for arrival in run.given})
    asked = run.sources[0][1] if run.sources else ValidationRequest(ExpectedReturn(), date.today())
    with Reader() as pool:
        results = (result for path in paths for result in validated([path], asked, pool))
        return next(
            (result.submission.identity.spec for result in results if result.submission), None
        )


def _name(arrival: Arrival) -> str:
    return submission_id(arrival.sha256, arrival.path)


# reading


def _fill(run: IngestRun) -> None:
    """Read what is not there yet, batch by batch."""
    spec = load(run.spec) if run.spec else None
    schema = Schema(spec)
    before = [store.facts().get("schema_version") for store in run.stores]
    ready = [store.use(schema, write=False) for store in run.stores]
    if all(ready):
        run.read = frozenset[str].intersection(*map(_read_once, run.stores))
    elif not any(asked.password or asked.passwords for _, asked in run.sources):
        _refuse_to_lose(run)
    ready = [store.use(schema) for store in run.stores]
    for source in dict.fromkeys([run.spec, *(asked.wanted.spec for _, asked in run.sources)]):
        if source is not None:
            carried.write(carried.pack(Path(load(source).folder)), run.out / SPECS)
    _take_out(run)
    wanted = set[str]()
    sources = []
    done = set[str]()
    for given, asked in run.sources:
        known = [
            {name: row for name, row in store.known().items() if run.options.resume or name in done}
            for store in run.stores
        ]
        missing = _missing(run, given, asked, known)
        done |= {_name(arrival) for arrival in missing}
        run.new += len(missing)
        wanted |= {_name(arrival) for arrival in given}
        sources.append((_as_read(run, asked, given, missing), asked))
    there = {
        arrival.sha256 for arrival in run.given
    }  # at first: the ledger is told of what was there once
    run.sources = sources
    run.ledger.lose(sorted(filter(None, there - {arrival.sha256 for arrival in run.given})))
    anew = not (run.options.resume and all(ready))
    if anew and not run.options.only_these:
        if not run.notes and any(
            version and not whole for version, whole in zip(before, ready, strict=True)
        ):
            run.notes += (
                "The dataset was of an earlier version of the program or of the spec: it was read again.",
            )
        _read_earlier(run, wanted)
    elif not run.options.only_these:
        corrected = corrected_otherwise(run.file, run.sources[0][1].corrections)
        _read_earlier(run, wanted, corrected)
    for store in run.stores:
        store.set_fact(FILLED, "yes")
    run.notes += tuple(closed_now(run))


def _read_earlier(
    run: IngestRun, given: Collection[str], again: Collection[str] | None = None
) -> None:
    """Read again what came earlier, besides what is given: by its round, where this run knows it, else by none.

    Of several `again` only these, also where they are there.
    """
    came = {
        _name(arrival): arrival
        for arrival in run.ledger.known()
        if _name(arrival) not in given and (again is None or _name(arrival) in again)
    }
    here = {_name(arrival): arrival for arrival in _earlier(run.out, came.values())}
    known = [store.known() for store in run.stores]
    requests = {asked.wanted.round: asked for _, asked in run.sources}
    alone = next(iter(requests.values())) if len(requests) == 1 else None
    nobody = replace(run.sources[0][1], wanted=ExpectedReturn(run.spec))
    periods = {row["sha256"]: str(row["period"]) for row in run.ledger.rows()}
    elsewhere = {other.name for other in rounds_elsewhere(run.ledger)}
    missing = (
        arrival
        for name, arrival in sorted(here.items())
        if again is not None or not all(name in some for some in known)
    )
    for period, some in sorted(
        grouped((periods[arrival.sha256], arrival) for arrival in missing).items()
    ):
        request = alone or requests.get(period, nobody)
        _read(run, request, some)
        if period in elsewhere and request.wanted.round != period:
            run.notes += (
                f"The folder of {period} is not at hand: its returns were read again without its key and its teams. To "
                f"check them by these: hrge-xl consolidate ROUND -o {quoted(run.out)}",
            )
    lost = [Path(arrival.path).name for name, arrival in came.items() if name not in here]
    if lost:  # nowhere to be found any more
        run.notes += (
            f"{_first_of(lost)} is neither in its original place nor in {RECEIVED}/, so it is no longer in the "
            "dataset. Put it back, and consolidate again.",
        )


def closed_now(run: IngestRun) -> Iterator[str]:
    """Tell what was read once and cannot be opened now."""
    names = {Path(path).name for path in run.closed}
    if names:
        yield (
            f"{_first_of(names)} cannot be opened now, and stays as it was read before. What is protected is opened "
            "with --password-file FILE."
        )


def _first_of(names: Iterable[str]) -> str:
    first, *others = sorted(names)
    return f"{first}{and_more(len(others))}"


def _refuse_to_lose(run: IngestRun) -> None:
    """Raise `UsageError` where a dataset is to be made anew without what had been read with a password."""
    for row in run.ledger.rows():
        was_read = row["verdict"] in (ACCEPTED, RETURNED) and row["state"] != LEFT_OUT
        kept = kept_at(run.out, row["sha256"])
        if was_read and kept.is_file() and kept.read_bytes().startswith(OLE_MAGIC):
            raise UsageError(
                f"{row['path']} is protected, and was read with a password before.",
                remedy=(
                    "The dataset is to be made anew: name the password with "
                    "--password-file FILE. Nothing was changed."
                ),
            )


def _missing(
    run: IngestRun,
    given: Sequence[Arrival],
    asked: ValidationRequest,
    known: Sequence[Mapping[str, Record]],
) -> list[Arrival]:
    """Find what is not in every dataset yet, was read for another round, or was checked on another day than its own."""
    again = to_read_again(run.file, asked)
    wanted = {_name(arrival): arrival for arrival in reversed(given)}

    def is_known(name: str, arrival: Arrival) -> bool:
        if arrival.sha256 is None or name in again:
            return False
        rows = [some[name] for some in known if name in some]
        day = run.days.get(arrival.sha256)
        return len(rows) == len(known) and all(day in (None, row["checked"]) for row in rows)

    return [arrival for name, arrival in sorted(wanted.items()) if not is_known(name, arrival)]


def _as_read(
    run: IngestRun, asked: ValidationRequest, given: list[Arrival], missing: Sequence[Arrival]
) -> list[Arrival]:
    """Have missing files read; gives all that came, and no hash of those that have changed since.

    The same content that lies elsewhere too is read there.
    """
    while missing and (changed := _read(run, asked, missing)):
        lost = {arrival.sha256 for arrival in missing if arrival.path in changed}
        given = [
            arrival._replace(sha256=None, size=None) if arrival.path in changed else arrival
            for arrival in given
        ]
        missing = list(
            {_name(arrival): arrival for arrival in given if arrival.sha256 in lost}.values()
        )
    return given


def _read(run: IngestRun, asked: ValidationRequest, files: Sequence[Arrival]) -> set[str]:
    """Have files read and take in what they bring; gives the paths of those that changed meanwhile.

    Nothing but the manifest comes back from workers.
    """
    changed = set[str]()
    if not files:
        return changed
    task = run.task(_on_its_day(run, asked, files))
    with parts_of(run.out / SHARDS) as folder:  # late workers of an earlier run find no place in it
        batches = in_batches(files, run.options.processes(len(files)))
        done = run.pool.map(shards_of, batches, task, folder.absolute())
        with report_progress("Reading returned files", len(files)) as advance:
            for batch, shards in zip(batches, done, strict=True):
                for shard in shards:
                    if run.pool.far:
                        check_engine(shard)
                    for store in run.stores:
                        take(shard, store)
                    with suppress(OSError):  # the folder of the run goes in the end
                        Path(shard.place).unlink(missing_ok=True)
                    changed.update(shard.changed)
                    run.closed.extend(shard.closed)
                advance(len(batch))
    return changed


def _on_its_day(
    run: IngestRun, asked: ValidationRequest, files: Iterable[Arrival]
) -> ValidationRequest:
    """Return a request by which each of some files is checked as of the day on which it was taken in."""
    hashes = filter(None, (file.sha256 for file in files))
    days = {
        sha256: run.days[sha256]
        for sha256 in hashes
        if run.days.get(sha256, asked.today) != asked.today
    }
    return replace(asked, days=days)


def _earlier(folder: Path, came: Iterable[Arrival]) -> Iterator[Arrival]:
    """Yield what came to a folder earlier and is still there: where it was, else as it is kept."""
    for arrival in came:
        here = arrivals([arrival.path], folder.resolve())[0]
        kept = kept_at(folder.resolve(), arrival.sha256 or "")
        if here.sha256 == arrival.sha256:
            yield arrival
        elif arrival.sha256 and has_content(kept, arrival.sha256):
            yield arrival._replace(kept=str(kept))


def _take_out(run: IngestRun) -> None:
    """Take out files that could not be read once and can be now; and all others, where only these are wanted."""
    only = {_name(arrival) for arrival in run.given} if run.options.only_these else None
    readable = [
        submission_id(None, arrival.path) for arrival in run.given if arrival.sha256 is not None
    ]
    for store in run.stores:
        others = [name for name in store.known() if only is not None and name not in only]
        with store.transaction():
            store.forget([*readable, *others])
    if only is not None:
        run.ledger.leave_out(sorted(only))
