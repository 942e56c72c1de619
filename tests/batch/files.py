"""Small recordings for the batch tests."""

from pathlib import Path

import numpy as np

FS = 2048.0
QUICK_S = 3.0


def noise_file(
    path: Path, *, seed: int = 0, seconds: float = QUICK_S, channels: tuple[str, ...] = ("EMG",)
) -> Path:
    """Write noise with a potential every half second."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    data = rng.normal(0, 5, (len(channels), round(seconds * FS))).astype(np.float32)
    shape = 300 * np.sin(np.linspace(0, 2 * np.pi, 20))
    for start in range(500, data.shape[1] - 20, 1024):
        data[:, start : start + 20] += shape
    np.savez(path, data=data, fs=FS, channels=np.array(channels), kind="surface")
    return path
