"""The package's commands: doctor, fetch, binder-link."""

import ast
import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest

from course_lib import doctor
from course_lib.__main__ import main
from course_lib.data import torchvision_datasets
from course_lib.teaching.lessons import ROOT


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """The doctor asks the mirrors for MNIST only where it may."""
    monkeypatch.setenv("COURSE_OFFLINE", "1")


@pytest.fixture
def repository(tmp_path):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks/01 a.ipynb").touch()
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=tmp_path, check=True)
    return tmp_path


@pytest.mark.parametrize(
    ("remote", "source"),
    [
        ("https://github.com/owner/name.git", "gh/owner/name"),
        ("git@github.com:owner/name.git", "gh/owner/name"),
        ("ssh://git@github.com/owner/name", "gh/owner/name"),
        ("https://user:secret@github.com/owner/name", "gh/owner/name"),
        ("https://gitlab.com/group/sub/name.git", "gl/group%2Fsub%2Fname"),
        ("https://example.org/name.git", "git/https%3A%2F%2Fexample.org%2Fname"),
    ],
)
def test_binder_link_is_made_from_the_remote(repository, remote, source, capsys):
    git = ["git", "-C", repository, "remote", "add", "origin", remote]
    subprocess.run(git, check=True)
    assert main(["binder-link", str(repository / "notebooks/01 a.ipynb")]) == 0
    assert capsys.readouterr().out == (
        f"https://mybinder.org/v2/{source}/main?urlpath=lab%2Ftree%2Fnotebooks%2F01%20a.ipynb\n"
    )


def test_binder_link_says_what_is_missing(repository, capsys):
    notebook = str(repository / "notebooks/01 a.ipynb")
    assert main(["binder-link", notebook]) == 1
    assert "origin" in capsys.readouterr().err
    assert main(["binder-link", str(repository / "none.ipynb")]) == 1
    assert "notebook: there is no file" in capsys.readouterr().err
    git = ["git", "-C", repository, "remote", "add", "origin", "/srv/course.git"]
    subprocess.run(git, check=True)
    assert main(["binder-link", notebook]) == 1
    assert "is no address on the web" in capsys.readouterr().err


def test_fetch_says_what_it_has_or_why_not(tmp_path, monkeypatch, capsys):
    assert main(["fetch", "digits"]) == 0
    assert "1,437 training" in capsys.readouterr().out
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    monkeypatch.setenv("COURSE_OFFLINE", "1")
    assert main(["fetch", "mnist"]) == 1
    assert "COURSE_OFFLINE forbids" in capsys.readouterr().err
    assert main(["fetch", "minst"]) == 1
    assert "name: got 'minst'" in capsys.readouterr().err


def test_doctor_finds_this_installation_well(monkeypatch, capsys):
    monkeypatch.delenv("COURSE_DATA", raising=False)
    monkeypatch.setenv("GOMP_SPINCOUNT", "1000")
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    assert out.count("✔") == len(doctor.CHECKS)
    assert out.endswith("All is well.\n")


