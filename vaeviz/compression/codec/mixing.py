"""Method 'mix': two copying models, mixed as they prove right.

The weights are learnt while coding, by encoder and decoder alike, so that a file carries none.
Before that both learn on people held out of the reference.

An autoencoder that sends no latents (each window expected from the one before) was tried as a
further input: with the best fixed weights it saves .2 % on validation people of 1000 Genomes
regions, for which a decoder would need the model. It is left out.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from vaeviz.compression.codec.coder import ONE
from vaeviz.compression.codec.copying import Copying, fit_copying, read_copying
from vaeviz.compression.codec.copying_fit import spread_rows
from vaeviz.compression.codec.copying_rates import N_CLASSES, Settings
from vaeviz.compression.codec.logits import LOGIT_SCALE, squash, stretch
from vaeviz.compression.codec.mixing_kernel import Mixer, learn_site, mix_site, new_mixer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vaeviz.compression.codec.methods import Frame, Parts, Predictor
    from vaeviz.data.panel import Panel

LEARNING_RATE = 30_000
MAX_ROW_RATE = 60
"""How far the errors of a site move weights, in 2**-16: in all, and by one row at most."""
HELD_OUT = 8
"""One in so many people of the reference is held out to learn weights on."""
MIN_PEOPLE = 2 * HELD_OUT
"""A smaller reference is not divided: weights are learnt while coding only."""
LEARNING_ROWS = 500
LEARNING_ALLELES = 2_000_000
"""Held-out rows that weights are learnt on, and no more than these alleles."""
READ_STEP, LOST_STEP = 88, 64
"""Bytes of `copying_rates.from_byte` by which the errors of the second copying model are raised;
8 doubles. It forgives so much that it weighs likeness along a piece, not one unbroken copy."""


class MixPredictor:
    """ALT probabilities mixed from those of several predictors (a `Predictor`).

    Parameters
    ----------
    predictors : list of Predictor
        Two or more; the first is trusted at the start.
    classes : int64, shape (n_sites,)
        Class of every site, below N_CLASSES.
    n_rows : int
    """

    def __init__(
        self, predictors: list[Predictor], classes: NDArray[np.int64], n_rows: int
    ) -> None:
        self._predictors, self._classes = predictors, classes
        self._mixer = new_mixer(n_rows, len(predictors) + 1, N_CLASSES)
        self._rate = min(LEARNING_RATE // n_rows, MAX_ROW_RATE)
        self._site = 0
        self._inputs = np.empty((n_rows, len(predictors) + 1), np.int32)
        self._p = np.empty(n_rows, np.int32)

    def predict(self) -> NDArray[np.int32]:
        """ALT probability of every row at the next site, in 1 / ONE."""
        columns = [predictor.predict() for predictor in self._predictors]
        self._inputs[:, :-1] = stretch(np.stack(columns, axis=1))
        self._inputs[:, -1] = LOGIT_SCALE
        self._p = squash(mix_site(self._mixer, self._inputs, self._classes[self._site]))
        return self._p

    def update(self, counts: NDArray[np.int8]) -> None:
        """Tell the alleles of that site, -1 missing, and go to the next."""
        site_class = self._classes[self._site]
        learn_site(self._mixer, self._inputs, site_class, self._p, counts, self._rate)
        for predictor in self._predictors:
            predictor.update(counts)
        self._site += 1

    def first_choice(self) -> NDArray[np.int32]:
        """What the first predictor said at the site that `predict` was asked of."""
        return squash(self._inputs[:, 0])

    def take_weights(self, other: MixPredictor) -> None:
        """Start from what another one has learnt."""
        weights: Mixer = other._mixer
        self._mixer = weights._replace(surprise=self._mixer.surprise)


class MixMethod:
    """Two copying models of a reference, a strict and a forgiving one, mixed.

    Parameters
    ----------
    reference, tune : Panel
        As in `CopyingMethod`.

    Raises
    ------
    CodecError
        The reference is unphased.
    """

    name = "mix"

    def __init__(self, reference: Panel, tune: Panel | None = None) -> None:
        self._reference, self._tune = reference, tune

    @property
    def wins(self) -> bool:
        """Whether mixing codes `tune` (held-out people of the reference without it) shorter.

        Raises
        ------
        CodecError
            `tune` or the reference is unphased.
        """
        if self._tune is not None:
            copying = fit_copying(self._reference, self._tune, self._tune)
            rows = _some_rows(self._tune.counts, self._tune.n_rows)
            mixed, alone = _cost_bits(self._predictor(copying, len(rows)), rows)
        else:
            copying = fit_copying(self._reference, None, self._reference)
            if not self._can_learn(copying):
                return False
            mixed, alone = _cost_bits(*self._lesson(copying))
        return mixed < alone

    def for_encoding(self, panel: Panel) -> tuple[Parts, Predictor]:
        """What the copying model needs, and the predictor of this panel.

        Raises
        ------
        CodecError
            The panel is unphased.
        """
        copying = fit_copying(self._reference, self._tune, panel)
        return copying.parts, self._predictor(copying, panel.n_rows)

    def for_decoding(self, parts: Parts, frame: Frame) -> Predictor:
        """The same predictor from those parts.

        Raises
        ------
        CodecError
            The frame is unphased, or the parts do not fit it and the reference.
        """
        copying = read_copying(self._reference, parts, frame)
        return self._predictor(copying, frame.n_rows)

    def _predictor(self, copying: Copying, n_rows: int) -> MixPredictor:
        """A mixer of these predictors that has learnt on people held out of the reference."""
        mixer = self._beginner(copying, n_rows)
        if self._can_learn(copying):
            pupil, rows = self._lesson(copying)
            for column in np.ascontiguousarray(rows.T):
                pupil.predict()
                pupil.update(column)
            mixer.take_weights(pupil)
        return mixer

    def _can_learn(self, copying: Copying) -> bool:
        return copying.haplotypes.alleles.shape[1] >= 2 * MIN_PEOPLE

    def _lesson(self, copying: Copying) -> tuple[MixPredictor, NDArray[np.int8]]:
        """A mixer over the reference less some people, and their rows."""
        kept, rows = copying.haplotypes.hold_out(HELD_OUT)
        rows = _some_rows(rows, LEARNING_ROWS)
        return self._beginner(replace(copying, haplotypes=kept), len(rows)), rows

    def _beginner(self, copying: Copying, n_rows: int) -> MixPredictor:
        forgiving = replace(copying, settings=_forgiving(copying.settings))
        predictors: list[Predictor] = [copying.predictor(n_rows), forgiving.predictor(n_rows)]
        return MixPredictor(predictors, copying.haplotypes.classes, n_rows)


def _some_rows(rows: NDArray[np.int8], most: int) -> NDArray[np.int8]:
    """At most so many rows, an even number, and no more than LEARNING_ALLELES alleles."""
    most = min(most, len(rows), LEARNING_ALLELES // rows.shape[1] + 2)
    return spread_rows(rows, most - most % 2)


def _forgiving(settings: Settings) -> Settings:
    """Settings of the second copying model."""
    return replace(
        settings,
        minor_read=tuple(min(code + READ_STEP, 255) for code in settings.minor_read),
        minor_lost=tuple(min(code + LOST_STEP, 255) for code in settings.minor_lost),
    )


def _cost_bits(predictor: MixPredictor, rows: NDArray[np.int8]) -> tuple[float, float]:
    """Code length of rows under a mixer, and under its first predictor alone."""
    mixed = alone = 0.0
    for column in np.ascontiguousarray(rows.T):
        known = column >= 0
        p = np.stack([predictor.predict(), predictor.first_choice()])[:, known] / ONE
        bits = -np.log2(np.where(column[known] == 1, p, 1 - p)).sum(axis=1)
        mixed, alone = mixed + float(bits[0]), alone + float(bits[1])
        predictor.update(column)
    return mixed, alone
