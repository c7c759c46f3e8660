"""Rounds: their folder, the teams that are expected, and who has answered."""
