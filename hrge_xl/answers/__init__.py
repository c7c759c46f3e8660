"""What a return says: its answers cell by cell, its stamp, and what the round before said.

The reader makes these records of a file, the checks make an outcome of them, and a dataset keeps them as rows. They
hold plain values and know no spec: answers go by tool, row and field.
"""
