"""Paths as people give them: each file once, and no argument that keeps the program busy for ever."""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path

import pytest

from hrge_xl.core.errors import OutputError, UsageError
from hrge_xl.core.paths import MOST_LIST_BYTES, MOST_LISTS_DEEP, expand, not_written, whole
from tests.test_cli import run

SECONDS = 10.0


def listed(folder: Path, name: str, *lines: str) -> str:
    (folder / name).write_text("\n".join(lines), encoding="utf-8")
    return f"@{folder / name}"


def refused(*arguments: str) -> str:
    """Why paths lead to no files; it is said at once."""
    started = time.monotonic()
    with pytest.raises(UsageError) as caught:
        expand(arguments)
    assert time.monotonic() - started < SECONDS
    return str(caught.value)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    made = [tmp_path / "in" / name for name in ("a.xlsx", "b.xlsx", "below/c.xlsx")]
    (tmp_path / "in" / "below").mkdir(parents=True)
    for path in made:
        path.write_bytes(b"x")
    return made


def test_lists_may_name_files_folders_patterns_and_lists(tmp_path: Path, files: list[Path]) -> None:
    inner = listed(
        tmp_path, "inner.txt", str(tmp_path / "in" / "b*.xlsx"), "", str(files[0].parent)
    )
    outer = listed(tmp_path, "outer.txt", f"  {inner}  ", inner)
    assert expand([outer, str(files[0])]) == [files[1], files[0], files[2]]


def test_a_list_that_names_itself_is_told(tmp_path: Path, files: list[Path]) -> None:
    alone = listed(tmp_path, "a.txt", str(files[0]), f"@{tmp_path}/in/../a.txt")
    assert refused(alone).endswith(
        "the list names itself (a.txt → a.txt). Take that line out of it."
    )
    one = listed(tmp_path, "one.txt", f"@{tmp_path / 'two.txt'}")
    listed(tmp_path, "two.txt", f"@{tmp_path / 'one.txt'}")
    assert "(one.txt → two.txt → one.txt)" in refused(one)
    done = run("validate", alone)
    assert done.returncode == 2
    assert "names itself" in done.stderr


def test_lists_of_lists_end(tmp_path: Path, files: list[Path]) -> None:
    """Not even where each names the next one twice, which would be a million readings."""
    for number in range(100):
        listed(tmp_path, f"{number}.txt", *[f"@{tmp_path / f'{number + 1}.txt'}"] * 2)
    assert f"more than {MOST_LISTS_DEEP} deep. Put the paths into one." in refused(
        f"@{tmp_path / '0.txt'}"
    )
    last = listed(tmp_path, "100.txt", str(files[0]))
    assert expand([f"@{tmp_path / '85.txt'}", last]) == [files[0]]


@pytest.mark.skipif(os.name == "nt", reason="there are no such files on Windows")
def test_a_list_is_a_regular_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for place in ("/dev/zero", tmp_path / "pipe", tmp_path):
        assert "the list cannot be read (" in refused(f"@{place}")
    assert "(it is not a regular file)" in refused("@/dev/zero")
    assert run("validate", "@/dev/zero").returncode == 2


@pytest.mark.parametrize(
    "content",
    [b"\xff\xfe\x00", b"\0", b"\0*\n", b"[\n", b"a**b", b"x" * 70_000, b"@", b"@@", b"@\0"],
)
def test_a_list_of_something_else_is_told(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_bytes(content)
    assert (
        "Check the path." in (said := refused(f"@{tmp_path / 'list.txt'}"))
        or "Save it as UTF-8" in said
    )


def test_a_list_has_an_end(tmp_path: Path) -> None:
    """A sparse file: so many bytes cost nothing."""
    with (tmp_path / "list.txt").open("wb") as stream:
        stream.truncate(2_000 * MOST_LIST_BYTES // 10)
    told = "(it is larger than 10 MB). Save it as UTF-8 text, one path per line."
    assert refused(f"@{tmp_path / 'list.txt'}").endswith(told)


@pytest.mark.parametrize(
    "argument", ["", "a" * 300, "a\0/*", "[", "a**b", "no/such/**", "*/" * 500], ids=range(7)
)
def test_a_path_that_leads_nowhere_is_told(argument: str) -> None:
    assert "Check the path." in refused(argument)


def test_a_folder_that_links_into_itself_does_not_loop(tmp_path: Path, files: list[Path]) -> None:
    """Two links are enough: each way through them doubles at every step."""
    folder = tmp_path / "in"
    for name in ("again", "below/back"):
        (folder / name).symlink_to(folder, target_is_directory=True)
    (folder / "itself.xlsx").symlink_to("itself.xlsx")
    started = time.monotonic()
    assert expand([str(folder)]) == [*files, folder / "itself.xlsx"]
    assert set(expand([f"{folder}/**"])) == set(expand([f"{folder}/**/*.xlsx"])) >= set(files)
    assert time.monotonic() - started < SECONDS


def test_hidden_files_are_meant_where_they_are_named_and_a_folder_may_have_the_name_of_a_list(
    tmp_path: Path, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What lies among returns is never what the program goes by."""
    hidden = tmp_path / "in" / ".hidden.xlsx"
    hidden.write_bytes(b"x")
    assert expand([f"{tmp_path}/in/*.xlsx"]) == files[:2]
    assert expand([str(hidden)]) == [hidden]
    (tmp_path / "in" / "@list").mkdir()
    (tmp_path / "in" / "@list" / "d.xlsx").write_bytes(b"x")
    monkeypatch.chdir(tmp_path / "in")
    assert Path("@list/d.xlsx") in expand(["*"])


def test_a_path_that_is_too_long_is_told_with_its_length(tmp_path: Path) -> None:
    place = tmp_path / ("x" * 300) / "dataset.sqlite"
    with (
        pytest.raises(OutputError, match=r"its path of [\d,]+ characters is too long") as told,
        whole(place),
    ):
        pass
    assert "nearer to the root" in str(told.value)


@pytest.mark.parametrize(
    ("code", "length", "is_told"), [(206, 10, True), (3, 250, True), (3, 10, False)]
)
def test_what_windows_says_of_a_long_path(
    tmp_path: Path, code: int, length: int, is_told: bool
) -> None:
    """Windows says of many of them only that they are not there."""
    error = OSError(errno.ENOENT, "The system cannot find the path specified")
    error.winerror = code  # type: ignore[attr-defined]
    place = Path("/").joinpath(*["a" * 9] * (length // 10), "r" * 20)
    assert ("is too long" in str(not_written(place, error))) is is_told
