"""The datasets behind a command: what is said about returned files is a query of one of these.

A round and a consolidated folder have a lasting dataset, which takes in what is new. Loose files have one that lives as
long as the command; files of several specs have one each. What databases take is imported while the first loose file
is read.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from functools import cached_property, partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from .. import __version__
from ..answers.submission import PROGRAM, ClosedReturn
from ..core import message_templates
from ..core.dates import day_here
from ..core.errors import StoreError, UsageError, listed
from ..core.notebook import html_table
from ..core.paths import check_several, expand, is_address, masked, name_of, quoted
from ..core.versions import is_newer_program
from ..core.words import and_more
from ..core.work import grouped
from ..exchange.validation import (
    Reader,
    Result,
    Source,
    ValidationRequest,
    noticed_of,
    spec_of_results,
    validate,
)
from ..findings import Waiver
from ..ledger.events import FILE, Arrived
from ..ledger.files import only_writer
from ..ledger.judgements import (
    Decision,
    RoundElsewhere,
    apply_judgements,
    closing_verdicts,
    decisions,
    rounds_elsewhere,
    waivers_of,
)
from ..ledger.ledger import CHANGED, DATASET, NAME, Ledger, look_up, near
from ..ledger.seals import changed_terms, faults
from ..reader import ExpectedReturn, cores, fingerprint, stamp_alone
from ..reader.gate import beginning_of, is_named_as_workbook
from ..reader.limits import LIMITS
from ..spec.load import find, load
from ..spec.model import Spec
from .receiving import Senders
from .rounds import (
    RETURNED,
    Round,
    is_among_returns,
    is_round,
    load_round,
    round_around,
    spec_at,
    terms_of,
)

if TYPE_CHECKING:
    from ..dataset.reconciliation import Reconciliation
    from ..dataset.returns import Return
    from ..dataset.store import Store

FEW = 20  # files that are named
PROGRAM_IN_STAMP = re.compile(rf'"{PROGRAM}": "(?P<version>[0-9.]{{1,20}})"')


@dataclass(frozen=True)
class DatasetRequest:
    """What is asked of returned files, by whoever gives a command.

    `paths` are files, folders, globs, lists, rounds and consolidated folders. `ledger` is a folder whose waivers,
    decisions and days of arrival count for loose files. With `day_is_stated` somebody named the day: the answer shows
    which waivers are in force on it and what is overdue, and no return is checked again. Without `answers` the dataset
    of loose files has none: that is sooner. Its `figures` are as of the day; without, which is sooner, those of a
    lasting dataset may be of an earlier one.
    """

    paths: Sequence[str]
    today: date = field(default_factory=day_here)
    spec: str | None = None
    jobs: int = 1  # 0: as many as suit the files
    password: str | None = field(default=None, repr=False)
    ledger: Path | None = None
    day_is_stated: bool = False
    arrived: Arrived = field(default_factory=Arrived)
    answers: bool = True
    figures: bool = True
    # what loose files should be, where more is known than their spec
    wanted: ExpectedReturn | None = None
    pool: Reader | None = None  # that reads loose files of several questions

    def __post_init__(self) -> None:
        check_several("paths", self.paths)
        if self.ledger is not None:
            check_own(self.ledger)

    @cached_property
    def source(self) -> str | None:
        """What the spec that was asked for is loaded by. Raises `UsageError` where there is none."""
        source = None if self.spec is None else spec_at(self.spec)
        if source is not None:
            find(source)
        return source

    def wanted_in(self, round_: Round | None) -> ExpectedReturn:
        """Tell what files of a round, or loose ones, should be. Raises `UsageError` for a round of another spec."""
        if round_ is None:
            return self.wanted or ExpectedReturn(self.source)
        round_spec = load(round_.spec_source)
        spec = round_spec if self.source is None else load(self.source)
        if spec.digest != round_spec.digest:
            move = (
                ", or move it to another version: hrge-xl round update-spec "
                f"{quoted(round_.folder)} --spec {quoted(str(self.spec))}"
            )
            raise UsageError(
                f"The round {round_.name} says itself of which spec it is.",
                remedy=f"Leave --spec out{move if spec.name == round_spec.name else '.'}",
            )
        return round_.wanted

    def request(self, round_: Round | None = None) -> ValidationRequest:
        """Return what readers and checks have to know.

        The waivers of a round, and what was corrected in its answers, count wherever its files are taken in.
        """
        request = ValidationRequest(
            self.wanted_in(round_),
            self.today,
            self.jobs or cores(),
            self.password,
            passwords=round_.passwords if round_ else (),
            closing=verdicts_of_closed(round_),
        )
        named = (self.ledger, round_.folder if round_ else None)
        folders = [folder for folder in dict.fromkeys(named) if folder and near(folder)]
        with ExitStack() as stack:
            ledgers = [stack.enter_context(Ledger.open(folder, write=False)) for folder in folders]
            return apply_judgements(request, ledgers)


def verdicts_of_closed(round_: Round | None) -> Mapping[str, ClosedReturn]:
    """Return what each content was when a round was closed, by hash; nothing of one that is open."""
    if round_ is None or round_.closed is None:
        return {}
    return look_up(round_.folder, closing_verdicts) or {}


def request_of(
    returned: str | Path | Sequence[str | Path] | DatasetRequest,
    spec: str | None = None,
    today: date | None = None,
) -> DatasetRequest:
    """Return the request about returned files that are named by their paths, one or several, unless it is one.

    Raises `UsageError` where a spec or a day is named besides a request, which says its own.
    """
    if isinstance(returned, DatasetRequest):
        if spec is not None or today is not None:
            raise UsageError(
                "A DatasetRequest says its own spec and day.", remedy="Name them there."
            )
        return returned
    paths = [returned] if isinstance(returned, str | Path) else returned
    return DatasetRequest([os.fspath(path) for path in paths], today or day_here(), spec, jobs=0)


@dataclass(frozen=True)
class Dataset:
    """An open dataset with what belongs to it, and what its ledger tells."""

    store: Store
    waivers: tuple[Waiver, ...] = ()
    round: Round | None = None
    folder: Path | None = None  # None: it goes with the command, or is a database
    source: Source = field(
        default_factory=lambda: Source([], ValidationRequest(ExpectedReturn(), date.min))
    )
    new: int = 0  # files that were read now
    # submission → where it lies in `returned` now
    given: Mapping[str, Sequence[str]] = field(default_factory=dict)
    order: Mapping[str, int] = field(default_factory=dict)  # in which contents came, by hash
    decisions: tuple[Decision, ...] = ()  # in force
    notes: tuple[str, ...] = ()  # what the run that took in what is new has to tell
    # files made of it: of those beside it the ledger notes, as it is closed, of which state they are
    written: list[Path] = field(default_factory=list)

    def __repr__(self) -> str:
        spec = f"{self.spec.name} {self.spec.version}" if self.spec else "no spec"
        return f"<Dataset {self.folder or self.store.name}: {spec}, {len(self.store.contents())} returns>"

    def _repr_html_(self) -> str:
        """Show it in a notebook, with its returns."""
        rows = (
            (return_.path, return_.team, return_.verdict, return_.status)
            for return_ in self.returns()
        )
        return html_table(self, ("file", "team", "verdict", "status"), rows)

    @property
    def spec(self) -> Spec | None:
        """The spec that it was made with."""
        return self.store.schema.spec

    @property
    def spec_asked(self) -> str | None:
        """The name of the spec that every file had to be of; None: each file's own."""
        return self.spec.name if self.spec and self.source.asked.wanted.spec else None

    def returns(self, wanted: Sequence[str] | None = None, *, cells: bool = True) -> list[Return]:
        """Return every return, or the wanted ones; without what was found in `cells` that is soon done."""
        from ..dataset.returns import returns

        if wanted is None and cells:
            return list(self._returns)
        return returns(self.store, self.waivers, wanted, cells=cells)

    @cached_property
    def _returns(self) -> list[Return]:
        from ..dataset.returns import returns

        return returns(self.store, self.waivers)

    @property
    def holds_others(self) -> bool:
        """Whether it is kept elsewhere than in the folder of its round, and may hold other rounds too."""
        if self.round is None or self.folder is None:
            return False
        return self.folder.resolve() != self.round.folder.resolve()

    def of_round(self, *, cells: bool = True) -> list[Return]:
        """Return the returns of the round alone, where the dataset may hold others: its own, and what lies in
        `returned`.

        What lies there and counts in another round does not count in this one; a copy elsewhere is not its own.
        """
        from ..dataset.return_status import EXCLUDED

        if self.round is None or not self.holds_others:
            return self.returns(cells=cells)
        name = self.round.name
        given_paths = {path for paths in self.given.values() for path in paths}
        of_this_round = []
        for return_ in self.returns(cells=cells):
            paths = self.given.get(return_.submission, ())
            if return_.period != name and not paths:
                continue
            given_items = [received for received in return_.items if received.path in given_paths]
            shown = replace(return_, items=given_items) if given_items else return_
            if return_.current and return_.period != name:
                reason = message_templates.ELSEWHERE.format(period=return_.period)
                shown = replace(
                    shown, path=paths[-1], status=EXCLUDED, current=False, reason=reason
                )
            of_this_round.append(shown)
        return of_this_round

    def result(self, return_: Return) -> Result:
        """Return one of its returns as what reading and checking it gave, with its answers."""
        from ..dataset.returns import result

        return result(self.store, return_)

    def totals(self) -> Reconciliation:
        """Reconcile what came in; of a round alone where the dataset may hold others."""
        from ..dataset.reconciliation import reconciled, reconciliation

        return reconciled(self.of_round()) if self.holds_others else reconciliation(self.store)


