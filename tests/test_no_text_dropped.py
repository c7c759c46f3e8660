"""No type drops text: every letter and digit that was typed is in the value, or in a finding that quotes it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from hrge_xl import ExpectedReturn, Order, generate, load
from tests.face import (
    FIELD_TYPES,
    Answer,
    Layout,
    Submission,
    address,
    build,
    letters,
    plain_digits,
    shown,
    tick_spellings,
)
from tests.made_specs import Files, write
from tests.property_tests import examples
from tests.read_and_check import check, read

TODAY = date(2026, 6, 30)
ROWS = 30
OPTIONS: dict[str, dict[str, Any]] = {
    "choice": {"vocabulary": "WORDS"},
    "many": {"vocabulary": "WORDS", "cells": 2},
    "scale": {"vocabulary": "STEPS"},
    "reference": {"to": ["T", "C"]},
}
TYPES = [name for name, kind in FIELD_TYPES.items() if not kind.calculated]
SPEC: Files = {
    "workbook.yaml": {
        "name": "dropped",
        "version": "1",
        "title": "Dropped",
        "languages": ["en", "fr"],
        "sheets": ["T", "C"],
    },
    "vocabularies.yaml": {
        "WORDS": {
            "items": [
                {"code": "A", "label": {"en": "Women", "fr": "Femmes"}},
                {"code": "B", "label": "Men"},
            ]
        },
        "STEPS": {
            "items": [
                {
                    "code": 1,
                    "label": {"en": "Rare", "fr": "Rarement"},
                    "anchor": {"en": "under 10 %", "fr": "moins de 10 %"},
                },
                {"code": 2, "label": {"en": "Likely", "fr": "Probable"}},
                {"code": 3, "label": {"en": "Very likely", "fr": "Très probable"}},
            ]
        },
    },
    "tools/t.yaml": {
        "code": "T",
        "sheet": "Table",
        "title": "Table",
        "always": True,
        "blocks": [
            {
                "kind": "register",
                "id": "T-",
                "rows": ROWS,
                "fields": [
                    {"code": "T_ABOUT", "type": "text", "label": "About"},
                    *(
                        {
                            "code": f"T_{n}",
                            "type": name,
                            "label": f"Field {n}",
                            **OPTIONS.get(name, {}),
                        }
                        for n, name in enumerate(TYPES)
                    ),
                ],
            }
        ],
    },
    "tools/c.yaml": {
        "code": "C",
        "sheet": "Catalogue",
        "title": "Catalogue",
        "always": True,
        "blocks": [
            {
                "kind": "checklist",
                "items": [{"code": "C_1", "label": "A room"}, {"code": "C_2", "label": "A door"}],
                "fields": [{"code": "C_A", "type": "text", "label": "Answer"}],
            }
        ],
    },
}


@pytest.fixture(scope="module")
def where(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    return build(load(write(SPEC, tmp_path_factory.mktemp("spec"))), "en")


@pytest.fixture(scope="module")
def issued(where: Layout) -> bytes:
    return generate(where.spec, Order("T", TODAY))


def returned(where: Layout, issued: bytes, cells: dict[tuple[str, str], Any]) -> Submission:
    """What is read of the issued workbook with this in cells of its table, by row and field."""
    book = openpyxl.load_workbook(BytesIO(issued))
    for (row, code), value in cells.items():
        book["Table"][address(*where.slots["T", row, code].cells[0])].value = value
    stream = BytesIO()
    book.save(stream)
    return read(stream.getvalue(), ExpectedReturn(where.spec.folder))


def quoted(where: Layout, submission: Submission) -> dict[str | None, set[str | None]]:
    """What the findings quote, by cell."""
    (outcome,) = check([(submission, where)], today=TODAY)
    found: dict[str | None, set[str | None]] = {}
    for finding in outcome.findings:
        found.setdefault(finding.cell, set()).add(finding.value)
    return found


def said(where: Layout, answer: Answer) -> str:
    """All that the value of an answer says: with the words of what was chosen, and of the row that is named."""
    if where.slots[answer.key].field.type.name == "tick" and answer.code is not None:
        return " ".join(tick_spellings(where.spec.languages)[answer.code])
    if answer.code is not None:
        grid = where.rows_of["C"]
        named = grid.row[answer.code].label if answer.code in grid.row else ""
        return " ".join(
            (answer.code, where.labels_of.get(answer.key, {}).get(answer.code, ""), named)
        )
    field = where.slots[answer.key].field
    if field.type.stepped and answer.number is not None:
        return where.labels[str(field.list_name)][f"{answer.number:g}"]
    return "" if answer.value is None else shown(answer.value)


def dropped(where: Layout, submission: Submission) -> Iterator[str]:
    """The answers of which something is neither in the value nor quoted."""
    told = quoted(where, submission)
    for answer in submission.answers:
        typed, value = shown(answer.original), letters(plain_digits(said(where, answer)))
        short = set(told.get(answer.cell, ()))
        whole = typed in short or any(each and typed.startswith(each.rstrip("…")) for each in short)
        if not whole and letters(plain_digits(typed)) not in value:
            yield f"{answer.field}: {typed!r} became {value!r}, quoted {short}"


WORDS = [
    "4",
    "2",
    "1",
    "3",
    "-",
    "–",
    "Likely",
    "Rare",
    "Rarement",
    "Women",
    "Men",
    "Femmes",
    "A",
    "of",
    "5",
    "and",
    "T-01",
    "T-02",
    "C_1",
    "A room",
    "yes",
    "no",
    "x",
    "✓",
    "2026-03-31",
    "31 March 2026",
    "14:30",
    "%",
    "12",
    "3.5",
    "1 234",
    "½",
    "in the north",
    "(under 10 %)",
    "٤",
    "؟",
    ",",
    "/",
    "€",
    "شمال",
    "四",
]
PHRASES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
TYPED = PHRASES | st.text(
    st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=15
)


@examples(6, suppress=HealthCheck)
@given(texts=st.lists(TYPED.filter(str.strip), min_size=ROWS, max_size=ROWS))
def test_every_character_is_in_the_value_or_quoted(
    texts: list[str], where: Layout, issued: bytes
) -> None:
    rows = where.row_codes["T"]
    cells = {
        (row, f"T_{n}"): "'" + text if text[0] == "=" else text
        for row, text in zip(rows, texts, strict=True)
        for n, _ in enumerate(TYPES)
    }
    assert list(dropped(where, returned(where, issued, cells))) == []


@pytest.mark.parametrize(
    ("typed", "code", "quoted_as"),
    [
        ("T-01 First", "T-01", None),
        ("T-01", "T-01", None),
        ("C_1 A room", "C_1", None),
        ("T-01 as it was called before", "T-01", "V107"),
        ("T-02 First", "T-02", "V002"),  # whose words are those of another row
        ("T-02 Fir", "T-02", "V107"),
        ("T-01 T-02", "T-01", "V110"),
        ("t-01 T-02", "T-01", "V110"),
        ("T-01, T-02 and T-03", "T-01", "V110"),
        ("T-01 – C_2", "T-01", "V110"),
        ("T-99 T-01", "T-99", "V016"),
    ],
)
def test_behind_the_code_of_a_row_stand_its_words(
    typed: str, code: str, quoted_as: str | None, where: Layout, issued: bytes
) -> None:
    reference = f"T_{TYPES.index('reference')}"
    submission = returned(where, issued, {("T-01", "T_ABOUT"): "First", ("T-02", reference): typed})
    (answer,) = [each for each in submission.answers if each.field == reference]
    assert answer.code == code
    (outcome,) = check([(submission, where)], today=TODAY)
    found = {each.code: each.value for each in outcome.findings if each.field == reference}
    assert found == ({} if quoted_as is None else {quoted_as: typed})


def test_a_time_behind_a_day_is_quoted_and_in_a_text_it_stays(where: Layout, issued: bytes) -> None:
    moment = TODAY.strftime("%Y-%m-%d 14:30")
    cells = {
        ("T-01", f"T_{TYPES.index(name)}"): openpyxl.utils.datetime.from_excel(46203.604166666664)
        for name in ("date", "text")
    }
    submission = returned(where, issued, cells)
    by_field = {each.field: each for each in submission.answers}
    assert by_field[f"T_{TYPES.index('text')}"].text == moment
    assert by_field[f"T_{TYPES.index('date')}"].day == TODAY
    (outcome,) = check([(submission, where)], today=TODAY)
    assert [each.value for each in outcome.findings if each.code == "V110"] == [moment]
