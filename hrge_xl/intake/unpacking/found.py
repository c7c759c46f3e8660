"""What is found in a source: workbooks, files that are nobody's answer, and what could not be opened."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ..closed_format import may_answer


@dataclass(frozen=True, slots=True)
class Letter:
    """The mail that something came with: the address of its sender, and when it was sent, as an ISO moment."""

    sender: str = ""
    sent: str = ""


NO_LETTER = Letter()


@dataclass(frozen=True, slots=True)
class Place:
    """Where something lies: within which mails and archives, the outermost first; and the letter it came with."""

    way: tuple[str, ...] = ()
    letter: Letter = NO_LETTER

    def within(self, name: str, letter: Letter | None = None) -> Place:
        """Give the inside of a mail or archive that lies here."""
        return replace(self, way=(*self.way, name), letter=letter or self.letter)


@dataclass(frozen=True, slots=True)
class Workbook:
    """A file that is an answer, or was meant as one; `format` is what its content says, else empty."""

    name: str
    place: Place
    data: bytes = field(repr=False)
    format: str = ""


@dataclass(frozen=True, slots=True)
class Left:
    """A file that is nobody's answer, and what it is, in a word."""

    name: str
    place: Place
    what: str


@dataclass(frozen=True, slots=True)
class Unopened:
    """Something that may hold answers and could not be opened, and why, as a sentence.

    `count` is how many files it stands for: of very many in one source the first are told one by one.
    """

    name: str
    place: Place
    why: str
    count: int = 1


Found = Workbook | Left | Unopened
may_answer(Letter, Place, Workbook, Left, Unopened)
