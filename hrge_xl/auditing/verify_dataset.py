"""Verifies a dataset: made again from what was received, and compared with all that lies beside it."""

from __future__ import annotations

import random
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ..dataset.derive import derive
from ..dataset.ledger import FILES, NAME, Ledger
from ..dataset.opening import DATASET, SPECS, open_dataset, open_url
from ..dataset.periods import periods
from ..dataset.received import RECEIVED
from ..dataset.rows import RowBuilder
from ..dataset.schema import CHECKS_NOT_RUN, FINDINGS_FACT, SLOTS, SUBMISSIONS, VERSION, Schema
from ..dataset.store import DERIVED, FILLED, STATE, Store, compact, open_file
from ..dataset.table import SUBMISSION_ID
from ..dataset.take_over import rounds_elsewhere
from ..dataset.temporary_dataset import put_in
from ..dataset.update_statuses import OF_MAIL, update_statuses
from ..dataset.waivers import waivers
from ..dataset.workers import Workers, workers
from ..dates import parse_day
from ..errors import StoreError, UsageError
from ..exports import exports
from ..exports.shareable import FOLDER as SHAREABLE
from ..exports.shareable import write_shareable
from ..findings import Severity
from ..reports import overview_page
from ..reports.overview_files import of_folder
from ..rounds.datasets import behind, check_own
from ..rounds.rounds import ISSUED, REPORTS, RETURNED, Round
from ..shell_words import quoted
from ..spec.carried import find
from ..validation import ValidationRequest, readers, validate
from ..words import and_more, languages
from .again import Setting, Told, read_again
from .comparison import Difference, differences
from .dataset_audit import (
    DatasetAudit,
    Source,
    Sources,
    faults_of_entries,
    faults_of_files,
    faults_of_spec,
    rounds_at_hand,
    rounds_not_at_hand,
    sources_of,
)
from .export_differences import of_file
from .row_differences import SOURCE, Names, of_database, of_schema, of_tables

