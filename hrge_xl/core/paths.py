"""Paths: as people give them (files, folders, globs, @list.txt), as text, in a shell, as file names; addresses.

Files are written here too, whole or not at all, and it is said why one cannot be written.
"""

from __future__ import annotations

import codecs
import errno
import os
import re
import secrets
import shlex
import shutil
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from itertools import chain, count
from pathlib import Path, PureWindowsPath

from .errors import HrgeError, OutputError, UsageError

MOST_LIST_BYTES = 10 * 1024 * 1024  # a hundred thousand paths
MOST_LISTS_DEEP = 20  # lists that name lists
# A pipe that nobody writes to must not make us wait; Windows has no such flag, but one for line ends.
_READ_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


LOCK_PREFIXES = ("~$", ".~lock.")  # Excel and LibreOffice, while a workbook is open
MOST_LOCK_BYTES = 1024  # a larger file of such a name is a workbook
LEFT_BY_PROGRAMS = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini", ".ds_store", "icon\r"})
SHORTCUTS = (".url", ".lnk", ".webloc")
GUIDE = "filling-in_*.html"  # for teams, beside their workbooks: no return, wherever it lies


def is_left_by_a_program(name: str) -> bool:
    """Tell by its name whether a program left a file there, and no person: it is not a file of anybody."""
    return name.startswith((*LOCK_PREFIXES, "._")) or name.lower() in LEFT_BY_PROGRAMS


def check_several(parameter: str, value: object) -> None:
    """Refuse, with `UsageError`, one path or name where several are meant: its letters would be taken for them."""
    if isinstance(value, (str, bytes, os.PathLike)):
        raise UsageError(
            f"{value!r} is one where several are meant.",
            place=parameter,
            remedy=f"Put it into a list: [{value!r}].",
        )


def expand(arguments: Iterable[str]) -> list[Path]:
    """Return every file meant, each once, in the order given; folders give all their files, sorted.

    Raises `UsageError` when an argument leads nowhere, or all of them to no file at all.
    """
    lists = _Lists()
    files: dict[Path, None] = {}
    for argument in arguments:
        files.update(dict.fromkeys(_files(argument, lists)))
    if not files:
        raise UsageError(
            "No files were found in what was given.",
            remedy="Name files, or a folder that holds returned workbooks.",
        )
    return list(files)


def _files(argument: str, lists: _Lists) -> Iterator[Path]:
    if argument.startswith("@"):
        return lists.files(Path(argument[1:]))
    places = [Path(argument)] if os.path.lexists(argument) else _matches(argument)
    if not places:
        raise UsageError(
            "there is no such file or folder.",
            place=masked(argument, [argument]),
            remedy="Check the path.",
        )
    return (file for place in places for file in _within(place))


def _within(place: Path) -> Iterable[Path]:
    """Return all files of a folder that are looked at, sorted; links to folders are not followed. A file is itself."""
    if not place.is_dir():
        return [place]
    return sorted(
        path
        for path in place.rglob("*")
        if not path.is_dir() and not _hidden(path.relative_to(place)) and not _is_litter(path)
    )


def _is_litter(path: Path) -> bool:
    """Tell whether a file is none of anybody, by its name; a workbook under the name of a lock file is one."""
    if path.name.startswith(LOCK_PREFIXES):
        with suppress(OSError):
            return path.stat().st_size <= MOST_LOCK_BYTES
        return True
    return is_left_by_a_program(path.name) or path.suffix.lower() in SHORTCUTS or path.match(GUIDE)


def _hidden(path: Path) -> set[str]:
    return {part for part in path.parts if part.startswith(".") and part != ".."}


def _matches(pattern: str) -> list[Path]:
    """Find the files of a pattern, sorted. `**` follows no link to a folder, which may lead back to where it is.

    Hidden files and folders are meant only where the pattern names them.
    """
    path = Path(pattern)
    if not path.parts:
        return []
    try:
        paths = Path(path.anchor).glob(str(path.relative_to(path.anchor)))
        return sorted(match for match in paths if _hidden(match) <= _hidden(path))
    # no name of a file, and no pattern
    except (
        OSError,
        ValueError,
        NotImplementedError,
        RecursionError,
    ):
        return []


