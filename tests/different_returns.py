"""Full workbooks of many teams, no two with the same answers: what timings are taken on."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from hrge_xl import Order, issue
from tests.answers import TODAY, layout, plain_value, spec
from tests.face import Answers, Layout
from tests.office.driver import Office

WORDS = ("victims", "referral", "screening", "police", "court")
WORDS += ("shelter", "training", "budget", "border", "consent")
SPEC = "hrge_toolkit"
COUNTRY = "PAK"  # issued for it, and answered for it
ROUND = "2026-H1"  # figures are made by period: all of these are of one
TOGETHER = 100  # workbooks that are stamped at once


def answers_of(where: Layout, seed: int) -> Answers:
    """Every tool filled in, as no other team does: other choices, other texts, other gaps."""
    chance = random.Random(seed)
    rows = chance.randint(4, 9)
    found: Answers = {}
    for number, (key, slot) in enumerate(where.slots.items()):
        records = [row.code for row in where.sheet[key[0]].grids[0].data_rows]
        if len(records) > 9 and key[1] in records[rows:]:
            continue
        one = plain_value(where, slot, number + chance.randint(0, 5))
        if isinstance(one, str) and one.startswith("Answer "):
            one = " ".join(chance.choices(WORDS, k=chance.randint(3, 18)))
        if one is not None and chance.random() < 0.93:
            found[key] = one
    return found | {key: COUNTRY for key in where.slots if key[2] == where.spec.identity.country}


def write_returns(folder: Path, count: int) -> list[Path]:
    """The workbooks of so many teams, as files."""
    where, made = layout(SPEC), []
    for start in range(0, count, TOGETHER):
        teams = range(start, min(start + TOGETHER, count))
        orders = [
            Order(f"T{n:04d}", TODAY, COUNTRY, round=ROUND, answers=answers_of(where, n))
            for n in teams
        ]
        for order, data in issue(spec(SPEC), orders):
            made.append(folder / f"{order.team}.xlsx")
            made[-1].write_bytes(data)
    return made


def saved_by_office(paths: list[Path], folder: Path) -> Iterator[Path]:
    """The same workbooks, each opened and saved by LibreOffice."""
    with Office() as office:
        for path in paths:
            with office.open(path) as book:
                yield book.save_as(folder / path.name)
