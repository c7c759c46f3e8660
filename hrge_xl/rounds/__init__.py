"""Rounds: their folder, the teams that are expected, what came from them, and who has answered.

In go the folder of a round (`round.yaml`, its spec, its key, what lies in `returned/`), lists of teams, and whatever
arrived by mail. Out come the open datasets that every other command asks, where each team stands, and seals of what was
agreed and reported.
"""
