"""Simulate: synthetic people from a region of latent space, or mixed from populations."""

from __future__ import annotations

from vaeviz.ui import explain, guards, steps
from vaeviz.ui.simulate import admix_view, cohort_view

explain.open_page("simulate")
panel = guards.need_panel()
step = steps.switch(steps.SIMULATE, [steps.COHORT, steps.ADMIXTURE])
if step == steps.COHORT:
    cohort_view.tab(panel)
else:
    admix_view.tab(panel)
