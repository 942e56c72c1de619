"""Edits guided by the code they reach, with atheris."""

from __future__ import annotations

import sys
import tempfile
import warnings
from importlib import import_module
from pathlib import Path

__all__ = ["guided"]

_GUIDED_BY = ["emgfasc", "edfio", "wfdb", "neo", "scipy", "tarfile", "zipfile"]


def guided(name: str, *, seconds: float, keep: Path) -> None:
    """Fuzz the main file of one seed; libFuzzer ends the process at the first finding."""
    atheris = import_module("atheris")
    warnings.simplefilter("ignore")
    with atheris.instrument_imports(include=_GUIDED_BY), tempfile.TemporaryDirectory() as folder:
        # What reading this format takes is imported, and so instrumented, by reading once.
        valid = import_module("benchmarks.fuzz.seeds").seed(name)
        attempt = import_module("benchmarks.fuzz.attempt").attempt
        Path(folder, "in").mkdir()
        attempt(valid, Path(folder, "in"))
    with tempfile.TemporaryDirectory() as corpus:
        Path(corpus, "valid").write_bytes(valid.files[valid.main])
        keep.mkdir(parents=True, exist_ok=True)

        def one(data: bytes) -> None:
            with tempfile.TemporaryDirectory() as folder:
                place = Path(folder, "in")
                place.mkdir()
                attempt(valid.edited({valid.main: data}), place)

        limits = [f"-max_total_time={seconds:.0f}", "-timeout=30", "-rss_limit_mb=4096"]
        words = [*limits, "-max_len=65536", f"-artifact_prefix={keep}/{name}-", corpus]
        atheris.Setup([sys.argv[0], *words], one)
        atheris.Fuzz()
