"""Patterns of personal data in texts. They fire on what hardly can be anything else.

Each takes time in proportion to the text: what repeats without end is followed by nothing that could have been in it.
"""

from __future__ import annotations

import re

from ..findings.privacy import DOCUMENT_NUMBER, E_MAIL_ADDRESS, PHONE_NUMBER
from .field import PersonalData

E_MAIL = re.compile(r"[\w.+%-][@＠][\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}")
MONEY = (
    r"(?:[ .,]?000(?!\d)|\s*(?:%|percent|per cent|pour cent|million|(?-i:[A-Z]{3})(?!\w)))"  # after an amount
)
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


def personal_data(text: str) -> tuple[str, ...]:
    """Give the codes of the findings about personal data that a text seems to hold."""
    if POSSIBLE.search(text) is None:
        return ()
    return tuple(kind.code for kind, pattern in PATTERNS.items() if pattern.search(text))
