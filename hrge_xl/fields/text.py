"""Field types of texts: one line, or longer with a limit of words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..core.words import CELL_LIMIT, tidy_lines
from ..findings import Kind
from ..findings.value import (
    DOCUMENT_NUMBER,
    E_MAIL_ADDRESS,
    PHONE_NUMBER,
    TEXT_LIKE_A_FORMULA,
    TEXT_TOO_LONG,
    TOO_MANY_WORDS,
    UNSEEN_CHARACTERS,
    WRONG_PATTERN,
)
from ..language import Compare, Literal, Ref, Type
from ..language.functions.words import Email, Length, WithinWords, matching
from ..language.tree import NameScope
from .field import (
    CellValue,
    Check,
    Evidence,
    Field,
    FieldType,
    Guess,
    GuessSource,
    Names,
    PersonalData,
    Reading,
    ValidationLimits,
    Vocabularies,
)

EMAIL_PATTERN = "email"
# characters: from when on a text is long, and what may be asked for
LONG_TEXT = 100
LONGEST = 32_000

# What is odd about a text, as the findings that say so: a beginning that programs take for a formula, and
# characters that control or turn round what is shown.
ODD: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (TEXT_LIKE_A_FORMULA, re.compile(r"^\s*(?:[=＝]|[+\-@＋－＠][^\s|(!]*[|(!])")),
    (
        UNSEEN_CHARACTERS,
        re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]"),
    ),
)


class TextField(FieldType):
    """One line of text."""

    name = "text"
    meaning = "one line"
    allows: Names = ("characters", "pattern", "default", "expects")
    keeps = ("long",)
    refuses = (TEXT_TOO_LONG,)

    def read(self, field: Field, cell: CellValue, lists: Vocabularies) -> Reading:
        """Read the text, tidied; numbers and dates as they are seen."""
        text = cell.as_text()
        tidied = tidy_lines(text)
        first = text[:CELL_LIMIT]
        odd = tuple(kind.code for kind, pattern in ODD if pattern.search(first))
        return Reading(text=tidied, notes=odd + personal_data(tidied[:CELL_LIMIT]))

    def limits(self, field: Field) -> ValidationLimits:
        """At most so many characters, where the spec says so."""
        return (
            ValidationLimits("length", high=field.characters)
            if field.characters
            else ValidationLimits("any")
        )

    def checks(self, field: Field, value: Ref, scope: NameScope) -> Iterator[Check]:
        """Yield a limit of words, one of characters, and a pattern."""
        if field.words is not None:
            limit = Literal(float(field.words), Type.NUMBER)
            yield Check(TOO_MANY_WORDS, WithinWords().call(value, limit))
        if field.characters is not None:
            limit = Literal(float(field.characters), Type.NUMBER)
            yield Check(TEXT_TOO_LONG, Compare("<=", Length().call(value), limit))
        if field.pattern == EMAIL_PATTERN:
            yield Check(WRONG_PATTERN, Email().call(value))
        elif field.pattern is not None:
            pattern = Literal(field.pattern, Type.TEXT)
            yield Check(WRONG_PATTERN, matching(value, pattern, level=scope.level))

    def guess(self, evidence: Evidence) -> Guess | None:
        """Guess text from a limited length, a list without entries, a time of day, or where nothing else is guessed."""
        if evidence.rule == "textLength":
            return Guess(GuessSource.RULE, _characters(evidence))
        if evidence.rule == "list" and not evidence.labels:
            return Guess(
                GuessSource.RULE,
                note=f"a dropdown ({evidence.described}) whose entries were not found",
            )
        if evidence.dated and not evidence.of_days:
            return Guess(
                GuessSource.FORMAT,
                note=f"a time, from the number format {evidence.format}",
                special=True,
            )
        if evidence.values:
            return Guess(GuessSource.VALUES, note="text, from its content")
        return Guess(GuessSource.NOTHING, note="text, as nothing shows what is answered")


class LongField(TextField):
    """A longer text, often with a limit of words."""

    name = "long"
    meaning = "a longer text"
    allows = ("words", "characters", "pattern", "default", "expects")
    keeps = ("text",)
    width = 28

    def guess(self, evidence: Evidence) -> Guess | None:
        """Return a limit of more characters than a line has, or texts that are as long."""
        options = _characters(evidence)
        if evidence.rule == "textLength" and options.get("characters", 0) > LONG_TEXT:
            return Guess(GuessSource.RULE, options, special=True)
        if any(len(str(value)) > LONG_TEXT for value in evidence.values):
            return Guess(GuessSource.VALUES, note="text, from its content", special=True)
        return None


def _characters(evidence: Evidence) -> dict[str, int]:
    """Return the limit of a validation of length as an option of a field."""
    most = evidence.high if evidence.rule == "textLength" else None
    return (
        {"characters": int(most)} if most is not None and 0 < most <= LONGEST and int(most) else {}
    )


# patterns of personal data in texts

E_MAIL = re.compile(r"[\w.+%-][@＠][\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}")
# after an amount
MONEY = r"(?:[ .,]?000(?!\d)|\s*(?:%|percent|per cent|pour cent|million|(?-i:[A-Z]{3})(?!\w)))"
PHONE = re.compile(
    rf"(?<![\w.,])(?<!\d[\-/])(?:\+|00)(?:[ ().\-/]{{0,2}}\d){{8,15}}(?![\w])(?<!000)(?!{MONEY})"
    r"|(?<![\w.,+\-/])0\d{2,4}[ \-]\d{6,8}(?![\w\-/])"  # within a country
)
DOCUMENT = re.compile(
    r"(?:passport|identity card|id card|id no|cnic|case no|case number|passeport|carte d'identité"
    r"|جواز (?:ال)?سفر|رقم الهوية|بطاقة الهوية|رقم القضية)"
    r"(?:\.|:|#|\s|n[o°º]|number|numéro|رقم|of){0,6}\s*(?=[A-Za-z\-/]{0,40}\d)[A-Za-z0-9](?:[\-/]?[A-Za-z0-9]){5}"
    r"|(?<![\w.,+\-/])(?!00)\d{5}-\d{7}-\d(?![\w])"  # as on identity cards of Pakistan
    rf"|(?<![\w.,+\-/])(?!00)\d{{9,}}(?![\w]|[.,]\d)(?<!000)(?!{MONEY})",
    re.IGNORECASE,
)
EXPECTED = {
    E_MAIL_ADDRESS: PersonalData.EMAIL,
    PHONE_NUMBER: PersonalData.PHONE,
    DOCUMENT_NUMBER: PersonalData.DOCUMENT,
}
PATTERNS = {E_MAIL_ADDRESS: E_MAIL, PHONE_NUMBER: PHONE, DOCUMENT_NUMBER: DOCUMENT}
POSSIBLE = re.compile(r"[@＠]|\d\W{0,3}\d\W{0,3}\d|\d\w{2}")  # quick: nothing else can match


def personal_data(text: str) -> Names:
    """Return the codes of the findings about personal data that a text seems to hold."""
    if POSSIBLE.search(text) is None:
        return ()
    return tuple(kind.code for kind, pattern in PATTERNS.items() if pattern.search(text))
