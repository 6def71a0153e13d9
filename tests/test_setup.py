"""What the Makefile sets up, and mends: with a stand-in for Python and pip."""

import os
import shutil
import subprocess

import pytest

from course_lib.teaching.lessons import ROOT

pytestmark = pytest.mark.skipif(not shutil.which("make"), reason="there is no make")
HANDED = {
    "MAKEFLAGS",
    "MAKEOVERRIDES",
    "MAKELEVEL",
    "MFLAGS",
    "CONSTRAINTS",
    "PYTHON",
    "PIP_USER",
}


def test_make_says_which_python_it_needs(tmp_path):
    for name in ("python3", "python3.14", "python3.13", "python3.12", "python3.11"):
        (tmp_path / name).write_text("#!/bin/sh\nexit 1\n")  # each says: too old
        (tmp_path / name).chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["make", f"VENV={tmp_path}/venv", "lab"],
        cwd=ROOT,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert "No Python from 3.11 to 3.14 found. Install one" in done.stdout
    assert not (tmp_path / "venv").exists()


PYTHON = """#!/bin/sh
# Stands for the Python of an environment, and for the one that makes it.
echo "$* (PIP_USER=$PIP_USER)" >> log
case "$*" in
  *doctor.whole) cat whole;;
  *" --version") [ ! -f nopip ];;
  *ensurepip) [ ! -f noensurepip ] && rm -f nopip;;
  *" install "*" -e "*) [ ! -f offline ];;
  *"venv --clear"*) rm -rf .venv nopip; mkdir -p .venv/bin; cp python .venv/bin/;;
  *"-m course_lib doctor") echo "the doctor of $0";;
esac
"""


@pytest.fixture
def checkout(tmp_path):
    """Return a function that lets make set up, beside a Python that is a stand-in.

    It takes what the doctor finds undone and which files say what fails, and returns
    the run and what of Python was asked.
    """
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in ("pyproject.toml", "constraints.txt"):
        (tmp_path / name).touch()
    (tmp_path / "python").write_text(PYTHON)
    (tmp_path / "python").chmod(0o755)
    (tmp_path / ".venv/bin").mkdir(parents=True)
    shutil.copy(tmp_path / "python", tmp_path / ".venv/bin")
    stamp = tmp_path / ".venv/.lab"
    stamp.touch()
    os.utime(tmp_path / "pyproject.toml", (1e9, 1e9))
    os.utime(tmp_path / "constraints.txt", (1e9, 1e9))

    def run(whole="nothing", *fails, target=".venv/.lab", **changes):
        (tmp_path / "whole").write_text(whole)
        (tmp_path / "log").write_text("")
        for name in fails:
            (tmp_path / name).touch()
        environment = {k: v for k, v in os.environ.items() if k not in HANDED}
        done = subprocess.run(
            ["make", "PYTHON=./python", target],
            cwd=tmp_path,
            env=environment | changes,
            capture_output=True,
            text=True,
        )
        return done, (tmp_path / "log").read_text()

    run.folder = tmp_path
    return run


INSTALLS = "install -c constraints.txt -e ."


def test_what_is_whole_is_left_alone(checkout):
    done, log = checkout()
    assert done.returncode == 0
    assert "pip" not in log.replace("PIP", "")


def test_what_has_gone_is_installed_though_the_stamp_is_there(checkout):
    done, log = checkout("lab")
    assert done.returncode == 0, done.stderr
    assert INSTALLS in log
    assert "venv" not in log


def test_a_setting_that_sends_packages_elsewhere_is_overruled(checkout):
    _, log = checkout("lab", PIP_USER="1")
    assert f"{INSTALLS} (PIP_USER=0)" in log


def test_a_moved_environment_is_made_anew(checkout):
    done, log = checkout("anew")
    assert done.returncode == 0, done.stderr
    assert log.index("-m venv --clear .venv") < log.index(INSTALLS)


def test_a_python_that_does_not_start_is_replaced(checkout):
    (checkout.folder / ".venv/bin/python").write_text("#!/no/such/python\n")
    done, log = checkout()
    assert done.returncode == 0, done.stderr
    assert log.index("-m venv --clear .venv") < log.index(INSTALLS)


@pytest.mark.parametrize("bundled", [True, False])
def test_an_environment_without_pip_gets_one(bundled, checkout):
    """Ctrl-C in the first `make lab` leaves such a one, and so does uv."""
    done, log = checkout("lab", "nopip", *([] if bundled else ["noensurepip"]))
    assert done.returncode == 0, done.stderr
    assert ("venv --clear" in log) is not bundled
    assert log.index("-m ensurepip") < log.index(INSTALLS)


def test_where_pip_fails_what_is_there_will_do(checkout):
    os.utime(checkout.folder / "pyproject.toml")  # git pull, say
    os.utime(checkout.folder / ".venv/.lab", (1e9 + 1, 1e9 + 1))
    for _ in range(2):  # and next time it is tried again
        done, log = checkout("nothing", "offline")
        assert done.returncode == 0, done.stderr
        assert done.stdout == (
            "pip failed (is there no network?), but all that is needed is there.\n"
        )
        assert INSTALLS in log
    done, _ = checkout("lab", "offline")
    assert done.returncode != 0
    assert "Set-up did not finish. `make doctor` says what is missing." in done.stdout


@pytest.mark.parametrize("starts", [True, False])
def test_the_doctor_needs_no_set_up(starts, checkout):
    (checkout.folder / ".venv/.lab").unlink()
    if not starts:
        (checkout.folder / ".venv/bin/python").unlink()
    done, log = checkout("lab", "offline", target="doctor")
    assert done.returncode == 0, done.stderr
    python = ".venv/bin/python" if starts else "./python"
    assert done.stdout == f"the doctor of {python}\n"
    assert "pip" not in log.replace("PIP", "")
