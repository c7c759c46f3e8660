"""Chooses the returns that teams get feedback on: of each workbook and intervention one, what the team sent last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..core.errors import Exit
from ..core.message_templates import text_of
from ..core.paths import file_part, free_name
from ..dataset.return_status import CONFLICT, COUNTS, SUPERSEDED, WAITING
from ..dataset.returns import Return
from ..exchange.validation import REFUSED
from ..findings import Severity
from ..spec.model import Spec


class LeftOut(NamedTuple):
    """A return that is not given back, and why."""

    found: Return
    why: str
    path: str  # where it lies: of one content that was seen twice the other place
    ends: Exit = Exit.OK  # what a run ends with that should have given it back
    is_settled: bool = False  # there is nothing to say about it

    @property
    def name(self) -> str:
        """The name of the file."""
        return self.path.replace("\\", "/").rpartition("/")[2]


def choose(returns: Sequence[Return]) -> tuple[list[Return], list[LeftOut]]:
    """Tell the returns to give back, and all others with the reason.

    What a team sent last is what it must correct: of a newer version that waits with errors for being corrected, and
    the accepted one that counts until then, the newer one. Nobody loses newer answers by correcting older ones.
    """
    # of each return that counts the newest version of its workbook: itself, or one that waits
    last = {each.submission: each for each in returns if each.status == COUNTS}
    for each in sorted(returns, key=lambda each: each.age):
        if each.status == WAITING and each.superseded_by in last:
            last[each.superseded_by] = each
    names = {each.submission: each.name for each in returns}
    chosen: list[Return] = []
    left_out: list[LeftOut] = []
    for each in returns:
        why = _why_not(each, last, names)
        if why:
            left_out.append(LeftOut(each, why, each.path))
        else:
            chosen.append(each)
        if each.verdict != REFUSED:
            copies = (item.path for item in each.items if item.path != each.path)
            left_out += [LeftOut(each, f"the same as {each.name}", path) for path in copies]
    return chosen, left_out


def _why_not(each: Return, last: Mapping[str, Return], names: Mapping[str, str]) -> str:
    """Say why a return is not given back; nothing where it is."""
    other = names.get(each.superseded_by or "", "")
    if each.verdict == REFUSED:
        return "refused: there are no answers to give back"
    if each.status == CONFLICT:
        return f"waits for a decision ({other} conflicts with it): see hrge-xl decide"
    if each.status == SUPERSEDED:
        return f"superseded by {other}"
    if each.status in (COUNTS, WAITING):
        counting = each.submission if each.status == COUNTS else each.superseded_by or ""
        newest = last.get(counting)
        if newest is None:
            return f"{other} waits for a decision first: see hrge-xl decide"
        return "" if newest is each else f"{newest.name} is newer, and has the feedback"
    return f"{each.status}: {text_of(each.reason).rstrip('.')}"


def file_name(each: Return, spec: Spec | None, taken: set[str]) -> str:
    """Name what is written for a return after its team and intervention."""
    codes = (spec.identity.project, spec.identity.intervention) if spec else ()
    # the name of an intervention that is in error itself may be any text
    wrong = any(f.field in codes for f in each.findings if f.field and f.severity is Severity.ERROR)
    intervention = "" if wrong else each.intervention or each.project
    parts = filter(None, map(file_part, (each.team, intervention)))
    return free_name("_".join(parts) or file_part(each.name.rpartition(".")[0]) or "return", "", taken)
