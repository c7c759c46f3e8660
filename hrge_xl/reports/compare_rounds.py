"""Compares two rounds return by return: pairs of one project, intervention, country and team.

One pair is in memory at a time: a dataset gives what one return said when it is asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..dataset.returns import Return, heads, result
from ..rounds.datasets import Dataset
from ..spec.model import Identity
from ..validation import REFUSED
from ..words import SOURCE_LANGUAGE, fold
from .compare import Comparison, Said, between, said

PairKey = tuple[str, str, str, str]  # project, intervention without its period, country, team


class Side:
    """One of the two rounds: its returns that count. `left_out` counts the others, by why.

    What was found in them is told in one language, whatever those of the teams are.
    """

    def __init__(self, datasets: Sequence[Dataset], language: str = SOURCE_LANGUAGE) -> None:
        self._language = language
        self._homes: dict[str, Dataset] = {}
        self.returns: list[Return] = []
        self.left_out: Counter[str] = Counter()
        self.identities = {each.spec.name: each.spec.identity for each in datasets if each.spec}
        for dataset in datasets:
            for each in heads(dataset.store):
                self._homes[each.submission] = dataset
                if each.current:
                    self.returns.append(each)
                else:
                    self.left_out["refused" if each.verdict == REFUSED else "not counted"] += 1

    def said(self, each: Return) -> Said:
        """Read what one of its returns said."""
        dataset = self._homes[each.submission]
        (whole,) = dataset.returns([each.submission])
        return said(result(dataset.store, whole), self._language)


@dataclass(frozen=True, slots=True)
class Pair:
    """One return of both rounds, and what differs."""

    before: Return
    after: Return
    found: Comparison


@dataclass(slots=True)
class Rest:
    """What could not be paired. `several`: one round has more than one return of the key, for different periods."""

    only_before: list[Return] = field(default_factory=list)
    only_after: list[Return] = field(default_factory=list)
    several: list[Return] = field(default_factory=list)


def paired(before: Side, after: Side) -> tuple[list[tuple[Return, Return]], Rest]:
    """Give the returns of both sides by their key; never a guess which of several is meant."""
    identities = before.identities | {
        name: known
        for name, known in after.identities.items()
        if known.period_in_intervention or name not in before.identities
    }  # a spec may have learnt since what the period is
    sides = [_by_key(side.returns, identities) for side in (before, after)]
    pairs: list[tuple[Return, Return]] = []
    rest = Rest()
    for key in sorted({*sides[0], *sides[1]}):
        old, new = (side.get(key, []) for side in sides)
        if len(old) > 1 or len(new) > 1:
            rest.several += [*old, *new]
        elif old and new:
            pairs.append((old[0], new[0]))
        else:
            rest.only_before += old
            rest.only_after += new
    return pairs, rest


def _by_key(returns: Sequence[Return], identities: Mapping[str, Identity]) -> dict[PairKey, list[Return]]:
    found: dict[PairKey, list[Return]] = {}
    for each in returns:
        found.setdefault(_key(each, identities.get(each.spec or "")), []).append(each)
    return found


def _key(each: Return, identity: Identity | None) -> PairKey:
    """Give the key by which a return is the same as one of another round."""
    intervention = identity.over_rounds(each.intervention) if identity else each.intervention
    return fold(each.project), fold(intervention), each.country, each.team


def compared(before: Side, after: Side, pairs: Sequence[tuple[Return, Return]]) -> Iterator[Pair]:
    """Give one pair after the other."""
    for old, new in pairs:
        yield Pair(old, new, between(before.said(old), after.said(new)))
