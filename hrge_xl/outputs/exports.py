"""Everything that is made out of a dataset: data.xlsx, CSV with descriptions, Parquet, and a copy to share.

CSV has a `datapackage.json` that describes every table, and `metadata.yaml` describes the database.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from functools import partial
from itertools import chain
from operator import call
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa

from ..core.csv_files import harmless_lines, raw_csv_lines
from ..core.errors import OutputError, UsageError, listed
from ..core.paths import parts_of, quoted, whole, write_whole
from ..core.work import batched, track_progress
from ..dataset.dimensions import allowed_values, least_and_most, pattern, right_answers
from ..dataset.opening import open_store, opened
from ..dataset.schema import (
    BOOLEAN,
    DATE,
    INTEGER,
    META,
    NUMBER,
    TEXT,
    VERSION,
    Schema,
    Table,
    TableColumn,
)
from ..dataset.store import DERIVED, STATE, Store, finished_state, open_file
from ..dataset.workers import Workers
from ..ledger.files import sha256_of
from ..ledger.ledger import DATASET, Ledger
from ..privacy.sharing import fill_shareable
from ..rounds.rounds import REPORTS, is_round
from ..spec.yaml_file import dumped
from . import briefs_in, overview_page, pages_beside
from .data_xlsx import write_workbook
from .table_files import has_parquet, need_parquet, write_csv_as_parquet

XLSX, CSV, PARQUET = FORMATS = ("xlsx", "csv", "parquet")
WORKBOOK = "data.xlsx"
DESCRIPTION = "datapackage.json"
FILES: dict[str, tuple[str, Callable[[Store, Path, date], None]]] = {
    # what is no table: the kind of files that it goes with, and what writes it
    WORKBOOK: (XLSX, write_workbook),
    "metadata.yaml": (CSV, lambda store, path, _: _write_metadata(store, path)),
    DESCRIPTION: (CSV, lambda store, path, _: _write_description(store, path)),
}
Task = Callable[
    [], list[str]
]  # what a worker writes; gives what is said of what could not be written
TYPES = {TEXT: "string", INTEGER: "integer", NUMBER: "number", BOOLEAN: "boolean", DATE: "date"}
WRITTEN = {
    BOOLEAN: """CASE "{0}" WHEN 1 THEN 'true' WHEN 0 THEN 'false' END""",
    NUMBER: 'CASE WHEN "{0}" = CAST("{0}" AS INTEGER) THEN CAST("{0}" AS INTEGER) ELSE "{0}" END',
}  # how SQLite gives them out: whole numbers without a point
FEW = 6  # of the others that a process takes at a time: who is done first takes more


class Export(NamedTuple):
    """What a worker has to know: the dataset, the day, and which kinds of files are written."""

    dataset: str
    today: date
    formats: Collection[str]


def checked_formats(formats: Iterable[str]) -> tuple[str, ...]:
    """Return kinds of files, each once. Raises `UsageError` for one that there is not, or that needs an extra."""
    chosen = tuple(dict.fromkeys(formats))
    wrong = [name for name in chosen if name not in FORMATS]
    if wrong:
        raise UsageError(
            f"There is no format '{wrong[0]}'.",
            value=wrong[0],
            remedy=f"Choose from {', '.join(FORMATS)}.",
        )
    if PARQUET in chosen:
        need_parquet()
    return chosen


def formats_there(out: Path) -> tuple[str, ...]:
    """Return the kinds of files that stand beside a dataset and follow it; Parquet only where it can be written."""
    places = {XLSX: WORKBOOK, CSV: "csv/*.csv", PARQUET: "parquet/*.parquet"}
    present = (name for name, place in places.items() if any(out.glob(place)))
    return tuple(name for name in present if name != PARQUET or has_parquet())


def names(store: Store, out: Path, formats: Collection[str] = FORMATS) -> list[Path]:
    """Return every file that `write` leaves."""
    piece_names = pieces(store, formats)
    kinds = [kind for kind in (CSV, PARQUET) if kind in formats]
    single = [out / name for name in FILES if name in piece_names]
    return single + [
        out / kind / f"{table.name}.{kind}" for kind in kinds for table in store.schema.shown
    ]


def write(
    store: Store, export: Export, pool: Workers, further_tasks: Sequence[Task] = ()
) -> list[str]:
    """Write the files beside the dataset, several at once, and do `further_tasks` meanwhile.

    Gives what is said of those that could not be written.
    """
    _remove_retired(store, Path(export.dataset).parent)
    piece_names = pieces(store, export.formats)
    large = {WORKBOOK, *(table.name for table in store.schema.shown if table.large)}
    small = [name for name in piece_names if name not in {*large, DESCRIPTION}]
    alone = [[name] for name in piece_names if name in large]
    tasks = [
        *further_tasks,
        *(partial(part, names, export) for names in (*alone, *batched(small, FEW))),
    ]
    results = track_progress(pool.map(call, tasks, all_at_once=True), len(tasks), "Writing files")
    failed = [failed for some in results for failed in some]
    return failed + part([DESCRIPTION] if CSV in export.formats else [], export)


def pieces(store: Store, formats: Collection[str]) -> list[str]:
    """Return what `part` writes for these kinds of files: those that are no table, and tables by name."""
    tables = [table.name for table in store.schema.shown] if {CSV, PARQUET} & {*formats} else []
    return [*tables, *(name for name, (kind, _) in FILES.items() if kind in formats)]


def _remove_retired(store: Store, out: Path) -> None:
    """Take away the files of tables that an earlier version of the program or of the spec had."""
    try:
        resources = json.loads((out / DESCRIPTION).read_text(encoding="utf-8"))["resources"]
        described = {str(resource["title"]) for resource in resources}
    except (OSError, ValueError, LookupError, TypeError):  # there is none, or it is not ours
        return
    retired = described - {table.name for table in store.schema.shown}
    for path in (*out.glob("csv/*.csv"), *out.glob("parquet/*.parquet")):
        if path.stem in retired:
            with suppress(OSError):  # one that somebody has open stays
                path.unlink()


def part(piece_names: Sequence[str], export: Export) -> list[str]:
    """Write some of the files: those that are no table, or tables as CSV and Parquet.

    One that somebody has open does not keep the others from being written; what is said of it comes back.
    """
    failed = []
    out = Path(export.dataset).parent
    with opened(Path(export.dataset)) as store:
        for name in piece_names:
            try:
                if name in FILES:
                    FILES[name][1](store, out / name, export.today)
                else:
                    _write_table(store, name, out, export.formats)
            except OutputError as error:
                failed.append(str(error))
    return failed


def _write_description(store: Store, path: Path) -> None:
    text = json.dumps(description(store, path.parent), ensure_ascii=False, indent=1)
    write_whole(path, f"{text}\n".encode())


def _write_metadata(store: Store, path: Path) -> None:
    write_whole(path, dumped(metadata(store.schema)).encode())


def _write_table(store: Store, name: str, out: Path, formats: Collection[str]) -> None:
    table = store.schema.by_name[name].shown
    source = out / CSV / f"{name}.csv"
    as_it_came = (
        CSV in formats and not _write_csv(source, table.as_csv, store) and not table.not_in_csv
    )
    if PARQUET not in formats:
        return
    target = out / PARQUET / f"{name}.parquet"
    with parts_of(target) as temporary:  # Parquet has every column, and every text as it came
        if not as_it_came:
            source = temporary / "rows.csv"
            _write_csv(source, table, store, raw=True)
        write_csv_as_parquet(source, target, table)


def _write_csv(path: Path, table: Table, store: Store, *, raw: bool = False) -> bool:
    """Write one table: UTF-8 with its mark, commas, a line feed a row; what is not known stays empty.

    True when a text is not as it came, because a spreadsheet would have taken it for a formula; `raw`, for programs of
    ours only, has every text as it came. A large table is read a submission at a time, never sorted as a whole.
    """
    columns = [WRITTEN.get(column.kind, '"{0}"').format(column.name) for column in table.columns]
    submissions = sorted(store.read_files()) if table.large else [None]
    rows = chain.from_iterable(
        store.raw(table.name, columns, submission) for submission in submissions
    )
    changed = False
    with (
        whole(path) as unfinished,
        unfinished.open("w", encoding="utf-8-sig", newline="") as stream,
    ):
        stream.writelines(raw_csv_lines([table.names]))
        if raw:
            stream.writelines(raw_csv_lines(rows))
            return False
        for lines, lines_changed in harmless_lines(rows):
            stream.write(lines)
            changed = changed or lines_changed
    return changed


# the copy of a consolidated folder that may be shared

SHAREABLE = "shareable"


def has_shareable(folder: Path) -> bool:
    """Say whether a copy to share stands beside the dataset of a folder."""
    return (folder / SHAREABLE / DATASET).is_file()


def write_shareable(folder: Path, today: date, formats: Collection[str]) -> Path:
    """Write the copy into `shareable/` of a consolidated folder; gives that folder. Raises `OutputError`."""
    out = folder / SHAREABLE
    with open_store(folder) as store:
        with whole(out / DATASET) as unfinished:
            unfinished.unlink(missing_ok=True)
            with open_file(unfinished) as copy:
                fill_shareable(copy, store, today)
        _remove_retired(store, out)
        failed = part(pieces(store, formats), Export(str(out / DATASET), today, formats))
    if failed:
        raise OutputError(*failed)
    return out


# files beside a dataset that are of an earlier state of it


def files_beside(store: Store, folder: Path) -> list[Path]:
    """Return every file that is made of the dataset of a folder and is there; its spec need not be loaded."""
    facts = store.facts()
    tables = {*facts.get("tables", "").split(), *facts.get("views", "").split()}
    reports = folder / REPORTS
    shareable = folder / SHAREABLE
    places = [*pages_beside(reports), shareable / DATASET, overview_page(reports, masked=True)]
    for place in (folder, shareable):
        places += [place / name for name in FILES]
        for kind in (CSV, PARQUET):
            of_tables = sorted((place / kind).glob(f"*.{kind}"))
            places += [path for path in of_tables if path.stem in tables]
    places += [page for page, *_ in briefs_in(reports)]
    return [path for path in dict.fromkeys(places) if path.is_file()]


def outgrown(store: Store, folder: Path, ledger: Ledger, checksum: str) -> list[Path]:
    """Return the files of a folder that were made of an earlier state of the dataset there, which has a checksum."""
    day = store.fact(DERIVED)
    run_state = store.fact(STATE)
    if run_state == finished_state(day, with_files=True):
        return []
    is_finished = run_state == finished_state(day, with_files=False)
    state = ledger.state(checksum) if is_finished else ""
    notes = ledger.noted_files()

    def is_current(path: Path) -> bool:
        note = notes.get(path.relative_to(folder).as_posix())
        return note is not None and state != "" and note.state == state

    return [path for path in files_beside(store, folder) if not is_current(path)]


def older_files(folder: str | Path) -> list[Path]:
    """Return the files of a round or consolidated folder that were made of an earlier state of its dataset."""
    folder = Path(folder)
    if not (folder / DATASET).is_file():
        return []
    with (
        open_file(folder / DATASET, write=False) as store,
        Ledger.open(folder, write=False) as ledger,
    ):
        return outgrown(store, folder, ledger, ledger.checksum(folder / DATASET))


def changed_since_made(files: Iterable[Path], folder: Path, ledger: Ledger) -> list[Path]:
    """Return those of some files whose bytes are others than the ledger noted when they were made."""
    notes = ledger.noted_files()
    changed = []
    for path in files:
        note = notes.get(path.relative_to(folder).as_posix())
        if note is not None and note.sha256 != sha256_of(path):
            changed.append(path)
    return changed


def not_made_again(folder: str | Path) -> Iterator[str]:
    """Say which files of a round or consolidated folder are older than its dataset, and what makes them again."""
    yield from named_as_older(Path(folder), older_files(folder))


def named_as_older(folder: Path, files: Sequence[Path]) -> Iterator[str]:
    """Name some files of a folder as older than the dataset there, tables by their folders."""
    if not files:
        return
    shown: dict[str, None] = {}
    for path in files:
        way = path.relative_to(folder)
        is_table = path.parent.name in FORMATS
        shown[f"{way.parent.as_posix()}/" if is_table else way.as_posix()] = None
    again = writing_command(folder)
    yield f"Older than the dataset: {listed([*shown])}. To make them again: hrge-xl {again}"


def writing_command(folder: Path) -> str:
    """Return the command, behind the name of the program, that makes all files beside a dataset."""
    quoted_folder = quoted(folder)
    if is_round(folder):
        return f"refresh {quoted_folder} --write"
    return f"consolidate {quoted_folder} -o {quoted_folder} --write"


# how all of it is described


LICENCE = {
    "name": "other-closed",
    "title": "Whether it may be shared or reused is for the office that holds it to say",
}


def description(store: Store, folder: Path) -> dict[str, Any]:
    """Return the data package: schema of every table, by the Frictionless standard, with the hash of its file.

    Its contributors are the teams whose returns count.
    """
    spec = store.schema.spec
    title = spec.title.say(spec.languages[0]) if spec else "Dataset"
    submissions = store["submissions"].c
    teams = sorted(
        {
            team
            for (team,) in store.select(sa.select(submissions.team).where(submissions.current))
            if team
        }
    )
    return {
        "profile": "tabular-data-package",
        "name": (spec.name if spec else "dataset").lower().replace("_", "-"),
        "title": title,
        "version": spec.version if spec else "0",
        "schema_version": VERSION,
        "spec": spec.name if spec else None,
        "spec_digest": spec.digest if spec else None,
        "licenses": [LICENCE],
        "sources": [{"title": f"Workbooks of {title} as teams returned them"}],
        "contributors": [{"title": team, "role": "author"} for team in teams],
        "resources": [
            _resource(store.schema, table.as_csv, folder) for table in store.schema.shown
        ],
    }


def metadata(schema: Schema) -> dict[str, Any]:
    """Return what Datasette shows of the database: every table and view, what is not exported hidden at first."""
    spec = schema.spec
    shown = {table.name for table in schema.shown}
    tables = {
        table.name: _without_empty(
            {
                "title": table.title and f"{table.name}: {table.title}",
                "description": table.about,
                "sort": table.key[0] if table.key == ("n",) else "",
                "hidden": table.name not in shown,
                "columns": {column.name: column.description for column in table.columns},
            }
        )
        for table in (*schema.base, *schema.views, META)
    }
    return {
        "title": spec.title.say(spec.languages[0]) if spec else "Dataset",
        "databases": {DATASET.removesuffix(".sqlite"): {"tables": tables}},
    }


def _resource(schema: Schema, table: Table, folder: Path) -> dict[str, Any]:
    """Describe a table; by the standard its name knows no capitals, and it calls itself by no name."""
    references = [
        {
            "fields": [reference.column],
            "reference": {
                "resource": "" if reference.table == table.name else reference.table.lower(),
                "fields": [reference.key],
            },
        }
        for reference in table.references
    ]
    file = folder / CSV / f"{table.name}.csv"
    file_facts = (
        {"bytes": file.stat().st_size, "hash": f"sha256:{sha256_of(file)}"}
        if file.is_file()
        else {}
    )
    return {
        "name": table.name.lower(),
        "title": table.name,
        "description": table.about,
        "path": f"csv/{table.name}.csv",
        **file_facts,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8-sig",
        "dialect": {
            "delimiter": ",",
            "lineTerminator": "\n",
            "quoteChar": '"',
            "doubleQuote": True,
        },
        "schema": {
            "fields": [_field(schema, table, column) for column in table.columns],
            # what is of no period has an empty one
            "missingValues": [] if table.name == "reconciliation" else [""],
            "primaryKey": list(table.key),
            **({"foreignKeys": references} if references else {}),
        },
    }


def _field(schema: Schema, table: Table, column: TableColumn) -> dict[str, Any]:
    least, most = least_and_most(column)
    constraints = {
        # a team may have sent something that states no period
        "required": column.name in table.key
        and (column.name != "period" or table.key == ("period",)),
        "enum": list(allowed_values(schema, column)),
        "pattern": pattern(schema, column),
        "minimum": least,
        "maximum": most,
    }
    return _without_empty(
        {
            "name": column.name,
            "type": TYPES[column.kind],
            "title": column.title,
            "description": column.description,
            "constraints": _without_empty(constraints),
            "asked": _right_answers(schema, column),
        }
    )


def _right_answers(schema: Schema, column: TableColumn) -> dict[str, Any]:
    """Describe right answers in words of the standard. No constraints: others stand in the data too."""
    expected = right_answers(schema, column)
    if expected is None:
        return {}
    return _without_empty(
        {
            "required": expected.required,
            **{
                name: end.isoformat() if isinstance(end, date) else end
                for name, end in (("minimum", expected.minimum), ("maximum", expected.maximum))
            },
            "enum": list(expected.steps),
            "maxLength": expected.characters,
            "words": expected.words,
        }
    )


def _without_empty(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Without what says nothing."""
    return {
        name: value
        for name, value in properties.items()
        if value or (value == 0 and value is not False)
    }
