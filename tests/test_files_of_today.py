"""Files that an earlier program made are read as it read them, and what is stored goes by the names that it used.

They were made once and for all; those of releases are in `test_releases`. Where this fails, files that teams and
offices have are at stake: it is the program that has to change and not what was noted.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from hrge_xl import Order, load
from hrge_xl.workbook.book import content_hash
from tests.face import layout_for
from tests.files_of_today import EXPECTED, FILES, NAMES, names_in, said_of

pytestmark = pytest.mark.xdist_group("files of today")  # what its fixtures read is read once

SAID = json.loads((FILES / EXPECTED).read_text("utf-8"))
STORED = json.loads((FILES / NAMES).read_text("utf-8"))
# where a later version may have more
GROWING = ("stamp", "ledger", "findings", "report", "messages", "ledger tables")


@pytest.fixture(scope="module")
def said() -> dict[str, Any]:
    return dict(said_of(FILES))


@pytest.fixture(scope="module")
def names() -> dict[str, Any]:
    return dict(names_in(FILES))


@pytest.mark.parametrize("what", SAID)
def test_reads_what_was_made_before(said: dict[str, Any], what: str) -> None:
    assert said[what] == SAID[what]


def test_every_stamp_is_genuine(said: dict[str, Any]) -> None:
    signed = {
        name: file["identity"]["signature"]
        for round_ in said["files"].values()
        for name, file in round_.items()
        if file["identity"]
    }
    assert len(signed) == 17
    assert set(signed.values()) == {"valid"}


@pytest.mark.parametrize("what", [name for name in STORED if name not in GROWING])
def test_stores_under_the_same_names(names: dict[str, Any], what: str) -> None:
    assert names[what] == STORED[what]


@pytest.mark.parametrize("what", GROWING)
def test_takes_no_name_away(names: dict[str, Any], what: str) -> None:
    assert common(STORED[what], names[what]) == STORED[what]


def common(kept: Any, now: Any) -> Any:
    """Return what is left of the names that were kept: those of a list in their order, of a dict by key."""
    if isinstance(kept, dict):
        return {name: common(kept[name], now[name]) for name in kept if name in now}
    return [name for name in kept if name in now] if isinstance(kept, list) else now


def test_the_hidden_sheet_of_the_stamp_grows_by_no_row(names: dict[str, Any]) -> None:
    """A row more is drawn otherwise, and would need another number."""
    assert names["stamp"]["sheet"] == STORED["stamp"]["sheet"]


EDITIONS = {
    1: "6aa2dfa6abc7",
    2: "719396d9fa75",
    3: "2e96e1452bf0",
}  # of the example in English, as it was issued by the last program that drew so


@pytest.mark.parametrize("drawing", EDITIONS)
def test_sheets_are_drawn_as_they_were_by_the_number_that_they_say(drawing: int) -> None:
    """Workbooks that are out are compared with it, cell by cell; who changes a sheet gives it another number."""
    spec = load("example").model_copy(update={"drawing": drawing})
    assert content_hash(layout_for(spec, Order("", date(2026, 7, 1)))) == EDITIONS[drawing]
