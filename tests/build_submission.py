"""Builds submissions for a spec from answers, without any file: for tests of what comes after reading."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from msgspec.structs import replace as changed

from tests.face import (
    FIELD_TYPES,
    Answer,
    Identity,
    Layout,
    Slot,
    State,
    Submission,
    address,
    personal_data,
    to_serial,
)

Keyed = tuple[str, str, str]


def submission(
    layout: Layout,
    answers: Mapping[Keyed, Any],
    changes: Mapping[Keyed | tuple[str, str, str, int], dict[str, Any]] | None = None,
    **options: Any,
) -> Submission:
    """A submission with these answers; `changes` sets attributes of single answers, by key (and part)."""
    spec = layout.spec
    found = [
        answer
        for key, value in answers.items()
        for answer in _answers(layout, layout.slots[key], value)
    ]
    by_cell = {(each.tool, each.row, each.field, each.part): each for each in found}
    for key, attributes in (changes or {}).items():
        cell = _cell(layout, key)
        base = by_cell.get(cell) or _blank(layout, cell)
        by_cell[cell] = changed(base, **attributes)
    identity = Identity(spec.name, spec.version, layout.digest, layout.language)
    if "country" in options:
        identity = replace(identity, country=options.pop("country"))
    made: dict[str, Any] = {
        "path": "returned/team.xlsx",
        "sha256": "0" * 64,
        "size": 1,
        "identity": identity,
    }
    made |= options
    return Submission(answers=list(by_cell.values()), **made)


def _cell(layout: Layout, key: tuple[Any, ...]) -> tuple[str, str, str, int]:
    tool, row, field, *part = key
    many = layout.slots[tool, row, field].field.several
    return tool, row, field, part[0] if part else int(many)


def _blank(layout: Layout, cell: tuple[str, str, str, int]) -> Answer:
    slot = layout.slots[cell[:3]]
    place = address(*slot.cells[max(cell[3] - 1, 0)])
    return Answer(*cell, layout.sheet[slot.tool].name, place, State.ANSWERED)


def _answers(layout: Layout, slot: Slot, value: Any) -> list[Answer]:
    if slot.field.several:
        return [_answer(layout, slot, code, part) for part, code in enumerate(value, start=1)]
    return [_answer(layout, slot, value, 0)]


def _answer(layout: Layout, slot: Slot, value: Any, part: int) -> Answer:
    base = _blank(layout, (*slot.key, part))
    kind = slot.field.type
    if kind is FIELD_TYPES["calculated"]:
        shown = {"number": float(value)} if isinstance(value, int | float) else {"text": str(value)}
        return changed(base, original=value, formula=True, **shown)
    if isinstance(value, date):
        return changed(base, original=float(to_serial(value)), day=value)
    if isinstance(value, int | float):
        return changed(base, original=float(value), number=float(value))
    if kind in (
        FIELD_TYPES["choice"],
        FIELD_TYPES["many"],
        FIELD_TYPES["yesno"],
        FIELD_TYPES["reference"],
    ):
        return changed(base, original=label(layout, slot, value), code=value)
    return changed(base, original=value, text=value, notes=personal_data(value))


def label(layout: Layout, slot: Slot, code: str) -> str:
    """What the dropdown shows for a code."""
    place = layout.lists.get(slot.field.list_name or "")
    return place.labels[place.codes.index(code)] if place and code in place.codes else code
