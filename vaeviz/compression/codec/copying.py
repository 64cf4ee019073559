"""Method 'copying': genotypes as mosaics of a reference panel, which the decoder must have too."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vaeviz.compression.codec.coder import ONE
from vaeviz.compression.codec.copying_blocks import Blocks
from vaeviz.compression.codec.copying_fit import fit_settings
from vaeviz.compression.codec.copying_kernel import Rates, new_state, predict_site
from vaeviz.compression.codec.copying_rates import Settings
from vaeviz.compression.codec.copying_reference import Haplotypes, check_phased, haplotypes_at
from vaeviz.data.panel import MISSING
from vaeviz.errors import CodecError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vaeviz.compression.codec.methods import Frame, Parts, Predictor
    from vaeviz.data.panel import Panel

SETTINGS_PART = "copying"
ABSENT_PART = "copying-absent"


class CopyingPredictor:
    """ALT probabilities of rows as mosaics of reference haplotypes (a `Predictor`).

    Parameters
    ----------
    blocks : Blocks
        Of the reference.
    rates : Rates
    n_rows : int
    """

    def __init__(self, blocks: Blocks, rates: Rates, n_rows: int) -> None:
        self._blocks, self._rates = blocks, rates
        self._state = new_state(n_rows, blocks)
        self._site, self._block = 0, 0
        self._before = np.full(n_rows, MISSING, np.int8)

    def predict(self) -> NDArray[np.int32]:
        """ALT probability of every row at the next site, in 1 / ONE."""
        place = (self._site, self._block)
        return predict_site(self._state, self._blocks, self._rates, place, self._before)

    def update(self, counts: NDArray[np.int8]) -> None:
        """Tell the alleles of that site, -1 missing, and go to the next."""
        self._before = counts.astype(np.int8)
        self._site += 1
        if self._site >= self._blocks.starts[self._block + 1]:
            self._block += 1


class CopyingMethod:
    """The copying model of Li and Stephens (2003) over a phased reference panel.

    Parameters
    ----------
    reference : Panel
        Phased people; a decoder needs the same.
    tune : Panel, optional
        Phased people outside the reference on whom the rates are fitted when encoding. Without
        them a tenth of the reference is held out for that.

    Raises
    ------
    CodecError
        The reference is unphased.
    """

    name = "copying"

    def __init__(self, reference: Panel, tune: Panel | None = None) -> None:
        check_phased(reference.ploidy, "reference")
        self._reference, self._tune = reference, tune

    def for_encoding(self, panel: Panel) -> tuple[Parts, Predictor]:
        """Fitted settings, frequencies of sites that the reference lacks, and the predictor.

        Raises
        ------
        CodecError
            The panel is unphased.
        """
        fitted = fit_copying(self._reference, self._tune, panel)
        return fitted.parts, fitted.predictor(panel.n_rows)

    def for_decoding(self, parts: Parts, frame: Frame) -> Predictor:
        """The same predictor from those parts.

        Raises
        ------
        CodecError
            The frame is unphased, or the parts do not fit it and the reference.
        """
        return read_copying(self._reference, parts, frame).predictor(frame.n_rows)


@dataclass(frozen=True)
class Copying:
    """A reference at the sites of a panel, and what was fitted to copy from it.

    Attributes
    ----------
    haplotypes : Haplotypes
    settings : Settings
    parts : Parts
        What a file keeps of it.
    """

    haplotypes: Haplotypes
    settings: Settings
    parts: Parts

    def predictor(self, n_rows: int) -> CopyingPredictor:
        """Predictor of rows at these sites."""
        rates = self.haplotypes.rates(self.settings)
        absent = self.haplotypes.absent
        if absent.any():
            rates.gain[absent] = _read_frequencies(self.parts[ABSENT_PART], int(absent.sum()))
        return CopyingPredictor(self.haplotypes.blocks, rates, n_rows)


def fit_copying(reference: Panel, tune: Panel | None, panel: Panel) -> Copying:
    """Fit a copying model that codes a panel.

    Raises
    ------
    CodecError
        The panel or the reference is unphased.
    """
    check_phased(panel.ploidy, "panel")
    haplotypes = haplotypes_at(reference, panel.sites)
    settings = fit_settings(haplotypes, tune)
    parts = {SETTINGS_PART: settings.to_bytes(haplotypes.classes)}
    if haplotypes.absent.any():
        parts[ABSENT_PART] = _write_frequencies(panel.counts[:, haplotypes.absent])
    return Copying(haplotypes, settings, parts)


def read_copying(reference: Panel, parts: Parts, frame: Frame) -> Copying:
    """The same from the parts that it wrote.

    Raises
    ------
    CodecError
        The frame is unphased, or the parts do not fit it and the reference.
    """
    check_phased(frame.ploidy, "compressed panel")
    haplotypes = haplotypes_at(reference, frame.sites)
    wanted = {SETTINGS_PART} | ({ABSENT_PART} if haplotypes.absent.any() else set())
    if set(parts) != wanted:
        raise CodecError(
            "The file's parts do not fit the reference panel.",
            "Give the reference panel that the file was made with.",
        )
    settings = Settings.from_bytes(parts[SETTINGS_PART], haplotypes.classes)
    return Copying(haplotypes, settings, parts)


def _write_frequencies(counts: NDArray[np.int8]) -> bytes:
    """ALT frequency of every site as a byte, packed; counts (n_rows, n_sites), -1 missing."""
    alt = (counts > 0).sum(axis=0)
    called = (counts >= 0).sum(axis=0)
    frequency = (255 * alt + called // 2) // np.maximum(called, 1)
    return zlib.compress(frequency.astype(np.uint8).tobytes(), 9)


def _read_frequencies(data: bytes, n_sites: int) -> NDArray[np.int64]:
    """Probabilities, in 1 / ONE, of what `_write_frequencies` packed."""
    try:
        unpacker = zlib.decompressobj()
        raw = unpacker.decompress(data, n_sites + 1)
    except zlib.error as error:
        raise CodecError("Frequencies in the file are damaged.", "Copy the file again.") from error
    if len(raw) != n_sites or not unpacker.eof:
        raise CodecError(
            f"The file holds frequencies of {len(raw)} sites, not of {n_sites}.",
            "Give the reference panel that the file was made with.",
        )
    share = np.frombuffer(raw, np.uint8).astype(np.int64)
    return np.clip(share * ONE // 255, ONE >> 12, ONE - (ONE >> 12))
