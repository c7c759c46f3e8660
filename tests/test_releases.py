"""Files in use of each release are read as they were then, and the rest of the week goes on with them.

Where this fails, files that teams and offices have are at stake: it is the program that has to change and not what was
noted.
"""

from __future__ import annotations

import shutil
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import hrge_xl
from tests.command_line import ran
from tests.fixture_types import Folders
from tests.release_files import expected_of, read_round, read_table, releases, unpack
from tests.write_release_files import BEFORE

pytestmark = pytest.mark.xdist_group("releases")  # an archive is unpacked once

ROUNDS = [
    (release, round_) for release in releases() for round_ in sorted(expected_of(release)["rounds"])
]
LATEST = dict(ROUNDS)  # the round of each release that is read in every run
WHO = ("--by", "Office", "--reason", "Done")


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: Folders) -> dict[str, Path]:
    """The folder of the files of each release."""
    folders = {release: tmp_path_factory.mktemp("release") for release in releases()}
    for release, folder in folders.items():
        unpack(release, folder)
    return folders


def copied(unpacked: dict[str, Path], release: str, target: Path) -> Path:
    """Return a copy of the files of a release, to go on with."""
    return shutil.copytree(unpacked[release], target / "files", copy_function=shutil.copy2)


@pytest.mark.parametrize("release", LATEST)
def test_a_workbook_of_each_release_is_read_as_it_was(
    release: str, unpacked: dict[str, Path]
) -> None:
    expected = expected_of(release)
    files = expected["rounds"][LATEST[release]]["files"]
    round_ = unpacked[release] / LATEST[release]
    name = next(name for name in files if name.startswith("returned/"))
    today = date.fromisoformat(expected["today"])
    result = hrge_xl.check(round_ / name, round=round_, today=today)
    assert of_itself(Counter(finding.code for finding in result.findings)) == of_itself(
        files[name]["findings"]
    )


def of_itself(counts: dict[str, int]) -> dict[str, int]:
    """Leave out the findings (X) that are about several files at once."""
    return {code: count for code, count in counts.items() if not code.startswith("X")}


@pytest.mark.deep
@pytest.mark.parametrize(("release", "name"), ROUNDS)
def test_everything_is_read_as_it_was(
    release: str, name: str, unpacked: dict[str, Path], tmp_path: Path
) -> None:
    expected = expected_of(release)
    before: dict[str, Any] = expected["rounds"][name]
    round_ = copied(unpacked, release, tmp_path) / name
    now = read_round(round_, expected["today"])
    for table, kept in before["tables"].items():  # which may have more columns by now
        now["tables"][table] = read_table(round_, table, kept["columns"])
    assert now == before


@pytest.mark.deep
@pytest.mark.parametrize(("release", "name"), ROUNDS)
def test_the_week_goes_on(
    release: str, name: str, unpacked: dict[str, Path], tmp_path: Path
) -> None:
    """A round that was closed is opened again first."""
    round_ = copied(unpacked, release, tmp_path) / name
    today = ("--today", expected_of(release)["today"])
    files = expected_of(release)["rounds"][name]["files"]
    returned = next(Path(file).name for file in files if file.startswith("returned/"))
    if round_.name == BEFORE:
        ran("round", "reopen", round_, *WHO, "--yes", *today)
    ran("refresh", round_, *today, code=(0, 1, 4))
    ran("feedback", round_, "-o", round_ / "out", *today)
    ran("decide", round_, returned, "--withdraw", *WHO, *today)
    ran("decide", round_, returned, "--undo", *WHO, *today)
    ran("report", round_, "--format", "json", "-o", round_ / "out", *today, code=(0, 1, 4))
    assert "identical" in ran("verify", round_).out
    ran("round", "close", round_, *WHO, "--yes", *today)
    later = round_.parent / "later"
    ran("round", "init", later, "--from", round_, "--deadline", "2027-06-30", *today)
    ran("generate", later, "--from", round_, *today)
    assert list((later / "issued").glob("*.xlsx"))
