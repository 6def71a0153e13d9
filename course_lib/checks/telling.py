"""Random inputs that tell an exercise's mistakes apart, whatever the seed."""

import copy
import functools

import torch

from course_lib.checks.engine import Mistake
from course_lib.checks.messages import Measured, tensor

TRIES = 200


def alike(name, message, functions):
    """Return one mistake for each of the ways to make it, {what is special: function}.

    The names are "name" and "name, what is special"; the message is one.
    """
    return [
        Mistake(f"{name}, {way}" if way else name, function, message)
        for way, function in functions.items()
    ]


def telling(draw, exercise):
    """Return an Exercise's inputs: draws that tell all of its answers apart.

    draw(generator): returns a list of arguments, some of them random. They are drawn
    again until every mistake can be made, and clearly is neither the reference's answer
    nor another mistake's. exercise(): returns the Exercise, whose answers are not
    random: each is asked for at each try. After TRIES the last are taken; the test of
    every seed then fails.
    """

    @functools.lru_cache(maxsize=8)  # one check asks three times
    def drawn(seed):
        generator = torch.Generator().manual_seed(seed)
        for _ in range(TRIES):
            trials = draw(generator)
            if _tell(exercise(), trials):
                break
        return trials

    return lambda generator: copy.deepcopy(drawn(generator.initial_seed()))


def _tell(exercise, trials):
    answers = [exercise.reference, *(mistake.function for mistake in exercise.mistakes)]
    seen = {}  # by form
    for function in answers:
        try:
            made = [exercise.observe(function, *copy.deepcopy(t)) for t in trials]
        except (ValueError, IndexError, RuntimeError, ArithmeticError):
            return False
        form, numbers = _parts(made)
        seen.setdefault(form, []).append(torch.cat([torch.zeros(1), *numbers]))
    margin = 3 * exercise.tolerance
    return all(_differ(torch.stack(alike), margin) for alike in seen.values())


def _differ(numbers, margin):
    """Return whether all answers differ somewhere; numbers: (answers, n)."""
    apart = (numbers[:, None] - numbers).abs() > margin * (1 + numbers.abs())
    return bool((apart.any(dim=2) | torch.eye(len(numbers)).bool()).all())


def _parts(value):
    """Return an answer's form, as text, and the numbers in it, a list of tensors."""
    value = value.value if isinstance(value, Measured) else value
    if isinstance(value, list | tuple):
        parts = [_parts(part) for part in value]
        return str([form for form, _ in parts]), [n for _, some in parts for n in some]
    if value is None or isinstance(value, str | bool):
        return repr(value), []
    value = tensor(value)
    numbers = value.flatten().nan_to_num(nan=1e6, posinf=1e9, neginf=-1e9)
    return str(tuple(value.shape)), [numbers]
