"""The verbs of the command line as functions: what `hrge-xl VERB` does, with values in and out instead of text.

Importing this module imports pandas and its like; a program that needs one verb may import it from its own home.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from . import consolidation
from .auditing.audit import DatasetAudit, ReportAudit, VerificationRequest
from .auditing.verify_dataset import verify_dataset
from .auditing.verify_report import verify_report
from .consolidation import consolidate
from .correspondence import drafts, remind
from .dataset import seals, tracing
from .dataset.files import only_writer
from .dataset.frame_schemas import schemas
from .dataset.ledger import Ledger
from .dataset.recovery import recover
from .dataset.returns import Return
from .dataset.seals import Seal
from .drafting import draft
from .errors import UsageError
from .exports import extract
from .exports.data_xlsx import write_workbook
from .exports.extract import Wish
from .findings import Kind, Waiver, kind_called
from .intake import ExpectedReturn, read
from .issuing import Order, generate, issue
from .paths import check_several
from .refreshing import refresh
from .reports import report
from .reports.build import Facts, document
from .reports.compare import compare
from .reports.feedback import feedback
from .rounds import round_status
from .rounds.datasets import Question, check_folder, datasets, one_dataset
from .rounds.edit_round import set_contact
from .rounds.receiving import receive
from .rounds.round_status import TeamStatus
from .rounds.rounds import init_round, load_round
from .soundness import try_out
from .spec.diff import diff
from .spec.load import load
from .validation import Result, Source, ValidationRequest, validate

__all__ = [
    "ExpectedReturn",
    "Facts",
    "Order",
    "Question",
    "Source",
    "ValidationRequest",
    "Wish",
    "check",
    "compare",
    "consolidate",
    "datasets",
    "decide",
    "diff",
    "document",
    "draft",
    "drafts",
    "explain",
    "export",
    "feedback",
    "generate",
    "init_round",
    "issue",
    "load",
    "load_round",
    "one_dataset",
    "read",
    "receive",
    "recover",
    "refresh",
    "remind",
    "report",
    "schemas",
    "set_contact",
    "sign",
    "status",
    "trace",
    "try_out",
    "validate",
    "verify",
    "waive",
    "withdraw",
]


def check(path: Path, request: ValidationRequest) -> Result:
    """Read and check one workbook; what came of it, with its findings."""
    (result,) = validate([path], request)
    return result


def status(folder: Path, today: date) -> list[TeamStatus]:
    """Give each team of a round with what came from it. Raises `RoundError` for a folder that is not a round."""
    round_ = load_round(folder)
    with datasets(Question([str(folder)], today, rejudge=True)) as (found,):
        return round_status.status(found.of_round(), today, round_)


def export(
    place: str | Path, target: Path, today: date, *, table: str | None = None, language: str | None = None,
    wish: Wish | None = None,
) -> Path:  # fmt: skip
    """Write one table as the name of the file says (csv, json, xlsx, parquet), or without `table` the whole workbook.

    Gives the file. Raises `UsageError`, `OutputError`.
    """
    with one_dataset(place, today) as found:
        if table is None:
            if target.suffix.lower() != ".xlsx":
                raise UsageError(f"{target.name}: a file of all tables is a workbook. End its name in .xlsx.")
            write_workbook(found.store, target, today, language)
        else:
            wanted = extract.table_of(found.store, table)
            rows = extract.rows_of(found.store, wanted, wish or Wish())
            extract.write_file(target, wanted, rows, target.suffix.lower().lstrip("."))
    return target


def trace(place: str | Path, table: str, row: int, today: date) -> list[tuple[str, str]]:
    """Give the values of a row of a table, numbered from 1, and the file and cell that it comes from."""
    with one_dataset(place, today) as found:
        return tracing.trace(found.store, extract.table_of(found.store, table), row)


def decide(
    folder: Path, returns: Sequence[str], choice: str, *, reason: str, by: str, day: date
) -> list[Return]:
    """Decide that returns count (`counts`) or not (`withdrawn`), or take that back (`undone`); gives all returns then.

    Raises `UsageError` where nothing is to be decided about one of them.
    """
    check_several("returns", returns)
    check_folder(folder)
    _, after = consolidation.decide(folder, returns, choice, reason=reason, by=by, day=day)
    return after


def waive(  # noqa: PLR0913 (one parameter an option)
    folder: Path, code: str, file: str, *, reason: str, by: str, day: date,
    place: tuple[str, str] | None = None, until: date | None = None,
) -> Waiver:  # fmt: skip
    """Accept the findings of one file that have a code, all or those at one sheet and cell. Raises `UsageError`."""
    check_folder(folder)
    waiver, _, _ = consolidation.waive(
        folder, code, file, reason=reason, by=by, day=day, place=place, until=until
    )
    return waiver


def withdraw(folder: Path, number: int, *, by: str, day: date) -> Waiver:
    """Take a waiver back by its number. Raises `UsageError`."""
    check_folder(folder)
    return consolidation.withdraw(folder, number, by=by, day=day)


def sign(folder: Path, report: Path, *, by: str) -> Seal:
    """Seal the bytes of a report in the ledger of a round or consolidated folder. Raises `UsageError`."""
    check_folder(folder)
    if not report.is_file():
        raise UsageError(f"{report}: there is no such report. Check the path.")
    with only_writer(folder), Ledger.open(folder) as ledger:
        return seals.seal(ledger, report, by=by)


def verify(target: Path, returned: Sequence[Path] = (), jobs: int = 1) -> ReportAudit | DatasetAudit:
    """Make a report, a round or a consolidated folder again from its files and compare; `identical` says how it ended.

    A report needs the folders with its files. Raises `UsageError`.
    """
    asked = VerificationRequest(target, returned, jobs=jobs)
    if target.is_dir():
        return verify_dataset(asked)
    if not returned:
        raise UsageError("Say where the files of the report are: verify(report, [folder]).")
    return verify_report(asked)


def explain(code: str) -> Kind:
    """Give what a finding is, why it matters and what to do, by its code or its name. Raises `UsageError`."""
    kind = kind_called(code)
    if kind is None:
        raise UsageError(f"There is no code '{code}'. See docs/findings.md for all of them.")
    return kind
