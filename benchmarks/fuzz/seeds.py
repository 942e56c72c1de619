"""Small valid files, one for each reader, which are then damaged."""

from __future__ import annotations

import io
import struct
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

import mne
import numpy as np
import scipy.io

import emgfasc as ef

__all__ = ["SEEDS", "Seed", "real_seeds", "seed"]

SIGNAL = np.random.default_rng(5).normal(0, 50, (2, 400)).astype(np.float32)
COUNTS = np.random.default_rng(6).integers(-3000, 3000, (200, 2)).astype("<i2")


@dataclass(frozen=True)
class Seed:
    """A valid recording.

    Attributes
    ----------
    main : str
        The file that is opened.
    files : dict
        Bytes of every file of the recording.
    """

    main: str
    files: dict[str, bytes]

    def edited(self, changed: dict[str, bytes]) -> Seed:
        """Return the seed with some files replaced."""
        return Seed(self.main, {**self.files, **changed})


def _written(suffix: str) -> Callable[[Path], str]:
    def make(folder: Path) -> str:
        ef.io.write(ef.read(SIGNAL, fs=2000, kind="surface"), folder / f"rec{suffix}")
        return f"rec{suffix}"

    return make


def _fif(folder: Path) -> str:
    raw = mne.io.RawArray(SIGNAL * 1e-6, mne.create_info(2, 2000.0, "emg"), verbose="ERROR")
    raw.save(folder / "rec_raw.fif", verbose="ERROR")
    return "rec_raw.fif"


def _brainvision(folder: Path) -> str:
    (folder / "rec.vhdr").write_text(
        "Brain Vision Data Exchange Header File Version 1.0\n"
        "[Common Infos]\nDataFile=rec.eeg\nMarkerFile=rec.vmrk\nDataFormat=BINARY\n"
        "DataOrientation=MULTIPLEXED\nNumberOfChannels=2\nSamplingInterval=500\n"
        "[Binary Infos]\nBinaryFormat=INT_16\n"
        "[Channel Infos]\nCh1=EMG1,,0.1,µV\nCh2=EMG2,,0.1,µV\n",
        encoding="utf-8",
    )
    (folder / "rec.vmrk").write_text(
        "Brain Vision Data Exchange Marker File, Version 1.0\n"
        "[Common Infos]\nDataFile=rec.eeg\n[Marker Infos]\nMk1=Stimulus,S 1,20,1,0\n"
    )
    COUNTS.tofile(folder / "rec.eeg")
    return "rec.vhdr"


def _wfdb(folder: Path) -> str:
    lines = "rec.dat 16 10/mV 16 0 0 0 0 EMG a\nrec.dat 16 10/mV 16 0 0 0 0 EMG b\n"
    (folder / "rec.hea").write_text(f"rec 2 1000 200\n{lines}# needle\n")
    COUNTS.tofile(folder / "rec.dat")
    return "rec.hea"


def _n2001(folder: Path) -> str:
    (folder / "rec.bin").write_bytes(bytes(20) + COUNTS.tobytes())
    return "rec.bin"


def _npz_packed(folder: Path) -> str:
    np.savez_compressed(folder / "rec.npz", data=SIGNAL, fs=2000.0, channels=np.array(["a", "b"]))
    return "rec.npz"


def _mat5(folder: Path) -> str:
    names = np.array(["biceps", "triceps"], object)
    fields = {"EMG": SIGNAL.T, "Fs": 2000.0, "channels": names, "unit": "uV"}
    scipy.io.savemat(folder / "rec.mat", fields)
    written = (folder / "rec.mat").read_bytes()
    # Without the date in its text, a number of the random sequence is always the same input.
    (folder / "rec.mat").write_bytes(b"MATLAB 5.0 MAT-file".ljust(116) + written[116:])
    return "rec.mat"


def _mat73(folder: Path) -> str:
    with import_module("h5py").File(folder / "rec.mat", "w") as file:
        file["data"], file["fs"] = SIGNAL, np.array([[2000.0]])
        file["unit"] = np.array([[ord("u")], [ord("V")]], np.uint16)
    return "rec.mat"


_ABSTRACT = """<?xml version="1.0"?>
<Device Name="X" DeviceTotalChannels="2" SampleFrequency="2000" ad_bits="16"><Channels>
<Adapter ID="A" Gain="256" ChannelStartIndex="0" HighPassFilter="10" LowPassFilter="500">
<Channel Index="0" ID="EMG" Muscle="Biceps" Side="Left" /><Channel Index="1" ID="EMG" />
</Adapter></Channels></Device>"""


def _otb_plus(mode: str) -> Callable[[Path], str]:
    def make(folder: Path) -> str:
        members = {"rec.sig": COUNTS.tobytes(), "rec.xml": _ABSTRACT.encode()}
        if mode == "zip":
            with zipfile.ZipFile(folder / "rec.otb+", "w", zipfile.ZIP_DEFLATED) as packed:
                for name, content in members.items():
                    packed.writestr(name, content)
        else:
            _tar(folder / "rec.otb+", members, mode)
        return "rec.otb+"

    return make


