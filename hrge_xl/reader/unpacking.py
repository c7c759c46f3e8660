"""Mails, archives and folders: the workbooks in them, at any depth, and what else lies there."""

from __future__ import annotations

import mailbox
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import tee
from pathlib import Path
from typing import Any, BinaryIO, Literal, NamedTuple, cast

from msgspec import Struct

from ..core.bounds import BoundedText
from ..core.paths import LOCK_PREFIXES, MOST_LOCK_BYTES, expand, is_left_by_a_program
from ..core.words import counted
from ..findings import Finding
from ..findings.file import FILE_TOO_LARGE
from ..layout.wording import text
from .gate import (
    OLE_MAGIC,
    UNOPENED_ARCHIVES,
    ZIP_MAGIC,
    Refusal,
    beginning_of,
    describe,
    drive_linked_in,
    ending_of,
    is_named_as_workbook,
    ole_format,
    opened,
    word_for,
    zip_format,
)
from .limits import LIMITS, MEBIBYTE, ReadLimits
from .mail import (
    TNEF_MAGIC,
    Attached,
    EmailInfo,
    OutlookMessage,
    attached_to,
    email_info,
    files_in_tnef,
    is_mail,
    parsed,
    subject_of,
    text_of,
)
from .raw import Unreadable
from .worker import Died, run_guarded
from .zip_package import Budget, ZipPackage, megabytes

LARGER = replace(
    LIMITS, file_bytes=LIMITS.part_bytes
)  # of a mail or an archive, which hold several files
MBOX = b"From "
MOST_OF_A_MAILBOX = 4096 * MEBIBYTE
LONGEST_LINE = 1 << 16  # bytes; a mail has lines of at most 998
MAILDIR = ("cur", "new", "tmp")


def found_in(sources: Sequence[str]) -> Iterator[Found]:
    """Yield everything that lies in the sources, in their order. Raises `UsageError` where one leads nowhere."""
    files, same_files = tee(_source_files(sources))
    for outcome, file in zip(
        run_guarded(open_layers, files, jobs=1, limits=LARGER), same_files, strict=False
    ):
        if isinstance(outcome, Died):
            yield file.unopened(_why(file.name, outcome.observation))
        else:
            yield from outcome


def _why(name: str, observation: Finding) -> str:
    return f"{text(observation, path=name).message} {ASK}"


def _source_files(sources: Sequence[str]) -> Iterator[SourceFile]:
    """Yield what is to be opened, source by source."""
    for source in sources:
        for folder in _maildirs(Path(source)):
            name = folder.name if folder == Path(source) else folder.relative_to(source).as_posix()
            yield from _mails(mailbox.Maildir(folder, create=False), FoundAt((name,)))
        for path in _files(source):
            if not (path.parent.name in MAILDIR and _is_maildir(path.parent.parent)):
                yield from _of_file(path)


def _files(source: str) -> list[Path]:
    """Return all files of a source. In a folder every one is accounted for, but for what lies in hidden folders."""
    folder = Path(source)
    if not folder.is_dir():
        return expand([source])

    files = (path for path in folder.rglob("*") if not path.is_dir())
    inside = ((path.relative_to(folder).parts[:-1], path) for path in files)
    return sorted(
        path for folders, path in inside if not any(name.startswith(".") for name in folders)
    )


def _of_file(path: Path) -> Iterator[SourceFile]:
    """Yield a file, or each mail of a mailbox."""
    if beginning_of(path, len(MBOX)) == MBOX:
        size = path.stat().st_size
        if size > MOST_OF_A_MAILBOX:
            why = _why(
                path.name,
                FILE_TOO_LARGE.at(size=megabytes(size), limit=megabytes(MOST_OF_A_MAILBOX)),
            )
            yield SourceFile(path.name, problem=why)
        else:
            yield from _mails(_Mailbox(path, create=False), FoundAt((path.name,)))
        return
    file = opened(path, LARGER)
    if isinstance(file, Refusal):
        yield SourceFile(path.name, problem=_why(path.name, file.observations[0]))
    else:
        yield SourceFile(path.name, file.data)


