"""A round that is closed: its figures stay under seals, changes are refused, and what comes later waits."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from hrge_xl.cli import run
from tests.command_line import hrge, ran
from tests.fixture_types import Folders
from tests.letters import mail
from tests.test_round_changes import WHY, entered, file, state
from tests.test_senders import SENT, arrives, begun, workbook

pytestmark = pytest.mark.xdist_group("closed rounds")  # what its fixture plays is played once
LATER = "2026-09-08"
PAGES = ("data.xlsx", "reports/overview.html", "reports/brief.html", "reports/validation.html")


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: Folders) -> Path:
    """One of two teams has answered."""
    round_ = begun(tmp_path_factory.mktemp("closed"))
    arrives(round_, mail("odesa@example.org", SENT, {"Odesa.xlsx": workbook(round_, "Odesa")}))
    ran("refresh", round_, "--today", "2026-07-08", code=None)
    told = ran("round", "close", round_, "--yes", *WHY[:-1], "2026-07-20")
    assert "Without an answer: Minsk." in told.out
    assert "seal 2 of overview.html, by A. Name" in told.out
    return round_


@pytest.fixture
def closed(untouched: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(untouched, tmp_path / untouched.name))


def pages(round_: Path) -> list[bytes]:
    return [(round_ / name).read_bytes() for name in PAGES]


def sealed(round_: Path) -> list[int]:
    return [hrge("sign", "--check", round_ / name, "--ledger", round_) for name in PAGES]


@pytest.mark.deep
def test_its_figures_stay_and_what_comes_waits(closed: Path, tmp_path: Path) -> None:
    before = pages(closed)
    minsk = workbook(closed, "Minsk")
    arrives(
        closed,
        mail("minsk@bücher.example", SENT + timedelta(days=40), {"Minsk.xlsx": minsk}),
        "m.eml",
    )
    (closed / "returned" / "by hand.xlsx").write_bytes(workbook(closed, "Minsk", PLN_03="Another"))
    told = " ".join(ran("refresh", closed, "--today", LATER).out.split())
    assert (
        "Closed: on 2026-07-20: its figures stay. What came since waits: Minsk.xlsx, by hand.xlsx."
        in told
    )
    assert "To send" not in told
    told = ran("status", closed, "--today", LATER).err
    assert "what came since waits: by hand.xlsx." in told
    assert state(closed, "Minsk", LATER).split()[1:3] == ["late", "10"]  # by the day of its end
    waiting = json.loads(ran("receive", closed, closed / "inbox", "--json").out)["waiting"]
    assert [each["name"] for each in waiting] == ["Minsk.xlsx"]
    ran("consolidate", closed, "-o", tmp_path / "year", "--today", LATER)
    for folder in (closed, tmp_path / "year"):
        files = json.loads(ran("validate", folder, "--json", "--today", LATER, code=None).out)[
            "files"
        ]
        assert [each["path"].rpartition("/")[2] for each in files] == ["Odesa.xlsx"]
    assert pages(closed) == before
    assert sealed(closed) == [0] * 4
    assert hrge("verify", closed) == 0


@pytest.mark.parametrize(
    "words",
    [
        ("round", "add-team", "ROUND", "Riga", "--yes", *WHY),
        ("round", "rename-team", "ROUND", "Minsk", "Riga", "--yes", *WHY),
        ("round", "extend", "ROUND", "2026-09-30", "--yes", *WHY),
        ("round", "contact", "ROUND", "Minsk", "new@example.org"),
        ("round", "undo", "ROUND", "--yes", *WHY),
        ("round", "update-spec", "ROUND"),
        ("round", "close", "ROUND", "--yes", *WHY),
        ("decide", "ROUND", "Odesa.xlsx", "--withdraw", *WHY),
        ("consolidate", "ROUND"),
        ("generate", "ROUND"),
        ("remind", "ROUND"),
    ],
    ids=" ".join,
)
def test_changes_are_refused(words: tuple[str, ...], closed: Path) -> None:
    before = file(closed), pages(closed), entered(closed)
    told = ran(*(closed if word == "ROUND" else word for word in words), code=2).err
    assert "round was closed on 2026-07-20: it stays as it is" in " ".join(told.split())
    assert (file(closed), pages(closed), entered(closed)) == before


@pytest.mark.deep
def test_it_goes_on_when_it_is_reopened(closed: Path) -> None:
    """What waited is taken in; the seals show that figures are others now; a note can be written all the time."""
    ran("round", "note", closed, "Minsk called", *WHY[2:])
    arrives(
        closed,
        mail("minsk@bücher.example", SENT, {"Minsk.xlsx": workbook(closed, "Minsk")}),
        "m.eml",
    )
    text = file(closed)
    ran("round", "reopen", closed, "--yes", *WHY)
    assert file(closed) == text.replace("closed: '2026-07-20'\n", "")
    assert sealed(closed) == [0] * 4
    assert "round close" in ran("round", "undo", closed, "--yes", *WHY, code=2).err
    assert "is not closed" in ran("round", "reopen", closed, "--yes", *WHY, code=2).err
    ran("refresh", closed, "--write", "--today", LATER)
    assert state(closed, "Minsk", LATER).split()[1] == "accepted"
    assert sealed(closed) == [1] * 4
    ran("round", "close", closed, "--yes", *WHY[:-1], LATER)
    assert sealed(closed) == [0] * 4
    assert entered(closed) == [
        "round closed on 2026-07-20",
        "note",
        "round reopened",
        f"round closed on {LATER}",
    ]
    assert hrge("verify", closed) == 0


def test_a_day_that_is_none_is_said(closed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (closed / "round.yaml").write_text(file(closed).replace("2026-07-20", "soon"), "utf-8")
    assert run(["status", str(closed)]) == 3
    assert "'soon' is not" in capsys.readouterr().err
