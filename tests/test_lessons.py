"""The lessons: that each keeps the conventions and runs as a student runs it."""

import os
import re
import sys
from pathlib import Path

import pytest
from processes import run

from course_lib import data
from course_lib.teaching.authoring import lint
from course_lib.teaching.lessons import paths

SEEDS = os.environ.get("COURSE_SEEDS", "0").split(",")
lesson = pytest.mark.parametrize("path", paths(), ids=lambda path: path.stem)


@lesson
def test_it_keeps_the_conventions(path):
    assert "\n".join(map(str, lint.faults(path))) == ""


def _environment(name, folder):
    """Return an environment in which load("mnist", fallback="digits") gives name."""
    # Memory as `make lab` and Binder set it; and where pytest finds tests/patience.py.
    environment = dict(os.environ, COURSE_OFFLINE="1", MALLOC_MMAP_THRESHOLD_="2000000")
    path = [str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, path))
    if name == "digits":
        return environment | {"COURSE_DATA": str(folder)}
    try:
        data.load("mnist", offline=True)
    except data.DataError as error:
        pytest.skip(f"MNIST is not on this machine: {error.reason}")
    return environment


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("dataset", ["mnist", "digits"])
@lesson
def test_it_runs_in_under_a_gigabyte(path, dataset, seed, tmp_path):
    (tmp_path / "data").mkdir()
    environment = _environment(dataset, tmp_path / "data")
    copy = tmp_path / path.name
    text, changes = re.subn(r'"SEED = 0\b', f'"SEED = {seed}', path.read_text())
    assert changes == (0 if path.stem.startswith("00") else 1)  # 00 draws nothing
    copy.write_text(text)
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "-p", "no:cacheprovider"]
    command += ["-q", "--nbval-cell-timeout=300", "--rootdir", tmp_path, copy]
    command += ["-p", "patience"]
    status, output, peak = run(command, environment, limit=900)
    assert status == 0, output[-6000:]
    assert " passed" in output
    assert peak < 1e9, f"{peak / 1e6:.0f} MB"


@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/proc/self"), reason="Linux has /proc")
def test_the_first_runs_in_a_home_that_nobody_can_write_to(tmp_path):
    """Jupyter, IPython and matplotlib want to write there as well, beside the data."""
    own = ("XDG_", "JUPYTER", "IPYTHON", "MPL", "COURSE_DATA")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(own)}
    environment |= {"HOME": "/proc/none", "COURSE_OFFLINE": "1"}
    copy = tmp_path / paths()[0].name
    copy.write_text(paths()[0].read_text(encoding="utf-8"), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "-p", "no:cacheprovider"]
    command += ["-q", "--nbval-cell-timeout=300", "--rootdir", tmp_path, copy]
    status, output, _ = run(command, environment, limit=600)
    assert status == 0, output[-6000:]
    assert " passed" in output
