"""Returned files: untrusted bytes in, a `Submission` or a `Refusal` out; the only layer that opens them."""

from .read import Refusal, Wanted, layout_of, read, read_bytes, read_many

__all__ = ["Refusal", "Wanted", "layout_of", "read", "read_bytes", "read_many"]
