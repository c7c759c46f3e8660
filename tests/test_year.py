"""A year of a coordinator: four rounds, forty teams, and everything that goes wrong; the ledger tells the true story.

Files are made quickly: one workbook a kind of answers, and for each team its own stamp, signed with the key of the
round. Each act says of its files, and `ACTS` of its team, what the program must say of them in the end.
"""

from __future__ import annotations

import hashlib
import io
import json
import random
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from hrge_xl import Arrived, Order, Round, Summary, ValidationRequest, generate, init_round, load
from hrge_xl.coordination.consolidation import consolidate_sources
from hrge_xl.exchange.validation import Source
from tests.command_line import hrge, ran
from tests.databases import queried
from tests.face import (
    PROPERTY_PREFIX,
    Answers,
    Identity,
    Layout,
    Ledger,
    Reconciliation,
    address,
    build,
    from_mapping,
    from_pairs,
    orders,
    sign,
    story,
    submission_id,
)
from tests.fixture_types import Folders
from tests.office.driver import Office

# the year is played once for all
pytestmark = [pytest.mark.office, pytest.mark.deep, pytest.mark.xdist_group("office")]
SPEC = load("example")
TODAY = date(2027, 2, 15)  # when the coordinator looks at the whole year
QUARTERS = [(date(2026, month, 1), date(2026, month + 2, 28)) for month in (1, 4, 7, 10)]
COUNT = 40
STEP = 10  # by how many roles the teams move on from quarter to quarter
COUNTRIES = ("PAK", "MAR")
LANGUAGES = {"PAK": "en", "MAR": "fr"}
TEAM, PROJECT, ROUND, KEY = "TEAM-00", "PROJ-00", "ROUND-00", b"k" * 32
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n"


# files


def answers(country: str, first: date, **more: Any) -> Answers:
    """A return without a mistake; `more` by field code, None takes one away."""
    form: dict[str, Any] = {
        "PLN_01": PROJECT,
        "PLN_02": country,
        "PLN_03": "Plan the workshop",
        "PLN_04": first,
        "PLN_05": first + timedelta(days=2),
        "PLN_06": 20.0,
        "PLN_07": 12.0,
        "PLN_11": "N",
        "PLN_13": ("WOM",),
    }
    form |= more
    found: Answers = {
        ("PLAN", "1", code): value for code, value in form.items() if value is not None
    }
    return found | {("C1", row, "CHK_01"): "Y" for row in ("C1_01", "C1_02", "C1_03")}


@cache
def model(issued_for: str, country: str, first: date, version: str = "", **more: Any) -> bytes:
    """A workbook of nobody in particular, issued for a country and filled in for one."""
    spec = SPEC.model_copy(update={"version": version}) if version else SPEC
    return generate(
        spec,
        Order(
            TEAM,
            date(2025, 12, 20),
            issued_for,
            LANGUAGES[country],
            round=ROUND,
            key=KEY,
            answers=answers(country, first, **more),
        ),
    )


def stamp_of(data: bytes) -> Identity:
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        text = book.read("docProps/custom.xml").decode()
    pairs = dict(re.findall(rf'name="{PROPERTY_PREFIX}(\w+)"><vt:lpwstr>(.*?)</vt:lpwstr>', text))
    found = from_pairs(pairs)
    assert found is not None
    return found


def stamped(data: bytes, identity: Identity, project: str, saved: date) -> bytes:
    """A model workbook with the stamp of a team, about a project, last saved on a day."""
    old = stamp_of(data)
    swaps = [(TEAM, identity.team), (ROUND, identity.round), (PROJECT, project)]
    swaps += [(old.copy, identity.copy), (old.signature, identity.signature)]
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as book,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name in book.namelist():
            text = book.read(name)
            for before, after in swaps:
                text = text.replace(before.encode(), after.encode())
            if name == "docProps/core.xml":
                moment = rb"\g<1>%bT09:00:00Z" % saved.isoformat().encode()
                text = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", moment, text)
            made.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)
    return target.getvalue()


# the story


@dataclass
class Sent:
    """A file on its way, and what has to become of it."""

    day: date
    name: str
    data: bytes
    verdict: str
    state: str
    gives_way_to: str = ""
    why: str = ""  # stands in the reason of the ledger

    @property
    def submission(self) -> str:
        return submission_id(hashlib.sha256(self.data).hexdigest(), "")


