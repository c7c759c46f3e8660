"""Receives what came for a round: takes the workbooks out of mails, archives and folders, and accounts for all else.

Who sent each is remembered, and held against the addresses of the teams.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from email import message_from_bytes
from email.parser import BytesHeaderParser
from email.policy import default
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple
from unicodedata import normalize

from ..core.dates import parse_moment
from ..core.errors import UsageError, listed
from ..core.paths import (
    MOST_CHARACTERS,
    check_several,
    file_part,
    free_name,
    path_in,
    path_text,
    way_to,
    write_whole,
)
from ..core.words import counted
from ..core.work import grouped
from ..findings import Finding
from ..findings.identity import ARRIVAL_DAYS_DIFFER, SENDER_NOT_THE_TEAMS
from ..ledger.events import Arrival, Arrived, Origin
from ..ledger.files import only_writer
from ..ledger.ledger import Drafted, Ledger, Letter, look_up
from ..reader import fingerprint
from ..reader.gate import is_named_as_workbook
from ..reader.mail import EmailInfo
from ..reader.unpacking import (
    LETTER,
    Found,
    FoundAt,
    SkippedFile,
    UnreadableContainer,
    Workbook,
    found_in,
)
from .rounds import INBOX, RETURNED, Round, load_round, terms_of
from .teams import ADDRESS

if TYPE_CHECKING:  # loose files need no dataset before they are read
    from ..dataset.returns import Return

UNNAMED = "workbook"
NEVER = datetime.min.replace(tzinfo=UTC)  # before all else of a day
# between the day that the mail server says and the one on which something was first seen
MOST_DAYS = 2
MOST_NAMES = 20  # of files left aside that are named in one line
NO_ADDRESS = "?"
SENT = "sent by the office"
# what lies beside a letter, and is no answer to it
OF_ANY_MAIL = frozenset({"logo", "signature", "system", SENT})


MailKey = tuple[str | None, str]  # who sent the outermost mail, and when it came


class Placed(NamedTuple):
    """A workbook that was taken into `returned/`: where it lies now, where it came from, and when, if by mail."""

    path: Path
    came: Workbook
    day: date | None


class SentDraft(NamedTuple):
    """A draft of the round that was found as it was sent: its file, who sent it, and when."""

    file: str
    by: str
    day: date


class Received(NamedTuple):
    """What became of everything that was found in the sources."""

    placed: tuple[Placed, ...] = ()
    known: tuple[Workbook, ...] = ()  # their contents are here already
    left: tuple[SkippedFile, ...] = ()
    unopened: tuple[UnreadableContainer, ...] = ()
    waiting: tuple[Workbook, ...] = ()  # the round is closed
    sent: tuple[SentDraft, ...] = ()
    failures: tuple[str, ...] = ()  # drafts that could not be moved, and why
    by_hand: tuple[Path, ...] = ()  # what was put into `returned/` since the last run

    @property
    def summary(self) -> str:
        """How much of everything there was, in a sentence; the figures add up to all that was found."""
        if not any(self):
            return "nothing."
        of_ours = f" {counted(len(self.sent), 'draft')} found as sent." if self.sent else ""
        not_opened = sum(container.count for container in self.unopened)
        parts = {
            f"{counted(len(self.placed), 'workbook')} taken in": any(self[:-1]),
            f"{counted(len(self.by_hand), 'file')} put into {RETURNED}/ by hand": self.by_hand,
            f"{len(self.known)} here already": self.known,
            f"{len(self.waiting)} waiting, since the round is closed": self.waiting,
            f"{len(self.left)} left aside": self.left,
            f"{not_opened} not opened": not_opened,
        }
        return f"{', '.join(text for text, is_told in parts.items() if is_told)}.{of_ours}"

    def lines(self) -> Iterator[str]:
        """Yield what became of everything, a line each; of what was left aside a line for each kind."""
        for path, came, day in self.placed:
            parts = came.place.email.sender, str(day or ""), _within(came)
            origin = ", ".join(filter(None, parts))
            yield f"{path}" + (f"  ({origin})" if origin else "")
        yield from (
            f"waiting, since the round is closed: {workbook.name}" for workbook in self.waiting
        )
        for kind, names in sorted(grouped((file.what, file.name) for file in self.left).items()):
            yield f"left aside, {kind} ({len(names)}): {listed([*dict.fromkeys(names)], MOST_NAMES)}"
        for file in self.unopened:
            within = _within(file)
            yield f"not opened: {file.name}{f' ({within})' if within else ''}: {file.why}"


def _within(file: Found) -> str:
    """Return the way to something, from what came to what it lies in."""
    return " > ".join(file.place.way)


class _Shelf:
    """The folder `returned` of a round: which contents are there or were ever received, and which names are taken."""

    def __init__(self, folder: Path, received: Iterable[str]) -> None:
        self.folder = folder
        self.received = set(received)  # by the ledger
        self.names = {path.name.casefold() for path in folder.glob("*")}
        lying = ((fingerprint(path)[0], path) for path in sorted(folder.rglob("*")))
        # contents that lie there, unknown to the ledger
        self.lying = {
            sha256: path for sha256, path in lying if sha256 and sha256 not in self.received
        }

    def put(self, workbook: Workbook, sha256: str) -> Path:
        """Write a workbook there, unless its content lies there already; return its place."""
        if sha256 in self.lying:
            return self.lying.pop(sha256)
        path = path_in(self.folder, free_name(*_named(workbook), self.names))
        write_whole(path, workbook.data)
        return path


def _named(workbook: Workbook) -> tuple[str, str]:
    """Return the name of a workbook as any system can have it, and its ending."""
    name = PurePosixPath(workbook.name.replace("\\", "/")).name
    ending = PurePosixPath(name).suffix.lower() if is_named_as_workbook(name) else ""
    stem = " ".join(filter(None, map(file_part, name[: len(name) - len(ending)].split())))
    short = stem if len(stem) <= MOST_CHARACTERS else file_part(stem)
    return short or UNNAMED, ending or f".{workbook.format or 'xlsx'}"


def receive_files(folder: Path, sources: Sequence[str], today: date) -> Received:
    """Take the workbooks of the sources into `returned/` of a round, each content once and for ever.

    Nothing that is there changes; what comes to a closed round waits where it is. The ledger says of each where it came
    from, and of what came by mail the day of arrival: the one on which the server of the office received the mail,
    unless that does not say or is yet to come; else today. Raises `RoundError`, `UsageError` for a source that leads
    nowhere, `OutputError`, `StoreError`.
    """
    check_several("sources", sources)
    round_ = load_round(folder)
    home = folder.resolve()
    inbox = (folder / INBOX).resolve()
    for source in sources:
        place = Path(source).resolve()
        is_within = place.is_relative_to(home) and not place.is_relative_to(inbox)
        # a blank workbook that the round wrote itself is not an answer
        if is_within or home.is_relative_to(place):
            raise UsageError(
                f"{source} holds what the round itself wrote or received.",
                remedy=f"Name what arrived: e-mails, archives or folders elsewhere, or {folder / INBOX}.",
            )
    returned = folder / RETURNED
    with only_writer(folder), Ledger.open(folder) as ledger:
        shelf = _Shelf(returned, ledger.order())
        placed: list[tuple[str, Placed]] = []
        received_before: list[Workbook] = []
        skipped: list[SkippedFile] = []
        unopened: list[UnreadableContainer] = []
        waiting: list[Workbook] = []
        own_mails = _OwnMails(round_, ledger, today)
        for arrived in own_mails.set_aside(found_in(sources)):
            if isinstance(arrived, SkippedFile):
                skipped.append(arrived)
            elif isinstance(arrived, UnreadableContainer):
                unopened.append(arrived)
            else:
                sha256 = hashlib.sha256(arrived.data).hexdigest()
                # without its bytes: a mailbox holds more of them than memory
                light = Workbook(arrived.name, arrived.place, b"", arrived.format)
                if sha256 in shelf.received:
                    received_before.append(light)
                elif round_.closed:
                    waiting.append(light)
                else:
                    shelf.received.add(sha256)
                    path = shelf.put(arrived, sha256)
                    placed.append((sha256, Placed(path, light, _day(light, today))))
        _write_down(ledger, round_, placed, today)
        workbooks = [*(file.came for _, file in placed), *received_before, *waiting]
        brought = {_mail_of(workbook.place) for workbook in workbooks}
        noted_letters = {letter.key for letter in ledger.letters()}
        for letter in _letters([*skipped, *unopened], brought, today):
            if letter.key not in noted_letters:
                ledger.put("letters", letter._asdict())
    return Received(
        placed=tuple(workbook for _, workbook in placed),
        known=tuple(received_before),
        left=tuple(skipped),
        unopened=tuple(unopened),
        waiting=tuple(waiting),
        sent=tuple(own_mails.sent.values()),
        by_hand=tuple(path for path in shelf.lying.values() if is_named_as_workbook(path.name)),
    )


def moment_of_mail(received: str) -> datetime | None:
    """Return the moment at which a mail was received, in the zone of the office: that of its server may be any."""
    moment = parse_moment(received)
    return moment.astimezone() if moment is not None else None


def _day(workbook: Workbook, today: date) -> date | None:
    """Return the day on which something came by mail; None of what did not."""
    if workbook.place.email.sent_by is None:
        return None
    moment = moment_of_mail(workbook.place.email.received)
    return moment.date() if moment is not None and moment.date() <= today else today


def _write_down(
    ledger: Ledger, round_: Round, placed: Sequence[tuple[str, Placed]], today: date
) -> None:
    """Enter what was placed into the ledger, in the order in which it was received."""
    if not placed:
        return

    def arrival_of(pair: tuple[str, Placed]) -> tuple[date, datetime]:
        _, workbook = pair
        return workbook.day or today, moment_of_mail(workbook.came.place.email.received) or NEVER

    days: dict[str, date] = {}
    origins: dict[str, Origin] = {}
    arrivals: list[Arrival] = []
    for sha256, (path, came, day) in sorted(placed, key=arrival_of):
        if day is not None:
            days[sha256] = day
        email = came.place.email
        received = moment_of_mail(email.received)
        origins[sha256] = Origin(
            way=came.place.way,
            name=came.name,
            sender=email.sender,
            sent=email.sent,
            sent_by=email.sent_by,
            received=received.isoformat() if received else "",
            seen=today,
        )
        arrivals.append(Arrival(path_text(way_to(path, ledger.home)), sha256, path.stat().st_size))
    ledger.receive(arrivals, Arrived(today, terms=terms_of([round_]), days=days, origins=origins))


# what the office sent itself


class _OwnMails:
    """Mails that the office sent from drafts of a round: known by whom they went to and what they are about."""

    def __init__(self, round_: Round, ledger: Ledger, today: date) -> None:
        self._folder = round_.folder
        self._ledger = ledger
        self._today = today
        self._teams = {address for team in round_.teams for address in _addresses_in(team.email)}
        self._attached: dict[str, set[str]] = {}
        self.sent: dict[str, SentDraft] = {}  # that were met, by their files

    def set_aside(self, items: Iterable[Found]) -> Iterator[Found]:
        """Yield items as they are; in the place of what such a mail has from its draft, that the office sent it."""
        for arrived in items:
            email = arrived.place.email
            draft = self._draft_of(email)
            if draft is not None:
                moment = parse_moment(email.sent)
                day = moment.date() if moment else self._today
                self.sent.setdefault(draft.file, SentDraft(draft.file, email.sender, day))
            is_ours = draft is not None and self._is_of(draft, arrived)
            yield SkippedFile(arrived.name, arrived.place, SENT) if is_ours else arrived

    def _draft_of(self, email: EmailInfo) -> Drafted | None:
        """Return the draft that a mail was sent from: the last one that it may be."""
        to = set(map(comparable, email.to))
        if self._teams.isdisjoint(to) or comparable(email.sent_by or "") in self._teams:
            return None
        drafts = self._drafts.get(_without_spaces(email.subject), ())
        moment = parse_moment(email.sent)
        day = str(moment.date() if moment else date.max)
        fitting = [draft for draft, addresses in drafts if addresses <= to and draft.day <= day]
        return max(fitting, key=lambda draft: draft.day, default=None)

    def _is_of(self, draft: Drafted, arrived: Found) -> bool:
        """Say whether something was attached to a draft, or is no workbook."""
        if not isinstance(arrived, Workbook):
            return True
        if draft.file not in self._attached:
            mail = message_from_bytes((self._folder / draft.file).read_bytes(), policy=default)
            parts = (part.get_payload(decode=True) for part in mail.walk() if part.get_filename())
            hashes = {
                hashlib.sha256(content).hexdigest()
                for content in parts
                if isinstance(content, bytes)
            }
            self._attached[draft.file] = hashes
        return hashlib.sha256(arrived.data).hexdigest() in self._attached[draft.file]

    @cached_property
    def _drafts(self) -> dict[str, list[tuple[Drafted, set[str]]]]:
        """The drafts that are there, sent or not, by their subjects without spaces."""
        drafts_by_subject: dict[str, list[tuple[Drafted, set[str]]]] = {}
        for draft in self._ledger.drafted().values():
            file = self._folder / draft.file
            if draft.file and file.is_file():
                with file.open("rb") as stream:
                    head = BytesHeaderParser(policy=default).parse(stream)
                to = _addresses_in(str(head["To"] or ""))
                if to:
                    subject = _without_spaces(str(head["Subject"] or ""))
                    drafts_by_subject.setdefault(subject, []).append((draft, to))
        return drafts_by_subject


def _without_spaces(subject: str) -> str:
    """Return a subject as it is compared: mail programs lose spaces where a line was folded, or add some."""
    return "".join(subject.split())


def _letters(
    items: Iterable[SkippedFile | UnreadableContainer], brought: Container[MailKey], today: date
) -> Iterator[Letter]:
    """Yield the mails that brought no workbook, each with what it brought."""
    for key, parts in grouped((_mail_of(part.place), part) for part in items).items():
        email = parts[0].place.email
        kinds = {part: part.what if isinstance(part, SkippedFile) else part.name for part in parts}
        brings = {part: kind for part, kind in kinds.items() if kind not in OF_ANY_MAIL}
        if email.sent_by is None or key in brought or not brings:
            continue
        # what a letter is named by is its subject
        files = (
            part.name
            for part, kind in brings.items()
            if kind != LETTER and not kind.startswith("link")
        )
        moment = moment_of_mail(email.received)
        yield Letter(
            hashlib.sha256(repr(key).encode("utf-8", "surrogatepass")).hexdigest()[:16],
            email.sent_by,
            email.sender,
            (moment or datetime.combine(today, time.max).astimezone()).isoformat(),
            ", ".join(dict.fromkeys(brings.values())),
            ", ".join(dict.fromkeys(files)),
        )


# who sent it


class Senders:
    """Who sent what came to a round by mail, held against the addresses of its teams."""

    def __init__(self, round_: Round) -> None:
        self._origins = look_up(round_.folder, Ledger.origins) or {}
        self._own = {team.code: _addresses_in(team.email) for team in round_.teams}
        self._office = {team.code: _addresses_in(team.contact) for team in round_.teams}
        self._teams = grouped(
            (address, code)
            for code, team_addresses in self._own.items()
            for address in team_addresses
        )

    def teams_of(self, sha256: str | None) -> list[str]:
        """Return the teams whose address a content came from, else those whose address the forwarded mail names."""
        origin = self._origins.get(sha256 or "")
        return self.teams_at(origin.sent_by, origin.sender) if origin else []

    def teams_at(self, *addresses: str | None) -> list[str]:
        """Return the teams at the first of some addresses that is one of theirs."""
        return next(
            filter(None, (self._teams.get(comparable(address or "")) for address in addresses)), []
        )

    def moment_of(self, return_: Return) -> datetime:
        """Return when a return came: at the moment of its mail, else at the end of its day."""
        origin = self._origins.get(return_.sha256 or "")
        day = return_.arrived or date.min
        return parse_moment(origin.received if origin else "") or datetime.combine(
            day, time.max, UTC
        )

    def noticed(self, sha256: str, team: str) -> Iterator[Finding]:
        """Tell what is noticed about the mail that a workbook of a team came with."""
        origin = self._origins.get(sha256)
        if origin is None:
            return
        moment = parse_moment(origin.received)
        if moment and origin.seen and abs((moment.date() - origin.seen).days) > MOST_DAYS:
            days = {"found": str(moment.date()), "day": str(origin.seen)}
            yield ARRIVAL_DAYS_DIFFER.at(**days)
        sender = origin.sender or None if origin.sent_by is None else origin.sent_by
        if sender is None or team not in self._own:
            return
        other_teams = self._teams.get(comparable(sender), [])
        is_expected = comparable(sender) in self._own[team] | self._office[team]
        if not is_expected and (other_teams or self._own[team]):
            name, _, domain = sender.rpartition("@")  # whom it is of is not said in full
            shown = f"{name[:1]}***@{domain}" if domain else NO_ADDRESS
            shown += f" ({', '.join(other_teams)})" if other_teams else ""
            yield SENDER_NOT_THE_TEAMS.at(value=shown, expected=team)


def _mail_of(place: FoundAt) -> MailKey:
    """Return what tells one mail from another: who sent the outermost one, and when it came."""
    return place.email.sent_by, place.email.received or next(iter(place.way), "")


def _addresses_in(text: str) -> set[str]:
    return set(map(comparable, ADDRESS.findall(text)))


def comparable(address: str) -> str:
    """Return an address as it is compared: without case, and its domain as the network has it."""
    name, _, domain = normalize("NFKC", address).strip().casefold().rpartition("@")
    try:
        return f"{name}@{domain.encode('idna').decode()}"
    except UnicodeError:  # no domain that there can be
        return f"{name}@{domain}"
