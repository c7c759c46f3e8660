"""A round through its weeks: issued, answered by mail in every way, corrected, late, and followed by another round."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import compat32, default
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from hrge_xl import RefreshResult, drafts, generate, init_round, load, load_round, refresh
from tests.command_line import hrge, ran
from tests.face import (
    PLACEHOLDERS,
    Ledger,
    MailType,
    as_eml,
    filled,
    languages,
    orders,
    right_to_left,
    saved_on,
    standard,
    week_lines,
)
from tests.face import html_module as html
from tests.fixture_types import Folders, Patch
from tests.letters import mail, mbox, msg, tnef, with_logo, zipped
from tests.test_consolidate import answers

pytestmark = pytest.mark.xdist_group("weeks")  # what its fixtures play is played once

SPEC = load("example")
DAY_0, DEADLINE = date(2026, 7, 1), date(2026, 7, 22)
COUNTRIES = {"PAK": "en", "MAR": "fr", "EGY": "ar"}
TEAMS = [f"{country}-{number}" for number in range(1, 5) for country in COUNTRIES]


def moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


def address(team: str) -> str:
    return f"{team.lower()}@example.org"


@dataclass
class Story:
    """A round, and what its teams send."""

    folder: Path
    sent: int = 0
    issued: Mapping[str, EmailMessage] = field(default_factory=dict)  # the drafts of day 0

    def workbook(self, team: str, saved: date, **changes: Any) -> bytes:
        """What a team fills in and saves on a day."""
        (order,) = [each for each in orders(load_round(self.folder), DAY_0) if each.team == team]
        given = answers(country=order.country, **changes)
        return saved_on(generate(SPEC, replace(order, answers=given)), saved)

    def receive(self, content: bytes | EmailMessage, ending: str = "eml") -> None:
        self.sent += 1
        inbox = self.folder / "inbox"
        inbox.mkdir(exist_ok=True)
        data = content if isinstance(content, bytes) else content.as_bytes()
        (inbox / f"mail {self.sent}.{ending}").write_bytes(data)

    def send(self, team: str, day: date, name: str = "", **changes: Any) -> None:
        """A team sends its workbook by mail, with a PDF and a logo beside it."""
        files: dict[str, bytes | EmailMessage] = {
            name or f"{team} final.xlsx": self.workbook(team, day, **changes),
            "letter.pdf": b"%PDF-1.4",
        }
        self.receive(with_logo(mail(address(team), moment(day), files)))

    def week(self, day: date) -> RefreshResult:
        return refresh(self.folder, day, jobs=1)


def listed(week: RefreshResult, head: str) -> str:
    """What is told behind a word; nothing where there is no such line."""
    return dict(week_lines(week)).get(head, "")


def opened(path: Path) -> EmailMessage:
    made = message_from_bytes(path.read_bytes(), policy=default)
    assert isinstance(made, EmailMessage)
    return made


def text_of(made: EmailMessage, kind: str = "plain") -> str:
    body = made.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def drafted(story: Story, day: date) -> dict[str, EmailMessage]:
    folder = story.folder / "drafts" / str(day)
    return {path.stem: opened(path) for path in sorted(folder.glob("*.eml"))}


def digests(folder: Path) -> dict[str, str]:
    """Every file that a refresh leaves, but for the ledger and dataset, whose bytes are of no interest."""
    return {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix not in (".sqlite", ".jsonl")
    }


@pytest.fixture(scope="module")
def begun(tmp_path_factory: Folders) -> Story:
    """Day 0: workbooks are issued, and the mails with them are drafted."""
    folder = tmp_path_factory.mktemp("weeks")
    lines = [
        f"{t},{t[:3]},{COUNTRIES[t[:3]]},{DEADLINE},office@example.org,{address(t)}\n"
        for t in TEAMS
    ]
    (folder / "teams.csv").write_text(
        "team,country,language,deadline,contact,email\n" + "".join(lines), "utf-8"
    )
    story = Story(init_round(folder / "2026-H1", "example", folder / "teams.csv").folder)
    assert hrge("generate", story.folder, "--today", DAY_0) == 0
    drafts(story.folder, DAY_0, [MailType.ISSUE])
    story.issued = drafted(story, DAY_0)
    return story


@pytest.fixture(scope="module")
def first(begun: Story) -> tuple[Story, RefreshResult]:
    """The first week of answers: by mail in every way, right and wrong."""
    day = DAY_0 + timedelta(days=7)
    begun.send("PAK-1", day)  # right
    begun.send("MAR-1", day, "Réponse Rabat (définitive).xlsx", PLN_03=None)  # wrong
    begun.send("EGY-1", day, "النسخة النهائية.xlsx", PLN_03=None)
    old = begun.workbook("PAK-2", day - timedelta(days=2), PLN_03=None)
    middle = begun.workbook("PAK-2", day - timedelta(days=1), PLN_04=None)
    last = begun.workbook("PAK-2", day, PLN_05=None)
    versions = {"v1.xlsx": old, "x/v2.xlsx": middle, "x/v3 (final).xlsx": last, "x/Thumbs.db": b"x"}
    begun.receive(mail(address("PAK-2"), moment(day), {"three versions.zip": zipped(versions)}))
    begun.receive(
        msg(address("MAR-2"), moment(day), {"retour.xlsx": begun.workbook("MAR-2", day)}), "msg"
    )
    wrapped = mail(address("EGY-2"), moment(day), {})
    content = tnef({"العودة.xlsx": begun.workbook("EGY-2", day)})
    wrapped.add_attachment(
        content, maintype="application", subtype="ms-tnef", filename="winmail.dat"
    )
    begun.receive(
        mbox(wrapped, mail(address("PAK-1"), moment(day), {}, subject="Thank you")), "mbox"
    )
    begun.receive(mail(address("PAK-3"), moment(day), {"empty.xlsx": b"PK\x03\x04 damaged"}))
    return begun, begun.week(day)


def test_on_day_0_every_team_gets_its_workbook(begun: Story) -> None:
    for team in TEAMS:
        each = begun.issued[f"{team}_issue"]
        workbook, guide = each.iter_attachments()
        language = COUNTRIES[team[:3]]
        assert workbook.get_filename() == f"{team}_{language}.xlsx"
        assert (
            workbook.get_content()
            == (begun.folder / "issued" / f"{team}_{language}.xlsx").read_bytes()
        )
        assert guide.get_filename() == f"filling-in_{language}.html"
        assert (each["X-Unsent"], each["To"]) == ("1", address(team))


def test_the_first_week(first: tuple[Story, RefreshResult]) -> None:
    _, week = first
    assert [word for word, _ in week_lines(week)] == [
        "Arrived",
        "Counts",
        "Teams",
        "Late now",
        "Due next",
        "To decide",
        "Ask again",
        "To send",
        "Files in",
    ]
    assert listed(week, "Arrived").startswith("9 workbooks taken in, 8 left aside.")
    assert listed(week, "Counts").startswith("9 files: 3 accepted, 5 returned, 1 refused.")
    assert listed(week, "Teams") == "12 expected: 3 accepted, 3 returned, 6 issued."
    assert listed(week, "Late now") == "nobody."
    assert (
        listed(week, "Due next")
        == "2026-07-22, in 14 days: PAK-3, MAR-3, EGY-3, PAK-4, MAR-4, EGY-4."
    )
    assert listed(week, "Ask again") == "empty.xlsx (PAK-3)."
    assert listed(week, "To send").startswith(
        "3 feedback messages, 3 thank-you messages in drafts/2026-07-08, listed in mail-merge.csv."
    )


def test_each_team_gets_one_feedback_on_what_stands(first: tuple[Story, RefreshResult]) -> None:
    """Of three versions for the last; in the language of the team; the workbook attached goes on from it."""
    story, week = first
    made = drafted(story, week.today)
    feedback = {name: each for name, each in made.items() if name.endswith("feedback")}
    assert [each["To"] for each in feedback.values()] == [
        address(t) for t in ("EGY-1", "MAR-1", "PAK-2")
    ]
    texts = {name.split("_")[0]: text_of(each) for name, each in feedback.items()}
    assert texts["PAK-2"].startswith("Dear colleagues,\n\nThank you for v3 (final).xlsx.")
    assert texts["MAR-1"].startswith("Chères et chers collègues,")
    assert texts["EGY-1"].startswith("الزميلات والزملاء الأعزاء،")
    assert '<html lang="ar" dir="rtl">' in text_of(feedback["EGY-1_WS-07_feedback"], "html")
    for name, each in feedback.items():
        (attached,) = each.iter_attachments()
        assert attached.get_content() == (story.folder / "feedback" / f"{name}.xlsx").read_bytes()
        assert load_workbook(io.BytesIO(attached.get_content()), read_only=True).sheetnames


def test_the_list_for_a_mail_merge_says_what_the_drafts_say(
    first: tuple[Story, RefreshResult],
) -> None:
    story, week = first
    file = story.folder / "drafts" / str(week.today) / "mail-merge.csv"
    rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"))))
    made = drafted(story, week.today)
    assert {row["draft"]: (row["email"], row["subject"]) for row in rows} == {
        f"{name}.eml": (each["To"], each["Subject"]) for name, each in made.items()
    }
    assert {row["language"] for row in rows} == set(COUNTRIES.values())
    assert Counter(row["occasion"] for row in rows) == {"feedback": 3, "thanks": 3}
    for row in rows:
        text = made[row["draft"].removesuffix(".eml")].get_body(("plain",))
        assert text is not None
        assert row["text"].split() == str(text.get_content()).split()


def test_running_it_again_changes_nothing(first: tuple[Story, RefreshResult]) -> None:
    """Not a byte of any file, nor a line of what is said, but that what came is here already."""
    story, week = first
    before = digests(story.folder)
    again = story.week(week.today)
    assert digests(story.folder) == before
    assert again.drafts.new == []
    assert list(week_lines(again))[1:7] == list(week_lines(week))[1:7]
    assert listed(week, "To send").replace(" 6 drafts removed: no longer due.", "") == listed(
        again, "To send"
    )
    assert listed(again, "Arrived").startswith("0 workbooks taken in, 9 here already")


def test_no_address_leaves_the_office(first: tuple[Story, RefreshResult], tmp_path: Path) -> None:
    """Neither dataset, files beside it, reports nor copies to share know who sent what: the ledger does, and drafts."""
    story, week = first
    assert hrge("consolidate", story.folder, "--shareable", "--today", week.today) in (0, 4)
    assert hrge("report", story.folder, "-o", tmp_path, *FORMATS, "--today", week.today) in (0, 4)
    with Ledger.open(story.folder, write=False) as ledger:
        senders = {origin.sender for origin in ledger.origins().values()}
    assert address("MAR-2") in senders
    ours = ("ledger.sqlite", "ledger.jsonl", "round.yaml", "drafts/", "inbox/")
    places = [path for path in (*story.folder.rglob("*"), *tmp_path.rglob("*")) if path.is_file()]
    for path in places:
        if not path.is_relative_to(story.folder) or not path.relative_to(
            story.folder
        ).as_posix().startswith(ours):
            assert [each for each in senders if each.encode() in unpacked(path)] == [], path


FORMATS = [word for name in ("html", "xlsx", "json") for word in ("--format", name)]


def unpacked(path: Path) -> bytes:
    """What stands in a file, its parts inflated where it is a workbook."""
    from zipfile import ZipFile, is_zipfile

    if not is_zipfile(path):
        return path.read_bytes()
    with ZipFile(path) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


def test_the_weeks_that_follow(first: tuple[Story, RefreshResult]) -> None:
    """Corrections, a version made from an older one, reminders before, on and after the deadline, late answers."""
    story, _ = first
    before = story.week(DEADLINE - timedelta(days=6))
    reminded = drafted(story, before.today)
    silent = ["EGY-3", "EGY-4", "MAR-3", "MAR-4", "PAK-4"]
    assert sorted(name for name in reminded if "before" in name) == [
        f"{team}_reminder-before" for team in silent
    ]
    assert sorted(name for name in reminded if "correct" in name) == [
        f"{team}_WS-07_reminder-to-correct" for team in ("EGY-1", "MAR-1", "PAK-2")
    ]
    assert "PAK-3" not in " ".join(reminded)  # its file could not be read: it is asked for again
    story.send("MAR-1", DEADLINE - timedelta(days=1), "corrigé.xlsx")
    story.send("MAR-3", DEADLINE - timedelta(days=1))
    on = story.week(DEADLINE)
    made = drafted(story, DEADLINE)
    assert sorted(name for name in made if "reminder-on" in name) == [
        f"{team}_reminder-on" for team in silent if team != "MAR-3"
    ]
    assert "is due today, 22 July 2026." in text_of(made["PAK-4_reminder-on"])
    assert {"MAR-1_thanks", "MAR-3_thanks"} <= set(made)
    assert not list(
        (story.folder / "drafts" / str(before.today)).glob("*before*")
    )  # they stand no longer
    assert [each.team for each in on.drafts.outdated if each.occasion == "feedback"] == ["MAR-1"]
    late = drafts(story.folder, DEADLINE + timedelta(days=3))
    assert Counter(each.occasion for each in late.new)["reminder-after"] == 4
    assert not drafts(story.folder, DEADLINE + timedelta(days=4)).new  # once a week is enough
    story.send("PAK-4", DEADLINE + timedelta(days=9))
    end = story.week(DEADLINE + timedelta(days=10))
    assert listed(end, "Late now") == (
        "PAK-3 (10 days), EGY-3 (10 days), MAR-4 (10 days), EGY-4 (10 days), "
        "EGY-1 (10 days, to correct), PAK-2 (10 days, to correct)."
    )
    reminded = {each.team for each in end.drafts.new if each.occasion == "reminder-after"}
    assert reminded == {"EGY-3", "MAR-4", "EGY-4"}
    (pak4,) = [each for each in end.teams if each.team.code == "PAK-4"]
    assert (pak4.state, pak4.days_late) == ("accepted", 9)


def test_what_only_she_can_decide_waits(tmp_path: Path) -> None:
    """Two workbooks about one thing, one of another round: nobody is reminded, thanked or corrected meanwhile."""
    lines = "team,country,deadline,email\nPAK-1,PAK,2026-07-03,pak@example.org\n"
    (tmp_path / "teams.csv").write_text(lines, encoding="utf-8")
    story = Story(init_round(tmp_path / "round", "example", tmp_path / "teams.csv").folder)
    (order,) = orders(load_round(story.folder), DAY_0)
    for name, other in {
        "a": ("copy", "a" * 12),
        "b": ("copy", "b" * 12),
        "c": ("round", "2025-H2"),
    }.items():
        made = generate(SPEC, replace(order, answers=answers(), **dict([other])))
        story.receive(
            mail("pak@example.org", moment(DAY_0), {f"{name}.xlsx": saved_on(made, DAY_0)})
        )
    week = story.week(DAY_0 + timedelta(days=9))
    assert listed(week, "To decide") == "PAK-1, c.xlsx."
    assert week.drafts.new == []


def test_the_deadlines_as_a_calendar(begun: Story) -> None:
    """Well-formed by RFC 5545: an entry a day with the teams due on it, no line over 75 octets, the same every day."""
    data = (begun.folder / "drafts" / "deadlines.ics").read_bytes()
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    assert b"\n" not in data.replace(b"\r\n", b"")
    lines = data.decode().replace("\r\n ", "").split("\r\n")
    assert (lines[0], lines[-2:]) == ("BEGIN:VCALENDAR", ["END:VCALENDAR", ""])
    assert Counter(line.split(":")[1] for line in lines if line.startswith("BEGIN")) == {
        "VCALENDAR": 1,
        "VEVENT": 1,
        "VALARM": 1,
    }
    assert "DTSTART;VALUE=DATE:20260722" in lines
    assert "DTEND;VALUE=DATE:20260723" in lines
    assert "DESCRIPTION:" + "\\, ".join(TEAMS) in lines
    assert f"SUMMARY:2026-H1: {len(TEAMS)} workbooks are due" in lines


def test_mails_are_written_in_every_language_of_the_program() -> None:
    """Each occasion has words of its own in each, and none that nothing fills in; English stands in for none."""
    facts = dict.fromkeys(PLACEHOLDERS, "X")
    for language in set(languages()) - {"en", "fa-AF"}:
        for occasion in MailType:
            said = filled(standard(occasion, language), facts)
            assert said.subject.startswith("X")
            assert "{" not in said.subject + said.text
            assert (
                occasion is MailType.FEEDBACK
                or said.text != filled(standard(occasion, "en"), facts).text
            )
        said = filled(standard(MailType.ON, language), facts)
        letter = as_eml("a@example.org", language, said)
        assert letter == as_eml(
            "a@example.org", language, said
        )  # the same draft gives the same bytes
        page = text_of(message_from_bytes(letter, policy=default), "html")  # type: ignore[arg-type]
        assert (f'<html lang="{language}" dir="rtl">' in page) == right_to_left(language)


TEAM_NAMES = (
    "Dushanbe Team North",
    "Équipe de Rabat (nord)",
    "Команда Душанбе",
    "فريق بغداد",
    "中文 团队",
    "Office of the regional coordination team for the northern and eastern provinces of the country",
    "W" * 90,
)


@pytest.mark.parametrize("language", languages())
def test_every_subject_reads_as_it_was_written(language: str) -> None:
    """In each mail program: one that reads a header line by line, and one that unfolds it first."""
    for occasion in MailType:
        for team in TEAM_NAMES:
            facts = {**dict.fromkeys(PLACEHOLDERS, "X"), "team": team, "round": "2026-H1"}
            content = filled(standard(occasion, language), facts)
            letter = as_eml("a@example.org", language, content)
            assert message_from_bytes(letter, policy=default)["Subject"] == content.subject
            raw = str(message_from_bytes(letter)["Subject"])
            assert str(make_header(decode_header(raw))) == content.subject
            unfolded = raw.replace("\r\n", "")
            assert str(make_header(decode_header(unfolded))) == content.subject
            assert max(map(len, letter.partition(b"\r\n\r\n")[0].split(b"\r\n"))) <= 78


def test_every_name_of_an_attachment_reads_as_it_was_written(tmp_path: Path) -> None:
    content = filled(standard(MailType.THANKS, "fr"), dict.fromkeys(PLACEHOLDERS, "X"))
    for team in TEAM_NAMES:
        workbook = tmp_path / f"{team}_fr.xlsx"
        workbook.write_bytes(b"PK")
        letter = as_eml("a@example.org", "fr", content, [workbook])
        for read in (opened_as(letter, default), opened_as(letter, compat32)):
            names = [part.get_filename() for part in read.walk() if part.get_filename()]
            assert names == [workbook.name]


def opened_as(letter: bytes, policy: Any) -> Any:
    return message_from_bytes(letter, policy=policy)


def test_a_name_keeps_its_order_in_a_sentence_that_runs_from_the_right(begun: Story) -> None:
    """Without marks of direction 2026-H1 is seen as H1-2026."""
    made = begun.issued["EGY-4_issue"]
    for text in (text_of(made), text_of(made, "html"), str(made["Subject"])):
        assert text.count("2026-H1") == text.count("\u200e2026-H1") > 0
    assert "\u200e" not in text_of(begun.issued["PAK-4_issue"])


# texts of a round's own


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A round of one team in each language of the program that the spec has."""
    (tmp_path / "teams.csv").write_text(
        "team,country,language,deadline,email\nPAK-1,PAK,en,2026-07-03,pak@example.org\nMAR-1,MAR,fr,2026-07-03,\n",
        "utf-8",
    )
    folder = init_round(tmp_path / "round", "example", tmp_path / "teams.csv").folder
    assert hrge("generate", folder, "--today", DAY_0) == 0
    return folder


