"""Embeddings, entropy, population-genetic statistics, migration routes."""
