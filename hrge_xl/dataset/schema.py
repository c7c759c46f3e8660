"""The tables of a dataset: those that `tables.yaml` describes, and those that each spec has beside them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

import yaml

from ..fields import ColumnKind, Field, kind_of
from ..layout.lists import LEVELS
from ..spec.model import CollectBlock, Spec
from .return_status import STATUSES
from .table import DATE, INTEGER, NUMBER, TEXT, Column, Table

VERSION = 8  # of the tables; raised whenever one of them changes
OLDEST = 7  # that can be read

KINDS = {ColumnKind.CODE: TEXT, ColumnKind.TEXT: TEXT, ColumnKind.NUMBER: NUMBER, ColumnKind.DATE: DATE}
DIMENSION, FACT, VIEW, FIGURE, OF_SPEC = "dimension", "fact", "view", "figure", "spec"  # roles of tables
SHEET = "<sheet>"  # the template of the views of sheets
LABELLED, LABEL = "_labelled", "_label"  # how views with labels beside codes end, and their columns of labels
MASKED = "masked"  # the state of an answer that is not told, and why a figure is not


# what `tables.yaml` says

NAMES = frozenset({"key", "unique", "internal", "withheld"})  # options that name columns
_SAID = yaml.load(Path(__file__).with_name("tables.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)
COLUMNS, SHOWN, GROUPS = _SAID["columns"], _SAID["shown"].split(), _SAID["groups"]
_MEANINGS = {status.code: status.meaning for status in STATUSES if status.meaning}
COLUMNS["status"]["values"] = _MEANINGS | COLUMNS["status"]["values"]


def _table(name: str, columns: str, here: Mapping[str, Any] | None = None, **own: Any) -> Table:
    names = {option: tuple(text.split()) for option, text in own.items() if option in NAMES}
    wrong = {column for named in names.values() for column in named} - {*columns.split()}
    if wrong:  # a column that goes by another name now would be told where it is to be withheld
        raise KeyError(f"{name} has no {', '.join(wrong)}")
    made = tuple(_column(column, (here or {}).get(column, {})) for column in columns.split())
    return Table(name, made, view=own["role"] == VIEW, **own | names)


def _column(name: str, here: Mapping[str, Any]) -> Column:
    own = {"type": TEXT, **COLUMNS.get(name, {}), **here}
    return Column(name, own.pop("type"), **own)


TABLES = {name: _table(name, **described) for name, described in _SAID["tables"].items()}
TABLES["reconciliation"] = TABLES["reconciliation"].filled(
    Column(status.part, INTEGER, status.column) for status in STATUSES
)
SUBMISSIONS = TABLES["submissions"]
SLOTS = TABLES["slots"]
CODES = TABLES["codes"]
CODEBOOK = TABLES["codebook"]
SPEC_FILES = TABLES["spec_files"]
ANSWERS_FACT = TABLES["answers_fact"]
FINDINGS_FACT = TABLES["findings_fact"]
CHECKS_NOT_RUN = TABLES["checks_not_run"]
ANSWERS = TABLES["answers"]
FINDINGS = TABLES["findings"]
COMPLETENESS = TABLES["completeness"]
LISTED_ROWS = TABLES["listed_rows"]
MATRIX_ROWS = TABLES["matrix_rows"]
PLACED = TABLES["placed_answers"]
RECONCILIATION = TABLES["reconciliation"]
AGGREGATE_MATRIX = TABLES["aggregate_matrix"]
AGGREGATE_ANSWERS = TABLES["aggregate_answers"]
AGGREGATE_NUMBERS = TABLES["aggregate_numbers"]
AGGREGATE_COMPLETENESS = TABLES["aggregate_completeness"]
AGGREGATE_RISKS = TABLES["aggregate_risks"]
INDICATOR_VALUES = TABLES["indicator_values"]
AGGREGATE_INDICATORS = TABLES["aggregate_indicators"]
AGGREGATE_SPLITS = TABLES["aggregate_splits"]
AGGREGATE_GAPS = TABLES["aggregate_gaps"]
META = TABLES["meta"]
OVERDUE, TOP_RISKS = "overdue", "top_risks"  # templates, with columns that a spec shows of each row


class Schema:
    """The tables of one spec; without a spec only those that every dataset has.

    A `flat` one holds the rows of what is shown as they are, and no facts: in a copy to share, figures are masked that
    would come out otherwise if they were worked out again. Without `answers` there are neither these nor what the spec
    says about them, only what is known of each file.
    """

    def __init__(
        self, spec: Spec | None, *, flat: bool = False, answers: bool = True, version: int = VERSION
    ) -> None:
        self.spec, self.flat, self.answers, self.version = spec, flat, answers, version
        taken = {*TABLES}
        self.wide: dict[str, Table] = {}
        self.united: dict[str, Table] = {}
        if spec is None:
            return
        for tool in spec.tools:
            if tool.fields:
                about = tool.title.say(spec_language(spec))
                self.wide[tool.code] = _wide(_unused(tool.code, taken), about, [tool.code], spec)
        for name, table in spec.tables.items():
            about = f"The rows of {', '.join(table.tools)}."
            self.united[name] = _wide(_unused(name, taken), about, table.tools, spec)

    @cached_property
    def base(self) -> tuple[Table, ...]:
        """The tables that hold something, those that others refer to first."""
        if self.flat:
            return (SPEC_FILES, *(replace(table, view=False) for table in self.shown))
        kept = [
            table.without([column.name for column in table.columns if column.since > self.version])
            for table in TABLES.values()
            if table.role in (DIMENSION, FACT) and (self.answers or table.needs != "answers")
        ]
        figures = (table for table in self.shown if table.role in (FIGURE, OF_SPEC))
        return (*kept, *(figures if self.answers else ()))

    @cached_property
    def views(self) -> tuple[Table, ...]:
        """Everything that is worked out of them when it is asked for, in the order in which they can be made."""
        shown = (table for table in self.shown if table.view)
        return () if self.flat else (PLACED, *shown, *self.other_views)

    @cached_property
    def other_views(self) -> tuple[Table, ...]:
        """Views of rows that other tables show already: a sheet that goes by a name too, and those with labels."""
        wide = (*self.united.values(), *self.wide.values())
        hidden = [table for table in self.wide.values() if self._goes_by_name(table)]
        return (*hidden, *(self.labelled(table) for table in wide))

    def _goes_by_name(self, table: Table) -> bool:
        """Whether the rows of a sheet stand in a table that the spec names."""
        return any(set(table.tools) <= set(united.tools) for united in self.united.values())

    def labelled(self, table: Table) -> Table:
        """Give a wide table with the label beside each code."""
        spread: list[Column] = []
        for column in table.columns:
            spread.append(column)
            if any(list_of(field) for field in islice(column.fields.values(), 1)):
                spread.append(column._replace(name=column.name + LABEL, kind=TEXT, label_of=column.name))
        about = f"{table.about} With the label beside each code."
        return replace(table, name=table.name + LABELLED, columns=tuple(spread), about=about)

    @cached_property
    def shown(self) -> tuple[Table, ...]:
        """What is exported: every row once, in the order in which tables are read."""
        figures = self.spec.figures if self.spec else None
        has = {
            "": True, "lists": self.list_columns, "matrix": self.spec and self.spec.matrix,
            "risks": figures and figures.risks, "indicators": figures and figures.indicators,
            "questions": figures and figures.questions,
        }  # fmt: skip
        own = {OVERDUE: self.overdue, TOP_RISKS: self.top_risks}
        sheets = [table for table in self.wide.values() if not self._goes_by_name(table)]
        return tuple(
            table.shown
            for name in SHOWN
            for table in (
                (*self.united.values(), *sheets) if name == SHEET else (own.get(name, TABLES[name]),)
            )
            if has[table.needs]
        )

    @cached_property
    def list_columns(self) -> dict[str, str]:
        """The columns of the collected lists with their headings."""
        blocks = [block for tool in self.spec.tools for block in tool.blocks] if self.spec else []
        language = spec_language(self.spec)
        return {
            code: heading.say(language)
            for block in blocks
            if isinstance(block, CollectBlock)
            for code, heading in block.columns.items()
        }

    @property
    def overdue(self) -> Table:
        """What stands in a collected list and is past its day: one line per item."""
        lists = self.list_columns.items()
        return TABLES[OVERDUE].filled(Column(f"list_{code}", title=title) for code, title in lists)

    @property
    def top_risks(self) -> Table:
        """The open risks that weigh most, with the fields that the spec shows of them."""
        risks = self.spec.figures.risks if self.spec else None
        fields = self.spec.tool[risks.tools[0]].fields if self.spec and risks else {}
        shown = {
            code: fields[code].label.say(spec_language(self.spec)) for code in (risks.shows if risks else ())
        }
        return TABLES[TOP_RISKS].filled(Column(f"shows_{code}", title=title) for code, title in shown.items())

    @cached_property
    def by_name(self) -> dict[str, Table]:
        """Every table and view by name."""
        return {table.name: table for table in (*self.base, *self.views)}


def spec_language(spec: Spec | None) -> str:
    """Give the language that a dataset speaks: the spec's first one."""
    return spec.languages[0] if spec else "en"