@dataclass
class Play:
    """One team in one round: who it is, when things happen, and what it does."""

    round_: Round
    quarter: int
    team: str
    country: str
    other: str  # a team of another country
    past: tuple[str, bytes]  # name and key of the round before
    last: bytes | None  # what the team sent then
    used: list[str] = field(default_factory=list)  # what the coordinator decides
    withdrawn: list[str] = field(default_factory=list)

    @property
    def deadline(self) -> date:
        return deadline(self.quarter)

    @property
    def days(self) -> tuple[date, date, date]:
        """In time, late, and later."""
        return (
            self.deadline - timedelta(5),
            self.deadline + timedelta(10),
            self.deadline + timedelta(20),
        )

    def file(
        self,
        tag: str,
        day: int,
        state: str = "counts",
        by: str = "",
        why: str = "",
        *,
        verdict: str = "accepted",
        copy: str = "one",
        project: str = "",
        saved: date | None = None,
        stamp: dict[str, Any] | None = None,
        key: bytes | None = None,
        first: date | None = None,
        version: str = "",
        issued_for: str = "",
        **more: Any,
    ) -> Sent:
        """One file of the team: by day of arrival (0, 1, 2), state, and what is special about it."""
        first = first or QUARTERS[self.quarter][0] + timedelta(9)
        data = model(issued_for or self.country, self.country, first, version, **more)
        identity = replace(
            stamp_of(data),
            team=self.team,
            round=self.round_.name,
            signature="",
            copy=self.copy_id(self.team, copy),
        )
        identity = sign(replace(identity, **(stamp or {})), key or self.round_.key)
        when = saved or self.days[day] - timedelta(1)
        made = stamped(data, identity, project or f"P-{self.team}-{self.quarter}", when)
        return Sent(
            self.days[day],
            f"{self.round_.name}_{self.team}_{tag}.xlsx",
            made,
            verdict,
            state,
            by,
            why,
        )

    def older(self, tag: str, newer: str, day: int = 0, **more: Any) -> Sent:
        """A version with errors that a newer one takes the place of."""
        return self.file(
            tag, day, "superseded", self.name(newer), "newer version", verdict="returned", **more
        )

    def excluded(self, tag: str, why: str, **more: Any) -> Sent:
        """A file that is not the team's own return in this round."""
        return self.file(tag, 0, "excluded", "", why, verdict="returned", **more)

    def copy_id(self, team_: str, which: str = "one") -> str:
        return hashlib.sha256(f"{self.round_.name}{team_}{which}".encode()).hexdigest()[:12]

    def name(self, tag: str) -> str:
        return f"{self.round_.name}_{self.team}_{tag}.xlsx"


def deadline(quarter: int) -> date:
    return QUARTERS[quarter][1] + timedelta(15)


def silent(play: Play) -> list[Sent]:
    return []


def late(play: Play) -> list[Sent]:
    return [play.file("late", 1)]


def corrected(play: Play) -> list[Sent]:
    return [play.older("v1", "v2", PLN_06=None, PLN_07=None), play.file("v2", 1, PLN_06=30.0)]


def corrected_twice(play: Play) -> list[Sent]:
    first = play.older("v1", "v3", PLN_06=None, PLN_07=None)
    return [first, play.older("v2", "v3", 1, PLN_03=None), play.file("v3", 2, PLN_06=30.0)]


def spoilt(play: Play) -> list[Sent]:
    wrong = {"verdict": "returned", "PLN_06": None, "PLN_07": None}
    return [
        play.file("good", 0),
        play.file("bad", 1, "waiting", play.name("good"), "has errors", **wrong),
    ]


def doubled(play: Play) -> list[Sent]:
    once = play.file("once", 0)
    return [once, replace(once, name=play.name("twice"))]


def of_another_round(play: Play) -> list[Sent]:
    name, key = play.past
    return [play.excluded("old", "I007", stamp={"round": name}, key=key)]


def sent_again(play: Play) -> list[Sent]:
    """Last quarter's file, byte for byte: it is known, and counts there."""
    if play.last is None:
        return []
    return [Sent(play.days[0], play.name("again"), play.last, "accepted", "counts")]


