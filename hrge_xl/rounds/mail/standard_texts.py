"""What mails to teams say where a round has no texts of its own: in the language of the team."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from ...words import Translate, translator
from .occasions import Occasion

PLACEHOLDERS: Mapping[str, str] = {  # what each is filled in with
    "round": "the name of the round",
    "team": "the code of the team",
    "country": "its country, in its language",
    "deadline": "its deadline, in words",
    "contact": "whom it can ask",
    "file": "the name of its file",
    "feedback": "what is to be corrected (of feedback alone)",
}


class Template(NamedTuple):
    """Subject and text of a mail, with placeholders. A line that would fill in nothing is left out."""

    subject: str
    text: str


def standard(occasion: Occasion, language: str) -> Template:
    """Give what the program says on an occasion, in a language."""
    subject, *paragraphs = _SAID[occasion](translator(language))
    return Template(subject, "\n\n".join(paragraphs))


def _issue(say: Translate) -> tuple[str, ...]:
    return (
        say("{round}: your workbook ({team})"),
        say("Dear colleagues,"),
        say("Attached is your workbook for {round}."),
        say("Please fill it in, save it, and send the file back in reply to this message."),
        say("Please send it back by {deadline}."),
        say("Questions to: {contact}"),
    )


def _feedback(say: Translate) -> tuple[str, ...]:
    return say("{round}: your workbook with our remarks ({team})"), "{feedback}"


def _before(say: Translate) -> tuple[str, ...]:
    return _reminder(say, say("Please send it back by {deadline}."))


def _on(say: Translate) -> tuple[str, ...]:
    return _reminder(say, say("It is due today, {deadline}."))


def _after(say: Translate) -> tuple[str, ...]:
    return _reminder(say, say("It was due by {deadline}; please send it back as soon as you can."))


def _reminder(say: Translate, when: str) -> tuple[str, ...]:
    return (
        say("{round}: reminder ({team})"),
        say("Dear colleagues,"),
        say("We have not received your workbook for {round} yet."),
        when,
        say("Your workbook is attached again, in case you need it."),
        say("If you have sent it in the meantime, please disregard this message."),
        say("Questions to: {contact}"),
    )


def _correct(say: Translate) -> tuple[str, ...]:
    return (
        say("{round}: reminder ({team})"),
        say("Dear colleagues,"),
        say("There is still something to correct in your workbook for {round}."),
        say("Please continue in the attached workbook, not in your old one."),
        say("If you have sent it in the meantime, please disregard this message."),
        say("Questions to: {contact}"),
    )


def _thanks(say: Translate) -> tuple[str, ...]:
    return (
        say("{round}: thank you ({team})"),
        say("Dear colleagues,"),
        say("Thank you for {file}."),
        say("It was accepted."),
        say("Nothing more is needed from you for {round}."),
    )


_SAID: Mapping[Occasion, Callable[[Translate], tuple[str, ...]]] = {
    Occasion.ISSUE: _issue,
    Occasion.FEEDBACK: _feedback,
    Occasion.BEFORE: _before,
    Occasion.ON: _on,
    Occasion.AFTER: _after,
    Occasion.CORRECT: _correct,
    Occasion.THANKS: _thanks,
}
