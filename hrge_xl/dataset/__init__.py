"""The one dataset behind every command: a star of facts with its views, and what counts of everything received.

In go files that were read and checked, the spec that they are of, and the ledger with what people decided about them.
Out come tables and views (`tables.yaml`, `sql/`) in SQLite or PostgreSQL, one object a return, and figures over all
teams; every row leads back to file, sheet and cell.
"""
