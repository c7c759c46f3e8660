"""What verdicts and statuses of files are called where people read them as data: on the overview and in `data.xlsx`."""

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
