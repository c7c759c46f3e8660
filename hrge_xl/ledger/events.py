"""The kinds of events that the ledger knows, a class each, listed in `KINDS`.

A class says what stands in an event, how that is told, and which rows of other tables follow from it: they are written
with it, and again when a lost ledger is recovered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, ClassVar, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict

from ..answers.submission import ClosedReturn
from ..core.words import storable

Text = Annotated[str, BeforeValidator(storable)]  # as any database can hold it


NEXT = 0  # number of an event that gets its own when it is entered


class Event(BaseModel):
    """What stands in an entry. `number` counts the events that go by one noun, from 1."""

    model_config = ConfigDict(frozen=True, defer_build=True)
    kind: ClassVar[str]
    noun: ClassVar[str]
    subject: ClassVar[str] = ""  # what it is about, to be filled in

    number: int
    program: Text = ""  # the version of hrge_xl that entered it; those before 0.2.0 did not say so

    @property
    def about(self) -> str:
        """What kind of entry it is, which one, and what it is about."""
        return f"{self.noun} {self.number}{self.subject.format(self)}"

    def rows(self) -> Iterator[tuple[str, dict[str, object]]]:
        """Yield what follows from it: names of tables of the ledger, and rows of them."""
        return iter(())


class Judgement(Event):
    """Somebody said what becomes of something; `of` is the digest of an entry elsewhere that it was taken over from."""

    of: str = ""


class DecisionMade(Judgement):
    """Somebody said what becomes of a return. `known` is how many files had come by then."""

    kind = "decision"
    noun = "decision"

    submission: str
    file: Text  # the name that it came under
    choice: str
    reason: Text
    day: str
    known: int

    @property
    def about(self) -> str:
        """With the file."""
        return f"{super().about} about {self.file or self.submission}"


class WaiverGiven(Judgement):
    """Somebody accepted findings of one content of a file as they are; without a cell all of the code."""

    kind = "waiver"
    noun = "waiver"
    subject = " of {0.code} in {0.file}"

    code: str
    sha256: str
    file: Text
    sheet: Text | None
    cell: str | None
    reason: Text
    day: date
    until: date | None


class WaiverWithdrawn(Judgement):
    """Somebody took a waiver back."""

    kind = "waiver-withdrawn"
    noun = "withdrawal"
    subject = ", of waiver {0.waiver}"

    waiver: int
    day: date


class AnswerCorrected(Judgement):
    """Somebody put another answer into a cell of one content of a file; without a value it counts as it came again."""

    kind = "correction"
    noun = "correction"
    subject = " of {0.sheet}!{0.cell} in {0.file}"

    sha256: str
    file: Text
    tool: str
    row: str
    field: str
    sheet: Text
    cell: str
    came: Text
    value: Text | None
    reason: Text
    day: date


class Sealed(Event):
    """Somebody sealed something that bears a name, by its SHA-256; and the terms of the rounds that it is of."""

    noun = "seal"
    subject = " of {0.name}"

    name: Text
    sha256: str
    terms: dict[str, Terms] = {}


class SealMade(Sealed):
    """The bytes of a report were sealed."""

    kind = "seal"


class TermsSealed(Sealed):
    """The terms of a round were sealed alone; seals of both kinds are counted together."""

    kind = "terms"


class Origin(BaseModel):
    """Where a content came from: the mails and archives it lay in, the outermost first, and the mail it came with.

    `sender` is an address, and `sent` the moment that the mail says. `sent_by` is who sent the outermost mail (None: it
    came in none), `received` when the server of the office took that in, in the zone of the office, and `seen` the day
    on which it was first seen. It stays in the ledger of the office.
    """

    model_config = ConfigDict(frozen=True)

    way: tuple[Text, ...] = ()
    name: Text = ""  # that it had there
    sender: Text = ""
    sent: str = ""
    sent_by: Text | None = None
    received: str = ""
    seen: date | None = None


class ReceivedFile(BaseModel):
    """A content as it came: which one in the order of all, and under which path.

    `place` is its path from the folder of the ledger, which may be moved; the whole one of what lies elsewhere.
    """

    model_config = ConfigDict(frozen=True)

    order: int
    sha256: str
    path: Text
    size: int | None
    place: Text = ""
    origin: Origin | None = None


class FilesReceived(Event):
    """A run brought contents that had never been seen. `day` is when they came; `stated`: somebody said so.

    `taken_in` is the day of that run, as of which they are judged for good; earlier programs did not enter it.
    """

    kind = "receipt"
    noun = "receipt"

    day: date | None
    stated: bool
    taken_in: date | None = None
    files: tuple[ReceivedFile, ...]
    terms: dict[str, Terms] = {}

    @property
    def about(self) -> str:
        """With the first file."""
        first, *further = self.files or (None,)
        further_text = f" and {len(further)} more" if further else ""
        return f"{super().about} of {first.path if first else 'nothing'}{further_text}"

    def rows(self) -> Iterator[tuple[str, dict[str, object]]]:
        """Yield each content with the day on which it came, and where it lay then."""
        day = self.day.isoformat() if self.day else None
        for file in self.files:
            content = {"sha256": file.sha256, "path": file.path, "received": day}
            yield "files", {**content, "n": file.order, "size": file.size, "stated": self.stated}
            yield "sightings", {**content, "place": file.place or file.path}


class RoundChanged(Event):
    """Somebody changed what a round asks, of whom or until when, or noted something on it.

    `before` and `after` are the text of `round.yaml`; `undone` is the number of the change that this one took back.
    """

    kind = "change"
    noun = "change"
    subject = ": {0.what}"

    what: Text
    teams: tuple[Text, ...] = ()
    reason: Text
    day: date
    before: Text
    after: Text
    undone: int = 0


class RoundJudged(Event):
    """A round was closed with these verdicts: while it is, no later program gives others."""

    kind = "closing"
    noun = "list of verdicts"
    subject = ", of {0.day}"

    day: date
    returns: tuple[ClosedReturn, ...]


KINDS: dict[str, type[Event]] = {
    event.kind: event
    for event in (
        DecisionMade,
        WaiverGiven,
        WaiverWithdrawn,
        AnswerCorrected,
        SealMade,
        TermsSealed,
        FilesReceived,
        RoundChanged,
        RoundJudged,
    )
}


# what comes, as the ledger is told of it


class Arrival(NamedTuple):
    """A file as it came. `sha256` is None when it could not be read at all; `kept_path` is where else its bytes are."""

    path: str
    sha256: str | None
    size: int | None
    kept_path: str = ""

    @property
    def place(self) -> str:
        """Where it is read from."""
        return self.kept_path or self.path


@dataclass(frozen=True)
class Arrived:
    """When files came: the day that somebody states, else the day on which they are first seen.

    `days` are those on which they came by mail, by content: they are stated too, unless a person states another one for
    all. `receipts` are those that the ledgers of their rounds say, and whether they were stated there. `origins` tell
    where contents came from, and `terms` are those of the rounds that they came to, by name. `today` is the day of the
    run that takes them in, where that is another one than `day`; `taken_in` are the days on which their rounds did.
    """

    day: date = field(default_factory=lambda: datetime.now().astimezone().date())
    stated: bool = False
    terms: Mapping[str, Terms] = field(default_factory=dict)
    days: Mapping[str, date] = field(default_factory=dict)
    receipts: Mapping[str, tuple[date, bool]] = field(default_factory=dict)
    origins: Mapping[str, Origin] = field(default_factory=dict)
    today: date | None = None
    taken_in: Mapping[str, date] = field(default_factory=dict)

    def day_of(self, sha256: str) -> tuple[date, bool]:
        """Return the day on which a content came, and whether somebody stated it."""
        if not self.stated and sha256 in self.days:
            return self.days[sha256], True
        return (self.day, True) if self.stated else self.receipts.get(sha256, (self.day, False))

    def day_taken_in(self, sha256: str) -> date:
        """Return the day on which a content was taken in: by its round, else by this run."""
        return self.taken_in.get(sha256, self.today or self.day)


# the terms of a round

FILE = "round.yaml"  # where they stand


class Terms(BaseModel):
    """What a round asks, of whom, and until when."""

    model_config = ConfigDict(frozen=True)

    start: date | None = None
    end: date | None = None
    spec: str = ""
    spec_digest: str = ""
    teams: dict[str, date | None] = {}  # code → deadline


OfRounds = Mapping[str, Terms]  # by the name of the round


def changes(sealed_terms: Terms, current_terms: Terms, seal_made: str) -> Iterator[str]:
    """Tell what `round.yaml` says otherwise than it did when a seal was made, a sentence each."""
    for noun, say in (("The period", _period), ("The spec", _spec)):
        if say(sealed_terms) != say(current_terms):
            yield f"{noun} is {say(current_terms)} in {FILE}; when {seal_made} it was {say(sealed_terms)}."
    for team, deadline in current_terms.teams.items():
        if team not in sealed_terms.teams:
            yield f"{team} is among the teams in {FILE}; when {seal_made} it was not."
        elif deadline != sealed_terms.teams[team]:
            was = _day(sealed_terms.teams[team])
            yield f"The deadline of {team} is {_day(deadline)} in {FILE}; when {seal_made} it was {was}."
    for team in (team for team in sealed_terms.teams if team not in current_terms.teams):
        yield f"{team} is not among the teams in {FILE}; when {seal_made} it was."


def _day(day: date | None) -> str:
    return day.isoformat() if day else "not set"


def _period(terms: Terms) -> str:
    return f"{_day(terms.start)} to {_day(terms.end)}"


def _spec(terms: Terms) -> str:
    return f"{terms.spec} ({terms.spec_digest[:16]})" if terms.spec_digest else terms.spec
