"""What may have been done to right values: factors, functions, sums and the like."""

import math

import torch

CONSTANTS = {
    "half": 0.5,
    "a quarter": 0.25,
    "double": 2,
    "log 2, which turns bits into nats": math.log(2),
    "1 / log 2, which turns nats into bits": 1 / math.log(2),
    "log 10 / log 2": math.log2(10),
    "1 / log 10": 1 / math.log(10),
    "log 10": math.log(10),
    "the root of 2": math.sqrt(2),
    "π": math.pi,
    "percent": 100,
    "255²": 255**2,
}
FUNCTIONS = {
    "the square root of": torch.sqrt,
    "the square of": torch.square,
    "1 over": torch.reciprocal,
    "1 minus": lambda a: 1 - a,
    "the absolute value of": torch.abs,
    "the exponential of": torch.exp,
    "the natural logarithm of": torch.log,
    "the logarithm to base 10 of": torch.log10,
    "the logarithm to base 2 of": torch.log2,
    "the sigmoid of": torch.sigmoid,
    "what torch.relu leaves of": torch.relu,
}


REDUCTIONS = {"sum": torch.sum, "mean": torch.mean, "largest": torch.amax}
REDUCTIONS |= {"smallest": torch.amin, "product": torch.prod}
ROWS, TABLE = (1, 2), (2,)


def _over(reduce, dim):
    return lambda t: reduce(t, dim=dim)


def _everywhere(reduce):
    return lambda t: reduce(t).expand(t.shape)


# What may have been done to the right values: words, for how many dimensions, how.
STRUCTURES = (
    ("The values are right, but transposed", TABLE, lambda t: t.mT),
    ("The values are right, but in reverse order", ROWS, lambda t: t.flip(0)),
    (
        "The values are right, but sorted: each belongs in its own place",
        ROWS,
        lambda t: t.sort(dim=0).values,
    ),
    (
        "The values are right, but sorted from the largest down: each belongs in its "
        "own place",
        ROWS,
        lambda t: t.sort(dim=0, descending=True).values,
    ),
    *(
        (f"What came is the {name} of all the right values", ROWS, reduce)
        for name, reduce in REDUCTIONS.items()
    ),
    *(
        (
            f"What came is the {name} of the right values over dim={dim}",
            TABLE,
            _over(reduce, dim),
        )
        for name, reduce in REDUCTIONS.items()
        for dim in (0, 1)
    ),
    *(
        (
            f"In every place is the same number, the {name} of all the right values",
            ROWS,
            _everywhere(reduce),
        )
        for name, reduce in REDUCTIONS.items()
    ),
    ("What came is the first of the right values alone", ROWS, lambda t: t[0]),
    ("What came is the last of the right values alone", ROWS, lambda t: t[-1]),
    (
        "What came are the running sums of the right values",
        ROWS,
        lambda t: t.cumsum(dim=0),
    ),
)
# What may be left to do with what came.
LEFT = (
    *(
        (
            f"Take the {name} of what came over dim={dim}, and it is right",
            TABLE,
            _over(reduce, dim),
        )
        for name, reduce in list(REDUCTIONS.items())[:2]
        for dim in (1, 0)
    ),
    *(
        (f"Take the {name} of all that came, and it is right", ROWS, reduce)
        for name, reduce in list(REDUCTIONS.items())[:2]
    ),
    (
        "The right values are on the diagonal of what came: every row was paired with "
        "every other, as a column and a row of the same length are",
        TABLE,
        lambda t: t.diagonal(),
    ),
    ("The right values are the first column of what came", TABLE, lambda t: t[:, 0]),
)
