"""What the guarded functions of the tests do; apart from the tests, so that a child has little to import."""

from __future__ import annotations

import ctypes
import os
import pickle
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import zoneinfo
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, cast

import babel.dates
import msgspec

from hrge_xl.checks import run
from hrge_xl.core.message_templates import IN_ERROR, MessageTemplate
from hrge_xl.exchange.validation import FileToCheck, ProgramFault, Result, SpecBroken, check_file
from hrge_xl.findings import Finding, Severity, Waiver, Words
from hrge_xl.findings.file import EMPTY_FILE
from hrge_xl.importing import Draft
from hrge_xl.reader import Job, worker
from hrge_xl.reader.unpacking import Found, FoundAt, SourceFile, Workbook
from hrge_xl.reader.worker import Died


def act(item: str) -> object:
    """What a guarded function may do."""
    name, _, argument = item.partition(" ")
    return ACTIONS[name](argument)


def endless(_file: str, _name: str, _job: tuple[bytes, str], files: object = None) -> int:
    """What a workbook may have a library do, whatever `files` stand beside it."""
    return len(bytes(8 * 1024**3))


def _sleep(seconds: str) -> str:
    time.sleep(float(seconds))
    return seconds


def _fail(text: str) -> object:
    raise KeyError(text)


def _print(text: str) -> str:
    print(text)  # noqa: T201
    os.write(1, b"straight to the pipe")
    sys.stderr.write(text)
    return text


def _spin(_: str) -> object:
    while True:
        pass


class _Command:
    """What runs a command wherever it is unpickled."""

    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> object:
        return os.system, (self.command,)


def _take_over(command: str) -> str:
    """As a file would that has taken over the process: what it answers is its own."""
    forged = b"\x01" + pickle.dumps(_Command(command))
    worker.dumps = lambda *_: forged  # type: ignore[assignment]
    return "ours"


def _garbage(text: str) -> str:
    worker.dumps = lambda *_: text.encode()  # type: ignore[assignment]
    return "ours"


def _long(_: str) -> str:
    """An answer that says that it is longer than any."""
    worker._answer = lambda answers, *_: (answers.write(b"\x7f" * 8), answers.flush())  # type: ignore[assignment]
    return "ours"


def _connect(port: str) -> object:
    return socket.create_connection(("127.0.0.1", int(port)), timeout=5)


def _fork(_: str) -> object:
    if (pid := os.fork()) == 0:
        os._exit(0)
    return os.waitpid(pid, 0)


def _owner(pid: str) -> object:
    import fcntl

    return fcntl.fcntl(0, fcntl.F_SETOWN, int(pid))


def _limits(pid: str) -> object:
    import resource

    return resource.prlimit(int(pid), resource.RLIMIT_CPU, (1, 1))


def _thread(text: str) -> object:
    said: list[str] = []
    thread = threading.Thread(target=said.append, args=[text])
    thread.start()
    thread.join()
    return said


def _call(number: str) -> int:
    """A system call by its number, without arguments; the error that it ends with."""
    syscall = ctypes.CDLL(None, use_errno=True).syscall
    return (
        0
        if syscall(ctypes.c_long(int(number)), *[ctypes.c_long(0)] * 6) >= 0
        else ctypes.get_errno()
    )


def _import_everything(_: str) -> list[str]:
    """Modules that functions import when they need them, and data that they bring."""
    import msoffcrypto
    import openpyxl
    import pandas
    import python_calamine

    months = babel.dates.get_month_names("wide", locale="ar").values()
    zone = zoneinfo.ZoneInfo("Asia/Karachi").key
    return [
        *months,
        zone,
        *(each.__name__ for each in (msoffcrypto, openpyxl, pandas, python_calamine)),
    ]


ACTIONS = {
    "connect": _connect,
    "datagram": lambda _: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
    "pair": lambda _: socket.socketpair(),
    "read": lambda path: Path(path).read_bytes(),
    "write": lambda path: Path(path).write_bytes(b"x"),
    "remove": lambda path: Path(path).unlink(),
    "rename": lambda path: Path(path).rename(f"{path}.away"),
    "close-to-all": lambda path: Path(path).chmod(0),
    "start": lambda program: subprocess.run([program], check=False),
    "spawn": lambda program: os.posix_spawn(program, [program], {}),
    "become": lambda program: os.execv(program, [program]),
    "fork": _fork,
    "signal": lambda pid: os.kill(int(pid), signal.SIGTERM),
    "signal-parent": lambda _: os.kill(os.getppid(), signal.SIGTERM),
    "signal-with": lambda pid: os.kill(int(pid), 0),
    "owner": _owner,
    "limits": _limits,
    "call": _call,
    "thread": _thread,
    "import": _import_everything,
    "environment": lambda _: dict(os.environ),
    "list": os.listdir,
    "long": _long,
    "take-over": _take_over,
    "garbage": _garbage,
    "say": str,
    "sleep": _sleep,
    "fail": _fail,
    "print": _print,
    "spin": _spin,
    "crash": lambda code: os._exit(int(code)),
    "abort": lambda _: os.abort(),
    "killed": lambda _: os.kill(os.getpid(), signal.SIGKILL),
    "fill": lambda megabytes: len(bytearray(int(megabytes) * 1024 * 1024)),
    "unpicklable": lambda _: lambda: None,
    "pid": lambda _: os.getpid(),
    "size": lambda size: b"x" * int(size),
}


