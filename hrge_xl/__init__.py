"""Structured workbooks from one spec, and the returned workbooks as data that can be trusted.

The verbs of the command line are functions in `hrge_xl.library`.
"""

__version__ = "0.1.0"
