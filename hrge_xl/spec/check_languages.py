"""Mistakes in the languages of a spec: tags that nobody knows, and texts that are not in all of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..frozen import Found, Path, at_the_first
from ..suggest import listed, nearest
from ..texts import Text
from ..words import is_language, proper_tag
from .model import Spec


def check_languages(spec: Spec) -> Found:
    """Give every tag must be known and stand once; every text must have the first language and no unknown one."""
    yield from _tags(spec)
    undeclared: dict[str, list[Path]] = {}
    without: list[Path] = []
    declared = [proper_tag(tag) or tag for tag in spec.languages]
    known = {part for tag in (*spec.languages, *declared) for part in (tag, tag.split("-", maxsplit=1)[0])}
    first = {"", spec.languages[0], declared[0], declared[0].split("-", maxsplit=1)[0]}
    for path, text in texts(spec):
        for tag, words in text.by_language.items():
            if tag and tag not in known:
                undeclared.setdefault(tag, []).append((*path, tag))
            if tag and text and not words.strip():
                yield (*path, tag), f"The text in '{tag}' is empty.", "Write it, or leave the language out."
        if text.by_language and first.isdisjoint(text.by_language):
            without.append(path)
    for tag, paths in undeclared.items():
        reason, remedy = _not_declared(tag, spec.languages)
        yield from at_the_first(paths, reason, remedy)
    reason = f"The text is not there in '{spec.languages[0]}', the first of the 'languages' of the spec"
    yield from at_the_first(without, f"{reason}.", f"Add `{spec.languages[0]}: …`.")


def _not_declared(tag: str, languages: tuple[str, ...]) -> tuple[str, str]:
    close = nearest(tag, languages)
    if close is not None:
        return f"'{tag}' is not among the 'languages' of the spec.", f"Did you mean '{close}'?"
    if not is_language(tag):
        return (
            f"'{tag}' is not a language, so it cannot name one of the texts here.",
            f"Name one of {listed(languages)}; a text with a colon or a comma needs quotation marks.",
        )
    return (
        f"The language '{tag}' is not among the 'languages' of the spec.",
        f"Add it to `languages` in workbook.yaml ({listed(languages)}), or remove the text.",
    )


def _tags(spec: Spec) -> Found:
    seen: set[str] = set()
    for number, tag in enumerate(spec.languages):
        path: Path = ("languages", number)
        proper = proper_tag(tag)
        if proper != tag:
            remedy = (
                f"Write '{proper}'." if proper else "Write a tag such as en, fr, ar-IQ or fa-AF (BCP 47)."
            )
            yield path, f"'{tag}' is not a tag of a language that is known here.", remedy
        elif tag in seen:
            yield path, f"The language '{tag}' is listed twice.", "Keep one."
        seen.add(tag)


def texts(part: Any, path: Path = ()) -> Iterator[tuple[Path, Text]]:
    """Give every text of a part, with its path."""
    if isinstance(part, Text):
        yield path, part
    elif isinstance(part, tuple):
        for index, entry in enumerate(part):
            yield from texts(entry, (*path, index))
    elif isinstance(part, dict):
        for key, entry in part.items():
            yield from texts(entry, (*path, key))
    elif hasattr(type(part), "model_fields"):
        for name in type(part).model_fields:
            yield from texts(getattr(part, name), (*path, name))


def too_long(path: Path, text: Text, limit: int, what: str) -> Found:
    """Say of every language in which a text is longer than Excel takes by how much it is."""
    for language, words in text.by_language.items():
        if len(words) > limit:
            where = (*path, language) if language else path
            over = len(words) - limit
            reason = f"{what} has {len(words)} characters, {over} more than the {limit} that Excel allows."
            yield where, reason, "Shorten it."
