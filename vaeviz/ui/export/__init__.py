"""Export: parts of the bundle and its zip."""
