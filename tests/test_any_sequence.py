"""Law 4 over time: whatever commands ran in whatever order, the same counts everywhere; a model here says what should.

Two rounds with two teams each. Files arrive, are used, withdrawn, given back and waived; somebody looks as of another
day, without the password, and consolidates elsewhere. Then the rounds' own datasets, those elsewhere,
the copy to share, and a year made in both orders are held against each other and against the model.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrge_xl.cli import run
from tests.databases import queried as rows
from tests.played_rounds import KEY, workbook
from tests.property_tests import examples
from tests.test_datasets_elsewhere import protected

ROUNDS, TEAMS = ("2026-H1", "2026-H2"), ("Rabat", "Cairo")
DEADLINE, TODAY = date(2026, 7, 8), "2026-08-01"
WHO = ["--reason", "Asked the team.", "--by", "office", "--today", TODAY]
OPEN = ["--password-file", "word.txt"]


@dataclass
class Version:
    """One version that a team sent: saved on a day of July, with or without a mistake."""

    name: str
    day: int
    right: bool
    order: int  # in which it came
    waived: bool = False
    withdrawn: bool = False

    @property
    def accepted(self) -> bool:
        return self.right or self.waived


@dataclass
class Model:
    """What should count, by the words of the guide; it knows nothing of the program."""

    sent: dict[tuple[str, str], list[Version]] = field(default_factory=dict)  # by round and team
    used: dict[tuple[str, str], list[tuple[Version, int]]] = field(
        default_factory=dict
    )  # with what had come by then

    def counting(self, round_: str, team: str) -> Version | None:
        """The newest accepted version, else the newest; the one that was chosen, until a newer accepted one comes."""
        able = [each for each in self.sent.get((round_, team), []) if not each.withdrawn]
        accepted = [each for each in able if each.accepted]

        def newest(versions: list[Version]) -> Version:
            return max(versions, key=lambda version: version.day)

        for chosen, known in reversed(self.used.get((round_, team), [])):
            if chosen in able:
                since = [each for each in accepted if each.order > known and each.day > chosen.day]
                return newest(since) if since else chosen
        return newest(accepted or able) if able else None

    def first_day(self, round_: str, team: str, counting: Version) -> date:
        """The day that lateness goes by: on which the first version of what counts arrived."""
        days = [
            each.day
            for each in self.sent[round_, team]
            if not each.withdrawn and each.day <= counting.day
        ]
        return date(2026, 7, min(days) + 1)

    def came(self, round_: str) -> int:
        return sum(len(some) for (name, _), some in self.sent.items() if name == round_)


def act(
    model: Model, number: int, what: str, round_: str, team: str, day: int, right: bool
) -> None:
    """Let one thing happen, in the folders and in the model."""
    sent = model.sent.setdefault((round_, team), [])
    used = model.used.setdefault((round_, team), [])
    one = sent[day % len(sent)] if sent else None
    if what == "send" and day not in {each.day for each in sent}:
        send(model, round_, team, day, right=right)
    elif what == "use" and one and not one.withdrawn:
        assert run(["decide", round_, one.name, "--use", *WHO]) == 0
        used[:] = [each for each in used if each[0] is not one] + [(one, model.came(round_))]
    elif what == "withdraw" and one:
        assert run(["decide", round_, one.name, "--withdraw", *WHO]) == 0
        one.withdrawn, used[:] = True, [each for each in used if each[0] is not one]
    elif what == "undo" and one and (one.withdrawn or any(each[0] is one for each in used)):
        assert run(["decide", round_, one.name, "--undo", *WHO]) == 0
        one.withdrawn, used[:] = False, [each for each in used if each[0] is not one]
    elif what == "waive" and one and not one.accepted:
        who = ["--ledger", round_, *WHO]
        assert run(["waive", "V001", "--file", one.name, *who]) == 0
        one.waived = True
    elif what == "look":
        asked = ["status", round_] if right else ["status", round_, "--ledger", "other", *OPEN]
        assert run([*asked, "--json", "--today", str(DEADLINE + timedelta(day))]) == 0
    elif what == "elsewhere":
        rounds = [[round_], [*ROUNDS], [*reversed(ROUNDS)]][day % 3]
        assert (
            run(
                [
                    "consolidate",
                    *rounds,
                    "-o",
                    "other",
                    *OPEN,
                    *(["--today", "2026-07-30"] if right else []),
                ]
            )
            == 0
        )


def send(
    model: Model, round_: str, team: str, day: int, *, right: bool, locked: bool = False
) -> None:
    """A version arrives on the day after it was saved."""
    sent = model.sent.setdefault((round_, team), [])
    data = workbook(team, day, right=right, round_=round_)
    name = f"{team}_{day}.xlsx"
    Path(round_, "returned", name).write_bytes(protected(data) if locked else data)
    stated = ["--received", str(date(2026, 7, day + 1)), "--today", TODAY]
    assert run(["status", round_, *stated, *(OPEN if locked else [])]) == 0
    sent.append(Version(name, day, right, model.came(round_) + 1))


@contextmanager
def two_rounds() -> Iterator[Model]:
    """Each team of each round has sent one version; one of them is protected, and was opened once."""
    model, before = Model(), Path.cwd()
    with (
        TemporaryDirectory() as home,
        redirect_stdout(io.StringIO()),
        redirect_stderr(io.StringIO()),
    ):
        os.chdir(home)
        try:
            Path("word.txt").write_text("Sesam\n", "utf-8")
            Path("teams.csv").write_text(
                "team,country,deadline\n" + "".join(f"{team},PAK,{DEADLINE}\n" for team in TEAMS),
                "utf-8",
            )
            for round_ in ROUNDS:
                assert (
                    run(["round", "init", round_, "--spec", "example", "--teams", "teams.csv"]) == 0
                )
                Path(round_, "signing.key").chmod(0o600)
                Path(round_, "signing.key").write_bytes(KEY)
            send(model, ROUNDS[0], "Rabat", 5, right=True, locked=True)
            send(model, ROUNDS[1], "Cairo", 9, right=False)
            yield model
        finally:
            os.chdir(before)


ACTS = st.tuples(
    st.sampled_from(["send", "send", "use", "withdraw", "undo", "waive", "look", "elsewhere"]),
    st.sampled_from(ROUNDS),
    st.sampled_from(TEAMS),
    st.integers(1, 20),
    st.booleans(),
)


@examples(4)
@given(st.lists(ACTS, min_size=6, max_size=8))
def test_any_sequence_of_commands_leaves_the_same_figures_everywhere(acts: list[Any]) -> None:
    with two_rounds() as model:
        for number, each in enumerate(acts):
            act(model, number, *each)
        compare(model)


LONG = (
    "send",
    "send",
    "waive",
    "elsewhere",
    "use",
    "look",
    "send",
    "withdraw",
    "elsewhere",
    "undo",
    "send",
    "use",
    "look",
    "elsewhere",
    "withdraw",
)


@pytest.mark.deep
def test_a_long_sequence() -> None:
    with two_rounds() as model:
        for number, what in enumerate(LONG):
            for round_, team, day in (
                (ROUNDS[0], "Rabat", number + 2),
                (ROUNDS[1], "Cairo", 20 - number),
            ):
                act(model, number, what, round_, team, day, number % 2 == 0)
            compare(model)


def compare(model: Model) -> None:
    """Hold every dataset against the others and against the model."""
    own = {}
    for round_ in ROUNDS:
        week = said(["refresh", round_, "--json", "--today", TODAY])
        own[round_] = returns(round_)
        counting = {team: model.counting(round_, team) for team in TEAMS}
        assert sorted(row[0] for row in own[round_] if row[2] == "counts") == sorted(
            each.name for each in counting.values() if each
        )
        assert week["counts"]["counted"] == sum(each is not None for each in counting.values())
        assert week["counts"]["received"] == model.came(round_)
        people = [
            row[0]
            for row in rows(
                round_, "SELECT sum(number) FROM answers WHERE current AND field = 'PLN_06'"
            )
        ]
        assert (people[0] or 0) == sum(
            10 + each.day for each in counting.values() if each and each.right
        )
        accepted = {team: each for team, each in counting.items() if each and each.accepted}
        late = {
            line["team"]: line["days_late"] for line in week["teams"] if line["state"] == "accepted"
        }
        assert late == {
            team: max((model.first_day(round_, team, each) - DEADLINE).days, 0)
            for team, each in accepted.items()
        }
        again = said(["status", round_, "--json", "--today", TODAY])
        assert {
            line["team"]: line["days_late"] for line in again if line["state"] == "accepted"
        } == late
    both = sorted(own[ROUNDS[0]] + own[ROUNDS[1]])
    orders = ([ROUNDS[0]], [*ROUNDS], [*ROUNDS], [*reversed(ROUNDS)])
    for name, words in zip(("alone", "other", "forth", "back"), orders, strict=True):
        share = ["--shareable"] if name == "forth" else []
        assert run(["consolidate", *words, "-o", name, *share, *OPEN, "--today", TODAY]) == 0
        assert returns(name) == (own[ROUNDS[0]] if name == "alone" else both), name
    current = "SELECT submission, status, current, reason IS NULL FROM submissions ORDER BY 1"
    assert [row[:3] for row in rows("forth/shareable", current)] == [
        row[:3] for row in rows("back", current)
    ]
    assert everything("forth") == everything("back")
    line = said(["status", ROUNDS[0], "--ledger", "back", "--json", "--today", TODAY])
    keys = ("team", "state", "days_late", "errors", "completeness")
    assert [[each[key] for key in keys] for each in line] == [
        [each[key] for key in keys]
        for each in said(["status", ROUNDS[0], "--json", "--today", TODAY])
    ]


def said(words: list[str]) -> Any:
    """What a command says as JSON."""
    out = io.StringIO()
    with redirect_stdout(out):
        assert run(words) == 0
    return json.loads(out.getvalue())


def returns(folder: str) -> list[tuple[Any, ...]]:
    """What became of every return, with the name of its file, when it came, and what is waived."""
    found = rows(
        folder,
        "SELECT path, verdict, status, reason, arrived, arrival, errors, waived, required, answered, read_for, "
        "(SELECT group_concat(code || waived, ' ') FROM (SELECT code, waived FROM findings f "
        "WHERE f.submission = s.submission ORDER BY n)) FROM submissions s",
    )
    return sorted((row[0].rpartition("/")[2], *row[1:]) for row in found)


def everything(folder: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every table of a dataset."""
    names = [
        name
        for (name,) in rows(
            folder, "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"
        )
    ]
    return {name: rows(folder, f'SELECT * FROM "{name}"') for name in names if name != "meta"}
