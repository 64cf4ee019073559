"""The benchmark of latent maps: VAE variants, PCA, UMAP and t-SNE on four panels."""
