"""Regions of latent space to synthetic genotypes, and reports on them."""
