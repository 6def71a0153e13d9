"""The models: shapes, determinism, bad input, and the textbook module as the oracle."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from course_lib.losses import kl_divergence, kl_per_dimension, vae_loss
from course_lib.models import (
    VAE,
    Autoencoder,
    LinearAutoencoder,
    LinearVAE,
    vae_from_textbook,
)
from course_lib.training import fit


class TextbookVAE(nn.Module):
    """The VAE as PyTorch's example lays it out: five numbered layers."""

    def __init__(self, input_dim=784, hidden_dim=400, latent_dim=20):
        super().__init__()
        self.fc1 = nn.Linear(input_dim, hidden_dim)
        self.fc21 = nn.Linear(hidden_dim, latent_dim)
        self.fc22 = nn.Linear(hidden_dim, latent_dim)
        self.fc3 = nn.Linear(latent_dim, hidden_dim)
        self.fc4 = nn.Linear(hidden_dim, input_dim)

    def forward(self, x, eps):
        h = F.relu(self.fc1(x))
        mu, logvar = self.fc21(h), self.fc22(h)
        z = mu + eps * torch.exp(0.5 * logvar)
        return torch.sigmoid(self.fc4(F.relu(self.fc3(z)))), mu, logvar


def textbook_loss(x_hat, x, mu, logvar):
    """One number for the batch, as the textbook loop minimises it."""
    bce = F.binary_cross_entropy(x_hat, x, reduction="sum")
    return bce - 0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())


def images(n=6, generator=None):
    generator = generator or torch.Generator().manual_seed(0)
    return torch.rand(n, 784, generator=generator)


@pytest.mark.parametrize("shape", [(3, 784), (3, 1, 28, 28), (1, 784)])
def test_autoencoder_shapes(shape):
    model = Autoencoder(latent_dim=5)
    x = torch.rand(shape)
    z = model.encode(x)
    assert z.shape == (shape[0], 5)
    assert model.decode(z).shape == (shape[0], 784)
    assert torch.equal(model(x), model.decode(model.encode(x.flatten(1))))
    assert model(x).min() >= 0
    assert model(x).max() <= 1


@pytest.mark.parametrize("shape", [(3, 784), (3, 1, 28, 28)])
def test_vae_shapes(shape):
    x_hat, mu, logvar = VAE()(torch.rand(shape))
    assert x_hat.shape == (3, 784)
    assert mu.shape == logvar.shape == (3, 20)


def test_the_textbook_sizes():
    count = sum(p.numel() for p in VAE().parameters())
    assert count == sum(p.numel() for p in TextbookVAE().parameters()) == 652_824


@pytest.mark.parametrize("sizes", [(784, 400, 20), (30, 7, 3)])
def test_textbook_weights_give_the_same_output_loss_and_gradients(sizes):
    torch.manual_seed(0)
    textbook = TextbookVAE(*sizes)
    vae = vae_from_textbook(textbook.state_dict())
    x = torch.rand(16, sizes[0])

    torch.manual_seed(1)
    x_hat, mu, logvar = vae(x)
    torch.manual_seed(1)
    theirs = textbook(x, torch.randn(16, sizes[2]))
    for ours, their in zip((x_hat, mu, logvar), theirs, strict=True):
        torch.testing.assert_close(ours, their, rtol=1e-6, atol=1e-6)

    loss = vae_loss(x_hat, x, mu, logvar).total.sum()
    their_loss = textbook_loss(theirs[0], x, *theirs[1:])
    torch.testing.assert_close(loss, their_loss, rtol=1e-6, atol=0)

    (loss / 16).backward()
    (their_loss / 16).backward()
    names = {"hidden.0": "fc1", "mu": "fc21", "logvar": "fc22"}
    names |= {"decoder.0": "fc3", "decoder.2": "fc4"}
    for name, parameter in vae.named_parameters():
        layer, part = name.rsplit(".", 1)
        their = textbook.get_parameter(f"{names[layer]}.{part}")
        torch.testing.assert_close(parameter.grad, their.grad, rtol=1e-6, atol=1e-6)


def test_textbook_weights_that_do_not_fit_are_named():
    weights = TextbookVAE().state_dict()
    with pytest.raises(ValueError, match=r"state_dict: no fc4\.bias in it"):
        vae_from_textbook({k: v for k, v in weights.items() if k != "fc4.bias"})
    with pytest.raises(ValueError, match=r"the textbook VAE has no fc5\.weight"):
        vae_from_textbook(weights | {"fc5.weight": torch.zeros(1)})
    with pytest.raises(ValueError, match="state_dict: shapes do not fit"):
        vae_from_textbook(weights | {"fc3.weight": torch.zeros(400, 19)})


