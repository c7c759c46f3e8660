"""Opens a file layer by layer: what it is shows in its content, and whatever holds files is opened in its turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from ...layout.wording import text
from ...paths import LOCK_PREFIXES, MOST_LOCK_BYTES, is_left_by_a_program
from ...words import counted
from ..content_sniffing import OLE_MAGIC, ZIP_MAGIC, describe, ole_format, zip_format
from ..limits import LIMITS, Limits
from ..nobodys_answer import UNOPENED_ARCHIVES, ending_of, is_named_as_workbook, word_for
from ..raw import Unreadable
from ..zip_package import ZipPackage
from .budget import MOST_LAYERS, MOST_TROUBLES, Budget
from .found import Found, Left, Place, Unopened, Workbook
from .mail_layer import Attached, attached_to, is_mail, letter_of, parsed, subject_of
from .outlook_layer import OutlookMessage
from .tnef_layer import MAGIC as TNEF_MAGIC
from .tnef_layer import files_in_tnef
from .zip_layer import files_in

EMPTY_ZIP = b"PK\x05\x06"
ASK = "Ask the sender for the workbook itself."
TOO_DEEP = f"It is nested in more than {MOST_LAYERS} e-mails and archives. {ASK}"
NO_READER = (
    'Messages of Outlook are read with an extra: pip install "hrge-xl[mail]". '
    "Or drag the attachments out of the message into a folder."
)


class Job(NamedTuple):
    """A file of a source: its name, its bytes, where it lies, and whether it is known to be a mail.

    `problem` says why it cannot even be read.
    """

    name: str
    data: bytes = b""
    place: Place = Place()
    mail: bool = False
    inline: bool = False
    problem: str = ""


def open_layers(job: Job, limits: Limits = LIMITS) -> list[Found]:
    """Give everything that lies in a file, whatever it is. Runs in a worker; an own limit holds over all its layers.

    Of very many files that are no workbooks the first are told, and how many more there are: a small archive can name
    two thousand.
    """
    told: list[Found] = []
    troubles = 0
    for found in _Opening(Budget(limits)).found(job):
        is_trouble = not isinstance(found, Left) and not (isinstance(found, Workbook) and found.format)
        troubles += is_trouble
        if not is_trouble or troubles <= MOST_TROUBLES:
            told.append(found)
    if (more := troubles - MOST_TROUBLES) > 0:
        why = f"None of them is a workbook that can be opened, like {MOST_TROUBLES} others in it. {ASK}"
        told.append(Unopened(counted(more, "more file"), job.place.within(job.name), why, more))
    return told


class _Opening:
    """The opening of one file, with all that lies in it."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget

    def found(self, job: Job) -> Iterator[Found]:
        """Tell what a file is, and what lies in it; a layer that cannot be opened costs itself only."""
        try:
            yield from self._opened(job)
        except Unreadable as problem:
            why = text(problem.observation, path=job.name).message
            yield Unopened(job.name, job.place, f"{why} {ASK}")
        except RecursionError:
            yield Unopened(job.name, job.place, TOO_DEEP)

    def _opened(self, job: Job) -> Iterator[Found]:
        if _is_litter(job):
            yield Left(job.name, job.place, "system")
            return
        if job.problem:
            yield Unopened(job.name, job.place, job.problem)
            return
        if not job.data and is_named_as_workbook(job.name):
            yield _empty(job)
            return
        inside = self._way_in(job)
        if inside is None:
            yield from self._as_file(job)
        elif len(job.place.way) >= MOST_LAYERS:
            yield Unopened(job.name, job.place, TOO_DEEP)
        else:
            yield from inside(job)

    def _way_in(self, job: Job) -> Callable[[Job], Iterator[Found]] | None:
        """Tell how a file is opened; None where it holds no others."""
        if job.data.startswith((ZIP_MAGIC, EMPTY_ZIP)):
            return self._zip if self._is_archive(job) else None
        if job.data.startswith(TNEF_MAGIC):
            return self._tnef
        if job.data.startswith(OLE_MAGIC):
            return (
                self._outlook if _other_than_workbook(ole_format, job.data) == "an Outlook message" else None
            )
        return self._mail if job.mail or is_mail(job.data) else None

    def _is_archive(self, job: Job) -> bool:
        """Tell whether a zip is not a document of a program. Raises `Unreadable` for a bad one not named as one."""
        try:
            package = ZipPackage(job.data, self._budget.limits)
        except Unreadable:
            if is_named_as_workbook(job.name):
                return False
            raise
        return _other_than_workbook(zip_format, package).startswith("a zip archive")

    # what holds files

    def _zip(self, job: Job) -> Iterator[Found]:
        place, package = job.place.within(job.name), ZipPackage(job.data, self._budget.limits)
        if not package.names:
            yield _empty(job)
        for path, data in files_in(package, self._budget):
            folder, _, name = path.rpartition("/")
            if "__MACOSX" in folder:
                yield Left(name, place, "system")
            else:
                yield from self.found(Job(name, data, place))

    def _tnef(self, job: Job) -> Iterator[Found]:
        place = job.place.within(job.name)
        files = list(files_in_tnef(job.data, self._budget))
        if not files:
            yield Left(job.name, job.place, "letter")
        for name, data in files:
            yield from self.found(Job(name or "attachment", data, place))

    def _mail(self, job: Job) -> Iterator[Found]:
        mail = parsed(job.data)
        place = job.place.within(job.name, letter_of(mail).within(job.place.letter))
        yield from self._letter(job, place, list(attached_to(mail, self._budget)), subject_of(mail))

    def _letter(self, job: Job, place: Place, attached: list[Attached], subject: str) -> Iterator[Found]:
        """Yield what a mail brings; one that brings nothing is named by what it is about."""
        if not attached:
            yield Left(subject or job.name, place, "letter")
        for each in attached:
            yield from self.found(Job(each.name, each.data, place, each.mail, each.inline))

    def _outlook(self, job: Job) -> Iterator[Found]:
        try:
            message = OutlookMessage.of(job.data)
            yield from self._message(message, job)
        except ImportError:
            yield Unopened(job.name, job.place, NO_READER)
        except OSError:  # what a damaged container makes its reader raise
            yield Unopened(job.name, job.place, f"The message {job.name} is damaged. {ASK}")

    def _message(self, message: OutlookMessage, job: Job) -> Iterator[Found]:
        if len(job.place.way) >= MOST_LAYERS:
            yield Unopened(job.name, job.place, TOO_DEEP)
            return
        place = job.place.within(job.name, message.letter.within(job.place.letter))
        attached = list(message.attached(self._budget))
        if not attached:
            yield Left(message.subject or job.name, place, "letter")
        for each in attached:
            inner = Job(each.name, each.data, place, inline=each.inline)
            yield from self._message(message.inner(each.inner), inner) if each.inner else self.found(inner)

    # what holds none

    def _as_file(self, job: Job) -> Iterator[Found]:
        format_ = _format_of(job.data, self._budget.limits)
        if format_ or is_named_as_workbook(job.name):
            yield Workbook(job.name, job.place, job.data, format_)
        elif _archive_kind(job):
            yield Unopened(
                job.name, job.place, f"{job.name} is {_archive_kind(job)}, which is not opened. {ASK}"
            )
        else:
            yield Left(job.name, job.place, word_for(job.name, job.data, inline=job.inline))


