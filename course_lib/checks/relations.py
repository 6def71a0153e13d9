"""How a wrong answer is related to the right one, in words that hold on all inputs."""

import torch

from course_lib.checks import messages
from course_lib.checks.changes import CONSTANTS, FUNCTIONS, LEFT, STRUCTURES


def relation(got, wanted, arguments):
    """Return one sentence on how answers are related to the right ones, or "".

    got, wanted: an answer for each input. arguments: {name: value} of each input.
    """
    try:
        got, wanted = ([messages.tensor(v) for v in values] for values in (got, wanted))
    except (TypeError, ValueError, RuntimeError):
        return ""
    if text := _not_numbers(got, wanted):
        return text
    sizes = sizes_of(arguments)
    if found := _arithmetic(got, wanted, sizes):
        return f"Every value {found[0]}."
    for words, made in _changed(wanted, STRUCTURES):
        if (found := _arithmetic(got, made, sizes)) is not None:
            return f"{words}{found[1]}."
    # The same with another shape, such as (n, 1) or (1,) for (n,) or a number.
    flat = [g.ravel() for g in got]
    for words, made in (
        ("The values are right; their shape is not", wanted),
        *_changed(wanted, STRUCTURES),
    ):
        found = _arithmetic(flat, [w.ravel() for w in made], sizes)
        if found is not None:
            return f"{words}{found[1]}{_shapes(got, wanted)}."
    for words, made in _changed(got, LEFT):
        if (found := _arithmetic(made, wanted, sizes)) is not None:
            return f"{words}{found[2]}."
    return _constant(got, wanted) or _rows(got, wanted)


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


def close(a, b):
    """Return whether two tensors are equal but for rounding."""
    if a.shape != b.shape or not b.numel():
        return False
    scale = b.abs().max().item()
    return torch.allclose(a, b, rtol=2e-4, atol=1e-6 * scale)


def _arithmetic(got, made, sizes):
    """Say how numbers are related, in three forms; None if it is not simple."""
    if any(a.shape != b.shape for a, b in zip(got, made, strict=True)):
        return None
    if not all(b.isfinite().all() for b in made):
        return None
    a, b = torch.cat([g.ravel() for g in got]), torch.cat([w.ravel() for w in made])
    lengths = [w.numel() for w in made]
    if len(b) < 2 or _same_throughout(b):
        return None
    if close(a, b):
        return "", "", ""
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
    for name, values in sizes.items():
        size = torch.cat(
            [torch.full((n,), v) for v, n in zip(values, lengths, strict=True)]
        )
        if _same_throughout(size) or not size.all():
            continue
        for sign, minus in ((1, ""), (-1, "minus ")):
            for words, changed in (
                (f"multiplied by {minus}{name}", sign * size * b),
                (f"divided by {minus}{name}", sign * b / size),
            ):
                if close(a, changed):
                    return f"is {words}", f", {words}", f" where it is not {words}"
    for name, function in FUNCTIONS.items():
        if function(b).isfinite().all() and close(a, function(b)):
            return (
                f"is {name} of what it should be".replace(
                    "1 over of", "1 over"
                ).replace("1 minus of", "1 minus"),
                f", and of that {name.removesuffix(' of')}",
                f"; so far it is {name} of it",
            )
    return None


def _same_throughout(values):
    return bool((values - values[0]).abs().max() <= 1e-6 * values.abs().max())


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
    return {name: v for name, v in found.items() if len(v) == len(arguments)}


def _not_numbers(got, wanted):
    """Say where an answer is NaN or infinite, and the right one is not."""
    odd = [~g.isfinite() for g in got]
    if not any(o.any() for o in odd) or not all(w.isfinite().all() for w in wanted):
        return ""
    first = next(n for n, o in enumerate(odd) if o.any())
    nan = any(g.isnan().any() for g in got)
    which = "NaN" if nan else "infinity"
    why = (
        "Is there a logarithm or a root of something below 0, or 0 divided by 0?"
        if nan
        else "Is there a division by 0, a logarithm of 0, or exp of something large?"
    )
    count = f"{int(odd[first].sum())} of {odd[first].numel()} values"
    rest = ""
    if all(a.shape == b.shape for a, b in zip(got, wanted, strict=True)):
        pairs = [(a[~o], b[~o]) for a, b, o in zip(got, wanted, odd, strict=True)]
        a, b = (torch.cat(parts) for parts in zip(*pairs, strict=True))
        rest = " The others are right." if len(a) and close(a, b) else ""
    place = f" for {count}" if odd[first].numel() > 1 else ""
    return f"There came {which}{place}, where a number is wanted. {why}{rest}"


def _constant(got, wanted):
    a, b = torch.cat([g.ravel() for g in got]), torch.cat([w.ravel() for w in wanted])
    if len(a) < 2 or not _same_throughout(a) or _same_throughout(b):
        return ""
    return f"All values that came are the same, {a[0]:.4g}, whatever the input."


def _rows(got, wanted):
    """Say which places are right, where they are the same ones on all inputs."""
    if any(a.shape != b.shape or not a.ndim for a, b in zip(got, wanted, strict=True)):
        return ""
    right = [torch.isclose(a, b, rtol=1e-4) for a, b in zip(got, wanted, strict=True)]
    if all(len(r) == 1 for r in right):
        return ""
    rows = [r.reshape(len(r), -1).all(dim=1) for r in right]
    named = "row" if right[0].ndim > 1 else "value"
    for where, test in (
        (f"Only the first {named} is right", lambda r: r[0] and not r[1:].any()),
        (f"Only the last {named} is right", lambda r: r[-1] and not r[:-1].any()),
        (f"Every {named} is right but the first", lambda r: r[1:].all() and not r[0]),
        (f"Every {named} is right but the last", lambda r: r[:-1].all() and not r[-1]),
    ):
        if all(test(r) for r in rows if len(r) > 1):
            return f"{where}."
    return ""
