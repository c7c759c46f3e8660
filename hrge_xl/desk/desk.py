"""A round as its pages show it: read as the last run left it, and read again once something in it has changed."""

from __future__ import annotations

import getpass
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from secrets import compare_digest, token_urlsafe
from threading import Lock

import hrge_xl

from ..core.dates import day_here
from ..core.errors import HrgeError, UsageError
from ..core.paths import quoted
from .work import Worker

WATCHED = ("round.yaml", "ledger.sqlite", "dataset.sqlite", "drafts")  # in the folder of a round


@dataclass(frozen=True)
class RoundState:
    """Where a round stands: its teams, the drafts that wait to be sent, and what waits for a decision."""

    round: hrge_xl.Round
    today: date
    teams: Sequence[hrge_xl.TeamStatus]
    drafts: Sequence[hrge_xl.Drafted]
    to_decide: Sequence[str]
    notes: Sequence[str]

    @property
    def expected(self) -> list[hrge_xl.TeamStatus]:
        """The teams, without files of nobody."""
        return [status for status in self.teams if status.team.code]

    def team(self, code: str) -> hrge_xl.TeamStatus:
        """Return where a team stands. Raises `UsageError` for one that there is not."""
        for status in self.expected:
            if status.team.code == code:
                return status
        raise UsageError(f"There is no team '{code}' in this round.")

    def draft(self, name: str) -> hrge_xl.Drafted:
        """Return a draft by what pages call it. Raises `UsageError` for one that is no longer there."""
        for draft in self.drafts:
            if id_of_draft(draft) == name:
                return draft
        raise UsageError(
            "This draft is no longer there.", remedy="It was sent, or no longer applies."
        )


def id_of_draft(draft: hrge_xl.Drafted) -> str:
    """Return what a draft is called in addresses: nothing that leads to a file."""
    return sha256(draft.key.encode("utf-8", "surrogatepass")).hexdigest()[:16]


class Desk:
    """What all pages of a run share: the round, the language, who sits there, and the work that is done."""

    def __init__(self, folder: Path | None, language: str, *, read_only: bool = False) -> None:
        self.folder = folder
        # rounds lie beside each other
        self.home = Path.cwd() if folder is None else folder.resolve().parent
        self.language = language
        self.read_only = read_only
        self.worker = Worker()
        self.user = getpass.getuser()
        self.form_token = token_urlsafe(32)
        self._lock = Lock()
        self._state: RoundState | None = None
        self._seen: object = None

    def new_form(self) -> str:
        """Return what tells a form from every other one: sent twice, it acts once."""
        return token_urlsafe(12)

    def is_own_form(self, token: str, form: str) -> bool:
        """Say whether a form comes from a page of this run."""
        return bool(form) and compare_digest(token.encode(), self.form_token.encode())

    @property
    def last_state(self) -> RoundState | None:
        """Where the round stood when it was read last."""
        return self._state

    @property
    def round_folder(self) -> Path:
        """The folder of the round. Raises `UsageError` where none was chosen yet."""
        if self.folder is None:
            raise UsageError("No round is chosen.", remedy="Choose one.")
        return self.folder

    def command(self, *words: object) -> str:
        """Return some words as the command that does the same."""
        return " ".join(["hrge-xl", *(quoted(str(word)) for word in words)])

    def dataset(self) -> AbstractContextManager[hrge_xl.Dataset]:
        """Open the dataset of the round as the last run left it."""
        return hrge_xl.last_dataset(self.round_folder)

    def state(self) -> RoundState:
        """Return where the round stands; it is read again where a file of it has changed, and on another day.

        While it cannot be read, as during its first run, it is what it was before, with a note that says why.
        """
        folder = self.round_folder
        with self._lock:
            seen = (day_here(), *_look_at(folder / name for name in WATCHED))
            if self._state is not None and seen == self._seen:
                return self._state
            try:
                self._state = self._read(folder)
            except HrgeError as error:
                if self._state is None:
                    raise
                return replace(self._state, notes=(*self._state.notes, str(error)))
            self._seen = seen
            return self._state

    def rounds(self) -> list[Path]:
        """Return the folders of the rounds that lie here."""
        files = sorted(self.home.glob("*/round.yaml"))
        return [file.parent for file in files if file.is_file()]

    def open_round(self, folder: Path) -> None:
        """Show another round."""
        with self._lock:
            self.folder = folder
            self._state = None

    def _read(self, folder: Path) -> RoundState:
        today = day_here()
        with self.dataset() as dataset:
            teams = hrge_xl.status(dataset, today)
            round_ = dataset.round
            notes = dataset.notes
        assert round_ is not None
        return RoundState(
            round_,
            today,
            teams,
            hrge_xl.waiting_drafts(folder),
            hrge_xl.to_decide(teams),
            (*notes, *hrge_xl.ledger_doubts(folder)),
        )


def _look_at(files: Iterable[Path]) -> Iterator[tuple[int, int] | None]:
    """Yield what changes whenever a file does; None of one that is not there."""
    for file in files:
        try:
            stat = file.stat()
        except OSError:
            yield None
        else:
            yield stat.st_mtime_ns, stat.st_size
