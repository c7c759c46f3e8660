"""Seals: a report that changed after it was signed shows, and so does every change of the chain."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrge_xl.dataset.seals import FIRST, Seal, faults
from tests.audited import DAY, hrge, returned, round_folder, workbook

NAME = "B. Auditor"


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A consolidated folder with reports, beside the folder of what came back."""
    tmp_path = tmp_path_factory.mktemp("seals")
    came = returned(tmp_path / "returned", {"pak.xlsx": workbook("PAK")})[0].parent
    assert hrge("consolidate", came, "-o", tmp_path / "out", "--today", DAY) == 0
    formats = ("--format", "json", "--format", "html")
    assert hrge("report", came, *formats, "-o", tmp_path / "out" / "reports", "--today", DAY) == 0
    return tmp_path


@pytest.fixture
def report(untouched: Path, tmp_path: Path) -> Path:
    """A JSON report in a consolidated folder, to be written in."""
    shutil.copytree(untouched, tmp_path / "case")
    return tmp_path / "case" / "out" / "reports" / "validation.json"


def check(report: Path, *more: str) -> int:
    return hrge("sign", report, "--check", *more)


def verify(report: Path) -> int:
    return hrge("verify", report, "--returned", report.parents[2] / "returned")


def test_a_sealed_report_holds(report: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = report.read_bytes()
    assert check(report) == 1
    assert "validation.json has no seal." in capsys.readouterr().out
    assert hrge("sign", report, "--by", NAME) == 0
    told = capsys.readouterr().out
    assert f"Sealed: seal 1 of validation.json, by {NAME}, 20" in told
    assert f"SHA-256 of the report: {hashlib.sha256(before).hexdigest()}" in told
    assert report.read_bytes() == before
    digest = told.rsplit(" ", 1)[1].strip()
    assert check(report) == 0
    assert check(report, "--digest", digest.upper()) == 0
    assert check(report, "--digest", "0" * 64) == 1
    capsys.readouterr()
    assert verify(report) == 0
    assert f"digest {digest}." in capsys.readouterr().out


def test_a_changed_report_shows(report: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of when and how the run was started only the seal knows."""
    assert hrge("sign", report, "--by", NAME) == 0
    started, later = (b'"started": "2026-06-30T00:00:0%dZ"' % second for second in (0, 1))
    report.write_bytes(report.read_bytes().replace(started, later))
    assert check(report) == 1
    capsys.readouterr()
    assert verify(report) == 1
    told = capsys.readouterr().out
    assert "validation.json is not what was sealed under this name (seal 1 of validation.json" in told
    assert "Made again: identical" in told
    page = report.with_suffix(".html")
    assert hrge("sign", page, "--by", NAME) == 0
    assert check(page) == 0


def test_two_people_may_sign(report: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("A. Coordinator", NAME):
        assert hrge("sign", report, "--by", name) == 0
    capsys.readouterr()
    assert check(report) == 0
    assert [line.split(", by ")[1].split(",")[0] for line in capsys.readouterr().out.splitlines()] == [
        "A. Coordinator", NAME,
    ]  # fmt: skip
    assert hrge("sign", "--list", "--ledger", report.parents[1]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["1", "2"]


@pytest.mark.parametrize(
    ("tampering", "words"),
    [
        ("UPDATE seals SET by = 'Somebody' WHERE n = 1", "Seal 1 was changed after it was made"),
        (
            "UPDATE seals SET time = '2020-01-01T00:00:00Z' WHERE n = 2",
            "Seal 2 was changed after it was made",
        ),
        ("UPDATE seals SET sha256 = '0' WHERE n = 1", "Seal 1 was changed after it was made"),
        ("UPDATE seals SET digest = previous WHERE n = 1", "Seal 1 was changed after it was made"),
        ("DELETE FROM seals WHERE n = 1", "Seal 1 is missing: the next one is 2."),
        ("UPDATE seals SET n = 3 WHERE n = 2", "Seal 2 is missing: the next one is 3."),
    ],
)
def test_tampering_with_the_chain_shows_everywhere(
    report: Path, tampering: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        assert hrge("sign", report, "--by", NAME) == 0
    ledger = report.parents[1] / "ledger.sqlite"
    with sqlite3.connect(ledger) as connection:
        connection.execute(tampering)
    for command in (lambda: check(report), lambda: hrge("sign", "--list", "--ledger", ledger.parent)):
        capsys.readouterr()
        assert command() == 1
        assert words in capsys.readouterr().out
    assert hrge("sign", report, "--by", NAME) == 2
    assert f"The chain of seals is broken, so nothing is added to it. {words}" in capsys.readouterr().err
    assert verify(report) == 1
    assert words in capsys.readouterr().out


def test_the_first_seal_of_a_round_makes_its_ledger(tmp_path: Path) -> None:
    folder = round_folder(tmp_path)
    report = folder / "reports" / "validation.json"
    report.write_text("{}", encoding="utf-8")
    assert not (folder / "ledger.sqlite").exists()
    assert hrge("sign", report, "--by", NAME) == 0
    assert check(report) == 0
    assert (folder / "ledger.sqlite").is_file()


def test_a_seal_survives_consolidating_again(report: Path) -> None:
    assert hrge("sign", report, "--by", NAME) == 0
    came = report.parents[2] / "returned"
    returned(came, {"mar.xlsx": workbook("MAR")})
    assert hrge("consolidate", came, "-o", report.parents[1], "--today", DAY) == 0
    assert check(report) == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("sign",), "There is no ledger around"),
        (("sign", "lonely.json", "--by", "x"), "There is no ledger around"),
        (("sign", "lonely.json", "--by", "x", "--ledger", "."), "neither a round nor a consolidated folder"),
        (("sign", "out/reports/validation.json"), "A seal needs a name"),
        (("sign", "--ledger", "out"), "Say which report"),
        (("sign", "nowhere.json", "--by", "x"), "nowhere.json"),
    ],
)
def test_bad_usage(
    report: Path,
    words: tuple[str, ...],
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(report.parents[2])
    Path("lonely.json").write_text("{}", encoding="utf-8")
    capsys.readouterr()
    assert hrge(*words) == 2
    assert told in capsys.readouterr().err


def test_the_digest_can_be_worked_out_by_hand(report: Path) -> None:
    """As the guide for auditors says."""
    for _ in range(2):
        assert hrge("sign", report, "--by", "Zoë") == 0
    with sqlite3.connect(report.parents[1] / "ledger.sqlite") as connection:
        rows = connection.execute(
            "SELECT n, time, by, name, sha256, previous, digest FROM seals ORDER BY n"
        ).fetchall()
    before = "0" * 64
    for *parts, digest in rows:
        assert parts[-1] == before
        text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
        before = hashlib.sha256(text.encode("utf-8")).hexdigest()
        assert digest == before


# every change of a chain

WORDS = st.text(min_size=1, max_size=8)


def chain(parts: Sequence[tuple[str, str]]) -> list[Seal]:
    """Seals as they are made."""
    made: list[Seal] = []
    for n, (by, name) in enumerate(parts, start=1):
        bare = Seal(n, f"2026-06-{n:02}T00:00:00Z", by, name, f"{n:064}", made[-1].digest if made else FIRST)
        made.append(replace(bare, digest=bare.right_digest))
    return made


def dropped(seals: list[Seal], at: int) -> list[Seal]:
    return seals[:at] + seals[at + 1 :]


def dropped_and_numbered(seals: list[Seal], at: int) -> list[Seal]:
    return [replace(each, n=n) for n, each in enumerate(dropped(seals, at), start=1)]


def doubled(seals: list[Seal], at: int) -> list[Seal]:
    return seals[: at + 1] + seals[at:]


def swapped(seals: list[Seal], at: int) -> list[Seal]:
    return [*seals[:at], seals[at + 1], seals[at], *seals[at + 2 :]]


def made_anew(seals: list[Seal], at: int) -> list[Seal]:
    """A seal with another name, its own digest made to fit: the next one no longer follows it."""
    bare = replace(seals[at], by=seals[at].by + "x")
    return [*seals[:at], replace(bare, digest=bare.right_digest), *seals[at + 1 :]]


@given(parts=st.lists(st.tuples(WORDS, WORDS), min_size=2, max_size=6), data=st.data())
def test_every_change_before_the_last_seal_is_found(
    parts: list[tuple[str, str]], data: st.DataObject
) -> None:
    seals = chain(parts)
    assert list(faults(seals)) == []
    at = data.draw(st.integers(0, len(seals) - 2))
    change: Callable[[list[Seal], int], list[Seal]] = data.draw(
        st.sampled_from([dropped, dropped_and_numbered, doubled, swapped, made_anew])
    )
    assert list(faults(change(seals, at)))


@given(
    parts=st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=4),
    key=st.sampled_from(["time", "by", "name", "sha256", "previous", "digest"]),
    data=st.data(),
)
def test_every_changed_part_of_a_seal_is_found(
    parts: list[tuple[str, str]], key: str, data: st.DataObject
) -> None:
    seals = chain(parts)
    at = data.draw(st.integers(0, len(seals) - 1))
    other = data.draw(WORDS.filter(lambda text: text != getattr(seals[at], key)))
    seals[at] = replace(seals[at], **{key: other})
    assert list(faults(seals))


def test_what_a_chain_cannot_show() -> None:
    """The last seals taken away, or all of them made anew: only a digest noted elsewhere shows it."""
    seals = chain([("a", "r"), ("b", "r")])
    assert list(faults(seals[:1])) == []
    assert list(faults(chain([("c", "r"), ("b", "r")]))) == []
