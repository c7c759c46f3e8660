"""What a terminal would obey is shown and never sent: out of cells, file names and arguments, by every command."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.audited import DAY, edited, hrge, round_folder
from tests.face import block, data, line, style, terminal
from tests.face import terminal_shown as shown
from tests.fixture_types import Capsys, Folders, Patch

CLI = Path(__file__).parent.parent / "hrge_xl" / "cli"
CLIPBOARD, CLEAR, RED = "\x1b]52;c;cm0gLXJm\x07", "\x1b[2J", "\x1b[31m"
HOSTILE = f"{CLIPBOARD}{CLEAR}{RED}\x9b2J\u202egnp\u2066x\rOK\nZZZ: accepted"
IN_NAME = f"{CLIPBOARD}{CLEAR}{RED}\u202egnp\rOK\nZZZ.xlsx: accepted"
LIVE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
OURS = re.compile(r"\x1b\[(0|1|31|32|33|34|35)m")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CLIPBOARD, "␛]52;c;cm0gLXJm␇"),
        ("a\x9bb\x7f\x00", "a<9B>b␡␀"),
        ("a\u202eb\u2066c\u2069", "a<202E>b<2066>c<2069>"),
        ("one\rtwo\r\nthree\tfour", "one␍two␍␊three\tfour"),
        ("Ecole supérieure – نموذج – 表", "Ecole supérieure – نموذج – 表"),
    ],
)
def test_what_would_be_obeyed_is_shown(text: str, expected: str) -> None:
    assert shown(text) == expected
    assert shown(shown(text)) == expected


def test_colours_are_ours_alone(monkeypatch: Patch, capsys: Capsys) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    line(f"{style(f'err{RED}or', fg='red')}: {RED}text\nmore")
    block("one\ntwo\x1b[0m")
    assert capsys.readouterr().out == "\x1b[31merr␛[31mor\x1b[0m: ␛[31mtext␊more\none\ntwo␛[0m\n"


def test_a_pipe_gets_json_as_it_is_and_a_terminal_gets_it_escaped(monkeypatch: Patch, capsys: Capsys) -> None:
    text = json.dumps([HOSTILE], ensure_ascii=False)
    data(text)
    assert capsys.readouterr().out == text + "\n"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    data(text)
    said = capsys.readouterr().out
    assert LIVE.search(said) is None
    assert json.loads(said) == [HOSTILE]


def test_nothing_is_printed_in_another_way() -> None:
    """Every command prints through `cli/terminal.py`, and nothing below the commands prints at all."""
    pattern = re.compile(r"click\.(secho|echo|style)\(|\bprint\(|sys\.std(out|err)\.write|Console\(")
    files = [*CLI.parent.rglob("*.py")]
    found = {path.name for path in files if pattern.search(path.read_text(encoding="utf-8"))}
    assert found == {"terminal.py"}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: Folders) -> Path:
    """A round: a return with such a name, and such a text in an answer; a file with such a name that is refused."""
    folder = round_folder(tmp_path_factory.mktemp("hostile"))
    returned = folder / "returned"
    written = re.sub(r"[\x00-\x1f]", lambda match: f"_x{ord(match[0]):04X}_", HOSTILE)
    book = edited(
        (returned / "PAK.xlsx").read_bytes(),
        "xl/(sharedStrings|worksheets/.*).xml",
        r">The office assistant<",
        f">{written}<",
    )
    name = IN_NAME if os.name == "posix" else "\u202egnp"
    (returned / "PAK.xlsx").unlink()
    (returned / f"PAK{name}.xlsx").write_bytes(book)
    (returned / f"{name}.xlsx").write_bytes(b"no workbook")
    return folder


def test_every_command_shows_it(hostile: Path, tmp_path: Path, monkeypatch: Patch, capsys: Capsys) -> None:
    """As on a terminal: colours are on."""
    folder = shutil.copytree(hostile, tmp_path / "round")
    (pak,) = (folder / "returned").glob("PAK*")
    report, out = folder / "reports" / "validation.json", tmp_path / "out"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr(terminal, "PATIENCE", 1e6)  # the bar holds nothing from outside
    day = ("--today", DAY)
    for words, shows in (
        (("validate", folder, *day), True), (("validate", folder, "--json", *day), False),
        (("check", pak, *day), True), (("check", tmp_path / IN_NAME, *day), True),
        (("consolidate", folder, "-o", out, "--dry-run", *day), True),
        (("consolidate", folder, "-o", out, *day), False),
        (("status", folder, *day), False), (("status", folder, "--json", *day), False),
        (("report", folder, "--format", "json", "--format", "html", "-o", folder / "reports", *day), False),
        (("verify", report, "--returned", folder / "returned"), False), (("sign", report, "--by", HOSTILE), True),
        (("sign", "--list", "--ledger", folder), True), (("feedback", folder, "-o", tmp_path / "feedback", *day), True),
        (("feedback", folder, "-o", tmp_path / "feedback", "--json", *day), False),
        (("compare", folder / "returned" / "AFG.xlsx", pak), True),
        (("compare", folder / "returned" / "AFG.xlsx", pak, "--json"), False),
        (("compare", folder, out), False), (("trace", "answers", "1", "--data", out), False),
        (("decide", out, HOSTILE, "--use", "--reason", "x"), True), (("decide", out), False),
        (("export", out, "--table", "submissions"), True), (("export", out, "--table", "answers"), True),
        (("export", out, "--table", "answers", "--format", "json"), False),
        (("waive", "V001", "--file", HOSTILE, "--reason", HOSTILE, "--by", "x", "--ledger", folder), True),
        (("generate", HOSTILE), True), (("explain", HOSTILE), True), (("spec", "check", HOSTILE), True),
        (("validate", HOSTILE), True), ((HOSTILE,), False), (("validate", "--today", HOSTILE), True),
    ):  # fmt: skip
        capsys.readouterr()
        hrge(*words)
        said = "".join(capsys.readouterr())
        rest = OURS.sub("", said)
        assert LIVE.search(rest) is None, (words, LIVE.search(rest))
        assert "\nZZZ" not in rest or words[0] == "export", words  # a name like a line of ours; CSV quotes it
        assert ("␛" in said) == shows or not shows, (words, said)
