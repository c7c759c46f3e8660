"""The story that `hrge-xl demo` plays: simulated teams of a spec fill in their workbooks, with mistakes."""

from __future__ import annotations

import hashlib
import io
import re
import warnings
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from ..core.errors import Mistake, SpecError, UsageError
from ..core.paths import path_in, way_to, write_whole
from ..core.work import track_progress
from ..dataset.ingest import Options
from ..dataset.reconciliation import Reconciliation
from ..dataset.rows import ID_DIGITS
from ..dataset.work import arrivals
from ..exchange.issuing import Order, generate, identity_of, issue
from ..exchange.prefill import from_mapping
from ..layout import Layout, address, build
from ..ledger.events import Arrived
from ..ledger.ledger import Ledger
from ..outputs import write_report
from ..outputs.build import Facts, document
from ..outputs.exports import CSV, XLSX
from ..rounds.datasets import DatasetRequest, datasets, sources
from ..rounds.rounds import REPORTS, RETURNED, Round, init_round, load_round, terms_of
from ..spec.load import find, load
from ..spec.model import Spec
from ..spec.yaml_file import compose, plain
from .consolidation import consolidate_sources
from .generation import issue_round, orders

TEAMS = "teams.csv"
MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")


class _PartOfStory(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Typed(_PartOfStory):
    """What somebody put into one cell, right or wrong; a blank `value` clears it."""

    tool: str
    row: str
    field: str
    part: int = 1
    value: Any


class Sending(_PartOfStory):
    """When a team filled in its workbook, and when it came back."""

    filled_in: date
    arrives: date


class Actor(_PartOfStory):
    """One simulated team: what it answers otherwise than the rest, what it mistypes, and when.

    `corrected`: it got feedback, put everything right and sent its workbook again. `silent`: it never answers.
    """

    country: str
    language: str = ""
    sent: Sending | None = None  # None: as most teams do
    answers: dict[str, Any] = {}
    typed: tuple[Typed, ...] = ()
    corrected: Sending | None = None
    silent: bool = False


class Story(_PartOfStory):
    """A spec's `demo.yaml`: `issued` is the day the workbooks went out, `today` the day the office looks at it all."""

    issued: date
    today: date
    round: str
    period: tuple[date | None, date | None] = (None, None)
    deadline: date
    sent: Sending
    tools: tuple[str, ...]
    answers: dict[str, Any]
    teams: tuple[Actor, ...]


class ReturnedFile(NamedTuple):
    """A workbook that comes back: whose, under which name, on which day."""

    country: str
    name: str
    workbook: bytes
    arrives: date


def story(spec: str) -> Story:
    """Return the demonstration of a spec. Raises `UsageError` when it has none, `SpecError` when it is wrong."""
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
            [
                Mistake("demo.yaml", 1, 1, str(fault["msg"]), str(fault["loc"]))
                for fault in error.errors()
            ]
        ) from error


def play(name: str, round_: Round | None = None) -> list[ReturnedFile]:
    """Let the teams of the story fill in their workbooks, those of a round where there is one.

    Return what comes back, in the order in which it arrives.
    """
    spec = load(name)
    story_ = story(name)
    orders_by_team = (
        {order.team: order for order in orders(round_, story_.issued)} if round_ else {}
    )
    played: list[tuple[Actor, Layout, Order]] = []
    for actor in story_.teams:
        if actor.silent:
            continue
        order = orders_by_team.get(actor.country) or _order(spec, story_, actor)
        layout = build(spec, order.language, story_.tools)
        filled = from_mapping(_merged(story_.answers, actor.answers), layout)
        answers = filled | _own_country(layout, filled, actor.country)
        played.append((actor, layout, replace(order, answers=answers)))
    correct_workbooks = {
        order.team: workbook for order, workbook in issue(spec, [order for *_, order in played])
    }
    files: list[ReturnedFile] = []
    for actor, layout, order in played:
        sent = actor.sent or story_.sent
        typed = type_into(correct_workbooks[order.team], layout, actor.typed)
        first = saved_on(typed, sent.filled_in)
        files.append(ReturnedFile(actor.country, f"{actor.country}.xlsx", first, sent.arrives))
        if actor.corrected is not None:
            files.append(_correction(actor, actor.corrected, layout, order, first))
    return sorted(files, key=lambda file: (file.arrives, file.name))


def _order(spec: Spec, story_: Story, actor: Actor) -> Order:
    return Order(
        actor.country,
        story_.issued,
        actor.country,
        actor.language or spec.languages[0],
        story_.tools,
        round=story_.round,
        deadline=story_.deadline.isoformat(),
    )


