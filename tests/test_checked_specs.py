"""Specs that passed every check are kept for the next process, which notices nothing of it but that it is quicker."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hrge_xl import Reader
from tests.face import CACHE, digest_of, find, loading, pack, recall
from tests.telling import telling
from tests.test_csv_lists import LINES, OUT

VOCABULARIES = "vocabularies.yaml"


pytestmark = pytest.mark.xdist_group(
    "checked specs"
)  # what its fixture generates is generated once


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    """A copy of the example spec."""
    home = find("example").parent
    return Path(shutil.copytree(home / "example", tmp_path / "spec"))


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def generate(spec: Path, cache: Path, *more: str) -> bytes | str:
    """Give the workbook that a new process generates, or why it generates none."""
    out = cache.with_name("out")
    command = [
        sys.executable,
        "-m",
        "hrge_xl",
        "generate",
        str(spec),
        "--country",
        "MAR",
        "-o",
        str(out),
        *more,
    ]
    done = subprocess.run(
        command, env=os.environ | {CACHE: str(cache)}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        return done.stderr
    (file,) = out.glob("*.xlsx")
    workbook = file.read_bytes()
    file.unlink()
    return workbook


@pytest.fixture(scope="module")
def passed(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, Path]:
    """Give the workbook of the example, and what was kept of its spec."""
    home = tmp_path_factory.mktemp("passed")
    example = find("example")
    made = generate(example, home / "cache")
    assert isinstance(made, bytes)
    return made, home / "cache"


@pytest.fixture
def first(passed: tuple[bytes, Path], cache: Path) -> bytes:
    """Give the same, as if it had just been generated here."""
    shutil.copytree(passed[1], cache)
    return passed[0]


def change(spec: Path, old: str, new: str) -> None:
    text = (spec / VOCABULARIES).read_text(encoding="utf-8")
    assert old in text
    (spec / VOCABULARIES).write_text(text.replace(old, new, 1), encoding="utf-8")


def kept(cache: Path, suffix: str = ".spec") -> Path:
    (file,) = (cache / "specs").glob(f"*{suffix}")
    return file


def rewritten(file: Path, old: str, new: str) -> None:
    """Have a spec that was kept say something else, under a digest that is right."""
    packed = file.read_bytes()[32:].replace(
        msgspec.msgpack.encode(old), msgspec.msgpack.encode(new)
    )
    file.write_bytes(hashlib.sha256(packed).digest() + packed)


def test_the_second_process_gives_the_same_workbook(spec: Path, cache: Path) -> None:
    change(spec, "code: AFG", "code: 004")  # a code is kept as it was written
    first = generate(spec, cache)
    written = kept(cache).stat().st_mtime_ns
    assert isinstance(first, bytes)
    assert generate(spec, cache) == first
    assert kept(cache).stat().st_mtime_ns == written


@pytest.mark.deep
def test_a_spec_that_was_kept_is_what_is_read(spec: Path, cache: Path, first: bytes) -> None:
    rewritten(kept(cache), "Afghanistan", "Somewhere")
    assert generate(spec, cache) != first


@pytest.mark.deep
def test_a_spec_that_changed_is_read_anew(spec: Path, cache: Path, first: bytes) -> None:
    change(spec, "Afghanistan", "Somewhere")
    assert generate(spec, cache) != first
    change(spec, "code: AFG", "code: [AFG]")
    told = generate(spec, cache)
    assert isinstance(told, str)
    assert VOCABULARIES in told
    assert len([*(cache / "specs").iterdir()]) == 2  # of those that passed


@pytest.mark.deep
def test_a_list_in_a_file_that_changed_is_read_anew(spec: Path, cache: Path) -> None:
    """However the file is named: as JSON names it, it does not belong to the copies of a spec."""
    change(spec, OUT, 'COUNTRY: {"file": "countries.csv"}\n')
    countries = spec / "countries.csv"
    countries.write_text(LINES, encoding="utf-8")
    first = generate(spec, cache)
    assert isinstance(first, bytes)
    countries.write_text(LINES.replace("Afghanistan", "Somewhere", 1), encoding="utf-8")
    assert generate(spec, cache) != first


def test_a_spec_that_changes_while_it_is_read_is_not_kept(
    spec: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read may be neither the one nor the other."""
    monkeypatch.setenv(CACHE, str(cache))
    before, read = digest_of(pack(spec)), loading.read

    def read_late(*given: Any) -> Any:
        change(spec, "Afghanistan", "Somewhere")
        return read(*given)

    monkeypatch.setattr(loading, "read", read_late)
    loading.load(spec)
    assert recall(".spec", before, dict) is None


@pytest.mark.deep
def test_what_was_damaged_is_as_if_it_were_not_there(spec: Path, cache: Path, first: bytes) -> None:
    file = kept(cache)
    whole = file.read_bytes()
    for damaged in (b"", whole[:-1], whole[:40] + b"\x00" + whole[41:], bytes(32) + whole[32:]):
        file.write_bytes(damaged)
        assert generate(spec, cache) == first
        assert file.read_bytes() == whole


