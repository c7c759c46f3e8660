"""What may leave the house: no restricted question, no text of findings, and small counts of people masked.

A masked figure is empty. Figures that would give a masked one away are masked as well: the next smallest of the
row or of the teams, totals where nothing else helps, and whatever is worked out from a masked figure.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from ..dataset.aggregates.risks import stages
from ..dataset.dimensions import matrix_blocks
from ..dataset.opening import DATASET
from ..dataset.returns import shared_name
from ..dataset.schema import (
    AGGREGATE_ANSWERS,
    AGGREGATE_GAPS,
    AGGREGATE_INDICATORS,
    AGGREGATE_MATRIX,
    AGGREGATE_NUMBERS,
    AGGREGATE_RISKS,
    AGGREGATE_SPLITS,
    ANSWERS,
    COMPLETENESS,
    FILES,
    FINDINGS,
    INDICATOR_VALUES,
    LISTED_ROWS,
    MASKED,
    MATRIX_ROWS,
    SUBMISSIONS,
    UNPLACED,
    Schema,
    field_column,
    spec_language,
)
from ..dataset.store import DERIVED, FILLED, STATE, Store, open_file
from ..dataset.table import Record, Row, Rows, Table
from ..spec.model import CollectBlock, Spec
from .names import SheetNames, moment_saved
from .people_answers import never_shared
from .suppressed_figures import SuppressedFigures

if TYPE_CHECKING:
    import pandas as pd


SAID = ("code", "text", "number", "date", "original")  # what an answer says, by column
DUE = ""  # the days of a list, which stand in a column of their own
Change = Callable[[Record], Record | None]


def shareable(schema: Schema, tables: Mapping[str, Sequence[Row]]) -> Rows:
    """Return the same tables without what must not be shared; all tables of the dataset have to be given."""
    records = {name: [*_records(schema.by_name[name].shown, rows)] for name, rows in tables.items()}
    masking = _Masking(schema, _with_sheets(schema, records))
    return {name: list(masking.rows(schema.by_name[name].shown)) for name in tables}


def _with_sheets(schema: Schema, records: dict[str, list[Record]]) -> dict[str, list[Record]]:
    """Add the rows of each sheet that only stand in a table with a name."""
    rows = {
        schema.wide[tool].name: [row for row in records[named.name] if row["tool"] == tool]
        for named in schema.united.values()
        for tool in named.tools
    }
    return rows | records


def shared_rows(store: Store) -> Iterator[tuple[str, Iterable[Row]]]:
    """Yield the tables of a dataset as they may be shared, a few rows at a time."""
    every = {table.name: _Stored(store, table) for table in store.schema.by_name.values()}
    masking = _Masking(store.schema, every)
    for table in store.schema.shown:
        yield table.name, masking.rows(table)


def frames(store: Store, *, masked: bool = True) -> dict[str, pd.DataFrame]:
    """Return the tables of a dataset as frames of pandas: as they may be shared, or as they are."""
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


class _Masking:
    """Takes out of each table what must not be told."""

    def __init__(self, schema: Schema, tables: Mapping[str, Iterable[Record]]) -> None:
        self.tables = tables
        self.changes: dict[str, Change] = {
            SUBMISSIONS.name: self._submission,
            FILES.name: self._file,
            FINDINGS.name: _finding,
            UNPLACED.name: _unplaced,
        }
        self.returns = {
            row["submission"]: (row["team"], row["return_number"]) for row in tables[SUBMISSIONS.name]
        }
        noticed = (row for name in (FINDINGS.name, UNPLACED.name) for row in tables[name])
        self.sheets = SheetNames(
            schema.spec,
            spec_language(schema.spec),
            ((row["submission"], row["tool"], row["sheet"]) for row in tables[COMPLETENESS.name]),
            ((row["submission"], row["sheet"]) for row in noticed if row["sheet"]),
        )
        if schema.spec is not None:
            self._by_spec(schema, schema.spec)

    def _by_spec(self, schema: Schema, spec: Spec) -> None:
        """Learn from the spec what must not be told."""
        self.spec = spec
        self.suppressed = SuppressedFigures(schema, spec, self.tables)
        self.restricted = never_shared(spec)
        self.lists, self.matrices = _lists(spec), matrix_blocks(spec)
        self.changes |= {
            ANSWERS.name: self._answer,
            LISTED_ROWS.name: self._collected,
            MATRIX_ROWS.name: self._crossing,
            AGGREGATE_NUMBERS.name: self._number,
            AGGREGATE_INDICATORS.name: self._indicator,
            AGGREGATE_SPLITS.name: self._split,
            AGGREGATE_GAPS.name: self._question,
            AGGREGATE_ANSWERS.name: self._question,
            AGGREGATE_MATRIX.name: self._matrix,
            AGGREGATE_RISKS.name: self._risks,
            INDICATOR_VALUES.name: self._value,
            "overdue": self._overdue,
            "top_risks": self._risk,
        }
        self.changes |= {
            table.name: self._wide(table) for table in (*schema.wide.values(), *schema.united.values())
        }

    def rows(self, table: Table) -> Iterator[Row]:
        """Yield the rows of one table that may be told, as they may be told."""
        change = self.changes.get(table.name, _as_it_is)
        places = "sheet" in table.at and "submission" in table.at
        for record in self.tables[table.name]:
            changed = change(record)
            if changed is not None:
                if places and changed["sheet"]:
                    changed = changed | {"sheet": self.sheets(changed["submission"], changed["sheet"])}
                yield tuple(changed[name] for name in table.names)

    def _hides(self, record: Record, code: str) -> bool:
        """Say whether the answer to a question of a row must not be told."""
        return (record["tool"], code) in self.restricted or self.suppressed.hides(record, code)

    def _submission(self, record: Record) -> Record:
        """Leave out what the file is called, and in whose words it was decided what becomes of it."""
        hidden = {name: None for name in ("stamp", "last_answers", "reason") if name in record}
        return self._file(record | hidden | {"saved": moment_saved(record["saved"])})

    def _file(self, record: Record) -> Record:
        submission = record["submission"]
        name = shared_name(*self.returns[submission], submission, record.get("n", 1))
        return record | {"path": name}

    # answers

    def _answer(self, record: Record) -> Record | None:
        if (record["tool"], record["field"]) in self.restricted:
            return None
        if self.suppressed.hides_answer(record):
            return record | dict.fromkeys(SAID) | {"state": MASKED}
        return record

    def _wide(self, table: Table) -> Change:
        columns = {
            tool: [(code, field_column(code)) for code in self.spec.tool[tool].fields] for tool in table.tools
        }

        def change(record: Record) -> Record:
            return record | {
                column: None for code, column in columns[record["tool"]] if self._hides(record, code)
            }

        return change

    def _collected(self, record: Record) -> Record:
        columns = self.lists.get((record["list"], record["tool"]), {})
        shown = {"value": columns.get(record["column_code"], set()), "due": columns.get(DUE, set())}
        return record | self._blank(record, shown)

    def _overdue(self, record: Record) -> Record | None:
        columns = self.lists.get((record["list"], record["tool"]), {})
        if any(self._hides(record, code) for code in columns.get(DUE, ())):
            return None
        shown = {f"list_{column}": codes for column, codes in columns.items() if column != DUE}
        return record | self._blank(record, shown)

    def _blank(self, record: Record, shown: Mapping[str, Iterable[str]]) -> Record:
        """Return the columns that show an answer which must not be told, without it."""
        return {
            column: None
            for column, codes in shown.items()
            if any(self._hides(record, code) for code in codes)
        }

    def _crossing(self, record: Record) -> Record | None:
        steps = record["down_field"], record["across_field"]
        return None if any(self._hides(record, code) for code in steps) else record

    def _risk(self, record: Record) -> Record:
        risks = self.spec.figures.risks
        if risks is None:
            return record
        shown = {"name": {risks.name}} | {f"shows_{code}": {code} for code in risks.shows}
        for stage, crossing in stages(risks).items():
            codes = {crossing.down, crossing.across}
            shown |= {f"{stage}_down": codes, f"{stage}_across": codes, f"level_{stage}": codes}
        return record | self._blank(record, shown)

    # figures

    def _unless_hidden(self, record: Record, tools: Iterable[str], codes: Collection[str]) -> Record | None:
        """Return a line that sorts rows by their answers; None where one of these must not be told."""
        hidden = any(
            (tool, code) in self.restricted or self.suppressed.hides_some(tool, code)
            for tool in tools
            for code in codes
        )
        return None if hidden else record

    def _question(self, record: Record) -> Record | None:
        return self._unless_hidden(record, (record["tool"],), (record["field"],))

    def _matrix(self, record: Record) -> Record | None:
        block = self.matrices[record["block"] - 1]
        return self._unless_hidden(record, block.sources, (block.down, block.across))

    def _risks(self, record: Record) -> Record | None:
        risks = self.spec.figures.risks
        if risks is None:
            return record
        crossing = stages(risks)[record["stage"]]
        by = risks.by[record["by"]].field if record["by"] in risks.by else None
        codes = [crossing.down, crossing.across, *((by,) if by else ())]
        return self._unless_hidden(record, risks.tools, codes)

    def _number(self, record: Record) -> Record | None:
        if (record["tool"], record["field"]) in self.restricted:
            return None
        return record | dict.fromkeys(self.suppressed.hidden_in_numbers(record))

    def _value(self, record: Record) -> Record:
        return record | dict.fromkeys(self.suppressed.hidden_in_value(record))

    def _indicator(self, record: Record) -> Record:
        hidden = self.suppressed.hidden_in_indicator(record)
        told = {"why": MASKED} if "total" in hidden else {}
        return record | dict.fromkeys(hidden) | told

    def _split(self, record: Record) -> Record:
        return record | {"total": None} if self.suppressed.hides_part(record) else record


def _lists(spec: Spec) -> dict[tuple[str, str], dict[str, set[str]]]:
    """Return for each collected list and sheet the fields that may stand in its columns, and in its due days."""
    found: dict[tuple[str, str], dict[str, set[str]]] = {}
    for tool in spec.tools:
        for block in (each for each in tool.blocks if isinstance(each, CollectBlock)):
            for source in block.sources:
                columns = found.setdefault((tool.code, source.tool), {})
                for column, code in source.columns.items():
                    columns.setdefault(column, set()).add(code)
                if block.due in source.columns:
                    columns.setdefault(DUE, set()).add(source.columns[block.due])
    return found


def _as_it_is(record: Record) -> Record:
    return record


def _unplaced(record: Record) -> Record:
    return record | {"text": None}


def _finding(record: Record) -> Record:
    """Leave out what quotes, or may quote, what stands in the cells."""
    return record | dict.fromkeys(("value", "message", "remedy", "suggestion", "waiver"))


# A copy of a dataset without what must not be told


@contextmanager
def shared(store: Store, today: date) -> Iterator[Store]:
    """Give such a copy, which lives as long as it is looked at."""
    with (
        TemporaryDirectory(prefix="hrge-xl-") as folder,
        open_file(Path(folder) / DATASET, lasting=False) as copy,
    ):
        fill_shareable(copy, store, today)
        yield copy


def fill_shareable(copy: Store, store: Store, today: date) -> None:
    """Fill an empty dataset with what may be told of another one."""
    copy.use(Schema(store.schema.spec, flat=True))
    with copy.transaction() as connection:
        for name, rows in shared_rows(store):
            copy.insert(connection, name, rows)
    copy.set_fact(FILLED, "yes")
    copy.set_fact(DERIVED, str(today))
    copy.set_fact(STATE, f"done {today} {MASKED}")
