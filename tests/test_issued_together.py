"""Many workbooks: drawn once, filled in for each team, and every one of them as if it had been made alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from hrge_xl import Order, Spec, generate, issue
from hrge_xl.core.errors import LimitError
from tests.answers import TODAY, answers, full, layout, spec
from tests.face import FIELD_TYPES, Answers, Layout, book, issue_files, issuing, stamp_alone
from tests.made_workbooks import FILLINGS, SPECS, partly
from tests.property_tests import examples
from tests.telling import telling
from tests.test_cli import run

SOME_TOOLS = (
    "T1.1",
    "T2.5",
    "T2.6",
    "T3.2",
    "T4.A",
    "T4.B",
    "T4.C",
    "BARRIERS",
    "ACTIONS",
    "CHECKS",
)
LATER = TODAY + timedelta(days=40)
TEXT = ("R1", "K-01", "RSK_01")


def filled(where: Layout, filling: str) -> Answers:
    return {"blank": lambda _: {}, "partly": partly, "full": full}[filling](where)


# the law: as if it had been made alone


@pytest.mark.parametrize("issued_for", telling(SPECS, ("example", "ar")))
def test_with_others_or_alone(issued_for: tuple[str, str]) -> None:
    name, language = issued_for
    where = layout(name, language)
    orders = [
        Order(
            "PAK", TODAY, "PAK", language, answers=filled(where, each), contact="office@example.org"
        )
        for each in FILLINGS
    ]
    issued = [data for _, data in issue(spec(name), orders)]
    assert issued == [alone(spec(name), order) for order in orders]


@st.composite
def some_orders(draw: st.DrawFn, where: Layout, tools: tuple[str, ...] | None) -> list[Order]:
    """Orders that differ in anything that they can differ in."""
    return [
        Order(
            team=f"T{number}",
            today=draw(st.sampled_from([TODAY, LATER])),
            country=draw(st.sampled_from(["", "PAK", "MAR"])),
            language=where.language,
            tools=tools,
            round=draw(st.sampled_from(["", "2026-H1"])),
            deadline=draw(st.sampled_from(["", "2026-07-31"])),
            contact=draw(st.sampled_from(["", "office & <desk>"])),
            key=draw(st.sampled_from([None, b"k" * 32])),
            answers=draw(answers(where, most=25)),
        )
        for number in range(draw(st.integers(2, 4)))
    ]


@pytest.mark.parametrize("language", telling(["en", "fr", "ar"], "ar"))
@examples(10, suppress=HealthCheck)
@given(data=st.data())
def test_whatever_they_hold(language: str, data: st.DataObject) -> None:
    as_if_alone("example", data.draw(some_orders(layout("example", language), None)))


@pytest.mark.deep
@examples(3, suppress=HealthCheck)
@given(data=st.data())
def test_whatever_they_hold_of_the_toolkit(data: st.DataObject) -> None:
    as_if_alone(
        "hrge_toolkit", data.draw(some_orders(layout("hrge_toolkit", "en", SOME_TOOLS), SOME_TOOLS))
    )


def as_if_alone(name: str, orders: list[Order]) -> None:
    """Each comes out as it would have been made alone."""
    for order, issued in issue(spec(name), orders):
        assert issued == alone(spec(name), order)


def alone(of: Spec, order: Order) -> bytes:
    """A workbook as if no other had been made before it."""
    book.draw.cache_clear()
    return generate(of, order)


def test_the_company_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    where = layout("example")
    orders = [
        Order(f"T{n}", TODAY, answers=filled(where, each)) for n, each in enumerate(FILLINGS * 2)
    ]
    together = {order.team: data for order, data in issue(spec("example"), orders)}
    monkeypatch.setattr(issuing, "ORDERS_AT_ONCE", 2)
    assert {
        order.team: data for order, data in issue(spec("example"), reversed(orders))
    } == together
    monkeypatch.setattr(issuing, "ANSWERS_AT_ONCE", 1)
    assert {order.team: data for order, data in issue(spec("example"), orders)} == together


def test_languages_and_choices_of_tools_in_one_go() -> None:
    orders = [
        Order("A", TODAY, "PAK", "fr"),
        Order("B", TODAY, "PAK", "en", ("C1",)),
        Order("C", TODAY, "MAR", "fr"),
        Order("D", TODAY, "EGY", "ar", blank_rows=30),
        Order("E", TODAY, "MAR", "en", ("C1",)),
        Order("F", TODAY),
    ]
    found = list(issue(spec("example"), orders))
    assert [order.team for order, _ in found] == ["A", "C", "B", "E", "D", "F"]
    assert [data for _, data in found] == [generate(spec("example"), order) for order, _ in found]


def test_other_programs_read_what_is_filled_in() -> None:
    order = Order("Team 7", TODAY, "PAK", deadline="2026-07-31", answers={TEXT: " <b> & _x0041_ "})
    _, data = list(issue(spec("example"), [Order("A", TODAY), order]))[1]
    book = openpyxl.load_workbook(BytesIO(data))
    assert book.properties.created.date() == TODAY
    assert book.custom_doc_props["hrge_team"].value == "Team 7"
    facts = {
        row[1].value: row[2].value for row in book.worksheets[0].iter_rows(min_row=2, max_row=12)
    }
    assert (facts["Team"], facts["Country"], facts["Issued on"]) == (
        "Team 7",
        "Pakistan",
        "2026-06-30",
    )
    assert facts["Day of the check"] == "=TODAY()"
    where = layout("example")
    place = where.slots[TEXT].cells[0]
    assert book[where.sheet["R1"].name].cell(*place).value == " <b> & _x0041_ "


# what cannot be


@pytest.mark.parametrize(
    ("order", "said"),
    [
        (Order("T" * 256, TODAY), r"team: 256 characters; Excel takes 255\. Shorten it\."),
        (Order("A", TODAY, answers={TEXT: "x" * 32_768}), r"Sheet “.*”, cell D7: 32768 characters"),
    ],
)
def test_what_excel_does_not_take_is_named(order: Order, said: str) -> None:
    with pytest.raises(LimitError, match=said):
        list(issue(spec("example"), [Order("B", TODAY), order]))


def test_a_number_that_excel_does_not_know() -> None:
    key = next(
        key
        for key, slot in layout("example").slots.items()
        if slot.field.type is FIELD_TYPES["integer"]
    )
    with pytest.raises(LimitError, match="inf is not a number"):
        list(
            issue(
                spec("example"), [Order("A", TODAY), Order("B", TODAY, answers={key: float("inf")})]
            )
        )


# into files


@pytest.fixture
def orders() -> list[Order]:
    """Five teams in two languages."""
    return [Order(f"T{n}", TODAY, "PAK", "fr" if n % 2 else "en", key=b"k" * 32) for n in range(5)]


def files(orders: list[Order], folder: Path) -> Iterator[tuple[str, bool]]:
    """Issue into a folder; the names as they are written."""
    found = issue_files(spec("example"), orders, lambda order: folder / f"{order.team}.xlsx")
    return ((path.name, is_new) for path, is_new in found)


def test_a_run_that_was_interrupted_goes_on(orders: list[Order], tmp_path: Path) -> None:
    begun = files(orders, tmp_path)
    first = [next(begun), next(begun)]
    begun.close()
    assert first == [("T0.xlsx", True), ("T2.xlsx", True)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["T0.xlsx", "T2.xlsx"]
    before = (tmp_path / "T0.xlsx").read_bytes()
    (tmp_path / "T2.xlsx").write_bytes(before[:-100])  # what another program left of it
    next_day = [replace(order, today=LATER) for order in orders]
    assert dict(files(next_day, tmp_path)) == {
        "T0.xlsx": False,
        "T1.xlsx": True,
        "T2.xlsx": True,
        "T3.xlsx": True,
        "T4.xlsx": True,
    }
    assert (tmp_path / "T0.xlsx").read_bytes() == before
    days = {path.name: stamp_alone(path.read_bytes()) for path in tmp_path.glob("*.xlsx")}
    assert {name: stamp.issued for name, stamp in days.items() if stamp} == {
        "T0.xlsx": "2026-06-30",
        **dict.fromkeys(("T1.xlsx", "T2.xlsx", "T3.xlsx", "T4.xlsx"), "2026-08-09"),
    }


def test_a_changed_order_is_issued_anew(orders: list[Order], tmp_path: Path) -> None:
    list(files(orders, tmp_path))
    changed = [
        replace(orders[0], deadline="2026-09-30"),
        replace(orders[1], language="ar"),
        *orders[2:],
    ]
    assert {name for name, is_new in files(changed, tmp_path) if is_new} == {"T0.xlsx", "T1.xlsx"}


def test_a_round_is_issued_once(tmp_path: Path) -> None:
    (tmp_path / "teams.csv").write_text(
        "team,country,language\nA,PAK,en\nB,MAR,fr\nC,EGY,ar\nD,IRQ,en\n"
    )
    folder = tmp_path / "2026-H1"
    run("round", "init", folder, "--spec", "example", "--teams", tmp_path / "teams.csv")
    names = [
        f"{team}_{tag}.xlsx" for team, tag in (("A", "en"), ("D", "en"), ("B", "fr"), ("C", "ar"))
    ]
    issued = run("generate", folder)
    assert (issued.returncode, issued.stderr) == (0, "")
    assert [Path(line).name for line in issued.stdout.splitlines()] == names
    (folder / "issued" / names[3]).unlink()
    (folder / "issued" / ".unfinished-1-C_ar.xlsx").write_bytes(b"PK")  # of a run that was killed
    again = run("generate", folder)
    assert [Path(line).name for line in again.stdout.splitlines()] == [names[3]]
    assert again.stderr == "3 of 4 workbooks were issued before and stay as they are.\n"
    assert sorted(path.name for path in (folder / "issued").glob("*.xlsx")) == sorted(names)
