"""Live cells: those that differ between workbooks of one layout, each with what works out what it shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..layout import Place
from .content import Content, Shown

Now = Callable[[Content], Sequence[Shown]]


@dataclass(frozen=True, slots=True)
class Live:
    """Some cells of one sheet that are worked out together. `now` holds on to nothing that is drawn with."""

    places: tuple[Place, ...]
    now: Now
