"""Which parts of a wrong answer are right: of several values, of a sum's terms."""

import inspect

import torch

from course_lib.checks import messages, relations


def of_one(got, wanted, agree):
    """Say so if what came is of another kind than the one tensor or number wanted."""
    odd = [v for v in got if isinstance(v, str | dict | list | tuple)]
    if not odd or any(isinstance(v, str | list | tuple) for v in wanted):
        return ""
    if any(isinstance(v, str) for v in odd):
        return "Text came, where a number is wanted: return it without quotes or str()."
    if any(isinstance(v, dict) for v in odd):
        return "A dictionary came. Return the value itself, without a name for it."
    bare = [list(v) if isinstance(v, list | tuple) else [v] for v in got]
    count = max(map(len, bare))
    if count == 1 and agree([v[0] for v in bare], wanted):
        return (
            "The values are right, but wrapped: a list or a tuple of one came. "
            "Return what is in it, without brackets and without a comma."
        )
    if all(len(v) == count for v in bare):
        several = f"{count} values came, where one is wanted"
        for i in range(count):
            if agree([v[i] for v in bare], wanted):
                return f"{several}. Number {i + 1} is right: return it alone."
        try:
            if agree([sum(map(messages.tensor, v)) for v in bare], wanted):
                return f"{several}. Their sum is right: return that."
        except (TypeError, ValueError, RuntimeError):
            return f"{several}."
        if any(getattr(part, "ndim", 0) for v in bare for part in v):
            return f"{several}."
    return ""


def of_several(got, wanted, arguments, names, agree):
    """Say which of several values are right, and of the first other how it is related.

    got, wanted: several values for each input. names: of the values, if they have any.
    """
    count = len(wanted[0])
    if any(isinstance(value, messages.Measured) for value in wanted[0]):
        return ""
    if not all(isinstance(v, list | tuple) and len(v) == count for v in got):
        return ""
    names = names or [f"number {i + 1}" for i in range(count)]
    pairs = [
        (list(a), list(b))
        for a, b in zip(zip(*got, strict=True), zip(*wanted, strict=True), strict=True)
    ]
    right = [agree(a, b) for a, b in pairs]
    wrong = right.index(False)
    text = relations.relation(*pairs[wrong], arguments)
    said = f"Of {names[wrong]}: {_lower(text)}" if text else ""
    fine = [name for name, is_right in zip(names, right, strict=True) if is_right]
    if fine:
        bad = messages.listed([name for name in names if name not in fine])
        return f"{messages.agrees(fine)}, {bad} not. {said}".strip()
    return said


def of_two(got, mistakes, arguments):
    """Say so if answers are a known mistake's but for a factor or an offset.

    mistakes: pairs of a mistake's message and what it makes, None if it cannot be made.
    """
    for message, made in mistakes:
        if made and (text := relations.beside(got, made, arguments)):
            return f"Two things. {message} And of what that makes: {_lower(text)}"
    return ""


def of_terms(got, arguments, terms, gradients):
    """Say which terms of a sum are right, as "recon agrees, kl does not", or "".

    got: an answer for each input. terms: {name: function of arguments, by their names}.
    gradients: as in `of_arguments`.
    """
    try:
        got = [messages.tensor(v) for v in got]
    except (TypeError, ValueError, RuntimeError):
        return ""
    values = {
        name: [messages.tensor(_apply(term, args)) for args in arguments]
        for name, term in terms.items()
    }
    shapes = [v.shape for v in next(iter(values.values()))]
    if not any(g.ndim for g in got):
        return _reduced(got, values)
    if [g.shape for g in got] != shapes or not all(g.isfinite().all() for g in got):
        return ""
    for name, own in values.items():
        others = [other for other in values if other != name]
        rest = [sum(values[o][i] for o in others) for i in range(len(got))]
        left = [g - r for g, r in zip(got, rest, strict=True)]
        # What is left must not be the rounding of the rest.
        small = all(
            a.abs().max() <= 1e-5 * r.abs().max()
            for a, r in zip(left, rest, strict=True)
        )
        if small:
            return f"{messages.agrees(others)}, {name} is missing."
        if text := relations.relation(left, own, arguments):
            return f"{messages.agrees(others)}, {name} not. Of {name}: {_lower(text)}"
    if text := _mixed(got, values, arguments):
        return text
    return _by_gradients(terms, gradients)


def _reduced(got, values):
    """Say of which terms one number was made, each summed or averaged, or ""."""
    names = {"the sum": torch.sum, "the mean": torch.mean}
    (a, first), (b, second) = values.items()
    came = torch.stack(got)
    for left, one in names.items():
        for right, other in names.items():
            pairs = zip(first, second, strict=True)
            if relations.close(
                came, torch.stack([one(u) + other(v) for u, v in pairs])
            ):
                return (
                    f"One number came: {left} of {a} over the batch plus {right} of "
                    f"{b}. Keep one value for each image."
                )
    return ""


def _mixed(got, values, arguments):
    """Say with what factors the terms came, each image's or the whole batch's."""
    shapes = {
        "": lambda v: v,
        " summed over the batch": lambda v: v.sum().expand(v.shape),
        " averaged over the batch": lambda v: v.mean().expand(v.shape),
    }
    (a, first), (b, second) = values.items()
    target = torch.cat(got)
    for left, change in shapes.items():
        for right, other in shapes.items():
            columns = [
                torch.cat([f(v) for v in own])
                for f, own in ((change, first), (other, second))
            ]
            table = torch.stack(columns, dim=1)
            weights = torch.linalg.lstsq(table, target[:, None]).solution[:, 0]
            if len(target) > 4 and relations.close(table @ weights, target):
                sizes = relations.sizes_of(arguments)
                parts = [
                    f"{w:.4g}{relations.known_factor(w, sizes)} times {name}{how}"
                    for w, name, how in zip(
                        weights.tolist(), (a, b), (left, right), strict=True
                    )
                    if abs(w) > 1e-6
                ]
                return f"What came is {' plus '.join(parts)}."
    return ""


def _by_gradients(terms, gradients):
    known = {
        name: [
            gradients[n] for n in inspect.signature(term).parameters if n in gradients
        ]
        for name, term in terms.items()
    }
    if any(agree is None for several in known.values() for agree in several):
        return ""
    right = [name for name, agree in known.items() if agree and all(agree)]
    wrong = [name for name, agree in known.items() if agree and not all(agree)]
    if right and wrong:
        return f"{messages.agrees(right)}, {messages.listed(wrong)} not."
    if wrong and len(wrong) == len(terms):
        return f"Neither {' nor '.join(wrong)} is right yet."
    return ""


def of_arguments(gradients):
    """Say which argument's gradient is right where another's is not, or "".

    gradients: {argument: whether its gradient is right on all inputs, None if it
    receives none}.
    """
    right = [name for name, agree in gradients.items() if agree]
    wrong = [name for name, agree in gradients.items() if agree is False]
    if not right or not wrong:
        return ""
    return (
        f"The gradient of {messages.listed(right)} is right, and that of "
        f"{messages.listed(wrong)} is not: look where {messages.listed(wrong)} "
        f"{'stand' if wrong[1:] else 'stands'}."
    )


def _apply(term, arguments):
    return term(*(arguments[name] for name in inspect.signature(term).parameters))


def _lower(text):
    return text[0].lower() + text[1:]
