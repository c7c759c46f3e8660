"""Specs: what is asked, in which words, from which lists, under which rules."""
