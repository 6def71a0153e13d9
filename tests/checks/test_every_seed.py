"""Every exercise on 200 seeds: no luck of the inputs lets a wrong answer pass.

Files answers_*.py beside this one hold further answers, to any exercise:
WRONG = [(exercise, what was done, function, what the name or the message holds), ...]
RIGHT = [(exercise, what was done, function), ...]
"""

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor

import pytest
import seeds as workers

from course_lib import checks

SEEDS, CHUNK = 200, 25
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def running(request):
    """Start all the work at once, {exercise: its futures}; tests wait for their own."""
    tests = [test for test in request.session.items if "running" in test.fixturenames]
    names = [test.callspec.params["name"] for test in tests]  # those that -k leaves
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=spawn) as pool:
        yield {
            name: [
                pool.submit(workers.trouble, name, range(start, start + CHUNK))
                for start in range(0, SEEDS, CHUNK)
            ]
            for name in names
        }


@pytest.mark.parametrize("name", checks.EXERCISES)
def test_what_is_wrong_is_told_and_what_is_right_passes_on_every_seed(running, name):
    found = [line for future in running[name] for line in future.result()]
    assert not found, "\n".join([f"{len(found)} times:", *found[:20]])


def test_every_answer_is_to_an_exercise():
    rows = workers.tables("WRONG") + workers.tables("RIGHT")
    assert {row[0] for row in rows} <= set(checks.EXERCISES)
