"""Takes returned files into a dataset: what is new is read, what counts is worked out; nothing is read twice."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from pathlib import Path

from .. import __version__
from ..core.errors import UsageError
from ..core.paths import path_of, path_text, quoted, way_to
from ..core.program import program_digest
from ..core.versions import version_of
from ..core.words import and_more
from ..core.work import Advance, gc_paused, grouped, report_progress
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
    apply_judgements,
    note_closing,
    rounds_elsewhere,
    take_over,
)
from ..ledger.ledger import CHANGED, DATASET, LEFT_OUT, NAME, Ledger, near
from ..reader import LIMITS, ExpectedReturn, cores, stamp_alone
from ..reader.gate import OLE_MAGIC, beginning_of
from ..spec import carried
from ..spec.carried import find
from ..spec.load import is_path, load, names
from ..spec.model import Spec
from .opening import (
    SPECS,
    check_dataset_owner,
    in_a_copy,
    is_shared_copy,
    making_shared_copy_again,
    mirror,
    open_url,
    set_dataset_owner,
    spec_of,
)
from .reconciliation import BEFORE
from .rows import submission_id
from .run_history import record_run
from .schema import SUBMISSIONS, Record, Row, Schema
from .store import (
    DERIVED,
    FILLED,
    MIRRORED,
    PROGRAM,
    SPEC_DIGEST,
    STATE,
    Store,
    compact,
    finished_state,
    open_file,
)
from .update_statuses import (
    expect_teams,
    find_recorrected_returns,
    find_stale_returns,
    update_statuses,
)
from .work import (
    SHARED,
    FileRows,
    Task,
    arrivals,
    check_engine,
    file_at,
    rows_of,
    rows_on_worker,
    take_in,
)
from .workers import BATCH, Workers, in_batches, workers, workers_elsewhere

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
    pool: Workers  # of this machine, for figures and files
    reader: Reader  # of returned files, in processes of this machine
    elsewhere: Workers | None  # who reads in its place
    options: Options
    file: Store  # the dataset in the folder
    ledger: Ledger
    database: Store | None = None  # which is to hold the same
    checksum: str = ""  # of the file as the run before left it; empty where it is made anew
    sources: list[tuple[list[Arrival], ValidationRequest]] = field(default_factory=list)
    spec: str | None = None  # of the dataset, by name or folder
    new: int = 0  # files that were read
    read: frozenset[str] = frozenset()  # contents that could be read in an earlier run
    closed: list[str] = field(default_factory=list)  # of these, what cannot be opened now
    notes: tuple[str, ...] = ()
    noticed: Mapping[str, Noticed] = field(default_factory=dict)  # by round
    # of which returns the figures are that the dataset has, where these are up to date: see `counted_returns`
    counted: Mapping[str, set[Row]] | None = None
    written: list[Path] = field(default_factory=list)  # files made of the dataset in this run
    basis: str = ""  # what else these were made of
    with_files: bool = False  # whether all files beside the dataset are of its state now

    @property
    def received(self) -> list[Arrival]:
        """Every file given."""
        return [arrival for arrived, _ in self.sources for arrival in arrived]

    @property
    def base_folder(self) -> Path:
        """What the paths of files lead from."""
        return self.out.resolve()

    @property
    def today(self) -> date:
        """The day of the check."""
        return self.sources[0][1].today

    def task(self, request: ValidationRequest) -> Task:
        """Return what workers have to know, wherever they are: every path in it is absolute."""
        expected = replace(request.wanted, spec=_absolute(request.wanted.spec))
        return Task(
            replace(request, wanted=expected),
            _absolute(self.spec),
            load(self.spec).digest if self.spec else "",
            self.base_folder,
            self.out.absolute(),
            program_digest() if self.elsewhere else "",
            self.read,
        )


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
    with _open_run(sources, out, options, write=True) as run:
        run.noticed = noticed_of(sources)
        if run.database is not None:
            check_dataset_owner(run.database, run.ledger, out)
        run.sources = [(_fingerprint_all(run, source.files), source.asked) for source in sources]
        file = out / DATASET
        if run.file.facts() and run.ledger.is_changed(
            file
        ):  # one that is gone is made again in any case
            run.file.set_fact(SPEC_DIGEST, "")
            run.notes = (
                f"{CHANGED.format(file=file)} Everything was read again from what was received.",
            )
        run.checksum = run.ledger.checksum(file)
        run.ledger.forget_checksum(file)  # from here on it is written into
        _receive_all(run, sources, arrived or Arrived())
        _settle_spec(run)
        _read_new(run)
        for source in sources:
            if source.home is not None:
                name = source.asked.wanted.round or ""
                expect_teams(run.file, name, source.expected)
                fact = f"{BEFORE}{name}"
                if source.before and source.before != run.file.fact(fact):
                    with run.file.transaction():
                        run.file.touch()
                    run.file.set_fact(fact, source.before)
        run.reader.close()  # what readers remember is of no use to those who write
        if run.elsewhere is not None:
            run.elsewhere.shutdown()
        if run.new or not options.asking or not run.file.fact(DERIVED):
            _compute_figures(run, lasting=True)
        if run.database is not None:
            set_dataset_owner(run.database, run.ledger, out)
            mirror(run.file, run.database, run.checksum)
        yield run
        _finish(run)
        if run.database is not None:
            run.database.set_fact(STATE, run.file.fact(STATE))
            run.database.set_fact(MIRRORED, run.ledger.checksum(file))


def _finish(run: IngestRun) -> None:
    """Write the dataset anew where anything changed, and note what it and the files that were made of it are."""
    file = run.out / DATASET
    day = run.file.fact(DERIVED)
    finished = finished_state(day, with_files=True)
    state = run.file.fact(STATE)
    if run.with_files:
        wanted_state = finished
    elif state == finished:
        wanted_state = state
    else:
        wanted_state = finished_state(day, with_files=False)
    if state != wanted_state:
        compact(run.file, file, wanted_state)
    run.ledger.note_checksum(file)
    run.ledger.note_files(run.written, run.basis)


@contextmanager
def _open_run(
    sources: Sequence[Source], out: Path, options: Options, *, write: bool
) -> Iterator[IngestRun]:
    """Yield a run that has what it works with; where it writes, nobody else does meanwhile."""
    jobs = options.processes(sum(len(source.files) for source in sources))
    with ExitStack() as stack:
        elsewhere = workers_elsewhere(options.engine, jobs, options.executor)
        if elsewhere is not None:
            stack.enter_context(elsewhere)
        pool = stack.enter_context(workers(jobs if options.executor is None else 1))
        reader = stack.enter_context(Reader(jobs))
        if write:
            stack.enter_context(only_writer(out))
        database = stack.enter_context(open_url(options.store)) if options.store else None
        path = out / DATASET
        file = open_file(path if write or path.is_file() else None, write=write)
        stack.enter_context(file)
        if is_shared_copy(file):
            raise UsageError(
                "Returns are not put into this folder.", remedy=making_shared_copy_again(out)
            )
        if database is not None and write:
            stack.enter_context(database.only_writer())
        ledger = stack.enter_context(Ledger.open(out, write=write))
        yield IngestRun(out, pool, reader, elsewhere, options, file, ledger, database)


def _compute_figures(run: IngestRun, *, lasting: bool) -> None:
    """Work out what counts, and the figures of it; what a `lasting` run left is written down."""
    store = run.file
    update_statuses(store, run.ledger, run.sources[0][1].waivers, run.noticed)
    if not (lasting or run.options.figures):
        return
    day = store.fact(DERIVED)
    if not day or store.changed or (run.options.figures and day != str(run.today)):
        from .aggregates import changed_periods, compute_aggregates

        store.analyze()
        periods = None if run.counted is None else changed_periods(store, run.counted)
        if periods is None or periods:
            compute_aggregates(store, run.out / DATASET, run.today, run.pool, periods)
        if lasting:
            record_run(run.ledger, store, run.today)
        store.set_fact(DERIVED, str(run.today))
        store.set_fact(PROGRAM, __version__)


@contextmanager
def as_of(run: IngestRun, request: ValidationRequest) -> Iterator[IngestRun]:
    """Yield the run with a copy of its dataset that shows another day: it is gone with the answer.

    That day decides which waivers are in force and what is overdue. No return is checked again.
    """
    with in_a_copy(run.out, DATASET, NAME) as (store, ledger):
        store.use(run.file.schema)
        judged = apply_judgements(request, [ledger])
        copied_run = replace(
            run, out=ledger.home, file=store, database=None, ledger=ledger, sources=[([], judged)]
        )
        copied_run.written = []
        copied_run.counted = None
        _compute_figures(copied_run, lasting=False)
        if not store.changed and store.fact(DERIVED) == run.file.fact(DERIVED):
            copied_run.written = (
                run.written
            )  # what is made of the copy could be made of the dataset
        yield copied_run


def _find_readable(store: Store) -> frozenset[str]:
    """Return the contents that could be read."""
    submissions = store.read_files().values()
    return frozenset(
        row["sha256"] for row in submissions if row["sha256"] and row["verdict"] != REFUSED
    )


@contextmanager
def ingest_dry_run(
    sources: Sequence[Source], out: Path, *, options: Options
) -> Iterator[tuple[IngestRun, dict[str, str], dict[str, str]]]:
    """Yield a run that writes nothing, the verdict of each file that it would read, by path, and that of every file."""
    with _open_run(sources, out, options, write=False) as run:
        for source in sources:
            received = _fingerprint_all(run, source.files)
            run.sources.append((received, _judged_request(run.ledger, source)))
        _settle_spec(run)
        schema = Schema(load(run.spec) if run.spec else None)
        if run.database is not None:
            run.database.use(schema, write=False)
        is_ready = run.file.use(schema, write=False)
        known_submissions = run.file.read_files() if is_ready else {}
        verdicts = {name: row["verdict"] for name, row in known_submissions.items()}
        new_verdicts = dict[str, str]()
        for received, request in run.sources:
            missing = {
                name: arrival
                for name, arrival in _by_submission(received).items()
                if name not in known_submissions
            }
            files = [arrival for _, arrival in sorted(missing.items())]
            new_verdicts |= _predict_verdicts(run, request, files)
            for name, arrival in missing.items():
                verdicts[name] = new_verdicts[arrival.path]
        every_verdict = {
            arrival.path: verdicts[_submission_of(arrival)] for arrival in run.received
        }
        yield run, new_verdicts, every_verdict


def _predict_verdicts(
    run: IngestRun, request: ValidationRequest, files: Sequence[Arrival]
) -> dict[str, str]:
    """Read files without taking them in, and return the verdict of each by its path."""
    verdict = SUBMISSIONS.at["verdict"]
    task = replace(run.task(_with_days(request, files)), out=None)
    return {
        file_rows.file.path: str(row[verdict])
        for file_rows in _rows_of(run, files, task)
        for row in file_rows.rows["submissions"]
    }


def _judged_request(ledger: Ledger, source: Source) -> ValidationRequest:
    """Return the request about a source as its round rules it, and the ledger of the dataset where that is silent."""
    if source.home is None or not near(source.home):
        return apply_judgements(source.asked, [ledger])
    with Ledger.open(source.home, write=False) as round_ledger:
        return apply_judgements(source.asked, [ledger, round_ledger])


def _receive_all(run: IngestRun, sources: Sequence[Source], arrived: Arrived) -> None:
    """Write down what came, first in the ledgers of rounds elsewhere; take over all that these know and rule."""
    receipts: dict[str, tuple[date, bool]] = {}
    taken_in: dict[str, date] = {}
    arrived = replace(arrived, today=run.today)
    with ExitStack() as stack:
        rounds = []
        for n, source in enumerate(sources):
            home = source.home
            if home is None:
                continue
            if home.resolve() == run.base_folder:
                note_closing(run.ledger, run.ledger, source.closed)
                continue
            received, request = run.sources[n]
            _receive(home, run, received, _of_one_round(arrived, request.wanted.round))
            round_ledger = stack.enter_context(Ledger.open(home, write=False))
            rounds.append((round_ledger, request.wanted))
            run.sources[n] = [*received, *_find_others(home, run, round_ledger, received)], request
            note_closing(run.ledger, round_ledger, source.closed)
            for sha256, receipt in round_ledger.days().items():
                receipts[sha256] = min(receipts.get(sha256, receipt), receipt)
            for sha256, day in round_ledger.days_of_verdicts().items():
                taken_in[sha256] = min(taken_in.get(sha256, day), day)
        in_order = _in_order_of_receipt(run.received, list(receipts))
        run.ledger.receive(in_order, replace(arrived, receipts=receipts, taken_in=taken_in))
        for round_ledger, expected in rounds:
            spec_digest = load(expected.spec).digest if expected.spec else ""
            take_over(run.ledger, round_ledger, expected.round or "", spec_digest)
    run.sources = [
        (received, apply_judgements(request, [run.ledger], taken_in))
        for received, request in run.sources
    ]


def _of_one_round(arrived: Arrived, name: str | None) -> Arrived:
    """Return the same with the terms of one round only."""
    return replace(
        arrived, terms={key: terms for key, terms in arrived.terms.items() if key == name}
    )


def _find_others(
    home: Path, run: IngestRun, round_ledger: Ledger, received: Sequence[Arrival]
) -> Iterator[Arrival]:
    """Yield what a round elsewhere received earlier, and is not among what is received now."""
    hashes = {arrival.sha256 for arrival in received}
    earlier = (arrival for arrival in round_ledger.arrivals() if arrival.sha256 not in hashes)
    for arrival in _find_earlier(home, earlier):
        yield _seen_from(arrival, home, run.out)


def _in_order_of_receipt(received: Iterable[Arrival], hashes: Sequence[str]) -> list[Arrival]:
    """Return files in the order of their hashes, then those that are not among these, by path."""
    order = {sha256: n for n, sha256 in enumerate(hashes)}

    def place(arrival: Arrival) -> tuple[int, str]:
        return order.get(arrival.sha256 or "", len(order)), arrival.path

    return sorted(received, key=place)


def _receive(home: Path, run: IngestRun, received: Sequence[Arrival], arrived: Arrived) -> None:
    """Write down in the ledger of a round elsewhere what it does not know yet."""
    with Ledger.open(home, write=False) as round_ledger:
        order = round_ledger.order()
    if all(arrival.sha256 is None or arrival.sha256 in order for arrival in received):
        return
    seen_from_home = [_seen_from(arrival, run.base_folder, home) for arrival in received]
    with only_writer(home), Ledger.open(home) as round_ledger:
        round_ledger.receive(seen_from_home, arrived)


def _seen_from(arrival: Arrival, source_folder: Path, target_folder: Path) -> Arrival:
    """Return what came as it is seen from another folder."""
    base_folder = source_folder.resolve()
    path, kept_path = (
        way_to(base_folder / path, target_folder) if path else ""
        for path in (path_of(arrival.path), arrival.kept_path)
    )
    return arrival._replace(path=path_text(path), kept_path=kept_path)


def _fingerprint_all(run: IngestRun, paths: Sequence[Path]) -> list[Arrival]:
    """Return the files with their hashes, by path; the order in which they are named says nothing.

    Raises `UsageError` for a worker that does not see a file which is there: to it every file would be missing.
    """
    ways = [way_to(path, run.out) for path in paths]
    if run.elsewhere is None:
        return sorted(arrivals(ways, run.base_folder), key=lambda arrival: arrival.path)
    received: list[Arrival] = []
    for batch in run.elsewhere.map(arrivals, in_batches(ways, run.options.jobs), run.base_folder):
        received += batch
    for arrival in received:
        if arrival.sha256 is None and file_at(run.base_folder, arrival.place).is_file():
            raise UsageError(
                f"A worker of the cluster cannot see {arrival.path}.",
                remedy=f"{SHARED}, under the same path.",
            )
    return sorted(received, key=lambda arrival: arrival.path)


def _settle_spec(run: IngestRun) -> None:
    """Settle the one spec of the dataset: the newest of its rounds, its own, else that of the first that says one.

    The returns of each round are read by the version that this round has.
    """
    specs = [request.wanted.spec for _, request in run.sources if request.wanted.spec]
    for round_ in rounds_elsewhere(run.ledger):
        copy = find(run.out / SPECS, round_.spec_digest)
        if copy is not None:
            specs.append(str(copy))
    same_name = [source for source in specs if load(source).name == load(specs[0]).name]

    def age(source: str) -> tuple[tuple[float, ...], str]:
        spec = load(source)
        return version_of(spec.version), spec.digest

    newest = max(same_name, key=age, default=None)
    run.spec = newest or _find_spec_of_dataset(run) or _find_spec_in_files(run)
    for n, (received, request) in enumerate(run.sources):
        if request.wanted.spec not in same_name:
            expected = replace(request.wanted, spec=run.spec)
            run.sources[n] = received, replace(request, wanted=expected)


def _find_spec_of_dataset(run: IngestRun) -> str | None:
    """Return what workers load the dataset's spec by: its name as installed, else the place of the copy it carries."""
    stores = [run.file] if run.database is None else [run.file, run.database]
    for store in stores:
        name = store.fact("spec")
        if not name:
            continue
        try:
            return load(name).name
        except UsageError:
            spec = spec_of(store)
            return None if spec is None else str(_copy_spec(run, spec))
    return None