def copy_of_another_team(play: Play) -> list[Sent]:
    stamp = {"team": play.other, "copy": play.copy_id(play.other)}
    theirs = COUNTRIES[play.country == COUNTRIES[0]]
    return [play.excluded("borrowed", "I009", stamp=stamp, issued_for=theirs)]


def stranger(play: Play) -> list[Sent]:
    return [play.excluded("strange", "I008", stamp={"team": f"X-{play.team}"})]


def picture(play: Play) -> list[Sent]:
    data = PDF + play.name("").encode()
    return [Sent(play.days[0], play.name("scan"), data, "refused", "refused", "", "not be read")]


def of_an_older_version(play: Play) -> list[Sent]:
    return [play.file("old_version", 0, version="0.9")]


def two_copies(play: Play) -> list[Sent]:
    return [
        play.file("ours", 0, "conflict", play.name("theirs"), "same team"),
        play.file("theirs", 1, "conflict", play.name("ours"), "same team", copy="two", PLN_06=44.0),
    ]


def two_copies_decided(play: Play) -> list[Sent]:
    play.used.append(play.name("theirs"))
    first, second = (replace(each, why="Decided on") for each in two_copies(play))
    return [replace(first, state="superseded"), replace(second, state="counts", gives_way_to="")]


def two_projects(play: Play) -> list[Sent]:
    return [
        play.file(
            "a", 0, "conflict", play.name("b"), "same issued workbook", project=f"A-{play.team}"
        ),
        play.file(
            "b", 0, "conflict", play.name("a"), "same issued workbook", project=f"B-{play.team}"
        ),
    ]


def two_projects_decided(play: Play) -> list[Sent]:
    play.used += [play.name("a"), play.name("b")]
    return [
        replace(each, state="counts", gives_way_to="", why="Decided on")
        for each in two_projects(play)
    ]


def title_corrected(play: Play) -> list[Sent]:
    play.used.append(play.name("right"))
    return [
        play.file(
            "typo", 0, "superseded", play.name("right"), "Decided on", project=f"Pp-{play.team}"
        ),
        play.file("right", 1, "counts", "", "Decided on"),
    ]


def taken_away(play: Play) -> list[Sent]:
    play.withdrawn.append(play.name("test"))
    return [play.file("test", 0, "withdrawn", "", "Decided on")]


def with_errors(play: Play) -> list[Sent]:
    return [play.file("errors", 0, verdict="returned", PLN_03=None)]


def forged(play: Play) -> list[Sent]:
    return [play.excluded("forged", "I006", key=b"f" * 32)]


def of_another_period(play: Play) -> list[Sent]:
    return [play.file("pasted", 0, first=QUARTERS[play.quarter][0] - timedelta(60))]


def overtaken(play: Play) -> list[Sent]:
    """The older version was on its way for longer."""
    before = {"saved": play.days[0] - timedelta(3), "PLN_03": "An older plan"}
    return [
        play.file("v2", 0, PLN_06=30.0),
        play.file("v1", 1, "superseded", play.name("v2"), "saved earlier", **before),
    ]


def plain(play: Play) -> list[Sent]:
    return [play.file("final", 0)]


# role → what the team does; its state in the end, days late, and words of its note
Act = tuple[Callable[[Play], list[Sent]], str, int | None, str]
SINCE = None  # counted until the day the coordinator looks
ACTS: tuple[Act, ...] = (
    (silent, "late", SINCE, ""),
    (late, "accepted", 10, ""),
    (corrected, "accepted", 0, "superseded"),
    (corrected_twice, "accepted", 0, "superseded"),
    (spoilt, "accepted", 0, "newer, but with errors"),
    (doubled, "accepted", 0, ""),
    (of_another_round, "late", SINCE, "I007"),
    (sent_again, "late", SINCE, ""),
    (copy_of_another_team, "late", SINCE, ""),
    (stranger, "late", SINCE, ""),
    (picture, "late", SINCE, ""),
    (of_an_older_version, "accepted", 0, ""),
    (two_copies, "to decide", 10, "decide between"),
    (two_copies_decided, "accepted", 0, "asked the team"),
    (two_projects, "to decide", 0, "decide between"),
    (two_projects_decided, "accepted", 0, "asked the team"),
    (title_corrected, "accepted", 0, "asked the team"),
    (taken_away, "late", SINCE, "taken away"),
    (with_errors, "returned", 0, "Correction overdue (days): "),
    (forged, "late", SINCE, "I006"),
    (of_another_period, "accepted", 0, ""),
    (overtaken, "accepted", 0, "superseded"),
)
CORRECTED = {corrected: 10, corrected_twice: 20, with_errors: SINCE}  # days after the deadline
PLAIN: Act = (plain, "accepted", 0, "")
LENDER = 31  # the role of the team whose copy is borrowed