class _Mailbox(mailbox.mbox):
    """A mailbox in one file, of which no line is read as a whole that is longer than any of a mail."""

    def __init__(self, path: Path, *, create: bool) -> None:
        super().__init__(path, create=create)
        attributes = vars(self)
        attributes["_file"] = _ShortLines(attributes["_file"])


class _ShortLines:
    """A file that is read by lines, a long one in pieces."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def readline(self, size: int = -1) -> bytes:
        """Return the next line, or so much of it."""
        return self._file.readline(LONGEST_LINE if size < 0 else size)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def _mails(box: mailbox.Mailbox[mailbox.Message], place: FoundAt) -> Iterator[SourceFile]:
    """Yield the mails of a mailbox, one at a time: it may be larger than the memory."""
    for number, key in enumerate(sorted(box.keys()), start=1):
        with box.get_file(key) as file:
            data = file.read(LARGER.file_bytes + 1)
        name = f"message {number}"
        if len(data) > LARGER.file_bytes:
            too_large = f"Message {number} of {place.way[-1]} is too large to be read. {ASK}"
            yield SourceFile(name, place=place, problem=too_large)
        else:
            yield SourceFile(name, data, place, mail=True)


# Maildir: a folder with three folders in it; its own folders begin with a point


def _maildirs(source: Path) -> list[Path]:
    if not source.is_dir():
        return []
    folders = (
        source,
        *(folder for folder in source.rglob("*") if folder.is_dir() and not folder.is_symlink()),
    )
    return sorted(filter(_is_maildir, folders))


def _is_maildir(folder: Path) -> bool:
    return all((folder / name).is_dir() for name in MAILDIR)


# layer by layer: what a file is shows in its content, and whatever holds files is opened in its turn

MOST_LAYERS = 6  # a workbook in a zip in a forwarded mail in a mail is at the fourth
# files of one source that are no workbooks by their content and are told one by one
MOST_TROUBLES = 20
NO_EMAIL = EmailInfo()


@dataclass(frozen=True, slots=True)
class FoundAt:
    """Where something lies: within which mails and archives, the outermost first; and the mail it came with."""

    way: tuple[BoundedText, ...] = ()
    email: EmailInfo = NO_EMAIL

    def within(self, name: str, email: EmailInfo | None = None) -> FoundAt:
        """Return the inside of a mail or archive that lies here."""
        return replace(self, way=(*self.way, name), email=email or self.email)


Format = Literal[
    "", "xlsx", "xlsm", "xlsb", "xls", "ods", "encrypted"
]  # may become the ending of a file


class Workbook(Struct, tag=True, frozen=True):
    """A file that is an answer, or was meant as one; `format` is what its content says, else empty."""

    name: BoundedText
    place: FoundAt
    data: bytes
    format: Format = ""


class SkippedFile(Struct, tag=True, frozen=True):
    """A file that is nobody's answer, and what it is, in a word."""

    name: BoundedText
    place: FoundAt
    what: BoundedText


class UnreadableContainer(Struct, tag=True, frozen=True):
    """Something that may hold answers and could not be opened, and why, as a sentence.

    `count` is how many files it stands for: of very many in one source the first are told one by one.
    """

    name: BoundedText
    place: FoundAt
    why: BoundedText
    count: int = 1


Found = Workbook | SkippedFile | UnreadableContainer

# words for a file; `gate.word_for` gives the others
LETTER = "letter"
LOGO = "logo"
EMPTY_ZIP = b"PK\x05\x06"
ASK = "Ask the sender for the workbook itself."
TOO_DEEP = f"It is nested in more than {MOST_LAYERS} e-mails and archives. {ASK}"
NO_READER = (
    'Messages of Outlook are read with an extra: pip install "hrge-xl[mail]". '
    "Or drag the attachments out of the message into a folder."
)


