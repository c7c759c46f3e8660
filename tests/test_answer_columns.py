"""Answers as columns say the same as answers one by one, and nothing that cannot belong together is taken."""

from __future__ import annotations

from array import array
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrge_xl.answer import Answer, State
from hrge_xl.answer_columns import AnswerColumns, Columns, Place
from hrge_xl.dataset.rows import return_key
from hrge_xl.intake.closed_format import dumps, loads
from hrge_xl.validation import Result
from tests.answers import layout, plain_value
from tests.build_submission import submission

TEXTS = st.none() | st.text(max_size=5)
ANSWERS = st.builds(
    Answer,
    *[st.sampled_from(("T1", "T2")), st.sampled_from(("1", "2")), st.sampled_from(("F_1", "F_2"))],
    st.integers(0, 3),
    st.sampled_from(("Sheet", "Лист")),
    st.sampled_from(("B7", "AA12")),
    st.sampled_from(State),
    st.none() | st.text(max_size=5) | st.floats(allow_nan=False) | st.booleans(),
    st.booleans(),
    TEXTS,
    TEXTS,
    st.none() | st.floats(allow_nan=False),
    st.none() | st.dates(),
    st.none() | st.sampled_from(("V001", "V007")),
    TEXTS,
    st.lists(st.sampled_from(("V101", "V102")), max_size=2).map(tuple),
    st.booleans(),
)


@given(st.lists(ANSWERS, max_size=6))
def test_columns_give_back_the_answers(answers: list[Answer]) -> None:
    columns = AnswerColumns.of(answers)
    assert [*columns] == answers == [columns[n] for n in range(len(columns))] == columns[:]
    assert columns[-1:] == answers[-1:]
    assert [value for _, _, value in columns.values()] == [each.value for each in answers]
    there = AnswerColumns(loads(dumps(columns.columns)), columns.places)
    assert [*there] == answers


def test_what_a_submission_says_is_the_same_either_way() -> None:
    where = layout("example")
    given = {key: plain_value(where, slot, n) for n, (key, slot) in enumerate(where.slots.items())}
    said = {key: value for key, value in given.items() if value is not None}
    one_by_one = submission(where, said)
    as_columns = replace(one_by_one, answers=AnswerColumns.of(one_by_one.answers))
    assert isinstance(one_by_one.answers, list)
    for method in ("values", "originals", "otherwise_written"):
        assert getattr(as_columns, method)() == getattr(one_by_one, method)()
    assert {key: value for key, value in as_columns.values().items() if key in said} == as_columns.values()


def _one() -> Columns:
    return AnswerColumns.of(
        [Answer("T", "1", "F", 0, "S", "B7", State.ANSWERED, "x", day=date(2026, 11, 5))]
    ).columns


@pytest.mark.parametrize(
    "wrong",
    [
        {"at": array("L", [1])},
        {"states": bytearray([len(State)])},
        {"codes": []},
        {"numbers": array("d", [1.0, 2.0])},
    ],
)
def test_columns_that_do_not_belong_together_are_refused(wrong: dict[str, object]) -> None:
    """A reading process that a file has taken over may send anything."""
    with pytest.raises(ValueError, match="not columns of this layout"):
        AnswerColumns(_one()._replace(**wrong), [Place("T", "1", "F", 0, "S", "B7", calculated=False)])


def test_marks_of_direction_make_no_other_project() -> None:
    """Keyboards of right-to-left scripts type them unseen; the joiner within a word belongs to it."""
    where = layout("example")
    key = where.spec.identity.parts["project"]
    place = next(each for each in where.slots if each[2] == key)
    texts = ("طرح می\u200cشود", "\u200fطرح می\u200cشود\u200e")
    found = {
        return_key(
            Result("a.xlsx", "0" * 64, 1, "accepted", [], submission(where, {place: text}), where)
        ).project
        for text in texts
    }
    assert found == {texts[0]}
