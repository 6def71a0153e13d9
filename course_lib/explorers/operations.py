"""What a browser runs of torch's operations: each as a layer, and what the rest is."""

from typing import NamedTuple

import torch
import torch.nn.functional as F

BATCH = 2  # how many inputs an operation is watched on


class Unknown(Exception):
    """What a browser cannot run of a model, in the words that follow "This model"."""


class Layer(NamedTuple):
    """A step of a network: its kind, as the JavaScript side calls it, and its numbers.

    weight: of linear, (outputs, inputs); conv2d, (c_out, c_in, h, w); conv_transpose2d,
    (c_in, c_out, h, w); affine, (c,), a factor for each channel, which bias is added
    to; embedding, (symbols, d); of others None. options: the geometry of a layer whose
    input has sides, "from" and "to" as (c, h, w), or an activation's number.
    """

    kind: str
    weight: torch.Tensor | None = None
    bias: torch.Tensor | None = None
    options: dict = {}  # noqa: RUF012  never changed in place


# By the names that torch gives its operations. What only moves names and shapes:
NOTHING = {
    *("flatten", "unflatten", "reshape", "view", "view_as", "reshape_as"),
    *("contiguous", "squeeze", "unsqueeze", "to", "float", "cpu", "detach", "clone"),
    *("data", "long", "int"),  # of symbols; what had a fraction is found out in the end
}
DROPOUT = {"dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout"}
TURNS = {"permute", "transpose", "movedim", "moveaxis", "swapaxes", "T", "mT"}
# What takes some of a row's numbers, such as mu and logvar out of one layer's outputs:
CUTS = {"chunk", "split", "split_with_sizes", "tensor_split", "narrow", "__getitem__"}


# Each takes what its operation takes, under torch's own names.


def _linear(input, weight, bias=None):
    if input.ndim != 2:
        raise Unknown("has a linear layer along one of several sides")
    return Layer("linear", weight, bias)


