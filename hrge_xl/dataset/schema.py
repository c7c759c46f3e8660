"""The tables of a dataset: those that every dataset has, and those that a spec adds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

from ..fields import Kind, kind_of
from ..spec.model import CollectBlock, Field, FieldType, Spec

VERSION = 3  # of the tables; raised whenever one of them changes

Cell = str | int | float | bool | date | None
Row = tuple[Cell, ...]
Rows = dict[str, list[Row]]

TEXT, INTEGER, NUMBER, BOOLEAN, DATE = "text", "integer", "number", "boolean", "date"
KINDS = {Kind.CODE: TEXT, Kind.TEXT: TEXT, Kind.NUMBER: NUMBER, Kind.DATE: DATE}


class Column(NamedTuple):
    """One column: its name and what it holds."""

    name: str
    kind: str = TEXT
    title: str = ""


@dataclass(frozen=True)
class Table:
    """One table. `key` says which columns make a row unique, and in which order rows are given out."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    about: str = ""
    tools: tuple[str, ...] = ()  # whose rows stand in it, where it is a wide one
    same: tuple[int, int] = (0, 0)  # so many columns at both ends say the same in all rows of a submission

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.name for column in self.columns)

    @cached_property
    def at(self) -> dict[str, int]:
        """The position of each column."""
        return {name: position for position, name in enumerate(self.names)}

    @property
    def of_submissions(self) -> bool:
        """Whether its rows belong to submissions, and go and come with them."""
        return self.key[0] == "submission"

    @property
    def status(self) -> bool:
        """Whether its rows say if they count."""
        return "current" in self.at


def _columns(text: str) -> tuple[Column, ...]:
    """`"submission n:integer …"` as columns."""
    return tuple(Column(*part.split(":")) for part in text.split())


WHOSE = "submission team country period "
SUBMISSIONS = Table(
    "submissions",
    _columns(
        "submission path sha256 size:integer verdict current:boolean superseded_by reason "
        "team country language spec spec_version round period period_start:date period_end:date "
        "project intervention copy issued:date saved signature "
        "errors:integer warnings:integer infos:integer waived:integer required:integer answered:integer"
    ),
    ("submission",),
    "Every file received: who sent it, what became of it, and whether it counts.",
)
ANSWERS = Table(
    "answers",
    _columns(
        WHOSE + "n:integer tool row field part:integer code text number:number date:date sheet cell original "
        "state problem calculated:boolean current:boolean file_sha256"
    ),
    ("submission", "n"),
    "Every answer with its cell; several answers of one question one a row; calculated values worked out again.",
    same=(4, 2),
)
FINDINGS = Table(
    "findings",
    _columns(
        "submission n:integer team country code name severity tool row field label sheet cell value "
        "message remedy suggestion waived:boolean waiver file_sha256"
    ),
    ("submission", "n"),
    "Everything that was noticed about the files; `waived` where somebody has accepted it as it is.",
)
COMPLETENESS = Table(
    "completeness",
    _columns(
        "submission n:integer team country tool sheet required:integer answered:integer errors:integer "
        "warnings:integer current:boolean file_sha256"
    ),
    ("submission", "n"),
    "How far each sheet of each file is.",
)
UNPLACED = Table(
    "unplaced",
    _columns("submission n:integer team what sheet cell text file_sha256"),
    ("submission", "n"),
    "Text and comments found outside every known cell.",
)
COLLECTED = Table(
    "collected",
    _columns(
        WHOSE
        + "n:integer list item:integer tool row column_code value due:date sheet cell current:boolean file_sha256"
    ),
    ("submission", "n"),
    "What the collected lists of the workbooks show, one line a row and column.",
)
CODEBOOK = Table(
    "codebook",
    _columns(
        "n:integer tool field label type vocabulary code code_label help required unit restricted:boolean table_name"
    ),
    ("n",),
    "Every question with its type, and every code with its label.",
)
ITEMS = Table(
    "items", _columns("n:integer tool row section label"), ("n",), "The fixed rows of the lists, by code."
)