def _copy_spec(run: IngestRun, spec: Spec) -> Path:
    """Return the folder of a copy of a spec beside the dataset, which is made where it is not there."""
    return carried.write(carried.pack(Path(spec.folder)), run.out / SPECS)


def _find_spec_in_files(run: IngestRun) -> str | None:
    """Return the name of the spec of the first file that says one; None where none does.

    Where the first files bear one stamp, of a spec that is installed, none of them has to be read for it.
    """
    request = run.sources[0][1] if run.sources else ValidationRequest()
    paths = sorted({file_at(run.base_folder, arrival.place) for arrival in run.received})
    stamps = [stamp_alone(beginning_of(path, LIMITS.file_bytes)) for path in paths[:BATCH]]
    stated = {stamp.spec if stamp else None for stamp in stamps}
    if len(stated) == 1 and stated.issubset(names()):
        return stated.pop()
    for result in validated(paths, request, run.reader):
        if result.submission is not None:
            return result.submission.identity.spec
    return None


def _submission_of(arrival: Arrival) -> str:
    return submission_id(arrival.sha256, arrival.path)


def _by_submission(received: Iterable[Arrival]) -> dict[str, Arrival]:
    """Return files by their submissions: of several with one content the last."""
    return {_submission_of(arrival): arrival for arrival in received}


