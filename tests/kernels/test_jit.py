import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from emgfasc._kernels import jit
from emgfasc._kernels.jit import digest, n_threads, run
from emgfasc._kernels.search import look
from emgfasc.errors import ParameterError


def test_results_come_in_the_order_of_the_items() -> None:
    assert run(lambda k: k * k, range(50), n_jobs=4) == [k * k for k in range(50)]
    assert run(str, [], n_jobs=4) == []


def test_a_task_that_asks_for_threads_runs_on_its_own() -> None:
    """With every thread waiting for another, nothing would ever end."""

    def outer(_: int) -> bool:
        inner = run(lambda _: threading.get_ident(), range(3), n_jobs=2)
        return set(inner) == {threading.get_ident()}

    assert all(run(outer, range(6), n_jobs=2))


def test_the_first_error_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        run(lambda k: 1 // (k - 3), range(6), n_jobs=2)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_process_starts_threads_of_its_own() -> None:
    run(str, range(4), n_jobs=2)
    child = os.fork()
    if child == 0:
        os._exit(int(run(int, ["1", "2"], n_jobs=2) != [1, 2]))
    assert os.waitpid(child, 0)[1] == 0


def test_the_environment_sets_the_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMGFASC_NUM_THREADS", "3")
    assert n_threads() == 3
    monkeypatch.setenv("EMGFASC_NUM_THREADS", "many")
    with pytest.raises(ParameterError, match="EMGFASC_NUM_THREADS"):
        n_threads()


def test_a_cached_kernel_is_stale_when_a_kernel_that_it_calls_has_changed(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("a = 1\n")
    before = digest(tmp_path)
    digest.cache_clear()
    (tmp_path / "other.py").write_text("")
    assert digest(tmp_path) != before
    # Numba is asked for what it does not promise; when it goes away, there is something to do.
    compiled: Any = look
    assert digest(Path(jit.__file__).parent) in compiled._cache._cache_file._source_stamp


_LOADED = """
import sys
import numba, numpy as np
from emgfasc._kernels.levels import running_medians
from emgfasc.integrity.loops import median_steps
values, out = np.array([[1.0, 5.0, 3.0]]), np.empty((1, 3))
running_medians(values, np.zeros(1), 1, out)
assert out.tolist() == [[3.0, 3.0, 4.0]], out
steps = median_steps(np.array([[0.0, 1.0, 3.0, 6.0, 10.0]], np.float32), np.array([9.0]))
assert steps.tolist() == [2.5], steps
print([name for name in ("numba.np.npyimpl", "numba.np.arrayobj") if name in sys.modules])
new = numba.njit(lambda a: np.sort(np.sqrt(a) + np.array([1.0, 0.0])))
assert new(np.array([4.0, 9.0])).tolist() == [3.0, 3.0]
"""


@pytest.mark.skipif(os.name == "nt", reason="numba forgives errors of files while it loads there")
def test_a_cached_kernel_is_loaded_without_the_compiler_which_still_works_after_it() -> None:
    run = [
        subprocess.run([sys.executable, "-c", _LOADED], check=False, capture_output=True, text=True)
        for _ in "12"
    ]
    assert [done.stderr for done in run] == ["", ""]
    assert run[1].stdout == "[]\n"
