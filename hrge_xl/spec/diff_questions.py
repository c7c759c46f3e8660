"""What changed in the questions of a sheet: fields, and the rows that they are asked in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from ..fields import Field, When
from ..texts import NO_TEXT, Text
from ..words import and_more
from .changes import Change, Effect, Group, Touch, meant_alike, short
from .diff_lists import readings
from .fixed_rows import items_of
from .model import (
    CatalogueBlock,
    ChecklistBlock,
    FieldBlock,
    FormBlock,
    RegisterBlock,
    Spec,
    Tool,
)

Rows = dict[str, Text]  # code -> label
LIMITS = {"minimum": -1, "maximum": 1, "words": 1, "characters": 1}  # in which direction each gives way
TOLD_APART = frozenset(
    [
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
    ]
)  # options that have a line of their own, as the limits have


def rows_of(spec: Spec, block: FieldBlock) -> Rows:
    """Give the codes of the rows that a block asks in, with their labels."""
    if isinstance(block, FormBlock):
        return {str(number): NO_TEXT for number in range(1, block.records + 1)}
    if isinstance(block, RegisterBlock):
        return {f"{block.id}{number:02d}": NO_TEXT for number in range(1, block.rows + 1)}
    assert isinstance(block, ChecklistBlock | CatalogueBlock)
    return {item.code: item.label for item in items_of(spec, block)}


class SheetDiff:
    """One sheet in both versions."""

    def __init__(self, old: Spec, new: Spec, code: str) -> None:
        self.old, self.new, self.code = old, new, code
        self.before, self.after = old.tool[code], new.tool[code]

    def changes(self) -> Iterator[Change]:
        """Give fields gone, new and changed; rows gone, new and worded anew; their order."""
        yield from self._fields()
        yield from self._rows()
        yield from self._order()

    def _change(self, what: str, effect: Effect, field: str = "", **more: object) -> Change:
        place = f"{self.code} / {field}" if field else self.code
        return Change(Group.QUESTIONS, place, what, effect, **more)  # type: ignore[arg-type]

    # fields

    def _fields(self) -> Iterator[Change]:
        for code, field in self.before.fields.items():
            if code not in self.after.fields:
                yield self._gone(field)
            else:
                yield from self._both(field, self.after.fields[code])
        for code, field in self.after.fields.items():
            if code not in self.before.fields:
                effect = _new(field)
                count = int(effect is Effect.NEW)
                yield self._change(
                    "added", effect, code, after=_label(field), note=_note(field), questions=count
                )

    def _gone(self, field: Field) -> Change:
        if not field.asked:
            return self._change("removed", Effect.NONE, field.code, before=_label(field))
        to = next((tool.code for tool in self.new.tools if field.code in tool.fields), None)
        note = (
            f"It is asked on the sheet {to} now; answers do not follow it there."
            if to
            else "Its answers are put on the sheet “Without a place” when the team gets its workbook back."
        )
        what = f"moved to {to}" if to else "removed"
        touch = (Touch(self.code, field=field.code),)
        return self._change(
            what, Effect.LOST, field.code, before=_label(field), note=note, breaks=True, touches=touch
        )

    def _both(self, old: Field, new: Field) -> Iterator[Change]:
        if old == new:
            return
        touch = (Touch(self.code, field=old.code),)
        if not old.label.is_worded_as(new.label):
            alike = meant_alike(old.label, new.label)
            note = "" if alike else "If it asks something else now, give it a code of its own."
            effect = Effect.KEPT if alike else Effect.CHECK
            touches = () if alike or not old.asked else touch
            pair = {"before": _label(old), "after": _label(new)}
            yield self._change("label changed", effect, old.code, note=note, touches=touches, **pair)
        if (old.type, old.fixed) != (new.type, new.fixed):
            yield self._type(old, new, touch)
        elif new.asked:
            yield from self._limits(old, new, touch)
        if old.unit != new.unit:
            pair = {"before": short(old.unit.say("")), "after": short(new.unit.say(""))}
            note = "Figures given so far are in the old unit." if old.asked else ""
            effect, touches = (Effect.CHECK, touch) if old.asked else (Effect.NONE, ())
            yield self._change("unit changed", effect, old.code, note=note, touches=touches, **pair)
        if old.calculated and new.calculated and old.formula != new.formula:
            pair = {"before": short(old.formula), "after": short(new.formula)}
            yield self._change(
                "formula changed", Effect.NONE, old.code, note="It is worked out again.", **pair
            )
        if old.asked and new.asked and old.required != new.required:
            yield self._change(
                "required changed", Effect.KEPT, old.code, before=_when(old), after=_when(new),
                note="" if new.required == "optional" else "Where it is blank, it may be missing now.",
            )  # fmt: skip
        others = [name for name in type(old).model_fields if name not in TOLD_APART | LIMITS.keys()]
        looks = [name for name in others if getattr(old, name) != getattr(new, name)]
        if looks:
            yield self._change(f"{', '.join(looks)} changed", Effect.KEPT, old.code)

    def _type(self, old: Field, new: Field, touch: tuple[Touch, ...]) -> Change:
        pair = {"before": _type_name(old), "after": _type_name(new)}
        if not old.asked:
            effect = _new(new) if new.asked else Effect.NONE
            return self._change("type changed", effect, old.code, note=_when(new), **pair)
        cells = old.several != new.several
        if cells or not new.asked:
            note = "Give the new question a code of its own, and keep the old one for its answers."
            return self._change(
                "type changed", Effect.LOST, old.code, note=note, breaks=True, touches=touch, **pair
            )
        if new.type.name in old.type.keeps:
            return self._change("type changed", Effect.KEPT, old.code, **pair)
        return self._change(
            "type changed", Effect.CHECK, old.code, note="The content of the cell is read again.",
            touches=touch, **pair,
        )  # fmt: skip

    def _limits(self, old: Field, new: Field, touch: tuple[Touch, ...]) -> Iterator[Change]:
        """Compare what an answer must satisfy: given ones are checked again where that became stricter."""
        for name, direction in LIMITS.items():
            was, now = getattr(old, name), getattr(new, name)
            if was != now:
                stricter = now is not None and (was is None or (now - was) * direction < 0)
                effect = Effect.CHECK if stricter else Effect.KEPT
                pair = {"before": _said(was), "after": _said(now)}
                yield self._change(
                    f"{name} changed", effect, old.code, touches=touch if stricter else (), **pair
                )
        checks = [each.constraint.check if each.constraint else "" for each in (old, new)]
        if old.constraint != new.constraint:
            stricter = checks[0] != checks[1] and bool(checks[1])
            effect = Effect.CHECK if stricter else Effect.KEPT
            pair = {"before": short(checks[0]), "after": short(checks[1])}
            yield self._change(
                "constraint changed", effect, old.code, touches=touch if stricter else (), **pair
            )
        yield from self._choices(old, new, touch)

    def _choices(self, old: Field, new: Field, touch: tuple[Touch, ...]) -> Iterator[Change]:
        if old.vocabulary != new.vocabulary and old.vocabulary and new.vocabulary:
            lists = self.old.vocabularies[old.vocabulary], self.new.vocabularies[new.vocabulary]
            read = readings(*lists, self.old, self.new)
            others = [code for code, meanings in read.items() if meanings - {code}]
            touches = tuple(Touch(self.code, field=old.code, code=code) for code in others)
            effect = Effect.CHECK if others else Effect.KEPT
            note = f"Not the same in the new list: {', '.join(others[:8])}." if others else ""
            pair = {"before": old.vocabulary, "after": new.vocabulary}
            yield self._change("list changed", effect, old.code, note=note, touches=touches, **pair)
        if old.several and old.cells != new.cells:
            fewer = new.cells < old.cells
            past = (Touch(self.code, field=old.code, past=new.cells),) if fewer else ()
            yield self._change(
                "cells changed", Effect.LOST if fewer else Effect.KEPT, old.code, before=str(old.cells),
                after=str(new.cells), breaks=fewer, touches=past,
            )  # fmt: skip
        if old.parent != new.parent:
            yield self._change("parent changed", Effect.CHECK, old.code, touches=touch)
        if (old.to, old.only) != (new.to, new.only):
            fewer = bool(set(old.to) - set(new.to) or new.only.items() - old.only.items())
            effect = Effect.CHECK if fewer else Effect.KEPT
            pair = {"before": _referred(old), "after": _referred(new)}
            yield self._change(
                "sheets referred to changed", effect, old.code, touches=touch if fewer else (), **pair
            )

    # rows

    def _rows(self) -> Iterator[Change]:
        before, after = _all_rows(self.old, self.before), _all_rows(self.new, self.after)
        gone = [code for code in before if code not in after]
        added = [code for code in after if code not in before]
        open_rows = _open_rows(self.before)
        if gone:
            touches = tuple(Touch(self.code, code, issued=code in open_rows) for code in gone)
            first = before[gone[0]].say("")
            yield Change(
                Group.ROWS, self.code, "rows removed", Effect.LOST, before=_list(gone, first), breaks=True,
                note="Rows of a register may grow, never shrink." if open_rows & set(gone) else
                "Codes are permanent: put them back; their labels may change.", touches=touches,
            )  # fmt: skip
        if added:
            yield Change(
                Group.ROWS, self.code, "rows added", Effect.NEW, after=_list(added, after[added[0]].say(""))
            )
        for code in before:
            if code in after and not before[code].is_worded_as(after[code]):
                alike = meant_alike(before[code], after[code])
                yield Change(
                    Group.ROWS, f"{self.code} / {code}", "label changed", Effect.KEPT if alike else Effect.CHECK,
                    "" if alike else "If it is about something else now, give it a code of its own.",
                    short(before[code].say("")), short(after[code].say("")),
                    touches=() if alike else (Touch(self.code, code),),
                )  # fmt: skip
        yield from self._moved_rows(set(gone))

    def _moved_rows(self, gone: set[str]) -> Iterator[Change]:
        """Give fields that moved to another block of the sheet, which has other rows."""
        for code, field in self.before.fields.items():
            if code not in self.after.fields or not field.asked:
                continue
            rows = [_rows_of_field(*each, code) for each in ((self.old, self.before), (self.new, self.after))]
            lost = [row for row in rows[0] if row not in rows[1] and row not in gone]
            if lost:
                touches = tuple(Touch(self.code, row, code) for row in lost)
                yield self._change(
                    "moved to another block", Effect.LOST, code, before=_list(lost, ""), breaks=True,
                    note="Answers in these rows do not follow it.", touches=touches,
                )  # fmt: skip

    def _order(self) -> Iterator[Change]:
        before = [code for code in self.before.fields if code in self.after.fields]
        after = [code for code in self.after.fields if code in self.before.fields]
        if before != after:
            same = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
            stayed = {code for block in same for code in before[block.a : block.a + block.size]}
            moved = ", ".join(code for code in before if code not in stayed)
            yield self._change("questions in another order", Effect.KEPT, before=short(moved))


def _all_rows(spec: Spec, tool: Tool) -> Rows:
    """Give the rows of all blocks in which something is filled in."""
    blocks = [block for block in tool.field_blocks if any(field.asked for field in block.fields)]
    return {code: label for block in blocks for code, label in rows_of(spec, block).items()}


def _open_rows(tool: Tool) -> set[str]:
    blocks = [block for block in tool.field_blocks if isinstance(block, RegisterBlock)]
    return {f"{block.id}{number:02d}" for block in blocks for number in range(1, block.rows + 1)}


def _rows_of_field(spec: Spec, tool: Tool, code: str) -> Rows:
    block = next(each for each in tool.field_blocks if any(field.code == code for field in each.fields))
    return rows_of(spec, block)


def _new(field: Field) -> Effect:
    return Effect.NEW if field.asked else Effect.NONE


def _label(field: Field) -> str:
    return short(field.label.say(""))


def _type_name(field: Field) -> str:
    return f"{field.type.name}, fixed" if field.fixed else field.type.name


def _when(field: Field) -> str:
    if not field.asked:
        return ""
    return f"required when {field.required.when}" if isinstance(field.required, When) else field.required


def _note(field: Field) -> str:
    return f"It is {_when(field)}." if field.asked else ""


def _said(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _referred(field: Field) -> str:
    """Give the sheets that a reference leads to, and what is in the rows that it offers there."""
    return ", ".join([*field.to, *(f"{name}: {code}" for name, code in field.only.items())])


def _list(codes: Sequence[str], label: str) -> str:
    few = ", ".join(codes[:6]) + and_more(len(codes) - 6)
    return short(f"{few} {label}".strip() if len(codes) == 1 else few)
