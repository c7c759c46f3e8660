"""The formats of the validation report: one module each, listed by being here.

A module is called as `--format` names it. It has `render(document)`, which gives text or bytes, and `SUFFIX`, how its
files end; where a report is more than one file, `beside(document)` gives the names and the contents of the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, NamedTuple

from ...core.errors import UsageError
from ...core.suggest import remedy_for

if TYPE_CHECKING:
    from ..document import Document

FORMATS = tuple(module.name for module in iter_modules(__path__))


class Format(NamedTuple):
    """A report format: what renders it, how its files end, and what lies beside a large one."""

    render: Callable[[Document], str | bytes]
    suffix: str
    beside: Callable[[Document], Iterable[tuple[str, str]]]


def of(name: str) -> Format:
    """Give one of `FORMATS`; only then is its module loaded, and what that needs. Raises `UsageError`."""
    if name not in FORMATS:
        raise UsageError(f"There is no format of reports '{name}'. {remedy_for(name, FORMATS)}")
    module = import_module(f".{name}", __name__)
    return Format(module.render, module.SUFFIX, getattr(module, "beside", lambda _: ()))
