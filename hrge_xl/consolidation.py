"""`consolidate`: returned files in, one dataset and the files beside it out; run again, nothing changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from .dataset import deciding
from .dataset.opening import open_dataset
from .dataset.reconciliation import Reconciliation, reconciliation
from .dataset.returns import Return, find_return, heads
from .dataset.rows import submission_id
from .dataset.store import STATE, compact
from .dataset.take_in import IngestRun, Options, foreseen, take_in
from .errors import OutputError
from .exports import exports
from .findings import Waiver
from .ledger.events import Arrived, Terms
from .ledger.files import only_writer
from .ledger.ledger import DATASET, Ledger
from .paths import check_several
from .reports import overview_page
from .rounds.datasets import check_own, one_dataset
from .rounds.rounds import REPORTS, Round, is_round
from .shell_words import quoted
from .validation import ACCEPTED, REFUSED, RETURNED, Source


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
        ]


def consolidate(  # noqa: PLR0913 (one parameter an option)
    sources: Sequence[Source], out: Path, *, store: str | None = None, engine: str = "local",
    executor: Executor | None = None, jobs: int = 1, dry_run: bool = False, received: date | None = None,
    only_these: bool = False, resume: bool = True, terms: Mapping[str, Terms] | None = None,
    day: date | None = None,
    formats: Collection[str] = exports.USUAL, overview: Path | None = None, round_: Round | None = None,
) -> Summary:  # fmt: skip
    """Validate files and put them together in the folder `out`; also in the database `store`, where one is named.

    `received` is the day they came, where somebody states it, and `day` is the one on which all others are first seen;
    `terms` are those of the rounds that they came to. Files of earlier runs stay, unless `only_these`; with `resume`
    what is in the dataset is not read again. `formats` are the kinds of files that are written beside the dataset,
    besides those that are there; into the folder `overview` goes that page, for which `round_` says who was expected.
    Raises `StoreError`, `OutputError`, `UsageError`, `SpecError`.
    """
    check_several("sources", sources)
    check_several("formats", formats)
    check_own(out)
    wanted = exports.checked_formats(formats)
    options = Options(store, engine, executor, jobs, only_these, resume)
    if dry_run:
        with foreseen(sources, out, options=options) as (run, verdicts, known):
            return _foreseen(run, verdicts, known)
    arrived = Arrived(received, stated=True) if received else Arrived(day) if day else Arrived()
    arrived = replace(arrived, terms=terms or {})
    with take_in(sources, out, arrived=arrived, options=options) as run:
        there, names = run.file.known(), [submission_id(each.sha256, each.path) for each in run.given]
        summary = Summary(
            str(out), reconciliation(run.file), len(names),
            sum(there[name]["verdict"] == REFUSED for name in names), run.new, len(there.keys() - set(names)),
            run.notes, overview=overview_page(overview) if overview else None,
        )  # fmt: skip
        run.pool.here.shutdown()  # what is held for figures is of no use to files
        write_files(run, wanted, [partial(_page, out, overview, round_)] if overview else [])
        return summary


@contextmanager
def amend(
    folder: Path, day: date, *, store: str | None = None, jobs: int = 1, password: str | None = None
) -> Iterator[tuple[Ledger, list[Return]]]:
    """Give the ledger of a round or consolidated folder to write in, with the returns; the dataset follows at the end.

    Of a round what is new is taken in first; nothing is read twice. The files beside the dataset and its overview
    follow where they are there. `store` is the database that holds the same. Raises as `consolidate` does.
    """
    with one_dataset(folder, day, jobs, password) as dataset:
        found, source = dataset.returns(), dataset.source
    with only_writer(folder), Ledger.open(folder) as ledger:
        yield ledger, found
    with take_in([source], folder, options=Options(store, jobs=jobs)) as run:
        run.pool.here.shutdown()
        pages = _pages_there(folder, found)
        if pages or exports.formats_there(folder):
            write_files(run, pages=pages)


def decide(
    folder: Path, returns: Sequence[str], choice: str, *, reason: str, by: str, day: date, **how: Any
) -> tuple[list[Return], list[Return]]:
    """Decide that returns count (`counts`) or not (`withdrawn`), or take that back (`undone`); how is that of `amend`.

    Gives all returns as they were and as they are now. Raises `UsageError` where nothing is to be decided about one.
    """
    with amend(folder, day, **how) as (ledger, before):
        meant = [find_return(before, name) for name in returns]
        deciding.decide(ledger, meant, choice, reason=reason, by=by, day=day)
    with open_dataset(folder) as dataset:
        return before, heads(dataset)


def waive(  # noqa: PLR0913 (one parameter an option)
    folder: Path, code: str, file: str, *, reason: str, by: str, day: date,
    place: tuple[str, str] | None = None, until: date | None = None, **how: Any,
) -> tuple[Waiver, int, str]:  # fmt: skip
    """Accept the findings of one file that have a code, all or those at one sheet and cell; how is that of `amend`.

    Gives the waiver, how many findings it covers, and the verdict of the file now. Raises `UsageError`.
    """
    deciding.refuse_unwaivable(code)
    with amend(folder, day, **how) as (ledger, returns):
        found = find_return(returns, file)
        waiver, count = deciding.waive(
            ledger, found, code, reason=reason, by=by, day=day, until=until, place=place
        )
    with open_dataset(folder) as dataset:
        (after,) = heads(dataset, [found.submission])
    return waiver, count, after.verdict


def withdraw(folder: Path, number: int, *, by: str, day: date, **how: Any) -> Waiver:
    """Take a waiver back by its number; how is that of `amend`. Raises `UsageError`."""
    with amend(folder, day, **how) as (ledger, _):
        return deciding.withdraw(ledger, number, by=by, day=day)


def _pages_there(folder: Path, returns: Sequence[Return]) -> list[exports.Task]:
    """Give what writes the overview of a folder again; of rounds elsewhere nobody says here who was expected."""
    reports, of_others = folder / REPORTS, any(each.read_for for each in returns) and not is_round(folder)
    there = overview_page(reports).is_file()
    return [partial(_page, folder, reports, None)] if there and not of_others else []


def _page(dataset: Path, folder: Path, round_: Round | None) -> list[str]:
    """Write the overview; give what is said of it where somebody has it open."""
    from .reports.overview import overview_of_folder

    try:
        overview_of_folder(dataset, folder, round_=round_)
    except OutputError as error:
        return [str(error)]
    return []


def write_files(run: IngestRun, wanted: Collection[str] = (), pages: Sequence[exports.Task] = ()) -> None:
    """Write pages, and the files beside the dataset that are wanted or there unless nothing has changed."""
    done, file, formats = f"done {run.today}", run.file, {*wanted, *exports.formats_there(run.out)}
    if file.fact(STATE) == done and all(path.is_file() for path in exports.names(file, run.out, formats)):
        failed = [told for page in pages for told in page()]
    else:
        export = exports.Export(str(run.out / DATASET), run.today, formats)
        failed = exports.write(file, export, run.pool.here, pages)
        for store in run.stores[:-1]:
            store.set_fact(STATE, "" if failed else done)
        compact(file, run.out / DATASET, "" if failed else done)
    if failed:
        more = f" {len(failed) - 1} more files are like it." if len(failed) > 1 else ""
        raise OutputError(f"{failed[0]} The rest is done.{more}")


def _foreseen(run: IngestRun, verdicts: dict[str, str], known: dict[str, str]) -> Summary:
    """Foresee what the given files would be, as far as one can tell without comparing them with each other."""
    counts = Counter(known[each.path] for each in run.given)
    totals = Reconciliation(len(run.given), counts[ACCEPTED], counts[RETURNED], counts[REFUSED])
    return Summary(
        str(run.out), totals, len(run.given), counts[REFUSED], len(verdicts), dry_run=True,
        foreseen=tuple(sorted(verdicts.items())),
    )  # fmt: skip
