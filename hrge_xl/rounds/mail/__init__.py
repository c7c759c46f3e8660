"""Mails to teams, as drafts: which are due, what they say, and the files that mail programs open. None is ever sent."""
