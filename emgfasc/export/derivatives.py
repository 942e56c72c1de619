"""Results of recordings as a BIDS-derivatives dataset."""

from __future__ import annotations

import re
from pathlib import Path

import emgfasc
from emgfasc.containers import Events, Recording
from emgfasc.errors import ParameterError
from emgfasc.export.bids import to_bids
from emgfasc.io import write_json

__all__ = ["to_derivatives"]

_ENTITY = re.compile(r"([a-z]+)-([A-Za-z0-9+]+)")
_BIDS_VERSION = "1.10.0"


def to_derivatives(events: Events, folder: str | Path, *, recording: Recording) -> tuple[Path, ...]:
    """Write potentials where BIDS-derivatives wants them.

    ``<folder>/sub-01/[ses-1/]emg/sub-01_..._desc-emgfasc_events.tsv`` with its ``.json``, and
    ``<folder>/dataset_description.json``, which is left alone when it is there.

    Parameters
    ----------
    events : Events
        Potentials of any category.
    folder : str or Path
        The derivative dataset, usually ``derivatives/emgfasc`` in the raw one; made if missing.
    recording : Recording
        Where they were found; its name gives the entities (``sub-01_task-rest_emg``).

    Returns
    -------
    tuple of Path
        Table, sidecar and dataset description.

    Raises
    ------
    ParameterError
        When the recording's name has no ``sub-``, or a file cannot be written.

    Notes
    -----
    BIDS 1.10, "Derivatives": `desc` marks the variant, `GeneratedBy` the program.

    Examples
    --------
    >>> import tempfile, pathlib, numpy as np, emgfasc as ef
    >>> rec = ef.read(np.zeros(4096), fs=2048).replace(name="sub-01_task-rest_emg")
    >>> table, *_ = to_derivatives(ef.Events.empty(), tempfile.mkdtemp(), recording=rec)
    >>> table.name, table.parent.name
    ('sub-01_task-rest_desc-emgfasc_events.tsv', 'emg')
    """
    parts = [part for part in recording.name.split("_") if _ENTITY.fullmatch(part)]
    entities = dict(part.split("-", 1) for part in parts)
    if "sub" not in entities:
        raise ParameterError(
            "Invalid value for the 'recording' parameter: a BIDS name such as "
            f"'sub-01_task-rest_emg' is needed, but got {recording.name!r} instead."
        )
    root = Path(folder).expanduser()
    levels = [f"{name}-{entities[name]}" for name in ("sub", "ses") if name in entities]
    target = root.joinpath(*levels, "emg")
    kept = [part for part in parts if not part.startswith("desc-")]
    stem = "_".join([*kept, "desc-emgfasc"])
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ParameterError(
            f"Invalid value for the 'folder' parameter: {target} cannot be made "
            f"({error.strerror}); give another."
        ) from error
    table, sidecar = to_bids(events, target / f"{stem}_events.tsv")
    described = root / "dataset_description.json"
    if not described.exists():
        write_json(_description(), described)
    return table, sidecar, described


def _description() -> dict[str, object]:
    """Return what BIDS asks of a derivative dataset."""
    return {
        "Name": "Fasciculation potentials found by emgfasc",
        "BIDSVersion": _BIDS_VERSION,
        "DatasetType": "derivative",
        "GeneratedBy": [{"Name": "emgfasc", "Version": emgfasc.__version__}],
    }
