"""The exercise beta-schedule of lesson 07: the warm-up of the KL."""

import math

import torch

from course_lib.checks.engine import Exercise, Mistake, after
from course_lib.checks.telling import alike


def _beta_schedule(step, steps, beta):
    return beta * min(1.0, step / steps)


def _moments(generator):
    yield from ((0, 100, 4.0), (25, 100, 4.0), (99, 100, 0.5), (100, 100, 4.0))
    yield from ((250, 100, 4.0), (30, 40, 2.0), (60, 40, 0.5))
    steps = int(torch.randint(50, 200, (), generator=generator))
    yield steps // 3, steps, round(1 + torch.rand((), generator=generator).item(), 2)


def _along(curve):
    """Return the mistake of another curve than a straight line, curve(share)."""
    return lambda step, steps, beta: beta * curve(min(1.0, step / steps))


beta_schedule = Exercise(
    name="beta-schedule",
    reference=_beta_schedule,
    inputs=_moments,
    mistakes=(
        Mistake(
            "no ceiling",
            lambda step, steps, beta: beta * step / steps,
            "It rises for ever. After `steps` updates the weight stays at beta.",
        ),
        Mistake(
            "cut off at 1",
            lambda step, steps, beta: min(1.0, beta * step / steps),
            "You cut the weight off at 1. It is the share of the way, step / steps, "
            "that ends at 1; the weight ends at beta.",
        ),
        Mistake(
            "beta left out",
            lambda step, steps, beta: min(1.0, step / steps),
            "It always ends at 1. Multiply the share of the way by beta.",
        ),
        Mistake(
            "a jump",
            lambda step, steps, beta: beta * min(1, step // steps),
            "It stays at 0 and then jumps to beta. If you wrote `//`, that is division "
            "without a remainder; the share of the way needs `/`.",
        ),
        Mistake(
            "from beta down",
            lambda step, steps, beta: beta * (1 - min(1.0, step / steps)),
            "It starts at beta and falls to 0. The warm-up goes up: first learn to "
            "copy, then pay.",
        ),
        Mistake(
            "constant",
            lambda step, steps, beta: beta,
            "That is beta from the first update on: no warm-up at all.",
        ),
        Mistake(
            "down to beta",
            lambda step, steps, beta: max(beta, beta * step / steps),
            "`max` keeps the larger of the two, so it never starts low. You want the "
            "smaller: `min`.",
        ),
        Mistake(
            "cut off, not scaled",
            lambda step, steps, beta: min(beta, step / steps),
            "It rises by the share of the way and is cut off at beta, so it arrives "
            "too early or too late. Multiply the share by beta: it ends at 1.",
        ),
        Mistake(
            "1 after the rise",
            lambda step, steps, beta: beta * step / steps if step < steps else 1.0,
            "The rise is right. After it, the weight is 1: it has to stay at beta.",
        ),
        Mistake(
            "one update ahead",
            lambda step, steps, beta: beta * min(1.0, (step + 1) / steps),
            "One update ahead: step counts from 0, and at step 0 the weight is 0.",
        ),
        *alike(
            "restarts",
            "After `steps` updates yours falls back to 0 and rises again, as % makes "
            "it. This warm-up happens once: then the weight stays at beta.",
            {
                "": lambda step, steps, beta: beta * (step % steps) / steps,
                "twice as fast": lambda step, steps, beta: (
                    beta * min(1.0, 2 * (step % steps) / steps)
                ),
            },
        ),
        Mistake(
            "0 after the rise",
            lambda step, steps, beta: beta * step / steps if step <= steps else 0.0,
            "The rise is right. After it, the weight is 0: it has to stay at beta.",
        ),
        Mistake(
            "0 from the end of the rise",
            lambda step, steps, beta: beta * step / steps if step < steps else 0.0,
            "The rise is right. From `steps` on, the weight is 0: it has to stay at "
            "beta.",
        ),
        Mistake(
            "nothing after the rise",
            lambda step, steps, beta: beta * step / steps if step < steps else None,
            "The rise is right. After it your function returns nothing: it has to "
            "return beta.",
        ),
        Mistake(
            "one update early",
            lambda step, steps, beta: beta * min(1.0, step / (steps - 1)),
            "It arrives one update early. The share of the way is step / steps, "
            "without the 1.",
        ),
        *alike(
            "a curve for a straight line",
            "It starts and ends where it should, but bends on the way. A straight line "
            "is beta times the share of the way, step / steps.",
            {
                "cosine": _along(lambda share: 0.5 - 0.5 * math.cos(math.pi * share)),
                "square": _along(lambda share: share**2),
                "root": _along(math.sqrt),
                "sine": _along(lambda share: math.sin(math.pi / 2 * share)),
            },
        ),
        *alike(
            "a curve that never arrives",
            "Your weight follows a curve that bends, and does not reach beta after "
            "`steps` updates. Wanted is a straight line, and then beta.",
            {
                "exponential": lambda step, steps, beta: (
                    beta * (1 - math.exp(-step / steps))
                ),
                "sigmoid": lambda step, steps, beta: (
                    beta / (1 + math.exp(-10 * (step / steps - 0.5)))
                ),
                "tanh": lambda step, steps, beta: beta * math.tanh(step / steps),
            },
        ),
        Mistake(
            "rounded down",
            after(_beta_schedule, int),
            "You rounded the weight down to a whole number, with int or //. It rises "
            "in a straight line, through all numbers between.",
        ),
        Mistake(
            "steps upside down",
            lambda step, steps, beta: beta * min(1.0, steps / max(step, 1)),
            "You divided steps by step. The share of the way is step / steps.",
        ),
        Mistake(
            "a power of the share",
            lambda step, steps, beta: min(1.0, step / steps) ** beta,
            "You raised the share of the way to the power beta. Multiply it by beta.",
        ),
        Mistake(
            "from 1 to beta",
            lambda step, steps, beta: 1 + (beta - 1) * min(1.0, step / steps),
            "It begins at 1. At the first update, step 0, the weight is 0.",
        ),
    ),
)
