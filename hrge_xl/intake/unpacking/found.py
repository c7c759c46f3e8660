"""What is found in a source: workbooks, files that are nobody's answer, and what could not be opened."""

from __future__ import annotations

from dataclasses import dataclass, replace

from msgspec import Struct


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
