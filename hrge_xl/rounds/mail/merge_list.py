"""The drafts of a day as a table, for those who send by mail merge."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from contextlib import suppress
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from ...dataset.clean import harmless
from ...dataset.drafted import Drafted
from ...output_files import write_if_changed

LIST = "mail-merge.csv"
HEADS = ("team", "email", "language", "occasion", "subject", "text", "attached", "draft")


def write_merge_list(folder: Path, drafts: Iterable[Drafted]) -> None:
    """Write the drafts that are still in a folder as a table; without any, take the folder away."""
    files = {Path(each.file).name: each for each in drafts}
    there = [(folder / name, files[name]) for name in sorted(files) if (folder / name).is_file()]
    if not there:
        (folder / LIST).unlink(missing_ok=True)
        with suppress(OSError):  # somebody keeps something of their own in it
            folder.rmdir()
        return
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(HEADS)
    writer.writerows([harmless(cell) for cell in _row(path, draft)] for path, draft in there)
    write_if_changed(folder / LIST, target.getvalue().encode("utf-8-sig"))


def _row(path: Path, draft: Drafted) -> list[str]:
    """Give a draft as a row: whom and what it is for, and what it says now, for somebody may have changed it."""
    mail = message_from_bytes(path.read_bytes(), policy=default)
    assert isinstance(mail, EmailMessage)
    text = mail.get_body(("plain",))
    files = [str(each.get_filename()) for each in mail.iter_attachments()]
    return [
        draft.team, str(mail["To"] or ""), str(mail["Content-Language"] or ""), draft.occasion,
        str(mail["Subject"] or ""), str(text.get_content()).strip() if text else "", "; ".join(files), path.name,
    ]  # fmt: skip
