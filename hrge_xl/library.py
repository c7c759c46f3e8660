"""The verbs of the command line as functions: generate, read, validate, consolidate, report, feedback, schemas.

Importing this module imports pandas and its like; a program that needs one verb may import it from its own home.
"""

from .bulk import issue
from .consolidation import consolidate
from .correspondence import drafts, remind
from .dataset.frame_schemas import schemas
from .intake import Wanted, read
from .issuing import Order, generate
from .refreshing import refresh
from .reports import report
from .reports.build import Facts, document
from .reports.feedback import feedback
from .rounds.datasets import Question, datasets
from .rounds.receiving import receive
from .spec.load import load
from .validation import Source, ValidationRequest, validate

__all__ = [
    "Facts",
    "Order",
    "Question",
    "Source",
    "ValidationRequest",
    "Wanted",
    "consolidate",
    "datasets",
    "document",
    "drafts",
    "feedback",
    "generate",
    "issue",
    "load",
    "read",
    "receive",
    "refresh",
    "remind",
    "report",
    "schemas",
    "validate",
]
