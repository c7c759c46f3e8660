"""The site as somebody opens it from a folder: no network, a search, nothing for axe, on a laptop and a telephone.

`make site-check` builds it first.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.pages import violations

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.long, pytest.mark.browser]

SITE = Path(__file__).parent.parent / "output" / "site"
LAPTOP, TELEPHONE = 1366, 375
PAGES = sorted(
    path.relative_to(SITE).as_posix() for path in SITE.rglob("*.html") if path.name != "404.html"
)
LARGE = {
    "dictionary.html",
    "api.html",
    "dataset.html",
    "findings.html",
}  # the same kinds of elements over and over


@pytest.fixture(params=[LAPTOP, TELEPHONE])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A window; it fails where anything is asked of a network."""
    context = browser.new_context(
        viewport={"width": request.param, "height": 900}, reduced_motion="reduce"
    )
    asked: list[str] = []
    window = context.new_page()
    window.on("request", lambda each: asked.append(each.url))
    yield window
    context.close()
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []


def test_every_page_fits_its_window(page: Page) -> None:
    assert len(PAGES) > 100
    wide = []
    for name in PAGES:
        page.goto((SITE / name).as_uri(), wait_until="domcontentloaded")
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            wide.append(name)
    assert wide == []


def test_axe_finds_nothing(page: Page) -> None:
    found = {}
    for name in [
        each for each in PAGES if not each.startswith("decisions/0") and each not in LARGE
    ]:
        page.goto((SITE / name).as_uri())
        if wrong := violations(page):
            found[name] = wrong
    assert found == {}


def test_the_search_finds_a_question_and_a_code(page: Page) -> None:
    for asked, answer in (
        ("RSK_22", "dictionary.html"),
        ("V002", "findings.html"),
        ("reminders", "coordinating"),
    ):
        page.goto((SITE / "index.html").as_uri())
        if page.viewport_size and page.viewport_size["width"] == TELEPHONE:
            page.locator("label.md-header__button[for=__search]").click()
        page.locator("input.md-search__input").press_sequentially(asked)
        page.wait_for_selector(".md-search-result__link", timeout=20_000)
        links = page.eval_on_selector_all(
            ".md-search-result__link", "all => all.map(each => each.href)"
        )
        assert [link for link in links[:10] if answer in link], (asked, links[:10])


@pytest.mark.parametrize("words", ["waiver", "deadline", "prefilled", "verify"])
def test_the_search_finds_a_guide_before_a_decision(words: str, page: Page) -> None:
    page.goto((SITE / "index.html").as_uri())
    if page.viewport_size and page.viewport_size["width"] == TELEPHONE:
        page.locator("label.md-header__button[for=__search]").click()
    page.locator("input.md-search__input").press_sequentially(words)
    page.wait_for_selector(".md-search-result__link", timeout=20_000)
    first = page.locator(".md-search-result__link").first.get_attribute("href")
    assert first is not None
    assert "decisions/" not in first


def test_a_guide_is_in_its_language_and_leads_to_the_others(page: Page) -> None:
    page.goto((SITE / "filling-in.html").as_uri())
    assert page.locator("nav.languages a").count() == 8
    page.locator("nav.languages a[lang=ar]").click()
    page.wait_for_url("**/filling-in/ar.html")
    assert page.locator("article div[lang=ar]").get_attribute("dir") == "rtl"
    page.locator("nav.languages a[lang=en]").click()
    page.wait_for_url("**/filling-in.html")
