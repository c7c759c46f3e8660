"""Field types, one class each; each takes its place in `FIELD_TYPES` by being defined."""

# In the order in which people are told of them.
# isort: off
from . import text, numbers, choices, calculated

# isort: on
from .calculated import figure_of, kind_of, type_of
from .choices import OFFERED, TICK, YES_NO, step_in, step_of, tick_spellings, ticked
from .field import (
    COMMON_OPTIONS,
    FIELD_TYPES,
    Band,
    Cell,
    Check,
    ColumnKind,
    Constraint,
    Evidence,
    Field,
    FieldType,
    Guess,
    Limits,
    PersonalData,
    Reading,
    Sampling,
    Vocabularies,
    When,
)

__all__ = [
    "COMMON_OPTIONS", "FIELD_TYPES", "OFFERED", "TICK", "YES_NO", "Band", "Cell", "Check", "ColumnKind", "Constraint",
    "Evidence", "Field", "FieldType", "Guess", "Limits", "PersonalData", "Reading", "Sampling", "Vocabularies", "When",
    "calculated", "choices", "figure_of", "kind_of", "numbers", "step_in", "step_of",
    "text", "tick_spellings", "ticked", "type_of",
]  # fmt: skip
