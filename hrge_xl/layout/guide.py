"""What the panel beside a table says: what to look at first, how a row may look, what steps and entries mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..fields import Field
from ..spec.model import Guide, Spec, Tool, Vocabulary, VocabularyItem
from ..words import translator
from .model import HIDDEN, Grid, PanelLine


def panel_of(spec: Spec, tool: Tool, grids: Sequence[Grid], language: str) -> tuple[PanelLine, ...]:
    """Give everything that helps to fill in a sheet; nothing where there is nothing to say."""
    if not grids:
        return ()
    return (*_guide(tool, language), *_hints(grids, language), *_lists(spec, tool, language))


def _hints(grids: Sequence[Grid], language: str) -> Iterator[PanelLine]:
    """Say what to write in columns whose heads have no room for it."""
    columns = (column for grid in grids if not grid.across for column in grid.columns)
    texts = [
        (column.label, column.field.help.say(language))
        for column in columns
        if column.field and column.part < 2 and column.role not in HIDDEN and not column.hint(language)
    ]
    if any(text for _, text in texts):
        yield PanelLine(translator(language)("What to write"), is_head=True)
    for label, text in texts:
        if text:
            yield from _line(label, text)


def _guide(tool: Tool, language: str) -> Iterator[PanelLine]:
    guide, say = tool.guide, translator(language)
    if guide == Guide():
        return
    yield PanelLine(say("How to fill in"), is_head=True)
    yield from _line(say("What it is for"), tool.purpose.say(language))
    yield from _line(say("Who should be there"), guide.who.say(language))
    if guide.minutes:
        yield PanelLine(say("About {minutes} minutes").format(minutes=guide.minutes), say("Time needed"))
    about = say("Before you start")
    for text in guide.look_at:
        yield from _line(about, text.say(language))
        about = ""
    if guide.example:
        yield PanelLine(say("An example"), is_head=True)
        for code, text in guide.example.items():
            yield from _line(tool.fields[code].label.say(language), text.say(language))


def _lists(spec: Spec, tool: Tool, language: str) -> Iterator[PanelLine]:
    """Give the steps of every scale, and the entries of every list that need an explanation, each list once."""
    found: dict[str, Field] = {}
    for field in tool.fields.values():
        vocabulary = spec.vocabularies.get(field.vocabulary or "")
        if vocabulary and (field.type.stepped or any(item.help for item in vocabulary.items)):
            found.setdefault(str(field.vocabulary), field)
    for name, field in found.items():
        vocabulary = spec.vocabularies[name]
        yield PanelLine(field.label.say(language), is_head=True)
        yield from _line("", vocabulary.note.say(language))
        for item in vocabulary.items:
            if field.type.stepped or item.help:
                yield from _entry(vocabulary, item, field, language)


def _entry(vocabulary: Vocabulary, item: VocabularyItem, field: Field, language: str) -> Iterator[PanelLine]:
    """Give an entry with what it means; a step with where it lies, by each way to look at it."""
    about = item.numbered(language) if field.type.stepped else item.label.say(language)
    ways = [(kind, item.anchors[name]) for name, kind in vocabulary.kinds.items() if name in item.anchors]
    own = [] if ways else [item.anchor.say(language)]
    by_ways = (f"{kind.say(language)}: {text.say(language)}" for kind, text in ways)
    texts = [*own, item.help.say(language), *by_ways]
    for text in [each for each in texts if each] or [""]:
        yield from _line(about, text)
        about = ""


def _line(about: str, text: str) -> Iterator[PanelLine]:
    """Give a text with what it is about, unless there is nothing to say."""
    if about or text:
        yield PanelLine(text, about)
