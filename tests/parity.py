"""What sheet and reader say of one workbook, held against each other, after LibreOffice has recalculated it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl

from hrge_xl import ExpectedReturn, Order, generate
from tests.answers import TODAY, plain_value
from tests.face import (
    CellKind,
    Finding,
    Layout,
    RawWorkbook,
    Slot,
    Submission,
    address,
    kind_called,
    ooxml,
)
from tests.in_words import in_words
from tests.read_and_check import check, read

Cells = dict[tuple[str, str], Any]  # what is typed, by sheet and cell
NASTY_TEXTS = (
    "no such entry",
    "a / b - c",
    "ten",
    "x" * 300,
    "word " * 160,
    "R-SP-99",
    "C1_02 something",
)
NASTY_NUMBERS = (-1.0, 0.0, 0.5, 2.0, 6.0, 45.5, 1404.0, 2026.0, 46000.0, 1e9)
OF_RESULTS = frozenset(
    kind_called(name).code
    for name in (
        "formula-changed",
        "result-differs",
        "typed-over",
        "calculation-differs",
        "calculation-not-current",
    )
)


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


def filled(where: Layout, chance: random.Random) -> Cells:
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


def placed(where: Layout, values: dict[tuple[str, str, str], Any]) -> Cells:
    """What is typed by its key, one value or one for each cell, in its cells."""
    found: Cells = {}
    for key, value in values.items():
        cells, parts = (
            where.slots[key].cells,
            value if isinstance(value, tuple | list) else (value,),
        )
        pairs = zip(cells, parts, strict=False)
        found |= {
            (where.sheet[key[0]].name, address(*at)): one for at, one in pairs if one is not None
        }
    return found


def recalculated(
    where: Layout, cells: Cells, folder: Path, office: Any, order: Order | None = None
) -> Path:
    """A workbook in which these cells were filled in, after LibreOffice has recalculated it."""
    source, saved = folder / "issued.xlsx", folder / "saved.xlsx"
    source.write_bytes(generate(where.spec, order or Order("TEST", TODAY, language=where.language)))
    with office.open(source) as document:
        document.fill(cells)
        document.recalculate()
        document.save_as(saved)
    return saved


def returned(where: Layout, cells: Cells) -> Submission:
    """What is read of a workbook with these cells, without any program in between."""
    book = openpyxl.load_workbook(
        BytesIO(generate(where.spec, Order("T", TODAY, language=where.language)))
    )
    for (sheet, cell), value in cells.items():
        book[sheet][cell].value = value
    book.save(stream := BytesIO())
    return read(stream.getvalue(), ExpectedReturn(where.spec.folder))


def sheet_verdicts(
    workbook: RawWorkbook, where: Layout
) -> dict[tuple[str, str, str], tuple[str, bool]]:
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


def findings(saved: Path, where: Layout, want: ExpectedReturn) -> list[Finding]:
    """What the reader finds, as of the day that the sheets were calculated on."""
    submission = read(saved.read_bytes(), want)
    (outcome,) = check([(submission, where)], today=submission.calculated_on or TODAY)
    return outcome.findings


def of_results(
    saved: Path, where: Layout, want: ExpectedReturn, codes: frozenset[str] = OF_RESULTS
) -> Iterator[str]:
    """What the reader says of results, formulas and lists that show something else than the answers give."""
    for finding in findings(saved, where, want):
        if finding.code in codes:
            yield f"{finding.tool} {finding.row} {finding.field} {finding.cell}: {in_words(finding, where).message}"


def said_differently(where: Layout, cells: Cells, folder: Path, office: Any) -> Iterator[str]:
    """What sheet and reader say differently of these cells, in a workbook of the spec in a folder."""
    saved, want = recalculated(where, cells, folder, office), ExpectedReturn(str(folder))
    yield from disagreements(saved, where, want)
    yield from of_results(saved, where, want, OF_RESULTS)
