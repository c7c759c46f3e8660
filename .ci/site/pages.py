"""What the site shows besides docs/: pages made from the spec and the library, and guides in their language.

mkdocs calls these functions while it builds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

import hrge_xl
from hrge_xl.dataset.dimensions import dimensions
from hrge_xl.dataset.schema import Schema

STYLE = """
.md-grid { max-width: 76rem; }
.md-typeset table:not([class]) { display: block; overflow-x: auto; }
.md-typeset pre > code { overflow-x: auto; }
.md-typeset a:not(.headerlink) { text-decoration: underline; }
.md-typeset code, .md-typeset td, .md-typeset th { overflow-wrap: anywhere; }
.md-typeset .headerlink { color: inherit; }
.languages { margin: 0 0 1rem; }
[dir=rtl] .md-typeset ul, [dir=rtl] ul, [dir=rtl] ol { padding-right: 1.6em; padding-left: 0; }
"""
LANGUAGES = {
    "en": "English", "ar": "العربية", "ckb": "کوردیی ناوەندی", "es": "Español", "fa": "فارسی", "fr": "Français",
    "ru": "Русский", "ur": "اردو", "zh": "中文",
}  # fmt: skip
FROM_RIGHT = {"ar", "ckb", "fa", "ur"}


def on_files(files: Files, config: Any) -> Files:
    """Add what is made, not written."""
    made = {
        "site.css": STYLE,
        "dictionary.md": dictionary(),
        "api.md": api(),
        "decisions/index.md": decisions(config),
    }
    for path, content in made.items():
        files.append(File.generated(config, path, content=content))
    return files


def on_page_markdown(markdown: str, page: Any, **_: object) -> str:
    """Lead to the list of decisions, not to their folder; and from what lies outside docs/ to nowhere."""
    markdown = markdown.replace("](decisions/)", "](decisions/index.md)")
    return re.sub(r"\[([^\]]+)\]\(\.\./(?!pictures|[\w-]+\.md)[^)]*\)", r"\1", markdown)


def on_page_content(html: str, page: Any, **_: object) -> str:
    """Let a guide for teams be read in its language, and switched to another one."""
    path = Path(page.file.src_path)
    if path.stem != "filling-in" and path.parent.name != "filling-in":
        return html
    own, up = ("en", "filling-in/") if path.stem == "filling-in" else (path.stem, "")
    to_english = "filling-in.html" if own == "en" else "../filling-in.html"
    links = (
        f"<strong lang={tag}>{name}</strong>"
        if tag == own
        else f'<a lang={tag} hreflang={tag} href="{to_english if tag == "en" else f"{up}{tag}.html"}">{name}</a>'
        for tag, name in LANGUAGES.items()
    )
    direction = "rtl" if own in FROM_RIGHT else "ltr"
    switch = f'<nav class="languages" aria-label="Languages">{" · ".join(links)}</nav>'
    return f'{switch}<div lang="{own}" dir="{direction}">{html}</div>'


@cache
def _said() -> dict[str, list[dict[str, Any]]]:
    """Give what the Toolkit says of its sheets, questions and lists, as its dataset does."""
    schema = Schema(hrge_xl.load("hrge_toolkit"))
    rows = dimensions(schema, complete=False)
    return {
        name: [dict(zip(schema.by_name[name].names, row, strict=True)) for row in rows[name]]
        for name in ("tools", "questions", "codes")
    }


def dictionary() -> str:
    """Give every question of the Toolkit by sheet, and every list with its codes."""
    spec = hrge_xl.load("hrge_toolkit")
    lines = [
        "# Dictionary of the Toolkit",
        "",
        f"What each code in the data of *{spec.title.say('en')}*, version {spec.version}, means. The name of a column "
        "in the dataset is the code of its question in small letters: `RSK_22` is the column `rsk_22` of `risks`.",
    ]
    for tool in _said()["tools"]:
        own = [each for each in _said()["questions"] if each["tool"] == tool["tool"]]
        if own:
            lines += ["", f"## {tool['tool']}: {tool['title']}", ""]
            lines += _table(("code", "question", "answer", "asked for", "table"), map(_question, own))
    lines += ["", "## Lists", ""]
    for name in dict.fromkeys(each["list"] for each in _said()["codes"]):
        entries = [(f"`{each['code']}`", each["label"]) for each in _said()["codes"] if each["list"] == name]
        lines += [f"### {name}", "", *_table(("code", "label"), entries), ""]
    return "\n".join(lines)


def _question(each: dict[str, Any]) -> Sequence[str]:
    listed = f", [{each['list']}](#{each['list'].lower()})" if each["list"] else ""
    unit = f", {each['unit']}" if each["unit"] else ""
    help_ = f"<br>{each['help']}" if each["help"] else ""
    required = "when a condition holds" if each["required"].startswith("when ") else each["required"]
    kind = each["type"].replace("_", " ")
    asked, answer = f"{each['label']}{help_}", f"{kind}{listed}{unit}"
    return f"`{each['field']}`", asked, answer, required, f"`{each['table_name']}`"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '&#124;').replace(chr(10), ' ') for cell in row)} |"


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
        re.sub(r"^# (\d+\. )?", "", file.read_text(encoding="utf-8").partition("\n")[0]) for file in files
    )
    rows = (
        (f"[{file.stem[:4]}]({file.name})", escape(title)) for file, title in zip(files, titles, strict=True)
    )
    about = "Why it is built as it is: what was weighed, and what came out."
    return "\n".join(["# Decisions", "", about, "", *_table(("number", "decision"), rows)])
