"""Findings in words, as a reader has them."""

from __future__ import annotations

from hrge_xl import Result, Spec, load
from tests.face import Finding, Layout, Words
from tests.face import wording_text as text


def in_words(
    finding: Finding, about: Result | Layout | Spec | str = "example", path: str = "team.xlsx"
) -> Words:
    """A finding in the language of its team; `about` is the return, or the spec, that it was found in."""
    spec: Spec | None
    if isinstance(about, Result):
        spec, path = about.layout.spec if about.layout else None, about.path
    elif isinstance(about, Layout):
        spec = about.spec
    else:
        spec = load(about) if isinstance(about, str) else about
    return text(finding, finding.language or "en", spec, path)
