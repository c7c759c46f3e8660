"""The values that expressions read: answers by field, and the fixed columns of items."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from ..fields import figure_of, type_of
from ..language import FIGURES, Type
from ..language.texts import BLANK, Ids
from ..language.vectors import NAN, Vector, figure, text
from ..numerals import to_serial
from ..spec.fixed_rows import items_of
from ..spec.model import CatalogueBlock, ChecklistBlock, FieldBlock, Item
from ..texts import fixed_codes
from ..texts import said as in_language
from ..words import tidy_lines
from .batch import Batch
from .cell_index import Column, Table, table_key


def answers(batch: Batch, column: Column) -> Vector:
    """Give the answers; unreadable ones are blank, but filled."""
    kind, cells, filled = type_of(column.field), column.cells, batch.answered(column)
    if kind in FIGURES:
        return Vector(kind, batch.figures[:, cells], filled)
    ids = batch.ids[:, cells]
    if kind is Type.MANY:
        ids = ids.reshape(batch.size, len(column.table.rows), column.parts)
    return Vector(kind, ids, filled)


def last_answers(batch: Batch, column: Column) -> Vector:
    """Give what the answers were in the round before, as it was issued with each workbook."""
    kind, rows = type_of(column.field), column.table.number
    given = [each for each in batch.last.get(column.key, ()) if each[1] in rows]
    at = [number for number, _, _ in given], [rows[row] for _, row, _ in given]
    blank = np.full((batch.size, len(rows)), NAN if kind in FIGURES else BLANK)
    if kind in FIGURES:
        blank[at] = [to_serial(value) if isinstance(value, date) else value for _, _, value in given]
        return figure(kind, blank)
    if kind is not Type.MANY:
        ids = blank.astype(np.int64)
        ids[at] = batch.texts.ids([str(value) for _, _, value in given])
        return text(kind, ids)
    many = np.full((*blank.shape, column.parts), BLANK, dtype=np.int64)
    many[at] = _many(batch, [value for _, _, value in given if isinstance(value, tuple)], column.parts)
    return Vector(kind, many, np.asarray((many != BLANK).any(axis=2)))


def fixed(batch: Batch, column: Column) -> Vector:
    """Give what the spec itself says in a fixed column of its items: in each workbook, what its own language has."""
    kind, items = type_of(column.field), items_of_table(batch, column.table)
    rows = [items[row].values.get(column.field.code, "") if row in items else "" for row in column.table.rows]
    languages = [layout.language for layout in batch.kinds]
    by_language = {
        tag: [tidy_lines(str(in_language(value, tag))) for value in rows] for tag in dict.fromkeys(languages)
    }
    said = [by_language[tag] for tag in languages]
    there = batch.exists(column.table)
    filled = there & np.array(said, dtype=bool)[batch.layout_of]
    if kind in FIGURES:
        figures = [[figure_of(column.field, each) for each in texts] for texts in said]
        return Vector(
            kind, np.where(there, np.array(figures, dtype=np.float64)[batch.layout_of], NAN), filled
        )
    if kind is Type.MANY:
        codes = [[fixed_codes(each) for each in texts] for texts in said]
        many = np.stack([_many(batch, rows, column.parts) for rows in codes])[batch.layout_of]
        return Vector(kind, np.where(there[..., None], many, BLANK), filled)
    ids = np.stack([batch.texts.ids([each or None for each in texts]) for texts in said])[batch.layout_of]
    return Vector(kind, np.where(there, ids, BLANK), filled)


def _many(batch: Batch, said: Sequence[Sequence[str]], parts: int) -> Ids:
    rows = [[*codes, *[None] * parts][:parts] for codes in said]
    return batch.texts.ids([code for row in rows for code in row]).reshape(len(rows), parts)


def items_of_table(batch: Batch, table: Table) -> dict[str, Item]:
    """Give the fixed rows of a table by code; nothing where its rows are open."""
    for block in table.tool.field_blocks:
        if isinstance(block, ChecklistBlock | CatalogueBlock) and _is(block, table):
            every = items_of(batch.cell_index.spec, block, table.rows)
            return {item.code: item for item in every}
    return {}


def _is(block: FieldBlock, table: Table) -> bool:
    return table_key(table.tool, block) == table.key
