"""First specs from what an office already has: an XLSForm, a Table Schema, a data package, a workbook in use.

In goes the path of a file; out come the texts of the YAML files of a spec folder, and of `imported.csv`: an account of
every part of the source. Whatever the file is, it is taken apart in a process of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

from msgspec import Meta

from ..core.bounds import BoundedText
from ..core.errors import UsageError
from ..core.paths import path_in
from ..findings import Finding
from ..reader import LIMITS, File, Job, RawWorkbook, content_of, look_into
from ..reader.gate import opened
from .form import converted
from .guess import guess
from .read import SourceWorkbook, read
from .source_form import SourceForm
from .table_schema import read_schema
from .write import DraftPath, DraftText, Sums, sums, write
from .xlsform import files_beside, form_in_csv, form_in_workbook, take_file

MOST_MERGED = 200_000  # cells below others: openpyxl makes each of them
READ = ("xlsx", "xlsm")
REMEDY = "Check that it opens in Excel; save an empty copy as .xlsx and import that, or import it in parts."
# a large form is checked as a spec many times; what counts is the time of the processor, also where others use it
PATIENT = replace(LIMITS, cpu_seconds=60, wall_seconds=600.0)


# a name that leads to no other folder
FileBeside = Annotated[str, Meta(pattern=r"\A\w[\w.-]{0,100}\.(?:csv|xml)\Z")]


@dataclass(frozen=True, slots=True)
class Draft:
    """The texts of a first spec by their paths in its folder, none where there can be none, and what is to be said.

    `sums` says of every kind of part of the source how many were kept, changed, left out; `beside` names the files
    that a form reads rows of.
    """

    files: Mapping[DraftPath, DraftText]
    messages: Sequence[BoundedText]
    sums: Sums
    beside: Sequence[FileBeside] = ()


def draft(path: str | Path, name: str, password: str | None = None) -> Draft:
    """Return a first spec of this name. Raises `UsageError` for what is of no known kind, or holds nothing to fill
    in.
    """
    path = Path(path)
    outcome = _draft_with({}, path, name, password)
    files: dict[str, bytes] = {}
    for beside in outcome.beside:
        file = opened(path_in(path.parent, beside), LIMITS)
        if isinstance(file, File):
            files[beside] = file.data
    if files:
        outcome = _draft_with(files, path, name, password)
    if not outcome.files:
        raise UsageError(*outcome.messages)
    return outcome


def _draft_with(files: Mapping[str, bytes], path: Path, name: str, password: str | None) -> Draft:
    """Return the draft, with these files that stand beside the source."""
    return look_into(
        partial(drafted, path.name, name, files=files),
        path,
        REMEDY,
        password,
        texts=tuple(OF_TEXTS),
        limits=PATIENT,
    )


def drafted(
    file: str, name: str, job: Job, files: Mapping[str, bytes] = MappingProxyType({})
) -> Draft | Finding:
    """Return the draft from a file that was let in, with those that stand beside it. Runs in a worker."""
    (content, format) = job
    stem = Path(file).stem
    try:
        raw_workbook = None if format in OF_TEXTS else content_of(job)
        if isinstance(raw_workbook, Finding):
            return raw_workbook
        if raw_workbook is None:
            form = OF_TEXTS[format](content, stem)
        elif (in_workbook := form_in_workbook(raw_workbook, stem)) is None:
            draft = guess(_in_use(content, stem, raw_workbook))
            return Draft(write(draft, name), draft.messages, sums(draft))
        else:
            form = in_workbook
        beside = files_beside(form)
        for beside_file in files:
            take_file(form, beside_file, files[beside_file])
        draft = converted(form)
        return Draft(write(draft, name), draft.messages, sums(draft), beside)
    except UsageError as error:
        return Draft({}, [f"{file}: {line}" for line in error.lines], [])


# by the ending of a file that is no workbook
OF_TEXTS: Mapping[str, Callable[[bytes, str], SourceForm]] = {
    "csv": form_in_csv,
    "json": read_schema,
}


def _in_use(content: bytes, stem: str, raw_workbook: RawWorkbook) -> SourceWorkbook:
    """Read a workbook with openpyxl, if that can. Raises `UsageError`."""
    if raw_workbook.format not in READ:
        raise UsageError(
            f"it is in the format .{raw_workbook.format}, and no XLSForm. Save it as .xlsx and import that."
        )
    for sheet in raw_workbook.sheets:
        merged = sum(
            (a.last_row - a.first_row + 1) * (a.last_column - a.first_column + 1)
            for a in sheet.merges
        )
        if merged > MOST_MERGED:
            raise UsageError(
                f"the sheet “{sheet.name}” merges {merged:,} cells; at most {MOST_MERGED:,} are allowed. "
                "Unmerge whole rows, columns and sheets, and save it."
            )
    try:
        return read(content, stem)
    except MemoryError:
        raise
    except Exception as error:
        reason = f"it cannot be read as an .xlsx workbook ({type(error).__name__})."
        raise UsageError(f"{reason} {REMEDY}") from error