class _Lists:
    """Lists of paths, a path a line; each is read once, however often it is named."""

    def __init__(self) -> None:
        self._read: set[Path] = set()
        self._open: list[Path] = []

    def files(self, file: Path) -> Iterator[Path]:
        """Yield the files that a list means. Raises `UsageError` for one that is none, or names itself."""
        place = Path(os.path.abspath(file))  # noqa: PTH100 - `absolute` leaves ".." in it
        if place in self._open:
            chain_of_lists = " → ".join(
                nested.name for nested in [*self._open[self._open.index(place) :], place]
            )
            raise UsageError(
                f"the list names itself ({chain_of_lists}).",
                place=file,
                remedy="Take that line out of it.",
            )
        if len(self._open) == MOST_LISTS_DEEP:
            raise UsageError(
                f"lists name lists more than {MOST_LISTS_DEEP} deep.",
                place=file,
                remedy="Put the paths into one.",
            )
        if place in self._read:
            return
        self._read.add(place)
        self._open.append(place)
        try:
            text = read_regular(file, MOST_LIST_BYTES).decode("utf-8-sig")
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise UsageError(
                f"the list cannot be read ({reason}).",
                place=file,
                remedy="Save it as UTF-8 text, one path per line.",
            ) from error
        for line in filter(None, map(str.strip, text.splitlines())):
            yield from _files(line, self)
        self._open.pop()


def read_regular(path: Path, most: int) -> bytes:
    """Return the content of a regular file of at most so many bytes.

    Raises `OSError`, also for a folder, a device or a pipe, from which one could read for ever, and for more bytes;
    and `ValueError` for a name that no file can have.
    """
    with open(os.open(path, _READ_FLAGS), "rb") as file:  # noqa: PTH123 - flags that Path.open lacks
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file", str(path))
        content = file.read(most + 1)
    if len(content) > most:
        raise OSError(errno.EFBIG, f"it is larger than {most / 1024 / 1024:.0f} MB", str(path))
    return content


def read_named(
    path: Path, most: int, description: str, kind: type[HrgeError] = UsageError
) -> bytes:
    """Return the content of a file that somebody named. Raises `UsageError`, or another kind of error."""
    try:
        return read_regular(path, most)
    except OSError as error:
        raise kind(
            f"the {description} cannot be read ({error.strerror}).",
            place=path,
            remedy="Check the path.",
        ) from error


def decoded(content: bytes, errors: str = "strict") -> str:
    """Return the text of a file, also where a shell of Windows wrote it: as UTF-16. Raises `UnicodeDecodeError`."""
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return content.decode("utf-16" if wide else "utf-8-sig", errors)


# paths as text that can be written anywhere

_MARK = "\ufffd"
UNSEEN = "\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff"  # joiners belong to words
# the latter as Python holds what is not a character
_NO_LETTER = re.compile(f"[{UNSEEN}\ud800-\udfff]")
_NUMBER = re.compile(f"{_MARK}(?:([0-9A-F]{{2}})|u([0-9A-F]{{4}}))")
_BYTES = 0xDC00  # added to a byte that is not a character


def path_text(path: str | os.PathLike[str]) -> str:
    """Return a path as text."""

    def number(match: re.Match[str]) -> str:
        point = ord(match[0])
        return (
            f"{_MARK}{point - _BYTES:02X}"
            if _BYTES < point <= _BYTES + 0xFF
            else f"{_MARK}u{point:04X}"
        )

    return _NO_LETTER.sub(number, os.fspath(path))


def way_to(path: str | os.PathLike[str], folder: Path) -> str:
    """Return the way from a folder to a file: the same wherever one stands, and wherever both are moved to."""
    place = Path(os.path.abspath(path))  # noqa: PTH100 (`..` is followed)
    home = Path(os.path.abspath(folder))  # noqa: PTH100 (`..` is followed)
    if not place.is_relative_to(home):  # then links on the way count
        place = place.parent.resolve() / place.name
        home = home.resolve()
    try:
        return Path(os.path.relpath(place, home)).as_posix()
    except ValueError:  # no way leads to another drive
        return str(place)


def name_of(path: str) -> str:
    """Return the name of a file by its path, of whichever system."""
    return PureWindowsPath(path).name if "/" not in path else path.rpartition("/")[2]


def path_of(text: str) -> Path:
    """Return the path that a text stands for."""

    def letter(match: re.Match[str]) -> str:
        point = chr(_BYTES + int(match[1], 16) if match[1] else int(match[2], 16))
        # a name may look as if it held a separator
        return point if _NO_LETTER.fullmatch(point) else match[0]

    return Path(_NUMBER.sub(letter, text))


# texts as parts of the names of files

# what nobody wants in the name of a file
UNSAFE = re.compile(rf'[\s<>:"/\\|?*\x00-\x1f\x7f-\x9f{UNSEEN}]+')
# of each part of a name
MOST_CHARACTERS = 60
MOST_BYTES = 90
DIGITS = 8  # of a digest
# what Windows keeps for itself, whatever stands behind a point
_DEVICE = r"(?i:con|conin\$|conout\$|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³]) *(?:\.|\Z)"
DEVICES = re.compile(_DEVICE)
MOST_NAME = 255  # characters of a name that any system takes
_LEADS_ELSEWHERE = (
    rf"/\\:\x00-\x1f\x7f-\x9f\ud800-\udfff{UNSEEN}"  # or seems to be another name than it is
)
PLAIN_NAME = rf"\A(?!{_DEVICE})[^{_LEADS_ELSEWHERE}]*[^{_LEADS_ELSEWHERE}. ]\Z"
_PLAIN_NAME = re.compile(PLAIN_NAME)


