"""Structured workbooks from one spec, and the returned workbooks as data that can be trusted.

The verbs of the command line are functions of `hrge_xl.api`, and can be had from here too: `hrge_xl.load`.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"
VERBS = frozenset({
    "check", "compare", "consolidate", "datasets", "decide", "diff", "document", "draft", "drafts", "explain", "export",
    "feedback", "generate", "init_round", "issue", "load", "load_round", "one_dataset", "read", "receive", "recover",
    "refresh", "remind", "report", "schemas", "set_contact", "sign", "status", "trace", "try_out", "validate",
    "verify", "waive", "withdraw",
})  # fmt: skip


def __getattr__(name: str) -> Any:
    """Give a verb, and import what it needs only now."""
    if name in VERBS:
        return getattr(import_module(f"{__name__}.api"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
