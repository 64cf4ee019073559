from __future__ import annotations

import numpy as np
import torch

from tests.synthesis.sequence import sequence_model, sequence_panel
from vaeviz.models.shapes import WindowDecoder
from vaeviz.training.drawing import draw_in_order


def test_alleles_drawn_in_order_are_those_of_the_decoder_that_reads_them() -> None:
    """Given all alleles drawn, the decoder's own probabilities lead to the same alleles."""
    model, panel = sequence_model(autoregressive=True), sequence_panel()
    latents = model.encode(panel.take_samples(np.arange(20))).mean
    uniform = np.random.default_rng(0).random((40, panel.n_sites))
    drawn = draw_in_order(model, latents, None, uniform)
    decoder = model.double.decoder
    assert isinstance(decoder, WindowDecoder)
    assert decoder.context is not None
    with torch.inference_mode():
        logits = model.double.decode(torch.from_numpy(latents))
        chance = torch.sigmoid(logits + decoder.context(torch.from_numpy(drawn))).numpy()
    np.testing.assert_array_equal(drawn, uniform < chance)
    independent = uniform < model.probabilities(latents)
    assert (drawn != independent).any()
