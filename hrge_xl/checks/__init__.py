"""Checks returned workbooks: a submission in, its outcome out."""

from __future__ import annotations

from .run import check, closed_rows, foretold

__all__ = ["check", "closed_rows", "foretold"]
