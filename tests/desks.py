"""Desks that run for a test: a round with teams in several states, a server, and requests as anybody may make."""

from __future__ import annotations

import http.client
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from tests.command_line import hrge
from tests.letters import mail
from tests.played_rounds import KEY, accepted, two_copies, with_a_mistake

TEAMS = {"Rabat": accepted, "Karachi": with_a_mistake, "Cairo": two_copies, "Bamako": None}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def round_of_four(folder: Path) -> Path:
    """A round whose teams have answered, have a mistake, sent two versions, and nothing; nothing is taken in yet."""
    rows = [f"{team},PAK,{team.lower()}@example.org,2026-08-05\n" for team in TEAMS]
    listed = folder / "teams.csv"
    listed.write_text("team,country,email,deadline\n" + "".join(rows), encoding="utf-8")
    round_ = folder / "2026-H1"
    assert hrge("round", "init", round_, "--spec", "example", "--teams", listed) == 0
    (round_ / "signing.key").chmod(0o600)
    (round_ / "signing.key").write_bytes(KEY)
    assert hrge("generate", round_, "--today", "2026-07-01") == 0
    return round_


def returned_by(team: str) -> dict[str, bytes]:
    """What a team sends, by the names of its files."""
    act = TEAMS[team]
    files = act(team) if act else {}
    return {f"{team}_{name}.xlsx": content for name, content in files.items()}


def write_mails(folder: Path) -> list[Path]:
    """Write what the teams send, an e-mail a file, and one thing that is no answer."""
    folder.mkdir(exist_ok=True)
    for team in TEAMS:
        for number, (name, content) in enumerate(returned_by(team).items(), start=1):
            sent = datetime(2026, 7, 8 + number, 9, tzinfo=UTC)
            letter = mail(f"{team.lower()}@example.org", sent, {name: content})
            (folder / f"{name}.eml").write_bytes(bytes(letter))
    (folder / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(90))
    return sorted(folder.iterdir())


def week_of_four(folder: Path) -> Path:
    """The same round after its first week."""
    round_ = round_of_four(folder)
    write_mails(round_ / "inbox")
    assert hrge("refresh", round_) == 0
    return round_


@dataclass
class Answer:
    """What a server said."""

    status: int
    headers: Mapping[str, str]
    text: str

    def form(self, act: str) -> dict[str, str]:
        """What the first form of an act would send as it stands."""
        forms = re.findall(r"<form.*?</form>", self.text, re.DOTALL)
        hidden = r'<input type="hidden" name="(\w+)" value="([^"]*)">'
        for form in forms:
            fields = {name: unescape(value) for name, value in re.findall(hidden, form)}
            if fields.get("act", "take-in") == act and "token" in fields:
                return fields
        raise AssertionError(f"no form for {act}: {self.text}")


@dataclass
class RunningDesk:
    """A desk with its address, and the cookie that its browser has."""

    address: str
    process: subprocess.Popen[str]
    cookie: str = ""

    @property
    def host(self) -> str:
        return urlsplit(self.address).netloc

    @property
    def home(self) -> str:
        return urlsplit(self.address).path

    def ask(
        self, page: str = "", *, method: str = "GET", body: bytes | None = None, **headers: str
    ) -> Answer:
        """Ask for a page with the cookie and the origin of its own pages, unless `headers` say otherwise."""
        sent = {"Host": self.host, "Cookie": self.cookie}
        if method == "POST":
            sent |= {"Origin": f"http://{self.host}", "Sec-Fetch-Site": "same-origin"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", int(self.host.rpartition(":")[2]))
        path = page if page.startswith("/") else self.home + page.removeprefix("./")
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in sent.items():
            if value:
                connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        return Answer(response.status, headers_of(response), text)

    def send(self, page: str, fields: Mapping[str, str | Sequence[str]], **headers: str) -> Answer:
        """Send a form; a field with several values is several fields."""
        body = urlencode(fields, doseq=True).encode()
        return self.ask(page, method="POST", body=body, **FORM, **headers)

    def enter(self) -> Answer:
        """Open the address, as the browser does; keep the cookie."""
        entered = self.ask(urlsplit(self.address).path + "?" + urlsplit(self.address).query)
        self.cookie = entered.headers["set-cookie"].partition(";")[0]
        return entered


def headers_of(response: http.client.HTTPResponse) -> dict[str, str]:
    """The headers of a response, by their names in small letters."""
    return {name.lower(): value for name, value in response.getheaders()}


@contextmanager
def running(*words: object, folder: Path | None = None) -> Iterator[RunningDesk]:
    """Have a desk run, and end as by Ctrl+C."""
    command = [sys.executable, "-m", "hrge_xl", "open", *map(str, words), "--no-browser"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:"), process.stderr and process.stderr.read()
        try:
            yield RunningDesk(address, process)
        finally:
            process.terminate()
