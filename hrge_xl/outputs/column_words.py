"""What the codes and columns of a dataset are called in `data.xlsx`, in one language."""

from __future__ import annotations

from functools import cache, cached_property
from typing import Any

from ..core.words import country_names, translator
from ..dataset.aggregates.risks import part_labels
from ..dataset.aggregates.sql import label_of
from ..dataset.aggregates.values import catalogue_label
from ..dataset.dimensions import entries, fixed_rows
from ..dataset.return_status import status_words
from ..dataset.schema import Record, list_of
from ..fields import Field
from ..layout.lists import LEVELS
from ..spec.model import Spec

SEVERITIES: dict[str, str] = {"error": "Error", "warning": "Warning", "info": "Info"}


class CodeLabels:
    """The names of everything that a spec gives a code, each looked up once."""

    def __init__(self, spec: Spec | None, language: str) -> None:
        self.spec, self.language = spec, language
        self.tools = spec.tool if spec else {}
        self.say = translator(language)
        self.entries_of = cache(self._entries)

    def _entries(self, name: str) -> dict[str, str]:
        return dict(entries(self.spec, name, self.language)) if self.spec else {}

    @cached_property
    def states(self) -> dict[str, str]:
        """Words for verdicts, statuses and severities."""
        severities = {code: self.say(word) for code, word in SEVERITIES.items()}
        return {**status_words(self.say), "counts": self.say("Counts"), **severities}

    @cached_property
    def items(self) -> dict[tuple[str, str], tuple[str, str]]:
        """Section and label of every fixed row, by tool and row."""
        rows = fixed_rows(self.spec, self.language) if self.spec else ()
        return {(tool, row): (section, label) for tool, row, section, label in rows}

    def country(self, row: Record) -> str | None:
        """Give the country as the spec names it, else as the language does."""
        code = row["country"]
        if self.spec is None or not code:
            return None
        named = label_of(self.spec, self.spec.countries, code, self.language)
        return named if named != code else country_names(self.language).get(code)

    def sheet(self, row: Record) -> str | None:
        """Give the name of the sheet of a tool."""
        tool = self.tools.get(row["tool"])
        return tool.sheet.say(self.language) if tool else None

    def item(self, row: Record) -> str | None:
        """Give what a fixed row is about."""
        return self.items.get((row["tool"], str(row.get("row_code") or row.get("row"))), ("", ""))[1] or None

    def section(self, row: Record) -> str | None:
        """Give the heading that a fixed row stands under."""
        return self.items.get((row["tool"], row["row_code"]), ("", ""))[0] or None

    def listed(self, row: Record) -> str | None:
        """Give the name of an entry of a list."""
        return self.entries_of(row["list"]).get(row["code"])

    def field(self, tool: str, code: str) -> Field | None:
        """Give a question by the codes of its sheet and its own."""
        return self.tools[tool].fields.get(code) if tool in self.tools else None

    def question(self, row: Record) -> str | None:
        """Give what a question asks."""
        field = self.field(row["tool"], row["field"])
        return field.label.say(self.language) if field else None

    def question_down(self, row: Record) -> str | None:
        """Give what the question down a matrix asks."""
        return self.question({**row, "field": row["matrix_row_field"]})

    def question_across(self, row: Record) -> str | None:
        """Give what the question across a matrix asks."""
        return self.question({**row, "field": row["matrix_column_field"]})

    def entry(self, row: Record) -> str | None:
        """Give the name of the entry that a question was answered with."""
        field = self.field(row["tool"], row["field"])
        return self.answer(field, row["code"]) if field else None

    def answer(self, field: Field, value: Any) -> str | None:
        """Give the names for the codes of an answer; several stand in one text."""
        name = list_of(field)
        if name is None or value is None:
            return None
        found, codes = self.entries_of(name), f"{value:g}" if isinstance(value, float) else str(value)
        return "; ".join(found.get(code, code) for code in codes.split(";"))

    def down(self, row: Record) -> str | None:
        """Give the name of a step down."""
        matrix = self.spec.matrix if self.spec else None
        return self.entries_of(matrix.down).get(str(row["matrix_row"])) if matrix else None

    def across(self, row: Record) -> str | None:
        """Give the name of a step across."""
        matrix = self.spec.matrix if self.spec else None
        return self.entries_of(matrix.across).get(str(row["matrix_column"])) if matrix else None

    def level(self, row: Record) -> str | None:
        """Give the name of a level."""
        return self.entries_of(LEVELS).get(row["level"])

    def part(self, row: Record) -> str | None:
        """Give the name of a part in the breakdown of risks."""
        if self.spec is None or not row["code"]:
            return None
        return part_labels(self.spec, row["breakdown"], self.language).get(row["code"])

    def indicator(self, row: Record) -> str | None:
        """Give the name of an indicator of the catalogue."""
        return catalogue_label(self.spec, row["indicator"], self.language) or None if self.spec else None
