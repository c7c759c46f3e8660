"""Checks returned workbooks: a submission in, its outcome out."""

from __future__ import annotations

from .run import check, closed_rows, predict_cached_values

__all__ = ["check", "closed_rows", "predict_cached_values"]
