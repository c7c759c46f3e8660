"""Returns and letters as the pages show them: in words of one language, each cell within its row."""

from __future__ import annotations

from collections.abc import Sequence
from email import message_from_bytes
from email.policy import default as email_policy
from pathlib import Path
from typing import NamedTuple

import hrge_xl

from ..core.numerals import shown as shown_value
from ..core.words import direction
from ..core.work import grouped
from ..findings import Finding, Words
from ..findings.causes import ALIKE, by_cause
from .desk import id_of_draft

AROUND = 3  # cells shown on either side of one


class ReturnView:
    """A return in words of one language: what was found in it by cause, and the row around each cell."""

    def __init__(self, checked_return: hrge_xl.Result, language: str, desk_language: str) -> None:
        sent = checked_return.submission
        team_language = sent.identity.language if sent else desk_language
        self._checked_return = checked_return
        self.languages = [*dict.fromkeys((desk_language, team_language))]
        self.language = language if language in self.languages else desk_language
        self.direction = direction(self.language)
        self.label = QuestionLabels(checked_return, self.language)
        self._rows = grouped(
            ((answer.tool, answer.row), answer)
            for answer in (sent.answers if sent else ())
            if not answer.calculated
        )
        open_findings = [finding for finding in checked_return.findings if finding.open]
        self.causes = by_cause(
            [open_findings], lambda finding: (finding.code, finding.severity.value)
        )
        self.most = ALIKE

    def words(self, finding: Finding) -> Words:
        """Return what is said of a finding."""
        return self._checked_return.words(finding, self.language)

    def content(self, finding: Finding) -> str:
        """Return what stands in the cell of a finding, as one would type it there."""
        for answer in self._rows.get((finding.tool or "", finding.row or ""), ()):
            if answer.cell == finding.cell:
                return _content(answer)
        return ""

    def row(self, finding: Finding) -> list[tuple[str, str, bool]]:
        """Return the cells around that of a finding: address and question, content, and whether it is that cell."""
        tool = finding.tool or ""
        cells = {
            answer.cell: (self.label(tool, answer.field), _content(answer))
            for answer in self._rows.get((tool, finding.row or ""), ())
        }
        cell = finding.cell or ""
        cells.setdefault(cell, (self.label(tool, finding.field or ""), finding.value or ""))
        addresses = sorted(cells, key=_position)
        at = addresses.index(cell)
        around = addresses[max(at - AROUND, 0) : at + AROUND + 1]
        return [
            (f"{address} {cells[address][0]}", cells[address][1], address == cell)
            for address in around
        ]


def _content(answer: hrge_xl.Answer) -> str:
    """Return what stands in a cell, as a person would see it there."""
    value = answer.original if answer.day is None else answer.day
    return "" if value is None else shown_value(value)


def _position(address: str) -> tuple[int, int, str]:
    """Return by what cells are in the order of reading: row, then column."""
    column = address.rstrip("0123456789")
    return int(address[len(column) :] or 0), len(column), column


class QuestionLabels:
    """What questions are called in a language, by sheet and code."""

    def __init__(self, checked_return: hrge_xl.Result, language: str) -> None:
        places = checked_return.spec.places() if checked_return.spec else ()
        self._labels = {
            (tool.code, field.code): field.label.say(language) for tool, _, field in places
        }

    def __call__(self, tool: str, field: str) -> str:
        """Return the question that a field asks; its code where nobody says."""
        return self._labels.get((tool, field), field)


class LetterView(NamedTuple):
    """A draft as one reads it."""

    draft: hrge_xl.Drafted
    name: str
    to: str
    subject: str
    text: str
    attached: Sequence[str]

    @classmethod
    def of(cls, draft: hrge_xl.Drafted, folder: Path) -> LetterView:
        """Read a draft of a round; one that is no e-mail any more is shown as the text that it is."""
        content = (folder / draft.file).read_bytes()
        name = id_of_draft(draft)
        try:
            mail = message_from_bytes(content, policy=email_policy)
            body = mail.get_body(("plain",))
            return cls(
                draft,
                name,
                str(mail["To"] or ""),
                str(mail["Subject"] or ""),
                body.get_content() if body else "",
                [part.get_filename("") for part in mail.iter_attachments()],
            )
        except Exception:  # noqa: BLE001 (the parser raises whatever a spoilt header leads it to)
            file_name = Path(draft.file).name
            return cls(draft, name, "", file_name, content.decode("utf-8", "replace"), ())
