"""What changed in the lists: entries added, gone, worded anew, and codes that would mean something else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..words import fold
from .changes import Change, Effect, Group, Touch, meant_alike
from .model import Spec, Vocabulary
from .spellings import entries, spellings

Readings = Mapping[str, frozenset[str | None]]  # code -> what its label is read as now, over all languages


def readings(before: Vocabulary, after: Vocabulary, old: Spec, new: Spec) -> Readings:
    """Give what the labels of each old code are read as with the new list; None where nobody knows them any more."""
    spoken = [tag for tag in old.languages if tag in new.languages]
    table = entries(after, new.languages)
    by_language = {tag: spellings(table, tag) for tag in spoken}
    return {
        each.code: frozenset(by_language[tag].get(fold(each.labels[tag]), (None, ""))[0] for tag in spoken)
        for each in entries(before, old.languages)
    }


def list_changes(old: Spec, new: Spec) -> Iterator[Change]:
    """Give every list of both versions."""
    for name in dict.fromkeys([*old.vocabularies, *new.vocabularies]):
        if name not in new.vocabularies:
            yield Change(Group.LISTS, name, "removed", Effect.NONE, "Its questions show what they ask now.")
        elif name not in old.vocabularies:
            count = f"{len(new.vocabularies[name].items)} entries"
            yield Change(Group.LISTS, name, "added", Effect.NONE, after=count)
        else:
            yield from _entries(name, old, new)


def _entries(name: str, old: Spec, new: Spec) -> Iterator[Change]:
    before, after = old.vocabularies[name], new.vocabularies[name]
    read = _steps(before, after) if _is_scale(old, name) else readings(before, after, old, new)
    for code, item in before.by_code.items():
        touches = tuple(Touch(tool, field=field, code=code) for tool, field in users(old, name))
        if code not in after.by_code:
            yield _gone(f"{name} / {code}", item.label.say(""), code, read[code], touches, after)
        elif item != after.by_code[code]:
            yield from _changed(name, code, old, new, read[code], touches)
    for code, item in after.by_code.items():
        if code not in before.by_code:
            yield Change(
                Group.LISTS, f"{name} / {code}", "entry added", Effect.KEPT, after=item.label.say("")
            )
    common = [code for code in before.by_code if code in after.by_code]
    if common != [code for code in after.by_code if code in before.by_code]:
        yield Change(Group.LISTS, name, "entries in another order", Effect.KEPT)


def _is_scale(spec: Spec, name: str) -> bool:
    """Say whether a list is only used for scales: their cells hold the numbers, and labels are only shown."""
    stepped = {field.type.stepped for _, _, field in spec.places() if field.vocabulary == name}
    return stepped == {True}


def _steps(before: Vocabulary, after: Vocabulary) -> Readings:
    return {code: frozenset({code if code in after.by_code else None}) for code in before.by_code}


def _gone(
    place: str,
    label: str,
    code: str,
    read: frozenset[str | None],
    touches: tuple[Touch, ...],
    after: Vocabulary,
) -> Change:
    new = after.by_code.get(next(iter(read)) or "") if len(read) == 1 else None
    if new is not None and code in new.aliases:
        note = f"It is {new.code} now, and read as that."
        return Change(Group.LISTS, place, "code renamed", Effect.KEPT, note, label, new.label.say(""))
    other = ", ".join(sorted(each for each in read if each is not None))
    if other:
        note = f"Its label is read as {other} now. Codes are permanent: keep {code} for it."
        return Change(Group.LISTS, place, "code removed", Effect.OTHER, note, label, "", True, touches)
    note = f"Codes are permanent: put {code} back; its label may say that it is no longer to be chosen."
    return Change(Group.LISTS, place, "code removed", Effect.CHECK, note, label, "", True, touches)


def _changed(
    name: str, code: str, old: Spec, new: Spec, read: frozenset[str | None], touches: tuple[Touch, ...]
) -> Iterator[Change]:
    """Give an entry that is there in both versions."""
    before, after = old.vocabularies[name].by_code[code], new.vocabularies[name].by_code[code]
    place, pair = f"{name} / {code}", (before.label.say(""), after.label.say(""))
    others = sorted(each for each in read if each not in (None, code))
    if others:
        note = f"The old label is read as {', '.join(others)} now: an old code got another meaning."
        yield Change(Group.LISTS, place, "code reused", Effect.OTHER, note, *pair, True, touches)
    elif read - {code} and not meant_alike(before.label, after.label):
        note = (
            "Another meaning under an old code? Then take a new code; if it means the same, put the old label "
            "into `aliases`."
        )
        yield Change(Group.LISTS, place, "code reused", Effect.OTHER, note, *pair, True, touches)
    elif read - {code}:
        note = "Workbooks issued before hold the old label: put it into `aliases`, so that it is read."
        yield Change(Group.LISTS, place, "label changed", Effect.CHECK, note, *pair, touches=touches)
    elif not before.label.is_worded_as(after.label):
        yield Change(Group.LISTS, place, "label changed", Effect.KEPT, "", *pair)
    if before.parent != after.parent:
        pair = (before.parent or "", after.parent or "")
        yield Change(Group.LISTS, place, "parent changed", Effect.CHECK, "", *pair, touches=touches)


def users(spec: Spec, name: str) -> Iterator[tuple[str, str]]:
    """Tool and code of every field that draws from a list and is filled in."""
    for tool, _, field in spec.places():
        if field.vocabulary == name and not field.fixed:
            yield tool.code, field.code
