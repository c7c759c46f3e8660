"""What teams send in a guide: `<!-- mail ROUND TEAM DAY FILE [without FIELD…] [password WORD] -->` lies in its inbox.

The workbook is filled in as those of the demonstration are, and goes on from the newest feedback that its team has had.
A team may be named by a code that it had when its workbook was issued.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path

from hrge_xl import ExpectedReturn, Order, Round, generate, load, load_round, read
from tests.face import Answers, Refusal, Team, from_mapping, layout_for, orders, saved_on, story
from tests.letters import encrypted, mail, with_logo, zipped


def post(words: str) -> None:
    """Have a team send its workbook on a day, under a name; in a zip where the name says so, or none but a PDF."""
    words, _, password = words.partition(" password ")
    place, team, sent, name, *without = words.split()
    folder, day = Path(place), date.fromisoformat(sent)
    if name.endswith(".pdf"):
        files = {name: b"%PDF-1.7"}
    else:
        plain = saved_on(workbook(folder, team, set(without[1:])), day)
        content = encrypted(plain, password) if password else plain
        files = {name: zipped({f"{team}.xlsx": content}) if name.endswith(".zip") else content}
    letter = with_logo(mail(address(folder, team), datetime.combine(day, time(9), UTC), files))
    inbox = folder / "inbox"
    inbox.mkdir(exist_ok=True)
    (inbox / f"{sent} {team}.eml").write_bytes(letter.as_bytes())


def workbook(folder: Path, team: str, without: set[str]) -> bytes:
    """The workbook of a team as it fills it in, some questions left out."""
    round_ = load_round(folder)
    spec = load(round_.spec_source)
    now = member(round_, team).code
    (order,) = (each for each in orders(round_, date(2026, 7, 1)) if each.team == now)
    order = replace(order, team=team, answers=answers(order, round_.spec, without))
    for feedback in sorted((folder / "feedback").glob(f"{now}_*.xlsx"))[-1:]:
        had = read(feedback, ExpectedReturn(round_.spec_source))
        assert not isinstance(had, Refusal)
        order = replace(order, copy=had.identity.copy, predecessor=had.identity.predecessor)
    return generate(spec, order)


def answers(order: Order, name: str, without: set[str]) -> Answers:
    """What teams of the demonstration answer, as far as this workbook asks for it."""
    layout = layout_for(load(name), order)
    sheets = {sheet.tool.code for sheet in layout.sheets}
    table = {tool: rows for tool, rows in story(name).answers.items() if tool in sheets}
    table["FORM"] = {
        key: value for key, value in table["FORM"].items() if key not in {"T4.B", "T4.C"}
    }
    known = from_mapping(table, layout)
    country = {
        key: order.country
        for key, slot in layout.slots.items()
        if slot.field.vocabulary == layout.spec.countries
        and key[0] == "FORM"
        and slot.field.relevant is None
    }
    return {key: value for key, value in (country | known).items() if key[2] not in without}


def address(folder: Path, team: str) -> str:
    return member(load_round(folder), team).email


def member(round_: Round, team: str) -> Team:
    return next(each for each in round_.teams if team in each.codes)
