"""Potentials as a BIDS events table with its sidecar."""

from __future__ import annotations

from pathlib import Path

from emgfasc.containers import CATEGORIES, EVENTS, UNSORTED, Events
from emgfasc.errors import ParameterError
from emgfasc.export.labels import labels
from emgfasc.io import write_json
from emgfasc.io.tables import TRIAL_TYPE, write_table

__all__ = ["to_bids"]

_SUFFIX = "_events.tsv"
# Units as BIDS writes them (SI symbols, appendix "Units").
_UNITS = {"uV": "uV", "uV*ms": "uV.ms"}


def to_bids(events: Events, path: str | Path) -> tuple[Path, Path]:
    """Write ``*_events.tsv`` and the ``*_events.json`` that explains its columns.

    The table is the one :func:`emgfasc.io.read_events` reads back exactly. Before the columns of
    the events stands BIDS' own `trial_type`, ``category/unit N``: MNE-BIDS takes the names of
    annotations from it, and would call every one "n/a".

    Parameters
    ----------
    events : Events
        Potentials of any category.
    path : str or Path
        Of the table; BIDS wants a name that ends in ``_events.tsv``.

    Returns
    -------
    tuple of Path
        Table and sidecar.

    Raises
    ------
    ParameterError
        When the name does not end in ``_events.tsv``, or a file cannot be written.

    Notes
    -----
    BIDS 1.10, "Task events" and "Tabular files".

    Examples
    --------
    >>> import tempfile, pathlib, emgfasc as ef
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> table, sidecar = to_bids(ef.Events.empty(), folder / "sub-01_task-rest_events.tsv")
    >>> sidecar.name
    'sub-01_task-rest_events.json'
    """
    target = Path(path)
    if not target.name.endswith(_SUFFIX) or target.name == _SUFFIX:
        raise ParameterError(
            f"Invalid value for the 'path' parameter: a name that ends in '{_SUFFIX}' is needed, "
            f"for instance sub-01_task-rest{_SUFFIX}, but got {target.name!r} instead."
        )
    sidecar = target.with_suffix(".json")
    write_json(_sidecar(events), sidecar)
    frame = events.to_frame()
    frame.insert(2, TRIAL_TYPE, labels(events))
    write_table(frame, target)
    return target, sidecar


def _sidecar(events: Events) -> dict[str, object]:
    """Describe the columns that are there."""
    described: dict[str, object] = {}
    for column in EVENTS.columns:
        if column.name not in events.frame:
            continue
        if len(described) == 2:
            described[TRIAL_TYPE] = {"Description": "Category, and unit where there is one."}
        about: dict[str, object] = {"Description": column.sentence}
        if column.unit:
            about["Units"] = _UNITS.get(column.unit, column.unit)
        if column.name == "category":
            about["Levels"] = {name: name.replace("_", " ") for name in CATEGORIES}
        if column.name == "unsorted":
            about["Levels"] = dict(UNSORTED)
        described[column.name] = about
    return described
