"""Texts as they may come out of a process that reads untrusted files, and that one of them may have taken over.

What such a process answers is decoded into types: each text in them is one of these, or of a closed set of words.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from .paths import MOST_NAME, PLAIN_NAME

MOST_TEXT = 1 << 22  # characters: a hundred times what a cell holds
# what a file says; never a path, nor a part of one
BoundedText = Annotated[str, Meta(max_length=MOST_TEXT)]
PlainName = Annotated[str, Meta(max_length=MOST_NAME, pattern=PLAIN_NAME)]  # `path_in` takes it
