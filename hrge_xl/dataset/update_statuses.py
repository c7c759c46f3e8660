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
from ..ledger.ledger import STATED, FileLocation, Ledger
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

# the numbers of findings that no file shows by itself, from where they count: before all others
STATUS_FINDING = 0
STEP_BACK_FINDING = -1
MAIL_FINDINGS = -3
MAIL_CODES = codes(
    SENDER_NOT_THE_TEAMS, ARRIVAL_DAYS_DIFFER
)  # what the folder of a round alone can tell
PROTECTED = codes(ENCRYPTED_WORKBOOK, WRONG_PASSWORD)  # a password is needed, or another one
OURS = codes(READER_FAILED, STOPPED_BY_THIS_FILE, ROW_WITHOUT_A_PLACE)  # mistakes of this program
ELSEWHERE = codes(SIGNATURE_INVALID, ANOTHER_ROUND, UNKNOWN_TEAM, PERIOD_OUTSIDE_ROUND)
"""What may be otherwise in another round."""
ABOUT_TEAMS = codes(UNKNOWN_TEAM, FILE_NAME_NAMES_ANOTHER)
ROUND_CODES = (
    *ELSEWHERE,
    FILE_NAME_NAMES_ANOTHER.code,
)  # what depends on the round that a file was read for


def update_statuses(
    store: Store,
    ledger: Ledger,
    waivers: Sequence[Waiver] = (),
    noticed: Mapping[str, Noticed] | None = None,
) -> None:
    """Work out the status of every return and write down what changed, in the dataset and in the ledger.

    `noticed` tells of rounds, by name, what is noticed about how their returns came; of others that stays as it is.
    """
    apply_waivers(store, waivers)
    returns = list(store.records("submissions"))
    locations = ledger.locations()
    table = store["findings_fact"].c
    seen = {row["submission"]: locations.get(row["sha256"] or "", []) for row in returns}
    # the findings that say that a return is somebody else's, unless somebody has accepted them
    doubts_query = sa.select(table.submission_id, table.code).where(
        table.code.in_(DOUBTS), sa.not_(table.waived)
    )
    in_order = store.select(doubts_query.order_by(table.submission_id, table.n))
    doubts = grouped((number, str(code)) for number, code in in_order)
    entries = [
        _entry(row, seen[row["submission"]], doubts.get(row["submission_id"], ()))
        for row in returns
    ]
    statuses = return_statuses(entries, decisions(ledger))
    against = {name for name, status in statuses.items() if status.decision and not status.current}
    touched = [entry for entry in entries if not entry.untouched]
    back = based_on_old_version(touched, against)
    language = store.schema.language
    with store.transaction():
        _update(store, returns, statuses, seen)
        _replace(store, store.schema.by_name["files_fact"], _files(returns, seen))
        findings = _findings(returns, statuses, back, language)
        _replace(store, FINDINGS_FACT, findings, table.code.in_(STATUS_CODES))
        for name, notice in (noticed or {}).items():
            read_for = [row for row in returns if row["read_for"] == name]
            files = store["submissions"].c
            of_round = table.submission_id.in_(
                sa.select(files.submission_id).where(files.read_for == name)
            )
            mail_findings = _of_mail(read_for, statuses, notice, language)
            _replace(store, FINDINGS_FACT, mail_findings, table.code.in_(MAIL_CODES), of_round)
    entry_columns = (
        "submission",
        "verdict",
        "team",
        "country",
        "period",
        "copy",
        "project",
        "intervention",
    )
    ledger.update_statuses(
        [
            {
                "sha256": row["sha256"],
                **{name: getattr(entry, name) for name in entry_columns},
                "state": status.state,
                "superseded_by": status.other_submission,
                "reason": text_of(status.reason) or None,
            }
            for row, entry in zip(returns, entries, strict=True)
            for status in [statuses[entry.submission]]
            if row["sha256"]
        ]
    )


def expect_teams(
    store: Store, period: str, expected: Iterable[tuple[str, str, date | None]]
) -> None:
    """Write down which teams were to answer in a round: code, country, deadline."""
    table = store["expected_teams"]
    rows = sorted((period, team, country or None, due) for team, country, due in expected)
    with store.transaction():
        store.replace("expected_teams", rows, table.c.period == period)


def find_stale_returns(store: Store, request: ValidationRequest) -> set[str]:
    """Return the returns that may be read otherwise now.

    They were read for another round, or for none, and may belong to the one that is wanted; the round has other teams
    since, or calls them otherwise; they are protected, and a password is given; a mistake of ours kept them out, which
    may be mended; or the office corrected something in them since, or took that back.
    """
    files = store["submissions"]
    findings = store["findings_fact"]

    def has_finding(codes: Sequence[str]) -> Any:
        return files.c.submission_id.in_(
            sa.select(findings.c.submission_id).where(findings.c.code.in_(codes))
        )

    meant = [has_finding(OURS)]
    expected = request.wanted
    if expected.round is not None:
        may_belong = [
            has_finding(ELSEWHERE),
            *([files.c.signature != VALID] if expected.key is not None else []),
        ]
        elsewhere = sa.func.coalesce(files.c.read_for, "") != expected.round
        meant.append(sa.and_(elsewhere, sa.or_(*may_belong)))
        meant.append(files.c.submission.in_(_of_other_teams(store, expected)))
    if request.password is not None or request.passwords:
        meant.append(has_finding(PROTECTED))
    selected = store.select(sa.select(files.c.submission).where(sa.or_(*meant)))
    return {str(row[0]) for row in selected} | find_recorrected_returns(store, request.corrections)


