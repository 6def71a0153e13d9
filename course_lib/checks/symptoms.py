"""What is to be seen of wrong numbers that are no function of the right ones."""

import torch

from course_lib.checks import messages


def close(a, b):
    """Return whether two tensors are equal but for rounding."""
    if a.shape != b.shape or not b.numel() or not b.isfinite().all():
        return False
    bound = 2e-5 * b.abs() + 2e-6 * b.abs().max()
    return bool(((a - b).abs() <= bound).all())


def same_throughout(values):
    """Return whether the numbers of a tensor are all the same, but for rounding."""
    return bool((values - values[0]).abs().max() <= 1e-6 * values.abs().max())


def seen(got, wanted, arguments):
    """Return a sentence on what is right or odd in answers, on all inputs, or "".

    got, wanted: a tensor of doubles for each input. arguments: {name: value} of each.
    """
    return (
        _of_argument(got, wanted, arguments)
        or _constant(got, wanted)
        or _rounded(got, wanted)
        or _where(got, wanted)
        or _rows(got, wanted)
    )


def inputs(agree, got, wanted, shown):
    """Say on which inputs an answer is right, or "".

    agree: whether it is right, for each input. shown: the inputs in words.
    """
    if not any(agree):
        return ""
    triples = list(zip(agree, got, wanted, strict=True))
    if all(fine == (value is not None) for fine, _, value in triples):
        return "It is right, except where None is wanted."
    if all(fine == (value is not None) for fine, value, _ in triples):
        return "It is right, except where it returns None."
    right = shown[agree.index(True)]
    such = f", such as with {right}" if len(right) < 90 else ""
    return f"It is right on {sum(agree)} of the {len(agree)} inputs{such}."


def direction(got, wanted):
    """Return the least that can be said of answers: their shape, or their size."""
    try:
        got, wanted = ([messages.tensor(v) for v in values] for values in (got, wanted))
    except (TypeError, ValueError, RuntimeError):
        return ""
    for a, b in zip(got, wanted, strict=True):
        if a.shape != b.shape:
            came, right = (tuple(v.shape) or "a single number" for v in (a, b))
            return f"The shape is another: {came} came, {right} is wanted."
    a, b = torch.cat([g.ravel() for g in got]), torch.cat([w.ravel() for w in wanted])
    if not a.numel() or not (a.isfinite().all() and b.isfinite().all()):
        return ""
    if (a < 0).any() and (b >= 0).all():
        return "Values came below 0, where none should be."
    off = (a - b).abs() > 1e-4 * b.abs() + 1e-6 * b.abs().max()
    side = (a > b)[off]
    if side.all() or not side.any():
        which = "large" if side.any() else "small"
        some = "Every value" if off.all() else "Some are right, and every other one"
        return f"{some} is too {which}{_span(a[off], b[off])}."
    return "Some values are too large, others too small."


def _span(a, b):
    if not ((a > 0).all() and (b > 0).all()):
        return ""
    ratio = a / b
    return f": {ratio.min():.3g} to {ratio.max():.3g} times what it should be"


def not_numbers(got, wanted):
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


def _of_argument(got, wanted, arguments):
    """Say so if answers are an argument, or the right ones and an argument more."""
    if any(a.shape != b.shape for a, b in zip(got, wanted, strict=True)):
        return ""
    came = torch.cat([g.ravel() for g in got])
    left = torch.cat([(g - w).ravel() for g, w in zip(got, wanted, strict=True)])
    for name in arguments[0]:
        values = [own[name] for own in arguments]
        if not all(isinstance(value, torch.Tensor) for value in values):
            continue
        try:
            pairs = zip(values, got, strict=True)
            wide = [messages.tensor(v).expand(g.shape).ravel() for v, g in pairs]
        except RuntimeError:
            continue
        part = torch.cat(wide)
        if same_throughout(part):
            continue
        for numbers, before in ((came, ""), (left, "what it should be ")):
            factor = (numbers @ part / (part @ part)).item()
            if factor and close(numbers, factor * part):
                sign = ("plus " if factor > 0 else "minus ") if before else ""
                size = abs(factor) if before else factor
                times = "" if abs(size - 1) < 1e-4 else f"{size:.4g} times "
                begin = "Every value" if before else "What came"
                return f"{begin} is {before}{sign}{times}{name}."
    return ""


def _constant(got, wanted):
    a, b = torch.cat([g.ravel() for g in got]), torch.cat([w.ravel() for w in wanted])
    if len(a) < 2 or not same_throughout(a) or same_throughout(b):
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


def _rounded(got, wanted):
    """Say so if answers are the right ones rounded, cut off, or clamped."""
    if any(a.shape != b.shape for a, b in zip(got, wanted, strict=True)):
        return ""
    a, b = torch.cat([g.ravel() for g in got]), torch.cat([w.ravel() for w in wanted])
    if len(a) < 2 or torch.equal(b, b.round()):
        return ""
    if torch.equal(a, b.trunc()):
        return "Only whole numbers came: the fractions are cut off, as .int() does."
    for digits in range(4):
        if close(a, b.round(decimals=digits)):
            return f"The values are right, but rounded to {digits} decimals."
    for bound, held, words in (
        (a.min(), b.clamp(min=a.min().item()), "smaller"),
        (a.max(), b.clamp(max=a.max().item()), "larger"),
    ):
        if (a == bound).sum() > 1 and close(a, held):
            return (
                f"The values are right, but none is {words} than {bound:.4g}: clamped?"
            )
    return ""


def _where(got, wanted):
    """Say so if answers are right where they are above 0 and nowhere else, or below."""
    if any(a.shape != b.shape for a, b in zip(got, wanted, strict=True)):
        return ""
    a, b = torch.cat([g.ravel() for g in got]), torch.cat([w.ravel() for w in wanted])
    right = torch.isclose(a, b, rtol=2e-4, atol=1e-6)
    for words, place in (("above", b > 0), ("below", b < 0)):
        if place.sum() > 1 and (~place).sum() > 1 and torch.equal(right, place):
            return (
                f"The values are right where they should be {words} 0, and only there."
            )
    return ""
