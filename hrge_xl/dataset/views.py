"""The views of a dataset, one selection each over facts and dimensions; the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa

from ..fields import Field
from ..validation import ACCEPTED, REFUSED, RETURNED
from .dimensions import crossed_pairs
from .join_order import in_order
from .return_status import CONFLICT, COUNTS, EXCLUDED, SUPERSEDED, WAITING, WITHDRAWN
from .schema import (
    ANSWERS,
    ANSWERS_FACT,
    CODES,
    COMPLETENESS,
    FILES,
    FILES_FACT,
    FINDINGS,
    FINDINGS_FACT,
    LABEL,
    LABELLED,
    LIST_COLUMNS,
    LISTED_FACT,
    LISTED_ROWS,
    MATRIX_LEVELS,
    MATRIX_ROWS,
    OF_A_FINDING,
    PLACED,
    RECONCILIATION,
    ROW_REFERENCES,
    SHEETS,
    SLOTS,
    SUBMISSIONS,
    UNPLACED,
    UNPLACED_FACT,
    Schema,
    list_of,
    value_kind,
)
from .table import DATE, NUMBER, Table, columns

Tables = Mapping[str, Any]
Make = Callable[[Schema, Tables], Any]
STATE = "answered"  # of a fact that says nothing else


def selections(schema: Schema) -> dict[str, Make]:
    """Give how each view of a schema is made, by name."""
    wide = {
        table.name: partial(_wide, table=table) for table in (*schema.united.values(), *schema.wide.values())
    }
    labelled = {name + LABELLED: partial(make, labels=True) for name, make in wide.items()}
    return {**_FIXED, **wide, **labelled}


def _of(s: Any) -> tuple[Any, ...]:
    return s.submission, s.team, s.country, s.period


def _files(schema: Schema, tables: Tables) -> Any:
    s, f = tables[SUBMISSIONS.name], tables[FILES_FACT.name]
    own = (f.c[column.name] for column in FILES_FACT.columns[1:])
    return sa.select(s.c.submission, *own).join_from(f, s, s.c.submission_id == f.c.submission_id)


def _answers(schema: Schema, tables: Tables) -> Any:
    s, f, p, h, c = (tables[each.name] for each in (SUBMISSIONS, ANSWERS_FACT, SLOTS, SHEETS, CODES))
    return sa.select(
        *_of(s.c), f.c.slot.label("n"), p.c.tool, p.c.row, p.c.field, p.c.part, f.c.code, f.c.text,
        f.c.number, f.c.date, h.c.sheet, _cell(f, p), _original(f.c, c.c),
        sa.func.coalesce(f.c.state, STATE).label("state"), f.c.problem, p.c.calculated, s.c.current,
        s.c.sha256.label("file_sha256"),
    ).select_from(
        f.join(s, s.c.submission_id == f.c.submission_id)
        .join(p, p.c.slot == f.c.slot)
        .join(h, sa.and_(h.c.submission_id == f.c.submission_id, h.c.tool == p.c.tool))
        .outerjoin(c, sa.and_(c.c.list == p.c.list, c.c.code == f.c.code))
    )  # fmt: skip


def _cell(f: Any, p: Any) -> Any:
    """Give the cell as the file has it where it has moved, else that of the spec."""
    return sa.func.coalesce(f.c.cell, p.c.cell).label("cell")


def _original(f: Any, c: Any) -> Any:
    """Give what people saw in the cell: kept only where it is not what the value shows, or its label."""
    return sa.func.nullif(sa.func.coalesce(f.original, c.label, f.text, shown(f)), "").label("original")


def shown(f: Any) -> Any:
    """Give a number or a day as text: whole numbers without a point, days in ISO 8601."""
    return sa.func.coalesce(_whole(f), sa.cast(f.number, sa.Text), sa.cast(f.date, sa.Text))


def _whole(f: Any) -> Any:
    """Give a whole number as text, nothing else. The order of the cases matters: not every number has a whole one."""
    whole = sa.cast(f.number, sa.BigInteger)
    return sa.case((sa.func.abs(f.number) >= 1e15, None), (f.number == whole, sa.cast(whole, sa.Text)))


def _findings(schema: Schema, tables: Tables) -> Any:
    s, f = tables[SUBMISSIONS.name].c, tables[FINDINGS_FACT.name]
    own = (f.c[column.name] for column in columns(OF_A_FINDING))
    return sa.select(
        s.submission, f.c.n, s.team, s.country, s.period, *own, s.current, s.sha256.label("file_sha256")
    ).join_from(f, tables[SUBMISSIONS.name], s.submission_id == f.c.submission_id)


def _completeness(schema: Schema, tables: Tables) -> Any:
    s, h = tables[SUBMISSIONS.name], tables[SHEETS.name]
    return (
        sa.select(
            *_of(s.c), h.c.n, h.c.tool, h.c.sheet, h.c.required, h.c.answered, h.c.errors, h.c.warnings,
            s.c.current, s.c.sha256.label("file_sha256"),
        )
        .join_from(h, s, s.c.submission_id == h.c.submission_id)
        .where(h.c.required.is_not(None))
    )  # fmt: skip


def _unplaced(schema: Schema, tables: Tables) -> Any:
    s, u = tables[SUBMISSIONS.name], tables[UNPLACED_FACT.name]
    return sa.select(
        s.c.submission, u.c.n, s.c.team, u.c.what, u.c.sheet, u.c.cell, u.c.text, s.c.current,
        s.c.sha256.label("file_sha256"),
    ).join_from(u, s, s.c.submission_id == u.c.submission_id)  # fmt: skip


def _listed(schema: Schema, tables: Tables) -> Any:
    s, k, c, h = (tables[each.name] for each in (SUBMISSIONS, LISTED_FACT, LIST_COLUMNS, SHEETS))
    p, f = tables[SLOTS.name], tables[ANSWERS_FACT.name]
    due_slot, due = p.alias("due_slot"), f.alias("due")
    here = sa.and_(k.c.list == c.c.list, k.c.block == c.c.block, k.c.source == c.c.source)
    value = sa.func.coalesce(f.c.code, shown(f.c), f.c.text)
    return (
        sa.select(
            *_of(s.c), (k.c.item * 1000 + c.c.position).label("n"), k.c.list, k.c.item, k.c.tool, k.c.row,
            c.c.column_code, value.label("value"), due.c.date.label("due"), h.c.sheet, _cell(f, p),
            s.c.current, s.c.sha256.label("file_sha256"),
        )
        .select_from(
            in_order(
                s,
                (k, k.c.submission_id == s.c.submission_id),
                (c, here),
                (p, sa.and_(p.c.tool == k.c.tool, p.c.row == k.c.row, p.c.field == c.c.field, p.c.part <= 1)),
                (f, sa.and_(f.c.submission_id == k.c.submission_id, f.c.slot == p.c.slot)),
                (h, sa.and_(h.c.submission_id == k.c.submission_id, h.c.tool == k.c.tool)),
            )
            .outerjoin(
                due_slot,
                sa.and_(
                    due_slot.c.tool == k.c.tool, due_slot.c.row == k.c.row,
                    due_slot.c.field == c.c.due_field, due_slot.c.part <= 1,
                ),
            )
            .outerjoin(due, sa.and_(due.c.submission_id == k.c.submission_id, due.c.slot == due_slot.c.slot))
        )
        .where(value.is_not(None))
    )  # fmt: skip


def _matrix_rows(schema: Schema, tables: Tables) -> Any:
    """Pairs of steps of one row, wherever the spec crosses these two fields."""
    pairs = _pairs(schema)
    if pairs is None:
        return _nothing(schema, tables)
    s, h, level = (tables[each.name] for each in (SUBMISSIONS, SHEETS, MATRIX_LEVELS))
    f = tables[ANSWERS_FACT.name]
    one, other = (tables[SLOTS.name].alias(name) for name in ("down_slot", "across_slot"))
    down, across = (f.alias(name) for name in ("down_answer", "across_answer"))
    return sa.select(
        *_of(s.c), down.c.slot.label("n"), one.c.tool, one.c.row, pairs.c.down_field, pairs.c.across_field,
        level.c.down, level.c.across, level.c.level, h.c.sheet, _cell(down, one), s.c.current,
        s.c.sha256.label("file_sha256"),
    ).select_from(
        in_order(
            s,
            (pairs, sa.true()),
            (one, sa.and_(one.c.tool == pairs.c.tool, one.c.field == pairs.c.down_field)),
            (down, sa.and_(down.c.submission_id == s.c.submission_id, down.c.slot == one.c.slot)),
            (other, sa.and_(
                other.c.tool == pairs.c.tool, other.c.row == one.c.row, other.c.field == pairs.c.across_field,
            )),
            (across, sa.and_(across.c.submission_id == s.c.submission_id, across.c.slot == other.c.slot)),
            (level, sa.and_(level.c.down_number == down.c.number, level.c.across_number == across.c.number)),
            (h, sa.and_(h.c.submission_id == s.c.submission_id, h.c.tool == one.c.tool)),
        )
    )  # fmt: skip


def _pairs(schema: Schema) -> Any:
    """Give the pairs of fields that are crossed, as rows; None where the spec crosses nothing."""
    spec = schema.spec
    found = [(tool, *pair) for tool, pairs in (crossed_pairs(spec) if spec else {}).items() for pair in pairs]
    if not found:
        return None
    lines = [
        sa.select(
            *(
                sa.literal(part).label(name)
                for name, part in zip(("tool", "down_field", "across_field"), each, strict=True)
            )
        )
        for each in found
    ]
    return sa.union_all(*lines).subquery("pairs")


def _nothing(schema: Schema, tables: Tables) -> Any:
    """Give the columns of the matrix, and no row."""
    s = tables[SUBMISSIONS.name]
    return sa.select(
        *(sa.literal(None).label(name) for name in MATRIX_ROWS.names)
    ).select_from(s).where(sa.false())  # fmt: skip


def _reconciliation(schema: Schema, tables: Tables) -> Any:
    """Items received by period: what they are, and what became of them. A copy of a content is doubled."""
    s, f = tables[SUBMISSIONS.name].c, tables[FILES_FACT.name]
    copy = f.c.n > 1

    def count(name: str, condition: Any) -> Any:
        return sa.func.sum(sa.case((condition, 1), else_=0)).label(name)

    def became(name: str, status: str) -> Any:
        return count(name, sa.and_(sa.not_(copy), s.status == status))

    return (
        sa.select(
            sa.func.row_number().over(order_by=s.period).label("n"), s.period, sa.func.count().label("received"),
            count("accepted", s.verdict == ACCEPTED), count("returned", s.verdict == RETURNED),
            count("refused", s.verdict == REFUSED), became("counted", COUNTS), became("superseded", SUPERSEDED),
            became("waiting", WAITING), count("doubled", sa.and_(copy, s.verdict != REFUSED)),
            became("conflict", CONFLICT), became("excluded", EXCLUDED), became("withdrawn", WITHDRAWN),
        )
        .join_from(f, tables[SUBMISSIONS.name], s.submission_id == f.c.submission_id)
        .group_by(s.period)
    )  # fmt: skip


# one row per row of a sheet


def _placed(schema: Schema, tables: Tables) -> Any:
    """By sheets: a database then looks up the cells that a sheet has, and reads no submission from end to end."""
    h, p, f = (tables[each.name] for each in (SHEETS, SLOTS, ANSWERS_FACT))
    filled = sa.func.coalesce(f.c.code, f.c.text, shown(f.c)).is_not(None)
    typed = sa.and_(sa.not_(p.c.calculated), filled)
    return sa.select(
        f.c.submission_id, f.c.slot, p.c.tool, p.c.row, p.c.field, p.c.part, p.c.list,
        sa.func.coalesce(f.c.code, _whole(f.c)).label("entry"), sa.func.coalesce(f.c.code, f.c.text).label("value"),
        f.c.number, f.c.date, sa.case((typed, f.c.slot)).label("typed"),
    ).select_from(
        h.join(p, p.c.tool == h.c.tool)
        .join(f, sa.and_(f.c.submission_id == h.c.submission_id, f.c.slot == p.c.slot))
    )  # fmt: skip


def _wide(schema: Schema, tables: Tables, *, table: Table, labels: bool = False) -> Any:
    """Give one row per row of some sheets, one column per field; rows that only hold calculated values are left out."""
    s, h, p, f, r = (tables[each.name] for each in (SUBMISSIONS, SHEETS, SLOTS, ANSWERS_FACT, ROW_REFERENCES))
    found = _pivoted(schema, tables, table, labels=labels)
    first, place = f.alias("first_answer"), p.alias("first_slot")
    answers = [found.c[column.name] for column in _columns(schema, table, labels=labels)]
    return sa.select(
        *_of(s.c), found.c.n, found.c.tool, found.c.row, r.c.about, *answers, h.c.sheet, _cell(first, place),
        s.c.current, s.c.sha256.label("file_sha256"),
    ).select_from(
        found.join(s, s.c.submission_id == found.c.submission_id)
        .join(place, place.c.slot == found.c.n)
        .join(first, sa.and_(first.c.submission_id == found.c.submission_id, first.c.slot == found.c.n))
        .join(h, sa.and_(h.c.submission_id == found.c.submission_id, h.c.tool == found.c.tool))
        .outerjoin(
            r,
            sa.and_(
                r.c.submission_id == found.c.submission_id, r.c.tool == found.c.tool, r.c.row == found.c.row
            ),
        )
    )  # fmt: skip


def _columns(schema: Schema, table: Table, *, labels: bool) -> Sequence[Any]:
    """Give the columns of answers of a wide table."""
    whole = schema.labelled(table) if labels else table
    return whole.columns[len(_HEAD) : -len(_TAIL)]


_HEAD = ("submission", "team", "country", "period", "n", "tool", "row", "about")
_TAIL = ("sheet", "cell", "current", "file_sha256")


def _pivoted(schema: Schema, tables: Tables, table: Table, *, labels: bool) -> Any:
    """Give each row of some sheets with its answers, and the first cell that somebody filled in (`n`)."""
    placed, codes = tables[PLACED.name], tables[CODES.name]
    listed = placed.outerjoin(codes, sa.and_(codes.c.list == placed.c.list, codes.c.code == placed.c.entry))
    values = [
        value
        for name, field in schema.fields_of(table).items()
        for value in _values(placed.c, name, field, labels=labels)
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
        label = _answer(field, f"coalesce({CODES.name}.label, value)")
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


_FIXED: dict[str, Make] = {
    FILES.name: _files,
    ANSWERS.name: _answers,
    FINDINGS.name: _findings,
    COMPLETENESS.name: _completeness,
    UNPLACED.name: _unplaced,
    LISTED_ROWS.name: _listed,
    MATRIX_ROWS.name: _matrix_rows,
    RECONCILIATION.name: _reconciliation,
    PLACED.name: _placed,
}
