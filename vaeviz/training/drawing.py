"""Drawing alleles from an autoregressive decoder, each given those drawn before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from vaeviz.models.shapes import WindowDecoder

if TYPE_CHECKING:
    from vaeviz.training.model import TrainedModel

Floats = NDArray[np.float64]


def draw_in_order(
    model: TrainedModel, latents: Floats, condition: list[str] | None, uniform: Floats
) -> NDArray[np.int8]:
    """Alleles of haplotypes given their latents, site by site.

    Parameters
    ----------
    model : TrainedModel
        Autoregressive, of haplotypes.
    latents : float64 array, shape (n_rows, n_codes)
    condition : list of str or None
        One label a row.
    uniform : float64 array, shape (n_rows, n_sites)
        An allele is ALT where its number is below its probability.

    Returns
    -------
    int8 array, shape (n_rows, n_sites)

    Notes
    -----
    The logit of a site is that of the latent, plus what `SiteContext` adds for the alleles before
    it, in its window and in the window before.
    """
    decoder = model.double.decoder
    assert isinstance(decoder, WindowDecoder)
    context = decoder.context
    assert context is not None
    logits = logit(model.probabilities(latents, condition))
    within = (context.within * context.earlier).numpy()
    before, link = context.before.numpy(), context.link.numpy()
    mean = context.site_mean.numpy()
    bounds = np.append(model.config.windows, model.config.n_sites)
    offsets = np.zeros((len(logits), 0))
    drawn = np.empty(logits.shape, np.int8)
    for w, (start, end) in enumerate(zip(bounds[:-1], bounds[1:], strict=True)):
        here = slice(int(start), int(end))
        window = logits[:, here].copy()
        if w and link[w]:
            window += offsets @ before[w, : offsets.shape[1], : window.shape[1]]
        threshold = logit(uniform[:, here])
        offsets = _draw_window(window, within[w], mean[here], threshold)
        drawn[:, here] = offsets + mean[here] > 0.5
    return drawn


def _draw_window(logits: Floats, within: Floats, mean: Floats, threshold: Floats) -> Floats:
    """Alleles less their mean, (n_rows, width); adds to `logits` as it goes."""
    offsets = np.empty_like(logits)
    width = logits.shape[1]
    for j in range(width):
        offsets[:, j] = (logits[:, j] > threshold[:, j]) - mean[j]
        logits[:, j + 1 :] += np.outer(offsets[:, j], within[j, j + 1 : width])
    return offsets
