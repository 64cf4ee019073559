"""Simulate: cohorts from regions of latent space, and admixture."""
