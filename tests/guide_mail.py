"""What teams send in a guide: `<!-- mail ROUND TEAM DAY FILE [without FIELD…] -->` is a mail in its inbox.

The workbook is filled in as those of the demonstration are, and goes on from the newest feedback that its team has had.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path

from hrge_xl import ExpectedReturn, Order, generate, load, load_round, read
from tests.face import Answers, Refusal, from_mapping, layout_for, orders, saved_on, story
from tests.letters import mail, with_logo, zipped


def post(words: str) -> None:
    """Have a team send its workbook on a day, under a name; in a zip where the name says so."""
    place, team, sent, name, *without = words.split()
    folder, day = Path(place), date.fromisoformat(sent)
    content = saved_on(workbook(folder, team, set(without[1:])), day)
    files = {name: zipped({f"{team}.xlsx": content}) if name.endswith(".zip") else content}
    letter = with_logo(mail(address(folder, team), datetime.combine(day, time(9), UTC), files))
    inbox = folder / "inbox"
    inbox.mkdir(exist_ok=True)
    (inbox / f"{sent} {team}.eml").write_bytes(letter.as_bytes())


def workbook(folder: Path, team: str, without: set[str]) -> bytes:
    """The workbook of a team as it fills it in, some questions left out."""
    round_ = load_round(folder)
    spec = load(round_.spec_source)
    (order,) = (each for each in orders(round_, date(2026, 7, 1)) if each.team == team)
    order = replace(order, answers=answers(order, round_.spec, without))
    for feedback in sorted((folder / "feedback").glob(f"{team}_*.xlsx"))[-1:]:
        had = read(feedback, ExpectedReturn(round_.spec_source))
        assert not isinstance(had, Refusal)
        order = replace(order, copy=had.identity.copy, predecessor=had.identity.predecessor)
    return generate(spec, order)


def answers(order: Order, name: str, without: set[str]) -> Answers:
    """What teams of the demonstration answer, as far as this workbook asks for it."""
    layout = layout_for(load(name), order)
    sheets = {sheet.tool.code for sheet in layout.sheets}
    table = {tool: rows for tool, rows in story(name).answers.items() if tool in sheets}
    table["FORM"] = {key: value for key, value in table["FORM"].items() if key not in {"T4.B", "T4.C"}}
    known = from_mapping(table, layout)
    country = {
        key: order.country for key, slot in layout.slots.items()
        if slot.field.vocabulary == layout.spec.countries and key[0] == "FORM" and slot.field.relevant is None
    }  # fmt: skip
    return {key: value for key, value in (country | known).items() if key[2] not in without}


def address(folder: Path, team: str) -> str:
    return next(each.email for each in load_round(folder).teams if each.code == team)
