"""Where a reading process may read: the modules that it imports, and what the system has for every program."""

from __future__ import annotations

import mimetypes
import os
import site
import sys
import sysconfig
from collections.abc import Iterator
from functools import cache
from pathlib import Path

_SYSTEM = (
    "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/nix/store", "/etc/ld.so.cache",  # libraries
    "/etc/localtime", "/usr/share/zoneinfo", "/dev/null", "/dev/urandom",
)  # fmt: skip
_INSTALLED = "*.dist-info"


@cache
def import_places(path: tuple[str, ...]) -> tuple[str, ...]:
    """Give what has to be readable so that modules can be imported from this `sys.path`.

    Where packages are installed that is the whole folder. Another one, for example a checkout, may hold anything
    besides, a round with its key too: of that only the packages in it.
    """
    return tuple(dict.fromkeys(place for entry in path for place in _of_entry(Path(entry)))) + _libraries()


def _of_entry(entry: Path) -> Iterator[str]:
    if str(entry) in _installed_folders() or entry.is_file() or next(entry.glob(_INSTALLED), None):
        yield str(entry)
    else:
        yield from map(str, entry.glob("*.py"))
        yield from (str(package.parent) for package in entry.glob("*/__init__.py"))


@cache
def _installed_folders() -> frozenset[str]:
    ours = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    compiled = {os.path.join(folder, "lib-dynload") for folder in ours}  # noqa: PTH118 - as in `sys.path`
    return frozenset({*ours, *compiled, *site.getsitepackages(), site.getusersitepackages()})


def _libraries() -> tuple[str, ...]:
    kinds = map(str, mimetypes.knownfiles)  # openpyxl looks into them when it is imported
    return (os.path.join(sys.base_prefix, "lib"), *_SYSTEM, *kinds)  # noqa: PTH118


def module_path() -> tuple[str, ...]:
    """Give where this process finds modules, for another one that is somewhere else."""
    return tuple(os.path.abspath(entry) for entry in sys.path)  # noqa: PTH100 - "" means the current folder
