"""What may leave the house: a copy of a dataset without restricted questions and without small counts of people.

In goes a dataset and its spec; out comes a dataset of the same tables (`sharing`), in which what must not be told is
empty. Which figures these are follows from the counts of people in it and from what adds up among them
(`people_fields`, `people_counts`): the small ones, and those that would give them away (`suppressed_figures`,
`suppression`).
"""
