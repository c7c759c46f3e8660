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
from ..dataset.returns import Return, heads
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
class ReturnContents:
    """What one return said: answers with their cells, also those that mean nothing, and findings."""

    values: dict[Key, Value] = field(default_factory=dict)
    places: dict[Key, str] = field(default_factory=dict)
    findings: dict[NotedKey, NotedFinding] = field(default_factory=dict)

    def add(self, answer: Answer) -> None:
        """Take in one cell; those of a question with several answers come one after the other."""
        value = answer.original if answer.value is None else answer.value
        if value is None:
            return
        self.places.setdefault(answer.key, f"{answer.sheet}!{answer.cell}")
        if answer.part:
            earlier_parts = self.values.get(answer.key, ())
            if not isinstance(earlier_parts, tuple):
                earlier_parts = ()
            self.values[answer.key] = (*earlier_parts, shown(value))
        elif answer.value is None:
            self.values[answer.key] = shown(value)
        else:
            self.values[answer.key] = value


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


def read_contents(validation: Result, language: str) -> ReturnContents:
    """Read what a return said, its findings in a language. Raises ValueError for a refused one."""
    spec = validation.spec
    if validation.submission is None or spec is None:
        raise ValueError("only files that could be read can be compared")
    contents = ReturnContents()
    for answer in validation.submission.answers:
        if not answer.calculated:
            contents.add(answer)
    wording = Wording(spec)
    for finding in validation.findings:
        if not finding.code.startswith(TOGETHER):
            message = wording.words(finding, language, validation.path).message
            noted = NotedFinding(
                finding.code,
                finding.severity.value,
                finding.sheet or "",
                finding.cell or "",
                message,
            )
            contents.findings[
                finding.code, finding.tool, finding.row, finding.field, finding.value
            ] = noted
    return contents


def compare(before: Result, after: Result, language: str = SOURCE_LANGUAGE) -> Comparison:
    """Compare two files that could be read. Raises ValueError for a refused one."""
    return between(read_contents(before, language), read_contents(after, language))


def between(old: ReturnContents, new: ReturnContents) -> Comparison:
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


def lines(comparison: Comparison, language: str = SOURCE_LANGUAGE) -> Iterable[str]:
    """Yield the comparison to read, a line each."""
    yield from details(comparison, language)
    yield from in_figures(comparison.counts, language)


def details(comparison: Comparison, language: str) -> Iterable[str]:
    """Yield every answer that changed, and every finding that went or came."""
    say = translator(language)
    blank = say("(blank)")
    for change in comparison.changes:
        before = _answer_text(change.before, blank)
        after = _answer_text(change.after, blank)
        yield f"{change.place} ({' / '.join(change.key)}): {before} → {after}"
    for word, noted in ((say("fixed"), comparison.fixed), (say("new"), comparison.new)):
        yield from (
            f"{word}: {finding.code} {finding.sheet}!{finding.cell} {finding.message}"
            for finding in noted
        )


def _answer_text(value: Value | None, blank: str) -> str:
    """Return an answer as it is read in a line: several parts one after the other, `blank` for none."""
    if value is None:
        return blank
    return "; ".join(value) if isinstance(value, tuple) else shown(value)


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
        self.identities = {
            dataset.spec.name: dataset.spec.identity for dataset in datasets if dataset.spec
        }
        for dataset in datasets:
            for return_ in heads(dataset.store):
                self._homes[return_.submission] = dataset
                if return_.current:
                    self.returns.append(return_)
                else:
                    self.left_out["refused" if return_.verdict == REFUSED else "not counted"] += 1

    def read_contents(self, return_: Return) -> ReturnContents:
        """Read what one of its returns said."""
        dataset = self._homes[return_.submission]
        (whole,) = dataset.returns([return_.submission])
        return read_contents(dataset.result(whole), self._language)


class Pair(NamedTuple):
    """One return of both rounds, and what differs."""

    before: Return
    after: Return
    comparison: Comparison


@dataclass(slots=True)
class Unpaired:
    """What could not be paired. `several`: one round has more than one return of the key, for different periods."""

    only_before: list[Return] = field(default_factory=list)
    only_after: list[Return] = field(default_factory=list)
    several: list[Return] = field(default_factory=list)


