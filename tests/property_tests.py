"""How property tests choose their examples: the same ones in every run, or, hunting, very many at random.

`make hunt` (pytest's `--hypothesis-profile hunt`) hunts. What it finds is kept in `.hypothesis` until it is mended,
and then stands beside the test as an explicit `@example`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable

from hypothesis import HealthCheck, settings
from hypothesis.database import DirectoryBasedExampleDatabase

import hrge_xl

REPEATABLE, HUNT = "repeatable", "hunt"
EXAMPLES = 100  # of a test that does not say how many
SHARE = 4  # in every run one of so many, as they are always the same
TIMES_MORE = 20  # in a hunt
BY_THE_CLOCK = [HealthCheck.too_slow]  # fails on a busy computer


def register_profiles() -> None:
    """Make both ways known to Hypothesis; the repeatable one holds until pytest is asked for another."""
    settings.register_profile(
        REPEATABLE,
        max_examples=EXAMPLES // SHARE,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=BY_THE_CLOCK,
    )
    settings.register_profile(
        HUNT,
        max_examples=EXAMPLES * TIMES_MORE,
        derandomize=False,
        database=DirectoryBasedExampleDatabase(".hypothesis/examples"),
        deadline=None,
        suppress_health_check=BY_THE_CLOCK,
        print_blob=True,
    )
    settings.load_profile(REPEATABLE)


def examples(count: int, *, suppress: Iterable[HealthCheck] = ()) -> settings:
    """Say how many examples a test can afford in every run; a hunt looks at so many times more."""
    return settings(
        max_examples=max(1, count * settings().max_examples // EXAMPLES),
        suppress_health_check=[*BY_THE_CLOCK, *suppress],
    )


def import_everything() -> None:
    """Import the whole package, for Hypothesis draws constants from whatever of it was imported so far.

    Without this, examples depend on which tests ran before in the same process.
    """
    for module in pkgutil.walk_packages(hrge_xl.__path__, f"{hrge_xl.__name__}."):
        importlib.import_module(module.name)
