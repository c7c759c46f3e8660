"""Mails to teams, as drafts: on which occasions, what they say, and as which files. None is ever sent."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class MailType(StrEnum):
    """Why a mail is written."""

    ISSUE = "issue"
    FEEDBACK = "feedback"
    BEFORE = "reminder-before"  # the deadline
    ON = "reminder-on"
    AFTER = "reminder-after"
    CORRECT = "reminder-to-correct"
    ASK = "ask"  # for the workbook, of who wrote without one
    OTHER_ROUND = "ask-other-round"  # of who sent one of another round
    THANKS = "thanks"


DAYS_BEFORE = 7  # the deadline that a team is reminded of it, by a mail and by the calendar
REMINDERS = (MailType.BEFORE, MailType.ON, MailType.AFTER, MailType.CORRECT)


class MailKind(NamedTuple):
    """A kind of mail as people speak of it: its occasions, and what one and several are called."""

    occasions: tuple[MailType, ...]
    singular: str
    plural: str


MAIL_KINDS: Mapping[str, MailKind] = {
    "issue": MailKind((MailType.ISSUE,), "workbook to issue", "workbooks to issue"),
    "feedback": MailKind((MailType.FEEDBACK,), "feedback message", "feedback messages"),
    "reminder": MailKind(REMINDERS, "reminder", "reminders"),
    "ask": MailKind(
        (MailType.ASK, MailType.OTHER_ROUND),
        "request for the workbook",
        "requests for the workbook",
    ),
    "thanks": MailKind((MailType.THANKS,), "thank-you message", "thank-you messages"),
}
