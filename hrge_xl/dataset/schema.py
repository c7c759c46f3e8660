"""The tables of a dataset: those that `tables.yaml` describes, and those that each spec has beside them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from ..fields import ColumnKind, Field, kind_of
from ..layout.lists import LEVELS
from ..spec.model import CollectBlock, FormBlock, Spec, Tool
from .return_status import STATUSES

Cell = str | int | float | bool | date | None
Row = tuple[Cell, ...]
Rows = dict[str, list[Row]]
Record = dict[str, Any]  # a row by its columns

TEXT = "text"
INTEGER = "integer"
NUMBER = "number"
BOOLEAN = "boolean"
DATE = "date"
# the integer that facts go by; `submission` is the same as hex digits, for people
SUBMISSION_ID = "submission_id"
STAR = "*"  # in a template: the columns that depend on the spec


class TableColumn(NamedTuple):
    """One column, as `tables.yaml` describes it; of answers the fields behind it, by the code of their sheet."""

    name: str
    kind: str = TEXT
    meaning: str = ""
    title: str = ""  # what the spec calls it
    fields: Mapping[str, Field] = {}
    label_of: str = ""  # the column of codes that it stands beside
    head: str = ""
    values: Mapping[str, str] = {}
    list: str = ""
    pattern: str = ""
    maximum: int | None = None
    format: str = ""
    width: str = ""
    folded: bool = False
    names: str = ""
    words: str = ""
    refers: str = ""

    @property
    def description(self) -> str:
        """What it holds; of a question what it asks."""
        return (
            f"The label of `{self.label_of}`: {self.title}"
            if self.label_of
            else self.meaning or self.title
        )


class Reference(NamedTuple):
    """A column whose values are a key of another table."""

    column: str
    table: str
    key: str


@dataclass(frozen=True)
class Table:
    """One table or view, as `tables.yaml` describes it. The key is also the order in which rows are given out."""

    name: str
    columns: tuple[TableColumn, ...]
    key: tuple[str, ...]
    about: str = ""
    role: str = ""
    view: bool = False
    title: str = ""
    group: str = ""
    repeated: bool = False
    large: bool = False
    needs: str = ""
    unique: tuple[str, ...] = ()  # a second key
    indexes: Mapping[str, str] = field(default_factory=dict)
    internal: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    not_in_csv: tuple[str, ...] = ()  # what every row would repeat
    tools: tuple[str, ...] = ()  # whose rows stand in it, where it is of the spec's sheets
    partial: bool = False  # of these some fields only

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.name for column in self.columns)

    @cached_property
    def at(self) -> dict[str, int]:
        """The position of each column."""
        return {name: position for position, name in enumerate(self.names)}

    @cached_property
    def references(self) -> tuple[Reference, ...]:
        """What it refers to; the database sees to those of tables that are kept."""
        return tuple(
            Reference(column.name, *column.refers.split("."))
            for column in self.columns
            if column.refers not in ("", f"{self.name}.{column.name}")
        )

    @cached_property
    def shown(self) -> Table:
        """The table as it is exported."""
        if not self.internal:
            return self
        key = self.unique if set(self.key) & set(self.internal) else self.key
        columns = tuple(column for column in self.columns if column.name not in self.internal)
        return replace(self, columns=columns, key=key, unique=(), internal=())

    @cached_property
    def as_csv(self) -> Table:
        """The exported table as CSV has it."""
        columns = tuple(
            column for column in self.shown.columns if column.name not in self.not_in_csv
        )
        return replace(self.shown, columns=columns, not_in_csv=())

    def filled(self, columns: Iterable[TableColumn], **changes: Any) -> Table:
        """Return the table that this is the template of: with columns where its star is."""
        star = self.at[STAR]
        return replace(
            self, columns=(*self.columns[:star], *columns, *self.columns[star + 1 :]), **changes
        )

    def row(self, **values: Cell) -> Row:
        """Return a row by the names of its columns; those that are not named are empty. Raises KeyError for others."""
        if unknown := values.keys() - self.at.keys():
            raise KeyError(*unknown)
        return tuple(map(values.get, self.names))

    @property
    def of_submissions(self) -> bool:
        """Whether its rows are facts of submissions, and go and come with them."""
        return not self.view and self.key[0] == SUBMISSION_ID


VERSION = 11  # of the tables; raised whenever one of them changes

IN_PANDAS: dict[str, Any] = {
    TEXT: "string",
    INTEGER: "Int64",
    NUMBER: "Float64",
    BOOLEAN: "boolean",
    DATE: "datetime64[us]",
}
KINDS = {
    ColumnKind.CODE: TEXT,
    ColumnKind.TEXT: TEXT,
    ColumnKind.NUMBER: NUMBER,
    ColumnKind.DATE: DATE,
}
# roles of tables
DIMENSION = "dimension"
FACT = "fact"
VIEW = "view"
FIGURE = "figure"
OF_SPEC = "spec"
SHEET = "<sheet>"  # the template of the views of sheets
# how columns of labels end, and tables of what stands below a form
LABEL = "_label"
ROWS = "_rows"
MASKED = "masked"  # the state of an answer that is not told, and why a figure is not


# what `tables.yaml` says

NAMES = frozenset(
    {"key", "unique", "internal", "withheld", "not_in_csv"}
)  # options that name columns
_DESCRIBED = yaml.load(
    Path(__file__).with_name("tables.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader
)
COLUMNS = _DESCRIBED["columns"]
SHOWN = _DESCRIBED["shown"].split()
GROUPS = _DESCRIBED["groups"]
_MEANINGS = {status.code: status.meaning for status in STATUSES if status.meaning}
COLUMNS["status"]["values"] = _MEANINGS | COLUMNS["status"]["values"]


def _described(columns: Mapping[str, Any], name: str) -> dict[str, Any]:
    description = columns.get(name, {})
    return {"meaning": description} if isinstance(description, str) else description


def _table(
    name: str, columns: str, own_columns: Mapping[str, Any] | None = None, **options: Any
) -> Table:
    names = {option: tuple(text.split()) for option, text in options.items() if option in NAMES}
    wrong = {column for named in names.values() for column in named} - {*columns.split()}
    if wrong:  # a column that goes by another name now would be told where it is to be withheld
        raise KeyError(f"{name} has no {', '.join(wrong)}")
    described_columns = []
    for column in columns.split():
        described = {
            "type": TEXT,
            **_described(COLUMNS, column),
            **_described(own_columns or {}, column),
        }
        described_columns.append(TableColumn(column, described.pop("type"), **described))
    return Table(name, tuple(described_columns), view=options["role"] == VIEW, **options | names)


TABLES = {name: _table(name, **described) for name, described in _DESCRIBED["tables"].items()}
TABLES["reconciliation"] = TABLES["reconciliation"].filled(
    TableColumn(status.part, INTEGER, status.column) for status in STATUSES
)
# those of which more is asked than their rows
SUBMISSIONS = TABLES["submissions"]
SLOTS = TABLES["slots"]
QUESTIONS = TABLES["questions"]
ANSWERS_FACT = TABLES["answers_fact"]
FINDINGS_FACT = TABLES["findings_fact"]
META = TABLES["meta"]
# templates, with columns that a spec shows of each row
OVERDUE = "overdue"
TOP_RISKS = "top_risks"


class Schema:
    """The tables of one spec; without a spec only those that every dataset has.

    Without `answers` there are neither these nor what the spec says about them, only what is known of each file.
    `wide` has the table with the rows of each sheet, by the code of the sheet.
    """

    def __init__(self, spec: Spec | None, *, answers: bool = True) -> None:
        self.spec = spec
        self.answers = answers
        self.wide: dict[str, Table] = {}
        self.sheets: tuple[Table, ...] = ()  # those with rows of sheets
        if spec is not None:
            self.sheets = tuple(self._of_sheets(spec))

    @property
    def language(self) -> str:
        """The language that the dataset speaks."""
        return spec_language(self.spec)

    def _of_sheets(self, spec: Spec) -> Iterator[Table]:
        """Yield the tables that the spec names, then one of each other sheet; what stands below a form has its own."""
        used_names = {*TABLES}
        for name, named in spec.tables.items():
            titles = (
                f"{spec.tool[code].title.say(self.language)} ({code})" for code in named.tools
            )
            table = _wide(_unused(name, used_names), "; ".join(titles), named.tools, spec)
            for code in named.tools:
                self.wide.setdefault(code, table)
            yield table
        for tool in spec.tools:
            if not tool.fields or tool.code in self.wide:
                continue
            forms = [block for block in tool.field_blocks if isinstance(block, FormBlock)]
            form = {field.code for block in forms for field in block.fields}
            name = _unused(tool.code, used_names)
            language = self.language
            two = form and tool.has_rows
            title = tool.title.say(language)
            self.wide[tool.code] = _wide(name, title, [tool.code], spec, form if two else None)
            yield self.wide[tool.code]
            if two:
                name = _unused(tool.code + ROWS, used_names)
                below = tool.fields.keys() - form
                yield _wide(name, title_below_form(tool, language), [tool.code], spec, below)

    def table_of(self, tool: str, code: str) -> Table:
        """Return the table that has the answers to a question in a column."""
        column = field_column(code)
        every = (self.wide[tool], *(table for table in self.sheets if tool in table.tools))
        return next(table for table in every if column in table.at)

    @cached_property
    def base(self) -> tuple[Table, ...]:
        """The tables that hold something, those that others refer to first."""
        stored = [
            table
            for table in TABLES.values()
            if table.role in (DIMENSION, FACT) and (self.answers or table.needs != "answers")
        ]
        figures = self.shown if self.answers else ()
        return (*stored, *(table for table in figures if table.role in (FIGURE, OF_SPEC)))

    @cached_property
    def views(self) -> tuple[Table, ...]:
        """Everything that is worked out of them when it is asked for, in the order in which they can be made."""
        return (TABLES["placed_answers"], *(table for table in self.shown if table.view))

    @cached_property
    def shown(self) -> tuple[Table, ...]:
        """What is exported: every row once, in the order in which tables are read."""
        figures = self.spec.figures if self.spec else None
        has = {
            "": True,
            "lists": self.list_columns,
            "matrix": self.spec and self.spec.matrix,
            "risks": figures and figures.risks,
            "indicators": figures and figures.indicators,
            "questions": figures and figures.questions,
            "answers": self.spec and self.answers,
            "countries": self.spec and self.spec.countries,
        }
        spec_tables = {OVERDUE: self.overdue, TOP_RISKS: self.top_risks}
        return tuple(
            table.shown
            for name in SHOWN
            for table in (self.sheets if name == SHEET else (spec_tables.get(name, TABLES[name]),))
            if has[table.needs]
        )

    @cached_property
    def list_columns(self) -> dict[str, str]:
        """The columns of the collected lists with their headings."""
        tools = self.spec.tools if self.spec else ()
        language = self.language
        blocks = [
            block for tool in tools for block in tool.blocks if isinstance(block, CollectBlock)
        ]
        return {
            code: head.say(language) for block in blocks for code, head in block.columns.items()
        }

    @property
    def overdue(self) -> Table:
        """What stands in a collected list and is past its day: one line per item."""
        lists = self.list_columns.items()
        return TABLES[OVERDUE].filled(
            TableColumn(f"list_{code}", title=title) for code, title in lists
        )

    @property
    def top_risks(self) -> Table:
        """The open risks that weigh most, with the fields that the spec shows of them."""
        spec = self.spec
        columns = []
        if spec and (risks := spec.figures.risks):
            fields = spec.tool[risks.tools[0]].fields
            language = self.language
            for code in risks.shows:
                columns.append(
                    TableColumn(shown_column(code), title=fields[code].label.say(language))
                )
        return TABLES[TOP_RISKS].filled(columns)

    @cached_property
    def by_name(self) -> dict[str, Table]:
        """Every table and view by name."""
        return {table.name: table for table in (*self.base, *self.views)}


def spec_language(spec: Spec | None) -> str:
    """Return the language that a dataset of the spec speaks: its first one."""
    return spec.languages[0] if spec else "en"


def _wide(
    name: str, about: str, tools: Sequence[str], spec: Spec, only: Collection[str] | None = None
) -> Table:
    """One row per row of the sheet, one column per field, the label beside each code.

    Fields of several tools that have one code share a column. `only` are the fields of a table that has not all.
    """
    fields: dict[str, dict[str, Field]] = {}
    for tool in tools:
        for code, variant in spec.tool[tool].fields.items():
            if only is None or code in only:
                fields.setdefault(code, {})[tool] = variant
    answers = []
    used_columns = {*map(field_column, fields)}
    for code, variants in fields.items():
        first = next(iter(variants.values()))
        column_name = field_column(code)
        column = TableColumn(
            column_name, value_kind(first), title=first.asks(spec_language(spec)), fields=variants
        )
        answers.append(column)
        if list_of(first):
            answers.append(
                column._replace(
                    name=_unused(column_name + LABEL, used_columns), kind=TEXT, label_of=column_name
                )
            )
    return TABLES[SHEET].filled(
        answers, name=name, about=about, tools=tuple(tools), partial=only is not None
    )


def title_below_form(tool: Tool, language: str) -> str:
    """Say what the rows below the form of a sheet are, with the titles of their blocks."""
    blocks = (block for block in tool.field_blocks if not isinstance(block, FormBlock))
    titles = ", ".join(filter(None, (block.title.say(language) for block in blocks)))
    return ": ".join(filter(None, (tool.title.say(language), titles)))


def value_kind(field: Field) -> str:
    """Return the kind of value in the column of a field."""
    return TEXT if field.several else KINDS[kind_of(field)]


def list_of(field: Field) -> str | None:
    """Return the name of the list that the codes of a field are from."""
    if field.result == "level" and field.calculated:
        return LEVELS
    return field.list_name


def field_column(code: str) -> str:
    """Return the column of a field: in small letters, so that no database wants quotes; `CELL` would meet `cell`."""
    name = code.lower()
    return f"{name}_" if name.rstrip("_") in (*TABLES[SHEET].at, SUBMISSION_ID) else name


def shown_column(code: str) -> str:
    """Return the column in which the list of risks shows a field."""
    return f"shows_{code.lower()}"


def _unused(code: str, used: set[str]) -> str:
    """Return a name that is not taken yet: `T3.2` → `t3_2`."""
    name = re.sub(r"\W", "_", code).lower()
    name = f"t_{name}" if name[:1].isdigit() else name
    while name in used:
        name += "_"
    used.add(name)
    return name


def restricted_fields(spec: Spec | None) -> set[tuple[str, str]]:
    """Tool and code of the fields that must not reach a shared file."""
    return {(t.code, f.code) for t, _, f in spec.places() if f.restricted} if spec else set()


def counts_people(spec: Spec | None) -> bool:
    """Say whether a field or an indicator may count people, whose small counts are masked in a shared file."""
    return (
        spec is None
        or spec.figures.indicators is not None
        or any(f.people for _, _, f in spec.places())
    )
