"""Random inputs that tell an exercise's mistakes apart, whatever the seed."""

import copy
import functools

import torch

from course_lib.checks.engine import Mistake
from course_lib.checks.messages import Measured, tensor

TRIES = 200


def alike(name, message, *functions):
    """Return one mistake for each of the ways in which it is made."""
    return [Mistake(name, function, message) for function in functions]


def telling(draw, exercise, generator):
    """Return inputs that tell the exercise's answers apart: the first so drawn.

    draw(generator): returns a list of arguments, some of them random. They are drawn
    again until every mistake can be made and is clearly not the reference's answer,
    nor that of a mistake of another name. For answers that are not random: each is
    asked for at each try. After TRIES the last are returned; a test of all mistakes
    then fails.
    """
    return copy.deepcopy(_drawn(draw, exercise, generator.initial_seed()))


@functools.lru_cache(maxsize=16)  # one check asks three times
def _drawn(draw, exercise, seed):
    generator = torch.Generator().manual_seed(seed)
    for _ in range(TRIES):
        trials = draw(generator)
        if _tell(exercise, trials):
            break
    return trials


def _tell(exercise, trials):
    names, numbers = {}, {}  # by form
    answers = [(None, exercise.reference)]
    answers += [(mistake.name, mistake.function) for mistake in exercise.mistakes]
    for name, function in answers:
        try:
            made = [exercise.observe(function, *copy.deepcopy(t)) for t in trials]
        except (ValueError, IndexError, RuntimeError, ArithmeticError):
            return False
        form, values = _parts(made)
        names.setdefault(form, []).append(name)
        numbers.setdefault(form, []).append(torch.cat([torch.zeros(1), *values]))
    return all(
        _differ(torch.stack(numbers[form]), names[form], 3 * exercise.tolerance)
        for form in names
    )


def _differ(numbers, names, margin):
    """Say whether answers of different names differ somewhere; numbers: (k, n)."""
    apart = (numbers[:, None] - numbers).abs() > margin * (1 + numbers.abs())
    same = torch.tensor([[name == other for other in names] for name in names])
    return bool((apart.any(dim=2) | same).all())


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
