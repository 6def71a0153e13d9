"""The two estimators of a gradient, against gradients and variances known exactly."""

import math

import pytest
import torch

from course_lib.gradient_estimators import pathwise, score_function

MU = torch.tensor([1.5, -0.5, 0.0], dtype=torch.float64)
SIGMA = torch.tensor([1.0, 0.5, 2.0], dtype=torch.float64)
N = 40_000


def squares(z):
    return (z**2).sum(dim=1)


def generator():
    return torch.Generator().manual_seed(0)


# A cost, and the exact gradient of its mean with regard to mu.
COSTS = {
    "squares": (squares, 2 * MU),
    "linear": (lambda z: 3 * z[:, 0] - z[:, 2], torch.tensor([3.0, 0.0, -1.0])),
    "cosine": (
        lambda z: torch.cos(z).sum(dim=1),
        -torch.sin(MU) * torch.exp(-(SIGMA**2) / 2),
    ),
}


@pytest.mark.parametrize("estimate", [pathwise, score_function])
@pytest.mark.parametrize("name", COSTS)
def test_it_is_unbiased_within_three_standard_errors(estimate, name):
    f, exact = COSTS[name]
    gradient = estimate(f, MU, SIGMA, N, generator=generator())
    assert gradient.shape == (N, 3)
    error = gradient.var(dim=0).sqrt() / math.sqrt(N)
    assert ((gradient.mean(dim=0) - exact).abs() <= 3 * error + 1e-12).all()


def test_their_variances_are_the_exact_ones():
    mu, sigma, r = torch.tensor([1.5], dtype=torch.float64), 0.5, 3.0
    narrow = pathwise(squares, mu, sigma, N, generator=generator())
    wide = score_function(squares, mu, sigma, N, generator=generator())
    assert narrow.var().item() == pytest.approx(4 * sigma**2, rel=0.03)
    exact = sigma**2 * (r**4 + 14 * r**2 + 15)
    assert wide.var().item() == pytest.approx(exact, rel=0.03)


def test_a_linear_cost_has_a_pathwise_gradient_without_noise():
    f, exact = COSTS["linear"]
    gradient = pathwise(f, MU, SIGMA, 7, generator=generator())
    assert torch.equal(gradient, exact.double().expand(7, 3))


def test_the_best_baseline_brings_the_variance_to_its_exact_least():
    d, r = 4, 1.5
    mu, best = torch.full((d,), r, dtype=torch.float64), r**2 + 3 + 3 * (r**2 + 1)
    g = score_function(squares, mu, 1.0, N, baseline=best, generator=generator())
    exact = (4 * r**2 + 2) * (d + 1) + 2
    assert g.var(dim=0).mean().item() == pytest.approx(exact, rel=0.03)


def test_a_baseline_for_each_draw_is_taken_off_that_draws_cost():
    plain = score_function(squares, MU, SIGMA, 5, generator=generator())
    lowered = score_function(
        lambda z: squares(z) + torch.arange(5), MU, SIGMA, 5,
        baseline=torch.arange(5), generator=generator(),
    )  # fmt: skip
    assert torch.allclose(plain, lowered)


def test_at_a_jump_the_score_function_is_right_and_the_path_says_nothing():
    mu, sigma = torch.tensor([0.5]), 0.5

    def jump(z):
        return torch.sign(z).sum(dim=1)

    exact = 2 * math.exp(-0.5) / math.sqrt(2 * math.pi) / sigma
    g = score_function(jump, mu, sigma, N, generator=generator())
    assert abs(g.mean().item() - exact) < 3 * g.std().item() / math.sqrt(N)
    assert not pathwise(jump, mu, sigma, 10).any()


def test_the_arguments_are_left_alone_and_the_generator_decides():
    mu = torch.tensor([1.0, 2.0], requires_grad=True)
    for estimate in (pathwise, score_function):
        once, again = (
            estimate(squares, mu, 1.0, 3, generator=generator()) for _ in range(2)
        )
        assert torch.equal(once, again)
    assert mu.grad is None


@pytest.mark.parametrize("estimate", [pathwise, score_function])
def test_bad_input_is_named(estimate):
    with pytest.raises(ValueError, match=r"^mu: got float, wanted floats of shape"):
        estimate(squares, 1.5, 1.0, 10)
    with pytest.raises(ValueError, match=r"^mu: got \(1, 2\), wanted floats"):
        estimate(squares, torch.zeros(1, 2), 1.0, 10)
    for sigma in (0.0, -1.0, float("nan"), torch.ones(2)):
        with pytest.raises(ValueError, match=r"^sigma: got .*, wanted a number above"):
            estimate(squares, MU, sigma, 10)
    with pytest.raises(ValueError, match=r"^f: returned shape \(10, 3\) for 10 draws"):
        estimate(lambda z: z**2, MU, SIGMA, 10)
