"""The rule language over returns: every function, with and without blanks."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrge_xl import Spec
from hrge_xl.language import FIGURES, Arithmetic, Call, Choose, Compare, Literal, Logic, Not, Ref
from tests.answers import TODAY
from tests.build_submission import submission
from tests.face import (
    Expr,
    Layout,
    Problem,
    Scope,
    State,
    Submission,
    build,
    count_words,
    judge,
    parse,
    shown,
    tidy,
    to_serial,
)
from tests.made_specs import SPECS
from tests.property_tests import examples
from tests.read_and_check import check
from tests.tables import table

SPEC = Spec.model_validate(SPECS["small"])
LAYOUT = build(SPEC, "en")


def evaluate(
    text: str, submissions: list[Submission], tool: str = "FORM", block: int = 0, **how: Any
) -> Any:
    """The values of an expression: a list of submissions, each a list of rows; None is blank."""
    home = SPEC.tool[tool].field_blocks[block]
    found = parse(text, Scope(SPEC, SPEC.tool[tool], home))
    assert not isinstance(found, Problem), found
    layouts = how.get("layouts", [LAYOUT] * len(submissions))
    return [
        rows_of(found, one, layout, home.fields[0].code)
        for one, layout in zip(submissions, layouts, strict=True)
    ]


def rows_of(expr: Expr, returned: Submission, layout: Layout, field: str) -> list[Any]:
    view = judge(returned, layout, TODAY).view
    value = view.program.value(expr)
    table = next(column.table for column in view.program.column_list if column.field.code == field)
    rows = view.rows[table.number] or ["1"]
    found = [value(view, row, None) for row in rows]
    return [set(each) if isinstance(each, tuple) else each for each in found]


def form(**answers: Any) -> Submission:
    return submission(
        LAYOUT, {("FORM", "1", f"FRM_{code}"): value for code, value in answers.items()}
    )


def one(text: str, **answers: Any) -> Any:
    return evaluate(text, [form(**answers)])[0][0]


@pytest.mark.parametrize(("text", "answers", "expected"), table("expressions")["form"])
def test_an_expression_yields_its_documented_result(
    text: str, answers: dict[str, Any], expected: Any
) -> None:
    if expected == "refused":
        found = parse(text, Scope(SPEC, SPEC.tool["FORM"], SPEC.tool["FORM"].field_blocks[0]))
        assert isinstance(found, Problem)
    else:
        several = {code: tuple(said) for code, said in answers.items() if isinstance(said, list)}
        assert one(text, **answers | several) == expected


def test_an_unreadable_answer_is_filled_but_has_no_value() -> None:
    key = ("FORM", "1", "FRM_NA")
    unread = submission(LAYOUT, {}, {key: {"original": "ten", "problem": "V003"}})
    assert evaluate("filled(FRM_NA)", [unread]) == [[True]]
    assert evaluate("FRM_NA != 1", [unread]) == [[False]]
    assert evaluate("count_of(FRM_NA)", [unread]) == [[1]]


def test_a_number_that_should_be_whole_still_counts() -> None:
    key = ("FORM", "1", "FRM_SA")
    odd = submission(LAYOUT, {}, {key: {"original": 2.5, "number": 2.5, "problem": "V004"}})
    assert evaluate("FRM_SA + 1", [odd]) == [[3.5]]


@pytest.mark.parametrize("state", ["error", "not-calculated", "blank", "empty-text"])
def test_what_is_no_answer_is_blank(state: str) -> None:
    key = ("FORM", "1", "FRM_TA")
    nothing = submission(
        LAYOUT, {}, {key: {"original": "#REF!", "text": "#REF!", "state": State(state)}}
    )
    assert evaluate("filled(FRM_TA)", [nothing]) == [[False]]
    assert evaluate("FRM_TA == '#REF!'", [nothing]) == [[False]]


def register(rows: list[dict[str, Any]], ticks: tuple[str, ...] = ()) -> Submission:
    answers = {
        ("REG", f"R-{n:02d}", f"REG_{code}"): value
        for n, row in enumerate(rows, start=1)
        for code, value in row.items()
    }
    return submission(LAYOUT, answers | {("FORM", tool, "USE_IT"): "Y" for tool in ticks})


ROWS: list[dict[str, Any]] = [
    {"NA": 1, "CA": "RED", "TA": "same", "MA": ("RED", "BLUE")},
    {"NA": 5, "CA": "RED", "TA": "Same ", "MA": ("BLUE", "RED")},
    {},
    {"CA": "BLUE", "TA": "other"},
]


@pytest.mark.parametrize(("text", "full", "empty"), table("expressions")["rows"])
def test_figures_over_the_rows_of_a_table(text: str, full: Any, empty: Any) -> None:
    assert evaluate(text, [register(ROWS), register([])]) == [[full], [empty]]


def test_unique_looks_at_the_other_rows_in_use() -> None:
    assert evaluate("unique(REG_TA)", [register(ROWS)], "REG") == [[False, False, True, True]]
    assert evaluate("unique(REG_MA)", [register(ROWS)], "REG") == [[False, False, True, True]]
    assert evaluate("unique(REG_NA)", [register(ROWS)], "REG") == [[True, True, True, True]]
    joined = evaluate("unique(join(REG_CA, REG_NA))", [register([ROWS[0], ROWS[0]])], "REG")
    assert joined == [[False, False, True, True]]


def test_unique_leaves_out_rows_that_are_not_in_use_and_takes_several_answers_as_a_set() -> None:
    assert evaluate("unique(join('a', count_of(REG_NA)))", [register([{"TA": "x"}])], "REG")[0][0]
    several = register([{"MA": ("RED", "RED", "BLUE")}, {"MA": ("BLUE", "RED")}])
    assert evaluate("unique(REG_MA)", [several], "REG")[0][:2] == [False, False]


def test_rows_that_are_not_in_use_calculate_nothing() -> None:
    rows = register([{"NA": 1}, {"TA": "x"}])
    assert evaluate("REG_TX", [rows], "REG") == [["some", "none", None, None]]


def test_lookup_goes_to_the_row_that_a_reference_names() -> None:
    rows = register([{"REF": "IT1"}, {"REF": "it2"}, {"REF": "IT9"}, {}])
    assert evaluate("lookup(REG_REF, CAT_FIX)", [rows], "REG") == [["RED", None, None, None]]
    assert evaluate("lookup(REG_REF, CAT_NUM) + 1", [rows], "REG") == [[8, None, None, None]]
    assert evaluate("'BLUE' in lookup(REG_REF, CAT_SET)", [rows], "REG") == [
        [True, False, False, False]
    ]
    assert evaluate("filled(lookup(REG_REF, CAT_FIX))", [rows], "REG") == [
        [True, False, False, False]
    ]
    last = register([{"REF": "IT9"}])
    last.answers += submission(LAYOUT, {("CAT", "IT2", "CAT_OWN"): "x"}).answers
    assert evaluate("filled(lookup(REG_REF, CAT_OWN))", [last], "REG")[0][0] is False


def test_a_sheet_that_was_not_issued_gives_blanks() -> None:
    small = build(SPEC, "en", [])
    bare = submission(small, {})
    for text, expected in (
        ("count('REG')", 0),
        ("sum('REG', REG_NA)", None),
        ("ticked('REG')", False),
        ("completeness('REG')", None),
        ("any_row('CAT', CAT_NUM > 1)", False),
        ("blank(ONE_TA)", True),
        ("ONE_TA != 'x'", False),
        ("issued('CAT')", False),
        ("issued('FORM')", True),
    ):
        assert evaluate(text, [bare], layouts=[small]) == [[expected]], text
        # beside a workbook that has the sheet, too
        assert evaluate(text, [register(ROWS), bare], layouts=[LAYOUT, small])[1] == [expected], (
            text
        )


def test_a_reference_to_a_sheet_that_was_not_issued_looks_up_nothing() -> None:
    alone = build(SPEC, "en", ["REG"])
    row = submission(alone, {("REG", "R-01", "REG_REF"): "IT1"})
    assert evaluate("lookup(REG_REF, CAT_NUM)", [row], "REG", layouts=[alone])[0][0] is None
    assert (
        evaluate("filled(lookup(REG_REF, CAT_FIX))", [row], "REG", layouts=[alone])[0][0] is False
    )


def test_ticks_and_completeness() -> None:
    used = register([], ticks=("CAT",))
    assert evaluate("ticked('CAT')", [used, register([])]) == [[True], [False]]
    assert evaluate("completeness('CAT')", [used, register([])]) == [[0], [None]]
    half = submission(LAYOUT, {("FORM", "CAT", "USE_IT"): "Y", ("CAT", "IT2", "CAT_OWN"): "x"})
    assert evaluate("completeness('CAT')", [half]) == [[0.5]]


def test_of_the_tool_that_a_row_stands_for() -> None:
    tools = ["REG", "CAT", "REC", "ONE"]
    used = submission(LAYOUT, {("FORM", "CAT", "USE_IT"): "Y", ("CAT", "IT1", "CAT_OWN"): "x"})
    assert evaluate("row_code()", [used], block=1) == [tools]
    assert evaluate("ticked(row_code())", [used, form()], block=1) == [
        [False, True, False, False],
        [False] * 4,
    ]
    assert evaluate("completeness(row_code())", [used, form()], block=1) == [
        [None, 0.5, None, None],
        [None] * 4,
    ]
    assert evaluate("count_if('FORM', ticked(row_code()))", [used, form()]) == [[1], [0]]


def test_of_the_tool_that_a_row_stands_for_where_some_were_not_issued() -> None:
    few = build(SPEC, "en", ("FORM", "CAT"))
    used = submission(few, {("FORM", "CAT", "USE_IT"): "Y"})
    assert evaluate("ticked(row_code())", [used], block=1, layouts=[few]) == [[True]]
    both = evaluate("completeness(row_code())", [used, form()], block=1, layouts=[few, LAYOUT])
    assert [row[0] for row in both] == [0, None]


@pytest.mark.parametrize(
    ("text", "tool", "reason"), table("cases")["of_a_tool_where_rows_are_none"]
)
def test_of_a_tool_where_rows_are_none(text: str, tool: str, reason: str) -> None:
    found = parse(text, Scope(SPEC, SPEC.tool[tool], SPEC.tool[tool].field_blocks[0]))
    assert isinstance(found, Problem)
    assert reason in found.reason


def test_a_record_is_active_through_any_block_of_its_sheet() -> None:
    second = submission(LAYOUT, {("REC", "2", "REC_NA"): 1})
    assert evaluate("count('REC')", [second]) == [[1]]
    verdicts = check([(second, LAYOUT)], today=TODAY, in_sheets=True)[0].verdicts
    assert [verdicts["REC", row, "REC_NB"].code for row in "123"] == ["", "V001", ""]


def test_a_form_of_a_tool_that_is_not_used_asks_for_nothing() -> None:
    for answer, code in (("Y", "V001"), ("N", "")):
        ticked = submission(LAYOUT, {("FORM", "ONE", "USE_IT"): answer})
        verdict = check([(ticked, LAYOUT)], today=TODAY, in_sheets=True)[0].verdicts[
            "ONE", "1", "ONE_TA"
        ]
        assert (verdict.code, verdict.required) == (code, bool(code))


def test_today_is_the_day_of_the_check_whenever_a_workbook_was_calculated() -> None:
    old = form()
    old.calculated_on = date(2020, 1, 1)
    assert evaluate("year(today())", [form(), old]) == [[TODAY.year]] * 2


# Hypothesis: against a plain evaluator of one row.

NUMBERS = st.none() | st.sampled_from([-2.0, 0.0, 1.0, 1.5, 3.0, 0.1 + 0.2, 0.3, 1e6])
TEXTS = st.none() | st.sampled_from(["a", "A", "a b", " a  b", "é", "É", "RED"])
CODES = st.none() | st.sampled_from(["RED", "BLUE", "GREEN"])
DAYS = st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1))
STEPS = st.none() | st.sampled_from([1.0, 2.0, 3.0])
ROW = st.fixed_dictionaries(
    {
        "NA": NUMBERS,
        "NB": NUMBERS,
        "TA": TEXTS,
        "TB": TEXTS,
        "CA": CODES,
        "CB": CODES,
        "MA": st.lists(st.sampled_from(["RED", "BLUE", "GREEN"]), max_size=3).map(tuple),
        "DA": DAYS,
        "DB": DAYS,
        "SA": STEPS,
        "SB": STEPS,
    }
)
NUMERIC = st.recursive(
    st.sampled_from(
        [
            "FRM_NA",
            "FRM_NB",
            "FRM_SA",
            "0",
            "1.5",
            "year(FRM_DA)",
            "words(FRM_TA)",
            "count_of(FRM_MA, FRM_NA)",
        ]
    ),
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*/"), inner),
        st.builds("{}({}, {})".format, st.sampled_from(["total", "least", "most"]), inner, inner),
        st.builds("absolute({})".format, inner),
        st.builds("({} if filled(FRM_TA) else {})".format, inner, inner),
    ),
    max_leaves=6,
)
CONDITIONS = st.recursive(
    st.one_of(
        st.builds(
            "{} {} {}".format, NUMERIC, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), NUMERIC
        ),
        st.sampled_from(
            [
                "FRM_TA == FRM_TB",
                "FRM_TA != FRM_TB",
                "FRM_CA == FRM_CB",
                "FRM_CA != 'RED'",
                "'RED' in FRM_MA",
                "FRM_CA in ('RED', 'BLUE')",
                "FRM_DA < FRM_DB",
                "FRM_DA + 30 >= FRM_DB",
                "FRM_LV >= 'MID'",
                "FRM_LV != 'LOW'",
                "filled(FRM_MA)",
                "blank(FRM_LV)",
                "days_between(FRM_DA, today()) > 300",
                "join(FRM_TA, FRM_CA) == 'ared'",
                "level(FRM_SA, FRM_SB) < level(FRM_SB, FRM_SB)",
            ]
        ),
    ),
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(["and", "or"]), inner),
        st.builds("not ({})".format, inner),
    ),
    max_leaves=5,
)


@given(rows=st.lists(ROW, min_size=1, max_size=6), text=CONDITIONS)
@examples(250)
def test_conditions_are_as_their_plain_meaning(rows: list[dict[str, Any]], text: str) -> None:
    submissions = [form(**{k: v for k, v in row.items() if v not in (None, ())}) for row in rows]
    expr = parse(text, Scope(SPEC, SPEC.tool["FORM"], SPEC.tool["FORM"].field_blocks[0]))
    assert evaluate(text, submissions) == [[meaning(expr, row)] for row in rows]


@given(rows=st.lists(ROW, min_size=1, max_size=6), text=NUMERIC)
@examples(150)
def test_figures_are_as_their_plain_meaning(rows: list[dict[str, Any]], text: str) -> None:
    submissions = [form(**{k: v for k, v in row.items() if v not in (None, ())}) for row in rows]
    expr = parse(text, Scope(SPEC, SPEC.tool["FORM"], SPEC.tool["FORM"].field_blocks[0]))
    for (found,), row in zip(evaluate(text, submissions), rows, strict=True):
        expected = meaning(expr, row)
        assert (found is None) == (expected is None)
        assert found is None or math.isclose(found, expected, rel_tol=1e-12)


def meaning(expr: Any, row: dict[str, Any]) -> Any:
    """The rule language for one row, in plain Python; None is blank."""
    if isinstance(expr, Literal):
        return expr.value
    if isinstance(expr, Ref):
        return answer(expr.code.removeprefix("FRM_"), row)
    if isinstance(expr, Not):
        return not meaning(expr.part, row)
    if isinstance(expr, Logic):
        return (all if expr.op == "and" else any)([meaning(part, row) for part in expr.parts])
    if isinstance(expr, Choose):
        return meaning(expr.if_true if meaning(expr.condition, row) else expr.if_false, row)
    if isinstance(expr, Compare):
        return compared(expr, meaning(expr.left, row), meaning(expr.right, row))
    if isinstance(expr, Arithmetic):
        return combined(expr.op, meaning(expr.left, row), meaning(expr.right, row))
    return called(expr, row)


def answer(code: str, row: dict[str, Any]) -> Any:
    if code == "LV":
        return leveled(row["SA"], row["SB"])
    value = row[code]
    if isinstance(value, date):
        return float(to_serial(value))
    return None if value in (None, ()) else value


def leveled(down: Any, across: Any) -> str | None:
    table = SPECS["small"]["matrix"]["cells"]
    cells = {(float(a), float(b)): level for a, line in table.items() for b, level in line.items()}
    return cells.get((down, across))


def compared(expr: Compare, left: Any, right: Any) -> bool:
    if left is None or right is None:
        return False
    if expr.left.type in FIGURES:
        near = left == right or abs(left - right) < min(abs(left), abs(right)) * 2.0**-48
        order = {"<": left < right and not near, "<=": left < right or near, "==": near}
    elif expr.op in ("==", "!="):
        near = tidy(left).casefold() == tidy(right).casefold()
        order = {"==": near}
    else:
        ranks = {"LOW": 0, "MID": 1, "TOP": 2}
        near = left == right
        order = {"<": ranks[left] < ranks[right], "<=": ranks[left] <= ranks[right]}
    result: bool = {
        "!=": not near,
        ">": not order.get("<=", near),
        ">=": not order.get("<", near),
    }.get(expr.op, order.get(expr.op, False))
    return result


def combined(op: str, left: Any, right: Any) -> float | None:
    if left is None or right is None or (op == "/" and right == 0):
        return None
    result = {"+": left + right, "-": left - right, "*": left * right, "/": left / (right or 1)}[op]
    other = right if op == "-" else -right
    if op in "+-" and abs(left - other) < min(abs(left), abs(other)) * 2.0**-48:
        return 0.0
    return float(result)


def called(expr: Call, row: dict[str, Any]) -> Any:
    values = [meaning(arg, row) for arg in expr.args]
    known = [value for value in values if value is not None]
    if expr.name in ("filled", "blank"):
        return bool(known) == (expr.name == "filled")
    if expr.name == "count_of":
        return float(sum(len(value) if isinstance(value, tuple) else 1 for value in known))
    if expr.name == "words":
        return float(count_words(values[0] or ""))
    if expr.name == "has":
        return values[0] is not None and values[1] in values[0]
    if expr.name == "today":
        return float(to_serial(TODAY))
    if not known or (expr.name not in ("total", "least", "most") and len(known) < len(values)):
        return None
    functions: dict[str, Callable[[list[Any]], Any]] = {
        "total": sum,
        "least": min,
        "most": max,
        "absolute": lambda seen: abs(seen[0]),
        "year": lambda seen: float((date(1899, 12, 30) + timedelta(int(seen[0]))).year),
        "days_between": lambda seen: seen[1] - seen[0],
        "year_end": lambda seen: float(
            (date(int(min(max(seen[0], 1900), 9999)), 12, 31) - date(1899, 12, 30)).days
        ),
        "level": lambda seen: leveled(*seen),
        "join": lambda seen: "".join(
            each if isinstance(each, str) else shown(each) for each in seen
        ),
    }
    return functions[expr.name](known)
