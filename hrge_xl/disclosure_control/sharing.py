"""What may leave the house: no restricted question, no text of findings, and small counts of people masked.

A masked figure is empty. Figures that would give a masked one away are masked as well: the next smallest of the
row or of the teams, totals where nothing else helps, and whatever is worked out from a masked figure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

from ..dataset.aggregates.risks import stages
from ..dataset.dimensions import matrix_blocks
from ..dataset.returns import shared_name
from ..dataset.schema import MASKED, TABLES, Schema, field_column, spec_language
from ..dataset.store import DERIVED, FILLED, STATE, Store, open_file
from ..dataset.table import Record, Row, Table
from ..ledger.ledger import DATASET
from ..spec.figures import RiskFigures
from ..spec.model import CollectBlock, Spec
from .names import SheetNames, moment_saved
from .suppressed_figures import SuppressedFigures

SAID = ("code", "text", "number", "date", "original")  # what an answer says, by column
DUE = ""  # the days of a list, which stand in a column of their own
Change = Callable[[Record], Record | None]


def shared_rows(store: Store) -> Iterator[tuple[str, Iterable[Row]]]:
    """Yield the tables of a dataset as they may be shared, a few rows at a time."""
    every = {table.name: _Stored(store, table) for table in store.schema.by_name.values()}
    masking = Masking(store.schema, every)
    for table in store.schema.shown:
        yield table.name, masking.rows(table)


@dataclass(frozen=True)
class _Stored:
    """A table that is read anew whenever somebody goes through it."""

    store: Store
    table: Table

    def __iter__(self) -> Iterator[Record]:
        names = self.table.names
        return (dict(zip(names, row, strict=True)) for row in self.store.rows(self.table.name, columns=names))


class Masking:
    """Takes out of each table what must not be told."""

    def __init__(self, schema: Schema, tables: Mapping[str, Iterable[Record]]) -> None:
        self.tables = tables
        self.changes: dict[str, Change] = {
            "submissions": self._submission,
            "files": self._file,
        }
        self.returns = {
            row["submission"]: (row["team"], row["return_number"]) for row in tables["submissions"]
        }
        noticed = (row for name in ("findings", "unplaced") for row in tables[name])
        self.sheets = SheetNames(
            schema.spec,
            spec_language(schema.spec),
            ((row["submission"], row["tool"], row["sheet"]) for row in tables["completeness"]),
            ((row["submission"], row["sheet"]) for row in noticed if row["sheet"]),
        )
        if schema.spec is not None:
            self._by_spec(schema, schema.spec)
        own = {table.name for table in (*schema.wide.values(), *schema.united.values())}
        if wrong := self.changes.keys() - TABLES.keys() - own:  # else a table would be told as it is
            raise KeyError(f"There is no table {', '.join(wrong)}")

    def _by_spec(self, schema: Schema, spec: Spec) -> None:
        """Learn from the spec what must not be told."""
        self.spec = spec
        self.suppressed = suppressed = SuppressedFigures(schema, spec, self.tables)
        self.lists = _lists(spec)
        self.changes |= {
            "answers": self._answer,
            "listed_rows": self._collected,
            "matrix_rows": self._crossing,
            "aggregate_numbers": self._number,
            "aggregate_indicators": self._indicator,
            "aggregate_splits": lambda record: record | dict.fromkeys(suppressed.hidden_in_split(record)),
            "aggregate_gaps": self._question,
            "aggregate_answers": self._question,
            "aggregate_matrix": self._matrix,
            "indicator_values": lambda record: record | dict.fromkeys(suppressed.hidden_in_value(record)),
            "overdue": self._overdue,
        }
        for table in (*schema.wide.values(), *schema.united.values()):
            self.changes[table.name] = self._wide(table)
        if spec.figures.risks is not None:
            self._by_risks(spec.figures.risks)

    def _by_risks(self, risks: RiskFigures) -> None:
        shown = {"name": {risks.name}} | {f"shows_{code}": {code} for code in risks.shows}
        crossed = {stage: {crossing.down, crossing.across} for stage, crossing in stages(risks).items()}
        for stage, codes in crossed.items():
            shown |= {f"{stage}_down": codes, f"{stage}_across": codes, f"level_{stage}": codes}

        def counted(record: Record) -> Record | None:
            by = risks.by[record["by"]].field if record["by"] in risks.by else None
            codes = crossed[record["stage"]] | ({by} if by else set())
            return self._unless_hidden(record, risks.tools, codes)

        self.changes["top_risks"] = lambda record: record | self._blank(record, shown)
        self.changes["aggregate_risks"] = counted

    def rows(self, table: Table) -> Iterator[Row]:
        """Yield the rows of one table that may be told, as they may be told."""
        change, withheld = self.changes.get(table.name, dict), dict.fromkeys(table.withheld)
        places = "sheet" in table.at and "submission" in table.at
        for record in self.tables[table.name]:
            changed = change(record | withheld)
            if changed is not None:
                if places and changed["sheet"]:
                    changed = changed | {"sheet": self.sheets(changed["submission"], changed["sheet"])}
                yield tuple(changed[name] for name in table.names)

    def _submission(self, record: Record) -> Record:
        """Leave out what the file is called, and when it was saved where that is no moment."""
        return self._file(record | {"saved": moment_saved(record["saved"])})

    def _file(self, record: Record) -> Record:
        submission = record["submission"]
        name = shared_name(*self.returns[submission], submission, record.get("n", 1))
        return record | {"path": name}

    # answers

    def _answer(self, record: Record) -> Record | None:
        if (record["tool"], record["field"]) in self.suppressed.restricted:
            return None
        if self.suppressed.hides_answer(record):
            return record | dict.fromkeys(SAID) | {"state": MASKED}
        return record

    def _wide(self, table: Table) -> Change:
        shown = {
            tool: {field_column(code): {code} for code in self.spec.tool[tool].fields} for tool in table.tools
        }
        return lambda record: record | self._blank(record, shown[record["tool"]])

    def _collected(self, record: Record) -> Record:
        columns = self.lists.get((record["list"], record["tool"]), {})
        shown = {"value": columns.get(record["column_code"], set()), "due": columns.get(DUE, set())}
        return record | self._blank(record, shown)

    def _overdue(self, record: Record) -> Record | None:
        columns = self.lists.get((record["list"], record["tool"]), {})
        if self.suppressed.hides(record, columns.get(DUE, ())):
            return None
        shown = {f"list_{column}": codes for column, codes in columns.items() if column != DUE}
        return record | self._blank(record, shown)

    def _blank(self, record: Record, shown: Mapping[str, Iterable[str]]) -> Record:
        """Return the columns that show an answer which must not be told, without it."""
        return {column: None for column, codes in shown.items() if self.suppressed.hides(record, codes)}

    def _crossing(self, record: Record) -> Record | None:
        steps = record["down_field"], record["across_field"]
        return None if self.suppressed.hides(record, steps) else record

    # figures

    def _unless_hidden(self, record: Record, tools: Iterable[str], codes: Iterable[str]) -> Record | None:
        """Return a line that sorts rows by their answers; None where one of these must not be told."""
        hidden = any(self.suppressed.hides_some(*field) for field in product(tools, codes))
        return None if hidden else record

    def _question(self, record: Record) -> Record | None:
        return self._unless_hidden(record, (record["tool"],), (record["field"],))

    def _matrix(self, record: Record) -> Record | None:
        block = matrix_blocks(self.spec)[record["block"] - 1]
        return self._unless_hidden(record, block.sources, (block.down, block.across))

    def _number(self, record: Record) -> Record | None:
        if (record["tool"], record["field"]) in self.suppressed.restricted:
            return None
        return record | dict.fromkeys(self.suppressed.hidden_in_numbers(record))

    def _indicator(self, record: Record) -> Record:
        hidden = self.suppressed.hidden_in_indicator(record)
        told = {"why": MASKED} if "total" in hidden else {}
        return record | dict.fromkeys(hidden) | told


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
