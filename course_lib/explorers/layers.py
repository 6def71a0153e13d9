"""Find the layers that a function of a network runs, so that a browser can run them.

The function is called once while torch reports each operation to us. So it does not
matter what a model calls its layers, or whether they are modules or functions.
"""

import torch
import torch.nn.functional as F
from torch.overrides import TorchFunctionMode

# By the names that torch gives its operations: the words of the JavaScript side.
ACTIVATIONS = {
    "relu": "relu",
    "relu_": "relu",
    "tanh": "tanh",
    "silu": "silu",
    "sigmoid": "sigmoid",
}
# What leaves the numbers and their order alone.
NOTHING = {
    *("flatten", "unflatten", "reshape", "view", "view_as", "reshape_as"),
    *("contiguous", "squeeze", "unsqueeze", "to", "float", "cpu", "detach", "clone"),
}


class _Watch(TorchFunctionMode):
    """Note which layers have made each tensor out of the input.

    layers: of a tensor's id, a tuple of layers: ("linear", weight, bias) or an
    activation's name alone, as a tuple of one.
    """

    def __init__(self, x):
        super().__init__()
        self.layers = {id(x): ()}
        self._kept = [x]  # or another tensor could get its id

    def of(self, x):
        return self.layers.get(id(x))

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        # A change in place: what the tensor was made of is known before the call alone.
        before = self.of(args[0]) if args else None
        found = func(*args, **kwargs)
        if torch.is_tensor(found):
            made = self._made(getattr(func, "__name__", ""), before, args, kwargs)
            self.layers[id(found)] = made
            self._kept.append(found)
        return found

    def _made(self, name, before, args, kwargs):
        if name == "cat":
            return self._side_by_side(args[0])
        if before is None:
            return None
        if name == "linear":
            weight, bias = [*args[1:], kwargs.get("bias"), None][:2]
            return (*before, ("linear", weight, bias))
        if name in ACTIVATIONS:
            return (*before, (ACTIVATIONS[name],))
        idle = name == "dropout" and not kwargs.get("training", True)
        return before if name in NOTHING or idle else None

    def _side_by_side(self, parts):
        """Return two linear layers on one input as one, such as heads mu and logvar."""
        found = [self.of(part) for part in parts]
        if any(not layers or layers[-1][0] != "linear" for layers in found):
            return None
        first = found[0][:-1]
        if any(not _same(layers[:-1], first) for layers in found):
            return None
        heads = [layers[-1] for layers in found]
        weight = torch.cat([weight for _, weight, _ in heads])
        biases = [w.new_zeros(len(w)) if b is None else b for _, w, b in heads]
        return (*first, ("linear", weight, torch.cat(biases)))


def _same(some, others):
    """Say whether two chains of layers are one: of the same weights, not equal ones."""
    return len(some) == len(others) and all(
        a[0] == b[0] and all(p is q for p, q in zip(a[1:], b[1:], strict=True))
        for a, b in zip(some, others, strict=True)
    )


@torch.no_grad()
def find(run, inputs):
    """Return the layers that a function runs, a list, or None if not only such.

    run: of floats, (n, inputs), without noise. A layer is ("linear", weight, bias or
    None) or an activation, such as ("relu",). What was found is held against the
    function on numbers of its own, so that nothing that was overlooked gets through.
    """
    x = torch.rand(2, inputs, generator=torch.Generator().manual_seed(0))
    with _Watch(x) as watch:
        y = run(x)
        layers = watch.of(y) if torch.is_tensor(y) else None
    if not layers:
        return None
    x = torch.rand(2, inputs, generator=torch.Generator().manual_seed(1))
    return list(layers) if _agrees(layers, x, run(x)) else None


def _agrees(layers, x, y):
    try:
        for kind, *weights in layers:
            x = F.linear(x.to(weights[0]), *weights) if weights else getattr(F, kind)(x)
    except RuntimeError:  # they do not even fit together
        return False
    same = x.shape == y.shape
    return same and torch.allclose(x.to(y), y, atol=1e-5, equal_nan=True)
