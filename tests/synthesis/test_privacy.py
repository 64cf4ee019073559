from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from vaeviz.synthesis.people import People
from vaeviz.synthesis.privacy import WINDOW_SITES, longest_tracts, membership_auc, tract_starts


def people(n: int, n_sites: int, seed: int) -> People:
    return People(np.random.default_rng(seed).integers(0, 2, (2 * n, n_sites)).astype(np.int8), 1)


def test_copies_give_their_members_away() -> None:
    members, strangers = people(40, 600, 1), people(40, 600, 2)
    assert membership_auc(members, strangers, members) == (1, 1)
    assert membership_auc(members, strangers, strangers) == (0, 0)
    distance, windows = membership_auc(members, strangers, people(40, 600, 3))
    assert distance == pytest.approx(0.5, abs=0.15)
    assert windows == pytest.approx(0.5, abs=0.15)


def test_windows_see_what_was_copied_in_pieces() -> None:
    n_windows = 8
    members, strangers = (people(40, n_windows * WINDOW_SITES, seed) for seed in (1, 2))
    rng = np.random.default_rng(3)
    pieces = members.counts.reshape(80, n_windows, WINDOW_SITES)
    mixed = np.stack([pieces[rng.permutation(80), w] for w in range(n_windows)], 1)
    distance, windows = membership_auc(members, strangers, People(mixed.reshape(80, -1), 1))
    assert windows == 1
    assert distance <= windows


def test_few_people_are_not_attacked() -> None:
    few, many = people(9, 50, 1), people(20, 50, 2)
    assert all(math.isnan(x) for x in membership_auc(few, many, many))
    assert all(math.isnan(x) for x in membership_auc(many, few, many))


def test_tracts_start_anew_at_chromosomes_and_gaps() -> None:
    sites = pd.DataFrame(
        {"chrom": list("11122"), "pos": [1, 500_000, 3_000_000, 3_000_001, 3_000_002]}
    )
    assert tract_starts(sites).tolist() == [True, False, True, True, False]


def test_longest_tract_by_hand() -> None:
    row = People(np.array([[0, 1, 1, 0, 1, 1], [0, 0, 0, 0, 0, -1]], np.int8), 1)
    known = People(np.array([[1, 1, 1, 0, 0, 1], [0, 1, 1, 1, 1, 1]], np.int8), 1)
    whole = np.array([True] + [False] * 5)
    assert longest_tracts(row, known, whole, seed=1).tolist() == [3, 3]
    broken = np.array([True, False, True, False, False, False])
    assert longest_tracts(row, known, broken, seed=1).tolist() == [2, 3]


def test_longest_tract_is_that_of_a_plain_loop() -> None:
    rows, known = people(5, 80, 1), people(30, 80, 2)
    starts = np.random.default_rng(0).random(80) < 0.1
    starts[0] = True
    best = []
    for row in rows.counts:
        longest = 0
        for other in known.counts:
            run = 0
            for same, start in zip(row == other, starts, strict=True):
                run = (0 if start else run) + 1 if same else 0
                longest = max(longest, run)
        best.append(longest)
    assert longest_tracts(rows, known, starts, seed=1).tolist() == best
