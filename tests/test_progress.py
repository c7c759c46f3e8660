"""A bar on stderr for what takes longer than a second: on a terminal only, never among what is printed."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.face import Bar, block, data, line, progress_shown, report_progress
from tests.face import track_progress as steps
from tests.fixture_types import Capsys, Patch


def test_a_library_that_is_used_says_nothing(capsys: Capsys) -> None:
    with report_progress("Reading", 2) as advance:
        advance(1)
    assert list(steps("ab", 2, "Reading")) == ["a", "b"]
    assert capsys.readouterr() == ("", "")


def test_nothing_is_shown_where_stderr_is_no_terminal(capsys: Capsys) -> None:
    with progress_shown(patience=0):
        assert list(steps("ab", 2, "Reading")) == ["a", "b"]
    assert capsys.readouterr() == ("", "")


def test_it_says_how_far_the_work_is_and_goes_before_anything_is_printed(
    monkeypatch: Patch, capsys: Capsys
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("NO_COLOR", raising=False)
    with progress_shown(patience=1000):
        with report_progress("Nobody waits yet", 3):
            pass
        assert capsys.readouterr().err == ""
    bar = Bar(patience=1000)
    with bar.piece("Reading returned files", 40) as advance:
        bar.lose_patience()
        advance(12)
        with bar.piece("Working out figures", None):
            pass
        bar.hide()
        assert "Reading returned files" in capsys.readouterr().err
        bar.hide()
        assert capsys.readouterr().err == ""
        advance(1)
        bar.stop()
        assert "13 of 40" in capsys.readouterr().err


def test_a_list_that_is_being_printed_is_not_written_into(capsys: Capsys) -> None:
    bar = Bar(patience=1000)
    with bar.piece("Working", None):
        bar.hide()
        line("the first of many")
        bar.lose_patience()
        bar.stop()
    assert capsys.readouterr() == ("the first of many\n", "")


def test_whatever_is_printed_takes_the_bar_away_first(monkeypatch: Patch, capsys: Capsys) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    shown: list[str] = []
    monkeypatch.setattr(Bar, "hide", lambda _: shown.append(capsys.readouterr().out))
    with progress_shown(patience=1000):
        for say in (line, block, data):
            say("a word")
            shown.append(capsys.readouterr().out)
    assert shown[:6] == ["", "a word\n"] * 3


def test_commands_tell_how_far_they_are(tmp_path: Path) -> None:
    """Whoever listens hears of the files that are read."""
    from contextlib import contextmanager
    from datetime import date

    from hrge_xl import ExpectedReturn, ValidationRequest, validate
    from hrge_xl.cli import run
    from tests.face import listening

    heard: list[object] = []

    @contextmanager
    def listener(text: str, total: int | None):  # type: ignore[no-untyped-def]
        heard.append((text, total))
        yield heard.append

    assert run(["generate", "example", "--country", "PAK", "-o", str(tmp_path)]) == 0
    with listening(listener):
        validate(list(tmp_path.glob("*.xlsx")), ValidationRequest(ExpectedReturn(), date(2026, 6, 30)))
    assert heard == [("Reading returned files", 1), 1]
