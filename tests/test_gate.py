"""What is let in to be read, and what is turned away with which finding."""

from __future__ import annotations

import hashlib
import io
import os
import random
import sys
import tracemalloc
import zipfile
from dataclasses import replace
from pathlib import Path

import msoffcrypto.format.ooxml
import pytest

from hrge_xl.reader import gate
from tests.face import (
    CATALOGUE,
    LIMITS,
    File,
    Finding,
    MessageTemplate,
    Refusal,
    Unreadable,
    ZipPackage,
    kind_called,
    ooxml,
    open_untrusted,
    other_formats,
    sentence,
)
from tests.intake_files import (
    COMPRESSED_SIZE,
    HEADER_OFFSET,
    METHOD,
    SIZE,
    directory_field,
    members,
    pack,
    sheet,
    workbook,
)

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SHEET = "xl/worksheets/sheet1.xml"


def ole(stream: str) -> bytes:
    """The beginning of an OLE file with one directory entry."""
    return OLE + bytes(504) + stream.encode("utf-16-le").ljust(512, b"\0")


def arrived(folder: Path, data: bytes, name: str = "return.xlsx") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def refusal(folder: Path, data: bytes, name: str = "return.xlsx") -> Finding:
    """Why these bytes are not let in; asked twice, answered alike, with hash and size."""
    outcome = open_untrusted(arrived(folder, data, name))
    assert outcome == open_untrusted(folder / name)
    assert isinstance(outcome, Refusal)
    if outcome.sha256 is not None:
        assert (outcome.sha256, outcome.size) == (hashlib.sha256(data).hexdigest(), len(data))
    return outcome.observations[0]


def why(path: Path, password: str | None = None) -> Finding:
    """Why a file is turned away."""
    outcome = open_untrusted(path, [password] if password else ())
    assert isinstance(outcome, Refusal)
    return outcome.observations[0]


def admitted(path: Path, password: str | None = None) -> File:
    """A file that is let in."""
    outcome = open_untrusted(path, [password] if password else ())
    assert isinstance(outcome, File)
    return outcome


def test_a_workbook_is_admitted_with_hash_and_size(tmp_path: Path) -> None:
    data = workbook(sheet())
    outcome = open_untrusted(arrived(tmp_path, data, "return.doc"))
    assert outcome == File(
        str(tmp_path / "return.doc"), hashlib.sha256(data).hexdigest(), len(data), "xlsx", data
    )


FORMATS = {
    "xlsx": "vnd.openxmlformats-officedocument.spreadsheetml.sheet.main",
    "xlsm": "vnd.ms-excel.sheet.macroEnabled.main",
    "xlsb": "vnd.ms-excel.sheet.binary.macroEnabled.main",
}


@pytest.mark.parametrize("format", FORMATS)
def test_the_content_tells_the_format_not_the_name(tmp_path: Path, format: str) -> None:
    contents = members(workbook(sheet()))
    types = contents["[Content_Types].xml"].replace(
        FORMATS["xlsx"].encode(), FORMATS[format].encode()
    )
    data = pack({**contents, "[Content_Types].xml": types})
    assert admitted(arrived(tmp_path, data, "return.pdf")).format == format


