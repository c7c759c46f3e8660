"""Returned files: untrusted bytes in, a `Submission` or a `Refusal` out; the only layer that opens them.

A file goes through the gate (what is it, may it be opened), is read into a `RawWorkbook` by the reader of its format,
and is compared with the layout that its stamp names: answers, findings and every text without a place come out. Mails
and archives are unpacked layer by layer. What touches the bytes runs in processes with limits and a sandbox (`worker`).
What reads workbooks (`read`) is imported where one is read: most processes leave that to others.
"""

from .gate import File, Refusal, fingerprint
from .identity import ExpectedReturn, spec_of, stamp_alone
from .office_files import Job, content_of, first_table, look_into
from .raw import RawWorkbook
from .worker import cores

__all__ = [
    "ExpectedReturn",
    "File",
    "Job",
    "RawWorkbook",
    "Refusal",
    "content_of",
    "cores",
    "fingerprint",
    "first_table",
    "look_into",
    "spec_of",
    "stamp_alone",
]