def _absolute(source: str | None) -> str | None:
    """Return what a spec is loaded by, with the whole path where it is one."""
    return str(Path(source).absolute()) if source and is_path(source) else source


# reading


def _read_new(run: IngestRun) -> None:
    """Read what is not there yet, batch by batch."""
    schema = Schema(load(run.spec) if run.spec else None)
    earlier_version = run.file.fact("schema_version")
    is_ready = run.file.use(schema, write=False)
    if is_ready:
        run.read = _find_readable(run.file)
        if run.file.fact(DERIVED) == str(run.today):
            from .aggregates import counted_returns

            run.counted = counted_returns(run.file)
    else:
        run.checksum = ""
    if not is_ready and not any(
        request.password or request.passwords for _, request in run.sources
    ):
        _refuse_to_lose(run)
    if run.database is not None:
        run.database.use(schema)  # before anything is read: it may be somebody else's
    run.file.use(schema)
    for source in dict.fromkeys([run.spec, *(request.wanted.spec for _, request in run.sources)]):
        if source is not None:
            _copy_spec(run, load(source))
    _take_out(run)
    received_names = {_submission_of(arrival) for arrival in run.received}
    _read_received(run)
    if not run.options.only_these:
        if run.options.resume and is_ready:
            again = find_recorrected_returns(run.file, run.sources[0][1].corrections)
            _read_earlier(run, received_names, again)
        else:
            if earlier_version and not is_ready and not run.notes:
                run.notes += (
                    "The dataset was of an earlier version of the program or of the spec: it was read again.",
                )
            _read_earlier(run, received_names)
    run.file.set_fact(FILLED, "yes")
    run.notes += tuple(closed_now(run))