def test_xls_and_ods_are_admitted(tmp_path: Path) -> None:
    ods = pack(
        {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"}
    )
    for data, format in ((ods, "ods"), (ole("Workbook"), "xls"), (ole("Book"), "xls")):
        assert admitted(arrived(tmp_path, data)).format == format


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
NOT_WORKBOOKS = {
    "web page": (b"\xef\xbb\xbf\r\n<!DOCTYPE html><html></html>", "a web page (HTML)"),
    "web table": (b"<html xmlns:x='urn:schemas-microsoft-com:office:excel'>", "a web page (HTML)"),
    "XML spreadsheet": (
        b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
        "an XML spreadsheet of Excel 2003",
    ),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3", "a PDF document"),
    "RTF": (b"{\\rtf1\\ansi}", "a rich text (RTF) document"),
    "CSV": ("country;victims\nPérou;3\n".encode(), "a text file, perhaps CSV"),
    "CSV in Latin-1": ("country;victims\nPérou;3\n".encode("latin-1"), "a text file, perhaps CSV"),
    "CSV in UTF-16": ("a\tb\n".encode("utf-16"), "a text file, perhaps CSV"),
    "JSON": (b'{"a": 1}', "a JSON text file"),
    "e-mail": (b"Received: from mail.example.org\r\n", "an e-mail"),
    "picture": (b"\x89PNG\r\n\x1a\n\0\0", "a picture"),
    "noise": (bytes(range(256)), "a file of an unknown kind"),
    "Word": (pack({"[Content_Types].xml": f'<Override ContentType="{WORD}"/>'}), "a Word document"),
    "old Word": (ole("WordDocument"), "a Word document"),
    "Outlook": (ole("__properties_version1.0"), "an Outlook message"),
    "unknown OLE": (ole("Contents"), "an old office file of an unknown kind"),
    "OpenDocument text": (
        pack({"mimetype": "application/vnd.oasis.opendocument.text"}),
        "an OpenDocument text",
    ),
    "archive": (pack({"readme.txt": "x"}), "a zip archive"),
    "archive of workbooks": (
        pack({"a.xlsx": "x"}),
        "a zip archive with workbooks in it; unpack it first",
    ),
    "Numbers": (pack({"Index/Document.iwa": "x"}), "a Numbers or Pages document of Apple"),
}


@pytest.mark.parametrize(("data", "what"), NOT_WORKBOOKS.values(), ids=NOT_WORKBOOKS.keys())
def test_what_is_no_workbook_is_named(tmp_path: Path, data: bytes, what: str) -> None:
    observation = refusal(tmp_path, data)
    assert (observation.code, observation.details) == ("F007", {"what": MessageTemplate(what)})


def test_a_stream_name_inside_a_text_is_no_stream(tmp_path: Path) -> None:
    data = ole("Workbook") + b"\0" + "WordDocument".encode("utf-16-le") + b"\0\0"
    assert isinstance(open_untrusted(arrived(tmp_path, data)), File)


def test_a_workbook_of_the_name_of_a_lock_file_is_read(tmp_path: Path) -> None:
    assert isinstance(open_untrusted(arrived(tmp_path, ole("Workbook"), "~$return.xls")), File)


def test_too_large_files_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "return.xlsx"
    with path.open("wb") as file:
        file.truncate(LIMITS.file_bytes + 1)
    size = LIMITS.file_bytes + 1
    observation = kind_called("file-too-large").at(size="25.0 MB", limit="25.0 MB")
    assert open_untrusted(path) == Refusal(
        str(path), hashlib.sha256(bytes(size)).hexdigest(), size, (observation,)
    )
    with path.open("wb") as file:
        file.truncate(LIMITS.file_bytes)
    assert why(path).code == "F007"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    target = arrived(tmp_path, workbook(sheet()))
    link, pipe, folder = tmp_path / "link.xlsx", tmp_path / "pipe.xlsx", tmp_path / "folder.xlsx"
    link.symlink_to(target)
    os.mkfifo(pipe)
    folder.mkdir()
    assert open_untrusted(link) == Refusal(
        str(link), None, None, (kind_called("link-not-file").at(),)
    )
    assert open_untrusted(pipe) == Refusal(
        str(pipe), None, None, (kind_called("not-a-regular-file").at(),)
    )
    assert open_untrusted(folder) == Refusal(
        str(folder), None, None, (kind_called("folder-not-file").at(),)
    )


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing.xlsx", "there is no such file"),
        ("x" * 300, "its name is too long"),
        ("nul\0.xlsx", "the system refuses to open it"),
    ],
    ids=["missing", "long", "nul"],
)
def test_files_that_cannot_be_opened(tmp_path: Path, name: str, reason: str) -> None:
    assert why(tmp_path / name) == kind_called("unreadable-file").at(reason=MessageTemplate(reason))


def test_forbidden_files_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    path = arrived(tmp_path, b"x")
    monkeypatch.setattr(os, "open", forbidden)
    assert why(path) == kind_called("unreadable-file").at(
        reason=MessageTemplate("you are not allowed to open it")
    )


def renamed(data: bytes, name: bytes, other: bytes) -> bytes:
    assert len(name) == len(other)
    return data.replace(name, other)


