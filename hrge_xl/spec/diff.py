"""Compares two versions of a spec: what changed, and what that means for answers given to the older one."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from enum import StrEnum
from functools import partial
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

from ..core.spec_parts import Text
from ..core.words import and_more, fold
from ..fields import Field, When
from .issuance import rows_of
from .lookup import Readings, readings
from .model import AnyBlock, FieldBlock, RegisterBlock, Rule, Spec, Tool, Vocabulary, VocabularyItem

# the sample says nothing about answers of teams
TOLD_ELSEWHERE = (
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
    "sample",
)
CONDITIONS = attrgetter("when", "check", "require", "at")  # of a rule
OF_SHEETS = ("sheet", "title", "purpose", "part", "guide", "tag", "always", "goes_with")
WITHOUT_PLACE = "Its answers are put on the sheet “Without a place” when teams get workbooks."
WORKED_OUT = "Figures are worked out again; compare them with earlier rounds with care."

ALIKE = 60  # of 100: texts below this have hardly a word in common
LONGEST = 80  # of a value in a line of output

Part = TypeVar("Part")


class Group(StrEnum):
    """Under which heading a change is told."""

    WORKBOOK = "Workbook"
    SHEETS = "Sheets"
    QUESTIONS = "Questions"
    ROWS = "Rows"
    LISTS = "Lists"
    RULES = "Rules"
    CALCULATED = "Calculated"


class Effect(StrEnum):
    """What becomes of an answer that was given before."""

    KEPT = "kept"
    CHECK = "kept, to be checked again"
    OTHER = "would mean something else"
    LOST = "no longer has a place"
    NEW = "a new question"
    NONE = "no answer is concerned"


Told = tuple[str, Effect, str, str, str]  # what changed, its effect, a note, before and after
CODE_REMOVED = "code removed"


class Touch(NamedTuple):
    """Which answers: empty means any. `past` means only the cells after that many; `issued` only where a workbook
    was issued with the spec's own number of rows.
    """

    tool: str = ""
    row: str = ""
    field: str = ""
    code: str = ""
    language: str = ""
    past: int = 0
    issued: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs. `breaks` marks what must not happen to codes: they are for ever."""

    group: Group
    place: str  # codes: "PLAN / PLN_08"
    what: str
    effect: Effect
    note: str = ""
    before: str = ""
    after: str = ""
    breaks: bool = dataclasses.field(init=False)
    touches: tuple[Touch, ...] = ()  # where the answers are not kept as they are
    questions: int = 0  # that are new

    def __post_init__(self) -> None:
        breaks = self.effect in (Effect.OTHER, Effect.LOST) or self.what == CODE_REMOVED
        object.__setattr__(self, "breaks", breaks)


class SpecDiff(NamedTuple):
    """Everything that differs, in the order in which it is told."""

    old: Spec
    new: Spec
    changes: tuple[Change, ...]

    @property
    def required_anew(self) -> list[str]:
        """The questions that ask for an answer now, and did not before."""
        before = set(_required_fields(self.old))
        after = _required_fields(self.new)
        return [*dict.fromkeys(field for tool, field in after if (tool, field) not in before)]

    @property
    def breaks(self) -> bool:
        """Whether a code was lost or reused."""
        return any(change.breaks for change in self.changes)


def _required_fields(spec: Spec) -> list[tuple[str, str]]:
    """Return the tool and code of every question that asks for an answer, always or on a condition."""
    return [
        (tool.code, field.code)
        for tool, _, field in spec.places()
        if field.asked and field.required != "optional"
    ]


def diff(old: Spec, new: Spec) -> SpecDiff:
    """Find what changed from `old` to `new`, by heading."""
    changes = [*_workbook(old, new), *_sheets(old, new), *_lists(old, new), *_rules(old, new)]
    if old.matrix != new.matrix:
        changes.append(Change(Group.CALCULATED, "matrix", "changed", Effect.NONE, WORKED_OUT))
    for code in filter(new.tool.__contains__, old.tool):
        changes += SheetDiff(old, new, code).changes()
        if _calculated_blocks(old.tool[code]) != _calculated_blocks(new.tool[code]):
            description = "calculated blocks changed"
            changes.append(Change(Group.CALCULATED, code, description, Effect.NONE, WORKED_OUT))
    by_heading = (change for group in Group for change in changes if change.group is group)
    return SpecDiff(old, new, tuple(by_heading))


