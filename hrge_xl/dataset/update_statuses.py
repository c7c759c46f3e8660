"""Works out which returns count, once all of them are in the dataset, and tells it to dataset and ledger."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from ..answers.corrections import OfficeCorrection, corrected_finding
from ..answers.submission import VALID
from ..core.message_templates import as_json, from_json, text_of
from ..core.paths import name_of
from ..core.words import storable
from ..core.work import grouped
from ..exchange.validation import ACCEPTED, REFUSED, RETURNED, Noticed, ValidationRequest
from ..findings import CATALOGUE, Finding, Severity, Waiver, codes
from ..findings.file import (
    ENCRYPTED_WORKBOOK,
    READER_FAILED,
    ROW_WITHOUT_A_PLACE,
    STOPPED_BY_THIS_FILE,
    WRONG_PASSWORD,
)
from ..findings.identity import (
    ANOTHER_ROUND,
    ARRIVAL_DAYS_DIFFER,
    FILE_NAME_NAMES_ANOTHER,
    MADE_FROM_OLDER_VERSION,
    PERIOD_OUTSIDE_ROUND,
    SENDER_NOT_THE_TEAMS,
    SIGNATURE_INVALID,
    UNKNOWN_TEAM,
)
from ..findings.model import ACTIVE, waiver_of
from ..findings.value import CORRECTED_BY_OFFICE
from ..layout.wording import wording_of
from ..ledger.judgements import decisions
from ..ledger.ledger import RETURN_COLUMNS, STATED, FileLocation, Ledger
from ..reader import ExpectedReturn
from ..reader.identity import doubts_about_team
from .return_status import (
    DOUBTS,
    STATUS_CODES,
    ReturnEntry,
    ReturnStatus,
    based_on_old_version,
    moment,
    return_statuses,
)
from .rows import finding_row, submission_number
from .schema import FINDINGS_FACT, Record, Row, Table
from .store import Store

# A finding that no file shows by itself has a number before all others of its return.
STATUS_FINDING = 0
STEP_BACK_FINDING = -1
FIRST_MAIL_FINDING = -3
MAIL_CODES = codes(SENDER_NOT_THE_TEAMS, ARRIVAL_DAYS_DIFFER)
"""What the folder of a round alone can tell."""
PASSWORD_CODES = codes(ENCRYPTED_WORKBOOK, WRONG_PASSWORD)
"""A password is needed, or another one."""
PROGRAM_FAULT_CODES = codes(READER_FAILED, STOPPED_BY_THIS_FILE, ROW_WITHOUT_A_PLACE)
OTHER_ROUND_CODES = codes(SIGNATURE_INVALID, ANOTHER_ROUND, UNKNOWN_TEAM, PERIOD_OUTSIDE_ROUND)
"""What may be otherwise in another round."""
TEAM_CODES = codes(UNKNOWN_TEAM, FILE_NAME_NAMES_ANOTHER)
ROUND_CODES = (*OTHER_ROUND_CODES, FILE_NAME_NAMES_ANOTHER.code)
"""What depends on the round that a file was read for."""


def update_statuses(
    store: Store,
    ledger: Ledger,
    waivers: Sequence[Waiver] = (),
    noticed: Mapping[str, Noticed] | None = None,
) -> None:
    """Work out the status of every return and write down what changed, in the dataset and in the ledger.

    `noticed` has, by the name of a round, what finds out how its returns came. Of other rounds these findings stay.
    """
    apply_waivers(store, waivers)
    returns = list(store.records("submissions"))
    locations_by_hash = ledger.locations()
    locations = {
        row["submission"]: locations_by_hash.get(row["sha256"] or "", []) for row in returns
    }
    doubts = _open_doubts(store)
    entries = [
        _entry(row, locations[row["submission"]], doubts.get(row["submission_id"], ()))
        for row in returns
    ]
    statuses = return_statuses(entries, decisions(ledger))
    filled_in = [entry for entry in entries if not entry.untouched]
    decided_against = {
        name for name, status in statuses.items() if status.decision and not status.current
    }
    later_versions = based_on_old_version(filled_in, decided_against)
    with store.transaction():
        _update_submissions(store, returns, statuses, locations)
        _replace_rows(store, store.schema.by_name["files_fact"], _file_rows(returns, locations))
        status_rows = _status_findings(returns, statuses, later_versions, store.schema.language)
        has_status_code = store["findings_fact"].c.code.in_(STATUS_CODES)
        _replace_rows(store, FINDINGS_FACT, status_rows, has_status_code)
        for round_name, notice_arrival in (noticed or {}).items():
            of_round = [row for row in returns if row["read_for"] == round_name]
            _replace_mail_findings(store, round_name, of_round, statuses, notice_arrival)
    ledger.update_statuses(list(_ledger_rows(returns, entries, statuses)))


def expect_teams(
    store: Store, period: str, expected: Iterable[tuple[str, str, date | None]]
) -> None:
    """Write down which teams were to answer in a round: code, country, deadline."""
    table = store["expected_teams"]
    rows = sorted((period, team, country or None, due) for team, country, due in expected)
    with store.transaction():
        store.replace("expected_teams", rows, table.c.period == period)


def find_stale_returns(store: Store, request: ValidationRequest) -> set[str]:
    """Return the submissions that may be read otherwise now.

    They were read for another round, or for none, and may belong to the one that is wanted; the round has other teams
    since, or calls them otherwise; they are protected, and a password is given; a mistake of ours kept them out, which
    may be mended; or the office corrected something in them since, or took that back.
    """
    files = store["submissions"]
    findings = store["findings_fact"]

    def has_finding(finding_codes: Sequence[str]) -> Any:
        with_code = sa.select(findings.c.submission_id).where(findings.c.code.in_(finding_codes))
        return files.c.submission_id.in_(with_code)

    conditions = [has_finding(PROGRAM_FAULT_CODES)]
    expected = request.wanted
    if expected.round is not None:
        may_belong = [has_finding(OTHER_ROUND_CODES)]
        if expected.key is not None:
            may_belong.append(files.c.signature != VALID)
        read_for_another = sa.func.coalesce(files.c.read_for, "") != expected.round
        conditions.append(sa.and_(read_for_another, sa.or_(*may_belong)))
        conditions.append(files.c.submission.in_(_find_changed_teams(store, expected)))
    if request.password is not None or request.passwords:
        conditions.append(has_finding(PASSWORD_CODES))
    stale = store.select(sa.select(files.c.submission).where(sa.or_(*conditions)))
    return {str(name) for (name,) in stale} | find_recorrected_returns(store, request.corrections)


def find_recorrected_returns(store: Store, corrections: Iterable[OfficeCorrection]) -> set[str]:
    """Return the submissions that were read with other corrections than those in force."""
    files = store["submissions"].c
    findings = store["findings_fact"].c

    def correction_key(sha256: str, details: Mapping[str, Any]) -> tuple[Any, ...]:
        return sha256, details.get("number"), details.get("reason"), details.get("corrected")

    query = sa.select(files.sha256, findings.details).join_from(
        store["findings_fact"], store["submissions"], findings.submission_id == files.submission_id
    )
    stored_details = store.select(query.where(findings.code == CORRECTED_BY_OFFICE.code))
    read_with = {correction_key(sha256, from_json(text)) for sha256, text in stored_details}
    in_force = {
        correction_key(correction.sha256, corrected_finding(correction).details)
        for correction in corrections
    }
    changed_hashes = {sha256 for sha256, *_ in read_with ^ in_force}
    if not changed_hashes:
        return set()
    changed = store.select(sa.select(files.submission).where(files.sha256.in_(changed_hashes)))
    return {str(name) for (name,) in changed}


def _find_changed_teams(store: Store, expected: ExpectedReturn) -> list[str]:
    """Return the submissions of a round whose team, or whose findings about it, have changed since they were read."""
    if expected.teams is None:
        return []
    team_columns = store["expected_teams"].c
    earlier_query = sa.select(team_columns.team).where(team_columns.period == expected.round)
    earlier_teams = {team for (team,) in store.select(earlier_query)}
    files = store["submissions"].c
    findings = store["findings_fact"].c
    codes_query = sa.select(findings.submission_id, findings.code)
    stored = store.select(codes_query.where(findings.code.in_(TEAM_CODES)))
    stored_codes = grouped((number, str(code)) for number, code in stored)
    conditions = [files.read_for == expected.round, files.stamp.is_not(None)]
    if earlier_teams == set(expected.teams):
        # then nothing but a code that a team had before can be new
        former_codes = list(dict(expected.formerly))
        conditions.append(files.team.in_(former_codes))
    columns = ("submission_id", "submission", "path", "team", "signature", "stamp")
    changed = list[str]()
    for row in store.records("submissions", *conditions, columns=columns):
        stamped_team = json.loads(row["stamp"])["team"]
        file_name = name_of(row["path"])
        doubts = doubts_about_team(stamped_team, row["signature"], file_name, expected)
        current_codes = [finding.code for finding in doubts]
        is_same_team = row["team"] == expected.team_now(stamped_team)
        if not is_same_team or current_codes != stored_codes.get(row["submission_id"], []):
            changed.append(row["submission"])
    return changed


# what the status of a return depends on


def _open_doubts(store: Store) -> dict[int, list[str]]:
    """Return the codes that say that a return is somebody else's, by its number; none that somebody has accepted."""
    findings = store["findings_fact"].c
    query = sa.select(findings.submission_id, findings.code).where(
        findings.code.in_(DOUBTS), sa.not_(findings.waived)
    )
    in_order = store.select(query.order_by(findings.submission_id, findings.n))
    return grouped((number, str(code)) for number, code in in_order)


