"""The autoencoder as a method of the codec: quantised latents, and a decoder in whole numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vaeviz.compression.codec.coder import Channel, Reading, Writing
from vaeviz.compression.codec.context import SiteContext, add_context
from vaeviz.compression.codec.integer_network import LOGIT_BITS, WholeChain, whole_decoder
from vaeviz.compression.codec.latents import code_numbers, inverse_of, inverse_sd_of
from vaeviz.compression.codec.logits import LOGIT_SCALE, UNIT, squash
from vaeviz.compression.codec.matching import Matching
from vaeviz.compression.codec.methods import Frame
from vaeviz.compression.codec.packing import damaged, squeeze, unsqueeze
from vaeviz.data.panel import MISSING
from vaeviz.errors import CodecError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vaeviz.compression.codec.integer_network import WholeDecoder
    from vaeviz.compression.codec.methods import Parts, Predictor
    from vaeviz.data.panel import Panel
    from vaeviz.training.model import TrainedModel

LATENTS, MATCHING, LABELS = "latents", "matching", "labels"
LOGIT_SHIFT = LOGIT_BITS - (LOGIT_SCALE.bit_length() - 1)
LABEL = np.dtype("<u2")


class AutoencoderMethod:
    """Codes a panel through the latents of one model.

    Raises
    ------
    CodecError
        The model's latents are not Gaussian, or its file is older than the codec.
    """

    name = "ae"

    def __init__(self, model: TrainedModel) -> None:
        if model.latent_code is None:
            raise CodecError(*_cannot(model))
        self.model = model
        self.config = model.config

    def for_encoding(self, panel: Panel) -> tuple[Parts, Predictor]:
        """Latents of the panel's rows, and the predictor that follows from them.

        Raises
        ------
        PanelError, ModelError
            The model cannot read this panel.
        """
        numbers = quantise(self.model, panel)
        labels = self.model.categories(panel)
        matching = Matching.of(panel, self.model.align(panel))
        channel = Writing()
        latent = _Latents(self.model).code(channel, numbers)
        parts = {LATENTS: channel.finish(), MATCHING: matching.to_bytes()}
        if labels is not None:
            parts[LABELS] = squeeze(labels.astype(LABEL).tobytes())
        return parts, self._predictor(latent, labels, matching, panel.n_rows)

    def for_decoding(self, parts: Parts, frame: Frame) -> Predictor:
        """The same predictor from the parts of a file."""
        n_rows = frame.n_rows if self.config.rows == "haplotype" else len(frame.samples)
        if self.config.rows == "haplotype" and frame.ploidy != 1:
            raise damaged("its rows are not those of the model")
        if set(parts) != {LATENTS, MATCHING, *([LABELS] if self.config.condition else [])}:
            raise damaged("parts of the autoencoder are not there")
        matching = Matching.from_bytes(parts[MATCHING], frame.n_sites, self.config.n_sites)
        labels = None
        if self.config.condition:
            labels = self._labels(parts[LABELS], n_rows)
        numbers = np.zeros((n_rows, self.config.n_codes), np.int64)
        latent = _Latents(self.model).code(Reading(parts[LATENTS]), numbers)
        return self._predictor(latent, labels, matching, frame.n_rows)

    def _labels(self, data: bytes, n_rows: int) -> NDArray[np.int64]:
        labels = np.frombuffer(unsqueeze(data, n_rows * LABEL.itemsize), LABEL)
        if len(labels) != n_rows or labels.max() > len(self.config.condition_labels):
            raise damaged("its labels are not the model's")
        return labels.astype(np.int64)

    def _predictor(
        self,
        latent: NDArray[np.float64],
        labels: NDArray[np.int64] | None,
        matching: Matching,
        n_rows: int,
    ) -> AutoencoderPredictor:
        weights = self.model.weights()
        decoder = whole_decoder(self.config, weights)
        if labels is not None:
            told = UNIT * np.eye(len(self.config.condition_labels) + 1)[labels]
            latent = np.concatenate([latent, told], 1)
        decoder.read(latent)
        context = SiteContext(self.config, weights) if self.config.autoregressive else None
        copies = n_rows // len(latent)
        return AutoencoderPredictor(decoder, context, matching, copies, n_rows, self.config.ploidy)


def _cannot(model: TrainedModel) -> tuple[str, str]:
    """Why a model has no code for its latents, and what to do."""
    kind = model.config.bottleneck
    if kind != "gaussian":
        return (
            f"The model cannot compress: its bottleneck is {kind!r}, and the codec sends Gaussian "
            "latents.",
            "Train a model with --bottleneck gaussian.",
        )
    return (
        "The model cannot compress: an older version of VAEviz trained it.",
        "Train it again.",
    )


def quantise(model: TrainedModel, panel: Panel) -> NDArray[np.int64]:
    """Latent numbers of every row in steps of the model's latent code: (n_rows, n_codes)."""
    code = model.latent_code
    assert code is not None
    sent = np.maximum(code.step, 1)
    return np.rint(model.encode(panel).mean * UNIT / sent).astype(np.int64) * (code.step > 0)


