"""Help as people expect it: an example and the next command everywhere, near misses asked back, the shell completes."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.shell_completion import ShellComplete

from hrge_xl import init_round, load
from hrge_xl.cli import run
from tests.face import (
    CATALOGUE,
    SHELLS,
    USUALLY_SHOWN,
    cli,
    colours,
    colours_of_environment,
    line,
    style,
)
from tests.fixture_types import Capsys, Folders, Patch
from tests.telling import telling
from tests.test_passwords import commands

ROOT = Path(__file__).parent.parent
COMMANDS = commands(cli)
SAID = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: Patch) -> Path:
    """A folder of its own, and an environment that says nothing."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("HRGE_XL_")] + [
        "NO_COLOR",
        "FORCE_COLOR",
    ]:
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def said(capsys: Capsys, *words: str, code: int) -> str:
    """What a command says on both streams."""
    capsys.readouterr()
    assert run(list(words)) == code
    return "".join(capsys.readouterr())


def in_a_process(
    *words: str, given: bytes | None = None, **more: str
) -> subprocess.CompletedProcess[bytes]:
    """Python in a process of its own, with this program and more in its environment."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **more}
    command = [sys.executable, *words]
    return subprocess.run(command, input=given, capture_output=True, env=environment, check=False)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_help_has_an_example_and_the_next_command(name: str, capsys: Capsys) -> None:
    told = said(capsys, *name.split(), "--help", code=0)
    examples = re.findall(r"^  hrge-xl ([a-z -]+?)(?= |$)", told, re.M)
    assert any(f"{each} ".startswith(f"{name} ") or name.startswith(each) for each in examples), (
        told
    )
    assert "\n  Next: " in told
    assert said(capsys, "help", *name.split(), code=0) == told


def test_examples_name_options_that_there_are() -> None:
    for name, command in COMMANDS.items():
        known = {word for each in command.params for word in each.opts + each.secondary_opts}
        for example in re.findall(rf"^    hrge-xl {name} (.*)$", command.help or "", re.M):
            used = set(re.findall(r"(?<!\S)(--?[a-z][a-z-]*)", example))
            assert used <= known, (name, example)


@pytest.mark.parametrize("typed", SAID["asked_back"])
def test_what_was_meant_is_asked_back(typed: str, capsys: Capsys) -> None:
    assert SAID["asked_back"][typed] in said(capsys, *typed.split(), code=2)


def test_whoever_types_the_name_alone_is_told_how_to_begin(capsys: Capsys) -> None:
    told = said(capsys, code=0)
    assert len(told.splitlines()) <= 10
    begun = re.findall(r"^  hrge-xl (\S+)", told, re.M)
    assert begun == ["demo", "quickstart", "generate", "validate"]
    assert {*begun} <= COMMANDS.keys()


@pytest.mark.parametrize("spec", telling(["example", "hrge_toolkit"], "example"))
def test_a_round_to_try_out_is_there_at_once(here: Path, capsys: Capsys, spec: str) -> None:
    """What it says to do next works as it is typed."""
    told = said(
        capsys, "quickstart", "to practise", "--spec", spec, "--today", "2026-06-01", code=0
    )
    (issued,) = re.findall(r"^1\. Fill in (.+?) in Excel", told, re.M)
    (returned,) = re.findall(r"save it into (.+)\.$", told, re.M)
    shutil.copy(here / issued, here / returned)
    for command in re.findall(
        r"hrge-xl (.+)$", told.replace("hrge-xl help", "hrge-xl -q help"), re.M
    ):
        assert run([*shlex.split(command)]) == 0
    assert (here / re.findall(r"Open (\S.+?)\. Who", told)[0]).is_file()
    assert "1 returned" in said(capsys, "refresh", "to practise", "--today", "2026-06-02", code=0)
    assert "is a round already" in said(capsys, "quickstart", "to practise", code=3)


@pytest.mark.parametrize("words", [["spec"], ["round"]])
def test_without_a_command_there_is_its_help(words: list[str], capsys: Capsys) -> None:
    """On stderr, for it was not understood; as it stands, and once."""
    assert run(words) == 2
    told = capsys.readouterr()
    assert run([*words, "--help"]) == 0
    assert (told.out, told.err) == ("", capsys.readouterr().out)


def test_what_a_code_means_as_json(here: Path, capsys: Capsys) -> None:
    told = json.loads(said(capsys, "explain", "V002", "--json", code=0))
    assert (told["code"], told["name"], told["severity"]) == ("V002", "not-in-list", "error")
    assert said(capsys, "explain", "R-E01", "--json", "-o", "rule.json", code=0) == ""
    rule = json.loads((here / "rule.json").read_text(encoding="utf-8"))
    assert (rule["spec"], rule["check"]) == ("example", "PLN_05 >= PLN_04")


@pytest.mark.parametrize("code", ["V002", "v2", "V02", "not-in-list", "Not In List", "notinlist"])
def test_a_code_is_found_however_it_is_written(code: str, capsys: Capsys) -> None:
    assert said(capsys, "explain", code, code=0).startswith("V002 not-in-list (error)")


def test_a_message_is_explained_as_it_reads_in_its_example(capsys: Capsys) -> None:
    """No placeholder is shown, whatever is explained, and each kind brings every detail that it fills in."""
    assert "\nImpact: the answer is missing.\n" in said(capsys, "explain", "V001", code=0)
    rules = [
        each.code
        for each in load("hrge_toolkit").rules
        if "{" in each.message.source + each.remedy.source
    ]
    for code in (*CATALOGUE, *rules):
        told = said(capsys, "explain", code, code=0)
        assert not re.search(r"\{\w*\}", told), told
    for kind in CATALOGUE.values():
        lacking = re.findall(r"\{(\w+)\}", kind.message + kind.remedy)
        assert set(lacking) <= {*USUALLY_SHOWN, *kind.shown}, kind.code
    assert rules


# colours


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [
        ({}, None),
        ({"NO_COLOR": "1"}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"TERM": "dumb"}, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ({"NO_COLOR": ""}, None),
    ],
)
def test_the_environment_says_whether_there_are_colours(
    environment: dict[str, str], coloured: bool | None, monkeypatch: Patch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert colours_of_environment() is coloured


def test_no_escape_goes_where_there_is_no_terminal(monkeypatch: Patch, capsys: Capsys) -> None:
    try:
        cases = (
            (None, False, False),
            (None, True, True),
            (True, False, True),
            (False, True, False),
        )
        for wanted, terminal, expected in cases:
            monkeypatch.setattr(sys.stdout, "isatty", lambda there=terminal: there)
            colours(wanted)
            line(style("word", fg="red"))
            assert ("\x1b" in capsys.readouterr().out) is expected
    finally:
        colours(None)


def test_options_of_the_program_stand_before_or_behind_a_command(
    monkeypatch: Patch, capsys: Capsys
) -> None:
    """And are heeded in either place."""
    assert run(["generate", "example", "--country", "PAK", "-o", "out"]) == 0
    monkeypatch.setenv("FORCE_COLOR", "1")
    for option, mark in (("--no-color", "\x1b["), ("-q", "Next: ")):
        assert mark in said(capsys, "validate", "out", code=1)
        for words in ([option, "validate", "out"], ["validate", "out", option]):
            assert mark not in said(capsys, *words, code=1)
    colours(None)


# defaults


@pytest.fixture
def own(tmp_path_factory: Folders, monkeypatch: Patch) -> Path:
    """The file with the settings of the user, which is elsewhere."""
    file = tmp_path_factory.mktemp("own") / "hrge-xl.toml"
    monkeypatch.setenv("HRGE_XL_CONFIG", str(file))
    return file


def test_defaults_stand_in_a_file_and_in_the_environment(
    own: Path, monkeypatch: Patch, capsys: Capsys
) -> None:
    """What is typed goes first, then the environment, then the file; of both what is for one command alone."""
    own.write_text(
        'jobs = 1\n[validate]\nfail-on = "never"\n[spec.diff]\njson = true\n', encoding="utf-8"
    )
    assert run(["generate", "example", "--country", "PAK", "-o", "out"]) == 0
    words = ("validate", "out", "--today", "2026-06-30")
    assert f"Settings: fail-on, jobs from {own}\n" in said(capsys, *words, code=0)
    monkeypatch.setenv("HRGE_XL_FAIL_ON", "error")
    told = said(capsys, *words, code=1)
    assert f"Settings: fail-on from HRGE_XL_FAIL_ON; jobs from {own}\n" in told
    monkeypatch.setenv("HRGE_XL_VALIDATE_FAIL_ON", "never")
    assert "fail-on from HRGE_XL_VALIDATE_FAIL_ON;" in said(capsys, *words, code=0)
    said(capsys, *words, "--fail-on", "error", code=1)
    assert f"Settings: json, jobs from {own}" in said(
        capsys, "spec", "diff", "example", "example", code=0
    )
    assert "Settings" not in said(capsys, "explain", "V001", code=0)
    monkeypatch.setenv("HRGE_XL_CONFIG", str(own.parent / "elsewhere.toml"))
    assert "elsewhere.toml: the settings cannot be read" in said(capsys, *words, code=2)
    monkeypatch.setenv("HRGE_XL_CONFIG", own.name)
    assert "Give it its whole path" in said(capsys, *words, code=2)


def test_the_file_is_named_before_or_behind_the_command(
    own: Path, here: Path, monkeypatch: Patch, capsys: Capsys
) -> None:
    own.write_text("nonsense", encoding="utf-8")
    (here / "other.toml").write_text("[spec.diff]\njson = true\n", encoding="utf-8")
    named, words = ("--config", "other.toml"), ("spec", "diff", "example", "example")
    assert "Settings: json from other.toml\n" in said(capsys, *named, *words, code=0)
    own.write_text("", encoding="utf-8")
    assert "Settings: json from other.toml\n" in said(capsys, *words, *named, code=0)


def test_codes_and_days_in_a_file_of_settings_may_be_numbers(here: Path, capsys: Capsys) -> None:
    """A sheet such as 3.4 is a number to TOML, and several may be a list."""
    for value, code in (("9.7", "9.7"), ('["1.1", 9.8]', "9.8"), ('"1.1, 9.8"', "9.8")):
        (here / "own.toml").write_text(f"[generate]\ntools = {value}\n", encoding="utf-8")
        told = said(
            capsys, "--config", "own.toml", "generate", "hrge_toolkit", "--country", "PAK", code=2
        )
        assert "Settings: tools from own.toml" in told
        assert f"'{code}' is not a tool" in told
    words = ("--config", "own.toml", "status", ".")
    for value, code, told in ((20260331, 3, "round"), (1, 2, "1 is not a day")):
        (here / "own.toml").write_text(f"[status]\ntoday = {value}\n", encoding="utf-8")
        assert told in said(capsys, *words, code=code)


def test_an_option_of_formats_that_is_empty_is_as_none(here: Path) -> None:
    """As it is where a variable of the shell is not set."""
    assert run(["generate", "example", "--country", "PAK", "-o", "out"]) == 0
    assert run(["consolidate", "out", "-o", "dataset", "--formats", ""]) == 0
    assert (here / "dataset" / "dataset.sqlite").is_file()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the folder cannot be chosen")
def test_settings_lie_in_the_folder_of_the_user(
    here: Path, monkeypatch: Patch, capsys: Capsys
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(here / "config"))
    file = here / "config" / "hrge-xl" / "hrge-xl.toml"
    assert f"No settings in {file}\n" in said(capsys, "doctor", code=0)
    file.parent.mkdir(parents=True)
    file.write_text("[explain]\njson = true\n", encoding="utf-8")
    assert f"Settings: json from {file}\n" in said(capsys, "explain", "V001", code=0)


def test_a_file_that_lies_where_one_works_sets_nothing(here: Path, capsys: Capsys) -> None:
    """It may have come with what teams sent: it runs nothing, sends nothing, and is told for what it is."""
    (here / "hrge-xl.toml").write_text(
        f'[consolidate]\nengine = "tcp://127.0.0.1:1"\nstore = "postgresql://nobody@127.0.0.1:1/x"\n'
        f'output = "{(here / "elsewhere").as_posix()}"\n',
        encoding="utf-8",
    )
    assert run(["generate", "example", "--country", "PAK", "-o", "came"]) == 0
    told = said(capsys, "consolidate", "came", "-o", "dataset", code=0)
    assert "hrge-xl.toml in the current folder is not used" in told
    assert "Settings:" not in told
    assert (here / "dataset" / "dataset.sqlite").is_file()
    assert not (here / "elsewhere").exists()
    shutil.copy(here / "hrge-xl.toml", here / "came")
    (here / "hrge-xl.toml").write_bytes(b"not toml \xff")
    told = said(capsys, "validate", "came", "-v", code=4)
    assert "hrge-xl.toml: F070 error: hrge-xl.toml is not a return" in told


@pytest.mark.parametrize("text", SAID["mistakes"])
def test_mistakes_in_the_file_are_told(text: str, own: Path, here: Path, capsys: Capsys) -> None:
    own.write_text(text, encoding="utf-8")
    (here / "x").mkdir()
    assert SAID["mistakes"][text] in said(capsys, "validate", "x", code=2)


@pytest.mark.parametrize("text", SAID["whole_file"])
def test_doctor_checks_all_of_the_file(text: str, own: Path, capsys: Capsys) -> None:
    """Other commands look only at what is meant for them."""
    own.write_text(text, encoding="utf-8")
    said(capsys, "explain", "V001", code=0)
    assert SAID["whole_file"][text] in said(capsys, "doctor", code=2)
    own.write_text("jobs = 1\n", encoding="utf-8")
    assert f"\n{own}: no mistake\n" in said(capsys, "doctor", code=0)


@pytest.mark.parametrize(
    ("words", "needed"), [(["explain", "V001"], {"program"}), (["--help"], set())]
)
def test_with_a_file_no_other_command_is_imported(
    words: list[str], needed: set[str], own: Path
) -> None:
    """What many commands have, and what is meant for one, is known without them."""
    own.write_text('jobs = 1\n[validate]\nfail-on = "never"\n', encoding="utf-8")
    code = f"import sys; from hrge_xl.cli import MODULES, run; code = run({words!r}); " + (
        "print(*[name for name in {*MODULES.values()} if f'hrge_xl.cli.{name}' in sys.modules], sep=','); "
        "sys.exit(code)"
    )
    done = in_a_process("-c", code)
    assert done.returncode == 0
    assert set(filter(None, done.stdout.decode().splitlines()[-1].split(","))) == needed


# the shell completes


@pytest.fixture
def round_(here: Path) -> Path:
    (here / "teams.csv").write_text("team,country\nKabul,AFG\nKarachi,PAK\n", encoding="utf-8")
    return init_round(here / "round", "example", here / "teams.csv").folder


@pytest.mark.parametrize("typed", SAID["completed"])
def test_names_are_completed(typed: str, round_: Path) -> None:
    """Of the spec or round that stands in the command; where it is none, nothing is offered and nothing goes wrong."""
    *words, begun = typed.split(" ")
    shell = ShellComplete(cli, {}, "hrge-xl", "_HRGE_XL_COMPLETE")
    assert (
        " ".join(item.value for item in shell.get_completions(words, begun))
        == SAID["completed"][typed]
    )


@pytest.fixture(scope="module")
def program(tmp_path_factory: Folders) -> Path:
    """A folder with `hrge-xl` in it, for the PATH."""
    folder = tmp_path_factory.mktemp("program")
    script = folder / "hrge-xl"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m hrge_xl "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    return folder


def shell(program: Path, *command: str) -> str:
    """What a shell prints that has the program on its PATH."""
    path = f"{program}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "TERM": "xterm"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


BASH = """
eval "$(hrge-xl completion bash)"
complete_() {
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _hrge_xl_completion hrge-xl; echo "${COMPREPLY[@]}"
}
complete_ hrge-xl val; complete_ hrge-xl validate --fa; complete_ hrge-xl generate ex; complete_ hrge-xl explain V00
complete_ hrge-xl help spec d; complete_ hrge-xl generate hrge_toolkit --country PA
"""


@pytest.mark.skipif(shutil.which("bash") is None or os.name == "nt", reason="bash is not installed")
def test_bash_completes(program: Path) -> None:
    commands_, options, specs, codes, words, countries = shell(
        program, "bash", "-c", BASH
    ).splitlines()
    assert (commands_, options, specs) == ("validate", "--fail-on", "example")
    assert codes.split()[:2] == ["V001", "V002"]
    assert words == "diff draft"
    assert "PAK" in countries.split()


@pytest.mark.deep
@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
def test_fish_completes(program: Path) -> None:
    script = 'hrge-xl completion fish | source; complete -C "hrge-xl val"; complete -C "hrge-xl generate exa"'
    told = shell(program, "fish", "--no-config", "-c", script).splitlines()
    assert [line.split("\t")[0] for line in told] == ["validate", "example"]


ZSH = """
autoload -U compinit; compinit -D -u
source <(hrge-xl completion zsh)
compadd() { shift $#; print -r -- $completions; }; _describe() { print -r -- $completions_with_descriptions; }
words=(hrge-xl validate --fa); CURRENT=3; _hrge_xl_completion
words=(hrge-xl val); CURRENT=2; _hrge_xl_completion
"""


@pytest.mark.deep
@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed")
def test_zsh_completes(program: Path) -> None:
    told = shell(program, "zsh", "-f", "-c", ZSH)
    assert "--fail-on:" in told
    assert "validate" in told


def test_every_shell_has_a_script_powershell_too(capsys: Capsys, monkeypatch: Patch) -> None:
    """Nobody runs it here: its parts are there, and what it calls answers three lines for each."""
    scripts = {name: said(capsys, "completion", name, code=0) for name in SHELLS}
    assert all("hrge-xl" in each and "_HRGE_XL_COMPLETE" in each for each in scripts.values())
    script = scripts["powershell"]
    assert "Register-ArgumentCompleter -Native -CommandName hrge-xl" in script
    assert script.count("{") == script.count("}")
    assert script.count("(") == script.count(")")
    (variable,) = set(re.findall(r"\$env:(_\w+_COMPLETE)", script))
    typed = {variable: "powershell_complete", "COMP_WORDS": "hrge-xl val", "COMP_CWORD": "1"}
    for name, value in typed.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit):
        run([])
    assert capsys.readouterr().out.splitlines()[:2] == ["plain", "validate"]


# Windows, and files in place of pipes


@pytest.mark.deep
def test_what_a_code_page_lacks_never_stops_a_command(here: Path) -> None:
    """As in a console of Western Europe: names and answers in every script are told all the same."""
    (here / "تقرير 报告.xlsx").write_bytes(b"no workbook")
    for encoding in ("cp1252", "cp437", "ascii"):
        done = in_a_process("-m", "hrge_xl", "validate", str(here), PYTHONIOENCODING=encoding)
        assert done.returncode == 4, done.stderr
        assert "تقرير 报告.xlsx: refused" in done.stdout.decode("utf-8")
        assert b"Traceback" not in done.stderr
        assert b"\x1b" not in done.stdout + done.stderr


def test_words_of_commands_are_quoted_for_the_shell(monkeypatch: Patch) -> None:
    from tests.face import paths

    on_posix = {"2026-H1": "2026-H1", "a b": "'a b'", "it's": "'it'\"'\"'s'"}
    on_windows = {"a b": '"a b"', r"\\server\A & B": r'"\\server\A & B"', "it's": '"it\'s"'}
    on_windows[r"C:\rounds\2026-H1"] = r"C:\rounds\2026-H1"
    for system, pairs in (("posix", on_posix), ("nt", on_windows)):
        with monkeypatch.context() as patch:
            patch.setattr(paths.os, "name", system)
            assert {word: paths.quoted(word) for word in pairs} == pairs


def test_output_goes_into_a_file_whole(here: Path, capsys: Capsys) -> None:
    assert run(["generate", "example", "--country", "PAK", "-o", "out"]) == 0
    words = ("validate", "out", "--json", "--today", "2026-06-30")
    capsys.readouterr()
    assert run([*words]) == 1
    printed = capsys.readouterr().out
    assert run([*words, "-o", "report.json"]) == 1
    assert capsys.readouterr().out == ""
    written = (here / "report.json").read_text(encoding="utf-8")
    command = re.compile(r'"command": .*')
    assert command.sub("", written) == command.sub("", printed)
    assert run([*words, "-o", "-"]) == 1
    assert command.sub("", capsys.readouterr().out) == command.sub("", printed)


def test_every_command_with_json_has_an_output() -> None:
    for name, command in COMMANDS.items():
        words = {word for each in command.params for word in each.opts}
        assert "--json" not in words or "-o" in words, name


@pytest.mark.deep
def test_standard_input_is_a_path(here: Path) -> None:
    """`-` is a workbook, `@-` a list; nothing is left behind."""
    assert run(["generate", "example", "--country", "PAK", "-o", "out"]) == 0
    book = here / "out" / "example_PAK_en.xlsx"
    temporary = here / "temporary"
    temporary.mkdir()
    for word, data, name in (
        ("-", book.read_bytes(), "stdin.xlsx"),
        ("@-", f"{book}\n".encode(), book.name),
    ):
        done = in_a_process("-m", "hrge_xl", "validate", word, given=data, TMPDIR=str(temporary))
        assert done.returncode == 1, done.stderr
        assert name in done.stdout.decode()
        assert list(temporary.iterdir()) == []
