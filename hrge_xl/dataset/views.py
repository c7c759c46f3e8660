"""The views of a dataset, one selection each over facts and dimensions; the same on SQLite and PostgreSQL.

A function makes the view that has its name; views that are `of` some facts and have none show these as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import Any

import sqlalchemy as sa

from ..answer import State
from ..fields import Field
from ..validation import ACCEPTED, REFUSED, RETURNED
from .dimensions import crossed_pairs
from .joins import in_order, picked, same
from .return_status import DOUBLED, STATUSES
from .schema import (
    ANSWERS,
    COMPLETENESS,
    LABEL,
    LABELLED,
    LISTED_ROWS,
    MATRIX_ROWS,
    PLACED,
    RECONCILIATION,
    SHEET,
    TABLES,
    VIEW,
    Schema,
    list_of,
    value_kind,
)
from .table import DATE, NUMBER, SUBMISSION_ID, Table

Tables = Mapping[str, Any]
Make = Callable[[Schema, Tables], Any]
PAIR = ("tool", "down_field", "across_field")


def selections(schema: Schema) -> dict[str, Make]:
    """Give how each view of a schema is made, by name."""
    views = [name for name, table in TABLES.items() if table.role == VIEW and name != SHEET]
    fixed = {name: globals().get(name) or partial(_of_facts, view=TABLES[name]) for name in views}
    wide = {
        table.name: partial(_wide, table=table) for table in (*schema.united.values(), *schema.wide.values())
    }
    labelled = {name + LABELLED: partial(make, labels=True) for name, make in wide.items()}
    return {**fixed, **wide, **labelled}


def _of(tables: Tables, *names: str) -> Iterator[Any]:
    return (tables[name] for name in names)


def _select(view: Table, tables: Tables, *places: Any, **own: Any) -> Any:
    """Select the columns of a view, by their names."""
    own = {"file_sha256": tables["submissions"].c.sha256} | own
    return sa.select(
        *picked(" ".join(view.names), *places, **{name: own[name] for name in view.names if name in own})
    )


def _of_facts(schema: Schema, tables: Tables, *, view: Table) -> Any:
    """Show facts beside whose they are."""
    s, f = _of(tables, "submissions", view.of)
    return _select(view, tables, f, s).join_from(f, s, same(s, f, SUBMISSION_ID))


def completeness(schema: Schema, tables: Tables) -> Any:
    """Leave out the sheets on which nothing is asked."""
    asked = tables["sheets"].c.required.is_not(None)
    return _of_facts(schema, tables, view=COMPLETENESS).where(asked)


def answers(schema: Schema, tables: Tables) -> Any:
    """Join each fact with its cell, its sheet as the file calls it, and the label of its code."""
    s, f, p, h, c = _of(tables, "submissions", "answers_fact", "slots", "sheets", "codes")
    state = sa.func.coalesce(f.c.state, State.ANSWERED.value)  # of a fact that says nothing else
    return _select(
        ANSWERS, tables, s, p, f, n=f.c.slot, sheet=h.c.sheet, cell=_cell(f, p), original=_original(f.c, c.c),
        state=state,
    ).select_from(
        f.join(s, same(s, f, SUBMISSION_ID))
        .join(p, same(p, f, "slot"))
        .join(h, sa.and_(same(h, f, SUBMISSION_ID), same(h, p, "tool")))
        .outerjoin(c, sa.and_(same(c, p, "list"), same(c, f, "code")))
    )  # fmt: skip


def _cell(f: Any, p: Any) -> Any:
    """Give the cell as the file has it where it has moved, else that of the spec."""
    return sa.func.coalesce(f.c.cell, p.c.cell)


def _original(f: Any, c: Any) -> Any:
    """Give what people saw in the cell: kept only where it is not what the value shows, or its label."""
    return sa.func.nullif(sa.func.coalesce(f.original, c.label, f.text, shown(f)), "")


def shown(f: Any) -> Any:
    """Give a number or a day as text: whole numbers without a point, days in ISO 8601."""
    return sa.func.coalesce(_whole(f), sa.cast(f.number, sa.Text), sa.cast(f.date, sa.Text))


def _whole(f: Any) -> Any:
    """Give a whole number as text, nothing else. The order of the cases matters: not every number has a whole one."""
    whole = sa.cast(f.number, sa.BigInteger)
    return sa.case((sa.func.abs(f.number) >= 1e15, None), (f.number == whole, sa.cast(whole, sa.Text)))


def listed_rows(schema: Schema, tables: Tables) -> Any:
    """Look up the cells that the rows of the lists have in each column, and the day of each."""
    s, k, c, h = _of(tables, "submissions", "listed_fact", "list_columns", "sheets")
    p, f = _of(tables, "slots", "answers_fact")
    due_slot, due = p.alias("due_slot"), f.alias("due")
    value = sa.func.coalesce(f.c.code, shown(f.c), f.c.text)

    def answer_to(place: Any, field: Any) -> Any:
        return sa.and_(same(place, k, "tool", "row"), place.c.field == field, place.c.part <= 1)

    return (
        _select(
            LISTED_ROWS, tables, k, c, s, n=k.c.item * 1000 + c.c.position, value=value, due=due.c.date,
            sheet=h.c.sheet, cell=_cell(f, p),
        )
        .select_from(
            in_order(
                s,
                (k, same(k, s, SUBMISSION_ID)),
                (c, same(k, c, "list", "block", "source")),
                (p, answer_to(p, c.c.field)),
                (f, sa.and_(same(f, k, SUBMISSION_ID), same(f, p, "slot"))),
                (h, same(h, k, SUBMISSION_ID, "tool")),
            )
            .outerjoin(due_slot, answer_to(due_slot, c.c.due_field))
            .outerjoin(due, sa.and_(same(due, k, SUBMISSION_ID), same(due, due_slot, "slot")))
        )
        .where(value.is_not(None))
    )  # fmt: skip


def matrix_rows(schema: Schema, tables: Tables) -> Any:
    """Pairs of steps of one row, wherever the spec crosses these two fields."""
    s, h, level, f, p = _of(tables, "submissions", "sheets", "matrix_levels", "answers_fact", "slots")
    pairs = _pairs(schema)
    if pairs is None:
        return (
            sa.select(*(sa.literal(None).label(name) for name in MATRIX_ROWS.names))
            .select_from(s)
            .where(sa.false())
        )
    one, other = p.alias("down_slot"), p.alias("across_slot")
    down, across = f.alias("down_answer"), f.alias("across_answer")
    return _select(
        MATRIX_ROWS, tables, one, pairs, level, s, n=down.c.slot, sheet=h.c.sheet, cell=_cell(down, one)
    ).select_from(
        in_order(
            s,
            (pairs, sa.true()),
            (one, sa.and_(same(one, pairs, "tool"), one.c.field == pairs.c.down_field)),
            (down, sa.and_(same(down, s, SUBMISSION_ID), same(down, one, "slot"))),
            (other, sa.and_(
                same(other, pairs, "tool"), same(other, one, "row"), other.c.field == pairs.c.across_field,
            )),
            (across, sa.and_(same(across, s, SUBMISSION_ID), same(across, other, "slot"))),
            (level, sa.and_(level.c.down_number == down.c.number, level.c.across_number == across.c.number)),
            (h, sa.and_(same(h, s, SUBMISSION_ID), same(h, one, "tool"))),
        )
    )  # fmt: skip


def _pairs(schema: Schema) -> Any:
    """Give the pairs of fields that are crossed, as rows; None where the spec crosses nothing."""
    crossed = crossed_pairs(schema.spec) if schema.spec else {}
    lines = [
        sa.select(*(sa.literal(part).label(name) for name, part in zip(PAIR, (tool, *pair), strict=True)))
        for tool, pairs in crossed.items()
        for pair in pairs
    ]
    return sa.union_all(*lines).subquery("pairs") if lines else None


def reconciliation(schema: Schema, tables: Tables) -> Any:
    """Items received by period: what they are, and what became of them. A copy of a content is doubled."""
    s, f = _of(tables, "submissions", "files_fact")
    copy, verdict = f.c.n > 1, s.c.verdict
    conditions = {each: verdict == each for each in (ACCEPTED, RETURNED, REFUSED)} | {
        each.part: sa.and_(sa.not_(copy), s.c.status == each.code) for each in STATUSES
    }
    conditions[DOUBLED] = sa.and_(copy, verdict != REFUSED)
    counts = {name: sa.func.sum(sa.case((condition, 1), else_=0)) for name, condition in conditions.items()}
    number = sa.func.row_number().over(order_by=s.c.period)
    return (
        _select(RECONCILIATION, tables, s, n=number, received=sa.func.count(), **counts)
        .join_from(f, s, same(s, f, SUBMISSION_ID))
        .group_by(s.c.period)
    )


# one row per row of a sheet


def placed_answers(schema: Schema, tables: Tables) -> Any:
    """By sheets: a database then looks up the cells that a sheet has, and reads no submission from end to end."""
    h, p, f = _of(tables, "sheets", "slots", "answers_fact")
    code, text = f.c.code, f.c.text
    filled = sa.func.coalesce(code, text, shown(f.c)).is_not(None)
    typed = sa.case((sa.and_(sa.not_(p.c.calculated), filled), f.c.slot))
    entry, value = sa.func.coalesce(code, _whole(f.c)), sa.func.coalesce(code, text)
    return _select(PLACED, tables, f, p, entry=entry, value=value, typed=typed).select_from(
        h.join(p, same(p, h, "tool")).join(f, sa.and_(same(f, h, SUBMISSION_ID), same(f, p, "slot")))
    )


def _wide(schema: Schema, tables: Tables, *, table: Table, labels: bool = False) -> Any:
    """Give one row per row of some sheets, one column per field; rows that only hold calculated values are left out."""
    s, h, p, f, r = _of(tables, "submissions", "sheets", "slots", "answers_fact", "row_references")
    found = _pivoted(schema, tables, table, labels=labels)
    first, place = f.alias("first_answer"), p.alias("first_slot")
    view = schema.labelled(table) if labels else table
    return _select(view, tables, found, r, s, sheet=h.c.sheet, cell=_cell(first, place)).select_from(
        found.join(s, same(s, found, SUBMISSION_ID))
        .join(place, place.c.slot == found.c.n)
        .join(first, sa.and_(same(first, found, SUBMISSION_ID), first.c.slot == found.c.n))
        .join(h, same(h, found, SUBMISSION_ID, "tool"))
        .outerjoin(r, same(r, found, SUBMISSION_ID, "tool", "row"))
    )


def _pivoted(schema: Schema, tables: Tables, table: Table, *, labels: bool) -> Any:
    """Give each row of some sheets with its answers, and the first cell that somebody filled in (`n`)."""
    placed, codes = _of(tables, "placed_answers", "codes")
    listed = placed.outerjoin(codes, sa.and_(same(codes, placed, "list"), codes.c.code == placed.c.entry))
    values = [
        value
        for column in table.columns
        for field in islice(column.fields.values(), 1)
        for value in _values(placed.c, column.name, field, labels=labels)
    ]
    keys = (placed.c.submission_id, placed.c.tool, placed.c.row)
    return (
        sa.select(*keys, sa.func.min(placed.c.typed).label("n"), *values)
        .select_from(listed if labels else placed)
        .where(placed.c.tool.in_(table.tools))
        .group_by(*keys)
        .subquery("found")
    )


def _values(placed: Any, name: str, field: Field, *, labels: bool) -> Iterator[Any]:
    """Give the column of a field, and where labels are wanted and it has a list, the one beside it."""
    column = placed[{NUMBER: "number", DATE: "date"}.get(value_kind(field), "value")]
    yield sa.literal_column(_answer(field, column.name), column.type).label(name)
    if labels and list_of(field) is not None:
        label = _answer(field, "coalesce(codes.label, value)")
        yield sa.literal_column(label, placed.value.type).label(name + LABEL)


def _answer(field: Field, value: str) -> str:
    """Write SQL for the answer to a field, several of them in one text; as text, not clause by clause, to be quick."""
    asked = f"field = '{field.code}'"
    if not field.several:
        return f"max(CASE WHEN {asked} THEN {value} END)"
    cells = (
        f"coalesce(';' || max(CASE WHEN {asked} AND part = {part} THEN {value} END), '')"
        for part in range(1, field.cells + 1)
    )
    return f"nullif(substr({' || '.join(cells)}, 2), '')"
