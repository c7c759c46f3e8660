"""The story that `hrge-xl demo` plays: simulated teams of a spec fill in their workbooks, with mistakes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from .answers import from_mapping
from .errors import Mistake, SpecError, UsageError
from .issuing import Order, generate
from .layout import Layout, Slot, address, build
from .spec.load import find, load
from .spec.model import Spec
from .spec.nodes import compose, plain


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Typed(_Part):
    """What somebody put into one cell, right or wrong; a blank `value` clears it."""

    tool: str
    row: str
    field: str
    part: int = 1
    value: Any


class Actor(_Part):
    """One simulated team: what it answers otherwise than the rest, and what it mistypes."""

    country: str
    language: str = ""
    answers: dict[str, Any] = {}
    typed: tuple[Typed, ...] = ()


class Story(_Part):
    """A spec's `demo.yaml`."""

    today: date
    round: str
    deadline: date
    tools: tuple[str, ...]
    answers: dict[str, Any]
    teams: tuple[Actor, ...]


@dataclass(frozen=True)
class Return:
    """One workbook on its way: as it was issued, and as it comes back."""

    country: str
    issued: bytes
    returned: bytes


def story(spec: str) -> Story:
    """The demonstration of a spec. Raises `UsageError` when it has none, `SpecError` when it is wrong."""
    file = find(spec) / "demo.yaml"
    if not file.is_file():
        raise UsageError(f"The spec '{spec}' has no demo.yaml, so there is nothing to play.")
    mistakes: list[Mistake] = []
    node = compose(file, "demo.yaml", mistakes)
    if node is None or mistakes:
        raise SpecError(mistakes)
    try:
        return Story.model_validate(plain(node))
    except ValidationError as error:
        raise SpecError(
            [Mistake("demo.yaml", 1, 1, str(each["msg"]), str(each["loc"])) for each in error.errors()]
        ) from error


def play(name: str) -> Iterator[Return]:
    """Issue to each team of the story and let it fill in its workbook."""
    spec, told = load(name), story(name)
    for actor in told.teams:
        yield _one(spec, told, actor)


def _one(spec: Spec, told: Story, actor: Actor) -> Return:
    layout = build(spec, actor.language or spec.languages[0], told.tools)
    order = Order(
        actor.country, told.today, actor.country, layout.language, told.tools,
        round=told.round, deadline=told.deadline.isoformat(),
    )  # fmt: skip
    answers = _merged(told.answers, actor.answers)
    filled = from_mapping(answers, layout)
    issued = generate(spec, order)
    from dataclasses import replace

    correct = generate(spec, replace(order, answers=filled | _own_country(layout, filled, actor.country)))
    return Return(actor.country, issued, type_into(correct, layout, actor.typed) if actor.typed else correct)


def _own_country(layout: Layout, filled: dict[Any, Any], country: str) -> dict[Any, Any]:
    """The team's country in every row that asks for one and is in use."""
    name = layout.spec.countries
    rows = {key[:2] for key in filled}
    return {
        key: country
        for key, slot in layout.slots.items()
        if slot.field.vocabulary == name and name is not None and key[:2] in rows and key not in filled
    }


def _merged(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in changes.items():
        below = merged.get(key)
        merged[key] = _merged(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def type_into(workbook: bytes, layout: Layout, typed: tuple[Typed, ...]) -> bytes:
    """The workbook after somebody typed into some of its cells and saved it with another program."""
    from io import BytesIO

    from openpyxl import load_workbook

    book = load_workbook(BytesIO(workbook))
    for each in typed:
        slot = _slot(layout, each)
        place = slot.cells[each.part - 1]
        book[layout.sheet[slot.tool].name][address(*place)].value = each.value
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def _slot(layout: Layout, typed: Typed) -> Slot:
    found = layout.slots.get((typed.tool, typed.row, typed.field))
    if found is None:
        raise UsageError(f"demo.yaml: there is no cell {typed.tool} / {typed.row} / {typed.field}.")
    return found


def write_story(name: str, folder: Path) -> Iterator[Path]:
    """Play into `issued/` and `returned/` of a folder; yields each returned file when it is there."""
    from .paths import write_whole

    for each in play(name):
        write_whole(folder / "issued" / f"{each.country}.xlsx", each.issued)
        path = folder / "returned" / f"{each.country}.xlsx"
        write_whole(path, each.returned)
        yield path
