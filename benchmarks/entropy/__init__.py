"""Speed and memory of entropies on a panel of the paper's size, beside plain scikit-allel."""