class FilePlace(NamedTuple):
    """Where returned files are: a round, a consolidated folder, or (without a folder) loose files.

    Loose files may lie in a round: they are read as its files are, by themselves.
    """

    folder: Path | None = None
    round: Round | None = None
    paths: tuple[str, ...] = ()

    @property
    def note(self) -> str:
        """Say of loose files that they are read as those of a round, which nobody named; and what waits for one."""
        if self.round is not None and self.folder is not None:
            names = [path.name for path in list_returned(self.round, since_closed=True)]
            closed = f"{self.round.name} was closed on {self.round.closed}; what came since waits"
            return f"{closed}: {listed(names, FEW)}." if names else ""
        if self.folder is not None or self.round is None:
            return ""
        name = Path(self.paths[0]).name + (" and others" if len(self.paths) > 1 else "")
        return f"{name}: read by the spec, key and teams of the round in {self.round.folder}, where it lies."

    def files(self) -> list[Path]:
        """Return the files. Raises `UsageError` where loose paths lead to none."""
        if self.folder is None or self.round is None:
            return expand(self.paths) if self.paths else []
        return list_returned(self.round)


def list_returned(round_: Round, *, since_closed: bool = False) -> list[Path]:
    """Return what lies in `returned` of a round: of one that is closed what had come by then, or what came since."""
    returned = round_.folder / RETURNED
    files = expand([str(returned)]) if any(path.is_file() for path in returned.rglob("*")) else []
    if round_.closed is None:
        return [] if since_closed else files
    order = look_up(round_.folder, Ledger.order) or {}
    return [file for file in files if (fingerprint(file)[0] in order) is not since_closed]


