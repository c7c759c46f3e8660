"""The ledger of a folder: events in one chain, what follows from them, and the files that they are about."""
