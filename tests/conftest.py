"""Shared by all tests: real clients on demand, and one line about what was skipped.

LibreOffice, Chromium and PostgreSQL are started by the first test that asks for them, privately for each test
process, and stopped at the end. Where one is missing its tests are skipped; with `CI` set they fail instead.
"""

import atexit
import contextlib
import gc
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from hrge_xl.spec.carried import CACHE
from tests.kept_workers import Shelf, kept_workers
from tests.office.driver import Office, why_missing
from tests.office.pictures import CHROMIUM_ARGUMENTS, find_chromium
from tests.office.screen import Screen
from tests.office.screen import why_missing as why_no_screen
from tests.property_tests import import_everything, register_profiles
from tests.shared_statements import share_compiled_statements

if TYPE_CHECKING:
    from playwright.sync_api import Browser

if CACHE not in os.environ:  # one for all processes of this run, and nothing of its user's
    os.environ[CACHE] = tempfile.mkdtemp(prefix="hrge-xl-cache-")
    atexit.register(shutil.rmtree, os.environ[CACHE], ignore_errors=True)

gc.disable()  # nothing is garbage before all tests are collected
share_compiled_statements()  # before any engine is made
register_profiles()  # before any test is imported: the settings of a test take over what is in force then

CLIENTS = {
    "office": "office",
    "windowed_office": "office",
    "browser": "browser",
    "postgres_url": "postgres",
}
START_SECONDS = 60.0
OF_WORKERS = {
    "test_worker",
    "test_sandbox",
    "test_reader",
    "test_fault_isolation",
    "test_doctor",
    "test_fuzz",
}


def in_ci() -> bool:
    """Say whether nothing may be skipped."""
    return os.environ.get("CI", "").lower() not in ("", "0", "false", "no")


def missing(reason: str) -> NoReturn:
    """Skip a test that cannot run here, or let it fail where everything must be installed."""
    if in_ci():
        pytest.fail(f"{reason}; with CI set this may not be skipped", pytrace=False)
    pytest.skip(reason)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that use a real client, keep those of one client in one process, and let long groups begin."""
    for item in items:
        wanted = [
            mark
            for fixture, mark in CLIENTS.items()
            if fixture in getattr(item, "fixturenames", ())
        ]
        for mark in wanted:
            item.add_marker(mark)
        grouped = item.get_closest_marker("xdist_group") is not None
        if wanted and not grouped and item.config.pluginmanager.hasplugin("xdist"):
            item.add_marker(pytest.mark.xdist_group(wanted[0]))
    items.sort(key=lambda item: item.get_closest_marker("xdist_group") is None)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Let no property test depend on what ran before it, and no search for garbage go through what stays anyway."""
    if any(item.get_closest_marker("hypothesis") for item in session.items):
        import_everything()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    gc.enable()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say in one line how many tests were skipped and why."""
    reasons: Counter[str] = Counter()
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reasons[reason.removeprefix("Skipped: ")] += 1
    if reasons:
        told = "; ".join(f"{count} because {reason}" for reason, count in reasons.most_common())
        rule = " (with CI set nothing may be skipped: this run fails)" if in_ci() else ""
        terminalreporter.write_line(f"skipped {reasons.total()}: {told}{rule}")
    else:
        terminalreporter.write_line("skipped 0")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Let the run fail when a test was skipped where nothing may be."""
    reporter = session.config.pluginmanager.getplugin("terminalreporter")
    in_worker = hasattr(session.config, "workerinput")
    if (
        in_ci()
        and not in_worker
        and reporter
        and reporter.stats.get("skipped")
        and not session.exitstatus
    ):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the example spec to damage, without its sample: that is about what is asked, and would be wrong too."""
    from tests.face import find

    no_sample = shutil.ignore_patterns("sample.yaml")
    return Path(shutil.copytree(find("example"), tmp_path / "spec", ignore=no_sample))


@pytest.fixture(params=["pattern", "handlers"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Read plain rows by pattern as usual, or everything through expat's handlers."""
    from tests.face import ooxml, ooxml_parts

    if request.param == "handlers":
        for module in (ooxml, ooxml_parts):
            monkeypatch.setattr(module, "find_stretch", lambda content, element: None)
    return request.param


@pytest.fixture(scope="session")
def shelf() -> Iterator[Shelf]:
    shelf = Shelf()
    yield shelf
    shelf.clear()


