"""What may get lost when a team goes on in an older copy: what it had answered otherwise in a version sent before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..answer import Key, Value
from ..dataset.returns import Return, result
from ..dataset.store import Store
from ..findings import Finding, Severity, Words, sentence
from ..findings.submissions import MADE_FROM_OLDER_VERSION
from ..numerals import shown
from ..validation import Result
from ..words import beginning, translator

MOST_SHOWN = 300  # characters of an answer
Said = dict[Key, tuple[tuple[Value, ...], str]]  # the answers to a question, and as they were typed


def answered_otherwise(
    store: Store, found: Return, sent: Result, returns: Sequence[Return]
) -> Iterator[Finding]:
    """Yield what the later version, from which a return was not made, had answered otherwise: to be looked at."""
    noticed = (each for each in found.findings if each.code == MADE_FROM_OLDER_VERSION.code and each.open)
    for name in (str(each.details["other"]) for each in noticed):
        same = [each for each in returns if each.name == name and each.about[0] == found.about[0]]
        if same and name:
            yield from _differences(sent, result(store, max(same, key=lambda each: each.age)), name)


def _differences(sent: Result, later: Result, name: str) -> Iterator[Finding]:
    assert sent.layout is not None
    say, here, kind = translator(sent.layout.language), _said(sent), MADE_FROM_OLDER_VERSION
    for key, (values, typed) in _said(later).items():
        slot = sent.layout.slots.get(key)
        if slot is None or here.get(key, ((), ""))[0] == values:
            continue
        told = {"other": name, "answer": beginning(typed, MOST_SHOWN)}
        message = sentence(say("In {other} it was: {answer}"), told)
        remedy = say("Which of the two is right? Put that one into the cell.")
        yield Finding(
            kind.code, kind.name, Severity.WARNING, sent.layout.sheet[slot.tool].name, None, *key,
            value=here.get(key, ((), ""))[1], language=sent.layout.language, words=Words(message, remedy),
        )  # fmt: skip


def _said(one: Result) -> Said:
    """Give what a return says, by question."""
    found: Said = {}
    for each in one.submission.answers if one.submission else ():
        if each.value is not None and not each.calculated:
            values, typed = found.get(each.key, ((), ""))
            text = "" if each.original is None else shown(each.original)
            found[each.key] = (*values, each.value), "; ".join(filter(None, (typed, text)))
    return found
