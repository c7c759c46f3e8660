"""Carries the answers of a return over into another layout: those that have a place there, and those that have none."""

from __future__ import annotations

from dataclasses import dataclass, field

from msgspec.structs import replace

from ..answers.answer import Answer, State
from ..answers.submission import Submission, Unplaced
from ..core.numerals import shown
from ..core.words import fits_a_cell, fold
from ..fields import Cell, Field, Vocabularies
from ..layout import Layout, Slot, address
from ..spec.lookup import vocabularies


@dataclass(slots=True)
class Carried:
    """The answers in the cells of the new layout, those that it has no cell for, and those that no cell holds."""

    kept: list[Answer] = field(default_factory=list)
    homeless: list[Unplaced] = field(default_factory=list)
    too_long: list[Unplaced] = field(default_factory=list)  # for any cell


def carry_over(sent: Submission, read_in: Layout, layout: Layout) -> Carried:
    """Bring every answer of a return that was read against `read_in` into `layout`.

    A code that the new version still has stays what it is, whatever its label; where the question is of another kind
    now, or the code is gone, what stood in the cell is read anew and kept as it stood.
    """
    found, lists = Carried(), vocabularies(layout.spec, layout.language, layout.row_codes)
    for answer in sent.answers:
        if answer.calculated or answer.original is None:
            continue
        slot = layout.slots.get(answer.key)
        place = max(answer.part - 1, 0)
        if slot is None or place >= len(slot.cells) or slot.field.calculated:
            found.homeless.append(_unplaced(answer, read_in))
            continue
        moved = replace(
            answer, sheet=layout.sheet[slot.tool].name, cell=address(*slot.cells[place]), formula=False, notes=(),
            part=place + 1 if slot.field.several else 0,
        )  # fmt: skip
        fitted = _fitted(moved, read_in.slots[answer.key].field, slot, lists)
        # what would stand in the cell: what was read, else what stood there
        if fits_a_cell(shown(fitted.original if fitted.value is None else fitted.value)):
            found.kept.append(fitted)
        else:
            found.too_long.append(_unplaced(answer, read_in))
    return found


def _unplaced(answer: Answer, read_in: Layout) -> Unplaced:
    text = answer.day.isoformat() if answer.day is not None else shown(answer.original)
    return Unplaced(answer.sheet, answer.cell, text, read_in.question(read_in.slots[answer.key]))


def _fitted(answer: Answer, before: Field, slot: Slot, lists: Vocabularies) -> Answer:
    """Give the answer as the question of now takes it; an error that was copied in becomes a text that is marked."""
    if answer.state is State.ERROR:
        answer = replace(answer, state=State.ANSWERED, original=str(answer.original))
    elif _same_meaning(answer, before, slot.field, lists):
        return answer
    return _read_anew(answer, slot.field, lists)


def _same_meaning(answer: Answer, before: Field, now: Field, lists: Vocabularies) -> bool:
    """Say whether what was read is what would be read now."""
    if now.vocabulary is not None and not now.type.stepped:
        meant = lists.spellings[now.vocabulary].get(fold(answer.code or ""))
        return before.vocabulary == now.vocabulary and meant is not None and meant[0] == answer.code
    return before.type is now.type


def _read_anew(answer: Answer, field: Field, lists: Vocabularies) -> Answer:
    """Read what stood in the cell as an answer to another question."""
    original = answer.original if answer.day is None else answer.day.isoformat()
    assert original is not None
    reading = field.type.read(field, Cell(original), lists)
    return replace(
        answer, original=original, code=reading.code, text=reading.text, number=reading.number, day=reading.day,
        problem=reading.problem, suggestion=reading.suggestion,
    )  # fmt: skip