def act(role: int) -> Act:
    return ACTS[role] if role < len(ACTS) else PLAIN


class Year:
    """The year as it is played: rounds, every file sent, and what the coordinator decides."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rounds: list[Round] = []
        self.plays: list[list[tuple[Play, int]]] = []
        self.sent: list[list[Sent]] = []
        last: dict[str, bytes] = {}
        for quarter in range(len(QUARTERS)):
            self.rounds.append(self._round(quarter))
            self.plays.append(list(self._plays(quarter, last)))
            self.sent.append([])
            for play, role in self.plays[-1]:
                files = act(role)[0](play)
                self.sent[-1] += files
                if act(role) is PLAIN:
                    last[play.team] = files[0].data

    def _round(self, quarter: int) -> Round:
        lines = [f"{team(n)},{COUNTRIES[n % 2]},en,{deadline(quarter)}" for n in range(COUNT)]
        list_ = self.folder / f"teams{quarter}.csv"
        list_.write_text("\n".join(["team,country,language,deadline", *lines]), encoding="utf-8")
        return init_round(
            self.folder / f"2026-Q{quarter + 1}", "example", list_, *QUARTERS[quarter]
        )

    def _plays(self, quarter: int, last: dict[str, bytes]) -> Iterator[tuple[Play, int]]:
        before = self.rounds[quarter - 1] if quarter else None
        past = (before.name, before.key) if before else ("2025-Q4", b"p" * 32)
        lender = team((LENDER - STEP * quarter) % COUNT)
        for n in range(COUNT):
            play = Play(
                self.rounds[quarter],
                quarter,
                team(n),
                COUNTRIES[n % 2],
                lender,
                past,
                last.get(team(n)),
            )
            yield play, (n + STEP * quarter) % COUNT

    def deliveries(self, quarter: int) -> list[tuple[date, list[Sent]]]:
        days = sorted({each.day for each in self.sent[quarter]})
        return [(day, [each for each in self.sent[quarter] if each.day == day]) for day in days]

    def decided(self, quarter: int, what: str) -> list[str]:
        """The files that are decided on: `used` or `withdrawn`."""
        return [name for play, _ in self.plays[quarter] for name in getattr(play, what)]


def team(n: int) -> str:
    return f"T-{n:02}"


def take_in(
    round_: Round, dataset: Path, day: date, chance: random.Random | None = None
) -> Summary:
    """Consolidate what lies in the folder of a round; in another order, where there is a `chance`."""
    files = sorted((round_.folder / "returned").iterdir())
    if chance is not None:
        chance.shuffle(files)
    return consolidate_sources(
        [Source(files, ValidationRequest(round_.wanted, TODAY))],
        dataset,
        arrived=Arrived(day, stated=True),
    )


def play_out(year: Year, dataset: Path) -> list[Summary]:
    """The whole year into a dataset, day by day, with what is decided after each round; the summary of every run."""
    told = []
    for quarter, round_ in enumerate(year.rounds):
        for day, files in year.deliveries(quarter):
            arrive(round_, files)
            told.append(take_in(round_, dataset, day))
        decide(dataset, year, [quarter])
    return told


def arrive(round_: Round, files: list[Sent]) -> None:
    for each in files:
        (round_.folder / "returned" / each.name).write_bytes(each.data)


def decide(dataset: Path, year: Year, quarters: list[int]) -> None:
    """What the coordinator decides after having asked the teams."""
    for what, option in (("used", "--use"), ("withdrawn", "--withdraw")):
        names = [name for quarter in quarters for name in year.decided(quarter, what)]
        command = ["decide", str(dataset), *names, option, "--by", "coordination office"]
        assert hrge(*command, "--reason", "asked the team", "--today", TODAY) == 0


@pytest.fixture(scope="module")
def year(tmp_path_factory: Folders, office: Office) -> Year:
    """The year. What comes late was saved by LibreOffice, as it saves today: later than it can have come."""
    folder = tmp_path_factory.mktemp("year")
    made = Year(folder)
    for each in (each for files in made.sent for each in files if each.name.endswith("_late.xlsx")):
        (folder / "typed.xlsx").write_bytes(each.data)
        each.data = office.resave(folder / "typed.xlsx", folder / "saved.xlsx").read_bytes()
    return made


@pytest.fixture(scope="module")
def told(year: Year) -> list[Summary]:
    """The year played out into `year/`."""
    return play_out(year, year.folder / "year")


def ledger(dataset: Path) -> dict[str, dict[str, Any]]:
    with Ledger.open(dataset, write=False) as book:
        return {str(row["submission"]): row for row in book.rows()}


def content(folder: Path) -> dict[str, bytes]:
    """Every file of a dataset but the ledger."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "ledger.sqlite"
    }