def places(paths: Sequence[str]) -> list[FilePlace]:
    """Tell rounds and consolidated folders from loose files. A round stands for its `returned`: a file there that is
    named as well counts once.

    What lies among returned files is loose, whatever it looks like; and a folder that holds some is not believed to be
    a round or consolidated. Raises `UsageError`.
    """
    check_several("paths", paths)
    by_folder: dict[Path, FilePlace] = {}
    loose: dict[Path | None, list[str]] = {}
    for text in map(os.fspath, paths):
        path = Path(text)
        folder = path.parent if path.name == RETURNED else path
        if is_round(folder):
            _check_apart(folder, FILE)
            by_folder.setdefault(folder.resolve(), FilePlace(folder, load_round(folder)))
        elif _is_consolidated(path):
            _check_apart(path, DATASET)
            by_folder.setdefault(path.resolve(), FilePlace(path))
        else:
            loose.setdefault(round_around(path), []).append(text)
    file_places = [*by_folder.values()]
    for round_folder, texts in loose.items():
        remaining = texts
        if round_folder is not None and round_folder.resolve() in by_folder:
            returned = (round_folder / RETURNED).resolve()
            remaining = [
                text for text in texts if not Path(text).resolve().is_relative_to(returned)
            ]
        if remaining:
            round_ = load_round(round_folder) if round_folder else None
            file_places.append(FilePlace(None, round_, tuple(remaining)))
    return file_places


