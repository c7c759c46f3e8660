"""The verbs of the command line as functions: what `hrge-xl VERB` does, with values in and out instead of text.

Each verb stands once: here, or where `__init__.pyi` says that it is made. Importing this module imports none of that:
what a verb needs is imported when it is first asked for, or called. Verbs raise `HrgeError` (`hrge_xl.core.errors`)
for what they refuse, with a sentence that says what to do; the usual kinds of it are named with each. `today`, or the
`day` of what is entered, is the day it is here unless it is named; paths may be texts, `jobs` are processes (0: as many
as suit the files), and a language is a tag such as fr or pt-BR.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, overload

from .core.dates import day_here
from .core.errors import Mistake, SpecError, UsageError
from .core.paths import check_several, quoted

if TYPE_CHECKING:
    from .answers.corrections import OfficeCorrection
    from .audit.audit import Audit
    from .dataset.returns import Return
    from .dataset.tracing import FigureHits, Traced, TracedValue
    from .exchange.validation import Result, ValidationRequest
    from .findings import Waiver
    from .ledger.judgements import Decision
    from .ledger.ledger import Recovered
    from .outputs.compare import Comparison
    from .outputs.feedback_files import FeedbackResult
    from .outputs.table_files import RowFilter, Sink
    from .reader.sandbox import Confinement
    from .rounds.datasets import Dataset, DatasetRequest, FilePlace
    from .rounds.round_status import TeamStatus
    from .spec.model import Spec
    from .spec.translating import Coverage

# specs


def check_spec(spec: str | Path, *, fast: bool = False) -> Spec:
    """Load a spec and its translations; unless `fast`, try it out too: its workbooks are made and read back.

    Raises `SpecError` with every mistake, each with file, line and column.
    """
    from .exchange.spec_smoke_test import try_out
    from .spec.load import load
    from .spec.translating import mistakes

    loaded = load(spec)
    if wrong := mistakes(loaded):
        raise SpecError(wrong)
    if not fast:
        try_out(loaded)
    return loaded


def spec_warnings(spec: Spec) -> list[Mistake]:
    """Return what stops nothing and is hardly meant in a spec: files that are not used, matrices that count nothing."""
    from .exchange.spec_cells import placed
    from .spec.load import warnings

    return placed(spec.folder, warnings(spec))


def missing_translations(spec: Spec) -> dict[str, list[str]]:
    """Return, by language, the texts without which no workbook is issued in it; one that has all is left out."""
    from .spec.translating import untranslated, with_file

    missing = {
        language: untranslated(spec, language)
        for language in spec.languages
        if with_file(spec, language)
    }
    return {language: texts for language, texts in missing.items() if texts}


def spec_schema() -> dict[str, Any]:
    """Return a JSON Schema of the spec language."""
    from .spec.model import Spec

    return Spec.model_json_schema()


def shadowed_name(spec: str) -> str:
    """Say what to write for a folder here that bears the name of an installed spec; empty where there is none."""
    from .spec.load import hint_at, names

    return hint_at(spec) if spec in names() else ""


class Imported(NamedTuple):
    """A first spec, what is to be said of it, and of every kind of part of its source how many were kept, changed,
    left out: `imported.csv` beside it has a line for each.
    """

    spec: Spec
    messages: Sequence[str]
    sums: Sequence[tuple[str, int, int, int]]


def import_spec(
    file: str | Path, output: str | Path, name: str = "", password: str | None = None
) -> Imported:
    """Write a first spec into a new folder: from an XLSForm, a Table Schema, a data package, or a workbook in use.

    It is named as its folder, unless it has a `name`. Raises `UsageError`.
    """
    from .core.paths import (
        check_not_there,
        check_spec_name,
        path_in,
        whole_folder,
        write_whole,
    )
    from .importing import draft
    from .spec.load import load

    file = Path(file)
    output = Path(output)
    check_not_there(output)
    name = name or re.sub(r"[^A-Za-z0-9_-]+", "_", output.resolve().name).strip("_") or "draft"
    check_spec_name(name)
    drafted = draft(file, name, password)
    with whole_folder(output) as unfinished:
        for path, text in drafted.files.items():
            write_whole(path_in(unfinished, *path.split("/")), text.encode())
        load(unfinished)  # a draft that is no spec is left nowhere
    return Imported(load(output), drafted.messages, drafted.sums)


class Translated(NamedTuple):
    """What became of the translations of a spec: what was written, how much was taken in, and how far they are."""

    written: Sequence[Path]
    taken_in: (
        int | None
    )  # texts that are translated otherwise than before; None where nothing was sent
    coverage: Coverage


def translate(  # noqa: PLR0913 (one parameter an option)
    spec: str | Path,
    language: str,
    *,
    today: date | None = None,
    to_xlsx: str | Path | None = None,
    source: str | Path | None = None,
    status: bool = False,
    reviewed_by: str | None = None,
    password: str | None = None,
) -> Translated:
    """Bring the translations of a spec into one language up to date, unless only their `status` is asked for.

    `source`, a workbook or PO file of translators, is taken in as a whole or not at all; `reviewed_by` notes who looked
    at everything; `to_xlsx` is a workbook for translators. Raises `UsageError` with everything that is wrong.
    """
    from .core.paths import write_whole
    from .core.words import proper_tag
    from .outputs.specs import translations_sent, translations_workbook
    from .spec.load import find, load
    from .spec.translating import (
        as_file,
        coverage,
        merge,
        new_catalogue,
        sent_in,
        texts_for_catalogue,
        updated,
        wrong_translations,
    )
    from .spec.translations import Translations, TranslationTable, read_catalogue, write_state

    today = today or day_here()
    to_xlsx = None if to_xlsx is None else Path(to_xlsx)
    source = None if source is None else Path(source)
    if proper_tag(language) != language:
        raise UsageError(
            f"'{language}' is not a language tag.",
            value=language,
            remedy="Write one such as fr, ar-IQ or fa-AF.",
        )
    loaded = load(spec)
    written = list[Path]()
    translations = Translations(find(spec), loaded.languages[0])
    file = translations.file(language)
    existing = (
        read_catalogue(file) if file.is_file() else new_catalogue(loaded.name, loaded.version, "")
    )
    fresh = updated(texts_for_catalogue(loaded), existing)
    taken_in = None
    if source is not None:
        catalogue = source.suffix.lower() == ".po"
        sent = sent_in(read_catalogue(source)) if catalogue else translations_sent(source, password)
        taken_in, strange = merge(fresh, sent)
        wrong = [
            f"{place}: {loaded.name} has no such text. Take a new file with --to-xlsx."
            for place in strange
        ]
        wrong += [
            f"{mistake.reason} {mistake.remedy}" for mistake in wrong_translations(loaded, fresh)
        ]
        if wrong:
            raise UsageError(*wrong)
    if not status:
        write_whole(file, as_file(fresh, language))
        written.append(file)
    count = coverage(loaded, fresh)
    if reviewed_by is not None:
        if count.missing or count.drafts:
            raise UsageError(
                f"{count.missing} texts are missing and {count.drafts} are drafts.",
                remedy=(
                    "Have each one checked, then remove the mark `fuzzy`, or set the "
                    "state to reviewed in the workbook."
                ),
            )
        state = {
            "by": reviewed_by,
            "on": today.isoformat(),
            "digest": TranslationTable.of(fresh).digest,
        }
        written.append(write_state(translations.folder, language, state))
    if to_xlsx is not None:
        write_whole(to_xlsx, translations_workbook(sent_in(fresh), language))
        written.append(to_xlsx)
    return Translated(written, taken_in, count)


# rounds


def write_messages(folder: str | Path) -> list[Path]:
    """Write the texts of mails to the teams of a round, to be changed, one file a language; gives those written now."""
    from .coordination.mail.messages import write_templates
    from .rounds.rounds import load_round

    folder = Path(folder)
    return write_templates(folder, (team.language for team in load_round(folder).teams))


def export_teams(folder: str | Path, output: str | Path) -> Path:
    """Write the teams of a round as they are now into a workbook, a list that `init_round` takes; return the file."""
    from .core.paths import write_whole
    from .rounds.rounds import load_round
    from .rounds.teams import list_workbook

    output = Path(output)
    if output.suffix.lower() != ".xlsx":
        raise UsageError(f"{output} is not the name of a workbook.", remedy="End it in .xlsx.")
    write_whole(output, list_workbook(load_round(folder).teams))
    return output


def status(folder: str | Path | Dataset, today: date | None = None) -> list[TeamStatus]:
    """Return each team of a round, or of its dataset that is open, with what came from it by a day.

    Its returns have the findings about the file or a sheet as a whole; those in cells are counted (`open_errors`).
    Raises `RoundError` for a folder that is not a round.
    """
    from .rounds.datasets import Dataset, DatasetRequest, datasets
    from .rounds.round_status import status
    from .rounds.rounds import load_round

    today = today or day_here()
    if isinstance(folder, Dataset):
        return status(folder.of_round(cells=False), today, folder.round)
    load_round(Path(folder))
    request = DatasetRequest([str(folder)], today, day_is_stated=True, figures=False)
    with datasets(request) as (dataset,):
        return status(dataset.of_round(cells=False), today, dataset.round)


# returned files


def check(
    path: str | Path,
    request: ValidationRequest | None = None,
    *,
    spec: str | None = None,
    round: str | Path | None = None,
    today: date | None = None,
) -> Result:
    """Read and check one workbook; what came of it, with its findings.

    Its stamp says of which spec it is, unless a `spec` is named. Where it lies in a round, or `round` names the folder
    of one, the teams, the key and the waivers of that round count. A `request` says all that and more. A file that
    cannot be read gives a result too, with the verdict `refused`. Raises `UsageError` for a spec that there is not.
    """
    from .exchange.validation import validate
    from .rounds.datasets import places

    if request is None:
        place = places([str(path)])[0]
        request = _validation_request(place, spec, round, today)
    else:
        _refuse_beside_request(spec, round, today)
    return next(validate([path], request))


def validate(
    paths: str | Path | Sequence[str | Path],
    request: ValidationRequest | None = None,
    *,
    spec: str | None = None,
    round: str | Path | None = None,
    today: date | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> Iterator[Result]:
    """Read and check files, and yield each result as soon as it is there, in the order given.

    Without a `request`, a folder stands for the files in it, a round for what came back to it, and `spec`, `round` and
    `today` are as in `check`. `progress` is called with how many files are done, and of how many. Raises `UsageError`
    for a path that leads nowhere and a spec or a round that there is not, `SpecError` for a spec with mistakes.
    """
    from .exchange.validation import validate

    named_paths = [paths] if isinstance(paths, str | Path) else paths
    if request is not None:
        _refuse_beside_request(spec, round, today)
        return validate(named_paths, request, progress=progress)
    batches = [
        (place.files(), _validation_request(place, spec, round, today))
        for place in _places_of_files(named_paths)
    ]
    total = sum(len(files) for files, _ in batches)
    done_before = 0
    results: list[Iterator[Result]] = []
    for files, batch_request in batches:
        report_progress = progress and partial(_report_batch, progress, done_before, total)
        results.append(validate(files, batch_request, progress=report_progress))
        done_before += len(files)
    return chain.from_iterable(results)


def _report_batch(
    progress: Callable[[int, int], object], done_before: int, total: int, files: int, _: int
) -> None:
    """Report the progress within one batch of several as that of all."""
    progress(done_before + files, total)


def _validation_request(
    place: FilePlace, spec: str | None, round_folder: str | Path | None, today: date | None
) -> ValidationRequest:
    """Return what readers and checks have to know of files, by the round that is named, else in which they lie."""
    from .rounds.datasets import DatasetRequest
    from .rounds.rounds import load_round

    round_ = place.round if round_folder is None else load_round(Path(round_folder))
    return DatasetRequest([], today or day_here(), spec).request(round_)


def _refuse_beside_request(
    spec: str | None, round_folder: str | Path | None, today: date | None
) -> None:
    """Refuse, with `UsageError`, what is named besides a request, which says it itself."""
    options = {"spec": spec, "round": round_folder, "today": today}
    named_twice = [option for option, value in options.items() if value is not None]
    if named_twice:
        raise UsageError(
            f"{', '.join(named_twice)}: the request says this itself.",
            remedy="Name it there, or leave the request out.",
        )


def _places_of_files(paths: Sequence[str | Path]) -> list[FilePlace]:
    """Return the rounds and loose files that paths mean. Raises `UsageError` for a dataset, which holds no files."""
    from .rounds.datasets import places

    named_places = places([os.fspath(path) for path in paths])
    for place in named_places:
        if place.folder and not place.round:
            raise UsageError(
                f"{place.folder} holds a dataset.",
                remedy="Name the returned files that it was made from.",
            )
    return named_places


def returned_files(paths: str | Path | Sequence[str | Path]) -> list[Path]:
    """Return the files that paths mean; those of a round came back into its `returned`. Raises `UsageError`."""
    named_paths = [paths] if isinstance(paths, str | Path) else paths
    return [file for place in _places_of_files(named_paths) for file in place.files()]


def give_feedback(
    returned: str | Path | Sequence[str | Path] | DatasetRequest,
    output: str | Path,
    *,
    tools: Sequence[str] | None = None,
    everybody: bool = False,
    reply_by: date | None = None,
    teams: Sequence[str] = (),
) -> FeedbackResult:
    """Write, for each return to which there is something to say, a workbook with its answers and a text, into a folder.

    `returned` are files, folders or rounds, or a request about them. `everybody`: also for those with nothing to
    correct or to look at, as goes for a file that is named alone. `tools` are other sheets than those that were issued,
    `reply_by` is another day than the deadline of the workbook.
    With `teams` only these get their own file, whatever became of their returns: a team without answers to give back
    that of a round as it was issued. Raises as `datasets` does, and `UsageError` for a team that there is not.
    """
    from .outputs.feedback_files import (
        FeedbackOptions,
        FeedbackResult,
        give_all,
        give_issued,
        note_given,
    )
    from .rounds.changes import teams_meant
    from .rounds.datasets import datasets, request_of

    output = Path(output)
    request = request_of(returned)
    feedback = FeedbackResult()
    with datasets(request) as opened:
        feedback.warnings += dict.fromkeys(note for dataset in opened for note in dataset.notes)
        alone = (
            not any(dataset.folder for dataset in opened)
            and sum(dataset.new for dataset in opened) == 1
        )
        every = everybody or alone or tools is not None or bool(teams)
        for dataset in opened:
            if teams and dataset.round is None:
                raise UsageError("Teams can be named of a round.", remedy="Name its folder.")
            meant = teams_meant(dataset.round, teams) if dataset.round else []
            codes = [team.code for team in meant]
            options = FeedbackOptions(
                request.today, output, request.spec, tools, every, reply_by, teams=codes
            )
            written = list(give_all(dataset, options, feedback))
            note_given(dataset, {file["submission"] for file in written})
            answered = {file["team"] for file in written}
            if dataset.round:
                silent = [team for team in meant if team.code not in answered]
                feedback.issued += give_issued(dataset.round, silent, output)
        feedback.totals += [total for dataset in opened for total in dataset.totals().lines()]
    return feedback


def compare(
    before: str | Path | Result | Sequence[Dataset],
    after: str | Path | Result | Sequence[Dataset],
    language: str = "en",
) -> Comparison:
    """Compare two versions of one return: files, their results, or open datasets that hold just one file each.

    Raises `UsageError` where a side is several files, or one that could not be read.
    """
    from .outputs import compare

    return compare.compare(_only(before), _only(after), language)


@contextmanager
def both_sides(
    asked: DatasetRequest, before: str, after: str
) -> Iterator[tuple[list[Dataset], list[Dataset]]]:
    """Open the datasets of two paths to compare, read by the same processes; raises as `datasets` does."""
    from .exchange.validation import Reader
    from .rounds.datasets import datasets

    with Reader(asked.jobs) as pool, ExitStack() as stack:
        earlier, later = (
            stack.enter_context(datasets(replace(asked, paths=[path], pool=pool)))
            for path in (before, after)
        )
        yield earlier, later


def _only(side: str | Path | Result | Sequence[Dataset]) -> Result:
    """Return the result of the one file of a side."""
    from .dataset.returns import result
    from .exchange.validation import Result

    if isinstance(side, str | Path):
        side = check(side)
    if isinstance(side, Result):
        only_result = side
    else:
        returns = [(dataset.store, return_) for dataset in side for return_ in dataset.returns()]
        if len(returns) != 1:
            raise UsageError("Name two single files, or two folders.")
        store, only_return = returns[0]
        only_result = result(store, only_return)
    if only_result.submission is None:
        raise UsageError(
            f"{only_result.path} could not be read.",
            remedy=f"To see why: hrge-xl validate {quoted(only_result.path)}",
        )
    return only_result


# datasets


@contextmanager
def _opened(
    place: str | Path | Dataset,
    today: date | None,
    jobs: int = 1,
    password: str | None = None,
    *,
    figures: bool,
) -> Iterator[Dataset]:
    """Open the dataset at a place, unless it is open."""
    from .rounds.datasets import Dataset, one_dataset

    if isinstance(place, Dataset):
        yield place
    else:
        with one_dataset(place, today, jobs, password, figures=figures) as dataset:
            yield dataset


def export(
    place: str | Path | Dataset,
    target: str | Path | Sink,
    today: date | None = None,
    *,
    table: str | None = None,
    language: str | None = None,
    where: RowFilter | None = None,
    format_: str | None = None,
) -> Path | Sink:
    """Write one table, or without `table` the whole workbook, to a file or, as csv or json, to a stream; gives that.

    The format is csv, json, xlsx or parquet: the one named, else what the name of the file ends in, else csv. `where`
    chooses rows of one table. Raises `UsageError`, `OutputError`.
    """
    from .dataset.store import SqliteStore
    from .outputs import table_files
    from .outputs.data_xlsx import write_workbook

    today = today or day_here()
    target = Path(target) if isinstance(target, str) else target
    with ExitStack() as stack:
        dataset = stack.enter_context(_opened(place, today, figures=True))
        store = dataset.store
        chosen = format_ or (
            target.suffix.lower().lstrip(".") if isinstance(target, Path) else "csv"
        )
        if table is not None:
            exported = table_files.table_of(store, table)
            where = where or table_files.RowFilter()
            where = where._replace(language=language or where.language)
            rows = stack.enter_context(table_files.rows_of(store, exported, where, today))
            if isinstance(target, Path):
                table_files.write_file(target, exported, rows, chosen)
            elif chosen in table_files.STREAMED:
                table_files.write_stream(target, exported, rows, chosen)
            else:
                raise UsageError(f"{chosen} needs a file: -o {exported.name}.{chosen}")
        elif where not in (None, table_files.RowFilter()):
            raise UsageError("Rows can be chosen in one table.", remedy="Say which with --table.")
        elif chosen != "xlsx" or not isinstance(target, Path):
            raise UsageError(
                "A file of all tables is a workbook: end its name in .xlsx, or name one table with --table."
            )
        elif not isinstance(store, SqliteStore):
            raise UsageError(
                "The whole workbook is made from a consolidated folder or a round, not from another database."
            )
        else:
            write_workbook(store, target, today, language)
            if language is None:
                dataset.written.append(target)
    return target


@overload
def trace(
    place: str | Path | Dataset, table: str, row: int, today: date | None = None
) -> list[TracedValue]: ...


@overload
def trace(
    place: str | Path | Dataset,
    *,
    value: str,
    today: date | None = None,
    most: int | None = None,
    named: str = "",
) -> list[FigureHits]: ...


def trace(
    place: str | Path | Dataset,
    table: str = "",
    row: int = 0,
    today: date | None = None,
    *,
    value: str = "",
    most: int | None = None,
    named: str = "",
) -> list[TracedValue] | list[FigureHits]:
    """Return the values of a row of a table, numbered from 1, and the file and cell that it comes from.

    With a `value` in place of a row: where that figure stands on the pages and in the tables, on each with the first
    `most` places (None: all) and the commands that lead to the cells; `named` is the dataset as these call it.
    """
    from .dataset import tracing
    from .outputs.figure_search import find_figure
    from .outputs.table_files import table_of

    with _opened(place, today, figures=False) as dataset:
        if value:
            address = named or quoted(dataset.folder or str(place))
            return find_figure(dataset.store, dataset.round, value, address, most)
        return tracing.trace(dataset.store, table_of(dataset.store, table), row)


def answers_behind(
    place: str | Path | Dataset, table: str, row: int, today: date | None = None
) -> list[Traced]:
    """Return what a row of a table of figures counts or adds up, with its cells; of rows of other tables nothing."""
    from .dataset import tracing
    from .outputs.table_files import table_of

    with _opened(place, today, figures=False) as dataset:
        return tracing.answers_behind(dataset.store, table_of(dataset.store, table), row)


def trace_answers(
    place: str | Path | Dataset,
    today: date | None = None,
    *,
    team: str = "",
    field: str = "",
    row: str = "",
    finding: str = "",
) -> list[Traced]:
    """Return answers, or findings of a kind, with the file, sheet and cell that they come from; empty: of any.

    They are of the returns that count, where there are any. Raises `UsageError` for a code that there is not.
    """
    from .dataset.tracing import trace_as_asked

    with _opened(place, today, figures=False) as dataset:
        return trace_as_asked(dataset.store, team, field, row, finding)


def overview(
    found: Sequence[Dataset],
    today: date | None = None,
    language: str | None = None,
    *,
    masked: bool = False,
    period: str | None = None,
) -> str:
    """Return the overview of an open dataset as a page, `masked` to be shared. Raises `UsageError` for several."""
    from .dataset.run_history import last_change
    from .outputs.overview import of_dataset

    today = today or day_here()
    only = _with_figures(found, today)
    change = last_change(only.folder)
    return of_dataset(only.store, language, only.round, masked=masked, period=period, change=change)


def brief(
    found: Sequence[Dataset],
    today: date | None = None,
    language: str | None = None,
    *,
    masked: bool = False,
    period: str | None = None,
    countries: Sequence[str] = (),
    teams: Sequence[str] = (),
) -> dict[str, str]:
    """Return the brief of an open dataset as a page: of all teams, or one for each of some `countries` and `teams`.

    The key of a page is what the name of its file adds; that of all teams has an empty one. Raises `UsageError` for
    several datasets, and for a country or a team that there is not.
    """
    from .outputs.brief import group_named, of_dataset, team_groups

    today = today or day_here()
    check_several("countries", countries)
    check_several("teams", teams)
    only = _with_figures(found, today)
    groups = team_groups(only.store, language, only.round, period) if countries or teams else []
    chosen = [group_named(groups, "country", text).name for text in countries]
    chosen += [group_named(groups, "team", text).name for text in teams]
    return {
        group: of_dataset(
            only.store, language, only.round, masked=masked, period=period, group=group
        )
        for group in chosen or [""]
    }


def _with_figures(datasets: Sequence[Dataset], today: date) -> Dataset:
    """Return the only one of some open datasets, with its figures. Raises `UsageError` for several."""
    from .dataset.aggregates import compute_aggregates_here

    if len(datasets) != 1:
        raise UsageError(
            "This page is of one round, one consolidated folder, or files of one spec.",
            remedy="Name one.",
        )
    (only,) = datasets
    if only.folder is None:
        compute_aggregates_here(only.store, today)
    return only


# ledgers, seals and proof


class Decisions(NamedTuple):
    """What there is to decide in a round or consolidated folder, and what was decided."""

    notes: Sequence[str]  # what the dataset has to tell
    # all of them; `status` says which wait. Their findings are those about a file or sheet as a whole
    returns: Sequence[Return]
    choices: Mapping[str, Sequence[str]]  # what can be decided about each, by its submission
    doubted: Sequence[tuple[Return, str]]  # which may not be from their teams, and why
    made: Sequence[Decision]  # every decision ever made, oldest first
    # of one that conflicts with another, by its submission: where the two differ, a line a cell
    differing: Mapping[str, Sequence[str]]
    corrections: Sequence[OfficeCorrection] = ()  # of answers, and those taken back, oldest first

    @property
    def corrections_in_force(self) -> Sequence[OfficeCorrection]:
        """The corrections that count: those neither taken back nor replaced."""
        from .answers.corrections import in_force

        return in_force(self.corrections)


@overload
def decisions(dataset: Dataset, /, *, names: Sequence[str] = ()) -> Decisions: ...


@overload
def decisions(
    folder: str | Path,
    today: date | None = None,
    jobs: int = 1,
    password: str | None = None,
    names: Sequence[str] = (),
) -> Decisions: ...


def decisions(
    folder: str | Path | Dataset,
    today: date | None = None,
    jobs: int = 1,
    password: str | None = None,
    names: Sequence[str] = (),
) -> Decisions:
    """Return what waits for a decision in a round, after what is new was taken in, or in a consolidated folder.

    A dataset that is open is asked as it is. With `names`, which are those of `decide`, it is about these returns
    alone. Raises `UsageError` for an unknown one.
    """
    from .core.words import SOURCE_LANGUAGE
    from .dataset.deciding import possible
    from .dataset.return_status import CONFLICT
    from .dataset.returns import find_return
    from .findings.identity import SENDER_NOT_THE_TEAMS
    from .layout.wording import text
    from .ledger.judgements import every_correction, history
    from .ledger.ledger import Ledger
    from .outputs.compare import details
    from .rounds.round_status import is_in_doubt

    differing = dict[str, list[str]]()
    with _opened(folder, today, jobs, password, figures=False) as dataset:
        returns = dataset.returns(cells=False)  # there may be very many findings in cells
        conflicting = [return_.submission for return_ in returns if return_.status == CONFLICT]
        waiting = {return_.submission: return_ for return_ in dataset.returns(conflicting)}
        for name, return_ in waiting.items():
            rival = waiting.get(return_.superseded_by or "")
            if rival is None or (rival.superseded_by == name and rival.submission in differing):
                continue  # the two were compared already
            compared = compare(dataset.result(return_), dataset.result(rival))
            differing[name] = [*details(compared, SOURCE_LANGUAGE)]
    meant = [find_return(returns, name) for name in names] if names else returns
    doubted: list[tuple[Return, str]] = []
    for return_ in filter(is_in_doubt, meant):
        finding = next(
            finding for finding in return_.findings if finding.code == SENDER_NOT_THE_TEAMS.code
        )
        words = text(finding)
        doubted.append((return_, f"{finding.code} {words.message} {words.remedy}"))
    assert dataset.folder is not None
    with Ledger.open(dataset.folder, write=False) as ledger:
        choices = {return_.submission: possible(return_) for return_ in returns}
        made = history(ledger)
        corrections = every_correction(ledger)
    if names:
        submissions = {return_.submission for return_ in meant}
        contents = {return_.sha256 for return_ in meant}
        made = [decision for decision in made if decision.submission in submissions]
        corrections = tuple(entry for entry in corrections if entry.sha256 in contents)
    return Decisions(dataset.notes, meant, choices, doubted, made, differing, corrections)


def waivers(folder: str | Path, today: date | None = None) -> tuple[Waiver, ...]:
    """Return the waivers of a round or consolidated folder as they stand on a day. Raises `UsageError`."""
    from .ledger.judgements import waivers_of
    from .rounds.datasets import check_folder

    today = today or day_here()
    folder = Path(folder)
    check_folder(folder)
    return waivers_of(folder, today)


def recover(folder: str | Path) -> Recovered:
    """Make the ledger of a round or consolidated folder again from its journal. Raises `UsageError` for a whole one."""
    from .ledger import ledger
    from .rounds.datasets import check_own

    folder = Path(folder)
    check_own(folder)
    return ledger.recover(folder)


def verify(  # noqa: PLR0913 (one parameter an option)
    target: str | Path,
    returned: Sequence[str | Path] = (),
    jobs: int = 1,
    *,
    ledger: str | Path | None = None,
    spec: str | None = None,
    sample: int | None = None,
    store: str | None = None,
    redact: bool = False,
    password: str | None = None,
) -> Audit:
    """Make a report, a round or a consolidated folder again from its files and compare; `identical` says how it ended.

    A report needs the folders with its `returned` files; `ledger` and `spec` are its own where they are elsewhere. Of a
    dataset, `sample` returns chosen at random are read again, all without it, and `store` is a database that must hold
    the same. Raises `UsageError`.
    """
    from .audit import audit
    from .audit.dataset_again import dataset_again
    from .audit.report_again import report_again
    from .ledger.ledger import DATASET
    from .reader import cores

    check_several("returned", returned)
    target = Path(target)
    ledger = None if ledger is None else Path(ledger)
    of_dataset = target.is_dir() or target.name == DATASET
    subject, foreign_options = (
        ("a report", {"--ledger": ledger, "--spec": spec})
        if of_dataset
        else ("a dataset or round", {"--sample": sample, "--store": store})
    )
    misplaced = [option for option, value in foreign_options.items() if value is not None]
    if misplaced:
        raise UsageError(f"{misplaced[0]} is about {subject}.", remedy="Leave it out.")
    home = target.parent if of_dataset and not target.is_dir() else target
    request = audit.VerificationRequest(
        home, [*map(Path, returned)], ledger, spec, sample, store, password, jobs or cores(), redact
    )
    if not of_dataset and not returned:
        raise UsageError("Say where the files of the report are: --returned DIR.")
    return audit.verify(request, dataset_again if of_dataset else report_again)


# what findings mean, and what this installation can do


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What a code means: a kind of finding with its name, example and reason, or a rule of a spec with what it asks."""

    code: str
    name: str = ""
    severity: str
    spec: str = ""  # of a rule: its spec, and its conditions in the language of specs
    message: str
    why: str
    example: str = ""
    remedy: str
    when: str = ""
    check: str = ""


