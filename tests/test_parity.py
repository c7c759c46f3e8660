"""The second law: what the sheet says after recalculation is what the reader says, cell by cell."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from hrge_xl import ExpectedReturn, Order, generate, load
from tests.answers import TODAY, layout, plain_value, spec
from tests.face import CellKind, ColumnKind, Layout, RawWorkbook, Slot, address, build, kind_of, ooxml
from tests.property_tests import examples
from tests.read_and_check import check
from tests.test_round_trip import DRAFTED, SOME_TOOLS, read

NASTY_TEXTS = ("no such entry", "a / b - c", "ten", "x" * 300, "word " * 160, "R-SP-99", "C1_02 something")
NASTY_NUMBERS = (-1.0, 0.0, 0.5, 2.0, 6.0, 45.5, 1404.0, 2026.0, 46000.0, 1e9)


def typed(where: Layout, slot: Slot, chance: random.Random) -> Any:
    """What somebody might type or paste into a cell: mostly right, sometimes anything."""
    roll = chance.random()
    if roll < 0.35:
        return None
    if roll < 0.8:
        return shown(where, slot, plain_value(where, slot, chance.randrange(9)))
    return chance.choice(NASTY_TEXTS if chance.random() < 0.5 else NASTY_NUMBERS)


def shown(where: Layout, slot: Slot, value: Any) -> Any:
    """A value as the sheet shows it."""
    if isinstance(value, tuple):
        value = value[0]
    name = slot.field.list_name
    if name and not slot.field.type.stepped and value is not None:
        place = where.lists[name]
        return place.labels[place.codes.index(value)]
    return value


def sheet_verdicts(workbook: RawWorkbook, where: Layout) -> dict[tuple[str, str, str], tuple[str, bool]]:
    """What the check cells of a recalculated workbook show."""
    sheets = {sheet.name: sheet for sheet in workbook.sheets}
    found = {}
    for key, slot in where.slots.items():
        if slot.check is None:
            continue
        cell = sheets[where.sheet[slot.tool].name].cell(*slot.check)
        assert cell is not None, (key, address(*slot.check))
        assert cell.kind is CellKind.NUMBER, (key, address(*slot.check), cell)
        message = where.messages.decode(int(cell.value))
        found[key] = (message.code if message else "", int(cell.value) // 1000 % 10 == 1)
    return found


def disagreements(path: Path, where: Layout, want: ExpectedReturn = ExpectedReturn()) -> list[str]:  # noqa: B008  (frozen)
    """Slots about which sheet and reader disagree, as of the day that the sheets were calculated on."""
    data = path.read_bytes()
    submission = read(data, want)
    assert submission.calculated_on is not None
    outcome = check([(submission, where)], today=submission.calculated_on, in_sheets=True)[0]
    raw = ooxml.read(data)
    said = sheet_verdicts(raw, where)
    lines = []
    for key, verdict in outcome.verdicts.items():
        if said[key] != (verdict.code, verdict.required):
            cell = next((a.original for a in submission.answers if a.key == key), None)
            lines.append(
                f"{key}: sheet {said[key]}, reader {(verdict.code, verdict.required)}, cell {cell!r}"
            )
    return lines


CASES = [("example", tag, None, seed) for tag in ("en", "fr", "ar") for seed in range(3)]
CASES += [("hrge_toolkit", "en", SOME_TOOLS, 0)]


def filled(where: Layout, chance: random.Random) -> dict[tuple[str, str], Any]:
    """What a team may have typed into a workbook, by sheet and cell."""
    cells = {}
    for slot in where.slots.values():
        if slot.field.calculated:
            continue
        for place in slot.cells[: chance.randint(1, len(slot.cells))]:
            value = typed(where, slot, chance)
            if value is not None:
                cells[where.sheet[slot.tool].name, address(*place)] = value
    return cells


@pytest.mark.office
@pytest.mark.parametrize(
    ("name", "language", "tools", "seed"),
    [
        *CASES,
        *(
            pytest.param("hrge_toolkit", tag, SOME_TOOLS, 1, marks=pytest.mark.deep)
            for tag in ("en", *DRAFTED)
        ),
    ],
)
def test_the_sheet_says_what_the_reader_says(
    name: str, language: str, tools: tuple[str, ...] | None, seed: int, office: Any, tmp_path: Path
) -> None:
    where = layout(name, language, tools)
    chance = random.Random(seed)
    source, saved = tmp_path / "issued.xlsx", tmp_path / "saved.xlsx"
    source.write_bytes(generate(spec(name), Order("PAK", TODAY, "PAK", language, tools)))
    with office.open(source) as document:
        document.fill(filled(where, chance))
        document.recalculate()
        document.save_as(saved)
    assert disagreements(saved, where) == []


ANYTHING = st.one_of(
    st.sampled_from([*NASTY_TEXTS, *NASTY_NUMBERS]),
    st.floats(-1e6, 1e6, allow_nan=False).map(lambda number: float(f"{number:.9g}")),
    st.text(st.characters(codec="latin-1", exclude_categories=("Cc", "Cf")), min_size=1, max_size=12).filter(
        str.strip
    ),
)


@pytest.mark.office
@examples(12, suppress=HealthCheck)
@given(data=st.data())
def test_hypothesis_finds_no_disagreement(data: st.DataObject, office: Any, tmp_path: Path) -> None:
    where = layout("example", "fr")
    source, saved = tmp_path / "issued.xlsx", tmp_path / "saved.xlsx"
    source.write_bytes(generate(spec("example"), Order("PAK", TODAY, "PAK", "fr")))
    slots = [slot for slot in where.slots.values() if not slot.field.calculated]
    cells = {}
    for slot in data.draw(
        st.lists(st.sampled_from(slots), min_size=5, max_size=40, unique_by=lambda s: s.key)
    ):
        right = shown(where, slot, plain_value(where, slot, data.draw(st.integers(0, 8))))
        value = data.draw(st.just(right) | ANYTHING) if right is not None else data.draw(ANYTHING)
        cells[where.sheet[slot.tool].name, address(*slot.cells[0])] = value
    with office.open(source) as document:
        document.fill(cells)
        document.recalculate()
        document.save_as(saved)
    assert disagreements(saved, where) == []


@pytest.mark.office
def test_references_are_read_alike_whatever_their_spelling(office: Any, tmp_path: Path) -> None:
    where = layout("example", "en")
    source, saved = tmp_path / "issued.xlsx", tmp_path / "saved.xlsx"
    source.write_bytes(generate(spec("example"), Order("PAK", TODAY, "PAK", "en")))
    places = [address(*where.slots["R1", f"K-0{n}", "RSK_08"].cells[0]) for n in range(1, 9)]
    texts = (
        "C1_02 A room", "  C1_02  A room ", " C9_99 nothing", " Nothing",
        "c1_02 a ROOM", "Ｃ１_０２ A room", "C1_02\u00a0A room", "C1_02: A room",
    )  # fmt: skip
    with office.open(source) as document:
        document.fill(
            {(where.sheet["R1"].name, place): text for place, text in zip(places, texts, strict=True)}
        )
        document.recalculate()
        document.save_as(saved)
    assert disagreements(saved, where) == []


@pytest.mark.office
def test_marks_for_no_answer_and_truth_values_are_seen_alike(office: Any, tmp_path: Path) -> None:
    """Typed at the keyboard, for what comes of it is the program's choice."""
    where = layout("example", "en")
    source, saved = tmp_path / "issued.xlsx", tmp_path / "saved.xlsx"
    source.write_bytes(generate(spec("example"), Order("PAK", TODAY, "PAK", "en")))
    typed_there = dict(zip((f"PLN_{n:02d}" for n in (1, 3, 12)), ("...", "-", "?"), strict=True))
    typed_there |= dict.fromkeys((f"PLN_{n:02d}" for n in (4, 6, 7, 8, 9, 10)), "TRUE")
    marks = dict(zip(where.row_codes["R1"], (".", "…", "--", "—", " – ", "؟", "n/a", "-5"), strict=True))
    with office.open(source) as document:
        for code, text in typed_there.items():
            document.type("Plan", address(*where.slots["PLAN", "1", code].cells[0]), text)
        for row, text in marks.items():
            document.type_text("Risks", address(*where.slots["R1", row, "RSK_01"].cells[0]), text)
            document.type("Risks", address(*where.slots["R1", row, "RSK_03"].cells[0]), "TRUE")
        document.recalculate()
        document.save_as(saved)
    assert disagreements(saved, where) == []
    found = check([(read(saved.read_bytes()), where)], today=TODAY)[0].findings
    assert {each.field for each in found if each.code == "V001"} >= {"PLN_01", "PLN_03", "RSK_01"}
    assert sum(each.field == "RSK_01" for each in found if each.code == "V001") == 6
    assert {each.field for each in found if each.code in ("V003", "V005")} >= {"PLN_04", "PLN_06"}
    assert {each.field for each in found if each.code == "V002"} >= {"RSK_03"}  # a step is one of a list


