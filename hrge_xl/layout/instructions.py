"""What an answer has to be, in words: said once, for the prompt, the stop alert, the status cell and the finding."""

from __future__ import annotations

from ..fields import BEHAVIOURS, Kind, list_name, word_limit
from ..findings import Kind as Finding
from ..findings import sentence, value
from ..numerals import from_serial, shown
from ..spec.model import Field, FieldType, Spec
from ..words import CELL_LIMIT, Translate, translator

FIGURES = (value.NOT_A_NUMBER, value.NOT_A_WHOLE_NUMBER, value.OUT_OF_RANGE)
REFUSED = {
    FieldType.DATE: (value.NOT_A_DATE, value.OUT_OF_RANGE), FieldType.REFERENCE: (value.ROW_NOT_FOUND,),
    FieldType.TEXT: (value.TEXT_TOO_LONG,), FieldType.LONG: (value.TEXT_TOO_LONG,),
}  # fmt: skip
"""What the stop alert of a sheet refuses, where that is neither a figure nor an entry of a list."""


def prompt(field: Field, spec: Spec, language: str) -> str:
    """Say what may be given; "" where anything may."""
    say = translator(language)
    if field.type is FieldType.SCALE:
        steps = spec.vocabularies[str(field.vocabulary)].items
        return "; ".join(f"{step.code} {step.label.say(language)}" for step in steps)
    if BEHAVIOURS[field.type].kind is not Kind.TEXT:
        return remedy(_refused(field)[0], field, spec, language)
    words, characters = word_limit(field), field.characters
    limits = [
        say("At most {limit} words.").format(limit=words) if words else "",
        say("At most {limit} characters.").format(limit=characters) if characters else "",
    ]
    return " ".join(filter(None, limits))


def alert(field: Field, spec: Spec, language: str) -> str:
    """Say what to give instead of what the sheet refuses."""
    said = (remedy(each, field, spec, language) for each in _refused(field))
    return " ".join(dict.fromkeys(said))


def remedy(finding: Finding, field: Field, spec: Spec, language: str) -> str:
    """Say what to do about a finding at a field: for a figure that is what its type asks for."""
    say = translator(language)
    if finding in FIGURES and BEHAVIOURS[field.type].kind is Kind.NUMBER:
        return _figure(field, limits_in_words(field, spec, language), say)
    return sentence(say(finding.remedy), limits(finding, field, spec, language))


def checked_limits(field: Field) -> tuple[Finding, ...]:
    """What a sheet checks of a field beside the list or kind of its answers: each field says it in its own way."""
    kind = BEHAVIOURS[field.type].kind
    if kind is Kind.NUMBER:
        return FIGURES
    if kind is Kind.DATE:
        return (value.OUT_OF_RANGE,)
    asked = ((value.TOO_MANY_WORDS, word_limit(field)), (value.TEXT_TOO_LONG, field.characters))
    return tuple(finding for finding, limit in asked if limit is not None)


def limits(finding: Finding, field: Field, spec: Spec, language: str) -> dict[str, str]:
    """Give the limits that message and remedy of a finding name."""
    if finding == value.OUT_OF_RANGE:
        return {"limits": limits_in_words(field, spec, language)}
    if finding == value.TOO_MANY_WORDS:
        return {"limit": str(word_limit(field))}
    return {"limit": str(field.characters or CELL_LIMIT)} if finding == value.TEXT_TOO_LONG else {}


def limits_in_words(field: Field, spec: Spec, language: str) -> str:
    """Both bounds of a figure or date as people write them; "" where there is none."""
    say, bounds = translator(language), _bounds(field, spec)
    low, high = (None if each is None else in_words(field, each) for each in bounds)
    if low is None:
        return "" if high is None else say("{high} or less").format(high=high)
    if high is None:
        return say("{low} or more").format(low=low)
    return say("{low} to {high}").format(low=low, high=high)


def in_words(field: Field, figure: float) -> str:
    """One figure or date as people write it."""
    if field.type is FieldType.DATE:
        return shown(from_serial(figure))
    if field.type is FieldType.PERCENT:
        return f"{figure:.4%}".rstrip("0%").rstrip(".") + " %"
    return shown(float(figure))


def _bounds(field: Field, spec: Spec) -> tuple[float | None, float | None]:
    if field.type is FieldType.SCALE:
        steps = [float(step.code) for step in spec.vocabularies[str(field.vocabulary)].items]
        return min(steps), max(steps)
    behaviour = BEHAVIOURS[field.type].limits(field)
    return behaviour.low, behaviour.high


def _refused(field: Field) -> tuple[Finding, ...]:
    if field.type in REFUSED:
        return REFUSED[field.type]
    listed = list_name(field) is not None and field.type is not FieldType.SCALE
    return (value.NOT_IN_LIST,) if listed else (value.NOT_A_NUMBER,)


def _figure(field: Field, within: str, say: Translate) -> str:
    if not within:
        whole = field.type is FieldType.INTEGER
        return say((value.NOT_A_WHOLE_NUMBER if whole else value.NOT_A_NUMBER).remedy)
    bounded = {
        FieldType.INTEGER: say("Type a whole number ({limits})."),
        FieldType.PERCENT: say("Type a percentage ({limits})."),
        FieldType.YEAR: say("Type a year ({limits})."),
        FieldType.SCALE: say("Choose a step of the scale ({limits})."),
    }
    return bounded.get(field.type, say("Type a number ({limits}).")).format(limits=within)