def explain(code: str, spec: str | None = None, language: str = "en") -> Explanation:
    """Say what a code means, or the name of a finding, however it is written; a rule is looked up in specs, or in one.

    Raises `UsageError` with what may have been meant.
    """
    from .core.errors import plain
    from .core.words import translator
    from .findings import general, kind_called, shown
    from .spec.load import load, names

    say = translator(language)
    kind = kind_called(code)
    if kind is not None:
        message, remedy = shown(kind, say)
        return Explanation(
            code=kind.code,
            name=kind.name,
            severity=kind.severity.value,
            message=message,
            why=say(kind.why),
            example=say(kind.example),
            remedy=remedy,
        )
    rules = [(name, rule) for name in ([spec] if spec else names()) for rule in load(name).rules]
    for name, rule in rules:
        if plain(code) == plain(rule.code):
            return Explanation(
                code=rule.code,
                severity=rule.severity,
                spec=name,
                message=general(rule.message.say(language)),
                why=rule.why.say(language) if rule.why else "",
                remedy=general(rule.remedy.say(language)),
                when=str(rule.when or ""),
                check=str(rule.check or ""),
            )
    raise UsageError(
        f"There is no code '{code}'.",
        value=code,
        remedy=_hint(code, [rule.code for _, rule in rules]),
    )


