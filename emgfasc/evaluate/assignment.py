"""Pair times one to one where a true one may stand at either of two places."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["assigned"]

Ints = NDArray[np.int64]


def assigned(
    places: Sequence[tuple[NDArray[np.intp], Ints]], found: Ints, n_truth: int, tolerance: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return as many pairs as there can be and, among those, the smallest sum of errors.

    With two places pairs may have to cross, so that no walk along the line finds them. To leave a
    true time alone costs more than all errors together, which makes it a sparse assignment
    (Jonker and Volgenant 1987, doi:10.1007/BF02278710, as in SciPy).

    Parameters
    ----------
    places : sequence of (truth, time)
        For each set of places, which true times have one there, and where.
    found : array of int, shape (m,)
        In ascending order.
    n_truth : int
        Number of true times.
    tolerance : int
        Largest error of a pair.

    Returns
    -------
    truth, found : array of int, shape (n_pairs,)

    Examples
    --------
    The first may also stand at 0, so that both are paired.

    >>> import numpy as np
    >>> from emgfasc.evaluate.assignment import assigned
    >>> places = [(np.arange(2), np.array([7, 16])), (np.arange(2), np.array([0, 9]))]
    >>> [side.tolist() for side in assigned(places, np.array([0, 9]), 2, 5)]
    [[0, 1], [0, 1]]
    """
    from scipy.sparse import coo_matrix  # noqa: PLC0415 - slow to import
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching  # noqa: PLC0415

    if not n_truth or not len(found):
        return np.zeros(0, np.intp), np.zeros(0, np.intp)
    truth, seen, error = _within(places, found, tolerance)
    alone, dear = np.arange(n_truth), tolerance * min(n_truth, len(found)) + 1
    # Each true time has a place of its own beyond the found ones; a weight of 0 would be no edge.
    weight = 1.0 + np.concatenate([error, np.full(n_truth, dear)])
    rows, columns = np.concatenate([truth, alone]), np.concatenate([seen, len(found) + alone])
    graph = coo_matrix((weight, (rows, columns)), shape=(n_truth, len(found) + n_truth))
    left, right = min_weight_full_bipartite_matching(graph.tocsr())
    paired = right < len(found)
    return left[paired].astype(np.intp), right[paired].astype(np.intp)


def _within(
    places: Sequence[tuple[NDArray[np.intp], Ints]], found: Ints, tolerance: int
) -> tuple[NDArray[np.intp], NDArray[np.intp], Ints]:
    """Return which true times lie within the tolerance of which found ones, each once, by what."""
    edges = []
    for truth, time in places:
        low = np.searchsorted(found, time - tolerance, side="left")
        size = np.searchsorted(found, time + tolerance, side="right") - low
        seen = (
            np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size) + np.repeat(low, size)
        )
        error = np.abs(np.repeat(time, size) - found[seen])
        edges.append((np.repeat(truth, size), seen, error))
    truth, seen, error = (np.concatenate(part) for part in zip(*edges, strict=True))
    order = np.lexsort([error, seen, truth])
    truth, seen, error = truth[order], seen[order], error[order]
    again = (np.diff(truth) == 0) & (np.diff(seen) == 0)
    first = np.append(True, ~again)[: len(truth)]
    return truth[first], seen[first], error[first]
