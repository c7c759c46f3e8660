"""Sources as people name them: folders, files, mailboxes. Each file is opened in a process of its own."""

from __future__ import annotations

import mailbox
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import tee
from pathlib import Path

from ...findings import Finding
from ...layout.wording import text
from ...paths import expand
from ..gate import Refusal, beginning_of, bytes_of
from ..limits import LIMITS
from ..worker import Died, run_guarded
from .found import Found, Place
from .layers import ASK, Job, open_layers

LARGER = replace(LIMITS, file_bytes=LIMITS.part_bytes)  # of a mail or an archive, which hold several files
MBOX = b"From "
MAILDIR = ("cur", "new", "tmp")


def found_in(sources: Sequence[str]) -> Iterator[Found]:
    """Give everything that lies in the sources, in their order. Raises `UsageError` where one leads nowhere."""
    jobs, opened = tee(_jobs(sources))
    for outcome, job in zip(run_guarded(open_layers, jobs, jobs=1, limits=LARGER), opened, strict=False):
        if isinstance(outcome, Died):
            yield job.unopened(_why(job.name, outcome.observation))
        else:
            yield from outcome


def _why(name: str, observation: Finding) -> str:
    return f"{text(observation, path=name).message} {ASK}"


def _jobs(sources: Sequence[str]) -> Iterator[Job]:
    """Yield what is to be opened, source by source."""
    for source in sources:
        for folder in _maildirs(Path(source)):
            name = folder.name if folder == Path(source) else folder.relative_to(source).as_posix()
            yield from _mails(mailbox.Maildir(folder, create=False), Place((name,)))
        for path in _files(source):
            if not (path.parent.name in MAILDIR and _is_maildir(path.parent.parent)):
                yield from _of_file(path)


def _files(source: str) -> list[Path]:
    """Give all files of a source. In a folder every one is accounted for, but for what lies in hidden folders."""
    folder = Path(source)
    if not folder.is_dir():
        return expand([source])
    found = (path for path in folder.rglob("*") if not path.is_dir())
    shown = (
        path
        for path in found
        if not any(part.startswith(".") for part in path.relative_to(folder).parts[:-1])
    )
    return sorted(shown)


def _of_file(path: Path) -> Iterator[Job]:
    """Yield a file, or each mail of a mailbox."""
    if beginning_of(path, len(MBOX)) == MBOX:
        yield from _mails(mailbox.mbox(path, create=False), Place((path.name,)))
        return
    content = bytes_of(path, LARGER)
    if isinstance(content, Refusal):
        yield Job(path.name, problem=_why(path.name, content.observations[0]))
    else:
        yield Job(path.name, content)


def _mails(box: mailbox.Mailbox[mailbox.Message], place: Place) -> Iterator[Job]:
    """Yield the mails of a mailbox, one at a time: it may be larger than the memory."""
    for number, key in enumerate(sorted(box.keys()), start=1):
        with box.get_file(key) as file:
            data = file.read(LARGER.file_bytes + 1)
        name = f"message {number}"
        if len(data) > LARGER.file_bytes:
            too_large = f"Message {number} of {place.way[-1]} is too large to be read. {ASK}"
            yield Job(name, place=place, problem=too_large)
        else:
            yield Job(name, data, place, mail=True)


# Maildir: a folder with three folders in it; its own folders begin with a point


def _maildirs(source: Path) -> list[Path]:
    if not source.is_dir():
        return []
    folders = (source, *(each for each in source.rglob("*") if each.is_dir() and not each.is_symlink()))
    return sorted(filter(_is_maildir, folders))


def _is_maildir(folder: Path) -> bool:
    return all((folder / name).is_dir() for name in MAILDIR)
