from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests.panels import linked_panel, random_panel
from vaeviz.compression.codec.methods import Frame
from vaeviz.compression.peer_packing import LAYOUTS, n_planes, pack, unpack
from vaeviz.compression.peer_streams import un_xz_given, xz_given
from vaeviz.compression.peers import PEERS, Peer, run_peer
from vaeviz.data.panel import Panel
from vaeviz.errors import CodecError

BY_NAME = {peer.name: peer for peer in PEERS}
N_SITES = 120


def panels() -> dict[str, Panel]:
    phased, dosages = random_panel(20, N_SITES), random_panel(20, N_SITES, phased=False)
    return {
        "phased": phased,
        "dosages": dosages,
        "one_person_one_site": phased.take_samples([0]).take_sites([0]),
        "missing_dosages": random_panel(20, N_SITES, phased=False, missing=0.3),
        "missing_people": missing_people(phased),
    }


def missing_people(panel: Panel) -> Panel:
    """Both alleles of a third of the genotypes lost."""
    lost = np.random.default_rng(1).random((panel.n_samples, panel.n_sites)) < 0.3
    counts = np.where(np.repeat(lost, 2, axis=0), -1, panel.counts)
    return Panel.create(counts, 1, panel.samples, panel.sites, panel.info)


@pytest.mark.parametrize("kind", panels())
@pytest.mark.parametrize("peer", PEERS, ids=lambda p: p.name)
def test_every_peer_gives_every_kind_of_panel_back(peer: Peer, kind: str) -> None:
    panel = panels()[kind]
    context = panel.counts[::-1] if peer.reads_panel else np.empty((0, 0), np.int8)
    assert peer.available
    sizes = []
    for layout in peer.layouts:
        data = peer.encode(panel, context, layout)
        back = peer.decode(data, Frame.of(panel), context, layout)
        np.testing.assert_array_equal(back, panel.counts)
        sizes.append(len(data))
    assert run_peer(peer, panel, context).n_bytes == min(sizes)


@given(
    arrays(np.int8, st.tuples(st.integers(1, 20), st.integers(1, 20)), elements=st.integers(-1, 2)),
    st.sampled_from(LAYOUTS),
)
@settings(max_examples=60, deadline=None)
def test_packed_bits_come_back(counts: np.ndarray, layout: str) -> None:
    for ploidy in (1, 2):
        given_ = np.minimum(counts, ploidy)
        planes = n_planes(given_, ploidy)
        data = pack(given_, ploidy, layout, planes)
        lines, width = given_.shape if layout == "rows" else given_.shape[::-1]
        assert len(data) == planes * lines * -(-width // 8)
        np.testing.assert_array_equal(unpack(data, given_.shape, ploidy, layout), given_)


def test_haplotypes_without_missing_take_one_bit() -> None:
    assert n_planes(np.array([[0, 1]], np.int8), 1) == 1
    assert n_planes(np.array([[0, -1]], np.int8), 1) == 2
    assert n_planes(np.array([[0, 1]], np.int8), 2) == 2


def test_a_panel_that_holds_the_people_leaves_almost_nothing() -> None:
    panel = linked_panel(n_samples=40, n_sites=2000)
    for name, alone in (("xz-panel", "xz"), ("zstd-panel", "zstd")):
        same = run_peer(BY_NAME[name], panel, panel.counts).n_bytes
        assert same < 0.1 * run_peer(BY_NAME[alone], panel).n_bytes


def test_a_context_of_noise_costs_no_more_than_none() -> None:
    rng = np.random.default_rng(3)
    data, context = (rng.bytes(5000) for _ in range(2))
    coded = xz_given(data, context)
    assert len(coded) < 1.02 * len(data)
    assert un_xz_given(coded, context) == data


@pytest.mark.parametrize("data", [b"", b"a" * 1000])
@pytest.mark.parametrize("context", [b"", b"a" * 500, b"b"])
def test_contexts_at_the_edge(data: bytes, context: bytes) -> None:
    assert un_xz_given(xz_given(data, context), context) == data


def test_pgen_refuses_half_a_genotype() -> None:
    panel = random_panel(20, N_SITES, missing=0.1)
    with pytest.raises(CodecError, match="one allele missing"):
        run_peer(BY_NAME["pgen"], panel)


def test_a_peer_that_loses_an_allele_is_found_out() -> None:
    panel = random_panel(20, N_SITES)

    def lossy(data: bytes, frame: Frame, context: np.ndarray, layout: str) -> np.ndarray:
        back = BY_NAME["xz"].decode(data, frame, context, layout)
        back[3, 7] ^= 1
        return back

    with pytest.raises(CodecError, match="did not give"):
        run_peer(dataclasses.replace(BY_NAME["xz"], decode=lossy), panel)
