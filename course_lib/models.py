"""The course's networks: autoencoder, linear autoencoder, variational autoencoder."""

import torch
from torch import Tensor, nn


class Autoencoder(nn.Module):
    """An autoencoder: z = E(x), x_hat = D(z), with one hidden layer on each side.

    x is (n, input_dim) or (n, 1, 28, 28) with values in [0, 1]; z is (n, latent_dim);
    x_hat is (n, input_dim), in [0, 1].

    Source: Hinton & Salakhutdinov (2006), Science 313, with one hidden layer for three.
    """

    def __init__(self, input_dim=784, hidden_dim=400, latent_dim=20):
        _check_sizes(input_dim=input_dim, hidden_dim=hidden_dim, latent_dim=latent_dim)
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Linear(input_dim, hidden_dim),
            nn.ReLU(),
            nn.Linear(hidden_dim, latent_dim),
        )
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, hidden_dim),
            nn.ReLU(),
            nn.Linear(hidden_dim, input_dim),
            nn.Sigmoid(),
        )

    def encode(self, x):
        """Return the codes z, (n, latent_dim), of the images x."""
        _check_input("x", x, self.encoder[0].in_features)
        return self.encoder(x.flatten(1))

    def decode(self, z):
        """Return the images x_hat, (n, input_dim) in [0, 1], of the codes z."""
        _check_input("z", z, self.decoder[0].in_features)
        return self.decoder(z)

    def forward(self, x):
        """Return the reconstructions x_hat = D(E(x)), (n, input_dim)."""
        return self.decode(self.encode(x))


class LinearAutoencoder(nn.Module):
    """An autoencoder without a single nonlinearity: one linear layer on each side.

    x is (n, input_dim) or (n, 1, 28, 28); z is (n, latent_dim); x_hat is
    (n, input_dim), not confined to [0, 1].

    Source: Baldi & Hornik (1989), Neural Networks 2.
    """

    def __init__(self, input_dim=784, latent_dim=20):
        _check_sizes(input_dim=input_dim, latent_dim=latent_dim)
        super().__init__()
        self.encoder = nn.Linear(input_dim, latent_dim)
        self.decoder = nn.Linear(latent_dim, input_dim)

    def encode(self, x):
        """Return the codes z, (n, latent_dim), of the images x."""
        _check_input("x", x, self.encoder.in_features)
        return self.encoder(x.flatten(1))

    def decode(self, z):
        """Return the images x_hat, (n, input_dim), of the codes z."""
        _check_input("z", z, self.decoder.in_features)
        return self.decoder(z)

    def forward(self, x):
        """Return the reconstructions x_hat = D(E(x)), (n, input_dim)."""
        return self.decode(self.encode(x))

    @torch.no_grad()
    def set_to_pca(self, images):
        """Set the weights to the PCA of the images and return the model.

        images: floats, (n, input_dim) or (n, 1, 28, 28), more than latent_dim of them.
        The code's components come in the order of their variance, largest first, so
        that the first k alone are the PCA with k components.
        """
        x = images.flatten(1).double()
        latent_dim = self.encoder.out_features
        if x.shape[1] != self.encoder.in_features or len(x) <= latent_dim:
            raise ValueError(
                f"images: got shape {tuple(images.shape)}, wanted more than "
                f"{latent_dim} of {self.encoder.in_features} values"
            )
        mean = x.mean(dim=0)
        x = x - mean
        _, vectors = torch.linalg.eigh(x.T @ x)
        components = vectors.flip(1)[:, :latent_dim].T  # largest eigenvalue first
        self.encoder.weight.copy_(components)
        self.encoder.bias.copy_(-components @ mean)
        self.decoder.weight.copy_(components.T)
        self.decoder.bias.copy_(mean)
        return self


