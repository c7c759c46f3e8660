"""What other formats than .xlsx do not tell, and the checks that cannot run without it."""

from __future__ import annotations

from collections.abc import Iterable

from ..findings import Need, needing
from ..kept_texts import NOT_TOLD, Kept


def checks_lost(lost: Iterable[str], format: str) -> dict[str, Kept]:
    """Give the checks that a format leaves out, and why."""
    return {code: NOT_TOLD[each].format(format=f".{format}") for each in lost for code in needing(Need(each))}