def find_recorrected_returns(store: Store, corrections: Iterable[OfficeCorrection]) -> set[str]:
    """Return the returns that were read with other corrections than those in force."""
    files = store["submissions"].c
    findings = store["findings_fact"].c
    query = sa.select(files.sha256, findings.details).join_from(
        store["findings_fact"], store["submissions"], findings.submission_id == files.submission_id
    )
    details = store.select(query.where(findings.code == CORRECTED_BY_OFFICE.code))
    told_of = ("number", "reason", "corrected")
    read_with = {(sha256, *map(from_json(text).get, told_of)) for sha256, text in details}
    current_corrections = {
        (correction.sha256, *map(corrected_finding(correction).details.get, told_of))
        for correction in corrections
    }
    changed_hashes = {sha256 for sha256, *_ in read_with ^ current_corrections}
    if not changed_hashes:
        return set()
    return {
        str(row[0])
        for row in store.select(sa.select(files.submission).where(files.sha256.in_(changed_hashes)))
    }


def _of_other_teams(store: Store, expected: ExpectedReturn) -> list[str]:
    """Return the returns of a round of whose team other things are to be told than when they were read."""
    if expected.teams is None:
        return []
    team_columns = store["expected_teams"].c
    earlier_teams = {
        row[0]
        for row in store.select(
            sa.select(team_columns.team).where(team_columns.period == expected.round)
        )
    }
    files = store["submissions"].c
    findings = store["findings_fact"].c
    query = sa.select(findings.submission_id, findings.code).where(findings.code.in_(ABOUT_TEAMS))
    stored_codes = grouped((number, str(code)) for number, code in store.select(query))
    conditions = [files.read_for == expected.round, files.stamp.is_not(None)]
    if earlier_teams == {
        *expected.teams
    }:  # then nothing but a code that a team had before can be new
        conditions.append(files.team.in_(list(dict(expected.formerly))))
    columns = ("submission_id", "submission", "path", "team", "signature", "stamp")
    changed = list[str]()
    for row in store.records("submissions", *conditions, columns=columns):
        stamped = json.loads(row["stamp"])["team"]
        current_findings = doubts_about_team(
            stamped, row["signature"], name_of(row["path"]), expected
        )
        is_told = [finding.code for finding in current_findings] == stored_codes.get(
            row["submission_id"], []
        )
        if row["team"] != expected.team_now(stamped) or not is_told:
            changed.append(row["submission"])
    return changed


def _entry(row: Record, seen: Sequence[FileLocation], doubts: Sequence[str]) -> ReturnEntry:
    names = ("team", "copy", "predecessor", "project", "intervention", "country", "period")
    first = next(iter(seen), None)
    return ReturnEntry(
        row["submission"],
        first.order if first else 0,
        row["verdict"],
        **{name: row[name] or "" for name in names},
        stated_period=(str(row["period_start"] or ""), str(row["period_end"] or "")),
        moment=moment(
            row["saved"] or "", str(row["issued"] or ""), first.received if first else ""
        ),
        doubts=tuple(doubts),
        untouched=bool(row["untouched"]),
    )


# what is written down


def _update(
    store: Store,
    returns: Sequence[Record],
    statuses: Mapping[str, ReturnStatus],
    seen: Mapping[str, Sequence[FileLocation]],
) -> None:
    table = store["submissions"]
    for row in returns:
        status = statuses[row["submission"]]
        places = seen[row["submission"]]
        path = row["path"]
        first = next(iter(places), None)
        seen_paths = [place.path for place in places]
        if path not in seen_paths:  # an earlier program kept it as it was given
            path = next(
                (
                    seen_path
                    for seen_path in seen_paths
                    if f"/{path}".endswith(f"/{seen_path.lstrip('./')}")
                ),
                path,
            )
        values = {
            "status": status.state,
            "current": status.current,
            "superseded_by": status.other_submission,
            "reason": text_of(status.reason) or None,
            "reason_details": as_json({"reason": status.reason}) if status.reason else None,
            "arrived": first.day if first else None,
            "arrival": first.basis if first else None,
            "return_number": first.order if first else None,
            "path": path,
        }
        if any(row[name] != value for name, value in values.items()):
            store.touch()
            this = table.c.submission_id == row["submission_id"]
            store.written.execute(sa.update(table).where(this).values(values))


def _files(returns: Sequence[Record], seen: Mapping[str, Sequence[FileLocation]]) -> Iterator[Row]:
    """Yield every item received: each place where a content was seen; a file that nobody could read has one."""
    for row in returns:
        places = sorted(seen[row["submission"]])
        if not places:
            yield row["submission_id"], 1, row["path"], None, False
        for n, place in enumerate(places, start=1):
            yield row["submission_id"], n, place.path, place.day, place.basis == STATED


