"""Compares two versions of a spec: what changed, and what that means for answers given to the older one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from ..texts import Text
from .changes import CODE_REMOVED, Change, Effect, Group, Touch, both, meant_alike, reordered, short
from .diff_questions import SheetDiff
from .model import FieldBlock, Rule, Spec, Tool, Vocabulary, VocabularyItem
from .spellings import Readings, readings

TOLD_ELSEWHERE = frozenset(
    [
        "name",
        "version",
        "languages",
        "tools",
        "vocabularies",
        "rules",
        "covered",
        "matrix",
        "digest",
        "folder",
    ]
) | {"sample"}  # says nothing about answers of teams
OF_SHEETS = ("sheet", "title", "purpose", "part", "guide", "tag", "always", "goes_with")
WITHOUT_PLACE = "Its answers are put on the sheet “Without a place” when teams get workbooks."
WORKED_OUT = "Figures are worked out again; compare them with earlier rounds with care."


@dataclass(frozen=True)
class SpecDiff:
    """Everything that differs, in the order in which it is told."""

    old: Spec
    new: Spec
    changes: tuple[Change, ...]

    @property
    def breaks(self) -> bool:
        """Whether a code was lost or reused."""
        return any(change.breaks for change in self.changes)


def diff(old: Spec, new: Spec) -> SpecDiff:
    """Find what changed from `old` to `new`, by heading."""
    found = [*_workbook(old, new), *_sheets(old, new)]
    for code in old.tool:
        if code in new.tool:
            found += SheetDiff(old, new, code).changes()
    found += [*_lists(old, new), *_rules(old, new)]
    if old.matrix != new.matrix:
        found.append(Change(Group.CALCULATED, "matrix", "changed", Effect.NONE, WORKED_OUT))
    for code, before, after in both(old.tool, new.tool):
        if before and after and _calculated(before) != _calculated(after):
            what = "calculated blocks changed"
            found.append(Change(Group.CALCULATED, code, what, Effect.NONE, WORKED_OUT))
    groups = list(Group)
    return SpecDiff(old, new, tuple(sorted(found, key=lambda change: groups.index(change.group))))


def _calculated(tool: Tool) -> list[object]:
    return [block for block in tool.blocks if not isinstance(block, FieldBlock)]


def _workbook(old: Spec, new: Spec) -> Iterator[Change]:
    """Name, version, languages, and what else stands in workbook.yaml."""
    place = (Group.WORKBOOK, new.name)
    if old.name != new.name:
        note = "Workbooks issued before say the old name and are refused: keep it."
        yield Change(*place, "name changed", Effect.LOST, note, old.name, new.name, touches=(Touch(),))
    versions = (old.version, new.version)
    numbers = [tuple(int(part) for part in text.split(".") if part.isdecimal()) for text in versions]
    if old.version == new.version:
        if old.digest != new.digest:
            note = "Raise `version`: otherwise nobody can tell workbooks of the two apart."
            yield Change(*place, "version not raised", Effect.NONE, note, old.version)
    elif numbers[1] < numbers[0]:
        note = "Workbooks issued before are newer than the spec and are refused."
        yield Change(*place, "version lowered", Effect.LOST, note, *versions, touches=(Touch(),))
    else:
        yield Change(*place, "version changed", Effect.KEPT, "", *versions)
    for tag in old.languages:
        if tag not in new.languages:
            note = "Workbooks in this language are refused: keep it."
            yield Change(*place, "language removed", Effect.LOST, note, tag, touches=(Touch(language=tag),))
    for tag in new.languages:
        if tag not in old.languages:
            yield Change(*place, "language added", Effect.KEPT, after=tag)
    for name in type(old).model_fields:
        was, now = getattr(old, name), getattr(new, name)
        if name not in TOLD_ELSEWHERE and was != now:
            worded = isinstance(was, Text)
            pair = (short(was), short(now)) if worded else ()
            yield Change(*place, f"{name} changed", Effect.KEPT if worded else Effect.NONE, "", *pair)


def _sheets(old: Spec, new: Spec) -> Iterator[Change]:
    for code, was, now in both(old.tool, new.tool):
        place = (Group.SHEETS, code)
        if now is None and was is not None:
            effect = Effect.NONE if was.calculated else Effect.LOST
            note = "" if was.calculated else WITHOUT_PLACE
            yield Change(*place, "removed", effect, note, short(was.title), touches=(Touch(code),))
        elif was is None and now is not None:
            count = sum(field.asked for field in now.fields.values())
            effect, title = Effect.NEW if count else Effect.NONE, short(now.title)
            yield Change(*place, "added", effect, f"Questions: {count}.", after=title, questions=count)
        elif was and now:
            names = [name for name in OF_SHEETS if getattr(was, name) != getattr(now, name)]
            pair = (short(was.title), short(now.title)) if "title" in names else ()
            if names:
                yield Change(*place, f"{', '.join(names)} changed", Effect.KEPT, "", *pair)
    if moved := reordered(old.tool, new.tool):
        before, after = (short(", ".join(codes)) for codes in moved)
        yield Change(Group.SHEETS, new.name, "sheets in another order", Effect.KEPT, "", before, after)


# lists


def _lists(old: Spec, new: Spec) -> Iterator[Change]:
    for name, before, after in both(old.vocabularies, new.vocabularies):
        if after is None:
            yield Change(Group.LISTS, name, "removed", Effect.NONE, "Its questions show what they ask now.")
        elif before is None:
            yield Change(Group.LISTS, name, "added", Effect.NONE, after=f"{len(after.items)} entries")
        else:
            yield from _entries(name, before, after, old, new)


def _entries(name: str, before: Vocabulary, after: Vocabulary, old: Spec, new: Spec) -> Iterator[Change]:
    using = [(tool.code, field) for tool, _, field in old.places() if field.vocabulary == name]
    read = readings(before, after, old, new)
    if {field.type.stepped for _, field in using} == {
        True
    }:  # cells hold the numbers, and labels are only shown
        read = {code: frozenset([code if code in after.by_code else None]) for code in before.by_code}
    for code, was, now in both(before.by_code, after.by_code):
        touches = tuple(Touch(tool, field=field.code, code=code) for tool, field in using if not field.fixed)
        change = partial(Change, Group.LISTS, f"{name} / {code}", touches=touches)
        if was is None and now is not None:
            yield change("entry added", Effect.KEPT, after=now.label.say(""))
        elif now is None and was is not None:
            yield change(*_gone(was, read, after))
        elif was and now and was != now:
            for told in _worded_anew(was, now, read[code]):
                yield change(*told)
            if was.parent != now.parent:
                yield change("parent changed", Effect.CHECK, "", was.parent or "", now.parent or "")
    if reordered(before.by_code, after.by_code):
        yield Change(Group.LISTS, name, "entries in another order", Effect.KEPT)


Told = tuple[str, Effect, str, str, str]  # what changed, its effect, a note, before and after


def _gone(entry: VocabularyItem, read: Readings, after: Vocabulary) -> Told:
    """Say what became of a code that is not there any more: what its label is read as now."""
    code, label, meanings = entry.code, entry.label.say(""), read[entry.code]
    new = after.by_code.get(next(iter(meanings)) or "") if len(meanings) == 1 else None
    if new is not None and code in new.aliases:
        note = f"It is {new.code} now, and read as that."
        return "code renamed", Effect.KEPT, note, label, new.label.say("")
    other = ", ".join(sorted(meaning for meaning in meanings if meaning is not None))
    if other:
        note = f"Its label is read as {other} now. Codes are permanent: keep {code} for it."
        return CODE_REMOVED, Effect.OTHER, note, label, ""
    note = f"Codes are permanent: put {code} back; its label may say that it is no longer to be chosen."
    return CODE_REMOVED, Effect.CHECK, note, label, ""


def _worded_anew(
    before: VocabularyItem, after: VocabularyItem, read: frozenset[str | None]
) -> Iterator[Told]:
    """Say what another label does to answers that were chosen by the old one."""
    what, effect, note = "label changed", Effect.KEPT, ""
    others = sorted(meaning for meaning in read if meaning not in (None, before.code))
    if others:
        what, effect = "code reused", Effect.OTHER
        note = f"The old label is read as {', '.join(others)} now: an old code got another meaning."
    elif read - {before.code} and not meant_alike(before.label, after.label):
        what, effect = "code reused", Effect.OTHER
        note = (
            "Another meaning under an old code? Then take a new code; if it means the same, put the old label "
            "into `aliases`."
        )
    elif read - {before.code}:
        effect = Effect.CHECK
        note = "Workbooks issued before hold the old label: put it into `aliases`, so that it is read."
    if note or not before.label.is_worded_as(after.label):
        yield what, effect, note, before.label.say(""), after.label.say("")


# rules


def _rules(old: Spec, new: Spec) -> Iterator[Change]:
    """Another condition or a higher severity means another look at what was answered."""
    versions = ({f"{rule.tool} / {rule.code}": rule for rule in spec.rules} for spec in (old, new))
    for place, before, after in both(*versions):
        where = (Group.RULES, place)
        touches = (
            tuple(Touch(after.tool, field=field) for field in after.at or after.require) if after else ()
        )
        if after is None or before is None:
            what, effect = ("removed", Effect.KEPT) if after is None else ("added", Effect.CHECK)
            yield Change(*where, what, effect, "", _said(before), _said(after), touches=touches)
        elif any(
            getattr(before, name) != getattr(after, name) for name in ("when", "check", "require", "at")
        ):
            yield Change(*where, "changed", Effect.CHECK, "", _said(before), _said(after), touches=touches)
        elif before.severity != after.severity:
            pair = (before.severity, after.severity)
            yield Change(*where, "severity changed", Effect.CHECK, "", *pair, touches=touches)
        elif before != after:
            yield Change(*where, "wording changed", Effect.KEPT)


def _said(rule: Rule | None) -> str:
    return "" if rule is None else short(rule.check or ", ".join(rule.require) or rule.message)
