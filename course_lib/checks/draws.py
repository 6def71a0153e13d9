"""What the exercises on drawing have in common: the form of a draw, and dependence."""

import numpy as np
import torch

from course_lib.checks.engine import Mistake
from course_lib.checks.messages import Measured


def correlations(noise, again):
    """Return how noise correlates: of two calls, of rows, of columns; (3,).

    noise, again: what two calls drew, (n, d) each. All are about 0 for independent
    draws, and 1 where a draw was kept or shared; 0 also where there is no noise.
    """
    pairs = (noise, again), (noise[:-1], noise[1:]), (noise[:, :-1], noise[:, 1:])
    return torch.stack(
        [
            torch.corrcoef(torch.stack([a.flatten(), b.flatten()]))[0, 1].nan_to_num()
            for a, b in pairs
        ]
    )


def another_form(value, shape):
    """Return what came where one tensor of a shape was wanted; False if it did come."""
    if value is ... or value is None:
        return value
    if isinstance(value, np.ndarray):
        return "an array"
    if isinstance(value, list | tuple):
        return "several values"
    came = getattr(value, "shape", torch.Size())
    if came == shape:
        return False
    form = str(tuple(came)) if came else "that of a single number"
    return [Measured("shape", form, right=str(tuple(shape)))]


def settled(measured, wanted, error):
    """Return what is wanted where statistics are within five standard errors of it.

    So no right draw fails for bad luck, however small the tolerance is. All three:
    tensors, or numbers.
    """
    measured, wanted, error = map(torch.as_tensor, (measured, wanted, error))
    chance = (measured - wanted).abs() <= 5 * error
    return torch.where(chance, wanted.to(measured.dtype), measured)


def dependence(noise, again):
    """Return what tells independent draws; noise, again: of two calls."""
    changes = float(not (noise - again).abs().mean() <= 1e-3)
    if noise.std() <= 1e-3 and again.std() <= 1e-3:
        # One number for all: correlations would be those of rounding.
        alike = torch.tensor([0.0, changes, changes])
    else:
        alike = settled(correlations(noise, again), 0, noise.numel() ** -0.5)
    return (
        Measured("correlation of two calls, of rows, of dimensions", alike, right=0),
        Measured("two calls change it (1 yes, 0 no)", changes, right=1),
    )


FORMS = (
    Mistake(
        "nothing returned",
        lambda *args: None,
        "Nothing came back. Does every path of the function end in a return? `print` "
        "shows a value and does not return it.",
    ),
    Mistake(
        "an array",
        lambda *args: np.zeros(3),
        "A numpy array came back. numpy keeps no track of gradients, so nothing could "
        "be learned through it. Stay in torch: torch.exp, torch.randn_like.",
    ),
    Mistake(
        "several values",
        lambda *args: args[:2],
        "Several values came back. Return the draw alone: one tensor, in the shape of "
        "the arguments.",
    ),
)