def _correction(
    actor: Actor, corrected: Sending, layout: Layout, order: Order, first: bytes
) -> ReturnedFile:
    """Return the workbook that a team sends after feedback on its first one, with everything right."""
    predecessor = hashlib.sha256(first).hexdigest()[:ID_DIGITS]
    copy = identity_of(order, layout).copy
    workbook = generate(layout.spec, replace(order, copy=copy, predecessor=predecessor))
    return ReturnedFile(
        actor.country,
        f"{actor.country}_corrected.xlsx",
        saved_on(workbook, corrected.filled_in),
        corrected.arrives,
    )


def saved_on(workbook: bytes, day: date) -> bytes:
    """Return the workbook as it is when it was last saved at noon of a day."""
    source = io.BytesIO(workbook)
    target = io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            content = old.read(member)
            if member.filename == "docProps/core.xml":
                content = MODIFIED.sub(rb"\g<1>%sT12:00:00Z" % day.isoformat().encode(), content)
            new.writestr(zipfile.ZipInfo(member.filename), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _own_country(layout: Layout, filled: dict[Any, Any], country: str) -> dict[Any, Any]:
    """Return the team's country in every row that always asks for one and is in use."""
    name = layout.spec.countries
    rows = {key[:2] for key in filled}
    country_cells = {
        key
        for key, slot in layout.slots.items()
        if name is not None and slot.field.vocabulary == name and slot.field.relevant is None
    }
    return {key: country for key in country_cells - filled.keys() if key[:2] in rows}


def _merged(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in changes.items():
        below = merged.get(key)
        merged[key] = (
            _merged(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
        )
    return merged


def type_into(workbook: bytes, layout: Layout, typed: tuple[Typed, ...]) -> bytes:
    """Return the workbook after somebody typed into some of its cells and saved it with another program.

    It is the same to the byte where nothing was typed.
    """
    if not typed:
        return workbook
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        # bars of progress are lost: a team's program may lose them too
        warnings.simplefilter("ignore", UserWarning)
        book = load_workbook(io.BytesIO(workbook))
    for entry in typed:
        slot = layout.slots.get((entry.tool, entry.row, entry.field))
        if slot is None:
            raise UsageError(
                f"demo.yaml: there is no cell {entry.tool} / {entry.row} / {entry.field}."
            )
        place = slot.cells[entry.part - 1]
        book[layout.sheet[slot.tool].name][address(*place)].value = entry.value
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def play_teams(spec: str, folder: str | Path) -> list[tuple[Path, date]]:
    """Set up the round of a spec's demonstration, issue its workbooks, and let its teams send them back.

    Return what came back into `returned`, with its day. Raises `UsageError` for a spec that has no demonstration,
    `RoundError` for a folder that is a round already.
    """
    folder = Path(folder)
    story_ = story(spec)
    write_whole(folder / TEAMS, _team_list(story_).encode())
    round_ = init_round(folder, spec, folder / TEAMS, *story_.period, name=story_.round)
    issue_round(folder, today=story_.issued)
    returned: list[tuple[Path, date]] = []
    for file in track_progress(
        play(spec, round_), len(story_.teams), "Teams fill in their workbooks"
    ):
        path = path_in(folder / RETURNED, file.name)
        write_whole(path, file.workbook)
        returned.append((path, file.arrives))
    with Ledger.open(folder) as ledger:
        for path, day in returned:
            files = arrivals([way_to(path, ledger.home)], ledger.home)
            ledger.receive(files, Arrived(day, stated=True, today=story_.today))
    return returned


def _team_list(story_: Story) -> str:
    """Return the list of the teams of a story, as a coordinator would keep it: CSV."""
    tools = ",".join(story_.tools)
    lines = ["team,country,language,deadline,email,tools"]
    for actor in story_.teams:
        address = f"{actor.country.lower()}@example.org"
        team = f"{actor.country},{actor.country},{actor.language},{story_.deadline},{address}"
        lines.append(f'{team},"{tools}"')
    return "\n".join([*lines, ""])


def demonstrate(spec: str, folder: str | Path, command: str) -> Reconciliation:
    """Put together what came back in the demonstration of a spec, with every report, and say what became of it.

    The dataset stands in `dataset`, beside the round. `command` is what the reports name as their origin.
    """
    from ..outputs.brief import pages_of_folder

    folder = Path(folder)
    today = story(spec).today
    home = folder / "dataset"
    reports = folder / REPORTS
    round_ = load_round(folder)
    consolidate_sources(
        sources(DatasetRequest([str(folder)], today, jobs=0)),
        home,
        arrived=Arrived(today, terms=terms_of([round_])),
        options=Options(only_these=True, jobs=0),
        formats=(XLSX, CSV),
        overview=reports,
        round_=round_,
    )
    with datasets(DatasetRequest([str(home)], today, jobs=0)) as opened:
        facts = Facts(f"{today}T00:00:00Z", today, command)
        report = document([replace(dataset, round=round_) for dataset in opened], facts)
        for format_name in ("html", "xlsx", "json"):
            write_report(report, format_name, reports)
        pages_of_folder(home, reports, round_, masked=True)
        return opened[0].totals()
