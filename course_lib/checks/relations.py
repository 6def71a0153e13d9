"""How a wrong answer is related to the right one, in words that hold on all inputs."""

import torch

from course_lib.checks import messages, symptoms
from course_lib.checks.changes import CONSTANTS, FUNCTIONS, LEFT, STRUCTURES
from course_lib.checks.symptoms import close, same_throughout


def relation(got, wanted, arguments):
    """Return one sentence on how answers are related to the right ones, or "".

    got, wanted: an answer for each input. arguments: {name: value} of each input.
    """
    try:
        got, wanted = ([messages.tensor(v) for v in values] for values in (got, wanted))
    except (TypeError, ValueError, RuntimeError):
        return ""
    return (
        symptoms.not_numbers(got, wanted)
        or _found(got, wanted, arguments, (_equal, _scaled, _changed_by_function))
        or symptoms.seen(got, wanted, arguments)
    )


def beside(got, mistaken, arguments):
    """Return by what answers differ from a mistake's: a factor, an offset; else "".

    got, mistaken: an answer for each input, as in `relation`.
    """
    try:
        got, made = ([messages.tensor(v) for v in vs] for vs in (got, mistaken))
    except (TypeError, ValueError, RuntimeError):
        return ""
    both = _joined(got, made)
    found = _scaled(*both, got, made, sizes_of(arguments)) if both else None
    return f"Every value {found[0]}." if found else ""


def _found(got, wanted, arguments, relations):
    sizes, sentences = sizes_of(arguments), list(_sentences(got, wanted))
    for related in relations:  # what is simpler first, whatever else was done
        for came, made, words, form in sentences:
            both = _joined(came, made)
            if both and (found := related(*both, came, made, sizes)) is not None:
                return words.format(found[form])
    return ""


def _sentences(got, wanted):
    """Yield what may be compared: two lists of tensors, a sentence, the gap in it."""
    yield got, wanted, "Every value {}.", 0
    made = list(_changed(wanted, STRUCTURES))
    for words, tensors in made:
        yield got, tensors, f"{words}{{}}.", 1
    # The same in another shape, such as (n, 1) or (1,) for (n,) or a number.
    flat, shapes = [g.ravel() for g in got], _shapes(got, wanted)
    for words, tensors in (("The values are right; their shape is not", wanted), *made):
        if any(g.shape != t.shape for g, t in zip(got, tensors, strict=True)):
            yield flat, [t.ravel() for t in tensors], f"{words}{{}}{shapes}.", 1
    for words, tensors in _changed(got, LEFT):
        yield tensors, wanted, f"{words}{{}}.", 2


def _shapes(got, wanted):
    came, right = (tuple(v[0].shape) for v in (got, wanted))
    return f": {came} came, wanted {right or 'a single number'}"


def _changed(tensors, structures):
    """Yield each structure's words and what it makes of tensors, if it changes them."""
    for words, dims, change in structures:
        if all(t.ndim in dims and t.numel() for t in tensors):
            made = [change(t) for t in tensors]
            pairs = zip(made, tensors, strict=True)
            if not all(a.shape == b.shape and a.equal(b) for a, b in pairs):
                yield words, made


def _joined(got, made):
    """Return the numbers of two lists of tensors; None if they do not go together."""
    if any(a.shape != b.shape for a, b in zip(got, made, strict=True)):
        return None
    a, b = torch.cat([g.ravel() for g in got]), torch.cat([w.ravel() for w in made])
    fit = len(b) > 1 and b.isfinite().all() and not same_throughout(b)
    return (a, b) if fit else None


def _equal(a, b, *_):
    """Return what to say of numbers that are equal, in three forms, or None."""
    words = "is right to four digits, but not exactly", "", ""
    return words if close(a, b) else None


def _scaled(a, b, got, made, sizes):
    """Say by what numbers were scaled or moved, in three forms, or None."""
    if close(a, -b):
        return ("has the other sign", ", with the other sign", " but for its sign")
    factor = (a @ b / (b @ b)).item()
    if factor and close(a, factor * b):
        known = known_factor(factor, sizes)
        return (
            f"is {factor:.4g} times what it should be{known}",
            f", times {factor:.4g}{known}",
            f" but for a factor {factor:.4g}{known}",
        )
    offset = (a - b).mean().item()
    if offset and close(a, b + offset) and close(a - b, offset + 0 * a):
        off = f"{abs(offset):.4g} too {'large' if offset > 0 else 'small'}"
        return f"is {off}", f", {off}", f", but {off}"
    return _by_size(got, made, sizes)


def _changed_by_function(a, b, *_):
    """Say which function was applied, in three forms, or None."""
    for name, function in FUNCTIONS.items():
        if close(a, function(b)):
            return (
                f"is {name} what it should be",
                f", and of that {name.removesuffix(' of')}",
                f"; so far it is {name} that",
            )
    return None


def _by_size(got, made, sizes):
    """Say by which number of the arguments each input's answer was scaled."""
    factors = []
    for a, b in zip(got, made, strict=True):
        factor = ((a * b).sum() / (b * b).sum()).item()
        if not factor or not close(a, factor * b):
            return None
        factors.append(factor)
    factors = torch.tensor(factors)
    for name, values in sizes.items():
        size = torch.tensor(values)
        for sign, minus in ((1, ""), (-1, "minus ")):
            for words, wanted in (
                (f"multiplied by {minus}{name}", sign * size),
                (f"divided by {minus}{name}", sign / size),
            ):
                if close(factors, wanted) and not same_throughout(wanted):
                    return f"is {words}", f", {words}", f" where it is not {words}"
    return None


def known_factor(factor, sizes):
    """Name a factor in brackets, where it is a well-known one or a size."""
    size = abs(factor)
    for name, values in sizes.items():
        for words, value in ((name, values[0]), (f"1 / {name}", 1 / (values[0] or 1))):
            same = all(v == values[0] for v in values) and value not in (0, 1)
            if same and abs(size / value - 1) < 1e-4:
                return f" ({words})"
    for name, value in CONSTANTS.items():
        if abs(size / value - 1) < 1e-4:
            return f" ({name})"
    whole = round(1 / size) if size < 1 else 0
    return f" (1/{whole})" if whole > 1 and abs(size * whole - 1) < 1e-4 else ""


def sizes_of(arguments):
    """Return the numbers that come with the inputs, {their name: one an input}."""
    found = {}
    for values in arguments:
        for name, value in values.items():
            if isinstance(value, torch.Tensor) and value.ndim:
                shape = value.shape
                found.setdefault(f"len({name})", []).append(float(shape[0]))
                for dim in range(1, len(shape)):
                    found.setdefault(f"{name}.shape[{dim}]", []).append(
                        shape[dim] * 1.0
                    )
                found.setdefault(f"{name}.numel()", []).append(float(value.numel()))
            elif isinstance(value, int | float) and not isinstance(value, bool):
                found.setdefault(name, []).append(float(value))
                found.setdefault(f"{name}²", []).append(float(value) ** 2)
    named = {tuple(v): name for name, v in reversed(found.items())}
    return {n: list(v) for v, n in named.items() if len(v) == len(arguments)}
