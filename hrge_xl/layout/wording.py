"""Findings in words of any language: from what was noticed and its details, whoever reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import PurePath
from string import Formatter

from ..fields import TICK, YES_NO, Field
from ..findings import CATALOGUE, Finding, Kind, Told, general, sentence, word
from ..findings.value import ANSWER_MISSING, DOES_NOT_FIT, NOT_IN_LIST
from ..kept_texts import retold
from ..observation import Observation
from ..spec.model import Rule, Spec
from ..texts import Text
from ..words import translator
from .instructions import FIGURES, limits
from .instructions import remedy as instructed
from .lists import LEVELS

Details = Mapping[str, str | None]
TOLD_BY_ITSELF = frozenset({"reason", "limits", "example"})  # what field and rule say in every language
OF_THE_PROGRAM = ("what", "reason", "detail", "part")  # details that may be words of the program
OF_ITS_LIST = ("read", "expected")  # details that may be entries of the field's own list
BETWEEN = ", "
EXCERPT = 200  # characters of a text that are quoted


def finding_of(seen: Observation, path: str, language: str, field: Field | None = None) -> Finding:
    """Put what was noticed about a file into words; `field` is the question that stands at its place."""
    file = file_name(path)
    value = seen.value or excerpt(seen.detail.get("value") or "") or None
    details: dict[str, str | None] = {
        "file": file, "sheet": seen.sheet, "cell": seen.cell, "row": seen.row, "value": value,
        "label": seen.label or seen.row or seen.cell,
    }  # fmt: skip
    details |= seen.detail
    message, remedy = worded(seen.about, field, details, language)
    found = Finding(
        code=seen.code, name=seen.name, severity=seen.severity, message=message, remedy=remedy,
        sheet=seen.sheet, cell=seen.cell, tool=seen.tool, row=seen.row, field=seen.field,
        label=seen.label, value=value, suggestion=seen.suggestion, language=language,
    )  # fmt: skip
    return replace(found, details=_noted(details, seen.about, field, found, file))


@cache
def file_name(path: str) -> str:
    """Give a file without its folder."""
    return PurePath(path).name


def excerpt(text: str) -> str:
    """Give the beginning of a long text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else line[: EXCERPT - 1] + "…"


def worded(about: Kind | Rule, field: Field | None, details: Details, language: str) -> tuple[str, str]:
    """Give message and remedy: those of the spec where it has its own, else those of the catalogue."""
    say = translator(language)
    if isinstance(about, Rule) and field is None:  # over a whole sheet, and without a place
        message, remedy = (sentence(text.say(language), details) for text in (about.message, about.remedy))
        return message or about.why.say(language), remedy
    kind = kind_of(about)
    details = dict(_of_program(details, language)) | _by_itself(about, kind, field, details, language)
    message, remedy = word(kind, say, details)
    if isinstance(about, Rule):
        message = sentence(about.message.say(language), details) or message
        remedy = sentence(about.remedy.say(language), details) or remedy
    elif field is not None and kind in (*FIGURES, NOT_IN_LIST):
        remedy = instructed(kind, field, language)
    elif field is not None and field.constraint is not None and kind is DOES_NOT_FIT:
        remedy = sentence(field.constraint.remedy.say(language), details) or remedy
    return message, remedy


def kind_of(about: Kind | Rule) -> Kind:
    """Give the kind whose words stand in where a rule has none of its own."""
    if isinstance(about, Kind):
        return about
    return ANSWER_MISSING if about.check is None else DOES_NOT_FIT


def explained(about: Kind | Rule, language: str) -> tuple[str, str, str]:
    """Give why a finding is one, an example and the remedy, away from any file."""
    if isinstance(about, Rule):
        message, why, remedy = (text.say(language) for text in (about.message, about.why, about.remedy))
        return why or general(message), general(message), general(remedy)
    say = translator(language)
    return say(about.why), say(about.example), general(say(about.remedy))


def _of_program(details: Details, language: str) -> Iterator[tuple[str, str | None]]:
    for name, text in details.items():
        yield name, retold(text, language) if text and name in OF_THE_PROGRAM else text


def _by_itself(
    about: Kind | Rule, kind: Kind, field: Field | None, details: Details, language: str
) -> dict[str, str]:
    """Give what field and rule tell in any language: limits, an example, the reason."""
    if isinstance(about, Rule):
        return {"reason": about.why.say(language)}
    if field is None:
        return {}
    told = {name: text for name, text in limits(kind, field, language).items() if not details.get(name)}
    if kind is DOES_NOT_FIT and field.constraint is not None:
        told["reason"] = sentence(field.constraint.message.say(language), details)
    return told


@cache
def placeholders(template: str) -> frozenset[str]:
    """Give the names in braces."""
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name)


def asked_of_row(about: Kind | Rule, field: Field | None) -> frozenset[str]:
    """Give the codes in the spec's own words about a finding, in whose place answers stand, and other names there."""
    if isinstance(about, Rule):
        texts: tuple[Text, ...] = (about.message, about.remedy)
    elif about is DOES_NOT_FIT and field is not None and field.constraint is not None:
        texts = (field.constraint.message, field.constraint.remedy)
    else:
        return frozenset()
    return frozenset[str]().union(*(placeholders(text.source) for text in texts))


