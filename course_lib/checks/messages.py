"""What a check says of a wrong answer that no known mistake explains."""

import inspect
import traceback
import warnings
from dataclasses import dataclass

import numpy as np
import torch


@dataclass(frozen=True)
class Measured:
    """A statistic of a random answer, with words for it: what an observer returns.

    value: a number or several, compared with the reference's. right: what to name as
    wanted, where that is a rounder number than the reference's own.
    """

    words: str
    value: float | torch.Tensor | str
    right: float | tuple | str | None = None


CHANGED = (
    "\nIt changes its argument {0} in place, as `{0} -= …`, `{0}[…] = …` and methods "
    "such as `{0}.clamp_()` do. Whoever called it still needs {0} as it was: make a "
    "new tensor, or begin with `{0} = {0}.clone()`."
)
NO_NUMPY = (
    "\nnumpy keeps no track of gradients, so nothing could be learned through it. "
    "Stay in torch, which has the same functions; .detach() would only hide the loss "
    "of the gradient."
)


def told(got, wanted, agree):
    """Return lines on what was expected and what came, where they do not agree."""
    got_many, many = (isinstance(v, list | tuple) for v in (got, wanted))
    if many and any(isinstance(part, Measured) for part in wanted):
        if got_many and all(isinstance(part, Measured) for part in got):
            if len(got) != len(wanted):  # another form, told by itself
                return "".join(_measured(part, part) for part in got)
        elif not got_many or len(got) != len(wanted):
            return f"\ngot {described(got)}{_hint(got)}"
        pairs = zip(got, wanted, strict=True)
        return "".join(_measured(a, b) for a, b in pairs if not agree(a, b))
    if isinstance(wanted, Measured):
        return _measured(got, wanted)
    if many and got_many and len(got) == len(wanted) > 1:
        right = [agree(a, b) for a, b in zip(got, wanted, strict=True)]
        if any(right):
            place = right.index(False)
            rest = told(got[place], wanted[place], agree)
            return f"\nOf the {len(got)} values, number {place + 1} is not right:{rest}"
    return (
        f"\nexpected {described(wanted)}\ngot      {described(got)}"
        f"{_hint(got)}{_first_difference(got, wanted, agree)}"
    )


def _measured(got, wanted):
    got = got.value if isinstance(got, Measured) else got
    right = wanted.value if wanted.right is None else wanted.right
    return f"\n  {wanted.words}: {_numbers(got)}, wanted {_numbers(right)}"


def _numbers(value):
    if isinstance(value, str):
        return value
    try:
        values = tensor(value).ravel().tolist()
    except (TypeError, ValueError, RuntimeError):
        return described(value)
    return ", ".join(f"{round(v, 3) + 0.0:g}" for v in values[:4])


def described(value):
    """Return a value in words: its type, and what is in it."""
    if isinstance(value, Measured):
        return _numbers(value.value)
    if isinstance(value, list | tuple):
        inside = ", ".join(map(described, value))
        return f"[{inside}]" if isinstance(value, list) else f"({inside})"
    if not isinstance(value, torch.Tensor | np.ndarray):
        return f"{value!r:.200} ({type(value).__name__})"
    kind = "tensor" if isinstance(value, torch.Tensor) else "numpy array"
    try:
        first = tensor(value).ravel()[:4].tolist()
    except (TypeError, ValueError, RuntimeError):
        return f"a {kind} of {value.dtype}, shape {tuple(value.shape)}"
    numbers = ", ".join(f"{v:.4g}" for v in first[:3]) + ", …" * (len(first) > 3)
    return f"a {kind} of shape {tuple(value.shape)}: {numbers}"


def _hint(value):
    if value is not None:
        return ""
    return (
        "\nIf None is not meant: does every path end in a return? print shows a value, "
        "but does not return it."
    )


