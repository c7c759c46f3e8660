"""A validation report taken from its file: the JSON report itself, or any other format with the JSON beside it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from .. import __version__
from ..errors import UsageError
from ..reports import FORMATS, report
from ..reports.document import SCHEMA, Document
from ..reports.json_text import render
from .found import name_of

JSON = FORMATS["json"].suffix
ADDED: dict[str, dict[str, Any]] = {  # what reports of the first program did not say yet
    "run": {"spec_asked": None, "round_given": False},
    "counts": {"waived": 0},
    "finding": {"waiver": None},
}


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A report as it lies there: its data, and what is wrong with the file itself."""

    path: Path
    document: Document
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
    document = _completed(source, data)
    if source != path and document["run"]["engine_version"] != __version__:
        notes.append(f"Another version made {path.name}: it cannot be compared with its JSON report.")
    elif source != path and not _is_page_of(path, data):
        faults.append(f"{path.name} does not say what its JSON report says: it was changed, or worked in.")
    return ReportFile(path, document, tuple(faults), tuple(notes))


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
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"{path.name} is no whole JSON report ({error}). It was changed, cut or damaged."
        ) from error
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise UsageError(f"{path.name} is no validation report: it does not say “{SCHEMA}”.")
    document: Document = data  # type: ignore[assignment]
    return document


def _completed(path: Path, data: Document) -> Document:
    """The report with what an earlier program did not write yet. Raises `UsageError` where its shape is wrong."""
    whole: Any = json.loads(json.dumps(data))
    whole.setdefault("waivers", [])
    _set(whole.get("run"), ADDED["run"])
    _set(whole.get("summary"), ADDED["counts"])
    try:
        for file in whole["files"]:
            _set(file.get("counts"), ADDED["counts"])
            for finding in file["findings"]:
                _set(finding, ADDED["finding"])
        TypeAdapter(Document).validate_python(whole)
        _check_days_and_names(whole)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UsageError(
            f"{path.name} is no whole report: {place}: {first['msg']}. It was changed."
        ) from error
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


def _set(target: Any, defaults: dict[str, Any]) -> None:
    for key, value in defaults.items() if isinstance(target, dict) else ():
        target.setdefault(key, value)


def _is_page_of(path: Path, document: Document) -> bool:
    """Whether a page was made from these data: the same data give the same bytes."""
    name = next(name for name, each in FORMATS.items() if path.suffix.lower() == f".{each.suffix}")
    return report(document, name) == path.read_bytes()
