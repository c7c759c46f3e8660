"""Structured workbooks from one spec, and the returned workbooks as data that can be trusted.

Everything in `hrge_xl.api` can be had from here too: `hrge_xl.load`. Nothing of it is imported before it is asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .api import *  # noqa: F403
else:  # a type checker would take any name for one that is there

    def __getattr__(name):
        """Give a verb, or a record that one takes or gives."""
        api = import_module(".api", __name__)
        if name in api.__all__:
            return getattr(api, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__():
        """List the verbs too."""
        return sorted({"__version__", *import_module(".api", __name__).__all__})
