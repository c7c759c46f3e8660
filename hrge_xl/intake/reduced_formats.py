"""What other formats than .xlsx do not tell, and the checks that cannot run without it."""

from __future__ import annotations

from collections.abc import Iterable

from .. import kept_texts
from ..findings import Need, needing
from ..kept_texts import Kept

REASONS = {
    Need.FORMULAS: kept_texts.NO_FORMULAS,
    Need.ERRORS: kept_texts.NO_ERRORS,
    Need.VALIDATIONS: kept_texts.NO_VALIDATIONS,
    Need.PROTECTION: kept_texts.NO_PROTECTION,
    Need.HIDDEN_ROWS: kept_texts.NO_HIDDEN_ROWS,
    Need.COMMENTS: kept_texts.NO_COMMENTS,
    Need.NAMES: kept_texts.NO_NAMES,
    Need.PROPERTIES: kept_texts.NO_PROPERTIES,
    Need.MERGES: kept_texts.NO_MERGES,
    Need.FORMATTING: kept_texts.NO_FORMATTING,
    Need.SETTINGS: kept_texts.NO_SETTINGS,
    Need.DRAWINGS: kept_texts.NO_DRAWINGS,
}


def checks_lost(lost: Iterable[str], format: str) -> dict[str, Kept]:
    """Give the checks that a format leaves out, and why."""
    why = {each: REASONS[Need(each)].format(format=f".{format}") for each in lost}
    return {code: reason for each, reason in why.items() for code in needing(Need(each))}
