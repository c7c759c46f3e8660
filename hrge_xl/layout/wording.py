"""Findings in words of any language: of what was noticed, where, and its details, whoever reads them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, lru_cache
from string import Formatter

from ..core.message_templates import MessageTemplate, text_of
from ..core.paths import name_of
from ..core.words import SOURCE_LANGUAGE, translator
from ..fields import TICK, YES_NO, Field
from ..findings import CATALOGUE, Detail, Details, Finding, Kind, Words, general, problem, sentence
from ..findings.structure import FORMULA_OVERWRITTEN
from ..findings.value import ANSWER_MISSING, DOES_NOT_FIT, NOT_A_DATE, NOT_A_NUMBER, NOT_IN_LIST
from ..spec.model import CatalogueBlock, ChecklistBlock, FieldBlock, Rule, Spec
from .lists import LEVELS
from .messages import FIGURES, instruction_for, limits

# what stands or should stand in a cell, which may be nothing
QUOTED = ("value", "expected", "found", "read", "seen")
OF_ITS_LIST = ("read", "expected")  # details that may be entries of the field's own list
BETWEEN = ", "
LEFT_OUT = "…"
UNANSWERED = (ANSWER_MISSING, NOT_A_NUMBER, NOT_A_DATE)  # what is told of “n/a” in a cell


# the detail that says which sum a rule found to differ, behind what the rule says
ARITHMETIC = "arithmetic"


class Wording:
    """Puts findings of one spec into words; what is the same for many of them is worked out once.

    Without a spec only what the catalogue says, as of files that could not be read.
    """

    def __init__(self, spec: Spec | None) -> None:
        self.spec = spec
        self._rules = {rule.code: rule for rule in spec.rules} if spec is not None else {}
        self._places = (
            {(tool.code, field.code): (block, field) for tool, block, field in spec.places()}
            if spec
            else {}
        )

    def words(self, finding: Finding, language: str, path: str = "") -> Words:
        """Return message, remedy and label of a finding about a file, in a language.

        It has those of the spec where that has its own, else those of the catalogue; one that neither of them knows
        stays as it was worded.
        """
        about = self._about(finding)
        if finding.words is not None and (about is None or finding.language == language):
            return finding.words
        assert about is not None, finding.code
        field = self._field(finding, finding.field)
        label = self._label(finding, language)
        details = self._known(finding, label, path) | self.details(finding, language)
        if isinstance(about, Rule) and field is None:  # over a whole sheet, and without a place
            message, remedy = (
                sentence(text.say(language), details) for text in (about.message, about.remedy)
            )
            return Words(message or about.why.say(language), remedy, label)
        kind = kind_of(about)
        say = translator(language)
        details = {
            name: text_of(text, language) if isinstance(text, MessageTemplate) else text
            for name, text in details.items()
        }
        details |= _by_itself(about, kind, field, details, language)
        quoted = details | {name: say("(blank)") for name in QUOTED if details.get(name) == ""}
        of_value = kind.message_of_value if details.get("value") else ""
        message, remedy = (
            sentence(say(text), quoted) for text in (of_value or kind.message, kind.remedy)
        )
        if isinstance(about, Rule):
            message = sentence(about.message.say(language), details) or message
            if ARITHMETIC in details:
                message = f"{message} ({details[ARITHMETIC]})"
            remedy = sentence(about.remedy.say(language), details) or remedy
        elif field is not None and kind in UNANSWERED and field.unanswered_remedy:
            remedy = sentence(field.unanswered_remedy.say(language), details)
        elif field is not None and kind in (*FIGURES, NOT_IN_LIST):
            remedy = instruction_for(kind, field, language)
        elif field is not None and field.constraint is not None and kind is DOES_NOT_FIT:
            remedy = sentence(field.constraint.remedy.say(language), details) or remedy
        return Words(message, remedy, label)

    def worded(self, finding: Finding, language: str, path: str = "") -> Finding:
        """Return a finding with its words in a language, and with the details that another wording would need
        besides.
        """
        words = self.words(finding, language, path)
        if words is finding.words:
            return finding
        known_details = self._known(finding, words.label, path)
        details = self.details(finding, language)
        about = self._about(finding)
        assert about is not None
        own_names = map(
            placeholders,
            (kind_of(about).message, kind_of(about).message_of_value, kind_of(about).remedy),
        )
        row_names = asked_of_row(about, self._field(finding, finding.field)) | {ARITHMETIC}
        named = sorted(row_names.union(*own_names) & details.keys())
        noted = {name: details[name] for name in named if details[name] != known_details.get(name)}
        return replace(finding, words=words, details=noted, language=language)

    def unquoted(self, finding: Finding) -> Finding:
        """Return a finding in words without anything that it quotes from the file, or calls it by."""
        about = self._about(finding)
        words = finding.words
        assert words is not None
        if about is None:
            unquoted = replace(words, message=finding.name, remedy="")
        else:
            named = placeholders(kind_of(about).message) | placeholders(kind_of(about).remedy)
            if (
                finding.value is None
                and not finding.details
                and named.isdisjoint(("file", "sheet"))
            ):
                return replace(finding, suggestion=None)
            why, _, remedy = explained(about, finding.language)
            unquoted = Words(f"{words.label or finding.name}: {why}", remedy, words.label)
        return replace(finding, value=None, suggestion=None, details={}, words=unquoted)

    def problem(self, finding: Finding, language: str) -> str:
        """Say what is wrong, without the question that it is about and what was answered."""
        about = self._about(finding)
        field = self._field(finding, finding.field)
        constraint = field.constraint if about is DOES_NOT_FIT and field is not None else None
        worded = about if isinstance(about, Rule) else constraint
        message = general(worded.message.say(language)) if worded is not None else ""
        return message or ("" if about is None else problem(kind_of(about), language))

    def reason(
        self, code: str, why: str | MessageTemplate, language: str, *, redacted: bool = False
    ) -> str:
        """Say why a check did not run: in the words of its rule, or of the program; without what may be names."""
        rule = self._rules.get(code)
        if rule is not None and rule.reader_only and why == rule.reader_only.source:
            return rule.reader_only.say(language)
        if redacted:
            return why.say(language, bare=True) if isinstance(why, MessageTemplate) else LEFT_OUT
        return text_of(why, language)

    def details(self, finding: Finding, language: str) -> dict[str, Detail]:
        """Return the details of a finding in a language: what it quotes from the file stays, but for entries of
        lists.
        """
        if finding.language in ("", language):
            return dict(finding.details)
        return {
            name: self._detail(finding, name, text, language)
            for name, text in finding.details.items()
        }

    def _known(self, finding: Finding, label: str | None, path: str) -> dict[str, Detail]:
        """Return the details that a finding tells by its place and its value."""
        row = self._row(finding)
        return {
            "file": name_of(path),
            "sheet": finding.sheet,
            "cell": finding.cell,
            "row": row,
            "value": finding.value or "",
            "label": label or row or finding.cell,
        }

    def _row(self, finding: Finding) -> str | None:
        """Return the row of a finding as people read it."""
        return (
            finding.row
            if self.spec is None or finding.row is None
            else self.spec.shown_code(finding.row)
        )

    def _about(self, finding: Finding) -> Kind | Rule | None:
        return CATALOGUE.get(finding.code) or self._rules.get(finding.code)

    def _field(self, finding: Finding, code: str | None) -> Field | None:
        """Return a field that the row of a finding has, or else a form."""
        if self.spec is None or code is None:
            return None
        place = self._places.get((finding.tool or "", code)) or self.spec.single_fields.get(code)
        return None if place is None else place[1]

    def _label(self, finding: Finding, language: str) -> str | None:
        """Return what the place of a finding is called: the question, and the item that it is asked about."""
        if finding.words is not None:
            field = self._field(finding, finding.field)
            return _relabelled(finding.words.label or "", field, finding.language, language) or None
        cells = finding.details.get("label")
        # several cells, which stand in its place
        if finding.code == FORMULA_OVERWRITTEN.code and cells:
            return str(cells)
        place = self._places.get((finding.tool or "", finding.field or ""))
        return None if place is None else label(*place, self._row(finding), language)

    def _detail(self, finding: Finding, name: str, text: Detail, language: str) -> Detail:
        """Return a detail in another language, where it is an entry of a list, or several of them."""
        own_field = self._field(finding, finding.field)
        if not text or isinstance(text, MessageTemplate):
            return text
        if name == "label":
            return _relabelled(text, own_field, finding.language, language)
        code = own_field.parent if name == "parent" and own_field is not None else name
        field = own_field if name in OF_ITS_LIST else self._field(finding, code)
        if field is None or self.spec is None:
            return text
        listed = LEVELS if field.calculated and field.result == "level" else field.list_name
        labels = _entries(self.spec, listed or "", finding.language, language)
        parts = [text] if text in labels else text.split(BETWEEN)
        return BETWEEN.join(labels[part] for part in parts) if labels.keys() >= set(parts) else text


wording_of = lru_cache(maxsize=4)(Wording)  # the same for several files


@lru_cache(maxsize=256)
def _entries(spec: Spec, name: str, old: str, new: str) -> dict[str, str]:
    """Return every way in which the entries of a list are shown in one language by those in another."""

    def said(language: str) -> list[str]:
        say = translator(language)
        vocabulary = spec.vocabularies.get(name)
        if name in (YES_NO, TICK):
            return [say("Yes"), say("No")]
        if name == LEVELS:
            return (
                [level.label.say(language) for level in spec.matrix.levels] if spec.matrix else []
            )
        items = vocabulary.items if vocabulary else ()
        steps = [entry.as_step(language) for entry in items] if name in spec.scales else []
        return [entry.label.say(language) for entry in items] + steps

    return dict(reversed([*zip(said(old), said(new), strict=True)]))


def text(finding: Finding, language: str = "", spec: Spec | None = None, path: str = "") -> Words:
    """Put one finding about a file into words, in its own language where no other is named."""
    return wording_of(spec).words(finding, language or finding.language or SOURCE_LANGUAGE, path)


def label(block: FieldBlock, field: Field, row: str | None, language: str) -> str:
    """Name a slot: the question, and the item it is asked about."""
    question = field.label.say(language)
    itemised = isinstance(block, ChecklistBlock | CatalogueBlock)
    return f"{row} {question}" if itemised and row is not None else question


def _relabelled(label: str, field: Field | None, old: str, new: str) -> str:
    """Return what a slot is called in another language, with the code of its row in front where one stands there."""
    before = field.label.say(old) if field is not None else ""
    if field is None or not before or not label.endswith(before):
        return label
    return label.removesuffix(before) + field.label.say(new)


def _by_itself(
    about: Kind | Rule, kind: Kind, field: Field | None, details: Details, language: str
) -> dict[str, Detail]:
    """Return what field and rule tell in any language: limits, an example, the reason."""
    if isinstance(about, Rule):
        return {"reason": about.why.say(language)}
    if field is None:
        return {}
    named = limits(kind, field, language).items()
    details_of_field: dict[str, Detail] = {
        name: text for name, text in named if not details.get(name)
    }
    if kind is DOES_NOT_FIT and field.constraint is not None:
        details_of_field["reason"] = sentence(field.constraint.message.say(language), details)
    return details_of_field


def kind_of(about: Kind | Rule) -> Kind:
    """Return the kind whose words stand in where a rule has none of its own."""
    if isinstance(about, Kind):
        return about
    return ANSWER_MISSING if about.check is None else DOES_NOT_FIT


def explained(about: Kind | Rule, language: str) -> tuple[str, str, str]:
    """Return why a finding is one, an example and the remedy, away from any file."""
    if isinstance(about, Rule):
        message, why, remedy = (
            text.say(language) for text in (about.message, about.why, about.remedy)
        )
        return why or general(message), general(message), general(remedy)
    say = translator(language)
    return say(about.why), say(about.example), general(say(about.remedy))


@cache
def placeholders(template: str) -> frozenset[str]:
    """Return the names in braces."""
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name)


def asked_of_row(about: Kind | Rule, field: Field | None) -> frozenset[str]:
    """Return the codes in the spec's own words about a finding, in whose place answers stand, and other names there."""
    if about in UNANSWERED and field is not None:
        return placeholders(field.unanswered_remedy.source)
    constraint = field.constraint if about is DOES_NOT_FIT and field is not None else None
    worded = about if isinstance(about, Rule) else constraint
    if worded is None:
        return frozenset()
    return placeholders(worded.message.source) | placeholders(worded.remedy.source)
