"""Structured workbooks from one spec, and the returned workbooks as data that can be trusted."""

__version__ = "0.1.0"