def _check_apart(folder: Path, by: str) -> None:
    """Refuse, with `UsageError`, a folder where what makes it a round or a dataset may have come with the returns."""
    for file in sorted(folder.glob("[!.~]*")):
        beginning = (
            beginning_of(file, LIMITS.file_bytes) if is_named_as_workbook(file.name) else b""
        )
        if beginning and stamp_alone(beginning) is not None:
            raise UsageError(
                f"{folder} holds {by} beside a return ({file.name}), so {by} may have come with it.",
                remedy=(
                    "If the folder is yours, keep returns in one of their own, as "
                    f"{RETURNED}/ of a round is; if it is not, delete {by}."
                ),
            )


def _is_consolidated(folder: Path) -> bool:
    return (folder / DATASET).is_file() and not is_among_returns(folder)


def sources(request: DatasetRequest) -> list[Source]:
    """Return the files with what is asked of them: those of each round by its teams and key. Raises `UsageError`."""
    return [_source(place, request) for place in places(request.paths)]


def rounds_taken_over(
    folder: Path, request: DatasetRequest, named: Collection[str]
) -> list[Source]:
    """Return the rounds at hand that the dataset of a folder took returns over from, without files.

    A return that has to be read again is then read with the key and the teams of its round. Rounds that are `named`
    bring their own files, and are left out.
    """
    elsewhere = look_up(folder, rounds_elsewhere) or ()
    folders = [
        other_round.folder
        for other_round in elsewhere
        if other_round.name not in named and is_round(other_round.folder)
    ]
    rounds = [load_round(home) for home in folders]
    by_round = replace(request, spec=None)  # each says itself of which spec it is
    return [
        Source([], by_round.request(round_), noticed=Senders(round_).noticed) for round_ in rounds
    ]


def _source(place: FilePlace, dataset_request: DatasetRequest) -> Source:
    files = place.files()
    request = dataset_request.request(place.round)
    round_ = place.round
    if round_ is None:
        return Source(files, request)
    expected = [(team.code, team.country, team.deadline) for team in round_.teams]
    earlier_figures, why_not = _before(round_) if place.folder else ("", "")
    unread = load(round_.spec_source).unread if place.folder else ()
    notes = [*filter(None, (place.note, why_not)), *unread]
    noticed = Senders(round_).noticed
    return Source(
        files,
        request,
        place.folder,
        noticed,
        expected,
        earlier_figures,
        notes,
        closed=round_.closed,
    )


def _before(round_: Round) -> tuple[str, str]:
    """Return what the round before came to, where that is at hand, as JSON; or why it cannot be opened.

    What is known of it stays: so a round that is closed goes on saying what it said.
    """
    folder = round_.folder / round_.before
    if round_.closed or not round_.before or not (folder / DATASET).is_file():
        return "", ""
    from ..dataset.opening import open_store
    from ..dataset.reconciliation import over_periods

    try:
        with open_store(folder) as store:
            earlier_periods = (
                period for period in over_periods(store, by_team=True) if period.name != round_.name
            )
            latest = next(earlier_periods, None)
    except (StoreError, UsageError) as error:
        return "", f"{round_.name} is not compared with the round before. {error}"
    if latest is None:
        return "", ""
    codes = {code: team.code for team in round_.teams for code in team.codes}
    return json.dumps(asdict(latest.renamed(codes))), ""


@contextmanager
def datasets(asked: DatasetRequest) -> Iterator[list[Dataset]]:
    """Open the datasets that hold what is asked about, with what is new taken in.

    Raises `UsageError` for a path that leads nowhere, `RoundError`, `SpecError`, `StoreError`, `OutputError`.
    """
    with ExitStack() as stack:
        opened: list[Dataset] = []
        file_places = places(asked.paths)
        for place in file_places:
            asked.wanted_in(place.round)  # before any file is opened
        for place in file_places:
            if place.folder is None:
                opened += _loose(stack, asked, place)
            elif place.round is None:
                opened.append(_as_it_is(stack, place.folder, asked.today))
            else:
                opened.append(_of_round(stack, asked, place.round, asked.ledger or place.folder))
        yield opened


