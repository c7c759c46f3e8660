"""A validation report taken from its file: the JSON report itself, or any other format with the JSON beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, NotRequired, cast

from pydantic import TypeAdapter, ValidationError
from typing_extensions import TypedDict

from .. import __version__
from ..core.dates import RANGE, parse_day
from ..core.errors import UsageError
from ..core.paths import decoded, name_of, read_regular
from ..outputs import FORMATS, beside, report, suffix
from ..outputs.document import SCHEMA, DecisionRow, Document, Run, WaiverRow
from ..outputs.formats.json import render

JSON = "json"
MOST_BYTES = 200 * 1024 * 1024  # ten thousand files have a tenth of it


class _Finding(TypedDict, total=False):
    code: str
    severity: str
    waiver: dict[str, Any] | None


class _Checks(TypedDict, total=False):
    run: list[str]
    not_run: list[dict[str, Any]]


class _File(TypedDict):
    path: str
    dataset: int
    submission: str
    sha256: str | None
    copy_of: str | None
    read_as: str | None
    read_for: str | None
    order: int | None
    arrived: str | None
    arrival: str | None
    checked: str
    size: NotRequired[int | None]
    verdict: NotRequired[str]
    status: NotRequired[str]
    counted: NotRequired[bool]
    identity: NotRequired[dict[str, Any] | None]
    counts: NotRequired[dict[str, int]]
    checks: NotRequired[_Checks]
    findings: NotRequired[list[_Finding]]


class _Repeatable(TypedDict):
    """What a report must say to be made again; all else may be wrong, and is compared."""

    run: Run
    files: list[_File]
    waivers: list[WaiverRow]
    decisions: list[DecisionRow]


class ReportFile(NamedTuple):
    """A report as it lies there: its data, and what is wrong with the file itself."""

    document: Document
    faults: tuple[str, ...]
    notes: tuple[str, ...]


def read_report(path: Path) -> ReportFile:
    """Take a report up. Raises `UsageError` for what is not a validation report, or has no JSON report beside it."""
    pages = {suffix(name): name for name in reversed(FORMATS) if suffix(name) != JSON}
    page = pages.get(path.suffix.lower().lstrip("."))
    source = path.with_suffix(f".{JSON}") if page else path
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
    _refuse_unrepeatable(source, data)
    if page and data["run"]["engine_version"] != __version__:
        notes.append(f"Another version made {path.name}: it cannot be compared with its JSON report.")
    elif page and not _is_page_of(path, page, data):
        faults.append(f"{path.name} does not say what its JSON report says: it was changed, or worked in.")
    return ReportFile(data, tuple(faults), tuple(notes))


def _text(path: Path) -> str:
    """Give the text, also where a shell of Windows wrote it: as UTF-16, or with other line ends."""
    try:
        text = decoded(read_regular(path, MOST_BYTES))
    except OSError as error:
        raise UsageError(f"{path}: the report cannot be read ({error.strerror}). Check the path.") from error
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{path.name} is not a JSON report: it is not text. It was changed or damaged."
        ) from error
    return text.replace("\r\n", "\n")


def _data(path: Path, text: str) -> Document:
    try:
        data: Any = json.loads(text)
        render(data)  # not every number that JSON reads can be written, nor every depth
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"{path.name} is not a complete JSON report ({error}). It was changed, cut or damaged."
        ) from error
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise UsageError(f"{path.name} is not a validation report: it does not say “{SCHEMA}”.")
    return cast("Document", data)


def _refuse_unrepeatable(path: Path, document: Any) -> None:
    """Refuse a report that does not say enough to be made again, with `UsageError`."""
    try:
        TypeAdapter(_Repeatable).validate_python(document, strict=True)
        for wrong in _impossible(document):
            raise ValueError(wrong)
    except (TypeError, ValueError) as error:
        why = f" ({error})"
        if isinstance(error, ValidationError):
            why = ": " + "; ".join(
                f"{'.'.join(map(str, wrong['loc']))}: {wrong['msg']}" for wrong in error.errors()
            )
        raise UsageError(f"{path.name} is not a complete report{why}. It was changed.") from error


def _impossible(document: Document) -> Iterator[str]:
    """Yield what no report can say."""
    days = [document["run"]["today"], *(row["until"] for row in document["waivers"] if row["until"])]
    for file in document["files"]:
        days += [file["checked"], *filter(None, [file["arrived"]])]
    yield from (f"“{day}” is not {RANGE}" for day in days if parse_day(day) is None)
    contents: dict[tuple[int, int], str | None] = {}
    for file in document["files"]:
        names = (file["path"], file["read_as"] or file["path"])
        if any(name_of(name).strip(".") == "" or "\0" in name for name in names):
            yield f"“{file['path']}” names no file"
        if not 1 <= file["dataset"] <= len(document["run"]["datasets"]):
            yield f"“{file['path']}” is of a dataset that is not listed"
        place, sha256 = (file["dataset"], file["order"] or 0), file["sha256"]
        if file["order"] is not None and contents.setdefault(place, sha256) != sha256:
            yield f"“{file['path']}” has the place of another file in the order in which they arrived"
    numbers = [(row["dataset"], row["n"]) for row in document["decisions"]]
    if len(set(numbers)) != len(numbers):
        yield "two decisions have one number"


def _is_page_of(path: Path, name: str, document: Document) -> bool:
    """Say whether a page was made from these data, and all that lies beside it: the same data give the same bytes."""
    try:
        others = all((path.parent / other).read_bytes() == data for other, data in beside(document, name))
        return others and report(document, name) == path.read_bytes()
    except Exception:  # noqa: BLE001 - of data that were changed there may be no page, for any reason
        return False