class SourceFile(NamedTuple):
    """A file of a source: its name, its bytes, where it lies, and whether it is known to be a mail.

    `message` is a message of Outlook that lies in another one; `problem` says why a file cannot even be read.
    """

    name: str
    data: bytes = b""
    place: FoundAt = FoundAt()
    mail: bool = False
    inline: bool = False
    problem: str = ""
    message: OutlookMessage | None = None

    def skip(self, kind: str) -> SkippedFile:
        """Tell that it is nobody's answer."""
        return SkippedFile(self.name, self.place, kind)

    def unopened(self, why: str) -> UnreadableContainer:
        """Tell that it could not be opened."""
        return UnreadableContainer(self.name, self.place, why)


def open_layers(file: SourceFile, limits: ReadLimits = LIMITS) -> list[Found]:
    """Return everything that lies in a file, whatever it is. Runs in a worker; an own limit holds over all its layers.

    Of very many files that are no workbooks the first are told, and how many more there are: a small archive can name
    two thousand.
    """
    contents: list[Found] = []
    troubles = 0
    for entry in _Opening(Budget(limits)).open(file):
        is_trouble = not isinstance(entry, SkippedFile) and not (
            isinstance(entry, Workbook) and entry.format
        )
        troubles += is_trouble
        if not is_trouble or troubles <= MOST_TROUBLES:
            contents.append(entry)
    if (untold_count := troubles - MOST_TROUBLES) > 0:
        why = f"None of them is a workbook that can be opened, like {MOST_TROUBLES} others in it. {ASK}"
        contents.append(
            UnreadableContainer(
                counted(untold_count, "more file"), file.place.within(file.name), why, untold_count
            )
        )
    return contents


