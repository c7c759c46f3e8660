"""A dataset made again from what was received, and compared: its tables, the ledger, and all files beside it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import product
from pathlib import Path
from random import SystemRandom
from typing import Any

from ..answers.corrections import in_force
from ..core.dates import parse_day
from ..core.errors import StoreError, UsageError
from ..core.paths import quoted
from ..core.words import and_more
from ..core.work import grouped
from ..dataset.aggregates import compute_aggregates
from ..dataset.opening import SPECS, Temporary, in_a_copy, open_store, open_url, put_in
from ..dataset.reconciliation import BEFORE, periods
from ..dataset.rows import RowBuilder
from ..dataset.run_history import last_change
from ..dataset.schema import (
    MASKED,
    SUBMISSION_ID,
    Schema,
)
from ..dataset.store import DERIVED, FILLED, PROGRAM, STATE, Store, compact, open_file
from ..dataset.update_statuses import MAIL_CODES, update_statuses
from ..dataset.workers import Workers, workers
from ..exchange.validation import Reader, ValidationRequest, validate
from ..findings import Severity
from ..ledger.chain import missing_from_journal
from ..ledger.files import RECEIVED, altered, has_content, kept_at
from ..ledger.judgements import every_correction, rounds_elsewhere, waivers
from ..ledger.ledger import CHANGED, DATASET, NAME, Ledger
from ..ledger.seals import doubts
from ..outputs import brief, briefs_in, exports, overview, overview_page, page_language
from ..outputs.exports import SHAREABLE, write_shareable
from ..rounds.datasets import behind, check_own
from ..rounds.rounds import ISSUED, REPORTS, RETURNED, Round, terms_of
from ..spec.carried import find
from ..spec.load import load, names
from .audit import FILE, Audit, Part, VerificationRequest
from .differences import (
    Difference,
    RowNames,
    of_database,
    of_document,
    of_file,
    of_schema,
    of_tables,
)
from .files_again import (
    ReportedFile,
    Setting,
    not_compared,
    read_again,
    rounds_at_hand,
    sha256_by_path,
    why_not_opened,
)
from .ledger_again import of_ledger
from .stored_values import impossible_values, is_earlier


def dataset_again(request: VerificationRequest, audit: Audit) -> Iterator[Part]:
    """Make the dataset of a folder again, with the files beside it.

    Raises `UsageError` for a folder without one, or among returned files; `StoreError` for one that cannot be opened;
    `RoundError`, `SpecError` where these have mistakes.
    """
    folder = request.target
    check_own(folder)
    audit.sampled = request.sample is not None
    audit.problems += [
        problem
        for name in (DATASET, NAME)
        for problem in impossible_values(folder / name, name, folder / SPECS)
    ]
    if audit.problems:
        return  # whatever is made again goes by what stands there
    with open_store(folder) as store, workers(request.jobs) as pool:
        audit.problems += faults_of_tables(store)
        if audit.problems:
            return
        today = _day_of(folder, store)
        with Ledger.open(folder, write=False) as ledger:
            elsewhere = rounds_elsewhere(ledger)
            rounds = rounds_at_hand(
                [folder, *(other_round.folder for other_round in elsewhere)], request.returned
            )
            round_ = rounds.get(folder.resolve())
            returned = [*request.returned, *([round_.folder / RETURNED] if round_ else [])]
            spec = store.schema.spec
            by_name = {a_round.name: a_round for a_round in rounds.values()}
            audit.problems += [
                *faults_of_files(ledger, returned),
                *doubts(ledger, terms_of(rounds.values())),
            ]
            audit.problems += missing_from_journal(folder, ledger.chain())
            audit.problems += faults_of_spec(store, round_)
            audit.notes += [*rounds_not_at_hand(store, by_name), *behind(folder, elsewhere)]
            for report in sorted((folder / REPORTS).glob("*.json")):
                words = f"{quoted(report)} --returned {quoted(folder / RECEIVED)}"
                audit.notes.append(
                    f"Not compared, because it is verified separately: hrge-xl verify {words}"
                )
            if outdated := _is_outdated(folder / SHAREABLE):
                words = f"hrge-xl consolidate {quoted(folder)} -o {quoted(folder)} --shareable"
                audit.problems.append(
                    f"{SHAREABLE}/ was made by an earlier version of this program. Make it anew: {words}"
                )
            if round_ is not None:
                audit.problems += faults_of_issued(round_, today, request.jobs)
            older = exports.older_files(folder)
            changed = exports.changed_since_made(older, folder, ledger)
            audit.problems += [
                f"{path.relative_to(folder).as_posix()} was changed since it was made."
                for path in changed
            ]
            audit.notes += [
                f"Not compared. {line}" for line in exports.named_as_older(folder, older)
            ]
            copies = {
                other_round.name: find(folder / SPECS, other_round.spec_digest)
                for other_round in elsewhere
            }
            specs = {name: str(copy) for name, copy in copies.items() if copy}
            setting = Setting(
                str(spec.folder) if spec else None,
                by_name,
                specs,
                (),
                request.jobs,
                request.password,
                in_force(every_correction(ledger)),
            )
            files = sources_of(audit, ledger, store, today, setting)
            if request.sample is not None and request.sample < len(files):
                files = {
                    number: files[number]
                    for number in SystemRandom().sample(sorted(files), request.sample)
                }
            audit.read = len(files)
            with rebuilt(folder, store, files, setting, today, pool) as remade:
                copy_is_older = folder / SHAREABLE / DATASET in older
                places = [folder] if outdated or copy_is_older else [folder, folder / SHAREABLE]
                copy = Path(SHAREABLE, DATASET)
                impossible = list(impossible_values(folder / copy, copy.as_posix(), folder / SPECS))
                audit.problems += impossible
                yield from _tables(request, store, remade)
                yield Part(NAME, "ledger", of_ledger(ledger, store, remade, rounds))
                yield from _files(
                    places, older, store, remade, today, pool, copy_is_compared=not impossible
                )
                yield from _pages(
                    folder, older, remade.ledger.home, [round_, *by_name.values(), None]
                )


def _day_of(folder: Path, store: Store) -> date:
    """Return the day that the figures were worked out for. Raises where the dataset cannot be made again."""
    if MASKED in store.fact(STATE):
        raise UsageError(
            f"{folder} is a copy to share.", remedy="Verify the folder that it was made in."
        )
    day = parse_day(store.fact(DERIVED))
    if day is None:
        raise StoreError(
            f"The last run over {folder} was cut off.",
            remedy=f"Run `hrge-xl consolidate {quoted(folder)} -o {quoted(folder)}`, then this.",
        )
    return day


# its parts


def _tables(request: VerificationRequest, store: Store, remade: Temporary) -> Iterator[Part]:
    """Yield the tables of the dataset and of a database."""
    yield from _tables_of(request.target / DATASET, store, remade.store)
    if request.store is not None:
        with open_url(request.store) as database:
            database.use(Schema(store.schema.spec), write=False)
            yield Part(database.name, "dataset", of_database(database, remade.store))


def _tables_of(file: Path, store: Store, remade: Store, name: str = DATASET) -> Iterator[Part]:
    """Yield the shape of a dataset in a file, its tables, and what it says of itself; `name` says which one it is."""
    shape = list(of_schema(store, remade))
    yield Part(name, "dataset", shape)
    if not shape:  # else its rows cannot be compared column by column
        yield Part(name, "dataset", of_tables(file, store, remade))
    # neither the state of the last run nor the program that made it says anything of a file
    stored_facts, remade_facts = (
        side.facts() | {STATE: "", PROGRAM: ""} for side in (store, remade)
    )
    yield Part(name, "dataset", of_document(stored_facts, remade_facts, "meta"))


def _tables_to_share(copy: Path, remade_copy: Path, name: str) -> Iterator[Part]:
    """Yield the same of the copy that may be shared, each place behind the name of its file."""
    with ExitStack() as stack:
        try:
            store = stack.enter_context(open_store(copy))
        except (StoreError, UsageError) as error:
            yield Part(name, "dataset", [Difference(name, f"cannot be read ({error})", "whole")])
            return
        remade = stack.enter_context(open_store(remade_copy))
        for part in _tables_of(copy / DATASET, store, remade, name):
            differences = (
                replace(difference, place=f"{name}: {difference.place}")
                for difference in part.differences
            )
            yield part._replace(differences=differences)


def _files(
    places: Sequence[Path],
    older: Collection[Path],
    store: Store,
    remade: Temporary,
    today: date,
    pool: Workers,
    *,
    copy_is_compared: bool,
) -> Iterator[Part]:
    """Yield the files beside the dataset that are there, each held against the same file written again.

    `places` are its folder and, where it is to be compared, that of the copy to share; of those that are `older`
    than the dataset that has been said.
    """
    names = (RowNames(remade.store), RowNames(store))
    home = remade.ledger.home
    folder, *copies = places
    every = (path for place in places for path in exports.names(store, place))
    present_paths = [path for path in every if path.is_file() and path not in older]
    if formats := exports.formats_there(folder):
        exports.write(remade.store, exports.Export(str(home / DATASET), today, formats), pool)
    compact(remade.store, home / DATASET, store.fact(STATE))
    for copy in copies:
        if copy.is_dir():
            write_shareable(home, today, exports.formats_there(copy))
            if (copy / DATASET).is_file() and copy_is_compared:
                relative_path = copy.relative_to(folder)
                yield from _tables_to_share(
                    copy, home / relative_path, (relative_path / DATASET).as_posix()
                )
    for path in present_paths:
        table = store.schema.by_name.get(path.stem)
        relative_path = path.relative_to(folder)
        name = relative_path.as_posix() if relative_path.parts[0] == SHAREABLE else path.name
        yield Part(
            name,
            FILE,
            of_file(path, home / relative_path, table.shown if table else None, names, name),
        )


def _is_outdated(copy: Path) -> bool:
    """Tell whether a copy to share has the tables of an earlier version."""
    file = copy / DATASET
    if not file.is_file():
        return False
    try:
        with open_file(file, write=False) as store:
            return is_earlier(store.fact("schema_version"))
    except StoreError:  # what is wrong with it is told where it is compared
        return False


def _pages(
    folder: Path, older: Collection[Path], remade_folder: Path, rounds: Iterable[Round | None]
) -> Iterator[Part]:
    """Yield overviews and briefs, held against those of the dataset made again in the language of each, of any period.

    The page of a dataset elsewhere may know who was expected in one of its rounds.
    """
    reports = folder / REPORTS
    rounds_known = [*dict.fromkeys(rounds)]
    with open_store(remade_folder) as store:
        names = [None, *periods(store)]
        page_makers: list[tuple[Path, Callable[..., str]]] = [
            (
                overview_page(reports, masked=masked),
                partial(
                    overview.of_dataset, store, masked=masked, change=last_change(remade_folder)
                ),
            )
            for masked in (False, True)
        ]
        page_makers += [
            (page, partial(brief.of_dataset, store, masked=masked, group=group))
            for page, masked, group in briefs_in(reports)
        ]
        for page, make in page_makers:
            if page.is_file() and page not in older:
                stored_page = page.read_bytes()
                remade_page = remade_folder / page.name
                language = page_language(stored_page)
                pages = (
                    make(language, round_, period=period).encode("utf-8", "replace")
                    for round_, period in product(rounds_known, names)
                )
                remade_page.write_bytes(next(pages))
                same = stored_page == remade_page.read_bytes() or stored_page in pages
                yield Part(
                    page.name, FILE, () if same else of_file(page, remade_page, None, (), page.name)
                )


# whether the workbooks that a round issued are as they were issued

OF_WORKBOOK = ("F", "I", "S")  # families of findings that say nothing of answers


def faults_of_issued(round_: Round, today: date, jobs: int) -> Iterator[str]:
    """Yield which workbooks were changed since, each with the first place where that shows."""
    folder = round_.folder / ISSUED
    paths = sorted(path for path in folder.rglob("*.xlsx") if path.is_file())
    for result in validate(paths, ValidationRequest(round_.wanted, today, jobs)):
        workbook_findings = [
            finding
            for finding in result.findings
            if finding.code.startswith(OF_WORKBOOK) and finding.severity is not Severity.INFO
        ]
        if workbook_findings:
            name = Path(result.path).relative_to(folder).as_posix()
            place = (
                f" at {workbook_findings[0].sheet}!{workbook_findings[0].cell}"
                if workbook_findings[0].cell
                else ""
            )
            further = and_more(len(workbook_findings) - 1)
            message = result.words(workbook_findings[0]).message
            yield f"{ISSUED}/{name} is not as it was issued: {workbook_findings[0].code}{place}{further}. {message}"


# a dataset made again


def with_findings(store: Store, files: Mapping[int, ReportedFile]) -> dict[int, ReportedFile]:
    """Return some returns with what a dataset tells of their findings, and of the checks that were not run."""
    findings, not_run = (
        _by_submission(store, name, files) for name in ("findings_fact", "checks_not_run")
    )
    completed: dict[int, ReportedFile] = {}
    for number, file in files.items():
        # the others are of the dataset
        file_findings = [
            row | {"waiver": None, "row": row["row_code"]}
            for row in findings.get(number, ())
            if row["n"] > 0
        ]
        checks = file.row["checks"] | {
            "not_run": [row | {"why": row["reason"]} for row in not_run.get(number, ())]
        }
        completed[number] = file._replace(
            row={**file.row, "checks": checks, "findings": file_findings}
        )
    return completed


def _by_submission(
    store: Store, name: str, submission_ids: Collection[int]
) -> dict[int, list[dict[str, Any]]]:
    """Return the rows of a table as they stand there, whatever they are: another program may have written them."""
    names = store.schema.by_name[name].names
    rows = store.raw(name, [f'"{column}"' for column in names])
    records: Iterator[dict[str, Any]] = (dict(zip(names, row, strict=True)) for row in rows)
    return grouped(
        (row[SUBMISSION_ID], row) for row in records if row[SUBMISSION_ID] in submission_ids
    )


@contextmanager
def rebuilt(
    folder: Path,
    stored: Store,
    files: Mapping[int, ReportedFile],
    setting: Setting,
    today: date,
    pool: Workers,
) -> Iterator[Temporary]:
    """Yield the dataset of a folder made again as of a day, with the files beside it still to be written.

    The returns in `files` are read from where their bytes are; what the others brought is taken over as it stands in
    the dataset. Everything that follows from it is worked out again. Raises as `consolidate` does.
    """
    with in_a_copy(folder, NAME) as temporary, Reader(setting.jobs) as by:
        store, ledger = temporary
        store.use(Schema(stored.schema.spec))
        for name, fact in stored.facts().items():
            if name.startswith(BEFORE):  # the round before may be elsewhere
                store.set_fact(name, fact)
        read_numbers = ", ".join(map(str, sorted(files)))  # SQLite knows what is in no list
        # rows of a return that the dataset does not have are no part of it
        not_read_again = (
            f'"{SUBMISSION_ID}" IN (SELECT "{SUBMISSION_ID}" FROM other.submissions'
            f' WHERE "{SUBMISSION_ID}" NOT IN ({read_numbers}))'
        )
        # what the returns brought that are not read again, with the cells that only they have
        of_unread = dict.fromkeys(
            ["submissions", *(table.name for table in store.schema.base if table.of_submissions)],
            not_read_again,
        )
        slots = {"slots": f"slot IN (SELECT slot FROM other.answers_fact WHERE {not_read_again})"}
        # who was expected is what the lists of the rounds said then
        store.copy_rows(folder / DATASET, {"expected_teams": "1"} | slots | of_unread)
        builder = RowBuilder(store.schema)
        for results in read_again(with_findings(stored, files), setting, by):
            put_in(store, builder, list(results.values()))
        # no file tells them, and addresses change
        of_mail = (
            f"code IN ({', '.join(map(repr, MAIL_CODES))}) AND {SUBMISSION_ID} IN ({read_numbers})"
        )
        store.copy_rows(folder / DATASET, {"findings_fact": of_mail})
        ledger.forget_statuses()
        update_statuses(store, ledger, waivers(ledger, today))
        store.set_fact(FILLED, "yes")
        store.analyze()
        compute_aggregates(store, ledger.home / DATASET, today, pool)
        store.set_fact(DERIVED, str(today))
        yield temporary


# what a dataset was made of, and whether it is still there as it came


def faults_of_tables(store: Store) -> list[str]:
    """Return which tables are not as this program makes them: no row can be taken from them."""
    with in_a_copy(None) as empty:
        empty.store.use(Schema(store.schema.spec))
        return [
            f"{store.name}: {difference.place} was changed, put in or removed; nothing can be compared by it."
            for difference in of_schema(store, empty.store)
            if difference.place.startswith("table ")
        ]


def faults_of_files(ledger: Ledger, returned: Collection[Path]) -> Iterator[str]:
    """Yield what shows without reading a return: a dataset that was worked in, and bytes that are not what came."""
    folder = ledger.home
    order = ledger.order()
    if ledger.is_changed(folder / DATASET):
        yield CHANGED.format(file=DATASET)
    arrived_names = {
        Path(place.path).name for seen in ledger.locations().values() for place in seen
    }
    for path in altered(folder):
        yield f"{RECEIVED}/{path.name} is not what was received: its bytes do not match its name."
    for path in sorted((folder / RECEIVED).glob("*")):
        if path.stem not in order:
            yield f"{RECEIVED}/{path.name}: the ledger has no such file."
    for path, sha256 in sha256_by_path(returned, []):
        if sha256 not in order and path.name in arrived_names:
            yield f"{path} was changed after it arrived: the ledger has no file with its SHA-256 {sha256}."


def faults_of_spec(store: Store, round_: Round | None) -> Iterator[str]:
    """Yield where the spec is another one than that of the round, or than the one that is installed."""
    spec = store.schema.spec
    if spec is None:
        return
    if round_ is not None:  # which decides, whatever is installed by now
        if round_.spec_digest != spec.digest:
            yield f"The dataset was made with another spec (digest {spec.digest[:16]}) than the round has."
        return
    installed = load(spec.name) if spec.name in names() else None
    if (
        installed is not None
        and installed.version == spec.version
        and installed.digest != spec.digest
    ):
        yield (
            f"The dataset was made with another {spec.name} {spec.version} (digest {spec.digest[:16]}) than the one "
            f"that is installed ({installed.digest[:16]})."
        )


def rounds_not_at_hand(store: Store, at_hand: Collection[str]) -> Iterator[str]:
    """Yield which rounds returns were checked for whose folders are not at hand."""
    named = {str(name) for (name,) in store.raw("submissions", ("read_for",)) if name is not None}
    for name in sorted(named - set(at_hand)):
        yield f"{not_compared(name)} Name its returned files with --returned."


def sources_of(
    audit: Audit, ledger: Ledger, store: Store, today: date, setting: Setting
) -> dict[int, ReportedFile]:
    """Look for the bytes of every return, and give those that can be read again by their numbers.

    Where the dataset tells no place or no day that can be, others stand in.
    """
    places = {sha256: [place.path for place in seen] for sha256, seen in ledger.locations().items()}
    for row in ledger.rows():
        places.setdefault(str(row["sha256"]), []).insert(0, str(row["path"]))
    sources: dict[int, ReportedFile] = {}
    columns = (
        SUBMISSION_ID,
        "sha256",
        "path",
        "checked",
        "read_for",
        "signature",
        "team",
        "verdict",
        "checks_run",
    )
    for number, sha256, stored_path, checked, read_for, signature, team, verdict, run in store.raw(
        "submissions", columns
    ):
        audit.returns += 1
        seen_paths = places.get(str(sha256), [])
        path = str(stored_path)
        if seen_paths and path not in seen_paths:
            path = seen_paths[0]
        candidates = (kept_at(ledger.home, str(sha256)), ledger.home / path) if sha256 else ()
        file = next((place for place in candidates if has_content(place, str(sha256))), None)
        if sha256 is None:
            audit.notes.append(
                f"{path}: not compared, because it could not be read when it arrived either."
            )
        elif file is None:
            audit.problems.append(
                f"{path}: its bytes are not in {RECEIVED}/ (SHA-256 {sha256}): not compared."
            )
        else:
            identity = {"signature": signature, "team": team or ""}
            row = {
                "identity": identity,
                "verdict": verdict,
                "checks": {"run": str(run or "").split()},
            }
            day = parse_day(str(checked)) or today
            round_name = None if read_for is None else str(read_for)
            source = ReportedFile(file, path, round_name, day, row)
            if why := why_not_opened(source, setting):
                audit.problems.append(why)
            else:
                sources[int(str(number))] = source
    return sources
