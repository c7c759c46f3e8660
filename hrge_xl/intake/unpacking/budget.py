"""The limits of intake over all layers of one source together: what lies within an archive within a mail counts too."""

from __future__ import annotations

from ...findings.file import TOO_MANY_ENTRIES
from ..limits import LIMITS, Limits
from ..raw import Unreadable
from ..zip_package import too_large

MOST_LAYERS = 6  # a workbook in a zip in a forwarded mail in a mail is at the fourth
MOST_TROUBLES = 20  # files of one source that are no workbooks by their content and are told one by one


class Budget:
    """What may still be unpacked of one source. Every method raises `Unreadable` where that is too much."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self.limits = limits
        self._entries, self._bytes = 0, 0

    def take_entries(self, count: int) -> None:
        """Count the parts of a layer, before any of them is looked at."""
        most = self.limits.entries
        if self._entries + count > most:
            raise Unreadable(TOO_MANY_ENTRIES.at(count=str(self._entries + count), limit=str(most)))
        self._entries += count

    def take_bytes(self, count: int) -> None:
        """Count what a part is once it is unpacked."""
        most = self.limits.total_bytes
        if self._bytes + count > most:
            raise too_large("", self._bytes + count, most)
        self._bytes += count
