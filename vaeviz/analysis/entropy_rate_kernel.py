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
    """Estimates of the entropy of an allele given those before it, for each target site.

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
    float64, shape (5, n_targets, n_context + 1)
        Plug-in, Miller-Madow, leave-one-out bits by length of context; then plug-in and
        Miller-Madow bits of the whole block, site and context. A row counts where the site and
        all of its context are called; NaN where no row does (two for leave-one-out).
    """
    n_rows = alleles.shape[1]
    result = np.full((5, len(targets), n_context + 1), np.nan)
    patterns = np.empty((n_context + 1, n_rows), np.int64)
    joint = np.zeros((n_context + 1, n_symbols ** (n_context + 1)), np.int32)
    context = np.zeros((n_context + 1, n_symbols**n_context), np.int32)
    for t in range(len(targets)):
        _read_patterns(alleles, targets[t], n_symbols, patterns)
        for k in range(n_context + 1):
            n, n_joint, n_contexts = _count(patterns[k], n_symbols, joint[k], context[k])
            if n:
                given, block = _plug_in(patterns[k], n, n_symbols, joint[k], context[k])
                one_class = 1 / (2 * n * np.log(2))
                result[0, t, k] = given
                result[1, t, k] = given + (n_joint - n_contexts) * one_class
                result[3, t, k] = block
                result[4, t, k] = block + (n_joint - 1) * one_class
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
) -> tuple[int, int, int]:
    """Fill the counts; returns rows counted, different patterns and different contexts."""
    n, n_joint, n_contexts = 0, 0, 0
    for pattern in patterns:
        if pattern < 0:
            continue
        n += 1
        n_joint += joint[pattern] == 0
        n_contexts += context[pattern // n_symbols] == 0
        joint[pattern] += 1
        context[pattern // n_symbols] += 1
    return n, n_joint, n_contexts


@njit(cache=True, nogil=True)
def _plug_in(
    patterns: NDArray[np.int64],
    n: int,
    n_symbols: int,
    joint: NDArray[np.int32],
    context: NDArray[np.int32],
) -> tuple[float, float]:
    """Mean of -log2 of the share of rows' patterns in their context, and among all n rows."""
    given, block = 0.0, 0.0
    for pattern in patterns:
        if pattern < 0:
            continue
        if joint[pattern] != context[pattern // n_symbols]:
            given -= np.log2(joint[pattern] / context[pattern // n_symbols])
        if joint[pattern] != n:
            block -= np.log2(joint[pattern] / n)
    return given / n, block / n


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