def _version_numbers(spec: Spec) -> tuple[int, ...]:
    return tuple(int(part) for part in spec.version.split(".") if part.isdecimal())


def _calculated_blocks(tool: Tool) -> list[AnyBlock]:
    return [block for block in tool.blocks if not isinstance(block, FieldBlock)]


def _workbook(old: Spec, new: Spec) -> Iterator[Change]:
    """Name, version, languages, and what else stands in workbook.yaml."""
    change = partial(Change, Group.WORKBOOK, new.name)
    if old.name != new.name:
        note = "Workbooks issued before say the old name and are refused: keep it."
        yield change("name changed", Effect.LOST, note, old.name, new.name, touches=(Touch(),))
    if old.version == new.version:
        if _say_something_else(old, new):
            note = "Raise `version`: otherwise nobody can tell workbooks of the two apart."
            yield change("version not raised", Effect.NONE, note, old.version)
    elif _version_numbers(new) < _version_numbers(old):
        note = "Workbooks issued before are newer than the spec and are refused."
        yield change(
            "version lowered", Effect.LOST, note, old.version, new.version, touches=(Touch(),)
        )
    else:
        yield change("version changed", Effect.KEPT, "", old.version, new.version)
    for tag in dict.fromkeys((*old.languages, *new.languages)):
        if tag not in new.languages:
            note = "Workbooks in this language are refused: keep it."
            yield change("language removed", Effect.LOST, note, tag, touches=(Touch(language=tag),))
        elif tag not in old.languages:
            yield change("language added", Effect.KEPT, after=tag)
    for name in type(old).model_fields:
        old_value = getattr(old, name)
        new_value = getattr(new, name)
        if name not in TOLD_ELSEWHERE and old_value != new_value:
            worded = isinstance(old_value, Text)
            pair = (short(old_value), short(new_value)) if worded else ()
            yield change(f"{name} changed", Effect.KEPT if worded else Effect.NONE, "", *pair)


def _say_something_else(old: Spec, new: Spec) -> bool:
    """Return whether workbooks differ, and not only comments, the order of files, or a sample."""
    return any(
        getattr(old, name) != getattr(new, name)
        for name in type(old).model_fields
        if name not in ("digest", "folder", "sample")
    )


def _sheets(old: Spec, new: Spec) -> Iterator[Change]:
    for code, old_tool, new_tool in both(old.tool, new.tool):
        change = partial(Change, Group.SHEETS, code)
        if old_tool and new_tool:
            names = [
                name for name in OF_SHEETS if getattr(old_tool, name) != getattr(new_tool, name)
            ]
            pair = (short(old_tool.title), short(new_tool.title)) if "title" in names else ()
            if names:
                yield change(f"{', '.join(names)} changed", Effect.KEPT, "", *pair)
        elif old_tool:
            became = (Effect.NONE, "") if old_tool.calculated else (Effect.LOST, WITHOUT_PLACE)
            yield change("removed", *became, short(old_tool.title), touches=(Touch(code),))
        elif new_tool:
            count = sum(field.asked for field in new_tool.fields.values())
            effect = Effect.NEW if count else Effect.NONE
            title = short(new_tool.title)
            yield change("added", effect, f"Questions: {count}.", after=title, questions=count)
    if moved := reordered(old.tool, new.tool):
        before, after = (short(", ".join(codes)) for codes in moved)
        yield Change(
            Group.SHEETS, new.name, "sheets in another order", Effect.KEPT, "", before, after
        )


# lists


def _lists(old: Spec, new: Spec) -> Iterator[Change]:
    for name, before, after in both(old.vocabularies, new.vocabularies):
        if after is None:
            yield Change(
                Group.LISTS, name, "removed", Effect.NONE, "Its questions show what they ask now."
            )
        elif before is None:
            yield Change(
                Group.LISTS, name, "added", Effect.NONE, after=f"{len(after.items)} entries"
            )
        else:
            yield from _entries(name, before, after, old, new)


