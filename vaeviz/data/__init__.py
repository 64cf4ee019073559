"""Panels: the genotype matrix, readers, writers, quality control, built-in panels."""
