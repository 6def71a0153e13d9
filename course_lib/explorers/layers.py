"""Find the layers that a function of a network runs, so that a browser can run them.

The function is called once while torch reports each operation to us. So it does not
matter what a model calls its layers, whether they are modules or functions, or what
stands around them. torch.fx, which asks a model without numbers, stops where one looks
at its batch, as the course's own do to say what is wrong with it.
"""

import torch
from torch.overrides import TorchFunctionMode

from course_lib.explorers import operations
from course_lib.explorers.operations import BATCH, Layer, Unknown


class _Watch(TorchFunctionMode):
    """Note which layers have made each tensor out of the input.

    layers: of a tensor's id, a tuple of Layers, or what stood in their way, an Unknown.
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
        parts = found if isinstance(found, tuple | list) else [found]
        tensors = [part for part in parts if torch.is_tensor(part)]
        if tensors:
            made = self._made(func, before, tensors, args, kwargs)
            for tensor, layers in zip(tensors, made, strict=True):
                self.layers[id(tensor)] = layers
                self._kept.append(tensor)
        return found

    def _made(self, func, before, found, args, kwargs):
        """Return the layers of each tensor that an operation gave."""
        name = getattr(func, "__name__", "")
        if name == "__get__":  # an attribute, such as T
            name = func.__self__.__name__
        try:
            if name == "cat":
                return [self._side_by_side(args[0])]
            if isinstance(before, tuple) and name in operations.CUTS:
                return _cut(before, func, args, kwargs)
            made = self._after(name, func, before, found[0], args, kwargs)
        except Unknown as unknown:
            made = unknown
        return [made] * len(found)

    def _after(self, name, func, before, found, args, kwargs):
        if before is None:
            others = [self.of(x) for x in (*args, *kwargs.values())]
            return Unknown(_uses(name)) if any(x is not None for x in others) else None
        idle = name in operations.DROPOUT and not kwargs.get("training", True)
        if isinstance(before, Unknown) or name in operations.NOTHING or idle:
            return before
        x = args[0]
        if name in operations.TURNS:
            sides = operations.order(func, x.ndim, *args[1:], **kwargs)
            shape = list(x.shape[1:])
            return (*before, Layer("permute", options={"from": shape, "order": sides}))
        if name not in operations.OPERATIONS:
            raise Unknown(_uses(name))
        layer = operations.OPERATIONS[name](*args, **kwargs)
        if layer.kind in operations.SHAPED:
            shapes = {"from": list(x.shape[1:]), "to": list(found.shape[1:])}
            layer = layer._replace(options=layer.options | shapes)
            pairs = zip(shapes["to"], shapes["from"], strict=True)
            if layer.kind == "upsample" and any(to % side for to, side in pairs):
                raise Unknown("enlarges pictures by other than whole numbers")
        if layer.kind == "affine":
            return operations.joined(before, layer, x[0].numel())
        return (*before, layer)

    def _side_by_side(self, parts):
        """Return layers on one input as one, such as the heads mu and logvar."""
        every = [self.of(part) for part in parts]
        if all(layers is None for layers in every):
            return None
        for layers in every:
            if isinstance(layers, Unknown):
                return layers
        if not all(every) or not all(_alike(layers, every[0]) for layers in every):
            raise Unknown("joins numbers that were made in different ways")
        heads = [layers[-1] for layers in every]
        dim = 1 if heads[0].kind == "conv_transpose2d" else 0
        biases = [_bias(head, dim) for head in heads]
        both = heads[0]._replace(
            weight=torch.cat([head.weight for head in heads], dim),
            bias=torch.cat(biases),
        )
        if "to" in both.options:
            _, *sides = both.options["to"]
            to = [len(both.bias), *sides]
            both = both._replace(options=both.options | {"to": to})
        return (*every[0][:-1], both)


def _alike(some, others):
    """Say whether two chains of layers differ in the weights of a last one alone."""

    def same(a, b):  # the same weights, not equal ones
        return a[::3] == b[::3] and a.weight is b.weight and a.bias is b.bias

    def form(layer):
        return layer.kind, {**layer.options, "to": None}

    return (
        len(some) == len(others)
        and all(map(same, some[:-1], others[:-1]))
        and form(some[-1]) == form(others[-1])
        and some[-1].kind in operations.WEIGHTED
    )


def _bias(layer, dim):
    if layer.bias is None:
        return layer.weight.new_zeros(layer.weight.shape[dim])
    return layer.bias


def _cut(before, func, args, kwargs):
    """Return the layers of each part that was cut out of a linear layer's outputs."""
    x = args[0]
    if not before or before[-1].kind != "linear" or x.ndim != 2 or len(x) != BATCH:
        raise Unknown("takes a part of what a layer gives")
    *first, last = before
    places = func(torch.arange(x.numel()).reshape(x.shape), *args[1:], **kwargs)
    made = []
    for rows in places if isinstance(places, tuple | list) else [places]:
        if rows.ndim != 2 or len(rows) != BATCH or not rows.numel():
            raise Unknown("takes a part of what a layer gives")
        weight, bias = last.weight[rows[0]], _bias(last, 0)[rows[0]]
        made.append((*first, last._replace(weight=weight, bias=bias)))
    return made


def _uses(name):
    return f"uses `{name.strip('_')}`, which the browser does not know"


@torch.no_grad()
def find(run, inputs, symbols=None):
    """Return the layers that a function runs, a list of Layers.

    run: of floats, (n, inputs), without noise. symbols: how many there are, where the
    inputs are such, whole numbers from 0. What was found is held against the function
    on numbers of its own, so that nothing that was overlooked gets through.

    Raises Unknown, with the words for it, where the function does more than a browser.
    """
    x = _numbers(inputs, symbols, seed=0)
    with _Watch(x) as watch:
        y = run(x)
        layers = watch.of(y) if torch.is_tensor(y) else None
    if isinstance(layers, Unknown):
        raise layers
    x = _numbers(inputs, symbols, seed=1)
    if not layers or not _agrees(layers, x, run(x)):
        raise Unknown("does something that the browser cannot follow")
    return list(layers)


def _numbers(inputs, symbols, seed):
    generator = torch.Generator().manual_seed(seed)
    if symbols:
        return torch.randint(symbols, (BATCH, inputs), generator=generator).float()
    return torch.rand(BATCH, inputs, generator=generator)


def _agrees(layers, x, y):
    try:
        for layer in layers:
            if layer.weight is not None and layer.kind != "embedding":
                x = x.to(layer.weight)
            x = operations.replay(layer, x)
    except (RuntimeError, ValueError):  # they do not even fit together
        return False
    # The numbers on the way may be larger than 1, and rounded the more.
    near = 1e-5 * y.abs().max().clamp(min=1).nan_to_num(1).item()
    return x.shape == y.shape and torch.allclose(x.to(y), y, atol=near, equal_nan=True)
