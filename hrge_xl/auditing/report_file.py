"""A validation report taken from its file: the JSON report itself, or any other format with the JSON beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NotRequired

from pydantic import TypeAdapter, ValidationError
from typing_extensions import TypedDict

from .. import __version__
from ..errors import UsageError
from ..reports import FORMATS, report
from ..reports.document import SCHEMA, Document, Run, WaiverRow
from ..reports.json_text import render
from .found import name_of

JSON = FORMATS["json"].suffix
ADDED: Mapping[str, Any] = {  # what reports of the first program did not say yet
    "waivers": [],
    "run.spec_asked": None,
    "run.round_given": False,
    "summary.waived": 0,
    "files.counts.waived": 0,
    "files.findings.waiver": None,
}


class _Finding(TypedDict, total=False):
    code: str
    severity: str
    waiver: dict[str, Any] | None


class _File(TypedDict):
    path: str
    sha256: str | None
    verdict: NotRequired[str]
    counts: NotRequired[dict[str, int]]
    findings: NotRequired[list[_Finding]]


class _Repeatable(TypedDict):
    """What a report must say to be made again; all else may be wrong, and is compared."""

    run: Run
    files: list[_File]
    waivers: list[WaiverRow]


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A report as it lies there: its data, and what is wrong with the file itself."""

    path: Path
    document: Document  # with what earlier programs did not say: enough to make it again
    compared: Mapping[str, Any]  # what it must answer for: a report of this program, to the letter
    faults: tuple[str, ...]
    notes: tuple[str, ...]


def read_report(path: Path) -> ReportFile:
    """Take a report up. Raises `UsageError` for what is no validation report, or has no JSON report beside it."""
    source = path if _is_json(path) else path.with_suffix(f".{JSON}")
    if not source.is_file():
        raise UsageError(
            f"{path.name} holds no data to compare. Put the JSON report of the same run beside it, as {source.name}: "
            "hrge-xl report … --format html --format json."
        )
    text = _text(source)
    data = _data(source, text)
    faults, notes = [], []
    if text != render(data):
        faults.append(f"{source.name} was changed: it is not written as hrge-xl writes it.")
    document = _completed(source, json.loads(text))
    ours = document["run"]["engine_version"] == __version__
    if source != path and not ours:
        notes.append(f"Another version made {path.name}: it cannot be compared with its JSON report.")
    elif source != path and not _is_page_of(path, data):
        faults.append(f"{path.name} does not say what its JSON report says: it was changed, or worked in.")
    return ReportFile(path, document, data if ours else document, tuple(faults), tuple(notes))


def _is_json(path: Path) -> bool:
    return path.suffix.lower().lstrip(".") not in {each.suffix for each in FORMATS.values()} - {JSON}


def _text(path: Path) -> str:
    """The text, also where a shell of Windows wrote it: as UTF-16, or with other line ends."""
    try:
        data = path.read_bytes()
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path}: the report cannot be read ({error.strerror}). Check the path.") from error
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{path.name} is no JSON report: it is not text. It was changed or damaged."
        ) from error
    return text.replace("\r\n", "\n")


def _data(path: Path, text: str) -> Document:
    try:
        data = json.loads(text)
        render(data)  # not every number that JSON reads can be written, nor every depth
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"{path.name} is no whole JSON report ({error}). It was changed, cut or damaged."
        ) from error
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise UsageError(f"{path.name} is no validation report: it does not say “{SCHEMA}”.")
    document: Document = data  # type: ignore[assignment]
    return document


def _completed(path: Path, whole: Any) -> Document:
    """The report with what an earlier program did not write yet. Raises `UsageError` where its shape is wrong."""
    try:
        for place, value in ADDED.items():
            _fill(whole, place.split("."), value)
        TypeAdapter(_Repeatable).validate_python(whole)
        _check_days_and_names(whole)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise UsageError(f"{path.name} is no whole report: {wrong}. It was changed.") from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise UsageError(f"{path.name} is no whole report ({error}). It was changed.") from error
    document: Document = whole
    return document


def _check_days_and_names(document: Document) -> None:
    """Raises ValueError for a day that is none, or a file that cannot have had its name."""
    date.fromisoformat(document["run"]["today"])
    for row in document["waivers"]:
        date.fromisoformat(row["until"] or document["run"]["today"])
    for file in document["files"]:
        if name_of(file["path"]).strip(".") == "" or "\0" in file["path"]:
            raise ValueError(f"“{file['path']}” names no file")


def _fill(holder: Any, place: Sequence[str], value: Any) -> None:
    """Put a value where there is none, in every item of the lists on the way."""
    key, *below = place
    for each in holder if isinstance(holder, list) else [holder]:
        if below:
            _fill(each.get(key, []), below, value)
        else:
            each.setdefault(key, value)


def _is_page_of(path: Path, document: Document) -> bool:
    """Whether a page was made from these data: the same data give the same bytes."""
    name = next(name for name, each in FORMATS.items() if path.suffix.lower() == f".{each.suffix}")
    try:
        return report(document, name) == path.read_bytes()
    except Exception:  # noqa: BLE001 - of data that were changed there may be no page, for any reason
        return False
