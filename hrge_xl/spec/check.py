"""What pydantic cannot see in a spec: broken references, doubled codes, Excel's limits, wrong expressions, circles."""

from __future__ import annotations

from ..frozen import Path
from .check_circles import check_circles
from .check_expressions import check_expressions
from .check_facts import check_facts
from .check_figures import check_figures
from .check_languages import check_languages
from .check_lists import check_lists
from .check_names import check_names
from .check_profiles import check_profiles
from .check_rules import check_identity, check_rules
from .check_sample import check_sample
from .check_sheets import check_sheets
from .check_tables import check_tables
from .model import Spec
from .placeholders import check_placeholders

CHECKS = (
    check_languages,
    check_names,
    check_lists,
    check_sheets,
    check_tables,
    check_identity,
    check_profiles,
    check_rules,
    check_figures,
    check_expressions,
    check_circles,
    check_placeholders,
)


Mistakes = list[tuple[Path, str, str]]  # path in the spec, reason, remedy


def check(spec: Spec) -> Mistakes:
    """Give every mistake in what is asked; all checks run, whatever the others find."""
    return [mistake for one_check in CHECKS for mistake in one_check(spec)]


def check_given(spec: Spec) -> Mistakes:
    """Give every mistake in the answers that a spec gives itself, facts and sample; nothing else may be wrong in it."""
    return [*check_facts(spec), *check_sample(spec)]
