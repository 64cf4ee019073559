"""The export bundle: figures, tables, models, cohorts, manifest, methods."""
