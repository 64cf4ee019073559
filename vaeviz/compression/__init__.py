"""How well a model describes each group, against baselines."""
