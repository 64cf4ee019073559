"""Latent space: pictures, selections, people, clusters and differences."""