def _entries(
    name: str, before: Vocabulary, after: Vocabulary, old: Spec, new: Spec
) -> Iterator[Change]:
    using = [(tool.code, field) for tool, _, field in old.places() if field.vocabulary == name]
    read = readings(before, after, old, new)
    # cells hold the numbers, labels are only shown
    if using and all(field.type.stepped for _, field in using):
        read = {
            code: frozenset([code if code in after.by_code else None]) for code in before.by_code
        }
    for code, old_entry, new_entry in both(before.by_code, after.by_code):
        touches = tuple(
            Touch(tool, field=field.code, code=code) for tool, field in using if not field.fixed
        )
        change = partial(Change, Group.LISTS, f"{name} / {code}", touches=touches)
        if old_entry and new_entry:
            if old_entry != new_entry:
                yield from (
                    change(*reworded)
                    for reworded in _describe_rewording(old_entry, new_entry, read[code])
                )
            if old_entry.value != new_entry.value:
                yield change(
                    "value changed",
                    Effect.NONE,
                    "What is worked out of it is worked out again.",
                    short(old_entry.value),
                    short(new_entry.value),
                )
            if old_entry.parent != new_entry.parent:
                yield change(
                    "parent changed",
                    Effect.CHECK,
                    "",
                    old_entry.parent or "",
                    new_entry.parent or "",
                )
        elif old_entry:
            yield change(*_gone(old_entry, read, after))
        elif new_entry:
            yield change("entry added", Effect.KEPT, after=new_entry.label.say(""))
    if reordered(before.by_code, after.by_code):
        yield Change(Group.LISTS, name, "entries in another order", Effect.KEPT)


def _gone(entry: VocabularyItem, read: Readings, after: Vocabulary) -> Told:
    """Say what became of a code that is not there any more: what its label is read as now."""
    code = entry.code
    label = entry.label.say("")
    meanings = read[entry.code]
    new = after.by_code.get(next(iter(meanings)) or "") if len(meanings) == 1 else None
    if new and code in new.aliases:
        note = f"It is {new.code} now, and read as that."
        return "code renamed", Effect.KEPT, note, label, new.label.say("")
    current_codes = ", ".join(sorted(meaning for meaning in meanings if meaning is not None))
    if current_codes:
        note = f"Its label is read as {current_codes} now. Codes are permanent: keep {code} for it."
        return CODE_REMOVED, Effect.OTHER, note, label, ""
    note = f"Codes are permanent: put {code} back; its label may say that it is no longer to be chosen."
    return CODE_REMOVED, Effect.CHECK, note, label, ""


def _describe_rewording(
    before: VocabularyItem, after: VocabularyItem, read: frozenset[str | None]
) -> Iterator[Told]:
    """Say what another label does to answers that were chosen by the old one."""
    description = "label changed"
    effect = Effect.KEPT
    note = ""
    current_codes = sorted(meaning for meaning in read if meaning not in (None, before.code))
    if current_codes:
        description = "code reused"
        effect = Effect.OTHER
        note = f"The old label is read as {', '.join(current_codes)} now: an old code got another meaning."
    elif read - {before.code} and not meant_alike(before.label, after.label):
        description = "code reused"
        effect = Effect.OTHER
        note = (
            "Another meaning under an old code? Then take a new code; if it means the same, put the old label "
            "into `aliases`."
        )
    elif read - {before.code}:
        effect = Effect.CHECK
        note = (
            "Workbooks issued before hold the old label: put it into `aliases`, so that it is read."
        )
    if note or not before.label.is_worded_as(after.label):
        yield description, effect, note, before.label.say(""), after.label.say("")


# rules


def _rules(old: Spec, new: Spec) -> Iterator[Change]:
    """Another condition or a higher severity means another look at what was answered."""
    for place, before, after in both(_rules_by_place(old), _rules_by_place(new)):
        codes = (after.at or after.require) if after else ()
        touches = tuple(Touch(after.tool, field=code) for code in codes) if after else ()
        change = partial(Change, Group.RULES, place, touches=touches)
        pair = (_format_rule(before), _format_rule(after))
        if after is None:
            yield change("removed", Effect.KEPT, "", *pair)
        elif before is None:
            yield change("added", Effect.CHECK, "", *pair)
        elif CONDITIONS(before) != CONDITIONS(after):
            yield change("changed", Effect.CHECK, "", *pair)
        elif before.severity != after.severity:
            yield change("severity changed", Effect.CHECK, "", before.severity, after.severity)
        elif before != after:
            yield change("wording changed", Effect.KEPT)


