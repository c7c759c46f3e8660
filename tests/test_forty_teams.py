"""Forty teams through a round and the one that follows: every return is placed once, every figure agrees, nobody who
has answered is reminded, corrections take the place of what they correct.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from hrge_xl import (
    ExpectedReturn,
    Order,
    RefreshResult,
    generate,
    init_round,
    load,
    load_round,
    read,
    refresh,
)
from tests.command_line import hrge, ran
from tests.databases import queried
from tests.face import (
    REMINDERS,
    Answers,
    Identity,
    Ledger,
    Refusal,
    Typed,
    orders,
    saved_on,
    type_into,
)
from tests.fixture_types import Folders
from tests.letters import mail, mbox, msg, tnef, with_logo, zipped
from tests.read_and_check import layout_of
from tests.test_consolidate import answers
from tests.test_one_truth import by_overview

pytestmark = pytest.mark.xdist_group("forty")  # what its fixtures play is played once

SPEC = load("example")
LANGUAGES = {"PAK": "en", "MAR": "fr", "EGY": "ar"}
TEAMS = [f"{country}-{number:02}" for number in range(1, 15) for country in LANGUAGES][:40]
NAMES = tuple(
    f"{name}.xlsx"
    for name in ("Réponse définitive", "النسخة النهائية", "最终报告", "Итоговый ответ", "return")
)
DAY_0, DEADLINE = date(2026, 7, 1), date(2026, 7, 20)
WEEKS = (date(2026, 7, 8), date(2026, 7, 15), date(2026, 7, 24))
RIGHT, WRONG, REPAIRED, TWICE, UNREADABLE = (
    TEAMS[:20],
    TEAMS[20:25],
    TEAMS[25],
    TEAMS[26],
    TEAMS[27],
)
SECOND_WEEK, THIRD_WEEK, SILENT = TEAMS[28:34], TEAMS[34:37], TEAMS[37:]
MISSING: Mapping[str, None] = {"PLN_03": None}
Mails = list[bytes | EmailMessage]


def moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


def address(team: str) -> str:
    return f"{team.lower()}@example.org"


def write_list(file: Path, deadline: date) -> Path:
    """The list of teams as the office keeps it."""
    lines = [
        f"{t},{t[:3]},{LANGUAGES[t[:3]]},{deadline},office@example.org,{address(t)}\n"
        for t in TEAMS
    ]
    file.write_text(
        "team,country,language,deadline,contact,email\n" + "".join(lines), encoding="utf-8"
    )
    return file


@dataclass
class Office:
    """The round, and its mailbox."""

    folder: Path
    mails: Mails = field(default_factory=list)

    @cached_property
    def orders(self) -> dict[str, Order]:
        """What each team was issued."""
        return {each.team: each for each in orders(load_round(self.folder), DAY_0)}

    def filled(self, team: str, day: date, back: Identity | None = None, **changes: Any) -> bytes:
        """The workbook of a team, filled in and saved on a day; `back`: that of the feedback that it goes on in."""
        order = replace(self.orders[team], answers=answers(country=team[:3], **changes))
        if back is not None:
            order = replace(order, copy=back.copy, predecessor=back.predecessor)
        return saved_on(generate(SPEC, order), day)

    def feedback(self, team: str) -> Identity:
        """The stamp of the feedback that a team has had."""
        (file,) = (self.folder / "feedback").glob(f"{team}_*.xlsx")
        found = read(file, ExpectedReturn("example"))
        assert not isinstance(found, Refusal)
        return found.identity

    def week(self, day: date) -> RefreshResult:
        """The mailbox is saved into the inbox, over the one of last week, and the week is done."""
        inbox = self.folder / "inbox"
        inbox.mkdir(exist_ok=True)
        (inbox / "Inbox.mbox").write_bytes(mbox(*self.mails))
        return refresh(self.folder, day, jobs=1)


def begin(folder: Path) -> Office:
    made = init_round(folder / "2026-H1", "example", write_list(folder / "teams.csv", DEADLINE))
    assert hrge("generate", made.folder, "--today", DAY_0) == 0
    return Office(made.folder)


# in how many ways a workbook comes


def plain(team: str, day: date, name: str, content: bytes) -> EmailMessage:
    return mail(address(team), moment(day), {name: content})


def beside_a_logo(team: str, day: date, name: str, content: bytes) -> EmailMessage:
    return with_logo(mail(address(team), moment(day), {name: content, "letter.pdf": b"%PDF-1.4"}))


def in_a_zip(team: str, day: date, name: str, content: bytes) -> EmailMessage:
    return plain(team, day, "all.zip", zipped({f"returns/{name}": content, "Thumbs.db": b"x"}))


def forwarded(team: str, day: date, name: str, content: bytes) -> EmailMessage:
    inner = mail(address(team), moment(day), {name: content}, subject="Our return")
    return mail("office@example.org", moment(day), {"fwd.eml": inner}, subject="Fwd")


def in_winmail(team: str, day: date, name: str, content: bytes) -> EmailMessage:
    made = mail(address(team), moment(day), {})
    made.add_attachment(
        tnef({name: content}), maintype="application", subtype="ms-tnef", filename="winmail.dat"
    )
    return made


def from_outlook(team: str, day: date, name: str, content: bytes) -> EmailMessage:
    return plain(team, day, "Return.msg", msg(address(team), moment(day), {name: content}))


WAYS: Sequence[Callable[[str, date, str, bytes], EmailMessage]] = (
    plain,
    beside_a_logo,
    in_a_zip,
    forwarded,
    in_winmail,
    from_outlook,
)


# what comes in each week


def first_mails(office: Office) -> Mails:
    """Sixty mails: thirty-one with returns of twenty-eight teams, the others with whatever else lies in a mailbox."""
    day = WEEKS[0] - timedelta(days=1)
    made: Mails = []
    for number, team in enumerate([*RIGHT, *WRONG]):
        changes = MISSING if team in WRONG else {}
        content, way = office.filled(team, day, **changes), WAYS[number % len(WAYS)]
        made.append(way(team, day, NAMES[number % len(NAMES)], content))
    for age, changes in enumerate(
        [{"PLN_03": None}, {"PLN_04": None}, {}]
    ):  # three versions, the last one right
        sent = day - timedelta(days=2 - age)
        made.append(
            plain(REPAIRED, sent, f"v{age + 1}.xlsx", office.filled(REPAIRED, sent, **changes))
        )
    content = office.filled(TWICE, day)
    made += [plain(TWICE, day, "one.xlsx", content), in_a_zip(TWICE, day, "two.xlsx", content)]
    made.append(plain(UNREADABLE, day, "damaged.xlsx", b"PK\x03\x04 damaged"))
    return [*made, *other_mails(day)]


def other_mails(day: date) -> Iterator[EmailMessage]:
    """Twenty-nine mails that hold nobody's answer, two of them hostile."""
    for team in TEAMS[:20]:
        yield with_logo(mail(address(team), moment(day), {}, subject="A question"))
    for team in TEAMS[20:27]:
        yield mail(
            address(team),
            moment(day),
            {"photo.jpg": b"\xff\xd8\xff\xe0", "letter.pdf": b"%PDF-1.4"},
        )
    bomb = zipped({"bomb.xlsx": bytes(30_000_000)})
    yield mail("stranger@example.org", moment(day), {"bomb.zip": zipped({"again.zip": bomb})})
    yield mail(
        "stranger@example.org", moment(day), {"evil.zip": zipped({"../../round.yaml": b"x"})}
    )


