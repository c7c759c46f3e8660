"""`consolidate`: returned files in, one dataset and the files beside it out; run again, nothing changes."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TypeVar

from ..answers.corrections import OfficeCorrection
from ..core.dates import day_here
from ..core.errors import OutputError, UsageError
from ..core.paths import check_several, quoted
from ..core.program import program_digest
from ..dataset import deciding
from ..dataset.ingest import IngestRun, Options, ingest, ingest_dry_run
from ..dataset.reconciliation import Reconciliation, reconciliation
from ..dataset.returns import Return, find_return, heads
from ..dataset.rows import submission_id
from ..exchange.validation import ACCEPTED, REFUSED, RETURNED, Source, ValidationRequest
from ..findings import Waiver
from ..ledger.events import FILE, NEXT, Arrived, WaiverGiven
from ..ledger.files import only_writer, sha256_of
from ..ledger.judgements import apply_judgements, waivers
from ..ledger.ledger import DATASET, Ledger
from ..outputs import brief_page, briefs_in, exports, overview_page, pages_beside
from ..rounds.datasets import (
    DatasetRequest,
    check_folder,
    check_own,
    one_dataset,
    places,
    request_of,
    rounds_taken_over,
)
from ..rounds.datasets import sources as sources_of
from ..rounds.rounds import REPORTS, Round, is_round, load_open_round, terms_of

Entered = TypeVar("Entered")
UNWRITTEN = "data.xlsx, overview and brief are made when they are asked for: hrge-xl {command}"


@dataclass
class Summary:
    """What a run did: the reconciliation of the dataset, and what was given in this run."""

    out: str
    totals: Reconciliation = field(default_factory=Reconciliation)
    files: int = 0  # given
    refused: int = 0  # of these
    new: int = 0  # read in this run
    earlier: int = 0  # in the dataset from earlier runs, and not among the files given
    notes: tuple[str, ...] = ()
    dry_run: bool = False
    foreseen: tuple[tuple[str, str], ...] = ()  # path and verdict of what a dry run would take in
    overview: Path | None = None  # the page, where one was written
    rounds: tuple[Path, ...] = ()  # that the files came to
    told: tuple[str, ...] = ()  # by what else than they say themselves files were read
    shared: tuple[str, ...] = ()  # which copies may be shared
    unwritten: str = ""  # the command that makes data.xlsx and the pages, where none are there

    def lines(self) -> list[str]:
        """Say it, a sentence a line."""
        decide = f"Decide which one counts: hrge-xl decide {quoted(self.out)}"
        return [
            *self.notes,
            *(islice(self.totals.lines(), 1) if self.dry_run else self.totals.lines()),
            f"{self.new} new in this run.",
            *([f"{self.earlier} of earlier runs, still in the dataset."] if self.earlier else []),
            *([decide] if self.totals.conflict else []),
            *(f"{path}: would be taken in as {verdict}" for path, verdict in self.foreseen),
            "Nothing was written (dry run)." if self.dry_run else f"Dataset: {self.out}",
            *([f"Overview: {self.overview}"] if self.overview else []),
            *([UNWRITTEN.format(command=self.unwritten)] if self.unwritten else []),
            *self.shared,
        ]


def consolidate(  # noqa: PLR0913 (one parameter an option)
    returned: str | Path | Sequence[str | Path] | DatasetRequest,
    output: str | Path | None = None,
    *,
    spec: str | None = None,
    today: date | None = None,
    store: str | None = None,
    engine: str = "local",
    executor: Executor | None = None,
    dry_run: bool = False,
    only_these: bool = False,
    resume: bool = True,
    formats: Collection[str] | None = None,
    pages: bool = False,
    shareable: bool = False,
    write: bool = False,
) -> Summary:
    """Validate returned files and put them together in a dataset in the folder `output`.

    `returned` are files, folders or rounds, or a `DatasetRequest` about them, which says more than `spec` and `today`
    can. `output` is by default the round that it is about, else output/dataset. `store` is a database that shall hold
    the same. Files of earlier runs stay, unless `only_these`; with `resume` what is in the dataset is not read again.
    Files are made where they are asked for: `formats` are the kinds of files beside the dataset, `pages` the overview
    and the brief in its `reports`, `shareable` a copy with small counts of people masked. `write` makes data.xlsx and
    the pages, and every other file again that is there. Raises `StoreError`, `OutputError`, `UsageError`, `SpecError`.
    """
    request = request_of(returned, spec, today)
    rounds = [place.round for place in places(request.paths) if place.round]
    only_round = rounds[0] if len(rounds) == 1 == len(request.paths) else None
    if output is not None:
        folder = Path(output)
    elif only_round is not None:
        folder = only_round.folder
    else:
        folder = Path("output/dataset")
    sources = sources_of(request)
    taken_over = rounds_taken_over(folder, request, [round_.name for round_ in rounds])
    summary = consolidate_sources(
        [*sources, *taken_over],
        folder,
        arrived=replace(request.arrived, terms=terms_of(rounds)),
        options=Options(store, engine, executor, request.jobs, only_these, resume),
        dry_run=dry_run,
        formats=formats or (),
        overview=folder / REPORTS if pages or write else None,
        round_=only_round,
        shareable=shareable,
        write=write,
    )
    notes = tuple(note for source in sources for note in source.notes)
    return replace(summary, told=notes, rounds=tuple(round_.folder for round_ in rounds))


def consolidate_sources(  # noqa: PLR0913 (one parameter an option)
    sources: Sequence[Source],
    folder: Path,
    *,
    arrived: Arrived | None = None,
    options: Options | None = None,
    dry_run: bool = False,
    formats: Collection[str] = (),
    overview: Path | None = None,
    round_: Round | None = None,
    shareable: bool = False,
    write: bool = False,
) -> Summary:
    """Put files together of which it is known what they should be, as `consolidate` does.

    `arrived` says when they came and the terms of the rounds that they came to. Into the folder `overview` go that page
    and the brief, for which `round_` says who was expected.
    """
    options = options or Options()
    check_several("sources", sources)
    check_several("formats", formats)
    check_own(folder)
    if is_round(folder) and not dry_run:
        load_open_round(folder)
    written_formats = exports.checked_formats(formats)
    if dry_run:
        with ingest_dry_run(sources, folder, options=options) as (run, verdicts, verdict_by_path):
            return _summarize_dry_run(run, verdicts, verdict_by_path)
    with ingest(sources, folder, arrived=arrived or Arrived(), options=options) as run:
        known_files = run.file.read_files()
        names = [submission_id(file.sha256, file.path) for file in run.received]
        summary = Summary(
            str(folder),
            reconciliation(run.file),
            files=len(names),
            refused=sum(known_files[name]["verdict"] == REFUSED for name in names),
            new=run.new,
            earlier=len(known_files.keys() - set(names)),
            notes=run.notes,
            overview=overview_page(overview) if overview else None,
        )
        run.pool.shutdown()  # what is held for figures is of no use to files
        shared = write_files(
            run, written_formats, overview, round_, shareable=shareable, existing=write
        )
        if not exports.files_beside(run.file, folder) and overview is None:
            summary.unwritten = exports.writing_command(folder)
    return replace(summary, shared=shared)


def _share(
    run: IngestRun, formats: Collection[str], reports: Path, round_: Round | None
) -> tuple[str, ...]:
    """Write the copies that may be shared, and say where they are."""
    from ..outputs.brief import pages_of_folder

    copy = exports.write_shareable(run.out, run.today, formats)
    page = pages_of_folder(run.out, reports, round_, masked=True)
    return f"To share: {copy}", f"Overview to share: {page}"


def _enter_and_update(
    folder: Path,
    day: date,
    store: str | None,
    jobs: int,
    password: str | None,
    write: bool,
    enter: Callable[[Ledger, list[Return], ValidationRequest], Entered],
) -> tuple[Entered, list[Return], list[Return]]:
    """Enter something into the ledger of a round or consolidated folder; gives it, and the returns before and after.

    Of a round what is new is taken in first; nothing is read twice. The dataset follows; the files beside it do where
    they are to be written. `store` is the database that holds the same. Raises as `consolidate` does.
    """
    if is_round(folder):
        load_open_round(folder)
    with one_dataset(folder, day, jobs, password, figures=False) as dataset:
        returns_before = dataset.returns()
        source = dataset.source
    with only_writer(folder), Ledger.open(folder) as ledger:
        entered = enter(ledger, returns_before, source.asked)
    with ingest([source], folder, options=Options(store, jobs=jobs)) as run:
        run.pool.shutdown()
        returns_after = heads(run.file)
        # of rounds elsewhere nobody says here who was expected
        of_others = any(return_.read_for for return_ in returns_before) and not is_round(folder)
        if write:
            write_files(run, (), None if of_others else folder / REPORTS, existing=True)
    return entered, returns_before, returns_after


class Decided(list[Return]):
    """All returns as they are after a decision; `changed` are those whose status or reason it changed."""

    def __init__(self, returns_before: Iterable[Return], returns_after: Iterable[Return]) -> None:
        super().__init__(returns_after)
        was = {return_.submission: (return_.status, return_.reason) for return_ in returns_before}
        self.changed = [
            return_
            for return_ in self
            if was.get(return_.submission) != (return_.status, return_.reason)
        ]


def decide(  # noqa: PLR0913 (one parameter an option)
    folder: str | Path,
    returns: Sequence[str],
    choice: str,
    *,
    reason: str,
    by: str,
    day: date | None = None,
    store: str | None = None,
    jobs: int = 1,
    password: str | None = None,
    write: bool = False,
) -> Decided:
    """Decide that returns count (`counts`) or not (`withdrawn`), or take that back (`undone`), on a day.

    A return is named by its file or its submission, the folder is a round or a consolidated one, and `store` the
    database that holds the same. Gives all returns then. Raises `UsageError` where nothing is to be decided about one.
    """
    day = day or day_here()
    folder = Path(folder)
    check_several("returns", returns)

    def enter(ledger: Ledger, every_return: list[Return], _: ValidationRequest) -> None:
        meant = [find_return(every_return, name) for name in returns]
        deciding.decide(ledger, meant, choice, reason=reason, by=by, day=day)

    _, returns_before, returns_after = _enter_and_update(
        folder, day, store, jobs, password, write, enter
    )
    return Decided(returns_before, returns_after)


@dataclass(frozen=True, slots=True)
class WaiverMade(Waiver):
    """A waiver that was made now: how many findings it covers, and the verdict of the file with it."""

    count: int = 0
    verdict: str = ""


def waive(  # noqa: PLR0913 (one parameter an option)
    folder: str | Path,
    code: str,
    file: str,
    *,
    reason: str,
    by: str,
    day: date | None = None,
    place: tuple[str, str] | None = None,
    until: date | None = None,
    store: str | None = None,
    jobs: int = 1,
    password: str | None = None,
    write: bool = False,
) -> WaiverMade:
    """Accept the findings of one file that have a code, all or those at one `place` (sheet and cell), until a day.

    The file is named by its path, its name or the first digits of its SHA-256. Raises `UsageError`.
    """
    day = day or day_here()
    folder = Path(folder)
    check_folder(folder)
    deciding.refuse_unwaivable(code, folder)
    deciding.need_words("A waiver", reason, by)
    if until is not None and until < day:
        raise UsageError(
            f"--until {until} is past already.", remedy="Name a later day, or leave it out."
        )

    def enter(
        ledger: Ledger, returns: list[Return], _: ValidationRequest
    ) -> tuple[str, Waiver, int]:
        return_ = find_return(returns, file)
        covered = deciding.findings_to_waive(return_, code, place)
        waiver = WaiverGiven(
            number=NEXT,
            code=covered[0].code,
            sha256=str(return_.sha256),
            file=return_.name,
            sheet=covered[0].sheet if place else None,
            cell=covered[0].cell if place else None,
            reason=reason.strip(),
            day=day,
            until=until,
        )
        ledger.enter(waiver, by=by.strip())
        return return_.submission, waivers(ledger, day)[-1], len(covered)

    (name, waiver, count), _, returns_after = _enter_and_update(
        folder, day, store, jobs, password, write, enter
    )
    verdict = next(return_.verdict for return_ in returns_after if return_.submission == name)
    return WaiverMade(**asdict(waiver), count=count, verdict=verdict)


def withdraw(  # noqa: PLR0913 (one parameter an option)
    folder: str | Path,
    number: int,
    *,
    by: str,
    day: date | None = None,
    store: str | None = None,
    jobs: int = 1,
    password: str | None = None,
    write: bool = False,
) -> Waiver:
    """Take a waiver back by its number. Raises `UsageError`."""
    day = day or day_here()
    folder = Path(folder)
    check_folder(folder)

    def enter(ledger: Ledger, _: list[Return], __: ValidationRequest) -> Waiver:
        return deciding.withdraw(ledger, number, by=by, day=day)

    return _enter_and_update(folder, day, store, jobs, password, write, enter)[0]


@dataclass(frozen=True, slots=True)
class CorrectionMade(OfficeCorrection):
    """A correction that was made now, or taken back, and the verdict of the file with it."""

    verdict: str = ""


def correct(  # noqa: PLR0913 (one parameter an option)
    folder: str | Path,
    file: str,
    place: tuple[str, str],
    value: str | None,
    *,
    reason: str,
    by: str,
    day: date | None = None,
    store: str | None = None,
    jobs: int = 1,
    password: str | None = None,
    write: bool = False,
) -> CorrectionMade:
    """Put a value into one cell of a returned file, as its team would type it there; None: as it came again.

    It holds for this content of the file. The file is named as in `decide`, `place` is sheet and cell in it, where the
    code of a tool stands for its sheet. What came stays beside what counts. Raises `UsageError`.
    """
    day = day or day_here()
    folder = Path(folder)
    check_folder(folder)
    round_name = load_open_round(folder).name if is_round(folder) else None

    def enter(
        ledger: Ledger, returns: list[Return], request: ValidationRequest
    ) -> tuple[str, OfficeCorrection]:
        return_ = find_return(returns, file)
        if return_.read_for != round_name:
            raise UsageError(
                f"{return_.name} is of the round {return_.read_for}, whose ledger rules it.",
                remedy="Correct it there, then consolidate again.",
            )
        current_request = apply_judgements(request, [ledger])
        correction = deciding.correct(
            ledger, return_, place, value, current_request, reason=reason, by=by
        )
        return return_.submission, correction

    (name, correction), _, returns_after = _enter_and_update(
        folder, day, store, jobs, password, write, enter
    )
    verdict = next(return_.verdict for return_ in returns_after if return_.submission == name)
    return CorrectionMade(**asdict(correction), verdict=verdict)


def _pages(dataset: Path, folder: Path, round_: Round | None, masked: bool) -> list[str]:
    """Write the overview and the brief; give what is said of one where somebody has it open.

    Those of countries and teams that are there are written again too, and, where they are wanted, those to share.
    """
    from ..outputs.brief import group_pages_again, pages_of_folder

    try:
        pages_of_folder(dataset, folder, round_)
        if masked:
            pages_of_folder(dataset, folder, round_, masked=True)
        group_pages_again(dataset, folder, round_)
    except OutputError as error:
        return [str(error)]
    return []


def write_files(
    run: IngestRun,
    formats: Collection[str] = (),
    overview: Path | None = None,
    round_: Round | None = None,
    *,
    shareable: bool = False,
    existing: bool = False,
) -> tuple[str, ...]:
    """Write the files beside the dataset that are wanted, and into a folder the overview and the brief.

    What would be the same again is not made. With `existing` data.xlsx is wanted, and what is there besides. Returns
    where the copies to share are, if they were made.
    """
    out = run.out
    copy = out / exports.SHAREABLE
    reports = overview or out / REPORTS
    run.basis = _basis((round_.folder if round_ else out) / FILE)
    fresh = _fresh_files(run)
    if existing:
        formats = {exports.XLSX, *formats, *exports.formats_there(out)}
    stale_formats = [
        name for name in formats if not fresh.issuperset(exports.names(run.file, out, (name,)))
    ]
    written = exports.names(run.file, out, stale_formats)
    copy_formats = {exports.XLSX, *formats, *exports.formats_there(copy)}
    copies = [
        copy / DATASET,
        *exports.names(run.file, copy, copy_formats),
        overview_page(reports, masked=True),
        brief_page(reports, masked=True),
    ]
    has_copy = exports.has_shareable(out)
    share = shareable or (existing and has_copy and not fresh.issuperset(copies))
    tasks = []
    if overview is not None:
        masked = overview_page(overview, masked=True).is_file() and not (share or has_copy)
        groups = [page for page, _, group in briefs_in(overview) if group]
        pages = [*pages_beside(overview, masked=masked), *groups]
        if not fresh.issuperset(pages):
            tasks.append(partial(_pages, out, overview, round_, masked))
            written += pages
    failed: list[str] = []
    if stale_formats or tasks:
        export = exports.Export(str(out / DATASET), run.today, stale_formats)
        failed += exports.write(run.file, export, run.pool, tasks)
    shared: tuple[str, ...] = ()
    if share:
        written += copies
        try:
            shared = _share(run, copy_formats, reports, round_)
        except OutputError as error:
            failed.append(str(error))
    _refuse_unwritten(failed)
    current = fresh.union(written)
    run.written += sorted(current)
    run.with_files = written != [] and current.issuperset(exports.files_beside(run.file, out))
    return shared


def _fresh_files(run: IngestRun) -> set[Path]:
    """Return the files beside the dataset that would be the same again: of its state, and as they were made."""
    older = exports.outgrown(run.file, run.out, run.ledger, run.checksum)
    current = {*exports.files_beside(run.file, run.out)}.difference(older)
    notes = run.ledger.noted_files()
    fresh = set()
    for path in current:
        note = notes.get(path.relative_to(run.out).as_posix())
        is_page = path.suffix == ".html"
        if note is None:  # an earlier program made it
            is_fresh = not is_page
        else:
            is_same_basis = note.basis == run.basis or not is_page
            is_fresh = is_same_basis and note.sha256 == sha256_of(path)
        if is_fresh:
            fresh.add(path)
    return fresh


def _basis(round_file: Path) -> str:
    """Return a digest of what pages are made of besides the dataset: the file of the round, and the program."""
    round_digest = sha256_of(round_file) if round_file.is_file() else ""
    return hashlib.sha256(f"{round_digest} {program_digest()}".encode()).hexdigest()


def _refuse_unwritten(failed: Sequence[str]) -> None:
    """Raise `OutputError` for files that could not be written."""
    if failed:
        further = f" {len(failed) - 1} more files are like it." if len(failed) > 1 else ""
        raise OutputError(f"{failed[0]} The rest is done.{further}")


def _summarize_dry_run(
    run: IngestRun, verdicts: dict[str, str], verdict_by_path: dict[str, str]
) -> Summary:
    """Foresee what the given files would be, as far as one can tell without comparing them with each other."""
    counts = Counter(verdict_by_path[file.path] for file in run.received)
    totals = Reconciliation(len(run.received), counts[ACCEPTED], counts[RETURNED], counts[REFUSED])
    return Summary(
        str(run.out),
        totals,
        len(run.received),
        counts[REFUSED],
        len(verdicts),
        dry_run=True,
        foreseen=tuple(sorted(verdicts.items())),
    )