def _rules_by_place(spec: Spec) -> dict[str, Rule]:
    return {f"{rule.tool} / {rule.code}": rule for rule in spec.rules}


def _format_rule(rule: Rule | None) -> str:
    return "" if rule is None else short(rule.check or ", ".join(rule.require) or rule.message)


# what changed in the questions of a sheet

# in which direction each gives way
LIMITS = {
    "minimum": -1,
    "maximum": 1,
    "words": 1,
    "characters": 1,
}
# options that have a line of their own
TOLD_APART = (
    *LIMITS,
    "code",
    "label",
    "type",
    "fixed",
    "required",
    "constraint",
    "vocabulary",
    "parent",
    "cells",
    "to",
    "only",
    "formula",
    "unit",
)
NO_PLACE = (
    "Its answers are put on the sheet “Without a place” when the team gets its workbook back."
)


class SheetDiff:
    """One sheet in both versions."""

    def __init__(self, old: Spec, new: Spec, code: str) -> None:
        self.old = old
        self.new = new
        self.code = code
        self.before = old.tool[code]
        self.after = new.tool[code]

    def changes(self) -> Iterator[Change]:
        """Yield fields gone, new and changed; rows gone, new and worded anew; their order."""
        for code, before, after in both(self.before.fields, self.after.fields):
            if before and after:
                yield from self._both(before, after) if before != after else ()
            elif before:
                yield self._gone(before)
            elif after:
                note = f"It is {_when(after)}." if after.asked else ""
                label = short(after.label)
                count = int(after.asked)
                yield self._change(code, "added", _new(after), note, after=label, questions=count)
        old_relevant = _format_relevant(self.before)
        new_relevant = _format_relevant(self.after)
        if old_relevant != new_relevant:
            note = "Where it does not hold, an answer must be blank."
            touches = (Touch(self.code),)
            change = partial(
                Change, Group.QUESTIONS, self.code, "relevant changed", Effect.CHECK, note
            )
            yield change(old_relevant, new_relevant, touches=touches)
        yield from self._rows()
        if moved := reordered(self.before.fields, self.after.fields):
            same = SequenceMatcher(None, *moved, autojunk=False).get_matching_blocks()
            stayed = {code for block in same for code in moved[0][block.a : block.a + block.size]}
            order = short(", ".join(code for code in moved[0] if code not in stayed))
            yield Change(
                Group.QUESTIONS, self.code, "questions in another order", Effect.KEPT, before=order
            )

    def _change(self, field: str, *words: Any, **details: Any) -> Change:
        """Return a change of a question, which touches all answers to it where nothing else is said."""
        touches = {"touches": (Touch(self.code, field=field),)}
        return Change(Group.QUESTIONS, f"{self.code} / {field}", *words, **touches | details)

    # fields

    def _gone(self, field: Field) -> Change:
        to = next((tool.code for tool in self.new.tools if field.code in tool.fields), None)
        if not field.asked:
            return self._change(field.code, "removed", Effect.NONE, before=short(field.label))
        note = (
            f"It is asked on the sheet {to} now; answers do not follow it there."
            if to
            else NO_PLACE
        )
        description = f"moved to {to}" if to else "removed"
        return self._change(field.code, description, Effect.LOST, note, short(field.label))

    def _both(self, old: Field, new: Field) -> Iterator[Change]:
        change = partial(self._change, old.code)
        if not old.label.is_worded_as(new.label):
            touches = (Touch(self.code, field=old.code),) if old.asked else ()
            yield change(*_describe_relabelling(old.label, new.label, "asks"), touches=touches)
        if (old.type, old.fixed) != (new.type, new.fixed):
            yield change(*_type(old, new))
        elif new.asked:
            yield from self._limits(old, new, change)
        if old.unit != new.unit:
            note = "Figures given so far are in the old unit." if old.asked else ""
            effect = Effect.CHECK if old.asked else Effect.NONE
            yield change("unit changed", effect, note, short(old.unit), short(new.unit))
        if old.calculated and new.calculated and old.formula != new.formula:
            pair = (short(old.formula), short(new.formula))
            yield change("formula changed", Effect.NONE, "It is worked out again.", *pair)
        if old.asked and new.asked and old.required != new.required:
            if _when(old) == _when(new):
                yield change("wording changed", Effect.KEPT)
            else:
                note = (
                    ""
                    if new.required == "optional"
                    else "Where it is blank, it may be missing now."
                )
                yield change("required changed", Effect.KEPT, note, _when(old), _when(new))
        names = (name for name in type(old).model_fields if name not in TOLD_APART)
        looks = [name for name in names if getattr(old, name) != getattr(new, name)]
        if looks:
            yield change(f"{', '.join(looks)} changed", Effect.KEPT)

    def _limits(self, old: Field, new: Field, change: Callable[..., Change]) -> Iterator[Change]:
        """Compare what an answer must satisfy: given ones are checked again where that became stricter."""
        for name, direction in LIMITS.items():
            old_value = getattr(old, name)
            new_value = getattr(new, name)
            if old_value != new_value:
                stricter = new_value is not None and (
                    old_value is None or (new_value - old_value) * direction < 0
                )
                pair = ("" if limit is None else f"{limit:g}" for limit in (old_value, new_value))
                yield change(f"{name} changed", _effect(stricter), "", *pair)
        if old.constraint != new.constraint:
            old_check = old.constraint.check if old.constraint else ""
            new_check = new.constraint.check if new.constraint else ""
            effect = _effect(old_check != new_check and bool(new_check))
            yield change("constraint changed", effect, "", short(old_check), short(new_check))
        if old.vocabulary != new.vocabulary and old.vocabulary and new.vocabulary:
            lists = self.old.vocabularies[old.vocabulary], self.new.vocabularies[new.vocabulary]
            read = readings(*lists, self.old, self.new)
            differing_codes = [code for code, meanings in read.items() if meanings - {code}]
            touches = tuple(Touch(self.code, field=old.code, code=code) for code in differing_codes)
            note = ""
            if differing_codes:
                note = f"Not the same in the new list: {', '.join(differing_codes[:8])}."
            effect = _effect(bool(differing_codes))
            yield change(
                "list changed", effect, note, old.vocabulary, new.vocabulary, touches=touches
            )
        if old.several and old.cells != new.cells:
            effect = Effect.LOST if new.cells < old.cells else Effect.KEPT
            past = (Touch(self.code, field=old.code, past=new.cells),)
            yield change("cells changed", effect, "", str(old.cells), str(new.cells), touches=past)
        if old.parent != new.parent:
            yield change("parent changed", Effect.CHECK)
        if (old.to, old.only) != (new.to, new.only):
            effect = _effect(bool(set(old.to) - set(new.to) or new.only.items() - old.only.items()))
            yield change(
                "sheets referred to changed", effect, "", _format_targets(old), _format_targets(new)
            )

    # rows

    def _rows(self) -> Iterator[Change]:
        before = _all_rows(self.old, self.before)
        after = _all_rows(self.new, self.after)
        gone = [code for code in before if code not in after]
        added = [code for code in after if code not in before]
        if gone:
            registers = (
                block for block in self.before.field_blocks if isinstance(block, RegisterBlock)
            )
            open_rows = {code for block in registers for code in rows_of(self.old, block)}
            touches = tuple(Touch(self.code, code, issued=code in open_rows) for code in gone)
            note = "Codes are permanent: put them back; their labels may change."
            if not open_rows.isdisjoint(gone):
                note = "Rows of a register may grow, never shrink."
            codes = _list(gone, before[gone[0]].say(""))
            yield Change(
                Group.ROWS, self.code, "rows removed", Effect.LOST, note, codes, touches=touches
            )
        if added:
            codes = _list(added, after[added[0]].say(""))
            yield Change(Group.ROWS, self.code, "rows added", Effect.NEW, after=codes)
        for code in before:
            if code in after and not before[code].is_worded_as(after[code]):
                worded = _describe_relabelling(before[code], after[code], "is about")
                yield Change(
                    Group.ROWS, f"{self.code} / {code}", *worded, touches=(Touch(self.code, code),)
                )
        # those that moved to another block, which has other rows
        for code, field in self.before.fields.items():
            if code in self.after.fields and field.asked:
                remaining_rows = {*rows_of(self.new, self.after.block_of(code)), *gone}
                lost = [
                    row
                    for row in rows_of(self.old, self.before.block_of(code))
                    if row not in remaining_rows
                ]
                if lost:
                    touches = tuple(Touch(self.code, row, code) for row in lost)
                    note = "Answers in these rows do not follow it."
                    rows = _list(lost, "")
                    yield self._change(
                        code, "moved to another block", Effect.LOST, note, rows, touches=touches
                    )


