"""The exercises in the lessons: prompt, stub and solution belong together and work."""

import ast

import pytest
import torch
from lessons import PATHS, exercises, fenced_code

from course_lib import checks

FOUND = [
    pytest.param(path, name, roles, id=name)
    for path in PATHS
    for name, roles in exercises(path).items()
]


def run(source):
    """Run a cell as a notebook does and return the value of its last line."""
    tree = ast.parse(source)
    last = ast.Expression(tree.body.pop().value)
    names = {"checks": checks, "torch": torch}
    exec(compile(tree, "cell", "exec"), names)
    return eval(compile(last, "cell", "eval"), names)


def test_every_exercise_is_in_one_lesson():
    names = [parameters.values[1] for parameters in FOUND]
    assert sorted(names) == sorted(checks.EXERCISES)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_lesson_has_at_least_three(path):
    """Lesson 00, which shows how lessons work, has one."""
    assert len(exercises(path)) >= (1 if path.stem.startswith("00") else 3)


@pytest.mark.parametrize(("path", "name", "roles"), FOUND)
def test_its_parts_come_in_order_with_hint_and_solution_folded(path, name, roles):
    assert list(roles) == ["prompt", "attempt", "solution"]
    assert roles["prompt"].startswith("### Exercise ")
    assert "<details><summary>Hint" in roles["prompt"]
    assert roles["solution"].startswith("<details><summary>Solution</summary>\n\n")
    assert roles["solution"].endswith("</details>")


@pytest.mark.parametrize(("path", "name", "roles"), FOUND)
def test_the_stub_is_not_attempted_and_stops_nothing(path, name, roles):
    verdict = run(roles["attempt"])
    assert repr(verdict) == f'Exercise "{name}": not attempted yet.'


@pytest.mark.parametrize(("path", "name", "roles"), FOUND)
def test_the_solution_passes_in_place_of_the_stub(path, name, roles):
    (solution,) = fenced_code(roles["solution"])
    call = roles["attempt"].splitlines()[-1]
    verdict = run(f"{solution}\n{call}")
    assert verdict.passed, verdict
