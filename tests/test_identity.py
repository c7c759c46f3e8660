"""Stamps: read from either copy, checked against what is expected."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hrge_xl import ExpectedReturn, load
from hrge_xl.answers.submission import Identity, sign
from hrge_xl.reader.identity import settled
from tests.face import Refusal, Submission, build, submission
from tests.raw_workbook import draw, sheet_of, stamp_of, stamped
from tests.read_and_check import read_raw

KEY, OTHER = b"k" * 32, b"o" * 32
SPEC = load("example")
LAYOUT = build(SPEC, "en")


def seen(result: Submission | Refusal) -> list[str]:
    return [each.code for each in result.observations]


def read(workbook, **wanted):
    first, again = (
        read_raw(workbook, path="x/a.xlsx", want=ExpectedReturn(**wanted)) for _ in range(2)
    )
    assert seen(first) == seen(again)
    return first


def test_a_stamp_of_a_newer_program_is_read() -> None:
    identity = stamp_of(draw(LAYOUT))
    assert submission.from_pairs({**dict(submission.to_pairs(identity)), "later": "x"}) == identity


def test_what_an_older_version_may_have_otherwise_is_not_held_against_a_return() -> None:
    workbook = stamped(draw(LAYOUT), spec_version="0.9.12")
    workbook.sheets.remove(sheet_of(workbook, "R1"))
    found = read(workbook)
    assert isinstance(found, Submission)
    assert seen(found) == ["I004"]
    assert set(found.not_run) == {"S001", "S002", "S004", "S005", "S011", "S020", "S029", "S040"}


def test_same_version_written_otherwise() -> None:
    assert seen(read(stamped(draw(LAYOUT), spec_version="1"))) == []


def test_signature_without_key() -> None:
    found = read(stamped(draw(LAYOUT), KEY))
    assert isinstance(found, Submission)
    assert (found.signature, seen(found), [*found.not_run]) == ("unchecked", [], ["I006"])


@pytest.mark.parametrize("rows", ["0", "999999999", "-3", "x"])
def test_rows_that_no_register_has(rows: str) -> None:
    found = read(stamped(draw(LAYOUT), rows=rows))
    assert isinstance(found, Submission)
    assert len({row for _, row, *_ in found.cells["R1"]}) == 8
    assert seen(found) == []


@pytest.mark.parametrize(("key", "rows"), [(None, "100"), (KEY, "500")])
def test_more_rows_than_the_file_holds_are_believed_under_our_signature_only(
    key: bytes | None, rows: str
) -> None:
    """Laying out five hundred rows of every register takes seconds, of the parent process too."""
    found = read(stamped(draw(LAYOUT), KEY, rows="500"), key=key)
    assert isinstance(found, Submission)
    assert found.identity.rows == rows
    damaged = [str(each.details["detail"]) for each in found.observations if each.code == "I005"]
    assert damaged == (
        [] if key else ["it names 500 rows in a register, and no sheet has that many"]
    )


def test_many_rows_that_are_there_are_read() -> None:
    answers = {("R1", "K-150", "RSK_01"): "Rain"}
    found = read(draw(build(SPEC, "en", None, 150), answers))
    assert isinstance(found, Submission)
    assert (seen(found), found.identity.rows, found.values()) == ([], "150", answers)


TEAMS = ("PAK-01", "PAK", "IRQ-01", "Quetta", "7", "A", "ROM ENA")


@pytest.mark.parametrize(
    ("file", "named"),
    [
        ("PAK-01_en.xlsx", None),
        ("return.xlsx", None),
        ("IRQ-01_en.xlsx", "IRQ-01"),
        ("Copy of irq 01 (final).xlsx", "IRQ-01"),
        ("ＱＵＥＴＴＡ.xlsx", "Quetta"),
        ("2026-H1 rom_ena.xlsx", "ROM ENA"),
        ("PAK.xlsx", "PAK"),
        ("PAK-01 for Quetta.xlsx", None),  # its own, too
        ("IRQ-01 or Quetta.xlsx", None),  # which of them?
        ("IRQ-010.xlsx", None),
        ("Quettasheets.xlsx", None),
        ("return (7) A.xlsx", None),  # any file may be called so
    ],
)
def test_a_file_name_that_names_another_team(file: str, named: str | None) -> None:
    want = ExpectedReturn("example", "2026-H1", TEAMS, KEY)
    found = read_raw(stamped(draw(LAYOUT), KEY), path=f"PAK/{file}", want=want)
    assert [
        (each.code, each.details["found"], each.details["expected"]) for each in found.observations
    ] == ([("I013", named, "PAK-01")] if named else [])


@pytest.mark.parametrize(
    ("teams", "key", "codes"),
    [(None, KEY, []), (("IRQ-01",), KEY, ["I008"]), (TEAMS, OTHER, ["I006"])],
    ids=["no round", "not of the round", "not our stamp"],
)
def test_a_file_name_says_nothing_beside_worse(
    teams: tuple[str, ...] | None, key: bytes, codes: list[str]
) -> None:
    want = ExpectedReturn("example", "2026-H1", teams, key)
    assert seen(read_raw(stamped(draw(LAYOUT), KEY), path="IRQ-01.xlsx", want=want)) == codes


def test_a_file_is_only_what_its_signed_stamp_says() -> None:
    """Whatever the process answers that has read it: that may have been taken over."""
    key = b"k" * 32
    signed = sign(Identity("example", "1.0", "digest", "en", team="PAK-01"), key)
    answers = {
        "honest": signed,
        "less": replace(signed, rows=""),
        "other": replace(signed, team="X"),
    }
    signatures = {name: settled(said, [signed], signed, key)[0] for name, said in answers.items()}
    assert signatures == {"honest": "valid", "less": "valid", "other": "invalid"}
