"""Parts of pages that are drawn by scripts of our own in the browser; they ask nobody else."""