def _read_received(run: IngestRun) -> None:
    """Read what is received and not in the dataset yet; tell the ledger what is gone by then."""
    hashes_before = {arrival.sha256 for arrival in run.received}
    read_names = set[str]()
    for n, (received, request) in enumerate(run.sources):
        known_submissions = run.file.read_files()
        if not run.options.resume:
            known_submissions = {
                name: row for name, row in known_submissions.items() if name in read_names
            }
        missing = _find_missing(run, received, request, known_submissions)
        read_names |= {_submission_of(arrival) for arrival in missing}
        run.new += len(missing)
        run.sources[n] = _read_missing(run, request, received, missing), request
    gone = hashes_before - {arrival.sha256 for arrival in run.received}
    run.ledger.lose(sorted(sha256 for sha256 in gone if sha256 is not None))


def _read_earlier(
    run: IngestRun, received_names: Collection[str], again: Collection[str] | None = None
) -> None:
    """Read again what came earlier, besides what is given: by its round, where this run knows it, else by none.

    Of several `again` only these, also where they are there.
    """
    earlier = {
        name: arrival
        for name, arrival in _by_submission(run.ledger.arrivals()).items()
        if name not in received_names and (again is None or name in again)
    }
    present = _by_submission(_find_earlier(run.out, earlier.values()))
    known_submissions = run.file.read_files()
    periods = {row["sha256"]: str(row["period"]) for row in run.ledger.rows()}
    by_period = grouped(
        (periods[arrival.sha256], arrival)
        for name, arrival in sorted(present.items())
        if again is not None or name not in known_submissions
    )
    requests = {request.wanted.round: request for _, request in run.sources}
    only_request = next(iter(requests.values())) if len(requests) == 1 else None
    of_no_round = replace(run.sources[0][1], wanted=ExpectedReturn(run.spec))
    elsewhere = {round_.name for round_ in rounds_elsewhere(run.ledger)}
    for period, files in sorted(by_period.items()):
        request = only_request or requests.get(period, of_no_round)
        _read(run, request, files)
        if period in elsewhere and request.wanted.round != period:
            run.notes += (
                f"The folder of {period} is not at hand: its returns were read again without its key and its teams. To "
                f"check them by these: hrge-xl consolidate ROUND -o {quoted(run.out)}",
            )
    lost = [Path(arrival.path).name for name, arrival in earlier.items() if name not in present]
    if lost:  # nowhere to be found any more
        run.notes += (
            f"{_name_first(lost)} is neither in its original place nor in {RECEIVED}/, so it is no longer in the "
            "dataset. Put it back, and consolidate again.",
        )


