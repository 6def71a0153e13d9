"""What the KL pays for: oracles, closed forms, extremes, and errors."""

import math

import pytest
import torch
from torch.distributions import Normal
from torch.distributions import kl_divergence as torch_kl

from course_lib.losses import kl_divergence, reconstruction_loss
from course_lib.models import VAE, LinearVAE
from course_lib.rate import (
    active_units,
    free_bits,
    kl_per_dimension,
    rate_distortion,
    warm_up,
)
from course_lib.training import fit


def gaussians(n=50, d=20, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return 3 * torch.randn(2, n, d, generator=generator, dtype=torch.float64)


def test_the_kl_of_each_dimension_against_torch_and_in_sum():
    mu, logvar = gaussians()
    kl = kl_per_dimension(mu, logvar)
    oracle = torch_kl(Normal(mu, torch.exp(logvar / 2)), Normal(0.0, 1.0))
    torch.testing.assert_close(kl, oracle, rtol=1e-12, atol=0)
    torch.testing.assert_close(kl.sum(dim=1), kl_divergence(mu, logvar))
    with pytest.raises(ValueError, match=r"^mu and logvar: got shapes \(50, 20\) and"):
        kl_per_dimension(mu, logvar[:1])


def test_units_that_vary_are_active_and_no_others():
    mu = torch.randn(500, 6, generator=torch.Generator().manual_seed(0))
    scale = torch.tensor([1.0, 1.0, 0.5, 0.01, 0.0, 0.05])
    assert active_units(mu * scale + torch.tensor([0, 5, 0, 5, 3, 0])) == 3
    assert active_units(mu * 0) == 0
    assert active_units(mu, threshold=1e9) == 0
    with pytest.raises(ValueError, match=r"^mu: got shape \(1, 6\)"):
        active_units(mu[:1])


def test_rate_and_distortion_are_the_mean_losses_whatever_the_batches():
    torch.manual_seed(0)
    model, x = VAE(hidden_dim=16, latent_dim=3), torch.rand(7, 1, 28, 28)
    whole = rate_distortion(model, x)
    mu, logvar = model.encode(x)
    z = model.reparameterize(mu, logvar, generator=torch.Generator().manual_seed(0))
    assert whole[0] == pytest.approx(kl_divergence(mu, logvar).mean().item())
    recon = reconstruction_loss(model.decode(z), x).mean().item()
    assert whole[1] == pytest.approx(recon, rel=1e-5)
    assert rate_distortion(model, x, batch_size=2)[0] == pytest.approx(whole[0])
    assert rate_distortion(model, x, seed=1)[1] != whole[1]
    with pytest.raises(ValueError, match="^images: got none"):
        rate_distortion(model, x[:0])


def test_a_collapsed_encoder_has_no_rate():
    model = VAE(hidden_dim=4, latent_dim=3)
    for layer in (model.mu, model.logvar):
        torch.nn.init.zeros_(layer.weight)
        torch.nn.init.zeros_(layer.bias)
    assert rate_distortion(model, torch.rand(3, 784))[0] == 0


class TestFreeBits:
    kl = torch.tensor([[1.0, 0.1], [3.0, 0.3]], requires_grad=True)

    def test_a_dimension_below_the_floor_counts_as_the_floor(self):
        assert free_bits(self.kl, 0.5).tolist() == [1.5, 3.5]
        assert free_bits(self.kl, 0.5).mean().item() == 2.0 + 0.5
        assert free_bits(self.kl, 0.0).tolist() == self.kl.sum(dim=1).tolist()

    def test_it_pulls_only_where_it_is_above(self):
        (gradient,) = torch.autograd.grad(free_bits(self.kl, 0.5).sum(), self.kl)
        assert gradient.tolist() == [[1, 0], [1, 0]]

    def test_what_cannot_be_is_named(self):
        with pytest.raises(ValueError, match=r"^kl and floor: got shape \(2,\) and 1"):
            free_bits(torch.zeros(2), 1)
        with pytest.raises(ValueError, match="^kl and floor: got .* and -1"):
            free_bits(self.kl, -1)


def test_the_warm_up_is_a_straight_line_with_a_ceiling():
    assert [warm_up(step, 4, beta=2.0) for step in (0, 1, 2, 4, 9)] == [0, 0.5, 1, 2, 2]
    assert warm_up(3, 6) == 0.5
    with pytest.raises(ValueError, match="^steps: got 0"):
        warm_up(1, 0)


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
