"""The sheets that every workbook has besides those of the spec: what marks them, and what they are called."""

COVER_KEY, LISTS_KEY, IDENTITY_KEY = "COVER", "LISTS", "IDENTITY"
LAST_KEY = "LAST"  # of the answers of the round before, where there are any
SAMPLE_KEY = "SAMPLE"  # below the key of every sheet of a sample
FEEDBACK_KEY, LEFTOVER_KEY = "FEEDBACK", "LEFTOVER"  # sheets of a workbook that was given back
KEYS = (COVER_KEY, LISTS_KEY, IDENTITY_KEY, LAST_KEY, FEEDBACK_KEY, LEFTOVER_KEY)
NAMES = ("Cover", "Lists", "To correct", "Without a place")  # in English
IDENTITY_SHEET, LAST_SHEET = "_hrge", "_hrge_last"
