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
OF_MAIL = codes(
    SENDER_NOT_THE_TEAMS, ARRIVAL_DAYS_DIFFER
)  # what the folder of a round alone can tell
PROTECTED = codes(ENCRYPTED_WORKBOOK, WRONG_PASSWORD)  # a password is needed, or another one
OURS = codes(READER_FAILED, STOPPED_BY_THIS_FILE, ROW_WITHOUT_A_PLACE)  # mistakes of this program
ELSEWHERE = codes(SIGNATURE_INVALID, ANOTHER_ROUND, UNKNOWN_TEAM, PERIOD_OUTSIDE_ROUND)
"""What may be otherwise in another round."""
ABOUT_TEAMS = codes(UNKNOWN_TEAM, FILE_NAME_NAMES_ANOTHER)
OF_ROUND = (
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
    ours = sa.select(table.submission_id, table.code).where(
        table.code.in_(DOUBTS), sa.not_(table.waived)
    )
    in_order = store.select(ours.order_by(table.submission_id, table.n))
    doubts = grouped((number, str(code)) for number, code in in_order)
    entries = [
        _entry(row, seen[row["submission"]], doubts.get(row["submission_id"], ()))
        for row in returns
    ]
    found = return_statuses(entries, decisions(ledger))
    against = {name for name, status in found.items() if status.decision and not status.current}
    touched = [entry for entry in entries if not entry.untouched]
    back = based_on_old_version(touched, against)
    language = store.schema.language
    with store.transaction():
        _update(store, returns, found, seen)
        _replace(store, store.schema.by_name["files_fact"], _files(returns, seen))
        findings = _findings(returns, found, back, language)
        _replace(store, FINDINGS_FACT, findings, table.code.in_(STATUS_CODES))
        for name, notice in (noticed or {}).items():
            read_for = [row for row in returns if row["read_for"] == name]
            files = store["submissions"].c
            these = table.submission_id.in_(
                sa.select(files.submission_id).where(files.read_for == name)
            )
            told = _of_mail(read_for, found, notice, language)
            _replace(store, FINDINGS_FACT, told, table.code.in_(OF_MAIL), these)
    known = (
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
                **{name: getattr(entry, name) for name in known},
                "state": status.state,
                "superseded_by": status.other,
                "reason": text_of(status.reason) or None,
            }
            for row, entry in zip(returns, entries, strict=True)
            for status in [found[entry.submission]]
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


def to_read_again(store: Store, asked: ValidationRequest) -> set[str]:
    """Return the returns that may be read otherwise now.

    They were read for another round, or for none, and may belong to the one that is wanted; the round has other teams
    since, or calls them otherwise; they are protected, and a password is given; a mistake of ours kept them out, which
    may be mended; or the office corrected something in them since, or took that back.
    """
    files = store["submissions"]
    findings = store["findings_fact"]

    def found(codes: Sequence[str]) -> Any:
        return files.c.submission_id.in_(
            sa.select(findings.c.submission_id).where(findings.c.code.in_(codes))
        )

    meant = [found(OURS)]
    wanted = asked.wanted
    if wanted.round is not None:
        may_belong = [
            found(ELSEWHERE),
            *([files.c.signature != VALID] if wanted.key is not None else []),
        ]
        elsewhere = sa.func.coalesce(files.c.read_for, "") != wanted.round
        meant.append(sa.and_(elsewhere, sa.or_(*may_belong)))
        meant.append(files.c.submission.in_(_of_other_teams(store, wanted)))
    if asked.password is not None or asked.passwords:
        meant.append(found(PROTECTED))
    selected = store.select(sa.select(files.c.submission).where(sa.or_(*meant)))
    return {str(row[0]) for row in selected} | corrected_otherwise(store, asked.corrections)


def corrected_otherwise(store: Store, corrections: Iterable[OfficeCorrection]) -> set[str]:
    """Return the returns that were read with other corrections than those in force."""
    files = store["submissions"].c
    findings = store["findings_fact"].c
    told = sa.select(files.sha256, findings.details).join_from(
        store["findings_fact"], store["submissions"], findings.submission_id == files.submission_id
    )
    details = store.select(told.where(findings.code == CORRECTED_BY_OFFICE.code))
    told_of = ("number", "reason", "corrected")
    read_with = {(sha256, *map(from_json(text).get, told_of)) for sha256, text in details}
    wanted = {
        (correction.sha256, *map(corrected_finding(correction).details.get, told_of))
        for correction in corrections
    }
    others = {sha256 for sha256, *_ in read_with ^ wanted}
    if not others:
        return set()
    return {
        str(row[0])
        for row in store.select(sa.select(files.submission).where(files.sha256.in_(others)))
    }


def _of_other_teams(store: Store, wanted: ExpectedReturn) -> list[str]:
    """Return the returns of a round of whose team other things are to be told than when they were read."""
    if wanted.teams is None:
        return []
    expected = store["expected_teams"].c
    before = {
        row[0]
        for row in store.select(sa.select(expected.team).where(expected.period == wanted.round))
    }
    files = store["submissions"].c
    findings = store["findings_fact"].c
    told = sa.select(findings.submission_id, findings.code).where(findings.code.in_(ABOUT_TEAMS))
    known = grouped((number, str(code)) for number, code in store.select(told))
    ours = [files.read_for == wanted.round, files.stamp.is_not(None)]
    if before == {*wanted.teams}:  # then nothing but a code that a team had before can be new
        ours.append(files.team.in_(list(dict(wanted.formerly))))
    columns = ("submission_id", "submission", "path", "team", "signature", "stamp")
    others = list[str]()
    for row in store.records("submissions", *ours, columns=columns):
        stamped = json.loads(row["stamp"])["team"]
        now = doubts_about_team(stamped, row["signature"], name_of(row["path"]), wanted)
        is_told = [finding.code for finding in now] == known.get(row["submission_id"], [])
        if row["team"] != wanted.team_now(stamped) or not is_told:
            others.append(row["submission"])
    return others


def _entry(row: Record, seen: Sequence[FileLocation], doubts: Sequence[str]) -> ReturnEntry:
    names = ("team", "copy", "predecessor", "project", "intervention", "country", "period")
    first = next(iter(seen), None)
    return ReturnEntry(
        row["submission"],
        first.order if first else 0,
        row["verdict"],
        **{name: row[name] or "" for name in names},
        said=(str(row["period_start"] or ""), str(row["period_end"] or "")),
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
    found: Mapping[str, ReturnStatus],
    seen: Mapping[str, Sequence[FileLocation]],
) -> None:
    table = store["submissions"]
    for row in returns:
        status = found[row["submission"]]
        places = seen[row["submission"]]
        path = row["path"]
        first = next(iter(places), None)
        there = [place.path for place in places]
        if path not in there:  # an earlier program kept it as it was given
            path = next((way for way in there if f"/{path}".endswith(f"/{way.lstrip('./')}")), path)
        values = {
            "status": status.state,
            "current": status.current,
            "superseded_by": status.other,
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
    found: Mapping[str, ReturnStatus],
    back: Mapping[str, str],
    language: str,
) -> Iterator[Row]:
    """Yield the findings that no file shows by itself."""
    by_name = {row["submission"]: row for row in returns}
    for name, status in found.items():
        if status.finding is not None:
            against = by_name.get(status.other or "")
            made = status.decision
            about = (
                {"reason": made.reason, "by": made.by, "day": made.day} if made is not None else {}
            )
            other = name_of(against["path"]) if against else ""
            finding = status.finding.at(other=other, submission=name, **about)
            yield _row(finding, by_name[name], STATUS_FINDING, language)
    for name, other in back.items():
        finding = MADE_FROM_OLDER_VERSION.at(other=name_of(by_name[other]["path"]))
        yield _row(finding, by_name[name], STEP_BACK_FINDING, language)


def _of_mail(
    returns: Sequence[Record], found: Mapping[str, ReturnStatus], notice: Noticed, language: str
) -> Iterator[Row]:
    """Yield the findings about how returns came; about the sender of one only until somebody decides about it."""
    for row in returns:
        decided = found[row["submission"]].decision is not None
        seen = (
            notice(row["sha256"], row["team"] or "")
            if row["verdict"] != REFUSED and row["sha256"]
            else ()
        )
        told = [
            finding
            for finding in seen
            if not (decided and finding.code == SENDER_NOT_THE_TEAMS.code)
        ]
        for n, finding in enumerate(told, start=MAIL_FINDINGS):
            yield _row(finding, row, n, language)


def _row(finding: Finding, row: Record, n: int, language: str) -> Row:
    worded = wording_of(None).worded(finding, language, row["path"])
    return finding_row(worded, submission_number(row["submission"]), n)


def _replace(store: Store, table: Table, rows: Iterable[Row], *where: Any) -> None:
    """Put rows, in the order of their key, in the place of those for which some conditions hold."""
    key = [table.at[column] for column in table.key]
    in_order = sorted(rows, key=lambda row: tuple(str(row[place]) for place in key))
    store.replace(table.name, in_order, *where)


# what was waived since files were read, and what no longer is

# Findings across returns are settled by decisions; no verdict of a file depends on them.
ACROSS = sorted(code for code, kind in CATALOGUE.items() if kind.family == "X")


def apply_waivers(store: Store, waivers: Sequence[Waiver]) -> None:
    """Mark the findings that are waived; a return whose every error is waived is accepted.

    The same as for a file that is read while the waivers are known.
    """
    table = store["findings_fact"]
    files = store["submissions"]
    error = sa.and_(table.c.severity == Severity.ERROR.value, table.c.code.not_in(ACROSS))
    open_errors = sa.func.count(sa.case((sa.and_(error, sa.not_(table.c.waived)), 1)))
    count = sa.select(open_errors, sa.func.count(sa.case((table.c.waived, 1))))
    with store.transaction() as connection:
        for number in _mark_waived(store, waivers):
            store.touch()
            left, is_waived = connection.execute(count.where(table.c.submission_id == number)).one()
            this = sa.update(files).where(
                files.c.submission_id == number, files.c.verdict != REFUSED
            )
            connection.execute(
                this.values(verdict=RETURNED if left else ACCEPTED, waived=is_waived)
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
    wanted = sa.select(files.c.sha256, *(table.c[name] for name in names)).where(meant)
    wanted = wanted.join_from(table, files, files.c.submission_id == table.c.submission_id)
    changed: set[int] = set()
    for sha256, number, n, code, sheet, cell, before in store.written.execute(wanted).all():
        found = waiver_of(waivers, sha256, code, sheet, cell)
        told = storable(found.told) if found else None
        if told != before:
            changed.add(number)
            this = sa.update(table).where(table.c.submission_id == number, table.c.n == n)
            is_active, its_number = (
                (found.state == ACTIVE, found.number) if found else (False, None)
            )
            store.written.execute(
                this.values(waived=is_active, waiver=told, waiver_number=its_number)
            )
    return sorted(changed)
