"""Letters, archives and folders: the workbooks in them, at any depth, and what else lies there."""

from .found import Found, Left, Letter, Unopened, Workbook
from .sources import found_in

__all__ = ["Found", "Left", "Letter", "Unopened", "Workbook", "found_in"]
