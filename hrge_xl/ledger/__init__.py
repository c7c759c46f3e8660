"""The ledger of a round or dataset: which file came when, and what people decided, waived and sealed.

Events go in (`events`), each chained to the one before it (`chain`), with a second copy in a journal; out come the
files in the order of their arrival (`ledger`), what is in force (`judgements`), and whether anything was changed from
outside (`seals`). `files` keeps the bytes of what came, and a folder for one writer at a time; `signing` has the keys.
"""
