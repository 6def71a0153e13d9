"""The losses: oracles, closed forms, extremes, and one value an image."""

import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch.distributions import Bernoulli, Normal
from torch.distributions import kl_divergence as torch_kl

from course_lib.losses import (
    free_bits,
    kl_divergence,
    kl_per_dimension,
    reconstruction_loss,
    vae_loss,
    warm_up,
)

KINDS = ["bce", "mse"]


def pair(n=5, d=784, dtype=torch.float64, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(2, n, d, generator=generator, dtype=dtype)


def gaussians(n=50, d=20, seed=0):
    generator = torch.Generator().manual_seed(seed)
    mu, logvar = 3 * torch.randn(2, n, d, generator=generator, dtype=torch.float64)
    return mu, logvar


def test_kl_against_torch_distributions():
    mu, logvar = gaussians()
    q = Normal(mu, torch.exp(logvar / 2))
    oracle = torch_kl(q, Normal(0.0, 1.0)).sum(dim=1)
    torch.testing.assert_close(kl_divergence(mu, logvar), oracle, rtol=1e-12, atol=0)


def test_kl_in_closed_form():
    mu = torch.tensor([[0.0, 0.0], [1.0, 0.0], [3.0, 4.0]], dtype=torch.float64)
    zero = torch.zeros_like(mu)
    assert kl_divergence(mu, zero).tolist() == [0.0, 0.5, 12.5]  # half the squared mean
    # Twice the standard deviation in one dimension: (4 - 1) / 2 - log 2 nats.
    logvar = torch.tensor([[2 * math.log(2.0), 0.0]], dtype=torch.float64)
    assert kl_divergence(zero[:1], logvar).item() == pytest.approx(1.5 - math.log(2))


@given(st.integers(1, 8), st.integers(1, 8), st.integers(0, 10**6))
def test_kl_is_never_negative_and_adds_up_over_dimensions(n, d, seed):
    mu, logvar = gaussians(n, d, seed)
    kl = kl_divergence(mu, logvar)
    assert kl.shape == (n,)
    assert (kl >= 0).all()
    parts = sum(kl_divergence(mu[:, k : k + 1], logvar[:, k : k + 1]) for k in range(d))
    torch.testing.assert_close(kl, parts)


def test_bce_against_torch():
    x_hat, x = pair()
    oracle = F.binary_cross_entropy(x_hat, x, reduction="none").sum(dim=1)
    torch.testing.assert_close(reconstruction_loss(x_hat, x), oracle)


def test_bce_of_black_and_white_images_is_a_log_likelihood():
    x_hat, x = pair()
    x = x.round()
    oracle = -Bernoulli(probs=x_hat).log_prob(x).sum(dim=1)
    torch.testing.assert_close(reconstruction_loss(x_hat, x, "bce"), oracle)


def test_mse_is_the_squared_distance():
    x_hat, x = pair()
    oracle = (x_hat - x).norm(dim=1) ** 2
    torch.testing.assert_close(reconstruction_loss(x_hat, x, "mse"), oracle)
    black, white = torch.zeros(1, 784), torch.ones(1, 784)
    assert reconstruction_loss(white, black, "mse").item() == 784


def test_a_perfect_copy_has_no_squared_error_but_the_entropy_as_bce():
    x = pair()[1]
    assert (reconstruction_loss(x, x, "mse") == 0).all()
    entropy = Bernoulli(probs=x).entropy().sum(dim=1)
    torch.testing.assert_close(reconstruction_loss(x, x, "bce"), entropy)


@pytest.mark.parametrize("kind", KINDS)
def test_pictures_and_vectors_cost_the_same(kind):
    x_hat, x = pair()
    vectors = reconstruction_loss(x_hat, x, kind)
    pictures = reconstruction_loss(x_hat, x.reshape(5, 1, 28, 28), kind)
    assert vectors.shape == (5,)
    assert torch.equal(vectors, pictures)


@pytest.mark.parametrize("kind", KINDS)
def test_an_image_costs_the_same_in_any_batch(kind):
    x_hat, x = pair()
    together = reconstruction_loss(x_hat, x, kind)
    for k in range(5):
        alone = reconstruction_loss(x_hat[k : k + 1], x[k : k + 1], kind)
        torch.testing.assert_close(alone, together[k : k + 1])


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_bce_keeps_its_value_and_gradient_finite_where_a_pixel_is_sure_and_wrong(dtype):
    # A clamp behind the logarithm would give the value, and a gradient of NaN.
    logits = torch.tensor([[-200.0, 200.0, 0.0]], dtype=dtype, requires_grad=True)
    loss = reconstruction_loss(
        torch.sigmoid(logits), torch.tensor([[1.0, 0, 1]]).to(logits)
    )
    loss.sum().backward()
    assert loss.isfinite().all()
    assert logits.grad.isfinite().all()
    assert logits.grad[0, 2] == pytest.approx(-0.5)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("beta", [0, 0.3, 1.0, 4])
def test_the_total_is_recon_plus_beta_kl_exactly(kind, beta):
    x_hat, x = pair()
    mu, logvar = gaussians(5)
    loss = vae_loss(x_hat, x, mu, logvar, beta=beta, kind=kind)
    assert torch.equal(loss.total, loss.recon + beta * loss.kl)
    assert torch.equal(loss.recon, reconstruction_loss(x_hat, x, kind))
    assert torch.equal(loss.kl, kl_divergence(mu, logvar))
    assert loss.total.shape == (5,)


def test_the_defaults_are_the_textbook_loss():
    x_hat, x = pair()
    mu, logvar = gaussians(5)
    bce = F.binary_cross_entropy(x_hat, x, reduction="sum")
    textbook = bce - 0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    ours = vae_loss(x_hat, x, mu, logvar).total.sum()
    torch.testing.assert_close(ours, textbook, rtol=1e-12, atol=0)


@pytest.mark.parametrize(
    ("x_hat", "x", "kind", "message"),
    [
        (
            (5, 784),
            (4, 784),
            "bce",
            r"x_hat and x: got shapes \(5, 784\) and \(4, 784\)",
        ),
        ((5, 784), (784,), "mse", r"x: got shape \(784,\), wanted at least one image"),
        ((0, 784), (0, 784), "mse", r"x_hat: got shape \(0, 784\)"),
        ((5, 784), (5, 1, 27, 27), "mse", "x_hat and x: got shapes"),
        ((5, 784), (5, 784), "MSE", 'kind: got \'MSE\', wanted "bce" or "mse"'),
    ],
)
def test_shapes_and_kinds_that_cannot_be_are_named(x_hat, x, kind, message):
    with pytest.raises(ValueError, match=message):
        reconstruction_loss(torch.zeros(x_hat), torch.zeros(x), kind)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda x: x * 255, r"x: got values up to 2\d\d.*data.to_float"),
        (lambda x: x.index_fill(1, torch.tensor([3]), torch.nan), "x: got .*nan"),
        (lambda x: (x * 255).to(torch.uint8), "x: got torch.uint8, wanted a tensor of"),
        (lambda x: x.numpy(), "x: got ndarray"),
    ],
)
def test_values_that_are_no_images_are_named(kind, change, message):
    x_hat, x = pair()
    with pytest.raises(ValueError, match=f"^{message}"):
        reconstruction_loss(x_hat, change(x), kind)


