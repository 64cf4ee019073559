"""Match the sites of a panel to those of a model: swapped alleles, strands, what is absent."""

from __future__ import annotations

import dataclasses
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.data.chromosomes import plain_name
from vaeviz.data.panel import MISSING, SITE_COLUMNS, Panel

WARN_OVERLAP = 0.50
"""Share of a model's sites below which positions in latent space are unreliable."""
_COMPLEMENT = str.maketrans("ACGT", "TGCA")
_AMBIGUOUS = frozenset({"AT", "TA", "CG", "GC"})
_TEXT_COLUMNS = ("chrom", "id", "ref", "alt")
MAX_STRAND_FLIPS = 0.01
"""Share of tellable sites on the other strand above which A/T and C/G sites are not believed."""
Key = Literal["position", "id"]


@dataclasses.dataclass(frozen=True)
class AlignmentReport:
    """How the sites of a panel fit those of a model; all but `overlap` are numbers of sites.

    Attributes
    ----------
    n_model : int
        Sites of the model; matched + ambiguous_dropped + mismatched + missing.
    matched : int
        Found with alleles that fit.
    flipped : int
        Matched with REF and ALT swapped.
    strand_flipped : int
        Matched with the alleles of the other strand.
    ambiguous_dropped : int
        A/T and C/G sites with the alleles swapped: another strand or another reference, which
        cannot be told apart, so the site counts as absent. Where other sites show that part of
        the panel is on the other strand, also those with the alleles in order.
    mismatched : int
        Found with other alleles.
    missing : int
        Not found.
    overlap : float
        matched / n_model.
    matched_by : "position" or "id"
        What the sites were found by.
    """

    n_model: int
    matched: int
    flipped: int
    strand_flipped: int
    ambiguous_dropped: int
    mismatched: int
    missing: int
    overlap: float
    matched_by: Key

    @property
    def unreliable(self) -> bool:
        """Whether so few sites match that positions in latent space mean little."""
        return self.overlap < WARN_OVERLAP


@dataclasses.dataclass(frozen=True)
class Alignment:
    """Where each site of a model is in a panel.

    Attributes
    ----------
    index : int64, shape (n_model_sites,)
        Site of the panel, or -1.
    flip : bool, shape (n_model_sites,)
        Whether the panel counts the model's REF allele.
    report : AlignmentReport
        Numbers for people.
    """

    index: NDArray[np.int64]
    flip: NDArray[np.bool_]
    report: AlignmentReport


def align_sites(panel: Panel, sites: pd.DataFrame) -> Alignment:
    """Find the sites of a model in a panel, by position, or by ID where that finds more.

    Alleles must be the same, swapped (flipped), or either on the other strand. A/T and C/G sites
    look the same on both strands: they count as absent where a strand may have been turned.
    Frequencies do not decide: a cohort of one population has others than the model's people.
    A `chr` before the chromosome is ignored, and so are IDs of ".". Of several sites of the panel
    that fit, the first is taken.

    Parameters
    ----------
    panel : Panel
    sites : DataFrame, one row a site of the model
        chrom, pos, id, ref, alt.
    """
    # Tables read from Parquet hold another kind of text, which does not mix with ours.
    sites = sites[list(SITE_COLUMNS)].astype(dict.fromkeys(_TEXT_COLUMNS, object))
    sites = sites.reset_index(drop=True)
    if sites.equals(panel.sites[list(SITE_COLUMNS)]):
        report = AlignmentReport(len(sites), len(sites), 0, 0, 0, 0, 0, 1.0, "position")
        return Alignment(np.arange(len(sites)), np.zeros(len(sites), bool), report)
    by_position = _align(panel.sites, sites, "position")
    if by_position.report.matched == len(sites):
        return by_position
    by_id = _align(panel.sites, sites, "id")
    return by_id if by_id.report.matched > by_position.report.matched else by_position


