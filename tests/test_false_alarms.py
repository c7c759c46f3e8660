"""A workbook filled in sensibly and completely, every tool of it, gives no finding at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from tests.answers import layout, plain_value, spec
from tests.face import Answers, Identity, Key, Outcome, Value, from_mapping, story, submission_of
from tests.in_words import in_words
from tests.read_and_check import check

TOOLKIT = "hrge_toolkit"
WHERE = layout(TOOLKIT)
TODAY = date(2026, 6, 30)
SOURCE: dict[str, Value] = {"EV_SRC": "Official gazette, September 2025", "EV_CONF": "H"}
CHOSEN: Answers = {
    ("FORM", "1", "FRM_04"): "PAK",
    ("T2.1", "1", "T21_01"): "PAK",
    ("T2.5", "1", "T25_24"): "PCO",
    ("T3.8", "LL-01", "T38_03"): "NEG",
    ("T3.8", "LL-02", "T38_03"): "POS",
}


def first_answers() -> Answers:
    """What the demonstration says, every tool ticked, and a start in every register and record."""
    found = from_mapping(story(TOOLKIT).answers, WHERE) | CHOSEN
    found |= {
        ("FORM", tool.code, "FRM_26"): "Y"
        for tool in spec(TOOLKIT).tools
        if ("FORM", tool.code, "FRM_26") in WHERE.slots
    }
    for key in beginnings(found):
        value = plain_value(WHERE, WHERE.slots[key])
        if value is not None and key not in found:
            found[key] = value
    return found


def beginnings(found: Answers) -> Iterator[Key]:
    """The first row of every register without any, and the first record of repeated forms."""
    for sheet in WHERE.sheets:
        for grid in sheet.grids:
            filled = any(key[0] == sheet.tool.code for key in found)
            if (grid.kind == "register" and not filled) or (grid.across and grid.records > 1):
                row = grid.data_rows[0].code if grid.kind == "register" else "1"
                fields = [(slot.key, slot.field) for slot in grid.by_row[row].values()]
                yield from (
                    key
                    for key, field in fields
                    if field.required == "always" and field.relevant is None
                )


def looked_at(found: Answers) -> Outcome:
    identity = Identity(
        TOOLKIT, WHERE.spec.version, WHERE.digest, "en", "PAK", "PAK", today=TODAY.isoformat()
    )
    return check([(submission_of(WHERE, found, identity), WHERE)], today=TODAY)[0]


def with_sources(found: Answers) -> Answers:
    """A source, its date and the confidence in it, beside everything that is answered."""
    rows = {key[:2] for key in found}
    more = {key: SOURCE[key[2]] for key in WHERE.slots if key[2] in SOURCE and key[:2] in rows}
    return more | found


def completed() -> tuple[Answers, Outcome]:
    """What is asked for is filled in, until nothing more is asked for."""
    found = first_answers()
    for turn in range(12):
        found = with_sources(found)
        outcome = looked_at(found)
        missing = [(f.tool, f.row, f.field) for f in outcome.findings if f.code == "V001"]
        if not missing:
            break
        for key in missing:
            value = plain_value(WHERE, WHERE.slots[key], turn)  # type: ignore[index]
            if value is not None:
                found[key] = value  # type: ignore[index]
    return found, outcome


def test_no_false_alarm_on_any_tool() -> None:
    found, outcome = completed()
    assert [
        (f.code, f.tool, f.row, f.field, in_words(f, WHERE).message) for f in outcome.findings
    ] == []
    # catalogues, and where no answer is required
    nothing_asked = {"T4.A", "LIBRARY", "GLOSSARY", "T2.1S", "T2.1E"}
    tools = {tool.code for tool in spec(TOOLKIT).tools if not tool.calculated} - nothing_asked
    assert {key[0] for key in found} == tools
    assert all(progress.answered == progress.required for progress in outcome.sheets.values())
    assert len(found) > 700