def _entry(row: Record, locations: Sequence[FileLocation], doubts: Sequence[str]) -> ReturnEntry:
    names = ("team", "copy", "predecessor", "project", "intervention", "country", "period")
    first = next(iter(locations), None)
    received = first.received if first else ""
    return ReturnEntry(
        row["submission"],
        first.order if first else 0,
        row["verdict"],
        **{name: row[name] or "" for name in names},
        stated_period=(str(row["period_start"] or ""), str(row["period_end"] or "")),
        moment=moment(row["saved"] or "", str(row["issued"] or ""), received),
        doubts=tuple(doubts),
        untouched=bool(row["untouched"]),
    )


# what is written down


def _update_submissions(
    store: Store,
    returns: Sequence[Record],
    statuses: Mapping[str, ReturnStatus],
    locations: Mapping[str, Sequence[FileLocation]],
) -> None:
    """Write status, arrival and path of those returns of which any of it has changed."""
    table = store["submissions"]
    for row in returns:
        status = statuses[row["submission"]]
        places = locations[row["submission"]]
        first = next(iter(places), None)
        values = {
            "status": status.state,
            "current": status.current,
            "superseded_by": status.other_submission,
            "reason": text_of(status.reason) or None,
            "reason_details": as_json({"reason": status.reason}) if status.reason else None,
            "arrived": first.day if first else None,
            "arrival": first.basis if first else None,
            "return_number": first.order if first else None,
            "path": _path_of(row, places),
        }
        if any(row[name] != value for name, value in values.items()):
            store.touch()
            is_return = table.c.submission_id == row["submission_id"]
            store.written.execute(sa.update(table).where(is_return).values(values))


