"""Names in braces within messages: each must close, and stand for something that is known where the message stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from string import Formatter

from ..frozen import Found, Path
from ..suggest import nearest
from ..texts import Text
from .check_languages import texts
from .model import FieldBlock, Spec
from .scope import Scope, rule_scope

PLACE = ("label", "value", "row", "sheet", "cell", "file")  # what a message can say besides answers
NAME = re.compile(r"\w+")


def check_placeholders(spec: Spec) -> Found:
    """Give every message whose braces do not close, or hold a name that stands for nothing."""
    for path, text, scope in _messages(spec):
        known = [*scope.names(), *PLACE]
        for where, words in _in_languages(path, text):
            yield from _mistakes(words, known, where)


def _messages(spec: Spec) -> Iterator[tuple[Path, Text, Scope]]:
    """Give every text in which names are filled in, with the answers that it may name."""
    for t, tool in enumerate(spec.tools):
        for b, block in enumerate(tool.blocks):
            for f, field in enumerate(block.fields if isinstance(block, FieldBlock) else ()):
                if field.constraint is not None and isinstance(block, FieldBlock):
                    where: Path = ("tools", t, "blocks", b, "fields", f, "constraint")
                    scope = Scope(spec, tool, block)
                    yield (*where, "message"), field.constraint.message, scope
                    yield (*where, "remedy"), field.constraint.remedy, scope
    for index, rule in enumerate(spec.rules):
        if rule.tool in spec.tool:
            scope = rule_scope(spec, spec.tool[rule.tool], rule.at or rule.require)
            yield ("rules", index, "message"), rule.message, scope
            yield ("rules", index, "remedy"), rule.remedy, scope


def _in_languages(path: Path, text: Text) -> Iterator[tuple[Path, str]]:
    for where, found in texts(text, path):
        for language, words in found.by_language.items():
            yield (*where, language) if language else where, words


def _mistakes(words: str, known: Sequence[str], path: Path) -> Found:
    if "{" not in words and "}" not in words:
        return
    try:
        parts = [part for part in Formatter().parse(words) if part[1] is not None]
    except ValueError:
        reason = f"A brace is not closed, or not opened, in “{_around(words)}”."
        yield path, reason, "Write {CODE} for an answer, and {{ or }} for a brace itself."
        return
    for _, name, form, conversion in parts:
        if form or conversion or not NAME.fullmatch(name or ""):
            written = (
                "{"
                + (name or "")
                + (f"!{conversion}" if conversion else "")
                + (f":{form}" if form else "")
                + "}"
            )
            yield path, f"'{written}' is not the code of an answer.", "Write the code alone: {PLN_05}."
        elif name not in known:
            close = nearest(name, known)
            remedy = (
                f"Did you mean '{{{close}}}'?"
                if close
                else "Name a field of the same row or of a form, or one of " + ", ".join(PLACE) + "."
            )
            yield (
                path,
                f"'{{{name}}}' refers to nothing: there is no field '{name}' in this row or in a form.",
                remedy,
            )


def _around(words: str) -> str:
    """Give the part of a text in which a brace stands alone."""
    at = max(words.rfind("{"), words.find("}")) if "{" in words else words.find("}")
    return words[max(at - 10, 0) : at + 20].strip()
