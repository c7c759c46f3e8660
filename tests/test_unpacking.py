"""What lies in one file, layer by layer: workbooks, with the mail that they came in, and what is told of the rest."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hrge_xl import Found
from hrge_xl.reader.unpacking import ASK, MOST_LAYERS, SkippedFile, UnreadableContainer, Workbook
from tests.face import LIMITS, SourceFile, open_layers
from tests.letters import Storage, mail, message, msg, ole, tnef, with_logo, zipped

FIXTURES = Path(__file__).parent / "fixtures" / "intake"
BOOK = (FIXTURES / "resaved.xlsx").read_bytes()
SENT = datetime(2026, 7, 3, 9, 30, tzinfo=UTC)
TEAM, OFFICE = "team@example.org", "office@example.org"
DAY, LATER = "2026-07-03T09:30:00+00:00", "2026-07-05T09:30:00+00:00"
PDF = b"%PDF-1.4"


def told(found: Found) -> str:
    """Where something lies, what it is, and who sent it when."""
    what = {
        Workbook: lambda: getattr(found, "format", ""),
        SkippedFile: lambda: f"({getattr(found, 'what', '')})",
        UnreadableContainer: lambda: f"unopened: {getattr(found, 'why', '')}",
    }[type(found)]()
    email = found.place.email
    return " ".join(
        filter(None, ["/".join((*found.place.way, found.name)), what, email.sender, email.sent])
    )


def opened(name: str, data: bytes, **limits: int) -> list[str]:
    """What lies in a file."""
    return [told(each) for each in open_layers(SourceFile(name, data), replace(LIMITS, **limits))]


# zip archives

ZIPPED = {
    "folders": (
        zipped({"returns/kabul/a.xlsx": BOOK, "letter.pdf": PDF}),
        ["x.zip/a.xlsx xlsx", "x.zip/letter.pdf (PDF)"],
    ),
    "what macOS adds": (
        zipped(
            {
                "a.xlsx": BOOK,
                "__MACOSX/._a.xlsx": b"x",
                "__MACOSX/more/b.xlsx": BOOK,
                ".DS_Store": b"x",
            }
        ),
        [
            "x.zip/a.xlsx xlsx",
            "x.zip/._a.xlsx (system)",
            "x.zip/b.xlsx (system)",
            "x.zip/.DS_Store (system)",
        ],
    ),
    "an archive in it": (
        zipped({"inner.zip": zipped({"a.xlsx": BOOK})}),
        ["x.zip/inner.zip/a.xlsx xlsx"],
    ),
    "a name in UTF-8 that does not say so": (
        zipped({"Пакистан.xlsx".encode().decode("cp437"): BOOK}).replace(
            b"\x00\x08\x00\x00", b"\x00\x00\x00\x00"
        ),
        ["x.zip/Пакистан.xlsx xlsx"],
    ),
    "a name in cp437": (zipped({"Größe.xlsx": BOOK}), ["x.zip/Größe.xlsx xlsx"]),
    "nothing": (zipped({}), [f"x.zip unopened: The file x.zip is empty. {ASK}"]),
    "nothing but a folder": (
        zipped({"returns/": b""}),
        [f"x.zip unopened: The file x.zip is empty. {ASK}"],
    ),
    "an archive of another kind": (
        zipped({"a.rar": b"Rar!\x1a\x07\x00"}),
        [f"x.zip/a.rar unopened: a.rar is a RAR archive, which is not opened. {ASK}"],
    ),
    "an archive under no name of one": (
        zipped({"returns": b"7z\xbc\xaf\x27\x1c"}),
        [f"x.zip/returns unopened: returns is a 7-Zip archive, which is not opened. {ASK}"],
    ),
}


@pytest.mark.parametrize("kind", ZIPPED)
def test_a_zip_archive(kind: str) -> None:
    data, expected = ZIPPED[kind]
    assert opened("x.zip", data) == expected


def test_limits_hold_over_all_layers() -> None:
    """Neither of the two archives is too much: both together are."""
    archive = zipped(
        {"a.zip": zipped({"1.xlsx": BOOK, "2.xlsx": BOOK}), "b.zip": zipped({"3.xlsx": BOOK})}
    )
    assert [line.split(" ")[0] for line in opened("x.zip", archive, entries=5)] == [
        "x.zip/a.zip/1.xlsx",
        "x.zip/a.zip/2.xlsx",
        "x.zip/b.zip/3.xlsx",
    ]
    *_, last = opened("x.zip", archive, entries=4)
    assert last.startswith("x.zip/b.zip unopened: The file b.zip has 5 parts")
    *_, last = opened("x.zip", archive, total_bytes=11 * len(BOOK) // 2)
    assert last.startswith("x.zip/b.zip unopened: ")
    assert last.endswith(ASK)


# winmail.dat

WRAPPED = {
    "long names": (
        tnef({"بازگشت.xlsx": BOOK, "letter.pdf": PDF}),
        ["winmail.dat/بازگشت.xlsx xlsx", "winmail.dat/letter.pdf (PDF)"],
    ),
    "short names": (tnef({"Größe.xls": BOOK}, long_names=False), ["winmail.dat/Größe.xls xlsx"]),
    "a long name in bytes": (
        tnef({"a.xlsx": BOOK}).replace(
            struct.pack("<LLLL", 1, 0x3707001F, 1, 14) + "a.xlsx\0".encode("utf-16-le"),
            struct.pack("<LLLL", 1, 0x3707001E, 1, 14) + b"Gr\xf6\xdfe a.xlsx\0\0",
        ),
        ["winmail.dat/Größe a.xlsx xlsx"],
    ),
    "no name": (tnef({"": BOOK}, long_names=False), ["winmail.dat/attachment xlsx"]),
    "text alone": (tnef({}), ["winmail.dat (letter)"]),
    "an archive": (
        tnef({"all.zip": zipped({"a.xlsx": BOOK})}),
        ["winmail.dat/all.zip/a.xlsx xlsx"],
    ),
    "no end": (tnef({"a.xlsx": BOOK, "b.xlsx": BOOK})[: -len(BOOK)], ["winmail.dat/a.xlsx xlsx"]),
}


@pytest.mark.parametrize("kind", WRAPPED)
def test_a_winmail_dat(kind: str) -> None:
    data, expected = WRAPPED[kind]
    assert opened("winmail.dat", data) == expected


def test_a_winmail_dat_that_is_too_much() -> None:
    data = tnef({"a.xlsx": BOOK, "b.xlsx": BOOK})
    assert opened("winmail.dat", data, entries=1) == [
        f"winmail.dat unopened: The file winmail.dat has 2 parts; at most 1 are read. {ASK}"
    ]


# messages of Outlook

FIXED = "__properties_version1.0"  # the properties that have a fixed length
TICKS = int((SENT - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10_000_000


def changed(**parts: bytes | Storage | None) -> bytes:
    """A message with one workbook, after some of its parts were changed or, with None, taken out."""
    made = message(TEAM, SENT, {"a.xlsx": BOOK}, head=32) | parts
    return ole({name: content for name, content in made.items() if content is not None})


def moment(ticks: int, property_: int = 0x00390040) -> bytes:
    """The properties of fixed length, with one moment."""
    return (bytes(32) + struct.pack("<LLQ", property_, 6, ticks)).ljust(4096, b"\0")


HEADERS = "From: x\r\nDate: Sun, 5 Jul 2026 09:30:00 +0000\r\n\r\n".encode("utf-16-le")
SENDER, SENDER_ELSEWHERE = "__substg1.0_5D01001F", "__substg1.0_0C1F001F"
ATTACHED = "__attach_version1.0_#00000000"
MESSAGES = {  # with what is in each, a line a thing
    "a workbook": (msg(TEAM, SENT, {"a.xlsx": BOOK}), f"x.msg/a.xlsx xlsx {TEAM} {DAY}"),
    "an archive": (
        msg(TEAM, SENT, {"all.zip": zipped({"a.xlsx": BOOK})}),
        f"x.msg/all.zip/a.xlsx xlsx {TEAM} {DAY}",
    ),
    "nothing": (
        msg(TEAM, SENT, {}, subject="A question"),
        f"x.msg/A question (letter) {TEAM} {DAY}",
    ),
    "nothing, not even a subject": (
        msg(TEAM, SENT, {}, subject=""),
        f"x.msg/x.msg (letter) {TEAM} {DAY}",
    ),
    "the day of its headers": (
        changed(**{"__substg1.0_007D001F": HEADERS}),
        f"x.msg/a.xlsx xlsx {TEAM} {LATER}",
    ),
    "the day of its delivery": (
        changed(**{FIXED: moment(TICKS, 0x0E060040)}),
        f"x.msg/a.xlsx xlsx {TEAM} {DAY}",
    ),
    "no day": (
        changed(**{FIXED: None, ATTACHED: {"__substg1.0_37010102": BOOK, FIXED: bytes(8)}}),
        f"x.msg/attachment xlsx {TEAM}",
    ),
    "a day that is in no calendar": (
        changed(**{FIXED: moment(2**64 - 1)}),
        f"x.msg/a.xlsx xlsx {TEAM}",
    ),
    "a day long before there was any mail": (
        changed(**{FIXED: moment(1)}),
        f"x.msg/a.xlsx xlsx {TEAM}",
    ),
    "another property alone": (
        changed(**{FIXED: moment(TICKS, 0x30070040)}),
        f"x.msg/a.xlsx xlsx {TEAM}",
    ),
    "the other address of its sender": (
        changed(**{SENDER: None, SENDER_ELSEWHERE: OFFICE.encode("utf-16-le")}),
        f"x.msg/a.xlsx xlsx {OFFICE} {DAY}",
    ),
    "a sender without an address": (
        changed(**{SENDER: "/O=OFFICE/CN=TEAM".encode("utf-16-le")}),
        f"x.msg/a.xlsx xlsx {DAY}",
    ),
    "a sender in bytes": (
        changed(**{SENDER: None, "__substg1.0_5D01001E": TEAM.encode()}),
        f"x.msg/a.xlsx xlsx {TEAM} {DAY}",
    ),
    "an attachment without a name": (
        changed(**{ATTACHED: {"__substg1.0_37010102": BOOK}}),
        f"x.msg/attachment xlsx {TEAM} {DAY}",
    ),
    "a logo": (
        changed(
            **{
                ATTACHED: {
                    "__substg1.0_3704001F": "image1.png".encode("utf-16-le"),
                    "__substg1.0_3712001F": "logo@x".encode("utf-16-le"),
                    "__substg1.0_37010102": b"\x89PNG\r\n\x1a\n",
                }
            }
        ),
        f"x.msg/Return (letter) {TEAM} {DAY}\nx.msg/image1.png (logo) {TEAM} {DAY}",
    ),
    "a link in its text": (
        changed(
            **{ATTACHED: None, "__substg1.0_1000001F": "See https://we.tl/t-1".encode("utf-16-le")}
        ),
        f"x.msg/Return (link to WeTransfer) {TEAM} {DAY}",
    ),
    "a link in its page": (
        changed(
            **{ATTACHED: None, "__substg1.0_10130102": b'<a href="https://x.sharepoint.com/:x:/g">'}
        ),
        f"x.msg/Return (link to SharePoint) {TEAM} {DAY}",
    ),
    "a link to anything else": (
        changed(
            **{ATTACHED: None, "__substg1.0_1000001F": "https://notdropbox.com".encode("utf-16-le")}
        ),
        f"x.msg/Return (letter) {TEAM} {DAY}",
    ),
    "an attachment that is elsewhere": (
        changed(**{ATTACHED: {"__substg1.0_3707001F": "a.xlsx".encode("utf-16-le")}}),
        f"x.msg/a.xlsx unopened: The file a.xlsx is empty. {ASK} {TEAM} {DAY}",
    ),
    "no end": (
        msg(TEAM, SENT, {"a.xlsx": BOOK})[:-512],
        f"x.msg unopened: The message x.msg is damaged. {ASK}",
    ),
    "a document": (ole({"WordDocument": b"x"}), "x.msg (other)"),
}


@pytest.mark.parametrize("kind", MESSAGES)
def test_a_message_of_outlook(kind: str) -> None:
    data, expected = MESSAGES[kind]
    assert opened("x.msg", data) == expected.splitlines()


def test_a_message_that_is_attached_to_another() -> None:
    """The innermost letter says whose the workbook is."""
    inner = message(TEAM, SENT, {"a.xlsx": BOOK})
    outer = msg(OFFICE, SENT + timedelta(days=2), {"Our return": inner, "letter.pdf": PDF})
    assert opened("x.msg", outer) == [
        f"x.msg/Our return.msg/a.xlsx xlsx {TEAM} {DAY}",
        f"x.msg/letter.pdf (PDF) {OFFICE} {LATER}",
    ]
    outer_of_a_price = msg(OFFICE, SENT, {"~$ 500": inner})
    assert opened("x.msg", outer_of_a_price) == [f"x.msg/~$ 500.msg/a.xlsx xlsx {TEAM} {DAY}"]
    assert (
        opened("fwd.zip", zipped({"x.msg": outer}))[0]
        == f"fwd.zip/x.msg/Our return.msg/a.xlsx xlsx {TEAM} {DAY}"
    )


def test_a_message_that_is_too_much() -> None:
    (told,) = opened("x.msg", msg(TEAM, SENT, {"a.xlsx": BOOK, "b.xlsx": BOOK}), entries=1)
    assert told == f"x.msg unopened: The file x.msg has 2 parts; at most 1 are read. {ASK}"
    *_, told = opened(
        "x.msg", msg(TEAM, SENT, {"a.xlsx": BOOK, "b.xlsx": BOOK}), total_bytes=len(BOOK)
    )
    assert told.startswith("x.msg unopened: ")


def messages_within(levels: int) -> bytes:
    """A workbook in so many messages."""
    files: dict[str, bytes | Storage] = {"a.xlsx": BOOK}
    for _ in range(levels - 1):
        files = {"inner": message(TEAM, SENT, files)}
    return msg(TEAM, SENT, files)


def mails_within(levels: int) -> bytes:
    """A workbook in so many mails."""
    made = mail(TEAM, SENT, {"a.xlsx": BOOK})
    for _ in range(levels - 1):
        made = mail(TEAM, SENT, {"fwd.eml": made})
    return made.as_bytes()


def zips_within(levels: int) -> bytes:
    """A workbook in so many archives."""
    made = BOOK
    for level in range(levels):
        made = zipped({"inner.zip" if level else "a.xlsx": made})
    return made


@pytest.mark.parametrize("within", [messages_within, mails_within, zips_within])
def test_as_many_layers_as_there_may_be(within: Callable[[int], bytes]) -> None:
    (last,) = open_layers(SourceFile("x", within(MOST_LAYERS)))
    assert (type(last), last.name, len(last.place.way)) == (Workbook, "a.xlsx", MOST_LAYERS)
    (last,) = open_layers(SourceFile("x", within(MOST_LAYERS + 1)))
    assert isinstance(last, UnreadableContainer)
    assert last.why == f"It is nested in more than {MOST_LAYERS} e-mails and archives. {ASK}"


# mails

MAILS = {
    "a workbook and a logo": (
        with_logo(mail(TEAM, SENT, {"a.xlsx": BOOK})).as_bytes(),
        [f"x.eml/a.xlsx xlsx {TEAM} {DAY}", f"x.eml/image001.png (logo) {TEAM} {DAY}"],
    ),
    "forwarded": (
        mail(
            OFFICE, SENT + timedelta(days=2), {"fwd.eml": mail(TEAM, SENT, {"a.xlsx": BOOK})}
        ).as_bytes(),
        [f"x.eml/Return.eml/a.xlsx xlsx {TEAM} {DAY}"],
    ),
    "forwarded without its head": (
        mail(OFFICE, SENT, {"winmail.dat": tnef({"a.xlsx": BOOK})}).as_bytes(),
        [f"x.eml/winmail.dat/a.xlsx xlsx {OFFICE} {DAY}"],
    ),
    "nothing": (
        mail(TEAM, SENT, {}, subject="A question").as_bytes(),
        [f"x.eml/A question (letter) {TEAM} {DAY}"],
    ),
}


@pytest.mark.parametrize("kind", MAILS)
def test_a_mail(kind: str) -> None:
    data, expected = MAILS[kind]
    assert opened("x.eml", data) == expected


# files that hold no others

FILES = {
    "a workbook": ("a.xlsx", BOOK, "a.xlsx xlsx"),
    "a workbook under another name": ("return", BOOK, "return xlsx"),
    "half a workbook": (
        "a.xlsx",
        BOOK[:-100],
        "a.xlsx xlsx",
    ),  # what is wrong with it is told when it is read
    "half a workbook under another name": (
        "a",
        BOOK[:-100],
        f"a unopened: The file a is damaged: its end is missing or cannot be understood. {ASK}",
    ),
    "an old workbook": ("a.xls", (FIXTURES / "returned.xls").read_bytes(), "a.xls xls"),
    "an old workbook under a password": (
        "a.xls",
        (FIXTURES / "locked.xls").read_bytes(),
        "a.xls encrypted",
    ),
    "a workbook of LibreOffice": ("a", (FIXTURES / "returned.ods").read_bytes(), "a ods"),
    "a text that is named as a workbook": ("a.csv", b"a;b", "a.csv"),
    "an empty workbook": ("a.xlsx", b"", f"a.xlsx unopened: The file a.xlsx is empty. {ASK}"),
    "a document": (
        "a.docx",
        zipped({"[Content_Types].xml": b"wordprocessingml"}),
        "a.docx (document)",
    ),
    "another archive": (
        "a.gz",
        b"",
        f"a.gz unopened: a.gz is a gzip archive, which is not opened. {ASK}",
    ),
    "a lock file": ("~$a.xlsx", bytes(165), "~$a.xlsx (system)"),
    "a workbook named as a lock file": ("~$a.xlsx", BOOK, "~$a.xlsx xlsx"),
    "something else": ("notes", b"x", "notes (other)"),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_holds_no_other(kind: str) -> None:
    name, data, expected = FILES[kind]
    assert opened(name, data) == [expected]


def test_a_file_that_could_not_be_read() -> None:
    assert list(map(told, open_layers(SourceFile("a.xlsx", problem="It is too large.")))) == [
        "a.xlsx unopened: It is too large."
    ]