def second_mails(office: Office) -> Mails:
    """Corrections, made in the feedback; the workbook that could not be read; and answers for the first time."""
    day = WEEKS[1] - timedelta(days=1)
    made: Mails = [
        plain(team, day, "corrected.xlsx", office.filled(team, day, office.feedback(team)))
        for team in WRONG[:3]
    ]
    made.append(plain(UNREADABLE, day, "again.xlsx", office.filled(UNREADABLE, day)))
    for number, team in enumerate(SECOND_WEEK):
        made.append(WAYS[number](team, day, NAMES[number % len(NAMES)], office.filled(team, day)))
    return made


def third_mails(office: Office) -> Mails:
    """After the deadline: answers that are late, and a correction that is still wrong."""
    day = WEEKS[2] - timedelta(days=1)
    made: Mails = [plain(team, day, "late.xlsx", office.filled(team, day)) for team in THIRD_WEEK]
    wrong = WRONG[3]
    still: Answers | dict[str, None] = {"PLN_04": None}
    made.append(
        plain(
            wrong, day, "corrected.xlsx", office.filled(wrong, day, office.feedback(wrong), **still)
        )
    )
    return made


# what is looked at each week

NEXT_DEADLINE = date(2027, 1, 20)
NEXT_WEEK = date(2027, 1, 12)