class _Opening:
    """The opening of one file, with all that lies in it."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget

    def open(self, file: SourceFile) -> Iterator[Found]:
        """Tell what a file is, and what lies in it; a layer that cannot be opened costs itself only."""
        try:
            # a workbook under the name of a lock file is one
            small = len(file.data) <= MOST_LOCK_BYTES or not file.name.startswith(LOCK_PREFIXES)
            if small and file.message is None and is_left_by_a_program(file.name):
                yield file.skip("system")
            elif file.problem:
                yield file.unopened(file.problem)
            elif not file.data and is_named_as_workbook(file.name):
                yield _empty(file)
            elif (inside := self._choose_opener(file)) is None:
                yield from self._as_file(file)
            elif len(file.place.way) >= MOST_LAYERS:
                yield file.unopened(TOO_DEEP)
            else:
                yield from inside(file)
        except Unreadable as problem:
            yield file.unopened(_why(file.name, problem.observation))
        except RecursionError:
            yield file.unopened(TOO_DEEP)

    def _choose_opener(self, file: SourceFile) -> Callable[[SourceFile], Iterator[Found]] | None:
        """Tell how a file is opened; None where it holds no others."""
        if file.message is not None:
            return partial(self._message, file.message)
        if file.data.startswith((ZIP_MAGIC, EMPTY_ZIP)):
            return self._zip if self._is_archive(file) else None
        if file.data.startswith(TNEF_MAGIC):
            return self._tnef
        if file.data.startswith(OLE_MAGIC):
            is_message = _other_than_workbook(ole_format, file.data) == "an Outlook message"
            return self._outlook if is_message else None
        return self._mail if file.mail or is_mail(file.data) else None

    def _is_archive(self, file: SourceFile) -> bool:
        """Tell whether a zip is not a document of a program. Raises `Unreadable` for a bad one not named as one."""
        try:
            package = ZipPackage(file.data, self._budget.limits)
        except Unreadable:
            if is_named_as_workbook(file.name):
                return False
            raise
        return _other_than_workbook(zip_format, package).startswith("a zip archive")

    # what holds files

    def _zip(self, file: SourceFile) -> Iterator[Found]:
        place = file.place.within(file.name)
        package = ZipPackage(file.data, self._budget.limits)
        if not package.names:
            yield _empty(file)
        self._budget.take_entries(len(package.names))
        for stored in package.names:
            data = package.read(stored)
            self._budget.take_bytes(len(data))
            path = stored
            with suppress(UnicodeError):  # programs of macOS write UTF-8 without saying so
                path = stored.encode("cp437").decode("utf-8")
            folder, _, name = path.rpartition("/")
            if "__MACOSX" in folder:
                yield SkippedFile(name, place, "system")
            else:
                yield from self.open(SourceFile(name, data, place))

    def _tnef(self, file: SourceFile) -> Iterator[Found]:
        place = file.place.within(file.name)
        files = list(files_in_tnef(file.data, self._budget))
        if not files:
            yield file.skip(LETTER)
        for name, data in files:
            yield from self.open(SourceFile(name or "attachment", data, place))

    def _mail(self, file: SourceFile) -> Iterator[Found]:
        mail = parsed(file.data)
        place = file.place.within(file.name, email_info(mail).within(file.place.email))
        files = list(attached_to(mail, self._budget))
        yield from self._open_letter(file, place, files, subject_of(mail), text_of(mail))

    def _outlook(self, file: SourceFile) -> Iterator[Found]:
        try:
            yield from self._message(OutlookMessage.of(file.data), file)
        except ImportError:
            yield file.unopened(NO_READER)
        except OSError:  # what a damaged container makes its reader raise
            yield file.unopened(f"The message {file.name} is damaged. {ASK}")

    def _message(self, message: OutlookMessage, file: SourceFile) -> Iterator[Found]:
        place = file.place.within(file.name, message.email_info.within(file.place.email))
        files = list(message.attached(self._budget))
        yield from self._open_letter(file, place, files, message.subject, message.text, message)

    def _open_letter(
        self,
        file: SourceFile,
        place: FoundAt,
        attached: list[Attached],
        subject: str,
        letter_text: str,
        message: OutlookMessage | None = None,
    ) -> Iterator[Found]:
        """Yield what a mail brings; one that brings nothing but pictures in its text is named by what it is about."""
        if all(
            part.inline and word_for(part.name, part.data, inline=True) == LOGO for part in attached
        ):
            drive = drive_linked_in(letter_text)
            yield SkippedFile(subject or file.name, place, f"link to {drive}" if drive else LETTER)
        for part in attached:
            inner = message.inner(part.storage) if message is not None and part.storage else None
            yield from self.open(
                SourceFile(part.name, part.data, place, part.mail, part.inline, message=inner)
            )

    # what holds none

    def _as_file(self, file: SourceFile) -> Iterator[Found]:
        format_ = _format_of(file.data, self._budget.limits)
        if format_ or is_named_as_workbook(file.name):
            yield Workbook(file.name, file.place, file.data, format_)
            return
        archive = UNOPENED_ARCHIVES.get(ending_of(file.name), "")
        described = describe(file.data)
        kind = f"a {archive} archive" if archive else described
        if kind.endswith(" archive"):
            yield file.unopened(f"{file.name} is {kind}, which is not opened. {ASK}")
        else:
            yield file.skip(word_for(file.name, file.data, inline=file.inline))


def _empty(file: SourceFile) -> UnreadableContainer:
    """Tell that there is nothing in a workbook or an archive."""
    return file.unopened(f"The file {file.name} is empty. {ASK}")


def _other_than_workbook(look: Callable[..., str], data: object) -> str:
    """Say what a container is instead of a workbook; nothing where it is one, or may be one under a password."""
    try:
        look(data)
    except Unreadable as problem:
        return str(problem.observation.details.get("what", ""))
    return ""


def _format_of(data: bytes, limits: ReadLimits) -> Format:
    """Return the format of a workbook, also where it is under a password; nothing where it is none."""
    try:
        if data.startswith(ZIP_MAGIC):
            return cast("Format", zip_format(ZipPackage(data, limits)))
        return cast("Format", ole_format(data)) if data.startswith(OLE_MAGIC) else ""
    except Unreadable as problem:
        return "" if "what" in problem.observation.details else "xlsx"
