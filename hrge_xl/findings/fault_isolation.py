"""Has a fault of our own cost the one file that it shows with: what fails together is done again in halves.

What is not a fault of any file passes on and ends the run: a place that cannot be written, a wrong spec, no memory.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from ..core.errors import HrgeError
from ..core.fault_log import write_log
from . import Finding
from .file import ROW_WITHOUT_A_PLACE, STOPPED_BY_THIS_FILE

Item = TypeVar("Item")
Out = TypeVar("Out")

_NOBODYS = (HrgeError, OSError, MemoryError)


class UnfitRow(Exception):
    """A row that the dataset has no place for; `told` says which column, what stands there, and what is needed."""

    def __init__(self, told: Mapping[str, str]) -> None:
        self.told = told
        super().__init__(told["column"])


def apart(
    work: Callable[[Sequence[Item]], Sequence[Out]],
    items: Sequence[Item],
    instead: Callable[[Item, Exception], Sequence[Out]],
) -> list[Out]:
    """Give what `work` gives for some items together, and what `instead` gives for each that it fails for alone."""
    if not items:
        return []
    try:
        return list(work(items))
    except _NOBODYS:
        raise
    except Exception as error:  # noqa: BLE001 (whatever nobody foresaw)
        fault = error
    if len(items) == 1:
        return list(instead(items[0], fault))
    middle = len(items) // 2
    return [*apart(work, items[:middle], instead), *apart(work, items[middle:], instead)]


def stopped(path: str, fault: Exception) -> Finding:
    """Note that a fault showed with a file, and write the log of it."""
    log = str(write_log(fault, [path]))
    if isinstance(fault, UnfitRow):
        return ROW_WITHOUT_A_PLACE.at(**fault.told, log=log)
    return STOPPED_BY_THIS_FILE.at(reason=type(fault).__name__, log=log)
