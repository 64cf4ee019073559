"""Axes: what a latent dimension changes."""
