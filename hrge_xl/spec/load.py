"""From a spec folder to a `Spec`: all files, all mistakes at once, each with file, line and column."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import yaml

from ..errors import Mistake, SpecError, UsageError
from ..gc_pause import gc_paused
from ..suggest import did_you_mean
from . import model
from .assemble import HEAD_FILE, Assembly
from .carried import FACTS, digest_of, pack
from .check_names import check_names
from .check_rules import check_rules
from .check_sheets import check_sheets
from .check_texts import check_texts
from .checked_specs import keep, recall
from .expressions import check_circles, check_expressions
from .nodes import mistake_at, plain
from .own_answers import check_own_answers
from .shape import Shape
from .translations import translated
from .yaml_file import FEWER, MOST_PARTS, TOO_MANY, size

SPEC_HOMES = (
    Path(__file__).parent.parent / "workbook_specs",  # installed: inside the package
    Path(__file__).parent.parent.parent / "workbook_specs",  # a checkout: beside it
)
SEPARATORS = {"/", os.sep}
CHECKS = (check_texts, check_names, check_sheets, check_rules, check_expressions, check_circles)


def names() -> list[str]:
    """Give names of the specs that come with the program."""
    homes = [home for home in SPEC_HOMES if home.is_dir()]
    return sorted({file.parent.name for home in homes for file in home.glob(f"*/{HEAD_FILE}")})


def versions() -> dict[str, str]:
    """Give the version of each spec that comes with the program, by its name: only its first file is read."""
    return {name: _head(find(name))["version"] for name in names()}


def _head(folder: Path) -> dict[str, str]:
    with (folder / HEAD_FILE).open(encoding="utf-8") as file:
        head: dict[str, str] = yaml.load(file, Loader=yaml.BaseLoader)  # every value is a text
    return head


def is_path(spec: str | Path) -> bool:
    """Say whether a folder is meant, and not the name of a spec: a path has a separator."""
    return (
        isinstance(spec, Path) or spec in (os.curdir, os.pardir) or any(mark in spec for mark in SEPARATORS)
    )


def find(spec: str | Path) -> Path:
    """Give the folder of a spec given by name or by path. Raises `UsageError` with the known names.

    A name is never a folder that happens to lie in the current one: anybody may have put it there.
    """
    homes = [Path(spec).absolute()] if is_path(spec) else [home / spec for home in SPEC_HOMES]
    found = next((folder for folder in homes if (folder / HEAD_FILE).is_file()), None)
    if found is None:
        raise UsageError(
            f"No spec '{spec}': it is neither a folder with a {HEAD_FILE} nor one of {', '.join(names())}. "
            f"{did_you_mean(spec, names())}".rstrip()
            + (f" {hint}" if (hint := hint_at(spec)) else "")
        )
    return found


def typed(folder: str | Path) -> str:
    """Give a folder as it has to be typed so that it is not taken for a name."""
    text = str(folder)
    return text if is_path(text) else f"{os.curdir}{os.sep}{text}"


def hint_at(spec: str | Path) -> str:
    """Say what to write where a bare name is also that of a folder here; empty where it is not."""
    if is_path(spec) or not (Path(spec) / HEAD_FILE).is_file():
        return ""
    return f"For the folder {spec} in the current folder, write {typed(spec)}."


def load(spec: str | Path) -> model.Spec:
    """Load a spec by name or folder. Raises `SpecError` with every mistake in it."""
    folder = find(spec)
    return _load(folder, digest_of(pack(folder)))


@lru_cache(maxsize=16)
@gc_paused()
def _load(folder: Path, digest: str) -> model.Spec:
    """Give the spec in a folder whose files have this digest: the same files are taken apart once."""
    tree = recall(digest)
    if tree is not None:
        return translated(model.Spec.model_validate(tree | {"digest": digest, "folder": str(folder)}), folder)
    loaded, root, mistakes = read(folder, digest)
    if mistakes or loaded is None or root is None:
        raise SpecError(mistakes)
    keep(digest, plain(root))
    return translated(loaded, folder)


def places(folder: Path) -> Callable[[Sequence[str | int], str, str], Mistake]:
    """Give a function that puts a mistake at the place in the files of a spec that a path in its model leads to."""
    root = Assembly(folder).root()
    return lambda path, reason, remedy: mistake_at(root, path, reason, remedy)


def read(folder: Path, digest: str) -> tuple[model.Spec | None, yaml.Node | None, list[Mistake]]:
    """Give the spec in a folder, as much of it as could be read, with the tree that it came from and every mistake."""
    assembly = Assembly(folder)
    root = assembly.root()
    mistakes, lost = assembly.mistakes, assembly.lost
    if root is not None and size(root) > MOST_PARTS:
        return None, None, [*mistakes, Mistake(HEAD_FILE, 1, 1, TOO_MANY, FEWER)]
    if not isinstance(root, yaml.MappingNode):
        return None, None, mistakes
    shape = Shape(root, lost, mistakes)
    loaded = shape.model(digest=digest, folder=str(folder))
    if loaded is not None:
        mistakes += [
            mistake_at(root, path, reason, remedy)
            for check in CHECKS
            for path, reason, remedy in check(loaded)
            if not lost.explains(reason) and not lost.inside(root, path, reason)
        ]
        if all(
            mistake.file.startswith(f"{FACTS}/") for mistake in mistakes
        ):  # else it may follow from others
            mistakes += [mistake_at(root, *found) for found in check_own_answers(loaded)]
    return loaded, root, list(dict.fromkeys(mistakes))
