"""Why mails to teams are written, and what people call them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class Occasion(StrEnum):
    """Why a mail is written."""

    ISSUE = "issue"
    FEEDBACK = "feedback"
    BEFORE = "reminder-before"  # the deadline
    ON = "reminder-on"
    AFTER = "reminder-after"
    CORRECT = "reminder-to-correct"
    THANKS = "thanks"


REMINDERS = (Occasion.BEFORE, Occasion.ON, Occasion.AFTER, Occasion.CORRECT)


class MailKind(NamedTuple):
    """A kind of mail as people speak of it: its occasions, and what one and several are called."""

    occasions: tuple[Occasion, ...]
    one: str
    several: str


MAIL_KINDS: Mapping[str, MailKind] = {
    "issue": MailKind((Occasion.ISSUE,), "workbook to issue", "workbooks to issue"),
    "feedback": MailKind((Occasion.FEEDBACK,), "feedback message", "feedback messages"),
    "reminder": MailKind(REMINDERS, "reminder", "reminders"),
    "thanks": MailKind((Occasion.THANKS,), "thank-you message", "thank-you messages"),
}
