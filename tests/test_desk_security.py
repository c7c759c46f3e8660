"""Who may ask for a page of the desk: each row of the threat model, as anybody on the computer may try."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desks import RunningDesk, round_of_four, running
from tests.fixture_types import Folders

pytestmark = pytest.mark.xdist_group("desk")
ADDRESS_OF_IT = "Open the address that the window of hrge-xl open shows."


@pytest.fixture(scope="module")
def round_(tmp_path_factory: Folders) -> Path:
    return round_of_four(tmp_path_factory.mktemp("desk"))


@pytest.fixture(scope="module")
def desk(round_: Path) -> Iterator[RunningDesk]:
    with running(round_) as started:
        started.enter()
        yield started


def test_the_secret_of_the_address_becomes_a_cookie(desk: RunningDesk) -> None:
    """For this path alone: browsers send cookies to every port of a computer. The page goes on without the secret."""
    entered = desk.enter()
    cookie = entered.headers["set-cookie"]
    assert f"Path={desk.home}" in cookie
    assert {"HttpOnly", "SameSite=strict"} <= {part.strip() for part in cookie.split(";")}
    assert 'content="0;url=./"' in entered.text
    assert entered.headers["referrer-policy"] == "no-referrer"
    assert desk.ask().status == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Cookie": ""}, 403),
        ({"Cookie": "hrge-xl-1=guessed"}, 403),
        ({"Cookie": 'broken="'}, 403),
        ({"Host": "attacker.example:80"}, 421),
        ({"Origin": "http://attacker.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Sec_Fetch_Site": "cross-site"}, 403),
        ({"Sec_Fetch_Site": "same-site"}, 403),
    ],
)
def test_nobody_else_sees_a_page(desk: RunningDesk, headers: dict[str, str], status: int) -> None:
    """No cookie, another name for this computer, a page elsewhere, a server at another port."""
    for page in ("", "events", "desk.js"):
        answer = desk.ask(page, **headers)
        assert (answer.status, answer.text.strip()) == (status, ADDRESS_OF_IT)
        assert "set-cookie" not in answer.headers


def test_a_wrong_secret_and_an_address_without_its_path_open_nothing(desk: RunningDesk) -> None:
    assert desk.ask("?secret=guessed", Cookie="").status == 403
    assert desk.ask("/").status == 404
    assert desk.ask("/favicon.ico").status == 404
    assert desk.ask("/../" + desk.home.strip("/") + "/", Cookie="").status in (403, 404)


def test_every_answer_is_kept_nowhere_and_loads_nothing_from_elsewhere(desk: RunningDesk) -> None:
    for page, headers in (("", {}), ("", {"Cookie": ""}), ("nothing", {}), ("desk.css", {})):
        answer = desk.ask(page, **headers)
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; ")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "server" not in answer.headers
    page = desk.ask().text
    assert "<style" not in page
    assert " style=" not in page
    assert "<script>" not in page
    assert " onclick" not in page


def test_a_form_has_to_come_from_a_page_of_this_run(desk: RunningDesk) -> None:
    form = desk.ask().form("take-in")
    assert desk.send("act", {**form, "token": "guessed"}).status == 403
    assert desk.send("act", {key: form[key] for key in form if key != "token"}).status == 403
    assert desk.send("act", form, Origin="").status == 403
    assert desk.send("act", form, Origin="http://attacker.example").status == 403
    assert desk.send("act", form, Cookie="").status == 403
    assert desk.ask("act").status == 405
    assert desk.ask("", method="PUT").status == 405


def test_it_leads_nowhere_else(desk: RunningDesk) -> None:
    """After a form the browser is sent to a page of the desk, whatever the form says."""
    for back in ("//attacker.example/", "https://attacker.example", "\\\\attacker", "../x", "a:b"):
        form = {**desk.ask("team?code=Rabat").form("note"), "text": "x", "back": back}
        sent = desk.send("act", form)
        assert sent.status == 303
        assert sent.headers["location"].startswith("./?work=")


def test_more_than_fits_is_refused_before_it_is_read(desk: RunningDesk) -> None:
    answer = desk.ask("take-in", method="POST", body=None, Content_Length=str(10**12))
    assert answer.status == 413


def test_it_is_reached_from_this_computer_alone(desk: RunningDesk) -> None:
    """The port is bound to 127.0.0.1, and to no address that others reach."""
    port = int(desk.host.rpartition(":")[2])
    listening = Path("/proc/net/tcp")
    if not listening.exists():
        pytest.skip("only Linux shows which addresses are listened to")
    rows = [line.split() for line in listening.read_text().splitlines()[1:]]
    local = [row[1] for row in rows if row[3] == "0A" and row[1].endswith(f":{port:04X}")]
    assert local == [f"0100007F:{port:04X}"]


def test_the_secret_is_in_no_command_line(desk: RunningDesk) -> None:
    """Every user of a computer sees with which words programs were started."""
    secret = desk.address.partition("secret=")[2]
    shown = Path(f"/proc/{desk.process.pid}/cmdline")
    if shown.exists():
        assert secret.encode() not in shown.read_bytes()


def test_a_desk_that_only_shows_changes_no_byte(round_: Path, tmp_path: Path) -> None:
    """It takes no form, and looking leaves nothing behind."""
    copy = shutil.copytree(round_, tmp_path / "round")

    def content() -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in copy.rglob("*") if path.is_file()}

    before = content()
    with running(copy, "--read-only") as desk:
        desk.enter()
        page = desk.ask()
        assert page.status == 200
        assert 'method="post"' not in page.text
        assert desk.send("act", {"act": "take-in", "token": "x", "form": "y"}).status == 403
    assert content() == before


def test_a_port_that_is_taken_is_said(round_: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "hrge_xl", "open", str(round_), "--no-browser"]
        ended = subprocess.run(
            [*command, "--port", str(port)], capture_output=True, text=True, check=False
        )
    assert ended.returncode == 5
    assert f"The port {port} cannot be had" in ended.stderr


def test_without_the_extra_it_says_how_to_get_it(round_: Path, tmp_path: Path) -> None:
    (tmp_path / "starlette.py").write_text("raise ModuleNotFoundError(name='starlette')")
    ended = subprocess.run(
        [sys.executable, "-m", "hrge_xl", "open", str(round_)],
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{Path(__file__).parent.parent}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 5
    assert 'pip install "hrge-xl[desk]"' in ended.stderr


def test_the_address_is_opened_by_a_file_that_nobody_else_reads(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from hrge_xl.cli import desk

    opened: list[str] = []
    monkeypatch.setattr(desk.webbrowser, "open", opened.append)
    file = tmp_path / "open.html"
    desk._open_in_browser("http://127.0.0.1:1/x/?secret=s", file)
    assert opened == [file.as_uri()]
    assert "secret=s" in file.read_text()
    if os.name != "nt":
        assert file.stat().st_mode & 0o77 == 0