def paired(before: Side, after: Side) -> tuple[list[tuple[Return, Return]], Unpaired]:
    """Return the returns of both sides by their key; never a guess which of several is meant."""
    identities = before.identities | {
        name: after_identity
        for name, after_identity in after.identities.items()
        if after_identity.period_in_intervention or name not in before.identities
    }  # a spec may have learnt since what the period is
    by_key: dict[PairKey, tuple[list[Return], list[Return]]] = {}
    for at, side in enumerate((before, after)):
        for return_ in side.returns:
            identity = identities.get(return_.spec or "")
            intervention = (
                identity.over_rounds(return_.intervention) if identity else return_.intervention
            )
            key = fold(return_.project), fold(intervention), return_.country, return_.team
            by_key.setdefault(key, ([], []))[at].append(return_)
    pairs: list[tuple[Return, Return]] = []
    unpaired = Unpaired()
    for _, (old, new) in sorted(by_key.items()):
        if len(old) > 1 or len(new) > 1:
            unpaired.several += [*old, *new]
        elif old and new:
            pairs.append((old[0], new[0]))
        else:
            unpaired.only_before += old
            unpaired.only_after += new
    return pairs, unpaired


def compared(before: Side, after: Side, pairs: Sequence[tuple[Return, Return]]) -> Iterator[Pair]:
    """Yield one pair after the other."""
    for old, new in pairs:
        yield Pair(old, new, between(before.read_contents(old), after.read_contents(new)))


# what was found in rounds: lines to read, and JSON data, pair by pair

SCHEMA = "hrge-xl/comparison/1"
FILE = ("submission", "path", "sha256", "verdict", "period")  # what is told of a return
KEY = ("project", "intervention", "country", "team")  # what it is about


def round_lines(
    pairs: Iterable[Pair],
    unpaired: Unpaired,
    sides: tuple[Side, Side],
    language: str,
    *,
    short: bool,
) -> Iterator[str]:
    """Yield a line for each pair, with what changed below it unless `short`; then returns without a partner."""
    total: Counter[str] = Counter()
    say = translator(language)
    for pair in pairs:
        total.update(pair.comparison.counts, pairs=1)
        yield f"{named(pair.after)}: {' '.join(in_figures(pair.comparison.counts, language))}"
        if not short:
            yield from (f"  {line}" for line in details(pair.comparison, language))
    for word, returns in (
        (say("only before"), unpaired.only_before),
        (say("only after"), unpaired.only_after),
    ):
        yield from (f"{word}: {named(return_)} ({return_.path})" for return_ in returns)
    several = say("several, not compared")
    yield from (
        f"{several}: {named(return_)}, {return_.period} ({return_.path})"
        for return_ in unpaired.several
    )
    for word, side in zip((say("before"), say("after")), sides, strict=True):
        for why, count in sorted(side.left_out.items()):
            wording = say("{count} refused" if why == REFUSED else "{count} not counted")
            yield f"{word}: {wording.format(count=count)}"
    pairs_told = say("Pairs: {pairs}. Only before: {before}. Only after: {after}.").format(
        pairs=total["pairs"], before=len(unpaired.only_before), after=len(unpaired.only_after)
    )
    yield f"{pairs_told} {' '.join(in_figures(total, language))}"


def named(return_: Return) -> str:
    """Name what a return is about, without what it does not say."""
    return " / ".join(
        part
        for part in (return_.project, return_.intervention, return_.country, return_.team)
        if part
    )


def json_of_files(before: str, after: str, comparison: Comparison) -> str:
    """Return two files as a JSON document."""
    return _dump({"schema": SCHEMA, "before": before, "after": after, **_comparison(comparison)})


def json_of_rounds(
    pairs: Iterable[Pair], unpaired: Unpaired, sides: tuple[Side, Side], names: tuple[str, str]
) -> Iterator[str]:
    """Yield two rounds as the pieces of a JSON document: it is never in memory as a whole."""
    head = _dump({"schema": SCHEMA, "before": names[0], "after": names[1]})
    yield head.removesuffix("}").rstrip() + ',\n  "pairs": ['
    total: Counter[str] = Counter()
    for pair in pairs:
        pair_data = {
            "key": {name: getattr(pair.after, name) for name in KEY},
            "before": {name: getattr(pair.before, name) for name in FILE},
            "after": {name: getattr(pair.after, name) for name in FILE},
            **_comparison(pair.comparison),
        }
        yield (",\n" if total["pairs"] else "\n") + _dump(pair_data)
        total.update(pair.comparison.counts, pairs=1)
    closing = {
        **{
            word: [
                {name: getattr(return_, name) for name in (*FILE, *KEY)}
                for return_ in getattr(unpaired, word)
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
    yield "\n],\n" + _dump(closing).removeprefix("{").lstrip("\n") + "\n"


def _comparison(comparison: Comparison) -> dict[str, Any]:
    return {
        "changes": [
            {
                **dict(zip(("tool", "row", "field"), change.key, strict=True)),
                "place": change.place,
                "before": change.before,
                "after": change.after,
            }
            for change in comparison.changes
        ],
        "fixed": [finding._asdict() for finding in comparison.fixed],
        "new": [finding._asdict() for finding in comparison.new],
        "unchanged": comparison.unchanged,
    }


def _dump(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2, default=date.isoformat)
