"""The lessons: their form, and that each runs as a student runs it."""

import ast
import functools
import importlib
import inspect
import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import threading

import pytest
from lessons import PATHS, ROOT, cells

from course_lib import data

SEEDS = os.environ.get("COURSE_SEEDS", "0").split(",")
lesson = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)


def test_there_are_lessons_and_the_readme_lists_them():
    assert PATHS
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for path in PATHS:
        assert f"(notebooks/{path.name})" in readme


@lesson
def test_it_is_committed_without_outputs_and_with_stable_ids(path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(set(ids)) == len(ids)
    for cell in cells(path, "code"):
        assert cell["outputs"] == []
        assert cell["execution_count"] is None
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    assert set(notebook["metadata"]) == {"kernelspec", "language_info"}


@lesson
def test_it_opens_with_what_a_student_wants_to_know(path):
    first = cells(path)[0]["source"]
    assert first.startswith(f"# {path.stem[:2]} · ")
    for words in ("After this lesson", "You need", "It takes", "Running it all"):
        assert f"**{words}" in first


@lesson
def test_its_code_cells_are_short_and_plain(path):
    for cell in cells(path, "code"):
        source = cell["source"]
        assert len(source.splitlines()) <= 25, source
        assert "import *" not in source
        assert not re.search(r"^\s*[!%]", source, re.MULTILINE), source
        assert not source.rstrip().endswith(";"), source


@lesson
def test_its_imports_stand_in_the_first_code_cell(path):
    for cell in cells(path, "code")[1:]:
        assert not re.search(r"^(import|from) ", cell["source"], re.MULTILINE)


@lesson
def test_every_figure_carries_words_and_is_shown(path):
    for cell in cells(path, "code"):
        if re.search(r"\b(plots|plt)\.\w+\(", cell["source"]):
            assert "alt=" in cell["source"], cell["source"]
            assert "plt.show()" in cell["source"], cell["source"]


@lesson
def test_it_makes_enough_claims_and_recaps(path):
    source = "\n".join(cell["source"] for cell in cells(path, "code"))
    least = 1 if path.stem.startswith("00") else 5
    assert len(re.findall(r"^claim\(", source, re.MULTILINE)) >= least
    assert f'Quiz("{path.stem[:2]}")' in source
    assert cells(path)[-1]["source"].startswith("## Recap")


@lesson
def test_every_link_to_a_file_leads_somewhere(path):
    for cell in cells(path, "markdown"):
        for target in re.findall(r"\]\(([^)#\s]+)", cell["source"]):
            if not target.startswith("http"):
                assert (path.parent / target).exists(), target


def _plain(source):
    """Return code as its syntax tree, without docstrings and argument checks."""
    tree = ast.parse(textwrap.dedent(source))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            node.body = [
                statement
                for statement in node.body
                if not (
                    isinstance(statement, ast.Expr)
                    and (
                        isinstance(statement.value, ast.Constant)
                        or ast.unparse(statement.value).startswith("_check")
                    )
                )
            ]
    return ast.unparse(tree)


TAUGHT = [
    pytest.param(path, cell, tag.removeprefix("teaches:"), id=f"{path.stem}-{tag}")
    for path in PATHS
    for cell in cells(path, "code")
    for tag in cell["metadata"].get("tags", [])
    if tag.startswith("teaches:")
]


@pytest.mark.parametrize(("path", "cell", "name"), TAUGHT)
def test_what_it_teaches_is_what_the_library_does(path, cell, name):
    module, *attributes = name.split(".")
    taught = importlib.import_module(f"course_lib.{module}")
    for attribute in attributes:
        taught = getattr(taught, attribute)
    assert _plain(cell["source"]) == _plain(inspect.getsource(taught))


def _environment(name, folder):
    """Return an environment in which load("mnist", fallback="digits") gives name."""
    environment = dict(os.environ, COURSE_OFFLINE="1")
    if name == "digits":
        return environment | {"COURSE_DATA": str(folder)}
    try:
        before = os.environ.get("COURSE_OFFLINE")
        os.environ["COURSE_OFFLINE"] = "1"
        data.load("mnist")
    except data.DataError as error:
        pytest.skip(f"MNIST is not on this machine: {error.reason}")
    finally:
        os.environ.pop("COURSE_OFFLINE")
        if before is not None:
            os.environ["COURSE_OFFLINE"] = before
    return environment


# A process starts with its parent's peak memory, which for these tests is large; so a
# small one stands between, and tells its child's own.
WATCH = """
import resource, subprocess, sys
status = subprocess.call(sys.argv[1:])
print("peak", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(status)
"""


def _run(command, environment, limit):
    """Run a command; return its exit status, output, and peak memory in bytes."""
    with subprocess.Popen(
        [sys.executable, "-c", WATCH, *command],
        env=environment,
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as process:
        end = functools.partial(os.killpg, process.pid, signal.SIGKILL)
        clock = threading.Timer(limit, end)
        clock.start()
        output = process.stdout.read()
        status = process.wait()
        clock.cancel()
    peak = re.search(r"^peak (\d+)$", output, re.MULTILINE)
    assert peak, f"it took more than {limit} s: {output[-2000:]}"
    unit = 1 if sys.platform == "darwin" else 1024
    return status, output, int(peak[1]) * unit


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
    status, output, peak = _run(command, environment, limit=900)
    assert status == 0, output[-6000:]
    assert " passed" in output
    assert peak < 1e9, f"{peak / 1e6:.0f} MB"


@pytest.mark.skipif(not os.path.exists("/proc/self"), reason="Linux has /proc")
def test_the_first_runs_in_a_home_that_nobody_can_write_to(tmp_path):
    """Jupyter, IPython and matplotlib want to write there as well, beside the data."""
    own = ("XDG_", "JUPYTER", "IPYTHON", "MPL", "COURSE_DATA")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(own)}
    environment |= {"HOME": "/proc/none", "COURSE_OFFLINE": "1"}
    copy = tmp_path / PATHS[0].name
    copy.write_text(PATHS[0].read_text(encoding="utf-8"), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "-p", "no:cacheprovider"]
    command += ["-q", "--nbval-cell-timeout=300", "--rootdir", tmp_path, copy]
    status, output, _ = _run(command, environment, limit=600)
    assert status == 0, output[-6000:]
    assert " passed" in output