def _of_round(stack: ExitStack, request: DatasetRequest, round_: Round, folder: Path) -> Dataset:
    """Return the dataset of a round, in its own folder or where it is kept, with what is new in `returned`."""
    from ..dataset.ingest import Options, as_of, closed_now, ingest
    from ..dataset.rows import submission_id

    if round_.closed and folder.resolve() == round_.folder.resolve():
        request = replace(request, today=round_.closed)
    source = _source(FilePlace(round_.folder, round_), request)
    arrived = replace(request.arrived, terms=terms_of([round_]))
    options = Options(jobs=request.jobs, asking=request.day_is_stated, figures=request.figures)
    run = stack.enter_context(ingest([source], folder, arrived=arrived, options=options))
    paths_by_submission = grouped(
        (submission_id(file.sha256, file.path), file.path) for file in run.received
    )
    if request.day_is_stated:  # for the answer, and not for good
        run = stack.enter_context(as_of(run, source.asked))
    waived = waivers_of(folder, request.today)
    notes = tuple(dict.fromkeys([*source.notes, *run.notes, *closed_now(run)]))
    dataset = Dataset(
        run.file,
        waived,
        round_,
        folder,
        source,
        run.new,
        paths_by_submission,
        notes=notes,
        written=run.written,
    )
    return _with_ledger(dataset, run.ledger)


def _as_it_is(stack: ExitStack, folder: Path, today: date) -> Dataset:
    """Return the dataset of a consolidated folder, with the very spec that it was made with."""
    from ..dataset.opening import open_store

    written: list[Path] = []
    stack.callback(_note_written, folder, written)
    store = stack.enter_context(open_store(folder))
    spec = store.schema.spec
    source = Source(
        [], ValidationRequest(ExpectedReturn(str(spec.folder) if spec else None), today)
    )
    with Ledger.open(folder, write=False) as ledger:
        if ledger.is_changed(folder / DATASET):
            raise StoreError(
                f"{CHANGED.format(file=folder / DATASET)} See what differs with `hrge-xl verify {quoted(folder)}`; "
                f"`hrge-xl consolidate {quoted(folder)} -o {quoted(folder)}` makes it again from what was received."
            )
        notes = tuple(behind(folder, rounds_elsewhere(ledger)))
        dataset = Dataset(
            store,
            waivers_of(folder, today),
            folder=folder,
            source=source,
            notes=notes,
            written=written,
        )
        return _with_ledger(dataset, ledger)


def _note_written(folder: Path, written: Sequence[Path]) -> None:
    """Write down of files that were made of the dataset of a folder of which state of it they are."""
    if written:
        with only_writer(folder), Ledger.open(folder) as ledger:
            ledger.note_files(written, "")


def behind(folder: Path, elsewhere: Sequence[RoundElsewhere]) -> Iterator[str]:
    """Say where rounds at hand know more by now than the dataset that they were put into."""
    ahead = [round_.name for round_ in elsewhere if round_.is_ahead]
    if ahead:
        words = " ".join(quoted(round_.folder) for round_ in elsewhere if round_.folder.is_dir())
        yield (
            f"Decisions, waivers or files have changed since in {', '.join(ahead)}. Consolidate again: "
            f"hrge-xl consolidate {words} -o {quoted(folder)}"
        )


def check_own(folder: Path) -> None:
    """Refuse, with `UsageError`, a folder named for its ledger or dataset that lies among what teams sent."""
    if is_address(str(folder)):
        raise UsageError(
            f"{masked(str(folder), [str(folder)])} is the address of a database.",
            remedy="Name a folder here.",
        )
    if is_among_returns(folder):
        raise UsageError(
            f"{folder} is among returned files: what teams send is never taken for a ledger or a dataset.",
            remedy="Name the folder of your own round, or the consolidated one.",
        )


def check_folder(folder: Path) -> None:
    """Refuse, with `UsageError`, a folder that is neither a round nor consolidated: there is no ledger to write in."""
    check_own(folder)
    if not is_round(folder) and not (folder / NAME).is_file():
        raise UsageError(
            f"{folder} is neither a round nor a consolidated folder.",
            remedy="Name one with --ledger FOLDER.",
        )


@contextmanager
def one_dataset(
    place: str | Path,
    today: date | None = None,
    jobs: int = 1,
    password: str | None = None,
    *,
    figures: bool = True,
) -> Iterator[Dataset]:
    """Open the one dataset of a round, with what is new taken in, of a consolidated folder, or at an address.

    Its `figures` are as of `today`; without, they may be of an earlier day.

    Raises `UsageError` where there is none, or where it lies among returned files.
    """
    from ..dataset.opening import open_store

    today = today or day_here()
    in_database = is_address(str(place))
    if not in_database:
        check_own(Path(place))
    if in_database or not (is_round(Path(place)) or _is_consolidated(Path(place))):
        with open_store(place) as store:
            yield Dataset(store)
        return
    request = DatasetRequest([str(place)], today, jobs=jobs, password=password, figures=figures)
    with datasets(request) as (dataset,):
        yield dataset