def is_plain_name(name: str) -> bool:
    """Tell whether a text names a file or folder on any system, and does not lead to another place."""
    return _PLAIN_NAME.match(name) is not None


def check_spec_name(name: str) -> None:
    """Raise `UsageError` for what cannot be the name of a spec."""
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise UsageError(
            f"'{name}' cannot be the name of a spec.",
            value=name,
            remedy="Use letters, digits, _ and -.",
        )


def path_in(folder: Path, *names: str) -> Path:
    """Return the path below a folder that names lead to, each within the one before it. Raises `OutputError`.

    Whatever a file, a list or a process that reads one says becomes a path by this alone.
    """
    for name in names:
        if len(name) > MOST_NAME or not is_plain_name(name):
            raise OutputError(
                f"{name[:MOST_CHARACTERS]!r} cannot name a file: it leads elsewhere, or not every system can have it.",
                place=folder,
                value=name,
                remedy="Use letters, digits, hyphens and points.",
            )
    return folder.joinpath(*names)


def free_name(stem: str, ending: str, used_names: set[str]) -> str:
    """Return a name that is not `taken` yet, with a number where it has to be, and note it there."""
    names = chain([f"{stem}{ending}"], (f"{stem}_{number}{ending}" for number in count(2)))
    free = next(name for name in names if name.casefold() not in used_names)
    used_names.add(free.casefold())
    return free


def file_part(text: str) -> str:
    """Write a text as part of the name of a file, on any system; a digest stands for what is too long of it."""
    name = UNSAFE.sub("-", text.strip()).strip("-. ")
    if DEVICES.match(name):
        stem, point, ending = name.partition(".")
        name = f"{stem}_{point}{ending}"
    short = name[:MOST_CHARACTERS].encode()[:MOST_BYTES].decode(errors="ignore").strip("-. ")
    return name if short == name else f"{short}-{sha256(name.encode()).hexdigest()[:DIGITS]}"


# paths and names as they are typed into the shell in use: in a command that a message tells to give

# needs no quotes, neither in PowerShell nor in cmd.exe
_PLAIN_ON_WINDOWS = re.compile(r"[\w.:\\/+@=~-]+")


def quoted(word: str | os.PathLike[str]) -> str:
    """Return a word in quotes where the shell would take it for several words, or for something else.

    On Windows in double ones, which both PowerShell and cmd.exe know.
    """
    text = os.fspath(word)
    if os.name == "nt":
        return text if _PLAIN_ON_WINDOWS.fullmatch(text) else f'"{text}"'
    return shlex.quote(text)


# addresses of databases, and what of them may be shown: never what could be a password, however it was mistyped

HIDDEN = "***"
# bounded: a long word takes no square of its length
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,40}:/{1,3}")
_LETTER = r"[^\s\"'“”<>]"
# A name, a colon, a password, an @, with or without a scheme before it; a drive of Windows is not a name.
_BEFORE_AT = re.compile(rf"(?<!{_LETTER})(?![A-Za-z]:[\\/])[^:\s\"'“”<>]*:{_LETTER}*@")
# in its place may stand a password; behind a port, the end of a sentence
_NO_PORT = re.compile(rf"({_SCHEME.pattern}[^\s:/@]*):(?!\d+[:,.;]?(?:[/\s]|$))[^\s/]+")
_KEY = r"\b(?=\w*(?:password|passwd|passphrase|pwd|secret|token))(\w++=)"
_NAMED = re.compile(rf"{_KEY}(?:(?![&;]){_LETTER})+", re.I)
_NAMED_IN_WORD = re.compile(rf"{_KEY}[^&]+", re.I)  # in one that is known whole it may hold spaces


def is_address(text: str) -> bool:
    """Whether a text is meant as the address of a database, also one that was mistyped or whose slashes a path lost."""
    return _SCHEME.match(text) is not None or _BEFORE_AT.match(text) is not None


def masked(text: str, secrets: Iterable[str] = ()) -> str:
    """Return a text without what could be a password in an address.

    `known` are words that were given and that it may quote: in them a password may hold anything, spaces too.
    """
    words = {part for word in secrets for part in (word, word.partition("=")[2])}
    telling = (word for word in words if ("@" in word and ":" in word) or _NAMED.search(word))
    for word in sorted(telling, key=len, reverse=True):
        for form in dict.fromkeys((word, str(Path(word)))):
            head, at, tail = form.rpartition("@")
            shown = f"{_scheme(head)}{HIDDEN}@{tail}" if at and ":" in head else form
            text = text.replace(form, _NAMED_IN_WORD.sub(rf"\1{HIDDEN}", shown))
    text = _BEFORE_AT.sub(lambda match: f"{_scheme(match[0])}{HIDDEN}@", text)
    text = _NO_PORT.sub(rf"\1:{HIDDEN}", text)
    return _NAMED.sub(rf"\1{HIDDEN}", text)


