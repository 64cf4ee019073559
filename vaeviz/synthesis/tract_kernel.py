"""The loop behind `longest_tracts`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def longest(
    rows: NDArray[np.int8], known: NDArray[np.int8], starts: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Longest run of sites at which each row equals some known row, within one stretch.

    Parameters
    ----------
    rows, known : int8, shape (n_rows, n_sites) and (n_known, n_sites)
        -1 equals everything.
    starts : bool, shape (n_sites,)
        Where runs start anew.
    """
    found = np.zeros(len(rows), np.int64)
    for i in range(len(rows)):
        best = 0
        for k in range(len(known)):
            run = 0
            for j in range(rows.shape[1]):
                if starts[j]:
                    run = 0
                a, b = rows[i, j], known[k, j]
                if a == b or a < 0 or b < 0:
                    run += 1
                    if run > best:
                        best = run
                else:
                    run = 0
        found[i] = best
    return found
