"""What checks say to answers that no list foresaw: what was wanted, and what came."""

import math

import pytest
import torch
from torch.distributions import Normal

from course_lib import checks
from course_lib.checks.messages import Measured, told


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(
    "draw",
    [
        lambda mu, logvar: Normal(mu, torch.exp(logvar / 2)).rsample(),
        lambda mu, logvar: mu - logvar.exp().sqrt() * torch.randn(mu.shape),
    ],
)
def test_right_draws_pass_however_they_are_written(draw, seed):
    assert checks.reparameterize(draw, seed=seed).passed


@pytest.mark.parametrize("seed", range(8))
def test_right_logistic_draws_pass_with_noise_of_their_own(seed):
    def draw(loc, logscale):
        u = 1 - torch.rand(loc.shape).clamp(1e-6, 1 - 1e-6)
        return loc + logscale.exp() * (u.log() - (1 - u).log())

    assert checks.location_scale(draw, seed=seed).passed


def test_wrong_draws_are_told_by_what_was_measured():
    def twice_the_power(mu, logvar):
        return mu + torch.exp(2 * logvar) * torch.randn_like(mu)

    verdict = checks.reparameterize(twice_the_power)
    assert verdict.mistake is None
    assert "root mean square, in each dimension: 0.7" in verdict.message
    assert "wanted 1" in verdict.message
    assert "gradient" not in verdict.message  # which is as it should be


@pytest.mark.parametrize("exercise", [checks.reparameterize, checks.location_scale])
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda a, b: (a + b).mean(dim=0), r"shape: \((2|3),\), wanted \(\d+, (2|3)\)"),
        (lambda a, b: (a + b).mean().item(), "shape: that of a single number, wanted"),
        (lambda a, b: (a + b).detach().numpy(), "numpy keeps no track of gradients"),
        (lambda a, b: (a, b), "Return the draw alone"),
        (lambda a, b: print(end=""), "Does every path of the function end in a return"),
        (lambda a, b: ..., "not attempted yet"),
    ],
)
def test_what_is_no_draw_is_told_as_what_it_is(exercise, answer, words):
    with pytest.raises(checks.CheckFailed, match=words):
        exercise(answer, grade=True)


def test_what_was_measured_is_told_where_it_is_off():
    def agree(a, b):
        return abs(a.value - b.value) < 0.1

    wanted = [Measured("mean", 0.01, right=0), Measured("spread", 1.02)]
    assert told([Measured("mean", 0.02), Measured("spread", 1.05)], wanted, agree) == ""
    lines = told([Measured("mean", 0.5), Measured("spread", math.nan)], wanted, agree)
    assert lines == "\n  mean: 0.5, wanted 0\n  spread: nan, wanted 1.02"
    assert told(3, wanted, agree) == "\ngot 3 (int)"


def test_a_cost_is_shown_by_its_formula():
    assert "With f = z³ − 2z, " in checks.gradient_check(lambda *args: 0.0).message
    assert "With df = 2z, " in checks.pathwise_gradient(lambda *args: 0.0).message


def test_a_threshold_that_is_ignored_is_told():
    verdict = checks.active_units(lambda mu, threshold: (mu.var(dim=0) > 0.01).sum())
    assert "The threshold is an argument" in verdict.message
