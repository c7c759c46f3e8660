"""The story that `hrge-xl demo` plays: simulated teams of a spec fill in their workbooks, with mistakes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from .answers import from_mapping
from .bulk import issue
from .errors import Mistake, SpecError, UsageError
from .issuing import Order
from .layout import Layout, Slot, address, build
from .rounds.rounds import Round
from .rounds.teams import Team
from .spec.load import find, load
from .spec.model import Spec
from .spec.nodes import compose, plain


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Typed(_Entry):
    """What somebody put into one cell, right or wrong; a blank `value` clears it."""

    tool: str
    row: str
    field: str
    part: int = 1
    value: Any


class Actor(_Entry):
    """One simulated team: what it answers otherwise than the rest, and what it mistypes."""

    country: str
    language: str = ""
    answers: dict[str, Any] = {}
    typed: tuple[Typed, ...] = ()


class Story(_Entry):
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


def demonstration_round(told: Story, spec: str, folder: Path) -> Round:
    """The round that a story plays, with the teams that it expects."""
    teams = tuple(Team(each.country, each.country, each.language, told.deadline) for each in told.teams)
    return Round(folder, told.round, spec, None, None, teams)


def play(name: str) -> Iterator[Return]:
    """Issue to each team of the story and let it fill in its workbook."""
    spec, told = load(name), story(name)
    parts = [_cast(spec, told, actor) for actor in told.teams]
    orders = [order for part in parts for order in (part.order, part.filled_in)]
    made = {(order.team, bool(order.answers)): data for order, data in issue(spec, orders)}
    for part in parts:
        issued, correct = (made[part.order.team, filled] for filled in (False, True))
        typed = part.actor.typed
        yield Return(part.order.team, issued, type_into(correct, part.layout, typed) if typed else correct)


@dataclass(frozen=True)
class _Part:
    """One team with its workbook as it is issued, and as it would be without mistakes."""

    actor: Actor
    layout: Layout
    order: Order
    filled_in: Order


def _cast(spec: Spec, told: Story, actor: Actor) -> _Part:
    layout = build(spec, actor.language or spec.languages[0], told.tools)
    order = Order(
        actor.country, told.today, actor.country, layout.language, told.tools,
        round=told.round, deadline=told.deadline.isoformat(),
    )  # fmt: skip
    filled = from_mapping(_merged(told.answers, actor.answers), layout)
    answers = filled | _own_country(layout, filled, actor.country)
    return _Part(actor, layout, order, replace(order, answers=answers))


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