OF_RUN = ("state",)  # facts about the last run, which say nothing of any file


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a verification: the folder of the dataset, and what else is at hand.

    `returned` are folders with what came back, for rounds that the dataset holds too. `sample` is how many returns
    are read again, chosen at random; None for all of them. `store` is a database that holds the same.
    """

    folder: Path
    returned: Sequence[Path] = ()
    sample: int | None = None
    store: str | None = None
    password: str | None = field(default=None, repr=False)
    jobs: int = 1
    redacted: bool = False


def verify_dataset(asked: Question) -> DatasetAudit:
    """Make the dataset of a folder again and compare.

    Raises `UsageError` for a folder without one, or among returned files; `StoreError` for one that cannot be opened;
    `RoundError`, `SpecError` where these have mistakes.
    """
    check_own(asked.folder)
    audit = DatasetAudit(str(asked.folder), asked.redacted, sampled=asked.sample is not None)
    with open_dataset(asked.folder) as store, workers("local", asked.jobs) as pool:
        today = _day_of(asked.folder, store)
        with Ledger.open(asked.folder, write=False) as ledger:
            elsewhere = rounds_elsewhere(ledger)
        rounds = rounds_at_hand([asked.folder, *(each.folder for each in elsewhere)], asked.returned)
        round_ = rounds.get(asked.folder.resolve())
        returned = [*asked.returned, *([round_.folder / RETURNED] if round_ else [])]
        audit.problems += faults_of_files(asked.folder, returned)
        audit.problems += faults_of_entries(asked.folder, rounds.values())
        audit.problems += faults_of_spec(store, round_)
        spec, by_name = store.schema.spec, {each.name: each for each in rounds.values()}
        audit.notes += rounds_not_at_hand(store, by_name)
        audit.notes += behind(asked.folder, elsewhere)
        audit.notes += _reports(asked.folder)
        if round_ is not None:
            audit.problems += faults_of_issued(round_, today, asked.jobs)
        files = _chosen(audit, asked, sources_of(asked.folder, store, today))
        copies = {each.name: find(asked.folder / SPECS, each.spec_digest) for each in elsewhere}
        specs = {name: str(copy) for name, copy in copies.items() if copy}
        setting = Setting(str(spec.folder) if spec else None, by_name, specs, (), asked.jobs, asked.password)
        with rebuilt(asked.folder, store, files, setting, today, pool) as made:
            _compare_rows(audit, asked, store, made)
            export = exports.Export(str(made.folder / DATASET), today, exports.formats_there(asked.folder))
            _compare_files(audit, asked.folder, store, made, export, pool)
            _compare_pages(
                audit, asked.folder, made.folder, list(dict.fromkeys([round_, *by_name.values(), None]))
            )
    return audit


def _day_of(folder: Path, store: Store) -> date:
    """Give the day that the figures were worked out for. Raises where the dataset cannot be made again."""
    if store.schema.flat:
        raise UsageError(f"{folder} is a copy to share. Verify the folder that it was made in.")
    if store.schema.version != VERSION:
        remedy = f"Run `hrge-xl consolidate {quoted(folder)} -o {quoted(folder)}` first."
        raise UsageError(f"{folder} was made by an earlier version of this program. {remedy}")
    day = parse_day(store.fact(DERIVED))
    if day is None:
        raise StoreError(
            f"The last run over {folder} was cut off. Run `hrge-xl consolidate` again, then this."
        )
    return day


def _reports(folder: Path) -> Iterator[str]:
    """Tell which reports lie there, that have a verification of their own."""
    for report in sorted((folder / REPORTS).glob("*.json")):
        words = f"{quoted(report)} --returned {quoted(folder / RECEIVED)}"
        yield f"Not compared, because it is verified separately: hrge-xl verify {words}"


def _chosen(audit: DatasetAudit, asked: Question, found: Sources) -> dict[int, Source]:
    """Give the returns that are read again: all that can be, or some of them by chance."""
    audit.returns = found.returns
    audit.problems += found.problems
    audit.notes += found.notes
    numbers = sorted(found.files)
    if asked.sample is not None and asked.sample < len(numbers):
        numbers = random.SystemRandom().sample(numbers, asked.sample)
    audit.read = len(numbers)
    return {number: found.files[number] for number in numbers}


# rows


def _compare_rows(audit: DatasetAudit, asked: Question, store: Store, made: Rebuilt) -> None:
    """Hold the tables of the dataset, of the ledger and of a database against those made again."""
    shape = list(of_schema(store, made.store))
    audit.tell(shape, DATASET)
    if not shape:  # else its rows cannot be compared column by column
        audit.tell(of_tables(asked.folder / DATASET, store, made.store), DATASET)
    audit.tell(_of_facts(store, made.store), DATASET)
    audit.tell(_of_statuses(asked.folder, made.ledger), NAME)
    if asked.store is not None:
        with open_url(asked.store) as database:
            database.use(Schema(store.schema.spec), write=False)
            audit.tell(of_database(database, made.store), database.name)


def _of_facts(store: Store, made: Store) -> Iterator[Difference]:
    """Yield what a dataset says of itself otherwise."""
    ours, theirs = (
        {name: value for name, value in each.facts().items() if name not in OF_RUN} for each in (store, made)
    )
    yield from (replace(each, source=SOURCE) for each in differences(ours, theirs, "meta"))


def _of_statuses(folder: Path, made: Ledger) -> Iterator[Difference]:
    """Yield what the ledger says became of a file otherwise than it is worked out again."""
    again = {row["sha256"]: row for row in made.rows()}
    with Ledger.open(folder, write=False) as ledger:
        rows = ledger.rows()
    for row in rows:
        other = again[row["sha256"]]
        for name in (name for name in row if row[name] != other[name]):
            yield Difference(f"{FILES.name}.{name}", row[name], other[name], str(row["path"]), "ledger")


# files


def _compare_files(
    audit: DatasetAudit, folder: Path, store: Store, made: Rebuilt, export: exports.Export, pool: Workers
) -> None:  # fmt: skip
    """Write the files beside the dataset again, where they are there, and hold them against each other."""
    names = Names(made.store), Names(store)
    there = [path for path in exports.names(store, folder) if path.is_file()]
    if there:
        exports.write(made.store, export, pool)
    compact(made.store, made.folder / DATASET, store.fact(STATE))
    if (folder / SHAREABLE).is_dir():
        there += (path for path in exports.names(store, folder / SHAREABLE) if path.is_file())
        write_shareable(made.folder, export.today, exports.formats_there(folder / SHAREABLE))
    audit.files += len(there)
    for path in there:
        table = store.schema.by_name.get(path.stem)
        again = made.folder / path.relative_to(folder)
        audit.tell(of_file(path, again, table.shown if table else None, names), path.name)


def _compare_pages(audit: DatasetAudit, folder: Path, made: Path, rounds: Sequence[Round | None]) -> None:
    """Hold the overviews against those of the dataset made again, in whichever language and of whichever period.

    The page of a dataset elsewhere may know who was expected in one of its rounds.
    """
    for masked in (False, True):
        page = overview_page(folder / REPORTS, masked=masked)
        if not page.is_file():
            continue
        audit.files += 1
        content, again = page.read_bytes(), made / page.name
        pages = _pages(made, rounds, masked=masked)
        again.write_bytes(next(pages))
        if content != again.read_bytes() and content not in pages:
            audit.tell(of_file(page, again, None, ()), page.name)


def _pages(made: Path, rounds: Sequence[Round | None], *, masked: bool) -> Iterator[bytes]:
    with open_dataset(made) as store:
        names = [None, *(period.name for period in periods(store))]
    for round_, language, period in product(rounds, (None, *languages()), names):
        page = of_folder(made, language, round_, masked=masked, period=period)
        yield page.encode("utf-8", "replace")


# whether the workbooks that a round issued are as they were issued

OF_WORKBOOK = ("F", "I", "S")  # families of findings that say nothing of answers


def faults_of_issued(round_: Round, today: date, jobs: int) -> Iterator[str]:
    """Yield which workbooks were changed since, each with the first place where that shows."""
    folder = round_.folder / ISSUED
    paths = sorted(path for path in folder.rglob("*.xlsx") if path.is_file())
    for result in validate(paths, ValidationRequest(round_.wanted, today, jobs)):
        found = [
            each
            for each in result.findings
            if each.code.startswith(OF_WORKBOOK) and each.severity is not Severity.INFO
        ]
        if found:
            name = Path(result.path).relative_to(folder).as_posix()
            place = f" at {found[0].sheet}!{found[0].cell}" if found[0].cell else ""
            more, message = and_more(len(found) - 1), result.words(found[0]).message
            yield f"{ISSUED}/{name} is not as it was issued: {found[0].code}{place}{more}. {message}"


# A dataset made again

Record = dict[str, Any]


@dataclass(frozen=True)
class Rebuilt:
    """A dataset that was made again, with its ledger and the folder that both are in."""

    store: Store
    ledger: Ledger
    folder: Path


def told_of(store: Store, files: Mapping[int, Source]) -> dict[int, Told]:
    """Give what a dataset tells of some of its returns, by their numbers."""
    rows = _by_submission(store, SUBMISSIONS.name, files)
    findings = _by_submission(store, FINDINGS_FACT.name, files)
    not_run = _by_submission(store, CHECKS_NOT_RUN.name, files)
    return {
        number: _told(files[number], row, findings.get(number, ()), not_run.get(number, ()))
        for number, (row,) in rows.items()
    }


def _by_submission(store: Store, name: str, wanted: Collection[int]) -> dict[int, list[Record]]:
    """Give the rows of a table as they stand there, whatever they are: another program may have written them."""
    found: dict[int, list[Record]] = {}
    names = store.schema.by_name[name].names
    for row in store.raw(name, [f'"{column}"' for column in names]):
        record: Record = dict(zip(names, row, strict=True))
        if record[SUBMISSION_ID] in wanted:
            found.setdefault(record[SUBMISSION_ID], []).append(record)
    return found


def _told(source: Source, row: Record, findings: Sequence[Record], not_run: Sequence[Record]) -> Told:
    """Give what a report would tell of a return."""
    found = [each | {"waiver": None} for each in findings if each["n"] > 0]  # the others are of the dataset
    as_row = {
        "identity": {"signature": row["signature"]},
        "checks": {"run": str(row["checks_run"] or "").split(), "not_run": not_run},
        "findings": found,
    }
    return Told(source.file, source.path, row["read_for"], source.checked, as_row)


@contextmanager
def rebuilt(
    folder: Path, store: Store, files: Mapping[int, Source], setting: Setting, today: date, pool: Workers
) -> Iterator[Rebuilt]:  # fmt: skip
    """Give the dataset of a folder made again as of a day, with the files beside it still to be written.

    The returns in `files` are read from where their bytes are; what the others brought is taken over as it stands in
    the dataset. Everything that follows from it is worked out again. Raises as `consolidate` does.
    """
    with ExitStack() as stack:
        home = Path(stack.enter_context(TemporaryDirectory(prefix="hrge-xl-")))
        shutil.copyfile(folder / NAME, home / NAME)
        ledger = stack.enter_context(Ledger.open(home))
        made = stack.enter_context(open_file(home / DATASET))
        made.use(Schema(store.schema.spec))
        _take_over(made, folder / DATASET, files)
        builder, by = RowBuilder(made.schema), stack.enter_context(readers(setting.jobs))
        for results in read_again(told_of(store, files), setting, by):
            put_in(made, builder, list(results.values()))
        codes, again = (", ".join(map(repr, some)) for some in (OF_MAIL, sorted(files)))
        of_mail = f"code IN ({codes}) AND {SUBMISSION_ID} IN ({again or 'NULL'})"
        # no file tells them, and addresses change
        made.copy_rows(folder / DATASET, {FINDINGS_FACT.name: of_mail})
        update_statuses(made, ledger, waivers(ledger, today))
        made.set_fact(FILLED, "yes")
        made.analyze()
        derive([made], home / DATASET, today, pool)
        made.set_fact(DERIVED, str(today))
        yield Rebuilt(made, ledger, home)


def _take_over(made: Store, other: Path, files: Collection[int]) -> None:
    """Copy what the other returns brought, with the cells that only they have."""
    names = [
        SLOTS.name,
        SUBMISSIONS.name,
        *(table.name for table in made.schema.base if table.of_submissions),
    ]
    others = f'"{SUBMISSION_ID}" NOT IN ({", ".join(map(str, sorted(files))) or "NULL"})' if files else "1"
    where = dict.fromkeys(names, others) | {
        SLOTS.name: f"slot IN (SELECT slot FROM other.answers_fact WHERE {others})"
    }
    made.copy_rows(other, where)
