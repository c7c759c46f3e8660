"""Many returned files, one dataset: rounds, ledger, tables, figures."""

from .engine import Summary, consolidate

__all__ = ["Summary", "consolidate"]