def with_members(count: int) -> bytes:
    contents = dict.fromkeys((f"x/{number}" for number in range(count)), "")
    return pack(contents, zipfile.ZIP_STORED)


def duplicated() -> bytes:
    data = pack({**members(workbook(sheet())), "xl/worksheets/sheet2.xml": "x"})
    return renamed(data, b"sheet2.xml", b"sheet1.xml")


def overlapping() -> bytes:
    """Every entry of the directory points at the member before it."""
    data = pack({"a.xml": "same" * 99, "b.xml": "same" * 99})
    data = directory_field(data, "b.xml", *HEADER_OFFSET, 0)
    return data.replace(b"b.xml", b"a.xml").replace(b"a.xml", b"A.xml", 1)


def nested_quine() -> bytes:
    """The stored member `outer` contains, as its bytes, the whole member `inner` that is listed too."""
    inner = pack({"inner": "x"}, zipfile.ZIP_STORED)
    local = inner[: inner.index(b"PK\x01\x02")]
    data = pack({"outer": local, "inner": "x"}, zipfile.ZIP_STORED)
    return directory_field(data, "inner", *HEADER_OFFSET, data.index(local))


PLAIN = workbook(sheet())
ZIPS = {
    "first half": (PLAIN[: len(PLAIN) // 2], "F008"),
    "without its last byte": (PLAIN[:-1], "F008"),
    "only the beginning": (b"PK\x03\x04", "F008"),
    "directory of nonsense": (renamed(PLAIN, b"PK\x01\x02", b"PK\x01\x09"), "F008"),
    "header beyond the end": (directory_field(PLAIN, SHEET, *HEADER_OFFSET, 2**31), "F008"),
    "2,001 entries": (with_members(2_001), "F009"),
    "leading out": (pack({"../evil.xml": "x"}), "F010"),
    "leading out inside": (pack({"xl/../../evil.xml": "x"}), "F010"),
    "absolute": (pack({"/etc/passwd": "x"}), "F010"),
    "drive": (pack({"C:evil": "x"}), "F010"),
    "backslash": (renamed(pack({"xl/evil": "x"}), b"xl/evil", b"xl\\evil"), "F010"),
    "nul": (renamed(pack({"xl/evil": "x"}), b"xl/evil", b"xl\0evil"), "F010"),
    "twice": (duplicated(), "F011"),
    "twice but for capitals": (pack({"xl/a.xml": "x", "XL/A.xml": "y"}), "F011"),
    "inside another": (nested_quine(), "F012"),
    "reaching too far": (directory_field(PLAIN, SHEET, *COMPRESSED_SIZE, 100_000), "F012"),
    "bzip2": (pack({"a.xml": "x"}, zipfile.ZIP_BZIP2), "F013"),
    "unknown method": (directory_field(PLAIN, SHEET, *METHOD, 99), "F013"),
    "zip password": (directory_field(PLAIN, SHEET, 8, "<H", 1), "F033"),
    "strong zip password": (directory_field(PLAIN, SHEET, 8, "<H", 0x41), "F033"),
    "zip password with AES": (
        directory_field(directory_field(PLAIN, SHEET, *METHOD, 99), SHEET, 8, "<H", 1),
        "F033",
    ),
    "bomb": (pack({"a.xml": bytes(2 * 1024 * 1024)}), "F014"),
    "100 MB part": (directory_field(PLAIN, SHEET, *SIZE, LIMITS.part_bytes + 1), "F015"),
    "wrong name in the header": (
        PLAIN.replace(SHEET.encode(), b"xl/worksheets/sheet9.xml", 1),
        "F029",
    ),
}


@pytest.mark.parametrize(("data", "code"), ZIPS.values(), ids=ZIPS.keys())
def test_faults_of_the_zip_are_found_before_inflating(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes, code: str
) -> None:
    monkeypatch.setattr(ZipPackage, "read", lambda *_: pytest.fail("inflated"))
    assert refusal(tmp_path, data).code == code


def test_a_zip_with_a_password_is_told_as_one(tmp_path: Path) -> None:
    data = directory_field(PLAIN, SHEET, 8, "<H", 1)
    observation = refusal(tmp_path, data)
    told = sentence(
        CATALOGUE[observation.code].message, {"file": "return.xlsx", **observation.details}
    )
    assert told == (
        f"The part {SHEET} of the file return.xlsx is encrypted: the zip was protected with a password."
    )


def in_the_middle(data: bytes, foreign: bytes) -> bytes:
    """Bytes between two members: the directory is moved, and so are the members behind."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        second = archive.infolist()[1].header_offset
    moved = bytearray(data[:second] + foreign + data[second:])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [info.filename for info in archive.infolist()]
        offsets = {info.filename: info.header_offset for info in archive.infolist()}
    for name in names:
        if offsets[name] >= second:
            moved = bytearray(
                directory_field(bytes(moved), name, *HEADER_OFFSET, offsets[name] + len(foreign))
            )
    end = moved.rindex(b"PK\x05\x06")
    start = int.from_bytes(moved[end + 16 : end + 20], "little") + len(foreign)
    moved[end + 16 : end + 20] = start.to_bytes(4, "little")
    return bytes(moved)


PAGE = b"<html><script>alert(1)</script></html>".ljust(64)
POLYGLOTS = {
    "behind": (PLAIN + PAGE, ("0", "0", "64")),
    "in a comment": (PLAIN[:-2] + b"\x40\x00" + PAGE, ("0", "0", "64")),
    "within": (in_the_middle(PLAIN, PAGE), ("0", "64", "0")),
    "before": (b"PK\x03\x04" + PAGE + PLAIN, ("68", "0", "0")),
    "everywhere": (b"PK\x03\x04" + in_the_middle(PLAIN, PAGE * 32) + PAGE, ("4", "2,048", "64")),
}


@pytest.mark.parametrize("kind", POLYGLOTS)
def test_bytes_beside_the_workbook_are_told_and_it_is_read(kind: str, tmp_path: Path) -> None:
    data, counts = POLYGLOTS[kind]
    assert isinstance(open_untrusted(arrived(tmp_path, data)), File)
    found = ooxml.read(data)
    assert found.observations == [
        kind_called("foreign-bytes").at(
            **dict(zip(("before", "between", "behind"), counts, strict=True))
        )
    ]
    assert [each.name for each in found.sheets] == ["S1"]


def test_what_programs_write_into_a_zip_is_no_foreign_bytes(tmp_path: Path) -> None:
    """Sizes behind a member whose header could not have them yet, and whole folders."""

    class Pipe(io.BytesIO):
        def tell(self) -> int:
            raise OSError

    target = Pipe()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/", b"")
        for name, content in members(PLAIN).items():
            archive.writestr(name, content)
    assert b"PK\x07\x08" in target.getvalue()
    assert ZipPackage(target.getvalue()).observations == []


def test_two_members_may_not_share_their_bytes(tmp_path: Path) -> None:
    assert refusal(tmp_path, overlapping()).code in {"F011", "F012", "F029"}


def test_just_within_the_limits_of_the_zip() -> None:
    assert len(ZipPackage(with_members(2_000)).names) == 2_000
    assert ZipPackage(pack({"a.xml": bytes(1024 * 1024)})).read("A.XML") == bytes(1024 * 1024)
    exact = replace(LIMITS, part_bytes=10, total_bytes=15)
    assert ZipPackage(pack({"a": "x" * 10, "b": "x" * 5}), exact).names == ["a", "b"]
    for contents in ({"a": "x" * 11}, {"a": "x" * 10, "b": "x" * 6}):
        with pytest.raises(Unreadable) as caught:
            ZipPackage(pack(contents), exact)
        assert caught.value.observation.code == "F015"


def test_a_part_that_lies_about_its_size_or_is_damaged() -> None:
    content = random.Random(1).randbytes(64).hex() * 9
    data = pack({"a.xml": content})
    start = data.index(b"a.xml") + 5
    faults = (
        directory_field(data, "a.xml", *SIZE, 100),
        directory_field(data, "a.xml", 16, "<I", 1),
        data[: start + 9] + bytes(20) + data[start + 29 :],
    )
    for damaged in faults:
        with pytest.raises(Unreadable) as caught:
            ZipPackage(damaged).read("a.xml")
        assert caught.value.observation == kind_called("damaged-part").at(part="a.xml")


def test_a_part_that_lies_about_its_size_takes_no_more_than_it_says() -> None:
    data = directory_field(pack({"a.xml": b"0" * 20_000_000}), "a.xml", *SIZE, 100)
    tracemalloc.start()
    with pytest.raises(Unreadable):
        ZipPackage(data).read("a.xml")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 1_000_000


LARGER = pack({**members(PLAIN), "docProps/thumbnail.jpeg": random.Random(2).randbytes(9_000)})


def encrypted(password: str) -> bytes:
    sealed = io.BytesIO()
    msoffcrypto.format.ooxml.OOXMLFile(io.BytesIO(LARGER)).encrypt(password, sealed)
    return sealed.getvalue()


def test_encrypted_workbooks(tmp_path: Path) -> None:
    data = encrypted("Pa§s")
    path = arrived(tmp_path, data)
    assert refusal(tmp_path, data).code == "F004"
    assert why(path, "pa§s") == kind_called("wrong-password").at()
    opened = open_untrusted(path, ["Pa§s"])
    assert opened == File(str(path), hashlib.sha256(data).hexdigest(), len(data), "xlsx", LARGER)


def test_of_several_passwords_the_one_that_fits_opens_it(tmp_path: Path) -> None:
    path = arrived(tmp_path, encrypted("Pa§s"))
    opened = open_untrusted(path, ["another", "Pa§s", "a third"])
    assert isinstance(opened, File)
    assert opened.data == LARGER


def test_what_is_saved_anew_while_it_is_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another version may be exactly as long."""
    path = arrived(tmp_path, LARGER)
    size_of = gate.size_of

    def save_meanwhile(file: io.BufferedReader) -> int:
        path.write_bytes(LARGER)
        os.utime(path, (0, 0))
        return size_of(file)

    monkeypatch.setattr(gate, "size_of", save_meanwhile)
    assert why(path) == kind_called("changed-while-read").at()


def test_a_damaged_encrypted_workbook_is_no_error_of_ours(tmp_path: Path) -> None:
    assert (
        why(arrived(tmp_path, ole("EncryptedPackage")), "x") == kind_called("wrong-password").at()
    )


FIXTURES = Path(__file__).parent / "fixtures" / "intake"


@pytest.mark.parametrize(
    ("name", "format"), [("small.xls", "xls"), ("small.ods", "ods"), ("resaved.xlsx", "xlsx")]
)
@pytest.mark.parametrize("extra", [True, False], ids=["with the extra", "without it"])
def test_an_unprotected_workbook_needs_no_password(
    name: str, format: str, extra: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if not extra:
        without_the_extra(monkeypatch, tmp_path)
    found = admitted(FIXTURES / name, "some password")
    assert (found.format, found.data) == (format, (FIXTURES / name).read_bytes())


def without_the_extra(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Processes that read find a package that cannot be imported."""
    (folder / "path").mkdir()
    (folder / "path" / "msoffcrypto.py").write_text("raise ImportError(__name__)")
    monkeypatch.syspath_prepend(folder / "path")


def test_a_protected_xls_is_told_from_a_damaged_one() -> None:
    locked = FIXTURES / "locked.xls"  # small.xls, saved by LibreOffice with a password
    assert why(locked) == kind_called("encrypted-workbook").at()
    assert why(locked, "wrong") == kind_called("wrong-password").at()
    opened = admitted(locked, "open sesame")
    assert opened.format == "xls"
    names = [sheet.name for sheet in other_formats.read(opened.data, "xls").sheets]
    assert names == [
        sheet.name
        for sheet in other_formats.read((FIXTURES / "small.xls").read_bytes(), "xls").sheets
    ]


def test_a_protected_ods_is_told_from_a_damaged_one() -> None:
    assert why(FIXTURES / "locked.ods") == kind_called("encrypted-workbook").at()


@pytest.mark.parametrize("name", ["xlsx", "xls"])
def test_a_password_without_the_extra_says_what_to_install(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    data = encrypted("open sesame") if name == "xlsx" else (FIXTURES / "locked.xls").read_bytes()
    without_the_extra(monkeypatch, tmp_path)
    assert (
        why(arrived(tmp_path, data), "open sesame") == kind_called("password-support-missing").at()
    )
    assert "pip install" in CATALOGUE["F006"].remedy
