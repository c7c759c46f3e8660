"""Which of several returns counts: the newest accepted one of a workbook; of conflicts none, until somebody decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from typing import NamedTuple

from typing_extensions import TypedDict

from ..core import message_templates
from ..core.dates import parse_day, parse_moment
from ..core.message_templates import MessageTemplate, joined
from ..core.words import Translate, fold
from ..core.work import grouped
from ..exchange.validation import ACCEPTED, REFUSED, RETURNED
from ..findings import Kind, codes, identity
from ..ledger.judgements import Decision
from ..ledger.ledger import FIRST_SEEN

COUNTS = "counts"
SUPERSEDED = "superseded"
CONFLICT = "conflict"
WITHDRAWN = "withdrawn"
WAITING = "waiting"
EXCLUDED = "excluded"
BLANK = "blank"
DOUBLED = "doubled"  # an item that is the same content as another one: no status of a return


class StatusKind(NamedTuple):
    """What can become of a file that could be read, and how that is told."""

    code: str
    phrase: str  # so many of them, in a sentence
    word: str  # in the validation report
    remark: str  # beside it
    column: str  # what the column of their number means
    meaning: str = ""

    @property
    def part(self) -> str:
        """What their number is called in a reconciliation."""
        return "counted" if self.code == COUNTS else self.code


STATUSES: tuple[StatusKind, ...] = (
    StatusKind(
        COUNTS,
        "{count} counted",
        "Counted",
        "their answers and findings are included in every total",
        "How many count.",
        "It goes into figures: the newest accepted version, or the newest at all where none is accepted.",
    ),
    StatusKind(
        SUPERSEDED,
        "{count} superseded",
        "Superseded",
        "a newer version of the same workbook counts",
        "How many are superseded.",
        "A newer version of the same workbook counts, or somebody decided for another one.",
    ),
    StatusKind(
        WAITING,
        "{count} newer but with errors",
        "Newer, with errors",
        "the accepted version before it counts until a corrected one arrives",
        "How many wait for a corrected version.",
        "A newer version with errors: the accepted one before it counts until a corrected one arrives.",
    ),
    StatusKind(
        DOUBLED,
        "{count} the same as another file",
        "Same as another",
        "byte for byte; the other one is used",
        "How many repeat the same content.",
    ),
    StatusKind(
        CONFLICT,
        "{count} in conflict",
        "In conflict",
        "none of them counts until somebody decides",
        "How many are in conflict.",
        "Two workbooks are about the same team, intervention and period, or one was copied for another intervention: "
        "neither counts until somebody decides.",
    ),
    StatusKind(
        EXCLUDED,
        "{count} excluded",
        "Excluded",
        "not the return of this team in this round",
        "How many are excluded.",
        "It is not the return of this team in this round: another round, a forged stamp, a stranger.",
    ),
    StatusKind(
        WITHDRAWN,
        "{count} withdrawn",
        "Withdrawn",
        "by a decision",
        "How many are withdrawn.",
        "Somebody took it back.",
    ),
    StatusKind(
        BLANK,
        "{count} blank",
        "Blank",
        "nothing is filled in: no answer",
        "How many are blank.",
        "Nothing stands in it that was not there when it was issued: it is no answer, and its team is told so.",
    ),
)
DOUBTS = codes(
    identity.SIGNATURE_INVALID,
    identity.ANOTHER_ROUND,
    identity.UNKNOWN_TEAM,
    identity.COUNTRY_DIFFERS,
)
"""They say: this is not the return of this team in this round."""
STATUS_CODES = codes(
    identity.SUPERSEDED,
    identity.TWO_RETURNS_ONE_KEY,
    identity.ONE_COPY_TWO_INTERVENTIONS,
    identity.DECIDED,
    identity.MADE_FROM_OLDER_VERSION,
)  # of the findings that tell of a status
ARRIVED = "arrived"  # the day that lateness goes by, or SAVED, or FIRST_SEEN
SAVED = "saved"
ZONES = timedelta(days=1)  # no two places on earth are further apart
WorkbookKey = tuple[str, ...]  # copy, project and intervention


class Sums(TypedDict):
    """How many files there are, what they are, and what became of them."""

    files: int
    accepted: int
    returned: int
    refused: int
    counted: int
    superseded: int
    waiting: int
    doubled: int
    conflict: int
    excluded: int
    withdrawn: int
    blank: int


@dataclass(frozen=True, slots=True)
class ReturnEntry:
    """What has to be known of a return. `order` is the order in which files came, `moment` when it was saved."""

    submission: str
    order: int
    verdict: str
    team: str
    copy: str
    project: str
    intervention: str
    country: str
    period: str
    stated_period: tuple[str, str] = (
        "",
        "",
    )  # the first and last day of the period that its form says
    predecessor: str = ""  # the return that the workbook was given back for, where it is feedback
    moment: str = ""
    doubts: tuple[str, ...] = ()
    untouched: bool = False  # nothing stands in it that was not there when it was issued

    @property
    def age(self) -> tuple[str, int, str]:
        """What is sorted by: the newest one is the greatest."""
        return self.moment, self.order, self.submission

    @property
    def workbook(self) -> WorkbookKey:
        """Files of one issued workbook for one intervention are versions of each other."""
        return (self.copy or self.submission, fold(self.project), fold(self.intervention))

    @property
    def key(self) -> tuple[str, ...] | None:
        """What only one workbook may be about; None where the file does not say."""
        names = (self.project, self.intervention)
        if not self.team and not any(names):
            return None
        return (
            self.team,
            *(fold(part) for part in names),
            self.country,
            self.period,
            *self.stated_period,
        )


@dataclass(frozen=True, slots=True)
class ReturnStatus:
    """Whether a return counts, and why not.

    `other_submission` is the return that it gives way to, or meets; `finding` the one that tells of it, where one does;
    `decision` what stands behind it.
    """

    state: str
    other_submission: str | None = None
    reason: MessageTemplate | None = None
    finding: Kind | None = None
    decision: Decision | None = None

    @property
    def current(self) -> bool:
        """Whether its figures go into any sum."""
        return self.state == COUNTS


def moment(saved: str, issued: str, received: str) -> str:
    """Return when a return was last saved, in ISO form: as it says itself where that is possible, else the end of the
    day it came; "" where nobody knows.

    A file cannot have been saved before it was issued, nor after it came: then the clock of that machine is wrong.
    """
    issue_day = parse_day(issued)
    receipt_day = parse_day(received)
    saved_at = parse_moment(saved)
    if receipt_day is None:
        return saved_at.astimezone(UTC).isoformat() if saved_at is not None else ""
    end_of_receipt = _start(receipt_day) + timedelta(days=1)
    if saved_at is None:
        return end_of_receipt.isoformat()
    if issue_day is not None and saved_at < _start(issue_day) - ZONES:
        return end_of_receipt.isoformat()
    return min(saved_at.astimezone(UTC), end_of_receipt + ZONES).isoformat()


def lateness_day(saved: str, arrived: date | None, *, stated: bool) -> tuple[date | None, str]:
    """Return the day that lateness goes by, and what it is: "arrived", "saved" or "first seen".

    That is the day of arrival where somebody stated it; else the day on which the file was saved, as it says itself,
    unless it would have been saved after it came.
    """
    if arrived is None:
        return None, ""
    if stated:
        return arrived, ARRIVED
    saved_at = parse_moment(saved)
    if saved_at is not None and saved_at.date() <= arrived:
        return saved_at.date(), SAVED
    return arrived, FIRST_SEEN


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def return_statuses(
    entries: Iterable[ReturnEntry], decisions: Mapping[str, Decision]
) -> dict[str, ReturnStatus]:
    """Return the status of every return. `decisions`: submission → what somebody decided about it."""
    statuses: dict[str, ReturnStatus] = {}
    able: list[ReturnEntry] = []
    for entry in entries:
        alone = _by_itself(entry, decisions.get(entry.submission))
        if alone is None:
            able.append(entry)
        else:
            statuses[entry.submission] = alone
    workbooks = [_Workbook.of(versions, decisions) for versions in workbook_versions(able)]
    statuses |= {
        entry.submission: workbook.status(entry)
        for workbook in workbooks
        for entry in workbook.versions
    }
    about_one = grouped(
        (workbook.chosen.key, workbook) for workbook in workbooks if workbook.chosen.key
    )
    _detect_conflicts(about_one.values(), identity.TWO_RETURNS_ONE_KEY, statuses)
    counting = [workbook for workbook in workbooks if statuses[workbook.chosen.submission].current]
    of_one_copy = grouped(
        (workbook.chosen.copy, workbook) for workbook in counting if workbook.chosen.copy
    )
    _detect_conflicts(of_one_copy.values(), identity.ONE_COPY_TWO_INTERVENTIONS, statuses)
    return statuses


def workbook_versions(entries: Iterable[ReturnEntry]) -> list[list[ReturnEntry]]:
    """Put the versions of each workbook together, oldest first.

    Versions have the copy, the project and the intervention in common. A team that was given back its last version
    and corrected the name of the project in it has not made a second workbook: that is a version of the first. Nor has
    one that was asked for a name that was missing, and gave it in the file that it had.
    """
    oldest_first = sorted(entries, key=lambda entry: entry.age)
    groups = grouped((entry.workbook, entry) for entry in oldest_first)
    for key, named in _named_elsewhere(groups).items():
        groups[named] = sorted(groups[named] + groups.pop(key), key=lambda entry: entry.age)
    for new, old in reversed(
        _renamed(groups).items()
    ):  # the newest name first, so that a chain of them is followed
        groups[old] += groups.pop(new)
    return list(groups.values())


def _named_elsewhere(
    groups: Mapping[WorkbookKey, Sequence[ReturnEntry]],
) -> dict[WorkbookKey, WorkbookKey]:
    """Return the workbooks to be corrected that lack a name, with the only one of their copy that they can be."""

    def names_more(candidate: WorkbookKey, key: WorkbookKey) -> bool:
        parts = zip(key, candidate, strict=True)
        return candidate != key and all(part in ("", named) for part, named in parts)

    of_copy = grouped((key[0], key) for key in groups)
    lacking = set()
    for key, group in groups.items():
        is_accepted = any(entry.verdict == ACCEPTED for entry in group)
        if not is_accepted and any(names_more(candidate, key) for candidate in of_copy[key[0]]):
            lacking.add(key)
    homes = dict[WorkbookKey, WorkbookKey]()
    for key in lacking:
        complete = [candidate for candidate in of_copy[key[0]] if candidate not in lacking]
        if len(complete) == 1:
            homes[key] = complete[0]
    return homes


def _renamed(groups: Mapping[WorkbookKey, Sequence[ReturnEntry]]) -> dict[WorkbookKey, WorkbookKey]:
    """Return the workbooks that correct the name of another one, with that; oldest first.

    Only where nothing else can be meant: all of it was made from the last version under the other name, and nothing
    else was made from that under a third one.
    """
    of = {entry.submission: key for key, group in groups.items() for entry in group}
    made_from = dict[WorkbookKey, set[WorkbookKey | None]]()
    for key, group in groups.items():
        made_from[key] = {of.get(entry.predecessor) for entry in group} - {key}
    claims = Counter(chain.from_iterable(made_from.values()))
    renamed: dict[WorkbookKey, WorkbookKey] = {}
    for new, sources in made_from.items():
        old = next(iter(sources)) if len(sources) == 1 else None
        if old is None or claims[old] > 1:
            continue
        last = groups[old][-1]
        first = groups[new][0]
        made_from_last = any(entry.predecessor == last.submission for entry in groups[new])
        if made_from_last and last.copy == first.copy and last.age < first.age:
            renamed[new] = old
    return renamed


def _by_itself(entry: ReturnEntry, decision: Decision | None) -> ReturnStatus | None:
    """Return the status of a return that can count in no case.

    A blank one is no answer, whatever came before or after it, unless somebody decided that it counts.
    """
    if entry.verdict == REFUSED:
        return ReturnStatus(REFUSED, reason=message_templates.REFUSED)
    if decision is not None and decision.choice == WITHDRAWN:
        return _decided(WITHDRAWN, decision)
    if entry.doubts and decision is None:
        reason = message_templates.NOT_THE_TEAMS.format(codes=", ".join(entry.doubts))
        return ReturnStatus(EXCLUDED, reason=reason)
    if entry.untouched and decision is None:
        return ReturnStatus(BLANK, reason=message_templates.BLANK)
    return None


def _decided(state: str, decision: Decision, other_submission: str | None = None) -> ReturnStatus:
    """Return a status that somebody decided."""
    reason = message_templates.DECIDED.format(
        day=decision.day, by=decision.by, reason=decision.reason
    )
    return ReturnStatus(state, other_submission, reason, identity.DECIDED, decision)


@dataclass(frozen=True, slots=True)
class _Workbook:
    """The versions of one issued workbook about one intervention, oldest first."""

    versions: Sequence[ReturnEntry]
    chosen: ReturnEntry
    decision: Decision | None  # the last one that one of its versions counts

    @classmethod
    def of(cls, versions: Sequence[ReturnEntry], decisions: Mapping[str, Decision]) -> _Workbook:
        """Return the newest accepted version, unless another one was decided and no newer one has come since."""
        accepted = [entry for entry in versions if entry.verdict == ACCEPTED]
        decided = [entry for entry in versions if entry.submission in decisions]
        if not decided:
            return cls(versions, (accepted or versions)[-1], None)
        meant = max(decided, key=lambda entry: decisions[entry.submission].n)
        decision = decisions[meant.submission]
        since = [
            entry for entry in accepted if entry.order > decision.known and entry.age > meant.age
        ]
        return cls(versions, since[-1] if since else meant, decision)

    def status(self, entry: ReturnEntry) -> ReturnStatus:
        """Return the status that a version has among the others."""
        chosen = self.chosen
        if entry is chosen:
            return (
                ReturnStatus(COUNTS) if self.decision is None else _decided(COUNTS, self.decision)
            )
        if self.decision is not None and entry.order <= self.decision.known:
            return _decided(SUPERSEDED, self.decision, chosen.submission)
        if entry.age > chosen.age:
            return ReturnStatus(WAITING, chosen.submission, message_templates.WAITS)
        reason = [message_templates.NEWER_COUNTS]
        if entry.order > chosen.order:
            reason.append(message_templates.SAVED_EARLIER)
        return ReturnStatus(SUPERSEDED, chosen.submission, joined(reason), identity.SUPERSEDED)


REASONS = {
    identity.TWO_RETURNS_ONE_KEY: message_templates.TWO_WORKBOOKS,
    identity.ONE_COPY_TWO_INTERVENTIONS: message_templates.TWO_COPIES,
}


def _detect_conflicts(
    groups: Iterable[Sequence[_Workbook]], finding: Kind, statuses: dict[str, ReturnStatus]
) -> None:
    """Give their status to workbooks that may not count together: none does until somebody decides.

    What was decided counts and replaces what was there then; what came later waits as well. Of workbooks about one
    intervention only the last decided one can count, of those about several all.
    """
    for group in groups:
        if len(group) == 1:
            continue
        decisions = ((workbook.decision, workbook) for workbook in group if workbook.decision)
        decided = sorted(decisions, key=lambda pair: pair[0].n)
        winners = decided[-1:] if finding == identity.TWO_RETURNS_ONE_KEY else decided
        ahead = [workbook for _, workbook in reversed(winners)]
        for workbook in group:
            if workbook in ahead:
                continue
            others = (candidate for candidate in (*ahead, *group) if candidate is not workbook)
            against = next(others).chosen.submission
            first_receipt = min(entry.order for entry in workbook.versions)
            meant = [decision for decision, _ in winners if first_receipt <= decision.known]
            if meant:
                status = _decided(SUPERSEDED, meant[-1], against)
            else:
                status = ReturnStatus(CONFLICT, against, REASONS[finding], finding)
            statuses[workbook.chosen.submission] = status


def based_on_old_version(
    entries: Iterable[ReturnEntry], dropped: Collection[str] = ()
) -> dict[str, str]:
    """Return the returns made from an older version than the latest one that had come: return → that later version.

    Feedback says which return it was made for. Whoever goes on in the feedback of an older one, or in the workbook as
    it was issued, leaves out what came in between; versions of one and the same file are not a step back. With what
    somebody decided against (`dropped`) nothing is lost.
    """
    able = (
        entry for entry in entries if entry.verdict != REFUSED and not entry.doubts and entry.copy
    )
    skipped_versions: dict[str, str] = {}
    for ordered in workbook_versions(able):
        by_name = {entry.submission: entry for entry in ordered}
        for n, entry in enumerate(ordered):
            earlier = [version for version in ordered[:n] if version.submission not in dropped]
            skipped = _skipped(entry, earlier, by_name)
            if skipped is not None and entry.submission not in dropped:
                skipped_versions[entry.submission] = skipped.submission
    return skipped_versions


def _skipped(
    entry: ReturnEntry, earlier: Sequence[ReturnEntry], by_name: Mapping[str, ReturnEntry]
) -> ReturnEntry | None:
    """Return the latest version that came before a return and is none of those that it was made from."""
    made_from = {entry.submission}
    source = base = by_name.get(entry.predecessor)
    while base is not None and base.submission not in made_from:
        made_from.add(base.submission)
        base = by_name.get(base.predecessor)
    candidates = (
        version
        for version in reversed(earlier)
        if version.submission not in made_from
        and version.predecessor != entry.predecessor
        and (source is None or version.age > source.age)
    )
    return next(candidates, None)


def is_to_be_corrected(verdict: str, status: str) -> bool:
    """Say whether its team still has to correct a return: it has errors, and nothing takes its place."""
    return verdict == RETURNED and status in (COUNTS, WAITING)


# what is said alike where people read figures, on the overview and in `data.xlsx`


def status_words(say: Translate) -> dict[str, str]:
    """Return each part of the reconciliation its words; a status by its code has them too, but `counts`."""
    return {
        "received": say("Received"),
        "accepted": say("Accepted"),
        "returned": say("Returned"),
        "refused": say("Could not be read"),
        "counted": say("Counted"),
        "superseded": say("Superseded by a newer version"),
        "waiting": say("Newer, but with errors"),
        "doubled": say("The same as another file"),
        "conflict": say("Waits for a decision"),
        "excluded": say("Excluded"),
        "withdrawn": say("Withdrawn"),
        "blank": say("Blank"),
    }


def may_be_shared(say: Translate, *, people: bool) -> str:
    """Say what a copy that may be shared leaves out; `people`: something in it may count people."""
    masked = (
        say("May be shared: counts of 1 to 10 people are masked, and so is what would reveal them.")
        if people
        else say("May be shared.")
    )
    return f"{masked} {say('Restricted questions are left out, and whatever is counted by them.')}"
