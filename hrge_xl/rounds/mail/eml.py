"""A mail as a file that mail programs open as a draft, by `X-Unsent: 1`. The same draft gives the same bytes."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from hashlib import sha256
from pathlib import Path

from ...intake.limits import MEBIBYTE
from ...words import direction
from .standard_texts import Template

MOST_BYTES = 10 * MEBIBYTE  # of a mail, with what is attached: many servers refuse more
KINDS = {  # of what is attached, by the ending of its name
    ".xlsx": ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ".html": ("text", "html"),
}


@dataclass(frozen=True)
class Letter:
    """A mail that somebody may send: to whom, what it says in which language, and what is attached."""

    to: str  # addresses, by comma
    language: str
    said: Template
    attached: Sequence[Path] = ()


def as_eml(letter: Letter) -> bytes:
    """The bytes of a draft. Raises `OSError` where something that is to be attached cannot be read."""
    mail = EmailMessage(policy=SMTP)
    mail["X-Unsent"] = "1"
    if letter.to:
        mail["To"] = [Address(addr_spec=each.strip()) for each in letter.to.split(",")]
    mail["Subject"] = letter.said.subject
    mail.set_content(letter.said.text, cte="base64")
    mail.add_alternative(_page(letter), subtype="html", cte="base64")
    for path in letter.attached:
        kind, form = KINDS[path.suffix]
        mail.add_attachment(path.read_bytes(), maintype=kind, subtype=form, filename=path.name)
    mail["Content-Language"] = letter.language  # of the mail, once it is put together
    _fix_boundaries(mail)
    return mail.as_bytes()


def _page(letter: Letter) -> str:
    """The text as a page, which says in which direction it runs."""
    paragraphs = (
        html.escape(each).replace("\n", "<br>\n") for each in letter.said.text.strip().split("\n\n")
    )
    body = "\n".join(f"<p>{each}</p>" for each in paragraphs)
    way = direction(letter.language)
    return (
        f'<!DOCTYPE html>\n<html lang="{letter.language}" dir="{way}"><head><meta charset="utf-8"></head>\n'
        f'<body dir="{way}">\n{body}\n</body></html>\n'
    )


def _fix_boundaries(mail: EmailMessage) -> None:
    """Have the parts divided by what they hold: by itself a mail is another one each time it is written."""
    for part in mail.walk():
        if part.is_multipart():
            digest = sha256(
                b"".join(each.as_bytes() for each in part.iter_parts() if not each.is_multipart())
            )
            part.set_boundary(f"=_{digest.hexdigest()[:32]}_{part.get_content_subtype()}")