def _findings(
    returns: Sequence[Record],
    statuses: Mapping[str, ReturnStatus],
    back: Mapping[str, str],
    language: str,
) -> Iterator[Row]:
    """Yield the findings that no file shows by itself."""
    by_name = {row["submission"]: row for row in returns}
    for name, status in statuses.items():
        if status.finding is not None:
            against = by_name.get(status.other_submission or "")
            decision = status.decision
            about = (
                {"reason": decision.reason, "by": decision.by, "day": decision.day}
                if decision is not None
                else {}
            )
            other_name = name_of(against["path"]) if against else ""
            finding = status.finding.at(other=other_name, submission=name, **about)
            yield _row(finding, by_name[name], STATUS_FINDING, language)
    for name, later_version in back.items():
        finding = MADE_FROM_OLDER_VERSION.at(other=name_of(by_name[later_version]["path"]))
        yield _row(finding, by_name[name], STEP_BACK_FINDING, language)


def _of_mail(
    returns: Sequence[Record], statuses: Mapping[str, ReturnStatus], notice: Noticed, language: str
) -> Iterator[Row]:
    """Yield the findings about how returns came; about the sender of one only until somebody decides about it."""
    for row in returns:
        decided = statuses[row["submission"]].decision is not None
        seen = (
            notice(row["sha256"], row["team"] or "")
            if row["verdict"] != REFUSED and row["sha256"]
            else ()
        )
        mail_findings = [
            finding
            for finding in seen
            if not (decided and finding.code == SENDER_NOT_THE_TEAMS.code)
        ]
        for n, finding in enumerate(mail_findings, start=MAIL_FINDINGS):
            yield _row(finding, row, n, language)


def _row(finding: Finding, row: Record, n: int, language: str) -> Row:
    worded = wording_of(None).worded(finding, language, row["path"])
    return finding_row(worded, submission_number(row["submission"]), n)


def _replace(store: Store, table: Table, rows: Iterable[Row], *conditions: Any) -> None:
    """Put rows, in the order of their key, in the place of those for which some conditions hold."""
    key = [table.at[column] for column in table.key]
    in_order = sorted(rows, key=lambda row: tuple(str(row[place]) for place in key))
    store.replace(table.name, in_order, *conditions)


# what was waived since files were read, and what no longer is

# Findings across returns are settled by decisions; no verdict of a file depends on them.
CROSS_RETURN_CODES = sorted(code for code, kind in CATALOGUE.items() if kind.family == "X")


def apply_waivers(store: Store, waivers: Sequence[Waiver]) -> None:
    """Mark the findings that are waived; a return whose every error is waived is accepted.

    The same as for a file that is read while the waivers are known.
    """
    table = store["findings_fact"]
    files = store["submissions"]
    error = sa.and_(
        table.c.severity == Severity.ERROR.value, table.c.code.not_in(CROSS_RETURN_CODES)
    )
    open_errors = sa.func.count(sa.case((sa.and_(error, sa.not_(table.c.waived)), 1)))
    count = sa.select(open_errors, sa.func.count(sa.case((table.c.waived, 1))))
    with store.transaction() as connection:
        for number in _mark_waived(store, waivers):
            store.touch()
            open_count, is_waived = connection.execute(
                count.where(table.c.submission_id == number)
            ).one()
            this = sa.update(files).where(
                files.c.submission_id == number, files.c.verdict != REFUSED
            )
            connection.execute(
                this.values(verdict=RETURNED if open_count else ACCEPTED, waived=is_waived)
            )


def _mark_waived(store: Store, waivers: Sequence[Waiver]) -> list[int]:
    """Write beside each finding what waives it; gives the returns where that changed."""
    table = store["findings_fact"]
    files = store["submissions"]
    codes = {waiver.code for waiver in waivers}
    hashes = {waiver.sha256 for waiver in waivers}
    meant = sa.or_(
        table.c.waiver.is_not(None), sa.and_(table.c.code.in_(codes), files.c.sha256.in_(hashes))
    )
    names = ("submission_id", "n", "code", "sheet", "cell", "waiver")
    query = sa.select(files.c.sha256, *(table.c[name] for name in names)).where(meant)
    query = query.join_from(table, files, files.c.submission_id == table.c.submission_id)
    changed: set[int] = set()
    for sha256, number, n, code, sheet, cell, stored_text in store.written.execute(query).all():
        matching_waiver = waiver_of(waivers, sha256, code, sheet, cell)
        waiver_text = storable(matching_waiver.told) if matching_waiver else None
        if waiver_text != stored_text:
            changed.add(number)
            this = sa.update(table).where(table.c.submission_id == number, table.c.n == n)
            is_active, waiver_number = (
                (matching_waiver.state == ACTIVE, matching_waiver.number)
                if matching_waiver
                else (False, None)
            )
            store.written.execute(
                this.values(waived=is_active, waiver=waiver_text, waiver_number=waiver_number)
            )
    return sorted(changed)