CROSSINGS = Table(
    "crossings",
    _columns(
        WHOSE
        + "n:integer tool row down_field across_field down across level sheet cell current:boolean file_sha256"
    ),
    ("submission", "n"),
    "Every row that stands in a matrix, with its two steps and its level.",
)
AGGREGATE_MATRIX = Table(
    "aggregate_matrix",
    _columns(
        "n:integer period block:integer title by tools country down down_label across across_label level "
        "level_label count:integer teams:integer submissions:integer from_returned:integer"
    ),
    ("n",),
    "The matrices by period; `by` says whether a line is a total, a tool or a country. Rows: `crossings`.",
)
AGGREGATE_ANSWERS = Table(
    "aggregate_answers",
    _columns(
        "n:integer period by tool row field label code code_label country count:integer teams:integer "
        "submissions:integer"
    ),
    ("n",),
    "How often each code was answered, by period, in total and by country.",
)
AGGREGATE_NUMBERS = Table(
    "aggregate_numbers",
    _columns(
        "n:integer by tool row about field label country period count:integer teams:integer total:number "
        "mean:number least:number most:number"
    ),
    ("n",),
    "Figures by period, in total and by country; `about` is what a row refers to. Totals only of whole numbers.",
)
AGGREGATE_COMPLETENESS = Table(
    "aggregate_completeness",
    _columns(
        "n:integer period by tool country files:integer teams:integer required:integer answered:integer share:number "
        "errors:integer warnings:integer"
    ),
    ("n",),
    "How far each sheet is, by period, over all teams and by country.",
)
AGGREGATE_RISKS = Table(
    "aggregate_risks",
    _columns(
        "n:integer period stage by code label down down_label across across_label level level_label "
        "count:integer teams:integer submissions:integer from_returned:integer"
    ),
    ("n",),
    "Risks by period, before and after mitigation: in total, by tool and country, and as the spec breaks them down.",
)
INDICATOR_VALUES = Table(
    "indicator_values",
    _columns(
        "n:integer submission team country period tool row framework indicator own:boolean label kind unit "
        "value:number numerator:number denominator:number baseline:number target:number baseline_year:number "
        "target_year:number progress:number status counted:boolean why sheet cell file_sha256"
    ),
    ("n",),
    "Every value of every indicator with what is known of it; `why` says why one does not count.",
)
AGGREGATE_INDICATORS = Table(
    "aggregate_indicators",
    _columns(
        "n:integer indicator label period kind unit count:integer teams:integer missing:integer how total:number "
        "why least:number most:number baseline:number target:number progress:number previous same_teams:integer "
        "previous_total:number same_total:number change:number own:boolean"
    ),
    ("n",),
    "Indicators by period: a total where kinds, units and periods agree, else `why` not; `missing` teams gave no "
    "value. `previous_total` and `same_total` are of the teams that reported in both periods.",
)
AGGREGATE_SPLITS = Table(
    "aggregate_splits",
    _columns(
        "n:integer indicator label period split split_label part_of part part_label total:number count:integer "
        "teams:integer"
    ),
    ("n",),
    "The parts of indicators over all teams that filled them in.",
)
AGGREGATE_GAPS = Table(
    "aggregate_gaps",
    _columns(
        "n:integer period tool row field label item no:integer answered:integer share:number teams_no:integer "
        "teams:integer"
    ),
    ("n",),
    "Questions by how many teams answered with no, by period.",
)
AGGREGATES = (
    AGGREGATE_MATRIX, AGGREGATE_ANSWERS, AGGREGATE_NUMBERS, AGGREGATE_COMPLETENESS, AGGREGATE_RISKS,
    INDICATOR_VALUES, AGGREGATE_INDICATORS, AGGREGATE_SPLITS, AGGREGATE_GAPS,
)  # fmt: skip
FIXED = (
    SUBMISSIONS, ANSWERS, FINDINGS, COMPLETENESS, UNPLACED, COLLECTED, CROSSINGS, *AGGREGATES, CODEBOOK, ITEMS,
)  # fmt: skip
RESERVED = frozenset({"meta", "overdue", "top_risks", *(table.name for table in FIXED)})

_HEAD = (*_columns(WHOSE + "n:integer tool row about"),)
_TAIL = (*_columns("sheet cell current:boolean file_sha256"),)
_TAKEN = frozenset(column.name for column in (*_HEAD, *_TAIL))