ODD: tuple[Any, ...] = (
    None,
    -1,
    2**62,
    10**40,
    float("nan"),
    "",
    "\0",
    "\ud800",
    "x" * 40_000,
    b"x",
    [],
    (),
    {},
    {"a": 1},
    [None],
    date.max,
    True,
    Died("exception", "KeyError"),
    EMPTY_FILE.at(),
)


def lie(job: FileToCheck) -> Result | ProgramFault | SpecBroken:
    """Check a file, and answer with something else in the place of one thing, as its name says: `12-lie.xlsx`."""
    answer = check_file(job)
    number, _, how = Path(job.file.path).stem.partition("-")
    if how == "spec":
        return SpecBroken()
    if how == "lie":
        chance = random.Random(number)
        changed = _otherwise(msgspec.to_builtins(answer), chance, chance.randrange(8))
        lied = b"\x01" + msgspec.msgpack.encode(changed)
        worker.dumps = lambda *_: lied  # type: ignore[assignment]
    return answer


def speak(job: FileToCheck) -> Result | ProgramFault | SpecBroken:
    """Check a file, and answer with findings that are said in words of its own, and accepted."""
    answer = check_file(job)
    assert isinstance(answer, Result)
    words = Words("Send your password to x@example.org.", "Do it now.")
    waiver = Waiver(1, "V001", "0" * 64, "x", None, None, "x", "x", "2026-01-01")
    forged = [
        replace(finding, name="mail", severity=Severity.INFO, words=words, waiver=waiver)
        for finding in answer.findings
    ]
    return replace(answer, findings=forged)


def pose(job: FileToCheck) -> Result | ProgramFault | SpecBroken:
    """Check a file, and answer that it is the genuine workbook of another team."""
    answer = check_file(job)
    assert isinstance(answer, Result)
    assert answer.submission is not None
    how = Path(job.file.path).stem
    answer.submission.identity = replace(answer.submission.identity, team="AFG", country="AFG")
    if how == "claimed":
        answer.submission.signature, answer.stamps, answer.findings = "valid", (), []
    return answer


WORDS: dict[str, str | MessageTemplate] = {
    "words": "Send your password to x@example.org.",
    "not filled in": MessageTemplate(IN_ERROR.text, {"causes": "x"}),
    "joined": MessageTemplate("{text0:>1000000000}", {"text0": "x"}),
}


def swell(job: FileToCheck) -> Result | ProgramFault | SpecBroken:
    """Check a file, and answer with a text that takes a gigabyte where it is filled in."""
    answer = check_file(job)
    assert isinstance(answer, Result)
    swollen = MessageTemplate("{what:>1000000000}", {"what": "x"})
    if Path(job.file.path).stem == "a":
        answer.findings = [
            replace(finding, details={"reason": swollen}) for finding in answer.findings
        ]
    else:
        answer.not_run = {"V001": WORDS.get(Path(job.file.path).stem, swollen)}
    return answer


def fail_in_checks(job: FileToCheck) -> Result | ProgramFault | SpecBroken:
    """Check a file with a program that fails for the one that is called d."""
    right = run.judge
    if Path(job.file.path).stem == "d":
        run.judge = _broken
    try:
        return check_file(job)
    finally:
        run.judge = right


def _broken(*_: object) -> Any:
    raise KeyError("what somebody answered")


def _otherwise(answer: Any, chance: random.Random, down: int) -> Any:
    """The same with one thing otherwise, at most so many steps down."""
    if down and isinstance(answer, list | tuple) and answer:
        at = chance.randrange(len(answer))
        return [*answer[:at], _otherwise(answer[at], chance, down - 1), *answer[at + 1 :]]
    if down and isinstance(answer, dict) and answer:
        key = chance.choice([*answer])
        return {**answer, key: _otherwise(answer[key], chance, down - 1)}
    alike = [each for each in ODD if type(each) is type(answer)]
    return chance.choice(alike if alike and chance.randrange(4) else ODD)


HOSTILE = "\x1b[2J\x1b]52;c;AAAA\x07\u202egpj.exe"


def draft_elsewhere(file: str, _name: str, _job: Job, files: object = ()) -> Draft | Finding:
    """Answer with a draft whose files lie elsewhere, or with one that says what a terminal obeys."""
    place = Path(file).stem.replace("+", "/")
    if place == "words":
        return Draft({}, [f"{HOSTILE} is read"], [])
    return Draft({"workbook.yaml": "name: x", place: "taken over"}, [], [])


def endings_of_mails(file: SourceFile) -> list[Found]:
    """Answer with workbooks whose names and endings lead elsewhere."""
    place = FoundAt((file.name,))
    names = ("../../../left", "..\\..\\left", "/tmp/left", "CON", HOSTILE)
    honest: list[Found] = [Workbook(name, place, name.encode(), "xlsx") for name in names]
    if file.name == "ending.eml":
        ending = cast("Any", "/../../../left")
        return [*honest, Workbook("pwn", place, b"written elsewhere", ending)]
    return honest


def burn(seconds: float) -> float:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
    return seconds