def test_doctor_speaks_where_nothing_is_installed():
    """An interpreter without site-packages stands for a machine without any."""
    code = (
        "import sys; sys.path.insert(0, '.'); from course_lib.__main__ import main; "
        "sys.exit(main(['doctor']))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1, done.stderr
    assert "✘ missing: numpy" in done.stdout
    assert "✘ torch is not installed" in done.stdout
    assert "make lab" in done.stdout


def broken():
    raise RuntimeError("operator torchvision::roi_align does not exist")


def require(monkeypatch, **changes):
    needed = doctor.required() | changes
    monkeypatch.setattr(doctor, "required", lambda: needed)


BREAKS = {
    "old Python": lambda m, t: m.setattr(sys, "version_info", (3, 9, 1)),
    "other torch": lambda m, t: require(m, torch="==9.9"),
    "old package": lambda m, t: require(m, numpy=">=99"),
    "other operators": lambda m, t: m.setattr(
        torchvision_datasets, "import_datasets", broken
    ),
    "no package": lambda m, t: require(m, nopackage=""),
    "no folder": lambda m, t: m.setenv("COURSE_DATA", str(t / "no")),
    "no widgets": lambda m, t: m.setattr(sys, "prefix", str(t)),
    "no room": lambda m, t: m.setattr(
        doctor.shutil, "disk_usage", lambda _: SimpleNamespace(free=1)
    ),
}


@pytest.mark.parametrize(
    ("broken", "finding", "remedy"),
    [
        ("old Python", "Python 3.9.1", "needs Python 3.11"),
        ("other torch", "wanted 9.9", "pip install"),
        ("other operators", "torchvision does not import: operator", "make lab"),
        ("no package", "missing: nopackage", "make lab"),
        ("old package", ", wanted >=99", "make lab"),
        ("no folder", "there is no folder", "unset"),
        ("no widgets", "extension", "make lab"),
        ("no room", "0 MB free", "Make room"),
    ],
)
def test_doctor_names_what_is_broken_and_how_to_mend_it(
    broken, finding, remedy, monkeypatch, tmp_path, capsys
):
    monkeypatch.delenv("COURSE_DATA", raising=False)
    BREAKS[broken](monkeypatch, tmp_path)
    assert main(["doctor"]) == 1
    out = capsys.readouterr().out
    assert finding in out
    assert remedy in out.split("→ ", 1)[1]
    assert out.endswith("1 to mend.\n")


@pytest.mark.parametrize(
    ("runtime", "threads", "environment", "advises"),
    [
        ("libgomp", 2, {}, True),
        ("libgomp", 2, {"GOMP_SPINCOUNT": "1000"}, False),
        ("libgomp", 2, {"OMP_WAIT_POLICY": "PASSIVE"}, False),
        ("libgomp", 1, {}, False),
        ("libomp", 2, {}, False),
    ],
)
def test_doctor_advises_on_threads_and_finds_no_fault(
    runtime, threads, environment, advises, monkeypatch, capsys
):
    monkeypatch.delenv("COURSE_DATA", raising=False)
    for name in ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("torch.get_num_threads", lambda: threads)
    monkeypatch.setattr("threadpoolctl.threadpool_info", lambda: [{"prefix": runtime}])
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    assert ("· GOMP_SPINCOUNT is not set" in out) is advises
    assert ("set GOMP_SPINCOUNT=1000 before you start it" in out) is advises


def test_doctor_reads_what_is_required_from_the_package(monkeypatch, tmp_path):
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert [a + b for a, b in doctor.required().items()] == declared["project"][
        "dependencies"
    ]
    monkeypatch.setattr(doctor, "__file__", str(tmp_path / "course_lib/doctor.py"))
    said = ["torch==2.13.0", "numpy", 'pytest>=8.3; extra == "test"']
    monkeypatch.setattr(doctor.metadata, "requires", lambda name: said)
    assert doctor.required() == {"torch": "==2.13.0", "numpy": ""}


def test_doctor_finds_a_damaged_data_file(monkeypatch, tmp_path, capsys):
    raw = tmp_path / "MNIST/raw"
    raw.mkdir(parents=True)
    (raw / "train-images-idx3-ubyte").write_bytes(b"cut off")
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    assert main(["doctor"]) == 1
    assert "train-images-idx3-ubyte is damaged" in capsys.readouterr().out
    assert (raw / "train-images-idx3-ubyte").read_bytes() == b"cut off"


def test_doctor_finds_another_checkout(monkeypatch, tmp_path, capsys):
    (tmp_path / "course_lib").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COURSE_DATA", raising=False)
    assert main(["doctor"]) == 1
    assert "another lies in" in capsys.readouterr().out


def test_doctor_finds_a_data_folder_that_cannot_be_written(
    monkeypatch, tmp_path, capsys
):
    """A full disk and a read-only one refuse alike to make a file."""
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))

    def refuse(dir):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(doctor.tempfile, "TemporaryFile", refuse)
    assert main(["doctor"]) == 1
    out = capsys.readouterr().out
    assert f"✘ {tmp_path} cannot be written to (Read-only file system)" in out
    assert "→ The lessons use digits meanwhile. Set COURSE_DATA" in out
    (tmp_path / "MNIST/raw").mkdir(parents=True)  # shared by a class, say
    assert (
        doctor.check_room() == f"{tmp_path} cannot be written to, and MNIST lies there"
    )


@pytest.fixture
def uninstalled(tmp_path):
    """Return a function that runs code where course_lib lies but is not installed.

    The interpreter sees all packages of this one but the course's own.
    """
    packages = tmp_path / "packages"
    packages.mkdir()
    for folder in map(
        Path, {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    ):
        for path in folder.iterdir():
            if "autoencoder_course" not in path.name:
                (packages / path.name).symlink_to(path)

    def run(code, folder):
        lines = f"import sys; sys.path.append({str(packages)!r}); {code}"
        return subprocess.run(
            [sys.executable, "-S", "-c", lines],
            cwd=folder,
            env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
            capture_output=True,
            text=True,
            timeout=300,
        )

    return run


def test_a_checkout_works_without_installation_and_doctor_says_so(uninstalled):
    use = (
        "from course_lib import checkpoints, data, explorers; "
        "data.load('digits'); checkpoints.load('vae-2d'); "
        "print(len(explorers.LatentPlane().to_html()) > 1e5)"
    )
    done = uninstalled(use, ROOT)
    assert done.stdout == "True\n", done.stderr
    ask = "from course_lib.__main__ import main; sys.exit(main(['doctor']))"
    done = uninstalled(ask, ROOT)
    assert (
        f"✘ course_lib is not installed: only a Python started in {ROOT}" in done.stdout
    )
    assert f"-m pip install --no-deps -e {ROOT}" in done.stdout
    done = uninstalled(use, ROOT / "notebooks")
    assert "No module named 'course_lib'" in done.stderr


@pytest.mark.parametrize("name", ["__init__", "__main__", "doctor"])
def test_an_old_python_can_still_ask_the_doctor(name):
    """What it must read to be told that it is old has no newer syntax."""
    source = (ROOT / f"course_lib/{name}.py").read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 8))


@pytest.mark.skipif(not shutil.which("make"), reason="there is no make")
def test_make_says_which_python_it_needs(tmp_path):
    for name in ("python3", "python3.13", "python3.12", "python3.11"):
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
