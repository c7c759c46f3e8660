"""What a return says: its answers, its stamp, and what the round before said. Read from files and kept as rows."""
