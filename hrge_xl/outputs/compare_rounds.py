"""Compares two rounds return by return: pairs of one project, intervention, country and team; as text and as JSON.

One pair is in memory at a time: a dataset gives what one return said when it is asked for.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from ..answers.answer import Value
from ..core.words import SOURCE_LANGUAGE, fold, translator
from ..dataset.returns import Return, heads, result
from ..exchange.validation import REFUSED
from ..rounds.datasets import Dataset
from ..spec.model import Identity
from .compare import Comparison, Said, between, details, in_figures, said

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


class Pair(NamedTuple):
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


# what was found: lines to read, and JSON data, pair by pair

SCHEMA = "hrge-xl/comparison/1"
FILE = ("submission", "path", "sha256", "verdict", "period")  # what is told of a return
KEY = ("project", "intervention", "country", "team")  # what it is about


def round_lines(
    pairs: Iterable[Pair], rest: Rest, sides: tuple[Side, Side], language: str, *, short: bool
) -> Iterator[str]:
    """Give a line for each pair, with what changed below it unless `short`; then returns without a partner."""
    total: Counter[str] = Counter()
    say = translator(language)
    for pair in pairs:
        total.update(pair.found.counts, pairs=1)
        yield f"{named(pair.after)}: {' '.join(in_figures(pair.found.counts, language))}"
        if not short:
            yield from (f"  {line}" for line in details(pair.found, language))
    for word, returns in ((say("only before"), rest.only_before), (say("only after"), rest.only_after)):
        yield from (f"{word}: {named(each)} ({each.path})" for each in returns)
    several = say("several, not compared")
    yield from (f"{several}: {named(each)}, {each.period} ({each.path})" for each in rest.several)
    for word, side in zip((say("before"), say("after")), sides, strict=True):
        yield from (f"{word}: {told}" for told in _left_out(side.left_out, language))
    pairs_told = say("Pairs: {pairs}. Only before: {before}. Only after: {after}.").format(
        pairs=total["pairs"], before=len(rest.only_before), after=len(rest.only_after)
    )
    yield f"{pairs_told} {' '.join(in_figures(total, language))}"


def _left_out(counts: Mapping[str, int], language: str) -> Iterator[str]:
    """Say how many returns of a round are not compared, by why."""
    say = translator(language)
    for why, count in sorted(counts.items()):
        yield say("{count} refused" if why == REFUSED else "{count} not counted").format(count=count)


def named(each: Return) -> str:
    """Name what a return is about, without what it does not say."""
    return " / ".join(part for part in (each.project, each.intervention, each.country, each.team) if part)


def json_of_files(before: str, after: str, found: Comparison) -> str:
    """Give two files as a JSON document."""
    return _dump({"schema": SCHEMA, "before": before, "after": after, **_comparison(found)})


def json_of_rounds(
    pairs: Iterable[Pair], rest: Rest, sides: tuple[Side, Side], names: tuple[str, str]
) -> Iterator[str]:
    """Give two rounds as the pieces of a JSON document: it is never in memory as a whole."""
    head = _dump({"schema": SCHEMA, "before": names[0], "after": names[1]})
    yield head.removesuffix("}").rstrip() + ',\n  "pairs": ['
    total: Counter[str] = Counter()
    for pair in pairs:
        yield (",\n" if total["pairs"] else "\n") + _dump(_pair(pair))
        total.update(pair.found.counts, pairs=1)
    left = {
        "only_before": [_return(each) for each in rest.only_before],
        "only_after": [_return(each) for each in rest.only_after],
        "several": [_return(each) for each in rest.several],
        "left_out": {
            word: dict(side.left_out) for word, side in zip(("before", "after"), sides, strict=True)
        },
        "summary": {name: total[name] for name in ("pairs", "changed", "fixed", "new", "unchanged")},
    }
    yield "\n],\n" + _dump(left).removeprefix("{").lstrip("\n") + "\n"


def _pair(pair: Pair) -> dict[str, Any]:
    files = {
        word: {name: getattr(each, name) for name in FILE}
        for word, each in (("before", pair.before), ("after", pair.after))
    }
    return {"key": {name: getattr(pair.after, name) for name in KEY}, **files, **_comparison(pair.found)}


def _return(each: Return) -> dict[str, Any]:
    return {name: getattr(each, name) for name in (*FILE, *KEY)}


def _comparison(found: Comparison) -> dict[str, Any]:
    return {
        "changes": [
            {
                **dict(zip(("tool", "row", "field"), change.key, strict=True)),
                "place": change.place,
                "before": _plain(change.before),
                "after": _plain(change.after),
            }
            for change in found.changes
        ],
        "fixed": [each._asdict() for each in found.fixed],
        "new": [each._asdict() for each in found.new],
        "unchanged": found.unchanged,
    }


def _plain(value: Value | None) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _dump(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2)
