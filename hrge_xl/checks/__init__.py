"""Checks returned workbooks: a submission and its layout in, its outcome out.

An outcome has the findings in words of no language yet, what every calculated cell comes to, how far each sheet is, and
which checks did not run and why. The same checks predict what the sheets of a workbook will show when it is issued.
"""

from __future__ import annotations

from .run import check, closed_rows, predict_cached_values
from .sheet_results import as_seen

__all__ = ["as_seen", "check", "closed_rows", "predict_cached_values"]
