"""The codec: genotypes to bytes and back, bit for bit, on any machine."""
