"""Splits, the training loop, checkpoints, and the facade of a trained model."""
