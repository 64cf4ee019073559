"""The loop behind `entropy_rate`: counts of patterns of neighbouring sites, site by site."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def conditional_bits(
    alleles: NDArray[np.int8], targets: NDArray[np.int64], n_context: int, n_symbols: int
) -> NDArray[np.float64]:
    """Three estimates of the entropy of an allele given those before it, for each target site.

    Parameters
    ----------
    alleles : int8, shape (n_sites, n_rows)
        Symbols 0..n_symbols - 1 along the genome; -1 is missing.
    targets : int64, shape (n_targets,)
        Sites with `n_context` others of their stretch before them.
    n_context : int
        Longest context.
    n_symbols : int
        2 for alleles, 3 for genotypes.

    Returns
    -------
    float64, shape (3, n_targets, n_context + 1)
        Plug-in, Miller-Madow, leave-one-out bits by length of context. A row counts where the
        site and all of its context are called; NaN where no row does (two for leave-one-out).
    """
    n_rows = alleles.shape[1]
    result = np.full((3, len(targets), n_context + 1), np.nan)
    patterns = np.empty((n_context + 1, n_rows), np.int64)
    joint = np.zeros((n_context + 1, n_symbols ** (n_context + 1)), np.int32)
    context = np.zeros((n_context + 1, n_symbols**n_context), np.int32)
    for t in range(len(targets)):
        _read_patterns(alleles, targets[t], n_symbols, patterns)
        for k in range(n_context + 1):
            n, seen = _count(patterns[k], n_symbols, joint[k], context[k])
            if n:
                result[0, t, k] = _plug_in(patterns[k], n_symbols, joint[k], context[k]) / n
                result[1, t, k] = result[0, t, k] + seen / (2 * n * np.log(2))
        _leave_one_out(patterns, n_symbols, joint, context, result[2, t])
        for k in range(n_context + 1):
            for r in range(n_rows):
                if patterns[k, r] >= 0:
                    joint[k, patterns[k, r]] = 0
                    context[k, patterns[k, r] // n_symbols] = 0
    return result


@njit(cache=True, nogil=True)
def _read_patterns(
    alleles: NDArray[np.int8], target: int, n_symbols: int, patterns: NDArray[np.int64]
) -> None:
    """Symbol at the target plus n_symbols x that before it, ...; -1 from a missing one on."""
    patterns[:] = -1
    for r in range(alleles.shape[1]):
        code, weight = 0, 1
        for k in range(len(patterns)):
            symbol = alleles[target - k, r]
            if symbol < 0:
                break
            code += weight * symbol
            weight *= n_symbols
            patterns[k, r] = code


@njit(cache=True, nogil=True)
def _count(
    patterns: NDArray[np.int64],
    n_symbols: int,
    joint: NDArray[np.int32],
    context: NDArray[np.int32],
) -> tuple[int, int]:
    """Fill the counts; returns rows counted and by how much patterns outnumber contexts."""
    n, seen = 0, 0
    for pattern in patterns:
        if pattern < 0:
            continue
        n += 1
        seen += (joint[pattern] == 0) - (context[pattern // n_symbols] == 0)
        joint[pattern] += 1
        context[pattern // n_symbols] += 1
    return n, seen


@njit(cache=True, nogil=True)
def _plug_in(
    patterns: NDArray[np.int64],
    n_symbols: int,
    joint: NDArray[np.int32],
    context: NDArray[np.int32],
) -> float:
    """Sum over rows of -log2 of the share of their symbol in their context."""
    total = 0.0
    for pattern in patterns:
        if pattern >= 0 and joint[pattern] != context[pattern // n_symbols]:
            total -= np.log2(joint[pattern] / context[pattern // n_symbols])
    return total


@njit(cache=True, nogil=True)
def _leave_one_out(
    patterns: NDArray[np.int64],
    n_symbols: int,
    joint: NDArray[np.int32],
    context: NDArray[np.int32],
    result: NDArray[np.float64],
) -> None:
    """Mean bits to code a row's symbol by the counts of all other rows.

    A context seen n times gives its symbol (count + p) / (n + 1), where p is what the context one
    site shorter gives, and at last 1 / n_symbols: so long contexts never cost much.
    """
    n_orders, n_rows = patterns.shape
    total, number = np.zeros(n_orders), np.zeros(n_orders, np.int64)
    for r in range(n_rows):
        p = 1.0 / n_symbols
        for k in range(n_orders):
            pattern = patterns[k, r]
            if pattern < 0:
                break
            others = context[k, pattern // n_symbols] - 1
            p = (joint[k, pattern] - 1 + p) / (others + 1)
            total[k] -= np.log2(p)
            number[k] += 1
    for k in range(n_orders):
        if number[k] > 1:
            result[k] = total[k] / number[k]