def closed_now(run: IngestRun) -> Iterator[str]:
    """Tell what was read once and cannot be opened now."""
    names = {Path(path).name for path in run.closed}
    if names:
        yield (
            f"{_name_first(names)} cannot be opened now, and stays as it was read before. What is protected is opened "
            "with --password-file FILE."
        )


def _name_first(names: Iterable[str]) -> str:
    first, *further = sorted(names)
    return f"{first}{and_more(len(further))}"


def _refuse_to_lose(run: IngestRun) -> None:
    """Raise `UsageError` where a dataset is to be made anew without what had been read with a password."""
    for row in run.ledger.rows():
        was_read = row["verdict"] in (ACCEPTED, RETURNED) and row["state"] != LEFT_OUT
        kept_path = kept_at(run.out, row["sha256"])
        if was_read and kept_path.is_file() and kept_path.read_bytes().startswith(OLE_MAGIC):
            raise UsageError(
                f"{row['path']} is protected, and was read with a password before.",
                remedy=(
                    "The dataset is to be made anew: name the password with "
                    "--password-file FILE. Nothing was changed."
                ),
            )


def _find_missing(
    run: IngestRun,
    received: Sequence[Arrival],
    request: ValidationRequest,
    known_submissions: Mapping[str, Record],
) -> list[Arrival]:
    """Find what is not in the dataset yet, was read for another round, or was checked on another day than its own."""
    again = find_stale_returns(run.file, request)

    def is_up_to_date(name: str, arrival: Arrival) -> bool:
        if arrival.sha256 is None or name in again or name not in known_submissions:
            return False
        day = request.days.get(arrival.sha256)
        return day is None or known_submissions[name]["checked"] == day

    first_of_each = _by_submission(reversed(received))
    return [
        arrival
        for name, arrival in sorted(first_of_each.items())
        if not is_up_to_date(name, arrival)
    ]


