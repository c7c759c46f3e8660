"""What is counted over all teams, and by country: codes, numbers, completeness, gaps, what is overdue."""

from __future__ import annotations

import sqlalchemy as sa

from ...fields import FIELD_TYPES
from ...spec.model import RegisterBlock, Tool
from ...spec.supplements import QuestionFigures
from . import sql
from .sql import picked, same

DECIMALS = 6  # of means: further down two databases need not agree


def aggregate_answers(source: sql.Sources, by: str = "") -> sql.Select:
    """Return every code by question, `by` country where it is asked for; questions on fixed rows by row."""
    period = _period(by)
    question = source["questions"]
    items = source["items"]
    code = source["codes"]
    cell = sql.cells(source)
    answers = source["answers_fact"]
    files = source["submissions"]
    # codes of rows mean nothing elsewhere
    of_rows = [kind.name for kind in FIELD_TYPES.values() if "to" in kind.needs]
    columns = picked(
        "asked item code period team", cell, answers, files, submission=files.c.submission_id
    )
    lines = (
        sa.select(*columns, sql.country(files))
        .select_from(sql.by_file(files, answers, cell))
        .where(files.c.current, answers.c.code.is_not(None), cell.c.type.not_in(of_rows))
    )
    # by the number of the question, and of its fixed row where there is one
    counts = sql.counted(lines, f"asked item code {period}").subquery()
    labelled = (
        sa.select(
            counts,
            *picked(
                "tool field label", question, row_code=items.c.row_code, code_label=code.c.label
            ),
        )
        .join(question, question.c.n == counts.c.asked)
        .outerjoin(items, items.c.n == counts.c.item)
        .outerjoin(code, sa.and_(same(code, question, "list"), code.c.code == counts.c.code))
    )
    return sql.numbered(source, f"aggregate_answers{by}", labelled, f"{period} asked row_code code")


def _period(by: str) -> str:
    """Return the columns of a period, or of a country in it."""
    return "period country" if by else "period"


# figures of numbers


def has_open_rows(tool: Tool) -> bool:
    """Say whether the rows of a sheet mean something else in every return, so that all of them go together."""
    return any(isinstance(block, RegisterBlock) for block in tool.field_blocks)


# of numbers in rows that could refer to another row, and refer to none
NO_REFERENCE = "no_reference"


def unreferenced(tool: Tool) -> str | None:
    """Return what figures have in place of a reference; nothing where the rows of a sheet never refer to another."""
    return NO_REFERENCE if any(field.to for field in tool.fields.values()) else None


def aggregate_numbers(source: sql.Sources, by: str = "") -> sql.Select:
    """Return every number that is filled in or worked out; totals of whole numbers, and where the spec asks for one."""
    lines = _lines(source).subquery()
    question = source["questions"]
    number = lines.c.number
    sums = sql.grouped(
        lines,
        f"asked row_code refers_to {_period(by)}",
        frequency=sa.func.count(),
        teams=sql.distinct(lines.c.team),
        sum=sa.func.sum(number),
        mean=_rounded(sa.func.avg(number)),
        minimum=sa.func.min(number),
        maximum=sa.func.max(number),
    ).subquery()
    whole = [kind.name for kind in FIELD_TYPES.values() if kind.adds_up]
    rounded_sums = (
        (
            sa.and_(question.c.tool == tool.code, question.c.field == field.code),
            _rounded(sums.c.sum),
        )
        for tool, _, field in source.spec.places()
        if "sum" in field.total
    )
    total = sa.case((question.c.type.in_(whole), sums.c.sum), *rounded_sums).label("total")
    labelled = sa.select(sums, *picked("tool field label", question), total).join(
        question, question.c.n == sums.c.asked
    )
    order = f"{_period(by)} asked row_code refers_to"
    return sql.numbered(source, f"aggregate_numbers{by}", labelled, order)


def _rounded(number: sql.Expression) -> sql.Expression:
    """Return a figure without the digits that depend on the order in which a database adds up."""
    return sa.cast(sa.func.round(sa.cast(number, sa.Numeric()), DECIMALS), sa.Double())


def _lines(source: sql.Sources) -> sql.Select:
    """Return every number in a row in which somebody typed something, with what this row is about."""
    answers = source["answers_fact"]
    files = source["submissions"]
    about = source["row_references"]
    cell = sql.cells(source)
    open_rows = [tool.code for tool in source.spec.tools if has_open_rows(tool)]
    referring = [tool.code for tool in source.spec.tools if unreferenced(tool)]
    missing = sa.case((cell.c.tool.in_(referring), NO_REFERENCE))
    return (
        sa.select(
            *picked(
                "asked period team number",
                cell,
                about,
                files,
                answers,
                refers_to=sa.func.coalesce(about.c.refers_to, missing),
                row_code=sa.case((cell.c.tool.not_in(open_rows), cell.c.row_code)),
            ),
            sql.country(files),
        )
        .select_from(sql.by_file(files, answers, cell))
        .outerjoin(
            about,
            sa.and_(same(about, answers, "submission_id"), same(about, cell, "tool", "row_code")),
        )
        .where(files.c.current, answers.c.number.is_not(None))
        .where(sa.or_(sa.not_(cell.c.calculated), _typed_beside(source, answers, cell)))
    )


