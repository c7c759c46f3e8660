"""Verification for auditors: reports and datasets made again from their files, and cells read by a second program."""
