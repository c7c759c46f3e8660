"""Writes docs/dataset.md: every table, view and column of a dataset, how they hang together, and how to ask it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType

import yaml

from hrge_xl import Spec
from tests import check_table, read_package
from tests.face import (
    DATASET_COLUMNS,
    META,
    SUBMISSIONS,
    TABLES,
    Schema,
    Table,
    allowed_values,
    pattern,
    selection,
)
from tests.face import TableColumn as Column

TOLD_FIRST = ("verdict", "status")  # columns whose values a part of the page explains
MOST_VALUES = 12  # of a list that the page names one by one

PAGE_OF_TEXTS = Path(__file__).with_suffix(".md")  # with marks where tables and examples come in

QUERIES: dict[str, tuple[str, str]] = yaml.safe_load(
    Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")
)


def dataset_page(spec: Spec, whole: Spec) -> str:
    """The page as Markdown, with the views of one spec as an example; the whole one has every table that there is."""
    schema = Schema(spec)
    said = _statements(Schema(whole)) | _statements(schema)
    tables = {**TABLES, **{table.name: table for table in (schema.overdue, schema.top_risks)}}
    dimensions, facts, views, figures, of_spec = (
        [table for table in tables.values() if table.role == role and table.name != "<sheet>"]
        for role in ("dimension", "fact", "view", "figure", "spec")
    )
    own = schema.sheets
    parts: dict[str, Iterable[str]] = {
        "listed": _listed(Schema(whole)),
        "picture": picture([*dimensions, *facts]),
        "made_of": made_of(schema, [*views, *own], said),
        "queries": _queries(),
        "read_package": _code(read_package),
        "states": (
            line
            for column in TOLD_FIRST
            for line in _values(column, DATASET_COLUMNS[column]["values"])
        ),
        "check_table": _code(check_table),
        "own": _sections(schema, own),
        "views": _sections(schema, views),
        "figures": _sections(schema, [*figures, *of_spec]),
        "facts": _sections(schema, facts),
        "dimensions": _sections(schema, [*dimensions, META]),
        "values": _other_values(),
    }
    text = PAGE_OF_TEXTS.read_text(encoding="utf-8")
    return re.sub(r"^{(\w+)}$", lambda mark: "\n".join(parts[mark[1]]), text, flags=re.M)


def _code(module: ModuleType) -> list[str]:
    """Give what a module does, without what it says of itself."""
    return [inspect.getsource(module).partition('"""\n\n')[2].rstrip()]


def _listed(schema: Schema) -> Iterator[str]:
    """Give every table and view with what it holds, what is exported first."""
    tables = {table.name: table for table in (*schema.shown, *schema.base, *schema.views, META)}
    for name, table in tables.items():
        shown = f"`{name}`" if table in schema.sheets else f"[{name}](#{name})"
        yield f"| {shown} | {table.about} |"


# the picture


def picture(tables: Sequence[Table]) -> Iterator[str]:
    """Give facts, dimensions and what refers to what as a Mermaid diagram."""
    yield from ("```mermaid", "erDiagram")
    for table in tables:
        for reference in table.references:
            one = "|o" if reference.column == "superseded_by" else "||"
            yield f'    {reference.table} {one}--o{{ {table.name} : "{reference.column}"'
    for table in (
        each for each in tables if each.references or each is SUBMISSIONS or each.name == "slots"
    ):
        yield f"    {table.name} {{"
        yield from (
            f"        {column.kind} {column.name}{_mark(table, column)}" for column in _main(table)
        )
        yield "    }"
    yield "```"


def _main(table: Table) -> list[Column]:
    return [column for column in table.columns if column.name not in table.internal[1:]][:14]


def _mark(table: Table, column: Column) -> str:
    refers = any(column.name == reference.column for reference in table.references)
    marks = [mark for mark, holds in (("PK", column.name in table.key), ("FK", refers)) if holds]
    return f" {','.join(marks)}" if marks else ""


def made_of(schema: Schema, views: Iterable[Table], said: Mapping[str, str]) -> Iterator[str]:
    """Give for each view the tables that it reads, as its statement says."""
    yield from ("| view | made of |", "|---|---|")
    for view in views:
        names = [name for name in schema.by_name if name != view.name]
        read = [name for name in names if re.search(rf'(FROM|JOIN) "?{name}"?\b', said[view.name])]
        yield f"| [{view.name}](#{view.name.lower()}) | {', '.join(f'`{name}`' for name in read)} |"


def _statements(schema: Schema) -> dict[str, str]:
    return {view.name: selection(schema, view) for view in schema.views}


# its parts


def _values(heading: str, known: Mapping[str, str]) -> Iterator[str]:
    yield from (f"| {heading} | |", "|---|---|")
    yield from (f"| `{value}` | {what} |" for value, what in known.items())
    yield ""


def _other_values() -> Iterator[str]:
    for name, column in DATASET_COLUMNS.items():
        if "values" in column and name not in TOLD_FIRST:
            yield from _values(name, column["values"])


def _queries() -> Iterator[str]:
    for title, statement in QUERIES.values():
        yield from (f"{title}:", "", "```sql", f"{statement};", "```", "")


def _sections(schema: Schema, tables: Iterable[Table]) -> Iterator[str]:
    for table in tables:
        key = f"Key: {_names(table.key)}.{_refers(table)}"
        yield from (f"### {table.name}", "", table.about, "", key, "")
        yield from ("| column | type | meaning |", "|---|---|---|")
        yield from (_row(schema, table, column) for column in table.columns)
        yield ""


def _refers(table: Table) -> str:
    found = [f"{_names([each.column])} refers to `{each.table}`" for each in table.references]
    return f" {'; '.join(found)}." if found else ""


def _row(schema: Schema, table: Table, column: Column) -> str:
    what = column.description.replace("|", r"\\|")
    known = allowed_values(schema, column)
    if known and len(known) <= MOST_VALUES:
        what = f"{what.removesuffix('.')}: {_names(known)}."
    elif not column.pattern and pattern(schema, column):
        what += ": codes, joined by `;`."
    what += " *Internal.*" if column.name in table.internal else ""
    what += " *Not in CSV.*" if column.name in table.not_in_csv else ""
    return f"| {column.name} | {column.kind} | {what} |"


def _names(columns: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in columns)