NUMBERS = {
    "workbook.yaml": """
name: typed
version: "1.0"
title: Figures
languages: [LANGUAGE]
sheets: [FIG]
""",
    "tools/figures.yaml": """
code: FIG
sheet: Figures
title: Figures
always: true
blocks:
  - kind: register
    id: F-
    rows: 24
    fields:
      - {code: FIG_01, type: date, label: Day}
      - {code: FIG_02, type: year, label: Year}
      - {code: FIG_03, type: decimal, label: Amount}
      - {code: FIG_04, type: percent, label: Share}
""",
}
TYPED: dict[str, tuple[Any, ...]] = {
    "FIG_01": (
        date(2069, 12, 31), date(2070, 1, 1), date(2083, 1, 15), date(2090, 12, 31), date(2091, 1, 1),
        "2083-01-15", "15 April 2026", "2026-04-15", "04/05/2026", "1405-01-11", date(2026, 4, 15), 25569.75,
    ),
    "FIG_02": (2069, 2070, 2083, 2083.5, 2090, 2091, 1405, 1405.5, "2083", "1405", "2026", "२०८३", "2,026", 2569),
    "FIG_03": ("1,234", "25.000", "1.234,5", "1,00,000", "۱۲/۵", "१२", 12.5, "12.5", "ten"),
    "FIG_04": ("45%", "%45", "٪٤٥", "４５％", 0.45, "12.500%", "45", 45),
}  # fmt: skip


