"""What a reading process cannot do, tried in a real one: it costs the item, and nothing else happens."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hrge_xl.intake.sandbox import job_object, seccomp, system_calls
from hrge_xl.intake.sandbox.places import import_places
from hrge_xl.intake.worker import Died, WorkerPool, run_guarded
from hrge_xl.rounds.rounds import KEY
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
    paths = (
        "/etc/passwd",
        "/proc/self/environ",
        f"/proc/{os.getpid()}/environ",
        key,
        Path(__file__).parent.parent / "README.md",
    )
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
    assert refused("signal-parent", *(f"{action} {os.getpid()}" for action in ("signal", "owner", "limits")))


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
    column = system_calls.ARCHITECTURES[platform.machine()][0]
    expected = {
        number: error
        for table, error in ((system_calls.REFUSED, errno.EPERM), (system_calls.UNKNOWN, errno.ENOSYS))
        for numbers in table.values()
        if (number := numbers[column]) is not None
    }
    expected[system_calls.NEWEST + 1] = errno.ENOSYS
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


def test_structures_of_windows_have_their_size() -> None:
    """As its headers say for 64 bits; nobody could try them here."""
    kinds = (job_object.BasicLimits, job_object.ExtendedLimits, job_object.MemoryCounters)
    sizes = [ctypes.sizeof(kind) for kind in kinds]
    assert sizes == [64, 144, 72]


def test_a_processor_without_a_table_is_told_and_not_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A filter with the numbers of another processor would refuse at random."""
    for name, value in (("platform.machine", lambda: "riscv64"), ("sys.maxsize", 2**31 - 1)):
        with monkeypatch.context() as patch:
            patch.setattr(name, value)
            with pytest.raises(OSError, match="not for"):
                seccomp.filter_system_calls()