@contextmanager
def last_dataset(folder: str | Path, today: date | None = None) -> Iterator[Dataset]:
    """Open the dataset of a round as the last run left it: nothing is taken in, and nobody is waited for.

    Before the first run it is empty. Raises `RoundError`, `StoreError`.
    """
    from ..dataset.opening import open_store, temporary_dataset

    today = today or day_here()
    round_ = load_round(folder)
    with ExitStack() as stack:
        if (round_.folder / DATASET).is_file():
            store = stack.enter_context(open_store(round_.folder))
        else:
            empty = temporary_dataset([], load(round_.spec_source))
            store = stack.enter_context(empty).store
        waived = waivers_of(round_.folder, today)
        dataset = Dataset(store, waived, round_, round_.folder)
        ledger = stack.enter_context(Ledger.open(round_.folder, write=False))
        yield _with_ledger(dataset, ledger)


def _loose(stack: ExitStack, request: DatasetRequest, place: FilePlace) -> Iterator[Dataset]:
    """Yield a dataset for each spec that the files are of; files that could not be read go with the first."""
    source = _source(place, request)
    opening = partial(import_module, "hrge_xl.dataset.opening")
    results = [*validate(source.files, source.asked, request.pool, opening)]
    waived = source.asked.waivers
    from ..dataset.opening import temporary_dataset

    first = spec_of_results(source.asked, results)
    by_spec = {first.name if first else "": (first, list[Result]())}
    for file_result in results:
        spec = file_result.spec or first
        by_spec.setdefault(spec.name if spec else "", (spec, []))[1].append(file_result)
    notes = tuple(source.notes)
    for spec, some in by_spec.values():
        opening_dataset = temporary_dataset(
            some,
            spec,
            waived,
            request.arrived,
            ledger=request.ledger,
            answers=request.answers,
            noticed=noticed_of([source]),
        )
        store, ledger = stack.enter_context(opening_dataset)
        yield _with_ledger(
            Dataset(store, waived, source=source, new=len(some), notes=notes), ledger
        )
        notes = ()


def _with_ledger(dataset: Dataset, ledger: Ledger) -> Dataset:
    return replace(
        dataset,
        order=ledger.order(),
        decisions=tuple(decisions(ledger).values()),
        notes=(*dataset.notes, *_issued_by_newer_programs(dataset.store)),
    )


def _issued_by_newer_programs(store: Store) -> Iterator[str]:
    """Yield which workbooks a newer version of this program issued: a sentence for each version.

    It is no finding, which would go, and be a difference to `verify`, as soon as this program is updated.
    """
    by_version: dict[str, list[str]] = {}
    for path, stamp in store.rows("submissions", columns=("path", "stamp")):
        program = PROGRAM_IN_STAMP.search(str(stamp))
        if program is not None:
            by_version.setdefault(program["version"], []).append(str(path))
    for version, paths in by_version.items():
        if is_newer_program(version):
            yield (
                f"{name_of(paths[0])}{and_more(len(paths) - 1)} was issued by hrge-xl {version}, which is newer than "
                f"this program ({__version__}): it was read, and what is new in it is not known here. "
                "Update this program."
            )


# what is doubtful about the ledgers of some folders, in a few lines


def ledger_doubts(*folders: str | Path) -> Iterator[str]:
    """Tell which ledgers are not as people made them, and what rounds say otherwise now than when they were sealed."""
    once = {folder.resolve(): folder for folder in map(Path, folders)}.values()
    terms = terms_of(load_round(folder) for folder in once if is_round(folder))
    for folder in once:
        if not (folder / NAME).is_file():
            continue
        with Ledger.open(folder, write=False) as ledger:
            broken = list(faults(ledger))
            yield from changed_terms(ledger, terms)
        if broken:
            further = f" {len(broken) - 1} more faults are like it." if len(broken) > 1 else ""
            yield (
                f"What people entered into {folder / NAME} was changed from outside. {broken[0]}{further} All of it: "
                f"hrge-xl sign --list --ledger {quoted(folder)}"
            )