def tensor(value):
    """Return a value as a tensor of doubles without gradient.

    Raises TypeError, ValueError or RuntimeError where it is no such thing.
    """
    if isinstance(value, torch.Tensor):
        return value.detach().double().cpu()
    with warnings.catch_warnings():  # of scalars that require grad, in a list
        warnings.simplefilter("ignore")
        return torch.as_tensor(value).double()


def _first_difference(got, wanted, agree):
    """Say where two tensors first differ, where that is not shown yet."""
    try:
        got, wanted = tensor(got), tensor(wanted)
    except (TypeError, ValueError, RuntimeError):
        return ""
    if got.shape != wanted.shape:
        return ""
    pairs = list(zip(got.ravel(), wanted.ravel(), strict=True))
    first = next(n for n, (a, b) in enumerate(pairs) if not agree(a, b))
    if first < 3:  # they are shown
        return ""
    place = [int(i) for i in torch.unravel_index(torch.tensor(first), got.shape)]
    a, b = pairs[first]
    return f"\nThey first differ at {place}: expected {b:.4g}, got {a:.4g}."


def form(value):
    """Return the form that an answer has: "float32", "a list of float32", …"""
    if isinstance(value, torch.Tensor):
        where = "" if value.device.type == "cpu" else f" on {value.device.type}"
        return str(value.dtype).removeprefix("torch.") + where
    if isinstance(value, np.ndarray):
        return f"a numpy array of {value.dtype}"
    if isinstance(value, list | tuple):
        return f"a list of {listed(list(dict.fromkeys(map(form, value))))}"
    if isinstance(value, int | float | np.number):
        return "a number"
    return f"a value of type {type(value).__name__}"


def listed(names):
    """Return names in a row, with "and" before the last."""
    return " and ".join([", ".join(names[:-1]), *names[-1:]] if names[1:] else names)


def agrees(names):
    """Return that all of these agree, in words."""
    return f"{listed(names)} {'agree' if names[1:] else 'agrees'}"


def another_dtype(came, wanted):
    """Say that an answer has another dtype than what it feeds; both by `form`."""
    if came.split(" of ")[:-1] != wanted.split(" of ")[:-1]:
        return f"It came as {came}, where {wanted} is wanted."
    made = "numpy makes float64 where torch makes float32. " if "64" in came else ""
    return (
        f"It came as {came}, where {wanted} is wanted: the next layer of a network "
        f'would stop at it ("mat1 and mat2 must have the same dtype"). {made}Stay '
        "with the arguments' dtype, as torch.randn_like(x) and .to(x) do."
    )


def stopped(error, function, shapes):
    """Tell an exception by the student's own lines, without the library's."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    own = getattr(code, "co_filename", None)
    lines = dict.fromkeys(
        f"\n  line {frame.lineno}: {frame.line}"
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename == own or "ipykernel_" in frame.filename
    )
    what = str(error).split("\n *")[0]  # torch lists every overload
    numpy = isinstance(error, RuntimeError) and "on Tensor that requires grad" in what
    hint = NO_NUMPY if numpy else ""
    return (
        f"Your function stopped with {type(error).__name__}: {what}{''.join(lines)}"
        f"{hint}\nIt was called with {shapes}."
    )


def shapes(names, args):
    """Return arguments in words: each by its shape or its value."""
    return ", ".join(
        f"{name} of shape {tuple(value.shape)}"
        if isinstance(value, torch.Tensor) and value.ndim
        else f"{name} = {value:.4g}"
        if isinstance(value, float | torch.Tensor)
        else f"{name} = {value}"
        for name, value in zip(names, args, strict=False)
    )


def left_open(value):
    """Say so if an answer is, or still holds, the stub's `...`; else return None."""
    parts = value if isinstance(value, list | tuple) else [value]
    still = [part is ... for part in parts]
    if still and all(still):
        return "not attempted yet."
    return "one of its values is still `...`." if any(still) else None


def telling(value):
    """Return whether a value holds anything but NaN and infinity."""
    try:
        return bool(tensor(value).isfinite().any())
    except (TypeError, ValueError, RuntimeError):
        return True
