"""What an xlsx file carries besides answers (macros, links, embedded objects): named, never followed."""

from __future__ import annotations

from collections.abc import Iterator

from ..findings import Finding
from ..findings.file import EMBEDDED_OBJECT, EXTERNAL_LINK, LIVE_DATA_LINK, MACROS_PRESENT
from .ooxml_parts import Parts
from .zip_package import shown

_MACRO_TYPES = ("vbaproject", "macrosheet")
_CONNECTION_TYPES = ("connections+xml", "querytable+xml")
_EMBEDDED_TYPES = ("oleobject", "activex")
_EMBEDDED_FOLDERS = ("/embeddings/", "/activex/")


def foreign_content(parts: Parts) -> Iterator[Finding]:
    """One observation for each kind of content that a form has no use for."""
    types = {name: parts.content_type(name) for name in parts.package.names}
    macros = [name for name, kind in types.items() if _is_any(_MACRO_TYPES, kind, name)]
    embedded = [
        name
        for name, kind in types.items()
        if _is_any(_EMBEDDED_TYPES, kind) or any(folder in f"/{name.lower()}" for folder in _EMBEDDED_FOLDERS)
    ]
    connections = [name for name, kind in types.items() if _is_any(_CONNECTION_TYPES, kind)]
    for finding, found in (
        (MACROS_PRESENT, macros),
        (EMBEDDED_OBJECT, embedded),
        (EXTERNAL_LINK, connections),
    ):
        if found:
            yield finding.at(what=", ".join(shown(name) for name in found[:5]))
    for name, kind in types.items():
        if "externallink+xml" in kind:
            yield _link(parts, name)


def _is_any(words: tuple[str, ...], *texts: str) -> bool:
    return any(word in text.lower() for word in words for text in texts)


def _link(parts: Parts, part: str) -> Finding:
    """Give a link to another workbook, or to a running program (DDE, OLE)."""
    tree = parts.tree(part, "x|externalLink")
    dynamic = next((link for link in tree if link.tag in ("x|ddeLink", "x|oleLink")), None)
    if dynamic is not None:
        return LIVE_DATA_LINK.at(what=shown(dynamic.get("ddeService") or dynamic.get("progId") or part))
    targets = [link.target for link in parts.relationships(part) if link.external]
    # The file name only: a whole path tells where on somebody's computer it lay.
    names = [target.replace("\\", "/").rpartition("/")[2] for target in targets]
    return EXTERNAL_LINK.at(what=shown(", ".join(names) or part))