def _scheme(text: str) -> str:
    match = _SCHEME.match(text)
    return match[0] if match else ""


# files that are there whole or not at all

# how everything is named that is being written, and that a killed run leaves behind
UNFINISHED = ".unfinished-"
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
IN_USE = (errno.EACCES, errno.EPERM, errno.EBUSY, errno.ETXTBSY)
# what Windows calls a path that it cannot take
NOT_FOUND = 3
NAME_TOO_LONG = 206
LONGEST = 259  # characters of a path, unless Windows was set up for longer ones


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all. Raises `OutputError`."""
    with whole(path) as unfinished:
        unfinished.write_bytes(content)


def write_if_changed(path: Path, content: bytes) -> None:
    """Write as `write_whole` does, unless the file holds this already: running again changes nothing."""
    if not path.is_file() or path.read_bytes() != content:
        write_whole(path, content)


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Yield a place to write to; what stands there at the end takes the place of `path`. Raises `OutputError`.

    Each writer has a place of its own: of two that write the same, on two machines too, either may be the last.
    """
    unfinished = path.with_name(f"{UNFINISHED}{secrets.token_hex(4)}-{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield unfinished
            with unfinished.open("rb+") as stream:
                os.fsync(stream.fileno())
            unfinished.replace(path)
            sync_folder(path.parent)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise not_written(path, error) from error


def not_written(path: Path, error: OSError) -> OutputError:
    """Say why a file or folder cannot be written, and what to do about it."""
    if error.errno in FULL:
        reason = "there is no room left"
        remedy = "Make room, then run again: nothing was lost"
    elif error.errno in IN_USE:  # what Windows says of a file that Excel shows
        reason = "it is open in another program, or may not be changed"
        remedy = "Close it and run again, or choose another place with -o"
    elif _is_too_long(path, error):
        reason = f"its path of {len(str(path.absolute()))} characters is too long (Windows takes {LONGEST})"
        remedy = "Move the folder nearer to the root of the drive or give it a shorter name, then run again"
    else:
        reason = error.strerror or str(error)
        remedy = "Choose another place with -o"
    return OutputError(f"{path} cannot be written: {reason}. {remedy}.")


def _is_too_long(path: Path, error: OSError) -> bool:
    """Say whether the length of a path keeps it from being written; Windows often says only that it is not there."""
    code = getattr(error, "winerror", None)
    longer = len(str(path.absolute())) > LONGEST
    return (
        error.errno == errno.ENAMETOOLONG or code == NAME_TOO_LONG or (code == NOT_FOUND and longer)
    )


def check_not_there(path: Path) -> None:
    """Raise `UsageError` for a file that is there, and for a folder that is not empty: nothing is overwritten."""
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        reason = f"{path} exists already"
        if path.is_dir():
            reason += " and is not empty"
        raise UsageError(f"{reason}.", remedy="Name another one with -o.")


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Yield a folder to write into; what it holds at the end is moved to `folder`, which is not there, or is empty.

    Nothing lies there before, nor anywhere afterwards where an error is raised. Raises `OutputError`.
    """
    place = Path(os.path.abspath(folder))  # noqa: PTH100 - `absolute` leaves ".." in it
    unfinished = place.with_name(f"{UNFINISHED}{secrets.token_hex(4)}-{place.name}")
    moved: list[Path] = []
    try:
        unfinished.mkdir(parents=True)
        yield unfinished
        if not place.exists():
            unfinished.rename(place)
        else:  # it may be where somebody stands, and stays
            for path in sorted(unfinished.iterdir()):
                moved.append(place / path.name)
                path.rename(moved[-1])
        sync_folder(place.parent)
    except BaseException as error:
        for path in moved:
            _remove(path)
        if isinstance(error, OSError):
            raise not_written(folder, error) from error
        raise
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _remove(path: Path) -> None:
    """Take away a file, or a folder with all that it holds."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def parts_of(path: Path) -> Iterator[Path]:
    """Yield a folder beside `path` for what it is made of; it is gone afterwards. Raises `OutputError`."""
    folder = path.with_name(f"{UNFINISHED}{secrets.token_hex(4)}-{path.name}-parts")
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise not_written(folder, error) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sync_folder(folder: Path) -> None:
    """Make sure that the new name survives a power cut, where the system can do so."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
