"""Turn models into what a browser can run, or into functions that the kernel runs."""

import math

import torch

from course_lib.explorers import layers


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

    `spec` is what the browser gets: the layers with their weights, or the word that
    the kernel has to run it. `run(x)` is the function itself, floats (n, inputs).
    """

    def __init__(self, run, inputs, *, dtype="float16"):
        self.run, self.inputs = run, inputs
        found = layers.find(run, inputs)
        if found:
            self.spec = {"layers": [_layer(layer, dtype) for layer in found]}
        else:
            self.spec = {"kernel": True}


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
    kind, *weights = layer
    if kind != "linear":
        return {"kind": kind}
    weight, bias = weights
    bias = torch.zeros(len(weight)) if bias is None else bias
    return {"kind": kind, "weight": array(weight, dtype), "bias": array(bias, dtype)}
