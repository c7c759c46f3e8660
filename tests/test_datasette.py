"""Datasette opens a dataset with its `metadata.yaml`: every table and view with its description and its columns'."""

from __future__ import annotations

import html
import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from urllib.parse import quote
from urllib.request import urlopen

import pytest
import yaml

from hrge_xl import load
from tests.analysed_rounds import played
from tests.face import META, Schema
from tests.fixture_types import Folders
from tests.test_analysing import QUESTIONS, asked, plain

pytestmark = pytest.mark.xdist_group("analysing")
pytest.importorskip("datasette")

START_SECONDS = 60.0


@pytest.fixture(scope="module")
def address(tmp_path_factory: Folders) -> Iterator[str]:
    """Serve the dataset as docs/analysing.md says, to this computer alone."""
    folder = tmp_path_factory.mktemp("served")
    for name in ("dataset.sqlite", "metadata.yaml"):
        shutil.copy(played() / "all" / name, folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = [
        sys.executable,
        "-m",
        "datasette",
        "serve",
        "dataset.sqlite",
        "-m",
        "metadata.yaml",
        "-p",
        str(port),
    ]
    with subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            yield answering(f"http://127.0.0.1:{port}", server)
        finally:
            server.terminate()


def answering(address: str, server: subprocess.Popen[bytes]) -> str:
    """Wait until it answers."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            page(f"{address}/-/versions.json")
        except OSError:
            time.sleep(0.1)
        else:
            return address
    raise AssertionError("Datasette does not answer.")


def page(address: str) -> str:
    """What a browser shows."""
    with urlopen(address) as answer:
        return html.unescape(answer.read().decode("utf-8"))


def test_it_shows_what_is_exported_and_hides_the_rest(address: str) -> None:
    schema = Schema(load("hrge_toolkit"))
    shown = {
        table["name"]
        for table in json.loads(page(f"{address}/dataset.json"))["tables"]
        if not table["hidden"]
    }
    assert shown == {table.name for table in schema.shown if not table.view}
    index = page(f"{address}/dataset")
    assert [table.name for table in schema.shown if f'href="/dataset/{table.name}"' not in index] == []
    assert "Human Rights and Gender Equality Toolkit" in page(address)


def test_every_table_and_column_is_described(address: str) -> None:
    schema = Schema(load("hrge_toolkit"))
    for table in (*schema.shown, *(table for table in schema.base if table.name == "answers_fact"), META):
        told = page(f"{address}/dataset/{table.name}?_size=1")
        assert table.about in " ".join(told.split()), table.name
        for column in table.columns:
            assert f"<dt>{column.name}</dt><dd>{column.description}</dd>" in told, (table.name, column.name)


def test_it_answers_questions(address: str) -> None:
    found = json.loads(page(f"{address}/dataset.json?_shape=arrays&sql={quote(QUESTIONS[11])}"))["rows"]
    assert plain(map(tuple, found)) == plain(asked(QUESTIONS[11]))


def test_both_copies_have_the_same_description() -> None:
    """With every table and view of the file, and of the copy to share."""
    folder = played() / "all"
    told, shared = (
        (home / "metadata.yaml").read_text(encoding="utf-8") for home in (folder, folder / "shareable")
    )
    assert told == shared
    tables = yaml.safe_load(told)["databases"]["dataset"]["tables"]
    made = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'"
    assert {(name,) for name in tables} == {*asked(made)} == {*asked(made, "all/shareable/dataset.sqlite")}
