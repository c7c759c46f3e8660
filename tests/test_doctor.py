"""`hrge-xl doctor`: what it says of a machine, and when its exit code tells that something is missing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path

import pytest

from tests.audited import hrge
from tests.face import CACHE, doctor
from tests.fixture_types import Capsys, Patch

PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))[
    "project"
]
linux = pytest.mark.skipif(sys.platform != "linux", reason="Linux alone has this sandbox")


@linux
def test_it_tells_what_reading_processes_are_kept_from(capsys: Capsys) -> None:
    assert hrge("doctor") == 0
    out = capsys.readouterr().out
    assert f"are kept in {Path(os.environ[CACHE], 'specs')}\n" in out
    (told,) = [line for line in out.splitlines() if line.startswith("Reading processes: ")]
    what, by = told.removesuffix(")").split(" (")
    assert what.endswith(
        ": no network, no other program, no other process, no other file, no writing"
    )
    assert by.startswith("Landlock ")
    assert by.endswith(", seccomp")


@linux
def test_without_landlock_files_are_read_and_doctor_tells() -> None:
    """On a kernel that lacks it; here a filter answers as such a kernel does."""
    script = """
        import ctypes, errno, struct, sys
        from hrge_xl.reader import sandbox
        lines = [(0x20, 0, 0, 0), (0x15, 0, 1, 444), (0x06, 0, 0, 0x50000 | errno.ENOSYS), (0x06, 0, 0, 0x7FFF0000)]
        code = b"".join(struct.pack("HBBI", *line) for line in lines)
        sandbox.give_up_privileges()
        sandbox._prctl(22, 2, ctypes.byref(sandbox._Program(len(lines), code)))
        from hrge_xl.cli import run
        sys.exit(run(["doctor"]))
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    told = done.stdout.splitlines()[-1]
    assert "no network, no other program, no other process, no writing (seccomp)" in told
    assert "NOT KEPT from: other file; Landlock: Function not implemented" in told


@pytest.mark.parametrize(
    ("found", "safe"), [("2.5.0", False), ("2.7.1", False), ("2.7.2", True), ("2.10.0", True)]
)
def test_it_asks_for_a_safe_expat(
    found: str, safe: bool, monkeypatch: Patch, capsys: Capsys
) -> None:
    """An old one is told with the remedy and is no reason to stop: what it lacks, limits and sandbox make up for."""
    monkeypatch.setattr(doctor, "EXPAT_VERSION", f"expat_{found}")
    assert hrge("doctor") == 0
    told = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("expat"))
    assert ("OLDER than 2.7.2" not in told) is safe
    assert ("Install the newest release of Python" not in told) is safe


def test_what_no_command_can_do_without(monkeypatch: Patch, capsys: Capsys) -> None:
    monkeypatch.setattr(doctor, "_version", lambda package: None if package == "pandas" else "1.0")
    assert hrge("doctor") == 1
    assert "pandas MISSING: reinstall hrge-xl" in capsys.readouterr().out


@pytest.mark.parametrize("installed", [True, False])
def test_every_extra_is_named_and_none_is_a_need(
    installed: bool, monkeypatch: Patch, capsys: Capsys
) -> None:
    """The remedy is quoted in a way that cmd.exe and PowerShell know too."""
    monkeypatch.setattr(
        doctor,
        "_version",
        lambda package: "1.0" if installed or package not in doctor.EXTRAS else None,
    )
    assert hrge("doctor") == 0
    said = capsys.readouterr().out
    extras = set(PROJECT["optional-dependencies"]) - {"dev"}
    for extra in extras:
        (told,) = [line for line in said.splitlines() if line.startswith(f"Extra {extra}, for ")]
        assert ("installed (" in told) is installed
        assert (f'not installed: pip install "hrge-xl[{extra}]"' in told) is not installed
    needs = (need for extra in extras for need in PROJECT["optional-dependencies"][extra])
    packages = {re.split(r"[\[>]", need)[0] for need in needs}
    assert set(doctor.EXTRAS) <= packages  # of an extra of several packages the first
    assert {extra for extra, _ in doctor.EXTRAS.values()} == extras


@linux
def test_processes_that_do_not_start_are_told(monkeypatch: Patch, capsys: Capsys) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert hrge("doctor") == 1
    assert "Reading processes: CANNOT BE STARTED" in capsys.readouterr().out
