"""The guide for teams, as a page in every language: it goes out with the workbooks and is read without a network."""

from __future__ import annotations

from pathlib import Path
from string import Template

from ...core.words import SOURCE_LANGUAGE, direction, with_base

PAGES = Path(__file__).parent


def guide_name(language: str) -> str:
    """Give the name of the page for a language: its own, else that of its base language, else the English one."""
    tags = (*with_base(language), SOURCE_LANGUAGE)
    return next(name for name in map("filling-in_{}.html".format, tags) if (PAGES / name).is_file())


def guide(name: str) -> bytes:
    """Give a page by its name: its text in the frame that all of them have."""
    body = (PAGES / name).read_text(encoding="utf-8")
    language = name.removeprefix("filling-in_").removesuffix(".html")
    title = body.partition("</h1>")[0].removeprefix("<h1>")
    frame = Template((PAGES / "frame.html").read_text(encoding="utf-8"))
    page = frame.substitute(language=language, direction=direction(language), title=title, body=body)
    return page.encode()
