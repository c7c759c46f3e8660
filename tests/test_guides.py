"""The guides say what is so: their commands run, their tables agree with the program, their links lead somewhere.

In a guide, ```console blocks hold commands (`$ hrge-xl …`, `# exit N` where it is not 0) and lines that the output
must contain; a block of another language with a file name behind it is that file. What others do is played by comments:
`<!-- copy A B -->` sends workbooks back as they are, `<!-- mail … -->` filled in (see `guide_mail`), and
`<!-- sent ROUND -->` says that the drafts were sent and deleted.
"""

from __future__ import annotations

import re
import shlex
import shutil
import textwrap
from pathlib import Path
from typing import Any

import pytest

from hrge_xl import load, try_out
from hrge_xl.cli import run
from hrge_xl.core.errors import Exit
from tests import write_expressions
from tests.command_line import Agreeing
from tests.face import (
    CATALOGUE,
    COLOURS,
    COMMANDS,
    COMMON_OPTIONS,
    FUNCTIONS,
    AnyBlock,
    find,
    guide,
    guide_name,
)
from tests.face import PAGES as GUIDE_PAGES
from tests.guide_mail import post
from tests.telling import telling
from tests.write_docs import DOCS, PAGES, guide_for_teams
from tests.write_docs import GUIDES as GUIDES_OF_TEAMS

LONGEST = "coordinating.md"  # the weeks of a whole round, a page a task
PARTS = re.findall(r"\((coordinating-\w+\.md)\)", (DOCS / LONGEST).read_text(encoding="utf-8"))
GUIDES = (
    "index.md",
    "filling-in.md",
    LONGEST,
    *PARTS,
    "auditing.md",
    "writing-a-spec.md",
    "expressions.md",
    "analysing.md",
    "library.md",
    "coming-from-kobo.md",
    "coming-from-dhis2.md",
    "coming-from-a-spreadsheet.md",
    "first-round.md",
    "first-spec.md",
    "first-analysis.md",
    "spec-in-excel.md",
    "importing.md",
    "cluster.md",
    "postgresql.md",
    "backup.md",
)
STEP = re.compile(
    r"^```(?P<language>\w+)(?: (?P<file>\S+))?\n(?P<body>.*?)^```$|^<!-- (?P<verb>copy|mail|sent) (?P<words>.+?) -->$",
    re.M | re.S,
)
COMMAND = re.compile(r"\$ hrge-xl (?P<words>.*?)(?:\s+# exit (?P<code>\d+))?$")
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")


def text_of(guide: str) -> str:
    return (DOCS / guide).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "guide",
    [
        pytest.param(guide, marks=pytest.mark.deep if guide in (LONGEST, "first-round.md") else ())
        for guide in GUIDES
        if guide not in PARTS
    ],
)
def test_commands_run(
    guide: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", Agreeing())
    pages = [guide, *(PARTS if guide == LONGEST else ())]  # they go on where the one before ended
    for step in STEP.finditer("\n".join(map(text_of, pages))):
        if step["verb"]:
            PLAYED[step["verb"]](step["words"])
        elif step["file"]:
            (tmp_path / step["file"]).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / step["file"]).write_text(step["body"], encoding="utf-8")
        elif step["language"] == "console":
            play(step["body"], capsys)


def copy(words: str) -> None:
    """Workbooks come back as they went out."""
    source, target = words.split()
    pages = shutil.ignore_patterns("*.html")  # the guide for teams: nobody sends that back
    shutil.copytree(source, target, dirs_exist_ok=True, ignore=pages)


def sent(round_folder: str) -> None:
    drafts = list((Path(round_folder) / "drafts").rglob("*.eml"))
    assert drafts
    for draft in drafts:
        draft.unlink()


PLAYED = {"copy": copy, "mail": post, "sent": sent}


