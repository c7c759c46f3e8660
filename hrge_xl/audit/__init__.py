"""Verification for auditors: a report or a dataset is made again from the files that came, and compared.

In goes a `VerificationRequest`: the report, or the folder of a round or dataset, and where returned files lie. `verify`
makes it again, part by part (`report_again`, `dataset_again`), compares each (`differences`) and gives an `Audit`: what
is wrong, what differs, what was not compared, and the verdict, to read and as JSON. The cells of a report's files are
read by a second program too (`second_opinion`).
"""
