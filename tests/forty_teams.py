"""A round of forty teams that answer by mail, week after week, in one mailbox that grows: who sends what, and when."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from functools import cached_property
from pathlib import Path
from typing import Any

from hrge_xl import ExpectedReturn, Order, generate, init_round, load, load_round, read, refresh
from tests.command_line import hrge
from tests.face import Answers, Identity, RefreshResult, Refusal, orders, saved_on
from tests.letters import mail, mbox, msg, tnef, with_logo, zipped
from tests.test_consolidate import answers

SPEC = load("example")
LANGUAGES = {"PAK": "en", "MAR": "fr", "EGY": "ar"}
TEAMS = [f"{country}-{number:02}" for number in range(1, 15) for country in LANGUAGES][:40]
NAMES = (
    "Réponse définitive.xlsx",
    "النسخة النهائية.xlsx",
    "最终报告.xlsx",
    "Итоговый ответ.xlsx",
    "return.xlsx",
)
DAY_0, DEADLINE = date(2026, 7, 1), date(2026, 7, 20)
WEEKS = (date(2026, 7, 8), date(2026, 7, 15), date(2026, 7, 24))
RIGHT, WRONG, REPAIRED, TWICE, UNREADABLE = TEAMS[:20], TEAMS[20:25], TEAMS[25], TEAMS[26], TEAMS[27]
SECOND_WEEK, THIRD_WEEK, SILENT = TEAMS[28:34], TEAMS[34:37], TEAMS[37:]
MISSING: Mapping[str, None] = {"PLN_03": None}
Mails = list[bytes | EmailMessage]


def moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


def address(team: str) -> str:
    return f"{team.lower()}@example.org"


def write_list(file: Path, deadline: date) -> Path:
    """The list of teams as the office keeps it."""
    lines = [f"{t},{t[:3]},{LANGUAGES[t[:3]]},{deadline},office@example.org,{address(t)}\n" for t in TEAMS]
    file.write_text("team,country,language,deadline,contact,email\n" + "".join(lines), encoding="utf-8")
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
    """A round whose workbooks are issued."""
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
    plain, beside_a_logo, in_a_zip, forwarded, in_winmail, from_outlook,
)  # fmt: skip


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
        made.append(plain(REPAIRED, sent, f"v{age + 1}.xlsx", office.filled(REPAIRED, sent, **changes)))
    content = office.filled(TWICE, day)
    made += [plain(TWICE, day, "one.xlsx", content), in_a_zip(TWICE, day, "two.xlsx", content)]
    made.append(plain(UNREADABLE, day, "damaged.xlsx", b"PK\x03\x04 damaged"))
    return [*made, *other_mails(day)]


def other_mails(day: date) -> Iterator[EmailMessage]:
    """Twenty-nine mails that hold nobody's answer, two of them hostile."""
    for team in TEAMS[:20]:
        yield with_logo(mail(address(team), moment(day), {}, subject="A question"))
    for team in TEAMS[20:27]:
        yield mail(address(team), moment(day), {"photo.jpg": b"\xff\xd8\xff\xe0", "letter.pdf": b"%PDF-1.4"})
    bomb = zipped({"bomb.xlsx": bytes(30_000_000)})
    yield mail("stranger@example.org", moment(day), {"bomb.zip": zipped({"again.zip": bomb})})
    yield mail("stranger@example.org", moment(day), {"evil.zip": zipped({"../../round.yaml": b"x"})})


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
        plain(wrong, day, "corrected.xlsx", office.filled(wrong, day, office.feedback(wrong), **still))
    )
    return made