def play(block: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Run the commands of a block; lines between them must stand in what was said."""
    said = ""
    for line in block.splitlines():
        command = COMMAND.match(line)
        if command is None:
            assert line in said, f"{line!r} is not in:\n{said}"
            continue
        code = run(shlex.split(command["words"]))
        out, err = capsys.readouterr()
        said = out + err
        assert code == int(command["code"] or 0), f"{line}\n{said}"


@pytest.mark.parametrize("guide", GUIDES)
def test_commands_links_and_codes_are_there(guide: str) -> None:
    text = text_of(guide)
    assert set(re.findall(r"`?\$? ?hrge-xl ([a-z]+)", text)) <= set(COMMANDS)
    links = [link for link in LINK.findall(text) if "://" not in link]
    assert [link for link in links if not (DOCS / link).exists()] == []
    assert [code for code in re.findall(r"\b[FISVXP]\d{3}\b", text) if code not in CATALOGUE] == []


def test_exit_codes_are_all_told() -> None:
    told = {
        int(code) for code in re.findall(r"^\| (\d+) \|", text_of("coordinating-settings.md"), re.M)
    }
    assert told == {int(code) for code in Exit}


def table(guide: str, head: str) -> dict[str, list[str]]:
    """The rows of a table by their first cell."""
    body = text_of(guide).split(f"| {head} |", 1)[1].split("\n\n")[0]
    rows = [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in body.splitlines()[2:]
    ]
    return {row[0].strip("` "): row[1:] for row in rows}


def test_options_of_every_field_and_kinds_of_blocks() -> None:
    written_out = {"for", "checks"}  # as fields and rules, when a spec is read
    assert set(table("writing-a-spec.md", "option")) == {*COMMON_OPTIONS, *written_out}
    models = AnyBlock.__origin__.__args__  # type: ignore[attr-defined]
    rows = table("writing-a-spec.md", "kind")
    assert set(rows) == {model.model_fields["kind"].annotation.__args__[0] for model in models}
    shared = {"kind", "title", "help"}
    for model in models:
        kind = model.model_fields["kind"].annotation.__args__[0]
        assert set(re.findall(r"`(\w+)`", rows[kind][1])) == set(model.model_fields) - shared, kind


def test_every_file_of_the_example_is_explained() -> None:
    folder, text = find("example"), text_of("writing-a-spec.md")
    files = [file.relative_to(folder).as_posix() for file in folder.rglob("*.yaml")]
    assert [name for name in files if f"`{name}`" not in text] == []


def test_what_is_shown_by_example_can_be_put_into_a_spec(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(find("example"), tmp_path / "spec"))
    blocks = re.findall(r"```yaml\n# (\S+)\n(.*?)```", text_of("writing-a-spec.md"), re.DOTALL)
    assert {file for file, _ in blocks} == {"tools/plan.yaml", "rules.yaml", "vocabularies.yaml"}
    for file, lines in blocks:
        text = (folder / file).read_text(encoding="utf-8")
        form, mark, after = text.partition("  - kind: checklist")
        added = textwrap.indent(lines, " " * 6 if mark else "")
        (folder / file).write_text(form + added + mark + after, encoding="utf-8")
    with_examples = load(folder)
    try_out(with_examples)
    assert len(with_examples.rules) == len(load("example").rules) + 3


def test_the_page_of_expressions_is_fresh_and_every_function_has_an_example() -> None:
    there = write_expressions.PAGE.read_text(encoding="utf-8")
    assert there == write_expressions.page(), "run: python -m tests.write_expressions"
    public = [each for each in FUNCTIONS.values() if not each.internal]
    assert [
        each.name for each in public if each.name not in write_expressions.said_of(each)["Example"]
    ] == []


# generated pages


@pytest.mark.parametrize("name", PAGES)
def test_page_is_fresh(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name](), "run `make docs`"


@pytest.mark.parametrize("language", GUIDES_OF_TEAMS)
def test_the_guide_that_goes_out_is_the_one_that_is_written_and_has_its_pictures_within(
    language: str,
) -> None:
    there = (GUIDE_PAGES / guide_name(language)).read_text(encoding="utf-8")
    assert there == guide_for_teams(language), "run `make docs`"
    page = guide(guide_name(language)).decode()
    assert not re.search(r'src="(?!data:)|<p>!|pictures/', page)
    assert page.count("<img") == (2 if language in ("en", "ar") else 0)


def test_its_cells_have_the_colours_of_those_of_the_workbook() -> None:
    shown = set(
        re.findall(r"background: (#\w{6})", (GUIDE_PAGES / "frame.html").read_text("utf-8"))
    )
    kinds = ("paper", "input_fill", "calculated_fill", "missing_fill", "error_fill", "look_fill")
    assert shown == {COLOURS[kind].lower() for kind in kinds}


@pytest.mark.browser
@pytest.mark.parametrize("language", telling(GUIDES_OF_TEAMS, "en", "ar"))
def test_it_prints_on_two_pages(language: str, browser: Any, tmp_path: Path) -> None:
    (tmp_path / "guide.html").write_bytes(guide(guide_name(language)))
    page = browser.new_page()
    page.goto((tmp_path / "guide.html").as_uri())
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 2


def test_it_comes_with_a_workbook_that_is_of_no_round(tmp_path: Path) -> None:
    assert (
        run(["generate", "example", "--country", "PAK", "--language", "fr", "-o", str(tmp_path)])
        == 0
    )
    assert {file.name for file in tmp_path.iterdir()} == {
        "example_PAK_fr.xlsx",
        "filling-in_fr.html",
    }
    assert "Questions" not in (tmp_path / "filling-in_fr.html").read_text("utf-8")


def test_it_says_whom_to_ask_and_by_when_where_that_is_so_for_all(tmp_path: Path) -> None:
    lines = (
        "A,PAK,en,2026-07-15,<office>",
        "B,MAR,en,2026-07-15,another",
        "C,EGY,ar,2026-07-20,Registry",
    )
    (tmp_path / "teams.csv").write_text(
        "\n".join(["team,country,language,deadline,contact", *lines]), "utf-8"
    )
    round_ = tmp_path / "round"
    assert (
        run(
            [
                "round",
                "init",
                str(round_),
                "--spec",
                "example",
                "--teams",
                str(tmp_path / "teams.csv"),
            ]
        )
        == 0
    )
    assert run(["generate", str(round_), "--country", "PAK"]) == 0
    english = (round_ / "issued" / "filling-in_en.html").read_text("utf-8")
    assert "Please return by: <b>2026-07-15</b>" in english
    assert "office" not in english.partition("<h1>")[0]
    assert run(["generate", str(round_)]) == 0
    arabic = (round_ / "issued" / "filling-in_ar.html").read_text("utf-8").partition("<h1>")[0]
    assert "<b>Registry</b>" in arabic
    assert "<b>2026-07-20</b>" in arabic


@pytest.mark.parametrize("name", ["findings.md", "rules.md"])
def test_no_page_shows_what_only_the_program_reads(name: str) -> None:
    """A placeholder, or the name of a class, outside the expressions of a rule."""
    prose = re.sub(r"`[^`]*`", "", PAGES[name]())
    assert not re.search(r"\{\w*\}|\w+\(\{", prose)


def test_only_codes_are_said_to_be_joined() -> None:
    joined = [
        line
        for line in PAGES["dataset.md"]().splitlines()
        if line.endswith("codes, joined by `;`. |")
    ]
    assert joined
    assert not [line for line in joined if "SHA-256" in line or ".:" in line]
