"""Verification for auditors: a report made again from the files, and every cell read by a second program."""

from .verify import Audit, verify

__all__ = ["Audit", "verify"]
