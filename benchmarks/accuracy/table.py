"""``python -m benchmarks.accuracy.table`` prints the README's table from ``results.csv``.

F1 without nuisances at 30 fasciculations a minute of 4 units, by kind, SNR and detector.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from benchmarks.accuracy.design import USUAL_RATE, USUAL_UNITS
from benchmarks.accuracy.study import pooled

__all__ = ["table"]

SNRS = (6.0, 12.0, 20.0)
_KINDS = {
    "needle": "needle",
    "surface": "surface, bipolar pair",
    "hdsemg": "grid, 64 channels",
}
_DETECTORS = {
    "emgfasc": "emgfasc",
    "mad_5": "5 x MAD",
    "fixed_50uv": "fixed 50 uV",
    "teager_kaiser": "Teager-Kaiser",
}


def table(results: pd.DataFrame) -> str:
    """Return the table in Markdown.

    Parameters
    ----------
    results : DataFrame
        Rows of ``results.csv``.
    """
    usual = (results["rate_per_min"] == USUAL_RATE) & (results["n_units"] == USUAL_UNITS)
    plain = results[usual & (results["nuisance"] == "none")]
    f1 = pooled(plain, ["kind", "detector", "snr"]).set_index(["kind", "detector", "snr"])["f1"]
    rows = [
        ["", "SNR", *_DETECTORS.values()],
        ["---"] * (2 + len(_DETECTORS)),
        *(
            [
                label,
                " / ".join(f"{snr:g}" for snr in SNRS),
                *(" / ".join(f"{f1[kind, name, snr]:.2f}" for snr in SNRS) for name in _DETECTORS),
            ]
            for kind, label in _KINDS.items()
        ),
    ]
    return "\n".join(f"| {' | '.join(row)} |".replace("|  |", "| |") for row in rows)


def main() -> int:
    """Print the table."""
    print(table(pd.read_csv(Path(__file__).parent / "results.csv")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
