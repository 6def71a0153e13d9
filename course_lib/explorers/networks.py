"""Turn models into what a browser can run, or into functions that the kernel runs."""

import math

import torch

from course_lib.explorers import layers
from course_lib.explorers.operations import Unknown

# Of weights or of pictures, on their way to a browser: what is slow to send as well.
MOST_BYTES = 32_000_000


def array(values, dtype=None):
    """Return a tensor as the JavaScript side reads it: shape, dtype and bytes.

    dtype: "uint8", "float16" or "float32"; by default the tensor's own, where other
    floats become float32. Bytes are little-endian, rows first.
    """
    if dtype is None:
        dtype = {torch.uint8: "uint8", torch.float16: "float16"}.get(
            values.dtype, "float32"
        )
    values = values.detach().cpu().to(getattr(torch, dtype)).contiguous()
    return {"shape": list(values.shape), "dtype": dtype, "bytes": _bytes(values)}


def _bytes(values):
    return values.numpy().astype(values.numpy().dtype.newbyteorder("<")).tobytes()


class Network:
    """One function of a model, x -> y, and its layers where a browser can run them.

    `spec` is what the browser gets: the layers with their weights, or one sentence on
    why the kernel has to run it. `run(x)` is the function itself, floats (n, inputs).
    symbols: how many there are, where the inputs are whole numbers that stand for such.
    """

    def __init__(self, run, inputs, *, symbols=None, dtype="float16"):
        self.run, self.inputs = run, inputs
        try:
            found = layers.find(run, inputs, symbols)
            packed = [_layer(layer, dtype) for layer in found]
            if (size := _size(packed)) > MOST_BYTES:
                raise Unknown(
                    f"has {size / 1e6:.0f} MB of weights, of which a browser gets "
                    f"{MOST_BYTES / 1e6:.0f} at most"
                )
            self.spec = {"inputs": inputs, "layers": packed}
        except Unknown as why:
            self.spec = {
                "kernel": f"This model {why}, so the kernel runs it; its answers take "
                "a little longer."
            }


def encoder(codec, *, dtype="float16"):
    """Return the Network x -> z, or x -> (mu, logvar) side by side, of a Codec."""

    def run(x):
        if codec.is_gaussian:
            return torch.cat(codec.posterior(x), dim=1)
        return codec.code(x)

    return Network(run, math.prod(codec.picture), dtype=dtype)


def decoder(codec, *, dtype="float16"):
    """Return the Network z -> x_hat of a Codec, pictures flat."""

    def run(z):
        return codec.decode(z).flatten(1)

    return Network(run, codec.latent_dim, dtype=dtype)


def _layer(layer, dtype):
    """Return a layer as the JavaScript side reads it."""
    packed = {"kind": layer.kind, **layer.options}
    weight, bias = layer.weight, layer.bias
    if weight is None:
        return packed
    if bias is None and layer.kind != "embedding":
        bias = weight.new_zeros(weight.shape[layer.kind == "conv_transpose2d"])
    for name, values in (("weight", weight), ("bias", bias)):
        if values is not None:
            # What a batch norm left may be more than half the bytes can hold.
            large = values.abs().max() > torch.finfo(torch.float16).max
            packed[name] = array(values, "float32" if large else dtype)
    return packed


def _size(packed):
    return sum(
        len(part["bytes"])
        for layer in packed
        for part in layer.values()
        if isinstance(part, dict)
    )
