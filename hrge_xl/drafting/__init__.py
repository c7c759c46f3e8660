"""First drafts of specs, guessed from workbooks that an office already uses."""

from .guess import Draft, guess
from .read import read
from .write import write

__all__ = ["Draft", "guess", "read", "write"]