def test_reparameterize_has_the_mean_the_spread_and_the_gradients():
    mu = torch.tensor([[1.5, -2.0]]).repeat(200_000, 1).requires_grad_()
    logvar = torch.tensor([[0.0, 2.0]]).repeat(200_000, 1).requires_grad_()
    z = VAE().reparameterize(mu, logvar, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(z.mean(0), mu[0], atol=0.03)
    assert torch.allclose(z.std(0), torch.exp(logvar[0] / 2), rtol=0.01)
    z.sum().backward()
    assert torch.equal(mu.grad, torch.ones_like(mu))
    torch.testing.assert_close(logvar.grad, (z - mu).detach() / 2)


def test_sampling_depends_on_the_generator_and_not_on_the_mode():
    vae, mu = VAE(), torch.zeros(4, 20)
    draws = [
        vae.train(mode).reparameterize(
            mu, mu, generator=torch.Generator().manual_seed(seed)
        )
        for mode, seed in ((True, 0), (False, 0), (False, 1))
    ]
    assert torch.equal(draws[0], draws[1])
    assert not torch.equal(draws[1], draws[2])
    assert not torch.equal(draws[0][0], draws[0][1])  # each row has its own noise


@pytest.mark.parametrize("model", [Autoencoder, VAE])
@pytest.mark.parametrize("name", ["input_dim", "hidden_dim", "latent_dim"])
@pytest.mark.parametrize("size", [0, -1, 2.5, "20", True, None])
def test_sizes_that_cannot_be_are_named(model, name, size):
    with pytest.raises(ValueError, match=f"^{name}: got .* a whole number from 1 up"):
        model(**{name: size})


@pytest.mark.parametrize("model", [Autoencoder(), VAE()])
@pytest.mark.parametrize(
    ("x", "message"),
    [
        (torch.zeros(3, 1, 28, 28, dtype=torch.uint8), "data.to_float"),
        (torch.zeros(3, dtype=torch.int64), "are these labels"),
        (torch.zeros(784), r"shape \(784,\), wanted .*\(n, 784\) or \(n, 1, 28, 28\)"),
        (torch.zeros(28, 28), r"got torch.float32 of shape \(28, 28\)"),
        (torch.zeros(3, 32, 32), "wanted floats of shape"),
        (torch.zeros(0, 784), r"shape \(0, 784\)"),
        ([[0.0] * 784], "got list"),
        (torch.full((3, 784), 255.0), r"in \[0, 1\]; its largest value is 255"),
        (torch.full((3, 784), torch.nan), "its largest value is nan"),
    ],
)
def test_images_of_the_wrong_kind_are_named(model, x, message):
    with pytest.raises(ValueError, match=f"^x: .*{message}"):
        model(x)


def test_codes_of_the_wrong_shape_are_named():
    for model in (Autoencoder(latent_dim=3), VAE(latent_dim=3)):
        with pytest.raises(ValueError, match=r"^z: got .*\(2, 4\), .*\(n, 3\)"):
            model.decode(torch.zeros(2, 4))
    with pytest.raises(ValueError, match="^mu and logvar: got shapes"):
        VAE().reparameterize(torch.zeros(2, 3), torch.zeros(3))


class TestLinearVAE:
    def test_shapes_and_an_encoder_whose_noise_is_the_same_for_all(self):
        model = LinearVAE(input_dim=5, latent_dim=3)
        x_hat, mu, logvar = model(torch.randn(4, 5))
        assert x_hat.shape == (4, 5)
        assert mu.shape == logvar.shape == (4, 3)
        assert (logvar == logvar[0]).all()
        assert sum(p.numel() for p in model.parameters()) == 18 + 3 + 20
        for bad in ({"input_dim": 0}, {"latent_dim": 1.5}):
            with pytest.raises(ValueError, match="wanted a whole number from 1 up"):
                LinearVAE(**bad)
        with pytest.raises(ValueError, match=r"^x: got .* of shape \(4, 2\)"):
            model.encode(torch.randn(4, 2))
        with pytest.raises(ValueError, match=r"^z: got .* of shape \(4, 2\)"):
            model.decode(torch.randn(4, 2))

    def test_trained_it_has_the_rate_of_probabilistic_pca(self):
        """Half the log of variance over noise; nothing below the noise."""
        x = torch.randn(2000, 2, generator=torch.Generator().manual_seed(0))
        x = (x - x.mean(dim=0)) @ torch.linalg.cholesky(x.T.cov().inverse())
        x = x * torch.tensor([2.0, 0.5])
        torch.manual_seed(0)
        model, noise = LinearVAE(), 0.5

        def loss(model, x):
            x_hat, mu, logvar = model(x)
            recon = ((x - x_hat) ** 2).sum(dim=1) / (2 * noise)
            return recon + kl_divergence(mu, logvar)

        fit(model, x, loss, epochs=60, lr=0.02, progress=False)
        kl = kl_per_dimension(*model.encode(x)).mean(dim=0).sort().values
        assert kl[0].item() == pytest.approx(0, abs=0.01)
        assert kl[1].item() == pytest.approx(0.5 * math.log(4 / noise), abs=0.02)


def test_weights_that_lie_elsewhere_are_found():
    weights = TextbookVAE(9, 4, 2).state_dict()
    wrapped = {f"module.{name}": value for name, value in weights.items()}
    with pytest.raises(
        ValueError, match=r"^state_dict: its names begin with 'module\.'"
    ):
        vae_from_textbook(wrapped)
    with pytest.raises(ValueError, match=r"names begin with '_orig_mod\.'"):
        vae_from_textbook({f"_orig_mod.{n}": value for n, value in weights.items()})
    checkpoint = {"epoch": 3, "model": weights}
    with pytest.raises(
        ValueError, match="holds epoch, model; the weights are in its 'm"
    ):
        vae_from_textbook(checkpoint)


def test_bytes_and_another_precision_are_named():
    with pytest.raises(ValueError, match=r"^images: got torch\.uint8, wanted floats"):
        LinearAutoencoder(latent_dim=2).set_to_pca(
            torch.zeros(9, 784, dtype=torch.uint8)
        )
    with pytest.raises(
        ValueError, match=r"^x: got torch\.float64 .*x\.to\(torch\.float32"
    ):
        Autoencoder().encode(torch.zeros(1, 784).double())
    with pytest.raises(
        ValueError, match=r"^x: got torch\.int64 .*; x\.float\(\) makes"
    ):
        Autoencoder().encode(torch.zeros(1, 784).long())
    assert VAE(latent_dim=2).double().encode(torch.zeros(1, 784).double())[0].shape == (
        1,
        2,
    )
