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
class Mail:
    """A mail that somebody may send: to whom, what it says in which language, and what is attached."""

    to: str  # addresses, by comma
    language: str
    said: Template
    attached: Sequence[Path] = ()


def as_eml(mail: Mail) -> bytes:
    """Give the bytes of a draft. Raises `OSError` where something that is to be attached cannot be read."""
    made = EmailMessage(policy=SMTP)
    made["X-Unsent"] = "1"
    if mail.to:
        made["To"] = [Address(addr_spec=each.strip()) for each in mail.to.split(",")]
    made["Subject"] = mail.said.subject
    made.set_content(mail.said.text, cte="base64")
    made.add_alternative(_page(mail), subtype="html", cte="base64")
    for path in mail.attached:
        kind, form = KINDS[path.suffix]
        made.add_attachment(path.read_bytes(), maintype=kind, subtype=form, filename=path.name)
    made["Content-Language"] = mail.language  # of the mail, once it is put together
    _fix_boundaries(made)
    return made.as_bytes()


def _page(mail: Mail) -> str:
    """Give the text as a page, which says in which direction it runs."""
    paragraphs = (html.escape(each).replace("\n", "<br>\n") for each in mail.said.text.strip().split("\n\n"))
    body = "\n".join(f"<p>{each}</p>" for each in paragraphs)
    way = direction(mail.language)
    return (
        f'<!DOCTYPE html>\n<html lang="{mail.language}" dir="{way}"><head><meta charset="utf-8"></head>\n'
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
