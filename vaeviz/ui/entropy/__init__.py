"""Entropy and migrations: along the genome, in order, on the map, and places."""
