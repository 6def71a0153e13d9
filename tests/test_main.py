"""The package's commands: doctor, fetch, binder-link."""

import subprocess
import sys
from types import SimpleNamespace

import pytest

from course_lib import doctor
from course_lib.__main__ import main


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
        cwd=doctor.Path(__file__).resolve().parents[1],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1, done.stderr
    assert "✘ missing: numpy" in done.stdout
    assert "✘ torch is not installed" in done.stdout
    assert "make lab" in done.stdout


BREAKS = {
    "old Python": lambda m, t: m.setattr(sys, "version_info", (3, 9, 1)),
    "other torch": lambda m, t: m.setitem(doctor.TORCH, "torch", "9.9"),
    "no package": lambda m, t: m.setattr(doctor, "NEEDED", ["nopackage"]),
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
        ("no package", "missing: nopackage", "make lab"),
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