def _conv2d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    _plain("conv2d", input, dilation, groups)
    sides = list(weight.shape[2:])
    if padding == "same" and all(side % 2 for side in sides):
        padding = [side // 2 for side in sides]
    elif padding == "valid":
        padding = 0
    elif isinstance(padding, str):
        raise Unknown(f"has a conv2d with sides {sides} and padding {padding!r}")
    options = {"stride": _pair(stride), "padding": _pair(padding)}
    return Layer("conv2d", weight, bias, options)


def _conv_transpose2d(
    input,
    weight,
    bias=None,
    stride=1,
    padding=0,
    output_padding=0,  # what comes out has it already
    groups=1,
    dilation=1,
):
    _plain("conv_transpose2d", input, dilation, groups)
    options = {"stride": _pair(stride), "padding": _pair(padding)}
    return Layer("conv_transpose2d", weight, bias, options)


def _plain(name, input, dilation, groups):
    """Refuse what the browser's convolutions cannot do."""
    if groups != 1:
        raise Unknown(f"has a {name} in {groups} groups")
    if _pair(dilation) != [1, 1]:
        raise Unknown(f"has a {name} with dilation {dilation}")
    if input.ndim != 4 or len(input) != BATCH:
        raise Unknown(f"has a {name} on other than a batch of pictures")


def _batch_norm(
    input,
    running_mean,
    running_var,
    weight=None,
    bias=None,
    training=False,
    momentum=0.1,
    eps=1e-5,
):
    if training or running_mean is None:
        raise Unknown("has a batch norm that measures each batch anew")
    scale = (running_var + eps).rsqrt()
    scale = scale if weight is None else scale * weight
    shift = -running_mean * scale
    return Layer("affine", scale, shift if bias is None else shift + bias)


def _upsample(input, size=None, scale_factor=None, mode="nearest", *_, **__):
    if not mode.startswith("nearest") or input.ndim != 4:
        raise Unknown(f"enlarges pictures by {mode} interpolation")
    return Layer("upsample")


def _embedding(input, weight, padding_idx=None, max_norm=None, *_, **__):
    if max_norm is not None:
        raise Unknown("has an embedding that changes as it is used")
    return Layer("embedding", weight)


def _gelu(input, approximate="none"):
    return Layer("gelu" if approximate == "none" else "gelu_tanh")


def _leaky_relu(input, negative_slope=0.01, inplace=False):
    return Layer("leaky_relu", options={"slope": negative_slope})


def _activation(kind):
    return lambda input, *_, **__: Layer(kind)


OPERATIONS = {
    "linear": _linear,
    "conv2d": _conv2d,
    "conv_transpose2d": _conv_transpose2d,
    "batch_norm": _batch_norm,
    "interpolate": _upsample,
    "embedding": _embedding,
    "gelu": _gelu,
    "leaky_relu": _leaky_relu,
    "relu_": _activation("relu"),
    **{name: _activation(name) for name in ("relu", "tanh", "silu", "sigmoid")},
}
SHAPED = {"conv2d", "conv_transpose2d", "upsample"}
WEIGHTED = {"linear", "conv2d", "conv_transpose2d"}


def order(function, ndim, *args, **kwargs):
    """Return the order that permute or its kin put the sides in, but the batch's."""
    probe = torch.empty(*range(2, ndim + 2))  # each side has another length
    found = [side - 2 for side in function(probe, *args, **kwargs).shape]
    if found[0] != 0:
        raise Unknown("mixes the pictures of a batch")
    return [side - 1 for side in found[1:]]


def joined(layers, affine, outputs):
    """Return layers and an affine one, in the last one's weights where that can be.

    outputs: how many numbers the last one gives.
    """
    last = layers[-1] if layers else Layer("")
    channels = len(affine.weight)
    dim = 1 if last.kind == "conv_transpose2d" else 0
    rows = last.weight.shape[dim] if last.kind in WEIGHTED else 0
    # After a linear layer a channel may be several outputs, to be a picture's.
    whole = rows == channels or (last.kind == "linear" and rows == outputs)
    if not rows or not whole or rows % channels:
        return (*layers, affine)
    scale, shift = (
        part.repeat_interleave(rows // channels)
        for part in (affine.weight, affine.bias)
    )
    sides = [1] * last.weight.ndim
    sides[dim] = rows
    bias = shift if last.bias is None else last.bias * scale + shift
    folded = last._replace(weight=last.weight * scale.reshape(sides), bias=bias)
    return (*layers[:-1], folded)


def replay(layer, x):
    """Run one layer on rows of numbers, (n, inputs), as the browser does."""
    kind, weight, bias, options = layer
    x = x.reshape(len(x), *options.get("from", x.shape[1:]))
    geometry = [options.get(name) for name in ("stride", "padding")]
    if kind == "linear":
        y = F.linear(x, weight, bias)
    elif kind == "conv2d":
        y = F.conv2d(x, weight, bias, *geometry)
    elif kind == "conv_transpose2d":
        plain = F.conv_transpose2d(x[:1], weight, bias, *geometry).shape
        extra = [to - side for to, side in zip(options["to"], plain[1:], strict=True)]
        y = F.conv_transpose2d(x, weight, bias, *geometry, extra[1:])
    elif kind == "affine":
        x = x.reshape(len(x), len(weight), -1)
        y = x * weight[:, None] + bias[:, None]
    elif kind == "upsample":
        y = F.interpolate(x, options["to"][1:])
    elif kind == "permute":
        y = x.permute(0, *(side + 1 for side in options["order"]))
    elif kind == "embedding":
        y = F.embedding(x.long().to(weight.device), weight)
    elif kind == "gelu_tanh":
        y = F.gelu(x, approximate="tanh")
    elif kind == "leaky_relu":
        y = F.leaky_relu(x, options["slope"])
    else:
        y = getattr(F, kind)(x)
    return y.flatten(1)


def _pair(value):
    return [value, value] if isinstance(value, int) else list(value)
