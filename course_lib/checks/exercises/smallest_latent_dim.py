"""The exercise smallest-latent-dim of lesson 01: the smallest code that does."""

import torch

from course_lib.checks.engine import Exercise, Mistake


def _smallest_latent_dim(errors, limit):
    return min((size for size, error in errors.items() if error <= limit), default=None)


def _error_tables(generator):
    """Yield tables in any order; a limit is met exactly, by some, by none, by all."""
    for pick in (0, 2, 3, 4, -1, 1, 7):
        sizes = [2**k for k in torch.randperm(7, generator=generator).tolist()]
        noise = torch.rand(7, generator=generator).tolist()
        errors = {
            size: round(50 / size**0.5 + u, 2)
            for size, u in zip(sizes, noise, strict=True)
        }
        errors[64] = errors[32] + 1  # as a run that went badly: larger, yet worse
        ordered = sorted(errors.values())
        limit = [*ordered, ordered[-1] + 1, ordered[0] - 1][pick]
        yield _middle_first(errors, limit), limit


def _middle_first(errors, limit):
    """Return a table that lists neither the smallest nor the largest good one first."""
    fitting = sorted(_fitting(errors, limit))
    first = {size: errors[size] for size in fitting[1:2]}
    return first | errors


def _fitting(errors, limit):
    return [size for size, error in errors.items() if error <= limit]


def _from_the_top(errors, limit):
    answer = None
    for size in sorted(errors, reverse=True):
        if errors[size] > limit:
            break
        answer = size
    return answer


smallest_latent_dim = Exercise(
    name="smallest-latent-dim",
    reference=_smallest_latent_dim,
    inputs=_error_tables,
    mistakes=(
        Mistake(
            "largest size",
            lambda errors, limit: max(_fitting(errors, limit), default=None),
            "You returned the largest size that is good enough; return the smallest.",
        ),
        Mistake(
            "first listed",
            lambda errors, limit: next(iter(_fitting(errors, limit)), None),
            "You returned the first size that is good enough in the order of the "
            "table. The table need not be sorted: take the smallest.",
        ),
        Mistake(
            "lowest error",
            lambda errors, limit: (
                min(errors, key=errors.get) if _fitting(errors, limit) else None
            ),
            "You returned the size with the lowest error. A smaller code may already "
            "be good enough, and smaller is what is asked for.",
        ),
        Mistake(
            "closest to the limit",
            lambda errors, limit: max(
                _fitting(errors, limit), key=errors.get, default=None
            ),
            "You returned the size whose error comes closest to the limit. A smaller "
            "one may be good enough too, when a larger one happens to score worse.",
        ),
        Mistake(
            "stopped at the first bad size",
            _from_the_top,
            "You went down from the largest size and stopped at the first that is too "
            "bad. A smaller one may still be good enough: look at all.",
        ),
        Mistake(
            "too bad for good enough",
            lambda errors, limit: min(
                (size for size, error in errors.items() if error >= limit), default=None
            ),
            "You kept the sizes that are too bad: good enough is an error <= limit.",
        ),
        Mistake(
            "strictly under",
            lambda errors, limit: min(
                (size for size, error in errors.items() if error < limit), default=None
            ),
            "An error that equals the limit is good enough: compare with <=.",
        ),
        Mistake(
            "error for size",
            lambda errors, limit: errors.get(_smallest_latent_dim(errors, limit)),
            "You returned the error of the right size; return the size itself.",
        ),
        Mistake(
            "an answer where there is none",
            lambda errors, limit: min(_fitting(errors, limit), default=max(errors)),
            "Right, until no size is good enough: then return None, not the largest.",
        ),
        Mistake(
            "zero where there is none",
            lambda errors, limit: min(_fitting(errors, limit), default=0),
            "Right, until no size is good enough: then return None. 0 would be a size.",
        ),
        Mistake(
            "smallest of all",
            lambda errors, limit: min(errors),
            "You returned the smallest size in the table, good enough or not. Compare "
            "its error, errors[size], with the limit.",
        ),
        Mistake(
            "all of them",
            _fitting,
            "You returned a list of all sizes that are good enough. Return one number, "
            "the smallest of them.",
        ),
        Mistake(
            "size and error",
            lambda errors, limit: min(
                (pair for pair in errors.items() if pair[1] <= limit), default=None
            ),
            "You returned the right size together with its error; return the size.",
        ),
    ),
)
