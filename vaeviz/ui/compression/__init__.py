"""Compression: populations, latent sizes, codecs and files."""