def _typed_beside(source: sql.Sources, answers: sa.FromClause, cell: sa.CTE) -> sql.Expression:
    """Say whether somebody typed something in the row of a value that is worked out."""
    other_answers = source["answers_fact"].alias("other")
    place = source["slots"].alias("other_slot")
    return (
        sa.select(sa.literal(1))
        .select_from(other_answers.join(place, same(place, other_answers, "slot")))
        .where(same(other_answers, answers, "submission_id"), same(place, cell, "tool", "row_code"))
        .where(sa.not_(place.c.calculated))
        .where(
            sa.or_(
                *(other_answers.c[name].is_not(None) for name in ("code", "text", "number", "date"))
            )
        )
        .exists()
    )


# how far each sheet is


def aggregate_completeness(source: sql.Sources, by: str = "") -> sql.Select:
    """Select the required answers given and asked, sheet by sheet."""
    sheets = source["completeness"]
    counted = ("required", "answered", "errors", "warnings")
    names = f"period tool submission team {' '.join(counted)}"
    lines = (
        sa.select(*picked(names, sheets), sql.country(sheets)).where(sheets.c.current).subquery()
    )
    sums = sql.grouped(
        lines,
        f"{_period(by)} tool",
        files=sql.distinct(lines.c.submission),
        teams=sql.distinct(lines.c.team),
        **{name: sql.whole(sa.func.sum(lines.c[name])) for name in counted},
    ).subquery()
    with_share = sa.select(sums, sql.share(sums.c.answered, sums.c.required).label("share"))
    return sql.numbered(source, f"aggregate_completeness{by}", with_share, f"{_period(by)} tool")


# questions by how many teams answered with no


def aggregate_gaps(source: sql.Sources) -> sql.Select:
    """Return one line per question with at least one no, the most frequent first."""
    question_figures = source.spec.figures.questions
    assert question_figures is not None
    lines = _answers(source, question_figures).subquery()
    counts = sql.grouped(
        lines,
        "period tool row_code field label item asked",
        answered_no=sa.func.count(lines.c.no),
        answered=sa.func.count(),
        teams_no=sql.distinct(lines.c.team_no),
        teams=sql.distinct(lines.c.team),
    ).subquery()
    no = counts.c.answered_no
    with_share = sa.select(counts, sql.share(no, counts.c.answered).label("share")).where(no > 0)
    order = "period -teams_no -share asked tool row_code field"
    return sql.numbered(source, "aggregate_gaps", with_share, order)


def _answers(source: sql.Sources, question_figures: QuestionFigures) -> sql.Select:
    """Return every answer to one of the questions that counts; `no` and `team_no` are blank where it is another one."""
    answers = source["answers"]
    question = source["questions"]
    items = sql.materialized_cte(sa.select(source["items"]))
    is_no = answers.c.code.in_(question_figures.no)
    return (
        sa.select(
            *picked(
                "period tool field team label",
                answers,
                question,
                row_code=items.c.row_code,
                no=sa.case((is_no, answers.c.code)),
                team_no=sa.case((is_no, answers.c.team)),
                item=items.c.label,
                asked=question.c.n,
            )
        )
        .select_from(answers)
        .join(question, same(question, answers, "tool", "field"))
        .outerjoin(items, sa.and_(same(items, answers, "tool"), items.c.row_code == answers.c.row))
        .where(
            question.c.list == question_figures.vocabulary,
            answers.c.code.not_in(question_figures.left_out),
            answers.c.current,
        )
    )


# what stands in a collected list and is past its day


def overdue(source: sql.Sources) -> sql.Select:
    """Return one line per item, the oldest first, with what its list shows; the place is that of its first column."""
    listed = source["listed_rows"]
    today = sa.literal(source.day, sa.Date())
    cells = sql.materialized_cte(sa.select(listed).where(listed.c.current, listed.c.due < today))
    shown = [
        sa.func.max(sa.case((cells.c.column_code == column, cells.c.value))).label(f"list_{column}")
        for column in source.store.schema.list_columns
    ]
    late = (
        sa.select(cells.c.submission, sa.func.min(cells.c.n).label("first"), *shown)
        .group_by(cells.c.submission, cells.c.item)
        .subquery()
    )
    days = sql.days_between(today, cells.c.due).label("days_late")
    lines = (
        sa.select(cells, days, *(late.c[column.name] for column in shown))
        .select_from(cells)
        .join(late, sa.and_(same(late, cells, "submission"), late.c.first == cells.c.n))
    )
    return sql.numbered(source, "overdue", lines, "period due submission item")
