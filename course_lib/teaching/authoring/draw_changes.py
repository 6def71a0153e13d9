"""What breaks do to draws, to estimators and to what is measured: see changes."""

import functools

import torch


def uniform(randn):
    """Draw evenly, with mean 0 and variance 1."""
    return lambda *shape, **options: (torch.rand(*shape, **options) - 0.5) * 12**0.5


def thaw(nudge):
    """Draw fresh noise for the side below."""
    return lambda up, down: nudge(up, torch.randn_like(down))


def no_ripples(rippled):
    """Leave a cost that is smooth."""
    return lambda omega: rippled(0)


def half_noise(gaussian):
    """Damage by half of the sigma that was asked for."""
    return lambda x, sigma, **options: gaussian(x, sigma / 2, **options)


def take_rsample(sample):
    """Let the gradient through where it should be cut off."""
    return torch.distributions.Normal.rsample


def lose_sign(estimator):
    """Give minus the gradient."""

    @functools.wraps(estimator)
    def changed(*arguments, **options):
        return -estimator(*arguments, **options)

    return changed


def no_baseline(estimator):
    """Forget the baseline."""

    @functools.wraps(estimator)
    def changed(f, mu, sigma, n_samples, *, baseline=0.0, generator=None):
        return estimator(f, mu, sigma, n_samples, generator=generator)

    return changed


def mean_baseline(estimator):
    """Take the mean cost off, whatever baseline was asked for."""

    @functools.wraps(estimator)
    def changed(f, *arguments, baseline=0.0, **options):
        return estimator(lambda z: f(z) - f(z).mean(), *arguments, **options)

    return changed


def no_baseline_loss(score_loss_with):
    """Forget it in lesson 06's loss."""
    return lambda baseline, trace: score_loss_with(False, trace)


def gaussian_like(draws):
    """Take Gaussian noise in its place."""
    return torch.randn_like(draws)


def no_gumbel(gumbel_softmax):
    """Take the softmax, without noise."""
    return lambda logits, tau, hard: (logits / tau).softmax(dim=1)


def move(mean):
    """Move a mean by a fifth."""
    return 1.2 * mean


def mix_scores(auroc):
    """Deal all scores out anew."""

    @functools.wraps(auroc)
    def changed(normal, anomalous):
        scores = torch.cat([normal, anomalous])
        scores = scores[torch.randperm(len(scores))]
        return auroc(scores[: len(normal)], scores[len(normal) :])

    return changed