@dataclass
class Played:
    """A week that was played, and what there was at its end."""

    office: Office
    week: RefreshResult
    states: dict[str, str]  # of teams, as `status` says them
    figures: dict[str, dict[str, int]]  # of the reconciliation, by where they are shown
    pages: dict[str, str]  # of teams, as the overview says them
    reminded: set[str]


def said(file: Path, *words: str) -> str:
    assert hrge(*words, "-o", file) in (0, 4)
    return file.read_text(encoding="utf-8")


def look(office: Office, week: RefreshResult) -> Played:
    """What the other commands say at the end of a week."""
    folder, day, out = office.folder, str(week.today), office.folder.parent / "out.json"
    states = {
        row["team"]: row["state"]
        for row in json.loads(said(out, "status", str(folder), "--json", "--today", day))
    }
    report = json.loads(said(out, "validate", str(folder), "--json", "--today", day))["summary"]
    page = (folder / "reports" / "overview.html").read_text(encoding="utf-8")
    figures = {
        "refresh": {name: getattr(week.totals, name) for name in PARTS},
        "validate": {name: report["files" if name == "received" else name] for name in PARTS},
        "overview": {"received": week.totals.received}
        | {name: by_overview(page).get(name, 0) for name in PARTS[1:]},
        "SQL": by_sql(folder),
    }
    reminded = {each.team for each in week.drafts.new if each.occasion in REMINDERS}
    return Played(office, week, states, figures, teams_of(page), reminded)


# a row of a team in the overview
ROW = re.compile(r"\w+ (?P<state>\D+?) 20 \w+ 202\d(?: (?P<late>\d+)(?= |$)(?! of))?.*")
SAID = {  # on the overview
    "accepted": "Accepted",
    "returned": "Returned for correction",
    "issued": "Not answered",
    "late": "Not answered",
}
OTHERS = ("superseded", "waiting", "doubled", "conflict")
PARTS = ("received", "accepted", "returned", "refused", "counted", *OTHERS)


def by_sql(folder: Path) -> dict[str, int]:
    sums = ", ".join(f"SUM({part})" for part in PARTS)
    (row,) = queried(folder, f"SELECT {sums} FROM reconciliation")
    return dict(zip(PARTS, row, strict=True))


def teams_of(page: str) -> dict[str, str]:
    table = page.split('<table id="teams">')[1].split("</table>", maxsplit=1)[0]
    rows = [
        re.sub(r"<[^>]+>", " ", row).split()
        for row in re.findall(r"<tr.*?(?=<tr|$)", table, re.S)[1:]
    ]
    return {row[0]: " ".join(row[1:]) for row in rows if row}


