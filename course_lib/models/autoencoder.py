"""Autoencoders: with one hidden layer on each side, and without any."""

import torch
from torch import Tensor, nn

from course_lib.models.base import check_input, check_sizes


class Autoencoder(nn.Module):
    """An autoencoder: z = E(x), x_hat = D(z), with one hidden layer on each side.

    x is (n, input_dim) or (n, 1, 28, 28) with values in [0, 1]; z is (n, latent_dim);
    x_hat is (n, input_dim), in [0, 1].

    Source: Hinton & Salakhutdinov (2006), Science 313, with one hidden layer for three.
    """

    def __init__(
        self, input_dim: int = 784, hidden_dim: int = 400, latent_dim: int = 20
    ):
        check_sizes(input_dim=input_dim, hidden_dim=hidden_dim, latent_dim=latent_dim)
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

    def encode(self, x: Tensor) -> Tensor:
        """Return the codes z, (n, latent_dim), of the images x."""
        check_input("x", x, self.encoder[0])
        return self.encoder(x.flatten(1))

    def decode(self, z: Tensor) -> Tensor:
        """Return the images x_hat, (n, input_dim) in [0, 1], of the codes z."""
        check_input("z", z, self.decoder[0])
        return self.decoder(z)

    def forward(self, x: Tensor) -> Tensor:
        """Return the reconstructions x_hat = D(E(x)), (n, input_dim)."""
        return self.decode(self.encode(x))


class LinearAutoencoder(nn.Module):
    """An autoencoder without a single nonlinearity: one linear layer on each side.

    x is (n, input_dim) or (n, 1, 28, 28); z is (n, latent_dim); x_hat is
    (n, input_dim), not confined to [0, 1].

    Source: Baldi & Hornik (1989), Neural Networks 2.
    """

    def __init__(self, input_dim: int = 784, latent_dim: int = 20):
        check_sizes(input_dim=input_dim, latent_dim=latent_dim)
        super().__init__()
        self.encoder = nn.Linear(input_dim, latent_dim)
        self.decoder = nn.Linear(latent_dim, input_dim)

    def encode(self, x: Tensor) -> Tensor:
        """Return the codes z, (n, latent_dim), of the images x."""
        check_input("x", x, self.encoder)
        return self.encoder(x.flatten(1))

    def decode(self, z: Tensor) -> Tensor:
        """Return the images x_hat, (n, input_dim), of the codes z."""
        check_input("z", z, self.decoder)
        return self.decoder(z)

    def forward(self, x: Tensor) -> Tensor:
        """Return the reconstructions x_hat = D(E(x)), (n, input_dim)."""
        return self.decode(self.encode(x))

    @torch.no_grad()
    def set_to_pca(self, images: Tensor) -> "LinearAutoencoder":
        """Set the weights to the PCA of the images and return the model.

        images: floats, (n, input_dim) or (n, 1, 28, 28), more than latent_dim of them.
        The code's components come in the order of their variance, largest first, so
        that the first k alone are the PCA with k components.
        """
        if not torch.is_tensor(images) or not images.is_floating_point():
            came = getattr(images, "dtype", type(images).__name__)
            raise ValueError(
                f"images: got {came}, wanted floats in [0, 1]; data.to_float turns "
                "uint8 into them"
            )
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
