"""What a workbook is issued with about its country: public facts, and where they are from."""

from __future__ import annotations

from collections.abc import Iterator

from .defaults import Value, value_of
from .issuance import Fact, FactFile
from .model import Spec

Key = tuple[str, str, str]  # tool, row, field


def facts_about(spec: Spec, country: str) -> Iterator[tuple[Key, Value]]:
    """Give each answer that is known beforehand, and the source and date in its row."""
    for file in spec.facts:
        fields = spec.tool[file.tool].fields
        for fact in file.rows:
            if fact.country == country:
                yield (file.tool, fact.row, fact.field), value_of(fields[fact.field], fact.values)
                yield from _sources(file, fact)


def _sources(file: FactFile, fact: Fact) -> Iterator[tuple[Key, Value]]:
    if file.source is not None:
        yield (file.tool, fact.row, file.source), said_of_source(file, fact)
    if file.date is not None and fact.day is not None:
        yield (file.tool, fact.row, file.date), fact.day


def said_of_source(file: FactFile, fact: Fact) -> str:
    """Give the source of a fact, with the date behind it where that has no cell of its own."""
    return fact.source if file.date is not None else f"{fact.source}, {fact.date}"
