"""A spec or a list from somebody else is read within limits: what could hang or fill the memory is told instead."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from hrge_xl.cli import run
from tests.face import find
from tests.telling import telling

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes by name here")

LAUGHS = "\n".join(
    ["zero: &l0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]"]
    + [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 10)]
)


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A spec that a colleague sent."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret.yaml").write_text("key: of somebody\n", encoding="utf-8")
    return shutil.copytree(find("example"), tmp_path / "sent")


def outcome(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str]:
    capsys.readouterr()
    code = run([str(word) for word in words])
    return code, "".join(capsys.readouterr())


def zeros(place: Path) -> None:
    place.symlink_to("/dev/zero")


def large(place: Path) -> None:
    place.touch()
    os.truncate(place, 10**8)


def text(content: str) -> Callable[[Path], object]:
    return lambda place: place.write_text(content, encoding="utf-8")


def more(content: str) -> Callable[[Path], object]:
    return lambda place: place.write_text(
        f"{place.read_text(encoding='utf-8')}\n{content}\n", encoding="utf-8"
    )


def sets(place: Path) -> None:
    """A register of a set of columns that stands there a thousand times, of a thousand columns."""
    more(f"many: [{', '.join(['{code: A, label: a}'] * 1000)}]")(place)
    fields = ", ".join(["{use: many}"] * 1000)
    text(f"code: X\nblocks: [{{kind: register, code: R, fields: [{fields}]}}]")(
        place.parent / "tools" / "x.yaml"
    )


def many(place: Path) -> None:
    for number in range(1_000):
        (place.parent / f"x{number}.yaml").write_text("a: b", encoding="utf-8")


PIPE, LARGE = (
    "The file cannot be read: it is not a regular file.",
    "The file cannot be read: it is larger than",
)
REPEATED = "There are more than 250,000 parts in this"
ODD: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "pipe among tools": ("tools/x.yaml", os.mkfifo, PIPE),
    "pipe as list": ("vocabularies.yaml", os.mkfifo, PIPE),
    "pipe as translation": ("languages/es.po", os.mkfifo, PIPE),
    "pipe as reviews": ("languages.yaml", os.mkfifo, PIPE),
    "pipe as facts": ("facts/x.csv", os.mkfifo, PIPE),
    "folder": ("tools/x.yaml", Path.mkdir, "The file cannot be read: "),
    "nothing": (
        "tools/x.yaml",
        lambda place: place.symlink_to("nowhere"),
        "The file cannot be read: ",
    ),
    "zeros": ("rules.yaml", zeros, "leads out"),
    "zeros as translation": ("languages/es.po", zeros, "leads out"),
    "leads out": ("tools/x.yaml", lambda place: place.symlink_to("../../secret.yaml"), "leads out"),
    "large": ("tools/x.yaml", large, LARGE),
    "large translation": ("languages/es.po", large, LARGE),
    "many files": ("x.yaml", many, "more than 500 files"),
    "aliases": ("workbook.yaml", more(LAUGHS), REPEATED),
    "aliases in a tool": ("tools/x.yaml", text(LAUGHS), REPEATED),
    "aliases in reviews": ("languages.yaml", text(f"{LAUGHS}\nfr: {{digest: *l9}}"), REPEATED),
    "within itself": ("tools/x.yaml", text("a: &a [*a, *a, *a]"), "never ends"),
    "column sets": ("columns.yaml", sets, REPEATED),
    "digits": ("workbook.yaml", more(f"rows: {'1' * 5000}"), "workbook.yaml:"),
    "no name": (
        "tools/x.yaml",
        text('code: X\nblocks: [{kind: form, items: {file: "a\\0.yaml"}}]'),
        "There is no file",
    ),
}


@pytest.mark.parametrize("what", telling(ODD, *(ODD.keys() - {"column sets"})))
def test_what_could_hang_is_told(what: str, spec: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name, put, told = ODD[what]
    place = spec / name
    place.parent.mkdir(exist_ok=True)
    if put in (os.mkfifo, zeros):
        place.unlink(missing_ok=True)
    put(place)
    code, said = outcome(capsys, "spec", "check", "./sent")
    assert code == 3, said
    assert told in said
    for words in (
        ("generate", "./sent", "--country", "PAK", "-o", "out"),
        ("validate", "sent", "--spec", "./sent"),
    ):
        code, said = outcome(capsys, *words)
        assert code in {0, 1, 3, 4}, said


def test_links_within_the_folder_stay(spec: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tool = next((spec / "tools").iterdir())
    tool.rename(spec / "kept.txt")
    tool.symlink_to("../kept.txt")
    code, said = outcome(capsys, "spec", "check", "./sent")
    assert code == 0, said


FILES = {
    "answers": ("generate", "example", "--country", "PAK", "--answers", "{}.json", "-o", "out"),
    "workbook of answers": (
        "generate",
        "example",
        "--country",
        "PAK",
        "--answers",
        "{}.xlsx",
        "-o",
        "out",
    ),
    "teams": ("round", "init", "R", "--spec", "example", "--teams", "{}.csv"),
    "teams in a workbook": ("round", "init", "R", "--spec", "example", "--teams", "{}.xlsx"),
    "draft": ("spec", "draft", "{}.xlsx", "-o", "drafted"),
    "returned": ("spec", "diff", "example", "example", "--returned", "{}.xlsx"),
    "translation": ("spec", "translate", "./sent", "--language", "fr", "--from", "{}.po"),
    "translation in a workbook": (
        "spec",
        "translate",
        "./sent",
        "--language",
        "fr",
        "--from",
        "{}.xlsx",
    ),
    "list": ("validate", "@{}.txt"),
    "password": ("validate", "sent", "--password-file", "{}.txt"),
    "report": ("verify", "{}.json", "--returned", "sent"),
    "settings": ("--config", "{}.toml", "explain", "V001"),
}


@pytest.mark.parametrize("put", [os.mkfifo, zeros, large])
@pytest.mark.parametrize("what", FILES)
def test_a_file_that_somebody_gave_is_a_file(
    what: str,
    put: Callable[[Path], object],
    spec: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for ending in ("json", "xlsx", "csv", "po", "txt", "toml"):
        put(tmp_path / f"given.{ending}")
    code, said = outcome(capsys, *(word.replace("{}", "given") for word in FILES[what]))
    assert code in {2, 3, 4}, said
    assert "given." in said


@pytest.mark.parametrize("put", [os.mkfifo, zeros, large])
@pytest.mark.parametrize("name", ["round.yaml", "signing.key", "messages/fr.txt", "ledger.jsonl"])
def test_a_round_from_somebody_holds_files(
    name: str,
    put: Callable[[Path], object],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "teams.csv").write_text("team,country\nA,PAK\n", encoding="utf-8")
    assert run(["round", "init", "R", "--spec", "example", "--teams", "teams.csv"]) == 0
    (tmp_path / "R" / name).parent.mkdir(exist_ok=True)
    (tmp_path / "R" / name).unlink(missing_ok=True)
    put(tmp_path / "R" / name)
    for words in (("status", "R"), ("drafts", "R"), ("recover", "R"), ("validate", "R")):
        code, said = outcome(capsys, *words)
        assert code in {0, 1, 2, 3, 4, 5}, (words, said)


def test_aliases_in_a_round_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "R").mkdir()
    (tmp_path / "R" / "round.yaml").write_text(LAUGHS, encoding="utf-8")
    code, said = outcome(capsys, "status", "R")
    assert code == 3
    assert "round.yaml:" in said
