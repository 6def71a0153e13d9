"""The last exercises of lesson 05: the loss, and the evidence on a grid."""

import torch
from torch.distributions import Normal

from course_lib.checks.engine import Exercise, Mistake, after
from course_lib.losses import kl_divergence, reconstruction_loss


def _vae_loss(x_hat, x, mu, logvar, beta):
    return reconstruction_loss(x_hat, x) + beta * kl_divergence(mu, logvar)


def _weighed(change):
    """Return the loss with another weight of the KL, made from the right one."""
    return lambda x_hat, x, mu, logvar, beta: _vae_loss(
        x_hat, x, mu, logvar, change(beta)
    )


def _batches(generator):
    for n, beta in ((3, 1.0), (4, 4.0), (2, 0.25)):
        x_hat, x = torch.rand(2, n, 12, generator=generator).clamp(0.01, 0.99)
        mu, logvar = torch.randn(2, n, 5, generator=generator)
        yield x_hat, x, mu, logvar, beta


def _beta_on_recon(x_hat, x, mu, logvar, beta):
    return beta * reconstruction_loss(x_hat, x) + kl_divergence(mu, logvar)


vae_loss = Exercise(
    name="vae-loss",
    reference=_vae_loss,
    inputs=_batches,
    mistakes=(
        Mistake(
            "beta applied twice",
            _weighed(lambda beta: beta * beta),
            "The KL is weighted by beta². Multiply it by beta once.",
        ),
        Mistake(
            "beta on the reconstruction",
            _beta_on_recon,
            "beta stands before the wrong term: it weighs the KL. On the "
            "reconstruction, a large beta would do the opposite.",
        ),
        Mistake(
            "beta on both",
            lambda x_hat, x, mu, logvar, beta: (
                beta * _vae_loss(x_hat, x, mu, logvar, 1.0)
            ),
            "beta multiplies the whole loss, which changes nothing but the step size. "
            "It weighs the KL alone.",
        ),
        Mistake(
            "no beta",
            _weighed(lambda beta: 1.0),
            "Right for beta = 1. For any other beta, multiply the KL by it.",
        ),
        Mistake(
            "minus the KL",
            _weighed(lambda beta: -beta),
            "You subtract the KL. In the ELBO it has a minus; the loss is the negative "
            "ELBO, where both terms are costs and are added.",
        ),
        Mistake(
            "the ELBO itself",
            after(_vae_loss, torch.neg),
            "That is the ELBO, which we want high. A loss is minimised: return its "
            "negative.",
        ),
        Mistake(
            "no KL",
            lambda x_hat, x, mu, logvar, beta: reconstruction_loss(x_hat, x),
            "That is the reconstruction alone. Without the KL the encoder may shrink "
            "sigma to nothing, and you have an autoencoder again.",
        ),
        Mistake(
            "no reconstruction",
            lambda x_hat, x, mu, logvar, beta: beta * kl_divergence(mu, logvar),
            "That is the KL alone. With nothing asking for a likeness, all codes would "
            "move onto the prior.",
        ),
        Mistake(
            "mean over pixels",
            lambda x_hat, x, mu, logvar, beta: (
                reconstruction_loss(x_hat, x) / x.shape[1]
                + beta * kl_divergence(mu, logvar)
            ),
            "You averaged the reconstruction over the pixels and summed the KL: on 784 "
            "pixels, a hidden beta of 784. Sum both.",
        ),
        Mistake(
            "mean over the latent dimensions",
            lambda x_hat, x, mu, logvar, beta: _vae_loss(
                x_hat, x, mu, logvar, beta / mu.shape[1]
            ),
            "The KL is averaged over the latent dimensions: a hidden beta of one over "
            "latent_dim. Sum it.",
        ),
        Mistake(
            "half the KL",
            _weighed(lambda beta: beta / 2),
            "The KL came out at half its size. Its ½ is in the formula once.",
        ),
        Mistake(
            "twice the KL",
            _weighed(lambda beta: 2 * beta),
            "The KL came out at twice its size: its ½ is missing.",
        ),
        Mistake(
            "mean over the batch",
            after(_vae_loss, torch.mean),
            "The sum is right. Keep one value for each image, and let the training "
            "loop average.",
        ),
        Mistake(
            "sum over the batch",
            after(_vae_loss, torch.sum),
            "You summed over the images as well. Keep one value for each, and let the "
            "training loop average.",
        ),
        Mistake(
            "means everywhere",
            lambda x_hat, x, mu, logvar, beta: (
                reconstruction_loss(x_hat, x).mean() / x.shape[1]
                + beta * kl_divergence(mu, logvar).mean() / mu.shape[1]
            ),
            "Both terms are averages over everything, which weighs the KL anew by "
            "pixels over latent dimensions. Sum over dim=1, in both.",
        ),
        Mistake(
            "squared error for cross-entropy",
            lambda x_hat, x, mu, logvar, beta: (
                reconstruction_loss(x_hat, x, "mse") + beta * kl_divergence(mu, logvar)
            ),
            "Here the reconstruction term is the cross-entropy, in nats like the KL. "
            "What happens with squared error comes later in the lesson.",
        ),
    ),
)


