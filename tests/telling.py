"""Which of many alike cases every run shows; the others are shown by `make deep`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import pytest
from _pytest.mark import ParameterSet

Case = TypeVar("Case")


def telling(
    cases: Iterable[Case], *shown: object, by: Callable[[Case], object] = lambda case: case
) -> list[ParameterSet]:
    """Give all cases, all but those to be shown marked as deep; `by` says by what of a case it is named."""
    every = list(cases)
    assert {*shown} <= {by(case) for case in every}
    return [
        pytest.param(case, marks=() if by(case) in shown else pytest.mark.deep) for case in every
    ]
