"""Returned files: untrusted bytes in, a `Submission` or a `Refusal` out; the only layer that opens them."""

from .gate import fingerprint
from .glance import stamp_at_a_glance
from .worker import cores
from .read import Readers, Refusal, Wanted, layout_of, read, read_bytes, read_many, readers

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
