"""Try an exercise's answers on many seeds: what the workers of test_every_seed run."""

import importlib
import re
from pathlib import Path

import torch

from course_lib import checks
from course_lib.checks import Exercise, Verdict
from course_lib.teaching import lessons


def tables(name):
    """Return what the files answers_*.py beside this one list under a name."""
    files = sorted(Path(__file__).parent.glob("answers_*.py"))
    return [
        row for f in files for row in getattr(importlib.import_module(f.stem), name)
    ]


def solution(name):
    """Return the function that a lesson's solution to an exercise defines."""
    (parts,) = (
        own[name] for own in map(lessons.exercises, lessons.paths()) if name in own
    )
    _, _, function = lessons.split(parts["attempt"])
    (code,) = lessons.fenced_code(parts["solution"])
    names = {"torch": torch}
    exec(code, names)
    return names[function]


def trouble(name, seeds):
    """Return what goes wrong with an exercise's answers on seeds, as lines."""
    torch.set_num_threads(1)
    exercise, found = checks.EXERCISES[name], []
    wrong = [row[1:] for row in tables("WRONG") if row[0] == name]
    right = [row[1:] for row in tables("RIGHT") if row[0] == name]
    always = [("the lesson's solution", solution(name))]
    for seed in seeds:
        words = seed % 8 == 0  # what is said is read on every eighth: it takes longest
        with _remembered(exercise, words):
            found += [f"seed {seed}: {line}" for line in _known(exercise, seed)]
            for what, answer, says in wrong:
                verdict = exercise(answer, grade=False, seed=seed)
                said = f"{verdict.mistake}: {verdict.message}"
                if verdict.passed or (words and not re.search(says, said)):
                    found.append(f"seed {seed}: {what}: {said}")
            for what, answer in always + (right if words else []):
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
    """Make what mistakes and the reference answer once a seed, not once an answer.

    words: whether wrong answers are described as well, beside being refused.
    """

    def __init__(self, exercise, words):
        self.reference, self.words, self.made = exercise.reference, words, {}

    def __enter__(self):
        self.plain = makes, answers, _ = (
            Exercise.makes,
            Exercise.answers,
            Exercise._described,
        )

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
        if not self.words:
            Exercise._described = lambda *args: Verdict(False, "")

    def __exit__(self, *error):
        Exercise.makes, Exercise.answers, Exercise._described = self.plain
