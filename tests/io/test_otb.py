"""OT Bioelettronica archives, built from the published layout: no sample file is at hand."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

import emgfasc as ef
from emgfasc.io.grids import grid_positions

COUNTS = np.random.default_rng(3).integers(-3000, 3000, (500, 66)).astype("<i2")
ABSTRACT = f"""<?xml version="1.0"?>
<Device Name="SESSANTAQUATTRO" DeviceTotalChannels="66" SampleFrequency="2000" ad_bits="16">
 <Channels>
  <Adapter ID="AdapterSessantaquattro" Gain="256" ChannelStartIndex="0" HighPassFilter="10"
   LowPassFilter="500">
   {
    "".join(
        f'<Channel Index="{i}" ID="GR08MM1305" Muscle="Biceps" Side="Left" />' for i in range(64)
    )
}
  </Adapter>
  <Adapter ID="AdapterControl" Gain="1" ChannelStartIndex="64">
   <Channel Index="0" ID="Counter" /><Channel Index="1" ID="Buffer" />
  </Adapter>
 </Channels>
</Device>"""


Mode = Literal["w", "w:gz", "w:xz"]


def packed(path: Path, members: dict[str, bytes], *, mode: Mode = "w") -> Path:
    with tarfile.open(path, mode) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def otb_plus(path: Path, *, mode: Mode = "w", sig: bytes = COUNTS.tobytes()) -> Path:
    return packed(path, {"rec.sig": sig, "rec.xml": ABSTRACT.encode()}, mode=mode)


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_otb_plus(tmp_path: Path, mode: Mode) -> None:
    rec = ef.read(otb_plus(tmp_path / "a.otb+", mode=mode))
    assert (rec.kind, rec.fs_hz, rec.n_channels, rec.n_samples) == ("hdsemg", 2000.0, 64, 500)
    assert (rec.muscle, rec.side) == ("Biceps", "Left")
    assert (rec.highpass_hz, rec.lowpass_hz) == (10.0, 500.0)
    np.testing.assert_allclose(rec.read(), COUNTS[:, :64].T * (3.3e6 / 2**16 / 256), rtol=1e-6)
    np.testing.assert_array_equal(rec.positions_mm, grid_positions("GR08MM1305"))
    np.testing.assert_array_equal(rec.read(17, 60), rec.read()[:, 17:60])


def test_zipped_otb_plus(tmp_path: Path) -> None:
    path = tmp_path / "a.otb+"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("folder/rec.sig", COUNTS.tobytes())
        archive.writestr("folder/rec.xml", ABSTRACT)
    np.testing.assert_array_equal(
        ef.read(path).read(), ef.read(otb_plus(tmp_path / "b.otb+")).read()
    )


def track(
    title: str, stream: str, n: int, first: int, *, sensor: str = "", unit: str = "mV"
) -> str:
    return f"""<TrackInfo><Title>{title}</Title><Device>Novecento+;1</Device>
    <IsControl>false</IsControl><NumberOfChannels>{n}</NumberOfChannels>
    <ChannelOffsetInSubPacket>{first}</ChannelOffsetInSubPacket>
    <SamplingFrequency>2000</SamplingFrequency><Gain>8</Gain><ADC_Nbits>24</ADC_Nbits>
    <ADC_Range>4.8</ADC_Range><UnitOfMeasurement>{unit}</UnitOfMeasurement>
    <SignalStreamPath>{stream}</SignalStreamPath>
    <StringsDescriptions><OriginalSensor>{sensor}</OriginalSensor></StringsDescriptions>
    </TrackInfo>"""


def test_otb4_of_two_streams(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    grid = rng.integers(-(2**20), 2**20, (300, 65)).astype("<i4")
    bipolar = rng.integers(-(2**20), 2**20, (310, 1)).astype("<i4")
    tracks = (
        track("IN1", "grid.sig", 64, 0, sensor="HD08MM1305")
        + track("AUX 1", "grid.sig", 1, 64, unit="V")
        + track("Biceps EMG", "bip.sig", 1, 0)
    )
    path = packed(
        tmp_path / "a.otb4",
        {
            "Tracks_000.xml": f"<ArrayOfTrackInfo>{tracks}</ArrayOfTrackInfo>".encode(),
            "grid.sig": grid.tobytes(),
            "bip.sig": bipolar.tobytes(),
        },
    )
    rec = ef.read(path)
    assert (rec.n_channels, rec.n_samples, rec.kind) == (65, 300, "hdsemg")
    factor = 4.8e6 / 2**24 / 8
    expected = np.concatenate([grid[:, :64].T, bipolar[:300].T]) * factor
    np.testing.assert_allclose(rec.read(), expected, rtol=1e-6)
    assert rec.positions_mm is not None
    assert np.isnan(rec.positions_mm[64]).all()
    mirrored = grid_positions("HD08MM1305")
    np.testing.assert_array_equal(rec.positions_mm[:64], mirrored)


def test_members_outside_the_archive_are_never_written(tmp_path: Path) -> None:
    inside = tmp_path / "in"
    inside.mkdir()
    path = packed(
        inside / "a.otb+", {"../../rec.sig": COUNTS.tobytes(), "../rec.xml": ABSTRACT.encode()}
    )
    assert ef.read(path).n_samples == 500
    assert sorted(item.name for item in tmp_path.rglob("*")) == ["a.otb+", "in"]


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({"rec.sig": b"1234"}, "has an .xml abstract"),
        ({"rec.sig": COUNTS.tobytes()[:-2], "rec.xml": ABSTRACT.encode()}, "whole samples"),
        ({"a/rec.sig": b"", "rec.sig": b"", "rec.xml": b""}, "the same name"),
        ({"rec.sig": b"", "rec.xml": b"<!DOCTYPE x><Device/>"}, "declares entities"),
        ({"rec.sig": b"", "rec.xml": b"<Device"}, "is no XML"),
        (
            {"rec.sig": b"", "rec.xml": ABSTRACT.replace('bits="16"', 'bits="24"').encode()},
            "24-bit samples",
        ),
        ({"Tracks_000.xml": track("a", "gone.sig", 1, 0).encode()}, "gone.sig are missing"),
    ],
)
def test_damaged_archives(tmp_path: Path, members: dict[str, bytes], why: str) -> None:
    with pytest.raises(ef.RecordingError, match=why) as caught:
        ef.read(packed(tmp_path / "bad.otb+", members))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("share", [0.01, 0.5, 0.8])
def test_a_cut_archive_is_refused(tmp_path: Path, share: float) -> None:
    path = otb_plus(tmp_path / "a.otb+")
    stored = path.read_bytes()
    path.write_bytes(stored[: int(len(stored) * share)])
    with pytest.raises(ef.RecordingError):
        ef.read(path)
