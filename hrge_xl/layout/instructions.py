"""What an answer has to be, in words: said once, for the prompt, the stop alert, the status cell and the finding."""

from __future__ import annotations

from ..fields import ColumnKind, Field
from ..findings import Kind, sentence, value
from ..words import CELL_LIMIT, translator

EMAIL_EXAMPLE = "name@example.org"
FIGURES = (value.NOT_A_NUMBER, value.NOT_A_WHOLE_NUMBER, value.OUT_OF_RANGE)


def prompt(field: Field, language: str) -> str:
    """Say what may be given; "" where anything may."""
    say = translator(language)
    if field.type.kind is not ColumnKind.TEXT:
        return remedy(field.type.refuses[0], field, language)
    words, characters = field.words, field.characters
    limits = [
        say("At most {limit} words.").format(limit=words) if words else "",
        say("At most {limit} characters.").format(limit=characters) if characters else "",
    ]
    return " ".join(filter(None, limits))


def alert(field: Field, language: str) -> str:
    """Say what to give instead of what the sheet refuses."""
    said = (remedy(each, field, language) for each in field.type.refuses)
    return " ".join(dict.fromkeys(said))


def remedy(finding: Kind, field: Field, language: str) -> str:
    """Say what to do about a finding at a field: for a figure that is what its type asks for."""
    say = translator(language)
    if finding in FIGURES and field.type.kind is ColumnKind.NUMBER:
        within = limits_in_words(field, language)
        whole = value.NOT_A_WHOLE_NUMBER if field.type.limits(field).type == "whole" else value.NOT_A_NUMBER
        return field.type.bounded(say).format(limits=within) if within else say(whole.remedy)
    if finding == value.NOT_IN_LIST and field.type.instruction(say):
        return field.type.instruction(say)
    return sentence(say(finding.remedy), limits(finding, field, language))


def limits(finding: Kind, field: Field, language: str) -> dict[str, str]:
    """Give the limits that message and remedy of a finding name."""
    if finding == value.OUT_OF_RANGE:
        return {"limits": limits_in_words(field, language)}
    if finding == value.TOO_MANY_WORDS:
        return {"limit": str(field.words)}
    if finding == value.WRONG_PATTERN:
        return {"example": field.example.say(language) or EMAIL_EXAMPLE}
    return {"limit": str(field.characters or CELL_LIMIT)} if finding == value.TEXT_TOO_LONG else {}


def limits_in_words(field: Field, language: str) -> str:
    """Give both bounds of a figure or date as people write them; "" where there is none."""
    say, bounds = translator(language), _bounds(field)
    low, high = (None if each is None else field.type.said(each) for each in bounds)
    if low is None:
        return "" if high is None else say("{high} or less").format(high=high)
    if high is None:
        return say("{low} or more").format(low=low)
    return say("{low} to {high}").format(low=low, high=high)


def _bounds(field: Field) -> tuple[float | None, float | None]:
    own = field.type.limits(field)
    return own.low, own.high
