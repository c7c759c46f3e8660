"""Names that teams choose, of files, sheets and all else: none of them in anything that may be shared."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest

from tests.damage import (
    BOOK,
    CHECKLIST,
    KEY,
    PLAN,
    PROPERTIES,
    RISKS,
    Parts,
    add,
    commented,
    filled,
    new_cell,
    new_sheet,
    number,
    on_top,
    regex,
    restamp,
    swap,
    text_of,
    words,
)
from tests.face import cli_module as cli
from tests.intake_files import pack
from tests.letters import mail, zipped

pytestmark = pytest.mark.xdist_group("shared names")  # what its fixture plays is played once
CANARY = "zqx7"
DAY = "2026-07-01"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = (
    f'<worksheet xmlns="{MAIN}"><sheetData><row r="2"><c r="B2" t="inlineStr"><is><t>A note of our own</t></is></c>'
    "</row></sheetData></worksheet>"
)
PERSONS = (
    '<personList xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments">'
    f'<person displayName="{CANARY} person" id="{{1}}" userId="{CANARY}@example.org" providerId="AD"/></personList>'
)
CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    + "".join(
        f"<{name}>{CANARY} {name}</{name}>"
        for name in (
            "dc:title",
            "dc:creator",
            "cp:lastModifiedBy",
            "cp:keywords",
            "dc:description",
            "dc:subject",
            "cp:category",
            "cp:contentStatus",
            "dcterms:modified",
        )
    )
    + "</cp:coreProperties>"
)


def everywhere(parts: Parts) -> None:
    """A canary in every place of a workbook that is no answer."""
    for edit in (
        new_sheet(f"{CANARY} sheet", SHEET),
        add("docProps/core.xml", CORE),
        regex(
            "docProps/app.xml", "</Properties>", f"<Company>{CANARY} company</Company></Properties>"
        ),
        regex(
            PROPERTIES,
            "</Properties>",
            f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="99" '
            f'name="{CANARY} property"><vt:lpwstr>{CANARY} value</vt:lpwstr></property></Properties>',
        ),
        regex(
            BOOK,
            "</definedNames>",
            f'<definedName name="{CANARY}_name">Plan!$A$1</definedName></definedNames>',
        ),
        *commented(PLAN, "E11", f"{CANARY} comment"),
        regex("xl/comments2.xml", "<author>A</author>", f"<author>{CANARY} author</author>"),
        add("xl/persons/person.xml", PERSONS, "application/vnd.ms-excel.person+xml"),
        add("customXml/item1.xml", f"<{CANARY}>{CANARY} custom</{CANARY}>"),
        *on_top(
            RISKS,
            f'<x:sp><x:nvSpPr><x:cNvPr id="1" name="{CANARY} shape" descr="{CANARY} alternative"/>'
            f"</x:nvSpPr><a:p><a:r><a:t>{CANARY} on top</a:t></a:r></a:p></x:sp>",
        ),
        regex(
            CHECKLIST,
            "<oddFooter>.*?</oddFooter>",
            f"<oddHeader>{CANARY} header</oddHeader><oddFooter>{CANARY} footer</oddFooter>",
        ),
        regex(RISKS, r'(<dataValidation [^>]*?prompt=")[^"]*', rf"\g<1>{CANARY} prompt"),
        regex(PLAN, r'(<dataValidation [^>]*?error=")[^"]*', rf"\g<1>{CANARY} error"),
        regex(
            PLAN,
            "<pageMargins",
            f'<hyperlinks><hyperlink ref="E10" display="{CANARY} link" '
            f'location="{CANARY}!A1" tooltip="{CANARY} tip"/></hyperlinks><pageMargins',
        ),
        new_cell(PLAN, "C40", f"{CANARY} below"),
        new_cell(RISKS, "AZ1", f"{CANARY}_code"),
        new_cell(RISKS, "A90", f"{CANARY}_row"),
        words(RISKS, "H6", f"{CANARY} head"),
        swap(BOOK, 'name="Checklist"', f'name="{CANARY} renamed"'),
    ):
        edit(parts)


def made(*edits: object) -> bytes:
    """The filled example after some edits."""
    parts = text_of(filled())
    for edit in edits:
        edit(parts)  # type: ignore[operator]
    return pack(parts)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A round with returns whose names, sheets, mails and all else hold a canary; and everything made to share."""
    home = tmp_path_factory.mktemp("names")
    (home / "teams.csv").write_text(
        "team,country,email\nPAK,PAK,pak@example.org\nAFG,AFG,afg@example.org\n", encoding="utf-8"
    )
    folder = home / "2026-H1"
    done = ["round", "init", str(folder), "--spec", "example", "--teams", str(home / "teams.csv")]
    assert cli.run(done) == 0
    (folder / "signing.key").write_bytes(KEY)
    twice = made(number(PLAN, "E13", 25))
    inbox = folder / "inbox"
    inbox.mkdir(exist_ok=True)
    files = {
        f"{CANARY} filled.xlsx": made(everywhere),
        f"{CANARY}.zip": zipped({f"{CANARY} folder/{CANARY} a.xlsx": twice}),
        f"{CANARY} again.xlsx": twice,
        f"{CANARY} broken.xlsx": b"PK\x03\x04 no workbook",
        f"{CANARY}.pdf": b"%PDF-",
        f"{CANARY} AFG.xlsx": made(number(PLAN, "E13", 26)),
        f"{CANARY} locked.xlsx": b"\xd0\xcf\x11\xe0" * 200,
        f"{CANARY} other.xlsx": made(restamp(copy="0123456789ab"), number(PLAN, "E13", 27)),
    }
    letter = mail(
        f"{CANARY} sender <pak@example.org>",
        datetime(2026, 7, 1, 9, tzinfo=UTC),
        files,
        subject=f"{CANARY} subject",
        text=f"{CANARY} body",
    )
    (inbox / f"{CANARY} mail.eml").write_bytes(letter.as_bytes())
    day = ["--today", DAY]
    assert cli.run(["receive", str(folder), str(inbox), *day]) in (0, 4)
    assert cli.run(["refresh", str(folder), *day]) in (0, 1, 4)
    (folder / "returned" / f"{CANARY} copy.xlsx").write_bytes(files[f"{CANARY} filled.xlsx"])
    said = ["--reason", "As it is", "--by", "office", *day]
    assert cli.run(["decide", str(folder), f"{CANARY} filled.xlsx", "--use", *said]) == 0
    for code, more in (("S014", ["--cell", f"{CANARY} sheet!B2"]), ("S024", [])):
        waive = [
            "waive",
            code,
            "--file",
            f"{CANARY} copy.xlsx",
            "--ledger",
            str(folder),
            *more,
            *said,
        ]
        assert cli.run(waive) == 0
    return folder


