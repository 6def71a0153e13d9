"""What the models share: the base of Gaussian VAEs, and checks of sizes and batches."""

from numbers import Integral

import torch
from torch import Tensor, nn


class GaussianVAE(nn.Module):
    """The base of VAEs whose q(z | x) is a Gaussian with independent components.

    A subclass brings encode(x) -> (mu, logvar), each (n, latent_dim), and decode(z) ->
    x_hat. The prior is N(0, I).

    Source: Kingma & Welling (2014), arXiv:1312.6114.
    """

    def reparameterize(
        self, mu: Tensor, logvar: Tensor, *, generator: torch.Generator | None = None
    ) -> Tensor:
        """Draw z = mu + sigma · eps with eps ~ N(0, I), one draw for each row.

        It draws in train() and in eval() mode alike; for a code without noise, use mu.
        Source: Kingma & Welling (2014), section 2.4.
        """
        check_same_shape(mu=mu, logvar=logvar)
        sigma = torch.exp(0.5 * logvar)
        eps = torch.randn(
            mu.shape, generator=generator, device=mu.device, dtype=mu.dtype
        )
        return mu + sigma * eps

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return (x_hat, mu, logvar), x_hat decoded from one draw of z for each x."""
        mu, logvar = self.encode(x)
        z = self.reparameterize(mu, logvar)
        return self.decode(z), mu, logvar


def check_sizes(**sizes):
    """Raise ValueError unless each size, by its name, is a whole number from 1 up."""
    for name, size in sizes.items():
        if isinstance(size, bool) or not isinstance(size, Integral) or size < 1:
            raise ValueError(f"{name}: got {size!r}, wanted a whole number from 1 up")


def check_input(name, value, layer):
    """Say what is wrong with a batch before a matrix product does so less kindly.

    layer: the linear layer that takes it, whose size and precision are wanted.
    """
    features, dtype = layer.in_features, layer.weight.dtype
    wanted = f"wanted floats of shape (n, {features})"
    if name == "x" and features == 784:
        wanted += " or (n, 1, 28, 28)"
    if not isinstance(value, Tensor):
        raise ValueError(f"{name}: got {type(value).__name__}, {wanted}")
    came = f"{name}: got {value.dtype} of shape {tuple(value.shape)}, {wanted}"
    if value.dtype == torch.uint8:
        raise ValueError(f"{came}; turn bytes into floats with data.to_float")
    if not value.is_floating_point():
        guess = (
            "are these labels?" if value.ndim == 1 else "x.float() makes them floats"
        )
        raise ValueError(f"{came}; {guess}")
    if value.ndim < 2 or not len(value) or value[0].numel() != features:
        raise ValueError(came)
    if value.dtype != dtype and not torch.is_autocast_enabled():
        raise ValueError(
            f"{came} in the weights' own {dtype}; {name}.to({dtype}) does it"
        )
    if name == "x" and features == 784 and not value.max() <= 16:  # NaN too
        raise ValueError(f"{came} in [0, 1]; its largest value is {value.max():g}")


def check_same_shape(**tensors):
    """Raise ValueError unless two tensors, by their names, have one shape."""
    (a, x), (b, y) = tensors.items()
    if x.shape != y.shape:
        raise ValueError(
            f"{a} and {b}: got shapes {tuple(x.shape)} and {tuple(y.shape)}, "
            "wanted the same, (n, latent_dim)"
        )