def _is_litter(job: Job) -> bool:
    """Tell whether a program left a file there; a workbook under the name of a lock file is one."""
    small = len(job.data) <= MOST_LOCK_BYTES or not job.name.startswith(LOCK_PREFIXES)
    return small and is_left_by_a_program(job.name)


def _empty(job: Job) -> Unopened:
    """Tell that there is nothing in a workbook or an archive."""
    return Unopened(job.name, job.place, f"The file {job.name} is empty. {ASK}")


def _other_than_workbook(look: Callable[..., str], data: object) -> str:
    """Say what a container is instead of a workbook; nothing where it is one, or may be one under a password."""
    try:
        look(data)
    except Unreadable as problem:
        return str(problem.observation.details.get("what", ""))
    return ""


def _format_of(data: bytes, limits: Limits) -> str:
    """Give the format of a workbook, also where it is under a password; nothing where it is none."""
    try:
        if data.startswith(ZIP_MAGIC):
            return zip_format(ZipPackage(data, limits))
        return ole_format(data) if data.startswith(OLE_MAGIC) else ""
    except Unreadable as problem:
        return "" if "what" in problem.observation.details else "xlsx"


def _archive_kind(job: Job) -> str:
    """Say which archive a file is that is not opened."""
    kind = UNOPENED_ARCHIVES.get(ending_of(job.name), "")
    described = describe(job.data)
    return f"a {kind} archive" if kind else described if described.endswith(" archive") else ""
