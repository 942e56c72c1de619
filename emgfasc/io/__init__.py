"""From files to recordings and from results to files.

>>> import numpy as np, emgfasc as ef
>>> ef.read(np.zeros((64, 2048)), fs=2048)
<Recording 'array': hdsemg, 64 channel(s), 1.0 s at 2048 Hz>
"""

from emgfasc.io.describing import describe
from emgfasc.io.exchange import to_mne, to_neo, to_pandas, to_spikeinterface, to_xarray
from emgfasc.io.reading import read
from emgfasc.io.tables import (
    json_text,
    read_events,
    write_csv,
    write_events,
    write_json,
    write_table,
)
from emgfasc.io.writing import write

__all__ = [
    "describe",
    "json_text",
    "read",
    "read_events",
    "to_mne",
    "to_neo",
    "to_pandas",
    "to_spikeinterface",
    "to_xarray",
    "write",
    "write_csv",
    "write_events",
    "write_json",
    "write_table",
]
