"""The first sheet of `data.xlsx`: which sheets there are, what each holds, and links to them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from xlsxwriter.worksheet import Worksheet

from ..dataset.schema import (
    AGGREGATES,
    ANSWERS,
    CODEBOOK,
    COMPLETENESS,
    FILES,
    FINDINGS,
    INDICATOR_VALUES,
    ITEMS,
    MASKED,
    RECONCILIATION,
    SUBMISSIONS,
    UNPLACED,
)
from ..dataset.status_words import may_be_shared
from ..dataset.store import Store
from ..dataset.table import INTEGER, Table
from .code_labels import CodeLabels
from .column_words import groups, titles
from .sheet_rows import put

NAME, HOLDS, ROWS = range(3)  # columns
WIDTHS = (28, 90, 10)
RETURNS = frozenset({
    *(table.name for table in (RECONCILIATION, COMPLETENESS, SUBMISSIONS, FILES, FINDINGS, UNPLACED)), "overdue",
})  # fmt: skip
DETAILS = frozenset({INDICATOR_VALUES.name, ANSWERS.name, *(table.name for table in AGGREGATES)})
OF_SPEC = frozenset({CODEBOOK.name, ITEMS.name})
FIRST_OF_DETAILS = INDICATOR_VALUES.name


class Listed(NamedTuple):
    """The tables of a dataset: how many rows each has, which repeat others, which are too large for a workbook, and
    of which only what counts is shown.
    """

    tables: Sequence[Table]
    counts: Mapping[str, int]
    repeated: Collection[str]
    too_large: Collection[str]
    omitted: Sequence[str]  # that have rows of returns that do not count

    @property
    def shown(self) -> list[Table]:
        """Those that have rows of their own, in the order of the contents."""
        found = [
            table for table in self.tables if self.counts[table.name] and table.name not in self.repeated
        ]
        return sorted(found, key=lambda table: (_place(table.name), table.name != FIRST_OF_DETAILS))

    @property
    def drawn(self) -> list[Table]:
        """Those that have a sheet."""
        return [table for table in self.shown if table.name not in self.too_large]

    @property
    def without_rows(self) -> list[str]:
        """The names of those that hold nothing."""
        return [table.name for table in self.tables if not self.counts[table.name]]


def write_contents(
    sheet: Worksheet, store: Store, labels: CodeLabels, formats: Mapping[str, Any], listed: Listed,
    figures: Sequence[str], today: date,
) -> None:  # fmt: skip
    """Write the list of sheets, in groups. Raises `LimitError` where a text does not fit."""
    sheet.hide_gridlines(2)
    sheet.fit_to_pages(1, 0)
    for at, width in enumerate(WIDTHS):
        sheet.set_column(at, at, width)
    row = _introduction(sheet, store, labels, formats, today)
    say = labels.say
    for at, head in enumerate((say("Sheet"), say("What it holds"), say("Rows"))):
        put(sheet, row, at, head, formats["head_of_numbers" if at == 2 else "head"])
    row = _figures(sheet, row + 1, labels, formats, figures)
    headings = list(groups(labels.say).values())
    group = 0
    for table in listed.shown:
        if _place(table.name) != group:
            group = _place(table.name)
            row += 1
            put(sheet, row, NAME, headings[group], formats["group"])
            row += 1
        _line(sheet, row, table, labels, formats, listed)
        row += 1
    for text in _not_here(labels, listed):
        row += 1
        put(sheet, row, HOLDS, text, formats["wrap"])


def _introduction(
    sheet: Worksheet, store: Store, labels: CodeLabels, formats: Mapping[str, Any], today: date
) -> int:
    """Give the title and how to read the sheets; the next row."""
    spec, say = store.schema.spec, labels.say
    title = (
        f"{spec.title.say(labels.language)} ({spec.name} {spec.version})"
        if spec
        else say("No file could be read")
    )
    made = say("Dataset of {day}. Every row leads back to a file, a sheet and a cell.")
    folded = say(
        "Above the headings of each sheet, a collapsed row holds the codes of the columns; columns "
        "with keys are collapsed too. The + in the margin opens them."
    )
    put(sheet, 0, NAME, title, formats["title"])
    put(sheet, 1, NAME, made.format(day=today.isoformat()), formats["plain"])
    put(sheet, 2, NAME, folded, formats["plain"])
    if MASKED not in store.state():
        return 4
    put(sheet, 3, NAME, may_be_shared(say), formats["plain"])
    return 5


def _figures(
    sheet: Worksheet, row: int, labels: CodeLabels, formats: Mapping[str, Any], figures: Sequence[str]
) -> int:
    """Links to the sheets with matrices and charts; the next row."""
    say = labels.say
    told = {
        say("Heat maps"): say("The matrices of the latest period, with rows by level"),
        say("Figures"): say("Tables with charts: risks, completeness, gaps, indicators"),
    }
    for name in figures:
        _link(sheet, row, name, formats)
        put(sheet, row, HOLDS, told.get(name, ""), formats["wrap"])
        row += 1
    return row


def _line(
    sheet: Worksheet, row: int, table: Table, labels: CodeLabels, formats: Mapping[str, Any], listed: Listed
) -> None:
    about = title_of(table, labels)
    if table.name in listed.too_large:
        put(sheet, row, NAME, table.name, formats["plain"])
        say = labels.say
        note = say("Too large for this workbook: see {table}.csv or dataset.sqlite.")
        about = f"{about}. {note.format(table=table.name)}"
    else:
        _link(sheet, row, table.name, formats)
    put(sheet, row, HOLDS, about, formats["wrap"])
    put(sheet, row, ROWS, listed.counts[table.name], formats[INTEGER])


def _link(sheet: Worksheet, row: int, name: str, formats: Mapping[str, Any]) -> None:
    quoted = name.replace("'", "''")
    sheet.write_url(row, NAME, f"internal:'{quoted}'!A1", formats["link"], name)


def _not_here(labels: CodeLabels, listed: Listed) -> Iterator[str]:
    """Say what else the dataset has, as CSV and in its database."""
    say = labels.say
    repeated = [
        table.name for table in listed.tables if table.name in listed.repeated and listed.counts[table.name]
    ]
    if repeated:
        text = say(
            "Only in the CSV files and in dataset.sqlite, because other sheets show their rows: {tables}."
        )
        yield text.format(tables=", ".join(repeated))
    if listed.omitted:
        text = say(
            "Rows of returns that do not count, and values that a later return states again, are only in the CSV "
            "files and in dataset.sqlite: {tables}."
        )
        yield text.format(tables=", ".join(listed.omitted))
    if listed.without_rows:
        yield say("Without rows: {tables}.").format(tables=", ".join(listed.without_rows))


def title_of(table: Table, labels: CodeLabels) -> str:
    """Say what a table holds: for people the titles of its sheets."""
    spec = labels.spec
    if spec is not None and len(table.tools) == 1:
        return spec.tool[table.tools[0]].title.say(labels.language)
    if spec is not None and table.tools:
        return ", ".join(spec.tool[tool].sheet.say(labels.language) for tool in table.tools)
    return titles(labels.say).get(table.name, table.about)


def _place(name: str) -> int:
    """Give the number of the group that a table stands in."""
    for place, names in ((2, RETURNS), (3, DETAILS), (4, OF_SPEC)):
        if name in names:
            return place
    return 1
