"""P: patterns of personal data in texts. They fire on what hardly can be anything else."""

from __future__ import annotations

import re

import pandas as pd

E_MAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}")
PHONE = re.compile(r"(?<![\w.,])(?:\+|00)(?:[ ().\-/]{0,2}\d){8,15}(?![\w])")
DOCUMENT = re.compile(
    r"(?:passport|identity card|id card|id no|cnic|case no|case number|passeport|carte d'identité)"
    r"(?:\.|:|#|\s|n[o°º]|number|numéro|of){0,6}\s*(?=[A-Za-z\-/]*\d)[A-Za-z0-9](?:[\-/]?[A-Za-z0-9]){5,}"
    r"|(?<![\w.,+\-/])(?!00)\d{5}-\d{7}-\d(?![\w])"  # as on identity cards of Pakistan
    r"|(?<![\w.,+\-/])(?!00)\d{9,}(?![\w]|[.,]\d)",
    re.IGNORECASE,
)
PATTERNS = {"P001": E_MAIL, "P002": PHONE, "P003": DOCUMENT}
POSSIBLE = re.compile(r"@|\d\W{0,3}\d\W{0,3}\d|\d\w{2}")  # quick: nothing else can match


def patterns(texts: pd.Series[str]) -> dict[str, pd.Series[bool]]:
    """For each kind of personal data the texts that seem to hold it."""
    likely = texts[texts.str.contains(POSSIBLE, regex=True)]
    return {code: likely.str.contains(pattern, regex=True) for code, pattern in PATTERNS.items()}
