"""Which argument receives which gradient from an answer, and what cuts it off."""

import copy

import torch
from torch import nn

from course_lib.checks.messages import listed

CAUSES = (
    "Was it detached (.detach(), .data), turned into numpy or into a number (.item(), "
    "float(), .tolist()), or computed inside torch.no_grad()?"
)
FORMS = {
    "a list": "A list came. Training needs one tensor, which remembers how it was "
    "computed: torch.stack makes one of a list of tensors; .tolist(), .item() and "
    "float() cut the gradient off.",
    "a numpy array": "A numpy array came. numpy keeps no track of gradients, so "
    "nothing could be learned through it: stay in torch.",
    "a number": "A plain Python number came, which does not remember how it was "
    "computed, so nothing could be learned through it. Leave out .item() and float().",
}


def watched(args, names, wanted):
    """Return copies of arguments, and what of them waits for a gradient.

    names: of the arguments. wanted: the names of those that wait. The second is one
    list of tensors for each of wanted: the argument itself, or a model's parameters. A
    tensor comes as the result of a computation, as in training.
    """
    own, leaves = list(copy.deepcopy(args)), []
    for name in wanted:
        value = own[names.index(name)]
        if isinstance(value, nn.Module):
            leaves.append(list(value.parameters()))
        else:
            leaf = value.detach().clone().requires_grad_()
            own[names.index(name)] = leaf.clone()
            leaves.append([leaf])
    return tuple(own), leaves


def waiting_words(args, names, wanted):
    """Return in words who waits for a gradient, {name of the argument: words}."""
    own = dict(zip(names, args, strict=False))
    return {
        name: f"the parameters of {name}" if isinstance(own[name], nn.Module) else name
        for name in wanted
    }


def received(value, leaves):
    """Return what gradient each of the leaves' lists receives: a tensor, or None.

    value: a tensor or several. Each of its numbers has a weight of its own, so that no
    two can be exchanged. Where torch cannot go back, its reason is returned, a str.
    """
    parts = value if isinstance(value, list | tuple) else [value]
    parts = [p for p in parts if isinstance(p, torch.Tensor) and p.requires_grad]
    if not parts:
        return [None for _ in leaves]
    weights = [1 + torch.arange(p.numel()).reshape(p.shape) / p.numel() for p in parts]
    flat = [leaf for several in leaves for leaf in several]
    try:
        found = torch.autograd.grad(parts, flat, weights, allow_unused=True)
    except RuntimeError as error:
        return str(error).split("\n")[0].split("; expected version")[0]
    each, gradients = iter(found), []
    for several in leaves:
        own = [next(each) for _ in several]
        pairs = zip(own, several, strict=True)
        flat = [torch.zeros_like(b) if a is None else a for a, b in pairs]
        cut = all(a is None for a in own)
        gradients.append(None if cut else torch.cat([g.flatten() for g in flat]))
    return gradients


def same(got, wanted):
    """Return whether two gradients are; None is one that is 0 throughout."""
    if not isinstance(got, torch.Tensor) or not isinstance(wanted, torch.Tensor):
        return _none(got) and _none(wanted)
    scale = wanted.abs().max().item()
    return got.shape == wanted.shape and torch.allclose(
        got.double(), wanted.double(), rtol=1e-3, atol=1e-3 * scale
    )


def agreement(answers, right, names):
    """Return {argument: whether its gradient is right on all inputs}.

    None for one that receives no gradient: it may be cut off, or not in the answer.
    """
    found = {}
    for i, name in enumerate(names):
        pairs = [
            (a if isinstance(a, str) else a[i], b[i])
            for a, b in zip(answers.gradients, right.gradients, strict=True)
        ]
        cut = any(not isinstance(a, torch.Tensor) for a, _ in pairs)
        found[name] = None if cut else all(same(a, b) for a, b in pairs)
    return found


def _none(gradient):
    return gradient is None or (
        isinstance(gradient, torch.Tensor) and not gradient.any()
    )


def fault(answers, right, waiting, terms):
    """Return what is wrong with the gradients of an answer, as a sentence, or "".

    answers, right: the Answers to judge, and the reference's. waiting: of
    `waiting_words`. terms: {term of a sum: the names of its arguments}.
    """
    if not waiting:
        return ""
    names = list(waiting.values())
    for came, wanted in zip(answers.forms, right.forms, strict=True):
        kind = came.split(" of ")[0]
        if kind in FORMS and kind != wanted.split(" of ")[0]:
            return FORMS[kind]
    for own, wanted in zip(answers.gradients, right.gradients, strict=True):
        if isinstance(own, str):
            return (
                f"No gradient can be taken of it, so nothing could be learned: {own}."
            )
        pairs = list(zip(names, own, wanted, strict=True))
        cut = [n for n, g, w in pairs if _none(g) and not _none(w)]
        if cut:
            return _cut_off(cut, [n for n in names if n not in cut], terms)
        for name, g, w in pairs:
            if isinstance(g, torch.Tensor) and not g.isfinite().all():
                return (
                    f"The gradient that {name} receives is NaN or infinite. Is there a "
                    "root, a logarithm or a division that meets a 0 on the way?"
                )
            if not same(g, w):
                return (
                    f"{name} receives a gradient, and not the right one: a part of the "
                    f"computation is cut off, or goes another way. {CAUSES}"
                )
    return ""


def _cut_off(cut, others, terms):
    of = [term for term, names in terms.items() if set(names) <= set(cut)]
    lost = "they were" if len(cut) > 1 else "it was"
    if not others or not of:
        reach = f" A gradient reaches {listed(others)}." if others else ""
        return (
            f"No gradient reaches {listed(cut)}, so training would learn nothing there."
            f"{reach} {CAUSES}"
        )
    return (
        f"A gradient reaches {listed(others)}, but none reaches {listed(cut)}: "
        f"{listed(of)} is cut off, and counts in the loss without anything being "
        f"learned from it. {CAUSES.replace('it was', lost)}"
    )