CLOSE = 75  # how alike a name must be to be offered


def _hint(code: str, rules: list[str]) -> str:
    """Say which may have been meant, by code, by name or by a word of it."""
    from .core.errors import alike, plain
    from .findings import CATALOGUE

    kinds = CATALOGUE.values()
    word = plain(code)
    with_word = [kind for kind in kinds if len(word) > 2 and word in plain(kind.name)]
    named = {kind.name: kind for kind in kinds} | {kind.code: kind for kind in kinds}
    near = alike(code, [*named, *rules], close=CLOSE)
    kinds_near = dict.fromkeys([*with_word, *(named[name] for name in near if name in named)])
    names = [f"{kind.code} ({kind.name})" for kind in kinds_near] + [
        name for name in near if name in rules
    ]
    return (
        f"Did you mean {', or '.join(names[:6])}?"
        if names
        else "See docs/findings.md for all of them."
    )


def specs_folder() -> Path | None:
    """Return the folder where specs that passed every check are kept; None where this user has none."""
    from .spec.carried import cache_folder

    return cache_folder()


def confinement() -> Confinement | None:
    """Have a reading process try to get out, and say what keeps it in; None where none can be started."""
    from .reader.sandbox import look_outside
    from .reader.worker import Died, NotStarted, run_guarded

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "file")
        file.touch()
        try:
            outcome = next(run_guarded(look_outside, [str(file)], jobs=1))
        except NotStarted:
            return None
    return None if isinstance(outcome, Died) else outcome
