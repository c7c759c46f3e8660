"""Returned workbooks that LibreOffice saved, each with a file of what must be found in it."""
