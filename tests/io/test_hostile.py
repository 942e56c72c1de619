"""Damaged and malicious files: an `EmgfascError` or a recording, in bounded memory."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import emgfasc as ef
from benchmarks.fuzz.attempt import attempt
from benchmarks.fuzz.edits import KINDS, Edit, edited
from benchmarks.fuzz.seeds import SEEDS, Seed, seed

FOUND = Path(__file__).parent / "hostile"  # what fuzzing found, one folder each
EXTRAS = {"mat73": "h5py", "c3d": "ezc3d"}

edits = st.builds(Edit, st.sampled_from(KINDS), st.floats(0, 1), st.integers(0, 2**16 - 1))


def valid(name: str) -> Seed:
    if name in EXTRAS:
        pytest.importorskip(EXTRAS[name], reason=f"{EXTRAS[name]} is not installed")
    return seed(name)


def outcome(hostile: Seed) -> str:
    with TemporaryDirectory() as folder:
        place = Path(folder, "in")
        place.mkdir()
        return attempt(hostile, place)


@pytest.mark.parametrize("name", SEEDS)
def test_the_undamaged_file_is_read(name: str) -> None:
    assert outcome(valid(name)) == "read"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", SEEDS)
def test_damaged_bytes(name: str) -> None:
    whole = valid(name)

    @settings(max_examples=25, deadline=None)
    @given(st.sampled_from(sorted(whole.files)), st.lists(edits, min_size=1, max_size=4))
    def damage(file: str, changes: list[Edit]) -> None:
        outcome(whole.edited({file: edited(whole.files[file], changes)}))

    damage()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", SEEDS)
def test_cut_at_every_512_bytes(name: str) -> None:
    whole = valid(name)
    data = whole.files[whole.main]
    assert outcome(whole.edited({whole.main: b""})) == "refused"
    for length in range(512, len(data), 512):
        outcome(whole.edited({whole.main: data[:length]}))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("place", sorted(FOUND.iterdir()), ids=lambda place: place.name)
def test_what_fuzzing_found(place: Path) -> None:
    name = place.name.rpartition("-")[0]
    main = valid(name).main
    files = {path.name: path.read_bytes() for path in place.iterdir()}
    # The finding in Poly5 was a line break in a name, which is no reason to refuse a file.
    assert outcome(Seed(main, files)) == ("read" if name == "poly5" else "refused")


def _npz_header(shape: str, descr: str = "'<f4'") -> bytes:
    """Return an NPZ whose array claims a shape and holds nothing."""
    head = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}".encode()
    head = head.ljust(117) + b"\n"
    array = b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("data.npy", array)
    return file.getvalue()


def _pickled() -> bytes:
    file = io.BytesIO()
    np.savez(file, data=np.array([{"a": 1}], object), fs=np.float64(1000))
    return file.getvalue()


def _packed_zeros(n_bytes: int) -> bytes:
    """Return an OTB+ archive that unpacks to a thousand times its size."""
    file = io.BytesIO()
    abstract = zipfile.ZipFile(io.BytesIO(seed("otb_zip").files["rec.otb+"])).read("rec.xml")
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        packed.writestr("rec.xml", abstract)
        with packed.open("rec.sig", "w") as member:
            for _ in range(n_bytes >> 20):
                member.write(bytes(1 << 20))
    return file.getvalue()


def _edf_of_many_channels() -> bytes:
    data = bytearray(seed("edf").files["rec.edf"])
    data[252:256] = b"9999"
    return bytes(data)


GIANTS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "npz of 10^9 channels": ("rec.npz", lambda: _npz_header("(1000000000, 400)")),
    "npz of more than there can be": ("rec.npz", lambda: _npz_header("(9" + "0" * 30 + ", 2)")),
    "npz with code": ("rec.npz", _pickled),
    "otb+ bomb": ("rec.otb+", lambda: _packed_zeros(300 << 20)),
    "edf of 9999 channels": ("rec.edf", _edf_of_many_channels),
    "wfdb of 10^9 channels": ("rec.hea", lambda: b"rec 1000000000 1000 100\n"),
    "wfdb of 10^15 samples": (
        "rec.hea",
        lambda: b"rec 1 1000 1000000000000000\nrec.dat 16 10/mV 16 0 0 0 0 EMG\n",
    ),
    "csv of one endless line": ("rec.csv", lambda: b"1," * 500_000),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", GIANTS)
def test_giants_are_refused_before_they_are_believed(name: str) -> None:
    main, make = GIANTS[name]
    assert outcome(Seed(main, {main: make(), "rec.dat": bytes(400)})) == "refused"


def test_a_header_names_only_files_beside_it(tmp_path: Path) -> None:
    (tmp_path / "secret.dat").write_bytes(bytes(400))
    (tmp_path / "in").mkdir()
    header = tmp_path / "in" / "rec.hea"
    for name in ("../secret.dat", str(tmp_path / "secret.dat")):
        header.write_text(f"rec 1 1000 200\n{name} 16 10/mV 16 0 0 0 0 EMG\n")
        with pytest.raises(ef.EmgfascError):
            ef.read(header)
