"""Returned files: untrusted bytes in, a `Submission` or a `Refusal` out; the only layer that opens them."""

from .gate import fingerprint
from .glance import stamp_at_a_glance
from .read import Readers, Refusal, Wanted, layout_of, read, read_bytes, read_many, readers
from .worker import cores

__all__ = [
    "Readers",
    "Refusal",
    "Wanted",
    "cores",
    "fingerprint",
    "layout_of",
    "read",
    "read_bytes",
    "read_many",
    "readers",
    "stamp_at_a_glance",
]