def test_every_file_is_accounted_for(year: Year, told: list[Summary]) -> None:
    totals = [each.totals for each in told]
    assert all(each.received == each.accepted + each.returned + each.refused for each in totals)
    sent = [each for files in year.sent for each in files]
    assert told[-1].files == len(year.sent[-1])
    different = len({each.submission for each in sent})
    assert sum(each.new for each in told) == different == len(ledger(year.folder / "year"))


def test_the_ledger_tells_the_story_of_every_file(year: Year, told: list[Summary]) -> None:
    book = ledger(year.folder / "year")
    names = {
        each.submission: each.name for files in reversed(year.sent) for each in reversed(files)
    }
    for files in year.sent:
        for each in files:
            row = book[each.submission]
            gives_way_to = names.get(str(row["superseded_by"]), "")
            right = (each.verdict, each.state, each.gives_way_to)
            assert (row["verdict"], row["state"], gives_way_to) == right, each.name
            assert each.why in (row["reason"] or ""), each.name
            if not each.why:
                assert row["reason"] is None, each.name
    first = {
        each.submission: each.day.isoformat()
        for files in reversed(year.sent)
        for each in reversed(files)
    }
    assert {name: row["received"] for name, row in book.items()} == first


def test_the_dataset_holds_what_counts_and_nothing_else(year: Year, told: list[Summary]) -> None:
    dataset = year.folder / "year"
    counting = {each.submission for files in year.sent for each in files if each.state == "counts"}
    assert {
        name for (name,) in queried(dataset, "SELECT submission FROM submissions WHERE current")
    } == counting
    for table in ("answers", "PLAN", "C1"):
        assert {
            name
            for (name,) in queried(
                dataset, f'SELECT DISTINCT submission FROM "{table}" WHERE current'
            )
        } == counting
    figures = queried(
        dataset, "SELECT sum(frequency) FROM aggregate_numbers WHERE field = 'PLN_07'"
    )
    assert figures == [(len(counting),)]
    keys = queried(
        dataset,
        "SELECT team, project, period, count(*) FROM submissions WHERE current GROUP BY 1, 2, 3",
    )
    assert [key for key in keys if key[-1] > 1] == []


def test_the_findings_name_what_has_to_be_decided(year: Year, told: list[Summary]) -> None:
    found = Counter(queried(year.folder / "year", "SELECT code FROM findings WHERE code LIKE 'X%'"))
    quarters = len(QUARTERS)
    # superseded: v1; v1 and v2; the overtaken one. decided: 2 of two copies, 2 of two projects, 2 of a title, 1 away
    times = {"X002": 4, "X003": 2, "X004": 2, "X005": 7}
    assert found == {(code,): number * quarters for code, number in times.items()}
    first = (
        "SELECT remedy, submission FROM findings WHERE code = 'X003' ORDER BY submission LIMIT 1"
    )
    ((remedy, name),) = queried(year.folder / "year", first)
    assert f"hrge-xl decide DATASET {name} --use --reason" in remedy
    assert (
        len(queried(year.folder / "year", "SELECT 1 FROM findings WHERE code = 'I011'")) == quarters
    )


