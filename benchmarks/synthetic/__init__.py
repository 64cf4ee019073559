"""How good and how private synthetic cohorts are, for every generator, beside real people."""