def aligned_counts(panel: Panel, alignment: Alignment) -> NDArray[np.int8]:
    """Counts of the model's ALT alleles: int8, shape (n_rows, n_model_sites).

    Absent sites are missing (-1), never reference.
    """
    index, flip = alignment.index, alignment.flip
    counts = np.full((panel.n_rows, len(index)), MISSING, dtype=np.int8)
    present = np.flatnonzero(index >= 0)
    counts[:, present] = panel.counts[:, index[present]]
    turned = counts[:, flip]
    counts[:, flip] = np.where(turned < 0, np.int8(MISSING), panel.ploidy - turned)
    return counts


def _align(have: pd.DataFrame, want: pd.DataFrame, by: Key) -> Alignment:
    place = _position if by == "position" else _identity
    have_place, want_place = place(have), place(want)
    lookup = _Lookup(_key(have_place, have["ref"], have["alt"]))
    ambiguous = (want["ref"] + want["alt"]).isin(_AMBIGUOUS).to_numpy(bool)
    index = np.full(len(want), -1, dtype=np.int64)
    flip = np.zeros(len(want), dtype=bool)
    strand = np.zeros(len(want), dtype=bool)
    dropped = np.zeros(len(want), dtype=bool)
    for turn, swap in ((False, False), (False, True), (True, False), (True, True)):
        found = lookup.find(want, want_place, turn, swap)
        new = (found >= 0) & (index < 0)
        if swap and not turn:
            dropped = new & ambiguous
        if turn or swap:
            new &= ~ambiguous
        index[new], flip[new], strand[new] = found[new], swap, turn
    tellable = (index >= 0) & ~ambiguous
    if strand.sum() > MAX_STRAND_FLIPS * tellable.sum():
        dropped |= (index >= 0) & ambiguous
        index[ambiguous] = -1
    known = want_place.isin(set(have_place)).to_numpy(bool) & want_place.notna().to_numpy(bool)
    matched = int((index >= 0).sum())
    report = AlignmentReport(
        n_model=len(want),
        matched=matched,
        flipped=int(flip.sum()),
        strand_flipped=int(strand.sum()),
        ambiguous_dropped=int(dropped.sum()),
        mismatched=int((known & (index < 0) & ~dropped).sum()),
        missing=int((~known).sum()),
        overlap=matched / max(len(want), 1),
        matched_by=by,
    )
    return Alignment(index, flip, report)


def _position(sites: pd.DataFrame) -> pd.Series:
    names = {c: plain_name(c) for c in pd.unique(sites["chrom"])}
    chrom, pos = sites["chrom"].map(names), sites["pos"].astype(str)
    return chrom.astype(object) + ":" + pos.astype(object)


def _identity(sites: pd.DataFrame) -> pd.Series:
    return sites["id"].astype(object).mask(sites["id"].isin([".", ""]))


class _Lookup:
    """First site of the panel for each key of place and alleles."""

    def __init__(self, keys: pd.Series) -> None:
        usable = (keys.notna() & ~keys.duplicated()).to_numpy(bool)
        self._keys = pd.Index(keys[usable], dtype=object)
        self._site = np.flatnonzero(usable)

    def find(
        self, want: pd.DataFrame, place: pd.Series, turn: bool, swap: bool
    ) -> NDArray[np.int64]:
        """Site for each wanted one, its alleles turned to the other strand or swapped; or -1."""
        ref, alt = want["ref"], want["alt"]
        if turn:
            ref, alt = (x.str.translate(_COMPLEMENT).astype(object) for x in (ref, alt))
        if swap:
            ref, alt = alt, ref
        found = self._keys.get_indexer(pd.Index(_key(place, ref, alt), dtype=object))
        return np.where(found >= 0, self._site[found], -1) if len(self._site) else found


def _key(place: pd.Series, ref: pd.Series, alt: pd.Series) -> pd.Series:
    return place + ":" + ref + ":" + alt
