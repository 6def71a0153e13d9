"""Variational autoencoders: the textbook's, its saved weights, and a linear one."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from course_lib.models.base import GaussianVAE, check_input, check_sizes


class VAE(GaussianVAE):
    """The textbook variational autoencoder, 784-400-20.

    The encoder predicts the mean mu and the log-variance logvar of q(z | x), a Gaussian
    with independent components; the decoder predicts each pixel's probability.

    Source: Kingma & Welling (2014), arXiv:1312.6114, section 3 and appendix C.
    """

    def __init__(
        self, input_dim: int = 784, hidden_dim: int = 400, latent_dim: int = 20
    ):
        check_sizes(input_dim=input_dim, hidden_dim=hidden_dim, latent_dim=latent_dim)
        super().__init__()
        self.hidden = nn.Sequential(nn.Linear(input_dim, hidden_dim), nn.ReLU())
        self.mu = nn.Linear(hidden_dim, latent_dim)
        self.logvar = nn.Linear(hidden_dim, latent_dim)
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, hidden_dim),
            nn.ReLU(),
            nn.Linear(hidden_dim, input_dim),
            nn.Sigmoid(),
        )

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return mu and logvar = log sigma², each (n, latent_dim), of q(z | x)."""
        check_input("x", x, self.hidden[0])
        h = self.hidden(x.flatten(1))
        return self.mu(h), self.logvar(h)

    def decode(self, z: Tensor) -> Tensor:
        """Return x_hat, (n, input_dim) in [0, 1]: each pixel's mean under p(x | z)."""
        check_input("z", z, self.decoder[0])
        return self.decoder(z)


class LinearVAE(GaussianVAE):
    """A VAE without a single nonlinearity, whose best weights are known exactly.

    x is (n, input_dim), z is (n, latent_dim), x_hat is (n, input_dim), not confined to
    [0, 1]. The encoder's log-variance is the same for every x: nothing better exists
    where all is linear and Gaussian.

    Source: Lucas et al. (2019), arXiv:1911.02469, section 4; for the best weights,
    Tipping & Bishop (1999), Journal of the Royal Statistical Society B 61.
    """

    def __init__(self, input_dim: int = 2, latent_dim: int = 2):
        check_sizes(input_dim=input_dim, latent_dim=latent_dim)
        super().__init__()
        self.mu = nn.Linear(input_dim, latent_dim)
        self.logvar = nn.Parameter(torch.zeros(latent_dim))
        self.decoder = nn.Linear(latent_dim, input_dim)

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return mu and logvar = log sigma², each (n, latent_dim), of q(z | x)."""
        check_input("x", x, self.mu)
        mu = self.mu(x)
        return mu, self.logvar.expand_as(mu)

    def decode(self, z: Tensor) -> Tensor:
        """Return x_hat, (n, input_dim): the mean of p(x | z)."""
        check_input("z", z, self.decoder)
        return self.decoder(z)


# Our names for the five layers of the textbook module (PyTorch's own VAE example).
_TEXTBOOK_LAYERS = {
    "fc1": "hidden.0",
    "fc21": "mu",
    "fc22": "logvar",
    "fc3": "decoder.0",
    "fc4": "decoder.2",
}


def vae_from_textbook(state_dict: Mapping[str, Tensor]) -> VAE:
    """Return a VAE with the weights of the textbook module.

    state_dict holds `fc1`, `fc21`, `fc22`, `fc3` and `fc4`, each a weight and a bias,
    as PyTorch's example saves them. The three sizes are read off the weights.

    Raises ValueError naming the layers that are missing, left over or misshapen, and
    where the weights lie elsewhere: under a prefix, or within a whole checkpoint.
    """
    _check_state_dict(state_dict)
    wanted = {
        f"{theirs}.{part}": f"{ours}.{part}"
        for theirs, ours in _TEXTBOOK_LAYERS.items()
        for part in ("weight", "bias")
    }
    if missing := sorted(wanted.keys() - state_dict.keys()):
        raise ValueError(f"state_dict: no {', '.join(missing)} in it")
    if extra := sorted(state_dict.keys() - wanted.keys()):
        raise ValueError(f"state_dict: the textbook VAE has no {', '.join(extra)}")
    hidden_dim, input_dim = state_dict["fc1.weight"].shape
    latent_dim = state_dict["fc21.weight"].shape[0]
    vae = VAE(input_dim, hidden_dim, latent_dim).to(state_dict["fc1.weight"].dtype)
    try:
        vae.load_state_dict({wanted[name]: t for name, t in state_dict.items()})
    except RuntimeError as error:
        raise ValueError(f"state_dict: shapes do not fit together: {error}") from None
    return vae


def _check_state_dict(state_dict):
    """Say where the weights are, if they are not at the top under their own names."""
    for name, part in state_dict.items():
        if isinstance(part, Mapping) and any(map(torch.is_tensor, part.values())):
            raise ValueError(
                f"state_dict: got a checkpoint that holds {', '.join(state_dict)}; the "
                f"weights are in its {name!r}: vae_from_textbook(checkpoint[{name!r}])"
            )
    for prefix in ("module.", "_orig_mod."):  # of nn.DataParallel, of torch.compile
        if any(name.startswith(prefix) for name in state_dict):
            raise ValueError(
                f"state_dict: its names begin with {prefix!r}, which a wrapper put "
                f"there; take it off: {{name.removeprefix({prefix!r}): w for name, w "
                "in state_dict.items()}"
            )
