"""What is found in a source: workbooks, what is nobody's answer, what could not be opened; and how much is unpacked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from msgspec import Struct

from ...findings.file import TOO_MANY_ENTRIES
from ..limits import Limits
from ..raw import Unreadable
from ..zip_package import too_large

MOST_LAYERS = 6  # a workbook in a zip in a forwarded mail in a mail is at the fourth
MOST_TROUBLES = 20  # files of one source that are no workbooks by their content and are told one by one


@dataclass(frozen=True, slots=True)
class Letter:
    """The mail that something came with, moments in ISO form.

    `sender` and `sent` are what the innermost mail says of itself, which anybody can write. `sent_by` is who sent the
    outermost one (None: there is no mail), and `received` when the server of the office took that in.
    """

    sender: str = ""
    sent: str = ""
    sent_by: str | None = None
    received: str = ""

    def within(self, outer: Letter) -> Letter:
        """Give the letter of a mail that lay in another one, which alone says who brought it and when it came."""
        first = self if outer.sent_by is None else outer
        return Letter(self.sender or outer.sender, self.sent or outer.sent, first.sent_by, first.received)


NO_LETTER = Letter()


@dataclass(frozen=True, slots=True)
class Place:
    """Where something lies: within which mails and archives, the outermost first; and the letter it came with."""

    way: tuple[str, ...] = ()
    letter: Letter = NO_LETTER

    def within(self, name: str, letter: Letter | None = None) -> Place:
        """Give the inside of a mail or archive that lies here."""
        return replace(self, way=(*self.way, name), letter=letter or self.letter)


class Attached(NamedTuple):
    """What is attached to a mail. `mail` says that it is one itself, `home` where a message of Outlook lies."""

    name: str
    data: bytes = b""
    inline: bool = False
    mail: bool = False
    home: tuple[str, ...] = ()


class Workbook(Struct, tag=True, frozen=True):
    """A file that is an answer, or was meant as one; `format` is what its content says, else empty."""

    name: str
    place: Place
    data: bytes
    format: str = ""


class Left(Struct, tag=True, frozen=True):
    """A file that is nobody's answer, and what it is, in a word."""

    name: str
    place: Place
    what: str


class Unopened(Struct, tag=True, frozen=True):
    """Something that may hold answers and could not be opened, and why, as a sentence.

    `count` is how many files it stands for: of very many in one source the first are told one by one.
    """

    name: str
    place: Place
    why: str
    count: int = 1


Found = Workbook | Left | Unopened


class Budget:
    """What may still be unpacked of one source, over all its layers: what lies in an archive in a mail counts too.

    Every method raises `Unreadable` where that is too much.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._entries, self._bytes = 0, 0

    def take_entries(self, count: int) -> None:
        """Count the parts of a layer, before any of them is looked at."""
        most = self.limits.entries
        if self._entries + count > most:
            raise Unreadable(TOO_MANY_ENTRIES.at(count=str(self._entries + count), limit=str(most)))
        self._entries += count

    def take_bytes(self, count: int) -> None:
        """Count what a part is once it is unpacked."""
        most = self.limits.total_bytes
        if self._bytes + count > most:
            raise too_large("", self._bytes + count, most)
        self._bytes += count
