"""What every page has in common: templates, policy, colours, and texts that are safe to show."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from ..core.words import direction, translator
from ..workbook.styles import ink_on
from .document import CALLED, fill, visible

_LEFT_TO_RIGHT = re.compile(  # in an escaped text
    r"hrge-xl [a-z]+(?: (?:[A-Z]+|[0-9a-f]{6,}|--[a-z-]+))*|--[a-z][a-z-]*|pip install &#34;hrge-xl\[[a-z]+\]&#34;"
    r"|[A-Za-z0-9][A-Za-z0-9 ._-]{0,30}![A-Z]{1,3}[0-9]+"  # Excel has no longer names of sheets
)


class Data(Environment):
    """Templates over plain data: `identity.copy` is the key of the dictionary, never its method."""

    def getattr(self, obj: object, attribute: str) -> object:
        """Return a key of a dictionary first."""
        if isinstance(obj, dict):
            return self.getitem(obj, attribute)
        return super().getattr(obj, attribute)


# how every template is read: it refuses what is not there
STRICT: dict[str, Any] = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}


@cache
def environment() -> Environment:
    """Templates that escape everything."""
    loader = PackageLoader("hrge_xl.outputs", "templates")
    templates = Data(loader=loader, autoescape=True, finalize=shown, **STRICT)
    templates.filters["isolated"] = isolated
    return templates


@cache
def plain_environment() -> Environment:
    """Templates of texts, which hold everything as it came."""
    loader = PackageLoader("hrge_xl.outputs", "templates")
    return Environment(loader=loader, autoescape=False, keep_trailing_newline=True, **STRICT)


def isolated(text: str) -> Markup:
    """Let commands, options and addresses of cells run from left to right, whichever way their sentence runs."""
    return Markup(_LEFT_TO_RIGHT.sub(r'<bdi dir="ltr">\g<0></bdi>', str(escape(visible(text)))))


def shown(value: object) -> object:
    """Return what stands on the page for a value; escaping comes after this."""
    if value is None:
        return ""
    text = visible(value) if isinstance(value, str) else value
    return text if text is value or not isinstance(value, Markup) else Markup(text)


def asset(name: str) -> str:
    """Return a file of the templates as it stands."""
    return (resources.files("hrge_xl.outputs") / "templates" / name).read_text(encoding="utf-8")


def rendered(template: str, language: str, style: str, script: str = "", **values: object) -> str:
    """Return a page with its words, its style and its script, and the policy that allows nothing else."""
    assets = {
        "style": Markup(style),
        "script": Markup(script),
        "policy": policy(style=style, script=script),
    }
    about = {"lang": language, "dir": direction(language), **words(language)}
    return environment().get_template(template).render(**assets, **about, **values)


def words(language: str) -> dict[str, Callable[..., Markup]]:
    """Return what texts of ours are said with, by the names that templates have for it."""
    translate = translator(language)

    @cache
    def escaped(text: str) -> Markup:
        return escape(translate(text))

    def say(text: str, /, **values: object) -> Markup:
        """Say a text; what is in braces is filled in, where there is something to fill in."""
        return escaped(text).format(**values) if values else escaped(text)

    def plural(count: int, singular: str, plural_text: str) -> Markup:
        """Say how many there are of something."""
        return say(singular if count == 1 else plural_text, n=f"{count:,}")

    return {"say": say, "plural": plural, "called": lambda code: escaped(CALLED[code])}


def policy(**texts: str) -> str:
    """Return the content security policy: nothing but our own style and script, by their hashes."""
    hashes = {
        kind: base64.b64encode(hashlib.sha256(text.encode()).digest())
        for kind, text in texts.items()
    }
    allowed = [
        f"{kind}-src 'sha256-{digest.decode()}'" for kind, digest in hashes.items() if texts[kind]
    ]
    return "; ".join(["default-src 'none'", *allowed, "base-uri 'none'", "form-action 'none'"])


def css_text(text: str) -> str:
    """Quote a text for CSS: everything but letters, digits and spaces is written as a number."""
    return (
        '"'
        + "".join(c if c.isalnum() or c == " " else f"\\{ord(c):x} " for c in visible(text))
        + '"'
    )


def level_rules(name: str, colour: str) -> str:
    """Return the rules for what stands at a level, and paler ones for a crossing where nothing stands."""
    pale = "#" + bytes((part + 3 * 255) // 4 for part in bytes.fromhex(fill(colour)[1:])).hex()
    grounds = ((name, fill(colour)), (f"{name}.zero", pale))
    return "".join(
        f".{css}{{background:{ground};color:{ink_on(ground)}}}" for css, ground in grounds
    )


def foot_rule(text: str) -> str:
    """Return the rule for the foot of a printed page: a text and the number of the page."""
    numbers = '@bottom-right{content:counter(page)" / "counter(pages)}'
    return f"@page{{@bottom-left{{content:{css_text(text)}}}{numbers}}}\n"
