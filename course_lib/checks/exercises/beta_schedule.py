"""The exercise beta-schedule of lesson 07: the warm-up of the KL."""

from course_lib.checks.engine import Exercise, Mistake


def _beta_schedule(step, steps, beta):
    return beta * min(1.0, step / steps)


def _moments(generator):
    yield from ((0, 100, 4.0), (25, 100, 4.0), (99, 100, 0.5), (100, 100, 4.0))
    yield from ((250, 100, 4.0), (30, 40, 2.0), (60, 40, 0.5))


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
    ),
)
