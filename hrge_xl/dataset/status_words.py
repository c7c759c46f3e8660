"""What is said alike where people read figures, on the overview and in `data.xlsx`: statuses, and what is left out."""

from __future__ import annotations

from ..words import Translate


def status_words(say: Translate) -> dict[str, str]:
    """Give each part of the reconciliation its words; a status by its code has them too, but `counts`."""
    return {
        "received": say("Received"),
        "accepted": say("Accepted"),
        "returned": say("Returned for correction"),
        "refused": say("Could not be read"),
        "counted": say("Counted"),
        "superseded": say("Superseded by a newer version"),
        "waiting": say("Newer, but with errors"),
        "doubled": say("The same as another file"),
        "conflict": say("Waits for a decision"),
        "excluded": say("Excluded"),
        "withdrawn": say("Withdrawn"),
    }


def may_be_shared(say: Translate) -> str:
    """Say what a copy that may be shared leaves out."""
    masked = say("May be shared: counts of 1 to 10 people are masked, and so is what would reveal them.")
    return f"{masked} {say('Restricted questions are left out, and whatever is counted by them.')}"