@pytest.fixture(scope="module")
def first(tmp_path_factory: Folders) -> Played:
    office = begin(tmp_path_factory.mktemp("forty"))
    office.mails += first_mails(office)
    return look(office, office.week(WEEKS[0]))


@pytest.fixture(scope="module")
def second(first: Played) -> Played:
    first.office.mails += second_mails(first.office)
    return look(first.office, first.office.week(WEEKS[1]))


@pytest.fixture(scope="module")
def third(second: Played) -> Played:
    second.office.mails += third_mails(second.office)
    return look(second.office, second.office.week(WEEKS[2]))


def states(**teams: list[str]) -> dict[str, str]:
    """The state of each team, files of nobody apart."""
    return {team: state.replace("_", " ") for state, some in teams.items() for team in some}


def agree(played: Played) -> None:
    """Every command says the same of what came, and it adds up."""
    right = played.figures["SQL"]
    assert played.figures == dict.fromkeys(played.figures, right)
    assert right["received"] == right["accepted"] + right["returned"] + right["refused"]
    assert right["accepted"] + right["returned"] == sum(right[part] for part in PARTS[4:])
    assert {team: played.states[team] for team in TEAMS} == {
        each.team.code: each.state for each in played.week.expected
    }
    for each in played.week.expected:
        row = ROW.fullmatch(played.pages[each.team.code])
        assert row is not None
        late = each.days_late or each.correction_overdue  # nobody is both
        assert (row["state"], int(row["late"] or 0)) == (SAID[each.state], late)


def placed_once(played: Played, contents: int) -> None:
    """Every workbook lies in `returned/` once, whatever it came in, however often it came."""
    folder = played.office.folder / "returned"
    data = Counter(path.read_bytes() for path in folder.iterdir())
    assert (len(data), set(data.values())) == (contents, {1})
    with Ledger.open(played.office.folder, write=False) as ledger:
        assert len(ledger.origins()) == contents


@pytest.mark.deep
def test_sixty_mails_of_the_first_week(first: Played) -> None:
    assert len(first.office.mails) == 60
    placed_once(first, 30)
    agree(first)
    assert first.states[""] == "refused"  # the damaged file, which says of no team that it is its
    assert first.week.to_ask_again == [f"damaged.xlsx ({UNREADABLE})", "again.zip", "evil.zip"]
    assert {team: first.states[team] for team in TEAMS} == states(
        accepted=[*RIGHT, REPAIRED, TWICE],
        returned=WRONG,
        issued=[UNREADABLE, *SECOND_WEEK, *THIRD_WEEK, *SILENT],
    )
    assert first.reminded == set()  # the deadline is twelve days ahead
    assert Counter(each.occasion for each in first.week.drafts.new) == {"feedback": 5, "thanks": 22}


@pytest.mark.deep
def test_corrections_supersede(second: Played) -> None:
    """What was corrected in the feedback counts, and what it corrects no longer does; the mailbox holds both."""
    placed_once(second, 40)
    agree(second)
    assert second.week.received.summary.startswith("10 workbooks taken in, 31 here already")
    assert second.figures["SQL"]["superseded"] == 5  # three corrections, and two older versions
    assert {team: second.states[team] for team in TEAMS} == states(
        accepted=[*RIGHT, REPAIRED, TWICE, *WRONG[:3], UNREADABLE, *SECOND_WEEK],
        returned=WRONG[3:],
        issued=[*THIRD_WEEK, *SILENT],
    )
    assert second.week.to_ask_again == ["again.zip", "evil.zip"]  # the damaged file was sent again
    assert second.reminded == {*THIRD_WEEK, *SILENT, *WRONG[3:]}
    thanked = {each.team for each in second.week.drafts.new if each.occasion == "thanks"}
    assert thanked == {*WRONG[:3], UNREADABLE, *SECOND_WEEK}


