"""What a reading process cannot do, tried in a real one: it costs the item, and nothing else happens."""

from __future__ import annotations

import csv
import ctypes
import errno
import os
import platform
import shutil
import socket
import struct
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from hrge_xl import Confinement
from hrge_xl.reader.sandbox import allow_reading_only, confine, import_places
from tests.confined import in_a_thread
from tests.face import KEY, Died, WorkerPool, look_outside, run_guarded, sandbox
from tests.worker_actions import act

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux alone has this sandbox")

REFUSED = Died("exception", "PermissionError")


def tried(*actions: str) -> dict[str, object]:
    """What comes of each in a process that works before and after it."""
    steps = ["pid", *(step for action in actions for step in (action, "pid"))]
    outcomes = [*run_guarded(act, steps, jobs=1)]
    assert len(set(map(str, outcomes[::2]))) == 1, "the process did not live on"
    return dict(zip(actions, outcomes[1::2], strict=True))


def refused(*actions: str) -> bool:
    """Whether none of it goes."""
    outcomes = tried(*actions)
    assert outcomes == dict.fromkeys(actions, REFUSED)
    return True


@pytest.fixture
def port() -> Iterator[int]:
    """Something that listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_no_network(port: int) -> None:
    assert refused(f"connect {port}", "datagram", "pair")


def test_no_other_program() -> None:
    assert refused("start /bin/true", "spawn /bin/true", "become /bin/true", "fork")


def test_no_other_file_is_read(tmp_path: Path) -> None:
    key = tmp_path / KEY
    key.write_text("secret", encoding="ascii")
    environments = ("/proc/self/environ", f"/proc/{os.getpid()}/environ")
    paths = ("/etc/passwd", *environments, key, Path(__file__).parent.parent / "README.md")
    assert refused(*(f"read {path}" for path in paths))


def test_nothing_is_written(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"as it was")
    mode = file.stat().st_mode
    new = (tmp_path / "new", Path(act.__code__.co_filename).parent / "new")
    changes = (f"{action} {file}" for action in ("write", "remove", "rename", "close-to-all"))
    assert refused(*changes, *(f"write {path}" for path in new))
    assert list(tmp_path.iterdir()) == [file]
    assert (file.read_bytes(), file.stat().st_mode) == (b"as it was", mode)


def test_no_other_process_is_reached() -> None:
    assert refused(
        "signal-parent", *(f"{action} {os.getpid()}" for action in ("signal", "owner", "limits"))
    )


def test_no_environment_and_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("HRGE_SECRET", "secret")
    environment, listed, written = tried("environment", "list .", "write new").values()
    assert environment == {}
    assert listed == REFUSED
    assert isinstance(written, Died)
    assert list(tmp_path.iterdir()) == []


def test_calls_are_answered_as_the_table_says() -> None:
    """By their numbers, which the C library need not know."""
    table, machine = Path(sandbox.__file__).with_name("system_calls.csv"), platform.machine()
    with table.open(encoding="ascii") as lines:
        calls = [call for call in csv.DictReader(lines) if call[machine]]
    errors = {"newer": errno.ENOSYS}
    expected = {int(call[machine]): errors.get(call["reaches"], errno.EPERM) for call in calls}
    expected[sandbox.NEWEST + 1] = errno.ENOSYS
    answers = run_guarded(act, [f"call {number}" for number in expected], jobs=1)
    assert dict(zip(expected, answers, strict=True)) == expected


def test_what_reading_needs_still_goes() -> None:
    threads, imported = tried("thread a", "import").values()
    assert threads == ["a"]
    assert isinstance(imported, list)
    assert imported[-5:] == ["Asia/Karachi", "msoffcrypto", "openpyxl", "pandas", "python_calamine"]


def test_a_folder_can_be_allowed_later(tmp_path: Path) -> None:
    file = tmp_path / "spec" / "workbook.yaml"
    file.parent.mkdir()
    file.write_bytes(b"a spec")
    with WorkerPool(act) as pool:
        first, refused = pool.work(["pid", f"read {file}"])
        pool.allow(file.parent)
        second, read = pool.work(["pid", f"read {file}"])
        (third,) = pool.work(["pid"])
        assert (refused, read) == (REFUSED, b"a spec")
        assert first != second == third
        (tmp_path / "other").touch()
        assert list(pool.work([f"read {tmp_path / 'other'}"])) == [REFUSED]


def test_a_checkout_on_the_path_is_no_open_folder(tmp_path: Path) -> None:
    """Of a folder that modules are imported from, only those: a round may lie beside them."""
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").touch()
    (tmp_path / "round").mkdir()
    places = import_places((str(tmp_path),))
    assert str(tmp_path / "package") in places
    assert not {str(tmp_path), str(tmp_path / "round")} & set(places)


def test_a_processor_without_a_table_is_told_and_not_guessed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A filter with the numbers of another processor would refuse at random."""
    for name, value in (("platform.machine", lambda: "riscv64"), ("sys.maxsize", 2**31 - 1)):
        with monkeypatch.context() as patch:
            patch.setattr(name, value)
            with pytest.raises(OSError, match="not for"):
                sandbox.filter_system_calls()


