"""Field types, one class each; each takes its place in `FIELD_TYPES` by being defined.

A type says everything about itself: how a cell is read, drawn, limited, checked, stored, described and guessed. A
stored value goes in and comes out as a `Reading`: a code, text, number or day, or the code of the finding that says why
it is none.
"""

# In the order in which people are told of them.
# isort: off
from . import text, numbers, choices

# isort: on
from .choices import OFFERED, TICK, YES_NO, step_in, step_of, tick_spellings, ticked
from .field import (
    FIELD_TYPES,
    TOTALS,
    Band,
    CellValue,
    Check,
    ColumnKind,
    Constraint,
    Evidence,
    Field,
    FieldType,
    Guess,
    Narrowing,
    PersonalData,
    Reading,
    Sampling,
    ValidationLimits,
    Vocabularies,
    When,
    figure_of,
    kind_of,
    type_of,
)

# that every type takes: those that none has for itself
COMMON_OPTIONS = frozenset(Field.model_fields).difference(
    *(kind.needs + kind.allows for kind in FIELD_TYPES.values())
)

__all__ = [
    "COMMON_OPTIONS",
    "FIELD_TYPES",
    "OFFERED",
    "TICK",
    "TOTALS",
    "YES_NO",
    "Band",
    "CellValue",
    "Check",
    "ColumnKind",
    "Constraint",
    "Evidence",
    "Field",
    "FieldType",
    "Guess",
    "Narrowing",
    "PersonalData",
    "Reading",
    "Sampling",
    "ValidationLimits",
    "Vocabularies",
    "When",
    "choices",
    "figure_of",
    "kind_of",
    "numbers",
    "step_in",
    "step_of",
    "text",
    "tick_spellings",
    "ticked",
    "type_of",
]