@pytest.mark.parametrize("quarter", range(len(QUARTERS)))
def test_status_of_every_team(year: Year, told: list[Summary], quarter: int) -> None:
    folder = year.rounds[quarter].folder
    command = [
        "status",
        str(folder),
        "--ledger",
        str(year.folder / "year"),
        "--today",
        TODAY.isoformat(),
    ]
    out, err = ran(*command, "--json")
    lines = {line["team"]: line for line in json.loads(out) if line["team"]}
    since = (TODAY - deadline(quarter)).days
    for play, role in year.plays[quarter]:
        doing, state, days, note = act(role)
        line, correction = lines.pop(play.team), CORRECTED.get(doing, 0)
        assert (line["state"], line["days_late"], line["correction_overdue"]) == (
            state,
            *(since if number is None else number for number in (days, correction)),
        ), (play.team, role)
        assert note in line["note"], (play.team, role)
    (strange,) = lines.values()
    assert (strange["state"], strange["team"][:2]) == ("not in this round", "X-")
    assert [line["state"] for line in json.loads(out) if not line["team"]] == ["refused"]
    silent_ones = [play.team for play, role in year.plays[quarter] if act(role)[1] == "late"]
    assert f"Not answered: {', '.join(silent_ones)}." in err
    assert f"To decide: hrge-xl decide {year.folder / 'year'}" in err


def test_running_everything_again_changes_no_byte(year: Year, told: list[Summary]) -> None:
    dataset = year.folder / "year"
    take_in(year.rounds[0], dataset, TODAY)  # what a decision left a note for is made again
    before, book = content(dataset), ledger(dataset)
    for quarter, round_ in enumerate(year.rounds):
        summary = take_in(round_, dataset, TODAY)
        assert (summary.files, summary.new) == (len(year.sent[quarter]), 0)
    assert content(dataset) == before
    assert ledger(dataset) == book


@pytest.mark.long
def test_the_order_in_which_files_are_named_does_not_matter(
    year: Year, told: list[Summary]
) -> None:
    """The same days, every day's files shuffled, and decided at the end of the year."""
    shuffled, chance = year.folder / "shuffled", random.Random(4)
    for quarter, round_ in enumerate(year.rounds):
        for path in (round_.folder / "returned").iterdir():
            path.unlink()
        for day, files in year.deliveries(quarter):
            arrive(round_, files)
            take_in(round_, shuffled, day, chance)
    decide(shuffled, year, list(range(len(QUARTERS))))
    assert content(shuffled) == content(year.folder / "year")
    assert ledger(shuffled) == ledger(year.folder / "year")


# the Toolkit, filled in with a real program

TOOLKIT, SHEETS = "hrge_toolkit", ("T1.1", "T3.2", "T4.A", "T4.B", "T4.C")
TEAMS = (
    "PAK",
    "AFG",
    "IRQ",
    "TJK",
    "UZB",
    "KGZ",
)  # what each does moves on by one from quarter to quarter


def toolkit_answers(layout: Layout, country: str, quarter: int) -> Answers:
    """What the demonstration answers, for a country, and all its days moved into a quarter."""
    start, end = QUARTERS[quarter]
    told = story(TOOLKIT)
    found = {
        key: value + (end - told.today) if isinstance(value, date) else value
        for key, value in from_mapping(told.answers, layout).items()
    }
    rows_in_use = {key[:2] for key in found}
    for key, slot in layout.slots.items():
        if slot.field.vocabulary == layout.spec.countries and key[:2] in rows_in_use:
            found.setdefault(key, country)
    form = {"FRM_04": country, "FRM_06": start, "FRM_07": end}
    return found | {("FORM", "1", code): value for code, value in form.items()}


