"""What channels give away beside one another: dead, duplicated, shorted."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from emgfasc.containers import Recording
from emgfasc.integrity.excerpts import Look
from emgfasc.integrity.finding import Finding
from emgfasc.integrity.scanning import Scan

__all__ = ["relation_findings"]

_DEAD_SHARE = 0.05  # of the median channel's usual step
_DEAD_FEWEST = 4  # channels, below which no median tells
_SHORTED = 0.01  # RMS of the difference over the RMS of either


def relation_findings(rec: Recording, scan: Scan, look: Look) -> Iterator[Finding]:
    """Yield dead, duplicated and shorted channels."""
    constant = ~(scan.high_uv > scan.low_uv)
    dead = constant.copy()
    if rec.n_channels >= _DEAD_FEWEST:
        dead |= look.step_sd_uv < _DEAD_SHARE * np.median(look.step_sd_uv)
    hit = np.flatnonzero(dead)
    if len(hit):
        yield Finding(
            "dead_channels",
            "no" if len(hit) == rec.n_channels else "with_care",
            float(len(hit)),
            "channels",
            f"{len(hit)} channel(s) hold nothing, or less than a twentieth of the others' noise.",
            (),
            tuple(rec.channels[channel] for channel in hit),
        )
    yield from _pairs(rec, look, np.flatnonzero(~dead))


def _pairs(rec: Recording, look: Look, live: np.ndarray) -> Iterator[Finding]:
    """Yield live channels that say the same, value for value or nearly."""
    if len(live) < 2 or not look.excerpts:
        return
    # The few steadiest seconds are enough: sameness is there all the time or it is not sameness.
    data = np.concatenate([block[live] for block in look.excerpts[::6]], axis=1)
    data = data - data.mean(1, keepdims=True)
    energy = (data**2).sum(1)
    product = data @ data.T
    apart = np.maximum(energy[:, None] + energy[None] - 2 * product, 0)
    least = np.minimum(energy[:, None], energy[None])
    ratio = np.sqrt(apart / np.maximum(least, 1e-30))
    rows, columns = np.nonzero(np.triu(ratio < _SHORTED, 1))
    same = [(a, b) for a, b in zip(rows, columns, strict=True) if np.array_equal(data[a], data[b])]
    near = [(a, b) for a, b in zip(rows, columns, strict=True) if (a, b) not in set(same)]
    for name, pairs, words in (
        ("duplicate_channels", same, "hold the same values"),
        ("shorted_channels", near, "differ by less than 1 %: bridged by gel or a short"),
    ):
        if pairs:
            involved = sorted({int(live[c]) for pair in pairs for c in pair})
            yield Finding(
                name,
                "with_care",
                float(len(involved)),
                "channels",
                f"{len(involved)} channels {words}.",
                (),
                tuple(rec.channels[channel] for channel in involved),
            )