def test_a_round_may_say_it_in_its_own_words(small: Path) -> None:
    file = small / "messages" / "en.txt"
    assert str(file) in ran("round", "messages", small).out
    text = file.read_text(encoding="utf-8-sig")
    assert [f"[{each}]" in text for each in MailType] == [True] * len(MailType)
    file.write_text(
        "[issue]\nSubject: For {team} only\n\nHello {country},\nask {contact}.\n\nBye\n",
        encoding="utf-8",
    )
    drafts(small, DAY_0, [MailType.ISSUE])
    made = opened(small / "drafts" / str(DAY_0) / "PAK-1_issue.eml")
    assert made["Subject"] == "For PAK-1 only"
    assert text_of(made).splitlines() == [
        "Hello Pakistan,",
        "",
        "Bye",
    ]  # nobody to ask: the line is left out
    assert opened(small / "drafts" / str(DAY_0) / "MAR-1_issue.eml")["To"] is None
    assert hrge("round", "messages", small) == 0
    assert file.read_text(encoding="utf-8").startswith("[issue]\nSubject: For {team} only")


def test_mistakes_in_texts_are_told_all_at_once_and_nothing_is_done(small: Path) -> None:
    (small / "messages").mkdir()
    (small / "messages" / "en.txt").write_text(
        "[isue]\nSubject: x\ny\n[thanks]\nThank you, {name}\n[issue]\nSubject: a {\n\nb {feedback}\n",
        encoding="utf-8",
    )
    (small / "messages" / "klingonese.txt").write_text("[issue]\nSubject: x\n\ny", encoding="utf-8")
    for command in ("refresh", "drafts", "remind"):
        told = ran(command, small, code=3).err.splitlines()
        assert [line.removeprefix("Error: ").split(" Known are")[0] for line in told] == [
            "messages/en.txt: line 1: there is no occasion 'isue'.",
            "messages/en.txt: line 4: [thanks] does not begin with a subject. Write: Subject: …",
            "messages/en.txt: line 5: there is no placeholder {name} here.",
            "messages/en.txt: line 7: a brace is alone. Write a placeholder as {team}, "
            "and a brace of the text twice: {{.",
            "messages/en.txt: line 9: there is no placeholder {feedback} here.",
            "messages/klingonese.txt: the name is not a language. Name it after one, for example fr.txt.",
        ]
    assert not (small / "drafts").exists()
    assert not (small / "dataset.sqlite").exists()


