"""Returned files read again, under the names that they came with and checked on their days."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple, NotRequired, cast

from pydantic import TypeAdapter, ValidationError
from typing_extensions import TypedDict

from .. import __version__
from ..answers.corrections import OfficeCorrection
from ..core.dates import RANGE, parse_day
from ..core.errors import UsageError
from ..core.message_templates import MessageTemplate, is_ours
from ..core.paths import decoded, name_of, quoted, read_named
from ..core.work import batched, grouped
from ..dataset.rows import finding_of, reason_of
from ..dataset.update_statuses import MAIL_CODES, ROUND_CODES
from ..exchange.validation import REFUSED, Reader, Result, ValidationRequest, validated, verdict_of
from ..findings import CATALOGUE, Finding, Waiver, waived
from ..layout.wording import LEFT_OUT, placeholders, text
from ..ledger.files import sha256_of, under_their_names
from ..outputs import beside, report, suffix
from ..outputs.document import SCHEMA, DecisionRow, Document, FindingRow, Run, WaiverRow
from ..outputs.formats import FORMATS
from ..outputs.formats.json import render
from ..reader import LIMITS, ExpectedReturn
from ..reader.gate import OLE_MAGIC, Refusal, open_untrusted, opened
from ..reader.office_files import PASSWORDS
from ..rounds.datasets import verdicts_of_closed
from ..rounds.rounds import Round, is_round, load_round, round_around

BATCH = 50  # files whose results are held at a time


class ReportedFile(NamedTuple):
    """A file that a report or a dataset tells of: where its bytes are, and its path, round and day when it was checked.

    `row` is what was found in it, as a row of a report: what only the folder of its round could tell is taken from it
    where that is not at hand.
    """

    file: Path
    path: str
    read_for: str | None
    checked: date
    row: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Setting:
    """What every file is asked: the spec, where one was named; the rounds at hand, by name; and what was waived."""

    spec: str | None
    rounds: Mapping[str, Round]
    # by the round, where one has a version of its own
    specs: Mapping[str, str] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()
    jobs: int = 1
    password: str | None = field(default=None, repr=False)
    corrections: tuple[OfficeCorrection, ...] = ()  # in force

    def request(self, round_: str | None, day: date) -> ValidationRequest:
        """Ask for the files of a round, or of none, on a day."""
        expected = ExpectedReturn(self.specs.get(round_ or "", self.spec))
        at_hand = self.rounds.get(round_ or "")
        if at_hand is not None:
            expected = replace(at_hand.wanted, spec=expected.spec)
        passwords = at_hand.passwords if at_hand is not None else ()
        return ValidationRequest(
            expected,
            day,
            self.jobs,
            self.password,
            self.waivers,
            passwords=passwords,
            corrections=self.corrections,
            closing=verdicts_of_closed(at_hand),
        )


def rounds_at_hand(folders: Iterable[Path], returned: Iterable[Path] = ()) -> dict[Path, Round]:
    """Return the rounds at hand by their folder: some folders that are rounds, and those of what came back."""
    around = [*folders, *(round_around(folder) or folder for folder in returned)]
    folders_resolved = dict.fromkeys(folder.resolve() for folder in around)
    return {folder: load_round(folder) for folder in folders_resolved if is_round(folder)}


def read_again(
    files: Mapping[int, ReportedFile], setting: Setting, pool: Reader
) -> Iterator[dict[int, Result]]:
    """Yield the results by the number of their file, some at a time: a thousand are more than fits into memory."""
    groups = grouped(((file.read_for, file.checked), number) for number, file in files.items())
    for (round_, day), numbers in groups.items():
        request = setting.request(round_, day)
        for some in batched([(number, files[number]) for number in numbers], BATCH):
            with under_their_names([(file.file, file.path) for _, file in some]) as paths:
                results = [*validated(paths, request, pool)]
            for (_, file), result in zip(some, results, strict=True):
                set_path(result, file.path)
                result.read_for = round_
                if round_ is not None:
                    copy_round_facts(
                        result, file.row, setting.waivers, at_hand=round_ in setting.rounds
                    )
            yield {number: result for (number, _), result in zip(some, results, strict=True)}


def why_not_opened(file: ReportedFile, setting: Setting) -> str:
    """Return a line on a file that was read under a password and that no password at hand opens; else nothing."""
    if file.row["verdict"] == REFUSED:
        return ""
    received = opened(file.file, LIMITS)
    if isinstance(received, Refusal) or not received.data.startswith(OLE_MAGIC):
        return ""
    request = setting.request(file.read_for, file.checked)
    decrypted = open_untrusted(file.file, request.passwords_for(Path(file.path)))
    if not isinstance(decrypted, Refusal) or decrypted.observations[0].code not in PASSWORDS:
        return ""
    words = text(decrypted.observations[0], path=file.path)
    return f"{file.path}: not compared. {words.message} {words.remedy}"


def set_path(result: Result, path: str) -> None:
    """Tell of a file under another path than that of the copy it was read from."""
    result.path = path
    if result.submission is not None:
        result.submission.path = path


# what only the folder of its round can tell of a file


def not_compared(round_: str) -> str:
    """Say what of the files of a round, or of several, is not compared where its folder is not at hand."""
    return (
        f"The folder of the round {round_} is not available: signatures and teams ({', '.join(ROUND_CODES)}) are not "
        "compared."
    )


def copy_round_facts(
    result: Result, row: Mapping[str, Any], waivers: Sequence[Waiver], *, at_hand: bool
) -> None:
    """Put into a result what the report says of its signature, and the findings that only the round can tell.

    Of a round at hand only those about the mail that a return came with: addresses of teams change.

    Whatever the row lacks is not there afterwards either, and so is a difference.
    """
    if result.submission is None or result.outcome is None:
        return
    codes = MAIL_CODES if at_hand else (*MAIL_CODES, *ROUND_CODES)
    for at, finding in _findings(row, codes):
        result.findings.insert(at, finding)
    if at_hand:
        return
    result.findings = waived(result.findings, result.sha256, waivers)
    result.verdict = verdict_of(result.findings)
    identity = row.get("identity") or {}
    result.submission.signature = str(identity.get("signature"))
    result.team = str(identity.get("team"))
    checks = row.get("checks") or {}
    ran = {code for code in result.outcome.checks_run if code not in ROUND_CODES}
    ran_for_round = set(ROUND_CODES).intersection(checks.get("run", ()))
    result.outcome.checks_run = sorted(ran | ran_for_round)
    stated_reasons = {
        skip["code"]: _reason(skip)
        for skip in checks.get("not_run", ())
        if skip.get("code") in ROUND_CODES
    }
    other_reasons = {code: why for code, why in result.not_run.items() if code not in ROUND_CODES}
    result.not_run = other_reasons | stated_reasons


def _reason(skipped: Mapping[str, Any]) -> str | MessageTemplate:
    """Return why a check did not run, as it was kept if that is a text of ours: another program may have written it."""
    with suppress(KeyError, ValueError):
        why = reason_of(skipped["why"], skipped.get("details"))
        if isinstance(why, MessageTemplate) and is_ours(why):
            return why
    return str(skipped.get("why"))


def _findings(row: Mapping[str, Any], codes: Collection[str]) -> Iterator[tuple[int, Finding]]:
    """Yield the findings of the round with their places among the others.

    A value that was left out of a redacted report is left out once more.
    """
    for at, stated in enumerate(row.get("findings") or ()):
        if stated.get("code") in codes:
            # what is no finding is not there afterwards, and so is a difference
            with suppress(ValueError):
                fields = dict(TypeAdapter(FindingRow).validate_python({**stated, "details": {}}))
                kind = CATALOGUE.get(stated["code"])
                tells_value = kind is not None and "value" in placeholders(kind.message)
                if tells_value and fields["value"] is None:
                    fields["value"] = LEFT_OUT
                details = stated.get("details") or {}  # as in a dataset, or as in a report
                stored = details if isinstance(details, str) else json.dumps(details)
                stored_fields = {
                    "details": stored,
                    "waiver_number": None,
                    "row_code": fields["row"],
                }
                yield at, finding_of(fields | stored_fields, {}, "")


def sha256_by_path(folders: Iterable[Path], closed: list[str]) -> Iterator[tuple[Path, str]]:
    """Yield every file of some folders with its hash; what there is to say of those that cannot be opened is added."""
    for folder in folders:
        for path in sorted(folder.rglob("*")) if folder.is_dir() else [folder]:
            if path.is_symlink() or not path.is_file():
                continue
            try:
                yield path, sha256_of(path)
            except OSError as error:
                closed.append(f"{path} cannot be opened ({error.strerror}): it was not looked at.")


# a report taken from its file: the JSON report itself, or another format with the JSON beside it


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
            f"{path.name} holds no data to compare.",
            remedy=(
                f"Put the JSON report of the same run beside it, as {source.name}: hrge-xl "
                f"report DATASET --format html --format json -o {quoted(path.parent)}"
            ),
        )
    text = _text(source)
    document = _data(source, text)
    faults = []
    notes = []
    if text != render(document):
        faults.append(f"{source.name} was changed: it is not written as hrge-xl writes it.")
    _refuse_unrepeatable(source, document)
    if page and document["run"]["engine_version"] != __version__:
        notes.append(
            f"Another version made {path.name}: it cannot be compared with its JSON report."
        )
    elif page and not _is_page_of(path, page, document):
        faults.append(
            f"{path.name} does not say what its JSON report says: it was changed, or worked in."
        )
    return ReportFile(document, tuple(faults), tuple(notes))


def _text(path: Path) -> str:
    """Return the text, also where a shell of Windows wrote it: as UTF-16, or with other line ends."""
    try:
        text = decoded(read_named(path, MOST_BYTES, "report"))
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{path.name} is not a JSON report: it is not text.",
            remedy="It was changed or damaged.",
        ) from error
    return text.replace("\r\n", "\n")


def _data(path: Path, text: str) -> Document:
    try:
        document: Any = json.loads(text)
        render(document)  # not every number that JSON reads can be written, nor every depth
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"{path.name} is not a complete JSON report ({error}).",
            remedy="It was changed, cut or damaged.",
        ) from error
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise UsageError(f"{path.name} is not a validation report: it does not say “{SCHEMA}”.")
    return cast("Document", document)


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
        raise UsageError(
            f"{path.name} is not a complete report{why}.", remedy="It was changed."
        ) from error


def _impossible(document: Document) -> Iterator[str]:
    """Yield what no report can say."""
    days = [
        document["run"]["today"],
        *(row["until"] for row in document["waivers"] if row["until"]),
    ]
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
        place = (file["dataset"], file["order"] or 0)
        sha256 = file["sha256"]
        if file["order"] is not None and contents.setdefault(place, sha256) != sha256:
            yield f"“{file['path']}” has the place of another file in the order in which they arrived"
    numbers = [(row["dataset"], row["n"]) for row in document["decisions"]]
    if len(set(numbers)) != len(numbers):
        yield "two decisions have one number"


def _is_page_of(path: Path, name: str, document: Document) -> bool:
    """Say whether a page was made from these data, and all that lies beside it: the same data give the same bytes."""
    try:
        same_resources = all(
            (path.parent / resource).read_bytes() == content
            for resource, content in beside(document, name)
        )
        return same_resources and report(document, name) == path.read_bytes()
    except Exception:  # noqa: BLE001 - of data that were changed there may be no page, for any reason
        return False
