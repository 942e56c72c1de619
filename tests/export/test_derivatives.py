"""Results as a BIDS-derivatives dataset, read back."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import emgfasc as ef


def test_a_derivative_dataset_is_read_back(tmp_path: Path) -> None:
    rec, truth = ef.simulate.recording(kind="needle", seed=103, seconds=10)
    rec = rec.replace(name="sub-01_ses-b_task-rest_run-2_emg")
    table, sidecar, described = ef.export.to_derivatives(
        truth, tmp_path / "derivatives" / "emgfasc", recording=rec
    )
    where = tmp_path / "derivatives/emgfasc/sub-01/ses-b/emg"
    assert table == where / "sub-01_ses-b_task-rest_run-2_desc-emgfasc_events.tsv"
    assert sidecar == table.with_suffix(".json")
    pd.testing.assert_frame_equal(
        ef.io.read_events(table).to_frame(), truth.to_frame(), check_dtype=False
    )
    about = json.loads(described.read_text())
    assert about["DatasetType"] == "derivative"
    assert about["GeneratedBy"] == [{"Name": "emgfasc", "Version": ef.__version__}]
    described.write_text('{"Name": "mine"}')
    ef.export.to_derivatives(truth, described.parent, recording=rec)
    assert json.loads(described.read_text()) == {"Name": "mine"}


def test_a_name_without_a_subject_is_refused(tmp_path: Path) -> None:
    rec = ef.read(np.zeros(100), fs=2048)
    with pytest.raises(ef.ParameterError, match="sub-01_task-rest_emg"):
        ef.export.to_derivatives(ef.Events.empty(), tmp_path, recording=rec)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ef.ParameterError, match="folder"):
        ef.export.to_derivatives(
            ef.Events.empty(), tmp_path / "file", recording=rec.replace(name="sub-1_emg")
        )