def test_a_mail_that_is_too_large_for_many_servers_is_told(small: Path, monkeypatch: Patch) -> None:
    monkeypatch.setattr("hrge_xl.coordination.mail.drafts.MOST_BYTES", 10_000)
    out, err = ran("drafts", small, "issue", "--today", DAY_0)
    assert len(out.splitlines()) == 2
    assert err.count("many mail servers refuse more than 0.0 MB") == 2


def test_what_was_deleted_after_it_was_sent_is_not_written_again(small: Path) -> None:
    """Unless it is asked for."""
    day = date(2026, 7, 1)
    assert len(drafts(small, day).new) == 2
    for path in (small / "drafts").rglob("*.eml"):
        path.unlink()
    assert drafts(small, day).new == []
    assert len(drafts(small, day, again=True).new) == 2


# two of one name


def round_of(folder: Path, *teams: str) -> Story:
    lines = "".join(f"{team},PAK,2026-07-30,{address(team)}\n" for team in teams)
    (folder / "teams.csv").write_text(f"team,country,deadline,email\n{lines}", encoding="utf-8")
    return Story(init_round(folder / "round", "example", folder / "teams.csv").folder)


def come_back(story: Story, name: str, copy: str = "c" * 12, **changes: Any) -> None:
    """A workbook of the only team lies in `returned`."""
    (order,) = orders(load_round(story.folder), DAY_0)
    made = generate(SPEC, replace(order, copy=copy, answers=answers(**changes)))
    (story.folder / "returned" / name).write_bytes(
        saved_on(made, DAY_0 + timedelta(days=ord(name[0]) % 8))
    )


