"""Pages of reports as a browser makes of them: what they hold, ask for and run, and how they look in a window."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


class Parsed(HTMLParser):
    """What a browser would make of a page: elements with attributes, scripts, and tables of findings."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self.raw: list[tuple[str, str]] = []
        self.inside = ""
        self.in_findings = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.inside = tag
        if tag == "table":
            self.in_findings = ("class", "f") in attrs
        if self.in_findings and tag == "tr":
            self.rows.append([])
        if self.in_findings and tag == "td":
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""
        if tag == "table":
            self.in_findings = False

    def handle_data(self, data: str) -> None:
        if self.inside in ("script", "style"):
            self.raw.append((self.inside, data))
        elif self.in_findings and self.rows and self.rows[-1]:
            self.rows[-1][-1] += data

    @property
    def findings(self) -> list[list[str]]:
        """Cells of every finding."""
        return [row for row in self.rows if row]

    @property
    def ids(self) -> list[str | None]:
        return [attributes["id"] for _, attributes in self.elements if "id" in attributes]

    @property
    def links(self) -> set[str | None]:
        return {attributes["href"] for tag, attributes in self.elements if tag == "a"}


def rows_behind(text: str, anchor: str) -> dict[tuple[str, str], set[str]]:
    """What the page lists behind a figure: by sheet and team, or team and file, the cells."""
    listed = re.search(rf'<div id="{anchor}"[^>]*>(.*?)</div>', text, re.DOTALL)
    assert listed, anchor
    found: dict[tuple[str, str], set[str]] = {}
    sheet = ""
    for heading, places in re.findall(r'<p><bdi>([^<]*)|<bdi dir="ltr">([^<]*)', listed[1]):
        sheet = heading or sheet
        for whose in unescape(places).split("; ") if places else ():
            team, cells = re.fullmatch(r"(.*?) ([A-Z]+\d+(?:, [A-Z]+\d+)*)", whose).groups()  # type: ignore[union-attr]
            found.setdefault((unescape(sheet), team), set()).update(cells.split(", "))
    return found


def stands_alone(text: str, *scripts: str) -> bool:
    """Whether a page asks for nothing, runs only its own scripts (`script`, or none), and all its links lead on."""
    parsed = Parsed(text)
    tags = [tag for tag, _ in parsed.elements]
    assert not {"img", "iframe", "link", "object", "base"} & {*tags}
    assert [tag for tag in tags if tag in ("script", "style")] == ["style", *scripts]
    for _, attributes in parsed.elements:
        assert not [
            key for key in attributes if key.startswith("on") or key in ("style", "src", "srcdoc")
        ]
        assert (attributes.get("href") or "#").startswith("#")
    policy = (
        next(a["content"] for tag, a in parsed.elements if tag == "meta" and a.get("http-equiv"))
        or ""
    )
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert ("script-src" in policy) == bool(scripts)
    assert [kind for kind, _ in parsed.raw] == ["style", *scripts]
    for kind, code in parsed.raw:
        assert b64encode(sha256(code.encode()).digest()).decode() in policy, kind
    assert len(parsed.ids) == len({*parsed.ids})
    return parsed.links <= {f"#{name}" for name in parsed.ids}


@contextmanager
def in_a_window(
    browser: Browser, path: Path, width: int = 1280, scripts: bool = True
) -> Iterator[tuple[Page, list[str]]]:
    """Show a page; the list fills with every request beyond the file itself, and every error."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, java_script_enabled=scripts
    )
    try:
        page = context.new_page()
        trouble: list[str] = []
        page.on(
            "request",
            lambda asked: trouble.append(asked.url) if asked.url != path.as_uri() else None,
        )
        page.on("console", lambda message: trouble.append(message.text))
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("dialog", lambda dialog: trouble.append(dialog.message))
        page.goto(path.as_uri())
        yield page, trouble
    finally:
        context.close()


def unfold(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")


def violations(page: Page) -> list[Any]:
    """What axe finds against a page."""
    from axe_playwright_python.sync_playwright import Axe

    return [
        (each["id"], each["nodes"][0]["html"]) for each in Axe().run(page).response["violations"]
    ]