def _evidence_and_elbo(log_joint, log_q, dz):
    log_evidence = torch.log((log_joint.exp() * dz).sum())
    elbo = (log_q.exp() * (log_joint - log_q) * dz).sum()
    return log_evidence, elbo


def _one_dimensional_models(generator):
    """z ~ N(0, 1), x given z is N(a z, 1), and a q that is not quite the posterior."""
    for dz in (0.02, 0.05, 0.01):
        z = torch.arange(-8, 8 + dz / 2, dz, dtype=torch.float64)
        a, x, shift, spread = torch.rand(4, generator=generator).double() + 0.5
        posterior = Normal(a * x / (1 + a**2), 1 / torch.sqrt(1 + a**2))
        q = Normal(posterior.mean + 0.3 * shift, spread * posterior.stddev)
        log_joint = Normal(0.0, 1.0).log_prob(z) + Normal(a * z, 1.0).log_prob(x)
        yield log_joint, q.log_prob(z), dz


def _elbo(log_joint, log_q, dz):
    return _evidence_and_elbo(log_joint, log_q, dz)[1]


def _log_evidence(log_joint, log_q, dz):
    return _evidence_and_elbo(log_joint, log_q, dz)[0]


def _wrong_evidence(wrong):
    return lambda *args: (wrong(*args), _elbo(*args))


def _wrong_elbo(wrong):
    return lambda *args: (_log_evidence(*args), wrong(*args))


evidence_and_elbo = Exercise(
    name="evidence-and-elbo",
    reference=_evidence_and_elbo,
    inputs=_one_dimensional_models,
    tolerance=1e-6,
    mistakes=(
        Mistake(
            "no dz at all",
            lambda log_joint, log_q, dz: (
                log_joint.exp().sum().log(),
                (log_q.exp() * (log_joint - log_q)).sum(),
            ),
            "Both sums miss dz. An integral on a grid is a sum of value times width.",
        ),
        Mistake(
            "no dz in the evidence",
            _wrong_evidence(lambda log_joint, log_q, dz: log_joint.exp().sum().log()),
            "The ELBO is right. The evidence misses dz: the log of (a sum times dz).",
        ),
        Mistake(
            "no dz in the ELBO",
            _wrong_elbo(lambda log_joint, log_q, dz: _elbo(log_joint, log_q, dz) / dz),
            "The evidence is right. The ELBO misses dz: an average under q is a sum of "
            "q(z) · dz times the value.",
        ),
        Mistake(
            "sum of logs for log of sum",
            _wrong_evidence(lambda log_joint, log_q, dz: (log_joint * dz).sum()),
            "For the evidence you summed logarithms. Probabilities add up, their "
            "logarithms do not: exp first, sum, then log.",
        ),
        Mistake(
            "evidence without its log",
            _wrong_evidence(lambda log_joint, log_q, dz: (log_joint.exp() * dz).sum()),
            "The first number is p(x). Return its logarithm.",
        ),
        Mistake(
            "no log q in the ELBO",
            _wrong_elbo(
                lambda log_joint, log_q, dz: (log_q.exp() * log_joint * dz).sum()
            ),
            "In the ELBO the −log q(z) is missing. Without it, q would do best as a "
            "spike on the one best z.",
        ),
        Mistake(
            "log q with a plus",
            _wrong_elbo(
                lambda log_joint, log_q, dz: (
                    log_q.exp() * (log_joint + log_q) * dz
                ).sum()
            ),
            "In the ELBO, log q(z) is subtracted: it is the log of a quotient.",
        ),
        Mistake(
            "sign of the ELBO",
            _wrong_elbo(lambda log_joint, log_q, dz: -_elbo(log_joint, log_q, dz)),
            "You returned the negative ELBO, which is the loss. The ELBO itself lies "
            "just below log p(x).",
        ),
        Mistake(
            "average under the joint",
            _wrong_elbo(
                lambda log_joint, log_q, dz: (
                    log_joint.exp() * (log_joint - log_q) * dz
                ).sum()
            ),
            "The ELBO is an average over z drawn from q: weigh by q(z), exp(log_q), "
            "and not by the joint.",
        ),
        Mistake(
            "weighted by log q",
            _wrong_elbo(
                lambda log_joint, log_q, dz: (log_q * (log_joint - log_q) * dz).sum()
            ),
            "The weights of an average are probabilities: exp(log_q), not log_q.",
        ),
        Mistake(
            "the other way round",
            lambda log_joint, log_q, dz: _evidence_and_elbo(log_joint, log_q, dz)[::-1],
            "Both numbers are right, in the other order: the log-evidence comes first.",
        ),
    ),
)