class _Latents:
    """Passes the latents of one model through a channel, window by window."""

    def __init__(self, model: TrainedModel) -> None:
        assert model.latent_code is not None
        self.config, self.latent_code = model.config, model.latent_code
        self.width = self.config.n_latent
        self.chain = None
        if self.config.autoregressive:
            self.chain = WholeChain(self.config, model.weights())

    def code(self, channel: Channel, numbers: NDArray[np.int64]) -> NDArray[np.float64]:
        """Positions in 1 / UNIT that numbers of steps stand for, (n_rows, n_codes)."""
        positions = np.tile(self.latent_code.mean.astype(np.float64), (len(numbers), 1))
        before = np.zeros((len(numbers), self.width))
        for window, start in enumerate(range(0, numbers.shape[1], self.width)):
            place = slice(start, start + self.width)
            mean, inverse = self._expected(window, place, before)
            sent = np.flatnonzero(self.latent_code.step[place])
            step = np.broadcast_to(self.latent_code.step[place][sent], (len(numbers), len(sent)))
            found = code_numbers(
                channel,
                numbers[:, place][:, sent].ravel(),
                step.astype(np.int64).ravel(),
                mean[:, sent].ravel(),
                inverse[:, sent].ravel(),
            )
            positions[:, start + sent] = found.reshape(step.shape) * step
            before = positions[:, place]
        return positions

    def _expected(
        self, window: int, place: slice, before: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        if self.chain is not None:
            mean, log_sd = self.chain(window, before)
            return mean.astype(np.int64), inverse_sd_of(log_sd)
        mean = self.latent_code.mean[place].astype(np.int64)
        inverse = inverse_of(self.latent_code.sd[place])
        return np.broadcast_to(mean, before.shape), np.broadcast_to(inverse, before.shape)


class AutoencoderPredictor:
    """What a decoder expects of every row, site by site, and learns from what it meets.

    Parameters
    ----------
    decoder : WholeDecoder
        Has read the latents.
    context : SiteContext or None
        Of an autoregressive decoder.
    matching : Matching
    copies : int
        Rows of the panel a row of the model: 2 for a model of persons on phased haplotypes.
    n_rows : int
    ploidy : 1 or 2
        Of the model.
    """

    def __init__(
        self,
        decoder: WholeDecoder,
        context: SiteContext | None,
        matching: Matching,
        copies: int,
        n_rows: int,
        ploidy: int,
    ) -> None:
        self.decoder, self.context, self.matching = decoder, context, matching
        self.copies, self.n_rows, self.ploidy = copies, n_rows, ploidy
        self.block_of = np.searchsorted(decoder.starts, matching.site, "right") - 1
        self.site = 0
        self.block = -1
        # Site by site is how logits are read: (sites of the block, rows).
        self.logits = np.empty((0, 0), np.int32)
        self.after: NDArray[np.int32] | None = None

    def predict(self) -> NDArray[np.int32]:
        """ALT probability of every row at the next site."""
        found, flip = self.matching.site[self.site], self.matching.flip[self.site]
        if found < 0:
            return np.repeat(squash(self.matching.logit[self.site : self.site + 1]), self.n_rows)
        if self.block_of[self.site] != self.block:
            self._enter(int(self.block_of[self.site]))
        column = self.logits[found - self.decoder.starts[self.block]] >> LOGIT_SHIFT
        p = squash(-column if flip else column)
        return np.repeat(p, self.copies) if self.copies > 1 else p

    def _enter(self, block: int) -> None:
        """Logits of a block's sites; with what the block before told, when it goes on from it."""
        logits = self.decoder.logits(block).T
        if self.context is not None:
            logits = logits + self.context.constant(block)[:, None]
            if self.after is not None and block == self.block + 1:
                logits = logits + self.after
            after = self.context.next_window(block)
            width = self.context.size(after) if after is not None else 0
            self.after = np.zeros((width, logits.shape[1]), np.int32) if width else None
        self.logits = np.ascontiguousarray(logits, dtype=np.int32)
        self.block = block

    def update(self, counts: NDArray[np.int8]) -> None:
        """Tell the counts of the site that was predicted last."""
        found = self.matching.site[self.site]
        if self.context is not None and found >= 0:
            self._tell(int(found), counts, bool(self.matching.flip[self.site]))
        self.site += 1

    def _tell(self, site: int, counts: NDArray[np.int8], flip: bool) -> None:
        """Add what a site's unusual rows say to the logits of later sites."""
        assert self.context is not None
        if self.copies > 1:
            pairs = counts.reshape(-1, self.copies)
            counts = np.where((pairs < 0).any(1), MISSING, pairs.sum(1))
        alt = self.ploidy - counts if flip else counts
        unusual = np.where(counts < 0, 0, alt - self.context.usual[site])
        rows = np.flatnonzero(unusual)
        if not len(rows):
            return
        place = site - self.decoder.starts[self.block]
        by = unusual[rows].astype(np.int32)
        add_context(
            self.logits[place + 1 :], self.context.within[self.block, place, place + 1 :], rows, by
        )
        if self.after is not None:
            add_context(self.after, self.context.before[self.block + 1, place], rows, by)
