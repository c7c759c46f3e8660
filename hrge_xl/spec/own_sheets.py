"""The sheets that every workbook has besides those of the spec: what marks them, and what they are called."""

COVER_KEY, LISTS_KEY, IDENTITY_KEY = "COVER", "LISTS", "IDENTITY"
FEEDBACK_KEY, LEFTOVER_KEY = "FEEDBACK", "LEFTOVER"  # sheets of a workbook that was given back
KEYS = (COVER_KEY, LISTS_KEY, IDENTITY_KEY, FEEDBACK_KEY, LEFTOVER_KEY)
NAMES = ("Cover", "Lists", "To correct", "Without a place")  # in English
IDENTITY_SHEET = "_hrge"
