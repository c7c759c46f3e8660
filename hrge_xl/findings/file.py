"""F: the file itself."""

from .model import Kind

KINDS: tuple[Kind, ...] = ()
