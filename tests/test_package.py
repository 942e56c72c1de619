"""What `import emgfasc` costs and offers."""

import subprocess
import sys
import time
from importlib.resources import files

import pytest

import emgfasc as ef


def _run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_import_loads_nothing_heavy() -> None:
    heavy = ("matplotlib", "mne", "numba", "scipy.signal", "sklearn", "wfdb", "pandas")
    code = f"import sys, emgfasc; print([m for m in {heavy!r} if m in sys.modules])"
    assert _run(code) == "[]"


def test_the_command_line_waits_with_what_not_every_command_needs() -> None:
    # pandas itself loads scipy and pyarrow where it finds them
    heavy = ("matplotlib", "mne", "numba", "scipy.signal", "sklearn", "wfdb", "bokeh", "dask")
    code = f"import sys, emgfasc.cli; print([m for m in {heavy!r} if m in sys.modules])"
    assert _run(code) == "[]"


def test_an_analysis_loads_no_library_for_a_single_function() -> None:
    # scipy.signal alone costs more than analysing a short recording
    heavy = ("matplotlib", "scipy.signal", "scipy.stats", "sklearn", "requests")
    code = (
        "import sys, emgfasc as ef; ef.analyze(ef.read(ef.datasets.sample_path('surface_pair')))\n"
        f"print([m for m in {heavy!r} if m in sys.modules])"
    )
    assert _run(code) == "[]"


def test_import_costs_no_more_than_numpy_and_pandas() -> None:
    """The smallest of interleaved runs, since other work on the machine only ever adds time."""
    alone: list[float] = []
    both: list[float] = []
    for _ in range(7):
        for what, times in (("numpy, pandas", alone), ("numpy, pandas, emgfasc", both)):
            start = time.perf_counter()
            _run(f"import {what}")
            times.append(time.perf_counter() - start)
    assert min(both) < 1.3 * min(alone)


@pytest.mark.parametrize(
    "name",
    [
        "read", "analyze", "Analysis", "Settings", "Recording", "Rest", "Events", "Units",
        "simulate", "evaluate", "preprocess", "rest", "detect", "measure", "sort", "firing",
        "evidence", "plot", "report", "io", "datasets", "EmgfascError", "RecordingError",
    ],
)  # fmt: skip
def test_the_top_level_offers_every_room(name: str) -> None:
    assert name in dir(ef)
    assert getattr(ef, name) is not None


def test_types_are_shipped() -> None:
    assert files("emgfasc").joinpath("py.typed").is_file()
