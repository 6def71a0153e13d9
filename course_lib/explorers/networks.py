"""Turn models into what a browser can run, or into functions that the kernel runs."""

import torch
from torch import nn

_ACTIVATIONS = {
    nn.ReLU: "relu",
    nn.Tanh: "tanh",
    nn.SiLU: "silu",
    nn.Sigmoid: "sigmoid",
}
_NOTHING = (nn.Flatten, nn.Identity, nn.Dropout)


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
    """One function of a model, x -> y, and its layers where it is a plain perceptron.

    `spec` is what the browser gets: the layers with their weights, or the word that
    the kernel has to run it. `run(x)` is the function itself, floats (n, inputs).
    """

    def __init__(self, run, inputs, layers=None, *, dtype="float16"):
        self.run, self.inputs = run, inputs
        found = layers and self._agrees(layers) and _plain(layers)
        if found:
            self.spec = {"layers": [_layer(layer, dtype) for layer in found]}
        else:
            self.spec = {"kernel": True}

    @torch.no_grad()
    def _agrees(self, layers):
        """Say whether the layers that we found do what the model's own method does."""
        try:
            x = torch.rand(2, self.inputs, generator=torch.Generator().manual_seed(0))
            y = self.run(x)
            x = x.to(next(layers.parameters()))
            return torch.allclose(layers(x).to(y), y, atol=1e-5, equal_nan=True)
        except (RuntimeError, TypeError):
            return False


def encoder(model, *, dtype="float16"):
    """Return the Network x -> z, or x -> (mu, logvar) side by side, of a model."""

    def run(x):
        return _joined(encode(model, x.reshape(-1, 1, 28, 28)))

    layers = getattr(model, "encoder", None)
    if layers is None and hasattr(model, "hidden"):
        layers = nn.Sequential(model.hidden, _two_heads(model.mu, model.logvar))
    return Network(run, 784, layers, dtype=dtype)


def decoder(model, *, dtype="float16"):
    """Return the Network z -> x_hat of a model."""

    def run(z):
        return _call(model, "decode", z).flatten(1)

    layers = getattr(model, "decoder", None)
    return Network(run, latent_dim(model), layers, dtype=dtype)


@torch.no_grad()
def encode(model, images):
    """Return the codes of floats (n, 1, 28, 28) on the CPU; of a VAE, (mu, logvar)."""
    try:
        return _call(model, "encode", images)
    except (RuntimeError, ValueError):  # a model of its own may want (n, 784)
        return _call(model, "encode", images.flatten(1))


def codes(model, images):
    """Return one code for each image, (n, latent_dim); of a VAE, its mean mu."""
    found = encode(model, images)
    return found[0] if isinstance(found, tuple) else found


def latent_dim(model):
    """Return how many numbers a model's code has."""
    return codes(model, torch.zeros(1, 1, 28, 28)).shape[1]


def check_model(model, name="model"):
    """Raise ValueError unless this is a model with encode and decode."""
    if not isinstance(model, nn.Module) or not all(
        callable(getattr(model, method, None)) for method in ("encode", "decode")
    ):
        raise ValueError(
            f"{name}: got {type(model).__name__}, wanted a torch module with encode(x) "
            "and decode(z), such as models.VAE"
        )


def is_finite(model):
    """Say whether all of a model's weights are finite numbers."""
    return all(weights.isfinite().all() for weights in model.parameters())


def _call(model, method, x):
    """Call a method in eval mode, on the model's own device and in its own dtype."""
    x = x.to(next(model.parameters()))
    training = model.training
    model.eval()
    try:
        found = getattr(model, method)(x)
    finally:
        model.train(training)
    if isinstance(found, tuple):
        return tuple(part.float().cpu() for part in found)
    return found.float().cpu()


def _joined(found):
    return torch.cat(found, dim=1) if isinstance(found, tuple) else found


def _two_heads(first, second):
    """Return one linear layer that gives what two give, side by side."""
    both = nn.Linear(first.in_features, first.out_features + second.out_features)
    both = both.to(first.weight)
    with torch.no_grad():
        both.weight.copy_(torch.cat([first.weight, second.weight]))
        both.bias.copy_(torch.cat([first.bias, second.bias]))
    return both


def _plain(module):
    """Return a module's layers in order if a browser can run them all, else None."""
    if isinstance(module, nn.Sequential):
        parts = [_plain(part) for part in module]
        return None if None in parts else [layer for part in parts for layer in part]
    if isinstance(module, _NOTHING):
        return []
    known = isinstance(module, nn.Linear) or type(module) in _ACTIVATIONS
    return [module] if known else None


def _layer(layer, dtype):
    if not isinstance(layer, nn.Linear):
        return {"kind": _ACTIVATIONS[type(layer)]}
    bias = torch.zeros(layer.out_features) if layer.bias is None else layer.bias
    return {
        "kind": "linear",
        "weight": array(layer.weight, dtype),
        "bias": array(bias, dtype),
    }
