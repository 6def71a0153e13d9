"""The instructor's kit: students do without its packages, and its files are shipped."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import PurePath

import pytest

from course_lib.teaching.lessons import ROOT

# How the packages of the extra are imported where they are named otherwise. matplotlib
# and IPython bring pillow and pygments to students too.
IMPORTED = {"beautifulsoup4": "bs4", "math-core": "math_core"}
THEIRS = {"pillow", "pygments"}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
WITHOUT = """
import importlib.abc, sys

class Missing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {missing!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Missing())
{code}
"""


def kit():
    """Return the names by which the packages of the extra are imported."""
    extra = PROJECT["project"]["optional-dependencies"]["kit"]
    names = {wanted.split(">=")[0] for wanted in extra} - THEIRS
    return {IMPORTED.get(name, name.replace("-", "_")) for name in names}


def run(code):
    """Run code in a Python that has none of the kit's packages."""
    return subprocess.run(
        [sys.executable, "-c", WITHOUT.format(missing=kit(), code=code)],
        cwd=ROOT,
        env=os.environ | {"COURSE_OFFLINE": "1"},
        capture_output=True,
        text=True,
    )


def test_a_student_needs_nothing_of_it():
    code = "from course_lib import checkpoints, checks, claims, explorers, metrics\n"
    code += "from course_lib import models, plots, training\n"
    code += "from course_lib.__main__ import main\n"
    code += "assert main(['binder-link', 'none.ipynb']) == 1\n"
    code += "main(['doctor'])"
    done = run(code)
    assert done.returncode == 0, done.stderr
    assert done.stderr == "notebook: there is no file none.ipynb\n"
    assert "✔ Python" in done.stdout
    assert not [name for name in kit() if name in done.stdout]


@pytest.mark.parametrize(
    "arguments",
    [["site", "00"], ["release", "00"], ["lint-lesson", "notebooks/00_no.ipynb"]],
    ids=lambda arguments: arguments[0],
)
def test_a_command_of_the_kit_says_how_to_install_it(arguments):
    done = run(f"from course_lib.__main__ import main\nsys.exit(main({arguments}))")
    assert done.returncode == 1
    said = re.match(rf"{arguments[0]} needs (\w+), which is not", done.stderr)
    assert said[1] in kit()
    assert "python -m pip install -e '.[kit]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_is_no_python_is_shipped_too():
    """A class's server has the package installed, and no checkout to read from."""
    patterns = PROJECT["tool"]["setuptools"]["package-data"]["*"]
    found = 0
    for path in (ROOT / "course_lib").rglob("*"):
        if path.suffix in (".py", ".pyc") or not path.is_file():
            continue
        package = next(p for p in path.parents if (p / "__init__.py").exists())
        name = PurePath(path.relative_to(package))
        assert any(path in package.glob(pattern) for pattern in patterns), name
        found += 1
    assert found > 60


def test_released_courses_find_the_grader_where_they_name_it():
    """The address stands in the configuration of releases that were made long ago."""
    from course_lib.teaching import autograde
    from course_lib.teaching.grading.autograde import GradeExercises

    named = (ROOT / "course_lib/teaching/publish/nbgrader_config.py").read_text("utf-8")
    assert "from course_lib.teaching.autograde import GradeExercises" in named
    assert autograde.GradeExercises is GradeExercises