def _wide(name: str, about: str, tools: Sequence[str], spec: Spec) -> Table:
    """One row per row of the sheet, one column per field; fields of several tools that have one code share a column."""
    fields: dict[str, dict[str, Field]] = {}
    for tool in tools:
        for code, field in spec.tool[tool].fields.items():
            fields.setdefault(code, {})[tool] = field
    answers = []
    for code, variants in fields.items():
        first = next(iter(variants.values()))
        title = first.asks(spec_language(spec))
        answers.append(Column(field_column(code), value_kind(first), title=title, fields=variants))
    return TABLES[SHEET].filled(answers, name=name, about=about, tools=tuple(tools))


def value_kind(field: Field) -> str:
    """Give the kind of value in the column of a field."""
    return TEXT if field.several else KINDS[kind_of(field)]


def list_of(field: Field) -> str | None:
    """Give the name of the list that the codes of a field are from."""
    if field.result == "level" and field.calculated:
        return LEVELS
    return field.list_name


def field_column(code: str) -> str:
    """Give the column of a field; `ROW` would meet the column `row`, for databases do not tell capitals apart."""
    return f"{code}_" if code.casefold() in TABLES[SHEET].at else code


def _unused(code: str, taken: set[str]) -> str:
    """Give the name of a table of its own: `T3.2` → `T3_2`."""
    name = re.sub(r"\W", "_", code)
    name = f"t_{name}" if name[:1].isdigit() else name
    while name.casefold() in taken:
        name += "_"
    taken.add(name.casefold())
    return name


def restricted_fields(spec: Spec | None) -> set[tuple[str, str]]:
    """Tool and code of the fields that must not reach a shared file."""
    return {(t.code, f.code) for t, _, f in spec.places() if f.restricted} if spec else set()
