"""First drafts of specs, guessed from workbooks that an office already uses."""

from .draft_spec import Draft, draft

__all__ = ["Draft", "draft"]