@pytest.fixture(scope="module")
def shared(played: Path) -> Path:
    """Everything that may be shared, in one folder."""
    out, day = played.parent / "out", ["--today", DAY]
    formats = ["--formats", "csv,parquet"]
    assert cli.run(
        ["consolidate", str(played), "-o", str(played), "--shareable", *formats, *day]
    ) in (
        0,
        1,
        4,
    )
    (played / "shareable").rename(out)
    assert (
        cli.run(
            ["report", str(played), "--format", "overview", "--shareable", "-o", str(out), *day]
        )
        == 4
    )
    kinds = [part for each in ("html", "xlsx", "json") for part in ("--format", each)]
    assert cli.run(["report", str(played), *kinds, "--redact", "-o", str(out), *day]) == 4
    for table in ("submissions", "files", "findings", "unplaced", "completeness", "answers"):
        for ending in ("csv", "json", "xlsx"):
            target = str(out / f"export {table}.{ending}")
            assert (
                cli.run(["export", str(played), "--table", table, "--shareable", "-o", target]) == 0
            )
    return out


def texts_in(path: Path) -> Iterator[tuple[str, str]]:
    """Every text of a file, parts of packed ones one by one, at any depth; of a database its raw bytes."""
    packed = [(path.name, path.read_bytes())]
    while packed:
        name, data = packed.pop()
        if data[:2] == b"PK":
            with zipfile.ZipFile(BytesIO(data)) as archive:
                packed += [(f"{name}!{part}", archive.read(part)) for part in archive.namelist()]
        else:
            yield name, data.decode("utf-8", errors="replace")
            yield f"{name} as UTF-16", data.decode("utf-16", errors="replace")


def leaks(folder: Path) -> list[str]:
    """Where a canary stands, but for answers: their texts are not searched."""
    found = []
    files = sorted(each for each in folder.rglob("*") if each.is_file())
    assert files
    for name, text in (pair for path in files for pair in texts_in(path)):
        found += [
            f"{name}: {text[max(at.start() - 90, 0) : at.end() + 40]!r}"
            for at in re.finditer(CANARY, text, re.I)
        ]
    return found


@pytest.mark.deep
def test_the_names_are_there_where_nothing_is_to_be_shared(played: Path, tmp_path: Path) -> None:
    """Or the test below would show nothing."""
    assert (
        cli.run(["report", str(played), "--format", "json", "-o", str(tmp_path), "--today", DAY])
        == 4
    )
    text = (tmp_path / "validation.json").read_text(encoding="utf-8")
    for name in ("filled.xlsx", "copy.xlsx", "broken.xlsx", "sheet", "renamed"):
        assert f"{CANARY} {name}" in text, name


def test_no_name_that_a_team_chose_is_in_what_may_be_shared(shared: Path) -> None:
    assert leaks(shared) == []


