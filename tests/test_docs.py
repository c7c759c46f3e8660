"""Generated pages are fresh, and every command is documented."""

from __future__ import annotations

import re

import pytest

from tests.face import COMMANDS, cli, guide, guide_name
from tests.face import PAGES as GUIDE_PAGES
from tests.write_docs import DOCS, GUIDES, PAGES, guide_for_teams


@pytest.mark.parametrize("name", PAGES)
def test_page_is_fresh(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name](), "run `make docs`"


@pytest.mark.parametrize("language", GUIDES)
def test_the_guide_that_goes_out_is_the_one_that_is_written(language: str) -> None:
    there = (GUIDE_PAGES / guide_name(language)).read_text(encoding="utf-8")
    assert there == guide_for_teams(language), "run `make docs`"


@pytest.mark.parametrize("language", GUIDES)
def test_a_guide_that_goes_out_leaves_nothing_of_the_pictures_that_stay(language: str) -> None:
    assert not re.search(r"<img|<p>!|pictures/", guide(guide_name(language)).decode())


@pytest.mark.parametrize("name", ["findings.md", "rules.md"])
def test_no_page_shows_what_only_the_program_reads(name: str) -> None:
    """A placeholder, or the name of a class, outside the expressions of a rule."""
    prose = re.sub(r"`[^`]*`", "", PAGES[name]())
    assert not re.search(r"\{\w*\}|\w+\(\{", prose)


def test_every_command_exists_and_is_listed() -> None:
    page = (DOCS / "cli.md").read_text(encoding="utf-8")
    for name in cli.list_commands(None):  # type: ignore[arg-type]
        assert name in COMMANDS
        assert f"## hrge-xl {name}" in page


def test_only_codes_are_said_to_be_joined() -> None:
    joined = [line for line in PAGES["dataset.md"]().splitlines() if line.endswith("codes, joined by `;`. |")]
    assert joined
    assert not [line for line in joined if "SHA-256" in line or ".:" in line]
