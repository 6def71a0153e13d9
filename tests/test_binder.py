"""Binder: repo2docker takes the repository as it is, and its scripts do their part."""

import importlib.util
import os
import subprocess
import sys
from urllib.parse import unquote

import pytest

from course_lib import __main__ as commands
from course_lib.teaching.lessons import ROOT, paths
from course_lib.teaching.publish import binder

BINDER = ROOT / "binder"
SPINS = "GOMP_SPINCOUNT"
PIECES = "MALLOC_MMAP_THRESHOLD_"
posix = pytest.mark.skipif(os.name == "nt", reason="Binder's scripts are for bash")


@pytest.mark.skipif(
    importlib.util.find_spec("repo2docker") is None,
    reason="jupyter-repo2docker is not installed: pip install -e .[test]",
)
def test_repo2docker_accepts_the_repository():
    """It writes the recipe of the image, for which it needs no Docker."""
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug"]
    command += ["--user-id=1000", "--user-name=jovyan", "."]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    recipe = done.stdout + done.stderr
    assert done.returncode == 0, recipe[-3000:]
    assert "conda environment for python=3.12" in recipe
    assert 'env update -p ${NB_PYTHON_PREFIX} --file "binder/environment.yml"' in recipe
    assert "RUN ./binder/postBuild" in recipe
    assert 'ENV R2D_ENTRYPOINT="${REPO_DIR}/binder/start"' in recipe


@posix
@pytest.mark.parametrize("name", ["start", "postBuild"])
def test_its_scripts_can_be_run_and_stop_at_an_error(name):
    path = BINDER / name
    assert os.access(path, os.X_OK)
    source = path.read_text(encoding="utf-8")
    assert source.startswith("#!/bin/bash\n")
    assert "\r" not in source
    assert "\nset -e\n" in source
    subprocess.run(["bash", "-n", path], check=True)


@posix
@pytest.mark.parametrize(
    "before", [{}, {"OMP_NUM_THREADS": "3"}, {SPINS: "7"}, {PIECES: "7"}]
)
def test_start_sets_threads_and_memory_and_becomes_the_command(before):
    """Its process must be the server's: the container's signals go to that one."""
    after = {"OMP_NUM_THREADS": "1", SPINS: "1000", PIECES: "2000000"} | before
    env = {k: v for k, v in os.environ.items() if k not in after} | before
    show = (
        f"import os, sys; e = os.environ; print(os.getpid(), *map(e.get, {[*after]}))"
    )
    show += "; print(sys.argv)"
    command = [BINDER / "start", sys.executable, "-c", show, "two words", "*"]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as done:
        set_to, arguments = done.stdout.read().splitlines()
    assert set_to == " ".join([str(done.pid), *after.values()])
    assert arguments == "['-c', 'two words', '*']"
    assert done.returncode == 0


PYTHON = """#!/bin/sh
echo "python $*"
case "$*" in *"$BREAKS"*) exit 1;; esac
"""


@posix
@pytest.mark.parametrize(
    ("breaks", "status", "says"),
    [
        ("nothing", 0, "python -m course_lib fetch mnist"),
        ("fetch mnist", 0, "MNIST could not be fetched; going on without."),
        ("pip install", 1, "python -m pip install --no-deps"),
    ],
)
def test_post_build_goes_on_without_mnist_alone(breaks, status, says, tmp_path):
    (tmp_path / "python").write_text(PYTHON)
    (tmp_path / "python").chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [BINDER / "postBuild"],
        env=os.environ | {"PATH": path, "BREAKS": breaks},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    lines = done.stdout.splitlines()
    assert (done.returncode, lines[-1].startswith(says)) == (status, True), done
    assert "--no-deps --no-build-isolation -e ." in lines[0]


def test_the_binder_link_opens_the_first_lesson_in_jupyterlab(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    git = {
        "rev-parse": str(ROOT),
        "remote": "https://github.com/a/b",
        "symbolic-ref": "m",
    }
    monkeypatch.setattr(binder, "_git", lambda folder, command, *_: git[command])
    assert commands.main(["binder-link"]) == 0
    address, opens = capsys.readouterr().out.strip().split("?urlpath=")
    assert address == "https://mybinder.org/v2/gh/a/b/m"
    assert unquote(opens) == f"lab/tree/notebooks/{paths()[0].name}"
