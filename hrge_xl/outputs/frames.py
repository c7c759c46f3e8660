"""Tables of a dataset as pandas frames: each column in its type, with labels in the place of codes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache, partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import pandas as pd

from ..core.errors import UsageError
from ..core.notebook import html_table
from ..dataset.dimensions import allowed_values
from ..dataset.opening import open_store
from ..dataset.schema import (
    BOOLEAN,
    DATE,
    IN_PANDAS,
    NUMBER,
    TEXT,
    Schema,
    Table,
    TableColumn,
    list_of,
)
from ..dataset.store import refuse_foreign_values
from .table_files import table_of
from .table_sheets import CodeLabels

SEPARATOR = ";"  # between the codes of an answer that has several
Several = Literal["list", "columns", "text"]


class Tables:
    """The tables of a dataset by their names, as frames: `found.teams`, `found["risks"]`; each is read once.

    It holds no file open. What every dataset has is declared, so that a type checker knows it and reports any other
    attribute; the tables of a spec are taken by their names.
    """

    aggregate_answers: pd.DataFrame
    aggregate_completeness: pd.DataFrame
    aggregate_numbers: pd.DataFrame
    answers: pd.DataFrame
    codes: pd.DataFrame
    completeness: pd.DataFrame
    countries: pd.DataFrame
    files: pd.DataFrame
    findings: pd.DataFrame
    items: pd.DataFrame
    periods: pd.DataFrame
    questions: pd.DataFrame
    reconciliation: pd.DataFrame
    submissions: pd.DataFrame
    teams: pd.DataFrame
    tools: pd.DataFrame
    unplaced: pd.DataFrame

    def __init__(
        self, summary: str, about: Mapping[str, str], read: Callable[[str], pd.DataFrame]
    ) -> None:
        self._summary = summary
        self._about = about
        self._read = cache(read)

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self._read(name)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> pd.DataFrame:
            if name.startswith("_"):  # what programs ask of every object
                raise AttributeError(name)
            try:
                return self[name]
            except UsageError as error:
                raise AttributeError(str(error)) from error

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._about]

    def __repr__(self) -> str:
        return f"<Tables of {self._summary}: {', '.join(self._about)}>"

    def _repr_html_(self) -> str:
        """Show them in a notebook, with what each holds."""
        return html_table(self, ("table", "about"), self._about.items())


def open_dataset(place: str | Path, *, labels: bool = True, lang: str | None = None) -> Tables:
    """Return the tables of a consolidated folder, a round, a SQLite file or a database, to be read as frames.

    `labels` and `lang` as in `read_table`. Raises `UsageError`, `StoreError`.
    """
    with open_store(place) as store:
        about = {table.name: table.title or table.about for table in store.schema.shown}
        spec = store.schema.spec
        spec_name = f"{spec.name} {spec.version}" if spec else "no spec"
        summary = f"{place}, {spec_name}, {len(store.contents())} returns"
    return Tables(summary, about, partial(read_table, place, labels=labels, lang=lang))


def tables(place: str | Path) -> pd.DataFrame:
    """Return the names of the tables of a dataset, with what each holds and by which columns its rows are told
    apart.
    """
    with open_store(place) as store:
        shown = [
            (table.name, table.title or table.about, ", ".join(table.key))
            for table in store.schema.shown
        ]
    return pd.DataFrame(shown, columns=["table", "about", "key"], dtype="string").set_index("table")


def read_table(
    place: str | Path,
    name: str,
    *,
    labels: bool = True,
    lang: str | None = None,
    several: Several = "list",
) -> pd.DataFrame:
    """Return a table as a frame: nullable integers, days, truth values; answers from lists as categories in their
    order.

    With `labels` a category has the label of the entry, in `lang` or else the first language of the spec; without, its
    code. A question with several answers has a list in each cell, or a column of truth values for each entry, or the
    text with its codes. `attrs["questions"]` says what each column asks. Raises `UsageError` for a table, a language or
    a shape that there is not.
    """
    if several not in get_args(Several):
        raise UsageError(f"several='{several}': choose from {', '.join(get_args(Several))}.")
    with open_store(place) as store:
        table = table_of(store, name)
        spec = store.schema.spec
        if lang is not None and (spec is None or lang not in spec.languages):
            languages = ", ".join(spec.languages) if spec else "none"
            raise UsageError(
                f"{store.name} has no labels in '{lang}'.",
                value=lang,
                remedy=f"Its languages are: {languages}.",
            )
        words = CodeLabels(spec, lang or store.schema.language)
        shown_columns = list[Any]()
        questions = dict[str, str]()
        rows = pd.DataFrame(
            store.rows(table.name, columns=table.names), columns=list(table.names), dtype=object
        )
        for column in table.columns:
            with refuse_foreign_values(f"{store.name}, {table.name}.{column.name}"):
                shown = _shown(
                    rows, column, table, store.schema, words, labels=labels, several=several
                )
            if shown is None:  # the labels stand in the place of the codes
                continue
            shown_columns.append(shown)
            field = next(iter(column.fields.values()), None)
            question = (
                field.asks(words.language) if field and not column.label_of else column.description
            )
            questions |= dict.fromkeys(pd.DataFrame(shown_columns[-1]).columns, question)
    frame: pd.DataFrame = pd.concat(shown_columns, axis="columns")
    frame.attrs["questions"] = questions
    return frame


def _shown(
    rows: pd.DataFrame,
    column: TableColumn,
    table: Table,
    schema: Schema,
    words: CodeLabels,
    *,
    labels: bool,
    several: Several,
) -> pd.Series[Any] | pd.DataFrame | None:
    """Return a column as it is shown; None for labels that stand in the place of their codes."""
    values = rows[column.name]
    entry_texts = _entries(words, column, labels=labels)
    if any(field.several for field in column.fields.values()) and not column.label_of:
        return _several(values, column, entry_texts, several)
    if not (labels and column.label_of):
        codes = allowed_values(schema, column)
        return _typed(values, column, {code: entry_texts.get(code, code) for code in codes})
    # a step stays a number, and has its label beside it
    if table.columns[table.at[column.label_of]].kind == NUMBER:
        steps = [
            None if step is None else entry_texts.get(f"{step:g}") for step in rows[column.label_of]
        ]
        return pd.Series(steps, rows.index, IN_PANDAS[TEXT], column.name)
    return None


def _typed(
    values: pd.Series[Any], column: TableColumn, entry_texts: Mapping[str, str]
) -> pd.Series[Any]:
    """Return a column in its type; one of known codes, by code, as categories in their order."""
    if entry_texts and column.kind == TEXT and not column.label_of:
        ordered = any(field.result == "level" for field in column.fields.values())
        chosen = pd.Categorical(values, [*entry_texts], ordered=ordered).rename_categories(
            entry_texts
        )
        return pd.Series(chosen, values.index, name=column.name)
    if column.kind == DATE:
        return pd.Series(np.array(values, IN_PANDAS[DATE]), values.index, name=column.name)
    return values.astype(IN_PANDAS[column.kind])


def _several(
    values: pd.Series[Any], column: TableColumn, entry_texts: Mapping[str, str], shape: Several
) -> pd.Series[Any] | pd.DataFrame:
    """Return the column of a question with several answers, or one for each entry of its lists."""
    if shape == "text":
        return values.astype(IN_PANDAS[TEXT])
    codes = values.map(lambda text: text.split(SEPARATOR) if text else [])
    if shape == "list":
        return codes.map(lambda some: [entry_texts.get(code, code) for code in some])
    entries = dict.fromkeys([*entry_texts, *chain.from_iterable(codes)])
    chosen = {
        f"{column.name}: {entry_texts.get(code, code)}": [code in some for some in codes]
        for code in entries
    }
    return pd.DataFrame(chosen, values.index, dtype=IN_PANDAS[BOOLEAN])


def _entries(words: CodeLabels, column: TableColumn, *, labels: bool) -> dict[str, str]:
    """Return the codes of the lists that a column draws on, each with what stands for it: labels that differ."""
    lists = dict.fromkeys(filter(None, map(list_of, column.fields.values())))
    entries = {
        code: label for name in reversed(lists) for code, label in words.entries_of(name).items()
    }
    if not labels:
        return {code: code for code in entries}
    often = Counter(entries.values())
    return {
        code: f"{label} ({code})" if often[label] > 1 else label for code, label in entries.items()
    }