def _format_relevant(tool: Tool) -> str:
    """Return the conditions of a sheet and its blocks in a line."""
    conditions = [tool.relevant, *(block.relevant for block in tool.field_blocks)]
    return short("; ".join(filter(None, conditions)))


def _format_targets(field: Field) -> str:
    """Return the sheets that a reference may point to, and the codes that their rows must have."""
    conditions = [f"{name}: {code}" for name, code in field.only.items()]
    return ", ".join([*field.to, *conditions])


def _all_rows(spec: Spec, tool: Tool) -> dict[str, Text]:
    """Return the rows of all blocks in which something is filled in, with their labels."""
    rows: dict[str, Text] = {}
    for block in tool.field_blocks:
        if any(field.asked for field in block.fields):
            rows |= rows_of(spec, block)
    return rows


def _list(codes: Sequence[str], label: str) -> str:
    few = ", ".join(codes[:6]) + and_more(len(codes) - 6)
    return short(f"{few} {label}".strip() if len(codes) == 1 else few)


def _describe_relabelling(before: Text, after: Text, does: str) -> Told:
    """Say what another label does: with no word in common, something else may be meant."""
    effect = Effect.KEPT
    note = ""
    if not meant_alike(before, after):
        effect = Effect.CHECK
        note = f"If it {does} something else now, give it a code of its own."
    return "label changed", effect, note, short(before), short(after)


