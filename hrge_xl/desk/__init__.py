"""The desk: a round as pages on the coordinator's own computer, each act one verb of the library."""
