"""Grading: a function loses its own points, and nothing else, whatever it does."""

import os
import subprocess
import sys
import time

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from course_lib.teaching.autograde import GradeExercises
from course_lib.teaching.grading import grader

pytestmark = pytest.mark.slow
NAME = "squared-error"
RIGHT = "def f(x_hat, x):\n    return ((x_hat - x) ** 2).sum(1)\n"


def grade(*cells, function="f", **options):
    return grader.grade(list(cells), NAME, function, **options)


def test_a_right_function_passes_on_fresh_inputs_each_time():
    first, second = grade(RIGHT), grade(RIGHT)
    assert first.passed
    assert second.passed
    assert first.message != second.message  # each names its own seed
    assert "seed=5." in grade(RIGHT, seed=5).message


def test_a_known_mistake_keeps_its_name():
    verdict = grade("f = lambda x_hat, x: ((x_hat - x) ** 2).mean(1)")
    assert (verdict.passed, verdict.mistake) == (False, "mean over pixels")


ENDLESS = """def f(x_hat, x):
    while True:
        try:
            while True: pass
        except BaseException: pass"""


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("    x_hat -= x\n    return (x_hat**2).sum(1)", "changes its argument x_hat"),
        ("    for i in range(10**9): print('x' * 1000)", "printed more than 100,000"),
        ("    exit()", "stopped with SystemExit"),
        ("    import os; os._exit(0)", "ended its process"),
        ("    import os, signal; os.kill(os.getpid(), 9)", "ended its process"),
        ("    return ...", "not attempted yet"),
        ("    return x_hat.nothing()", "line 2: return x_hat.nothing()"),
        ("    return {1: open}", "got "),
        ("    f(x_hat, x)", "RecursionError"),
    ],
)
def test_what_a_function_does_costs_its_own_points(body, says):
    verdict = grade(f"def f(x_hat, x):\n{body}\n")
    assert not verdict.passed
    assert says in verdict.message


def test_what_never_ends_is_stopped():
    verdict = grade(ENDLESS, seconds=10)
    assert not verdict.passed
    assert "did not finish within 10 seconds" in verdict.message


def test_ctrl_c_ends_what_is_being_graded(monkeypatch):
    started = []

    class Popen(subprocess.Popen):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            started.append(self)

    def interrupt(seconds):
        raise KeyboardInterrupt

    monkeypatch.setattr(grader.subprocess, "Popen", Popen)
    monkeypatch.setattr(grader.time, "sleep", interrupt)
    with pytest.raises(KeyboardInterrupt):
        grade(ENDLESS)
    (process,) = started
    assert process.returncode is not None


@pytest.mark.skipif(sys.platform != "linux", reason="a fork")
def test_what_is_left_running_holds_nobody_up():
    body = "    import os, time\n    if os.fork() == 0:\n        os.setsid()\n"
    body += "        time.sleep(30)\n        os._exit(0)\n"
    before = time.monotonic()
    grade(f"def f(x_hat, x):\n{body}    return x.sum(1)", seconds=20)
    assert time.monotonic() - before < 25


@pytest.mark.parametrize(
    "forged",
    ["[[1, 2], None, None]", "[[], None, None]", "[3, None, None]", "[{1: 2}, 0, 0]",
     "[[None] * 4, None, 'x']", "'nothing'"],
)  # fmt: skip
def test_a_forged_answer_earns_nothing(forged):
    body = (
        f"    import os, torch\n    torch.save({forged}, 'answers.pt')\n    os._exit(0)"
    )
    verdict = grade(f"def f(x_hat, x):\n{body}")
    assert not verdict.passed
    assert verdict.message


def test_gradients_come_out_of_the_process():
    verdict = grade("def f(x_hat, x):\n    return ((x_hat - x) ** 2).sum(1).detach()")
    assert (verdict.passed, verdict.mistake) == (False, "no gradient")
    half = "def f(x_hat, x):\n    d = x_hat - x\n    return (d.detach() * d).sum(1)"
    assert "not the right one" in grade(half).message


def test_a_dtype_comes_out_of_the_process():
    answer = (
        "import torch\ndef f(x, W, b, V, c):\n    z = (x @ W.T + b).double()\n"
        "    return z, torch.sigmoid(z @ V.T.double() + c)"
    )
    verdict = grader.grade([answer], "forward-pass", "f")
    assert (verdict.passed, verdict.mistake) == (False, "another dtype")


def test_a_long_message_is_cut():
    verdict = grade("def f(x_hat, x):\n    raise ValueError('x' * 10**6)")
    assert 1000 < len(verdict.message) < 3000


def test_a_check_that_is_not_the_courses_is_not_run():
    role = {"grade_id": "mine", "grade": True, "solution": False, "points": 1}
    cell = new_code_cell("assert True", metadata={"nbgrader": role})
    made, _ = GradeExercises().preprocess(new_notebook(cells=[cell]), {})
    (output,) = made.cells[0].outputs
    assert output.output_type == "error"
    assert "checks no exercise of the course" in output.traceback[0]


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux")
def test_what_takes_all_memory_is_stopped():
    verdict = grade("def f(x_hat, x):\n    return [bytearray(10**10)]")
    assert "MemoryError" in verdict.message


@pytest.mark.parametrize(
    "cell",
    [
        "class checks:\n    squared_error = staticmethod(lambda f: True)",
        "from course_lib.checks import engine\n"
        "engine.Exercise.judge = lambda *a: engine.Verdict(True, 'Correct.')",
        "import torch\ntorch.allclose = lambda *a, **k: True",
        "import course_lib.teaching.grading.grader as g\ng._received = None",
    ],
)
def test_what_a_notebook_redefines_makes_no_wrong_answer_right(cell):
    for cells in ([cell, "def f(x_hat, x): return 0"], [f"{cell}\nf = lambda *a: 0"]):
        assert not grade(*cells).passed


def test_only_definitions_run():
    verdict = grade(
        "import torch\nimport no_such_package\nPOWER = 1 + 1\nclean = load_the_data(3)",
        "while True: pass",
        "exit()\n%matplotlib inline\n!rm -rf x\ndef helper(d): return d**POWER",
        "this is no Python",
        f"n = {NAME.count('a')}\ntrial = f(clean)\nprint(f(1, 2))\n"
        "def f(x_hat, x):\n    return helper(x_hat - x).sum(1)\nf(clean)",
    )
    assert verdict.passed, verdict


def test_in_the_answers_own_cell_a_function_may_be_made_by_a_call():
    made = "f = functools.partial(lambda p, a, b: ((a - b) ** p).sum(1), 2)"
    assert grade(f"import functools\n{made}").passed


def test_a_function_that_is_missing_is_told_with_the_reason():
    assert "defines no function f" in grade("g = 3").message
    assert "defines no function f" in grade("f = 3").message
    message = grade("def f(x_hat, x):\n    return (").message
    assert "line 2 is no Python: '(' was never closed" in message


def test_a_cell_sees_no_secret_of_the_grader(monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "abc")
    own = "import os\ndef f(x_hat, x):\n    raise ValueError(sorted(os.environ))"
    assert "SECRET_TOKEN" not in grade(own).message
    assert "SECRET_TOKEN" in os.environ


def test_an_unknown_exercise_is_named():
    with pytest.raises(ValueError, match="exercise: there is none of the name 'nope'"):
        grader.grade([RIGHT], "nope", "f")
