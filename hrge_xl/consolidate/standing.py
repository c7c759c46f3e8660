"""Which of several returns counts: the newest accepted one of a workbook; two workbooks for one key: neither."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..validation import ACCEPTED, REFUSED
from ..words import fold

COUNTS, SUPERSEDED, CONFLICT, WITHDRAWN, WAITING = "counts", "superseded", "conflict", "withdrawn", "waiting"


@dataclass(frozen=True, slots=True)
class Entry:
    """What has to be known of a return. `order` is the order in which files came."""

    submission: str
    order: int
    verdict: str
    team: str
    copy: str
    project: str
    intervention: str
    country: str
    period: str

    @property
    def workbook(self) -> tuple[str, ...]:
        """Files of one issued workbook for one intervention are versions of each other."""
        return (self.copy or self.submission, fold(self.project), fold(self.intervention))

    @property
    def key(self) -> tuple[str, ...] | None:
        """What only one workbook may be about; None where the file does not say."""
        said = (self.project, self.intervention)
        if not self.team and not any(said):
            return None
        return (self.team, *(fold(part) for part in said), self.country, self.period)


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a return counts, and why not. `other` is the return that it gives way to, or meets."""

    state: str
    other: str | None = None
    reason: str | None = None

    @property
    def current(self) -> bool:
        """Whether its figures go into any sum."""
        return self.state == COUNTS


def standings(entries: Iterable[Entry], decisions: Mapping[str, str]) -> dict[str, Standing]:
    """The standing of every return. `decisions`: submission → `counts` or `withdrawn`, as somebody decided."""
    found: dict[str, Standing] = {}
    versions: dict[tuple[str, ...], list[Entry]] = {}
    for entry in sorted(entries, key=lambda each: (each.order, each.submission)):
        if entry.verdict == REFUSED:
            found[entry.submission] = Standing(REFUSED, reason="The file could not be read as a return.")
        elif decisions.get(entry.submission) == WITHDRAWN:
            found[entry.submission] = Standing(WITHDRAWN, reason="It was taken away by decision.")
        else:
            versions.setdefault(entry.workbook, []).append(entry)
    chosen = [_choose(group, decisions, found) for group in versions.values()]
    _meet(chosen, decisions, found)
    return found


def _choose(group: Sequence[Entry], decisions: Mapping[str, str], found: dict[str, Standing]) -> Entry:
    """The version that counts, of one workbook; the others give way to it."""
    decided = [entry for entry in group if decisions.get(entry.submission) == COUNTS]
    accepted = [entry for entry in group if entry.verdict == ACCEPTED]
    chosen = (decided or accepted or group)[-1]
    for entry in group:
        if entry is chosen:
            found[entry.submission] = Standing(COUNTS)
        elif entry.order > chosen.order and not decided:
            reason = "It has errors; the accepted version counts until a corrected one comes."
            found[entry.submission] = Standing(WAITING, chosen.submission, reason)
        else:
            reason = "Decided." if decided else "A newer version of the same workbook counts."
            found[entry.submission] = Standing(SUPERSEDED, chosen.submission, reason)
    return chosen


def _meet(chosen: Iterable[Entry], decisions: Mapping[str, str], found: dict[str, Standing]) -> None:
    """Different workbooks for one team, intervention and period: none counts until somebody decides."""
    by_key: dict[tuple[str, ...], list[Entry]] = {}
    for entry in chosen:
        if entry.key is not None:
            by_key.setdefault(entry.key, []).append(entry)
    for group in by_key.values():
        decided = [entry for entry in group if decisions.get(entry.submission) == COUNTS]
        for entry in group if len(group) > 1 else ():
            other = next(each for each in [*decided, *group] if each is not entry)
            if len(decided) != 1:
                reason = "Another workbook is about the same team, intervention and period."
                found[entry.submission] = Standing(CONFLICT, other.submission, reason)
            elif entry is not decided[0]:
                found[entry.submission] = Standing(SUPERSEDED, other.submission, "Decided.")