class Quarter:
    """One round of the Toolkit, whose teams fill in their workbooks in LibreOffice."""

    def __init__(self, folder: Path, quarter: int, office: Office) -> None:
        self.folder, self.quarter, self.office = folder, quarter, office
        lines = [f'{code},{code},en,{deadline(quarter)},"{" ".join(SHEETS)}"' for code in TEAMS]
        list_ = folder / "teams.csv"
        list_.write_text(
            "\n".join(["team,country,language,deadline,tools", *lines]), encoding="utf-8"
        )
        self.round = init_round(folder / f"2026-Q{quarter + 1}", TOOLKIT, list_, *QUARTERS[quarter])
        self.spec, self.layout = load(TOOLKIT), build(load(TOOLKIT), "en", SHEETS)
        self.orders = {order.team: order for order in orders(self.round, QUARTERS[quarter][1])}

    @property
    def title(self) -> tuple[str, str]:
        """Where the title of the intervention stands."""
        return self.layout.sheet["FORM"].name, address(
            *self.layout.slots["FORM", "1", "FRM_03"].cells[0]
        )

    def send(self, who: str, name: str, *, issued: int = 0, clear: bool = False) -> None:
        """A team fills in the workbook that was issued to it, some days later than the others, and sends it."""
        order = self.orders[who]
        filled = toolkit_answers(self.layout, order.country, self.quarter)
        made = self.folder / "made.xlsx"
        made.write_bytes(
            generate(
                self.spec, replace(order, today=order.today + timedelta(issued), answers=filled)
            )
        )
        self.save(made, name, None if clear else "Strategy with a plan for referral")

    def save(self, source: Path, name: str, title: str | None) -> None:
        """Open, type, and save into the folder of the round: as a team and its mail do."""
        with self.office.open(source) as book:
            if title is None:
                book.clear(*self.title)
            else:
                book.type_text(*self.title, title)
            book.save_as(self.round.folder / "returned" / name)

    def take_in(self, dataset: Path, days: int) -> Summary:
        """Consolidate so many days after the deadline."""
        day = deadline(self.quarter) + timedelta(days)
        files = sorted((self.round.folder / "returned").iterdir())
        return consolidate_sources(
            [Source(files, ValidationRequest(self.round.wanted, day))],
            dataset,
            arrived=Arrived(day, stated=True),
        )


def since(before: Reconciliation, summary: Summary) -> tuple[int, int, int, int]:
    """What came since: accepted, returned and refused; and what is in conflict."""
    now = summary.totals
    came = (
        now.accepted - before.accepted,
        now.returned - before.returned,
        now.refused - before.refused,
    )
    return *came, now.conflict


@pytest.mark.long
def test_a_year_of_the_toolkit_with_a_real_program(tmp_path: Path, office: Office) -> None:
    """Each quarter one team answers at once, one late, one after feedback, one twice, one with a scan, one never."""
    dataset, before = tmp_path / "year", Reconciliation()
    for number in range(len(QUARTERS)):
        quarter = Quarter(tmp_path, number, office)
        at_once, later, corrected_, twice, scan, never = TEAMS[number:] + TEAMS[:number]
        folder, today = quarter.round.folder, str(deadline(number))

        quarter.send(at_once, "at once.xlsx")
        quarter.send(corrected_, "first.xlsx", clear=True)
        quarter.send(twice, "ours.xlsx")
        (folder / "returned" / "scan.xlsx").write_bytes(PDF + f"{scan} {number}".encode())
        assert since(before, quarter.take_in(dataset, 0)) == (2, 1, 1, 0)

        quarter.send(twice, "theirs.xlsx", issued=1)
        quarter.send(later, "late.xlsx")
        answers_back = tmp_path / f"feedback{number}"
        assert hrge("feedback", folder, "-o", answers_back, "--today", today) == 4  # the scan
        (workbook,) = answers_back.glob(f"{corrected_}_*_feedback.xlsx")
        quarter.save(workbook, "second.xlsx", "Strategy with a plan for referral")
        summary = quarter.take_in(dataset, 9)
        assert since(before, summary) == (5, 1, 1, 2)
        before = summary.totals

        command = [
            "decide",
            str(dataset),
            f"{folder.name}/returned/theirs.xlsx",
            "--use",
            "--today",
            today,
        ]
        assert hrge(*command, "--reason", "asked the team", "--by", "coordination office") == 0
        here = [row for row in ledger(dataset).values() if folder.name in str(row["path"])]
        book = {Path(str(row["path"])).name: row for row in here}
        assert {name: row["state"] for name, row in book.items()} == {
            "at once.xlsx": "counts",
            "late.xlsx": "counts",
            "first.xlsx": "superseded",
            "second.xlsx": "counts",
            "ours.xlsx": "superseded",
            "theirs.xlsx": "counts",
            "scan.xlsx": "refused",
        }
        assert book["first.xlsx"]["superseded_by"] == book["second.xlsx"]["submission"]
        assert {row["team"] for row in book.values() if row["state"] == "counts"} == set(TEAMS) - {
            scan,
            never,
        }
    assert queried(dataset, "SELECT count(*) FROM submissions WHERE current") == [
        (4 * len(QUARTERS),)
    ]
