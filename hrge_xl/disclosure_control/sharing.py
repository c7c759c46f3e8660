"""What may leave the house: no restricted question, no text of findings, and small counts of people masked.

A masked figure is empty. Figures that would give a masked one away are masked as well: the next smallest of the
row or of the teams, totals where nothing else helps, and whatever is worked out from a masked figure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from ..dataset.aggregates.common import Record
from ..dataset.schema import (
    AGGREGATE_GAPS,
    AGGREGATE_INDICATORS,
    AGGREGATE_NUMBERS,
    AGGREGATE_SPLITS,
    ANSWERS,
    FILES,
    FINDINGS,
    INDICATOR_VALUES,
    LISTED_ROWS,
    MASKED,
    SUBMISSIONS,
    UNPLACED,
    Row,
    Rows,
    Schema,
    Table,
    field_column,
    restricted_fields,
)
from ..dataset.store import Store
from ..spec.model import CollectBlock, Spec
from .people import People

if TYPE_CHECKING:
    import pandas as pd

FIGURES = ("mean", "least", "most", "total")
Change = Callable[[Record], Record | None]


def shareable(schema: Schema, tables: Mapping[str, Sequence[Row]]) -> Rows:
    """The same tables without what must not be shared. All tables of the dataset have to be given."""
    records = {name: [*_records(schema.by_name[name].shown, rows)] for name, rows in tables.items()}
    share = _Share(schema, records)
    return {name: list(share.rows(schema.by_name[name].shown)) for name in tables}


def shared_rows(store: Store) -> Iterator[tuple[str, Iterable[Row]]]:
    """The tables of a dataset as they may be shared, a few rows at a time."""
    share = _Share(
        store.schema, {table.name: _Stored(store, table) for table in store.schema.by_name.values()}
    )
    for table in store.schema.shown:
        yield table.name, share.rows(table)


def frames(store: Store, *, masked: bool = True) -> dict[str, pd.DataFrame]:
    """The tables of a dataset as frames of pandas: as they may be shared, or as they are."""
    import pandas as pd  # slow to import

    shown = {table.name: table.names for table in store.schema.shown}
    every = ((name, store.rows(name, columns=names)) for name, names in shown.items())
    tables = shared_rows(store) if masked else every
    return {name: pd.DataFrame(list(rows), columns=list(shown[name])) for name, rows in tables}


@dataclass(frozen=True)
class _Stored:
    """A table that is read anew whenever somebody goes through it."""

    store: Store
    table: Table

    def __iter__(self) -> Iterator[Record]:
        return _records(self.table, self.store.rows(self.table.name, columns=self.table.names))


def _records(table: Table, rows: Iterable[Row]) -> Iterator[Record]:
    return (dict(zip(table.names, row, strict=True)) for row in rows)


class _Share:
    """Takes out of each table what must not be told."""

    def __init__(self, schema: Schema, tables: Mapping[str, Iterable[Record]]) -> None:
        self.tables = tables
        self.changes: dict[str, Change] = {
            SUBMISSIONS.name: _submission,
            FILES.name: _submission,
            FINDINGS.name: _finding,
            UNPLACED.name: _unplaced,
        }
        if schema.spec is not None:
            self._by_spec(schema, schema.spec)

    def _by_spec(self, schema: Schema, spec: Spec) -> None:
        """What has to be known of the spec."""
        self.spec = spec
        self.people = People(schema, spec, self.tables)
        self.restricted = restricted_fields(spec)
        self.lists = _lists(spec)
        self.changes |= {
            ANSWERS.name: self._answer,
            LISTED_ROWS.name: self._collected,
            AGGREGATE_NUMBERS.name: self._number,
            AGGREGATE_INDICATORS.name: self._indicator,
            AGGREGATE_SPLITS.name: self._split,
            AGGREGATE_GAPS.name: self._open,
            INDICATOR_VALUES.name: self._value,
            "aggregate_answers": self._open,
            "overdue": self._overdue,
            "top_risks": self._risk,
        }
        self.changes |= {
            table.name: self._wide(table) for table in (*schema.wide.values(), *schema.united.values())
        }

    def rows(self, table: Table) -> Iterator[Row]:
        """The rows of one table that may be told, as they may be told."""
        change = self.changes.get(table.name, _as_it_is)
        for record in self.tables[table.name]:
            changed = change(record)
            if changed is not None:
                yield tuple(changed[name] for name in table.names)

    # answers

    def _answer(self, record: Record) -> Record | None:
        if (record["tool"], record["field"]) in self.restricted:
            return None
        if self.people.hidden(record, record["field"]) or self.people.unread(record):
            return record | {"code": None, "text": None, "number": None, "original": None, "state": MASKED}
        return record

    def _wide(self, table: Table) -> Change:
        columns = {
            tool: [(code, field_column(code)) for code in self.spec.tool[tool].fields] for tool in table.tools
        }

        def change(record: Record) -> Record:
            tool = record["tool"]
            hidden = {
                column: None
                for code, column in columns[tool]
                if (tool, code) in self.restricted or self.people.hidden(record, code)
            }
            return record | hidden

        return change

    def _collected(self, record: Record) -> Record:
        codes = self.lists.get((record["list"], record["tool"]), {}).get(record["column_code"], set())
        return record | {"value": None} if self._any_hidden(record, codes) else record

    def _overdue(self, record: Record) -> Record:
        fields = self.lists.get((record["list"], record["tool"]), {})
        return record | {
            f"list_{column}": None for column, codes in fields.items() if self._any_hidden(record, codes)
        }

    def _any_hidden(self, record: Record, codes: Iterable[str]) -> bool:
        return any(
            (record["tool"], code) in self.restricted or self.people.hidden(record, code) for code in codes
        )

    def _risk(self, record: Record) -> Record:
        risks = self.spec.figures.risks
        shown = {"name": risks.name} | {f"shows_{code}": code for code in risks.shows} if risks else {}
        return record | {
            column: None for column, code in shown.items() if (record["tool"], code) in self.restricted
        }

    # figures

    def _open(self, record: Record) -> Record | None:
        return None if (record["tool"], record["field"]) in self.restricted else record

    def _number(self, record: Record) -> Record | None:
        if (record["tool"], record["field"]) in self.restricted:
            return None
        extremes, total = self.people.of_numbers(record)
        hidden = ("least", "most") if extremes else ()
        return record | dict.fromkeys(FIGURES if total else hidden)

    def _value(self, record: Record) -> Record:
        figures = self.spec.figures.indicators
        shown = ("value", "numerator", "denominator", "progress", "status")
        fields = {name: getattr(figures, name) for name in shown}
        hidden: Record = {
            name: None for name, code in fields.items() if code and self.people.hidden(record, code)
        }
        if self.people.baseline_hidden(record):
            hidden["baseline"] = None
        return record | hidden

    def _indicator(self, record: Record) -> Record:
        hidden = self.people.of_indicator(record)
        told = {"why": MASKED} if "total" in hidden else {}
        return record | dict.fromkeys(hidden) | told

    def _split(self, record: Record) -> Record:
        return record | {"total": None} if self.people.of_split(record) else record


def _lists(spec: Spec) -> dict[tuple[str, str], dict[str, set[str]]]:
    """For each collected list and sheet the fields that may stand in its columns."""
    found: dict[tuple[str, str], dict[str, set[str]]] = {}
    for tool in spec.tools:
        for block in tool.blocks:
            for source in block.sources if isinstance(block, CollectBlock) else ():
                columns = found.setdefault((tool.code, source.tool), {})
                for column, code in source.columns.items():
                    columns.setdefault(column, set()).add(code)
    return found


def _as_it_is(record: Record) -> Record:
    return record


def _submission(record: Record) -> Record:
    """Where a file lay is nobody's business."""
    hidden = {"stamp": None} if "stamp" in record else {}
    return record | {"path": PurePath(record["path"]).name} | hidden


def _unplaced(record: Record) -> Record:
    return record | {"text": None}


def _finding(record: Record) -> Record:
    """Messages quote what stands in the cells."""
    return record | dict.fromkeys(("value", "message", "remedy", "suggestion"))


def masked_cells(
    schema: Schema, before: Mapping[str, Sequence[Row]], after: Mapping[str, Sequence[Row]]
) -> list[tuple[str, tuple[Any, ...], str]]:
    """Table, key and column of everything that was there and is not any more."""
    found = []
    for name, rows in after.items():
        table = schema.by_name[name].shown
        keys = [table.at[key] for key in table.key]
        earlier = {tuple(row[at] for at in keys): row for row in before[name]}
        for row in rows:
            key = tuple(row[at] for at in keys)
            found += [
                (name, key, column)
                for column, was, now in zip(table.names, earlier[key], row, strict=True)
                if was is not None and now is None
            ]
    return found
