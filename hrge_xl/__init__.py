"""Structured workbooks from one spec, and the returned workbooks as data that can be trusted.

What can be had from here stands in `__init__.pyi`. Nothing of it is imported before it is asked for.
"""

import lazy_loader

__version__ = "0.2.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
