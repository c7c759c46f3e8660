"""What can be done from the pages: each act is one verb of the library, with the command that does the same."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import hrge_xl

from ..core.paths import file_part, free_name, path_in, whole
from .desk import Desk

INBOX = "inbox"
Form = Mapping[str, str]


@dataclass(frozen=True)
class Act:
    """Something that is done with a form: what it is called, the words of its command, and what does it."""

    title: str
    words: Callable[[Desk, Form], Sequence[object]]
    run: Callable[[Desk, Form], Sequence[str]]


# what came


def take_in(desk: Desk, uploads: Sequence[tuple[str, BinaryIO]]) -> list[str]:
    """Put what was uploaded into the inbox of the round, each file under its name, and do the work of the week."""
    inbox = desk.round_folder / INBOX
    used_names = {path.name.casefold() for path in inbox.glob("*")}
    for name, stream in uploads:
        with stream:
            _put(inbox, name, stream, used_names)
    return refresh(desk)


def _put(inbox: Path, name: str, stream: BinaryIO, used_names: set[str]) -> None:
    """Write one file into the inbox, in no other file's place."""
    plain = PurePosixPath(name.replace("\\", "/"))
    ending = file_part(plain.suffix)
    stem = file_part(plain.stem) or "file"
    free = free_name(stem, f".{ending}" if ending else "", used_names)
    with whole(path_in(inbox, free)) as unfinished, unfinished.open("wb") as target:
        shutil.copyfileobj(stream, target)


def refresh(desk: Desk) -> list[str]:
    """Take in what lies in the inbox, bring everything up to date, and say what came of it."""
    week = hrge_xl.refresh(desk.round_folder)
    return [*_describe_arrivals(week), *week.drafts.warnings, *week.failures, *week.totals.lines()]


def _describe_arrivals(week: hrge_xl.RefreshResult) -> Iterator[str]:
    """Say what arrived, of each workbook its verdict, and what was left aside."""
    yield f"{week.received.summary[:1].upper()}{week.received.summary[1:]}"
    verdicts = {return_.name: return_ for return_ in week.returns}
    yield from week.received.lines()
    for placed in week.received.placed:
        return_ = verdicts.get(placed.path.name)
        if return_ is not None:
            errors = f", {return_.open_errors} errors" if return_.open_errors else ""
            yield f"{placed.path.name} ({return_.team or 'no team'}): {return_.verdict}{errors}"


ACTS: dict[str, Act] = {
    "refresh": Act(
        "Take in what came",
        lambda desk, form: ("refresh", desk.round_folder),
        lambda desk, form: refresh(desk),
    ),
}
