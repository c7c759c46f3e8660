"""Days and moments out of files and options: what cannot be meant is as if it were not said, and stops nobody."""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from hrge_xl import Result, ValidationRequest, validate
from hrge_xl.core.dates import day_here
from tests.audited import hrge
from tests.damage import TODAY, WANTED, filled, saved_at, stamped
from tests.face import (
    ACCEPTED,
    ARRIVED,
    EARLIEST,
    FIRST_SEEN,
    LATEST,
    SAVED,
    lateness_day,
    moment,
    parse_day,
    parse_moment,
)
from tests.in_words import in_words
from tests.structure import BEYOND

OUT_OF_RANGE = ("1899-12-31T23:59:59Z", "2201-01-01T00:00:00Z")
IMPOSSIBLE_MOMENTS = (*BEYOND, *OUT_OF_RANGE, "yesterday", "2026-02-30T00:00:00Z")
IMPOSSIBLE_DAYS = (
    "soon",
    "2026-02-30",
    "0001-01-01",
    "9999-12-31",
    "1899-12-31",
    "2201-01-01",
    "2026-6-1",
)


def look(data: bytes, folder: Path) -> Result:
    path = folder / "PAK.xlsx"
    path.write_bytes(data)
    (result,) = validate([path], ValidationRequest(WANTED, TODAY))
    return result


def test_the_ends_of_the_range_can_be_calculated_with() -> None:
    for day in (EARLIEST, LATEST):
        assert parse_day(str(day)) == day
        for zone in ("", "Z", "+14:00", "-14:00"):
            said = parse_moment(f"{day}T00:00:00{zone}")
            assert said is not None
            assert (
                abs(said.astimezone(UTC) - datetime(day.year, day.month, day.day, tzinfo=UTC)).days
                <= 1
            )
            assert moment(f"{day}T00:00:00{zone}", str(day), str(day))


@pytest.mark.parametrize("saved", IMPOSSIBLE_MOMENTS)
def test_a_version_whose_moment_is_impossible_is_placed_by_the_day_it_came(saved: str) -> None:
    assert moment(saved, "2026-06-01", "2026-06-30") == "2026-07-01T00:00:00+00:00"
    assert moment(saved, "", "") == ""
    came = date(2026, 6, 30)
    assert lateness_day(saved, came, stated=False) == (came, FIRST_SEEN)
    assert lateness_day(saved, came, stated=True) == (came, ARRIVED)
    assert lateness_day("2026-06-29T10:00:00Z", came, stated=False) == (date(2026, 6, 29), SAVED)


def test_today_is_the_day_of_the_office(monkeypatch: pytest.MonkeyPatch) -> None:
    """East of the date line it is always another day than west of it."""
    days = []
    for zone in ("Pacific/Kiritimati", "Etc/GMT+12"):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        days.append(day_here())
    monkeypatch.undo()
    time.tzset()
    assert days[0] > days[1]


@pytest.mark.parametrize("day", IMPOSSIBLE_DAYS)
def test_an_impossible_day_of_issue_or_arrival_does_not_place_it(day: str) -> None:
    """A ledger may hold a day of arrival that was taken before there was a range."""
    assert moment("2026-06-29T10:00:00+02:00", day, "2026-06-30") == "2026-06-29T08:00:00+00:00"
    assert moment("2026-06-29T10:00:00+02:00", "2026-06-01", day) == "2026-06-29T08:00:00+00:00"


@pytest.mark.parametrize("saved", IMPOSSIBLE_MOMENTS)
def test_the_file_is_told_of_and_nothing_else_is_wrong_with_it(saved: str, tmp_path: Path) -> None:
    result = look(saved_at(saved), tmp_path)
    assert [(each.code, each.value) for each in result.findings] == [("I014", saved)]
    assert result.verdict == ACCEPTED
    assert result.submission is not None
    assert result.submission.saved == ""


@pytest.mark.parametrize("name", ["issued", "deadline", "today"])
@pytest.mark.parametrize("day", IMPOSSIBLE_DAYS)
def test_an_impossible_day_in_a_stamp_is_damage_to_it(name: str, day: str, tmp_path: Path) -> None:
    result = look(stamped(**{name: day})(), tmp_path)
    told = [in_words(each, result).message for each in result.findings if each.code == "I005"]
    wrong = f"The stamp of PAK.xlsx is damaged: {name} is “{day}”, which is not a day between 1900 and 2200."
    assert told[-1] == wrong
    assert result.submission is not None
    assert getattr(result.submission.identity, name) == ""
    assert result.submission.signature == "valid"


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "soon"])
@pytest.mark.parametrize(
    "command",
    [
        ("validate", "PAK.xlsx", "--today"),
        ("status", "PAK.xlsx", "--today"),
        ("consolidate", "PAK.xlsx", "--received"),
        ("generate", "example", "--country", "PAK", "--today"),
    ],
    ids=" ".join,
)
def test_an_option_outside_the_range_is_refused_with_a_remedy(
    command: tuple[str, ...], day: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert hrge(*command, day) == 2
    said = capsys.readouterr().err
    assert f"{day} is not a day between 1900 and 2200. Write it as 2026-03-31." in said


@pytest.mark.parametrize("saved", BEYOND)
def test_a_dataset_that_holds_such_moments_goes_on(
    saved: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It was taken in by a program that believed every moment and every day."""
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    (folder / "PAK.xlsx").write_bytes(filled())
    command = ("consolidate", folder, "-o", out, "--today", TODAY, "--jobs", 1)
    assert hrge(*command) == 0
    for file, change in (
        ("dataset.sqlite", f"UPDATE submissions SET saved = '{saved}'"),
        ("ledger.sqlite", "UPDATE files SET received = '9999-12-31'"),
    ):
        with closing(sqlite3.connect(out / file)) as database, database:
            assert database.execute(change).rowcount == 1
    (folder / "PAK.xlsx").write_bytes(saved_at("2026-06-29T10:00:00Z"))
    for words in (
        command,
        ("report", out, "--format", "json", "-o", tmp_path),
        ("feedback", out, "-o", tmp_path),
    ):
        assert hrge(*words) == 0, capsys.readouterr().err
    report = json.loads((tmp_path / "validation.json").read_text(encoding="utf-8"))
    assert [file["verdict"] for file in report["files"]] == [ACCEPTED, ACCEPTED]
