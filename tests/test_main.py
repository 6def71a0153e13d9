"""The package's commands: fetch, binder-link, and how they print."""

import os
import subprocess
import sys

import pytest

from course_lib.__main__ import main
from course_lib.teaching.lessons import ROOT


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Nothing is downloaded here."""
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


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_any_console_takes_any_path(encoding, tmp_path):
    """A pipe of Windows and a Cyrillic home, say: the data are there, and said so."""
    folder = tmp_path / "Дом"
    folder.mkdir()
    code = (
        "import sys; from course_lib import __main__, data; "
        "data.load = lambda name: f'{name} from {sys.argv[1]} ✔ → …'; "
        "sys.exit(__main__.main(['fetch', 'mnist']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, folder],
        cwd=ROOT,
        env=os.environ | {"PYTHONIOENCODING": encoding},
        capture_output=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    said = done.stdout.decode(encoding)
    assert said.startswith("mnist from ")
    assert r"\u0414\u043e\u043c ok ->" in said


def test_fetch_can_be_told_to_wait(monkeypatch, capsys):
    monkeypatch.setenv("COURSE_PATIENCE", "5")
    assert main(["fetch", "digits", "--patience", "60"]) == 0
    assert os.environ["COURSE_PATIENCE"] == "60"
    monkeypatch.delenv("COURSE_OFFLINE")
    monkeypatch.setenv("COURSE_DATA", str(ROOT / "docs"))
    assert main(["fetch", "mnist", "--patience", "soon"]) == 1
    assert "COURSE_PATIENCE: got 'soon'; wanted a number of" in capsys.readouterr().err