@pytest.fixture(autouse=True)
def readers_live_on(request: pytest.FixtureRequest, shelf: Shelf) -> Iterator[None]:
    """Start no new process for reading files where one waits, but in tests of these very processes."""
    if request.module.__name__.rpartition(".")[2] in OF_WORKERS:
        yield
    else:
        with kept_workers(shelf):
            yield


@pytest.fixture(scope="session")
def office() -> Iterator[Office]:
    """Give the LibreOffice of this test process; it starts at the first workbook."""
    reason = why_missing()
    if reason:
        missing(reason)
    with Office() as running:
        yield running


@pytest.fixture(scope="session")
def screen() -> Iterator[Screen]:
    reason = why_no_screen()
    if reason:
        missing(reason)
    with Screen() as running:
        yield running


@pytest.fixture(scope="session")
def windowed_office(screen: Screen) -> Iterator[Office]:
    """Give a LibreOffice that shows its windows on that screen."""
    reason = why_missing()
    if reason:
        missing(reason)
    with Office(screen=screen) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    program = find_chromium()
    if program is None:
        missing("Chromium is not installed")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("the Python package playwright is not installed")
    with sync_playwright() as play:
        running = play.chromium.launch(
            executable_path=program, headless=True, args=list(CHROMIUM_ARGUMENTS)
        )
        try:
            yield running
        finally:
            running.close()


def postgres_account() -> dict[str, Any]:
    """Give what subprocess needs to become the user that runs PostgreSQL: an ordinary one instead of root."""
    if os.geteuid() != 0:
        return {}
    import pwd

    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    missing("PostgreSQL does not run as root and there is no other user")


def postgres_programs() -> Path:
    """Find the newest PostgreSQL server programs."""

    def version(path: Path) -> float:
        try:
            return float(path.parent.parent.name)
        except ValueError:
            return 0.0

    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=version)
    named = shutil.which("initdb")
    if named:
        found.append(Path(named).resolve())
    if not found or os.name != "posix":
        missing("the PostgreSQL server is not installed")
    return found[-1].parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_postgres(
    programs: Path, folder: Path, account: dict[str, Any], port: int
) -> "subprocess.Popen[bytes]":
    """Start a server on a port and wait until it answers; nobody else can reach it."""
    settings = dict.fromkeys(("fsync", "full_page_writes", "synchronous_commit"), "off")
    settings |= {"shared_buffers": "32MB", "max_connections": "40"}
    settings |= {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": str(folder),
    }
    command = [str(programs / "postgres"), "-D", str(folder / "data")]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    how: dict[str, Any] = {
        "stdin": subprocess.DEVNULL,
        "cwd": folder,
        "start_new_session": True,
        **account,
    }
    with (folder / "log.txt").open("ab") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, **how)
    ready = [str(programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        if subprocess.run(ready, check=False, timeout=START_SECONDS).returncode == 0:
            return server
        time.sleep(0.05)
    stop_postgres(server)
    said = (folder / "log.txt").read_text(encoding="utf-8", errors="replace")
    raise RuntimeError(f"PostgreSQL did not start on port {port}: {said[-1500:]}")


def stop_postgres(server: "subprocess.Popen[bytes]") -> None:
    """Stop a server: its clients are cut off, then it may finish."""
    if server.poll() is None:
        server.send_signal(signal.SIGINT)
    try:
        server.wait(20)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait(20)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Give the SQLAlchemy address of an empty database on a private PostgreSQL server."""
    programs, account = postgres_programs(), postgres_account()
    folder = Path(tempfile.mkdtemp(prefix="hrge-xl-pg-"))
    server = None
    try:
        word = secrets.token_hex(16)
        (folder / "word.txt").write_text(word, encoding="ascii")
        if account:
            for path in (folder, folder / "word.txt"):
                os.chown(path, account["user"], account["group"])
        place = (f"--pgdata={folder / 'data'}", f"--pwfile={folder / 'word.txt'}")
        how = (
            "--username=hrge",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        )
        subprocess.run(
            [str(programs / "initdb"), *place, *how],
            check=True,
            capture_output=True,
            timeout=START_SECONDS,
            cwd=folder,
            **account,
        )
        port = free_port()
        server = start_postgres(programs, folder, account, port)
        yield f"postgresql+psycopg://hrge:{word}@127.0.0.1:{port}/postgres"
    finally:
        if server is not None:
            stop_postgres(server)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def database(postgres_url: str) -> Iterator[str]:
    yield postgres_url
    emptied(postgres_url)


def emptied(address: str) -> None:
    engine = sa.create_engine(address)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()