class Schema:
    """The tables of one spec; without a spec only those that every dataset has."""

    def __init__(self, spec: Spec | None) -> None:
        self.spec = spec
        taken = set(RESERVED)
        self.wide: dict[str, Table] = {}
        self.united: dict[str, Table] = {}
        for tool in spec.tools if spec else ():
            if tool.fields:
                name = _unused(_identifier(tool.code), taken)
                self.wide[tool.code] = _wide(name, tool.title.say(spec_language(spec)), [tool.code], spec)
        for name, table in spec.tables.items() if spec else ():
            free = _unused(_identifier(name), taken)
            self.united[name] = _wide(free, f"The rows of {', '.join(table.tools)}.", table.tools, spec)

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """Every table, in the order in which they are shown."""
        lists = (COLLECTED, self.overdue) if self.list_columns else ()
        matrices = (CROSSINGS, AGGREGATE_MATRIX) if self.spec and self.spec.matrix else ()
        return (
            SUBMISSIONS, ANSWERS, *self.united.values(), *self.wide.values(), FINDINGS, COMPLETENESS, UNPLACED,
            *lists, *matrices, AGGREGATE_ANSWERS, AGGREGATE_NUMBERS, AGGREGATE_COMPLETENESS, *self._figures,
            CODEBOOK, ITEMS,
        )  # fmt: skip

    @property
    def _figures(self) -> tuple[Table, ...]:
        """The tables of what the spec calls risks, indicators and questions."""
        figures = self.spec.figures if self.spec else None
        risks = (AGGREGATE_RISKS, self.top_risks) if figures and figures.risks else ()
        indicators = (INDICATOR_VALUES, AGGREGATE_INDICATORS, AGGREGATE_SPLITS)
        return (
            *risks,
            *(indicators if figures and figures.indicators else ()),
            *((AGGREGATE_GAPS,) if figures and figures.questions else ()),
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
        """What stands in a collected list and is past its day: one line an item."""
        shown = tuple(Column(f"list_{code}", TEXT, title) for code, title in self.list_columns.items())
        head = _columns("n:integer submission team country period list tool row due:date days_late:integer")
        tail = _columns("sheet cell file_sha256")
        return Table(
            "overdue", (*head, *shown, *tail), ("n",), "What is past its day in the lists of the workbooks."
        )

    @property
    def top_risks(self) -> Table:
        """The open risks that weigh most, with the fields that the spec shows of them."""
        risks = self.spec.figures.risks if self.spec else None
        fields = self.spec.tool[risks.tools[0]].fields if self.spec and risks else {}
        language = spec_language(self.spec)
        shown = (
            Column(f"shows_{code}", TEXT, fields[code].label.say(language))
            for code in (risks.shows if risks else ())
        )
        head = _columns(
            "n:integer submission team country period tool row name before_down before_across level_before "
            "after_down after_across level_after"
        )
        tail = _columns("sheet cell file_sha256")
        return Table("top_risks", (*head, *shown, *tail), ("n",), "The open risks that weigh most.")

    @cached_property
    def by_name(self) -> dict[str, Table]:
        """Every table by name."""
        return {table.name: table for table in self.tables}


def spec_language(spec: Spec | None) -> str:
    """The language that a dataset speaks: the spec's first one."""
    return spec.languages[0] if spec else "en"


def _wide(name: str, about: str, tools: Sequence[str], spec: Spec | None) -> Table:
    """One row a row of the sheet, one column a field; fields of several tools that have one code share a column."""
    fields: dict[str, Field] = {}
    for tool in tools:
        for code, field in spec.tool[tool].fields.items() if spec else ():
            fields.setdefault(code, field)
    language = spec_language(spec)
    answers = tuple(
        Column(field_column(code), _kind(field), field.label.say(language)) for code, field in fields.items()
    )
    return Table(name, (*_HEAD, *answers, *_TAIL), ("submission", "n"), about, tuple(tools))


def _kind(field: Field) -> str:
    return TEXT if field.type is FieldType.MANY else KINDS[kind_of(field)]


def field_column(code: str) -> str:
    """The column of a field; `ROW` would meet the column `row`, for databases do not tell capitals apart."""
    return f"{code}_" if code.casefold() in _TAKEN else code


def _identifier(code: str) -> str:
    """`T3.2` → `T3_2`."""
    name = re.sub(r"\W", "_", code)
    return f"t_{name}" if name[:1].isdigit() else name


def _unused(name: str, taken: set[str]) -> str:
    while name.casefold() in taken:
        name += "_"
    taken.add(name.casefold())
    return name


def restricted_fields(spec: Spec | None) -> set[tuple[str, str]]:
    """Tool and code of the fields that must not reach a shared file."""
    return {(t.code, f.code) for t, _, f in spec.places() if f.restricted} if spec else set()
