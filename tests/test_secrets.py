"""What could be a password is never printed; what came back is for its owner only; what a log of a bug holds."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from hrge_xl.core.errors import StoreError
from tests.audited import DAY, returned, workbook
from tests.command_line import hrge
from tests.face import (
    command_line,
    is_address,
    masked,
    open_url,
    program_digest,
    validation,
    write_log,
)
from tests.fixture_types import Capsys, Patch

SECRET = "Sesam-0pen"
ADDRESSES = (
    f"postgresql://me:{SECRET}@127.0.0.1:1/none",
    f"postgresql://me@127.0.0.1:1/none?password={SECRET}",
    f"postgresql://127.0.0.1:1/none?user=me&sslpassword={SECRET}&x=1",
    f"postgresql://me:p@{SECRET}@127.0.0.1:1/none",
    f"postgresql://me:{SECRET}/x@127.0.0.1:1/none",
    f"postgresql://me:a b {SECRET}@127.0.0.1:1/none",
    f"postgresql://127.0.0.1:{SECRET}/none",
    f"postgressql://me:{SECRET}@127.0.0.1/none",
    f"postgresql:/me:{SECRET}@127.0.0.1/none",
    f"postgresql:me:{SECRET}@127.0.0.1/none",
    f"me:{SECRET}@127.0.0.1/none",
    f"mysql://me:{SECRET}@127.0.0.1/none",
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: Patch) -> Path:
    """A folder with a return, where one works."""
    returned(tmp_path / "returned", {"PAK.xlsx": workbook("PAK", whole=False)})
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_address_is_printed_with_a_password(address: str, folder: Path, capfd: Capsys) -> None:
    """As what it is, and where a file or folder should stand."""
    into = ("consolidate", "returned", "-o", "out")
    for words in (
        (*into, "--store", address),
        (*into, f"--store={address}"),
        ("consolidate", "returned", "-o", address),
        ("export", address, "--table", "teams"),
        ("trace", "answers", "1", "--data", address),
        ("decide", address),
        ("validate", address),
        ("report", address),
        ("status", address),
        ("spec", "check", address),
        (address,),
        ("validate", "returned", "--ledger", address),
        ("validate", "returned", "--spec", address),
        ("validate", "returned", "--today", address),
        ("validate", "returned", "--engine", address),
    ):
        assert hrge(*words) != 0, words
        assert SECRET not in "".join(capfd.readouterr()), words
    assert not [path for path in folder.rglob("*") if SECRET in str(path)]


def test_no_message_of_the_library_holds_one() -> None:
    for address in ADDRESSES:
        if is_address(address):
            with pytest.raises(StoreError) as caught:
                open_url(address)
            assert SECRET not in str(caught.value)


def test_other_databases_are_told_as_what_they_are() -> None:
    with pytest.raises(StoreError, match="Other databases are not supported") as caught:
        open_url("mysql://localhost/x")
    assert "install" not in str(caught.value)


def test_no_report_holds_one(monkeypatch: Patch) -> None:
    monkeypatch.setattr(
        "sys.argv", ["hrge-xl", "validate", f"--store=postgresql://me:a {SECRET}@host/x", "a b"]
    )
    assert SECRET not in command_line()
    assert command_line().endswith("@host/x a b")


@pytest.mark.parametrize(
    "text",
    [
        "C:\\returned\\PAK.xlsx is missing.",
        "Write to a@example.org: now.",
        "2026-06-30T12:00:00",
        "x=1&y=2",
    ],
)
def test_other_texts_stay(text: str) -> None:
    assert masked(text, text.split()) == text


@pytest.mark.skipif(os.name != "posix", reason="the system has no file modes")
def test_what_came_back_is_for_its_owner_only(folder: Path) -> None:
    before = os.umask(0o022)
    try:
        assert hrge("consolidate", "returned", "-o", "out", "--today", DAY) == 0
        out = folder / "out"
        (out / "ledger.sqlite").chmod(0o644)  # of an earlier program
        returned(folder / "returned", {"AFG.xlsx": workbook("AFG")})
        assert hrge("consolidate", "returned", "-o", "out", "--today", DAY) == 0
    finally:
        os.umask(before)
    modes = {
        name: stat.S_IMODE((out / name).stat().st_mode)
        for name in ("ledger.sqlite", "dataset.sqlite", "received")
    }
    assert modes == {"ledger.sqlite": 0o600, "dataset.sqlite": 0o600, "received": 0o700}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (out / "received").iterdir()} == {0o400}


def test_the_log_of_a_bug_says_what_is_needed_and_no_more(
    folder: Path, monkeypatch: Patch, capfd: Capsys
) -> None:
    """Version, command without what was typed behind it, and the file that was looked at."""

    def broken(*_: object) -> None:
        raise KeyError(SECRET)

    monkeypatch.setattr(validation, "_of_file", broken)
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    words = ("validate", "returned", "--ledger", ".", f"--spec={'example'}", "--today", DAY)
    assert hrge(*words) == 4
    (log,) = folder.glob("hrge-xl-*.log")
    said = log.read_text(encoding="utf-8")
    assert f"hrge-xl {program_digest()}" in said
    assert "\nhrge-xl validate … --ledger … --spec --today …\n" in said
    assert f"While looking at: {Path('returned') / 'PAK.xlsx'}\n" in said
    assert "\nKeyError\n" in said
    assert SECRET not in said + "".join(capfd.readouterr())


@pytest.mark.skipif(os.name != "posix", reason="the system has no file modes")
def test_the_log_of_a_bug_is_for_its_owner_only_and_names_what_was_read(
    folder: Path, monkeypatch: Patch
) -> None:
    """Also where the fault was caught before it could end the command."""
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    before = os.umask(0o000)
    try:
        log = write_log(KeyError(SECRET), ["returned/PAK.xlsx"])
    finally:
        os.umask(before)
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    said = log.read_text(encoding="utf-8")
    assert "While looking at: returned/PAK.xlsx\n" in said
    assert SECRET not in said


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("spec", "check", SECRET), "spec check …"),
        (("-q", "spec", "check", "--", f"--{SECRET}".lower()), "-q spec check … …"),
        (("spec", "show", "--format=html", SECRET), "spec show --format …"),
    ],
)
def test_a_log_holds_the_words_of_a_command_that_are_ours(
    words: tuple[str, ...], told: str, folder: Path, monkeypatch: Patch
) -> None:
    """Names of commands, also within others, and options; what only looks like one is a value."""
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    for load in ("hrge_xl.spec.load.load", "hrge_xl.load"):
        monkeypatch.setattr(load, lambda *_: _divided_by_zero(SECRET))
    assert hrge(*words) == 70
    (log,) = folder.glob("hrge-xl-*.log")
    said = log.read_text(encoding="utf-8")
    assert f"\nhrge-xl {told}\n" in said
    assert "in _divided_by_zero" in said
    assert SECRET.lower() not in said.lower()


def _divided_by_zero(secret: str) -> float:
    return len(secret) / 0