def _path_of(row: Record, locations: Sequence[FileLocation]) -> str:
    """Return the path of a return as the ledger has it: earlier programs stored it as it was given."""
    stored_path = str(row["path"])
    paths = [location.path for location in locations]
    if stored_path in paths:
        return stored_path
    for path in paths:
        if f"/{stored_path}".endswith(f"/{path.lstrip('./')}"):
            return path
    return stored_path


def _file_rows(
    returns: Sequence[Record], locations: Mapping[str, Sequence[FileLocation]]
) -> Iterator[Row]:
    """Yield every item received: each place where a content was seen; a file that nobody could read has one."""
    for row in returns:
        places = sorted(locations[row["submission"]])
        if not places:
            yield row["submission_id"], 1, row["path"], None, False
        for n, place in enumerate(places, start=1):
            yield row["submission_id"], n, place.path, place.day, place.basis == STATED


def _status_findings(
    returns: Sequence[Record],
    statuses: Mapping[str, ReturnStatus],
    later_versions: Mapping[str, str],
    language: str,
) -> Iterator[Row]:
    """Yield the findings that only several returns together show: of statuses, and of steps back."""
    by_name = {row["submission"]: row for row in returns}
    for name, status in statuses.items():
        if status.finding is None:
            continue
        rival = by_name.get(status.other_submission or "")
        rival_name = name_of(rival["path"]) if rival else ""
        details = {"other": rival_name, "submission": name}
        decision = status.decision
        if decision is not None:
            details |= {"reason": decision.reason, "by": decision.by, "day": decision.day}
        finding = status.finding.at(**details)
        yield _worded_row(finding, by_name[name], STATUS_FINDING, language)
    for name, later_version in later_versions.items():
        later_name = name_of(by_name[later_version]["path"])
        finding = MADE_FROM_OLDER_VERSION.at(other=later_name)
        yield _worded_row(finding, by_name[name], STEP_BACK_FINDING, language)


def _replace_mail_findings(
    store: Store,
    round_name: str,
    returns: Sequence[Record],
    statuses: Mapping[str, ReturnStatus],
    notice_arrival: Noticed,
) -> None:
    """Write how the returns of a round came; about the sender of one only until somebody decides about it."""
    rows = list[Row]()
    for row in returns:
        if row["verdict"] == REFUSED or not row["sha256"]:
            continue
        findings = [*notice_arrival(row["sha256"], row["team"] or "")]
        if statuses[row["submission"]].decision is not None:
            findings = [
                finding for finding in findings if finding.code != SENDER_NOT_THE_TEAMS.code
            ]
        for n, finding in enumerate(findings, start=FIRST_MAIL_FINDING):
            rows.append(_worded_row(finding, row, n, store.schema.language))
    files = store["submissions"].c
    table = store["findings_fact"].c
    read_for_round = sa.select(files.submission_id).where(files.read_for == round_name)
    is_of_round = table.submission_id.in_(read_for_round)
    _replace_rows(store, FINDINGS_FACT, rows, table.code.in_(MAIL_CODES), is_of_round)


