"""Values in a SQLite file that this program never writes: nothing can be made again by them, so they are told first."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from itertools import islice
from pathlib import Path

from ..answers.submission import from_pairs
from ..core.dates import parse_day
from ..core.message_templates import from_json
from ..core.paths import quoted
from ..dataset.opening import spec_of
from ..dataset.reconciliation import BEFORE, PeriodFigures
from ..dataset.rows import submission_id, submission_number
from ..dataset.schema import VERSION
from ..dataset.store import (
    DERIVED,
    FILLED,
    NOTED,
    OF_DATABASE,
    PROGRAM,
    SPEC_DIGEST,
    STATE,
    open_file,
)
from ..ledger.files import sqlite_uri
from ..ledger.ledger import DATASET
from ..spec.carried import as_bytes, digest_of, find, pack

MOST_ROWS = 5  # of a column that are named
STORED = {  # by the beginning of a declared type: what may be stored there, besides nothing
    "TEXT": ("text",),
    "VARCHAR": ("text",),
    "DATE": ("text",),
    "INT": ("integer",),
    "BIGINT": ("integer",),
    "BOOL": ("integer",),
    "FLOAT": ("real", "integer"),
    "REAL": ("real", "integer"),
    "DOUBLE": ("real", "integer"),
    "NUM": ("real", "integer"),
}
PUT_IN = "which was put in"
CHANGED = "was changed; nothing can be compared by it"


def impossible_values(file: Path, name: str, specs: Path) -> Iterator[str]:
    """Yield each value that this program never writes there, with table, row and column; `name` is what the file is.

    `specs` is where copies of the spec may lie that the file carries. Nothing of a file that is no database: who opens
    it tells that.
    """
    if not file.is_file():
        return
    with closing(sqlite3.connect(f"{sqlite_uri(file)}?mode=ro", uri=True)) as database:
        database.text_factory = lambda stored: stored.decode("utf-8", "replace")
        with suppress(sqlite3.DatabaseError):  # told where it is opened
            problems = [f"{name}: {problem}" for problem in _of_columns(database)]
            problems += [f"{name}: {problem}" for problem in _of_submissions(database)]
            if problems or file.name != DATASET:
                yield from problems
                return
            yield from (f"{name}: {problem}" for problem in _of_dataset(database, file, specs))


# by the columns that they stand in


def _of_columns(database: sqlite3.Connection) -> Iterator[str]:
    tables = database.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    )
    for (table,) in tables.fetchall():
        columns = database.execute(f'PRAGMA table_info("{table}")').fetchall()
        keys = [column for _, column, *_, key in columns if key] or ["rowid"]
        row_name = " || ' ' || ".join(f'quote("{key}")' for key in keys)
        for _, column, declared, *_ in columns:
            place = f'SELECT {row_name}, {{}} FROM "{table}" WHERE "{column}" IS NOT NULL'
            for row, reason in islice(_of_column(database, place, column, declared), MOST_ROWS):
                yield f"{table}, row {row}: {column} holds {reason}, {PUT_IN}."


def _of_column(
    database: sqlite3.Connection, place: str, column: str, declared: str
) -> Iterator[tuple[str, str]]:
    """Yield the rows of a column whose values it cannot hold, each with what that is.

    `place` selects the rows that hold something, with the place of another column to be filled in.
    """
    stored = next(
        (kinds for kind, kinds in STORED.items() if declared.upper().startswith(kind)), None
    )
    if stored is None:
        return
    kinds = ", ".join(f"'{kind}'" for kind in stored)
    wrong = place.format(f'typeof("{column}")') + f' AND typeof("{column}") NOT IN ({kinds})'
    for row, kind in database.execute(wrong):
        yield row, f"a value of the type {kind}"
    if "text" in stored:
        of_texts = place.format(f'CAST("{column}" AS BLOB)') + f" AND typeof(\"{column}\") = 'text'"
        is_readable = DECODED.get(column, _is_text)
        for row, text in database.execute(of_texts):
            if not _is_text(text):
                yield row, "a text that is no UTF-8"
            elif text and not is_readable(text):
                yield row, "a text that cannot be read as what stands there"
    elif declared.upper().startswith("BOOL"):
        for row, number in database.execute(place.format(f'"{column}"') + f' AND "{column}" > 1'):
            yield row, f"{number} in place of a truth value"
    elif "real" in stored:
        infinite = place.format(f'"{column}"') + f' AND abs("{column}") > 1.8e308'
        for row, _ in database.execute(infinite):
            yield row, "an infinite number"


def _is_text(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_stamp(text: bytes) -> bool:
    stamp = json.loads(text)
    return all(isinstance(part, str) for part in stamp.values()) and from_pairs(stamp) is not None


def _is_templates(text: bytes) -> bool:
    from_json(text.decode())
    return True


def _is_day(text: bytes) -> bool:
    return parse_day(text.decode()) is not None


def _is_object(text: bytes) -> bool:
    return isinstance(json.loads(text), dict)


def _readable(read: Callable[[bytes], bool]) -> Callable[[bytes], bool]:
    """Return whether a text can be read, whatever is wrong with it."""

    def is_readable(text: bytes) -> bool:
        try:
            return read(text)
        except (ValueError, TypeError, AttributeError, RecursionError):
            return False

    return is_readable


DECODED = {  # by the name of a column that holds data in a text
    "stamp": _readable(_is_stamp),
    "details": _readable(_is_templates),
    "reason_details": _readable(_is_templates),
    "found": _readable(_is_object),
    "day": _readable(_is_day),
}


# of rows about returns: by their numbers and texts everything else is found


def _of_submissions(database: sqlite3.Connection) -> Iterator[str]:
    """Yield what no row about a return says, where the table has these columns."""
    columns = {
        column for _, column, *_ in database.execute("PRAGMA table_info(submissions)").fetchall()
    }
    if not {"submission_id", "submission", "sha256", "path"} <= columns:
        return
    rows = database.execute("SELECT submission_id, submission, sha256, path FROM submissions")
    for number, submission, sha256, path in rows.fetchall():
        row = f"submissions, row {number}: "
        if sha256 is not None and submission != submission_id(sha256, ""):
            yield f"{row}submission or sha256 {CHANGED} ({path})."
        elif submission is None or not _is_number_of(number, submission):
            yield f"{row}submission_id or submission {CHANGED} ({path})."


def _is_number_of(number: int, submission: str) -> bool:
    try:
        return submission_number(submission) == number
    except ValueError:
        return False


# of what a dataset says of itself, and of the spec that it carries

OF_SPEC = {"meta": ("name", "value"), "spec_files": ("path", "content")}
NEEDED = ("schema_version", "spec", "spec_version", SPEC_DIGEST, "tables", "views")
STATES = re.compile(rf"|{NOTED}|done \d{{4}}-\d\d-\d\d.*")
MAY_SAY = {*NEEDED, DERIVED, STATE, FILLED, PROGRAM, *OF_DATABASE}


def _of_dataset(database: sqlite3.Connection, file: Path, specs: Path) -> Iterator[str]:
    """Yield what keeps a dataset of this version from being opened with its spec."""
    pairs = dict[str, dict[str, str | None]]()
    for table, columns in OF_SPEC.items():
        try:
            pairs[table] = dict(
                database.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall()
            )
        except sqlite3.OperationalError as error:
            yield f"{table}: the table was changed ({error})."
            return
    facts, carried = pairs.values()
    if is_earlier(facts.get("schema_version") or ""):
        return
    problems = [*_of_facts(facts), *_of_spec(facts, carried, specs)]
    yield from problems or _of_spec_names(file, facts)


def is_earlier(version: str) -> bool:
    """Return whether the tables of a dataset are those of an earlier version of this program."""
    return version.isdecimal() and int(version) < VERSION


def _of_facts(facts: Mapping[str, str | None]) -> Iterator[str]:
    """Yield the rows of `meta` that are missing, that this program does not know, or that say what it cannot read."""
    for fact in NEEDED:
        if facts.get(fact) is None:
            yield f"meta, row {fact}: name or value is missing."
    for fact, value in facts.items():
        if fact not in MAY_SAY and not fact.startswith(BEFORE):
            yield f"meta, row {fact}: name was put in."
        elif not _is_fact(fact, value or ""):
            yield f"meta, row {fact}: value {CHANGED}."


def _is_fact(fact: str, value: str) -> bool:
    if fact == "schema_version":
        return value.isdecimal() and int(value) <= VERSION
    if fact == DERIVED:
        return parse_day(value) is not None
    if fact == FILLED:
        return value == "yes"
    if fact == STATE:
        return STATES.fullmatch(value) is not None
    return not fact.startswith(BEFORE) or _readable(_is_period)(value.encode())


def _is_period(text: bytes) -> bool:
    PeriodFigures(**json.loads(text))
    return True


def _of_spec(
    facts: Mapping[str, str | None], carried: Mapping[str, str | None], specs: Path
) -> Iterator[str]:
    """Yield where the files of the spec are not those of its digest: by a copy of it, where there is one."""
    stated = facts.get(SPEC_DIGEST) or ""
    if not facts.get("spec") or digest_of(_unpacked(carried)) == stated:
        return
    copy = find(specs, stated)
    if copy is None:
        yield f"meta, row {SPEC_DIGEST}: value, or spec_files: path or content, {CHANGED}."
        return
    genuine = pack(copy)
    for path in sorted(genuine.keys() | carried.keys()):
        if _unpacked({path: carried.get(path)}).get(path) != genuine.get(path):
            yield f"spec_files, row {path}: path or content {CHANGED}."


def _unpacked(carried: Mapping[str, str | None]) -> dict[str, bytes]:
    """Return the files of a spec that a dataset carries; one that was changed there is empty."""
    files = {}
    for path, content in carried.items():
        files[path] = b""
        with suppress(ValueError):
            files[path] = as_bytes(content or "")
    return files


def _of_spec_names(file: Path, facts: Mapping[str, str | None]) -> Iterator[str]:
    """Yield where a dataset names another spec than it carries."""
    with open_file(file, write=False) as store:
        spec = spec_of(store)
    if spec is None:
        return
    for fact, value in (("spec", spec.name), ("spec_version", spec.version)):
        if facts.get(fact) != value:
            yield f"meta, row {fact}: value {CHANGED}. The spec that the dataset carries says {quoted(value)}."
