"""The steps of a scale with what anchors them: the rows of a table beside the questions that ask for one."""

from __future__ import annotations

from typing import NamedTuple

from ..spec.model import Vocabulary, VocabularyItem


class ScaleTable(NamedTuple):
    """What each step means: `heads` above its columns, `rows` with the step in front, lowest step first."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def scale_table(vocabulary: Vocabulary, language: str) -> ScaleTable:
    """Give the steps of a scale: each with its anchor by every kind, or where there are no kinds with its own."""
    kinds = vocabulary.kinds
    heads = tuple(kind.say(language) for kind in kinds.values()) if kinds else ("",)
    return ScaleTable(heads, tuple(_row(vocabulary, item, language) for item in vocabulary.items))


def _row(vocabulary: Vocabulary, item: VocabularyItem, language: str) -> tuple[str, ...]:
    said = [item.anchors[kind] for kind in vocabulary.kinds] or [item.help or item.anchor]
    return item.numbered(language), *(text.say(language) for text in said)
