"""The command line as a coordinator meets it: one line with the reason and the next step, the right exit code."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from hrge_xl import __version__, load
from tests.answers import layout
from tests.command_line import ran
from tests.face import SPEC_HOMES, address
from tests.face import cli_module as program

RETURNS = Path(__file__).parent / "returns"


Done = subprocess.CompletedProcess[str]


def run(*arguments: object, cwd: Path | None = None) -> Done:
    """The command line, in this process: what it says and its exit code."""
    words = [*map(str, arguments)]
    with (
        redirect_stdout(StringIO()) as out,
        redirect_stderr(StringIO()) as err,
        chdir(cwd or Path.cwd()),
    ):
        code = program.run(words)
    return Done(words, code, out.getvalue(), err.getvalue())


def started(*arguments: object) -> Done:
    command = [sys.executable, "-m", "hrge_xl", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


def modules_after(code: str) -> list[str]:
    """What a piece of Python prints in a process of its own."""
    command = [sys.executable, "-c", f"import sys; from hrge_xl.cli import COMMANDS, run; {code}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def test_the_help_of_every_command_comes_without_the_libraries_that_do_its_work() -> None:
    """So does what a shell completes; that of the program without any other."""
    heavy = "{'pandas', 'openpyxl', 'pydantic', 'sqlalchemy', 'xlsxwriter'}"
    told = modules_after(
        f"run(['--help']); print(({heavy} | {{'babel', 'yaml'}}) & set(sys.modules))"
    )
    assert told[-1] == "set()"
    for name in ("generate", "validate", "consolidate", "report", "explain", "demo"):
        assert name in "\n".join(told)
    every = "{run([command, '--help']) for command in COMMANDS}"
    assert (
        modules_after(f"codes = {every}; print(codes, {heavy} & set(sys.modules))")[-1]
        == "{0} set()"
    )


def test_a_file_is_checked_without_pandas(tmp_path: Path) -> None:
    run("generate", "example", "--country", "MAR", "-o", tmp_path)
    file = str(tmp_path / "example_MAR_en.xlsx")
    *told, loaded = modules_after(f"run(['validate', {file!r}]); print('pandas' in sys.modules)")
    assert loaded == "False"
    assert "V001" in "\n".join(told)


def test_generate_then_validate(tmp_path: Path) -> None:
    made = started("generate", "example", "--country", "MAR", "--language", "fr", "-o", tmp_path)
    assert made.returncode == 0
    file = tmp_path / "example_MAR_fr.xlsx"
    assert made.stdout.strip() == str(file)
    checked = started("validate", file, "-v")
    assert checked.returncode == 1
    assert "example_MAR_fr.xlsx: Plan!E7: V001" in checked.stdout
    assert "1 file: 0 accepted, 1 returned, 0 refused." in checked.stderr


def test_the_same_command_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        started(
            "generate",
            "example",
            "--country",
            "PAK",
            "--today",
            "2026-01-31",
            "-o",
            tmp_path / name,
        )
    one, two = (tmp_path / name / "example_PAK_en.xlsx" for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()


def test_a_language_that_is_empty_is_the_usual_one(tmp_path: Path) -> None:
    for command in (("explain", "V001"), ("report", tmp_path), ("export", tmp_path)):
        usual, empty = run(*command), run(*command, "--language", "")
        for said in ("returncode", "stdout", "stderr"):
            assert getattr(usual, said) == getattr(empty, said)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("validate", "nowhere/"), "no such file or folder"),
        (("generate", "no_such_spec", "--country", "PAK"), "No spec 'no_such_spec'"),
        (("generate", "example"), "--country"),
        (("generate", "example", "--country", "PAK", "--language", "de"), "not a language"),
        (("generate", "example", "--country", "PAK", "--tools", "9.9"), "not a tool"),
        (("generate", "hrge_toolkit", "--country", "Tajikstan"), "TJK"),
        (("explain", "Z999"), "no code"),
        (("validate", "empty"), "No files"),
    ],
)
def test_bad_usage_is_one_line_with_the_next_step(
    arguments: tuple[str, ...], words: str, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    done = run(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert words in done.stderr


def test_a_spec_with_mistakes(tmp_path: Path) -> None:
    home = next(home for home in SPEC_HOMES if (home / "example").is_dir())
    folder = tmp_path / "spec"
    shutil.copytree(home / "example", folder)
    text = (folder / "tools" / "plan.yaml").read_text(encoding="utf-8")
    (folder / "tools" / "plan.yaml").write_text(
        text.replace("type: date", "type: dat"), encoding="utf-8"
    )
    done = run("spec", "check", folder)
    assert done.returncode == 3
    assert "tools/plan.yaml:" in done.stderr
    assert "2 mistakes in the spec." in done.stderr


def test_bad_files_do_not_stop_the_others(tmp_path: Path) -> None:
    good = RETURNS / "careful.xlsx"
    (tmp_path / "note.xlsx").write_text("not a workbook", encoding="utf-8")
    (tmp_path / "empty.xlsx").write_bytes(b"")
    (tmp_path / "cut.xlsx").write_bytes(good.read_bytes()[:20_000])
    (tmp_path / "page.xls").write_text("<html><table></table></html>", encoding="utf-8")
    shutil.copy(good, tmp_path / "good.xlsx")
    done = run("validate", tmp_path, "--json", "--today", "2026-06-30")
    assert done.returncode == 4
    report = json.loads(done.stdout)
    verdicts = {Path(file["path"]).name: file["verdict"] for file in report["files"]}
    assert verdicts == {
        "cut.xlsx": "refused",
        "empty.xlsx": "refused",
        "good.xlsx": "accepted",
        "note.xlsx": "refused",
        "page.xls": "refused",
    }
    assert report["summary"]["files"] == 5
    for file in report["files"]:
        if file["verdict"] == "refused":
            assert file["findings"][0]["code"].startswith("F")
            assert file["findings"][0]["remedy"]


def test_json_is_the_contract_and_holds_no_value_where_it_is_redacted() -> None:
    done = run("validate", RETURNS / "wrong_words.xlsx", "--json", "--today", "2026-06-30")
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert report["schema"] == "hrge-xl/validation-report/1"
    keys = {
        "id",
        "started",
        "engine_version",
        "spec",
        "spec_version",
        "spec_digest",
        "round",
        "command",
    }
    assert keys <= set(report["run"])
    finding = next(f for f in report["files"][0]["findings"] if f["code"] == "V009")
    (place,) = layout("hrge_toolkit").slots["FORM", "1", "FRM_18"].cells
    where = [finding[name] for name in ("sheet", "cell", "tool", "field")]
    assert where == ["Form", address(*place), "FORM", "FRM_18"]
    assert set(finding) == {
        "code",
        "name",
        "severity",
        "sheet",
        "cell",
        "tool",
        "row",
        "field",
        "label",
        "value",
        "message",
        "remedy",
        "suggestion",
        "waiver",
        "details",
    }
    assert "Partially true" in done.stdout
    redacted = run(
        "validate", RETURNS / "wrong_words.xlsx", "--json", "--redact", "--today", "2026-06-30"
    )
    assert "Partially true" not in redacted.stdout


@pytest.mark.deep
def test_fail_on() -> None:
    file = RETURNS / "moved_about.xlsx"
    assert run("validate", file, "--today", "2026-06-30").returncode == 0
    assert run("validate", file, "--today", "2026-06-30", "--fail-on", "warning").returncode == 1
    assert run("validate", RETURNS / "wrong_words.xlsx", "--fail-on", "never").returncode == 0


@pytest.mark.skipif(os.name == "nt", reason="folders are closed to writing otherwise on Windows")
def test_an_output_folder_that_cannot_be_written(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way", encoding="utf-8")
    done = run("generate", "example", "--country", "PAK", "-o", blocked / "below")
    assert done.returncode == 5
    assert "cannot be written" in done.stderr


def test_a_workbook_of_another_spec(tmp_path: Path) -> None:
    run("generate", "example", "--country", "PAK", "-o", tmp_path)
    done = run("validate", tmp_path, "--spec", "hrge_toolkit")
    assert done.returncode == 4
    assert "I002" in done.stdout


def test_the_version_is_that_of_the_program_and_of_its_specs() -> None:
    specs = f"specs: example {load('example').version}, hrge_toolkit {load('hrge_toolkit').version}"
    assert run("--version").stdout.splitlines() == [f"hrge-xl {__version__}", specs]


def test_an_option_is_taken_under_its_earlier_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Typed, in the environment, and in a file of settings."""
    english = ran("explain", "V001").out
    french = ran("explain", "V001", "--language", "fr").out
    assert french != english
    assert ran("explain", "V001", "--lang", "fr").out == french
    settings = tmp_path / "hrge-xl.toml"
    settings.write_text('[explain]\nlang = "fr"\n', encoding="utf-8")
    assert ran("--config", settings, "explain", "V001").out == french
    monkeypatch.setenv("HRGE_XL_LANG", "fr")
    assert ran("explain", "V001").out == french
    monkeypatch.setenv("HRGE_XL_EXPLAIN_LANGUAGE", "en")
    assert ran("explain", "V001").out == english
