"""What the site shows besides docs/: pages made from the library, and guides in their language.

mkdocs calls these functions while it builds.
"""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

import hrge_xl
from hrge_xl.core.words import direction, language_name

STYLE = """
.md-grid { max-width: 76rem; }
.md-tabs__link { opacity: 1; }
:root > * {
  --md-code-hl-comment-color: var(--md-code-fg-color);
  --md-code-hl-generic-color: var(--md-code-fg-color);
  --md-code-hl-operator-color: var(--md-code-fg-color);
  --md-code-hl-punctuation-color: var(--md-code-fg-color);
  --md-code-hl-variable-color: var(--md-code-fg-color);
}
.md-typeset a:not(.headerlink) { text-decoration: underline; }
.md-typeset__scrollwrap { overflow: visible; }
.md-typeset td, .md-typeset th, .md-typeset code, .md-typeset h3 { overflow-wrap: anywhere; }
.md-typeset table:not([class]) th { min-width: 0; }
.md-typeset td:first-child { min-width: 5em; }
.md-typeset td:last-child { min-width: 4em; }
[dir=rtl] { overflow-x: clip; }
[dir=rtl] ol li, [dir=rtl] ul li { margin: 0 1.25em 0 0; }
@media screen and (max-width: 44em) {
  .md-typeset table:not([class]) td, .md-typeset table:not([class]) th { padding: 0.4em; }
}
.languages { margin: 0 0 1rem; }
"""
GUIDES = sorted(
    path.stem for path in (Path(__file__).parents[2] / "docs" / "filling-in").glob("*.md")
)


def on_files(files: Files, config: Any) -> Files:
    """Add what is made, not written."""
    made = {
        "site.css": STYLE,
        "iframe-worker.js": Path(__file__)
        .with_name("iframe-worker.js")
        .read_text(encoding="utf-8"),
        "api.md": api(),
        "decisions/index.md": decisions(config),
    }
    for path, content in made.items():
        files.append(File.generated(config, path, content=content))
    return files


def on_page_markdown(markdown: str, page: Any, **_: object) -> str:
    """Lead to the list of decisions, not to their folder; and from what lies outside docs/ to nowhere.

    The search finds a guide before a decision that speaks of the same.
    """
    if page.file.src_uri.startswith("decisions/"):
        page.meta["search"] = {"boost": 0.1}
    markdown = markdown.replace("](decisions/)", "](decisions/index.md)")
    return re.sub(r"\[([^\]]+)\]\(\.\./(?!pictures|[\w-]+\.md)[^)]*\)", r"\1", markdown)


def on_post_page(output: str, **_: object) -> str:
    """Give the search a name for those who hear the page."""
    return output.replace('role="dialog"', 'role="dialog" aria-label="Search"')


def on_page_content(html: str, page: Any, **_: object) -> str:
    """Let a guide for teams be read in its language, and switched to another one."""
    path = Path(page.file.src_path)
    if path.stem != "filling-in" and path.parent.name != "filling-in":
        return html

    def named(tag: str) -> str:
        return language_name(tag).capitalize()

    own, up = ("en", "filling-in/") if path.stem == "filling-in" else (path.stem, "")
    to_english = "filling-in.html" if own == "en" else "../filling-in.html"
    links = (
        f"<strong lang={tag}>{named(tag)}</strong>"
        if tag == own
        else f'<a lang={tag} hreflang={tag} href="{to_english if tag == "en" else f"{up}{tag}.html"}">{named(tag)}</a>'
        for tag in ("en", *GUIDES)
    )
    switch = f'<nav class="languages" aria-label="Languages">{" · ".join(links)}</nav>'
    return f'{switch}<div lang="{own}" dir="{direction(own)}">{html}</div>'


def api() -> str:
    """Give every function and value of the library, with its signature."""
    verbs = [name for name in sorted(hrge_xl.__all__) if name.islower()]
    values = [name for name in sorted(hrge_xl.__all__) if name not in verbs and not name.isupper()]
    lines = [
        "# Functions in Python",
        "",
        "By example: [Using hrge_xl from Python](library.md).",
        "",
        "## Functions",
        "",
    ]
    lines += [f"::: hrge_xl.{name}\n" for name in verbs]
    lines += ["## Values that they take and give", ""]
    return "\n".join(lines + [f"::: hrge_xl.{name}\n" for name in values])


def decisions(config: Any) -> str:
    """Give every decision with its title."""
    files = sorted(Path(config.docs_dir, "decisions").glob("0*.md"))
    titles = (
        re.sub(r"^# (\d+\. )?", "", file.read_text(encoding="utf-8").partition("\n")[0])
        for file in files
    )
    links = (
        f"* [{file.stem[:4]}: {escape(title)}]({file.name})"
        for file, title in zip(files, titles, strict=True)
    )
    about = "Why it is built as it is: what was weighed, and what came out."
    return "\n".join(["# Decisions", "", about, "", *links])
