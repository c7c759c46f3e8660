"""Figures about people: what a cell of a return says, and what several returns come to."""

from __future__ import annotations

from typing import NamedTuple


class Cell(NamedTuple):
    """A figure in a cell of a return."""

    submission: str
    tool: str
    row: str
    field: str

    @property
    def key(self) -> tuple[str, str]:
        """The field that it answers, by tool and code."""
        return self.tool, self.field


class Total(NamedTuple):
    """A figure over several returns: of what kind, and which one."""

    kind: str
    key: tuple[str | None, ...]


Figure = Cell | Total
