"""What the codes in the rows of a dataset are called, in the language of a reader."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, cached_property
from typing import Any

from ..dataset.aggregates.common import label_of
from ..dataset.aggregates.risks import part_labels
from ..dataset.aggregates.values import catalogue_label
from ..dataset.dimensions import entries, fixed_rows
from ..dataset.matrix_rows import matrix_blocks
from ..dataset.schema import list_of
from ..fields import Field
from ..layout.lists import LEVELS
from ..spec.model import Spec
from ..words import country_names, translator
from .column_words import states

Record = Mapping[str, Any]
Label = Callable[[Record], str | None]  # what a code of a row is called; nothing where it has no name


class CodeLabels:
    """The names of everything that a spec gives a code, each looked up once."""

    def __init__(self, spec: Spec | None, language: str) -> None:
        self.spec, self.language = spec, language
        self.say = translator(language)
        self.entries_of = cache(self._entries)

    def _entries(self, name: str) -> dict[str, str]:
        return dict(entries(self.spec, name, self.language)) if self.spec else {}

    @cached_property
    def states(self) -> dict[str, str]:
        """Words for verdicts, statuses and severities."""
        return states(self.say)

    @cached_property
    def items(self) -> dict[tuple[str, str], tuple[str, str]]:
        """Section and label of every fixed row, by tool and row."""
        rows = fixed_rows(self.spec, self.language) if self.spec else ()
        return {(tool, row): (section, label) for tool, row, section, label in rows}

    def country(self, code: str) -> str | None:
        """Give the country as the spec names it, else as the language does."""
        if self.spec is None:
            return None
        named = label_of(self.spec, self.spec.countries, code, self.language)
        return named if named != code else country_names(self.language).get(code)

    def sheet(self, tool: str) -> str | None:
        """Give the name of the sheet of a tool."""
        known = self.spec.tool.get(tool) if self.spec else None
        return known.sheet.say(self.language) if known else None

    def item(self, row: Record) -> str | None:
        """Give what a fixed row is about."""
        return self.items.get((row["tool"], row["row"]), ("", ""))[1] or None

    def section(self, row: Record) -> str | None:
        """Give the heading that a fixed row stands under."""
        return self.items.get((row["tool"], row["row"]), ("", ""))[0] or None

    def field(self, tool: str, code: str) -> Field | None:
        """Give a question by the codes of its sheet and its own."""
        known = self.spec.tool.get(tool) if self.spec else None
        return known.fields.get(code) if known else None

    def question(self, row: Record) -> str | None:
        """Give what a question asks."""
        field = self.field(row["tool"], row["field"])
        return field.label.say(self.language) if field else None

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

    def step(self, side: str) -> Label:
        """Give the name of a step `down` or `across`."""
        matrix = self.spec.matrix if self.spec else None
        found = self.entries_of(str(getattr(matrix, side))) if matrix else {}
        return lambda row: found.get(str(row[side]))

    def level(self, row: Record) -> str | None:
        """Give the name of a level."""
        return self.entries_of(LEVELS).get(row["level"])

    def part(self, row: Record) -> str | None:
        """Give the name of a part in the breakdown of risks."""
        return (
            part_labels(self.spec, row["by"], self.language).get(row["code"])
            if self.spec and row["code"]
            else None
        )

    def matrix(self, row: Record) -> str | None:
        """Give the title of a matrix, by its number."""
        blocks = matrix_blocks(self.spec) if self.spec else []
        number = row["block"] - 1
        return blocks[number].title.say(self.language) or None if number < len(blocks) else None

    def indicator(self, row: Record) -> str | None:
        """Give the name of an indicator of the catalogue."""
        return catalogue_label(self.spec, row["indicator"], self.language) or None if self.spec else None
