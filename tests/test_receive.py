"""What came by mail: every return is placed once, everything else is accounted for, and nothing leaves its folder."""

from __future__ import annotations

import io
import json
import mailbox
import os
import time
import zipfile
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from email.header import Header
from email.message import EmailMessage
from email.utils import encode_rfc2231
from hashlib import shake_128
from pathlib import Path

import pytest

from hrge_xl import Received, generate, init_round, load, load_round, receive
from hrge_xl.cli import run
from tests.face import Ledger, OutlookMessage, SourceFile, found_in, open_layers, orders, saved_on
from tests.letters import (
    mail,
    mbox,
    message,
    msg,
    old_mail,
    ole,
    received_field,
    tnef,
    with_logo,
    zipped,
)
from tests.telling import telling

TODAY = date(2026, 7, 20)
KABUL_TIME = timezone(timedelta(hours=4, minutes=30))
SENT = datetime(2026, 7, 3, 9, 30, tzinfo=UTC)
SCRIPTS = ("Пакистан (итог).xlsx", "بازگشت کابل.xlsx", "最终版.xlsx", "گەڕاوە ٢.xlsx")


def book(number: int) -> bytes:
    """What passes for a workbook by its content, each another one."""
    types = (
        '<Types><Override ContentType="application/vnd...spreadsheetml.sheet.main+xml"/></Types>'
    )
    ballast = shake_128(str(number).encode()).digest(5000)
    return zipped({"[Content_Types].xml": types.encode(), "number": ballast})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A round with nothing in it."""
    (tmp_path / "teams.csv").write_text("team,country\nKabul,AFG\n", encoding="utf-8")
    return init_round(tmp_path / "round", "example", tmp_path / "teams.csv").folder


def came(folder: Path, **sources: bytes) -> Received:
    """Receive files; the underscore of a name stands for its point."""
    for name, content in sources.items():
        arrives(folder, name.replace("_", "."), content)
    return receive(folder, [str(folder.parent / "came")], TODAY)


def arrives(folder: Path, name: str, content: bytes | EmailMessage) -> None:
    """A file lies where things come in."""
    (folder.parent / "came").mkdir(exist_ok=True)
    data = content if isinstance(content, bytes) else content.as_bytes()
    (folder.parent / "came" / name).write_bytes(data)


def begun(folder: Path) -> bytes:
    """The workbook of the team with one answer: a blank one would be no answer."""
    round_ = load_round(folder)
    (order,) = orders(round_, date(2026, 6, 20))
    answers = {("PLAN", "1", "PLN_03"): "Train the trainers"}
    return generate(load(round_.spec_source), replace(order, answers=answers))


def returned(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "returned").iterdir()}


def sixty_mails() -> bytes:
    """A mailbox: forty returns in every wrapping that there is, and twenty mails with everything else."""
    books = iter(range(1000))
    mails: list[bytes | EmailMessage] = []

    def team(number: int) -> str:
        return f"Team {number} <team{number}@example.org>"

    for number in range(12):  # as they should be; some with a logo and a PDF beside
        made = mail(
            team(number), SENT + timedelta(days=number), {f"Team_{number}.xlsx": book(next(books))}
        )
        mails.append(with_logo(made) if number % 2 else made)
        if number % 3 == 0:
            made.add_attachment(
                b"%PDF-1.4", maintype="application", subtype="pdf", filename="letter.pdf"
            )
    for number, name in enumerate(
        SCRIPTS, 12
    ):  # names in four scripts, RFC 2231 as the standard library writes
        mails.append(mail(team(number), SENT, {name: book(next(books))}))
    for number, name in enumerate(SCRIPTS, 16):  # RFC 2047 within quotes, as Outlook does
        field = f'; name="{Header(name, "utf-8").encode(linesep="")}"'
        mails.append(
            old_mail(team(number), "Fri, 3 Jul 2026 09:30:00 +0000", field, book(next(books)))
        )
    for number, name in enumerate(SCRIPTS, 20):  # RFC 2231 in pieces
        whole = encode_rfc2231(name, "utf-8")
        field = f"; filename*0*={whole[:16]}; filename*1*={whole[16:]}"
        made = old_mail(team(number), "Fri, 3 Jul 2026 09:30:00 +0430", "", book(next(books)))
        mails.append(
            made.replace(
                b"base64\r\n\r\n",
                f"base64\r\nContent-Disposition: attachment{field}\r\n\r\n".encode(),
            )
        )
    for number in range(24, 30):  # forwarded, once and twice
        inner = mail(
            team(number), SENT, {"return.xlsx": book(next(books))}, subject=f"Our return {number}"
        )
        once = mail(
            "colleague@example.org", SENT + timedelta(days=5), {"fwd.eml": inner}, subject="Fwd"
        )
        mails.append(
            once
            if number % 2
            else mail("boss@example.org", SENT + timedelta(days=6), {"f.eml": once})
        )
    for number in range(30, 35):  # zipped, and zipped in a zip
        others = {"__MACOSX/._final.xlsx": b"x", "Thumbs.db": b"x"}
        inner_zip = zipped({"returns/final.xlsx": book(next(books)), **others})
        files = {"all.zip": inner_zip if number % 2 else zipped({"inner.zip": inner_zip})}
        mails.append(mail(team(number), SENT, files))
    for number in range(35, 38):
        made = mail(team(number), SENT, {})
        made.add_attachment(
            tnef({f"Kabul {number}.xlsx": book(next(books))}),
            maintype="application",
            subtype="ms-tnef",
            filename="winmail.dat",
        )
        mails.append(made)
    for number in range(38, 40):
        inner_msg = msg(
            f"team{number}@example.org", SENT, {f"Team_{number}.xlsx": book(next(books))}
        )
        mails.append(mail(team(number), SENT, {"Return.msg": inner_msg}))
    bomb = zipped({"bomb.xlsx": bytes(30_000_000)})
    mails.append(mail("x@example.org", SENT, {"bomb.zip": zipped({"again.zip": bomb})}))
    evil = zipped({"../../round.yaml": b"x", "a.xlsx": b"y"})
    mails.append(mail("x@example.org", SENT, {"evil.zip": evil}))
    mails += [
        mail(team(number), SENT, {}, subject=f"Question {number}") for number in range(10)
    ]  # letters
    mails += [
        mail(team(number), SENT, {f"Team_{number}.xlsx": book(number)}) for number in range(8)
    ]  # twice
    return mbox(*mails)


def test_a_mailbox_of_sixty_mails(folder: Path) -> None:
    """Forty returns are placed, everything else is accounted for, none twice."""
    box = sixty_mails()
    assert box.count(b"\nFrom - ") + 1 == 60
    found = came(folder, Inbox_mbox=box)
    assert {path.read_bytes() for path in (folder / "returned").iterdir()} == {
        book(n) for n in range(40)
    }
    assert len(found.placed) == 40
    assert len(found.known) == 8
    assert Counter(each.what for each in found.left) == {
        "letter": 10,
        "system": 10,
        "logo": 6,
        "PDF": 4,
    }
    assert sorted(each.name for each in found.unopened) == ["again.zip", "evil.zip"]
    names = [each.path.name for each in found.placed]
    assert all(
        sum(name.startswith(Path(script).stem.split(" ")[0]) for name in names) == 3
        for script in SCRIPTS
    )
    assert not [each for each in found.placed if each.day is None]
    again = came(folder)
    assert (again.placed, len(again.known)) == ((), 48)
    assert len(returned(folder)) == 40


def test_where_it_came_from_stands_in_the_ledger(folder: Path) -> None:
    """The innermost mail says whose it is; the day of arrival, and who sent it on, are those of the outermost one."""
    inner = mail(
        "Kabul <kabul@example.org>",
        datetime(2026, 7, 4, 1, 0, tzinfo=KABUL_TIME),
        {"a.xlsx": book(1)},
    )
    found = came(
        folder, x_eml=mail("b@example.org", SENT + timedelta(days=9), {"f": inner}).as_bytes()
    )
    (placed,) = found.placed
    assert (placed.day, placed.came.place.email.sender) == (date(2026, 7, 12), "kabul@example.org")
    with Ledger.open(folder, write=False) as ledger:
        (origin,) = ledger.origins().values()
        (row,) = ledger.rows()
    assert (origin.sender, origin.sent_by, origin.seen) == (
        "kabul@example.org",
        "b@example.org",
        TODAY,
    )
    assert origin.way == ("x.eml", "Return.eml")
    assert (row["received"], row["stated"], row["n"]) == ("2026-07-12", True, 1)


def test_the_day_of_the_mail_is_what_lateness_goes_by(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the round, and in a dataset elsewhere that it is put together in."""
    sent = begun(folder)
    came(folder, x_eml=mail("kabul@example.org", SENT, {"Kabul.xlsx": sent}).as_bytes())
    capsys.readouterr()
    assert (
        run(
            [
                "consolidate",
                str(folder),
                "-o",
                str(folder.parent / "dataset"),
                "--today",
                str(TODAY),
            ]
        )
        == 0
    )
    (folder.parent / "anew").mkdir()
    for more in (
        (),
        ("--ledger", str(folder.parent / "dataset")),
        ("--ledger", str(folder.parent / "anew")),
    ):
        capsys.readouterr()
        assert run(["status", str(folder), "--json", "--today", str(TODAY), *more]) == 0
        (row,) = json.loads(capsys.readouterr().out)
        assert (row["state"], row["day"], row["by"]) == ("returned", "2026-07-03", "arrived")


