"""Train: the form, running trainings, and the models of a panel."""