def _otb4(folder: Path) -> str:
    track = """<TrackInfo><Title>EMG</Title><Device>Novecento+;1</Device>
    <IsControl>false</IsControl><NumberOfChannels>2</NumberOfChannels>
    <ChannelOffsetInSubPacket>0</ChannelOffsetInSubPacket>
    <SamplingFrequency>2000</SamplingFrequency><Gain>8</Gain><ADC_Nbits>24</ADC_Nbits>
    <ADC_Range>4.8</ADC_Range><UnitOfMeasurement>mV</UnitOfMeasurement>
    <SignalStreamPath>a.sig</SignalStreamPath></TrackInfo>"""
    tracks = f"<ArrayOfTrackInfo>{track}</ArrayOfTrackInfo>".encode()
    _tar(
        folder / "rec.otb4",
        {"Tracks_000.xml": tracks, "a.sig": COUNTS.astype("<i4").tobytes()},
        "w",
    )
    return "rec.otb4"


def _tar(path: Path, members: dict[str, bytes], mode: str) -> None:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))


def _poly5(folder: Path) -> str:
    """Write one block of two 16-bit signals, after the layout in :mod:`emgfasc.io.poly5`."""
    header = bytearray(217)
    header[:16] = b"POLY SAMPLE FILE"
    struct.pack_into("<h", header, 31, 203)
    struct.pack_into("<hhBh", header, 114, 1000, 1000, 0, 2)
    struct.pack_into("<i", header, 121, len(COUNTS))
    struct.pack_into("<7h", header, 129, 2024, 1, 2, 3, 10, 20, 30)
    struct.pack_into("<iHHh", header, 143, 1, len(COUNTS), COUNTS.nbytes, 0)
    rows = b""
    for name in (b"EMG a", b"EMG b"):
        row = bytearray(136)
        row[: len(name) + 1] = bytes([len(name)]) + name
        row[45:48] = b"\x02uV"
        struct.pack_into("<4f", row, 56, -1000, 1000, -32768, 32767)
        rows += row
    (folder / "rec.poly5").write_bytes(bytes(header) + rows + bytes(86) + COUNTS.tobytes())
    return "rec.poly5"


def _csv(folder: Path) -> str:
    rows = "".join(f"{n / 1000:.3f},{a},{b}\n" for n, (a, b) in enumerate(COUNTS[:80]))
    (folder / "rec.csv").write_text(
        f"# Sampling rate: 1000 Hz\ntime_s,EMG a (uV),EMG b (uV)\n{rows}"
    )
    return "rec.csv"


def _trigno(folder: Path) -> str:
    labels = [
        f"Label: Mini sensor 1: {name} 1 Sampling frequency: {fs:e} Number of points: {n} "
        f"start: 0.000000e+000 Unit: {unit} Domain Unit: s\n"
        for name, fs, n, unit in (("EMG", 1000.0, 80, "V"), ("ACC.X", 100.0, 8, "g"))
    ]
    head = "X[s],EMG 1,X[s],ACC.X 1\n"
    rows = [
        f"{n / 1000},{a * 1e-6}," + (f"{n / 100},0.5\n" if n < 8 else ",\n")
        for n, (a, _) in enumerate(COUNTS[:80])
    ]
    (folder / "rec.csv").write_text("".join((*labels, head, *rows)))
    return "rec.csv"


def _c3d(folder: Path) -> str:
    made = import_module("ezc3d").c3d()
    made["parameters"]["POINT"]["RATE"]["value"] = [100]
    made["parameters"]["POINT"]["LABELS"]["value"] = ["a"]
    made["parameters"]["ANALOG"]["RATE"]["value"] = [1000]
    made["parameters"]["ANALOG"]["LABELS"]["value"] = ["EMG1", "EMG2"]
    made["parameters"]["ANALOG"]["UNITS"]["value"] = ["V", "V"]
    made["data"]["points"] = np.zeros((4, 1, 20))
    made["data"]["analogs"] = SIGNAL[None, :, :200] * 1e-6
    made.write(str(folder / "rec.c3d"))
    return "rec.c3d"


SEEDS: dict[str, Callable[[Path], str]] = {
    "edf": _written(".edf"),
    "bdf": _written(".bdf"),
    "npz": _written(".npz"),
    "npz_packed": _npz_packed,
    "fif": _fif,
    "brainvision": _brainvision,
    "wfdb": _wfdb,
    "n2001": _n2001,
    "mat5": _mat5,
    "mat73": _mat73,
    "otb_tar": _otb_plus("w"),
    "otb_gz": _otb_plus("w:gz"),
    "otb_zip": _otb_plus("zip"),
    "otb4": _otb4,
    "poly5": _poly5,
    "csv": _csv,
    "trigno": _trigno,
    "c3d": _c3d,
}


@cache
def seed(name: str) -> Seed:
    """Return a seed by name."""
    with tempfile.TemporaryDirectory() as folder:
        main = SEEDS[name](Path(folder))
        return Seed(main, {path.name: path.read_bytes() for path in Path(folder).iterdir()})


def real_seeds(data: Path) -> Iterator[tuple[str, Seed]]:
    """Yield recordings of formats that nothing here can write."""
    for name in ("emglab_spike2/Ramp_Piece.smr", "poly5/vent_data_synth_pocc.Poly5"):
        path = data / name
        if path.exists():
            yield path.stem, Seed(path.name, {path.name: path.read_bytes()})
