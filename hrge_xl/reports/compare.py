"""What changed between two versions of a return: cells, and findings fixed, new and unchanged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..numerals import shown
from ..submission import Key, Submission, Value
from ..validation import Result


@dataclass(frozen=True, slots=True)
class Change:
    """One answer that differs; None where there is none."""

    key: Key
    before: Value | None
    after: Value | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that differs between two returns."""

    changes: tuple[Change, ...]
    fixed: tuple[str, ...]
    new: tuple[str, ...]
    unchanged: int


def compare(before: Result, after: Result) -> Comparison:
    """Two files that could be read. Raises ValueError for a refused one."""
    if before.submission is None or after.submission is None:
        raise ValueError("only files that could be read can be compared")
    old, new = _values(before.submission), _values(after.submission)
    keys = list(dict.fromkeys([*old, *new]))
    changes = tuple(Change(key, old.get(key), new.get(key)) for key in keys if old.get(key) != new.get(key))
    was, now = _findings(before), _findings(after)
    return Comparison(
        changes,
        tuple(text for key, text in was.items() if key not in now),
        tuple(text for key, text in now.items() if key not in was),
        len(was.keys() & now.keys()),
    )


def _values(submission: Submission) -> dict[Key, Value]:
    """What was read, and what could not be read as it stood."""
    unread: dict[Key, Value] = {
        answer.key: shown(answer.original)
        for answer in submission.answers
        if answer.value is None and answer.original is not None and not answer.calculated
    }
    return {**unread, **submission.values()}


def _findings(result: Result) -> dict[tuple[str | None, ...], str]:
    return {
        (
            each.code,
            each.tool,
            each.row,
            each.field,
            each.value,
        ): f"{each.code} {each.sheet}!{each.cell} {each.message}"
        for each in result.findings
    }


def lines(found: Comparison) -> Iterable[str]:
    """The comparison to read, a line each."""
    for change in found.changes:
        before, after = (_said(value) for value in (change.before, change.after))
        yield f"{' / '.join(change.key)}: {before} → {after}"
    yield from (f"fixed: {text}" for text in found.fixed)
    yield from (f"new: {text}" for text in found.new)
    yield f"Answers changed: {len(found.changes)}."
    yield f"Findings: {len(found.fixed)} fixed, {len(found.new)} new, {found.unchanged} unchanged."


def _said(value: Value | None) -> str:
    if value is None:
        return "(blank)"
    return "; ".join(value) if isinstance(value, tuple) else shown(value)
