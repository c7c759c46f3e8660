"""What changed between two versions of a return: cells, and findings fixed, new and unchanged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ..answers.answer import Answer, Key, Value
from ..core.numerals import shown
from ..core.words import SOURCE_LANGUAGE, translator
from ..exchange.validation import Result
from ..layout.wording import Wording

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
        self.values[answer.key] = several if answer.part else shown(one) if answer.value is None else one


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
            noted = NotedFinding(each.code, each.severity.value, each.sheet or "", each.cell or "", message)
            found.findings[each.code, each.tool, each.row, each.field, each.value] = noted
    return found


def compare(before: Result, after: Result, language: str = SOURCE_LANGUAGE) -> Comparison:
    """Give two files that could be read. Raises ValueError for a refused one."""
    return between(said(before, language), said(after, language))


def between(old: Said, new: Said) -> Comparison:
    """Find what differs between two returns."""
    keys = dict.fromkeys([*old.values, *new.values])
    changes = (
        AnswerChange(
            key, old.values.get(key), new.values.get(key), new.places.get(key) or old.places.get(key, "")
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
    """Give the comparison to read, a line each."""
    yield from details(found, language)
    yield from in_figures(found.counts, language)


def details(found: Comparison, language: str) -> Iterable[str]:
    """Give every answer that changed, and every finding that went or came."""
    say = translator(language)
    for change in found.changes:
        before, after = (value_text(value, language) for value in (change.before, change.after))
        yield f"{change.place} ({' / '.join(change.key)}): {before} → {after}"
    for word, noted in ((say("fixed"), found.fixed), (say("new"), found.new)):
        yield from (f"{word}: {each.code} {each.sheet}!{each.cell} {each.message}" for each in noted)


def in_figures(counts: Mapping[str, int], language: str) -> list[str]:
    """Say how many answers differ, and how many findings went, came and stayed."""
    say = translator(language)
    answers = say("Answers changed: {count}.").format(count=counts["changed"])
    findings = say("Findings: {fixed} fixed, {new} new, {unchanged} unchanged.")
    return [answers, findings.format_map(counts)]


def value_text(value: Value | None, language: str) -> str:
    """Give an answer, or that there is none."""
    if value is None:
        return translator(language)("(blank)")
    return "; ".join(value) if isinstance(value, tuple) else shown(value)
