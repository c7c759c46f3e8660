"""The first law: what was written is what is read, in every spec and language, also through LibreOffice."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from hrge_xl import Order, generate
from tests.answers import TODAY, answers, full, layout, spec
from tests.face import Answers
from tests.property_tests import examples
from tests.read_and_check import read
from tests.tables import table

SOME_TOOLS = ("T1.1", "T2.5", "T2.6", "T3.2", "T4.A", "T4.B", "T4.C")
LANGUAGES = [
    ("example", "ar", None),
    *(pytest.param("example", tag, None, marks=pytest.mark.deep) for tag in ("en", "fr")),
]
DRAFTED = ("ar", "ckb", "es", "fa", "fa-AF", "fr", "ru", "ur", "zh")  # of the Toolkit
FURTHER = [pytest.param("hrge_toolkit", tag, SOME_TOOLS, marks=pytest.mark.deep) for tag in DRAFTED]


def written(
    name: str, language: str, tools: tuple[str, ...] | None, given_answers: Answers
) -> bytes:
    return generate(spec(name), Order("PAK", TODAY, "", language, tools, answers=given_answers))


@pytest.mark.parametrize(
    ("name", "language", "tools"), [*LANGUAGES, ("hrge_toolkit", "en", SOME_TOOLS)]
)
@examples(15, suppress=HealthCheck)
@given(data=st.data())
def test_what_is_written_is_read(
    name: str, language: str, tools: tuple[str, ...] | None, data: st.DataObject
) -> None:
    wanted = data.draw(answers(layout(name, language, tools)))
    issued = read(written(name, language, tools, {})).values()
    submission = read(written(name, language, tools, wanted))
    assert submission.values() == issued | wanted
    assert submission.observations == []
    assert submission.unplaced == []


@pytest.mark.parametrize(
    ("name", "language", "tools"), [*LANGUAGES, ("hrge_toolkit", "en", None), *FURTHER]
)
def test_a_full_workbook_is_read(name: str, language: str, tools: tuple[str, ...] | None) -> None:
    wanted = full(layout(name, language, tools))
    submission = read(written(name, language, tools, wanted))
    assert submission.values() == wanted
    assert submission.observations == []


@pytest.mark.parametrize("text", table("cases")["texts_that_look_like_something_else"])
def test_texts_that_look_like_something_else(text: str) -> None:
    wanted = {("PLAN", "1", "PLN_03"): text, ("R1", "K-01", "RSK_01"): text}
    assert read(written("example", "en", None, wanted)).values() == wanted


def test_the_same_order_gives_the_same_bytes() -> None:
    wanted = full(layout("example"))
    assert written("example", "en", None, wanted) == written("example", "en", None, wanted)


@pytest.mark.office
@pytest.mark.parametrize(
    ("name", "language", "tools"), [*LANGUAGES, ("hrge_toolkit", "en", SOME_TOOLS), *FURTHER]
)
def test_what_is_written_survives_libreoffice(
    name: str, language: str, tools: tuple[str, ...] | None, office: object, tmp_path: Path
) -> None:
    wanted = full(layout(name, language, tools), rows=3)
    source, saved = tmp_path / "issued.xlsx", tmp_path / "saved.xlsx"
    source.write_bytes(written(name, language, tools, wanted))
    office.resave(source, saved)  # type: ignore[attr-defined]
    submission = read(saved.read_bytes())
    assert submission.values() == wanted
    assert submission.observations == []
