"""Make the sample recordings again: ``python sample_data/make_samples.py [FOLDER]``.

Writes each recording as EDF with its truth as TSV, checks that the samples survive the file
unchanged, and writes ``SHA256SUMS``.
"""

from __future__ import annotations

import hashlib
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

import emgfasc as ef
from emgfasc.simulate import Needle, Scenario

LARGEST_BYTES = 3_000_000

# The benign seed is one whose units are simple: normal units may have 5 phases and more.
# Long enough for an answer, and small enough for git: 12.5 kHz keeps all a needle's potential.
NEEDLE = Needle(fs_hz=12_500.0, band_hz=(5.0, 5_000.0))

SAMPLES: dict[str, tuple[str, Scenario]] = {
    "needle_benign": (
        "tibialis anterior",
        replace(Scenario.preset("benign"), electrode=NEEDLE, seed=111, seconds=100.0, snr=None),
    ),
    "needle_neurogenic": (
        "tibialis anterior",
        replace(Scenario.preset("neurogenic"), electrode=NEEDLE, seed=102, seconds=100.0, snr=None),
    ),
    "surface_pair": (
        "biceps brachii",
        replace(Scenario.preset("benign", kind="surface"), seed=103, seconds=130.0, snr=15.0),
    ),
    "grid_64": (
        "biceps brachii",
        replace(
            Scenario.preset("neurogenic", kind="hdsemg"),
            seed=104,
            seconds=10.0,
            snr=12.0,
            rate_per_min=90.0,
        ),
    ),
}


def make(name: str, muscle: str, scenario: Scenario, folder: Path) -> list[Path]:
    """Write one sample and its truth; return both files."""
    recording, truth = ef.simulate.recording(scenario)
    file, table = folder / f"{name}.edf", folder / f"{name}_truth.tsv"
    ef.io.write(recording.replace(name=name, muscle=muscle, side="left"), file)
    ef.io.write_events(truth, table)
    step = np.float32(scenario.lsb_uv)
    again = np.rint(ef.read(file).read() / step) * step
    if not np.array_equal(again, recording.read()):
        raise SystemExit(f"{file.name}: samples changed in the file.")
    if file.stat().st_size > LARGEST_BYTES:
        raise SystemExit(f"{file.name}: {file.stat().st_size} bytes are too many.")
    return [file, table]


def main(folder: Path) -> None:
    """Write all samples and their sums."""
    files = [file for name, made in SAMPLES.items() for file in make(name, *made, folder)]
    sums = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files]
    (folder / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
