"""What changed between two versions of a return, or two rounds: answers, and findings fixed, new and unchanged.

Rounds are compared return by return: pairs of one project, intervention, country and team; as text and as JSON. One
pair is in memory at a time: a dataset gives what one return said when it is asked for.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from ..answers.submission import Answer, Key, Value
from ..core.numerals import shown
from ..core.words import SOURCE_LANGUAGE, fold, translator
from ..dataset.returns import Return, heads, result
from ..exchange.validation import REFUSED, Result
from ..layout.wording import Wording
from ..rounds.datasets import Dataset

TOGETHER = "X"  # findings about several returns: no matter of the two that are compared


class NotedFinding(NamedTuple):
    """A finding with what a comparison says of it."""

    code: str
    severity: str
    sheet: str
    cell: str
    message: str


NotedKey = tuple[str | None, ...]  # code, tool, row, field, value


@dataclass(slots=True)
class Said:
    """What one return said: answers with their cells, also those that mean nothing, and findings."""

    values: dict[Key, Value] = field(default_factory=dict)
    places: dict[Key, str] = field(default_factory=dict)
    findings: dict[NotedKey, NotedFinding] = field(default_factory=dict)

    def add(self, answer: Answer) -> None:
        """Take in one cell; those of a question with several answers come one after the other."""
        one = answer.original if answer.value is None else answer.value
        if one is None:
            return
        self.places.setdefault(answer.key, f"{answer.sheet}!{answer.cell}")
        before = self.values.get(answer.key, ())
        several = (*before, shown(one)) if isinstance(before, tuple) else (shown(one),)
        self.values[answer.key] = (
            several if answer.part else shown(one) if answer.value is None else one
        )


class AnswerChange(NamedTuple):
    """One answer that differs; None where there is none. `place` is its cell, in the later return if it is there."""

    key: Key
    before: Value | None
    after: Value | None
    place: str = ""


class Comparison(NamedTuple):
    """Everything that differs between two returns."""

    changes: tuple[AnswerChange, ...]
    fixed: tuple[NotedFinding, ...]
    new: tuple[NotedFinding, ...]
    unchanged: int

    @property
    def counts(self) -> dict[str, int]:
        """How many answers changed, and how many findings went, came and stayed."""
        return {
            "changed": len(self.changes),
            "fixed": len(self.fixed),
            "new": len(self.new),
            "unchanged": self.unchanged,
        }


def said(result: Result, language: str) -> Said:
    """Read what a return said, its findings in a language. Raises ValueError for a refused one."""
    spec = result.spec
    if result.submission is None or spec is None:
        raise ValueError("only files that could be read can be compared")
    found = Said()
    for answer in result.submission.answers:
        if not answer.calculated:
            found.add(answer)
    wording = Wording(spec)
    for each in result.findings:
        if not each.code.startswith(TOGETHER):
            message = wording.words(each, language, result.path).message
            noted = NotedFinding(
                each.code, each.severity.value, each.sheet or "", each.cell or "", message
            )
            found.findings[each.code, each.tool, each.row, each.field, each.value] = noted
    return found


def compare(before: Result, after: Result, language: str = SOURCE_LANGUAGE) -> Comparison:
    """Compare two files that could be read. Raises ValueError for a refused one."""
    return between(said(before, language), said(after, language))


def between(old: Said, new: Said) -> Comparison:
    """Find what differs between two returns."""
    keys = dict.fromkeys([*old.values, *new.values])
    changes = (
        AnswerChange(
            key,
            old.values.get(key),
            new.values.get(key),
            new.places.get(key) or old.places.get(key, ""),
        )
        for key in keys
        if old.values.get(key) != new.values.get(key)
    )
    return Comparison(
        tuple(changes),
        tuple(noted for key, noted in old.findings.items() if key not in new.findings),
        tuple(noted for key, noted in new.findings.items() if key not in old.findings),
        len(old.findings.keys() & new.findings.keys()),
    )


def lines(found: Comparison, language: str = SOURCE_LANGUAGE) -> Iterable[str]:
    """Yield the comparison to read, a line each."""
    yield from details(found, language)
    yield from in_figures(found.counts, language)


def details(found: Comparison, language: str) -> Iterable[str]:
    """Yield every answer that changed, and every finding that went or came."""
    say = translator(language)
    for change in found.changes:
        before, after = (
            say("(blank)")
            if value is None
            else "; ".join(value)
            if isinstance(value, tuple)
            else shown(value)
            for value in (change.before, change.after)
        )
        yield f"{change.place} ({' / '.join(change.key)}): {before} → {after}"
    for word, noted in ((say("fixed"), found.fixed), (say("new"), found.new)):
        yield from (
            f"{word}: {each.code} {each.sheet}!{each.cell} {each.message}" for each in noted
        )


def in_figures(counts: Mapping[str, int], language: str) -> list[str]:
    """Say how many answers differ, and how many findings went, came and stayed."""
    say = translator(language)
    answers = say("Answers changed: {count}.").format(count=counts["changed"])
    findings = say("Findings: {fixed} fixed, {new} new, {unchanged} unchanged.")
    return [answers, findings.format_map(counts)]


# two rounds

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
    """Return the returns of both sides by their key; never a guess which of several is meant."""
    identities = before.identities | {
        name: known
        for name, known in after.identities.items()
        if known.period_in_intervention or name not in before.identities
    }  # a spec may have learnt since what the period is
    by_key: dict[PairKey, tuple[list[Return], list[Return]]] = {}
    for at, side in enumerate((before, after)):
        for each in side.returns:
            identity = identities.get(each.spec or "")
            intervention = (
                identity.over_rounds(each.intervention) if identity else each.intervention
            )
            key = fold(each.project), fold(intervention), each.country, each.team
            by_key.setdefault(key, ([], []))[at].append(each)
    pairs: list[tuple[Return, Return]] = []
    rest = Rest()
    for _, (old, new) in sorted(by_key.items()):
        if len(old) > 1 or len(new) > 1:
            rest.several += [*old, *new]
        elif old and new:
            pairs.append((old[0], new[0]))
        else:
            rest.only_before += old
            rest.only_after += new
    return pairs, rest


def compared(before: Side, after: Side, pairs: Sequence[tuple[Return, Return]]) -> Iterator[Pair]:
    """Yield one pair after the other."""
    for old, new in pairs:
        yield Pair(old, new, between(before.said(old), after.said(new)))


# what was found in rounds: lines to read, and JSON data, pair by pair

SCHEMA = "hrge-xl/comparison/1"
FILE = ("submission", "path", "sha256", "verdict", "period")  # what is told of a return
KEY = ("project", "intervention", "country", "team")  # what it is about


def round_lines(
    pairs: Iterable[Pair], rest: Rest, sides: tuple[Side, Side], language: str, *, short: bool
) -> Iterator[str]:
    """Yield a line for each pair, with what changed below it unless `short`; then returns without a partner."""
    total: Counter[str] = Counter()
    say = translator(language)
    for pair in pairs:
        total.update(pair.found.counts, pairs=1)
        yield f"{named(pair.after)}: {' '.join(in_figures(pair.found.counts, language))}"
        if not short:
            yield from (f"  {line}" for line in details(pair.found, language))
    for word, returns in (
        (say("only before"), rest.only_before),
        (say("only after"), rest.only_after),
    ):
        yield from (f"{word}: {named(each)} ({each.path})" for each in returns)
    several = say("several, not compared")
    yield from (f"{several}: {named(each)}, {each.period} ({each.path})" for each in rest.several)
    for word, side in zip((say("before"), say("after")), sides, strict=True):
        for why, count in sorted(side.left_out.items()):
            told = say("{count} refused" if why == REFUSED else "{count} not counted")
            yield f"{word}: {told.format(count=count)}"
    pairs_told = say("Pairs: {pairs}. Only before: {before}. Only after: {after}.").format(
        pairs=total["pairs"], before=len(rest.only_before), after=len(rest.only_after)
    )
    yield f"{pairs_told} {' '.join(in_figures(total, language))}"


def named(each: Return) -> str:
    """Name what a return is about, without what it does not say."""
    return " / ".join(
        part for part in (each.project, each.intervention, each.country, each.team) if part
    )


def json_of_files(before: str, after: str, found: Comparison) -> str:
    """Return two files as a JSON document."""
    return _dump({"schema": SCHEMA, "before": before, "after": after, **_comparison(found)})


def json_of_rounds(
    pairs: Iterable[Pair], rest: Rest, sides: tuple[Side, Side], names: tuple[str, str]
) -> Iterator[str]:
    """Yield two rounds as the pieces of a JSON document: it is never in memory as a whole."""
    head = _dump({"schema": SCHEMA, "before": names[0], "after": names[1]})
    yield head.removesuffix("}").rstrip() + ',\n  "pairs": ['
    total: Counter[str] = Counter()
    for pair in pairs:
        told = {
            "key": {name: getattr(pair.after, name) for name in KEY},
            "before": {name: getattr(pair.before, name) for name in FILE},
            "after": {name: getattr(pair.after, name) for name in FILE},
            **_comparison(pair.found),
        }
        yield (",\n" if total["pairs"] else "\n") + _dump(told)
        total.update(pair.found.counts, pairs=1)
    left = {
        **{
            word: [
                {name: getattr(each, name) for name in (*FILE, *KEY)}
                for each in getattr(rest, word)
            ]
            for word in ("only_before", "only_after", "several")
        },
        "left_out": {
            word: dict(side.left_out) for word, side in zip(("before", "after"), sides, strict=True)
        },
        "summary": {
            name: total[name] for name in ("pairs", "changed", "fixed", "new", "unchanged")
        },
    }
    yield "\n],\n" + _dump(left).removeprefix("{").lstrip("\n") + "\n"


def _comparison(found: Comparison) -> dict[str, Any]:
    return {
        "changes": [
            {
                **dict(zip(("tool", "row", "field"), change.key, strict=True)),
                "place": change.place,
                "before": change.before,
                "after": change.after,
            }
            for change in found.changes
        ],
        "fixed": [each._asdict() for each in found.fixed],
        "new": [each._asdict() for each in found.new],
        "unchanged": found.unchanged,
    }


def _dump(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2, default=date.isoformat)
