"""What changed in the questions of a sheet: fields, and the rows that they are asked in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from functools import partial
from typing import Any

from ..fields import Field, When
from ..texts import Text
from ..words import and_more
from .changes import Change, Effect, Group, Touch, both, meant_alike, reordered, short
from .model import RegisterBlock, Spec, Tool
from .rows import rows_of
from .spellings import readings

LIMITS = {"minimum": -1, "maximum": 1, "words": 1, "characters": 1}  # in which direction each gives way
TOLD_APART = LIMITS.keys() | frozenset(
    [
        "code", "label", "type", "fixed", "required", "constraint", "vocabulary", "parent", "cells", "to", "only",
        "formula", "unit",
    ]
)  # options that have a line of their own  # fmt: skip
NO_PLACE = "Its answers are put on the sheet “Without a place” when the team gets its workbook back."


class SheetDiff:
    """One sheet in both versions."""

    def __init__(self, old: Spec, new: Spec, code: str) -> None:
        self.old, self.new, self.code = old, new, code
        self.before, self.after = old.tool[code], new.tool[code]

    def changes(self) -> Iterator[Change]:
        """Give fields gone, new and changed; rows gone, new and worded anew; their order."""
        for code, before, after in both(self.before.fields, self.after.fields):
            if before is None and after is not None:
                note = f"It is {_when(after)}." if after.asked else ""
                label, count = short(after.label), int(after.asked)
                yield self._change(code, "added", _new(after), note, after=label, questions=count)
            elif after is None and before is not None:
                yield self._gone(before)
            elif before is not None and after is not None and before != after:
                yield from self._both(before, after)
        yield from self._rows()
        if moved := reordered(self.before.fields, self.after.fields):
            same = SequenceMatcher(None, *moved, autojunk=False).get_matching_blocks()
            stayed = {code for block in same for code in moved[0][block.a : block.a + block.size]}
            order = short(", ".join(code for code in moved[0] if code not in stayed))
            yield Change(Group.QUESTIONS, self.code, "questions in another order", Effect.KEPT, before=order)

    def _change(self, field: str, *told: Any, **more: Any) -> Change:
        """Give a change of a question, which touches all answers to it where nothing else is said."""
        more.setdefault("touches", (Touch(self.code, field=field),))
        return Change(Group.QUESTIONS, f"{self.code} / {field}", *told, **more)

    # fields

    def _gone(self, field: Field) -> Change:
        to = next((tool.code for tool in self.new.tools if field.code in tool.fields), None)
        if not field.asked:
            return self._change(field.code, "removed", Effect.NONE, before=short(field.label))
        note = f"It is asked on the sheet {to} now; answers do not follow it there." if to else NO_PLACE
        what = f"moved to {to}" if to else "removed"
        return self._change(field.code, what, Effect.LOST, note, short(field.label))

    def _both(self, old: Field, new: Field) -> Iterator[Change]:
        change = partial(self._change, old.code)
        if not old.label.is_worded_as(new.label):
            more = {} if old.asked else {"touches": ()}
            yield change(*_worded_anew(old.label, new.label, "asks"), **more)
        if (old.type, old.fixed) != (new.type, new.fixed):
            yield change("type changed", *_type(old, new))
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
            note = "" if new.required == "optional" else "Where it is blank, it may be missing now."
            yield change("required changed", Effect.KEPT, note, _when(old), _when(new))
        names = (name for name in type(old).model_fields if name not in TOLD_APART)
        looks = [name for name in names if getattr(old, name) != getattr(new, name)]
        if looks:
            yield change(f"{', '.join(looks)} changed", Effect.KEPT)

    def _limits(self, old: Field, new: Field, change: Callable[..., Change]) -> Iterator[Change]:
        """Compare what an answer must satisfy: given ones are checked again where that became stricter."""
        for name, direction in LIMITS.items():
            was, now = getattr(old, name), getattr(new, name)
            if was != now:
                stricter = now is not None and (was is None or (now - was) * direction < 0)
                pair = ("" if limit is None else f"{limit:g}" for limit in (was, now))
                yield change(f"{name} changed", _effect(stricter), "", *pair)
        if old.constraint != new.constraint:
            was, now = (field.constraint.check if field.constraint else "" for field in (old, new))
            effect = _effect(was != now and bool(now))
            yield change("constraint changed", effect, "", short(was), short(now))
        if old.vocabulary != new.vocabulary and old.vocabulary and new.vocabulary:
            lists = self.old.vocabularies[old.vocabulary], self.new.vocabularies[new.vocabulary]
            read = readings(*lists, self.old, self.new)
            others = [code for code, meanings in read.items() if meanings - {code}]
            touches = tuple(Touch(self.code, field=old.code, code=code) for code in others)
            note = f"Not the same in the new list: {', '.join(others[:8])}." if others else ""
            told = (_effect(bool(others)), note, old.vocabulary, new.vocabulary)
            yield change("list changed", *told, touches=touches)
        if old.several and old.cells != new.cells:
            effect = Effect.LOST if new.cells < old.cells else Effect.KEPT
            past = (Touch(self.code, field=old.code, past=new.cells),)
            yield change("cells changed", effect, "", str(old.cells), str(new.cells), touches=past)
        if old.parent != new.parent:
            yield change("parent changed", Effect.CHECK)
        if (old.to, old.only) != (new.to, new.only):
            effect = _effect(bool(set(old.to) - set(new.to) or new.only.items() - old.only.items()))
            pair = (
                ", ".join([*field.to, *(f"{name}: {code}" for name, code in field.only.items())])
                for field in (old, new)
            )
            yield change("sheets referred to changed", effect, "", *pair)

    # rows

    def _rows(self) -> Iterator[Change]:
        before, after = _all_rows(self.old, self.before), _all_rows(self.new, self.after)
        gone = [code for code in before if code not in after]
        added = [code for code in after if code not in before]
        if gone:
            registers = (block for block in self.before.field_blocks if isinstance(block, RegisterBlock))
            open_rows = {code for block in registers for code in rows_of(self.old, block)}
            touches = tuple(Touch(self.code, code, issued=code in open_rows) for code in gone)
            note = "Codes are permanent: put them back; their labels may change."
            if not open_rows.isdisjoint(gone):
                note = "Rows of a register may grow, never shrink."
            told = (Effect.LOST, note, _list(gone, before[gone[0]].say("")))
            yield Change(Group.ROWS, self.code, "rows removed", *told, touches=touches)
        if added:
            codes = _list(added, after[added[0]].say(""))
            yield Change(Group.ROWS, self.code, "rows added", Effect.NEW, after=codes)
        for code in before:
            if code in after and not before[code].is_worded_as(after[code]):
                worded = _worded_anew(before[code], after[code], "is about")
                yield Change(Group.ROWS, f"{self.code} / {code}", *worded, touches=(Touch(self.code, code),))
        for (
            code,
            field,
        ) in self.before.fields.items():  # those that moved to another block, which has other rows
            if code in self.after.fields and field.asked:
                rows = _rows_of_field(self.new, self.after, code)
                lost = [
                    row for row in _rows_of_field(self.old, self.before, code) if row not in {*rows, *gone}
                ]
                if lost:
                    touches = tuple(Touch(self.code, row, code) for row in lost)
                    note = "Answers in these rows do not follow it."
                    told = (Effect.LOST, note, _list(lost, ""))
                    yield self._change(code, "moved to another block", *told, touches=touches)


def _all_rows(spec: Spec, tool: Tool) -> dict[str, Text]:
    """Give the rows of all blocks in which something is filled in, with their labels."""
    blocks = [block for block in tool.field_blocks if any(field.asked for field in block.fields)]
    return {code: label for block in blocks for code, label in rows_of(spec, block).items()}


def _rows_of_field(spec: Spec, tool: Tool, code: str) -> dict[str, Text]:
    block = next(block for block in tool.field_blocks if any(field.code == code for field in block.fields))
    return rows_of(spec, block)


def _list(codes: Sequence[str], label: str) -> str:
    few = ", ".join(codes[:6]) + and_more(len(codes) - 6)
    return short(f"{few} {label}".strip() if len(codes) == 1 else few)


Told = tuple[Effect, str, str, str]  # the effect of a change, a note, before and after


def _worded_anew(before: Text, after: Text, does: str) -> tuple[str, Effect, str, str, str]:
    """Say what another label does: with no word in common, something else may be meant."""
    pair = (short(before), short(after))
    if meant_alike(before, after):
        return "label changed", Effect.KEPT, "", *pair
    return (
        "label changed",
        Effect.CHECK,
        f"If it {does} something else now, give it a code of its own.",
        *pair,
    )


def _type(old: Field, new: Field) -> Told:
    """Say what another type does to the answers given so far."""
    was, now = (f"{field.type.name}, fixed" if field.fixed else field.type.name for field in (old, new))
    if not old.asked:
        return _new(new), _when(new), was, now
    if old.several != new.several or not new.asked:
        note = "Give the new question a code of its own, and keep the old one for its answers."
        return Effect.LOST, note, was, now
    if new.type.name in old.type.keeps:
        return Effect.KEPT, "", was, now
    return Effect.CHECK, "The content of the cell is read again.", was, now


def _effect(stricter: bool) -> Effect:
    return Effect.CHECK if stricter else Effect.KEPT


def _new(field: Field) -> Effect:
    return Effect.NEW if field.asked else Effect.NONE


def _when(field: Field) -> str:
    if not field.asked:
        return ""
    return f"required when {field.required.when}" if isinstance(field.required, When) else field.required
