"""Copies of a spec: packed, written under their digest, found again, or found to be changed."""

from __future__ import annotations

import base64
import os
import random
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from hrge_xl import load
from hrge_xl.core.errors import OutputError, SpecError
from hrge_xl.spec.carried import COMPRESSED, LONG, MOST, as_bytes, as_text, find, place, write
from tests.face import digest_of, names, pack
from tests.face import find as find_spec
from tests.small_returns import returns


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    """A folder with the example spec, a catalogue of French, and what has nothing to do with it."""
    folder = tmp_path / "my spec"
    shutil.copytree(find_spec("example"), folder)
    for path, content in {
        "languages/fr.po": b'msgid ""\n',
        "PAK.xlsx": b"PK",
        ".git/config.yaml": b"a: 1\n",
        "tools/._plan.yaml": b"\x00\x05",
        "2026-H1/round.yaml": b"a: 1\n",
        "2026-H1/signing.key": b"secret",
    }.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


@pytest.mark.parametrize("name", names())
def test_a_copy_is_the_same_spec(name: str, tmp_path: Path) -> None:
    folder = write(pack(find_spec(name)), tmp_path / "spec")
    assert (load(folder).name, load(folder).digest) == (load(name).name, load(name).digest)
    assert find(tmp_path / "spec", load(name).digest) == folder
    assert [path.name for path in (tmp_path / "spec").iterdir()] == [folder.name]


def test_all_of_a_spec_is_copied_and_nothing_else(spec: Path, tmp_path: Path) -> None:
    files = pack(spec)
    assert set(files) - set(pack(find_spec("example"))) == {"languages/fr.po"}
    assert "tools/plan.yaml" in files
    assert pack(write(files, tmp_path / "kept")) == files
    assert load(spec).name == "example"  # what the Finder hides among the tools is none


def test_the_digest_is_of_what_is_copied(spec: Path) -> None:
    before = load(spec).digest
    assert before == digest_of(pack(spec))
    (spec / "PAK.xlsx").write_bytes(b"another")
    head = spec / "workbook.yaml"
    head.write_bytes(head.read_bytes().replace(b"\n", b"\r\n"))  # as Windows writes it
    assert load(spec).digest == before
    (spec / "languages" / "fr.po").write_bytes(b'msgid "Country"\n')
    assert load(spec).digest != before


def test_a_copy_that_was_changed_is_not_found_and_gives_way(spec: Path, tmp_path: Path) -> None:
    home, files = tmp_path / "kept", pack(spec)
    folder = write(files, home)
    (folder / "rules.yaml").write_text("[]\n")
    assert find(home, digest_of(files)) is None
    assert write(files, home) == find(home, digest_of(files)) == folder
    shutil.rmtree(folder)
    assert find(home, digest_of(files)) is None


def test_versions_stand_beside_each_other(spec: Path, tmp_path: Path) -> None:
    older = pack(spec)
    newer = older | {"rules.yaml": b"[]\n"}
    folders = {write(older, tmp_path / "kept"), write(newer, tmp_path / "kept")}
    assert folders == {place(tmp_path / "kept", digest_of(files)) for files in (older, newer)}
    assert len(folders) == 2


@pytest.mark.parametrize(
    "path", ["../evil.yaml", "/etc/evil.yaml", "a/../../b.yaml", "..\\evil.yaml", "C:evil.yaml", ""]
)
def test_no_path_leads_out_of_the_folder(path: str, tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="lies below the spec"):
        write({"workbook.yaml": b"", path: b"a: 1\n"}, tmp_path / "kept")
    assert not list(tmp_path.rglob("*.yaml"))


def test_a_copy_is_there_whole_or_not_at_all(
    spec: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "there is no room left. Make room")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OutputError, match=r"there is no room left\. Make room"):
        write(pack(spec), tmp_path / "kept")
    assert list((tmp_path / "kept").iterdir()) == []


@pytest.mark.parametrize("size", [0, 10, LONG, LONG + 1, 3 * LONG])
def test_a_file_comes_out_of_a_table_as_it_went_in(size: int) -> None:
    content = "ملاحظة ".encode() * (size // 10)
    assert as_bytes(as_text(content)) == content


def test_a_long_file_that_was_cut_or_blown_up_is_no_file() -> None:
    text = as_text(random.Random(1).randbytes(2 * LONG).hex().encode())
    assert text.startswith(COMPRESSED)
    blown_up = COMPRESSED + base64.b85encode(zlib.compress(bytes(MOST + 1), 9)).decode()
    for wrong in (text[: len(text) // 2], text[:-20], COMPRESSED + "nothing", blown_up):
        with pytest.raises(ValueError):
            as_bytes(wrong)


@pytest.mark.deep
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_run_leaves_nothing_in_the_temporary_folder(tmp_path: Path, jobs: str) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    returns(tmp_path / "returned", 3)
    command = [
        sys.executable,
        "-m",
        "hrge_xl",
        "consolidate",
        str(tmp_path / "returned"),
        "--jobs",
        jobs,
    ]
    places = {name: str(temporary) for name in ("TMPDIR", "TEMP", "TMP")}
    done = subprocess.run(
        [*command, "-o", str(tmp_path / "out")],
        env=os.environ | places,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 4, done.stderr  # one of the files is not a workbook
    assert list(temporary.iterdir()) == []
