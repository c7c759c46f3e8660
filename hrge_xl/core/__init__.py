"""What every other package builds on; it imports none of them.

Errors with their exit codes, the words, numerals and days of many languages, paths and files that are there whole or
not at all, sentences that are kept and said in any language, what the parts of a spec are made of, progress of long
work, and the log of a fault. Texts, numbers, days, paths and bytes go in, and come out.
"""