def test_a_day_that_is_yet_to_come_is_not_believed(folder: Path) -> None:
    found = came(
        folder,
        x_eml=mail("a@example.org", SENT + timedelta(days=90), {"a.xlsx": book(1)}).as_bytes(),
    )
    assert [each.day for each in found.placed] == [TODAY]
    with Ledger.open(folder, write=False) as ledger:
        assert [row["received"] for row in ledger.rows()] == [str(TODAY)]


def days_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What `receive` tells of the days of what it took in."""
    capsys.readouterr()
    run(["receive", str(folder), str(folder.parent / "came"), "--json", "--today", str(TODAY)])
    return [each["day"] for each in json.loads(capsys.readouterr().out)["placed"]]


FIRST = datetime(2026, 6, 28, 9, tzinfo=UTC)  # what a late sender would like to have sent on
LATER = datetime(2026, 7, 10, 9, tzinfo=UTC)
OLD = mail("kabul@example.org", FIRST, {"Kabul.xlsx": book(1)})
BACKDATED = {
    "x.eml": mail("kabul@example.org", FIRST, {"Kabul.xlsx": book(1)}, received=LATER),
    "an older mail inside.eml": mail("kabul@example.org", LATER, {"old.eml": OLD}),
    "one of Outlook inside.eml": mail(
        "kabul@example.org",
        LATER,
        {"old.msg": msg("kabul@example.org", FIRST, {"Kabul.xlsx": book(1)})},
    ),
    "one in a zip inside.eml": mail(
        "kabul@example.org", LATER, {"old.zip": zipped({"o.eml": OLD.as_bytes()})}
    ),
    "x.msg": msg("kabul@example.org", FIRST, {"Kabul.xlsx": book(1)}, delivered=LATER),
    "one of Outlook in another.msg": msg(
        "kabul@example.org",
        FIRST,
        {"I": message("kabul@example.org", FIRST, {"K.xlsx": book(1)})},
        delivered=LATER,
    ),
    "x with headers.msg": ole(
        message("kabul@example.org", FIRST, {"Kabul.xlsx": book(1)}, head=32)
        | {
            "__substg1.0_007D001F": f"Received: {received_field(LATER)}\r\nFrom: x\r\n".encode(
                "utf-16-le"
            )
        }
    ),
    "x.mbox": mbox(mail("kabul@example.org", FIRST, {"Kabul.xlsx": book(1)}, received=LATER)),
}


@pytest.mark.parametrize("name", BACKDATED)
def test_no_sender_decides_when_a_mail_arrived(
    name: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The topmost line of a server does, in whatever the mail is kept; nothing below it, and nothing inside."""
    content = BACKDATED[name]
    data = content if isinstance(content, bytes) else content.as_bytes()
    forged = b"Received: by elsewhere; Sun, 28 Jun 2026 09:00:00 +0000\r\nSubject: "
    arrives(folder, name, data.replace(b"Subject: ", forged, 1))
    assert days_told(folder, capsys) == ["2026-07-10"]


