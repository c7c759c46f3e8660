"""The formats of the validation report: one module each, listed by being here.

A module is called as `--format` names it. It has `render(document)`, which gives text or bytes, and `SUFFIX`, how its
files end; where a report is more than one file, `beside(document)` gives the names and the contents of the others.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from ...core.errors import UsageError, remedy_for

TEAM_PAGES = "validation_pages"  # the folder for the pages of teams, beside a report that has some
FORMATS = tuple(module.name for module in iter_modules(__path__))


def module_of(name: str) -> ModuleType:
    """Return the module of one of `FORMATS`; only then is it loaded, and what it needs. Raises `UsageError`."""
    if name not in FORMATS:
        raise UsageError(
            f"There is no format of reports '{name}'.", value=name, remedy=remedy_for(name, FORMATS)
        )
    return import_module(f".{name}", __name__)