class VAE(nn.Module):
    """The textbook variational autoencoder, 784-400-20.

    The encoder predicts the mean mu and the log-variance logvar of q(z | x), a Gaussian
    with independent components; the decoder predicts each pixel's probability.

    Source: Kingma & Welling (2014), arXiv:1312.6114, section 3 and appendix C.
    """

    def __init__(self, input_dim=784, hidden_dim=400, latent_dim=20):
        _check_sizes(input_dim=input_dim, hidden_dim=hidden_dim, latent_dim=latent_dim)
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

    def encode(self, x):
        """Return mu and logvar = log sigma², each (n, latent_dim), of q(z | x)."""
        _check_input("x", x, self.hidden[0].in_features)
        h = self.hidden(x.flatten(1))
        return self.mu(h), self.logvar(h)

    def reparameterize(self, mu, logvar, *, generator=None):
        """Draw z = mu + sigma · eps with eps ~ N(0, I), one draw for each row.

        It draws in train() and in eval() mode alike; for a code without noise, use mu.
        Source: Kingma & Welling (2014), section 2.4.
        """
        _check_same_shape(mu=mu, logvar=logvar)
        sigma = torch.exp(0.5 * logvar)
        eps = torch.randn(
            mu.shape, generator=generator, device=mu.device, dtype=mu.dtype
        )
        return mu + sigma * eps

    def decode(self, z):
        """Return x_hat, (n, input_dim) in [0, 1]: each pixel's mean under p(x | z)."""
        _check_input("z", z, self.decoder[0].in_features)
        return self.decoder(z)

    def forward(self, x):
        """Return (x_hat, mu, logvar), x_hat decoded from one draw of z for each x."""
        mu, logvar = self.encode(x)
        z = self.reparameterize(mu, logvar)
        return self.decode(z), mu, logvar


class LinearVAE(VAE):
    """A VAE without a single nonlinearity, whose best weights are known exactly.

    x is (n, input_dim), z is (n, latent_dim), x_hat is (n, input_dim), not confined to
    [0, 1]. The encoder's log-variance is the same for every x: nothing better exists
    where all is linear and Gaussian.

    Source: Lucas et al. (2019), arXiv:1911.02469, section 4; for the best weights,
    Tipping & Bishop (1999), Journal of the Royal Statistical Society B 61.
    """

    def __init__(self, input_dim=2, latent_dim=2):
        _check_sizes(input_dim=input_dim, latent_dim=latent_dim)
        nn.Module.__init__(self)  # none of the VAE's own layers
        self.mu = nn.Linear(input_dim, latent_dim)
        self.logvar = nn.Parameter(torch.zeros(latent_dim))
        self.decoder = nn.Linear(latent_dim, input_dim)

    def encode(self, x):
        """Return mu and logvar = log sigma², each (n, latent_dim), of q(z | x)."""
        _check_input("x", x, self.mu.in_features)
        mu = self.mu(x)
        return mu, self.logvar.expand_as(mu)

    def decode(self, z):
        """Return x_hat, (n, input_dim): the mean of p(x | z)."""
        _check_input("z", z, self.decoder.in_features)
        return self.decoder(z)


# Our names for the five layers of the textbook module (PyTorch's own VAE example).
_TEXTBOOK_LAYERS = {
    "fc1": "hidden.0",
    "fc21": "mu",
    "fc22": "logvar",
    "fc3": "decoder.0",
    "fc4": "decoder.2",
}


def vae_from_textbook(state_dict):
    """Return a VAE with the weights of the textbook module.

    state_dict holds `fc1`, `fc21`, `fc22`, `fc3` and `fc4`, each a weight and a bias,
    as PyTorch's example saves them. The three sizes are read off the weights.

    Raises ValueError naming the layers that are missing, left over or misshapen.
    """
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


def _check_sizes(**sizes):
    for name, size in sizes.items():
        if isinstance(size, bool) or not isinstance(size, int) or size < 1:
            raise ValueError(f"{name}: got {size!r}, wanted a whole number from 1 up")


def _check_input(name, value, features):
    """Say what is wrong with a batch before a matrix product does so less kindly."""
    wanted = f"wanted floats of shape (n, {features})"
    if name == "x" and features == 784:
        wanted += " or (n, 1, 28, 28)"
    if not isinstance(value, Tensor):
        raise ValueError(f"{name}: got {type(value).__name__}, {wanted}")
    came = f"{name}: got {value.dtype} of shape {tuple(value.shape)}, {wanted}"
    if value.dtype == torch.uint8:
        raise ValueError(f"{came}; turn bytes into floats with data.to_float")
    if not value.is_floating_point():
        raise ValueError(f"{came}; are these labels?")
    if value.ndim < 2 or not len(value) or value[0].numel() != features:
        raise ValueError(came)
    if name == "x" and features == 784 and not value.max() <= 16:  # NaN too
        raise ValueError(f"{came} in [0, 1]; its largest value is {value.max():g}")


def _check_same_shape(**tensors):
    (a, x), (b, y) = tensors.items()
    if x.shape != y.shape:
        raise ValueError(
            f"{a} and {b}: got shapes {tuple(x.shape)} and {tuple(y.shape)}, "
            "wanted the same, (n, latent_dim)"
        )