def _read_missing(
    run: IngestRun, request: ValidationRequest, received: list[Arrival], missing: Sequence[Arrival]
) -> list[Arrival]:
    """Have missing files read; return all that came, without a hash those that have changed since.

    The same content that lies elsewhere too is read there.
    """
    changed = _read(run, request, missing)
    while changed:
        lost = {arrival.sha256 for arrival in missing if arrival.path in changed}
        received = [
            arrival._replace(sha256=None, size=None) if arrival.path in changed else arrival
            for arrival in received
        ]
        elsewhere = _by_submission(arrival for arrival in received if arrival.sha256 in lost)
        missing = list(elsewhere.values())
        changed = _read(run, request, missing)
    return received


def _read(run: IngestRun, request: ValidationRequest, files: Sequence[Arrival]) -> set[str]:
    """Have files read and take in what they bring; gives the paths of those that changed meanwhile."""
    changed = set[str]()
    if not files:
        return changed
    task = run.task(_with_days(request, files))
    with report_progress("Reading returned files", len(files)) as advance:
        for batch in _batches_of_rows(run, files, task, advance):
            take_in(run.file, [file_rows for file_rows in batch if file_rows.rows], task)
            changed.update(file_rows.file.path for file_rows in batch if file_rows.is_changed)
            run.closed += [file_rows.file.path for file_rows in batch if file_rows.is_closed]
    return changed


