"""How to draw: the generator and the model it needs, its knobs, and Generate."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from vaeviz.config import Generator, SimulateConfig
from vaeviz.data.panel import Panel
from vaeviz.ui import cohorts, steps
from vaeviz.ui.explain import teaching
from vaeviz.ui.waiting import named_steps
from vaeviz.ui.widgets import choice

if TYPE_CHECKING:
    from vaeviz.synthesis.region import Region
    from vaeviz.training.model import TrainedModel

MAX_PEOPLE = 5_000
SLOW_COMPARISONS = 1e10
"""Synthetic rows x real rows x sites from which drawing and checking takes over ten seconds."""

FEW_EPOCHS = 50
"""Under as many a sequence model is a first look; its windows seldom fit together."""

TRAIN = "Train a sequence model"
WALKS: tuple[Generator, ...] = ("neighbour-walk", "autoregressive")
UNPHASED: tuple[Generator, ...] = ("global", "gaussian")
Values = dict[str, object]


@dataclasses.dataclass(frozen=True)
class Models:
    """The current models of the panel."""

    map_model: TrainedModel
    sequence: TrainedModel | None

    def drawing(self, generator: Generator, panel: Panel) -> TrainedModel | None:
        """The one that draws for a generator; None where neither has the shape."""
        from vaeviz.errors import ModelError
        from vaeviz.synthesis.generators import check_fits

        for model in (self.sequence, self.map_model):
            try:
                if model is not None:
                    check_fits(generator, model, panel)
                    return model
            except ModelError:
                continue
        return None

    @property
    def preferred(self) -> Generator:
        """The generator to start with: what the sequence model serves, else the map."""
        from vaeviz.synthesis.generators import fitting_generator

        return fitting_generator(self.sequence or self.map_model)


def generator_choice(models: Models, panel: Panel) -> tuple[Generator, TrainedModel | None]:
    """The generator, with what it keeps and leaks, and the model that draws."""
    from vaeviz.synthesis.generators import GENERATORS

    offered = [name for name in GENERATORS if panel.phased or name in UNPHASED]
    preferred = models.preferred
    titles = {str(name): facts.title for name, facts in GENERATORS.items()}
    chosen = choice(
        "Generator",
        offered,
        f"simulate_generator_{preferred}",
        preferred,
        titles.__getitem__,
    )
    generator = next(name for name in offered if name == chosen)
    facts = GENERATORS[generator]
    if generator == "mosaic":
        st.error(f"**{facts.leaks}** {facts.keeps}", icon=":material/content_copy:")
    else:
        st.markdown(f"{facts.keeps} {facts.leaks}")
    model = models.drawing(generator, panel)
    if model is None:
        _needs_training(generator)
    elif generator in WALKS and len(model.history) < FEW_EPOCHS:
        st.warning(
            f"The sequence model was trained for {len(model.history)} epochs only. Few of those it "
            "draws may encode into the region: train it longer for a cohort to use.",
            icon=":material/model_training:",
        )
    elif models.sequence is None and panel.phased and generator in UNPHASED:
        _better(TRAIN, "The neighbour walk keeps linkage and haplotypes as well.")
    return generator, model


def _needs_training(generator: Generator) -> None:
    """What to train for a generator whose model is missing."""
    from vaeviz.synthesis.generators import GENERATORS

    facts = GENERATORS[generator]
    st.warning(
        f"{facts.title} needs a sequence model of this panel that was trained with "
        f"`{facts.train}`.",
        icon=":material/model_training:",
    )
    use = steps.COMPRESS if generator == "autoregressive" else steps.FILL_IN
    _train_button(TRAIN, use)


def _better(label: str, text: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"{text} It needs a sequence model.", width="stretch")
        _train_button(label, steps.FILL_IN)


def _train_button(label: str, use: str) -> None:
    if st.button(
        label,
        key="simulate_train",
        icon=":material/model_training:",
        on_click=steps.to_new_model,
        args=("sequence", use),
    ):
        st.switch_page("pages/train.py")


def settings(generator: Generator, region: Region, allow_small: bool) -> SimulateConfig:
    """Number, seed, and for those who want them the knobs of the generator."""
    default = SimulateConfig()
    left, right = st.columns(2)
    n = left.number_input(
        "People to draw", 1, MAX_PEOPLE, default.n, key="simulate_n", persist_state="session"
    )
    seed = right.number_input(
        "Seed", 0, 2**31 - 1, default.seed, key="simulate_seed", persist_state="session"
    )
    values: Values = {
        "n": int(n),
        "seed": int(seed),
        "allow_small": allow_small,
        "generator": generator,
    }
    if not teaching():
        with st.expander("More settings", icon=":material/tune:"):
            values |= _knobs(generator, region, default)
    return SimulateConfig.make(**values)


def _knobs(generator: Generator, region: Region, default: SimulateConfig) -> Values:
    values: Values = {}
    if generator in WALKS:
        values["hop"] = st.slider(
            "Hop rate",
            0.0,
            1.0,
            default.hop,
            0.05,
            key="simulate_hop",
            persist_state="session",
            help="Chance that a haplotype follows another donor from one window to the next. Less "
            "keeps more linkage between windows, and more of the donors.",
        )
        values["neighbours"] = st.slider(
            "Nearest donors to hop to",
            2,
            50,
            default.neighbours,
            key="simulate_neighbours",
            persist_state="session",
            help="Twice as many make up the code of a window. More is more private and loses "
            "linkage.",
        )
    if generator == "mosaic":
        values["generations"] = _generations(
            "Generations of recombination", "simulate_generations", default.generations, 100.0
        )
    else:
        values["temperature"] = st.slider(
            "Temperature",
            0.0,
            2.0,
            default.temperature,
            0.1,
            key="simulate_temperature",
            persist_state="session",
            help="Spread of the positions: 1 is the generator's own, 0 none, 2 wider.",
        )
    if region.parts and generator not in UNPHASED:
        values["generations_since"] = _generations(
            "Generations since the sources met", "simulate_since", default.generations_since, 1.0
        )
    values["reject"] = st.toggle(
        "Draw again whoever does not encode into the region",
        default.reject,
        key="simulate_reject",
        persist_state="session",
    )
    return values


def _generations(label: str, key: str, default: float, least: float) -> float:
    return float(
        st.number_input(label, least, 10_000.0, default, step=1.0, key=key, persist_state="session")
    )


def generate(models: Models, panel: Panel, region: Region, config: SimulateConfig) -> None:
    """Draw the cohort, check it, and keep both for this session.

    Raises
    ------
    VaevizError
        The region is too small, or model and panel do not fit; an earlier cohort stays.
    """
    from vaeviz.synthesis.generate import generate as draw
    from vaeviz.synthesis.report import cohort_report

    assert config.generator is not None
    model, map_model = models.drawing(config.generator, panel), models.map_model
    assert model is not None
    with named_steps("Drawing people") as progress:
        cohort = draw(model, panel, region, config, map_model, progress)
        report = cohort_report(model, panel, cohort, map_model, config.seed, progress)
    cohorts.keep(cohort, report, panel, model, map_model)


def drop_near_copies(kept: cohorts.KeptCohort, models: Models, panel: Panel) -> None:
    """Take the near copies out of the session's cohort, and report on the people left.

    Raises
    ------
    PrivacyError
        Nobody would be left.
    """
    from vaeviz.reports.cohort_export import without_people
    from vaeviz.synthesis.report import cohort_report

    copies = kept.report.near_copy_index
    left = without_people(kept.cohort, copies)
    model = kept.drawn_by(models.map_model, models.sequence)
    with named_steps("Checking those who are left") as progress:
        report = cohort_report(model, panel, left, models.map_model, left.config.seed, progress)
    cohorts.keep(left, report, panel, model, models.map_model, kept.dropped + len(copies))


def say_time(panel: Panel, region: Region, model: TrainedModel, config: SimulateConfig) -> None:
    """Tell what a large cohort means: more than trained the model, and the time it takes."""
    n_train = int(np.count_nonzero(model.split_of(panel)[region.members] == "train"))
    if config.n > n_train:
        st.caption(
            f":material/warning: {config.n:,} people are more than the {n_train:,} of the region "
            "who trained the model: what can be learned about those grows with the number drawn."
        )
    comparisons = config.n * panel.n_samples * panel.rows_per_sample**2 * panel.n_sites
    if comparisons > SLOW_COMPARISONS:
        st.caption(
            "This may take a minute: every synthetic row is compared with every real one. Stay "
            "on this page, or run `python -m vaeviz simulate` in a terminal."
        )