# in a thread of this process, which is bound alone

EVERYTHING = ["network", "program", "reading", "writing", "process"]


def test_what_is_tried_goes_without_a_sandbox(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An attempt that fails anyway would show nothing."""
    file = tmp_path / "file"
    file.touch()
    assert in_a_thread(lambda: look_outside(str(file)).open, monkeypatch) == EVERYTHING


def test_a_confined_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It reads what it may read, has a place for a decrypted workbook in memory, and nothing else."""
    file, listed = tmp_path / "file", tmp_path / "listed.yaml"
    (tmp_path / "spec").mkdir()
    for path in (file, listed, tmp_path / "spec" / "workbook.yaml"):
        path.write_bytes(b"as it was")

    def confined() -> list[object]:
        confine([str(tmp_path / "spec"), str(listed), str(tmp_path / "gone")])
        with tempfile.TemporaryFile() as temporary:
            temporary.write(b"decrypted")
            temporary.seek(0)
            kept = temporary.read()
        reading = [path.read_bytes() for path in (*(tmp_path / "spec").iterdir(), listed)]
        return [look_outside(str(file)), dict(os.environ), kept, reading]

    told, environment, kept, reading = in_a_thread(confined, monkeypatch)
    assert isinstance(told, Confinement)
    landlock, filtered = told.means
    assert (landlock.split(" ")[0], filtered, told.missing, told.open) == (
        "Landlock",
        "seccomp",
        [],
        [],
    )
    assert environment == {}
    assert kept == b"decrypted"
    assert reading == [b"as it was", b"as it was"]
    assert look_outside(str(file)).open == EVERYTHING, "the whole process was confined"


def test_landlock_leaves_nothing_but_reading(
    tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the system has no seccomp: neither files nor, in newer kernels, TCP and signals."""
    file = tmp_path / "spec" / "workbook.yaml"
    file.parent.mkdir()
    file.write_bytes(b"as it was")
    program = shutil.copy("/bin/true", file.parent)
    actions = [
        f"read {file}",
        f"write {file}",
        f"write {file}.new",
        f"remove {file}",
        f"start {program}",
    ]
    actions += [f"list {tmp_path}", f"connect {port}", f"signal-with {os.getppid()}"]
    with socket.create_connection(("127.0.0.1", port)):
        pass  # it goes, and whatever has to be imported for it is

    def tried() -> tuple[int, list[object]]:
        sandbox.give_up_privileges()
        return allow_reading_only([str(file.parent), *import_places(())]), list(
            map(outcome_of, actions)
        )

    version, (read, *outcomes) = in_a_thread(tried, monkeypatch)
    assert read == b"as it was"
    least = 5 + (version >= 4) + (version >= 6)
    assert outcomes[:least] == [PermissionError] * least
    assert {*tmp_path.rglob("*")} == {file.parent, file, Path(program)}


def outcome_of(action: str) -> object:
    """What comes of an action here, or which exception."""
    try:
        return act(action)
    except OSError as error:
        return type(error)


def without_landlock() -> None:
    """Have the kernel answer this thread as one does that lacks it."""
    code = [
        (0x20, 0, 0, 0),
        (0x15, 0, 1, 444),
        (0x06, 0, 0, 0x50000 | errno.ENOSYS),
        (0x06, 0, 0, 0x7FFF0000),
    ]
    packed = b"".join(struct.pack("HBBI", *line) for line in code)
    sandbox.give_up_privileges()
    sandbox._prctl(22, 2, ctypes.byref(sandbox._Program(len(code), packed)))


def test_what_the_system_lacks_is_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the rest keeps it from stays closed; only files can be read then."""
    file = tmp_path / "file"
    file.write_bytes(b"as it was")

    def confined() -> Confinement:
        without_landlock()
        confine([])
        return look_outside(str(file))

    told = in_a_thread(confined, monkeypatch)
    assert told == Confinement(["seccomp"], [f"Landlock: {os.strerror(errno.ENOSYS)}"], ["reading"])
    assert file.read_bytes() == b"as it was"


@pytest.mark.parametrize(
    ("system", "missing", "environment"),
    [
        ("darwin", ["darwin has no sandbox that a process can put itself into"], False),
        ("win32", [], True),
    ],
)
def test_other_systems(
    system: str,
    missing: list[str],
    environment: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Windows has a job object instead, and lets a process start nothing without its environment."""

    def confined() -> tuple[list[str], bool, bytes]:
        confine([])
        with tempfile.TemporaryFile() as temporary:
            temporary.write(b"decrypted")
            content: bytes = temporary.getvalue()  # type: ignore[attr-defined]  # which no file has
        return look_outside(str(tmp_path / "file")).missing, bool(os.environ), content

    monkeypatch.setattr(sys, "platform", system)
    assert in_a_thread(confined, monkeypatch) == (missing, environment, b"decrypted")