def _batches_of_rows(
    run: IngestRun, files: Sequence[Arrival], task: Task, advance: Advance
) -> Iterator[list[FileRows]]:
    """Yield what files bring, some at a time."""
    with closing(_rows_of(run, files, task)) as incoming:
        while True:
            batch = []
            with gc_paused():
                for file_rows in islice(incoming, BATCH):
                    batch.append(file_rows)
                    advance(1)
                if not batch:
                    return
                yield batch


def _rows_of(
    run: IngestRun, files: Sequence[Arrival], task: Task
) -> Generator[FileRows, None, None]:
    """Yield what files bring, in order: read by processes of this run, or in an executor or cluster."""
    if run.elsewhere is None:
        yield from rows_of(files, task, run.reader)
        return
    batches = in_batches(files, run.options.processes(len(files)))
    for engine, batch in run.elsewhere.map(rows_on_worker, batches, task):
        check_engine(engine)
        yield from batch


def _with_days(request: ValidationRequest, files: Iterable[Arrival]) -> ValidationRequest:
    """Return the request for some files, which takes no other days along than those that theirs are checked as of."""
    days = {
        file.sha256: request.days[file.sha256]
        for file in files
        if file.sha256 is not None and request.day_of(file.sha256) != request.today
    }
    return replace(request, days=days)


def _find_earlier(folder: Path, earlier_arrivals: Iterable[Arrival]) -> Iterator[Arrival]:
    """Yield what came to a folder earlier and is still there: where it was, else as it is kept."""
    for arrival in earlier_arrivals:
        current = arrivals([arrival.path], folder.resolve())[0]
        kept_path = kept_at(folder.resolve(), arrival.sha256 or "")
        if current.sha256 == arrival.sha256:
            yield arrival
        elif arrival.sha256 and has_content(kept_path, arrival.sha256):
            yield arrival._replace(kept_path=str(kept_path))


def _take_out(run: IngestRun) -> None:
    """Take out files that could not be read once and can be now; and all others, where only these are wanted."""
    received_names = {_submission_of(arrival) for arrival in run.received}
    unread_before = [
        submission_id(None, arrival.path) for arrival in run.received if arrival.sha256 is not None
    ]
    store = run.file
    unwanted = store.read_files().keys() - received_names if run.options.only_these else ()
    with store.transaction():
        store.forget([*unread_before, *unwanted])
    if run.options.only_these:
        run.ledger.leave_out(sorted(received_names))