SPANISH = """msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgctxt "list/COUNTRY/AFG/label"
msgid "Afghanistan"
msgstr "Afganistán"
"""


@pytest.mark.deep
def test_a_catalogue_is_kept_with_its_spec(spec: Path, cache: Path) -> None:
    """What was kept is what is read, as long as it is whole and the file is the same."""
    file, spanish = spec / "languages" / "es.po", ("--language", "es", "--allow-draft")
    file.parent.mkdir()
    file.write_text(SPANISH, encoding="utf-8")
    first = generate(spec, cache, *spanish)
    whole = kept(cache, ".catalogue").read_bytes()
    assert isinstance(first, bytes)
    rewritten(kept(cache, ".catalogue"), "Afganistán", "Otro lugar")
    assert generate(spec, cache, *spanish) != first
    kept(cache, ".catalogue").write_bytes(whole[:-1])
    assert generate(spec, cache, *spanish) == first
    file.write_text(SPANISH.replace("Afganistán", "Otro lugar"), encoding="utf-8")
    assert generate(spec, cache, *spanish) != first


@pytest.mark.deep
def test_a_catalogue_that_is_none_stops_no_other_language(spec: Path, cache: Path) -> None:
    first = generate(spec, cache, "--language", "fr")
    file = spec / "languages" / "es.po"
    file.parent.mkdir()
    file.write_text(SPANISH.replace("msgid", "mgsid", 1), encoding="utf-8")
    assert isinstance(first, bytes)
    assert isinstance(generate(spec, cache, "--language", "fr"), bytes)
    told = generate(spec, cache, "--language", "es")
    assert isinstance(told, str)
    assert "languages/es.po:" in told


@pytest.mark.deep
@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="this system tells nothing of who may write")
@pytest.mark.parametrize("open_to", telling([0o770, 0o707], 0o770))
def test_a_folder_that_others_may_write_to_is_not_trusted(
    open_to: int, spec: Path, cache: Path
) -> None:
    first = generate(spec, cache)
    file = kept(cache)
    assert file.parent.stat().st_mode & 0o777 == 0o700
    rewritten(file, "Afghanistan", "Somewhere")
    file.parent.chmod(open_to)
    assert generate(spec, cache) == first


@pytest.mark.deep
def test_a_link_to_another_folder_is_not_trusted(spec: Path, cache: Path) -> None:
    """Whoever may write to the folder above could let it lead to whatever of ours others write to."""
    first = generate(spec, cache)
    rewritten(kept(cache), "Afghanistan", "Somewhere")
    elsewhere = (cache / "specs").rename(cache.with_name("elsewhere"))
    (cache / "specs").symlink_to(elsewhere)
    assert generate(spec, cache) == first


def of_nobody(*_: object, **__: object) -> Path:
    raise RuntimeError("could not determine the home directory")


@pytest.mark.parametrize(
    ("named", "known"),
    [
        ("somewhere", of_nobody),
        ("", of_nobody),
        ("", lambda *_, **__: Path("~/.cache")),  # as older versions of platformdirs say it
    ],
)
def test_without_a_folder_that_is_the_same_everywhere_all_goes_on(
    named: str,
    known: Callable[..., Path],
    spec: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(CACHE, named)
    monkeypatch.setattr("platformdirs.user_cache_path", known)
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    assert loading.load(spec).name == "example"
    assert sorted(tmp_path.iterdir()) == before


def test_who_reads_files_may_read_nothing_else_of_caches(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CACHE, str(cache))
    with Reader() as pool:
        readable = pool._readable
    assert str(cache / "specs") in readable
    assert str(cache) not in readable


def test_without_a_place_to_keep_anything_all_goes_on(
    spec: Path, cache: Path, first: bytes
) -> None:
    no_folder = cache.with_name("no folder")
    no_folder.write_text("a file")
    assert generate(spec, no_folder) == first
    assert no_folder.read_text() == "a file"


@pytest.mark.usefixtures("first")
def test_what_has_just_passed_is_kept_by_whatever_clock(spec: Path, cache: Path) -> None:
    file = kept(cache)
    for number in range(40):
        os.utime(shutil.copy(file, file.with_name(f"{number}.spec")), (2**32, 2**32))
    file.unlink()
    generate(spec, cache)
    assert file.is_file()
    assert len([*file.parent.iterdir()]) == 16


@pytest.mark.usefixtures("first")
def test_of_many_specs_the_newest_are_kept(spec: Path, cache: Path) -> None:
    file = kept(cache)
    for number in range(40):
        old = shutil.copy(file, file.with_name(f"{number}.spec"))
        os.utime(old, (number, number))
    change(spec, "Afghanistan", "Somewhere")
    generate(spec, cache)
    names = {each.name for each in file.parent.iterdir()}
    assert len(names) == 16
    assert file.name in names
    assert "39.spec" in names
    assert "0.spec" not in names
