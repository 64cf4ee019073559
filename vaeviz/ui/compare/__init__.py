"""Compare: the map beside other embeddings."""
