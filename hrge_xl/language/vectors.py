"""Results over all submissions at once: arrays of submissions by rows.

Blanks are NaN in figures and -1 in texts. Figures that differ in the last bits of a calculation only are equal, as they
are in spreadsheets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .texts import BLANK, Ids
from .tree import FIGURES, Type

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Integers = NDArray[np.int64]
NAN = float("nan")
SAME = 2.0**-48


@dataclass(frozen=True, slots=True, eq=False)
class Vector:
    """The result of an expression: its values, and where an answer is there although it may be unreadable.

    `data` holds numbers and serial days, numbers of texts, or truth values; for several answers it has one
    more axis, of parts.
    """

    type: Type
    data: NDArray[Any]
    filled: Bools

    @property
    def known(self) -> Bools:
        """Where there is a value; several answers are one as soon as one of them is there."""
        if self.type in FIGURES:
            return np.asarray(~np.isnan(self.data))
        if self.type is Type.BOOL:
            return self.filled
        known = np.asarray(self.data != BLANK)
        return np.asarray(known.any(axis=2)) if self.type is Type.MANY else known


def figure(kind: Type, data: Floats) -> Vector:
    """Make a result in numbers or days; what is not finite is blank."""
    data = np.where(np.isfinite(data), data, NAN)
    return Vector(kind, data, ~np.isnan(data))


def text(kind: Type, ids: Ids) -> Vector:
    """Make a result in texts or codes."""
    return Vector(kind, ids, ids != BLANK)


def truth(data: Bools) -> Vector:
    """Make a condition; it is never blank."""
    return Vector(Type.BOOL, data, np.ones(data.shape, dtype=bool))


def blank(kind: Type) -> Vector:
    """Make nothing."""
    if kind in FIGURES:
        return figure(kind, np.array([[NAN]]))
    return truth(np.array([[False]])) if kind is Type.BOOL else text(kind, np.array([[BLANK]]))


def limited(vector: Vector, where: Bools) -> Vector:
    """Make the result of a formula blank elsewhere; what cannot be read gives it no value, so that nothing is there."""
    data = np.where(where, vector.data, NAN if vector.type in FIGURES else BLANK)
    return Vector(vector.type, data, vector.known & where)


def same(left: Floats, right: Floats) -> Bools:
    """Mark where two figures are equal but for the last bits."""
    size = np.minimum(np.abs(left), np.abs(right))
    return np.asarray((left == right) | (np.abs(left - right) < size * SAME))


def summed(stack: Floats, axis: int = 0) -> Floats:
    """Add up what is known; blank where nothing is."""
    known = ~np.isnan(stack)
    return np.where(known.any(axis=axis), np.where(known, stack, 0.0).sum(axis=axis), NAN)
