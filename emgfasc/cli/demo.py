"""``emgfasc demo``: analyse the sample recording and show what comes out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import emgfasc as ef
from emgfasc.cli.progress import stages

__all__ = ["demo"]

_SAMPLE = "needle_neurogenic"
_SHOWN = {
    "recording": "",
    "duration_s": "s",
    "rest_s": "s",
    "rest_status": "",
    "n_fp": "",
    "fp_per_min": "/min",
    "fp_per_min_lo95": "/min",
    "fp_per_min_hi95": "/min",
    "n_units": "found",
    "noise_uv": "uV",
    "detection_limit_uv": "uV",
    "amp_median_uv": "uV",
    "dur_median_ms": "ms",
    "phases_mean": "",
    "pct_polyphasic": "%",
    "sufficient_observation": "",
    "pattern": "",
}


def demo(
    out: Annotated[Path, typer.Option(help="Folder for the results.")] = Path("demo"),
) -> None:
    """Analyse a simulated sample recording, print its summary and write all four files.

    Example: emgfasc demo
    """
    from rich.console import Console
    from rich.table import Table

    path = ef.datasets.sample_path(_SAMPLE)
    with stages(path.name) as tell:
        result = ef.analyze(ef.read(path), progress=tell)
        written = result.save(out)
    row = result.summary_row()
    table = Table(title=f"{path.name} (simulated)", show_header=False)
    for name, unit in _SHOWN.items():
        table.add_row(name, _shown(row[name]), unit)
    console = Console()
    console.print(table)
    for reason in result.evidence.reasons_for:
        console.print(f"- {reason}", markup=False)
    console.print("Written:")
    for file in written:
        console.print(f"  {file}", markup=False, soft_wrap=True)


def _shown(value: object) -> str:
    """Return a value as a reader would write it."""
    if isinstance(value, float):
        return f"{value:.3g}"
    return "-" if value is None else str(value)