@pytest.mark.parametrize("received", telling([None, datetime(2027, 1, 1, tzinfo=UTC)], None))
def test_a_mail_without_a_day_of_its_server_came_when_it_was_first_seen(
    received: datetime | None, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever the sender says, the workbook too."""
    sent = saved_on(begun(folder), FIRST.date())
    arrives(
        folder, "x.eml", mail("kabul@example.org", FIRST, {"Kabul.xlsx": sent}, received=received)
    )
    assert days_told(folder, capsys) == [str(TODAY)]
    assert run(["status", str(folder), "--json", "--today", str(TODAY)]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["day"] == str(TODAY)


@pytest.mark.skipif(os.name == "nt", reason="no time zone can be set there")
def test_the_day_is_that_of_the_office_wherever_its_server_stands(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Kabul")
    time.tzset()
    try:
        late = datetime(2026, 7, 10, 13, 0, tzinfo=timezone(timedelta(hours=-7)))  # 00:30 in Kabul
        arrives(
            folder,
            "x.eml",
            mail("kabul@example.org", FIRST, {"Kabul.xlsx": book(1)}, received=late),
        )
        assert days_told(folder, capsys) == ["2026-07-11"]
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(("received", "told"), [(LATER, ["I018"]), (SENT + timedelta(days=15), [])])
def test_a_day_far_from_the_one_first_seen_is_a_finding(
    received: datetime, told: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sent = begun(folder)
    arrives(
        folder, "x.eml", mail("kabul@example.org", FIRST, {"Kabul.xlsx": sent}, received=received)
    )
    days_told(folder, capsys)
    run(["validate", str(folder), "--json", "--today", str(TODAY)])
    (file,) = json.loads(capsys.readouterr().out)["files"]
    assert [each["code"] for each in file["findings"] if each["code"] == "I018"] == told
    assert (file["arrived"], file["arrival"]) == (str(received.date()), "stated")


def test_a_day_that_a_person_states_beats_the_mail(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sent = begun(folder)
    came(folder, x_eml=mail("kabul@example.org", LATER, {"Kabul.xlsx": sent}).as_bytes())
    dataset = str(folder.parent / "dataset")
    assert (
        run(
            [
                "consolidate",
                str(folder),
                "-o",
                dataset,
                "--received",
                "2026-07-08",
                "--today",
                str(TODAY),
            ]
        )
        == 0
    )
    capsys.readouterr()
    assert run(["status", str(folder), "--json", "--today", str(TODAY), "--ledger", dataset]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["day"], row["by"]) == ("2026-07-08", "arrived")


def test_what_was_taken_in_stays_whatever_comes_later(folder: Path) -> None:
    """Names that are taken get a number; what was deleted or lies there by hand is not taken in again."""
    came(folder, a_zip=zipped({"x/return.xlsx": book(1), "y/RETURN.XLSX": book(2)}))
    assert returned(folder) == {"return.xlsx": book(1), "RETURN_2.xlsx": book(2)}
    (folder / "returned" / "return.xlsx").unlink()
    (folder / "returned" / "by hand.xlsx").write_bytes(book(3))
    found = came(
        folder,
        b_eml=mail(
            "a@example.org", SENT, {"third.xlsx": book(3), "fourth.xlsx": book(4)}
        ).as_bytes(),
    )
    assert [each.path.name for each in found.placed] == ["by hand.xlsx", "fourth.xlsx"]
    assert set(returned(folder)) == {"RETURN_2.xlsx", "by hand.xlsx", "fourth.xlsx"}
    with Ledger.open(folder, write=False) as ledger:
        assert len(ledger.rows()) == 4


def test_names_are_such_as_any_system_can_have(folder: Path) -> None:
    names = ("a:b?.xlsx", "con.xlsx", "x" * 200 + ".xlsx", "no ending", " .xlsx")
    made = mail("a@example.org", SENT, {name: book(n) for n, name in enumerate(names)})
    came(folder, x_eml=made.as_bytes())
    for name in returned(folder):
        assert len(name) < 80
        assert not set(name) & set('<>:"/\\|?*')
        assert name.lower() != "con.xlsx"
        assert name.endswith(".xlsx")


def test_names_in_older_encodings_are_read(folder: Path) -> None:
    """As mail programs of Russian and Arabic offices write them."""
    names = {"koi8-r": "Отчёт.xlsx", "windows-1256": "تقرير.xlsx"}
    for number, (charset, name) in enumerate(names.items()):
        field = f'; name="{Header(name, charset).encode(linesep="")}"'
        day = "Fri, 3 Jul 2026 09:30:00 +0000"
        arrives(folder, f"{number}.eml", old_mail("team@example.org", day, field, book(number)))
    came(folder)
    assert set(returned(folder)) == set(names.values())


def test_maildir(folder: Path) -> None:
    """With its folders; what is still being delivered is left."""
    (folder.parent / "came").mkdir()
    box = mailbox.Maildir(folder.parent / "came" / "Mail")
    box.add(mail("a@example.org", SENT, {"a.xlsx": book(1)}))
    box.add_folder("Returns").add(mail("b@example.org", SENT, {"b.xlsx": book(2)}))
    (folder.parent / "came" / "Mail" / "tmp" / "unfinished").write_bytes(b"From: x")
    found = came(folder)
    assert {each.path.name for each in found.placed} == {"a.xlsx", "b.xlsx"}
    assert (found.known, found.left, found.unopened) == (
        (),
        (),
        (),
    )  # no mail is opened as a file once more


def test_a_message_of_outlook_without_its_reader(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(data: bytes) -> None:
        raise ImportError

    monkeypatch.setattr(OutlookMessage, "of", missing)
    (told,) = open_layers(SourceFile("x.msg", msg("a@example.org", SENT, {})))
    assert "hrge-xl[mail]" in told.why  # type: ignore[union-attr]


def test_what_is_left_aside_is_named_and_no_fault(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = mail(
        "a@example.org",
        SENT,
        {"sig.p7s": b"x", "me.vcf": b"x", "x.url": b"x", "~$a.xlsx": b"x" * 165},
    )
    files = {
        "m.eml": with_logo(made),
        ".DS_Store": b"x",
        "desktop.ini": b"x",
        "scan.jpg": b"\xff\xd8\xff",
    }
    for name, content in files.items():
        arrives(folder, name, content)
    assert run(["receive", str(folder), str(folder.parent / "came"), "--today", str(TODAY)]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "left aside, card (1): me.vcf",
        "left aside, link (1): x.url",
        "left aside, logo (1): image001.png",
        "left aside, picture (1): scan.jpg",
        "left aside, signature (1): sig.p7s",
        "left aside, system (3): .DS_Store, desktop.ini, ~$a.xlsx",
    ]
    assert err == "0 workbooks taken in, 8 left aside.\n"


def test_files_that_a_program_left_are_no_returns_anywhere(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither for `validate` nor for `status`, where they lie among what came back."""
    left = "Thumbs.db desktop.ini ~$Kabul.xlsx .~lock.Kabul.xlsx# more.url .DS_Store ._x.xlsx"
    for name in left.split():
        (folder / "returned" / name).write_bytes(b"x" * 165)
    (folder / "returned" / "~$book.xlsx").write_bytes(book(1) + bytes(2000))
    assert run(["validate", str(folder), "--json"]) == 4
    files = json.loads(capsys.readouterr().out)["files"]
    assert [Path(each["path"]).name for each in files] == ["~$book.xlsx"]


def test_what_cannot_be_opened_is_told_with_what_to_do(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, content in {
        "a.rar": b"Rar!\x1a\x07\x00",
        "empty.xlsx": b"",
        "good.xlsx": book(1),
    }.items():
        arrives(folder, name, content)
    assert run(["receive", str(folder), str(folder.parent / "came")]) == 4
    out, err = capsys.readouterr()
    ask = "Ask the sender for the workbook itself."
    assert f"not opened: a.rar: a.rar is a RAR archive, which is not opened. {ask}" in out
    assert f"not opened: empty.xlsx: The file empty.xlsx is empty. {ask}" in out
    assert err == "1 workbook taken in, 2 not opened.\n"


@pytest.mark.parametrize("source", [".", "issued", "returned", ".."])
def test_what_the_round_wrote_itself_is_no_return(
    source: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A blank workbook that was issued would be an answer of nobody."""
    assert run(["receive", str(folder), str(folder / source)]) == 2
    assert "holds what the round itself wrote or received." in capsys.readouterr().err
    assert run(["receive", str(folder), str(folder / "nowhere.zip")]) == 2
    (folder / "inbox" / "a.xlsx").write_bytes(book(1))
    assert run(["receive", str(folder), str(folder / "inbox")]) == 0
    assert returned(folder) == {"a.xlsx": book(1)}


# what somebody sends who means harm


def nested(levels: int) -> bytes:
    """A zip in a zip in a zip."""
    made = zipped({"a.xlsx": book(1)})
    for _ in range(levels):
        made = zipped({"inner.zip": made})
    return made


def linked() -> bytes:
    """An archive with a symbolic link to a file of the system."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        entry = zipfile.ZipInfo("link.xlsx")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
    return target.getvalue()


def many_parts(count: int) -> bytes:
    part = b"--b\r\nContent-Type: application/x\r\n\r\nx\r\n"
    return (
        b'From: a@example.org\r\nSubject: x\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
        + part * count
        + b"--b--\r\n"
    )


def deep(levels: int) -> bytes:
    """Parts within parts within parts."""
    head = b"From: a@example.org\r\nSubject: x\r\n"
    return head + b"".join(
        f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n'.encode()
        for n in range(levels)
    )


MANY = zipped(dict.fromkeys(map(str, range(1500)), b""))
HOSTILE = {
    "a bomb, three archives deep": zipped(
        {"b.zip": zipped({"c.zip": zipped({"d.xlsx": bytes(30_000_000)})})}
    ),
    "a name that leads out of the folder": zipped({"../../../evil.xlsx": book(1)}),
    "an absolute name": zipped({"/evil.xlsx": book(1)}),
    "a drive of Windows": zipped({"C:\\evil.xlsx": book(1)}),
    "twelve archives, one in the other": nested(12),
    "too many files over two layers": zipped({"a.zip": MANY, "b.zip": MANY}),
    "ten thousand parts": many_parts(10_000),
    "parts within parts": deep(5_000),
    "no end": zipped({"a.xlsx": book(1)})[:-30],
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_sources(kind: str, folder: Path) -> None:
    """One thing is told, a return beside it is placed, and nothing else is written anywhere."""
    before = set(folder.parent.rglob("*"))
    suffix = "eml" if "parts" in kind else "zip"
    found = came(folder, **{f"hostile_{suffix}": HOSTILE[kind], "zz_xlsx": book(7)})
    assert len(found.unopened) == 1, found
    assert found.unopened[0].why.endswith("Ask the sender for the workbook itself.")
    assert [each.path.name for each in found.placed] == ["zz.xlsx"]
    new = {
        path.relative_to(folder.parent).as_posix() for path in {*folder.parent.rglob("*")} - before
    }
    assert {name for name in new if not name.startswith("came")} <= {
        "round/returned/zz.xlsx",
        "round/ledger.sqlite",
        "round/ledger.jsonl",
    }


def test_a_link_in_an_archive_is_no_link(folder: Path) -> None:
    """What is unpacked is what stands in the archive: the path itself."""
    found = came(folder, a_zip=linked())
    (placed,) = found.placed
    assert not placed.path.is_symlink()
    assert placed.path.read_bytes() == b"/etc/passwd"


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_among_sources_is_not_followed(folder: Path) -> None:
    inbox = folder.parent / "came"
    inbox.mkdir()
    (inbox / "a.xlsx").symlink_to("/etc/passwd")
    (inbox / "more").symlink_to("/etc")
    found = came(folder)
    assert [each.name for each in found.unopened] == ["a.xlsx"]
    assert not found.placed
    assert not found.left


def test_no_beginning_of_a_mail_stops_the_others(folder: Path) -> None:
    """A mail cut off at every place is read as far as it goes."""
    whole = with_logo(mail("Kabul <k@example.org>", SENT, {SCRIPTS[1]: book(1)})).as_bytes()
    for end in range(0, len(whole), 97):
        assert all(open_layers(SourceFile("x.eml", whole[:end], mail=True)))
    assert list(found_in([])) == []


def named_alike(ending: str, content: str) -> bytes:
    """A small archive, three deep, of very many files."""
    made = zipped({f"{number}.{ending}": (content * number).encode() for number in range(1790)})
    return zipped({"a.zip": zipped({"b.zip": made})})


@pytest.mark.parametrize(
    ("ending", "content"),
    [
        ("xlsx", ""),
        pytest.param("rar", "", marks=pytest.mark.deep),
        ("zip", "PK\5\6"),
        pytest.param("txt", "", marks=pytest.mark.deep),
        pytest.param("xlsx", "x", marks=pytest.mark.deep),
    ],
)
def test_one_small_archive_fills_no_screen(
    ending: str, content: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever it names very often, it is told in a bounded number of lines, and every file is accounted for."""
    hostile, honest = folder.parent / "hostile.zip", folder.parent / "honest.zip"
    hostile.write_bytes(named_alike(ending, content))
    honest.write_bytes(zipped({"Kabul.xlsx": book(1), "b.rar": b"Rar!\x1a\x07\x00"}))
    run(["receive", str(folder), str(hostile), str(honest), "--today", str(TODAY), "--json"])
    out = json.loads(capsys.readouterr().out)
    told = len(out["placed"]) + len(out["known"]) + len(out["left_aside"])
    assert told + sum(each["files"] for each in out["not_opened"]) == 1790 + 2
    assert "b.rar" in [each["name"] for each in out["not_opened"]]
    run(["receive", str(folder), str(hostile), str(honest), "--today", str(TODAY)])
    for command in ("validate", "status"):
        run([command, str(folder), "--today", str(TODAY)])
    out, err = capsys.readouterr()
    assert len((out + err).splitlines()) < 150
    assert max(map(len, out.splitlines())) < 1000