@pytest.mark.deep
def test_after_the_deadline(third: Played) -> None:
    """Whoever answered late is late by its own days; who has not is reminded; a wrong correction gets feedback."""
    placed_once(third, 44)
    agree(third)
    assert {team: third.states[team] for team in TEAMS} == states(
        accepted=[*RIGHT, REPAIRED, TWICE, *WRONG[:3], UNREADABLE, *SECOND_WEEK, *THIRD_WEEK],
        returned=WRONG[3:],
        late=SILENT,
    )
    days = {
        each.team.code: (each.days_late, each.correction_overdue) for each in third.week.expected
    }
    assert {days[team] for team in SILENT} == {(4, 0)}
    assert {days[team] for team in WRONG[3:]} == {(0, 4)}  # they answered in time
    assert {days[team] for team in THIRD_WEEK} == {(3, 0)}
    assert [each.team.code for each in third.week.late] == [*SILENT, *WRONG[3:]]
    assert third.reminded == {*SILENT, WRONG[4]}
    assert [each.team for each in third.week.drafts.new if each.occasion == "feedback"] == [
        WRONG[3]
    ]


@pytest.mark.deep
def test_nobody_who_has_answered_is_reminded(first: Played, second: Played, third: Played) -> None:
    """Nor does a reminder to answer lie about in `drafts/` once the answer is there."""
    for played in (first, second, third):
        answered = {team for team, state in played.states.items() if state == "accepted"}
        assert not played.reminded & answered
    there = {
        path.name.split("_")[0] for path in (third.office.folder / "drafts").rglob("*reminder*.eml")
    }
    assert there == {*SILENT, WRONG[4]}


@pytest.mark.deep
def test_the_round_that_follows(third: Played) -> None:
    """Each team begins with its own answers, changes some in the file that it was sent, and both rounds compare."""
    earlier = third.office.folder
    folder = earlier.parent / "2026-H2"
    teams = write_list(earlier.parent / "next.csv", NEXT_DEADLINE)
    assert hrge("round", "init", folder, "--spec", "example", "--teams", teams) == 0
    out, err = ran("generate", folder, "--from", earlier, "--today", "2026-10-01")
    assert len(out.splitlines()) == 40
    assert f"Workbooks that continue from {earlier}: 37; blank ones: 3." in err
    assert {
        line.split(":")[0] for line in err.splitlines() if "its workbook is blank" in line
    } == set(SILENT)
    office = Office(folder)
    for team in RIGHT[:6]:
        office.mails.append(
            mail(
                address(team),
                moment(NEXT_WEEK - timedelta(days=1)),
                {f"{team}.xlsx": changed(folder, team)},
            )
        )
    week = office.week(NEXT_WEEK)
    assert Counter(each.state for each in week.expected) == {"accepted": 6, "issued": 34}
    assert week.late == []
    assert {each.team for each in week.drafts.new if each.occasion in REMINDERS} == set()
    agree(look(office, week))
    told = ran("compare", earlier, folder, code=4).out  # a file of the first round was refused
    assert "Pairs: 6." in told
    assert told.count("20 → 30") == 6


def changed(folder: Path, team: str) -> bytes:
    """The workbook that a team was issued, with one answer changed."""
    (file,) = (folder / "issued").glob(f"{team}_*.xlsx")
    found = read(file, ExpectedReturn("example"))
    assert not isinstance(found, Refusal)
    given = {answer.key: answer.value for answer in found.answers if answer.value is not None}
    assert given["PLAN", "1", "PLN_03"] == "Plan the workshop"  # its own, of the round before
    asked_anew = {"PLN_04": date(2026, 11, 2), "PLN_05": date(2026, 11, 4)}
    new = {**asked_anew, "PLN_06": 30}
    typed = tuple(
        Typed(tool="PLAN", row="1", field=code, value=value) for code, value in new.items()
    )
    return saved_on(
        type_into(file.read_bytes(), layout_of(found, ExpectedReturn("example")), typed),
        NEXT_WEEK - timedelta(days=1),
    )
