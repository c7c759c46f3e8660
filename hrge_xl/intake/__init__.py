"""Returned files: untrusted bytes in, a `Submission` or a `Refusal` out; the only layer that opens them."""

from .closed_format import may_answer
from .gate import fingerprint
from .identity import stamp_alone
from .office_files import Job, content_of, first_table, look_into
from .raw import RawWorkbook
from .read import Readers, Refusal, Wanted, layout_of, read, read_bytes, read_many, readers
from .worker import cores

__all__ = [
    "Job",
    "RawWorkbook",
    "Readers",
    "Refusal",
    "Wanted",
    "content_of",
    "cores",
    "fingerprint",
    "first_table",
    "layout_of",
    "look_into",
    "may_answer",
    "read",
    "read_bytes",
    "read_many",
    "readers",
    "stamp_alone",
]