@pytest.mark.parametrize("more", [[], ["-v"], ["--json"]])
def test_a_redacted_validation_prints_no_name(
    more: list[str], played: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    first = ["-v"] if "-v" in more else []
    assert (
        cli.run([*first, "validate", str(played), "--redact", "--today", DAY, *more[len(first) :]])
        == 4
    )
    out, err = capfd.readouterr()
    assert CANARY not in (out + err).lower()
    assert "PAK 1" in out


def test_files_go_by_team_and_number_and_sheets_by_the_names_that_were_issued(shared: Path) -> None:
    with sqlite3.connect(shared / "dataset.sqlite") as database:
        files = database.execute(
            "SELECT path, team, return_number FROM submissions ORDER BY return_number"
        ).fetchall()
        sheets = {
            row[0]
            for row in database.execute("SELECT DISTINCT sheet FROM findings WHERE sheet NOT NULL")
        }
        places = [row[0] for row in database.execute("SELECT path FROM files ORDER BY path")]
    assert files == [(f"{team or '?'} {number}", team, number) for _, team, number in files]
    assert len(files) == 6
    assert {"PAK 1", "PAK 1 (2)"} <= set(places)
    assert sheets == {"Cover", "Plan", "Checklist", "Risks", "a sheet of their own (1)"}
    told = json.loads((shared / "validation.json").read_text(encoding="utf-8"))
    assert {row["path"] for row in told["files"]} == set(places)
    assert {waiver["sheet"] for waiver in told["waivers"]} == {None}
    assert {decision["file"] for decision in told["decisions"]} == {"PAK 1"}


def test_the_office_finds_the_file_by_the_name_under_which_it_was_shared(
    played: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert (
        cli.run(
            [
                "decide",
                str(played),
                "PAK 1",
                "--use",
                "--reason",
                "Again",
                "--by",
                "office",
                "--today",
                DAY,
            ]
        )
        == 0
    )
    assert f"{CANARY} filled.xlsx" in capfd.readouterr().out


def test_a_redacted_report_is_verified(
    played: Path, shared: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    cli.run(["verify", str(shared / "validation.json"), "--returned", str(played / "returned")])
    out = capfd.readouterr().out
    assert "Made again: identical (7 files" in out
    assert CANARY not in out


TURNED = "\u202e"
UNSEEN = re.compile("[\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


@pytest.mark.skipif(os.name == "nt", reason="the system may refuse such names")
def test_no_name_turns_the_letters_around_it(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Of a file, of a sheet, and of what came in a mail: it is shown in every page, and in no name that we write."""
    (tmp_path / "teams.csv").write_text(
        "team,country,email\nPAK,PAK,pak@example.org\n", encoding="utf-8"
    )
    folder, out = tmp_path / "2026-H1", tmp_path / "out"
    teams = ["--spec", "example", "--teams", str(tmp_path / "teams.csv")]
    assert cli.run(["round", "init", str(folder), *teams]) == 0
    (folder / "signing.key").write_bytes(KEY)
    (folder / "inbox").mkdir(exist_ok=True)
    data = made(new_sheet(f"No{TURNED}te", SHEET), new_cell(PLAN, "C40", f"be{TURNED}low"))
    letter = mail(
        "pak@example.org", datetime(2026, 7, 1, tzinfo=UTC), {f"PAK{TURNED}xslx\u200b.xlsx": data}
    )
    (folder / "inbox" / "1.eml").write_bytes(letter.as_bytes())
    (folder / "returned").mkdir(exist_ok=True)
    (folder / "returned" / f"b{TURNED}roken\ufeff.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    assert cli.run(["refresh", str(folder), "--today", DAY]) == 4
    kinds = [part for each in ("html", "xlsx", "json", "overview") for part in ("--format", each)]
    assert cli.run(["report", str(folder), *kinds, "-o", str(out), "--today", DAY]) == 4
    assert (
        cli.run(
            ["status", str(folder), "--wide", "--xlsx", str(out / "status.xlsx"), "--today", DAY]
        )
        == 0
    )
    assert cli.run(["export", str(folder), "--table", "files", "-o", str(out / "files.csv")]) == 0
    told = "".join(capfd.readouterr())
    assert UNSEEN.findall(told) == []
    texts = [pair for path in out.iterdir() for pair in texts_in(path) if "UTF-16" not in pair[0]]
    assert [name for name, text in texts if UNSEEN.search(text.lstrip("\ufeff"))] == []
    for path in (each for each in folder.rglob("*") if "b\u202eroken" not in each.name):
        assert UNSEEN.search(path.name) is None
    pages = (
        (out / "validation.html").read_text(encoding="utf-8"),
        (out / "files.csv").read_text(encoding="utf-8"),
    )
    assert r"No\u202ete" in pages[0]
    assert "b\ufffdu202Eroken" in pages[1]
