"""The tables of a dataset: the facts and dimensions of the star, and the views that everything else is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import islice
from typing import Any

from ..fields import ColumnKind, Field, kind_of
from ..layout.lists import LEVELS
from ..spec.model import CollectBlock, Spec
from .return_status import STATUSES
from .table import DATE, NUMBER, SUBMISSION_ID, TEXT, Column, Reference, Table, columns

VERSION = 8  # of the tables; raised whenever one of them changes
OLDEST = 7  # that can be read: it lacks these columns
LATER = {("submissions", "reason_details"), ("checks_not_run", "details")}

KINDS = {ColumnKind.CODE: TEXT, ColumnKind.TEXT: TEXT, ColumnKind.NUMBER: NUMBER, ColumnKind.DATE: DATE}

OF_SUBMISSION = Reference((SUBMISSION_ID,), "submissions", (SUBMISSION_ID,))
TO_SUBMISSION = Reference(("submission",), "submissions", ("submission",), enforced=False)
TO_OTHER = Reference(("superseded_by",), "submissions", ("submission",))
OF_SLOT = Reference(("slot",), "slots", ("slot",))


def _table(name: str, text: str, key: str, about: str, *references: Reference, **more: Any) -> Table:
    return Table(name, columns(text), tuple(key.split()), about, references=references, **more)


def _facts(name: str, text: str, key: str, about: str, *more: Reference) -> Table:
    """Give a table of facts about submissions."""
    own = f"{SUBMISSION_ID}:integer {text}"
    return _table(name, own, f"{SUBMISSION_ID} {key}", about, OF_SUBMISSION, *more)


def _view(name: str, text: str, key: str, about: str, same: tuple[int, int] = (0, 0)) -> Table:
    """Give a view with rows of submissions, or of figures where its key has none."""
    references = (TO_SUBMISSION,) if key.split(maxsplit=1)[0] == "submission" else ()
    return _table(name, text, key, about, *references, view=True, same=same)


# dimensions

SUBMISSIONS = _table(
    "submissions",
    f"{SUBMISSION_ID}:integer submission return_number:integer path sha256 size:integer verdict status "
    "current:boolean superseded_by reason reason_details team country language spec spec_version round period "
    "period_start:date period_end:date "
    "project intervention copy predecessor issued:date saved arrived:date arrival checked:date read_for signature "
    "errors:integer warnings:integer infos:integer waived:integer required:integer answered:integer "
    "checks_run stamp last_answers untouched:boolean",
    SUBMISSION_ID,
    "Every content received, once: who sent it and when, what became of it, and whether it counts.",
    TO_OTHER,
    unique=("submission",),
    internal=(SUBMISSION_ID, "reason_details", "checks_run", "stamp", "last_answers", "untouched"),
)
SLOTS = _table(
    "slots",
    "slot:integer tool row field part:integer sheet cell list calculated:boolean",
    "slot",
    "Every cell of the spec that can hold an answer, once, with its place in the language of the spec.",
)
CODES = _table(
    "codes",
    "list position:integer code label",
    "list code",
    "The entries of every list with their labels.",
)
CODEBOOK = _table(
    "codebook",
    "n:integer tool field label type vocabulary code code_label help required unit restricted:boolean table_name "
    "tag note",
    "n",
    "Every question with its type, and every code with its label.",
)
ITEMS = _table("items", "n:integer tool row section label", "n", "The fixed rows of the lists, by code.")
LIST_COLUMNS = _table(
    "list_columns",
    "list block:integer source:integer position:integer column_code field due_field",
    "list block source position",
    "What the collected lists of the workbooks show: for each list and source the field behind each column.",
)
MATRIX_LEVELS = _table(
    "matrix_levels",
    "down across down_number:number across_number:number level",
    "down across",
    "The level of each pair of steps in the matrix.",
)
SPEC_FILES = _table(
    "spec_files",
    "path content",
    "path",
    "The spec that the dataset was made with, file by file.",
)

# facts

FILES_FACT = _facts(
    "files_fact",
    "n:integer path received:date stated:boolean",
    "n",
    "Every item received, whatever it was: the same content under several names has several lines.",
)
ANSWERS_FACT = _facts(
    "answers_fact",
    "slot:integer state code text number:number date:date original original_type problem cell",
    "slot",
    "The content of each cell, once. Empty: `state` answered; `original` as the value or label shows; `cell` as in "
    "`slots`.",
    OF_SLOT,
)
SHEETS = _facts(
    "sheets",
    "n:integer tool sheet required:integer answered:integer errors:integer warnings:integer",
    "tool",
    "The sheets of each submission under the names that they have there, and how far each is.",
)
OF_A_FINDING = (
    "code name severity tool row field label sheet cell value message remedy suggestion waived:boolean waiver"
)
FINDINGS_FACT = _facts(
    "findings_fact",
    f"n:integer {OF_A_FINDING} waiver_number:integer details",
    "n",
    "Everything that was noticed about the files.",
)
UNPLACED_FACT = _facts(
    "unplaced_fact",
    "n:integer what sheet cell text question",
    "n",
    "Text and comments found outside every known cell.",
)
LISTED_FACT = _facts(
    "listed_fact",
    "item:integer list block:integer source:integer tool row",
    "item",
    "The rows that the collected lists of each workbook show, in their order.",
)
ROW_REFERENCES = _facts(
    "row_references",
    "tool row about",
    "tool row",
    "What a row refers to in the end: from a value to its indicator, from there to the catalogue.",
)
CHECKS_NOT_RUN = _facts(
    "checks_not_run", "code why details", "code", "The checks that did not run on a file, and why."
)

# views

WHOSE = "submission team country period "
FILES = _view(
    "files",
    "submission n:integer path received:date stated:boolean",
    "submission n",
    FILES_FACT.about,
)
ANSWERS = _view(
    "answers",
    WHOSE + "n:integer tool row field part:integer code text number:number date:date sheet cell original "
    "state problem calculated:boolean current:boolean file_sha256",
    "submission n",
    "Every answer with its cell; several answers of one question one a row; calculated values worked out again.",
    same=(4, 2),
)
FINDINGS = _view(
    "findings",
    f"submission n:integer team country period {OF_A_FINDING} current:boolean file_sha256",
    "submission n",
    "Everything that was noticed about the files; `waived` where somebody has accepted it as it is.",
)
COMPLETENESS = _view(
    "completeness",
    WHOSE + "n:integer tool sheet required:integer answered:integer errors:integer warnings:integer "
    "current:boolean file_sha256",
    "submission n",
    "How far each sheet of each file is.",
)
UNPLACED = _view(
    "unplaced",
    "submission n:integer team what sheet cell text current:boolean file_sha256",
    "submission n",
    "Text and comments found outside every known cell.",
)
LISTED_ROWS = _view(
    "listed_rows",
    WHOSE + "n:integer list item:integer tool row column_code value due:date sheet cell current:boolean "
    "file_sha256",
    "submission n",
    "What the collected lists of the workbooks show, one line per row and column.",
)
MATRIX_ROWS = _view(
    "matrix_rows",
    WHOSE
    + "n:integer tool row down_field across_field down across level sheet cell current:boolean file_sha256",
    "submission n down_field across_field",
    "Every row of a matrix, with its two steps and its level.",
)
PLACED = _view(
    "placed_answers",
    f"{SUBMISSION_ID}:integer slot:integer tool row field part:integer list entry value number:number date:date "
    "typed:integer",
    f"{SUBMISSION_ID} slot",
    "Every fact with the question that it answers: what the wide views are made of.",
)
RECONCILIATION = _view(
    "reconciliation",
    "n:integer period received:integer accepted:integer returned:integer refused:integer "
    + " ".join(f"{each.part}:integer" for each in STATUSES),
    "n",
    "Received = accepted + returned + refused; accepted + returned = what became of these. By period.",
)

# figures

AGGREGATE_MATRIX = _table(
    "aggregate_matrix",
    "n:integer period block:integer title by tools country down down_label across across_label level "
    "level_label count:integer teams:integer submissions:integer from_returned:integer",
    "n",
    "The matrices by period; `by` says whether a line is a total, a tool or a country. Rows: `matrix_rows`.",
)
AGGREGATE_ANSWERS = _table(
    "aggregate_answers",
    "n:integer period by tool row field label code code_label country count:integer teams:integer "
    "submissions:integer",
    "n",
    "How often each code was answered, by period, in total and by country.",
)
AGGREGATE_NUMBERS = _table(
    "aggregate_numbers",
    "n:integer by tool row about field label country period count:integer teams:integer total:number "
    "mean:number least:number most:number",
    "n",
    "Figures by period, in total and by country; `about` is what a row refers to. Totals only of whole numbers.",
)
AGGREGATE_COMPLETENESS = _table(
    "aggregate_completeness",
    "n:integer period by tool country files:integer teams:integer required:integer answered:integer share:number "
    "errors:integer warnings:integer",
    "n",
    "How far each sheet is, by period, over all teams and by country.",
)
AGGREGATE_RISKS = _table(
    "aggregate_risks",
    "n:integer period stage by code label down down_label across across_label level level_label "
    "count:integer teams:integer submissions:integer from_returned:integer",
    "n",
    "Risks by period, before and after mitigation: in total, by tool and country, and as the spec breaks them down.",
)
INDICATOR_VALUES = _table(
    "indicator_values",
    "n:integer submission team country period tool row framework indicator own:boolean label kind unit "
    "value:number numerator:number denominator:number baseline:number target:number baseline_year:number "
    "target_year:number progress:number status counted:boolean why sheet cell file_sha256",
    "n",
    "Every value of every indicator with what is known of it; `why` says why one does not count.",
    TO_SUBMISSION,
)
AGGREGATE_INDICATORS = _table(
    "aggregate_indicators",
    "n:integer indicator label period kind unit count:integer teams:integer missing:integer how total:number "
    "why least:number most:number baseline:number target:number progress:number previous same_teams:integer "
    "previous_total:number same_total:number change:number own:boolean",
    "n",
    "Indicators by period: a total where kinds, units and periods agree, else `why` not; `missing` teams gave no "
    "value. `previous_total` and `same_total` are of the teams that reported in both periods.",
)
AGGREGATE_SPLITS = _table(
    "aggregate_splits",
    "n:integer indicator label period split split_label part_of part part_label total:number count:integer "
    "teams:integer disagree:integer",
    "n",
    "The parts of indicators over all teams that filled them in; `disagree` values are not the sum of their parts.",
)
AGGREGATE_GAPS = _table(
    "aggregate_gaps",
    "n:integer period tool row field label item no:integer answered:integer share:number teams_no:integer "
    "teams:integer",
    "n",
    "Questions by how many teams answered with no, by period.",
)
AGGREGATES = (
    AGGREGATE_MATRIX, AGGREGATE_ANSWERS, AGGREGATE_NUMBERS, AGGREGATE_COMPLETENESS, AGGREGATE_RISKS,
    INDICATOR_VALUES, AGGREGATE_INDICATORS, AGGREGATE_SPLITS, AGGREGATE_GAPS,
)  # fmt: skip
DIMENSIONS = (SUBMISSIONS, SLOTS, CODES, LIST_COLUMNS, MATRIX_LEVELS, SPEC_FILES)
FACTS = (
    FILES_FACT, ANSWERS_FACT, SHEETS, FINDINGS_FACT, UNPLACED_FACT, LISTED_FACT, ROW_REFERENCES, CHECKS_NOT_RUN,
)  # fmt: skip
WITHOUT_ANSWERS = (
    SUBMISSIONS, SLOTS, FILES_FACT, SHEETS, FINDINGS_FACT, UNPLACED_FACT, CHECKS_NOT_RUN,
)  # fmt: skip
VIEWS = (FILES, ANSWERS, FINDINGS, COMPLETENESS, UNPLACED, LISTED_ROWS, MATRIX_ROWS, PLACED, RECONCILIATION)
FIXED = (*DIMENSIONS, *FACTS, *VIEWS, *AGGREGATES, CODEBOOK, ITEMS)
RESERVED = frozenset({"meta", "overdue", "top_risks", *(table.name for table in FIXED)})

_HEAD = columns(WHOSE + "n:integer tool row about")
_TAIL = columns("sheet cell current:boolean file_sha256")
_TAKEN = frozenset(column.name for column in (*_HEAD, *_TAIL))
LABELLED, LABEL = "_labelled", "_label"  # how views with labels beside codes end, and their columns of labels
MASKED = "masked"  # the state of an answer that is not told, and why a figure is not


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
        taken = set(RESERVED)
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
        if not self.answers:
            return WITHOUT_ANSWERS
        star: tuple[Table, ...] = (*DIMENSIONS, *FACTS)
        if self.version < VERSION:
            star = tuple(map(_before, star))
        there = {table.name for table in star}
        return (*star, *(table for table in self.shown if not table.view and table.name not in there))

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
        return Table(
            table.name + LABELLED, tuple(spread), table.key, f"{table.about} With the label beside each code.",
            view=True, references=table.references, tools=table.tools,
        )  # fmt: skip

    @cached_property
    def shown(self) -> tuple[Table, ...]:
        """What is exported: every row once, in the order in which tables are read."""
        wide = [table for table in self.wide.values() if not self._goes_by_name(table)]
        lists = (LISTED_ROWS, self.overdue) if self.list_columns else ()
        matrices = (MATRIX_ROWS, AGGREGATE_MATRIX) if self.spec and self.spec.matrix else ()
        figures = self.spec.figures if self.spec else None
        risks = (AGGREGATE_RISKS, self.top_risks) if figures and figures.risks else ()
        of_indicators = (INDICATOR_VALUES, AGGREGATE_INDICATORS, AGGREGATE_SPLITS)
        indicators = of_indicators if figures and figures.indicators else ()
        questions = (AGGREGATE_GAPS,) if figures and figures.questions else ()
        return (
            SUBMISSIONS.shown, FILES, RECONCILIATION, ANSWERS, *self.united.values(), *wide, FINDINGS, COMPLETENESS,
            UNPLACED, *lists, *matrices, AGGREGATE_ANSWERS, AGGREGATE_NUMBERS, AGGREGATE_COMPLETENESS,
            *risks, *indicators, *questions, CODEBOOK, ITEMS,
        )  # fmt: skip

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
        shown = {f"list_{code}": title for code, title in self.list_columns.items()}
        about = "What is past its day in the lists of the workbooks."
        return _lines("overdue", "list tool row due:date days_late:integer", shown, about)

    @property
    def top_risks(self) -> Table:
        """The open risks that weigh most, with the fields that the spec shows of them."""
        risks = self.spec.figures.risks if self.spec else None
        fields = self.spec.tool[risks.tools[0]].fields if self.spec and risks else {}
        language = spec_language(self.spec)
        shown = {f"shows_{code}": fields[code].label.say(language) for code in (risks.shows if risks else ())}
        own = "tool row name before_down before_across level_before after_down after_across level_after"
        return _lines("top_risks", own, shown, "The open risks that weigh most.")

    @cached_property
    def by_name(self) -> dict[str, Table]:
        """Every table and view by name."""
        return {table.name: table for table in (*self.base, *self.views)}


def _lines(name: str, own: str, shown: Mapping[str, str], about: str) -> Table:
    """Give a table of lines about rows of submissions, with what is `shown` of each, by column, and its head."""
    head = columns(f"n:integer submission team country period {own}")
    extra = (Column(column, TEXT, title) for column, title in shown.items())
    every = (*head, *extra, *columns("sheet cell file_sha256"))
    return Table(name, every, ("n",), about, references=(TO_SUBMISSION,))


def _before(table: Table) -> Table:
    """Give a table as the earlier version made it."""
    return replace(
        table, columns=tuple(each for each in table.columns if (table.name, each.name) not in LATER)
    )


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
        answers.append(Column(field_column(code), value_kind(first), title, variants))
    return Table(
        name, (*_HEAD, *answers, *_TAIL), ("submission", "n"), about, view=True, references=(TO_SUBMISSION,),
        tools=tuple(tools),
    )  # fmt: skip


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
    return f"{code}_" if code.casefold() in _TAKEN else code


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