def _named(about: Kind | Rule, field: Field | None) -> frozenset[str]:
    """Give the names of all details that the words of a finding need, in whatever language."""
    kind = kind_of(about)
    own = map(placeholders, (kind.message, kind.message_of_value, kind.remedy))
    return asked_of_row(about, field).union(*own) - TOLD_BY_ITSELF


def _noted(details: Details, about: Kind | Rule, field: Field | None, found: Finding, file: str) -> Told:
    """Give the details that another wording would need besides what the finding tells anyway."""
    known = _known(found, file)
    return tuple(
        (name, details[name])
        for name in sorted(_named(about, field) & details.keys())
        if details[name] != known.get(name)
    )


def _known(found: Finding, file: str) -> dict[str, str | None]:
    """Give the details that a finding tells by its place and its value."""
    return {
        "file": file, "sheet": found.sheet, "cell": found.cell, "row": found.row, "value": found.value or "",
        "label": found.label or found.row or found.cell,
    }  # fmt: skip


# in another language


class Rewording:
    """Puts findings of one spec into other languages; what is the same for many findings is worked out once."""

    def __init__(self, spec: Spec | None) -> None:
        self.spec = spec
        self._rules = {rule.code: rule for rule in spec.rules} if spec is not None else {}
        self._entries: dict[tuple[str, str, str], dict[str, str]] = {}

    def __call__(self, found: Finding, file: str, language: str) -> Finding:
        """Give a finding in another language; what it quotes from the file stays, but for entries of lists.

        A finding that neither the program nor the spec knows stays as it is.
        """
        about = CATALOGUE.get(found.code) or self._rules.get(found.code)
        if about is None or found.language == language:
            return found
        field = self._field(found, found.field)
        details = tuple((name, self._detail(found, name, text, language)) for name, text in found.details)
        label = _label(found.label, field, found.language, language)
        fresh = replace(found, label=label, details=details, language=language)
        message, remedy = worded(about, field, _known(fresh, file) | dict(details), language)
        return replace(fresh, message=message, remedy=remedy)

    def unquoted(self, found: Finding) -> Finding:
        """Give a finding without anything that it quotes from the file, or calls it by."""
        about = CATALOGUE.get(found.code) or self._rules.get(found.code)
        if about is None:
            return replace(found, value=None, suggestion=None, details=(), message=found.name, remedy="")
        named = placeholders(kind_of(about).message) | placeholders(kind_of(about).remedy)
        if found.value is None and not found.details and named.isdisjoint(("file", "sheet")):
            return replace(found, suggestion=None)
        why, _, remedy = explained(about, found.language)
        message = f"{found.label or found.name}: {why}"
        return replace(found, value=None, suggestion=None, details=(), message=message, remedy=remedy)

    def reason(self, code: str, why: str, language: str) -> str:
        """Give in another language why a check did not run: in the words of its rule, or of the program."""
        rule = self._rules.get(code)
        if rule is not None and rule.reader_only and why == rule.reader_only.source:
            return rule.reader_only.say(language)
        return retold(why, language)

    def _field(self, found: Finding, code: str | None) -> Field | None:
        """Give a field that the row of a finding has, or else a form."""
        if self.spec is None or code is None:
            return None
        tool = self.spec.tool.get(found.tool or "")
        if tool is not None and code in tool.fields:
            return tool.fields[code]
        return self.spec.single_fields[code][1] if code in self.spec.single_fields else None

    def _detail(self, found: Finding, name: str, text: str | None, language: str) -> str | None:
        """Give a detail in another language, where it is an entry of a list, or several of them."""
        own = self._field(found, found.field)
        if name == "label" or not text:
            return _label(text, own, found.language, language)
        asked = own.parent if name == "parent" and own is not None else name
        field = own if name in OF_ITS_LIST else self._field(found, asked)
        labels = self._labels(field, found.language, language) if field is not None else {}
        if text in labels:
            return labels[text]
        parts = text.split(BETWEEN)
        return BETWEEN.join(labels[each] for each in parts) if all(each in labels for each in parts) else text

    def _labels(self, field: Field, old: str, new: str) -> dict[str, str]:
        """Give the labels of the list of a field in one language by those in another."""
        name = LEVELS if field.calculated and field.result == "level" else field.list_name
        key = (name or "", old, new)
        if key not in self._entries:
            pairs = zip(self._said(key[0], old), self._said(key[0], new), strict=True)
            self._entries[key] = dict(reversed(list(pairs)))
        return self._entries[key]

    def _said(self, name: str, language: str) -> list[str]:
        """Give every way in which the entries of a list are shown, in their order."""
        assert self.spec is not None
        if name in (YES_NO, TICK):
            say = translator(language)
            return [say("Yes"), say("No")]
        if name == LEVELS:
            return (
                [level.label.say(language) for level in self.spec.matrix.levels] if self.spec.matrix else []
            )
        items = self.spec.vocabularies[name].items if name in self.spec.vocabularies else ()
        shown = [item.label.say(language) for item in items]
        return shown + ([item.as_step(language) for item in items] if name in self.spec.scales else [])


def _label(label: str | None, field: Field | None, old: str, new: str) -> str | None:
    """Give what a slot is called, with the code of its row in front where one stands there."""
    before = field.label.say(old) if field is not None else ""
    if field is None or label is None or not before or not label.endswith(before):
        return label
    return label.removesuffix(before) + field.label.say(new)