def test_a_newer_version_on_the_same_day_has_the_feedback(tmp_path: Path) -> None:
    """The draft about the older one made way for it, and is not taken away once more."""
    story = round_of(tmp_path, "PAK-1")
    come_back(story, "1.xlsx", PLN_03=None)
    assert len(drafts(story.folder, DAY_0).new) == 1
    come_back(story, "2.xlsx", PLN_03=None, PLN_04=None)
    for _ in range(2):
        there = drafts(story.folder, DAY_0).of(DAY_0)
        (made,) = drafted(story, DAY_0).values()
        assert "Thank you for 2.xlsx." in text_of(made)
        assert [each.occasion for each in there] == ["feedback"]


def test_a_draft_that_is_written_again_leaves_no_other_behind(small: Path) -> None:
    first, second = DAY_0, DAY_0 + timedelta(days=1)
    drafts(small, first, [MailType.ISSUE])
    assert len(drafts(small, second, [MailType.ISSUE], again=True).new) == 2
    assert not (small / "drafts" / str(first)).exists()
    rows = csv.DictReader(
        io.StringIO((small / "drafts" / str(second) / "mail-merge.csv").read_text("utf-8-sig"))
    )
    assert [(row["team"], row["occasion"]) for row in rows] == [
        ("MAR-1", "issue"),
        ("PAK-1", "issue"),
    ]