@pytest.mark.office
@pytest.mark.parametrize("language", ["ne", "en", "fa"])
def test_numbers_and_dates_typed_as_text_are_seen_alike(language: str, office: Any, tmp_path: Path) -> None:
    """Also years of a calendar of the workbook's own language, as text and as a real date or number."""
    folder, source, saved = (tmp_path / name for name in ("typed", "issued.xlsx", "saved.xlsx"))
    for name, text in NUMBERS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text.replace("LANGUAGE", language), encoding="utf-8")
    where = build(load(folder), language)
    source.write_bytes(generate(where.spec, Order("PAK", TODAY, "PAK", language)))
    cells = {
        (where.sheet["FIG"].name, address(*where.slots["FIG", row, code].cells[0])): value
        for code, values in TYPED.items()
        for row, value in zip(where.row_codes["FIG"], values, strict=False)
    }
    with office.open(source) as document:
        document.fill(cells)
        document.recalculate()
        document.save_as(saved)
    want = ExpectedReturn(str(folder))
    assert disagreements(saved, where, want) == []
    submission = read(saved.read_bytes(), want)
    refused = {answer.original for answer in submission.answers if answer.problem == "V007"}
    assert {"1405-01-11", 1405.0, "1405", 2569.0} <= refused
    assert (2083.0 in refused, "2083" in refused, "2083-01-15" in refused) == (language == "ne",) * 3
    found = check([(submission, where)], today=TODAY)[0].findings
    days = {each.value for each in found if each.code == "V007" and each.field == "FIG_01"}
    assert ("2070-01-01" in days, "2090-12-31" in days) == (language == "ne",) * 2


def test_kinds_are_known() -> None:
    """Every field type has a kind, so that a new one cannot be left out of the checks."""
    for name in ("example", "hrge_toolkit"):
        for _, _, field in spec(name).places():
            assert kind_of(field) in ColumnKind
