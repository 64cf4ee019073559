"""The autoencoder without latents in the file: each window is expected from the one before.

Where a reference panel already tells most of a haplotype, latents cost more than they save. The
decoder can compute the latent of what it has decoded, and from it expect the next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vaeviz.compression.codec.autoencoder import MATCHING, AutoencoderPredictor
from vaeviz.compression.codec.context import SiteContext
from vaeviz.compression.codec.integer_network import WholeChain, WholeEncoder, whole_decoder
from vaeviz.compression.codec.matching import Matching
from vaeviz.compression.codec.packing import damaged
from vaeviz.data.panel import MISSING
from vaeviz.errors import CodecError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vaeviz.compression.codec.methods import Frame, Parts, Predictor
    from vaeviz.data.panel import Panel
    from vaeviz.training.model import TrainedModel


class CausalMethod:
    """Codes haplotypes under an autoregressive model, sending no latents.

    Raises
    ------
    CodecError
        The model is not autoregressive, reads persons, or has a condition.
    """

    name = "causal"

    def __init__(self, model: TrainedModel) -> None:
        config = model.config
        plain = config.rows == "haplotype" and config.condition is None
        if not (config.autoregressive and plain and model.latent_code is not None):
            raise CodecError(
                "Only an autoregressive model of haplotypes without a condition can expect a "
                "window from the one before.",
                "Train with --purpose sequence --autoregressive on.",
            )
        self.model = model

    def for_encoding(self, panel: Panel) -> tuple[Parts, Predictor]:
        """Which sites are the model's, and the predictor."""
        rows = panel.model_rows("haplotype")
        matching = Matching.of(rows, self.model.align(rows))
        parts = {MATCHING: matching.to_bytes()}
        return parts, CausalPredictor(self.model, matching, rows.n_rows)

    def for_decoding(self, parts: Parts, frame: Frame) -> Predictor:
        """The same predictor from the parts of a file."""
        if set(parts) != {MATCHING} or frame.ploidy != 1:
            raise damaged("its parts are not those of a causal model")
        n_model = self.model.config.n_sites
        matching = Matching.from_bytes(parts[MATCHING], frame.n_sites, n_model)
        return CausalPredictor(self.model, matching, frame.n_rows)


class CausalPredictor(AutoencoderPredictor):
    """As `AutoencoderPredictor`, with latents that follow from what was decoded."""

    def __init__(self, model: TrainedModel, matching: Matching, n_rows: int) -> None:
        config, weights = model.config, model.weights()
        assert model.latent_code is not None
        self.encoder, self.chain = WholeEncoder(config, weights), WholeChain(config, weights)
        self.width = config.n_latent
        self.latent = np.tile(model.latent_code.mean.astype(np.float64), (n_rows, 1))
        self.met = np.full((n_rows, config.window_width), MISSING, np.int8)
        decoder = whole_decoder(config, weights)
        # The decoder reads a window's latent when the window is entered, not before.
        decoder.read(self.latent)
        super().__init__(decoder, SiteContext(config, weights), matching, 1, n_rows, config.ploidy)

    def _enter(self, block: int) -> None:
        before = np.zeros((self.n_rows, self.width))
        if block > 0 and block == self.block + 1:
            before = self.encoder(self.block, self.met)
        self.latent[:, block * self.width : (block + 1) * self.width] = self.chain(block, before)[0]
        self.met[:] = MISSING
        super()._enter(block)

    def _tell(self, site: int, counts: NDArray[np.int8], flip: bool) -> None:
        alt = np.where(counts < 0, MISSING, self.ploidy - counts if flip else counts)
        self.met[:, site - self.decoder.starts[self.block]] = alt
        super()._tell(site, counts, flip)
