"""Finds the one return that somebody means: by its submission, its SHA-256, its path, its name or its content."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..errors import UsageError
from ..suggest import alike
from .files import sha256_of
from .return_status import CONFLICT
from .returns import Return

CLOSE = 70  # how alike a misspelt name must be
MOST_NAMES = 8  # told in an error
LEAST_DIGITS = 6  # of a hash, to name a return by its beginning


def find_return(returns: Sequence[Return], name: str) -> Return:
    """Give the return that a name means. Raises `UsageError` with what is possible where it is none or several."""
    named = [each for each in returns if _fits(each, name)]
    there = Path(name).is_file()
    found = _of_content(returns, Path(name)) if there else named
    if there and named and not found:
        raise UsageError(
            f"{name} was changed since it was taken in. Consolidate again, or name the return by its hash."
        )
    if len(found) == 1:
        return found[0]
    if found:
        several = "; ".join(_told(each) for each in found)
        raise UsageError(f"'{name}' may mean several returns: {several}. Name it by the hash in brackets.")
    raise UsageError(f"There is no return '{name}' in the dataset. {_possible(returns, name)}")


def shared_name(team: str | None, number: int | None, submission: str, place: int = 1) -> str:
    """Give what a file is called in what is shared: by its team and its number in the order of receipt.

    What could not be opened has no number, and goes by its submission.
    """
    name = f"{team or '?'} {number or submission}"
    return name if place == 1 else f"{name} ({place})"


def _fits(each: Return, name: str) -> bool:
    """Say whether a return goes by this name, wherever it was seen."""
    digits = name.casefold()
    if len(digits) >= LEAST_DIGITS and any(
        (text or "").startswith(digits) for text in (each.submission, each.sha256)
    ):
        return True
    if name == shared_name(each.team, each.return_number, each.submission):
        return True
    wanted = name.replace("\\", "/").removeprefix("./")
    paths = [path.replace("\\", "/") for path in (each.path, *(item.path for item in each.items))]
    return any(
        f"/{path}".endswith(f"/{wanted}") or wanted.endswith(f"/{path.lstrip('./')}") for path in paths
    )


def _of_content(returns: Sequence[Return], file: Path) -> list[Return]:
    """Give the return that has the bytes of a file, whatever both are called."""
    content = sha256_of(file)
    return [each for each in returns if each.sha256 == content]


def _possible(returns: Sequence[Return], name: str) -> str:
    """Suggest what could have been meant: similar names, else what waits for a decision."""
    files = {each.name: each for each in returns}
    close = alike(Path(name).name, list(files), close=CLOSE)
    if close:
        return "Did you mean " + " or ".join(_told(files[found]) for found in close) + "?"
    waiting = [each for each in returns if each.status == CONFLICT] or list(returns)
    told = "; ".join(_told(each) for each in waiting[:MOST_NAMES])
    more = f" and {len(waiting) - MOST_NAMES} more" if len(waiting) > MOST_NAMES else ""
    return f"There are: {told}{more}." if told else "It is empty."


def _told(each: Return) -> str:
    about = " ".join(str(part) for part in (each.team, each.arrived, each.status) if part)
    return f"{each.name} ({each.submission}): {about}"
