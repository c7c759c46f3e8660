"""Which number formats show a number as a date or a time."""

from __future__ import annotations

import re

# ECMA-376 part 1, 18.8.30, with the formats that East Asian and Thai locales number for themselves.
_BUILT_IN_DATES = frozenset(
    str(number) for number in (*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59), *range(71, 82))
)
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
_LITERALS = re.compile(r'"[^"]*"?|\\.|_.|\*.|\[[^\]]*\]?', re.DOTALL)
_DATE_LETTER = re.compile(r"[ymdhs]", re.IGNORECASE)


def is_date_format(identifier: str, code: str | None) -> bool:
    """Say whether a format is one of dates or times: by its own code if it has one, else by its number."""
    if code is None:
        return identifier in _BUILT_IN_DATES
    if _ELAPSED.search(code):
        return True
    bare = _LITERALS.sub("", code)
    return _DATE_LETTER.search(bare) is not None