def _worded_row(finding: Finding, row: Record, n: int, language: str) -> Row:
    worded = wording_of(None).worded(finding, language, row["path"])
    return finding_row(worded, submission_number(row["submission"]), n)


def _replace_rows(store: Store, table: Table, rows: Iterable[Row], *conditions: Any) -> None:
    """Put rows, in the order of their key, in the place of those for which all conditions hold."""
    key_positions = [table.at[column] for column in table.key]

    def key_of(row: Row) -> tuple[str, ...]:
        return tuple(str(row[position]) for position in key_positions)

    store.replace(table.name, sorted(rows, key=key_of), *conditions)


def _ledger_rows(
    returns: Sequence[Record], entries: Sequence[ReturnEntry], statuses: Mapping[str, ReturnStatus]
) -> Iterator[dict[str, object]]:
    """Yield identity and status of every file that has a hash, by the columns of the ledger."""
    for row, entry in zip(returns, entries, strict=True):
        if not row["sha256"]:
            continue
        status = statuses[entry.submission]
        yield {
            "sha256": row["sha256"],
            **{name: getattr(entry, name) for name in RETURN_COLUMNS},
            "state": status.state,
            "superseded_by": status.other_submission,
            "reason": text_of(status.reason) or None,
        }


# what was waived since files were read, and what no longer is

# Findings across returns are settled by decisions; no verdict of a file depends on them.
CROSS_RETURN_CODES = sorted(code for code, kind in CATALOGUE.items() if kind.family == "X")


def apply_waivers(store: Store, waivers: Sequence[Waiver]) -> None:
    """Mark the findings that are waived; a return whose every error is waived is accepted.

    The same as for a file that is read while the waivers are known.
    """
    findings = store["findings_fact"]
    files = store["submissions"]
    is_error = findings.c.severity == Severity.ERROR.value
    counts_for_verdict = sa.and_(is_error, findings.c.code.not_in(CROSS_RETURN_CODES))
    is_open = sa.not_(findings.c.waived)
    open_errors = sa.func.count(sa.case((sa.and_(counts_for_verdict, is_open), 1)))
    count_query = sa.select(open_errors, sa.func.count(sa.case((findings.c.waived, 1))))
    with store.transaction() as connection:
        for number in _mark_waived(store, waivers):
            store.touch()
            of_return = count_query.where(findings.c.submission_id == number)
            open_count, waived_count = connection.execute(of_return).one()
            verdict = RETURNED if open_count else ACCEPTED
            is_read = sa.and_(files.c.submission_id == number, files.c.verdict != REFUSED)
            update = sa.update(files).where(is_read)
            connection.execute(update.values(verdict=verdict, waived=waived_count))


def _mark_waived(store: Store, waivers: Sequence[Waiver]) -> list[int]:
    """Write beside each finding what waives it; return the numbers of the returns where that changed."""
    table = store["findings_fact"]
    files = store["submissions"]
    waived_codes = {waiver.code for waiver in waivers}
    waived_hashes = {waiver.sha256 for waiver in waivers}
    may_be_waived = sa.and_(table.c.code.in_(waived_codes), files.c.sha256.in_(waived_hashes))
    names = ("submission_id", "n", "code", "sheet", "cell", "waiver")
    query = sa.select(files.c.sha256, *(table.c[name] for name in names))
    query = query.join_from(table, files, files.c.submission_id == table.c.submission_id)
    query = query.where(sa.or_(table.c.waiver.is_not(None), may_be_waived))
    changed = set[int]()
    for sha256, number, n, code, sheet, cell, stored_text in store.written.execute(query).all():
        waiver = waiver_of(waivers, sha256, code, sheet, cell)
        waiver_text = storable(waiver.told) if waiver else None
        if waiver_text == stored_text:
            continue
        changed.add(number)
        is_finding = sa.and_(table.c.submission_id == number, table.c.n == n)
        update = sa.update(table).where(is_finding)
        if waiver is None:
            update = update.values(waived=False, waiver=None, waiver_number=None)
        else:
            is_active = waiver.state == ACTIVE
            update = update.values(
                waived=is_active, waiver=waiver_text, waiver_number=waiver.number
            )
        store.written.execute(update)
    return sorted(changed)