def test_a_team_with_two_interventions_is_reminded_of_both(tmp_path: Path) -> None:
    story = round_of(tmp_path, "PAK-1")
    come_back(story, "a.xlsx", "a" * 12, project="WS-07", PLN_03=None)
    come_back(story, "b.xlsx", "b" * 12, project="WS-08", PLN_03=None)
    assert len(drafts(story.folder, DAY_0).new) == 2
    assert len(drafts(story.folder, DAY_0 + timedelta(days=7)).new) == 2
    reminded = drafted(story, DAY_0 + timedelta(days=7))
    assert {
        name: each.get_filename()
        for name, made in reminded.items()
        for each in made.iter_attachments()
    } == {
        f"PAK-1_{code}_reminder-to-correct": f"PAK-1_{code}_feedback.xlsx"
        for code in ("WS-07", "WS-08")
    }


def test_no_team_gets_the_workbook_of_another(tmp_path: Path) -> None:
    """Whose code begins with its own."""
    story = round_of(tmp_path, "PAK", "PAK_2")
    assert hrge("generate", story.folder, "--today", DAY_0) == 0
    drafts(story.folder, DAY_0, [MailType.ISSUE])
    attached = {
        name: [each.get_filename() for each in made.iter_attachments()]
        for name, made in drafted(story, DAY_0).items()
    }
    assert attached == {
        "PAK_issue": ["PAK_en.xlsx", "filling-in_en.html"],
        "PAK_2_issue": ["PAK_2_en.xlsx", "filling-in_en.html"],
    }


@pytest.mark.deep
def test_a_large_report_has_its_pages_beside_it(small: Path, monkeypatch: Patch) -> None:
    monkeypatch.setattr(html, "LARGE", 0)
    for issued in (small / "issued").glob("*.xlsx"):
        (small / "returned" / issued.name).write_bytes(issued.read_bytes())
    refresh(small, DAY_0, jobs=1)
    pages = {
        f"{html.TEAM_PAGES}/{path.name}" for path in (small / "reports" / html.TEAM_PAGES).iterdir()
    }
    assert len(pages) == 2
    assert all(f'"{page}#f' in (small / "reports" / html.MAIN).read_text("utf-8") for page in pages)
