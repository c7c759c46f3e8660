"""Specs: what is asked, in which words, from which lists, under which rules.

In goes a folder of YAML, CSV and PO files; out comes a frozen `Spec`, or every mistake in it at once, each with file,
line, column, reason and remedy. Here is also what follows from a spec alone: its expressions, parsed once; what a
workbook is issued with; what names mean; what differs between two versions; and the copies of it that travel.
"""