def _type(old: Field, new: Field) -> Told:
    """Say what another type does to the answers given so far."""
    old_type, new_type = (
        f"{field.type.name}, fixed" if field.fixed else field.type.name for field in (old, new)
    )
    effect = Effect.CHECK
    note = "The content of the cell is read again."
    if not old.asked:
        effect = _new(new)
        note = _when(new)
    elif old.several != new.several or not new.asked:
        effect = Effect.LOST
        note = "Give the new question a code of its own, and keep the old one for its answers."
    elif new.type.name in old.type.keeps:
        effect = Effect.KEPT
        note = ""
    return "type changed", effect, note, old_type, new_type


def _effect(stricter: bool) -> Effect:
    return Effect.CHECK if stricter else Effect.KEPT


def _new(field: Field) -> Effect:
    return Effect.NEW if field.asked else Effect.NONE


def _when(field: Field) -> str:
    if not field.asked:
        return ""
    return (
        f"required when {field.required.when}"
        if isinstance(field.required, When)
        else field.required
    )


# what is said of them


def both(
    old: Mapping[str, Part], new: Mapping[str, Part]
) -> Iterator[tuple[str, Part | None, Part | None]]:
    """Return every part of two versions by its code, with None for the version that does not have it."""
    return ((code, old.get(code), new.get(code)) for code in dict.fromkeys([*old, *new]))


def reordered(old: Collection[str], new: Collection[str]) -> tuple[list[str], list[str]] | None:
    """Return the codes that are in both versions as each of them has them; None where these are in the same order."""
    before = [code for code in old if code in new]
    after = [code for code in new if code in old]
    return None if before == after else (before, after)


def meant_alike(before: Text, after: Text) -> bool:
    """Say whether two wordings have something in common in any language that both have."""
    from rapidfuzz import fuzz  # only where wordings differ

    shared = before.by_language.keys() & after.by_language.keys()
    pairs = [(before.by_language[tag], after.by_language[tag]) for tag in shared]
    return any(
        fuzz.token_set_ratio(fold(old_words), fold(new_words)) >= ALIKE
        for old_words, new_words in pairs or [(before.say(""), after.say(""))]
    )


def short(value: object) -> str:
    """Return a value for a line of output."""
    match value:
        case None:
            text = ""
        case Text():
            text = value.say("")
        case float():
            text = f"{value:g}"
        case _:
            text = str(value)
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
