"""Colours can be seen on paper, and told apart with every kind of colour vision."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from emgfasc.plot.style import INK, MUTED, PAPER, STATE_FILLS, UNIT_COLORS

# Machado, Oliveira & Fernandes 2009, IEEE Trans Vis Comput Graph 15:1291-8, table 1, severity 1.
VISION = {
    "normal": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}  # fmt: skip
TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)  # fmt: skip
WHITE = TO_XYZ.sum(axis=1)


def linear(color: str) -> np.ndarray:
    parts = np.array([int(color[k : k + 2], 16) / 255 for k in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def contrast(one: str, two: str) -> float:
    low, high = sorted(float(TO_XYZ[1] @ linear(color)) for color in (one, two))
    return (high + 0.05) / (low + 0.05)


def lab(rgb: np.ndarray) -> np.ndarray:
    x, y, z = np.clip(TO_XYZ @ np.clip(rgb, 0, 1) / WHITE, 0, None)
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return np.array([116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)])


def test_the_formulas_give_known_figures() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21, abs=1e-4)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # WebAIM
    assert lab(linear("#ff0000")) == pytest.approx([53.24, 80.09, 67.20], abs=0.05)  # CIE


def test_lines_are_seen_and_text_is_read() -> None:
    fills = [PAPER, *(fill for fill, _ in STATE_FILLS.values())]
    for color in UNIT_COLORS:
        assert contrast(color, PAPER) >= 3, color  # WCAG 2.2, 1.4.11
    for color in (INK, MUTED):
        for fill in fills:
            assert contrast(color, fill) >= 4.5, (color, fill)  # WCAG 2.2, 1.4.3


@pytest.mark.parametrize("name", VISION)
def test_every_kind_of_colour_vision_tells_them_apart(name: str) -> None:
    """A difference of 2.3 is just seen (Mahy 1994); thin lines need far more."""
    colors = [*UNIT_COLORS, INK, MUTED]
    seen = [lab(np.asarray(VISION[name]) @ linear(color)) for color in colors]
    apart = {
        pair: float(np.linalg.norm(a - b))
        for pair, (a, b) in zip(combinations(colors, 2), combinations(seen, 2), strict=True)
    }
    assert min(apart.values()) > 20, min(apart, key=lambda pair: apart[pair])
