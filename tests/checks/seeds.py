"""Try an exercise's answers on many seeds: what the workers of test_every_seed run."""

import importlib
import re
from pathlib import Path

import torch

from course_lib import checks
from course_lib.checks import Exercise


def tables(name):
    """Return what the files answers_*.py beside this one list under a name."""
    files = sorted(Path(__file__).parent.glob("answers_*.py"))
    return [
        row for f in files for row in getattr(importlib.import_module(f.stem), name)
    ]


def trouble(name, seeds):
    """Return what goes wrong with an exercise's answers on seeds, as lines."""
    torch.set_num_threads(1)
    exercise, found = checks.EXERCISES[name], []
    wrong = [row[1:] for row in tables("WRONG") if row[0] == name]
    right = [row[1:] for row in tables("RIGHT") if row[0] == name]
    for seed in seeds:
        with _remembered(exercise):
            found += [f"seed {seed}: {line}" for line in _known(exercise, seed)]
            for what, answer, says in wrong:
                verdict = exercise(answer, grade=False, seed=seed)
                said = f"{verdict.mistake}: {verdict.message}"
                if verdict.passed or not re.search(says, said):
                    found.append(f"seed {seed}: {what}: {said}")
            for what, answer in right if seed % 8 == 0 else []:
                verdict = exercise(answer, grade=False, seed=seed)
                if not verdict.passed:
                    found.append(f"seed {seed}: {what}, which is right: {verdict}")
    return found


def _known(exercise, seed):
    """Yield which known mistakes are not told apart from the right answer and others.

    Told apart once, each pair is for both: a name is given only where one alone fits.
    """
    right = exercise.answers(exercise.reference, seed)
    if not exercise.judge(right, seed).passed:
        yield "the reference does not pass"
    made = {"the reference": right.values}
    for mistake in exercise.mistakes:
        values = exercise.makes(mistake, seed)
        if values is None:
            yield f"{mistake.name} cannot be made, or leaves no number"
            continue
        for other, numbers in made.items():
            if exercise.agree(values, numbers):
                yield f"{mistake.name} makes the same as {other}"
        made[mistake.name] = values


class _remembered:
    """Make what mistakes and the reference answer once a seed, not once an answer."""

    def __init__(self, exercise):
        self.reference, self.made = exercise.reference, {}

    def __enter__(self):
        self.plain = makes, answers = Exercise.makes, Exercise.answers

        def once(key, function, *args):
            if key not in self.made:
                self.made[key] = function(*args)
            return self.made[key]

        def make(exercise, mistake, seed):
            return once(mistake.name, makes, exercise, mistake, seed)

        def answer(exercise, function, seed):
            if function is self.reference:
                return once(None, answers, exercise, function, seed)
            return answers(exercise, function, seed)

        Exercise.makes, Exercise.answers = make, answer

    def __exit__(self, *error):
        Exercise.makes, Exercise.answers = self.plain