def test_bce_asks_for_probabilities():
    x_hat, x = pair()
    with pytest.raises(ValueError, match="x_hat: got values from .*end in a sigmoid"):
        reconstruction_loss(4 * x_hat, x)
    with pytest.raises(ValueError, match="x: got values from -"):
        reconstruction_loss(x_hat, x - 0.5)


def test_kl_and_beta_that_cannot_be_are_named():
    x_hat, x = pair()
    mu, logvar = gaussians(5)
    with pytest.raises(
        ValueError, match=r"mu and logvar: got shapes \(5, 20\) and \(5, 19"
    ):
        kl_divergence(mu, logvar[:, 1:])
    with pytest.raises(ValueError, match="mu and logvar"):
        kl_divergence(mu[0], logvar[0])
    for beta in (-1, -0.001, math.nan):
        with pytest.raises(ValueError, match="beta: got .*, wanted a number from 0 up"):
            vae_loss(x_hat, x, mu, logvar, beta=beta)
    with pytest.raises(TypeError):
        vae_loss(x_hat, x, mu, logvar, 4.0)  # beta by name alone


def test_the_kl_of_each_dimension_against_torch_and_in_sum():
    mu, logvar = gaussians()
    kl = kl_per_dimension(mu, logvar)
    oracle = torch_kl(Normal(mu, torch.exp(logvar / 2)), Normal(0.0, 1.0))
    torch.testing.assert_close(kl, oracle, rtol=1e-12, atol=0)
    torch.testing.assert_close(kl.sum(dim=1), kl_divergence(mu, logvar))
    with pytest.raises(ValueError, match=r"^mu and logvar: got shapes \(50, 20\) and"):
        kl_per_dimension(mu, logvar[:1])


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


def test_each_range_is_asked_its_own_question():
    x = torch.rand(2, 784)
    with pytest.raises(ValueError, match="^x: got values from -1.*; undo a Normalize"):
        reconstruction_loss(x, x.clone().mul_(0).sub_(1))
    with pytest.raises(
        ValueError, match="^x_hat: got .*does the model end in a sigmoid"
    ):
        reconstruction_loss(x - 1, x)
