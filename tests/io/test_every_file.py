"""Every file at hand is read, or refused for the reason that DATA.md or the file itself gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import emgfasc as ef

REFUSED = {
    "biosppy/LICENSE": "suffix missing is not known",
    "biosppy/emg.txt": "the unit of EMG [none] is not known as a voltage; give scale=",
    "biosppy/emg_1.txt": "the unit of EMG [none] is not known as a voltage; give scale=",
    "brainvision/test.eeg": "is one part of a recording; give its header test.vhdr",
    "brainvision/test.vhdr": "holds no EMG channel; name some with channels=",
    "brainvision/test.vmrk": "is one part of a recording; give its header test.vhdr",
    "edf/duplicate_channel_labels.edf": "holds no EMG channel; name some with channels=",
    "physionet_emgdb/emg_neuropathy.txt": "row 71193, column 2",
    "poly5/vent_data_synth_pocc.Poly5": "the unit of P [cmH2O], F [L/min], V [mL] is not known",
}
# kind, channels, rate in Hz, length in s
READ = {
    "bids_emg/emg_TwoHDsEMG_sub-01_task-isometric_emg.edf": ("hdsemg", 128, 2000, 0.5),
    "c3d/pyomeca_markers_analogs.c3d": ("surface", 32, 2000, 5.8),
    "delsys/truncated_trigno_sample.csv": ("surface", 2, 1259.259, 2519 / 1259.259),
    "edf/test.bdf": ("surface", 3, 2048, 1),
    "edf/test_generator.bdf": ("surface", 1, 1000, 30),
    "edf/test_generator.edf": ("surface", 11, 200, 600),
    "edf/test_uneven_samp.edf": ("surface", 1, 100, 110),
    "emglab_spike2/Ramp_Piece.smr": ("needle", 1, 20_000, 5.965),
    "openhdemg/otb_testfile.mat": ("hdsemg", 64, 2048, 32.5),
    "spike2/physiology.smr": ("surface", 4, 2000, 124.0085),
    "spike2/tremor_postural.smr": ("surface", 2, 5000, 61.3158),
    **{f"physionet_emgdb/emg_{name}{suffix}": ("needle", 1, 4000, n / 4000)
       for name, n in (("healthy", 50_860), ("myopathy", 110_337), ("neuropathy", 147_858))
       for suffix in (".hea", ".dat")},
}  # fmt: skip


def test_every_file_is_read_or_refused_for_a_stated_reason(data_dir: Path) -> None:
    seen = set()
    for path in sorted(each for each in data_dir.rglob("*") if each.is_file()):
        name = path.relative_to(data_dir).as_posix()
        seen.add(name)
        if name in REFUSED:
            with pytest.raises(ef.RecordingError) as caught:
                ef.read(path)
            assert REFUSED[name] in str(caught.value), name
            continue
        rec = ef.read(path)
        told = (rec.kind, rec.n_channels, rec.fs_hz, rec.duration_s)
        expected = READ.get(name, ("needle", 1, 23_437.5, 262_134 / 23_437.5))
        assert told[:2] == expected[:2], name
        np.testing.assert_allclose(told[2:], expected[2:], rtol=1e-5, err_msg=name)
        assert name in READ or name.startswith("emglab_n2001/"), f"{name} is new: say what it holds"
    assert seen >= REFUSED.keys() | READ.keys()


def test_what_is_refused_can_be_read_as_its_message_says(data_dir: Path) -> None:
    for name, options in (
        ("biosppy/emg_1.txt", {"scale": 0.5}),
        ("poly5/vent_data_synth_pocc.Poly5", {"scale": 1.0}),
        ("brainvision/test.vhdr", {"channels": ["FP1"]}),
        ("edf/duplicate_channel_labels.edf", {"channels": [0]}),
    ):
        assert ef.read(data_dir / name, **options).n_samples > 1000
